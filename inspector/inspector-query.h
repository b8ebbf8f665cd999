/* inspector-query.h - what is searched or filtered for: words, "exact words", kind:risk, conf<0.5, user:alice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All parts must hold. What cannot be read as a query is searched as the text it is.
 */
#pragma once

#include "inspector-chain-item.h"

G_BEGIN_DECLS

typedef struct _InspectorQuery InspectorQuery;

/* Never NULL. */
InspectorQuery *inspector_query_new      (const char *text);
void            inspector_query_free     (InspectorQuery *self);
/* Nothing is asked for: everything matches. */
gboolean        inspector_query_is_empty (InspectorQuery *self);
/* @user_id: (nullable): whose session it is; NULL when that is not known */
gboolean        inspector_query_matches  (InspectorQuery *self, InspectorChainItem *item, const char *user_id);
/* The first place in @text, from byte @from on, where one of the words stands. In bytes. */
gboolean        inspector_query_find     (InspectorQuery *self, const char *text, gsize from, gsize *begin, gsize *end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorQuery, inspector_query_free)

G_END_DECLS
