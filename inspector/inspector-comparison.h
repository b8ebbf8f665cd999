/* inspector-comparison.h - two sessions beside each other, as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker aligns them. While one of them runs, what it gets is aligned at the end.
 */
#pragma once

#include "inspector-alignment.h"
#include "inspector-watch.h"

G_BEGIN_DECLS

/* ---- a row ---- */

#define INSPECTOR_TYPE_COMPARED_ROW (inspector_compared_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorComparedRow, inspector_compared_row, INSPECTOR, COMPARED_ROW, GObject)

/* (transfer none) (nullable): NULL where the other one stands alone */
InspectorChainItem *inspector_compared_row_get_item  (InspectorComparedRow *self, gboolean of_b);
InspectorPairState  inspector_compared_row_get_state (InspectorComparedRow *self);

/* ---- all of them ---- */

#define INSPECTOR_TYPE_COMPARISON (inspector_comparison_get_type ())
G_DECLARE_FINAL_TYPE (InspectorComparison, inspector_comparison, INSPECTOR, COMPARISON, GObject)

/* Signal "changed": the rows, the totals, or whether they run. */
InspectorComparison *inspector_comparison_new        (InspectorWatch *a, InspectorWatch *b);
InspectorWatch      *inspector_comparison_get_watch  (InspectorComparison *self, gboolean of_b);
/* (transfer none): of InspectorComparedRow */
GListModel          *inspector_comparison_get_rows   (InspectorComparison *self);
/* Whether there was a result already. */
gboolean             inspector_comparison_is_ready   (InspectorComparison *self);
InspectorTotals      inspector_comparison_get_totals (InspectorComparison *self, gboolean of_b);
/* How many rows are in this state. */
guint                inspector_comparison_count      (InspectorComparison *self, InspectorPairState state);
/* Whether more of it may come. */
gboolean             inspector_comparison_is_running (InspectorComparison *self, gboolean of_b);
/* Whether there was more of it than is compared. */
gboolean             inspector_comparison_is_cut     (InspectorComparison *self, gboolean of_b);
/* A worker that is at it leaves off; nothing changes after this. */
void                 inspector_comparison_stop       (InspectorComparison *self);

G_END_DECLS
