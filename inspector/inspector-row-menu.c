/* inspector-row-menu.c - what can be done with the row under the pointer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-row-menu.h"

#include "inspector-chain-row.h"

typedef struct {
  InspectorChainView *view;      /* owns this */
  GMenuModel         *model;
  GtkWidget          *popover;   /* a child of the view; NULL until it was asked for, and when that is gone */
} RowMenu;

static void
row_menu_free (gpointer data)
{
  RowMenu *self = data;

  g_clear_weak_pointer (&self->popover);
  g_object_unref (self->model);
  g_free (self);
}

static void
popup (RowMenu *self, double x, double y)
{
  if (self->popover == NULL)
    {
      g_set_weak_pointer (&self->popover, gtk_popover_menu_new_from_model (self->model));
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self->view));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

/* The row that is pressed is meant, unless it is one of several that are selected. */
static void
on_pressed (RowMenu *self, int n_press, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->view), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = widget;
  InspectorChainItem *item;
  g_autoptr(GPtrArray) selected = inspector_chain_view_get_selection (self->view);

  if (widget != NULL && !INSPECTOR_IS_CHAIN_ROW (widget))
    row = gtk_widget_get_ancestor (widget, INSPECTOR_TYPE_CHAIN_ROW);
  if (row == NULL && widget != NULL)   /* on the edge of one */
    row = gtk_widget_get_first_child (widget);
  if (row == NULL || !INSPECTOR_IS_CHAIN_ROW (row))
    return;
  item = inspector_chain_row_get_item (INSPECTOR_CHAIN_ROW (row));
  if (item == NULL)
    return;
  if (!g_ptr_array_find (selected, item, NULL) || selected->len == 1)
    inspector_chain_view_go_to_item (self->view, item);
  popup (self, x, y);
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  RowMenu *self = g_object_get_data (G_OBJECT (widget), "row-menu");
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  graphene_rect_t bounds;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget) || !gtk_widget_compute_bounds (focus, widget, &bounds))
    return FALSE;
  popup (self, bounds.origin.x + 24, bounds.origin.y + bounds.size.height);
  return TRUE;
}

void
inspector_row_menu_install (InspectorChainView *view, GMenuModel *menu)
{
  RowMenu *self = g_new0 (RowMenu, 1);
  GtkGesture *press = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  self->view = view;
  self->model = g_object_ref (menu);
  g_object_set_data_full (G_OBJECT (view), "row-menu", self, row_menu_free);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (press));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                      gtk_callback_action_new (on_menu_key, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (view), keys);
}
