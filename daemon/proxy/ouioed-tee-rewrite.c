/* ouioed-tee-rewrite.c - which requests are the proxy's, and what of their head is changed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-tee-private.h"

#define PREFIX     "/proxy/"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define MAX_METHOD 32
#define MAX_EMPTY  64      /* line ends before a request: they are held back until it is known whose it is */

int
ouioed_tee_claims (const char *data, gsize len)
{
  gsize at = 0;
  gsize method = 0;

  while (at < len && (data[at] == '\r' || data[at] == '\n'))
    if (++at > MAX_EMPTY)
      return FALSE;
  while (at + method < len && data[at + method] != ' ')
    if (++method > MAX_METHOD)
      return FALSE;
  if (at + method >= len)
    return -1;
  at += method + 1;
  if (memcmp (data + at, PREFIX, MIN (len - at, PREFIX_LEN)) != 0)
    return FALSE;
  return len - at >= PREFIX_LEN ? TRUE : -1;
}

gboolean
tee_split_target (const char *target, gsize len, const char **name, gsize *name_len, const char **rest, gsize *rest_len)
{
  if (len < PREFIX_LEN || memcmp (target, PREFIX, PREFIX_LEN) != 0)
    return FALSE;

  *name = target + PREFIX_LEN;
  *name_len = 0;
  while (PREFIX_LEN + *name_len < len && strchr ("/?", (*name)[*name_len]) == NULL)
    (*name_len)++;
  *rest = *name + *name_len;
  *rest_len = len - PREFIX_LEN - *name_len;
  return TRUE;
}

/* The character at @at, with what is written as %XX; @at is behind it then. */
static char
take_char (const char **at, const char *end)
{
  const char *begin = *at;

  if (*begin == '%' && end - begin >= 3 && g_ascii_isxdigit (begin[1]) && g_ascii_isxdigit (begin[2]))
    {
      *at = begin + 3;
      return (char) (g_ascii_xdigit_value (begin[1]) * 16 + g_ascii_xdigit_value (begin[2]));
    }
  *at = begin + 1;
  return *begin;
}

gboolean
tee_goes_up (const char *rest, gsize rest_len)
{
  const char *end = rest + rest_len;
  const char *at = rest;
  guint n_dots = 0;
  gboolean is_name = FALSE;      /* the segment has something else than dots */
  gboolean is_over = FALSE;      /* behind its ";", where some servers have parameters */

  while (at < end && *at != '?')
    {
      char c = take_char (&at, end);

      if (c == '/' || c == '\\')
        {
          if (n_dots == 2 && !is_name)
            return TRUE;
          n_dots = 0;
          is_name = is_over = FALSE;
        }
      else if (c == ';')
        is_over = TRUE;
      else if (c == '.' && !is_over)
        n_dots++;
      else if (!is_over)
        is_name = TRUE;
    }
  return n_dots == 2 && !is_name;
}

gboolean
tee_asks_for_websocket (const OuioedWireHead *head)
{
  static const char protocol[] = "websocket";
  guint n = 0;

  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);

      if (!ouioed_wire_field_is (field, "upgrade"))
        continue;
      if (++n > 1 || field->value_len != sizeof protocol - 1
          || g_ascii_strncasecmp (field->value, protocol, field->value_len) != 0)
        return FALSE;
    }
  return n == 1 && ouioed_wire_head_has_token (head, "connection", "upgrade");
}

/* Fields that the upstream does not get. */
static gboolean
is_kept_back (const OuioedWireField *field, gboolean keeps_upgrade)
{
  return ouioed_wire_field_is (field, "x-ouioe-token")
         || (!keeps_upgrade && (ouioed_wire_field_is (field, "upgrade") || ouioed_wire_field_is (field, "http2-settings")));
}

static void
append (GByteArray *out, const char *text, gsize len)
{
  g_byte_array_append (out, (const guint8 *) text, len);
}

static void
append_text (GByteArray *out, const char *text)
{
  append (out, text, strlen (text));
}

static void
append_host (GByteArray *out, const char *name, gsize name_len, const OuioedUpstream *upstream)
{
  append (out, name, name_len);
  append_text (out, ": ");
  append_text (out, upstream->authority);
  append_text (out, "\r\n");
}

void
tee_rewrite_head (GByteArray *out, const OuioedWireHead *head, const char *rest, gsize rest_len,
                  const OuioedUpstream *upstream)
{
  const char *target_end = head->target + head->target_len;
  const char *at = head->text + head->start_len;
  gboolean keeps_upgrade = tee_asks_for_websocket (head);

  append (out, head->method, head->method_len);
  append_text (out, " ");
  append_text (out, upstream->base_path);
  if (upstream->base_path[0] == '\0' && (rest_len == 0 || rest[0] != '/'))
    append_text (out, "/");
  append (out, rest, rest_len);
  append (out, target_end, at - target_end);
  if (ouioed_wire_head_find (head, "host") == NULL)    /* HTTP/1.0 */
    append_host (out, "Host", 4, upstream);

  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);

      if (!ouioed_wire_field_is (field, "host") && !is_kept_back (field, keeps_upgrade))
        continue;
      append (out, at, field->line - at);
      if (ouioed_wire_field_is (field, "host"))
        append_host (out, field->name, field->name_len, upstream);
      at = field->line + field->line_len;
    }
  append (out, at, head->text + head->len - at);
}
