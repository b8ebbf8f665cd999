/* ouioed-store.c - interface: keeps sessions and their events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-store-private.h"

G_DEFINE_INTERFACE (OuioedStore, ouioed_store, G_TYPE_OBJECT)

void
ouioed_commit_free (OuioedCommit *self)
{
  g_array_unref (self->trims);
  g_free (self);
}

static void
clear_trim (gpointer data)
{
  OuioedTrim *trim = data;

  g_clear_pointer (&trim->session_id, g_ref_string_release);
}

OuioedCommit *
ouioed_commit_new (void)
{
  OuioedCommit *self = g_new0 (OuioedCommit, 1);

  self->trims = g_array_new (FALSE, FALSE, sizeof (OuioedTrim));
  g_array_set_clear_func (self->trims, clear_trim);
  return self;
}

void
ouioed_commit_add_trim (OuioedCommit *self, char *session_id, guint stream_index, guint64 n_removed,
                        OuioeEventId trimmed_to)
{
  const OuioedTrim trim = { g_ref_string_acquire (session_id), stream_index, n_removed, trimmed_to };

  g_array_append_val (self->trims, trim);
}

OuioedPage *
ouioed_page_new (void)
{
  OuioedPage *self = g_new0 (OuioedPage, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  return self;
}

void
ouioed_page_free (OuioedPage *self)
{
  g_ptr_array_unref (self->events);
  g_free (self);
}

void
ouioed_page_reverse (OuioedPage *self)
{
  gpointer *items = self->events->pdata;

  for (guint i = 0, j = self->events->len; i + 1 < j; i++)
    {
      gpointer swap = items[--j];

      items[j] = items[i];
      items[i] = swap;
    }
}

OuioedContents *
ouioed_contents_new (void)
{
  OuioedContents *self = g_new0 (OuioedContents, 1);

  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_session_record_unref);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_key_record_unref);
  return self;
}

void
ouioed_contents_free (OuioedContents *self)
{
  g_ptr_array_unref (self->sessions);
  g_ptr_array_unref (self->keys);
  g_free (self);
}

OuioedQuery *
ouioed_query_copy (const OuioedQuery *query)
{
  OuioedQuery *copy = g_memdup2 (query, sizeof *query);

  copy->sessions = (const char *const *) g_strdupv ((char **) query->sessions);
  copy->type_word = g_strdup (query->type_word);
  return copy;
}

void
ouioed_query_free (OuioedQuery *copy)
{
  g_strfreev ((char **) copy->sessions);
  g_free ((char *) copy->type_word);
  g_free (copy);
}

gboolean
ouioed_query_matches (const OuioedQuery *query, guint streams, guint kind, gint64 time_us, const char *type_word)
{
  if ((streams & query->streams) == 0)
    return FALSE;
  if (query->kinds != 0 && (query->kinds & (1u << kind)) == 0)
    return FALSE;
  if (query->since_us != 0 && time_us < query->since_us)
    return FALSE;
  if (query->until_us != 0 && time_us > query->until_us)
    return FALSE;
  return query->type_word == NULL || g_strcmp0 (query->type_word, type_word) == 0;
}

GError *
ouioed_store_error_closed (void)
{
  return g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "The store is closed");
}

static void
ouioed_store_default_init (OuioedStoreInterface *iface)
{
}

const char *
ouioed_store_get_name (OuioedStore *self)
{
  g_return_val_if_fail (OUIOED_IS_STORE (self), NULL);

  return OUIOED_STORE_GET_IFACE (self)->get_name (self);
}

OuioedContents *
ouioed_store_open (OuioedStore *self, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_STORE (self), NULL);

  return OUIOED_STORE_GET_IFACE (self)->open (self, error);
}

void
ouioed_store_commit_async (OuioedStore *self, OuioedBatch *batch, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOED_IS_STORE (self));
  g_return_if_fail (batch != NULL);

  OUIOED_STORE_GET_IFACE (self)->commit_async (self, batch, callback, user_data);
}

OuioedCommit *
ouioed_store_commit_finish (OuioedStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_STORE (self), NULL);

  return OUIOED_STORE_GET_IFACE (self)->commit_finish (self, result, error);
}

void
ouioed_store_read_async (OuioedStore *self, const OuioedQuery *query, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOED_IS_STORE (self));
  g_return_if_fail (query != NULL && query->limit > 0);

  OUIOED_STORE_GET_IFACE (self)->read_async (self, query, cancellable, callback, user_data);
}

OuioedPage *
ouioed_store_read_finish (OuioedStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_STORE (self), NULL);

  return OUIOED_STORE_GET_IFACE (self)->read_finish (self, result, error);
}

void
ouioed_store_close (OuioedStore *self)
{
  g_return_if_fail (OUIOED_IS_STORE (self));

  OUIOED_STORE_GET_IFACE (self)->close (self);
}
