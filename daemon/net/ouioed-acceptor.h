/* ouioed-acceptor.h - listening sockets, limits, deadlines, idle connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accepts and hands each connection that has something to say to its owner (who gives it to libsoup). After the answer
 * the owner parks it here; when the next request begins, it is handed out again. Nothing of libsoup is used here.
 */
#pragma once

#include "ouioed-connection.h"
#include "ouioed-poller.h"

G_BEGIN_DECLS

typedef struct {
  guint  max_connections;        /* all told, readers too (see count_extra); 20 000 */
  guint  max_head_bytes;         /* of a request head: 431 beyond; 16 KiB */
  gint64 head_timeout_us;        /* from the first byte (or the accept) to the end of the head: 408; 10 s */
  gint64 body_timeout_us;        /* from there to the end of the body: 408; 60 s */
  gint64 idle_timeout_us;        /* between requests: closed without a word; 75 s */
  gint64 response_timeout_us;    /* a client that does not take its answer: closed; 60 s */
} OuioedAcceptorLimits;
#define OUIOED_ACCEPTOR_LIMITS_DEFAULT \
  ((OuioedAcceptorLimits) { 20000, 16384, 10 * G_USEC_PER_SEC, 60 * G_USEC_PER_SEC, 75 * G_USEC_PER_SEC, \
                            60 * G_USEC_PER_SEC })

typedef struct _OuioedAcceptor OuioedAcceptor;

/* A request begins on @connection (state HEAD). */
typedef void (*OuioedReadyFunc) (OuioedConnection *connection, gpointer user_data);

/* Some requests, or all of an address, belong to somebody else, who takes the descriptor (ouioed_connection_take_fd()) and
 * counts it (ouioed_acceptor_count_extra()). */
typedef struct {
  /* Whether the request that begins so is theirs: TRUE or FALSE, or -1 when that cannot be told yet. */
  int  (*claims) (const char *data, gsize len);
  /* @tag: of the address it came by; NULL when it was claimed by its request. */
  void (*take)   (OuioedConnection *connection, gpointer tag, gpointer user_data);
} OuioedClaimFuncs;

OuioedAcceptor *ouioed_acceptor_new        (OuioedPoller *poller, const OuioedAcceptorLimits *limits,
                                            OuioedReadyFunc ready, gpointer user_data);
void            ouioed_acceptor_free       (OuioedAcceptor *self);
void            ouioed_acceptor_set_limits (OuioedAcceptor *self, const OuioedAcceptorLimits *limits);

/* @address: "127.0.0.1:3005", "[::1]:0", "localhost:3005", "unix:/path". Port 0 takes a free one. A stale Unix socket
 * is replaced, a live one is an error; it gets mode 0600. @url (out): "http://127.0.0.1:3005", "unix:/path".
 * Bound now, but nothing is accepted before ouioed_acceptor_start(). */
gboolean        ouioed_acceptor_listen     (OuioedAcceptor *self, const char *address, char **url, GError **error);
/* The same for an address all of whose connections are taken at once, see OuioedClaimFuncs. */
gboolean        ouioed_acceptor_listen_for (OuioedAcceptor *self, const char *address, gpointer tag, char **url,
                                            GError **error);
void            ouioed_acceptor_set_claim  (OuioedAcceptor *self, const OuioedClaimFuncs *funcs, gpointer user_data);
/* A connection that had been taken begins a request that is not theirs. @fd: (transfer full) */
void            ouioed_acceptor_give_back  (OuioedAcceptor *self, int fd, GBytes *unread, gboolean is_public);
/* A socket that listens already (socket activation). (transfer full) */
gboolean        ouioed_acceptor_adopt      (OuioedAcceptor *self, int fd, char **url, GError **error);
void            ouioed_acceptor_start      (OuioedAcceptor *self);
/* Accepts no more, closes idle ones; running requests go on. */
void            ouioed_acceptor_stop       (OuioedAcceptor *self);
/* The answer is complete, the connection may be used again. If bytes of the next request are there already (unread),
 * it is handed out again in the next turn of the loop. After stop() it is closed. */
void            ouioed_acceptor_park       (OuioedAcceptor *self, OuioedConnection *connection);
/* Connections that are open, by state. */
guint           ouioed_acceptor_get_n      (OuioedAcceptor *self);
guint           ouioed_acceptor_get_n_busy (OuioedAcceptor *self);   /* not idle, not taken */
/* Readers (descriptors taken away) count against max_connections as well. */
void            ouioed_acceptor_count_extra (OuioedAcceptor *self, int change);

typedef struct {
  guint64 accepted, refused_limit, head_timeouts, body_timeouts, idle_timeouts, head_too_large, accept_errors;
} OuioedAcceptorMetrics;
void            ouioed_acceptor_get_metrics (OuioedAcceptor *self, OuioedAcceptorMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedAcceptor, ouioed_acceptor_free)

G_END_DECLS
