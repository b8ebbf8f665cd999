/* ouioe-event-item-private.h - items from events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-models.h"

G_BEGIN_DECLS

OuioeEventItem *ouioe_event_item_new      (OuioeEvent *event);
/* Of a step that is being written since @time_us. */
OuioeEventItem *ouioe_event_item_new_open (const char *step_id, gint64 time_us);
const char     *ouioe_event_item_peek_step_id (OuioeEventItem *self);   /* of an open step */
/* All that the step has so far. */
void            ouioe_event_item_set_text (OuioeEventItem *self, const char *text);

G_END_DECLS
