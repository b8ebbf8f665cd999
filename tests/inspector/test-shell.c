/* test-shell.c - the window as a whole: what it is asked for, its pages, keys that work everywhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-application.h"
#include "inspector-bookmarks.h"
#include "inspector-chain-view.h"
#include "inspector-columns.h"
#include "inspector-detail-pane.h"
#include "inspector-player-bar.h"
#include "inspector-session-list.h"
#include "inspector-settings.h"
#include "inspector-window.h"
#include "widgets.h"

typedef struct {
  FakeDaemon         *daemon;
  InspectorWindow    *window;
  InspectorChainView *chain;
  InspectorColumns   *columns;
} Fixture;

/* One for the whole program. */
static InspectorApplication *application;

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_settings_reset (inspector_settings_get (), "window-size");
  f->daemon = fake_daemon_new ();
  fake_daemon_set_session (f->daemon, "plan", "bob", "open", "Plan the migration", 1);
  fake_daemon_set_session (f->daemon, "disk-2", "alice", "open", "Second disk", 1);
  fake_daemon_set_session (f->daemon, "disk-1", "alice", "open", "First disk", 3);
  fake_daemon_add_step (f->daemon, "disk-1", "analysis", "Step one");
  fake_daemon_add_step (f->daemon, "disk-1", "risk_assessment", "Step two");
  fake_daemon_add_step (f->daemon, "disk-1", "analysis", "Step three");
  fake_daemon_add_step (f->daemon, "plan", "planning", "A plan");
}

static void
show (Fixture *f, InspectorWindow *window)
{
  f->window = window;
  f->chain = INSPECTOR_CHAIN_VIEW (find_type (GTK_WIDGET (window), INSPECTOR_TYPE_CHAIN_VIEW));
  f->columns = INSPECTOR_COLUMNS (find_type (GTK_WIDGET (window), INSPECTOR_TYPE_COLUMNS));
  gtk_window_present (GTK_WINDOW (window));
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (window)));
}

static void
open_window (Fixture *f, const char *session_id)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (f->daemon));

  show (f, inspector_window_new (GTK_APPLICATION (application), client, session_id));
}

static void
open_narrow (Fixture *f, const char *session_id)
{
  g_settings_set (inspector_settings_get (), "window-size", "(ii)", 360, 640);
  open_window (f, session_id);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer window = f->window;

  g_object_add_weak_pointer (window, &window);
  gtk_window_destroy (GTK_WINDOW (f->window));
  fake_wait_for (window == NULL);   /* nothing holds it */
  fake_daemon_free (f->daemon);
}

static gboolean
shows (Fixture *f, const char *text)
{
  return widgets_find_label (GTK_WIDGET (f->window), text) != NULL;
}

static void
act (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), action, NULL));
}

static gboolean
get_flag (gpointer object, const char *property)
{
  gboolean value;

  g_object_get (object, property, &value, NULL);
  return value;
}

static gboolean
is_focus_within (Fixture *f, GType type)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (f->window));

  return focus != NULL && gtk_widget_get_ancestor (focus, type) != NULL;
}

/* ---- what is asked for ---- */

static void
test_the_beginning_of_an_id_is_enough (Fixture *f, gconstpointer data)
{
  open_window (f, "pl");
  fake_wait_for (shows (f, "A plan"));
  g_assert_true (inspector_window_is_at (f->window, fake_daemon_get_address (f->daemon), "plan"));
  g_assert_false (inspector_window_is_at (f->window, fake_daemon_get_address (f->daemon), "disk-1"));
  g_assert_false (inspector_window_is_at (f->window, "http://127.0.0.1:1", "plan"));
}

static void
test_an_id_that_begins_several_is_told (Fixture *f, gconstpointer data)
{
  open_window (f, "disk");
  fake_wait_for (shows (f, "The ids of several sessions begin with “disk”."));
  inspector_window_go_to (f->window, "disk-1", NULL);
  fake_wait_for (shows (f, "Step three"));
}

static void
test_a_link_selects_the_step (Fixture *f, gconstpointer data)
{
  open_window (f, NULL);
  inspector_window_go_to (f->window, "disk-1", "2-0");
  fake_wait_for (get_flag (f->chain, "has-selection"));
  fake_wait_for (shows (f, "Risk assessment"));   /* in the details */
}

static void
test_a_new_session_is_followed_only_when_asked (Fixture *f, gconstpointer data)
{
  open_window (f, "plan");
  fake_wait_for (shows (f, "A plan"));
  fake_daemon_add_step (f->daemon, "new-1", "analysis", "Of the new one");
  fake_daemon_set_session_later (f->daemon, "new-1", "erin", "New one", 5);
  fake_wait_for (shows (f, "New one"));
  g_assert_false (shows (f, "Of the new one"));

  inspector_window_set_follows_newest (f->window, TRUE);
  fake_daemon_add_step (f->daemon, "new-2", "analysis", "Of the newest one");
  fake_daemon_set_session_later (f->daemon, "new-2", "erin", "Newest one", 10);
  fake_wait_for (shows (f, "Of the newest one"));
}

static void
test_a_filter_of_the_command_line_hides (Fixture *f, gconstpointer data)
{
  open_window (f, "disk-1");
  inspector_window_set_filter (f->window, "kind:risk");
  fake_wait_for (shows (f, "Step two"));
  fake_wait_for (!shows (f, "Step one"));
  act (f, "win.clear-filters");
  fake_wait_for (shows (f, "Step one"));
}

/* ---- recordings and replay ---- */

static void
recording_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  *(InspectorRecording **) user_data = inspector_recording_read_finish (result, &error);
  g_assert_no_error (error);
}

static void
test_a_recording_needs_no_service (Fixture *f, gconstpointer data)
{
  static const char text[] =
    "{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":\"2026-11-23T01:11:03+00:00\","
    "\"thinking_type\":\"analysis\",\"content\":\"Out of a file\"}\n";
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "ouioe-shell-XXXXXX", NULL);
  g_autoptr(InspectorRecording) recording = NULL;
  g_autoptr(GFile) file = NULL;
  int fd = g_mkstemp (path);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  file = g_file_new_for_path (path);
  inspector_recording_read_async (file, NULL, NULL, recording_cb, &recording);
  fake_wait_for (recording != NULL);
  g_unlink (path);

  show (f, inspector_window_new_for_recording (GTK_APPLICATION (application), recording));
  fake_wait_for (shows (f, "Out of a file"));
  act (f, "win.retry");
  act (f, "win.replay");
  fake_wait_for (gtk_widget_get_mapped (find_type (GTK_WIDGET (f->window), INSPECTOR_TYPE_PLAYER_BAR)));
  act (f, "win.escape");
  fake_wait_for (!gtk_widget_get_mapped (find_type (GTK_WIDGET (f->window), INSPECTOR_TYPE_PLAYER_BAR)));
  g_assert_true (shows (f, "Out of a file"));
}

static void
test_a_replay_is_no_present (Fixture *f, gconstpointer data)
{
  open_window (f, "disk-1");
  inspector_window_replay (f->window, 5);
  fake_wait_for (widgets_find_like (GTK_WIDGET (f->window), "Replay 5×*") != NULL);
  act (f, "win.replay");
  fake_wait_for (widgets_find_like (GTK_WIDGET (f->window), "● Live*") != NULL);
  g_assert_cmpfloat (g_settings_get_double (inspector_settings_get (), "replay-speed"), ==, 5);
  g_settings_reset (inspector_settings_get (), "replay-speed");
}

/* ---- narrow pages ---- */

static gboolean
is_on_page (Fixture *f, InspectorColumn page)
{
  return inspector_columns_get_layout (f->columns) == INSPECTOR_LAYOUT_NARROW &&
         inspector_columns_get_page (f->columns) == page;
}

static void
test_narrow_pages_lead_from_one_to_the_next (Fixture *f, gconstpointer data)
{
  GtkWidget *list;

  open_narrow (f, NULL);
  list = find_type (GTK_WIDGET (f->window), INSPECTOR_TYPE_SESSION_LIST);
  fake_wait_for (shows (f, "Plan the migration") && is_on_page (f, INSPECTOR_COLUMN_SIDEBAR));
  inspector_session_list_select (INSPECTOR_SESSION_LIST (list), "disk-1");
  g_signal_emit_by_name (list, "opened");
  fake_wait_for (is_on_page (f, INSPECTOR_COLUMN_CONTENT) && shows (f, "Step two"));
  inspector_window_go_to (f->window, "disk-1", "2-0");
  fake_wait_for (is_on_page (f, INSPECTOR_COLUMN_DETAIL) && shows (f, "Risk assessment"));
  act (f, "win.escape");
  g_assert_true (is_on_page (f, INSPECTOR_COLUMN_CONTENT));
  fake_wait_for (!get_flag (f->chain, "has-selection"));
  act (f, "win.back");
  g_assert_true (is_on_page (f, INSPECTOR_COLUMN_SIDEBAR));
}

static void
test_a_narrow_window_tells_why_there_is_nothing (Fixture *f, gconstpointer data)
{
  fake_server_shut (fake_daemon_get_server (f->daemon));
  open_narrow (f, NULL);
  fake_wait_for (shows (f, "Cannot Reach the Service"));
  g_assert_true (is_on_page (f, INSPECTOR_COLUMN_CONTENT));
}

static void
test_a_narrow_window_has_its_tools_below (Fixture *f, gconstpointer data)
{
  GtkWidget *tools;

  open_narrow (f, "disk-1");
  tools = inspector_chain_view_get_tools (f->chain);
  fake_wait_for (gtk_widget_get_mapped (tools));
  g_assert_nonnull (gtk_widget_get_ancestor (tools, GTK_TYPE_ACTION_BAR));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 1200, 700);
  fake_wait_for (gtk_widget_get_ancestor (tools, ADW_TYPE_HEADER_BAR) != NULL);
  fake_wait_for (inspector_columns_get_layout (f->columns) == INSPECTOR_LAYOUT_WIDE);
}

/* ---- keys and names ---- */

static void
test_panes_are_reached_by_one_key (Fixture *f, gconstpointer data)
{
  gboolean was_in_chain = FALSE;
  gboolean was_in_detail = FALSE;

  open_window (f, "disk-1");
  fake_wait_for (shows (f, "Step three"));
  for (guint i = 0; i < 8 && !(was_in_chain && was_in_detail && is_focus_within (f, INSPECTOR_TYPE_SESSION_LIST)); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (f->window), "win.pane", "i", 1);
      was_in_chain = was_in_chain || is_focus_within (f, INSPECTOR_TYPE_CHAIN_VIEW);
      was_in_detail = was_in_detail || is_focus_within (f, INSPECTOR_TYPE_DETAIL_PANE);
    }
  g_assert_true (was_in_chain && was_in_detail);
  g_assert_true (is_focus_within (f, INSPECTOR_TYPE_SESSION_LIST));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.pane", "i", -1);
  g_assert_true (is_focus_within (f, INSPECTOR_TYPE_DETAIL_PANE));
}

static void
test_escape_closes_the_nearest_thing (Fixture *f, gconstpointer data)
{
  open_window (f, "disk-1");
  fake_wait_for (shows (f, "Step three"));
  inspector_window_go_to (f->window, "disk-1", "2-0");
  fake_wait_for (get_flag (f->chain, "has-selection"));
  act (f, "win.search");
  g_assert_true (get_flag (f->chain, "search-mode"));
  act (f, "win.escape");
  g_assert_false (get_flag (f->chain, "search-mode"));
  g_assert_true (get_flag (f->chain, "has-selection"));
  act (f, "win.escape");
  g_assert_false (get_flag (f->chain, "has-selection"));
}

static void
test_the_application_is_told_from_outside (Fixture *f, gconstpointer data)
{
  open_window (f, "disk-1");
  fake_wait_for (shows (f, "Step three"));
  g_action_group_activate_action (G_ACTION_GROUP (application), "pause", NULL);
  g_assert_true (get_flag (f->chain, "paused"));
  g_action_group_activate_action (G_ACTION_GROUP (application), "pause", NULL);
  g_assert_false (get_flag (f->chain, "paused"));
}

static void
test_steps_are_bookmarked_and_found (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorBookmarks) bookmarks = inspector_bookmarks_get ("disk-1");
  OuioeEventId id = { 2, 0 };

  open_window (f, "disk-1");
  inspector_window_go_to (f->window, "disk-1", "2-0");
  fake_wait_for (get_flag (f->chain, "has-selection"));
  act (f, "win.bookmark");
  g_assert_true (inspector_bookmarks_has (bookmarks, &id));
  act (f, "win.escape");
  g_assert_false (get_flag (f->chain, "has-selection"));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.go-to-bookmark", "i", 1);
  fake_wait_for (get_flag (f->chain, "has-selection"));
  act (f, "win.bookmark");
  g_assert_false (inspector_bookmarks_has (bookmarks, &id));
  fake_wait_for (inspector_bookmarks_is_saved (bookmarks));
}

static void
test_another_session_is_asked_for_to_compare (Fixture *f, gconstpointer data)
{
  GtkWidget *window;

  open_window (f, "disk-1");
  fake_wait_for (shows (f, "Step three"));
  act (f, "win.compare");
  fake_wait_for (widgets_find_window ("Compare With") != NULL);
  window = widgets_find_window ("Compare With");
  fake_wait_for (widgets_find_label (window, "Plan the migration") != NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_every_button_has_a_name (Fixture *f, gconstpointer data)
{
  open_window (f, "disk-1");
  fake_wait_for (shows (f, "Step three"));
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->window)), ==, 0);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 360, 640);
  fake_wait_for (inspector_columns_get_layout (f->columns) == INSPECTOR_LAYOUT_NARROW);
  for (int page = 0; page < INSPECTOR_N_COLUMNS; page++)
    {
      inspector_columns_set_page (f->columns, (InspectorColumn) page);
      g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->window)), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *data_home = g_dir_make_tmp ("ouioe-shell-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data_home, TRUE);
  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = g_object_new (INSPECTOR_TYPE_APPLICATION, "application-id", "org.ouioe.Inspector",
                              "flags", G_APPLICATION_NON_UNIQUE, "resource-base-path", "/org/ouioe/Inspector", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);

#define ADD(name, func) g_test_add ("/shell/" name, Fixture, NULL, setup, func, teardown)
  ADD ("the-beginning-of-an-id-is-enough", test_the_beginning_of_an_id_is_enough);
  ADD ("an-id-that-begins-several-is-told", test_an_id_that_begins_several_is_told);
  ADD ("a-link-selects-the-step", test_a_link_selects_the_step);
  ADD ("a-new-session-is-followed-only-when-asked", test_a_new_session_is_followed_only_when_asked);
  ADD ("a-filter-of-the-command-line-hides", test_a_filter_of_the_command_line_hides);
  ADD ("a-recording-needs-no-service", test_a_recording_needs_no_service);
  ADD ("a-replay-is-no-present", test_a_replay_is_no_present);
  ADD ("narrow-pages-lead-from-one-to-the-next", test_narrow_pages_lead_from_one_to_the_next);
  ADD ("a-narrow-window-tells-why-there-is-nothing", test_a_narrow_window_tells_why_there_is_nothing);
  ADD ("a-narrow-window-has-its-tools-below", test_a_narrow_window_has_its_tools_below);
  ADD ("panes-are-reached-by-one-key", test_panes_are_reached_by_one_key);
  ADD ("escape-closes-the-nearest-thing", test_escape_closes_the_nearest_thing);
  ADD ("the-application-is-told-from-outside", test_the_application_is_told_from_outside);
  ADD ("steps-are-bookmarked-and-found", test_steps_are_bookmarked_and_found);
  ADD ("another-session-is-asked-for-to-compare", test_another_session_is_asked_for_to_compare);
  ADD ("every-button-has-a-name", test_every_button_has_a_name);
  status = g_test_run ();

  g_clear_object (&application);
  display_stop ();
  return status;
}
