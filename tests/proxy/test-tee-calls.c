/* test-tee-calls.c - how calls end, who may make them, and what becomes of the connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNKED  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define NO_BODY  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* ---- the client leaves ---- */

static void
test_cancel_waiting (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  close (client);
  tee_assert_end (&fixture, server);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_cancel_reading (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "3\r\nabc\r\n");
  g_free (tee_get_head (&fixture, client));
  close (client);
  tee_assert_end (&fixture, server);
  g_assert_cmpstr (tee_assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE)->answer_body->str, ==, "abc");
  close (server);
  tee_fixture_clear (&fixture);
}

/* As model servers do themselves, it is taken for one that has left. */
static void
test_cancel_half (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "3\r\nabc\r\n");
  g_free (tee_get_head (&fixture, client));
  shutdown (client, SHUT_WR);
  tee_assert_end (&fixture, server);
  g_assert_cmpstr (tee_assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE)->answer_body->str, ==, "abc");
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_cancel_sending (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 10\r\n\r\nhalf");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  close (client);
  tee_assert_gets (&fixture, server, "half");
  tee_assert_end (&fixture, server);
  g_assert_false (tee_assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE)->is_request_ended);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_detached (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_init (&fixture);
  fixture.config->detached = TRUE;
  tee_fixture_start (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "3\r\nabc\r\n");
  g_free (tee_get_head (&fixture, client));
  close (client);
  for (guint i = 0; i < 100; i++)
    tee_put (server, "3\r\ndef\r\n");
  tee_put (server, "0\r\n\r\n");
  g_assert_cmpuint (tee_assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE)->answer_body->len, ==, 303);
  close (server);
  tee_fixture_clear (&fixture);
}

/* ---- the upstream dies ---- */

static void
test_dies_at_once (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  close (server);
  tee_assert_refused (&fixture, client, 502, "upstream-no-answer");
  tee_assert_ended (&fixture, 0, OUIOED_CALL_NO_UPSTREAM);
  close (client);
  tee_fixture_clear (&fixture);
}

/* At each byte of an answer: the client gets those before, then the end. */
static void
test_dies_anywhere (void)
{
  const char *answer = CHUNKED "5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nA: b\r\n\r\n";
  TeeFixture fixture;

  tee_fixture_begin (&fixture);
  for (gsize len = 1; len < strlen (answer); len++)
    {
      g_autoptr(GBytes) got = NULL;
      int client, server;

      tee_fixture_ask (&fixture, &client, &server);
      tee_put_bytes (server, answer, len, len);
      close (server);
      got = tee_get_rest (&fixture, client, NULL);
      g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), answer, len);
      tee_assert_ended (&fixture, (guint) len - 1, OUIOED_CALL_TRUNCATED);
      close (client);
    }
  tee_fixture_clear (&fixture);
}

/* What is no chunk any more arrives, too; but the answer was not whole. */
static void
test_garbled (void)
{
  const char *answer = CHUNKED "5\r\nhello\r\nwhat is this?\r\n0\r\n\r\n";
  TeeFixture fixture;
  g_autoptr(GBytes) got = NULL;
  TeeRecord *record;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, answer);
  close (server);
  got = tee_get_rest (&fixture, client, NULL);
  g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), answer, strlen (answer));
  record = tee_assert_ended (&fixture, 0, OUIOED_CALL_TRUNCATED);
  g_assert_cmpstr (record->answer_body->str, ==, "hello");
  g_assert_cmpstr (record->detail, ==, "it is not HTTP any more");
  close (client);
  tee_fixture_clear (&fixture);
}

/* Only a reset tells that an answer without a length was cut off. */
static void
test_reset (void)
{
  struct linger hard = { 1, 0 };
  TeeFixture fixture;
  g_autoptr(GBytes) got = NULL;
  int client, server;
  int reason;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, "HTTP/1.1 200 OK\r\n\r\nhalf");
  g_free (tee_get_head (&fixture, client));
  tee_assert_gets (&fixture, client, "half");
  setsockopt (server, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close (server);
  got = tee_get_rest (&fixture, client, &reason);
  g_assert_cmpint (reason, ==, ECONNRESET);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_TRUNCATED);
  close (client);
  tee_fixture_clear (&fixture);
}

static void
test_unreachable (void)
{
  TeeFixture fixture;
  int client;

  tee_fixture_begin (&fixture);
  client = tee_fixture_connect (&fixture, "dead");
  tee_put (client, TEE_GET);
  tee_assert_refused (&fixture, client, 502, "upstream-unreachable");
  tee_assert_ended (&fixture, 0, OUIOED_CALL_NO_UPSTREAM);
  close (client);
  tee_fixture_clear (&fixture);
}

static void
test_silent (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_init (&fixture);
  fixture.config->answer_timeout_us = 100 * 1000;
  tee_fixture_start (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_assert_refused (&fixture, client, 504, "upstream-timeout");
  tee_assert_ended (&fixture, 0, OUIOED_CALL_UPSTREAM_TIMEOUT);
  tee_assert_end (&fixture, server);
  close (client);
  close (server);

  tee_fixture_ask (&fixture, &client, &server);    /* in the middle: the end is all that can be said */
  tee_put (server, CHUNKED);
  tee_assert_gets (&fixture, client, CHUNKED);
  tee_assert_end (&fixture, client);
  tee_assert_ended (&fixture, 1, OUIOED_CALL_UPSTREAM_TIMEOUT);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* It answers before it has heard all, and hangs up: what it said arrives. */
static void
test_early_answer (void)
{
  const char *answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 100000\r\n\r\nhalf");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, answer);
  tee_assert_gets (&fixture, client, answer);
  tee_assert_end (&fixture, client);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* ---- stop and drain ---- */

static void
test_stop (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "1\r\na\r\n");
  tee_assert_gets (&fixture, client, CHUNKED "1\r\na\r\n");
  ouioed_call_stop (tee_fixture_record (&fixture, 0, FALSE)->call);
  tee_assert_end (&fixture, client);
  tee_assert_end (&fixture, server);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_STOPPED);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
on_drained (gpointer user_data)
{
  ((TeeFixture *) user_data)->is_drained = TRUE;
}

static void
wait_drained (TeeFixture *fixture)
{
  while (!fixture->is_drained)
    tee_fixture_turn (fixture);
}

/* Who does nothing leaves; a call under way ends in peace; another is refused. */
static void
test_drain (void)
{
  TeeFixture fixture;
  int idle, client, server, late;

  tee_fixture_begin (&fixture);
  idle = tee_fixture_connect (&fixture, NULL);
  late = tee_fixture_connect (&fixture, NULL);
  tee_put (late, "GET /pro");
  tee_fixture_ask (&fixture, &client, &server);    /* when this has got through, the thread has read that, too */
  ouioed_tee_drain (fixture.tee, 20 * G_USEC_PER_SEC, on_drained);
  tee_assert_end (&fixture, idle);
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  tee_assert_end (&fixture, client);
  tee_put (late, "xy/model/ HTTP/1.1\r\n" TEE_BASIC "\r\n");
  tee_assert_refused (&fixture, late, 503, "draining");
  tee_fixture_wait_gone (&fixture);
  wait_drained (&fixture);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE);
  close (idle);
  close (late);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_drain_grace (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, CHUNKED);
  tee_assert_gets (&fixture, client, CHUNKED);
  ouioed_tee_drain (fixture.tee, 50 * 1000, on_drained);
  tee_assert_end (&fixture, client);
  wait_drained (&fixture);
  tee_assert_ended (&fixture, 0, OUIOED_CALL_DRAINED);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* Freed in the middle of everything: all are hung up on. */
static void
test_freed (void)
{
  TeeFixture fixture;
  int client, server, half;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  half = tee_fixture_connect (&fixture, NULL);
  tee_put (half, "GET /proxy/mo");
  ouioed_tee_free (fixture.tee);
  tee_assert_end (&fixture, client);
  tee_assert_end (&fixture, half);
  fixture.tee = NULL;
  g_assert_cmpuint (fixture.n_gone, ==, 0);    /* nothing is called any more */
  close (client);
  close (server);
  close (half);
  fixture.n_gone = fixture.n_added;
  tee_fixture_clear (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tee/cancel/while-nothing-has-come", test_cancel_waiting);
  g_test_add_func ("/tee/cancel/in-the-middle-of-an-answer", test_cancel_reading);
  g_test_add_func ("/tee/cancel/a-client-that-closes-its-half-has-left", test_cancel_half);
  g_test_add_func ("/tee/cancel/in-the-middle-of-a-request", test_cancel_sending);
  g_test_add_func ("/tee/cancel/detached-calls-go-on", test_detached);
  g_test_add_func ("/tee/upstream/without-an-answer-is-502", test_dies_at_once);
  g_test_add_func ("/tee/upstream/dies-at-any-byte", test_dies_anywhere);
  g_test_add_func ("/tee/upstream/an-answer-that-turns-to-garbage-is-not-whole", test_garbled);
  g_test_add_func ("/tee/upstream/reset-is-passed-on", test_reset);
  g_test_add_func ("/tee/upstream/unreachable-is-502", test_unreachable);
  g_test_add_func ("/tee/upstream/silent-is-504", test_silent);
  g_test_add_func ("/tee/upstream/may-answer-early", test_early_answer);
  g_test_add_func ("/tee/stop/hangs-up-on-both", test_stop);
  g_test_add_func ("/tee/stop/drain-lets-calls-end", test_drain);
  g_test_add_func ("/tee/stop/drain-has-an-end", test_drain_grace);
  g_test_add_func ("/tee/stop/free-hangs-up", test_freed);
  return g_test_run ();
}
