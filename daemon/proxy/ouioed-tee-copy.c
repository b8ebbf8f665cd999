/* ouioed-tee-copy.c - copies of heads, without what is secret in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-tee-private.h"

#define MAX_FIELDS 256     /* of one head that are copied */

static const char *const secrets[] = {
  "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "set-cookie", "x-ouioe-token",
};

/* Parameters of a query that some services take a key in. */
static const char *const secret_parameters[] = { "key", "api_key", "api-key", "apikey", "access_token", "token" };

static gboolean
is_secret (const OuioedWireField *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (ouioed_wire_field_is (field, secrets[i]))
      return TRUE;
  return FALSE;
}

static char *
dup_valid (const char *text, gsize len)
{
  return g_utf8_make_valid (text, len);
}

/* What is folded becomes one line. */
static char *
dup_value (const OuioedWireField *field)
{
  char *value = dup_valid (field->value, field->value_len);

  return g_strdelimit (value, "\r\n", ' ');
}

static void
copy_fields (OuioedHeadCopy *copy, const OuioedWireHead *head)
{
  copy->headers = g_new (OuioedHeader, MIN (head->fields->len, MAX_FIELDS));
  copy->size = sizeof *copy + head->len + head->fields->len * 48;
  for (guint i = 0; i < head->fields->len && copy->n_headers < MAX_FIELDS; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);
      g_autofree char *name = NULL;

      if (is_secret (field))
        continue;
      name = dup_valid (field->name, field->name_len);
      copy->headers[copy->n_headers++] = (OuioedHeader) {
        g_ascii_strdown (name, -1), dup_value (field),
      };
    }
}

static gboolean
is_secret_parameter (const char *text, gsize len)
{
  const char *equals = memchr (text, '=', len);
  gsize name_len = equals != NULL ? (gsize) (equals - text) : len;
  g_autofree char *name = g_uri_unescape_segment (text, text + name_len, NULL);

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (secret_parameters); i++)
    if (g_ascii_strcasecmp (secret_parameters[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* The query without the parameters that may hold a key; NULL when nothing is left. */
static char *
dup_query (const char *query, gsize len)
{
  g_autoptr(GString) out = g_string_new (NULL);
  const char *end = query + len;

  while (query < end)
    {
      const char *stop = memchr (query, '&', end - query);
      gsize part = (stop != NULL ? stop : end) - query;

      if (part > 0 && !is_secret_parameter (query, part))
        {
          g_string_append (out, out->len > 0 ? "&" : "");
          g_string_append_len (out, query, part);
        }
      query += part + 1;
    }
  return out->len > 0 ? dup_valid (out->str, out->len) : NULL;
}

/* Tells clients apart without saying what they showed. */
static guint64
hash_secrets (const OuioedTee *tee, const OuioedWireHead *head)
{
  g_autoptr(GHmac) hmac = NULL;
  guint8 digest[32];
  gsize len = sizeof digest;
  guint64 value;

  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);
      g_autofree char *name = NULL;

      if (!is_secret (field))
        continue;
      if (hmac == NULL)
        hmac = g_hmac_new (G_CHECKSUM_SHA256, tee->key, sizeof tee->key);
      name = g_ascii_strdown (field->name, field->name_len);
      g_hmac_update (hmac, (const guint8 *) name, field->name_len + 1);
      g_hmac_update (hmac, (const guint8 *) field->value, field->value_len);
      g_hmac_update (hmac, (const guint8 *) "", 1);
    }
  if (hmac == NULL)
    return 0;
  g_hmac_get_digest (hmac, digest, &len);
  memcpy (&value, digest, sizeof value);
  return MAX (value, 1);
}

OuioedHeadCopy *
tee_copy_request (const OuioedTee *tee, const OuioedWireHead *head, const char *rest, gsize rest_len,
                  const OuioedUpstream *upstream, const char *peer)
{
  OuioedHeadCopy *copy = g_new0 (OuioedHeadCopy, 1);
  const char *question = memchr (rest, '?', rest_len);
  gsize path_len = question != NULL ? (gsize) (question - rest) : rest_len;
  g_autofree char *path = dup_valid (rest, path_len);
  const char *colon = strrchr (peer, ':');
  gboolean is_bare = upstream->base_path[0] == '\0' && path_len == 0;

  copy->method = g_strndup (head->method, head->method_len);
  copy->path = g_strconcat (upstream->base_path, is_bare ? "/" : "", path, NULL);
  copy->query = question != NULL ? dup_query (question + 1, rest_len - path_len - 1) : NULL;
  copy->peer = colon != NULL ? g_strndup (peer, colon - peer) : g_strdup (peer);
  copy->credential = hash_secrets (tee, head);
  copy_fields (copy, head);
  return copy;
}

OuioedHeadCopy *
tee_copy_answer (const OuioedWireHead *head)
{
  OuioedHeadCopy *copy = g_new0 (OuioedHeadCopy, 1);

  copy->status = head->status;
  copy_fields (copy, head);
  return copy;
}
