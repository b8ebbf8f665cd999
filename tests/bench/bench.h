/* bench.h - the parts of the load generator and what they share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread, one epoll. Readers and producers are peers; each peer owns a connection and is told when that connection
 * can be read or written. A message carries the marker "~PRODUCER.NUMBER.NANOSECONDS~ at the start of its content, so
 * that it is known again in whatever envelope the server puts around it. The time is that of the intended sending: with
 * a fixed rate, a server that stops for a while is charged for all that was due meanwhile.
 */
#pragma once

#include <sys/epoll.h>

#include "bench-histogram.h"
#include "bench-ledger.h"
#include "bench-process.h"

G_BEGIN_DECLS

#define BENCH_SCRATCH_BYTES (4u << 20)   /* also the longest frame */

typedef enum { BENCH_WEBSOCKET, BENCH_SSE, BENCH_NATS } BenchProtocol;

/* What to do, from the command line. */
typedef struct {
  char         *host;
  int           port;
  guint         protocol;          /* a BenchProtocol */
  int           readers;
  int           sessions;
  int           producers;
  int           window;            /* messages of a producer not yet both answered and delivered everywhere; 0: answered only */
  double        rate;              /* messages a second in all; 0: as fast as the window lets them */
  gint64        messages;          /* stop after as many; 0: after duration_s */
  double        warmup_s;
  double        duration_s;
  double        drain_s;           /* how long to wait at the end for what is still to come */
  int           content_bytes;     /* length of the content of a message, at least */
  int           pid;               /* of the server, 0: not measured */
  char         *prefix;            /* sessions are called PREFIX-0, PREFIX-1 … */
  gboolean      no_create;         /* the sessions are there already */
  gboolean      spin;              /* never sleep: for a core of its own */
} BenchPlan;

typedef struct _Bench Bench;
typedef struct _BenchPeer BenchPeer;
typedef struct _BenchReader BenchReader;
typedef struct _BenchProducer BenchProducer;

/* One connection. */
struct _BenchPeer
{
  Bench      *bench;
  int         fd;                  /* -1 when there is none */
  guint32     events;              /* what epoll watches */
  GByteArray *out;                 /* not yet taken by the socket */
  void      (*ready) (BenchPeer *self);   /* there is input, or the end of it */
};

/* What happened since the start; two of these and a subtraction give a span. */
typedef struct {
  guint64 time_ns;
  guint64 answered;                /* messages acknowledged */
  guint64 delivered;               /* messages that readers got */
  guint64 bytes;                   /* that readers read from their sockets */
  double  server_cpu_s;
  double  own_cpu_s;
} BenchCounts;

struct _Bench
{
  BenchPlan       plan;
  int             epoll;
  guint8         *scratch;         /* input of whichever peer is being read */
  guint64         now_ns;          /* when the input being handled was read */
  BenchLedger    *ledger;
  BenchReader   **readers;
  BenchProducer **producers;
  BenchHistogram *latency;         /* ns from the intended sending to the arrival at a reader */
  BenchHistogram *answer;          /* ns from the intended sending to the acknowledgement */
  guint64         begun_ns;        /* older messages are of an earlier run, replayed */
  guint64         from_ns, until_ns;   /* messages meant to be sent in this time count in the histograms */
  BenchCounts     counts;
  guint64         sent;            /* messages */
  guint64         refused;         /* answered with an error */
  guint64         unanswered;      /* the connection ended first: stored or not, nobody knows */
  guint64         broken;          /* peers that broke their protocol */
  guint64         gate_timeouts;   /* a window that did not open in time */
  guint           n_live;          /* readers that are connected and told so by the server */
  guint           n_lost;          /* readers whose connection ended, or never came to be */
  gboolean        stopping;        /* send no more */
};

/* ---- bench-peer.c: a connection ---- */

gboolean bench_peer_connect (BenchPeer *self);                               /* begins to */
void     bench_peer_close   (BenchPeer *self);
void     bench_peer_send    (BenchPeer *self, const void *data, gsize len);
/* Reads behind @carry, which is emptied. NULL: nothing there, or the connection is over, then *@over is TRUE. */
guint8  *bench_peer_receive (BenchPeer *self, GByteArray **carry, gsize *len, gboolean *over);
/* What of @data is left over until more comes. */
void     bench_peer_carry   (GByteArray **carry, const guint8 *data, gsize len);
/* Waits at most @timeout_ms for any peer and serves those that are ready. */
void     bench_turn         (Bench *bench, int timeout_ms);

/* ---- bench-wire.c: HTTP, WebSocket and NATS as far as they are needed ---- */

typedef struct {
  guint         opcode;
  const guint8 *payload;
  gsize         len;
  gsize         size;              /* of the whole frame */
} BenchFrame;

typedef enum { BENCH_PARSE_MORE, BENCH_PARSE_DONE, BENCH_PARSE_BROKEN } BenchParse;

typedef struct {
  guint       status;
  const char *body;
  gsize       body_len;
  gsize       size;                /* of head and body */
} BenchResponse;

/* @endless: the body goes on until the connection ends; only the head counts. */
BenchParse bench_parse_response (const guint8 *data, gsize len, gboolean endless, BenchResponse *response);
BenchParse bench_parse_frame    (const guint8 *data, gsize len, BenchFrame *frame);
void       bench_send_frame     (BenchPeer *peer, guint opcode, const void *payload, gsize len);   /* as a client */
void       bench_send_handshake (BenchPeer *peer, const char *path);

typedef enum { BENCH_NATS_OTHER, BENCH_NATS_MESSAGE, BENCH_NATS_OK, BENCH_NATS_ERROR, BENCH_NATS_PING, BENCH_NATS_PONG } BenchNatsVerb;

BenchParse bench_parse_nats     (const guint8 *data, gsize len, BenchNatsVerb *verb, const guint8 **payload,
                                 gsize *payload_len, gsize *size);

/* The marker in @text, which is not NUL-terminated. */
gboolean   bench_parse_marker   (const guint8 *text, gsize len, guint *producer, guint64 *number, guint64 *time_ns);

/* ---- bench-reader.c ---- */

BenchReader *bench_reader_new   (Bench *bench, guint index);
void         bench_reader_free  (BenchReader *self);
gboolean     bench_reader_is_settled (BenchReader *self);   /* live or lost */

/* ---- bench-producer.c ---- */

BenchProducer *bench_producer_new   (Bench *bench, guint index);
void           bench_producer_free  (BenchProducer *self);
/* One more message is due, meant for @time_ns. */
void           bench_producer_due   (BenchProducer *self, guint64 time_ns);
/* Sends what may be sent now. */
void           bench_producer_push  (BenchProducer *self);
void           bench_producer_delivered (BenchProducer *self, guint64 number);
/* Nothing is under way, nothing is due. */
gboolean       bench_producer_is_idle (BenchProducer *self);
gboolean       bench_producer_is_ready (BenchProducer *self);
/* No connection, and none to be had. */
gboolean       bench_producer_is_gone (BenchProducer *self);
/* POSTs every session of the plan, one after the other; FALSE when one was refused. */
gboolean       bench_create_sessions (Bench *bench);

/* ---- bench-report.c ---- */

void     bench_counts_take (Bench *bench, BenchCounts *counts);
void     bench_report_load (Bench *bench, const BenchCounts *begin, const BenchCounts *end, const BenchProcess *before,
                            const BenchProcess *after);
void     bench_report_idle (Bench *bench, const BenchProcess *before, const BenchProcess *connected,
                            const BenchProcess *after, double idle_s);
void     bench_report_churn (Bench *bench, guint n, double seconds, const BenchProcess *before, const BenchProcess *after);

G_END_DECLS
