/* ouioectl-session.c - ids of sessions that are made here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-session.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
  gboolean done;

  if (options->json || options->ndjson)
    {
      json_t *object = json_pack ("{s:s}", "session_id", id);
      char *dump = json_dumps (object, JSON_COMPACT);

      done = dump != NULL && ouioectl_put_json (dump, strlen (dump));
      free (dump);
      json_decref (object);
      return done;
    }

  /* A script gets the id as it is, a terminal what is safe to show. */
  if (ouioectl_terminal_is (STDOUT_FILENO))
    {
      g_autofree char *safe = ouioectl_text_safe (id, -1, OUIOECTL_TEXT_LINE);

      done = ouioectl_put (safe);
    }
  else
    done = ouioectl_put_raw (id, strlen (id));
  return done && ouioectl_put_raw ("\n", 1);
}
