/* ouioed-dbus-generation.c - the model's work as a property
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <math.h>
#include <string.h>

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  g_autofree char *repaired = NULL;

  if (text == NULL)
    return;
  repaired = ouioed_dbus_repair_text (text, strlen (text));
  g_variant_dict_insert (dict, key, "s", repaired);
}

static void
add_time (GVariantDict *dict, const char *key, gint64 time_us)
{
  if (time_us > 0)
    g_variant_dict_insert (dict, key, "t", (guint64) time_us);
}

static void
add_count (GVariantDict *dict, const char *key, gint64 count)
{
  if (count >= 0)
    g_variant_dict_insert (dict, key, "t", (guint64) count);
}

static void
add_number (GVariantDict *dict, const char *key, double number)
{
  if (isfinite (number) && number >= 0)
    g_variant_dict_insert (dict, key, "d", number);
}

static void
add_phase_seconds (GVariantDict *dict, OuioeGeneration *generation)
{
  GVariantBuilder builder;
  gboolean has_some = FALSE;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sd}"));
  for (guint i = OUIOE_PHASE_WAITING; i <= OUIOE_PHASE_PROGRESS; i++)
    {
      double seconds = ouioe_generation_get_phase_seconds (generation, (OuioePhase) i);

      if (seconds > 0)
        {
          g_variant_builder_add (&builder, "{sd}", ouioe_phase_to_string ((OuioePhase) i), seconds);
          has_some = TRUE;
        }
    }
  if (has_some)
    g_variant_dict_insert_value (dict, "phase_seconds", g_variant_builder_end (&builder));
  else
    g_variant_builder_clear (&builder);
}

static void
add_estimate (GVariantDict *dict, OuioeGeneration *generation)
{
  GVariantDict estimate;
  double low, high;
  guint runs;

  if (!ouioe_generation_get_estimate (generation, &low, &high, &runs))
    return;

  g_variant_dict_init (&estimate, NULL);
  add_number (&estimate, "low", low);
  add_number (&estimate, "high", high);
  g_variant_dict_insert (&estimate, "runs", "u", runs);
  g_variant_dict_insert_value (dict, "estimate", g_variant_dict_end (&estimate));
}

static void
add_phases (GVariantDict *dict, OuioeGeneration *generation)
{
  guint n = ouioe_generation_get_n_spans (generation);
  GVariantBuilder builder;

  if (n == 0)
    return;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < n; i++)
    {
      GVariantDict span;
      OuioePhase phase;
      gint64 begin_us, end_us;

      ouioe_generation_get_span (generation, i, &phase, &begin_us, &end_us);
      g_variant_dict_init (&span, NULL);
      add_text (&span, "phase", ouioe_phase_to_string (phase));
      add_time (&span, "begin", begin_us);
      add_time (&span, "end", end_us);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&span));
    }
  g_variant_dict_insert_value (dict, "phases", g_variant_builder_end (&builder));
}

GVariant *
ouioed_dbus_generation_to_variant (OuioeGeneration *generation)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (generation == NULL)
    return g_variant_dict_end (&dict);

  add_text (&dict, "model", ouioe_generation_get_model (generation));
  add_text (&dict, "upstream", ouioe_generation_get_upstream (generation));
  add_text (&dict, "dialect", ouioe_generation_get_dialect (generation));
  add_text (&dict, "phase", ouioe_phase_to_string (ouioe_generation_get_phase (generation)));
  add_time (&dict, "phase_since", ouioe_generation_get_phase_since_us (generation));
  add_time (&dict, "stalled_since", ouioe_generation_get_stalled_since_us (generation));
  g_variant_dict_insert (&dict, "calls", "u", ouioe_generation_get_calls (generation));
  if (ouioe_generation_get_calls_under_way (generation) > 0)
    g_variant_dict_insert (&dict, "calls_under_way", "u", ouioe_generation_get_calls_under_way (generation));
  add_count (&dict, "input_tokens", ouioe_generation_get_input_tokens (generation));
  add_count (&dict, "output_tokens", ouioe_generation_get_output_tokens (generation));
  add_count (&dict, "thinking_tokens", ouioe_generation_get_thinking_tokens (generation));
  add_number (&dict, "tokens_per_second", ouioe_generation_get_tokens_per_second (generation));
  add_number (&dict, "time_to_first_token", ouioe_generation_get_time_to_first_token (generation));
  add_number (&dict, "thinking_share", ouioe_generation_get_thinking_share (generation));
  add_phase_seconds (&dict, generation);
  add_text (&dict, "finish_reason", ouioe_generation_get_finish_reason (generation));
  if (ouioe_generation_get_can_stop (generation))
    g_variant_dict_insert (&dict, "can_stop", "b", TRUE);
  if (ouioe_generation_get_can_answer_now (generation))
    g_variant_dict_insert (&dict, "can_answer_now", "b", TRUE);
  add_estimate (&dict, generation);
  add_phases (&dict, generation);

  return g_variant_dict_end (&dict);
}
