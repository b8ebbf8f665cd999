/* test-acceptor.c - limits, deadlines, idle connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "acceptor-fixture.h"

static void
test_connection_is_handed_out_for_each_request (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd = net_connect (f->url);

  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 1);
  g_assert_cmpuint (ouioed_acceptor_get_n_busy (f->acceptor), ==, 0);
  g_assert_cmpuint (f->n_ready, ==, 0);   /* it has not said anything */
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");
  net_send_text (fd, "b\r\n\r\nc\r\n\r\nd\r\n");
  net_await (fd, got, "okokok");
  net_wait_until (f->n_ready == 4);
  g_assert_cmpuint (ouioed_acceptor_get_n_busy (f->acceptor), ==, 1);
  net_send_text (fd, "\r\n");
  net_await (fd, got, "okokokok");
  net_wait_until (ouioed_acceptor_get_n_busy (f->acceptor) == 0);
  close (fd);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

static void
test_slow_head_is_408 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.head_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "GET / HTT");
  net_await_end (fd, got);
  acceptor_assert_problem (got, 408, "request-timeout");
  net_wait_until (f->n_ended == 1);       /* its owner was told */
  g_assert_cmpuint (acceptor_fixture_metrics (f).head_timeouts, ==, 1);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  close (fd);
}

/* A byte now and then does not help. */
static void
test_dripping_head_is_408 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  gint64 dripped_at = 0;
  int fd;

  f->limits.head_timeout_us = 200000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  while (acceptor_fixture_metrics (f).head_timeouts == 0)
    {
      gint64 now = g_get_monotonic_time ();

      if (now > dripped_at + 5000)
        {
          g_assert_cmpint (send (fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT), ==, 1);
          dripped_at = now;
        }
      net_iterate ();
    }
  net_await_end (fd, got);
  acceptor_assert_problem (got, 408, "request-timeout");
  close (fd);
}

static void
test_silent_newcomer_is_408 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.head_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_await_end (fd, got);
  acceptor_assert_problem (got, 408, "request-timeout");
  g_assert_cmpuint (f->n_ready, ==, 0);
  close (fd);
}

static void
test_slow_body_is_408 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.body_timeout_us = 100000;
  f->keep_body = TRUE;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await_end (fd, got);
  acceptor_assert_problem (got, 408, "request-timeout");
  g_assert_cmpuint (acceptor_fixture_metrics (f).body_timeouts, ==, 1);
  close (fd);
}

static void
test_idle_connection_is_closed_without_a_word (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.idle_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await_end (fd, got);
  g_assert_cmpstr (got->str, ==, "ok");
  g_assert_cmpuint (acceptor_fixture_metrics (f).idle_timeouts, ==, 1);
  close (fd);
}

static void
test_answer_that_is_not_taken_ends_the_connection (AcceptorFixture *f, gconstpointer user_data)
{
  int fd;

  f->limits.response_timeout_us = 200000;
  f->answer_bytes = 64 << 20;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_wait_until (f->n_ready == 1);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
  close (fd);
}

/* As long as something is taken, it may last. */
static void
test_slowly_taken_answer_is_finished (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  gsize n_got = 0;
  int fd;

  f->limits.response_timeout_us = 300000;
  f->answer_bytes = 16 << 20;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  while (n_got < f->answer_bytes)
    {
      net_iterate ();
      g_assert_true (net_receive (fd, got));
      n_got += got->len;
      g_string_truncate (got, 0);
    }
  net_wait_until (ouioed_acceptor_get_n_busy (f->acceptor) == 0);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 1);
  close (fd);
}

static void
test_head_of_the_limit_passes_and_one_more_byte_is_431 (AcceptorFixture *f, gconstpointer user_data)
{
  for (guint extra = 0; extra < 2; extra++)
    {
      g_autoptr(GString) got = g_string_new (NULL);
      g_autofree char *junk = g_strnfill (f->limits.max_head_bytes - 4 + extra, 'h');
      int fd = net_connect (f->url);

      net_send_text (fd, junk);
      net_send_text (fd, "\r\n\r\n");
      if (extra == 0)
        {
          net_await (fd, got, "ok");
        }
      else
        {
          net_await_end (fd, got);
          acceptor_assert_problem (got, 431, "header-too-large");
        }
      close (fd);
    }
  g_assert_cmpuint (acceptor_fixture_metrics (f).head_too_large, ==, 1);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

/* The answer arrives though much more was sent than read. */
static void
test_endless_head_is_431 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autofree char *junk = g_strnfill (100000, 'h');
  int fd = net_connect (f->url);

  net_send_text (fd, junk);
  net_await (fd, got, "}");
  acceptor_assert_problem (got, 431, "header-too-large");
  close (fd);
}

static void
test_too_many_connections_are_503 (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fds[3];
  int fd;

  f->limits.max_connections = 5;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  ouioed_acceptor_count_extra (f->acceptor, 2);
  for (guint i = 0; i < 3; i++)
    fds[i] = net_connect (f->url);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 3);

  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await_end (fd, got);
  acceptor_assert_problem (got, 503, "too-many-connections");
  g_assert_nonnull (strstr (got->str, "\r\nRetry-After: "));
  g_assert_cmpuint (acceptor_fixture_metrics (f).refused_limit, ==, 1);
  close (fd);

  ouioed_acceptor_count_extra (f->acceptor, -1);
  fd = net_connect (f->url);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 4);
  g_string_truncate (got, 0);
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");
  close (fd);
  for (guint i = 0; i < 3; i++)
    close (fds[i]);
}

static void
test_taken_descriptor_is_the_callers (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autoptr(GBytes) unread = NULL;
  g_autoptr(GError) error = NULL;
  OuioedConnection *connection;
  GInputStream *input;
  int fd = net_connect (f->url);
  int taken;

  f->keep_body = TRUE;
  net_send_text (fd, "a\r\n\r\nrest");
  net_wait_until (f->held->len == 1);
  connection = f->held->pdata[0];
  ouioed_connection_unread (connection, "more ", 5);
  g_assert_true (ouioed_connection_has_unread (connection));
  taken = ouioed_connection_take_fd (connection, &unread);
  g_assert_cmpint (taken, >=, 0);
  g_assert_cmpmem (g_bytes_get_data (unread, NULL), g_bytes_get_size (unread), "more rest", 9);
  g_assert_cmpint (ouioed_connection_get_state (connection), ==, OUIOED_CONNECTION_TAKEN);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);

  input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_assert_cmpint (g_input_stream_read (input, (char[1]) { 0 }, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_true (g_io_stream_close (G_IO_STREAM (connection), NULL, NULL));
  g_ptr_array_set_size (f->held, 0);
  g_assert_cmpint (write (taken, "alive", 5), ==, 5);
  net_await (fd, got, "alive");
  close (taken);
  close (fd);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_io_stream_close_finish (G_IO_STREAM (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
test_asynchronous_close_closes_once (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  gboolean closed = FALSE;
  int fd = net_connect (f->url);
  int number;

  f->keep_body = TRUE;
  net_send_text (fd, "a\r\n\r\n");
  net_wait_until (f->held->len == 1);
  number = ouioed_connection_get_fd (f->held->pdata[0]);
  g_io_stream_close_async (f->held->pdata[0], G_PRIORITY_DEFAULT, NULL, closed_cb, &closed);
  net_wait_until (closed);
  net_await_end (fd, got);
  g_assert_cmpint (fcntl (number, F_GETFD), ==, -1);
  close (fd);

  /* Another descriptor that gets its number is left alone. */
  g_assert_cmpint (dup2 (STDERR_FILENO, number), ==, number);
  g_ptr_array_set_size (f->held, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (fcntl (number, F_GETFD), !=, -1);
  close (number);
}

static void
test_addresses_belong_to_the_connection (AcceptorFixture *f, gconstpointer user_data)
{
  OuioedConnection *connection;
  g_autoptr(GSocketAddress) remote = NULL;
  int fd = net_connect (f->url);

  f->keep_body = TRUE;
  net_send_text (fd, "a\r\n\r\n");
  net_wait_until (f->held->len == 1);
  connection = f->held->pdata[0];
  remote = g_object_ref (ouioed_connection_get_remote_address (connection));
  g_assert_true (ouioed_connection_from_address (remote) == connection);
  g_assert_true (g_str_has_prefix (ouioed_connection_get_peer (connection), "127.0.0.1:"));
  g_assert_false (ouioed_connection_is_unix (connection));
  g_assert_true (G_IS_INET_SOCKET_ADDRESS (ouioed_connection_get_local_address (connection)));
  close (fd);
  ouioed_connection_abort (connection);
  g_ptr_array_set_size (f->held, 0);
  net_wait_until (f->n_ended == 0 && ouioed_acceptor_get_n (f->acceptor) == 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (ouioed_connection_from_address (remote));   /* it outlives the connection */
}

static void
test_descriptors_are_flat_over_many_connections (AcceptorFixture *f, gconstpointer user_data)
{
  guint n_fds = net_count_fds ();
  guint rss = 0;

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr(GString) got = g_string_new (NULL);
      int fd = net_connect (f->url);

      net_send_text (fd, "a\r\n\r\n");
      if (i % 2 == 0)
        net_await (fd, got, "ok");
      close (fd);
      if (i == 1000)
        {
          net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
          rss = net_rss_kib ();
        }
    }
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
  g_assert_cmpuint (net_rss_kib (), <, rss + 512);
  g_assert_cmpuint (acceptor_fixture_metrics (f).accepted, ==, 3000);
}

#define ADD(name, function) \
  g_test_add ("/acceptor/" name, AcceptorFixture, NULL, acceptor_fixture_set_up, function, acceptor_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("connection-is-handed-out-for-each-request", test_connection_is_handed_out_for_each_request);
  ADD ("slow-head-is-408", test_slow_head_is_408);
  ADD ("dripping-head-is-408", test_dripping_head_is_408);
  ADD ("silent-newcomer-is-408", test_silent_newcomer_is_408);
  ADD ("slow-body-is-408", test_slow_body_is_408);
  ADD ("idle-connection-is-closed-without-a-word", test_idle_connection_is_closed_without_a_word);
  ADD ("answer-that-is-not-taken-ends-the-connection", test_answer_that_is_not_taken_ends_the_connection);
  ADD ("slowly-taken-answer-is-finished", test_slowly_taken_answer_is_finished);
  ADD ("head-of-the-limit-passes-and-one-more-byte-is-431", test_head_of_the_limit_passes_and_one_more_byte_is_431);
  ADD ("endless-head-is-431", test_endless_head_is_431);
  ADD ("too-many-connections-are-503", test_too_many_connections_are_503);
  ADD ("taken-descriptor-is-the-callers", test_taken_descriptor_is_the_callers);
  ADD ("asynchronous-close-closes-once", test_asynchronous_close_closes_once);
  ADD ("addresses-belong-to-the-connection", test_addresses_belong_to_the_connection);
  ADD ("descriptors-are-flat-over-many-connections", test_descriptors_are_flat_over_many_connections);

  return g_test_run ();
}
