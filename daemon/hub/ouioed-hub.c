/* ouioed-hub.c - sessions by id, the one way in, and who follows what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-hub-private.h"

enum { SIGNAL_SESSION_ADDED, SIGNAL_SESSION_CHANGED, SIGNAL_SESSION_REMOVED, SIGNAL_PUBLISHED,
       SIGNAL_GENERATION_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OuioedHub, ouioed_hub, G_TYPE_OBJECT)

/* ---- time and ids ---- */

static gint64
wall_clock (gpointer user_data)
{
  return g_get_real_time ();
}

gint64
ouioed_hub_get_now_us (OuioedHub *self)
{
  return self->clock (self->clock_data);
}

/* Ids share one order over all sessions, so that a reader of many can resume behind one id. The number within a
 * millisecond has 20 bits (a store may pack both in 63): a million events later the id runs a millisecond ahead. */
#define MAX_SEQ ((1u << 20) - 1)

OuioeEventId
ouioed_hub_next_id (OuioedHub *self)
{
  guint64 now_ms = (guint64) MAX (ouioed_hub_get_now_us (self), 0) / 1000;

  if (now_ms > self->last_id.ms)
    self->last_id = (OuioeEventId) { now_ms, 0 };
  else if (self->last_id.seq < MAX_SEQ)
    self->last_id.seq++;
  else
    self->last_id = (OuioeEventId) { self->last_id.ms + 1, 0 };

  return self->last_id;
}

/* ---- sessions by id ---- */

OuioedChannel *
ouioed_hub_lookup (OuioedHub *self, const char *session_id)
{
  return g_hash_table_lookup (self->channels, session_id);
}

OuioedChannel *
ouioed_hub_find (OuioedHub *self, const char *session_id)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);

  return channel != NULL && channel->committed != NULL ? channel : NULL;
}

OuioedChannel *
ouioed_hub_ensure (OuioedHub *self, const char *session_id)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);

  if (channel == NULL)
    {
      channel = ouioed_channel_new (session_id);
      g_hash_table_insert (self->channels, channel->id, channel);
    }

  return channel;
}

void
ouioed_hub_drop_if_unused (OuioedHub *self, OuioedChannel *channel)
{
  if (channel->committed != NULL || channel->in_flight != NULL || channel->working != NULL
      || ouioed_channel_get_n_subscribers (channel) > 0 || ouioed_hub_lookup (self, channel->id) != channel)
    return;

  ouioed_drafts_clear (self, channel);
  g_hash_table_remove (self->channels, channel->id);
}

static void
hub_count (OuioedHub *self, OuioedChannel *channel, OuioedSessionRecord *record, int change)
{
  if (record != NULL && !channel->internal)
    self->n_in_state[record->state] += (guint) change;
}

void
ouioed_hub_set_committed (OuioedHub *self, OuioedChannel *channel, OuioedSessionRecord *record)
{
  g_autoptr(OuioedSessionRecord) before = g_steal_pointer (&channel->committed);
  gboolean opened = record != NULL
                    && (before == NULL || before->created_us != record->created_us
                        || (record->state == OUIOE_SESSION_OPEN && before->state != OUIOE_SESSION_OPEN));

  g_object_ref (channel);   /* forgetting it may drop the last reference */
  hub_count (self, channel, before, -1);
  hub_count (self, channel, record, 1);
  channel->committed = record;
  if (opened || record == NULL)
    channel->last_progress_us = 0;

  if (!channel->internal)
    {
      /* Created again counts as newest. */
      if (before != NULL && (opened || record == NULL))
        g_queue_unlink (&self->by_creation, &channel->created_link);
      if (opened)
        g_queue_push_tail_link (&self->by_creation, &channel->created_link);
    }

  if (record == NULL)
    {
      ouioed_channel_clear_recent (channel);
      ouioed_drafts_clear (self, channel);
      for (guint i = 0; channel->subscribers != NULL && i < channel->subscribers->len; i++)
        ouioed_subscriber_notify_removed (channel->subscribers->pdata[i]);
      if (before != NULL && !channel->internal)
        g_signal_emit (self, signals[SIGNAL_SESSION_REMOVED], 0, channel);
      ouioed_hub_drop_if_unused (self, channel);
    }
  else if (opened && !channel->internal)
    {
      self->metrics.created++;
      g_signal_emit (self, signals[SIGNAL_SESSION_ADDED], 0, channel);
    }
  if (opened && channel->drafts != NULL)
    ouioed_drafts_changed (self, channel);   /* what had to wait for the start */
  g_object_unref (channel);
}

guint
ouioed_hub_get_n (OuioedHub *self, OuioeSessionState state)
{
  return self->n_in_state[state];
}

GPtrArray *
ouioed_hub_list (OuioedHub *self, const char *user_id, OuioeSessionState state, const char *before_id, guint limit,
                 gboolean *has_more)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  OuioedChannel *before = before_id != NULL ? ouioed_hub_find (self, before_id) : NULL;
  GList *link = before != NULL && !before->internal ? before->created_link.prev : self->by_creation.tail;

  *has_more = FALSE;
  for (; link != NULL; link = link->prev)
    {
      OuioedChannel *channel = link->data;

      if (user_id != NULL && g_strcmp0 (channel->committed->user_id, user_id) != 0)
        continue;
      if (state != 0 && channel->committed->state != state)
        continue;
      if (found->len == limit)
        {
          *has_more = TRUE;
          break;
        }
      g_ptr_array_add (found, g_object_ref (channel));
    }

  return found;
}

/* ---- publishing ---- */

static void
hub_pop_log (OuioedHub *self)
{
  g_autoptr(OuioedEntry) entry = ouioed_ring_pop (&self->log);
  OuioedChannel *channel = ouioed_hub_lookup (self, entry->event->session_id);

  self->log_bytes -= entry->bytes;
  entry->account = NULL;
  self->log_evicted_to = entry->event->id;
  if (channel != NULL)
    ouioed_channel_evict (channel, entry);
}

static void
hub_evict (OuioedHub *self)
{
  while (self->log_bytes > self->limits.max_recent_bytes && ouioed_ring_get_n (&self->log) > 0)
    hub_pop_log (self);
}

void
ouioed_hub_evict_until (OuioedHub *self, OuioeEventId until)
{
  while (ouioed_ring_get_n (&self->log) > 0
         && ouioe_event_id_compare (ouioed_ring_get (&self->log, self->log.first)->event->id, until) <= 0)
    hub_pop_log (self);
  if (ouioe_event_id_compare (until, self->log_evicted_to) > 0)
    self->log_evicted_to = until;
}

void
ouioed_hub_publish (OuioedHub *self, OuioedChannel *channel, OuioedEntry *entry)
{
  OuioeEvent *event = entry->event;

  /* Views are made after this, so the log may run over by what one turn of the loop adds; the next event evens it out. */
  entry->account = &self->log_bytes;
  self->log_bytes += entry->bytes;
  ouioed_ring_push (&self->log, entry);
  ouioed_channel_add_recent (channel, entry);
  self->published_id = event->id;
  hub_evict (self);

  if (channel->internal)
    return;
  self->metrics.events[event->kind]++;
  self->metrics.event_bytes[event->kind] += g_bytes_get_size (event->json);
  g_signal_emit (self, signals[SIGNAL_PUBLISHED], 0, channel, entry);
}

/* ---- what a producer may do ---- */

void
ouioed_hub_create_async (OuioedHub *self, OuioeCreateRequest *request, const OuioedKey *key, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data); /* no cancellable: a commit stands */
  g_autoptr(OuioeCreateRequest) owned = request;

  ouioed_ingest_create (self->ingest, owned, key, task);
}

static gboolean
hub_finish_receipt (GAsyncResult *result, OuioedReceipt *receipt, GError **error)
{
  g_autofree OuioedReceipt *got = g_task_propagate_pointer (G_TASK (result), error);

  if (got == NULL)
    return FALSE;
  if (receipt != NULL)
    *receipt = *got;

  return TRUE;
}

gboolean
ouioed_hub_create_finish (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error)
{
  return hub_finish_receipt (result, receipt, error);
}

void
ouioed_hub_append_async (OuioedHub *self, const char *session_id, OuioeThinkingStep *step, OuioeProgressUpdate *update,
                         const OuioedKey *key, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_ingest_append (self->ingest, session_id, step, update, key, task);
}

gboolean
ouioed_hub_append_finish (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error)
{
  return hub_finish_receipt (result, receipt, error);
}

void
ouioed_hub_close_async (OuioedHub *self, const char *session_id, const char *outcome, const OuioedKey *key,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_ingest_close (self->ingest, session_id, outcome, key, task);
}

gboolean
ouioed_hub_close_finish (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error)
{
  return hub_finish_receipt (result, receipt, error);
}

void
ouioed_hub_forget_async (OuioedHub *self, const char *session_id, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_ingest_forget (self->ingest, session_id, task);
}

gboolean
ouioed_hub_forget_finish (OuioedHub *self, GAsyncResult *result, GError **error)
{
  return hub_finish_receipt (result, NULL, error);
}

void
ouioed_hub_drain_async (OuioedHub *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_ingest_drain (self->ingest, task);
}

gboolean
ouioed_hub_drain_finish (OuioedHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- control ---- */

void
ouioed_hub_set_control (OuioedHub *self, OuioedControlFunc func, gpointer user_data)
{
  self->control = func;
  self->control_data = user_data;
}

void
ouioed_hub_control_async (OuioedHub *self, const char *session_id, OuioedControl what, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  if (ouioed_hub_find (self, session_id) == NULL)
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
  else if (self->control == NULL)
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE,
                             "No call of a model is under way in this session.");
  else
    self->control (session_id, what, g_steal_pointer (&task), self->control_data);
}

gboolean
ouioed_hub_control_finish (OuioedHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
ouioed_hub_set_user_request (OuioedHub *self, const char *session_id, const char *text)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);

  if (channel != NULL && ouioed_channel_get_newest (channel) != NULL)
    ouioed_ingest_set_user_request (self->ingest, channel, text);
}

/* ---- life ---- */

static void
ouioed_hub_finalize (GObject *object)
{
  OuioedHub *self = OUIOED_HUB (object);
  GHashTableIter iter;
  gpointer channel;

  ouioed_hub_unshare (self);
  ouioed_reaper_stop (self);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    ouioed_drafts_clear (self, channel);
  ouioed_drafts_stop (self);
  g_clear_pointer (&self->ingest, ouioed_ingest_free);
  g_clear_pointer (&self->keys, ouioed_keys_free);
  while (ouioed_ring_get_n (&self->log) > 0)
    {
      g_autoptr(OuioedEntry) entry = ouioed_ring_pop (&self->log);

      entry->account = NULL;
    }
  ouioed_ring_clear (&self->log);
  g_clear_pointer (&self->channels, g_hash_table_unref);
  g_clear_pointer (&self->subscribers, g_ptr_array_unref);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (ouioed_hub_parent_class)->finalize (object);
}

static void
ouioed_hub_class_init (OuioedHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_hub_finalize;

  signals[SIGNAL_SESSION_ADDED] = g_signal_new ("session-added", OUIOED_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 1, OUIOED_TYPE_CHANNEL);
  signals[SIGNAL_SESSION_CHANGED] = g_signal_new ("session-changed", OUIOED_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                  NULL, G_TYPE_NONE, 1, OUIOED_TYPE_CHANNEL);
  signals[SIGNAL_SESSION_REMOVED] = g_signal_new ("session-removed", OUIOED_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                  NULL, G_TYPE_NONE, 1, OUIOED_TYPE_CHANNEL);
  signals[SIGNAL_PUBLISHED] = g_signal_new ("published", OUIOED_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 2, OUIOED_TYPE_CHANNEL, G_TYPE_POINTER);
  signals[SIGNAL_GENERATION_CHANGED] = g_signal_new ("generation-changed", OUIOED_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                     NULL, G_TYPE_NONE, 1, OUIOED_TYPE_CHANNEL);
}

static void
ouioed_hub_init (OuioedHub *self)
{
  self->clock = wall_clock;
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  g_queue_init (&self->by_creation);
  g_queue_init (&self->drafts);
  g_queue_init (&self->drafts_waiting);
  self->subscribers = g_ptr_array_new ();
  self->metrics.store_ok = TRUE;
}

static int
compare_by_creation (gconstpointer a, gconstpointer b)
{
  const OuioedSessionRecord *x = *(OuioedSessionRecord *const *) a;
  const OuioedSessionRecord *y = *(OuioedSessionRecord *const *) b;

  return x->created_us < y->created_us ? -1 : x->created_us > y->created_us;
}

/* What was under way when the daemon of before ended is not any more, and nobody knows when it ended. */
static OuioedSessionRecord *
hub_settle (OuioedSessionRecord *record)
{
  const OuioeGeneration *before = record->generation;
  OuioedSessionRecord *settled;
  OuioeGeneration *generation;
  guint n;

  if (before == NULL || (before->phase == OUIOE_PHASE_NONE && before->n_under_way == 0))
    return ouioed_session_record_ref (record);

  generation = ouioe_generation_copy (before);
  generation->phase = OUIOE_PHASE_NONE;
  generation->phase_since_us = 0;
  generation->stalled_since_us = 0;
  generation->n_under_way = 0;
  generation->can_stop = generation->can_answer_now = FALSE;
  generation->estimate_low_us = generation->estimate_high_us = -1;
  generation->estimate_runs = 0;
  n = generation->spans->len;
  if (n > 0 && g_array_index (generation->spans, OuioePhaseSpan, n - 1).end_us == 0)
    g_array_set_size (generation->spans, n - 1);

  settled = ouioed_session_record_copy (record);
  ouioe_generation_unref (settled->generation);
  settled->generation = generation;
  return settled;
}

static void
hub_load (OuioedHub *self, OuioedContents *contents)
{
  g_ptr_array_sort (contents->sessions, compare_by_creation);
  for (guint i = 0; i < contents->sessions->len; i++)
    {
      OuioedSessionRecord *record = contents->sessions->pdata[i];
      OuioedChannel *channel = ouioed_hub_ensure (self, record->id);

      channel->committed = self->shared != NULL ? ouioed_session_record_ref (record) : hub_settle (record);
      channel->evicted_to = record->last_id;
      hub_count (self, channel, record, 1);
      if (!channel->internal)
        g_queue_push_tail_link (&self->by_creation, &channel->created_link);
    }
  for (guint i = 0; i < contents->keys->len; i++)
    ouioed_keys_add (self->keys, contents->keys->pdata[i], TRUE);

  self->last_id = contents->last_id;
  self->published_id = contents->last_id;
  self->log_evicted_to = contents->last_id;
  self->metrics.store_bytes = contents->size_bytes;
}

OuioedHub *
ouioed_hub_new (OuioedStore *store, OuioedContents *contents, const OuioedHubLimits *limits)
{
  OuioedHub *self = g_object_new (OUIOED_TYPE_HUB, NULL);

  self->store = g_object_ref (store);
  self->limits = *limits;
  self->keys = ouioed_keys_new (limits->max_keys);
  self->ingest = ouioed_ingest_new (self);
  ouioed_drafts_start (self);

  /* An id from before an empty store was begun belongs to a store that is gone. */
  if (ouioe_event_id_is_zero (contents->last_id))
    self->horizon = (OuioeEventId) { (guint64) ouioed_hub_get_now_us (self) / 1000, 0 };
  if (OUIOED_IS_SHARED (store))
    self->shared = OUIOED_SHARED (store);
  hub_load (self, contents);
  ouioed_contents_free (contents);
  ouioed_reaper_start (self);
  if (self->shared != NULL)
    ouioed_hub_share (self);

  return self;
}

void
ouioed_hub_set_limits (OuioedHub *self, const OuioedHubLimits *limits)
{
  self->limits = *limits;
  ouioed_keys_set_max (self->keys, limits->max_keys);
  hub_evict (self);
}

const OuioedHubLimits *
ouioed_hub_get_limits (OuioedHub *self)
{
  return &self->limits;
}

void
ouioed_hub_set_clock (OuioedHub *self, OuioedClock clock, gpointer user_data)
{
  self->clock = clock;
  self->clock_data = user_data;
}

OuioedStore *
ouioed_hub_get_store (OuioedHub *self)
{
  return self->store;
}

void
ouioed_hub_get_metrics (OuioedHub *self, OuioedHubMetrics *metrics)
{
  *metrics = self->metrics;
  metrics->recent_bytes = self->log_bytes;
  metrics->pending_bytes = ouioed_ingest_get_pending_bytes (self->ingest);
}
