/* test-window-recording.c - a window with a recording: it happens again, is bookmarked, compared and exported
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-application.h"
#include "inspector-bookmarks.h"
#include "inspector-chain-view.h"
#include "inspector-player-bar.h"
#include "inspector-window.h"
#include "recorded.h"
#include "widgets.h"

/* One for the whole program. */
static InspectorApplication *application;

typedef struct {
  GtkWidget          *window;
  InspectorRecording *recording;
} Fixture;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(InspectorRecording **) user_data = inspector_recording_read_finish (result, NULL);
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_auto(Recorded) recorded = { 0 };
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "a.ndjson", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  recorded_init (&recorded, "disk");
  recorded_start (&recorded, "alice", "Disk usage");
  recorded_step (&recorded, "decision", "Fan-out");
  recorded_step (&recorded, "analysis", "One by one");
  recorded_end (&recorded, "done");
  g_assert_true (g_file_set_contents (path, recorded.text->str, -1, NULL));
  inspector_recording_read_async (file, NULL, NULL, on_read, &f->recording);
  fake_wait_for (f->recording != NULL);
  g_unlink (path);
  f->window = GTK_WIDGET (inspector_window_new_for_recording (GTK_APPLICATION (application), f->recording));
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (widgets_find_label (f->window, "One by one") != NULL);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer window = f->window;

  g_object_add_weak_pointer (window, &window);
  gtk_window_destroy (GTK_WINDOW (f->window));
  fake_wait_for (window == NULL);   /* nothing holds it */
  g_clear_object (&f->recording);
}

static void
act (Fixture *f, const char *action)
{
  gtk_widget_activate_action (f->window, action, NULL);
}

/* The event of the step that is selected, or of the newest one: 0 for none. */
static guint64
selected_ms (Fixture *f)
{
  g_autoptr(InspectorChainItem) item = NULL;

  g_object_get (widgets_find_type (f->window, INSPECTOR_TYPE_CHAIN_VIEW), "selected-item", &item, NULL);
  return item != NULL ? ouioe_event_get_id (inspector_chain_item_get_event (item))->ms : 0;
}

static void
test_it_happens_again (Fixture *f, gconstpointer data)
{
  act (f, "win.replay");
  fake_wait_for (widgets_find_like (f->window, "Replay 1×*") != NULL);
  g_assert_null (widgets_find_label (f->window, "One by one"));   /* that is still to come */
  gtk_widget_activate_action (widgets_find_type (f->window, INSPECTOR_TYPE_PLAYER_BAR), "player.step-forward", NULL);
  fake_wait_for (widgets_find_label (f->window, "Fan-out") != NULL);
  g_assert_nonnull (widgets_find_like (f->window, "Replay 1×, paused*"));
  act (f, "win.replay");
  fake_wait_for (widgets_find_label (f->window, "One by one") != NULL);
  g_assert_null (widgets_find_type (f->window, INSPECTOR_TYPE_PLAYER_BAR));
}

static void
test_a_step_is_bookmarked (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorBookmarks) bookmarks = inspector_bookmarks_get ("disk");

  act (f, "win.bookmark");   /* the newest step: none is selected */
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 1);
  fake_wait_for (widgets_find_type (f->window, GTK_TYPE_ENTRY) != NULL);
  act (f, "win.bookmark");
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 0);
  fake_wait_for (inspector_bookmarks_is_saved (bookmarks));
  gtk_widget_activate_action (f->window, "win.go-to-bookmark", "i", 1);
  fake_wait_for (widgets_find_label (f->window, "There is no bookmark among the rows that are shown") != NULL);
}

static void
test_bookmarks_are_those_of_the_replay_too (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorBookmarks) bookmarks = inspector_bookmarks_get ("disk");

  act (f, "win.replay");
  fake_wait_for (widgets_find_like (f->window, "Replay 1×*") != NULL);
  gtk_widget_activate_action (widgets_find_type (f->window, INSPECTOR_TYPE_PLAYER_BAR), "player.step-forward", NULL);
  fake_wait_for (selected_ms (f) == 2);
  act (f, "win.bookmark");
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 1);
  g_assert_cmpuint (inspector_bookmarks_get_id (bookmarks, 0)->ms, ==, 2);
  act (f, "win.bookmark");
  fake_wait_for (inspector_bookmarks_is_saved (bookmarks));
}

static void
test_it_is_compared_and_exported (Fixture *f, gconstpointer data)
{
  act (f, "win.compare");
  fake_wait_for (widgets_find_window ("Compare With") != NULL);
  gtk_window_destroy (GTK_WINDOW (widgets_find_window ("Compare With")));
  act (f, "win.export");
  fake_wait_for (widgets_find_window ("Export") != NULL);
  g_assert_nonnull (widgets_find_label (widgets_find_window ("Export"), "4 rows"));
  gtk_window_destroy (GTK_WINDOW (widgets_find_window ("Export")));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("window-XXXXXX", NULL);
  g_autofree char *bookmarks = g_build_filename (folder, "ouioe-inspector", "bookmarks", NULL);
  g_autofree char *own = g_path_get_dirname (bookmarks);
  g_autoptr(GError) error = NULL;
  int status;

  display_prepare ();
  g_setenv ("XDG_DATA_HOME", folder, TRUE);   /* nothing of whoever runs the tests */
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = inspector_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, &error));

#define ADD(name, func) g_test_add ("/window/recording/" name, Fixture, NULL, setup, func, teardown)
  ADD ("it-happens-again", test_it_happens_again);
  ADD ("a-step-is-bookmarked", test_a_step_is_bookmarked);
  ADD ("bookmarks-are-those-of-the-replay-too", test_bookmarks_are_those_of_the_replay_too);
  ADD ("it-is-compared-and-exported", test_it_is_compared_and_exported);
  status = g_test_run ();

  g_clear_object (&application);
  display_stop ();
  g_rmdir (bookmarks);
  g_rmdir (own);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return status;
}
