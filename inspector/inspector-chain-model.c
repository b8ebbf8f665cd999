/* inspector-chain-model.c - what arrived of a session, in bounded memory, applied when there is time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-model.h"

/* A window that is not drawn makes no frames; so many may wait for one, then they become rows at once. */
#define MAX_PENDING 10000
/* Looking at the clock costs as much as making a row; so many rows between two looks. */
#define CLOCK_STRIDE 32

struct _InspectorChainModel
{
  GObject    parent_instance;
  guint      limit;
  GPtrArray *rows;        /* InspectorChainItem, oldest first */
  GQueue     pending;     /* InspectorChainItem, oldest first */
  guint64    n_steps;     /* of all rows ever made */
  guint64    n_updates;
};

static guint pending_signal;

static GType
inspector_chain_model_get_item_type (GListModel *model)
{
  return INSPECTOR_TYPE_CHAIN_ITEM;
}

static guint
inspector_chain_model_get_n_items (GListModel *model)
{
  return INSPECTOR_CHAIN_MODEL (model)->rows->len;
}

static gpointer
inspector_chain_model_get_item (GListModel *model, guint position)
{
  InspectorChainModel *self = INSPECTOR_CHAIN_MODEL (model);

  return position < self->rows->len ? g_object_ref (self->rows->pdata[position]) : NULL;
}

static void
inspector_chain_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = inspector_chain_model_get_item_type;
  iface->get_n_items = inspector_chain_model_get_n_items;
  iface->get_item = inspector_chain_model_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (InspectorChainModel, inspector_chain_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, inspector_chain_model_list_model_init))

static void
inspector_chain_model_finalize (GObject *object)
{
  InspectorChainModel *self = INSPECTOR_CHAIN_MODEL (object);

  g_ptr_array_unref (self->rows);
  g_queue_clear_full (&self->pending, g_object_unref);
  G_OBJECT_CLASS (inspector_chain_model_parent_class)->finalize (object);
}

static void
inspector_chain_model_class_init (InspectorChainModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_chain_model_finalize;
  pending_signal = g_signal_new ("pending", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_chain_model_init (InspectorChainModel *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->pending);
}

InspectorChainModel *
inspector_chain_model_new (guint limit)
{
  InspectorChainModel *self = g_object_new (INSPECTOR_TYPE_CHAIN_MODEL, NULL);

  self->limit = MAX (limit, INSPECTOR_TRIM_BLOCK);
  return self;
}

static void
count (InspectorChainModel *self, InspectorChainItem *item)
{
  if (inspector_chain_item_get_kind (item) == INSPECTOR_ITEM_STEP)
    self->n_steps++;
  else if (inspector_chain_item_get_kind (item) == INSPECTOR_ITEM_UPDATE)
    self->n_updates++;
}

/* Whole blocks only: after this the limit is kept with less than a block to spare. */
static void
trim (InspectorChainModel *self)
{
  guint surplus = self->rows->len > self->limit ? self->rows->len - self->limit : 0;
  guint n = surplus / INSPECTOR_TRIM_BLOCK * INSPECTOR_TRIM_BLOCK;

  if (n == 0)
    return;
  g_ptr_array_remove_range (self->rows, 0, n);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

guint
inspector_chain_model_apply (InspectorChainModel *self, guint max, gint64 deadline_us)
{
  guint from = self->rows->len;
  guint n = 0;

  while (n < max && self->pending.length > 0)
    {
      InspectorChainItem *item = g_queue_pop_head (&self->pending);

      count (self, item);
      g_ptr_array_add (self->rows, item);
      n++;
      if (deadline_us > 0 && n % CLOCK_STRIDE == 0 && g_get_monotonic_time () >= deadline_us)
        break;
    }
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), from, 0, n);
  trim (self);
  return n;
}

void
inspector_chain_model_push (InspectorChainModel *self, InspectorChainItem *item)
{
  g_queue_push_tail (&self->pending, item);
  if (self->pending.length == 1)
    g_signal_emit (self, pending_signal, 0);
  else if (self->pending.length >= MAX_PENDING)
    inspector_chain_model_apply (self, G_MAXUINT, 0);
}

guint
inspector_chain_model_get_n_pending (InspectorChainModel *self)
{
  return self->pending.length;
}

guint64
inspector_chain_model_get_n_steps (InspectorChainModel *self)
{
  return self->n_steps;
}

guint64
inspector_chain_model_get_n_updates (InspectorChainModel *self)
{
  return self->n_updates;
}
