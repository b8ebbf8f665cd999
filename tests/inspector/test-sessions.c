/* test-sessions.c - the list of sessions in a real window: states, order, the pointer, finding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-service.h"
#include "inspector-session-list.h"
#include "inspector-session-row.h"
#include "inspector-settings.h"

typedef struct {
  FakeDaemon           *daemon;
  OuioeClient          *client;
  InspectorService     *service;
  GtkWindow            *window;
  InspectorSessionList *list;
  GtkListBox           *box;
  InspectorSessionItem *selected;   /* the one that was told last, not owned */
  guint                 n_opened;
} Fixture;

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
on_selected (InspectorSessionList *list, InspectorSessionItem *item, Fixture *f)
{
  f->selected = item;
}

static void
on_opened (InspectorSessionList *list, Fixture *f)
{
  f->n_opened++;
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_settings_reset (inspector_settings_get (), "quiet-seconds");
  f->daemon = fake_daemon_new ();
  fake_daemon_set_session (f->daemon, "old", "alice", "closed", "Nightly report", 1);
  fake_daemon_set_session_with (f->daemon, "wiki", "carol", "closed", "Index the wiki", 3, "closed", 2, -1);
  fake_daemon_set_session_with (f->daemon, "search", "dora", "closed", "Reindex the cluster", 3, "error", 1, -1);
  fake_daemon_set_session (f->daemon, "plan", "bob", "open", "Plan the migration", 2);
  fake_daemon_set_session_with (f->daemon, "disk", "alice", "open", "Summarise disk usage", 18432, "", 1, 62);
  f->client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->service = inspector_service_new (f->client);
  f->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_default_size (f->window, 320, 500);
  f->list = g_object_new (INSPECTOR_TYPE_SESSION_LIST, NULL);
  f->box = GTK_LIST_BOX (find_type (GTK_WIDGET (f->list), GTK_TYPE_LIST_BOX));
  g_signal_connect (f->list, "selected", G_CALLBACK (on_selected), f);
  g_signal_connect (f->list, "opened", G_CALLBACK (on_opened), f);
  inspector_session_list_set_sessions (f->list, inspector_service_get_sessions (f->service));
  gtk_window_set_child (f->window, GTK_WIDGET (f->list));
  gtk_window_present (f->window);
  fake_wait_for (inspector_service_get_state (f->service) == INSPECTOR_SERVICE_ONLINE);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer list = f->list;

  g_object_add_weak_pointer (list, &list);
  gtk_window_destroy (f->window);
  fake_wait_for (list == NULL);
  g_clear_object (&f->service);
  g_clear_object (&f->client);
  fake_daemon_free (f->daemon);
}

/* The ids of the rows in their order, "disk plan | search wiki old": a bar where a heading stands. */
static char *
rows (Fixture *f)
{
  GString *text = g_string_new (NULL);

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (f->box, i);
      InspectorSessionItem *item;

      if (row == NULL)
        return g_string_free (text, FALSE);
      item = inspector_session_row_get_item (INSPECTOR_SESSION_ROW (gtk_list_box_row_get_child (row)));
      if (i > 0)
        g_string_append (text, gtk_list_box_row_get_header (row) != NULL ? " | " : " ");
      g_string_append (text, inspector_session_item_get_id (item));
    }
}

static gboolean
has_rows (Fixture *f, const char *expected)
{
  g_autofree char *is = rows (f);

  return strcmp (is, expected) == 0;
}

static gboolean
has_name (Fixture *f, int index, const char *name)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (f->box, index);
  g_autofree char *mismatch = NULL;

  if (row == NULL || !gtk_test_accessible_has_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return FALSE;
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  return mismatch == NULL;
}

static const char *
icon_of (Fixture *f, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (f->box, index);

  return gtk_image_get_icon_name (GTK_IMAGE (find_type (GTK_WIDGET (row), GTK_TYPE_IMAGE)));
}

/* ---- what a row says ---- */

static void
test_rows_stand_in_parts (Fixture *f, gconstpointer data)
{
  g_assert_true (has_rows (f, "disk plan | search wiki old"));
}

static void
test_rows_have_names (Fixture *f, gconstpointer data)
{
  fake_wait_for (has_name (f, 0, "Summarise disk usage, Live, alice · 18432 steps · 1 warning, 62 %"));
  g_assert_true (has_name (f, 1, "Plan the migration, Live, bob · 2 steps"));
}

static void
test_states_differ_by_shape (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (icon_of (f, 0), ==, "ouioe-live-symbolic");
  g_assert_cmpstr (icon_of (f, 2), ==, "ouioe-error-symbolic");
  g_assert_cmpstr (icon_of (f, 3), ==, "ouioe-warning-symbolic");
  g_assert_cmpstr (icon_of (f, 4), ==, "ouioe-done-symbolic");
}

static void
test_the_reader_says_what_is_quiet (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorSessionItem) item = g_list_model_get_item (inspector_service_get_sessions (f->service), 0);
  gint64 later_us = ouioe_session_get_last_activity_us (inspector_session_item_get_session (item)) + 40 * G_USEC_PER_SEC;

  g_assert_cmpint (inspector_session_item_get_mood (item, later_us), ==, INSPECTOR_SESSION_QUIET);
  g_settings_set_uint (inspector_settings_get (), "quiet-seconds", 41);
  g_assert_cmpint (inspector_session_item_get_mood (item, later_us), ==, INSPECTOR_SESSION_LIVE);
}

static void
test_rows_change_without_being_asked (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session_with (f->daemon, "disk", "alice", "open", "Summarise disk usage", 18433, "", 1, 80);
  fake_wait_for (has_name (f, 0, "Summarise disk usage, Live, alice · 18433 steps · 1 warning, 80 %"));
}

static void
count_cb (InspectorSessionItem *item, guint *n)
{
  (*n)++;
}

static void
test_rows_change_four_times_a_second_at_most (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorSessionItem) item = g_list_model_get_item (inspector_service_get_sessions (f->service), 0);
  gint64 start_us = g_get_monotonic_time ();
  guint n = 0;

  g_signal_connect (item, "changed", G_CALLBACK (count_cb), &n);
  for (guint i = 1; g_get_monotonic_time () - start_us < 2 * G_USEC_PER_SEC; i++)
    {
      fake_daemon_set_session (f->daemon, "disk", "alice", "open", "Summarise disk usage", i);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpuint (n, <=, 9);
  g_signal_handlers_disconnect_by_data (item, &n);
}

/* ---- the order ---- */

static void
test_a_session_that_ends_changes_its_part (Fixture *f, gconstpointer data)
{
  inspector_session_list_select (f->list, "disk");
  fake_daemon_set_session (f->daemon, "disk", "alice", "closed", "Summarise disk usage", 9);
  fake_wait_for (has_rows (f, "plan | disk search wiki old"));
  g_assert_true (gtk_list_box_get_selected_row (f->box) == gtk_list_box_get_row_at_index (f->box, 1));
}

static void
test_nothing_moves_under_the_pointer (Fixture *f, gconstpointer data)
{
  inspector_service_hold (f->service, TRUE);
  fake_daemon_set_session (f->daemon, "new", "erin", "open", "A new one", 1);
  fake_daemon_set_session (f->daemon, "disk", "alice", "closed", "Summarise disk usage", 9);
  fake_wait_for (g_str_equal (icon_of (f, 0), "ouioe-done-symbolic"));    /* it is told … */
  g_assert_true (has_rows (f, "disk plan | search wiki old"));             /* … where it stands */
  inspector_service_hold (f->service, FALSE);
  fake_wait_for (has_rows (f, "new plan | disk search wiki old"));
}

static void
test_the_pointer_holds_the_rows (Fixture *f, gconstpointer data)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->box));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_EVENT_CONTROLLER_MOTION (controller))
        continue;
      g_signal_emit_by_name (controller, "enter", 10.0, 10.0);
      g_assert_true (inspector_session_list_get_held (f->list));
      g_signal_emit_by_name (controller, "leave");
      g_assert_false (inspector_session_list_get_held (f->list));
      return;
    }
  g_assert_not_reached ();
}

/* ---- to find, to choose ---- */

static void
type_words (Fixture *f, const char *words)
{
  gtk_editable_set_text (GTK_EDITABLE (find_type (GTK_WIDGET (f->list), GTK_TYPE_SEARCH_ENTRY)), words);
}

static void
test_words_find_sessions (Fixture *f, gconstpointer data)
{
  type_words (f, "REIndex");
  fake_wait_for (has_rows (f, "search"));
  type_words (f, "user:alice");
  fake_wait_for (has_rows (f, "disk | old"));
  type_words (f, "report user:alice");
  fake_wait_for (has_rows (f, "old"));
  type_words (f, "nothing like it");
  fake_wait_for (has_rows (f, ""));
  g_signal_emit_by_name (find_type (GTK_WIDGET (f->list), GTK_TYPE_SEARCH_ENTRY), "stop-search");
  fake_wait_for (has_rows (f, "disk plan | search wiki old"));
}

static void
test_enter_opens_what_was_found (Fixture *f, gconstpointer data)
{
  type_words (f, "wiki");
  fake_wait_for (has_rows (f, "wiki"));
  g_signal_emit_by_name (find_type (GTK_WIDGET (f->list), GTK_TYPE_SEARCH_ENTRY), "activate");
  g_assert_cmpstr (inspector_session_item_get_id (f->selected), ==, "wiki");
  g_assert_cmpuint (f->n_opened, ==, 1);
}

static void
test_sessions_are_chosen_by_number (Fixture *f, gconstpointer data)
{
  g_assert_true (inspector_session_list_select_nth (f->list, 1));
  g_assert_cmpstr (inspector_session_item_get_id (f->selected), ==, "plan");
  g_assert_false (inspector_session_list_select_nth (f->list, 8));
  inspector_session_list_move (f->list, -1);
  g_assert_cmpstr (inspector_session_item_get_id (f->selected), ==, "disk");
  inspector_session_list_move (f->list, -1);
  g_assert_cmpstr (inspector_session_item_get_id (f->selected), ==, "disk");
}

int
main (int argc, char **argv)
{
  g_autoptr(AdwApplication) application = NULL;
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = adw_application_new ("org.ouioe.Inspector", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, NULL);

#define ADD(name, func) g_test_add ("/sessions/" name, Fixture, NULL, setup, func, teardown)
  ADD ("rows-stand-in-parts", test_rows_stand_in_parts);
  ADD ("rows-have-names", test_rows_have_names);
  ADD ("states-differ-by-shape", test_states_differ_by_shape);
  ADD ("the-reader-says-what-is-quiet", test_the_reader_says_what_is_quiet);
  ADD ("rows-change-without-being-asked", test_rows_change_without_being_asked);
  ADD ("rows-change-four-times-a-second-at-most", test_rows_change_four_times_a_second_at_most);
  ADD ("a-session-that-ends-changes-its-part", test_a_session_that_ends_changes_its_part);
  ADD ("nothing-moves-under-the-pointer", test_nothing_moves_under_the_pointer);
  ADD ("the-pointer-holds-the-rows", test_the_pointer_holds_the_rows);
  ADD ("words-find-sessions", test_words_find_sessions);
  ADD ("enter-opens-what-was-found", test_enter_opens_what_was_found);
  ADD ("sessions-are-chosen-by-number", test_sessions_are_chosen_by_number);
  status = g_test_run ();
  g_clear_object (&application);
  display_stop ();
  return status;
}
