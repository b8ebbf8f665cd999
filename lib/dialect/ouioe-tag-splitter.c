/* ouioe-tag-splitter.c - thinking between inline tags, out of the text of an answer
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-tag-splitter.h"

#include <string.h>

/* White space before an opening tag that is waited for; behind more of it no tag is expected. */
#define MAX_LEADING_SPACE 4096

typedef struct {
  const char *open;
  const char *close;
} Tag;

static const Tag tags[] = {
  { "<think>",    "</think>" },
  { "<thinking>", "</thinking>" },
  { "[THINK]",    "[/THINK]" },
};

typedef enum {
  STATE_START,            /* nothing but white space so far */
  STATE_THINKING_SPACE,   /* behind an opening tag */
  STATE_THINKING,
  STATE_OPEN_CONTENT,     /* no opening tag came; a closing one may still tell that this is thinking */
  STATE_CONTENT_SPACE,    /* behind a closing tag */
  STATE_CONTENT,          /* to the end */
} State;

struct _OuioeTagSplitter
{
  const OuioeTagFuncs *funcs;
  gpointer             user_data;
  GDestroyNotify       destroy;     /* of user_data, or NULL */
  State                state;
  const Tag           *tag;         /* whose closing one is awaited in STATE_THINKING */
  GString             *held;        /* text that is not decided yet */
  gboolean             ending;      /* no more text will come */
  char                 last;        /* the last byte given out as content, NUL before there was one */
};

/* Gives the first @len held bytes to @func, with a NUL behind them, and drops them. */
static void
give (OuioeTagSplitter *self, gsize len, void (*func) (const char *text, gsize len, gpointer user_data))
{
  char next = self->held->str[len];

  if (len == 0)
    return;
  self->held->str[len] = '\0';
  func (self->held->str, len, self->user_data);
  self->held->str[len] = next;
  g_string_erase (self->held, 0, (gssize) len);
}

static void
give_thinking (OuioeTagSplitter *self, gsize len)
{
  give (self, len, self->funcs->thinking);
}

static void
give_content (OuioeTagSplitter *self, gsize len)
{
  if (len > 0)
    self->last = self->held->str[len - 1];
  give (self, len, self->funcs->content);
}

/* Bytes at the end of @text that could be the beginning of @tag. */
static gsize
partial_match (const char *text, gsize len, const char *tag)
{
  for (gsize n = MIN (strlen (tag) - 1, len); n > 0; n--)
    if (memcmp (text + len - n, tag, n) == 0)
      return n;
  return 0;
}

static const char *
find (const char *text, gsize len, const char *tag)
{
  return memmem (text, len, tag, strlen (tag));
}

static gsize
leading_space (const char *text, gsize len)
{
  gsize n = 0;

  while (n < len && g_ascii_isspace (text[n]))
    n++;
  return n;
}

/* Each state looks at the held text and returns TRUE when it moved on and there may be more to do. */

static gboolean
step_start (OuioeTagSplitter *self)
{
  gsize space = leading_space (self->held->str, self->held->len);
  const char *text = self->held->str + space;
  gsize len = self->held->len - space;
  gboolean undecided = len == 0 && space <= MAX_LEADING_SPACE;

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      gsize n = strlen (tags[i].open);

      if (len >= n && memcmp (text, tags[i].open, n) == 0)
        {
          self->tag = &tags[i];
          g_string_erase (self->held, 0, (gssize) (space + n));
          self->state = STATE_THINKING_SPACE;
          return TRUE;
        }
      if (len < n && space <= MAX_LEADING_SPACE && memcmp (text, tags[i].open, len) == 0)
        undecided = TRUE;
    }

  if (undecided && !self->ending)
    return FALSE;
  self->state = STATE_OPEN_CONTENT;
  return TRUE;
}

static gboolean
step_space (OuioeTagSplitter *self, State next)
{
  g_string_erase (self->held, 0, (gssize) leading_space (self->held->str, self->held->len));
  if (self->held->len == 0)
    return FALSE;
  self->state = next;
  return TRUE;
}

static gboolean
step_thinking (OuioeTagSplitter *self)
{
  const char *close = find (self->held->str, self->held->len, self->tag->close);

  if (close == NULL)
    {
      gsize kept = self->ending ? 0 : partial_match (self->held->str, self->held->len, self->tag->close);

      give_thinking (self, self->held->len - kept);
      return FALSE;
    }

  give_thinking (self, (gsize) (close - self->held->str));
  g_string_erase (self->held, 0, (gssize) strlen (self->tag->close));
  self->state = STATE_CONTENT_SPACE;
  return TRUE;
}

/* The first closing tag in the held text; or, in @kept, how many bytes at its end may become one. */
static const char *
find_any_close (OuioeTagSplitter *self, gsize *tag_len, gsize *kept)
{
  const char *first = NULL;

  *kept = 0;
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      const char *close = find (self->held->str, self->held->len, tags[i].close);

      if (close != NULL && (first == NULL || close < first))
        {
          first = close;
          *tag_len = strlen (tags[i].close);
        }
      *kept = MAX (*kept, partial_match (self->held->str, self->held->len, tags[i].close));
    }
  return first;
}

static gboolean
step_open_content (OuioeTagSplitter *self)
{
  gsize tag_len, kept;
  const char *close = find_any_close (self, &tag_len, &kept);
  const char *behind;
  char before;
  gsize offset;
  gboolean begins_line, at_end, ends_line;

  if (close == NULL)
    {
      give_content (self, self->held->len - (self->ending ? 0 : kept));
      return FALSE;
    }

  offset = (gsize) (close - self->held->str);
  before = offset > 0 ? close[-1] : self->last;
  begins_line = before == '\n' || before == '\0';
  behind = close + tag_len;
  at_end = behind == self->held->str + self->held->len;
  ends_line = at_end ? self->ending : (*behind == '\n' || *behind == '\r');

  if (!begins_line && at_end && !self->ending)
    {
      give_content (self, offset);   /* whether the line ends here is told by the next byte */
      return FALSE;
    }
  if (!begins_line && !ends_line)
    {
      give_content (self, offset + tag_len);   /* mentioned, not meant */
      return TRUE;
    }

  give_content (self, offset);
  g_string_erase (self->held, 0, (gssize) tag_len);
  if (self->last != '\0')
    self->funcs->was_thinking (self->user_data);
  self->state = STATE_CONTENT_SPACE;
  return TRUE;
}

static gboolean
step_content (OuioeTagSplitter *self)
{
  give_content (self, self->held->len);
  return FALSE;
}

static gboolean
step (OuioeTagSplitter *self)
{
  switch (self->state)
    {
    case STATE_START:
      return step_start (self);
    case STATE_THINKING_SPACE:
      return step_space (self, STATE_THINKING);
    case STATE_THINKING:
      return step_thinking (self);
    case STATE_OPEN_CONTENT:
      return step_open_content (self);
    case STATE_CONTENT_SPACE:
      return step_space (self, STATE_CONTENT);
    case STATE_CONTENT:
      return step_content (self);
    default:
      g_return_val_if_reached (FALSE);
    }
}

OuioeTagSplitter *
ouioe_tag_splitter_new (const OuioeTagFuncs *funcs, gpointer user_data, GDestroyNotify destroy)
{
  OuioeTagSplitter *self = g_new0 (OuioeTagSplitter, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->destroy = destroy;
  self->state = STATE_START;
  self->held = g_string_new (NULL);
  return self;
}

void
ouioe_tag_splitter_free (OuioeTagSplitter *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_string_free (self->held, TRUE);
  g_free (self);
}

void
ouioe_tag_splitter_feed (OuioeTagSplitter *self, const char *text, gsize len)
{
  g_string_append_len (self->held, text, (gssize) len);
  while (self->held->len > 0 && step (self))
    continue;
}

void
ouioe_tag_splitter_end (OuioeTagSplitter *self)
{
  self->ending = TRUE;
  while (self->held->len > 0 && step (self))
    continue;
}
