/* ouioe-thinking-step.h - one step of thinking
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_THINKING_STEP (ouioe_thinking_step_get_type ())
/**
 * OuioeThinkingStep:
 *
 * One step of thinking. Reference counted; it never changes.
 */
typedef struct _OuioeThinkingStep OuioeThinkingStep;   /* boxed, reference counted, immutable */

OUIOE_EXPORT GType               ouioe_thinking_step_get_type (void) G_GNUC_CONST;
OUIOE_EXPORT OuioeThinkingStep  *ouioe_thinking_step_new      (const char *thinking_type, const char *content,
                                                               const char *const *reasoning_chain, double confidence,
                                                               const char *const *alternatives,
                                                               const char *const *decision_factors);
/* With every member a step can have; OUIOE_ERROR_INVALID_BODY and _BAD_ENCODING tell what is wrong. @len: -1 up to the NUL */
OUIOE_EXPORT OuioeThinkingStep  *ouioe_thinking_step_new_from_json (const char *json, gssize len, GError **error);
OUIOE_EXPORT OuioeThinkingStep  *ouioe_thinking_step_ref      (OuioeThinkingStep *self);
OUIOE_EXPORT void                ouioe_thinking_step_unref    (OuioeThinkingStep *self);
OUIOE_EXPORT const char         *ouioe_thinking_step_get_thinking_type    (OuioeThinkingStep *self);
OUIOE_EXPORT char               *ouioe_thinking_step_dup_content          (OuioeThinkingStep *self);
OUIOE_EXPORT char              **ouioe_thinking_step_dup_reasoning_chain  (OuioeThinkingStep *self);
OUIOE_EXPORT gboolean            ouioe_thinking_step_get_confidence       (OuioeThinkingStep *self, double *confidence);
OUIOE_EXPORT char              **ouioe_thinking_step_dup_alternatives     (OuioeThinkingStep *self);
OUIOE_EXPORT char              **ouioe_thinking_step_dup_decision_factors (OuioeThinkingStep *self);
OUIOE_EXPORT char               *ouioe_thinking_step_dup_context_used     (OuioeThinkingStep *self);   /* JSON object or NULL */
OUIOE_EXPORT gboolean            ouioe_thinking_step_get_estimated_duration (OuioeThinkingStep *self, double *seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeThinkingStep, ouioe_thinking_step_unref)

G_END_DECLS
