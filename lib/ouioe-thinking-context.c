/* ouioe-thinking-context.c - what a session was asked to do, and with what
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-thinking-context.h"

#include <string.h>

#include "ouioe-json.h"
#include "ouioe-types-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeThinkingContext, ouioe_thinking_context, ouioe_thinking_context_ref,
                         ouioe_thinking_context_unref)

OuioeThinkingContext *
ouioe_thinking_context_alloc (void)
{
  OuioeThinkingContext *self = g_new0 (OuioeThinkingContext, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/**
 * ouioe_thinking_context_new:
 * @user_request: (nullable): what the user asked for
 * @system_context: (nullable): a JSON object
 *
 * Gets a context.
 *
 * Returns: (transfer full): a context
 */
OuioeThinkingContext *
ouioe_thinking_context_new (const char *user_request, const char *system_context)
{
  OuioeThinkingContext *self;

  /* It is copied into lines as it stands: anything but one object would break them. */
  if (system_context == NULL)
    system_context = "{}";
  g_return_val_if_fail (ouioe_json_scan_object (system_context, strlen (system_context), NULL, NULL, 0), NULL);

  self = ouioe_thinking_context_alloc ();
  self->user_request = ouioe_text_new (user_request != NULL ? user_request : "", -1);
  self->system_context = ouioe_json_compact (system_context, strlen (system_context));
  return self;
}

/**
 * ouioe_thinking_context_ref:
 * @self: a context
 *
 * Takes a reference; safe from any thread.
 *
 * Returns: (transfer full): @self
 */
OuioeThinkingContext *
ouioe_thinking_context_ref (OuioeThinkingContext *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ouioe_thinking_context_unref:
 * @self: (transfer full): a context
 *
 * Drops a reference.
 */
void
ouioe_thinking_context_unref (OuioeThinkingContext *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  ouioe_text_clear (&self->user_request);
  ouioe_text_clear (&self->system_context);
  g_free (self);
}

/**
 * ouioe_thinking_context_dup_user_request:
 * @self: a context
 *
 * Gets what the user asked for.
 *
 * Returns: (transfer full): what the user asked for, may be empty; U+0000 is shown as U+FFFD
 */
char *
ouioe_thinking_context_dup_user_request (OuioeThinkingContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->user_request);
}

/**
 * ouioe_thinking_context_dup_system_context:
 * @self: a context
 *
 * Gets a JSON object.
 *
 * Returns: (transfer full): a JSON object, `{}` when there is none
 */
char *
ouioe_thinking_context_dup_system_context (OuioeThinkingContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ouioe_text_to_c (&self->system_context);
}
