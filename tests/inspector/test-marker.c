/* test-marker.c - bookmarked rows know that they are, and their notes can be written in a real window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-bookmark-button.h"
#include "inspector-bookmark-popover.h"
#include "inspector-marker.h"
#include "inspector-watch.h"
#include "recorded.h"
#include "widgets.h"

typedef struct {
  InspectorWatch           *watch;
  GListModel               *rows;        /* of the watch: five steps */
  InspectorBookmarks       *bookmarks;
  InspectorMarker          *marker;
  GtkWidget                *window;
  GtkMenuButton            *button;
  InspectorBookmarkPopover *popover;
  InspectorChainItem       *chosen;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(GPtrArray) events = NULL;

  recorded_init (&recorded, "s");
  for (const char *c = "abcde"; *c != '\0'; c++)
    {
      const char text[] = { 's', 't', 'e', 'p', ' ', *c, '\0' };

      recorded_step (&recorded, "decision", text);
    }
  events = recorded_events (&recorded);
  f->watch = inspector_watch_new_recording ("s", events);
  f->rows = G_LIST_MODEL (inspector_watch_get_model (f->watch));
  f->bookmarks = inspector_bookmarks_get ("s");
  f->marker = inspector_marker_new (f->bookmarks, f->rows);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->chosen);
  g_clear_object (&f->marker);
  while (inspector_bookmarks_get_n (f->bookmarks) > 0)
    inspector_bookmarks_remove (f->bookmarks, inspector_bookmarks_get_id (f->bookmarks, 0));
  fake_wait_for (inspector_bookmarks_is_saved (f->bookmarks));
  g_clear_object (&f->bookmarks);
  g_clear_object (&f->watch);
}

static InspectorChainItem *
item_at (Fixture *f, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (f->rows, position);

  return item;   /* the list keeps it */
}

static void
assert_marked (Fixture *f, const char *expected)
{
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (inspector_chain_item_is_bookmarked (item_at (f, i)), ==, expected[i] == 'x');
}

static void
test_rows_know_that_they_are_marked (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) gap = inspector_chain_item_new_gap (1);

  assert_marked (f, ".....");
  g_assert_true (inspector_marker_toggle (f->marker, item_at (f, 1)));
  g_assert_true (inspector_marker_toggle (f->marker, item_at (f, 3)));
  assert_marked (f, ".x.x.");
  g_assert_true (inspector_marker_toggle (f->marker, item_at (f, 1)));
  assert_marked (f, "...x.");
  g_assert_false (inspector_marker_toggle (f->marker, gap));   /* there is no event to come back to */
}

static void
test_rows_that_come_later_know_it_too (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorWatch) replay = inspector_watch_new_replay ("s");
  g_autoptr(InspectorMarker) marker = inspector_marker_new (f->bookmarks, G_LIST_MODEL (inspector_watch_get_model (replay)));
  g_autoptr(InspectorChainItem) item = inspector_chain_item_new_event (inspector_chain_item_get_event (item_at (f, 2)));

  inspector_marker_toggle (f->marker, item_at (f, 2));
  g_assert_false (inspector_chain_item_is_bookmarked (item));
  inspector_chain_model_push (inspector_watch_get_model (replay), g_object_ref (item));
  inspector_chain_model_apply (inspector_watch_get_model (replay), 1, 0);
  g_assert_true (inspector_chain_item_is_bookmarked (item));
}

static void
assert_found (Fixture *f, int from, int direction, int expected)
{
  g_autoptr(InspectorChainItem) found = inspector_marker_find (f->rows, from < 0 ? NULL : item_at (f, (guint) from), direction);

  g_assert_true (found == (expected < 0 ? NULL : item_at (f, (guint) expected)));
}

static void
test_one_can_go_from_mark_to_mark (Fixture *f, gconstpointer data)
{
  assert_found (f, 0, 1, -1);
  inspector_marker_toggle (f->marker, item_at (f, 1));
  inspector_marker_toggle (f->marker, item_at (f, 3));
  assert_found (f, -1, 1, 1);
  assert_found (f, -1, -1, 3);
  assert_found (f, 0, 1, 1);
  assert_found (f, 1, 1, 3);
  assert_found (f, 3, 1, 1);    /* round the end */
  assert_found (f, 1, -1, 3);
  assert_found (f, 4, -1, 3);
}

/* ---- the popover ---- */

static void
on_chosen (Fixture *f, InspectorChainItem *item)
{
  g_set_object (&f->chosen, item);
}

static void
setup_window (Fixture *f, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  setup (f, data);
  f->window = adw_window_new ();
  f->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  f->popover = g_object_new (INSPECTOR_TYPE_BOOKMARK_POPOVER, NULL);
  gtk_menu_button_set_popover (f->button, GTK_WIDGET (f->popover));
  g_signal_connect_swapped (f->popover, "chosen", G_CALLBACK (on_chosen), f);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->button));
  adw_window_set_content (ADW_WINDOW (f->window), box);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 500, 500);
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (gtk_widget_get_mapped (f->window));
}

static void
teardown_window (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  teardown (f, data);
}

static void
pop_up (Fixture *f, int position)
{
  inspector_bookmark_popover_show (f->popover, f->bookmarks, position < 0 ? NULL : item_at (f, (guint) position), f->rows);
  gtk_menu_button_popup (f->button);
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->popover)));
}

static void
pop_down (Fixture *f)
{
  gtk_menu_button_popdown (f->button);
  fake_wait_for (!gtk_widget_get_mapped (GTK_WIDGET (f->popover)));
}

static void
test_a_note_is_kept (Fixture *f, gconstpointer data)
{
  const OuioeEventId *id = ouioe_event_get_id (inspector_chain_item_get_event (item_at (f, 2)));
  GtkWidget *entry;

  inspector_marker_toggle (f->marker, item_at (f, 2));
  pop_up (f, 2);
  g_assert_nonnull (widgets_find_label (GTK_WIDGET (f->popover), "14:00:02.0 Decision"));
  entry = widgets_find_type (GTK_WIDGET (f->popover), GTK_TYPE_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), "where it turned");
  pop_down (f);
  g_assert_cmpstr (inspector_bookmarks_get_note (f->bookmarks, id), ==, "where it turned");
  pop_up (f, 2);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "where it turned");
  g_assert_nonnull (widgets_find_label (GTK_WIDGET (f->popover), "where it turned"));   /* in the list */
  g_signal_emit_by_name (widgets_find_button (GTK_WIDGET (f->popover), "Remove"), "clicked");
  fake_wait_for (!gtk_widget_get_mapped (GTK_WIDGET (f->popover)));
  g_assert_false (inspector_bookmarks_has (f->bookmarks, id));   /* and its note does not bring it back */
}

static void
test_the_list_leads_to_them (Fixture *f, gconstpointer data)
{
  GtkListBox *list;

  pop_up (f, 0);
  g_assert_nonnull (widgets_find_like (GTK_WIDGET (f->popover), "No bookmarks yet.*"));
  g_assert_null (widgets_find_type (GTK_WIDGET (f->popover), GTK_TYPE_ENTRY));   /* the row is not marked */
  pop_down (f);
  inspector_marker_toggle (f->marker, item_at (f, 4));
  inspector_marker_toggle (f->marker, item_at (f, 1));
  pop_up (f, -1);
  list = GTK_LIST_BOX (widgets_find_type (GTK_WIDGET (f->popover), GTK_TYPE_LIST_BOX));
  g_assert_nonnull (widgets_find_label (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 0)), "step b"));
  g_assert_null (gtk_list_box_get_row_at_index (list, 2));
  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (list, 1));
  g_assert_true (f->chosen == item_at (f, 4));
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->popover)), ==, 0);
}

/* ---- the button ---- */

typedef struct {
  Fixture                  base;
  InspectorChainView      *chain;
  InspectorBookmarkButton *button;
} ButtonFixture;

static void
setup_button (ButtonFixture *f, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *toasts = adw_toast_overlay_new ();

  setup (&f->base, data);
  f->base.window = adw_window_new ();
  f->chain = g_object_new (INSPECTOR_TYPE_CHAIN_VIEW, "vexpand", TRUE, NULL);
  f->button = g_object_new (INSPECTOR_TYPE_BOOKMARK_BUTTON, "chain", f->chain, NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->button));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->chain));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), box);
  adw_window_set_content (ADW_WINDOW (f->base.window), toasts);
  gtk_window_set_default_size (GTK_WINDOW (f->base.window), 600, 500);
  gtk_window_present (GTK_WINDOW (f->base.window));
  fake_wait_for (gtk_widget_get_mapped (f->base.window));
}

static void
teardown_button (ButtonFixture *f, gconstpointer data)
{
  inspector_chain_view_set_watch (f->chain, NULL);
  gtk_window_destroy (GTK_WINDOW (f->base.window));
  teardown (&f->base, data);
}

static void
show_watch (ButtonFixture *f)
{
  inspector_chain_view_set_watch (f->chain, f->base.watch);
  inspector_bookmark_button_set_watch (f->button, f->base.watch);
}

static InspectorChainItem *
selected (ButtonFixture *f)
{
  g_autoptr(InspectorChainItem) item = NULL;

  g_object_get (f->chain, "selected-item", &item, NULL);
  return item;   /* the list keeps it */
}

static void
test_the_selected_step_is_bookmarked (ButtonFixture *f, gconstpointer data)
{
  show_watch (f);
  fake_wait_for (selected (f) == item_at (&f->base, 4));   /* the newest, as long as none is selected */
  g_assert_true (inspector_chain_view_go_to_item (f->chain, item_at (&f->base, 1)));
  g_assert_true (inspector_bookmark_button_toggle (f->button));
  assert_marked (&f->base, ".x...");
  /* A note can be written at once. */
  fake_wait_for (widgets_find_type (f->base.window, GTK_TYPE_ENTRY) != NULL);
  g_assert_nonnull (widgets_find_label (f->base.window, "14:00:01.0 Decision"));
  g_assert_true (inspector_bookmark_button_toggle (f->button));
  assert_marked (&f->base, ".....");
}

static void
test_keys_lead_from_bookmark_to_bookmark (ButtonFixture *f, gconstpointer data)
{
  show_watch (f);
  g_assert_false (inspector_bookmark_button_move (f->button, 1));
  fake_wait_for (widgets_find_label (f->base.window, "There is no bookmark among the rows that are shown") != NULL);
  inspector_marker_toggle (f->base.marker, item_at (&f->base, 0));
  inspector_marker_toggle (f->base.marker, item_at (&f->base, 3));
  g_assert_true (inspector_bookmark_button_move (f->button, 1));
  g_assert_true (selected (f) == item_at (&f->base, 0));
  g_assert_true (inspector_bookmark_button_move (f->button, 1));
  g_assert_true (selected (f) == item_at (&f->base, 3));
  g_assert_true (inspector_bookmark_button_move (f->button, -1));
  g_assert_true (selected (f) == item_at (&f->base, 0));
}

static void
test_nothing_is_no_step (ButtonFixture *f, gconstpointer data)
{
  g_assert_false (inspector_bookmark_button_toggle (f->button));
  fake_wait_for (widgets_find_label (f->base.window, "There is no step to bookmark") != NULL);
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->button)), ==, 0);
}

/* The bookmarks are gone, the folders they were in are empty. */
static void
remove_folders (const char *folder)
{
  static const char *const names[] = { "ouioe-inspector/bookmarks", "ouioe-inspector", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_rmdir (path), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("marker-XXXXXX", NULL);
  int status;

  display_prepare ();
  g_setenv ("XDG_DATA_HOME", folder, TRUE);   /* nothing of whoever runs the tests */
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  adw_init ();

#define ADD(name, func) g_test_add ("/marker/" name, Fixture, NULL, setup, func, teardown)
  ADD ("rows-know-that-they-are-marked", test_rows_know_that_they_are_marked);
  ADD ("rows-that-come-later-know-it-too", test_rows_that_come_later_know_it_too);
  ADD ("one-can-go-from-mark-to-mark", test_one_can_go_from_mark_to_mark);
#define ADD_WINDOW(name, func) g_test_add ("/bookmark-popover/" name, Fixture, NULL, setup_window, func, teardown_window)
  ADD_WINDOW ("a-note-is-kept", test_a_note_is_kept);
  ADD_WINDOW ("the-list-leads-to-them", test_the_list_leads_to_them);
#define ADD_BUTTON(name, func) \
  g_test_add ("/bookmark-button/" name, ButtonFixture, NULL, setup_button, func, teardown_button)
  ADD_BUTTON ("the-selected-step-is-bookmarked", test_the_selected_step_is_bookmarked);
  ADD_BUTTON ("keys-lead-from-bookmark-to-bookmark", test_keys_lead_from_bookmark_to_bookmark);
  ADD_BUTTON ("nothing-is-no-step", test_nothing_is_no_step);
  status = g_test_run ();

  display_stop ();
  remove_folders (folder);
  return status;
}
