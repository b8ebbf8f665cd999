/* ouioed-http-query.c - the query string of a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-query.h"

#include <errno.h>
#include <string.h>

/* Decodes %XX and "+" (a form's space). NULL when it is broken, not UTF-8, or holds U+0000. */
static char *
decode (const char *start, gsize len)
{
  g_autofree char *text = g_malloc (len + 1);
  gsize n = 0;

  for (gsize i = 0; i < len; i++)
    {
      char c = start[i];

      if (c == '+')
        c = ' ';
      else if (c == '%')
        {
          int high = i + 2 < len ? g_ascii_xdigit_value (start[i + 1]) : -1;
          int low = i + 2 < len ? g_ascii_xdigit_value (start[i + 2]) : -1;

          if (high < 0 || low < 0)
            return NULL;
          c = (char) (high * 16 + low);
          i += 2;
        }
      if (c == '\0')
        return NULL;
      text[n++] = c;
    }

  text[n] = '\0';
  return g_utf8_validate_len (text, n, NULL) ? g_steal_pointer (&text) : NULL;
}

/* The next pair of *@query, which moves behind it. FALSE at the end. */
static gboolean
next_pair (const char **query, const char **name, gsize *name_len, const char **value, gsize *value_len)
{
  const char *start, *end, *equals;

  if (*query == NULL || **query == '\0')
    return FALSE;

  start = *query;
  end = start + strcspn (start, "&");
  equals = memchr (start, '=', (gsize) (end - start));
  *name = start;
  *name_len = (gsize) ((equals != NULL ? equals : end) - start);
  *value = equals != NULL ? equals + 1 : end;
  *value_len = (gsize) (end - *value);
  *query = *end == '&' ? end + 1 : end;
  return TRUE;
}

/* Names are compared decoded; only a name with escapes pays for that. */
static gboolean
name_is (const char *start, gsize len, const char *name)
{
  g_autofree char *decoded = NULL;

  if (memchr (start, '%', len) == NULL)
    return strlen (name) == len && memcmp (start, name, len) == 0;
  decoded = decode (start, len);
  return g_strcmp0 (decoded, name) == 0;
}

static void
add_problem (OuioeProblems *problems, const char *name, const char *type, const char *message)
{
  ouioe_problems_add (problems, "query", name, -1, type, "%s %s", name, message);
}

char *
ouioed_query_dup_text (const char *query, const char *name, OuioeProblems *problems)
{
  const char *start, *value;
  gsize len, value_len;

  while (next_pair (&query, &start, &len, &value, &value_len))
    if (name_is (start, len, name))
      {
        char *text = decode (value, value_len);

        if (text == NULL)
          add_problem (problems, name, "string_encoding", "is not percent-encoded UTF-8");
        return text;
      }
  return NULL;
}

char **
ouioed_query_dup_all (const char *query, const char *name, OuioeProblems *problems)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  const char *start, *value;
  gsize len, value_len;

  while (next_pair (&query, &start, &len, &value, &value_len))
    if (name_is (start, len, name))
      {
        char *text = decode (value, value_len);

        if (text == NULL)
          {
            add_problem (problems, name, "string_encoding", "is not percent-encoded UTF-8");
            return NULL;
          }
        g_ptr_array_add (values, text);
        if (values->len > OUIOED_MAX_QUERY_VALUES)
          {
            add_problem (problems, name, "too_long", "is given too often");
            return NULL;
          }
      }

  if (values->len == 0)
    return NULL;
  g_ptr_array_add (values, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&values), FALSE);
}

gboolean
ouioed_query_get_id (const char *query, const char *name, OuioeProblems *problems, OuioeEventId *value)
{
  g_autofree char *text = ouioed_query_dup_text (query, name, problems);

  if (text == NULL)
    return FALSE;
  if (ouioe_event_id_parse (text, value))
    return TRUE;
  add_problem (problems, name, "event_id", "must be an event id like 1795396263398-0");
  return FALSE;
}

gboolean
ouioed_query_get_uint (const char *query, const char *name, OuioeProblems *problems, guint min, guint max, guint *value)
{
  g_autofree char *text = ouioed_query_dup_text (query, name, problems);
  guint64 number;

  if (text == NULL)
    return FALSE;
  if (!g_ascii_string_to_unsigned (text, 10, min, max, &number, NULL))
    {
      ouioe_problems_add (problems, "query", name, -1, "int_range", "%s must be a whole number from %u to %u", name,
                          min, max);
      return FALSE;
    }
  *value = (guint) number;
  return TRUE;
}

gboolean
ouioed_query_get_time (const char *query, const char *name, OuioeProblems *problems, gint64 *time_us)
{
  g_autofree char *text = ouioed_query_dup_text (query, name, problems);

  if (text == NULL)
    return FALSE;
  /* The "+" of "+00:00", sent as it is, arrives as a space. */
  g_strdelimit (text, " ", '+');
  if (ouioe_json_parse_time (text, time_us))
    return TRUE;
  add_problem (problems, name, "datetime", "must be a time like 2026-11-23T01:11:03Z");
  return FALSE;
}

gboolean
ouioed_query_get_word (const char *query, const char *name, OuioeProblems *problems, const char *const *words,
                       guint *index)
{
  g_autofree char *text = ouioed_query_dup_text (query, name, problems);
  g_autofree char *list = NULL;

  if (text == NULL)
    return FALSE;
  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], text) == 0)
      {
        *index = i;
        return TRUE;
      }
  list = g_strjoinv (", ", (char **) words);
  ouioe_problems_add (problems, "query", name, -1, "enum", "%s must be one of %s", name, list);
  return FALSE;
}
