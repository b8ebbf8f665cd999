/* ouioe-session-private.h - sessions from the daemon's JSON
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <jansson.h>

#include "ouioe-client.h"

G_BEGIN_DECLS

/* NULL with OUIOE_ERROR_PROTOCOL when @json is not a session. */
OuioeSession *ouioe_session_new_from_json (json_t *json, GError **error);

G_END_DECLS
