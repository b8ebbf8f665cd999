/* ouioectl-stats.c - the counters of a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-text.h"
#include "ouioectl-watch.h"

/* Every member of the answer is shown by its own name, in any language: a newer daemon may tell more than this one knows. */
static void
add_value (OuioectlTable *table, const char *label, json_t *value)
{
  g_autofree char *text = NULL;
  const char *name;
  json_t *member;

  if (json_is_object (value))
    {
      json_object_foreach (value, name, member)
        {
          g_autofree char *inner = g_strdup_printf ("%s: %s", label, name);

          add_value (table, inner, member);
        }
      return;
    }

  if (json_is_string (value))
    text = g_strdup (json_string_value (value));
  else if (json_is_real (value))
    text = g_strdup_printf ("%.3f", json_real_value (value));
  else
    {
      char *dump = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT);

      text = g_strdup (dump != NULL ? dump : "");
      free (dump);
    }
  ouioectl_table_add (table, label, text, NULL);
}

static char *
label_of (const char *name)
{
  char *label = g_strdelimit (g_strdup (name), "_", ' ');

  label[0] = g_ascii_toupper (label[0]);
  return label;
}

char *
ouioectl_stats_format (const char *json)
{
  json_t *stats = json_loads (json, JSON_ALLOW_NUL, NULL);
  g_autoptr(OuioectlTable) table = ouioectl_table_new (NULL, 2);
  const char *name;
  json_t *value;

  if (!json_is_object (stats))
    {
      json_decref (stats);
      return NULL;
    }
  json_object_foreach (stats, name, value)
    {
      g_autofree char *label = label_of (name);

      if (strcmp (name, "generation") != 0)   /* “show” has words for it */
        add_value (table, label, value);
    }
  json_decref (stats);
  return ouioectl_table_format (table, 0);
}

/* A closed session answers no question about its counters any more, but tells them with all the rest. */
static char *
dup_stats_of_closed (OuioeClient *client, const char *id, GError **error)
{
  g_autoptr(OuioeSession) session = ouioe_client_get_session (client, id, NULL, error);
  json_t *all, *stats;
  char *dump, *json;

  if (session == NULL)
    return NULL;

  all = json_loads (ouioe_session_get_json (session), JSON_ALLOW_NUL, NULL);
  stats = json_object_get (all, "stats");
  json_object_set_new (stats, "session_id", json_string (id));
  dump = json_dumps (stats, JSON_COMPACT | JSON_REAL_PRECISION (15));
  json = g_strdup (dump != NULL ? dump : "{}");
  free (dump);
  json_decref (all);

  return json;
}

static char *
dup_stats (OuioeClient *client, const char *id, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  char *json = ouioe_client_get_session_stats (client, id, NULL, &local_error);

  if (json != NULL)
    return json;
  if (g_error_matches (local_error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))
    return dup_stats_of_closed (client, id, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static char *
make_text (const char *json, GError **error)
{
  char *text = ouioectl_stats_format (json);

  if (text == NULL)
    g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL,
                         _("the daemon answered something else than statistics"));
  return text;
}

typedef struct {
  OuioeClient *client;
  const char  *id;
  gboolean     is_json;
} Target;

static gboolean
look (OuioectlLook *out, gpointer user_data, GError **error)
{
  const Target *self = user_data;
  g_autoptr(OuioeSession) session = ouioe_client_get_session (self->client, self->id, NULL, error);
  g_autofree char *json = session != NULL ? dup_stats (self->client, self->id, error) : NULL;

  if (json == NULL)
    return FALSE;
  out->over = ouioe_session_get_outcome (session) != NULL;
  if (self->is_json)
    ouioectl_look_add (out, self->id, json);
  else
    out->text = make_text (json, error);
  return self->is_json || out->text != NULL;
}

int
ouioectl_stats (OuioectlOptions *options, int argc, char **argv)
{
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch,
      N_("Go on looking, until it is closed; with --json a line per change"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  Target target;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  target = (Target) { client, argv[1], options->json || options->ndjson };
  if (watch)
    return (int) ouioectl_watch (options, "session_id", "forgotten", look, &target);

  json = dup_stats (client, argv[1], &error);
  if (json == NULL)
    return ouioectl_fail (error);
  if (target.is_json)
    {
      ouioectl_put_json (json, strlen (json));
      return OUIOECTL_EXIT_DONE;
    }
  text = make_text (json, &error);
  if (text == NULL)
    return ouioectl_fail (error);
  ouioectl_put (text);
  return OUIOECTL_EXIT_DONE;
}
