/* ouioed-connection.h - an accepted socket as the GIOStream that libsoup reads and writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Owns the descriptor. Pollable on both sides. Adds what a SoupServer lacks: bytes can be put back in front of the
 * input (pipelining), the head of a request is counted and timed, and the descriptor can be taken away.
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
/* Puts bytes back: the next read gives them first. */
void        ouioed_connection_unread         (OuioedConnection *self, const void *data, gsize len);
gboolean    ouioed_connection_has_unread     (OuioedConnection *self);
/* Gives up the descriptor: the caller owns it now, reads and writes here fail with G_IO_ERROR_CLOSED. @unread (out):
 * what had been put back, or NULL. */
int         ouioed_connection_take_fd        (OuioedConnection *self, GBytes **unread);
/* Writes @data as far as the socket takes it, shuts the sending side, and drains the peer for a short while (a close with
 * unread input would destroy the answer), then closes. For answers that libsoup cannot give. */
void        ouioed_connection_refuse         (OuioedConnection *self, const char *data, gsize len);
/* Closes at once. */
void        ouioed_connection_abort          (OuioedConnection *self);

G_END_DECLS
