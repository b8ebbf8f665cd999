/* fuzz-wire-head.c - heads of requests and of answers, of any bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says which of them. What is found lies within the text, in its order, and is found again by its name.
 */
#include "config.h"

#include "ouioed-wire-head.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_within (const OuioedWireHead *head, const char *part, gsize len)
{
  g_assert_true (part >= head->text && len <= head->len && part + len <= head->text + head->len);
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
check_token (const OuioedWireHead *head, const char *name, const OuioedWireField *field)
{
  g_autofree char *token = g_ascii_strdown (field->value, (gssize) field->value_len);

  /* A value without a comma is a list of one. */
  if (field->value_len == 0 || memchr (field->value, ',', field->value_len) != NULL
      || memchr (field->value, '\0', field->value_len) != NULL)
    return;
  g_assert_true (ouioed_wire_head_has_token (head, name, token));
  if (field == &g_array_index (head->fields, OuioedWireField, head->fields->len - 1))
    g_assert_true (ouioed_wire_head_ends_with (head, name, token));
}

static void
check_field (const OuioedWireHead *head, const OuioedWireField *field, const char *after)
{
  g_autofree char *name = g_ascii_strdown (field->name, (gssize) field->name_len);
  const OuioedWireField *found;

  check_within (head, field->line, field->line_len);
  g_assert_true (field->line >= after);
  g_assert_true (field->name == field->line && field->name_len > 0 && memchr (field->name, ':', field->name_len) == NULL);
  g_assert_true (field->value > field->name + field->name_len - 1);
  g_assert_true (field->value + field->value_len <= field->line + field->line_len);
  if (field->value_len > 0)
    g_assert_false (is_blank (field->value[0]) || is_blank (field->value[field->value_len - 1]));

  if (strlen (name) != field->name_len)
    return;    /* with a NUL in it, which is no name to look for */
  found = ouioed_wire_head_find (head, name);
  g_assert_true (found != NULL && found <= field && ouioed_wire_field_is (found, name));
  check_token (head, name, field);
}

static void
check_fields (const OuioedWireHead *head)
{
  const char *after = head->text + head->start_len;
  gboolean closes = ouioed_wire_head_has_token (head, "connection", "close");

  g_assert_cmpuint (head->start_len, <=, head->len);
  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);

      check_field (head, field, after);
      after = field->line + field->line_len;
    }
  if (ouioed_wire_head_keeps_alive (head))
    g_assert_false (closes);
}

static void
check_request (OuioedWireHead *head, const char *text, gsize len)
{
  const char *error = NULL;
  gboolean is_good = ouioed_wire_head_parse_request (head, text, len, &error);

  g_assert_cmpint (is_good, ==, error == NULL);
  if (!is_good)
    return;
  check_within (head, head->method, head->method_len);
  check_within (head, head->target, head->target_len);
  g_assert_true (head->method == text && head->method_len > 0 && head->target_len > 0 && head->minor <= 1);
  g_assert_null (memchr (head->target, ' ', head->target_len));
  check_fields (head);
}

static void
check_answer (OuioedWireHead *head, const char *text, gsize len)
{
  if (!ouioed_wire_head_parse_answer (head, text, len))
    return;
  g_assert_true (head->status >= 100 && head->status <= 999 && head->minor <= 9);
  check_fields (head);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  OuioedWireHead head = { 0 };

  if (size < 1)
    return 0;
  /* Twice: a structure is used again for the next head. */
  for (guint i = 0; i < 2; i++)
    if (data[0] & 1)
      check_request (&head, (const char *) data + 1, size - 1);
    else
      check_answer (&head, (const char *) data + 1, size - 1);
  ouioed_wire_head_clear (&head);
  return 0;
}
