/* ouioe-event-id.h - the position of an event, of the form of a Redis stream id
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_EVENT_ID (ouioe_event_id_get_type ())

/**
 * OuioeEventId:
 * @ms: milliseconds since 1970
 * @seq: number within the millisecond
 *
 * The id of an event, written `<ms>-<seq>`. Ids of a session strictly increase over both streams, even when the
 * clock steps back. `0-0` stands before every event.
 */
typedef struct {
  guint64 ms;
  guint64 seq;
} OuioeEventId;

#define OUIOE_EVENT_ID_ZERO ((OuioeEventId) { 0, 0 })
#define OUIOE_EVENT_ID_MAX  ((OuioeEventId) { G_MAXUINT64, G_MAXUINT64 })
/**
 * OUIOE_EVENT_ID_TEXT_MAX:
 *
 * Longest text of an id with its NUL: two 20 digit numbers and a dash.
 */
#define OUIOE_EVENT_ID_TEXT_MAX 42

static inline int
ouioe_event_id_compare (OuioeEventId a, OuioeEventId b)
{
  if (a.ms != b.ms)
    return a.ms < b.ms ? -1 : 1;
  if (a.seq != b.seq)
    return a.seq < b.seq ? -1 : 1;
  return 0;
}

static inline gboolean
ouioe_event_id_is_zero (OuioeEventId id)
{
  return id.ms == 0 && id.seq == 0;
}

OUIOE_EXPORT GType         ouioe_event_id_get_type (void) G_GNUC_CONST;
OUIOE_EXPORT OuioeEventId *ouioe_event_id_new      (guint64 ms, guint64 seq);
OUIOE_EXPORT OuioeEventId *ouioe_event_id_copy     (const OuioeEventId *self);
OUIOE_EXPORT void          ouioe_event_id_free     (OuioeEventId *self);
OUIOE_EXPORT char         *ouioe_event_id_dup_text (const OuioeEventId *self);
/* Writes the text of @id with a NUL; returns its length without. */
OUIOE_EXPORT gsize    ouioe_event_id_format    (OuioeEventId id, char text[OUIOE_EVENT_ID_TEXT_MAX]);
OUIOE_EXPORT char    *ouioe_event_id_to_string (OuioeEventId id);
/* Accepts "<ms>-<seq>" and "<ms>" (which is "<ms>-0"); digits only, no sign, no space, no overflow. */
OUIOE_EXPORT gboolean ouioe_event_id_parse     (const char *text, OuioeEventId *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeEventId, ouioe_event_id_free)

G_END_DECLS
