/* ouioed-http.c - HTTP, WebSocket and SSE on the listening sockets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-http-access.h"

/* How long a drain waits for requests and readers, and how often it looks. */
#define DRAIN_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define DRAIN_LOOK_MS    20

/* libsoup answers what it cannot parse by itself; this is the body of such an answer. */
static const char broken_request[] =
  "{\"type\":\"urn:ouioe:problem:bad-request\",\"title\":\"Bad request\",\"status\":400,"
  "\"detail\":\"This is not a well-formed HTTP/1.1 request\",\"code\":\"bad-request\"}";

struct _OuioedHttp
{
  GObject          parent_instance;
  OuioedHttpParts  parts;
  OuioedPoller    *poller;
  SoupServer      *server;            /* reads requests; has no listener and no handler */
  GTask           *drain;             /* under way, or NULL */
  guint            drain_source;
  gint64           drain_deadline_us;
};

static void ouioed_http_transport_init (OuioedTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedHttp, ouioed_http, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_TRANSPORT, ouioed_http_transport_init))

/* ---- a request ---- */

static gboolean
wants_problem_type (const char *accept)
{
  return ouioed_http_list_has (accept, "application/problem+json");
}

/* What the answer says about the origin: the one that asked, or "*" when any may. */
static char *
dup_allow_origin (OuioedHttp *self, const char *origin)
{
  const char *const *allowed = (const char *const *) self->parts.config.allowed_origins;

  return g_strdup (allowed != NULL && g_strv_contains (allowed, "*") ? "*" : origin);
}

static gboolean
check_access (OuioedHttp *self, OuioedExchange *exchange)
{
  const OuioedHttpConfig *config = &self->parts.config;
  const OuioedHttpHead *head = &exchange->head;

  /* A Unix socket is protected by its mode; the Host is whatever the client made up for it. */
  if (head->host != NULL && !ouioed_connection_is_unix (exchange->connection) &&
      !ouioed_host_is_allowed (head->host, (const char *const *) config->allowed_hosts))
    {
      ouioed_exchange_refuse (exchange, OUIOE_ERROR_HOST_NOT_ALLOWED,
                              "The header field host names none of the hosts of this server");
      return FALSE;
    }
  if (head->origin != NULL && !ouioed_origin_is_allowed (head->origin, (const char *const *) config->allowed_origins))
    {
      ouioed_exchange_refuse (exchange, OUIOE_ERROR_ORIGIN_NOT_ALLOWED,
                              "The header field origin is not on the list of allowed origins");
      return FALSE;
    }
  return TRUE;
}

static gsize
max_body_bytes (OuioedHttp *self, OuioedExchange *exchange)
{
  gboolean bulk = exchange->route >= 0 && (ouioed_routes[exchange->route].flags & OUIOED_ROUTE_BULK);

  return bulk ? self->parts.config.max_bulk_bytes : self->parts.config.max_body_bytes;
}

static void
refuse_body (OuioedHttp *self, OuioedExchange *exchange)
{
  g_autofree char *detail = g_strdup_printf ("The body is larger than %" G_GSIZE_FORMAT " bytes",
                                             max_body_bytes (self, exchange));

  ouioed_exchange_refuse (exchange, OUIOE_ERROR_BODY_TOO_LARGE, detail);
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, OuioedExchange *exchange)
{
  if (exchange->refused)
    return;
  exchange->body_bytes += g_bytes_get_size (chunk);
  if (exchange->body_bytes > max_body_bytes (exchange->http, exchange))
    {
      exchange->message = message;
      refuse_body (exchange->http, exchange);
      exchange->message = NULL;
    }
}

/* The head is complete: everything that can be refused without the body. */
static void
check_head (OuioedHttp *self, OuioedExchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  GUri *uri = soup_server_message_get_uri (message);
  g_autoptr(GError) error = NULL;
  const char *method = soup_server_message_get_method (message);

  exchange->start_us = g_get_monotonic_time ();
  exchange->method = ouioed_http_method_from_string (method);
  exchange->is_head = g_strcmp0 (method, "HEAD") == 0;
  /* libsoup has found something already: not an http target. */
  if (uri == NULL || soup_server_message_get_status (message) != 0)
    {
      ouioed_exchange_refuse (exchange, OUIOE_ERROR_BAD_REQUEST, "The request target cannot be used");
      return;
    }
  if (!ouioed_http_head_read (&exchange->head, soup_server_message_get_request_headers (message),
                              soup_server_message_get_http_version (message), uri, &error))
    {
      ouioed_exchange_refuse (exchange, OUIOE_ERROR_BAD_REQUEST, error->message);
      return;
    }
  exchange->keep_alive = exchange->head.keep_alive;
  exchange->problem_type = exchange->head.accept != NULL && wants_problem_type (exchange->head.accept);
  if (!check_access (self, exchange))
    return;
  if (exchange->head.origin != NULL)
    exchange->allow_origin = dup_allow_origin (self, exchange->head.origin);

  exchange->route = ouioed_routes_find (g_uri_get_path (uri), &exchange->id);
  if (!ouioed_exchange_authorize (exchange))
    return;
  if (exchange->head.content_length > max_body_bytes (self, exchange))
    {
      refuse_body (self, exchange);
      return;
    }
  /* A client that asks before it sends its body is spared the sending. */
  if (exchange->head.expects_continue && exchange->route < 0)
    ouioed_exchange_refuse (exchange, OUIOE_ERROR_NOT_FOUND, "Not Found");
}

static void
on_got_headers (SoupServerMessage *message, OuioedExchange *exchange)
{
  exchange->message = message;
  check_head (exchange->http, exchange);
  exchange->message = NULL;
  if (exchange->refused)
    return;

  ouioed_connection_set_state (exchange->connection, OUIOED_CONNECTION_BODY);
  if (exchange->head.chunked)
    g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), exchange);
}

static void
answer_preflight (OuioedExchange *exchange)
{
  const char *headers = exchange->head.preflight_headers;

  ouioed_exchange_add_header (exchange, "Access-Control-Allow-Methods", "GET, POST, DELETE");
  if (headers != NULL && ouioed_http_is_token (headers, TRUE))
    ouioed_exchange_add_header (exchange, "Access-Control-Allow-Headers", headers);
  ouioed_exchange_add_header (exchange, "Access-Control-Max-Age", "600");
  ouioed_exchange_answer (exchange, SOUP_STATUS_NO_CONTENT, NULL, NULL);
}

/* "/api/streaming/sessions/" is sent to "/api/streaming/sessions"; anything else unknown is unknown. */
static void
answer_unknown_path (OuioedExchange *exchange)
{
  GUri *uri = soup_server_message_get_uri (exchange->message);
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);
  gsize len = strlen (path);
  g_autofree char *shorter = len > 1 && path[len - 1] == '/' ? g_strndup (path, len - 1) : NULL;
  g_autofree char *location = NULL;

  if (shorter == NULL || ouioed_routes_find (shorter, &exchange->id) < 0)
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_NOT_FOUND, "Not Found");
      return;
    }
  location = query != NULL ? g_strdup_printf ("%s?%s", shorter, query) : g_strdup (shorter);
  ouioed_exchange_add_header (exchange, "Location", location);
  ouioed_exchange_answer (exchange, SOUP_STATUS_TEMPORARY_REDIRECT, NULL, NULL);
}

static void
dispatch (OuioedExchange *exchange)
{
  const OuioedRoute *route;
  gboolean writes = exchange->method == OUIOED_HTTP_POST || exchange->method == OUIOED_HTTP_DELETE;

  if (exchange->method == OUIOED_HTTP_OPTIONS && exchange->head.origin != NULL &&
      exchange->head.preflight_method != NULL)
    {
      answer_preflight (exchange);
      return;
    }
  if (exchange->route < 0)
    {
      answer_unknown_path (exchange);
      return;
    }

  route = &ouioed_routes[exchange->route];
  if (route->handlers[exchange->method] == NULL)
    {
      g_autofree char *allow = ouioed_route_dup_allow (route);

      ouioed_exchange_add_header (exchange, "Allow", allow);
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_METHOD_NOT_ALLOWED, "Method Not Allowed");
      return;
    }
  if (writes && exchange->parts->draining)
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_DRAINING, "The server is about to leave");
      return;
    }
  route->handlers[exchange->method] (exchange);
}

/* The request is complete. libsoup has no handlers, so it has made up its mind for 404; it never gets to say so. */
static void
on_got_body (SoupServerMessage *message, OuioedExchange *exchange)
{
  if (exchange->refused)
    return;

  g_object_ref (message);
  exchange->message = message;
  ouioed_connection_set_state (exchange->connection, OUIOED_CONNECTION_RESPONSE);
  ouioed_exchange_take (exchange);
  dispatch (ouioed_exchange_ref (exchange));
  exchange->message = NULL;
  g_object_unref (message);
}

static void
release_exchange (gpointer data, GClosure *closure)
{
  ouioed_exchange_unref (data);
}

/* Emitted as soon as a connection is given to libsoup; each connection is given for one request. */
static void
on_request_started (SoupServer *server, SoupServerMessage *message, OuioedHttp *self)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  OuioedConnection *connection = ouioed_connection_from_address (remote);
  OuioedExchange *exchange;

  g_return_if_fail (connection != NULL);

  exchange = ouioed_exchange_new (self, connection);
  g_signal_connect_data (message, "got-headers", G_CALLBACK (on_got_headers), exchange, release_exchange, 0);
  g_signal_connect (message, "got-body", G_CALLBACK (on_got_body), exchange);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, broken_request,
                                    sizeof broken_request - 1);
}

static void
on_ready (OuioedConnection *connection, gpointer user_data)
{
  OuioedHttp *self = user_data;

  soup_server_accept_iostream (self->server, G_IO_STREAM (connection), ouioed_connection_get_local_address (connection),
                               ouioed_connection_get_remote_address (connection), NULL);
}

static void
on_reader_closed (gpointer user_data)
{
  OuioedHttp *self = user_data;

  if (self->parts.acceptor != NULL)
    ouioed_acceptor_count_extra (self->parts.acceptor, -1);
}

/* ---- as a transport ---- */

static const char *
http_get_name (OuioedTransport *transport)
{
  return "http";
}

static void
http_start_async (OuioedTransport *transport, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedHttp *self = OUIOED_HTTP (transport);
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_acceptor_start (self->parts.acceptor);
  g_task_return_boolean (task, TRUE);
}

static gboolean
http_task_finish (OuioedTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
http_stop_accepting (OuioedTransport *transport)
{
  OuioedHttp *self = OUIOED_HTTP (transport);

  self->parts.draining = TRUE;
  ouioed_acceptor_stop (self->parts.acceptor);
}

static gboolean
look_whether_drained (gpointer user_data)
{
  OuioedHttp *self = user_data;
  guint busy = ouioed_acceptor_get_n_busy (self->parts.acceptor);
  guint readers = ouioed_http_get_n_readers (self);
  g_autoptr(GTask) task = NULL;

  if (busy + readers > 0 && g_get_monotonic_time () < self->drain_deadline_us)
    return G_SOURCE_CONTINUE;

  if (busy + readers > 0)
    g_message ("Leaving with %u requests and %u readers that did not end in time", busy, readers);
  self->drain_source = 0;
  task = g_steal_pointer (&self->drain);
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
http_drain_async (OuioedTransport *transport, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedHttp *self = OUIOED_HTTP (transport);
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (self->drain == NULL);

  http_stop_accepting (transport);
  ouioed_live_close_all (self->parts.live);
  self->drain = g_steal_pointer (&task);
  self->drain_deadline_us = g_get_monotonic_time () + DRAIN_TIMEOUT_US;
  self->drain_source = g_timeout_add (DRAIN_LOOK_MS, look_whether_drained, self);
}

static void
ouioed_http_transport_init (OuioedTransportInterface *iface)
{
  iface->get_name = http_get_name;
  iface->start_async = http_start_async;
  iface->start_finish = http_task_finish;
  iface->stop_accepting = http_stop_accepting;
  iface->drain_async = http_drain_async;
  iface->drain_finish = http_task_finish;
}

/* ---- the object ---- */

static void
config_clear (OuioedHttpConfig *config)
{
  g_clear_pointer (&config->allowed_origins, g_strfreev);
  g_clear_pointer (&config->allowed_hosts, g_strfreev);
  g_free ((char *) config->token_file);
  config->token_file = NULL;
  g_free ((char *) config->bus_name);
  config->bus_name = NULL;
}

static void
config_copy (OuioedHttpConfig *to, const OuioedHttpConfig *from)
{
  OuioedHttpConfig copy = *from;

  copy.allowed_origins = g_strdupv (from->allowed_origins);
  copy.allowed_hosts = g_strdupv (from->allowed_hosts);
  copy.token_file = g_strdup (from->token_file);
  copy.bus_name = g_strdup (from->bus_name);
  config_clear (to);
  *to = copy;
}

static void
ouioed_http_finalize (GObject *object)
{
  OuioedHttp *self = OUIOED_HTTP (object);
  OuioedHttpParts *parts = &self->parts;

  g_clear_handle_id (&self->drain_source, g_source_remove);
  g_clear_handle_id (&parts->grant_source, g_source_remove);
  g_clear_pointer (&parts->selftest, ouioed_selftest_free);
  g_clear_pointer (&parts->probe, ouioed_probe_free);
  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      soup_server_disconnect (self->server);
      g_clear_object (&self->server);
    }
  /* Readers that are left end now, and tell the live views, which tell the acceptor. */
  g_clear_pointer (&parts->engine, ouioed_reader_engine_free);
  g_clear_pointer (&parts->live, ouioed_live_free);
  g_clear_pointer (&parts->acceptor, ouioed_acceptor_free);
  g_clear_pointer (&self->poller, ouioed_poller_free);
  g_clear_pointer (&parts->metrics, ouioed_http_metrics_free);
  g_clear_pointer (&parts->failures, ouioed_failures_free);
  g_clear_pointer (&parts->tickets, ouioed_tickets_free);
  g_clear_pointer (&parts->auth, ouioed_auth_free);
  g_clear_object (&parts->hub);
  config_clear (&parts->config);

  G_OBJECT_CLASS (ouioed_http_parent_class)->finalize (object);
}

static void
ouioed_http_class_init (OuioedHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_http_finalize;
}

static void
ouioed_http_init (OuioedHttp *self)
{
}

OuioedHttp *
ouioed_http_new (OuioedHub *hub, const OuioedHttpConfig *config, GError **error)
{
  g_autoptr(OuioedHttp) self = NULL;
  OuioedHttpParts *parts;

  g_return_val_if_fail (OUIOED_IS_HUB (hub), NULL);

  self = g_object_new (OUIOED_TYPE_HTTP, NULL);
  parts = &self->parts;
  parts->hub = g_object_ref (hub);
  parts->auth = ouioed_auth_new ();
  parts->tickets = ouioed_tickets_new ();
  parts->failures = ouioed_failures_new ();
  config_copy (&parts->config, config);
  self->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, error);
  if (self->poller == NULL)
    return NULL;

  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_remove_websocket_extension (self->server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  g_signal_connect (self->server, "request-started", G_CALLBACK (on_request_started), self);
  parts->acceptor = ouioed_acceptor_new (self->poller, &config->acceptor, on_ready, self);
  parts->engine = ouioed_reader_engine_new (self->poller, &config->readers);
  parts->live = ouioed_live_new (hub, parts->engine, config->max_subscriptions, on_reader_closed, self);
  parts->probe = ouioed_probe_new (hub);
  parts->selftest = ouioed_selftest_new (hub);
  parts->metrics = ouioed_http_metrics_new (ouioed_routes_get_n ());
  return g_steal_pointer (&self);
}

gboolean
ouioed_http_listen (OuioedHttp *self, const char *address, char **url, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_HTTP (self), FALSE);

  return ouioed_acceptor_listen (self->parts.acceptor, address, url, error);
}

gboolean
ouioed_http_adopt (OuioedHttp *self, int fd, char **url, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_HTTP (self), FALSE);

  return ouioed_acceptor_adopt (self->parts.acceptor, fd, url, error);
}

void
ouioed_http_set_config (OuioedHttp *self, const OuioedHttpConfig *config)
{
  g_return_if_fail (OUIOED_IS_HTTP (self));

  config_copy (&self->parts.config, config);
  ouioed_acceptor_set_limits (self->parts.acceptor, &config->acceptor);
  ouioed_reader_engine_set_limits (self->parts.engine, &config->readers);
  ouioed_live_set_max_subscriptions (self->parts.live, config->max_subscriptions);
}

gboolean
ouioed_http_load_tokens (OuioedHttp *self, guint *n, GError **error)
{
  const char *path = self->parts.config.token_file;

  g_return_val_if_fail (OUIOED_IS_HTTP (self), FALSE);

  if (path != NULL && !ouioed_auth_load (self->parts.auth, path, error))
    return FALSE;
  *n = ouioed_auth_get_n (self->parts.auth);
  return TRUE;
}

OuioedAcceptor *
ouioed_http_get_acceptor (OuioedHttp *self)
{
  g_return_val_if_fail (OUIOED_IS_HTTP (self), NULL);

  return self->parts.acceptor;
}

void
ouioed_http_set_metrics (OuioedHttp *self, void (*write) (GString *out, gpointer user_data), gpointer user_data)
{
  g_return_if_fail (OUIOED_IS_HTTP (self));

  self->parts.write_metrics = write;
  self->parts.write_metrics_data = user_data;
}

guint
ouioed_http_get_n_readers (OuioedHttp *self)
{
  g_return_val_if_fail (OUIOED_IS_HTTP (self), 0);

  return ouioed_reader_engine_get_n (self->parts.engine, OUIOED_READER_WEBSOCKET) +
         ouioed_reader_engine_get_n (self->parts.engine, OUIOED_READER_SSE);
}

OuioedHttpParts *
ouioed_http_get_parts (OuioedHttp *self)
{
  return &self->parts;
}
