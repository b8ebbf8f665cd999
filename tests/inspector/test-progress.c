/* test-progress.c - the progress card: the model behind a session, findings, warnings, completion, and control
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-progress-card.h"
#include "inspector-progress-words.h"
#include "inspector-warnings.h"
#include "inspector-wrap-box.h"
#include "picture.h"
#include "recorded.h"
#include "widgets.h"

typedef struct {
  FakeDaemon            *daemon;
  InspectorWatch        *watch;
  GtkWindow             *window;
  InspectorProgressCard *card;
  InspectorChainItem    *activated;
} Fixture;

static void
on_activated (Fixture *f, InspectorChainItem *item)
{
  g_set_object (&f->activated, item);
}

static void
setup (Fixture *f, gconstpointer unused)
{
  g_autoptr(OuioeClient) client = NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  f->daemon = fake_daemon_new ();
  client = ouioe_client_new (fake_daemon_get_address (f->daemon));
  f->watch = inspector_watch_new (client, "s");
  f->card = g_object_new (INSPECTOR_TYPE_PROGRESS_CARD, NULL);
  g_signal_connect_swapped (f->card, "activated", G_CALLBACK (on_activated), f);
  f->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_default_size (f->window, 900, 300);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->card));
  gtk_window_set_child (f->window, box);
  inspector_progress_card_set_watch (f->card, f->watch);
  gtk_window_present (f->window);
}

static void
teardown (Fixture *f, gconstpointer unused)
{
  gpointer card = f->card;

  g_object_add_weak_pointer (card, &card);
  gtk_window_destroy (f->window);
  fake_wait_for (card == NULL);   /* nothing holds it */
  inspector_watch_stop (f->watch);
  g_clear_object (&f->watch);
  g_clear_object (&f->activated);
  fake_daemon_free (f->daemon);
}

static gboolean
says (Fixture *f, const char *pattern)
{
  return widgets_find_like (GTK_WIDGET (f->card), pattern) != NULL;
}

static GtkWidget *
find_button (Fixture *f, const char *text)
{
  return widgets_find_button (GTK_WIDGET (f->card), text);
}

static void
update (Fixture *f, const char *type, const char *members)
{
  g_autofree char *json = g_strdup_printf ("\"progress_type\":\"%s\",%s", type, members);

  fake_daemon_add_event (f->daemon, "s", "progress_update", json);
}

static void
apply (Fixture *f)
{
  inspector_chain_model_apply (inspector_watch_get_model (f->watch), G_MAXUINT, 0);
}

/* So many seconds ago, or to come, as JSON has it. */
static char *
time_text (int seconds_ago)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr(GDateTime) time = g_date_time_add_seconds (now, -seconds_ago);

  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%S+00:00");
}

/* A call that waited for 5 s and then went on to @phase. @members: more of the generation, each with a comma before it */
static void
generate (Fixture *f, const char *phase, int began_ago, const char *members)
{
  g_autofree char *began = time_text (began_ago);
  g_autofree char *since = time_text (began_ago - 5);
  g_autofree char *json = NULL;

  json = g_strdup_printf ("\"generation\":{\"model\":\"qwen3:8b\",\"phase\":\"%s\",\"phase_since\":\"%s\",\"calls\":1,"
                          "\"calls_under_way\":1%s,\"phases\":[{\"phase\":\"waiting\",\"begin\":\"%s\",\"end\":\"%s\"},"
                          "{\"phase\":\"%s\",\"begin\":\"%s\"}]}", phase, since, members, began, since, phase, since);
  fake_daemon_add_frame (f->daemon, "s", "generation", json);
}

/* ---- the model ---- */

static void
test_a_model_alone_is_shown (Fixture *f, gconstpointer unused)
{
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->card)));
  generate (f, "thinking", 25, ",\"input_tokens\":1,\"output_tokens\":8,\"thinking_tokens\":5,\"tokens_per_second\":42.34,"
            "\"time_to_first_token\":0.41");
  fake_wait_for (says (f, "qwen3:8b"));
  g_assert_true (says (f, "Thinking · 2? s"));
  g_assert_true (says (f, "42.3 tokens/s"));
  g_assert_true (says (f, "1 token in · 8 tokens out · first token after 410 ms · 63 % thinking"));
  g_assert_null (find_button (f, "Stop"));   /* nobody said that it can be stopped */
  g_assert_null (find_button (f, "Answer Now"));
}

static void
test_what_is_not_known_of_a_model_is_not_shown (Fixture *f, gconstpointer unused)
{
  fake_daemon_add_frame (f->daemon, "s", "generation", "\"generation\":{\"phase\":\"answer\",\"calls\":1,"
                         "\"calls_under_way\":1}");
  fake_wait_for (says (f, "Answering"));   /* for how long is not known */
  g_assert_true (says (f, "Model"));
  g_assert_false (says (f, "*token*"));
  g_assert_false (says (f, "*thinking"));
}

static void
test_a_stall_is_told (Fixture *f, gconstpointer unused)
{
  g_autofree char *since = time_text (8);
  g_autofree char *members = g_strdup_printf (",\"stalled_since\":\"%s\"", since);

  generate (f, "thinking", 30, members);
  fake_wait_for (says (f, "Stalled · *"));
  g_assert_false (says (f, "Thinking*"));
  generate (f, "tool", 30, "");
  fake_wait_for (says (f, "Calling a tool · *"));
  g_assert_false (says (f, "Stalled*"));
}

static void
test_progress_and_model_stand_together (Fixture *f, gconstpointer unused)
{
  update (f, "progress", "\"message\":\"Merging\",\"progress_percentage\":62.0,\"estimated_remaining\":\"40\"");
  generate (f, "answer", 20, ",\"tokens_per_second\":142.3,\"estimate\":{\"low\":60.0,\"high\":90.0,\"runs\":3}");
  fake_wait_for (says (f, "Merging") && says (f, "62 %") && says (f, "Answering · *"));
  g_assert_true (says (f, "about 40 s left"));   /* the producer knows better than an estimate */
  g_assert_false (says (f, "*estimate*"));
  g_assert_true (says (f, "qwen3:8b · 142 tokens/s"));
}

static void
test_without_a_percentage_there_are_time_and_rate (Fixture *f, gconstpointer unused)
{
  fake_daemon_add_event (f->daemon, "s", "session_start", "\"user_id\":\"a\",\"debug_mode\":true,"
                         "\"progress_updates\":true,\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                         "\"expiry_seconds\":86400.0,\"user_request\":\"\",\"system_context\":{}");
  update (f, "progress", "\"message\":\"Looking\",\"estimated_remaining\":\"40\"");
  generate (f, "thinking", 20, ",\"tokens_per_second\":42.3,\"estimate\":{\"low\":60.0,\"high\":90.0,\"runs\":3}");
  fake_wait_for (says (f, "*elapsed · 42.3 tokens/s · estimate: * to * left"));
  g_assert_false (says (f, "about*"));   /* of what no percentage says no remaining time is told either */
}

static gboolean
bar_looks_like (Fixture *f, const Picture *before)
{
  g_autoptr(Picture) now = picture_new_from_widget (widgets_find_type (GTK_WIDGET (f->card), GTK_TYPE_PROGRESS_BAR));

  return picture_equal (now, before);
}

static void
test_the_bar_moves_unless_motion_is_reduced (Fixture *f, gconstpointer unused)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (f->card));
  g_autoptr(Picture) moving = NULL;
  g_autoptr(Picture) still = NULL;
  g_autofree char *age = NULL;
  GtkWidget *phase;

  update (f, "progress", "\"message\":\"Looking\"");
  generate (f, "thinking", 20, "");
  fake_wait_for (says (f, "Looking") && says (f, "Thinking · *"));
  moving = picture_new_from_widget (widgets_find_type (GTK_WIDGET (f->card), GTK_TYPE_PROGRESS_BAR));
  fake_wait_for (!bar_looks_like (f, moving));

  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  update (f, "progress", "\"message\":\"Still looking\"");
  fake_wait_for (says (f, "Still looking"));
  still = picture_new_from_widget (widgets_find_type (GTK_WIDGET (f->card), GTK_TYPE_PROGRESS_BAR));
  phase = widgets_find_like (GTK_WIDGET (f->card), "Thinking · *");
  age = g_strdup (gtk_label_get_text (GTK_LABEL (phase)));
  fake_wait_for (strcmp (gtk_label_get_text (GTK_LABEL (phase)), age) != 0);   /* time goes on */
  g_assert_true (bar_looks_like (f, still));
  g_object_set (settings, "gtk-enable-animations", TRUE, NULL);
}

/* ---- estimates ---- */

static char *
estimate (Fixture *f, int began_ago, const char *range)
{
  g_autofree char *members = g_strdup_printf (",\"estimate\":{%s,\"runs\":3}", range);
  OuioeGeneration *before = inspector_watch_get_generation (f->watch);

  generate (f, "thinking", began_ago, members);
  fake_wait_for (inspector_watch_get_generation (f->watch) != before);
  return inspector_progress_describe_estimate (inspector_watch_get_generation (f->watch), g_get_real_time ());
}

static void
test_an_estimate_is_a_range_of_what_is_left (Fixture *f, gconstpointer unused)
{
  g_autofree char *both = estimate (f, 20, "\"low\":620.0,\"high\":1220.0");
  g_autofree char *most = estimate (f, 20, "\"low\":10.0,\"high\":1220.0");
  g_autofree char *over = estimate (f, 20, "\"low\":5.0,\"high\":10.0");
  g_autofree char *none = NULL;
  OuioeGeneration *before = inspector_watch_get_generation (f->watch);

  g_assert_true (g_pattern_match_simple ("estimate: *9 min to *9 min left", both));
  g_assert_true (g_pattern_match_simple ("estimate: up to *9 min left", most));
  g_assert_cmpstr (over, ==, "longer than estimated");
  generate (f, "thinking", 20, "");
  fake_wait_for (inspector_watch_get_generation (f->watch) != before);
  none = inspector_progress_describe_estimate (inspector_watch_get_generation (f->watch), g_get_real_time ());
  g_assert_null (none);
}

/* ---- findings and warnings ---- */

static gboolean
is_findings (GtkWidget *widget)
{
  return GTK_IS_MENU_BUTTON (widget);
}

static void
test_findings_are_a_list (Fixture *f, gconstpointer unused)
{
  GtkWidget *button;
  GtkWidget *popover;

  update (f, "progress", "\"message\":\"m\",\"intermediate_findings\":[{\"text\":\"host-1 is full\",\"used\":81},"
          "{\"summary\":\"Logs\"}]");
  fake_wait_for (says (f, "2 findings"));
  button = widgets_find_type (GTK_WIDGET (f->card), GTK_TYPE_MENU_BUTTON);
  g_assert_true (is_findings (button));
  popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  fake_wait_for (widgets_find_label (popover, "text: host-1 is full\nused: 81") != NULL);
  g_assert_nonnull (widgets_find_label (popover, "summary: Logs"));
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));

  update (f, "progress", "\"message\":\"m\"");
  fake_wait_for (!says (f, "2 findings"));
}

static void
test_warnings_can_be_gone_through (Fixture *f, gconstpointer unused)
{
  GListModel *model = G_LIST_MODEL (inspector_watch_get_model (f->watch));
  g_autoptr(InspectorChainItem) first = NULL;
  g_autoptr(InspectorChainItem) second = NULL;
  g_autofree char *mismatch = NULL;

  update (f, "warning", "\"message\":\"one\"");
  fake_daemon_add_step (f->daemon, "s", "analysis", "x");
  update (f, "warning", "\"message\":\"two\"");
  update (f, "progress", "\"message\":\"m\"");
  fake_wait_for ((apply (f), says (f, "2")));
  mismatch = gtk_test_accessible_check_property (GTK_ACCESSIBLE (find_button (f, "2")), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                                 "2 warnings");
  g_assert_null (mismatch);
  first = g_list_model_get_item (model, 0);
  second = g_list_model_get_item (model, 2);
  gtk_widget_activate_action (GTK_WIDGET (f->card), "card.next-warning", NULL);
  g_assert_true (f->activated == second);   /* the newest first */
  gtk_widget_activate_action (GTK_WIDGET (f->card), "card.next-warning", NULL);
  g_assert_true (f->activated == first);
  gtk_widget_activate_action (GTK_WIDGET (f->card), "card.next-warning", NULL);
  g_assert_true (f->activated == second);
}

static void
on_rows_changed (GListModel *model, guint position, guint n_removed, guint n_added, gpointer user_data)
{
  inspector_warnings_splice (user_data, model, position, n_removed, n_added);
}

/* Rows that grow move at the end of a list; rows that are trimmed are gone. */
static void
test_each_warning_counts_once (void)
{
  g_autoptr(InspectorWarnings) self = inspector_warnings_new ();
  g_autoptr(GListStore) rows = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);
  g_autoptr(InspectorChainItem) open = inspector_chain_item_new_open ();
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto(Recorded) recorded;

  recorded_init (&recorded, "s");
  recorded_step (&recorded, "analysis", "x");
  recorded_update (&recorded, "warning", "one", -1);
  recorded_update (&recorded, "warning", "two", -1);
  recorded_update (&recorded, "completion", "done", 100);
  events = recorded_events (&recorded);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (items, inspector_chain_item_new_event (events->pdata[i]));
  g_signal_connect (rows, "items-changed", G_CALLBACK (on_rows_changed), self);

  g_list_store_append (rows, items->pdata[0]);
  g_list_store_append (rows, items->pdata[1]);
  g_list_store_append (rows, open);
  g_assert_cmpuint (inspector_warnings_get_n (self), ==, 1);
  g_list_store_splice (rows, 1, 2, (gpointer[]) { items->pdata[1], items->pdata[2], open }, 3);
  g_assert_cmpuint (inspector_warnings_get_n (self), ==, 2);
  g_assert_cmpint (inspector_warnings_get_completed_us (self), ==, 0);
  g_list_store_append (rows, items->pdata[3]);
  g_assert_cmpint (inspector_warnings_get_completed_us (self), ==, ouioe_event_get_time_us (events->pdata[3]));
  g_assert_true (inspector_warnings_next (self) == items->pdata[2]);

  g_list_store_splice (rows, 0, 2, NULL, 0);   /* trimmed */
  g_assert_cmpuint (inspector_warnings_get_n (self), ==, 1);
  g_assert_true (inspector_warnings_next (self) == items->pdata[2]);
  g_list_store_remove_all (rows);
  g_assert_null (inspector_warnings_next (self));
}

/* ---- the end ---- */

static void
test_what_was_completed_long_ago_is_folded (Fixture *f, gconstpointer unused)
{
  GtkWidget *fold;

  fake_daemon_add_event (f->daemon, "s", "session_start", "\"user_id\":\"a\",\"debug_mode\":true,"
                         "\"progress_updates\":true,\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                         "\"expiry_seconds\":86400.0,\"user_request\":\"\",\"system_context\":{}");
  update (f, "progress", "\"message\":\"Half\",\"progress_percentage\":50.0");
  update (f, "completion", "\"message\":\"Written\"");
  fake_wait_for ((apply (f), says (f, "Written") && says (f, "took 2.0 s")));
  g_assert_true (says (f, "100 %"));
  inspector_progress_card_set_watch (f->card, f->watch);   /* as when it is opened again, much later */
  fake_wait_for (inspector_progress_card_get_folded (f->card));
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (f->card), "is-complete"));
  g_assert_true (says (f, "Written") && says (f, "took 2.0 s"));

  fold = widgets_find_type (GTK_WIDGET (f->card), GTK_TYPE_TOGGLE_BUTTON);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fold), TRUE);
  g_assert_false (inspector_progress_card_get_folded (f->card));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fold), FALSE);
  g_assert_true (inspector_progress_card_get_folded (f->card));
  update (f, "progress", "\"message\":\"Again\",\"progress_percentage\":5.0");   /* it was not the end */
  fake_wait_for ((apply (f), says (f, "Again")));
  g_assert_false (inspector_progress_card_get_folded (f->card));
  g_assert_true (says (f, "restarted"));
}

/* ---- control ---- */

static gboolean
was_asked (Fixture *f, const char *request)
{
  g_auto(GStrv) log = fake_server_dup_log (fake_daemon_get_server (f->daemon));

  return g_strv_contains ((const char *const *) log, request);
}

static void
test_the_model_is_stopped (Fixture *f, gconstpointer unused)
{
  GtkWidget *stop;
  GtkWidget *answer_now;

  generate (f, "thinking", 20, ",\"can_stop\":true,\"can_answer_now\":true");
  fake_wait_for (find_button (f, "Stop") != NULL && find_button (f, "Answer Now") != NULL);
  stop = find_button (f, "Stop");
  answer_now = find_button (f, "Answer Now");
  g_assert_true (gtk_widget_is_sensitive (stop) && gtk_widget_is_sensitive (answer_now));
  gtk_widget_activate (stop);
  fake_wait_for (was_asked (f, "POST /api/streaming/sessions/s/stop"));
  g_assert_false (gtk_widget_is_sensitive (stop));   /* as long as there is no answer */
  g_assert_false (gtk_widget_is_sensitive (answer_now));
  fake_daemon_answer_control (f->daemon, "200 OK");
  fake_wait_for (gtk_widget_is_sensitive (stop));
  g_assert_false (says (f, "The model was not stopped*"));

  fake_daemon_add_frame (f->daemon, "s", "generation", "\"generation\":{\"phase\":\"none\",\"calls\":1,"
                         "\"model\":\"qwen3:8b\",\"finish_reason\":\"stop\"}");
  fake_wait_for (find_button (f, "Stop") == NULL && find_button (f, "Answer Now") == NULL);
}

static void
test_a_refusal_is_told_and_can_be_dismissed (Fixture *f, gconstpointer unused)
{
  fake_daemon_answer_control (f->daemon, "409 Conflict");
  generate (f, "thinking", 20, ",\"can_answer_now\":true");
  fake_wait_for (find_button (f, "Answer Now") != NULL);
  g_assert_null (find_button (f, "Stop"));
  gtk_widget_activate (find_button (f, "Answer Now"));
  fake_wait_for (says (f, "The model goes on thinking. No call of a model is under way."));
  g_assert_true (was_asked (f, "POST /api/streaming/sessions/s/answer-now"));
  g_assert_true (gtk_widget_is_sensitive (find_button (f, "Answer Now")));
  gtk_widget_activate (find_button (f, "Dismiss"));
  fake_wait_for (!says (f, "The model goes on thinking*"));
}

static void
test_another_session_is_not_told_of_it (Fixture *f, gconstpointer unused)
{
  g_autoptr(InspectorWatch) other = inspector_watch_new_replay ("other");

  generate (f, "thinking", 20, ",\"can_stop\":true");
  fake_wait_for (find_button (f, "Stop") != NULL);
  gtk_widget_activate (find_button (f, "Stop"));
  fake_wait_for (was_asked (f, "POST /api/streaming/sessions/s/stop"));
  inspector_progress_card_set_watch (f->card, other);
  fake_daemon_answer_control (f->daemon, "409 Conflict");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (f->card)));
  inspector_progress_card_set_watch (f->card, f->watch);
  fake_wait_for (find_button (f, "Stop") != NULL);
  g_assert_true (gtk_widget_is_sensitive (find_button (f, "Stop")));
  g_assert_false (says (f, "The model was not stopped*"));
}

static void
test_every_button_has_a_name (Fixture *f, gconstpointer unused)
{
  fake_daemon_answer_control (f->daemon, "409 Conflict");
  update (f, "warning", "\"message\":\"w\"");
  update (f, "completion", "\"message\":\"m\",\"intermediate_findings\":[{\"a\":1}]");
  generate (f, "thinking", 20, ",\"can_stop\":true,\"can_answer_now\":true");
  fake_wait_for ((apply (f), find_button (f, "Stop") != NULL && says (f, "1")));
  gtk_widget_activate (find_button (f, "Stop"));
  fake_wait_for (find_button (f, "Dismiss") != NULL);
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->card)), ==, 0);
}

/* ---- lines ---- */

static int
y_of (GtkWidget *child)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (child, gtk_widget_get_parent (child), &bounds));
  return (int) bounds.origin.y;
}

static int
x_of (GtkWidget *child)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (child, gtk_widget_get_parent (child), &bounds));
  return (int) bounds.origin.x;
}

/* Three of 100 by 10 pixels; the last one takes what is left. */
static InspectorWrapBox *
make_box (GtkWidget *children[3])
{
  InspectorWrapBox *box = g_object_ref_sink (g_object_new (INSPECTOR_TYPE_WRAP_BOX, NULL));

  for (int i = 0; i < 3; i++)
    {
      children[i] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_set_size_request (children[i], 100, 10);
      gtk_widget_set_parent (children[i], GTK_WIDGET (box));
    }
  gtk_widget_set_hexpand (children[2], TRUE);
  inspector_wrap_box_set_spacing (box, 10, 5);
  return box;
}

static int
height_for (InspectorWrapBox *box, int width)
{
  int minimum;
  int ignored;

  gtk_widget_measure (GTK_WIDGET (box), GTK_ORIENTATION_HORIZONTAL, -1, &ignored, NULL, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (box), GTK_ORIENTATION_VERTICAL, width, &minimum, NULL, NULL, NULL);
  return minimum;
}

static void
allocate (InspectorWrapBox *box, int width)
{
  gtk_widget_size_allocate (GTK_WIDGET (box), &(GtkAllocation) { 0, 0, width, height_for (box, width) }, -1);
}

static void
test_what_does_not_fit_gets_another_line (void)
{
  GtkWidget *children[3];
  InspectorWrapBox *box = make_box (children);

  g_assert_cmpint (height_for (box, 400), ==, 10);
  g_assert_cmpint (height_for (box, 319), ==, 25);
  g_assert_cmpint (height_for (box, 100), ==, 40);
  g_assert_cmpint (height_for (box, -1), ==, 40);

  allocate (box, 400);
  g_assert_cmpint (x_of (children[1]), ==, 110);
  g_assert_cmpint (x_of (children[2]), ==, 220);
  g_assert_cmpint (gtk_widget_get_width (children[2]), ==, 180);
  allocate (box, 250);
  g_assert_cmpint (y_of (children[1]), ==, 0);
  g_assert_cmpint (y_of (children[2]), ==, 15);
  g_assert_cmpint (gtk_widget_get_width (children[2]), ==, 250);

  gtk_widget_set_visible (children[0], FALSE);
  allocate (box, 250);
  g_assert_cmpint (x_of (children[1]), ==, 0);
  g_assert_cmpint (y_of (children[2]), ==, 0);

  gtk_widget_set_visible (children[0], TRUE);
  gtk_widget_set_direction (GTK_WIDGET (box), GTK_TEXT_DIR_RTL);
  allocate (box, 400);
  g_assert_cmpint (x_of (children[0]), ==, 300);
  g_assert_cmpint (x_of (children[2]), ==, 0);
  g_object_unref (box);
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
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/ouioe/Inspector/icons");

#define ADD(name, func) g_test_add ("/progress/" name, Fixture, NULL, setup, func, teardown)
  ADD ("a-model-alone-is-shown", test_a_model_alone_is_shown);
  ADD ("what-is-not-known-of-a-model-is-not-shown", test_what_is_not_known_of_a_model_is_not_shown);
  ADD ("a-stall-is-told", test_a_stall_is_told);
  ADD ("progress-and-model-stand-together", test_progress_and_model_stand_together);
  ADD ("without-a-percentage-there-are-time-and-rate", test_without_a_percentage_there_are_time_and_rate);
  ADD ("the-bar-moves-unless-motion-is-reduced", test_the_bar_moves_unless_motion_is_reduced);
  ADD ("an-estimate-is-a-range-of-what-is-left", test_an_estimate_is_a_range_of_what_is_left);
  ADD ("findings-are-a-list", test_findings_are_a_list);
  ADD ("warnings-can-be-gone-through", test_warnings_can_be_gone_through);
  g_test_add_func ("/progress/each-warning-counts-once", test_each_warning_counts_once);
  ADD ("what-was-completed-long-ago-is-folded", test_what_was_completed_long_ago_is_folded);
  ADD ("the-model-is-stopped", test_the_model_is_stopped);
  ADD ("a-refusal-is-told-and-can-be-dismissed", test_a_refusal_is_told_and_can_be_dismissed);
  ADD ("another-session-is-not-told-of-it", test_another_session_is_not_told_of_it);
  ADD ("every-button-has-a-name", test_every_button_has_a_name);
  g_test_add_func ("/wrap-box/what-does-not-fit-gets-another-line", test_what_does_not_fit_gets_another_line);
  status = g_test_run ();

  display_stop ();
  return status;
}
