/* ouioed-ws-codec.h - RFC 6455 frames: headers out, an incremental parser in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No input or output in here. A server never masks; a client always does.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOED_WS_HEADER_MAX 10

typedef enum {
  OUIOED_WS_CONTINUATION = 0x0, OUIOED_WS_TEXT = 0x1, OUIOED_WS_BINARY = 0x2,
  OUIOED_WS_CLOSE = 0x8, OUIOED_WS_PING = 0x9, OUIOED_WS_PONG = 0xA,
} OuioedWsOpcode;

/* Writes the header of an unfragmented, unmasked frame; returns its length (2, 4 or 10). */
gsize ouioed_ws_header (guint8 header[OUIOED_WS_HEADER_MAX], OuioedWsOpcode opcode, guint64 payload_len);
/* A whole text frame in one block. */
GBytes *ouioed_ws_text_frame (const char *text, gsize len);
/* Appends a header to @out, to be followed by the payload. */
void    ouioed_ws_append_header (GString *out, OuioedWsOpcode opcode, guint64 payload_len);

typedef struct _OuioedWsParser OuioedWsParser;   /* small while no message is under way */

typedef struct {
  /* A whole message, joined and unmasked; text is valid UTF-8. @data is valid during the call and has no NUL behind it.
   * Return FALSE to stop parsing (the rest of the input is kept inside, see ouioed_ws_parser_resume()). */
  gboolean (*message) (OuioedWsOpcode opcode, const char *data, gsize len, gpointer user_data);
  /* Ping, pong or close; at most 125 bytes. @close_code: of a close frame, 1005 when it had none; then @data is the
   * reason alone. */
  void     (*control) (OuioedWsOpcode opcode, const char *data, gsize len, guint16 close_code, gpointer user_data);
} OuioedWsHandler;

/* @max_message: bytes of a joined message. */
OuioedWsParser *ouioed_ws_parser_new    (gsize max_message, const OuioedWsHandler *handler, gpointer user_data);
void            ouioed_ws_parser_free   (OuioedWsParser *self);
/* Returns 0 while all is well, else the close code the peer has earned: 1002 (protocol), 1007 (not UTF-8), 1009 (too
 * big, as soon as the header says so). After an error, or a close frame, further input is ignored. @data is unmasked in
 * place. Do not feed a stopped parser much: it keeps all of it. */
guint16         ouioed_ws_parser_feed   (OuioedWsParser *self, guint8 *data, gsize len);
guint16         ouioed_ws_parser_resume (OuioedWsParser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedWsParser, ouioed_ws_parser_free)

G_END_DECLS
