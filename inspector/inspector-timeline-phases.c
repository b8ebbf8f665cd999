/* inspector-timeline-phases.c - what the model did when, over the whole session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-phases.h"

struct _InspectorTimelinePhases
{
  GArray *spans;        /* of InspectorPhase, ascending */
  gint64  stalled_us;   /* since when the server is silent; 0: it is not */
};

InspectorTimelinePhases *
inspector_timeline_phases_new (void)
{
  InspectorTimelinePhases *self = g_new0 (InspectorTimelinePhases, 1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (InspectorPhase));
  return self;
}

void
inspector_timeline_phases_free (InspectorTimelinePhases *self)
{
  g_array_unref (self->spans);
  g_free (self);
}

void
inspector_timeline_phases_update (InspectorTimelinePhases *self, OuioeGeneration *generation)
{
  guint n = generation != NULL ? ouioe_generation_get_n_spans (generation) : 0;
  InspectorPhase span = { OUIOE_PHASE_NONE, 0, 0 };

  self->stalled_us = generation != NULL ? ouioe_generation_get_stalled_since_us (generation) : 0;
  if (n == 0)
    {
      g_array_set_size (self->spans, 0);
      return;
    }
  /* What is told now stands for all that was told before of the same time. */
  ouioe_generation_get_span (generation, 0, &span.phase, &span.begin_us, &span.end_us);
  while (self->spans->len > 0 &&
         g_array_index (self->spans, InspectorPhase, self->spans->len - 1).begin_us >= span.begin_us)
    g_array_set_size (self->spans, self->spans->len - 1);
  for (guint i = 0; ouioe_generation_get_span (generation, i, &span.phase, &span.begin_us, &span.end_us); i++)
    g_array_append_val (self->spans, span);
  if (self->spans->len > INSPECTOR_TIMELINE_MAX_PHASES)
    g_array_remove_range (self->spans, 0, self->spans->len - INSPECTOR_TIMELINE_MAX_PHASES);
}

const InspectorPhase *
inspector_timeline_phases_get (InspectorTimelinePhases *self, guint *n)
{
  *n = self->spans->len;
  return (const InspectorPhase *) self->spans->data;
}

gboolean
inspector_timeline_phases_get_lasts (InspectorTimelinePhases *self)
{
  return self->spans->len > 0 && g_array_index (self->spans, InspectorPhase, self->spans->len - 1).end_us == 0;
}

gint64
inspector_timeline_phases_get_stalled_us (InspectorTimelinePhases *self)
{
  return self->stalled_us;
}

const InspectorPhase *
inspector_timeline_phases_find (InspectorTimelinePhases *self, gint64 time_us, gint64 now_us)
{
  for (guint i = self->spans->len; i > 0; i--)
    {
      const InspectorPhase *span = &g_array_index (self->spans, InspectorPhase, i - 1);

      if (span->begin_us > time_us)
        continue;
      return time_us <= (span->end_us > 0 ? span->end_us : now_us) ? span : NULL;
    }
  return NULL;
}
