/* inspector-window.h - sessions at the left, the chain of one of them at the right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>
#include <ouioe.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_WINDOW (inspector_window_get_type ())
G_DECLARE_FINAL_TYPE (InspectorWindow, inspector_window, INSPECTOR, WINDOW, AdwApplicationWindow)

/* @session_id: (nullable): what to show as soon as it is there; NULL for the newest running session */
InspectorWindow *inspector_window_new (GtkApplication *application, OuioeClient *client, const char *session_id);

G_END_DECLS
