/* inspector-window-actions.c - what keys, buttons and menus do in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-compare-window.h"
#include "inspector-export-dialog.h"
#include "inspector-format.h"
#include "inspector-transfer.h"

#define MAX_NAME_CHARS 60

/* ---- what widgets of the window do by themselves ---- */

static const struct {
  const char *action;   /* of the window */
  const char *inner;    /* of the chain, or of something in it */
} forwards[] = {
  { "win.pause", "chain.pause" },
  { "win.search", "chain.search" },
  { "win.search-next", "chain.search-next" },
  { "win.search-previous", "chain.search-previous" },
  { "win.clear-filters", "chain.clear-filters" },
  { "win.go-to-end", "chain.go-to-end" },
  { "win.go-to-start", "chain.go-to-start" },
  { "win.copy-markdown", "chain.copy-markdown" },
  { "win.copy-json", "chain.copy-json" },
  { "win.copy-link", "chain.copy-link" },
  { "win.zoom-in", "timeline.zoom-in" },
  { "win.zoom-out", "timeline.zoom-out" },
  { "win.zoom-fit", "timeline.fit" },
};

/* The chain, or whichever of its parts has the action. */
static gboolean
activate_inner (InspectorWindow *self, const char *action, GVariant *parameter)
{
  if (gtk_widget_activate_action_variant (GTK_WIDGET (self->chain), action, parameter))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chain)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (gtk_widget_activate_action_variant (child, action, parameter))
        return TRUE;
    }
  return FALSE;
}

static void
forward (GtkWidget *widget, const char *action, GVariant *parameter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forwards); i++)
    {
      if (strcmp (forwards[i].action, action) == 0)
        activate_inner (INSPECTOR_WINDOW (widget), forwards[i].inner, parameter);
    }
}

static void
go_to_same_kind (GtkWidget *widget, const char *action, GVariant *parameter)
{
  activate_inner (INSPECTOR_WINDOW (widget), "chain.same-kind", parameter);
}

static gboolean
is_menu_button (GtkWidget *widget)
{
  return GTK_IS_MENU_BUTTON (widget);
}

static void
open_filter (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkWidget *child = gtk_widget_get_first_child (INSPECTOR_WINDOW (widget)->tools);

  while (child != NULL && !is_menu_button (child))
    child = gtk_widget_get_next_sibling (child);
  if (child != NULL)
    gtk_menu_button_popup (GTK_MENU_BUTTON (child));
}

/* ---- the service ---- */

static void
retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  InspectorWatchState state = self->watch != NULL ? inspector_watch_get_state (self->watch) : INSPECTOR_WATCH_LIVE;

  if (self->service != NULL)
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

/* ---- columns and panes ---- */

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

/* The nearest thing that can be closed: what has the focus closes itself before this is asked. */
static void
escape (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  gboolean is_searching;
  gboolean has_selection;

  g_object_get (self->chain, "search-mode", &is_searching, "has-selection", &has_selection, NULL);
  if (is_searching)
    g_object_set (self->chain, "search-mode", FALSE, NULL);
  else if (inspector_columns_go_back (self->columns))
    return;
  else if (has_selection)
    activate_inner (self, "chain.unselect", NULL);
  else if (self->player != NULL)
    inspector_window_end_replay (self);
  else if (inspector_columns_get_layout (self->columns) == INSPECTOR_LAYOUT_MEDIUM)
    inspector_columns_set_shown (self->columns, INSPECTOR_COLUMN_DETAIL, FALSE);
}

/* Sessions, the parts of the chain from top to bottom, the details: those that can be seen. */
static GPtrArray *
collect_panes (InspectorWindow *self)
{
  GPtrArray *panes = g_ptr_array_new ();

  g_ptr_array_add (panes, self->sessions);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chain)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    g_ptr_array_add (panes, child);
  g_ptr_array_add (panes, self->player_bar);
  g_ptr_array_add (panes, self->detail_pane);
  return panes;
}

static void
move_to_pane (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  g_autoptr(GPtrArray) panes = collect_panes (self);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  int step = g_variant_get_int32 (parameter);
  int n = (int) panes->len;
  int from = step > 0 ? -1 : n;

  for (int i = 0; i < n; i++)
    {
      if (focus != NULL && (focus == panes->pdata[i] || gtk_widget_is_ancestor (focus, panes->pdata[i])))
        from = i;
    }
  for (int i = 1; i <= n; i++)
    {
      GtkWidget *pane = panes->pdata[((from + i * step) % n + n) % n];

      if (gtk_widget_get_mapped (pane) && gtk_widget_child_focus (pane, GTK_DIR_TAB_FORWARD))
        return;
    }
}

/* ---- sessions ---- */

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

/* ---- recordings ---- */

static void
on_opened (InspectorRecording *recording, gpointer user_data)
{
  GtkApplication *application = gtk_window_get_application (user_data);

  gtk_window_present (GTK_WINDOW (inspector_window_new_for_recording (application, recording)));
}

static void
open_recording (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_transfer_choose_open (INSPECTOR_WINDOW (widget)->toasts, on_opened, widget);
}

static GListModel *
list_selection (InspectorWindow *self)
{
  g_autoptr(GPtrArray) items = inspector_chain_view_get_selection (self->chain);
  g_autoptr(GListStore) store = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);

  for (guint i = 0; i < items->len; i++)
    g_list_store_append (store, items->pdata[i]);
  return G_LIST_MODEL (g_steal_pointer (&store));
}

static void
export (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  g_autoptr(GListModel) selected = NULL;
  g_autofree char *name = NULL;
  gboolean has_selection;
  GListModel *all;
  GtkWindow *dialog;

  if (self->watch == NULL)
    return;
  g_object_get (self->chain, "has-selection", &has_selection, NULL);
  selected = has_selection ? list_selection (self) : NULL;
  name = g_strdelimit (inspector_format_bounded (inspector_session_item_get_id (self->item), MAX_NAME_CHARS), "/\\:", '-');
  all = G_LIST_MODEL (inspector_watch_get_model (self->watch));
  dialog = GTK_WINDOW (inspector_export_dialog_new (self->toasts, name, all, inspector_chain_view_get_shown (self->chain),
                                                    selected));
  gtk_window_present (dialog);
}

static void
replay (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  if (self->player == NULL)
    inspector_window_start_replay (self, 0);
  else
    inspector_window_end_replay (self);
}

/* The keys of the player, wherever the focus is. */
static void
player (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  if (self->player != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self->player_bar), g_variant_get_string (parameter, NULL), NULL);
}

/* ---- bookmarks ---- */

static void
bookmark (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  if (self->watch != NULL)
    inspector_bookmark_button_toggle (self->bookmark_button);
}

static void
go_to_bookmark (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);

  if (self->watch != NULL)
    inspector_bookmark_button_move (self->bookmark_button, g_variant_get_int32 (parameter));
}

/* ---- comparing ---- */

static void
compare (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorWindow *self = INSPECTOR_WINDOW (widget);
  g_autofree char *title = self->item != NULL ? inspector_session_item_dup_title (self->item) : NULL;

  if (self->watch != NULL)
    inspector_compare_window_ask (self->toasts, self->watch, title, self->items,
                                  self->service != NULL ? inspector_service_get_client (self->service) : NULL);
}

/* ---- all of them ---- */

void
inspector_window_install_actions (GtkWidgetClass *widget_class)
{
  static const struct { const char *name; GtkWidgetActionActivateFunc func; const char *type; } actions[] = {
    { "win.retry", retry },             { "win.copy-command", copy_command },    { "win.toggle-sidebar", toggle_sidebar },
    { "win.toggle-detail", toggle_detail }, { "win.back", back },                { "win.escape", escape },
    { "win.pane", move_to_pane, "i" },  { "win.find-session", find_session },    { "win.select", select_nth, "i" },
    { "win.move", move_in_list, "i" },  { "win.filter", open_filter },           { "win.same-kind", go_to_same_kind, "i" },
    { "win.open", open_recording },     { "win.export", export },                { "win.replay", replay },
    { "win.player", player, "s" },      { "win.bookmark", bookmark },            { "win.go-to-bookmark", go_to_bookmark, "i" },
    { "win.compare", compare },
  };
  static const struct { guint key; GdkModifierType modifiers; const char *action; int value; } numbers[] = {
    { GDK_KEY_Page_Down, GDK_CONTROL_MASK, "win.move", 1 },  { GDK_KEY_Page_Up, GDK_CONTROL_MASK, "win.move", -1 },
    { GDK_KEY_F6, 0, "win.pane", 1 },                        { GDK_KEY_F6, GDK_SHIFT_MASK, "win.pane", -1 },
    { GDK_KEY_Down, GDK_ALT_MASK, "win.same-kind", 1 },      { GDK_KEY_Up, GDK_ALT_MASK, "win.same-kind", -1 },
    { GDK_KEY_F2, 0, "win.go-to-bookmark", 1 },              { GDK_KEY_F2, GDK_SHIFT_MASK, "win.go-to-bookmark", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].type, actions[i].func);
  for (gsize i = 0; i < G_N_ELEMENTS (forwards); i++)
    gtk_widget_class_install_action (widget_class, forwards[i].action, NULL, forward);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    gtk_widget_class_add_binding_action (widget_class, numbers[i].key, numbers[i].modifiers, numbers[i].action, "i",
                                         numbers[i].value);
  for (guint i = 0; i < 9; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "win.select", "i", (int) i);
  /* Not a shortcut of the application: what has the focus is asked first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.escape", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Home, 0, "win.go-to-start", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_End, 0, "win.go-to-end", NULL);
}
