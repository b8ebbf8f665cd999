/* test-tee-calls.c - how calls end, who may make them, and what becomes of the connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET      "GET /x HTTP/1.1\r\n" TEE_BASIC "\r\n"
#define CHUNKED  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define NO_BODY  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void
begin (TeeFixture *fixture)
{
  tee_fixture_init (fixture);
  tee_fixture_start (fixture);
}

/* A request that has reached the upstream. */
static void
ask (TeeFixture *fixture, int *client, int *server)
{
  *client = tee_fixture_connect (fixture, "model");
  tee_put (*client, GET);
  *server = tee_fixture_accept (fixture);
  g_free (tee_get_head (fixture, *server));
}

static void
assert_gets (TeeFixture *fixture, int fd, const char *text)
{
  g_autofree char *got = tee_get (fixture, fd, strlen (text));

  g_assert_cmpstr (got, ==, text);
}

/* An answer of our own, with this status, of type application/problem+json, then the end. */
static void
assert_refused (TeeFixture *fixture, int fd, guint status, const char *code)
{
  g_autoptr(GBytes) all = tee_get_rest (fixture, fd, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (all, NULL), g_bytes_get_size (all));
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);

  g_assert_true (g_str_has_prefix (text, line));
  g_assert_nonnull (strstr (text, "\r\nContent-Type: application/problem+json\r\n"));
  g_assert_nonnull (strstr (text, member));
}

static TeeRecord *
assert_ended (TeeFixture *fixture, guint i, OuioedCallEnd how)
{
  TeeRecord *record = tee_fixture_record (fixture, i, TRUE);

  g_assert_cmpint (record->how, ==, how);
  return record;
}

/* ---- the client leaves ---- */

static void
test_cancel_waiting (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  close (client);
  tee_assert_end (&fixture, server);
  assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_cancel_reading (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "3\r\nabc\r\n");
  g_free (tee_get_head (&fixture, client));
  close (client);
  tee_assert_end (&fixture, server);
  g_assert_cmpstr (assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE)->answer_body->str, ==, "abc");
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_cancel_sending (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 10\r\n\r\nhalf");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  close (client);
  assert_gets (&fixture, server, "half");
  tee_assert_end (&fixture, server);
  g_assert_false (assert_ended (&fixture, 0, OUIOED_CALL_CLIENT_GONE)->is_request_ended);
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
  ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "3\r\nabc\r\n");
  g_free (tee_get_head (&fixture, client));
  close (client);
  for (guint i = 0; i < 100; i++)
    tee_put (server, "3\r\ndef\r\n");
  tee_put (server, "0\r\n\r\n");
  g_assert_cmpuint (assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE)->answer_body->len, ==, 303);
  close (server);
  tee_fixture_clear (&fixture);
}

/* ---- the upstream dies ---- */

static void
test_dies_at_once (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  close (server);
  assert_refused (&fixture, client, 502, "upstream-no-answer");
  assert_ended (&fixture, 0, OUIOED_CALL_NO_UPSTREAM);
  close (client);
  tee_fixture_clear (&fixture);
}

/* At each byte of an answer: the client gets those before, then the end. */
static void
test_dies_anywhere (void)
{
  const char *answer = CHUNKED "5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nA: b\r\n\r\n";
  TeeFixture fixture;

  begin (&fixture);
  for (gsize len = 1; len < strlen (answer); len++)
    {
      g_autoptr(GBytes) got = NULL;
      int client, server;

      ask (&fixture, &client, &server);
      tee_put_bytes (server, answer, len, len);
      close (server);
      got = tee_get_rest (&fixture, client, NULL);
      g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), answer, len);
      assert_ended (&fixture, (guint) len - 1, OUIOED_CALL_TRUNCATED);
      close (client);
    }
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

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, "HTTP/1.1 200 OK\r\n\r\nhalf");
  g_free (tee_get_head (&fixture, client));
  assert_gets (&fixture, client, "half");
  setsockopt (server, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close (server);
  got = tee_get_rest (&fixture, client, &reason);
  g_assert_cmpint (reason, ==, ECONNRESET);
  assert_ended (&fixture, 0, OUIOED_CALL_TRUNCATED);
  close (client);
  tee_fixture_clear (&fixture);
}

static void
test_unreachable (void)
{
  TeeFixture fixture;
  int client;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, "dead");
  tee_put (client, GET);
  assert_refused (&fixture, client, 502, "upstream-unreachable");
  assert_ended (&fixture, 0, OUIOED_CALL_NO_UPSTREAM);
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
  ask (&fixture, &client, &server);
  assert_refused (&fixture, client, 504, "upstream-timeout");
  assert_ended (&fixture, 0, OUIOED_CALL_UPSTREAM_TIMEOUT);
  tee_assert_end (&fixture, server);
  close (client);
  close (server);

  ask (&fixture, &client, &server);    /* in the middle: the end is all that can be said */
  tee_put (server, CHUNKED);
  assert_gets (&fixture, client, CHUNKED);
  tee_assert_end (&fixture, client);
  assert_ended (&fixture, 1, OUIOED_CALL_UPSTREAM_TIMEOUT);
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

  begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 100000\r\n\r\nhalf");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, answer);
  assert_gets (&fixture, client, answer);
  tee_assert_end (&fixture, client);
  assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* ---- connections that are kept ---- */

static void
test_keep_alive (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  for (guint i = 0; i < 20; i++)
    {
      tee_put (server, NO_BODY);
      assert_gets (&fixture, client, NO_BODY);
      tee_put (client, GET);
      g_free (tee_get_head (&fixture, server));
    }
  g_assert_true (tee_fixture_is_quiet (&fixture));
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* All at once; the answers come one by one and in order. */
static void
test_pipelined (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, NULL);
  tee_put (client, "POST /proxy/model/1 HTTP/1.1\r\n" TEE_BASIC "Content-Length: 2\r\n\r\nab"
           "GET /proxy/model/2 HTTP/1.1\r\n" TEE_BASIC "\r\nGET /proxy/model/3 HTTP/1.1\r\n" TEE_BASIC "\r\n");
  server = tee_fixture_accept (&fixture);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *head = tee_get_head (&fixture, server);
      g_autofree char *target = g_strdup_printf (" /base/%u ", i);
      g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%u", i);

      g_assert_nonnull (strstr (head, target));
      if (i == 1)
        assert_gets (&fixture, server, "ab");
      tee_put (server, answer);
      assert_gets (&fixture, client, answer);
    }
  g_assert_cmpstr (assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE)->request_body->str, ==, "ab");
  g_assert_cmpuint (assert_ended (&fixture, 2, OUIOED_CALL_COMPLETE)->request_body->len, ==, 0);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_switch (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;
  int client, first, second;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, NULL);
  tee_put (client, "GET /proxy/model HTTP/1.1\r\n" TEE_BASIC "\r\n");
  first = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, first));
  tee_put (first, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  tee_put (client, "GET /proxy/other?q HTTP/1.1\r\n" TEE_BASIC "\r\n");
  tee_assert_end (&fixture, first);
  second = tee_fixture_accept (&fixture);
  head = tee_get_head (&fixture, second);
  g_assert_true (g_str_has_prefix (head, "GET /?q HTTP/1.1\r\n"));
  close (client);
  close (first);
  close (second);
  tee_fixture_clear (&fixture);
}

/* A kept connection turns out to be closed: the request is sent once more, and no more than once. */
static void
test_stale (void)
{
  const char *request = "POST /y HTTP/1.1\r\n" TEE_BASIC "Content-Length: 4\r\n\r\nbody";
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  tee_put (client, request);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *head = tee_get_head (&fixture, server);

      g_assert_true (g_str_has_prefix (head, "POST /base/y HTTP/1.1\r\n"));
      assert_gets (&fixture, server, "body");
      close (server);
      if (i == 0)
        server = tee_fixture_accept (&fixture);
    }
  assert_refused (&fixture, client, 502, "upstream-no-answer");
  g_assert_true (tee_fixture_is_quiet (&fixture));
  g_assert_cmpstr (assert_ended (&fixture, 1, OUIOED_CALL_NO_UPSTREAM)->request_body->str, ==, "body");
  close (client);
  tee_fixture_clear (&fixture);
}

/* It closed between two requests: the next one gets a new connection without a word. */
static void
test_closed_between (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  close (server);
  tee_put (client, GET);
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  assert_ended (&fixture, 1, OUIOED_CALL_COMPLETE);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_give_back (void)
{
  const char *next = "\r\nGET /prox HTTP/1.1\r\n";
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, NULL);
  tee_put (client, "GET /proxy/model/ HTTP/1.1\r\n" TEE_BASIC "\r\n");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  tee_put (client, next);
  tee_fixture_wait_gone (&fixture);
  while (fixture.given_fd < 0)
    tee_fixture_turn (&fixture);
  g_assert_cmpmem (g_bytes_get_data (fixture.given_unread, NULL), g_bytes_get_size (fixture.given_unread), next, strlen (next));
  tee_put (fixture.given_fd, "still open");
  assert_gets (&fixture, client, "still open");
  tee_assert_end (&fixture, server);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* As much comes and goes as it likes: no descriptor stays. */
static void
test_flat (void)
{
  TeeFixture fixture;
  guint before = 0;

  begin (&fixture);
  for (guint i = 0; i < 1000; i++)
    {
      int client, server;

      ask (&fixture, &client, &server);
      if (i % 3 > 0)
        tee_put (server, NO_BODY);
      if (i % 3 == 1)
        assert_gets (&fixture, client, NO_BODY);
      close (i % 2 ? client : server);
      close (i % 2 ? server : client);
      tee_fixture_wait_gone (&fixture);
      if (i == 20)
        before = tee_count_fds ();
    }
  /* Sockets that were closed politely may take a second to be gone. */
  for (gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; tee_count_fds () > before; tee_fixture_turn (&fixture))
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  tee_fixture_record (&fixture, 999, TRUE);
  tee_fixture_clear (&fixture);
}

/* ---- stop and drain ---- */

static void
test_stop (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, CHUNKED "1\r\na\r\n");
  assert_gets (&fixture, client, CHUNKED "1\r\na\r\n");
  ouioed_call_stop (tee_fixture_record (&fixture, 0, FALSE)->call);
  tee_assert_end (&fixture, client);
  tee_assert_end (&fixture, server);
  assert_ended (&fixture, 0, OUIOED_CALL_STOPPED);
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

  begin (&fixture);
  idle = tee_fixture_connect (&fixture, NULL);
  late = tee_fixture_connect (&fixture, NULL);
  tee_put (late, "GET /pro");
  ask (&fixture, &client, &server);    /* when this has got through, the thread has read that, too */
  ouioed_tee_drain (fixture.tee, 20 * G_USEC_PER_SEC, on_drained);
  tee_assert_end (&fixture, idle);
  tee_put (server, NO_BODY);
  assert_gets (&fixture, client, NO_BODY);
  tee_assert_end (&fixture, client);
  tee_put (late, "xy/model/ HTTP/1.1\r\n" TEE_BASIC "\r\n");
  assert_refused (&fixture, late, 503, "draining");
  tee_fixture_wait_gone (&fixture);
  wait_drained (&fixture);
  assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE);
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

  begin (&fixture);
  ask (&fixture, &client, &server);
  tee_put (server, CHUNKED);
  assert_gets (&fixture, client, CHUNKED);
  ouioed_tee_drain (fixture.tee, 50 * 1000, on_drained);
  tee_assert_end (&fixture, client);
  wait_drained (&fixture);
  assert_ended (&fixture, 0, OUIOED_CALL_DRAINED);
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

  begin (&fixture);
  ask (&fixture, &client, &server);
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
  g_test_add_func ("/tee/cancel/in-the-middle-of-a-request", test_cancel_sending);
  g_test_add_func ("/tee/cancel/detached-calls-go-on", test_detached);
  g_test_add_func ("/tee/upstream/without-an-answer-is-502", test_dies_at_once);
  g_test_add_func ("/tee/upstream/dies-at-any-byte", test_dies_anywhere);
  g_test_add_func ("/tee/upstream/reset-is-passed-on", test_reset);
  g_test_add_func ("/tee/upstream/unreachable-is-502", test_unreachable);
  g_test_add_func ("/tee/upstream/silent-is-504", test_silent);
  g_test_add_func ("/tee/upstream/may-answer-early", test_early_answer);
  g_test_add_func ("/tee/kept/one-connection-for-many-requests", test_keep_alive);
  g_test_add_func ("/tee/kept/pipelined-requests-stay-in-order", test_pipelined);
  g_test_add_func ("/tee/kept/another-upstream-gets-its-own", test_switch);
  g_test_add_func ("/tee/kept/stale-connection-is-replaced-once", test_stale);
  g_test_add_func ("/tee/kept/closed-between-two-requests", test_closed_between);
  g_test_add_func ("/tee/kept/given-back-when-not-ours", test_give_back);
  g_test_add_func ("/tee/kept/descriptors-stay-flat", test_flat);
  g_test_add_func ("/tee/stop/hangs-up-on-both", test_stop);
  g_test_add_func ("/tee/stop/drain-lets-calls-end", test_drain);
  g_test_add_func ("/tee/stop/drain-has-an-end", test_drain_grace);
  g_test_add_func ("/tee/stop/free-hangs-up", test_freed);
  return g_test_run ();
}
