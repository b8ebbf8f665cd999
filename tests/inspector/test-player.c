/* test-player.c - a session happens again: when each event is due, how it is shown, and how one moves in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-daemon.h"
#include "inspector-player.h"
#include "inspector-score.h"
#include "recorded.h"

#define S G_USEC_PER_SEC

/* ---- the score ---- */

static InspectorScore *
make_score (Recorded *recorded, gboolean shorten)
{
  InspectorScore *score = inspector_score_new (shorten);
  g_autoptr(GPtrArray) events = recorded_events (recorded);

  for (guint i = 0; i < events->len; i++)
    inspector_score_add (score, events->pdata[i]);
  return score;
}

static void
assert_dues (InspectorScore *score, const double *seconds, guint n)
{
  g_assert_cmpuint (inspector_score_get_n (score), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (inspector_score_get_due_us (score, i), ==, (gint64) (seconds[i] * S));
}

/* At 0, 1, 41 and 46 seconds. */
static void
add_gaps (Recorded *recorded)
{
  recorded_init (recorded, "s");
  recorded_step (recorded, "analysis", "a");
  recorded_step (recorded, "analysis", "b");
  recorded->time_ms += 39000;
  recorded_step (recorded, "analysis", "c");
  recorded->time_ms += 4000;
  recorded_step (recorded, "analysis", "d");
}

static void
test_long_silences_are_short (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorScore) score = NULL;
  gint64 began_us;

  add_gaps (&recorded);
  score = make_score (&recorded, TRUE);
  assert_dues (score, (const double[]) { 0, 1, 2, 7 }, 4);
  inspector_score_set_shorten (score, FALSE);
  assert_dues (score, (const double[]) { 0, 1, 41, 46 }, 4);
  inspector_score_set_shorten (score, TRUE);
  assert_dues (score, (const double[]) { 0, 1, 2, 7 }, 4);

  /* Within a silence that is shortened, recorded time runs. */
  began_us = inspector_score_to_recorded (score, 0);
  g_assert_cmpint (inspector_score_to_recorded (score, 3 * S / 2) - began_us, ==, 21 * S);
  g_assert_cmpint (inspector_score_to_played (score, began_us + 21 * S), ==, 3 * S / 2);
  g_assert_cmpint (inspector_score_to_recorded (score, 100 * S) - began_us, ==, 46 * S);
  g_assert_cmpint (inspector_score_to_played (score, 0), ==, 0);
  g_assert_cmpuint (inspector_score_count (score, -1), ==, 0);
  g_assert_cmpuint (inspector_score_count (score, 2 * S - 1), ==, 2);
  g_assert_cmpuint (inspector_score_count (score, 2 * S), ==, 3);
  g_assert_cmpint (inspector_score_get_end_us (score), ==, 7 * S);
}

static void
test_a_clock_that_stepped_back_does_not (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorScore) score = NULL;

  recorded_init (&recorded, "s");
  recorded_step (&recorded, "analysis", "a");
  recorded.time_ms -= 9000;
  recorded_step (&recorded, "analysis", "b");
  recorded.time_ms += 10000;
  recorded_step (&recorded, "analysis", "c");
  score = make_score (&recorded, TRUE);
  assert_dues (score, (const double[]) { 0, 0, 3 }, 3);
}

static void
test_what_has_no_time_comes_with_what_is_before (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(InspectorScore) score = inspector_score_new (TRUE);

  recorded_init (&recorded, "s");
  recorded_step (&recorded, "analysis", "a");
  recorded_step (&recorded, "analysis", "b");
  events = recorded_events (&recorded);
  inspector_score_add (score, NULL);
  inspector_score_add (score, events->pdata[0]);
  inspector_score_add (score, NULL);
  inspector_score_add (score, events->pdata[1]);
  assert_dues (score, (const double[]) { 0, 0, 0, 1 }, 4);
}

static void
test_what_is_forgotten_moves_nothing (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorScore) score = NULL;

  add_gaps (&recorded);
  score = make_score (&recorded, TRUE);
  inspector_score_drop (score, 2);
  assert_dues (score, (const double[]) { 2, 7 }, 2);
  g_assert_cmpint (inspector_score_get_start_us (score), ==, 1 * S);
  g_assert_cmpuint (inspector_score_count (score, 2 * S), ==, 1);
}

#define GROWS "\"thinking_type\":\"analysis\",\"content\":\"déjà vu\",\"context_used\":{\"step_id\":\"7\",\"rhythm\":%s}"

static void
add_growing (Recorded *recorded, const char *rhythm)
{
  g_autofree char *members = g_strdup_printf (GROWS, rhythm);

  recorded_add (recorded, "thinking_step", members);
}

static void
test_a_step_grows_in_its_rhythm (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorScore) score = NULL;
  g_autoptr(GArray) beats = NULL;
  static const InspectorBeat expected[] = { { 4 * S, 4 }, { 7 * S, 5 }, { 8 * S, 7 }, { 11 * S, 7 } };

  recorded_init (&recorded, "s");
  recorded_step (&recorded, "analysis", "a");
  recorded.time_ms += 69000;
  /* It took 66 seconds of the 70 to the end; between two of its pieces nothing came for a minute. */
  add_growing (&recorded, "[0,4,3000,1,60000,2,3000,0]");
  score = make_score (&recorded, TRUE);
  /* 4 s of silence before it and 3 s stay, the minute becomes 1 s. */
  assert_dues (score, (const double[]) { 0, 4 + 3 + 1 + 3 }, 2);
  beats = inspector_score_dup_beats (score, 1);
  g_assert_cmpuint (beats->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpint (g_array_index (beats, InspectorBeat, i).n_chars, ==, expected[i].n_chars);
      g_assert_cmpint (g_array_index (beats, InspectorBeat, i).due_us, ==, expected[i].due_us);
    }
  g_assert_null (inspector_score_dup_beats (score, 0));
}

static void
test_a_rhythm_that_does_not_fit_is_none (void)
{
  static const char *const bad[] = { "[0,4]", "[0,7,1]", "[]", "7", "[-5,7]", "[0,-1,0,8]", "[99999999999,7]", "[\"a\",7]" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto(Recorded) recorded = { 0 };
      g_autoptr(InspectorScore) score = NULL;

      recorded_init (&recorded, "s");
      add_growing (&recorded, bad[i]);
      score = make_score (&recorded, TRUE);
      g_assert_null (inspector_score_dup_beats (score, 0));
    }
}

/* ---- the player ---- */

typedef struct {
  Recorded         recorded;
  InspectorWatch  *source;
  InspectorPlayer *player;
  gint64           now_us;     /* of the player's clock */
  guint            n_moved;
} Fixture;

static gint64
read_clock (gpointer user_data)
{
  return ((Fixture *) user_data)->now_us;
}

static void
count_signal (guint *n)
{
  (*n)++;
}

static void
start_player (Fixture *f)
{
  g_autoptr(GPtrArray) events = recorded_events (&f->recorded);

  f->source = inspector_watch_new_recording ("s", events);
  f->player = inspector_player_new (f->source);
  inspector_player_set_clock (f->player, read_clock, f);
  g_signal_connect_swapped (f->player, "moved", G_CALLBACK (count_signal), &f->n_moved);
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->now_us = 1000;
  recorded_init (&f->recorded, "s");
}

/* Began at 0, a step at 1, an update at 2, a step at 3 s, the end at 4 s. */
static void
record_usual (Fixture *f)
{
  recorded_start (&f->recorded, "alice", "x");
  recorded_step (&f->recorded, "analysis", "a");
  recorded_update (&f->recorded, "progress", "half", 50);
  recorded_step (&f->recorded, "decision", "b");
  recorded_end (&f->recorded, "done");
  start_player (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->player);
  g_clear_object (&f->source);
  recorded_clear (&f->recorded);
}

static InspectorChainModel *
model (Fixture *f)
{
  return inspector_watch_get_model (inspector_player_get_watch (f->player));
}

static guint
n_rows (Fixture *f)
{
  inspector_chain_model_apply (model (f), G_MAXUINT, 0);
  return g_list_model_get_n_items (G_LIST_MODEL (model (f)));
}

static void
go_on (Fixture *f, double seconds)
{
  f->now_us += (gint64) (seconds * S);
  inspector_player_advance (f->player);
}

static char *
last_text (Fixture *f)
{
  guint n = n_rows (f);
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (model (f)), n - 1);

  return g_strdup (inspector_chain_item_get_text (item));
}

static void
assert_last_text (Fixture *f, const char *expected)
{
  g_autofree char *text = last_text (f);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_events_come_when_they_are_due (Fixture *f, gconstpointer data)
{
  InspectorWatch *watch;

  record_usual (f);
  watch = inspector_player_get_watch (f->player);
  g_assert_cmpuint (n_rows (f), ==, 1);   /* what was there at once */
  g_assert_false (inspector_player_is_playing (f->player));
  go_on (f, 5);
  g_assert_cmpuint (n_rows (f), ==, 1);   /* it stands */

  inspector_player_play (f->player);
  go_on (f, 0.999);
  g_assert_cmpuint (n_rows (f), ==, 1);
  go_on (f, 0.001);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpint (inspector_watch_get_state (watch), ==, INSPECTOR_WATCH_LIVE);
  g_assert_cmpint (inspector_watch_get_now_us (watch) - inspector_watch_get_began_us (watch), ==, S);
  go_on (f, 1.5);
  g_assert_cmpuint (n_rows (f), ==, 3);
  g_assert_nonnull (inspector_watch_get_progress (watch));
  g_assert_cmpint (inspector_player_get_elapsed_us (f->player), ==, 5 * S / 2);
  g_assert_cmpint (inspector_player_get_length_us (f->player), ==, 4 * S);
  go_on (f, 60);
  g_assert_cmpuint (n_rows (f), ==, 5);
  g_assert_cmpint (inspector_watch_get_state (watch), ==, INSPECTOR_WATCH_FINISHED);
  g_assert_false (inspector_player_is_playing (f->player));   /* it stands at the end */

  inspector_player_play (f->player);   /* and begins again */
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, 0);
}

static void
test_speed_changes_what_is_ahead_only (Fixture *f, gconstpointer data)
{
  g_autofree char *label = NULL;
  g_autofree char *paused = NULL;

  record_usual (f);
  inspector_player_play (f->player);
  go_on (f, 1);
  inspector_player_set_speed (f->player, 2);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, S);
  go_on (f, 0.5);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, 2 * S);
  label = inspector_player_dup_label (f->player);
  g_assert_cmpstr (label, ==, "Replay 2×");
  inspector_player_change_speed (f->player, -1);
  inspector_player_change_speed (f->player, -1);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 0.5);
  inspector_player_pause (f->player);
  go_on (f, 100);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, 2 * S);
  paused = inspector_player_dup_label (f->player);
  g_assert_cmpstr (paused, ==, "Replay 0.5×, paused");
}

static void
test_speeds_have_ends (Fixture *f, gconstpointer data)
{
  record_usual (f);
  inspector_player_set_speed (f->player, 0.0001);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 0.1);
  inspector_player_change_speed (f->player, -1);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 0.1);
  inspector_player_set_speed (f->player, 1000);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 20);
  inspector_player_set_speed (f->player, 4);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 5);
  inspector_player_set_speed (f->player, 20);
  inspector_player_change_speed (f->player, 1);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, INSPECTOR_SPEED_MAX);
  inspector_player_change_speed (f->player, 1);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, INSPECTOR_SPEED_MAX);
}

static void
test_one_can_step_and_seek (Fixture *f, gconstpointer data)
{
  OuioeEventId id = { 4, 0 };
  OuioeEventId unknown = { 99, 0 };

  record_usual (f);
  inspector_player_play (f->player);
  inspector_player_step (f->player, 1);
  g_assert_false (inspector_player_is_playing (f->player));
  g_assert_cmpuint (n_rows (f), ==, 2);
  inspector_player_step (f->player, 1);
  g_assert_cmpuint (n_rows (f), ==, 3);
  inspector_player_step (f->player, -1);
  g_assert_cmpuint (n_rows (f), ==, 2);
  inspector_player_step (f->player, -1);
  inspector_player_step (f->player, -1);
  g_assert_cmpuint (n_rows (f), ==, 1);
  inspector_player_seek (f->player, 3 * S + 1);
  g_assert_cmpuint (n_rows (f), ==, 4);
  inspector_player_seek (f->player, 2 * S);
  g_assert_cmpuint (n_rows (f), ==, 3);
  g_assert_true (inspector_player_seek_to (f->player, &id));
  g_assert_cmpuint (n_rows (f), ==, 4);
  g_assert_false (inspector_player_seek_to (f->player, &unknown));
  inspector_player_seek (f->player, -S);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpuint (f->n_moved, >, 5);
}

static void
test_another_length_keeps_the_moment (Fixture *f, gconstpointer data)
{
  recorded_step (&f->recorded, "analysis", "a");
  f->recorded.time_ms += 39000;
  recorded_step (&f->recorded, "analysis", "b");
  recorded_step (&f->recorded, "analysis", "c");
  start_player (f);
  inspector_player_seek (f->player, 3 * S / 2);   /* 1 for the 40 s, and half of a second more */
  g_assert_cmpint (inspector_player_get_elapsed_us (f->player), ==, 40 * S + S / 2);
  inspector_player_set_shorten_gaps (f->player, FALSE);
  g_assert_cmpint (inspector_player_get_elapsed_us (f->player), ==, 40 * S + S / 2);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, 40 * S + S / 2);
  g_assert_cmpuint (n_rows (f), ==, 2);
}

static void
test_steps_grow_as_they_once_did (Fixture *f, gconstpointer data)
{
  recorded_step (&f->recorded, "analysis", "a");
  f->recorded.time_ms += 1000;
  add_growing (&f->recorded, "[0,4,1000,3]");   /* begins at 1 s, and is complete at 2 s */
  start_player (f);
  inspector_player_play (f->player);
  go_on (f, 0.9);
  g_assert_cmpuint (n_rows (f), ==, 1);
  go_on (f, 0.2);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (inspector_chain_model_get_n_open (model (f)), ==, 1);
  assert_last_text (f, "déjà");
  go_on (f, 0.9);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (inspector_chain_model_get_n_open (model (f)), ==, 0);
  assert_last_text (f, "déjà vu");

  inspector_player_seek (f->player, 3 * S / 2);   /* into the midst of it, backwards */
  assert_last_text (f, "déjà");
  g_assert_cmpuint (inspector_chain_model_get_n_open (model (f)), ==, 1);
  inspector_player_seek (f->player, 0);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpuint (inspector_chain_model_get_n_open (model (f)), ==, 0);
}

/* Runs by itself, with the clock of the machine. */
static void
test_as_fast_as_possible_shows_all (Fixture *f, gconstpointer data)
{
  guint n = g_test_slow () ? 50000 : 5000;

  for (guint i = 0; i < n; i++)
    recorded_step (&f->recorded, "analysis", "x");
  start_player (f);
  inspector_player_set_speed (f->player, INSPECTOR_SPEED_MAX);
  inspector_player_play (f->player);
  fake_wait_for (n_rows (f) == n && !inspector_player_is_playing (f->player));
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, inspector_player_get_end_us (f->player));
}

/* The figure is that of a machine that does nothing else; this one may be busy. */
static void
test_moving_the_handle_takes_no_time (Fixture *f, gconstpointer data)
{
  const guint n = 50000;
  gint64 slowest_us = 0;

  for (guint i = 0; i < n; i++)
    recorded_step (&f->recorded, "analysis", "x");
  start_player (f);
  for (guint i = 1; i <= 10; i++)
    {
      gint64 from_us = g_get_monotonic_time ();

      inspector_player_seek (f->player, i % 2 == 0 ? 0 : (gint64) (n - i) * S);
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - from_us);
      g_assert_cmpuint (n_rows (f), ==, i % 2 == 0 ? 1 : n - i + 1);
    }
  g_test_message ("slowest: %d ms", (int) (slowest_us / 1000));
  g_assert_cmpint (slowest_us, <, S);
}

/* ---- a session that runs ---- */

static void
test_a_running_session_goes_on_collecting (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  g_autoptr(InspectorWatch) source = inspector_watch_new (client, "s");
  g_autoptr(InspectorPlayer) player = NULL;
  Fixture f = { .source = source };

  fake_daemon_add_step (daemon, "s", "analysis", "one");   /* a second between them, by their number */
  fake_daemon_add_step (daemon, "s", "analysis", "two");
  fake_wait_for (inspector_chain_model_get_n_pending (inspector_watch_get_model (source)) == 2);
  player = f.player = inspector_player_new (source);
  inspector_player_set_clock (player, read_clock, &f);
  inspector_player_play (player);
  go_on (&f, 10);
  g_assert_cmpuint (n_rows (&f), ==, 2);
  g_assert_true (inspector_player_is_playing (player));   /* more may come */

  fake_daemon_add_step (daemon, "s", "analysis", "three");
  fake_wait_for (inspector_player_get_end_us (player) == 2 * S);   /* nobody but the player looks at the source now */
  go_on (&f, 0);
  g_assert_cmpuint (n_rows (&f), ==, 2);
  go_on (&f, 1);
  g_assert_cmpuint (n_rows (&f), ==, 3);
  inspector_watch_stop (source);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/score/long-silences-are-short", test_long_silences_are_short);
  g_test_add_func ("/score/a-clock-that-stepped-back-does-not", test_a_clock_that_stepped_back_does_not);
  g_test_add_func ("/score/what-has-no-time-comes-with-what-is-before", test_what_has_no_time_comes_with_what_is_before);
  g_test_add_func ("/score/what-is-forgotten-moves-nothing", test_what_is_forgotten_moves_nothing);
  g_test_add_func ("/score/a-step-grows-in-its-rhythm", test_a_step_grows_in_its_rhythm);
  g_test_add_func ("/score/a-rhythm-that-does-not-fit-is-none", test_a_rhythm_that_does_not_fit_is_none);
#define ADD(name, func) g_test_add ("/player/" name, Fixture, NULL, setup, func, teardown)
  ADD ("events-come-when-they-are-due", test_events_come_when_they_are_due);
  ADD ("speed-changes-what-is-ahead-only", test_speed_changes_what_is_ahead_only);
  ADD ("speeds-have-ends", test_speeds_have_ends);
  ADD ("one-can-step-and-seek", test_one_can_step_and_seek);
  ADD ("another-length-keeps-the-moment", test_another_length_keeps_the_moment);
  ADD ("steps-grow-as-they-once-did", test_steps_grow_as_they_once_did);
  ADD ("as-fast-as-possible-shows-all", test_as_fast_as_possible_shows_all);
  ADD ("moving-the-handle-takes-no-time", test_moving_the_handle_takes_no_time);
  g_test_add_func ("/player/a-running-session-goes-on-collecting", test_a_running_session_goes_on_collecting);
  return g_test_run ();
}
