/* ouioed-estimates.h - how long the answers of a model took on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of each model of each upstream the durations of its last complete runs; what the next one may take is estimated from them,
 * and never from fewer than OUIOED_ESTIMATES_MIN_RUNS. Kept in a small file, so that a restart does not lose them.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_ESTIMATES_MAX_RUNS   32
#define OUIOED_ESTIMATES_MIN_RUNS   5
#define OUIOED_ESTIMATES_MAX_MODELS 256   /* the ones not used longest go */

typedef struct _OuioedEstimates OuioedEstimates;

/* @path: (nullable): of the file; it need not be there, and what cannot be read is as if it were not. Reads it, blocking. */
OuioedEstimates *ouioed_estimates_new  (const char *path);
/* Writes what has changed, blocking. */
void             ouioed_estimates_free (OuioedEstimates *self);
/* A run was complete. The file follows a little later, written in a thread. */
void             ouioed_estimates_add  (OuioedEstimates *self, const char *upstream, const char *model, gint64 duration_us);
/* The range in which three of five runs were (20th to 80th percentile). FALSE: too few are known; @n_runs tells how many. */
gboolean         ouioed_estimates_get  (OuioedEstimates *self, const char *upstream, const char *model, gint64 *low_us,
                                        gint64 *high_us, guint *n_runs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedEstimates, ouioed_estimates_free)

G_END_DECLS
