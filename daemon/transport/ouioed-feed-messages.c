/* ouioed-feed-messages.c - what a client may say on its socket
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-feed.h"

#define HISTORY_LENGTH 50

/* ---- get_history ---- */

/* The history ends where the reader stands: what it gets later is not in it, what it got before is. */
static void
feed_read_history (OuioedFeed *self, OuioeStreams stream, GAsyncReadyCallback callback)
{
  const char *sessions[2] = { self->cursor->session_id, NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;

  query.sessions = sessions;
  query.before = ouioed_subscriber_get_position (self->cursor->subscriber);
  query.before.seq++;
  query.streams = stream;
  query.newest = TRUE;
  query.limit = HISTORY_LENGTH;
  ouioed_store_read_async (ouioed_hub_get_store (self->live->hub), &query, self->cancellable, callback,
                           ouioed_feed_ref (self));
}

static void
feed_finish_history (OuioedFeed *self, GPtrArray *thinking, GPtrArray *progress)
{
  self->wants_history = FALSE;
  self->reads_history = FALSE;
  ouioed_feed_send (self, ouioed_frames_new_history (thinking, progress));
  g_clear_pointer (&self->history, g_ptr_array_unref);
  ouioed_feed_unpause (self);
}

static GPtrArray *
finish_history_page (OuioedFeed *self, GObject *source, GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  if (self->gone)
    return NULL;
  if (page != NULL)
    return g_ptr_array_ref (page->events);

  self->wants_history = FALSE;
  self->reads_history = FALSE;
  ouioed_feed_send (self, ouioed_frames_new_error (NULL, error));
  ouioed_feed_unpause (self);
  return NULL;
}

static void
history_progress_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedFeed) self = user_data;
  g_autoptr(GPtrArray) events = finish_history_page (self, source, result);

  if (events != NULL)
    feed_finish_history (self, self->history, events);
}

static void
history_thinking_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedFeed) self = user_data;
  g_autoptr(GPtrArray) events = finish_history_page (self, source, result);

  if (events == NULL)
    return;

  g_clear_pointer (&self->history, g_ptr_array_unref);
  self->history = g_steal_pointer (&events);
  feed_read_history (self, OUIOE_STREAMS_PROGRESS, history_progress_cb);
}

void
ouioed_feed_start_history (OuioedFeed *self)
{
  if (self->reads_history)
    return;

  self->reads_history = TRUE;
  feed_read_history (self, OUIOE_STREAMS_THINKING, history_thinking_cb);
}

/* ---- appending ---- */

typedef struct {
  OuioedFeed *feed;
  char       *ref;       /* JSON text, or NULL */
} Append;

static void
append_free (Append *self)
{
  ouioed_feed_unref (self->feed);
  g_free (self->ref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Append, append_free)

static void
append_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Append) append = user_data;
  g_autoptr(GError) error = NULL;
  OuioedFeed *feed = append->feed;
  OuioedReceipt receipt;
  gboolean done = ouioed_hub_append_finish (OUIOED_HUB (source), result, &receipt, &error);

  feed->n_appends--;
  if (feed->gone)
    return;

  ouioed_feed_send (feed, done ? ouioed_frames_new_ack (append->ref, receipt.id, receipt.dropped)
                               : ouioed_frames_new_error (append->ref, error));
  ouioed_feed_unpause (feed);
}

/* What the client called its message, to be given back as it came. Long ones are not worth their room. */
static char *
dup_ref (json_t *body)
{
  json_t *ref = json_object_get (body, "ref");
  g_autofree char *text = NULL;
  char *dumped;

  if (ref == NULL)
    return NULL;
  dumped = json_dumps (ref, JSON_COMPACT | JSON_ENCODE_ANY);
  text = g_strdup (dumped);
  free (dumped);

  return text != NULL && strlen (text) <= 256 ? g_steal_pointer (&text) : NULL;
}

static gboolean
feed_append (OuioedFeed *self, json_t *body, gboolean thinking, const char *text, gsize len, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autofree char *key_name = NULL;
  const char *default_id = self->kind == OUIOED_LIVE_WS_SESSION ? self->cursor->session_id : NULL;
  const char *key_text = ouioe_codec_read_key (body, problems);
  char *session_id = NULL;
  OuioedKey key;
  Append *append;

  if (thinking)
    step = ouioe_codec_read_thinking (body, default_id, &session_id, problems, error);
  else
    update = ouioe_codec_read_progress (body, default_id, &session_id, problems, error);
  if (step == NULL && update == NULL)
    return FALSE;
  if (ouioe_problems_get_n (problems) > 0)
    {
      g_ref_string_release (session_id);
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return FALSE;
    }

  if (!ouioed_grant_covers (self->grant, session_id))
    {
      g_ref_string_release (session_id);
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_FORBIDDEN, "The token is not good for this session");
      return FALSE;
    }

  key = (OuioedKey) { thinking ? "thinking" : "progress", key_text, text, len };
  append = g_new0 (Append, 1);
  append->feed = ouioed_feed_ref (self);
  append->ref = dup_ref (body);
  self->n_appends++;
  ouioed_hub_append_async (self->live->hub, session_id, step, update, &key, append_cb, append);
  g_ref_string_release (session_id);

  return TRUE;
}

/* ---- all messages ---- */

static void
feed_send_stats (OuioedFeed *self)
{
  OuioedChannel *channel = ouioed_subscriber_get_channel (self->cursor->subscriber);
  const OuioedSessionRecord *record = ouioed_channel_get_record (channel);
  OuioeStreamStats *stats = record != NULL && record->state == OUIOE_SESSION_OPEN ? record->stats : NULL;

  ouioed_feed_send (self, ouioed_frames_new_stats (self->cursor->session_id, stats, ouioed_feed_now_us (self)));
}

static void
stats_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedFeed) self = user_data;
  g_autoptr(GError) error = NULL;

  if (self->gone)
    return;
  if (ouioed_hub_look_finish (OUIOED_HUB (source), result, &error))
    feed_send_stats (self);
  else
    ouioed_feed_send (self, ouioed_frames_new_error (NULL, error));
}

/* Other daemons may count in the session, too. */
static void
feed_look_at_stats (OuioedFeed *self)
{
  const char *ids[] = { self->cursor->session_id, NULL };

  if (ouioed_hub_is_shared (self->live->hub))
    ouioed_hub_look_async (self->live->hub, ids, stats_looked_cb, ouioed_feed_ref (self));
  else
    feed_send_stats (self);
}

static gboolean
feed_dispatch (OuioedFeed *self, const char *type, json_t *body, const char *text, gsize len, GError **error)
{
  if (g_str_equal (type, "ping"))
    {
      ouioed_feed_send (self, ouioed_frames_new_pong (ouioed_feed_now_us (self)));
      return TRUE;
    }
  if (g_str_equal (type, "append_thinking") || g_str_equal (type, "append_progress"))
    {
      if (!ouioed_grant_allows (self->grant, OUIOE_SCOPE_WRITE))
        {
          g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_FORBIDDEN, "The token lacks the scope write");
          return FALSE;
        }
      return feed_append (self, body, g_str_equal (type, "append_thinking"), text, len, error);
    }

  if (self->kind == OUIOED_LIVE_WS_MANY)
    {
      if (g_str_equal (type, "subscribe"))
        return ouioed_feed_subscribe (self, body, error);
      if (g_str_equal (type, "unsubscribe"))
        return ouioed_feed_unsubscribe (self, body, error);
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
                   "type: this socket knows ping, subscribe, unsubscribe, append_thinking and append_progress");
      return FALSE;
    }

  if (g_str_equal (type, "get_stats"))
    {
      feed_look_at_stats (self);
      return TRUE;
    }
  if (g_str_equal (type, "get_history"))
    {
      self->wants_history = TRUE;
      ouioed_feed_wake (self);
      return TRUE;
    }

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
               "type: this socket knows ping, get_history, get_stats, append_thinking and append_progress");
  return FALSE;
}

static gboolean
feed_parse (OuioedFeed *self, const char *text, gsize len, json_t **body, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

  *body = ouioe_codec_parse_object (text, len, problems, error);
  if (*body != NULL)
    return TRUE;
  if (error != NULL && *error == NULL)
    g_propagate_error (error, ouioe_problems_to_error (problems));

  return FALSE;
}

gboolean
ouioed_feed_message (OuioedFeed *self, const char *text, gsize len)
{
  g_autoptr(json_t) body = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *ref = NULL;
  const char *type;

  if (!feed_parse (self, text, len, &body, &error))
    {
      ouioed_feed_send (self, ouioed_frames_new_error (NULL, error));
      return TRUE;
    }

  type = json_string_value (json_object_get (body, "type"));
  if (!feed_dispatch (self, type != NULL ? type : "", body, text, len, &error))
    {
      ref = dup_ref (body);
      ouioed_feed_send (self, ouioed_frames_new_error (ref, error));
    }

  return !self->wants_history;
}
