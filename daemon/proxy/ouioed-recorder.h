/* ouioed-recorder.h - calls of models through the proxy, as sessions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A listener of the tee. Of each call that asks a model (or loads one, or calls a tool over MCP) it makes a turn of a session:
 * steps of thinking, updates, numbers. The session is closed behind the last call under way in it, with how that ended:
 * "done", "length", "refused", "error", "truncated", "cancelled"; "unreadable" when the answer came in a form that is not
 * understood.
 */
#pragma once

#include "ouioed-call.h"
#include "ouioed-estimates.h"
#include "ouioed-hub.h"

G_BEGIN_DECLS

/* Calls that are recorded at once; those beyond are only forwarded. */
#define OUIOED_RECORDER_MAX_CALLS 10000

/* A longer body of a request is read on another thread. */
#define OUIOED_RECORDER_QUICK_BYTES (64 * 1024)

typedef struct _OuioedRecorder OuioedRecorder;

/* For ouioed_proxy_set_listener(), with the recorder as user_data. */
extern const OuioedCallFuncs ouioed_recorder_funcs;

/* @estimates: (transfer full). Takes the control of the hub. Sessions that an earlier process left open are closed as
 * "interrupted". */
OuioedRecorder *ouioed_recorder_new             (OuioedHub *hub, OuioedEstimates *estimates, gint64 stall_after_us);
/* All calls have ended, or what is left of them is lost. */
void            ouioed_recorder_free            (OuioedRecorder *self);
void            ouioed_recorder_set_stall_after (OuioedRecorder *self, gint64 stall_after_us);
/* Calls @func once, when all calls have ended and all of them is written: now, or later. */
void            ouioed_recorder_when_written    (OuioedRecorder *self, void (*func) (gpointer user_data), gpointer user_data);
/* Looks for silent upstreams; done once a second by itself. */
void            ouioed_recorder_look            (OuioedRecorder *self);
guint           ouioed_recorder_get_n_calls     (OuioedRecorder *self);    /* under way */
guint           ouioed_recorder_get_n_sessions  (OuioedRecorder *self);    /* being written */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRecorder, ouioed_recorder_free)

G_END_DECLS
