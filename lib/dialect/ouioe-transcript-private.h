/* ouioe-transcript-private.h - what the parts of the transcript share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-transcript.h"

G_BEGIN_DECLS

#define OUIOE_TRANSCRIPT_MAX_NAME   200   /* bytes of a name that is shown or kept: of a model, a function, a status */
#define OUIOE_TRANSCRIPT_MAX_WORKS  16    /* works whose progress is told apart */
#define OUIOE_TRANSCRIPT_MAX_TOKENS 16384 /* whose probabilities are kept, of all open steps */
#define OUIOE_TRANSCRIPT_MAX_PIECES 16384 /* of an answer whose times are kept */

/* A token of the open step. */
typedef struct {
  guint64  position;       /* in bytes of all thinking of the choice; while it is pending, in those of what comes next */
  double   logprob;
  char    *text;           /* trimmed */
  char   **alternatives;   /* NULL when there are none */
} OuioeTranscriptToken;

/* A piece of the answer, or some that came within OUIOE_STEP_JOIN_MS. */
typedef struct {
  gsize  at;
  gint64 time_us;
} OuioeTranscriptPiece;

/* One of several parallel answers. */
typedef struct {
  OuioeTranscript  *transcript;
  guint             index;
  OuioePhase        phase;          /* the one that was told last */
  gboolean          finished;
  OuioeStepBuilder *builder;
  char             *step_id;        /* of the open step, NULL before anything of it is certain */
  GArray           *pending;        /* of OuioeTranscriptToken: of the text that follows next; NULL while none ever came */
  guint64           pending_bytes;
  GArray           *tokens;         /* of OuioeTranscriptToken: of the open step; NULL likewise */
  GString          *answer;
  gboolean          answer_cut;     /* it was longer than what is kept */
  GArray           *answer_pieces;  /* of OuioeTranscriptPiece; in case that it turns out to be thinking */
  GString          *refusal;        /* NULL when none came */
  gboolean          opaque;         /* unreadable thinking was told, and nothing came since */
  gboolean          in_call;        /* a call of a tool is open */
  char             *tool;           /* its function and id, or NULL */
  char             *tool_id;
  GString          *arguments;      /* of it; NULL before there ever were some */
  gboolean          arguments_cut;
} OuioeTranscriptChoice;

/* Something that advances: the reading of the prompt, a download, a tool. */
typedef struct {
  char     *id;            /* as the server names it, "" for none */
  char     *status;        /* what was told last to be done */
  gboolean  told;
  gboolean  complete;      /* and told so */
  gint64    told_us;
  json_t   *pending;       /* the newest update, when it was not told yet; NULL: it was */
} OuioeTranscriptWork;

struct _OuioeTranscript
{
  OuioeDialect               *dialect;
  OuioeDialectFlags           flags;
  const OuioeTranscriptFuncs *funcs;
  gpointer                    user_data;
  char                       *id_prefix;
  guint64                     n_steps;        /* ids that were given out */
  OuioeTranscriptChoice      *choices[OUIOE_DIALECT_MAX_CHOICES];
  gsize                       answer_bytes;   /* kept, of all choices */
  gsize                       refusal_bytes;  /* likewise */
  guint                       n_tokens;       /* likewise: pending ones, and those of open steps */
  OuioeTranscriptWork         works[OUIOE_TRANSCRIPT_MAX_WORKS];
  guint                       n_works;
  gint64                      second_us;      /* begin of the second in which works were told n_told times */
  guint                       n_told;
  OuioeGeneration            *generation;
  OuioeDialectUsage           usage;          /* what was told so far, without its json */
  char                       *error;          /* the first one */
  char                       *finish;         /* the first reason, "" when none was given; NULL before it */
  char                       *response_id;
  const char                 *outcome;        /* NULL before the end */
  gboolean                    ended;
  guint64                     n_garbled;
  gboolean                    recognized;     /* more than counts came: other formats have those in the same place */
  gboolean                    thought;        /* thinking came that can be read */

  /* time */
  gboolean                    recorded_times; /* those of the records are wanted */
  gint64                      interval_us;    /* of records without times; 0: the times of feed() count */
  gboolean                    timed;          /* the records have times */
  guint64                     n_events;
  guint64                     first_record;   /* number of the record of the first event */
  gint64                      begin_us;       /* 0: not known */
  gint64                      first_us;       /* of the first event */
  gint64                      fed_us;         /* as given with the bytes */
  gint64                      now_us;         /* of the newest event; never goes back */
  gint64                      first_text_us;  /* of the first and the last piece of thinking or answer; 0: none */
  gint64                      last_text_us;
};

/* What the dialect told: the way in, for tests too. */
void ouioe_transcript_take (OuioeTranscript *self, const OuioeDialectEvent *event);

OuioeTranscriptChoice *ouioe_transcript_get_choice (OuioeTranscript *self, guint index);
void     ouioe_transcript_choice_free (OuioeTranscriptChoice *choice);
gboolean ouioe_transcript_is_counted (OuioeTranscript *self);      /* times are made up, nothing may be measured by them */
void     ouioe_transcript_changed (OuioeTranscript *self);
/* How much of @len bytes fit into @max without tearing a character. */
gsize    ouioe_transcript_cut (const char *text, gsize len, gsize max);

/* ---- ouioe-transcript-update.c ---- */

/* A new object with the type and the message. */
json_t  *ouioe_transcript_make_update (const char *type, const char *message, gsize len, const char *step, const char *activity);
void     ouioe_transcript_send_update (OuioeTranscript *self, json_t *update /* (transfer full) */);
void     ouioe_transcript_tell (OuioeTranscript *self, const char *type, const char *message, const char *step, OuioePhase phase);
/* Tells that a phase begins; nothing when the choice is in it. @verb: what the model is doing */
void     ouioe_transcript_enter (OuioeTranscript *self, OuioeTranscriptChoice *choice, OuioePhase phase, const char *type,
                                 const char *verb, const char *step);
void     ouioe_transcript_take_prompt_progress (OuioeTranscript *self, const OuioeDialectEvent *event);
void     ouioe_transcript_take_progress (OuioeTranscript *self, const OuioeDialectEvent *event);
/* Tells what is pending of works. */
void     ouioe_transcript_end_works (OuioeTranscript *self);

void     ouioe_transcript_work_clear (OuioeTranscriptWork *work);

/* ---- ouioe-transcript-step.c ---- */

void     ouioe_transcript_on_step (const OuioeStep *step, gpointer choice);
void     ouioe_transcript_on_grow (const char *text, gsize len, gpointer choice);
void     ouioe_transcript_take_token (OuioeTranscriptChoice *choice, const OuioeDialectToken *token);
/* The pending tokens belong to @len bytes that are added to the builder next; with @len 0 they belong to no step. */
void     ouioe_transcript_place_tokens (OuioeTranscriptChoice *choice, gsize len);
void     ouioe_transcript_token_clear (gpointer token);

/* ---- ouioe-transcript-end.c ---- */

void     ouioe_transcript_take_usage (OuioeTranscript *self, const OuioeDialectUsage *usage);
/* Answers, the last update, the outcome. */
void     ouioe_transcript_tell_end (OuioeTranscript *self, OuioeTranscriptEnd how, const char *detail);

G_END_DECLS
