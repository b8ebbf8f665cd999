/* ouioe-generation.c - what is known of the model's work behind a session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-generation-private.h"

#include "ouioe-types-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeGeneration, ouioe_generation, ouioe_generation_ref, ouioe_generation_unref)

static const char *const phase_words[] = {
  [OUIOE_PHASE_NONE] = "none",
  [OUIOE_PHASE_WAITING] = "waiting",
  [OUIOE_PHASE_PROMPT] = "prompt",
  [OUIOE_PHASE_THINKING] = "thinking",
  [OUIOE_PHASE_ANSWER] = "answer",
  [OUIOE_PHASE_TOOL] = "tool",
  [OUIOE_PHASE_PROGRESS] = "progress",
};

/* ---- phases ---- */

/**
 * ouioe_phase_to_string:
 * @phase: a phase
 *
 * Gets the word of a phase.
 *
 * Returns: its word in JSON, or %NULL when it is none
 */
const char *
ouioe_phase_to_string (OuioePhase phase)
{
  return (guint) phase < G_N_ELEMENTS (phase_words) ? phase_words[phase] : NULL;
}

/**
 * ouioe_phase_from_string:
 * @word: a word
 * @phase: (out): the phase, when there is one of this word
 *
 * Finds the phase of a word.
 *
 * Returns: whether there is one
 */
gboolean
ouioe_phase_from_string (const char *word, OuioePhase *phase)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (phase_words); i++)
    if (g_str_equal (phase_words[i], word))
      {
        *phase = (OuioePhase) i;
        return TRUE;
      }

  return FALSE;
}

static double
seconds_of (gint64 us)
{
  return us < 0 ? -1 : (double) us / G_USEC_PER_SEC;
}

static OuioePhaseSpan *
lasting_span (OuioeGeneration *self)
{
  OuioePhaseSpan *last = self->spans->len > 0 ? &g_array_index (self->spans, OuioePhaseSpan, self->spans->len - 1) : NULL;

  return last != NULL && last->end_us == 0 ? last : NULL;
}

void
ouioe_generation_enter (OuioeGeneration *self, OuioePhase phase, gint64 time_us)
{
  OuioePhaseSpan span = { phase, time_us, 0 };
  OuioePhaseSpan *last = lasting_span (self);

  if (phase == self->phase && (last != NULL || phase == OUIOE_PHASE_NONE))
    return;

  if (last != NULL)
    {
      time_us = MAX (time_us, last->begin_us); /* the clock stepped back */
      span.begin_us = time_us;
      last->end_us = MAX (time_us, 1); /* 0 says that it lasts */
      self->spent_us[last->phase] += time_us - last->begin_us;
    }
  self->phase = phase;
  self->phase_since_us = time_us;
  if (phase == OUIOE_PHASE_NONE)
    return;

  if (self->spans->len >= OUIOE_GENERATION_MAX_SPANS)
    g_array_remove_index (self->spans, 0);
  g_array_append_val (self->spans, span);
}

/* ---- the type ---- */

OuioeGeneration *
ouioe_generation_new (void)
{
  OuioeGeneration *self = g_new0 (OuioeGeneration, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->input_tokens = -1;
  self->output_tokens = -1;
  self->thinking_tokens = -1;
  self->tokens_per_second = -1;
  self->time_to_first_token_us = -1;
  self->estimate_low_us = -1;
  self->estimate_high_us = -1;
  self->spans = g_array_new (FALSE, FALSE, sizeof (OuioePhaseSpan));
  return self;
}

OuioeGeneration *
ouioe_generation_copy (const OuioeGeneration *self)
{
  OuioeGeneration *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->model = g_strdup (self->model);
  copy->upstream = g_strdup (self->upstream);
  copy->dialect = g_strdup (self->dialect);
  copy->finish_reason = g_strdup (self->finish_reason);
  copy->spans = g_array_copy (self->spans);
  return copy;
}

/**
 * ouioe_generation_ref:
 * @self: a generation
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeGeneration *
ouioe_generation_ref (OuioeGeneration *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_generation_unref:
 * @self: (transfer full): a generation
 *
 * Drops a reference.
 */
void
ouioe_generation_unref (OuioeGeneration *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->model);
  g_free (self->upstream);
  g_free (self->dialect);
  g_free (self->finish_reason);
  g_array_unref (self->spans);
  g_free (self);
}

/* ---- what is known ---- */

/**
 * ouioe_generation_get_model:
 * @self: a generation
 *
 * Gets the model that answered last.
 *
 * Returns: (nullable): the model, as the server names it; %NULL when it is not known
 */
const char *
ouioe_generation_get_model (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->model;
}

/**
 * ouioe_generation_get_upstream:
 * @self: a generation
 *
 * Gets the model server that answered last.
 *
 * Returns: (nullable): its name in the configuration of the service; %NULL when it is not known
 */
const char *
ouioe_generation_get_upstream (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->upstream;
}

/**
 * ouioe_generation_get_dialect:
 * @self: a generation
 *
 * Gets what the model server spoke last.
 *
 * Returns: (nullable): a word: "ollama", "openai", …; %NULL when it is not known
 */
const char *
ouioe_generation_get_dialect (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->dialect;
}

/**
 * ouioe_generation_get_phase:
 * @self: a generation
 *
 * Gets what the model server does now.
 *
 * Returns: the phase of the newest call
 */
OuioePhase
ouioe_generation_get_phase (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, OUIOE_PHASE_NONE);

  return self->phase;
}

/**
 * ouioe_generation_get_phase_since_us:
 * @self: a generation
 *
 * Gets when the phase began.
 *
 * Returns: microseconds since 1970; 0 when it is not known
 */
gint64
ouioe_generation_get_phase_since_us (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->phase_since_us;
}

/**
 * ouioe_generation_get_stalled_since_us:
 * @self: a generation
 *
 * Gets since when the model server has been silent although an answer is under way.
 *
 * Returns: microseconds since 1970; 0 when it is not stalled
 */
gint64
ouioe_generation_get_stalled_since_us (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->stalled_since_us;
}

/**
 * ouioe_generation_get_calls:
 * @self: a generation
 *
 * Tells how many times the model was called so far.
 *
 * Returns: how many times
 */
guint
ouioe_generation_get_calls (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_calls;
}

/**
 * ouioe_generation_get_calls_under_way:
 * @self: a generation
 *
 * Tells how many calls are not answered yet.
 *
 * Returns: how many
 */
guint
ouioe_generation_get_calls_under_way (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_under_way;
}

/**
 * ouioe_generation_get_input_tokens:
 * @self: a generation
 *
 * Gets the tokens that went to the model, over all calls.
 *
 * Returns: how many; -1 when the server did not tell
 */
gint64
ouioe_generation_get_input_tokens (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->input_tokens;
}

/**
 * ouioe_generation_get_output_tokens:
 * @self: a generation
 *
 * Gets the tokens that came from the model, thinking included, over all calls.
 *
 * Returns: how many; -1 when the server did not tell
 */
gint64
ouioe_generation_get_output_tokens (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->output_tokens;
}

/**
 * ouioe_generation_get_thinking_tokens:
 * @self: a generation
 *
 * Gets the tokens of thinking, over all calls.
 *
 * Returns: how many; -1 when the server did not tell
 */
gint64
ouioe_generation_get_thinking_tokens (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->thinking_tokens;
}

/**
 * ouioe_generation_get_tokens_per_second:
 * @self: a generation
 *
 * Gets the speed of the newest call that told its counts.
 *
 * Returns: output tokens a second; -1 when it is not known
 */
double
ouioe_generation_get_tokens_per_second (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->tokens_per_second;
}

/**
 * ouioe_generation_get_time_to_first_token:
 * @self: a generation
 *
 * Gets how long the newest call took until the first thinking or content came.
 *
 * Returns: seconds; -1 when it is not known
 */
double
ouioe_generation_get_time_to_first_token (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return seconds_of (self->time_to_first_token_us);
}

/**
 * ouioe_generation_get_thinking_share:
 * @self: a generation
 *
 * Gets how much of the output was thinking: by tokens where the server told them, else by time.
 *
 * Returns: 0 to 1; -1 when it is not known
 */
double
ouioe_generation_get_thinking_share (OuioeGeneration *self)
{
  gint64 thinking, all;

  g_return_val_if_fail (self != NULL, -1);

  if (self->thinking_tokens >= 0 && self->output_tokens > 0 && self->thinking_tokens <= self->output_tokens)
    return (double) self->thinking_tokens / (double) self->output_tokens;

  thinking = self->spent_us[OUIOE_PHASE_THINKING];
  all = thinking + self->spent_us[OUIOE_PHASE_ANSWER];
  return all > 0 ? (double) thinking / (double) all : -1;
}

/**
 * ouioe_generation_get_phase_seconds:
 * @self: a generation
 * @phase: a phase
 *
 * Gets the time that was spent in a phase, without what of it still lasts.
 *
 * Returns: seconds, over all calls
 */
double
ouioe_generation_get_phase_seconds (OuioeGeneration *self, OuioePhase phase)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (ouioe_phase_to_string (phase) != NULL, 0);

  return seconds_of (self->spent_us[phase]);
}

/**
 * ouioe_generation_get_finish_reason:
 * @self: a generation
 *
 * Gets why the newest answer ended.
 *
 * Returns: (nullable): as the server put it; %NULL when it did not tell
 */
const char *
ouioe_generation_get_finish_reason (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->finish_reason;
}

/**
 * ouioe_generation_get_can_stop:
 * @self: a generation
 *
 * Tells whether a call is under way that can be stopped.
 *
 * Returns: whether there is one
 */
gboolean
ouioe_generation_get_can_stop (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->can_stop;
}

/**
 * ouioe_generation_get_can_answer_now:
 * @self: a generation
 *
 * Tells whether the server can be told to end its thinking and answer.
 *
 * Returns: whether it can
 */
gboolean
ouioe_generation_get_can_answer_now (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->can_answer_now;
}

/**
 * ouioe_generation_get_estimate:
 * @self: a generation
 * @low: (out) (optional): seconds that the newest call takes in all, at least
 * @high: (out) (optional): seconds that it takes at most
 * @runs: (out) (optional): how many earlier runs of this model on this machine this is made of
 *
 * Gets an estimate, if there is one.
 *
 * Returns: whether there is one; else @low and @high are -1 and @runs is 0
 */
gboolean
ouioe_generation_get_estimate (OuioeGeneration *self, double *low, double *high, guint *runs)
{
  gboolean is_known;

  g_return_val_if_fail (self != NULL, FALSE);

  is_known = self->estimate_runs > 0 && self->estimate_low_us >= 0 && self->estimate_high_us >= 0;
  if (low != NULL)
    *low = is_known ? seconds_of (self->estimate_low_us) : -1;
  if (high != NULL)
    *high = is_known ? seconds_of (self->estimate_high_us) : -1;
  if (runs != NULL)
    *runs = is_known ? self->estimate_runs : 0;
  return is_known;
}

/**
 * ouioe_generation_get_n_spans:
 * @self: a generation
 *
 * Tells how many phases there were; of many only the newest %OUIOE_GENERATION_MAX_SPANS are kept.
 *
 * Returns: how many there are for ouioe_generation_get_span()
 */
guint
ouioe_generation_get_n_spans (OuioeGeneration *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->spans->len;
}

/**
 * ouioe_generation_get_span:
 * @self: a generation
 * @index: which one, 0 is the oldest
 * @phase: (out) (optional): the phase
 * @begin_us: (out) (optional): when it began, in microseconds since 1970
 * @end_us: (out) (optional): when it ended; 0 while it lasts
 *
 * Gets a phase with its times.
 *
 * Returns: whether there is one at @index
 */
gboolean
ouioe_generation_get_span (OuioeGeneration *self, guint index, OuioePhase *phase, gint64 *begin_us, gint64 *end_us)
{
  OuioePhaseSpan span = { OUIOE_PHASE_NONE, 0, 0 };
  gboolean is_there;

  g_return_val_if_fail (self != NULL, FALSE);

  is_there = index < self->spans->len;
  if (is_there)
    span = g_array_index (self->spans, OuioePhaseSpan, index);
  if (phase != NULL)
    *phase = span.phase;
  if (begin_us != NULL)
    *begin_us = span.begin_us;
  if (end_us != NULL)
    *end_us = span.end_us;
  return is_there;
}
