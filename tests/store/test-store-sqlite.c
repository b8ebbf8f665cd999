/* test-store-sqlite.c - what the sqlite store promises beyond every other: crashes, full disks, long work in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>

#include "ouioed-sqlite-private.h"
#include "ouioed-store-sqlite.h"
#include "store-support.h"

static const char *program;      /* this one */

static OuioedStore *
create_sqlite (const char *place)
{
  g_autofree char *path = g_build_filename (place, "events.db", NULL);

  return ouioed_store_sqlite_new (path);
}

static const TestBackend backend = { "sqlite", create_sqlite, TRUE };

static void
set_up (TestStore *f, gconstpointer data)
{
  test_store_set_up (f, &backend);
}

/* Asks the file itself, beside the store. */
static gint64
ask_file (TestStore *f, const char *sql)
{
  g_autofree char *path = g_build_filename (f->place, "events.db", NULL);
  sqlite3 *db;
  sqlite3_stmt *stmt;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  value = sqlite3_step (stmt) == SQLITE_ROW ? sqlite3_column_int64 (stmt, 0) : 0;
  g_assert_cmpint (sqlite3_finalize (stmt), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return value;
}

static void
wait_for_zero (TestStore *f, const char *sql)
{
  while (ask_file (f, sql) != 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
write_many (TestStore *f, const char *session, guint n_batches, guint n_events)
{
  for (guint i = 0; i < n_batches; i++)
    {
      g_autoptr(GString) words = g_string_new (NULL);

      for (guint j = 0; j < n_events; j++)
        g_string_append_printf (words, "%s%c%0300u", j > 0 ? " " : "", j % 10 == 9 ? 'p' : 't', j);
      test_write (f, session, i == 0, words->str);
    }
}

/* ---- forget ---- */

static void
test_large_session_is_forgotten_in_pieces (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  write_many (f, "a", 50, 100);
  test_write (f, "b", TRUE, "s1");
  g_assert_cmpint (ask_file (f, "SELECT count (*) FROM events"), ==, 5001);

  test_forget (f, "a");
  test_expect (f, &query, "s1");   /* not seen again, whatever of it is still there */
  wait_for_zero (f, "SELECT count (*) FROM forgotten");
  g_assert_cmpint (ask_file (f, "SELECT count (*) FROM events"), ==, 1);
  test_write (f, "a", TRUE, "s2");
  test_expect (f, &query, "s1 s2");
}

static void
test_forgetting_goes_on_after_a_crash (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  write_many (f, "a", 10, 100);
  test_write (f, "b", TRUE, "s1");

  /* As a crash right behind the commit leaves it. */
  ask_file (f, "INSERT INTO forgotten SELECT key, bytes FROM sessions WHERE id = 'a'");
  ask_file (f, "DELETE FROM sessions WHERE id = 'a'");
  test_store_reopen (f);

  g_assert_cmpuint (f->contents->sessions->len, ==, 1);
  test_expect (f, &query, "s1");
  test_write (f, "a", TRUE, "s2");
  test_write (f, "c", TRUE, "s3");
  test_expect (f, &query, "s1 s2 s3");
  wait_for_zero (f, "SELECT count (*) FROM forgotten");
  g_assert_cmpint (ask_file (f, "SELECT count (*) FROM events"), ==, 3);
  test_expect (f, &query, "s1 s2 s3");
}

/* ---- reading beside writing ---- */

typedef struct {
  guint n_reads;
  guint n_reads_at_commit;
  gboolean is_committed;
} Race;

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Race *race = user_data;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, NULL);

  g_assert_nonnull (page);
  race->n_reads++;
}

static void
commit_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Race *race = user_data;
  g_autoptr(OuioedCommit) commit = ouioed_store_commit_finish (OUIOED_STORE (source), result, NULL);

  g_assert_nonnull (commit);
  race->n_reads_at_commit = race->n_reads;
  race->is_committed = TRUE;
}

static void
test_commit_overtakes_reads_that_wait (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioeEvent) event = test_event ("a", 1000000, OUIOE_EVENT_THINKING_STEP, "analysis", "t");
  OuioedBatch *batch = ouioed_batch_new ();
  Race race = { 0 };

  write_many (f, "a", 20, 100);
  query.type_word = "none has it";   /* each read looks at all of them, in several slices */
  for (guint i = 0; i < 500; i++)
    ouioed_store_read_async (f->store, &query, NULL, read_cb, &race);
  ouioed_batch_append (batch, event);
  ouioed_store_commit_async (f->store, batch, commit_cb, &race);
  while (race.n_reads < 500 || !race.is_committed)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (race.n_reads_at_commit, <, 500);
}

static void
test_close_finishes_the_batch_under_way (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(OuioeEvent) event = test_event ("a", 1000000, OUIOE_EVENT_THINKING_STEP, "analysis", "tlast");
  OuioedBatch *batch = ouioed_batch_new ();
  Race race = { 0 };

  test_write (f, "a", TRUE, "s1");
  ouioed_batch_append (batch, event);
  ouioed_store_commit_async (f->store, batch, commit_cb, &race);
  ouioed_store_close (f->store);
  while (!race.is_committed)     /* the batch under way is finished */
    g_main_context_iteration (NULL, TRUE);

  test_store_reopen (f);
  test_expect (f, &query, "s1 tlast");
}

/* Works on the database without its thread, to be between two slices of one read. */
static OuioedSlice
read_slice (OuioedSqlite *db, OuioedSqliteRead *read)
{
  g_autoptr(GError) error = NULL;
  OuioedSlice slice = ouioed_sqlite_read (db, read, &error);

  g_assert_no_error (error);
  return slice;
}

static void
commit_directly (OuioedSqlite *db, OuioedBatch *batch)
{
  g_autoptr(OuioedBatch) owned = batch;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = ouioed_sqlite_commit (db, owned, &error);

  g_assert_no_error (error);
  g_assert_nonnull (commit);
}

typedef struct {
  OuioedSqlite     *db;
  OuioedSqliteRead  read;
} LongRead;

/* A read of the progress updates (every tenth event of 2 000), one slice of it done. */
static void
begin_long_read (TestStore *f, LongRead *work, OuioedQuery *query)
{
  g_autofree char *path = g_build_filename (f->place, "events.db", NULL);
  g_autoptr(OuioedContents) contents = NULL;
  g_autoptr(GError) error = NULL;

  write_many (f, "a", 20, 100);
  ouioed_store_close (f->store);
  work->db = ouioed_sqlite_open (path, &contents, &error);
  g_assert_no_error (error);

  query->kinds = 1u << OUIOE_EVENT_PROGRESS_UPDATE;
  query->limit = 1000;
  work->read = (OuioedSqliteRead) { .query = query };
  g_assert_cmpint (read_slice (work->db, &work->read), ==, OUIOED_SLICE_MORE);
}

static void
end_long_read (LongRead *work)
{
  ouioed_page_free (work->read.page);
  ouioed_sqlite_close (work->db);
}

static void
test_long_read_goes_on_where_it_was (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  LongRead work;
  guint n_slices = 1;

  query.newest = g_str_equal (data, "newest");
  begin_long_read (f, &work, &query);
  while (read_slice (work.db, &work.read) == OUIOED_SLICE_MORE)
    n_slices++;

  g_assert_cmpuint (n_slices, >=, 3);
  g_assert_cmpuint (work.read.page->events->len, ==, 200);
  g_assert_false (work.read.page->has_more);
  for (guint i = 0; i < 200; i++)
    {
      OuioeEvent *event = g_ptr_array_index (work.read.page->events, i);

      g_assert_cmpuint (event->id.ms, ==, 1000 + 10 * (i + 1));
    }
  end_long_read (&work);
}

static void
test_page_fits_to_its_marks_when_trimmed_meanwhile (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  OuioedBatch *batch = ouioed_batch_new ();
  LongRead work;
  guint n_found;

  begin_long_read (f, &work, &query);
  n_found = work.read.page->events->len;
  g_assert_cmpuint (n_found, >, 0);

  /* Everything but the last ten updates goes, also what lies ahead of the read: it must not be skipped in silence. */
  ouioed_batch_trim (batch, test_session ("a"), 1, 10);
  commit_directly (work.db, batch);
  while (read_slice (work.db, &work.read) == OUIOED_SLICE_MORE)
    ;

  g_assert_cmpuint (work.read.page->events->len, ==, n_found);
  g_assert_true (work.read.page->has_more);
  test_assert_id (work.read.page->trimmed_to[1], 0);
  end_long_read (&work);
}

static void
test_long_read_survives_that_its_session_is_forgotten (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  OuioedBatch *batch = ouioed_batch_new ();
  const char *const sessions[] = { "a", NULL };
  LongRead work;
  guint n_found;

  query.sessions = sessions;
  begin_long_read (f, &work, &query);
  n_found = work.read.page->events->len;
  ouioed_batch_forget (batch, test_session ("a"));
  commit_directly (work.db, batch);

  g_assert_cmpint (read_slice (work.db, &work.read), ==, OUIOED_SLICE_LAST);
  g_assert_cmpuint (work.read.page->events->len, ==, n_found);
  g_assert_false (work.read.page->has_more);
  end_long_read (&work);
}

/* ---- trouble ---- */

static void
test_full_disk_keeps_nothing_and_passes (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autofree char *large = g_strnfill (100000, 't');
  struct rlimit before, small;
  guint n_kept = 0;
  guint64 last_ms;
  gboolean is_refused = FALSE;

  test_write (f, "a", TRUE, "s1");

  /* No file may grow beyond 1 MiB: to the process that looks like a disk that is full. */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 1 << 20;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  last_ms = f->last_ms;
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(OuioeEvent) event = test_event ("a", ++last_ms, OUIOE_EVENT_THINKING_STEP, "analysis", large);
      g_autoptr(OuioedCommit) commit = NULL;
      g_autoptr(GError) error = NULL;
      OuioedBatch *batch = ouioed_batch_new ();

      ouioed_batch_append (batch, event);
      ouioed_batch_trim (batch, test_session ("a"), 1, 0);   /* of the start event, on the progress stream: once */
      commit = test_commit (f->store, batch, &error);
      if (commit != NULL)
        n_kept++;
      else
        {
          g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
          g_assert_nonnull (strstr (error->message, f->place));
          is_refused = TRUE;
        }
    }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_true (is_refused);
  g_assert_cmpuint (n_kept, >, 0);

  f->last_ms = last_ms;
  test_write (f, "a", FALSE, "tlast");
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr(OuioedPage) page = test_read (f->store, &query);
      g_autofree char *last = NULL;

      g_assert_cmpuint (page->events->len, ==, n_kept + 2);
      last = g_strndup (g_bytes_get_data (((OuioeEvent *) page->events->pdata[n_kept + 1])->json, NULL), 5);
      g_assert_cmpstr (last, ==, "tlast");
      test_store_reopen (f);
    }
}

static void
test_event_id_out_of_range_is_refused (TestStore *f, gconstpointer data)
{
  const OuioeEventId ids[] = { { 1500, 1 << 20 }, { G_GUINT64_CONSTANT (1) << 43, 0 } };
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GBytes) json = g_bytes_new_static ("t", 1);

  test_write (f, "a", TRUE, "s1");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(OuioeEvent) event = ouioe_event_new_encoded (test_session ("a"), ids[i], OUIOE_EVENT_THINKING_STEP,
                                                             "analysis", 1, json);
      OuioedBatch *batch = ouioed_batch_new ();

      ouioed_batch_append (batch, event);
      test_refused (f, batch);
    }
  test_expect (f, &query, "s1");
}

static void
test_log_is_emptied_when_it_is_quiet (TestStore *f, gconstpointer data)
{
  g_autofree char *wal = g_build_filename (f->place, "events.db-wal", NULL);
  GStatBuf info;

  test_write (f, "a", TRUE, "s1 t2");
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_size, >, 0);
  while (g_stat (wal, &info) == 0 && info.st_size > 0)
    g_usleep (1000);
  test_write (f, "a", FALSE, "t3");
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_size, >, 0);
}

static void
test_log_stays_small_under_load (TestStore *f, gconstpointer data)
{
  g_autofree char *wal = g_build_filename (f->place, "events.db-wal", NULL);
  g_autofree char *large = g_strnfill (500000, 't');
  GStatBuf info;

  for (guint i = 0; i < 80; i++)
    {
      g_autoptr(OuioedCommit) commit = NULL;

      test_write (f, "a", i == 0, large);
      commit = test_trim (f, "a", 0, 5);
      g_assert_cmpint (g_stat (wal, &info), ==, 0);
      g_assert_cmpint (info.st_size, <, 16 << 20);
      g_assert_cmpuint (commit->size_bytes, <, 8 << 20);
    }
}

/* ---- kill -9 ---- */

#define WRITER_MAX_EVENTS 7
#define WRITER_KEEP       150

/* Commits batch after batch, trims, and writes a line for each that was acknowledged: the number of events so far. */
static int
run_writer (const char *place, const char *n_before)
{
  TestStore f = { .backend = &backend, .place = g_strdup (place) };
  guint64 n = g_ascii_strtoull (n_before, NULL, 10);
  g_autoptr(GError) error = NULL;

  f.store = create_sqlite (place);
  f.contents = ouioed_store_open (f.store, &error);
  g_assert_no_error (error);
  f.last_ms = f.contents->last_id.ms;

  for (guint round = 0; round < 100000; round++)
    {
      g_autoptr(OuioedSessionRecord) record = test_record ("a");
      g_autoptr(OuioedCommit) commit = NULL;
      OuioedBatch *batch = ouioed_batch_new ();
      const guint n_events = 1 + round % WRITER_MAX_EVENTS;

      for (guint i = 0; i < n_events; i++)
        {
          g_autofree char *json = g_strdup_printf ("t%" G_GUINT64_FORMAT, ++n);
          g_autoptr(OuioeEvent) event = test_event ("a", ++f.last_ms, OUIOE_EVENT_THINKING_STEP, "analysis", json);

          ouioed_batch_append (batch, event);
        }
      record->appended[0] = n;
      ouioed_batch_put_session (batch, record);
      ouioed_batch_trim (batch, test_session ("a"), 0, WRITER_KEEP);
      commit = test_commit (f.store, batch, &error);
      g_assert_no_error (error);
      g_print ("%" G_GUINT64_FORMAT "\n", n);
    }

  return 1;                      /* nobody killed it */
}

/* Starts a writer, kills it after some lines, and returns the last number it told. */
static guint64
write_and_kill (TestStore *f, guint64 n_before, guint n_lines)
{
  g_autofree char *before = g_strdup_printf ("%" G_GUINT64_FORMAT, n_before);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--writer",
                                                   f->place, before, NULL);
  g_autoptr(GDataInputStream) lines = NULL;
  guint64 n = n_before;

  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  for (guint i = 0;; i++)
    {
      gsize len;
      g_autofree char *line = g_data_input_stream_read_line (lines, &len, NULL, &error);

      g_assert_no_error (error);
      if (line == NULL)
        break;
      n = g_ascii_strtoull (line, NULL, 10);
      if (i == n_lines)
        g_subprocess_send_signal (child, SIGKILL);   /* what it told before that still comes */
    }
  g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (child));
  return n;
}

static void
test_kill_loses_and_doubles_nothing_acknowledged (TestStore *f, gconstpointer data)
{
  guint64 n = 0;

  ouioed_store_close (f->store);
  for (guint round = 0; round < 8; round++)
    {
      OuioedQuery query = OUIOED_QUERY_INIT;
      const guint64 acknowledged = write_and_kill (f, n, (guint) g_test_rand_int_range (1, 60));
      OuioedSessionRecord *record;

      g_assert_cmpuint (acknowledged, >, n);
      test_store_reopen (f);
      g_assert_cmpuint (f->contents->sessions->len, ==, 1);
      record = g_ptr_array_index (f->contents->sessions, 0);
      n = record->appended[0];
      g_assert_cmpuint (n, >=, acknowledged);
      g_assert_cmpuint (n, <=, acknowledged + WRITER_MAX_EVENTS);   /* a commit whose answer was cut off */

      query.limit = 100000;
      {
        g_autoptr(OuioedPage) page = test_read (f->store, &query);

        g_assert_cmpuint (page->events->len, ==, MIN (n, WRITER_KEEP));
        g_assert_cmpuint (record->trimmed[0] + page->events->len, ==, n);
        for (guint i = 0; i < page->events->len; i++)
          {
            OuioeEvent *event = g_ptr_array_index (page->events, i);
            g_autofree char *wanted = g_strdup_printf ("t%" G_GUINT64_FORMAT, record->trimmed[0] + i + 1);

            g_assert_cmpmem (wanted, strlen (wanted), g_bytes_get_data (event->json, NULL),
                             g_bytes_get_size (event->json));
            test_assert_id (f->contents->last_id, MAX (f->contents->last_id.ms, event->id.ms));
          }
      }
      ouioed_store_close (f->store);
    }
}

/* ---- older forms ---- */

static void
test_schema_1_is_brought_up (TestStore *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;

  test_write (f, "a", TRUE, "s1 t2");
  ask_file (f, "DROP TABLE generations");
  ask_file (f, "PRAGMA user_version = 1");
  test_store_reopen (f);

  g_assert_cmpint (ask_file (f, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (ask_file (f, "SELECT count (*) FROM generations"), ==, 0);
  test_write (f, "a", FALSE, "t3");
  test_expect (f, &query, "s1 t2 t3");
}

static void
test_damaged_generation_is_told (TestStore *f, gconstpointer data)
{
  g_autoptr(OuioedStore) store = NULL;
  g_autoptr(GError) error = NULL;

  test_write (f, "a", TRUE, "s1");
  ask_file (f, "INSERT INTO generations SELECT key, CAST ('[1]' AS BLOB) FROM sessions");
  ouioed_store_close (f->store);
  store = create_sqlite (f->place);
  g_assert_null (ouioed_store_open (store, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
  g_assert_nonnull (strstr (error->message, "session a: What is known of the model cannot be read"));

  ouioed_store_close (store);
  ask_file (f, "DELETE FROM generations");
  test_store_reopen (f);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--writer"))
    return run_writer (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, func) \
  g_test_add ("/store-sqlite/" name, TestStore, data, set_up, func, test_store_tear_down)
  ADD ("large-session-is-forgotten-in-pieces", NULL, test_large_session_is_forgotten_in_pieces);
  ADD ("forgetting-goes-on-after-a-crash", NULL, test_forgetting_goes_on_after_a_crash);
  ADD ("commit-overtakes-reads-that-wait", NULL, test_commit_overtakes_reads_that_wait);
  ADD ("close-finishes-the-batch-under-way", NULL, test_close_finishes_the_batch_under_way);
  ADD ("long-read-goes-on-where-it-was", "oldest", test_long_read_goes_on_where_it_was);
  ADD ("long-read-of-the-newest-goes-on-where-it-was", "newest", test_long_read_goes_on_where_it_was);
  ADD ("page-fits-to-its-marks-when-trimmed-meanwhile", NULL, test_page_fits_to_its_marks_when_trimmed_meanwhile);
  ADD ("long-read-survives-that-its-session-is-forgotten", NULL, test_long_read_survives_that_its_session_is_forgotten);
  ADD ("full-disk-keeps-nothing-and-passes", NULL, test_full_disk_keeps_nothing_and_passes);
  ADD ("event-id-out-of-range-is-refused", NULL, test_event_id_out_of_range_is_refused);
  ADD ("log-is-emptied-when-it-is-quiet", NULL, test_log_is_emptied_when_it_is_quiet);
  ADD ("log-stays-small-under-load", NULL, test_log_stays_small_under_load);
  ADD ("schema-1-is-brought-up", NULL, test_schema_1_is_brought_up);
  ADD ("damaged-generation-is-told", NULL, test_damaged_generation_is_told);
  ADD ("kill-loses-and-doubles-nothing-acknowledged", NULL, test_kill_loses_and_doubles_nothing_acknowledged);

  return g_test_run ();
}
