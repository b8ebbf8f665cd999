/* bench-relay.h - both ends of a model's stream: the server that sends it and the clients that read it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread and one epoll for both, so that what they cost is the same whether something stands between them or not. A piece
 * of a stream carries the marker of bench.h, so that the client knows which one it is and when it was sent.
 */
#pragma once

#include <sys/epoll.h>

#include "bench-histogram.h"
#include "bench-process.h"

G_BEGIN_DECLS

#define BENCH_RELAY_BLOCK (64 * 1024)    /* what is written at once in a flood */

typedef struct {
  int      upstream_port;          /* where the server listens */
  int      port;                   /* where the clients connect to; 0: to the server itself */
  char    *path;
  int      streams;
  double   rate;                   /* pieces a second and stream; 0: a flood */
  gboolean sse;                    /* a flood of events, not of anything */
  gint64   bytes;                  /* of a flood, each stream; 0: until the clients have had enough */
  double   read_rate;              /* bytes a second that a client takes; 0: all */
  double   warmup_s;
  double   duration_s;
  int      pid;                    /* of what stands between */
  gboolean spin;                   /* never sleep: for a core of its own */
} BenchRelayPlan;

typedef struct _BenchRelay BenchRelay;
typedef struct _BenchRelayPeer BenchRelayPeer;

/* A connection of either side. */
struct _BenchRelayPeer
{
  BenchRelay *relay;
  int         fd;
  gboolean    serves;              /* it is the server's end */
  guint       index;               /* of the stream; the client learns it from the first marker */
  GByteArray *in;                  /* a head, or the end of a piece, that is not complete */
  GByteArray *out;                 /* a piece that the socket did not take whole */
  gsize       flood_at;            /* place in the block that is being written */
  gint64      flood_left;          /* bytes of the flood that are still to be written */
  gboolean    begun;               /* server: the head is out; client: it is in */
  gboolean    ended;               /* server: nothing more is to be sent; client: the connection is over */
  guint64     due_ns;              /* when the next piece is to be sent */
  guint64     next;                /* number of the next piece */
  gint64      bytes;               /* of the body, as far as they went through the socket */
};

struct _BenchRelay
{
  BenchRelayPlan  plan;
  int             epoll;
  int             listener;
  GPtrArray      *servers;         /* BenchRelayPeer */
  GPtrArray      *clients;         /* BenchRelayPeer */
  GQueue          due;             /* servers, the next due one first; all have the same rate */
  guint8         *scratch;         /* what was just read */
  guint8         *block;           /* BENCH_RELAY_BLOCK bytes of a flood */
  guint64         from_ns;         /* older pieces do not count in the histogram */
  BenchHistogram *latency;         /* ns from the write to the read */
  BenchHistogram *late;            /* ns from when a piece was due to its write: what the generator was held up */
  guint64         sent;            /* pieces */
  guint64         received;
  guint64         out_of_order;
  guint64         broken;          /* connections that ended where they must not, answers that are none */
  gint64          ahead_max;       /* bytes that were written and not yet read */
  gboolean        stopping;        /* streams end */
};

/* ---- bench-relay-server.c ---- */

gboolean bench_relay_listen      (BenchRelay *self);
void     bench_relay_accept      (BenchRelay *self);
void     bench_relay_serve       (BenchRelayPeer *peer, guint32 events);
/* Sends the pieces that are due; when the next one is (G_MAXUINT64: never). */
guint64  bench_relay_send_due    (BenchRelay *self, guint64 now_ns);
void     bench_relay_make_block  (BenchRelay *self);

/* ---- bench-relay-client.c ---- */

gboolean bench_relay_connect     (BenchRelay *self);    /* one more client */
void     bench_relay_receive     (BenchRelayPeer *peer, gsize max);

/* ---- bench-relay.c ---- */

BenchRelayPeer *bench_relay_peer_new   (BenchRelay *self, int fd, gboolean serves);
void            bench_relay_peer_close (BenchRelayPeer *peer);
void            bench_relay_peer_watch (BenchRelayPeer *peer, guint32 events);
/* Runs the plan; FALSE when it cannot be run at all. Prints the result as JSON. */
gboolean        bench_relay_run        (BenchRelay *self);

G_END_DECLS
