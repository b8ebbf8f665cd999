/* inspector-bookmark-button.c - the bookmarks of the session that is shown, behind a button of a header bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-bookmark-button.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "inspector-bookmark-popover.h"
#include "inspector-marker.h"

struct _InspectorBookmarkButton
{
  GtkWidget                 parent_instance;
  GtkMenuButton            *button;
  InspectorBookmarkPopover *popover;
  InspectorChainView       *chain;           /* not owned: it is in the same window; NULL until it is set */
  InspectorWatch           *watch;           /* NULL when nothing is shown */
  InspectorMarker          *marker;          /* of its rows; NULL as above */
};

enum { PROP_CHAIN = 1 };

G_DEFINE_FINAL_TYPE (InspectorBookmarkButton, inspector_bookmark_button, GTK_TYPE_WIDGET)

/* (transfer full) (nullable) */
static InspectorChainItem *
dup_selected (InspectorBookmarkButton *self)
{
  InspectorChainItem *item = NULL;

  if (self->chain != NULL)
    g_object_get (self->chain, "selected-item", &item, NULL);
  return item;
}

static gboolean
refuse (InspectorBookmarkButton *self, const char *why)
{
  GtkWidget *toasts = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts), adw_toast_new (why));
  return FALSE;
}

static void
fill_popover (GtkMenuButton *button, gpointer user_data)
{
  InspectorBookmarkButton *self = user_data;
  g_autoptr(InspectorChainItem) item = dup_selected (self);

  if (self->marker != NULL)
    inspector_bookmark_popover_show (self->popover, inspector_marker_get_bookmarks (self->marker), item,
                                     G_LIST_MODEL (inspector_watch_get_model (self->watch)));
}

static void
on_chosen (InspectorBookmarkButton *self, InspectorChainItem *item)
{
  if (self->chain != NULL && !inspector_chain_view_go_to_item (self->chain, item))
    refuse (self, _("A filter hides this step"));
}

gboolean
inspector_bookmark_button_toggle (InspectorBookmarkButton *self)
{
  g_autoptr(InspectorChainItem) item = dup_selected (self);

  if (self->marker == NULL || item == NULL)
    return refuse (self, _("There is no step to bookmark"));
  if (inspector_chain_item_get_event (item) == NULL)
    return refuse (self, _("This row cannot be bookmarked"));
  if (!inspector_marker_toggle (self->marker, item))
    return refuse (self, _("There are too many bookmarks already"));
  /* A narrow window may show it nowhere just now. */
  if (inspector_chain_item_is_bookmarked (item) && gtk_widget_get_mapped (GTK_WIDGET (self->button)))
    gtk_menu_button_popup (self->button);
  return TRUE;
}

gboolean
inspector_bookmark_button_move (InspectorBookmarkButton *self, int direction)
{
  GListModel *shown = self->chain != NULL ? inspector_chain_view_get_shown (self->chain) : NULL;
  g_autoptr(InspectorChainItem) item = dup_selected (self);
  g_autoptr(InspectorChainItem) found = shown != NULL ? inspector_marker_find (shown, item, direction) : NULL;

  if (found == NULL)
    return refuse (self, _("There is no bookmark among the rows that are shown"));
  return inspector_chain_view_go_to_item (self->chain, found);
}

void
inspector_bookmark_button_set_watch (InspectorBookmarkButton *self, InspectorWatch *watch)
{
  g_clear_object (&self->marker);
  g_set_object (&self->watch, watch);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), watch != NULL);
  if (watch != NULL)
    {
      g_autoptr(InspectorBookmarks) bookmarks = inspector_bookmarks_get (inspector_watch_get_session_id (watch));

      self->marker = inspector_marker_new (bookmarks, G_LIST_MODEL (inspector_watch_get_model (watch)));
    }
}

static void
inspector_bookmark_button_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorBookmarkButton *self = INSPECTOR_BOOKMARK_BUTTON (object);

  if (prop_id == PROP_CHAIN)
    g_set_weak_pointer (&self->chain, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_bookmark_button_dispose (GObject *object)
{
  InspectorBookmarkButton *self = INSPECTOR_BOOKMARK_BUTTON (object);

  g_clear_object (&self->marker);
  g_clear_object (&self->watch);
  g_clear_weak_pointer (&self->chain);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_BOOKMARK_BUTTON);
  G_OBJECT_CLASS (inspector_bookmark_button_parent_class)->dispose (object);
}

static void
inspector_bookmark_button_class_init (InspectorBookmarkButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = inspector_bookmark_button_set_property;
  object_class->dispose = inspector_bookmark_button_dispose;
  g_object_class_install_property (object_class, PROP_CHAIN,
                                   g_param_spec_object ("chain", NULL, NULL, INSPECTOR_TYPE_CHAIN_VIEW,
                                                        G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_type_ensure (INSPECTOR_TYPE_BOOKMARK_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-bookmark-button.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkButton, button);
  gtk_widget_class_bind_template_child (widget_class, InspectorBookmarkButton, popover);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
}

static void
inspector_bookmark_button_init (InspectorBookmarkButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->button, fill_popover, self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), FALSE);
}
