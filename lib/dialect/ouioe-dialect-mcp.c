/* ouioe-dialect-mcp.c - a message of the Model Context Protocol: JSON-RPC, or a batch of it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server sends while it works on a request: notifications/progress, with a token, how far it is, and mostly a total
 * and a message. Then the response: a result, which says itself when it is none (isError), or an error. It ends the answer.
 */
#include "ouioe-dialect-private.h"

#include <string.h>

/* (nullable): a token or an id is a string or an integer. @scratch keeps the latter. */
static const char *
id_text (json_t *value, char scratch[32])
{
  gsize len;

  if (!json_is_integer (value))
    return ouioe_dialect_text (value, &len);
  g_snprintf (scratch, 32, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
  return scratch;
}

static double
number (json_t *value)
{
  return json_is_number (value) && json_number_value (value) >= 0 ? json_number_value (value) : -1;
}

static void
read_progress (OuioeDialect *self, json_t *params)
{
  char scratch[32];
  OuioeDialectProgress progress = { .id = id_text (json_object_get (params, "progressToken"), scratch) };

  progress.done = number (json_object_get (params, "progress"));
  progress.total = number (json_object_get (params, "total"));
  if (json_is_object (params))
    ouioe_dialect_emit_progress (self, &progress, json_object_get (params, "message"));
}

/* A request stands in a recording of both directions. */
static void
read_call (OuioeDialect *self, json_t *message, json_t *params)
{
  char scratch[32];

  ouioe_dialect_emit_tool_call (self, 0, ouioe_dialect_word (params, "name"),
                                id_text (json_object_get (message, "id"), scratch));
  ouioe_dialect_emit_arguments (self, 0, json_object_get (params, "arguments"));
}

/* The text of a result that is an error. */
static void
read_failed_result (OuioeDialect *self, json_t *result)
{
  g_autoptr(GString) text = g_string_new (NULL);
  json_t *part, *error;
  gsize i;

  json_array_foreach (json_object_get (result, "content"), i, part)
    {
      gsize len;
      const char *line = ouioe_dialect_text (json_object_get (part, "text"), &len);

      if (line == NULL)
        continue;
      if (text->len > 0)
        g_string_append_c (text, '\n');
      g_string_append_len (text, line, (gssize) len);
    }

  error = text->len > 0 ? json_stringn (text->str, text->len) : json_incref (result);
  ouioe_dialect_emit_error (self, error);
  json_decref (error);
}

static void
read_message (OuioeDialect *self, json_t *message)
{
  json_t *method = json_object_get (message, "method");
  json_t *params = json_object_get (message, "params");
  json_t *result = json_object_get (message, "result");
  json_t *error = json_object_get (message, "error");

  if (!json_is_object (message))
    {
      ouioe_dialect_emit_garbled (self, "a record that is not a JSON object");
      return;
    }
  if (json_is_string (method))
    {
      if (ouioe_dialect_is (method, "notifications/progress"))
        read_progress (self, params);
      else if (ouioe_dialect_is (method, "tools/call"))
        read_call (self, message, params);
      return;
    }

  if (error != NULL && !json_is_null (error))
    ouioe_dialect_emit_error (self, error);
  else if (result == NULL)
    return;
  else if (json_is_true (json_object_get (result, "isError")))
    read_failed_result (self, result);
  ouioe_dialect_emit_finish (self, 0, NULL);
  self->terminated = TRUE;
}

void
ouioe_dialect_mcp_record (OuioeDialect *self, const char *type, json_t *record)
{
  json_t *message;
  gsize i;

  ouioe_dialect_get_choice (self, 0);
  if (!json_is_array (record))
    read_message (self, record);
  json_array_foreach (record, i, message)
    read_message (self, message);
}
