/* test-timeline-data.c - marks, buckets, ranges, ticks and phases of the timeline, without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "fake-daemon.h"
#include "inspector-timeline-data.h"
#include "inspector-timeline-phases.h"
#include "inspector-timeline-scale.h"
#include "inspector-watch.h"
#include "recorded.h"

#define SECOND G_TIME_SPAN_SECOND
#define BEGAN_US (1795442400 * SECOND)

/* What a recording says becomes rows and, with them, marks. */
typedef struct {
  Recorded               recorded;
  GListStore            *rows;
  InspectorTimelineData *data;
} Fixture;

static void
on_items_changed (GListModel *model, guint position, guint n_removed, guint n_added, gpointer user_data)
{
  Fixture *f = user_data;

  inspector_timeline_data_splice (f->data, model, position, n_removed, n_added);
}

static void
setup (Fixture *f, gconstpointer unused)
{
  recorded_init (&f->recorded, "s");
  f->rows = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);
  f->data = inspector_timeline_data_new ();
  g_signal_connect (f->rows, "items-changed", G_CALLBACK (on_items_changed), f);
}

static void
teardown (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->rows);
  inspector_timeline_data_free (f->data);
  recorded_clear (&f->recorded);
}

/* Everything recorded since the last time is appended, at once. */
static void
append (Fixture *f)
{
  g_autoptr(GPtrArray) events = recorded_events (&f->recorded);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (items, inspector_chain_item_new_event (events->pdata[i]));
  g_list_store_splice (f->rows, g_list_model_get_n_items (G_LIST_MODEL (f->rows)), 0, items->pdata, items->len);
  g_string_truncate (f->recorded.text, 0);
}

static const InspectorMark *
mark (Fixture *f, guint position)
{
  guint n;
  const InspectorMark *marks = inspector_timeline_data_get_marks (f->data, &n);

  g_assert_cmpuint (position, <, n);
  return &marks[position];
}

/* The names of the lanes from the top, joined by spaces. */
static char *
lane_names (Fixture *f)
{
  guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES];
  guint n = inspector_timeline_data_list_lanes (f->data, lanes);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            inspector_timeline_lane_get_name (inspector_timeline_data_get_lane (f->data, lanes[i])));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_there_is_a_lane_for_each_kind (Fixture *f, gconstpointer unused)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  recorded_start (&f->recorded, "alice", "x");
  recorded_update (&f->recorded, "progress", "m", 1);
  recorded_step (&f->recorded, "acme.lint", "x");
  recorded_step (&f->recorded, "decision", "x");
  recorded_step (&f->recorded, "analysis", "x");
  recorded_step (&f->recorded, "decision", "x");
  append (f);
  before = lane_names (f);
  /* In the order of the work, whatever came first; unknown ones and updates last. */
  g_assert_cmpstr (before, ==, "Analysis Decision acme.lint Updates");
  g_assert_cmpuint (mark (f, 0)->lane, ==, INSPECTOR_TIMELINE_NO_LANE);
  g_assert_cmpuint (mark (f, 3)->lane, ==, mark (f, 5)->lane);
  g_assert_cmpuint (inspector_timeline_data_get_n_steps (f->data), ==, 4);

  g_list_store_splice (f->rows, 0, 4, NULL, 0);   /* trimmed: with its marks a lane goes */
  after = lane_names (f);
  g_assert_cmpstr (after, ==, "Analysis Decision");
  g_assert_cmpuint (inspector_timeline_data_get_n_steps (f->data), ==, 2);
}

static void
test_too_many_kinds_share_a_lane (Fixture *f, gconstpointer unused)
{
  guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES];
  const InspectorLane *last;
  guint n;

  for (int i = 0; i < 40; i++)
    {
      g_autofree char *word = g_strdup_printf ("acme.kind%02d", i);

      recorded_step (&f->recorded, word, "x");
    }
  append (f);
  n = inspector_timeline_data_list_lanes (f->data, lanes);
  g_assert_cmpuint (n, ==, INSPECTOR_TIMELINE_MAX_LANES - 1);   /* one is that of updates, of which there are none */
  last = inspector_timeline_data_get_lane (f->data, lanes[n - 1]);
  g_assert_true (last->is_shared);
  g_assert_cmpuint (last->n_marks, ==, 40 - (INSPECTOR_TIMELINE_MAX_LANES - 2));
  g_assert_cmpuint (mark (f, 39)->lane, ==, lanes[n - 1]);
}

static void
test_confidence_is_that_of_the_step (Fixture *f, gconstpointer unused)
{
  recorded_add (&f->recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"a\",\"confidence\":0.25");
  recorded_add (&f->recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"a\"");
  /* Neither what a text says, nor what stands deeper. */
  recorded_add (&f->recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"say \\\"confidence\\\":0.5, {\"");
  recorded_add (&f->recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"a\","
                "\"context_used\":{\"confidence\":0.5}");
  recorded_add (&f->recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"} \\\\\","
                "\"reasoning_chain\":[\"]\",\"\\\"\"],\"confidence\":1.0");
  append (f);
  g_assert_cmpfloat (mark (f, 0)->confidence, ==, 0.25f);
  g_assert_true (isnan (mark (f, 1)->confidence));
  g_assert_true (isnan (mark (f, 2)->confidence));
  g_assert_true (isnan (mark (f, 3)->confidence));
  g_assert_cmpfloat (mark (f, 4)->confidence, ==, 1.0f);
  g_assert_cmpuint (inspector_timeline_data_get_n_reported (f->data), ==, 2);
}

static void
test_warnings_and_borders_are_told_apart (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorChainItem) gap = NULL;

  recorded_start (&f->recorded, "alice", "x");
  recorded_update (&f->recorded, "warning", "m", -1);
  recorded_update (&f->recorded, "error", "m", -1);
  recorded_update (&f->recorded, "completion", "m", -1);
  recorded_end (&f->recorded, "closed");
  append (f);
  gap = inspector_chain_item_new_gap (3);
  g_list_store_append (f->rows, gap);
  g_assert_cmpuint (mark (f, 0)->flags, ==, INSPECTOR_MARK_START);
  g_assert_cmpuint (mark (f, 1)->flags, ==, INSPECTOR_MARK_WARNING);
  g_assert_cmpuint (mark (f, 2)->flags, ==, INSPECTOR_MARK_ERROR);
  g_assert_cmpuint (mark (f, 3)->flags, ==, INSPECTOR_MARK_COMPLETION);
  g_assert_cmpuint (mark (f, 4)->flags, ==, INSPECTOR_MARK_END);
  g_assert_cmpuint (mark (f, 5)->flags, ==, INSPECTOR_MARK_GAP);
  g_assert_cmpint (mark (f, 5)->time_us, ==, mark (f, 4)->time_us);   /* it has no time of its own */
  g_assert_cmpuint (inspector_timeline_data_get_n_warnings (f->data), ==, 1);
}

static void
test_the_nearest_is_found (Fixture *f, gconstpointer unused)
{
  guint position = 99;

  recorded_step (&f->recorded, "analysis", "x");
  recorded_step (&f->recorded, "decision", "x");
  recorded_update (&f->recorded, "warning", "m", -1);
  append (f);
  g_assert_true (inspector_timeline_data_find (f->data, BEGAN_US + SECOND / 4, SECOND, INSPECTOR_TIMELINE_NO_LANE, 0,
                                               &position));
  g_assert_cmpuint (position, ==, 0);
  g_assert_true (inspector_timeline_data_find (f->data, BEGAN_US + SECOND / 4, SECOND, mark (f, 1)->lane, 0, &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_true (inspector_timeline_data_find (f->data, BEGAN_US, 5 * SECOND, INSPECTOR_TIMELINE_NO_LANE,
                                               INSPECTOR_MARK_WARNING, &position));
  g_assert_cmpuint (position, ==, 2);
  g_assert_false (inspector_timeline_data_find (f->data, BEGAN_US + 4 * SECOND, SECOND, INSPECTOR_TIMELINE_NO_LANE, 0,
                                                &position));
}

static void
test_a_clock_that_steps_back_loses_nothing (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorTimelineBuckets) buckets = inspector_timeline_buckets_new (f->data);
  const guint16 *counts;
  gint64 first_us;
  gint64 last_us;
  guint position;
  guint most;

  f->recorded.time_ms += 10000;
  recorded_step (&f->recorded, "analysis", "x");
  f->recorded.time_ms -= 9000;
  recorded_step (&f->recorded, "analysis", "x");
  append (f);
  g_assert_true (inspector_timeline_data_get_range (f->data, &first_us, &last_us));
  g_assert_cmpint (first_us, ==, BEGAN_US + 2 * SECOND);
  g_assert_cmpint (last_us, ==, BEGAN_US + 10 * SECOND);
  g_assert_true (inspector_timeline_data_find (f->data, BEGAN_US + 2 * SECOND, 0, INSPECTOR_TIMELINE_NO_LANE, 0, &position));
  g_assert_cmpuint (position, ==, 1);
  inspector_timeline_buckets_update (buckets, BEGAN_US, SECOND, 11);
  counts = inspector_timeline_buckets_get_counts (buckets, mark (f, 0)->lane, &most);
  g_assert_cmpuint (counts[2], ==, 1);
  g_assert_cmpuint (counts[10], ==, 1);
}

/* ---- buckets ---- */

static void
test_buckets_count_what_is_in_them (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorTimelineBuckets) self = inspector_timeline_buckets_new (f->data);
  const InspectorBucket *buckets;
  const guint16 *counts;
  guint most;
  guint n;

  recorded_step_with (&f->recorded, "analysis", "x", 0.5);
  recorded_step_with (&f->recorded, "analysis", "x", 1);
  recorded_step (&f->recorded, "analysis", "x");
  recorded_update (&f->recorded, "warning", "m", -1);
  append (f);
  inspector_timeline_buckets_update (self, BEGAN_US, 2 * SECOND, 3);
  buckets = inspector_timeline_buckets_get (self, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (buckets[0].n_reported, ==, 2);
  g_assert_cmpfloat (buckets[0].confidence, ==, 1.5f);
  g_assert_cmpuint (buckets[0].n_silent, ==, 0);
  g_assert_cmpuint (buckets[1].n_silent, ==, 1);
  g_assert_cmpuint (buckets[1].flags, ==, INSPECTOR_MARK_WARNING);
  g_assert_cmpuint (buckets[2].flags, ==, 0);
  counts = inspector_timeline_buckets_get_counts (self, mark (f, 0)->lane, &most);
  g_assert_cmpuint (counts[0], ==, 2);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (most, ==, 2);
}

static void
test_an_append_costs_what_was_appended (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorTimelineBuckets) self = inspector_timeline_buckets_new (f->data);
  guint64 before;
  guint most;

  for (int i = 0; i < 500; i++)
    recorded_step (&f->recorded, "analysis", "x");
  append (f);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 1000);
  before = inspector_timeline_buckets_get_n_visited (self);
  g_assert_cmpuint (before, ==, 500);
  for (int i = 0; i < 3; i++)
    recorded_step (&f->recorded, "analysis", "x");
  append (f);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 1000);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 1000);
  g_assert_cmpuint (inspector_timeline_buckets_get_n_visited (self) - before, ==, 3);
  g_assert_cmpuint (inspector_timeline_buckets_get_counts (self, mark (f, 0)->lane, &most)[502], ==, 1);

  /* A part of it costs that part. */
  before = inspector_timeline_buckets_get_n_visited (self);
  inspector_timeline_buckets_update (self, BEGAN_US + 100 * SECOND, SECOND / 10, 100);
  g_assert_cmpuint (inspector_timeline_buckets_get_n_visited (self) - before, ==, 10);
}

static void
test_what_is_trimmed_is_no_longer_counted (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorTimelineBuckets) self = inspector_timeline_buckets_new (f->data);
  gint64 first_us;
  gint64 last_us;
  guint most;

  for (int i = 0; i < 10; i++)
    recorded_step (&f->recorded, "analysis", "x");
  append (f);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 10);
  g_list_store_splice (f->rows, 0, 4, NULL, 0);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 10);
  g_assert_cmpuint (inspector_timeline_buckets_get_counts (self, mark (f, 0)->lane, &most)[3], ==, 0);
  g_assert_cmpuint (inspector_timeline_buckets_get_counts (self, mark (f, 0)->lane, &most)[4], ==, 1);
  g_assert_true (inspector_timeline_data_get_range (f->data, &first_us, &last_us));
  g_assert_cmpint (first_us, ==, BEGAN_US + 4 * SECOND);
}

static void
test_a_step_that_grows_counts_when_it_is_there (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorTimelineBuckets) self = inspector_timeline_buckets_new (f->data);
  g_autoptr(InspectorChainItem) open = inspector_chain_item_new_open ();
  guint64 before;
  guint most;

  recorded_step (&f->recorded, "analysis", "x");
  append (f);
  g_list_store_append (f->rows, open);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 10);
  g_assert_cmpuint (mark (f, 1)->flags, ==, INSPECTOR_MARK_OPEN);
  g_assert_cmpuint (inspector_timeline_data_get_n_steps (f->data), ==, 1);

  before = inspector_timeline_buckets_get_n_visited (self);
  g_list_store_remove (f->rows, 1);
  recorded_step (&f->recorded, "analysis", "x");
  append (f);
  g_list_store_append (f->rows, open);
  inspector_timeline_buckets_update (self, BEGAN_US, SECOND, 10);
  g_assert_cmpuint (inspector_timeline_buckets_get_n_visited (self) - before, ==, 1);   /* and not all anew */
  g_assert_cmpuint (inspector_timeline_buckets_get_counts (self, mark (f, 0)->lane, &most)[1], ==, 1);
}

static void
test_what_was_cleared_is_gone (Fixture *f, gconstpointer unused)
{
  g_autofree char *names = NULL;
  gint64 first_us;
  gint64 last_us;

  recorded_step (&f->recorded, "analysis", "x");
  append (f);
  inspector_timeline_data_clear (f->data);
  names = lane_names (f);
  g_assert_cmpstr (names, ==, "");
  g_assert_false (inspector_timeline_data_get_range (f->data, &first_us, &last_us));
  g_assert_cmpuint (inspector_timeline_data_get_n_steps (f->data), ==, 0);
}

/* ---- the visible part ---- */

static void
test_the_whole_grows_with_room (void)
{
  InspectorTimelineScale self;
  gint64 before_us;
  guint n_changes = 0;

  inspector_timeline_scale_init (&self);
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 60 * SECOND, TRUE);
  g_assert_cmpint (self.begin_us, ==, BEGAN_US);
  before_us = self.end_us;
  for (gint64 us = 60 * SECOND; us < 120 * SECOND; us += SECOND / 10)
    {
      inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + us, TRUE);
      g_assert_cmpint (self.end_us, >, BEGAN_US + us);
      g_assert_cmpint (self.end_us, <=, BEGAN_US + us + us / 15);
      n_changes += self.end_us != before_us;
      before_us = self.end_us;
    }
  g_assert_cmpuint (n_changes, <=, 32);   /* of 600: the picture is calm */
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 120 * SECOND, FALSE);
  g_assert_cmpint (self.end_us, ==, BEGAN_US + 120 * SECOND);
}

static void
test_zoom_keeps_its_point (void)
{
  InspectorTimelineScale self;
  gint64 at_us = BEGAN_US + 25 * SECOND;

  inspector_timeline_scale_init (&self);
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 100 * SECOND, FALSE);
  inspector_timeline_scale_zoom (&self, 4, at_us);
  g_assert_cmpint (self.end_us - self.begin_us, ==, 25 * SECOND);
  g_assert_cmpint (ABS (self.begin_us + (self.end_us - self.begin_us) / 4 - at_us), <=, 1);   /* still a quarter in */
  g_assert_false (self.is_whole);
  inspector_timeline_scale_zoom (&self, 1e12, at_us);
  g_assert_cmpint (self.end_us - self.begin_us, ==, INSPECTOR_TIMELINE_MIN_SPAN_US);
  g_assert_cmpfloat_with_epsilon (inspector_timeline_scale_get_level (&self), 1, 0.001);
  inspector_timeline_scale_zoom (&self, 1e-12, at_us);
  g_assert_true (self.is_whole);
  g_assert_cmpfloat (inspector_timeline_scale_get_level (&self), ==, 0);
  inspector_timeline_scale_set_level (&self, 0.5);
  g_assert_cmpfloat_with_epsilon (inspector_timeline_scale_get_level (&self), 0.5, 0.001);
}

static void
test_the_end_is_followed_until_the_reader_moves (void)
{
  InspectorTimelineScale self;
  gint64 begin_us;

  inspector_timeline_scale_init (&self);
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 100 * SECOND, TRUE);
  inspector_timeline_scale_zoom (&self, 10, self.last_us);
  g_assert_true (self.is_at_end);
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 200 * SECOND, TRUE);
  g_assert_cmpint (self.end_us, ==, self.last_us);
  inspector_timeline_scale_move (&self, -50 * SECOND);
  begin_us = self.begin_us;
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 300 * SECOND, TRUE);
  g_assert_cmpint (self.begin_us, ==, begin_us);
  inspector_timeline_scale_move (&self, -G_TIME_SPAN_DAY);   /* never out of what there is */
  g_assert_cmpint (self.begin_us, ==, BEGAN_US);
}

static void
test_a_time_is_brought_into_sight (void)
{
  InspectorTimelineScale self;
  gint64 begin_us;

  inspector_timeline_scale_init (&self);
  inspector_timeline_scale_set_range (&self, BEGAN_US, BEGAN_US + 100 * SECOND, FALSE);
  inspector_timeline_scale_show (&self, BEGAN_US + 40 * SECOND, BEGAN_US + 50 * SECOND);
  begin_us = self.begin_us;
  inspector_timeline_scale_reveal (&self, BEGAN_US + 45 * SECOND);
  g_assert_cmpint (self.begin_us, ==, begin_us);
  inspector_timeline_scale_reveal (&self, BEGAN_US + 70 * SECOND);
  g_assert_cmpint (self.begin_us, <=, BEGAN_US + 70 * SECOND);
  g_assert_cmpint (self.end_us, >=, BEGAN_US + 70 * SECOND);
  g_assert_cmpint (self.end_us - self.begin_us, ==, 10 * SECOND);
  inspector_timeline_scale_reveal (&self, BEGAN_US);
  g_assert_cmpint (self.begin_us, ==, BEGAN_US);
}

static void
test_steps_of_the_ruler_are_sensible (void)
{
  static const struct { double us_per_pixel; gint64 step_us; } cases[] = {
    { 20, 2 * G_TIME_SPAN_MILLISECOND },
    { 1000, 100 * G_TIME_SPAN_MILLISECOND },
    { 10000, SECOND },
    { 50000, 5 * SECOND },
    { 200000, 30 * SECOND },
    { 60e6 / 100, G_TIME_SPAN_MINUTE },
    { 60e6 / 100 + 1, 2 * G_TIME_SPAN_MINUTE },
    { 60e6, 2 * G_TIME_SPAN_HOUR },
    { 3600e6, 7 * G_TIME_SPAN_DAY },
    { 36000e6, 7 * 8 * G_TIME_SPAN_DAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (inspector_timeline_step_for (cases[i].us_per_pixel, 100), ==, cases[i].step_us);
}

static void
assert_tick (gint64 time_us, gint64 step_us, gint64 zero_us, const char *expected)
{
  g_autofree char *text = inspector_timeline_format_tick (time_us, step_us, zero_us);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_ticks_stand_at_round_times (void)
{
  gint64 time_us = BEGAN_US + 61 * SECOND + 234 * G_TIME_SPAN_MILLISECOND;

  g_assert_cmpint (inspector_timeline_first_tick (BEGAN_US, G_TIME_SPAN_MINUTE, 0), ==, BEGAN_US);
  g_assert_cmpint (inspector_timeline_first_tick (time_us, 30 * SECOND, 0), ==, BEGAN_US + 90 * SECOND);
  g_assert_cmpint (inspector_timeline_first_tick (time_us, 10 * SECOND, BEGAN_US + SECOND), ==, BEGAN_US + 71 * SECOND);
  assert_tick (time_us, G_TIME_SPAN_HOUR, 0, "14:01");
  assert_tick (time_us, SECOND, 0, "14:01:01");
  assert_tick (time_us, 200 * G_TIME_SPAN_MILLISECOND, 0, "14:01:01.2");
  assert_tick (time_us, 20 * G_TIME_SPAN_MILLISECOND, 0, "14:01:01.23");
  assert_tick (time_us, 2 * G_TIME_SPAN_MILLISECOND, 0, "14:01:01.234");
  assert_tick (time_us, G_TIME_SPAN_DAY, 0, "23 Nov");
  assert_tick (time_us, SECOND, BEGAN_US, "01:01");
  assert_tick (BEGAN_US + 3700 * SECOND, SECOND, BEGAN_US, "1:01:40");
}

/* In a place where the day does not begin with that of UTC, either. */
static void
test_ticks_of_hours_are_local (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("TZ", "XYZ-05:45", TRUE);
      g_assert_cmpint (inspector_timeline_first_tick (BEGAN_US, G_TIME_SPAN_HOUR, 0), ==, BEGAN_US + 15 * G_TIME_SPAN_MINUTE);
      assert_tick (BEGAN_US + 15 * G_TIME_SPAN_MINUTE, G_TIME_SPAN_HOUR, 0, "20:00");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* ---- phases ---- */

static InspectorWatch *
watch_generation (FakeDaemon *daemon, const char *members)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  InspectorWatch *watch = inspector_watch_new (client, "s");
  g_autofree char *json = g_strdup_printf ("\"generation\":{%s}", members);

  fake_daemon_add_frame (daemon, "s", "generation", json);
  fake_wait_for (inspector_watch_get_generation (watch) != NULL);
  return watch;
}

#define PHASE(phase, begin, end) \
  "{\"phase\":\"" phase "\",\"begin\":\"2026-11-23T14:00:" begin "+00:00\"" end "}"
#define END(end) ",\"end\":\"2026-11-23T14:00:" end "+00:00\""

static void
test_phases_are_kept_beyond_what_is_told (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(InspectorWatch) watch = NULL;
  g_autoptr(InspectorTimelinePhases) self = inspector_timeline_phases_new ();
  OuioeGeneration *before;
  const InspectorPhase *spans;
  guint n;

  watch = watch_generation (daemon, "\"phase\":\"thinking\",\"calls\":1,\"phases\":["
                            PHASE ("waiting", "00", END ("02")) "," PHASE ("thinking", "02", "") "]");
  before = inspector_watch_get_generation (watch);
  inspector_timeline_phases_update (self, before);
  spans = inspector_timeline_phases_get (self, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (inspector_timeline_phases_get_lasts (self));
  g_assert_cmpint (spans[1].begin_us, ==, BEGAN_US + 2 * SECOND);

  /* The oldest is no longer told; the one that lasted has ended. */
  fake_daemon_add_frame (daemon, "s", "generation", "\"generation\":{\"phase\":\"answer\",\"calls\":1,"
                         "\"stalled_since\":\"2026-11-23T14:00:07+00:00\",\"phases\":["
                         PHASE ("thinking", "02", END ("05")) "," PHASE ("answer", "05", "") "]}");
  fake_wait_for (inspector_watch_get_generation (watch) != before);
  inspector_timeline_phases_update (self, inspector_watch_get_generation (watch));
  spans = inspector_timeline_phases_get (self, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpint (spans[0].phase, ==, OUIOE_PHASE_WAITING);
  g_assert_cmpint (spans[1].end_us, ==, BEGAN_US + 5 * SECOND);
  g_assert_cmpint (inspector_timeline_phases_get_stalled_us (self), ==, BEGAN_US + 7 * SECOND);

  g_assert_true (inspector_timeline_phases_find (self, BEGAN_US + 3 * SECOND, 0) == &spans[1]);
  g_assert_true (inspector_timeline_phases_find (self, BEGAN_US + 8 * SECOND, BEGAN_US + 9 * SECOND) == &spans[2]);
  g_assert_null (inspector_timeline_phases_find (self, BEGAN_US + 10 * SECOND, BEGAN_US + 9 * SECOND));
  g_assert_null (inspector_timeline_phases_find (self, BEGAN_US - 1, BEGAN_US));

  inspector_timeline_phases_update (self, NULL);
  inspector_timeline_phases_get (self, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (inspector_timeline_phases_get_lasts (self));
  inspector_watch_stop (watch);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/timeline-data/" name, Fixture, NULL, setup, func, teardown)
  ADD ("there-is-a-lane-for-each-kind", test_there_is_a_lane_for_each_kind);
  ADD ("too-many-kinds-share-a-lane", test_too_many_kinds_share_a_lane);
  ADD ("confidence-is-that-of-the-step", test_confidence_is_that_of_the_step);
  ADD ("warnings-and-borders-are-told-apart", test_warnings_and_borders_are_told_apart);
  ADD ("the-nearest-is-found", test_the_nearest_is_found);
  ADD ("a-clock-that-steps-back-loses-nothing", test_a_clock_that_steps_back_loses_nothing);
  ADD ("buckets-count-what-is-in-them", test_buckets_count_what_is_in_them);
  ADD ("an-append-costs-what-was-appended", test_an_append_costs_what_was_appended);
  ADD ("what-is-trimmed-is-no-longer-counted", test_what_is_trimmed_is_no_longer_counted);
  ADD ("a-step-that-grows-counts-when-it-is-there", test_a_step_that_grows_counts_when_it_is_there);
  ADD ("what-was-cleared-is-gone", test_what_was_cleared_is_gone);
  g_test_add_func ("/timeline-scale/the-whole-grows-with-room", test_the_whole_grows_with_room);
  g_test_add_func ("/timeline-scale/zoom-keeps-its-point", test_zoom_keeps_its_point);
  g_test_add_func ("/timeline-scale/the-end-is-followed-until-the-reader-moves",
                   test_the_end_is_followed_until_the_reader_moves);
  g_test_add_func ("/timeline-scale/a-time-is-brought-into-sight", test_a_time_is_brought_into_sight);
  g_test_add_func ("/timeline-scale/steps-of-the-ruler-are-sensible", test_steps_of_the_ruler_are_sensible);
  g_test_add_func ("/timeline-scale/ticks-stand-at-round-times", test_ticks_stand_at_round_times);
  g_test_add_func ("/timeline-scale/ticks-of-hours-are-local", test_ticks_of_hours_are_local);
  g_test_add_func ("/timeline-phases/phases-are-kept-beyond-what-is-told", test_phases_are_kept_beyond_what_is_told);
  return g_test_run ();
}
