/* inspector-chain-find.c - rows of a chain by what they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-find.h"

/* How far back the newest step is looked for, before an update will do. */
#define NEWEST_ROWS 64

static guint
n_rows (GListModel *rows)
{
  return rows != NULL ? g_list_model_get_n_items (rows) : 0;
}

guint
inspector_chain_find_item (GListModel *rows, InspectorChainItem *item)
{
  for (guint i = 0; i < n_rows (rows); i++)
    {
      g_autoptr(InspectorChainItem) other = g_list_model_get_item (rows, i);

      if (other == item)
        return i;
    }
  return G_MAXUINT;
}

guint
inspector_chain_find_event (GListModel *rows, OuioeEventId id)
{
  for (guint i = n_rows (rows); i-- > 0;)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i);
      OuioeEvent *event = inspector_chain_item_get_event (item);
      int order = event != NULL ? ouioe_event_id_compare (*ouioe_event_get_id (event), id) : 1;

      if (order <= 0)
        return order == 0 ? i : G_MAXUINT;
    }
  return G_MAXUINT;
}

guint
inspector_chain_find_same_kind (GListModel *rows, guint from, int step)
{
  guint n = n_rows (rows);
  g_autoptr(InspectorChainItem) like = from < n ? g_list_model_get_item (rows, from) : NULL;

  /* Before the first row there is a number beyond the last. */
  for (guint i = from + (guint) step; like != NULL && i < n; i += (guint) step)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, i);

      if (inspector_chain_item_get_kind (item) == inspector_chain_item_get_kind (like) &&
          g_strcmp0 (inspector_chain_item_get_type_word (item), inspector_chain_item_get_type_word (like)) == 0)
        return i;
    }
  return G_MAXUINT;
}

static gboolean
is_step (InspectorChainItem *item)
{
  InspectorItemKind kind = inspector_chain_item_get_kind (item);

  return kind == INSPECTOR_ITEM_STEP || kind == INSPECTOR_ITEM_OPEN;
}

InspectorChainItem *
inspector_chain_find_newest (GListModel *rows)
{
  guint n = n_rows (rows);

  for (guint i = 0; i < MIN (n, NEWEST_ROWS); i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (rows, n - 1 - i);

      if (is_step (item))
        return g_steal_pointer (&item);
    }
  return n > 0 ? g_list_model_get_item (rows, n - 1) : NULL;
}
