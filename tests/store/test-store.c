/* test-store.c - what every store promises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-store-memory.h"
#include "ouioed-store-sqlite.h"
#include "store-support.h"

static OuioedStore *
create_memory (const char *place)
{
  return ouioed_store_memory_new ();
}

static OuioedStore *
create_sqlite (const char *place)
{
  g_autofree char *path = g_build_filename (place, "events.db", NULL);

  return ouioed_store_sqlite_new (path);
}

static const TestBackend backends[] = {
  { "memory", create_memory, FALSE },
  { "sqlite", create_sqlite, TRUE },
};

#define ONE(id) ((const char *const[]) { id, NULL })

static void
assert_id (OuioeEventId id, guint64 ms)
{
  g_assert_cmpuint (id.ms, ==, ms);
  g_assert_cmpuint (id.seq, ==, 0);
}

/* ---- events ---- */

static void
test_new_store_is_empty (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  g_assert_cmpstr (ouioed_store_get_name (f->store), ==, f->backend->name);
  g_assert_cmpuint (f->contents->sessions->len, ==, 0);
  g_assert_cmpuint (f->contents->keys->len, ==, 0);
  assert_id (f->contents->last_id, 0);
  test_expect (f, &query, "");
}

static void
test_reads_back_what_was_appended (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedPage) page = NULL;
  OuioeEvent *event;

  test_write (f, "a", TRUE, "s1 t2 p3 e4");
  query.sessions = ONE ("a");
  page = test_read (f->store, &query);

  g_assert_cmpuint (page->events->len, ==, 4);
  g_assert_false (page->has_more);
  assert_id (page->trimmed_to[0], 0);
  assert_id (page->trimmed_to[1], 0);
  event = g_ptr_array_index (page->events, 1);
  assert_id (event->id, 1002);
  g_assert_cmpint (event->kind, ==, OUIOE_EVENT_THINKING_STEP);
  g_assert_cmpstr (event->session_id, ==, "a");
  g_assert_cmpstr (event->type_word, ==, "analysis");
  g_assert_cmpint (event->time_us, ==, 1002000);
  event = g_ptr_array_index (page->events, 3);
  g_assert_cmpint (event->kind, ==, OUIOE_EVENT_SESSION_END);
  g_assert_null (event->type_word);
}

static void
test_keeps_every_byte_of_an_event (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedSessionRecord) record = test_record ("a");
  g_autoptr(OuioedPage) page = NULL;
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(OuioeEvent) event = NULL;
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch = ouioed_batch_new ();
  char *data = g_malloc (100000);
  OuioeEvent *found;

  for (guint i = 0; i < 100000; i++)
    data[i] = (char) (i * 7 + i / 256);   /* every byte value, NUL too, in many neighbourhoods */
  json = g_bytes_new_take (data, 100000);
  event = ouioe_event_new_encoded (test_session ("a"), (OuioeEventId) { 7, 9 }, OUIOE_EVENT_THINKING_STEP, "acme.lint",
                                   -5, json);
  ouioed_batch_put_session (batch, record);
  ouioed_batch_append (batch, event);
  g_assert_cmpuint (ouioed_batch_get_bytes (batch), ==, 100000);
  commit = test_commit (f->store, batch, &error);
  g_assert_no_error (error);

  page = test_read (f->store, &query);
  g_assert_cmpuint (page->events->len, ==, 1);
  found = g_ptr_array_index (page->events, 0);
  g_assert_true (g_bytes_equal (found->json, json));
  g_assert_cmpstr (found->type_word, ==, "acme.lint");
  g_assert_cmpuint (found->id.ms, ==, 7);
  g_assert_cmpuint (found->id.seq, ==, 9);
  g_assert_cmpint (found->time_us, ==, -5);
}

static void
test_events_may_come_before_their_session_in_a_batch (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedSessionRecord) record = test_record ("a");
  g_autoptr(OuioeEvent) event = test_event ("a", 5, OUIOE_EVENT_SESSION_START, NULL, "s1");
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch = ouioed_batch_new ();

  ouioed_batch_append (batch, event);
  ouioed_batch_put_session (batch, record);
  commit = test_commit (f->store, batch, &error);

  g_assert_no_error (error);
  test_expect (f, &query, "s1");
}

static void
test_reads_only_what_lies_between (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2 t3 t4 t5");
  query.sessions = ONE ("a");
  query.after = (OuioeEventId) { 1002, 0 };
  test_expect (f, &query, "t3 t4 t5");
  query.before = (OuioeEventId) { 1005, 0 };
  test_expect (f, &query, "t3 t4");
  query.before = (OuioeEventId) { 1004, G_MAXUINT64 };
  test_expect (f, &query, "t3 t4");
  query.after = (OuioeEventId) { 1002, G_MAXUINT64 };
  test_expect (f, &query, "t3 t4");
  query.after = (OuioeEventId) { 1004, 0 };
  test_expect (f, &query, "");
  query.after = OUIOE_EVENT_ID_MAX;
  test_expect (f, &query, "");
  query.after = OUIOE_EVENT_ID_ZERO;
  query.before = OUIOE_EVENT_ID_ZERO;
  test_expect (f, &query, "");
}

static void
test_has_more_is_told_exactly (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "t1 p2 t3 p4 t5 p6");
  query.sessions = ONE ("a");
  query.limit = 6;
  test_expect (f, &query, "t1 p2 t3 p4 t5 p6");
  query.limit = 5;
  test_expect (f, &query, "t1 p2 t3 p4 t5 +");
  query.newest = TRUE;
  test_expect (f, &query, "p2 t3 p4 t5 p6 +");
  query.limit = 6;
  test_expect (f, &query, "t1 p2 t3 p4 t5 p6");

  /* What follows does not match, so there is no more. */
  query.streams = OUIOE_STREAMS_THINKING;
  query.newest = FALSE;
  query.limit = 3;
  test_expect (f, &query, "t1 t3 t5");
  query.limit = 2;
  test_expect (f, &query, "t1 t3 +");
  query.newest = TRUE;
  test_expect (f, &query, "t3 t5 +");
  query.streams = OUIOE_STREAMS_PROGRESS;
  query.limit = 3;
  test_expect (f, &query, "p2 p4 p6");
  query.sessions = NULL;
  test_expect (f, &query, "p2 p4 p6");
  query.limit = 1;
  test_expect (f, &query, "p6 +");
}

static void
test_newest_are_given_in_ascending_order (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "t1 t2 t3 t4 t5");
  query.sessions = ONE ("a");
  query.newest = TRUE;
  query.limit = 2;
  test_expect (f, &query, "t4 t5 +");
  query.before = (OuioeEventId) { 1004, 0 };
  test_expect (f, &query, "t2 t3 +");
  query.after = (OuioeEventId) { 1001, 0 };
  test_expect (f, &query, "t2 t3");
}

static void
test_filters_by_stream_kind_type_and_time (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2 p3 t4 p5 e6");
  query.sessions = ONE ("a");
  query.streams = OUIOE_STREAMS_THINKING;
  test_expect (f, &query, "s1 t2 t4 e6");
  query.streams = OUIOE_STREAMS_PROGRESS;
  test_expect (f, &query, "s1 p3 p5 e6");
  query.streams = OUIOE_STREAMS_NONE;
  test_expect (f, &query, "");
  query.streams = OUIOE_STREAMS_BOTH;
  query.kinds = 1u << OUIOE_EVENT_SESSION_START | 1u << OUIOE_EVENT_PROGRESS_UPDATE;
  test_expect (f, &query, "s1 p3 p5");
  query.kinds = 0;
  query.type_word = "analysis";
  test_expect (f, &query, "t2 t4");
  query.type_word = "analysi";
  test_expect (f, &query, "");
  query.type_word = NULL;
  query.since_us = 1003000;
  test_expect (f, &query, "p3 t4 p5 e6");
  query.until_us = 1005000;
  test_expect (f, &query, "p3 t4 p5");
  query.since_us = 1003001;
  query.type_word = "progress";
  test_expect (f, &query, "p5");
}

static void
test_page_stops_before_it_gets_too_large (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "taaaaaaaaa tbbbbbbbbb tccccccccc t");   /* three of 10 bytes, one of 1 */
  query.sessions = ONE ("a");
  query.max_bytes = 20;
  test_expect (f, &query, "taaaaaaaaa tbbbbbbbbb +");
  query.max_bytes = 29;
  test_expect (f, &query, "taaaaaaaaa tbbbbbbbbb +");
  query.max_bytes = 31;
  test_expect (f, &query, "taaaaaaaaa tbbbbbbbbb tccccccccc t");
  query.max_bytes = 1;   /* one event at least */
  test_expect (f, &query, "taaaaaaaaa +");
  query.newest = TRUE;
  test_expect (f, &query, "t +");
  query.max_bytes = 11;
  test_expect (f, &query, "tccccccccc t +");
}

/* ---- several sessions ---- */

static void
test_reads_all_sessions_in_the_order_of_ids (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2");
  test_write (f, "b", TRUE, "s3 p4");
  test_write (f, "c", TRUE, "s5");
  test_write (f, "a", FALSE, "t6");
  test_write (f, "b", FALSE, "p7");

  test_expect (f, &query, "s1 t2 s3 p4 s5 t6 p7");
  query.limit = 4;
  query.after = (OuioeEventId) { 1001, 0 };
  test_expect (f, &query, "t2 s3 p4 s5 +");
  query.newest = TRUE;
  test_expect (f, &query, "p4 s5 t6 p7 +");
  query.kinds = 1u << OUIOE_EVENT_SESSION_START;
  test_expect (f, &query, "s3 s5");
}

static void
test_reads_some_sessions_in_the_order_of_ids (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2");
  test_write (f, "b", TRUE, "s3 p4");
  test_write (f, "c", TRUE, "s5");
  test_write (f, "a", FALSE, "t6");

  query.sessions = (const char *const[]) { "c", "a", NULL };
  test_expect (f, &query, "s1 t2 s5 t6");
  query.limit = 3;
  test_expect (f, &query, "s1 t2 s5 +");
  query.newest = TRUE;
  test_expect (f, &query, "t2 s5 t6 +");
  query.sessions = (const char *const[]) { "a", "unknown", "a", NULL };   /* twice the same: each event once */
  test_expect (f, &query, "s1 t2 t6");
  query.sessions = ONE ("unknown");
  test_expect (f, &query, "");
  query.sessions = (const char *const[]) { NULL };
  test_expect (f, &query, "");
}

static void
test_many_sessions_are_merged_over_many_pages (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint64 last = 0;
  guint n = 0;

  /* 20 sessions with 30 events each, in turn: "t0", "t1" ... */
  for (guint round = 0; round < 30; round++)
    {
      for (guint s = 0; s < 20; s++)
        {
          g_autofree char *name = g_strdup_printf ("session-%u", s);
          g_autofree char *word = g_strdup_printf ("t%u", s);

          test_write (f, name, round == 0, word);
          if (round == 0 && s % 2 == 0)
            g_ptr_array_add (names, g_steal_pointer (&name));
        }
    }
  g_ptr_array_add (names, NULL);

  query.sessions = (const char *const *) names->pdata;
  query.limit = 7;
  for (;;)
    {
      g_autoptr(OuioedPage) page = test_read (f->store, &query);

      for (guint i = 0; i < page->events->len; i++)
        {
          OuioeEvent *event = g_ptr_array_index (page->events, i);

          g_assert_cmpuint (event->id.ms, >, last);
          g_assert_cmpuint ((event->id.ms - 1001) % 2, ==, 0);
          last = event->id.ms;
          n++;
        }
      query.after = (OuioeEventId) { last, 0 };
      if (!page->has_more)
        break;
    }

  g_assert_cmpuint (n, ==, 300);
}

/* ---- all or nothing ---- */

static void
assert_refused (TestStore *f, OuioedBatch *batch)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = test_commit (f->store, batch, &error);

  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL);
  g_assert_null (commit);
}

static void
test_refused_batch_leaves_nothing (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedSessionRecord) record = test_record ("b");
  g_autoptr(OuioeEvent) good = test_event ("a", 2000, OUIOE_EVENT_THINKING_STEP, "analysis", "tgood");
  g_autoptr(OuioeEvent) orphan = test_event ("nobody", 2001, OUIOE_EVENT_THINKING_STEP, "analysis", "torphan");
  g_autoptr(OuioeEvent) old = test_event ("a", 1002, OUIOE_EVENT_THINKING_STEP, "analysis", "told");
  OuioedBatch *batch = ouioed_batch_new ();

  test_write (f, "a", TRUE, "s1 t2 t3");
  ouioed_batch_put_session (batch, record);
  ouioed_batch_append (batch, good);
  ouioed_batch_trim (batch, test_session ("a"), 0, 0);
  ouioed_batch_append (batch, orphan);
  assert_refused (f, batch);
  test_expect (f, &query, "s1 t2 t3");

  batch = ouioed_batch_new ();
  ouioed_batch_append (batch, good);
  ouioed_batch_forget (batch, test_session ("a"));
  ouioed_batch_append (batch, old);
  assert_refused (f, batch);
  test_expect (f, &query, "s1 t2 t3");

  /* The ids of what was refused are free. */
  test_write (f, "a", FALSE, "t4");
  test_expect (f, &query, "s1 t2 t3 t4");
}

static void
test_event_id_is_never_written_twice (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioeEvent) again = test_event ("a", 1001, OUIOE_EVENT_THINKING_STEP, "analysis", "tagain");
  OuioedBatch *batch = ouioed_batch_new ();

  test_write (f, "a", TRUE, "t1");
  ouioed_batch_append (batch, again);
  assert_refused (f, batch);
  test_expect (f, &query, "t1");
}

/* ---- trim ---- */

static void
assert_trim (OuioedCommit *commit, guint i, const char *session, guint stream_index, guint64 n, guint64 trimmed_to_ms)
{
  OuioedTrim *trim;

  g_assert_cmpuint (i, <, commit->trims->len);
  trim = &g_array_index (commit->trims, OuioedTrim, i);
  g_assert_cmpstr (trim->session_id, ==, session);
  g_assert_cmpuint (trim->stream_index, ==, stream_index);
  g_assert_cmpuint (trim->n_removed, ==, n);
  assert_id (trim->trimmed_to, trimmed_to_ms);
}

static void
test_trim_keeps_the_newest_of_a_stream (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(OuioedPage) page = NULL;

  test_write (f, "a", TRUE, "t1 p2 t3 p4 t5 t6");
  test_write (f, "b", TRUE, "t7 t8 t9");
  commit = test_trim (f, "a", 0, 2);

  g_assert_cmpuint (commit->trims->len, ==, 1);
  assert_trim (commit, 0, "a", 0, 2, 1003);
  query.sessions = ONE ("a");
  test_expect (f, &query, "p2 p4 t5 t6");
  page = test_read (f->store, &query);
  assert_id (page->trimmed_to[0], 1003);
  assert_id (page->trimmed_to[1], 0);

  query.sessions = NULL;
  test_expect (f, &query, "p2 p4 t5 t6 t7 t8 t9");
  query.streams = OUIOE_STREAMS_THINKING;
  test_expect (f, &query, "t5 t6 t7 t8 t9");
}

static void
test_trim_that_removes_nothing_is_not_told (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedCommit) enough = NULL;
  g_autoptr(OuioedCommit) unknown = NULL;

  test_write (f, "a", TRUE, "t1 t2");
  enough = test_trim (f, "a", 0, 2);
  unknown = test_trim (f, "unknown", 0, 0);

  g_assert_cmpuint (enough->trims->len, ==, 0);
  g_assert_cmpuint (unknown->trims->len, ==, 0);
  test_expect (f, &query, "t1 t2");
}

static void
test_event_of_both_streams_goes_when_trimmed_from_both (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedCommit) first = NULL;
  g_autoptr(OuioedCommit) second = NULL;

  test_write (f, "a", TRUE, "s1 t2 p3 t4");
  query.sessions = ONE ("a");
  first = test_trim (f, "a", 0, 1);
  assert_trim (first, 0, "a", 0, 2, 1002);
  test_expect (f, &query, "s1 p3 t4");
  query.streams = OUIOE_STREAMS_THINKING;
  test_expect (f, &query, "t4");
  query.streams = OUIOE_STREAMS_PROGRESS;
  test_expect (f, &query, "s1 p3");

  second = test_trim (f, "a", 1, 1);
  assert_trim (second, 0, "a", 1, 1, 1001);
  test_expect (f, &query, "p3");
  query.streams = OUIOE_STREAMS_BOTH;
  test_expect (f, &query, "p3 t4");
}

static void
test_trims_count_on_over_time (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  guint64 removed = 0;

  test_write (f, "a", TRUE, "s0");
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(OuioedCommit) commit = NULL;

      test_write (f, "a", FALSE, "tx tx ty pz");
      commit = test_trim (f, "a", 0, 10);
      if (commit->trims->len > 0)
        removed += g_array_index (commit->trims, OuioedTrim, 0).n_removed;
    }

  g_assert_cmpuint (removed, ==, 1 + 150 - 10);
  query.sessions = ONE ("a");
  query.streams = OUIOE_STREAMS_THINKING;
  test_expect (f, &query, "ty tx tx ty tx tx ty tx tx ty");
  query.kinds = 1u << OUIOE_EVENT_PROGRESS_UPDATE;
  query.streams = OUIOE_STREAMS_BOTH;
  query.limit = 1000;
  {
    g_autoptr(OuioedPage) page = test_read (f->store, &query);

    g_assert_cmpuint (page->events->len, ==, 50);
    assert_id (page->trimmed_to[0], 1000 + 1 + 46 * 4 + 2);
  }
}

static void
test_events_appended_and_trimmed_in_one_batch_are_gone (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedSessionRecord) record = test_record ("a");
  g_autoptr(OuioeEvent) one = test_event ("a", 1, OUIOE_EVENT_THINKING_STEP, "analysis", "t1");
  g_autoptr(OuioeEvent) two = test_event ("a", 2, OUIOE_EVENT_THINKING_STEP, "analysis", "t2");
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch = ouioed_batch_new ();

  ouioed_batch_put_session (batch, record);
  ouioed_batch_append (batch, one);
  ouioed_batch_append (batch, two);
  ouioed_batch_trim (batch, test_session ("a"), 0, 1);
  commit = test_commit (f->store, batch, &error);

  g_assert_no_error (error);
  assert_trim (commit, 0, "a", 0, 1, 1);
  test_expect (f, &query, "t2");
}

/* ---- forget ---- */

static void
test_forgotten_session_is_gone (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2");
  test_write (f, "b", TRUE, "s3");
  test_forget (f, "a");
  test_forget (f, "unknown");

  test_expect (f, &query, "s3");
  query.sessions = ONE ("a");
  test_expect (f, &query, "");
}

static void
test_session_begins_anew_after_it_was_forgotten (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(OuioedCommit) trim = NULL;
  g_autoptr(OuioedSessionRecord) record = test_record ("a");
  g_autoptr(OuioeEvent) event = test_event ("a", 1100, OUIOE_EVENT_SESSION_START, NULL, "snew");
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = NULL;
  OuioedBatch *batch = ouioed_batch_new ();

  test_write (f, "a", TRUE, "s1 t2 t3");
  trim = test_trim (f, "a", 0, 1);
  ouioed_batch_forget (batch, test_session ("a"));
  ouioed_batch_put_session (batch, record);
  ouioed_batch_append (batch, event);
  commit = test_commit (f->store, batch, &error);
  g_assert_no_error (error);

  query.sessions = ONE ("a");
  page = test_read (f->store, &query);
  assert_id (page->trimmed_to[0], 0);
  test_expect (f, &query, "snew");
  query.sessions = NULL;
  test_expect (f, &query, "snew");

  f->last_ms = 1200;
  test_write (f, "a", FALSE, "t5");
  test_expect (f, &query, "snew t5");
}

static void
test_forgetting_gives_room_back (TestStore *f, gconstpointer backend)
{
  g_autofree char *large = g_strnfill (200000, 't');
  g_autoptr(OuioedCommit) before = NULL;
  g_autoptr(OuioedCommit) full = NULL;
  g_autoptr(OuioedCommit) after = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch;

  test_write (f, "b", TRUE, "s1");
  before = test_trim (f, "b", 0, 1);
  for (guint i = 0; i < 10; i++)
    test_write (f, "a", i == 0, large);
  full = test_trim (f, "b", 0, 1);
  g_assert_cmpuint (full->size_bytes, >=, before->size_bytes + 2000000);

  /* Told at once, even if the room is tidied up later: who forgets until there is room must not forget too much. */
  batch = ouioed_batch_new ();
  ouioed_batch_forget (batch, test_session ("a"));
  after = test_commit (f->store, batch, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (after->size_bytes, <, before->size_bytes + 200000);
}

/* ---- order of what was asked ---- */

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n = user_data;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, NULL);

  *n += page != NULL ? 1 : 100;
}

static void
test_cancelled_read_fails (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n = 0;

  g_cancellable_cancel (cancellable);
  ouioed_store_read_async (f->store, &query, cancellable, count_cb, &n);
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 100);
}

static void
test_query_may_go_away_while_it_runs (TestStore *f, gconstpointer backend)
{
  guint n = 0;

  test_write (f, "a", TRUE, "s1 t2");
  {
    g_auto(GStrv) sessions = g_strsplit ("a b", " ", -1);
    g_autofree char *type_word = g_strdup ("analysis");
    OuioedQuery query = OUIOED_QUERY_INIT;

    query.sessions = (const char *const *) sessions;
    query.type_word = type_word;
    ouioed_store_read_async (f->store, &query, NULL, count_cb, &n);
  }
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_closed_store_refuses (TestStore *f, gconstpointer backend)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = NULL;
  OuioedQuery query = OUIOED_QUERY_INIT;
  guint n = 0;

  ouioed_store_close (f->store);
  commit = test_commit (f->store, ouioed_batch_new (), &error);
  g_assert_null (commit);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  ouioed_store_read_async (f->store, &query, NULL, count_cb, &n);
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 100);
}

/* ---- what is told at the next start, by stores that keep ---- */

static OuioedSessionRecord *
find_session (TestStore *f, const char *id)
{
  for (guint i = 0; i < f->contents->sessions->len; i++)
    {
      OuioedSessionRecord *record = g_ptr_array_index (f->contents->sessions, i);

      if (g_str_equal (record->id, id))
        return record;
    }

  return NULL;
}

static void
test_sessions_come_back (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedSessionRecord) record = test_record ("a");
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch = ouioed_batch_new ();
  OuioedSessionRecord *found;
  g_autofree char *request = NULL;
  g_autofree char *system = NULL;

  test_write (f, "a", TRUE, "s1 t2 p3 e4");
  test_write (f, "b", TRUE, "s5");
  record->state = OUIOE_SESSION_CLOSED;
  record->outcome = g_strdup ("done");
  record->config.debug_mode = TRUE;
  record->config.max_stream_length = 77;
  record->last_id = (OuioeEventId) { 1004, 0 };
  record->last_activity_us = 5000001;
  record->ended_us = 6000001;
  record->appended[0] = 3;
  record->appended[1] = 4;
  ouioe_stream_stats_set_type_count (record->stats, OUIOE_EVENT_THINKING_STEP, "analysis", 12);
  ouioed_batch_put_session (batch, record);
  commit = test_commit (f->store, batch, &error);
  g_assert_no_error (error);

  test_store_reopen (f);
  g_assert_cmpuint (f->contents->sessions->len, ==, 2);
  found = find_session (f, "a");
  g_assert_nonnull (found);
  g_assert_cmpstr (found->user_id, ==, "ann");
  g_assert_cmpint (found->state, ==, OUIOE_SESSION_CLOSED);
  g_assert_cmpstr (found->outcome, ==, "done");
  g_assert_true (found->config.debug_mode);
  g_assert_cmpuint (found->config.max_stream_length, ==, 77);
  assert_id (found->last_id, 1004);
  g_assert_cmpint (found->created_us, ==, 1000000);
  g_assert_cmpint (found->last_activity_us, ==, 5000001);
  g_assert_cmpint (found->ended_us, ==, 6000001);
  g_assert_cmpuint (found->appended[0], ==, 3);
  g_assert_cmpuint (found->appended[1], ==, 4);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (found->stats, "analysis"), ==, 12);
  request = ouioe_thinking_context_dup_user_request (found->context);
  system = ouioe_thinking_context_dup_system_context (found->context);
  g_assert_cmpstr (request, ==, "why?");
  g_assert_nonnull (strstr (system, "\"a\""));
  g_assert_null (find_session (f, "b")->outcome);
  g_assert_cmpuint (f->contents->size_bytes, >, 0);

  test_expect (f, &query, "s1 t2 p3 e4 s5");
  test_write (f, "b", FALSE, "t6");
  test_expect (f, &query, "s1 t2 p3 e4 s5 t6");
}

static void
test_marks_of_trimming_come_back (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioedCommit) first = NULL;
  g_autoptr(OuioedCommit) second = NULL;
  g_autoptr(OuioedPage) page = NULL;
  OuioedSessionRecord *found;

  test_write (f, "a", TRUE, "s1 t2 t3 p4 t5");
  first = test_trim (f, "a", 0, 2);
  test_write (f, "a", TRUE, "p6");   /* with a record that does not know of the trim yet */
  test_store_reopen (f);

  found = find_session (f, "a");
  g_assert_cmpuint (found->trimmed[0], ==, 2);
  g_assert_cmpuint (found->trimmed[1], ==, 0);
  assert_id (found->trimmed_to[0], 1002);
  query.sessions = ONE ("a");
  page = test_read (f->store, &query);
  assert_id (page->trimmed_to[0], 1002);
  test_expect (f, &query, "s1 t3 p4 t5 p6");

  second = test_trim (f, "a", 0, 1);
  assert_trim (second, 0, "a", 0, 1, 1003);
}

static void
test_newest_id_outlives_its_session (TestStore *f, gconstpointer backend)
{
  OuioedBatch *batch = ouioed_batch_new ();
  g_autoptr(OuioeEvent) old = test_event ("a", 1003, OUIOE_EVENT_THINKING_STEP, "analysis", "told");

  test_write (f, "a", TRUE, "s1");
  test_write (f, "b", TRUE, "s2 t3");
  test_forget (f, "b");
  test_store_reopen (f);

  g_assert_cmpuint (f->contents->sessions->len, ==, 1);
  assert_id (f->contents->last_id, 1003);
  ouioed_batch_append (batch, old);
  assert_refused (f, batch);
}

static void
put_key (TestStore *f, const char *key, OuioeEventId id, gint64 time_us, gint64 forget_before_us)
{
  g_autoptr(OuioedKeyRecord) record = ouioed_key_record_new ();
  OuioedBatch *batch = ouioed_batch_new ();
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;

  record->key = g_strdup (key);
  record->session_id = g_strdup ("a");
  record->event_id = id;
  record->time_us = time_us;
  for (guint i = 0; i < sizeof record->fingerprint; i++)
    record->fingerprint[i] = (guint8) (i * 17);
  ouioed_batch_put_key (batch, record);
  if (forget_before_us != 0)
    ouioed_batch_forget_keys (batch, forget_before_us);
  commit = test_commit (f->store, batch, &error);
  g_assert_no_error (error);
}

static void
test_keys_come_back_oldest_first (TestStore *f, gconstpointer backend)
{
  OuioedKeyRecord *key;

  put_key (f, "thinking\nk1", (OuioeEventId) { 5, 6 }, 1000, 0);
  put_key (f, "thinking\nk3", OUIOE_EVENT_ID_ZERO, 3000, 0);
  put_key (f, "create\nk2", (OuioeEventId) { 8, 0 }, 2000, 1001);
  put_key (f, "thinking\nk3", (OuioeEventId) { 9, 0 }, 3001, 0);
  test_store_reopen (f);

  g_assert_cmpuint (f->contents->keys->len, ==, 2);
  key = g_ptr_array_index (f->contents->keys, 0);
  g_assert_cmpstr (key->key, ==, "create\nk2");
  g_assert_cmpstr (key->session_id, ==, "a");
  assert_id (key->event_id, 8);
  g_assert_cmpint (key->time_us, ==, 2000);
  g_assert_cmpuint (key->fingerprint[3], ==, 51);
  key = g_ptr_array_index (f->contents->keys, 1);
  g_assert_cmpstr (key->key, ==, "thinking\nk3");
  assert_id (key->event_id, 9);
}

typedef void (*TestFunc) (TestStore *f, gconstpointer backend);

/* For every store. */
static const struct {
  const char *name;
  TestFunc    func;
} promises[] = {
  { "new-store-is-empty", test_new_store_is_empty },
  { "reads-back-what-was-appended", test_reads_back_what_was_appended },
  { "keeps-every-byte-of-an-event", test_keeps_every_byte_of_an_event },
  { "events-may-come-before-their-session-in-a-batch", test_events_may_come_before_their_session_in_a_batch },
  { "reads-only-what-lies-between", test_reads_only_what_lies_between },
  { "has-more-is-told-exactly", test_has_more_is_told_exactly },
  { "newest-are-given-in-ascending-order", test_newest_are_given_in_ascending_order },
  { "filters-by-stream-kind-type-and-time", test_filters_by_stream_kind_type_and_time },
  { "page-stops-before-it-gets-too-large", test_page_stops_before_it_gets_too_large },
  { "reads-all-sessions-in-the-order-of-ids", test_reads_all_sessions_in_the_order_of_ids },
  { "reads-some-sessions-in-the-order-of-ids", test_reads_some_sessions_in_the_order_of_ids },
  { "many-sessions-are-merged-over-many-pages", test_many_sessions_are_merged_over_many_pages },
  { "refused-batch-leaves-nothing", test_refused_batch_leaves_nothing },
  { "event-id-is-never-written-twice", test_event_id_is_never_written_twice },
  { "trim-keeps-the-newest-of-a-stream", test_trim_keeps_the_newest_of_a_stream },
  { "trim-that-removes-nothing-is-not-told", test_trim_that_removes_nothing_is_not_told },
  { "event-of-both-streams-goes-when-trimmed-from-both", test_event_of_both_streams_goes_when_trimmed_from_both },
  { "trims-count-on-over-time", test_trims_count_on_over_time },
  { "events-appended-and-trimmed-in-one-batch-are-gone", test_events_appended_and_trimmed_in_one_batch_are_gone },
  { "forgotten-session-is-gone", test_forgotten_session_is_gone },
  { "session-begins-anew-after-it-was-forgotten", test_session_begins_anew_after_it_was_forgotten },
  { "forgetting-gives-room-back", test_forgetting_gives_room_back },
  { "cancelled-read-fails", test_cancelled_read_fails },
  { "query-may-go-away-while-it-runs", test_query_may_go_away_while_it_runs },
  { "closed-store-refuses", test_closed_store_refuses },
};

/* For stores that keep what they have over a restart. */
static const struct {
  const char *name;
  TestFunc    func;
} kept_promises[] = {
  { "sessions-come-back", test_sessions_come_back },
  { "marks-of-trimming-come-back", test_marks_of_trimming_come_back },
  { "newest-id-outlives-its-session", test_newest_id_outlives_its_session },
  { "keys-come-back-oldest-first", test_keys_come_back_oldest_first },
};

static void
add_test (const TestBackend *backend, const char *name, TestFunc func)
{
  g_autofree char *path = g_strdup_printf ("/store/%s/%s", backend->name, name);

  g_test_add (path, TestStore, backend, test_store_set_up, func, test_store_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint b = 0; b < G_N_ELEMENTS (backends); b++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
        add_test (&backends[b], promises[i].name, promises[i].func);
      for (guint i = 0; backends[b].is_kept && i < G_N_ELEMENTS (kept_promises); i++)
        add_test (&backends[b], kept_promises[i].name, kept_promises[i].func);
    }

  return g_test_run ();
}
