/* ouioe-position.h - how far a reader is, and what a message of the stream means to it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. No I/O in here.
 */
#pragma once

#include "ouioe-event.h"
#include "ouioe-sse-reader.h"

G_BEGIN_DECLS

typedef struct {
  gboolean     is_known;   /* FALSE: nothing was handed on and nothing was asked for */
  OuioeEventId id;         /* the last event handed on, or where to begin */
} OuioePosition;

/* What a message means: an event, a gap, or neither (seen before, or of no interest). */
typedef struct {
  OuioeEvent  *event;      /* (owned) NULL when it is none */
  char        *outcome;    /* (owned) of the end of a session; NULL for other events */
  gboolean     is_gap;
  OuioeEventId after;      /* of a gap: the last event before it */
  OuioeEventId until;      /* of a gap: the last event that may be missing */
  gint64       lost;       /* of a gap: how many are missing; -1 when not known */
} OuioeDelivery;

void ouioe_position_set    (OuioePosition *self, OuioeEventId id);
/* Moves to @text if that is an id behind the position. */
void ouioe_position_follow (OuioePosition *self, const char *text);
/* Fills @delivery, to be cleared by the caller, and moves behind it. */
void ouioe_position_take   (OuioePosition *self, const OuioeSseEvent *message, OuioeDelivery *delivery);
void ouioe_delivery_clear  (OuioeDelivery *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioeDelivery, ouioe_delivery_clear)

G_END_DECLS
