/* ouioed-tee-socket.h - one end of a connection: a descriptor, with or without TLS, that never blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-poller.h"

G_BEGIN_DECLS

typedef struct {
  OuioedWatch            watch;
  OuioedPoller          *poller;
  int                    fd;            /* -1 when there is none */
  GSocketConnection     *connection;    /* owns the descriptor; NULL: it is ours */
  GPollableInputStream  *input;         /* of TLS, else NULL; as the next two */
  GPollableOutputStream *output;
  gsize                  retry;         /* length of the write that would have blocked: it must be repeated as it was */
} TeeSocket;

/* All zero is not valid: these make it so. */
void     tee_socket_init       (TeeSocket *self, OuioedPoller *poller, OuioedWatchFunc func);
/* @fd: (transfer full), non-blocking. */
void     tee_socket_take_fd    (TeeSocket *self, int fd);
/* @connection: (transfer full) */
void     tee_socket_take       (TeeSocket *self, GSocketConnection *connection, gboolean is_tls);
gboolean tee_socket_is_open    (const TeeSocket *self);
void     tee_socket_close      (TeeSocket *self);
/* Closes so that the peer sees a reset, not an end. */
void     tee_socket_reset      (TeeSocket *self);
/* Gives up a descriptor that is ours. */
int      tee_socket_steal      (TeeSocket *self);

/* Like recv() and send(): how many bytes, 0 for the end, or a negative errno; -EAGAIN: not now. */
gssize   tee_socket_read       (TeeSocket *self, void *buffer, gsize size);
gssize   tee_socket_write      (TeeSocket *self, const void *data, gsize len);
/* EPOLL bits to wait for. With 0 nothing at all is told, not even that the peer has hung up. */
void     tee_socket_set_events (TeeSocket *self, guint32 events);
/* Decrypted bytes wait that no poll tells of. */
gboolean tee_socket_has_more   (TeeSocket *self);

G_END_DECLS
