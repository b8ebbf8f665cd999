/* ouioed-feed.h - what stands behind one reader: cursors, notices, answers to its messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the files of the live views; ouioed-live.h is what others use.
 */
#pragma once

#include "ouioed-frames.h"
#include "ouioed-live.h"

G_BEGIN_DECLS

/* Answers and notices that wait for the socket. Beyond, no message of the client is read: it throttles itself. */
#define OUIOED_FEED_MAX_OUTBOX 64
/* Steps and updates of one socket that wait for their commit. */
#define OUIOED_FEED_MAX_APPENDS 256

typedef struct _OuioedFeed OuioedFeed;

/* One cursor of a feed; those of one session have just this one. */
typedef struct {
  OuioedFeed       *feed;
  OuioedSubscriber *subscriber;
  char             *session_id;      /* NULL: all sessions */
  char             *user_id;         /* of all sessions: only of this user, or NULL */
  GHashTable       *sessions;        /* of all sessions: only these ids, or NULL */
  GList             ready_link;      /* in feed->ready while there may be something */
  gboolean          is_ready;
} OuioedFeedCursor;

struct _OuioedFeed
{
  OuioedLive       *live;
  OuioedReader     *reader;          /* NULL before its first call and once it has gone */
  gboolean          gone;            /* the reader has gone; what is still under way ends quietly */
  OuioedLiveKind    kind;
  OuioedGrant      *grant;           /* what the reader may do; NULL: no limit */
  GList             granted_link;    /* in live->granted while there is a grant and a reader */
  OuioedView        view;
  gatomicrefcount   ref_count;       /* the reader holds one, every append or history under way another */
  OuioedFeedCursor *cursor;          /* the one cursor, or NULL on a socket of many sessions */
  GHashTable       *cursors;         /* of many sessions: id ("*" for all) -> OuioedFeedCursor; else NULL */
  GQueue            ready;           /* of OuioedFeedCursor, in turn */
  GQueue            outbox;          /* of GBytes */
  OuioedFeedCursor *peeked;          /* what the frames of the last peek came from; NULL: the outbox */
  gboolean          peeked_drafts;   /* they are pieces of what grows, not events */
  guint             n_appends;       /* under way */
  gboolean          paused;          /* no message is read for now */
  gboolean          wants_history;   /* asked for, not answered */
  gboolean          reads_history;   /* the store is being asked: live events wait, so that none is replaced by it */
  GPtrArray        *history;         /* of OuioeEvent: the thinking half, while the other is read */
  GCancellable     *cancellable;     /* of the history */
  gboolean          until_end;       /* SSE: end behind session_end */
};

struct _OuioedLive
{
  OuioedHub          *hub;
  OuioedReaderEngine *engine;
  guint               max_subscriptions;
  GQueue              granted;        /* of OuioedFeed, those that came with a token */
  void              (*closed) (gpointer user_data);
  gpointer            user_data;
};

extern const OuioedReaderFeed ouioed_feed_websocket;
extern const OuioedReaderFeed ouioed_feed_sse;

OuioedFeed       *ouioed_feed_new          (OuioedLive *live, const OuioedLiveRequest *request);
OuioedFeed       *ouioed_feed_ref          (OuioedFeed *self);
void              ouioed_feed_unref        (OuioedFeed *self);
gint64            ouioed_feed_now_us       (OuioedFeed *self);
/* @bytes: (transfer full). Sent before the next event. */
void              ouioed_feed_send         (OuioedFeed *self, GBytes *bytes);
void              ouioed_feed_wake         (OuioedFeed *self);
/* Reads messages again when there is room for answers. */
void              ouioed_feed_unpause      (OuioedFeed *self);

OuioedFeedCursor *ouioed_feed_cursor_new   (OuioedFeed *feed, const char *session_id, OuioeStreams streams,
                                            gboolean from_start, OuioeEventId after, gboolean deltas);
/* Of all sessions: only those of a user, or only these. Before the first peek. */
void              ouioed_feed_cursor_set_filter (OuioedFeedCursor *cursor, const char *user_id, const char *const *sessions);
void              ouioed_feed_cursor_free  (OuioedFeedCursor *cursor);
void              ouioed_feed_cursor_ready (OuioedFeedCursor *cursor);

/* A message of the client; FALSE to have no more for now. */
gboolean          ouioed_feed_message      (OuioedFeed *self, const char *text, gsize len);
/* The replay is complete: answers get_history if it was asked for. */
void              ouioed_feed_start_history (OuioedFeed *self);
/* subscribe, unsubscribe. */
gboolean          ouioed_feed_subscribe    (OuioedFeed *self, json_t *body, GError **error);
gboolean          ouioed_feed_unsubscribe  (OuioedFeed *self, json_t *body, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedFeed, ouioed_feed_unref)

G_END_DECLS
