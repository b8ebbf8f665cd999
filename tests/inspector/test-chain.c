/* test-chain.c - a chain in a window: it grows, is followed, left alone and paused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "chain-fixture.h"
#include "display.h"
#include "inspector-chain-row.h"
#include "picture.h"

/* ---- growing steps ---- */

static void
test_a_step_grows_in_its_row (Fixture *f, gconstpointer data)
{
  GtkWidget *row;

  fake_daemon_add_delta (f->daemon, "s", "1", 0, "Which ");
  fake_wait_for (shows (f, "Which ▍"));
  g_assert_true (shows (f, "Thinking"));
  row = find_type (GTK_WIDGET (f->view), INSPECTOR_TYPE_CHAIN_ROW);
  fake_daemon_add_delta (f->daemon, "s", "1", 6, "hosts are there?");
  fake_wait_for (shows (f, "Which hosts are there?▍"));
  finish_step (f, "1", "Which hosts are there?");
  fake_wait_for (shows (f, "Which hosts are there?"));
  g_assert_true (shows (f, "Planning"));
  g_assert_true (find_type (GTK_WIDGET (f->view), INSPECTOR_TYPE_CHAIN_ROW) == row);   /* it was not built anew */
  fake_wait_for (says_status (f, "1 shown · live"));
}

static void
test_the_end_of_a_growing_step_is_followed (Fixture *f, gconstpointer data)
{
  g_autoptr(GString) text = g_string_new (NULL);

  add_steps (f, 1, 60);
  fake_wait_for (is_in_sight (f, "Step number 60"));
  for (guint i = 0; i < 25; i++)
    {
      fake_daemon_add_delta (f->daemon, "s", "1", (guint) text->len, "some more words of it ");
      g_string_append (text, "some more words of it ");
    }
  g_autofree char *end = g_strconcat (text->str, "▍", NULL);

  fake_wait_for (is_in_sight (f, end));
  g_assert_true (inspector_chain_view_is_following (f->view));
  g_assert_cmpuint (n_shown (f), ==, 61);
}

static gboolean
is_at_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) ==
         gtk_adjustment_get_upper (adjustment);
}

/* A row that becomes a step neither moves nor changes its height, when its text is what it was. */
static void
test_nothing_jumps_when_a_step_is_finished (Fixture *f, gconstpointer data)
{
  GtkAdjustment *adjustment;
  GtkWidget *label;
  graphene_rect_t before;
  graphene_rect_t after;
  double upper;
  int height;

  add_steps (f, 1, 60);
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "A thought");
  fake_wait_for (is_in_sight (f, "A thought▍"));
  settle (f);
  adjustment = gtk_scrolled_window_get_vadjustment (scroller (f));
  fake_wait_for (is_at_end (adjustment));
  upper = gtk_adjustment_get_upper (adjustment);
  label = find_label (f, "A thought▍");
  g_assert_true (gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &before));
  height = gtk_widget_get_height (GTK_WIDGET (scroller (f)));
  finish_step (f, "1", "A thought");
  fake_wait_for (shows (f, "A thought"));
  settle (f);
  fake_wait_for (is_at_end (adjustment));
  g_assert_true (gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &after));
  /* From below, where the end is followed: above, the timeline may have got another lane. */
  g_assert_cmpfloat (height - before.origin.y, ==, gtk_widget_get_height (GTK_WIDGET (scroller (f))) - after.origin.y);
  g_assert_cmpfloat (gtk_adjustment_get_upper (adjustment), ==, upper);
}

static void
test_a_dropped_step_goes_from_sight (Fixture *f, gconstpointer data)
{
  fake_daemon_add_step (f->daemon, "s", "analysis", "Stays");
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "Goes");
  fake_wait_for (shows (f, "Goes▍"));
  fake_daemon_add_frame (f->daemon, "s", "thinking_dropped", "\"step_id\":\"1\"");
  fake_wait_for (!shows (f, "Goes▍"));
  g_assert_true (shows (f, "Stays"));
}

/* ---- reading while it runs ---- */

static void
test_what_is_read_does_not_move_by_a_pixel (Fixture *f, gconstpointer data)
{
  g_autoptr(Picture) before = NULL;
  g_autoptr(Picture) after = NULL;

  add_steps (f, 1, 300);
  fake_wait_for (is_in_sight (f, "Step number 300"));
  go_to (f, 150);
  fake_wait_for (is_in_sight (f, "Step number 151"));
  act (f, "chain.unselect");
  settle (f);
  g_assert_false (inspector_chain_view_is_following (f->view));
  before = picture_new_from_widget (widget_of (f, GTK_TYPE_LIST_VIEW));
  add_steps (f, 301, 2000);
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "It grows, too");
  fake_wait_for (shows (f, "↓ 2001 new · back to live"));
  settle (f);
  after = picture_new_from_widget (widget_of (f, GTK_TYPE_LIST_VIEW));
  g_assert_true (picture_equal (before, after));

  act (f, "chain.go-to-end");
  fake_wait_for (is_in_sight (f, "It grows, too▍"));
  g_assert_true (inspector_chain_view_is_following (f->view));
}

static void
test_what_is_read_stays_when_the_oldest_go (Fixture *f, gconstpointer data)
{
  g_autoptr(Picture) before = NULL;
  g_autoptr(Picture) after = NULL;

  inspector_chain_model_set_limit (inspector_watch_get_model (f->watch), 2000);
  add_steps (f, 1, 2900);
  fake_wait_for (is_in_sight (f, "Step number 2900"));
  go_to (f, 2500);
  fake_wait_for (is_in_sight (f, "Step number 2501"));
  settle (f);
  before = picture_new_from_widget (widget_of (f, GTK_TYPE_LIST_VIEW));
  add_steps (f, 2901, 300);
  fake_wait_for (n_shown (f) == 2200);   /* a block of 1000 went */
  settle (f);
  after = picture_new_from_widget (widget_of (f, GTK_TYPE_LIST_VIEW));
  g_assert_true (picture_equal (before, after));
  fake_wait_for (says_status (f, "2200 shown · 1000 older dropped · live"));
}

static void
test_rows_near_the_end_stay_while_the_last_one_grows (Fixture *f, gconstpointer data)
{
  GtkAdjustment *adjustment;
  GtkWidget *label;
  graphene_rect_t before;
  graphene_rect_t after;

  add_steps (f, 1, 60);
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "It");
  fake_wait_for (is_in_sight (f, "It▍"));
  settle (f);
  adjustment = gtk_scrolled_window_get_vadjustment (scroller (f));
  fake_wait_for ((gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 60),
                  !inspector_chain_view_is_following (f->view)));
  settle (f);
  label = find_label (f, "Step number 55");
  g_assert_true (gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &before));
  for (guint i = 0; i < 12; i++)
    fake_daemon_add_delta (f->daemon, "s", "1", 2 + i * 22, " some more words of it");
  fake_wait_for (strlen (inspector_chain_item_get_text (row_item (f, 60))) == 2 + 12 * 22);
  settle (f);
  g_assert_true (gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &after));
  g_assert_cmpfloat (before.origin.y, ==, after.origin.y);
}

/* ---- pausing ---- */

static void
test_pausing_freezes_and_going_on_catches_up (Fixture *f, gconstpointer data)
{
  add_steps (f, 1, 3);
  fake_wait_for (shows (f, "Step number 3"));
  act (f, "chain.pause");
  g_assert_true (inspector_watch_get_paused (f->watch));
  add_steps (f, 4, 20);
  fake_daemon_add_event (f->daemon, "s", "progress_update", "\"progress_type\":\"progress\",\"message\":\"Later\"");
  fake_wait_for (shows (f, "Paused · 21 wait · go on"));
  fake_wait_for (says_status (f, "3 shown · paused"));
  g_assert_cmpuint (n_shown (f), ==, 3);
  g_assert_null (inspector_watch_get_progress (f->watch));   /* the card, too */

  act (f, "chain.pause");
  fake_wait_for (n_shown (f) == 24);
  fake_wait_for (!shows (f, "Paused · 21 wait · go on"));
  g_assert_nonnull (inspector_watch_get_progress (f->watch));
}

static void
test_a_long_pause_loses_and_doubles_nothing (Fixture *f, gconstpointer data)
{
  gboolean is_more = FALSE;

  add_steps (f, 1, 3);
  fake_wait_for (n_shown (f) == 3);
  g_object_set (f->view, "paused", TRUE, NULL);
  add_steps (f, 4, 12000);
  fake_wait_for (inspector_watch_get_n_waiting (f->watch, &is_more) == 10000);
  g_assert_true (is_more);
  fake_wait_for (shows (f, "Paused · more than 10000 wait · go on"));
  g_object_set (f->view, "paused", FALSE, NULL);
  fake_wait_for (n_shown (f) == 12003);
  for (guint i = 0; i < 12003; i += 77)
    {
      g_autofree char *text = g_strdup_printf ("Step number %u", i + 1);

      g_assert_true (g_str_has_prefix (inspector_chain_item_get_text (row_item (f, i)), text));
    }
  g_assert_cmpuint (inspector_watch_get_n_waiting (f->watch, &is_more), ==, 0);
  g_assert_false (is_more);
}

static void
test_a_step_that_grew_during_a_pause_is_whole (Fixture *f, gconstpointer data)
{
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "A");
  fake_wait_for (shows (f, "A▍"));
  act (f, "chain.pause");
  fake_daemon_add_delta (f->daemon, "s", "1", 1, "B");
  fake_daemon_add_delta (f->daemon, "s", "2", 0, "C");
  finish_step (f, "1", "AB.");
  fake_wait_for (inspector_watch_get_n_waiting (f->watch, NULL) == 1);
  g_assert_true (shows (f, "A▍"));
  act (f, "chain.pause");
  fake_wait_for (shows (f, "AB.") && shows (f, "C▍"));
  g_assert_cmpuint (n_shown (f), ==, 2);
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

#define ADD(name, func) g_test_add ("/chain/" name, Fixture, NULL, chain_setup, func, chain_teardown)
  ADD ("a-step-grows-in-its-row", test_a_step_grows_in_its_row);
  ADD ("the-end-of-a-growing-step-is-followed", test_the_end_of_a_growing_step_is_followed);
  ADD ("nothing-jumps-when-a-step-is-finished", test_nothing_jumps_when_a_step_is_finished);
  ADD ("a-dropped-step-goes-from-sight", test_a_dropped_step_goes_from_sight);
  ADD ("what-is-read-does-not-move-by-a-pixel", test_what_is_read_does_not_move_by_a_pixel);
  ADD ("what-is-read-stays-when-the-oldest-go", test_what_is_read_stays_when_the_oldest_go);
  ADD ("rows-near-the-end-stay-while-the-last-one-grows", test_rows_near_the_end_stay_while_the_last_one_grows);
  ADD ("pausing-freezes-and-going-on-catches-up", test_pausing_freezes_and_going_on_catches_up);
  ADD ("a-long-pause-loses-and-doubles-nothing", test_a_long_pause_loses_and_doubles_nothing);
  ADD ("a-step-that-grew-during-a-pause-is-whole", test_a_step_that_grew_during_a_pause_is_whole);
  status = g_test_run ();

  display_stop ();
  return status;
}
