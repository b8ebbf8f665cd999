/* store-support.h - what the tests of the stores share: a store of any kind, and short words for what it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-store.h"

G_BEGIN_DECLS

typedef struct _TestStore TestStore;

/* One kind of store. */
typedef struct {
  const char  *name;
  /* A store over what @place holds; called again after the store was closed. */
  OuioedStore *(*create) (const char *place);
  gboolean     is_kept;          /* what was committed is there again when a store is created at the same place */
} TestBackend;

struct _TestStore
{
  const TestBackend *backend;
  char              *place;      /* a directory of its own */
  OuioedStore       *store;
  OuioedContents    *contents;   /* what it told when it was opened */
  guint64            last_ms;    /* of the ids given so far; each event gets the next millisecond */
};

void       test_store_set_up    (TestStore *self, gconstpointer backend);
void       test_store_tear_down (TestStore *self, gconstpointer backend);
/* Closes the store and opens a new one at the same place. */
void       test_store_reopen    (TestStore *self);

/* A session id as events and batches want it; belongs to the process. */
char      *test_session         (const char *id);
OuioeEvent *test_event          (const char *session, guint64 ms, OuioeEventKind kind, const char *type_word,
                                 const char *json);
OuioedSessionRecord *test_record (const char *session);

/* Runs the main context until the answer is there. @batch: (transfer full) */
OuioedCommit *test_commit       (OuioedStore *store, OuioedBatch *batch, GError **error);
OuioedPage   *test_read         (OuioedStore *store, const OuioedQuery *query);
void          test_remove_place (const char *place);

/* Commits one batch: puts the session (when @put), then for each word a thinking step ("t…"), progress update ("p…"),
 * start ("s…") or end ("e…"); the word is its JSON. */
void          test_write        (TestStore *self, const char *session, gboolean put, const char *words);
OuioedCommit *test_trim         (TestStore *self, const char *session, guint stream_index, guint keep);
void          test_forget       (TestStore *self, const char *session);
/* The words of a page, with a space between them and " +" behind when there is more. */
char         *test_words        (OuioedPage *page);
/* Reads, and asserts that the page has these words (as test_words() writes them). */
void          test_expect       (TestStore *self, const OuioedQuery *query, const char *words);
/* Asserts that the store refuses the batch as a mistake of its caller. @batch: (transfer full) */
void          test_refused     (TestStore *self, OuioedBatch *batch);
void          test_assert_id   (OuioeEventId id, guint64 ms);
void          test_assert_trim (OuioedCommit *commit, guint i, const char *session, guint stream_index, guint64 n,
                                guint64 trimmed_to_ms);

G_END_DECLS
