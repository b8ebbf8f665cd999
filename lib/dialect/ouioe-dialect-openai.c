/* ouioe-dialect-openai.c - an event of a chat completions stream, as OpenAI and those after it send it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Thinking stands in one of several places of a delta. The first of these that has text is taken and the others are
 * not looked at, because servers repeat the same text in several:
 *
 *   reasoning_content    llama.cpp, vLLM, DeepSeek
 *   reasoning            Ollama's /v1, OpenRouter, newer vLLM
 *   reasoning_details    OpenRouter: a list of parts; passed over for good once a choice used one of the former
 *   content, as a list   Mistral: parts of type thinking and text
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* Tool calls of one choice that are told apart. */
#define MAX_CALLS 1024

static gboolean
is_string (json_t *value, const char *text)
{
  return json_is_string (value) && strcmp (json_string_value (value), text) == 0;
}

/* ---- thinking ---- */

static void
read_details (OuioeDialect *self, guint choice, json_t *details)
{
  gsize i;
  json_t *part;

  json_array_foreach (details, i, part)
    {
      json_t *type = json_object_get (part, "type");
      gsize len;
      const char *member, *text;

      if (is_string (type, "reasoning.encrypted"))
        {
          self->n_opaque++;
          continue;
        }
      if (self->choices[choice]->plain_thinking)
        continue;
      member = is_string (type, "reasoning.summary") ? "summary" : "text";
      text = ouioe_dialect_text (json_object_get (part, member), &len);
      if (text != NULL)
        ouioe_dialect_emit_thinking (self, choice, text, len);
    }
}

static void
read_thinking (OuioeDialect *self, guint choice, json_t *delta)
{
  gsize len;
  const char *text = ouioe_dialect_text (json_object_get (delta, "reasoning_content"), &len);

  if (text == NULL)
    text = ouioe_dialect_text (json_object_get (delta, "reasoning"), &len);
  if (text != NULL)
    {
      self->choices[choice]->plain_thinking = TRUE;
      ouioe_dialect_emit_thinking (self, choice, text, len);
    }
  read_details (self, choice, json_object_get (delta, "reasoning_details"));
}

/* ---- content ---- */

/* `thinking` of a part: a string, or a list of text parts. */
static void
read_thinking_part (OuioeDialect *self, guint choice, json_t *thinking)
{
  gsize i, len;
  json_t *part;
  const char *text = ouioe_dialect_text (thinking, &len);

  if (text != NULL)
    ouioe_dialect_emit_thinking (self, choice, text, len);

  json_array_foreach (thinking, i, part)
    {
      text = ouioe_dialect_text (json_object_get (part, "text"), &len);
      if (text != NULL)
        ouioe_dialect_emit_thinking (self, choice, text, len);
    }
}

static void
read_content (OuioeDialect *self, guint choice, json_t *content)
{
  gsize i, len;
  json_t *part;
  const char *text = ouioe_dialect_text (content, &len);

  if (text != NULL)
    ouioe_dialect_emit_content (self, choice, text, len);

  json_array_foreach (content, i, part)
    {
      json_t *type = json_object_get (part, "type");

      if (is_string (type, "thinking"))
        {
          if (!self->choices[choice]->plain_thinking)
            read_thinking_part (self, choice, json_object_get (part, "thinking"));
          continue;
        }
      text = ouioe_dialect_text (json_object_get (part, "text"), &len);
      if (is_string (type, "text") && text != NULL)
        ouioe_dialect_emit_content (self, choice, text, len);
    }
}

/* ---- tool calls ---- */

/* A call begins with an index that is new, or with a new id under an old one (some servers give every call index 0).
 * Pieces of its arguments repeat the index and, mostly, leave the id out. */
static gboolean
call_begins (OuioeDialect *self, guint choice, gint64 index, const char *id)
{
  OuioeDialectChoice *state = self->choices[choice];
  const char *known;

  if (state->calls == NULL)
    state->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  known = g_hash_table_lookup (state->calls, &index);
  if (known != NULL && (id == NULL || strcmp (known, id) == 0))
    return FALSE;
  if (known == NULL && g_hash_table_size (state->calls) >= MAX_CALLS)
    {
      ouioe_dialect_emit_garbled (self, "more tool calls than can be told apart");
      return FALSE;
    }
  g_hash_table_insert (state->calls, g_memdup2 (&index, sizeof index), g_strdup (id != NULL ? id : ""));
  return TRUE;
}

static void
read_tool_call (OuioeDialect *self, guint choice, json_t *call, json_t *function, gint64 index)
{
  gsize len;
  const char *id = ouioe_dialect_text (json_object_get (call, "id"), &len);
  const char *name = ouioe_dialect_text (json_object_get (function, "name"), &len);
  const char *arguments;

  if (call_begins (self, choice, index, id))
    ouioe_dialect_emit_tool_call (self, choice, name, id);
  arguments = ouioe_dialect_text (json_object_get (function, "arguments"), &len);
  if (arguments != NULL)
    ouioe_dialect_emit_arguments (self, choice, arguments, len);
}

static void
read_tool_calls (OuioeDialect *self, guint choice, json_t *delta)
{
  json_t *legacy = json_object_get (delta, "function_call");
  gsize i;
  json_t *call;

  if (json_is_object (legacy))
    read_tool_call (self, choice, legacy, legacy, 0);

  json_array_foreach (json_object_get (delta, "tool_calls"), i, call)
    {
      gint64 index = ouioe_dialect_integer (call, "index");

      if (json_is_object (call))
        read_tool_call (self, choice, call, json_object_get (call, "function"), index >= 0 ? index : (gint64) i);
    }
}

/* ---- the whole ---- */

static void
read_choice (OuioeDialect *self, json_t *choice, gint64 position)
{
  gint64 index = ouioe_dialect_integer (choice, "index");
  json_t *delta = json_object_get (choice, "delta");
  json_t *finish = json_object_get (choice, "finish_reason");
  gsize len;

  if (index < 0)
    index = position;
  if (!json_is_object (choice) || ouioe_dialect_get_choice (self, index) == NULL)
    return;
  if (delta == NULL)
    delta = json_object_get (choice, "message");   /* a whole answer in one piece */

  read_thinking (self, (guint) index, delta);
  read_content (self, (guint) index, json_object_get (delta, "content"));
  read_tool_calls (self, (guint) index, delta);
  if (ouioe_dialect_text (finish, &len) != NULL)
    ouioe_dialect_emit_finish (self, (guint) index, json_string_value (finish));
}

static gint64
milliseconds_us (json_t *object, const char *key)
{
  json_t *value = json_object_get (object, key);
  double ms = json_number_value (value);

  return json_is_number (value) && ms >= 0 && ms < 1e12 ? (gint64) (ms * 1000) : -1;
}

/* @timings: llama.cpp's, beside the usage of the last event. */
static void
read_usage (OuioeDialect *self, json_t *json, json_t *timings)
{
  OuioeDialectUsage usage = OUIOE_DIALECT_USAGE_UNKNOWN;
  json_t *details = json_object_get (json, "completion_tokens_details");

  if (!json_is_object (json))
    return;
  usage.prompt_tokens = ouioe_dialect_integer (json, "prompt_tokens");
  usage.completion_tokens = ouioe_dialect_integer (json, "completion_tokens");
  usage.thinking_tokens = ouioe_dialect_integer (details, "reasoning_tokens");
  usage.prompt_us = milliseconds_us (timings, "prompt_ms");
  usage.completion_us = milliseconds_us (timings, "predicted_ms");
  usage.json = json;
  ouioe_dialect_emit_usage (self, &usage);
}

static void
read_prompt_progress (OuioeDialect *self, json_t *progress)
{
  gint64 processed = ouioe_dialect_integer (progress, "processed");

  if (processed >= 0)
    ouioe_dialect_emit_prompt (self, processed, ouioe_dialect_integer (progress, "total"));
}

void
ouioe_dialect_openai_event (OuioeDialect *self, const char *type, const char *data, gsize len)
{
  json_t *record, *error, *choice;
  gsize i;

  if (self->terminated)
    return;
  if (len == strlen ("[DONE]") && memcmp (data, "[DONE]", len) == 0)
    {
      self->terminated = TRUE;
      return;
    }

  record = ouioe_dialect_parse_object (self, data, len);
  if (record == NULL)
    return;

  ouioe_dialect_emit_meta (self, json_object_get (record, "model"));
  error = json_object_get (record, "error");
  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);
  else if (strcmp (type, "error") == 0)
    ouioe_dialect_emit_error (self, record);

  read_prompt_progress (self, json_object_get (record, "prompt_progress"));
  json_array_foreach (json_object_get (record, "choices"), i, choice)
    read_choice (self, choice, (gint64) i);
  read_usage (self, json_object_get (record, "usage"), json_object_get (record, "timings"));
  json_decref (record);
}

void
ouioe_dialect_openai_field (OuioeDialect *self, const char *name, const char *value, gsize len)
{
  json_t *error, *inner;

  if (self->terminated || strcmp (name, "error") != 0)
    return;

  error = json_loadb (value, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
  if (error == NULL)
    error = json_stringn (value, len);
  inner = json_object_get (error, "error");
  ouioe_dialect_emit_error (self, inner != NULL ? inner : error);
  json_decref (error);
}
