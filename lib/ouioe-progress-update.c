/* ouioe-progress-update.c - how far an operation is
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-progress-update.h"

#include <math.h>
#include <string.h>

#include "ouioe-codec-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeProgressUpdate, ouioe_progress_update, ouioe_progress_update_ref,
                         ouioe_progress_update_unref)

OuioeProgressUpdate *
ouioe_progress_update_alloc (void)
{
  OuioeProgressUpdate *self = g_new0 (OuioeProgressUpdate, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/**
 * ouioe_progress_update_new:
 * @progress_type: a known word, or a namespaced one
 * @message: what is going on, may be empty
 * @progress_percentage: 0 to 100, or negative when not known
 * @current_step: (nullable): the name of the phase
 * @estimated_remaining: (nullable): free text, like `2 minutes`
 *
 * Gets an update.
 *
 * Returns: (transfer full): an update
 */
OuioeProgressUpdate *
ouioe_progress_update_new (const char *progress_type, const char *message, double progress_percentage,
                           const char *current_step, const char *estimated_remaining)
{
  OuioeProgressUpdate *self;

  g_return_val_if_fail (progress_type != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);
  g_return_val_if_fail (isfinite (progress_percentage), NULL);

  self = ouioe_progress_update_alloc ();
  self->progress_type = g_strdup (progress_type);
  self->message = ouioe_text_new (message, -1);
  self->has_percentage = progress_percentage >= 0.0;
  self->percentage = self->has_percentage ? progress_percentage : 0.0;
  self->current_step = ouioe_text_new (current_step, -1);
  self->estimated_remaining = ouioe_text_new (estimated_remaining, -1);
  return self;
}

/**
 * ouioe_progress_update_new_from_json:
 * @json: a JSON object with the members of an update: what the service takes to append one, without the session
 * @len: bytes of @json, or -1 up to the NUL
 * @error: where to say what is wrong
 *
 * Gets an update with every member that an update can have. Members that are not an update's are ignored.
 *
 * Returns: (transfer full) (nullable): an update, or %NULL with @error set
 */
OuioeProgressUpdate *
ouioe_progress_update_new_from_json (const char *json, gssize len, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = NULL;
  OuioeProgressUpdate *self;

  g_return_val_if_fail (json != NULL, NULL);

  body = ouioe_codec_parse_object (json, len < 0 ? strlen (json) : (gsize) len, problems, error);
  if (body == NULL)
    return NULL;
  self = ouioe_codec_read_update_fields (body, problems);
  if (self == NULL)
    g_propagate_error (error, ouioe_problems_to_error (problems));
  return self;
}

/**
 * ouioe_progress_update_ref:
 * @self: an update
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeProgressUpdate *
ouioe_progress_update_ref (OuioeProgressUpdate *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_progress_update_unref:
 * @self: (transfer full): an update
 *
 * Drops a reference.
 */
void
ouioe_progress_update_unref (OuioeProgressUpdate *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->progress_type);
  ouioe_text_clear (&self->message);
  ouioe_text_clear (&self->current_step);
  ouioe_text_clear (&self->estimated_remaining);
  ouioe_text_clear (&self->intermediate_findings);
  ouioe_text_clear (&self->current_activity);
  g_free (self);
}

/**
 * ouioe_progress_update_get_progress_type:
 * @self: an update
 *
 * Gets its type.
 *
 * Returns: (transfer none): its type
 */
const char *
ouioe_progress_update_get_progress_type (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->progress_type;
}

/**
 * ouioe_progress_update_dup_message:
 * @self: an update
 *
 * Gets what is going on.
 *
 * Returns: (transfer full): what is going on; U+0000 is shown as U+FFFD
 */
char *
ouioe_progress_update_dup_message (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->message);
}

/**
 * ouioe_progress_update_get_percentage:
 * @self: an update
 * @percentage: (out): 0 to 100; 0 when not known
 *
 * Tells whether the percentage is known.
 *
 * Returns: whether the percentage is known
 */
gboolean
ouioe_progress_update_get_percentage (OuioeProgressUpdate *self, double *percentage)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *percentage = self->percentage;
  return self->has_percentage;
}

/**
 * ouioe_progress_update_dup_current_step:
 * @self: an update
 *
 * Gets the name of the phase.
 *
 * Returns: (transfer full) (nullable): the name of the phase
 */
char *
ouioe_progress_update_dup_current_step (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->current_step);
}

/**
 * ouioe_progress_update_get_total_steps:
 * @self: an update
 * @total_steps: (out): how many steps there will be; 0 when not known
 *
 * Tells whether the number is known.
 *
 * Returns: whether the number is known
 */
gboolean
ouioe_progress_update_get_total_steps (OuioeProgressUpdate *self, gint64 *total_steps)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *total_steps = self->total_steps;
  return self->has_total_steps;
}

/**
 * ouioe_progress_update_dup_estimated_remaining:
 * @self: an update
 *
 * Gets free text.
 *
 * Returns: (transfer full) (nullable): free text
 */
char *
ouioe_progress_update_dup_estimated_remaining (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->estimated_remaining);
}

/**
 * ouioe_progress_update_dup_current_activity:
 * @self: an update
 *
 * Gets what is being done at this moment.
 *
 * Returns: (transfer full) (nullable): what is being done at this moment
 */
char *
ouioe_progress_update_dup_current_activity (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->current_activity);
}

/**
 * ouioe_progress_update_dup_intermediate_findings:
 * @self: an update
 *
 * Gets a JSON array of objects.
 *
 * Returns: (transfer full) (nullable): a JSON array of objects, or %NULL
 */
char *
ouioe_progress_update_dup_intermediate_findings (OuioeProgressUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->intermediate_findings);
}

/**
 * ouioe_progress_update_get_confidence:
 * @self: an update
 * @confidence: (out): 0 to 1; 0 when not reported
 *
 * Tells whether the producer reported a confidence.
 *
 * Returns: whether the producer reported a confidence
 */
gboolean
ouioe_progress_update_get_confidence (OuioeProgressUpdate *self, double *confidence)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *confidence = self->confidence;
  return self->has_confidence;
}
