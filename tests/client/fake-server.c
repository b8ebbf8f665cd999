/* fake-server.c - a daemon of which the test writes every byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-server.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

struct _FakeServer
{
  FakeHandler   handler;
  gpointer      user_data;
  char         *address;       /* for clients */
  char         *socket_path;   /* NULL for TCP */
  GTlsCertificate *certificate; /* NULL without TLS */
  guint16       port;          /* of TCP, kept over a reopen */
  GSocket      *listener;
  GThread      *acceptor;
  GCancellable *cancellable;   /* of the present opening */
  GMutex        mutex;         /* guards what follows */
  GPtrArray    *log;           /* char* */
  GPtrArray    *threads;       /* GThread*, all that were ever started */
  GPtrArray    *sockets;       /* GSocket*, those that are open */
};

typedef struct {
  FakeServer *server;
  GSocket    *socket;
} Connection;

static void
fake_request_clear (FakeRequest *request)
{
  g_clear_pointer (&request->method, g_free);
  g_clear_pointer (&request->target, g_free);
  g_clear_pointer (&request->headers, g_hash_table_unref);
  g_clear_pointer (&request->body, g_free);
}

static gboolean
read_request (GDataInputStream *in, FakeRequest *request)
{
  g_autofree char *first = g_data_input_stream_read_line (in, NULL, NULL, NULL);
  g_auto(GStrv) words = first != NULL ? g_strsplit (first, " ", 3) : NULL;
  const char *length;
  gsize len;

  if (words == NULL || g_strv_length (words) != 3)
    return FALSE;
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[1]);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);
      char *colon;

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        break;
      colon = strchr (line, ':');
      g_assert_nonnull (colon);
      g_hash_table_insert (request->headers, g_ascii_strdown (line, colon - line), g_strstrip (g_strdup (colon + 1)));
    }

  length = g_hash_table_lookup (request->headers, "content-length");
  len = length != NULL ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0;
  request->body = g_malloc0 (len + 1);
  return g_input_stream_read_all (G_INPUT_STREAM (in), request->body, len, NULL, NULL, NULL);
}

static GIOStream *
make_stream (FakeServer *self, GSocket *socket)
{
  g_autoptr(GIOStream) plain = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  g_autoptr(GError) error = NULL;
  GIOStream *tls;

  if (self->certificate == NULL)
    return g_steal_pointer (&plain);
  tls = g_tls_server_connection_new (plain, self->certificate, &error);
  g_assert_no_error (error);
  /* A client that refuses the certificate just goes. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  return tls;
}

static gpointer
serve (gpointer data)
{
  Connection *self = data;
  FakeServer *server = self->server;
  g_autoptr(GIOStream) connection = make_stream (server, self->socket);
  GOutputStream *out = g_io_stream_get_output_stream (connection);
  g_autoptr(GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (connection));
  gboolean go_on = TRUE;

  g_object_set_data (G_OBJECT (out), "socket", self->socket);
  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (go_on)
    {
      FakeRequest request = { 0 };

      go_on = read_request (in, &request);
      if (go_on)
        {
          g_mutex_lock (&server->mutex);
          request.number = server->log->len;
          g_ptr_array_add (server->log, g_strconcat (request.method, " ", request.target, NULL));
          g_mutex_unlock (&server->mutex);
          go_on = server->handler (server, &request, out, server->user_data);
        }
      fake_request_clear (&request);
    }

  /* Under the lock, so that nobody shuts down a descriptor that was given to somebody else meanwhile. */
  g_mutex_lock (&server->mutex);
  g_ptr_array_remove (server->sockets, self->socket);
  g_io_stream_close (connection, NULL, NULL);
  g_mutex_unlock (&server->mutex);
  g_object_unref (self->socket);
  g_free (self);
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  FakeServer *self = data;

  for (;;)
    {
      GSocket *socket = g_socket_accept (self->listener, self->cancellable, NULL);
      Connection *connection;

      if (socket == NULL)
        return NULL;
      connection = g_new0 (Connection, 1);
      connection->server = self;
      connection->socket = socket;
      g_mutex_lock (&self->mutex);
      g_ptr_array_add (self->sockets, socket);
      g_ptr_array_add (self->threads, g_thread_new ("fake-connection", serve, connection));
      g_mutex_unlock (&self->mutex);
    }
}

void
fake_server_reopen (FakeServer *self)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GSocketAddress) local = NULL;
  g_autoptr(GError) error = NULL;

  if (self->socket_path != NULL)
    {
      g_unlink (self->socket_path);
      address = g_unix_socket_address_new (self->socket_path);
    }
  else
    {
      g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

      address = g_inet_socket_address_new (loopback, self->port);
    }
  self->listener = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                 &error);
  g_assert_no_error (error);
  g_socket_bind (self->listener, address, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->listener, &error);
  g_assert_no_error (error);

  g_free (self->address);
  if (self->socket_path != NULL)
    {
      self->address = g_strconcat ("unix:", self->socket_path, NULL);
    }
  else
    {
      local = g_socket_get_local_address (self->listener, &error);
      self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
      self->address = g_strdup_printf ("%s://127.0.0.1:%u", self->certificate != NULL ? "https" : "http", self->port);
    }
  self->cancellable = g_cancellable_new ();
  self->acceptor = g_thread_new ("fake-acceptor", accept_all, self);
}

static FakeServer *
make_server (const char *socket_path, GTlsCertificate *certificate, FakeHandler handler, gpointer user_data)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->handler = handler;
  self->user_data = user_data;
  self->socket_path = g_strdup (socket_path);
  g_mutex_init (&self->mutex);
  self->log = g_ptr_array_new_with_free_func (g_free);
  self->threads = g_ptr_array_new ();
  self->sockets = g_ptr_array_new ();
  fake_server_reopen (self);
  return self;
}

FakeServer *
fake_server_new (const char *socket_path, FakeHandler handler, gpointer user_data)
{
  return make_server (socket_path, NULL, handler, user_data);
}

FakeServer *
fake_server_new_tls (GTlsCertificate *certificate, FakeHandler handler, gpointer user_data)
{
  return make_server (NULL, certificate, handler, user_data);
}

void
fake_server_shut (FakeServer *self)
{
  g_autoptr(GPtrArray) threads = NULL;

  if (self->listener == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->acceptor);
  g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_shutdown (self->sockets->pdata[i], TRUE, TRUE, NULL);
  threads = g_steal_pointer (&self->threads);
  self->threads = g_ptr_array_new ();
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  g_clear_object (&self->cancellable);
}

void
fake_server_free (FakeServer *self)
{
  fake_server_shut (self);
  if (self->socket_path != NULL)
    g_unlink (self->socket_path);
  g_ptr_array_unref (self->log);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->sockets);
  g_mutex_clear (&self->mutex);
  g_clear_object (&self->certificate);
  g_free (self->socket_path);
  g_free (self->address);
  g_free (self);
}

const char *
fake_server_get_address (FakeServer *self)
{
  return self->address;
}

char **
fake_server_dup_log (FakeServer *self)
{
  g_autoptr(GPtrArray) copy = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->log->len; i++)
    g_ptr_array_add (copy, g_strdup (self->log->pdata[i]));
  g_mutex_unlock (&self->mutex);
  g_ptr_array_add (copy, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&copy), FALSE);
}

guint
fake_server_get_n_requests (FakeServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->log->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
fake_server_get_n_open (FakeServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->sockets->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

void
fake_write (GOutputStream *out, const char *data, gssize len)
{
  g_output_stream_write_all (out, data, len < 0 ? strlen (data) : (gsize) len, NULL, NULL, NULL);
}

void
fake_answer (GOutputStream *out, const char *status, const char *type, const char *body)
{
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                                           type, strlen (body), body);

  fake_write (out, text, -1);
}

void
fake_hold (GOutputStream *out)
{
  char byte;

  g_socket_receive (g_object_get_data (G_OBJECT (out), "socket"), &byte, 1, NULL, NULL);
}
