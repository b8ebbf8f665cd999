/* ouioe.h - the one header a user of libouioe includes
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "client/ouioe-client.h"
#include "client/ouioe-models.h"
#include "client/ouioe-producer.h"
#include "ouioe-enum-types.h"
#include "ouioe-enums.h"
#include "ouioe-error.h"
#include "ouioe-event-id.h"
#include "ouioe-event.h"
#include "ouioe-generation.h"
#include "ouioe-progress-update.h"
#include "ouioe-stream-config.h"
#include "ouioe-stream-stats.h"
#include "ouioe-thinking-context.h"
#include "ouioe-thinking-step.h"
