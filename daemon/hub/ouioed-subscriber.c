/* ouioed-subscriber.c - the cursor: take what follows, be woken when there is more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-draft-private.h"

/* A page read from the store. Small: every stalled reader may hold one for a moment. */
#define PAGE_EVENTS 128
#define PAGE_BYTES  (64 << 10)
#define RETRY_MS    1000

struct _OuioedSubscriber
{
  OuioedHub        *hub;
  OuioedChannel    *channel;         /* NULL: of all sessions */
  OuioeStreams      streams;
  OuioedWakeFunc    wake;
  OuioedFilterFunc  filter;
  gpointer          user_data;
  gpointer          filter_data;

  OuioeEventId      position;        /* of the last event taken, or passed because it is not wanted */
  OuioeEventId      replay_until;    /* what was committed when the subscriber was made */
  guint64           ring_position;   /* in the ring, when ring_valid: position of the first entry behind @position */
  gboolean          ring_valid;
  OuioedDraftCursor *drafts;         /* NULL: what grows is not wanted */
  gboolean          asleep;          /* peek() gave nothing: a wake is due when there is something */

  GPtrArray        *page;            /* of OuioedEntry: read from the store, behind the position; NULL while none */
  guint             page_taken;      /* of these */
  gboolean          page_is_last;    /* with it everything up to page_until is covered */
  OuioeEventId      page_until;      /* what had left the memory when the page was asked for */
  OuioeEventId      page_end;        /* its last event, wanted or not */
  guint64           page_ordinals[2]; /* events of each stream in it */
  GCancellable     *reading;         /* of the page under way, NULL while none */
  GSource          *retry;           /* waits before the store is asked again */

  guint64           seen[2];         /* number on each stream of the last event passed; meaningful when knows_seen */
  gboolean          knows_seen[2];
  gboolean          from_start;      /* what is not retained is not missed: cleared with the first event or page */
  gboolean          has_gap;
  OuioedGap         gap;
  gboolean          removed;         /* the session was forgotten and nobody has been told */
  gboolean          has_begun;       /* where the store is shared: what there was to resume behind is known */
  OuioeEventId      after;           /* until then: where it resumes */
};

static const OuioedRing *
subscriber_get_ring (OuioedSubscriber *self)
{
  return self->channel != NULL ? &self->channel->recent : &self->hub->log;
}

static OuioeEventId
subscriber_get_evicted_to (OuioedSubscriber *self)
{
  return self->channel != NULL ? self->channel->evicted_to : self->hub->log_evicted_to;
}

static gboolean
subscriber_wants (OuioedSubscriber *self, OuioedEntry *entry)
{
  OuioeEvent *event = entry->event;
  OuioedChannel *channel;

  if ((ouioe_event_kind_get_streams (event->kind) & self->streams) == 0)
    return FALSE;
  if (self->channel != NULL)
    return TRUE;
  if (g_str_has_prefix (event->session_id, OUIOED_INTERNAL_PREFIX))
    return FALSE;
  if (self->filter == NULL)
    return TRUE;

  channel = ouioed_hub_find (self->hub, event->session_id);
  return self->filter (event->session_id, channel != NULL ? channel->committed : NULL, self->filter_data);
}

/* Of the ring. Where the store is shared a page may have run ahead of what was told since: up to @position. */
static gboolean
subscriber_takes (OuioedSubscriber *self, OuioedEntry *entry, OuioeEventId position)
{
  if (self->hub->shared != NULL && !entry->is_late && ouioe_event_id_compare (entry->event->id, position) <= 0)
    return FALSE;
  return subscriber_wants (self, entry);
}

/* ---- waking ---- */

void
ouioed_subscriber_notify (OuioedSubscriber *self)
{
  if (!self->asleep)
    return;

  self->asleep = FALSE;
  self->wake (self, self->user_data);
}

void
ouioed_subscriber_notify_drafts (OuioedSubscriber *self)
{
  if (self->drafts != NULL)
    ouioed_subscriber_notify (self);
}

void
ouioed_subscriber_notify_removed (OuioedSubscriber *self)
{
  self->removed = TRUE;
  ouioed_subscriber_release (self);
  self->position = self->hub->published_id;
  self->ring_valid = FALSE;
  ouioed_subscriber_notify (self);
}

/* ---- gaps ---- */

/* Notes that events behind the position, up to @until of stream @index, are no longer kept. @trimmed: of that stream,
 * ever. */
static void
subscriber_note_gap (OuioedSubscriber *self, guint index, OuioeEventId until, gboolean knows_trimmed, guint64 trimmed)
{
  OuioedGap *gap = &self->gap;
  gboolean known = knows_trimmed && self->knows_seen[index] && trimmed >= self->seen[index];

  if (!self->has_gap)
    *gap = (OuioedGap) { .after = self->position, .until = until, .has_lost = TRUE };
  else if (ouioe_event_id_compare (until, gap->until) > 0)
    gap->until = until;

  gap->streams |= 1u << index;
  gap->has_lost = gap->has_lost && known;
  if (known)
    gap->lost += trimmed - self->seen[index];
  if (!self->has_gap)
    self->hub->metrics.gaps++;
  self->has_gap = TRUE;
}

gboolean
ouioed_subscriber_take_gap (OuioedSubscriber *self, OuioedGap *gap)
{
  if (!self->has_gap)
    return FALSE;

  *gap = self->gap;
  if (!gap->has_lost)
    gap->lost = 0;
  self->has_gap = FALSE;

  return TRUE;
}

gboolean
ouioed_subscriber_take_removed (OuioedSubscriber *self)
{
  gboolean removed = self->removed;

  self->removed = FALSE;
  return removed;
}

/* ---- pages from the store ---- */

/* Newest event of stream @index that is no longer kept, of the sessions this subscriber wants. */
static OuioeEventId
subscriber_get_trimmed_to (OuioedSubscriber *self, OuioedPage *page, guint index)
{
  OuioeEventId trimmed_to = OUIOE_EVENT_ID_ZERO;

  if (self->channel != NULL || ouioe_event_id_compare (page->trimmed_to[index], self->position) <= 0)
    return page->trimmed_to[index];

  for (GList *link = self->hub->by_creation.head; link != NULL; link = link->next)
    {
      OuioedChannel *channel = link->data;

      if (ouioe_event_id_compare (channel->committed->trimmed_to[index], trimmed_to) > 0
          && (self->filter == NULL || self->filter (channel->id, channel->committed, self->filter_data)))
        trimmed_to = channel->committed->trimmed_to[index];
    }

  return trimmed_to;
}

/* The trims that the page shows: what is behind the position and not there is lost, and what is there is numbered from
 * the oldest that is kept. */
static void
subscriber_apply_page (OuioedSubscriber *self, OuioedPage *page)
{
  const OuioedSessionRecord *record = self->channel != NULL ? self->channel->committed : NULL;

  for (guint i = 0; i < 2; i++)
    {
      OuioeEventId trimmed_to;

      if ((self->streams & (1 << i)) == 0)
        continue;

      trimmed_to = subscriber_get_trimmed_to (self, page, i);
      if (ouioe_event_id_compare (trimmed_to, self->position) <= 0)
        continue;

      if (!self->from_start)
        subscriber_note_gap (self, i, trimmed_to, record != NULL, record != NULL ? record->trimmed[i] : 0);
      self->seen[i] = record != NULL ? record->trimmed[i] : 0;
      self->knows_seen[i] = record != NULL;
    }

  for (guint i = 0; i < page->events->len; i++)
    {
      g_autoptr(OuioedEntry) entry = ouioed_entry_new (page->events->pdata[i]);
      OuioeStreams streams = ouioe_event_kind_get_streams (entry->event->kind);

      for (guint j = 0; j < 2; j++)
        if ((streams & self->streams & (1 << j)) != 0 && self->knows_seen[j])
          entry->ordinal[j] = self->seen[j] + 1 + self->page_ordinals[j]++;
      if (subscriber_wants (self, entry))
        g_ptr_array_add (self->page, g_steal_pointer (&entry));
    }
}

static gboolean
subscriber_retry_cb (gpointer user_data)
{
  OuioedSubscriber *self = user_data;

  g_clear_pointer (&self->retry, g_source_unref);
  ouioed_subscriber_notify (self);

  return G_SOURCE_REMOVE;
}

static void
subscriber_page_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);
  OuioedSubscriber *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* the subscriber is gone, or did not want it any more */

  g_clear_object (&self->reading);
  if (page == NULL)
    {
      g_warning ("Could not read events for a reader: %s", error->message);
      self->retry = g_timeout_source_new (RETRY_MS);
      g_source_set_callback (self->retry, subscriber_retry_cb, self, NULL);
      g_source_attach (self->retry, g_main_context_get_thread_default ());
      return;
    }

  self->page = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_entry_unref);
  self->page_taken = 0;
  self->page_ordinals[0] = self->page_ordinals[1] = 0;
  self->page_is_last = !page->has_more;
  self->page_end = page->events->len > 0 ? ((OuioeEvent *) page->events->pdata[page->events->len - 1])->id : self->position;
  subscriber_apply_page (self, page);
  self->from_start = FALSE;
  ouioed_subscriber_notify (self);
}

static void
subscriber_read_page (OuioedSubscriber *self)
{
  const char *sessions[2] = { self->channel != NULL ? self->channel->id : NULL, NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;

  query.sessions = self->channel != NULL ? sessions : NULL;
  query.after = self->position;
  query.streams = self->streams;
  query.limit = PAGE_EVENTS;
  query.max_bytes = PAGE_BYTES;

  self->page_until = subscriber_get_evicted_to (self);
  self->reading = g_cancellable_new ();
  ouioed_store_read_async (self->hub->store, &query, self->reading, subscriber_page_cb, self);
}

static void
subscriber_drop_page (OuioedSubscriber *self)
{
  g_clear_pointer (&self->page, g_ptr_array_unref);
}

/* All of the page was taken: the position moves behind all that it covered, wanted or not. */
static void
subscriber_finish_page (OuioedSubscriber *self)
{
  if (ouioe_event_id_compare (self->page_end, self->position) > 0)
    self->position = self->page_end;
  if (self->page_is_last && ouioe_event_id_compare (self->page_until, self->position) > 0)
    self->position = self->page_until;

  self->ring_valid = FALSE;
  subscriber_drop_page (self);
}

void
ouioed_subscriber_release (OuioedSubscriber *self)
{
  if (self->reading != NULL)
    {
      g_cancellable_cancel (self->reading);
      g_clear_object (&self->reading);
    }
  subscriber_drop_page (self);
}

/* ---- taking ---- */

static void
subscriber_pass (OuioedSubscriber *self, OuioedEntry *entry)
{
  if (ouioe_event_id_compare (entry->event->id, self->position) > 0)
    self->position = entry->event->id;
  for (guint i = 0; i < 2; i++)
    if (entry->ordinal[i] != 0)
      {
        self->seen[i] = entry->ordinal[i];
        self->knows_seen[i] = TRUE;
      }
}

static guint
subscriber_peek_ring (OuioedSubscriber *self, OuioedEntry **entries, guint max)
{
  const OuioedRing *ring = subscriber_get_ring (self);
  guint n = 0;

  if (!self->ring_valid || self->ring_position < ring->first)
    {
      self->ring_position = ouioed_ring_find_after (ring, self->position);
      self->ring_valid = TRUE;
    }

  /* What is not wanted and stands in front is passed for good, so that it is looked at once. */
  while (self->ring_position < ring->end
         && !subscriber_takes (self, ouioed_ring_get (ring, self->ring_position), self->position))
    {
      subscriber_pass (self, ouioed_ring_get (ring, self->ring_position));
      self->ring_position++;
    }

  for (guint64 position = self->ring_position; position < ring->end && n < max; position++)
    {
      OuioedEntry *entry = ouioed_ring_get (ring, position);

      if (subscriber_takes (self, entry, self->position))
        entries[n++] = entry;
    }

  return n;
}

/* Memory may still hold what was trimmed. Who has been reading, or resumes, is spared a gap by it; but a replay from the
 * start shows what is retained, no more. */
static gboolean
subscriber_needs_store (OuioedSubscriber *self)
{
  if (ouioe_event_id_compare (self->position, subscriber_get_evicted_to (self)) < 0)
    return TRUE;
  if (!self->from_start || self->channel == NULL || self->channel->committed == NULL)
    return FALSE;

  for (guint i = 0; i < 2; i++)
    if ((self->streams & (1 << i)) != 0
        && ouioe_event_id_compare (self->position, self->channel->committed->trimmed_to[i]) < 0)
      return TRUE;

  return FALSE;
}

guint
ouioed_subscriber_peek (OuioedSubscriber *self, OuioedEntry **entries, guint max)
{
  if (!ouioed_hub_is_live (self->hub, self->channel))
    {
      self->asleep = TRUE;
      return 0;
    }

  for (;;)
    {
      guint n;

      if (self->page != NULL && self->page_taken < self->page->len)
        {
          n = MIN (self->page->len - self->page_taken, max);
          memcpy (entries, self->page->pdata + self->page_taken, n * sizeof *entries);
          return n;
        }
      if (self->page != NULL)
        subscriber_finish_page (self);

      if (!subscriber_needs_store (self))
        {
          self->from_start = FALSE;
          n = subscriber_peek_ring (self, entries, max);
          self->asleep = n == 0;
          return n;
        }

      self->asleep = TRUE;
      if (self->reading == NULL && self->retry == NULL)
        subscriber_read_page (self);
      return 0;
    }
}

void
ouioed_subscriber_advance (OuioedSubscriber *self, guint n)
{
  const OuioeEventId peeked_at = self->position;   /* what was shown depended on it */

  if (self->page != NULL)
    {
      for (; n > 0; n--)
        subscriber_pass (self, self->page->pdata[self->page_taken++]);
      return;
    }

  while (n > 0)
    {
      OuioedEntry *entry = ouioed_ring_get (subscriber_get_ring (self), self->ring_position);

      if (subscriber_takes (self, entry, peeked_at))
        n--;
      subscriber_pass (self, entry);
      self->ring_position++;
    }
}

/* ---- what grows ---- */

void
ouioed_subscriber_set_drafts (OuioedSubscriber *self)
{
  if (self->drafts == NULL)
    self->drafts = ouioed_draft_cursor_new (self->hub, self->channel, self->streams);
}

guint
ouioed_subscriber_peek_drafts (OuioedSubscriber *self, OuioedDraftPiece *pieces, guint max)
{
  gboolean has_all_events = self->asleep && self->page == NULL && self->reading == NULL && self->retry == NULL;

  if (self->drafts == NULL || !has_all_events)
    return 0;

  return ouioed_draft_cursor_peek (self->drafts, self->filter, self->filter_data, pieces, max);
}

void
ouioed_subscriber_advance_drafts (OuioedSubscriber *self, guint n)
{
  ouioed_draft_cursor_advance (self->drafts, n);
}

/* ---- life ---- */

/* The numbers of the events at the position, when they are known without asking the store. */
static void
subscriber_find_seen (OuioedSubscriber *self)
{
  const OuioedSessionRecord *record = self->channel != NULL ? self->channel->committed : NULL;

  if (record == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    {
      self->knows_seen[i] = TRUE;
      if (ouioe_event_id_compare (self->position, record->last_id) >= 0)
        self->seen[i] = record->appended[i];
      else if (ouioe_event_id_is_zero (self->position))
        self->seen[i] = 0;
      else
        self->knows_seen[i] = FALSE;
    }
}

/* Where the store is shared: behind which event everything is new. */
static OuioeEventId
subscriber_get_now (OuioedSubscriber *self)
{
  OuioeEventId from = self->channel != NULL ? self->channel->watched_from : self->hub->watched_from;

  if (!ouioe_event_id_is_zero (from))
    return from;
  return self->channel != NULL ? ouioed_channel_get_newest_id (self->channel) : self->hub->published_id;
}

static void
subscriber_resume (OuioedSubscriber *self, OuioeEventId after)
{
  OuioedHub *hub = self->hub;
  OuioeEventId last_id = self->channel == NULL ? hub->published_id
                         : hub->shared != NULL ? ouioed_channel_get_newest_id (self->channel)
                         : self->channel->committed != NULL ? self->channel->committed->last_id : OUIOE_EVENT_ID_ZERO;

  self->position = after;
  if (ouioe_event_id_compare (after, OUIOE_EVENT_ID_MAX) == 0)
    {
      self->position = hub->shared != NULL ? subscriber_get_now (self) : hub->published_id;
      return;
    }
  if (ouioe_event_id_is_zero (after))
    return;

  /* Of a store that is gone, or of a session that was forgotten: what followed is lost, and nobody knows how much. */
  if (ouioe_event_id_compare (after, hub->horizon) < 0 || ouioe_event_id_is_zero (last_id))
    {
      OuioeEventId until = ouioe_event_id_compare (after, hub->horizon) < 0 ? hub->horizon : hub->published_id;

      for (guint i = 0; i < 2; i++)
        if ((self->streams & (1 << i)) != 0)
          subscriber_note_gap (self, i, ouioe_event_id_compare (until, after) > 0 ? until : after, FALSE, 0);
    }
  /* From the future: the clock of an earlier life ran ahead. Nothing that comes may be mistaken for seen. */
  if (ouioe_event_id_compare (after, hub->published_id) > 0)
    self->position = hub->published_id;
}

static void
subscriber_begin (OuioedSubscriber *self)
{
  self->has_begun = TRUE;
  self->replay_until = self->hub->published_id;
  if (!self->from_start)
    subscriber_resume (self, self->after);
  subscriber_find_seen (self);
}

OuioedSubscriber *
ouioed_subscriber_new (OuioedHub *hub, const char *session_id, OuioeStreams streams, gboolean from_start, OuioeEventId after,
                       OuioedWakeFunc wake, gpointer user_data)
{
  OuioedSubscriber *self = g_new0 (OuioedSubscriber, 1);

  self->hub = hub;
  self->streams = streams;
  self->wake = wake;
  self->user_data = user_data;
  self->from_start = from_start;
  if (session_id != NULL)
    {
      self->channel = g_object_ref (ouioed_hub_ensure (hub, session_id));
      if (self->channel->subscribers == NULL)
        self->channel->subscribers = g_ptr_array_new ();
      g_ptr_array_add (self->channel->subscribers, self);
    }
  else
    g_ptr_array_add (hub->subscribers, self);

  hub->metrics.n_subscribers++;
  self->after = after;
  if (hub->shared == NULL)
    subscriber_begin (self);
  else if (self->channel == NULL || self->channel->subscribers->len == 1)
    ouioed_hub_watch (hub, self->channel);
  else if (self->channel->is_live)
    subscriber_begin (self);

  return self;
}

void
ouioed_subscriber_notify_live (OuioedSubscriber *self)
{
  if (!self->has_begun)
    subscriber_begin (self);
  self->ring_valid = FALSE;
  ouioed_subscriber_notify (self);
}

void
ouioed_subscriber_set_filter (OuioedSubscriber *self, OuioedFilterFunc filter, gpointer user_data)
{
  self->filter = filter;
  self->filter_data = user_data;
}

void
ouioed_subscriber_free (OuioedSubscriber *self)
{
  ouioed_subscriber_release (self);
  if (self->retry != NULL)
    {
      g_source_destroy (self->retry);
      g_clear_pointer (&self->retry, g_source_unref);
    }

  g_clear_pointer (&self->drafts, ouioed_draft_cursor_free);
  self->hub->metrics.n_subscribers--;
  if (self->channel != NULL)
    {
      g_ptr_array_remove_fast (self->channel->subscribers, self);
      if (self->channel->subscribers->len == 0)
        {
          g_clear_pointer (&self->channel->subscribers, g_ptr_array_unref);
          ouioed_hub_unwatch (self->hub, self->channel);
        }
      ouioed_hub_drop_if_unused (self->hub, self->channel);
      g_object_unref (self->channel);
    }
  else
    {
      g_ptr_array_remove_fast (self->hub->subscribers, self);
      ouioed_hub_unwatch (self->hub, NULL);
    }

  g_free (self);
}

OuioeEventId
ouioed_subscriber_get_position (OuioedSubscriber *self)
{
  return self->position;
}

gboolean
ouioed_subscriber_is_live (OuioedSubscriber *self)
{
  OuioeEventId until = self->replay_until;

  if (self->hub->shared != NULL && !self->has_begun)
    return FALSE;
  if (self->channel != NULL && self->hub->shared != NULL && self->channel->committed == NULL)
    until = self->channel->evicted_to;
  else if (self->channel != NULL)
    {
      OuioeEventId last_id = self->channel->committed != NULL ? self->channel->committed->last_id : OUIOE_EVENT_ID_ZERO;

      if (ouioe_event_id_compare (last_id, until) < 0)
        until = last_id;
    }
  if (ouioe_event_id_compare (self->position, until) >= 0)
    return TRUE;

  /* What remains may be of a stream that is not wanted: then the cursor sleeps in front of it. */
  return self->asleep && self->page == NULL && self->reading == NULL && self->retry == NULL
         && ouioe_event_id_compare (self->position, subscriber_get_evicted_to (self)) >= 0;
}

OuioedChannel *
ouioed_subscriber_get_channel (OuioedSubscriber *self)
{
  return self->channel;
}
