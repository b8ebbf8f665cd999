/* ouioe-stream-stats.c - counters of a session at one instant
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-stream-stats.h"

#include <stdlib.h>

#include "ouioe-types-private.h"
#include "ouioe-vocabulary.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeStreamStats, ouioe_stream_stats, ouioe_stream_stats_copy, ouioe_stream_stats_unref)

static OuioeTypeCounts *
counts_of (OuioeStreamStats *self, OuioeEventKind kind)
{
  return kind == OUIOE_EVENT_THINKING_STEP ? &self->thinking_types : &self->progress_types;
}

static void
counts_init (OuioeTypeCounts *counts, OuioeEventKind kind)
{
  guint n_words;

  ouioe_vocabulary_get_words (kind, &n_words);
  counts->known = g_new0 (guint64, n_words);
}

static void
counts_copy (OuioeTypeCounts *to, const OuioeTypeCounts *from, OuioeEventKind kind)
{
  GHashTableIter iter;
  gpointer word, count;
  guint n_words;

  ouioe_vocabulary_get_words (kind, &n_words);
  to->known = g_memdup2 (from->known, n_words * sizeof *from->known);
  if (from->own == NULL)
    return;

  to->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, from->own);
  while (g_hash_table_iter_next (&iter, &word, &count))
    g_hash_table_insert (to->own, g_strdup (word), g_memdup2 (count, sizeof (guint64)));
}

static void
counts_clear (OuioeTypeCounts *counts)
{
  g_clear_pointer (&counts->known, g_free);
  g_clear_pointer (&counts->own, g_hash_table_unref);
}

/* The place where @word is counted; made when needed if @make, else NULL for an own word that did not occur. */
static guint64 *
counts_slot (OuioeTypeCounts *counts, OuioeEventKind kind, const char *word, gboolean make)
{
  int known = ouioe_vocabulary_index (kind, word);
  guint64 *slot;

  if (known >= 0)
    return &counts->known[known];

  slot = counts->own != NULL ? g_hash_table_lookup (counts->own, word) : NULL;
  if (slot != NULL || !make)
    return slot;

  if (counts->own == NULL)
    counts->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  slot = g_new0 (guint64, 1);
  g_hash_table_insert (counts->own, g_strdup (word), slot);
  return slot;
}

static int
compare_words (const void *a, const void *b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/**
 * ouioe_stream_stats_new:
 * @created_us: when the session began, in microseconds since 1970
 *
 * Gets counters that stand at zero.
 *
 * Returns: (transfer full): counters that stand at zero
 */
OuioeStreamStats *
ouioe_stream_stats_new (gint64 created_us)
{
  OuioeStreamStats *self = g_new0 (OuioeStreamStats, 1);

  g_atomic_ref_count_init (&self->ref_count);
  counts_init (&self->thinking_types, OUIOE_EVENT_THINKING_STEP);
  counts_init (&self->progress_types, OUIOE_EVENT_PROGRESS_UPDATE);
  self->created_us = created_us;
  self->last_updated_us = created_us;
  return self;
}

/**
 * ouioe_stream_stats_ref:
 * @self: counters
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeStreamStats *
ouioe_stream_stats_ref (OuioeStreamStats *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_stream_stats_unref:
 * @self: (transfer full): counters
 *
 * Drops a reference.
 */
void
ouioe_stream_stats_unref (OuioeStreamStats *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  counts_clear (&self->thinking_types);
  counts_clear (&self->progress_types);
  g_free (self);
}

/**
 * ouioe_stream_stats_copy:
 * @self: counters
 *
 * Makes a copy.
 *
 * Returns: (transfer full): a deep copy, which no longer changes
 */
OuioeStreamStats *
ouioe_stream_stats_copy (OuioeStreamStats *self)
{
  OuioeStreamStats *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->thinking_types = (OuioeTypeCounts) { NULL, NULL };
  copy->progress_types = (OuioeTypeCounts) { NULL, NULL };
  counts_copy (&copy->thinking_types, &self->thinking_types, OUIOE_EVENT_THINKING_STEP);
  counts_copy (&copy->progress_types, &self->progress_types, OUIOE_EVENT_PROGRESS_UPDATE);
  return copy;
}

gboolean
ouioe_stream_stats_has_room (OuioeStreamStats *self, OuioeEventKind kind, const char *type_word)
{
  OuioeTypeCounts *counts = counts_of (self, kind);

  return counts->own == NULL || g_hash_table_size (counts->own) < OUIOE_MAX_OWN_TYPES
         || counts_slot (counts, kind, type_word, FALSE) != NULL;
}

void
ouioe_stream_stats_add_step (OuioeStreamStats *self, const OuioeThinkingStep *step, gint64 time_us)
{
  self->n_thinking++;
  if (step->has_confidence)
    {
      self->confidence_sum += step->confidence;
      self->n_confidence++;
    }
  ++*counts_slot (&self->thinking_types, OUIOE_EVENT_THINKING_STEP, step->thinking_type, TRUE);
  self->last_updated_us = MAX (self->last_updated_us, time_us);
}

void
ouioe_stream_stats_add_update (OuioeStreamStats *self, const OuioeProgressUpdate *update, gint64 time_us)
{
  self->n_progress++;
  if (update->has_percentage)
    {
      self->has_percentage = TRUE;
      self->percentage = update->percentage;
    }
  ++*counts_slot (&self->progress_types, OUIOE_EVENT_PROGRESS_UPDATE, update->progress_type, TRUE);
  self->last_updated_us = MAX (self->last_updated_us, time_us);
}

void
ouioe_stream_stats_set_ended (OuioeStreamStats *self, gint64 time_us)
{
  self->ended_us = time_us;
}

void
ouioe_stream_stats_foreach_type (OuioeStreamStats *self, OuioeEventKind kind, OuioeTypeCountFunc func,
                                 gpointer user_data)
{
  const char *const *words = ouioe_vocabulary_get_words (kind, NULL);
  OuioeTypeCounts *counts = counts_of (self, kind);
  g_autofree gpointer *own = NULL;
  guint n_own;

  for (guint i = 0; words[i] != NULL; i++)
    if (counts->known[i] > 0)
      func (words[i], counts->known[i], user_data);

  if (counts->own == NULL)
    return;

  own = g_hash_table_get_keys_as_array (counts->own, &n_own);
  qsort (own, n_own, sizeof *own, compare_words); /* the same text for the same counters */
  for (guint i = 0; i < n_own; i++)
    func (own[i], *(guint64 *) g_hash_table_lookup (counts->own, own[i]), user_data);
}

void
ouioe_stream_stats_set_type_count (OuioeStreamStats *self, OuioeEventKind kind, const char *word, guint64 count)
{
  *counts_slot (counts_of (self, kind), kind, word, TRUE) = count;
}

/**
 * ouioe_stream_stats_get_thinking_steps:
 * @self: counters
 *
 * Tells how many steps were accepted.
 *
 * Returns: how many steps were accepted
 */
guint64
ouioe_stream_stats_get_thinking_steps (OuioeStreamStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_thinking;
}

/**
 * ouioe_stream_stats_get_progress_updates:
 * @self: counters
 *
 * Tells how many updates were accepted.
 *
 * Returns: how many updates were accepted
 */
guint64
ouioe_stream_stats_get_progress_updates (OuioeStreamStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_progress;
}

/**
 * ouioe_stream_stats_get_average_confidence:
 * @self: counters
 * @average: (out): the mean of what steps reported, 0 to 1; 0 when none did
 *
 * Tells whether any step reported a confidence.
 *
 * Returns: whether any step reported a confidence
 */
gboolean
ouioe_stream_stats_get_average_confidence (OuioeStreamStats *self, double *average)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *average = self->n_confidence > 0 ? CLAMP (self->confidence_sum / (double) self->n_confidence, 0.0, 1.0) : 0.0;
  return self->n_confidence > 0;
}

/**
 * ouioe_stream_stats_get_thinking_type_count:
 * @self: counters
 * @thinking_type: a word
 *
 * Tells how many steps of this type were accepted.
 *
 * Returns: how many steps of this type were accepted
 */
guint64
ouioe_stream_stats_get_thinking_type_count (OuioeStreamStats *self, const char *thinking_type)
{
  guint64 *slot;

  g_return_val_if_fail (self != NULL && thinking_type != NULL, 0);

  slot = counts_slot (&self->thinking_types, OUIOE_EVENT_THINKING_STEP, thinking_type, FALSE);
  return slot != NULL ? *slot : 0;
}

/**
 * ouioe_stream_stats_get_progress_type_count:
 * @self: counters
 * @progress_type: a word
 *
 * Tells how many updates of this type were accepted.
 *
 * Returns: how many updates of this type were accepted
 */
guint64
ouioe_stream_stats_get_progress_type_count (OuioeStreamStats *self, const char *progress_type)
{
  guint64 *slot;

  g_return_val_if_fail (self != NULL && progress_type != NULL, 0);

  slot = counts_slot (&self->progress_types, OUIOE_EVENT_PROGRESS_UPDATE, progress_type, FALSE);
  return slot != NULL ? *slot : 0;
}

/**
 * ouioe_stream_stats_get_created_us:
 * @self: counters
 *
 * Tells when the session began.
 *
 * Returns: when the session began, in microseconds since 1970
 */
gint64
ouioe_stream_stats_get_created_us (OuioeStreamStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->created_us;
}

/**
 * ouioe_stream_stats_get_last_updated_us:
 * @self: counters
 *
 * Tells when the last step or update was accepted (the beginning of the session at first).
 *
 * Returns: when the last step or update was accepted (the beginning of the session at first), in microseconds since
 *   1970
 */
gint64
ouioe_stream_stats_get_last_updated_us (OuioeStreamStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->last_updated_us;
}

/**
 * ouioe_stream_stats_get_duration:
 * @self: counters
 * @now_us: the present, in microseconds since 1970
 *
 * Gets seconds from the beginning to @now_us.
 *
 * Returns: seconds from the beginning to @now_us, or to the end of the session when it has ended
 */
double
ouioe_stream_stats_get_duration (OuioeStreamStats *self, gint64 now_us)
{
  gint64 until_us;

  g_return_val_if_fail (self != NULL, 0.0);

  until_us = self->ended_us > 0 ? self->ended_us : now_us;
  return until_us > self->created_us ? (double) (until_us - self->created_us) / G_USEC_PER_SEC : 0.0;
}
