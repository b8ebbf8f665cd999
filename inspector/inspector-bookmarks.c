/* inspector-bookmarks.c - steps of a session that somebody wants to find again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-bookmarks.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* As many bookmarks as there may be, with the longest notes, take less. */
#define MAX_FILE_BYTES (16 * 1024 * 1024)

typedef struct {
  OuioeEventId id;
  char        *note;   /* NULL when there is none */
} Bookmark;

struct _InspectorBookmarks
{
  GObject   parent_instance;
  char     *session_id;
  char     *path;
  GArray   *marks;        /* Bookmark, in the order of ids */
  gboolean  is_writing;
  gboolean  is_changed;   /* since it was last given to the worker */
};

static guint changed_signal;

/* The ones that are in use, by session, not owned. Of the main thread only. */
static GHashTable *in_use;

G_DEFINE_FINAL_TYPE (InspectorBookmarks, inspector_bookmarks, G_TYPE_OBJECT)

static void
bookmark_clear (gpointer data)
{
  g_free (((Bookmark *) data)->note);
}

static Bookmark *
get_mark (InspectorBookmarks *self, guint index)
{
  return &g_array_index (self->marks, Bookmark, index);
}

/* Where it is, or would be. */
static gboolean
find (InspectorBookmarks *self, const OuioeEventId *id, guint *index)
{
  guint from = 0;
  guint to = self->marks->len;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;
      int order = ouioe_event_id_compare (get_mark (self, middle)->id, *id);

      if (order == 0)
        {
          *index = middle;
          return TRUE;
        }
      if (order < 0)
        from = middle + 1;
      else
        to = middle;
    }
  *index = from;
  return FALSE;
}

/* ---- the file ---- */

/* A session's id may hold what a file's name may not. */
static char *
make_path (const char *session_id)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, session_id, -1);
  g_autofree char *name = g_strconcat (hash, ".json", NULL);

  return g_build_filename (g_get_user_data_dir (), "ouioe-inspector", "bookmarks", name, NULL);
}

static void
take_entry (InspectorBookmarks *self, json_t *entry)
{
  const char *id_text = json_string_value (json_object_get (entry, "id"));
  const char *note = json_string_value (json_object_get (entry, "note"));
  Bookmark mark = { .note = NULL };
  guint index;

  if (id_text == NULL || !ouioe_event_id_parse (id_text, &mark.id) || self->marks->len >= INSPECTOR_BOOKMARKS_MAX ||
      find (self, &mark.id, &index))
    return;
  mark.note = note != NULL && *note != '\0' ? g_utf8_substring (note, 0, MIN (g_utf8_strlen (note, -1),
                                                                              INSPECTOR_BOOKMARKS_MAX_NOTE)) : NULL;
  g_array_insert_val (self->marks, index, mark);
}

/* One that cannot be read is put aside: somebody may want to see what is wrong with it. */
static void
load (InspectorBookmarks *self)
{
  GStatBuf info;
  g_autofree char *text = NULL;
  g_autofree char *aside = NULL;
  gsize len = 0;
  json_t *root = NULL;
  json_t *list;

  if (g_stat (self->path, &info) != 0)
    return;
  if (info.st_size <= MAX_FILE_BYTES && g_file_get_contents (self->path, &text, &len, NULL))
    root = json_loadb (text, len, JSON_REJECT_DUPLICATES, NULL);
  list = json_object_get (root, "bookmarks");
  if (!json_is_array (list))
    {
      aside = g_strconcat (self->path, ".damaged", NULL);
      g_message ("bookmarks of %s cannot be read; the file is now %s", self->session_id, aside);
      g_rename (self->path, aside);
    }
  for (gsize i = 0; i < json_array_size (list); i++)
    take_entry (self, json_array_get (list, i));
  json_decref (root);
}

static char *
encode (InspectorBookmarks *self)
{
  json_t *list = json_array ();
  json_t *root = json_pack ("{s:s, s:o}", "session_id", self->session_id, "bookmarks", list);
  char *text;

  for (guint i = 0; i < self->marks->len; i++)
    {
      Bookmark *mark = get_mark (self, i);
      char id[OUIOE_EVENT_ID_TEXT_MAX];

      ouioe_event_id_format (mark->id, id);
      json_array_append_new (list, json_pack ("{s:s, s:s*}", "id", id, "note", mark->note));
    }
  text = json_dumps (root, JSON_INDENT (2));
  json_decref (root);
  return text;
}

/* What a worker needs; nothing of the object. */
typedef struct {
  char *path;
  char *text;      /* of malloc(); NULL: nothing is left, the file goes */
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_free (writing->path);
  free (writing->text);
  g_free (writing);
}

/* Makes room for one more file. */
static void
trim_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *oldest = NULL;
  gint64 oldest_time = G_MAXINT64;
  guint n = 0;

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      if (g_stat (path, &info) != 0)
        continue;
      n++;
      if (info.st_mtime < oldest_time)
        {
          oldest_time = info.st_mtime;
          g_free (oldest);
          oldest = g_steal_pointer (&path);
        }
    }
  if (n >= INSPECTOR_BOOKMARKS_MAX_FILES)
    g_unlink (oldest);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Writing *writing = task_data;
  g_autofree char *folder = g_path_get_dirname (writing->path);
  g_autoptr(GError) error = NULL;

  if (writing->text == NULL)
    {
      g_unlink (writing->path);
    }
  else
    {
      g_mkdir_with_parents (folder, 0700);
      if (!g_file_test (writing->path, G_FILE_TEST_EXISTS))
        trim_folder (folder);
      g_file_set_contents_full (writing->path, writing->text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    }
  if (error != NULL)
    g_warning ("bookmarks cannot be kept: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void save (InspectorBookmarks *self);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  InspectorBookmarks *self = INSPECTOR_BOOKMARKS (source);
  GApplication *application = user_data;

  self->is_writing = FALSE;
  if (self->is_changed)
    save (self);
  if (application != NULL)
    g_application_release (application);
}

/* One at a time, so that the newest is the last. The program does not end before. */
static void
save (InspectorBookmarks *self)
{
  GApplication *application = g_application_get_default ();
  g_autoptr(GTask) task = NULL;
  Writing *writing;

  self->is_changed = TRUE;
  if (self->is_writing)
    return;
  self->is_changed = FALSE;
  self->is_writing = TRUE;
  if (application != NULL)
    g_application_hold (application);
  writing = g_new0 (Writing, 1);
  writing->path = g_strdup (self->path);
  writing->text = self->marks->len > 0 ? encode (self) : NULL;
  task = g_task_new (self, NULL, written_cb, application);
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_in_thread);
}

static void
tell (InspectorBookmarks *self)
{
  save (self);
  g_signal_emit (self, changed_signal, 0);
}

/* ---- the type ---- */

static void
inspector_bookmarks_finalize (GObject *object)
{
  InspectorBookmarks *self = INSPECTOR_BOOKMARKS (object);

  g_hash_table_remove (in_use, self->session_id);
  g_free (self->session_id);
  g_free (self->path);
  g_array_unref (self->marks);
  G_OBJECT_CLASS (inspector_bookmarks_parent_class)->finalize (object);
}

static void
inspector_bookmarks_class_init (InspectorBookmarksClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_bookmarks_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_bookmarks_init (InspectorBookmarks *self)
{
  self->marks = g_array_new (FALSE, FALSE, sizeof (Bookmark));
  g_array_set_clear_func (self->marks, bookmark_clear);
}

InspectorBookmarks *
inspector_bookmarks_get (const char *session_id)
{
  InspectorBookmarks *self;

  if (in_use == NULL)
    in_use = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (in_use, session_id);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (INSPECTOR_TYPE_BOOKMARKS, NULL);
  self->session_id = g_strdup (session_id);
  self->path = make_path (session_id);
  load (self);
  g_hash_table_insert (in_use, self->session_id, self);
  return self;
}

gboolean
inspector_bookmarks_set (InspectorBookmarks *self, const OuioeEventId *id, const char *note)
{
  g_autofree char *stripped = g_strstrip (g_strdup (note != NULL ? note : ""));
  glong n_chars = MIN (g_utf8_strlen (stripped, -1), INSPECTOR_BOOKMARKS_MAX_NOTE);
  Bookmark mark = { .id = *id, .note = n_chars > 0 ? g_utf8_substring (stripped, 0, n_chars) : NULL };
  guint index;

  if (find (self, id, &index))
    {
      gboolean is_same = g_strcmp0 (get_mark (self, index)->note, mark.note) == 0;

      g_free (get_mark (self, index)->note);
      get_mark (self, index)->note = mark.note;
      if (!is_same)
        tell (self);
      return TRUE;
    }
  if (self->marks->len >= INSPECTOR_BOOKMARKS_MAX)
    {
      g_free (mark.note);
      return FALSE;
    }
  g_array_insert_val (self->marks, index, mark);
  tell (self);
  return TRUE;
}

void
inspector_bookmarks_remove (InspectorBookmarks *self, const OuioeEventId *id)
{
  guint index;

  if (!find (self, id, &index))
    return;
  g_array_remove_index (self->marks, index);
  tell (self);
}

gboolean
inspector_bookmarks_has (InspectorBookmarks *self, const OuioeEventId *id)
{
  guint index;

  return find (self, id, &index);
}

const char *
inspector_bookmarks_get_note (InspectorBookmarks *self, const OuioeEventId *id)
{
  guint index;

  return find (self, id, &index) ? get_mark (self, index)->note : NULL;
}

guint
inspector_bookmarks_get_n (InspectorBookmarks *self)
{
  return self->marks->len;
}

const OuioeEventId *
inspector_bookmarks_get_id (InspectorBookmarks *self, guint index)
{
  g_return_val_if_fail (index < self->marks->len, NULL);
  return &get_mark (self, index)->id;
}

gboolean
inspector_bookmarks_is_saved (InspectorBookmarks *self)
{
  return !self->is_writing && !self->is_changed;
}
