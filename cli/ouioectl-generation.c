/* ouioectl-generation.c - what a model does, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-generation.h"

/* What it does, and for how long, unless @elapsed is NULL; NULL when it does nothing. */
static char *
dup_phase (OuioePhase phase, const char *elapsed)
{
  gboolean timed = elapsed != NULL;

  switch (phase)
    {
    case OUIOE_PHASE_WAITING:
      /* TRANSLATORS: %s is how long, like "12 s", here and in what is alike */
      return timed ? g_strdup_printf (_("waiting for %s"), elapsed) : g_strdup (_("waiting"));
    case OUIOE_PHASE_PROMPT:
      return timed ? g_strdup_printf (_("reading the prompt for %s"), elapsed) : g_strdup (_("reading the prompt"));
    case OUIOE_PHASE_THINKING:
      return timed ? g_strdup_printf (_("thinking for %s"), elapsed) : g_strdup (_("thinking"));
    case OUIOE_PHASE_ANSWER:
      return timed ? g_strdup_printf (_("answering for %s"), elapsed) : g_strdup (_("answering"));
    case OUIOE_PHASE_TOOL:
      return timed ? g_strdup_printf (_("at a tool for %s"), elapsed) : g_strdup (_("at a tool"));
    case OUIOE_PHASE_PROGRESS:
      return timed ? g_strdup_printf (_("at work for %s"), elapsed) : g_strdup (_("at work"));
    case OUIOE_PHASE_NONE:
    default:
      return NULL;
    }
}

/* Of the row with the time that was spent in a phase; NULL behind the last. */
static const char *
label_of (OuioePhase phase)
{
  switch (phase)
    {
    case OUIOE_PHASE_WAITING: return _("Time waiting");
    case OUIOE_PHASE_PROMPT: return _("Time reading the prompt");
    case OUIOE_PHASE_THINKING: return _("Time thinking");
    case OUIOE_PHASE_ANSWER: return _("Time answering");
    case OUIOE_PHASE_TOOL: return _("Time at a tool");
    case OUIOE_PHASE_PROGRESS: return _("Time at work");
    case OUIOE_PHASE_NONE:
    default: return NULL;
    }
}

/* Whole seconds: these lines are drawn once a second. */
static char *
describe_elapsed (gint64 elapsed_us)
{
  if (elapsed_us < 60 * G_USEC_PER_SEC)
    return g_strdup_printf (_("%d s"), (int) (MAX (elapsed_us, 0) / G_USEC_PER_SEC));
  return ouioectl_text_duration (elapsed_us);
}

char *
ouioectl_generation_doing (OuioeGeneration *generation, gint64 now_us)
{
  gint64 since_us = ouioe_generation_get_phase_since_us (generation);
  gint64 stalled_us = ouioe_generation_get_stalled_since_us (generation);
  g_autofree char *elapsed = since_us > 0 ? describe_elapsed (now_us - since_us) : NULL;
  g_autofree char *doing = dup_phase (ouioe_generation_get_phase (generation), elapsed);
  g_autofree char *clock = NULL;
  g_autofree char *still = NULL;
  g_autofree char *stalled = NULL;

  if (stalled_us <= 0)
    return g_steal_pointer (&doing);
  if (doing == NULL)
    doing = g_strdup (_("under way"));
  clock = ouioectl_text_clock (stalled_us);
  still = describe_elapsed (now_us - stalled_us);
  /* TRANSLATORS: a time of day, like "14:03:22", and how long ago that was */
  stalled = g_strdup_printf (_("stalled since %s (%s)"), clock, still);
  return g_strjoin (" · ", doing, stalled, NULL);
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
  /* TRANSLATORS: two durations, and of how many earlier runs they are known */
  g_autofree char *text = g_strdup_printf (ngettext ("%s to %s in all, going by %u earlier run",
                                                     "%s to %s in all, going by %u earlier runs", n_runs), from, to, n_runs);

  ouioectl_table_add (table, _("Estimate"), text, NULL);
}

void
ouioectl_generation_add_rows (OuioectlTable *table, OuioeGeneration *generation, gint64 now_us)
{
  guint n_under_way = ouioe_generation_get_calls_under_way (generation);
  gboolean can_stop = ouioe_generation_get_can_stop (generation);
  gboolean can_answer = ouioe_generation_get_can_answer_now (generation);

  add_row (table, _("Model"), g_strdup (ouioe_generation_get_model (generation)));
  add_row (table, _("Model server"), g_strdup (ouioe_generation_get_upstream (generation)));
  add_row (table, _("Dialect"), g_strdup (ouioe_generation_get_dialect (generation)));
  add_row (table, _("Phase"), ouioectl_generation_doing (generation, now_us));
  add_row (table, _("Calls"), ouioectl_generation_count (ouioe_generation_get_calls (generation)));
  add_row (table, _("Calls under way"), n_under_way > 0 ? ouioectl_generation_count (n_under_way) : NULL);
  add_row (table, _("Input tokens"), ouioectl_generation_count (ouioe_generation_get_input_tokens (generation)));
  add_row (table, _("Output tokens"), ouioectl_generation_count (ouioe_generation_get_output_tokens (generation)));
  add_row (table, _("Thinking tokens"), ouioectl_generation_count (ouioe_generation_get_thinking_tokens (generation)));
  add_row (table, _("Tokens per second"), ouioectl_generation_rate (generation));
  add_row (table, _("Time to first token"), ouioectl_generation_first (generation));
  add_row (table, _("Thinking share"), ouioectl_generation_share (generation));
  for (guint phase = OUIOE_PHASE_WAITING; label_of ((OuioePhase) phase) != NULL; phase++)
    {
      double seconds = ouioe_generation_get_phase_seconds (generation, (OuioePhase) phase);

      add_row (table, label_of ((OuioePhase) phase), seconds > 0 ? describe_seconds (seconds) : NULL);
    }
  add_row (table, _("Finish reason"), g_strdup (ouioe_generation_get_finish_reason (generation)));
  add_estimate (table, generation);
  /* TRANSLATORS: what can be done with the model, as “can be: stopped” */
  add_row (table, _("Can be"), g_strdup (can_stop && can_answer ? _("stopped, made to answer now")
                                         : can_stop ? _("stopped") : can_answer ? _("made to answer now") : NULL));
}
