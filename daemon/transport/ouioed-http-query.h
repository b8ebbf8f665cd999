/* ouioed-http-query.h - the query string of a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Read in place, parameter by parameter: most requests have no query, and those that have one ask for two or three
 * names. Parameters nobody asks for are ignored. What cannot be used becomes a problem with the location
 * ["query", name].
 */
#pragma once

#include "ouioe-codec.h"

G_BEGIN_DECLS

/* A bound for one request: ?session=…&session=… */
#define OUIOED_MAX_QUERY_VALUES 1000

/* @query (nullable): without "?", as it came. The first value of @name, decoded, or NULL when there is none. */
char    *ouioed_query_dup_text (const char *query, const char *name, OuioeProblems *problems);
/* All values of @name, NULL-terminated; NULL when there is none. */
char   **ouioed_query_dup_all  (const char *query, const char *name, OuioeProblems *problems);
/* @value keeps what it was when the parameter is absent. FALSE: absent, or a problem was added. */
gboolean ouioed_query_get_id   (const char *query, const char *name, OuioeProblems *problems, OuioeEventId *value);
gboolean ouioed_query_get_uint (const char *query, const char *name, OuioeProblems *problems, guint min, guint max, guint *value);
gboolean ouioed_query_get_time (const char *query, const char *name, OuioeProblems *problems, gint64 *time_us);
/* One of @words (NULL-terminated): its place. */
gboolean ouioed_query_get_word (const char *query, const char *name, OuioeProblems *problems, const char *const *words, guint *index);

G_END_DECLS
