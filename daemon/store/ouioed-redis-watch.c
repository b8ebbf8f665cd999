/* ouioed-redis-watch.c - what is told without asking: events, changed sessions, and streams that others wrote to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages of a server come in the order of what happened there. Our script adds an entry, which the server tells as a change
 * of a key, and then tells the event; so a change that is not followed by the event is of another program.
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include "ouioe-codec.h"

#include <string.h>

#define LINGER_US      (2 * (gint64) G_USEC_PER_SEC)   /* a watch is kept so long for who comes back */
#define SUSPICION_MS   20
#define MAX_CHANNELS   300                             /* in one SUBSCRIBE */
#define LOOKS_PER_TICK 100

void
ouioed_redis_watch_free (OuioedRedisWatch *watch)
{
  g_ref_string_release (watch->id);
  g_free (watch);
}

/* ---- subscribing ---- */

static void
add_channels (OuioedRedisNode *node, GPtrArray *channels, const char *session_id)
{
  g_ptr_array_add (channels, g_strconcat (node->channels, "e:", session_id, NULL));
  g_ptr_array_add (channels, g_strconcat (node->key_events[0], session_id, NULL));
  g_ptr_array_add (channels, g_strconcat (node->key_events[1], session_id, NULL));
}

static void
send_channels (OuioedRedisNode *node, const char *command, GPtrArray *channels)
{
  g_autoptr(GError) error = NULL;

  if (channels->len == 0)
    return;
  g_ptr_array_insert (channels, 0, g_strdup (command));
  /* What cannot be sent is sent with the next connection. */
  if (!ouioed_redis_link_send (node->messages, channels->len, (const char *const *) channels->pdata, NULL, NULL, NULL, &error))
    g_debug ("%s: %s", command, error->message);
  g_ptr_array_set_size (channels, 0);
}

static void
send_one (OuioedRedisNode *node, const char *command, const char *session_id)
{
  g_autoptr(GPtrArray) channels = g_ptr_array_new_with_free_func (g_free);

  if (!ouioed_redis_link_is_up (node->messages))
    return;
  if (session_id != NULL)
    add_channels (node, channels, session_id);
  else
    g_ptr_array_add (channels, g_strconcat (node->channels, "e:*", NULL));
  send_channels (node, command, channels);
}

static gboolean
tell_watching_cb (gpointer user_data)
{
  GTask *task = user_data;
  OuioedStoreRedis *self = g_task_get_source_object (task);
  const char *session_id = g_task_get_task_data (task);
  OuioedRedisWatch *watch = g_hash_table_lookup (self->watches, session_id);

  if (watch != NULL && watch->live && watch->unwanted_us == 0 && !self->closed
      && ouioed_redis_link_is_up (((OuioedRedisNode *) self->nodes->pdata[watch->part])->commands))
    OUIOED_REDIS_TELL (self, watching, session_id, TRUE);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

void
ouioed_redis_watch (OuioedShared *shared, const char *session_id)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  OuioedRedisWatch *watch;

  if (session_id == NULL)
    {
      self->watches_all = TRUE;
      for (guint i = 0; i < self->nodes->len; i++)
        send_one (self->nodes->pdata[i], "PSUBSCRIBE", NULL);
      return;
    }

  watch = g_hash_table_lookup (self->watches, session_id);
  if (watch != NULL)
    {
      watch->unwanted_us = 0;
      if (watch->live)
        {
          GTask *task = g_task_new (self, NULL, NULL, NULL);
          g_autoptr(GSource) source = g_idle_source_new ();

          g_task_set_task_data (task, g_strdup (session_id), g_free);
          g_source_set_priority (source, G_PRIORITY_DEFAULT);
          g_source_set_callback (source, tell_watching_cb, task, NULL);
          g_source_attach (source, g_main_context_get_thread_default ());
        }
      return;
    }

  watch = g_new0 (OuioedRedisWatch, 1);
  watch->id = g_ref_string_new (session_id);
  watch->part = ouioed_redis_node_of (self, session_id)->index;
  g_hash_table_insert (self->watches, watch->id, watch);
  send_one (self->nodes->pdata[watch->part], "SUBSCRIBE", session_id);
}

void
ouioed_redis_unwatch (OuioedShared *shared, const char *session_id)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  OuioedRedisWatch *watch;

  if (session_id != NULL)
    {
      watch = g_hash_table_lookup (self->watches, session_id);
      if (watch != NULL)
        watch->unwanted_us = g_get_monotonic_time ();
      return;
    }

  self->watches_all = FALSE;
  for (guint i = 0; i < self->nodes->len; i++)
    send_one (self->nodes->pdata[i], "PUNSUBSCRIBE", NULL);
}

/* ---- where the server does not tell that a stream grew ---- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (source);
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, NULL);

  for (guint i = 0; look != NULL && !self->closed && i < look->seen->len; i++)
    {
      const OuioedSeen *seen = look->seen->pdata[i];
      OuioedRedisWatch *watch = g_hash_table_lookup (self->watches, seen->session_id);

      if (watch == NULL || ouioe_event_id_compare (seen->newest, watch->told) <= 0
          || (seen->record != NULL && ouioe_event_id_compare (seen->newest, seen->record->last_id) <= 0))
        continue;
      watch->told = seen->newest;
      OUIOED_REDIS_TELL (self, foreign, seen->session_id);
    }
}

/* One round after the other, a few sessions at a time. */
static void
look_at_some (OuioedStoreRedis *self)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  if (g_queue_is_empty (&self->look_at))
    {
      g_hash_table_iter_init (&iter, self->watches);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        if (!((OuioedRedisNode *) self->nodes->pdata[((OuioedRedisWatch *) value)->part])->has_key_events)
          g_queue_push_tail (&self->look_at, g_strdup (((OuioedRedisWatch *) value)->id));
    }
  while (ids->len < LOOKS_PER_TICK && !g_queue_is_empty (&self->look_at))
    g_ptr_array_add (ids, g_queue_pop_head (&self->look_at));
  if (ids->len == 0)
    return;

  g_ptr_array_add (ids, NULL);
  ouioed_shared_look_async (OUIOED_SHARED (self), (const char *const *) ids->pdata, looked_cb, NULL);
}

void
ouioed_redis_watch_tick (OuioedStoreRedis *self)
{
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OuioedRedisWatch *watch = value;

      if (watch->unwanted_us == 0 || now_us - watch->unwanted_us < LINGER_US)
        continue;
      send_one (self->nodes->pdata[watch->part], "UNSUBSCRIBE", watch->id);
      g_hash_table_iter_remove (&iter);
    }
  look_at_some (self);
}

/* ---- what comes ---- */

static void
clear_suspicion (OuioedRedisNode *node)
{
  g_clear_pointer (&node->suspect, g_free);
  node->grown[0] = node->grown[1] = 0;
  if (node->suspicion == NULL)
    return;
  g_source_destroy (node->suspicion);
  g_clear_pointer (&node->suspicion, g_source_unref);
}

/* What followed does not explain why the stream grew. */
static void
accuse (OuioedRedisNode *node)
{
  g_autofree char *session_id = g_steal_pointer (&node->suspect);

  clear_suspicion (node);
  if (session_id != NULL)
    OUIOED_REDIS_TELL (node->store, foreign, session_id);
}

static gboolean
accuse_cb (gpointer user_data)
{
  accuse (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_stream_grew (OuioedRedisNode *node, guint stream_index, const char *session_id)
{
  if (node->suspect != NULL && strcmp (node->suspect, session_id) != 0)
    accuse (node);
  if (node->suspect == NULL)
    {
      node->suspect = g_strdup (session_id);
      node->suspicion = g_timeout_source_new (SUSPICION_MS);
      g_source_set_callback (node->suspicion, accuse_cb, node, NULL);
      g_source_attach (node->suspicion, g_main_context_get_thread_default ());
    }
  node->grown[stream_index]++;
}

/* ID MASK A0 A1 REST */
static void
on_event (OuioedRedisNode *node, const char *session_id, const char *payload, gsize len)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = NULL;
  guint64 numbers[3];
  guint64 ordinals[2] = { 0, 0 };
  OuioeEventId id;
  const char *at = strchr (payload, ' ');
  g_autofree char *id_text = at != NULL ? g_strndup (payload, (gsize) (at - payload)) : NULL;

  if (id_text == NULL || !ouioe_event_id_parse (id_text, &id))
    return;
  for (guint i = 0; i < 3; i++)
    {
      char *end;

      numbers[i] = g_ascii_strtoull (at + 1, &end, 10);
      if (*end != ' ')
        return;
      at = end;
    }
  at++;
  event = ouioe_codec_join_rest (id, at, len - (gsize) (at - payload), &error);
  if (event == NULL)
    {
      g_warning ("Redis told an event that cannot be read: %s", error->message);
      return;
    }

  for (guint s = 0; s < 2; s++)
    if (numbers[0] & (1u << s))
      {
        ordinals[s] = numbers[1 + s];
        if (node->suspect != NULL && strcmp (node->suspect, session_id) == 0)
          node->grown[s]--;
      }
  if (node->suspect != NULL && (strcmp (node->suspect, session_id) != 0 || node->grown[0] > 0 || node->grown[1] > 0))
    accuse (node);
  clear_suspicion (node);
  OUIOED_REDIS_TELL (node->store, event, event, ordinals);
}

static gboolean
is_all_live (OuioedStoreRedis *self)
{
  gboolean live = self->watches_all;

  for (guint i = 0; i < self->nodes->len; i++)
    live = live && ((OuioedRedisNode *) self->nodes->pdata[i])->all_live
           && ouioed_redis_link_is_up (((OuioedRedisNode *) self->nodes->pdata[i])->commands);
  return live;
}

static void
set_all_live (OuioedStoreRedis *self, OuioedRedisNode *node, gboolean live)
{
  gboolean before = is_all_live (self);

  node->all_live = live;
  if (before != is_all_live (self))
    OUIOED_REDIS_TELL (self, watching, NULL, !before);
}

/* What is watched is looked at anew: without this connection it could not be. */
void
ouioed_redis_commands_up (OuioedRedisNode *node)
{
  OuioedStoreRedis *self = node->store;
  g_autoptr(GPtrArray) live = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OuioedRedisWatch *watch = value;

      if (watch->part == node->index && watch->live && watch->unwanted_us == 0)
        g_ptr_array_add (live, g_ref_string_acquire (watch->id));
    }
  for (guint i = 0; i < live->len; i++)
    OUIOED_REDIS_TELL (self, watching, live->pdata[i], TRUE);
  if (is_all_live (self))
    OUIOED_REDIS_TELL (self, watching, NULL, TRUE);
}

static void
on_subscribed (OuioedRedisNode *node, const char *channel)
{
  OuioedStoreRedis *self = node->store;
  OuioedRedisWatch *watch;
  gsize len = strlen (node->channels);

  if (strcmp (channel, node->changed_channel) == 0)
    {
      node->subscribed = TRUE;
      return;
    }
  if (strncmp (channel, node->channels, len) != 0 || strncmp (channel + len, "e:", 2) != 0)
    return;

  watch = g_hash_table_lookup (self->watches, channel + len + 2);
  if (watch == NULL || watch->live)
    return;
  watch->live = TRUE;
  if (watch->unwanted_us == 0 && ouioed_redis_link_is_up (node->commands))
    OUIOED_REDIS_TELL (self, watching, watch->id, TRUE);
}

/* @by_pattern: the message came because all sessions are watched. */
static void
on_published (OuioedRedisNode *node, const char *channel, const redisReply *payload, gboolean by_pattern)
{
  OuioedStoreRedis *self = node->store;
  gsize len = strlen (node->channels);

  node->n_messages++;
  for (guint s = 0; s < 2; s++)
    if (g_str_has_prefix (channel, node->key_events[s]))
      {
        if (strcmp (payload->str, "xadd") == 0)
          on_stream_grew (node, s, channel + strlen (node->key_events[s]));
        return;
      }
  if (strcmp (channel, node->changed_channel) == 0)
    {
      const char *space = strchr (payload->str, ' ');

      if (space != NULL && ((gsize) (space - payload->str) != strlen (self->name)
                            || strncmp (payload->str, self->name, strlen (self->name)) != 0))
        OUIOED_REDIS_TELL (self, changed, space + 1);
      return;
    }
  /* While all are watched each event comes by the pattern, and those of watched sessions a second time. */
  if (strncmp (channel, node->channels, len) == 0 && strncmp (channel + len, "e:", 2) == 0 && by_pattern == node->all_live)
    on_event (node, channel + len + 2, payload->str, payload->len);
}

void
ouioed_redis_on_message (OuioedRedisLink *link, const redisReply *message, gpointer user_data)
{
  OuioedRedisNode *node = user_data;
  const redisReply *const *parts = (const redisReply *const *) message->element;
  const char *word;

  if (message->type == REDIS_REPLY_ERROR)
    {
      g_autoptr(GError) error = ouioed_redis_error_new (message);

      g_warning ("Redis (%s): %s", ouioed_redis_link_get_peer (link), error->message);
      return;
    }
  if (message->type != REDIS_REPLY_ARRAY || message->elements < 2 || parts[0]->str == NULL || parts[1]->str == NULL)
    return;

  word = parts[0]->str;
  if (strcmp (word, "message") == 0 && message->elements == 3)
    on_published (node, parts[1]->str, parts[2], FALSE);
  else if (strcmp (word, "pmessage") == 0 && message->elements == 4)
    on_published (node, parts[2]->str, parts[3], TRUE);
  else if (strcmp (word, "subscribe") == 0)
    on_subscribed (node, parts[1]->str);
  else if (strcmp (word, "psubscribe") == 0)
    set_all_live (node->store, node, TRUE);
  else if (strcmp (word, "punsubscribe") == 0)
    set_all_live (node->store, node, FALSE);
}

/* ---- the connection ---- */

static void
events_set_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;

  node->has_key_events = reply != NULL;
  if (reply == NULL && !node->had_no_events && ouioed_redis_link_is_up (link))
    {
      node->had_no_events = TRUE;
      g_message ("Redis (%s) does not tell what other programs add to streams (notify-keyspace-events=Kt); streams are looked "
                 "at instead, %d a second: %s", ouioed_redis_link_get_peer (link), LOOKS_PER_TICK, error->message);
    }
}

static void
events_got_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;
  const char *flags;
  g_autofree char *wanted = NULL;
  OuioedRedisArgs *args;

  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements < 2)
    {
      events_set_cb (link, NULL, error, node);
      return;
    }
  flags = reply->element[1]->str;
  if (strchr (flags, 'K') != NULL && (strchr (flags, 't') != NULL || strchr (flags, 'A') != NULL))
    {
      node->has_key_events = TRUE;
      return;
    }

  wanted = g_strconcat (flags, "Kt", NULL);
  args = ouioed_redis_args_new ();
  ouioed_redis_args_add_text (args, "CONFIG");
  ouioed_redis_args_add_text (args, "SET");
  ouioed_redis_args_add_text (args, "notify-keyspace-events");
  ouioed_redis_args_add_text (args, wanted);
  ouioed_redis_node_call (node, args, events_set_cb, node);
}

void
ouioed_redis_messages_up (OuioedRedisNode *node)
{
  OuioedStoreRedis *self = node->store;
  g_autoptr(GPtrArray) channels = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  g_ptr_array_add (channels, g_strdup (node->changed_channel));
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OuioedRedisWatch *watch = value;

      if (watch->part != node->index)
        continue;
      add_channels (node, channels, watch->id);
      if (channels->len >= MAX_CHANNELS)
        send_channels (node, "SUBSCRIBE", channels);
    }
  send_channels (node, "SUBSCRIBE", channels);
  if (self->watches_all)
    send_one (node, "PSUBSCRIBE", NULL);

}

void
ouioed_redis_ask_key_events (OuioedRedisNode *node)
{
  OuioedRedisArgs *args = ouioed_redis_args_new ();

  node->has_key_events = FALSE;
  ouioed_redis_args_add_text (args, "CONFIG");
  ouioed_redis_args_add_text (args, "GET");
  ouioed_redis_args_add_text (args, "notify-keyspace-events");
  ouioed_redis_node_call (node, args, events_got_cb, node);
}

void
ouioed_redis_messages_down (OuioedRedisNode *node)
{
  OuioedStoreRedis *self = node->store;
  g_autoptr(GPtrArray) live = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  GHashTableIter iter;
  gpointer value;

  clear_suspicion (node);
  node->subscribed = FALSE;
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OuioedRedisWatch *watch = value;

      if (watch->part != node->index || !watch->live)
        continue;
      watch->live = FALSE;
      if (watch->unwanted_us == 0)
        g_ptr_array_add (live, g_ref_string_acquire (watch->id));
    }
  for (guint i = 0; i < live->len; i++)
    OUIOED_REDIS_TELL (self, watching, live->pdata[i], FALSE);
  set_all_live (self, node, FALSE);
}
