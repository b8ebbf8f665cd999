/* inspector-player-bar.h - what one holds on to while a session happens again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-player.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_PLAYER_BAR (inspector_player_bar_get_type ())
G_DECLARE_FINAL_TYPE (InspectorPlayerBar, inspector_player_bar, INSPECTOR, PLAYER_BAR, GtkWidget)

/* Actions: "player.toggle", "player.step-forward", "player.step-back", "player.faster", "player.slower", "player.close"; the
 * keys , . [ ] do the middle ones wherever the focus is, but not in an entry.
 * Property "shorten-gaps" of the player is "player.shorten-gaps", its speed "player.speed" (d).
 * Signal "closed": the reader has seen enough. */
/* @player: (nullable) */
void             inspector_player_bar_set_player (InspectorPlayerBar *self, InspectorPlayer *player);
InspectorPlayer *inspector_player_bar_get_player (InspectorPlayerBar *self);   /* (transfer none) (nullable) */

G_END_DECLS
