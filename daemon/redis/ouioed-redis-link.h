/* ouioed-redis-link.h - one connection to a Redis server that comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hiredis writes the commands and reads the answers; connecting, waiting, writing and giving up are ours, on the main
 * context that made the link. What was sent when the connection broke is answered with an error: nobody knows whether it was
 * done. What is asked for while there is no connection is refused at once.
 */
#pragma once

#include <gio/gio.h>
#include <hiredis/hiredis.h>
#include "ouioed-redis-url.h"

G_BEGIN_DECLS

typedef struct _OuioedRedisLink OuioedRedisLink;

/* @reply: NULL with @error (OUIOE_ERROR_STORE_UNAVAILABLE: the connection broke, or the server took too long); else what the
 * server answered, also an error of its own. Borrowed. */
typedef void (*OuioedRedisReplyFunc) (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data);

typedef struct {
  /* The link can be used, or cannot any more; @error (nullable) says why. Called once for each change, and also when an attempt
   * to connect failed. */
  void (*changed) (OuioedRedisLink *link, gboolean up, const GError *error, gpointer user_data);
  /* A message of a subscription: an array. Replies to (UN)SUBSCRIBE come here, too. NULL: the link is for commands. */
  void (*pushed)  (OuioedRedisLink *link, const redisReply *message, gpointer user_data);
} OuioedRedisLinkFuncs;

typedef struct {
  gint64 connect_timeout_us;     /* until it can be used; 3 s */
  gint64 reply_timeout_us;       /* for the oldest command; 5 s */
  gint64 ping_interval_us;       /* without a word from the server; 2 s */
  gint64 min_delay_us;           /* before the next attempt; doubles, with jitter; 50 ms */
  gint64 max_delay_us;           /* 5 s */
  guint  max_pending;            /* commands without an answer; 50 000 */
  gsize  max_pending_bytes;      /* of these; 64 MiB */
} OuioedRedisLimits;
#define OUIOED_REDIS_LIMITS_DEFAULT ((OuioedRedisLimits) { 3 * G_USEC_PER_SEC, 5 * G_USEC_PER_SEC, 2 * G_USEC_PER_SEC, \
    G_USEC_PER_SEC / 20, 5 * G_USEC_PER_SEC, 50000, 64 << 20 })

typedef struct {
  guint64 connects, failures;    /* attempts that ended well, or not; broken connections are failures, too */
  guint64 commands, bytes_out, bytes_in;
  guint   n_pending;
  gsize   pending_bytes;
  gint64  latency_us;            /* of the last answer */
} OuioedRedisLinkStats;

/* @place: which of the places of @url; with Sentinels all are asked. @name: what CLIENT LIST shows. */
OuioedRedisLink *ouioed_redis_link_new     (OuioedRedisUrl *url, guint place, const char *name, const OuioedRedisLimits *limits,
                                            const OuioedRedisLinkFuncs *funcs, gpointer user_data);
/* What waits for an answer is answered with an error first. No function is called after this. */
void             ouioed_redis_link_free    (OuioedRedisLink *self);
gboolean         ouioed_redis_link_is_up   (OuioedRedisLink *self);
/* Why it is not up, for people; (transfer none). */
const char      *ouioed_redis_link_get_problem (OuioedRedisLink *self);
/* "HOST:PORT" of the server it is, or wants to be, connected to. */
const char      *ouioed_redis_link_get_peer (OuioedRedisLink *self);
/* FALSE with @error when the link is down or too much waits; @func is then not called. @func may be NULL. */
gboolean         ouioed_redis_link_send    (OuioedRedisLink *self, guint n, const char *const *args, const gsize *lens,
                                            OuioedRedisReplyFunc func, gpointer user_data, GError **error);
/* Of texts, NULL at the end. */
gboolean         ouioed_redis_link_send_texts (OuioedRedisLink *self, OuioedRedisReplyFunc func, gpointer user_data,
                                               GError **error, ...) G_GNUC_NULL_TERMINATED;
/* The connection is of no use (the server became a replica, say): another one is made. */
void             ouioed_redis_link_reset   (OuioedRedisLink *self, const char *why);
void             ouioed_redis_link_get_stats (OuioedRedisLink *self, OuioedRedisLinkStats *stats);

/* What an answer that is an error means; NULL when it is none. */
GError          *ouioed_redis_error_new    (const redisReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRedisLink, ouioed_redis_link_free)

G_END_DECLS
