/* inspector-progress-words.c - progress and the work of a model in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-progress-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-format.h"
#include "inspector-kind.h"

void
inspector_progress_add_part (GString *text, char *part)
{
  g_autofree char *owned = part;

  if (owned != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", owned);
}

gboolean
inspector_progress_is_completion (OuioeProgressUpdate *update)
{
  const char *word = ouioe_progress_update_get_progress_type (update);

  return strcmp (word, "completion") == 0 || strcmp (word, "completed") == 0;
}

static gboolean
is_number (const char *text)
{
  return *text != '\0' && text[strspn (text, "0123456789")] == '\0';
}

char *
inspector_progress_describe_step (OuioeProgressUpdate *update)
{
  g_autofree char *step = ouioe_progress_update_dup_current_step (update);
  gint64 total;
  gboolean has_total = ouioe_progress_update_get_total_steps (update, &total) && total > 0;
  g_autofree char *count = has_total ? inspector_format_count ((guint64) total) : NULL;

  if ((step == NULL || *step == '\0') && !has_total)
    return NULL;
  if (step == NULL || *step == '\0')
    return g_strdup_printf (ngettext ("%s step", "%s steps", (gulong) total), count);
  if (!is_number (step))
    return g_steal_pointer (&step);
  if (has_total)
    return g_strdup_printf (_("Step %s of %s"), step, count);
  return g_strdup_printf (_("Step %s"), step);
}

char *
inspector_progress_describe_remaining (OuioeProgressUpdate *update)
{
  g_autofree char *remaining = ouioe_progress_update_dup_estimated_remaining (update);
  g_autofree char *time = NULL;

  if (remaining == NULL || *remaining == '\0')
    return NULL;
  if (!is_number (remaining) || strlen (remaining) >= 7)
    return g_strdup_printf (_("%s left"), remaining);
  time = inspector_format_age (g_ascii_strtoll (remaining, NULL, 10) * G_USEC_PER_SEC);
  return g_strdup_printf (_("about %s left"), time);
}

/* When the call began that is under way: where the phases without a break before the one that lasts began with a wait.
 * 0: none is under way, or it is not known. */
static gint64
get_call_began (OuioeGeneration *generation)
{
  guint n = ouioe_generation_get_n_spans (generation);
  OuioePhase phase;
  gint64 begin_us = 0;
  gint64 end_us = 0;
  gint64 next_us;

  if (n == 0 || !ouioe_generation_get_span (generation, n - 1, &phase, &begin_us, &end_us) || end_us != 0)
    return 0;
  next_us = begin_us;
  for (guint i = n - 1; phase != OUIOE_PHASE_WAITING && i > 0; i--)
    {
      ouioe_generation_get_span (generation, i - 1, &phase, &begin_us, &end_us);
      if (end_us != next_us)
        return 0;
      next_us = begin_us;
    }
  return phase == OUIOE_PHASE_WAITING ? begin_us : 0;
}

char *
inspector_progress_describe_estimate (OuioeGeneration *generation, gint64 now_us)
{
  gint64 began_us = get_call_began (generation);
  double elapsed = (double) (now_us - began_us) / G_USEC_PER_SEC;
  g_autofree char *least = NULL;
  g_autofree char *most = NULL;
  double low;
  double high;
  guint runs;

  if (began_us == 0 || !ouioe_generation_get_estimate (generation, &low, &high, &runs))
    return NULL;
  if (elapsed >= high)
    return g_strdup (_("longer than estimated"));
  least = inspector_format_age ((gint64) ((low - elapsed) * G_USEC_PER_SEC));
  most = inspector_format_age ((gint64) ((high - elapsed) * G_USEC_PER_SEC));
  if (low - elapsed < 1 || strcmp (least, most) == 0)
    return g_strdup_printf (_("estimate: up to %s left"), most);
  return g_strdup_printf (_("estimate: %s to %s left"), least, most);
}

char *
inspector_progress_describe_rate (OuioeGeneration *generation)
{
  double rate = ouioe_generation_get_tokens_per_second (generation);

  if (rate < 0)
    return NULL;
  return g_strdup_printf (rate < 100 ? _("%.1f tokens/s") : _("%.0f tokens/s"), rate);
}

char *
inspector_progress_describe_model (OuioeGeneration *generation, gboolean with_name, gboolean with_rate)
{
  g_autoptr(GString) text = g_string_new (NULL);
  gint64 input = ouioe_generation_get_input_tokens (generation);
  gint64 output = ouioe_generation_get_output_tokens (generation);
  double first = ouioe_generation_get_time_to_first_token (generation);
  double share = ouioe_generation_get_thinking_share (generation);

  if (with_name)
    inspector_progress_add_part (text, g_strdup (ouioe_generation_get_model (generation)));
  if (input >= 0)
    {
      g_autofree char *count = inspector_format_count ((guint64) input);

      inspector_progress_add_part (text, g_strdup_printf (ngettext ("%s token in", "%s tokens in", (gulong) input), count));
    }
  if (output >= 0)
    {
      g_autofree char *count = inspector_format_count ((guint64) output);

      inspector_progress_add_part (text, g_strdup_printf (ngettext ("%s token out", "%s tokens out", (gulong) output), count));
    }
  if (with_rate)
    inspector_progress_add_part (text, inspector_progress_describe_rate (generation));
  if (first >= 0)
    {
      g_autofree char *time = inspector_format_took ((gint64) (first * G_USEC_PER_SEC));

      inspector_progress_add_part (text, g_strdup_printf (_("first token after %s"), time));
    }
  if (share >= 0)
    {
      g_autofree char *percent = inspector_format_percent (share);

      inspector_progress_add_part (text, g_strdup_printf (_("%s thinking"), percent));
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
inspector_progress_describe_phase (OuioeGeneration *generation, gint64 now_us)
{
  OuioePhase phase = ouioe_generation_get_phase (generation);
  gint64 stalled_us = ouioe_generation_get_stalled_since_us (generation);
  gint64 since_us = stalled_us > 0 ? stalled_us : ouioe_generation_get_phase_since_us (generation);
  const InspectorKind *kind = stalled_us > 0 ? inspector_kind_for_stall () : inspector_kind_for_phase (phase);
  g_autofree char *age = NULL;

  if (phase == OUIOE_PHASE_NONE)
    return NULL;
  if (since_us <= 0 || now_us < since_us)
    return g_strdup (inspector_kind_title_word (kind, NULL));
  age = inspector_format_age (now_us - since_us);
  return g_strdup_printf ("%s · %s", inspector_kind_title_word (kind, NULL), age);
}
