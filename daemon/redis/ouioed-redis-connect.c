/* ouioed-redis-connect.c - how a link gets connected: after a while, where the master is, with the right user and database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-link-private.h"

#include "ouioe-error.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static gboolean
on_attempt (gpointer user_data)
{
  ouioed_redis_link_begin (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connect_timeout (gpointer user_data)
{
  ouioed_redis_link_fail (user_data, g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE,
                                                          "The server did not answer in time"));
  return G_SOURCE_REMOVE;
}

/* @func: NULL for the next attempt. */
void
ouioed_redis_link_set_timer (OuioedRedisLink *self, gint64 delay_us, GSourceFunc func)
{
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_source_unref (self->timer);
    }
  self->timer = g_timeout_source_new ((guint) MAX (delay_us / 1000, 1));
  g_source_set_callback (self->timer, func != NULL ? func : on_attempt, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
link_refuse (OuioedRedisLink *self, const redisReply *reply, const char *what)
{
  g_autoptr(GError) error = ouioed_redis_error_new (reply);

  if (error != NULL)
    ouioed_redis_link_fail (self, g_steal_pointer (&error));
  else
    ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "Redis: unexpected answer to %s",
                                               what));
}

/* ---- the greeting ---- */

static void
greet_ok_cb (OuioedRedisLink *self, const redisReply *reply, const GError *error, gpointer user_data)
{
  if (reply != NULL && reply->type != REDIS_REPLY_STATUS)
    link_refuse (self, reply, user_data);
}

/* The last of the greeting: whether this server is the one to write to. */
static void
greet_role_cb (OuioedRedisLink *self, const redisReply *reply, const GError *error, gpointer user_data)
{
  if (reply == NULL)
    return;

  /* A user may be without the right to ask; then a write will tell. */
  if (reply->type == REDIS_REPLY_ERROR && !g_str_has_prefix (reply->str, "NOPERM"))
    link_refuse (self, reply, "ROLE");
  else if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 && strcmp (reply->element[0]->str, "master") != 0)
    ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "%s is a replica", self->peer));
  else
    ouioed_redis_link_set_up (self);
}

/* A name is a courtesy to who looks at CLIENT LIST. */
static void
greet_name_cb (OuioedRedisLink *self, const redisReply *reply, const GError *error, gpointer user_data)
{
}

void
ouioed_redis_link_greet (OuioedRedisLink *self)
{
  OuioedRedisUrl *url = self->url;
  char db[16];

  self->state = OUIOED_LINK_GREETING;
  g_snprintf (db, sizeof db, "%u", url->db);
  if (url->password != NULL && url->user != NULL)
    ouioed_redis_link_queue (self, 3, (const char *const[]) { "AUTH", url->user, url->password }, NULL, greet_ok_cb,
                             (gpointer) "AUTH");
  else if (url->password != NULL)
    ouioed_redis_link_queue (self, 2, (const char *const[]) { "AUTH", url->password }, NULL, greet_ok_cb, (gpointer) "AUTH");
  if (url->db != 0)
    ouioed_redis_link_queue (self, 2, (const char *const[]) { "SELECT", db }, NULL, greet_ok_cb, (gpointer) "SELECT");
  /* A server that is still loading would answer ROLE, but nothing that is asked later. */
  ouioed_redis_link_queue (self, 1, (const char *const[]) { "PING" }, NULL, greet_ok_cb, (gpointer) "PING");
  ouioed_redis_link_queue (self, 3, (const char *const[]) { "CLIENT", "SETNAME", self->name }, NULL, greet_name_cb, NULL);
  ouioed_redis_link_queue (self, 1, (const char *const[]) { "ROLE" }, NULL, greet_role_cb, NULL);
}

/* ---- the Sentinel ---- */

static void
ask_answered_cb (OuioedRedisLink *self, const redisReply *reply, const GError *error, gpointer user_data)
{
  guint64 port;

  if (reply == NULL)
    return;
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2
      || !g_ascii_string_to_unsigned (reply->element[1]->str, 10, 1, 65535, &port, NULL))
    {
      ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "The Sentinel %s does not know %s",
                                                 self->peer, self->url->master));
      return;
    }

  g_free (self->master_host);
  self->master_host = g_strdup (reply->element[0]->str);
  self->master_port = (guint) port;
  ouioed_redis_link_disconnect (self);
  ouioed_redis_link_begin (self);
}

/* ---- the connection ---- */

static void
set_options (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  g_socket_set_keepalive (socket, TRUE);
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 10000, NULL);
}

static void
begin_connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  OuioedRedisLink *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* the link may be gone */

  g_clear_object (&self->connecting);
  if (connection == NULL)
    {
      ouioed_redis_link_fail (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "%s", error->message));
      return;
    }

  set_options (connection);
  g_set_object (&self->socket, g_socket_connection_get_socket (connection));
  ouioed_redis_link_adopt (self, G_IS_TCP_WRAPPER_CONNECTION (connection)
                                 ? g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (connection))
                                 : G_IO_STREAM (connection));
  if (self->state != OUIOED_LINK_ASKING)
    {
      ouioed_redis_link_greet (self);
      return;
    }
  ouioed_redis_link_queue (self, 3, (const char *const[]) { "SENTINEL", "get-master-addr-by-name", self->url->master }, NULL,
                           ask_answered_cb, NULL);
}

/* TLS is begun once the socket is connected: that is when the certificates it trusts can be given. */
static void
on_client_event (GSocketClient *client, GSocketClientEvent event, GSocketConnectable *connectable, GIOStream *stream,
                 gpointer user_data)
{
  OuioedRedisUrl *url = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsDatabase) database = NULL;

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING || url->ca_file == NULL)
    return;

  database = g_tls_file_database_new (url->ca_file, &error);
  if (database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), database);
  else
    g_warning ("The certificates for Redis cannot be read: %s", error->message);
}

void
ouioed_redis_link_begin (OuioedRedisLink *self)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  OuioedRedisPlace *place;

  /* What a Sentinel said holds for one attempt. */
  if (self->url->master != NULL && self->master_host == NULL)
    {
      self->state = OUIOED_LINK_ASKING;
      self->place = (self->place + 1) % self->url->places->len;
    }
  else
    self->state = OUIOED_LINK_CONNECTING;
  place = self->url->places->pdata[self->place];
  g_free (self->peer);
  self->peer = self->state == OUIOED_LINK_CONNECTING && self->master_host != NULL
               ? g_strdup_printf ("%s:%u", self->master_host, self->master_port) : g_strdup (place->name);

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_tls (client, self->url->tls);
  g_signal_connect_data (client, "event", G_CALLBACK (on_client_event), ouioed_redis_url_ref (self->url),
                         (GClosureNotify) (void (*) (void)) ouioed_redis_url_unref, 0);
  self->connecting = g_cancellable_new ();
  ouioed_redis_link_set_timer (self, self->limits.connect_timeout_us, on_connect_timeout);
  if (place->path != NULL)
    {
      g_autoptr(GSocketAddress) address = g_unix_socket_address_new (place->path);

      g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), self->connecting, begin_connected_cb, self);
    }
  else
    {
      g_autofree char *host = g_steal_pointer (&self->master_host);
      g_autoptr(GSocketConnectable) address = self->state == OUIOED_LINK_CONNECTING && host != NULL
                                              ? g_network_address_new (host, (guint16) self->master_port)
                                              : g_network_address_new (place->host, place->port);

      g_socket_client_connect_async (client, address, self->connecting, begin_connected_cb, self);
    }
}
