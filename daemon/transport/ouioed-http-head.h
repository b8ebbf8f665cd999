/* ouioed-http-head.h - the head of a request: the fields we use, and whether all readers would understand it alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>
#include "ouioe-error.h"

G_BEGIN_DECLS

/* Texts are borrowed from the headers; NULL when the field is absent. */
typedef struct {
  const char *host;
  const char *origin;
  const char *authorization;
  const char *websocket_protocol;  /* Sec-WebSocket-Protocol, the first line */
  const char *content_type;
  const char *content_encoding;
  const char *accept;
  const char *idempotency_key;
  const char *last_event_id;
  const char *preflight_method;    /* Access-Control-Request-Method */
  const char *preflight_headers;   /* Access-Control-Request-Headers */
  guint64     content_length;      /* 0 when not given */
  gboolean    chunked;             /* the length is known at the end only */
  gboolean    expects_continue;    /* the client waits before it sends the body */
  gboolean    keep_alive;          /* the client may send another request on this connection */
} OuioedHttpHead;

/* FALSE with OUIOE_ERROR_BAD_REQUEST when another reader (a proxy) could see another request in these bytes. */
gboolean ouioed_http_head_read (OuioedHttpHead *self, SoupMessageHeaders *headers, SoupHTTPVersion version, GUri *uri, GError **error);

/* Whether the comma separated @list (nullable) has @token; what follows ";" in an element is ignored. */
gboolean ouioed_http_list_has  (const char *list, const char *token);
/* Missing, application/json, application/<any>+json; with @lines also the types of JSON lines. */
gboolean ouioed_http_type_is_json (const char *content_type, gboolean lines);
/* One or more characters of a header field's name (RFC 9110 "token"), and with @list commas and spaces between them. */
gboolean ouioed_http_is_token  (const char *text, gboolean list);

G_END_DECLS
