/* inspector-compare-row.h - the widget of one row of a comparison: two events, or one and a blank
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-comparison.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_COMPARE_ROW (inspector_compare_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorCompareRow, inspector_compare_row, INSPECTOR, COMPARE_ROW, GtkBox)

InspectorCompareRow *inspector_compare_row_new (void);
/* @row: (nullable). @began_a_us, @began_b_us: times are told since then */
void                 inspector_compare_row_set_row (InspectorCompareRow *self, InspectorComparedRow *row, gint64 began_a_us,
                                                    gint64 began_b_us);
/* One above the other instead of beside it. */
void                 inspector_compare_row_set_narrow (InspectorCompareRow *self, gboolean is_narrow);
/* The row in one sentence, for those who do not see it. */
char                *inspector_compare_row_describe (InspectorComparedRow *row);

G_END_DECLS
