/* inspector-columns.c - three columns that fold away as the window gets narrower
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The width is known only while widgets are being given their places, when nothing may change: the layout follows in the
 * next tick.
 */
#include "config.h"

#include "inspector-columns.h"

#include <glib/gi18n.h>

#define WIDE_PIXELS 1000
#define MEDIUM_PIXELS 700
/* Between columns, of which the handle of the pointer takes more than the line. */
#define LINE_PIXELS 1
#define HANDLE_PIXELS 9
/* By one key press. */
#define STEP_PIXELS 16
#define MIN_COLUMN_PIXELS 180
#define MAX_COLUMN_PIXELS 800

struct _InspectorColumns
{
  GtkWidget        parent_instance;
  GtkWidget       *columns[INSPECTOR_N_COLUMNS];   /* NULL where there is none */
  GtkWidget       *handles[INSPECTOR_N_COLUMNS];   /* behind the sidebar, before the detail; NULL for the content */
  GtkGesture      *drag;
  gboolean         is_wanted[INSPECTOR_N_COLUMNS]; /* when there is room */
  gboolean         is_shown[INSPECTOR_N_COLUMNS];  /* now */
  int              widths[INSPECTOR_N_COLUMNS];    /* as the reader wants them; the content takes the rest */
  InspectorLayout  layout;
  InspectorColumn  page;                           /* of the narrow layout */
  gboolean         is_detail_on;                   /* in the medium layout, instead of the sidebar */
  guint            tick;                           /* changes the layout; 0 when it need not change */
  InspectorLayout  next_layout;                    /* what the tick makes of it */
  InspectorColumn  dragged;                        /* whose edge the pointer moves */
  int              drag_width;                     /* of that column when it began */
};

typedef enum {
  PROP_SIDEBAR = 1, PROP_CONTENT, PROP_DETAIL, PROP_LAYOUT, PROP_PAGE, PROP_SIDEBAR_SHOWN, PROP_DETAIL_SHOWN,
  PROP_SIDEBAR_VISIBLE, PROP_DETAIL_VISIBLE, PROP_SIDEBAR_WIDTH, PROP_DETAIL_WIDTH,
} ColumnsProperty;
static GParamSpec *props[PROP_DETAIL_WIDTH + 1];

G_DEFINE_ENUM_TYPE (InspectorLayout, inspector_layout,
                    G_DEFINE_ENUM_VALUE (INSPECTOR_LAYOUT_NARROW, "narrow"),
                    G_DEFINE_ENUM_VALUE (INSPECTOR_LAYOUT_MEDIUM, "medium"),
                    G_DEFINE_ENUM_VALUE (INSPECTOR_LAYOUT_WIDE, "wide"))
G_DEFINE_ENUM_TYPE (InspectorColumn, inspector_column,
                    G_DEFINE_ENUM_VALUE (INSPECTOR_COLUMN_SIDEBAR, "sidebar"),
                    G_DEFINE_ENUM_VALUE (INSPECTOR_COLUMN_CONTENT, "content"),
                    G_DEFINE_ENUM_VALUE (INSPECTOR_COLUMN_DETAIL, "detail"))
G_DEFINE_FINAL_TYPE (InspectorColumns, inspector_columns, GTK_TYPE_WIDGET)

/* ---- what is shown ---- */

static gboolean
should_show (InspectorColumns *self, InspectorColumn column)
{
  if (self->columns[column] == NULL)
    return FALSE;
  if (self->layout == INSPECTOR_LAYOUT_NARROW)
    return column == self->page;
  if (column == INSPECTOR_COLUMN_CONTENT)
    return TRUE;
  if (self->layout == INSPECTOR_LAYOUT_WIDE)
    return self->is_wanted[column];
  return column == INSPECTOR_COLUMN_DETAIL ? self->is_detail_on
                                           : self->is_wanted[column] && !self->is_detail_on;
}

static GtkWidget *
get_focus_within (InspectorColumns *self, InspectorColumn column)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, self->columns[column]) ? focus : NULL;
}

static void
notify_shown (InspectorColumns *self, InspectorColumn column)
{
  if (column == INSPECTOR_COLUMN_SIDEBAR)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SIDEBAR_SHOWN]);
  else if (column == INSPECTOR_COLUMN_DETAIL)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DETAIL_SHOWN]);
}

static void
update (InspectorColumns *self)
{
  gboolean loses_focus = FALSE;
  gboolean was_shown[INSPECTOR_N_COLUMNS];
  InspectorColumn fallback = self->layout == INSPECTOR_LAYOUT_NARROW ? self->page : INSPECTOR_COLUMN_CONTENT;

  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      InspectorColumn column = (InspectorColumn) i;

      was_shown[i] = self->is_shown[i];
      self->is_shown[i] = should_show (self, column);
      if (was_shown[i] && !self->is_shown[i] && self->columns[i] != NULL && get_focus_within (self, column) != NULL)
        loses_focus = TRUE;
      if (self->columns[i] != NULL)
        gtk_widget_set_child_visible (self->columns[i], self->is_shown[i]);
      if (self->handles[i] != NULL)
        gtk_widget_set_child_visible (self->handles[i],
                                      self->is_shown[i] && self->layout != INSPECTOR_LAYOUT_NARROW);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      if (was_shown[i] != self->is_shown[i])
        notify_shown (self, (InspectorColumn) i);
    }
  if (loses_focus && self->columns[fallback] != NULL)
    gtk_widget_child_focus (self->columns[fallback], GTK_DIR_TAB_FORWARD);
}

static void
set_layout (InspectorColumns *self, InspectorLayout layout)
{
  if (self->layout == layout)
    return;
  self->layout = layout;
  self->is_detail_on = FALSE;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAYOUT]);
}

static gboolean
layout_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (widget);

  self->tick = 0;
  set_layout (self, self->next_layout);
  return G_SOURCE_REMOVE;
}

/* ---- sizes ---- */

static int
get_min_width (InspectorColumns *self, InspectorColumn column)
{
  int min = 0;

  if (self->columns[column] != NULL)
    gtk_widget_measure (self->columns[column], GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  return min;
}

/* By the width, unless the words are so large that the columns need more. */
static InspectorLayout
choose_layout (InspectorColumns *self, int width)
{
  int sidebar = get_min_width (self, INSPECTOR_COLUMN_SIDEBAR);
  int content = get_min_width (self, INSPECTOR_COLUMN_CONTENT);
  int detail = get_min_width (self, INSPECTOR_COLUMN_DETAIL);

  if (width >= WIDE_PIXELS && sidebar + content + detail + 2 * LINE_PIXELS <= width)
    return INSPECTOR_LAYOUT_WIDE;
  if (width >= MEDIUM_PIXELS && MAX (sidebar, detail) + content + LINE_PIXELS <= width)
    return INSPECTOR_LAYOUT_MEDIUM;
  return INSPECTOR_LAYOUT_NARROW;
}

/* What is shown gets at least what it needs, even if it stands over the edge until the layout has changed. */
static void
distribute (InspectorColumns *self, int width, int widths[INSPECTOR_N_COLUMNS])
{
  static const InspectorColumn sides[] = { INSPECTOR_COLUMN_DETAIL, INSPECTOR_COLUMN_SIDEBAR };
  int min_content = get_min_width (self, INSPECTOR_COLUMN_CONTENT);
  int rest = width;

  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    widths[i] = 0;
  if (self->layout == INSPECTOR_LAYOUT_NARROW)
    {
      widths[self->page] = MAX (width, get_min_width (self, self->page));
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (!self->is_shown[sides[i]])
        continue;
      widths[sides[i]] = MAX (self->widths[sides[i]], get_min_width (self, sides[i]));
      rest -= widths[sides[i]] + LINE_PIXELS;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sides) && rest < min_content; i++)
    {
      int spare = widths[sides[i]] > 0 ? widths[sides[i]] - get_min_width (self, sides[i]) : 0;
      int given = MIN (spare, min_content - rest);

      widths[sides[i]] -= given;
      rest += given;
    }
  widths[INSPECTOR_COLUMN_CONTENT] = MAX (rest, min_content);
}

static void
place (GtkWidget *child, int total, int x, int width, int height)
{
  gboolean is_mirrored = gtk_widget_get_direction (child) == GTK_TEXT_DIR_RTL;
  GtkAllocation allocation = { is_mirrored ? total - x - width : x, 0, width, height };

  gtk_widget_size_allocate (child, &allocation, -1);
}

static void
place_handle (InspectorColumns *self, InspectorColumn column, int total, int x, int height)
{
  GtkWidget *handle = self->handles[column];
  int min;

  gtk_widget_measure (handle, GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  place (handle, total, x - (HANDLE_PIXELS - LINE_PIXELS) / 2, MAX (min, HANDLE_PIXELS), height);
}

static void
inspector_columns_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (widget);
  int widths[INSPECTOR_N_COLUMNS];
  int x = 0;

  self->next_layout = choose_layout (self, width);
  if (self->next_layout != self->layout && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (widget, layout_cb, NULL, NULL);

  distribute (self, width, widths);
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      gboolean has_line = self->handles[i] != NULL && self->layout != INSPECTOR_LAYOUT_NARROW;

      if (!self->is_shown[i])
        continue;
      if (has_line && i == INSPECTOR_COLUMN_DETAIL)
        {
          place_handle (self, (InspectorColumn) i, width, x, height);
          x += LINE_PIXELS;
        }
      place (self->columns[i], width, x, widths[i], height);
      x += widths[i];
      if (has_line && i == INSPECTOR_COLUMN_SIDEBAR)
        {
          place_handle (self, (InspectorColumn) i, width, x, height);
          x += LINE_PIXELS;
        }
    }
}

/* The least width is that of one page, whatever is shown: the window may always be made narrower. */
static void
measure_width (InspectorColumns *self, int *minimum, int *natural)
{
  *minimum = *natural = 0;
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      int min = 0;
      int nat = 0;

      if (self->columns[i] != NULL)
        gtk_widget_measure (self->columns[i], GTK_ORIENTATION_HORIZONTAL, -1, &min, &nat, NULL, NULL);
      *minimum = MAX (*minimum, min);
      *natural += i == INSPECTOR_COLUMN_CONTENT ? nat : MAX (min, self->widths[i]);
    }
  *natural = MAX (*minimum, *natural);
}

static void
inspector_columns_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (widget);
  int widths[INSPECTOR_N_COLUMNS];

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      measure_width (self, minimum, natural);
      return;
    }
  *minimum = *natural = 0;
  if (for_size >= 0)
    distribute (self, for_size, widths);
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      int min;
      int nat;

      if (!self->is_shown[i])
        continue;
      gtk_widget_measure (self->columns[i], orientation, for_size >= 0 ? widths[i] : -1, &min, &nat, NULL, NULL);
      *minimum = MAX (*minimum, min);
      *natural = MAX (*natural, nat);
    }
}

static GtkSizeRequestMode
inspector_columns_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* ---- the reader moves an edge ---- */

static void
set_width (InspectorColumns *self, InspectorColumn column, int width)
{
  int clamped = CLAMP (width, MIN_COLUMN_PIXELS, MAX_COLUMN_PIXELS);

  if (self->widths[column] == clamped)
    return;
  self->widths[column] = clamped;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self),
                            props[column == INSPECTOR_COLUMN_SIDEBAR ? PROP_SIDEBAR_WIDTH : PROP_DETAIL_WIDTH]);
}

/* +1 where a column gets wider as its edge moves to the right. */
static int
get_sign (InspectorColumns *self, InspectorColumn column)
{
  gboolean is_mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  return (column == INSPECTOR_COLUMN_SIDEBAR) == is_mirrored ? -1 : 1;
}

static void
on_drag_begin (InspectorColumns *self, double x, double y, GtkGesture *gesture)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      if (self->handles[i] == NULL || picked == NULL ||
          (picked != self->handles[i] && !gtk_widget_is_ancestor (picked, self->handles[i])))
        continue;
      self->dragged = (InspectorColumn) i;
      self->drag_width = gtk_widget_get_width (self->columns[i]);
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
      return;
    }
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
}

static void
on_drag_update (InspectorColumns *self, double dx, double dy, GtkGesture *gesture)
{
  set_width (self, self->dragged, self->drag_width + (int) dx * get_sign (self, self->dragged));
}

static gboolean
on_handle_key (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state,
               InspectorColumns *self)
{
  GtkWidget *handle = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  InspectorColumn column = handle == self->handles[INSPECTOR_COLUMN_SIDEBAR] ? INSPECTOR_COLUMN_SIDEBAR
                                                                             : INSPECTOR_COLUMN_DETAIL;
  int step = (keyval == GDK_KEY_Left ? -STEP_PIXELS : STEP_PIXELS) * get_sign (self, column);

  if (keyval != GDK_KEY_Left && keyval != GDK_KEY_Right)
    return GDK_EVENT_PROPAGATE;
  set_width (self, column, gtk_widget_get_width (self->columns[column]) + step);
  return GDK_EVENT_STOP;
}

static GtkWidget *
create_handle (InspectorColumns *self, const char *name)
{
  GtkWidget *handle = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_SEPARATOR, NULL);
  GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_VERTICAL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_set_halign (line, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (line, TRUE);
  gtk_box_append (GTK_BOX (handle), line);
  gtk_widget_add_css_class (handle, "column-handle");
  gtk_widget_set_focusable (handle, TRUE);
  gtk_widget_set_cursor_from_name (handle, "col-resize");
  gtk_accessible_update_property (GTK_ACCESSIBLE (handle), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_handle_key), self);
  gtk_widget_add_controller (handle, keys);
  gtk_widget_set_parent (handle, GTK_WIDGET (self));
  return handle;
}

/* ---- the type ---- */

static void
set_column (InspectorColumns *self, InspectorColumn column, GtkWidget *child)
{
  if (self->columns[column] != NULL)
    gtk_widget_unparent (self->columns[column]);
  self->columns[column] = child;
  /* Below the handles, and in reading order: so goes the focus, too. */
  if (child != NULL)
    {
      GtkWidget *before = NULL;

      for (int i = 0; i < (int) column; i++)
        before = self->columns[i] != NULL ? self->columns[i] : before;
      gtk_widget_insert_after (child, GTK_WIDGET (self), before);
    }
  update (self);
}

static void
inspector_columns_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (object);

  switch ((ColumnsProperty) prop_id)
    {
    case PROP_SIDEBAR: g_value_set_object (value, self->columns[INSPECTOR_COLUMN_SIDEBAR]); break;
    case PROP_CONTENT: g_value_set_object (value, self->columns[INSPECTOR_COLUMN_CONTENT]); break;
    case PROP_DETAIL: g_value_set_object (value, self->columns[INSPECTOR_COLUMN_DETAIL]); break;
    case PROP_LAYOUT: g_value_set_enum (value, (int) self->layout); break;
    case PROP_PAGE: g_value_set_enum (value, (int) self->page); break;
    case PROP_SIDEBAR_SHOWN: g_value_set_boolean (value, self->is_shown[INSPECTOR_COLUMN_SIDEBAR]); break;
    case PROP_DETAIL_SHOWN: g_value_set_boolean (value, self->is_shown[INSPECTOR_COLUMN_DETAIL]); break;
    case PROP_SIDEBAR_VISIBLE: g_value_set_boolean (value, self->is_wanted[INSPECTOR_COLUMN_SIDEBAR]); break;
    case PROP_DETAIL_VISIBLE: g_value_set_boolean (value, self->is_wanted[INSPECTOR_COLUMN_DETAIL]); break;
    case PROP_SIDEBAR_WIDTH: g_value_set_int (value, self->widths[INSPECTOR_COLUMN_SIDEBAR]); break;
    case PROP_DETAIL_WIDTH: g_value_set_int (value, self->widths[INSPECTOR_COLUMN_DETAIL]); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_wanted (InspectorColumns *self, InspectorColumn column, gboolean is_wanted)
{
  if (self->is_wanted[column] == is_wanted)
    return;
  self->is_wanted[column] = is_wanted;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self),
                            props[column == INSPECTOR_COLUMN_SIDEBAR ? PROP_SIDEBAR_VISIBLE : PROP_DETAIL_VISIBLE]);
}

static void
inspector_columns_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (object);

  switch ((ColumnsProperty) prop_id)
    {
    case PROP_SIDEBAR: set_column (self, INSPECTOR_COLUMN_SIDEBAR, g_value_get_object (value)); break;
    case PROP_CONTENT: set_column (self, INSPECTOR_COLUMN_CONTENT, g_value_get_object (value)); break;
    case PROP_DETAIL: set_column (self, INSPECTOR_COLUMN_DETAIL, g_value_get_object (value)); break;
    case PROP_PAGE: inspector_columns_set_page (self, (InspectorColumn) g_value_get_enum (value)); break;
    case PROP_SIDEBAR_SHOWN:
      inspector_columns_set_shown (self, INSPECTOR_COLUMN_SIDEBAR, g_value_get_boolean (value));
      break;
    case PROP_DETAIL_SHOWN:
      inspector_columns_set_shown (self, INSPECTOR_COLUMN_DETAIL, g_value_get_boolean (value));
      break;
    case PROP_SIDEBAR_VISIBLE: set_wanted (self, INSPECTOR_COLUMN_SIDEBAR, g_value_get_boolean (value)); break;
    case PROP_DETAIL_VISIBLE: set_wanted (self, INSPECTOR_COLUMN_DETAIL, g_value_get_boolean (value)); break;
    case PROP_SIDEBAR_WIDTH: set_width (self, INSPECTOR_COLUMN_SIDEBAR, g_value_get_int (value)); break;
    case PROP_DETAIL_WIDTH: set_width (self, INSPECTOR_COLUMN_DETAIL, g_value_get_int (value)); break;
    case PROP_LAYOUT:
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_columns_dispose (GObject *object)
{
  InspectorColumns *self = INSPECTOR_COLUMNS (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      g_clear_pointer (&self->columns[i], gtk_widget_unparent);
      g_clear_pointer (&self->handles[i], gtk_widget_unparent);
    }
  G_OBJECT_CLASS (inspector_columns_parent_class)->dispose (object);
}

static void
inspector_columns_class_init (InspectorColumnsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = inspector_columns_dispose;
  object_class->get_property = inspector_columns_get_property;
  object_class->set_property = inspector_columns_set_property;
  widget_class->measure = inspector_columns_measure;
  widget_class->size_allocate = inspector_columns_size_allocate;
  widget_class->get_request_mode = inspector_columns_get_request_mode;
  props[PROP_SIDEBAR] = g_param_spec_object ("sidebar", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_DETAIL] = g_param_spec_object ("detail", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_LAYOUT] = g_param_spec_enum ("layout", NULL, NULL, INSPECTOR_TYPE_LAYOUT, INSPECTOR_LAYOUT_WIDE,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_PAGE] = g_param_spec_enum ("page", NULL, NULL, INSPECTOR_TYPE_COLUMN, INSPECTOR_COLUMN_SIDEBAR, flags);
  props[PROP_SIDEBAR_SHOWN] = g_param_spec_boolean ("sidebar-shown", NULL, NULL, TRUE, flags);
  props[PROP_DETAIL_SHOWN] = g_param_spec_boolean ("detail-shown", NULL, NULL, TRUE, flags);
  props[PROP_SIDEBAR_VISIBLE] = g_param_spec_boolean ("sidebar-visible", NULL, NULL, TRUE, flags);
  props[PROP_DETAIL_VISIBLE] = g_param_spec_boolean ("detail-visible", NULL, NULL, TRUE, flags);
  props[PROP_SIDEBAR_WIDTH] = g_param_spec_int ("sidebar-width", NULL, NULL, 0, G_MAXINT, 290, flags);
  props[PROP_DETAIL_WIDTH] = g_param_spec_int ("detail-width", NULL, NULL, 0, G_MAXINT, 320, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  gtk_widget_class_set_css_name (widget_class, "columns");
}

static void
inspector_columns_init (InspectorColumns *self)
{
  self->layout = self->next_layout = INSPECTOR_LAYOUT_WIDE;
  self->is_wanted[INSPECTOR_COLUMN_SIDEBAR] = self->is_wanted[INSPECTOR_COLUMN_DETAIL] = TRUE;
  self->widths[INSPECTOR_COLUMN_SIDEBAR] = 290;
  self->widths[INSPECTOR_COLUMN_DETAIL] = 320;
  self->handles[INSPECTOR_COLUMN_SIDEBAR] = create_handle (self, _("Width of the Sessions"));
  self->handles[INSPECTOR_COLUMN_DETAIL] = create_handle (self, _("Width of the Details"));
  self->drag = gtk_gesture_drag_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (self->drag), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (self->drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (self->drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drag));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

InspectorLayout
inspector_columns_get_layout (InspectorColumns *self)
{
  return self->layout;
}

void
inspector_columns_expect_width (InspectorColumns *self, int width)
{
  set_layout (self, choose_layout (self, width));
}

InspectorColumn
inspector_columns_get_page (InspectorColumns *self)
{
  return self->page;
}

void
inspector_columns_set_page (InspectorColumns *self, InspectorColumn page)
{
  if (self->page == page)
    return;
  self->page = page;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAGE]);
}

gboolean
inspector_columns_get_shown (InspectorColumns *self, InspectorColumn column)
{
  return self->is_shown[column];
}

void
inspector_columns_set_shown (InspectorColumns *self, InspectorColumn column, gboolean is_shown)
{
  if (self->is_shown[column] == is_shown)
    return;
  if (self->layout == INSPECTOR_LAYOUT_NARROW)
    {
      inspector_columns_set_page (self, is_shown ? column : INSPECTOR_COLUMN_CONTENT);
      return;
    }
  if (self->layout == INSPECTOR_LAYOUT_WIDE)
    {
      set_wanted (self, column, is_shown);
      return;
    }
  /* There is room for one of them. */
  self->is_detail_on = column == INSPECTOR_COLUMN_DETAIL && is_shown;
  if (column == INSPECTOR_COLUMN_SIDEBAR)
    set_wanted (self, column, is_shown);
  update (self);
}

gboolean
inspector_columns_go_back (InspectorColumns *self)
{
  if (self->layout != INSPECTOR_LAYOUT_NARROW || self->page == INSPECTOR_COLUMN_SIDEBAR)
    return FALSE;
  inspector_columns_set_page (self, (InspectorColumn) (self->page - 1));
  return TRUE;
}
