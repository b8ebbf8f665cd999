/* ouioe-dialect.c - what model servers send, as one kind of events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* White space and a byte order mark before the first byte that tells the format. */
#define MAX_HEAD 4096

static const char *const format_words[] = {
  [OUIOE_DIALECT_AUTO] = "auto",
  [OUIOE_DIALECT_OLLAMA] = "ollama",
  [OUIOE_DIALECT_OPENAI] = "openai",
};

/* ---- events ---- */

static void
emit (OuioeDialect *self, OuioeDialectEvent *event)
{
  event->time_us = self->time_us;
  event->record = self->n_records;
  self->func (event, self->user_data);
}

static void
emit_text (OuioeDialect *self, OuioeDialectEventKind kind, guint choice, const char *text, gsize len)
{
  OuioeDialectEvent event = { .kind = kind, .choice = choice, .text = text, .len = len };

  emit (self, &event);
}

void
ouioe_dialect_emit_meta (OuioeDialect *self, json_t *model)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_META };
  gsize len;

  event.name = ouioe_dialect_text (model, &len);
  if (self->named || event.name == NULL)
    return;
  self->named = TRUE;
  emit (self, &event);
}

void
ouioe_dialect_emit_tool_call (OuioeDialect *self, guint choice, const char *name, const char *id)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_TOOL_CALL, .choice = choice, .name = name, .id = id };

  emit (self, &event);
}

void
ouioe_dialect_emit_arguments (OuioeDialect *self, guint choice, const char *text, gsize len)
{
  emit_text (self, OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS, choice, text, len);
}

void
ouioe_dialect_emit_prompt (OuioeDialect *self, gint64 processed, gint64 total)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_PROMPT_PROGRESS, .processed = processed, .total = total };

  if (total > 0 && processed >= 0 && processed <= total)
    emit (self, &event);
}

void
ouioe_dialect_emit_usage (OuioeDialect *self, const OuioeDialectUsage *usage)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_USAGE, .usage = usage };

  emit (self, &event);
}

void
ouioe_dialect_emit_error (OuioeDialect *self, json_t *error)
{
  json_t *message = json_is_object (error) ? json_object_get (error, "message") : error;
  g_autofree char *dump = NULL;
  gsize len;
  const char *text = ouioe_dialect_text (message, &len);

  if (text == NULL)
    {
      text = dump = json_dumps (error, JSON_ENCODE_ANY | JSON_COMPACT);
      len = dump != NULL ? strlen (dump) : 0;
    }
  if (len > 0)
    emit_text (self, OUIOE_DIALECT_EVENT_ERROR, 0, text, len);
}

void
ouioe_dialect_emit_garbled (OuioeDialect *self, const char *problem)
{
  emit_text (self, OUIOE_DIALECT_EVENT_GARBLED, 0, problem, strlen (problem));
}

/* ---- inline tags ---- */

/* The splitter calls back within emit_content() or end_choice(); those set which choice it speaks for. */
typedef struct {
  OuioeDialect *dialect;
  guint         choice;
} SplitterTarget;

static void
on_split_thinking (const char *text, gsize len, gpointer user_data)
{
  SplitterTarget *target = user_data;

  emit_text (target->dialect, OUIOE_DIALECT_EVENT_THINKING, target->choice, text, len);
}

static void
on_split_content (const char *text, gsize len, gpointer user_data)
{
  SplitterTarget *target = user_data;

  emit_text (target->dialect, OUIOE_DIALECT_EVENT_CONTENT, target->choice, text, len);
}

static void
on_split_was_thinking (gpointer user_data)
{
  SplitterTarget *target = user_data;

  emit_text (target->dialect, OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING, target->choice, NULL, 0);
}

static const OuioeTagFuncs split_funcs = { on_split_thinking, on_split_content, on_split_was_thinking };

/* What the splitter still holds goes out before anything that ends the content. */
static void
end_splitter (OuioeDialectChoice *choice)
{
  if (choice->splitter != NULL)
    ouioe_tag_splitter_end (choice->splitter);
}

void
ouioe_dialect_emit_thinking (OuioeDialect *self, guint choice, const char *text, gsize len)
{
  OuioeDialectChoice *state = self->choices[choice];

  state->native_thinking = TRUE;
  end_splitter (state);
  emit_text (self, OUIOE_DIALECT_EVENT_THINKING, choice, text, len);
}

void
ouioe_dialect_emit_content (OuioeDialect *self, guint choice, const char *text, gsize len)
{
  OuioeDialectChoice *state = self->choices[choice];

  if ((self->flags & OUIOE_DIALECT_SPLIT_TAGS) == 0 || state->native_thinking)
    {
      emit_text (self, OUIOE_DIALECT_EVENT_CONTENT, choice, text, len);
      return;
    }

  if (state->splitter == NULL)
    {
      SplitterTarget *target = g_new (SplitterTarget, 1);

      *target = (SplitterTarget) { self, choice };
      state->splitter = ouioe_tag_splitter_new (&split_funcs, target, g_free);
    }
  ouioe_tag_splitter_feed (state->splitter, text, len);
}

void
ouioe_dialect_emit_finish (OuioeDialect *self, guint choice, const char *reason)
{
  OuioeDialectChoice *state = self->choices[choice];

  if (state->finish != NULL)
    return;
  end_splitter (state);
  state->finish = g_strdup (reason != NULL ? reason : "");
  emit_text (self, OUIOE_DIALECT_EVENT_FINISH, choice, reason, reason != NULL ? strlen (reason) : 0);
}

/* ---- JSON ---- */

json_t *
ouioe_dialect_parse_object (OuioeDialect *self, const char *data, gsize len)
{
  json_error_t error;
  json_t *object = json_loadb (data, len, JSON_ALLOW_NUL, &error);

  if (json_is_object (object))
    return object;
  if (object == NULL)
    ouioe_dialect_emit_garbled (self, "a record that is not JSON");
  else
    ouioe_dialect_emit_garbled (self, "a record that is not a JSON object");
  json_decref (object);
  return NULL;
}

const char *
ouioe_dialect_text (json_t *value, gsize *len)
{
  *len = json_string_length (value);
  return *len > 0 ? json_string_value (value) : NULL;
}

gint64
ouioe_dialect_integer (json_t *object, const char *key)
{
  json_t *value = json_object_get (object, key);

  return json_is_integer (value) && json_integer_value (value) >= 0 ? json_integer_value (value) : -1;
}

OuioeDialectChoice *
ouioe_dialect_get_choice (OuioeDialect *self, gint64 index)
{
  if (index < 0 || index >= OUIOE_DIALECT_MAX_CHOICES)
    {
      ouioe_dialect_emit_garbled (self, "a choice with an index out of range");
      return NULL;
    }
  if (self->choices[index] == NULL)
    self->choices[index] = g_new0 (OuioeDialectChoice, 1);
  return self->choices[index];
}

/* ---- bytes ---- */

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  OuioeDialect *self = user_data;

  while (len > 0 && g_ascii_isspace (line[len - 1]))
    len--;
  if (len == 0 && !too_long)
    return;

  self->n_records++;
  self->time_us = 0;
  if (too_long)
    ouioe_dialect_emit_garbled (self, "a record beyond the limit");
  else
    ouioe_dialect_ollama_record (self, line, len);
}

static void
on_sse_event (const char *type, const char *data, gsize len, const char *id, gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_records++;
  ouioe_dialect_openai_event (self, type, data, len);
}

static void
on_sse_comment (const char *text, gsize len, gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_comments++;
}

static void
on_sse_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  ouioe_dialect_openai_field (user_data, name, value, len);
}

static void
on_sse_overflow (gpointer user_data)
{
  OuioeDialect *self = user_data;

  self->n_records++;
  ouioe_dialect_emit_garbled (self, "a record beyond the limit");
}

static const OuioeSseFuncs sse_funcs = { on_sse_event, on_sse_comment, on_sse_field, on_sse_overflow };

static void
open_reader (OuioeDialect *self)
{
  if (self->format == OUIOE_DIALECT_OLLAMA)
    self->lines = ouioe_line_reader_new (OUIOE_DIALECT_MAX_RECORD, on_line, self);
  else
    self->sse = ouioe_sse_parser_new (OUIOE_DIALECT_MAX_RECORD, &sse_funcs, self);
}

static void
feed_reader (OuioeDialect *self, const char *data, gsize len)
{
  if (self->lines != NULL)
    ouioe_line_reader_feed (self->lines, data, len);
  else
    ouioe_sse_parser_feed (self->sse, data, len);
}

/* Collects until a byte tells the format. */
static void
feed_head (OuioeDialect *self, const char *data, gsize len)
{
  g_autoptr(GString) head = NULL;
  gsize i = 0;

  g_string_append_len (self->head, data, (gssize) len);
  if (self->head->len >= 3 && memcmp (self->head->str, "\xef\xbb\xbf", 3) == 0)
    i = 3;
  else if (self->head->len < 3 && memcmp (self->head->str, "\xef\xbb\xbf", self->head->len) == 0)
    return;
  while (i < self->head->len && g_ascii_isspace (self->head->str[i]))
    i++;
  if (i == self->head->len && i < MAX_HEAD)
    return;

  self->format = self->head->str[i] == '{' ? OUIOE_DIALECT_OLLAMA : OUIOE_DIALECT_OPENAI;
  open_reader (self);
  head = g_steal_pointer (&self->head);
  feed_reader (self, head->str, head->len);
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
  if (format == OUIOE_DIALECT_AUTO)
    self->head = g_string_new (NULL);
  else
    open_reader (self);
  return self;
}

static void
free_choice (OuioeDialectChoice *choice)
{
  g_clear_pointer (&choice->splitter, ouioe_tag_splitter_free);
  g_clear_pointer (&choice->calls, g_hash_table_unref);
  g_free (choice->finish);
  g_free (choice);
}

void
ouioe_dialect_free (OuioeDialect *self)
{
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    g_clear_pointer (&self->choices[i], free_choice);
  g_clear_pointer (&self->lines, ouioe_line_reader_free);
  g_clear_pointer (&self->sse, ouioe_sse_parser_free);
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  g_free (self);
}

void
ouioe_dialect_feed (OuioeDialect *self, const char *data, gsize len)
{
  g_return_if_fail (!self->ended);

  if (len == 0)
    return;
  if (self->head != NULL)
    feed_head (self, data, len);
  else
    feed_reader (self, data, len);
}

void
ouioe_dialect_end (OuioeDialect *self)
{
  g_return_if_fail (!self->ended);

  self->ended = TRUE;
  if (self->lines != NULL)
    ouioe_line_reader_end (self->lines);
  if (self->sse != NULL)
    ouioe_sse_parser_end (self->sse);
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL)
      end_splitter (self->choices[i]);
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
  g_return_val_if_fail (format < G_N_ELEMENTS (format_words), NULL);

  return format_words[format];
}

gboolean
ouioe_dialect_format_from_string (const char *word, OuioeDialectFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (format_words); i++)
    if (strcmp (word, format_words[i]) == 0)
      {
        *format = (OuioeDialectFormat) i;
        return TRUE;
      }
  return FALSE;
}
