/* ouioe-step-builder.h - steps of thinking out of the small pieces a model sends
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. Where a step ends:
 *
 *  1. At a blank line (nothing or white space in it), unless it stands in a fenced block (``` or ~~~): that stays whole.
 *  2. Before a heading: a line that begins with one to six "#" and a space, or that is bold from end to end ("**Plan**").
 *  3. Before a list item ("- ", "* ", "+ ", "1. ", "1) ", at most three spaces in) when the open step has
 *     OUIOE_STEP_ITEM_BYTES already. Short items stay together with what introduces them.
 *  4. At OUIOE_STEP_MAX_BYTES: behind the last sentence of the second half, else the last white space, else a character.
 *  5. Where the caller says so: a tool call, the begin of the answer, the end.
 *
 * White space around a step is dropped; a step of nothing else is none. What type a step has is told by
 * ouioe_thinking_type_guess().
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOE_STEP_MAX_BYTES  4000
#define OUIOE_STEP_ITEM_BYTES 240

typedef enum {
  OUIOE_STEP_BORDER_PARAGRAPH,
  OUIOE_STEP_BORDER_HEADING,
  OUIOE_STEP_BORDER_ITEM,
  OUIOE_STEP_BORDER_LENGTH,
  OUIOE_STEP_BORDER_PART,        /* the server began another part: a summary part, a content block */
  OUIOE_STEP_BORDER_TOOL_CALL,
  OUIOE_STEP_BORDER_END,
} OuioeStepBorder;

/* Valid during the callback only. */
typedef struct {
  const char      *content;         /* valid UTF-8, NUL behind it; may hold U+0000 */
  gsize            len;
  const char      *thinking_type;   /* a word of the vocabulary */
  OuioeStepBorder  border;          /* what ended it */
  gint64           begin_us;        /* time of the piece it began with, as it was given */
  gint64           end_us;          /* time of the piece that completed it */
  guint            n_pieces;        /* how many pieces it was joined from */
} OuioeStep;

typedef struct _OuioeStepBuilder OuioeStepBuilder;
typedef void (*OuioeStepFunc) (const OuioeStep *step, gpointer user_data);

OuioeStepBuilder *ouioe_step_builder_new   (OuioeStepFunc func, gpointer user_data);
void              ouioe_step_builder_free  (OuioeStepBuilder *self);
/* @text: valid UTF-8, whole characters */
void              ouioe_step_builder_add   (OuioeStepBuilder *self, const char *text, gsize len, gint64 time_us);
/* Ends the open step, if there is one. */
void              ouioe_step_builder_flush (OuioeStepBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeStepBuilder, ouioe_step_builder_free)

/* What kind of thinking @text is, by the phrases in it (the table of ouioe-thinking-type.c): "planning", "decision",
 * "risk_assessment" or "evaluation", whichever has most, in doubt the one named first here; "analysis" when none has any.
 * Letters of English; nothing is guessed about how sure the model is. */
const char *ouioe_thinking_type_guess (const char *text, gsize len);

G_END_DECLS
