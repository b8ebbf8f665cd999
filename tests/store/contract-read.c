/* contract-read.c - every store: what is appended is read back as it was asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-contract.h"

/* ---- events ---- */

static void
test_new_store_is_empty (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  g_assert_cmpstr (ouioed_store_get_name (f->store), ==, f->backend->name);
  g_assert_cmpuint (f->contents->sessions->len, ==, 0);
  g_assert_cmpuint (f->contents->keys->len, ==, 0);
  test_assert_id (f->contents->last_id, 0);
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
  test_assert_id (page->trimmed_to[0], 0);
  test_assert_id (page->trimmed_to[1], 0);
  event = g_ptr_array_index (page->events, 1);
  test_assert_id (event->id, 1002);
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

const TestPromise read_promises[] = {
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
  { NULL, NULL },
};
