/* ouioe-thinking-context.h - what a session was asked to do, and with what
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_THINKING_CONTEXT (ouioe_thinking_context_get_type ())
/**
 * OuioeThinkingContext:
 *
 * What a session was asked to do, and with what. Reference counted; it never changes.
 */
typedef struct _OuioeThinkingContext OuioeThinkingContext;   /* boxed, reference counted, immutable */

OUIOE_EXPORT GType                 ouioe_thinking_context_get_type (void) G_GNUC_CONST;
/* @system_context: (nullable): a JSON object */
OUIOE_EXPORT OuioeThinkingContext *ouioe_thinking_context_new      (const char *user_request, const char *system_context);
OUIOE_EXPORT OuioeThinkingContext *ouioe_thinking_context_ref      (OuioeThinkingContext *self);
OUIOE_EXPORT void                  ouioe_thinking_context_unref    (OuioeThinkingContext *self);
OUIOE_EXPORT char                 *ouioe_thinking_context_dup_user_request   (OuioeThinkingContext *self);
OUIOE_EXPORT char                 *ouioe_thinking_context_dup_system_context (OuioeThinkingContext *self);   /* JSON object */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeThinkingContext, ouioe_thinking_context_unref)

G_END_DECLS
