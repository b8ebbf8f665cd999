/* test-acceptor-claim.c - connections that somebody else takes, and gives back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "acceptor-fixture.h"

/* What was taken last. */
typedef struct {
  OuioedAcceptor *acceptor;
  GBytes         *unread;
  gpointer        tag;
  int             fd;
  guint           n;
} Taker;

/* Theirs is what begins with "mine". */
static int
claims (const char *data, gsize len)
{
  if (memcmp (data, "mine", MIN (len, 4)) != 0)
    return FALSE;
  return len >= 4 ? TRUE : -1;
}

static void
take (OuioedConnection *connection, gpointer tag, gpointer user_data)
{
  Taker *taker = user_data;

  g_clear_pointer (&taker->unread, g_bytes_unref);
  taker->tag = tag;
  taker->fd = ouioed_connection_take_fd (connection, &taker->unread);
  taker->n++;
  ouioed_acceptor_count_extra (taker->acceptor, 1);
}

static const OuioedClaimFuncs funcs = { claims, take };

static void
taker_begin (Taker *taker, AcceptorFixture *f)
{
  *taker = (Taker) { .acceptor = f->acceptor, .fd = -1 };
  ouioed_acceptor_set_claim (f->acceptor, &funcs, taker);
}

static void
assert_taken (Taker *taker, guint n, const char *unread)
{
  net_wait_until (taker->n == n);
  g_assert_cmpmem (g_bytes_get_data (taker->unread, NULL), g_bytes_get_size (taker->unread), unread, strlen (unread));
}

static void
test_claimed_by_its_request (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  Taker taker;
  int fd;

  taker_begin (&taker, f);
  fd = net_connect (f->url);
  net_send_text (fd, "a\r\n\r\n");
  net_await (fd, got, "ok");
  net_send_text (fd, "mine: it is");
  assert_taken (&taker, 1, "mine: it is");
  g_assert_null (taker.tag);
  g_assert_cmpuint (f->n_ready, ==, 1);
  close (taker.fd);
  ouioed_acceptor_count_extra (f->acceptor, -1);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  g_bytes_unref (taker.unread);
  close (fd);
}

/* Byte by byte; and when it turns out not to be theirs, its owner gets all of it. */
static void
test_decided_late (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  Taker taker;
  int first, second;

  taker_begin (&taker, f);
  first = net_connect (f->url);
  second = net_connect (f->url);
  for (const char *c = "min"; *c != '\0'; c++)
    {
      net_send (first, c, 1);
      net_send (second, c, 1);
      net_iterate ();
      net_iterate ();
    }
  g_assert_cmpuint (f->n_ready + taker.n, ==, 0);
  net_send_text (first, "t\r\n\r\n");
  net_send_text (second, "e");
  net_await (first, got, "ok");
  assert_taken (&taker, 1, "mine");
  close (taker.fd);
  g_bytes_unref (taker.unread);
  close (first);
  close (second);
}

static void
test_undecided_too_long (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  Taker taker;
  int fd;

  taker_begin (&taker, f);
  f->limits.head_timeout_us = 100000;
  ouioed_acceptor_set_limits (f->acceptor, &f->limits);
  fd = net_connect (f->url);
  net_send_text (fd, "mi");
  net_await_end (fd, got);
  acceptor_assert_problem (got, 408, "request-timeout");
  g_assert_cmpuint (f->n_ready + taker.n, ==, 0);
  net_wait_until (ouioed_acceptor_get_n (f->acceptor) == 0);
  close (fd);
}

static void
test_stopped_undecided (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  Taker taker;
  int fd;

  taker_begin (&taker, f);
  fd = net_connect (f->url);
  net_send_text (fd, "mi");
  net_wait_until (ouioed_acceptor_get_n_busy (f->acceptor) == 1);
  ouioed_acceptor_stop (f->acceptor);
  net_await_end (fd, got);
  g_assert_cmpuint (ouioed_acceptor_get_n (f->acceptor), ==, 0);
  close (fd);
}

static void
test_given_back (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GString) got = g_string_new (NULL);
  g_autoptr(GBytes) next = g_bytes_new_static ("a\r\n\r\nmine", 9);
  Taker taker;
  int fd;

  taker_begin (&taker, f);
  fd = net_connect (f->url);
  net_send_text (fd, "mine");
  assert_taken (&taker, 1, "mine");
  ouioed_acceptor_count_extra (f->acceptor, -1);
  ouioed_acceptor_give_back (f->acceptor, taker.fd, next, FALSE);
  net_await (fd, got, "ok");
  assert_taken (&taker, 2, "mine");    /* what stood behind it is theirs again */
  g_assert_cmpuint (f->n_ready, ==, 1);
  close (taker.fd);
  g_bytes_unref (taker.unread);
  close (fd);
}

static void
test_taken_by_its_address (AcceptorFixture *f, gconstpointer user_data)
{
  g_autofree char *url = NULL;
  g_autoptr(GError) error = NULL;
  Taker taker;
  int fd;

  taker_begin (&taker, f);
  g_assert_true (ouioed_acceptor_listen_for (f->acceptor, "127.0.0.1:0", &taker, &url, &error));
  g_assert_no_error (error);
  fd = net_connect (url);
  net_wait_until (taker.n == 1);    /* it has not said anything */
  g_assert_true (taker.tag == &taker);
  g_assert_null (taker.unread);
  close (taker.fd);
  close (fd);
}

#define ADD(name, function) \
  g_test_add ("/acceptor/claim/" name, AcceptorFixture, NULL, acceptor_fixture_set_up, function, acceptor_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("by-how-a-request-begins", test_claimed_by_its_request);
  ADD ("decided-when-enough-is-there", test_decided_late);
  ADD ("undecided-too-long-is-408", test_undecided_too_long);
  ADD ("stop-closes-what-is-undecided", test_stopped_undecided);
  ADD ("given-back-and-taken-again", test_given_back);
  ADD ("all-of-an-address", test_taken_by_its_address);
  return g_test_run ();
}
