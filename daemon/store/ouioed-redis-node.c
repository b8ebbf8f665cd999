/* ouioed-redis-node.c - scripts and commands of one server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include <string.h>

/* What is under way; a script is kept until it is answered, for a server may have forgotten it. */
typedef struct {
  OuioedRedisNode      *node;
  int                   script;        /* -1: a command */
  OuioedRedisArgs      *args;
  OuioedRedisReplyFunc  func;
  gpointer              user_data;
  GError               *error;         /* of what could not even be sent */
} Call;

static void
call_free (Call *self)
{
  g_clear_pointer (&self->args, ouioed_redis_args_free);
  g_clear_error (&self->error);
  g_free (self);
}

static void call_answered_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data);

/* Never from inside of who asked. */
static gboolean
call_failed_cb (gpointer user_data)
{
  Call *self = user_data;

  self->node->store->n_under_way--;
  self->func (self->node->commands, NULL, self->error, self->user_data);
  g_object_unref (self->node->store);
  call_free (self);
  return G_SOURCE_REMOVE;
}

static void
call_send (Call *self, const char *command, const char *first)
{
  guint n = self->args->lens->len;
  guint n_head = command != NULL ? 3 : 0;
  g_autofree const char **args = g_new (const char *, n + n_head);
  g_autofree gsize *lens = g_new (gsize, n + n_head);
  const char *data = (const char *) self->args->bytes->data;

  if (command != NULL)
    {
      args[0] = command;
      args[1] = first;
      args[2] = "0";
      for (guint i = 0; i < n_head; i++)
        lens[i] = strlen (args[i]);
    }
  for (guint i = 0; i < n; i++)
    {
      args[n_head + i] = data;
      lens[n_head + i] = g_array_index (self->args->lens, gsize, i);
      data += lens[n_head + i];
    }

  if (ouioed_redis_link_send (self->node->commands, n + n_head, args, lens, call_answered_cb, self, &self->error))
    return;

  {
    g_autoptr(GSource) source = g_idle_source_new ();

    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_callback (source, call_failed_cb, self, NULL);
    g_source_attach (source, g_main_context_get_thread_default ());
  }
}

static void
call_answered_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Call *self = user_data;
  g_autoptr(OuioedStoreRedis) store = self->node->store;    /* the reference of the call */
  g_autoptr(GError) refused = NULL;

  if (reply != NULL && self->script >= 0 && reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "NOSCRIPT"))
    {
      call_send (self, "EVAL", store->sources[self->script]);
      g_object_ref (store);
      return;
    }

  store->n_under_way--;
  refused = reply != NULL ? ouioed_redis_error_new (reply) : NULL;
  self->func (link, refused != NULL ? NULL : reply, refused != NULL ? refused : error, self->user_data);
  /* Another server is the master now; this connection will not do any more. */
  if (refused != NULL && (g_str_has_prefix (reply->str, "READONLY") || g_str_has_prefix (reply->str, "MASTERDOWN")))
    ouioed_redis_link_reset (link, refused->message);
  call_free (self);
}

static void
node_send (OuioedRedisNode *self, int script, OuioedRedisArgs *args, OuioedRedisReplyFunc func, gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->node = self;
  call->script = script;
  call->args = args;
  call->func = func;
  call->user_data = user_data;
  g_object_ref (self->store);
  self->store->n_under_way++;
  if (script >= 0)
    call_send (call, "EVALSHA", self->store->shas[script]);
  else
    call_send (call, NULL, NULL);
}

void
ouioed_redis_node_run (OuioedRedisNode *self, OuioedScript script, OuioedRedisArgs *args, OuioedRedisReplyFunc func,
                       gpointer user_data)
{
  node_send (self, (int) script, args, func, user_data);
}

void
ouioed_redis_node_call (OuioedRedisNode *self, OuioedRedisArgs *args, OuioedRedisReplyFunc func, gpointer user_data)
{
  node_send (self, -1, args, func, user_data);
}

OuioedRedisArgs *
ouioed_redis_node_begin (OuioedRedisNode *self)
{
  OuioedRedisArgs *args = ouioed_redis_args_new ();

  ouioed_redis_args_add_text (args, self->store->url->prefix);
  ouioed_redis_args_add_text (args, self->channels);
  ouioed_redis_args_add_int (args, OUIOED_REDIS_LOG_LENGTH);
  ouioed_redis_args_add_text (args, self->store->name);
  return args;
}

/* Rendezvous: each node draws a number for the session, and the highest has it. A node more or less moves only the sessions
 * that it gets or had. The names are what is hashed, so the order in the URL does not matter. */
OuioedRedisNode *
ouioed_redis_node_of (OuioedStoreRedis *self, const char *session_id)
{
  OuioedRedisNode *best = self->nodes->pdata[0];
  guint64 highest = 0;

  for (guint i = 0; self->nodes->len > 1 && i < self->nodes->len; i++)
    {
      const OuioedRedisPlace *place = self->url->places->pdata[i];
      guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

      for (const char *c = place->name; *c != '\0'; c++)
        hash = (hash ^ (guint8) *c) * G_GUINT64_CONSTANT (1099511628211);
      hash = (hash ^ 0xff) * G_GUINT64_CONSTANT (1099511628211);
      for (const char *c = session_id; *c != '\0'; c++)
        hash = (hash ^ (guint8) *c) * G_GUINT64_CONSTANT (1099511628211);
      /* Mixed, for neighbouring names give neighbouring sums. */
      hash = (hash ^ hash >> 33) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash = (hash ^ hash >> 33) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
      hash ^= hash >> 33;
      if (i == 0 || hash > highest)
        {
          highest = hash;
          best = self->nodes->pdata[i];
        }
    }

  return best;
}
