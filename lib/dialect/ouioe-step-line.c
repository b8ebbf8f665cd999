/* ouioe-step-line.c - what a line of thinking is, told from as little of it as possible
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-step-line.h"

#include <string.h>

#define MAX_HASHES 6
#define MAX_DIGITS 4
#define MAX_INDENT 3

gboolean
ouioe_step_is_blank (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* The line without indentation; NULL when it is indented by more than three spaces. */
static const char *
unindent (const char *line, gsize *len)
{
  gsize n = 0;

  while (n < *len && line[n] == ' ')
    n++;
  if (n > MAX_INDENT)
    return NULL;
  *len -= n;
  return line + n;
}

char
ouioe_step_fence_of (const char *line, gsize len)
{
  line = unindent (line, &len);
  if (line == NULL || len < 3)
    return '\0';
  if (memcmp (line, "```", 3) == 0 || memcmp (line, "~~~", 3) == 0)
    return line[0];
  return '\0';
}

/* @line begins with "#". */
static OuioeStepLine
hash_line_of (const char *line, gsize len)
{
  gsize n = strspn (line, "#");

  n = MIN (n, len);
  if (n > MAX_HASHES || (n < len && line[n] != ' '))
    return OUIOE_STEP_LINE_TEXT;
  return ouioe_step_is_blank (line + n, len - n) ? OUIOE_STEP_LINE_UNKNOWN : OUIOE_STEP_LINE_HEADING;
}

/* @line begins with two asterisks. Bold from end to end is a heading; two bold words with something between them are not. */
static OuioeStepLine
bold_line_of (const char *line, gsize len, gboolean complete)
{
  const char *close = memmem (line + 2, len - 2, "**", 2);

  for (const char *p = close; p != NULL && p < line + len; p++)
    if (*p != '*' && !g_ascii_isspace (*p))
      return OUIOE_STEP_LINE_TEXT;
  if (!complete)
    return OUIOE_STEP_LINE_UNKNOWN;

  while (len > 0 && g_ascii_isspace (line[len - 1]))
    len--;
  return len > 4 && memcmp (line + len - 2, "**", 2) == 0 && memmem (line + 2, len - 4, "**", 2) == NULL
         ? OUIOE_STEP_LINE_HEADING : OUIOE_STEP_LINE_TEXT;
}

static OuioeStepLine
item_line_of (const char *line, gsize len)
{
  gsize n = 0;

  line = unindent (line, &len);
  if (line == NULL)
    return OUIOE_STEP_LINE_TEXT;
  if (len > 0 && (line[0] == '-' || line[0] == '*' || line[0] == '+'))
    n = 1;
  else
    {
      while (n < len && n < MAX_DIGITS && g_ascii_isdigit (line[n]))
        n++;
      if (n == len)
        return OUIOE_STEP_LINE_UNKNOWN;
      if (n == 0 || (line[n] != '.' && line[n] != ')'))
        return OUIOE_STEP_LINE_TEXT;
      n++;
    }
  if (n == len)
    return OUIOE_STEP_LINE_UNKNOWN;
  return line[n] == ' ' ? OUIOE_STEP_LINE_ITEM : OUIOE_STEP_LINE_TEXT;
}

OuioeStepLine
ouioe_step_line_of (const char *line, gsize len, gboolean complete)
{
  OuioeStepLine kind;

  if (len > 0 && line[0] == '#')
    kind = hash_line_of (line, len);
  else if (len > 1 && memcmp (line, "**", 2) == 0)
    kind = bold_line_of (line, len, complete);
  else
    kind = item_line_of (line, len);
  return kind == OUIOE_STEP_LINE_UNKNOWN && complete ? OUIOE_STEP_LINE_TEXT : kind;
}
