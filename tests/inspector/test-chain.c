/* test-chain.c - a chain in a window: it is followed, left alone, paused, filtered, searched, and grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-chain-list.h"
#include "inspector-chain-row.h"
#include "inspector-chain-view.h"
#include "inspector-search-bar.h"
#include "picture.h"

typedef struct {
  FakeDaemon         *daemon;
  InspectorWatch     *watch;
  GtkWindow          *window;
  InspectorChainView *view;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioeClient) client = NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  f->daemon = fake_daemon_new ();
  client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->watch = inspector_watch_new (client, "s");
  f->window = GTK_WINDOW (gtk_window_new ());
  f->view = g_object_new (INSPECTOR_TYPE_CHAIN_VIEW, "vexpand", TRUE, NULL);
  gtk_box_append (GTK_BOX (box), inspector_chain_view_get_tools (f->view));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->view));
  gtk_window_set_child (f->window, box);
  gtk_window_set_default_size (f->window, 760, 600);
  inspector_chain_view_set_watch (f->view, f->watch);
  gtk_window_present (f->window);
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->view)));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer view = f->view;

  g_object_add_weak_pointer (view, &view);
  gtk_window_destroy (f->window);
  fake_wait_for (view == NULL);   /* nothing holds it */
  inspector_watch_stop (f->watch);
  g_clear_object (&f->watch);
  fake_daemon_free (f->daemon);
}

/* ---- looking at it ---- */

static GListModel *
shown (Fixture *f)
{
  return inspector_chain_view_get_shown (f->view);
}

static guint
n_shown (Fixture *f)
{
  return g_list_model_get_n_items (shown (f));
}

static InspectorChainItem *
row_item (Fixture *f, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (shown (f), position);

  g_assert_nonnull (item);
  return item;   /* the model keeps it */
}

typedef gboolean (*WidgetFunc) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *widget, WidgetFunc func, gconstpointer data)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return NULL;
  if (func (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, func, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_label (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
         strcmp (gtk_label_get_text (GTK_LABEL (widget)), data) == 0;
}

static gboolean
is_a (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

static gboolean
shows (Fixture *f, const char *text)
{
  return find (GTK_WIDGET (f->view), is_label, text) != NULL;
}

static GtkWidget *
widget_of (Fixture *f, GType type)
{
  GtkWidget *widget = find (GTK_WIDGET (f->view), is_a, &type);

  g_assert_nonnull (widget);
  return widget;
}

static GtkScrolledWindow *
scroller (Fixture *f)
{
  GType type = GTK_TYPE_SCROLLED_WINDOW;

  return GTK_SCROLLED_WINDOW (find (widget_of (f, INSPECTOR_TYPE_CHAIN_LIST), is_a, &type));
}

static gboolean
is_in_sight (Fixture *f, const char *text)
{
  GtkWidget *label = find (GTK_WIDGET (f->view), is_label, text);
  graphene_rect_t bounds;

  return label != NULL && gtk_widget_compute_bounds (label, GTK_WIDGET (scroller (f)), &bounds) &&
         bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (GTK_WIDGET (scroller (f)));
}

static gboolean
count_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

/* What was to be laid out and scrolled is. */
static void
settle (Fixture *f)
{
  guint n = 0;
  guint tick = gtk_widget_add_tick_callback (GTK_WIDGET (f->view), count_frame_cb, &n, NULL);

  fake_wait_for (n >= 6);
  gtk_widget_remove_tick_callback (GTK_WIDGET (f->view), tick);
}

static void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->view), action, NULL));
}

static gboolean
says_status (Fixture *f, const char *text)
{
  return strcmp (inspector_chain_view_get_status (f->view), text) == 0;
}

static void
add_steps (Fixture *f, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      const char *more = i % 7 == 0 ? ", which takes rather more words than the others, so that its row has two lines or "
                                      "three, whatever the width of the window that shows it may be just now" : "";
      g_autofree char *text = g_strdup_printf ("Step number %u%s", i, more);

      fake_daemon_add_step (f->daemon, "s", i % 2 ? "analysis" : "decision", text);
    }
}

static void
finish_step (Fixture *f, const char *step_id, const char *content)
{
  g_autofree char *json = g_strdup_printf ("\"thinking_type\":\"planning\",\"content\":\"%s\","
                                           "\"context_used\":{\"step_id\":\"%s\"}", content, step_id);

  fake_daemon_add_event (f->daemon, "s", "thinking_step", json);
}

static InspectorChainItem *
looked_at (Fixture *f)
{
  g_autoptr(InspectorChainItem) item = NULL;

  g_object_get (f->view, "selected-item", &item, NULL);
  return item;   /* the view keeps it */
}

static void
go_to (Fixture *f, guint position)
{
  g_assert_true (inspector_chain_view_go_to_item (f->view, row_item (f, position)));
}

/* ---- growing steps ---- */

static void
test_a_step_grows_in_its_row (Fixture *f, gconstpointer data)
{
  GtkWidget *row;
  GType type = INSPECTOR_TYPE_CHAIN_ROW;

  fake_daemon_add_delta (f->daemon, "s", "1", 0, "Which ");
  fake_wait_for (shows (f, "Which ▍"));
  g_assert_true (shows (f, "Thinking"));
  row = find (GTK_WIDGET (f->view), is_a, &type);
  fake_daemon_add_delta (f->daemon, "s", "1", 6, "hosts are there?");
  fake_wait_for (shows (f, "Which hosts are there?▍"));
  finish_step (f, "1", "Which hosts are there?");
  fake_wait_for (shows (f, "Which hosts are there?"));
  g_assert_true (shows (f, "Planning"));
  g_assert_true (find (GTK_WIDGET (f->view), is_a, &type) == row);   /* it was not built anew */
  fake_wait_for (says_status (f, "1 shown · live"));
}

static void
test_the_end_of_a_growing_step_is_followed (Fixture *f, gconstpointer data)
{
  g_autoptr(GString) text = g_string_new (NULL);

  add_steps (f, 1, 60);
  fake_wait_for (is_in_sight (f, "Step number 60"));
  for (guint i = 0; i < 30; i++)
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
  label = find (GTK_WIDGET (f->view), is_label, "A thought▍");
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
  label = find (GTK_WIDGET (f->view), is_label, "Step number 55");
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

/* ---- filter ---- */

static void
test_filters_hide_and_say_how_many (Fixture *f, gconstpointer data)
{
  InspectorFilter *filter = inspector_chain_view_get_filter (f->view);
  guint n = 0;

  add_steps (f, 1, 20);
  fake_daemon_add_event (f->daemon, "s", "progress_update", "\"progress_type\":\"warning\",\"message\":\"Slow\"");
  fake_wait_for (n_shown (f) == 21);
  inspector_filter_set_kind (filter, "step:decision", TRUE);
  fake_wait_for (says_status (f, "10 of 21 shown · live"));
  g_object_get (f->view, "n-filters", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  add_steps (f, 21, 2);   /* goes on for what comes */
  fake_wait_for (says_status (f, "11 of 23 shown · live") || n_shown (f) == 11);
  inspector_filter_set_text (filter, "never said");
  fake_wait_for (shows (f, "Nothing to Show"));
  act (f, "chain.clear-filters");
  fake_wait_for (n_shown (f) == 23);
  g_assert_false (shows (f, "Nothing to Show"));
  g_object_set (f->view, "show-updates", FALSE, NULL);
  fake_wait_for (n_shown (f) == 22);
}

static void
test_the_end_is_followed_through_a_filter (Fixture *f, gconstpointer data)
{
  InspectorFilter *filter = inspector_chain_view_get_filter (f->view);

  inspector_filter_set_kind (filter, "step:decision", TRUE);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *last = g_strdup_printf ("Step number %u", 400 + i * 400);

      add_steps (f, 1 + i * 400, 397);
      add_steps (f, 1 + i * 400 + 397, 3);
      fake_wait_for (n_shown (f) == 200 * (i + 1));
      fake_wait_for (is_in_sight (f, last));
    }
  g_assert_true (inspector_chain_view_is_following (f->view));
}

/* ---- search ---- */

static GtkEditable *
entry (Fixture *f)
{
  return GTK_EDITABLE (widget_of (f, GTK_TYPE_SEARCH_ENTRY));
}

static void
test_a_search_finds_moves_and_wraps (Fixture *f, gconstpointer data)
{
  GType type = GTK_TYPE_SEARCH_ENTRY;

  add_steps (f, 1, 120);
  fake_wait_for (is_in_sight (f, "Step number 120"));
  act (f, "chain.search");
  fake_wait_for (find (GTK_WIDGET (f->view), is_a, &type) != NULL);
  gtk_editable_set_text (entry (f), "NUMBER 11");
  fake_wait_for (shows (f, "1 of 11"));   /* 11, 110 … 119 */
  fake_wait_for (is_in_sight (f, "Step number 11"));
  g_assert_false (inspector_chain_view_is_following (f->view));
  act (f, "chain.search-next");
  fake_wait_for (is_in_sight (f, "Step number 110"));
  act (f, "chain.search-previous");
  act (f, "chain.search-previous");
  fake_wait_for (shows (f, "11 of 11, from the end again"));
  act (f, "chain.search-next");
  fake_wait_for (shows (f, "1 of 11, from the beginning again"));
  add_steps (f, 1190, 1);
  fake_wait_for (shows (f, "1 of 12, from the beginning again"));

  gtk_editable_set_text (entry (f), "never said");
  fake_wait_for (shows (f, "No matches"));
  g_object_set (f->view, "search-mode", FALSE, NULL);
  for (guint i = 0; i < n_shown (f); i++)
    g_assert_false (inspector_chain_item_is_match (row_item (f, i)));
}

/* ---- rows ---- */

static void
add_choice (Fixture *f, const char *content)
{
  g_autofree char *json = g_strdup_printf ("\"thinking_type\":\"decision\",\"content\":\"%s\","
                                           "\"reasoning_chain\":[\"first\",\"second\"],\"confidence\":0.88", content);

  fake_daemon_add_event (f->daemon, "s", "thinking_step", json);
}

static void
test_the_newest_is_looked_at_until_one_is_selected (Fixture *f, gconstpointer data)
{
  gboolean has_selection;

  g_assert_null (looked_at (f));
  add_steps (f, 1, 3);
  fake_daemon_add_event (f->daemon, "s", "progress_update", "\"progress_type\":\"progress\",\"message\":\"Half\"");
  fake_wait_for (n_shown (f) == 4);
  fake_wait_for (looked_at (f) == row_item (f, 2));   /* the newest step, not the update behind it */
  go_to (f, 0);
  g_assert_true (looked_at (f) == row_item (f, 0));
  add_steps (f, 4, 2);
  fake_wait_for (n_shown (f) == 6);
  g_assert_true (looked_at (f) == row_item (f, 0));
  g_object_get (f->view, "has-selection", &has_selection, NULL);
  g_assert_true (has_selection);
  act (f, "chain.go-to-end");
  fake_wait_for (looked_at (f) == row_item (f, 5));
  fake_daemon_add_delta (f->daemon, "s", "1", 0, "It grows");
  fake_wait_for (n_shown (f) == 7 && looked_at (f) == row_item (f, 6));
}

static void
test_an_event_is_gone_to_when_it_comes (Fixture *f, gconstpointer data)
{
  add_steps (f, 1, 2);
  fake_wait_for (n_shown (f) == 2);
  inspector_chain_view_go_to_event (f->view, "5-0");
  g_assert_true (inspector_chain_view_is_following (f->view));
  add_steps (f, 3, 100);
  fake_wait_for (n_shown (f) == 102);
  fake_wait_for (is_in_sight (f, "Step number 5"));
  g_assert_true (looked_at (f) == row_item (f, 4));
  inspector_chain_view_go_to_event (f->view, "2-0");
  g_assert_true (looked_at (f) == row_item (f, 1));
}

static void
test_the_same_kind_is_next (Fixture *f, gconstpointer data)
{
  add_steps (f, 1, 10);
  fake_wait_for (n_shown (f) == 10);
  go_to (f, 3);
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.same-kind", "i", 1);
  g_assert_true (looked_at (f) == row_item (f, 5));
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.same-kind", "i", -1);
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.same-kind", "i", -1);
  g_assert_true (looked_at (f) == row_item (f, 1));
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.same-kind", "i", -1);   /* there is none */
  g_assert_true (looked_at (f) == row_item (f, 1));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_several_steps_are_copied_as_one (Fixture *f, gconstpointer data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (f->view));
  GtkListView *list = GTK_LIST_VIEW (widget_of (f, GTK_TYPE_LIST_VIEW));
  g_autofree char *text = NULL;

  add_steps (f, 1, 4);
  fake_wait_for (n_shown (f) == 4);
  gtk_selection_model_select_item (gtk_list_view_get_model (list), 1, TRUE);
  gtk_selection_model_select_item (gtk_list_view_get_model (list), 2, FALSE);
  g_assert_true (looked_at (f) == row_item (f, 2));
  act (f, "chain.copy-link");
  gdk_clipboard_read_text_async (clipboard, NULL, read_cb, &text);
  fake_wait_for (text != NULL);
  g_assert_cmpstr (text, ==, "ouioe:session/s#2-0\nouioe:session/s#3-0\n");
}

static void
test_reasons_open_by_key_and_rows_have_names (Fixture *f, gconstpointer data)
{
  GtkWidget *row;
  g_autofree char *mismatch = NULL;

  add_choice (f, "So it is");
  fake_wait_for (shows (f, "So it is"));
  go_to (f, 0);
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.expand", "b", TRUE);
  fake_wait_for (shows (f, "1.  first\n2.  second"));
  gtk_widget_activate_action (GTK_WIDGET (f->view), "chain.expand", "b", FALSE);
  fake_wait_for (!shows (f, "1.  first\n2.  second"));

  row = gtk_widget_get_ancestor (find (GTK_WIDGET (f->view), is_label, "So it is"),
                                 g_type_from_name ("GtkListItemWidget"));
  inspector_chain_item_set_bookmarked (row_item (f, 0), TRUE);
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                                 "Decision, 01:11:01.0, confidence 88 percent: So it is, 2 reasons, "
                                                 "bookmarked");
  g_assert_null (mismatch);
  gtk_test_accessible_assert_role (widget_of (f, GTK_TYPE_LIST_VIEW), GTK_ACCESSIBLE_ROLE_LOG);
}

static void
test_times_and_lines_follow_the_reader (Fixture *f, gconstpointer data)
{
  fake_daemon_add_event (f->daemon, "s", "session_start", "\"user_id\":\"a\",\"debug_mode\":true,"
                         "\"progress_updates\":true,\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                         "\"expiry_seconds\":86400.0,\"user_request\":\"\",\"system_context\":{}");
  add_steps (f, 7, 1);
  fake_wait_for (shows (f, "01:11:02.0"));
  g_object_set (f->view, "since-start", TRUE, "compact", TRUE, NULL);
  fake_wait_for (shows (f, "00:00:01.0"));
  g_object_set (f->view, "since-start", FALSE, NULL);
  fake_wait_for (shows (f, "01:11:02.0"));
}

/* ---- keeping up ---- */

static void
test_frames_of_a_burst_are_counted (Fixture *f, gconstpointer data)
{
  const InspectorFrames *frames = inspector_chain_model_get_frames (inspector_watch_get_model (f->watch));
  guint64 n;

  add_steps (f, 1, 3000);
  fake_wait_for (n_shown (f) == 3000);
  fake_wait_for (is_in_sight (f, "Step number 3000"));
  g_assert_cmpuint (frames->n, >, 0);
  g_assert_cmpint (frames->slowest_us, >, 0);
  settle (f);
  n = frames->n;
  fake_wait_for (says_status (f, "3000 shown · live"));   /* seconds later */
  g_assert_cmpuint (frames->n, ==, n);                    /* nothing ticks while nothing comes */
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

#define ADD(name, func) g_test_add ("/chain/" name, Fixture, NULL, setup, func, teardown)
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
  ADD ("filters-hide-and-say-how-many", test_filters_hide_and_say_how_many);
  ADD ("the-end-is-followed-through-a-filter", test_the_end_is_followed_through_a_filter);
  ADD ("a-search-finds-moves-and-wraps", test_a_search_finds_moves_and_wraps);
  ADD ("the-newest-is-looked-at-until-one-is-selected", test_the_newest_is_looked_at_until_one_is_selected);
  ADD ("an-event-is-gone-to-when-it-comes", test_an_event_is_gone_to_when_it_comes);
  ADD ("the-same-kind-is-next", test_the_same_kind_is_next);
  ADD ("several-steps-are-copied-as-one", test_several_steps_are_copied_as_one);
  ADD ("reasons-open-by-key-and-rows-have-names", test_reasons_open_by_key_and_rows_have_names);
  ADD ("times-and-lines-follow-the-reader", test_times_and_lines_follow_the_reader);
  ADD ("frames-of-a-burst-are-counted", test_frames_of_a_burst_are_counted);
  status = g_test_run ();

  display_stop ();
  return status;
}
