/* test-generation.c - the model's work: shown at once when it matters, else joined; kept when asked; control
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "draft-reader.h"

#define MS G_GINT64_CONSTANT (1000)

static void
set (Fixture *f, const char *id, OuioePhase phase, guint n_calls, gboolean keep)
{
  ouioed_hub_set_generation (f->hub, id, new_generation (phase, n_calls), keep);
}

static void
count_cb (OuioedHub *hub, OuioedChannel *channel, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_another_phase_is_shown_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autoptr(DraftReader) all = NULL;
  guint n_signals = 0;

  fixture_open (f, "s");
  g_signal_connect (f->hub, "generation-changed", G_CALLBACK (count_cb), &n_signals);
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_PROGRESS);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  set (f, "s", OUIOE_PHASE_WAITING, 1, FALSE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:waiting");
  set (f, "s", OUIOE_PHASE_THINKING, 1, FALSE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:thinking");
  g_assert_cmpstr (draft_reader_read (all), ==, "gen:thinking");   /* it came later: the newest wins */
  g_assert_cmpuint (n_signals, ==, 2);
}

static void
test_silence_is_shown_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  OuioeGeneration *stalled = new_generation (OUIOE_PHASE_THINKING, 1);

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  set (f, "s", OUIOE_PHASE_THINKING, 1, FALSE);
  draft_reader_read (reader);
  stalled->stalled_since_us = 77;
  ouioed_hub_set_generation (f->hub, "s", stalled, FALSE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:thinking");
  set (f, "s", OUIOE_PHASE_THINKING, 1, FALSE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:thinking");
}

static void
test_the_rest_is_joined (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  guint n_signals = 0;

  fixture_open (f, "s");
  g_signal_connect (f->hub, "generation-changed", G_CALLBACK (count_cb), &n_signals);
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  for (guint i = 0; i < 1000; i++)
    {
      f->now_us += MS;
      set (f, "s", OUIOE_PHASE_THINKING, i, FALSE);
      draft_reader_read (reader);
    }
  g_assert_cmpuint (reader->n_generations, ==, 4);
  g_assert_cmpuint (n_signals, ==, 4);

  f->now_us += 300 * MS;
  while (f->hub->drafts_waiting.length > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:thinking");   /* the last is not lost */
  g_assert_cmpuint (ouioed_channel_get_generation (ouioed_hub_find (f->hub, "s"))->n_calls, ==, 999);
}

static void
test_a_flood_of_phases_is_joined (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  for (guint i = 0; i < 999; i++)
    {
      f->now_us += MS;
      set (f, "s", i % 2 == 0 ? OUIOE_PHASE_THINKING : OUIOE_PHASE_ANSWER, i, FALSE);
      draft_reader_read (reader);
    }
  g_assert_cmpuint (reader->n_generations, >=, 30);
  g_assert_cmpuint (reader->n_generations, <=, 35);

  f->now_us += 300 * MS;
  while (f->hub->drafts_waiting.length > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "gen:thinking");   /* the last is not lost */
}

static void
test_who_comes_late_is_told_what_goes_on (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) one = NULL;
  g_autoptr(DraftReader) all = NULL;

  fixture_open (f, "busy");
  fixture_open (f, "idle");
  set (f, "busy", OUIOE_PHASE_ANSWER, 1, FALSE);
  set (f, "idle", OUIOE_PHASE_NONE, 1, FALSE);
  one = draft_reader_new (f, "idle", OUIOE_STREAMS_BOTH);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  g_assert_cmpstr (draft_reader_read (one), ==, "gen:none");
  g_assert_cmpstr (draft_reader_read (all), ==, "gen:answer");      /* not of every session there ever was */
  f->now_us += 300 * MS;
  set (f, "idle", OUIOE_PHASE_NONE, 2, FALSE);
  g_assert_cmpstr (draft_reader_read (all), ==, "gen:none");
}

static void
test_sessions_tell_the_newest (Fixture *f, gconstpointer data)
{
  OuioeSessionInfo info;

  fixture_open (f, "s");
  g_assert_null (ouioed_channel_get_generation (ouioed_hub_find (f->hub, "s")));
  set (f, "s", OUIOE_PHASE_WAITING, 1, FALSE);
  set (f, "s", OUIOE_PHASE_WAITING, 2, FALSE);    /* not shown yet */
  g_assert_true (ouioed_channel_get_info (ouioed_hub_find (f->hub, "s"), &info));
  g_assert_cmpuint (info.generation->n_calls, ==, 2);
  ouioed_hub_set_generation (f->hub, "none", new_generation (OUIOE_PHASE_NONE, 1), TRUE);
  g_assert_null (ouioed_hub_find (f->hub, "none"));
}

/* Another hub with what the store had of the session. */
static void
restart (Fixture *f, const char *id)
{
  g_autoptr(OuioedSessionRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  OuioedContents *contents;

  settle ();
  record = ouioed_session_record_copy (ouioed_channel_get_record (ouioed_hub_find (f->hub, id)));
  g_assert_finalize_object (f->hub);
  contents = ouioed_store_open (OUIOED_STORE (f->store), &error);
  g_assert_no_error (error);
  g_ptr_array_add (contents->sessions, g_steal_pointer (&record));
  f->hub = ouioed_hub_new (OUIOED_STORE (f->store), contents, &f->limits);
}

static void
test_what_is_kept_survives (Fixture *f, gconstpointer data)
{
  const OuioedSessionRecord *record;
  guint n_commits;

  fixture_open (f, "s");
  set (f, "s", OUIOE_PHASE_NONE, 3, TRUE);
  settle ();
  n_commits = f->store->n_commits;
  set (f, "s", OUIOE_PHASE_NONE, 4, FALSE);
  settle ();
  g_assert_cmpuint (f->store->n_commits, ==, n_commits);
  record = ouioed_channel_get_record (ouioed_hub_find (f->hub, "s"));
  g_assert_cmpuint (record->generation->n_calls, ==, 3);

  g_assert_true (fixture_close (f, "s", NULL));
  set (f, "s", OUIOE_PHASE_NONE, 5, TRUE);        /* also of a closed one */
  settle ();
  fixture_open (f, "s");                          /* and over its next turn */
  g_assert_cmpuint (ouioed_channel_get_record (ouioed_hub_find (f->hub, "s"))->generation->n_calls, ==, 5);
}

static void
test_nothing_is_under_way_after_a_restart (Fixture *f, gconstpointer data)
{
  OuioeGeneration *generation = new_generation (OUIOE_PHASE_WAITING, 3);
  g_autofree char *json = NULL;

  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, G_USEC_PER_SEC);
  generation->stalled_since_us = 5;
  generation->estimate_low_us = 1;
  generation->estimate_high_us = 2;
  generation->estimate_runs = 3;
  fixture_open (f, "s");
  ouioed_hub_set_generation (f->hub, "s", generation, TRUE);
  restart (f, "s");

  json = ouioe_generation_to_json (ouioed_channel_get_generation (ouioed_hub_find (f->hub, "s")));
  g_assert_cmpstr (json, ==,
                   "{\"phase\":\"none\",\"calls\":3,\"phase_seconds\":{\"waiting\":0.999},"
                   "\"phases\":[{\"phase\":\"waiting\",\"begin\":\"1970-01-01T00:00:00.001000+00:00\","
                   "\"end\":\"1970-01-01T00:00:01.000000+00:00\"}]}");
}

static void
test_the_title_follows_the_newest_question (Fixture *f, gconstpointer data)
{
  const OuioedSessionRecord *record;

  fixture_open (f, "s");
  ouioed_hub_set_user_request (f->hub, "s", "what then?");
  ouioed_hub_set_user_request (f->hub, "none", "nobody");
  settle ();
  record = ouioed_channel_get_record (ouioed_hub_find (f->hub, "s"));
  g_assert_cmpstr (record->context->user_request.str, ==, "what then?");
  g_assert_cmpstr (record->context->system_context.str, ==, "{}");
}

/* ---- control ---- */

typedef struct {
  gboolean  done;
  gboolean  ok;
  GError   *error;
  GString  *asked;
} Control;

static void
control_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Control *control = user_data;

  g_clear_error (&control->error);
  control->ok = ouioed_hub_control_finish (OUIOED_HUB (source), result, &control->error);
  control->done = TRUE;
}

static void
control (Fixture *f, Control *control, const char *id, OuioedControl what)
{
  control->done = FALSE;
  ouioed_hub_control_async (f->hub, id, what, control_cb, control);
  while (!control->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
control_func (const char *session_id, OuioedControl what, GTask *task, gpointer user_data)
{
  Control *control = user_data;

  g_string_append_printf (control->asked, "%s %s;", session_id, what == OUIOED_CONTROL_STOP ? "stop" : "answer");
  if (what == OUIOED_CONTROL_STOP)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE, "Not this server.");
  g_object_unref (task);
}

static void
test_control_goes_to_who_can (Fixture *f, gconstpointer data)
{
  Control c = { .asked = g_string_new (NULL) };

  fixture_open (f, "s");
  control (f, &c, "none", OUIOED_CONTROL_STOP);
  g_assert_error (c.error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  control (f, &c, "s", OUIOED_CONTROL_STOP);
  g_assert_error (c.error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_assert_cmpstr (c.error->message, ==, "No call of a model is under way in this session.");

  ouioed_hub_set_control (f->hub, control_func, &c);
  control (f, &c, "s", OUIOED_CONTROL_STOP);
  g_assert_no_error (c.error);
  g_assert_true (c.ok);
  control (f, &c, "s", OUIOED_CONTROL_ANSWER_NOW);
  g_assert_error (c.error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  control (f, &c, "none", OUIOED_CONTROL_STOP);
  g_assert_error (c.error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_assert_cmpstr (c.asked->str, ==, "s stop;s answer;");

  ouioed_hub_set_control (f->hub, NULL, NULL);
  control (f, &c, "s", OUIOED_CONTROL_STOP);
  g_assert_error (c.error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_clear_error (&c.error);
  g_string_free (c.asked, TRUE);
}

#define ADD(name, func) \
  g_test_add ("/generation/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("another-phase-is-shown-at-once", test_another_phase_is_shown_at_once);
  ADD ("silence-is-shown-at-once", test_silence_is_shown_at_once);
  ADD ("the-rest-is-joined", test_the_rest_is_joined);
  ADD ("a-flood-of-phases-is-joined", test_a_flood_of_phases_is_joined);
  ADD ("who-comes-late-is-told-what-goes-on", test_who_comes_late_is_told_what_goes_on);
  ADD ("sessions-tell-the-newest", test_sessions_tell_the_newest);
  ADD ("what-is-kept-survives", test_what_is_kept_survives);
  ADD ("nothing-is-under-way-after-a-restart", test_nothing_is_under_way_after_a_restart);
  ADD ("the-title-follows-the-newest-question", test_the_title_follows_the_newest_question);
  ADD ("control-goes-to-who-can", test_control_goes_to_who_can);

  return g_test_run ();
}
