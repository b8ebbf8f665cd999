/* inspector-window-session.c - which session a window shows, and what it says about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-format.h"
#include "inspector-settings.h"

/* ---- what the header says ---- */

/* "● Live · alice · 03:12" */
static char *
describe_session (InspectorWindow *self)
{
  OuioeSession *session = inspector_session_item_get_session (self->item);
  gint64 now_us = g_get_real_time ();
  gint64 began_us = inspector_watch_get_began_us (self->watch);
  gint64 ended_us = inspector_watch_get_ended_us (self->watch);
  const char *user = ouioe_session_get_user_id (session);
  const char *outcome = ouioe_session_get_outcome (session);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *duration = NULL;

  if (self->player != NULL)
    {
      /* Nobody is to take a replay for the present. */
      g_autofree char *label = inspector_player_dup_label (self->player);

      g_string_append (text, label);
      if (user != NULL && *user != '\0')
        g_string_append_printf (text, " · %s", user);
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
  switch (inspector_watch_get_state (self->watch))
    {
    case INSPECTOR_WATCH_LIVE:
      g_string_append_printf (text, "● %s", _("Live"));
      break;
    case INSPECTOR_WATCH_FINISHED:
      g_string_append (text, _("Finished"));
      if (outcome != NULL && strcmp (outcome, "closed") != 0)
        g_string_append_printf (text, " (%s)", outcome);
      break;
    case INSPECTOR_WATCH_LOST:
      g_string_append_printf (text, "○ %s", _("Connection lost"));
      break;
    case INSPECTOR_WATCH_FAILED:
      g_string_append (text, _("Not available"));
      break;
    case INSPECTOR_WATCH_CONNECTING:
    default:
      g_string_append (text, _("Connecting…"));
      break;
    }
  if (user != NULL && *user != '\0')
    g_string_append_printf (text, " · %s", user);
  if (began_us == 0)
    began_us = ouioe_session_get_created_us (session);
  if (ended_us == 0)
    ended_us = ouioe_session_get_ended_us (session);
  duration = inspector_format_duration ((ended_us > 0 ? ended_us : now_us) - began_us);
  g_string_append_printf (text, " · %s", duration);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
inspector_window_show_title (InspectorWindow *self)
{
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  if (self->item == NULL)
    {
      adw_window_title_set_title (self->chain_title, _("OUIOE Inspector"));
      adw_window_title_set_subtitle (self->chain_title, "");
      return;
    }
  title = inspector_session_item_dup_title (self->item);
  subtitle = describe_session (self);
  adw_window_title_set_title (self->chain_title, title);
  adw_window_title_set_subtitle (self->chain_title, subtitle);
}

static gboolean
clock_cb (gpointer user_data)
{
  InspectorWindow *self = user_data;

  inspector_window_show_title (self);
  inspector_session_list_refresh (self->sessions);
  return G_SOURCE_CONTINUE;
}

/* Time goes on only for what runs, and only where it can be seen. */
static void
set_clock (InspectorWindow *self)
{
  g_autoptr(InspectorSessionItem) first = g_list_model_get_item (self->items, 0);
  gboolean is_running = first != NULL && inspector_session_item_is_open (first);

  if (is_running && self->clock == 0)
    self->clock = g_timeout_add_seconds (1, clock_cb, self);
  else if (!is_running)
    g_clear_handle_id (&self->clock, g_source_remove);
}

/* ---- which page, which banner ---- */

static const char *
choose_page (InspectorWindow *self)
{
  guint n_sessions = g_list_model_get_n_items (self->items);

  if (self->item != NULL || self->service == NULL)
    return "chain";
  if (!inspector_service_was_online (self->service))
    return inspector_service_get_state (self->service) == INSPECTOR_SERVICE_OFFLINE ? "unreachable" : "connecting";
  if (self->awaited != NULL)
    return "awaiting";
  return n_sessions == 0 ? "empty" : "chain";
}

static void
show_banner (InspectorWindow *self)
{
  gboolean is_offline = self->service != NULL && inspector_service_get_state (self->service) == INSPECTOR_SERVICE_OFFLINE;
  gboolean was_online = self->service == NULL || inspector_service_was_online (self->service);
  InspectorWatchState state = self->watch != NULL ? inspector_watch_get_state (self->watch) : INSPECTOR_WATCH_LIVE;
  gboolean is_failed = state == INSPECTOR_WATCH_FAILED;
  gboolean is_shown = was_online && (is_offline || state == INSPECTOR_WATCH_LOST || is_failed);

  if (is_failed && !is_offline)
    {
      g_autofree char *text = g_strdup_printf (_("This session cannot be followed: %s"),
                                               inspector_watch_get_message (self->watch));

      inspector_banner_set_title (self->banner, text);
    }
  else if (is_shown)
    {
      inspector_banner_set_title (self->banner, _("Connection lost. Trying again…"));
    }
  inspector_banner_set_revealed (self->banner, is_shown);
  /* What the list says is of the past. */
  gtk_widget_set_opacity (GTK_WIDGET (self->sessions), is_offline ? 0.55 : 1);
}

void
inspector_window_show_state (InspectorWindow *self)
{
  const char *message = self->service != NULL ? inspector_service_get_message (self->service) : NULL;
  gboolean has_chain = self->item != NULL;
  const char *page = choose_page (self);

  /* In a narrow window the list would stand in front of the reason why it is empty. */
  if (strcmp (page, "chain") != 0 && strcmp (page, "connecting") != 0)
    inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
  adw_status_page_set_description (self->unreachable_page, message);
  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_widget_set_sensitive (self->tools, has_chain);
  gtk_widget_set_sensitive (GTK_WIDGET (self->bookmark_button), has_chain);
  gtk_widget_set_sensitive (self->export_button, has_chain);
  gtk_widget_set_sensitive (self->replay_button, has_chain);
  gtk_widget_set_visible (GTK_WIDGET (self->bottom_bar), self->has_bottom_bar && has_chain);
  show_banner (self);
  inspector_window_show_title (self);
  set_clock (self);
}

/* ---- replay ---- */

/* @watch: what is seen: the session, or its replay */
static void
show_watch (InspectorWindow *self, InspectorWatch *watch)
{
  inspector_chain_view_set_watch (self->chain, watch);
  inspector_bookmark_button_set_watch (self->bookmark_button, watch);
}

void
inspector_window_start_replay (InspectorWindow *self, double speed)
{
  GSettings *settings = inspector_settings_get ();

  if (self->watch == NULL || self->player != NULL)
    return;
  self->player = inspector_player_new (self->watch);
  inspector_player_set_shorten_gaps (self->player, g_settings_get_boolean (settings, "shorten-gaps"));
  inspector_player_set_speed (self->player, speed > 0 ? speed : g_settings_get_double (settings, "replay-speed"));
  g_signal_connect_object (self->player, "notify", G_CALLBACK (inspector_window_show_title), self, G_CONNECT_SWAPPED);
  inspector_player_bar_set_player (self->player_bar, self->player);
  gtk_widget_set_visible (GTK_WIDGET (self->player_bar), TRUE);
  show_watch (self, inspector_player_get_watch (self->player));
  inspector_player_play (self->player);
  inspector_window_show_state (self);
}

void
inspector_window_end_replay (InspectorWindow *self)
{
  GSettings *settings = inspector_settings_get ();
  double speed;

  if (self->player == NULL)
    return;
  speed = inspector_player_get_speed (self->player);
  if (speed > 0)
    g_settings_set_double (settings, "replay-speed", speed);
  g_settings_set_boolean (settings, "shorten-gaps", inspector_player_get_shorten_gaps (self->player));
  g_signal_handlers_disconnect_by_data (self->player, self);
  inspector_player_pause (self->player);
  inspector_player_bar_set_player (self->player_bar, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->player_bar), FALSE);
  g_clear_object (&self->player);
  show_watch (self, self->watch);
  inspector_window_show_state (self);
}

/* ---- the session that is shown ---- */

void
inspector_window_forget (InspectorWindow *self)
{
  inspector_window_end_replay (self);
  if (self->watch != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->watch, self);
      inspector_watch_stop (self->watch);
    }
  g_clear_object (&self->watch);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
}

static InspectorWatch *
create_watch (InspectorWindow *self, InspectorSessionItem *item)
{
  const char *id = inspector_session_item_get_id (item);

  if (self->recording == NULL)
    return inspector_watch_new (inspector_service_get_client (self->service), id);
  for (guint i = 0; i < inspector_recording_get_n_sessions (self->recording); i++)
    {
      OuioeSession *session = inspector_recording_get_session (self->recording, i);

      if (strcmp (ouioe_session_get_id (session), id) == 0)
        return inspector_recording_watch (self->recording, i);
    }
  g_return_val_if_reached (NULL); /* the list is made of them */
}

void
inspector_window_select (InspectorWindow *self, InspectorSessionItem *item)
{
  g_autofree char *event = g_steal_pointer (&self->awaited_event);

  inspector_window_forget (self);
  g_clear_pointer (&self->awaited, g_free);
  self->item = g_object_ref (item);
  self->watch = create_watch (self, item);
  g_signal_connect_swapped (self->watch, "state-changed", G_CALLBACK (inspector_window_show_state), self);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (inspector_window_show_title), self);
  show_watch (self, self->watch);
  inspector_chain_view_go_to_event (self->chain, event);
  inspector_window_show_state (self);
  if (self->is_replay_awaited)
    {
      self->is_replay_awaited = FALSE;
      inspector_window_start_replay (self, self->awaited_speed);
    }
}

/* The one of this id, or the only one whose id begins so. */
static gboolean
select_awaited (InspectorWindow *self)
{
  g_autofree char *awaited = g_strdup (self->awaited); /* it is forgotten when the session is there */
  g_autofree char *match = NULL;

  if (inspector_session_list_select (self->sessions, awaited))
    return TRUE;
  /* Sessions come one by one: before all are there, nobody knows whether it is the only one. */
  if (self->service != NULL && inspector_service_get_state (self->service) != INSPECTOR_SERVICE_ONLINE)
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (self->items); i++)
    {
      g_autoptr(InspectorSessionItem) item = g_list_model_get_item (self->items, i);
      const char *id = inspector_session_item_get_id (item);

      if (!g_str_has_prefix (id, awaited))
        continue;
      if (match != NULL)
        {
          g_autofree char *text = g_strdup_printf (_("The ids of several sessions begin with “%s”."), awaited);

          adw_status_page_set_description (self->awaiting_page, text);
          return FALSE;
        }
      match = g_strdup (id);
    }
  return match != NULL && inspector_session_list_select (self->sessions, match);
}

static void
go_to_newest (InspectorWindow *self, InspectorSessionItem *first)
{
  gint64 created_us = ouioe_session_get_created_us (inspector_session_item_get_session (first));
  gboolean is_new = self->newest_us > 0 && created_us > self->newest_us;

  self->newest_us = MAX (self->newest_us, created_us);
  if (self->item == NULL || (is_new && self->follows_newest && self->player == NULL))
    inspector_session_list_select (self->sessions, inspector_session_item_get_id (first));
}

/* The first list, or a new session, came: show what was asked for, or else the newest. */
void
inspector_window_on_sessions (InspectorWindow *self)
{
  g_autoptr(InspectorSessionItem) first = g_list_model_get_item (self->items, 0);

  if (self->awaited != NULL)
    select_awaited (self);
  else if (first != NULL)
    go_to_newest (self, first);
  inspector_window_show_state (self);
}

/* ---- what others ask for ---- */

InspectorService *
inspector_window_get_service (InspectorWindow *self)
{
  return self->service;
}

void
inspector_window_set_service_name (InspectorWindow *self, const char *name)
{
  adw_window_title_set_subtitle (self->service_title, name);
}

const char *
inspector_window_get_session_id (InspectorWindow *self)
{
  return self->item != NULL ? inspector_session_item_get_id (self->item) : NULL;
}

gboolean
inspector_window_is_at (InspectorWindow *self, const char *address, const char *session_id)
{
  const char *own = self->service != NULL ? ouioe_client_get_address (inspector_service_get_client (self->service)) : NULL;

  if (own == NULL || g_strcmp0 (own, address) != 0)
    return FALSE;
  return session_id == NULL || (self->item != NULL && strcmp (inspector_session_item_get_id (self->item), session_id) == 0);
}

void
inspector_window_go_to (InspectorWindow *self, const char *session_id, const char *event_id)
{
  if (self->item != NULL && strcmp (inspector_session_item_get_id (self->item), session_id) == 0)
    {
      inspector_chain_view_go_to_event (self->chain, event_id);
      return;
    }
  g_free (self->awaited);
  self->awaited = g_strdup (session_id);
  g_free (self->awaited_event);
  self->awaited_event = g_strdup (event_id);
  inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
  adw_status_page_set_description (self->awaiting_page, session_id);
  inspector_window_on_sessions (self);
}

void
inspector_window_set_follows_newest (InspectorWindow *self, gboolean follows_newest)
{
  self->follows_newest = follows_newest;
}

void
inspector_window_set_filter (InspectorWindow *self, const char *query)
{
  inspector_filter_set_text (inspector_chain_view_get_filter (self->chain), query);
}

void
inspector_window_replay (InspectorWindow *self, double speed)
{
  if (self->watch != NULL)
    {
      inspector_window_start_replay (self, speed);
      return;
    }
  self->is_replay_awaited = TRUE;
  self->awaited_speed = speed;
}
