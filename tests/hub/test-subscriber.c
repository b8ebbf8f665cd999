/* test-subscriber.c - a reader gets every event once and in order, or is told what it missed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "hub-fixture.h"
#include "ouioed-hub-private.h"
#include "test-log.h"

/* A reader that notes what it got: "one two three", "(gap 5)" for a gap, "(gap ?)" for one of unknown size. */
typedef struct {
  OuioedSubscriber *subscriber;
  GString          *got;
  OuioeEventId      last;
  guint             n;
  guint             n_wakes;
  gboolean          awake;
} Reader;

static void
wake_cb (OuioedSubscriber *subscriber, gpointer user_data)
{
  Reader *reader = user_data;

  g_assert_false (reader->awake);
  reader->awake = TRUE;
  reader->n_wakes++;
}

static Reader *
reader_new (Fixture *f, const char *session_id, OuioeStreams streams, gboolean from_start, OuioeEventId after)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->got = g_string_new (NULL);
  reader->awake = TRUE;
  reader->subscriber = ouioed_subscriber_new (f->hub, session_id, streams, from_start, after, wake_cb, reader);

  return reader;
}

static void
reader_free (Reader *reader)
{
  g_clear_pointer (&reader->subscriber, ouioed_subscriber_free);
  g_string_free (reader->got, TRUE);
  g_free (reader);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

static void
note (Reader *reader, const char *text)
{
  if (reader->got->len > 0)
    g_string_append_c (reader->got, ' ');
  g_string_append (reader->got, text);
}

static void
note_gap (Reader *reader)
{
  g_autofree char *text = NULL;
  OuioedGap gap;

  if (!ouioed_subscriber_take_gap (reader->subscriber, &gap))
    return;
  g_assert_cmpint (ouioe_event_id_compare (gap.until, gap.after), >=, 0);
  text = gap.has_lost ? g_strdup_printf ("(gap %" G_GUINT64_FORMAT ")", gap.lost) : g_strdup ("(gap ?)");
  note (reader, text);
}

static void
note_event (Reader *reader, OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  g_autofree char *text = NULL;

  g_assert_cmpint (ouioe_event_id_compare (event->id, reader->last), >, 0);
  reader->last = event->id;
  reader->n++;
  text = step != NULL ? ouioe_thinking_step_dup_content (step)
         : update != NULL ? ouioe_progress_update_dup_message (update)
         : g_strdup (event->kind == OUIOE_EVENT_SESSION_START ? "start" : "end");
  note (reader, text);
}

/* Takes up to @max events, @at_once of them at a time. */
static void
reader_take (Reader *reader, guint max, guint at_once)
{
  OuioedEntry *entries[64];

  while (max > 0)
    {
      guint n = ouioed_subscriber_peek (reader->subscriber, entries, MIN (MIN (max, at_once), 64));

      note_gap (reader);
      if (n == 0)
        {
          reader->awake = FALSE;
          settle ();
          note_gap (reader);
          if (ouioed_subscriber_take_removed (reader->subscriber))
            note (reader, "(removed)");
          if (!reader->awake)
            return;
          continue;
        }
      for (guint i = 0; i < n; i++)
        note_event (reader, entries[i]->event);
      ouioed_subscriber_advance (reader->subscriber, n);
      max -= n;
    }
}

static void
reader_take_all (Reader *reader)
{
  reader_take (reader, G_MAXUINT, 7);
}

static void
think_numbers (Fixture *f, const char *id, guint from, guint to)
{
  for (guint i = from; i <= to; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_true (fixture_think (f, id, text, NULL, NULL));
    }
}

static void
test_replay_then_live_without_a_seam (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  fixture_open (f, "s");
  think_numbers (f, "s", 1, 3);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take (reader, 2, 2);
  g_assert_false (ouioed_subscriber_is_live (reader->subscriber));
  think_numbers (f, "s", 4, 5);
  reader_take_all (reader);
  g_assert_true (ouioed_subscriber_is_live (reader->subscriber));
  think_numbers (f, "s", 6, 6);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1 2 3 4 5 6");
  g_assert_cmpuint (f->store->n_reads, ==, 0);
}

static void
test_woken_once_for_many_events (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  fixture_open (f, "s");
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take_all (reader);
  g_assert_cmpuint (reader->n_wakes, ==, 0);
  think_numbers (f, "s", 1, 5);
  g_assert_cmpuint (reader->n_wakes, ==, 1);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1 2 3 4 5");
}

static void
test_what_left_the_memory_comes_from_the_store (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) stalled = NULL;
  g_autoptr(Reader) late = NULL;
  g_autoptr(GString) want = g_string_new ("start");

  f->limits.max_recent_bytes = 4000;
  ouioed_hub_set_limits (f->hub, &f->limits);
  fixture_open (f, "s");
  stalled = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take (stalled, 1, 1);
  think_numbers (f, "s", 1, 400);
  for (guint i = 1; i <= 400; i++)
    g_string_append_printf (want, " %u", i);

  late = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take_all (stalled);
  reader_take_all (late);
  g_assert_cmpstr (stalled->got->str, ==, want->str);
  g_assert_cmpstr (late->got->str, ==, want->str);
  g_assert_cmpuint (f->store->n_reads, >, 2);
  g_assert_true (ouioed_subscriber_is_live (late->subscriber));
}

static void
test_stalled_in_a_page_reads_it_again (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  f->limits.max_recent_bytes = 0;
  ouioed_hub_set_limits (f->hub, &f->limits);
  fixture_open (f, "s");
  think_numbers (f, "s", 1, 20);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take (reader, 5, 3);
  ouioed_subscriber_release (reader->subscriber);
  reader_take_all (reader);
  think_numbers (f, "s", 21, 22);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22");
}

static void
test_resumes_behind_an_id (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  OuioedReceipt receipt;

  fixture_open (f, "s");
  think_numbers (f, "s", 1, 3);
  g_assert_true (fixture_think (f, "s", "4", &receipt, NULL));
  think_numbers (f, "s", 5, 6);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, FALSE, receipt.id);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "5 6");
}

static OuioeStreamConfig
short_stream (void)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;

  config.debug_mode = TRUE;
  config.max_stream_length = 10;
  return config;
}

static void
test_a_stalled_reader_is_told_exactly_what_is_gone (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  guint lost = 0;

  f->limits.max_recent_bytes = 0;
  ouioed_hub_set_limits (f->hub, &f->limits);
  g_assert_true (fixture_create (f, "s", short_stream (), NULL));
  reader = reader_new (f, "s", OUIOE_STREAMS_THINKING, TRUE, OUIOE_EVENT_ID_ZERO);
  think_numbers (f, "s", 1, 2);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1 2");
  think_numbers (f, "s", 3, 60);
  reader_take_all (reader);

  /* start 1 2 (gap N) N+3 … 60 */
  g_assert_cmpint (sscanf (reader->got->str, "start 1 2 (gap %u)", &lost), ==, 1);
  g_assert_cmpuint (lost, >=, 47);
  g_assert_cmpuint (lost + reader->n, ==, 61);
  g_assert_true (g_str_has_suffix (reader->got->str, "59 60"));
}

static void
test_a_resuming_reader_is_told_that_something_is_gone (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  OuioedReceipt receipt;

  f->limits.max_recent_bytes = 0;
  ouioed_hub_set_limits (f->hub, &f->limits);
  g_assert_true (fixture_create (f, "s", short_stream (), NULL));
  g_assert_true (fixture_think (f, "s", "0", &receipt, NULL));
  think_numbers (f, "s", 1, 60);
  reader = reader_new (f, "s", OUIOE_STREAMS_THINKING, FALSE, receipt.id);
  reader_take_all (reader);
  g_assert_true (g_str_has_prefix (reader->got->str, "(gap ?) 5"));
  g_assert_true (g_str_has_suffix (reader->got->str, "59 60"));
}

static void
test_a_newcomer_misses_nothing_it_never_knew (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  f->limits.max_recent_bytes = 0;
  ouioed_hub_set_limits (f->hub, &f->limits);
  g_assert_true (fixture_create (f, "s", short_stream (), NULL));
  think_numbers (f, "s", 1, 60);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take_all (reader);
  g_assert_null (strstr (reader->got->str, "gap"));
  g_assert_cmpuint (reader->n, >=, 10);
}

static void
test_an_id_of_a_lost_store_is_a_gap (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  fixture_open (f, "s");
  think_numbers (f, "s", 1, 2);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, FALSE, (OuioeEventId) { 1000, 5 });
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "(gap ?) start 1 2");
}

static void
test_streams_are_told_apart (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) thinking = NULL;
  g_autoptr(Reader) progress = NULL;

  fixture_open (f, "s");
  thinking = reader_new (f, "s", OUIOE_STREAMS_THINKING, TRUE, OUIOE_EVENT_ID_ZERO);
  progress = reader_new (f, "s", OUIOE_STREAMS_PROGRESS, TRUE, OUIOE_EVENT_ID_ZERO);
  think_numbers (f, "s", 1, 2);
  g_assert_true (fixture_progress (f, "s", "progress", "half", NULL, NULL));
  think_numbers (f, "s", 3, 3);
  g_assert_true (fixture_close (f, "s", NULL));
  reader_take_all (thinking);
  reader_take_all (progress);
  g_assert_cmpstr (thinking->got->str, ==, "start 1 2 3 end");
  g_assert_cmpstr (progress->got->str, ==, "start half end");
  g_assert_true (ouioed_subscriber_is_live (progress->subscriber));
}

static void
test_follows_a_session_that_does_not_exist_yet (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = reader_new (f, "later", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);

  reader_take_all (reader);
  g_assert_true (ouioed_subscriber_is_live (reader->subscriber));
  g_assert_null (ouioed_hub_find (f->hub, "later"));
  fixture_open (f, "later");
  think_numbers (f, "later", 1, 1);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1");
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (ouioed_hub_forget_finish (OUIOED_HUB (source), result, NULL));
}

static void
test_is_told_when_the_session_is_forgotten (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  fixture_open (f, "s");
  think_numbers (f, "s", 1, 1);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  reader_take_all (reader);
  ouioed_hub_forget_async (f->hub, "s", forgotten_cb, NULL);
  settle ();
  g_assert_null (ouioed_hub_find (f->hub, "s"));
  reader_take_all (reader);
  fixture_open (f, "s");
  think_numbers (f, "s", 2, 2);
  reader_take_all (reader);
  g_assert_cmpstr (reader->got->str, ==, "start 1 (removed) start 2");
}

static gboolean
only_alice_and_not_c (const char *session_id, const OuioedSessionRecord *record, gpointer user_data)
{
  return record != NULL && g_str_equal (record->user_id, "alice") && !g_str_equal (session_id, "c");
}

static void
test_all_sessions_in_one_order (Fixture *f, gconstpointer data)
{
  g_autoptr(Reader) live = reader_new (f, NULL, OUIOE_STREAMS_THINKING, FALSE, OUIOE_EVENT_ID_MAX);
  g_autoptr(Reader) late = NULL;

  ouioed_subscriber_set_filter (live->subscriber, only_alice_and_not_c, NULL);
  reader_take_all (live);
  f->limits.max_recent_bytes = 2000;
  ouioed_hub_set_limits (f->hub, &f->limits);
  fixture_open (f, "a");
  fixture_open (f, "b");
  fixture_open (f, "c");
  for (guint i = 1; i <= 30; i += 3)
    {
      think_numbers (f, "a", i, i);
      think_numbers (f, "c", 999, 999);
      think_numbers (f, "b", i + 1, i + 1);
      think_numbers (f, "a", i + 2, i + 2);
      if (i == 10)
        reader_take_all (live);
    }
  reader_take_all (live);
  g_assert_cmpstr (live->got->str, ==, "start start 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 "
                                       "28 29 30");

  late = reader_new (f, NULL, OUIOE_STREAMS_THINKING, TRUE, OUIOE_EVENT_ID_ZERO);
  ouioed_subscriber_set_filter (late->subscriber, only_alice_and_not_c, NULL);
  reader_take_all (late);
  g_assert_cmpstr (late->got->str, ==, live->got->str);
}

static void
test_a_reader_that_goes_while_the_store_reads_is_harmless (Fixture *f, gconstpointer data)
{
  Reader *reader;
  OuioedEntry *entries[4];

  f->limits.max_recent_bytes = 0;
  ouioed_hub_set_limits (f->hub, &f->limits);
  fixture_open (f, "s");
  think_numbers (f, "s", 1, 20);
  reader = reader_new (f, "s", OUIOE_STREAMS_BOTH, TRUE, OUIOE_EVENT_ID_ZERO);
  g_assert_cmpuint (ouioed_subscriber_peek (reader->subscriber, entries, 4), ==, 0);
  reader_free (reader);
  settle ();
  g_assert_cmpuint (f->store->n_reads, ==, 1);
}

#define ADD(name) g_test_add ("/hub/subscriber/" #name, Fixture, NULL, fixture_set_up, test_##name, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  ADD (replay_then_live_without_a_seam);
  ADD (woken_once_for_many_events);
  ADD (what_left_the_memory_comes_from_the_store);
  ADD (stalled_in_a_page_reads_it_again);
  ADD (resumes_behind_an_id);
  ADD (a_stalled_reader_is_told_exactly_what_is_gone);
  ADD (a_resuming_reader_is_told_that_something_is_gone);
  ADD (a_newcomer_misses_nothing_it_never_knew);
  ADD (an_id_of_a_lost_store_is_a_gap);
  ADD (streams_are_told_apart);
  ADD (follows_a_session_that_does_not_exist_yet);
  ADD (is_told_when_the_session_is_forgotten);
  ADD (all_sessions_in_one_order);
  ADD (a_reader_that_goes_while_the_store_reads_is_harmless);

  return g_test_run ();
}
