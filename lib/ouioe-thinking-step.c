/* ouioe-thinking-step.c - one step of thinking
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-thinking-step.h"

#include <math.h>
#include <string.h>

#include "ouioe-codec-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeThinkingStep, ouioe_thinking_step, ouioe_thinking_step_ref, ouioe_thinking_step_unref)

OuioeThinkingStep *
ouioe_thinking_step_alloc (void)
{
  OuioeThinkingStep *self = g_new0 (OuioeThinkingStep, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/**
 * ouioe_thinking_step_new:
 * @thinking_type: a known word, or a namespaced one
 * @content: the text of the step, may be empty
 * @reasoning_chain: (nullable) (array zero-terminated=1): how it was reached
 * @confidence: 0 to 1, or negative when not known
 * @alternatives: (nullable) (array zero-terminated=1): what else was considered
 * @decision_factors: (nullable) (array zero-terminated=1): what decided
 *
 * Gets a step.
 *
 * Returns: (transfer full): a step
 */
OuioeThinkingStep *
ouioe_thinking_step_new (const char *thinking_type, const char *content, const char *const *reasoning_chain,
                         double confidence, const char *const *alternatives, const char *const *decision_factors)
{
  OuioeThinkingStep *self;

  g_return_val_if_fail (thinking_type != NULL, NULL);
  g_return_val_if_fail (content != NULL, NULL);
  g_return_val_if_fail (isfinite (confidence), NULL);

  self = ouioe_thinking_step_alloc ();
  self->thinking_type = g_strdup (thinking_type);
  self->content = ouioe_text_new (content, -1);
  self->reasoning_chain = ouioe_text_list_new_strv (reasoning_chain);
  self->alternatives = ouioe_text_list_new_strv (alternatives);
  self->decision_factors = ouioe_text_list_new_strv (decision_factors);
  self->has_confidence = confidence >= 0.0;
  self->confidence = self->has_confidence ? confidence : 0.0;
  return self;
}

/**
 * ouioe_thinking_step_new_from_json:
 * @json: a JSON object with the members of a step: what the service takes to append one, without the session
 * @len: bytes of @json, or -1 up to the NUL
 * @error: where to say what is wrong
 *
 * Gets a step with every member that a step can have. Members that are not a step's are ignored.
 *
 * Returns: (transfer full) (nullable): a step, or %NULL with @error set
 */
OuioeThinkingStep *
ouioe_thinking_step_new_from_json (const char *json, gssize len, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = NULL;
  OuioeThinkingStep *self;

  g_return_val_if_fail (json != NULL, NULL);

  body = ouioe_codec_parse_object (json, len < 0 ? strlen (json) : (gsize) len, problems, error);
  if (body == NULL)
    return NULL;
  self = ouioe_codec_read_step_fields (body, problems);
  if (self == NULL)
    g_propagate_error (error, ouioe_problems_to_error (problems));
  return self;
}

/**
 * ouioe_thinking_step_ref:
 * @self: a step
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeThinkingStep *
ouioe_thinking_step_ref (OuioeThinkingStep *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_thinking_step_unref:
 * @self: (transfer full): a step
 *
 * Drops a reference.
 */
void
ouioe_thinking_step_unref (OuioeThinkingStep *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->thinking_type);
  ouioe_text_clear (&self->content);
  ouioe_text_list_clear (&self->reasoning_chain);
  ouioe_text_list_clear (&self->alternatives);
  ouioe_text_list_clear (&self->decision_factors);
  ouioe_text_clear (&self->context_used);
  g_free (self);
}

/**
 * ouioe_thinking_step_get_thinking_type:
 * @self: a step
 *
 * Gets its type.
 *
 * Returns: (transfer none): its type
 */
const char *
ouioe_thinking_step_get_thinking_type (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->thinking_type;
}

/**
 * ouioe_thinking_step_dup_content:
 * @self: a step
 *
 * Gets its text.
 *
 * Returns: (transfer full): its text; U+0000 is shown as U+FFFD
 */
char *
ouioe_thinking_step_dup_content (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->content);
}

/**
 * ouioe_thinking_step_dup_reasoning_chain:
 * @self: a step
 *
 * Gets how it was reached.
 *
 * Returns: (transfer full) (array zero-terminated=1): how it was reached, may be empty
 */
char **
ouioe_thinking_step_dup_reasoning_chain (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_list_to_strv (&self->reasoning_chain);
}

/**
 * ouioe_thinking_step_get_confidence:
 * @self: a step
 * @confidence: (out): 0 to 1; 0 when not reported
 *
 * Tells whether the producer reported a confidence.
 *
 * Returns: whether the producer reported a confidence
 */
gboolean
ouioe_thinking_step_get_confidence (OuioeThinkingStep *self, double *confidence)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *confidence = self->confidence;
  return self->has_confidence;
}

/**
 * ouioe_thinking_step_dup_alternatives:
 * @self: a step
 *
 * Gets what else was considered.
 *
 * Returns: (transfer full) (array zero-terminated=1): what else was considered, may be empty
 */
char **
ouioe_thinking_step_dup_alternatives (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_list_to_strv (&self->alternatives);
}

/**
 * ouioe_thinking_step_dup_decision_factors:
 * @self: a step
 *
 * Gets what decided.
 *
 * Returns: (transfer full) (array zero-terminated=1): what decided, may be empty
 */
char **
ouioe_thinking_step_dup_decision_factors (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_list_to_strv (&self->decision_factors);
}

/**
 * ouioe_thinking_step_dup_context_used:
 * @self: a step
 *
 * Gets a JSON object.
 *
 * Returns: (transfer full) (nullable): a JSON object, or %NULL
 */
char *
ouioe_thinking_step_dup_context_used (OuioeThinkingStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->context_used);
}

/**
 * ouioe_thinking_step_get_estimated_duration:
 * @self: a step
 * @seconds: (out): how long the producer expects it to take; 0 when not given
 *
 * Tells whether the producer gave a duration.
 *
 * Returns: whether the producer gave a duration
 */
gboolean
ouioe_thinking_step_get_estimated_duration (OuioeThinkingStep *self, double *seconds)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *seconds = self->estimated_duration;
  return self->has_estimated_duration;
}
