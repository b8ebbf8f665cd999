/* inspector-format.h - times, durations and counts as people read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *inspector_format_clock    (gint64 time_us);       /* "14:02:07.3", local time */
char *inspector_format_clock_ms (gint64 time_us);       /* "14:02:07.318" */
char *inspector_format_duration (gint64 duration_us);   /* "03:12", "1:03:12" */
char *inspector_format_seconds  (gint64 duration_us);   /* "1.9 s", "03:12" */
char *inspector_format_since    (gint64 duration_us);   /* "00:03:07.3" */
char *inspector_format_age      (gint64 age_us);        /* "40 s", "5 min", "2 h", "3 d" */
char *inspector_format_took     (gint64 duration_us);   /* "40 ms", "1.9 s", "03:12", "1:03:12" */
char *inspector_format_span     (gint64 duration_us);   /* in words: "40 seconds", "4 minutes", "2 hours" */
/* "14:51" of today, else the date as the locale writes it */
char *inspector_format_moment   (gint64 time_us, gint64 now_us);
char *inspector_format_percent  (double fraction);      /* "88 %", of 0 to 1 */
char *inspector_format_count    (guint64 n);            /* "18 432", digits grouped as the locale does */
/* The text with its lines joined to one paragraph, at most @max_chars of it. */
char *inspector_format_joined   (const char *text, glong max_chars);
/* The text in lower case, for comparing. */
char *inspector_format_folded   (const char *text);
/* The beginning and the end of the text, its lines joined, at most @max_chars of it. */
char *inspector_format_ends     (const char *text, glong max_chars);
/* The text as it is, at most @max_chars of it. */
char *inspector_format_bounded  (const char *text, glong max_chars);
/* The first line, at most @max_chars of it. */
char *inspector_format_one_line (const char *text, glong max_chars);

G_END_DECLS
