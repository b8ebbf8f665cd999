/* ouioed-feed.c - what stands behind one reader: it takes from its cursors when the socket can take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-feed.h"
#include "ouioed-pieces.h"

static gboolean
feed_is_sse (OuioedFeed *self)
{
  return self->kind == OUIOED_LIVE_SSE_SESSION || self->kind == OUIOED_LIVE_SSE_MANY;
}

gint64
ouioed_feed_now_us (OuioedFeed *self)
{
  return ouioed_hub_get_now_us (self->live->hub);
}

void
ouioed_feed_wake (OuioedFeed *self)
{
  if (self->reader != NULL)
    ouioed_reader_wake (self->reader);
}

void
ouioed_feed_send (OuioedFeed *self, GBytes *bytes)
{
  g_queue_push_tail (&self->outbox, bytes);
  ouioed_feed_wake (self);
}

void
ouioed_feed_unpause (OuioedFeed *self)
{
  if (!self->paused || self->wants_history || self->n_appends >= OUIOED_FEED_MAX_APPENDS
      || g_queue_get_length (&self->outbox) >= OUIOED_FEED_MAX_OUTBOX)
    return;

  self->paused = FALSE;
  if (self->reader != NULL)
    ouioed_reader_resume (self->reader);
}

/* ---- cursors ---- */

void
ouioed_feed_cursor_ready (OuioedFeedCursor *cursor)
{
  if (cursor->is_ready)
    return;

  cursor->is_ready = TRUE;
  g_queue_push_tail_link (&cursor->feed->ready, &cursor->ready_link);
}

static void
cursor_wake_cb (OuioedSubscriber *subscriber, gpointer user_data)
{
  OuioedFeedCursor *cursor = user_data;

  ouioed_feed_cursor_ready (cursor);
  ouioed_feed_wake (cursor->feed);
}

static void
cursor_rest (OuioedFeedCursor *cursor)
{
  if (!cursor->is_ready)
    return;

  cursor->is_ready = FALSE;
  g_queue_unlink (&cursor->feed->ready, &cursor->ready_link);
}

OuioedFeedCursor *
ouioed_feed_cursor_new (OuioedFeed *feed, const char *session_id, OuioeStreams streams, gboolean from_start,
                        OuioeEventId after, gboolean deltas)
{
  OuioedFeedCursor *cursor = g_new0 (OuioedFeedCursor, 1);

  cursor->feed = feed;
  cursor->session_id = g_strdup (session_id);
  cursor->ready_link.data = cursor;
  cursor->subscriber = ouioed_subscriber_new (feed->live->hub, session_id, streams, from_start, after, cursor_wake_cb,
                                              cursor);
  if (deltas)
    ouioed_subscriber_set_drafts (cursor->subscriber);
  ouioed_feed_cursor_ready (cursor);

  return cursor;
}

void
ouioed_feed_cursor_free (OuioedFeedCursor *cursor)
{
  cursor_rest (cursor);
  if (cursor->feed->peeked == cursor)
    cursor->feed->peeked = NULL;
  ouioed_subscriber_free (cursor->subscriber);
  g_clear_pointer (&cursor->sessions, g_hash_table_unref);
  g_free (cursor->session_id);
  g_free (cursor->user_id);
  g_free (cursor);
}

/* What must be said before the next event. TRUE when something was. */
static gboolean
cursor_take_notices (OuioedFeedCursor *cursor)
{
  OuioedFeed *feed = cursor->feed;
  gboolean sse = feed_is_sse (feed);
  OuioedGap gap;

  if (ouioed_subscriber_take_gap (cursor->subscriber, &gap))
    {
      g_queue_push_tail (&feed->outbox, ouioed_frames_new_gap (sse, cursor->session_id, &gap));
      return TRUE;
    }
  if (ouioed_subscriber_take_removed (cursor->subscriber))
    {
      g_queue_push_tail (&feed->outbox, ouioed_frames_new_forgotten (sse, cursor->session_id, ouioed_feed_now_us (feed)));
      return TRUE;
    }

  return FALSE;
}

/* ---- what the engine asks ---- */

static guint
feed_peek_outbox (OuioedFeed *self, GBytes **frames, guint max)
{
  guint n = 0;

  for (GList *link = self->outbox.head; link != NULL && n < max; link = link->next)
    frames[n++] = link->data;
  self->peeked = NULL;

  return n;
}

/* Frames of the next entries. An entry that gives no bytes (it is damaged) is passed over. */
static guint
cursor_peek (OuioedFeedCursor *cursor, GBytes **frames, guint max)
{
  OuioedEntry *entries[OUIOED_READER_MAX_FRAMES];
  guint n;

  while ((n = ouioed_subscriber_peek (cursor->subscriber, entries, MIN (max, OUIOED_READER_MAX_FRAMES))) > 0)
    {
      guint n_frames = 0;

      for (; n_frames < n; n_frames++)
        {
          frames[n_frames] = ouioed_frames_get (entries[n_frames], cursor->feed->view);
          if (g_bytes_get_size (frames[n_frames]) == 0)
            break;
        }
      if (n_frames > 0)
        return n_frames;
      ouioed_subscriber_advance (cursor->subscriber, 1);
    }

  return 0;
}

/* Frames of what grows, when there is no event. */
static guint
cursor_peek_drafts (OuioedFeedCursor *cursor, GBytes **frames, guint max)
{
  OuioedDraftForm form = feed_is_sse (cursor->feed) ? OUIOED_DRAFT_SSE : OUIOED_DRAFT_WEBSOCKET;
  OuioedDraftPiece pieces[OUIOED_READER_MAX_FRAMES];
  guint n = ouioed_subscriber_peek_drafts (cursor->subscriber, pieces, MIN (max, OUIOED_READER_MAX_FRAMES));

  for (guint i = 0; i < n; i++)
    frames[i] = ouioed_pieces_get (&pieces[i], form);
  return n;
}

/* SSE with ?until=end: the response is over behind the end of the session. */
static void
feed_check_end (OuioedFeed *self)
{
  OuioedChannel *channel = ouioed_subscriber_get_channel (self->cursor->subscriber);
  const OuioedSessionRecord *record = ouioed_channel_get_record (channel);

  if (record != NULL && record->state != OUIOE_SESSION_OPEN
      && ouioe_event_id_compare (ouioed_subscriber_get_position (self->cursor->subscriber), record->last_id) >= 0)
    ouioed_reader_close (self->reader, 0, NULL, NULL);
}

static guint
feed_peek (OuioedReader *reader, GBytes **frames, guint max, gpointer user_data)
{
  OuioedFeed *self = user_data;
  OuioedFeedCursor *cursor;

  self->reader = reader;
  if (g_queue_get_length (&self->outbox) > 0)
    return feed_peek_outbox (self, frames, max);
  if (self->reads_history)
    return 0;

  while ((cursor = g_queue_peek_head (&self->ready)) != NULL)
    {
      guint n = cursor_peek (cursor, frames, max);

      if (cursor_take_notices (cursor))
        return feed_peek_outbox (self, frames, max);
      self->peeked_drafts = n == 0;
      if (n == 0)
        n = cursor_peek_drafts (cursor, frames, max);
      if (n > 0)
        {
          self->peeked = cursor;
          return n;
        }
      cursor_rest (cursor);
    }

  if (self->wants_history && ouioed_subscriber_is_live (self->cursor->subscriber))
    ouioed_feed_start_history (self);
  if (self->until_end)
    feed_check_end (self);

  return 0;
}

static void
feed_taken (OuioedReader *reader, guint n, gpointer user_data)
{
  OuioedFeed *self = user_data;
  OuioedFeedCursor *cursor = self->peeked;

  if (cursor == NULL)
    {
      for (; n > 0; n--)
        g_bytes_unref (g_queue_pop_head (&self->outbox));
      ouioed_feed_unpause (self);
      return;
    }

  if (self->peeked_drafts)
    ouioed_subscriber_advance_drafts (cursor->subscriber, n);
  else
    ouioed_subscriber_advance (cursor->subscriber, n);

  /* Sessions take turns. */
  if (self->ready.head != self->ready.tail && cursor->is_ready)
    {
      g_queue_unlink (&self->ready, &cursor->ready_link);
      g_queue_push_tail_link (&self->ready, &cursor->ready_link);
    }
  if (self->until_end)
    feed_check_end (self);
}

static gboolean
feed_message_cb (OuioedReader *reader, const char *text, gsize len, gpointer user_data)
{
  OuioedFeed *self = user_data;

  self->reader = reader;
  if (!ouioed_feed_message (self, text, len))
    self->paused = TRUE;
  else if (g_queue_get_length (&self->outbox) >= OUIOED_FEED_MAX_OUTBOX || self->n_appends >= OUIOED_FEED_MAX_APPENDS)
    self->paused = TRUE;

  return !self->paused;
}

static void
feed_silent (OuioedReader *reader, gpointer user_data)
{
  OuioedFeed *self = user_data;

  self->reader = reader;
  if (g_queue_get_length (&self->outbox) < OUIOED_FEED_MAX_OUTBOX)
    ouioed_feed_send (self, ouioed_frames_new_keepalive (feed_is_sse (self), ouioed_feed_now_us (self)));
}

static void
cursor_release (OuioedFeedCursor *cursor)
{
  ouioed_subscriber_release (cursor->subscriber);
  ouioed_feed_cursor_ready (cursor);   /* what it let go of is to be read again */
}

static void
feed_stalled (OuioedReader *reader, gpointer user_data)
{
  OuioedFeed *self = user_data;
  GHashTableIter iter;
  gpointer cursor;

  if (self->cursor != NULL)
    cursor_release (self->cursor);
  if (self->cursors == NULL)
    return;
  g_hash_table_iter_init (&iter, self->cursors);
  while (g_hash_table_iter_next (&iter, NULL, &cursor))
    cursor_release (cursor);
}

static void
feed_closed (OuioedReader *reader, OuioedReaderEnd end, gpointer user_data)
{
  OuioedFeed *self = user_data;
  OuioedLive *live = self->live;

  /* The cursors go now; a commit or a read that still runs keeps only the shell. */
  self->reader = NULL;
  self->gone = TRUE;
  if (self->grant != NULL)
    g_queue_unlink (&live->granted, &self->granted_link);
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->cursor, ouioed_feed_cursor_free);
  g_clear_pointer (&self->cursors, g_hash_table_unref);
  g_debug ("A reader has gone: %s", ouioed_reader_end_to_string (end));
  live->closed (live->user_data);
  ouioed_feed_unref (self);
}

const OuioedReaderFeed ouioed_feed_websocket = {
  .peek = feed_peek,
  .taken = feed_taken,
  .message = feed_message_cb,
  .silent = feed_silent,
  .stalled = feed_stalled,
  .closed = feed_closed,
};

const OuioedReaderFeed ouioed_feed_sse = {
  .peek = feed_peek,
  .taken = feed_taken,
  .silent = feed_silent,
  .stalled = feed_stalled,
  .closed = feed_closed,
};

/* ---- life ---- */

OuioedFeed *
ouioed_feed_ref (OuioedFeed *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_feed_unref (OuioedFeed *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->outbox, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->grant, ouioed_grant_unref);
  g_free (self);
}

static gboolean
cursor_wants_cb (const char *session_id, const OuioedSessionRecord *record, gpointer user_data)
{
  OuioedFeedCursor *cursor = user_data;

  if (!ouioed_grant_covers (cursor->feed->grant, session_id))
    return FALSE;
  if (cursor->sessions != NULL && !g_hash_table_contains (cursor->sessions, session_id))
    return FALSE;

  return cursor->user_id == NULL || (record != NULL && g_strcmp0 (record->user_id, cursor->user_id) == 0);
}

void
ouioed_feed_cursor_set_filter (OuioedFeedCursor *cursor, const char *user_id, const char *const *sessions)
{
  cursor->user_id = g_strdup (user_id);
  if (sessions != NULL)
    {
      cursor->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (; *sessions != NULL; sessions++)
        g_hash_table_add (cursor->sessions, g_strdup (*sessions));
    }
  if (cursor->user_id != NULL || cursor->sessions != NULL ||
      (cursor->feed->grant != NULL && cursor->feed->grant->session_prefix != NULL))
    ouioed_subscriber_set_filter (cursor->subscriber, cursor_wants_cb, cursor);
}

static OuioedView
get_legacy_view (OuioeStreams streams)
{
  switch (streams)
    {
    case OUIOE_STREAMS_THINKING:
      return OUIOED_VIEW_LEGACY_THINKING;
    case OUIOE_STREAMS_PROGRESS:
      return OUIOED_VIEW_LEGACY_PROGRESS;
    case OUIOE_STREAMS_NONE:
    case OUIOE_STREAMS_BOTH:
    default:
      return OUIOED_VIEW_LEGACY_BOTH;
    }
}

OuioedFeed *
ouioed_feed_new (OuioedLive *live, const OuioedLiveRequest *request)
{
  OuioedFeed *self = g_new0 (OuioedFeed, 1);
  gboolean everything = request->has_after && ouioe_event_id_is_zero (request->after);
  gboolean from_start = everything || !request->has_after;
  gint64 now_us = ouioed_hub_get_now_us (live->hub);

  g_atomic_ref_count_init (&self->ref_count);
  self->live = live;
  self->kind = request->kind;
  self->grant = ouioed_grant_ref (request->grant);
  self->granted_link.data = self;
  if (self->grant != NULL)
    g_queue_push_tail_link (&live->granted, &self->granted_link);
  self->cancellable = g_cancellable_new ();
  self->until_end = request->until_end && request->kind == OUIOED_LIVE_SSE_SESSION;
  g_queue_init (&self->outbox);
  g_queue_init (&self->ready);

  switch (request->kind)
    {
    case OUIOED_LIVE_WS_SESSION:
      self->view = get_legacy_view (request->streams);
      self->cursor = ouioed_feed_cursor_new (self, request->session_id, request->streams, from_start, request->after,
                                             FALSE);
      g_queue_push_tail (&self->outbox, ouioed_frames_new_greeting (request->session_id, now_us));
      break;
    case OUIOED_LIVE_WS_MANY:
      self->view = OUIOED_VIEW_TYPED;
      self->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) ouioed_feed_cursor_free);
      g_queue_push_tail (&self->outbox, ouioed_frames_new_hello (now_us));
      break;
    case OUIOED_LIVE_SSE_SESSION:
      self->view = OUIOED_VIEW_SSE;
      self->cursor = ouioed_feed_cursor_new (self, request->session_id, request->streams, from_start, request->after,
                                             request->deltas);
      g_queue_push_tail (&self->outbox, ouioed_frames_new_retry (OUIOE_EVENT_ID_ZERO));
      break;
    case OUIOED_LIVE_SSE_MANY:
      self->view = OUIOED_VIEW_SSE;
      self->cursor = ouioed_feed_cursor_new (self, NULL, request->streams, everything,
                                             request->has_after ? request->after : OUIOE_EVENT_ID_MAX, request->deltas);
      ouioed_feed_cursor_set_filter (self->cursor, request->user_id, request->sessions);
      g_queue_push_tail (&self->outbox,
                         ouioed_frames_new_retry (ouioed_subscriber_get_position (self->cursor->subscriber)));
      break;
    default:
      g_return_val_if_reached (NULL);
    }

  return self;
}
