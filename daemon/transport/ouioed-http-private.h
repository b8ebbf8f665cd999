/* ouioed-http-private.h - what the files of the HTTP transport share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsoup reads requests (and says "100 Continue"). As soon as a request is complete its connection is taken from
 * libsoup, the route's handler runs, and the answer is written here with one system call; then the connection is
 * parked at the acceptor until the next request begins. So no message of libsoup is ever paused, and a client that
 * leaves while the store commits harms nobody.
 */
#pragma once

#include "ouioed-auth-failures.h"
#include "ouioed-auth-tickets.h"
#include "ouioed-http.h"
#include "ouioed-http-head.h"
#include "ouioed-http-metrics.h"
#include "ouioed-live.h"

G_BEGIN_DECLS

typedef struct _OuioedExchange OuioedExchange;
typedef struct _OuioedProbe OuioedProbe;
typedef struct _OuioedSelftest OuioedSelftest;

/* Answers the request now or later: exactly one of the ouioed_exchange_*() that say so must be called. */
typedef void (*OuioedHandler) (OuioedExchange *exchange);

/* What a route is apart from its path and its handlers. */
typedef enum {
  OUIOED_ROUTE_PLAIN  = 0,
  OUIOED_ROUTE_BULK   = 1 << 0,          /* bodies up to max_bulk_bytes */
  OUIOED_ROUTE_LIVE   = 1 << 1,          /* becomes a reader; a ticket or a subprotocol may stand for the token */
  OUIOED_ROUTE_PROBE  = 1 << 2,          /* how the service is, in a word */
  OUIOED_ROUTE_REPORT = 1 << 3,          /* the same with numbers */
  OUIOED_ROUTE_READS  = 1 << 4,          /* the scope read is enough, although it is a POST */
  OUIOED_ROUTE_WRITES = 1 << 5,          /* needs the scope write, although it is a GET */
} OuioedRouteFlags;

typedef struct {
  const char       *pattern;             /* "{id}" stands for one segment: a session id */
  OuioedHandler     handlers[OUIOED_N_HTTP_METHODS];
  OuioedRouteFlags  flags;
} OuioedRoute;

/* ---- ouioed-http-route.c ---- */

extern const OuioedRoute ouioed_routes[];
guint              ouioed_routes_get_n    (void);
/* The place of the route for @path (raw, percent-encoded), -1 when there is none. @id (out): the decoded segment. */
int                ouioed_routes_find     (const char *path, char **id);
/* For the Allow header: "GET, POST". */
char              *ouioed_route_dup_allow (const OuioedRoute *route);
OuioedHttpMethod   ouioed_http_method_from_string (const char *method);

/* ---- ouioed-http.c ---- */

typedef struct {
  OuioedHub          *hub;
  OuioedAcceptor     *acceptor;
  OuioedReaderEngine *engine;
  OuioedLive         *live;
  OuioedProbe        *probe;             /* of the store and the fan-out */
  OuioedSelftest     *selftest;
  OuioedHttpMetrics  *metrics;
  OuioedAuth         *auth;              /* the tokens */
  OuioedTickets      *tickets;
  OuioedFailures     *failures;          /* of addresses, to send a good token */
  OuioedHttpConfig    config;            /* its texts are copies */
  guint               grant_source;      /* looks after the tokens of readers; 0 while there are none */
  gboolean            draining;
  void              (*write_metrics) (GString *out, gpointer user_data);   /* of others; or NULL */
  gpointer            write_metrics_data;
} OuioedHttpParts;

/* Borrowed: what an OuioedHttp is made of. */
OuioedHttpParts *ouioed_http_get_parts (OuioedHttp *self);

/* ---- ouioed-http-exchange.c: one request and its answer ---- */

struct _OuioedExchange
{
  guint             ref_count;
  OuioedHttp       *http;                /* a reference once taken */
  OuioedHttpParts  *parts;               /* of http */
  OuioedConnection *connection;          /* reference */
  SoupServerMessage *message;            /* the request; NULL once its handler has returned */
  OuioedHttpHead    head;                /* points into the request; while there is one */
  OuioedHttpMethod  method;
  int               route;               /* place in the table, -1: no such path */
  char             *id;                  /* the session id of the path, NULL when the route has none */
  OuioedGrant      *grant;               /* what the token allows; NULL: no limit */
  char             *allow_origin;        /* for CORS: what to answer, NULL when no Origin was sent */
  gboolean          is_head;             /* the answer has no body */
  gboolean          keep_alive;          /* the connection is used again after the answer */
  gboolean          problem_type;        /* the client asks for application/problem+json */
  gboolean          brief;               /* the caller is unknown: a word of how the service is, no more */
  gboolean          taken;               /* the connection is no longer libsoup's */
  gboolean          refused;             /* answered before its body was read; the connection is gone */
  guint             status;              /* of the answer, once there is one */
  guint64           body_bytes;          /* of a chunked body, so far */
  gint64            start_us;            /* monotonic; when the head was complete */
  GString          *extra;               /* header lines of the handler, NULL when none */
  GString          *out;                 /* the answer while it is written */
};

OuioedExchange *ouioed_exchange_new   (OuioedHttp *http, OuioedConnection *connection);
OuioedExchange *ouioed_exchange_ref   (OuioedExchange *self);
void            ouioed_exchange_unref (OuioedExchange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedExchange, ouioed_exchange_unref)

/* While the handler runs. Never NULL; "" when there is none. */
const char *ouioed_exchange_get_body   (OuioedExchange *self, gsize *len);
const char *ouioed_exchange_get_query  (OuioedExchange *self);      /* nullable */
/* @value must not hold line ends. */
void        ouioed_exchange_add_header (OuioedExchange *self, const char *name, const char *value);

/* Each of these answers and gives up the handler's reference. @body: (transfer full) (nullable) */
void ouioed_exchange_answer        (OuioedExchange *self, guint status, const char *content_type, GString *body);
void ouioed_exchange_answer_json   (OuioedExchange *self, GString *body);   /* 200 */
void ouioed_exchange_fail          (OuioedExchange *self, const GError *error);
void ouioed_exchange_fail_code     (OuioedExchange *self, OuioeError code, const char *detail);
void ouioed_exchange_fail_problems (OuioedExchange *self, OuioeError code, OuioeProblems *problems);
/* The same with members that the handler adds: ",\"name\":value" … */
void ouioed_exchange_fail_with     (OuioedExchange *self, OuioeError code, const char *detail, const char *members);
/* Answers without libsoup having read all of the request, and closes. The caller keeps its reference. */
void ouioed_exchange_refuse        (OuioedExchange *self, OuioeError code, const char *detail);
/* Takes the connection out of libsoup; what was read beyond the request is put back. */
void ouioed_exchange_take          (OuioedExchange *self);
/* Writes @head (the head of an answer that never ends, or of an upgrade) and gives the descriptor away; -1 when the client has
 * left. Gives up the handler's reference. */
int  ouioed_exchange_detach        (OuioedExchange *self, guint status, GString *head, GBytes **unread);
/* Appends the lines that every answer has: Server, Date, CORS and those of the handler. */
void ouioed_exchange_write_common  (OuioedExchange *self, GString *out);

/* ---- ouioed-http-auth.c: who may ask ---- */

#define OUIOED_NOT_COVERED "The token is not good for this session"
/* Both: FALSE when the request was refused. The first for a head that is complete, the second for a body that names a session. */
gboolean ouioed_exchange_authorize (OuioedExchange *exchange);
gboolean ouioed_exchange_covers    (OuioedExchange *exchange, const char *session_id);
/* A reader has come with a token: from now on looks once a second whether it is still good, until there is none. */
void     ouioed_http_watch_grants  (OuioedHttpParts *parts);

/* ---- ouioed-http-problem.c: errors as JSON ---- */

/* {"type":…,"title":…,"status":…,"detail":…,"code":…}; @problems (nullable) give detail as a list, and errors. */
void ouioed_problem_write (GString *out, OuioeError code, const char *detail, OuioeProblems *problems, const char *members);
/* The code of @error, OUIOE_ERROR_INTERNAL for a foreign domain. */
OuioeError ouioed_problem_get_code (const GError *error);

/* ---- helpers of the REST files, in ouioed-rest-common.c ---- */

/* Each answers itself when it returns NULL or FALSE. */
json_t  *ouioed_rest_read_object (OuioedExchange *exchange, OuioeProblems *problems);
gboolean ouioed_rest_read_key    (OuioedExchange *exchange, const char *scope, json_t *body, OuioeProblems *problems, OuioedKey *key);
gboolean ouioed_rest_check_type  (OuioedExchange *exchange, gboolean lines);
/* Whether a request header field is an idempotency key: 1 to 255 visible ASCII characters. */
gboolean ouioed_rest_key_is_valid (const char *key);

/* ---- handlers ---- */

void ouioed_rest_create_session (OuioedExchange *exchange);
void ouioed_rest_list_sessions  (OuioedExchange *exchange);
typedef void (*OuioedRestFunc) (OuioedExchange *exchange);
/* Calls @then once the session of the exchange is as it is now; where the store is this daemon's alone, at once. */
void ouioed_rest_look           (OuioedExchange *exchange, OuioedRestFunc then);
void ouioed_rest_show_session   (OuioedExchange *exchange);
void ouioed_rest_close_session  (OuioedExchange *exchange);
void ouioed_rest_session_stats  (OuioedExchange *exchange);
void ouioed_rest_stop_session   (OuioedExchange *exchange);
void ouioed_rest_answer_now     (OuioedExchange *exchange);
void ouioed_rest_post_thinking  (OuioedExchange *exchange);
void ouioed_rest_post_progress  (OuioedExchange *exchange);
void ouioed_rest_post_events    (OuioedExchange *exchange);
void ouioed_rest_list_events    (OuioedExchange *exchange);
void ouioed_rest_health         (OuioedExchange *exchange);
void ouioed_rest_self_test      (OuioedExchange *exchange);
void ouioed_rest_healthz        (OuioedExchange *exchange);
void ouioed_rest_readyz         (OuioedExchange *exchange);
void ouioed_rest_version        (OuioedExchange *exchange);
void ouioed_rest_metrics        (OuioedExchange *exchange);
void ouioed_rest_create_ticket  (OuioedExchange *exchange);
void ouioed_http_ws_thinking    (OuioedExchange *exchange);
void ouioed_http_ws_progress    (OuioedExchange *exchange);
void ouioed_http_ws_sessions    (OuioedExchange *exchange);
void ouioed_http_sse_session    (OuioedExchange *exchange);
void ouioed_http_sse_many       (OuioedExchange *exchange);

/* ---- ouioed-rest-probe.c: one event through store and fan-out ---- */

typedef struct {
  gboolean    ok;
  gint64      latency_us;
  const char *error;             /* for people, when not ok; borrowed */
} OuioedProbeResult;

typedef void (*OuioedProbeFunc) (const OuioedProbeResult *result, gpointer user_data);

OuioedProbe *ouioed_probe_new  (OuioedHub *hub);
void         ouioed_probe_free (OuioedProbe *self);
/* Calls @func, at once when the last probe is younger than a second, else when the one under way is done: after 2 s at the latest. */
void         ouioed_probe_run  (OuioedProbe *self, OuioedProbeFunc func, gpointer user_data);

/* ---- ouioed-rest-selftest.c ---- */

OuioedSelftest *ouioed_selftest_new  (OuioedHub *hub);
void            ouioed_selftest_free (OuioedSelftest *self);
/* @func gets the answer's body (transfer none). Requests that come while a run is under way share it. */
typedef void (*OuioedSelftestFunc) (const char *json, gsize len, gpointer user_data);
void            ouioed_selftest_run  (OuioedSelftest *self, OuioedSelftestFunc func, gpointer user_data);

G_END_DECLS
