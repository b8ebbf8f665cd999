/* test-reader-engine.c - frames out, messages in, closing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reader-fixture.h"

static void
test_frames_go_out_in_order (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) payload = g_string_new (NULL);
  Peer *peers[3];

  fixture_publish_text (f, "before");           /* the first peek comes without a wake */
  peers[0] = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  peers[1] = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  peers[2] = fixture_add_unix (f, OUIOED_READER_WEBSOCKET);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmphex (peer_frame (peers[i], payload), ==, 0x81);
      g_assert_cmpstr (payload->str, ==, "before");
    }
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strdup_printf ("frame %u", i);

      fixture_publish_text (f, text);
      if (i % 7 == 0)
        net_iterate ();
    }
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *text = g_strdup_printf ("frame %u", i / 3);

      g_assert_cmphex (peer_frame (peers[i % 3], payload), ==, 0x81);
      g_assert_cmpstr (payload->str, ==, text);
    }
  g_assert_cmpuint (fixture_metrics (f).frames[OUIOED_READER_WEBSOCKET], ==, 603);
  g_assert_cmpuint (fixture_metrics (f).writes[OUIOED_READER_WEBSOCKET], <, 603 / 2);   /* they gathered */
}

static void
test_event_stream_gets_its_bytes_and_its_last_ones (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autoptr(GBytes) event = g_bytes_new_static ("data: x\n\n", 9);
  g_autoptr(GBytes) last = g_bytes_new_static ("retry: 5\n\n", 10);
  g_autoptr(GBytes) unread = g_bytes_new_static ("\r\n", 2);
  Peer *peer = fixture_add (f, OUIOED_READER_SSE, unread);

  fixture_publish (f, event);
  net_await (peer->fd, got, "data: x\n\n");
  fixture_publish (f, event);
  ouioed_reader_close (peer->reader, 0, NULL, last);
  net_await_end (peer->fd, got);
  g_assert_true (g_str_has_suffix (got->str, "retry: 5\n\n"));
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpint (peer->end, ==, OUIOED_READER_END_SERVER);
}

static void
test_talkative_event_stream_client_is_dropped (Fixture *f, gconstpointer user_data)
{
  g_autofree char *junk = g_strnfill (100000, 'j');
  Peer *peer = fixture_add (f, OUIOED_READER_SSE, NULL);

  net_send (peer->fd, junk, 1000);
  for (guint i = 0; i < 10; i++)
    net_iterate ();
  g_assert_cmpuint (peer->n_closed, ==, 0);
  net_send (peer->fd, junk, 100000);
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpint (peer->end, ==, OUIOED_READER_END_PROTOCOL);
}

static void
test_messages_are_told_those_read_before_first (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GByteArray) early = g_byte_array_new ();
  g_autoptr(GString) payload = g_string_new (NULL);
  g_autoptr(GBytes) unread = NULL;
  Peer *peer;

  net_append_frame (early, 0x81, "early", 5);
  g_byte_array_append (early, (const guint8 *) "\x81", 1);   /* and half of the head of the next one */
  unread = g_bytes_new (early->data, early->len);
  peer = fixture_add (f, OUIOED_READER_WEBSOCKET, unread);
  net_wait_until (peer->n_messages == 1);
  net_send (peer->fd, "\x83\0\0\0\0abc", 8);
  peer_send_text (peer, "x");
  net_wait_until (peer->n_messages == 3);
  g_assert_cmpstr (peer->messages->str, ==, "early\nabc\nx\n");
  g_assert_cmpuint (fixture_metrics (f).messages, ==, 3);

  fixture_publish_text (f, "answer");
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x81);
}

static void
test_ping_is_echoed_and_the_latest_wins (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();
  g_autoptr(GString) payload = g_string_new (NULL);
  g_autofree char *long_text = g_strnfill (125, 'p');
  Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  peer_send (peer, 0x89, long_text, 125);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x8a);
  g_assert_cmpstr (payload->str, ==, long_text);

  net_append_frame (in, 0x89, "one", 3);
  net_append_frame (in, 0x89, "two", 3);
  net_send (peer->fd, in->data, in->len);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x8a);
  g_assert_cmpstr (payload->str, ==, "two");
  peer_send (peer, 0x89, "", 0);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x8a);
  g_assert_cmpuint (payload->len, ==, 0);
}

/* A frame far larger than what the socket takes at once is not cut by the pong. */
static void
test_control_frames_wait_for_the_end_of_a_frame (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) payload = g_string_new (NULL);
  g_autofree char *text = g_malloc (4 << 20);
  g_autoptr(GBytes) frame = NULL;
  Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  for (guint i = 0; i < 4 << 20; i++)
    text[i] = 'a' + i % 23;
  frame = ouioed_ws_text_frame (text, 4 << 20);
  fixture_publish (f, frame);
  net_wait_until (peer->at == 1);               /* half written */
  peer_send (peer, 0x89, "p", 1);
  fixture_publish_text (f, "next");
  for (guint i = 0; i < 20; i++)
    net_iterate ();
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x81);
  g_assert_cmpmem (payload->str, payload->len, text, 4 << 20);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x8a);
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x81);
  g_assert_cmpstr (payload->str, ==, "next");
}

static void
test_broken_protocol_is_told_and_closed (Fixture *f, gconstpointer user_data)
{
  static const struct { guint16 code; gsize len; const char *bytes; } rows[] = {
    { 1002, 3, "\x81\x01" "a" },                       /* not masked */
    { 1002, 6, "\x83\x80\0\0\0\0" },                   /* reserved opcode */
    { 1002, 6, "\xc1\x80\0\0\0\0" },                   /* reserved bit */
    { 1002, 6, "\x80\x80\0\0\0\0" },                   /* continuation of nothing */
    { 1003, 7, "\x82\x81\0\0\0\0x" },                  /* binary */
    { 1007, 7, "\x81\x81\0\0\0\0\xff" },               /* not UTF-8 */
    { 1009, 14, "\x81\xff\0\0\0\0\0\x20\0\0\0\0\0\0" },/* too big, by its head */
    { 1002, 8, "\x88\x82\0\0\0\0\0\1" },               /* bad close code */
  };
  g_autofree char *junk = g_strnfill (50000, 'j');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

      net_send (peer->fd, rows[i].bytes, rows[i].len);
      net_send (peer->fd, junk, 50000);                /* more of it does not destroy the answer */
      peer_expect_close (peer, rows[i].code);
      peer_expect_end (peer);
      net_wait_until (peer->n_closed == 1);
      g_assert_cmpint (peer->end, ==, OUIOED_READER_END_PROTOCOL);
    }
  g_assert_cmpuint (fixture_metrics (f).ended[OUIOED_READER_WEBSOCKET][OUIOED_READER_END_PROTOCOL], ==, 8);
}

/* What goes on is thrown away, and not for ever. */
static void
test_peer_that_does_not_stop_is_cut_off (Fixture *f, gconstpointer user_data)
{
  g_autofree char *junk = g_strnfill (1 << 20, 'j');
  Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  net_send (peer->fd, "\x81\x01" "a", 3);
  net_wait_until (send (peer->fd, junk, 1 << 20, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && peer->n_closed == 1
                  && ouioed_poller_get_n (f->poller) == 1);   /* the engine's timer */
}

static void
test_close_of_the_peer_is_echoed (Fixture *f, gconstpointer user_data)
{
  Peer *with = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  Peer *without = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  peer_send (with, 0x88, "\x0f\xa0why", 5);
  peer_send (without, 0x88, "", 0);
  peer_expect_close (with, 4000);
  peer_expect_close (without, 0);
  peer_expect_end (with);
  peer_expect_end (without);
  net_wait_until (with->n_closed == 1 && without->n_closed == 1);
  g_assert_cmpint (with->end, ==, OUIOED_READER_END_PEER);
}

static void
test_our_close_waits_for_the_answer (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) payload = g_string_new (NULL);
  g_autofree char *reason = g_strnfill (200, 'r');     /* cut to what a frame holds */
  Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  fixture_publish_text (f, "last words");
  net_wait_until (peer->at == 1);
  ouioed_reader_close (peer->reader, 1012, reason, NULL);
  ouioed_reader_close (peer->reader, 1000, NULL, NULL);   /* the first one counts */
  fixture_publish_text (f, "too late");
  g_assert_cmphex (peer_frame (peer, payload), ==, 0x81);
  g_assert_cmpstr (payload->str, ==, "last words");
  peer_send_text (peer, "not heard any more");
  peer_expect_close (peer, 1012);
  g_assert_cmpuint (peer->n_closed, ==, 0);
  peer_send (peer, 0x88, "\x03\xf4", 2);
  peer_expect_end (peer);
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpint (peer->end, ==, OUIOED_READER_END_SERVER);
  g_assert_cmpuint (peer->n_messages, ==, 0);
}

static void
test_our_close_is_not_waited_for_for_ever (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill (4 << 20, 'x');
  Peer *deaf = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  Peer *stuck = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  gint64 start = g_get_monotonic_time ();

  fixture_publish_text (f, text);
  net_wait_until (stuck->at == 1);
  ouioed_reader_engine_close_all (f->engine, 1001, "bye", NULL);
  net_wait_until (deaf->n_closed == 1 && stuck->n_closed == 1);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 8 * G_USEC_PER_SEC);
  g_assert_cmpint (stuck->end, ==, OUIOED_READER_END_SERVER);
}

static void
test_feed_may_close_from_within (Fixture *f, gconstpointer user_data)
{
  Peer *in_peek = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  Peer *in_message = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  g_autoptr(GByteArray) in = g_byte_array_new ();

  in_peek->closes_in_peek = TRUE;
  in_message->closes_in_message = TRUE;
  in_message->refuses = TRUE;
  net_append_frame (in, 0x81, "one", 3);
  net_append_frame (in, 0x81, "two", 3);
  net_append_frame (in, 0x88, "\x03\xe8", 2);
  net_send (in_message->fd, in->data, in->len);
  peer_expect_close (in_peek, 4001);
  peer_expect_close (in_message, 4002);
  peer_expect_end (in_message);                 /* its close frame was seen behind the messages */
  g_assert_cmpstr (in_message->messages->str, ==, "one\n");
}

static void
test_refused_messages_wait_for_resume (Fixture *f, gconstpointer user_data)
{
  Peer *peer = fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);

  peer->refuses = TRUE;
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      peer_send_text (peer, text);
    }
  for (guint i = 1; i <= 50; i++)
    {
      net_wait_until (peer->n_messages == i);
      for (guint k = 0; k < 5; k++)
        net_iterate ();
      g_assert_cmpuint (peer->n_messages, ==, i);
      ouioed_reader_resume (peer->reader);
    }
  g_assert_true (g_str_has_suffix (peer->messages->str, "\n48\n49\n"));
}

/* Over a Unix socket the hang-up is seen before the rest was read. */
static void
test_messages_before_a_hang_up_are_not_lost (Fixture *f, gconstpointer user_data)
{
  Peer *peer = fixture_add_unix (f, OUIOED_READER_WEBSOCKET);
  guint n_turns = 0;

  peer->refuses = TRUE;
  peer_send_text (peer, "one");
  net_wait_until (peer->n_messages == 1);
  peer_send_text (peer, "two");
  peer_hang_up (peer);
  while (g_main_context_iteration (NULL, FALSE) && n_turns < 1000)
    n_turns++;
  g_assert_cmpuint (n_turns, <, 100);           /* and it is no reason to spin */
  peer->refuses = FALSE;
  ouioed_reader_resume (peer->reader);
  net_wait_until (peer->n_closed == 1);
  g_assert_cmpstr (peer->messages->str, ==, "one\ntwo\n");
  g_assert_cmpint (peer->end, ==, OUIOED_READER_END_PEER);
}

static void
test_hang_up_ends_the_reader (Fixture *f, gconstpointer user_data)
{
  guint n_fds = net_count_fds ();

  for (guint i = 0; i < 300; i++)
    {
      Peer *peer = fixture_add (f, i % 2 == 0 ? OUIOED_READER_WEBSOCKET : OUIOED_READER_SSE, NULL);
      struct linger reset = { 1, 0 };

      if (i % 3 == 0)
        setsockopt (peer->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      if (i % 5 == 0)
        net_iterate ();
      peer_hang_up (peer);
      net_wait_until (peer->n_closed == 1);
      g_assert_cmpint (peer->end, ==, OUIOED_READER_END_PEER);
    }
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
}

static void
test_numbers_are_right (Fixture *f, gconstpointer user_data)
{
  f->limits.max_readers = 3;
  fixture_set_limits (f);
  fixture_add (f, OUIOED_READER_WEBSOCKET, NULL);
  fixture_add (f, OUIOED_READER_SSE, NULL);
  g_assert_false (ouioed_reader_engine_is_full (f->engine));
  fixture_add (f, OUIOED_READER_SSE, NULL);
  g_assert_true (ouioed_reader_engine_is_full (f->engine));
  g_assert_cmpuint (ouioed_reader_engine_get_n (f->engine, OUIOED_READER_WEBSOCKET), ==, 1);
  g_assert_cmpuint (ouioed_reader_engine_get_n (f->engine, OUIOED_READER_SSE), ==, 2);
  peer_hang_up (f->peers->pdata[1]);
  net_wait_until (ouioed_reader_engine_get_n (f->engine, OUIOED_READER_SSE) == 1);
  g_assert_false (ouioed_reader_engine_is_full (f->engine));
  g_assert_cmpuint (fixture_metrics (f).added[OUIOED_READER_SSE], ==, 2);
  g_assert_cmpuint (fixture_metrics (f).ended[OUIOED_READER_SSE][OUIOED_READER_END_PEER], ==, 1);
  g_assert_cmpstr (ouioed_reader_end_to_string (OUIOED_READER_END_PEER), ==, "peer");
  g_assert_cmpstr (ouioed_reader_end_to_string (OUIOED_READER_END_SERVER), ==, "server");
}

#define ADD(name, function) \
  g_test_add ("/reader-engine/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("frames-go-out-in-order", test_frames_go_out_in_order);
  ADD ("event-stream-gets-its-bytes-and-its-last-ones", test_event_stream_gets_its_bytes_and_its_last_ones);
  ADD ("talkative-event-stream-client-is-dropped", test_talkative_event_stream_client_is_dropped);
  ADD ("messages-are-told-those-read-before-first", test_messages_are_told_those_read_before_first);
  ADD ("ping-is-echoed-and-the-latest-wins", test_ping_is_echoed_and_the_latest_wins);
  ADD ("control-frames-wait-for-the-end-of-a-frame", test_control_frames_wait_for_the_end_of_a_frame);
  ADD ("broken-protocol-is-told-and-closed", test_broken_protocol_is_told_and_closed);
  ADD ("peer-that-does-not-stop-is-cut-off", test_peer_that_does_not_stop_is_cut_off);
  ADD ("close-of-the-peer-is-echoed", test_close_of_the_peer_is_echoed);
  ADD ("our-close-waits-for-the-answer", test_our_close_waits_for_the_answer);
  ADD ("our-close-is-not-waited-for-for-ever", test_our_close_is_not_waited_for_for_ever);
  ADD ("feed-may-close-from-within", test_feed_may_close_from_within);
  ADD ("refused-messages-wait-for-resume", test_refused_messages_wait_for_resume);
  ADD ("messages-before-a-hang-up-are-not-lost", test_messages_before_a_hang_up_are_not_lost);
  ADD ("hang-up-ends-the-reader", test_hang_up_ends_the_reader);
  ADD ("numbers-are-right", test_numbers_are_right);

  return g_test_run ();
}
