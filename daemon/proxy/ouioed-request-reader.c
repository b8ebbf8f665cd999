/* ouioed-request-reader.c - what is asked of a model server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-request-reader.h"

#include "ouioe-codec.h"
#include "ouioed-request-private.h"

#include <string.h>

/* ---- which kind ---- */

typedef struct {
  const char        *end;            /* of the path */
  OuioedRequestKind  kind;
  OuioeDialectFormat format;
  gboolean           streams;        /* unless it is told not to */
} Route;

/* The first one that fits counts. */
static const Route routes[] = {
  { "/api/chat", OUIOED_REQUEST_OLLAMA_CHAT, OUIOE_DIALECT_OLLAMA, TRUE },
  { "/api/generate", OUIOED_REQUEST_OLLAMA_GENERATE, OUIOE_DIALECT_OLLAMA, TRUE },
  { "/api/pull", OUIOED_REQUEST_OLLAMA_TRANSFER, OUIOE_DIALECT_OLLAMA, TRUE },
  { "/api/create", OUIOED_REQUEST_OLLAMA_TRANSFER, OUIOE_DIALECT_OLLAMA, TRUE },
  { "/api/push", OUIOED_REQUEST_OLLAMA_TRANSFER, OUIOE_DIALECT_OLLAMA, TRUE },
  { "/chat/completions", OUIOED_REQUEST_CHAT, OUIOE_DIALECT_OPENAI, FALSE },
  { "/v1/completions", OUIOED_REQUEST_COMPLETION, OUIOE_DIALECT_OPENAI, FALSE },
  { "/responses", OUIOED_REQUEST_RESPONSES, OUIOE_DIALECT_RESPONSES, FALSE },
  { "/v1/messages", OUIOED_REQUEST_MESSAGES, OUIOE_DIALECT_ANTHROPIC, FALSE },
  { "/mcp", OUIOED_REQUEST_MCP, OUIOE_DIALECT_MCP, TRUE },
};

static const Route *
find_route (OuioedRequestKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (routes[i].kind == kind)
      return &routes[i];
  return NULL;
}

OuioedRequestKind
ouioed_request_find_kind (OuioedSpeaks speaks, const char *method, const char *path)
{
  g_autofree char *trimmed = NULL;

  if (!g_str_equal (method, "POST"))
    return OUIOED_REQUEST_NONE;
  if (speaks == OUIOED_SPEAKS_MCP)
    return OUIOED_REQUEST_MCP;

  trimmed = g_strdup (path);
  if (g_str_has_suffix (trimmed, "/"))
    trimmed[strlen (trimmed) - 1] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (g_str_has_suffix (trimmed, routes[i].end))
      return routes[i].kind;
  return OUIOED_REQUEST_NONE;
}

gboolean
ouioed_request_is_model (OuioedRequestKind kind)
{
  return kind != OUIOED_REQUEST_NONE && kind != OUIOED_REQUEST_OLLAMA_TRANSFER && kind != OUIOED_REQUEST_MCP;
}

static gboolean
is_type (const char *content_type, const char *type)
{
  gsize n = strlen (type);

  return g_ascii_strncasecmp (content_type, type, n) == 0 && strchr ("; \t", content_type[n]) != NULL;
}

OuioeDialectFormat
ouioed_request_get_format (const OuioedRequest *self, const char *content_type, OuioeDialectFlags *flags)
{
  const Route *route = find_route (self->kind);
  OuioeDialectFormat format = route != NULL ? route->format : OUIOE_DIALECT_AUTO;
  gboolean whole = !self->stream;

  /* What the answer says of itself counts more than what was asked for. */
  if (content_type != NULL && is_type (content_type, "text/event-stream"))
    {
      whole = FALSE;
      if (format == OUIOE_DIALECT_OLLAMA)
        format = OUIOE_DIALECT_AUTO;
    }
  else if (content_type != NULL && is_type (content_type, "application/x-ndjson"))
    {
      whole = FALSE;
      format = OUIOE_DIALECT_OLLAMA;
    }
  else if (content_type != NULL && is_type (content_type, "application/json"))
    whole = TRUE;

  *flags = self->kind == OUIOED_REQUEST_MCP ? OUIOE_DIALECT_FLAGS_NONE : OUIOE_DIALECT_SPLIT_TAGS;
  if (whole)
    *flags |= OUIOE_DIALECT_WHOLE;
  return format;
}

/* ---- texts ---- */

char *
ouioed_request_shorten (const char *text, gsize len, gsize max)
{
  GString *out = g_string_new (NULL);
  gsize n = MIN (len, max);

  if (n < len)
    for (n = max > 3 ? max - 3 : 0; n > 0 && ((guint8) text[n] & 0xc0) == 0x80; )
      n--;
  for (gsize i = 0; i < n; i++)
    if (text[i] == '\0')
      g_string_append (out, "\xef\xbf\xbd");
    else
      g_string_append_c (out, text[i]);
  if (n < len)
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

/* A name that can be shown, or NULL. */
static char *
read_name (json_t *value)
{
  const char *text = json_string_value (value);

  if (text == NULL || *text == '\0' || json_string_length (value) > OUIOED_REQUEST_MAX_NAME
      || strlen (text) != json_string_length (value))
    return NULL;
  return g_strdup (text);
}

static char *
name_id (const char *what, json_t *value)
{
  g_autofree char *id = read_name (json_is_object (value) ? json_object_get (value, "id") : value);

  return id == NULL ? NULL : g_strconcat (what, ":", id, NULL);
}

char *
ouioed_request_name_context (json_t *object)
{
  json_t *context = json_object_get (object, "context");
  g_autofree char *digest = NULL;
  char *dump;

  if (!json_is_array (context) || json_array_size (context) == 0)
    return NULL;
  dump = json_dumps (context, JSON_COMPACT);
  if (dump == NULL)
    return NULL;
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, dump, -1);
  free (dump);
  return g_strconcat ("context:", digest, NULL);
}

/* ---- bodies ---- */

static void
read_tool_call (OuioedRequest *self, json_t *root)
{
  json_t *call = root, *params;

  /* Several requests in one body: the first call among them. */
  if (json_is_array (root))
    {
      call = NULL;
      for (gsize i = 0; call == NULL && i < json_array_size (root); i++)
        if (g_strcmp0 (json_string_value (json_object_get (json_array_get (root, i), "method")), "tools/call") == 0)
          call = json_array_get (root, i);
    }
  if (g_strcmp0 (json_string_value (json_object_get (call, "method")), "tools/call") != 0)
    {
      self->kind = OUIOED_REQUEST_NONE;
      return;
    }
  params = json_object_get (call, "params");
  self->title = read_name (json_object_get (params, "name"));
}

static void
read_prompt (OuioedRequest *self, json_t *prompt)
{
  if (json_is_array (prompt))
    prompt = json_array_get (prompt, json_array_size (prompt) - 1);
  if (json_is_string (prompt) && json_string_length (prompt) > 0)
    self->title = ouioed_request_shorten (json_string_value (prompt), json_string_length (prompt), OUIOED_REQUEST_MAX_TITLE);
}

static void
read_body (OuioedRequest *self, json_t *root)
{
  json_t *stream = json_object_get (root, "stream");

  if (json_is_boolean (stream))
    self->stream = json_is_true (stream);
  self->model = read_name (json_object_get (root, "model"));
  if (self->model == NULL)
    self->model = read_name (json_object_get (root, "name"));     /* of older Ollama clients */
  self->can_end_thinking = json_is_true (json_object_get (root, "reasoning_control"));

  switch (self->kind)
    {
    case OUIOED_REQUEST_OLLAMA_CHAT:
    case OUIOED_REQUEST_CHAT:
    case OUIOED_REQUEST_MESSAGES:
      ouioed_request_read_messages (self, json_object_get (root, "messages"));
      return;
    case OUIOED_REQUEST_RESPONSES:
      if (json_is_string (json_object_get (root, "input")))
        read_prompt (self, json_object_get (root, "input"));
      ouioed_request_read_messages (self, json_object_get (root, "input"));
      self->continues = name_id ("conversation", json_object_get (root, "conversation"));
      if (self->continues == NULL)
        self->continues = name_id ("response", json_object_get (root, "previous_response_id"));
      return;
    case OUIOED_REQUEST_OLLAMA_GENERATE:
      self->continues = ouioed_request_name_context (root);
      read_prompt (self, json_object_get (root, "prompt"));
      return;
    case OUIOED_REQUEST_COMPLETION:
      read_prompt (self, json_object_get (root, "prompt"));
      return;
    case OUIOED_REQUEST_OLLAMA_TRANSFER:
    case OUIOED_REQUEST_NONE:
    case OUIOED_REQUEST_MCP:
    default:
      return;
    }
}

OuioedRequest *
ouioed_request_read (OuioedRequestKind kind, const char *data, gsize len)
{
  const Route *route = find_route (kind);
  OuioedRequest *self = g_new0 (OuioedRequest, 1);
  g_autoptr(json_t) root = json_loadb (data, len, JSON_ALLOW_NUL, NULL);

  self->kind = kind;
  self->stream = route != NULL && route->streams;
  self->messages = g_array_new (FALSE, FALSE, sizeof (OuioedMessage));
  if (kind == OUIOED_REQUEST_MCP)
    read_tool_call (self, root);
  else if (json_is_object (root))
    read_body (self, root);
  return self;
}

void
ouioed_request_free (OuioedRequest *self)
{
  g_free (self->model);
  g_free (self->title);
  g_free (self->continues);
  g_array_unref (self->messages);
  g_free (self);
}
