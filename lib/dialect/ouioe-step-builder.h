/* ouioe-step-builder.h - steps of thinking out of the small pieces a model sends
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. Where a step ends:
 *
 *  1. At a blank line (nothing or white space in it), unless it stands in a fenced block (``` or ~~~): that stays whole.
 *  2. Before a heading: a line that begins with one to six "#", a space and some text, or that is bold from end to end
 *     ("**Plan**") and at most OUIOE_STEP_LINE_BYTES long.
 *  3. Before a list item ("- ", "* ", "+ ", "1. ", "1) ", at most three spaces in) when the open step has
 *     OUIOE_STEP_ITEM_BYTES already. Short items stay together with what introduces them.
 *  4. When it gets long: from OUIOE_STEP_LONG_BYTES on behind the next sentence or line (in a fenced block: line), from
 *     OUIOE_STEP_SPACE_BYTES on behind the next white space, and before the character that would exceed OUIOE_STEP_MAX_BYTES.
 *  5. Where the caller says so: a part, a tool call, the begin of the answer, the end.
 *
 * White space around a step is dropped; a step of nothing else is none. What type a step has is told by
 * ouioe_thinking_type_guess(). Each rule looks back only, so where a step ends does not depend on the pieces, and what the open
 * step has is certain, but for a last line that may yet turn out to begin another step.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOE_STEP_MAX_BYTES   4000
#define OUIOE_STEP_LONG_BYTES  3200
#define OUIOE_STEP_SPACE_BYTES 3800
#define OUIOE_STEP_ITEM_BYTES  240
#define OUIOE_STEP_LINE_BYTES  240   /* of the open line that are looked at to find out what it is */
#define OUIOE_STEP_JOIN_MS     33    /* pieces that come within this time are one beat of the rhythm */

typedef enum {
  OUIOE_STEP_BORDER_PARAGRAPH,
  OUIOE_STEP_BORDER_HEADING,
  OUIOE_STEP_BORDER_ITEM,
  OUIOE_STEP_BORDER_LENGTH,
  OUIOE_STEP_BORDER_PART,        /* the server began another part: a summary part, a content block */
  OUIOE_STEP_BORDER_TOOL_CALL,
  OUIOE_STEP_BORDER_END,
} OuioeStepBorder;

/* Text that came at once, or within OUIOE_STEP_JOIN_MS of its first piece. */
typedef struct {
  guint32 ms;                    /* since the beat before; of the first one 0 */
  guint32 n_chars;               /* Unicode code points of the step; 0 only in a last beat: the border that came later */
} OuioeStepBeat;

/* Valid during the callback only. */
typedef struct {
  const char          *content;         /* valid UTF-8, NUL behind it; may hold U+0000 */
  gsize                len;
  const char          *thinking_type;   /* a word of the vocabulary */
  OuioeStepBorder      border;          /* what ended it */
  gint64               begin_us;        /* time of the piece it began with, as it was given */
  gint64               end_us;          /* time of the piece that completed it */
  guint                n_pieces;        /* how many pieces it was joined from */
  const OuioeStepBeat *beats;           /* the rhythm in which it came; their characters are those of content */
  guint                n_beats;         /* 1 or more */
  guint64              position;        /* where content begins, in bytes of all that was ever added */
} OuioeStep;

typedef struct _OuioeStepBuilder OuioeStepBuilder;
typedef void (*OuioeStepFunc) (const OuioeStep *step, gpointer user_data);
/* What is certain of the open step has grown by @text (whole characters, valid during the callback): what was told since the
 * step before is a beginning of the content of the step that follows. */
typedef void (*OuioeGrowFunc) (const char *text, gsize len, gpointer user_data);

/* @grow: (nullable) */
OuioeStepBuilder *ouioe_step_builder_new   (OuioeStepFunc func, OuioeGrowFunc grow, gpointer user_data);
void              ouioe_step_builder_free  (OuioeStepBuilder *self);
/* @text: valid UTF-8, whole characters. A @time_us before that of the piece before counts as that one. */
void              ouioe_step_builder_add   (OuioeStepBuilder *self, const char *text, gsize len, gint64 time_us);
/* Ends the open step, if there is one, for a reason that is not in its text: @border. */
void              ouioe_step_builder_flush (OuioeStepBuilder *self, OuioeStepBorder border, gint64 time_us);
/* Bytes that were ever added. */
guint64           ouioe_step_builder_get_position (OuioeStepBuilder *self);

/* "paragraph", "heading", "item", "length", "part", "tool_call", "end" */
const char       *ouioe_step_border_to_string (OuioeStepBorder border);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeStepBuilder, ouioe_step_builder_free)

/* What kind of thinking @text is, by the phrases in it (the table of ouioe-thinking-type.c): "planning", "decision",
 * "risk_assessment" or "evaluation", whichever has most, in doubt the one named first here; "analysis" when none has any.
 * Letters of English; nothing is guessed about how sure the model is. */
const char *ouioe_thinking_type_guess (const char *text, gsize len);

G_END_DECLS
