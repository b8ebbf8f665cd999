/* inspector-progress-card.h - how far a session is and what its model does, at a glance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-watch.h"

G_BEGIN_DECLS

/* So long after its completion a card folds. */
#define INSPECTOR_CARD_FOLD_SECONDS 10

#define INSPECTOR_TYPE_PROGRESS_CARD (inspector_progress_card_get_type ())
G_DECLARE_FINAL_TYPE (InspectorProgressCard, inspector_progress_card, INSPECTOR, PROGRESS_CARD, GtkBox)

/* Signal:
 *   activated   (InspectorChainItem *)   the reader wants to see this step
 *
 * Actions: card.next-warning, card.stop, card.answer-now, card.dismiss.
 *
 * @watch: (nullable). The card is invisible as long as there was no update and nothing is known of a model. */
void     inspector_progress_card_set_watch (InspectorProgressCard *self, InspectorWatch *watch);
/* Whether only its first line is shown. */
gboolean inspector_progress_card_get_folded (InspectorProgressCard *self);
void     inspector_progress_card_set_folded (InspectorProgressCard *self, gboolean folded);

G_END_DECLS
