/* ouioed-tee-socket.c - one end of a connection: a descriptor, with or without TLS, that never blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-tee-socket.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

void
tee_socket_init (TeeSocket *self, OuioedPoller *poller, OuioedWatchFunc func)
{
  *self = (TeeSocket) { .poller = poller, .fd = -1 };
  self->watch.fd = -1;
  self->watch.func = func;
}

void
tee_socket_take_fd (TeeSocket *self, int fd)
{
  g_return_if_fail (self->fd < 0);

  self->fd = fd;
}

void
tee_socket_take (TeeSocket *self, GSocketConnection *connection, gboolean is_tls)
{
  g_return_if_fail (self->fd < 0);

  self->connection = connection;
  self->fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  self->retry = 0;
  if (is_tls)
    {
      self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
      self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (connection)));
    }
}

gboolean
tee_socket_is_open (const TeeSocket *self)
{
  return self->fd >= 0;
}

int
tee_socket_steal (TeeSocket *self)
{
  int fd = self->fd;

  ouioed_poller_remove (self->poller, &self->watch);
  self->fd = -1;
  return fd;
}

/* Of TLS no farewell is sent: it could block, and what is being said has been said. */
void
tee_socket_close (TeeSocket *self)
{
  int fd;

  if (self->fd < 0)
    return;
  fd = tee_socket_steal (self);
  self->input = NULL;
  self->output = NULL;
  if (self->connection == NULL)
    {
      close (fd);
      return;
    }
  g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
  g_clear_object (&self->connection);
}

void
tee_socket_reset (TeeSocket *self)
{
  struct linger hard = { 1, 0 };

  if (self->fd >= 0)
    setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  tee_socket_close (self);
}

static gssize
error_to_errno (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? -EAGAIN : -ECONNRESET;
}

gssize
tee_socket_read (TeeSocket *self, void *buffer, gsize size)
{
  g_autoptr(GError) error = NULL;
  gssize n;

  if (self->input != NULL)
    {
      n = g_pollable_input_stream_read_nonblocking (self->input, buffer, size, NULL, &error);
      return n >= 0 ? n : error_to_errno (error);
    }
  do
    n = recv (self->fd, buffer, size, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : -errno;
}

gssize
tee_socket_write (TeeSocket *self, const void *data, gsize len)
{
  g_autoptr(GError) error = NULL;
  gssize n;

  if (self->output != NULL)
    {
      gsize size = self->retry > 0 ? MIN (self->retry, len) : len;

      n = g_pollable_output_stream_write_nonblocking (self->output, data, size, NULL, &error);
      self->retry = n < 0 ? size : 0;
      return n >= 0 ? n : error_to_errno (error);
    }
  do
    n = send (self->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : -errno;
}

/* A hang-up is always told while a descriptor is watched: one that must not be looked at yet is not watched. */
void
tee_socket_set_events (TeeSocket *self, guint32 events)
{
  g_autoptr(GError) error = NULL;

  if (self->fd < 0)
    return;
  if (events == 0)
    ouioed_poller_remove (self->poller, &self->watch);
  else if (self->watch.fd >= 0)
    ouioed_poller_modify (self->poller, &self->watch, events);
  else if (!ouioed_poller_add (self->poller, &self->watch, self->fd, events, self->watch.func, &error))
    g_warning ("cannot watch a connection of the proxy: %s", error->message);
}

gboolean
tee_socket_has_more (TeeSocket *self)
{
  return self->input != NULL && g_pollable_input_stream_is_readable (self->input);
}
