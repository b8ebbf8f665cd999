/* inspector-search.c - finds rows of a chain, as they come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-search.h"

#include "inspector-query.h"

/* Of one go: more would be felt. */
#define SLICE_US 3000
#define CLOCK_STRIDE 64

struct _InspectorSearch
{
  GObject         parent_instance;
  GListModel     *model;     /* NULL when nothing is shown */
  InspectorQuery *query;     /* NULL when nothing is looked for */
  char           *user_id;   /* whose session it is; NULL when not known */
  guint           next;      /* the first row that was not looked at */
  guint           idle;      /* looks at more; 0 when there is none */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorSearch, inspector_search, G_TYPE_OBJECT)

static void
look_at (InspectorSearch *self, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (self->model, position);
  gboolean is_match = self->query != NULL && inspector_query_matches (self->query, item, self->user_id);

  inspector_chain_item_set_match (item, is_match);
}

/* Looks until the time of one go is over. */
static void
look_on (InspectorSearch *self)
{
  gint64 until_us = g_get_monotonic_time () + SLICE_US;
  guint n = g_list_model_get_n_items (self->model);

  for (guint i = 0; self->next < n; i++)
    {
      if (i % CLOCK_STRIDE == CLOCK_STRIDE - 1 && g_get_monotonic_time () >= until_us)
        break;
      look_at (self, self->next++);
    }
}

static gboolean
look_cb (gpointer user_data)
{
  InspectorSearch *self = user_data;

  look_on (self);
  if (inspector_search_is_done (self))
    self->idle = 0;
  g_signal_emit (self, changed_signal, 0);
  return self->idle != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
want_look (InspectorSearch *self)
{
  if (self->idle == 0 && !inspector_search_is_done (self))
    self->idle = g_idle_add (look_cb, self);
}

/* From the beginning: what was marked before is looked at again, and unmarked. */
static void
begin (InspectorSearch *self)
{
  self->next = 0;
  if (self->model != NULL)
    look_on (self);
  want_look (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
on_items_changed (InspectorSearch *self, guint position, guint n_removed, guint n_added)
{
  if (self->query == NULL)
    return;
  /* The oldest went. */
  if (n_added == 0 && position + n_removed <= self->next)
    self->next -= n_removed;
  else
    self->next = MIN (self->next, position);
  look_on (self);
  want_look (self);
  g_signal_emit (self, changed_signal, 0);
}

void
inspector_search_set_model (InspectorSearch *self, GListModel *model)
{
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  g_clear_handle_id (&self->idle, g_source_remove);
  if (model != NULL)
    g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
  if (self->query != NULL)
    begin (self);
}

void
inspector_search_set_text (InspectorSearch *self, const char *text, const char *user_id)
{
  g_autoptr(InspectorQuery) query = inspector_query_new (text);
  gboolean was_active = self->query != NULL;

  g_clear_pointer (&self->query, inspector_query_free);
  if (!inspector_query_is_empty (query))
    self->query = g_steal_pointer (&query);
  g_free (self->user_id);
  self->user_id = g_strdup (user_id);
  if (was_active || self->query != NULL)
    begin (self);
}

gboolean
inspector_search_is_active (InspectorSearch *self)
{
  return self->query != NULL;
}

gboolean
inspector_search_is_done (InspectorSearch *self)
{
  return self->model == NULL || self->next >= g_list_model_get_n_items (self->model);
}

static gboolean
is_match (GListModel *shown, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (shown, position);

  return inspector_chain_item_is_match (item);
}

gboolean
inspector_search_move (InspectorSearch *self, GListModel *shown, gboolean forward, guint *position, gboolean *is_wrapped)
{
  guint n = g_list_model_get_n_items (shown);
  guint from = *position < n ? *position : forward ? n - 1 : 0;

  *is_wrapped = FALSE;
  if (self->query == NULL)
    return FALSE;
  for (guint i = 1; i <= n; i++)
    {
      guint at = forward ? (from + i) % n : (from + n - i) % n;

      if (!is_match (shown, at))
        continue;
      *is_wrapped = *position < n && (forward ? at <= from : at >= from);
      *position = at;
      return TRUE;
    }
  return FALSE;
}

guint
inspector_search_count (InspectorSearch *self, GListModel *shown, guint n)
{
  guint n_found = 0;

  for (guint i = 0; self->query != NULL && i < n; i++)
    n_found += is_match (shown, i);
  return n_found;
}

static void
inspector_search_dispose (GObject *object)
{
  InspectorSearch *self = INSPECTOR_SEARCH (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (inspector_search_parent_class)->dispose (object);
}

static void
inspector_search_finalize (GObject *object)
{
  InspectorSearch *self = INSPECTOR_SEARCH (object);

  g_clear_pointer (&self->query, inspector_query_free);
  g_free (self->user_id);
  G_OBJECT_CLASS (inspector_search_parent_class)->finalize (object);
}

static void
inspector_search_class_init (InspectorSearchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_search_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_search_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_search_init (InspectorSearch *self)
{
}

InspectorSearch *
inspector_search_new (void)
{
  return g_object_new (INSPECTOR_TYPE_SEARCH, NULL);
}
