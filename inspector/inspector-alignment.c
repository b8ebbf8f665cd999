/* inspector-alignment.c - which events of two sessions belong together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-alignment.h"

#include <string.h>

#include "inspector-diff.h"
#include "inspector-words.h"

/* Two texts with less in common are not two forms of one. */
#define MIN_SIMILARITY 0.4
/* Between two pillars every pair is looked at when there are no more than this; else only those near each other. */
#define MAX_CELLS 2500
#define WINDOW 8
/* A pillar behind a longer run of events that stand alone may have been a coincidence: what comes may tell. */
#define MAX_SETTLED_GAP 10
/* How much of a text is looked at to see whether it is similar. */
#define MAX_SIMILAR_CHARS 2000

/* What is known of an event without reading it again. */
typedef struct {
  OuioeEvent *event;
  guint64     key;     /* of kind and normalised text */
  guint64     raw;     /* of the text as it is */
} Entry;

typedef struct {
  GArray *entries;     /* Entry */
  guint   n_steps;
  guint   n_warnings;
  guint   n_confident;
  double  confidence;  /* sum */
} Side;

struct _InspectorAlignment
{
  Side    sides[2];
  GArray *pairs;       /* InspectorPair */
};

static void
entry_clear (gpointer data)
{
  ouioe_event_unref (((Entry *) data)->event);
}

static Entry *
get_entry (InspectorAlignment *self, guint side, guint index)
{
  return &g_array_index (self->sides[side].entries, Entry, index);
}

/* ---- reading events ---- */

static char *
dup_text (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  char *text = step != NULL ? ouioe_thinking_step_dup_content (step)
               : update != NULL ? ouioe_progress_update_dup_message (update) : NULL;

  return text != NULL ? text : g_strdup ("");
}

static void
count (Side *side, OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  double confidence;

  side->n_steps += step != NULL;
  side->n_warnings += ouioe_event_get_kind (event) == OUIOE_EVENT_PROGRESS_UPDATE &&
                      strcmp (ouioe_event_get_type_word (event), "warning") == 0;
  if (step != NULL && ouioe_thinking_step_get_confidence (step, &confidence))
    {
      side->n_confident++;
      side->confidence += confidence;
    }
}

static void
add_event (Side *side, OuioeEvent *event)
{
  g_autofree char *text = dup_text (event);
  g_autofree char *normal = inspector_words_normalise (text);
  const char *word = ouioe_event_get_type_word (event);
  g_autofree char *key = g_strdup_printf ("%d %s\n%s", (int) ouioe_event_get_kind (event), word != NULL ? word : "", normal);
  Entry entry = { ouioe_event_ref (event), inspector_words_hash (key, -1), inspector_words_hash (text, -1) };

  g_array_append_val (side->entries, entry);
  count (side, event);
}

static gboolean
add_events (Side *side, GPtrArray *events, GCancellable *cancellable)
{
  for (guint i = 0; i < events->len && side->entries->len < INSPECTOR_ALIGNMENT_MAX; i++)
    {
      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      add_event (side, events->pdata[i]);
    }
  return TRUE;
}

/* ---- pairs ---- */

static void
add_pair (InspectorAlignment *self, guint a, guint b, InspectorPairState state, gboolean is_settled)
{
  InspectorPair pair = { a, b, state, is_settled };

  g_array_append_val (self->pairs, pair);
}

static gboolean
is_same_kind (OuioeEvent *a, OuioeEvent *b)
{
  return ouioe_event_get_kind (a) == ouioe_event_get_kind (b) &&
         g_strcmp0 (ouioe_event_get_type_word (a), ouioe_event_get_type_word (b)) == 0;
}

static char *
dup_similar_text (OuioeEvent *event)
{
  g_autofree char *text = dup_text (event);

  return g_utf8_strlen (text, -1) > MAX_SIMILAR_CHARS ? g_utf8_substring (text, 0, MAX_SIMILAR_CHARS) : g_steal_pointer (&text);
}

/* A run of events of both between two pillars, with what is needed to compare them. */
typedef struct {
  InspectorAlignment *alignment;
  guint               from[2];
  guint               n[2];
  char              **texts[2];
} Gap;

static void
gap_init (Gap *gap, InspectorAlignment *alignment, const guint *from, const guint *to)
{
  gap->alignment = alignment;
  for (guint side = 0; side < 2; side++)
    {
      gap->from[side] = from[side];
      gap->n[side] = to[side] - from[side];
      gap->texts[side] = g_new0 (char *, gap->n[side] + 1);
      for (guint i = 0; i < gap->n[side]; i++)
        gap->texts[side][i] = dup_similar_text (get_entry (alignment, side, from[side] + i)->event);
    }
}

static void
gap_clear (Gap *gap)
{
  g_strfreev (gap->texts[0]);
  g_strfreev (gap->texts[1]);
}

/* 0 when they are no pair. */
static double
get_similarity (Gap *gap, guint i, guint j)
{
  OuioeEvent *a = get_entry (gap->alignment, 0, gap->from[0] + i)->event;
  OuioeEvent *b = get_entry (gap->alignment, 1, gap->from[1] + j)->event;
  double similarity = is_same_kind (a, b) ? inspector_words_compare (gap->texts[0][i], gap->texts[1][j]) : 0;

  return similarity >= MIN_SIMILARITY ? similarity : 0;
}

/* The pairs that have the most in common, all together. */
static GArray *
pair_best (Gap *gap)
{
  guint n = gap->n[0];
  guint m = gap->n[1];
  g_autofree double *similar = g_new0 (double, (gsize) (n + 1) * (m + 1));
  g_autofree double *best = g_new0 (double, (gsize) (n + 1) * (m + 1));   /* of what is behind i and j */
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (InspectorMatch));

#define CELL(i, j) ((gsize) (i) * (m + 1) + (j))
  for (guint i = n; i-- > 0;)
    for (guint j = m; j-- > 0;)
      {
        similar[CELL (i, j)] = get_similarity (gap, i, j);
        best[CELL (i, j)] = MAX (best[CELL (i + 1, j)], best[CELL (i, j + 1)]);
        if (similar[CELL (i, j)] > 0)
          best[CELL (i, j)] = MAX (best[CELL (i, j)], similar[CELL (i, j)] + best[CELL (i + 1, j + 1)]);
      }
  for (guint i = 0, j = 0; i < n && j < m;)
    {
      if (similar[CELL (i, j)] > 0 && best[CELL (i, j)] <= similar[CELL (i, j)] + best[CELL (i + 1, j + 1)])
        {
          g_array_append_val (pairs, ((InspectorMatch) { i, j }));
          i++;
          j++;
        }
      else if (best[CELL (i + 1, j)] >= best[CELL (i, j + 1)])
        i++;
      else
        j++;
    }
#undef CELL
  return pairs;
}

/* For long runs: each takes the first that is similar among the next ones. */
static GArray *
pair_near (Gap *gap, GCancellable *cancellable)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (InspectorMatch));
  guint next = 0;

  for (guint i = 0; i < gap->n[0] && next < gap->n[1] && !g_cancellable_is_cancelled (cancellable); i++)
    {
      /* Where it would be if both were equally long. */
      guint here = (guint) ((guint64) i * gap->n[1] / gap->n[0]);
      guint from = MAX (next, here > WINDOW ? here - WINDOW : 0);

      for (guint j = from; j < MIN (from + 2 * WINDOW, gap->n[1]); j++)
        if (get_similarity (gap, i, j) > 0)
          {
            g_array_append_val (pairs, ((InspectorMatch) { i, j }));
            next = j + 1;
            break;
          }
    }
  return pairs;
}

static void
add_alone (InspectorAlignment *self, const guint *from, guint to_a, guint to_b)
{
  for (guint a = from[0]; a < to_a; a++)
    add_pair (self, a, INSPECTOR_ALIGNMENT_NONE, INSPECTOR_PAIR_ONLY_A, FALSE);
  for (guint b = from[1]; b < to_b; b++)
    add_pair (self, INSPECTOR_ALIGNMENT_NONE, b, INSPECTOR_PAIR_ONLY_B, FALSE);
}

/* What stands between two pillars. */
static void
add_gap (InspectorAlignment *self, guint *from, guint to_a, guint to_b, GCancellable *cancellable)
{
  Gap gap;

  if (from[0] < to_a && from[1] < to_b)
    {
      const guint to[] = { to_a, to_b };
      guint begin[] = { from[0], from[1] };
      g_autoptr(GArray) pairs = NULL;

      gap_init (&gap, self, from, to);
      pairs = (guint64) gap.n[0] * gap.n[1] <= MAX_CELLS ? pair_best (&gap) : pair_near (&gap, cancellable);
      for (guint i = 0; i < pairs->len; i++)
        {
          InspectorMatch *match = &g_array_index (pairs, InspectorMatch, i);

          add_alone (self, from, begin[0] + match->a, begin[1] + match->b);
          add_pair (self, begin[0] + match->a, begin[1] + match->b, INSPECTOR_PAIR_CHANGED, FALSE);
          from[0] = begin[0] + match->a + 1;
          from[1] = begin[1] + match->b + 1;
        }
      gap_clear (&gap);
    }
  add_alone (self, from, to_a, to_b);
  from[0] = to_a;
  from[1] = to_b;
}

static GArray *
get_keys (Side *side, guint from)
{
  GArray *keys = g_array_sized_new (FALSE, FALSE, sizeof (guint64), side->entries->len - from);

  for (guint i = from; i < side->entries->len; i++)
    g_array_append_val (keys, g_array_index (side->entries, Entry, i).key);
  return keys;
}

/* ---- all of it ---- */

/* Drops what the end may change: all behind the last pillar that is settled. */
static guint
drop_tail (InspectorAlignment *self, guint *from)
{
  guint n = self->pairs->len;

  while (n > 0 && !g_array_index (self->pairs, InspectorPair, n - 1).is_settled)
    n--;
  g_array_set_size (self->pairs, n);
  from[0] = n > 0 ? g_array_index (self->pairs, InspectorPair, n - 1).a + 1 : 0;
  from[1] = n > 0 ? g_array_index (self->pairs, InspectorPair, n - 1).b + 1 : 0;
  return n;
}

gboolean
inspector_alignment_extend (InspectorAlignment *self, GPtrArray *more_a, GPtrArray *more_b, guint *kept,
                            GCancellable *cancellable)
{
  guint from[2];
  guint begin[2];
  g_autoptr(GArray) keys_a = NULL;
  g_autoptr(GArray) keys_b = NULL;
  g_autoptr(GArray) matches = NULL;
  gboolean is_settled = TRUE;

  if (!add_events (&self->sides[0], more_a, cancellable) || !add_events (&self->sides[1], more_b, cancellable))
    return FALSE;
  *kept = drop_tail (self, from);
  memcpy (begin, from, sizeof begin);
  keys_a = get_keys (&self->sides[0], from[0]);
  keys_b = get_keys (&self->sides[1], from[1]);
  matches = inspector_diff_run ((const guint64 *) (gpointer) keys_a->data, keys_a->len,
                                (const guint64 *) (gpointer) keys_b->data, keys_b->len, cancellable);
  for (guint i = 0; matches != NULL && i < matches->len; i++)
    {
      InspectorMatch *match = &g_array_index (matches, InspectorMatch, i);
      guint a = begin[0] + match->a;
      guint b = begin[1] + match->b;
      gboolean is_same = get_entry (self, 0, a)->raw == get_entry (self, 1, b)->raw;

      is_settled = is_settled && a - from[0] + b - from[1] <= MAX_SETTLED_GAP;
      add_gap (self, from, a, b, cancellable);
      add_pair (self, a, b, is_same ? INSPECTOR_PAIR_SAME : INSPECTOR_PAIR_CHANGED, is_settled);
      from[0] = a + 1;
      from[1] = b + 1;
    }
  add_gap (self, from, self->sides[0].entries->len, self->sides[1].entries->len, cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

InspectorAlignment *
inspector_alignment_new (void)
{
  InspectorAlignment *self = g_new0 (InspectorAlignment, 1);

  for (guint side = 0; side < 2; side++)
    {
      self->sides[side].entries = g_array_new (FALSE, FALSE, sizeof (Entry));
      g_array_set_clear_func (self->sides[side].entries, entry_clear);
    }
  self->pairs = g_array_new (FALSE, FALSE, sizeof (InspectorPair));
  return self;
}

void
inspector_alignment_free (InspectorAlignment *self)
{
  g_array_unref (self->sides[0].entries);
  g_array_unref (self->sides[1].entries);
  g_array_unref (self->pairs);
  g_free (self);
}

const InspectorPair *
inspector_alignment_get_pairs (InspectorAlignment *self, guint *n_pairs)
{
  *n_pairs = self->pairs->len;
  return (const InspectorPair *) (gpointer) self->pairs->data;
}

InspectorTotals
inspector_alignment_get_totals (InspectorAlignment *self, gboolean of_b)
{
  Side *side = &self->sides[of_b ? 1 : 0];
  guint n = side->entries->len;
  InspectorTotals totals = { .n_steps = side->n_steps, .n_warnings = side->n_warnings, .n_confident = side->n_confident };

  if (n > 0)
    totals.duration_us = ouioe_event_get_time_us (get_entry (self, of_b, n - 1)->event) -
                         ouioe_event_get_time_us (get_entry (self, of_b, 0)->event);
  if (side->n_confident > 0)
    totals.confidence = side->confidence / side->n_confident;
  return totals;
}
