/* ouioe-live-frame.h - what is told while it happens and never stored: growing steps, and what a model does
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. No I/O in here.
 */
#pragma once

#include "ouioe-generation.h"
#include "ouioe-sse-reader.h"

G_BEGIN_DECLS

typedef enum {
  OUIOE_LIVE_NONE,         /* it is no frame, or one that cannot be read: nobody misses it, for it is told anew */
  OUIOE_LIVE_DELTA,
  OUIOE_LIVE_DROPPED,
  OUIOE_LIVE_GENERATION,
} OuioeLiveKind;

typedef struct {
  OuioeLiveKind    kind;
  char            *session_id;   /* (owned) */
  char            *step_id;      /* (owned) of DELTA and DROPPED */
  guint64          offset;       /* of DELTA, in characters */
  char            *text;         /* (owned) of DELTA; U+0000 in it became U+FFFD */
  OuioeGeneration *generation;   /* (owned) of GENERATION */
} OuioeLiveFrame;

/* Fills @frame, to be cleared by the caller. FALSE when the message is none of these, whatever became of @frame. */
gboolean ouioe_live_frame_read  (OuioeLiveFrame *frame, const OuioeSseEvent *message);
void     ouioe_live_frame_clear (OuioeLiveFrame *frame);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioeLiveFrame, ouioe_live_frame_clear)

/* ---- the steps that are being written, with their text so far ---- */

#define OUIOE_OPEN_STEPS_MAX       1024           /* of all sessions; more are not followed */
#define OUIOE_OPEN_STEP_MAX_BYTES  (64 * 1024)    /* what is beyond is left out until the step is complete */

typedef struct _OuioeOpenSteps OuioeOpenSteps;

/* The step is gone. */
typedef void (*OuioeOpenStepFunc) (const char *session_id, const char *step_id, gpointer user_data);

OuioeOpenSteps *ouioe_open_steps_new    (void);
void            ouioe_open_steps_free   (OuioeOpenSteps *self);
/* Takes a DELTA: what the step had before the offset, then the text. FALSE when it cannot be taken: there is no such place in what
 * is known of the step, or it is beyond a bound. */
gboolean        ouioe_open_steps_grow   (OuioeOpenSteps *self, const OuioeLiveFrame *delta);
/* FALSE: it was not open. */
gboolean        ouioe_open_steps_remove (OuioeOpenSteps *self, const char *session_id, const char *step_id);
/* All steps of a session, or of all (NULL). @func is called for each when it is gone, and may call anything. */
void            ouioe_open_steps_clear  (OuioeOpenSteps *self, const char *session_id, OuioeOpenStepFunc func, gpointer user_data);
/* (transfer none) (nullable): valid until the step changes */
const char     *ouioe_open_steps_get    (OuioeOpenSteps *self, const char *session_id, const char *step_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeOpenSteps, ouioe_open_steps_free)

G_END_DECLS
