/* ouioed-tee-private.h - what the files of the thread that forwards share; all of it belongs to that thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdatomic.h>

#include "ouioe-error.h"
#include "ouioed-deadlines.h"
#include "ouioed-http-framer.h"
#include "ouioed-linger.h"
#include "ouioed-tee.h"
#include "ouioed-tee-socket.h"

G_BEGIN_DECLS

#define TEE_BUFFER_BYTES     (64 << 10)     /* of one read; and so what may wait in one direction */
#define TEE_BUDGET_BYTES     (256 << 10)    /* for one direction of one client in one turn */
#define TEE_ANSWER_HEAD      (256 << 10)
#define TEE_MAX_REPLAY       (64 << 10)     /* of a request that could be sent again */
#define TEE_ASK_US           (10 * G_USEC_PER_SEC)
#define TEE_DETACHED_US      (600 * G_USEC_PER_SEC)
#define TEE_DETACHED_BYTES   (64 << 20)

/* Where a client's connection is. */
typedef enum {
  TEE_WAITING,                 /* between requests */
  TEE_HEAD,                    /* a request has begun */
  TEE_ASKING,                  /* whether its token is good */
  TEE_CONNECTING,              /* to the upstream */
  TEE_FORWARDING,
  TEE_ENDING,                  /* the last bytes of the answer are going out */
} TeeState;

typedef struct _TeeClient TeeClient;
typedef struct _TeeConnect TeeConnect;

/* Written by the thread that forwards, read by the other. */
typedef struct {
  OuioedUpstream *upstream;
  _Atomic guint64 calls[OUIOED_N_CALL_ENDS];
  _Atomic guint64 refused;
  _Atomic guint64 request_bytes;
  _Atomic guint64 answer_bytes;
  _Atomic guint   active;
} TeeStats;

struct _OuioedTee
{
  /* fixed */
  GMainContext     *main_context;      /* where the funcs are called */
  GMainContext     *context;           /* of the thread */
  GThread          *thread;
  OuioedTeeFuncs    funcs;
  gpointer          user_data;
  OuioedMailbox    *mailbox;
  TeeStats         *stats;             /* one for each upstream */
  guint             n_stats;
  guint8            key[32];           /* of the credentials' hash */
  gint              is_freed;          /* atomic: nothing is called back any more */
  /* of the thread */
  OuioedPoller     *poller;
  OuioedDeadlines  *deadlines;
  OuioedLinger     *linger;
  GMainLoop        *loop;
  OuioedTeeConfig  *config;
  GSocketClient    *socket_clients[2]; /* plain and TLS; NULL until the first use */
  GQueue            clients;           /* of TeeClient, by link */
  GHashTable       *by_id;             /* of TeeClient */
  GQueue            again;             /* of TeeClient, by again_link: to go on in the next turn */
  GSource          *again_source;
  guint             n_calls;
  guint             n_connecting;
  guint64           last_id;
  gboolean          is_draining;
  GSource          *drain_timer;       /* or NULL */
  void            (*drained) (gpointer user_data);
  GArray           *pieces;            /* of struct iovec: the body in what was read last */
  char             *buffer;            /* TEE_BUFFER_BYTES: what was read last */
};

struct _TeeClient
{
  OuioedTee        *tee;
  GList             link;
  GList             again_link;
  TeeSocket         client;
  TeeSocket         server;
  OuioedDeadline    deadline;
  TeeState          state;
  OuioedHttpFramer  request;
  OuioedHttpFramer  answer;
  GByteArray       *in;                /* of the client, not looked at yet; NULL when there is nothing, as the next three */
  GByteArray       *up;                /* for the upstream, which does not take it yet */
  GByteArray       *down;              /* for the client, which does not take it yet */
  GByteArray       *replay;            /* what of the request went to an upstream that may have closed before */
  OuioedUpstream   *fixed;             /* of the address it came by, or NULL */
  OuioedUpstream   *wanted;            /* of the request under way */
  OuioedUpstream   *connected;         /* whose connection server is; borrowed from the tee */
  TeeStats         *stats;             /* of wanted */
  OuioedCall       *call;              /* under way, or NULL */
  TeeConnect       *connect;           /* under way, or NULL */
  char             *peer;
  char             *token;             /* of the request under way, until it was looked at; or NULL */
  guint64           id;
  gint64            since;             /* monotonic: when this state, or what is waited for, began */
  gint64            detached_until;    /* 0: not detached */
  guint64           n_detached;        /* bytes since */
  guint             n_requests;
  gboolean          is_public;
  gboolean          is_unix;
  gboolean          is_claimed;        /* the request that begins is ours */
  gboolean          is_server_used;    /* its connection has answered before */
  gboolean          is_server_deaf;    /* it takes no more of the request; it may still answer */
  gboolean          is_request_sent;   /* the connection has taken some of it */
  gboolean          is_answer_told;
  gboolean          is_request_told;   /* to its end */
  gboolean          has_extra;         /* the upstream sent more than its answer */
  gboolean          keeps_client;      /* its connection is used again after this answer */
  gboolean          is_again;          /* in the queue */
};

/* In all functions that return a gboolean: FALSE when the client is gone, and its memory with it. */

/* ---- ouioed-tee.c ---- */

/* Runs @func on the main context unless the tee is freed by then; @destroy gets @data in any case. */
void tee_call_main       (OuioedTee *tee, void (*func) (OuioedTee *tee, gpointer data), gpointer data, GDestroyNotify destroy);
/* Runs @func on the thread. */
void tee_call_thread     (OuioedTee *tee, void (*func) (OuioedTee *tee, gpointer data), gpointer data, GDestroyNotify destroy);
void tee_again           (TeeClient *client);       /* goes on with it in the next turn */
TeeStats *tee_find_stats (OuioedTee *tee, const char *name, gsize len);
/* After a client has gone. */
void tee_look_whether_drained (OuioedTee *tee);

/* ---- ouioed-tee-client.c: a connection from its beginning to its end ---- */

TeeClient *tee_client_new    (OuioedTee *tee, const OuioedTeeClient *from);
void     tee_client_free     (TeeClient *self);
gboolean tee_client_go_on    (TeeClient *self);      /* with what was read already */
void     tee_client_deadline (TeeClient *self);      /* it has passed */
void     tee_client_set_state (TeeClient *self, TeeState state);
/* What is waited for now: events and deadline. */
void     tee_client_update   (TeeClient *self);
/* The call under way, if any, is over. */
void     tee_client_end_call (TeeClient *self, OuioedCallEnd how, const char *detail);
/* What came is sent, then the connection is used again (keeps_client) or closed. */
gboolean tee_client_finish   (TeeClient *self);
/* It has hung up. */
gboolean tee_client_gone     (TeeClient *self);
void     tee_client_hang_up  (TeeClient *self);      /* on both, at once */
void     tee_client_close_server (TeeClient *self);
void     tee_client_drain    (TeeClient *self);
void     tee_bytes_append    (GByteArray **bytes, const void *data, gsize len);
void     tee_bytes_remove    (GByteArray **bytes, gsize len);

/* ---- ouioed-tee-request.c: the head of a request is complete ---- */

gboolean tee_request_begin   (TeeClient *self);
gboolean tee_request_allowed (TeeClient *self, guint status);   /* what authorize() said */
gboolean tee_request_forward (TeeClient *self);                 /* there is a connection */

/* ---- ouioed-tee-flow.c ---- */

gboolean tee_pump_up         (TeeClient *self);
gboolean tee_pump_down       (TeeClient *self);
gboolean tee_flush_down      (TeeClient *self);      /* also in TEE_ENDING; self->down is NULL when all went */

/* ---- ouioed-tee-connect.c ---- */

void     tee_connect_begin   (TeeClient *self);
void     tee_connect_cancel  (TeeClient *self);
gboolean tee_connect_retry   (TeeClient *self);      /* a used connection turned out to be closed */

/* ---- ouioed-tee-rewrite.c ---- */

/* "/proxy/NAME/rest": FALSE when it is not like that. */
gboolean tee_split_target    (const char *target, gsize len, const char **name, gsize *name_len, const char **rest,
                              gsize *rest_len);
/* Whether the path has a segment "..", however some server may spell it. */
gboolean tee_goes_up         (const char *rest, gsize rest_len);
/* Whether the request asks for a WebSocket, and for nothing else: only for that a connection leaves HTTP. */
gboolean tee_asks_for_websocket (const OuioedWireHead *head);
/* The head as the upstream gets it. */
void     tee_rewrite_head    (GByteArray *out, const OuioedWireHead *head, const char *rest, gsize rest_len,
                              const OuioedUpstream *upstream);

/* ---- ouioed-tee-copy.c ---- */

OuioedHeadCopy *tee_copy_request (const OuioedTee *tee, const OuioedWireHead *head, const char *rest, gsize rest_len,
                                  const OuioedUpstream *upstream, const char *peer);
OuioedHeadCopy *tee_copy_answer  (const OuioedWireHead *head);

/* ---- ouioed-tee-answer.c: answers of our own ---- */

typedef enum {
  TEE_PROBLEM_UNKNOWN,         /* no such upstream */
  TEE_PROBLEM_UNREACHABLE,
  TEE_PROBLEM_NO_ANSWER,
  TEE_PROBLEM_CONNECT_TIMEOUT,
  TEE_PROBLEM_ANSWER_TIMEOUT,
  TEE_PROBLEM_TOO_MANY_CALLS,
} TeeProblem;

/* Answers, unless an answer has begun already, and closes. @detail (nullable): more about it. Both end in tee_client_finish(). */
gboolean tee_refuse          (TeeClient *self, OuioeError code, const char *detail);
gboolean tee_refuse_upstream (TeeClient *self, TeeProblem problem, const char *detail);

G_END_DECLS
