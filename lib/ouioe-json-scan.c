/* ouioe-json-scan.c - reads JSON text strictly, without a tree, without recursion
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-json.h"

#include <string.h>

/* All functions get the place where they start and the end of the text, and return the place behind what they read, or
 * NULL when it is not what it should be. */

static const char *
skip_space (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  return p;
}

static const char *
scan_hex4 (const char *p, const char *end, guint *value)
{
  if (end - p < 4)
    return NULL;

  *value = 0;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p[i]);

      if (digit < 0)
        return NULL;
      *value = *value << 4 | (guint) digit;
    }
  return p + 4;
}

/* @p: behind the backslash */
static const char *
scan_escape (const char *p, const char *end)
{
  guint unit, second;

  if (p == end)
    return NULL;
  if (*p != 'u')
    return strchr ("\"\\/bfnrt", *p) != NULL ? p + 1 : NULL;

  p = scan_hex4 (p + 1, end, &unit);
  if (p == NULL || unit < 0xd800 || unit > 0xdfff)
    return p;
  if (unit > 0xdbff || end - p < 6 || p[0] != '\\' || p[1] != 'u')
    return NULL; /* half of a pair */

  p = scan_hex4 (p + 2, end, &second);
  return p != NULL && second >= 0xdc00 && second <= 0xdfff ? p : NULL;
}

static const char *
scan_string (const char *p, const char *end)
{
  if (p == end || *p != '"')
    return NULL;

  for (p++; p < end; )
    {
      guchar c = (guchar) *p++;

      if (c == '"')
        return p;
      if (c < 0x20)
        return NULL;
      if (c == '\\' && (p = scan_escape (p, end)) == NULL)
        return NULL;
    }
  return NULL;
}

static const char *
scan_digits (const char *p, const char *end)
{
  if (p == end || !g_ascii_isdigit (*p))
    return NULL;
  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p;
}

static const char *
scan_number (const char *p, const char *end)
{
  if (p < end && *p == '-')
    p++;
  if (p < end && *p == '0')
    p++;
  else if ((p = scan_digits (p, end)) == NULL)
    return NULL;

  if (p < end && *p == '.' && (p = scan_digits (p + 1, end)) == NULL)
    return NULL;
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      p = scan_digits (p, end);
    }
  return p;
}

static const char *
scan_word (const char *p, const char *end, const char *word)
{
  gsize len = strlen (word);

  return (gsize) (end - p) >= len && memcmp (p, word, len) == 0 ? p + len : NULL;
}

static const char *
scan_scalar (const char *p, const char *end)
{
  switch (*p)
    {
    case '"':
      return scan_string (p, end);
    case 't':
      return scan_word (p, end, "true");
    case 'f':
      return scan_word (p, end, "false");
    case 'n':
      return scan_word (p, end, "null");
    default:
      return scan_number (p, end);
    }
}

/* A name and its colon. */
static const char *
scan_name (const char *p, const char *end, OuioeJsonSlice *name)
{
  p = skip_space (p, end);
  name->str = p;
  p = scan_string (p, end);
  if (p == NULL)
    return NULL;

  name->len = (gsize) (p - name->str);
  p = skip_space (p, end);
  return p < end && *p == ':' ? p + 1 : NULL;
}

/* Behind a value: closes what ends here, and goes on to the next value (*@depth > 0) or behind the whole. */
static const char *
scan_closings (const char *p, const char *end, const char *open, guint *depth)
{
  OuioeJsonSlice name;

  while (*depth > 0)
    {
      char opened = open[*depth - 1];

      p = skip_space (p, end);
      if (p == end)
        return NULL;
      if (*p == ',')
        return opened == '{' ? scan_name (p + 1, end, &name) : p + 1;
      if (*p != (opened == '{' ? '}' : ']'))
        return NULL;
      p++;
      --*depth;
    }
  return p;
}

static const char *
scan_value (const char *p, const char *end)
{
  char open[OUIOE_JSON_MAX_DEPTH]; /* the brackets we are in */
  OuioeJsonSlice name;
  guint depth = 0;

  do
    {
      p = skip_space (p, end);
      if (p == end)
        return NULL;

      if (*p == '{' || *p == '[')
        {
          char opened = *p;

          if (depth == G_N_ELEMENTS (open))
            return NULL;
          p = skip_space (p + 1, end);
          if (p == end || *p != (opened == '{' ? '}' : ']'))
            {
              open[depth++] = opened;
              if (opened == '{' && (p = scan_name (p, end, &name)) == NULL)
                return NULL;
              continue;
            }
          p++;
        }
      else if ((p = scan_scalar (p, end)) == NULL)
        return NULL;

      p = scan_closings (p, end, open, &depth);
    }
  while (p != NULL && depth > 0);

  return p;
}

/* The place of @name (with its quotes) in @names; the search begins at *@hint, as members mostly come in order. */
static int
find_name (const OuioeJsonSlice *name, const char *const *names, guint n_names, guint *hint)
{
  for (guint i = 0; i < n_names; i++)
    {
      guint place = (*hint + i) % n_names;

      if (strlen (names[place]) == name->len - 2 && memcmp (names[place], name->str + 1, name->len - 2) == 0)
        {
          *hint = place + 1;
          return (int) place;
        }
    }
  return -1;
}

static const char *
scan_members (const char *p, const char *end, const char *const *names, OuioeJsonSlice *values, guint n_names)
{
  guint hint = 0;

  p = skip_space (p, end);
  if (p < end && *p == '}')
    return p + 1;

  while (TRUE)
    {
      OuioeJsonSlice name, value;
      int place;

      p = scan_name (p, end, &name);
      if (p == NULL)
        return NULL;
      p = value.str = skip_space (p, end);
      p = scan_value (p, end);
      if (p == NULL)
        return NULL;
      value.len = (gsize) (p - value.str);

      place = find_name (&name, names, n_names, &hint);
      if (place >= 0)
        {
          if (values[place].str != NULL)
            return NULL;
          values[place] = value;
        }

      p = skip_space (p, end);
      if (p == end || (*p != ',' && *p != '}'))
        return NULL;
      if (*p++ == '}')
        return p;
    }
}

gboolean
ouioe_json_scan_object (const char *data, gsize len, const char *const *names, OuioeJsonSlice *values, guint n_names)
{
  const char *end = data + len;
  const char *p;

  for (guint i = 0; i < n_names; i++)
    values[i] = (OuioeJsonSlice) { NULL, 0 };

  if (!g_utf8_validate_len (data, len, NULL))
    return FALSE;
  p = skip_space (data, end);
  if (p == end || *p != '{')
    return FALSE;

  p = scan_members (p + 1, end, names, values, n_names);
  return p != NULL && skip_space (p, end) == end;
}

static const char *
append_escape (GString *out, const char *p)
{
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  guint unit = 0, second = 0;

  if (*p != 'u')
    {
      g_string_append_c (out, meanings[strchr (letters, *p) - letters]);
      return p + 1;
    }

  p = scan_hex4 (p + 1, p + 5, &unit);
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      p = scan_hex4 (p + 2, p + 6, &second);
      unit = 0x10000 + ((unit - 0xd800) << 10 | (second - 0xdc00));
    }
  if (unit == 0)
    g_string_append_c (out, '\0');
  else
    g_string_append_unichar (out, unit);
  return p;
}

OuioeText
ouioe_json_slice_text (const OuioeJsonSlice *slice)
{
  OuioeText text = { NULL, 0 };
  const char *end;
  GString *out;

  if (slice->str == NULL || slice->str[0] != '"')
    return text;
  if (memchr (slice->str, '\\', slice->len) == NULL)
    return ouioe_text_new (slice->str + 1, (gssize) slice->len - 2);

  out = g_string_sized_new (slice->len);
  end = slice->str + slice->len - 1;
  for (const char *p = slice->str + 1; p < end; )
    {
      if (*p == '\\')
        p = append_escape (out, p + 1);
      else
        g_string_append_c (out, *p++);
    }

  text.len = out->len;
  text.str = g_string_free (out, FALSE);
  return text;
}

gboolean
ouioe_json_slice_is (const OuioeJsonSlice *slice, const char *text)
{
  return slice->str != NULL && slice->len == strlen (text) && memcmp (slice->str, text, slice->len) == 0;
}

OuioeText
ouioe_json_compact (const char *data, gsize len)
{
  OuioeText text = { g_malloc (len + 1), 0 };
  gboolean in_string = FALSE;

  for (gsize i = 0; i < len; i++)
    {
      if (!in_string && strchr (" \n\r\t", data[i]) != NULL)
        continue;

      text.str[text.len++] = data[i];
      if (data[i] == '"')
        in_string = !in_string;
      else if (in_string && data[i] == '\\')
        text.str[text.len++] = data[++i];
    }

  text.str[text.len] = '\0';
  return text;
}

guint
ouioe_json_get_depth (const char *data, gsize len)
{
  guint depth = 0, deepest = 0;

  for (gsize i = 0; i < len; i++)
    {
      if (data[i] == '"')
        {
          for (i++; i < len && data[i] != '"'; i++)
            if (data[i] == '\\')
              i++;
        }
      else if (data[i] == '{' || data[i] == '[')
        {
          depth++;
          deepest = MAX (deepest, depth);
        }
      else if ((data[i] == '}' || data[i] == ']') && depth > 0)
        depth--;
    }

  return deepest;
}
