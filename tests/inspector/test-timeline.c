/* test-timeline.c - the timeline in a window: what it draws, what the reader can do with it, and what it costs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-timeline-lanes-private.h"
#include "inspector-timeline-overview.h"
#include "inspector-timeline.h"
#include "picture.h"
#include "recorded.h"

#define SECOND G_TIME_SPAN_SECOND
#define BEGAN_US (1795442400 * SECOND)
#define WIDTH 800

typedef struct {
  Recorded           recorded;
  InspectorWatch    *watch;     /* of what was recorded, or of the daemon */
  FakeDaemon        *daemon;    /* NULL unless the test wants one */
  GtkWindow         *window;
  InspectorTimeline *timeline;
  InspectorChainItem *activated;
} Fixture;

static void
on_activated (Fixture *f, InspectorChainItem *item)
{
  g_set_object (&f->activated, item);
}

static void
setup (Fixture *f, gconstpointer unused)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  recorded_init (&f->recorded, "s");
  f->timeline = inspector_timeline_new ();
  g_signal_connect_swapped (f->timeline, "activated", G_CALLBACK (on_activated), f);
  f->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_default_size (f->window, WIDTH, 400);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->timeline));
  gtk_window_set_child (f->window, box);
  gtk_window_present (f->window);
}

static void
teardown (Fixture *f, gconstpointer unused)
{
  gpointer timeline = f->timeline;

  g_object_add_weak_pointer (timeline, &timeline);
  gtk_window_destroy (f->window);
  fake_wait_for (timeline == NULL);   /* nothing holds it */
  if (f->watch != NULL)
    inspector_watch_stop (f->watch);
  g_clear_object (&f->watch);
  g_clear_object (&f->activated);
  g_clear_pointer (&f->daemon, fake_daemon_free);
  recorded_clear (&f->recorded);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

static InspectorTimelineLanes *
lanes (Fixture *f)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (f->timeline));

  while (!INSPECTOR_IS_TIMELINE_LANES (child))
    child = gtk_widget_get_next_sibling (child);
  return INSPECTOR_TIMELINE_LANES (child);
}

static InspectorTimelineOverview *
overview (Fixture *f)
{
  return INSPECTOR_TIMELINE_OVERVIEW (gtk_widget_get_last_child (GTK_WIDGET (f->timeline)));
}

/* Shows what was recorded, and waits until it is drawn. */
static void
show (Fixture *f)
{
  g_autoptr(GPtrArray) events = recorded_events (&f->recorded);
  guint n_drawn = inspector_timeline_get_n_drawn (f->timeline);

  f->watch = inspector_watch_new_recording ("s", events);
  inspector_timeline_set_watch (f->timeline, f->watch);
  fake_wait_for (inspector_timeline_get_n_drawn (f->timeline) > n_drawn && gtk_widget_get_mapped (GTK_WIDGET (lanes (f))));
}

/* What is drawn is what there is now. */
static void
redraw (Fixture *f)
{
  guint n_drawn = inspector_timeline_get_n_drawn (f->timeline);

  inspector_timeline_lanes_refresh (lanes (f));
  fake_wait_for (inspector_timeline_get_n_drawn (f->timeline) > n_drawn);
}

/* Half a minute: four kinds, confidence but in the middle, a warning. */
static void
record_session (Fixture *f)
{
  recorded_start (&f->recorded, "alice", "x");
  for (int i = 0; i < 10; i++)
    recorded_step_with (&f->recorded, "analysis", "Look at it", 0.5);
  for (int i = 0; i < 9; i++)
    recorded_step (&f->recorded, "decision", "Take this");
  recorded_update (&f->recorded, "warning", "host-2 does not answer", -1);
  for (int i = 0; i < 8; i++)
    recorded_step_with (&f->recorded, "analysis", "Look again", 0.9);
  recorded_step (&f->recorded, "acme.lint", "x");
  recorded_end (&f->recorded, "closed");
}

static InspectorChainItem *
item (Fixture *f, guint position)
{
  g_autoptr(InspectorChainItem) found = g_list_model_get_item (G_LIST_MODEL (inspector_watch_get_model (f->watch)), position);

  g_assert_nonnull (found);
  return found;   /* the model keeps it */
}

static const InspectorTimelineRow *
row (Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, inspector_timeline_lanes_get_n_rows (lanes (f)));
  return &g_array_index (lanes (f)->rows, InspectorTimelineRow, i);
}

/* Where the middle of a second is. */
static double
x_of (Fixture *f, double seconds)
{
  return inspector_timeline_lanes_x_of (lanes (f), BEGAN_US + (gint64) (seconds * SECOND));
}

static double
y_of (Fixture *f, guint i)
{
  return row (f, i)->y + row (f, i)->height / 2.0;
}

static gint64
span (Fixture *f)
{
  gint64 begin_us;
  gint64 end_us;

  g_assert_true (inspector_timeline_get_range (f->timeline, &begin_us, &end_us));
  return end_us - begin_us;
}

static gint64
begin (Fixture *f)
{
  gint64 begin_us;
  gint64 end_us;

  g_assert_true (inspector_timeline_get_range (f->timeline, &begin_us, &end_us));
  return begin_us;
}

static void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->timeline), action, NULL));
}

/* ---- what it draws ---- */

static void
test_it_is_invisible_before_anything_happened (Fixture *f, gconstpointer unused)
{
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->timeline)));
  f->watch = inspector_watch_new_replay ("s");
  inspector_timeline_set_watch (f->timeline, f->watch);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->timeline)));
  record_session (f);
  g_clear_object (&f->watch);
  show (f);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (f->timeline)));
  inspector_timeline_set_watch (f->timeline, NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->timeline)));
}

static guint
count_in_row (Fixture *f, const Picture *picture, guint i, const InspectorKind *kind, gboolean is_dark)
{
  GdkRGBA color;

  inspector_kind_get_rgba (kind, is_dark, &color);
  return picture_count_color (picture, lanes (f)->plot_x, row (f, i)->y, lanes (f)->plot_width, row (f, i)->height, &color);
}

static void
assert_colors (Fixture *f, gboolean is_dark)
{
  g_autoptr(Picture) picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));

  g_assert_cmpuint (count_in_row (f, picture, 0, inspector_kind_for_step ("analysis"), is_dark), >, 18 * 3 * 5);
  g_assert_cmpuint (count_in_row (f, picture, 1, inspector_kind_for_step ("decision"), is_dark), >, 9 * 3 * 5);
  g_assert_cmpuint (count_in_row (f, picture, 1, inspector_kind_for_step ("analysis"), is_dark), ==, 0);
  g_assert_cmpuint (count_in_row (f, picture, 2, inspector_kind_for_step ("acme.lint"), is_dark), >, 10);
  g_assert_cmpuint (count_in_row (f, picture, 3, inspector_kind_for_update ("warning"), is_dark), >, 20);
}

static void
test_lanes_stand_in_their_colours (Fixture *f, gconstpointer unused)
{
  record_session (f);
  show (f);
  g_assert_cmpuint (inspector_timeline_lanes_get_n_rows (lanes (f)), ==, 5);   /* and the confidence */
  assert_colors (f, FALSE);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  fake_wait_for (lanes (f)->state->is_dark);
  redraw (f);
  assert_colors (f, TRUE);
}

/* How dark the darkest pixel of the confidence is in a column. */
static guint
darkest (Fixture *f, const Picture *picture, double seconds)
{
  const InspectorTimelineRow *confidence = row (f, 4);
  int x = (int) x_of (f, seconds);
  guint alpha = 0;

  for (int y = confidence->y + 2; y < confidence->y + confidence->height - 2; y++)
    alpha = MAX (alpha, picture->pixels[y * picture->width + x] >> 24);
  return alpha;
}

static void
test_the_line_breaks_where_nothing_was_reported (Fixture *f, gconstpointer unused)
{
  g_autoptr(Picture) picture = NULL;

  record_session (f);
  show (f);
  g_assert_cmpint (row (f, 4)->kind, ==, ROW_CONFIDENCE);
  picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  g_assert_cmpuint (darkest (f, picture, 5.5), >, 100);
  g_assert_cmpuint (darkest (f, picture, 25.5), >, 100);
  g_assert_cmpuint (darkest (f, picture, 14.5), <, 60);   /* ten seconds of silence are not half a confidence */
}

static gboolean
lanes_look_like (Fixture *f, const Picture *before)
{
  g_autoptr(Picture) now = picture_new_from_widget (GTK_WIDGET (lanes (f)));

  return picture_equal (now, before);
}

static void
test_marked_rows_are_marked (Fixture *f, gconstpointer unused)
{
  g_autoptr(GListStore) marked = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);
  g_autoptr(Picture) plain = NULL;
  g_autoptr(Picture) strip = NULL;
  g_autoptr(InspectorBookmarks) bookmarks = NULL;
  OuioeEventId nowhere = { 1000, 0 };
  const OuioeEventId *id;
  GdkRGBA accent;
  int x;

  record_session (f);
  show (f);
  id = ouioe_event_get_id (inspector_chain_item_get_event (item (f, 15)));
  accent = inspector_timeline_accent (lanes (f)->state);
  plain = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  bookmarks = inspector_bookmarks_get ("s");
  g_assert_true (inspector_bookmarks_set (bookmarks, &nowhere, NULL));
  g_assert_true (inspector_bookmarks_set (bookmarks, id, NULL));
  fake_wait_for (!lanes_look_like (f, plain));   /* a flag */
  g_assert_cmpuint (lanes (f)->state->bookmarks->len, ==, 1);
  g_assert_cmpint (g_array_index (lanes (f)->state->bookmarks, gint64, 0), ==, BEGAN_US + 15 * SECOND);
  inspector_bookmarks_remove (bookmarks, id);
  inspector_bookmarks_remove (bookmarks, &nowhere);
  fake_wait_for (inspector_bookmarks_is_saved (bookmarks));

  g_list_store_append (marked, item (f, 15));
  g_object_set (f->timeline, "matches", marked, NULL);
  fake_wait_for (lanes_look_like (f, plain));   /* a match is marked in the overview only */
  strip = picture_new_from_widget (GTK_WIDGET (overview (f)));
  x = (int) x_of (f, 15);   /* the overview stands below the lanes */
  g_assert_cmpuint (picture_count_color (strip, x - 3, 1, 7, 6, &accent), >=, 8);
  g_assert_cmpuint (picture_count_color (strip, x + 20, 2, 7, 5, &accent), ==, 0);
}

static void
test_the_summary_tells_it_in_words (Fixture *f, gconstpointer unused)
{
  g_autofree char *mismatch = NULL;

  record_session (f);
  show (f);
  g_assert_cmpstr (inspector_timeline_get_summary (f->timeline), ==, "30 seconds, 28 steps, mostly analysis, 1 warning");
  gtk_test_accessible_assert_role (lanes (f), GTK_ACCESSIBLE_ROLE_IMG);
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (lanes (f)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                                 "30 seconds, 28 steps, mostly analysis, 1 warning");
  g_assert_null (mismatch);
}

static void
test_contrast_draws_outlines (Fixture *f, gconstpointer unused)
{
  g_autoptr(Picture) picture = NULL;
  const InspectorTimelineRow *first;
  guint32 edge;

  record_session (f);
  show (f);
  lanes (f)->state->is_high_contrast = TRUE;
  redraw (f);
  picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  first = row (f, 0);
  edge = picture->pixels[(first->y + first->height - 1) * picture->width + lanes (f)->plot_x + lanes (f)->plot_width / 2];
  g_assert_cmphex (edge, ==, 0xff000000);
}

/* ---- time ---- */

static void
test_time_runs_left_to_right_in_every_language (Fixture *f, gconstpointer unused)
{
  int plot_x;

  record_session (f);
  show (f);
  plot_x = lanes (f)->plot_x;
  gtk_widget_set_direction (GTK_WIDGET (lanes (f)), GTK_TEXT_DIR_RTL);
  fake_wait_for (lanes (f)->plot_x < plot_x);   /* the names changed sides */
  g_assert_cmpfloat (x_of (f, 1), <, x_of (f, 20));
  g_assert_cmpint (gtk_widget_get_width (row (f, 0)->name), >, 0);
}

static void
test_large_text_is_not_cut (Fixture *f, gconstpointer unused)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (f->timeline));
  int dpi;
  int height;

  record_session (f);
  show (f);
  height = gtk_widget_get_height (GTK_WIDGET (lanes (f)));
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  fake_wait_for (gtk_widget_get_height (GTK_WIDGET (lanes (f))) > height * 4 / 3);
  for (guint i = 0; i < inspector_timeline_lanes_get_n_rows (lanes (f)); i++)
    {
      GtkWidget *label = gtk_widget_get_last_child (row (f, i)->name);
      int natural;

      gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, -1, NULL, &natural, NULL, NULL);
      g_assert_cmpint (gtk_widget_get_height (label), >=, natural);
    }
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
test_a_narrow_one_is_one_line (Fixture *f, gconstpointer unused)
{
  GdkRGBA color;
  g_autoptr(Picture) picture = NULL;

  record_session (f);
  gtk_window_set_default_size (f->window, 360, 400);
  show (f);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (f->timeline)), <, 30);
  g_assert_false (gtk_widget_get_child_visible (row (f, 0)->name));
  g_assert_false (gtk_widget_get_child_visible (GTK_WIDGET (overview (f))));
  picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  inspector_kind_get_rgba (inspector_kind_for_step ("analysis"), FALSE, &color);
  g_assert_cmpuint (picture_count_color (picture, 0, 0, 400, 30, &color), >, 100);
  inspector_kind_get_rgba (inspector_kind_for_step ("decision"), FALSE, &color);
  g_assert_cmpuint (picture_count_color (picture, 0, 0, 400, 30, &color), >, 50);
  g_assert_true (inspector_timeline_lanes_pick (lanes (f), x_of (f, 12), 10));
  g_assert_true (f->activated == item (f, 12));
}

/* ---- the reader ---- */

static void
test_a_click_selects_the_step (Fixture *f, gconstpointer unused)
{
  InspectorChainItem *selected;
  g_autofree char *text = NULL;

  record_session (f);
  show (f);
  g_assert_true (inspector_timeline_lanes_pick (lanes (f), x_of (f, 12) + 2, y_of (f, 1)));
  g_assert_true (f->activated == item (f, 12));
  g_object_get (f->timeline, "selected-item", &selected, NULL);
  g_assert_true (selected == item (f, 12));
  g_object_unref (selected);
  text = inspector_timeline_lanes_describe (lanes (f), x_of (f, 12), y_of (f, 1));
  g_assert_cmpstr (text, ==, "14:00:12.0  Decision\nTake this");

  /* The lane wins over what is nearer in another one; where nothing is, nothing is selected. */
  g_clear_object (&f->activated);
  inspector_timeline_lanes_pick (lanes (f), x_of (f, 20) - 1, y_of (f, 3));
  g_assert_true (f->activated == item (f, 20));
  g_clear_object (&f->activated);
  g_assert_false (inspector_timeline_lanes_pick (lanes (f), x_of (f, 12.5), y_of (f, 1)));
  g_assert_null (f->activated);
}

static void
test_what_is_selected_comes_into_sight (Fixture *f, gconstpointer unused)
{
  GdkRGBA accent;
  g_autoptr(Picture) picture = NULL;

  record_session (f);
  show (f);
  accent = inspector_timeline_accent (lanes (f)->state);
  inspector_timeline_set_selected_item (f->timeline, item (f, 2));
  for (int i = 0; i < 4; i++)
    act (f, "timeline.zoom-in");
  g_assert_cmpint (begin (f), <=, BEGAN_US + 2 * SECOND);
  inspector_timeline_set_selected_item (f->timeline, item (f, 25));
  g_assert_cmpint (begin (f), <=, BEGAN_US + 25 * SECOND);
  g_assert_cmpint (begin (f) + span (f), >=, BEGAN_US + 25 * SECOND);
  redraw (f);
  picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  g_assert_cmpuint (picture_count_color (picture, (int) x_of (f, 25) - 2, 0, 5, picture->height, &accent), >, 60);
}

static void
test_zoom_and_back (Fixture *f, gconstpointer unused)
{
  gint64 whole_us;

  record_session (f);
  show (f);
  whole_us = span (f);
  act (f, "timeline.zoom-in");
  g_assert_cmpint (span (f), <, whole_us);
  act (f, "timeline.zoom-out");
  g_assert_cmpint (span (f), ==, whole_us);
  for (int i = 0; i < 5; i++)
    act (f, "timeline.zoom-in");
  gtk_widget_activate_action (GTK_WIDGET (f->timeline), "timeline.go", "i", -1);
  g_assert_cmpint (begin (f), ==, BEGAN_US);
  gtk_widget_activate_action (GTK_WIDGET (f->timeline), "timeline.move", "i", 10);
  g_assert_cmpint (ABS (begin (f) - BEGAN_US - span (f)), <, 100);
  gtk_widget_activate_action (GTK_WIDGET (f->timeline), "timeline.go", "i", 1);
  g_assert_cmpint (begin (f) + span (f), ==, BEGAN_US + 30 * SECOND);
  act (f, "timeline.fit");
  g_assert_cmpint (span (f), ==, whole_us);
}

/* The x of a second in the overview while it shows 30. */
static double
strip_x (Fixture *f, double seconds)
{
  int x;
  int width;

  inspector_timeline_lanes_get_plot (lanes (f), &x, &width);
  return x + width * seconds / 30;
}

static void
test_the_frame_can_be_moved_and_drawn (Fixture *f, gconstpointer unused)
{
  double second;

  record_session (f);
  show (f);
  second = strip_x (f, 1) - strip_x (f, 0);
  inspector_timeline_overview_press (overview (f), strip_x (f, 10));   /* all is in it: another one */
  inspector_timeline_overview_drag (overview (f), second * 5);
  g_assert_cmpint (ABS (begin (f) - BEGAN_US - 10 * SECOND), <, SECOND / 20);
  g_assert_cmpint (ABS (span (f) - 5 * SECOND), <, SECOND / 20);

  inspector_timeline_overview_press (overview (f), strip_x (f, 12.5));   /* within */
  inspector_timeline_overview_drag (overview (f), second * -4);
  g_assert_cmpint (ABS (begin (f) - BEGAN_US - 6 * SECOND), <, SECOND / 20);
  inspector_timeline_overview_press (overview (f), strip_x (f, 11) - 1);   /* its end */
  inspector_timeline_overview_drag (overview (f), second * 4);
  g_assert_cmpint (ABS (span (f) - 9 * SECOND), <, SECOND / 20);
  inspector_timeline_overview_press (overview (f), strip_x (f, 6) + 1);   /* its begin */
  inspector_timeline_overview_drag (overview (f), second * 2);
  g_assert_cmpint (ABS (span (f) - 7 * SECOND), <, SECOND / 20);
  inspector_timeline_overview_press (overview (f), strip_x (f, 25));   /* beside it: it comes */
  g_assert_cmpint (ABS (begin (f) + span (f) / 2 - BEGAN_US - 25 * SECOND), <, SECOND / 20);
}

static void
test_the_frame_is_told_to_assistive_programs (Fixture *f, gconstpointer unused)
{
  g_autofree char *label = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *part = NULL;

  record_session (f);
  show (f);
  gtk_test_accessible_assert_role (overview (f), GTK_ACCESSIBLE_ROLE_SLIDER);
  label = gtk_test_accessible_check_property (GTK_ACCESSIBLE (overview (f)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                              "Visible part of the timeline");
  g_assert_null (label);
  whole = gtk_test_accessible_check_property (GTK_ACCESSIBLE (overview (f)), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                              "everything");
  g_assert_null (whole);
  inspector_timeline_overview_press (overview (f), strip_x (f, 10.05));
  inspector_timeline_overview_drag (overview (f), strip_x (f, 20.05) - strip_x (f, 10.05));
  part = gtk_test_accessible_check_property (GTK_ACCESSIBLE (overview (f)), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                             "14:00:10.0 to 14:00:20.0");
  g_assert_null (part);
  g_assert_true (gtk_widget_get_focusable (GTK_WIDGET (overview (f))));
}

/* ---- live ---- */

static void
watch_daemon (Fixture *f)
{
  g_autoptr(OuioeClient) client = NULL;

  f->daemon = fake_daemon_new ();
  client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->watch = inspector_watch_new (client, "s");
  inspector_timeline_set_watch (f->timeline, f->watch);
}

static void
apply (Fixture *f)
{
  inspector_chain_model_apply (inspector_watch_get_model (f->watch), G_MAXUINT, 0);
}

static void
test_it_is_drawn_ten_times_a_second_at_most (Fixture *f, gconstpointer unused)
{
  gint64 from_us;
  guint before;
  guint n_steps = 1;

  watch_daemon (f);
  fake_daemon_add_step (f->daemon, "s", "analysis", "x");
  fake_wait_for ((apply (f), inspector_timeline_get_n_drawn (f->timeline) > 0));
  fake_wait_for (!g_main_context_pending (NULL));
  before = inspector_timeline_get_n_drawn (f->timeline);
  from_us = g_get_monotonic_time ();
  /* A rate needs a time to be measured over. */
  while (g_get_monotonic_time () < from_us + SECOND)
    {
      while (n_steps * G_TIME_SPAN_MILLISECOND < g_get_monotonic_time () - from_us)   /* 1000 a second */
        fake_daemon_add_step (f->daemon, "s", n_steps++ % 2 ? "analysis" : "decision", "x");
      g_main_context_iteration (NULL, FALSE);
      apply (f);
    }
  g_test_message ("%u steps, drawn %u times", n_steps, inspector_timeline_get_n_drawn (f->timeline) - before);
  g_assert_cmpuint (inspector_timeline_get_n_drawn (f->timeline) - before, <=, 12);
  g_assert_cmpuint (inspector_timeline_get_n_drawn (f->timeline) - before, >=, 2);
  fake_wait_for ((apply (f), g_list_model_get_n_items (G_LIST_MODEL (inspector_watch_get_model (f->watch))) == n_steps));
  fake_wait_for (inspector_timeline_data_get_n_steps (lanes (f)->state->data) == n_steps);
}

#define PHASE(phase, begin, end) \
  "{\"phase\":\"" phase "\",\"begin\":\"2026-11-23T01:11:" begin "+00:00\"," \
  "\"end\":\"2026-11-23T01:11:" end "+00:00\"}"

static void
test_phases_of_the_model_are_a_lane (Fixture *f, gconstpointer unused)
{
  g_autoptr(Picture) picture = NULL;
  g_autofree char *text = NULL;

  watch_daemon (f);
  for (int i = 0; i < 20; i++)
    fake_daemon_add_step (f->daemon, "s", "analysis", "x");   /* from 01:11:01 on, a second apart */
  fake_daemon_add_frame (f->daemon, "s", "generation", "\"generation\":{\"phase\":\"none\",\"calls\":1,\"phases\":["
                         PHASE ("waiting", "01", "05") ","
                         PHASE ("thinking", "05", "15") ","
                         PHASE ("answer", "15", "20") "]}");
  fake_wait_for ((apply (f), inspector_timeline_get_n_drawn (f->timeline) > 0 &&
                  inspector_timeline_lanes_get_n_rows (lanes (f)) == 2 && row (f, 0)->height > 0));
  redraw (f);
  g_assert_cmpint (row (f, 0)->kind, ==, ROW_PHASES);
  picture = picture_new_from_widget (GTK_WIDGET (lanes (f)));
  g_assert_cmpuint (count_in_row (f, picture, 0, inspector_kind_for_phase (OUIOE_PHASE_WAITING), FALSE), >, 200);
  g_assert_cmpuint (count_in_row (f, picture, 0, inspector_kind_for_phase (OUIOE_PHASE_THINKING), FALSE), >, 700);
  g_assert_cmpuint (count_in_row (f, picture, 0, inspector_kind_for_phase (OUIOE_PHASE_ANSWER), FALSE), >, 300);
  g_assert_cmpuint (count_in_row (f, picture, 0, inspector_kind_for_phase (OUIOE_PHASE_TOOL), FALSE), ==, 0);
  text = inspector_timeline_lanes_describe (lanes (f), lanes (f)->plot_x + lanes (f)->plot_width / 2.0, y_of (f, 0));
  g_assert_cmpstr (text, ==, "Thinking\n10.0 s");
}

/* ---- what it costs ---- */

#define N_MANY 50000

/* What others do on this machine does not count. */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
test_fifty_thousand_steps_are_drawn_at_once (Fixture *f, gconstpointer unused)
{
  gint64 best_us = G_MAXINT64;
  gint64 read_us;

  f->recorded.time_ms += 1;
  for (guint i = 0; i < N_MANY; i++)
    {
      static const char *const kinds[] = { "analysis", "decision", "planning", "evaluation", "risk_assessment" };

      recorded_step_with (&f->recorded, kinds[i % 5], "Fan-out is faster", (double) (i % 100) / 100);
      f->recorded.time_ms -= 998;   /* 500 a second */
    }
  show (f);
  read_us = get_cpu_time ();
  inspector_timeline_set_watch (f->timeline, NULL);
  inspector_timeline_set_watch (f->timeline, f->watch);
  read_us = get_cpu_time () - read_us;
  for (int i = 0; i < 30; i++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      guint64 before = inspector_timeline_lanes_get_n_visited (lanes (f));
      gint64 from_us = get_cpu_time ();
      g_autoptr(Picture) picture = NULL;

      inspector_timeline_lanes_draw (lanes (f), snapshot);
      picture = picture_new_from_snapshot (snapshot, gtk_widget_get_width (GTK_WIDGET (lanes (f))),
                                           gtk_widget_get_height (GTK_WIDGET (lanes (f))));
      best_us = MIN (best_us, get_cpu_time () - from_us);
      /* Once it is counted, a picture looks at no step. */
      g_assert_cmpuint (inspector_timeline_lanes_get_n_visited (lanes (f)) - before, <=, i == 0 ? N_MANY : 0);
    }
  g_test_message ("%d steps: noted in %" G_GINT64_FORMAT " us, drawn in %" G_GINT64_FORMAT " us", N_MANY, read_us, best_us);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (best_us, <, 4000);
  g_assert_cmpint (read_us, <, 250000);
#endif
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("ouioe-timeline-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (data, "ouioe-inspector", NULL);
  g_autofree char *bookmarks = g_build_filename (own, "bookmarks", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/ouioe/Inspector/icons");

#define ADD(name, func) g_test_add ("/timeline/" name, Fixture, NULL, setup, func, teardown)
  ADD ("it-is-invisible-before-anything-happened", test_it_is_invisible_before_anything_happened);
  ADD ("lanes-stand-in-their-colours", test_lanes_stand_in_their_colours);
  ADD ("the-line-breaks-where-nothing-was-reported", test_the_line_breaks_where_nothing_was_reported);
  ADD ("marked-rows-are-marked", test_marked_rows_are_marked);
  ADD ("the-summary-tells-it-in-words", test_the_summary_tells_it_in_words);
  ADD ("contrast-draws-outlines", test_contrast_draws_outlines);
  ADD ("time-runs-left-to-right-in-every-language", test_time_runs_left_to_right_in_every_language);
  ADD ("large-text-is-not-cut", test_large_text_is_not_cut);
  ADD ("a-narrow-one-is-one-line", test_a_narrow_one_is_one_line);
  ADD ("a-click-selects-the-step", test_a_click_selects_the_step);
  ADD ("what-is-selected-comes-into-sight", test_what_is_selected_comes_into_sight);
  ADD ("zoom-and-back", test_zoom_and_back);
  ADD ("the-frame-can-be-moved-and-drawn", test_the_frame_can_be_moved_and_drawn);
  ADD ("the-frame-is-told-to-assistive-programs", test_the_frame_is_told_to_assistive_programs);
  ADD ("it-is-drawn-ten-times-a-second-at-most", test_it_is_drawn_ten_times_a_second_at_most);
  ADD ("phases-of-the-model-are-a-lane", test_phases_of_the_model_are_a_lane);
  ADD ("fifty-thousand-steps-are-drawn-at-once", test_fifty_thousand_steps_are_drawn_at_once);
  status = g_test_run ();

  display_stop ();
  g_rmdir (bookmarks);   /* the last bookmark took its file with it */
  g_rmdir (own);
  g_rmdir (data);
  return status;
}
