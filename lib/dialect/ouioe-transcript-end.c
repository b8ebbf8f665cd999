/* ouioe-transcript-end.c - how an answer ended, and what it cost
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-transcript-private.h"

#include <string.h>

/* A speed is measured only over this much. */
#define MIN_MEASURED_US     (500 * 1000)
#define MIN_MEASURED_TOKENS 8

/* ---- numbers ---- */

static void
take_count (gint64 *known, gint64 told)
{
  if (told >= 0)
    *known = told;
}

void
ouioe_transcript_take_usage (OuioeTranscript *self, const OuioeDialectUsage *usage)
{
  OuioeGeneration *generation = self->generation;

  take_count (&self->usage.prompt_tokens, usage->prompt_tokens);
  take_count (&self->usage.completion_tokens, usage->completion_tokens);
  take_count (&self->usage.thinking_tokens, usage->thinking_tokens);
  take_count (&self->usage.completion_us, usage->completion_us);
  generation->input_tokens = self->usage.prompt_tokens;
  generation->output_tokens = self->usage.completion_tokens;
  generation->thinking_tokens = self->usage.thinking_tokens;
  if (self->usage.completion_tokens > 0 && self->usage.completion_us > 0)
    generation->tokens_per_second = (double) self->usage.completion_tokens * 1e6 / (double) self->usage.completion_us;
  ouioe_transcript_changed (self);
}

/* Whether tokens were counted that were not seen to come: encrypted thinking, or a summary in place of it. */
static gboolean
has_hidden_tokens (OuioeTranscript *self)
{
  OuioeDialectFormat format = ouioe_dialect_get_format (self->dialect);

  return ouioe_dialect_get_n_opaque (self->dialect) > 0 || (self->usage.thinking_tokens > 0 && !self->thought)
         || (self->thought && (format == OUIOE_DIALECT_RESPONSES || format == OUIOE_DIALECT_ANTHROPIC));
}

/* The speed where the server told how many tokens there were, but not how long they took. */
static void
measure_speed (OuioeTranscript *self)
{
  gint64 n = self->usage.completion_tokens;
  gint64 duration_us = self->last_text_us - self->first_text_us;

  if (self->generation->tokens_per_second >= 0 || n < MIN_MEASURED_TOKENS || duration_us < MIN_MEASURED_US
      || ouioe_transcript_is_counted (self) || has_hidden_tokens (self))
    return;
  /* The first token came when the measured time began. */
  self->generation->tokens_per_second = (double) (n - 1) * 1e6 / (double) duration_us;
}

static void
append_count (GString *text, gint64 n, const char *what)
{
  if (n >= 0)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT " %s", text->len > 0 ? ", " : "", n, what);
}

/* What is known of the cost, in words; "" for nothing. */
static char *
describe_cost (OuioeTranscript *self)
{
  GString *text = g_string_new (NULL);

  append_count (text, self->usage.prompt_tokens, "tokens of prompt");
  append_count (text, self->usage.completion_tokens, "tokens generated");
  append_count (text, self->usage.thinking_tokens, "of them thinking");
  if (self->generation->tokens_per_second >= 0)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, "%s%s tokens/s", text->len > 0 ? ", " : "",
                              g_ascii_formatd (number, sizeof number, "%.1f", self->generation->tokens_per_second));
    }
  return g_string_free (text, FALSE);
}

/* ---- the outcome ---- */

static gboolean
is_one_of (const char *word, const char *const *words)
{
  for (; *words != NULL; words++)
    if (g_ascii_strcasecmp (word, *words) == 0)
      return TRUE;
  return FALSE;
}

/* What the model's own word for the end says. */
static const char *
outcome_of_finish (const char *finish)
{
  static const char *const length[] = { "length", "max_tokens", "max_output_tokens", "model_context_window_exceeded",
                                        "limit", NULL };
  static const char *const refused[] = { "content_filter", "refusal", "safety", "prohibited_content", "sensitive", NULL };
  static const char *const failed[] = { "error", "failed", "insufficient_system_resource", NULL };
  static const char *const cancelled[] = { "cancelled", "abort", NULL };

  if (is_one_of (finish, length))
    return "length";
  if (is_one_of (finish, refused))
    return "refused";
  if (is_one_of (finish, failed))
    return "error";
  return is_one_of (finish, cancelled) ? "cancelled" : "done";
}

/* The model said that it is done, with each answer. */
static gboolean
is_finished (OuioeTranscript *self)
{
  if (self->finish == NULL)
    return ouioe_dialect_get_terminated (self->dialect);
  if (ouioe_dialect_get_terminated (self->dialect))
    return TRUE;
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL && !self->choices[i]->finished)
      return FALSE;
  return TRUE;
}

static const char *
find_outcome (OuioeTranscript *self, OuioeTranscriptEnd how)
{
  const char *finish = self->finish != NULL ? self->finish : "";

  if (self->error != NULL || how == OUIOE_TRANSCRIPT_FAILED)
    return "error";
  if (!self->recognized && how == OUIOE_TRANSCRIPT_COMPLETE)
    return NULL;
  if (!is_finished (self))
    return how == OUIOE_TRANSCRIPT_CANCELLED ? "cancelled" : "truncated";
  return self->refusal_bytes > 0 ? "refused" : outcome_of_finish (finish);
}

/* ---- the last updates ---- */

static void
tell_text (OuioeTranscript *self, const char *type, const char *text, gsize len, const char *step)
{
  while (len > 0)
    {
      gsize n = ouioe_transcript_cut (text, len, OUIOE_TRANSCRIPT_MAX_MESSAGE);

      ouioe_transcript_send_update (self, ouioe_transcript_make_update (type, text, n, step, NULL));
      text += n;
      len -= n;
    }
}

static void
tell_answer (OuioeTranscriptChoice *choice)
{
  const char *begin, *end;

  if (choice->answer_cut)
    g_string_append (choice->answer, "\n[the rest of the answer is left out]");
  begin = choice->answer->str;
  end = begin + choice->answer->len;
  while (begin < end && g_ascii_isspace (*begin))
    begin++;
  while (end > begin && g_ascii_isspace (end[-1]))
    end--;
  tell_text (choice->transcript, "intermediate_result", begin, (gsize) (end - begin), "answer");
  if (choice->refusal != NULL)
    tell_text (choice->transcript, "warning", choice->refusal->str, choice->refusal->len, "refusal");
}

static void
tell_last (OuioeTranscript *self, const char *detail)
{
  static const struct { const char *outcome; const char *text; } texts[] = {
    { "done", "done" },
    { "length", "stopped at the limit of its length" },
    { "refused", "stopped: refused" },
    { "cancelled", "cancelled" },
    { "truncated", "the stream broke off" },
  };
  g_autofree char *cost = describe_cost (self);
  g_autoptr(GString) message = g_string_new (NULL);
  gboolean done = g_str_equal (self->outcome, "done");
  json_t *update;

  if (g_str_equal (self->outcome, "error"))
    {
      if (self->error != NULL)
        g_string_append_printf (message, "the model server said: %s", self->error);
      else if (detail != NULL)
        g_string_append (message, detail);
      else
        g_string_append (message, "the model server failed");
      ouioe_transcript_tell (self, "error", message->str, NULL, OUIOE_PHASE_NONE);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].outcome, self->outcome))
      g_string_append (message, texts[i].text);
  if (g_str_equal (self->outcome, "truncated") && detail != NULL)
    g_string_append_printf (message, " (%s)", detail);
  if (*cost != '\0')
    g_string_append_printf (message, ": %s", cost);
  update = ouioe_transcript_make_update (done ? "completion" : "warning", message->str, message->len, NULL, NULL);
  if (done)
    json_object_set_new (update, "progress_percentage", json_real (100));
  ouioe_transcript_send_update (self, update);
}

void
ouioe_transcript_tell_end (OuioeTranscript *self, OuioeTranscriptEnd how, const char *detail)
{
  self->outcome = find_outcome (self, how);
  measure_speed (self);
  if (self->outcome == NULL)
    return;
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL)
      tell_answer (self->choices[i]);
  tell_last (self, detail);
}
