/* ouioe-sse-reader.c - text/event-stream, in pieces of any size, into events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-sse-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-error.h"

/* Buffers that grew beyond this are given back after the event. */
#define KEEP_BYTES 65536
/* Names and ids are short; longer ones are not ours and are ignored. */
#define MAX_WORD_BYTES 256

struct _OuioeSseReader
{
  gsize     max_bytes;
  GString  *line;        /* the part of a line that came before this piece */
  GString  *data;        /* lines of the event so far, each followed by a line feed */
  char     *event;       /* name of the event so far, or NULL */
  char     *id;          /* id of the event so far, or NULL */
  char     *last_id;     /* newest id, or NULL */
  gint64    retry_ms;    /* -1: not said */
  gboolean  has_data;    /* an event without a data line is none */
  gboolean  skip_lf;     /* the last piece ended in CR: an LF now belongs to it */
  gboolean  at_start;    /* nothing was read: a byte order mark may come */
};

static void
clear_string (GString **string)
{
  if ((*string)->allocated_len > KEEP_BYTES)
    {
      g_string_free (*string, TRUE);
      *string = g_string_new (NULL);
    }
  else
    {
      g_string_truncate (*string, 0);
    }
}

static gboolean
too_large (OuioeSseReader *self, GError **error)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL,
               _("The service sent an event of more than %zu bytes"), self->max_bytes);
  return FALSE;
}

/* An empty line: the event is complete. Returns FALSE when @func wants no more. */
static gboolean
dispatch (OuioeSseReader *self, OuioeSseFunc func, gpointer user_data)
{
  gboolean go_on = TRUE;

  if (self->id != NULL)
    {
      g_free (self->last_id);
      self->last_id = g_strdup (self->id);
    }
  if (self->has_data)
    {
      OuioeSseEvent event;

      g_string_truncate (self->data, self->data->len - 1);
      event.id = self->id;
      event.event = self->event != NULL ? self->event : "message";
      event.data = self->data->str;
      event.len = self->data->len;
      go_on = func (&event, user_data);
    }

  clear_string (&self->data);
  g_clear_pointer (&self->event, g_free);
  g_clear_pointer (&self->id, g_free);
  self->has_data = FALSE;
  return go_on;
}

static gboolean
is_field (const char *line, gsize name_len, const char *name)
{
  return strlen (name) == name_len && memcmp (line, name, name_len) == 0;
}

static char *
dup_word (const char *value, gsize len)
{
  if (len > MAX_WORD_BYTES || memchr (value, '\0', len) != NULL)
    return NULL;
  return g_strndup (value, len);
}

static gboolean
take_field (OuioeSseReader *self, const char *line, gsize len, GError **error)
{
  const char *colon = memchr (line, ':', len);
  gsize name_len = colon != NULL ? (gsize) (colon - line) : len;
  const char *value = colon != NULL ? colon + 1 : line + len;
  gsize value_len = (gsize) (line + len - value);

  if (value_len > 0 && value[0] == ' ')
    {
      value++;
      value_len--;
    }

  if (is_field (line, name_len, "data"))
    {
      if (value_len + 1 > self->max_bytes - MIN (self->max_bytes, self->data->len))
        return too_large (self, error);
      g_string_append_len (self->data, value, (gssize) value_len);
      g_string_append_c (self->data, '\n');
      self->has_data = TRUE;
    }
  else if (is_field (line, name_len, "event"))
    {
      g_free (self->event);
      self->event = dup_word (value, value_len);
    }
  else if (is_field (line, name_len, "id"))
    {
      g_free (self->id);
      self->id = dup_word (value, value_len);
    }
  else if (is_field (line, name_len, "retry"))
    {
      g_autofree char *text = dup_word (value, value_len);
      guint64 ms;

      if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &ms, NULL))
        self->retry_ms = (gint64) ms;
    }
  return TRUE;
}

/* One line without its end. @go_on (out): FALSE when @func wants no more. */
static gboolean
take_line (OuioeSseReader *self, const char *line, gsize len, OuioeSseFunc func, gpointer user_data, gboolean *go_on,
           GError **error)
{
  if (self->at_start)
    {
      self->at_start = FALSE;
      if (len >= 3 && memcmp (line, "\xef\xbb\xbf", 3) == 0)
        {
          line += 3;
          len -= 3;
        }
    }

  if (len == 0)
    {
      *go_on = dispatch (self, func, user_data);
      return TRUE;
    }
  if (line[0] == ':')
    return TRUE; /* a comment */
  return take_field (self, line, len, error);
}

static const char *
find_line_end (const char *data, gsize len)
{
  const char *lf = memchr (data, '\n', len);
  const char *cr = memchr (data, '\r', lf != NULL ? (gsize) (lf - data) : len);

  return cr != NULL ? cr : lf;
}

gboolean
ouioe_sse_reader_feed (OuioeSseReader *self, const char *data, gsize len, OuioeSseFunc func, gpointer user_data,
                       GError **error)
{
  const char *p = data;
  const char *end = data + len;
  gboolean go_on = TRUE;

  while (p < end && go_on)
    {
      const char *line_end;
      gsize n;
      gboolean ok;

      if (self->skip_lf)
        {
          self->skip_lf = FALSE;
          if (*p == '\n')
            {
              p++;
              continue;
            }
        }

      line_end = find_line_end (p, (gsize) (end - p));
      n = (gsize) ((line_end != NULL ? line_end : end) - p);
      if (n > self->max_bytes - MIN (self->max_bytes, self->line->len))
        return too_large (self, error);
      if (line_end == NULL)
        {
          g_string_append_len (self->line, p, (gssize) n);
          return TRUE;
        }

      self->skip_lf = *line_end == '\r';
      if (self->line->len == 0)
        {
          ok = take_line (self, p, n, func, user_data, &go_on, error);
        }
      else
        {
          g_string_append_len (self->line, p, (gssize) n);
          ok = take_line (self, self->line->str, self->line->len, func, user_data, &go_on, error);
          clear_string (&self->line);
        }
      if (!ok)
        return FALSE;
      p = line_end + 1;
    }
  return TRUE;
}

const char *
ouioe_sse_reader_get_last_id (OuioeSseReader *self)
{
  return self->last_id;
}

gint64
ouioe_sse_reader_get_retry_ms (OuioeSseReader *self)
{
  return self->retry_ms;
}

OuioeSseReader *
ouioe_sse_reader_new (gsize max_bytes)
{
  OuioeSseReader *self = g_new0 (OuioeSseReader, 1);

  self->max_bytes = max_bytes;
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->retry_ms = -1;
  self->at_start = TRUE;
  return self;
}

void
ouioe_sse_reader_free (OuioeSseReader *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->event);
  g_free (self->id);
  g_free (self->last_id);
  g_free (self);
}
