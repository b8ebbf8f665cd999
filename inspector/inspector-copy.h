/* inspector-copy.h - rows of a chain as text that can be put elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-item.h"

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_COPY_TEXT,       /* as it is read */
  INSPECTOR_COPY_MARKDOWN,   /* for a report */
  INSPECTOR_COPY_JSON,       /* the events, a line each, byte for byte */
  INSPECTOR_COPY_LINK,       /* ouioe:session/SESSION#EVENT, a line each */
} InspectorCopyFormat;

/* By the end of the name of an action: "-markdown", "-json", "-link"; else TEXT. */
InspectorCopyFormat inspector_copy_format_of (const char *action);
/* @items: of InspectorChainItem. What has no event is left out of JSON and links. */
char *inspector_copy (GPtrArray *items, InspectorCopyFormat format);

G_END_DECLS
