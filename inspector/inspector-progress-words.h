/* inspector-progress-words.h - progress and the work of a model in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything is (transfer full) and NULL where nothing is known: what was not reported is not shown.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

gboolean inspector_progress_is_completion      (OuioeProgressUpdate *update);
/* "Step 5 of 8", "Ranking" */
char    *inspector_progress_describe_step      (OuioeProgressUpdate *update);
/* "about 40 s left" */
char    *inspector_progress_describe_remaining (OuioeProgressUpdate *update);
/* "estimate: 10 s to 35 s left", from how long this model took before */
char    *inspector_progress_describe_estimate  (OuioeGeneration *generation, gint64 now_us);
/* "42.3 tokens/s" */
char    *inspector_progress_describe_rate      (OuioeGeneration *generation);
/* "2 210 tokens in · 1 204 out · first token after 0.4 s · 63 % thinking"; with the name of the model and its rate when asked for */
char    *inspector_progress_describe_model     (OuioeGeneration *generation, gboolean with_name, gboolean with_rate);
/* "Thinking · 12 s", "Stalled · 8 s" */
char    *inspector_progress_describe_phase     (OuioeGeneration *generation, gint64 now_us);
/* Appends " · " and @part, which may be NULL. @part: (transfer full) */
void     inspector_progress_add_part           (GString *text, char *part);

G_END_DECLS
