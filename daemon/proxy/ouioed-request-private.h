/* ouioed-request-private.h - the messages of a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-request-reader.h"

G_BEGIN_DECLS

/* A list of messages (chat, Anthropic) or of items (Responses): their digests, and the title unless there is one. */
void ouioed_request_read_messages (OuioedRequest *self, json_t *list);

G_END_DECLS
