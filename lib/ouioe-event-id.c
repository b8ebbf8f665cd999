/* ouioe-event-id.c - the position of an event, of the form of a Redis stream id
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event-id.h"

#include <string.h>

#include "ouioe-types-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeEventId, ouioe_event_id, ouioe_event_id_copy, ouioe_event_id_free)

/**
 * ouioe_event_id_new:
 * @ms: milliseconds since 1970
 * @seq: number within the millisecond
 *
 * Makes an id on the heap, for languages that have no values of this type.
 *
 * Returns: (transfer full): the id
 */
OuioeEventId *
ouioe_event_id_new (guint64 ms, guint64 seq)
{
  OuioeEventId id = { ms, seq };

  return ouioe_event_id_copy (&id);
}

/**
 * ouioe_event_id_copy:
 * @self: an id
 *
 * Makes a copy.
 *
 * Returns: (transfer full): a copy
 */
OuioeEventId *
ouioe_event_id_copy (const OuioeEventId *self)
{
  return g_memdup2 (self, sizeof *self);
}

/**
 * ouioe_event_id_free:
 * @self: (transfer full): an id
 *
 * Frees it.
 */
void
ouioe_event_id_free (OuioeEventId *self)
{
  g_free (self);
}

/**
 * ouioe_event_id_dup_text:
 * @self: an id
 *
 * Gets its text.
 *
 * Returns: (transfer full): its text, like `1795396263398-0`
 */
char *
ouioe_event_id_dup_text (const OuioeEventId *self)
{
  return ouioe_event_id_to_string (*self);
}

/* Writes the digits of @value to @out, without a NUL; returns how many. By hand, as it is done for every event. */
static gsize
write_decimal (char *out, guint64 value)
{
  char digits[20];
  gsize n = 0;

  do
    digits[n++] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);

  for (gsize i = 0; i < n; i++)
    out[i] = digits[n - 1 - i];
  return n;
}

static gboolean
read_decimal (const char **text, guint64 *value)
{
  const char *p = *text;
  guint64 result = 0;

  if (!g_ascii_isdigit (*p))
    return FALSE;

  for (; g_ascii_isdigit (*p); p++)
    {
      guint digit = (guint) (*p - '0');

      if (result > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      result = result * 10 + digit;
    }

  *text = p;
  *value = result;
  return TRUE;
}

/**
 * ouioe_event_id_format: (skip)
 * @id: an id
 * @text: room for the text and its NUL
 *
 * Writes the text of an id.
 *
 * Returns: the length of the text
 */
gsize
ouioe_event_id_format (OuioeEventId id, char text[OUIOE_EVENT_ID_TEXT_MAX])
{
  gsize n = write_decimal (text, id.ms);

  text[n++] = '-';
  n += write_decimal (text + n, id.seq);
  text[n] = '\0';
  return n;
}

/**
 * ouioe_event_id_to_string: (skip)
 * @id: an id
 *
 * Gets the text of an id.
 *
 * Returns: (transfer full): its text, like `1795396263398-0`
 */
char *
ouioe_event_id_to_string (OuioeEventId id)
{
  char text[OUIOE_EVENT_ID_TEXT_MAX];

  return g_strndup (text, ouioe_event_id_format (id, text));
}

/**
 * ouioe_event_id_parse:
 * @text: (nullable): `<ms>-<seq>` or `<ms>`
 * @id: (out caller-allocates): the id; untouched when the text is not one
 *
 * Tells whether @text is an id.
 *
 * Returns: whether @text is an id: digits only, no sign, no space, no overflow
 */
gboolean
ouioe_event_id_parse (const char *text, OuioeEventId *id)
{
  OuioeEventId result = OUIOE_EVENT_ID_ZERO;

  if (text == NULL || !read_decimal (&text, &result.ms))
    return FALSE;
  if (*text == '-')
    {
      text++;
      if (!read_decimal (&text, &result.seq))
        return FALSE;
    }
  if (*text != '\0')
    return FALSE;

  *id = result;
  return TRUE;
}
