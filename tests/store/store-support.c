/* store-support.c - what the tests of the stores share: a store of any kind, and short words for what it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "store-support.h"

static void
open_store (TestStore *self)
{
  g_autoptr(GError) error = NULL;

  self->store = self->backend->create (self->place);
  self->contents = ouioed_store_open (self->store, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->contents);
}

static void
close_store (TestStore *self)
{
  ouioed_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_pointer (&self->contents, ouioed_contents_free);
}

void
test_store_set_up (TestStore *self, gconstpointer backend)
{
  g_autoptr(GError) error = NULL;

  self->backend = backend;
  self->place = g_dir_make_tmp ("ouioed-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->last_ms = 1000;
  open_store (self);
}

void
test_store_tear_down (TestStore *self, gconstpointer backend)
{
  close_store (self);
  test_remove_place (self->place);
  g_free (self->place);
}

void
test_store_reopen (TestStore *self)
{
  close_store (self);
  open_store (self);
}

void
test_remove_place (const char *place)
{
  g_autoptr(GDir) dir = g_dir_open (place, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (place), ==, 0);
}

char *
test_session (const char *id)
{
  static GHashTable *ids = NULL;
  char *found;

  if (ids == NULL)
    ids = g_hash_table_new (g_str_hash, g_str_equal);
  found = g_hash_table_lookup (ids, id);
  if (found == NULL)
    {
      found = g_ref_string_new_intern (id);
      g_hash_table_add (ids, found);
    }

  return found;
}

OuioeEvent *
test_event (const char *session, guint64 ms, OuioeEventKind kind, const char *type_word, const char *json)
{
  g_autoptr(GBytes) bytes = g_bytes_new (json, strlen (json));

  return ouioe_event_new_encoded (test_session (session), (OuioeEventId) { ms, 0 }, kind, type_word,
                                  (gint64) ms * 1000, bytes);
}

OuioedSessionRecord *
test_record (const char *session)
{
  OuioedSessionRecord *record = ouioed_session_record_new ();

  record->id = g_ref_string_acquire (test_session (session));
  record->user_id = g_strdup ("ann");
  record->state = OUIOE_SESSION_OPEN;
  record->config = OUIOE_STREAM_CONFIG_DEFAULT;
  record->context = ouioe_thinking_context_new ("why?", "{\"a\":1}");
  record->stats = ouioe_stream_stats_new (1000000);
  record->created_us = 1000000;
  record->last_activity_us = 1000000;
  return record;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **answer = user_data;

  *answer = g_object_ref (result);
}

OuioedCommit *
test_commit (OuioedStore *store, OuioedBatch *batch, GError **error)
{
  g_autoptr(GAsyncResult) answer = NULL;

  ouioed_store_commit_async (store, batch, on_answer, &answer);
  while (answer == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ouioed_store_commit_finish (store, answer, error);
}

OuioedPage *
test_read (OuioedStore *store, const OuioedQuery *query)
{
  g_autoptr(GAsyncResult) answer = NULL;
  g_autoptr(GError) error = NULL;
  OuioedPage *page;

  ouioed_store_read_async (store, query, NULL, on_answer, &answer);
  while (answer == NULL)
    g_main_context_iteration (NULL, TRUE);
  page = ouioed_store_read_finish (store, answer, &error);
  g_assert_no_error (error);
  g_assert_nonnull (page);
  return page;
}

static void
append_word (TestStore *self, OuioedBatch *batch, const char *session, const char *word)
{
  static const struct {
    char           letter;
    OuioeEventKind kind;
    const char    *type_word;
  } kinds[] = {
    { 't', OUIOE_EVENT_THINKING_STEP, "analysis" },
    { 'p', OUIOE_EVENT_PROGRESS_UPDATE, "progress" },
    { 's', OUIOE_EVENT_SESSION_START, NULL },
    { 'e', OUIOE_EVENT_SESSION_END, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(OuioeEvent) event = NULL;

      if (kinds[i].letter != word[0])
        continue;
      event = test_event (session, ++self->last_ms, kinds[i].kind, kinds[i].type_word, word);
      ouioed_batch_append (batch, event);
    }
}

void
test_write (TestStore *self, const char *session, gboolean put, const char *words)
{
  g_autoptr(OuioedBatch) batch = ouioed_batch_new ();
  g_auto(GStrv) list = g_strsplit (words, " ", -1);
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;

  if (put)
    {
      g_autoptr(OuioedSessionRecord) record = test_record (session);

      ouioed_batch_put_session (batch, record);
    }
  for (guint i = 0; list[i] != NULL; i++)
    append_word (self, batch, session, list[i]);

  commit = test_commit (self->store, g_steal_pointer (&batch), &error);
  g_assert_no_error (error);
  g_assert_nonnull (commit);
}

OuioedCommit *
test_trim (TestStore *self, const char *session, guint stream_index, guint keep)
{
  OuioedBatch *batch = ouioed_batch_new ();
  g_autoptr(GError) error = NULL;
  OuioedCommit *commit;

  ouioed_batch_trim (batch, test_session (session), stream_index, keep);
  commit = test_commit (self->store, batch, &error);
  g_assert_no_error (error);
  return commit;
}

void
test_forget (TestStore *self, const char *session)
{
  OuioedBatch *batch = ouioed_batch_new ();
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;

  ouioed_batch_forget (batch, test_session (session));
  commit = test_commit (self->store, batch, &error);
  g_assert_no_error (error);
}

char *
test_words (OuioedPage *page)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < page->events->len; i++)
    {
      OuioeEvent *event = g_ptr_array_index (page->events, i);
      gsize len;
      const char *json = g_bytes_get_data (event->json, &len);

      if (i > 0)
        g_string_append_c (words, ' ');
      g_string_append_len (words, json, (gssize) len);
    }
  if (page->has_more)
    g_string_append (words, " +");

  return g_string_free (words, FALSE);
}

void
test_expect (TestStore *self, const OuioedQuery *query, const char *words)
{
  g_autoptr(OuioedPage) page = test_read (self->store, query);
  g_autofree char *found = test_words (page);

  g_assert_cmpstr (found, ==, words);
}

void
test_refused (TestStore *self, OuioedBatch *batch)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = test_commit (self->store, batch, &error);

  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL);
  g_assert_null (commit);
}

void
test_assert_id (OuioeEventId id, guint64 ms)
{
  g_assert_cmpuint (id.ms, ==, ms);
  g_assert_cmpuint (id.seq, ==, 0);
}

void
test_assert_trim (OuioedCommit *commit, guint i, const char *session, guint stream_index, guint64 n,
                  guint64 trimmed_to_ms)
{
  OuioedTrim *trim;

  g_assert_cmpuint (i, <, commit->trims->len);
  trim = &g_array_index (commit->trims, OuioedTrim, i);
  g_assert_cmpstr (trim->session_id, ==, session);
  g_assert_cmpuint (trim->stream_index, ==, stream_index);
  g_assert_cmpuint (trim->n_removed, ==, n);
  test_assert_id (trim->trimmed_to, trimmed_to_ms);
}
