/* ouioe-step-line.h - what a line of thinking is, told from as little of it as possible
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  OUIOE_STEP_LINE_UNKNOWN,   /* it may still become a heading or an item */
  OUIOE_STEP_LINE_TEXT,      /* neither */
  OUIOE_STEP_LINE_HEADING,
  OUIOE_STEP_LINE_ITEM,
} OuioeStepLine;

gboolean      ouioe_step_is_blank  (const char *text, gsize len);
/* @line: the line as far as it has come, or with @complete all of it, then never UNKNOWN. An answer other than UNKNOWN stays
 * true whatever follows. */
OuioeStepLine ouioe_step_line_of   (const char *line, gsize len, gboolean complete);
/* "`" or "~" when the line opens or closes a fenced block, else NUL. */
char          ouioe_step_fence_of  (const char *line, gsize len);

G_END_DECLS
