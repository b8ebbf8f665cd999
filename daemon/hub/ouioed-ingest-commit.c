/* ouioed-ingest-commit.c - the second half of the way in: commit together, publish, acknowledge
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * If a batch fails, all that was accepted since is refused as well: it was checked and numbered against a state that
 * never came to be.
 */
#include "config.h"

#include "ouioed-ingest-private.h"

/* ---- the end of a commit ---- */

static void
ingest_finish_key (OuioedIngest *self, OuioedPending *pending, const GError *error)
{
  OuioedKeyState *state;
  g_autoptr(GPtrArray) waiters = NULL;

  if (pending->key_name == NULL || (state = ouioed_keys_find (self->hub->keys, pending->key_name)) == NULL)
    return;

  waiters = g_steal_pointer (&state->waiters);
  state->committed = TRUE;
  if (error != NULL)
    ouioed_keys_remove (self->hub->keys, pending->key_name);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    {
      OuioedReceipt receipt = pending->receipt;

      receipt.replayed = TRUE;
      if (error != NULL)
        g_task_return_error (waiters->pdata[i], g_error_copy (error));
      else
        ouioed_ingest_return (waiters->pdata[i], &receipt);
    }
}

static void
ingest_answer (OuioedIngest *self, OuioedPending *pending, const GError *error)
{
  ingest_finish_key (self, pending, error);
  if (pending->task == NULL)
    return;

  if (error != NULL)
    g_task_return_error (pending->task, g_error_copy (error));
  else
    ouioed_ingest_return (pending->task, &pending->receipt);
}

static void
ingest_fail (OuioedIngest *self, GPtrArray *pendings, GPtrArray *touched, const GError *error)
{
  for (guint i = 0; i < touched->len; i++)
    {
      OuioedChannel *channel = touched->pdata[i];

      g_clear_pointer (&channel->in_flight, ouioed_session_record_unref);
      g_clear_pointer (&channel->working, ouioed_session_record_unref);
    }
  for (guint i = 0; i < pendings->len; i++)
    {
      OuioedPending *pending = pendings->pdata[i];

      if (pending->type == OUIOED_PENDING_FORGET)
        pending->channel->forgetting = FALSE;
      if (pending->ending != NULL)
        ouioed_drafts_end (self->hub, pending->channel, pending->ending, FALSE);
    }
  for (guint i = 0; i < touched->len; i++)
    ouioed_drafts_revert (self->hub, touched->pdata[i]);
  for (guint i = 0; i < pendings->len; i++)
    {
      OuioedPending *pending = pendings->pdata[i];

      self->hub->metrics.rejected[OUIOE_ERROR_STORE_UNAVAILABLE]++;
      ingest_answer (self, pending, error);
      if (pending->channel != NULL)
        ouioed_hub_drop_if_unused (self->hub, pending->channel);
    }
}

static void
ingest_apply_trims (OuioedIngest *self, const OuioedCommit *commit)
{
  for (guint i = 0; i < commit->trims->len; i++)
    {
      const OuioedTrim *trim = &g_array_index (commit->trims, OuioedTrim, i);
      OuioedChannel *channel = ouioed_hub_lookup (self->hub, trim->session_id);
      OuioedSessionRecord *records[2] = { NULL, NULL };

      if (channel == NULL || channel->committed == NULL)
        continue;

      records[0] = channel->committed;
      records[1] = channel->working;
      for (guint j = 0; j < 2; j++)
        if (records[j] != NULL)
          {
            records[j]->trimmed[trim->stream_index] += trim->n_removed;
            records[j]->trimmed_to[trim->stream_index] = trim->trimmed_to;
          }
      ouioed_channel_drop_trimmed (channel);
    }
}

static void
ingest_publish (OuioedIngest *self, GPtrArray *pendings)
{
  for (guint i = 0; i < pendings->len; i++)
    {
      OuioedPending *pending = pendings->pdata[i];
      g_autoptr(OuioedEntry) entry = NULL;

      if (pending->type == OUIOED_PENDING_FORGET)
        {
          pending->channel->forgetting = FALSE;
          ouioed_hub_set_committed (self->hub, pending->channel, NULL);
        }
      if (pending->event == NULL)
        continue;

      entry = ouioed_entry_new (pending->event);
      entry->ordinal[0] = pending->ordinal[0];
      entry->ordinal[1] = pending->ordinal[1];
      ouioed_hub_publish (self->hub, pending->channel, entry);
      if (pending->ending != NULL)
        ouioed_drafts_end (self->hub, pending->channel, pending->ending, TRUE);
    }
}

static void
ingest_succeed (OuioedIngest *self, GPtrArray *pendings, GPtrArray *touched, const OuioedCommit *commit)
{
  OuioedHub *hub = self->hub;

  for (guint i = 0; i < touched->len; i++)
    {
      OuioedChannel *channel = touched->pdata[i];

      if (channel->in_flight != NULL)
        ouioed_hub_set_committed (hub, channel, g_steal_pointer (&channel->in_flight));
    }
  ingest_publish (self, pendings);
  ingest_apply_trims (self, commit);

  /* Readers are woken once, however many events they got; the flush itself comes later in this turn of the loop. */
  for (guint i = 0; i < touched->len; i++)
    {
      OuioedChannel *channel = touched->pdata[i];

      for (guint j = 0; channel->subscribers != NULL && j < channel->subscribers->len; j++)
        ouioed_subscriber_notify (channel->subscribers->pdata[j]);
    }
  for (guint j = 0; j < hub->subscribers->len; j++)
    ouioed_subscriber_notify (hub->subscribers->pdata[j]);

  for (guint i = 0; i < pendings->len; i++)
    ingest_answer (self, pendings->pdata[i], NULL);

  for (guint i = 0; i < touched->len; i++)
    {
      OuioedChannel *channel = touched->pdata[i];

      if (channel->committed != NULL && !channel->internal)
        g_signal_emit_by_name (hub, "session-changed", channel);
    }
}

void
ouioed_ingest_finish_drain (OuioedIngest *self)
{
  g_autoptr(GPtrArray) tasks = NULL;

  if (self->drain_tasks == NULL || ingest_is_busy (self) || ingest_has_work (self) || self->n_asked > 0)
    return;

  tasks = g_steal_pointer (&self->drain_tasks);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
}

static void
ingest_committed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedHub) hub = user_data;
  OuioedIngest *self = hub->ingest;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = ouioed_store_commit_finish (OUIOED_STORE (source), result, &error);
  g_autoptr(GPtrArray) pendings = g_steal_pointer (&self->in_flight);
  g_autoptr(GPtrArray) touched = g_steal_pointer (&self->in_flight_touched);

  self->in_flight_bytes = 0;
  hub->metrics.commits++;
  hub->metrics.commit_us += (guint64) (g_get_monotonic_time () - self->in_flight_since);
  hub->metrics.store_ok = commit != NULL;

  if (commit == NULL)
    {
      g_autoptr(GPtrArray) later = g_steal_pointer (&self->pending);
      g_autoptr(GPtrArray) later_touched = g_steal_pointer (&self->touched);

      g_warning ("The store refused %u changes: %s", pendings->len + later->len, error->message);
      hub->metrics.commit_errors++;
      g_clear_pointer (&self->batch, ouioed_batch_free);
      ouioed_ingest_begin_batch (self);
      ingest_fail (self, pendings, touched, error);
      ingest_fail (self, later, later_touched, error);
    }
  else
    {
      hub->metrics.store_bytes = commit->size_bytes;
      ingest_succeed (self, pendings, touched, commit);
      ouioed_reaper_check_size (hub);
    }

  ouioed_ingest_finish_drain (self);
}

/* ---- handing over ---- */

/* A trim removes about a tenth at once: one by one would cost an index walk per event. */
static guint64
ingest_get_slack (guint max_length)
{
  return CLAMP (max_length / 10, 1, 1000);
}

void
ouioed_ingest_flush (OuioedIngest *self)
{
  for (guint i = 0; i < self->touched->len; i++)
    {
      OuioedChannel *channel = self->touched->pdata[i];
      OuioedSessionRecord *record = g_steal_pointer (&channel->working);

      if (record == NULL)
        continue;   /* forgotten in the same turn */

      ouioed_batch_put_session (self->batch, record);
      for (guint j = 0; j < 2; j++)
        if (record->appended[j] - record->trimmed[j] > record->config.max_stream_length
                                                       + ingest_get_slack (record->config.max_stream_length))
          ouioed_batch_trim (self->batch, channel->id, j, record->config.max_stream_length);
      channel->in_flight = record;
    }

  self->in_flight = g_steal_pointer (&self->pending);
  self->in_flight_touched = g_steal_pointer (&self->touched);
  self->in_flight_bytes = self->pending_bytes;
  self->in_flight_since = g_get_monotonic_time ();
  ouioed_store_commit_async (self->hub->store, g_steal_pointer (&self->batch), ingest_committed_cb, g_object_ref (self->hub));
  ouioed_ingest_begin_batch (self);
}
