/* ouioe-event-id.c - the position of an event, of the form of a Redis stream id
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event-id.h"

#include <string.h>

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
 * @text: (out caller-allocated): room for the text and its NUL
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
 * ouioe_event_id_to_string:
 * @id: an id
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
 * @id: (out): the id; untouched when the text is not one
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
