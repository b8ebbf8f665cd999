/* ouioed-acceptor-listen.c - listening sockets: who comes in, and how many
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-acceptor-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ouioed-listen.h"

#define ACCEPTS_PER_TURN 64
#define PAUSE_MS         100             /* without a free descriptor */

static void
acceptor_refuse_limit (OuioedAcceptor *self, int fd)
{
  g_autofree char *answer = ouioed_problem_answer (503, "Service Unavailable", "too-many-connections",
                                                   "The server has as many connections as it may have; try again later",
                                                   "Retry-After: 5\r\n");

  self->metrics.refused_limit++;
  if (send (fd, answer, strlen (answer), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
    ouioed_linger_close (self->linger, fd);
  else
    close (fd);
}

static void
set_option (int fd, int level, int option, int value)
{
  if (setsockopt (fd, level, option, &value, sizeof value) < 0)
    g_debug ("setsockopt (%d, %d, %d): %s", level, option, value, g_strerror (errno));
}

void
ouioed_acceptor_set_options (OuioedAcceptor *self, int fd)
{
  set_option (fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option (fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option (fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  /* What is sent and not acknowledged for so long belongs to nobody. */
  set_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int) MIN (self->limits.response_timeout_us / 1000, G_MAXINT));
}

static void
acceptor_take_in (OuioedAcceptor *self, int fd, const struct sockaddr_storage *address, socklen_t address_len,
                  const OuioedListener *listener)
{
  OuioedConnection *connection;

  self->metrics.accepted++;
  if (self->all.length + self->n_extra >= self->limits.max_connections)
    {
      acceptor_refuse_limit (self, fd);
      return;
    }

  if (address->ss_family != AF_UNIX)
    ouioed_acceptor_set_options (self, fd);
  connection = ouioed_acceptor_add (self, fd, address, address_len, listener->is_public);
  if (listener->tag != NULL)
    {
      self->claim->take (connection, listener->tag, self->claim_data);
      g_object_unref (connection);
      return;
    }
  ouioed_acceptor_watch (self, connection);
}

void
ouioed_acceptor_set_accepting (OuioedAcceptor *self, gboolean accepting)
{
  for (guint i = 0; i < self->listeners->len; i++)
    ouioed_poller_modify (self->poller, &((OuioedListener *) self->listeners->pdata[i])->watch, accepting ? EPOLLIN : 0);
}

static gboolean
pause_is_over_cb (gpointer user_data)
{
  OuioedAcceptor *self = user_data;

  g_clear_pointer (&self->pause, g_source_unref);
  ouioed_acceptor_set_accepting (self, TRUE);

  return G_SOURCE_REMOVE;
}

/* No descriptor is free. Clients wait in the backlog meanwhile; asking again at once would be a busy loop. */
static void
acceptor_pause (OuioedAcceptor *self, int reason)
{
  if (!self->has_logged)
    g_warning ("cannot accept connections: %s; trying again every %d ms", g_strerror (reason), PAUSE_MS);
  self->has_logged = TRUE;
  self->metrics.accept_errors++;
  if (self->pause != NULL)
    return;

  ouioed_acceptor_set_accepting (self, FALSE);
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_callback (self->pause, pause_is_over_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

static void
on_listener_event (OuioedWatch *watch, guint32 events)
{
  OuioedListener *listener = (OuioedListener *) watch;
  OuioedAcceptor *self = listener->acceptor;

  for (guint i = 0; i < ACCEPTS_PER_TURN; i++)
    {
      struct sockaddr_storage address = { 0 };
      socklen_t len = sizeof address;
      int fd = accept4 (watch->fd, (struct sockaddr *) &address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        {
          self->has_logged = FALSE;
          acceptor_take_in (self, fd, &address, len, listener);
          continue;
        }
      if (errno == EAGAIN)
        return;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          acceptor_pause (self, errno);
          return;
        }
      self->metrics.accept_errors++;   /* that client is gone already; the next one may be well */
    }
}

void
ouioed_listener_free (gpointer data)
{
  OuioedListener *listener = data;
  struct stat info;

  ouioed_poller_remove (listener->acceptor->poller, &listener->watch);
  close (listener->fd);
  if (listener->path != NULL && stat (listener->path, &info) == 0 && info.st_dev == listener->device
      && info.st_ino == listener->inode)
    unlink (listener->path);
  g_free (listener->path);
  g_free (listener);
}

static gboolean
acceptor_add_listener (OuioedAcceptor *self, int fd, gboolean is_ours, gpointer tag, char **url, GError **error)
{
  OuioedListener *listener;
  g_autofree char *text = ouioed_listen_to_url (fd, error);
  struct stat info;

  if (text == NULL)
    {
      close (fd);
      return FALSE;
    }

  listener = g_new0 (OuioedListener, 1);
  listener->acceptor = self;
  listener->fd = fd;
  listener->tag = tag;
  listener->is_public = !ouioed_listen_is_local (fd);
  listener->watch.fd = -1;
  listener->path = is_ours ? ouioed_listen_to_path (fd) : NULL;
  if (listener->path != NULL && stat (listener->path, &info) == 0)
    {
      listener->device = info.st_dev;
      listener->inode = info.st_ino;
    }
  g_ptr_array_add (self->listeners, listener);
  if (!ouioed_poller_add (self->poller, &listener->watch, fd,
                          self->is_started && self->pause == NULL ? EPOLLIN : 0, on_listener_event, error))
    {
      g_ptr_array_remove (self->listeners, listener);
      return FALSE;
    }
  if (url != NULL)
    *url = g_steal_pointer (&text);

  return TRUE;
}

gboolean
ouioed_acceptor_listen (OuioedAcceptor *self, const char *address, char **url, GError **error)
{
  int fd = ouioed_listen_open (address, error);

  return fd >= 0 && acceptor_add_listener (self, fd, TRUE, NULL, url, error);
}

gboolean
ouioed_acceptor_listen_for (OuioedAcceptor *self, const char *address, gpointer tag, char **url, GError **error)
{
  int fd = ouioed_listen_open (address, error);

  return fd >= 0 && acceptor_add_listener (self, fd, TRUE, tag, url, error);
}

gboolean
ouioed_acceptor_adopt (OuioedAcceptor *self, int fd, char **url, GError **error)
{
  if (!g_unix_set_fd_nonblocking (fd, TRUE, error))
    {
      close (fd);
      return FALSE;
    }

  return acceptor_add_listener (self, fd, FALSE, NULL, url, error);
}
