/* ouioe-step-builder.c - steps of thinking out of the small pieces a model sends
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-step-builder.h"

#include <string.h>

struct _OuioeStepBuilder
{
  OuioeStepFunc  func;
  gpointer       user_data;
  GString       *text;         /* the open step: complete lines, then the open line */
  gsize          line;         /* where the open line begins in text */
  char           fence;        /* '`' or '~' inside a fenced block, else NUL */
  gint64         begin_us;     /* of the piece with the first visible character */
  gint64         now_us;       /* of the newest piece */
  guint          n_pieces;     /* since begin_us */
  gboolean       counted;      /* the newest piece is among them */
};

static gboolean
is_blank (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* Gives out the first @len bytes of the open step and keeps the rest. */
static void
give (OuioeStepBuilder *self, gsize len, OuioeStepBorder border)
{
  const char *begin = self->text->str;
  const char *end = begin + len;

  while (begin < end && g_ascii_isspace (*begin))
    begin++;
  while (end > begin && g_ascii_isspace (end[-1]))
    end--;

  if (begin < end)
    {
      g_autofree char *content = g_memdup2 (begin, (gsize) (end - begin) + 1);
      OuioeStep step = { .content = content, .len = (gsize) (end - begin), .border = border,
                         .begin_us = self->begin_us, .end_us = self->now_us, .n_pieces = self->n_pieces };

      content[step.len] = '\0';
      step.thinking_type = ouioe_thinking_type_guess (step.content, step.len);
      self->func (&step, self->user_data);
    }

  g_string_erase (self->text, 0, (gssize) len);
  self->line = self->line > len ? self->line - len : 0;
  self->begin_us = self->now_us;
  self->counted = !is_blank (self->text->str, self->text->len);
  self->n_pieces = self->counted ? 1 : 0;
}

/* ---- what a line is ---- */

/* The line without indentation; NULL when it is indented by more than three spaces. */
static const char *
unindent (const char *line, gsize *len)
{
  gsize n = 0;

  while (n < *len && line[n] == ' ')
    n++;
  if (n > 3)
    return NULL;
  *len -= n;
  return line + n;
}

static char
fence_of (const char *line, gsize len)
{
  line = unindent (line, &len);
  if (line == NULL || len < 3)
    return '\0';
  if (memcmp (line, "```", 3) == 0 || memcmp (line, "~~~", 3) == 0)
    return line[0];
  return '\0';
}

static gboolean
is_heading (const char *line, gsize len)
{
  gsize n = 0;

  while (len > 0 && g_ascii_isspace (line[len - 1]))
    len--;
  while (n < len && line[n] == '#')
    n++;
  if (n >= 1 && n <= 6 && n < len && line[n] == ' ')
    return TRUE;
  /* Bold from end to end, and not two bold words with something between them. */
  return len > 4 && memcmp (line, "**", 2) == 0 && memcmp (line + len - 2, "**", 2) == 0
         && memmem (line + 2, len - 4, "**", 2) == NULL;
}

static gboolean
is_item (const char *line, gsize len)
{
  gsize n = 0;

  line = unindent (line, &len);
  if (line == NULL || len < 2)
    return FALSE;
  if (strchr ("-*+", line[0]) != NULL && line[0] != '\0')
    return line[1] == ' ';
  while (n < len && n < 4 && g_ascii_isdigit (line[n]))
    n++;
  return n > 0 && n + 1 < len && (line[n] == '.' || line[n] == ')') && line[n + 1] == ' ';
}

/* ---- borders ---- */

/* The open line is complete, its end included. */
static void
end_line (OuioeStepBuilder *self)
{
  const char *line = self->text->str + self->line;
  gsize len = self->text->len - self->line;
  char fence = fence_of (line, len);

  if (fence != '\0' && self->fence == '\0')
    self->fence = fence;
  else if (fence != '\0' && fence == self->fence)
    self->fence = '\0';
  else if (self->fence == '\0')
    {
      if (is_blank (line, len))
        give (self, self->text->len, OUIOE_STEP_BORDER_PARAGRAPH);
      else if (self->line > 0 && is_heading (line, len))
        give (self, self->line, OUIOE_STEP_BORDER_HEADING);
      else if (self->line >= OUIOE_STEP_ITEM_BYTES && is_item (line, len))
        give (self, self->line, OUIOE_STEP_BORDER_ITEM);
    }

  self->line = self->text->len;
}

/* How much of a step that is too long is given out: rule 4. */
static gsize
cut_position (const char *text, gsize max)
{
  gsize sentence = 0, space = 0, n = max;

  for (gsize i = max / 2; i < max; i++)
    if (g_ascii_isspace (text[i]))
      {
        space = i;
        if (strchr (".!?:;\n", text[i - 1]) != NULL || text[i] == '\n')
          sentence = i;
      }

  if (sentence > 0)
    return sentence;
  if (space > 0)
    return space;
  while (n > 1 && ((guint8) text[n] & 0xc0) == 0x80)
    n--;
  return n;
}

static void
bound (OuioeStepBuilder *self)
{
  while (self->text->len > OUIOE_STEP_MAX_BYTES)
    give (self, cut_position (self->text->str, OUIOE_STEP_MAX_BYTES), OUIOE_STEP_BORDER_LENGTH);
}

OuioeStepBuilder *
ouioe_step_builder_new (OuioeStepFunc func, gpointer user_data)
{
  OuioeStepBuilder *self = g_new0 (OuioeStepBuilder, 1);

  self->func = func;
  self->user_data = user_data;
  self->text = g_string_new (NULL);
  return self;
}

void
ouioe_step_builder_free (OuioeStepBuilder *self)
{
  g_string_free (self->text, TRUE);
  g_free (self);
}

void
ouioe_step_builder_add (OuioeStepBuilder *self, const char *text, gsize len, gint64 time_us)
{
  self->now_us = time_us;
  self->counted = FALSE;
  if (is_blank (self->text->str, self->text->len))
    {
      self->begin_us = time_us;
      self->n_pieces = 0;
    }

  while (len > 0)
    {
      const char *end = memchr (text, '\n', len);
      gsize n = end != NULL ? (gsize) (end - text) + 1 : len;

      n = MIN (n, OUIOE_STEP_MAX_BYTES);   /* a huge piece goes through in parts that stay bounded */
      while (n < len && n > 1 && ((guint8) text[n] & 0xc0) == 0x80)
        n--;
      g_string_append_len (self->text, text, (gssize) n);
      if (!self->counted)
        self->n_pieces++;
      self->counted = TRUE;
      bound (self);
      if (text[n - 1] == '\n')
        end_line (self);
      text += n;
      len -= n;
    }
}

void
ouioe_step_builder_flush (OuioeStepBuilder *self)
{
  gsize len = self->text->len - self->line;

  if (self->fence == '\0' && self->line > 0 && is_heading (self->text->str + self->line, len))
    give (self, self->line, OUIOE_STEP_BORDER_HEADING);
  else if (self->fence == '\0' && self->line >= OUIOE_STEP_ITEM_BYTES && is_item (self->text->str + self->line, len))
    give (self, self->line, OUIOE_STEP_BORDER_ITEM);
  give (self, self->text->len, OUIOE_STEP_BORDER_END);
  self->line = 0;
  self->fence = '\0';
}
