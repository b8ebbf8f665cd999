/* fuzz-ws-parser.c - a client's bytes, cut anywhere, stopped now and then
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says how the rest is cut and after how many messages the handler stops.
 */
#include "config.h"

#include "ouioed-ws-codec.h"

#define MAX_MESSAGE 4096

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  guint   stop_every;
  guint   n_messages;
  gsize   n_bytes;                   /* of messages */
  gboolean closed;
} Told;

static gboolean
on_message (OuioedWsOpcode opcode, const char *data, gsize len, gpointer user_data)
{
  Told *told = user_data;

  g_assert_true (opcode == OUIOED_WS_TEXT || opcode == OUIOED_WS_BINARY);
  g_assert_cmpuint (len, <=, MAX_MESSAGE);
  g_assert_false (told->closed);
  for (gsize i = 0; i < len; i++)
    told->n_bytes += ((const volatile char *) data)[i] != 0;
  told->n_messages++;

  return told->stop_every == 0 || told->n_messages % told->stop_every != 0;
}

static void
on_control (OuioedWsOpcode opcode, const char *data, gsize len, guint16 close_code, gpointer user_data)
{
  Told *told = user_data;

  g_assert_cmpuint (len, <=, 125);
  g_assert_false (told->closed);
  told->closed = opcode == OUIOED_WS_CLOSE;
  g_assert_true (close_code >= 1000 && close_code < 5000);
}

static const OuioedWsHandler handler = { on_message, on_control };

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Told told = { 0 };
  g_autoptr(OuioedWsParser) parser = ouioed_ws_parser_new (MAX_MESSAGE, &handler, &told);
  guint16 code = 0;
  gsize piece;

  if (size == 0)
    return 0;
  piece = (data[0] & 0x1f) + 1;
  told.stop_every = data[0] >> 5;

  for (gsize at = 1; at < size; at += piece)
    {
      gsize n = MIN (piece, size - at);
      g_autofree guint8 *copy = g_memdup2 (data + at, n);
      guint before = told.n_messages;
      guint16 now = ouioed_ws_parser_feed (parser, copy, n);

      g_assert_true (now == 0 || (code == 0 && (now == 1002 || now == 1007 || now == 1009)));
      if (code != 0)
        g_assert_cmpuint (told.n_messages, ==, before);
      code = now != 0 ? now : code;
      if (at % 3 == 0 && code == 0)
        code = ouioed_ws_parser_resume (parser);
    }
  g_assert_cmpuint (told.n_bytes, <=, size);

  return 0;
}
