/* ouioed-ingest.c - the only way in: check, number, encode, commit together, publish, acknowledge
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What arrives during one turn of the main loop is gathered in one batch; a batch is handed to the store when the turn is
 * over and no other batch is under way. So a busy store makes batches larger instead of making a queue longer.
 */
#include "config.h"

#include "ouioed-ingest-private.h"

typedef struct {
  GSource       source;
  OuioedIngest *ingest;
} FlushSource;

static void
pending_free (OuioedPending *self)
{
  g_clear_object (&self->task);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->event, ouioe_event_unref);
  g_clear_pointer (&self->ending, g_ptr_array_unref);
  g_free (self->key_name);
  g_free (self);
}

/* ---- gathering ---- */

void
ouioed_ingest_begin_batch (OuioedIngest *self)
{
  self->batch = ouioed_batch_new ();
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify) pending_free);
  self->touched = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending_bytes = 0;
}

gsize
ouioed_ingest_get_pending_bytes (OuioedIngest *self)
{
  return self->pending_bytes + self->in_flight_bytes + self->asked_bytes;
}

/* The record that the batch being gathered will write. */
static OuioedSessionRecord *
ingest_touch (OuioedIngest *self, OuioedChannel *channel)
{
  if (channel->working == NULL)
    {
      OuioedSessionRecord *newest = ouioed_channel_get_newest (channel);

      channel->working = newest != NULL ? ouioed_session_record_copy (newest) : ouioed_session_record_new ();
      g_ptr_array_add (self->touched, g_object_ref (channel));
    }

  return channel->working;
}

static OuioedPending *
ingest_add (OuioedIngest *self, OuioedPendingType type, OuioedChannel *channel, GTask *task)
{
  OuioedPending *pending = g_new0 (OuioedPending, 1);

  pending->type = type;
  pending->channel = channel != NULL ? g_object_ref (channel) : NULL;
  pending->task = task != NULL ? g_object_ref (task) : NULL;
  g_ptr_array_add (self->pending, pending);

  return pending;
}

/* Gives @event its place on its streams and puts it in the batch. */
static void
ingest_add_event (OuioedIngest *self, OuioedPending *pending, OuioedSessionRecord *record, OuioeEvent *event)
{
  OuioeStreams streams = ouioe_event_kind_get_streams (event->kind);

  for (guint i = 0; i < 2; i++)
    if ((streams & (1 << i)) != 0)
      pending->ordinal[i] = ++record->appended[i];

  record->last_id = event->id;
  pending->receipt.id = event->id;
  pending->event = event;
  self->pending_bytes += g_bytes_get_size (event->json);
  ouioed_batch_append (self->batch, event);
}

gboolean
ouioed_ingest_refuse (OuioedIngest *self, GTask *task, OuioeError code, const char *message)
{
  self->hub->metrics.rejected[code]++;
  g_task_return_new_error (task, OUIOE_ERROR, (int) code, "%s", message);
  return FALSE;
}

gboolean
ouioed_ingest_has_room (OuioedIngest *self, GTask *task)
{
  if (self->draining)
    return ouioed_ingest_refuse (self, task, OUIOE_ERROR_DRAINING, "The service is stopping.");
  if (ouioed_ingest_get_pending_bytes (self) > self->hub->limits.max_pending_bytes)
    return ouioed_ingest_refuse (self, task, OUIOE_ERROR_BUSY, "Too much is waiting to be stored; try again in a moment.");

  return TRUE;
}

void
ouioed_ingest_return (GTask *task, const OuioedReceipt *receipt)
{
  g_task_return_pointer (task, g_memdup2 (receipt, sizeof *receipt), g_free);
}

/* TRUE: go on. FALSE: the key was seen before, and the task has its answer or will get it with the first request. */
static gboolean
ingest_check_key (OuioedIngest *self, const OuioedKey *key, GTask *task)
{
  g_autofree char *name = NULL;
  guint8 fingerprint[16];
  OuioedKeyState *state;
  OuioedReceipt receipt = { 0 };

  if (key == NULL || key->key == NULL)
    return TRUE;

  name = ouioed_keys_name (key);
  state = ouioed_keys_find (self->hub->keys, name);
  if (state == NULL)
    return TRUE;

  ouioed_keys_fingerprint (key, fingerprint);
  if (memcmp (fingerprint, state->record->fingerprint, sizeof fingerprint) != 0)
    return ouioed_ingest_refuse (self, task, OUIOE_ERROR_KEY_REUSED,
                          "The idempotency key was used before with a different request.");

  if (!state->committed)
    {
      if (state->waiters == NULL)
        state->waiters = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (state->waiters, g_object_ref (task));
      return FALSE;
    }

  receipt.id = state->record->event_id;
  receipt.replayed = TRUE;
  ouioed_ingest_return (task, &receipt);
  return FALSE;
}

static void
ingest_add_key (OuioedIngest *self, OuioedPending *pending, const OuioedKey *key)
{
  g_autoptr(OuioedKeyRecord) record = NULL;

  if (key == NULL || key->key == NULL)
    return;

  record = ouioed_key_record_new ();
  record->key = ouioed_keys_name (key);
  ouioed_keys_fingerprint (key, record->fingerprint);
  record->session_id = g_strdup (pending->channel->id);
  record->event_id = pending->receipt.id;
  record->time_us = ouioed_hub_get_now_us (self->hub);

  pending->key_name = g_strdup (record->key);
  ouioed_keys_add (self->hub->keys, record, FALSE);
  ouioed_batch_put_key (self->batch, record);
}

/* The open step that @step replaces, if it names one. Only looked for where steps are open. */
static GPtrArray *
ingest_begin_end (OuioedChannel *channel, OuioeThinkingStep *step)
{
  OuioeText step_id;
  GPtrArray *ending = NULL;

  if (channel->drafts == NULL || step == NULL)
    return NULL;

  step_id = ouioe_codec_get_step_id (step);
  if (step_id.str != NULL)
    ending = ouioed_drafts_begin_end (channel, step_id.str, step_id.len);
  ouioe_text_clear (&step_id);
  return ending;
}

/* ---- what a producer may do ---- */

void
ouioed_ingest_create (OuioedIngest *self, OuioeCreateRequest *request, const OuioedKey *key, GTask *task)
{
  OuioedHub *hub = self->hub;
  OuioedChannel *channel;
  OuioedSessionRecord *newest, *record;
  g_autoptr(OuioedSessionRecord) first = NULL;
  OuioedPending *pending;
  gint64 now_us;

  if (self->hub->shared != NULL)
    {
      ouioed_ingest_ask_create (self, request, key, task);
      return;
    }

  if (!ouioed_ingest_has_room (self, task) || !ingest_check_key (self, key, task))
    return;

  channel = ouioed_hub_lookup (hub, request->session_id);
  newest = channel != NULL ? ouioed_channel_get_newest (channel) : NULL;
  if (newest != NULL && newest->state == OUIOE_SESSION_OPEN)
    {
      ouioed_ingest_refuse (self, task, OUIOE_ERROR_SESSION_EXISTS, "A session with this id is running already.");
      return;
    }
  if (channel != NULL && channel->forgetting)
    {
      ouioed_ingest_refuse (self, task, OUIOE_ERROR_BUSY, "The session of this id is being removed; try again in a moment.");
      return;
    }
  if (newest == NULL && !g_str_has_prefix (request->session_id, OUIOED_INTERNAL_PREFIX)
      && g_queue_get_length (&hub->by_creation) >= hub->limits.max_sessions)
    {
      g_autofree char *message = g_strdup_printf ("There are %u sessions, and that is the limit (max-sessions).",
                                                  hub->limits.max_sessions);

      ouioed_ingest_refuse (self, task, OUIOE_ERROR_TOO_MANY_SESSIONS, message);
      return;
    }

  now_us = ouioed_hub_get_now_us (hub);
  channel = ouioed_hub_ensure (hub, request->session_id);
  record = ingest_touch (self, channel);
  if (record->id == NULL)
    record->id = g_ref_string_acquire (channel->id);
  g_free (record->user_id);
  record->user_id = g_strdup (request->user_id);
  record->state = OUIOE_SESSION_OPEN;
  g_clear_pointer (&record->outcome, g_free);
  record->config = request->config;
  g_clear_pointer (&record->context, ouioe_thinking_context_unref);
  record->context = ouioe_thinking_context_ref (request->context);
  g_clear_pointer (&record->stats, ouioe_stream_stats_unref);
  record->stats = ouioe_stream_stats_new (now_us);
  record->created_us = now_us;
  record->last_activity_us = now_us;
  record->ended_us = 0;

  /* In the batch a session stands before its events. What they make of it follows at the end. */
  first = ouioed_session_record_copy (record);
  ouioed_batch_put_session (self->batch, first);

  pending = ingest_add (self, OUIOED_PENDING_CREATE, channel, task);
  ingest_add_event (self, pending, record,
                    ouioe_codec_encode_start (channel->id, ouioed_hub_next_id (hub), now_us,
                                              &(OuioeSessionStartInfo) {
                                                .user_id = record->user_id,
                                                .config = record->config,
                                                .context = record->context,
                                              }));
  ingest_add_key (self, pending, key);
}

/* Why a session does not want what it is given, or NULL. */
static const char *
ingest_find_reason_to_drop (OuioedChannel *channel, const OuioedSessionRecord *record, OuioeThinkingStep *step,
                            OuioeProgressUpdate *update, gint64 now_us)
{
  if (step != NULL)
    return record->config.debug_mode ? NULL : "debug_mode";

  if (!record->config.progress_updates)
    return "progress_updates";

  if (record->config.update_threshold_us > 0 && g_str_equal (update->progress_type, "progress"))
    {
      if (channel->last_progress_us != 0 && now_us >= channel->last_progress_us
          && now_us - channel->last_progress_us < record->config.update_threshold_us)
        return "update_threshold";
      channel->last_progress_us = now_us;
    }

  return NULL;
}

static gboolean
ingest_check_session (OuioedIngest *self, OuioedChannel *channel, GTask *task)
{
  OuioedSessionRecord *newest = channel != NULL ? ouioed_channel_get_newest (channel) : NULL;

  if (newest == NULL)
    return ouioed_ingest_refuse (self, task, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
  if (newest->state != OUIOE_SESSION_OPEN)
    return ouioed_ingest_refuse (self, task, OUIOE_ERROR_WRONG_STATE, "The session is closed.");

  return TRUE;
}

void
ouioed_ingest_append (OuioedIngest *self, const char *session_id, OuioeThinkingStep *step, OuioeProgressUpdate *update,
                      const OuioedKey *key, GTask *task)
{
  OuioedHub *hub = self->hub;
  OuioedChannel *channel;
  OuioedSessionRecord *record;
  OuioeEventKind kind = step != NULL ? OUIOE_EVENT_THINKING_STEP : OUIOE_EVENT_PROGRESS_UPDATE;
  const char *word = step != NULL ? step->thinking_type : update->progress_type;
  const char *dropped;
  OuioedPending *pending;
  gint64 now_us;

  if (self->hub->shared != NULL)
    {
      ouioed_ingest_ask_append (self, session_id, step, update, key, task);
      return;
    }

  if (!ouioed_ingest_has_room (self, task) || !ingest_check_key (self, key, task))
    return;

  channel = ouioed_hub_lookup (hub, session_id);
  if (!ingest_check_session (self, channel, task))
    return;
  if (!ouioe_stream_stats_has_room (ouioed_channel_get_newest (channel)->stats, kind, word))
    {
      g_autofree char *message = g_strdup_printf ("%s: a session may use %d own types, and this would be one more",
                                                  step != NULL ? "thinking_type" : "progress_type", OUIOE_MAX_OWN_TYPES);

      ouioed_ingest_refuse (self, task, OUIOE_ERROR_INVALID_BODY, message);
      return;
    }

  now_us = ouioed_hub_get_now_us (hub);
  dropped = ingest_find_reason_to_drop (channel, ouioed_channel_get_newest (channel), step, update, now_us);
  if (dropped != NULL && (key == NULL || key->key == NULL))
    {
      ouioed_ingest_return (task, &(OuioedReceipt) { .dropped = dropped });
      return;
    }

  record = ingest_touch (self, channel);
  pending = ingest_add (self, OUIOED_PENDING_APPEND, channel, task);
  pending->receipt.dropped = dropped;
  if (dropped == NULL)
    {
      OuioeEventId id = ouioed_hub_next_id (hub);

      ingest_add_event (self, pending, record,
                        step != NULL ? ouioe_codec_encode_step (channel->id, id, now_us, step)
                                     : ouioe_codec_encode_update (channel->id, id, now_us, update));
      if (step != NULL)
        ouioe_stream_stats_add_step (record->stats, step, now_us);
      else
        ouioe_stream_stats_add_update (record->stats, update, now_us);
      record->last_activity_us = now_us;
      pending->ending = ingest_begin_end (channel, step);
    }
  ingest_add_key (self, pending, key);
}

void
ouioed_ingest_close (OuioedIngest *self, const char *session_id, const char *outcome, const OuioedKey *key, GTask *task)
{
  OuioedHub *hub = self->hub;
  OuioedChannel *channel;
  OuioedSessionRecord *record;
  OuioedPending *pending;
  gint64 now_us;

  if (self->hub->shared != NULL)
    {
      ouioed_ingest_ask_close (self, session_id, outcome, key, task);
      return;
    }

  if (!ouioed_ingest_has_room (self, task) || !ingest_check_key (self, key, task))
    return;

  channel = ouioed_hub_lookup (hub, session_id);
  record = channel != NULL ? ouioed_channel_get_newest (channel) : NULL;
  if (record == NULL || record->state != OUIOE_SESSION_OPEN)
    {
      ouioed_ingest_refuse (self, task, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
      return;
    }

  now_us = ouioed_hub_get_now_us (hub);
  record = ingest_touch (self, channel);
  record->state = OUIOE_SESSION_CLOSED;
  record->outcome = g_strdup (outcome);
  record->ended_us = now_us;
  record->last_activity_us = now_us;
  ouioe_stream_stats_set_ended (record->stats, now_us);

  pending = ingest_add (self, OUIOED_PENDING_CLOSE, channel, task);
  ingest_add_event (self, pending, record,
                    ouioe_codec_encode_end (channel->id, ouioed_hub_next_id (hub), now_us,
                                            &(OuioeSessionEndInfo) {
                                              .outcome = record->outcome,
                                              .duration_us = now_us - record->created_us,
                                              .n_thinking = record->stats->n_thinking,
                                              .n_progress = record->stats->n_progress,
                                            }));
  pending->ending = ouioed_drafts_begin_end (channel, NULL, 0);
  ingest_add_key (self, pending, key);
}

void
ouioed_ingest_forget (OuioedIngest *self, const char *session_id, GTask *task)
{
  OuioedChannel *channel = ouioed_hub_lookup (self->hub, session_id);

  if (self->hub->shared != NULL)
    {
      ouioed_ingest_ask_forget (self, session_id, task);
      return;
    }

  if (channel == NULL || ouioed_channel_get_newest (channel) == NULL)
    {
      if (task != NULL)
        ouioed_ingest_refuse (self, task, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
      return;
    }

  channel->forgetting = TRUE;
  g_clear_pointer (&channel->working, ouioed_session_record_unref);
  ingest_add (self, OUIOED_PENDING_FORGET, channel, task);
  ouioed_batch_forget (self->batch, channel->id);
}

void
ouioed_ingest_keep_generation (OuioedIngest *self, OuioedChannel *channel, OuioeGeneration *generation)
{
  OuioedSessionRecord *record;

  if (self->draining)
    return;
  if (self->hub->shared != NULL)
    {
      record = ouioed_session_record_copy (ouioed_channel_get_newest (channel));
      g_clear_pointer (&record->generation, ouioe_generation_unref);
      record->generation = ouioe_generation_ref (generation);
      ouioed_ingest_ask_set (self, channel, record);
      return;
    }

  record = ingest_touch (self, channel);
  g_clear_pointer (&record->generation, ouioe_generation_unref);
  record->generation = ouioe_generation_ref (generation);
  ingest_add (self, OUIOED_PENDING_OTHER, channel, NULL);
}

void
ouioed_ingest_set_user_request (OuioedIngest *self, OuioedChannel *channel, const char *text)
{
  g_autoptr(OuioeThinkingContext) context = NULL;
  OuioedSessionRecord *record;

  if (self->draining)
    return;

  record = self->hub->shared != NULL ? ouioed_session_record_copy (ouioed_channel_get_newest (channel))
                                     : ingest_touch (self, channel);
  context = ouioe_thinking_context_alloc ();
  context->user_request = ouioe_text_new (text, -1);
  context->system_context = ouioe_text_copy (&record->context->system_context);
  g_clear_pointer (&record->context, ouioe_thinking_context_unref);
  record->context = g_steal_pointer (&context);
  if (self->hub->shared != NULL)
    ouioed_ingest_ask_set (self, channel, record);
  else
    ingest_add (self, OUIOED_PENDING_OTHER, channel, NULL);
}

void
ouioed_ingest_trim (OuioedIngest *self, OuioedChannel *channel, guint stream_index, guint keep)
{
  ingest_add (self, OUIOED_PENDING_OTHER, channel, NULL);
  ouioed_batch_trim (self->batch, channel->id, stream_index, keep);
}

void
ouioed_ingest_forget_keys (OuioedIngest *self, gint64 before_us)
{
  ingest_add (self, OUIOED_PENDING_OTHER, NULL, NULL);
  ouioed_batch_forget_keys (self->batch, before_us);
}

/* ---- when a turn of the loop is over ---- */

static gboolean
flush_source_prepare (GSource *source, int *timeout)
{
  OuioedIngest *ingest = ((FlushSource *) source)->ingest;

  *timeout = -1;
  return ingest_has_work (ingest) && !ingest_is_busy (ingest);
}

static gboolean
flush_source_check (GSource *source)
{
  int timeout;

  return flush_source_prepare (source, &timeout);
}

static gboolean
flush_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ouioed_ingest_flush (((FlushSource *) source)->ingest);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs flush_source_funcs = {
  .prepare = flush_source_prepare,
  .check = flush_source_check,
  .dispatch = flush_source_dispatch,
};

void
ouioed_ingest_drain (OuioedIngest *self, GTask *task)
{
  self->draining = TRUE;
  if (self->drain_tasks == NULL)
    self->drain_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->drain_tasks, g_object_ref (task));
  ouioed_ingest_finish_drain (self);
}

OuioedIngest *
ouioed_ingest_new (OuioedHub *hub)
{
  OuioedIngest *self = g_new0 (OuioedIngest, 1);

  self->hub = hub;
  ouioed_ingest_begin_batch (self);
  self->flush_source = g_source_new (&flush_source_funcs, sizeof (FlushSource));
  ((FlushSource *) self->flush_source)->ingest = self;
  g_source_set_static_name (self->flush_source, "ouioed-ingest");
  g_source_attach (self->flush_source, g_main_context_get_thread_default ());

  return self;
}

void
ouioed_ingest_free (OuioedIngest *self)
{
  g_source_destroy (self->flush_source);
  g_source_unref (self->flush_source);
  g_clear_pointer (&self->batch, ouioed_batch_free);
  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_clear_pointer (&self->touched, g_ptr_array_unref);
  g_clear_pointer (&self->drain_tasks, g_ptr_array_unref);
  g_free (self);
}
