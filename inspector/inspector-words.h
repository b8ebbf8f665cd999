/* inspector-words.h - what differs between two texts, word by word
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of a text; what is beyond counts as one word. */
#define INSPECTOR_WORDS_MAX 2000

typedef struct {
  guint begin;   /* bytes */
  guint end;
} InspectorSpan;

/* The words of a text: letters and digits that belong together, or one sign. (transfer full): of InspectorSpan */
GArray  *inspector_words_split    (const char *text);
/* What is only in the one and only in the other; neighbours are one span. (out) (transfer full): of InspectorSpan */
void     inspector_words_diff     (const char *a, const char *b, GArray **only_a, GArray **only_b);
/* How much of both is common: 0 nothing, 1 all of it. Order does not count. */
double   inspector_words_compare  (const char *a, const char *b);
/* Lower case, single spaces, and every number the same: what stays when something is done again. */
char    *inspector_words_normalise (const char *text);
/* Of a text, or of one part of it: equal for equal ones. @len: -1 up to the NUL */
guint64  inspector_words_hash     (const char *text, gssize len);

G_END_DECLS
