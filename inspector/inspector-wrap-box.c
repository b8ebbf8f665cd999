/* inspector-wrap-box.c - widgets side by side, on as many lines as they need
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-wrap-box.h"

struct _InspectorWrapBox
{
  GtkWidget parent_instance;
  int       spacing;        /* between children */
  int       line_spacing;
};

/* The children from first up to, without, end. */
typedef struct {
  GtkWidget *first;
  GtkWidget *end;         /* NULL: to the last one */
  int        width;       /* of all, with the spaces between them */
  int        height;
} Line;

G_DEFINE_FINAL_TYPE (InspectorWrapBox, inspector_wrap_box, GTK_TYPE_WIDGET)

static GtkWidget *
skip_hidden (GtkWidget *child)
{
  while (child != NULL && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

static int
measure_width (GtkWidget *child, int available)
{
  int minimum;
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  return CLAMP (natural, minimum, MAX (available, minimum));
}

static int
measure_height (GtkWidget *child, int width)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

/* The line that begins with @first. FALSE when there is no child any more. */
static gboolean
next_line (InspectorWrapBox *self, GtkWidget *first, int available, Line *line)
{
  *line = (Line) { skip_hidden (first), NULL, 0, 0 };
  for (GtkWidget *child = line->first; child != NULL; child = skip_hidden (gtk_widget_get_next_sibling (child)))
    {
      int width = measure_width (child, available);

      if (child != line->first && line->width + self->spacing + width > available)
        {
          line->end = child;
          break;
        }
      line->width += width + (child != line->first ? self->spacing : 0);
      line->height = MAX (line->height, measure_height (child, width));
    }
  return line->first != NULL;
}

static void
measure_row (InspectorWrapBox *self, int *minimum, int *natural)
{
  *minimum = 0;
  *natural = 0;
  for (GtkWidget *child = skip_hidden (gtk_widget_get_first_child (GTK_WIDGET (self))); child != NULL;
       child = skip_hidden (gtk_widget_get_next_sibling (child)))
    {
      int child_minimum;
      int child_natural;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural += child_natural + (*natural > 0 ? self->spacing : 0);
    }
}

static void
inspector_wrap_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  InspectorWrapBox *self = INSPECTOR_WRAP_BOX (widget);
  Line line = { NULL, NULL, 0, 0 };
  int height = 0;

  measure_row (self, minimum, natural);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  /* Of no width in particular: as high as it can be. */
  if (for_size < 0)
    for_size = *minimum;
  for (GtkWidget *first = gtk_widget_get_first_child (widget); first != NULL && next_line (self, first, for_size, &line);
       first = line.end)
    height += line.height + (height > 0 ? self->line_spacing : 0);
  *minimum = height;
  *natural = height;
}

static GtkSizeRequestMode
inspector_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
allocate_line (InspectorWrapBox *self, const Line *line, int y, int available)
{
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int rest = MAX (available - line->width, 0);
  int x = 0;

  for (GtkWidget *child = line->first; child != line->end; child = skip_hidden (gtk_widget_get_next_sibling (child)))
    {
      int width = measure_width (child, available);
      GtkAllocation place;

      if (gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL))
        {
          width += rest;
          rest = 0;
        }
      place = (GtkAllocation) { is_rtl ? available - x - width : x, y, width, line->height };
      gtk_widget_size_allocate (child, &place, -1);
      x += width + self->spacing;
    }
}

static void
inspector_wrap_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  InspectorWrapBox *self = INSPECTOR_WRAP_BOX (widget);
  Line line = { NULL, NULL, 0, 0 };
  int y = 0;

  for (GtkWidget *first = gtk_widget_get_first_child (widget); first != NULL && next_line (self, first, width, &line);
       first = line.end)
    {
      allocate_line (self, &line, y, width);
      y += line.height + self->line_spacing;
    }
}

static void
inspector_wrap_box_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (inspector_wrap_box_parent_class)->dispose (object);
}

static void
inspector_wrap_box_class_init (InspectorWrapBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_wrap_box_dispose;
  widget_class->measure = inspector_wrap_box_measure;
  widget_class->get_request_mode = inspector_wrap_box_get_request_mode;
  widget_class->size_allocate = inspector_wrap_box_size_allocate;
}

static void
inspector_wrap_box_init (InspectorWrapBox *self)
{
  self->spacing = 12;
  self->line_spacing = 6;
}

void
inspector_wrap_box_set_spacing (InspectorWrapBox *self, int spacing, int line_spacing)
{
  self->spacing = spacing;
  self->line_spacing = line_spacing;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
