/* ouioed-ws-codec.c - RFC 6455 frames: headers out, an incremental parser in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-ws-codec.h"

#include <string.h>

#define FIN           0x80
#define RSV           0x70
#define OPCODE        0x0f
#define MASKED        0x80
#define CONTROL_BIT   0x08
#define MAX_CONTROL   125
#define MAX_HEAD      14             /* 2, up to 8 of length, 4 of mask */
#define NO_CODE       1005

typedef enum {
  STATE_HEAD,                        /* of a frame */
  STATE_PAYLOAD,
  STATE_STOPPED,                     /* the handler wants no more for now */
  STATE_DEAD,                        /* after an error or a close frame: everything else is ignored */
} ParserState;

struct _OuioedWsParser
{
  const OuioedWsHandler *handler;
  gpointer               user_data;
  gsize                  max_message;
  guint64                left;       /* of the payload of the frame under way */
  GByteArray            *joined;     /* what came of a message in earlier pieces; NULL while there is none */
  GByteArray            *control;    /* what came of a control frame; NULL while there is none */
  GByteArray            *rest;       /* input not looked at since the handler stopped; NULL while there is none */
  guint8                 head[MAX_HEAD];
  guint8                 n_head;     /* bytes of it */
  guint8                 mask[4];    /* turned so that its first byte belongs to the next byte of the payload */
  guint8                 opcode;     /* of the frame under way */
  guint8                 message;    /* opcode of the message under way, 0 while there is none */
  gboolean               fin : 1;    /* the frame under way is the last of its message */
  ParserState            state : 3;
};

gsize
ouioed_ws_header (guint8 header[OUIOED_WS_HEADER_MAX], OuioedWsOpcode opcode, guint64 payload_len)
{
  header[0] = FIN | opcode;
  if (payload_len <= MAX_CONTROL)
    {
      header[1] = payload_len;
      return 2;
    }
  if (payload_len <= G_MAXUINT16)
    {
      header[1] = 126;
      header[2] = payload_len >> 8;
      header[3] = payload_len;
      return 4;
    }

  header[1] = 127;
  for (guint i = 0; i < 8; i++)
    header[2 + i] = payload_len >> (56 - 8 * i);

  return 10;
}

GBytes *
ouioed_ws_text_frame (const char *text, gsize len)
{
  guint8 header[OUIOED_WS_HEADER_MAX];
  gsize n = ouioed_ws_header (header, OUIOED_WS_TEXT, len);
  guint8 *frame = g_malloc (n + len);

  memcpy (frame, header, n);
  if (len > 0)
    memcpy (frame + n, text, len);

  return g_bytes_new_take (frame, n + len);
}

void
ouioed_ws_append_header (GString *out, OuioedWsOpcode opcode, guint64 payload_len)
{
  guint8 header[OUIOED_WS_HEADER_MAX];

  g_string_append_len (out, (const char *) header, ouioed_ws_header (header, opcode, payload_len));
}

/* g_utf8_validate() takes U+0000 for an end; here it is a character like others. */
static gboolean
is_utf8 (const char *data, gsize len)
{
  const char *end;

  if (len == 0)    /* data may be NULL then */
    return TRUE;

  end = data + len;
  while (data < end && !g_utf8_validate_len (data, end - data, &data))
    {
      if (*data != '\0')
        return FALSE;
      while (data < end && *data == '\0')
        data++;
    }

  return TRUE;
}

static void
unmask (OuioedWsParser *self, guint8 *data, gsize len)
{
  guint8 mask[4];
  guint64 wide;
  gsize i = 0;

  memcpy (&wide, self->mask, 4);
  memcpy ((guint8 *) &wide + 4, self->mask, 4);
  for (; i + 8 <= len; i += 8)
    {
      guint64 word;

      memcpy (&word, data + i, 8);
      word ^= wide;
      memcpy (data + i, &word, 8);
    }
  for (; i < len; i++)
    data[i] ^= self->mask[i & 3];

  for (guint k = 0; k < 4; k++)
    mask[k] = self->mask[(len + k) & 3];
  memcpy (self->mask, mask, 4);
}

static guint16
fail (OuioedWsParser *self, guint16 code)
{
  self->state = STATE_DEAD;
  g_clear_pointer (&self->joined, g_byte_array_unref);
  g_clear_pointer (&self->control, g_byte_array_unref);
  g_clear_pointer (&self->rest, g_byte_array_unref);

  return code;
}

/* Which a peer may send (RFC 6455 7.4, and the IANA registry). */
static gboolean
is_close_code (guint16 code)
{
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static guint16
on_control (OuioedWsParser *self, const guint8 *data, gsize len)
{
  const char *text = (const char *) data;
  guint16 code = NO_CODE;

  if (self->opcode == OUIOED_WS_CLOSE && len == 1)
    return fail (self, 1002);
  if (self->opcode == OUIOED_WS_CLOSE && len >= 2)
    {
      code = (guint16) (data[0] << 8 | data[1]);
      text += 2;
      len -= 2;
      if (!is_close_code (code))
        return fail (self, 1002);
      if (!is_utf8 (text, len))
        return fail (self, 1007);
    }

  self->state = STATE_HEAD;
  if (self->opcode == OUIOED_WS_CLOSE)
    fail (self, 0);
  self->handler->control (self->opcode, text, len, code, self->user_data);

  return 0;
}

static guint16
on_message (OuioedWsParser *self, const guint8 *data, gsize len)
{
  OuioedWsOpcode opcode = self->message;

  if (opcode == OUIOED_WS_TEXT && !is_utf8 ((const char *) data, len))
    return fail (self, 1007);

  self->message = 0;
  self->state = STATE_HEAD;
  if (!self->handler->message (opcode, (const char *) data, len, self->user_data))
    self->state = STATE_STOPPED;

  return 0;
}

/* The whole of a frame's head is there. */
static guint16
on_head (OuioedWsParser *self, guint n_length)
{
  guint64 len = self->head[1] & 0x7f;
  gboolean is_control = (self->head[0] & CONTROL_BIT) != 0;
  gsize so_far = self->joined != NULL ? self->joined->len : 0;

  if (n_length > 0)
    {
      len = 0;
      for (guint i = 0; i < n_length; i++)
        len = len << 8 | self->head[2 + i];
      /* The shortest form is the only one allowed. */
      if (len <= (n_length == 2 ? MAX_CONTROL : G_MAXUINT16) || len > G_MAXINT64)
        return fail (self, 1002);
    }
  if (!is_control && len > self->max_message - so_far)
    return fail (self, 1009);

  memcpy (self->mask, self->head + 2 + n_length, 4);
  self->left = len;
  self->n_head = 0;
  self->state = STATE_PAYLOAD;

  return 0;
}

/* What can be said from the first two bytes. */
static guint16
check_start (OuioedWsParser *self)
{
  guint8 opcode = self->head[0] & OPCODE;
  gboolean fin = (self->head[0] & FIN) != 0;
  gboolean in_message = self->message != 0;

  if ((self->head[0] & RSV) != 0 || (self->head[1] & MASKED) == 0)
    return fail (self, 1002);

  switch (opcode)
    {
    case OUIOED_WS_CLOSE:
    case OUIOED_WS_PING:
    case OUIOED_WS_PONG:
      if (!fin || (self->head[1] & 0x7f) > MAX_CONTROL)
        return fail (self, 1002);
      break;
    case OUIOED_WS_CONTINUATION:
      if (!in_message)
        return fail (self, 1002);
      break;
    case OUIOED_WS_TEXT:
    case OUIOED_WS_BINARY:
      if (in_message)
        return fail (self, 1002);
      self->message = opcode;
      break;
    default:
      return fail (self, 1002);
    }
  self->opcode = opcode;
  self->fin = fin;

  return 0;
}

/* Takes what belongs to the head; moves on when it is complete. */
static guint16
take_head (OuioedWsParser *self, guint8 **data, gsize *len)
{
  while (*len > 0)
    {
      guint n_length;
      guint16 code;

      self->head[self->n_head++] = *(*data)++;
      (*len)--;
      if (self->n_head < 2)
        continue;
      if (self->n_head == 2 && (code = check_start (self)) != 0)
        return code;
      n_length = (self->head[1] & 0x7f) == 126 ? 2 : (self->head[1] & 0x7f) == 127 ? 8 : 0;
      if (self->n_head == 2 + n_length + 4)
        return on_head (self, n_length);
    }

  return 0;
}

/* Takes what belongs to the payload. A frame that lies whole in the input is handed on where it lies. */
static guint16
take_payload (OuioedWsParser *self, guint8 **data, gsize *len)
{
  gboolean is_control = (self->opcode & CONTROL_BIT) != 0;
  GByteArray **pieces = is_control ? &self->control : &self->joined;
  g_autoptr(GByteArray) whole = NULL;
  gsize n = MIN (self->left, *len);
  guint8 *part = *data;
  gboolean complete;

  unmask (self, part, n);
  self->left -= n;
  *data += n;
  *len -= n;

  complete = self->left == 0 && (is_control || self->fin);
  if (!complete || *pieces != NULL)
    {
      if (*pieces == NULL)
        *pieces = g_byte_array_new ();
      g_byte_array_append (*pieces, part, n);
    }
  if (self->left > 0)
    return 0;
  if (!complete)
    {
      self->state = STATE_HEAD;
      return 0;
    }

  whole = g_steal_pointer (pieces);
  if (whole != NULL)
    {
      part = whole->data;
      n = whole->len;
    }

  return is_control ? on_control (self, part, n) : on_message (self, part, n);
}

OuioedWsParser *
ouioed_ws_parser_new (gsize max_message, const OuioedWsHandler *handler, gpointer user_data)
{
  OuioedWsParser *self = g_new0 (OuioedWsParser, 1);

  self->max_message = max_message;
  self->handler = handler;
  self->user_data = user_data;

  return self;
}

void
ouioed_ws_parser_free (OuioedWsParser *self)
{
  fail (self, 0);
  g_free (self);
}

guint16
ouioed_ws_parser_feed (OuioedWsParser *self, guint8 *data, gsize len)
{
  guint16 code = 0;

  while (code == 0 && self->state != STATE_DEAD && self->state != STATE_STOPPED
         && (len > 0 || (self->state == STATE_PAYLOAD && self->left == 0)))
    code = self->state == STATE_HEAD ? take_head (self, &data, &len) : take_payload (self, &data, &len);

  if (self->state == STATE_STOPPED && len > 0)
    {
      if (self->rest == NULL)
        self->rest = g_byte_array_new ();
      g_byte_array_append (self->rest, data, len);
    }

  return code;
}

guint16
ouioed_ws_parser_resume (OuioedWsParser *self)
{
  g_autoptr(GByteArray) rest = g_steal_pointer (&self->rest);

  if (self->state != STATE_STOPPED)
    return 0;

  self->state = STATE_HEAD;

  return rest != NULL ? ouioed_ws_parser_feed (self, rest->data, rest->len) : 0;
}
