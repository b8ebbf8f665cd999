/* test-acceptor.c - listening sockets, limits, deadlines, idle connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The owner of the connections here reads to the end of a head ("\r\n\r\n"), answers with "ok" and parks.
 */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net-support.h"
#include "ouioed-acceptor.h"

typedef struct {
  OuioedPoller         *poller;
  OuioedAcceptor       *acceptor;
  OuioedAcceptorLimits  limits;
  char                 *url;
  guint                 n_ready;
  guint                 n_ended;        /* reads that gave the end of the input */
  GPtrArray            *held;           /* connections that are kept in state BODY or RESPONSE */
  gboolean              keep_body;
  gsize                 answer_bytes;   /* of a long answer instead of "ok" */
} Fixture;

typedef struct {
  Fixture          *fixture;
  OuioedConnection *connection;
  GString          *head;
  gsize             n_answered;
} Serving;

static void
serving_free (gpointer data)
{
  Serving *serving = data;

  g_object_unref (serving->connection);
  g_string_free (serving->head, TRUE);
  g_free (serving);
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  static const char junk[65536];
  Serving *serving = user_data;
  Fixture *f = serving->fixture;
  g_autoptr(GError) error = NULL;
  gssize n = 0;

  while (serving->n_answered < f->answer_bytes && n >= 0)
    {
      n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), junk, sizeof junk, NULL, &error);
      serving->n_answered += MAX (n, 0);
    }
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n >= 0)
    ouioed_acceptor_park (f->acceptor, serving->connection);

  return G_SOURCE_REMOVE;
}

static void
serve (Serving *serving)
{
  Fixture *f = serving->fixture;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (serving->connection));
  g_autoptr(GError) error = NULL;

  if (f->keep_body)
    {
      ouioed_connection_set_state (serving->connection, OUIOED_CONNECTION_BODY);
      g_ptr_array_add (f->held, g_object_ref (serving->connection));
      return;
    }

  ouioed_connection_set_state (serving->connection, OUIOED_CONNECTION_RESPONSE);
  if (f->answer_bytes > 0)
    {
      g_autoptr(GSource) source = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (output), NULL);
      Serving *again = g_new0 (Serving, 1);

      *again = (Serving) { f, g_object_ref (serving->connection), g_string_new (NULL), 0 };
      g_source_set_callback (source, G_SOURCE_FUNC (writable_cb), again, serving_free);
      g_source_attach (source, NULL);
      return;
    }
  g_assert_cmpint (g_output_stream_write (output, "ok", 2, NULL, &error), ==, 2);
  g_assert_no_error (error);
  ouioed_acceptor_park (f->acceptor, serving->connection);
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  Serving *serving = user_data;
  g_autoptr(GError) error = NULL;
  char buffer[1000];
  const char *end;

  for (;;)
    {
      gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, sizeof buffer, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      if (n <= 0)
        {
          serving->fixture->n_ended++;
          g_io_stream_close (G_IO_STREAM (serving->connection), NULL, NULL);
          return G_SOURCE_REMOVE;
        }
      g_string_append_len (serving->head, buffer, n);
      end = strstr (serving->head->str, "\r\n\r\n");
      if (end != NULL)
        break;
    }

  end += 4;
  ouioed_connection_unread (serving->connection, end, serving->head->len - (end - serving->head->str));
  serve (serving);

  return G_SOURCE_REMOVE;
}

static void
on_ready (OuioedConnection *connection, gpointer user_data)
{
  Fixture *f = user_data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr(GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  Serving *serving = g_new0 (Serving, 1);

  *serving = (Serving) { f, g_object_ref (connection), g_string_new (NULL), 0 };
  f->n_ready++;
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), serving, serving_free);
  g_source_attach (source, NULL);
}

static void
fixture_set_up (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GError) error = NULL;

  f->limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  f->held = g_ptr_array_new_with_free_func (g_object_unref);
  f->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  g_assert_no_error (error);
  f->acceptor = ouioed_acceptor_new (f->poller, &f->limits, on_ready, f);
  g_assert_true (ouioed_acceptor_listen (f->acceptor, "127.0.0.1:0", &f->url, &error));
  g_assert_no_error (error);
  ouioed_acceptor_start (f->acceptor);
}

static void
fixture_tear_down (Fixture *f, gconstpointer user_data)
{
  ouioed_acceptor_free (f->acceptor);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (f->held);
  g_assert_cmpuint (ouioed_poller_get_n (f->poller), ==, 0);
  ouioed_poller_free (f->poller);
  g_free (f->url);
}

static OuioedAcceptorMetrics
metrics (Fixture *f)
{
  OuioedAcceptorMetrics m;

  ouioed_acceptor_get_metrics (f->acceptor, &m);

  return m;
}

static void
assert_problem (const GString *got, guint status, const char *code)
{
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *number = g_strdup_printf ("\"status\":%u,", status);
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);
  const char *length = strstr (got->str, "Content-Length: ");
  const char *body = strstr (got->str, "\r\n\r\n");

  g_assert_true (g_str_has_prefix (got->str, start));
  g_assert_nonnull (strstr (got->str, "Content-Type: application/problem+json\r\n"));
  g_assert_nonnull (strstr (got->str, "Connection: close\r\n"));
  g_assert_nonnull (strstr (got->str, number));
  g_assert_nonnull (strstr (got->str, member));
  g_assert_nonnull (length);
  g_assert_nonnull (body);
  g_assert_cmpuint (g_ascii_strtoull (length + 16, NULL, 10), ==, strlen (body + 4));
}

static void
test_connection_is_handed_out_for_each_request (Fixture *f, gconstpointer user_data)
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
test_slow_head_is_408 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.head_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "GET / HTT");
  net_await_end (fd, got);
  assert_problem (got, 408, "request-timeout");
  net_wait_until (f->n_ended == 1);       /* its owner was told */
  g_assert_cmpuint (metrics (f).head_timeouts, ==, 1);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  close (fd);
}

/* A byte now and then does not help. */
static void
test_dripping_head_is_408 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  gint64 dripped_at = 0;
  int fd;

  f->limits.head_timeout_us = 200000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  while (metrics (f).head_timeouts == 0)
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
  assert_problem (got, 408, "request-timeout");
  close (fd);
}

static void
test_silent_newcomer_is_408 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.head_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_await_end (fd, got);
  assert_problem (got, 408, "request-timeout");
  g_assert_cmpuint (f->n_ready, ==, 0);
  close (fd);
}

static void
test_slow_body_is_408 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.body_timeout_us = 100000;
  f->keep_body = TRUE;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await_end (fd, got);
  assert_problem (got, 408, "request-timeout");
  g_assert_cmpuint (metrics (f).body_timeouts, ==, 1);
  close (fd);
}

static void
test_idle_connection_is_closed_without_a_word (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  int fd;

  f->limits.idle_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await_end (fd, got);
  g_assert_cmpstr (got->str, ==, "ok");
  g_assert_cmpuint (metrics (f).idle_timeouts, ==, 1);
  close (fd);
}

static void
test_answer_that_is_not_taken_ends_the_connection (Fixture *f, gconstpointer user_data)
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
test_slowly_taken_answer_is_finished (Fixture *f, gconstpointer user_data)
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
test_head_of_the_limit_passes_and_one_more_byte_is_431 (Fixture *f, gconstpointer user_data)
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
          assert_problem (got, 431, "header-too-large");
        }
      close (fd);
    }
  g_assert_cmpuint (metrics (f).head_too_large, ==, 1);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
}

/* The answer arrives though much more was sent than read. */
static void
test_endless_head_is_431 (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autofree char *junk = g_strnfill (100000, 'h');
  int fd = net_connect (f->url);

  net_send_text (fd, junk);
  net_await (fd, got, "}");
  assert_problem (got, 431, "header-too-large");
  close (fd);
}

static void
test_too_many_connections_are_503 (Fixture *f, gconstpointer user_data)
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
  assert_problem (got, 503, "too-many-connections");
  g_assert_nonnull (strstr (got->str, "\r\nRetry-After: "));
  g_assert_cmpuint (metrics (f).refused_limit, ==, 1);
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
test_taken_descriptor_is_the_callers (Fixture *f, gconstpointer user_data)
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
test_asynchronous_close_closes_once (Fixture *f, gconstpointer user_data)
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
test_addresses_belong_to_the_connection (Fixture *f, gconstpointer user_data)
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
test_descriptors_are_flat_over_many_connections (Fixture *f, gconstpointer user_data)
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
  g_assert_cmpuint (metrics (f).accepted, ==, 3000);
}

static void
test_nothing_is_accepted_before_start_nor_after_stop (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  Fixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  g_autoptr(GString) got = g_string_new (NULL);
  g_autofree char *url = NULL;
  OuioedAcceptor *acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  int fd;

  g_assert_true (ouioed_acceptor_listen (acceptor, "localhost:0", &url, &error));
  fd = net_connect (url);                    /* the kernel takes it in */
  for (guint i = 0; i < 10; i++)
    net_iterate ();
  g_assert_cmpuint (ouioed_acceptor_get_n (acceptor), ==, 0);
  ouioed_acceptor_start (acceptor);
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");
  ouioed_acceptor_stop (acceptor);
  net_await_end (fd, got);                   /* idle ones are closed */
  g_assert_cmpuint (ouioed_acceptor_get_n (acceptor), ==, 0);
  close (fd);
  ouioed_acceptor_free (acceptor);
}

static gboolean logged;

static GLogWriterOutput
log_writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, "cannot accept connections") != NULL)
      {
        g_assert_false (logged);             /* once is enough */
        logged = TRUE;
      }

  return G_LOG_WRITER_HANDLED;
}

/* No descriptor is free for a while; then everything is as before. */
static void
test_recovers_from_a_lack_of_descriptors (void)
{
  Fixture f = { 0 };
  struct rlimit limit;
  int clients[8];
  int fd = -1;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  g_log_set_writer_func (log_writer, NULL, NULL);
  fixture_set_up (&f, NULL);
  for (guint i = 0; i < 8; i++)
    clients[i] = net_connect (f.url);        /* they wait in the backlog */
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = clients[7] + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  while ((fd = dup (STDERR_FILENO)) >= 0)
    ;
  net_wait_until (metrics (&f).accept_errors >= 2);   /* it tries again, and logs once */
  g_assert_true (logged);
  g_assert_cmpuint (ouioed_acceptor_get_n (f.acceptor), ==, 0);

  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr(GString) got = g_string_new (NULL);

      net_send_text (clients[i], "a\r\n\r\n");
      net_await (clients[i], got, "ok");
      close (clients[i]);
    }
  g_assert_cmpuint (metrics (&f).accept_errors, <, 100);   /* no busy loop */
  fixture_tear_down (&f, NULL);
}

static void
test_unix_socket_is_private_and_removed (void)
{
  g_autofree char *dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "socket", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autofree char *url = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  Fixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  OuioedAcceptor *acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  g_autoptr(GString) got = g_string_new (NULL);
  struct stat info;
  int fd;

  g_assert_true (ouioed_acceptor_listen (acceptor, address, &url, &error));
  g_assert_cmpstr (url, ==, address);
  ouioed_acceptor_start (acceptor);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  fd = net_connect (url);
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");

  /* A live one is not taken over. */
  g_assert_false (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  ouioed_acceptor_free (acceptor);
  g_assert_cmpint (stat (path, &info), ==, -1);
  close (fd);

  /* A stale one is. */
  acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  g_assert_true (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_cmpint (g_rename (path, address), ==, -1);
  {
    g_autofree char *kept = g_strconcat (path, "2", NULL);

    g_assert_cmpint (g_rename (path, kept), ==, 0);   /* so that nobody removes it */
    ouioed_acceptor_free (acceptor);
    g_assert_cmpint (g_rename (kept, path), ==, 0);
  }
  acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  g_assert_true (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_no_error (error);
  ouioed_acceptor_free (acceptor);

  /* Something else stays. */
  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
  acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  g_assert_false (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  ouioed_acceptor_free (acceptor);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_bad_addresses_are_refused (void)
{
  static const char *const bad[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", ":::", "unix:", "unix:relative",
                                     "[::1:80", "203.0.113.7:3005" };
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, NULL);
  OuioedAcceptorLimits limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  g_autoptr(OuioedAcceptor) acceptor = ouioed_acceptor_new (poller, &limits, on_ready, NULL);
  guint n_fds = net_count_fds ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *url = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (ouioed_acceptor_listen (acceptor, bad[i], &url, &error));
      g_assert_nonnull (error);
      g_assert_null (url);
    }
  g_assert_cmpuint (net_count_fds (), ==, n_fds);
}

static void
test_adopts_only_a_listening_socket (void)
{
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, NULL);
  Fixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  g_autoptr(OuioedAcceptor) acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, on_ready, &f);
  g_autoptr(GString) got = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *url = NULL;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_false (ouioed_acceptor_adopt (acceptor, fd, &url, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  fd = socket (AF_INET6, SOCK_STREAM, 0);
  if (fd < 0 || listen (fd, 10) < 0)         /* bound to a free port by that */
    {
      g_test_skip ("no IPv6 here");
      return;
    }
  g_assert_true (ouioed_acceptor_adopt (acceptor, fd, &url, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (url, "http://[::]:"));
  ouioed_acceptor_start (acceptor);
  fd = net_connect (url);
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");
  close (fd);
}

#define ADD(name, function) \
  g_test_add ("/acceptor/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

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
  g_test_add_func ("/acceptor/nothing-is-accepted-before-start-nor-after-stop",
                   test_nothing_is_accepted_before_start_nor_after_stop);
  g_test_add_func ("/acceptor/recovers-from-a-lack-of-descriptors", test_recovers_from_a_lack_of_descriptors);
  g_test_add_func ("/acceptor/unix-socket-is-private-and-removed", test_unix_socket_is_private_and_removed);
  g_test_add_func ("/acceptor/bad-addresses-are-refused", test_bad_addresses_are_refused);
  g_test_add_func ("/acceptor/adopts-only-a-listening-socket", test_adopts_only_a_listening_socket);

  return g_test_run ();
}
