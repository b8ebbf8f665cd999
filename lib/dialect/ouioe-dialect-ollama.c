/* ouioe-dialect-ollama.c - a record of Ollama's own API: /api/generate and /api/chat
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One JSON object a line. generate carries `thinking` and `response`, chat `message.thinking`, `message.content` and
 * `message.tool_calls`. The last one has `done: true`, a reason, counts, and durations in nanoseconds.
 */
#include "ouioe-dialect-private.h"

#include <string.h>

static const char *const usage_members[] = {
  "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration",
};

static gint64
parse_time (json_t *value)
{
  gsize len;
  const char *text = ouioe_dialect_text (value, &len);
  g_autoptr(GTimeZone) utc = NULL;
  g_autoptr(GDateTime) time = NULL;
  gint64 time_us;

  if (text == NULL)
    return 0;
  utc = g_time_zone_new_utc ();
  time = g_date_time_new_from_iso8601 (text, utc);
  if (time == NULL)
    return 0;
  time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return MAX (time_us, 0);
}

static void
read_tool_calls (OuioeDialect *self, json_t *calls)
{
  gsize i;
  json_t *call;

  json_array_foreach (calls, i, call)
    {
      json_t *function = json_object_get (call, "function");
      json_t *arguments = json_object_get (function, "arguments");
      g_autofree char *dump = NULL;
      gsize len;
      const char *name = ouioe_dialect_text (json_object_get (function, "name"), &len);

      if (function == NULL)
        continue;
      ouioe_dialect_emit_tool_call (self, 0, name, ouioe_dialect_text (json_object_get (call, "id"), &len));
      if (json_is_object (arguments))
        dump = json_dumps (arguments, JSON_COMPACT);
      if (dump != NULL)
        ouioe_dialect_emit_arguments (self, 0, dump, strlen (dump));
    }
}

static void
read_texts (OuioeDialect *self, json_t *thinking, json_t *content)
{
  gsize len;
  const char *text = ouioe_dialect_text (thinking, &len);

  if (text != NULL)
    ouioe_dialect_emit_thinking (self, 0, text, len);
  text = ouioe_dialect_text (content, &len);
  if (text != NULL)
    ouioe_dialect_emit_content (self, 0, text, len);
}

static gint64
duration_us (json_t *record, const char *key)
{
  gint64 ns = ouioe_dialect_integer (record, key);

  return ns < 0 ? -1 : ns / 1000;
}

static void
read_usage (OuioeDialect *self, json_t *record)
{
  json_t *json = json_object ();
  OuioeDialectUsage usage = OUIOE_DIALECT_USAGE_UNKNOWN;

  for (guint i = 0; i < G_N_ELEMENTS (usage_members); i++)
    {
      json_t *value = json_object_get (record, usage_members[i]);

      if (json_is_number (value))
        json_object_set (json, usage_members[i], value);
    }

  if (json_object_size (json) > 0)
    {
      usage.prompt_tokens = ouioe_dialect_integer (record, "prompt_eval_count");
      usage.completion_tokens = ouioe_dialect_integer (record, "eval_count");
      usage.total_us = duration_us (record, "total_duration");
      usage.load_us = duration_us (record, "load_duration");
      usage.prompt_us = duration_us (record, "prompt_eval_duration");
      usage.completion_us = duration_us (record, "eval_duration");
      usage.json = json;
      ouioe_dialect_emit_usage (self, &usage);
    }
  json_decref (json);
}

void
ouioe_dialect_ollama_record (OuioeDialect *self, const char *data, gsize len)
{
  json_t *record = ouioe_dialect_parse_object (self, data, len);
  json_t *message, *error;

  if (record == NULL)
    return;

  self->time_us = parse_time (json_object_get (record, "created_at"));
  ouioe_dialect_get_choice (self, 0);
  ouioe_dialect_emit_meta (self, json_object_get (record, "model"));

  error = json_object_get (record, "error");
  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);

  message = json_object_get (record, "message");
  read_texts (self, json_object_get (record, "thinking"), json_object_get (record, "response"));
  read_texts (self, json_object_get (message, "thinking"), json_object_get (message, "content"));
  read_tool_calls (self, json_object_get (message, "tool_calls"));

  if (json_is_true (json_object_get (record, "done")))
    {
      gsize reason_len;

      self->terminated = TRUE;
      ouioe_dialect_emit_finish (self, 0, ouioe_dialect_text (json_object_get (record, "done_reason"), &reason_len));
      read_usage (self, record);
    }
  json_decref (record);
}
