/* inspector-compare-window.h - the window of a comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "inspector-compare-view.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_COMPARE_WINDOW (inspector_compare_window_get_type ())
G_DECLARE_FINAL_TYPE (InspectorCompareWindow, inspector_compare_window, INSPECTOR, COMPARE_WINDOW, AdwWindow)

/* @beside: (nullable): the window it belongs to the application of. Watches of the service are stopped with the window: they should
 * be its own. */
InspectorCompareWindow *inspector_compare_window_new      (GtkWindow *beside, InspectorWatch *a, const char *title_a,
                                                           InspectorWatch *b, const char *title_b);
/* Asks what @watch, of this @title, is to be compared with, a session or one of a recording, and opens the window. @sessions: of
 * InspectorSessionItem. @client: (nullable): of the service they are from, if they are from one */
void                    inspector_compare_window_ask      (AdwToastOverlay *toasts, InspectorWatch *watch, const char *title,
                                                           GListModel *sessions, OuioeClient *client);
InspectorCompareView   *inspector_compare_window_get_view (InspectorCompareWindow *self);

G_END_DECLS
