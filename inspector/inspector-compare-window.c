/* inspector-compare-window.c - the window of a comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-compare-window.h"

struct _InspectorCompareWindow
{
  AdwWindow             parent_instance;
  InspectorCompareView *view;
  InspectorComparison  *comparison;
};

G_DEFINE_FINAL_TYPE (InspectorCompareWindow, inspector_compare_window, ADW_TYPE_WINDOW)

static void
move (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (INSPECTOR_COMPARE_WINDOW (widget)->view),
                              g_str_equal (action, "win.next") ? "compare.next" : "compare.previous", NULL);
}

static void
inspector_compare_window_dispose (GObject *object)
{
  InspectorCompareWindow *self = INSPECTOR_COMPARE_WINDOW (object);

  if (self->view != NULL)
    inspector_compare_view_set_comparison (self->view, NULL, NULL, NULL);
  if (self->comparison != NULL)
    {
      inspector_comparison_stop (self->comparison);
      inspector_watch_stop (inspector_comparison_get_watch (self->comparison, FALSE));
      inspector_watch_stop (inspector_comparison_get_watch (self->comparison, TRUE));
    }
  g_clear_object (&self->comparison);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_COMPARE_WINDOW);
  G_OBJECT_CLASS (inspector_compare_window_parent_class)->dispose (object);
}

static void
inspector_compare_window_class_init (InspectorCompareWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_compare_window_dispose;
  g_type_ensure (INSPECTOR_TYPE_COMPARE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-compare-window.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareWindow, view);
  gtk_widget_class_install_action (widget_class, "win.next", NULL, move);
  gtk_widget_class_install_action (widget_class, "win.previous", NULL, move);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "win.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "win.previous", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
inspector_compare_window_init (InspectorCompareWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

InspectorCompareWindow *
inspector_compare_window_new (GtkWindow *beside, InspectorWatch *a, const char *title_a, InspectorWatch *b, const char *title_b)
{
  InspectorCompareWindow *self = g_object_new (INSPECTOR_TYPE_COMPARE_WINDOW, NULL);

  if (beside != NULL)
    gtk_window_set_application (GTK_WINDOW (self), gtk_window_get_application (beside));
  self->comparison = inspector_comparison_new (a, b);
  inspector_compare_view_set_comparison (self->view, self->comparison, title_a, title_b);
  return self;
}

InspectorCompareView *
inspector_compare_window_get_view (InspectorCompareWindow *self)
{
  return self->view;
}
