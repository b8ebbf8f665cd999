/* ouioed-dbus-budget.h - how many signals may go out in a second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A second is ten slots; the eleventh is the one that has only begun. */
#define OUIOED_DBUS_BUDGET_SLOTS 11

/* At most limit in any second, wherever it begins. All zero: nothing was taken yet. */
typedef struct {
  gint64  slot;                              /* the newest, in tenths of a second */
  guint32 used[OUIOED_DBUS_BUDGET_SLOTS];    /* by slot, a ring */
  guint32 sum;                               /* of used */
} OuioedDbusBudget;

/* @now_us: a clock that does not step back. */
gboolean ouioed_dbus_budget_has_room (OuioedDbusBudget *self, guint limit, gint64 now_us);
void     ouioed_dbus_budget_take     (OuioedDbusBudget *self, gint64 now_us);

G_END_DECLS
