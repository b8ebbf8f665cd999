/* test-reader-load.c - many readers, slow readers, hostile readers, and the clocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "reader-fixture.h"

/* Every peer reads at its own pace, some not for long stretches, in pieces of any size: each gets every byte, once. */
static void
test_two_thousand_readers_get_every_byte (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (4711);
  g_autoptr(GString) all = g_string_new (NULL);
  g_autofree gsize *got = NULL;
  g_autofree gsize *resting = NULL;
  struct rlimit files;
  guint n_peers;
  guint n_done = 0;
  char buffer[20000];

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  n_peers = (guint) MIN (2000, files.rlim_cur / 2 - 100);
  got = g_new0 (gsize, n_peers);
  resting = g_new0 (gsize, n_peers);
  for (guint i = 0; i < n_peers; i++)
    fixture_add (f, i % 2 == 0 ? OUIOED_READER_WEBSOCKET : OUIOED_READER_SSE, NULL);

  while (n_done < n_peers)
    {
      if (f->log->len < 400)
        {
          gsize len = g_rand_int_range (random, 1, 100) == 1 ? 70000 : (gsize) g_rand_int_range (random, 1, 600);
          g_autofree char *text = g_malloc (len);
          g_autoptr(GBytes) frame = NULL;

          for (gsize i = 0; i < len; i++)
            text[i] = 'a' + (f->log->len * 31 + i) % 26;
          frame = ouioed_ws_text_frame (text, len);
          g_string_append_len (all, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
          fixture_publish (f, frame);
        }
      g_main_context_iteration (NULL, FALSE);

      for (guint k = 0; k < n_peers / 4; k++)
        {
          guint i = g_rand_int_range (random, 0, n_peers);
          Peer *peer = f->peers->pdata[i];
          gssize n;

          if (resting[i] > 0 && resting[i]-- > 0)
            continue;
          if (g_rand_int_range (random, 0, 50) == 0)
            resting[i] = g_rand_int_range (random, 1, 60);
          n = recv (peer->fd, buffer, g_rand_int_range (random, 1, sizeof buffer), MSG_DONTWAIT);
          if (n < 0)
            continue;
          g_assert_cmpint (n, >, 0);
          g_assert_cmpuint (got[i] + n, <=, all->len);
          g_assert_cmpint (memcmp (buffer, all->str + got[i], n), ==, 0);
          got[i] += n;
          n_done += got[i] == all->len && f->log->len == 400;
        }
    }
  for (guint i = 0; i < n_peers; i++)
    {
      g_assert_cmpuint (got[i], ==, all->len);
      g_assert_cmpint (recv (((Peer *) f->peers->pdata[i])->fd, buffer, 1, MSG_DONTWAIT), <, 0);
    }
}

static void
test_stalled_reader_costs_no_memory_and_goes_on (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill (4096, 's');
  g_autoptr(GBytes) frame = ouioed_ws_text_frame (text, 4096);
  g_autoptr(GString) payload = g_string_new (NULL);
  Peer *stalled = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  Peer *good = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  guint rss;

  g_ptr_array_set_size (f->log, 0);
  for (guint i = 0; i < 1000; i++)
    {
      fixture_publish (f, frame);
      peer_frame (good, payload);
    }
  rss = net_rss_kib ();
  for (guint i = 0; i < 20000; i++)
    {
      fixture_publish (f, frame);
      peer_frame (good, payload);
    }
  g_assert_cmpuint (net_rss_kib (), <, rss + 1024);
  g_assert_cmpuint (stalled->at, <, 200);
  net_wait_until (stalled->n_stalled == 1);
  g_assert_cmpuint (good->n_stalled, ==, 0);
  for (guint i = 0; i < 21000; i++)
    {
      g_assert_cmphex (peer_frame (stalled, payload), ==, 0x81);
      g_assert_cmpuint (payload->len, ==, 4096);
    }
  g_assert_cmpuint (stalled->at, ==, 21000);
}

static void
test_reader_that_takes_nothing_for_too_long_is_dropped (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill (8 << 20, 's');
  Peer *stalled;
  Peer *idle;

  f->limits.stall_timeout_us = 300000;
  fixture_set_limits (f);
  stalled = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  fixture_publish_text (f, text);
  net_wait_until (stalled->at == 1);
  idle = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  idle->at = 1;                                 /* it has nothing to take */
  net_wait_until (stalled->n_closed == 1);
  g_assert_cmpint (stalled->end, ==, OUIOED_READER_END_TIMEOUT);
  g_assert_cmpuint (idle->n_closed, ==, 0);
}

static void
test_flood_of_pings_costs_no_memory (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GByteArray) pings = g_byte_array_new ();
  Peer *peer;
  guint rss = 0;

  f->limits.max_messages_per_second = G_MAXINT;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  for (guint i = 0; i < 1000; i++)
    net_append_frame (pings, 0x89, "0123456789", 10);
  for (guint i = 0; i < 1000; i++)              /* 16 MB; the pongs are never read */
    {
      net_send (peer->fd, pings->data, pings->len);
      net_iterate ();
      if (i == 100)
        rss = net_rss_kib ();
    }
  g_assert_cmpuint (net_rss_kib (), <, rss + 512);
  g_assert_cmpuint (peer->n_closed, ==, 0);
}

static void
test_fragments_without_end_are_1009 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();
  g_autofree char *text = g_strnfill (1000, 'f');
  Peer *peer;
  guint rss = net_rss_kib ();

  f->limits.max_messages_per_second = G_MAXINT;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  for (guint i = 0; i < 100; i++)
    net_append_frame (in, 0x00, text, 1000);
  peer_send (peer, 0x01, "", 0);
  for (guint i = 0; i < 11 && peer->n_closed == 0; i++)
    net_send (peer->fd, in->data, in->len);
  peer_expect_close (peer, 1009);
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpuint (net_rss_kib (), <, rss + 4096);
  g_assert_cmpuint (peer->n_messages, ==, 0);
}

static void
test_too_many_messages_are_read_more_slowly (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();
  Peer *peer;
  Peer *other;
  gint64 start = g_get_monotonic_time ();

  f->limits.max_messages_per_second = 1000;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  other = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  for (guint i = 0; i < 1500; i++)
    net_append_frame (in, 0x81, "m", 1);
  net_send (peer->fd, in->data, in->len);
  net_wait_until (peer->n_messages == 1500);
  peer_send_text (peer, "later");
  peer_send_text (other, "now");
  net_wait_until (other->n_messages == 1);
  g_assert_cmpuint (peer->n_messages, ==, 1500);
  net_wait_until (peer->n_messages == 1501);
  g_assert_cmpint (g_get_monotonic_time () - start, >, 1400000);
}

static void
test_answered_pings_keep_a_reader (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) payload = g_string_new (NULL);
  Peer *peer;

  f->limits.ping_interval_us = 60000;
  f->limits.pong_timeout_us = 100000;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmphex (peer_frame (peer, payload), ==, 0x89);
      peer_send (peer, 0x8a, payload->str, payload->len);
    }
  g_assert_cmpuint (peer->n_closed, ==, 0);
}

static void
test_unanswered_ping_is_1011 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) payload = g_string_new (NULL);
  Peer *peer;

  f->limits.ping_interval_us = 60000;
  f->limits.pong_timeout_us = 100000;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x89);
  peer_send (peer, 0x8a, "some other", 10);     /* no answer to this ping */
  peer_send_text (peer, "alive");
  peer_expect_close (peer, 1011);
  peer_send (peer, 0x88, "\x03\xf3", 2);
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpint (peer->end, ==, OUIOED_READER_END_TIMEOUT);
}

/* Its pings lie behind what it has not read yet. */
static void
test_stalled_reader_need_not_answer_pings (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill (8 << 20, 's');
  g_autoptr(GString) payload = g_string_new (NULL);
  Peer *peer;

  f->limits.ping_interval_us = 50000;
  f->limits.pong_timeout_us = 500000;
  fixture_set_limits (f);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x89);
  fixture_publish_text (f, text);
  net_wait_until (peer->n_stalled == 1);        /* a second without a pong */
  g_assert_cmpuint (peer->n_closed, ==, 0);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x81);
  g_assert_cmpuint (payload->len, ==, 8 << 20);
}

static void
test_silence_is_told_again_and_again (Fixture *f, gconstpointer user_data)
{
  gint64 start = g_get_monotonic_time ();
  Peer *websocket;
  Peer *sse;
  g_autoptr(GBytes) event = g_bytes_new_static ("data: x\n\n", 9);

  f->limits.keepalive_us = 200000;
  fixture_set_limits (f);
  websocket = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  sse = fixture_add (f, OUIOED_READER_SSE, NULL);
  net_wait_until (websocket->n_silent == 3 && sse->n_silent >= 3);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 600000);

  /* A message restarts the one clock, a write the other; a pong neither. */
  start = g_get_monotonic_time ();
  websocket->n_silent = sse->n_silent = 0;
  while (g_get_monotonic_time () < start + 500000)
    {
      gint64 next = g_get_monotonic_time () + 20000;

      peer_send_text (websocket, "m");
      sse->at = f->log->len;
      fixture_publish (f, event);
      websocket->at = f->log->len;
      while (g_get_monotonic_time () < next)
        net_iterate ();
    }
  g_assert_cmpuint (websocket->n_silent, ==, 0);
  g_assert_cmpuint (sse->n_silent, ==, 0);
}

#define ADD(name, function) \
  g_test_add ("/reader-load/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("two-thousand-readers-get-every-byte", test_two_thousand_readers_get_every_byte);
  ADD ("stalled-reader-costs-no-memory-and-goes-on", test_stalled_reader_costs_no_memory_and_goes_on);
  ADD ("reader-that-takes-nothing-for-too-long-is-dropped", test_reader_that_takes_nothing_for_too_long_is_dropped);
  ADD ("flood-of-pings-costs-no-memory", test_flood_of_pings_costs_no_memory);
  ADD ("fragments-without-end-are-1009", test_fragments_without_end_are_1009);
  ADD ("too-many-messages-are-read-more-slowly", test_too_many_messages_are_read_more_slowly);
  ADD ("answered-pings-keep-a-reader", test_answered_pings_keep_a_reader);
  ADD ("unanswered-ping-is-1011", test_unanswered_ping_is_1011);
  ADD ("stalled-reader-need-not-answer-pings", test_stalled_reader_need_not_answer_pings);
  ADD ("silence-is-told-again-and-again", test_silence_is_told_again_and_again);

  return g_test_run ();
}
