/* ouioe-line-reader.c - lines out of bytes that arrive in any pieces
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-line-reader.h"

#include <string.h>

struct _OuioeLineReader
{
  gsize          max_len;
  OuioeLineFunc  func;
  gpointer       user_data;
  GString       *line;        /* the open line; at most max_len bytes */
  GString       *repaired;    /* scratch for lines that are not UTF-8 */
  gboolean       too_long;    /* the open line lost bytes */
  gboolean       skip_lf;     /* the last byte was CR: an LF belongs to it */
  gboolean       started;     /* the place of a byte order mark has passed */
};

/* Length of the well-formed sequence at @p, or, negative, of the maximal subpart of an ill-formed one. */
static int
utf8_sequence (const guint8 *p, gsize len)
{
  guint8 low = 0x80, high = 0xbf;
  int n;

  if (p[0] < 0x80)
    return 1;
  if (p[0] >= 0xc2 && p[0] <= 0xdf)
    n = 2;
  else if (p[0] >= 0xe0 && p[0] <= 0xef)
    n = 3;
  else if (p[0] >= 0xf0 && p[0] <= 0xf4)
    n = 4;
  else
    return -1;

  if (p[0] == 0xe0)
    low = 0xa0;          /* overlong */
  else if (p[0] == 0xed)
    high = 0x9f;         /* surrogates */
  else if (p[0] == 0xf0)
    low = 0x90;          /* overlong */
  else if (p[0] == 0xf4)
    high = 0x8f;         /* beyond U+10FFFF */

  for (int i = 1; i < n; i++)
    {
      if ((gsize) i >= len || p[i] < low || p[i] > high)
        return -i;
      low = 0x80;
      high = 0xbf;
    }
  return n;
}

void
ouioe_utf8_append_valid (GString *out, const char *data, gsize len)
{
  const guint8 *p = (const guint8 *) data;

  for (gsize i = 0; i < len;)
    {
      int n = utf8_sequence (p + i, len - i);

      if (n > 0)
        g_string_append_len (out, data + i, n);
      else
        g_string_append (out, "\xef\xbf\xbd");
      i += (gsize) ABS (n);
    }
}

/* g_utf8_validate() takes U+0000 for an error; here it is a character. */
static gboolean
is_utf8 (const char *data, gsize len)
{
  while (len > 0)
    {
      const char *end;

      if (g_utf8_validate_len (data, len, &end))
        return TRUE;
      if (*end != '\0')
        return FALSE;
      len -= (gsize) (end + 1 - data);
      data = end + 1;
    }
  return TRUE;
}

static void
give_line (OuioeLineReader *self)
{
  GString *line = self->line;

  if (!is_utf8 (line->str, line->len))
    {
      g_string_truncate (self->repaired, 0);
      ouioe_utf8_append_valid (self->repaired, line->str, line->len);
      line = self->repaired;
    }

  self->func (line->str, line->len, self->too_long, self->user_data);
  g_string_truncate (self->line, 0);
  self->too_long = FALSE;
}

OuioeLineReader *
ouioe_line_reader_new (gsize max_len, OuioeLineFunc func, gpointer user_data)
{
  OuioeLineReader *self = g_new0 (OuioeLineReader, 1);

  self->max_len = max_len;
  self->func = func;
  self->user_data = user_data;
  self->line = g_string_new (NULL);
  self->repaired = g_string_new (NULL);
  return self;
}

void
ouioe_line_reader_free (OuioeLineReader *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->repaired, TRUE);
  g_free (self);
}

static void
append (OuioeLineReader *self, const char *data, gsize len)
{
  gsize room;

  /* The first three bytes by themselves: a mark must not take room from the line. */
  if (!self->started)
    {
      gsize n = MIN (len, 3 - self->line->len);

      g_string_append_len (self->line, data, (gssize) n);
      data += n;
      len -= n;
      if (self->line->len == 3)
        {
          self->started = TRUE;
          if (memcmp (self->line->str, "\xef\xbb\xbf", 3) == 0)
            g_string_truncate (self->line, 0);
        }
    }

  room = self->max_len - self->line->len;
  if (len > room)
    self->too_long = TRUE;
  g_string_append_len (self->line, data, (gssize) MIN (len, room));
}

void
ouioe_line_reader_feed (OuioeLineReader *self, const char *data, gsize len)
{
  const char *end = data + len;

  while (data < end)
    {
      const char *p = data;

      if (self->skip_lf)
        {
          self->skip_lf = FALSE;
          if (*p == '\n')
            {
              data++;
              continue;
            }
        }

      while (p < end && *p != '\n' && *p != '\r')
        p++;
      append (self, data, (gsize) (p - data));
      if (p == end)
        return;

      self->started = TRUE;
      self->skip_lf = *p == '\r';
      give_line (self);
      data = p + 1;
    }
}

void
ouioe_line_reader_end (OuioeLineReader *self)
{
  if (self->line->len > 0 || self->too_long)
    give_line (self);
}
