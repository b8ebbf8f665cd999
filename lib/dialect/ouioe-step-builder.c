/* ouioe-step-builder.c - steps of thinking out of the small pieces a model sends
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-step-builder.h"

#include <string.h>

#include "ouioe-step-line.h"

/* A piece as it was added. */
typedef struct {
  gsize  at;         /* where it begins in text; 0 when it began before */
  gint64 time_us;
} Piece;

struct _OuioeStepBuilder
{
  OuioeStepFunc  func;
  OuioeGrowFunc  grow;
  gpointer       user_data;
  GString       *text;         /* the open step: complete lines, then the open line */
  guint64        n_gone;       /* bytes that stood before text */
  gsize          line;         /* where the open line begins in text */
  gboolean       decided;      /* the open line belongs to the open step, whatever follows in it */
  gboolean       torn;         /* the open line began in the step before */
  char           fence;        /* '`' or '~' inside a fenced block, else NUL */
  gsize          grown;        /* bytes of text that were told to grow(), leading white space included */
  gint64         now_us;       /* of the newest piece */
  GArray        *pieces;       /* of Piece, ascending: those that text is made of */
  GArray        *beats;        /* of OuioeStepBeat: of the step that is given out */
};

static const char *const border_words[] = {
  [OUIOE_STEP_BORDER_PARAGRAPH] = "paragraph",
  [OUIOE_STEP_BORDER_HEADING] = "heading",
  [OUIOE_STEP_BORDER_ITEM] = "item",
  [OUIOE_STEP_BORDER_LENGTH] = "length",
  [OUIOE_STEP_BORDER_PART] = "part",
  [OUIOE_STEP_BORDER_TOOL_CALL] = "tool_call",
  [OUIOE_STEP_BORDER_END] = "end",
};

const char *
ouioe_step_border_to_string (OuioeStepBorder border)
{
  g_return_val_if_fail (border < G_N_ELEMENTS (border_words), NULL);

  return border_words[border];
}

/* ---- rhythm ---- */

static void
add_beat (OuioeStepBuilder *self, gint64 *last_ms, gint64 ms, guint n_chars)
{
  OuioeStepBeat beat = { (guint32) MIN (ms - *last_ms, G_MAXUINT32), n_chars };

  if (self->beats->len > 0 && ms - *last_ms < OUIOE_STEP_JOIN_MS)
    {
      g_array_index (self->beats, OuioeStepBeat, self->beats->len - 1).n_chars += n_chars;
      return;
    }
  g_array_append_val (self->beats, beat);
  *last_ms = ms;
}

/* Of the text from @begin to @end, which is not blank. */
static void
find_rhythm (OuioeStepBuilder *self, gsize begin, gsize end, OuioeStep *step)
{
  gint64 last_ms = 0;

  g_array_set_size (self->beats, 0);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = &g_array_index (self->pieces, Piece, i);
      gsize stop = i + 1 < self->pieces->len ? piece[1].at : self->text->len;
      guint n_chars = 0;

      for (gsize at = MAX (piece->at, begin); at < MIN (stop, end); at++)
        n_chars += ((guint8) self->text->str[at] & 0xc0) != 0x80;
      if (n_chars == 0)
        continue;
      if (step->n_pieces++ == 0)
        step->begin_us = piece->time_us;
      add_beat (self, &last_ms, (piece->time_us - step->begin_us) / 1000, n_chars);
    }

  step->end_us = self->now_us;
  add_beat (self, &last_ms, (step->end_us - step->begin_us) / 1000, 0);
  step->beats = (const OuioeStepBeat *) (gpointer) self->beats->data;
  step->n_beats = self->beats->len;
}

/* The first @len bytes of the text are gone. */
static void
drop_pieces (OuioeStepBuilder *self, gsize len)
{
  guint n_old = 0;

  while (n_old + 1 < self->pieces->len && g_array_index (self->pieces, Piece, n_old + 1).at <= len)
    n_old++;
  if (n_old > 0)
    g_array_remove_range (self->pieces, 0, n_old);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = &g_array_index (self->pieces, Piece, i);

      piece->at = piece->at > len ? piece->at - len : 0;
    }
}

/* ---- steps ---- */

/* Gives out the first @len bytes of the open step and keeps the rest. */
static void
give (OuioeStepBuilder *self, gsize len, OuioeStepBorder border)
{
  gsize begin = 0, end = len;

  while (begin < end && g_ascii_isspace (self->text->str[begin]))
    begin++;
  while (end > begin && g_ascii_isspace (self->text->str[end - 1]))
    end--;

  if (begin < end)
    {
      g_autofree char *content = g_memdup2 (self->text->str + begin, end - begin + 1);
      OuioeStep step = { .content = content, .len = end - begin, .border = border, .position = self->n_gone + begin };

      content[step.len] = '\0';
      step.thinking_type = ouioe_thinking_type_guess (step.content, step.len);
      find_rhythm (self, begin, end, &step);
      self->func (&step, self->user_data);
    }

  g_string_erase (self->text, 0, (gssize) len);
  self->n_gone += len;
  self->torn = len > self->line;
  self->line = self->line > len ? self->line - len : 0;
  self->grown = 0;
  drop_pieces (self, len);
}

/* Tells what has become certain. White space at its end waits: it may turn out to be the end of the step. */
static void
tell_growth (OuioeStepBuilder *self)
{
  gboolean open = self->line > 0 && self->fence == '\0' && !self->decided;
  gsize end = open ? self->line : self->text->len;
  gsize begin = self->grown;

  if (self->grow == NULL)
    return;
  if (begin == 0)
    while (begin < end && g_ascii_isspace (self->text->str[begin]))
      begin++;
  while (end > begin && g_ascii_isspace (self->text->str[end - 1]))
    end--;
  if (end <= begin)
    return;
  self->grown = end;
  self->grow (self->text->str + begin, end - begin, self->user_data);
}

/* ---- borders ---- */

/* The open line has become longer: is it known yet what it is? */
static void
look_at_line (OuioeStepBuilder *self, gboolean complete)
{
  OuioeStepLine kind;

  if (self->decided || self->line == 0 || self->fence != '\0')
    return;
  kind = self->text->len - self->line > OUIOE_STEP_LINE_BYTES ? OUIOE_STEP_LINE_TEXT
    : ouioe_step_line_of (self->text->str + self->line, self->text->len - self->line, complete);
  if (kind == OUIOE_STEP_LINE_UNKNOWN)
    return;

  self->decided = TRUE;
  if (kind == OUIOE_STEP_LINE_HEADING)
    give (self, self->line, OUIOE_STEP_BORDER_HEADING);
  else if (kind == OUIOE_STEP_LINE_ITEM && self->line >= OUIOE_STEP_ITEM_BYTES)
    give (self, self->line, OUIOE_STEP_BORDER_ITEM);
}

/* The open line is complete, its end included. */
static void
end_line (OuioeStepBuilder *self)
{
  const char *line = self->text->str + self->line;
  gsize len = self->text->len - self->line;
  char fence = self->torn ? '\0' : ouioe_step_fence_of (line, len);

  if (fence != '\0' && self->fence == '\0')
    self->fence = fence;
  else if (fence != '\0' && fence == self->fence)
    self->fence = '\0';
  else if (self->fence == '\0' && ouioe_step_is_blank (line, len))
    give (self, self->text->len, OUIOE_STEP_BORDER_PARAGRAPH);
  else
    look_at_line (self, TRUE);

  self->line = self->text->len;
  self->decided = FALSE;
  self->torn = FALSE;
}

/* Whether the open step is long enough to end behind its last character. */
static gboolean
is_long (OuioeStepBuilder *self)
{
  gsize len = self->text->len;

  if (len < OUIOE_STEP_LONG_BYTES || !g_ascii_isspace (self->text->str[len - 1]))
    return FALSE;
  return len >= OUIOE_STEP_SPACE_BYTES || self->text->str[len - 1] == '\n'
         || (self->fence == '\0' && strchr (".!?:;", self->text->str[len - 2]) != NULL && self->text->str[len - 2] != '\0');
}

/* How much of @text can be taken at once: nothing in it is a border but a line end at its end. */
static gsize
run_length (OuioeStepBuilder *self, const char *text, gsize len)
{
  const char *end;

  if (self->text->len + 1 >= OUIOE_STEP_LONG_BYTES || (self->line > 0 && self->fence == '\0' && !self->decided))
    return MIN (len, (gsize) g_utf8_skip[(guint8) *text]);
  len = MIN (len, OUIOE_STEP_LONG_BYTES - 1 - self->text->len);
  end = memchr (text, '\n', len);
  return end != NULL ? (gsize) (end - text) + 1 : len;
}

/* ---- the builder ---- */

OuioeStepBuilder *
ouioe_step_builder_new (OuioeStepFunc func, OuioeGrowFunc grow, gpointer user_data)
{
  OuioeStepBuilder *self = g_new0 (OuioeStepBuilder, 1);

  self->func = func;
  self->grow = grow;
  self->user_data = user_data;
  self->text = g_string_new (NULL);
  self->now_us = G_MININT64;
  self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  self->beats = g_array_new (FALSE, FALSE, sizeof (OuioeStepBeat));
  return self;
}

void
ouioe_step_builder_free (OuioeStepBuilder *self)
{
  g_string_free (self->text, TRUE);
  g_array_unref (self->pieces);
  g_array_unref (self->beats);
  g_free (self);
}

void
ouioe_step_builder_add (OuioeStepBuilder *self, const char *text, gsize len, gint64 time_us)
{
  Piece piece = { self->text->len, MAX (time_us, self->now_us) };
  Piece *last = self->pieces->len > 0 ? &g_array_index (self->pieces, Piece, self->pieces->len - 1) : NULL;

  if (len == 0)
    return;
  self->now_us = piece.time_us;
  if (last != NULL && last->at == piece.at)   /* nothing is left of it */
    *last = piece;
  else
    g_array_append_val (self->pieces, piece);

  while (len > 0)
    {
      gsize n = run_length (self, text, len);

      if (self->text->len + n > OUIOE_STEP_MAX_BYTES)
        give (self, self->text->len, OUIOE_STEP_BORDER_LENGTH);
      g_string_append_len (self->text, text, (gssize) n);
      text += n;
      len -= n;
      if (text[-1] == '\n')
        end_line (self);
      else
        look_at_line (self, FALSE);
      if (is_long (self))
        give (self, self->text->len, OUIOE_STEP_BORDER_LENGTH);
    }
  tell_growth (self);
}

void
ouioe_step_builder_flush (OuioeStepBuilder *self, OuioeStepBorder border, gint64 time_us)
{
  self->now_us = MAX (time_us, self->now_us);
  look_at_line (self, TRUE);
  give (self, self->text->len, border);
  self->line = 0;
  self->fence = '\0';
  self->decided = FALSE;
  self->torn = FALSE;
}

guint64
ouioe_step_builder_get_position (OuioeStepBuilder *self)
{
  return self->n_gone + self->text->len;
}
