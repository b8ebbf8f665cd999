/* inspector-timeline-lanes.c - the visible part of the timeline: ruler, lanes and confidence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names are labels beside the lanes, which GTK draws again only when they change. Everything else is drawn from one bucket
 * per pixel. Time runs from left to right in every language; only the names change sides.
 */
#include "config.h"

#include "inspector-timeline-lanes-private.h"

#include <glib/gi18n.h>

#define NARROW_HEIGHT 22
#define ROW_HEIGHT 13
#define PHASE_PADDING 5
#define CONFIDENCE_HEIGHT 30
#define MAX_NAME_WIDTH 132
/* More lanes than that have smaller names. */
#define DENSE_ROWS 8

enum { SIGNAL_MOVED, SIGNAL_PICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (InspectorTimelineLanes, inspector_timeline_lanes, GTK_TYPE_WIDGET)

/* ---- rows ---- */

static GtkWidget *
make_name (const char *icon_name, const char *css_class, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);
  GtkWidget *label = gtk_label_new (name);

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 12);
  gtk_widget_add_css_class (icon, css_class);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static void
add_row (InspectorTimelineLanes *self, InspectorTimelineRowKind kind, guint8 lane)
{
  InspectorTimelineRow row = { kind, lane, NULL, 0, 0 };
  const InspectorLane *of;

  switch (kind)
    {
    case ROW_PHASES:
      row.name = make_name ("ouioe-model-symbolic", "kind-other", _("Model"));
      break;
    case ROW_CONFIDENCE:
      row.name = make_name ("ouioe-confidence-symbolic", "kind-other", _("Confidence"));
      break;
    case ROW_LANE:
    default:
      of = inspector_timeline_data_get_lane (self->state->data, lane);
      row.name = make_name (of->kind != NULL ? of->kind->icon_name : "ouioe-progress-symbolic",
                            of->kind != NULL ? of->kind->css_class : "kind-progress",
                            inspector_timeline_lane_get_name (of));
      break;
    }
  gtk_widget_set_parent (row.name, GTK_WIDGET (self));
  g_array_append_val (self->rows, row);
}

static void
clear_rows (InspectorTimelineLanes *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_unparent (g_array_index (self->rows, InspectorTimelineRow, i).name);
  g_array_set_size (self->rows, 0);
}

/* Whether the rows are still those of what there is. */
static gboolean
rows_are (InspectorTimelineLanes *self, gboolean has_phases, const guint8 *lanes, guint n_lanes, gboolean has_confidence)
{
  const InspectorTimelineRow *rows = (const InspectorTimelineRow *) self->rows->data;
  guint n = n_lanes + (has_phases ? 1 : 0) + (has_confidence ? 1 : 0);

  if (self->rows->len != n || (n > 0 && (rows[0].kind == ROW_PHASES) != has_phases) ||
      (n > 0 && (rows[n - 1].kind == ROW_CONFIDENCE) != has_confidence))
    return FALSE;
  for (guint i = 0; i < n_lanes; i++)
    {
      if (rows[i + (has_phases ? 1 : 0)].lane != lanes[i])
        return FALSE;
    }
  return TRUE;
}

void
inspector_timeline_lanes_refresh (InspectorTimelineLanes *self)
{
  guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES];
  guint n_lanes = inspector_timeline_data_list_lanes (self->state->data, lanes);
  gboolean has_confidence = inspector_timeline_data_get_n_reported (self->state->data) > 0;
  guint n_phases;

  inspector_timeline_phases_get (self->state->phases, &n_phases);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (rows_are (self, n_phases > 0, lanes, n_lanes, has_confidence))
    return;
  clear_rows (self);
  if (n_phases > 0)
    add_row (self, ROW_PHASES, INSPECTOR_TIMELINE_NO_LANE);
  for (guint i = 0; i < n_lanes; i++)
    add_row (self, ROW_LANE, lanes[i]);
  if (has_confidence)
    add_row (self, ROW_CONFIDENCE, INSPECTOR_TIMELINE_NO_LANE);
  if (self->rows->len > DENSE_ROWS)
    gtk_widget_add_css_class (GTK_WIDGET (self), "is-dense");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "is-dense");
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* ---- layout ---- */

static int
measure_ruler (InspectorTimelineLanes *self)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "0");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height + 13;
}

static int
measure_row (const InspectorTimelineRow *row)
{
  int height;

  gtk_widget_measure (row->name, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
  if (row->kind == ROW_PHASES)
    return height + PHASE_PADDING;
  return row->kind == ROW_CONFIDENCE ? MAX (height, CONFIDENCE_HEIGHT) : MAX (height, ROW_HEIGHT);
}

static void
inspector_timeline_lanes_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                                  int *minimum_baseline, int *natural_baseline)
{
  InspectorTimelineLanes *self = INSPECTOR_TIMELINE_LANES (widget);
  int height;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      /* Widgets must be measured before they are allocated. */
      for (guint i = 0; i < self->rows->len; i++)
        gtk_widget_measure (g_array_index (self->rows, InspectorTimelineRow, i).name, orientation, -1, NULL, NULL, NULL, NULL);
      *minimum = 80;
      *natural = 480;
      return;
    }
  height = measure_ruler (self);
  for (guint i = 0; i < self->rows->len; i++)
    height += measure_row (&g_array_index (self->rows, InspectorTimelineRow, i)) + INSPECTOR_TIMELINE_ROW_GAP;
  /* Of no width in particular: as much as it can be. */
  if (for_size >= 0 && for_size < INSPECTOR_TIMELINE_NARROW_PIXELS)
    height = NARROW_HEIGHT;
  *minimum = height;
  *natural = height;
}

static GtkSizeRequestMode
inspector_timeline_lanes_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static int
measure_names (InspectorTimelineLanes *self)
{
  int widest = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *name = g_array_index (self->rows, InspectorTimelineRow, i).name;
      int natural;

      gtk_widget_measure (name, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
      widest = MAX (widest, natural);
    }
  return MIN (widest, MAX_NAME_WIDTH);
}

static void
inspector_timeline_lanes_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  InspectorTimelineLanes *self = INSPECTOR_TIMELINE_LANES (widget);
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int names;
  int y;

  self->is_narrow = width < INSPECTOR_TIMELINE_NARROW_PIXELS;
  self->ruler_height = self->is_narrow ? 0 : measure_ruler (self);
  names = self->is_narrow ? 0 : measure_names (self);
  self->plot_x = INSPECTOR_TIMELINE_PLOT_INSET + (names > 0 && !is_rtl ? names + INSPECTOR_TIMELINE_NAME_GAP : 0);
  self->plot_width = MAX (width - names - (names > 0 ? INSPECTOR_TIMELINE_NAME_GAP : 0) - 2 * INSPECTOR_TIMELINE_PLOT_INSET, 1);
  y = self->ruler_height;
  for (guint i = 0; i < self->rows->len; i++)
    {
      InspectorTimelineRow *row = &g_array_index (self->rows, InspectorTimelineRow, i);
      GtkAllocation place = { is_rtl ? width - names : 0, y, names, 0 };

      gtk_widget_set_child_visible (row->name, !self->is_narrow);
      row->y = self->is_narrow ? 0 : y;
      row->height = self->is_narrow ? height : measure_row (row);
      place.height = row->height;
      if (!self->is_narrow)
        gtk_widget_size_allocate (row->name, &place, -1);
      y += row->height + INSPECTOR_TIMELINE_ROW_GAP;
    }
}

/* ---- geometry ---- */

double
inspector_timeline_lanes_us_per_pixel (InspectorTimelineLanes *self)
{
  return MAX ((double) (self->state->scale.end_us - self->state->scale.begin_us), 1) / self->plot_width;
}

double
inspector_timeline_lanes_x_of (InspectorTimelineLanes *self, gint64 time_us)
{
  return self->plot_x + (double) (time_us - self->state->scale.begin_us) / inspector_timeline_lanes_us_per_pixel (self);
}

gint64
inspector_timeline_lanes_time_at (InspectorTimelineLanes *self, double x)
{
  return self->state->scale.begin_us + (gint64) ((x - self->plot_x) * inspector_timeline_lanes_us_per_pixel (self));
}

/* ---- what the other parts need of the type ---- */

void
inspector_timeline_lanes_tell_moved (InspectorTimelineLanes *self)
{
  g_signal_emit (self, signals[SIGNAL_MOVED], 0);
}

void
inspector_timeline_lanes_tell_picked (InspectorTimelineLanes *self, guint position)
{
  g_signal_emit (self, signals[SIGNAL_PICKED], 0, position);
}

/* ---- the type ---- */

static void
inspector_timeline_lanes_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  inspector_timeline_lanes_draw (INSPECTOR_TIMELINE_LANES (widget), snapshot);
  GTK_WIDGET_CLASS (inspector_timeline_lanes_parent_class)->snapshot (widget, snapshot);
}

static gboolean
inspector_timeline_lanes_query_tooltip (GtkWidget *widget, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip)
{
  g_autofree char *text = by_keyboard ? NULL : inspector_timeline_lanes_describe (INSPECTOR_TIMELINE_LANES (widget), x, y);

  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
inspector_timeline_lanes_dispose (GObject *object)
{
  InspectorTimelineLanes *self = INSPECTOR_TIMELINE_LANES (object);

  clear_rows (self);
  g_clear_pointer (&self->buckets, inspector_timeline_buckets_free);
  G_OBJECT_CLASS (inspector_timeline_lanes_parent_class)->dispose (object);
}

static void
inspector_timeline_lanes_finalize (GObject *object)
{
  g_array_unref (INSPECTOR_TIMELINE_LANES (object)->rows);
  G_OBJECT_CLASS (inspector_timeline_lanes_parent_class)->finalize (object);
}

static void
inspector_timeline_lanes_class_init (InspectorTimelineLanesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_timeline_lanes_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_timeline_lanes_finalize;
  widget_class->measure = inspector_timeline_lanes_measure;
  widget_class->get_request_mode = inspector_timeline_lanes_get_request_mode;
  widget_class->size_allocate = inspector_timeline_lanes_size_allocate;
  widget_class->snapshot = inspector_timeline_lanes_snapshot;
  widget_class->query_tooltip = inspector_timeline_lanes_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "timeline-lanes");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[SIGNAL_MOVED] = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PICKED] = g_signal_new ("picked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         G_TYPE_UINT);
}

static void
inspector_timeline_lanes_init (InspectorTimelineLanes *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (InspectorTimelineRow));
  self->plot_width = 1;
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  inspector_timeline_lanes_add_controllers (self);
}

InspectorTimelineLanes *
inspector_timeline_lanes_new (InspectorTimelineState *state)
{
  InspectorTimelineLanes *self = g_object_new (INSPECTOR_TYPE_TIMELINE_LANES, NULL);

  self->state = state;
  self->buckets = inspector_timeline_buckets_new (state->data);
  return self;
}

void
inspector_timeline_lanes_set_covered (InspectorTimelineLanes *self, int width)
{
  self->covered = width;
}

void
inspector_timeline_lanes_get_plot (InspectorTimelineLanes *self, int *x, int *width)
{
  *x = self->plot_x;
  *width = self->plot_width;
}

int
inspector_timeline_lanes_get_ruler_height (InspectorTimelineLanes *self)
{
  return self->ruler_height;
}

guint
inspector_timeline_lanes_get_n_rows (InspectorTimelineLanes *self)
{
  return self->rows->len;
}

guint
inspector_timeline_lanes_get_n_drawn (InspectorTimelineLanes *self)
{
  return self->n_drawn;
}

guint64
inspector_timeline_lanes_get_n_visited (InspectorTimelineLanes *self)
{
  return inspector_timeline_buckets_get_n_visited (self->buckets);
}
