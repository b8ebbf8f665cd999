/* ouioed-redis-read.c - reads: streams of sessions are merged, a chunk of each at a time; all sessions come from the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include <string.h>

#define MIN_CHUNK     16         /* entries of a stream that are asked for at once */
#define MAX_CHUNK     128
#define MAX_LOG_CHUNK 256

typedef struct _Read Read;

typedef struct {
  OuioeEvent *event;
  guint       streams;           /* on which it stands */
} Item;

/* A stream of a session, or the log of a server. */
typedef struct {
  Read            *read;
  OuioedRedisNode *node;
  char            *session_id;   /* NULL: the log */
  guint            stream_index;
  GArray          *items;        /* of Item: what was read and not taken; from @taken on */
  guint            taken;
  OuioeEventId     last;         /* the last that was looked at */
  gboolean         has_begun;
  gboolean         is_complete;  /* nothing follows */
} Source;

struct _Read
{
  GTask        *task;
  OuioedQuery  *query;
  OuioedPage   *page;
  GPtrArray    *sources;         /* of Source */
  guint         n_under_way;
  gsize         bytes;           /* of the page */
  GError       *error;
};

static void
clear_item (gpointer data)
{
  g_clear_pointer (&((Item *) data)->event, ouioe_event_unref);
}

static void
source_free (Source *source)
{
  g_array_unref (source->items);
  g_free (source->session_id);
  g_free (source);
}

static void
read_free (Read *read)
{
  g_clear_pointer (&read->page, ouioed_page_free);
  g_clear_pointer (&read->query, ouioed_query_free);
  g_clear_error (&read->error);
  g_ptr_array_unref (read->sources);
  g_object_unref (read->task);
  g_free (read);
}

static Source *
add_source (Read *read, OuioedRedisNode *node, const char *session_id, guint stream_index)
{
  Source *source = g_new0 (Source, 1);

  source->read = read;
  source->node = node;
  source->session_id = g_strdup (session_id);
  source->stream_index = stream_index;
  source->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (source->items, clear_item);
  g_ptr_array_add (read->sources, source);
  return source;
}

/* ---- ids ---- */

static OuioeEventId
id_after (OuioeEventId id)
{
  if (id.seq < G_MAXUINT64)
    return (OuioeEventId) { id.ms, id.seq + 1 };
  return (OuioeEventId) { id.ms + 1, 0 };
}

static OuioeEventId
id_before (OuioeEventId id)
{
  if (id.seq > 0)
    return (OuioeEventId) { id.ms, id.seq - 1 };
  return (OuioeEventId) { id.ms - 1, G_MAXUINT64 };
}

/* The bounds of what a source has still to give. FALSE: nothing. */
static gboolean
source_get_bounds (const Source *source, OuioeEventId *from, OuioeEventId *to)
{
  const OuioedQuery *query = source->read->query;

  if (ouioe_event_id_is_zero (query->before) || ouioe_event_id_compare (query->after, OUIOE_EVENT_ID_MAX) == 0)
    return FALSE;
  *from = id_after (query->after);
  *to = ouioe_event_id_compare (query->before, OUIOE_EVENT_ID_MAX) == 0 ? query->before : id_before (query->before);
  if (source->has_begun && query->newest)
    {
      if (ouioe_event_id_is_zero (source->last))
        return FALSE;
      *to = id_before (source->last);
    }
  else if (source->has_begun)
    *from = id_after (source->last);
  return ouioe_event_id_compare (*from, *to) <= 0;
}

/* ---- asking ---- */

static guint
source_get_chunk (const Source *source)
{
  return CLAMP (source->read->query->limit + 1, MIN_CHUNK, MAX_CHUNK);
}

static void read_go_on (Read *read);

static void
read_answered (Read *read, const GError *error)
{
  if (error != NULL && read->error == NULL)
    read->error = g_error_copy (error);
  if (--read->n_under_way == 0)
    read_go_on (read);
}

static void
source_add (Source *source, OuioeEvent *event, guint streams)
{
  const Item item = { event, streams };

  g_array_append_val (source->items, item);
}

/* Another program writes the start and the end of a session to both streams, with an id each: who reads both gets the first. */
static gboolean
is_twin (const Source *source, const OuioeEvent *event)
{
  return event->is_foreign && source->stream_index == 1 && (source->read->query->streams & OUIOE_STREAMS_THINKING) != 0
         && ouioe_event_kind_get_streams (event->kind) == OUIOE_STREAMS_BOTH;
}

static void
stream_read_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Source *source = user_data;

  for (gsize i = 0; reply != NULL && i < reply->elements; i++)
    {
      const redisReply *row = reply->element[i];
      g_autoptr(OuioeEvent) event = NULL;

      if (row->type != REDIS_REPLY_ARRAY || row->elements != 2 || !ouioed_redis_read_id (row->element[0], &source->last))
        continue;
      event = ouioed_redis_read_event (source->session_id, source->last, (OuioeStreams) (1u << source->stream_index),
                                       row->element[1]);
      if (event != NULL && !is_twin (source, event))
        source_add (source, g_steal_pointer (&event), 1u << source->stream_index);
    }
  source->is_complete = reply == NULL || reply->elements < source_get_chunk (source);
  source->has_begun = TRUE;
  read_answered (source->read, error);
}

/* What has left the streams is told by the fields of the session. */
static void
marks_read_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Read *read = user_data;

  for (guint s = 0; reply != NULL && s < 2 && s < reply->elements; s++)
    {
      OuioeEventId id;

      if (ouioed_redis_read_id (reply->element[s], &id) && ouioe_event_id_compare (id, read->page->trimmed_to[s]) > 0)
        read->page->trimmed_to[s] = id;
    }
  read_answered (read, error);
}

static void
log_read_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Source *source = user_data;
  Read *read = source->read;

  source->has_begun = TRUE;
  source->is_complete = TRUE;
  if (reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 4)
    {
      source->is_complete = reply->element[0]->integer < MAX_LOG_CHUNK;
      ouioed_redis_read_id (reply->element[1], &source->last);
      for (guint s = 0; s < 2; s++)
        {
          OuioeEventId id;

          if (ouioed_redis_read_id (reply->element[2 + s], &id) && ouioe_event_id_compare (id, read->page->trimmed_to[s]) > 0)
            read->page->trimmed_to[s] = id;
        }
      for (gsize i = 4; i < reply->elements; i++)
        {
          const redisReply *row = reply->element[i];
          guint streams;
          OuioeEventId id;
          OuioeEvent *event;

          if (row->type != REDIS_REPLY_ARRAY || row->elements != 4 || !ouioed_redis_read_id (row->element[0], &id))
            continue;
          streams = (guint) row->element[2]->integer & 3;
          event = ouioed_redis_read_event (row->element[1]->str, id,
                                           streams & 1 ? OUIOE_STREAMS_THINKING : OUIOE_STREAMS_PROGRESS, row->element[3]);
          if (event != NULL)
            source_add (source, event, streams);
        }
    }
  read_answered (read, error);
}

static void
ask_stream (Source *source, OuioeEventId from, OuioeEventId to)
{
  gboolean newest = source->read->query->newest;
  OuioedRedisArgs *args = ouioed_redis_args_new ();
  g_autofree char *key = g_strconcat (source->node->store->url->prefix, source->stream_index == 0 ? "thinking:" : "progress:",
                                      source->session_id, NULL);

  ouioed_redis_args_add_text (args, newest ? "XREVRANGE" : "XRANGE");
  ouioed_redis_args_add_text (args, key);
  ouioed_redis_args_add_id (args, newest ? to : from);
  ouioed_redis_args_add_id (args, newest ? from : to);
  ouioed_redis_args_add_text (args, "COUNT");
  ouioed_redis_args_add_int (args, source_get_chunk (source));
  source->read->n_under_way++;
  ouioed_redis_node_call (source->node, args, stream_read_cb, source);
}

static void
ask_log (Source *source, OuioeEventId from, OuioeEventId to)
{
  OuioedRedisArgs *args = ouioed_redis_node_begin (source->node);

  ouioed_redis_args_add_id (args, from);
  ouioed_redis_args_add_id (args, to);
  ouioed_redis_args_add_int (args, MAX_LOG_CHUNK);
  ouioed_redis_args_add_text (args, source->read->query->newest ? "newest" : "oldest");
  source->read->n_under_way++;
  ouioed_redis_node_run (source->node, OUIOED_SCRIPT_LOG, args, log_read_cb, source);
}

static void
source_ask (Source *source)
{
  OuioeEventId from, to;

  g_array_set_size (source->items, 0);
  source->taken = 0;
  if (!source_get_bounds (source, &from, &to))
    source->is_complete = TRUE;
  else if (source->session_id != NULL)
    ask_stream (source, from, to);
  else
    ask_log (source, from, to);
}

/* ---- merging ---- */

static Item *
source_get_item (Source *source)
{
  return source->taken < source->items->len ? &g_array_index (source->items, Item, source->taken) : NULL;
}

/* Ours stands on both streams with one id; of other programs two events may have the same one. */
static gboolean
is_same (const Item *a, const Item *b)
{
  return ouioe_event_id_compare (a->event->id, b->event->id) == 0 && !a->event->is_foreign && !b->event->is_foreign
         && strcmp (a->event->session_id, b->event->session_id) == 0;
}

/* The next of all sources together; NULL: none, or a source has first to be asked. */
static OuioeEvent *
take_next (Read *read, guint *streams)
{
  Source *from = NULL;
  OuioeEvent *event;
  Item best = { NULL, 0 };

  for (guint i = 0; i < read->sources->len; i++)
    {
      Source *source = read->sources->pdata[i];
      Item *item = source_get_item (source);
      int order;

      if (item == NULL && !source->is_complete)
        return NULL;
      if (item == NULL)
        continue;
      order = best.event != NULL ? ouioe_event_id_compare (item->event->id, best.event->id) : 0;
      if (best.event == NULL || (order != 0 && (order < 0) != read->query->newest))
        {
          best = *item;
          from = source;
        }
    }
  if (from == NULL)
    return NULL;

  *streams = 0;
  event = ouioe_event_ref (best.event);
  for (guint i = 0; i < read->sources->len; i++)
    {
      Source *source = read->sources->pdata[i];
      Item *item = source_get_item (source);

      if (item != NULL && (source == from || is_same (item, &best)))
        {
          *streams |= item->streams;
          source->taken++;
        }
    }
  return event;
}

static void
read_finish (Read *read)
{
  if (read->error != NULL)
    g_task_return_error (read->task, g_steal_pointer (&read->error));
  else
    {
      if (read->query->newest)
        ouioed_page_reverse (read->page);
      g_task_return_pointer (read->task, g_steal_pointer (&read->page), (GDestroyNotify) ouioed_page_free);
    }
  read_free (read);
}

/* FALSE: the page is complete. */
static gboolean
read_take (Read *read)
{
  OuioedQuery *query = read->query;
  OuioeEvent *next;
  guint streams;

  while ((next = take_next (read, &streams)) != NULL)
    {
      g_autoptr(OuioeEvent) event = next;

      if (!ouioed_query_matches (query, streams, event->kind, event->time_us, event->type_word))
        continue;
      read->bytes += g_bytes_get_size (event->json);
      if (read->page->events->len == query->limit
          || (query->max_bytes != 0 && read->bytes > query->max_bytes && read->page->events->len > 0))
        {
          read->page->has_more = TRUE;
          return FALSE;
        }
      g_ptr_array_add (read->page->events, g_steal_pointer (&event));
    }

  return TRUE;
}

static void
read_go_on (Read *read)
{
  gboolean more, again;

  if (read->error != NULL || g_cancellable_is_cancelled (g_task_get_cancellable (read->task)))
    {
      read_finish (read);
      return;
    }

  read->n_under_way++;   /* nothing is finished while it is asked */
  do
    {
      again = FALSE;
      more = read_take (read);
      for (guint i = 0; more && i < read->sources->len; i++)
        {
          Source *source = read->sources->pdata[i];

          if (source->is_complete || source_get_item (source) != NULL)
            continue;
          source_ask (source);
          again = again || source->is_complete;
        }
    }
  while (again && read->n_under_way == 1);   /* sources that had nothing more are no reason to wait */
  if (--read->n_under_way == 0)
    read_finish (read);
}

/* ---- beginning ---- */

static void
ask_marks (Read *read, OuioedRedisNode *node, const char *session_id)
{
  OuioedRedisArgs *args = ouioed_redis_args_new ();
  g_autofree char *key = g_strconcat (node->store->url->prefix, "ouioe:session:", session_id, NULL);

  ouioed_redis_args_add_text (args, "HMGET");
  ouioed_redis_args_add_text (args, key);
  ouioed_redis_args_add_text (args, "m0");
  ouioed_redis_args_add_text (args, "m1");
  read->n_under_way++;
  ouioed_redis_node_call (node, args, marks_read_cb, read);
}

void
ouioed_redis_read_async (OuioedStore *store, const OuioedQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (store);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(GHashTable) asked = g_hash_table_new (g_str_hash, g_str_equal);
  Read *read;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->closed)
    {
      g_task_return_error (task, ouioed_store_error_closed ());
      return;
    }

  read = g_new0 (Read, 1);
  read->task = g_steal_pointer (&task);
  read->query = ouioed_query_copy (query);
  read->page = ouioed_page_new ();
  read->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) source_free);
  read->n_under_way = 1;
  for (guint i = 0; query->sessions == NULL && i < self->nodes->len; i++)
    add_source (read, self->nodes->pdata[i], NULL, 0);
  for (guint i = 0; query->sessions != NULL && query->sessions[i] != NULL; i++)
    {
      OuioedRedisNode *node = ouioed_redis_node_of (self, query->sessions[i]);

      if (!g_hash_table_add (asked, (gpointer) query->sessions[i]))
        continue;
      for (guint s = 0; s < 2; s++)
        if (query->streams & (1u << s))
          add_source (read, node, query->sessions[i], s);
      ask_marks (read, node, query->sessions[i]);
    }
  /* What was trimmed and what is there: one round trip for both. */
  for (guint i = 0; i < read->sources->len; i++)
    source_ask (read->sources->pdata[i]);
  read_answered (read, NULL);
}
