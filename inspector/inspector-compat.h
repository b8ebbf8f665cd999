/* inspector-compat.h - what newer releases of GTK and libadwaita do with other types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void inspector_compat_show_about (GtkWindow *parent);
/* @page: (transfer floating): the only one */
void inspector_compat_show_preferences (GtkWindow *parent, AdwPreferencesPage *page);
/* Something went wrong that the reader must know of. */
void inspector_compat_tell       (GtkWindow *parent, const char *heading, const char *body);

typedef void (*InspectorCompatAskFunc) (gboolean is_accepted, gpointer user_data);

/* Asks what cannot be undone; @accept is the label of the button that does it. @free_func: (nullable): of @user_data */
void inspector_compat_ask        (GtkWindow *parent, const char *heading, const char *body, const char *accept,
                                  InspectorCompatAskFunc func, gpointer user_data, GDestroyNotify free_func);

/* @file: (nullable): NULL when the reader changed their mind */
typedef void (*InspectorCompatFileFunc) (GFile *file, gpointer user_data);

/* Asks for a file. @suggested: (nullable): a name to write to; NULL to read one. @patterns: of names, NULL at the end */
void inspector_compat_choose_file (GtkWindow *parent, const char *title, const char *accept, const char *suggested,
                                   const char *kind, const char *const *patterns, InspectorCompatFileFunc func,
                                   gpointer user_data);

G_END_DECLS
