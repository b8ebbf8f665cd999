/* inspector-window.c - sessions, the chain of one of them, and a step of it: three columns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-window-private.h"

#include <glib/gi18n.h>

#include "inspector-settings.h"
#include "inspector-transfer.h"

/* As the user interface has it, too. */
#define MIN_WIDTH 360
#define MIN_HEIGHT 294

G_DEFINE_FINAL_TYPE (InspectorWindow, inspector_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- header bars ---- */

/* A narrow window has no room for them above, and a thumb reaches them better below. */
static void
place_tools (InspectorWindow *self, gboolean is_narrow)
{
  gtk_widget_set_visible (GTK_WIDGET (self->bottom_bar), is_narrow && self->item != NULL);
  if (self->has_bottom_bar == is_narrow)
    return;
  self->has_bottom_bar = is_narrow;
  if (is_narrow)
    {
      adw_header_bar_remove (self->content_header, self->tools);
      adw_header_bar_remove (self->content_header, GTK_WIDGET (self->bookmark_button));
      gtk_action_bar_pack_start (self->bottom_bar, self->tools);
      gtk_action_bar_pack_start (self->bottom_bar, GTK_WIDGET (self->bookmark_button));
    }
  else
    {
      gtk_action_bar_remove (self->bottom_bar, self->tools);
      gtk_action_bar_remove (self->bottom_bar, GTK_WIDGET (self->bookmark_button));
      adw_header_bar_pack_start (self->content_header, self->tools);
      adw_header_bar_pack_end (self->content_header, GTK_WIDGET (self->bookmark_button));
    }
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
  gtk_widget_set_visible (self->export_button, !is_narrow);
  gtk_widget_set_visible (self->replay_button, !is_narrow);
  place_tools (self, is_narrow);
}

/* ---- what the widgets tell ---- */

static void
on_selected (InspectorWindow *self, InspectorSessionItem *item)
{
  inspector_window_select (self, item);
}

/* By hand: a narrow window goes on to what was chosen. */
static void
on_opened (InspectorWindow *self)
{
  inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
}

static void
on_held (InspectorWindow *self)
{
  if (self->service != NULL)
    inspector_service_hold (self->service, inspector_session_list_get_held (self->sessions));
}

/* In a narrow window a step that is chosen has a page of its own. */
static void
on_step_selected (InspectorWindow *self)
{
  gboolean has_selection;

  g_object_get (self->chain, "has-selection", &has_selection, NULL);
  if (has_selection && inspector_columns_get_layout (self->columns) == INSPECTOR_LAYOUT_NARROW)
    inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_DETAIL);
}

/* Back from there nothing is chosen any more: the same step can be chosen again. */
static void
on_page (InspectorWindow *self)
{
  if (inspector_columns_get_layout (self->columns) == INSPECTOR_LAYOUT_NARROW &&
      inspector_columns_get_page (self->columns) != INSPECTOR_COLUMN_DETAIL)
    gtk_widget_activate_action (GTK_WIDGET (self->chain), "chain.unselect", NULL);
}

static void
on_dropped (InspectorRecording *recording, gpointer user_data)
{
  GtkApplication *application = gtk_window_get_application (user_data);

  gtk_window_present (GTK_WINDOW (inspector_window_new_for_recording (application, recording)));
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
    {
      g_signal_handlers_disconnect_by_data (self->chain, self);
      inspector_window_forget (self);
      inspector_chain_view_set_watch (self->chain, NULL);
      inspector_bookmark_button_set_watch (self->bookmark_button, NULL);
      g_signal_handlers_disconnect_by_data (self->sessions, self);
    }
  g_clear_object (&self->bookmark_button);
  g_clear_object (&self->items);
  g_clear_object (&self->service);
  g_clear_object (&self->recording);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_WINDOW);
  G_OBJECT_CLASS (inspector_window_parent_class)->dispose (object);
}

static void
inspector_window_finalize (GObject *object)
{
  InspectorWindow *self = INSPECTOR_WINDOW (object);

  g_free (self->awaited);
  g_free (self->awaited_event);
  G_OBJECT_CLASS (inspector_window_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, InspectorWindow, name)

static void
bind_children (GtkWidgetClass *widget_class)
{
  BIND (toasts);
  BIND (columns);
  BIND (sidebar_header);
  BIND (content_header);
  BIND (detail_header);
  BIND (hide_sidebar_button);
  BIND (show_sidebar_button);
  BIND (content_back);
  BIND (content_menu);
  BIND (sidebar_menu);
  BIND (detail_back);
  BIND (export_button);
  BIND (replay_button);
  BIND (detail_button);
  BIND (bottom_bar);
  BIND (service_title);
  BIND (sessions);
  BIND (chain_title);
  BIND (banner);
  BIND (stack);
  BIND (unreachable_page);
  BIND (start_command);
  BIND (hint_command);
  BIND (awaiting_page);
  BIND (chain);
  BIND (player_bar);
  BIND (detail_pane);
}

static void
inspector_window_class_init (InspectorWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = inspector_window_close_request;
  g_type_ensure (INSPECTOR_TYPE_BANNER);
  g_type_ensure (INSPECTOR_TYPE_CHAIN_VIEW);
  g_type_ensure (INSPECTOR_TYPE_COLUMNS);
  g_type_ensure (INSPECTOR_TYPE_DETAIL_PANE);
  g_type_ensure (INSPECTOR_TYPE_PLAYER_BAR);
  g_type_ensure (INSPECTOR_TYPE_SESSION_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_opened);
  gtk_widget_class_bind_template_callback (widget_class, on_page);
  gtk_widget_class_bind_template_callback (widget_class, show_headers);
  gtk_widget_class_bind_template_callback (widget_class, inspector_window_end_replay);
  inspector_window_install_actions (widget_class);
}

/* What is pressed is the button inside, which has no name of its own. */
static void
name_menu_button (GtkWidget *button)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (button)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_widget_get_tooltip_text (button), -1);
}

static void
inspector_window_init (InspectorWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_menu_button (self->sidebar_menu);
  name_menu_button (self->content_menu);
  self->tools = inspector_chain_view_get_tools (self->chain);
  self->bookmark_button = g_object_ref_sink (g_object_new (INSPECTOR_TYPE_BOOKMARK_BUTTON, "chain", self->chain, NULL));
  adw_header_bar_pack_start (self->content_header, self->tools);
  adw_header_bar_pack_end (self->content_header, GTK_WIDGET (self->bookmark_button));
  g_object_bind_property (self->chain, "selected-item", self->detail_pane, "item", G_BINDING_SYNC_CREATE);
  g_signal_connect_swapped (self->chain, "notify::has-selection", G_CALLBACK (on_step_selected), self);
  g_signal_connect_swapped (self->sessions, "notify::is-held", G_CALLBACK (on_held), self);
  inspector_transfer_accept_drops (self->toasts, on_dropped, self);
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

/* @items: of the sessions there are */
static void
set_items (InspectorWindow *self, GListModel *items)
{
  self->items = g_object_ref (items);
  inspector_session_list_set_sessions (self->sessions, items);
  /* Behind the list: its rows are there already. */
  g_signal_connect_object (items, "items-changed", G_CALLBACK (inspector_window_on_sessions), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

InspectorWindow *
inspector_window_new (GtkApplication *application, OuioeClient *client, const char *session_id)
{
  InspectorWindow *self = g_object_new (INSPECTOR_TYPE_WINDOW, "application", application, NULL);
  const char *address = ouioe_client_get_address (client);

  self->follows_newest = g_settings_get_boolean (inspector_settings_get (), "follow-newest");
  self->awaited = g_strdup (session_id);
  if (session_id != NULL)
    inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
  adw_status_page_set_description (self->awaiting_page, session_id);
  adw_window_title_set_subtitle (self->service_title, address);
  show_commands (self, address);

  self->service = inspector_service_new (client);
  set_items (self, inspector_service_get_sessions (self->service));
  g_signal_connect_object (self->service, "changed", G_CALLBACK (inspector_window_on_sessions), self, G_CONNECT_SWAPPED);
  inspector_window_show_state (self);
  return self;
}

InspectorWindow *
inspector_window_new_for_recording (GtkApplication *application, InspectorRecording *recording)
{
  InspectorWindow *self = g_object_new (INSPECTOR_TYPE_WINDOW, "application", application, NULL);
  g_autoptr(GListStore) items = g_list_store_new (INSPECTOR_TYPE_SESSION_ITEM);
  g_autofree char *name = g_file_get_basename (inspector_recording_get_file (recording));
  guint n_sessions = inspector_recording_get_n_sessions (recording);

  self->recording = g_object_ref (recording);
  for (guint i = 0; i < n_sessions; i++)
    {
      g_autoptr(InspectorSessionItem) item = inspector_session_item_new (inspector_recording_get_session (recording, i));

      g_list_store_append (items, item);
    }
  adw_window_title_set_subtitle (self->service_title, name);
  set_items (self, G_LIST_MODEL (items));
  if (n_sessions == 1)
    inspector_columns_set_page (self->columns, INSPECTOR_COLUMN_CONTENT);
  inspector_window_on_sessions (self);
  return self;
}
