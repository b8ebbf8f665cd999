/* ouioe-event-item-private.h - items from events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-models.h"

G_BEGIN_DECLS

OuioeEventItem *ouioe_event_item_new (OuioeEvent *event);

G_END_DECLS
