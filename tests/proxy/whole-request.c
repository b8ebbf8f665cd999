/* whole-request.c - a request as one reads it who has the whole of it at hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slow, plain, and written without a look at the framer: what the two disagree about could be smuggled.
 */
#include "config.h"

#include "framer-run.h"

#include <string.h>

/* The next line up to CR LF, which must be the first of both in it. NULL: there is none. */
static char *
take_line (const char *data, gsize len, gsize *at)
{
  const char *end = *at < len ? memmem (data + *at, len - *at, "\r\n", 2) : NULL;
  g_autofree char *line = NULL;
  gsize n;

  if (end == NULL)
    return NULL;
  n = end - data - *at;
  line = g_strndup (data + *at, n);
  *at += n + 2;
  return strlen (line) == n && strpbrk (line, "\r\n") == NULL ? g_steal_pointer (&line) : NULL;
}

static gboolean
start_is_good (const char *line, gboolean *is_old)
{
  g_auto(GStrv) words = g_strsplit (line, " ", -1);

  if (g_strv_length (words) != 3 || *words[0] == '\0' || *words[1] == '\0')
    return FALSE;
  *is_old = strcmp (words[2], "HTTP/1.0") == 0;
  return *is_old || strcmp (words[2], "HTTP/1.1") == 0;
}

/* What the fields of a head, or of a trailer section, say of the length. */
typedef struct {
  guint  n_lengths;
  guint  n_codings;
  guint  n_hosts;
  gsize  length;
} Fields;

static gboolean
take_field (Fields *fields, const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = colon != NULL ? g_ascii_strdown (line, colon - line) : NULL;
  g_autofree char *value = colon != NULL ? g_strdup (colon + 1) : NULL;

  if (name == NULL || *name == '\0' || strpbrk (name, " \t") != NULL)
    return FALSE;
  g_strstrip (value);
  if (strcmp (name, "host") == 0)
    fields->n_hosts++;
  if (strcmp (name, "content-length") == 0)
    {
      fields->n_lengths++;
      fields->length = g_ascii_strtoull (value, NULL, 10);
      return *value != '\0' && strspn (value, "0123456789") == strlen (value);
    }
  if (strcmp (name, "transfer-encoding") == 0)
    {
      fields->n_codings++;
      return g_ascii_strcasecmp (value, "chunked") == 0;
    }
  return TRUE;
}

/* To the empty line. */
static gboolean
take_fields (Fields *fields, const char *data, gsize len, gsize *at)
{
  while (TRUE)
    {
      g_autofree char *line = take_line (data, len, at);

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        return TRUE;
      if (!take_field (fields, line))
        return FALSE;
    }
}

static gboolean
take_body (const char *data, gsize len, gsize *at, gsize n, GString *body)
{
  if (len - *at < n)
    return FALSE;
  g_string_append_len (body, data + *at, n);
  *at += n;
  return TRUE;
}

static gboolean
take_chunks (const char *data, gsize len, gsize *at, GString *body)
{
  Fields trailers = { 0 };

  while (TRUE)
    {
      g_autofree char *line = take_line (data, len, at);
      gsize n_digits = line != NULL ? strspn (line, "0123456789abcdefABCDEF") : 0;
      guint64 size = n_digits > 0 ? g_ascii_strtoull (line, NULL, 16) : 0;
      g_autofree char *end = NULL;

      if (n_digits == 0 || (line[n_digits] != '\0' && line[n_digits] != ';'))
        return FALSE;
      if (size == 0)
        return take_fields (&trailers, data, len, at)
               && trailers.n_lengths + trailers.n_codings + trailers.n_hosts == 0;
      if (!take_body (data, len, at, size, body))
        return FALSE;
      end = take_line (data, len, at);
      if (end == NULL || *end != '\0')
        return FALSE;
    }
}

gboolean
read_whole_request (const char *data, gsize *len, GString *body)
{
  Fields fields = { 0 };
  gsize at = 0;
  gboolean is_old;
  g_autofree char *start = NULL;

  while (*len - at >= 2 && memcmp (data + at, "\r\n", 2) == 0)
    at += 2;
  start = take_line (data, *len, &at);
  if (start == NULL || !start_is_good (start, &is_old) || !take_fields (&fields, data, *len, &at))
    return FALSE;
  if (fields.n_lengths + fields.n_codings > 1 || fields.n_hosts > 1 || (fields.n_hosts == 0 && !is_old)
      || (is_old && fields.n_codings > 0))
    return FALSE;
  if (fields.n_codings > 0 ? !take_chunks (data, *len, &at, body) : !take_body (data, *len, &at, fields.length, body))
    return FALSE;
  *len = at;
  return TRUE;
}
