/* inspector-score.h - when each event of a session is due when the session happens again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two times go side by side. *Recorded* time is that of the events, microseconds since 1970; *played* time begins at 0, and long
 * silences are short in it. A step was published when it was complete; where the rhythm of its text was kept, it is known how it
 * grew, and the time in which it grew is no silence.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

/* A longer silence is shortened to the other. */
#define INSPECTOR_LONG_GAP_US  (5 * G_USEC_PER_SEC)
#define INSPECTOR_SHORT_GAP_US G_USEC_PER_SEC

typedef struct {
  gint64 due_us;      /* played */
  glong  n_chars;     /* of the content that are there then, in code points */
} InspectorBeat;

typedef struct _InspectorScore InspectorScore;

InspectorScore *inspector_score_new         (gboolean shorten);
void            inspector_score_free        (InspectorScore *self);
/* @event: (nullable): NULL for what has no time of its own: it comes with the event before. */
void            inspector_score_add         (InspectorScore *self, OuioeEvent *event);
/* Forgets the first @n; what follows keeps its times. */
void            inspector_score_drop        (InspectorScore *self, guint n);
void            inspector_score_set_shorten (InspectorScore *self, gboolean shorten);
guint           inspector_score_get_n       (InspectorScore *self);
gint64          inspector_score_get_due_us  (InspectorScore *self, guint index);
gint64          inspector_score_get_start_us (InspectorScore *self);   /* played, where it begins: 0 until something was dropped */
gint64          inspector_score_get_end_us  (InspectorScore *self);    /* played, when the last one is due */
/* How many are due at this played time, or were before. */
guint           inspector_score_count       (InspectorScore *self, gint64 played_us);
gint64          inspector_score_to_recorded (InspectorScore *self, gint64 played_us);
gint64          inspector_score_to_played   (InspectorScore *self, gint64 recorded_us);
/* (transfer full) (nullable): of InspectorBeat: how the step grows; NULL when it was there at once, or nothing is known of it */
GArray         *inspector_score_dup_beats   (InspectorScore *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorScore, inspector_score_free)

G_END_DECLS
