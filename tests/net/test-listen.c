/* test-listen.c - listening sockets: addresses, start and stop, a lack of descriptors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acceptor-fixture.h"

static void
test_nothing_is_accepted_before_start_nor_after_stop (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  AcceptorFixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  g_autoptr(GString) got = g_string_new (NULL);
  g_autofree char *url = NULL;
  OuioedAcceptor *acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
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
  AcceptorFixture f = { 0 };
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
  acceptor_fixture_set_up (&f, NULL);
  for (guint i = 0; i < 8; i++)
    clients[i] = net_connect (f.url);        /* they wait in the backlog */
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = clients[7] + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  while ((fd = dup (STDERR_FILENO)) >= 0)
    ;
  net_wait_until (acceptor_fixture_metrics (&f).accept_errors >= 2);   /* it tries again, and logs once */
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
  g_assert_cmpuint (acceptor_fixture_metrics (&f).accept_errors, <, 100);   /* no busy loop */
  acceptor_fixture_tear_down (&f, NULL);
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
  AcceptorFixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  OuioedAcceptor *acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
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
  acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
  g_assert_true (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_cmpint (g_rename (path, address), ==, -1);
  {
    g_autofree char *kept = g_strconcat (path, "2", NULL);

    g_assert_cmpint (g_rename (path, kept), ==, 0);   /* so that nobody removes it */
    ouioed_acceptor_free (acceptor);
    g_assert_cmpint (g_rename (kept, path), ==, 0);
  }
  acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
  g_assert_true (ouioed_acceptor_listen (acceptor, address, NULL, &error));
  g_assert_no_error (error);
  ouioed_acceptor_free (acceptor);

  /* Something else stays. */
  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
  acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
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
  static const char *const bad[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", ":::",
                                     "unix:", "unix:relative", "[::1:80", "203.0.113.7:3005" };
  g_autoptr(OuioedPoller) poller = ouioed_poller_new (G_PRIORITY_DEFAULT, NULL);
  OuioedAcceptorLimits limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  g_autoptr(OuioedAcceptor) acceptor = ouioed_acceptor_new (poller, &limits, acceptor_fixture_ready, NULL);
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
  AcceptorFixture f = { .poller = poller, .limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT };
  g_autoptr(OuioedAcceptor) acceptor = f.acceptor = ouioed_acceptor_new (poller, &f.limits, acceptor_fixture_ready, &f);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listen/nothing-is-accepted-before-start-nor-after-stop",
                   test_nothing_is_accepted_before_start_nor_after_stop);
  g_test_add_func ("/listen/recovers-from-a-lack-of-descriptors", test_recovers_from_a_lack_of_descriptors);
  g_test_add_func ("/listen/unix-socket-is-private-and-removed", test_unix_socket_is_private_and_removed);
  g_test_add_func ("/listen/bad-addresses-are-refused", test_bad_addresses_are_refused);
  g_test_add_func ("/listen/adopts-only-a-listening-socket", test_adopts_only_a_listening_socket);

  return g_test_run ();
}
