/* ouioe-line-reader.h - lines out of bytes that arrive in any pieces
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A line ends with LF, CR LF or CR, as the WHATWG event stream format defines it; a CR LF may be torn apart by the
 * pieces. A UTF-8 byte order mark at the very beginning is dropped. Bytes that are not UTF-8 become U+FFFD.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OuioeLineReader OuioeLineReader;

/* @line: without its end, NUL behind it, valid UTF-8 (U+0000 included). @too_long: it exceeded the limit and holds its
 * first bytes only. */
typedef void (*OuioeLineFunc) (const char *line, gsize len, gboolean too_long, gpointer user_data);

/* @max_len: 3 or more */
OuioeLineReader *ouioe_line_reader_new  (gsize max_len, OuioeLineFunc func, gpointer user_data);
void             ouioe_line_reader_free (OuioeLineReader *self);
void             ouioe_line_reader_feed (OuioeLineReader *self, const char *data, gsize len);
/* Gives out a last line that has no end, if there is one. */
void             ouioe_line_reader_end  (OuioeLineReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeLineReader, ouioe_line_reader_free)

/* Appends @data with every ill-formed sequence as one U+FFFD, cut as the WHATWG decoder cuts them (maximal subparts). */
void             ouioe_utf8_append_valid (GString *out, const char *data, gsize len);

G_END_DECLS
