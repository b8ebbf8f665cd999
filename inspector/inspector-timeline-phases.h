/* inspector-timeline-phases.h - what the model did when, over the whole session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The service tells of the newest phases only; those it told before are kept here.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

/* Phases that are kept; the oldest go. */
#define INSPECTOR_TIMELINE_MAX_PHASES 4096

typedef struct {
  OuioePhase phase;
  gint64     begin_us;
  gint64     end_us;      /* 0: it lasts */
} InspectorPhase;

typedef struct _InspectorTimelinePhases InspectorTimelinePhases;

InspectorTimelinePhases *inspector_timeline_phases_new    (void);
void                     inspector_timeline_phases_free   (InspectorTimelinePhases *self);
/* @generation: (nullable): the newest that is known of the model's work; NULL forgets all */
void                     inspector_timeline_phases_update (InspectorTimelinePhases *self, OuioeGeneration *generation);
const InspectorPhase    *inspector_timeline_phases_get    (InspectorTimelinePhases *self, guint *n);   /* ascending */
/* Whether the last one still lasts. */
gboolean                 inspector_timeline_phases_get_lasts (InspectorTimelinePhases *self);
/* Since when the server is silent; 0: it is not. */
gint64                   inspector_timeline_phases_get_stalled_us (InspectorTimelinePhases *self);
/* The phase at a time, or NULL. @now_us: where the one that lasts ends */
const InspectorPhase    *inspector_timeline_phases_find   (InspectorTimelinePhases *self, gint64 time_us, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorTimelinePhases, inspector_timeline_phases_free)

G_END_DECLS
