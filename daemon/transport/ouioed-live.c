/* ouioed-live.c - the live views: WebSocket and SSE readers fed from the hub
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-feed.h"

/* The reader shall come back: the service restarts (RFC 6455 registry). */
#define CLOSE_RESTART 1012

OuioedLive *
ouioed_live_new (OuioedHub *hub, OuioedReaderEngine *engine, guint max_subscriptions, void (*closed) (gpointer user_data),
                 gpointer user_data)
{
  OuioedLive *self = g_new0 (OuioedLive, 1);

  self->hub = hub;
  self->engine = engine;
  self->max_subscriptions = max_subscriptions;
  self->closed = closed;
  self->user_data = user_data;

  return self;
}

void
ouioed_live_free (OuioedLive *self)
{
  g_free (self);
}

void
ouioed_live_set_max_subscriptions (OuioedLive *self, guint max_subscriptions)
{
  self->max_subscriptions = max_subscriptions;
}

void
ouioed_live_add (OuioedLive *self, const OuioedLiveRequest *request, int fd, GBytes *unread)
{
  gboolean sse = request->kind == OUIOED_LIVE_SSE_SESSION || request->kind == OUIOED_LIVE_SSE_MANY;
  OuioedFeed *feed = ouioed_feed_new (self, request);

  ouioed_reader_engine_add (self->engine, sse ? OUIOED_READER_SSE : OUIOED_READER_WEBSOCKET, fd, unread,
                            sse ? &ouioed_feed_sse : &ouioed_feed_websocket, feed);
}

void
ouioed_live_close_all (OuioedLive *self)
{
  g_autoptr(GBytes) last = ouioed_frames_new_retry (OUIOE_EVENT_ID_ZERO);

  ouioed_reader_engine_close_all (self->engine, CLOSE_RESTART, "The service is restarting", last);
}
