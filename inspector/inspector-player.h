/* inspector-player.h - a session happens again, in its own rhythm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the watched session has, and what it still gets, comes again in another watch, which views show like any. The player has
 * a clock of its own: what is due is shown, however late the call.
 */
#pragma once

#include "inspector-watch.h"

G_BEGIN_DECLS

/* As fast as it can be shown. */
#define INSPECTOR_SPEED_MAX 0.0

typedef gint64 (*InspectorClock) (gpointer user_data);   /* microseconds; never goes back */

#define INSPECTOR_TYPE_PLAYER (inspector_player_get_type ())
G_DECLARE_FINAL_TYPE (InspectorPlayer, inspector_player, INSPECTOR, PLAYER, GObject)

/* Properties: "playing" b, "speed" d, "shorten-gaps" b. Signal "moved": another position, another length. */

/* Stands at the beginning. When its watch is paused, the replay stops, or goes on. */
InspectorPlayer *inspector_player_new             (InspectorWatch *source);
InspectorWatch  *inspector_player_get_watch       (InspectorPlayer *self);   /* (transfer none): the one to show */
InspectorWatch  *inspector_player_get_source      (InspectorPlayer *self);   /* (transfer none) */
/* For tests: instead of the monotonic one. */
void             inspector_player_set_clock       (InspectorPlayer *self, InspectorClock clock, gpointer user_data);

void             inspector_player_play            (InspectorPlayer *self);   /* from the beginning when it stands at the end */
void             inspector_player_pause           (InspectorPlayer *self);
gboolean         inspector_player_is_playing      (InspectorPlayer *self);
/* Shows what is due; called by itself while it plays. */
void             inspector_player_advance         (InspectorPlayer *self);
/* Nearest speed of 0.1 to 20 and INSPECTOR_SPEED_MAX. */
void             inspector_player_set_speed       (InspectorPlayer *self, double speed);
double           inspector_player_get_speed       (InspectorPlayer *self);
void             inspector_player_change_speed    (InspectorPlayer *self, int direction);   /* 1: the next faster one, -1: slower */
void             inspector_player_set_shorten_gaps (InspectorPlayer *self, gboolean shorten);
gboolean         inspector_player_get_shorten_gaps (InspectorPlayer *self);
/* One event on, or back; pauses. */
void             inspector_player_step            (InspectorPlayer *self, int direction);
/* @played_us: where on the bar */
void             inspector_player_seek            (InspectorPlayer *self, gint64 played_us);
/* To where this event is there, just. FALSE when it is not in the session. */
gboolean         inspector_player_seek_to         (InspectorPlayer *self, const OuioeEventId *id);

/* On the bar, on which long silences are short. */
gint64           inspector_player_get_start_us    (InspectorPlayer *self);
gint64           inspector_player_get_position_us (InspectorPlayer *self);
gint64           inspector_player_get_end_us      (InspectorPlayer *self);
/* Of the session: time since its beginning, and how long it is. */
gint64           inspector_player_get_elapsed_us  (InspectorPlayer *self);
gint64           inspector_player_get_length_us   (InspectorPlayer *self);

/* "2×"; "Fastest" */
char            *inspector_player_format_speed    (double speed);
/* "Replay 2×": what takes the place of the live dot */
char            *inspector_player_dup_label       (InspectorPlayer *self);
/* The speeds there are, slowest first, INSPECTOR_SPEED_MAX last. */
const double    *inspector_player_get_speeds      (guint *n);

G_END_DECLS
