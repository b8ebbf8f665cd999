/* inspector-session-row.h - the widget of one session in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-session-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SESSION_ROW (inspector_session_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSessionRow, inspector_session_row, INSPECTOR, SESSION_ROW, GtkBox)

InspectorSessionRow  *inspector_session_row_new      (InspectorSessionItem *item);
InspectorSessionItem *inspector_session_row_get_item (InspectorSessionRow *self);
void                  inspector_session_row_refresh  (InspectorSessionRow *self);

G_END_DECLS
