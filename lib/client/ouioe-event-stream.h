/* ouioe-event-stream.h - one connection that carries events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. Asks once, judges the answer and cuts it into messages; knows nothing of positions and of
 * second attempts.
 */
#pragma once

#include "ouioe-address.h"
#include "ouioe-event-id.h"
#include "ouioe-sse-reader.h"

G_BEGIN_DECLS

typedef struct _OuioeEventStream OuioeEventStream;

/* Each may close the stream; after that none is called. */
typedef struct {
  /* The daemon agrees; messages follow. */
  void (*opened)  (OuioeEventStream *stream, gpointer user_data);
  void (*message) (OuioeEventStream *stream, const OuioeSseEvent *message, gpointer user_data);
  /* A piece was read and its messages were handed on. */
  void (*heard)   (OuioeEventStream *stream, gpointer user_data);
  /* Nothing more comes. @is_final: asking again would be in vain. Called once. */
  void (*ended)   (OuioeEventStream *stream, const GError *error, gboolean is_final, gpointer user_data);
} OuioeEventStreamFuncs;

/* @session_id: (nullable): NULL for all sessions; @after: (nullable): the event to begin behind; NULL for everything that is
 * kept of one session, or for only new events of all. @deltas: also what is not stored, from a daemon that has it. @funcs:
 * static. Nothing is called before this returned. */
OuioeEventStream *ouioe_event_stream_open          (OuioeAddress *address, const char *session_id, const OuioeEventId *after,
                                                    gboolean deltas, const OuioeEventStreamFuncs *funcs, gpointer user_data);
/* Ends the connection and lets go of the stream. */
void              ouioe_event_stream_close         (OuioeEventStream *self);
/* Whether it comes from a bus, through a pipe. */
gboolean          ouioe_event_stream_is_pipe       (OuioeEventStream *self);
/* Newest id that was sent; NULL when there was none. */
const char       *ouioe_event_stream_get_last_id   (OuioeEventStream *self);
/* What the daemon asks to wait before the next attempt: on the stream, or with its refusal; -1 when it did not say. */
gint64            ouioe_event_stream_get_retry_ms  (OuioeEventStream *self);
/* The daemon's clock when it answered, milliseconds since 1970; 0 when it did not say. */
guint64           ouioe_event_stream_get_date_ms   (OuioeEventStream *self);

G_END_DECLS
