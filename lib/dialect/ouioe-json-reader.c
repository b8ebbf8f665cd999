/* ouioe-json-reader.c - JSON documents out of bytes that arrive in any pieces
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-json-reader.h"

#include <string.h>
#include "ouioe-line-reader.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

typedef enum {
  STATE_MARK,       /* within what may become a byte order mark */
  STATE_OUTSIDE,    /* between documents */
  STATE_INSIDE,
  STATE_STRING,
  STATE_ESCAPE,     /* behind a backslash in a string */
  STATE_JUNK,       /* what begins with no bracket, to the end of its line */
} State;

struct _OuioeJsonReader
{
  gsize          max_len;
  OuioeJsonFunc  func;
  gpointer       user_data;
  State          state;
  gsize          depth;       /* open brackets */
  GString       *text;        /* of the open document; at most max_len bytes */
  gboolean       too_long;    /* it lost bytes */
};

static void
give (OuioeJsonReader *self)
{
  g_autoptr(GString) valid = g_string_new (NULL);

  self->state = STATE_OUTSIDE;
  self->depth = 0;
  ouioe_utf8_append_valid (valid, self->text->str, self->text->len);
  g_string_truncate (self->text, 0);
  self->func (valid->str, valid->len, self->too_long, self->user_data);
  self->too_long = FALSE;
}

static void
append (OuioeJsonReader *self, const char *data, gsize len)
{
  gsize room = self->max_len - self->text->len;

  if (len > room)
    self->too_long = TRUE;
  g_string_append_len (self->text, data, (gssize) MIN (len, room));
}

/* What a byte does to the state. @taken: whether it belongs to the document. Returns whether a document ends behind it. */
static gboolean
step (OuioeJsonReader *self, char byte, gboolean *taken)
{
  *taken = TRUE;
  switch (self->state)
    {
    case STATE_STRING:
      if (byte == '\\')
        self->state = STATE_ESCAPE;
      else if (byte == '"')
        self->state = STATE_INSIDE;
      return FALSE;
    case STATE_ESCAPE:
      self->state = STATE_STRING;
      return FALSE;
    case STATE_INSIDE:
      if (byte == '"')
        self->state = STATE_STRING;
      else if (byte == '{' || byte == '[')
        self->depth++;
      else if (byte == '}' || byte == ']')
        self->depth--;
      return self->depth == 0;
    case STATE_JUNK:
      *taken = byte != '\n' && byte != '\r';
      return !*taken;
    case STATE_MARK:
    case STATE_OUTSIDE:
    default:
      *taken = !g_ascii_isspace (byte);
      if (!*taken)
        return FALSE;
      self->state = byte == '{' || byte == '[' ? STATE_INSIDE : STATE_JUNK;
      self->depth = self->state == STATE_INSIDE ? 1 : 0;
      return FALSE;
    }
}

/* Bytes of @data that the mark took. */
static gsize
take_mark (OuioeJsonReader *self, const char *data, gsize len)
{
  gsize n = 0;

  while (n < len && self->text->len < 3 && data[n] == byte_order_mark[self->text->len])
    g_string_append_c (self->text, data[n++]);

  if (self->text->len == 3)
    {
      g_string_truncate (self->text, 0);
      self->state = STATE_OUTSIDE;
    }
  else if (n < len)
    self->state = self->text->len > 0 ? STATE_JUNK : STATE_OUTSIDE;
  return n;
}

OuioeJsonReader *
ouioe_json_reader_new (gsize max_len, OuioeJsonFunc func, gpointer user_data)
{
  OuioeJsonReader *self = g_new0 (OuioeJsonReader, 1);

  self->max_len = max_len;
  self->func = func;
  self->user_data = user_data;
  self->state = STATE_MARK;
  self->text = g_string_new (NULL);
  return self;
}

void
ouioe_json_reader_free (OuioeJsonReader *self)
{
  g_string_free (self->text, TRUE);
  g_free (self);
}

void
ouioe_json_reader_feed (OuioeJsonReader *self, const char *data, gsize len)
{
  gsize begin = 0;   /* of what belongs to the document and is not copied yet */
  gsize i = 0;

  if (self->state == STATE_MARK)
    begin = i = take_mark (self, data, len);

  for (; i < len; i++)
    {
      gboolean taken;
      gboolean ends = step (self, data[i], &taken);

      if (!taken)
        {
          append (self, data + begin, i - begin);
          begin = i + 1;
        }
      if (ends)
        {
          append (self, data + begin, i + 1 - begin);
          begin = i + 1;
          give (self);
        }
    }
  append (self, data + begin, len - begin);
}

void
ouioe_json_reader_end (OuioeJsonReader *self)
{
  if (self->text->len > 0 || self->too_long)
    give (self);
}
