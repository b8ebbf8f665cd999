/* inspector-session-chooser.c - asks for a session, for example to compare with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-session-chooser.h"

#include <string.h>

#include "inspector-session-row.h"

struct _InspectorSessionChooser
{
  AdwWindow        parent_instance;
  GtkSearchEntry  *entry;
  GtkStack        *stack;
  GtkListBox      *list;
  GListModel      *shown;        /* InspectorSessionItem */
  GtkFilter       *filter;       /* of these */
  char            *without;      /* a session's id, or NULL */
  char            *words;        /* what is looked for, without regard to case */
};

enum { SIGNAL_CHOSEN, SIGNAL_FILE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (InspectorSessionChooser, inspector_session_chooser, ADW_TYPE_WINDOW)

static gboolean
is_shown (gpointer item, gpointer user_data)
{
  InspectorSessionChooser *self = user_data;
  const char *id = inspector_session_item_get_id (item);
  const char *user = ouioe_session_get_user_id (inspector_session_item_get_session (item));
  g_autofree char *title = inspector_session_item_dup_title (item);
  g_autofree char *all = g_strjoin ("\n", title, id, user, NULL);
  g_autofree char *folded = g_utf8_casefold (all, -1);

  return g_strcmp0 (id, self->without) != 0 && (self->words == NULL || strstr (folded, self->words) != NULL);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  return GTK_WIDGET (inspector_session_row_new (item));
}

static void
show_page (InspectorSessionChooser *self)
{
  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (self->shown) > 0 ? "list" : "none");
}

static void
on_search_changed (InspectorSessionChooser *self)
{
  g_free (self->words);
  self->words = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->entry)), -1);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
choose (InspectorSessionChooser *self, guint position)
{
  g_autoptr(InspectorSessionItem) item = g_list_model_get_item (self->shown, position);

  if (item == NULL)
    return;
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, item);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, InspectorSessionChooser *self)
{
  choose (self, (guint) gtk_list_box_row_get_index (row));
}

static void
on_entry_activate (InspectorSessionChooser *self)
{
  choose (self, 0);
}

static void
on_file (InspectorSessionChooser *self)
{
  g_signal_emit (self, signals[SIGNAL_FILE], 0);
  gtk_window_close (GTK_WINDOW (self));
}

static void
inspector_session_chooser_dispose (GObject *object)
{
  InspectorSessionChooser *self = INSPECTOR_SESSION_CHOOSER (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->shown);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_SESSION_CHOOSER);
  G_OBJECT_CLASS (inspector_session_chooser_parent_class)->dispose (object);
}

static void
inspector_session_chooser_finalize (GObject *object)
{
  InspectorSessionChooser *self = INSPECTOR_SESSION_CHOOSER (object);

  g_clear_object (&self->filter);
  g_free (self->without);
  g_free (self->words);
  G_OBJECT_CLASS (inspector_session_chooser_parent_class)->finalize (object);
}

static void
inspector_session_chooser_class_init (InspectorSessionChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_session_chooser_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_session_chooser_finalize;
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         INSPECTOR_TYPE_SESSION_ITEM);
  signals[SIGNAL_FILE] = g_signal_new ("file", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-session-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionChooser, entry);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorSessionChooser, list);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_file);
  gtk_widget_class_bind_template_callback (widget_class, gtk_window_close);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
inspector_session_chooser_init (InspectorSessionChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_entry_set_key_capture_widget (self->entry, GTK_WIDGET (self));
}

InspectorSessionChooser *
inspector_session_chooser_new (GtkWindow *parent, const char *title, GListModel *sessions, const char *without)
{
  InspectorSessionChooser *self = g_object_new (INSPECTOR_TYPE_SESSION_CHOOSER, "transient-for", parent, "title", title, NULL);

  self->without = g_strdup (without);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  self->shown = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (sessions), g_object_ref (self->filter)));
  gtk_list_box_bind_model (self->list, self->shown, make_row, NULL, NULL);
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (show_page), self, G_CONNECT_SWAPPED);
  show_page (self);
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->entry));
  return self;
}
