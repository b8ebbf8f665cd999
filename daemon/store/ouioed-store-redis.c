/* ouioed-store-redis.c - keeps sessions and events in Redis streams, for all daemons that use the same one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include "ouioed-store-scripts.h"

#include <string.h>
#include <unistd.h>

#define OPEN_TIMEOUT_US  (5 * (gint64) G_USEC_PER_SEC)
#define CLOSE_TIMEOUT_US (2 * (gint64) G_USEC_PER_SEC)
#define PRESENCE_TICKS   5             /* seconds */
#define MAX_KEYS_LOADED  1000          /* the store itself checks keys; the rest is never asked for */

static void ouioed_store_redis_store_init (OuioedStoreInterface *iface);
static void ouioed_store_redis_shared_init (OuioedSharedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedStoreRedis, ouioed_store_redis, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_STORE, ouioed_store_redis_store_init)
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_SHARED, ouioed_store_redis_shared_init))

/* ---- scripts ---- */

static void
load_scripts (OuioedStoreRedis *self)
{
  static const char *const names[OUIOED_N_SCRIPTS] = {
    [OUIOED_SCRIPT_BATCH] = "batch", [OUIOED_SCRIPT_LOG] = "log", [OUIOED_SCRIPT_LOOK] = "look",
    [OUIOED_SCRIPT_PRESENCE] = "presence",
    [OUIOED_SCRIPT_REQUEST] = "request", [OUIOED_SCRIPT_SWEEP] = "sweep",
  };
  GResource *resource = ouioed_store_scripts_get_resource ();
  g_autoptr(GBytes) common = g_resource_lookup_data (resource, "/org/ouioe/Streaming1/redis/common.lua", 0, NULL);

  for (guint i = 0; i < OUIOED_N_SCRIPTS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/ouioe/Streaming1/redis/%s.lua", names[i]);
      g_autoptr(GBytes) script = g_resource_lookup_data (resource, path, 0, NULL);

      self->sources[i] = g_strconcat (g_bytes_get_data (common, NULL), g_bytes_get_data (script, NULL), NULL);
      self->shas[i] = g_compute_checksum_for_string (G_CHECKSUM_SHA1, self->sources[i], -1);
    }
}

static void
script_loaded_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  if (reply == NULL)
    g_message ("Redis (%s) takes no script: %s", ouioed_redis_link_get_peer (link), error->message);
}

/* ---- connections ---- */

static gboolean
is_reachable (OuioedStoreRedis *self, const char **problem)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      OuioedRedisNode *node = self->nodes->pdata[i];
      OuioedRedisLink *links[] = { node->commands, node->messages };

      for (guint j = 0; j < G_N_ELEMENTS (links); j++)
        if (!ouioed_redis_link_is_up (links[j]))
          {
            *problem = ouioed_redis_link_get_problem (links[j]);
            return FALSE;
          }
    }

  *problem = NULL;
  return TRUE;
}

static void
check_reachable (OuioedStoreRedis *self)
{
  const char *problem;
  gboolean reachable = is_reachable (self, &problem);

  if (reachable == self->was_reachable || !self->opened || self->closed)
    return;
  self->was_reachable = reachable;
  if (reachable)
    g_message ("Redis can be reached again");
  else
    g_warning ("Redis cannot be reached: %s", problem);
  OUIOED_REDIS_TELL (self, reachable, reachable, problem);
}

/* Behind a Sentinel a master that was cut off may still serve the other connection: what it tells is not what is written. */
static void
leave_old_master (OuioedRedisLink *fresh, OuioedRedisLink *other)
{
  if (ouioed_redis_link_is_up (other)
      && strcmp (ouioed_redis_link_get_peer (fresh), ouioed_redis_link_get_peer (other)) != 0)
    ouioed_redis_link_reset (other, "Another server is the master now");
}

static void
on_commands_changed (OuioedRedisLink *link, gboolean up, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;

  if (up)
    {
      leave_old_master (link, node->messages);
      for (guint i = 0; i < OUIOED_N_SCRIPTS; i++)
        {
          OuioedRedisArgs *args = ouioed_redis_args_new ();

          ouioed_redis_args_add_text (args, "SCRIPT");
          ouioed_redis_args_add_text (args, "LOAD");
          ouioed_redis_args_add_text (args, node->store->sources[i]);
          ouioed_redis_node_call (node, args, script_loaded_cb, NULL);
        }
      if (node->subscribed && node->store->funcs.listed != NULL)
        ouioed_redis_list (node);
      ouioed_redis_commands_up (node);
      if (ouioed_redis_link_is_up (node->messages))
        ouioed_redis_ask_key_events (node);
    }
  check_reachable (node->store);
}

static void
on_messages_changed (OuioedRedisLink *link, gboolean up, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;

  if (up)
    {
      leave_old_master (link, node->commands);
      ouioed_redis_messages_up (node);
      if (ouioed_redis_link_is_up (node->commands))
        ouioed_redis_ask_key_events (node);
      if (node->store->funcs.listed != NULL && ouioed_redis_link_is_up (node->commands))
        ouioed_redis_list (node);   /* changes may have been missed */
    }
  else
    ouioed_redis_messages_down (node);
  check_reachable (node->store);
}

static void
make_node (OuioedStoreRedis *self, guint i)
{
  static const OuioedRedisLinkFuncs commands = { on_commands_changed, NULL };
  static const OuioedRedisLinkFuncs messages = { on_messages_changed, ouioed_redis_on_message };
  const OuioedRedisLimits limits = OUIOED_REDIS_LIMITS_DEFAULT;
  OuioedRedisNode *node = g_new0 (OuioedRedisNode, 1);
  g_autofree char *name = g_strconcat ("ouioed-", self->name, NULL);

  node->store = self;
  node->index = i;
  node->channels = g_strdup_printf ("%souioe:%u:", self->url->prefix, self->url->db);
  node->changed_channel = g_strconcat (node->channels, "sessions", NULL);
  node->key_events[0] = g_strdup_printf ("__keyspace@%u__:%sthinking:", self->url->db, self->url->prefix);
  node->key_events[1] = g_strdup_printf ("__keyspace@%u__:%sprogress:", self->url->db, self->url->prefix);
  g_ptr_array_add (self->nodes, node);
  node->commands = ouioed_redis_link_new (self->url, i, name, &limits, &commands, node);
  node->messages = ouioed_redis_link_new (self->url, i, name, &limits, &messages, node);
}

static void
node_free (OuioedRedisNode *node)
{
  g_clear_pointer (&node->commands, ouioed_redis_link_free);
  g_clear_pointer (&node->messages, ouioed_redis_link_free);
  if (node->suspicion != NULL)
    g_source_destroy (node->suspicion);
  g_clear_pointer (&node->suspicion, g_source_unref);
  g_clear_pointer (&node->asking, g_ptr_array_unref);
  g_clear_pointer (&node->ask_args, ouioed_redis_args_free);
  g_free (node->suspect);
  g_free (node->channels);
  g_free (node->changed_channel);
  g_free (node->key_events[0]);
  g_free (node->key_events[1]);
  g_free (node);
}

/* ---- regular work ---- */

static void
sized_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;

  if (reply != NULL && reply->type == REDIS_REPLY_STRING)
    node->size_bytes = g_ascii_strtoull (reply->str, NULL, 10);
}

static void
peer_free (gpointer data)
{
  OuioedPeer *peer = data;

  g_free (peer->name);
  g_free (peer->about);
  g_free (peer);
}

static void
present_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  OuioedStoreRedis *self = user_data;

  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || self->closed)
    return;
  g_ptr_array_set_size (self->peers, 0);
  for (gsize i = 0; i < reply->elements; i++)
    {
      const redisReply *row = reply->element[i];
      OuioedPeer *peer;

      if (row->type != REDIS_REPLY_ARRAY || row->elements != 3)
        continue;
      peer = g_new0 (OuioedPeer, 1);
      peer->name = g_strdup (row->element[0]->str);
      peer->age_us = row->element[1]->integer * 1000;
      peer->about = g_strdup (row->element[2]->str);
      g_ptr_array_add (self->peers, peer);
    }
}

/* @about: "" when this daemon leaves. All of it is on the first server. */
static void
tell_presence (OuioedStoreRedis *self, const char *about)
{
  OuioedRedisNode *node = self->nodes->len > 0 ? self->nodes->pdata[0] : NULL;
  OuioedRedisArgs *args;

  if (node == NULL || about == NULL || !ouioed_redis_link_is_up (node->commands))
    return;
  args = ouioed_redis_node_begin (node);
  ouioed_redis_args_add_text (args, about);
  ouioed_redis_node_run (node, OUIOED_SCRIPT_PRESENCE, args, present_cb, self);
}

static gboolean
on_tick (gpointer user_data)
{
  OuioedStoreRedis *self = user_data;
  g_autofree char *key = g_strconcat (self->url->prefix, "ouioe:bytes", NULL);

  ouioed_redis_watch_tick (self);
  if (self->n_ticks++ % PRESENCE_TICKS == 0)
    tell_presence (self, self->about);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      OuioedRedisNode *node = self->nodes->pdata[i];
      OuioedRedisArgs *args;

      if (!ouioed_redis_link_is_up (node->commands))
        continue;
      args = ouioed_redis_args_new ();
      ouioed_redis_args_add_text (args, "GET");
      ouioed_redis_args_add_text (args, key);
      ouioed_redis_node_call (node, args, sized_cb, node);
    }
  return G_SOURCE_CONTINUE;
}

typedef struct {
  GSource           source;
  OuioedStoreRedis *store;
} FlushSource;

static gboolean
flush_source_check (GSource *source)
{
  return ((FlushSource *) source)->store->n_gathered > 0;
}

static gboolean
flush_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return flush_source_check (source);
}

static gboolean
flush_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OuioedStoreRedis *self = ((FlushSource *) source)->store;

  for (guint i = 0; i < self->nodes->len; i++)
    ouioed_redis_ask_flush (self->nodes->pdata[i]);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs flush_source_funcs = {
  .prepare = flush_source_prepare,
  .check = flush_source_check,
  .dispatch = flush_source_dispatch,
};

static void
start_sources (OuioedStoreRedis *self)
{
  self->flush = g_source_new (&flush_source_funcs, sizeof (FlushSource));
  ((FlushSource *) self->flush)->store = self;
  g_source_set_static_name (self->flush, "ouioed-redis-requests");
  g_source_attach (self->flush, g_main_context_get_thread_default ());
  self->tick = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, g_main_context_get_thread_default ());
}

static void
stop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- opening ---- */

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main context, which nothing else uses yet or any more, until @done says so. */
static gboolean
run_until (OuioedStoreRedis *self, gboolean (*done) (OuioedStoreRedis *self), gint64 timeout_us)
{
  gint64 end_us = g_get_monotonic_time () + timeout_us;
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr(GSource) wake = g_timeout_source_new (20);

  g_source_set_callback (wake, wake_cb, NULL, NULL);
  g_source_attach (wake, context);
  while (!done (self) && g_get_monotonic_time () < end_us)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (wake);
  return done (self);
}

static gboolean
is_connected (OuioedStoreRedis *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      OuioedRedisNode *node = self->nodes->pdata[i];

      if (!ouioed_redis_link_is_up (node->commands) || !node->subscribed)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_quiet (OuioedStoreRedis *self)
{
  return self->n_under_way == 0;
}

typedef struct {
  GError     *error;
  OuioedLook *look;
  GPtrArray  *texts;
  gboolean    done;
} Load;

static void
load_look_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Load *load = user_data;

  load->done = TRUE;
  if (reply != NULL)
    load->look = ouioed_redis_read_look (reply);
  else
    load->error = g_error_copy (error);
}

static void
load_texts_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Load *load = user_data;

  load->done = TRUE;
  load->texts = g_ptr_array_new_with_free_func (g_free);
  if (reply == NULL)
    load->error = g_error_copy (error);
  for (gsize i = 0; reply != NULL && reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
    g_ptr_array_add (load->texts, g_strdup (reply->element[i]->str));
}

static gboolean
load_sessions (OuioedStoreRedis *self, OuioedRedisNode *node, OuioedContents *contents, GError **error)
{
  const guint page = 500;
  guint n = page;

  for (guint from = 0; n == page; from += n)
    {
      Load load = { 0 };
      OuioedRedisArgs *args = ouioed_redis_node_begin (node);

      ouioed_redis_args_add_text (args, "from");
      ouioed_redis_args_add_int (args, from);
      ouioed_redis_args_add_int (args, page);
      ouioed_redis_node_run (node, OUIOED_SCRIPT_LOOK, args, load_look_cb, &load);
      while (!load.done)
        g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
      if (load.error != NULL)
        {
          g_propagate_error (error, load.error);
          return FALSE;
        }
      for (guint i = 0; i < load.look->seen->len; i++)
        {
          const OuioedSeen *seen = load.look->seen->pdata[i];

          if (seen->record != NULL)
            g_ptr_array_add (contents->sessions, ouioed_session_record_ref (seen->record));
        }
      if (ouioe_event_id_compare (load.look->last_id, contents->last_id) > 0)
        contents->last_id = load.look->last_id;
      n = load.look->seen->len;
      ouioed_look_free (load.look);
    }

  return TRUE;
}

static OuioedKeyRecord *
read_key (const char *name, const char *value, const char *time)
{
  g_autoptr(OuioedKeyRecord) key = ouioed_key_record_new ();
  g_auto(GStrv) words = g_strsplit (value, " ", 3);

  if (g_strv_length (words) != 3 || strlen (words[0]) != 2 * sizeof key->fingerprint
      || !ouioe_event_id_parse (words[1], &key->event_id))
    return NULL;
  key->key = g_strdup (name);
  key->session_id = g_strdup (words[2]);
  key->time_us = g_ascii_strtoll (time, NULL, 10);
  for (guint i = 0; i < sizeof key->fingerprint; i++)
    key->fingerprint[i] = (guint8) (g_ascii_xdigit_value (words[0][2 * i]) << 4 | g_ascii_xdigit_value (words[0][2 * i + 1]));
  return g_steal_pointer (&key);
}

static gboolean
load_texts (OuioedRedisNode *node, OuioedRedisArgs *args, GPtrArray **texts, GError **error)
{
  Load load = { 0 };

  ouioed_redis_node_call (node, args, load_texts_cb, &load);
  while (!load.done)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  *texts = load.texts;
  if (load.error != NULL)
    g_propagate_error (error, load.error);
  return load.error == NULL;
}

static gboolean
load_keys (OuioedStoreRedis *self, OuioedRedisNode *node, OuioedContents *contents, GError **error)
{
  g_autofree char *times_key = g_strconcat (self->url->prefix, "ouioe:keytimes", NULL);
  g_autofree char *values_key = g_strconcat (self->url->prefix, "ouioe:keys", NULL);
  g_autoptr(GPtrArray) names = NULL;
  g_autoptr(GPtrArray) values = NULL;
  OuioedRedisArgs *args = ouioed_redis_args_new ();

  ouioed_redis_args_add_text (args, "ZRANGE");
  ouioed_redis_args_add_text (args, times_key);
  ouioed_redis_args_add_int (args, -MAX_KEYS_LOADED);
  ouioed_redis_args_add_int (args, -1);
  ouioed_redis_args_add_text (args, "WITHSCORES");
  if (!load_texts (node, args, &names, error) || names->len == 0)
    return names != NULL && names->len == 0 && (error == NULL || *error == NULL);

  args = ouioed_redis_args_new ();
  ouioed_redis_args_add_text (args, "HMGET");
  ouioed_redis_args_add_text (args, values_key);
  for (guint i = 0; i < names->len; i += 2)
    ouioed_redis_args_add_text (args, names->pdata[i]);
  if (!load_texts (node, args, &values, error))
    return FALSE;

  for (guint i = 0; 2 * i + 1 < names->len && i < values->len; i++)
    {
      OuioedKeyRecord *key = values->pdata[i] != NULL
                             ? read_key (names->pdata[2 * i], values->pdata[i], names->pdata[2 * i + 1]) : NULL;

      if (key != NULL)
        g_ptr_array_add (contents->keys, key);
    }
  return TRUE;
}

static OuioedContents *
ouioed_store_redis_open (OuioedStore *store, GError **error)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (store);
  g_autoptr(OuioedContents) contents = ouioed_contents_new ();
  const char *problem;

  if (!ouioed_redis_url_load (self->url, error))
    return NULL;
  start_sources (self);
  for (guint i = 0; i < (self->url->master != NULL ? 1 : self->url->places->len); i++)
    make_node (self, i);
  if (!run_until (self, is_connected, OPEN_TIMEOUT_US))
    {
      is_reachable (self, &problem);
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "Redis cannot be used: %s",
                   problem != NULL ? problem : "it does not let us subscribe");
      return NULL;
    }

  for (guint i = 0; i < self->nodes->len; i++)
    if (!load_sessions (self, self->nodes->pdata[i], contents, error)
        || !load_keys (self, self->nodes->pdata[i], contents, error))
      return NULL;
  on_tick (self);
  run_until (self, is_quiet, OPEN_TIMEOUT_US);
  contents->size_bytes = ouioed_shared_get_size (OUIOED_SHARED (self));
  self->opened = TRUE;
  self->was_reachable = TRUE;
  return g_steal_pointer (&contents);
}

/* ---- the rest of the interfaces ---- */

static const char *
ouioed_store_redis_get_name (OuioedStore *store)
{
  return "redis";
}

static gpointer
finish_pointer (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static OuioedCommit *
ouioed_store_redis_commit_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return finish_pointer (result, error);
}

static OuioedPage *
ouioed_store_redis_read_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return finish_pointer (result, error);
}

static OuioedLook *
ouioed_store_redis_look_finish (OuioedShared *shared, GAsyncResult *result, GError **error)
{
  return finish_pointer (result, error);
}

static gboolean
ouioed_store_redis_ask_finish (OuioedShared *shared, GAsyncResult *result, OuioedAnswer *answer, GError **error)
{
  g_autofree OuioedAnswer *got = finish_pointer (result, error);

  if (got != NULL)
    *answer = *got;
  return got != NULL;
}

static void
ouioed_store_redis_close (OuioedStore *store)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (store);

  if (self->closed)
    return;
  for (guint i = 0; i < self->nodes->len; i++)
    ouioed_redis_ask_flush (self->nodes->pdata[i]);
  if (self->about != NULL)
    tell_presence (self, "");
  self->closed = TRUE;
  self->funcs = (OuioedSharedFuncs) { NULL };
  run_until (self, is_quiet, CLOSE_TIMEOUT_US);
  stop_source (&self->flush);
  stop_source (&self->tick);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      OuioedRedisNode *node = self->nodes->pdata[i];

      g_clear_pointer (&node->commands, ouioed_redis_link_free);
      g_clear_pointer (&node->messages, ouioed_redis_link_free);
    }
}

static void
ouioed_store_redis_set_funcs (OuioedShared *shared, const OuioedSharedFuncs *funcs, gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);

  self->funcs = funcs != NULL ? *funcs : (OuioedSharedFuncs) { NULL };
  self->funcs_data = user_data;
  for (guint i = 0; funcs != NULL && i < self->nodes->len; i++)
    ouioed_redis_list (self->nodes->pdata[i]);   /* what changed since it was loaded */
}

static void
swept_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_debug ("Nothing was swept: %s", error->message);
}

static void
ouioed_store_redis_sweep (OuioedShared *shared, gint64 keys_before_us)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);

  for (guint i = 0; !self->closed && i < self->nodes->len; i++)
    {
      OuioedRedisArgs *args = ouioed_redis_node_begin (self->nodes->pdata[i]);

      ouioed_redis_args_add_int (args, keys_before_us);
      ouioed_redis_node_run (self->nodes->pdata[i], OUIOED_SCRIPT_SWEEP, args, swept_cb, NULL);
    }
}

static guint
ouioed_store_redis_get_part (OuioedShared *shared, const char *session_id)
{
  return ouioed_redis_node_of (OUIOED_STORE_REDIS (shared), session_id)->index;
}

static guint64
ouioed_store_redis_get_size (OuioedShared *shared)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  guint64 bytes = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    bytes += ((OuioedRedisNode *) self->nodes->pdata[i])->size_bytes;
  return bytes;
}

static void
ouioed_store_redis_set_about (OuioedShared *shared, const char *about)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  gboolean is_first = self->about == NULL;

  g_free (self->about);
  self->about = g_strdup (about);
  if (is_first)
    tell_presence (self, self->about);
}

static GPtrArray *
ouioed_store_redis_get_peers (OuioedShared *shared)
{
  return OUIOED_STORE_REDIS (shared)->peers;
}

static const char *
ouioed_store_redis_get_own_name (OuioedShared *shared)
{
  return OUIOED_STORE_REDIS (shared)->name;
}

static gboolean
ouioed_store_redis_get_part_state (OuioedShared *shared, guint part, OuioedPartState *state)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  OuioedRedisLinkStats commands, messages;
  OuioedRedisNode *node;

  if (part >= self->nodes->len)
    return FALSE;

  node = self->nodes->pdata[part];
  ouioed_redis_link_get_stats (node->commands, &commands);
  ouioed_redis_link_get_stats (node->messages, &messages);
  *state = (OuioedPartState) {
    .name = ouioed_redis_link_get_peer (node->commands),
    .is_up = ouioed_redis_link_is_up (node->commands) && ouioed_redis_link_is_up (node->messages),
    .connects = commands.connects + messages.connects,
    .failures = commands.failures + messages.failures,
    .commands = commands.commands,
    .messages = node->n_messages,
    .n_pending = commands.n_pending,
    .latency_us = commands.latency_us,
    .size_bytes = node->size_bytes,
  };
  return TRUE;
}

static void
ouioed_store_redis_finalize (GObject *object)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (object);

  ouioed_store_redis_close (OUIOED_STORE (self));
  stop_source (&self->flush);
  stop_source (&self->tick);
  g_ptr_array_unref (self->nodes);
  g_hash_table_unref (self->watches);
  g_queue_clear_full (&self->look_at, g_free);
  for (guint i = 0; i < OUIOED_N_SCRIPTS; i++)
    {
      g_free (self->sources[i]);
      g_free (self->shas[i]);
    }
  ouioed_redis_url_unref (self->url);
  g_ptr_array_unref (self->peers);
  g_free (self->about);
  g_free (self->name);
  G_OBJECT_CLASS (ouioed_store_redis_parent_class)->finalize (object);
}

static void
ouioed_store_redis_class_init (OuioedStoreRedisClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_store_redis_finalize;
}

static void
ouioed_store_redis_store_init (OuioedStoreInterface *iface)
{
  iface->get_name = ouioed_store_redis_get_name;
  iface->open = ouioed_store_redis_open;
  iface->commit_async = ouioed_redis_commit_async;
  iface->commit_finish = ouioed_store_redis_commit_finish;
  iface->read_async = ouioed_redis_read_async;
  iface->read_finish = ouioed_store_redis_read_finish;
  iface->close = ouioed_store_redis_close;
}

static void
ouioed_store_redis_shared_init (OuioedSharedInterface *iface)
{
  iface->set_funcs = ouioed_store_redis_set_funcs;
  iface->ask_async = ouioed_redis_ask_async;
  iface->ask_finish = ouioed_store_redis_ask_finish;
  iface->look_async = ouioed_redis_look_async;
  iface->look_finish = ouioed_store_redis_look_finish;
  iface->watch = ouioed_redis_watch;
  iface->unwatch = ouioed_redis_unwatch;
  iface->sweep = ouioed_store_redis_sweep;
  iface->get_part = ouioed_store_redis_get_part;
  iface->get_size = ouioed_store_redis_get_size;
  iface->set_about = ouioed_store_redis_set_about;
  iface->get_peers = ouioed_store_redis_get_peers;
  iface->get_own_name = ouioed_store_redis_get_own_name;
  iface->get_part_state = ouioed_store_redis_get_part_state;
}

static void
ouioed_store_redis_init (OuioedStoreRedis *self)
{
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ouioed_redis_watch_free);
  g_queue_init (&self->look_at);
  self->peers = g_ptr_array_new_with_free_func (peer_free);
}

OuioedStore *
ouioed_store_redis_new (OuioedRedisUrl *url, const char *name)
{
  OuioedStoreRedis *self = g_object_new (OUIOED_TYPE_STORE_REDIS, NULL);

  self->url = ouioed_redis_url_ref (url);
  self->name = name != NULL ? g_strdup (name)
               : g_strdup_printf ("%s-%d-%08x", g_get_host_name (), (int) getpid (), g_random_int ());
  load_scripts (self);
  return OUIOED_STORE (self);
}
