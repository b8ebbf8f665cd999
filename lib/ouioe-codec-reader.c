/* ouioe-codec-reader.c - strict readers of bodies and of single members
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec-private.h"

/* The first byte 0x00 of @data is broken JSON, everything else that is not UTF-8 is a broken encoding. */
static gboolean
check_encoding (const char *data, gsize len, OuioeProblems *problems, GError **error)
{
  const char *end = data + len;
  const char *zero = NULL;
  const char *p = data;

  while (!g_utf8_validate_len (p, (gsize) (end - p), &p))
    {
      if (*p != '\0')
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_BAD_ENCODING, "Body is not UTF-8 (byte %" G_GSIZE_FORMAT ")",
                       (gsize) (p - data));
          return FALSE;
        }
      if (zero == NULL)
        zero = p;
      p++;
    }

  if (zero == NULL)
    return TRUE;
  ouioe_problems_add (problems, "body", NULL, (int) (zero - data), "json_invalid",
                      "Body is not JSON: byte %d is zero", (int) (zero - data));
  g_propagate_error (error, ouioe_problems_to_error (problems));
  return FALSE;
}

json_t *
ouioe_codec_parse_object (const char *data, gsize len, OuioeProblems *problems, GError **error)
{
  g_autoptr(json_t) root = NULL;
  json_error_t json_error;

  if (len == 0)
    {
      ouioe_problems_add (problems, "body", NULL, -1, "missing", "Body is empty");
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return NULL;
    }
  if (!check_encoding (data, len, problems, error))
    return NULL;
  if (ouioe_json_get_depth (data, len) > OUIOE_MAX_DEPTH) /* before the parser, which calls itself at every level */
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_BAD_ENCODING, "Body is nested deeper than %d levels",
                   OUIOE_MAX_DEPTH);
      return NULL;
    }

  root = json_loadb (data, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &json_error);
  if (root == NULL)
    {
      g_autofree char *text = g_utf8_make_valid (json_error.text, -1); /* it may be cut inside of a character */

      ouioe_problems_add (problems, "body", NULL, MAX (json_error.position, 0), "json_invalid",
                          "Body is not JSON: %s (byte %d)", text, MAX (json_error.position, 0));
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return NULL;
    }
  if (!json_is_object (root))
    {
      ouioe_problems_add (problems, "body", NULL, -1, "dict_type", "Body must be a JSON object");
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return NULL;
    }

  return g_steal_pointer (&root);
}

static const char *
describe_type (const json_t *value)
{
  switch (json_typeof (value))
    {
    case JSON_OBJECT:
      return "an object";
    case JSON_ARRAY:
      return "a list";
    case JSON_STRING:
      return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
      return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
      return "a boolean";
    case JSON_NULL:
      return "null";
    }
  return "something else";
}

/* A number as people write it: 1, not 1.0. */
static char *
describe_number (double value)
{
  GString *out = g_string_new (NULL);

  ouioe_json_write_double (out, value);
  if (g_str_has_suffix (out->str, ".0"))
    g_string_truncate (out, out->len - 2);
  return g_string_free (out, FALSE);
}

void
ouioe_reader_fail (OuioeReader *self, const char *field, const char *type, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  ouioe_problems_add (self->problems, "body", field, -1, type, "%s: %s", field, message);
  self->failed = TRUE;
}

/* The member, or NULL when there is nothing to read. */
static const json_t *
find_member (OuioeReader *self, const char *field, OuioeReadFlags flags)
{
  const json_t *value = json_object_get (self->body, field);

  if (value == NULL)
    {
      if (flags & OUIOE_READ_REQUIRED)
        ouioe_reader_fail (self, field, "missing", "is required");
      return NULL;
    }

  return json_is_null (value) && (flags & OUIOE_READ_NULLABLE) ? NULL : value;
}

const json_t *
ouioe_read_string (OuioeReader *self, const char *field, OuioeReadFlags flags)
{
  const json_t *value = find_member (self, field, flags);

  if (value == NULL)
    return NULL;
  if (json_is_string (value))
    return value;

  ouioe_reader_fail (self, field, "string_type", "must be a string, is %s", describe_type (value));
  return NULL;
}

static OuioeText
text_of (const json_t *string)
{
  return ouioe_text_new (json_string_value (string), (gssize) json_string_length (string));
}

gboolean
ouioe_read_text (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value)
{
  const json_t *string = ouioe_read_string (self, field, flags);

  if (string == NULL)
    return FALSE;

  *value = text_of (string);
  return TRUE;
}

/* A list, short enough, with members of one type only. */
static const json_t *
find_list (OuioeReader *self, const char *field, OuioeReadFlags flags, json_type item_type, const char *problem,
           const char *item_name)
{
  const json_t *list = find_member (self, field, flags);
  gboolean failed = FALSE;

  if (list == NULL)
    return NULL;
  if (!json_is_array (list))
    {
      ouioe_reader_fail (self, field, "list_type", "must be a list, is %s", describe_type (list));
      return NULL;
    }
  if (json_array_size (list) > OUIOE_MAX_LIST_ITEMS)
    {
      ouioe_reader_fail (self, field, "too_long", "must not have more than %d items, has %" G_GSIZE_FORMAT,
                         OUIOE_MAX_LIST_ITEMS, json_array_size (list));
      return NULL;
    }

  for (guint i = 0; i < json_array_size (list); i++)
    {
      const json_t *item = json_array_get (list, i);

      if (json_typeof (item) == item_type)
        continue;
      ouioe_problems_add (self->problems, "body", field, (int) i, problem, "%s[%u]: must be %s, is %s", field, i,
                          item_name, describe_type (item));
      failed = self->failed = TRUE;
    }
  return failed ? NULL : list;
}

gboolean
ouioe_read_text_list (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeTextList *value)
{
  const json_t *list = find_list (self, field, flags, JSON_STRING, "string_type", "a string");

  if (list == NULL)
    return FALSE;

  value->n = (guint) json_array_size (list);
  value->items = g_new (OuioeText, value->n);
  for (guint i = 0; i < value->n; i++)
    value->items[i] = text_of (json_array_get (list, i));
  return TRUE;
}

gboolean
ouioe_read_bool (OuioeReader *self, const char *field, OuioeReadFlags flags, gboolean *value)
{
  const json_t *member = find_member (self, field, flags);

  if (member == NULL)
    return FALSE;
  if (!json_is_boolean (member))
    {
      ouioe_reader_fail (self, field, "bool_type", "must be true or false, is %s", describe_type (member));
      return FALSE;
    }

  *value = json_is_true (member);
  return TRUE;
}

/* @max: NULL when there is no upper limit worth telling */
static void
fail_range (OuioeReader *self, const char *field, gboolean is_below, const char *min, const char *max, const char *is)
{
  const char *type = is_below ? "greater_than_equal" : "less_than_equal";

  if (max != NULL)
    ouioe_reader_fail (self, field, type, "must be between %s and %s, is %s", min, max, is);
  else
    ouioe_reader_fail (self, field, type, "must be %s or more, is %s", min, is);
}

gboolean
ouioe_read_number (OuioeReader *self, const char *field, OuioeReadFlags flags, double min, double max, double *value)
{
  g_autofree char *min_text = NULL, *max_text = NULL, *text = NULL;
  const json_t *member = find_member (self, field, flags);
  double number;

  if (member == NULL)
    return FALSE;
  if (!json_is_number (member))
    {
      ouioe_reader_fail (self, field, "float_type", "must be a number, is %s", describe_type (member));
      return FALSE;
    }

  number = json_number_value (member);
  if (number >= min && number <= max)
    {
      *value = number;
      return TRUE;
    }

  min_text = describe_number (min);
  max_text = describe_number (max);
  text = describe_number (number);
  fail_range (self, field, number < min, min_text, max < G_MAXDOUBLE ? max_text : NULL, text);
  return FALSE;
}

gboolean
ouioe_read_integer (OuioeReader *self, const char *field, OuioeReadFlags flags, gint64 min, gint64 max, gint64 *value)
{
  const json_t *member = find_member (self, field, flags);
  gint64 number;

  if (member == NULL)
    return FALSE;
  if (!json_is_integer (member))
    {
      ouioe_reader_fail (self, field, "int_type", "must be an integer, is %s",
                         json_is_real (member) ? "a number with a fraction" : describe_type (member));
      return FALSE;
    }

  number = json_integer_value (member);
  if (number < min || number > max)
    {
      g_autofree char *min_text = g_strdup_printf ("%" G_GINT64_FORMAT, min);
      g_autofree char *max_text = g_strdup_printf ("%" G_GINT64_FORMAT, max);
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

      fail_range (self, field, number < min, min_text, max < G_MAXINT64 ? max_text : NULL, text);
      return FALSE;
    }

  *value = number;
  return TRUE;
}

gboolean
ouioe_read_object (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value)
{
  const json_t *member = find_member (self, field, flags);

  if (member == NULL)
    return FALSE;
  if (!json_is_object (member))
    {
      ouioe_reader_fail (self, field, "dict_type", "must be an object, is %s", describe_type (member));
      return FALSE;
    }

  *value = ouioe_json_value_text (member);
  return TRUE;
}

gboolean
ouioe_read_object_list (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value)
{
  const json_t *list = find_list (self, field, flags, JSON_OBJECT, "dict_type", "an object");

  if (list == NULL || json_array_size (list) == 0)
    return FALSE;

  *value = ouioe_json_value_text (list);
  return TRUE;
}
