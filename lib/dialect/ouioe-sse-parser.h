/* ouioe-sse-parser.h - server-sent events, to the letter of the WHATWG event stream format
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OuioeSseParser OuioeSseParser;

typedef struct {
  /* An event with data. @type: "message" unless told otherwise. @id: the last event id so far, "" before one came. */
  void (*event)    (const char *type, const char *data, gsize len, const char *id, gpointer user_data);
  /* (nullable) A line that begins with a colon; @text is what follows it. */
  void (*comment)  (const char *text, gsize len, gpointer user_data);
  /* (nullable) A field the format does not know. It has no effect there, but some servers send `error:`. */
  void (*field)    (const char *name, const char *value, gsize len, gpointer user_data);
  /* (nullable) An event beyond the limit was dropped. */
  void (*overflow) (gpointer user_data);
} OuioeSseFuncs;

/* @max_len: bytes of a line and of the data of an event. @funcs must outlive the reader. */
OuioeSseParser *ouioe_sse_parser_new       (gsize max_len, const OuioeSseFuncs *funcs, gpointer user_data);
void            ouioe_sse_parser_free      (OuioeSseParser *self);
void            ouioe_sse_parser_feed      (OuioeSseParser *self, const char *data, gsize len);
/* The stream ended. An event without its blank line is dropped, as the format demands. */
void            ouioe_sse_parser_end       (OuioeSseParser *self);
/* The reconnection time the server asked for, in milliseconds; -1 when it did not. */
gint64          ouioe_sse_parser_get_retry (OuioeSseParser *self);
const char     *ouioe_sse_parser_get_id    (OuioeSseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeSseParser, ouioe_sse_parser_free)

G_END_DECLS
