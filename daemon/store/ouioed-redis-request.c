/* ouioed-redis-request.c - what producers ask for: gathered during a turn of the main loop, one script call for all of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include "ouioe-codec.h"
#include "ouioe-vocabulary.h"

#include <string.h>

/* Beyond, a script would hold up the server's other clients for too long. */
#define MAX_GATHERED       64
#define MAX_GATHERED_BYTES (256 << 10)
#define PAGE_SESSIONS      200

/* ---- encoding ---- */

static void
add_key (OuioedRedisArgs *args, const OuioedKeyRecord *key)
{
  char fingerprint[2 * sizeof key->fingerprint + 1];

  for (guint i = 0; i < sizeof key->fingerprint; i++)
    g_snprintf (fingerprint + 2 * i, 3, "%02x", key->fingerprint[i]);
  ouioed_redis_args_add_text (args, "k");
  ouioed_redis_args_add_text (args, key->key);
  ouioed_redis_args_add_text (args, fingerprint);
  ouioed_redis_args_add_int (args, key->time_us);
}

static void
add_rest (OuioedRedisArgs *args, OuioeEvent *event)
{
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);
  const char *rest = ouioe_codec_get_rest (json, len);

  ouioed_redis_args_add (args, rest != NULL ? rest : "", rest != NULL ? len - (gsize) (rest - json) : 0);
}

static void
add_append (OuioedRedisArgs *args, const OuioedAsk *request)
{
  OuioeEvent *event = request->event;
  char confidence[G_ASCII_DTOSTR_BUF_SIZE] = "";

  if (request->confidence >= 0)
    g_ascii_dtostr (confidence, sizeof confidence, request->confidence);
  ouioed_redis_args_add_text (args, "s");
  ouioed_redis_args_add_text (args, event->session_id);
  ouioed_redis_args_add_text (args, event->kind == OUIOE_EVENT_THINKING_STEP ? "1" : "2");
  ouioed_redis_args_add_text (args, event->type_word);
  ouioed_redis_args_add_text (args, ouioe_vocabulary_index (event->kind, event->type_word) < 0 ? "1" : "0");
  ouioed_redis_args_add_text (args, event->kind == OUIOE_EVENT_PROGRESS_UPDATE && strcmp (event->type_word, "progress") == 0
                                    ? "1" : "0");
  ouioed_redis_args_add_text (args, confidence);
  ouioed_redis_args_add_int (args, request->time_us);
  ouioed_redis_add_event (args, event);
  add_rest (args, event);
}

/* The end of a session tells its counters, which the script knows: here it has none of them. */
static void
add_close (OuioedRedisArgs *args, const OuioedAsk *request)
{
  g_autoptr(GString) rest = ouioe_codec_begin_end (request->session_id, request->time_us, request->outcome);
  g_autofree char *time = NULL;
  g_autoptr(GString) quoted = g_string_new (NULL);

  ouioe_json_write_time (quoted, request->time_us);
  time = g_strndup (quoted->str + 1, quoted->len - 2);
  ouioed_redis_args_add_text (args, "e");
  ouioed_redis_args_add_text (args, request->session_id);
  ouioed_redis_args_add_text (args, request->outcome);
  ouioed_redis_args_add_int (args, request->time_us);
  ouioed_redis_args_add_int (args, 6);
  ouioed_redis_args_add_text (args, "type");
  ouioed_redis_args_add_text (args, ouioe_event_kind_to_string (OUIOE_EVENT_SESSION_END));
  ouioed_redis_args_add_text (args, "session_id");
  ouioed_redis_args_add_text (args, request->session_id);
  ouioed_redis_args_add_text (args, "timestamp");
  ouioed_redis_args_add_text (args, time);
  ouioed_redis_args_add (args, rest->str, rest->len);
}

static void
add_request (OuioedRedisArgs *args, const OuioedAsk *request)
{
  if (request->key != NULL)
    add_key (args, request->key);
  else
    ouioed_redis_args_add_text (args, "n");

  switch (request->type)
    {
    case OUIOED_ASK_CREATE:
      ouioed_redis_args_add_text (args, "c");
      ouioed_redis_args_add_text (args, request->session_id);
      ouioed_redis_add_record (args, request->record);
      ouioed_redis_add_event (args, request->event);
      add_rest (args, request->event);
      break;
    case OUIOED_ASK_STEP:
    case OUIOED_ASK_UPDATE:
      add_append (args, request);
      break;
    case OUIOED_ASK_CLOSE:
      add_close (args, request);
      break;
    case OUIOED_ASK_FORGET:
      ouioed_redis_args_add_text (args, "f");
      ouioed_redis_args_add_text (args, request->session_id);
      break;
    case OUIOED_ASK_SET:
      ouioed_redis_args_add_text (args, "u");
      ouioed_redis_args_add_text (args, request->session_id);
      ouioed_redis_add_changes (args, request->record);
      break;
    }
}

/* ---- answers ---- */

static const char *
get_drop_reason (const char *text)
{
  static const char *const reasons[] = { "debug_mode", "progress_updates", "update_threshold" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (text, reasons[i]) == 0)
      return reasons[i];

  return NULL;
}

static gboolean
read_answer (const redisReply *reply, OuioedAnswer *answer)
{
  static const struct { const char *word; OuioedVerdict verdict; gsize n; } words[] = {
    { "ok", OUIOED_VERDICT_DONE, 4 },
    { "dropped", OUIOED_VERDICT_DROPPED, 2 },
    { "replayed", OUIOED_VERDICT_REPLAYED, 2 },
    { "reused", OUIOED_VERDICT_KEY_REUSED, 1 },
    { "none", OUIOED_VERDICT_NO_SESSION, 1 },
    { "closed", OUIOED_VERDICT_CLOSED, 1 },
    { "exists", OUIOED_VERDICT_EXISTS, 1 },
    { "full", OUIOED_VERDICT_TOO_MANY_SESSIONS, 1 },
    { "types", OUIOED_VERDICT_TOO_MANY_TYPES, 1 },
  };

  if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 || reply->element[0]->str == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strcmp (reply->element[0]->str, words[i].word) != 0 || reply->elements < words[i].n)
        continue;
      *answer = (OuioedAnswer) { .verdict = words[i].verdict };
      if (answer->verdict == OUIOED_VERDICT_DROPPED)
        answer->dropped = get_drop_reason (reply->element[1]->str);
      if (answer->verdict == OUIOED_VERDICT_DONE || answer->verdict == OUIOED_VERDICT_REPLAYED)
        ouioed_redis_read_id (reply->element[1], &answer->id);
      for (guint s = 0; answer->verdict == OUIOED_VERDICT_DONE && s < 2; s++)
        answer->appended[s] = g_ascii_strtoull (reply->element[2 + s]->str, NULL, 10);
      return TRUE;
    }

  return FALSE;
}

typedef struct {
  OuioedRedisNode *node;
  GPtrArray       *tasks;        /* of GTask */
  GError          *error;        /* the replicas did not get it */
  GPtrArray       *answers;      /* of OuioedAnswer; NULL: could not be read */
} Asked;

static void
asked_finish (Asked *asked, const GError *error)
{
  for (guint i = 0; i < asked->tasks->len; i++)
    {
      OuioedAnswer *answer = asked->answers != NULL && i < asked->answers->len
                             ? g_steal_pointer (&asked->answers->pdata[i]) : NULL;

      if (error != NULL)
        {
          g_free (answer);
          g_task_return_error (asked->tasks->pdata[i], g_error_copy (error));
        }
      else if (answer != NULL)
        g_task_return_pointer (asked->tasks->pdata[i], answer, g_free);
      else
        g_task_return_new_error (asked->tasks->pdata[i], OUIOE_ERROR, OUIOE_ERROR_INTERNAL, "Redis: an answer cannot be read");
    }
  g_ptr_array_unref (asked->tasks);
  g_clear_pointer (&asked->answers, g_ptr_array_unref);
  g_free (asked);
}

/* WAIT stands behind the script in the same connection: enough replicas have what was written, or not in time. */
static void
ask_waited_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  g_autoptr(GError) few = NULL;

  if (error == NULL && (reply->type != REDIS_REPLY_INTEGER || reply->integer < (long long) asked->node->store->url->n_replicas))
    few = g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                       "Only %lld replicas of Redis have it, and %u are wanted; it may be kept all the same",
                       reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0, asked->node->store->url->n_replicas);
  asked_finish (asked, few != NULL ? few : error);
}

static void
ask_answered_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  OuioedRedisArgs *args;

  if (error != NULL)
    {
      asked_finish (asked, error);
      return;
    }

  asked->answers = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
    {
      OuioedAnswer answer;

      g_ptr_array_add (asked->answers, read_answer (reply->element[i], &answer) ? g_memdup2 (&answer, sizeof answer) : NULL);
    }
  if (asked->node->store->url->n_replicas == 0)
    {
      asked_finish (asked, NULL);
      return;
    }

  args = ouioed_redis_args_new ();
  ouioed_redis_args_add_text (args, "WAIT");
  ouioed_redis_args_add_int (args, asked->node->store->url->n_replicas);
  ouioed_redis_args_add_int (args, OUIOED_REDIS_WAIT_MS);
  ouioed_redis_node_call (asked->node, args, ask_waited_cb, asked);
}

/* ---- gathering ---- */

void
ouioed_redis_ask_flush (OuioedRedisNode *node)
{
  Asked *asked;

  if (node->asking == NULL)
    return;

  asked = g_new0 (Asked, 1);
  asked->node = node;
  asked->tasks = g_steal_pointer (&node->asking);
  node->store->n_gathered -= asked->tasks->len;
  ouioed_redis_node_run (node, OUIOED_SCRIPT_REQUEST, g_steal_pointer (&node->ask_args), ask_answered_cb, asked);
}

void
ouioed_redis_ask_async (OuioedShared *shared, OuioedAsk *request, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  g_autoptr(OuioedAsk) owned = request;
  GTask *task = g_task_new (self, NULL, callback, user_data);
  OuioedRedisNode *node = ouioed_redis_node_of (self, request->session_id);

  if (self->closed)
    {
      g_task_return_error (task, ouioed_store_error_closed ());
      g_object_unref (task);
      return;
    }

  /* The bounds stand once in front of all. */
  if (node->asking != NULL && (node->asking->len >= MAX_GATHERED || node->ask_args->bytes->len >= MAX_GATHERED_BYTES
                               || (request->type == OUIOED_ASK_CREATE && node->ask_limits[0] != request->max_sessions)
                               || (request->key != NULL && node->ask_limits[1] != request->max_keys)))
    ouioed_redis_ask_flush (node);
  if (node->asking == NULL)
    {
      node->asking = g_ptr_array_new_with_free_func (g_object_unref);
      node->ask_args = ouioed_redis_node_begin (node);
      node->ask_limits[0] = request->max_sessions;
      node->ask_limits[1] = request->max_keys;
      ouioed_redis_args_add_int (node->ask_args, request->max_sessions);
      ouioed_redis_args_add_int (node->ask_args, request->max_keys);
    }
  add_request (node->ask_args, owned);
  g_ptr_array_add (node->asking, task);
  self->n_gathered++;
}

/* ---- looking ---- */

typedef struct {
  OuioedLook *look;
  guint       n_under_way;
  GError     *error;             /* of any of the nodes */
} Look;

static void
look_free (Look *self)
{
  g_clear_pointer (&self->look, ouioed_look_free);
  g_clear_error (&self->error);
  g_free (self);
}

static void
look_seen_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Look *self = g_task_get_task_data (task);

  if (error != NULL && self->error == NULL)
    self->error = g_error_copy (error);
  if (reply != NULL)
    {
      OuioedLook *part = ouioed_redis_read_look (reply);

      gsize n;
      g_autofree gpointer *seen = g_ptr_array_steal (part->seen, &n);

      for (gsize i = 0; i < n; i++)
        g_ptr_array_add (self->look->seen, seen[i]);
      if (ouioe_event_id_compare (part->last_id, self->look->last_id) > 0)
        self->look->last_id = part->last_id;
      ouioed_look_free (part);
    }
  if (--self->n_under_way > 0)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->look), (GDestroyNotify) ouioed_look_free);
}

void
ouioed_redis_look_async (OuioedShared *shared, const char *const *session_ids, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (shared);
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autofree OuioedRedisArgs **args = g_new0 (OuioedRedisArgs *, self->nodes->len);
  Look *look = g_new0 (Look, 1);

  look->look = ouioed_look_new ();
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  if (self->closed)
    {
      g_task_return_error (task, ouioed_store_error_closed ());
      return;
    }

  for (guint i = 0; session_ids[i] != NULL; i++)
    {
      OuioedRedisNode *node = ouioed_redis_node_of (self, session_ids[i]);

      if (args[node->index] == NULL)
        {
          args[node->index] = ouioed_redis_node_begin (node);
          ouioed_redis_args_add_text (args[node->index], "these");
          look->n_under_way++;
        }
      ouioed_redis_args_add_text (args[node->index], session_ids[i]);
    }
  /* Of no session: only the newest id of each node is wanted. */
  for (guint i = 0; session_ids[0] == NULL && i < self->nodes->len; i++)
    {
      args[i] = ouioed_redis_node_begin (self->nodes->pdata[i]);
      ouioed_redis_args_add_text (args[i], "these");
      look->n_under_way++;
    }
  for (guint i = 0; i < self->nodes->len; i++)
    if (args[i] != NULL)
      ouioed_redis_node_run (self->nodes->pdata[i], OUIOED_SCRIPT_LOOK, args[i], look_seen_cb, g_object_ref (task));
}

/* ---- listing: a page at a time ---- */

static void list_page (OuioedRedisNode *node);

static void
list_seen_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  OuioedRedisNode *node = user_data;
  OuioedStoreRedis *self = node->store;
  g_autoptr(OuioedLook) look = reply != NULL ? ouioed_redis_read_look (reply) : NULL;
  gboolean is_last;

  /* With the next connection it begins anew. */
  if (look == NULL || self->closed)
    {
      node->listing = FALSE;
      return;
    }

  is_last = look->seen->len < PAGE_SESSIONS;
  OUIOED_REDIS_TELL (self, listed, node->index, look, node->list_from == 0, is_last);
  /* A session that went meanwhile moves the others forward by one; a few are looked at twice so that none is passed over. */
  node->list_from += PAGE_SESSIONS - PAGE_SESSIONS / 10;
  if (!is_last)
    {
      list_page (node);
      return;
    }
  node->listing = FALSE;
  if (node->list_again)
    ouioed_redis_list (node);
}

static void
list_page (OuioedRedisNode *node)
{
  OuioedRedisArgs *args = ouioed_redis_node_begin (node);

  ouioed_redis_args_add_text (args, "from");
  ouioed_redis_args_add_int (args, node->list_from);
  ouioed_redis_args_add_int (args, PAGE_SESSIONS);
  ouioed_redis_node_run (node, OUIOED_SCRIPT_LOOK, args, list_seen_cb, node);
}

void
ouioed_redis_list (OuioedRedisNode *node)
{
  node->list_again = node->listing;
  if (node->listing)
    return;

  node->listing = TRUE;
  node->list_from = 0;
  list_page (node);
}
