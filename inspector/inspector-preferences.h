/* inspector-preferences.h - the page of the preferences window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_PREFERENCES (inspector_preferences_get_type ())
G_DECLARE_FINAL_TYPE (InspectorPreferences, inspector_preferences, INSPECTOR, PREFERENCES, AdwPreferencesPage)

/* Shows the settings, and changes them at once. */
GtkWidget *inspector_preferences_new (void);

G_END_DECLS
