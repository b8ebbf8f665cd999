/* ouioe-dialect-openai.c - an event of a chat completions stream, as OpenAI and those after it send it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Thinking stands in one of several places of a delta. The first of these that has text is taken and the others are
 * not looked at, because servers repeat the same text in several:
 *
 *   reasoning_content    llama.cpp, vLLM, DeepSeek
 *   reasoning            Ollama's /v1, OpenRouter, newer vLLM
 *   reasoning_text, thinking   others
 *   reasoning_details    OpenRouter: a list of parts; passed over for good once a choice used one of the former
 *   content, as a list   Mistral: parts of type thinking and text; Databricks: of type reasoning, with a summary
 *
 * A whole answer has a `message` where a stream has a `delta`; /v1/completions has a `text` instead of either. What llama.cpp
 * sends of its own (/completion) has no choices at all.
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* Tool calls of one choice that are told apart. */
#define MAX_CALLS 1024
/* Bytes of their ids that are compared. */
#define MAX_ID    256

/* ---- thinking ---- */

static void
read_details (OuioeDialect *self, guint choice, json_t *details)
{
  gsize i;
  json_t *part;

  json_array_foreach (details, i, part)
    {
      json_t *type = json_object_get (part, "type");
      const char *member = ouioe_dialect_is (type, "reasoning.summary") ? "summary" : "text";

      if (ouioe_dialect_is (type, "reasoning.encrypted"))
        ouioe_dialect_emit_opaque (self, choice, "reasoning.encrypted");
      else if (!self->choices[choice]->plain_thinking)
        ouioe_dialect_emit_thinking (self, choice, json_object_get (part, member));
    }
}

static void
read_thinking (OuioeDialect *self, guint choice, json_t *delta)
{
  static const char *const members[] = { "reasoning_content", "reasoning", "reasoning_text", "thinking" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (ouioe_dialect_emit_thinking (self, choice, json_object_get (delta, members[i])))
      {
        self->choices[choice]->plain_thinking = TRUE;
        break;
      }
  read_details (self, choice, json_object_get (delta, "reasoning_details"));
}

/* ---- content ---- */

/* What a thinking part holds: a string, or a list of text parts. */
static void
read_thinking_part (OuioeDialect *self, guint choice, json_t *thinking)
{
  gsize i;
  json_t *part;

  ouioe_dialect_emit_thinking (self, choice, thinking);
  json_array_foreach (thinking, i, part)
    ouioe_dialect_emit_thinking (self, choice, json_object_get (part, "text"));
}

static void
read_content_part (OuioeDialect *self, guint choice, json_t *part)
{
  json_t *type = json_object_get (part, "type");
  const char *thinking = NULL;

  if (ouioe_dialect_is (type, "thinking"))
    thinking = "thinking";
  else if (ouioe_dialect_is (type, "reasoning"))
    thinking = json_object_get (part, "summary") != NULL ? "summary" : "text";

  if (thinking != NULL && !self->choices[choice]->plain_thinking)
    read_thinking_part (self, choice, json_object_get (part, thinking));
  else if (ouioe_dialect_is (type, "text") || ouioe_dialect_is (type, "output_text"))
    ouioe_dialect_emit_content (self, choice, json_object_get (part, "text"));
  else if (ouioe_dialect_is (type, "refusal"))
    ouioe_dialect_emit_refusal (self, choice, json_object_get (part, "refusal"));
}

static void
read_content (OuioeDialect *self, guint choice, json_t *content)
{
  gsize i;
  json_t *part;

  ouioe_dialect_emit_content (self, choice, content);
  json_array_foreach (content, i, part)
    read_content_part (self, choice, part);
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
  if (known != NULL && (id == NULL || strncmp (known, id, MAX_ID) == 0))
    return FALSE;
  if (known == NULL && g_hash_table_size (state->calls) >= MAX_CALLS)
    {
      ouioe_dialect_emit_garbled (self, "more tool calls than can be told apart");
      return FALSE;
    }
  g_hash_table_insert (state->calls, g_memdup2 (&index, sizeof index), g_strndup (id != NULL ? id : "", MAX_ID));
  return TRUE;
}

/* @function: of the call; or what a custom tool, which takes any text, has instead */
static void
read_tool_call (OuioeDialect *self, guint choice, json_t *call, json_t *function, gint64 index)
{
  const char *id = ouioe_dialect_word (call, "id");

  if (call_begins (self, choice, index, id))
    ouioe_dialect_emit_tool_call (self, choice, ouioe_dialect_word (function, "name"), id);
  if (!ouioe_dialect_emit_arguments (self, choice, json_object_get (function, "arguments")))
    ouioe_dialect_emit_arguments (self, choice, json_object_get (function, "input"));
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
      json_t *function = json_object_get (call, "function");

      if (function == NULL)
        function = json_object_get (call, "custom");
      if (json_is_object (call))
        read_tool_call (self, choice, call, function, index >= 0 ? index : (gint64) i);
    }
}

/* ---- tokens ---- */

static gboolean
has_text (json_t *object, const char *key)
{
  json_t *value = json_object_get (object, key);

  return json_string_length (value) > 0 || json_array_size (value) > 0;
}

/* The list of the content holds the tokens of the thinking as well when a server separates that from the same text: in a stream
 * the delta tells what they are; in a whole answer nothing does, and they are passed over. */
static void
read_logprobs (OuioeDialect *self, guint choice, json_t *delta, json_t *logprobs)
{
  gboolean thinking = has_text (delta, "reasoning_content") || has_text (delta, "reasoning")
    || has_text (delta, "reasoning_text") || has_text (delta, "thinking") || has_text (delta, "reasoning_details");
  gboolean content = has_text (delta, "content");
  json_t *reasoning = json_object_get (logprobs, "reasoning_content");
  OuioeDialectTokens what = thinking ? OUIOE_DIALECT_TOKENS_THINKING : OUIOE_DIALECT_TOKENS_CONTENT;

  ouioe_dialect_read_logprobs (self, choice, OUIOE_DIALECT_TOKENS_THINKING, reasoning);
  if (json_array_size (reasoning) > 0)
    what = OUIOE_DIALECT_TOKENS_CONTENT;
  else if (thinking && content)
    return;
  ouioe_dialect_read_logprobs (self, choice, what, json_object_get (logprobs, "content"));
  ouioe_dialect_read_old_logprobs (self, choice, what, logprobs);
}

/* ---- usage ---- */

/* @timings: llama.cpp's, beside the usage of the last event; in each event when a client asks for that */
static void
read_usage (OuioeDialect *self, json_t *json, json_t *timings)
{
  OuioeDialectUsage usage = OUIOE_DIALECT_USAGE_UNKNOWN;
  json_t *details = json_object_get (json, "completion_tokens_details");

  if (!json_is_object (json) && !json_is_object (timings))
    return;

  if (json_is_object (json))
    {
      usage.prompt_tokens = ouioe_dialect_integer (json, "prompt_tokens");
      usage.completion_tokens = ouioe_dialect_integer (json, "completion_tokens");
      usage.thinking_tokens = ouioe_dialect_integer (details, "reasoning_tokens");
      usage.total_us = ouioe_dialect_duration (json, "total_time", 1e6);   /* Groq: seconds */
      usage.prompt_us = ouioe_dialect_duration (json, "prompt_time", 1e6);
      usage.completion_us = ouioe_dialect_duration (json, "completion_time", 1e6);
      usage.json = json;
    }
  else
    {
      gint64 read = ouioe_dialect_integer (timings, "prompt_n");
      gint64 cached = ouioe_dialect_integer (timings, "cache_n");

      usage.prompt_tokens = read >= 0 && cached > 0 && cached < G_MAXINT64 - read ? read + cached : read;
      usage.completion_tokens = ouioe_dialect_integer (timings, "predicted_n");
      usage.json = timings;
    }

  if (json_is_object (timings))
    {
      usage.prompt_us = ouioe_dialect_duration (timings, "prompt_ms", 1e3);
      usage.completion_us = ouioe_dialect_duration (timings, "predicted_ms", 1e3);
    }
  ouioe_dialect_emit_usage (self, &usage);
}

/* ---- the whole ---- */

static void
read_choice (OuioeDialect *self, json_t *choice, gint64 position)
{
  gint64 index = ouioe_dialect_integer (choice, "index");
  json_t *delta = json_object_get (choice, "delta");
  const char *finish = ouioe_dialect_word (choice, "finish_reason");

  if (index < 0)
    index = position;
  if (!json_is_object (choice) || ouioe_dialect_get_choice (self, index) == NULL)
    return;
  if (delta == NULL)
    delta = json_object_get (choice, "message");

  read_logprobs (self, (guint) index, delta, json_object_get (choice, "logprobs"));
  read_thinking (self, (guint) index, delta);
  read_content (self, (guint) index, json_object_get (delta, "content"));
  if (delta == NULL)
    ouioe_dialect_emit_content (self, (guint) index, json_object_get (choice, "text"));
  ouioe_dialect_emit_refusal (self, (guint) index, json_object_get (delta, "refusal"));
  read_tool_calls (self, (guint) index, delta);
  if (finish != NULL)
    ouioe_dialect_emit_finish (self, (guint) index, finish);
  read_usage (self, json_object_get (choice, "usage"), NULL);   /* Moonshot */
}

/* llama.cpp's own: {"content", "stop"}; the last one says why, and has no [DONE] behind it. */
static void
read_completion (OuioeDialect *self, json_t *record)
{
  json_t *content = json_object_get (record, "content");
  json_t *stop = json_object_get (record, "stop");
  gint64 index = MAX (ouioe_dialect_integer (record, "index"), 0);

  if (!json_is_string (content) || !json_is_boolean (stop) || ouioe_dialect_get_choice (self, index) == NULL)
    return;
  ouioe_dialect_read_logprobs (self, (guint) index, OUIOE_DIALECT_TOKENS_CONTENT,
                               json_object_get (record, "completion_probabilities"));
  ouioe_dialect_emit_content (self, (guint) index, content);
  if (json_is_true (stop))
    {
      ouioe_dialect_emit_finish (self, (guint) index, ouioe_dialect_word (record, "stop_type"));
      self->terminated = TRUE;
    }
}

static void
read_error (OuioeDialect *self, const char *type, json_t *record)
{
  json_t *error = json_object_get (record, "error");

  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);
  else if (strcmp (type, "error") == 0 || ouioe_dialect_is (json_object_get (record, "object"), "error"))
    ouioe_dialect_emit_error (self, record);
}

void
ouioe_dialect_openai_record (OuioeDialect *self, const char *type, json_t *record)
{
  json_t *choices = json_object_get (record, "choices");
  json_t *usage = json_object_get (record, "usage");
  json_t *choice;
  gsize i;

  if (ouioe_dialect_is (json_object_get (record, "object"), "list"))
    return;   /* of models, of embeddings: nobody's answer */

  ouioe_dialect_emit_meta (self, json_object_get (record, "model"));
  ouioe_dialect_emit_response_id (self, json_object_get (record, "id"));
  read_error (self, type, record);
  ouioe_dialect_emit_prompt (self, json_object_get (record, "prompt_progress"));
  json_array_foreach (choices, i, choice)
    read_choice (self, choice, (gint64) i);
  if (choices == NULL)
    read_completion (self, record);

  if (usage == NULL)
    usage = json_object_get (json_object_get (record, "x_groq"), "usage");
  read_usage (self, usage, json_object_get (record, "timings"));
  if ((self->flags & OUIOE_DIALECT_WHOLE) != 0 && json_array_size (choices) > 0)
    self->terminated = TRUE;
}
