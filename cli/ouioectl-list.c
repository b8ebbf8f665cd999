/* ouioectl-list.c - the sessions of the daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <string.h>
#include <unistd.h>

#include "ouioectl-text.h"
#include "ouioectl-watch.h"

static void
print_json (GPtrArray *sessions)
{
  g_autoptr(GString) out = g_string_new ("[");

  for (guint i = 0; i < sessions->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ",\n " : "", ouioe_session_get_json (sessions->pdata[i]));
  g_string_append_c (out, ']');
  ouioectl_put_json (out->str, out->len);
}

static void
print_ndjson (GPtrArray *sessions)
{
  for (guint i = 0; i < sessions->len; i++)
    {
      const char *json = ouioe_session_get_json (sessions->pdata[i]);

      if (!ouioectl_put_json (json, strlen (json)))
        return;
    }
}

static char *
make_table (GPtrArray *sessions)
{
  static const char *const headings[] = { "SESSION", "USER", "STATE", "#STEPS", "#UPDATES", "ACTIVE", "REQUEST", NULL };
  g_autoptr(OuioectlTable) table = ouioectl_table_new (headings, G_N_ELEMENTS (headings) - 1);
  gint64 now_us = g_get_real_time ();
  guint width = ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0;

  for (guint i = 0; i < sessions->len; i++)
    {
      OuioeSession *session = sessions->pdata[i];
      const char *outcome = ouioe_session_get_outcome (session);
      const char *state = outcome != NULL ? outcome : ouioe_session_state_to_string (ouioe_session_get_state (session));
      const char *request = ouioe_session_get_user_request (session);
      const char *user = ouioe_session_get_user_id (session);
      g_autofree char *steps = g_strdup_printf ("%" G_GUINT64_FORMAT, ouioe_session_get_thinking_steps (session));
      g_autofree char *updates = g_strdup_printf ("%" G_GUINT64_FORMAT, ouioe_session_get_progress_updates (session));
      g_autofree char *active = ouioectl_text_moment (ouioe_session_get_last_activity_us (session), now_us);

      ouioectl_table_add (table, ouioe_session_get_id (session), user != NULL ? user : "", state != NULL ? state : "",
                          steps, updates, active, request != NULL ? request : "", NULL);
    }
  return ouioectl_table_format (table, width);
}

typedef struct {
  OuioeClient      *client;
  const char       *user;      /* NULL: of all */
  OuioeSessionState state;     /* 0: in all */
  gboolean          is_json;
} Wanted;

static gboolean
look (OuioectlLook *out, gpointer user_data, GError **error)
{
  const Wanted *self = user_data;
  g_autoptr(GPtrArray) sessions = ouioe_client_list_sessions (self->client, self->user, self->state, NULL, error);

  if (sessions == NULL)
    return FALSE;
  if (!self->is_json)
    {
      out->text = make_table (sessions);
      return TRUE;
    }
  for (guint i = sessions->len; i > 0; i--)   /* those that are new come last */
    ouioectl_look_add (out, ouioe_session_get_id (sessions->pdata[i - 1]), ouioe_session_get_json (sessions->pdata[i - 1]));
  return TRUE;
}

int
ouioectl_list (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *user = NULL;
  g_autofree char *word = NULL;
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
    { "user", 'u', 0, G_OPTION_ARG_STRING, &user, "Only the sessions of this user", "USER" },
    { "state", 's', 0, G_OPTION_ARG_STRING, &word, "Only open or closed ones", "open|closed" },
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch, "Go on looking, until Ctrl+C; with --json a line per change", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GPtrArray) sessions = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  OuioeSessionState state = 0;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 0, 0))
    return OUIOECTL_EXIT_USAGE;
  if (word != NULL && (strcmp (word, "open") != 0 && strcmp (word, "closed") != 0))
    {
      ouioectl_complain ("--state: “%s” is neither open nor closed", word);
      return OUIOECTL_EXIT_USAGE;
    }
  if (word != NULL)
    state = ouioe_session_state_from_string (word);

  client = ouioe_client_new (options->address);
  if (watch)
    {
      Wanted wanted = { client, user, state, options->json || options->ndjson };

      return (int) ouioectl_watch (options, "session_id", state == 0 ? "forgotten" : "left", look, &wanted);
    }
  sessions = ouioe_client_list_sessions (client, user, state, NULL, &error);
  if (sessions == NULL)
    return ouioectl_fail (error);

  if (options->ndjson)
    print_ndjson (sessions);
  else if (options->json)
    print_json (sessions);
  else
    {
      text = make_table (sessions);
      ouioectl_put (text);
    }
  return OUIOECTL_EXIT_DONE;
}
