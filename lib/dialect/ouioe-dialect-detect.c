/* ouioe-dialect-detect.c - which dialect it is, by what comes first
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-dialect-private.h"

#include <string.h>

static gboolean
has_prefix (json_t *value, const char *prefix)
{
  return json_is_string (value) && g_str_has_prefix (json_string_value (value), prefix);
}

static gboolean
has (json_t *object, const char *key)
{
  return json_object_get (object, key) != NULL;
}

/* A word that names what an event of Anthropic's or of the Responses API is. */
static OuioeDialectFormat
detect_type (const char *type)
{
  static const char *const anthropic[] = {
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta", "content_block_stop",
    "ping", NULL,
  };

  if (g_str_has_prefix (type, "response."))
    return OUIOE_DIALECT_RESPONSES;
  return g_strv_contains (anthropic, type) ? OUIOE_DIALECT_ANTHROPIC : OUIOE_DIALECT_AUTO;
}

/* {"type": "error"} is of both: one puts the error into an object, the other numbers its events. */
static OuioeDialectFormat
detect_error (json_t *object)
{
  if (json_is_object (json_object_get (object, "error")))
    return OUIOE_DIALECT_ANTHROPIC;
  return has (object, "sequence_number") ? OUIOE_DIALECT_RESPONSES : OUIOE_DIALECT_AUTO;
}

/* What is told by members that a stream has as well as a whole answer. */
static OuioeDialectFormat
detect_object (json_t *object)
{
  json_t *type = json_object_get (object, "type");
  json_t *kind = json_object_get (object, "object");

  if (has (object, "jsonrpc"))
    return OUIOE_DIALECT_MCP;
  if (has (object, "choices") || has_prefix (kind, "chat.completion") || has_prefix (kind, "text_completion"))
    return OUIOE_DIALECT_OPENAI;
  if (ouioe_dialect_is (kind, "response"))
    return OUIOE_DIALECT_RESPONSES;
  if (ouioe_dialect_is (type, "message") && has (object, "role"))
    return OUIOE_DIALECT_ANTHROPIC;
  if (ouioe_dialect_is (type, "error"))
    return detect_error (object);
  return json_is_string (type) ? detect_type (json_string_value (type)) : OUIOE_DIALECT_AUTO;
}

OuioeDialectFormat
ouioe_dialect_detect_event (const char *type, const char *data, gsize len)
{
  OuioeDialectFormat format = detect_type (type);
  json_t *record;

  if (format != OUIOE_DIALECT_AUTO)
    return format;
  if (len == strlen ("[DONE]") && memcmp (data, "[DONE]", len) == 0)
    return OUIOE_DIALECT_OPENAI;

  record = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  format = detect_object (json_is_array (record) ? json_array_get (record, 0) : record);
  json_decref (record);
  return format;
}

OuioeDialectFormat
ouioe_dialect_detect_document (json_t *document)
{
  OuioeDialectFormat format;

  if (json_is_array (document))
    return has (json_array_get (document, 0), "jsonrpc") ? OUIOE_DIALECT_MCP : OUIOE_DIALECT_AUTO;

  format = detect_object (document);
  if (format != OUIOE_DIALECT_AUTO)
    return format;
  if (json_is_object (json_object_get (document, "error")) || ouioe_dialect_is (json_object_get (document, "object"), "error"))
    return OUIOE_DIALECT_OPENAI;
  return OUIOE_DIALECT_OLLAMA;
}
