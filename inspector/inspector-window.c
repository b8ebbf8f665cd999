/* inspector-window.c - sessions, the chain of one of them, and a step of it: three columns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-banner.h"
#include "inspector-chain-view.h"
#include "inspector-columns.h"
#include "inspector-format.h"
#include "inspector-service.h"
#include "inspector-session-list.h"
#include "inspector-settings.h"
#include "inspector-watch.h"

/* As the user interface has it, too. */
#define MIN_WIDTH 360
#define MIN_HEIGHT 294

struct _InspectorWindow
{
  AdwApplicationWindow  parent_instance;
  AdwToastOverlay      *toasts;
  InspectorColumns     *columns;
  AdwHeaderBar         *sidebar_header;
  AdwHeaderBar         *content_header;
  AdwHeaderBar         *detail_header;
  GtkWidget            *hide_sidebar_button;
  GtkWidget            *show_sidebar_button;
  GtkWidget            *content_back;
  GtkWidget            *content_menu;
  GtkWidget            *detail_back;
  GtkWidget            *detail_button;
  AdwWindowTitle       *service_title;
  InspectorSessionList *sessions;
  AdwWindowTitle       *chain_title;
  InspectorBanner      *banner;
  GtkStack             *stack;
  AdwStatusPage        *unreachable_page;
  GtkLabel             *start_command;
  GtkLabel             *hint_command;
  AdwStatusPage        *awaiting_page;
  InspectorChainView   *chain;
  InspectorService     *service;
  InspectorSessionItem *item;         /* of the session that is shown; NULL when none is */
  InspectorWatch       *watch;        /* of the same */
  char                 *awaited;      /* session of the command line that is not there yet, or NULL */
  guint                 clock;        /* once a second while something runs; 0 otherwise */
};

G_DEFINE_FINAL_TYPE (InspectorWindow, inspector_window, ADW_TYPE_APPLICATION_WINDOW)

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

static void
show_title (InspectorWindow *self)
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

/* The buttons of the window stand at its outer edges, and each thing to press once. */
static void
show_headers (InspectorWindow *self)
{
  gboolean is_narrow = inspector_columns_get_layout (self->columns) == INSPECTOR_LAYOUT_NARROW;
  gboolean has_sidebar = inspector_columns_get_shown (self->columns, INSPECTOR_COLUMN_SIDEBAR);
  gboolean has_content = inspector_columns_get_shown (self->columns, INSPECTOR_COLUMN_CONTENT);
  gboolean has_detail = inspector_columns_get_shown (self->columns, INSPECTOR_COLUMN_DETAIL);

  adw_header_bar_set_show_end_title_buttons (self->sidebar_header, !has_content && !has_detail);
  adw_header_bar_set_show_start_title_buttons (self->content_header, !has_sidebar);
  adw_header_bar_set_show_end_title_buttons (self->content_header, !has_detail);
  adw_header_bar_set_show_start_title_buttons (self->detail_header, !has_content);
  gtk_widget_set_visible (self->hide_sidebar_button, !is_narrow);
  gtk_widget_set_visible (self->show_sidebar_button, !is_narrow && !has_sidebar);
  gtk_widget_set_visible (self->content_menu, !has_sidebar);
  gtk_widget_set_visible (self->content_back, is_narrow);
  gtk_widget_set_visible (self->detail_back, is_narrow);
  gtk_widget_set_visible (self->detail_button, !is_narrow);
}

static gboolean
clock_cb (gpointer user_data)
{
  InspectorWindow *self = user_data;

  show_title (self);
  inspector_session_list_refresh (self->sessions);
  return G_SOURCE_CONTINUE;
}

/* Time goes on only for what runs, and only where it can be seen. */
static void
set_clock (InspectorWindow *self)
{
  g_autoptr(InspectorSessionItem) first = g_list_model_get_item (inspector_service_get_sessions (self->service), 0);
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
  guint n_sessions = g_list_model_get_n_items (inspector_service_get_sessions (self->service));

  if (self->item != NULL)
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
  gboolean is_offline = inspector_service_get_state (self->service) == INSPECTOR_SERVICE_OFFLINE;
  InspectorWatchState state = self->watch != NULL ? inspector_watch_get_state (self->watch) : INSPECTOR_WATCH_LIVE;
  gboolean is_failed = state == INSPECTOR_WATCH_FAILED;
  gboolean is_shown = inspector_service_was_online (self->service) &&
                      (is_offline || state == INSPECTOR_WATCH_LOST || is_failed);

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

static void
show_state (InspectorWindow *self)
{
  const char *message = inspector_service_get_message (self->service);

  adw_status_page_set_description (self->unreachable_page, message);
  gtk_stack_set_visible_child_name (self->stack, choose_page (self));
  show_banner (self);
  show_title (self);
  set_clock (self);
}

/* ---- the session that is shown ---- */

static void
forget_watch (InspectorWindow *self)
{
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

static void
on_selected (InspectorWindow *self, InspectorSessionItem *item)
{
  forget_watch (self);
  g_clear_pointer (&self->awaited, g_free);
  self->item = g_object_ref (item);
  self->watch = inspector_watch_new (inspector_service_get_client (self->service),
                                     inspector_session_item_get_id (item));
  g_signal_connect_swapped (self->watch, "state-changed", G_CALLBACK (show_state), self);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (show_title), self);
  inspector_chain_view_set_watch (self->chain, self->watch);
  show_state (self);
}

static void
on_held (InspectorWindow *self)
{
  inspector_service_hold (self->service, inspector_session_list_get_held (self->sessions));
}

/* By hand: a narrow window goes on to what was chosen. */
static void
on_opened (InspectorWindow *self)
{
  inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
}

/* The first list, or a new session, came: show what was asked for, or else the newest. */
static void
on_sessions_changed (InspectorWindow *self)
{
  if (self->awaited != NULL)
    {
      g_autofree char *awaited = g_strdup (self->awaited);

      inspector_session_list_select (self->sessions, awaited);
    }
  else if (self->item == NULL)
    {
      g_autoptr(InspectorSessionItem) first = g_list_model_get_item (inspector_service_get_sessions (self->service), 0);

      if (first != NULL)
        inspector_session_list_select (self->sessions, inspector_session_item_get_id (first));
    }
  show_state (self);
}

/* ---- actions ---- */

static void
retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  InspectorWatchState state = self->watch != NULL ? inspector_watch_get_state (self->watch) : INSPECTOR_WATCH_LIVE;

  inspector_service_retry (self->service);
  if (state == INSPECTOR_WATCH_LOST || state == INSPECTOR_WATCH_FAILED)
    inspector_watch_retry (self->watch);
}

static void
copy_command (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), gtk_label_get_text (self->hint_command));
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_("Command copied")));
}

static void
go_to_end (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (INSPECTOR_WINDOW (widget)->chain), "chain.go-to-end", NULL);
}

static void
go_to_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (INSPECTOR_WINDOW (widget)->chain), "chain.go-to-start", NULL);
}

static void
toggle (InspectorWindow *self, InspectorColumn column)
{
  inspector_columns_set_shown (self->columns, column, !inspector_columns_get_shown (self->columns, column));
}

static void
toggle_sidebar (GtkWidget *widget, const char *action, GVariant *parameter)
{
  toggle (INSPECTOR_WINDOW (widget), INSPECTOR_COLUMN_SIDEBAR);
}

static void
toggle_detail (GtkWidget *widget, const char *action, GVariant *parameter)
{
  toggle (INSPECTOR_WINDOW (widget), INSPECTOR_COLUMN_DETAIL);
}

static void
back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_columns_go_back (INSPECTOR_WINDOW (widget)->columns);
}

static void
find_session (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  inspector_columns_set_shown (self->columns, INSPECTOR_COLUMN_SIDEBAR, TRUE);
  inspector_session_list_find (self->sessions);
}

static void
select_nth (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_session_list_select_nth (INSPECTOR_WINDOW (widget)->sessions, (guint) g_variant_get_int32 (parameter));
}

static void
move_in_list (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_session_list_move (INSPECTOR_WINDOW (widget)->sessions, g_variant_get_int32 (parameter));
}

/* ---- what is kept of a window ---- */

static void
load_state (InspectorWindow *self)
{
  GSettings *settings = inspector_settings_get ();
  int width;
  int height;

  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), MAX (width, MIN_WIDTH), MAX (height, MIN_HEIGHT));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  g_object_set (self->columns,
                "sidebar-visible", g_settings_get_boolean (settings, "sidebar-visible"),
                "sidebar-width", g_settings_get_int (settings, "sidebar-width"),
                "detail-visible", g_settings_get_boolean (settings, "detail-visible"),
                "detail-width", g_settings_get_int (settings, "detail-width"),
                NULL);
  inspector_columns_expect_width (self->columns, MAX (width, MIN_WIDTH));
}

static void
save_state (InspectorWindow *self)
{
  GSettings *settings = inspector_settings_get ();
  gboolean has_sidebar;
  gboolean has_detail;
  int sidebar_width;
  int detail_width;
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_object_get (self->columns, "sidebar-visible", &has_sidebar, "sidebar-width", &sidebar_width, "detail-visible",
                &has_detail, "detail-width", &detail_width, NULL);
  g_settings_set (settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  g_settings_set_boolean (settings, "sidebar-visible", has_sidebar);
  g_settings_set_int (settings, "sidebar-width", sidebar_width);
  g_settings_set_boolean (settings, "detail-visible", has_detail);
  g_settings_set_int (settings, "detail-width", detail_width);
}

static gboolean
inspector_window_close_request (GtkWindow *window)
{
  save_state (INSPECTOR_WINDOW (window));
  return GTK_WINDOW_CLASS (inspector_window_parent_class)->close_request (window);
}

/* ---- the type ---- */

static void
inspector_window_dispose (GObject *object)
{
  InspectorWindow *self = INSPECTOR_WINDOW (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  if (self->chain != NULL)
    inspector_chain_view_set_watch (self->chain, NULL);
  forget_watch (self);
  if (self->sessions != NULL)
    g_signal_handlers_disconnect_by_data (self->sessions, self);
  g_clear_object (&self->service);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_WINDOW);
  G_OBJECT_CLASS (inspector_window_parent_class)->dispose (object);
}

static void
inspector_window_finalize (GObject *object)
{
  g_free (INSPECTOR_WINDOW (object)->awaited);
  G_OBJECT_CLASS (inspector_window_parent_class)->finalize (object);
}

static void
inspector_window_class_init (InspectorWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = inspector_window_close_request;
  g_type_ensure (INSPECTOR_TYPE_BANNER);
  g_type_ensure (INSPECTOR_TYPE_COLUMNS);
  g_type_ensure (INSPECTOR_TYPE_SESSION_LIST);
  g_type_ensure (INSPECTOR_TYPE_CHAIN_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-window.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, columns);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, sidebar_header);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, content_header);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, detail_header);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, hide_sidebar_button);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, show_sidebar_button);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, content_back);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, content_menu);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, detail_back);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, detail_button);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, service_title);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, sessions);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, chain_title);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, unreachable_page);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, start_command);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, hint_command);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, awaiting_page);
  gtk_widget_class_bind_template_child (widget_class, InspectorWindow, chain);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_opened);
  gtk_widget_class_bind_template_callback (widget_class, show_headers);
  gtk_widget_class_install_action (widget_class, "win.retry", NULL, retry);
  gtk_widget_class_install_action (widget_class, "win.copy-command", NULL, copy_command);
  gtk_widget_class_install_action (widget_class, "win.go-to-end", NULL, go_to_end);
  gtk_widget_class_install_action (widget_class, "win.go-to-start", NULL, go_to_start);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar);
  gtk_widget_class_install_action (widget_class, "win.toggle-detail", NULL, toggle_detail);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back);
  gtk_widget_class_install_action (widget_class, "win.find-session", NULL, find_session);
  gtk_widget_class_install_action (widget_class, "win.select", "i", select_nth);
  gtk_widget_class_install_action (widget_class, "win.move", "i", move_in_list);
  for (guint i = 0; i < 9; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "win.select", "i", (int) i);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_CONTROL_MASK, "win.move", "i", 1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_CONTROL_MASK, "win.move", "i", -1);
}

static void
inspector_window_init (InspectorWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  load_state (self);
  show_headers (self);
}

/* The commands of the hints, for the address that is looked at. */
static void
show_commands (InspectorWindow *self, const char *address)
{
  gboolean is_default = g_strcmp0 (address, OUIOE_DEFAULT_ADDRESS) == 0;
  g_autofree char *quoted = g_shell_quote (address);
  g_autofree char *export = is_default ? g_strdup ("") : g_strdup_printf ("export OUIOE_ADDRESS=%s\n", quoted);
  g_autofree char *hint = g_strconcat (export, "ouioectl create demo --request 'A first look'\n"
                                       "ouioectl think demo 'Is anybody watching?'", NULL);
  const char *listen = g_str_has_prefix (address, "http://") ? address + strlen ("http://") : address;
  g_autofree char *start = is_default ? g_strdup ("ouioed") : g_strdup_printf ("ouioed --listen=%s", listen);

  gtk_label_set_text (self->hint_command, hint);
  gtk_label_set_text (self->start_command, start);
}

InspectorWindow *
inspector_window_new (GtkApplication *application, OuioeClient *client, const char *session_id)
{
  InspectorWindow *self = g_object_new (INSPECTOR_TYPE_WINDOW, "application", application, NULL);
  const char *address = ouioe_client_get_address (client);

  self->awaited = g_strdup (session_id);
  if (session_id != NULL)
    inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
  adw_status_page_set_description (self->awaiting_page, session_id);
  adw_window_title_set_subtitle (self->service_title, address);
  show_commands (self, address);

  self->service = inspector_service_new (client);
  g_signal_connect_object (self->sessions, "notify::is-held", G_CALLBACK (on_held), self, G_CONNECT_SWAPPED);
  inspector_session_list_set_sessions (self->sessions, inspector_service_get_sessions (self->service));
  /* Behind the list: its rows are there already. */
  g_signal_connect_object (inspector_service_get_sessions (self->service), "items-changed",
                           G_CALLBACK (on_sessions_changed), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->service, "changed", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
  show_state (self);
  return self;
}
