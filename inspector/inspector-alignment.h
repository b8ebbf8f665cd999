/* inspector-alignment.h - which events of two sessions belong together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events of the same kind and the same text, numbers and case aside, are the pillars: the longest common part of both. Between
 * them events of the same kind with similar words are paired; what is left stands alone. No widget in here.
 */
#pragma once

#include <gio/gio.h>
#include <ouioe.h>

G_BEGIN_DECLS

/* Of each session; more is not compared. */
#define INSPECTOR_ALIGNMENT_MAX 100000
#define INSPECTOR_ALIGNMENT_NONE G_MAXUINT

typedef enum {
  INSPECTOR_PAIR_SAME,
  INSPECTOR_PAIR_CHANGED,
  INSPECTOR_PAIR_ONLY_A,
  INSPECTOR_PAIR_ONLY_B,
} InspectorPairState;

#define INSPECTOR_N_PAIR_STATES (INSPECTOR_PAIR_ONLY_B + 1)

typedef struct {
  guint              a;           /* position in its session; INSPECTOR_ALIGNMENT_NONE when it stands alone */
  guint              b;
  InspectorPairState state;
  gboolean           is_settled;  /* what comes later cannot change it, nor anything before */
} InspectorPair;

/* What a session amounts to. */
typedef struct {
  gint64  duration_us;   /* from its first event to its last */
  guint   n_steps;
  guint   n_warnings;
  guint   n_confident;   /* steps that reported a confidence */
  double  confidence;    /* mean of those */
} InspectorTotals;

typedef struct _InspectorAlignment InspectorAlignment;

InspectorAlignment *inspector_alignment_new    (void);
void                inspector_alignment_free   (InspectorAlignment *self);
/* Adds what came at the end of either (of OuioeEvent) and aligns it. @kept: (out): how many of the pairs before stay as they were.
 * May run in any thread, but in one at a time. FALSE when it was cancelled: it must not be used any more. */
gboolean            inspector_alignment_extend (InspectorAlignment *self, GPtrArray *more_a, GPtrArray *more_b, guint *kept,
                                                GCancellable *cancellable);
const InspectorPair *inspector_alignment_get_pairs (InspectorAlignment *self, guint *n_pairs);
InspectorTotals     inspector_alignment_get_totals (InspectorAlignment *self, gboolean of_b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorAlignment, inspector_alignment_free)

G_END_DECLS
