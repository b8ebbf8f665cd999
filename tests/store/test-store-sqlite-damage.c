/* test-store-sqlite-damage.c - what the sqlite store refuses to open, and that it leaves it as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <linux/magic.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "ouioed-sqlite-private.h"
#include "ouioed-store-sqlite.h"
#include "store-support.h"

static OuioedStore *
create_sqlite (const char *place)
{
  g_autofree char *path = g_build_filename (place, "events.db", NULL);

  return ouioed_store_sqlite_new (path);
}

static const TestBackend backend = { "sqlite", create_sqlite, TRUE };

typedef struct {
  TestStore  store;
  char      *path;
  char      *before;             /* content of the file when it was refused */
  gsize      before_len;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  test_store_set_up (&f->store, &backend);
  f->path = g_build_filename (f->store.place, "events.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->store.store);
  g_clear_pointer (&f->store.contents, ouioed_contents_free);
  test_remove_place (f->store.place);
  g_free (f->store.place);
  g_free (f->path);
  g_free (f->before);
}

/* A database with some megabytes of events, more than is cached; closed. */
static void
fill_and_close (Fixture *f)
{
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr(GString) words = g_string_new (NULL);

      for (guint j = 0; j < 50; j++)
        g_string_append_printf (words, "%st%03000u", j > 0 ? " " : "", j);
      test_write (&f->store, "a", i == 0, words->str);
    }
  ouioed_store_close (f->store.store);
}

static void
run_sql (Fixture *f, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
remember (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_file_get_contents (f->path, &f->before, &f->before_len, &error);
  g_assert_no_error (error);
}

static void
set_content (Fixture *f, const char *data, gsize len)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents (f->path, data, (gssize) len, &error);
  g_assert_no_error (error);
}

/* Twice, for the first try must not make the second one succeed. */
static void
assert_refused (Fixture *f, OuioeError code, const char *why)
{
  remember (f);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(OuioedStore) store = create_sqlite (f->store.place);
      g_autoptr(GError) error = NULL;
      g_autofree char *after = NULL;
      gsize after_len;

      g_assert_null (ouioed_store_open (store, &error));
      g_assert_error (error, OUIOE_ERROR, (int) code);
      g_assert_nonnull (strstr (error->message, f->path));
      g_assert_nonnull (strstr (error->message, why));
      g_assert_true (g_file_get_contents (f->path, &after, &after_len, NULL));
      g_assert_cmpmem (after, after_len, f->before, f->before_len);
    }
}

static void
test_newer_schema_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  run_sql (f, "PRAGMA user_version = 3");
  assert_refused (f, OUIOE_ERROR_STORE_TOO_NEW, "newer version (schema 3, this one knows up to 2)");
}

static void
test_database_of_another_program_is_refused (Fixture *f, gconstpointer data)
{
  ouioed_store_close (f->store.store);
  set_content (f, "", 0);
  run_sql (f, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "another program");
}

static void
test_garbage_is_refused (Fixture *f, gconstpointer data)
{
  char garbage[20000];

  ouioed_store_close (f->store.store);
  for (guint i = 0; i < sizeof garbage; i++)
    garbage[i] = (char) g_test_rand_int ();
  set_content (f, garbage, sizeof garbage);
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "not an SQLite database");
}

static void
test_garbage_behind_a_good_header_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  remember (f);
  for (gsize i = 100; i < f->before_len; i++)
    f->before[i] = (char) g_test_rand_int ();
  set_content (f, f->before, f->before_len);
  g_free (f->before);
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "");
}

static void
test_torn_header_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  remember (f);
  set_content (f, f->before, 50);
  g_free (f->before);
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "too short");
}

static void
test_file_cut_in_the_middle_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  remember (f);
  set_content (f, f->before, f->before_len / 2 / 4096 * 4096);
  g_free (f->before);
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "malformed");
}

static void
test_overwritten_page_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  remember (f);
  memset (f->before + f->before_len / 2 / 4096 * 4096, 'x', 4096);
  set_content (f, f->before, f->before_len);
  g_free (f->before);
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "");
}

static void
test_session_that_cannot_be_read_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  run_sql (f, "UPDATE sessions SET stats = '{'");
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "session a");
}

static void
test_key_that_cannot_be_read_is_refused (Fixture *f, gconstpointer data)
{
  fill_and_close (f);
  run_sql (f, "INSERT INTO keys VALUES ('k', x'00', 'a', 0, 0)");
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "fingerprint");
}

/* What is in the log of a database that is refused stays there, for whoever repairs it. */
static void
test_log_of_a_refused_database_is_kept (Fixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *log = NULL;
  g_autofree char *log_after = NULL;
  gsize len, len_after;

  fill_and_close (f);
  {
    sqlite3 *db;

    g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
    sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    g_assert_cmpint (sqlite3_exec (db, "UPDATE sessions SET stats = '{'", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  }
  g_assert_true (g_file_get_contents (wal, &log, &len, NULL));
  g_assert_cmpuint (len, >, 0);

  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "session a");
  g_assert_true (g_file_get_contents (wal, &log_after, &len_after, NULL));
  g_assert_cmpmem (log, len, log_after, len_after);
}

static void
test_log_without_its_database_is_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);

  ouioed_store_close (f->store.store);
  set_content (f, "", 0);
  g_assert_true (g_file_set_contents (wal, "log", 3, NULL));
  assert_refused (f, OUIOE_ERROR_STORE_DAMAGED, "write-ahead log");
}

static void
test_second_daemon_is_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *who = g_strdup_printf ("process %d", (int) getpid ());

  test_write (&f->store, "a", TRUE, "s1");
  assert_refused (f, OUIOE_ERROR_STORE_LOCKED, who);
  test_write (&f->store, "a", FALSE, "t2");

  test_store_reopen (&f->store);   /* and it is free again once the first has left */
  g_assert_cmpuint (f->store.contents->sessions->len, ==, 1);
}

static void
test_missing_directory_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedStore) store = ouioed_store_sqlite_new ("/nonexistent/ouioe/events.db");
  g_autoptr(GError) error = NULL;

  g_assert_null (ouioed_store_open (store, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "/nonexistent/ouioe"));
}

static void
test_directory_in_place_of_the_file_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedStore) store = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (f->store.place, "directory", NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  store = ouioed_store_sqlite_new (path);
  g_assert_null (ouioed_store_open (store, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
test_files_are_for_their_owner_only (Fixture *f, gconstpointer data)
{
  const char *const suffixes[] = { "", "-wal", "-shm", "-lock" };

  test_write (&f->store, "a", TRUE, "s1");
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (f->path, suffixes[i], NULL);
      GStatBuf info;

      g_assert_cmpint (g_stat (path, &info), ==, 0);
      g_assert_cmpint (info.st_mode & 0777, ==, 0600);
    }
}

/* Found only by who reads there: it is told, and the rest goes on. */
static void
test_damage_among_the_events_is_told_by_the_read (Fixture *f, gconstpointer data)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  OuioedSqliteRead read = { .query = &query };
  g_autoptr(OuioedContents) contents = NULL;
  g_autoptr(OuioedSqlite) db = NULL;
  g_autoptr(OuioedBatch) batch = ouioed_batch_new ();
  g_autoptr(OuioedCommit) commit = NULL;
  g_autoptr(OuioeEvent) event = test_event ("a", 1000000, OUIOE_EVENT_THINKING_STEP, "analysis", "t");
  g_autoptr(GError) error = NULL;
  FILE *file;

  fill_and_close (f);
  db = ouioed_sqlite_open (f->path, &contents, &error);
  g_assert_no_error (error);
  remember (f);
  file = fopen (f->path, "r+");
  g_assert_nonnull (file);
  memset (f->before, 'x', f->before_len);
  g_assert_cmpint (fseek (file, (long) (f->before_len / 4), SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite (f->before, f->before_len / 4, 1, file), ==, 1);
  g_assert_cmpint (fclose (file), ==, 0);

  query.limit = 100000;
  {
    OuioedSlice slice = OUIOED_SLICE_MORE;

    while (slice == OUIOED_SLICE_MORE)
      slice = ouioed_sqlite_read (db, &read, &error);
    g_assert_cmpint (slice, ==, OUIOED_SLICE_FAILED);
  }
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
  g_assert_nonnull (strstr (error->message, f->path));
  g_clear_error (&error);
  ouioed_page_free (read.page);

  ouioed_batch_append (batch, event);
  commit = ouioed_sqlite_commit (db, batch, &error);
  g_assert_no_error (error);
}

static void
test_network_file_systems_are_known (void)
{
  g_assert_cmpstr (ouioed_sqlite_network_file_system (NFS_SUPER_MAGIC, NULL), ==, "NFS");
  g_assert_cmpstr (ouioed_sqlite_network_file_system (CIFS_SUPER_MAGIC, "cifs"), ==, "CIFS");
  g_assert_cmpstr (ouioed_sqlite_network_file_system (FUSE_SUPER_MAGIC, "fuse.sshfs"), ==, "fuse.sshfs");
  g_assert_null (ouioed_sqlite_network_file_system (FUSE_SUPER_MAGIC, "fuse.gocryptfs"));
  g_assert_null (ouioed_sqlite_network_file_system (FUSE_SUPER_MAGIC, NULL));
  g_assert_null (ouioed_sqlite_network_file_system (EXT4_SUPER_MAGIC, "ext4"));
  g_assert_null (ouioed_sqlite_network_file_system (TMPFS_MAGIC, "fuse.sshfs"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/store-sqlite/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("newer-schema-is-refused", test_newer_schema_is_refused);
  ADD ("database-of-another-program-is-refused", test_database_of_another_program_is_refused);
  ADD ("garbage-is-refused", test_garbage_is_refused);
  ADD ("garbage-behind-a-good-header-is-refused", test_garbage_behind_a_good_header_is_refused);
  ADD ("torn-header-is-refused", test_torn_header_is_refused);
  ADD ("file-cut-in-the-middle-is-refused", test_file_cut_in_the_middle_is_refused);
  ADD ("overwritten-page-is-refused", test_overwritten_page_is_refused);
  ADD ("session-that-cannot-be-read-is-refused", test_session_that_cannot_be_read_is_refused);
  ADD ("key-that-cannot-be-read-is-refused", test_key_that_cannot_be_read_is_refused);
  ADD ("log-of-a-refused-database-is-kept", test_log_of_a_refused_database_is_kept);
  ADD ("log-without-its-database-is-refused", test_log_without_its_database_is_refused);
  ADD ("damage-among-the-events-is-told-by-the-read", test_damage_among_the_events_is_told_by_the_read);
  ADD ("second-daemon-is-refused", test_second_daemon_is_refused);
  ADD ("missing-directory-is-told", test_missing_directory_is_told);
  ADD ("directory-in-place-of-the-file-is-told", test_directory_in_place_of_the_file_is_told);
  ADD ("files-are-for-their-owner-only", test_files_are_for_their_owner_only);
  g_test_add_func ("/store-sqlite/network-file-systems-are-known", test_network_file_systems_are_known);

  return g_test_run ();
}
