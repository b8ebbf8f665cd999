/* test-poller.c - many descriptors behind one source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-poller.h"

typedef struct {
  OuioedWatch    watch;
  int            peer;           /* the other end of the pair */
  OuioedPoller  *poller;
  guint          n_calls;
  guint32        events;
  OuioedWatch   *victim;         /* removed in the callback */
} End;

static void
on_event (OuioedWatch *watch, guint32 events)
{
  End *end = (End *) watch;

  end->n_calls++;
  end->events = events;
  if (end->victim != NULL)
    ouioed_poller_remove (end->poller, end->victim);
}

static void
end_open (End *end, OuioedPoller *poller, guint32 events)
{
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  end->poller = poller;
  end->peer = fds[1];
  end->watch.fd = -1;
  g_assert_true (ouioed_poller_add (poller, &end->watch, fds[0], events, on_event, &error));
  g_assert_no_error (error);
}

static void
end_close (End *end)
{
  int fd = end->watch.fd;

  ouioed_poller_remove (end->poller, &end->watch);
  g_assert_cmpint (end->watch.fd, ==, -1);
  if (fd >= 0)
    close (fd);
  close (end->peer);
}

static OuioedPoller *
poller_new (void)
{
  g_autoptr(GError) error = NULL;
  OuioedPoller *poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);

  g_assert_no_error (error);

  return poller;
}

static void
test_tells_only_the_one_with_news (void)
{
  g_autoptr(OuioedPoller) poller = poller_new ();
  End ends[3] = { 0 };

  for (guint i = 0; i < 3; i++)
    end_open (&ends[i], poller, EPOLLIN);
  g_assert_cmpuint (ouioed_poller_get_n (poller), ==, 3);
  g_assert_false (g_main_context_iteration (NULL, FALSE));

  g_assert_cmpint (write (ends[1].peer, "x", 1), ==, 1);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (ends[0].n_calls, ==, 0);
  g_assert_cmpuint (ends[1].n_calls, ==, 1);
  g_assert_cmphex (ends[1].events, ==, EPOLLIN);
  g_assert_cmpuint (ends[2].n_calls, ==, 0);

  for (guint i = 0; i < 3; i++)
    end_close (&ends[i]);
  g_assert_cmpuint (ouioed_poller_get_n (poller), ==, 0);
}

static void
test_modified_watch_is_told_what_it_asked_for (void)
{
  g_autoptr(OuioedPoller) poller = poller_new ();
  End end = { 0 };

  end_open (&end, poller, 0);
  g_assert_cmpint (write (end.peer, "x", 1), ==, 1);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  ouioed_poller_modify (poller, &end.watch, EPOLLIN | EPOLLOUT);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmphex (end.events, ==, EPOLLIN | EPOLLOUT);
  ouioed_poller_modify (poller, &end.watch, EPOLLOUT);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmphex (end.events, ==, EPOLLOUT);
  end_close (&end);
}

static void
test_one_shot_is_told_once_until_armed_again (void)
{
  g_autoptr(OuioedPoller) poller = poller_new ();
  End end = { 0 };

  end_open (&end, poller, EPOLLIN | EPOLLONESHOT);
  g_assert_cmpint (write (end.peer, "x", 1), ==, 1);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  ouioed_poller_modify (poller, &end.watch, EPOLLIN | EPOLLONESHOT);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (end.n_calls, ==, 2);
  end_close (&end);
}

/* Both have news in one turn, and whichever is told first takes the other away. */
static void
test_removed_watch_is_not_called_in_the_same_turn (void)
{
  g_autoptr(OuioedPoller) poller = poller_new ();
  End a = { 0 };
  End b = { 0 };
  int fd_a;
  int fd_b;

  end_open (&a, poller, EPOLLIN);
  end_open (&b, poller, EPOLLIN);
  fd_a = a.watch.fd;
  fd_b = b.watch.fd;
  a.victim = &b.watch;
  b.victim = &a.watch;
  g_assert_cmpint (write (a.peer, "x", 1), ==, 1);
  g_assert_cmpint (write (b.peer, "x", 1), ==, 1);
  while (g_main_context_iteration (NULL, FALSE) && a.n_calls + b.n_calls < 10)
    ;
  g_assert_true (a.n_calls == 0 || b.n_calls == 0);
  g_assert_cmpuint (a.n_calls + b.n_calls, >=, 1);
  g_assert_cmpuint (ouioed_poller_get_n (poller), ==, 1);

  if (a.watch.fd < 0)
    close (fd_a);
  if (b.watch.fd < 0)
    close (fd_b);
  end_close (&a);
  end_close (&b);
}

static void
free_poller_cb (OuioedWatch *watch, guint32 events)
{
  End *end = (End *) watch;

  end->n_calls++;
  ouioed_poller_free (end->poller);
}

/* Also with more news waiting in the same turn. */
static void
test_may_be_freed_by_a_watch (void)
{
  OuioedPoller *poller = poller_new ();
  End ends[2] = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      end_open (&ends[i], poller, EPOLLIN);
      ends[i].watch.func = free_poller_cb;
      g_assert_cmpint (write (ends[i].peer, "x", 1), ==, 1);
    }
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (ends[0].n_calls + ends[1].n_calls, ==, 1);

  for (guint i = 0; i < 2; i++)
    {
      close (ends[i].watch.fd);
      close (ends[i].peer);
    }
}

static void
test_bad_descriptor_is_refused (void)
{
  g_autoptr(OuioedPoller) poller = poller_new ();
  g_autoptr(GError) error = NULL;
  OuioedWatch watch = { .fd = -1 };
  int fd = dup (STDIN_FILENO);

  close (fd);   /* a number that is no descriptor */
  g_assert_false (ouioed_poller_add (poller, &watch, fd, EPOLLIN, on_event, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpint (watch.fd, ==, -1);
  g_assert_cmpuint (ouioed_poller_get_n (poller), ==, 0);
  ouioed_poller_remove (poller, &watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/poller/tells-only-the-one-with-news", test_tells_only_the_one_with_news);
  g_test_add_func ("/poller/modified-watch-is-told-what-it-asked-for", test_modified_watch_is_told_what_it_asked_for);
  g_test_add_func ("/poller/one-shot-is-told-once-until-armed-again", test_one_shot_is_told_once_until_armed_again);
  g_test_add_func ("/poller/removed-watch-is-not-called-in-the-same-turn",
                   test_removed_watch_is_not_called_in_the_same_turn);
  g_test_add_func ("/poller/may-be-freed-by-a-watch", test_may_be_freed_by_a_watch);
  g_test_add_func ("/poller/bad-descriptor-is-refused", test_bad_descriptor_is_refused);

  return g_test_run ();
}
