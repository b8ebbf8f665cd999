/* inspector-follow.c - whether a list keeps to its end, or stays where the reader reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-follow.h"

/* So near to the end the last row is in sight. */
#define NEAR_PIXELS 12

void
inspector_follow_init (InspectorFollow *self)
{
  *self = (InspectorFollow) { .is_following = TRUE };
}

gboolean
inspector_follow_added (InspectorFollow *self, guint n)
{
  if (!self->is_following)
    self->n_new += n;
  return self->is_following;
}

void
inspector_follow_stay (InspectorFollow *self)
{
  self->is_following = FALSE;
}

void
inspector_follow_go_to_end (InspectorFollow *self)
{
  self->is_following = TRUE;
  self->n_new = 0;
}

void
inspector_follow_moved (InspectorFollow *self, double value, double page, double upper, gboolean by_itself)
{
  gboolean is_at_end = value + page >= upper - NEAR_PIXELS;
  gboolean is_up = value < self->value - 1 && upper >= self->upper - 1 && upper <= self->upper + 1;
  gboolean is_down = value > self->value + 1;

  /* Heights of rows that were never seen are estimates: the list may shift without anybody having touched it. Only a
   * move within an unchanged list is the reader's. */
  if (!by_itself && is_up && !is_at_end)
    inspector_follow_stay (self);
  else if (!by_itself && is_down && is_at_end)
    inspector_follow_go_to_end (self);
  self->value = value;
  self->upper = upper;
}
