/* ouioe-dialect-ollama.c - a record of Ollama's own API: answers, and the progress of long works
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One JSON object a line. /api/generate carries `thinking` and `response`, /api/chat `message.thinking`, `message.content` and
 * `message.tool_calls`. The last one has `done: true`, a reason, counts, and durations in nanoseconds. /api/pull,
 * /api/create and /api/push tell a `status`, with `digest`, `total` and `completed` while bytes move, and end with "success".
 * Embeddings are nobody's answer: nothing is told of them.
 */
#include "ouioe-dialect-private.h"

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

      if (function == NULL)
        continue;
      ouioe_dialect_emit_tool_call (self, 0, ouioe_dialect_word (function, "name"), ouioe_dialect_word (call, "id"));
      ouioe_dialect_emit_arguments (self, 0, json_object_get (function, "arguments"));
    }
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

static void
read_done (OuioeDialect *self, json_t *record)
{
  self->terminated = TRUE;
  ouioe_dialect_emit_finish (self, 0, ouioe_dialect_word (record, "done_reason"));
  read_usage (self, record);
}

/* A line of a download, or a step of a picture that is made, which has no status. */
static void
read_progress (OuioeDialect *self, json_t *record)
{
  json_t *status = json_object_get (record, "status");
  OuioeDialectProgress progress = { .id = ouioe_dialect_word (record, "digest") };

  progress.done = (double) ouioe_dialect_integer (record, "completed");
  progress.total = (double) ouioe_dialect_integer (record, "total");
  if (!json_is_string (status) && progress.done < 0 && progress.total < 0)
    return;

  ouioe_dialect_emit_progress (self, &progress, status);
  if (ouioe_dialect_is (status, "success"))
    {
      self->terminated = TRUE;
      ouioe_dialect_emit_finish (self, 0, "success");
    }
}

/* Tokens stand beside the text they make up. */
static void
read_logprobs (OuioeDialect *self, json_t *record, json_t *message)
{
  gsize len;
  gboolean thinking = ouioe_dialect_text (json_object_get (message, "thinking"), &len) != NULL;
  gboolean content = ouioe_dialect_text (json_object_get (message, "content"), &len) != NULL
    || ouioe_dialect_text (json_object_get (message, "response"), &len) != NULL;

  /* A whole answer has the tokens of both in one list: what belongs to which is not told. */
  if (thinking != content)
    ouioe_dialect_read_logprobs (self, 0, thinking ? OUIOE_DIALECT_TOKENS_THINKING : OUIOE_DIALECT_TOKENS_CONTENT,
                                 json_object_get (record, "logprobs"));
}

void
ouioe_dialect_ollama_record (OuioeDialect *self, const char *type, json_t *record)
{
  json_t *message = json_object_get (record, "message");
  json_t *error = json_object_get (record, "error");

  self->time_us = parse_time (json_object_get (record, "created_at"));
  ouioe_dialect_get_choice (self, 0);
  if (json_object_get (record, "embeddings") != NULL || json_object_get (record, "embedding") != NULL)
    return;

  ouioe_dialect_emit_meta (self, json_object_get (record, "model"));
  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);

  read_logprobs (self, record, message != NULL ? message : record);
  ouioe_dialect_emit_thinking (self, 0, json_object_get (record, "thinking"));
  ouioe_dialect_emit_content (self, 0, json_object_get (record, "response"));
  ouioe_dialect_emit_thinking (self, 0, json_object_get (message, "thinking"));
  ouioe_dialect_emit_content (self, 0, json_object_get (message, "content"));
  read_tool_calls (self, json_object_get (message, "tool_calls"));
  read_progress (self, record);

  if (json_is_true (json_object_get (record, "done")))
    read_done (self, record);
}
