/* inspector-timeline-lanes-draw.c - the lanes as they look
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything but the text is drawn from one bucket per pixel.
 */
#include "config.h"

#include "inspector-timeline-lanes-private.h"

#include <math.h>

/* Between the ends of one label of the ruler and the next. */
#define TICK_GAP 20

static void
fill (GtkSnapshot *snapshot, double x, double y, double width, double height, const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height));
}

static void
draw_text (InspectorTimelineLanes *self, GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, float alpha)
{
  GdkRGBA ink = inspector_timeline_ink (self->state, alpha);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

static void
draw_ruler (InspectorTimelineLanes *self, GtkSnapshot *snapshot, int height)
{
  const InspectorTimelineScale *scale = &self->state->scale;
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "00:00:00.0");
  GdkRGBA ink = inspector_timeline_ink (self->state, 0.13f);
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  double first = is_rtl ? self->covered : 0;   /* the buttons are at the end of the ruler */
  double limit = self->plot_x + self->plot_width - (is_rtl ? 0 : self->covered);
  int width;
  gint64 step_us;

  pango_layout_get_pixel_size (layout, &width, NULL);
  step_us = inspector_timeline_step_for (inspector_timeline_lanes_us_per_pixel (self), width + TICK_GAP);
  for (gint64 tick_us = inspector_timeline_first_tick (scale->begin_us, step_us, self->state->zero_us);
       tick_us <= scale->end_us; tick_us += step_us)
    {
      g_autofree char *text = inspector_timeline_format_tick (tick_us, step_us, self->state->zero_us);
      double x = round (inspector_timeline_lanes_x_of (self, tick_us));

      fill (snapshot, x, 5, 1, height - 5, &ink);
      pango_layout_set_text (layout, text, -1);
      pango_layout_get_pixel_size (layout, &width, NULL);
      if (x >= first && x + 5 + width <= limit)
        draw_text (self, snapshot, layout, x + 5, 2, 0.7f);
    }
}

static void
draw_outline (InspectorTimelineLanes *self, GtkSnapshot *snapshot, const InspectorTimelineRow *row)
{
  float x = (float) (self->plot_x - INSPECTOR_TIMELINE_PLOT_INSET);
  float width = (float) (self->plot_width + 2 * INSPECTOR_TIMELINE_PLOT_INSET);
  GdkRGBA ink = inspector_timeline_ink (self->state, self->state->is_high_contrast ? 0.5f : 0.045f);
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (x, (float) row->y, width, (float) row->height), 3);
  if (self->state->is_high_contrast)
    {
      gtk_snapshot_append_border (snapshot, &outline, (float[4]) { 1, 1, 1, 1 }, (GdkRGBA[4]) { ink, ink, ink, ink });
      return;
    }
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &ink, &outline.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
draw_phase (InspectorTimelineLanes *self, GtkSnapshot *snapshot, const InspectorTimelineRow *row,
            const InspectorKind *kind, double from, double to)
{
  g_autoptr(PangoLayout) layout = NULL;
  double width = MAX (to - from, 1);
  GdkRGBA color;
  int text_width;
  int text_height;

  inspector_kind_get_rgba (kind, self->state->is_dark, &color);
  if (!self->is_narrow)
    fill (snapshot, from, row->y + row->height - 3, width, 3, &color);
  color.alpha = 0.3f;
  fill (snapshot, from, row->y, width, row->height - (self->is_narrow ? 0 : 3), &color);
  if (width < 40 || self->is_narrow)
    return;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), inspector_kind_name_word (kind, NULL));
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  if (text_width + 8 <= width)
    draw_text (self, snapshot, layout, from + 5, row->y + (row->height - 3 - text_height) / 2.0, 0.9f);
}

static void
draw_phases (InspectorTimelineLanes *self, GtkSnapshot *snapshot, const InspectorTimelineRow *row)
{
  double left = self->plot_x;
  double right = self->plot_x + self->plot_width;
  gint64 stalled_us = inspector_timeline_phases_get_stalled_us (self->state->phases);
  double drawn = -1;   /* up to here: of many short phases in a pixel one is drawn */
  guint n;
  const InspectorPhase *spans = inspector_timeline_phases_get (self->state->phases, &n);

  for (guint i = 0; i < n; i++)
    {
      double from = CLAMP (inspector_timeline_lanes_x_of (self, spans[i].begin_us), left, right);
      gint64 end_us = spans[i].end_us > 0 ? spans[i].end_us : self->state->now_us;
      double to = CLAMP (inspector_timeline_lanes_x_of (self, end_us), left, right);

      if (spans[i].phase == OUIOE_PHASE_NONE || to <= left || from >= right || to < drawn + 1)
        continue;
      from = MAX (from, drawn);
      draw_phase (self, snapshot, row, inspector_kind_for_phase (spans[i].phase), from, to);
      drawn = MAX (to, from + 1);
    }
  if (stalled_us > 0 && inspector_timeline_lanes_x_of (self, stalled_us) < right)
    {
      double from = CLAMP (inspector_timeline_lanes_x_of (self, stalled_us), left, right);
      double to = CLAMP (inspector_timeline_lanes_x_of (self, self->state->now_us), from, right);
      GdkRGBA color;
      cairo_t *cr;

      if (to - from < 1)
        return;
      inspector_kind_get_rgba (inspector_kind_for_stall (), self->state->is_dark, &color);
      cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT ((float) from, (float) row->y, (float) (to - from),
                                                                      (float) row->height));
      inspector_timeline_paint_hatch (cr, from, row->y, to - from, row->height, &color);
      cairo_destroy (cr);
    }
}

/* Begins, ends and gaps go through all lanes. */
static void
draw_borders (InspectorTimelineLanes *self, cairo_t *cr, const InspectorBucket *buckets, guint n, int height)
{
  GdkRGBA ink = inspector_timeline_ink (self->state, 0.4f);

  gdk_cairo_set_source_rgba (cr, &ink);
  cairo_set_line_width (cr, 1);
  for (guint i = 0; i < n; i++)
    {
      static const double dashes[] = { 3, 3 };

      if ((buckets[i].flags & (INSPECTOR_MARK_START | INSPECTOR_MARK_END | INSPECTOR_MARK_GAP)) == 0)
        continue;
      cairo_set_dash (cr, dashes, buckets[i].flags & INSPECTOR_MARK_GAP ? 2 : 0, 0);
      cairo_move_to (cr, self->plot_x + i + 0.5, self->ruler_height);
      cairo_line_to (cr, self->plot_x + i + 0.5, height);
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_lane (InspectorTimelineLanes *self, cairo_t *cr, const InspectorTimelineRow *row, const InspectorBucket *buckets, guint n)
{
  const InspectorLane *lane = inspector_timeline_data_get_lane (self->state->data, row->lane);
  guint most;
  const guint16 *counts = inspector_timeline_buckets_get_counts (self->buckets, row->lane, &most);
  GdkRGBA color = inspector_timeline_lane_color (self->state, row->lane);

  inspector_timeline_paint_counts (cr, counts, n, most, self->plot_x, row->y + 2, row->height - 4, &color);
  if (lane->kind == NULL)
    inspector_timeline_paint_signs (cr, self->state, buckets, n, self->plot_x, row->y + 1, row->height - 2);
}

static void
draw_confidence (InspectorTimelineLanes *self, cairo_t *cr, const InspectorTimelineRow *row,
                 const InspectorBucket *buckets, guint n)
{
  GdkRGBA ink = inspector_timeline_ink (self->state, 0.75f);
  double line_width = self->state->is_high_contrast ? 2 : 1.25;

  inspector_timeline_paint_confidence (cr, buckets, n, self->plot_x, row->y + 3, row->height - 6, line_width, &ink);
}

/* What stands over the lanes: the rows in sight, the selected step, bookmarks. */
static void
draw_chosen (InspectorTimelineLanes *self, GtkSnapshot *snapshot, int height)
{
  const InspectorTimelineState *state = self->state;
  GdkRGBA accent = inspector_timeline_accent (state);
  double right = self->plot_x + self->plot_width;

  if (state->sight_first_us > 0 && state->sight_last_us >= state->scale.begin_us &&
      state->sight_first_us <= state->scale.end_us)
    {
      double from = CLAMP (inspector_timeline_lanes_x_of (self, state->sight_first_us), self->plot_x, right);
      double to = CLAMP (inspector_timeline_lanes_x_of (self, state->sight_last_us), self->plot_x, right);
      GdkRGBA shade = accent;

      shade.alpha = 0.13f;
      fill (snapshot, from - 1, self->ruler_height, MAX (to - from, 1) + 2, height - self->ruler_height, &shade);
    }
  if (state->selected_us >= state->scale.begin_us && state->selected_us <= state->scale.end_us)
    {
      double x = round (inspector_timeline_lanes_x_of (self, state->selected_us));

      fill (snapshot, x - 1, self->is_narrow ? 0 : self->ruler_height - 6, 2, height, &accent);
    }
}

static void
draw_bookmarks (InspectorTimelineLanes *self, cairo_t *cr)
{
  GdkRGBA ink = inspector_timeline_ink (self->state, 0.9f);

  for (guint i = 0; i < self->state->bookmarks->len; i++)
    {
      gint64 time_us = g_array_index (self->state->bookmarks, gint64, i);

      if (time_us >= self->state->scale.begin_us && time_us <= self->state->scale.end_us)
        inspector_timeline_paint_flag (cr, inspector_timeline_lanes_x_of (self, time_us), MAX (self->ruler_height - 12, 1), 12,
                                       &ink);
    }
}

void
inspector_timeline_lanes_draw (InspectorTimelineLanes *self, GtkSnapshot *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  const InspectorBucket *buckets;
  guint n;
  cairo_t *cr;

  if (self->state->scale.end_us <= self->state->scale.begin_us)
    return;
  self->n_drawn++;
  inspector_timeline_buckets_update (self->buckets, self->state->scale.begin_us, inspector_timeline_lanes_us_per_pixel (self),
                                     (guint) self->plot_width + 1);
  buckets = inspector_timeline_buckets_get (self->buckets, &n);
  if (!self->is_narrow)
    draw_ruler (self, snapshot, height);
  for (guint i = 0; i < self->rows->len; i++)
    {
      const InspectorTimelineRow *row = &g_array_index (self->rows, InspectorTimelineRow, i);

      if (!self->is_narrow || i == 0)
        draw_outline (self, snapshot, row);
      if (row->kind == ROW_PHASES)
        draw_phases (self, snapshot, row);
    }
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_borders (self, cr, buckets, n, height);
  if (self->is_narrow)
    {
      inspector_timeline_paint_all (cr, self->state, self->buckets, self->plot_x, 4, height - 7);
      inspector_timeline_paint_signs (cr, self->state, buckets, n, self->plot_x, height - 12, 9);
    }
  for (guint i = 0; i < self->rows->len && !self->is_narrow; i++)
    {
      const InspectorTimelineRow *row = &g_array_index (self->rows, InspectorTimelineRow, i);

      if (row->kind == ROW_LANE)
        draw_lane (self, cr, row, buckets, n);
      else if (row->kind == ROW_CONFIDENCE)
        draw_confidence (self, cr, row, buckets, n);
    }
  draw_bookmarks (self, cr);
  cairo_destroy (cr);
  draw_chosen (self, snapshot, height);
}
