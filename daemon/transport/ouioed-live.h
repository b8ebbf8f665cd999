/* ouioed-live.h - the live views: WebSocket and SSE readers fed from the hub
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ouioed-http does the handshake (or writes the head of the SSE response) and hands the descriptor over; from then on it
 * belongs to the reader engine, and a feed of this module stands behind it.
 */
#pragma once

#include "ouioed-auth.h"
#include "ouioed-hub.h"
#include "ouioed-reader-engine.h"

G_BEGIN_DECLS

typedef enum {
  OUIOED_LIVE_WS_SESSION,        /* /ws/thinking/{id}, /ws/progress/{id}: legacy frames of one session */
  OUIOED_LIVE_WS_MANY,           /* /ws/sessions: typed frames of the sessions it subscribes to */
  OUIOED_LIVE_SSE_SESSION,       /* /api/streaming/sessions/{id}/stream */
  OUIOED_LIVE_SSE_MANY,          /* /api/streaming/stream */
} OuioedLiveKind;

/* What the request asked for. Everything is borrowed. */
typedef struct {
  OuioedLiveKind     kind;
  const char        *session_id;     /* of one session */
  const char *const *sessions;       /* SSE_MANY: only these; NULL for all */
  const char        *user_id;        /* SSE_MANY: only sessions of this user; NULL for all */
  OuioedGrant       *grant;          /* what the caller may do; NULL: no limit */
  OuioeStreams       streams;
  gboolean           has_after;      /* resume behind: */
  OuioeEventId       after;
  gboolean           deltas;         /* what grows, too; not in legacy views */
  gboolean           until_end;      /* SSE_SESSION: end the response after session_end */
} OuioedLiveRequest;

typedef struct _OuioedLive OuioedLive;

/* @closed: called whenever a reader is gone (the acceptor counts descriptors). */
OuioedLive *ouioed_live_new      (OuioedHub *hub, OuioedReaderEngine *engine, guint max_subscriptions,
                                  void (*closed) (gpointer user_data), gpointer user_data);
void        ouioed_live_free     (OuioedLive *self);
void        ouioed_live_set_max_subscriptions (OuioedLive *self, guint max_subscriptions);
/* @fd: (transfer full). @unread (nullable): input read already. */
void        ouioed_live_add      (OuioedLive *self, const OuioedLiveRequest *request, int fd, GBytes *unread);
/* Ends the readers that came with a token which @is_good does not find good any more. Returns how many readers came with
 * one, these included. */
guint       ouioed_live_check    (OuioedLive *self, gboolean (*is_good) (const OuioedGrant *grant, gpointer user_data),
                                  gpointer user_data);
/* Tells every reader that the daemon goes: WebSocket 1012, SSE a retry hint. */
void        ouioed_live_close_all (OuioedLive *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedLive, ouioed_live_free)

G_END_DECLS
