/* ouioed-rest-common.c - what the resources have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#define MAX_KEY_BYTES 255

gboolean
ouioed_rest_check_type (OuioedExchange *exchange, gboolean lines)
{
  g_autoptr(OuioeProblems) problems = NULL;
  const char *encoding = exchange->head.content_encoding;
  gboolean encoded = encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0;

  if (!encoded && ouioed_http_type_is_json (exchange->head.content_type, lines))
    return TRUE;

  problems = ouioe_problems_new ();
  if (encoded)
    ouioe_problems_add (problems, "header", "content-encoding", -1, "content_encoding",
                        "Bodies with a content-encoding are not supported");
  else
    ouioe_problems_add (problems, "body", NULL, -1, "content_type", "The content type must be application/json%s",
                        lines ? " or application/x-ndjson" : "");
  ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE, problems);
  return FALSE;
}

json_t *
ouioed_rest_read_object (OuioedExchange *exchange, OuioeProblems *problems)
{
  g_autoptr(GError) error = NULL;
  const char *data;
  json_t *body;
  gsize len;

  if (!ouioed_rest_check_type (exchange, FALSE))
    return NULL;

  data = ouioed_exchange_get_body (exchange, &len);
  body = ouioe_codec_parse_object (data, len, problems, &error);
  if (body != NULL)
    return body;

  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_BAD_ENCODING))
    ouioed_exchange_fail_code (exchange, OUIOE_ERROR_BAD_ENCODING, error->message);
  else
    ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
  return NULL;
}

gboolean
ouioed_rest_key_is_valid (const char *key)
{
  gsize len = strlen (key);

  if (len == 0 || len > MAX_KEY_BYTES)
    return FALSE;
  for (const char *p = key; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return TRUE;
}

gboolean
ouioed_rest_read_key (OuioedExchange *exchange, const char *scope, json_t *body, OuioeProblems *problems,
                      OuioedKey *key)
{
  const char *text = exchange->head.idempotency_key;

  if (text != NULL && !ouioed_rest_key_is_valid (text))
    {
      ouioe_problems_add (problems, "header", "idempotency-key", -1, "idempotency_key",
                          "The header field idempotency-key must be 1 to %d visible ASCII characters", MAX_KEY_BYTES);
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
      return FALSE;
    }
  if (text == NULL && body != NULL)
    {
      text = ouioe_codec_read_key (body, problems);
      if (ouioe_problems_get_n (problems) > 0)
        {
          ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
          return FALSE;
        }
    }

  key->scope = scope;
  key->key = text;
  key->data = ouioed_exchange_get_body (exchange, &key->len);
  return TRUE;
}

/* ---- sessions that other daemons change, too ---- */

typedef struct {
  OuioedExchange *exchange;
  OuioedRestFunc  then;
} Look;

static void
look_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Look *look = user_data;
  g_autoptr(GError) error = NULL;

  if (ouioed_hub_look_finish (OUIOED_HUB (source), result, &error))
    look->then (look->exchange);
  else
    ouioed_exchange_fail (look->exchange, error);
}

void
ouioed_rest_look (OuioedExchange *exchange, OuioedRestFunc then)
{
  const char *ids[] = { exchange->id, NULL };
  Look *look;

  if (!ouioed_hub_is_shared (exchange->parts->hub))
    {
      then (exchange);
      return;
    }

  look = g_new (Look, 1);
  *look = (Look) { exchange, then };
  ouioed_hub_look_async (exchange->parts->hub, ids, look_looked_cb, look);
}
