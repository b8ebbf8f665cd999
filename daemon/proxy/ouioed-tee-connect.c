/* ouioed-tee-connect.c - connections to upstreams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "ouioed-tee-private.h"

struct _TeeConnect
{
  OuioedTee    *tee;
  TeeClient    *client;        /* NULL: given up */
  GCancellable *cancellable;
};

static void
connect_free (TeeConnect *self)
{
  self->tee->n_connecting--;
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
set_option (int fd, int level, int option, int value)
{
  setsockopt (fd, level, option, &value, sizeof value);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TeeConnect *self = user_data;
  TeeClient *client = self->client;
  g_autoptr(GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  connect_free (self);
  if (client == NULL && connection != NULL)
    {
      g_socket_close (g_socket_connection_get_socket (connection), NULL);
      g_object_unref (connection);
    }
  if (client == NULL)
    return;

  client->connect = NULL;
  if (connection == NULL)
    {
      tee_client_end_call (client, OUIOED_CALL_NO_UPSTREAM, error->message);
      tee_refuse_upstream (client, TEE_PROBLEM_UNREACHABLE, error->message);
      return;
    }
  tee_socket_take (&client->server, connection, client->wanted->tls);
  set_option (client->server.fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option (client->server.fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option (client->server.fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  client->connected = client->stats->upstream;
  client->is_server_used = FALSE;
  tee_request_forward (client);
}

/* The framer speaks HTTP/1.1 and nothing else. */
static void
on_event (GSocketClient *socket_client, GSocketClientEvent event, GSocketConnectable *connectable, GIOStream *connection,
          gpointer user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  OuioedTee *tee = user_data;

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
  if (tee->config->tls_database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), tee->config->tls_database);
}

static GSocketClient *
get_socket_client (OuioedTee *tee, gboolean tls)
{
  GSocketClient **place = &tee->socket_clients[tls ? 1 : 0];

  if (*place == NULL)
    {
      *place = g_socket_client_new ();
      g_socket_client_set_enable_proxy (*place, FALSE);
      g_socket_client_set_tls (*place, tls);
      g_signal_connect (*place, "event", G_CALLBACK (on_event), tee);
    }
  return *place;
}

void
tee_connect_begin (TeeClient *client)
{
  OuioedTee *tee = client->tee;
  OuioedUpstream *upstream = client->wanted;
  TeeConnect *self = g_new0 (TeeConnect, 1);

  self->tee = tee;
  self->client = client;
  self->cancellable = g_cancellable_new ();
  client->connect = self;
  tee->n_connecting++;
  tee_client_set_state (client, TEE_CONNECTING);
  g_socket_client_connect_to_host_async (get_socket_client (tee, upstream->tls), upstream->host, upstream->port,
                                         self->cancellable, connected_cb, self);
}

void
tee_connect_cancel (TeeClient *client)
{
  TeeConnect *self = g_steal_pointer (&client->connect);

  if (self == NULL)
    return;
  self->client = NULL;
  g_cancellable_cancel (self->cancellable);
}

/* Twice done is as good as once done (RFC 9110, 9.2.2). */
static gboolean
is_idempotent (const OuioedWireHead *request)
{
  static const char *const methods[] = { "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY", NULL };
  g_autofree char *method = g_strndup (request->method, request->method_len);

  return g_strv_contains (methods, method);
}

gboolean
tee_connect_retry (TeeClient *client)
{
  if (client->replay == NULL || !tee_socket_is_open (&client->client))
    return FALSE;
  if (client->is_request_sent && !is_idempotent (&client->request.parsed))
    return FALSE;
  tee_client_close_server (client);
  client->up = g_steal_pointer (&client->replay);
  tee_connect_begin (client);
  return TRUE;
}
