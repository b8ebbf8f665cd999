/* inspector-collector.c - what a watched session has, and gets, for whoever is not the view that shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-collector.h"

/* How long what came may wait. */
#define COLLECT_MS 250

struct _InspectorCollector
{
  GObject         parent_instance;
  InspectorWatch *watch;
  GPtrArray      *items;     /* InspectorChainItem */
  gpointer        last;      /* the newest of them, not owned */
  guint           timer;     /* 0 when nothing waits */
};

static guint collected_signal;

G_DEFINE_FINAL_TYPE (InspectorCollector, inspector_collector, G_TYPE_OBJECT)

/* What is behind the one that was taken last. */
static guint
take_new (InspectorCollector *self)
{
  GListModel *rows = G_LIST_MODEL (inspector_watch_get_model (self->watch));
  guint n = g_list_model_get_n_items (rows);
  guint n_before = self->items->len;
  guint from = n;

  while (from > 0)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, from - 1);

      if (item == self->last)
        break;
      from--;
    }
  for (guint i = from; i < n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i);

      if (inspector_chain_item_get_kind (item) == INSPECTOR_ITEM_OPEN)
        break;   /* these stand last */
      self->last = item;
      g_ptr_array_add (self->items, g_steal_pointer (&item));
    }
  return self->items->len - n_before;
}

static void
on_items_changed (InspectorCollector *self, guint position, guint n_removed, guint n_added)
{
  guint n = n_added > 0 ? take_new (self) : 0;

  if (n > 0)
    g_signal_emit (self, collected_signal, 0, n);
}

static gboolean
timer_cb (gpointer user_data)
{
  InspectorCollector *self = user_data;

  self->timer = 0;
  inspector_chain_model_apply (inspector_watch_get_model (self->watch), G_MAXUINT, 0);
  return G_SOURCE_REMOVE;
}

static void
on_pending (InspectorCollector *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (COLLECT_MS, timer_cb, self);
}

static void
inspector_collector_dispose (GObject *object)
{
  InspectorCollector *self = INSPECTOR_COLLECTOR (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->watch);
  G_OBJECT_CLASS (inspector_collector_parent_class)->dispose (object);
}

static void
inspector_collector_finalize (GObject *object)
{
  g_ptr_array_unref (INSPECTOR_COLLECTOR (object)->items);
  G_OBJECT_CLASS (inspector_collector_parent_class)->finalize (object);
}

static void
inspector_collector_class_init (InspectorCollectorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_collector_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_collector_finalize;
  collected_signal = g_signal_new ("collected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
inspector_collector_init (InspectorCollector *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

InspectorCollector *
inspector_collector_new (InspectorWatch *watch)
{
  InspectorCollector *self = g_object_new (INSPECTOR_TYPE_COLLECTOR, NULL);
  InspectorChainModel *rows = inspector_watch_get_model (watch);

  self->watch = g_object_ref (watch);
  inspector_chain_model_apply (rows, G_MAXUINT, 0);
  take_new (self);
  g_signal_connect_object (rows, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rows, "pending", G_CALLBACK (on_pending), self, G_CONNECT_SWAPPED);
  return self;
}

InspectorWatch *
inspector_collector_get_watch (InspectorCollector *self)
{
  return self->watch;
}

GPtrArray *
inspector_collector_get_items (InspectorCollector *self)
{
  return self->items;
}

void
inspector_collector_drop (InspectorCollector *self, guint n)
{
  g_ptr_array_remove_range (self->items, 0, n);
}
