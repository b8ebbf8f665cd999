/* fuzz-sse-parser.c - any bytes through the reader of server-sent events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole, in small pieces and byte by byte must tell the same; and, as long as no limit is met, the same as a second reading
 * that follows the text of the WHATWG sentence by sentence, on all bytes at once.
 */
#include <string.h>

#include "ouioe-line-reader.h"
#include "ouioe-sse-parser.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_LEN 64   /* small, so that limits are met */

static void
mark (GString *log, const char *what, const char *text, gsize len)
{
  g_string_append_printf (log, "[%s %" G_GSIZE_FORMAT " ", what, len);
  g_string_append_len (log, text, (gssize) len);
  g_string_append_c (log, ']');
}

static void
on_event (const char *type, const char *data, gsize len, const char *id, gpointer user_data)
{
  mark (user_data, "type", type, strlen (type));
  mark (user_data, "id", id, strlen (id));
  mark (user_data, "data", data, len);
}

static void
on_comment (const char *text, gsize len, gpointer user_data)
{
  mark (user_data, "comment", text, len);
}

static void
on_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  mark (user_data, "field", name, strlen (name));
  mark (user_data, "value", value, len);
}

static void
on_overflow (gpointer user_data)
{
  mark (user_data, "overflow", "", 0);
}

static const OuioeSseFuncs funcs = { on_event, on_comment, on_field, on_overflow };

static GString *
run_once (const guint8 *data, gsize size, gsize chunk, gsize max_len)
{
  GString *log = g_string_new (NULL);
  g_autoptr(OuioeSseParser) reader = ouioe_sse_parser_new (max_len, &funcs, log);

  for (gsize at = 0; at < size; at += chunk)
    ouioe_sse_parser_feed (reader, (const char *) data + at, MIN (chunk, size - at));
  ouioe_sse_parser_end (reader);
  g_string_append_printf (log, "retry %" G_GINT64_FORMAT, ouioe_sse_parser_get_retry (reader));
  mark (log, "last", ouioe_sse_parser_get_id (reader), strlen (ouioe_sse_parser_get_id (reader)));
  return log;
}

/* ---- the second reading ---- */

typedef struct {
  GString *log;
  GString *data;       /* "data buffer" */
  GString *type;       /* "event type buffer" */
  GString *id_buffer;  /* "last event ID buffer" */
  GString *id;         /* "last event ID string" */
  gint64   retry;
} Reading;

static void
dispatch (Reading *self)
{
  g_string_assign (self->id, self->id_buffer->str);
  if (self->data->len > 0)
    {
      if (self->data->str[self->data->len - 1] == '\n')
        g_string_truncate (self->data, self->data->len - 1);
      on_event (self->type->len > 0 ? self->type->str : "message", self->data->str, self->data->len, self->id->str, self->log);
    }
  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
}

static void
process_field (Reading *self, const char *name, gsize name_len, const char *value, gsize len)
{
  g_autofree char *field = g_strndup (name, name_len);

  if (memchr (name, '\0', name_len) != NULL)
    return;
  if (strcmp (field, "event") == 0)
    {
      g_string_truncate (self->type, 0);
      g_string_append_len (self->type, value, (gssize) len);
    }
  else if (strcmp (field, "data") == 0)
    {
      g_string_append_len (self->data, value, (gssize) len);
      g_string_append_c (self->data, '\n');
    }
  else if (strcmp (field, "id") == 0)
    {
      if (memchr (value, '\0', len) == NULL)
        {
          g_string_truncate (self->id_buffer, 0);
          g_string_append_len (self->id_buffer, value, (gssize) len);
        }
    }
  else if (strcmp (field, "retry") == 0)
    {
      g_autofree char *number = g_strndup (value, len);
      gboolean digits = len > 0;
      guint64 retry;

      for (gsize i = 0; i < len; i++)
        digits = digits && g_ascii_isdigit (value[i]);
      if (digits && g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, &retry, NULL))
        self->retry = (gint64) retry;
    }
  else
    on_field (field, value, len, self->log);
}

static void
process_line (Reading *self, const char *line, gsize len)
{
  const char *colon = memchr (line, ':', len);

  if (len == 0)
    dispatch (self);
  else if (colon == line)
    on_comment (line + 1, len - 1, self->log);
  else if (colon == NULL)
    process_field (self, line, len, "", 0);
  else
    {
      gsize name_len = (gsize) (colon - line);
      gsize skip = colon + 1 < line + len && colon[1] == ' ' ? 2 : 1;

      process_field (self, line, name_len, colon + skip, len - name_len - skip);
    }
}

static GString *
read_by_the_letter (const guint8 *bytes, gsize size)
{
  Reading self = {
    .log = g_string_new (NULL), .data = g_string_new (NULL), .type = g_string_new (NULL), .id_buffer = g_string_new (NULL),
    .id = g_string_new (NULL), .retry = -1,
  };
  g_autoptr(GString) text = g_string_new (NULL);
  gsize begin = 0;

  if (size >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    ouioe_utf8_append_valid (text, (const char *) bytes + 3, size - 3);
  else
    ouioe_utf8_append_valid (text, (const char *) bytes, size);

  for (gsize i = 0; i < text->len; i++)
    {
      if (text->str[i] != '\n' && text->str[i] != '\r')
        continue;
      process_line (&self, text->str + begin, i - begin);
      if (text->str[i] == '\r' && text->str[i + 1] == '\n')
        i++;
      begin = i + 1;
    }

  g_string_append_printf (self.log, "retry %" G_GINT64_FORMAT, self.retry);
  mark (self.log, "last", self.id->str, strlen (self.id->str));
  g_string_free (self.data, TRUE);
  g_string_free (self.type, TRUE);
  g_string_free (self.id_buffer, TRUE);
  g_string_free (self.id, TRUE);
  return self.log;
}

static void
require_equal (const GString *a, const GString *b)
{
  if (!g_string_equal (a, b))
    g_abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const gsize chunks[] = { 1, 7 };
  /* What is no UTF-8 takes up to three bytes of U+FFFD for one. */
  g_autoptr(GString) small = run_once (data, size, size + 1, MAX_LEN);
  g_autoptr(GString) large = run_once (data, size, size + 1, 3 * size + 3);
  g_autoptr(GString) letter = read_by_the_letter (data, size);

  require_equal (large, letter);
  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    {
      g_autoptr(GString) small_pieces = run_once (data, size, chunks[i], MAX_LEN);
      g_autoptr(GString) large_pieces = run_once (data, size, chunks[i], 3 * size + 3);

      require_equal (small, small_pieces);
      require_equal (large, large_pieces);
    }
  return 0;
}
