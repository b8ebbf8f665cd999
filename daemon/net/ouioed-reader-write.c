/* ouioed-reader-write.c - frames of the feed onto the socket, straight from where they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "ouioed-reader-private.h"

/* One system call's worth: what is half written, then control frames, then frames of the feed. */
typedef struct {
  struct iovec pieces[OUIOED_READER_MAX_FRAMES + 2];
  GBytes      *frames[OUIOED_READER_MAX_FRAMES];
  guint8       control[3 * OUIOED_READER_MAX_CONTROL];
  guint        n_pieces;
  guint        n_frames;
  gsize        n_control;                  /* bytes */
  gsize        n_bytes;                    /* of everything */
} Load;

ReaderExtras *
ouioed_reader_need_extras (OuioedReader *self)
{
  if (self->extras == NULL)
    self->extras = g_new0 (ReaderExtras, 1);

  return self->extras;
}

void
ouioed_reader_drop_extras (OuioedReader *self)
{
  if (self->extras == NULL)
    return;

  g_clear_pointer (&self->extras->last, g_bytes_unref);
  g_clear_pointer (&self->extras->input, g_bytes_unref);
  g_clear_pointer (&self->extras, g_free);
}

void
ouioed_reader_trim_extras (OuioedReader *self)
{
  ReaderExtras *extras = self->extras;

  if (extras != NULL && extras->n_pong == 0 && extras->n_ping == 0 && extras->n_close == 0 && extras->last == NULL
      && extras->input == NULL)
    ouioed_reader_drop_extras (self);
}

static gboolean
is_reading (OuioedReader *self)
{
  return !self->is_paused && !self->is_slowed;
}

void
ouioed_reader_update_events (OuioedReader *self)
{
  guint32 events = (is_reading (self) ? EPOLLIN : 0) | (self->blocked_at != 0 ? EPOLLOUT : 0);

  if (self->watch.fd >= 0)
    ouioed_poller_modify (self->engine->poller, &self->watch, events);
  else if (is_reading (self) && !self->is_broken)   /* it had hung up while nothing was read */
    self->is_broken = !ouioed_poller_add (self->engine->poller, &self->watch, self->fd, events, self->watch.func, NULL);
  if (self->is_broken)
    ouioed_reader_engine_enqueue (self->engine, self, LIST_URGENT);
}

void
ouioed_reader_update_deadline (OuioedReader *self)
{
  const OuioedReaderLimits *limits = &self->engine->limits;
  gint64 due = OUIOED_DEADLINE_NEVER;

  if (self->state == READER_CLOSING)
    {
      ouioed_deadlines_set (self->engine->deadlines, &self->deadline, self->until);
      return;
    }

  if (self->is_slowed)
    due = self->until;
  if (self->feed->silent != NULL && limits->keepalive_us > 0)
    due = MIN (due, self->heard_at + limits->keepalive_us);
  if (self->blocked_at != 0 && !self->is_stalled)
    due = MIN (due, self->blocked_at + OUIOED_READER_STALLED_US);
  if (self->blocked_at != 0 && limits->stall_timeout_us > 0)
    due = MIN (due, self->blocked_at + limits->stall_timeout_us);
  /* Who cannot be written to, or is not read, has an excuse for a missing pong. */
  if (self->parser != NULL && self->blocked_at == 0 && is_reading (self) && limits->ping_interval_us > 0
      && (self->extras == NULL || self->extras->n_ping == 0))
    due = MIN (due, self->pinged_at + (self->is_pinged ? limits->pong_timeout_us : limits->ping_interval_us));

  ouioed_deadlines_set (self->engine->deadlines, &self->deadline, due);
}

static void
load_add (Load *load, const void *data, gsize len)
{
  load->pieces[load->n_pieces++] = (struct iovec) { (void *) data, len };
  load->n_bytes += len;
}

static void
load_add_bytes (Load *load, GBytes *bytes, gsize from)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  load_add (load, data + from, len - from);
}

static void
load_add_control (Load *load, OuioedReader *self)
{
  ReaderExtras *extras = self->extras;
  guint8 *at = load->control;

  memcpy (at, extras->pong, extras->n_pong);
  at += extras->n_pong;
  if (extras->n_ping > 0)
    {
      guint32 id = GUINT32_TO_BE (self->ping_id);

      at += ouioed_ws_header (at, OUIOED_WS_PING, sizeof id);
      memcpy (at, &id, sizeof id);
      at += sizeof id;
    }
  memcpy (at, extras->close, extras->n_close);
  at += extras->n_close;

  load->n_control = at - load->control;
  if (load->n_control > 0)
    load_add (load, load->control, load->n_control);
}

static void
load_fill (Load *load, OuioedReader *self)
{
  load->n_pieces = load->n_frames = 0;
  load->n_control = load->n_bytes = 0;

  /* First, because the feed may close the reader in it. */
  if (self->state == READER_OPEN)
    load->n_frames = self->feed->peek (self, load->frames, OUIOED_READER_MAX_FRAMES, self->user_data);
  if (self->state != READER_OPEN)
    load->n_frames = 0;

  if (self->partial == NULL && self->extras != NULL && self->extras->last != NULL)
    {
      self->partial = g_steal_pointer (&self->extras->last);
      self->partial_at = 0;
    }
  if (self->partial != NULL)
    load_add_bytes (load, self->partial, self->partial_at);
  if (self->extras != NULL)
    load_add_control (load, self);
  for (guint i = 0; i < load->n_frames; i++)
    load_add_bytes (load, load->frames[i], 0);
}

/* The control frames have gone, or will as the half written thing they now are. */
static void
control_taken (OuioedReader *self)
{
  gboolean has_pinged = self->extras->n_ping > 0;

  self->extras->n_pong = self->extras->n_ping = self->extras->n_close = 0;
  ouioed_reader_trim_extras (self);
  if (has_pinged)
    {
      self->is_pinged = TRUE;
      self->pinged_at = self->engine->now;
      ouioed_reader_update_deadline (self);
    }
}

static void
frames_taken (OuioedReader *self, guint n)
{
  if (n == 0)
    return;

  self->engine->metrics.frames[self->type] += n;
  self->feed->taken (self, n, self->user_data);
}

/* All of it has gone: the usual case. */
static void
load_all_taken (Load *load, OuioedReader *self)
{
  g_clear_pointer (&self->partial, g_bytes_unref);
  if (load->n_control > 0)
    control_taken (self);
  frames_taken (self, load->n_frames);
}

/* The first @n bytes of the load have gone, not all. */
static void
load_taken (Load *load, OuioedReader *self, gsize n)
{
  guint n_frames = 0;

  if (self->partial != NULL)
    {
      gsize left = g_bytes_get_size (self->partial) - self->partial_at;

      if (n < left)
        {
          self->partial_at += n;
          return;
        }
      n -= left;
      g_clear_pointer (&self->partial, g_bytes_unref);
    }

  if (load->n_control > 0)
    {
      if (n == 0)
        return;
      if (n < load->n_control)
        {
          self->partial = g_bytes_new (load->control, load->n_control);
          self->partial_at = n;
        }
      n -= MIN (n, load->n_control);
      control_taken (self);
    }

  while (n_frames < load->n_frames && n > 0)
    {
      gsize size = g_bytes_get_size (load->frames[n_frames]);

      if (n < size)
        {
          self->partial = g_bytes_ref (load->frames[n_frames]);
          self->partial_at = n;
        }
      n -= MIN (n, size);
      n_frames++;
    }
  frames_taken (self, n_frames);
}

static gssize
load_send (Load *load, int fd)
{
  struct msghdr message = { .msg_iov = load->pieces, .msg_iovlen = load->n_pieces };
  gssize n;

  do
    n = load->n_pieces == 1
          ? send (fd, load->pieces[0].iov_base, load->pieces[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
          : sendmsg (fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);

  return n;
}

static void
reader_set_blocked (OuioedReader *self, gboolean blocked)
{
  if (!blocked && self->blocked_at == 0)
    return;

  self->blocked_at = blocked ? self->engine->now : 0;
  self->is_stalled = FALSE;
  if (!blocked && self->is_pinged)
    self->pinged_at = self->engine->now;
  ouioed_reader_update_events (self);
  ouioed_reader_update_deadline (self);
}

gboolean
ouioed_reader_write (OuioedReader *self)
{
  OuioedReaderEngine *engine = self->engine;
  gsize n_written = 0;
  Load load;

  for (;;)
    {
      gssize n;

      load_fill (&load, self);
      if (load.n_pieces == 0)
        break;
      n = load_send (&load, self->fd);
      if (n < 0 && errno != EAGAIN)
        {
          gboolean by_peer = errno == EPIPE || errno == ECONNRESET;
          OuioedReaderEnd end = by_peer ? OUIOED_READER_END_PEER : OUIOED_READER_END_ERROR;

          ouioed_reader_end (self, self->state == READER_CLOSING ? self->end : end, FALSE);
          return FALSE;
        }

      engine->metrics.writes[self->type]++;
      n_written += MAX (n, 0);
      engine->metrics.bytes[self->type] += MAX (n, 0);
      if (n > 0 && self->type == OUIOED_READER_SSE)
        self->heard_at = engine->now;
      if (n < (gssize) load.n_bytes)
        {
          if (n > 0)
            load_taken (&load, self, n);
          /* Without progress the time since when it is so stays. */
          if (n_written > 0 || self->blocked_at == 0)
            reader_set_blocked (self, TRUE);
          return TRUE;
        }
      load_all_taken (&load, self);
      if (n_written >= OUIOED_READER_BUDGET)
        {
          reader_set_blocked (self, FALSE);
          ouioed_reader_engine_enqueue (engine, self, LIST_WOKEN);
          return TRUE;
        }
    }
  reader_set_blocked (self, FALSE);

  return TRUE;
}
