/* ouioed-reader.c - one reader: what comes from its peer, its clocks, its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-reader-private.h"

#define NO_CODE 1005

static void
reader_count_frame (OuioedReader *self)
{
  gint64 now = self->engine->now;

  if (now - self->counted_from >= G_USEC_PER_SEC)
    {
      self->counted_from = now;
      self->n_counted = 0;
    }
  self->n_counted++;
}

/* Queues a close frame, or the last bytes; what happens then depends on who began. */
static void
reader_begin_close (OuioedReader *self, OuioedReaderEnd end, guint16 code, const char *reason, GBytes *last)
{
  if (self->state != READER_OPEN)
    return;

  self->state = READER_CLOSING;
  self->end = end;
  self->until = g_get_monotonic_time () + OUIOED_READER_CLOSE_US;
  self->is_slowed = FALSE;
  self->is_resumed = self->is_resumed || self->is_paused;
  self->is_paused = FALSE;

  if (self->type == OUIOED_READER_SSE && last != NULL)
    {
      ouioed_reader_need_extras (self)->last = g_bytes_ref (last);
    }
  else if (self->type == OUIOED_READER_WEBSOCKET)
    {
      ReaderExtras *extras = ouioed_reader_need_extras (self);
      gsize n_reason = reason != NULL ? strlen (reason) : 0;
      gsize n = code == NO_CODE ? 0 : 2 + MIN (n_reason, OUIOED_READER_MAX_REASON);
      guint at = ouioed_ws_header (extras->close, OUIOED_WS_CLOSE, n);

      if (n > 0)
        {
          extras->close[at] = code >> 8;
          extras->close[at + 1] = code & 0xff;
          if (n > 2)
            memcpy (extras->close + at + 2, reason, n - 2);
        }
      extras->n_close = at + n;
    }
  ouioed_reader_update_deadline (self);
  ouioed_reader_engine_enqueue (self->engine, self, LIST_URGENT);
}

static gboolean
on_message (OuioedWsOpcode opcode, const char *data, gsize len, gpointer user_data)
{
  OuioedReader *self = user_data;
  gboolean more;

  reader_count_frame (self);
  self->heard_at = self->engine->now;
  if (self->state != READER_OPEN)
    return TRUE;
  if (opcode != OUIOED_WS_TEXT)
    {
      reader_begin_close (self, OUIOED_READER_END_PROTOCOL, 1003, "text messages only", NULL);
      return TRUE;
    }

  self->engine->metrics.messages++;
  if (self->feed->message == NULL)
    return TRUE;

  /* The feed may resume, or close, before it returns. */
  self->is_paused = TRUE;
  more = self->feed->message (self, data, len, self->user_data);
  if (more)
    self->is_paused = FALSE;

  return !self->is_paused;
}

static void
on_control (OuioedWsOpcode opcode, const char *data, gsize len, guint16 close_code, gpointer user_data)
{
  OuioedReader *self = user_data;
  guint32 id = GUINT32_TO_BE (self->ping_id);

  reader_count_frame (self);
  if (opcode == OUIOED_WS_PING && self->state == READER_OPEN)
    {
      ReaderExtras *extras = ouioed_reader_need_extras (self);
      guint at = ouioed_ws_header (extras->pong, OUIOED_WS_PONG, len);

      memcpy (extras->pong + at, data, len);
      extras->n_pong = at + len;
    }
  else if (opcode == OUIOED_WS_PONG && self->is_pinged && len == sizeof id && memcmp (data, &id, len) == 0)
    {
      self->is_pinged = FALSE;
      ouioed_reader_update_deadline (self);
    }
  else if (opcode == OUIOED_WS_CLOSE)
    {
      self->is_answered = TRUE;
      reader_begin_close (self, OUIOED_READER_END_PEER, close_code, NULL, NULL);
    }
}

static const OuioedWsHandler handler = { on_message, on_control };

static const char *
code_reason (guint16 code)
{
  return code == 1009 ? "message too big" : code == 1007 ? "not UTF-8" : "protocol error";
}

/* What the parser said of the input; and whether it was too much. */
static void
reader_after_input (OuioedReader *self, guint16 code)
{
  const guint max = self->engine->limits.max_messages_per_second;

  if (code != 0)
    reader_begin_close (self, OUIOED_READER_END_PROTOCOL, code, code_reason (code), NULL);
  if (self->state == READER_OPEN && max > 0 && self->n_counted > max)
    {
      self->is_slowed = TRUE;
      self->until = self->counted_from + (gint64) self->n_counted * G_USEC_PER_SEC / max;
      self->n_counted = 0;
    }
  ouioed_reader_update_events (self);
  ouioed_reader_update_deadline (self);
}

/* Returns FALSE when the reader has ended. */
static gboolean
reader_read (OuioedReader *self)
{
  OuioedReaderEngine *engine = self->engine;
  gssize n = recv (self->fd, engine->buffer, OUIOED_READER_BUFFER, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (n <= 0)
    {
      OuioedReaderEnd end = n == 0 || errno == ECONNRESET ? OUIOED_READER_END_PEER : OUIOED_READER_END_ERROR;

      ouioed_reader_end (self, self->state == READER_CLOSING ? self->end : end, FALSE);
      return FALSE;
    }

  if (self->parser != NULL)
    {
      gboolean was_paused = self->is_paused;
      guint16 code = ouioed_ws_parser_feed (self->parser, engine->buffer, n);

      if (code != 0 || self->is_paused != was_paused || self->n_counted > engine->limits.max_messages_per_second)
        reader_after_input (self, code);
      return TRUE;
    }

  /* After the request there is nothing to say on an event stream. */
  self->n_counted += n;
  if (self->n_counted > OUIOED_READER_BUFFER)
    {
      ouioed_reader_end (self, OUIOED_READER_END_PROTOCOL, TRUE);
      return FALSE;
    }

  return TRUE;
}

/* What was put off: input read earlier, or kept by the parser. */
static void
reader_resume_input (OuioedReader *self)
{
  g_autoptr(GBytes) input = NULL;
  guint16 code = 0;

  self->is_resumed = FALSE;
  if (self->is_pinged)
    self->pinged_at = self->engine->now;
  if (self->extras != NULL)
    input = g_steal_pointer (&self->extras->input);
  ouioed_reader_trim_extras (self);
  if (self->parser == NULL)
    return;

  if (input != NULL)
    {
      gsize len;
      g_autofree guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&input), &len);

      code = ouioed_ws_parser_feed (self->parser, data, len);
    }
  else
    {
      code = ouioed_ws_parser_resume (self->parser);
    }
  reader_after_input (self, code);
}

/* Everything of a closing reader is written: whether it may end. */
static gboolean
reader_has_closed (OuioedReader *self)
{
  if (self->state != READER_CLOSING || self->blocked_at != 0)
    return FALSE;

  return self->type == OUIOED_READER_SSE || self->is_answered || self->end == OUIOED_READER_END_PROTOCOL;
}

void
ouioed_reader_flush (OuioedReader *self)
{
  if (self->is_broken)
    {
      ouioed_reader_end (self, OUIOED_READER_END_ERROR, FALSE);
      return;
    }
  if (self->is_resumed)
    reader_resume_input (self);
  if (self->blocked_at == 0 && !ouioed_reader_write (self))
    return;
  if (reader_has_closed (self) && self->partial == NULL && (self->extras == NULL || self->extras->n_close == 0))
    ouioed_reader_end (self, self->end, TRUE);
}

static void
on_watch (OuioedWatch *watch, guint32 events)
{
  OuioedReader *self = (OuioedReader *) watch;
  gboolean is_reading;

  self->engine->now = g_get_monotonic_time ();
  if (self->is_resumed)   /* what came first is told first */
    reader_resume_input (self);
  is_reading = (watch->events & EPOLLIN) != 0;
  if ((events & EPOLLERR) != 0 || (is_reading && (events & (EPOLLIN | EPOLLHUP)) != 0))
    {
      if (!reader_read (self))
        return;
    }
  else if ((events & EPOLLHUP) != 0)
    {
      /* The peer has gone, and nothing can be written, but what it has said last is not wanted yet. */
      ouioed_poller_remove (self->engine->poller, watch);
      return;
    }
  if ((events & EPOLLOUT) != 0 && self->blocked_at != 0 && !ouioed_reader_write (self))
    return;

  if ((self->extras != NULL && self->blocked_at == 0) || self->state == READER_CLOSING)
    {
      ouioed_reader_engine_dequeue (self->engine, self);
      ouioed_reader_flush (self);
    }
}

void
ouioed_reader_deadline_passed (OuioedReader *self)
{
  OuioedReaderEngine *engine = self->engine;
  const OuioedReaderLimits *limits = &engine->limits;
  gint64 now = engine->now;

  if (self->state == READER_CLOSING)
    {
      ouioed_reader_end (self, self->end, FALSE);
      return;
    }
  if (self->blocked_at != 0 && limits->stall_timeout_us > 0 && now >= self->blocked_at + limits->stall_timeout_us)
    {
      ouioed_reader_end (self, OUIOED_READER_END_TIMEOUT, FALSE);
      return;
    }

  if (self->is_slowed && now >= self->until)
    {
      self->is_slowed = FALSE;
      if (self->is_pinged)
        self->pinged_at = now;
      ouioed_reader_update_events (self);
    }
  if (self->blocked_at != 0 && !self->is_stalled && now >= self->blocked_at + OUIOED_READER_STALLED_US)
    {
      self->is_stalled = TRUE;
      if (self->feed->stalled != NULL)
        self->feed->stalled (self, self->user_data);
    }
  if (self->parser != NULL && self->blocked_at == 0 && !self->is_paused && !self->is_slowed
      && limits->ping_interval_us > 0)
    {
      if (self->is_pinged && now >= self->pinged_at + limits->pong_timeout_us)
        {
          reader_begin_close (self, OUIOED_READER_END_TIMEOUT, 1011, "keepalive ping timeout", NULL);
        }
      else if (!self->is_pinged && now >= self->pinged_at + limits->ping_interval_us)
        {
          self->ping_id++;
          ouioed_reader_need_extras (self)->n_ping = 1;
          ouioed_reader_engine_enqueue (engine, self, LIST_URGENT);
        }
    }
  if (self->state == READER_OPEN && self->feed->silent != NULL && limits->keepalive_us > 0
      && now >= self->heard_at + limits->keepalive_us)
    {
      self->heard_at = now;
      self->feed->silent (self, self->user_data);
    }
  ouioed_reader_update_deadline (self);
}

static void
set_option (int fd, int level, int option, int value)
{
  if (setsockopt (fd, level, option, &value, sizeof value) < 0)
    g_debug ("setsockopt (%d, %d, %d): %s", level, option, value, g_strerror (errno));
}

/* What a stalled peer may hide in the kernel is bounded twice: by the buffer, and by what of it may be unsent. The user
 * timeout also counts while the peer's window is shut, so it must not end a stalled reader before we do. */
static void
reader_set_options (OuioedReader *self)
{
  const OuioedReaderLimits *limits = &self->engine->limits;
  int domain = 0;
  socklen_t len = sizeof domain;

  if (limits->send_buffer_bytes > 0)
    set_option (self->fd, SOL_SOCKET, SO_SNDBUF, (int) MIN (limits->send_buffer_bytes, G_MAXINT));
  if (getsockopt (self->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 || domain == AF_UNIX)
    return;

  set_option (self->fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option (self->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int) MIN (limits->stall_timeout_us / 1000, G_MAXINT));
  if (limits->send_buffer_bytes > 0)
    set_option (self->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int) MIN (limits->send_buffer_bytes / 2, G_MAXINT));
}

void
ouioed_reader_start (OuioedReader *self)
{
  const OuioedReaderLimits *limits = &self->engine->limits;
  gint64 now = g_get_monotonic_time ();

  self->heard_at = self->counted_from = now;
  /* Those that came together should not all be pinged together. */
  self->pinged_at = now - (gint64) (g_random_double () * (double) limits->ping_interval_us / 2);
  self->is_resumed = self->extras != NULL;
  if (self->type == OUIOED_READER_WEBSOCKET)
    self->parser = ouioed_ws_parser_new (limits->max_message_bytes, &handler, self);
  self->watch.fd = -1;
  reader_set_options (self);
  self->is_broken = !ouioed_poller_add (self->engine->poller, &self->watch, self->fd, EPOLLIN, on_watch, NULL);
  ouioed_reader_update_deadline (self);
}

void
ouioed_reader_end (OuioedReader *self, OuioedReaderEnd end, gboolean gently)
{
  OuioedReaderEngine *engine = self->engine;

  self->state = READER_ENDED;
  ouioed_reader_engine_dequeue (engine, self);
  ouioed_deadlines_remove (engine->deadlines, &self->deadline);
  ouioed_poller_remove (engine->poller, &self->watch);
  if (gently)
    ouioed_linger_close (engine->linger, self->fd);
  else
    close (self->fd);

  g_ptr_array_remove_index_fast (engine->readers, self->place);
  if (self->place < engine->readers->len)
    ((OuioedReader *) engine->readers->pdata[self->place])->place = self->place;
  engine->n_by_type[self->type]--;
  engine->metrics.ended[self->type][end]++;

  self->feed->closed (self, end, self->user_data);
  g_clear_pointer (&self->parser, ouioed_ws_parser_free);
  g_clear_pointer (&self->partial, g_bytes_unref);
  ouioed_reader_drop_extras (self);
  g_free (self);
}

void
ouioed_reader_wake (OuioedReader *self)
{
  /* Who is blocked is asked when the socket takes something again. */
  if (self->list == LIST_NONE && self->blocked_at == 0 && self->state == READER_OPEN)
    ouioed_reader_engine_enqueue (self->engine, self, LIST_WOKEN);
}

void
ouioed_reader_resume (OuioedReader *self)
{
  if (!self->is_paused || self->state != READER_OPEN)
    return;

  self->is_paused = FALSE;
  self->is_resumed = TRUE;
  ouioed_reader_engine_enqueue (self->engine, self, LIST_URGENT);
}

void
ouioed_reader_close (OuioedReader *self, guint16 code, const char *reason, GBytes *last)
{
  reader_begin_close (self, OUIOED_READER_END_SERVER, code, reason, last);
}
