/* ouioed-live.c - the live views: WebSocket and SSE readers fed from the hub
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-feed.h"

/* The reader shall come back: the service restarts (RFC 6455 registry). */
#define CLOSE_RESTART 1012
/* The reader shall not come back as it is (RFC 6455). */
#define CLOSE_POLICY  1008

OuioedLive *
ouioed_live_new (OuioedHub *hub, OuioedReaderEngine *engine, guint max_subscriptions, void (*closed) (gpointer user_data),
                 gpointer user_data)
{
  OuioedLive *self = g_new0 (OuioedLive, 1);

  self->hub = hub;
  g_queue_init (&self->granted);
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

guint
ouioed_live_check (OuioedLive *self, gboolean (*is_good) (const OuioedGrant *grant, gpointer user_data),
                   gpointer user_data)
{
  /* Nothing goes while this runs: closing only begins here. A feed that was not called yet is asked next time. */
  for (GList *link = self->granted.head; link != NULL; link = link->next)
    {
      OuioedFeed *feed = link->data;

      if (feed->reader != NULL && !is_good (feed->grant, user_data))
        ouioed_reader_close (feed->reader, CLOSE_POLICY, "The token is no longer good", NULL);
    }
  return g_queue_get_length (&self->granted);
}

void
ouioed_live_close_all (OuioedLive *self)
{
  g_autoptr(GBytes) last = ouioed_frames_new_retry (OUIOE_EVENT_ID_ZERO);

  ouioed_reader_engine_close_all (self->engine, CLOSE_RESTART, "The service is restarting", last);
}
