/* test-transfer.c - recordings go into and out of a real window, and the reader is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-export-dialog.h"
#include "inspector-transfer.h"
#include "recorded.h"
#include "widgets.h"

typedef struct {
  GtkWidget          *window;
  AdwToastOverlay    *toasts;
  char               *path;
  GFile              *file;
  Recorded            recorded;
  GPtrArray          *events;
  InspectorWatch     *watch;
  InspectorRecording *opened;    /* what was handed over, or NULL */
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("transfer-XXXXXX", NULL);

  f->path = g_build_filename (folder, "a.ndjson", NULL);
  f->file = g_file_new_for_path (f->path);
  recorded_init (&f->recorded, "s");
  recorded_start (&f->recorded, "alice", "Disk usage");
  recorded_step (&f->recorded, "decision", "Fan-out");
  recorded_step (&f->recorded, "analysis", "One by one");
  recorded_end (&f->recorded, "done");
  f->events = recorded_events (&f->recorded);
  f->watch = inspector_watch_new_recording ("s", f->events);

  f->window = adw_window_new ();
  f->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (f->toasts, gtk_label_new ("content"));
  adw_window_set_content (ADW_WINDOW (f->window), GTK_WIDGET (f->toasts));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 700, 500);
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (gtk_widget_get_mapped (f->window));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (f->path);

  gtk_window_destroy (GTK_WINDOW (f->window));
  g_clear_object (&f->opened);
  g_clear_object (&f->watch);
  g_ptr_array_unref (f->events);
  recorded_clear (&f->recorded);
  g_unlink (f->path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_object_unref (f->file);
  g_free (f->path);
}

static void
on_opened (InspectorRecording *recording, gpointer user_data)
{
  g_set_object (&((Fixture *) user_data)->opened, recording);
}

static char *
get_contents (Fixture *f)
{
  char *text = NULL;

  g_file_get_contents (f->path, &text, NULL, NULL);
  return text;
}

static void
test_what_is_saved_is_told_and_opens_again (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  inspector_transfer_save (f->toasts, f->file, INSPECTOR_FORMAT_NDJSON, f->events);
  fake_wait_for (widgets_find_label (f->window, "“a.ndjson” was written") != NULL);
  text = get_contents (f);
  g_assert_cmpstr (text, ==, f->recorded.text->str);

  inspector_transfer_open (f->toasts, f->file, on_opened, f);
  fake_wait_for (f->opened != NULL);
  g_assert_cmpuint (inspector_recording_get_events (f->opened, 0)->len, ==, 4);
}

static void
test_what_cannot_be_read_is_told_with_the_reason (Fixture *f, gconstpointer data)
{
  GtkWidget *dialog;

  g_assert_true (g_file_set_contents (f->path, "{\"id\":\"1-0\"}\n", -1, NULL));
  inspector_transfer_open (f->toasts, f->file, on_opened, f);
  fake_wait_for (widgets_find_window ("“a.ndjson” Cannot Be Opened") != NULL);
  dialog = widgets_find_window ("“a.ndjson” Cannot Be Opened");
  g_assert_nonnull (widgets_find_like (dialog, "Line 1: “session_id” *"));
  g_assert_null (f->opened);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_what_cannot_be_written_is_told_with_the_reason (Fixture *f, gconstpointer data)
{
  g_autoptr(GFile) nowhere = g_file_get_child (f->file, "below-a-file.json");

  g_assert_true (g_file_set_contents (f->path, "x", -1, NULL));
  inspector_transfer_save (f->toasts, nowhere, INSPECTOR_FORMAT_JSON, f->events);
  fake_wait_for (widgets_find_window ("“below-a-file.json” Cannot Be Written") != NULL);
  gtk_window_destroy (GTK_WINDOW (widgets_find_window ("“below-a-file.json” Cannot Be Written")));
}

/* As long as nobody can click sooner: libadwaita 1.2 does not bear a toast that goes in its first frame. */
static void
wait_for_frames (GtkWidget *window, gint64 n)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gint64 end = gdk_frame_clock_get_frame_counter (clock) + n;

  while (gdk_frame_clock_get_frame_counter (clock) < end)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_UPDATE);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* A pipe that nobody feeds takes for ever to be read, until "Cancel" is pressed. */
static void
test_a_slow_file_can_be_cancelled (Fixture *f, gconstpointer data)
{
  GtkWidget *button;
  FILE *feeder;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  feeder = g_fopen (f->path, "r+");
  inspector_transfer_open (f->toasts, f->file, on_opened, f);
  fake_wait_for (widgets_find_label (f->window, "Reading “a.ndjson”…") != NULL);
  button = widgets_find_button (f->window, "Cancel");
  g_assert_nonnull (button);
  wait_for_frames (f->window, 20);
  g_signal_emit_by_name (button, "clicked");
  fake_wait_for (widgets_find_label (f->window, "Reading “a.ndjson”…") == NULL);
  g_assert_null (f->opened);
  g_assert_null (widgets_find_window ("“a.ndjson” Cannot Be Opened"));
  fclose (feeder);
}

static void
test_a_file_that_is_dropped_is_opened (Fixture *f, gconstpointer data)
{
  g_autoptr(GListModel) controllers = NULL;
  g_auto(GValue) value = G_VALUE_INIT;
  gboolean is_taken = FALSE;
  guint n_targets = 0;

  g_assert_true (g_file_set_contents (f->path, f->recorded.text->str, -1, NULL));
  inspector_transfer_accept_drops (f->toasts, on_opened, f);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (&(GSList) { .data = f->file }));
  controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->toasts));
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_DROP_TARGET (controller))
        continue;
      n_targets++;
      g_signal_emit_by_name (controller, "drop", &value, 1.0, 1.0, &is_taken);
    }
  g_assert_cmpuint (n_targets, ==, 1);
  g_assert_true (is_taken);
  fake_wait_for (f->opened != NULL);
}

static void
test_the_dialog_offers_what_there_is (Fixture *f, gconstpointer data)
{
  GListModel *all = G_LIST_MODEL (inspector_watch_get_model (f->watch));
  g_autoptr(GtkSliceListModel) shown = gtk_slice_list_model_new (g_object_ref (all), 1, 2);
  g_autoptr(GListStore) none = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);
  InspectorExportDialog *dialog = inspector_export_dialog_new (f->toasts, "s", all, G_LIST_MODEL (shown), G_LIST_MODEL (none));
  GtkWidget *root = GTK_WIDGET (dialog);
  g_autoptr(GPtrArray) whole = NULL;
  g_autoptr(GPtrArray) part = NULL;

  gtk_window_present (GTK_WINDOW (dialog));
  fake_wait_for (gtk_widget_get_mapped (root));
  g_assert_nonnull (widgets_find_label (root, "Whole Session"));
  g_assert_nonnull (widgets_find_label (root, "4 rows"));
  g_assert_nonnull (widgets_find_label (root, "Shown Rows"));
  g_assert_null (widgets_find_label (root, "Selection"));   /* nothing is selected */
  g_assert_cmpuint (widgets_count_unnamed_buttons (root), ==, 0);
  g_assert_cmpint (inspector_export_dialog_get_format (dialog), ==, INSPECTOR_FORMAT_NDJSON);
  whole = inspector_export_dialog_dup_events (dialog);
  g_assert_cmpuint (whole->len, ==, 4);

  gtk_widget_activate (gtk_widget_get_ancestor (widgets_find_label (root, "Shown Rows"), ADW_TYPE_ACTION_ROW));
  gtk_widget_activate (gtk_widget_get_ancestor (widgets_find_label (root, "Markdown"), ADW_TYPE_ACTION_ROW));
  g_assert_cmpint (inspector_export_dialog_get_format (dialog), ==, INSPECTOR_FORMAT_MARKDOWN);
  part = inspector_export_dialog_dup_events (dialog);
  g_assert_cmpuint (part->len, ==, 2);
  g_assert_cmpuint (ouioe_event_get_id (part->pdata[0])->ms, ==, 2);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_saving_asks_for_a_file (Fixture *f, gconstpointer data)
{
  GListModel *all = G_LIST_MODEL (inspector_watch_get_model (f->watch));
  InspectorExportDialog *dialog = inspector_export_dialog_new (f->toasts, "a/b", all, NULL, NULL);
  GtkWidget *chooser;
  g_autofree char *name = NULL;

  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "export.save", NULL);
  fake_wait_for (widgets_find_window ("Export") != NULL && GTK_IS_FILE_CHOOSER (widgets_find_window ("Export")));
  chooser = widgets_find_window ("Export");
  g_assert_cmpint (gtk_file_chooser_get_action (GTK_FILE_CHOOSER (chooser)), ==, GTK_FILE_CHOOSER_ACTION_SAVE);
  name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (chooser));
  g_assert_cmpstr (name, ==, "a-b.ndjson");
  gtk_window_close (GTK_WINDOW (chooser));
  fake_wait_for (widgets_find_window ("Export") == NULL);
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

#define ADD(name, func) g_test_add ("/transfer/" name, Fixture, NULL, setup, func, teardown)
  ADD ("what-is-saved-is-told-and-opens-again", test_what_is_saved_is_told_and_opens_again);
  ADD ("what-cannot-be-read-is-told-with-the-reason", test_what_cannot_be_read_is_told_with_the_reason);
  ADD ("what-cannot-be-written-is-told-with-the-reason", test_what_cannot_be_written_is_told_with_the_reason);
  ADD ("a-slow-file-can-be-cancelled", test_a_slow_file_can_be_cancelled);
  ADD ("a-file-that-is-dropped-is-opened", test_a_file_that_is_dropped_is_opened);
  ADD ("the-dialog-offers-what-there-is", test_the_dialog_offers_what_there_is);
  ADD ("saving-asks-for-a-file", test_saving_asks_for_a_file);
  status = g_test_run ();

  display_stop ();
  return status;
}
