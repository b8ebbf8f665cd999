/* ouioed-connection.h - an accepted socket as the GIOStream that libsoup reads and writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Owns the descriptor. Pollable on both sides. Adds what a SoupServer lacks: bytes can be put back in front of the
 * input (pipelining), the head of a request is counted and timed, and the descriptor can be taken away.
 *
 * What its user must do (libsoup serves one request on a stream from soup_server_accept_iostream() and then closes it,
 * so a connection lives through many such rounds):
 *
 *   OuioedReadyFunc         soup_server_accept_iostream (server, G_IO_STREAM (connection), local, remote, NULL) with
 *                           the two addresses of the connection; it keeps a reference of its own
 *   "request-started"       ouioed_connection_from_address (soup_server_message_get_remote_address (msg)) is the
 *                           connection; hold a reference on it until the message is gone
 *   "got-headers"           set_state (BODY); to refuse a body unread: soup_server_message_steal_connection(), drop the
 *                           stream it returns, refuse()
 *   "got-body"              set_state (RESPONSE)
 *   "wrote-body"            when the client may send another request (HTTP/1.1 without "Connection: close" on either
 *                           side, "got-body" was seen, and the answer has a length or is chunked):
 *                             stream = soup_server_message_steal_connection (msg);
 *                             ouioed_connection_recover (connection, stream);      what libsoup has read ahead
 *                             g_object_unref (stream);
 *                             ouioed_acceptor_park (acceptor, connection);
 *                           "request-finished" is not emitted then. Otherwise nothing: libsoup closes the connection.
 *   "wrote-informational"   of a 101: steal and recover in the same way, then take_fd()
 *
 * When a connection is refused or aborted under libsoup's hands, libsoup reads the end of the input and disconnects; a
 * paused message learns it only when it writes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_TYPE_CONNECTION (ouioed_connection_get_type ())
G_DECLARE_FINAL_TYPE (OuioedConnection, ouioed_connection, OUIOED, CONNECTION, GIOStream)

/* Where a connection is. Deadlines depend on it. */
typedef enum {
  OUIOED_CONNECTION_IDLE,        /* between requests, parked: not in libsoup */
  OUIOED_CONNECTION_HEAD,        /* a request head is being read */
  OUIOED_CONNECTION_BODY,        /* a request body is being read */
  OUIOED_CONNECTION_RESPONSE,    /* the request is being worked on or answered */
  OUIOED_CONNECTION_CLOSING,     /* an answer was written by hand; waiting for the peer to go */
  OUIOED_CONNECTION_TAKEN,       /* the descriptor was taken by a reader or a tunnel */
} OuioedConnectionState;

OuioedConnectionState ouioed_connection_get_state (OuioedConnection *self);
void        ouioed_connection_set_state      (OuioedConnection *self, OuioedConnectionState state);
int         ouioed_connection_get_fd         (OuioedConnection *self);
/* Fresh objects of this connection alone; the remote one carries the connection, see from_address(). */
GSocketAddress *ouioed_connection_get_local_address  (OuioedConnection *self);
GSocketAddress *ouioed_connection_get_remote_address (OuioedConnection *self);
/* The connection whose remote address this very object is, or NULL. libsoup hands the object through. */
OuioedConnection *ouioed_connection_from_address (GSocketAddress *remote);
const char *ouioed_connection_get_peer       (OuioedConnection *self);   /* "127.0.0.1:4711" or "unix", for logs */
gboolean    ouioed_connection_is_unix        (OuioedConnection *self);
/* It came by an address that other machines reach. */
gboolean    ouioed_connection_is_public      (OuioedConnection *self);
/* Puts bytes back: the next read gives them first. */
void        ouioed_connection_unread         (OuioedConnection *self, const void *data, gsize len);
gboolean    ouioed_connection_has_unread     (OuioedConnection *self);
/* For a stream that buffers on top of this one (SoupIOStream): what it has read ahead is put back. */
void        ouioed_connection_recover        (OuioedConnection *self, GIOStream *wrapper);
/* Gives up the descriptor: the caller owns it now, reads and writes here fail with G_IO_ERROR_CLOSED. @unread (out):
 * what had been put back, or NULL. */
int         ouioed_connection_take_fd        (OuioedConnection *self, GBytes **unread);
/* Writes @data as far as the socket takes it, shuts the sending side, and drains the peer for a short while (a close
 * with unread input would destroy the answer), then closes. For answers that libsoup cannot give. */
void        ouioed_connection_refuse         (OuioedConnection *self, const char *data, gsize len);
/* The same with a problem+json body. The texts must need no escaping. */
void        ouioed_connection_refuse_problem (OuioedConnection *self, guint status, const char *title, const char *code,
                                              const char *detail);
/* Closes at once. */
void        ouioed_connection_abort          (OuioedConnection *self);

G_END_DECLS
