/* ouioed-connection-private.h - what a connection, its streams and the acceptor know of each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sys/socket.h>

#include "ouioed-acceptor.h"
#include "ouioed-deadlines.h"
#include "ouioed-head-check.h"

G_BEGIN_DECLS

struct _OuioedConnection
{
  GIOStream              parent_instance;
  OuioedWatch            watch;            /* for the first byte of the next request, one shot */
  OuioedDeadline         deadline;         /* of the state */
  GList                  link;             /* in the acceptor's queue of all */
  GList                  waiting_link;     /* in its queue of those to hand out in the next turn */
  OuioedAcceptor        *acceptor;         /* NULL when it is gone, or the descriptor is */
  GInputStream          *input;
  GOutputStream         *output;
  GSource               *sources[2];       /* last made for input and output; NULL while there was none */
  GByteArray            *unread;           /* put back; NULL when there is nothing */
  gsize                  unread_at;        /* how much of it was read again */
  gsize                  head_bytes;       /* read in this state HEAD */
  OuioedHeadCheck        head_check;       /* of the head in this state HEAD */
  GSocketAddress        *local;            /* NULL until asked for */
  GSocketAddress        *remote;           /* NULL until asked for */
  char                  *peer;             /* NULL until asked for */
  struct sockaddr_storage address;         /* of the peer */
  socklen_t              address_len;
  int                    fd;               /* -1 when closed or taken */
  OuioedConnectionState  state;
  guint                  n_requests;       /* handed out so often */
  gboolean               is_unix;
  gboolean               is_public;        /* it came by an address that other machines reach */
  gboolean               is_waiting;       /* to be handed out in the next turn */
  gboolean               is_undecided;     /* held by the acceptor: too little of its request is there to tell whose it is */
  gboolean               is_write_blocked; /* since the deadline was set */
  gboolean               has_written;      /* an answer to this request, at least in part */
};

/* For the acceptor. */
OuioedConnection *ouioed_connection_new           (OuioedAcceptor *acceptor, int fd,
                                                   const struct sockaddr_storage *address, socklen_t address_len);
void              ouioed_connection_clear_sources (OuioedConnection *self);

/* For the streams: what a socket call would do. */
gssize            ouioed_connection_receive       (OuioedConnection *self, void *buffer, gsize count, GError **error);
gssize            ouioed_connection_send          (OuioedConnection *self, const void *buffer, gsize count,
                                                   GError **error);

/* Streams: they know the connection without holding it. */
GInputStream     *ouioed_connection_input_new     (OuioedConnection *connection);
GOutputStream    *ouioed_connection_output_new    (OuioedConnection *connection);
void              ouioed_connection_input_forget  (GInputStream *input);
void              ouioed_connection_output_forget (GOutputStream *output);

/* For the connection. */
void              ouioed_acceptor_forget          (OuioedAcceptor *self, OuioedConnection *connection);
void              ouioed_acceptor_state_changed   (OuioedAcceptor *self, OuioedConnection *connection,
                                                   OuioedConnectionState before);
void              ouioed_acceptor_write_blocked   (OuioedAcceptor *self, OuioedConnection *connection,
                                                   gboolean blocked);
void              ouioed_acceptor_head_too_large  (OuioedAcceptor *self, OuioedConnection *connection);
gsize             ouioed_acceptor_get_max_head    (OuioedAcceptor *self);
/* @fd: (transfer full) */
void              ouioed_acceptor_linger          (OuioedAcceptor *self, int fd);

/* A complete answer of the kind libsoup cannot give. The texts are ours: nothing in them needs escaping. */
char             *ouioed_problem_answer           (guint status, const char *title, const char *code,
                                                   const char *detail, const char *headers);

G_END_DECLS
