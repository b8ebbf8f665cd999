/* inspector-diff.h - the longest common part of two sequences, within bounds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * After Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Sequences that differ in more than INSPECTOR_DIFF_MAX_COST
 * places in a row are compared piece by piece: the result is then a common part, maybe not the longest one, and the time grows
 * with the length and no longer with the difference.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define INSPECTOR_DIFF_MAX_COST 1000

typedef struct {
  guint a;
  guint b;
} InspectorMatch;

/* (transfer full) (nullable): of InspectorMatch, positions of equal elements, increasing in both. NULL only when it was cancelled.
 * @cancellable: (nullable) */
GArray *inspector_diff_run (const guint64 *a, guint n_a, const guint64 *b, guint n_b, GCancellable *cancellable);

G_END_DECLS
