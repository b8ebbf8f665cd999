/* inspector-session-list.c - the column of sessions, running ones first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-session-list.h"

#include <glib/gi18n.h>

#include "inspector-session-row.h"

/* Rows are widgets; what is older than these is reached by its name on the command line. */
#define MAX_ROWS 500

struct _InspectorSessionList
{
  GtkBox      parent_instance;
  GtkSearchEntry *entry;
  GtkListBox *box;
  GtkFilter  *filter;      /* of the words in the entry; NULL until there are sessions */
  GListModel *rows;        /* what the box shows, MAX_ROWS at most */
  char       *selected;    /* id of the session that is shown, or NULL */
  gboolean    is_held;     /* the pointer is over the rows */
};

typedef enum { PROP_IS_HELD = 1 } SessionListProperty;
static GParamSpec *props[PROP_IS_HELD + 1];
enum { SIGNAL_SELECTED, SIGNAL_OPENED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (InspectorSessionList, inspector_session_list, GTK_TYPE_BOX)

static InspectorSessionItem *
item_of (GtkListBoxRow *row)
{
  return inspector_session_row_get_item (INSPECTOR_SESSION_ROW (gtk_list_box_row_get_child (row)));
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  /* A session that ends where it stands changes the headings without a change of the list. */
  g_signal_connect_object (item, "changed", G_CALLBACK (gtk_list_box_invalidate_headers), user_data, G_CONNECT_SWAPPED);
  return GTK_WIDGET (inspector_session_row_new (item));
}

static void
show_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  gboolean is_open = inspector_session_item_is_among_running (item_of (row));
  GtkWidget *label;

  if (before != NULL && inspector_session_item_is_among_running (item_of (before)) == is_open)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (is_open ? _("Running") : _("Finished"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "session-header");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_list_box_row_set_header (row, label);
}

static GtkListBoxRow *
find_row (InspectorSessionList *self, const char *session_id)
{
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->box, i);

      if (row == NULL || g_strcmp0 (inspector_session_item_get_id (item_of (row)), session_id) == 0)
        return row;
    }
}

static void
on_row_selected (InspectorSessionList *self, GtkListBoxRow *row)
{
  const char *id;

  if (row == NULL)
    return;
  id = inspector_session_item_get_id (item_of (row));
  if (g_strcmp0 (self->selected, id) == 0)
    return;
  g_free (self->selected);
  self->selected = g_strdup (id);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, item_of (row));
}

static void
on_row_activated (InspectorSessionList *self)
{
  g_signal_emit (self, signals[SIGNAL_OPENED], 0);
}

/* A session that ended moves to the other part of the list, as a new row: it stays selected. */
static void
on_rows_changed (InspectorSessionList *self)
{
  GtkListBoxRow *row = self->selected != NULL ? find_row (self, self->selected) : NULL;

  if (row != NULL)
    gtk_list_box_select_row (self->box, row);
  gtk_list_box_invalidate_headers (self->box);
}

/* ---- finding ---- */

static gboolean
is_found (gpointer item, gpointer user_data)
{
  InspectorSessionList *self = user_data;
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  return *words == '\0' || inspector_session_item_matches (item, words);
}

static void
on_search_changed (InspectorSessionList *self)
{
  if (self->filter != NULL)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_stop_search (InspectorSessionList *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->box));
}

/* Enter: the first that was found. */
static void
on_search_activate (InspectorSessionList *self)
{
  if (inspector_session_list_select_nth (self, 0))
    g_signal_emit (self, signals[SIGNAL_OPENED], 0);
}

/* ---- the pointer ---- */

static void
set_held (InspectorSessionList *self, gboolean is_held)
{
  if (self->is_held == is_held)
    return;
  self->is_held = is_held;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_HELD]);
}

static void
on_pointer_enter (InspectorSessionList *self)
{
  set_held (self, TRUE);
}

static void
on_pointer_leave (InspectorSessionList *self)
{
  set_held (self, FALSE);
}

/* ---- sessions ---- */

void
inspector_session_list_set_sessions (InspectorSessionList *self, GListModel *sessions)
{
  GtkFilterListModel *found;

  g_clear_object (&self->rows);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_found, self, NULL));
  found = gtk_filter_list_model_new (g_object_ref (sessions), self->filter);
  self->rows = G_LIST_MODEL (gtk_slice_list_model_new (G_LIST_MODEL (found), 0, MAX_ROWS));
  gtk_list_box_bind_model (self->box, self->rows, create_row, self->box, NULL);
  /* Behind the box: its rows are there already. */
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (on_rows_changed), self, G_CONNECT_SWAPPED);
  on_rows_changed (self);
}

gboolean
inspector_session_list_select (InspectorSessionList *self, const char *session_id)
{
  GtkListBoxRow *row = find_row (self, session_id);

  if (row == NULL)
    return FALSE;
  gtk_list_box_select_row (self->box, row);
  return TRUE;
}

gboolean
inspector_session_list_select_nth (InspectorSessionList *self, guint index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->box, (int) index);

  if (row == NULL)
    return FALSE;
  gtk_list_box_select_row (self->box, row);
  return TRUE;
}

gboolean
inspector_session_list_get_held (InspectorSessionList *self)
{
  return self->is_held;
}

void
inspector_session_list_find (InspectorSessionList *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

void
inspector_session_list_move (InspectorSessionList *self, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->box);
  int index = row != NULL ? gtk_list_box_row_get_index (row) + step : 0;
  GtkListBoxRow *next = index >= 0 ? gtk_list_box_get_row_at_index (self->box, index) : NULL;

  if (next != NULL)
    gtk_list_box_select_row (self->box, next);
}

void
inspector_session_list_refresh (InspectorSessionList *self)
{
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->box, i);

      if (row == NULL || !inspector_session_item_is_among_running (item_of (row)))
        return; /* those that are finished do not change */
      inspector_session_row_refresh (INSPECTOR_SESSION_ROW (gtk_list_box_row_get_child (row)));
    }
}

static void
inspector_session_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((SessionListProperty) prop_id)
    {
    case PROP_IS_HELD: g_value_set_boolean (value, INSPECTOR_SESSION_LIST (object)->is_held); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_session_list_dispose (GObject *object)
{
  InspectorSessionList *self = INSPECTOR_SESSION_LIST (object);

  if (self->box != NULL)
    gtk_list_box_bind_model (self->box, NULL, NULL, NULL, NULL);
  self->filter = NULL;
  g_clear_object (&self->rows);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_SESSION_LIST);
  G_OBJECT_CLASS (inspector_session_list_parent_class)->dispose (object);
}

static void
inspector_session_list_finalize (GObject *object)
{
  g_free (INSPECTOR_SESSION_LIST (object)->selected);
  G_OBJECT_CLASS (inspector_session_list_parent_class)->finalize (object);
}

static void
inspector_session_list_class_init (InspectorSessionListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_session_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_session_list_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-session-list.ui");
  G_OBJECT_CLASS (klass)->get_property = inspector_session_list_get_property;
  props[PROP_IS_HELD] = g_param_spec_boolean ("is-held", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), G_N_ELEMENTS (props), props);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionList, entry);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionList, box);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_pointer_enter);
  gtk_widget_class_bind_template_callback (widget_class, on_pointer_leave);
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, INSPECTOR_TYPE_SESSION_ITEM);
  signals[SIGNAL_OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
inspector_session_list_init (InspectorSessionList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->box, show_header, NULL, NULL);
}
