/* ouioe-generation-private.h - the fields of a generation
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-generation.h"

G_BEGIN_DECLS

/* A phase with its times, microseconds since 1970; end_us 0: it lasts. */
typedef struct {
  OuioePhase phase;
  gint64     begin_us;
  gint64     end_us;
} OuioePhaseSpan;

/* Numbers are -1, texts NULL and times 0 where nothing is known. Sums are over all calls of the session. */
struct _OuioeGeneration
{
  gatomicrefcount ref_count;
  char      *model;                    /* as the server names it */
  char      *upstream;                 /* name in the configuration */
  char      *dialect;                  /* "ollama", "openai", … */
  OuioePhase phase;                    /* of the newest call */
  gint64     phase_since_us;
  gint64     stalled_since_us;         /* since when the upstream is silent although an answer is under way; 0: it is not */
  guint      n_calls;                  /* so far */
  guint      n_under_way;
  gint64     input_tokens;
  gint64     output_tokens;            /* thinking included */
  gint64     thinking_tokens;
  double     tokens_per_second;        /* of output, of the newest call that told its counts */
  gint64     time_to_first_token_us;   /* of the newest call: until the first thinking or content */
  gint64     spent_us[OUIOE_PHASE_PROGRESS + 1];   /* in each phase, ended ones; 0 when none */
  char      *finish_reason;            /* of the newest answer, as the server put it */
  gboolean   can_stop;                 /* a call is under way that can be ended */
  gboolean   can_answer_now;           /* the server can be told to end its thinking */
  gint64     estimate_low_us;          /* an estimate of how long the newest call takes in all, from earlier runs of this model */
  gint64     estimate_high_us;         /* on this machine; -1: none */
  guint      estimate_runs;            /* how many runs it is made of; 0: none */
  GArray    *spans;                    /* of OuioePhaseSpan, ascending */
};

OuioeGeneration *ouioe_generation_new     (void);
OuioeGeneration *ouioe_generation_copy    (const OuioeGeneration *self);   /* deep */
/* Ends the phase that lasts and begins @phase (NONE: only ends), keeping spans, spent_us, phase and phase_since_us. */
void             ouioe_generation_enter   (OuioeGeneration *self, OuioePhase phase, gint64 time_us);
/* JSON text of an object; times as RFC 3339, durations in seconds, absent what is not known. */
void             ouioe_generation_write   (const OuioeGeneration *self, GString *out);
/* (transfer full) NULL: @json is not one. Unknown members are ignored. */
OuioeGeneration *ouioe_generation_read    (const char *json, gsize len);

G_END_DECLS
