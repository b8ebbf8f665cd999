/* ouioe-dialect-logprobs.c - how likely tokens were, in the ways servers tell it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-dialect-private.h"

#include <math.h>
#include <string.h>

/* Servers let a client ask for 20 of them. */
#define MAX_ALTERNATIVES 32

/* FALSE when @value is no number that is the logarithm of a probability. A little above 0 is what rounding makes of 0. */
static gboolean
read_logprob (json_t *value, double *logprob)
{
  *logprob = json_number_value (value);
  if (!json_is_number (value) || *logprob > 1e-3)
    return FALSE;
  *logprob = MIN (*logprob, 0);
  return TRUE;
}

/* {"token", "logprob"}; {"token", "prob"} of llama.cpp when asked for what it drew from, {"tok_str", "prob"} of its past. */
static gboolean
read_entry (json_t *entry, OuioeDialectLogprob *out)
{
  double probability = json_number_value (json_object_get (entry, "prob"));

  out->text = ouioe_dialect_text (json_object_get (entry, "token"), &out->len);
  if (out->text == NULL)
    out->text = ouioe_dialect_text (json_object_get (entry, "tok_str"), &out->len);
  if (out->text == NULL)
    return FALSE;
  if (read_logprob (json_object_get (entry, "logprob"), &out->logprob))
    return TRUE;
  if (!(probability > 0 && probability <= 1))
    return FALSE;
  out->logprob = log (probability);
  return TRUE;
}

static gboolean
equal (const OuioeDialectLogprob *a, const OuioeDialectLogprob *b)
{
  return a->len == b->len && memcmp (a->text, b->text, a->len) == 0;
}

/* An inline tag is no part of what is thought, or said. */
static void
tell (OuioeDialect *self, guint choice, OuioeDialectTokens what, OuioeDialectToken *token)
{
  OuioeDialectChoice *state = self->choices[choice];

  token->thinking = what == OUIOE_DIALECT_TOKENS_THINKING;
  if (!token->thinking && (self->flags & OUIOE_DIALECT_SPLIT_TAGS) != 0 && !state->native_thinking)
    {
      if (ouioe_tag_splitter_is_tag (token->chosen.text, token->chosen.len))
        return;
      token->thinking = state->splitter != NULL && ouioe_tag_splitter_is_thinking (state->splitter);
    }
  ouioe_dialect_emit_token (self, choice, token);
}

/* The token that was taken stands among the likeliest, mostly. */
static void
add_alternative (OuioeDialectToken *token, OuioeDialectLogprob *alternatives, const OuioeDialectLogprob *entry)
{
  if (token->n_alternatives < MAX_ALTERNATIVES && !equal (entry, &token->chosen))
    alternatives[token->n_alternatives++] = *entry;
}

static json_t *
first_array (json_t *object, const char *const *keys)
{
  for (; *keys != NULL; keys++)
    if (json_is_array (json_object_get (object, *keys)))
      return json_object_get (object, *keys);
  return NULL;
}

/* llama.cpp's past: the text beside all candidates, the one that was taken among them. */
static gboolean
read_chosen_of_candidates (json_t *entry, OuioeDialectLogprob *out)
{
  json_t *candidate;
  gsize i;

  json_array_foreach (json_object_get (entry, "probs"), i, candidate)
    if (json_equal (json_object_get (candidate, "tok_str"), json_object_get (entry, "content")))
      return read_entry (candidate, out);
  return FALSE;
}

void
ouioe_dialect_read_logprobs (OuioeDialect *self, guint choice, OuioeDialectTokens what, json_t *list)
{
  static const char *const alternative_keys[] = { "top_logprobs", "top_probs", "probs", NULL };
  gsize i, k;
  json_t *entry, *other;

  json_array_foreach (list, i, entry)
    {
      OuioeDialectLogprob alternatives[MAX_ALTERNATIVES];
      OuioeDialectToken token = { .alternatives = alternatives };

      if (!read_entry (entry, &token.chosen) && !read_chosen_of_candidates (entry, &token.chosen))
        continue;
      json_array_foreach (first_array (entry, alternative_keys), k, other)
        {
          OuioeDialectLogprob alternative;

          if (read_entry (other, &alternative))
            add_alternative (&token, alternatives, &alternative);
        }
      tell (self, choice, what, &token);
    }
}

void
ouioe_dialect_read_old_logprobs (OuioeDialect *self, guint choice, OuioeDialectTokens what, json_t *lists)
{
  json_t *logprobs = json_object_get (lists, "token_logprobs");
  json_t *top = json_object_get (lists, "top_logprobs");
  gsize i;
  json_t *text, *value;
  const char *key;

  json_array_foreach (json_object_get (lists, "tokens"), i, text)
    {
      OuioeDialectLogprob alternatives[MAX_ALTERNATIVES];
      OuioeDialectToken token = { .alternatives = alternatives };

      token.chosen.text = ouioe_dialect_text (text, &token.chosen.len);
      if (token.chosen.text == NULL || !read_logprob (json_array_get (logprobs, i), &token.chosen.logprob))
        continue;
      json_object_foreach (json_array_get (top, i), key, value)
        {
          OuioeDialectLogprob alternative = { .text = key, .len = strlen (key) };

          if (*key != '\0' && read_logprob (value, &alternative.logprob))
            add_alternative (&token, alternatives, &alternative);
        }
      tell (self, choice, what, &token);
    }
}
