/* ouioe-json-reader.h - JSON documents out of bytes that arrive in any pieces
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where lines mean nothing: one document of any layout, or several behind each other. Only brackets and strings are looked at;
 * whether a document is JSON is for its reader to find out. A byte order mark at the very beginning is dropped. Bytes that are
 * not UTF-8 become U+FFFD.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OuioeJsonReader OuioeJsonReader;

/* @text: from the first bracket to the one that closes it, NUL behind it; or a line that begins with anything else. @too_long: it
 * exceeded the limit and holds its first bytes only. */
typedef void (*OuioeJsonFunc) (const char *text, gsize len, gboolean too_long, gpointer user_data);

OuioeJsonReader *ouioe_json_reader_new  (gsize max_len, OuioeJsonFunc func, gpointer user_data);
void             ouioe_json_reader_free (OuioeJsonReader *self);
void             ouioe_json_reader_feed (OuioeJsonReader *self, const char *data, gsize len);
/* Gives out a last document that is not complete, if there is one. */
void             ouioe_json_reader_end  (OuioeJsonReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeJsonReader, ouioe_json_reader_free)

G_END_DECLS
