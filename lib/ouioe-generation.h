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

OUIOE_EXPORT const char      *ouioe_phase_to_string     (OuioePhase phase);
/* FALSE: @word is not the word of a phase */
OUIOE_EXPORT gboolean         ouioe_phase_from_string   (const char *word, OuioePhase *phase);

/* Texts are NULL, times 0 and numbers -1 where nothing is known. Sums are over all calls of the session. */
OUIOE_EXPORT const char *ouioe_generation_get_model               (OuioeGeneration *self);
OUIOE_EXPORT const char *ouioe_generation_get_upstream            (OuioeGeneration *self);
OUIOE_EXPORT const char *ouioe_generation_get_dialect             (OuioeGeneration *self);
OUIOE_EXPORT OuioePhase  ouioe_generation_get_phase               (OuioeGeneration *self);
OUIOE_EXPORT gint64      ouioe_generation_get_phase_since_us      (OuioeGeneration *self);
OUIOE_EXPORT gint64      ouioe_generation_get_stalled_since_us    (OuioeGeneration *self);
OUIOE_EXPORT guint       ouioe_generation_get_calls               (OuioeGeneration *self);
OUIOE_EXPORT guint       ouioe_generation_get_calls_under_way     (OuioeGeneration *self);
OUIOE_EXPORT gint64      ouioe_generation_get_input_tokens        (OuioeGeneration *self);
OUIOE_EXPORT gint64      ouioe_generation_get_output_tokens       (OuioeGeneration *self);
OUIOE_EXPORT gint64      ouioe_generation_get_thinking_tokens     (OuioeGeneration *self);
OUIOE_EXPORT double      ouioe_generation_get_tokens_per_second   (OuioeGeneration *self);
/* Seconds. */
OUIOE_EXPORT double      ouioe_generation_get_time_to_first_token (OuioeGeneration *self);
/* 0 to 1. */
OUIOE_EXPORT double      ouioe_generation_get_thinking_share      (OuioeGeneration *self);
/* Seconds in a phase, without what of it still lasts. */
OUIOE_EXPORT double      ouioe_generation_get_phase_seconds       (OuioeGeneration *self, OuioePhase phase);
OUIOE_EXPORT const char *ouioe_generation_get_finish_reason       (OuioeGeneration *self);
OUIOE_EXPORT gboolean    ouioe_generation_get_can_stop            (OuioeGeneration *self);
OUIOE_EXPORT gboolean    ouioe_generation_get_can_answer_now      (OuioeGeneration *self);
/* FALSE when there is none. Seconds. */
OUIOE_EXPORT gboolean    ouioe_generation_get_estimate            (OuioeGeneration *self, double *low, double *high, guint *runs);
OUIOE_EXPORT guint       ouioe_generation_get_n_spans             (OuioeGeneration *self);
/* FALSE when there are not that many. @end_us: 0 while it lasts. */
OUIOE_EXPORT gboolean    ouioe_generation_get_span                (OuioeGeneration *self, guint index, OuioePhase *phase,
                                                                   gint64 *begin_us, gint64 *end_us);
OUIOE_EXPORT char       *ouioe_generation_to_json                 (OuioeGeneration *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeGeneration, ouioe_generation_unref)

G_END_DECLS
