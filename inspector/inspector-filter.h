/* inspector-filter.h - which rows of a chain are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_FILTER (inspector_filter_get_type ())
G_DECLARE_FINAL_TYPE (InspectorFilter, inspector_filter, INSPECTOR, FILTER, GtkFilter)

InspectorFilter *inspector_filter_new               (void);
/* How many of the choices below leave something out. */
guint            inspector_filter_get_n_active      (InspectorFilter *self);
void             inspector_filter_clear             (InspectorFilter *self);
/* Whose session it is, for user:NAME. (nullable) */
void             inspector_filter_set_user_id       (InspectorFilter *self, const char *user_id);

/* Kinds are told apart by their key: "step:decision", "update:warning". None chosen: all are shown. */
char            *inspector_filter_dup_key           (InspectorChainItem *item);   /* NULL: it has no kind to choose */
void             inspector_filter_set_kind          (InspectorFilter *self, const char *key, gboolean is_chosen);
gboolean         inspector_filter_has_kind          (InspectorFilter *self, const char *key);
/* Updates are shown only together with the steps. */
void             inspector_filter_set_updates       (InspectorFilter *self, gboolean are_shown);
gboolean         inspector_filter_get_updates       (InspectorFilter *self);
/* Only what was reported from @low to @high; and what was not reported, if @not_reported. 0, 1, TRUE: all. */
void             inspector_filter_set_confidence    (InspectorFilter *self, double low, double high, gboolean not_reported);
void             inspector_filter_get_confidence    (InspectorFilter *self, double *low, double *high, gboolean *not_reported);
void             inspector_filter_set_alternatives  (InspectorFilter *self, gboolean only);
gboolean         inspector_filter_get_alternatives  (InspectorFilter *self);
void             inspector_filter_set_bookmarked    (InspectorFilter *self, gboolean only);
gboolean         inspector_filter_get_bookmarked    (InspectorFilter *self);
/* A query, see inspector-query.h; "" for none. */
void             inspector_filter_set_text          (InspectorFilter *self, const char *text);
const char      *inspector_filter_get_text          (InspectorFilter *self);

G_END_DECLS
