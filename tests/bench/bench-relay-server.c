/* bench-relay-server.c - a model server that sends thinking at a given pace, or as much as the socket takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PIECE_MAX 512
/* A paragraph a step: about as long as those of real models. */
#define WORDS_IN_PARAGRAPH 60

static const char *const words[] = {
  " the", " request", " names", " two", " hosts,", " so", " both", " are", " asked", " first;", " one", " may", " be", " slow",
  " and", " then", " only", " its", " last", " answer", " counts.", " That", " is", " why", " times", " matter", " here.",
};

gboolean
bench_relay_listen (BenchRelay *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) self->plan.upstream_port) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
  int one = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (self->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  return self->listener >= 0 && bind (self->listener, (struct sockaddr *) &address, sizeof address) == 0 &&
         listen (self->listener, 1024) == 0 && epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->listener, &event) == 0;
}

void
bench_relay_accept (BenchRelay *self)
{
  int fd, one = 1;

  while ((fd = accept4 (self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      BenchRelayPeer *peer = bench_relay_peer_new (self, fd, TRUE);

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      peer->index = self->servers->len;
      g_ptr_array_add (self->servers, peer);
      bench_relay_peer_watch (peer, EPOLLIN);
    }
}

static int
print_piece (char *text, gsize size, guint stream, guint64 number, guint64 now_ns)
{
  const char *word = number % WORDS_IN_PARAGRAPH == WORDS_IN_PARAGRAPH - 1 ? ".\\n\\n"
                     : words[(number + stream) % G_N_ELEMENTS (words)];

  return snprintf (text, size, "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1773480413,"
                   "\"model\":\"bench\","
                   "\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"%s\"},\"finish_reason\":null}],"
                   "\"mark\":\"~%u.%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "~\"}\n\n", word, stream, number, now_ns);
}

void
bench_relay_make_block (BenchRelay *self)
{
  gsize at = 0;

  self->block = g_malloc (BENCH_RELAY_BLOCK + PIECE_MAX);
  memset (self->block, '#', BENCH_RELAY_BLOCK);
  if (!self->plan.sse)
    return;
  /* events of thinking, and a comment that fills the rest */
  for (guint64 number = 0; at < BENCH_RELAY_BLOCK - PIECE_MAX; number++)
    at += (gsize) print_piece ((char *) self->block + at, PIECE_MAX, 0, number, 0);
  memset (self->block + at, ':', BENCH_RELAY_BLOCK - at);
  memcpy (self->block + BENCH_RELAY_BLOCK - 2, "\n\n", 2);
}

static void
put (BenchRelayPeer *peer, const void *data, gsize len)
{
  gssize n = 0;

  if (peer->out->len == 0)
    n = send (peer->fd, data, len, MSG_NOSIGNAL);
  n = MAX (0, n);
  if ((gsize) n < len)
    {
      g_byte_array_append (peer->out, (const guint8 *) data + n, (guint) (len - (gsize) n));
      bench_relay_peer_watch (peer, EPOLLIN | EPOLLOUT);
    }
}

static void
put_chunk (BenchRelayPeer *peer, const char *text, int len)
{
  char framed[PIECE_MAX + 16];
  int size = snprintf (framed, sizeof framed, "%x\r\n%.*s\r\n", (guint) len, len, text);

  put (peer, framed, (gsize) size);
  peer->bytes += len;
}

static void
finish (BenchRelayPeer *peer)
{
  static const char last[] = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"bench\","
                             "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  static const char done[] = "data: [DONE]\n\n";

  put_chunk (peer, last, sizeof last - 1);
  put_chunk (peer, done, sizeof done - 1);
  put (peer, "0\r\n\r\n", 5);
  peer->ended = TRUE;
}

guint64
bench_relay_send_due (BenchRelay *self, guint64 now_ns)
{
  while (!g_queue_is_empty (&self->due))
    {
      BenchRelayPeer *peer = g_queue_peek_head (&self->due);
      char text[PIECE_MAX];
      guint64 sent_ns;

      if (peer->due_ns > now_ns && !self->stopping)
        return peer->due_ns;
      g_queue_pop_head (&self->due);
      if (peer->fd < 0)
        continue;
      if (self->stopping)
        {
          finish (peer);
          continue;
        }
      sent_ns = bench_now_ns ();
      if (sent_ns >= self->from_ns && self->from_ns > 0)
        bench_histogram_add (self->late, sent_ns - MIN (peer->due_ns, sent_ns));
      put_chunk (peer, text, print_piece (text, sizeof text, peer->index, peer->next++, sent_ns));
      self->sent++;
      peer->due_ns += (guint64) (1e9 / self->plan.rate);
      g_queue_push_tail (&self->due, peer);
    }
  return G_MAXUINT64;
}

static void
flood (BenchRelayPeer *peer)
{
  while (peer->flood_left > 0)
    {
      gsize len = MIN (BENCH_RELAY_BLOCK - peer->flood_at, (gsize) peer->flood_left);
      gssize n = send (peer->fd, peer->relay->block + peer->flood_at, len, MSG_NOSIGNAL);

      if (n <= 0)
        break;
      peer->bytes += n;
      peer->flood_left -= n;
      peer->flood_at = (peer->flood_at + (gsize) n) % BENCH_RELAY_BLOCK;
      if ((gsize) n < len)
        break;
    }
  peer->ended = peer->flood_left == 0;
  bench_relay_peer_watch (peer, peer->ended ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

static void
begin (BenchRelayPeer *peer)
{
  const BenchRelayPlan *plan = &peer->relay->plan;
  guint64 period_ns = plan->rate > 0 ? (guint64) (1e9 / plan->rate) : 0;
  char head[256];
  int len;

  peer->begun = TRUE;
  if (plan->rate > 0)
    {
      len = snprintf (head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n");
      put (peer, head, (gsize) len);
      /* a place of its own in the period, so that pieces of many streams come evenly */
      peer->due_ns = bench_now_ns () + period_ns;
      g_queue_push_tail (&peer->relay->due, peer);
      return;
    }
  peer->flood_left = plan->bytes > 0 ? plan->bytes : G_GINT64_CONSTANT (1) << 50;
  len = snprintf (head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %" G_GINT64_FORMAT "\r\n\r\n",
                  plan->sse ? "text/event-stream" : "application/octet-stream", peer->flood_left);
  put (peer, head, (gsize) len);
  flood (peer);
}

static void
read_request (BenchRelayPeer *peer)
{
  gssize n = recv (peer->fd, peer->relay->scratch, BENCH_RELAY_BLOCK, 0);
  const char *end, *length;
  gsize body;

  if (n <= 0)
    {
      if (n < 0 && errno == EAGAIN)
        return;
      peer->relay->broken += !peer->ended && !peer->relay->stopping;
      bench_relay_peer_close (peer);
      return;
    }
  g_byte_array_append (peer->in, peer->relay->scratch, (guint) n);
  end = memmem (peer->in->data, peer->in->len, "\r\n\r\n", 4);
  if (peer->begun || end == NULL)
    return;
  length = memmem (peer->in->data, peer->in->len, "Content-Length: ", 16);
  body = length == NULL ? 0 : (gsize) g_ascii_strtoull (length + 16, NULL, 10);
  if (peer->in->len >= (gsize) (end + 4 - (const char *) peer->in->data) + body)
    begin (peer);
}

void
bench_relay_serve (BenchRelayPeer *peer, guint32 events)
{
  if ((events & EPOLLOUT) != 0 && peer->out->len > 0)
    {
      gssize n = send (peer->fd, peer->out->data, peer->out->len, MSG_NOSIGNAL);

      if (n > 0)
        g_byte_array_remove_range (peer->out, 0, (guint) n);
    }
  if ((events & EPOLLOUT) != 0 && peer->out->len == 0)
    {
      if (peer->flood_left > 0)
        flood (peer);
      else
        bench_relay_peer_watch (peer, EPOLLIN);
    }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read_request (peer);
}
