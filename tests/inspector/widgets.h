/* widgets.h - finding things in a window, as a reader would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

/* First widget in depth that is mapped and of this type, or NULL. */
GtkWidget *widgets_find_type   (GtkWidget *root, GType type);
/* First mapped label with this text, or NULL. */
GtkWidget *widgets_find_label  (GtkWidget *root, const char *text);
/* First mapped label whose text matches this pattern with "*" and "?", or NULL. */
GtkWidget *widgets_find_like   (GtkWidget *root, const char *pattern);
/* First mapped button, check button or toggle with a label of this text inside, or with this tooltip; or NULL. */
GtkWidget *widgets_find_button (GtkWidget *root, const char *text);
/* Toplevel window that is shown, of this title or with a label of this text; or NULL. */
GtkWidget *widgets_find_window (const char *text);
/* Buttons without a name: none of label, tooltip with accessible label. The number of them. */
guint      widgets_count_unnamed_buttons (GtkWidget *root);
