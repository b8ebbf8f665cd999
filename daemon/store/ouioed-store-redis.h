/* ouioed-store-redis.h - keeps sessions and events in Redis streams, for all daemons that use the same one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-redis-url.h"
#include "ouioed-shared.h"

G_BEGIN_DECLS

#define OUIOED_TYPE_STORE_REDIS (ouioed_store_redis_get_type ())
G_DECLARE_FINAL_TYPE (OuioedStoreRedis, ouioed_store_redis, OUIOED, STORE_REDIS, GObject)

/* @name: of this daemon, not that of any other; NULL makes one up. */
OuioedStore *ouioed_store_redis_new (OuioedRedisUrl *url, const char *name);

/* How the connections are, for metrics and status. */
typedef struct {
  const char *peer;              /* borrowed */
  gboolean    is_up;
  guint64     connects, failures, commands, messages;
  guint       n_pending;
  gint64      latency_us;        /* of the last answer */
  guint64     size_bytes;
} OuioedRedisNodeState;
guint       ouioed_store_redis_get_n_nodes (OuioedStoreRedis *self);
void        ouioed_store_redis_get_node    (OuioedStoreRedis *self, guint i, OuioedRedisNodeState *state);
const char *ouioed_store_redis_get_daemon_name (OuioedStoreRedis *self);

G_END_DECLS
