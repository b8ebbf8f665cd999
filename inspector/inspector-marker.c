/* inspector-marker.c - tells the rows of a list which of them are bookmarked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-marker.h"

struct _InspectorMarker
{
  GObject             parent_instance;
  InspectorBookmarks *bookmarks;
  GListModel         *rows;
};

G_DEFINE_FINAL_TYPE (InspectorMarker, inspector_marker, G_TYPE_OBJECT)

/* (nullable) */
static const OuioeEventId *
get_id (InspectorChainItem *item)
{
  OuioeEvent *event = inspector_chain_item_get_event (item);

  return event != NULL ? ouioe_event_get_id (event) : NULL;
}

static void
mark (InspectorMarker *self, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (self->rows, i);
      const OuioeEventId *id = get_id (item);
      gboolean is_marked = id != NULL && inspector_bookmarks_has (self->bookmarks, id);

      if (inspector_chain_item_is_bookmarked (item) != is_marked)
        inspector_chain_item_set_bookmarked (item, is_marked);
    }
}

static void
on_items_changed (InspectorMarker *self, guint position, guint n_removed, guint n_added)
{
  if (inspector_bookmarks_get_n (self->bookmarks) > 0)
    mark (self, position, n_added);
}

static void
on_changed (InspectorMarker *self)
{
  mark (self, 0, g_list_model_get_n_items (self->rows));
}

static void
inspector_marker_dispose (GObject *object)
{
  InspectorMarker *self = INSPECTOR_MARKER (object);

  g_clear_object (&self->bookmarks);
  g_clear_object (&self->rows);
  G_OBJECT_CLASS (inspector_marker_parent_class)->dispose (object);
}

static void
inspector_marker_class_init (InspectorMarkerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_marker_dispose;
}

static void
inspector_marker_init (InspectorMarker *self)
{
}

InspectorMarker *
inspector_marker_new (InspectorBookmarks *bookmarks, GListModel *rows)
{
  InspectorMarker *self = g_object_new (INSPECTOR_TYPE_MARKER, NULL);

  self->bookmarks = g_object_ref (bookmarks);
  self->rows = g_object_ref (rows);
  g_signal_connect_object (rows, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (bookmarks, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
  return self;
}

InspectorBookmarks *
inspector_marker_get_bookmarks (InspectorMarker *self)
{
  return self->bookmarks;
}

gboolean
inspector_marker_toggle (InspectorMarker *self, InspectorChainItem *item)
{
  const OuioeEventId *id = get_id (item);

  if (id == NULL)
    return FALSE;
  if (!inspector_bookmarks_has (self->bookmarks, id))
    return inspector_bookmarks_set (self->bookmarks, id, NULL);
  inspector_bookmarks_remove (self->bookmarks, id);
  return TRUE;
}

InspectorChainItem *
inspector_marker_find (GListModel *rows, InspectorChainItem *from, int direction)
{
  guint n = g_list_model_get_n_items (rows);
  guint start = direction > 0 ? n - 1 : 0;   /* as if one came from the other end */

  for (guint i = 0; from != NULL && i < n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i);

      if (item != from)
        continue;
      start = i;
      break;
    }
  for (guint i = 1; i <= n; i++)
    {
      guint position = direction > 0 ? (start + i) % n : (start + n - i) % n;
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, position);

      if (inspector_chain_item_is_bookmarked (item))
        return g_steal_pointer (&item);
    }
  return NULL;
}
