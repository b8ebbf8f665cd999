/* inspector-bookmark-popover.c - the note of a bookmark, and all bookmarks of the session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-bookmark-popover.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-kind.h"

/* Of a note or a text in the list. */
#define MAX_CHARS 80

struct _InspectorBookmarkPopover
{
  GtkPopover          parent_instance;
  GtkWidget          *editor;
  GtkLabel           *title;
  GtkEntry           *note;
  GtkWidget          *scroller;
  GtkListBox         *list;
  GtkWidget          *nothing;
  InspectorBookmarks *bookmarks;         /* NULL before it was shown */
  InspectorChainItem *item;              /* the one that is edited; NULL when none is */
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (InspectorBookmarkPopover, inspector_bookmark_popover, GTK_TYPE_POPOVER)

/* (nullable) */
static const OuioeEventId *
get_id (InspectorChainItem *item)
{
  OuioeEvent *event = item != NULL ? inspector_chain_item_get_event (item) : NULL;

  return event != NULL ? ouioe_event_get_id (event) : NULL;
}

/* "14:02:07.3 Decision" */
static char *
describe (InspectorChainItem *item)
{
  g_autofree char *clock = inspector_format_clock (inspector_chain_item_get_time_us (item));

  return g_strdup_printf (C_ ("a step", "%s %s"), clock, inspector_kind_get_name (inspector_kind_for_item (item), item));
}

static void
keep_note (InspectorBookmarkPopover *self)
{
  if (self->item != NULL && inspector_bookmarks_has (self->bookmarks, get_id (self->item)))
    inspector_bookmarks_set (self->bookmarks, get_id (self->item), gtk_editable_get_text (GTK_EDITABLE (self->note)));
}

static void
inspector_bookmark_popover_closed (GtkPopover *popover)
{
  InspectorBookmarkPopover *self = INSPECTOR_BOOKMARK_POPOVER (popover);

  keep_note (self);
  g_clear_object (&self->item);
}

static void
on_remove (InspectorBookmarkPopover *self)
{
  if (self->item != NULL)
    inspector_bookmarks_remove (self->bookmarks, get_id (self->item));
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, InspectorBookmarkPopover *self)
{
  g_autoptr(InspectorChainItem) item = g_object_ref (g_object_get_data (G_OBJECT (row), "item"));

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, chosen_signal, 0, item);
}

static void
add_row (InspectorBookmarkPopover *self, InspectorChainItem *item)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *head = describe (item);
  const char *note = inspector_bookmarks_get_note (self->bookmarks, get_id (item));
  g_autofree char *text = inspector_format_joined (note != NULL ? note : inspector_chain_item_get_text (item), MAX_CHARS);
  GtkWidget *head_label = gtk_label_new (head);
  GtkWidget *text_label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (head_label), 0);
  gtk_label_set_xalign (GTK_LABEL (text_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (text_label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (head_label, "caption");
  gtk_widget_add_css_class (head_label, "dim-label");
  gtk_widget_add_css_class (head_label, "numeric");
  gtk_box_append (GTK_BOX (box), head_label);
  gtk_box_append (GTK_BOX (box), text_label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "item", g_object_ref (item), g_object_unref);
  gtk_list_box_append (self->list, row);
}

static void
show_list (InspectorBookmarkPopover *self, GListModel *rows)
{
  guint n_rows = rows != NULL ? g_list_model_get_n_items (rows) : 0;
  guint n_left = inspector_bookmarks_get_n (self->bookmarks);
  gboolean is_any = FALSE;

  for (GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, 0); row != NULL;
       row = gtk_list_box_get_row_at_index (self->list, 0))
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < n_rows && n_left > 0; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i);
      const OuioeEventId *id = get_id (item);

      if (id == NULL || !inspector_bookmarks_has (self->bookmarks, id))
        continue;
      n_left--;
      is_any = TRUE;
      add_row (self, item);
    }
  gtk_widget_set_visible (self->scroller, is_any);
  gtk_widget_set_visible (self->nothing, !is_any);
}

void
inspector_bookmark_popover_show (InspectorBookmarkPopover *self, InspectorBookmarks *bookmarks, InspectorChainItem *item,
                                 GListModel *rows)
{
  gboolean is_marked = get_id (item) != NULL && inspector_bookmarks_has (bookmarks, get_id (item));
  const char *note = is_marked ? inspector_bookmarks_get_note (bookmarks, get_id (item)) : NULL;
  g_autofree char *title = is_marked ? describe (item) : g_strdup ("");

  g_set_object (&self->bookmarks, bookmarks);
  g_set_object (&self->item, (is_marked ? item : NULL));
  gtk_label_set_text (self->title, title);
  gtk_editable_set_text (GTK_EDITABLE (self->note), note != NULL ? note : "");
  gtk_widget_set_visible (self->editor, is_marked);
  show_list (self, rows);
}

static void
inspector_bookmark_popover_dispose (GObject *object)
{
  InspectorBookmarkPopover *self = INSPECTOR_BOOKMARK_POPOVER (object);

  g_clear_object (&self->item);
  g_clear_object (&self->bookmarks);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_BOOKMARK_POPOVER);
  G_OBJECT_CLASS (inspector_bookmark_popover_parent_class)->dispose (object);
}

static void
inspector_bookmark_popover_class_init (InspectorBookmarkPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_bookmark_popover_dispose;
  GTK_POPOVER_CLASS (klass)->closed = inspector_bookmark_popover_closed;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                INSPECTOR_TYPE_CHAIN_ITEM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-bookmark-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, editor);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, title);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, note);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, scroller);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, list);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkPopover, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
inspector_bookmark_popover_init (InspectorBookmarkPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
