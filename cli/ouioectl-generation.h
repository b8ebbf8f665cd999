/* ouioectl-generation.h - what a model does, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only what the server told or the daemon measured; what is not known is left out.
 */
#pragma once

#include "ouioectl-text.h"
#include "ouioectl.h"

G_BEGIN_DECLS

/* "m:8b · thinking for 12 s · stalled since 14:03:22 (8 s)", safe; NULL when nothing is under way. */
char    *ouioectl_generation_describe (OuioeGeneration *generation, gint64 now_us);
/* The same without the model: "thinking for 12 s". */
char    *ouioectl_generation_doing    (OuioeGeneration *generation, gint64 now_us);
/* Cells of tables; "" when not known. */
char    *ouioectl_generation_count    (gint64 count);
char    *ouioectl_generation_rate     (OuioeGeneration *generation);   /* "12.3" tokens a second */
char    *ouioectl_generation_first    (OuioeGeneration *generation);   /* "850 ms" until the first token */
char    *ouioectl_generation_share    (OuioeGeneration *generation);   /* "40 %" of the output are thinking */
/* Rows of two columns, one for each thing that is known. */
void     ouioectl_generation_add_rows (OuioectlTable *table, OuioeGeneration *generation, gint64 now_us);

G_END_DECLS
