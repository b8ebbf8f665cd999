/* test-notifier.c - what is worth a notification, and when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "inspector-notifier.h"
#include "inspector-settings.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

typedef struct {
  InspectorNotifier *notifier;
  GString           *log;          /* a line per notification, and per withdrawal */
  gint64             now_us;
  const char        *seen;         /* the session on screen, or NULL */
} Fixture;

static void
send (const char *id, const char *session_id, const char *title, const char *body, gboolean is_urgent, gpointer user_data)
{
  g_assert_cmpstr (id + strlen ("session-"), ==, session_id);
  g_assert_cmpint (is_urgent, ==, strcmp (title, "Session Failed") == 0 || strstr (body, "warning") != NULL);
  g_string_append_printf (((Fixture *) user_data)->log, "%s: %s. %s\n", id, title, body);
}

static void
withdraw (const char *id, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->log, "-%s\n", id);
}

static gboolean
is_seen (const char *session_id, gpointer user_data)
{
  return g_strcmp0 (((Fixture *) user_data)->seen, session_id) == 0;
}

static gint64
get_now (gpointer user_data)
{
  return ((Fixture *) user_data)->now_us;
}

static const InspectorNotifierFuncs funcs = { send, withdraw, is_seen, get_now };

static void
set_up (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "notify-completion", "notify-warning", "notify-quiet", "notify-content" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (inspector_settings_get (), keys[i]);
  f->now_us = 1000 * SECOND;
  f->log = g_string_new (NULL);
  f->notifier = inspector_notifier_new (inspector_settings_get (), &funcs, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->notifier);
  g_string_free (f->log, TRUE);
}

/* @outcome: NULL while it runs */
static void
take (Fixture *f, const char *id, const char *outcome, guint64 n_warnings)
{
  const InspectorNews news = {
    .id = id, .title = "Summarise disk usage", .is_open = outcome == NULL, .outcome = outcome, .n_warnings = n_warnings,
    .began_us = 1000 * SECOND - 65 * SECOND, .ended_us = outcome != NULL ? 1000 * SECOND : 0,
    .last_activity_us = f->now_us,
  };

  inspector_notifier_take (f->notifier, &news);
}

static void
assert_told (Fixture *f, const char *lines)
{
  g_assert_cmpstr (f->log->str, ==, lines);
  g_string_truncate (f->log, 0);
}

static void
test_what_was_before_is_not_told (Fixture *f, gconstpointer data)
{
  take (f, "a", "done", 3);
  take (f, "b", NULL, 2);
  take (f, "b", NULL, 2);
  assert_told (f, "");
}

static void
test_an_end_is_told_with_its_duration (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  take (f, "a", "done", 0);
  take (f, "a", "done", 0);
  assert_told (f, "session-a: Session Completed. It took 01:05.\n");
}

static void
test_a_failure_is_told_with_its_outcome (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  take (f, "a", "truncated", 0);
  assert_told (f, "session-a: Session Failed. It took 01:05. Outcome: truncated.\n");
}

static void
test_warnings_are_joined (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 5);
  take (f, "a", NULL, 6);
  assert_told (f, "session-a: Warning. 1 warning.\n");
  f->now_us += SECOND;
  take (f, "a", NULL, 7);
  take (f, "a", NULL, 9);
  inspector_notifier_tick (f->notifier);
  assert_told (f, "");
  f->now_us += INSPECTOR_NOTIFIER_PAUSE_US;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "session-a: Warning. 3 warnings.\n");
  inspector_notifier_tick (f->notifier);
  assert_told (f, "");
}

static void
test_an_end_behind_a_warning_is_one_notification (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  take (f, "a", NULL, 1);
  assert_told (f, "session-a: Warning. 1 warning.\n");
  take (f, "a", NULL, 2);
  take (f, "a", "error", 2);
  assert_told (f, "");
  f->now_us += INSPECTOR_NOTIFIER_PAUSE_US;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "session-a: Session Failed. It took 01:05. Outcome: error. 1 warning.\n");
}

static void
test_what_is_on_screen_is_not_told (Fixture *f, gconstpointer data)
{
  f->seen = "a";
  take (f, "a", NULL, 0);
  take (f, "a", NULL, 1);
  take (f, "b", NULL, 0);
  take (f, "b", NULL, 1);
  f->seen = NULL;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "session-b: Warning. 1 warning.\n");
  take (f, "a", NULL, 2);
  assert_told (f, "session-a: Warning. 1 warning.\n");
}

static void
test_what_was_seen_is_withdrawn (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  take (f, "a", NULL, 1);
  take (f, "a", NULL, 2);
  assert_told (f, "session-a: Warning. 1 warning.\n");
  inspector_notifier_seen (f->notifier, "a");
  inspector_notifier_seen (f->notifier, "a");
  inspector_notifier_seen (f->notifier, "unknown");
  f->now_us += INSPECTOR_NOTIFIER_PAUSE_US;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "-session-a\n");
}

static void
test_a_muted_session_is_silent (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  inspector_notifier_mute (f->notifier, "a");
  take (f, "a", NULL, 1);
  take (f, "a", "done", 1);
  assert_told (f, "");
}

static void
test_a_session_falls_quiet_once (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  f->now_us += 200 * SECOND;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "");                             /* off unless it is wanted */
  g_settings_set_boolean (inspector_settings_get (), "notify-quiet", TRUE);
  take (f, "a", NULL, 0);
  f->now_us += 119 * SECOND;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "");
  f->now_us += SECOND;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "session-a: Session Is Quiet. Nothing has come for 2 minutes.\n");
  f->now_us += 60 * SECOND;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "");
  take (f, "a", NULL, 0);
  f->now_us += 120 * SECOND;
  inspector_notifier_tick (f->notifier);
  assert_told (f, "session-a: Session Is Quiet. Nothing has come for 2 minutes.\n");
}

static void
test_content_is_told_only_where_it_is_wanted (Fixture *f, gconstpointer data)
{
  g_settings_set_boolean (inspector_settings_get (), "notify-content", TRUE);
  take (f, "a", NULL, 0);
  take (f, "a", NULL, 1);
  assert_told (f, "session-a: Warning. 1 warning. Summarise disk usage\n");
}

static void
test_each_kind_can_be_switched_off (Fixture *f, gconstpointer data)
{
  g_settings_set_boolean (inspector_settings_get (), "notify-completion", FALSE);
  g_settings_set_boolean (inspector_settings_get (), "notify-warning", FALSE);
  take (f, "a", NULL, 0);
  take (f, "a", NULL, 1);
  take (f, "a", "error", 1);
  assert_told (f, "");
}

static void
test_a_forgotten_session_is_withdrawn (Fixture *f, gconstpointer data)
{
  take (f, "a", NULL, 0);
  take (f, "a", "done", 0);
  g_string_truncate (f->log, 0);
  inspector_notifier_forget (f->notifier, "a");
  inspector_notifier_forget (f->notifier, "a");
  assert_told (f, "-session-a\n");
  take (f, "a", "done", 4);
  assert_told (f, "");
}

int
main (int argc, char **argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/notifier/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("what-was-before-is-not-told", test_what_was_before_is_not_told);
  ADD ("an-end-is-told-with-its-duration", test_an_end_is_told_with_its_duration);
  ADD ("a-failure-is-told-with-its-outcome", test_a_failure_is_told_with_its_outcome);
  ADD ("warnings-are-joined", test_warnings_are_joined);
  ADD ("an-end-behind-a-warning-is-one-notification", test_an_end_behind_a_warning_is_one_notification);
  ADD ("what-is-on-screen-is-not-told", test_what_is_on_screen_is_not_told);
  ADD ("what-was-seen-is-withdrawn", test_what_was_seen_is_withdrawn);
  ADD ("a-muted-session-is-silent", test_a_muted_session_is_silent);
  ADD ("a-session-falls-quiet-once", test_a_session_falls_quiet_once);
  ADD ("content-is-told-only-where-it-is-wanted", test_content_is_told_only_where_it_is_wanted);
  ADD ("each-kind-can-be-switched-off", test_each_kind_can_be_switched_off);
  ADD ("a-forgotten-session-is-withdrawn", test_a_forgotten_session_is_withdrawn);
  return g_test_run ();
}
