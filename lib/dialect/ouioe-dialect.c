/* ouioe-dialect.c - what model servers send, as one kind of events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* White space and a byte order mark before the first byte that tells the format. */
#define MAX_HEAD 4096
/* SSE events, and bytes of them, that are kept back until one tells the format; then it is taken to be the most common. */
#define MAX_HELD       16
#define MAX_HELD_BYTES (256 * 1024)

typedef struct {
  const char *word;
  /* One record; @type is the type of an SSE event, "" elsewhere. */
  void      (*read) (OuioeDialect *self, const char *type, json_t *record);
  gboolean    ends;      /* what comes behind the end counts no more */
} Format;

static const Format formats[] = {
  [OUIOE_DIALECT_AUTO]      = { "auto",      NULL,                           FALSE },
  [OUIOE_DIALECT_OLLAMA]    = { "ollama",    ouioe_dialect_ollama_record,    FALSE },
  [OUIOE_DIALECT_OPENAI]    = { "openai",    ouioe_dialect_openai_record,    TRUE },
  [OUIOE_DIALECT_RESPONSES] = { "responses", ouioe_dialect_responses_record, TRUE },
  [OUIOE_DIALECT_ANTHROPIC] = { "anthropic", ouioe_dialect_anthropic_record, TRUE },
  [OUIOE_DIALECT_MCP]       = { "mcp",       ouioe_dialect_mcp_record,       FALSE },
};

/* An SSE event of a format that is not known yet. */
typedef struct {
  char   *type;
  GBytes *data;
} HeldEvent;

static void
held_event_free (gpointer data)
{
  HeldEvent *held = data;

  g_bytes_unref (held->data);
  g_free (held->type);
  g_free (held);
}

/* ---- records ---- */

/* (transfer full) (nullable): a garbled event was sent */
static json_t *
parse (OuioeDialect *self, const char *data, gsize len)
{
  json_t *record = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  gboolean batch = self->format == OUIOE_DIALECT_MCP || self->format == OUIOE_DIALECT_AUTO;

  if (json_is_object (record) || (batch && json_is_array (record)))
    return record;
  ouioe_dialect_emit_garbled (self, record == NULL ? "a record that is not JSON" : "a record that is not a JSON object");
  json_decref (record);
  return NULL;
}

static void
take_json (OuioeDialect *self, const char *type, const char *data, gsize len)
{
  json_t *record = parse (self, data, len);

  if (record == NULL)
    return;
  if (self->format == OUIOE_DIALECT_AUTO)
    self->format = ouioe_dialect_detect_document (record);
  if (self->format != OUIOE_DIALECT_AUTO)
    formats[self->format].read (self, type, record);
  else
    ouioe_dialect_emit_garbled (self, "a record that is not a JSON object");
  json_decref (record);
}

static void
on_json (const char *text, gsize len, gboolean too_long, gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_records++;
  self->time_us = 0;
  if (too_long)
    ouioe_dialect_emit_garbled (self, "a record beyond the limit");
  else
    take_json (self, "", text, len);
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  while (len > 0 && g_ascii_isspace (line[len - 1]))
    len--;
  if (len > 0 || too_long)
    on_json (line, len, too_long, user_data);
}

/* ---- server-sent events ---- */

static void
take_sse_event (OuioeDialect *self, const char *type, const char *data, gsize len)
{
  self->n_records++;
  if (self->terminated && formats[self->format].ends)
    return;
  /* MCP: others are none of its messages, and an empty one is there for its id only. */
  if (self->format == OUIOE_DIALECT_MCP && (len == 0 || strcmp (type, "message") != 0))
    return;
  if (len == strlen ("[DONE]") && memcmp (data, "[DONE]", len) == 0)
    self->terminated = TRUE;
  else
    take_json (self, type, data, len);
}

/* The format is known now: what was held back comes first. */
static void
settle (OuioeDialect *self, OuioeDialectFormat format)
{
  g_autoptr(GPtrArray) held = g_steal_pointer (&self->held);

  self->format = format;
  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const HeldEvent *event = held->pdata[i];
      gsize len;
      const char *data = g_bytes_get_data (event->data, &len);

      take_sse_event (self, event->type, len > 0 ? data : "", len);
    }
}

static void
hold (OuioeDialect *self, const char *type, const char *data, gsize len)
{
  HeldEvent *held = g_new0 (HeldEvent, 1);

  held->type = g_strdup (type);
  held->data = g_bytes_new (data, len);
  if (self->held == NULL)
    self->held = g_ptr_array_new_with_free_func (held_event_free);
  g_ptr_array_add (self->held, held);
  self->held_bytes += len;
  if (self->held->len >= MAX_HELD || self->held_bytes > MAX_HELD_BYTES)
    settle (self, OUIOE_DIALECT_OPENAI);
}

static void
on_sse_event (const char *type, const char *data, gsize len, const char *id, gpointer user_data)
{
  OuioeDialect *self = user_data;

  if (self->format == OUIOE_DIALECT_AUTO)
    {
      OuioeDialectFormat format = ouioe_dialect_detect_event (type, data, len);

      if (format == OUIOE_DIALECT_AUTO)
        {
          hold (self, type, data, len);
          return;
        }
      settle (self, format);
    }
  take_sse_event (self, type, data, len);
}

static void
on_sse_comment (const char *text, gsize len, gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_comments++;
}

/* A line `error: …` is no SSE, but is sent. */
static void
on_sse_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  OuioeDialect *self = user_data;
  json_t *error, *inner;

  if (strcmp (name, "error") != 0)
    return;
  if (self->format == OUIOE_DIALECT_AUTO)
    settle (self, OUIOE_DIALECT_OPENAI);
  if (self->terminated)
    return;

  error = json_loadb (value, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
  if (error == NULL)
    error = json_stringn (value, len);
  inner = json_object_get (error, "error");
  ouioe_dialect_emit_error (self, inner != NULL ? inner : error);
  json_decref (error);
}

static void
on_sse_overflow (gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_records++;
  ouioe_dialect_emit_garbled (self, "a record beyond the limit");
}

static const OuioeSseFuncs sse_funcs = { on_sse_event, on_sse_comment, on_sse_field, on_sse_overflow };

/* ---- bytes ---- */

static void
open_lines (OuioeDialect *self)
{
  self->lines = ouioe_line_reader_new (OUIOE_DIALECT_MAX_RECORD, on_line, self);
}

static void
open_sse (OuioeDialect *self)
{
  self->sse = ouioe_sse_parser_new (OUIOE_DIALECT_MAX_RECORD, &sse_funcs, self);
}

static void
open_documents (OuioeDialect *self)
{
  self->documents = ouioe_json_reader_new (OUIOE_DIALECT_MAX_RECORD, on_json, self);
}

static void
feed_reader (OuioeDialect *self, const char *data, gsize len)
{
  if (self->lines != NULL)
    ouioe_line_reader_feed (self->lines, data, len);
  else if (self->sse != NULL)
    ouioe_sse_parser_feed (self->sse, data, len);
  else
    ouioe_json_reader_feed (self->documents, data, len);
}

/* A body that begins with a bracket. A first line that is a JSON object tells what it is, and whether lines or documents; a
 * bracket alone begins a document that was laid out for people. Anything else is a line of Ollama's that was damaged. */
static void
open_json (OuioeDialect *self, const char *line, gsize len)
{
  json_t *first = len <= OUIOE_DIALECT_MAX_RECORD ? json_loadb (line, len, JSON_ALLOW_NUL, NULL) : NULL;
  OuioeDialectFormat format = first != NULL ? ouioe_dialect_detect_document (first) : OUIOE_DIALECT_AUTO;

  json_decref (first);
  while (len > 1 && g_ascii_isspace (line[len - 1]))
    len--;
  if (format == OUIOE_DIALECT_OLLAMA || (first == NULL && *line == '{' && len > 1))
    {
      self->format = OUIOE_DIALECT_OLLAMA;
      open_lines (self);
      return;
    }
  if (format == OUIOE_DIALECT_AUTO && len > 1)
    {
      open_sse (self);
      return;
    }

  self->format = format;
  if (format != OUIOE_DIALECT_MCP)
    self->flags |= OUIOE_DIALECT_WHOLE;
  open_documents (self);
}

/* Opens the reader that the first bytes ask for; FALSE when they are too few to tell. @ending: no more will come */
static gboolean
open_by_head (OuioeDialect *self, gboolean ending)
{
  const char *text = self->head->str;
  gsize len = self->head->len;
  gsize i = 0, end;

  if (len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    i = 3;
  else if (len < 3 && memcmp (text, "\xef\xbb\xbf", len) == 0 && !ending)
    return FALSE;
  while (i < len && g_ascii_isspace (text[i]))
    i++;
  if (i == len && i < MAX_HEAD && !ending)
    return FALSE;
  if (text[i] != '{' && text[i] != '[')
    {
      open_sse (self);
      return TRUE;
    }
  if (self->format == OUIOE_DIALECT_MCP)
    {
      open_documents (self);
      return TRUE;
    }

  end = MAX (i, self->head_seen);
  while (end < len && text[end] != '\n' && text[end] != '\r')
    end++;
  self->head_seen = end;
  if (end == len && end - i <= OUIOE_DIALECT_MAX_RECORD && !ending)
    return FALSE;
  open_json (self, text + i, end - i);
  return TRUE;
}

static void
feed_head (OuioeDialect *self, gboolean ending)
{
  if (open_by_head (self, ending))
    {
      g_autoptr(GString) head = g_steal_pointer (&self->head);

      feed_reader (self, head->str, head->len);
    }
}

/* ---- the parser ---- */

OuioeDialect *
ouioe_dialect_new (OuioeDialectFormat format, OuioeDialectFlags flags, OuioeDialectFunc func, gpointer user_data)
{
  OuioeDialect *self = g_new0 (OuioeDialect, 1);

  self->format = format;
  self->flags = flags;
  self->func = func;
  self->user_data = user_data;
  if ((flags & OUIOE_DIALECT_WHOLE) != 0)
    open_documents (self);
  else if (format == OUIOE_DIALECT_OLLAMA)
    open_lines (self);
  else if (format == OUIOE_DIALECT_AUTO || format == OUIOE_DIALECT_MCP)
    self->head = g_string_new (NULL);
  else
    open_sse (self);
  return self;
}

void
ouioe_dialect_free (OuioeDialect *self)
{
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    g_clear_pointer (&self->choices[i], ouioe_dialect_choice_free);
  g_clear_pointer (&self->lines, ouioe_line_reader_free);
  g_clear_pointer (&self->sse, ouioe_sse_parser_free);
  g_clear_pointer (&self->documents, ouioe_json_reader_free);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  if (self->state != NULL)
    self->free_state (self->state);
  g_free (self);
}

void
ouioe_dialect_feed (OuioeDialect *self, const char *data, gsize len)
{
  g_return_if_fail (!self->ended);

  if (len == 0)
    return;
  if (self->head == NULL)
    {
      feed_reader (self, data, len);
      return;
    }
  g_string_append_len (self->head, data, (gssize) len);
  feed_head (self, FALSE);
}

void
ouioe_dialect_end (OuioeDialect *self)
{
  g_return_if_fail (!self->ended);

  self->ended = TRUE;
  if (self->head != NULL)
    feed_head (self, TRUE);
  if (self->lines != NULL)
    ouioe_line_reader_end (self->lines);
  if (self->sse != NULL)
    ouioe_sse_parser_end (self->sse);
  if (self->documents != NULL)
    ouioe_json_reader_end (self->documents);
  if (self->held != NULL)
    settle (self, OUIOE_DIALECT_OPENAI);
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    ouioe_dialect_flush_choice (self, i);
}

OuioeDialectFormat
ouioe_dialect_get_format (OuioeDialect *self)
{
  return self->format;
}

guint64
ouioe_dialect_get_n_records (OuioeDialect *self)
{
  return self->n_records;
}

guint64
ouioe_dialect_get_n_comments (OuioeDialect *self)
{
  return self->n_comments;
}

guint64
ouioe_dialect_get_n_opaque (OuioeDialect *self)
{
  return self->n_opaque;
}

gboolean
ouioe_dialect_get_terminated (OuioeDialect *self)
{
  return self->terminated;
}

const char *
ouioe_dialect_format_to_string (OuioeDialectFormat format)
{
  g_return_val_if_fail (format < G_N_ELEMENTS (formats), NULL);

  return formats[format].word;
}

gboolean
ouioe_dialect_format_from_string (const char *word, OuioeDialectFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (word, formats[i].word) == 0)
      {
        *format = (OuioeDialectFormat) i;
        return TRUE;
      }
  return FALSE;
}
