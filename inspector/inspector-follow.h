/* inspector-follow.h - whether a list keeps to its end, or stays where the reader reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only the decision; no widget in here.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean is_following;   /* new rows are scrolled to */
  guint    n_new;          /* rows that came since it was not */
  double   value;          /* where the list was last, in pixels */
  double   upper;          /* how high it was last */
} InspectorFollow;

void     inspector_follow_init     (InspectorFollow *self);
/* Rows were added. Returns TRUE when the list should go to its end. */
gboolean inspector_follow_added    (InspectorFollow *self, guint n);
/* The list moved. @by_itself: it was told to go to its end, or its rows were measured anew. */
void     inspector_follow_moved    (InspectorFollow *self, double value, double page, double upper, gboolean by_itself);
/* The reader wants to stay here (selects, expands, scrolls up), or wants the end again. */
void     inspector_follow_stay     (InspectorFollow *self);
void     inspector_follow_go_to_end (InspectorFollow *self);

G_END_DECLS
