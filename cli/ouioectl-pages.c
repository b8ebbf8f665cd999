/* ouioectl-pages.c - all events of a session, page by page, as they are stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-pages.h"

#include <jansson.h>
#include <string.h>

/* The id of the last line: the next page begins behind it. */
static char *
dup_last_id (const char *lines, gsize len)
{
  const char *begin = memrchr (lines, '\n', len - 1);
  json_t *event;
  char *id;

  begin = begin != NULL ? begin + 1 : lines;
  event = json_loadb (begin, (gsize) (lines + len - begin), JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
  id = g_strdup (json_string_value (json_object_get (event, "id")));
  json_decref (event);
  return id;
}

gboolean
ouioectl_pages_read (OuioectlHttp *http, const char *session, OuioectlPageFunc func, gpointer user_data,
                     gboolean *lost, GError **error)
{
  g_autofree char *after = g_strdup ("0");
  OuioeEventId position, next;

  *lost = FALSE;
  ouioe_event_id_parse ("0-0", &position);
  for (;;)
    {
      g_autofree char *tail = g_strdup_printf ("/events?format=ndjson&limit=1000&after=%s", after);
      g_autofree char *path = ouioectl_http_session_path (session, tail);
      g_autoptr(OuioectlAnswer) answer = ouioectl_http_get (http, path, error);
      g_autoptr(GError) refusal = NULL;
      const char *lines;

      if (answer == NULL)
        return FALSE;
      *lost |= soup_message_headers_get_one (answer->headers, "Ouioe-Gap-Until") != NULL;
      if (answer->body->len == 0)
        return TRUE;

      lines = (const char *) answer->body->data;
      g_free (after);
      after = lines[answer->body->len - 1] == '\n' ? dup_last_id (lines, answer->body->len) : NULL;
      /* A service that does not go on would be read for ever. */
      if (after == NULL || !ouioe_event_id_parse (after, &next) || ouioe_event_id_compare (next, position) <= 0)
        {
          g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "The service answered something else than events");
          return FALSE;
        }
      position = next;
      if (!func (lines, answer->body->len, user_data, &refusal))
        {
          if (refusal == NULL)
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&refusal));
          return FALSE;
        }
      if (g_strcmp0 (soup_message_headers_get_one (answer->headers, "Ouioe-Has-More"), "true") != 0)
        return TRUE;
    }
}
