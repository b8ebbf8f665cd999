/* inspector-filter.c - which rows of a chain are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-filter.h"

#include <string.h>

#include "inspector-query.h"

struct _InspectorFilter
{
  GtkFilter       parent_instance;
  GHashTable     *kinds;          /* keys of those that are chosen; empty: all are shown */
  gboolean        has_updates;
  double          low;            /* confidence */
  double          high;
  gboolean        not_reported;   /* those without a confidence are shown */
  gboolean        alternatives;   /* only steps that have some */
  gboolean        bookmarked;     /* only those */
  char           *text;
  InspectorQuery *query;          /* of the text; empty when there is none */
  char           *user_id;        /* whose session it is; NULL when not known */
};

G_DEFINE_FINAL_TYPE (InspectorFilter, inspector_filter, GTK_TYPE_FILTER)

char *
inspector_filter_dup_key (InspectorChainItem *item)
{
  InspectorItemKind kind = inspector_chain_item_get_kind (item);
  const char *word = inspector_chain_item_get_type_word (item);

  if (word == NULL || (kind != INSPECTOR_ITEM_STEP && kind != INSPECTOR_ITEM_UPDATE))
    return NULL;
  return g_strconcat (kind == INSPECTOR_ITEM_STEP ? "step:" : "update:", word, NULL);
}

/* ---- choosing ---- */

static gboolean
is_any_confidence (InspectorFilter *self)
{
  return self->low <= 0 && self->high >= 1 && self->not_reported;
}

static gboolean
has_confidence (InspectorFilter *self, InspectorChainItem *item)
{
  double confidence;

  if (is_any_confidence (self))
    return TRUE;
  if (!inspector_chain_item_get_confidence (item, &confidence))
    return self->not_reported;
  return confidence >= self->low - 1e-9 && confidence <= self->high + 1e-9;
}

static gboolean
is_chosen_kind (InspectorFilter *self, InspectorChainItem *item)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (self->kinds) == 0)
    return TRUE;
  key = inspector_filter_dup_key (item);
  return key != NULL && g_hash_table_contains (self->kinds, key);
}

static gboolean
inspector_filter_match (GtkFilter *filter, gpointer data)
{
  InspectorFilter *self = INSPECTOR_FILTER (filter);
  InspectorChainItem *item = data;
  InspectorItemKind kind = inspector_chain_item_get_kind (item);

  /* What is missing is missing of whatever was chosen; what is being written has nothing to choose by. */
  if (kind == INSPECTOR_ITEM_GAP || kind == INSPECTOR_ITEM_OPEN)
    return !self->bookmarked && !self->alternatives;
  if (kind == INSPECTOR_ITEM_UPDATE && !self->has_updates)
    return FALSE;
  if (self->bookmarked && !inspector_chain_item_is_bookmarked (item))
    return FALSE;
  if (self->alternatives && !inspector_chain_item_has_alternatives (item))
    return FALSE;
  return is_chosen_kind (self, item) && has_confidence (self, item) &&
         inspector_query_matches (self->query, item, self->user_id);
}

guint
inspector_filter_get_n_active (InspectorFilter *self)
{
  return (g_hash_table_size (self->kinds) > 0) + !self->has_updates + !is_any_confidence (self) + self->alternatives +
         self->bookmarked + !inspector_query_is_empty (self->query);
}

static GtkFilterMatch
inspector_filter_get_strictness (GtkFilter *filter)
{
  return inspector_filter_get_n_active (INSPECTOR_FILTER (filter)) == 0 ? GTK_FILTER_MATCH_ALL : GTK_FILTER_MATCH_SOME;
}

static void
changed (InspectorFilter *self)
{
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

void
inspector_filter_clear (InspectorFilter *self)
{
  if (inspector_filter_get_n_active (self) == 0)
    return;
  g_hash_table_remove_all (self->kinds);
  self->has_updates = self->not_reported = TRUE;
  self->low = 0;
  self->high = 1;
  self->alternatives = self->bookmarked = FALSE;
  g_clear_pointer (&self->query, inspector_query_free);
  self->query = inspector_query_new ("");
  g_free (self->text);
  self->text = g_strdup ("");
  changed (self);
}

/* ---- the choices ---- */

void
inspector_filter_set_user_id (InspectorFilter *self, const char *user_id)
{
  g_free (self->user_id);
  self->user_id = g_strdup (user_id);
}

void
inspector_filter_set_kind (InspectorFilter *self, const char *key, gboolean is_chosen)
{
  if (inspector_filter_has_kind (self, key) == is_chosen)
    return;
  if (is_chosen)
    g_hash_table_add (self->kinds, g_strdup (key));
  else
    g_hash_table_remove (self->kinds, key);
  changed (self);
}

gboolean
inspector_filter_has_kind (InspectorFilter *self, const char *key)
{
  return g_hash_table_contains (self->kinds, key);
}

static void
set_flag (InspectorFilter *self, gboolean *flag, gboolean value)
{
  if (*flag == value)
    return;
  *flag = value;
  changed (self);
}

void
inspector_filter_set_updates (InspectorFilter *self, gboolean are_shown)
{
  set_flag (self, &self->has_updates, are_shown);
}

gboolean
inspector_filter_get_updates (InspectorFilter *self)
{
  return self->has_updates;
}

void
inspector_filter_set_confidence (InspectorFilter *self, double low, double high, gboolean not_reported)
{
  if (self->low == low && self->high == high && self->not_reported == not_reported)
    return;
  self->low = low;
  self->high = high;
  self->not_reported = not_reported;
  changed (self);
}

void
inspector_filter_get_confidence (InspectorFilter *self, double *low, double *high, gboolean *not_reported)
{
  *low = self->low;
  *high = self->high;
  *not_reported = self->not_reported;
}

void
inspector_filter_set_alternatives (InspectorFilter *self, gboolean only)
{
  set_flag (self, &self->alternatives, only);
}

gboolean
inspector_filter_get_alternatives (InspectorFilter *self)
{
  return self->alternatives;
}

void
inspector_filter_set_bookmarked (InspectorFilter *self, gboolean only)
{
  set_flag (self, &self->bookmarked, only);
}

gboolean
inspector_filter_get_bookmarked (InspectorFilter *self)
{
  return self->bookmarked;
}

void
inspector_filter_set_text (InspectorFilter *self, const char *text)
{
  if (strcmp (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  inspector_query_free (self->query);
  self->query = inspector_query_new (text);
  changed (self);
}

const char *
inspector_filter_get_text (InspectorFilter *self)
{
  return self->text;
}

/* ---- the type ---- */

static void
inspector_filter_finalize (GObject *object)
{
  InspectorFilter *self = INSPECTOR_FILTER (object);

  g_hash_table_unref (self->kinds);
  g_free (self->text);
  inspector_query_free (self->query);
  g_free (self->user_id);
  G_OBJECT_CLASS (inspector_filter_parent_class)->finalize (object);
}

static void
inspector_filter_class_init (InspectorFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_filter_finalize;
  GTK_FILTER_CLASS (klass)->match = inspector_filter_match;
  GTK_FILTER_CLASS (klass)->get_strictness = inspector_filter_get_strictness;
}

static void
inspector_filter_init (InspectorFilter *self)
{
  self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->has_updates = self->not_reported = TRUE;
  self->high = 1;
  self->text = g_strdup ("");
  self->query = inspector_query_new ("");
}

InspectorFilter *
inspector_filter_new (void)
{
  return g_object_new (INSPECTOR_TYPE_FILTER, NULL);
}
