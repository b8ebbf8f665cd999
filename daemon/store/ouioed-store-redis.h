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

G_END_DECLS
