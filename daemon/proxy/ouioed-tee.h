/* ouioed-tee.h - the thread that forwards between clients and upstreams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread with one epoll does all forwarding, so that nothing the daemon thinks of an answer can hold it up. Bytes are
 * sent on as they come, before the next are read; what a peer does not take stops the reading from the other. Of a request
 * only the target, Host and X-Ouioe-Token are changed; of an answer nothing.
 *
 * Everything here is called on the main context, and calls back there.
 */
#pragma once

#include "ouioed-call-private.h"

G_BEGIN_DECLS

/* Immutable once it is in use; shared between the threads. */
typedef struct {
  gsize    max_head_bytes;          /* of a request: 431 beyond */
  gint64   head_timeout_us;         /* from its first byte to its end: 408 */
  gint64   body_timeout_us;         /* for the next bytes of a request's body: 408 */
  gint64   idle_timeout_us;         /* between two requests */
  gint64   connect_timeout_us;      /* for the upstream to be reached: 504 */
  gint64   answer_timeout_us;       /* for the next bytes of an answer: 504, or a hang-up */
  gint64   stall_timeout_us;        /* for a client to take some of its answer: a hang-up */
  guint    max_calls;               /* at once: 503 */
  gboolean detached;                /* a call goes on when its client leaves */
  gboolean asks_for_tokens;         /* on loopback as well */
  gboolean checks_user;             /* a Unix socket serves its own user only */
  char   **allowed_hosts;           /* nullable */
  char   **allowed_origins;         /* nullable */
  GTlsDatabase *tls_database;       /* who may vouch for an upstream; NULL: whom the system trusts */
} OuioedTeeConfig;

OuioedTeeConfig *ouioed_tee_config_new   (void);      /* the built-in values */
OuioedTeeConfig *ouioed_tee_config_ref   (OuioedTeeConfig *self);
void             ouioed_tee_config_unref (OuioedTeeConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedTeeConfig, ouioed_tee_config_unref)

typedef struct {
  /* The next request on this connection is not for the proxy. @fd: (transfer full) */
  void  (*give_back) (int fd, GBytes *unread, gboolean is_public, gpointer user_data);
  /* A connection that was added is closed, or was given back. */
  void  (*gone)      (gpointer user_data);
  /* Whether a request with @token (nullable) from @peer may go on: 0, or the status it is refused with. */
  guint (*authorize) (const char *token, const char *peer, gpointer user_data);
} OuioedTeeFuncs;

typedef struct {
  int             fd;               /* (transfer full), non-blocking */
  GBytes         *unread;           /* (transfer full) (nullable): read already */
  OuioedUpstream *upstream;         /* of the address it came by; NULL: named by the path of each request */
  const char     *peer;             /* address with its port, or "unix" */
  gboolean        is_public;
  gboolean        is_unix;
} OuioedTeeClient;

#define OUIOED_N_CALL_ENDS (OUIOED_CALL_DRAINED + 1)

typedef struct {
  guint64 calls[OUIOED_N_CALL_ENDS];   /* ended, by how */
  guint64 refused;                     /* requests that became no call */
  guint64 request_bytes;
  guint64 answer_bytes;
  guint   active;
} OuioedTeeMetrics;

typedef struct _OuioedTee OuioedTee;

/* @upstreams: of OuioedUpstream. */
OuioedTee *ouioed_tee_new         (GPtrArray *upstreams, OuioedTeeConfig *config, const OuioedTeeFuncs *funcs,
                                   gpointer user_data, GError **error);
/* Hangs up on everybody at once; nothing is called any more. */
void       ouioed_tee_free        (OuioedTee *self);
OuioedMailbox *ouioed_tee_get_mailbox (OuioedTee *self);
void       ouioed_tee_add         (OuioedTee *self, const OuioedTeeClient *client);
void       ouioed_tee_set_config  (OuioedTee *self, OuioedTeeConfig *config);
/* Refuses new requests; calls under way have @grace_us, then they end. @drained is called when all is quiet. */
void       ouioed_tee_drain       (OuioedTee *self, gint64 grace_us, void (*drained) (gpointer user_data));
/* @i: place of the upstream. */
void       ouioed_tee_get_metrics (OuioedTee *self, guint i, OuioedTeeMetrics *metrics);

/* Whether what begins so is a request for /proxy/…: TRUE or FALSE, or -1 when that cannot be told yet. */
int        ouioed_tee_claims      (const char *data, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedTee, ouioed_tee_free)

G_END_DECLS
