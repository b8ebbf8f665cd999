/* ouioectl-live.h - what goes on right now, below everything that has happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps while they are written, what models do, and the bar. Drawn again and again at the bottom of a terminal; text in, text
 * out: nothing is written here.
 */
#pragma once

#include "ouioectl-view.h"

G_BEGIN_DECLS

typedef struct _OuioectlLive OuioectlLive;

OuioectlLive *ouioectl_live_new    (void);
void          ouioectl_live_free   (OuioectlLive *self);

/* @text: all that the step has so far */
void          ouioectl_live_grow   (OuioectlLive *self, const char *session_id, const char *step_id, const char *text,
                                    gint64 now_us);
void          ouioectl_live_drop   (OuioectlLive *self, const char *session_id, const char *step_id);
/* What a model does. */
void          ouioectl_live_set_generation (OuioectlLive *self, const char *session_id, OuioeGeneration *generation);
/* An event, which may take the place of a step. */
void          ouioectl_live_event  (OuioectlLive *self, OuioeEvent *event);

/* What takes away what was drawn last, from a terminal that is @width columns wide by now. It counts as gone then. */
char         *ouioectl_live_erase  (OuioectlLive *self, guint width);
/* What to draw: lines with their ends, at last one without, of less than view->width columns; at most @rows in all. */
char         *ouioectl_live_draw   (OuioectlLive *self, const OuioectlView *view, guint rows, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlLive, ouioectl_live_free)

G_END_DECLS
