/* ouioed-feed-many.c - a socket for many sessions: subscribe and unsubscribe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-feed.h"

#define ALL "*"

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, message);
  return FALSE;
}

static const char *
read_session_id (json_t *body, GError **error)
{
  json_t *value = json_object_get (body, "session_id");

  if (!json_is_string (value) || json_string_length (value) == 0 || json_string_length (value) > OUIOE_MAX_SESSION_ID_BYTES
      || strlen (json_string_value (value)) != json_string_length (value))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
                   "session_id: must be the id of a session (1 to %d bytes) or \"*\" for all", OUIOE_MAX_SESSION_ID_BYTES);
      return NULL;
    }

  return json_string_value (value);
}

static gboolean
read_after (json_t *body, gboolean *has_after, OuioeEventId *after, GError **error)
{
  json_t *value = json_object_get (body, "after");

  *has_after = value != NULL && !json_is_null (value);
  if (!*has_after)
    return TRUE;
  if (!json_is_string (value) || !ouioe_event_id_parse (json_string_value (value), after))
    return refuse (error, "after: must be the id of an event, like \"1795396263398-0\"");

  return TRUE;
}

static gboolean
read_streams (json_t *body, OuioeStreams *streams, GError **error)
{
  json_t *value = json_object_get (body, "streams");

  *streams = OUIOE_STREAMS_BOTH;
  if (value == NULL || json_is_null (value))
    return TRUE;
  if (json_is_string (value))
    *streams = ouioe_streams_from_string (json_string_value (value));
  if (!json_is_string (value) || *streams == OUIOE_STREAMS_NONE)
    return refuse (error, "streams: must be \"both\", \"thinking\" or \"progress\"");

  return TRUE;
}

static gboolean
read_deltas (json_t *body, gboolean *deltas, GError **error)
{
  json_t *value = json_object_get (body, "deltas");

  *deltas = json_is_true (value);
  return value == NULL || json_is_null (value) || json_is_boolean (value)
         || refuse (error, "deltas: must be true or false");
}

gboolean
ouioed_feed_subscribe (OuioedFeed *self, json_t *body, GError **error)
{
  const char *session_id = read_session_id (body, error);
  json_t *user_id = json_object_get (body, "user_id");
  gboolean has_after, from_start, deltas, all;
  OuioeEventId after = OUIOE_EVENT_ID_ZERO;
  OuioeStreams streams;
  OuioedFeedCursor *cursor;

  if (session_id == NULL || !read_after (body, &has_after, &after, error) || !read_streams (body, &streams, error)
      || !read_deltas (body, &deltas, error))
    return FALSE;
  if (user_id != NULL && !json_is_null (user_id) && !json_is_string (user_id))
    return refuse (error, "user_id: must be a string");

  all = g_str_equal (session_id, ALL);
  if (!all && !ouioed_grant_covers (self->grant, session_id))
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_FORBIDDEN, "The token is not good for this session");
      return FALSE;
    }
  if (g_hash_table_contains (self->cursors, session_id))
    return refuse (error, "session_id: subscribed to already");
  if (!all && g_hash_table_contains (self->cursors, ALL))
    return refuse (error, "session_id: all sessions are subscribed to already");
  if (g_hash_table_size (self->cursors) >= self->live->max_subscriptions)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_TOO_MANY_READERS,
                   "A socket may follow %u sessions one by one; subscribe to \"*\" instead", self->live->max_subscriptions);
      return FALSE;
    }

  /* All includes what was followed one by one: kept, each event would come twice. */
  if (all)
    g_hash_table_remove_all (self->cursors);

  /* Of one session everything retained, of all only what comes, unless the client says where it stands. */
  from_start = has_after ? ouioe_event_id_is_zero (after) : !all;
  if (all && !has_after)
    after = OUIOE_EVENT_ID_MAX;
  g_queue_push_tail (&self->outbox, ouioed_frames_new_subscribed (TRUE, session_id));
  cursor = ouioed_feed_cursor_new (self, all ? NULL : session_id, streams, from_start, after, deltas);
  if (all)
    ouioed_feed_cursor_set_filter (cursor, json_string_value (user_id), NULL);
  g_hash_table_insert (self->cursors, g_strdup (session_id), cursor);
  ouioed_feed_wake (self);

  return TRUE;
}

gboolean
ouioed_feed_unsubscribe (OuioedFeed *self, json_t *body, GError **error)
{
  const char *session_id = read_session_id (body, error);

  if (session_id == NULL)
    return FALSE;
  if (!g_hash_table_remove (self->cursors, session_id))
    return refuse (error, "session_id: not subscribed to");

  ouioed_feed_send (self, ouioed_frames_new_subscribed (FALSE, session_id));
  return TRUE;
}
