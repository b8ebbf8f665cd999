/* ouioe-dialect-responses.c - an event of OpenAI's Responses API, or a whole response
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A response is a list of items (reasoning, message, function_call, …), an item a list of parts. The same text comes up to five
 * times: in pieces (*.delta), then in one (*.done), then within its part, its item and the response. The first that has it
 * counts: the pieces, and only where none came, what follows. Items are told apart by their index; some servers change ids.
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* Items that are told apart. Of what is beyond only the pieces count. */
#define MAX_ITEMS 4096
/* Bytes of an id that are compared. */
#define MAX_ID    256

typedef struct {
  gboolean thinking;     /* text of it was told */
  gboolean pieces;       /* text came in pieces */
  gboolean text;         /* text came at all */
  gboolean call;         /* that it is a call of a tool was told */
  gboolean arguments;    /* of the call, were told */
  gboolean opaque;       /* that it cannot be read was told */
} Item;

typedef struct {
  GHashTable *items;         /* key (char *) -> Item */
  Item        beyond;        /* for what is beyond the limit: all of it was told */
  char       *part;          /* what is open: item and part; NULL when nothing is */
  gboolean    fresh;         /* an item began and none of its parts yet */
  guint64     n_told;        /* texts and calls of items */
} State;

static void
state_free (gpointer data)
{
  State *state = data;

  g_hash_table_unref (state->items);
  g_free (state->part);
  g_free (state);
}

static State *
get_state (OuioeDialect *self)
{
  if (self->state == NULL)
    {
      State *state = g_new0 (State, 1);

      state->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      state->beyond = (Item) { TRUE, TRUE, TRUE, TRUE, TRUE, TRUE };
      self->state = state;
      self->free_state = state_free;
    }
  return self->state;
}

/* @record: an event; what has neither index nor id is of the first item. */
static char *
item_key (json_t *record)
{
  gint64 index = ouioe_dialect_integer (record, "output_index");
  const char *id = ouioe_dialect_word (record, "item_id");

  if (index < 0 && id == NULL)
    id = ouioe_dialect_word (json_object_get (record, "item"), "id");
  if (index < 0 && id != NULL)
    return g_strndup (id, MAX_ID);
  return g_strdup_printf ("#%" G_GINT64_FORMAT, MAX (index, 0));
}

static Item *
get_item (OuioeDialect *self, const char *key)
{
  State *state = get_state (self);
  Item *item = g_hash_table_lookup (state->items, key);

  if (item == NULL && g_hash_table_size (state->items) >= MAX_ITEMS)
    return &state->beyond;
  if (item == NULL)
    {
      item = g_new0 (Item, 1);
      g_hash_table_insert (state->items, g_strdup (key), item);
    }
  return item;
}

/* ---- parts ---- */

static void
begin_item (OuioeDialect *self, const char *key, const char *type)
{
  State *state = get_state (self);

  g_free (state->part);
  state->part = g_strdup (key);
  state->fresh = TRUE;
  ouioe_dialect_emit_part (self, 0, type);
}

/* The first part of an item that was just announced is not told again. */
static void
begin_part (OuioeDialect *self, const char *key, const char *type, gint64 index)
{
  State *state = get_state (self);
  g_autofree char *part = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, key, type, MAX (index, 0));

  if (g_strcmp0 (state->part, part) == 0)
    return;
  if (!state->fresh || g_strcmp0 (state->part, key) != 0)
    ouioe_dialect_emit_part (self, 0, type);
  state->fresh = FALSE;
  g_free (state->part);
  state->part = g_steal_pointer (&part);
}

typedef enum {
  TEXT_SUMMARY,
  TEXT_THINKING,
  TEXT_ANSWER,
  TEXT_REFUSAL,
  N_TEXTS,
} TextKind;

static const char *const part_types[N_TEXTS] = { "summary_text", "reasoning_text", "output_text", "refusal" };

static void
tell_text (OuioeDialect *self, const char *key, TextKind kind, gint64 part, json_t *text, json_t *logprobs)
{
  State *state = get_state (self);
  Item *item = get_item (self, key);

  if (json_string_length (text) == 0)
    return;
  begin_part (self, key, part_types[kind], part);
  state->n_told++;
  item->text = TRUE;
  switch (kind)
    {
    case TEXT_SUMMARY:
    case TEXT_THINKING:
      item->thinking = TRUE;
      ouioe_dialect_emit_thinking (self, 0, text);
      return;
    case TEXT_REFUSAL:
      ouioe_dialect_emit_refusal (self, 0, text);
      return;
    case TEXT_ANSWER:
    case N_TEXTS:
    default:
      ouioe_dialect_read_logprobs (self, 0, OUIOE_DIALECT_TOKENS_CONTENT, logprobs);
      ouioe_dialect_emit_content (self, 0, text);
    }
}

/* ---- items ---- */

static gboolean
is_call (const char *type)
{
  return g_str_has_suffix (type, "_call");
}

/* A call has the name of its function, or, when it is one of the server's own tools, of its type. */
static void
tell_call (OuioeDialect *self, const char *key, json_t *object, const char *type)
{
  State *state = get_state (self);
  Item *item = get_item (self, key);
  const char *name = ouioe_dialect_word (object, "name");
  const char *id = ouioe_dialect_word (object, "call_id");
  g_autofree char *own = g_strndup (type, strlen (type) - strlen ("_call"));

  if (item->call)
    return;
  item->call = TRUE;
  state->n_told++;
  ouioe_dialect_emit_tool_call (self, 0, name != NULL ? name : own, id != NULL ? id : ouioe_dialect_word (object, "id"));
}

static void
tell_arguments (OuioeDialect *self, const char *key, json_t *arguments)
{
  Item *item = get_item (self, key);

  if (!item->arguments)
    item->arguments = ouioe_dialect_emit_arguments (self, 0, arguments);
}

static void
tell_parts (OuioeDialect *self, const char *key, json_t *parts)
{
  gsize i;
  json_t *part;

  json_array_foreach (parts, i, part)
    {
      json_t *type = json_object_get (part, "type");

      for (guint kind = 0; kind < N_TEXTS; kind++)
        if (ouioe_dialect_is (type, part_types[kind]))
          tell_text (self, key, kind, (gint64) i, json_object_get (part, kind == TEXT_REFUSAL ? "refusal" : "text"),
                     json_object_get (part, "logprobs"));
    }
}

/* An item that is complete: what of it was not told yet. */
static void
end_item (OuioeDialect *self, const char *key, json_t *object)
{
  Item *item = get_item (self, key);
  const char *type = ouioe_dialect_word (object, "type");

  if (type == NULL)
    return;
  if (is_call (type))
    {
      tell_call (self, key, object, type);
      tell_arguments (self, key, json_object_get (object, "arguments"));
      tell_arguments (self, key, json_object_get (object, "input"));
      tell_arguments (self, key, json_object_get (object, "action"));
      return;
    }

  if (!item->text)
    {
      tell_parts (self, key, json_object_get (object, "summary"));
      tell_parts (self, key, json_object_get (object, "content"));
    }
  if (strcmp (type, "reasoning") == 0 && !item->thinking && !item->opaque
      && json_string_length (json_object_get (object, "encrypted_content")) > 0)
    {
      item->opaque = TRUE;
      ouioe_dialect_emit_opaque (self, 0, type);
    }
}

static void
read_added_item (OuioeDialect *self, const char *key, json_t *object)
{
  const char *type = ouioe_dialect_word (object, "type");

  if (type != NULL && is_call (type))
    tell_call (self, key, object, type);
  else if (type != NULL)
    begin_item (self, key, type);
}

/* ---- the response ---- */

static void
read_usage (OuioeDialect *self, json_t *json)
{
  OuioeDialectUsage usage = OUIOE_DIALECT_USAGE_UNKNOWN;

  if (!json_is_object (json))
    return;
  usage.prompt_tokens = ouioe_dialect_integer (json, "input_tokens");
  usage.completion_tokens = ouioe_dialect_integer (json, "output_tokens");
  usage.thinking_tokens = ouioe_dialect_integer (json_object_get (json, "output_tokens_details"), "reasoning_tokens");
  usage.json = json;
  ouioe_dialect_emit_usage (self, &usage);
}

static void
read_names (OuioeDialect *self, json_t *response)
{
  ouioe_dialect_emit_meta (self, json_object_get (response, "model"));
  ouioe_dialect_emit_response_id (self, json_object_get (response, "id"));
}

/* @type: what the event that ends a stream is called */
static void
end_response (OuioeDialect *self, json_t *response, const char *type)
{
  State *state = get_state (self);
  json_t *error = json_object_get (response, "error");
  const char *reason = ouioe_dialect_word (json_object_get (response, "incomplete_details"), "reason");
  json_t *item;
  gsize i;

  read_names (self, response);
  if (state->n_told == 0)
    json_array_foreach (json_object_get (response, "output"), i, item)
      {
        g_autofree char *key = g_strdup_printf ("#%" G_GSIZE_FORMAT, i);

        if ((self->flags & OUIOE_DIALECT_WHOLE) != 0)
          read_added_item (self, key, item);
        end_item (self, key, item);
      }
  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);
  ouioe_dialect_emit_finish (self, 0, strcmp (type, "response.incomplete") == 0 && reason != NULL ? reason : type);
  read_usage (self, json_object_get (response, "usage"));
  self->terminated = TRUE;
}

static gboolean
is_end (const char *type)
{
  static const char *const ends[] = {
    "response.completed", "response.incomplete", "response.failed", "response.cancelled", NULL,
  };

  return g_strv_contains (ends, type);
}

static void
read_response (OuioeDialect *self, json_t *response)
{
  const char *status = ouioe_dialect_word (response, "status");
  g_autofree char *type = g_strdup_printf ("response.%s", status != NULL ? status : "completed");

  if (is_end (type))
    end_response (self, response, type);
  else
    read_names (self, response);   /* one that works in the background */
}

/* ---- events ---- */

typedef struct {
  const char *stem;        /* of the event's type: STEM.delta, STEM.done */
  TextKind    kind;
  const char *part_index;
  const char *member;      /* of STEM.done */
} TextEvent;

static const TextEvent text_events[] = {
  { "response.output_text",            TEXT_ANSWER,   "content_index", "text" },
  { "response.reasoning_summary_text", TEXT_SUMMARY,  "summary_index", "text" },
  { "response.reasoning_text",         TEXT_THINKING, "content_index", "text" },
  { "response.refusal",                TEXT_REFUSAL,  "content_index", "refusal" },
};

static const char *const argument_stems[] = {
  "response.function_call_arguments", "response.mcp_call_arguments", "response.custom_tool_call_input",
};

/* What follows @stem in @type; NULL when @type does not begin with it. */
static const char *
behind (const char *type, const char *stem)
{
  return g_str_has_prefix (type, stem) ? type + strlen (stem) : NULL;
}

static void
read_text_event (OuioeDialect *self, const TextEvent *row, const char *key, gboolean piece, json_t *record)
{
  Item *item = get_item (self, key);
  gint64 part = ouioe_dialect_integer (record, row->part_index);

  if (piece)
    item->pieces = TRUE;
  else if (item->pieces)
    return;
  tell_text (self, key, row->kind, part, json_object_get (record, piece ? "delta" : row->member),
             json_object_get (record, "logprobs"));
}

static void
read_arguments_event (OuioeDialect *self, const char *key, gboolean piece, json_t *record)
{
  Item *item = get_item (self, key);

  if (piece)
    item->arguments |= ouioe_dialect_emit_arguments (self, 0, json_object_get (record, "delta"));
  else
    {
      tell_arguments (self, key, json_object_get (record, "arguments"));
      tell_arguments (self, key, json_object_get (record, "input"));
    }
}

/* Texts and arguments, in pieces and whole; FALSE when @type is neither. */
static gboolean
read_text_or_arguments (OuioeDialect *self, const char *type, const char *key, json_t *record)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_events); i++)
    {
      const char *end = behind (type, text_events[i].stem);

      if (g_strcmp0 (end, ".delta") != 0 && g_strcmp0 (end, ".done") != 0)
        continue;
      read_text_event (self, &text_events[i], key, strcmp (end, ".delta") == 0, record);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (argument_stems); i++)
    {
      const char *end = behind (type, argument_stems[i]);

      if (g_strcmp0 (end, ".delta") != 0 && g_strcmp0 (end, ".done") != 0)
        continue;
      read_arguments_event (self, key, strcmp (end, ".delta") == 0, record);
      return TRUE;
    }
  return FALSE;
}

static void
read_part (OuioeDialect *self, const char *key, const char *index_member, json_t *record)
{
  const char *type = ouioe_dialect_word (json_object_get (record, "part"), "type");

  if (type != NULL)
    begin_part (self, key, type, ouioe_dialect_integer (record, index_member));
}

static void
read_event (OuioeDialect *self, const char *type, json_t *record)
{
  json_t *response = json_object_get (record, "response");
  json_t *item = json_object_get (record, "item");
  g_autofree char *key = item_key (record);

  if (read_text_or_arguments (self, type, key, record))
    return;
  if (strcmp (type, "response.output_item.added") == 0)
    read_added_item (self, key, item);
  else if (strcmp (type, "response.output_item.done") == 0)
    end_item (self, key, item);
  else if (strcmp (type, "response.reasoning_summary_part.added") == 0)
    read_part (self, key, "summary_index", record);
  else if (strcmp (type, "response.content_part.added") == 0)
    read_part (self, key, "content_index", record);
  else if (is_end (type))
    end_response (self, response, type);
  else if (json_is_object (response))
    read_names (self, response);
}

void
ouioe_dialect_responses_record (OuioeDialect *self, const char *type, json_t *record)
{
  const char *word = ouioe_dialect_word (record, "type");
  json_t *error = json_object_get (record, "error");

  ouioe_dialect_get_choice (self, 0);
  if (word != NULL)
    type = word;

  if (ouioe_dialect_is (json_object_get (record, "object"), "response") || json_is_array (json_object_get (record, "output")))
    read_response (self, record);
  else if (g_str_has_prefix (type, "response."))
    read_event (self, type, record);
  else if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);
  else if (strcmp (type, "error") == 0)
    ouioe_dialect_emit_error (self, record);
}
