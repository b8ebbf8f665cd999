/* inspector-kind.h - how each type of step and update looks and is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-item.h"

G_BEGIN_DECLS

typedef struct {
  const char *word;        /* on the wire */
  const char *name;        /* for people; translated by inspector_kind_get_name() */
  const char *icon_name;
  const char *css_class;   /* of the colour */
} InspectorKind;

/* Never NULL: types without a look of their own share a plain one. */
const InspectorKind *inspector_kind_for_item (InspectorChainItem *item);
/* The name of the kind, or the word itself when it has no name here. */
const char          *inspector_kind_get_name (const InspectorKind *kind, InspectorChainItem *item);

G_END_DECLS
