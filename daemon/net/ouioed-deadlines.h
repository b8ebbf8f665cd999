/* ouioed-deadlines.h - many deadlines, one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A deadline is moved far more often than it passes. So moving one is a store into an array, and the timer scans that
 * array: 10 000 entries are 160 KiB in a row. It runs when the earliest is due, but not more often than every 50 ms.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOED_DEADLINE_NEVER G_MAXINT64

typedef struct _OuioedDeadlines OuioedDeadlines;

/* Embedded in what has the deadline. */
typedef struct {
  guint place;                   /* in the array, from 1; 0 when not added */
} OuioedDeadline;

/* The deadline has passed and now stands at NEVER. It may be set again or removed, as may any other. */
typedef void (*OuioedDeadlineFunc) (OuioedDeadline *deadline, gint64 now, gpointer user_data);

/* Attaches itself to the thread-default main context. */
OuioedDeadlines *ouioed_deadlines_new    (OuioedDeadlineFunc func, gpointer user_data);
void             ouioed_deadlines_free   (OuioedDeadlines *self);
void             ouioed_deadlines_add    (OuioedDeadlines *self, OuioedDeadline *deadline);
/* @due: in g_get_monotonic_time(), or NEVER. */
void             ouioed_deadlines_set    (OuioedDeadlines *self, OuioedDeadline *deadline, gint64 due);
void             ouioed_deadlines_remove (OuioedDeadlines *self, OuioedDeadline *deadline);   /* no-op when not added */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedDeadlines, ouioed_deadlines_free)

G_END_DECLS
