/* inspector-timeline-times.c - when the items of a list happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-times.h"

#include "inspector-chain-item.h"

struct _InspectorTimelineTimes
{
  GListModel *model;       /* NULL when there is none */
  gulong      handler;     /* of its "items-changed" */
  GArray     *times;       /* of gint64, one for each item */
  void      (*changed) (gpointer user_data);
  gpointer    user_data;
};

InspectorTimelineTimes *
inspector_timeline_times_new (void (*changed) (gpointer user_data), gpointer user_data)
{
  InspectorTimelineTimes *self = g_new0 (InspectorTimelineTimes, 1);

  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->changed = changed;
  self->user_data = user_data;
  return self;
}

static void
forget_model (InspectorTimelineTimes *self)
{
  if (self->model != NULL)
    g_clear_signal_handler (&self->handler, self->model);
  g_clear_object (&self->model);
  g_array_set_size (self->times, 0);
}

void
inspector_timeline_times_free (InspectorTimelineTimes *self)
{
  forget_model (self);
  g_array_unref (self->times);
  g_free (self);
}

static void
on_items_changed (InspectorTimelineTimes *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  g_autofree gint64 *added = g_new (gint64, MAX (n_added, 1));

  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (model, position + i);

      added[i] = inspector_chain_item_get_time_us (item);
    }
  if (n_removed > 0)
    g_array_remove_range (self->times, position, n_removed);
  if (n_added > 0)
    g_array_insert_vals (self->times, position, added, n_added);
  self->changed (self->user_data);
}

gboolean
inspector_timeline_times_set_model (InspectorTimelineTimes *self, GListModel *model)
{
  if (self->model == model)
    return FALSE;
  forget_model (self);
  if (model != NULL)
    {
      self->model = g_object_ref (model);
      self->handler = g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
      on_items_changed (self, 0, 0, g_list_model_get_n_items (model), model);
    }
  self->changed (self->user_data);
  return TRUE;
}

GListModel *
inspector_timeline_times_get_model (InspectorTimelineTimes *self)
{
  return self->model;
}

const gint64 *
inspector_timeline_times_get (InspectorTimelineTimes *self, guint *n)
{
  *n = self->times->len;
  return (const gint64 *) self->times->data;
}

/* ---- bookmarks ---- */

/* The row at @position, or the nearest before it that is an event; NULL when there is none. */
static InspectorChainItem *
get_event_row (GListModel *rows, guint position)
{
  for (guint i = position + 1; i > 0; i--)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i - 1);

      if (inspector_chain_item_get_event (item) != NULL)
        return g_steal_pointer (&item);
    }
  return NULL;
}

/* 0: no row has this id. Rows are in the order of ids; gaps and open steps have none. */
static gint64
find_time (GListModel *rows, const OuioeEventId *id)
{
  guint low = 0;
  guint high = g_list_model_get_n_items (rows);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      g_autoptr(InspectorChainItem) item = get_event_row (rows, middle);
      int order = item != NULL ? ouioe_event_id_compare (*ouioe_event_get_id (inspector_chain_item_get_event (item)), *id) : -1;

      if (order == 0)
        return inspector_chain_item_get_time_us (item);
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return 0;
}

void
inspector_timeline_find_bookmarks (InspectorBookmarks *bookmarks, GListModel *rows, GArray *times)
{
  for (guint i = 0; i < inspector_bookmarks_get_n (bookmarks); i++)
    {
      gint64 time_us = find_time (rows, inspector_bookmarks_get_id (bookmarks, i));

      if (time_us > 0)
        g_array_append_val (times, time_us);
    }
}
