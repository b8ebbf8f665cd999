/* test-http-wire.c - what the HTTP transport does with bytes: framing, paths, limits, deadlines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>
#include <sys/socket.h>

#include "test-log.h"

#define API "/api/streaming"

/* ---- connections ---- */

static void
test_keep_alive (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);

  for (int i = 0; i < 100; i++)
    {
      g_autoptr(Reply) reply = NULL;
      g_autofree char *connection = NULL;

      client_send (client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      reply = client_read (client);
      connection = reply_dup_header (reply, "Connection");
      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_null (connection);
    }
}

static void
test_close_is_obeyed (HttpFixture *f)
{
  static const char *const requests[] = {
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /healthz HTTP/1.0\r\n\r\n",
    "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(Client) client = client_new (f);
      g_autoptr(Reply) reply = NULL;
      g_autofree char *connection = NULL;

      client_send_bytes (client, requests[i], -1);
      reply = client_read (client);
      connection = reply_dup_header (reply, "Connection");
      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_cmpstr (connection, ==, "close");
      g_assert_true (client_is_closed (client));
    }
}

static void
test_pipelining (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(GString) requests = g_string_new (NULL);

  for (int i = 0; i < 60; i++)
    g_string_append_printf (requests,
                            "POST " API "/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                            "{\"session_id\":\"p%02d\",\"user_id\":\"u\"}GET " API
                            "/sessions/p%02d/stats HTTP/1.1\r\nHost: localhost\r\n\r\n",
                            34, i, i);
  client_send_bytes (client, requests->str, (gssize) requests->len);
  for (int i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%02d", i);
      g_autoptr(json_t) created = http_expect (client_read (client), 200);
      g_autoptr(json_t) stats = http_expect (client_read (client), 200);

      g_assert_cmpstr (json_text (created, "session_id"), ==, id);
      g_assert_cmpstr (json_text (stats, "session_id"), ==, id);
    }
}

static void
test_any_packet_split (HttpFixture *f)
{
  static const char request[] = "POST " API
                                "/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                "Content-Length: 36\r\n\r\n{\"session_id\":\"split\",\"user_id\":\"u\"}\r\n";
  g_autoptr(Client) client = client_new (f);
  g_autoptr(json_t) json = NULL;

  for (const char *p = request; p < request + sizeof request - 3; p++)
    client_send_bytes (client, p, 1);
  json = http_expect (client_read (client), 200);
  g_assert_cmpstr (json_text (json, "session_id"), ==, "split");
}

static void
test_chunked (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(json_t) json = NULL;

  client_send (client,
               "POST " API "/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
               "e;ext=1\r\n{\"session_id\":\r\n14\r\n\"chunk\",\"user_id\":\"u\r\n2\r\n\"}\r\n0\r\nTrailer: x\r\n\r\n"
               "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  json = http_expect (client_read (client), 200);
  g_assert_cmpstr (json_text (json, "session_id"), ==, "chunk");
  /* Where a chunked body ends may be disputed; what follows is not taken for a request. */
  g_assert_true (client_is_closed (client));
}

static void
test_expect_continue (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(Reply) interim = NULL;
  g_autoptr(json_t) json = NULL;
  g_autoptr(json_t) next = NULL;

  client_send (client, "POST " API
                       "/sessions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 37\r\n\r\n");
  interim = client_read (client);
  g_assert_cmpuint (interim->status, ==, 100);
  client_send (client, "{\"session_id\":\"expect\",\"user_id\":\"u\"}");
  json = http_expect (client_read (client), 200);
  g_assert_cmpstr (json_text (json, "session_id"), ==, "expect");

  /* The connection goes on, and an answer that needs no body comes without one. */
  client_send (client, "POST /nope HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 37\r\n\r\n");
  next = http_expect (client_read (client), 404);
  g_assert_cmpstr (json_text (next, "detail"), ==, "Not Found");
}

static void
test_unix_socket (HttpFixture *f)
{
  static const char *const requests[] = {
    "GET /healthz HTTP/1.1\r\nHost: whatever.example\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /healthz HTTP/1.0\r\n\r\n",          /* no Host: libsoup would look for an Internet address */
  };
  g_autoptr(Client) client = client_new_unix (f);
  g_autoptr(json_t) json = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(Client) other = client_new_unix (f);
      g_autoptr(Reply) reply = NULL;

      client_send_bytes (other, requests[i], -1);
      reply = client_read (other);
      g_assert_cmpuint (reply->status, ==, 200);
    }

  client_send (
      client,
      "POST " API
      "/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 35\r\n\r\n{\"session_id\":\"unix\",\"user_id\":\"u\"}");
  json = http_expect (client_read (client), 200);
  g_assert_cmpstr (json_text (json_object_get (json, "websocket_urls"), "thinking"), ==,
                   "ws://localhost/ws/thinking/unix");
}

/* ---- methods and paths ---- */

static void
test_methods (HttpFixture *f)
{
  static const struct { const char *method, *path, *allow; } table[] = {
    { "PUT", API "/sessions", "GET, POST" },
    { "GET", API "/sessions", "GET, POST" },      /* without Accept or query: as in the old service */
    { "PUT", API "/sessions/x", "GET, DELETE" },
    { "POST", API "/health", "GET" },
    { "GET", API "/thinking", "POST" },
    { "DELETE", API "/progress", "POST" },
    { "POST", API "/sessions/x/stats", "GET" },
    { "PATCH", "/metrics", "GET" },
    { "OPTIONS", "/healthz", "GET" },
    { "BREW", "/healthz", "GET" },
    { "POST", "/ws/thinking/x", "GET" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(Reply) reply = http_request (f, table[i].method, table[i].path, NULL, "");
      g_autofree char *allow = reply_dup_header (reply, "Allow");
      g_autoptr(json_t) json = NULL;

      g_test_message ("%s %s", table[i].method, table[i].path);
      g_assert_cmpuint (reply->status, ==, 405);
      g_assert_cmpstr (allow, ==, table[i].allow);
      json = reply_json (reply);
      g_assert_true (g_str_has_prefix (json_text (json, "detail"), "Method Not Allowed"));
    }
}

static void
test_head_has_no_body (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autofree char *head = NULL;
  g_autoptr(Reply) next = NULL;

  client_send (client, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  head = client_read_until (client, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 405 "));
  g_assert_nonnull (strstr (head, "Allow: GET\r\n"));
  client_send (client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  next = client_read (client);
  g_assert_cmpuint (next->status, ==, 200);
}

static void
test_unknown_paths (HttpFixture *f)
{
  static const char *const paths[] = { "/",
                                       "/nope",
                                       "/healthz2",
                                       "/healthz/x",
                                       API,
                                       API "/sessions//stats",
                                       API "/sessions/a/b",
                                       "/ws/thinking/",
                                       "/ws/thinking",
                                       "/ws/other/x",
                                       "/ws/thinking/a%2Fb",
                                       "//healthz",
                                       API "/sessions/%2e%2e/stats",
                                       API "/sessions/%00/stats",
                                       API "/sessions/%ff" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(json_t) json = NULL;

      g_test_message ("%s", paths[i]);
      json = http_expect (http_get (f, paths[i]), 404);
      g_assert_cmpstr (json_text (json, "detail"), ==, "Not Found");
    }
}

static void
test_trailing_slash (HttpFixture *f)
{
  static const struct { const char *path, *location; } table[] = {
    { "/healthz/", "/healthz" },
    { API "/sessions/?limit=1", API "/sessions?limit=1" },
    { API "/sessions/a%20b/stats/", API "/sessions/a%20b/stats" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(Reply) reply = http_get (f, table[i].path);
      g_autofree char *location = reply_dup_header (reply, "Location");

      g_assert_cmpuint (reply->status, ==, 307);
      g_assert_cmpstr (location, ==, table[i].location);
    }
}

static void
test_problem_type_is_negotiated (HttpFixture *f)
{
  g_autoptr(Reply) reply = http_request (f, "GET", "/nope", "Accept: text/html, application/problem+json\r\n", NULL);
  g_autofree char *type = reply_dup_header (reply, "Content-Type");
  g_autoptr(Reply) plain = http_request (f, "GET", "/nope", "Accept: */*\r\n", NULL);
  g_autofree char *plain_type = reply_dup_header (plain, "Content-Type");

  g_assert_cmpstr (type, ==, "application/problem+json");
  g_assert_cmpstr (plain_type, ==, "application/json");
  g_assert_cmpstr (reply->body->str, ==, plain->body->str);
}

/* ---- limits ---- */

static void
test_body_too_large (HttpFixture *f)
{
  g_autoptr(Client) announced = client_new (f);
  g_autoptr(Client) waiting = client_new (f);
  g_autoptr(Client) chunked = client_new (f);
  g_autofree char *kib = g_strnfill (1024, 'x');
  g_autoptr(json_t) json = NULL;
  g_autoptr(json_t) json2 = NULL;
  g_autoptr(json_t) json3 = NULL;

  /* Refused by what it announces, before any of it was sent. */
  client_send (announced, "POST " API "/thinking HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n");
  json = http_expect (client_read (announced), 413);
  g_assert_cmpstr (json_text (json, "code"), ==, "body-too-large");
  g_assert_true (client_is_closed (announced));

  client_send (waiting,
               "POST " API
               "/thinking HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n");
  json2 = http_expect (client_read (waiting), 413);
  g_assert_true (client_is_closed (waiting));

  /* A chunked body says nothing; it is counted. The answer arrives although the client is still sending. */
  client_send (chunked, "POST " API "/thinking HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 1026; i++)
    client_send (chunked, "400\r\n%s\r\n", kib);
  json3 = http_expect (client_read (chunked), 413);
  g_assert_cmpstr (json_text (json3, "code"), ==, "body-too-large");
}

static void
test_largest_body_passes (HttpFixture *f)
{
  g_autofree char *content = g_strnfill ((1 << 20) - 200, 'x');
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"big\",\"thinking_type\":\"analysis\",\"content\":\"%s\"}",
                                           content);
  g_autoptr(json_t) json = NULL;

  http_create (f, "big");
  json = http_expect (http_post (f, API "/thinking", body), 200);
  g_assert_cmpint (http_fixture_count (f, "big"), ==, 2);
}

static void
set_up_impatient (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  f->config.acceptor.head_timeout_us = G_USEC_PER_SEC;
  f->config.acceptor.body_timeout_us = G_USEC_PER_SEC;
  f->config.acceptor.idle_timeout_us = G_USEC_PER_SEC;
  f->config.acceptor.response_timeout_us = G_USEC_PER_SEC;
  f->config.acceptor.max_connections = 10;
  f->config.max_body_bytes = 512 << 10;
  http_fixture_set_up_with (f, NULL);
}

static void
test_slow_head (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(Reply) reply = NULL;

  client_send (client, "GET /healthz HTTP/1.1\r\nHo");
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 408);
  g_assert_true (client_is_closed (client));
}

static void
test_slow_body (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(Reply) reply = NULL;

  client_send (client,
               "POST " API "/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 37\r\n\r\n{\"session_id\"");
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 408);
  g_assert_true (client_is_closed (client));
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 0);
}

static void
test_idle_is_closed_silently (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(Reply) reply = NULL;

  client_send (client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_true (client_is_closed (client));
}

static void
test_large_head (HttpFixture *f)
{
  g_autoptr(Client) client = client_new (f);
  g_autofree char *value = g_strnfill (20000, 'v');
  g_autoptr(Reply) reply = NULL;

  client_send (client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Large: %s\r\n\r\n", value);
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 431);
  g_assert_true (client_is_closed (client));
}

/* An answer that the client does not read is held by the socket and one buffer, and dropped in the end. */
static void
test_answer_that_is_not_read (HttpFixture *f)
{
  g_autofree char *content = g_strnfill (400 << 10, 'x');
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"big\",\"thinking_type\":\"analysis\",\"content\":\"%s\"}",
                                           content);
  g_autoptr(Client) client = client_new (f);
  int small = 4096;

  http_create (f, "big");
  for (int i = 0; i < 16; i++)
    {
      g_autoptr(json_t) json = http_expect (http_post (f, API "/thinking", body), 200);
    }

  setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client_send (client, "GET " API "/sessions/big/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;;)
    {
      g_autoptr(Reply) reply = http_get (f, "/metrics");

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);

      if (strstr (reply->body->str, "ouioe_http_connections 1\n") != NULL)
        break;
      g_usleep (20000);
    }
}

/* The same answer, read slowly, comes whole. */
static void
test_large_answer (HttpFixture *f)
{
  g_autofree char *content = g_strnfill (400 << 10, 'x');
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"big\",\"thinking_type\":\"analysis\",\"content\":\"%s\"}",
                                           content);
  g_autoptr(Client) client = client_new (f);
  g_autoptr(json_t) page = NULL;
  g_autoptr(Reply) next = NULL;
  int small = 16384;

  http_create (f, "big");
  for (int i = 0; i < 16; i++)
    {
      g_autoptr(json_t) json = http_expect (http_post (f, API "/thinking", body), 200);
    }

  setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client_send (
      client,
      "GET " API
      "/sessions/big/events HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  page = http_expect (client_read (client), 200);
  g_assert_cmpuint (json_array_size (json_object_get (page, "events")), ==, 17);
  next = client_read (client);
  g_assert_cmpuint (next->status, ==, 200);
}

static void
test_too_many_connections (HttpFixture *f)
{
  Client *clients[10];
  g_autoptr(Client) refused = NULL;
  g_autoptr(Reply) reply = NULL;
  g_autofree char *retry = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = client_new (f);
  refused = client_new (f);
  reply = client_read (refused);
  g_assert_cmpuint (reply->status, ==, 503);
  retry = reply_dup_header (reply, "Retry-After");
  g_assert_nonnull (retry);
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    client_free (clients[i]);
}

/* ---- requests that two readers understand differently ---- */

static void
test_smuggling (HttpFixture *f)
{
  static const char *const requests[] = {
    "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG",
    "Content-Length: 6\r\nContent-Length: 7\r\n\r\n{}\r\n\r\n",
    "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length: 2, 2\r\n\r\n{}",
    "Content-Length: +2\r\n\r\n{}",
    "Content-Length: 2a\r\n\r\n{}",
    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Host: localhost\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length : 2\r\n\r\n{}",
    "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "X: y\r\n Content-Length: 2\r\n\r\n{}",
    "X: y\nContent-Length: 2\r\n\r\n{}",
    "X: y\rContent-Length: 2\r\n\r\n{}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(Client) client = client_new (f);
      g_autoptr(Reply) reply = NULL;

      g_test_message ("%s", requests[i]);
      client_send (client,
                   "POST " API
                   "/sessions HTTP/1.1\r\nHost: localhost\r\n%sGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   requests[i]);
      reply = client_read (client);
      g_assert_cmpuint (reply->status, >=, 400);
      g_assert_cmpuint (reply->status, <=, 501);
      g_assert_true (client_is_closed (client));
    }
}

static void
test_broken_requests (HttpFixture *f)
{
  static const char *const requests[] = {
    "GARBAGE\r\n\r\n",
    "GET\r\n\r\n",
    "GET /healthz\r\n\r\n",
    "GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "GET /healthz HTTP/9\r\nHost: localhost\r\n\r\n",
    "GET /healthz HTTP/1.1\r\n\r\n",
    "GET ftp://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET http://other.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: \r\n\r\n",
    "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST " API "/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(Client) client = client_new (f);
      g_autoptr(Reply) reply = NULL;

      g_test_message ("%s", requests[i]);
      client_send_bytes (client, requests[i], -1);
      reply = client_read (client);
      g_assert_true (client_is_closed (client));
      g_assert_cmpuint (reply->status, >=, 400);
      g_assert_cmpuint (reply->status, <=, 505);
      g_assert_cmpuint (reply->body->len, >, 0);
    }
}

static void
test_range_is_ignored (HttpFixture *f)
{
  g_autoptr(Reply) reply = http_request (f, "GET", "/healthz", "Range: bytes=0-1,0-2,0-3,0-4\r\n", NULL);

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (reply->body->str, ==, "{\"status\":\"ok\"}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/wire/a-connection-serves-many-requests", test_keep_alive);
  http_fixture_add ("/transport/wire/close-is-obeyed", test_close_is_obeyed);
  http_fixture_add ("/transport/wire/pipelined-requests-are-answered-in-order", test_pipelining);
  http_fixture_add ("/transport/wire/any-packet-split", test_any_packet_split);
  http_fixture_add ("/transport/wire/chunked-bodies", test_chunked);
  http_fixture_add ("/transport/wire/expect-100-continue", test_expect_continue);
  http_fixture_add ("/transport/wire/unix-socket", test_unix_socket);
  http_fixture_add ("/transport/wire/wrong-method-is-405-with-allow", test_methods);
  http_fixture_add ("/transport/wire/head-has-no-body", test_head_has_no_body);
  http_fixture_add ("/transport/wire/unknown-path-is-404", test_unknown_paths);
  http_fixture_add ("/transport/wire/trailing-slash-is-redirected", test_trailing_slash);
  http_fixture_add ("/transport/wire/problem-type-is-negotiated", test_problem_type_is_negotiated);
  http_fixture_add ("/transport/wire/large-body-is-413-either-way", test_body_too_large);
  http_fixture_add ("/transport/wire/largest-body-passes", test_largest_body_passes);
  http_fixture_add_full ("/transport/wire/slow-head-is-408", set_up_impatient, test_slow_head);
  http_fixture_add_full ("/transport/wire/slow-body-is-408", set_up_impatient, test_slow_body);
  http_fixture_add_full ("/transport/wire/idle-connection-is-closed-silently", set_up_impatient,
                         test_idle_is_closed_silently);
  http_fixture_add ("/transport/wire/large-head-is-431", test_large_head);
  http_fixture_add_full ("/transport/wire/answer-that-is-not-read-is-dropped", set_up_impatient,
                         test_answer_that_is_not_read);
  http_fixture_add ("/transport/wire/large-answer-comes-whole", test_large_answer);
  http_fixture_add_full ("/transport/wire/too-many-connections-are-503", set_up_impatient, test_too_many_connections);
  http_fixture_add ("/transport/wire/smuggled-requests-are-refused", test_smuggling);
  http_fixture_add ("/transport/wire/broken-requests-are-refused", test_broken_requests);
  http_fixture_add ("/transport/wire/range-is-ignored", test_range_is_ignored);
  return g_test_run ();
}
