/* ouioed-recorder.c - calls of models through the proxy, as sessions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-recorder-private.h"

#include <string.h>

#define LOOK_INTERVAL_S   1
#define MAX_LAST_LINE     (2 * 1024 * 1024)   /* bytes of a record with a context; a longer one is not known again */
#define MAX_FAILURE_BYTES 65536     /* of the body of an answer that tells of a failure */
#define PAGE              500

/* ---- growing steps ---- */

static void
free_open_text (gpointer data)
{
  OuioedOpenText *open = data;

  g_free (open->id);
  g_string_free (open->text, TRUE);
  g_free (open);
}

static OuioedOpenText *
find_open_text (OuioedTurn *turn, const char *step_id)
{
  for (guint i = 0; i < turn->open_texts->len; i++)
    if (g_str_equal (((OuioedOpenText *) turn->open_texts->pdata[i])->id, step_id))
      return turn->open_texts->pdata[i];
  return NULL;
}

static void
end_open_text (OuioedTurn *turn, const char *step_id)
{
  OuioedOpenText *open = step_id != NULL ? find_open_text (turn, step_id) : NULL;

  if (open != NULL)
    g_ptr_array_remove_fast (turn->open_texts, open);
}

/* ---- what the transcript tells ---- */

static void
on_step (OuioeThinkingStep *step, const char *step_id, gint64 time_us, gpointer user_data)
{
  OuioedTurn *turn = user_data;

  end_open_text (turn, step_id);
  ouioed_recording_add (turn->talk->recording, step, NULL);
}

static void
on_update (OuioeProgressUpdate *update, gint64 time_us, gpointer user_data)
{
  OuioedTurn *turn = user_data;

  ouioed_recording_add (turn->talk->recording, NULL, update);
}

static void
on_grow (const char *step_id, const char *text, gsize len, gint64 time_us, gpointer user_data)
{
  OuioedTurn *turn = user_data;
  OuioedRecording *recording = turn->talk->recording;
  OuioedOpenText *open = find_open_text (turn, step_id);

  if (ouioed_recording_is_open (recording))
    ouioed_hub_grow_step (turn->recorder->hub, ouioed_recording_get_id (recording), step_id, text, len);
  if (open == NULL)
    {
      if (turn->open_texts->len >= OUIOED_HUB_MAX_OPEN_STEPS)
        return;
      open = g_new0 (OuioedOpenText, 1);
      open->id = g_strdup (step_id);
      open->text = g_string_new (NULL);
      g_ptr_array_add (turn->open_texts, open);
    }
  if (open->text->len + len <= OUIOED_HUB_MAX_OPEN_STEP_BYTES)
    g_string_append_len (open->text, text, (gssize) len);
}

static void
on_drop (const char *step_id, gpointer user_data)
{
  OuioedTurn *turn = user_data;

  end_open_text (turn, step_id);
  if (turn->talk != NULL)
    ouioed_hub_drop_step (turn->recorder->hub, ouioed_recording_get_id (turn->talk->recording), step_id);
}

static void
on_changed (gpointer user_data)
{
  OuioedTurn *turn = user_data;

  if (turn->talk != NULL)
    turn->talk->is_dirty = TRUE;
}

static const OuioeTranscriptFuncs transcript_funcs = { on_step, on_update, on_grow, on_drop, on_changed };

void
ouioed_turn_warn (OuioedTurn *turn, const char *message)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("warning", message, -1, NULL, NULL);

  ouioed_recording_add (turn->talk->recording, NULL, update);
}

/* ---- the request ---- */

static void
turn_free (gpointer data)
{
  OuioedTurn *turn = data;

  turn->talk = NULL;
  ouioed_turn_cancel_read (turn);
  g_clear_pointer (&turn->transcript, ouioe_transcript_free);
  g_clear_pointer (&turn->decoder, ouioed_body_decoder_free);
  g_clear_pointer (&turn->request_decoder, ouioed_body_decoder_free);
  g_clear_pointer (&turn->request, ouioed_request_free);
  g_clear_pointer (&turn->body, g_byte_array_unref);
  g_clear_pointer (&turn->open_texts, g_ptr_array_unref);
  if (turn->last_line != NULL)
    g_string_free (turn->last_line, TRUE);
  if (turn->failure != NULL)
    g_string_free (turn->failure, TRUE);
  g_free (turn->named);
  g_free (turn->user_id);
  g_free (turn->path);
  g_free (turn);
}

/* Whoever asks from this machine is taken for the one whose daemon it is. */
static char *
find_user (const char *peer)
{
  if (g_str_equal (peer, "unix") || g_str_has_prefix (peer, "127.") || g_str_equal (peer, "::1"))
    return g_strdup (g_get_user_name ());
  return g_strdup (peer);
}

static void
on_request_bytes (const char *data, gsize len, gpointer user_data)
{
  OuioedTurn *turn = user_data;
  gsize room = OUIOED_REQUEST_MAX_BYTES + 1 - turn->body->len;   /* one more tells that it is too long */

  g_byte_array_append (turn->body, (const guint8 *) data, (guint) MIN (len, room));
}

static gpointer
on_request (OuioedCall *call, const OuioedRequestHead *head, gint64 time_us, gpointer user_data)
{
  OuioedRecorder *self = user_data;
  const OuioedUpstream *upstream = ouioed_call_get_upstream (call);
  OuioedRequestKind kind = ouioed_request_find_kind (upstream->speaks, head->method, head->path);
  g_autofree char *path = g_utf8_make_valid (head->path, -1);
  OuioedTurn *turn;

  if (kind == OUIOED_REQUEST_NONE || self->turns->len >= OUIOED_RECORDER_MAX_CALLS)
    return NULL;

  turn = g_new0 (OuioedTurn, 1);
  turn->recorder = self;
  turn->call = call;
  turn->kind = kind;
  turn->begin_us = time_us;
  turn->body = g_byte_array_new ();
  turn->open_texts = g_ptr_array_new_with_free_func (free_open_text);
  turn->path = ouioed_request_shorten (path, strlen (path), OUIOED_REQUEST_MAX_NAME);
  if (kind == OUIOED_REQUEST_OLLAMA_GENERATE)
    turn->last_line = g_string_new (NULL);
  turn->user_id = find_user (head->peer);
  turn->request_decoder = ouioed_body_decoder_new (ouioed_header_find (head->headers, head->n_headers, "content-encoding"),
                                                   on_request_bytes, turn);
  ouioed_session_name_read (head->headers, head->n_headers, &turn->named);
  ouioed_conversations_get_scope (self->conversations, head, upstream->name, &turn->scope);
  g_ptr_array_add (self->turns, turn);
  return turn;
}

static void
on_request_body (gpointer data, const char *bytes, gsize len)
{
  OuioedTurn *turn = data;

  if (turn->body != NULL && turn->body->len <= OUIOED_REQUEST_MAX_BYTES)
    ouioed_body_decoder_feed (turn->request_decoder, bytes, len);
}

static gboolean
is_taken (const char *id, gpointer user_data)
{
  OuioedRecorder *self = user_data;

  return g_hash_table_contains (self->talks, id) || ouioed_hub_find (self->hub, id) != NULL;
}

static void
make_transcript (OuioedTurn *turn, const char *content_type)
{
  OuioeDialectFlags flags;
  OuioeDialectFormat format = ouioed_request_get_format (turn->request, content_type, &flags);
  g_autofree char *prefix = turn->number > 1 ? g_strdup_printf ("%u-", turn->number) : g_strdup ("");

  g_clear_pointer (&turn->transcript, ouioe_transcript_free);
  turn->transcript = ouioe_transcript_new (format, flags, prefix, turn->begin_us, &transcript_funcs, turn);
}

void
ouioed_turn_begin (OuioedTurn *turn, OuioedRequest *request)
{
  OuioedRecorder *self = turn->recorder;
  g_autofree char *made = NULL;
  const char *session_id;

  turn->request = request;
  if (request->kind == OUIOED_REQUEST_NONE)
    return;

  session_id = turn->named != NULL ? turn->named : ouioed_conversations_find (self->conversations, &turn->scope, turn->request);
  if (session_id == NULL)
    made = ouioed_session_name_make (ouioed_call_get_upstream (turn->call)->name, ouioed_hub_get_now_us (self->hub),
                                     is_taken, self);
  else
    made = g_strdup (session_id);   /* what it was found in is changed next */
  session_id = made;
  ouioed_conversations_add (self->conversations, &turn->scope, turn->request, session_id);

  ouioed_talk_join (ouioed_talk_ensure (self, session_id), turn);
  make_transcript (turn, NULL);   /* needs the number that the call has in its session */
  ouioe_transcript_begin (turn->transcript);
}

static void
on_request_end (gpointer data)
{
  OuioedTurn *turn = data;
  g_autoptr(GByteArray) body = g_steal_pointer (&turn->body);

  if (body == NULL)
    return;
  ouioed_body_decoder_end (turn->request_decoder);
  ouioed_turn_read (turn, body);
}

/* Its answer, or its end, comes before it is complete: what is there is read now when that is quick, or not at all. */
static void
end_request_early (OuioedTurn *turn)
{
  g_autoptr(GByteArray) body = g_steal_pointer (&turn->body);

  if (body != NULL)
    ouioed_turn_begin (turn, ouioed_request_read (turn->kind, (const char *) body->data,
                                                  body->len > OUIOED_RECORDER_QUICK_BYTES ? 0 : body->len));
}

/* ---- the answer ---- */

/* Keeps the line that came last: the last record of Ollama's generate has the context that the next request repeats. */
static void
keep_last_line (OuioedTurn *turn, const char *data, gsize len)
{
  const char *end;

  while ((end = memchr (data, '\n', len)) != NULL && end + 1 < data + len)
    {
      g_string_truncate (turn->last_line, 0);
      len -= (gsize) (end + 1 - data);
      data = end + 1;
    }
  if (turn->last_line->len > 0 && turn->last_line->str[turn->last_line->len - 1] == '\n')
    g_string_truncate (turn->last_line, 0);
  if (turn->last_line->len + len <= MAX_LAST_LINE)
    g_string_append_len (turn->last_line, data, (gssize) len);
}

static void
on_answer_bytes (const char *data, gsize len, gpointer user_data)
{
  OuioedTurn *turn = user_data;

  if (turn->failure == NULL)
    {
      ouioe_transcript_feed (turn->transcript, data, len, turn->now_us);
      if (turn->last_line != NULL)
        keep_last_line (turn, data, len);
    }
  else if (turn->failure->len < MAX_FAILURE_BYTES)
    g_string_append_len (turn->failure, data, (gssize) MIN (len, MAX_FAILURE_BYTES - turn->failure->len));
}

static void
on_answer (gpointer data, const OuioedAnswerHead *head, gint64 time_us)
{
  OuioedTurn *turn = data;
  const char *content_type = ouioed_header_find (head->headers, head->n_headers, "content-type");

  end_request_early (turn);
  if (turn->talk == NULL || turn->status != 0)
    return;

  turn->status = head->status;
  turn->is_strange = content_type != NULL && strstr (content_type, "json") == NULL
                     && strstr (content_type, "event-stream") == NULL;
  turn->decoder = ouioed_body_decoder_new (ouioed_header_find (head->headers, head->n_headers, "content-encoding"),
                                           on_answer_bytes, turn);
  if (head->status >= 400)
    turn->failure = g_string_new (NULL);
  else if (content_type != NULL)
    make_transcript (turn, content_type);   /* nothing was fed to the one that was made for the request */
  ouioed_talk_show (turn->talk, FALSE);
}

static void
on_answer_body (gpointer data, const char *bytes, gsize len, gint64 time_us)
{
  OuioedTurn *turn = data;

  if (turn->talk == NULL || turn->decoder == NULL)
    return;
  turn->now_us = MAX (turn->now_us, time_us);
  turn->last_us = ouioed_hub_get_now_us (turn->recorder->hub);
  if (turn->stalled_us != 0)
    {
      turn->stalled_us = 0;
      ouioed_talk_show (turn->talk, TRUE);
    }
  ouioed_body_decoder_feed (turn->decoder, bytes, len);
  if (turn->talk->is_dirty)
    ouioed_talk_show (turn->talk, FALSE);
}

static void
on_lost (gpointer data)
{
  OuioedTurn *turn = data;

  turn->has_lost = TRUE;
}

/* ---- the end ---- */

static void
on_end (gpointer data, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  OuioedTurn *turn = data;
  OuioedRecorder *self = turn->recorder;

  if (how == OUIOED_CALL_NO_UPSTREAM)
    end_request_early (turn);
  if (turn->talk != NULL)
    ouioed_talk_leave (turn->talk, turn, ouioed_turn_end (turn, how, detail, time_us));
  g_ptr_array_remove_fast (self->turns, turn);
  ouioed_recorder_check_written (self);
}

const OuioedCallFuncs ouioed_recorder_funcs = {
  on_request, on_request_body, on_request_end, on_answer, on_answer_body, on_lost, on_end,
};

/* ---- silence ---- */

static void
look_at (OuioedTurn *turn, gint64 now_us)
{
  gint64 silent_us;
  g_autofree char *message = NULL;

  if (turn->talk == NULL || turn->last_us == 0)
    return;
  if (ouioed_call_waits_for_client (turn->call))
    turn->last_us = now_us;     /* the upstream may have much to say, but is not asked */
  silent_us = now_us - turn->last_us;
  if (turn->stalled_us == 0 && silent_us >= turn->recorder->stall_after_us)
    {
      turn->stalled_us = turn->last_us;
      message = g_strdup_printf ("Nothing has come from the model server for %" G_GINT64_FORMAT " seconds.",
                                 silent_us / G_USEC_PER_SEC);
      ouioed_turn_warn (turn, message);
      ouioed_talk_show (turn->talk, TRUE);
    }
  else if (turn->talk->is_dirty)
    ouioed_talk_show (turn->talk, TRUE);
}

void
ouioed_recorder_look (OuioedRecorder *self)
{
  gint64 now_us = ouioed_hub_get_now_us (self->hub);

  for (guint i = 0; i < self->turns->len; i++)
    look_at (self->turns->pdata[i], now_us);
}

static gboolean
on_timer (gpointer user_data)
{
  ouioed_recorder_look (user_data);
  return G_SOURCE_CONTINUE;
}

/* ---- an earlier process ---- */

static gboolean
is_ours (const OuioedSessionRecord *record)
{
  g_autofree char *context = ouioe_thinking_context_dup_system_context (record->context);
  json_t *object = json_loads (context, 0, NULL);
  const char *source = json_string_value (json_object_get (object, "source"));
  gboolean ours = source != NULL && g_str_equal (source, "proxy");

  json_decref (object);
  return ours;
}

static void
close_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;

  if (!ouioed_hub_close_finish (OUIOED_HUB (source), result, &receipt, &error))
    g_message ("A session that was interrupted stays open: %s", error->message);
}

static void
close_interrupted (OuioedRecorder *self)
{
  g_autofree char *before = NULL;
  gboolean has_more = TRUE;

  while (has_more)
    {
      g_autoptr(GPtrArray) channels = ouioed_hub_list (self->hub, NULL, OUIOE_SESSION_OPEN, before, PAGE, &has_more);

      for (guint i = 0; i < channels->len; i++)
        if (is_ours (ouioed_channel_get_record (channels->pdata[i])))
          ouioed_hub_close_async (self->hub, ouioed_channel_get_id (channels->pdata[i]), "interrupted", NULL,
                                  close_done_cb, NULL);
      g_free (before);
      before = channels->len > 0 ? g_strdup (ouioed_channel_get_id (channels->pdata[channels->len - 1])) : NULL;
      has_more &= channels->len > 0;
    }
}

/* ---- beginning and end ---- */

OuioedRecorder *
ouioed_recorder_new (OuioedHub *hub, OuioedEstimates *estimates, gint64 stall_after_us)
{
  OuioedRecorder *self = g_new0 (OuioedRecorder, 1);

  self->hub = g_object_ref (hub);
  self->estimates = estimates;
  self->stall_after_us = stall_after_us;
  self->conversations = ouioed_conversations_new (OUIOED_CONVERSATIONS_MAX);
  self->talks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ouioed_talk_free);
  self->turns = g_ptr_array_new_with_free_func (turn_free);
  self->cancellable = g_cancellable_new ();
  self->timer = g_timeout_add_seconds (LOOK_INTERVAL_S, on_timer, self);
  ouioed_hub_set_control (hub, ouioed_recorder_control, self);
  close_interrupted (self);
  return self;
}

void
ouioed_recorder_free (OuioedRecorder *self)
{
  g_cancellable_cancel (self->cancellable);
  ouioed_hub_set_control (self->hub, NULL, NULL);
  g_source_remove (self->timer);
  g_ptr_array_unref (self->turns);
  g_hash_table_unref (self->talks);
  ouioed_conversations_free (self->conversations);
  ouioed_estimates_free (self->estimates);
  g_object_unref (self->cancellable);
  g_object_unref (self->hub);
  g_free (self);
}

void
ouioed_recorder_check_written (OuioedRecorder *self)
{
  void (*func) (gpointer) = self->written;

  if (func == NULL || self->turns->len > 0 || g_hash_table_size (self->talks) > 0)
    return;
  self->written = NULL;
  func (self->written_data);
}

void
ouioed_recorder_when_written (OuioedRecorder *self, void (*func) (gpointer user_data), gpointer user_data)
{
  self->written = func;
  self->written_data = user_data;
  ouioed_recorder_check_written (self);
}

void
ouioed_recorder_set_stall_after (OuioedRecorder *self, gint64 stall_after_us)
{
  self->stall_after_us = stall_after_us;
}

guint
ouioed_recorder_get_n_calls (OuioedRecorder *self)
{
  return self->turns->len;
}

guint
ouioed_recorder_get_n_sessions (OuioedRecorder *self)
{
  return g_hash_table_size (self->talks);
}
