/* test-ingest.c - what is refused, what is dropped, and that nothing is acknowledged before it is committed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "hub-fixture.h"
#include "test-log.h"

static const OuioedSessionRecord *
record_of (Fixture *f, const char *id)
{
  OuioedChannel *channel = ouioed_hub_find (f->hub, id);

  return channel != NULL ? ouioed_channel_get_record (channel) : NULL;
}

static void
test_ids_increase_when_the_clock_steps_back (Fixture *f, gconstpointer data)
{
  OuioedReceipt receipt;
  OuioeEventId last = OUIOE_EVENT_ID_ZERO;

  fixture_open (f, "a");
  fixture_open (f, "b");
  for (guint i = 0; i < 20; i++)
    {
      f->now_us += i == 5 ? -3600 * (gint64) G_USEC_PER_SEC : i == 12 ? 7 * G_USEC_PER_SEC : 0;
      g_assert_true (fixture_think (f, i % 2 ? "a" : "b", "x", &receipt, NULL));
      g_assert_cmpint (ouioe_event_id_compare (receipt.id, last), >, 0);
      last = receipt.id;
    }
}

static void
test_unknown_and_closed_sessions_are_refused (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fixture_think (f, "nobody", "x", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_clear_error (&error);

  fixture_open (f, "s");
  g_assert_true (fixture_close (f, "s", NULL));
  g_assert_false (fixture_think (f, "s", "x", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_clear_error (&error);
  g_assert_false (fixture_close (f, "s", &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_clear_error (&error);

  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 0);
}

static void
test_running_session_is_not_replaced (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture_open (f, "s");
  g_assert_true (fixture_think (f, "s", "one", NULL, NULL));
  g_assert_false (fixture_create (f, "s", OUIOE_STREAM_CONFIG_DEFAULT, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 1);
  g_assert_true (record_of (f, "s")->config.debug_mode);
}

static void
test_created_again_counts_from_zero_and_continues_its_streams (Fixture *f, gconstpointer data)
{
  OuioeEventId last;

  fixture_open (f, "s");
  g_assert_true (fixture_think (f, "s", "one", NULL, NULL));
  g_assert_true (fixture_close (f, "s", NULL));
  last = record_of (f, "s")->last_id;
  g_assert_cmpint (ouioed_hub_get_n (f->hub, OUIOE_SESSION_CLOSED), ==, 1);

  fixture_open (f, "s");
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 0);
  g_assert_null (record_of (f, "s")->outcome);
  g_assert_cmpint (record_of (f, "s")->appended[0], ==, 4);   /* start, step, end, start */
  g_assert_cmpint (record_of (f, "s")->appended[1], ==, 3);
  g_assert_cmpint (ouioe_event_id_compare (record_of (f, "s")->last_id, last), >, 0);
  g_assert_cmpint (ouioed_hub_get_n (f->hub, OUIOE_SESSION_CLOSED), ==, 0);
  g_assert_cmpint (ouioed_hub_get_n (f->hub, OUIOE_SESSION_OPEN), ==, 1);
}

static void
test_thinking_is_dropped_without_debug_mode (Fixture *f, gconstpointer data)
{
  OuioedReceipt receipt;
  guint64 before;

  g_assert_true (fixture_create (f, "s", OUIOE_STREAM_CONFIG_DEFAULT, NULL));
  before = record_of (f, "s")->appended[0];
  g_assert_true (fixture_think (f, "s", "hidden", &receipt, NULL));
  g_assert_cmpstr (receipt.dropped, ==, "debug_mode");
  g_assert_true (ouioe_event_id_is_zero (receipt.id));
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 0);
  g_assert_cmpint (record_of (f, "s")->appended[0], ==, before);

  g_assert_true (fixture_progress (f, "s", "progress", "shown", &receipt, NULL));
  g_assert_null (receipt.dropped);
  g_assert_cmpint (record_of (f, "s")->stats->n_progress, ==, 1);
}

static void
test_progress_is_dropped_when_the_session_wants_none (Fixture *f, gconstpointer data)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  OuioedReceipt receipt;

  config.progress_updates = FALSE;
  g_assert_true (fixture_create (f, "s", config, NULL));
  g_assert_true (fixture_progress (f, "s", "warning", "m", &receipt, NULL));
  g_assert_cmpstr (receipt.dropped, ==, "progress_updates");
  g_assert_cmpint (record_of (f, "s")->stats->n_progress, ==, 0);
}

static void
test_threshold_spaces_plain_updates_only (Fixture *f, gconstpointer data)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  OuioedReceipt receipt;

  config.update_threshold_us = 5 * G_USEC_PER_SEC;
  g_assert_true (fixture_create (f, "s", config, NULL));
  g_assert_true (fixture_progress (f, "s", "progress", "first", &receipt, NULL));
  g_assert_null (receipt.dropped);
  f->now_us += 4 * G_USEC_PER_SEC;
  g_assert_true (fixture_progress (f, "s", "progress", "too soon", &receipt, NULL));
  g_assert_cmpstr (receipt.dropped, ==, "update_threshold");
  g_assert_true (fixture_progress (f, "s", "warning", "always", &receipt, NULL));
  g_assert_null (receipt.dropped);
  f->now_us += G_USEC_PER_SEC;
  g_assert_true (fixture_progress (f, "s", "progress", "again", &receipt, NULL));
  g_assert_null (receipt.dropped);
  g_assert_cmpint (record_of (f, "s")->stats->n_progress, ==, 3);
}

static void
test_one_turn_is_one_batch (Fixture *f, gconstpointer data)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  guint before;

  fixture_open (f, "s");
  before = f->store->n_commits;
  for (guint i = 0; i < 50; i++)
    g_ptr_array_add (calls, call_think (f, "s", "x", NULL));
  for (guint i = 0; i < 50; i++)
    call_wait (calls->pdata[i]);

  g_assert_cmpint (f->store->n_commits, ==, before + 1);
  g_assert_cmpint (f->store->last_batch_size, ==, 50);
  g_ptr_array_unref (calls);
}

static void
test_nothing_is_shown_or_answered_before_the_commit (Fixture *f, gconstpointer data)
{
  g_autoptr(Call) first = NULL;
  g_autoptr(Call) second = NULL;

  fixture_open (f, "s");
  f->store->hold = TRUE;
  first = call_think (f, "s", "one", NULL);
  settle ();
  second = call_think (f, "s", "two", NULL);
  settle ();
  g_assert_false (first->done);
  g_assert_false (second->done);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 0);

  test_store_release (f->store);
  call_wait (first);
  g_assert_true (first->ok);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 1);
  call_wait (second);
  g_assert_true (second->ok);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 2);
}

static void
test_a_failed_commit_never_happened (Fixture *f, gconstpointer data)
{
  g_autoptr(Call) first = NULL;
  g_autoptr(Call) second = NULL;
  OuioedHubMetrics metrics;

  fixture_open (f, "s");
  f->store->hold = TRUE;
  f->store->fail = 1;
  first = call_think (f, "s", "one", NULL);
  settle ();
  second = call_think (f, "s", "two", NULL);
  settle ();

  test_log_expect ("The store refused*the disk is full*");
  test_store_release (f->store);
  call_wait (first);
  call_wait (second);
  test_log_assert ();
  g_assert_error (first->error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_error (second->error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 0);
  ouioed_hub_get_metrics (f->hub, &metrics);
  g_assert_false (metrics.store_ok);

  g_assert_true (fixture_think (f, "s", "three", NULL, NULL));
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 1);
  g_assert_cmpint (record_of (f, "s")->appended[0], ==, 2);
  ouioed_hub_get_metrics (f->hub, &metrics);
  g_assert_true (metrics.store_ok);
}

static void
test_a_session_that_was_not_committed_does_not_exist (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  f->store->fail = 1;
  test_log_expect ("The store refused*");
  g_assert_false (fixture_create (f, "s", OUIOE_STREAM_CONFIG_DEFAULT, &error));
  test_log_assert ();
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_null (ouioed_hub_find (f->hub, "s"));
  g_assert_true (fixture_create (f, "s", OUIOE_STREAM_CONFIG_DEFAULT, NULL));
}

static void
test_what_waits_is_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  g_autofree char *text = g_strnfill (1000, 'x');
  Call *last;

  fixture_open (f, "s");
  f->limits.max_pending_bytes = 20000;
  ouioed_hub_set_limits (f->hub, &f->limits);
  f->store->hold = TRUE;
  for (guint i = 0; i < 40; i++)
    g_ptr_array_add (calls, call_think (f, "s", text, NULL));
  settle ();
  last = calls->pdata[39];
  g_assert_true (last->done);
  g_assert_error (last->error, OUIOE_ERROR, OUIOE_ERROR_BUSY);
  test_store_release (f->store);
  call_wait (calls->pdata[0]);
  g_assert_true (((Call *) calls->pdata[0])->ok);
  settle ();
}

static void
test_number_of_sessions_is_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  f->limits.max_sessions = 2;
  ouioed_hub_set_limits (f->hub, &f->limits);
  fixture_open (f, "a");
  fixture_open (f, "b");
  g_assert_false (fixture_create (f, "c", OUIOE_STREAM_CONFIG_DEFAULT, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_TOO_MANY_SESSIONS);
}

static void
test_own_types_are_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture_open (f, "s");
  for (guint i = 0; i < OUIOE_MAX_OWN_TYPES; i++)
    {
      g_autofree char *word = g_strdup_printf ("acme.%u", i);

      g_assert_true (fixture_progress (f, "s", word, "m", NULL, NULL));
    }
  g_assert_false (fixture_progress (f, "s", "acme.more", "m", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
  g_assert_true (strstr (error->message, "progress_type") != NULL);
  g_assert_true (fixture_progress (f, "s", "acme.7", "m", NULL, NULL));
}

static void
test_key_repeats_the_answer (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt first, again;

  fixture_open (f, "s");
  g_assert_true (fixture_think_key (f, "s", "one", "k1", &first, NULL));
  g_assert_false (first.replayed);
  g_assert_true (fixture_think_key (f, "s", "one", "k1", &again, NULL));
  g_assert_true (again.replayed);
  g_assert_cmpint (ouioe_event_id_compare (first.id, again.id), ==, 0);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 1);

  g_assert_false (fixture_think_key (f, "s", "other", "k1", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_KEY_REUSED);
}

static void
test_repetition_under_way_gets_the_same_answer (Fixture *f, gconstpointer data)
{
  g_autoptr(Call) first = NULL;
  g_autoptr(Call) again = NULL;

  fixture_open (f, "s");
  f->store->hold = TRUE;
  first = call_think (f, "s", "one", "k1");
  settle ();
  again = call_think (f, "s", "one", "k1");
  settle ();
  g_assert_false (again->done);
  test_store_release (f->store);
  call_wait (first);
  call_wait (again);
  g_assert_true (again->ok);
  g_assert_true (again->receipt.replayed);
  g_assert_cmpint (ouioe_event_id_compare (first->receipt.id, again->receipt.id), ==, 0);
  g_assert_cmpint (record_of (f, "s")->stats->n_thinking, ==, 1);
}

static void
test_key_of_a_failed_request_is_free_again (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;

  fixture_open (f, "s");
  f->store->fail = 1;
  test_log_expect ("The store refused*");
  g_assert_false (fixture_think_key (f, "s", "one", "k1", NULL, &error));
  test_log_assert ();
  g_assert_true (fixture_think_key (f, "s", "one", "k1", &receipt, NULL));
  g_assert_false (receipt.replayed);
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (ouioed_hub_drain_finish (OUIOED_HUB (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
test_drain_waits_for_the_commit_and_refuses_more (Fixture *f, gconstpointer data)
{
  g_autoptr(Call) first = NULL;
  g_autoptr(GError) error = NULL;
  gboolean drained = FALSE;

  fixture_open (f, "s");
  f->store->hold = TRUE;
  first = call_think (f, "s", "one", NULL);
  settle ();
  ouioed_hub_drain_async (f->hub, drained_cb, &drained);
  settle ();
  g_assert_false (drained);
  g_assert_false (fixture_think (f, "s", "two", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_DRAINING);
  test_store_release (f->store);
  call_wait (first);
  g_assert_true (first->ok);
  settle ();
  g_assert_true (drained);
}

#define ADD(name) g_test_add ("/hub/ingest/" #name, Fixture, NULL, fixture_set_up, test_##name, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  ADD (ids_increase_when_the_clock_steps_back);
  ADD (unknown_and_closed_sessions_are_refused);
  ADD (running_session_is_not_replaced);
  ADD (created_again_counts_from_zero_and_continues_its_streams);
  ADD (thinking_is_dropped_without_debug_mode);
  ADD (progress_is_dropped_when_the_session_wants_none);
  ADD (threshold_spaces_plain_updates_only);
  ADD (one_turn_is_one_batch);
  ADD (nothing_is_shown_or_answered_before_the_commit);
  ADD (a_failed_commit_never_happened);
  ADD (a_session_that_was_not_committed_does_not_exist);
  ADD (what_waits_is_bounded);
  ADD (number_of_sessions_is_bounded);
  ADD (own_types_are_bounded);
  ADD (key_repeats_the_answer);
  ADD (repetition_under_way_gets_the_same_answer);
  ADD (key_of_a_failed_request_is_free_again);
  ADD (drain_waits_for_the_commit_and_refuses_more);

  return g_test_run ();
}
