/* test-recording.c - what is written to a file and read from one: whole, in order, byte for byte, or refused with a reason
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fake-server.h"
#include "inspector-markdown.h"
#include "inspector-recording.h"
#include "recorded.h"

static const InspectorRecordingLimits usual = INSPECTOR_RECORDING_LIMITS;

#define EVENT(n) "{\"id\":\"" n "-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":" \
                 "\"2026-11-23T14:00:00.000000+00:00\",\"thinking_type\":\"analysis\",\"content\":\"c " n "\"}"

/* ---- the reader ---- */

/* In pieces of @piece bytes. */
static GPtrArray *
read_pieces (const char *text, gsize piece, const InspectorRecordingLimits *limits, GError **error)
{
  g_autoptr(InspectorRecordingReader) reader = inspector_recording_reader_new (limits);
  gsize len = strlen (text);

  for (gsize at = 0; at < len; at += piece)
    if (!inspector_recording_reader_feed (reader, text + at, MIN (piece, len - at), error))
      return NULL;
  return inspector_recording_reader_end (reader, error);
}

static void
assert_reads (const char *text, guint n)
{
  static const gsize pieces[] = { 1, 7, 1000000 };

  for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = read_pieces (text, pieces[p], &usual, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (events->len, ==, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpuint (ouioe_event_get_id (events->pdata[i])->ms, ==, i + 1);
    }
}

static void
test_lines_and_lists_are_read_in_any_pieces (void)
{
  assert_reads (EVENT ("1") "\n" EVENT ("2") "\n", 2);
  assert_reads ("\n  \r\n" EVENT ("1") "\r\n\n\t" EVENT ("2"), 2);   /* blank lines; no end behind the last one */
  assert_reads ("[\n" EVENT ("1") ",\n" EVENT ("2") "\n]\n", 2);
  assert_reads (" [" EVENT ("1") "]", 1);
  /* Brackets and quotes within a text are text. */
  assert_reads ("[{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":\n"
                "\"2026-11-23T14:00:00+00:00\","
                "\"thinking_type\":\"analysis\",\"content\":\"]}\\\"},{\\\\\"}," EVENT ("2") "]", 2);
}

static void
test_what_is_wrong_is_named (void)
{
#define HEAD "{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":\"2026-11-23T14:00:00+00:00\","
  static const struct { const char *text; const char *message; } rows[] = {
    { EVENT ("1") "\n\n{\"id\":\"1-0\",}\n", "Line 3: column 13: *" },
    { EVENT ("1") "\n7\n", "Line 2: this is no event" },
    { "{\"id\":\"x\"}", "Line 1: “id” is *" },
    { "{\"id\":\"1-0\"}", "Line 1: “session_id” is *" },
    { "{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"what\"}", "Line 1: “kind” is *" },
    { "{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"yesterday\"}",
      "Line 1: “timestamp” is *" },
    { HEAD "\"content\":\"c\"}", "Line 1: “thinking_type” is *" },
    { HEAD "\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":\"much\"}", "Line 1: *confidence*" },
    { HEAD "\"thinking_type\":\"analysis\",\"content\":7}", "Line 1: *content*" },
    { "[\n" EVENT ("1") ",\n" EVENT ("2"), "Line 3: the list of events has no end" },
    { "[\n" EVENT ("1") "\n" EVENT ("2") "]", "Line 3: this is no list of events" },
    { "[\n" EVENT ("1") ",]", "Line 2: this is no list of events" },
    { "[\n" EVENT ("1") "]\nand more", "Line 3: this is no list of events" },
    { "[\n\n{\"id\":\n7}]", "Line 3: “id” is *" },
    { "[]", "There is no event in it" },
    { " \n\n", "There is no event in it" },
    { "\377\376\n", "Line 1: column 1: *" },
  };
#undef HEAD

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (read_pieces (rows[i].text, 5, &usual, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      if (!g_pattern_match_simple (rows[i].message, error->message))
        g_error ("%s: %s", rows[i].text, error->message);
    }
}

static void
test_what_is_too_much_is_refused (void)
{
  InspectorRecordingLimits few = { 100000, 100000, 2 };
  InspectorRecordingLimits narrow = { 100000, 20, 100 };
  InspectorRecordingLimits small = { 300, 100000, 100 };
  const char *text = EVENT ("1") "\n" EVENT ("2") "\n" EVENT ("3") "\n";
  const struct { const InspectorRecordingLimits *limits; const char *message; } rows[] = {
    { &few, "Line 3: more than 2 events" },
    { &narrow, "Line 1: an event of more than 20 bytes" },
    { &small, "More than 300*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (read_pieces (text, 50, rows[i].limits, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_assert_true (g_pattern_match_simple (rows[i].message, error->message));
    }
}

/* ---- files ---- */

typedef struct {
  char         *folder;
  GFile        *file;
  GAsyncResult *result;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;

  f->folder = g_dir_make_tmp ("recording-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (f->folder, "a.ndjson", NULL);
  f->file = g_file_new_for_path (path);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_autoptr(GDir) dir = g_dir_open (f->folder, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_object_unref (f->file);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->result = g_object_ref (result);
}

static InspectorRecording *
read_file (Fixture *f, GError **error)
{
  InspectorRecording *recording;

  inspector_recording_read_async (f->file, NULL, NULL, on_done, f);
  fake_wait_for (f->result != NULL);
  recording = inspector_recording_read_finish (f->result, error);
  g_clear_object (&f->result);
  return recording;
}

static gboolean
write_file (Fixture *f, InspectorFormat format, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  gboolean is_good;

  inspector_recording_write_async (f->file, format, events, cancellable, on_done, f);
  fake_wait_for (f->result != NULL);
  is_good = inspector_recording_write_finish (f->result, error);
  g_clear_object (&f->result);
  return is_good;
}

static char *
get_contents (Fixture *f)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  g_assert_true (g_file_load_contents (f->file, NULL, &text, NULL, NULL, &error));
  g_assert_no_error (error);
  return text;
}

static void
put_contents (Fixture *f, const char *text)
{
  g_autoptr(GError) error = NULL;

  g_file_replace_contents (f->file, text, strlen (text), NULL, FALSE, 0, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Members in an order of their own, escapes, numbers in odd forms, members nobody knows: bytes are bytes. */
static const char odd[] =
  "{\"id\":\"1-0\",\"session_id\":\"s\",\"kind\":\"session_start\",\"timestamp\":\"2026-11-23T14:00:00.000001+00:00\","
  "\"user_id\":\"alice\",\"user_request\":\"Zwei W\\u00f6rter, \\\"so\\\"\",\"system_context\":{ \"a\" : 1e0 }}\n"
  "{ \"kind\":\"thinking_step\", \"timestamp\":\"2026-11-23T15:00:02+01:00\",\"id\":\"2-0\",\"session_id\":\"s\","
  "\"new\":[1, 2],"
  "\"thinking_type\":\"decision\",\"content\":\"a \\/ b \xE2\x86\x92 \\ud83d\\ude00\",\"confidence\":8.50e-1}\n"
  "{\"id\":\"3-7\",\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T14:00:09+00:00\","
  "\"outcome\":\"done\"}\n";

static void
test_what_is_read_is_written_byte_for_byte (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorRecording) first = NULL;
  g_autoptr(InspectorRecording) second = NULL;
  g_autofree char *lines = NULL;
  g_autofree char *list = NULL;
  g_autofree char *again = NULL;

  put_contents (f, odd);
  first = read_file (f, &error);
  g_assert_no_error (error);
  g_assert_true (write_file (f, INSPECTOR_FORMAT_NDJSON, inspector_recording_get_events (first, 0), NULL, &error));
  lines = get_contents (f);
  g_assert_cmpstr (lines, ==, odd);

  /* Through a list and back. */
  g_assert_true (write_file (f, INSPECTOR_FORMAT_JSON, inspector_recording_get_events (first, 0), NULL, &error));
  list = get_contents (f);
  g_assert_true (g_str_has_prefix (list, "[\n{") && g_str_has_suffix (list, "}\n]\n"));
  second = read_file (f, &error);
  g_assert_no_error (error);
  g_assert_true (write_file (f, INSPECTOR_FORMAT_NDJSON, inspector_recording_get_events (second, 0), NULL, &error));
  again = get_contents (f);
  g_assert_cmpstr (again, ==, odd);
}

static void
test_a_recording_tells_what_its_session_was (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorRecording) recording = NULL;
  OuioeSession *session;

  put_contents (f, odd);
  recording = read_file (f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (inspector_recording_get_n_sessions (recording), ==, 1);
  g_assert_true (g_file_equal (inspector_recording_get_file (recording), f->file));
  session = inspector_recording_get_session (recording, 0);
  g_assert_cmpstr (ouioe_session_get_id (session), ==, "s");
  g_assert_cmpstr (ouioe_session_get_user_id (session), ==, "alice");
  g_assert_cmpstr (ouioe_session_get_user_request (session), ==, "Zwei Wörter, \"so\"");
  g_assert_cmpstr (ouioe_session_get_outcome (session), ==, "done");
  g_assert_cmpint (ouioe_session_get_ended_us (session) - ouioe_session_get_created_us (session), ==, 8999999);
  g_assert_cmpuint (ouioe_session_get_thinking_steps (session), ==, 1);
}

static void
test_a_file_of_many_sessions_is_sorted (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorRecording) recording = NULL;
  g_auto(Recorded) a = { 0 };
  g_auto(Recorded) b = { 0 };

  recorded_init (&a, "a");
  recorded_init (&b, "b");
  recorded_start (&a, "alice", "First");
  recorded_step (&b, "analysis", "no beginning");
  g_string_append (a.text, b.text->str);
  recorded_step (&a, "analysis", "more");
  put_contents (f, a.text->str);
  recording = read_file (f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (inspector_recording_get_n_sessions (recording), ==, 2);
  g_assert_cmpuint (inspector_recording_get_events (recording, 0)->len, ==, 2);
  g_assert_cmpuint (inspector_recording_get_events (recording, 1)->len, ==, 1);
  g_assert_cmpstr (ouioe_session_get_id (inspector_recording_get_session (recording, 1)), ==, "b");
  g_assert_null (ouioe_session_get_user_request (inspector_recording_get_session (recording, 1)));
}

static void
test_a_file_that_is_not_there_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (read_file (f, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_writing_that_is_cancelled_leaves_what_was_there (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GPtrArray) events = NULL;
  g_autofree char *text = NULL;
  g_auto(Recorded) recorded = { 0 };

  recorded_init (&recorded, "s");
  for (guint i = 0; i < 2000; i++)
    recorded_step (&recorded, "analysis", "x");
  events = recorded_events (&recorded);
  put_contents (f, "what was there");
  g_cancellable_cancel (cancellable);
  for (guint format = 0; format < INSPECTOR_N_FORMATS; format++)
    {
      g_assert_false (write_file (f, format, events, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  text = get_contents (f);
  g_assert_cmpstr (text, ==, "what was there");
}

static void
test_a_report_reads_well_and_holds_no_tags (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autofree char *text = NULL;
  g_auto(Recorded) recorded = { 0 };

  recorded_init (&recorded, "disk");
  recorded_start (&recorded, "alice", "Summarise | <disk> usage");
  recorded_add (&recorded, "thinking_step", "\"thinking_type\":\"decision\",\"content\":\"Fan-out.\\n# No heading <b>\","
                "\"reasoning_chain\":[\"one\",\"two\"],\"confidence\":0.88,\"alternatives\":[\"in turn\"]");
  recorded_update (&recorded, "progress", "Merging", 62);
  recorded_end (&recorded, "done");
  events = recorded_events (&recorded);
  g_assert_true (write_file (f, INSPECTOR_FORMAT_MARKDOWN, events, NULL, &error));
  text = get_contents (f);
  g_assert_true (g_str_has_prefix (text, "# Summarise \\| \\<disk> usage\n\n"
                                   "| | |\n|---|---|\n"
                                   "| Session | disk |\n| User | alice |\n| First event | 2026-11-23 14:00:00 +0000 |\n"
                                   "| Duration | 00:03 |\n| Steps | 1 |\n| Updates | 1 |\n| Mean confidence | 88 % |\n"
                                   "| Outcome | done |\n\n## 14:00:00.0 · "));
  g_assert_nonnull (strstr (text, "## 14:00:01.0 · Decision · confidence 88 %\n\n> Fan-out.\n> # No heading \\<b>\n\n"
                            "1. one\n2. two\n\nAlternatives:\n\n- in turn\n\n"
                            "## 14:00:02.0 · Progress · 62 %\n\n> Merging\n\n## 14:00:03.0 · "));
}

static void
test_formats_go_by_the_name (void)
{
  g_assert_cmpint (inspector_format_for_name ("a.ndjson"), ==, INSPECTOR_FORMAT_NDJSON);
  g_assert_cmpint (inspector_format_for_name ("a.json"), ==, INSPECTOR_FORMAT_JSON);
  g_assert_cmpint (inspector_format_for_name ("a.md"), ==, INSPECTOR_FORMAT_MARKDOWN);
  g_assert_cmpint (inspector_format_for_name ("a"), ==, INSPECTOR_FORMAT_NDJSON);
  g_assert_cmpstr (inspector_format_get_suffix (INSPECTOR_FORMAT_MARKDOWN), ==, ".md");
}

/* ---- the watch of what was ---- */

static guint
n_rows (InspectorWatch *watch)
{
  return g_list_model_get_n_items (G_LIST_MODEL (inspector_watch_get_model (watch)));
}

static void
test_a_recording_is_finished_and_whole (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(InspectorWatch) watch = NULL;
  g_autofree char *message = NULL;
  gint64 began_us;

  recorded_init (&recorded, "s");
  recorded_start (&recorded, "alice", "x");
  recorded_update (&recorded, "progress", "first", 10);
  recorded_update (&recorded, "progress", "second", 20);
  recorded_step (&recorded, "analysis", "and it was cut here");
  events = recorded_events (&recorded);
  watch = inspector_watch_new_recording ("s", events);
  g_assert_cmpint (inspector_watch_get_origin (watch), ==, INSPECTOR_WATCH_RECORDING);
  g_assert_cmpint (inspector_watch_get_state (watch), ==, INSPECTOR_WATCH_FINISHED);
  g_assert_cmpuint (n_rows (watch), ==, 4);
  began_us = inspector_watch_get_began_us (watch);
  g_assert_cmpint (began_us, ==, ouioe_event_get_time_us (events->pdata[0]));
  g_assert_cmpint (inspector_watch_get_ended_us (watch), ==, began_us + 3 * G_USEC_PER_SEC);
  g_assert_cmpint (inspector_watch_get_now_us (watch), ==, began_us + 3 * G_USEC_PER_SEC);
  message = ouioe_progress_update_dup_message (inspector_watch_get_progress (watch));
  g_assert_cmpstr (message, ==, "second");
  inspector_watch_retry (watch);   /* there is nobody to be asked again */
  g_assert_cmpint (inspector_watch_get_state (watch), ==, INSPECTOR_WATCH_FINISHED);
}

static void
count_signal (guint *n)
{
  (*n)++;
}

/* What the watch says at @n of the items: state, percentage (-1: none), rows. */
static void
assert_at (InspectorWatch *watch, GPtrArray *items, guint n, InspectorWatchState state, double percentage)
{
  double found = -1;

  inspector_watch_replay_to (watch, items, n, n);
  inspector_chain_model_apply (inspector_watch_get_model (watch), G_MAXUINT, 0);
  g_assert_cmpuint (n_rows (watch), ==, n);
  g_assert_cmpint (inspector_watch_get_state (watch), ==, state);
  g_assert_cmpint (inspector_watch_get_now_us (watch), ==, n);
  if (inspector_watch_get_progress (watch) != NULL)
    ouioe_progress_update_get_percentage (inspector_watch_get_progress (watch), &found);
  g_assert_cmpfloat (found, ==, percentage);
}

static void
test_a_replay_goes_on_and_back (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(InspectorWatch) watch = inspector_watch_new_replay ("s");
  guint n_states = 0;

  recorded_init (&recorded, "s");
  recorded_start (&recorded, "alice", "x");
  recorded_update (&recorded, "progress", "first", 10);
  recorded_step (&recorded, "analysis", "x");
  recorded_update (&recorded, "progress", "second", 20);
  recorded_end (&recorded, "done");
  events = recorded_events (&recorded);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (items, inspector_chain_item_new_event (events->pdata[i]));
  g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (count_signal), &n_states);

  g_assert_cmpint (inspector_watch_get_origin (watch), ==, INSPECTOR_WATCH_REPLAY);
  assert_at (watch, items, 1, INSPECTOR_WATCH_LIVE, -1);
  assert_at (watch, items, 3, INSPECTOR_WATCH_LIVE, 10);
  assert_at (watch, items, 5, INSPECTOR_WATCH_FINISHED, 20);
  g_assert_cmpint (inspector_watch_get_ended_us (watch), >, inspector_watch_get_began_us (watch));
  g_assert_cmpuint (inspector_chain_model_get_n_updates (inspector_watch_get_model (watch)), ==, 2);
  assert_at (watch, items, 3, INSPECTOR_WATCH_LIVE, 10);
  g_assert_cmpint (inspector_watch_get_ended_us (watch), ==, 0);
  g_assert_cmpuint (inspector_chain_model_get_n_updates (inspector_watch_get_model (watch)), ==, 1);
  assert_at (watch, items, 0, INSPECTOR_WATCH_LIVE, -1);
  g_assert_cmpint (inspector_watch_get_began_us (watch), ==, 0);
  assert_at (watch, items, 5, INSPECTOR_WATCH_FINISHED, 20);
  g_assert_cmpuint (n_states, ==, 3);
}

static void
test_taking_back_drops_what_is_queued_first (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);

  for (guint i = 0; i < 5; i++)
    inspector_chain_model_push (model, inspector_chain_item_new_gap (i));
  inspector_chain_model_apply (model, 3, 0);
  inspector_chain_model_truncate (model, 4);
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 1);
  inspector_chain_model_truncate (model, 9);   /* that is more than there is */
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 1);
  inspector_chain_model_truncate (model, 2);
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 2);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recording/reader/lines-and-lists-are-read-in-any-pieces", test_lines_and_lists_are_read_in_any_pieces);
  g_test_add_func ("/recording/reader/what-is-wrong-is-named", test_what_is_wrong_is_named);
  g_test_add_func ("/recording/reader/what-is-too-much-is-refused", test_what_is_too_much_is_refused);
#define ADD(name, func) g_test_add ("/recording/file/" name, Fixture, NULL, setup, func, teardown)
  ADD ("what-is-read-is-written-byte-for-byte", test_what_is_read_is_written_byte_for_byte);
  ADD ("a-recording-tells-what-its-session-was", test_a_recording_tells_what_its_session_was);
  ADD ("one-of-many-sessions-is-sorted", test_a_file_of_many_sessions_is_sorted);
  ADD ("one-that-is-not-there-is-told", test_a_file_that_is_not_there_is_told);
  ADD ("writing-that-is-cancelled-leaves-what-was-there", test_writing_that_is_cancelled_leaves_what_was_there);
  ADD ("a-report-reads-well-and-holds-no-tags", test_a_report_reads_well_and_holds_no_tags);
  g_test_add_func ("/recording/formats-go-by-the-name", test_formats_go_by_the_name);
  g_test_add_func ("/recording/watch/a-recording-is-finished-and-whole", test_a_recording_is_finished_and_whole);
  g_test_add_func ("/recording/watch/a-replay-goes-on-and-back", test_a_replay_goes_on_and_back);
  g_test_add_func ("/recording/watch/taking-back-drops-what-is-queued-first", test_taking_back_drops_what_is_queued_first);
  return g_test_run ();
}
