/* ouioe-vocabulary.h - the known words for thinking and progress types
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. A word is accepted when it is in the table of its kind, or when it is namespaced:
 * two or more parts of [A-Za-z0-9_-]+ joined by dots, 64 bytes at most ("acme.lint").
 */
#pragma once

#include "ouioe-enums.h"

G_BEGIN_DECLS

/* @kind: OUIOE_EVENT_THINKING_STEP or OUIOE_EVENT_PROGRESS_UPDATE */
const char *const *ouioe_vocabulary_get_words  (OuioeEventKind kind, guint *n_words);   /* NULL-terminated */
int                ouioe_vocabulary_index      (OuioeEventKind kind, const char *word); /* -1 when not a known word */
gboolean           ouioe_vocabulary_is_accepted (OuioeEventKind kind, const char *word);
char              *ouioe_vocabulary_describe   (OuioeEventKind kind);                   /* "initialization, analysis, …" */

G_END_DECLS
