/* inspector-compare-view.h - two sessions beside each other: what they amount to, and every event of both
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One list with two columns: they cannot but scroll together.
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-comparison.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_COMPARE_VIEW (inspector_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (InspectorCompareView, inspector_compare_view, INSPECTOR, COMPARE_VIEW, GtkBox)

/* Actions: "compare.next", "compare.previous" (difference), "compare.only-differences" (a switch, as the property of this name). */
/* @comparison: (nullable); the titles are of its sessions. */
void        inspector_compare_view_set_comparison (InspectorCompareView *self, InspectorComparison *comparison,
                                                   const char *title_a, const char *title_b);
/* The line that tells how many rows are the same, changed, alone. */
const char *inspector_compare_view_get_summary    (InspectorCompareView *self);
/* The row the reader is at; G_MAXUINT when there is none. */
guint       inspector_compare_view_get_position   (InspectorCompareView *self);

G_END_DECLS
