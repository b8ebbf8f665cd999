/* inspector-timeline-paint.c - bars, lines and signs of the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything stands on whole pixels, and one lane is one path.
 */
#include "config.h"

#include "inspector-timeline-private.h"

#include <math.h>

/* Of the height of a lane: what a bucket with one mark has when others have many. */
#define LOWEST_SHARE 0.35
/* And while no bucket has more than a few. */
#define FEW 3
#define LOWEST_SHARE_OF_FEW 0.6
/* Signs nearer than this are one. */
#define SIGN_DISTANCE 5

GdkRGBA
inspector_timeline_ink (const InspectorTimelineState *state, float alpha)
{
  float value = state->is_dark ? 1 : 0;

  /* The text of libadwaita is 80 % black on white. */
  if (state->is_high_contrast)
    alpha = MIN (1, alpha * 2);
  else if (!state->is_dark)
    alpha *= 0.8f;
  return (GdkRGBA) { value, value, value, alpha };
}

GdkRGBA
inspector_timeline_accent (const InspectorTimelineState *state)
{
  static const GdkRGBA light = { 0.11f, 0.443f, 0.847f, 1 };
  static const GdkRGBA dark = { 0.471f, 0.682f, 0.929f, 1 };

  return state->is_dark ? dark : light;
}

GdkRGBA
inspector_timeline_lane_color (const InspectorTimelineState *state, guint lane)
{
  const InspectorKind *kind = inspector_timeline_data_get_lane (state->data, lane)->kind;
  GdkRGBA color;

  inspector_kind_get_rgba (kind != NULL ? kind : inspector_kind_for_update ("progress"), state->is_dark, &color);
  return color;
}

/* As high as the highest of three neighbours: so a lonely mark is three pixels wide. */
static int
bar_at (const guint16 *heights, guint n, gint64 i)
{
  int highest = 0;

  for (gint64 j = MAX (i - 1, 0); j <= MIN (i + 1, (gint64) n - 1); j++)
    highest = MAX (highest, heights[j]);
  return highest;
}

void
inspector_timeline_paint_counts (cairo_t *cr, const guint16 *counts, guint n, guint most, double x, double y,
                                 double height, const GdkRGBA *color)
{
  g_autofree guint16 *heights = g_new (guint16, n);
  double lowest = most > FEW ? LOWEST_SHARE : most > 1 ? LOWEST_SHARE_OF_FEW : 1;
  double scale = most > 1 ? (1 - lowest) / log2 (most) : 0;
  int bar = 0;
  gint64 from = -1;

  for (guint i = 0; i < n; i++)
    heights[i] = counts[i] > 0 ? (guint16) MAX (round (height * (lowest + scale * log2 (counts[i]))), 2) : 0;
  /* Neighbours of one height are one rectangle, and none covers another: that is what Cairo fills fast. */
  for (gint64 i = -1; i <= (gint64) n + 1; i++)
    {
      int next = i <= (gint64) n ? bar_at (heights, n, i) : 0;

      if (next == bar)
        continue;
      if (bar > 0)
        cairo_rectangle (cr, x + (double) from, y + height - bar, (double) (i - from), bar);
      bar = next;
      from = i;
    }
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

/* Of each bucket: how much there is of all lanes, and the lane of which there is most. Returns the most in one bucket. */
static guint
add_up (InspectorTimelineBuckets *buckets, const guint8 *lanes, guint n_lanes, guint n, guint16 *sums, guint8 *main_lanes)
{
  g_autofree guint16 *most_of_lanes = g_new0 (guint16, n);
  guint most = 0;

  for (guint j = 0; j < n_lanes; j++)
    {
      guint most_of_lane;
      const guint16 *counts = inspector_timeline_buckets_get_counts (buckets, lanes[j], &most_of_lane);

      for (guint i = 0; i < n; i++)
        {
          sums[i] = (guint16) MIN (sums[i] + counts[i], G_MAXUINT16);
          if (counts[i] <= most_of_lanes[i])
            continue;
          most_of_lanes[i] = counts[i];
          main_lanes[i] = lanes[j];
        }
    }
  for (guint i = 0; i < n; i++)
    most = MAX (most, sums[i]);
  return most;
}

void
inspector_timeline_paint_all (cairo_t *cr, const InspectorTimelineState *state, InspectorTimelineBuckets *buckets,
                              double x, double y, double height)
{
  guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES];
  guint n_lanes = inspector_timeline_data_list_lanes (state->data, lanes);
  g_autofree guint16 *sums = NULL;
  g_autofree guint16 *shown = NULL;
  g_autofree guint8 *main_lanes = NULL;
  guint most;
  guint n;

  inspector_timeline_buckets_get (buckets, &n);
  sums = g_new0 (guint16, n);
  shown = g_new (guint16, n);
  main_lanes = g_new0 (guint8, n);
  most = add_up (buckets, lanes, n_lanes, n, sums, main_lanes);
  for (guint j = 0; j < n_lanes; j++)
    {
      GdkRGBA color = inspector_timeline_lane_color (state, lanes[j]);

      for (guint i = 0; i < n; i++)
        shown[i] = main_lanes[i] == lanes[j] ? sums[i] : 0;
      inspector_timeline_paint_counts (cr, shown, n, most, x, y, height, &color);
    }
}

/* One line from @from up to @to, where buckets reported; a point where there is only one of them. */
static void
paint_run (cairo_t *cr, const InspectorBucket *buckets, guint from, guint to, double x, double y, double height,
           double line_width, const GdkRGBA *color)
{
  double first = -1;
  double last = -1;

  for (guint i = from; i < to; i++)
    {
      double level;

      if (buckets[i].n_reported == 0)
        continue;
      level = y + height * (1 - (double) buckets[i].confidence / buckets[i].n_reported);
      last = x + i + 0.5;
      if (first < 0)
        {
          first = last;
          cairo_move_to (cr, first, level);
        }
      else
        {
          cairo_line_to (cr, last, level);
        }
    }
  if (first < 0)
    return;
  gdk_cairo_set_source_rgba (cr, color);
  if (last - first < 1)
    {
      double level;

      cairo_get_current_point (cr, NULL, &level);
      cairo_new_path (cr);
      cairo_arc (cr, first, level, line_width + 0.5, 0, 2 * G_PI);
      cairo_fill (cr);
      return;
    }
  cairo_set_line_width (cr, line_width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, last, y + height);
  cairo_line_to (cr, first, y + height);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, (double) color->red, (double) color->green, (double) color->blue, (double) color->alpha * 0.13);
  cairo_fill (cr);
}

void
inspector_timeline_paint_confidence (cairo_t *cr, const InspectorBucket *buckets, guint n, double x, double y,
                                     double height, double line_width, const GdkRGBA *color)
{
  guint from = 0;

  for (guint i = 0; i < n; i++)
    {
      if (buckets[i].n_silent == 0 || buckets[i].n_reported > 0)
        continue;
      paint_run (cr, buckets, from, i, x, y, height, line_width, color);
      from = i;
    }
  paint_run (cr, buckets, from, n, x, y, height, line_width, color);
}

static void
paint_sign (cairo_t *cr, double x, double y, double height, gboolean is_error, const GdkRGBA *color)
{
  double size = MIN (height, 12);
  double top = round (y + (height - size) / 2);

  if (is_error)
    {
      for (int i = 0; i < 8; i++)
        cairo_line_to (cr, x + size / 2 * cos ((i + 0.5) * G_PI / 4), top + size / 2 + size / 2 * sin ((i + 0.5) * G_PI / 4));
    }
  else
    {
      cairo_move_to (cr, x, top);
      cairo_line_to (cr, x + size * 0.58, top + size);
      cairo_line_to (cr, x - size * 0.58, top + size);
    }
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

void
inspector_timeline_paint_signs (cairo_t *cr, const InspectorTimelineState *state, const InspectorBucket *buckets, guint n,
                                double x, double y, double height)
{
  double last = -SIGN_DISTANCE;
  GdkRGBA warning;
  GdkRGBA error;

  inspector_kind_get_rgba (inspector_kind_for_update ("warning"), state->is_dark, &warning);
  inspector_kind_get_rgba (inspector_kind_for_update ("error"), state->is_dark, &error);
  for (guint i = 0; i < n; i++)
    {
      gboolean is_error = (buckets[i].flags & INSPECTOR_MARK_ERROR) != 0;

      if ((!is_error && (buckets[i].flags & INSPECTOR_MARK_WARNING) == 0) || (!is_error && i - last < SIGN_DISTANCE))
        continue;
      paint_sign (cr, x + i + 0.5, y, height, is_error, is_error ? &error : &warning);
      last = i;
    }
}

void
inspector_timeline_paint_flag (cairo_t *cr, double x, double y, double height, const GdkRGBA *color)
{
  x = floor (x);
  cairo_rectangle (cr, x, y, 1.5, height);
  cairo_move_to (cr, x + 1.5, y);
  cairo_line_to (cr, x + height * 0.7, y + height * 0.28);
  cairo_line_to (cr, x + 1.5, y + height * 0.56);
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

void
inspector_timeline_paint_hatch (cairo_t *cr, double x, double y, double width, double height, const GdkRGBA *color)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  for (double left = x - height; left < x + width; left += 5)
    {
      cairo_move_to (cr, left, y + height);
      cairo_line_to (cr, left + height, y);
    }
  cairo_set_line_width (cr, 1.5);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_stroke (cr);
  cairo_restore (cr);
}
