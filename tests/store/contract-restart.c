/* contract-restart.c - stores that keep what they have: what is told at the next start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "store-contract.h"

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
  test_assert_id (found->last_id, 1004);
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
put_generation (TestStore *f, const char *id, OuioeGeneration *generation)
{
  g_autoptr(OuioedSessionRecord) record = test_record (id);
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(GError) error = NULL;
  OuioedBatch *batch = ouioed_batch_new ();

  record->generation = generation != NULL ? ouioe_generation_ref (generation) : NULL;
  ouioed_batch_put_session (batch, record);
  commit = test_commit (f->store, batch, &error);
  g_assert_no_error (error);
}

static void
test_what_is_known_of_the_model_comes_back (TestStore *f, gconstpointer backend)
{
  g_autoptr(OuioeGeneration) first = ouioe_generation_new ();
  g_autoptr(OuioeGeneration) second = NULL;
  OuioeGeneration *found;

  first->model = g_strdup ("gpt-oss:20b");
  first->output_tokens = 41;
  ouioe_generation_enter (first, OUIOE_PHASE_ANSWER, 1000000);
  put_generation (f, "a", first);
  put_generation (f, "b", first);
  put_generation (f, "b", first);
  put_generation (f, "c", NULL);
  second = ouioe_generation_copy (first);
  second->output_tokens = 42;
  put_generation (f, "b", second);
  test_store_reopen (f);

  found = find_session (f, "a")->generation;
  g_assert_nonnull (found);
  g_assert_cmpstr (ouioe_generation_get_model (found), ==, "gpt-oss:20b");
  g_assert_cmpint (ouioe_generation_get_output_tokens (found), ==, 41);
  g_assert_cmpint (ouioe_generation_get_phase (found), ==, OUIOE_PHASE_ANSWER);
  g_assert_cmpuint (ouioe_generation_get_n_spans (found), ==, 1);
  g_assert_cmpint (ouioe_generation_get_output_tokens (find_session (f, "b")->generation), ==, 42);
  g_assert_null (find_session (f, "c")->generation);

  put_generation (f, "a", NULL);
  test_forget (f, "b");
  test_write (f, "b", TRUE, "s1");
  test_store_reopen (f);
  g_assert_null (find_session (f, "a")->generation);
  g_assert_null (find_session (f, "b")->generation);
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
  test_assert_id (found->trimmed_to[0], 1002);
  query.sessions = ONE ("a");
  page = test_read (f->store, &query);
  test_assert_id (page->trimmed_to[0], 1002);
  test_expect (f, &query, "s1 t3 p4 t5 p6");

  second = test_trim (f, "a", 0, 1);
  test_assert_trim (second, 0, "a", 0, 1, 1003);
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
  test_assert_id (f->contents->last_id, 1003);
  ouioed_batch_append (batch, old);
  test_refused (f, batch);
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
  test_assert_id (key->event_id, 8);
  g_assert_cmpint (key->time_us, ==, 2000);
  g_assert_cmpuint (key->fingerprint[3], ==, 51);
  key = g_ptr_array_index (f->contents->keys, 1);
  g_assert_cmpstr (key->key, ==, "thinking\nk3");
  test_assert_id (key->event_id, 9);
}

const TestPromise restart_promises[] = {
  { "sessions-come-back", test_sessions_come_back },
  { "what-is-known-of-the-model-comes-back", test_what_is_known_of_the_model_comes_back },
  { "marks-of-trimming-come-back", test_marks_of_trimming_come_back },
  { "newest-id-outlives-its-session", test_newest_id_outlives_its_session },
  { "keys-come-back-oldest-first", test_keys_come_back_oldest_first },
  { NULL, NULL },
};
