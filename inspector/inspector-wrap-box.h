/* inspector-wrap-box.h - widgets side by side, on as many lines as they need
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Each child has its natural width, or a line of its own when it needs more. What is left of a line goes to its first child that
 * expands. */
#define INSPECTOR_TYPE_WRAP_BOX (inspector_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (InspectorWrapBox, inspector_wrap_box, INSPECTOR, WRAP_BOX, GtkWidget)

/* Pixels between two children and between two lines; 12 and 6 unless it is told otherwise. */
void inspector_wrap_box_set_spacing (InspectorWrapBox *self, int spacing, int line_spacing);

G_END_DECLS
