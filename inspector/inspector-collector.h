/* inspector-collector.h - what a watched session has, and gets, for whoever is not the view that shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A view makes rows of what comes once per frame. Where none does, this does it, a few times a second.
 */
#pragma once

#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_COLLECTOR (inspector_collector_get_type ())
G_DECLARE_FINAL_TYPE (InspectorCollector, inspector_collector, INSPECTOR, COLLECTOR, GObject)

/* Signal "collected" (guint n): so many more stand at the end. What the session's own list forgets stays here. */
InspectorCollector *inspector_collector_new       (InspectorWatch *watch);
InspectorWatch     *inspector_collector_get_watch (InspectorCollector *self);   /* (transfer none) */
/* (transfer none): of InspectorChainItem, oldest first; steps that are still being written come when they are complete */
GPtrArray          *inspector_collector_get_items (InspectorCollector *self);
/* Forgets the first @n. */
void                inspector_collector_drop      (InspectorCollector *self, guint n);

G_END_DECLS
