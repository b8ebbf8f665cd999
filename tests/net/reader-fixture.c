/* reader-fixture.c - an engine whose readers follow one log, and the peers of these readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "reader-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static guint
feed_peek (OuioedReader *reader, GBytes **frames, guint max, gpointer user_data)
{
  Peer *peer = user_data;
  guint n = MIN (max, peer->fixture->log->len - peer->at);

  g_assert_cmpuint (peer->n_closed, ==, 0);
  if (peer->closes_in_peek)
    ouioed_reader_close (reader, 4001, "from peek", NULL);
  for (guint i = 0; i < n; i++)
    frames[i] = peer->fixture->log->pdata[peer->at + i];

  return n;
}

static void
feed_taken (OuioedReader *reader, guint n, gpointer user_data)
{
  Peer *peer = user_data;

  peer->at += n;
  g_assert_cmpuint (peer->at, <=, peer->fixture->log->len);
}

static gboolean
feed_message (OuioedReader *reader, const char *text, gsize len, gpointer user_data)
{
  Peer *peer = user_data;

  g_assert_cmpuint (peer->n_closed, ==, 0);
  g_string_append_len (peer->messages, text, len);
  g_string_append_c (peer->messages, '\n');
  peer->n_messages++;
  if (peer->closes_in_message)
    ouioed_reader_close (reader, 4002, NULL, NULL);

  return !peer->refuses;
}

static void
feed_silent (OuioedReader *reader, gpointer user_data)
{
  ((Peer *) user_data)->n_silent++;
}

static void
feed_stalled (OuioedReader *reader, gpointer user_data)
{
  ((Peer *) user_data)->n_stalled++;
}

static void
feed_closed (OuioedReader *reader, OuioedReaderEnd end, gpointer user_data)
{
  Peer *peer = user_data;

  ouioed_reader_wake (reader);   /* harmless to the last */
  peer->reader = NULL;
  peer->end = end;
  peer->n_closed++;
}

static const OuioedReaderFeed feed = {
  feed_peek, feed_taken, feed_message, feed_silent, feed_stalled, feed_closed,
};

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  g_assert_cmpuint (peer->n_closed, ==, 1);   /* exactly once, whatever happened */
  peer_hang_up (peer);
  g_string_free (peer->messages, TRUE);
  g_free (peer);
}

void
fixture_set_up (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GError) error = NULL;

  f->limits = OUIOED_READER_LIMITS_DEFAULT;
  f->limits.ping_interval_us = 0;
  f->limits.keepalive_us = 0;
  f->limits.send_buffer_bytes = 16384;
  f->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  g_assert_no_error (error);
  f->engine = ouioed_reader_engine_new (f->poller, &f->limits);
  f->log = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  f->peers = g_ptr_array_new_with_free_func (peer_free);
}

void
fixture_tear_down (Fixture *f, gconstpointer user_data)
{
  ouioed_reader_engine_free (f->engine);
  g_assert_cmpuint (ouioed_poller_get_n (f->poller), ==, 0);
  g_ptr_array_unref (f->peers);
  g_ptr_array_unref (f->log);
  ouioed_poller_free (f->poller);
}

void
fixture_set_limits (Fixture *f)
{
  ouioed_reader_engine_set_limits (f->engine, &f->limits);
}

static Peer *
add (Fixture *f, OuioedReaderType type, GBytes *unread, int server_end, int client_end)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->fixture = f;
  peer->fd = client_end;
  peer->messages = g_string_new (NULL);
  g_ptr_array_add (f->peers, peer);
  peer->reader = ouioed_reader_engine_add (f->engine, type, server_end, unread, &feed, peer);

  return peer;
}

Peer *
fixture_add (Fixture *f, OuioedReaderType type, GBytes *unread)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int small = 16384;
  int server;

  g_assert_cmpint (setsockopt (client, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), ==, 0);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &len), ==, 0);
  g_assert_cmpint (connect (client, (struct sockaddr *) &address, sizeof address), ==, 0);
  server = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  g_assert_cmpint (server, >=, 0);
  close (listener);

  return add (f, type, unread, server, client);
}

Peer *
fixture_add_unix (Fixture *f, OuioedReaderType type)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);

  return add (f, type, NULL, fds[0], fds[1]);
}

void
fixture_publish (Fixture *f, GBytes *frame)
{
  g_ptr_array_add (f->log, g_bytes_ref (frame));
  for (guint i = 0; i < f->peers->len; i++)
    if (((Peer *) f->peers->pdata[i])->reader != NULL)
      ouioed_reader_wake (((Peer *) f->peers->pdata[i])->reader);
}

void
fixture_publish_text (Fixture *f, const char *text)
{
  g_autoptr(GBytes) frame = ouioed_ws_text_frame (text, strlen (text));

  fixture_publish (f, frame);
}

OuioedReaderMetrics
fixture_metrics (Fixture *f)
{
  OuioedReaderMetrics metrics;

  ouioed_reader_engine_get_metrics (f->engine, &metrics);

  return metrics;
}

void
peer_send (Peer *peer, guint8 first, const void *payload, gsize len)
{
  g_autoptr(GByteArray) frame = g_byte_array_new ();

  net_append_frame (frame, first, payload, len);
  net_send (peer->fd, frame->data, frame->len);
}

void
peer_send_text (Peer *peer, const char *text)
{
  peer_send (peer, 0x81, text, strlen (text));
}

static void
read_exactly (Peer *peer, void *into, gsize len)
{
  guint8 *at = into;
  gssize n = -1;

  while (len > 0)
    {
      net_wait_until ((n = recv (peer->fd, at, len, MSG_DONTWAIT)) >= 0 || errno != EAGAIN);
      g_assert_cmpint (n, >, 0);
      at += n;
      len -= n;
    }
}

guint8
peer_frame (Peer *peer, GString *payload)
{
  guint8 head[10];
  guint64 len;
  guint n_length;

  read_exactly (peer, head, 2);
  g_assert_cmpuint (head[1] & 0x80, ==, 0);   /* a server does not mask */
  n_length = head[1] == 126 ? 2 : head[1] == 127 ? 8 : 0;
  len = head[1];
  read_exactly (peer, head + 2, n_length);
  if (n_length > 0)
    len = 0;
  for (guint i = 0; i < n_length; i++)
    len = len << 8 | head[2 + i];
  g_string_set_size (payload, len);
  read_exactly (peer, payload->str, len);

  return head[0];
}

void
peer_expect_end (Peer *peer)
{
  g_autoptr(GString) rest = g_string_new (NULL);

  net_await_end (peer->fd, rest);
  g_assert_cmpuint (rest->len, ==, 0);
}

void
peer_expect_close (Peer *peer, guint16 code)
{
  g_autoptr(GString) payload = g_string_new (NULL);

  g_assert_cmphex (peer_frame (peer, payload), ==, 0x88);
  if (code == 0)
    {
      g_assert_cmpuint (payload->len, ==, 0);
    }
  else
    {
      g_assert_cmpuint (payload->len, >=, 2);
      g_assert_cmpuint ((guint8) payload->str[0] << 8 | (guint8) payload->str[1], ==, code);
      g_assert_true (g_utf8_validate (payload->str + 2, payload->len - 2, NULL));
    }
}

void
peer_hang_up (Peer *peer)
{
  if (peer->fd >= 0)
    close (peer->fd);
  peer->fd = -1;
}
