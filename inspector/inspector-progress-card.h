/* inspector-progress-card.h - how far a session is, at a glance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_PROGRESS_CARD (inspector_progress_card_get_type ())
G_DECLARE_FINAL_TYPE (InspectorProgressCard, inspector_progress_card, INSPECTOR, PROGRESS_CARD, GtkBox)

/* @watch: (nullable). The card is invisible as long as there was no update. */
void inspector_progress_card_set_watch (InspectorProgressCard *self, InspectorWatch *watch);

G_END_DECLS
