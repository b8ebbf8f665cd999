/* bench-relay-client.c - a client of a model server: asks once, and notes when each piece came
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

gboolean
bench_relay_connect (BenchRelay *self)
{
  int port = self->plan.port != 0 ? self->plan.port : self->plan.upstream_port;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  g_autofree char *body = NULL;
  g_autofree char *request = NULL;
  BenchRelayPeer *peer;
  int fd, one = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  peer = bench_relay_peer_new (self, fd, FALSE);
  g_ptr_array_add (self->clients, peer);
  if (self->plan.read_rate > 0)
    {
      int small = 64 * 1024;

      setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
  /* the connection is made by the kernel, before anyone accepts it */
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    return FALSE;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  body = g_strdup_printf ("{\"model\":\"bench\",\"stream\":true,"
                          "\"messages\":[{\"role\":\"user\",\"content\":\"Question %u\"}]}",
                          self->clients->len);
  request = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                             "Content-Length: %zu\r\n\r\n%s", self->plan.path, port, strlen (body), body);
  if (send (fd, request, strlen (request), MSG_NOSIGNAL) != (gssize) strlen (request))
    return FALSE;
  bench_relay_peer_watch (peer, self->plan.read_rate > 0 ? 0 : EPOLLIN);
  return TRUE;
}

/* Notes the markers in @data; how much of it was looked at. */
static gsize
note_pieces (BenchRelayPeer *peer, const guint8 *data, gsize len, guint64 now_ns)
{
  BenchRelay *relay = peer->relay;
  const guint8 *at = data, *end = data + len;

  while ((at = memmem (at, (gsize) (end - at), "\"~", 2)) != NULL)
    {
      guint64 number, time_ns;
      guint stream;

      if (!bench_parse_marker (at, (gsize) (end - at), &stream, &number, &time_ns))
        return (gsize) (at - data);    /* the rest of it comes */
      if (peer->next == 0)
        peer->index = stream;
      relay->out_of_order += stream != peer->index || number != peer->next;
      relay->received++;
      peer->next = number + 1;
      if (time_ns >= relay->from_ns)
        bench_histogram_add (relay->latency, now_ns - time_ns);
      at += 2;
    }
  return len - (len > 0 && end[-1] == '"');
}

static void
read_body (BenchRelayPeer *peer, const guint8 *data, gsize len, guint64 now_ns)
{
  gsize done;

  peer->bytes += (gint64) len;
  if (peer->relay->plan.rate <= 0)
    return;
  if (peer->in->len == 0)
    {
      done = note_pieces (peer, data, len, now_ns);
      g_byte_array_append (peer->in, data + done, (guint) (len - done));
      return;
    }
  g_byte_array_append (peer->in, data, (guint) len);
  done = note_pieces (peer, peer->in->data, peer->in->len, now_ns);
  g_byte_array_remove_range (peer->in, 0, (guint) done);
}

static void
read_head (BenchRelayPeer *peer, const guint8 *data, gsize len, guint64 now_ns)
{
  g_autoptr(GByteArray) all = NULL;
  const guint8 *end;

  g_byte_array_append (peer->in, data, (guint) len);
  end = memmem (peer->in->data, peer->in->len, "\r\n\r\n", 4);
  if (end == NULL)
    return;
  peer->relay->broken += memcmp (peer->in->data, "HTTP/1.1 200", 12) != 0;
  peer->begun = TRUE;
  all = g_steal_pointer (&peer->in);
  peer->in = g_byte_array_new ();
  end += 4;
  if (end < all->data + all->len)
    read_body (peer, end, (gsize) (all->data + all->len - end), now_ns);
}

void
bench_relay_receive (BenchRelayPeer *peer, gsize max)
{
  gssize n = recv (peer->fd, peer->relay->scratch, MIN (max, BENCH_SCRATCH_BYTES), MSG_DONTWAIT);
  guint64 now_ns = bench_now_ns ();

  if (n <= 0)
    {
      if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
      peer->relay->broken += !peer->ended && !peer->relay->stopping;
      peer->ended = TRUE;
      bench_relay_peer_close (peer);
      return;
    }
  if (peer->begun)
    read_body (peer, peer->relay->scratch, (gsize) n, now_ns);
  else
    read_head (peer, peer->relay->scratch, (gsize) n, now_ns);
  peer->ended |= peer->relay->plan.bytes > 0 && peer->bytes >= peer->relay->plan.bytes;
}
