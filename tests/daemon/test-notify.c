/* test-notify.c - what a service manager is told, and what is taken from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-notify.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
  char *dir;     /* temporary */
  char *path;    /* of the manager's socket, as the variable has it */
  int   fd;      /* the manager's end */
} Fixture;

static void
set_up (Fixture *f, gconstpointer abstract)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize len;

  f->dir = g_dir_make_tmp ("ouioe-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  f->path = abstract != NULL ? g_strdup_printf ("@ouioe-test-%d", getpid ())
                             : g_build_filename (f->dir, "notify", NULL);
  len = strlen (f->path);
  g_assert_cmpuint (len, <, sizeof address.sun_path);
  memcpy (address.sun_path, f->path, len);
  if (abstract != NULL)
    address.sun_path[0] = '\0';

  f->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (f->fd, (struct sockaddr *) &address, offsetof (struct sockaddr_un, sun_path) + len), ==, 0);
  g_setenv ("NOTIFY_SOCKET", f->path, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer abstract)
{
  close (f->fd);
  if (abstract == NULL)
    g_unlink (f->path);
  g_rmdir (f->dir);
  g_free (f->path);
  g_free (f->dir);
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  g_unsetenv ("WATCHDOG_PID");
}

static char *
receive (Fixture *f)
{
  char buffer[512];
  gssize n = recv (f->fd, buffer, sizeof buffer, 0);

  g_assert_cmpint (n, >, 0);
  return g_strndup (buffer, n);
}

static void
test_state_arrives_whole (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedNotify) notify = ouioed_notify_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_null (g_getenv ("NOTIFY_SOCKET"));
  g_assert_true (ouioed_notify_send (notify, "READY=1\nSTATUS=2 sessions"));
  g_assert_true (ouioed_notify_send (notify, "STOPPING=1"));
  first = receive (f);
  second = receive (f);
  g_assert_cmpstr (first, ==, "READY=1\nSTATUS=2 sessions");
  g_assert_cmpstr (second, ==, "STOPPING=1");
}

static void
test_reload_carries_the_time (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedNotify) notify = ouioed_notify_new ();
  gint64 before = g_get_monotonic_time ();
  g_autofree char *text = NULL;
  guint64 usec;

  g_assert_true (ouioed_notify_send_reloading (notify));
  text = receive (f);
  g_assert_true (g_str_has_prefix (text, "RELOADING=1\nMONOTONIC_USEC="));
  g_assert_true (g_ascii_string_to_unsigned (strrchr (text, '=') + 1, 10, 0, G_MAXINT64, &usec, NULL));
  g_assert_cmpint ((gint64) usec, >=, before);
  g_assert_cmpint ((gint64) usec, <=, g_get_monotonic_time ());
}

static void
test_watchdog_is_fed_twice_as_often (Fixture *f, gconstpointer user_data)
{
  g_autofree char *pid = g_strdup_printf ("%d", getpid ());
  g_autoptr(OuioedNotify) notify = NULL;

  g_setenv ("WATCHDOG_USEC", "3000000", TRUE);
  g_setenv ("WATCHDOG_PID", pid, TRUE);
  notify = ouioed_notify_new ();
  g_assert_cmpint (ouioed_notify_get_watchdog_us (notify), ==, 1500000);
  g_assert_null (g_getenv ("WATCHDOG_USEC"));
}

static void
test_watchdog_of_another_process_is_left_alone (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedNotify) notify = NULL;

  g_setenv ("WATCHDOG_USEC", "3000000", TRUE);
  g_setenv ("WATCHDOG_PID", "1", TRUE);
  notify = ouioed_notify_new ();
  g_assert_cmpint (ouioed_notify_get_watchdog_us (notify), ==, 0);
}

/* The manager reads nothing: the daemon goes on. */
static void
test_full_socket_does_not_block (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedNotify) notify = ouioed_notify_new ();
  guint n = 0;

  while (n < 1000000 && ouioed_notify_send (notify, "WATCHDOG=1"))
    n++;
  g_assert_cmpuint (n, <, 1000000);
}

static void
test_nobody_there_is_no_error (void)
{
  static const char *const paths[] = { NULL, "", "relative", "/nonexistent/notify" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(OuioedNotify) notify = NULL;

      if (paths[i] != NULL)
        g_setenv ("NOTIFY_SOCKET", paths[i], TRUE);
      notify = ouioed_notify_new ();
      g_assert_false (ouioed_notify_send (notify, "READY=1"));
      g_assert_cmpint (ouioed_notify_get_watchdog_us (notify), ==, 0);
    }
}

static void
test_sockets_are_only_taken_from_our_manager (void)
{
  static const struct { const char *fds, *pid; } rows[] = {
    { "1", NULL }, { "1", "1" }, { NULL, "own" }, { "many", "own" }, { "-1", "own" }, { "65", "own" }, { "0", "own" },
  };
  g_autofree char *own = g_strdup_printf ("%d", getpid ());

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].fds != NULL)
        g_setenv ("LISTEN_FDS", rows[i].fds, TRUE);
      if (rows[i].pid != NULL)
        g_setenv ("LISTEN_PID", strcmp (rows[i].pid, "own") == 0 ? own : rows[i].pid, TRUE);
      g_assert_cmpuint (ouioed_notify_take_sockets (), ==, 0);
      g_assert_null (g_getenv ("LISTEN_FDS"));
      g_assert_null (g_getenv ("LISTEN_PID"));
    }
}

static void
test_sockets_are_closed_on_exec (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *own = g_strdup_printf ("%d", getpid ());
      int fd = socket (AF_UNIX, SOCK_STREAM, 0);

      g_assert_cmpint (dup2 (fd, OUIOED_FIRST_SOCKET), ==, OUIOED_FIRST_SOCKET);
      g_assert_cmpint (dup2 (fd, OUIOED_FIRST_SOCKET + 1), ==, OUIOED_FIRST_SOCKET + 1);
      g_setenv ("LISTEN_FDS", "2", TRUE);
      g_setenv ("LISTEN_PID", own, TRUE);
      g_setenv ("LISTEN_FDNAMES", "http:http", TRUE);
      g_assert_cmpuint (ouioed_notify_take_sockets (), ==, 2);
      g_assert_cmpint (fcntl (OUIOED_FIRST_SOCKET, F_GETFD), ==, FD_CLOEXEC);
      g_assert_cmpint (fcntl (OUIOED_FIRST_SOCKET + 1, F_GETFD), ==, FD_CLOEXEC);
      g_assert_null (g_getenv ("LISTEN_FDNAMES"));
      g_assert_cmpuint (ouioed_notify_take_sockets (), ==, 0);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

#define ADD(name, abstract, function) g_test_add ("/notify/" name, Fixture, abstract, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("state-arrives-whole", NULL, test_state_arrives_whole);
  ADD ("state-arrives-whole/abstract", "abstract", test_state_arrives_whole);
  ADD ("reload-carries-the-time", NULL, test_reload_carries_the_time);
  ADD ("watchdog-is-fed-twice-as-often", NULL, test_watchdog_is_fed_twice_as_often);
  ADD ("watchdog-of-another-process-is-left-alone", NULL, test_watchdog_of_another_process_is_left_alone);
  ADD ("full-socket-does-not-block", NULL, test_full_socket_does_not_block);
  g_test_add_func ("/notify/nobody-there-is-no-error", test_nobody_there_is_no_error);
  g_test_add_func ("/notify/sockets-are-only-taken-from-our-manager", test_sockets_are_only_taken_from_our_manager);
  g_test_add_func ("/notify/sockets-are-closed-on-exec", test_sockets_are_closed_on_exec);
  return g_test_run ();
}
