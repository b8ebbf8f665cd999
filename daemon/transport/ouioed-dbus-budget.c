/* ouioed-dbus-budget.c - how many signals may go out in a second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-budget.h"

#include <string.h>

#define SLOT_US (G_USEC_PER_SEC / (OUIOED_DBUS_BUDGET_SLOTS - 1))

/* Lets the slots that are more than a second old go. */
static void
budget_move_on (OuioedDbusBudget *self, gint64 now_us)
{
  gint64 slot = now_us / SLOT_US;

  if (slot - self->slot >= OUIOED_DBUS_BUDGET_SLOTS)
    {
      memset (self->used, 0, sizeof self->used);
      self->sum = 0;
      self->slot = slot;
    }
  while (self->slot < slot)
    {
      guint32 *oldest = &self->used[++self->slot % OUIOED_DBUS_BUDGET_SLOTS];

      self->sum -= *oldest;
      *oldest = 0;
    }
}

gboolean
ouioed_dbus_budget_has_room (OuioedDbusBudget *self, guint limit, gint64 now_us)
{
  budget_move_on (self, now_us);

  return self->sum < limit;
}

void
ouioed_dbus_budget_take (OuioedDbusBudget *self, gint64 now_us)
{
  budget_move_on (self, now_us);
  self->used[self->slot % OUIOED_DBUS_BUDGET_SLOTS]++;
  self->sum++;
}
