/* inspector-timeline-lanes-private.h - what drawing and pointing at the lanes share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-timeline-lanes.h"

G_BEGIN_DECLS

/* Between names and marks, at both ends of the time, and between two lanes. */
#define INSPECTOR_TIMELINE_NAME_GAP 10
#define INSPECTOR_TIMELINE_PLOT_INSET 4
#define INSPECTOR_TIMELINE_ROW_GAP 1

typedef enum { ROW_PHASES, ROW_LANE, ROW_CONFIDENCE } InspectorTimelineRowKind;

typedef struct {
  InspectorTimelineRowKind kind;
  guint8                   lane;     /* of ROW_LANE */
  GtkWidget               *name;     /* a child of the widget */
  int                      y;        /* as allocated */
  int                      height;
} InspectorTimelineRow;

struct _InspectorTimelineLanes
{
  GtkWidget                 parent_instance;
  InspectorTimelineState   *state;
  InspectorTimelineBuckets *buckets;
  GArray                   *rows;           /* of InspectorTimelineRow, from the top */
  gboolean                  is_narrow;
  int                       ruler_height;
  int                       plot_x;
  int                       plot_width;
  int                       covered;        /* of the ruler, by the buttons */
  double                    pointer_x;      /* where the wheel turns */
  gint64                    grabbed_us;     /* begin and end of the visible part when a drag or pinch began */
  gint64                    grabbed_end_us;
  guint                     n_drawn;
};

double      inspector_timeline_lanes_us_per_pixel (InspectorTimelineLanes *self);
double      inspector_timeline_lanes_x_of         (InspectorTimelineLanes *self, gint64 time_us);
gint64      inspector_timeline_lanes_time_at      (InspectorTimelineLanes *self, double x);
/* What GtkWidgetClass::snapshot draws below the names. */
void        inspector_timeline_lanes_draw         (InspectorTimelineLanes *self, GtkSnapshot *snapshot);
/* Lets the reader move, zoom and pick. The functions emit the signals. */
void        inspector_timeline_lanes_add_controllers (InspectorTimelineLanes *self);
/* A click there. FALSE when there is no mark. */
gboolean    inspector_timeline_lanes_pick         (InspectorTimelineLanes *self, double x, double y);
/* (nullable): of the phase or the mark there */
char       *inspector_timeline_lanes_describe     (InspectorTimelineLanes *self, double x, double y);
void        inspector_timeline_lanes_tell_moved   (InspectorTimelineLanes *self);
void        inspector_timeline_lanes_tell_picked  (InspectorTimelineLanes *self, guint position);

G_END_DECLS
