/* bench-peer.c - a connection of the load generator
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
watch (BenchPeer *self, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (self->events == events)
    return;
  epoll_ctl (self->bench->epoll, self->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, self->fd, &event);
  self->events = events;
}

gboolean
bench_peer_connect (BenchPeer *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) self->bench->plan.port) };
  int one = 1;

  if (inet_pton (AF_INET, self->bench->plan.host, &address.sin_addr) != 1)
    return FALSE;
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    return FALSE;
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect (self->fd, (struct sockaddr *) &address, sizeof address) != 0 && errno != EINPROGRESS)
    {
      bench_peer_close (self);
      return FALSE;
    }
  self->events = 0;
  watch (self, EPOLLIN | EPOLLOUT);
  return TRUE;
}

void
bench_peer_close (BenchPeer *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->events = 0;
  g_clear_pointer (&self->out, g_byte_array_unref);
}

static void
flush (BenchPeer *self)
{
  while (self->out != NULL && self->out->len > 0)
    {
      ssize_t n = send (self->fd, self->out->data, self->out->len, MSG_NOSIGNAL);

      if (n <= 0)
        return;
      g_byte_array_remove_range (self->out, 0, (guint) n);
    }
  g_clear_pointer (&self->out, g_byte_array_unref);
  watch (self, EPOLLIN);
}

void
bench_peer_send (BenchPeer *self, const void *data, gsize len)
{
  ssize_t n = 0;

  if (self->fd < 0)
    return;
  /* EPOLLOUT is watched as long as the connection is not made, or the socket is full */
  if (self->out == NULL && (self->events & EPOLLOUT) == 0)
    n = send (self->fd, data, len, MSG_NOSIGNAL);
  n = MAX (0, n);
  if ((gsize) n == len)
    return;
  if (self->out == NULL)
    self->out = g_byte_array_new ();
  g_byte_array_append (self->out, (const guint8 *) data + n, (guint) (len - (gsize) n));
  watch (self, EPOLLIN | EPOLLOUT);
}

guint8 *
bench_peer_receive (BenchPeer *self, GByteArray **carry, gsize *len, gboolean *over)
{
  guint8 *scratch = self->bench->scratch;
  gsize kept = *carry == NULL ? 0 : (*carry)->len;
  ssize_t n;

  *over = FALSE;
  if (kept >= BENCH_SCRATCH_BYTES)
    {
      *over = TRUE;
      return NULL;
    }
  n = recv (self->fd, scratch + kept, BENCH_SCRATCH_BYTES - kept, 0);
  if (n <= 0)
    {
      *over = n == 0 || (errno != EAGAIN && errno != EINTR);
      return NULL;
    }
  self->bench->now_ns = bench_now_ns ();
  if (kept > 0)
    memcpy (scratch, (*carry)->data, kept);
  g_clear_pointer (carry, g_byte_array_unref);
  *len = kept + (gsize) n;
  return scratch;
}

void
bench_peer_carry (GByteArray **carry, const guint8 *data, gsize len)
{
  if (len == 0)
    return;
  if (*carry == NULL)
    *carry = g_byte_array_sized_new ((guint) len);
  g_byte_array_append (*carry, data, (guint) len);
}

void
bench_turn (Bench *bench, int timeout_ms)
{
  struct epoll_event events[256];
  int n = epoll_wait (bench->epoll, events, G_N_ELEMENTS (events), bench->plan.spin ? 0 : timeout_ms);

  for (int i = 0; i < n; i++)
    {
      BenchPeer *peer = events[i].data.ptr;

      if (peer->fd >= 0 && (events[i].events & EPOLLOUT) != 0)
        flush (peer);
      if (peer->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        peer->ready (peer);
    }
}
