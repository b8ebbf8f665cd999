/* bench-wire.c - HTTP, WebSocket and NATS as far as a load generator needs them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <string.h>

BenchParse
bench_parse_response (const guint8 *data, gsize len, gboolean endless, BenchResponse *response)
{
  const char *head = (const char *) data;
  const char *end = memmem (data, len, "\r\n\r\n", 4);
  gboolean has_length = FALSE;
  guint64 body_len = 0;

  if (end == NULL)
    return len > 65536 ? BENCH_PARSE_BROKEN : BENCH_PARSE_MORE;
  if (len < 12 || strncmp (head, "HTTP/1.1 ", 9) != 0)
    return BENCH_PARSE_BROKEN;
  response->status = (guint) g_ascii_strtoull (head + 9, NULL, 10);

  for (const char *line = memmem (head, (gsize) (end - head) + 2, "\r\n", 2); line != NULL && line < end;
       line = memmem (line, (gsize) (end - line) + 2, "\r\n", 2))
    {
      line += 2;
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        {
          body_len = g_ascii_strtoull (line + 15, NULL, 10);
          has_length = TRUE;
        }
      if (g_ascii_strncasecmp (line, "Transfer-Encoding:", 18) == 0)
        return BENCH_PARSE_BROKEN;
    }
  if (!endless && !has_length && response->status != 204 && response->status >= 200)
    return BENCH_PARSE_BROKEN;

  response->body = end + 4;
  response->body_len = endless ? 0 : body_len;
  response->size = (gsize) (response->body - head) + response->body_len;
  return response->size <= len ? BENCH_PARSE_DONE : BENCH_PARSE_MORE;
}

BenchParse
bench_parse_frame (const guint8 *data, gsize len, BenchFrame *frame)
{
  gsize head = 2;
  guint64 payload;

  if (len < 2)
    return BENCH_PARSE_MORE;
  if ((data[1] & 0x80) != 0 || (data[0] & 0x70) != 0)
    return BENCH_PARSE_BROKEN;
  payload = data[1];
  if (payload >= 126)
    {
      guint n = payload == 126 ? 2 : 8;

      head += n;
      if (len < head)
        return BENCH_PARSE_MORE;
      payload = 0;
      for (guint i = 0; i < n; i++)
        payload = payload << 8 | data[2 + i];
    }
  if (payload > BENCH_SCRATCH_BYTES / 2)
    return BENCH_PARSE_BROKEN;
  frame->opcode = data[0] & 0x0f;
  frame->payload = data + head;
  frame->len = (gsize) payload;
  frame->size = head + frame->len;
  return len < frame->size ? BENCH_PARSE_MORE : BENCH_PARSE_DONE;
}

void
bench_send_frame (BenchPeer *peer, guint opcode, const void *payload, gsize len)
{
  g_autoptr(GByteArray) frame = g_byte_array_sized_new ((guint) len + 14);
  guint8 head[14] = { (guint8) (0x80 | opcode) };
  guint n = 2;

  /* Masked, as the protocol wants it of clients, with a key of zeros: nothing lies between that could be fooled. */
  if (len < 126)
    head[1] = (guint8) (0x80 | len);
  else if (len < 65536)
    {
      head[1] = 0x80 | 126;
      head[2] = (guint8) (len >> 8);
      head[3] = (guint8) len;
      n = 4;
    }
  else
    {
      head[1] = 0x80 | 127;
      for (guint i = 0; i < 8; i++)
        head[2 + i] = (guint8) ((guint64) len >> (56 - 8 * i));
      n = 10;
    }
  g_byte_array_append (frame, head, n + 4);
  g_byte_array_append (frame, payload, (guint) len);
  bench_peer_send (peer, frame->data, frame->len);
}

void
bench_send_handshake (BenchPeer *peer, const char *path)
{
  g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
                                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Key: b3Vpb2UtYmVuY2gtMDEyMw==\r\n\r\n",
                                           path, peer->bench->plan.host, peer->bench->plan.port);

  bench_peer_send (peer, text, strlen (text));
}

BenchParse
bench_parse_nats (const guint8 *data, gsize len, BenchNatsVerb *verb, const guint8 **payload, gsize *payload_len,
                  gsize *size)
{
  const char *line = (const char *) data;
  const char *end = memmem (data, len, "\r\n", 2);
  const char *last_space;

  *payload = NULL;
  *payload_len = 0;
  if (end == NULL)
    return len > 65536 ? BENCH_PARSE_BROKEN : BENCH_PARSE_MORE;
  *size = (gsize) (end - line) + 2;
  *verb = BENCH_NATS_OTHER;
  if (g_str_has_prefix (line, "+OK"))
    *verb = BENCH_NATS_OK;
  else if (g_str_has_prefix (line, "-ERR"))
    *verb = BENCH_NATS_ERROR;
  else if (g_str_has_prefix (line, "PING"))
    *verb = BENCH_NATS_PING;
  else if (g_str_has_prefix (line, "PONG"))
    *verb = BENCH_NATS_PONG;
  if (!g_str_has_prefix (line, "MSG "))
    return BENCH_PARSE_DONE;

  /* MSG subject sid [reply-to] length CR LF payload CR LF */
  last_space = memrchr (line, ' ', (gsize) (end - line));
  *verb = BENCH_NATS_MESSAGE;
  *payload = data + *size;
  *payload_len = (gsize) g_ascii_strtoull (last_space + 1, NULL, 10);
  if (*payload_len > BENCH_SCRATCH_BYTES / 2)
    return BENCH_PARSE_BROKEN;
  *size += *payload_len + 2;
  return *size <= len ? BENCH_PARSE_DONE : BENCH_PARSE_MORE;
}

/* Digits and the @stop behind them. */
static gboolean
parse_number (const guint8 **at, const guint8 *end, guint8 stop, guint64 *value)
{
  const guint8 *p = *at;

  *value = 0;
  while (p < end && *p >= '0' && *p <= '9')
    *value = *value * 10 + (*p++ - '0');
  if (p == *at || p == end || *p != stop)
    return FALSE;
  *at = p + 1;
  return TRUE;
}

gboolean
bench_parse_marker (const guint8 *text, gsize len, guint *producer, guint64 *number, guint64 *time_ns)
{
  const guint8 *at = memmem (text, len, "\"~", 2);
  guint64 first;

  if (at == NULL)
    return FALSE;
  at += 2;
  if (!parse_number (&at, text + len, '.', &first) || !parse_number (&at, text + len, '.', number) ||
      !parse_number (&at, text + len, '~', time_ns))
    return FALSE;
  *producer = (guint) first;
  return TRUE;
}
