/* test-http-access.c - who may ask, and how the transport is left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>
#include <sys/socket.h>

#include "test-log.h"

#define API "/api/streaming"

/* ---- who may ask ---- */

static void
test_host_is_checked (HttpFixture *f)
{
  static const struct { const char *host; guint status; } table[] = {
    { "localhost", 200 }, { "localhost:1", 200 }, { "127.1.2.3:80", 200 }, { "[::1]:80", 200 },
    { "rebound.example", 403 }, { "localhost.rebound.example", 403 }, { "10.0.0.1", 403 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(Client) client = client_new (f);
      g_autoptr(Reply) reply = NULL;

      g_test_message ("%s", table[i].host);
      client_send (client, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", table[i].host);
      reply = client_read (client);
      g_assert_cmpuint (reply->status, ==, table[i].status);
      if (reply->status == 403)
        {
          g_autoptr(json_t) json = reply_json (reply);

          g_assert_cmpstr (json_text (json, "code"), ==, "host-not-allowed");
          g_assert_true (client_is_closed (client));
        }
    }
}

static void
test_origin_is_checked (HttpFixture *f)
{
  static const struct { const char *origin; gboolean allowed; } table[] = {
    { "http://localhost:3100", TRUE }, { "https://127.0.0.1", TRUE }, { "http://[::1]:9", TRUE },
    { "https://evil.example", FALSE }, { "null", FALSE }, { "http://localhost.evil.example", FALSE },
  };
  static const char *const paths[] = { "/healthz", API "/health", "/ws/thinking/x", API "/stream", "/nope" };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    for (gsize p = 0; p < G_N_ELEMENTS (paths); p++)
      {
        g_autofree char *headers = g_strdup_printf ("Origin: %s\r\nConnection: close\r\n", table[i].origin);
        g_autoptr(Reply) reply = table[i].allowed && p == 3 ? NULL : http_request (f, "GET", paths[p], headers, NULL);
        g_autofree char *allowed = reply != NULL ? reply_dup_header (reply, "Access-Control-Allow-Origin") : NULL;

        g_test_message ("%s %s", table[i].origin, paths[p]);
        if (reply == NULL)
          continue;
        if (table[i].allowed)
          {
            g_autofree char *vary = reply_dup_header (reply, "Vary");

            g_assert_cmpuint (reply->status, !=, 403);
            g_assert_cmpstr (allowed, ==, table[i].origin);
            g_assert_cmpstr (vary, ==, "Origin");
          }
        else
          {
            g_autoptr(json_t) json = reply_json (reply);

            g_assert_cmpuint (reply->status, ==, 403);
            g_assert_cmpstr (json_text (json, "code"), ==, "origin-not-allowed");
            g_assert_null (allowed);
          }
      }
}

static void
test_preflight (HttpFixture *f)
{
  g_autoptr(Reply) reply = http_request (
      f, "OPTIONS", API "/sessions",
      "Origin: http://localhost:3100\r\n"
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type, x-a\r\n",
      NULL);
  g_autoptr(Reply) refused = http_request (f, "OPTIONS", API "/sessions", "Origin: https://evil.example\r\n"
                                           "Access-Control-Request-Method: POST\r\n", NULL);
  g_autofree char *origin = reply_dup_header (reply, "Access-Control-Allow-Origin");
  g_autofree char *methods = reply_dup_header (reply, "Access-Control-Allow-Methods");
  g_autofree char *headers = reply_dup_header (reply, "Access-Control-Allow-Headers");
  g_autofree char *age = reply_dup_header (reply, "Access-Control-Max-Age");
  g_autofree char *credentials = reply_dup_header (reply, "Access-Control-Allow-Credentials");

  g_assert_cmpuint (reply->status, ==, 204);
  g_assert_cmpstr (origin, ==, "http://localhost:3100");
  g_assert_cmpstr (methods, ==, "GET, POST, DELETE");
  g_assert_cmpstr (headers, ==, "content-type, x-a");
  g_assert_cmpstr (age, ==, "600");
  g_assert_null (credentials);
  g_assert_cmpuint (refused->status, ==, 403);
}

static void
set_up_open (HttpFixture *f, gconstpointer data)
{
  static char *any[] = { (char *) "*", NULL };

  http_fixture_defaults (f);
  f->config.allowed_origins = any;
  f->config.allowed_hosts = any;
  http_fixture_set_up_with (f, NULL);
}

static void
test_any_origin (HttpFixture *f)
{
  static const char *const origins[] = { "https://ui.example", "null", "http://localhost" };

  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      g_autofree char *headers = g_strdup_printf ("Origin: %s\r\n", origins[i]);
      g_autoptr(Reply) reply = http_request (f, "GET", "/healthz", headers, NULL);
      g_autofree char *allowed = reply_dup_header (reply, "Access-Control-Allow-Origin");
      g_autofree char *vary = reply_dup_header (reply, "Vary");

      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_cmpstr (allowed, ==, "*");
      g_assert_null (vary);
    }
}

/* ---- leaving ---- */

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioed_transport_drain_finish (OUIOED_TRANSPORT (source), result, &error));
  g_assert_no_error (error);
  g_atomic_int_set ((int *) user_data, TRUE);
}

static void
stop_accepting (HttpFixture *f, gpointer data)
{
  g_assert_cmpstr (ouioed_transport_get_name (OUIOED_TRANSPORT (f->http)), ==, "http");
  ouioed_transport_stop_accepting (OUIOED_TRANSPORT (f->http));
}

static void
begin_drain (HttpFixture *f, gpointer data)
{
  ouioed_transport_drain_async (OUIOED_TRANSPORT (f->http), on_drained, data);
}

/* A request that has begun is answered; what writes is told to come again elsewhere; then all is closed. */
static void
test_drain (HttpFixture *f)
{
  g_autoptr(Client) reading = client_new (f);
  g_autoptr(Client) writing = client_new (f);
  g_autoptr(Client) idle = client_new (f);
  g_autoptr(Reply) first = NULL;
  g_autoptr(json_t) ready = NULL;
  g_autoptr(Reply) written = NULL;
  g_autofree char *retry = NULL;
  g_autofree char *connection = NULL;
  int drained = FALSE;

  client_send (idle, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  first = client_read (idle);
  g_assert_cmpuint (first->status, ==, 200);
  client_send (reading, "GET /readyz HTTP/1.1\r\n");
  client_send (writing, "POST " API "/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 38\r\n\r\n");
  /* Both are inside once a later connection has been served. */
  for (int i = 0; i < 3; i++)
    reply_free (http_get (f, "/healthz"));

  http_fixture_call (f, stop_accepting, NULL);
  g_assert_true (client_is_closed (idle));
  http_fixture_call (f, begin_drain, &drained);
  client_send (writing, "{\"session_id\":\"drained\",\"user_id\":\"u\"}");
  written = client_read (writing);
  g_assert_cmpuint (written->status, ==, 503);
  retry = reply_dup_header (written, "Retry-After");
  connection = reply_dup_header (written, "Connection");
  g_assert_nonnull (retry);
  g_assert_cmpstr (connection, ==, "close");
  g_assert_true (client_is_closed (writing));
  client_send (reading, "Host: localhost\r\n\r\n");
  ready = http_expect (client_read (reading), 503);
  g_assert_cmpstr (json_text (ready, "status"), ==, "draining");
  g_assert_true (client_is_closed (reading));
  while (!g_atomic_int_get (&drained))
    g_usleep (1000);
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 0);
}

/* ---- a client that leaves ---- */

static void
test_client_leaves_while_its_request_is_committed (HttpFixture *f)
{
  struct linger reset = { 1, 0 };

  http_create (f, "gone");
  for (int i = 0; i < 50; i++)
    {
      g_autoptr(Client) client = client_new (f);

      client_send (client, "POST " API "/thinking HTTP/1.1\r\nHost: localhost\r\nContent-Length: 67\r\n\r\n"
                           "{\"session_id\":\"gone\",\"thinking_type\":\"analysis\",\"content\":\"%6d\"}", i);
      if (i % 2 == 0)
        setsockopt (client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
  g_assert_cmpint (http_fixture_count (f, "gone"), >=, 1);
}

static void
reload (HttpFixture *f, gpointer data)
{
  f->config.max_body_bytes = 10;
  ouioed_http_set_config (f->http, &f->config);
}

static void
test_limits_follow_a_reload (HttpFixture *f)
{
  g_autoptr(Reply) before = http_post (f, API "/sessions", "{\"session_id\":\"before\",\"user_id\":\"u\"}");
  g_autoptr(Reply) after = NULL;

  http_fixture_call (f, reload, NULL);
  after = http_post (f, API "/sessions", "{\"session_id\":\"after\",\"user_id\":\"u\"}");
  g_assert_cmpuint (before->status, ==, 200);
  g_assert_cmpuint (after->status, ==, 413);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/access/host-is-checked", test_host_is_checked);
  http_fixture_add ("/transport/access/origin-is-checked-on-every-route", test_origin_is_checked);
  http_fixture_add ("/transport/access/preflight", test_preflight);
  http_fixture_add_full ("/transport/access/any-origin-by-configuration", set_up_open, test_any_origin);
  http_fixture_add ("/transport/access/drain-ends-what-has-begun", test_drain);
  http_fixture_add ("/transport/access/client-may-leave-while-its-request-is-committed",
                    test_client_leaves_while_its_request_is_committed);
  http_fixture_add ("/transport/access/limits-follow-a-reload", test_limits_follow_a_reload);
  return g_test_run ();
}
