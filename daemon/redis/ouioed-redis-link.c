/* ouioed-redis-link.c - a link that is connected: commands out, answers in, and noticing that nobody is there any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-link-private.h"

#include "ouioe-error.h"

#include <string.h>

#define READ_BYTES      (64 << 10)
#define READS_PER_TURN  8              /* others want the main loop, too */
#define WATCH_US        (G_USEC_PER_SEC / 4)
#define HEALTHY_US      (10 * (gint64) G_USEC_PER_SEC)
#define MAX_IDLE_BUFFER (256 << 10)    /* of the output, kept for the next time */

/* ---- calling out ---- */

static void
link_destroy (OuioedRedisLink *self)
{
  g_source_destroy (self->flush);
  g_source_unref (self->flush);
  g_byte_array_unref (self->out);
  ouioed_redis_url_unref (self->url);
  g_free (self->name);
  g_free (self->problem);
  g_free (self->peer);
  g_free (self->master_host);
  g_free (self);
}

static void
link_leave (OuioedRedisLink *self)
{
  if (--self->n_busy == 0 && self->freed)
    link_destroy (self);
}

static void
link_tell (OuioedRedisLink *self, gboolean up, const GError *error)
{
  if (!self->freed && self->funcs.changed != NULL)
    self->funcs.changed (self, up, error, self->user_data);
}

/* ---- writing ---- */

static gboolean flush_now (OuioedRedisLink *self);

static gboolean
on_writable (GObject *stream, gpointer user_data)
{
  OuioedRedisLink *self = user_data;

  g_source_destroy (self->writable);
  g_clear_pointer (&self->writable, g_source_unref);
  self->n_busy++;
  flush_now (self);
  link_leave (self);
  return G_SOURCE_REMOVE;
}

static gboolean
flush_now (OuioedRedisLink *self)
{
  while (self->out_taken < self->out->len)
    {
      g_autoptr(GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (self->output, self->out->data + self->out_taken,
                                                             self->out->len - self->out_taken, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          self->writable = g_pollable_output_stream_create_source (self->output, NULL);
          g_source_set_callback (self->writable, G_SOURCE_FUNC (on_writable), self, NULL);
          g_source_attach (self->writable, g_main_context_get_thread_default ());
          return FALSE;
        }
      if (n <= 0)
        {
          ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "The connection broke: %s",
                                                     error != NULL ? error->message : "closed"));
          return FALSE;
        }
      self->out_taken += (gsize) n;
      self->stats.bytes_out += (guint64) n;
    }

  if (self->out->len > MAX_IDLE_BUFFER)
    {
      g_byte_array_unref (self->out);
      self->out = g_byte_array_new ();
    }
  g_byte_array_set_size (self->out, 0);
  self->out_taken = 0;
  return TRUE;
}

typedef struct {
  GSource          source;
  OuioedRedisLink *link;
} FlushSource;

static gboolean
flush_source_check (GSource *source)
{
  OuioedRedisLink *self = ((FlushSource *) source)->link;

  return self->stream != NULL && self->writable == NULL && self->out_taken < self->out->len;
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
  OuioedRedisLink *self = ((FlushSource *) source)->link;

  self->n_busy++;
  flush_now (self);
  link_leave (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs flush_source_funcs = {
  .prepare = flush_source_prepare,
  .check = flush_source_check,
  .dispatch = flush_source_dispatch,
};

void
ouioed_redis_link_queue (OuioedRedisLink *self, guint n, const char *const *args, const gsize *lens, OuioedRedisReplyFunc func,
                         gpointer user_data)
{
  OuioedRedisPending *pending;
  gsize before = self->out->len;
  char head[32];

  g_byte_array_append (self->out, (const guint8 *) head, (guint) g_snprintf (head, sizeof head, "*%u\r\n", n));
  for (guint i = 0; i < n; i++)
    {
      gsize len = lens != NULL ? lens[i] : strlen (args[i]);

      g_byte_array_append (self->out, (const guint8 *) head,
                           (guint) g_snprintf (head, sizeof head, "$%" G_GSIZE_FORMAT "\r\n", len));
      g_byte_array_append (self->out, (const guint8 *) args[i], (guint) len);
      g_byte_array_append (self->out, (const guint8 *) "\r\n", 2);
    }

  self->stats.commands++;
  if (self->funcs.pushed != NULL && self->state == OUIOED_LINK_UP)
    return;   /* what comes back is a message like the others */

  pending = g_new (OuioedRedisPending, 1);
  *pending = (OuioedRedisPending) { func, user_data, g_get_monotonic_time (), self->out->len - before };
  g_queue_push_tail (&self->pending, pending);
  self->stats.n_pending++;
  self->stats.pending_bytes += pending->bytes;
}

gboolean
ouioed_redis_link_send (OuioedRedisLink *self, guint n, const char *const *args, const gsize *lens, OuioedRedisReplyFunc func,
                        gpointer user_data, GError **error)
{
  if (self->state != OUIOED_LINK_UP)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "Redis (%s) cannot be reached: %s", self->peer,
                   ouioed_redis_link_get_problem (self));
      return FALSE;
    }
  if (self->stats.n_pending >= self->limits.max_pending || self->out->len - self->out_taken > self->limits.max_pending_bytes
      || self->stats.pending_bytes > self->limits.max_pending_bytes)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "Redis (%s) does not keep up: %u commands wait",
                   self->peer, self->stats.n_pending);
      return FALSE;
    }

  ouioed_redis_link_queue (self, n, args, lens, func, user_data);
  return TRUE;
}

gboolean
ouioed_redis_link_send_texts (OuioedRedisLink *self, OuioedRedisReplyFunc func, gpointer user_data, GError **error, ...)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new ();
  va_list list;
  const char *text;

  va_start (list, error);
  while ((text = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (args, (gpointer) text);
  va_end (list);
  return ouioed_redis_link_send (self, args->len, (const char *const *) args->pdata, NULL, func, user_data, error);
}

/* ---- reading ---- */

static void
link_take_reply (OuioedRedisLink *self, const redisReply *reply)
{
  OuioedRedisPending *pending;

  /* In a subscription everything is a message; what a greeting is answered stands in front of them. */
  if (self->funcs.pushed != NULL && self->state == OUIOED_LINK_UP)
    {
      self->funcs.pushed (self, reply, self->user_data);
      return;
    }

  pending = g_queue_pop_head (&self->pending);
  if (pending == NULL)
    {
      ouioed_redis_link_fail (self, g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                                                         "The server answered what nobody asked"));
      return;
    }
  self->stats.n_pending--;
  self->stats.pending_bytes -= pending->bytes;
  self->stats.latency_us = g_get_monotonic_time () - pending->sent_us;
  if (pending->func != NULL)
    pending->func (self, reply, NULL, pending->user_data);
  g_free (pending);
}

/* FALSE: this connection is over. */
static gboolean
link_take_replies (OuioedRedisLink *self)
{
  guint serial = self->serial;

  for (;;)
    {
      redisReply *reply = NULL;

      if (redisReaderGetReply (self->reader, (void **) &reply) != REDIS_OK)
        {
          ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                                                     "This is no Redis server: %s", self->reader->errstr));
          return FALSE;
        }
      if (reply == NULL)
        return TRUE;

      link_take_reply (self, reply);
      freeReplyObject (reply);
      if (self->serial != serial || self->freed)
        return FALSE;
    }
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  OuioedRedisLink *self = user_data;
  static char buffer[READ_BYTES];    /* main context only */

  self->n_busy++;
  for (guint i = 0; i < READS_PER_TURN; i++)
    {
      g_autoptr(GError) error = NULL;
      gssize n = g_pollable_input_stream_read_nonblocking (self->input, buffer, sizeof buffer, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (n <= 0)
        {
          ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "The connection broke: %s",
                                                     error != NULL ? error->message : "closed by the server"));
          break;
        }

      self->heard_us = g_get_monotonic_time ();
      self->pinged = FALSE;
      self->stats.bytes_in += (guint64) n;
      redisReaderFeed (self->reader, buffer, (gsize) n);
      if (!link_take_replies (self) || n < (gssize) sizeof buffer)
        break;
    }
  link_leave (self);
  return G_SOURCE_CONTINUE;   /* a source that was destroyed meanwhile is not called again */
}

/* ---- being connected ---- */

void
ouioed_redis_link_adopt (OuioedRedisLink *self, GIOStream *stream)
{
  self->stream = g_object_ref (stream);
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
  self->reader = redisReaderCreate ();
  self->heard_us = g_get_monotonic_time ();
  self->pinged = FALSE;
  self->serial++;
  self->readable = g_pollable_input_stream_create_source (self->input, NULL);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_set_static_name (self->readable, "ouioed-redis");
  g_source_attach (self->readable, g_main_context_get_thread_default ());
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
ouioed_redis_link_disconnect (OuioedRedisLink *self)
{
  if (self->connecting != NULL)
    g_cancellable_cancel (self->connecting);
  g_clear_object (&self->connecting);
  clear_source (&self->readable);
  clear_source (&self->writable);
  clear_source (&self->timer);
  g_clear_pointer (&self->reader, redisReaderFree);
  g_byte_array_set_size (self->out, 0);
  self->out_taken = 0;
  self->serial++;
  /* The socket first: ending TLS would wait for a peer that may be gone. */
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  g_clear_object (&self->stream);
}

static void
link_answer_all (OuioedRedisLink *self, const GError *error)
{
  GQueue pending = self->pending;
  OuioedRedisPending *item;

  g_queue_init (&self->pending);
  self->stats.n_pending = 0;
  self->stats.pending_bytes = 0;
  while ((item = g_queue_pop_head (&pending)) != NULL)
    {
      if (item->func != NULL)
        item->func (self, NULL, error, item->user_data);
      g_free (item);
    }
}

void
ouioed_redis_link_fail (OuioedRedisLink *self, GError *error)
{
  g_autoptr(GError) owned = error;
  gint64 now_us = g_get_monotonic_time ();
  gint64 delay_us;

  if (self->freed)
    return;
  if (self->state == OUIOED_LINK_UP && now_us - self->up_since_us > HEALTHY_US)
    self->n_failures = 0;
  delay_us = MIN (self->limits.min_delay_us << MIN (self->n_failures, 20), self->limits.max_delay_us);
  self->n_failures++;
  self->stats.failures++;

  self->n_busy++;
  ouioed_redis_link_disconnect (self);
  self->state = OUIOED_LINK_WAITING;
  g_free (self->problem);
  self->problem = g_strdup (owned->message);
  link_answer_all (self, owned);
  link_tell (self, FALSE, owned);
  /* Half to one and a half of it: many daemons must not come back at the same moment. */
  if (!self->freed && self->state == OUIOED_LINK_WAITING && self->timer == NULL)
    ouioed_redis_link_set_timer (self, (gint64) ((double) delay_us * g_random_double_range (0.5, 1.5)), NULL);
  link_leave (self);
}

void
ouioed_redis_link_reset (OuioedRedisLink *self, const char *why)
{
  if (self->stream != NULL)
    ouioed_redis_link_fail (self, g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, why));
}

/* ---- noticing that nobody is there ---- */

static gboolean
on_watch (gpointer user_data)
{
  OuioedRedisLink *self = user_data;
  const OuioedRedisPending *oldest = g_queue_peek_head (&self->pending);
  gint64 now_us = g_get_monotonic_time ();
  gint64 silent_us = now_us - self->heard_us;

  if ((oldest != NULL && now_us - oldest->sent_us > self->limits.reply_timeout_us
       && silent_us > self->limits.reply_timeout_us / 2)
      || (self->pinged && silent_us > self->limits.ping_interval_us + self->limits.reply_timeout_us))
    {
      ouioed_redis_link_fail (self, g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                                                         "The server did not answer in time"));
      return G_SOURCE_REMOVE;
    }
  if (silent_us > self->limits.ping_interval_us && !self->pinged)
    {
      self->pinged = TRUE;
      ouioed_redis_link_queue (self, 1, (const char *const[]) { "PING" }, NULL, NULL, NULL);
    }
  return G_SOURCE_CONTINUE;
}

void
ouioed_redis_link_set_up (OuioedRedisLink *self)
{
  self->state = OUIOED_LINK_UP;
  self->up_since_us = g_get_monotonic_time ();
  self->stats.connects++;
  g_clear_pointer (&self->problem, g_free);
  ouioed_redis_link_set_timer (self, WATCH_US, on_watch);
  link_tell (self, TRUE, NULL);
}

/* ---- life ---- */

OuioedRedisLink *
ouioed_redis_link_new (OuioedRedisUrl *url, guint place, const char *name, const OuioedRedisLimits *limits,
                       const OuioedRedisLinkFuncs *funcs, gpointer user_data)
{
  OuioedRedisLink *self = g_new0 (OuioedRedisLink, 1);

  self->url = ouioed_redis_url_ref (url);
  self->place = place;
  self->name = g_strdup (name);
  self->limits = *limits;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->peer = g_strdup (((OuioedRedisPlace *) url->places->pdata[place])->name);
  self->out = g_byte_array_new ();
  g_queue_init (&self->pending);
  self->flush = g_source_new (&flush_source_funcs, sizeof (FlushSource));
  ((FlushSource *) self->flush)->link = self;
  g_source_set_static_name (self->flush, "ouioed-redis-flush");
  g_source_attach (self->flush, g_main_context_get_thread_default ());
  ouioed_redis_link_begin (self);
  return self;
}

void
ouioed_redis_link_free (OuioedRedisLink *self)
{
  g_autoptr(GError) error = g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "The store is closed");

  self->freed = TRUE;
  self->n_busy++;
  ouioed_redis_link_disconnect (self);
  self->state = OUIOED_LINK_WAITING;
  link_answer_all (self, error);
  link_leave (self);
}

gboolean
ouioed_redis_link_is_up (OuioedRedisLink *self)
{
  return self->state == OUIOED_LINK_UP;
}

const char *
ouioed_redis_link_get_problem (OuioedRedisLink *self)
{
  return self->problem != NULL ? self->problem : "not connected yet";
}

const char *
ouioed_redis_link_get_peer (OuioedRedisLink *self)
{
  return self->peer;
}

void
ouioed_redis_link_get_stats (OuioedRedisLink *self, OuioedRedisLinkStats *stats)
{
  *stats = self->stats;
}

GError *
ouioed_redis_error_new (const redisReply *reply)
{
  static const struct {
    const char *code;
    const char *words;
  } known[] = {
    { "OOM", "Redis has no memory left (maxmemory)" },
    { "READONLY", "This Redis is a replica and takes no writes" },
    { "LOADING", "Redis is still loading its data" },
    { "MASTERDOWN", "This Redis is a replica that has lost its master" },
    { "MISCONF", "Redis cannot save to disk and takes no writes" },
    { "NOREPLICAS", "Redis takes no writes: too few replicas are connected" },
    { "NOAUTH", "Redis wants a password" },
    { "WRONGPASS", "Redis does not accept user and password" },
    { "NOPERM", "The user of Redis has no permission for this" },
    { "BUSY", "Redis is busy with a script of somebody" },
    { "MOVED", "This is a node of a Redis Cluster, and that is not supported; name several nodes instead" },
    { "CLUSTERDOWN", "This is a node of a Redis Cluster, and that is not supported; name several nodes instead" },
  };

  if (reply->type != REDIS_REPLY_ERROR)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (reply->str, known[i].code))
      return g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "%s: %s", known[i].words, reply->str);

  return g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "Redis refuses: %s", reply->str);
}
