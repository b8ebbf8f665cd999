/* inspector-chain-tools.c - the buttons to pause, search and filter a chain, for a header bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-tools.h"

#include <glib/gi18n.h>

static void
name_button (GtkWidget *button, const char *name)
{
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  /* What is pressed of a menu button is the button inside, which has no name of its own. */
  if (GTK_IS_MENU_BUTTON (button))
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (button)), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
}

static GtkWidget *
new_toggle (InspectorChainView *view, const char *icon, const char *property)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  g_object_bind_property (view, property, button, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  return button;
}

static void
show_paused (GtkWidget *button)
{
  gboolean is_paused = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button));

  gtk_button_set_icon_name (GTK_BUTTON (button), is_paused ? "media-playback-start-symbolic"
                                                           : "media-playback-pause-symbolic");
  name_button (button, is_paused ? _("Go On (Ctrl+E)") : _("Pause (Ctrl+E)"));
}

/* Beside the funnel stands how many filters there are. */
static void
show_n_filters (GtkWidget *button, GParamSpec *pspec, InspectorChainView *view)
{
  GtkWidget *number = gtk_widget_get_last_child (gtk_menu_button_get_child (GTK_MENU_BUTTON (button)));
  guint n = 0;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;

  g_object_get (view, "n-filters", &n, NULL);
  text = g_strdup_printf ("%u", n);
  name = n > 0 ? g_strdup_printf (ngettext ("Filter, %u active", "Filter, %u active", n), n) : g_strdup (_("Filter"));
  gtk_label_set_text (GTK_LABEL (number), text);
  gtk_widget_set_visible (number, n > 0);
  name_button (button, name);
}

static GtkWidget *
new_filter_button (InspectorChainView *view, GtkWidget *popover)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *number = gtk_label_new (NULL);

  gtk_widget_add_css_class (number, "numeric");
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("ouioe-filter-symbolic"));
  gtk_box_append (GTK_BOX (box), number);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  g_signal_connect_object (view, "notify::n-filters", G_CALLBACK (show_n_filters), button, G_CONNECT_SWAPPED);
  show_n_filters (button, NULL, view);
  return button;
}

GtkWidget *
inspector_chain_tools_new (InspectorChainView *view, GtkWidget *popover)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *pause = new_toggle (view, "media-playback-pause-symbolic", "paused");
  GtkWidget *search = new_toggle (view, "edit-find-symbolic", "search-mode");

  g_signal_connect (pause, "notify::active", G_CALLBACK (show_paused), NULL);
  show_paused (pause);
  name_button (search, _("Search (Ctrl+F)"));
  gtk_box_append (GTK_BOX (box), pause);
  gtk_box_append (GTK_BOX (box), search);
  gtk_box_append (GTK_BOX (box), new_filter_button (view, popover));
  return box;
}
