/* test-card.c - the progress card: what was said, and nothing that was not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-chain-row.h"
#include "inspector-progress-card.h"

typedef struct {
  FakeDaemon     *daemon;
  InspectorWatch *watch;
  GtkWindow      *window;
  GtkWidget      *card;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioeClient) client = NULL;

  f->daemon = fake_daemon_new ();
  client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->watch = inspector_watch_new (client, "s");
  f->window = GTK_WINDOW (gtk_window_new ());
  f->card = g_object_new (INSPECTOR_TYPE_PROGRESS_CARD, NULL);
  gtk_window_set_child (f->window, f->card);
  inspector_progress_card_set_watch (INSPECTOR_PROGRESS_CARD (f->card), f->watch);
  gtk_window_present (f->window);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (f->window);
  inspector_watch_stop (f->watch);
  g_clear_object (&f->watch);
  fake_daemon_free (f->daemon);
}

static GtkWidget *
find_bar (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_PROGRESS_BAR (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_bar (child);
  return found;
}

static void
collect (GtkWidget *widget, GString *text)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s|", gtk_label_get_text (GTK_LABEL (widget)));
  if (GTK_IS_INSCRIPTION (widget))
    g_string_append_printf (text, "%s|", gtk_inscription_get_text (GTK_INSCRIPTION (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, text);
}

/* All visible words, each followed by a bar. */
static gboolean
says (Fixture *f, const char *expected)
{
  g_autoptr(GString) text = g_string_new (NULL);

  collect (f->card, text);
  return strcmp (text->str, expected) == 0;
}

static double
fraction (Fixture *f)
{
  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (find_bar (f->card)));
}

static void
update (Fixture *f, const char *type, const char *members)
{
  g_autofree char *json = g_strdup_printf ("\"progress_type\":\"%s\",%s", type, members);

  fake_daemon_add_event (f->daemon, "s", "progress_update", json);
}

static void
test_nothing_is_shown_before_the_first_update (Fixture *f, gconstpointer data)
{
  fake_daemon_add_step (f->daemon, "s", "analysis", "x");
  fake_wait_for (inspector_chain_model_get_n_pending (inspector_watch_get_model (f->watch)) == 1);
  g_assert_false (gtk_widget_get_visible (f->card));
  update (f, "progress", "\"message\":\"Going on\"");
  fake_wait_for (gtk_widget_get_visible (f->card));
}

static void
test_what_was_said_is_shown (Fixture *f, gconstpointer data)
{
  update (f, "progress", "\"message\":\"Merging\\nsecond line\",\"progress_percentage\":62.0,\"current_step\":\"5\","
          "\"total_steps\":8,\"estimated_remaining\":\"40\",\"intermediate_findings\":[{\"a\":1},{\"b\":2}]");
  fake_wait_for (says (f, "Merging…|62 %|Step 5 of 8 · about 40 s left|2 findings|"));
  g_assert_cmpfloat (fraction (f), ==, 0.62);
}

static void
test_activity_and_words_of_the_producer_stand (Fixture *f, gconstpointer data)
{
  update (f, "progress", "\"message\":\"m\",\"progress_percentage\":1.0,\"current_step\":\"Ranking\","
          "\"estimated_remaining\":\"a while\",\"current_activity\":\"Reading host-3\"");
  fake_wait_for (says (f, "Reading host-3|1 %|Ranking · a while left|"));
  update (f, "progress", "\"message\":\"m\",\"progress_percentage\":2.0,\"current_step\":\"3\"");
  fake_wait_for (says (f, "m|2 %|Step 3|"));
  update (f, "progress", "\"message\":\"m\",\"progress_percentage\":3.0,\"total_steps\":4");
  fake_wait_for (says (f, "m|3 %|4 steps|"));
}

static void
test_no_percentage_is_no_number (Fixture *f, gconstpointer data)
{
  update (f, "progress", "\"message\":\"Somewhere\"");
  fake_wait_for (says (f, "Somewhere||"));
}

static void
test_a_lower_value_is_shown_with_a_word (Fixture *f, gconstpointer data)
{
  update (f, "progress", "\"message\":\"a\",\"progress_percentage\":99.0");
  fake_wait_for (says (f, "a|99 %|"));
  update (f, "progress", "\"message\":\"b\",\"progress_percentage\":80.0");
  fake_wait_for (says (f, "b|80 %|restarted|"));
  g_assert_cmpfloat (fraction (f), ==, 0.8);
}

static void
test_completion_fills_the_bar (Fixture *f, gconstpointer data)
{
  update (f, "completion", "\"message\":\"Written\",\"estimated_remaining\":\"3\"");
  fake_wait_for (says (f, "Written|100 %|"));   /* what remains is of no interest any more */
  g_assert_cmpfloat (fraction (f), ==, 1);
  g_assert_true (gtk_widget_has_css_class (f->card, "is-complete"));
}

static void
test_the_end_of_a_session_tells_how_long (Fixture *f, gconstpointer data)
{
  fake_daemon_add_event (f->daemon, "s", "session_start", "\"user_id\":\"a\",\"debug_mode\":true,"
                         "\"progress_updates\":true,\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                         "\"expiry_seconds\":86400.0,\"user_request\":\"\",\"system_context\":{}");
  update (f, "progress", "\"message\":\"Half\",\"progress_percentage\":50.0");
  fake_daemon_add_event (f->daemon, "s", "session_end", "\"outcome\":\"closed\",\"duration\":2.0,\"thinking_steps\":0,"
                         "\"progress_updates\":1");
  fake_wait_for (says (f, "Half|took 2.0 s|50 %|"));
  g_assert_false (gtk_widget_has_css_class (f->card, "is-complete"));
}

/* ---- rows, by themselves ---- */

static void
test_a_narrow_row_keeps_its_words (Fixture *f, gconstpointer data)
{
  InspectorChainRow *row = inspector_chain_row_new ();
  InspectorChainModel *model = inspector_watch_get_model (f->watch);
  g_autoptr(InspectorChainItem) item = NULL;
  g_autoptr(GString) wide = g_string_new (NULL);
  g_autoptr(GString) narrow = g_string_new (NULL);
  g_autoptr(GString) again = g_string_new (NULL);

  g_object_ref_sink (row);
  fake_daemon_add_event (f->daemon, "s", "thinking_step", "\"thinking_type\":\"decision\","
                         "\"content\":\"First\\nsecond\",\"confidence\":0.5");
  fake_wait_for (inspector_chain_model_apply (model, 10, 0) == 1);
  item = g_list_model_get_item (G_LIST_MODEL (model), 0);
  inspector_chain_row_set_item (row, item);
  collect (GTK_WIDGET (row), wide);
  g_assert_cmpstr (wide->str, ==, "01:11:01.0|Decision|First second|50 %|");

  inspector_chain_row_set_style (row, &(InspectorRowStyle) { .is_narrow = TRUE });
  collect (GTK_WIDGET (row), narrow);
  g_assert_cmpstr (narrow->str, ==, "01:11:01.0|Decision|50 %|First second|");   /* the text on lines of its own */
  inspector_chain_row_set_style (row, &(InspectorRowStyle) { .is_narrow = FALSE });
  collect (GTK_WIDGET (row), again);
  g_assert_cmpstr (again->str, ==, wide->str);
  g_object_unref (row);
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

#define ADD(name, func) g_test_add (name, Fixture, NULL, setup, func, teardown)
  ADD ("/card/nothing-is-shown-before-the-first-update", test_nothing_is_shown_before_the_first_update);
  ADD ("/card/what-was-said-is-shown", test_what_was_said_is_shown);
  ADD ("/card/activity-and-words-of-the-producer-stand", test_activity_and_words_of_the_producer_stand);
  ADD ("/card/no-percentage-is-no-number", test_no_percentage_is_no_number);
  ADD ("/card/a-lower-value-is-shown-with-a-word", test_a_lower_value_is_shown_with_a_word);
  ADD ("/card/completion-fills-the-bar", test_completion_fills_the_bar);
  ADD ("/card/the-end-of-a-session-tells-how-long", test_the_end_of_a_session_tells_how_long);
  ADD ("/row/a-narrow-row-keeps-its-words", test_a_narrow_row_keeps_its_words);
  status = g_test_run ();

  display_stop ();
  return status;
}
