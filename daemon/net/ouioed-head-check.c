/* ouioed-head-check.c - whether the head of a request is written as RFC 9112 has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-head-check.h"

#include <string.h>

typedef enum {
  STATE_BEFORE,            /* empty lines before the request line are forgiven */
  STATE_BEFORE_LF,
  STATE_REQUEST,           /* in the request line */
  STATE_LINE_LF,           /* a line has ended but for its line feed */
  STATE_START,             /* at the first byte of a header line, or of the empty one */
  STATE_NAME,
  STATE_VALUE,
  STATE_END_LF,            /* the empty line has ended but for its line feed */
  STATE_DONE,
} State;

typedef enum {
  FIELD_HOST = 1 << 0,
  FIELD_LENGTH = 1 << 1,
  FIELD_ENCODING = 1 << 2,
} Field;

static gboolean
fail (OuioedHeadCheck *self, const char *error)
{
  self->error = error;
  return FALSE;
}

static gboolean
is_token (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Room for one byte more than any name or value of interest, so that a longer one differs. */
static void
keep (char *buffer, guint8 *n, gsize size, char c)
{
  if (*n < size)
    buffer[(*n)++] = g_ascii_tolower (c);
}

static gboolean
is (const char *buffer, gsize n, const char *text)
{
  return n == strlen (text) && memcmp (buffer, text, n) == 0;
}

static gboolean
is_length (const OuioedHeadCheck *self)
{
  if (self->n_value == 0 || self->n_value > 18)
    return FALSE;
  for (guint i = 0; i < self->n_value; i++)
    if (!g_ascii_isdigit (self->value[i]))
      return FALSE;
  return TRUE;
}

/* A header line is complete. */
static gboolean
check_field (OuioedHeadCheck *self)
{
  Field field;

  while (self->n_value > 0 && self->n_value < sizeof self->value && strchr (" \t", self->value[self->n_value - 1]) != NULL)
    self->n_value--;
  if (is (self->name, self->n_name, "content-length"))
    {
      if (!is_length (self))
        return fail (self, "The header field content-length is not a number");
      field = FIELD_LENGTH;
    }
  else if (is (self->name, self->n_name, "transfer-encoding"))
    {
      if (!is (self->value, self->n_value, "chunked"))
        return fail (self, "The header field transfer-encoding must be chunked or absent");
      field = FIELD_ENCODING;
    }
  else if (is (self->name, self->n_name, "host"))
    field = FIELD_HOST;
  else
    return TRUE;

  if (self->seen & field)
    return fail (self, "The header fields host, content-length and transfer-encoding may come once");
  self->seen |= field;
  if ((self->seen & FIELD_LENGTH) && (self->seen & FIELD_ENCODING))
    return fail (self, "The header fields content-length and transfer-encoding exclude each other");
  return TRUE;
}

static gboolean
feed_start (OuioedHeadCheck *self, char c)
{
  if (c == '\r')
    {
      self->state = STATE_END_LF;
      return TRUE;
    }
  if (c == ' ' || c == '\t')
    return fail (self, "A header line is folded");
  if (!is_token (c))
    return fail (self, "A header line does not begin with a name");
  self->n_name = 0;
  self->n_value = 0;
  keep (self->name, &self->n_name, sizeof self->name, c);
  self->state = STATE_NAME;
  return TRUE;
}

static gboolean
feed_name (OuioedHeadCheck *self, char c)
{
  if (c == ':')
    self->state = STATE_VALUE;
  else if (is_token (c))
    keep (self->name, &self->n_name, sizeof self->name, c);
  else
    return fail (self, "The name of a header field is not followed by a colon");
  return TRUE;
}

static gboolean
feed_value (OuioedHeadCheck *self, char c)
{
  if (c == '\r')
    {
      self->state = STATE_LINE_LF;
      return check_field (self);
    }
  if ((g_ascii_iscntrl (c) && c != '\t') || c == '\0')
    return fail (self, "The value of a header field has a control character");
  if (self->n_value > 0 || (c != ' ' && c != '\t'))
    keep (self->value, &self->n_value, sizeof self->value, c);
  return TRUE;
}

static gboolean
feed_lf (OuioedHeadCheck *self, char c, State next)
{
  if (c != '\n')
    return fail (self, "A carriage return stands alone");
  self->state = next;
  return TRUE;
}

static gboolean
feed_byte (OuioedHeadCheck *self, char c)
{
  switch ((State) self->state)
    {
    case STATE_BEFORE:
      self->state = c == '\r' ? STATE_BEFORE_LF : STATE_REQUEST;
      return c == '\r' || is_token (c) || fail (self, "The request does not begin with a method");
    case STATE_BEFORE_LF:
      return feed_lf (self, c, STATE_BEFORE);
    case STATE_REQUEST:
      if (c == '\r')
        self->state = STATE_LINE_LF;
      else if (g_ascii_iscntrl (c) || c == '\0')
        return fail (self, "The request line has a control character");
      return TRUE;
    case STATE_LINE_LF:
      return feed_lf (self, c, STATE_START);
    case STATE_START:
      return feed_start (self, c);
    case STATE_NAME:
      return feed_name (self, c);
    case STATE_VALUE:
      return feed_value (self, c);
    case STATE_END_LF:
      return feed_lf (self, c, STATE_DONE);
    case STATE_DONE:
    default:
      return TRUE;
    }
}

gboolean
ouioed_head_check_feed (OuioedHeadCheck *self, const void *data, gsize len)
{
  const char *bytes = data;

  if (self->error != NULL)
    return FALSE;
  for (gsize i = 0; i < len && self->state != STATE_DONE; i++)
    if (!feed_byte (self, bytes[i]))
      return FALSE;
  return TRUE;
}
