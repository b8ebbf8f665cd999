/* inspector-timeline-overview.c - the whole time as a strip, with a frame around its visible part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-overview.h"

#include <glib/gi18n.h>
#include <math.h>

#include "inspector-format.h"

#define HEIGHT 22
/* So near to an edge of the frame the edge is meant. */
#define EDGE_PIXELS 6
#define CLICK_PIXELS 3

typedef enum {
  GRAB_FRAME,   /* moves it */
  GRAB_BEGIN,   /* moves one edge */
  GRAB_END,
  GRAB_NEW,     /* draws another frame */
} Grab;

struct _InspectorTimelineOverview
{
  GtkWidget                 parent_instance;
  InspectorTimelineState   *state;
  InspectorTimelineBuckets *buckets;
  int                       plot_x;
  int                       plot_width;
  Grab                      grab;
  double                    pressed_x;
  gint64                    grabbed_us;       /* of the frame when it was grabbed */
  gint64                    grabbed_end_us;
};

static guint moved_signal;

G_DEFINE_FINAL_TYPE (InspectorTimelineOverview, inspector_timeline_overview, GTK_TYPE_WIDGET)

static double
us_per_pixel (InspectorTimelineOverview *self)
{
  const InspectorTimelineScale *scale = &self->state->scale;

  return MAX ((double) (scale->last_us - scale->first_us), 1) / self->plot_width;
}

static double
x_of (InspectorTimelineOverview *self, gint64 time_us)
{
  return self->plot_x + (double) (time_us - self->state->scale.first_us) / us_per_pixel (self);
}

static gint64
time_at (InspectorTimelineOverview *self, double x)
{
  return self->state->scale.first_us + (gint64) ((x - self->plot_x) * us_per_pixel (self));
}

/* ---- drawing ---- */

static void
draw_strip (InspectorTimelineOverview *self, GtkSnapshot *snapshot, int height)
{
  GdkRGBA ink = inspector_timeline_ink (self->state, self->state->is_high_contrast ? 0.5f : 0.05f);
  GskRoundedRect strip;

  gsk_rounded_rect_init_from_rect (&strip, &GRAPHENE_RECT_INIT ((float) self->plot_x, 0, (float) self->plot_width,
                                                                (float) height), 4);
  if (self->state->is_high_contrast)
    {
      gtk_snapshot_append_border (snapshot, &strip, (float[4]) { 1, 1, 1, 1 }, (GdkRGBA[4]) { ink, ink, ink, ink });
      return;
    }
  gtk_snapshot_push_rounded_clip (snapshot, &strip);
  gtk_snapshot_append_color (snapshot, &ink, &strip.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
paint_points (InspectorTimelineOverview *self, cairo_t *cr)
{
  GdkRGBA accent = inspector_timeline_accent (self->state);
  GdkRGBA ink = inspector_timeline_ink (self->state, 0.9f);
  guint n_matches;
  const gint64 *matches = inspector_timeline_times_get (self->state->matches, &n_matches);
  double drawn = -1;

  for (guint i = 0; i < n_matches; i++)
    {
      double x = floor (x_of (self, matches[i]));

      if (x < self->plot_x || x > self->plot_x + self->plot_width || (x >= drawn && x < drawn + 2))
        continue;
      cairo_rectangle (cr, x, 1, 2, 6);
      drawn = x;
    }
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_fill (cr);
  for (guint i = 0; i < self->state->bookmarks->len; i++)
    inspector_timeline_paint_flag (cr, x_of (self, g_array_index (self->state->bookmarks, gint64, i)), 3, 10, &ink);
}

static void
draw_frame (InspectorTimelineOverview *self, GtkSnapshot *snapshot, int height)
{
  const InspectorTimelineScale *scale = &self->state->scale;
  GdkRGBA shade = inspector_timeline_ink (self->state, 0.1f);
  GdkRGBA accent = inspector_timeline_accent (self->state);
  float begin = (float) floor (x_of (self, scale->begin_us));
  float end = (float) ceil (x_of (self, scale->end_us));
  float left = (float) self->plot_x;
  float right = (float) (self->plot_x + self->plot_width);
  GskRoundedRect frame;

  end = MAX (end, begin + 6);
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (left, 0, begin - left, (float) height));
  gtk_snapshot_append_color (snapshot, &shade, &GRAPHENE_RECT_INIT (end, 0, right - end, (float) height));
  if (self->state->selected_us > 0)
    gtk_snapshot_append_color (snapshot, &accent,
                               &GRAPHENE_RECT_INIT ((float) round (x_of (self, self->state->selected_us)) - 1, 1, 2,
                                                    (float) height - 2));
  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (begin - 2, 0, end - begin + 4, (float) height), 4);
  accent.alpha = scale->is_whole && !self->state->is_high_contrast ? 0.5f : 1;
  gtk_snapshot_append_border (snapshot, &frame, (float[4]) { 1.5f, 3, 1.5f, 3 },
                              (GdkRGBA[4]) { accent, accent, accent, accent });
}

static void
inspector_timeline_overview_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  InspectorTimelineOverview *self = INSPECTOR_TIMELINE_OVERVIEW (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  const InspectorBucket *buckets;
  cairo_t *cr;
  guint n;

  if (self->state->scale.last_us <= self->state->scale.first_us)
    return;
  inspector_timeline_buckets_update (self->buckets, self->state->scale.first_us, us_per_pixel (self),
                                     (guint) self->plot_width + 1);
  buckets = inspector_timeline_buckets_get (self->buckets, &n);
  draw_strip (self, snapshot, height);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  inspector_timeline_paint_all (cr, self->state, self->buckets, self->plot_x, 4, height - 8);
  inspector_timeline_paint_signs (cr, self->state, buckets, n, self->plot_x, height - 11, 8);
  paint_points (self, cr);
  cairo_destroy (cr);
  draw_frame (self, snapshot, height);
}

/* ---- the reader ---- */

static Grab
grab_at (InspectorTimelineOverview *self, double x)
{
  const InspectorTimelineScale *scale = &self->state->scale;
  double begin = x_of (self, scale->begin_us);
  double end = x_of (self, scale->end_us);

  if (fabs (x - begin) <= EDGE_PIXELS && fabs (x - begin) <= fabs (x - end))
    return GRAB_BEGIN;
  if (fabs (x - end) <= EDGE_PIXELS)
    return GRAB_END;
  return scale->is_whole ? GRAB_NEW : GRAB_FRAME;
}

static void
tell_moved (InspectorTimelineOverview *self)
{
  g_signal_emit (self, moved_signal, 0);
}

void
inspector_timeline_overview_press (InspectorTimelineOverview *self, double x)
{
  InspectorTimelineScale *scale = &self->state->scale;
  gint64 at_us = time_at (self, x);

  self->grab = grab_at (self, x);
  /* Beside the frame: it comes, and can be moved on. */
  if (self->grab == GRAB_FRAME && (at_us < scale->begin_us || at_us > scale->end_us))
    {
      inspector_timeline_scale_move (scale, at_us - (scale->begin_us + scale->end_us) / 2);
      tell_moved (self);
    }
  self->pressed_x = x;
  self->grabbed_us = scale->begin_us;
  self->grabbed_end_us = scale->end_us;
}

void
inspector_timeline_overview_drag (InspectorTimelineOverview *self, double dx)
{
  InspectorTimelineScale *scale = &self->state->scale;
  gint64 by_us = (gint64) (dx * us_per_pixel (self));
  double to_x = self->pressed_x + dx;

  if (fabs (dx) <= CLICK_PIXELS)
    return;
  switch (self->grab)
    {
    case GRAB_FRAME:
      inspector_timeline_scale_show (scale, self->grabbed_us + by_us, self->grabbed_end_us + by_us);
      break;
    case GRAB_BEGIN:
      inspector_timeline_scale_show (scale, MIN (self->grabbed_us + by_us, self->grabbed_end_us), self->grabbed_end_us);
      break;
    case GRAB_END:
      inspector_timeline_scale_show (scale, self->grabbed_us, MAX (self->grabbed_end_us + by_us, self->grabbed_us));
      break;
    case GRAB_NEW:
    default:
      inspector_timeline_scale_show (scale, time_at (self, MIN (self->pressed_x, to_x)),
                                     time_at (self, MAX (self->pressed_x, to_x)));
      break;
    }
  tell_moved (self);
}

static void
on_drag_begin (InspectorTimelineOverview *self, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  inspector_timeline_overview_press (self, x);
}

static void
on_drag_update (InspectorTimelineOverview *self, double dx, double dy)
{
  inspector_timeline_overview_drag (self, dx);
}

static void
on_pointer (InspectorTimelineOverview *self, double x, double y)
{
  switch (grab_at (self, x))
    {
    case GRAB_BEGIN:
    case GRAB_END:
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ew-resize");
      break;
    case GRAB_FRAME:
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
      break;
    case GRAB_NEW:
    default:
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
      break;
    }
}

void
inspector_timeline_overview_refresh (InspectorTimelineOverview *self)
{
  const InspectorTimelineScale *scale = &self->state->scale;
  double all_us = (double) MAX (scale->last_us - scale->first_us, 1);
  g_autofree char *begin = inspector_format_clock (scale->begin_us);
  g_autofree char *end = inspector_format_clock (scale->end_us);
  g_autofree char *text = scale->is_whole ? g_strdup (_("everything")) : g_strdup_printf (_("%s to %s"), begin, end);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 100.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  round ((double) (scale->begin_us - scale->first_us) / all_us * 100),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- the type ---- */

static void
inspector_timeline_overview_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 80 : HEIGHT;
  *natural = *minimum;
}

static void
inspector_timeline_overview_dispose (GObject *object)
{
  g_clear_pointer (&INSPECTOR_TIMELINE_OVERVIEW (object)->buckets, inspector_timeline_buckets_free);
  G_OBJECT_CLASS (inspector_timeline_overview_parent_class)->dispose (object);
}

static void
add_keys (GtkWidgetClass *klass, guint key, guint keypad_key, const char *action, int by)
{
  const char *format = by != 0 ? "i" : NULL;

  gtk_widget_class_add_binding_action (klass, key, 0, action, format, by);
  gtk_widget_class_add_binding_action (klass, keypad_key, 0, action, format, by);
}

static void
inspector_timeline_overview_class_init (InspectorTimelineOverviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_timeline_overview_dispose;
  widget_class->measure = inspector_timeline_overview_measure;
  widget_class->snapshot = inspector_timeline_overview_snapshot;
  gtk_widget_class_set_css_name (widget_class, "timeline-overview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  moved_signal = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /* Time runs from left to right in every language. */
  add_keys (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, "timeline.move", -1);
  add_keys (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, "timeline.move", 1);
  add_keys (widget_class, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, "timeline.move", -10);
  add_keys (widget_class, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, "timeline.move", 10);
  add_keys (widget_class, GDK_KEY_Home, GDK_KEY_KP_Home, "timeline.go", -1);
  add_keys (widget_class, GDK_KEY_End, GDK_KEY_KP_End, "timeline.go", 1);
  add_keys (widget_class, GDK_KEY_Up, GDK_KEY_KP_Up, "timeline.zoom-in", 0);
  add_keys (widget_class, GDK_KEY_Down, GDK_KEY_KP_Down, "timeline.zoom-out", 0);
  add_keys (widget_class, GDK_KEY_plus, GDK_KEY_KP_Add, "timeline.zoom-in", 0);
  add_keys (widget_class, GDK_KEY_minus, GDK_KEY_KP_Subtract, "timeline.zoom-out", 0);
  add_keys (widget_class, GDK_KEY_0, GDK_KEY_KP_0, "timeline.fit", 0);
}

static void
inspector_timeline_overview_init (InspectorTimelineOverview *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->plot_width = 1;
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_pointer), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Visible part of the timeline"),
                                  -1);
}

InspectorTimelineOverview *
inspector_timeline_overview_new (InspectorTimelineState *state)
{
  InspectorTimelineOverview *self = g_object_new (INSPECTOR_TYPE_TIMELINE_OVERVIEW, NULL);

  self->state = state;
  self->buckets = inspector_timeline_buckets_new (state->data);
  return self;
}

void
inspector_timeline_overview_set_plot (InspectorTimelineOverview *self, int x, int width)
{
  self->plot_x = x;
  self->plot_width = MAX (width, 1);
}
