/* inspector-warnings.c - the warnings among the rows of a chain, and when it was completed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-warnings.h"

#include <string.h>

/* Steps that are being written come and go at the end of the rows; no more than these move at a time. */
#define MAX_MOVED 64

struct _InspectorWarnings
{
  GPtrArray *items;          /* InspectorChainItem, oldest first */
  guint      next;           /* which one was shown last; as many as there are: none */
  gint64     completed_us;
};

InspectorWarnings *
inspector_warnings_new (void)
{
  InspectorWarnings *self = g_new0 (InspectorWarnings, 1);

  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
inspector_warnings_free (InspectorWarnings *self)
{
  g_ptr_array_unref (self->items);
  g_free (self);
}

void
inspector_warnings_clear (InspectorWarnings *self)
{
  g_ptr_array_set_size (self->items, 0);
  self->next = 0;
  self->completed_us = 0;
}

/* Whether it is among the last ones: it may have moved. */
static gboolean
is_known (InspectorWarnings *self, InspectorChainItem *item)
{
  for (guint i = self->items->len; i > 0 && i + MAX_MOVED > self->items->len; i--)
    {
      if (self->items->pdata[i - 1] == item)
        return TRUE;
    }
  return FALSE;
}

static void
note (InspectorWarnings *self, InspectorChainItem *item)
{
  const char *word = inspector_chain_item_get_type_word (item);

  if (inspector_chain_item_get_kind (item) == INSPECTOR_ITEM_START)
    self->completed_us = 0;
  if (inspector_chain_item_get_kind (item) != INSPECTOR_ITEM_UPDATE)
    return;
  self->completed_us = g_strcmp0 (word, "completion") == 0 || g_strcmp0 (word, "completed") == 0
                         ? inspector_chain_item_get_time_us (item) : 0;
  if (g_strcmp0 (word, "warning") != 0 || is_known (self, item))
    return;
  g_ptr_array_add (self->items, g_object_ref (item));
  self->next = self->items->len;
}

gboolean
inspector_warnings_splice (InspectorWarnings *self, GListModel *model, guint position, guint n_removed, guint n_added)
{
  guint n_before = self->items->len;
  gint64 completed_before_us = self->completed_us;
  gboolean is_move = position > 0 && n_removed > 0 && n_removed <= MAX_MOVED && n_added >= n_removed;

  if (n_removed > 0 && !is_move)
    {
      inspector_warnings_clear (self);
      position = 0;
      n_added = g_list_model_get_n_items (model);
    }
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (model, i);

      note (self, item);
    }
  return self->items->len != n_before || self->completed_us != completed_before_us;
}

guint
inspector_warnings_get_n (InspectorWarnings *self)
{
  return self->items->len;
}

InspectorChainItem *
inspector_warnings_next (InspectorWarnings *self)
{
  if (self->items->len == 0)
    return NULL;
  self->next = self->next > 0 ? self->next - 1 : self->items->len - 1;
  return self->items->pdata[self->next];
}

gint64
inspector_warnings_get_completed_us (InspectorWarnings *self)
{
  return self->completed_us;
}
