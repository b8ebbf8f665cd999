/* ouioectl-generation.c - what a model does, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-generation.h"

static const char *
word_of (OuioePhase phase)
{
  switch (phase)
    {
    case OUIOE_PHASE_WAITING: return "waiting";
    case OUIOE_PHASE_PROMPT: return "reading the prompt";
    case OUIOE_PHASE_THINKING: return "thinking";
    case OUIOE_PHASE_ANSWER: return "answering";
    case OUIOE_PHASE_TOOL: return "at a tool";
    case OUIOE_PHASE_PROGRESS: return "at work";
    case OUIOE_PHASE_NONE:
    default: return NULL;
    }
}

/* Whole seconds: these lines are drawn once a second. */
static char *
describe_elapsed (gint64 elapsed_us)
{
  if (elapsed_us < 60 * G_USEC_PER_SEC)
    return g_strdup_printf ("%d s", (int) (MAX (elapsed_us, 0) / G_USEC_PER_SEC));
  return ouioectl_text_duration (elapsed_us);
}

char *
ouioectl_generation_doing (OuioeGeneration *generation, gint64 now_us)
{
  const char *word = word_of (ouioe_generation_get_phase (generation));
  gint64 since_us = ouioe_generation_get_phase_since_us (generation);
  gint64 stalled_us = ouioe_generation_get_stalled_since_us (generation);
  GString *text;

  if (word == NULL && stalled_us == 0)
    return NULL;
  text = g_string_new (word != NULL ? word : "under way");
  if (since_us > 0 && word != NULL)
    {
      g_autofree char *elapsed = describe_elapsed (now_us - since_us);

      g_string_append_printf (text, " for %s", elapsed);
    }
  if (stalled_us > 0)
    {
      g_autofree char *clock = ouioectl_text_clock (stalled_us);
      g_autofree char *elapsed = describe_elapsed (now_us - stalled_us);

      g_string_append_printf (text, " · stalled since %s (%s)", clock, elapsed);
    }
  return g_string_free (text, FALSE);
}

char *
ouioectl_generation_describe (OuioeGeneration *generation, gint64 now_us)
{
  const char *model = ouioe_generation_get_model (generation);
  g_autofree char *doing = ouioectl_generation_doing (generation, now_us);
  g_autofree char *safe = NULL;

  if (doing == NULL || model == NULL)
    return g_steal_pointer (&doing);
  safe = ouioectl_text_safe (model, -1, OUIOECTL_TEXT_LINE);
  return g_strdup_printf ("%s · %s", safe, doing);
}

/* ---- cells ---- */

char *
ouioectl_generation_count (gint64 count)
{
  return count < 0 ? g_strdup ("") : g_strdup_printf ("%" G_GINT64_FORMAT, count);
}

static char *
describe_seconds (double seconds)
{
  return seconds < 0 ? g_strdup ("") : ouioectl_text_duration ((gint64) (CLAMP (seconds, 0, 1e12) * 1e6));
}

char *
ouioectl_generation_rate (OuioeGeneration *generation)
{
  double rate = ouioe_generation_get_tokens_per_second (generation);

  return rate < 0 ? g_strdup ("") : g_strdup_printf ("%.1f", rate);
}

char *
ouioectl_generation_first (OuioeGeneration *generation)
{
  return describe_seconds (ouioe_generation_get_time_to_first_token (generation));
}

char *
ouioectl_generation_share (OuioeGeneration *generation)
{
  double share = ouioe_generation_get_thinking_share (generation);

  return share < 0 ? g_strdup ("") : g_strdup_printf ("%.0f %%", share * 100);
}

/* ---- all that is known ---- */

/* @text: (transfer full) (nullable) */
static void
add_row (OuioectlTable *table, const char *label, char *text)
{
  g_autofree char *owned = text;

  if (text != NULL && *text != '\0')
    ouioectl_table_add (table, label, text, NULL);
}

static void
add_estimate (OuioectlTable *table, OuioeGeneration *generation)
{
  double low, high;
  guint n_runs;

  if (!ouioe_generation_get_estimate (generation, &low, &high, &n_runs))
    return;

  g_autofree char *from = describe_seconds (low);
  g_autofree char *to = describe_seconds (high);
  g_autofree char *text = g_strdup_printf ("%s to %s in all, going by %u earlier run%s", from, to, n_runs,
                                           n_runs == 1 ? "" : "s");

  ouioectl_table_add (table, "Estimate", text, NULL);
}

void
ouioectl_generation_add_rows (OuioectlTable *table, OuioeGeneration *generation, gint64 now_us)
{
  guint n_under_way = ouioe_generation_get_calls_under_way (generation);
  gboolean can_stop = ouioe_generation_get_can_stop (generation);
  gboolean can_answer = ouioe_generation_get_can_answer_now (generation);

  add_row (table, "Model", g_strdup (ouioe_generation_get_model (generation)));
  add_row (table, "Model server", g_strdup (ouioe_generation_get_upstream (generation)));
  add_row (table, "Dialect", g_strdup (ouioe_generation_get_dialect (generation)));
  add_row (table, "Phase", ouioectl_generation_doing (generation, now_us));
  add_row (table, "Calls", ouioectl_generation_count (ouioe_generation_get_calls (generation)));
  add_row (table, "Calls under way", n_under_way > 0 ? ouioectl_generation_count (n_under_way) : NULL);
  add_row (table, "Input tokens", ouioectl_generation_count (ouioe_generation_get_input_tokens (generation)));
  add_row (table, "Output tokens", ouioectl_generation_count (ouioe_generation_get_output_tokens (generation)));
  add_row (table, "Thinking tokens", ouioectl_generation_count (ouioe_generation_get_thinking_tokens (generation)));
  add_row (table, "Tokens per second", ouioectl_generation_rate (generation));
  add_row (table, "Time to first token", ouioectl_generation_first (generation));
  add_row (table, "Thinking share", ouioectl_generation_share (generation));
  for (guint phase = OUIOE_PHASE_WAITING; word_of ((OuioePhase) phase) != NULL; phase++)
    {
      double seconds = ouioe_generation_get_phase_seconds (generation, (OuioePhase) phase);
      g_autofree char *label = g_strdup_printf ("Time %s", word_of ((OuioePhase) phase));

      add_row (table, label, seconds > 0 ? describe_seconds (seconds) : NULL);
    }
  add_row (table, "Finish reason", g_strdup (ouioe_generation_get_finish_reason (generation)));
  add_estimate (table, generation);
  add_row (table, "Can be", g_strdup (can_stop && can_answer ? "stopped, made to answer now"
                                      : can_stop ? "stopped" : can_answer ? "made to answer now" : NULL));
}
