/* ouioe-transcript-step.c - steps of thinking, with what is known of how sure the model was
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-transcript-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ouioe-rhythm.h"

#define MAX_ALTERNATIVES 5
#define MAX_TOKEN_TEXT   64
/* What servers send for a token they have no probability for. */
#define NO_LOGPROB       -9999.0

/* ---- tokens ---- */

void
ouioe_transcript_token_clear (gpointer token)
{
  OuioeTranscriptToken *self = token;

  g_free (self->text);
  g_strfreev (self->alternatives);
}

static char *
trimmed (const char *text, gsize len)
{
  gsize n = ouioe_transcript_cut (text, len, MAX_TOKEN_TEXT);
  char *copy = g_strndup (text, n);

  return g_strstrip (copy);
}

static char **
other_texts (const OuioeDialectToken *token)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < token->n_alternatives && texts->len < MAX_ALTERNATIVES; i++)
    {
      const OuioeDialectLogprob *other = &token->alternatives[i];
      g_autofree char *text = trimmed (other->text, other->len);

      if (*text != '\0' && (other->len != token->chosen.len || memcmp (other->text, token->chosen.text, other->len) != 0))
        g_ptr_array_add (texts, g_steal_pointer (&text));
    }
  if (texts->len == 0)
    return NULL;
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

void
ouioe_transcript_take_token (OuioeTranscriptChoice *choice, const OuioeDialectToken *token)
{
  OuioeTranscriptToken item = { .position = choice->pending_bytes, .logprob = token->chosen.logprob };

  choice->pending_bytes += token->chosen.len;
  if (!isfinite (item.logprob) || item.logprob <= NO_LOGPROB)
    return;
  if (choice->pending == NULL)
    {
      choice->pending = g_array_new (FALSE, FALSE, sizeof item);
      choice->tokens = g_array_new (FALSE, FALSE, sizeof item);
      g_array_set_clear_func (choice->pending, ouioe_transcript_token_clear);
      g_array_set_clear_func (choice->tokens, ouioe_transcript_token_clear);
    }
  if (choice->transcript->n_tokens >= OUIOE_TRANSCRIPT_MAX_TOKENS)
    return;
  choice->transcript->n_tokens++;
  item.logprob = MIN (item.logprob, 0);
  item.text = trimmed (token->chosen.text, token->chosen.len);
  item.alternatives = other_texts (token);
  g_array_append_val (choice->pending, item);
}

void
ouioe_transcript_place_tokens (OuioeTranscriptChoice *choice, gsize len)
{
  guint64 begin = ouioe_step_builder_get_position (choice->builder);

  choice->pending_bytes = 0;
  if (choice->pending == NULL)
    return;
  if (len == 0)
    choice->transcript->n_tokens -= choice->pending->len;
  for (guint i = 0; len > 0 && i < choice->pending->len; i++)
    {
      OuioeTranscriptToken *token = &g_array_index (choice->pending, OuioeTranscriptToken, i);

      token->position = begin + MIN (token->position, len - 1);
      g_array_append_val (choice->tokens, *token);
      *token = (OuioeTranscriptToken) { 0 };
    }
  g_array_set_size (choice->pending, 0);
}

/* Takes the tokens up to the end of @step. Returns how many of them are of it, and in @least the least likely one. */
static guint
sum_tokens (OuioeTranscriptChoice *choice, const OuioeStep *step, double *sum, OuioeTranscriptToken *least)
{
  guint n = 0, n_done = 0;

  *sum = 0;
  *least = (OuioeTranscriptToken) { 0 };
  if (choice->tokens == NULL)
    return 0;
  for (; n_done < choice->tokens->len; n_done++)
    {
      OuioeTranscriptToken *token = &g_array_index (choice->tokens, OuioeTranscriptToken, n_done);

      if (token->position >= step->position + step->len)
        break;
      if (token->position < step->position)
        continue;
      *sum += token->logprob;
      if (n++ == 0 || token->logprob < least->logprob)
        {
          ouioe_transcript_token_clear (least);
          *least = *token;
          *token = (OuioeTranscriptToken) { 0 };
        }
    }
  if (n_done > 0)
    g_array_remove_range (choice->tokens, 0, n_done);
  choice->transcript->n_tokens -= n_done;
  return n;
}

static void
add_confidence (OuioeTranscriptChoice *choice, const OuioeStep *step, json_t *object, json_t *context)
{
  OuioeTranscriptToken least;
  double sum;
  guint n = sum_tokens (choice, step, &sum, &least);

  if (n > 0)
    json_object_set_new (object, "confidence", json_real (exp (sum / n)));
  if (least.alternatives != NULL)
    {
      json_t *list = json_array ();

      for (char **text = least.alternatives; *text != NULL; text++)
        json_array_append_new (list, json_string (*text));
      json_object_set_new (object, "alternatives", list);
      json_object_set_new (context, "token", json_string (least.text));
    }
  ouioe_transcript_token_clear (&least);
}

/* ---- steps ---- */

static const char *
get_step_id (OuioeTranscriptChoice *choice)
{
  OuioeTranscript *self = choice->transcript;

  if (choice->step_id == NULL)
    choice->step_id = g_strdup_printf ("%s%" G_GUINT64_FORMAT, self->id_prefix, ++self->n_steps);
  return choice->step_id;
}

void
ouioe_transcript_on_grow (const char *text, gsize len, gpointer user_data)
{
  OuioeTranscriptChoice *choice = user_data;
  OuioeTranscript *self = choice->transcript;

  if (self->funcs->grow != NULL)
    self->funcs->grow (get_step_id (choice), text, len, self->now_us, self->user_data);
}

void
ouioe_transcript_on_step (const OuioeStep *step, gpointer user_data)
{
  OuioeTranscriptChoice *choice = user_data;
  OuioeTranscript *self = choice->transcript;
  json_t *object = json_object ();
  json_t *context = json_object ();
  g_autoptr(OuioeThinkingStep) thinking = NULL;
  g_autofree char *id = g_strdup (get_step_id (choice));
  char *dump;

  g_clear_pointer (&choice->step_id, g_free);
  json_object_set_new (context, "step_id", json_string (id));
  json_object_set_new (context, "border", json_string (ouioe_step_border_to_string (step->border)));
  if (choice->index > 0)
    json_object_set_new (context, "choice", json_integer (choice->index));
  if (!ouioe_transcript_is_counted (self))
    ouioe_rhythm_write (context, step->beats, step->n_beats);

  json_object_set_new (object, "thinking_type", json_string (step->thinking_type));
  json_object_set_new (object, "content", json_stringn (step->content, step->len));
  add_confidence (choice, step, object, context);
  json_object_set_new (object, "context_used", context);

  dump = json_dumps (object, JSON_COMPACT);
  json_decref (object);
  thinking = ouioe_thinking_step_new_from_json (dump, -1, NULL);
  free (dump);
  g_return_if_fail (thinking != NULL);
  self->funcs->step (thinking, id, self->now_us, self->user_data);
}
