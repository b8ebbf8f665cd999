/* bench-histogram.c - how often which duration occurred, at a constant relative precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-histogram.h"

#include <math.h>

#define SUB (1u << BENCH_HISTOGRAM_SUB_BITS)

/* Values below SUB have a cell each. Above, the leading bit chooses a row and the bits behind it the place in it. */
static guint
cell_of (guint64 value)
{
  guint top;

  if (value < SUB)
    return (guint) value;
  top = 63 - (guint) __builtin_clzll (value);
  return ((top - BENCH_HISTOGRAM_SUB_BITS + 1) << BENCH_HISTOGRAM_SUB_BITS) +
         (guint) ((value >> (top - BENCH_HISTOGRAM_SUB_BITS)) - SUB);
}

static guint64
last_value_of (guint cell)
{
  guint row = cell >> BENCH_HISTOGRAM_SUB_BITS;
  guint64 place = cell & (SUB - 1);

  if (row == 0)
    return place;
  return ((place + SUB + 1) << (row - 1)) - 1;
}

void
bench_histogram_add (BenchHistogram *self, guint64 value)
{
  self->cells[cell_of (value)]++;
  self->n++;
  self->sum += (double) value;
  self->max = MAX (self->max, value);
}

guint64
bench_histogram_quantile (const BenchHistogram *self, double fraction)
{
  guint64 wanted = (guint64) ceil (fraction * (double) self->n);
  guint64 seen = 0;

  if (self->n == 0)
    return 0;
  wanted = CLAMP (wanted, 1, self->n);
  for (guint i = 0; i < BENCH_HISTOGRAM_CELLS; i++)
    {
      seen += self->cells[i];
      if (seen >= wanted)
        return MIN (last_value_of (i), self->max);
    }
  return self->max;
}

double
bench_histogram_mean (const BenchHistogram *self)
{
  return self->n == 0 ? 0.0 : self->sum / (double) self->n;
}
