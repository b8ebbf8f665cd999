/* inspector-recording.c - sessions in a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-recording.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "inspector-markdown.h"

#define PIECE_BYTES (256 * 1024)
/* Looking whether it was cancelled costs more than writing a line. */
#define CANCEL_STRIDE 256

typedef struct {
  OuioeSession *session;
  GPtrArray    *events;    /* OuioeEvent */
} RecordedSession;

struct _InspectorRecording
{
  GObject    parent_instance;
  GFile     *file;
  GPtrArray *sessions;        /* RecordedSession, in the order in which they begin in the file */
};

G_DEFINE_FINAL_TYPE (InspectorRecording, inspector_recording, G_TYPE_OBJECT)

static void
recorded_session_free (gpointer data)
{
  RecordedSession *session = data;

  g_clear_object (&session->session);
  g_ptr_array_unref (session->events);
  g_free (session);
}

static void
inspector_recording_finalize (GObject *object)
{
  InspectorRecording *self = INSPECTOR_RECORDING (object);

  g_object_unref (self->file);
  g_ptr_array_unref (self->sessions);
  G_OBJECT_CLASS (inspector_recording_parent_class)->finalize (object);
}

static void
inspector_recording_class_init (InspectorRecordingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_recording_finalize;
}

static void
inspector_recording_init (InspectorRecording *self)
{
  self->sessions = g_ptr_array_new_with_free_func (recorded_session_free);
}

/* ---- what a session is, from its events ---- */

static json_t *
load_event (OuioeEvent *event)
{
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

  return json_loadb (json, len, JSON_ALLOW_NUL, NULL);
}

/* @from: (transfer full) (nullable) */
static void
move_member (json_t *to, const char *name, json_t *from, const char *its_name)
{
  json_t *value = json_object_get (from, its_name);

  if (json_is_string (value))
    json_object_set (to, name, value);
  json_decref (from);
}

/* Only what the events say: a recording that was cut at either end lacks what stood there. */
static json_t *
describe_session (GPtrArray *events)
{
  OuioeEvent *first = events->pdata[0];
  OuioeEvent *last = events->pdata[events->len - 1];
  json_t *object = json_pack ("{s:s, s:s}", "session_id", ouioe_event_get_session_id (first), "state", "closed");
  json_int_t n_steps = 0;
  json_int_t n_updates = 0;

  move_member (object, "created_at", load_event (first), "timestamp");
  move_member (object, "last_activity", load_event (last), "timestamp");
  move_member (object, "ended_at", load_event (last), "timestamp");
  for (guint i = 0; i < events->len; i++)
    {
      OuioeEvent *event = events->pdata[i];

      n_steps += ouioe_event_get_kind (event) == OUIOE_EVENT_THINKING_STEP;
      n_updates += ouioe_event_get_kind (event) == OUIOE_EVENT_PROGRESS_UPDATE;
      if (ouioe_event_get_kind (event) == OUIOE_EVENT_SESSION_START)
        {
          move_member (object, "user_id", load_event (event), "user_id");
          move_member (object, "user_request", load_event (event), "user_request");
        }
      else if (ouioe_event_get_kind (event) == OUIOE_EVENT_SESSION_END)
        {
          move_member (object, "outcome", load_event (event), "outcome");
          move_member (object, "ended_at", load_event (event), "timestamp");
        }
    }
  json_object_set_new (object, "stats", json_pack ("{s:I, s:I}", "total_thinking_steps", n_steps,
                                                   "total_progress_updates", n_updates));
  return object;
}

static OuioeSession *
make_session (GPtrArray *events, GError **error)
{
  json_t *object = describe_session (events);
  char *text = json_dumps (object, JSON_COMPACT);
  OuioeSession *session = ouioe_session_new_from_data (text, -1, error);

  free (text);
  json_decref (object);
  return session;
}

static InspectorRecording *
sort_events (GFile *file, GPtrArray *events, GError **error)
{
  g_autoptr(InspectorRecording) self = g_object_new (INSPECTOR_TYPE_RECORDING, NULL);
  g_autoptr(GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);

  self->file = g_object_ref (file);
  for (guint i = 0; i < events->len; i++)
    {
      const char *id = ouioe_event_get_session_id (events->pdata[i]);
      RecordedSession *session = g_hash_table_lookup (by_id, id);

      if (session == NULL)
        {
          session = g_new0 (RecordedSession, 1);
          session->events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
          g_ptr_array_add (self->sessions, session);
          g_hash_table_insert (by_id, (gpointer) id, session);
        }
      g_ptr_array_add (session->events, ouioe_event_ref (events->pdata[i]));
    }
  for (guint i = 0; i < self->sessions->len; i++)
    {
      RecordedSession *session = self->sessions->pdata[i];

      session->session = make_session (session->events, error);
      if (session->session == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

/* ---- reading ---- */

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GFile *file = g_object_get_data (G_OBJECT (task), "file");
  g_autoptr(InspectorRecordingReader) reader = inspector_recording_reader_new (task_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) input = G_INPUT_STREAM (g_file_read (file, cancellable, &error));
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  g_autoptr(GPtrArray) events = NULL;
  InspectorRecording *recording = NULL;
  gssize n = input != NULL ? 1 : -1;

  while (n > 0)
    {
      n = g_input_stream_read (input, piece, PIECE_BYTES, cancellable, &error);
      if (n > 0 && !inspector_recording_reader_feed (reader, piece, (gsize) n, &error))
        n = -1;
    }
  if (n == 0)
    events = inspector_recording_reader_end (reader, &error);
  if (events != NULL)
    recording = sort_events (file, events, &error);
  if (recording != NULL)
    g_task_return_pointer (task, recording, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
inspector_recording_read_async (GFile *file, const InspectorRecordingLimits *limits, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  static const InspectorRecordingLimits usual = INSPECTOR_RECORDING_LIMITS;
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_memdup2 (limits != NULL ? limits : &usual, sizeof usual), g_free);
  g_object_set_data_full (G_OBJECT (task), "file", g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, read_in_thread);
}

InspectorRecording *
inspector_recording_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- what is in it ---- */

GFile *
inspector_recording_get_file (InspectorRecording *self)
{
  return self->file;
}

guint
inspector_recording_get_n_sessions (InspectorRecording *self)
{
  return self->sessions->len;
}

static RecordedSession *
get_recorded (InspectorRecording *self, guint index)
{
  g_return_val_if_fail (index < self->sessions->len, NULL);
  return self->sessions->pdata[index];
}

OuioeSession *
inspector_recording_get_session (InspectorRecording *self, guint index)
{
  return get_recorded (self, index)->session;
}

GPtrArray *
inspector_recording_get_events (InspectorRecording *self, guint index)
{
  return get_recorded (self, index)->events;
}

InspectorWatch *
inspector_recording_watch (InspectorRecording *self, guint index)
{
  RecordedSession *session = get_recorded (self, index);

  return inspector_watch_new_recording (ouioe_session_get_id (session->session), session->events);
}

/* ---- writing ---- */

typedef struct {
  GFile          *file;
  InspectorFormat format;
  GPtrArray      *events;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_object_unref (writing->file);
  g_ptr_array_unref (writing->events);
  g_free (writing);
}

static gboolean
write_text (GOutputStream *out, const char *text, GCancellable *cancellable, GError **error)
{
  return g_output_stream_write_all (out, text, strlen (text), NULL, cancellable, error);
}

static gboolean
write_event (GOutputStream *out, OuioeEvent *event, GCancellable *cancellable, GError **error)
{
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

  return g_output_stream_write_all (out, json, len, NULL, cancellable, error);
}

static gboolean
write_json (Writing *writing, GOutputStream *out, GCancellable *cancellable, GError **error)
{
  gboolean is_list = writing->format == INSPECTOR_FORMAT_JSON;
  guint n = writing->events->len;

  if (is_list && !write_text (out, "[\n", cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (i % CANCEL_STRIDE == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!write_event (out, writing->events->pdata[i], NULL, error) ||
          !write_text (out, is_list && i + 1 < n ? ",\n" : "\n", NULL, error))
        return FALSE;
    }
  return !is_list || write_text (out, "]\n", cancellable, error);
}

static gboolean
write_report (Writing *writing, GOutputStream *out, GCancellable *cancellable, GError **error)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (writing->events->len > 0)
    inspector_markdown_append_head (text, writing->events);
  for (guint i = 0; i < writing->events->len; i++)
    {
      if (i % CANCEL_STRIDE == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      inspector_markdown_append_event (text, writing->events->pdata[i]);
      if (!write_text (out, text->str, NULL, error))
        return FALSE;
      g_string_truncate (text, 0);
    }
  return TRUE;
}

static gboolean
write_all (Writing *writing, GOutputStream *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(GOutputStream) out = g_buffered_output_stream_new_sized (file, PIECE_BYTES);
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  gboolean is_good = writing->format == INSPECTOR_FORMAT_MARKDOWN ? write_report (writing, out, cancellable, error)
                                                                  : write_json (writing, out, cancellable, error);

  if (is_good)
    return g_output_stream_close (out, cancellable, error);
  /* Closed as cancelled, what was there before stays. */
  g_cancellable_cancel (cancelled);
  g_output_stream_close (file, cancelled, NULL);
  return FALSE;
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Writing *writing = task_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GOutputStream) file = NULL;

  file = G_OUTPUT_STREAM (g_file_replace (writing->file, NULL, FALSE,
                                          G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, cancellable, &error));
  if (file != NULL && write_all (writing, file, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
inspector_recording_write_async (GFile *file, InspectorFormat format, GPtrArray *events, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Writing *writing = g_new0 (Writing, 1);

  writing->file = g_object_ref (file);
  writing->format = format;
  writing->events = g_ptr_array_ref (events);
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_in_thread);
}

gboolean
inspector_recording_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- formats ---- */

static const char *const suffixes[INSPECTOR_N_FORMATS] = {
  [INSPECTOR_FORMAT_NDJSON] = ".ndjson",
  [INSPECTOR_FORMAT_JSON] = ".json",
  [INSPECTOR_FORMAT_MARKDOWN] = ".md",
};

InspectorFormat
inspector_format_for_name (const char *name)
{
  for (guint i = 0; i < INSPECTOR_N_FORMATS; i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return i;
  return INSPECTOR_FORMAT_NDJSON;
}

const char *
inspector_format_get_suffix (InspectorFormat format)
{
  return suffixes[format];
}
