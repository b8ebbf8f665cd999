/* ouioed-subscriber.h - the cursor: take what follows, be woken when there is more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A subscriber follows one session, or all of them in the order of ids. It holds a position and no events: what is
 * recent it finds in memory, what is older it reads from the store, a page at a time and only when asked.
 */
#pragma once

#include "ouioed-draft.h"
#include "ouioed-hub.h"

G_BEGIN_DECLS

typedef struct _OuioedSubscriber OuioedSubscriber;

/* There may be more now. Not called from inside ouioed_subscriber_peek(); called at most once between two peeks that
 * returned 0. Must not free the subscriber. */
typedef void     (*OuioedWakeFunc)   (OuioedSubscriber *subscriber, gpointer user_data);
/* For a subscriber of all sessions: whether it wants the events of this one. @record may be NULL (a forgotten session). */
typedef gboolean (*OuioedFilterFunc) (const char *session_id, const OuioedSessionRecord *record, gpointer user_data);

typedef struct {
  OuioeEventId after;              /* the last event the reader has seen */
  OuioeEventId until;              /* events up to this one may be missing */
  gboolean     has_lost;           /* whether the number is known */
  guint64      lost;
  OuioeStreams streams;            /* of which streams */
} OuioedGap;

/* @session_id: NULL for all sessions. @from_start: everything retained, without a gap for what is not; else what follows
 * @after (OUIOE_EVENT_ID_MAX: only what comes from now on). */
OuioedSubscriber *ouioed_subscriber_new     (OuioedHub *hub, const char *session_id, OuioeStreams streams,
                                             gboolean from_start, OuioeEventId after,
                                             OuioedWakeFunc wake, gpointer user_data);
/* Only for a subscriber of all sessions, before the first peek. */
void              ouioed_subscriber_set_filter (OuioedSubscriber *self, OuioedFilterFunc filter, gpointer user_data);
void              ouioed_subscriber_free    (OuioedSubscriber *self);

/* Up to @max of the next entries, borrowed until the next call on this subscriber or the next turn of the main loop.
 * 0: nothing now; the wake function will be called. A gap stands before the first entry: see take_gap(), call it first. */
guint             ouioed_subscriber_peek    (OuioedSubscriber *self, OuioedEntry **entries, guint max);
/* The first @n of the entries peeked were taken. */
void              ouioed_subscriber_advance (OuioedSubscriber *self, guint n);

/* It shall also be shown what grows (ouioed-draft.h). Before the first peek. */
void              ouioed_subscriber_set_drafts  (OuioedSubscriber *self);
/* Pieces of what grows, when ouioed_subscriber_peek() has just given nothing: events come first, so that a piece of an open
 * step never comes behind the event that ends it. Borrowed like entries. 0: nothing now; the wake function will be called. */
guint             ouioed_subscriber_peek_drafts (OuioedSubscriber *self, OuioedDraftPiece *pieces, guint max);
/* The first @n of the pieces peeked were taken. */
void              ouioed_subscriber_advance_drafts (OuioedSubscriber *self, guint n);

/* Whether events between the position and the next entry are lost; told once. */
gboolean          ouioed_subscriber_take_gap (OuioedSubscriber *self, OuioedGap *gap);
/* Whether the session was forgotten (expired, or removed to make room) while it was followed; told once. The subscriber
 * stays: should the session be created again, it follows it. */
gboolean          ouioed_subscriber_take_removed (OuioedSubscriber *self);
/* The last event taken. */
OuioeEventId      ouioed_subscriber_get_position (OuioedSubscriber *self);
/* Nothing is left that was committed when the subscriber was made: the replay is complete. */
gboolean          ouioed_subscriber_is_live (OuioedSubscriber *self);
/* The reader is stalled: let go of what was read from the store (it will be read again). */
void              ouioed_subscriber_release (OuioedSubscriber *self);
OuioedChannel    *ouioed_subscriber_get_channel (OuioedSubscriber *self);   /* NULL for all sessions */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedSubscriber, ouioed_subscriber_free)

G_END_DECLS
