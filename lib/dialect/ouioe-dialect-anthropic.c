/* ouioe-dialect-anthropic.c - an event of Anthropic's Messages API, or a whole message
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message is a list of blocks: message_start, then for each block content_block_start, content_block_delta (many) and
 * content_block_stop, then message_delta with the reason and the counts, then message_stop. A block of thinking that cannot be
 * read is of type redacted_thinking, or has a signature and no text.
 */
#include "ouioe-dialect-private.h"

#include <string.h>

typedef struct {
  gboolean  open;              /* a block began and did not end */
  gboolean  thinking;          /* it is one of thinking */
  gboolean  readable;          /* it had text */
  gboolean  signed_;           /* it had a signature */
  json_t   *input;             /* arguments it began with, which count when none follow in pieces; or NULL */
  gint64    prompt_tokens;     /* as the beginning of the message has them, -1 when it does not */
} State;

static void
state_free (gpointer data)
{
  State *state = data;

  json_decref (state->input);
  g_free (state);
}

static State *
get_state (OuioeDialect *self)
{
  if (self->state == NULL)
    {
      State *state = g_new0 (State, 1);

      state->prompt_tokens = -1;
      self->state = state;
      self->free_state = state_free;
    }
  return self->state;
}

/* ---- blocks ---- */

static void
end_block (OuioeDialect *self)
{
  State *state = get_state (self);

  if (!state->open)
    return;
  state->open = FALSE;
  if (state->thinking && state->signed_ && !state->readable)
    ouioe_dialect_emit_opaque (self, 0, "thinking");
  if (state->input != NULL && json_object_size (state->input) > 0)
    ouioe_dialect_emit_arguments (self, 0, state->input);
  g_clear_pointer (&state->input, json_decref);
}

static gboolean
is_call (const char *type)
{
  return g_str_has_suffix (type, "tool_use");   /* the server's own and those of MCP begin with more words */
}

static void
begin_block (OuioeDialect *self, json_t *block)
{
  State *state = get_state (self);
  const char *type = ouioe_dialect_word (block, "type");

  end_block (self);
  if (type == NULL)
    return;
  state->open = TRUE;
  state->thinking = strcmp (type, "thinking") == 0;
  state->signed_ = json_string_length (json_object_get (block, "signature")) > 0;
  state->readable = FALSE;

  if (is_call (type))
    {
      ouioe_dialect_emit_tool_call (self, 0, ouioe_dialect_word (block, "name"), ouioe_dialect_word (block, "id"));
      state->input = json_incref (json_object_get (block, "input"));
      return;
    }
  ouioe_dialect_emit_part (self, 0, type);
  if (strcmp (type, "redacted_thinking") == 0)
    ouioe_dialect_emit_opaque (self, 0, type);
  else if (state->thinking)
    state->readable = ouioe_dialect_emit_thinking (self, 0, json_object_get (block, "thinking"));
  else if (strcmp (type, "text") == 0)
    ouioe_dialect_emit_content (self, 0, json_object_get (block, "text"));
}

static void
read_delta (OuioeDialect *self, json_t *delta)
{
  State *state = get_state (self);
  json_t *type = json_object_get (delta, "type");

  if (ouioe_dialect_is (type, "thinking_delta"))
    state->readable |= ouioe_dialect_emit_thinking (self, 0, json_object_get (delta, "thinking"));
  else if (ouioe_dialect_is (type, "signature_delta"))
    state->signed_ |= json_string_length (json_object_get (delta, "signature")) > 0;
  else if (ouioe_dialect_is (type, "text_delta"))
    ouioe_dialect_emit_content (self, 0, json_object_get (delta, "text"));
  else if (ouioe_dialect_is (type, "input_json_delta")
           && ouioe_dialect_emit_arguments (self, 0, json_object_get (delta, "partial_json")))
    g_clear_pointer (&state->input, json_decref);
}

/* ---- the message ---- */

/* All that was read: what came from a cache is counted apart there. -1 when no count was sent. */
static gint64
count_prompt (json_t *usage)
{
  static const char *const members[] = { "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens" };
  gint64 sum = -1;

  if (ouioe_dialect_integer (usage, members[0]) < 0)
    return -1;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      gint64 n = ouioe_dialect_integer (usage, members[i]);

      if (n >= 0 && n < G_MAXINT64 / 4)
        sum = MAX (sum, 0) + n;
    }
  return sum;
}

/* @complete: at the end; what the beginning says of the output is no count of it yet */
static void
read_usage (OuioeDialect *self, json_t *json, gboolean complete)
{
  State *state = get_state (self);
  OuioeDialectUsage usage = OUIOE_DIALECT_USAGE_UNKNOWN;

  if (!json_is_object (json))
    return;
  usage.prompt_tokens = count_prompt (json);
  if (usage.prompt_tokens < 0)
    usage.prompt_tokens = state->prompt_tokens;
  state->prompt_tokens = usage.prompt_tokens;
  if (complete)
    {
      usage.completion_tokens = ouioe_dialect_integer (json, "output_tokens");
      usage.thinking_tokens = ouioe_dialect_integer (json_object_get (json, "output_tokens_details"), "thinking_tokens");
    }
  usage.json = json;
  ouioe_dialect_emit_usage (self, &usage);
}

/* @object: what has the reason among its members */
static void
read_stop (OuioeDialect *self, json_t *object)
{
  const char *reason = ouioe_dialect_word (object, "stop_reason");

  end_block (self);
  ouioe_dialect_emit_refusal (self, 0, json_object_get (json_object_get (object, "stop_details"), "explanation"));
  if (reason != NULL)
    ouioe_dialect_emit_finish (self, 0, reason);
}

static void
read_names (OuioeDialect *self, json_t *message)
{
  ouioe_dialect_emit_meta (self, json_object_get (message, "model"));
  ouioe_dialect_emit_response_id (self, json_object_get (message, "id"));
}

static void
end_message (OuioeDialect *self)
{
  end_block (self);
  ouioe_dialect_emit_finish (self, 0, NULL);
  self->terminated = TRUE;
}

static void
read_message (OuioeDialect *self, json_t *message)
{
  gsize i;
  json_t *block;

  read_names (self, message);
  json_array_foreach (json_object_get (message, "content"), i, block)
    begin_block (self, block);
  read_stop (self, message);
  read_usage (self, json_object_get (message, "usage"), TRUE);
  end_message (self);
}

void
ouioe_dialect_anthropic_record (OuioeDialect *self, const char *type, json_t *record)
{
  const char *word = ouioe_dialect_word (record, "type");

  ouioe_dialect_get_choice (self, 0);
  if (word != NULL)
    type = word;

  if (strcmp (type, "content_block_delta") == 0)
    read_delta (self, json_object_get (record, "delta"));
  else if (strcmp (type, "content_block_start") == 0)
    begin_block (self, json_object_get (record, "content_block"));
  else if (strcmp (type, "content_block_stop") == 0)
    end_block (self);
  else if (strcmp (type, "message_start") == 0)
    {
      json_t *message = json_object_get (record, "message");

      read_names (self, message);
      read_usage (self, json_object_get (message, "usage"), FALSE);
    }
  else if (strcmp (type, "message_delta") == 0)
    {
      read_stop (self, json_object_get (record, "delta"));
      read_usage (self, json_object_get (record, "usage"), TRUE);
    }
  else if (strcmp (type, "message_stop") == 0)
    end_message (self);
  else if (json_object_get (record, "error") != NULL)
    ouioe_dialect_emit_error (self, json_object_get (record, "error"));
  else if (strcmp (type, "error") == 0)
    ouioe_dialect_emit_error (self, record);
  else if (json_is_array (json_object_get (record, "content")))
    read_message (self, record);
}
