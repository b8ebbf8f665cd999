/* ouioe-line-stream.c - a JSON object per line, in pieces of any size, into messages
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-line-stream.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-error.h"
#include "ouioe-json.h"

struct _OuioeLineStream
{
  GString *line;        /* the beginning of one that is not complete */
  gsize    max_bytes;
};

OuioeLineStream *
ouioe_line_stream_new (gsize max_bytes)
{
  OuioeLineStream *self = g_new0 (OuioeLineStream, 1);

  self->line = g_string_new (NULL);
  self->max_bytes = max_bytes;
  return self;
}

void
ouioe_line_stream_free (OuioeLineStream *self)
{
  g_string_free (self->line, TRUE);
  g_free (self);
}

/* A string of an id, a kind or a type: none of them has anything to escape. NULL when there is none. */
static char *
dup_word (const OuioeJsonSlice *slice)
{
  if (slice->str == NULL || slice->len < 2 || *slice->str != '"')
    return NULL;
  return g_strndup (slice->str + 1, slice->len - 2);
}

/* An event has a kind and an id, a notice has a type. */
static gboolean
tell (const char *line, gsize len, OuioeSseFunc func, gpointer user_data)
{
  static const char *const names[] = { "id", "kind", "type" };
  OuioeJsonSlice values[G_N_ELEMENTS (names)] = { 0 };
  g_autofree char *id = NULL;
  g_autofree char *kind = NULL;
  g_autofree char *type = NULL;
  OuioeSseEvent message = { .data = line, .len = len };

  if (ouioe_json_scan_object (line, len, names, values, G_N_ELEMENTS (names)))
    {
      id = dup_word (&values[0]);
      kind = dup_word (&values[1]);
      type = dup_word (&values[2]);
    }
  message.id = kind != NULL ? id : NULL;
  message.event = kind != NULL ? kind : type != NULL ? type : "message";
  return func (&message, user_data);
}

gboolean
ouioe_line_stream_feed (OuioeLineStream *self, const char *data, gsize len, OuioeSseFunc func, gpointer user_data,
                        GError **error)
{
  while (len > 0)
    {
      const char *end = memchr (data, '\n', len);
      gsize n = end != NULL ? (gsize) (end - data) : len;
      gboolean wants_more;

      if (n > self->max_bytes - self->line->len)
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent a line of more than %zu bytes"),
                       self->max_bytes);
          return FALSE;
        }
      g_string_append_len (self->line, data, (gssize) n);
      if (end == NULL)
        return TRUE;

      wants_more = tell (self->line->str, self->line->len, func, user_data);
      if (!wants_more)
        return TRUE;
      g_string_truncate (self->line, 0);
      data = end + 1;
      len -= n + 1;
    }
  return TRUE;
}
