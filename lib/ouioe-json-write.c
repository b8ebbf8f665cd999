/* ouioe-json-write.c - writes JSON by hand, straight into its place
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-json.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "ouioe-codec.h"

static void
write_escape (GString *out, guchar c)
{
  static const char hex[] = "0123456789abcdef";
  char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

  switch (c)
    {
    case '"':
      ouioe_json_write_literal (out, "\\\"");
      return;
    case '\\':
      ouioe_json_write_literal (out, "\\\\");
      return;
    case '\n':
      ouioe_json_write_literal (out, "\\n");
      return;
    case '\t':
      ouioe_json_write_literal (out, "\\t");
      return;
    case '\r':
      ouioe_json_write_literal (out, "\\r");
      return;
    default:
      g_string_append_len (out, text, sizeof text);
    }
}

void
ouioe_json_write_string (GString *out, const char *str, gssize len)
{
  const char *end = str + (len < 0 ? strlen (str) : (gsize) len);
  const char *run = str; /* what needs no escape is copied in one go */

  g_string_append_c (out, '"');
  for (const char *p = str; p < end; p++)
    {
      guchar c = (guchar) *p;

      if (c >= 0x20 && c != '"' && c != '\\')
        continue;
      g_string_append_len (out, run, p - run);
      write_escape (out, c);
      run = p + 1;
    }
  g_string_append_len (out, run, end - run);
  g_string_append_c (out, '"');
}

void
ouioe_json_write_uint (GString *out, guint64 value)
{
  char digits[20];
  guint n = sizeof digits;

  do
    digits[--n] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);

  g_string_append_len (out, digits + n, (gssize) (sizeof digits - n));
}

void
ouioe_json_write_bool (GString *out, gboolean value)
{
  if (value)
    ouioe_json_write_literal (out, "true");
  else
    ouioe_json_write_literal (out, "false");
}

/* Most numbers have few decimals and need no search: when millionths give the same double back, they are its shortest
 * text, because decimal texts of up to 15 digits always name different doubles. */
static gboolean
write_short_double (GString *out, double value)
{
  double scaled = rint (value * 1e6);
  guint64 millionths, fraction;
  char digits[6];
  guint n = sizeof digits;

  if (!(value >= 1e-4 && value < 1e9) || scaled / 1e6 != value)
    return FALSE;

  millionths = (guint64) scaled;
  fraction = millionths % 1000000;
  ouioe_json_write_uint (out, millionths / 1000000);
  for (guint i = n; i-- > 0; fraction /= 10)
    digits[i] = (char) ('0' + fraction % 10);
  while (n > 1 && digits[n - 1] == '0')
    n--;
  g_string_append_c (out, '.');
  g_string_append_len (out, digits, n);
  return TRUE;
}

/* The fewest digits that read back, as "d.ddde±xx". */
static void
format_shortest (char *text, gsize size, double value)
{
  /* 15 digits are enough for every number that was written with so many, or fewer. The smallest numbers of all hold
   * less than that, and have a shorter text. */
  int precision = fabs (value) < DBL_MIN ? 0 : DBL_DIG - 1;
  char format[8];

  for (; precision <= 16; precision++)
    {
      g_snprintf (format, sizeof format, "%%.%de", precision);
      g_ascii_formatd (text, (int) size, format, value);
      if (g_ascii_strtod (text, NULL) == value) /* exactly: that is the question */
        return;
    }
}

/* @digits: significant ones; the point stands behind the first and is moved by @exponent. */
static void
write_digits (GString *out, const char *digits, int n, int exponent)
{
  if (exponent < -4 || exponent >= 16)
    {
      g_string_append_c (out, digits[0]);
      if (n > 1)
        g_string_append_c (out, '.');
      g_string_append_len (out, digits + 1, n - 1);
      g_string_append_printf (out, "e%c%02d", exponent < 0 ? '-' : '+', ABS (exponent));
      return;
    }

  if (exponent < 0)
    ouioe_json_write_literal (out, "0");
  for (int i = 0; i <= exponent; i++)
    g_string_append_c (out, i < n ? digits[i] : '0');
  g_string_append_c (out, '.');
  for (int i = -1; i > exponent; i--)
    g_string_append_c (out, '0');
  if (exponent + 1 < n)
    g_string_append_len (out, digits + MAX (exponent + 1, 0), n - MAX (exponent + 1, 0));
  else
    g_string_append_c (out, '0');
}

void
ouioe_json_write_double (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE], digits[G_ASCII_DTOSTR_BUF_SIZE];
  int n = 0;

  g_return_if_fail (isfinite (value));

  if (write_short_double (out, value))
    return;

  if (signbit (value))
    g_string_append_c (out, '-');
  value = fabs (value);
  if (value <= 0.0)
    {
      ouioe_json_write_literal (out, "0.0");
      return;
    }

  format_shortest (text, sizeof text, value);
  for (const char *p = text; *p != 'e'; p++)
    if (*p != '.')
      digits[n++] = *p;
  while (n > 1 && digits[n - 1] == '0')
    n--;
  write_digits (out, digits, n, (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10));
}

static void
write_object (GString *out, const json_t *object)
{
  const char *name;
  json_t *member;
  gboolean is_first = TRUE;

  g_string_append_c (out, '{');
  json_object_foreach ((json_t *) object, name, member)
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      ouioe_json_write_string (out, name, -1);
      g_string_append_c (out, ':');
      ouioe_json_write_value (out, member);
    }
  g_string_append_c (out, '}');
}

static void
write_array (GString *out, const json_t *array)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < json_array_size (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      ouioe_json_write_value (out, json_array_get (array, i));
    }
  g_string_append_c (out, ']');
}

void
ouioe_json_write_value (GString *out, const json_t *value)
{
  switch (json_typeof (value))
    {
    case JSON_OBJECT:
      write_object (out, value);
      return;
    case JSON_ARRAY:
      write_array (out, value);
      return;
    case JSON_STRING:
      ouioe_json_write_string (out, json_string_value (value), (gssize) json_string_length (value));
      return;
    case JSON_INTEGER:
      g_string_append_printf (out, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
      return;
    case JSON_REAL:
      ouioe_json_write_double (out, json_real_value (value));
      return;
    case JSON_TRUE:
    case JSON_FALSE:
      ouioe_json_write_bool (out, json_is_true (value));
      return;
    case JSON_NULL:
      ouioe_json_write_literal (out, "null");
    }
}

OuioeText
ouioe_json_value_text (const json_t *value)
{
  GString *out = g_string_sized_new (128);
  OuioeText text;

  ouioe_json_write_value (out, value);
  text.len = out->len;
  text.str = g_string_free (out, FALSE);
  return text;
}
