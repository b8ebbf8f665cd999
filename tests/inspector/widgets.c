/* widgets.c - finding things in a window, as a reader would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "widgets.h"

#include <string.h>

typedef gboolean (*Matches) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *widget, Matches matches, gconstpointer data)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (matches (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_type (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

static gboolean
is_label (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), data) == 0;
}

static gboolean
is_like (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && g_pattern_match_simple (data, gtk_label_get_text (GTK_LABEL (widget)));
}

static gboolean
is_button (GtkWidget *widget, gconstpointer data)
{
  return (GTK_IS_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget)) &&
         (widgets_find_label (widget, data) != NULL || g_strcmp0 (gtk_widget_get_tooltip_text (widget), data) == 0);
}

GtkWidget *
widgets_find_type (GtkWidget *root, GType type)
{
  return find (root, is_type, &type);
}

GtkWidget *
widgets_find_label (GtkWidget *root, const char *text)
{
  return find (root, is_label, text);
}

GtkWidget *
widgets_find_like (GtkWidget *root, const char *pattern)
{
  return find (root, is_like, pattern);
}

GtkWidget *
widgets_find_button (GtkWidget *root, const char *text)
{
  return find (root, is_button, text);
}

GtkWidget *
widgets_find_window (const char *text)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWidget) window = g_list_model_get_item (windows, i);

      if (gtk_widget_get_mapped (window) && (g_strcmp0 (gtk_window_get_title (GTK_WINDOW (window)), text) == 0 ||
                                             widgets_find_label (window, text) != NULL))
        return window;
    }
  return NULL;
}

guint
widgets_count_unnamed_buttons (GtkWidget *root)
{
  GType type = GTK_TYPE_LABEL;
  guint n = 0;

  /* The buttons of a title bar are GTK's own. */
  if (!gtk_widget_get_mapped (root) || GTK_IS_WINDOW_CONTROLS (root))
    return 0;
  /* The button within has the name of the whole. */
  if (GTK_IS_MENU_BUTTON (root) && gtk_test_accessible_has_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return 0;
  if ((GTK_IS_BUTTON (root) || GTK_IS_CHECK_BUTTON (root)) && find (root, is_type, &type) == NULL &&
      !gtk_test_accessible_has_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL))
    n++;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += widgets_count_unnamed_buttons (child);
  return n;
}
