/* ouioed-acceptor-private.h - what the files of the acceptor share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include "ouioed-acceptor.h"
#include "ouioed-connection-private.h"
#include "ouioed-linger.h"

G_BEGIN_DECLS

#define OUIOED_ACCEPTOR_N_STATES (OUIOED_CONNECTION_TAKEN + 1)

typedef struct {
  OuioedWatch     watch;
  OuioedAcceptor *acceptor;
  int             fd;
  gboolean        is_public;             /* other machines reach it */
  gpointer        tag;                   /* connections are taken at once; or NULL */
  char           *path;                  /* of a Unix socket that is ours to remove, else NULL */
  dev_t           device;                /* of that file, in case another process has put its own there since */
  ino_t           inode;
} OuioedListener;

struct _OuioedAcceptor
{
  OuioedPoller          *poller;
  OuioedAcceptorLimits   limits;
  OuioedReadyFunc        ready;
  gpointer               user_data;
  const OuioedClaimFuncs *claim;         /* or NULL */
  gpointer               claim_data;
  OuioedDeadlines       *deadlines;
  OuioedLinger          *linger;
  GPtrArray             *listeners;      /* of OuioedListener */
  GQueue                 all;            /* of OuioedConnection, not held, by link */
  GQueue                 waiting;        /* of OuioedConnection, held, by waiting_link */
  GSource               *waiting_source; /* ready while some are waiting */
  GSource               *pause;          /* ends the pause after a failed accept; NULL when there is none */
  guint                  n_by_state[OUIOED_ACCEPTOR_N_STATES];
  guint                  n_extra;
  gboolean               is_started;
  gboolean               is_stopped;
  gboolean               has_logged;     /* the failed accept */
  OuioedAcceptorMetrics  metrics;
};

/* A new connection of @fd, which belongs to it from here on. Returns: (transfer full) */
OuioedConnection *ouioed_acceptor_add         (OuioedAcceptor *self, int fd, const struct sockaddr_storage *address,
                                               socklen_t address_len, gboolean is_public);
/* Idle from here on: the watch waits for the first byte. @connection: (transfer full) */
void              ouioed_acceptor_watch       (OuioedAcceptor *self, OuioedConnection *connection);
/* What every socket of a network wants. */
void              ouioed_acceptor_set_options (OuioedAcceptor *self, int fd);
void              ouioed_acceptor_set_accepting (OuioedAcceptor *self, gboolean accepting);
void              ouioed_listener_free        (gpointer data);

G_END_DECLS
