/* ouioed-http-head.c - the head of a request: the fields we use, and whether all readers would understand it alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-head.h"

#include <stddef.h>
#include <string.h>

#include "ouioed-http-access.h"

typedef enum {
  FIELD_TEXT,             /* one text, kept as it is; a second one is an error */
  FIELD_FIRST,            /* one text; more are joined by other readers, the first is enough for us */
  FIELD_CONTENT_LENGTH,
  FIELD_TRANSFER_ENCODING,
  FIELD_CONNECTION,
  FIELD_EXPECT,
} FieldType;

typedef struct {
  const char *name;       /* lower case */
  FieldType   type;
  gsize       offset;     /* of a text */
} Field;

static const Field fields[] = {
  { "host",                           FIELD_TEXT,  offsetof (OuioedHttpHead, host) },
  { "origin",                         FIELD_TEXT,  offsetof (OuioedHttpHead, origin) },
  { "authorization",                  FIELD_TEXT,  offsetof (OuioedHttpHead, authorization) },
  { "sec-websocket-protocol",         FIELD_FIRST, offsetof (OuioedHttpHead, websocket_protocol) },
  { "content-type",                   FIELD_TEXT,  offsetof (OuioedHttpHead, content_type) },
  { "content-encoding",               FIELD_TEXT,  offsetof (OuioedHttpHead, content_encoding) },
  { "accept",                         FIELD_FIRST, offsetof (OuioedHttpHead, accept) },
  { "idempotency-key",                FIELD_TEXT,  offsetof (OuioedHttpHead, idempotency_key) },
  { "last-event-id",                  FIELD_TEXT,  offsetof (OuioedHttpHead, last_event_id) },
  { "access-control-request-method",  FIELD_FIRST, offsetof (OuioedHttpHead, preflight_method) },
  { "access-control-request-headers", FIELD_FIRST, offsetof (OuioedHttpHead, preflight_headers) },
  { "content-length",                 FIELD_CONTENT_LENGTH, 0 },
  { "transfer-encoding",              FIELD_TRANSFER_ENCODING, 0 },
  { "connection",                     FIELD_CONNECTION, 0 },
  { "expect",                         FIELD_EXPECT, 0 },
};

static const Field *
find_field (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_ascii_tolower (name[0]) == fields[i].name[0] && g_ascii_strcasecmp (name, fields[i].name) == 0)
      return &fields[i];
  return NULL;
}

static gboolean
fail (GError **error, const char *name, const char *what)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_BAD_REQUEST, "The header field %s %s", name, what);
  return FALSE;
}

/* Content-Length as digits only: "+5", "5, 5" and "0x5" are understood differently by different readers. */
static gboolean
read_length (const char *value, guint64 *length)
{
  gsize digits = strspn (value, "0123456789");

  return digits > 0 && digits <= 18 && value[digits] == '\0' &&
         g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, length, NULL);
}

/* The request target may name a host of its own; libsoup takes that one, others take the header. */
static gboolean
host_agrees (const char *host, GUri *uri)
{
  const char *name = g_uri_get_host (uri);
  gsize len;

  if (name == NULL)
    return FALSE;
  if (*host == '[')
    host++;
  len = strlen (name);
  return g_ascii_strncasecmp (host, name, len) == 0 && (host[len] == '\0' || host[len] == ':' || host[len] == ']');
}

gboolean
ouioed_http_head_read (OuioedHttpHead *self, SoupMessageHeaders *headers, SoupHTTPVersion version, GUri *uri,
                       GError **error)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  gboolean has_length = FALSE;

  memset (self, 0, sizeof *self);
  self->keep_alive = version != SOUP_HTTP_1_0;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      const Field *field = find_field (name);
      const char **text;

      if (field == NULL)
        continue;

      switch (field->type)
        {
        case FIELD_TEXT:
        case FIELD_FIRST:
          text = G_STRUCT_MEMBER_P (self, field->offset);
          if (*text == NULL)
            *text = value;
          else if (field->type == FIELD_TEXT)
            return fail (error, field->name, "is given twice");
          break;
        case FIELD_CONTENT_LENGTH:
          if (has_length)
            return fail (error, field->name, "is given twice");
          if (!read_length (value, &self->content_length))
            return fail (error, field->name, "is not a number");
          has_length = TRUE;
          break;
        case FIELD_TRANSFER_ENCODING:
          if (self->chunked)
            return fail (error, field->name, "is given twice");
          if (version == SOUP_HTTP_1_0 || g_ascii_strcasecmp (value, "chunked") != 0)
            return fail (error, field->name, "must be \"chunked\" or absent");
          self->chunked = TRUE;
          /* libsoup takes a chunk size that is no number for 0, so where such a body ends is not beyond doubt. */
          self->keep_alive = FALSE;
          break;
        case FIELD_CONNECTION:
          if (ouioed_http_list_has (value, "close"))
            self->keep_alive = FALSE;
          break;
        case FIELD_EXPECT:
          self->expects_continue = version != SOUP_HTTP_1_0 && g_ascii_strcasecmp (value, "100-continue") == 0;
          break;
        default:
          g_return_val_if_reached (FALSE);
        }
    }

  if (self->chunked && has_length)
    return fail (error, "content-length", "excludes transfer-encoding");
  if (self->host == NULL && version != SOUP_HTTP_1_0)
    return fail (error, "host", "is missing");
  if (self->host != NULL && !ouioed_host_is_well_formed (self->host))
    return fail (error, "host", "is not the name of a host");
  if (self->host != NULL && !host_agrees (self->host, uri))
    return fail (error, "host", "contradicts the request target");
  return TRUE;
}

gboolean
ouioed_http_list_has (const char *list, const char *token)
{
  gsize token_len = strlen (token);

  while (list != NULL && *list != '\0')
    {
      gsize len;

      list += strspn (list, ", \t");
      len = strcspn (list, ",; \t");
      if (len == token_len && g_ascii_strncasecmp (list, token, len) == 0)
        return TRUE;
      list += strcspn (list, ",");
    }
  return FALSE;
}

gboolean
ouioed_http_type_is_json (const char *content_type, gboolean lines)
{
  static const char *const line_types[] = { "application/x-ndjson", "application/ndjson", "application/jsonl",
                                            "application/x-jsonlines", NULL };
  gsize len;

  if (content_type == NULL || *content_type == '\0')
    return TRUE;

  len = strcspn (content_type, "; \t");
  for (guint i = 0; lines && line_types[i] != NULL; i++)
    if (len == strlen (line_types[i]) && g_ascii_strncasecmp (content_type, line_types[i], len) == 0)
      return TRUE;
  if (len < strlen ("application/json") || g_ascii_strncasecmp (content_type, "application/", 12) != 0)
    return FALSE;
  return (len == strlen ("application/json") && g_ascii_strncasecmp (content_type + 12, "json", 4) == 0) ||
         (len > strlen ("application/+json") && g_ascii_strncasecmp (content_type + len - 5, "+json", 5) == 0);
}

gboolean
ouioed_http_is_token (const char *text, gboolean list)
{
  if (*text == '\0')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-.^_`|~", *p) == NULL && !(list && strchr (", ", *p) != NULL))
      return FALSE;
  return TRUE;
}
