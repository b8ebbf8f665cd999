/* ouioed-wire-head.c - start line and fields of a head, as they stand in its bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-wire-head.h"

#include <string.h>

#define VERSION_LEN (sizeof "HTTP/1.1" - 1)

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t';
}

/* A folded value has ends of lines in it. */
static gboolean
is_blank (char c)
{
  return is_space (c) || c == '\r' || c == '\n';
}

void
ouioed_wire_head_clear (OuioedWireHead *self)
{
  g_clear_pointer (&self->fields, g_array_unref);
  *self = (OuioedWireHead) { 0 };
}

static void
wire_head_begin (OuioedWireHead *self, const char *text, gsize len)
{
  GArray *fields = self->fields != NULL ? self->fields : g_array_new (FALSE, FALSE, sizeof (OuioedWireField));

  g_array_set_size (fields, 0);
  *self = (OuioedWireHead) { .text = text, .len = len, .fields = fields };
}

/* The line at @at without its end; @next (out): where the next one begins. */
static gsize
measure_line (const char *at, const char *end, const char **next)
{
  const char *feed = at < end ? memchr (at, '\n', end - at) : NULL;
  const char *stop = feed != NULL ? feed : end;

  *next = feed != NULL ? feed + 1 : end;
  if (stop > at && stop[-1] == '\r')
    stop--;
  return stop - at;
}

static void
trim_value (OuioedWireField *field)
{
  while (field->value_len > 0 && is_blank (*field->value))
    {
      field->value++;
      field->value_len--;
    }
  while (field->value_len > 0 && is_blank (field->value[field->value_len - 1]))
    field->value_len--;
}

static gboolean
take_field (OuioedWireHead *self, const char *line, gsize len, gsize line_len)
{
  const char *colon = memchr (line, ':', len);
  OuioedWireField field = { .name = line, .line = line, .line_len = line_len };

  if (colon == NULL)
    return FALSE;
  field.name_len = colon - line;
  field.value = colon + 1;
  field.value_len = len - field.name_len - 1;
  trim_value (&field);
  while (field.name_len > 0 && is_space (line[field.name_len - 1]))
    field.name_len--;
  if (field.name_len == 0)
    return FALSE;
  g_array_append_val (self->fields, field);
  return TRUE;
}

/* A line that begins with white space goes on with the one before it. */
static void
unfold (OuioedWireField *field, const char *line, gsize len, gsize line_len)
{
  field->value_len = line + len - field->value;
  field->line_len = line + line_len - field->line;
  trim_value (field);
}

static void
take_fields (OuioedWireHead *self)
{
  gboolean is_after_field = FALSE;    /* and not after a line that was skipped */
  const char *end = self->text + self->len;
  const char *next;

  for (const char *at = self->text + self->start_len; at < end; at = next)
    {
      gsize len = measure_line (at, end, &next);

      if (len > 0 && is_space (*at))
        {
          if (is_after_field)
            unfold (&g_array_index (self->fields, OuioedWireField, self->fields->len - 1), at, len, next - at);
          continue;
        }
      is_after_field = len > 0 && take_field (self, at, len, next - at);
    }
}

static gboolean
take_version (OuioedWireHead *self, const char *text)
{
  if (memcmp (text, "HTTP/1.", VERSION_LEN - 1) != 0 || !g_ascii_isdigit (text[VERSION_LEN - 1]))
    return FALSE;
  self->minor = text[VERSION_LEN - 1] - '0';
  return TRUE;
}

gboolean
ouioed_wire_head_parse_request (OuioedWireHead *self, const char *text, gsize len, const char **error)
{
  const char *next;
  const char *first;
  const char *second;
  gsize line_len;

  wire_head_begin (self, text, len);
  line_len = measure_line (text, text + len, &next);
  self->start_len = next - text;
  *error = "The request line does not consist of a method, a target and a version";
  first = memchr (text, ' ', line_len);
  second = first != NULL ? memchr (first + 1, ' ', text + line_len - first - 1) : NULL;
  if (second == NULL || second == first + 1 || first == text
      || (gsize) (text + line_len - second - 1) != VERSION_LEN)
    return FALSE;

  self->method = text;
  self->method_len = first - text;
  self->target = first + 1;
  self->target_len = second - self->target;
  for (gsize i = 0; i < self->method_len; i++)
    if (text[i] == '\0' || (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return FALSE;
  *error = "The version of the request is neither HTTP/1.1 nor HTTP/1.0";
  if (!take_version (self, second + 1) || self->minor > 1)
    return FALSE;

  take_fields (self);
  *error = NULL;
  return TRUE;
}

gboolean
ouioed_wire_head_parse_answer (OuioedWireHead *self, const char *text, gsize len)
{
  const char *next;
  gsize line_len;

  wire_head_begin (self, text, len);
  line_len = measure_line (text, text + len, &next);
  self->start_len = next - text;
  if (line_len < VERSION_LEN + 4 || !take_version (self, text) || text[VERSION_LEN] != ' ')
    return FALSE;
  for (gsize i = VERSION_LEN + 1; i < VERSION_LEN + 4; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      self->status = self->status * 10 + (guint) (text[i] - '0');
    }
  if (self->status < 100 || (line_len > VERSION_LEN + 4 && text[VERSION_LEN + 4] != ' '))
    return FALSE;

  take_fields (self);
  return TRUE;
}

gboolean
ouioed_wire_field_is (const OuioedWireField *field, const char *name)
{
  return strlen (name) == field->name_len && g_ascii_strncasecmp (field->name, name, field->name_len) == 0;
}

const OuioedWireField *
ouioed_wire_head_find (const OuioedWireHead *self, const char *name)
{
  for (guint i = 0; self->fields != NULL && i < self->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (self->fields, OuioedWireField, i);

      if (ouioed_wire_field_is (field, name))
        return field;
    }
  return NULL;
}

/* The next element of a list that is not empty, without the white space around it; FALSE when there is none. */
static gboolean
next_token (const char **at, const char *end, const char **token, gsize *len)
{
  while (*at < end)
    {
      const char *comma = memchr (*at, ',', end - *at);
      OuioedWireField element = { .value = *at, .value_len = (comma != NULL ? comma : end) - *at };

      *at = comma != NULL ? comma + 1 : end;
      trim_value (&element);
      if (element.value_len == 0)
        continue;
      *token = element.value;
      *len = element.value_len;
      return TRUE;
    }
  return FALSE;
}

typedef struct {
  guint    n_found;
  gboolean is_last;
} TokenSearch;

static TokenSearch
search_token (const OuioedWireHead *self, const char *name, const char *wanted)
{
  TokenSearch search = { 0 };

  for (guint i = 0; self->fields != NULL && i < self->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (self->fields, OuioedWireField, i);
      const char *at = field->value;
      const char *token;
      gsize len;

      if (!ouioed_wire_field_is (field, name))
        continue;
      while (next_token (&at, field->value + field->value_len, &token, &len))
        {
          search.is_last = len == strlen (wanted) && g_ascii_strncasecmp (token, wanted, len) == 0;
          search.n_found += search.is_last ? 1 : 0;
        }
    }
  return search;
}

gboolean
ouioed_wire_head_has_token (const OuioedWireHead *self, const char *name, const char *token)
{
  return search_token (self, name, token).n_found > 0;
}

gboolean
ouioed_wire_head_ends_with (const OuioedWireHead *self, const char *name, const char *token)
{
  return search_token (self, name, token).is_last;
}

gboolean
ouioed_wire_head_keeps_alive (const OuioedWireHead *self)
{
  if (ouioed_wire_head_has_token (self, "connection", "close"))
    return FALSE;
  if (ouioed_wire_head_find (self, "transfer-encoding") != NULL
      && (self->minor == 0 || ouioed_wire_head_find (self, "content-length") != NULL))
    return FALSE;
  return self->minor > 0 || ouioed_wire_head_has_token (self, "connection", "keep-alive");
}
