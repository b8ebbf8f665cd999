/* test-compare.c - two sessions beside each other in a real window, also while one of them runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-compare-row.h"
#include "inspector-compare-window.h"
#include "inspector-session-chooser.h"
#include "recorded.h"
#include "widgets.h"

static InspectorWatch *
watch_of (Recorded *recorded)
{
  g_autoptr(GPtrArray) events = recorded_events (recorded);

  return inspector_watch_new_recording (recorded->session, events);
}

/* One changed, one only in the first, one only in the second. */
static InspectorWatch *
make_first (void)
{
  g_auto(Recorded) recorded = { 0 };

  recorded_init (&recorded, "a");
  recorded_start (&recorded, "alice", "Disk usage");
  recorded_step_with (&recorded, "decision", "Fan-out is faster and the hosts are independent.", 0.88);
  recorded_step_with (&recorded, "analysis", "Every file system counts.", 0.7);
  recorded_update (&recorded, "warning", "host-2 has not answered", 10);
  recorded_step_with (&recorded, "risk_assessment", "A retry may hide a dead disk.", 0.3);
  recorded_end (&recorded, "done");
  return watch_of (&recorded);
}

static InspectorWatch *
make_second (void)
{
  g_auto(Recorded) recorded = { 0 };

  recorded_init (&recorded, "b");
  recorded_start (&recorded, "alice", "Disk usage");
  recorded_step_with (&recorded, "decision", "Fan-out is slower but the hosts are independent.", 0.6);
  recorded_step_with (&recorded, "analysis", "Every file system counts.", 0.7);
  recorded_step_with (&recorded, "risk_assessment", "A retry may hide a dead disk.", 0.3);
  recorded_step_with (&recorded, "planning", "Ask once more.", 0.6);
  recorded_end (&recorded, "done");
  return watch_of (&recorded);
}

typedef struct {
  InspectorCompareWindow *window;
  InspectorCompareView   *view;
} Fixture;

static void
open_window (Fixture *f, InspectorWatch *a, InspectorWatch *b, int width)
{
  f->window = inspector_compare_window_new (NULL, a, "Disk usage", b, "Disk usage, again");
  f->view = inspector_compare_window_get_view (f->window);
  gtk_window_set_default_size (GTK_WINDOW (f->window), width, 600);
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->window)));
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorWatch) a = make_first ();
  g_autoptr(InspectorWatch) b = make_second ();

  open_window (f, a, b, GPOINTER_TO_INT (data));
  fake_wait_for (*inspector_compare_view_get_summary (f->view) != '\0');
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer window = f->window;

  g_object_add_weak_pointer (window, &window);
  gtk_window_destroy (GTK_WINDOW (f->window));
  fake_wait_for (window == NULL);   /* nothing holds it */
}

static GtkWidget *
find (Fixture *f, const char *text)
{
  return widgets_find_label (GTK_WIDGET (f->window), text);
}

/* Where a text stands, in the window. */
static graphene_rect_t
bounds_of (Fixture *f, const char *text)
{
  graphene_rect_t bounds;

  fake_wait_for (find (f, text) != NULL && gtk_widget_get_width (find (f, text)) > 0);
  g_assert_true (gtk_widget_compute_bounds (find (f, text), GTK_WIDGET (f->window), &bounds));
  return bounds;
}

static void
test_it_tells_what_they_amount_to (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (inspector_compare_view_get_summary (f->view), ==,
                   "4 the same · 1 changed · 1 only in the first · 1 only in the second");
  g_assert_nonnull (find (f, "Disk usage, again"));
  g_assert_nonnull (find (f, "00:05 · 3 steps · confidence 63 % · 1 warning"));
  g_assert_nonnull (find (f, "00:05 · 4 steps (+1) · confidence 55 % (−8) · 0 warnings (−1)"));
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->window)), ==, 0);
}

static void
test_what_belongs_together_stands_beside_each_other (Fixture *f, gconstpointer data)
{
  graphene_rect_t first = bounds_of (f, "Fan-out is faster and the hosts are independent.");
  graphene_rect_t second = bounds_of (f, "Fan-out is slower but the hosts are independent.");
  graphene_rect_t alone = bounds_of (f, "Ask once more.");

  g_assert_cmpfloat (first.origin.y, ==, second.origin.y);
  g_assert_cmpfloat (first.origin.x + first.size.width, <, second.origin.x);
  g_assert_cmpfloat (alone.origin.x, ==, second.origin.x);   /* with a blank at its left */
}

static void
test_changed_words_are_marked (Fixture *f, gconstpointer data)
{
  GtkLabel *first = GTK_LABEL (find (f, "Fan-out is faster and the hosts are independent."));
  GtkLabel *same = GTK_LABEL (find (f, "Every file system counts."));
  g_autofree char *marks = NULL;

  g_assert_null (gtk_label_get_attributes (same));
  g_assert_nonnull (gtk_label_get_attributes (first));
  marks = pango_attr_list_to_string (gtk_label_get_attributes (first));
  g_assert_nonnull (strstr (marks, "11 21 weight bold"));   /* "faster and" */
}

static void
test_one_can_go_from_difference_to_difference (Fixture *f, gconstpointer data)
{
  GtkWidget *window = GTK_WIDGET (f->window);
  static const guint stops[] = { 1, 3, 5 };

  g_assert_cmpuint (inspector_compare_view_get_position (f->view), ==, G_MAXUINT);
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      gtk_widget_activate_action (window, "win.next", NULL);
      g_assert_cmpuint (inspector_compare_view_get_position (f->view), ==, stops[i]);
    }
  gtk_widget_activate_action (window, "win.next", NULL);   /* there is none behind it */
  g_assert_cmpuint (inspector_compare_view_get_position (f->view), ==, 5);
  gtk_widget_activate_action (window, "win.previous", NULL);
  g_assert_cmpuint (inspector_compare_view_get_position (f->view), ==, 3);
}

static void
test_what_is_the_same_can_be_left_out (Fixture *f, gconstpointer data)
{
  g_assert_nonnull (find (f, "Every file system counts."));
  gtk_widget_activate_action (GTK_WIDGET (f->view), "compare.only-differences", NULL);
  fake_wait_for (find (f, "Every file system counts.") == NULL);
  g_assert_nonnull (find (f, "Ask once more."));
  gtk_widget_activate_action (GTK_WIDGET (f->view), "compare.only-differences", NULL);
  fake_wait_for (find (f, "Every file system counts.") != NULL);
}

static void
test_a_narrow_one_stands_one_above_the_other (Fixture *f, gconstpointer data)
{
  graphene_rect_t first;
  graphene_rect_t second;
  int least;

  fake_wait_for (bounds_of (f, "Fan-out is faster and the hosts are independent.").origin.y <
                 bounds_of (f, "Fan-out is slower but the hosts are independent.").origin.y);
  first = bounds_of (f, "Fan-out is faster and the hosts are independent.");
  second = bounds_of (f, "Fan-out is slower but the hosts are independent.");
  g_assert_cmpfloat (first.origin.x, ==, second.origin.x);
  gtk_widget_measure (GTK_WIDGET (f->window), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
}

static void
test_a_row_is_told_in_a_sentence (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorWatch) a = make_first ();
  g_autoptr(InspectorWatch) b = make_second ();
  g_autoptr(InspectorComparison) comparison = inspector_comparison_new (a, b);
  g_autoptr(InspectorComparedRow) changed = NULL;
  g_autoptr(InspectorComparedRow) alone = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *other = NULL;

  fake_wait_for (inspector_comparison_is_ready (comparison));
  changed = g_list_model_get_item (inspector_comparison_get_rows (comparison), 1);
  alone = g_list_model_get_item (inspector_comparison_get_rows (comparison), 3);
  sentence = inspector_compare_row_describe (changed);
  other = inspector_compare_row_describe (alone);
  g_assert_true (g_pattern_match_simple ("Changed. First: Decision, *faster*. Second: Decision, *slower*", sentence));
  g_assert_true (g_pattern_match_simple ("Only in the first. Warning, *", other));
}

static void
test_equal_sessions_have_no_difference (void)
{
  g_autoptr(InspectorWatch) a = make_first ();
  g_autoptr(InspectorWatch) b = make_first ();
  Fixture f;

  open_window (&f, a, b, 900);
  fake_wait_for (*inspector_compare_view_get_summary (f.view) != '\0');
  gtk_widget_activate_action (GTK_WIDGET (f.view), "compare.only-differences", NULL);
  fake_wait_for (find (&f, "There is no difference.") != NULL);
  teardown (&f, NULL);
}

/* ---- one that runs ---- */

static void
test_what_a_running_session_gets_is_added_at_the_end (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  g_autoptr(InspectorWatch) a = make_first ();
  g_autoptr(InspectorWatch) b = inspector_watch_new (client, "b");
  Fixture f;

  fake_daemon_add_step (daemon, "b", "decision", "Fan-out is faster and the hosts are independent.");
  open_window (&f, a, b, 900);
  fake_wait_for (g_str_has_prefix (inspector_compare_view_get_summary (f.view), "1 the same · 0 changed · 5 only"));
  g_assert_nonnull (widgets_find_like (GTK_WIDGET (f.window), "● Live · *1 step (−2)*"));
  fake_daemon_add_step (daemon, "b", "analysis", "Every file system counts.");
  fake_daemon_add_step (daemon, "b", "planning", "Something else.");
  fake_wait_for (g_str_has_prefix (inspector_compare_view_get_summary (f.view),
                                   "2 the same · 0 changed · 4 only in the first · 1 only in the second"));
  teardown (&f, NULL);
}

static void
count_signal (guint *n)
{
  (*n)++;
}

static void
test_a_comparison_that_is_stopped_says_nothing_more (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorWatch) a = NULL;
  g_autoptr(InspectorWatch) b = make_second ();
  InspectorComparison *comparison;
  guint n = 0;

  recorded_init (&recorded, "a");
  for (guint i = 0; i < 20000; i++)
    recorded_step (&recorded, "analysis", "x");
  a = watch_of (&recorded);
  comparison = inspector_comparison_new (a, b);
  g_signal_connect_swapped (comparison, "changed", G_CALLBACK (count_signal), &n);
  inspector_comparison_stop (comparison);
  g_object_add_weak_pointer (G_OBJECT (comparison), (gpointer *) &comparison);
  g_object_unref (comparison);
  fake_wait_for (comparison == NULL);   /* the worker held it until it left off */
  g_assert_cmpuint (n, ==, 0);
}

/* The figure is that of a machine that does nothing else; this one may be busy. */
static void
test_long_sessions_do_not_hold_up_the_window (void)
{
  g_auto(Recorded) recorded_a = { 0 };
  g_auto(Recorded) recorded_b = { 0 };
  g_autoptr(InspectorWatch) a = NULL;
  g_autoptr(InspectorWatch) b = NULL;
  gint64 slowest_us = 0;
  gint64 from_us;
  Fixture f;

  recorded_init (&recorded_a, "a");
  recorded_init (&recorded_b, "b");
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("word%c%c and %c", 'a' + g_test_rand_int_range (0, 26), 'a' + (char) (i % 26),
                                               'a' + (char) (i % 7));

      recorded_step (i % 3 != 0 ? &recorded_a : &recorded_b, "analysis", text);
      recorded_step (i % 5 != 0 ? &recorded_b : &recorded_a, "analysis", text);
    }
  a = watch_of (&recorded_a);
  b = watch_of (&recorded_b);
  open_window (&f, a, b, 900);
  from_us = g_get_monotonic_time ();
  while (*inspector_compare_view_get_summary (f.view) == '\0')
    {
      gint64 now_us = g_get_monotonic_time ();

      g_main_context_iteration (NULL, TRUE);
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - now_us);
    }
  g_test_message ("%d ms in all, %d ms at once", (int) ((g_get_monotonic_time () - from_us) / 1000), (int) (slowest_us / 1000));
  g_assert_cmpint (slowest_us, <, 2 * G_USEC_PER_SEC);
  teardown (&f, NULL);
}

/* ---- with what ---- */

static InspectorSessionItem *
make_item (const char *id, const char *request)
{
  g_autofree char *json = g_strdup_printf ("{\"session_id\":\"%s\",\"state\":\"closed\",\"user_id\":\"alice\","
                                           "\"user_request\":\"%s\"}", id, request);
  g_autoptr(OuioeSession) session = ouioe_session_new_from_data (json, -1, NULL);

  return inspector_session_item_new (session);
}

typedef struct {
  FakeDaemon      *daemon;
  OuioeClient     *client;
  GtkWidget       *window;
  AdwToastOverlay *toasts;
  GListStore      *sessions;
  InspectorWatch  *watch;
} AskFixture;

static void
setup_ask (AskFixture *f, gconstpointer data)
{
  static const char *const requests[][2] = { { "a", "Disk usage" }, { "b", "Disk usage, again" }, { "c", "Something else" } };

  f->daemon = fake_daemon_new ();
  f->client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->sessions = g_list_store_new (INSPECTOR_TYPE_SESSION_ITEM);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(InspectorSessionItem) item = make_item (requests[i][0], requests[i][1]);

      g_list_store_append (f->sessions, item);
      fake_daemon_add_step (f->daemon, requests[i][0], "decision", requests[i][1]);
    }
  f->watch = inspector_watch_new (f->client, "a");
  f->window = adw_window_new ();
  f->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (f->toasts, gtk_label_new ("content"));
  adw_window_set_content (ADW_WINDOW (f->window), GTK_WIDGET (f->toasts));
  gtk_window_present (GTK_WINDOW (f->window));
  inspector_compare_window_ask (f->toasts, f->watch, "Disk usage", G_LIST_MODEL (f->sessions), f->client);
  fake_wait_for (widgets_find_window ("Compare With") != NULL);
}

static void
teardown_ask (AskFixture *f, gconstpointer data)
{
  GtkWidget *compare = widgets_find_window ("Compare");

  if (compare != NULL)
    gtk_window_destroy (GTK_WINDOW (compare));
  gtk_window_destroy (GTK_WINDOW (f->window));
  fake_wait_for (widgets_find_window ("Compare With") == NULL);
  inspector_watch_stop (f->watch);
  g_object_unref (f->watch);
  g_object_unref (f->sessions);
  g_object_unref (f->client);
  fake_daemon_free (f->daemon);
}

static void
test_every_other_session_is_offered (AskFixture *f, gconstpointer data)
{
  GtkWidget *chooser = widgets_find_window ("Compare With");

  /* What is typed is looked for. */
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (chooser)),
                                         widgets_find_type (chooser, GTK_TYPE_SEARCH_ENTRY)));
  g_assert_null (widgets_find_label (chooser, "Disk usage"));   /* not with itself */
  g_assert_nonnull (widgets_find_label (chooser, "Disk usage, again"));
  g_assert_nonnull (widgets_find_label (chooser, "Something else"));
  g_assert_cmpuint (widgets_count_unnamed_buttons (chooser), ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (widgets_find_type (chooser, GTK_TYPE_SEARCH_ENTRY)), "ELSE");
  fake_wait_for (widgets_find_label (chooser, "Disk usage, again") == NULL);
  g_assert_nonnull (widgets_find_label (chooser, "Something else"));
  gtk_editable_set_text (GTK_EDITABLE (widgets_find_type (chooser, GTK_TYPE_SEARCH_ENTRY)), "nothing like it");
  fake_wait_for (widgets_find_label (chooser, "There is no other session.") != NULL);
}

static void
test_the_chosen_one_is_compared (AskFixture *f, gconstpointer data)
{
  GtkWidget *chooser = widgets_find_window ("Compare With");
  GtkListBox *list = GTK_LIST_BOX (widgets_find_type (chooser, GTK_TYPE_LIST_BOX));
  GtkWidget *window;

  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (list, 0));
  fake_wait_for (widgets_find_window ("Compare") != NULL && widgets_find_window ("Compare With") == NULL);
  window = widgets_find_window ("Compare");
  g_assert_nonnull (widgets_find_label (window, "Disk usage"));
  fake_wait_for (widgets_find_like (window, "0 the same · 1 changed*") != NULL);
  g_assert_nonnull (widgets_find_label (window, "Disk usage, again"));
}

static void
test_a_file_may_be_chosen_instead (AskFixture *f, gconstpointer data)
{
  g_signal_emit_by_name (widgets_find_button (widgets_find_window ("Compare With"), "Open File…"), "clicked");
  fake_wait_for (widgets_find_window ("Open Recording") != NULL);
  g_assert_true (GTK_IS_FILE_CHOOSER (widgets_find_window ("Open Recording")));
  gtk_window_close (GTK_WINDOW (widgets_find_window ("Open Recording")));
  fake_wait_for (widgets_find_window ("Open Recording") == NULL);
}

int
main (int argc, char **argv)
{
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  adw_init ();

#define ADD(name, width, func) g_test_add ("/compare/" name, Fixture, GINT_TO_POINTER (width), setup, func, teardown)
  ADD ("it-tells-what-they-amount-to", 900, test_it_tells_what_they_amount_to);
  ADD ("what-belongs-together-stands-beside-each-other", 900, test_what_belongs_together_stands_beside_each_other);
  ADD ("changed-words-are-marked", 900, test_changed_words_are_marked);
  ADD ("one-can-go-from-difference-to-difference", 900, test_one_can_go_from_difference_to_difference);
  ADD ("what-is-the-same-can-be-left-out", 900, test_what_is_the_same_can_be_left_out);
  ADD ("a-narrow-one-stands-one-above-the-other", 360, test_a_narrow_one_stands_one_above_the_other);
  ADD ("a-row-is-told-in-a-sentence", 900, test_a_row_is_told_in_a_sentence);
  g_test_add_func ("/compare/equal-sessions-have-no-difference", test_equal_sessions_have_no_difference);
  g_test_add_func ("/compare/what-a-running-session-gets-is-added-at-the-end",
                   test_what_a_running_session_gets_is_added_at_the_end);
  g_test_add_func ("/compare/one-that-is-stopped-says-nothing-more", test_a_comparison_that_is_stopped_says_nothing_more);
  g_test_add_func ("/compare/long-sessions-do-not-hold-up-the-window", test_long_sessions_do_not_hold_up_the_window);
#define ADD_ASK(name, func) g_test_add ("/compare/asked/" name, AskFixture, NULL, setup_ask, func, teardown_ask)
  ADD_ASK ("every-other-session-is-offered", test_every_other_session_is_offered);
  ADD_ASK ("the-chosen-one-is-compared", test_the_chosen_one_is_compared);
  ADD_ASK ("a-file-may-be-chosen-instead", test_a_file_may_be_chosen_instead);
  status = g_test_run ();

  display_stop ();
  return status;
}
