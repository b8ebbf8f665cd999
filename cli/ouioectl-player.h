/* ouioectl-player.h - recorded events, one after the other, at the times at which they happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

typedef struct _OuioectlPlayer OuioectlPlayer;

/* Each returns whether to go on. */
typedef struct {
  /* (nullable) A step of thinking is being written: of its content the first @n_chars code points are there. */
  gboolean (*grow)  (OuioeEvent *event, glong n_chars, gpointer user_data);
  /* An event is there, whole. */
  gboolean (*event) (OuioeEvent *event, gpointer user_data);
  /* (nullable) Here, or within the event that was there last, nothing happened for so long, and it was shortened. */
  gboolean (*gap)   (gint64 gap_us, gboolean within, gpointer user_data);
} OuioectlPlayerFuncs;

/* @events: of OuioeEvent, one or more, in their order. @shorten: long silences last a second. */
OuioectlPlayer *ouioectl_player_new  (GPtrArray *events, double speed, gboolean shorten, const OuioectlPlayerFuncs *funcs,
                                      gpointer user_data);
void            ouioectl_player_free (OuioectlPlayer *self);
/* Plays all. DONE, also when a function did not want to go on; or the status of the signal that came. */
OuioectlExit    ouioectl_player_run  (OuioectlPlayer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlPlayer, ouioectl_player_free)

G_END_DECLS
