/* test-window.c - a real window on a display of its own, fed by a daemon of which the test says every event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Warnings and criticals of GTK end the test program, as g_test_init() arranges it.
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-application.h"
#include "inspector-chain-view.h"
#include "inspector-window.h"

typedef struct {
  FakeDaemon      *daemon;
  InspectorWindow *window;
} Fixture;

/* One for the whole program. */
static InspectorApplication *application;

static void
setup (Fixture *f, gconstpointer data)
{
  f->daemon = fake_daemon_new ();
}

static void
open_window (Fixture *f, const char *session_id)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (f->daemon));

  f->window = inspector_window_new (GTK_APPLICATION (application), client, session_id);
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->window)));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer window = f->window;

  if (window != NULL)
    {
      g_object_add_weak_pointer (window, &window);
      gtk_window_destroy (GTK_WINDOW (f->window));
      fake_wait_for (window == NULL);   /* nothing holds it */
    }
  fake_daemon_free (f->daemon);
}

/* ---- looking at the window ---- */

typedef gboolean (*WidgetFunc) (GtkWidget *widget, gconstpointer data);

/* First visible widget for which @func holds, in depth. */
static GtkWidget *
find_widget (GtkWidget *widget, WidgetFunc func, gconstpointer data)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return NULL;
  if (func (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, func, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_label (GtkWidget *widget, gconstpointer data)
{
  const char *text = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : NULL;

  if (GTK_IS_INSCRIPTION (widget))
    text = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  return text != NULL && gtk_widget_get_mapped (widget) && strcmp (text, data) == 0;
}

static gboolean
is_a (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

static gboolean
shows (Fixture *f, const char *text)
{
  return find_widget (GTK_WIDGET (f->window), is_label, text) != NULL;
}

static GtkWidget *
find_type (Fixture *f, GType type)
{
  GtkWidget *widget = find_widget (GTK_WIDGET (f->window), is_a, &type);

  g_assert_nonnull (widget);
  return widget;
}

static InspectorChainView *
chain (Fixture *f)
{
  return INSPECTOR_CHAIN_VIEW (find_type (f, INSPECTOR_TYPE_CHAIN_VIEW));
}

/* The scrolled window of the chain: the last one, behind that of the sessions. */
static GtkScrolledWindow *
scroller (Fixture *f)
{
  GType type = GTK_TYPE_SCROLLED_WINDOW;

  return GTK_SCROLLED_WINDOW (find_widget (GTK_WIDGET (chain (f)), is_a, &type));
}

/* Whether the label with this text stands wholly within the visible part of the chain. */
static gboolean
is_in_sight (Fixture *f, const char *text)
{
  GType type = INSPECTOR_TYPE_CHAIN_VIEW;
  GtkWidget *chain_view = find_widget (GTK_WIDGET (f->window), is_a, &type);
  GtkWidget *label = chain_view != NULL ? find_widget (chain_view, is_label, text) : NULL;
  GtkWidget *view = label != NULL ? GTK_WIDGET (scroller (f)) : NULL;
  graphene_rect_t bounds;

  if (label == NULL || !gtk_widget_compute_bounds (label, view, &bounds))
    return FALSE;
  return bounds.origin.y >= 0 && bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (view);
}

static gboolean
says_status (Fixture *f, const char *text)
{
  return strcmp (inspector_chain_view_get_status (chain (f)), text) == 0;
}

static void
add_steps (Fixture *f, const char *id, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      /* Rows of different height are what makes it hard to stay at the end of a list. */
      const char *more = i % 7 == 0 ? ", which takes rather more words than the others, so that its row has two lines "
                                      "or three, whatever the width of the window that shows it may be just now" : "";
      g_autofree char *text = g_strdup_printf ("Step number %u%s", i, more);

      fake_daemon_add_step (f->daemon, id, i % 2 ? "analysis" : "decision", text);
    }
}

/* ---- what must be seen ---- */

static void
test_rows_appear (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "a", "alice", "closed", "An old one", 1);
  fake_daemon_set_session (f->daemon, "b", "bob", "open", "Summarise disk usage", 2);
  fake_daemon_add_event (f->daemon, "b", "thinking_step", "\"thinking_type\":\"decision\","
                         "\"content\":\"Fan-out is faster\",\"reasoning_chain\":[\"first reason\"],"
                         "\"confidence\":0.88");
  fake_daemon_add_step (f->daemon, "b", "planning", "No confidence here");
  fake_daemon_add_gap (f->daemon, "b", 312);
  fake_daemon_add_event (f->daemon, "b", "progress_update", "\"progress_type\":\"progress\",\"message\":\"Merging\","
                         "\"progress_percentage\":62.0,\"current_step\":\"5\",\"total_steps\":8,"
                         "\"estimated_remaining\":\"40\"");
  open_window (f, NULL);

  fake_wait_for (shows (f, "Fan-out is faster") && shows (f, "No confidence here") && shows (f, "Merging"));
  fake_wait_for (shows (f, "312 events are no longer kept"));
  g_assert_true (shows (f, "Running") && shows (f, "Finished"));        /* parts of the list */
  g_assert_true (shows (f, "Summarise disk usage") && shows (f, "An old one"));
  g_assert_true (shows (f, "Decision") && shows (f, "Planning"));
  g_assert_true (shows (f, "88 %"));
  g_assert_true (shows (f, "62 %"));
  fake_wait_for (shows (f, "Step 5 of 8 · about 40 s left"));
  fake_wait_for (says_status (f, "4 shown · live"));
  g_assert_false (shows (f, "1.  first reason"));
}

static gboolean
is_expander (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_has_css_class (widget, "row-expander");
}

static void
test_reasons_open_and_close (Fixture *f, gconstpointer data)
{
  GtkWidget *expander;

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  fake_daemon_add_event (f->daemon, "b", "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"Text\","
                         "\"reasoning_chain\":[\"first\",\"second\"]");
  open_window (f, NULL);
  fake_wait_for (shows (f, "Text"));
  expander = find_widget (GTK_WIDGET (chain (f)), is_expander, NULL);
  g_assert_nonnull (expander);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (expander), TRUE);
  fake_wait_for (shows (f, "1.  first\n2.  second"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (expander), FALSE);
  fake_wait_for (!shows (f, "1.  first\n2.  second"));
}

static void
test_the_end_is_followed (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  add_steps (f, "b", 1, 400);
  open_window (f, NULL);
  fake_wait_for (is_in_sight (f, "Step number 400"));
  for (guint i = 401; i < 1400; i += 112)   /* the last of each is a short one */
    {
      g_autofree char *last = g_strdup_printf ("Step number %u", i + 107);

      add_steps (f, "b", i, 108);
      fake_wait_for (is_in_sight (f, last));
      add_steps (f, "b", i + 108, 4);
    }
  g_assert_true (inspector_chain_view_is_following (chain (f)));
  g_assert_cmpuint (inspector_chain_view_get_n_new (chain (f)), ==, 0);
}

static void
test_the_reader_is_left_alone (Fixture *f, gconstpointer data)
{
  GtkAdjustment *adjustment;
  double value;

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  add_steps (f, "b", 1, 200);
  open_window (f, NULL);
  fake_wait_for (is_in_sight (f, "Step number 200"));
  fake_wait_for (!g_main_context_pending (NULL));

  adjustment = gtk_scrolled_window_get_vadjustment (scroller (f));
  gtk_widget_activate_action (GTK_WIDGET (chain (f)), "chain.go-to-start", NULL);
  fake_wait_for (is_in_sight (f, "Step number 1"));
  g_assert_false (inspector_chain_view_is_following (chain (f)));
  value = gtk_adjustment_get_value (adjustment);

  add_steps (f, "b", 201, 300);
  fake_wait_for (shows (f, "↓ 300 new · back to live"));
  g_assert_true (is_in_sight (f, "Step number 1"));
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, value);

  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.go-to-end", NULL);
  fake_wait_for (is_in_sight (f, "Step number 500"));
  g_assert_true (inspector_chain_view_is_following (chain (f)));
}

static void
test_scrolling_up_by_hand_stops_following (Fixture *f, gconstpointer data)
{
  GtkAdjustment *adjustment;

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  add_steps (f, "b", 1, 200);
  open_window (f, NULL);
  fake_wait_for (is_in_sight (f, "Step number 200"));
  fake_wait_for (!g_main_context_pending (NULL));
  adjustment = gtk_scrolled_window_get_vadjustment (scroller (f));
  fake_wait_for ((gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 50),
                  !inspector_chain_view_is_following (chain (f))));
  add_steps (f, "b", 201, 2);
  fake_wait_for (shows (f, "↓ 2 new · back to live"));
}

static void
test_an_empty_daemon_gives_a_hint (Fixture *f, gconstpointer data)
{
  open_window (f, NULL);
  fake_wait_for (shows (f, "No Sessions Yet"));

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "The first", 1);
  add_steps (f, "b", 1, 1);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.retry", NULL);
  fake_wait_for (shows (f, "Step number 1"));
  g_assert_false (shows (f, "No Sessions Yet"));
}

static void
test_an_absent_daemon_is_named (Fixture *f, gconstpointer data)
{
  fake_server_shut (fake_daemon_get_server (f->daemon));
  open_window (f, NULL);
  fake_wait_for (shows (f, "Cannot Reach the Service"));

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  add_steps (f, "b", 1, 1);
  fake_server_reopen (fake_daemon_get_server (f->daemon));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.retry", NULL);
  fake_wait_for (shows (f, "Step number 1"));
}

static void
test_a_lost_connection_shows_a_banner (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  add_steps (f, "b", 1, 3);
  open_window (f, NULL);
  fake_wait_for (shows (f, "Step number 3"));

  fake_server_shut (fake_daemon_get_server (f->daemon));
  fake_wait_for (shows (f, "Connection lost. Trying again…"));
  g_assert_true (shows (f, "Step number 3"));   /* what was seen stays */
  fake_wait_for (says_status (f, "3 shown · connection lost"));

  add_steps (f, "b", 4, 1);
  fake_server_reopen (fake_daemon_get_server (f->daemon));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.retry", NULL);
  fake_wait_for (shows (f, "Step number 4") && !shows (f, "Connection lost. Trying again…"));
  fake_wait_for (says_status (f, "4 shown · live"));
}

static void
test_a_session_of_the_command_line_is_awaited (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "other", "bob", "open", "x", 1);
  open_window (f, "mine");
  fake_wait_for (shows (f, "Waiting for the Session"));

  add_steps (f, "mine", 1, 2);
  fake_daemon_set_session (f->daemon, "mine", "alice", "open", "My own request", 2);
  fake_wait_for (shows (f, "Step number 2"));
}

static void
test_another_session_can_be_chosen (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "a", "alice", "closed", "Older", 2);
  add_steps (f, "a", 10, 2);
  fake_daemon_add_event (f->daemon, "a", "session_end", "\"outcome\":\"closed\",\"duration\":1.0,\"thinking_steps\":2,"
                         "\"progress_updates\":0");
  fake_daemon_set_session (f->daemon, "b", "bob", "open", "Newer", 2);
  add_steps (f, "b", 20, 2);
  open_window (f, NULL);
  fake_wait_for (shows (f, "Step number 20"));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.move", "i", 1);
  fake_wait_for (shows (f, "Step number 11") && shows (f, "The session ended"));
  g_assert_false (shows (f, "Step number 20"));
  fake_wait_for (says_status (f, "3 shown · finished"));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.move", "i", -1);
  fake_wait_for (shows (f, "Step number 20"));
}

static void
test_a_session_that_ends_stays_selected (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "a", "alice", "open", "Other", 2);
  fake_daemon_set_session (f->daemon, "b", "bob", "open", "This one", 2);
  add_steps (f, "b", 1, 1);
  open_window (f, NULL);
  fake_wait_for (shows (f, "Step number 1"));
  fake_daemon_set_session (f->daemon, "b", "bob", "closed", "This one", 2);
  add_steps (f, "b", 2, 1);
  fake_wait_for (shows (f, "Finished") && shows (f, "Step number 2"));
  g_assert_true (shows (f, "Step number 1"));
}

/* Alone in the list it ends where it stands: nothing moves, and yet it is no longer running. */
static void
test_the_only_session_ends_under_its_heading (Fixture *f, gconstpointer data)
{
  fake_daemon_set_session (f->daemon, "a", "alice", "open", "This one", 1);
  open_window (f, NULL);
  fake_wait_for (shows (f, "Running"));
  fake_daemon_set_session (f->daemon, "a", "alice", "closed", "This one", 1);
  fake_wait_for (shows (f, "Finished"));
  g_assert_false (shows (f, "Running"));
}

/* ---- accessibility ---- */

static gboolean
is_unnamed_button (GtkWidget *widget, gconstpointer data)
{
  GType label = GTK_TYPE_LABEL;

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget))
    return FALSE;
  /* Of the window decoration, of a menu button (which is named itself), or with words. */
  if (gtk_widget_get_ancestor (widget, GTK_TYPE_WINDOW_CONTROLS) != NULL ||
      gtk_widget_get_ancestor (widget, GTK_TYPE_MENU_BUTTON) != NULL || find_widget (widget, is_a, &label) != NULL)
    return FALSE;
  return !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static void
test_every_button_and_row_has_a_name (Fixture *f, gconstpointer data)
{
  GtkWidget *label;
  GtkWidget *row;
  g_autofree char *mismatch = NULL;

  fake_daemon_set_session (f->daemon, "b", "bob", "open", "x", 1);
  fake_daemon_add_event (f->daemon, "b", "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"Text\","
                         "\"reasoning_chain\":[\"first\",\"second\"],\"confidence\":0.88");
  open_window (f, NULL);
  fake_wait_for (shows (f, "Text"));
  g_assert_null (find_widget (GTK_WIDGET (f->window), is_unnamed_button, NULL));

  label = find_widget (GTK_WIDGET (chain (f)), is_label, "Text");
  row = gtk_widget_get_ancestor (label, g_type_from_name ("GtkListItemWidget"));
  g_assert_nonnull (row);
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                                 "Decision, 01:11:01.0, confidence 88 percent: Text, 2 reasons");
  g_assert_null (mismatch);
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = g_object_new (INSPECTOR_TYPE_APPLICATION, "application-id", "org.ouioe.Inspector",
                              "flags", G_APPLICATION_NON_UNIQUE, "resource-base-path", "/org/ouioe/Inspector", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);

#define ADD(name, func) g_test_add ("/window/" name, Fixture, NULL, setup, func, teardown)
  ADD ("rows-appear", test_rows_appear);
  ADD ("reasons-open-and-close", test_reasons_open_and_close);
  ADD ("the-end-is-followed", test_the_end_is_followed);
  ADD ("the-reader-is-left-alone", test_the_reader_is_left_alone);
  ADD ("scrolling-up-by-hand-stops-following", test_scrolling_up_by_hand_stops_following);
  ADD ("an-empty-daemon-gives-a-hint", test_an_empty_daemon_gives_a_hint);
  ADD ("an-absent-daemon-is-named", test_an_absent_daemon_is_named);
  ADD ("a-lost-connection-shows-a-banner", test_a_lost_connection_shows_a_banner);
  ADD ("a-session-of-the-command-line-is-awaited", test_a_session_of_the_command_line_is_awaited);
  ADD ("another-session-can-be-chosen", test_another_session_can_be_chosen);
  ADD ("a-session-that-ends-stays-selected", test_a_session_that_ends_stays_selected);
  ADD ("the-only-session-ends-under-its-heading", test_the_only_session_ends_under_its_heading);
  ADD ("every-button-and-row-has-a-name", test_every_button_and_row_has_a_name);
  status = g_test_run ();

  g_clear_object (&application);
  display_stop ();
  return status;
}
