/* ouioectl-session.c - ids of sessions that are made here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-session.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-text.h"

char *
ouioectl_session_make_id (const char *prefix)
{
  g_autofree char *uuid = g_uuid_string_random ();

  return g_strdup_printf ("%s-%s", prefix, uuid + 24);   /* its last 12 digits, which are all random */
}

gboolean
ouioectl_session_print_id (OuioectlOptions *options, const char *id)
{
  g_autofree char *line = NULL;

  if (options->json || options->ndjson)
    {
      json_t *object = json_pack ("{s:s}", "session_id", id);
      char *dump = json_dumps (object, JSON_COMPACT);

      line = g_strconcat (dump != NULL ? dump : "{}", "\n", NULL);
      free (dump);
      json_decref (object);
    }
  else
    {
      g_autofree char *safe = ouioectl_text_safe (id, -1, OUIOECTL_TEXT_LINE);

      line = g_strconcat (safe, "\n", NULL);
    }
  return ouioectl_put_raw (line, strlen (line));
}
