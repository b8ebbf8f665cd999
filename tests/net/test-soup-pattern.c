/* test-soup-pattern.c - the way in which a SoupServer is used on connections of the acceptor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ouioed-connection.h asks of its user, done here as plainly as possible. It relies on documented calls of libsoup
 * at an unusual moment, so these tests say when a libsoup no longer agrees.
 */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

#include "net-support.h"
#include "ouioed-acceptor.h"

#define MAX_BODY 1000

typedef struct {
  OuioedPoller   *poller;
  OuioedAcceptor *acceptor;
  SoupServer     *server;
  char           *url;
  guint           n_started;
  guint           n_answered;
  int             taken_fd;             /* of the last 101; -1 when there was none */
  GBytes         *taken_unread;
} Fixture;

typedef struct {
  Fixture          *fixture;
  OuioedConnection *connection;
  gboolean          got_body;
} Exchange;

static void
exchange_free (gpointer data, GClosure *closure)
{
  Exchange *exchange = data;

  g_object_unref (exchange->connection);
  g_free (exchange);
}

static gboolean
may_go_on (SoupServerMessage *message, Exchange *exchange)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);

  return exchange->got_body && soup_server_message_get_http_version (message) >= SOUP_HTTP_1_1
         && !soup_message_headers_header_contains (request, "Connection", "close")
         && !soup_message_headers_header_contains (response, "Connection", "close");
}

static void
on_got_headers (SoupServerMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);

  ouioed_connection_set_state (exchange->connection, OUIOED_CONNECTION_BODY);
  if (soup_message_headers_get_content_length (request) > MAX_BODY)
    {
      g_autoptr(GIOStream) stream = soup_server_message_steal_connection (message);

      g_assert_nonnull (stream);
      ouioed_connection_refuse_problem (exchange->connection, 413, "Content Too Large", "body-too-large", "Too much");
    }
}

static void
on_got_body (SoupServerMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->got_body = TRUE;
  ouioed_connection_set_state (exchange->connection, OUIOED_CONNECTION_RESPONSE);
}

static void
on_wrote_body (SoupServerMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr(OuioedConnection) connection = g_object_ref (exchange->connection);   /* the exchange may go */
  Fixture *f = exchange->fixture;
  g_autoptr(GIOStream) stream = NULL;

  f->n_answered++;
  if (!may_go_on (message, exchange))
    return;

  stream = soup_server_message_steal_connection (message);
  ouioed_connection_recover (connection, stream);
  ouioed_acceptor_park (f->acceptor, connection);
}

static void
on_wrote_informational (SoupServerMessage *message, gpointer user_data)
{
  Exchange *exchange = user_data;
  g_autoptr(OuioedConnection) connection = g_object_ref (exchange->connection);
  Fixture *f = exchange->fixture;
  g_autoptr(GIOStream) stream = NULL;

  if (soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;

  stream = soup_server_message_steal_connection (message);
  ouioed_connection_recover (connection, stream);
  f->taken_fd = ouioed_connection_take_fd (connection, &f->taken_unread);
}

static void
on_request_started (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  Fixture *f = user_data;
  Exchange *exchange = g_new0 (Exchange, 1);
  OuioedConnection *connection = ouioed_connection_from_address (soup_server_message_get_remote_address (message));

  g_assert_nonnull (connection);
  exchange->fixture = f;
  exchange->connection = g_object_ref (connection);
  f->n_started++;
  g_signal_connect_data (message, "got-headers", G_CALLBACK (on_got_headers), exchange, exchange_free, 0);
  g_signal_connect (message, "got-body", G_CALLBACK (on_got_body), exchange);
  g_signal_connect (message, "wrote-body", G_CALLBACK (on_wrote_body), exchange);
  g_signal_connect (message, "wrote-informational", G_CALLBACK (on_wrote_informational), exchange);
}

static gboolean
unpause_cb (gpointer user_data)
{
  soup_server_message_unpause (user_data);

  return G_SOURCE_REMOVE;
}

/* "/echo/X" answers X and the body; "/later/X" does so in a later turn of the loop. */
static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *text = g_strdup_printf ("<%s:%.*s>", path, (int) g_bytes_get_size (body),
                                           (const char *) g_bytes_get_data (body, NULL));

  if (g_str_equal (path, "/switch"))
    {
      soup_server_message_set_status (message, SOUP_STATUS_SWITCHING_PROTOCOLS, NULL);
      return;
    }
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, text, strlen (text));
  if (g_str_has_prefix (path, "/later"))
    {
      soup_server_message_pause (message);
      g_idle_add_full (G_PRIORITY_LOW, unpause_cb, g_object_ref (message), g_object_unref);
    }
}

static void
on_ready (OuioedConnection *connection, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (ouioed_connection_get_state (connection), ==, OUIOED_CONNECTION_HEAD);
  soup_server_accept_iostream (f->server, G_IO_STREAM (connection), ouioed_connection_get_local_address (connection),
                               ouioed_connection_get_remote_address (connection), &error);
  g_assert_no_error (error);
}

static void
fixture_set_up (Fixture *f, gconstpointer user_data)
{
  OuioedAcceptorLimits limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  g_autofree char *dir = NULL;
  g_autofree char *address = g_strdup ("127.0.0.1:0");
  g_autoptr(GError) error = NULL;

  limits.head_timeout_us = limits.body_timeout_us = 5 * G_USEC_PER_SEC;
  if (user_data != NULL)
    {
      dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
      g_free (address);
      address = g_strdup_printf ("unix:%s/socket", dir);
    }
  f->taken_fd = -1;
  f->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  g_assert_no_error (error);
  f->acceptor = ouioed_acceptor_new (f->poller, &limits, on_ready, f);
  f->server = soup_server_new (NULL, NULL);
  g_signal_connect (f->server, "request-started", G_CALLBACK (on_request_started), f);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  g_assert_true (ouioed_acceptor_listen (f->acceptor, address, &f->url, &error));
  g_assert_no_error (error);
  ouioed_acceptor_start (f->acceptor);
}

static void
fixture_tear_down (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = g_str_has_prefix (f->url, "unix:") ? g_path_get_dirname (f->url + 5) : NULL;

  ouioed_acceptor_free (f->acceptor);
  g_object_unref (f->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ouioed_poller_free (f->poller);
  g_clear_pointer (&f->taken_unread, g_bytes_unref);
  if (f->taken_fd >= 0)
    close (f->taken_fd);
  if (path != NULL)
    g_assert_cmpint (rmdir (path), ==, 0);   /* the socket is gone with its acceptor */
  g_free (f->url);
}

static void
test_keep_alive_a_thousand_times (Fixture *f, gconstpointer user_data)
{
  int fd = net_connect (f->url);
  guint n_fds = 0;
  guint rss = 0;

  for (guint i = 0; i < 1500; i++)
    {
      g_autoptr(GString) got = g_string_new (NULL);
      g_autofree char *path = g_strdup_printf ("/%s/%u", i % 3 == 0 ? "later" : "echo", i);
      g_autofree char *request = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", path);
      g_autofree char *expected = g_strdup_printf ("<%s:abc>", path);

      net_send_text (fd, request);
      net_await (fd, got, expected);
      g_assert_cmpuint (net_count (got, "HTTP/1.1 200"), ==, 1);
      g_assert_null (strstr (got->str, "Connection: close"));
      if (i == 500)
        {
          n_fds = net_count_fds ();
          rss = net_rss_kib ();
        }
    }
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
  g_assert_cmpuint (net_rss_kib (), <, rss + 1024);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 1);
  net_wait_until (ouioed_acceptor_get_n_busy (f->acceptor) == 0);
  close (fd);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

static void
test_pipelined_requests_are_answered_in_order (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) all = g_string_new (NULL);
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);
  const char *at;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (all, "POST /%s/%u HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n%.*s",
                            i % 5 == 0 ? "later" : "echo", i, i % 4, (int) (i % 4), "xyz");
  for (gsize i = 0; i < all->len; i += 777)   /* cut anywhere */
    {
      net_send (fd, all->str + i, MIN (777, all->len - i));
      net_iterate ();
      net_receive (fd, got);
    }
  net_await (fd, got, "/199:xyz>");
  at = got->str;
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *expected = g_strdup_printf ("/%u:%.*s>", i, (int) (i % 4), "xyz");

      at = strstr (at, expected);
      g_assert_nonnull (at);
    }
  g_assert_cmpuint (net_count (got, "HTTP/1.1 200"), ==, 200);
  close (fd);
}

static void
test_hang_up_while_idle_leaks_nothing (Fixture *f, gconstpointer user_data)
{
  guint n_fds = net_count_fds ();
  guint rss = 0;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(GString) got = g_string_new (NULL);
      int fd = net_connect (f->url);

      if (i % 4 != 3)   /* some go without a word, some with half a one, some after an answer */
        net_send_text (fd, i % 4 == 2 ? "GET /echo/" : "GET /echo/x HTTP/1.1\r\nHost: a\r\n\r\n");
      if (i % 4 < 2)
        net_await (fd, got, "</echo/x:>");
      close (fd);
      if (i == 500)
        {
          net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
          rss = net_rss_kib ();
        }
    }
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
  g_assert_cmpuint (net_rss_kib (), <, rss + 1024);
}

static void
test_connection_close_and_old_http_are_closed (Fixture *f, gconstpointer user_data)
{
  static const char *const requests[] = {
    "GET /echo/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /echo/x HTTP/1.0\r\n\r\n",
    "GET /echo/x HTTP/1.0\r\nHost: a\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(GString) got = g_string_new (NULL);
      int fd = net_connect (f->url);

      net_send_text (fd, requests[i]);
      net_await_end (fd, got);
      g_assert_nonnull (strstr (got->str, "</echo/x:>"));
      close (fd);
    }
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

static void
test_body_is_refused_unread (Fixture *f, gconstpointer user_data)
{
  g_autofree char *junk = g_strnfill (65536, 'j');
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);

  net_send_text (fd, "POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  net_send (fd, junk, 65536);
  net_await (fd, got, "\"code\":\"body-too-large\"");
  g_assert_true (g_str_has_prefix (got->str, "HTTP/1.1 413 "));
  net_await_end (fd, got);
  g_assert_cmpuint (f->n_answered, ==, 0);
  close (fd);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

static void
test_expect_continue_gets_its_body (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);

  net_send_text (fd, "POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  net_await (fd, got, "HTTP/1.1 100 Continue\r\n");
  net_send_text (fd, "ok");
  net_await (fd, got, "</echo/x:ok>");
  net_send_text (fd, "GET /echo/y HTTP/1.1\r\nHost: a\r\n\r\n");
  net_await (fd, got, "</echo/y:>");
  close (fd);
}

static void
test_switched_connection_is_taken_with_what_was_read (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);

  net_send_text (fd, "GET /switch HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly bytes");
  net_await (fd, got, "HTTP/1.1 101 ");
  net_wait_until (f->taken_fd >= 0);
  g_assert_cmpmem (g_bytes_get_data (f->taken_unread, NULL), g_bytes_get_size (f->taken_unread), "early bytes", 11);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  g_string_truncate (got, 0);
  g_assert_cmpint (write (f->taken_fd, "raw", 3), ==, 3);
  net_await (fd, got, "raw");
  close (fd);
}

static void
test_malformed_request_is_answered_and_closed (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);

  net_send_text (fd, "complete nonsense\r\n\r\nand more of it");
  net_await_end (fd, got);
  g_assert_true (g_str_has_prefix (got->str, "HTTP/1.") && g_str_has_prefix (got->str + 8, " 400 "));
  close (fd);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

static void
test_client_that_leaves_a_paused_request_costs_nothing (Fixture *f, gconstpointer user_data)
{
  guint n_fds = net_count_fds ();

  for (guint i = 0; i < 200; i++)
    {
      int fd = net_connect (f->url);

      net_send_text (fd, "GET /later/x HTTP/1.1\r\nHost: a\r\n\r\n");
      net_wait_until (f->n_started == i + 1);
      close (fd);
    }
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
}

static void
test_stop_lets_a_running_request_finish (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autoptr(GString) nothing = g_string_new (NULL);
  int fd = net_connect (f->url);
  int idle = net_connect (f->url);

  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 2);
  net_send_text (fd, "GET /later/x HTTP/1.1\r\nHost: a\r\n\r\n");
  net_wait_until (f->n_started == 1);
  ouioed_acceptor_stop (f->acceptor);
  net_await_end (idle, nothing);
  net_await_end (fd, got);
  g_assert_nonnull (strstr (got->str, "</later/x:>"));
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  close (fd);
  close (idle);
}

#define ADD(name, function) \
  g_test_add ("/soup-pattern/tcp/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down); \
  g_test_add ("/soup-pattern/unix/" name, Fixture, "unix", fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("keep-alive-a-thousand-times", test_keep_alive_a_thousand_times);
  ADD ("pipelined-requests-are-answered-in-order", test_pipelined_requests_are_answered_in_order);
  ADD ("hang-up-while-idle-leaks-nothing", test_hang_up_while_idle_leaks_nothing);
  ADD ("connection-close-and-old-http-are-closed", test_connection_close_and_old_http_are_closed);
  ADD ("body-is-refused-unread", test_body_is_refused_unread);
  ADD ("expect-continue-gets-its-body", test_expect_continue_gets_its_body);
  ADD ("switched-connection-is-taken-with-what-was-read", test_switched_connection_is_taken_with_what_was_read);
  ADD ("malformed-request-is-answered-and-closed", test_malformed_request_is_answered_and_closed);
  ADD ("client-that-leaves-a-paused-request-costs-nothing", test_client_that_leaves_a_paused_request_costs_nothing);
  ADD ("stop-lets-a-running-request-finish", test_stop_lets_a_running_request_finish);

  return g_test_run ();
}
