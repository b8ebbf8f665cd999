/* ouioe-dialect-events.c - what all dialects tell, and how it is told
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-dialect-private.h"

#include <string.h>

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

static void
emit_words (OuioeDialect *self, OuioeDialectEventKind kind, guint choice, const char *text)
{
  emit_text (self, kind, choice, text, text != NULL ? strlen (text) : 0);
}

/* ---- inline tags ---- */

/* The splitter calls back within emit_content() or flush_choice(). */
typedef struct {
  OuioeDialect *dialect;
  guint         choice;    /* which one it speaks for */
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

void
ouioe_dialect_flush_choice (OuioeDialect *self, guint choice)
{
  OuioeDialectChoice *state = self->choices[choice];

  if (state != NULL && state->splitter != NULL)
    ouioe_tag_splitter_end (state->splitter);
}

void
ouioe_dialect_choice_free (OuioeDialectChoice *choice)
{
  g_clear_pointer (&choice->splitter, ouioe_tag_splitter_free);
  g_clear_pointer (&choice->calls, g_hash_table_unref);
  g_free (choice);
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

/* ---- texts ---- */

gboolean
ouioe_dialect_emit_thinking (OuioeDialect *self, guint choice, json_t *value)
{
  gsize len;
  const char *text = ouioe_dialect_text (value, &len);

  if (text == NULL)
    return FALSE;
  self->choices[choice]->native_thinking = TRUE;
  ouioe_dialect_flush_choice (self, choice);
  emit_text (self, OUIOE_DIALECT_EVENT_THINKING, choice, text, len);
  return TRUE;
}

gboolean
ouioe_dialect_emit_content (OuioeDialect *self, guint choice, json_t *value)
{
  OuioeDialectChoice *state = self->choices[choice];
  gsize len;
  const char *text = ouioe_dialect_text (value, &len);

  if (text == NULL)
    return FALSE;
  if ((self->flags & OUIOE_DIALECT_SPLIT_TAGS) == 0 || state->native_thinking)
    {
      emit_text (self, OUIOE_DIALECT_EVENT_CONTENT, choice, text, len);
      return TRUE;
    }

  if (state->splitter == NULL)
    {
      SplitterTarget *target = g_new (SplitterTarget, 1);

      *target = (SplitterTarget) { self, choice };
      state->splitter = ouioe_tag_splitter_new (&split_funcs, target, g_free);
    }
  ouioe_tag_splitter_feed (state->splitter, text, len);
  return TRUE;
}

gboolean
ouioe_dialect_emit_refusal (OuioeDialect *self, guint choice, json_t *value)
{
  gsize len;
  const char *text = ouioe_dialect_text (value, &len);

  if (text == NULL)
    return FALSE;
  ouioe_dialect_flush_choice (self, choice);
  emit_text (self, OUIOE_DIALECT_EVENT_REFUSAL, choice, text, len);
  return TRUE;
}

void
ouioe_dialect_emit_part (OuioeDialect *self, guint choice, const char *what)
{
  ouioe_dialect_flush_choice (self, choice);
  emit_words (self, OUIOE_DIALECT_EVENT_PART, choice, what);
}

void
ouioe_dialect_emit_opaque (OuioeDialect *self, guint choice, const char *what)
{
  self->n_opaque++;
  emit_words (self, OUIOE_DIALECT_EVENT_OPAQUE, choice, what);
}

/* ---- tools ---- */

void
ouioe_dialect_emit_tool_call (OuioeDialect *self, guint choice, const char *name, const char *id)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_TOOL_CALL, .choice = choice, .name = name, .id = id };

  ouioe_dialect_flush_choice (self, choice);
  emit (self, &event);
}

gboolean
ouioe_dialect_emit_arguments (OuioeDialect *self, guint choice, json_t *value)
{
  g_autofree char *dump = NULL;
  gsize len;
  const char *text = ouioe_dialect_text (value, &len);

  if (json_is_object (value))
    {
      text = dump = json_dumps (value, JSON_COMPACT);
      len = dump != NULL ? strlen (dump) : 0;
    }
  if (text == NULL)
    return FALSE;
  emit_text (self, OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS, choice, text, len);
  return TRUE;
}

/* ---- the rest ---- */

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
ouioe_dialect_emit_response_id (OuioeDialect *self, json_t *id)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_RESPONSE_ID };
  gsize len;

  event.id = ouioe_dialect_text (id, &len);
  if (self->identified || event.id == NULL)
    return;
  self->identified = TRUE;
  emit (self, &event);
}

/* @progress: of llama.cpp. What stood in its cache counts as read from the beginning. */
void
ouioe_dialect_emit_prompt (OuioeDialect *self, json_t *progress)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_PROMPT_PROGRESS };

  event.processed = ouioe_dialect_integer (progress, "processed");
  event.total = ouioe_dialect_integer (progress, "total");
  event.cached = ouioe_dialect_integer (progress, "cache");
  event.elapsed_us = ouioe_dialect_duration (progress, "time_ms", 1e3);
  if (event.total > 0 && event.processed >= 0 && event.processed <= event.total)
    emit (self, &event);
}

void
ouioe_dialect_emit_progress (OuioeDialect *self, const OuioeDialectProgress *progress, json_t *text)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_PROGRESS, .progress = progress };

  event.text = ouioe_dialect_text (text, &event.len);
  emit (self, &event);
}

void
ouioe_dialect_emit_token (OuioeDialect *self, guint choice, const OuioeDialectToken *token)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_TOKEN, .choice = choice, .token = token };

  emit (self, &event);
}

void
ouioe_dialect_emit_usage (OuioeDialect *self, const OuioeDialectUsage *usage)
{
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_USAGE, .usage = usage };

  emit (self, &event);
}

void
ouioe_dialect_emit_finish (OuioeDialect *self, guint choice, const char *reason)
{
  OuioeDialectChoice *state = self->choices[choice];

  if (state->finished)
    return;
  state->finished = TRUE;
  ouioe_dialect_flush_choice (self, choice);
  emit_words (self, OUIOE_DIALECT_EVENT_FINISH, choice, reason);
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
  emit_words (self, OUIOE_DIALECT_EVENT_GARBLED, 0, problem);
}

/* ---- JSON ---- */

const char *
ouioe_dialect_text (json_t *value, gsize *len)
{
  *len = json_string_length (value);
  return *len > 0 ? json_string_value (value) : NULL;
}

const char *
ouioe_dialect_word (json_t *object, const char *key)
{
  gsize len;

  return ouioe_dialect_text (json_object_get (object, key), &len);
}

gboolean
ouioe_dialect_is (json_t *value, const char *text)
{
  return json_is_string (value) && strcmp (json_string_value (value), text) == 0;
}

gint64
ouioe_dialect_integer (json_t *object, const char *key)
{
  json_t *value = json_object_get (object, key);

  return json_is_integer (value) && json_integer_value (value) >= 0 ? json_integer_value (value) : -1;
}

gint64
ouioe_dialect_duration (json_t *object, const char *key, double unit_us)
{
  json_t *value = json_object_get (object, key);
  double duration_us = json_number_value (value) * unit_us;

  return json_is_number (value) && duration_us >= 0 && duration_us < 1e15 ? (gint64) duration_us : -1;
}
