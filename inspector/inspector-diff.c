/* inspector-diff.c - the longest common part of two sequences, within bounds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-diff.h"

/* A sequence without the elements that the other one does not have: they match nothing. */
typedef struct {
  guint64 *values;
  guint   *places;   /* in the whole sequence */
  guint    n;
} Side;

typedef struct {
  Side          a;
  Side          b;
  GArray       *matches;
  GCancellable *cancellable;
  gint32      **trace;         /* of each number of edits: how far along a, for each diagonal */
} Diff;

static void
side_init (Side *side, const guint64 *values, guint from, guint to, GHashTable *others)
{
  side->values = g_new (guint64, MAX (to - from, 1));
  side->places = g_new (guint, MAX (to - from, 1));
  side->n = 0;
  for (guint i = from; i < to; i++)
    {
      if (!g_hash_table_contains (others, &values[i]))
        continue;
      side->values[side->n] = values[i];
      side->places[side->n] = i;
      side->n++;
    }
}

static void
side_clear (Side *side)
{
  g_free (side->values);
  g_free (side->places);
}

static GHashTable *
make_set (const guint64 *values, guint from, guint to)
{
  GHashTable *set = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = from; i < to; i++)
    g_hash_table_add (set, (gpointer) &values[i]);
  return set;
}

static void
add_match (Diff *self, guint a, guint b)
{
  InspectorMatch match = { self->a.places[a], self->b.places[b] };

  g_array_append_val (self->matches, match);
}

/* From where diagonal @k is reached with @cost edits: whether downwards, from the diagonal above, or from the left. */
static gboolean
comes_from_above (const gint32 *before, gint32 k, gint32 cost)
{
  return k == -cost || (k != cost && before[k - 1] < before[k + 1]);
}

/* The way back from (@x, @y), which took @cost edits from (@a0, @b0): its diagonals are the matches, last one first. */
static void
go_back (Diff *self, guint a0, guint b0, gint32 x, gint32 y, gint32 cost)
{
  guint begin = self->matches->len;

  for (gint32 d = cost; d >= 0; d--)
    {
      gint32 k = x - y;
      gint32 from_x = 0;
      gint32 from_y = 0;
      gboolean is_above = FALSE;

      if (d > 0)
        {
          const gint32 *before = self->trace[d - 1] + d;   /* its diagonal 0 */
          gint32 from_k;

          is_above = comes_from_above (before, k, d);
          from_k = is_above ? k + 1 : k - 1;
          from_x = before[from_k];
          from_y = from_x - from_k;
        }
      while (x > from_x && y > from_y)
        {
          x--;
          y--;
          add_match (self, a0 + (guint) x, b0 + (guint) y);
        }
      x = from_x;
      y = from_y;
    }
  for (guint i = begin, j = self->matches->len; i + 1 < j; i++, j--)
    {
      InspectorMatch *matches = &g_array_index (self->matches, InspectorMatch, 0);
      InspectorMatch swapped = matches[i];

      matches[i] = matches[j - 1];
      matches[j - 1] = swapped;
    }
}

/* One round with @cost edits. @best: (inout): where the most was gone through. TRUE when the end was reached. */
static gboolean
advance (Diff *self, guint a0, guint b0, gint32 cost, gint32 *best_x, gint32 *best_y)
{
  const guint64 *a = self->a.values + a0;
  const guint64 *b = self->b.values + b0;
  gint32 n_a = (gint32) (self->a.n - a0);
  gint32 n_b = (gint32) (self->b.n - b0);
  const gint32 *before = cost > 0 ? self->trace[cost - 1] + cost : NULL;
  gint32 *now;

  self->trace[cost] = g_new (gint32, 2 * (gsize) cost + 3);
  now = self->trace[cost] + cost + 1;
  now[-cost - 1] = now[cost + 1] = -1;   /* the next round looks there */
  for (gint32 k = -cost; k <= cost; k++)
    now[k] = -1;
  for (gint32 k = -cost; k <= cost; k += 2)
    {
      gint32 x = before == NULL ? 0 : comes_from_above (before, k, cost) ? before[k + 1] : before[k - 1] + 1;
      gint32 y = x - k;

      if (x < 0 || y < 0 || x > n_a || y > n_b)
        continue;
      while (x < n_a && y < n_b && a[x] == b[y])
        {
          x++;
          y++;
        }
      now[k] = x;
      if (x + y > *best_x + *best_y)
        {
          *best_x = x;
          *best_y = y;
        }
      if (x == n_a && y == n_b)
        return TRUE;
    }
  return FALSE;
}

/* Compares from (@a, @b) until the end, or until it costs too much. FALSE when it was cancelled. */
static gboolean
compare_piece (Diff *self, guint *a, guint *b)
{
  gint32 x = 0;
  gint32 y = 0;
  gint32 cost = 0;
  gboolean is_end;

  for (is_end = advance (self, *a, *b, 0, &x, &y); !is_end && cost < INSPECTOR_DIFF_MAX_COST;)
    {
      if (g_cancellable_is_cancelled (self->cancellable))
        break;
      cost++;
      is_end = advance (self, *a, *b, cost, &x, &y);
    }
  if (!g_cancellable_is_cancelled (self->cancellable))
    {
      gint32 reached = 0;

      /* The round in which the best place was reached first. */
      while (reached < cost && (ABS (x - y) > reached || ((x - y + reached) & 1) != 0 ||
                                self->trace[reached][reached + 1 + x - y] != x))
        reached++;
      go_back (self, *a, *b, x, y, reached);
    }
  for (gint32 i = 0; i <= cost; i++)
    g_clear_pointer (&self->trace[i], g_free);
  *a += (guint) x;
  *b += (guint) y;
  return !g_cancellable_is_cancelled (self->cancellable);
}

static gboolean
compare (Diff *self)
{
  guint a = 0;
  guint b = 0;

  while (a < self->a.n && b < self->b.n)
    if (!compare_piece (self, &a, &b))
      return FALSE;
  return TRUE;
}

GArray *
inspector_diff_run (const guint64 *a, guint n_a, const guint64 *b, guint n_b, GCancellable *cancellable)
{
  g_autoptr(GArray) matches = g_array_new (FALSE, FALSE, sizeof (InspectorMatch));
  Diff diff = { .matches = matches, .cancellable = cancellable };
  guint from = 0;
  guint n_behind = 0;
  gboolean is_done;

  for (; from < MIN (n_a, n_b) && a[from] == b[from]; from++)
    g_array_append_val (matches, ((InspectorMatch) { from, from }));
  while (n_behind < MIN (n_a, n_b) - from && a[n_a - 1 - n_behind] == b[n_b - 1 - n_behind])
    n_behind++;
  {
    g_autoptr(GHashTable) in_a = make_set (a, from, n_a - n_behind);
    g_autoptr(GHashTable) in_b = make_set (b, from, n_b - n_behind);

    side_init (&diff.a, a, from, n_a - n_behind, in_b);
    side_init (&diff.b, b, from, n_b - n_behind, in_a);
  }
  diff.trace = g_new0 (gint32 *, INSPECTOR_DIFF_MAX_COST + 1);
  is_done = compare (&diff);
  side_clear (&diff.a);
  side_clear (&diff.b);
  g_free (diff.trace);
  for (guint i = n_behind; i > 0; i--)
    g_array_append_val (matches, ((InspectorMatch) { n_a - i, n_b - i }));
  return is_done && !g_cancellable_is_cancelled (cancellable) ? g_steal_pointer (&matches) : NULL;
}
