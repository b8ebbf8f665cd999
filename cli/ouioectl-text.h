/* ouioectl-text.h - text for terminals: made safe, measured, wrapped, put into tables
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  OUIOECTL_TEXT_LINE,    /* line ends become visible, too: the result is one line */
  OUIOECTL_TEXT_LINES,   /* line ends stay (CR LF and CR become LF) */
} OuioectlTextMode;

/* What came over the wire, safe to show: control characters become pictures (␛), those beyond ASCII and everything that
 * changes the direction of text or hides becomes its number (<U+202E>), what is not UTF-8 becomes U+FFFD. Tabs become
 * spaces. @len: -1 up to the NUL. */
char   *ouioectl_text_safe     (const char *text, gssize len, OuioectlTextMode mode);
/* JSON, safe to show: what ouioectl_text_safe() would replace becomes its escape, so that it still says the same. */
char   *ouioectl_text_safe_json (const char *json, gsize len);
/* Columns a text takes; it must be safe and one line. */
guint   ouioectl_text_width    (const char *text);
/* At most @width columns of a safe line, with “…” where something is left out; in @used, unless NULL, the columns. */
char   *ouioectl_text_shorten  (const char *text, guint width, guint *used);
/* Appends safe @text of any number of lines, broken at white space into lines of at most @width columns. Every line but
 * the first begins with @indent spaces; the last has no line end. Indentation of the text stays. */
void    ouioectl_text_wrap     (GString *out, const char *text, guint indent, guint width);

/* "850 ms", "12.3 s", "2 min 05 s", "3 h 07 min", "2 d 4 h", in the language of the user */
char   *ouioectl_text_duration (gint64 duration_us);
/* Local time: "14:03:22" */
char   *ouioectl_text_clock    (gint64 time_us);
/* Local time with the day where it is not today's: "14:03:22", "Nov 21 14:03", "2025-11-21", likewise */
char   *ouioectl_text_moment   (gint64 time_us, gint64 now_us);

/* ---- tables ---- */

typedef struct _OuioectlTable OuioectlTable;

/* @headings: as N_() marks them, a translation of each is shown; NULL for a table without */
OuioectlTable *ouioectl_table_new    (const char *const *headings, guint n_columns);
/* For numbers. */
void           ouioectl_table_align_right (OuioectlTable *self, guint column);
void           ouioectl_table_add    (OuioectlTable *self, ...) G_GNUC_NULL_TERMINATED;   /* a cell per column, made safe */
/* @width: columns of the terminal, for the last column to be shortened to; 0: not */
char          *ouioectl_table_format (OuioectlTable *self, guint width);
void           ouioectl_table_free   (OuioectlTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlTable, ouioectl_table_free)

/* ---- the terminal ---- */

gboolean ouioectl_terminal_is     (int fd);
guint    ouioectl_terminal_width  (int fd);   /* columns; 80 when it does not tell */
guint    ouioectl_terminal_rows   (int fd);   /* 24 when it does not tell */
gboolean ouioectl_terminal_colour (int fd);   /* it is one, and NO_COLOR is not set, and TERM is not "dumb" */

G_END_DECLS
