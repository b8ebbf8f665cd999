/* test-watch.c - sessions, their rows and their words, as the inspector has them from a daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fake-daemon.h"
#include "inspector-format.h"
#include "inspector-kind.h"
#include "inspector-service.h"
#include "inspector-session-item.h"
#include "inspector-watch.h"

#define START "\"user_id\":\"alice\",\"debug_mode\":true,\"progress_updates\":true,\"max_stream_length\":1000," \
  "\"update_threshold_seconds\":0.0,\"expiry_seconds\":86400.0,\"user_request\":\"\",\"system_context\":{}"
#define END "\"outcome\":\"closed\",\"duration\":1.5,\"thinking_steps\":1,\"progress_updates\":0"

static InspectorWatch *
watch (FakeDaemon *daemon, const char *id)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));

  return inspector_watch_new (client, id);
}

/* Waits for so many rows. */
static void
wait_rows (InspectorWatch *self, guint n)
{
  InspectorChainModel *model = inspector_watch_get_model (self);

  fake_wait_for ((inspector_chain_model_apply (model, G_MAXUINT, 0),
                  g_list_model_get_n_items (G_LIST_MODEL (model)) >= n));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, n);
}

static InspectorChainItem *
row (InspectorWatch *self, guint position)
{
  GListModel *model = G_LIST_MODEL (inspector_watch_get_model (self));
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (model, position);

  g_assert_nonnull (item);
  return item;   /* the model keeps it */
}

static void
test_events_become_rows (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;
  InspectorChainItem *step;
  double value;

  fake_daemon_add_event (daemon, "s", "session_start", START);
  fake_daemon_add_event (daemon, "s", "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"So it is\","
                         "\"reasoning_chain\":[\"a\",\"b\"],\"confidence\":0.88");
  fake_daemon_add_event (daemon, "s", "thinking_step", "\"thinking_type\":\"acme.lint\",\"content\":\"Bare\"");
  fake_daemon_add_event (daemon, "s", "progress_update", "\"progress_type\":\"progress\",\"message\":\"Half\","
                         "\"progress_percentage\":50.0");
  fake_daemon_add_gap (daemon, "s", 7);
  fake_daemon_add_event (daemon, "s", "session_end", END);
  self = watch (daemon, "s");
  g_assert_cmpint (inspector_watch_get_state (self), ==, INSPECTOR_WATCH_CONNECTING);
  wait_rows (self, 6);

  g_assert_cmpint (inspector_chain_item_get_kind (row (self, 0)), ==, INSPECTOR_ITEM_START);
  step = row (self, 1);
  g_assert_cmpint (inspector_chain_item_get_kind (step), ==, INSPECTOR_ITEM_STEP);
  g_assert_cmpstr (inspector_chain_item_get_text (step), ==, "So it is");
  g_assert_cmpstr (inspector_chain_item_get_type_word (step), ==, "decision");
  g_assert_cmpstr (inspector_chain_item_get_reasons (step)[1], ==, "b");
  g_assert_true (inspector_chain_item_get_confidence (step, &value));
  g_assert_cmpfloat (value, ==, 0.88);
  g_assert_cmpint (inspector_chain_item_get_time_us (step), ==, 1795396262000000);
  g_assert_cmpstr (inspector_kind_get_name (inspector_kind_for_item (step), step), ==, "Decision");

  /* What was not reported is not there, and an own word is its own name. */
  g_assert_false (inspector_chain_item_get_confidence (row (self, 2), &value));
  g_assert_null (inspector_chain_item_get_reasons (row (self, 2))[0]);
  g_assert_cmpstr (inspector_kind_get_name (inspector_kind_for_item (row (self, 2)), row (self, 2)), ==, "acme.lint");
  g_assert_true (inspector_chain_item_get_percentage (row (self, 3), &value));
  g_assert_cmpfloat (value, ==, 50);
  g_assert_cmpstr (inspector_chain_item_get_text (row (self, 4)), ==, "7 events are no longer kept");
  g_assert_cmpint (inspector_chain_item_get_kind (row (self, 5)), ==, INSPECTOR_ITEM_END);

  g_assert_cmpint (inspector_watch_get_state (self), ==, INSPECTOR_WATCH_FINISHED);
  g_assert_cmpint (inspector_watch_get_ended_us (self) - inspector_watch_get_began_us (self), ==, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (inspector_chain_model_get_n_steps (inspector_watch_get_model (self)), ==, 2);
  g_assert_cmpuint (inspector_chain_model_get_n_updates (inspector_watch_get_model (self)), ==, 1);
  g_assert_cmpstr (ouioe_progress_update_get_progress_type (inspector_watch_get_progress (self)), ==, "progress");
}

static void
test_only_what_has_more_can_be_expanded (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;
  g_autofree char *long_text = g_strnfill (500, 'x');

  fake_daemon_add_step (daemon, "s", "analysis", "short");
  fake_daemon_add_step (daemon, "s", "analysis", long_text);
  fake_daemon_add_step (daemon, "s", "analysis", "1\\n2\\n3\\n4");
  fake_daemon_add_event (daemon, "s", "thinking_step", "\"thinking_type\":\"analysis\",\"content\":\"\","
                         "\"reasoning_chain\":[\"a\"]");
  self = watch (daemon, "s");
  wait_rows (self, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpint (inspector_chain_item_is_expandable (row (self, i)), ==, i > 0);
      g_object_set (row (self, i), "expanded", TRUE, NULL);
      g_assert_cmpint (inspector_chain_item_get_expanded (row (self, i)), ==, i > 0);
      inspector_chain_item_set_expanded (row (self, i), FALSE);
      g_assert_false (inspector_chain_item_get_expanded (row (self, i)));
    }
}

static void
test_a_lost_connection_loses_nothing (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;

  fake_daemon_add_step (daemon, "s", "analysis", "one");
  self = watch (daemon, "s");
  wait_rows (self, 1);
  g_assert_cmpint (inspector_watch_get_state (self), ==, INSPECTOR_WATCH_LIVE);

  fake_server_shut (fake_daemon_get_server (daemon));
  fake_wait_for (inspector_watch_get_state (self) == INSPECTOR_WATCH_LOST);
  g_assert_nonnull (inspector_watch_get_message (self));
  fake_daemon_add_step (daemon, "s", "analysis", "two");
  fake_server_reopen (fake_daemon_get_server (daemon));
  inspector_watch_retry (self);
  wait_rows (self, 2);
  g_assert_cmpint (inspector_watch_get_state (self), ==, INSPECTOR_WATCH_LIVE);
  g_assert_null (inspector_watch_get_message (self));
  g_assert_cmpstr (inspector_chain_item_get_text (row (self, 1)), ==, "two");
  inspector_watch_stop (self);
}

static gboolean
refuse_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_answer (out, "404 Not Found", "application/problem+json",
               "{\"detail\":\"Session not found\",\"code\":\"session-not-found\"}");
  return TRUE;
}

static void
test_a_refusal_is_told (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, refuse_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(InspectorWatch) self = inspector_watch_new (client, "s");

  fake_wait_for (inspector_watch_get_state (self) == INSPECTOR_WATCH_FAILED);
  g_assert_cmpstr (inspector_watch_get_message (self), ==, "Session not found");
  g_assert_cmpstr (inspector_watch_get_session_id (self), ==, "s");
}

/* ---- the list ---- */

static char *
ids_of (GListModel *sessions)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (sessions); i++)
    {
      g_autoptr(InspectorSessionItem) item = g_list_model_get_item (sessions, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", inspector_session_item_get_id (item));
    }
  return g_string_free (text, FALSE);
}

static gboolean
has_ids (GListModel *sessions, const char *expected)
{
  g_autofree char *ids = ids_of (sessions);

  return g_strcmp0 (ids, expected) == 0;
}

static void
count_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  *(guint *) user_data += removed + added;
}

static void
test_running_sessions_come_first (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  g_autoptr(InspectorService) service = NULL;
  g_autoptr(InspectorSessionItem) first = NULL;
  g_autoptr(InspectorSessionItem) moved = NULL;
  GListModel *sessions;
  guint n_changes = 0;

  fake_daemon_set_session (daemon, "a", "alice", "closed", "Old", 1);
  fake_daemon_set_session (daemon, "b", "bob", "open", "Running", 2);
  fake_daemon_set_session (daemon, "c", "carol", "closed", "", 1);
  fake_daemon_set_session (daemon, "d", "dora", "open", "Newest", 1);
  service = inspector_service_new (client);
  sessions = inspector_service_get_sessions (service);
  g_assert_cmpint (inspector_service_get_state (service), ==, INSPECTOR_SERVICE_CONNECTING);
  fake_wait_for (has_ids (sessions, "d b c a"));
  g_assert_cmpint (inspector_service_get_state (service), ==, INSPECTOR_SERVICE_ONLINE);
  g_assert_true (inspector_service_was_online (service));

  /* A session ends: it alone moves, and stays the same object. */
  first = g_list_model_get_item (sessions, 0);
  g_signal_connect (sessions, "items-changed", G_CALLBACK (count_cb), &n_changes);
  fake_daemon_set_session (daemon, "d", "dora", "closed", "Newest", 5);
  fake_wait_for (has_ids (sessions, "b d c a"));
  moved = g_list_model_get_item (sessions, 1);
  g_assert_true (first == moved);
  g_assert_cmpuint (n_changes, ==, 2);
  g_assert_cmpuint (ouioe_session_get_thinking_steps (inspector_session_item_get_session (moved)), ==, 5);
}

static void
test_an_absent_daemon_is_told_with_the_reason (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  g_autoptr(InspectorService) service = NULL;

  fake_server_shut (fake_daemon_get_server (daemon));
  service = inspector_service_new (client);
  fake_wait_for (inspector_service_get_state (service) == INSPECTOR_SERVICE_OFFLINE);
  g_assert_nonnull (strstr (inspector_service_get_message (service), fake_daemon_get_address (daemon)));
  g_assert_false (inspector_service_was_online (service));

  fake_daemon_set_session (daemon, "a", "alice", "open", "x", 1);
  fake_server_reopen (fake_daemon_get_server (daemon));
  inspector_service_retry (service);
  fake_wait_for (inspector_service_get_state (service) == INSPECTOR_SERVICE_ONLINE);
  g_assert_null (inspector_service_get_message (service));
  g_assert_true (has_ids (inspector_service_get_sessions (service), "a"));
}

static void
assert_words (FakeDaemon *daemon, InspectorService *service, gint64 later_us, const char *title, const char *subtitle,
              InspectorSessionMood mood)
{
  g_autoptr(InspectorSessionItem) item = g_list_model_get_item (inspector_service_get_sessions (service), 0);
  gint64 now_us = ouioe_session_get_last_activity_us (inspector_session_item_get_session (item)) + later_us;
  g_autofree char *item_title = inspector_session_item_dup_title (item);
  g_autofree char *item_subtitle = inspector_session_item_dup_subtitle (item, now_us);

  g_assert_cmpstr (item_title, ==, title);
  g_assert_cmpstr (item_subtitle, ==, subtitle);
  g_assert_cmpint (inspector_session_item_get_mood (item, now_us), ==, mood);
}

static gboolean
is_first_open (InspectorService *service)
{
  g_autoptr(InspectorSessionItem) item = g_list_model_get_item (inspector_service_get_sessions (service), 0);

  return inspector_session_item_is_open (item);
}

static void
test_a_session_is_described (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  g_autoptr(InspectorService) service = NULL;

  fake_daemon_set_session (daemon, "a", "alice", "open", "First line\\nsecond line", 1);
  service = inspector_service_new (client);
  fake_wait_for (has_ids (inspector_service_get_sessions (service), "a"));
  assert_words (daemon, service, 0, "First line…", "alice · 1 step", INSPECTOR_SESSION_LIVE);
  assert_words (daemon, service, 12 * G_USEC_PER_SEC, "First line…", "alice · 1 step · 12 s ago", INSPECTOR_SESSION_LIVE);
  assert_words (daemon, service, 40 * G_USEC_PER_SEC, "First line…", "alice · quiet for 40 s",
                INSPECTOR_SESSION_QUIET);

  fake_daemon_set_session (daemon, "a", "", "closed", "", 0);
  fake_wait_for (!is_first_open (service));
  {
    g_autoptr(InspectorSessionItem) item = g_list_model_get_item (inspector_service_get_sessions (service), 0);
    gint64 ended_us = ouioe_session_get_ended_us (inspector_session_item_get_session (item));
    g_autofree char *moment = inspector_format_moment (ended_us, ended_us);
    g_autofree char *words = g_strdup_printf ("%s · 00:00", moment);

    assert_words (daemon, service, 0, "a", words, INSPECTOR_SESSION_FINISHED);
  }
}

/* ---- words ---- */

static void
test_times_and_numbers_read_well (void)
{
  static const struct { gint64 seconds; const char *duration; const char *age; } rows[] = {
    { -5, "00:00", "0 s" },         { 59, "00:59", "59 s" },          { 130, "02:10", "2 min" },
    { 3792, "1:03:12", "63 min" },  { 7 * 3600, "7:00:00", "7 h" },   { 2 * 86400, "48:00:00", "2 d" },
  };
  g_autofree char *percent = inspector_format_percent (0.876);
  g_autofree char *over = inspector_format_percent (1.2);
  g_autofree char *line = inspector_format_one_line ("  \303\244\303\266\303\274xyz  ", 4);
  g_autofree char *cut = inspector_format_one_line ("abcdef\nsecond", 4);
  g_autofree char *joined = inspector_format_joined ("one\r\ntwo\tthree\n", 100);
  g_autofree char *bounded = inspector_format_bounded ("\303\244\303\266\303\274", 2);
  g_autofree char *count = inspector_format_count (1234567);
  g_autofree char *clock = inspector_format_clock (1795396262318000);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *duration = inspector_format_duration (rows[i].seconds * G_USEC_PER_SEC);
      g_autofree char *age = inspector_format_age (rows[i].seconds * G_USEC_PER_SEC);

      g_assert_cmpstr (duration, ==, rows[i].duration);
      g_assert_cmpstr (age, ==, rows[i].age);
    }
  g_assert_cmpstr (percent, ==, "88 %");
  g_assert_cmpstr (over, ==, "100 %");
  g_assert_cmpstr (line, ==, "\303\244\303\266\303\274…");
  g_assert_cmpstr (cut, ==, "ab…");
  g_assert_cmpstr (joined, ==, "one  two three");
  g_assert_cmpstr (bounded, ==, "\303\244…");
  g_assert_cmpstr (count, ==, "1234567");   /* the C locale has no separator */
  g_assert_cmpstr (clock, ==, "01:11:02.3");
}

/* ---- what is never stored ---- */

static gboolean
last_text_is (InspectorWatch *self, const char *text)
{
  GListModel *model = G_LIST_MODEL (inspector_watch_get_model (self));
  guint n;

  inspector_chain_model_apply (inspector_watch_get_model (self), G_MAXUINT, 0);
  n = g_list_model_get_n_items (model);
  return n > 0 && strcmp (inspector_chain_item_get_text (row (self, n - 1)), text) == 0;
}

static void
test_a_step_grows_and_becomes_an_event (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;
  InspectorChainItem *open;

  fake_daemon_add_step (daemon, "s", "analysis", "Before");
  fake_daemon_add_delta (daemon, "s", "3", 0, "Which ");
  self = watch (daemon, "s");
  fake_wait_for (last_text_is (self, "Which "));
  open = row (self, 1);
  g_assert_cmpint (inspector_chain_item_get_kind (open), ==, INSPECTOR_ITEM_OPEN);
  g_assert_cmpint (inspector_chain_item_get_time_us (open), ==, 0);
  fake_daemon_add_delta (daemon, "s", "3", 6, "hosts?");
  fake_wait_for (last_text_is (self, "Which hosts?"));
  g_assert_true (row (self, 1) == open);

  fake_daemon_add_event (daemon, "s", "thinking_step", "\"thinking_type\":\"planning\",\"content\":\"Which hosts? All.\","
                         "\"context_used\":{\"step_id\":\"3\"}");
  fake_wait_for (last_text_is (self, "Which hosts? All."));
  g_assert_true (row (self, 1) == open);   /* the same row */
  g_assert_cmpint (inspector_chain_item_get_kind (open), ==, INSPECTOR_ITEM_STEP);
  g_assert_cmpuint (inspector_chain_model_get_n_open (inspector_watch_get_model (self)), ==, 0);
  g_assert_cmpuint (inspector_chain_model_get_n_steps (inspector_watch_get_model (self)), ==, 2);
  wait_rows (self, 2);
}

static void
test_a_dropped_step_goes (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;

  fake_daemon_add_delta (daemon, "s", "1", 0, "Never mind");
  fake_daemon_add_delta (daemon, "s", "2", 0, "Stays");
  self = watch (daemon, "s");
  fake_wait_for (last_text_is (self, "Stays"));
  wait_rows (self, 2);
  fake_daemon_add_frame (daemon, "s", "thinking_dropped", "\"step_id\":\"1\"");
  fake_wait_for ((inspector_chain_model_apply (inspector_watch_get_model (self), G_MAXUINT, 0),
                  g_list_model_get_n_items (G_LIST_MODEL (inspector_watch_get_model (self))) == 1));
  g_assert_cmpstr (inspector_chain_item_get_text (row (self, 0)), ==, "Stays");
  fake_daemon_add_event (daemon, "s", "session_end", END);
  fake_wait_for (last_text_is (self, "The session ended"));
  wait_rows (self, 1);   /* nothing came of the other */
}

static void
test_after_a_break_open_steps_begin_anew (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;

  fake_daemon_add_step (daemon, "s", "analysis", "Before");
  fake_daemon_add_delta (daemon, "s", "1", 0, "Half a thou");
  self = watch (daemon, "s");
  fake_wait_for (last_text_is (self, "Half a thou"));
  fake_server_shut (fake_daemon_get_server (daemon));
  fake_wait_for (inspector_watch_get_state (self) == INSPECTOR_WATCH_LOST);
  g_assert_true (last_text_is (self, "Half a thou"));   /* what was seen stays */
  fake_daemon_add_delta (daemon, "s", "1", 0, "Half a thought");
  fake_server_reopen (fake_daemon_get_server (daemon));
  inspector_watch_retry (self);
  fake_wait_for (last_text_is (self, "Half a thought"));
  wait_rows (self, 2);
}

static void
count_generation_cb (InspectorWatch *self, guint *n)
{
  (*n)++;
}

static void
test_the_model_behind_it_is_told (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) self = NULL;
  OuioePhase phase;
  gint64 begin_us;
  gint64 end_us;
  guint n = 0;

  fake_daemon_set_generation (daemon, "s", "{\"model\":\"qwen3:8b\",\"phase\":\"none\",\"calls\":1,\"phases\":"
                              "[{\"phase\":\"thinking\",\"begin\":\"2026-11-23T01:11:01+00:00\","
                              "\"end\":\"2026-11-23T01:11:04+00:00\"}]}");
  self = watch (daemon, "s");
  g_signal_connect (self, "generation-changed", G_CALLBACK (count_generation_cb), &n);
  g_assert_null (inspector_watch_get_generation (self));
  fake_wait_for (inspector_watch_get_generation (self) != NULL);   /* it was asked for */
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (inspector_watch_get_user_id (self), ==, "alice");
  g_assert_true (ouioe_generation_get_span (inspector_watch_get_generation (self), 0, &phase, &begin_us, &end_us));
  g_assert_cmpint (phase, ==, OUIOE_PHASE_THINKING);
  g_assert_cmpint (end_us - begin_us, ==, 3 * G_USEC_PER_SEC);

  fake_daemon_add_frame (daemon, "s", "generation", "\"generation\":{\"phase\":\"answer\",\"calls\":2,"
                         "\"calls_under_way\":1,\"can_stop\":true}");
  fake_wait_for (n == 2);
  g_assert_cmpint (ouioe_generation_get_phase (inspector_watch_get_generation (self)), ==, OUIOE_PHASE_ANSWER);
  g_assert_true (ouioe_generation_get_can_stop (inspector_watch_get_generation (self)));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watch/events-become-rows", test_events_become_rows);
  g_test_add_func ("/watch/only-what-has-more-can-be-expanded", test_only_what_has_more_can_be_expanded);
  g_test_add_func ("/watch/a-lost-connection-loses-nothing", test_a_lost_connection_loses_nothing);
  g_test_add_func ("/watch/a-refusal-is-told", test_a_refusal_is_told);
  g_test_add_func ("/service/running-sessions-come-first", test_running_sessions_come_first);
  g_test_add_func ("/service/an-absent-daemon-is-told-with-the-reason", test_an_absent_daemon_is_told_with_the_reason);
  g_test_add_func ("/service/a-session-is-described", test_a_session_is_described);
  g_test_add_func ("/format/times-and-numbers-read-well", test_times_and_numbers_read_well);
  g_test_add_func ("/watch/a-step-grows-and-becomes-an-event", test_a_step_grows_and_becomes_an_event);
  g_test_add_func ("/watch/a-dropped-step-goes", test_a_dropped_step_goes);
  g_test_add_func ("/watch/after-a-break-open-steps-begin-anew", test_after_a_break_open_steps_begin_anew);
  g_test_add_func ("/watch/the-model-behind-it-is-told", test_the_model_behind_it_is_told);
  return g_test_run ();
}
