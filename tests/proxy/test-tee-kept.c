/* test-tee-kept.c - connections that are used again: for which requests, and what becomes of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NO_BODY  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void
test_keep_alive (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  for (guint i = 0; i < 20; i++)
    {
      tee_put (server, NO_BODY);
      tee_assert_gets (&fixture, client, NO_BODY);
      tee_put (client, TEE_GET);
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

  tee_fixture_begin (&fixture);
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
        tee_assert_gets (&fixture, server, "ab");
      tee_put (server, answer);
      tee_assert_gets (&fixture, client, answer);
    }
  g_assert_cmpstr (tee_assert_ended (&fixture, 0, OUIOED_CALL_COMPLETE)->request_body->str, ==, "ab");
  g_assert_cmpuint (tee_assert_ended (&fixture, 2, OUIOED_CALL_COMPLETE)->request_body->len, ==, 0);
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

  tee_fixture_begin (&fixture);
  client = tee_fixture_connect (&fixture, NULL);
  tee_put (client, "GET /proxy/model HTTP/1.1\r\n" TEE_BASIC "\r\n");
  first = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, first));
  tee_put (first, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
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

/* A kept connection turns out to be closed: what may be done twice is sent once more, and no more than once. */
static void
test_stale (void)
{
  const char *request = "PUT /y HTTP/1.1\r\n" TEE_BASIC "Content-Length: 4\r\n\r\nbody";
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  tee_put (client, request);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *head = tee_get_head (&fixture, server);

      g_assert_true (g_str_has_prefix (head, "PUT /base/y HTTP/1.1\r\n"));
      tee_assert_gets (&fixture, server, "body");
      close (server);
      if (i == 0)
        server = tee_fixture_accept (&fixture);
    }
  tee_assert_refused (&fixture, client, 502, "upstream-no-answer");
  g_assert_true (tee_fixture_is_quiet (&fixture));
  g_assert_cmpstr (tee_assert_ended (&fixture, 1, OUIOED_CALL_NO_UPSTREAM)->request_body->str, ==, "body");
  close (client);
  tee_fixture_clear (&fixture);
}

/* What may have been done is not asked for again: the client sees what it would have seen without the proxy. */
static void
test_stale_and_not_repeatable (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  tee_put (client, "POST /y HTTP/1.1\r\n" TEE_BASIC "Content-Length: 4\r\n\r\nbody");
  g_free (tee_get_head (&fixture, server));
  tee_assert_gets (&fixture, server, "body");
  close (server);
  tee_assert_end (&fixture, client);
  g_assert_true (tee_fixture_is_quiet (&fixture));
  tee_assert_ended (&fixture, 1, OUIOED_CALL_NO_UPSTREAM);
  close (client);
  tee_fixture_clear (&fixture);
}

/* It closed between two requests: the next one gets a new connection without a word. */
static void
test_closed_between (void)
{
  TeeFixture fixture;
  int client, server;

  tee_fixture_begin (&fixture);
  tee_fixture_ask (&fixture, &client, &server);
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  close (server);
  tee_put (client, TEE_GET);
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  tee_assert_ended (&fixture, 1, OUIOED_CALL_COMPLETE);
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

  tee_fixture_begin (&fixture);
  client = tee_fixture_connect (&fixture, NULL);
  tee_put (client, "GET /proxy/model/ HTTP/1.1\r\n" TEE_BASIC "\r\n");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, NO_BODY);
  tee_assert_gets (&fixture, client, NO_BODY);
  tee_put (client, next);
  tee_fixture_wait_gone (&fixture);
  while (fixture.given_fd < 0)
    tee_fixture_turn (&fixture);
  g_assert_cmpmem (g_bytes_get_data (fixture.given_unread, NULL), g_bytes_get_size (fixture.given_unread), next, strlen (next));
  tee_put (fixture.given_fd, "still open");
  tee_assert_gets (&fixture, client, "still open");
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

  tee_fixture_begin (&fixture);
  for (guint i = 0; i < 1000; i++)
    {
      int client, server;

      tee_fixture_ask (&fixture, &client, &server);
      if (i % 3 > 0)
        tee_put (server, NO_BODY);
      if (i % 3 == 1)
        tee_assert_gets (&fixture, client, NO_BODY);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tee/kept/one-connection-for-many-requests", test_keep_alive);
  g_test_add_func ("/tee/kept/pipelined-requests-stay-in-order", test_pipelined);
  g_test_add_func ("/tee/kept/another-upstream-gets-its-own", test_switch);
  g_test_add_func ("/tee/kept/stale-connection-is-replaced-once", test_stale);
  g_test_add_func ("/tee/kept/nothing-is-asked-for-twice-that-may-have-been-done", test_stale_and_not_repeatable);
  g_test_add_func ("/tee/kept/closed-between-two-requests", test_closed_between);
  g_test_add_func ("/tee/kept/given-back-when-not-ours", test_give_back);
  g_test_add_func ("/tee/kept/descriptors-stay-flat", test_flat);

  return g_test_run ();
}
