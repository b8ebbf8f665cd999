/* ouioed-store-private.h - what the stores share and nobody else sees
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-store.h"

G_BEGIN_DECLS

OuioedCommit   *ouioed_commit_new      (void);
void            ouioed_commit_add_trim (OuioedCommit *self, char *session_id, guint stream_index, guint64 n_removed,
                                        OuioeEventId trimmed_to);
OuioedPage     *ouioed_page_new        (void);
/* A page of the newest events is collected backwards and turned round at the end. */
void            ouioed_page_reverse    (OuioedPage *self);
OuioedContents *ouioed_contents_new    (void);

OuioedQuery    *ouioed_query_copy      (const OuioedQuery *query);   /* with strings of its own */
void            ouioed_query_free      (OuioedQuery *copy);
/* Whether an event that stands on @streams is asked for, as far as that does not depend on its session and id. */
gboolean        ouioed_query_matches   (const OuioedQuery *query, guint streams, guint kind, gint64 time_us,
                                        const char *type_word);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedQuery, ouioed_query_free)

GError         *ouioed_store_error_closed (void);
/* What only a bug of the hub can bring about; the batch is refused with OUIOE_ERROR_INTERNAL. */
#define OUIOED_STORE_ERROR_ORDER      "An event does not follow the newest event of the store"
#define OUIOED_STORE_ERROR_NO_SESSION "An event belongs to a session that the store does not have"

G_END_DECLS
