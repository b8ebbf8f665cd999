/* ouioectl-list.c - the sessions of the daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <string.h>
#include <unistd.h>

#include "ouioectl-generation.h"
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
format_table (OuioectlTable *table)
{
  return ouioectl_table_format (table, ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0);
}

/* Leaves those with a model. */
static void
pick_models (GPtrArray *sessions)
{
  for (guint i = sessions->len; i > 0; i--)
    if (ouioe_session_get_generation (sessions->pdata[i - 1]) == NULL)
      g_ptr_array_remove_index (sessions, i - 1);
}

static gboolean
any_has_a_model (GPtrArray *sessions)
{
  for (guint i = 0; i < sessions->len; i++)
    if (ouioe_session_get_generation (sessions->pdata[i]) != NULL)
      return TRUE;
  return FALSE;
}

static const char *
state_of (OuioeSession *session)
{
  const char *outcome = ouioe_session_get_outcome (session);
  const char *state = outcome != NULL ? outcome : ouioe_session_state_to_string (ouioe_session_get_state (session));

  return state != NULL ? state : "";
}

/* @text: (nullable) */
static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static char *
make_table (GPtrArray *sessions)
{
  static const char *const headings[] = {
    /* TRANSLATORS: headings of columns: id, user, open or how it ended, numbers of steps of thinking and of updates of
     * progress, when something happened last, which model and what it does, what was asked for */
    N_("SESSION"), N_("USER"), N_("STATE"), N_("STEPS"), N_("UPDATES"), N_("ACTIVE"), N_("REQUEST"),
  };
  static const char *const with_model[] = {
    N_("SESSION"), N_("USER"), N_("STATE"), N_("STEPS"), N_("UPDATES"), N_("ACTIVE"), N_("MODEL"), N_("DOING"), N_("REQUEST"),
  };
  gboolean has_model = any_has_a_model (sessions);
  g_autoptr(OuioectlTable) table = has_model ? ouioectl_table_new (with_model, G_N_ELEMENTS (with_model))
                                             : ouioectl_table_new (headings, G_N_ELEMENTS (headings));
  gint64 now_us = g_get_real_time ();

  ouioectl_table_align_right (table, 3);
  ouioectl_table_align_right (table, 4);
  for (guint i = 0; i < sessions->len; i++)
    {
      OuioeSession *session = sessions->pdata[i];
      OuioeGeneration *generation = ouioe_session_get_generation (session);
      const char *id = ouioe_session_get_id (session);
      const char *request = or_empty (ouioe_session_get_user_request (session));
      const char *user = or_empty (ouioe_session_get_user_id (session));
      const char *model = generation != NULL ? or_empty (ouioe_generation_get_model (generation)) : "";
      g_autofree char *doing = generation != NULL ? ouioectl_generation_doing (generation, now_us) : NULL;
      g_autofree char *steps = g_strdup_printf ("%" G_GUINT64_FORMAT, ouioe_session_get_thinking_steps (session));
      g_autofree char *updates = g_strdup_printf ("%" G_GUINT64_FORMAT, ouioe_session_get_progress_updates (session));
      g_autofree char *active = ouioectl_text_moment (ouioe_session_get_last_activity_us (session), now_us);

      if (has_model)
        ouioectl_table_add (table, id, user, state_of (session), steps, updates, active, model, or_empty (doing), request,
                            NULL);
      else
        ouioectl_table_add (table, id, user, state_of (session), steps, updates, active, request, NULL);
    }
  return format_table (table);
}

/* What is known of the work of their models, in numbers. */
static char *
make_models (GPtrArray *sessions)
{
  static const char *const headings[] = {
    /* TRANSLATORS: headings of columns: id, model, tokens that went in and came out, tokens a second, how long until the
     * first one, share of thinking in the output, why it ended, what the model does */
    N_("SESSION"), N_("MODEL"), N_("IN"), N_("OUT"), N_("TOKENS/S"), N_("FIRST"), N_("THINKING"), N_("FINISH"), N_("DOING"),
  };
  g_autoptr(OuioectlTable) table = ouioectl_table_new (headings, G_N_ELEMENTS (headings));
  gint64 now_us = g_get_real_time ();

  for (guint column = 2; column <= 6; column++)
    ouioectl_table_align_right (table, column);
  for (guint i = 0; i < sessions->len; i++)
    {
      OuioeGeneration *generation = ouioe_session_get_generation (sessions->pdata[i]);
      g_autofree char *in = ouioectl_generation_count (ouioe_generation_get_input_tokens (generation));
      g_autofree char *out = ouioectl_generation_count (ouioe_generation_get_output_tokens (generation));
      g_autofree char *rate = ouioectl_generation_rate (generation);
      g_autofree char *first = ouioectl_generation_first (generation);
      g_autofree char *share = ouioectl_generation_share (generation);
      g_autofree char *doing = ouioectl_generation_doing (generation, now_us);

      ouioectl_table_add (table, ouioe_session_get_id (sessions->pdata[i]),
                          or_empty (ouioe_generation_get_model (generation)), in, out, rate, first, share,
                          or_empty (ouioe_generation_get_finish_reason (generation)), or_empty (doing), NULL);
    }
  return format_table (table);
}

typedef struct {
  OuioeClient      *client;
  const char       *user;      /* NULL: of all */
  OuioeSessionState state;     /* 0: in all */
  gboolean          models;    /* only with a model, and in numbers */
  gboolean          is_json;
} Wanted;

static gboolean
look (OuioectlLook *out, gpointer user_data, GError **error)
{
  const Wanted *self = user_data;
  g_autoptr(GPtrArray) sessions = ouioe_client_list_sessions (self->client, self->user, self->state, NULL, error);

  if (sessions == NULL)
    return FALSE;
  if (self->models)
    pick_models (sessions);
  if (!self->is_json)
    {
      out->text = self->models ? make_models (sessions) : make_table (sessions);
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
  gboolean models = FALSE;
  const GOptionEntry entries[] = {
    { "user", 'u', 0, G_OPTION_ARG_STRING, &user, N_("Only the sessions of this user"), N_("USER") },
    { "state", 's', 0, G_OPTION_ARG_STRING, &word, N_("Only open or closed ones"), "open|closed" },
    { "models", 'm', 0, G_OPTION_ARG_NONE, &models, N_("Only those with a model; tokens, speed, and why it ended"), NULL },
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch, N_("Go on looking, until Ctrl+C; with --json a line per change"), NULL },
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
      ouioectl_complain (_("--state: “%s” is neither open nor closed"), word);
      return OUIOECTL_EXIT_USAGE;
    }
  if (word != NULL)
    state = ouioe_session_state_from_string (word);

  client = ouioe_client_new (options->address);
  if (watch)
    {
      Wanted wanted = { client, user, state, models, options->json || options->ndjson };

      return (int) ouioectl_watch (options, "session_id", state == 0 ? "forgotten" : "left", look, &wanted);
    }
  sessions = ouioe_client_list_sessions (client, user, state, NULL, &error);
  if (sessions == NULL)
    return ouioectl_fail (error);

  if (models)
    pick_models (sessions);
  if (options->ndjson)
    print_ndjson (sessions);
  else if (options->json)
    print_json (sessions);
  else
    {
      text = models ? make_models (sessions) : make_table (sessions);
      ouioectl_put (text);
    }
  return OUIOECTL_EXIT_DONE;
}
