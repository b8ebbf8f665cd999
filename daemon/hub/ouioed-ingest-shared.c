/* ouioed-ingest-shared.c - the way in where several daemons share the store: encode, ask, acknowledge
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is true of a session only the store knows, so it checks, numbers and keeps in one step. Readers get the event from what
 * the store tells all daemons (ouioed-hub-shared.c), as they get those of other daemons.
 */
#include "config.h"

#include "ouioed-ingest-private.h"

typedef struct {
  OuioedHub           *hub;
  GTask               *task;         /* NULL when nobody waits */
  OuioedAskType    type;
  char                *session_id;   /* g_ref_string */
  OuioedSessionRecord *record;       /* CREATE, SET: as it will be */
  char                *outcome;
  gint64               time_us;
  GPtrArray           *ending;       /* of OuioedDraft: open steps that end with it; NULL when none do */
  gsize                bytes;
  gint64               asked_us;     /* monotonic */
} Asked;

static void
asked_free (Asked *self)
{
  g_clear_object (&self->task);
  g_clear_pointer (&self->record, ouioed_session_record_unref);
  g_clear_pointer (&self->ending, g_ptr_array_unref);
  g_ref_string_release (self->session_id);
  g_free (self->outcome);
  g_object_unref (self->hub);
  g_free (self);
}

/* ---- what came of it ---- */

/* What this daemon knows of the session moves along; the store knows better, and is asked before anything is shown. */
static void
asked_apply (Asked *self, const OuioedAnswer *answer)
{
  OuioedChannel *channel = ouioed_hub_lookup (self->hub, self->session_id);
  g_autoptr(OuioedSessionRecord) record = NULL;

  if (self->type == OUIOED_ASK_FORGET)
    {
      if (channel != NULL && channel->committed != NULL)
        ouioed_hub_set_committed (self->hub, channel, NULL);
      return;
    }
  if (self->type == OUIOED_ASK_CREATE)
    {
      channel = ouioed_hub_ensure (self->hub, self->session_id);
      record = g_steal_pointer (&self->record);
      g_ref_string_release (record->id);
      record->id = g_ref_string_acquire (channel->id);
    }
  else if (channel != NULL && channel->committed != NULL)
    record = ouioed_session_record_copy (channel->committed);
  if (record == NULL)
    return;

  channel->listed = self->hub->listing;
  if (self->type == OUIOED_ASK_SET)
    {
      g_clear_pointer (&record->context, ouioe_thinking_context_unref);
      record->context = ouioe_thinking_context_ref (self->record->context);
      g_clear_pointer (&record->generation, ouioe_generation_unref);
      record->generation = self->record->generation != NULL ? ouioe_generation_ref (self->record->generation) : NULL;
    }
  else
    {
      if (ouioe_event_id_compare (answer->id, record->last_id) > 0)
        record->last_id = answer->id;
      record->last_activity_us = MAX (record->last_activity_us, self->time_us);
      for (guint s = 0; s < 2; s++)
        record->appended[s] = MAX (record->appended[s], answer->appended[s]);
    }
  if (self->type == OUIOED_ASK_CLOSE)
    {
      record->state = OUIOE_SESSION_CLOSED;
      g_free (record->outcome);
      record->outcome = g_strdup (self->outcome);
      record->ended_us = self->time_us;
      ouioe_stream_stats_set_ended (record->stats, self->time_us);
    }
  ouioed_hub_set_committed (self->hub, channel, g_steal_pointer (&record));
  if (!channel->internal)
    g_signal_emit_by_name (self->hub, "session-changed", channel);
}

static void
asked_answer (Asked *self, const OuioedAnswer *answer)
{
  static const struct { OuioeError code; const char *message; } refusals[] = {
    [OUIOED_VERDICT_KEY_REUSED] = { OUIOE_ERROR_KEY_REUSED, "The idempotency key was used before with a different request." },
    [OUIOED_VERDICT_NO_SESSION] = { OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found" },
    [OUIOED_VERDICT_CLOSED] = { OUIOE_ERROR_WRONG_STATE, "The session is closed." },
    [OUIOED_VERDICT_EXISTS] = { OUIOE_ERROR_SESSION_EXISTS, "A session with this id is running already." },
    [OUIOED_VERDICT_TOO_MANY_SESSIONS] = { OUIOE_ERROR_TOO_MANY_SESSIONS, "There are as many sessions as the limit allows "
                                                                         "(max-sessions)." },
    [OUIOED_VERDICT_TOO_MANY_TYPES] = { OUIOE_ERROR_INVALID_BODY,
                                        "thinking_type, progress_type: a session may use 256 own types of each, and this "
                                        "would be one more" },
  };
  OuioedReceipt receipt = { .id = answer->id, .dropped = answer->dropped,
                            .replayed = answer->verdict == OUIOED_VERDICT_REPLAYED };

  if (self->task == NULL)
    return;
  if (answer->verdict == OUIOED_VERDICT_DONE || answer->verdict == OUIOED_VERDICT_DROPPED
      || answer->verdict == OUIOED_VERDICT_REPLAYED)
    ouioed_ingest_return (self->task, &receipt);
  else
    ouioed_ingest_refuse (self->hub->ingest, self->task, refusals[answer->verdict].code, refusals[answer->verdict].message);
}

static void
asked_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Asked *asked = user_data;
  OuioedHub *hub = asked->hub;
  OuioedIngest *self = hub->ingest;
  g_autoptr(GError) error = NULL;
  OuioedAnswer answer = { 0 };
  gboolean ok = ouioed_shared_ask_finish (OUIOED_SHARED (source), result, &answer, &error);
  gboolean done = ok && answer.verdict == OUIOED_VERDICT_DONE;
  OuioedChannel *channel;

  self->n_asked--;
  self->asked_bytes -= asked->bytes;
  hub->metrics.commits++;
  hub->metrics.commit_us += (guint64) (g_get_monotonic_time () - asked->asked_us);
  hub->metrics.store_ok = ok;
  if (done)
    asked_apply (asked, &answer);
  channel = ouioed_hub_lookup (hub, asked->session_id);
  if (asked->ending != NULL && channel != NULL)
    ouioed_drafts_end (hub, channel, asked->ending, done);
  if (!ok)
    {
      hub->metrics.commit_errors++;
      hub->metrics.rejected[OUIOE_ERROR_STORE_UNAVAILABLE]++;
      if (asked->task != NULL)
        g_task_return_error (asked->task, g_steal_pointer (&error));
    }
  else
    asked_answer (asked, &answer);

  ouioed_ingest_finish_drain (self);
  asked_free (asked);
}

/* ---- asking ---- */

static OuioedKeyRecord *
make_key (OuioedHub *hub, const OuioedKey *key, const char *session_id)
{
  OuioedKeyRecord *record;

  if (key == NULL || key->key == NULL)
    return NULL;

  record = ouioed_key_record_new ();
  record->key = ouioed_keys_name (key);
  ouioed_keys_fingerprint (key, record->fingerprint);
  record->session_id = g_strdup (session_id);
  record->time_us = ouioed_hub_get_now_us (hub);
  return record;
}

/* @request: (transfer full) */
static Asked *
ask (OuioedIngest *self, OuioedAsk *request, const OuioedKey *key, GTask *task)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->hub = g_object_ref (self->hub);
  asked->task = task != NULL ? g_object_ref (task) : NULL;
  asked->type = request->type;
  asked->session_id = g_ref_string_acquire (request->session_id);
  asked->record = request->record != NULL ? ouioed_session_record_ref (request->record) : NULL;
  asked->outcome = g_strdup (request->outcome);
  asked->time_us = request->time_us;
  asked->asked_us = g_get_monotonic_time ();
  asked->bytes = request->event != NULL ? g_bytes_get_size (request->event->json) : 0;
  request->key = make_key (self->hub, key, request->session_id);
  request->max_keys = self->hub->limits.max_keys;
  self->n_asked++;
  self->asked_bytes += asked->bytes;
  ouioed_shared_ask_async (self->hub->shared, request, asked_answered_cb, asked);
  return asked;
}

void
ouioed_ingest_ask_create (OuioedIngest *self, OuioeCreateRequest *wanted, const OuioedKey *key, GTask *task)
{
  OuioedHub *hub = self->hub;
  OuioedAsk *request;
  OuioedSessionRecord *record;
  gint64 now_us = ouioed_hub_get_now_us (hub);

  if (!ouioed_ingest_has_room (self, task))
    return;

  request = ouioed_ask_new (OUIOED_ASK_CREATE, wanted->session_id);
  record = request->record = ouioed_session_record_new ();
  record->id = g_ref_string_acquire (request->session_id);
  record->user_id = g_strdup (wanted->user_id);
  record->state = OUIOE_SESSION_OPEN;
  record->config = wanted->config;
  record->context = ouioe_thinking_context_ref (wanted->context);
  record->stats = ouioe_stream_stats_new (now_us);
  record->created_us = record->last_activity_us = request->time_us = now_us;
  request->event = ouioe_codec_encode_start (request->session_id, OUIOE_EVENT_ID_ZERO, now_us,
                                             &(OuioeSessionStartInfo) {
                                               .user_id = record->user_id,
                                               .config = record->config,
                                               .context = record->context,
                                             });
  if (!g_str_has_prefix (request->session_id, OUIOED_INTERNAL_PREFIX))
    request->max_sessions = hub->limits.max_sessions;
  ask (self, request, key, task);
}

void
ouioed_ingest_ask_append (OuioedIngest *self, const char *session_id, OuioeThinkingStep *step, OuioeProgressUpdate *update,
                          const OuioedKey *key, GTask *task)
{
  OuioedChannel *channel = ouioed_hub_lookup (self->hub, session_id);
  OuioedAsk *request;
  OuioeText step_id = { NULL, 0 };
  Asked *asked;

  if (!ouioed_ingest_has_room (self, task))
    return;

  request = ouioed_ask_new (step != NULL ? OUIOED_ASK_STEP : OUIOED_ASK_UPDATE, session_id);
  request->time_us = ouioed_hub_get_now_us (self->hub);
  if (step != NULL)
    {
      request->event = ouioe_codec_encode_step (request->session_id, OUIOE_EVENT_ID_ZERO, request->time_us, step);
      request->confidence = step->has_confidence ? step->confidence : -1;
    }
  else
    request->event = ouioe_codec_encode_update (request->session_id, OUIOE_EVENT_ID_ZERO, request->time_us, update);

  asked = ask (self, request, key, task);
  if (step == NULL || channel == NULL || channel->drafts == NULL)
    return;
  step_id = ouioe_codec_get_step_id (step);
  if (step_id.str != NULL)
    asked->ending = ouioed_drafts_begin_end (channel, step_id.str, step_id.len);
  ouioe_text_clear (&step_id);
}

void
ouioed_ingest_ask_close (OuioedIngest *self, const char *session_id, const char *outcome, const OuioedKey *key, GTask *task)
{
  OuioedChannel *channel = ouioed_hub_lookup (self->hub, session_id);
  OuioedAsk *request;
  Asked *asked;

  if (!ouioed_ingest_has_room (self, task))
    return;

  request = ouioed_ask_new (OUIOED_ASK_CLOSE, session_id);
  request->outcome = g_strdup (outcome);
  request->time_us = ouioed_hub_get_now_us (self->hub);
  asked = ask (self, request, key, task);
  if (channel != NULL && channel->drafts != NULL)
    asked->ending = ouioed_drafts_begin_end (channel, NULL, 0);
}

void
ouioed_ingest_ask_forget (OuioedIngest *self, const char *session_id, GTask *task)
{
  ask (self, ouioed_ask_new (OUIOED_ASK_FORGET, session_id), NULL, task);
}

void
ouioed_ingest_ask_set (OuioedIngest *self, OuioedChannel *channel, OuioedSessionRecord *record)
{
  OuioedAsk *request = ouioed_ask_new (OUIOED_ASK_SET, channel->id);

  request->record = record;
  request->time_us = record->last_activity_us;
  ask (self, request, NULL, NULL);
}
