/* inspector-timeline-lanes-reader.c - pointing at the lanes: move, zoom, pick, ask
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-lanes-private.h"

#include <math.h>

#include "inspector-format.h"

/* So near to the pointer a mark is meant. */
#define PICK_PIXELS 6
/* A press that moves farther is no click. */
#define CLICK_PIXELS 3
#define ZOOM_PER_NOTCH 1.25

static const InspectorTimelineRow *
row_at (InspectorTimelineLanes *self, double y)
{
  for (guint i = 0; i < self->rows->len && !self->is_narrow; i++)
    {
      const InspectorTimelineRow *row = &g_array_index (self->rows, InspectorTimelineRow, i);

      if (y >= row->y && y < row->y + row->height + INSPECTOR_TIMELINE_ROW_GAP)
        return row;
    }
  return NULL;
}

/* The mark under the pointer; that of its lane first. */
static gboolean
find_at (InspectorTimelineLanes *self, double x, double y, guint *position)
{
  const InspectorTimelineRow *row = row_at (self, y);
  gint64 time_us = inspector_timeline_lanes_time_at (self, x);
  gint64 tolerance_us = (gint64) (PICK_PIXELS * inspector_timeline_lanes_us_per_pixel (self));

  if (row != NULL && row->kind == ROW_LANE &&
      inspector_timeline_data_find (self->state->data, time_us, tolerance_us, row->lane, 0, position))
    return TRUE;
  return inspector_timeline_data_find (self->state->data, time_us, tolerance_us, INSPECTOR_TIMELINE_NO_LANE, 0, position);
}

static char *
describe_phase (InspectorTimelineLanes *self, double x)
{
  gint64 time_us = inspector_timeline_lanes_time_at (self, x);
  const InspectorPhase *span = inspector_timeline_phases_find (self->state->phases, time_us, self->state->now_us);
  g_autofree char *took = NULL;

  if (span == NULL || span->phase == OUIOE_PHASE_NONE)
    return NULL;
  took = inspector_format_took ((span->end_us > 0 ? span->end_us : self->state->now_us) - span->begin_us);
  return g_strdup_printf ("%s\n%s", inspector_kind_title_word (inspector_kind_for_phase (span->phase), NULL), took);
}

static char *
describe_mark (InspectorTimelineLanes *self, guint position)
{
  g_autoptr(InspectorChainItem) item = self->state->model != NULL ? g_list_model_get_item (self->state->model, position) : NULL;
  g_autofree char *clock = NULL;
  g_autofree char *text = NULL;
  const char *name;

  if (item == NULL)
    return NULL;
  name = inspector_kind_title_word (inspector_kind_for_item (item), inspector_chain_item_get_type_word (item));
  clock = inspector_format_clock (inspector_chain_item_get_time_us (item));
  text = inspector_format_one_line (inspector_chain_item_get_text (item), 120);
  return g_strdup_printf ("%s  %s\n%s", clock, name, text);
}

char *
inspector_timeline_lanes_describe (InspectorTimelineLanes *self, double x, double y)
{
  const InspectorTimelineRow *row = row_at (self, y);
  guint position;

  if (x < self->plot_x || x > self->plot_x + self->plot_width)
    return NULL;
  if (row != NULL && row->kind == ROW_PHASES)
    return describe_phase (self, x);
  return find_at (self, x, y, &position) ? describe_mark (self, position) : NULL;
}

gboolean
inspector_timeline_lanes_pick (InspectorTimelineLanes *self, double x, double y)
{
  guint position;

  if (!find_at (self, x, y, &position))
    return FALSE;
  inspector_timeline_lanes_tell_picked (self, position);
  return TRUE;
}

static void
grab (InspectorTimelineLanes *self)
{
  self->grabbed_us = self->state->scale.begin_us;
  self->grabbed_end_us = self->state->scale.end_us;
}

static void
on_drag_update (InspectorTimelineLanes *self, double dx, double dy)
{
  gint64 by_us = (gint64) (-dx * inspector_timeline_lanes_us_per_pixel (self));

  if (fabs (dx) <= CLICK_PIXELS)
    return;
  inspector_timeline_scale_show (&self->state->scale, self->grabbed_us + by_us, self->grabbed_end_us + by_us);
  inspector_timeline_lanes_tell_moved (self);
}

static void
on_drag_end (InspectorTimelineLanes *self, double dx, double dy, GtkGestureDrag *gesture)
{
  double x;
  double y;

  if (fabs (dx) <= CLICK_PIXELS && gtk_gesture_drag_get_start_point (gesture, &x, &y))
    inspector_timeline_lanes_pick (self, x, y);
}

static gboolean
on_scroll (InspectorTimelineLanes *self, double dx, double dy, GtkEventControllerScroll *controller)
{
  GdkModifierType keys = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  gint64 page_us = self->state->scale.end_us - self->state->scale.begin_us;

  if (keys & GDK_SHIFT_MASK)
    dx += dy;
  else if (dy < 0 || dy > 0)
    inspector_timeline_scale_zoom (&self->state->scale, pow (ZOOM_PER_NOTCH, -dy),
                                   inspector_timeline_lanes_time_at (self, self->pointer_x));
  if (dx < 0 || dx > 0)
    inspector_timeline_scale_move (&self->state->scale, (gint64) (dx * (double) page_us / 10));
  inspector_timeline_lanes_tell_moved (self);
  return GDK_EVENT_STOP;
}

static void
on_pointer (InspectorTimelineLanes *self, double x, double y)
{
  self->pointer_x = x;
}

static void
on_pinch (InspectorTimelineLanes *self, double scale, GtkGesture *gesture)
{
  double x = self->pointer_x;
  double y;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  inspector_timeline_scale_show (&self->state->scale, self->grabbed_us, self->grabbed_end_us);
  inspector_timeline_scale_zoom (&self->state->scale, scale, inspector_timeline_lanes_time_at (self, x));
  inspector_timeline_lanes_tell_moved (self);
}

void
inspector_timeline_lanes_add_controllers (InspectorTimelineLanes *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_pointer), self);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_pointer), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (grab), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (grab), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (on_pinch), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
}
