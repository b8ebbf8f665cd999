/* ouioed-connection.c - an accepted socket as the GIOStream that libsoup reads and writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-connection.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ouioed-connection-private.h"

G_DEFINE_FINAL_TYPE (OuioedConnection, ouioed_connection, G_TYPE_IO_STREAM)

static GQuark
connection_quark (void)
{
  static GQuark quark = 0;

  if (quark == 0)
    quark = g_quark_from_static_string ("ouioed-connection");

  return quark;
}

void
ouioed_connection_clear_sources (OuioedConnection *self)
{
  g_clear_pointer (&self->sources[0], g_source_unref);
  g_clear_pointer (&self->sources[1], g_source_unref);
}

/* Whoever waits for the socket must find out that it is gone. */
static void
connection_wake_sources (OuioedConnection *self)
{
  for (guint i = 0; i < 2; i++)
    if (self->sources[i] != NULL && !g_source_is_destroyed (self->sources[i]))
      g_source_set_ready_time (self->sources[i], 0);
  ouioed_connection_clear_sources (self);
}

/* Gives up the descriptor, and everything that depended on it; the caller owns it now. */
static int
connection_detach (OuioedConnection *self, OuioedConnectionState state)
{
  int fd = self->fd;

  if (self->acceptor != NULL)
    ouioed_acceptor_forget (self->acceptor, self);
  self->fd = -1;
  self->state = state;
  connection_wake_sources (self);

  return fd;
}

/* A close with unread input would destroy the end of the answer. */
static gboolean
connection_must_linger (OuioedConnection *self)
{
  int n_unread = 0;

  if (!self->has_written || self->acceptor == NULL)
    return FALSE;
  if (self->state == OUIOED_CONNECTION_HEAD || self->state == OUIOED_CONNECTION_BODY)
    return TRUE;

  return ioctl (self->fd, FIONREAD, &n_unread) == 0 && n_unread > 0;
}

static void
connection_close (OuioedConnection *self)
{
  OuioedAcceptor *acceptor = self->acceptor;

  if (self->fd < 0)
    return;

  if (connection_must_linger (self))
    ouioed_acceptor_linger (acceptor, connection_detach (self, OUIOED_CONNECTION_CLOSING));
  else
    close (connection_detach (self, OUIOED_CONNECTION_CLOSING));
}

static gboolean
ouioed_connection_close_fn (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  connection_close (OUIOED_CONNECTION (stream));

  return TRUE;
}

/* The default would close in a thread. */
static void
ouioed_connection_close_async (GIOStream *stream, int priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, NULL, callback, user_data);   /* no cancellable: closing is not undone */

  g_task_set_name (task, "ouioed-connection-close");
  g_task_set_priority (task, priority);
  connection_close (OUIOED_CONNECTION (stream));
  g_task_return_boolean (task, TRUE);
}

static gboolean
ouioed_connection_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GInputStream *
ouioed_connection_get_input (GIOStream *stream)
{
  return OUIOED_CONNECTION (stream)->input;
}

static GOutputStream *
ouioed_connection_get_output (GIOStream *stream)
{
  return OUIOED_CONNECTION (stream)->output;
}

static void
ouioed_connection_dispose (GObject *object)
{
  connection_close (OUIOED_CONNECTION (object));

  G_OBJECT_CLASS (ouioed_connection_parent_class)->dispose (object);
}

static void
ouioed_connection_finalize (GObject *object)
{
  OuioedConnection *self = OUIOED_CONNECTION (object);

  ouioed_connection_input_forget (self->input);
  ouioed_connection_output_forget (self->output);
  ouioed_connection_clear_sources (self);
  if (self->remote != NULL)
    g_object_set_qdata (G_OBJECT (self->remote), connection_quark (), NULL);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->local);
  g_clear_object (&self->remote);
  g_clear_pointer (&self->unread, g_byte_array_unref);
  g_free (self->peer);

  G_OBJECT_CLASS (ouioed_connection_parent_class)->finalize (object);
}

static void
ouioed_connection_class_init (OuioedConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = ouioed_connection_dispose;
  object_class->finalize = ouioed_connection_finalize;
  stream_class->get_input_stream = ouioed_connection_get_input;
  stream_class->get_output_stream = ouioed_connection_get_output;
  stream_class->close_fn = ouioed_connection_close_fn;
  stream_class->close_async = ouioed_connection_close_async;
  stream_class->close_finish = ouioed_connection_close_finish;
}

static void
ouioed_connection_init (OuioedConnection *self)
{
  self->fd = -1;
  self->watch.fd = -1;
  self->link.data = self;
  self->waiting_link.data = self;
  self->input = ouioed_connection_input_new (self);
  self->output = ouioed_connection_output_new (self);
}

OuioedConnection *
ouioed_connection_new (OuioedAcceptor *acceptor, int fd, const struct sockaddr_storage *address, socklen_t address_len)
{
  OuioedConnection *self = g_object_new (OUIOED_TYPE_CONNECTION, NULL);

  self->acceptor = acceptor;
  self->fd = fd;
  self->address = *address;
  self->address_len = address_len;
  self->is_unix = address->ss_family == AF_UNIX;

  return self;
}

OuioedConnectionState
ouioed_connection_get_state (OuioedConnection *self)
{
  return self->state;
}

void
ouioed_connection_set_state (OuioedConnection *self, OuioedConnectionState state)
{
  OuioedConnectionState before = self->state;

  if (self->fd < 0)
    return;

  self->state = state;
  if (state == OUIOED_CONNECTION_HEAD)
    {
      self->head_bytes = 0;
      self->head_check = (OuioedHeadCheck) { 0 };
      self->has_written = FALSE;
    }
  if (self->acceptor != NULL)
    ouioed_acceptor_state_changed (self->acceptor, self, before);
}

int
ouioed_connection_get_fd (OuioedConnection *self)
{
  return self->fd;
}

gboolean
ouioed_connection_is_unix (OuioedConnection *self)
{
  return self->is_unix;
}

gboolean
ouioed_connection_is_public (OuioedConnection *self)
{
  return self->is_public;
}

/* libsoup casts the local address to an Internet one when a request of HTTP/1.0 has no Host, so a Unix socket shows
 * the loopback address. */
GSocketAddress *
ouioed_connection_get_local_address (OuioedConnection *self)
{
  struct sockaddr_storage address;
  socklen_t len = sizeof address;

  if (self->local != NULL)
    return self->local;

  if (!self->is_unix && self->fd >= 0 && getsockname (self->fd, (struct sockaddr *) &address, &len) == 0)
    self->local = g_socket_address_new_from_native (&address, len);
  if (self->local == NULL)
    self->local = g_inet_socket_address_new_from_string ("127.0.0.1", 80);

  return self->local;
}

GSocketAddress *
ouioed_connection_get_remote_address (OuioedConnection *self)
{
  if (self->remote != NULL)
    return self->remote;

  if (!self->is_unix)
    self->remote = g_socket_address_new_from_native (&self->address, self->address_len);
  if (self->remote == NULL)
    self->remote = g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);
  g_object_set_qdata (G_OBJECT (self->remote), connection_quark (), self);

  return self->remote;
}

OuioedConnection *
ouioed_connection_from_address (GSocketAddress *remote)
{
  return remote != NULL ? g_object_get_qdata (G_OBJECT (remote), connection_quark ()) : NULL;
}

const char *
ouioed_connection_get_peer (OuioedConnection *self)
{
  GSocketAddress *remote;

  if (self->peer != NULL)
    return self->peer;

  remote = ouioed_connection_get_remote_address (self);
  self->peer = self->is_unix ? g_strdup ("unix") : g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));

  return self->peer;
}

void
ouioed_connection_unread (OuioedConnection *self, const void *data, gsize len)
{
  if (len == 0)
    return;

  if (self->unread == NULL)
    {
      self->unread = g_byte_array_sized_new (len);
      self->unread_at = 0;
    }
  else if (self->unread_at > 0)
    {
      g_byte_array_remove_range (self->unread, 0, self->unread_at);
      self->unread_at = 0;
    }
  g_byte_array_prepend (self->unread, data, len);
}

gboolean
ouioed_connection_has_unread (OuioedConnection *self)
{
  return self->unread != NULL;
}

void
ouioed_connection_recover (OuioedConnection *self, GIOStream *wrapper)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (wrapper));
  g_autoptr(GByteArray) earlier = g_steal_pointer (&self->unread);
  OuioedConnectionState state = self->state;
  gsize at = self->unread_at;
  guint8 buffer[8192];
  gssize n;

  if (self->fd < 0)
    return;

  /* The socket itself must not be read meanwhile, so it seems empty. */
  self->state = OUIOED_CONNECTION_IDLE;
  while ((n = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      if (self->unread == NULL)
        self->unread = g_byte_array_new ();
      g_byte_array_append (self->unread, buffer, n);
    }
  self->state = state;
  if (self->unread != NULL)
    self->unread_at = 0;

  if (earlier != NULL && self->unread != NULL)
    g_byte_array_append (self->unread, earlier->data + at, earlier->len - at);
  else if (earlier != NULL)
    self->unread = g_steal_pointer (&earlier);
}

int
ouioed_connection_take_fd (OuioedConnection *self, GBytes **unread)
{
  *unread = NULL;
  if (self->unread != NULL)
    {
      g_byte_array_remove_range (self->unread, 0, self->unread_at);
      *unread = g_byte_array_free_to_bytes (g_steal_pointer (&self->unread));
    }

  return self->fd >= 0 ? connection_detach (self, OUIOED_CONNECTION_TAKEN) : -1;
}

void
ouioed_connection_refuse (OuioedConnection *self, const char *data, gsize len)
{
  OuioedAcceptor *acceptor = self->acceptor;
  int fd;

  if (self->fd < 0)
    return;

  fd = connection_detach (self, OUIOED_CONNECTION_CLOSING);
  while (len > 0)
    {
      gssize n = send (fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      data += n;
      len -= n;
    }
  if (acceptor != NULL)
    ouioed_acceptor_linger (acceptor, fd);
  else
    close (fd);
}

void
ouioed_connection_refuse_problem (OuioedConnection *self, guint status, const char *title, const char *code,
                                  const char *detail)
{
  g_autofree char *answer = ouioed_problem_answer (status, title, code, detail, NULL);

  ouioed_connection_refuse (self, answer, strlen (answer));
}

void
ouioed_connection_abort (OuioedConnection *self)
{
  if (self->fd >= 0)
    close (connection_detach (self, OUIOED_CONNECTION_CLOSING));
}

static void
set_errno_error (GError **error, int code)
{
  /* What GSocket says of it, so that callers need no second case. */
  if (code == EAGAIN)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Operation would block");
  else if (code == ECONNRESET || code == EPIPE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The peer hung up");
  else
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
}

static gsize
connection_take_unread (OuioedConnection *self, void *buffer, gsize count)
{
  gsize n = MIN (count, self->unread->len - self->unread_at);

  memcpy (buffer, self->unread->data + self->unread_at, n);
  self->unread_at += n;
  if (self->unread_at == self->unread->len)
    g_clear_pointer (&self->unread, g_byte_array_unref);

  return n;
}

gssize
ouioed_connection_receive (OuioedConnection *self, void *buffer, gsize count, GError **error)
{
  gssize n;

  if (self->fd < 0 && self->state == OUIOED_CONNECTION_CLOSING)
    return 0;
  if (self->fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return -1;
    }
  if (self->state == OUIOED_CONNECTION_IDLE)   /* between requests nobody reads here */
    {
      set_errno_error (error, EAGAIN);
      return -1;
    }
  if (self->state == OUIOED_CONNECTION_HEAD && self->acceptor != NULL)
    {
      gsize max = ouioed_acceptor_get_max_head (self->acceptor);

      if (self->head_bytes >= max)
        {
          ouioed_acceptor_head_too_large (self->acceptor, self);
          return 0;
        }
      count = MIN (count, max - self->head_bytes);
    }

  if (self->unread != NULL)
    {
      n = connection_take_unread (self, buffer, count);
    }
  else
    {
      do
        n = recv (self->fd, buffer, count, MSG_DONTWAIT);
      while (n < 0 && errno == EINTR);
    }

  if (n < 0)
    set_errno_error (error, errno);
  else if (self->state == OUIOED_CONNECTION_HEAD)
    {
      self->head_bytes += n;
      if (!ouioed_head_check_feed (&self->head_check, buffer, n))
        {
          ouioed_connection_refuse_problem (self, 400, "Bad Request", "bad-request", self->head_check.error);
          return 0;
        }
    }

  return n;
}

gssize
ouioed_connection_send (OuioedConnection *self, const void *buffer, gsize count, GError **error)
{
  gssize n;
  int saved;

  if (self->fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return -1;
    }

  do
    n = send (self->fd, buffer, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  saved = errno;

  if (n > 0)
    self->has_written = TRUE;
  if (self->acceptor != NULL && (n >= 0) == self->is_write_blocked)
    ouioed_acceptor_write_blocked (self->acceptor, self, n < 0);
  if (n < 0)
    set_errno_error (error, saved);

  return n;
}
