/* ouioed-draft-private.h - drafts of the sessions, and a reader's place in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub-private.h"

G_BEGIN_DECLS

/* Open steps are shown at most 30 times a second and session, the model's work four times. */
#define OUIOED_DRAFT_STEPS_INTERVAL_US      ((gint64) G_USEC_PER_SEC / 30 + 1)
#define OUIOED_DRAFT_GENERATION_INTERVAL_US ((gint64) G_USEC_PER_SEC / 4)
/* Another phase is shown at once, but a stream may go from one to another with every word. */
#define OUIOED_DRAFT_MAX_URGENT             30     /* a second and session */

/* The drafts of one session; made when there is the first. */
struct _OuioedDrafts
{
  GPtrArray       *steps;                 /* of OuioedDraft: open ones, in the order of their beginning */
  OuioedDraft     *generation;            /* NULL while there is none */
  OuioeGeneration *newest;                /* of the model's work; generation follows it */
  GQueue           shown;                 /* of OuioedDraft, in the order of their last change */
  gint64           steps_shown_us;        /* when open steps were shown last; 0: never */
  gint64           generation_shown_us;
  gint64           urgent_since_us;       /* when the second began in which n_urgent are counted */
  guint            n_urgent;              /* shown at once in it */
  gint64           due_us;                /* when something is to be shown; only while waiting */
  gboolean         is_waiting;
  GList            waiting_link;          /* in hub->drafts_waiting while is_waiting */
};

/* ---- a reader's place ---- */

typedef struct _OuioedDraftCursor OuioedDraftCursor;

/* @channel: NULL for all sessions. */
OuioedDraftCursor *ouioed_draft_cursor_new     (OuioedHub *hub, OuioedChannel *channel, OuioeStreams streams);
void               ouioed_draft_cursor_free    (OuioedDraftCursor *self);
guint              ouioed_draft_cursor_peek    (OuioedDraftCursor *self, OuioedFilterFunc filter, gpointer filter_data,
                                                OuioedDraftPiece *pieces, guint max);
void               ouioed_draft_cursor_advance (OuioedDraftCursor *self, guint n);

G_END_DECLS
