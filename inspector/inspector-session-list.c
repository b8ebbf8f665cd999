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
  GtkListBox *box;
  GListModel *rows;        /* what the box shows, MAX_ROWS at most */
  char       *selected;    /* id of the session that is shown, or NULL */
};

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
  gboolean is_open = inspector_session_item_is_open (item_of (row));
  GtkWidget *label;

  if (before != NULL && inspector_session_item_is_open (item_of (before)) == is_open)
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

void
inspector_session_list_set_sessions (InspectorSessionList *self, GListModel *sessions)
{
  g_clear_object (&self->rows);
  self->rows = G_LIST_MODEL (gtk_slice_list_model_new (g_object_ref (sessions), 0, MAX_ROWS));
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

      if (row == NULL || !inspector_session_item_is_open (item_of (row)))
        return; /* those that are finished do not change */
      inspector_session_row_refresh (INSPECTOR_SESSION_ROW (gtk_list_box_row_get_child (row)));
    }
}

static void
inspector_session_list_dispose (GObject *object)
{
  InspectorSessionList *self = INSPECTOR_SESSION_LIST (object);

  if (self->box != NULL)
    gtk_list_box_bind_model (self->box, NULL, NULL, NULL, NULL);
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
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionList, box);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
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
