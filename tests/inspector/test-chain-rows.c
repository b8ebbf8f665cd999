/* test-chain-rows.c - the rows of a chain in a window: filtered, searched, chosen, copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "chain-fixture.h"
#include "display.h"
#include "inspector-search-bar.h"
#include "inspector-settings.h"

static InspectorChainItem *
looked_at (Fixture *f)
{
  g_autoptr(InspectorChainItem) item = NULL;

  g_object_get (f->view, "selected-item", &item, NULL);
  return item;   /* the view keeps it */
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
  add_steps (f, 1, 120);
  fake_wait_for (is_in_sight (f, "Step number 120"));
  act (f, "chain.search");
  fake_wait_for (find_type (GTK_WIDGET (f->view), GTK_TYPE_SEARCH_ENTRY) != NULL);
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

static void
test_reasons_that_match_are_opened (Fixture *f, gconstpointer data)
{
  add_steps (f, 1, 3);
  fake_daemon_add_event (f->daemon, "s", "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"So it is\","
                         "\"reasoning_chain\":[\"a needle\"]");
  fake_wait_for (n_shown (f) == 4);
  act (f, "chain.search");
  fake_wait_for (find_type (GTK_WIDGET (f->view), GTK_TYPE_SEARCH_ENTRY) != NULL);
  gtk_editable_set_text (entry (f), "needle");
  fake_wait_for (shows (f, "1 of 1"));
  fake_wait_for (shows (f, "1.  a needle"));
}

/* ---- the tools ---- */

static GtkWidget *
tool (Fixture *f, guint index)
{
  GtkWidget *button = gtk_widget_get_first_child (inspector_chain_view_get_tools (f->view));

  for (guint i = 0; i < index; i++)
    button = gtk_widget_get_next_sibling (button);
  return button;
}

static void
assert_named (GtkWidget *button, const char *name)
{
  g_autofree char *mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (button),
                                                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name);

  g_assert_cmpstr (mismatch, ==, NULL);
}

static void
test_the_tools_have_names_and_say_how_it_is (Fixture *f, gconstpointer data)
{
  InspectorFilter *filter = inspector_chain_view_get_filter (f->view);

  assert_named (tool (f, 0), "Pause (Ctrl+E)");
  assert_named (tool (f, 1), "Search (Ctrl+F)");
  assert_named (tool (f, 2), "Filter");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (tool (f, 0)), TRUE);
  g_assert_true (inspector_watch_get_paused (f->watch));
  assert_named (tool (f, 0), "Go On (Ctrl+E)");
  act (f, "chain.pause");
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (tool (f, 0))));
  inspector_filter_set_alternatives (filter, TRUE);
  inspector_filter_set_bookmarked (filter, TRUE);
  assert_named (tool (f, 2), "Filter, 2 active");
}

static GtkCheckButton *
check_of (GtkWidget *popover, const char *name)
{
  GtkWidget *kinds = find_type (find_type (popover, GTK_TYPE_VIEWPORT), GTK_TYPE_BOX);

  for (GtkWidget *check = gtk_widget_get_first_child (kinds); check != NULL; check = gtk_widget_get_next_sibling (check))
    {
      g_autofree char *mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (check),
                                                                      GTK_ACCESSIBLE_PROPERTY_LABEL, name);

      if (mismatch == NULL)
        return GTK_CHECK_BUTTON (check);
    }
  return NULL;
}

static void
test_kinds_are_counted_and_chosen (Fixture *f, gconstpointer data)
{
  GtkMenuButton *button = GTK_MENU_BUTTON (tool (f, 2));
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (button));

  add_steps (f, 1, 5);
  fake_wait_for (n_shown (f) == 5);
  gtk_menu_button_popup (button);
  fake_wait_for (gtk_widget_get_mapped (popover));
  g_assert_nonnull (check_of (popover, "Decision, 2"));
  add_steps (f, 6, 1);
  fake_wait_for (check_of (popover, "Decision, 3") != NULL);   /* goes on while it is open */
  gtk_check_button_set_active (check_of (popover, "Analysis, 3"), TRUE);
  fake_wait_for (n_shown (f) == 3);
  gtk_check_button_set_active (check_of (popover, "Analysis, 3"), FALSE);
  fake_wait_for (n_shown (f) == 6);
  gtk_menu_button_popdown (button);
}

static void
test_rows_follow_the_settings (Fixture *f, gconstpointer data)
{
  GSettings *settings = inspector_settings_get ();
  gboolean is_compact;

  g_object_get (f->view, "compact", &is_compact, NULL);
  g_assert_false (is_compact);
  g_settings_set_enum (settings, "detail-level", INSPECTOR_DETAIL_COMPACT);
  g_object_get (f->view, "compact", &is_compact, NULL);
  g_assert_true (is_compact);
  g_settings_reset (settings, "detail-level");

  g_settings_set_uint (settings, "history-limit", 1000);
  inspector_chain_view_set_watch (f->view, f->watch);
  add_steps (f, 1, 2500);
  fake_wait_for (says_status (f, "1500 shown · 1000 older dropped · live"));
  g_settings_reset (settings, "history-limit");
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

  row = gtk_widget_get_ancestor (find_label (f, "So it is"),
                                 g_type_from_name ("GtkListItemWidget"));
  inspector_chain_item_set_bookmarked (row_item (f, 0), TRUE);
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                                 "Decision, 01:11:01.0, confidence 88 percent: So it is, 2 reasons, "
                                                 "bookmarked");
  g_assert_null (mismatch);
  gtk_test_accessible_assert_role (widget_of (f, GTK_TYPE_LIST_VIEW), GTK_ACCESSIBLE_ROLE_LOG);
}

static GtkShortcutController *
shortcuts (GtkWidget *widget)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_SHORTCUT_CONTROLLER (controller) && g_list_model_get_n_items (G_LIST_MODEL (controller)) == 1)
        return GTK_SHORTCUT_CONTROLLER (controller);
    }
  g_assert_not_reached ();
}

/* The key for menus, over the row that has the keyboard. */
static void
test_a_row_has_a_menu (Fixture *f, gconstpointer data)
{
  g_autoptr(GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (shortcuts (GTK_WIDGET (f->view))), 0);
  GtkWidget *row;

  add_steps (f, 1, 3);
  fake_wait_for (n_shown (f) == 3);
  go_to (f, 1);
  fake_wait_for (is_in_sight (f, "Step number 2"));
  row = gtk_widget_get_ancestor (find_label (f, "Step number 2"), g_type_from_name ("GtkListItemWidget"));
  fake_wait_for (gtk_root_get_focus (GTK_ROOT (f->window)) == row);   /* it has the keyboard */
  g_assert_null (find_type (GTK_WIDGET (f->view), GTK_TYPE_POPOVER_MENU));
  g_assert_true (gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), GTK_SHORTCUT_ACTION_EXCLUSIVE,
                                               GTK_WIDGET (f->view), NULL));
  fake_wait_for (find_type (GTK_WIDGET (f->view), GTK_TYPE_POPOVER_MENU) != NULL);
  g_assert_true (gtk_widget_get_mapped (find_type (GTK_WIDGET (f->view), GTK_TYPE_POPOVER_MENU)));
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

#define ADD(name, func) g_test_add ("/chain/" name, Fixture, NULL, chain_setup, func, chain_teardown)
  ADD ("filters-hide-and-say-how-many", test_filters_hide_and_say_how_many);
  ADD ("the-end-is-followed-through-a-filter", test_the_end_is_followed_through_a_filter);
  ADD ("a-search-finds-moves-and-wraps", test_a_search_finds_moves_and_wraps);
  ADD ("reasons-that-match-are-opened", test_reasons_that_match_are_opened);
  ADD ("the-tools-have-names-and-say-how-it-is", test_the_tools_have_names_and_say_how_it_is);
  ADD ("kinds-are-counted-and-chosen", test_kinds_are_counted_and_chosen);
  ADD ("rows-follow-the-settings", test_rows_follow_the_settings);
  ADD ("the-newest-is-looked-at-until-one-is-selected", test_the_newest_is_looked_at_until_one_is_selected);
  ADD ("an-event-is-gone-to-when-it-comes", test_an_event_is_gone_to_when_it_comes);
  ADD ("the-same-kind-is-next", test_the_same_kind_is_next);
  ADD ("several-steps-are-copied-as-one", test_several_steps_are_copied_as_one);
  ADD ("reasons-open-by-key-and-rows-have-names", test_reasons_open_by_key_and_rows_have_names);
  ADD ("a-row-has-a-menu", test_a_row_has_a_menu);
  ADD ("times-and-lines-follow-the-reader", test_times_and_lines_follow_the_reader);
  ADD ("frames-of-a-burst-are-counted", test_frames_of_a_burst_are_counted);
  status = g_test_run ();

  display_stop ();
  return status;
}
