/* contract-write.c - every store: all of a batch or nothing; what is trimmed and forgotten is gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-contract.h"

/* ---- all or nothing ---- */

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
  test_refused (f, batch);
  test_expect (f, &query, "s1 t2 t3");

  batch = ouioed_batch_new ();
  ouioed_batch_append (batch, good);
  ouioed_batch_forget (batch, test_session ("a"));
  ouioed_batch_append (batch, old);
  test_refused (f, batch);
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
  test_refused (f, batch);
  test_expect (f, &query, "t1");
}


/* ---- trim ---- */

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
  test_assert_trim (commit, 0, "a", 0, 2, 1003);
  query.sessions = ONE ("a");
  test_expect (f, &query, "p2 p4 t5 t6");
  page = test_read (f->store, &query);
  test_assert_id (page->trimmed_to[0], 1003);
  test_assert_id (page->trimmed_to[1], 0);

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
  test_assert_trim (first, 0, "a", 0, 2, 1002);
  test_expect (f, &query, "s1 p3 t4");
  query.streams = OUIOE_STREAMS_THINKING;
  test_expect (f, &query, "t4");
  query.streams = OUIOE_STREAMS_PROGRESS;
  test_expect (f, &query, "s1 p3");

  second = test_trim (f, "a", 1, 1);
  test_assert_trim (second, 0, "a", 1, 1, 1001);
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
    test_assert_id (page->trimmed_to[0], 1000 + 1 + 46 * 4 + 2);
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
  test_assert_trim (commit, 0, "a", 0, 1, 1);
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
  test_assert_id (page->trimmed_to[0], 0);
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

const TestPromise write_promises[] = {
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
  { NULL, NULL },
};
