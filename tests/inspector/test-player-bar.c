/* test-player-bar.c - the replay bar in a real window: what it shows, what its buttons and keys do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-chain-view.h"
#include "inspector-player-bar.h"
#include "recorded.h"
#include "widgets.h"

#define S G_USEC_PER_SEC

typedef struct {
  GtkWidget          *window;
  GtkWidget          *entry;
  InspectorChainView *chain;
  InspectorPlayerBar *bar;
  InspectorPlayer    *player;
  gint64              now_us;
  guint               n_closed;
} Fixture;

static gint64
read_clock (gpointer user_data)
{
  return ((Fixture *) user_data)->now_us;
}

static void
count_signal (guint *n)
{
  (*n)++;
}

/* One event a second, @n of them. */
static InspectorPlayer *
make_player (Fixture *f, guint n)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(InspectorWatch) source = NULL;
  InspectorPlayer *player;

  recorded_init (&recorded, "s");
  for (guint i = 0; i < n; i++)
    recorded_step (&recorded, "analysis", "Some words of a step, enough for a line of the list.");
  events = recorded_events (&recorded);
  source = inspector_watch_new_recording ("s", events);
  player = inspector_player_new (source);
  inspector_player_set_clock (player, read_clock, f);
  return player;
}

static void
setup (Fixture *f, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  f->window = adw_window_new ();
  f->entry = gtk_entry_new ();
  f->chain = g_object_new (INSPECTOR_TYPE_CHAIN_VIEW, "vexpand", TRUE, NULL);
  f->bar = g_object_new (INSPECTOR_TYPE_PLAYER_BAR, NULL);
  gtk_box_append (GTK_BOX (box), f->entry);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->chain));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (f->bar));
  adw_window_set_content (ADW_WINDOW (f->window), box);
  gtk_window_set_default_size (GTK_WINDOW (f->window), GPOINTER_TO_INT (data), 500);
  g_signal_connect_swapped (f->bar, "closed", G_CALLBACK (count_signal), &f->n_closed);
  f->player = make_player (f, 61);
  inspector_player_bar_set_player (f->bar, f->player);
  inspector_chain_view_set_watch (f->chain, inspector_player_get_watch (f->player));
  gtk_window_present (GTK_WINDOW (f->window));
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (f->bar)));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  inspector_chain_view_set_watch (f->chain, NULL);
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_clear_object (&f->player);
}

static gboolean
shows (Fixture *f, const char *text)
{
  return widgets_find_label (GTK_WIDGET (f->bar), text) != NULL;
}

static void
click (Fixture *f, const char *tooltip)
{
  GtkWidget *button = widgets_find_button (GTK_WIDGET (f->bar), tooltip);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
test_it_shows_where_the_replay_is (Fixture *f, gconstpointer data)
{
  g_assert_true (shows (f, "00:00"));
  g_assert_true (shows (f, "01:00"));
  g_assert_true (shows (f, "1×"));
  inspector_player_seek (f->player, 42 * S);
  g_assert_true (shows (f, "00:42"));
  g_assert_cmpuint (widgets_count_unnamed_buttons (GTK_WIDGET (f->bar)), ==, 0);
}

static void
test_its_buttons_play (Fixture *f, gconstpointer data)
{
  click (f, "Play");
  g_assert_true (inspector_player_is_playing (f->player));
  f->now_us += 5 * S;
  fake_wait_for (shows (f, "00:05"));   /* by itself, once a tenth of a second */
  click (f, "Pause");
  g_assert_false (inspector_player_is_playing (f->player));
  click (f, "One Step On");
  g_assert_true (shows (f, "00:06"));
  click (f, "One Step Back");
  g_assert_true (shows (f, "00:05"));
  click (f, "End the Replay");
  g_assert_cmpuint (f->n_closed, ==, 1);
}

static void
test_its_handle_seeks (Fixture *f, gconstpointer data)
{
  GtkWidget *scale = widgets_find_type (GTK_WIDGET (f->bar), GTK_TYPE_SCALE);
  gboolean is_done = FALSE;

  g_signal_emit_by_name (scale, "change-value", GTK_SCROLL_JUMP, (double) (30 * S), &is_done);
  g_assert_true (is_done);
  g_assert_cmpint (inspector_player_get_position_us (f->player), ==, 30 * S);
  g_assert_cmpfloat (gtk_range_get_value (GTK_RANGE (scale)), ==, 30 * S);
}

static void
test_its_menu_sets_the_speed (Fixture *f, gconstpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (f->bar), "player.speed", "d", 5.0);
  g_assert_cmpfloat (inspector_player_get_speed (f->player), ==, 5);
  g_assert_true (shows (f, "5×"));
  gtk_widget_activate_action (GTK_WIDGET (f->bar), "player.shorten-gaps", NULL);
  g_assert_false (inspector_player_get_shorten_gaps (f->player));
  gtk_widget_activate_action (GTK_WIDGET (f->bar), "player.slower", NULL);
  g_assert_true (shows (f, "2×"));
  gtk_widget_activate_action (GTK_WIDGET (f->bar), "player.faster", NULL);
  g_assert_true (shows (f, "5×"));
}

/* The controllers of a window that act wherever the focus is, as the window asks them. */
static gboolean
has_key (GtkWidget *widget, guint key, const char *action)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GObject) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      g_assert_cmpint (gtk_shortcut_controller_get_scope (GTK_SHORTCUT_CONTROLLER (controller)), ==, GTK_SHORTCUT_SCOPE_GLOBAL);
      /* An entry that has the focus hears of it first. */
      g_assert_cmpint (gtk_event_controller_get_propagation_phase (GTK_EVENT_CONTROLLER (controller)), ==, GTK_PHASE_BUBBLE);
      for (guint s = 0; s < g_list_model_get_n_items (G_LIST_MODEL (controller)); s++)
        {
          g_autoptr(GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), s);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);
          GtkShortcutAction *does = gtk_shortcut_get_action (shortcut);

          if (gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)) == key)
            return strcmp (gtk_named_action_get_action_name (GTK_NAMED_ACTION (does)), action) == 0;
        }
    }
  return FALSE;
}

static void
test_keys_step_and_change_the_speed (Fixture *f, gconstpointer data)
{
  g_assert_true (has_key (GTK_WIDGET (f->bar), GDK_KEY_comma, "player.step-back"));
  g_assert_true (has_key (GTK_WIDGET (f->bar), GDK_KEY_period, "player.step-forward"));
  g_assert_true (has_key (GTK_WIDGET (f->bar), GDK_KEY_bracketleft, "player.slower"));
  g_assert_true (has_key (GTK_WIDGET (f->bar), GDK_KEY_bracketright, "player.faster"));
}

static void
test_a_narrow_bar_leaves_out_the_length (Fixture *f, gconstpointer data)
{
  int least;

  fake_wait_for (!shows (f, "01:00"));
  g_assert_true (shows (f, "00:00"));
  gtk_widget_measure (GTK_WIDGET (f->bar), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
}

static void
test_the_list_says_that_it_is_a_replay (Fixture *f, gconstpointer data)
{
  fake_wait_for (strstr (inspector_chain_view_get_status (f->chain), "replay") != NULL);
  g_assert_null (strstr (inspector_chain_view_get_status (f->chain), "live"));
  inspector_chain_view_set_watch (f->chain, inspector_player_get_source (f->player));
  fake_wait_for (strstr (inspector_chain_view_get_status (f->chain), "recording") != NULL);
}

static void
test_to_hold_the_chain_is_to_hold_the_replay (Fixture *f, gconstpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (f->chain), "chain.pause", NULL);
  g_assert_true (inspector_player_is_playing (f->player));
  gtk_widget_activate_action (GTK_WIDGET (f->chain), "chain.pause", NULL);
  g_assert_false (inspector_player_is_playing (f->player));
  /* The list goes on showing where the handle is. */
  g_assert_false (inspector_watch_get_paused (inspector_player_get_watch (f->player)));
  inspector_player_seek (f->player, 20 * S);
  g_assert_cmpuint (g_list_model_get_n_items (inspector_chain_view_get_shown (f->chain)), ==, 21);
}

/* With a list that shows it. The figure is that of a machine that does nothing else; this one may be busy, or a sanitizer looks
 * at each step. */
static void
test_moving_the_handle_of_a_long_session_takes_no_time (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorPlayer) player = make_player (f, 50000);
  gint64 slowest_us = 0;

  inspector_player_bar_set_player (f->bar, player);
  inspector_chain_view_set_watch (f->chain, inspector_player_get_watch (player));
  for (guint i = 1; i <= 8; i++)
    {
      gint64 from_us = g_get_monotonic_time ();

      inspector_player_seek (player, i % 2 == 0 ? (gint64) i * S : (gint64) (50000 - i) * S);
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - from_us);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_test_message ("slowest: %d ms", (int) (slowest_us / 1000));
  g_assert_cmpint (slowest_us, <, g_getenv ("ASAN_OPTIONS") != NULL ? 10 * S : S);
  inspector_chain_view_set_watch (f->chain, inspector_player_get_watch (f->player));
  inspector_player_bar_set_player (f->bar, NULL);
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

#define ADD(name, width, func) g_test_add ("/player-bar/" name, Fixture, GINT_TO_POINTER (width), setup, func, teardown)
  ADD ("it-shows-where-the-replay-is", 700, test_it_shows_where_the_replay_is);
  ADD ("its-buttons-play", 700, test_its_buttons_play);
  ADD ("its-handle-seeks", 700, test_its_handle_seeks);
  ADD ("its-menu-sets-the-speed", 700, test_its_menu_sets_the_speed);
  ADD ("keys-step-and-change-the-speed", 700, test_keys_step_and_change_the_speed);
  ADD ("a-narrow-bar-leaves-out-the-length", 360, test_a_narrow_bar_leaves_out_the_length);
  ADD ("the-list-says-that-it-is-a-replay", 700, test_the_list_says_that_it_is_a_replay);
  ADD ("to-hold-the-chain-is-to-hold-the-replay", 700, test_to_hold_the_chain_is_to_hold_the_replay);
  ADD ("moving-the-handle-of-a-long-session-takes-no-time", 700, test_moving_the_handle_of_a_long_session_takes_no_time);
  status = g_test_run ();

  display_stop ();
  return status;
}
