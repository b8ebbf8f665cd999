/* ouioed-notify.c - tells a service manager how the daemon is, and takes sockets from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-notify.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_SOCKETS 64

struct _OuioedNotify
{
  int                fd;             /* -1 when nobody listens */
  struct sockaddr_un address;
  socklen_t          address_len;
  gint64             watchdog_us;    /* as it was asked for; 0 for none */
};

/* TRUE when the variable names this process, or nobody. */
static gboolean
is_for_us (const char *variable)
{
  const char *text = g_getenv (variable);
  guint64 pid;

  return text == NULL || (g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT32, &pid, NULL) &&
                          pid == (guint64) getpid ());
}

OuioedNotify *
ouioed_notify_new (void)
{
  OuioedNotify *self = g_new0 (OuioedNotify, 1);
  const char *path = g_getenv ("NOTIFY_SOCKET");
  const char *watchdog = g_getenv ("WATCHDOG_USEC");
  gsize len = path == NULL ? 0 : strlen (path);
  guint64 usec;

  self->fd = -1;
  if (len > 1 && len < sizeof self->address.sun_path && (path[0] == '/' || path[0] == '@'))
    {
      self->address.sun_family = AF_UNIX;
      memcpy (self->address.sun_path, path, len);
      if (path[0] == '@')    /* an abstract name has no end but that of the address */
        self->address.sun_path[0] = '\0';
      self->address_len = offsetof (struct sockaddr_un, sun_path) + len + (path[0] == '/');
      self->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
  if (self->fd >= 0 && watchdog != NULL && is_for_us ("WATCHDOG_PID") &&
      g_ascii_string_to_unsigned (watchdog, 10, 1, G_MAXINT64, &usec, NULL))
    self->watchdog_us = (gint64) usec;

  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  g_unsetenv ("WATCHDOG_PID");
  return self;
}

void
ouioed_notify_free (OuioedNotify *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

gboolean
ouioed_notify_send (OuioedNotify *self, const char *state)
{
  gsize len = strlen (state);

  return self->fd >= 0 && sendto (self->fd, state, len, MSG_NOSIGNAL, (const struct sockaddr *) &self->address,
                                  self->address_len) == (gssize) len;
}

gboolean
ouioed_notify_send_reloading (OuioedNotify *self)
{
  g_autofree char *state = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());

  return ouioed_notify_send (self, state);
}

gint64
ouioed_notify_get_watchdog_us (OuioedNotify *self)
{
  return self->watchdog_us / 2;
}

guint
ouioed_notify_take_sockets (void)
{
  const char *text = g_getenv ("LISTEN_FDS");
  gboolean ours = text != NULL && g_getenv ("LISTEN_PID") != NULL && is_for_us ("LISTEN_PID");
  guint64 n = 0;

  if (ours && g_ascii_string_to_unsigned (text, 10, 0, MAX_SOCKETS, &n, NULL))
    for (guint i = 0; i < n; i++)
      fcntl (OUIOED_FIRST_SOCKET + i, F_SETFD, FD_CLOEXEC);

  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDNAMES");
  return (guint) n;
}
