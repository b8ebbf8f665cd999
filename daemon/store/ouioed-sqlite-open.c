/* ouioed-sqlite-open.c - opens the database: who may, what it must look like, how it is to work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is refused is left as it was found, to the byte. A file up to QUICK_CHECK_BYTES is looked through as a whole; of
 * a larger one the header, the schema, the sessions and the keys are read, because looking through gigabytes would
 * hold up every start. Damage among its events is told by the read that comes upon it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixmounts.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "ouioed-sqlite-private.h"
#include "ouioed-store-schema.h"

#define QUICK_CHECK_BYTES (64 << 20)
#define HEADER_BYTES      100
#define HEADER_MAGIC      "SQLite format 3"   /* with its NUL: 16 bytes */

static void
set_errno (const char *path, GError **error)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "%s: %s", path, g_strerror (errno));
}

/* ---- before the file is opened ---- */

gboolean
ouioed_sqlite_lock (OuioedSqlite *self, GError **error)
{
  g_autofree char *path = g_strconcat (self->path, "-lock", NULL);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  char pid[32] = "";

  self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd < 0)
    {
      set_errno (path, error);
      return FALSE;
    }

  /* Of the open file, not of the process: so it also tells two stores in one process apart. */
  if (fcntl (self->lock_fd, F_OFD_SETLK, &lock) != 0)
    {
      if (read (self->lock_fd, pid, sizeof pid - 1) < 0)
        pid[0] = '\0';
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_LOCKED, "%s is in use by another daemon (process %s)",
                   self->path, pid[0] != '\0' ? g_strchomp (pid) : "unknown");
      return FALSE;
    }

  if (ftruncate (self->lock_fd, 0) != 0 || dprintf (self->lock_fd, "%d\n", (int) getpid ()) < 0)
    {
      set_errno (path, error);
      return FALSE;
    }
  return TRUE;
}

const char *
ouioed_sqlite_network_file_system (gulong magic, const char *type)
{
  static const struct { gulong magic; const char *name; } by_magic[] = {
    { NFS_SUPER_MAGIC, "NFS" },
    { SMB_SUPER_MAGIC, "SMB" },
    { SMB2_SUPER_MAGIC, "SMB" },
    { CIFS_SUPER_MAGIC, "CIFS" },
    { V9FS_MAGIC, "9P" },
    { AFS_FS_MAGIC, "AFS" },
    { AFS_SUPER_MAGIC, "AFS" },
    { CODA_SUPER_MAGIC, "Coda" },
    { CEPH_SUPER_MAGIC, "Ceph" },
    { OCFS2_SUPER_MAGIC, "OCFS2" },
  };
  static const char *const fuse_types[] = {
    "fuse.sshfs", "fuse.smbnetfs", "fuse.curlftpfs", "fuse.davfs2", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.cephfs", "fuse.gvfsd-fuse", "fuse.goofys", "fuse.juicefs", "fuse.moosefs",
  };

  for (guint i = 0; i < G_N_ELEMENTS (by_magic); i++)
    {
      if (by_magic[i].magic == magic)
        return by_magic[i].name;
    }
  for (guint i = 0; type != NULL && magic == FUSE_SUPER_MAGIC && i < G_N_ELEMENTS (fuse_types); i++)
    {
      if (g_str_equal (fuse_types[i], type))
        return fuse_types[i];
    }

  return NULL;
}

/* Readers and the writer of a write-ahead log share memory, which two machines do not. */
static gboolean
check_file_system (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  GUnixMountEntry *mount = NULL;
  const char *name;
  struct statfs info;

  if (statfs (directory, &info) != 0)
    {
      set_errno (directory, error);
      return FALSE;
    }

  if (info.f_type == FUSE_SUPER_MAGIC)
    mount = g_unix_mount_for (directory, NULL);
  name = ouioed_sqlite_network_file_system ((gulong) info.f_type,
                                            mount != NULL ? g_unix_mount_get_fs_type (mount) : NULL);
  if (name != NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                 "%s is on a network file system (%s), where a database is not safe; choose a local directory", path,
                 name);
  g_clear_pointer (&mount, g_unix_mount_free);
  return name == NULL;
}

/* A database that lost its file but not its log: to begin anew would delete the log. */
static gboolean
check_no_orphan_log (OuioedSqlite *self, GError **error)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  struct stat info;

  if (stat (wal, &info) != 0 || info.st_size == 0)
    return TRUE;

  ouioed_sqlite_set_damaged (self, "the file is missing or empty, but its write-ahead log is there", error);
  return FALSE;
}

/* What can be told before SQLite is let near it. @size: of the file, 0 when it is new. */
static gboolean
inspect (OuioedSqlite *self, goffset *size, GError **error)
{
  const int fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  char header[HEADER_BYTES];
  struct stat info;
  gssize n;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      set_errno (self->path, error);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }

  *size = info.st_size;
  n = pread (fd, header, sizeof header, 0);
  close (fd);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "%s is not a file", self->path);
      return FALSE;
    }
  if (info.st_size == 0)
    return check_no_orphan_log (self, error);
  if (n < HEADER_BYTES)
    ouioed_sqlite_set_damaged (self, "it is too short to be a database", error);
  else if (memcmp (header, HEADER_MAGIC, sizeof HEADER_MAGIC) != 0)
    ouioed_sqlite_set_damaged (self, "it is not an SQLite database", error);
  else
    return TRUE;

  return FALSE;
}

/* ---- with the file open, before anything is written ---- */

static gboolean
ask_int (OuioedSqlite *self, const char *sql, gint64 *value, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  gboolean ok = FALSE;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &stmt, NULL) == SQLITE_OK)
    ok = ouioed_sqlite_get_int (self, stmt, value, error);
  else
    ouioed_sqlite_set_error (self, error);
  sqlite3_finalize (stmt);
  return ok;
}

/* The answer must be @wanted; any other one says what is wrong. */
static gboolean
ask_text (OuioedSqlite *self, const char *sql, const char *wanted, OuioeError code, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  const char *answer = NULL;
  gboolean ok = FALSE;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step (stmt) == SQLITE_ROW)
    answer = (const char *) sqlite3_column_text (stmt, 0);
  if (answer == NULL)
    ouioed_sqlite_set_error (self, error);
  else if (!g_str_equal (answer, wanted))
    g_set_error (error, OUIOE_ERROR, code, "%s: %s answers: %s", self->path, sql, answer);
  else
    ok = TRUE;
  sqlite3_finalize (stmt);
  return ok;
}

static gboolean
check_content (OuioedSqlite *self, goffset size, GError **error)
{
  gint64 application_id, version, n_tables;

  if (!ask_int (self, "PRAGMA application_id", &application_id, error) ||
      !ask_int (self, "PRAGMA user_version", &version, error) ||
      !ask_int (self, "SELECT count (*) FROM sqlite_schema", &n_tables, error))
    return FALSE;

  if (application_id == 0 && version == 0 && n_tables == 0)
    return TRUE;
  if (application_id != OUIOED_SQLITE_APPLICATION_ID)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "%s is the database of another program", self->path);
      return FALSE;
    }
  if (version > OUIOED_SQLITE_N_STEPS)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_TOO_NEW,
                   "%s was written by a newer version (schema %" G_GINT64_FORMAT ", this one knows up to %d)",
                   self->path, version, OUIOED_SQLITE_N_STEPS);
      return FALSE;
    }

  return size > QUICK_CHECK_BYTES ||
         ask_text (self, "PRAGMA quick_check (1)", "ok", OUIOE_ERROR_STORE_DAMAGED, error);
}

/* ---- how it is to work ---- */

static int
on_committed (void *data, sqlite3 *db, const char *schema, int n_pages)
{
  OuioedSqlite *self = data;

  self->wal_pages = n_pages;
  return SQLITE_OK;
}

static gboolean
configure (OuioedSqlite *self, GError **error)
{
  /* One commit is one sync of the log, however many events are in it. SQLite's own checkpoints would fall into the
   * middle of a commit; ours come after its answer. */
  static const char *const settings[] = {
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = OFF",
    "PRAGMA journal_size_limit = 16777216",
    "PRAGMA cache_size = -2048",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
  };

  if (!ask_text (self, "PRAGMA journal_mode = WAL", "wal", OUIOE_ERROR_STORE_UNAVAILABLE, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (!ouioed_sqlite_exec (self, settings[i], error))
        return FALSE;
    }

  sqlite3_wal_hook (self->db, on_committed, self);   /* takes the place of autocheckpoint */
  return ask_int (self, "PRAGMA page_size", &self->page_size, error);
}

gboolean
ouioed_sqlite_upgrade (OuioedSqlite *self, GError **error)
{
  gint64 version;

  if (!ask_int (self, "PRAGMA user_version", &version, error))
    return FALSE;

  while (version++ < OUIOED_SQLITE_N_STEPS)
    {
      g_autofree char *name = g_strdup_printf ("/org/ouioe/Streaming1/schema/%04d.sql", (int) version);
      g_autofree char *marks = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                                                OUIOED_SQLITE_APPLICATION_ID, (int) version);
      g_autoptr(GBytes) step = g_resource_lookup_data (ouioed_store_schema_get_resource (), name,
                                                       G_RESOURCE_LOOKUP_FLAGS_NONE, error);

      if (step == NULL)
        return FALSE;
      if (!ouioed_sqlite_exec (self, "BEGIN IMMEDIATE", error) ||
          !ouioed_sqlite_exec (self, g_bytes_get_data (step, NULL), error) ||
          !ouioed_sqlite_exec (self, marks, error))
        {
          ouioed_sqlite_rollback (self);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
open_file (OuioedSqlite *self, GError **error)
{
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

  if (sqlite3_open_v2 (self->path, &self->db, flags, NULL) != SQLITE_OK)
    {
      ouioed_sqlite_set_error (self, error);
      return FALSE;
    }

  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, OUIOED_SQLITE_BUSY_MS);
  /* Until all is checked nothing goes from the log into the file, also not when it is closed. */
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return TRUE;
}

OuioedSqlite *
ouioed_sqlite_open (const char *path, OuioedContents **contents, GError **error)
{
  g_autoptr(OuioedSqlite) self = g_new0 (OuioedSqlite, 1);
  g_autoptr(OuioedContents) found = NULL;
  goffset size;

  self->path = g_strdup (path);
  self->lock_fd = -1;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ouioed_sqlite_session_free);
  self->sessions_by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->forgotten = g_array_new (FALSE, FALSE, sizeof (OuioedSqliteForgotten));

  if (!check_file_system (path, error) || !ouioed_sqlite_lock (self, error) || !inspect (self, &size, error) ||
      !open_file (self, error) || !check_content (self, size, error) || !configure (self, error) ||
      !ouioed_sqlite_upgrade (self, error) || !ouioed_sqlite_prepare (self, error))
    return NULL;

  found = ouioed_sqlite_load (self, error);
  if (found == NULL)
    return NULL;

  sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  *contents = g_steal_pointer (&found);
  return g_steal_pointer (&self);
}
