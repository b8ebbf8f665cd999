/* ouioe-event.h - the envelope: one event of one session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-event-id.h"
#include "ouioe-progress-update.h"
#include "ouioe-thinking-step.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_EVENT (ouioe_event_get_type ())
/**
 * OuioeEvent:
 *
 * One event of one session. Reference counted; it never changes.
 */
typedef struct _OuioeEvent OuioeEvent;   /* boxed, atomically reference counted, immutable */

OUIOE_EXPORT GType                ouioe_event_get_type        (void) G_GNUC_CONST;
/* From its JSON, as it was stored or exported; OUIOE_ERROR_PROTOCOL when it is no event. @len: -1 up to the NUL */
OUIOE_EXPORT OuioeEvent          *ouioe_event_new_from_json   (const char *json, gssize len, GError **error);
OUIOE_EXPORT OuioeEvent          *ouioe_event_ref             (OuioeEvent *self);
OUIOE_EXPORT void                 ouioe_event_unref           (OuioeEvent *self);
OUIOE_EXPORT const OuioeEventId  *ouioe_event_get_id          (OuioeEvent *self);
OUIOE_EXPORT const char          *ouioe_event_get_session_id  (OuioeEvent *self);
OUIOE_EXPORT OuioeEventKind       ouioe_event_get_kind        (OuioeEvent *self);
/* The thinking or progress type; NULL for start and end of a session. */
OUIOE_EXPORT const char          *ouioe_event_get_type_word   (OuioeEvent *self);
OUIOE_EXPORT gint64               ouioe_event_get_time_us     (OuioeEvent *self);   /* since 1970 */
/* The event as one line of JSON, UTF-8, without a line end: the bytes that were stored. (transfer none) */
OUIOE_EXPORT GBytes              *ouioe_event_get_json        (OuioeEvent *self);
/* (transfer full) (nullable): NULL for events of another kind */
OUIOE_EXPORT OuioeThinkingStep   *ouioe_event_dup_thinking_step   (OuioeEvent *self);
OUIOE_EXPORT OuioeProgressUpdate *ouioe_event_dup_progress_update (OuioeEvent *self);
/* (transfer full) (nullable): what the step was called while it was written; NULL when it was not seen growing */
OUIOE_EXPORT char                *ouioe_event_dup_step_id         (OuioeEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeEvent, ouioe_event_unref)

G_END_DECLS
