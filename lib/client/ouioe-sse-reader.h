/* ouioe-sse-reader.h - text/event-stream, in pieces of any size, into events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. No I/O in here: bytes in, events out.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Borrowed; valid until the function that got it returns. */
typedef struct {
  const char *id;       /* NULL when the event had no id of its own */
  const char *event;    /* its name; "message" when it had none */
  const char *data;     /* NUL-terminated; may hold U+0000 as well */
  gsize       len;      /* of data */
} OuioeSseEvent;

typedef struct _OuioeSseReader OuioeSseReader;

/* Returns FALSE to have no more: what follows in the input is dropped. */
typedef gboolean (*OuioeSseFunc) (const OuioeSseEvent *event, gpointer user_data);

/* @max_bytes: longest line, and most data of one event */
OuioeSseReader *ouioe_sse_reader_new          (gsize max_bytes);
void            ouioe_sse_reader_free         (OuioeSseReader *self);
/* FALSE with OUIOE_ERROR_PROTOCOL when the bound is exceeded; it is of no use after that. @func may not feed. */
gboolean        ouioe_sse_reader_feed         (OuioeSseReader *self, const char *data, gsize len, OuioeSseFunc func,
                                               gpointer user_data, GError **error);
/* The newest id that was sent, also with an event that had no data; NULL when there was none. */
const char     *ouioe_sse_reader_get_last_id  (OuioeSseReader *self);
/* What the server asks to wait before the next connection, in milliseconds; -1 when it did not say. */
gint64          ouioe_sse_reader_get_retry_ms (OuioeSseReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeSseReader, ouioe_sse_reader_free)

G_END_DECLS
