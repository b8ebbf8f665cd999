/* ouioe-enums.h - every enumeration of the wire
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#ifndef OUIOE_EXPORT
#define OUIOE_EXPORT __attribute__ ((visibility ("default"))) extern
#endif

/**
 * OuioeEventKind:
 * @OUIOE_EVENT_SESSION_START: a session began (or began again under the same id); stands on both streams
 * @OUIOE_EVENT_THINKING_STEP: one step of thinking; stands on the thinking stream
 * @OUIOE_EVENT_PROGRESS_UPDATE: news of how far an operation is; stands on the progress stream
 * @OUIOE_EVENT_SESSION_END: the session was closed; stands on both streams
 *
 * What an event tells. The numbers are stored in databases and never change.
 */
typedef enum {
  OUIOE_EVENT_SESSION_START = 1,
  OUIOE_EVENT_THINKING_STEP = 2,
  OUIOE_EVENT_PROGRESS_UPDATE = 3,
  OUIOE_EVENT_SESSION_END = 4,
} OuioeEventKind;
/**
 * OUIOE_N_EVENT_KINDS:
 *
 * One more than the greatest #OuioeEventKind.
 */
#define OUIOE_N_EVENT_KINDS 5

/**
 * OuioeStreams:
 * @OUIOE_STREAMS_NONE: neither
 * @OUIOE_STREAMS_THINKING: the thinking stream
 * @OUIOE_STREAMS_PROGRESS: the progress stream
 * @OUIOE_STREAMS_BOTH: both
 *
 * The two streams of a session, as a mask.
 */
typedef enum {
  OUIOE_STREAMS_NONE = 0,
  OUIOE_STREAMS_THINKING = 1 << 0,
  OUIOE_STREAMS_PROGRESS = 1 << 1,
  OUIOE_STREAMS_BOTH = OUIOE_STREAMS_THINKING | OUIOE_STREAMS_PROGRESS,
} OuioeStreams;

/**
 * OuioeSessionState:
 * @OUIOE_SESSION_ANY: no session is there; in a question: all of them
 * @OUIOE_SESSION_OPEN: takes steps and updates
 * @OUIOE_SESSION_CLOSED: ended; its events stay readable until they expire
 * @OUIOE_SESSION_EXPIRED: forgotten after its time without activity; only readers that were attached still see it
 *
 * Where a session is. The numbers are stored in databases and never change.
 */
typedef enum {
  OUIOE_SESSION_ANY = 0,
  OUIOE_SESSION_OPEN = 1,
  OUIOE_SESSION_CLOSED = 2,
  OUIOE_SESSION_EXPIRED = 3,
} OuioeSessionState;

/* The words of the wire, "thinking_step" and so on. from_string() returns 0 for a word it does not know. */
OUIOE_EXPORT const char       *ouioe_event_kind_to_string      (OuioeEventKind kind);
OUIOE_EXPORT OuioeEventKind    ouioe_event_kind_from_string    (const char *word);
OUIOE_EXPORT OuioeStreams      ouioe_event_kind_get_streams    (OuioeEventKind kind);
OUIOE_EXPORT const char       *ouioe_session_state_to_string   (OuioeSessionState state);
OUIOE_EXPORT OuioeSessionState ouioe_session_state_from_string (const char *word);
OUIOE_EXPORT const char       *ouioe_streams_to_string         (OuioeStreams streams);   /* "both", "thinking", "progress" */
OUIOE_EXPORT OuioeStreams      ouioe_streams_from_string       (const char *word);

G_END_DECLS
