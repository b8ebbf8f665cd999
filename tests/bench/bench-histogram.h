/* bench-histogram.h - how often which duration occurred, at a constant relative precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 64 cells for each power of two: a value read back is at most 1/64 above what was recorded. */
#define BENCH_HISTOGRAM_SUB_BITS 6
#define BENCH_HISTOGRAM_CELLS    ((64 - BENCH_HISTOGRAM_SUB_BITS + 1) << BENCH_HISTOGRAM_SUB_BITS)

typedef struct {
  guint64 cells[BENCH_HISTOGRAM_CELLS];
  guint64 n;
  guint64 max;                     /* exact */
  double  sum;
} BenchHistogram;

void    bench_histogram_add      (BenchHistogram *self, guint64 value);
/* The smallest value that @fraction (0 to 1) of what was recorded does not exceed, rounded up to its cell; 0 when empty. */
guint64 bench_histogram_quantile (const BenchHistogram *self, double fraction);
double  bench_histogram_mean     (const BenchHistogram *self);

G_END_DECLS
