/* ouioed-request-messages.c - the messages of a request: whether they are the same again, and what the user said last
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clients send what was said before again with each turn, but not always in the same layout: a text becomes a list with one
 * text part, marks of a cache move on to newer messages, thinking is left out. None of this makes another message of it.
 */
#include "config.h"

#include "ouioed-request-private.h"

#include <string.h>

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return word != NULL && g_strv_contains (words, word);
}

static const char *
get_string (json_t *object, const char *key)
{
  return json_string_value (json_object_get (object, key));
}

static gboolean
is_text_part (json_t *part)
{
  static const char *const types[] = { "text", "input_text", "output_text", NULL };

  return is_one_of (get_string (part, "type"), types) && json_is_string (json_object_get (part, "text"));
}

static gboolean
is_thinking (json_t *part)
{
  static const char *const types[] = { "thinking", "redacted_thinking", "reasoning", NULL };

  return is_one_of (get_string (part, "type"), types);
}

/* ---- digests ---- */

static void
add_bytes (GChecksum *sum, const char *bytes, gsize len)
{
  /* In pieces: what g_checksum_update() takes is a signed length. */
  while (len > 0)
    {
      gsize n = MIN (len, 1 << 20);

      g_checksum_update (sum, (const guchar *) bytes, (gssize) n);
      bytes += n;
      len -= n;
    }
}

static void
add_mark (GChecksum *sum, const char *mark)
{
  add_bytes (sum, mark, strlen (mark) + 1);    /* with its NUL, so that nothing runs into it */
}

static int
add_dump_cb (const char *bytes, size_t len, void *data)
{
  add_bytes (data, bytes, len);
  return 0;
}

static void
add_value (GChecksum *sum, const char *mark, json_t *value)
{
  if (value == NULL || json_is_null (value))
    return;
  add_mark (sum, mark);
  json_dump_callback (value, add_dump_cb, sum, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
}

static void
add_part (GChecksum *sum, json_t *part)
{
  if (is_thinking (part))
    return;
  if (is_text_part (part))
    {
      json_t *text = json_object_get (part, "text");

      add_bytes (sum, json_string_value (text), json_string_length (text));
      return;
    }
  if (json_is_object (part))
    json_object_del (part, "cache_control");
  add_value (sum, "part", part);
}

static void
add_content (GChecksum *sum, json_t *content)
{
  add_mark (sum, "content");
  if (json_is_string (content))
    add_bytes (sum, json_string_value (content), json_string_length (content));
  for (gsize i = 0; json_is_array (content) && i < json_array_size (content); i++)
    add_part (sum, json_array_get (content, i));
}

/* What an item of Responses is in a conversation; of messages it is their role. */
static const char *
find_role (json_t *message)
{
  const char *role = get_string (message, "role");
  const char *type = get_string (message, "type");

  if (role != NULL)
    return role;
  if (type == NULL)
    return NULL;
  return g_str_has_suffix (type, "_output") ? "tool" : "assistant";
}

/* FALSE: it is left out of the conversation. */
static gboolean
read_digest (json_t *message, OuioedMessage *out)
{
  static const char *const following[] = { "assistant", "model", "tool", "function", NULL };
  static const char *const parts[] = { "tool_calls", "function_call", "tool_call_id", "images", "name", NULL };
  g_autoptr(GChecksum) sum = NULL;
  const char *role = find_role (message);
  gsize len = sizeof out->digest;

  if (role == NULL || is_thinking (message))
    return FALSE;
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  add_mark (sum, role);
  if (get_string (message, "role") != NULL)
    {
      add_content (sum, json_object_get (message, "content"));
      for (guint i = 0; parts[i] != NULL; i++)
        add_value (sum, parts[i], json_object_get (message, parts[i]));
    }
  else
    {
      /* Ids and states of items come from the server and are not always sent back. */
      json_object_del (message, "id");
      json_object_del (message, "status");
      add_value (sum, "item", message);
    }
  g_checksum_get_digest (sum, out->digest, &len);
  out->follows = is_one_of (role, following);
  return TRUE;
}

/* ---- title ---- */

static char *
join_texts (json_t *content)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (content) && text->len <= OUIOED_REQUEST_MAX_TITLE; i++)
    {
      json_t *part = json_array_get (content, i);

      if (!is_text_part (part))
        continue;
      part = json_object_get (part, "text");
      if (text->len > 0 && json_string_length (part) > 0)
        g_string_append_c (text, '\n');
      g_string_append_len (text, json_string_value (part), (gssize) json_string_length (part));
    }
  return text->len == 0 ? NULL : ouioed_request_shorten (text->str, text->len, OUIOED_REQUEST_MAX_TITLE);
}

static char *
read_text (json_t *content)
{
  if (json_is_array (content))
    return join_texts (content);
  if (json_string_length (content) == 0)
    return NULL;
  return ouioed_request_shorten (json_string_value (content), json_string_length (content), OUIOED_REQUEST_MAX_TITLE);
}

void
ouioed_request_read_messages (OuioedRequest *self, json_t *list)
{
  gsize n = json_array_size (list);

  for (gsize i = n; self->title == NULL && i-- > 0; )
    if (g_strcmp0 (get_string (json_array_get (list, i), "role"), "user") == 0)
      self->title = read_text (json_object_get (json_array_get (list, i), "content"));

  for (gsize i = 0; n <= OUIOED_REQUEST_MAX_MESSAGES && i < n; i++)
    {
      OuioedMessage message;

      if (read_digest (json_array_get (list, i), &message))
        g_array_append_val (self->messages, message);
    }
}
