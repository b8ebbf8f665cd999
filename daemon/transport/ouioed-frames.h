/* ouioed-frames.h - what readers see: events and notices as WebSocket frames and SSE events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An event is encoded once for each form that somebody reads, however many read it; the bytes stay with its entry.
 */
#pragma once

#include "ouioed-entry.h"
#include "ouioed-subscriber.h"

G_BEGIN_DECLS

/* The event as @view shows it: whole frames, ready for the socket. Empty when the stored event cannot be read (which is
 * logged), so that a damaged one does not silence what follows. (transfer none) */
GBytes *ouioed_frames_get (OuioedEntry *entry, OuioedView view);

/* Notices. @sse: as an SSE event instead of a WebSocket frame. (transfer full) */
GBytes *ouioed_frames_new_greeting  (const char *session_id, gint64 now_us);
GBytes *ouioed_frames_new_hello     (gint64 now_us);
GBytes *ouioed_frames_new_pong      (gint64 now_us);
GBytes *ouioed_frames_new_keepalive (gboolean sse, gint64 now_us);
/* How soon to come back, and unless @position is 0-0 behind which event when none has come until then. */
GBytes *ouioed_frames_new_retry     (OuioeEventId position);
/* @session_id: NULL for a reader of all sessions. */
GBytes *ouioed_frames_new_gap       (gboolean sse, const char *session_id, const OuioedGap *gap);
/* No more will come of the session: it was forgotten. */
GBytes *ouioed_frames_new_forgotten (gboolean sse, const char *session_id, gint64 now_us);
/* @ref: JSON text of what the client called its message, or NULL. */
GBytes *ouioed_frames_new_error     (const char *ref, const GError *error);
GBytes *ouioed_frames_new_ack       (const char *ref, OuioeEventId id, const char *dropped);
GBytes *ouioed_frames_new_subscribed (gboolean subscribed, const char *session_id);
GBytes *ouioed_frames_new_stats     (const char *session_id, OuioeStreamStats *stats, gint64 now_us);   /* NULL: null */
/* The newest entries of each stream, ascending. (element-type OuioeEvent) */
GBytes *ouioed_frames_new_history   (GPtrArray *thinking, GPtrArray *progress);

G_END_DECLS
