/* ouioe-generation.h - what is known of the model's work behind a session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Filled by the model proxy. JSON form: the member "generation" of a session (docs/protocol.md).
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

/**
 * OuioePhase:
 * @OUIOE_PHASE_NONE: nothing is under way
 * @OUIOE_PHASE_WAITING: the request was sent, nothing came back yet
 * @OUIOE_PHASE_PROMPT: the server reads the prompt, and says how far it is
 * @OUIOE_PHASE_THINKING: thinking comes
 * @OUIOE_PHASE_ANSWER: the answer comes
 * @OUIOE_PHASE_TOOL: a call of a tool comes, or a tool is at work
 * @OUIOE_PHASE_PROGRESS: a long work that is not a model's: a download
 *
 * What the model server behind a session does. Words in JSON: "none", "waiting", "prompt", "thinking", "answer", "tool",
 * "progress".
 */
typedef enum {
  OUIOE_PHASE_NONE,
  OUIOE_PHASE_WAITING,
  OUIOE_PHASE_PROMPT,
  OUIOE_PHASE_THINKING,
  OUIOE_PHASE_ANSWER,
  OUIOE_PHASE_TOOL,
  OUIOE_PHASE_PROGRESS,
} OuioePhase;

#define OUIOE_GENERATION_MAX_SPANS 256   /* phases that are kept; the oldest go */

/* A phase with its times, microseconds since 1970; end_us 0: it lasts. */
typedef struct {
  OuioePhase phase;
  gint64     begin_us;
  gint64     end_us;
} OuioePhaseSpan;

#define OUIOE_TYPE_GENERATION (ouioe_generation_get_type ())
/**
 * OuioeGeneration:
 *
 * What is known of the model's work behind a session. Reference counted. What is not known is absent, never guessed.
 */
typedef struct _OuioeGeneration OuioeGeneration;

OUIOE_EXPORT GType            ouioe_generation_get_type (void) G_GNUC_CONST;
OUIOE_EXPORT OuioeGeneration *ouioe_generation_ref      (OuioeGeneration *self);
OUIOE_EXPORT void             ouioe_generation_unref    (OuioeGeneration *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeGeneration, ouioe_generation_unref)

G_END_DECLS
