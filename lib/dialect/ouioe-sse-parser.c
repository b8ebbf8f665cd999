/* ouioe-sse-parser.c - server-sent events, to the letter of the WHATWG event stream format
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-sse-parser.h"

#include <string.h>
#include "ouioe-line-reader.h"

struct _OuioeSseParser
{
  gsize                max_len;
  const OuioeSseFuncs *funcs;
  gpointer             user_data;
  OuioeLineReader     *lines;
  GString             *data;       /* of the open event, every line of it with an LF */
  GString             *type;       /* of the open event, empty when not told */
  GString             *next_id;    /* what the id field said last; counts when its event ends, kept over events */
  GString             *id;         /* the last event id */
  gint64               retry_ms;   /* -1 until the server sends one */
  gboolean             overflow;   /* the open event went beyond the limit: drop it when it ends */
};

static void
dispatch (OuioeSseParser *self)
{
  g_string_assign (self->id, self->next_id->str);
  if (self->overflow)
    {
      if (self->funcs->overflow != NULL)
        self->funcs->overflow (self->user_data);
    }
  else if (self->data->len > 0)
    {
      g_string_truncate (self->data, self->data->len - 1);
      self->funcs->event (self->type->len > 0 ? self->type->str : "message", self->data->str, self->data->len,
                          self->id->str, self->user_data);
    }

  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
  self->overflow = FALSE;
}

static void
take_retry (OuioeSseParser *self, const char *value, gsize len)
{
  guint64 retry;

  if (len == 0 || strspn (value, "0123456789") != len)
    return;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &retry, NULL))
    self->retry_ms = (gint64) retry;
}

static void
take_field (OuioeSseParser *self, const char *name, const char *value, gsize len)
{
  if (strcmp (name, "data") == 0)
    {
      if (self->data->len + len + 1 > self->max_len + 1)
        {
          self->overflow = TRUE;
          return;
        }
      g_string_append_len (self->data, value, (gssize) len);
      g_string_append_c (self->data, '\n');
      return;
    }
  if (strcmp (name, "event") == 0)
    {
      g_string_truncate (self->type, 0);
      g_string_append_len (self->type, value, (gssize) len);
      return;
    }
  if (strcmp (name, "id") == 0)
    {
      if (memchr (value, '\0', len) == NULL)
        g_string_assign (self->next_id, value);
      return;
    }
  if (strcmp (name, "retry") == 0)
    {
      take_retry (self, value, len);
      return;
    }
  if (self->funcs->field != NULL)
    self->funcs->field (name, value, len, self->user_data);
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  OuioeSseParser *self = user_data;
  const char *colon;
  g_autofree char *name = NULL;
  const char *value;

  if (len == 0 && !too_long)
    {
      dispatch (self);
      return;
    }

  if (line[0] == ':' && len > 0)
    {
      if (self->funcs->comment != NULL)
        self->funcs->comment (line + 1, len - 1, self->user_data);
      return;
    }

  if (too_long)
    {
      self->overflow = TRUE;
      return;
    }

  colon = memchr (line, ':', len);
  if (colon == NULL)
    {
      if (memchr (line, '\0', len) == NULL)
        take_field (self, line, "", 0);
      return;
    }
  if (memchr (line, '\0', (gsize) (colon - line)) != NULL)
    return;

  name = g_strndup (line, (gsize) (colon - line));
  value = colon + 1;
  if (*value == ' ')
    value++;
  take_field (self, name, value, len - (gsize) (value - line));
}

OuioeSseParser *
ouioe_sse_parser_new (gsize max_len, const OuioeSseFuncs *funcs, gpointer user_data)
{
  OuioeSseParser *self = g_new0 (OuioeSseParser, 1);

  self->max_len = max_len;
  self->funcs = funcs;
  self->user_data = user_data;
  self->lines = ouioe_line_reader_new (max_len, on_line, self);
  self->data = g_string_new (NULL);
  self->type = g_string_new (NULL);
  self->next_id = g_string_new (NULL);
  self->id = g_string_new (NULL);
  self->retry_ms = -1;
  return self;
}

void
ouioe_sse_parser_free (OuioeSseParser *self)
{
  ouioe_line_reader_free (self->lines);
  g_string_free (self->data, TRUE);
  g_string_free (self->type, TRUE);
  g_string_free (self->next_id, TRUE);
  g_string_free (self->id, TRUE);
  g_free (self);
}

void
ouioe_sse_parser_feed (OuioeSseParser *self, const char *data, gsize len)
{
  ouioe_line_reader_feed (self->lines, data, len);
}

void
ouioe_sse_parser_end (OuioeSseParser *self)
{
  /* An unfinished line belongs to an unfinished event: both go. */
  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
  self->overflow = FALSE;
}

gint64
ouioe_sse_parser_get_retry (OuioeSseParser *self)
{
  return self->retry_ms;
}

const char *
ouioe_sse_parser_get_id (OuioeSseParser *self)
{
  return self->id->str;
}
