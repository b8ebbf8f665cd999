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
  const char *close;     /* NULL: no thinking, the answer begins at once */
  const char *answer;    /* stands before the answer, or NULL */
  const char *end;       /* stands at the end of the answer, or NULL */
  gboolean    alone;     /* the closing tag counts without the opening one */
} Tag;

#define CHANNEL   "<|channel|>"
#define ASSISTANT "<|start|>assistant"
#define MESSAGE   "<|message|>"

static const Tag tags[] = {
  { "<think>", "</think>", NULL, NULL, TRUE },
  { "<thinking>", "</thinking>", NULL, NULL, TRUE },
  { "<thought>", "</thought>", NULL, NULL, TRUE },
  { "<reasoning>", "</reasoning>", NULL, NULL, TRUE },
  { "[THINK]", "[/THINK]", NULL, NULL, TRUE },                              /* Mistral */
  { "<seed:think>", "</seed:think>", NULL, NULL, TRUE },                    /* Seed-OSS */
  { "\xe2\x97\x81think\xe2\x96\xb7", "\xe2\x97\x81/think\xe2\x96\xb7", NULL, NULL, TRUE },   /* Kimi */
  { "<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>", "<|end_of_solution|>", TRUE },
  { "<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", TRUE },   /* Command */
  { "<|inner_prefix|>", "<|inner_suffix|>", NULL, NULL, TRUE },             /* Apertus */
  { "<|channel>thought", "<channel|>", NULL, NULL, FALSE },                 /* Gemma */
  /* gpt-oss: its closing tag is what others write behind any message, so it means nothing alone. */
  { CHANNEL "analysis" MESSAGE, "<|end|>", ASSISTANT CHANNEL "final" MESSAGE, "<|return|>", FALSE },
  { ASSISTANT CHANNEL "analysis" MESSAGE, "<|end|>", ASSISTANT CHANNEL "final" MESSAGE, "<|return|>", FALSE },
  { CHANNEL "final" MESSAGE, NULL, NULL, "<|return|>", FALSE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (tags) <= 32);   /* bits of `opened` */

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
  const Tag           *tag;         /* the one that began the thinking, or the answer; NULL when none did */
  const char          *answer;      /* what may stand before the answer, until it came */
  guint32              opened;      /* tags whose opening one stands in the content, as text: so does their closing one */
  GString             *held;        /* text that is not decided yet */
  gboolean             ending;      /* nothing is held back now */
  gboolean             begun;       /* something was given out as content */
  char                 last;        /* the last byte of it */
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
    {
      self->begun = TRUE;
      self->last = self->held->str[len - 1];
    }
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

typedef enum {
  MATCH_NONE,
  MATCH_PART,    /* the text ends before the tag does */
  MATCH_WHOLE,
} Match;

/* Whether the text begins with @tag. */
static Match
compare (const char *text, gsize len, const char *tag)
{
  gsize n = strlen (tag);

  if (memcmp (text, tag, MIN (len, n)) != 0)
    return MATCH_NONE;
  return len < n ? MATCH_PART : MATCH_WHOLE;
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

  for (guint i = 0; i < G_N_ELEMENTS (tags) && space <= MAX_LEADING_SPACE; i++)
    {
      Match match = compare (text, len, tags[i].open);

      if (match == MATCH_WHOLE)
        {
          self->tag = &tags[i];
          self->answer = tags[i].answer;
          g_string_erase (self->held, 0, (gssize) (space + strlen (tags[i].open)));
          self->state = tags[i].close != NULL ? STATE_THINKING_SPACE : STATE_CONTENT_SPACE;
          return TRUE;
        }
      undecided |= match == MATCH_PART;
    }

  if (undecided && !self->ending)
    return FALSE;
  self->state = STATE_OPEN_CONTENT;
  return TRUE;
}

static gboolean
step_thinking_space (OuioeTagSplitter *self)
{
  g_string_erase (self->held, 0, (gssize) leading_space (self->held->str, self->held->len));
  if (self->held->len == 0)
    return FALSE;
  self->state = STATE_THINKING;
  return TRUE;
}

static gboolean
step_content_space (OuioeTagSplitter *self)
{
  g_string_erase (self->held, 0, (gssize) leading_space (self->held->str, self->held->len));
  if (self->held->len == 0)
    return FALSE;

  if (self->answer != NULL)
    {
      Match match = compare (self->held->str, self->held->len, self->answer);

      if (match == MATCH_PART && !self->ending)
        return FALSE;
      if (match == MATCH_WHOLE)
        g_string_erase (self->held, 0, (gssize) strlen (self->answer));
      self->answer = NULL;
      return TRUE;
    }
  self->state = STATE_CONTENT;
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

/* The tag whose closing one begins at @text and means something. Opening ones are remembered, for what follows them is a
 * pair that is mentioned. @part: what stands here may still become a tag. */
static const Tag *
look_at (OuioeTagSplitter *self, const char *text, gsize len, gboolean *part)
{
  const Tag *found = NULL;

  *part = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      Match match = compare (text, len, tags[i].open);

      if (match == MATCH_WHOLE)
        self->opened |= 1u << i;
      *part |= match == MATCH_PART;
      if (!tags[i].alone || (self->opened & (1u << i)) != 0)
        continue;
      match = compare (text, len, tags[i].close);
      if (match == MATCH_WHOLE)
        found = &tags[i];
      *part |= match == MATCH_PART;
    }
  return found;
}

static gboolean
begins_tag (char byte)
{
  return byte == '<' || byte == '[' || byte == '\xe2';
}

static gboolean
step_open_content (OuioeTagSplitter *self)
{
  for (gsize at = 0; at < self->held->len; at++)
    {
      const char *text = self->held->str + at;
      gboolean begins_line = at > 0 ? text[-1] == '\n' : !self->begun || self->last == '\n';
      gboolean part, at_end, ends_line;
      const Tag *tag;
      const char *behind;

      if (!begins_tag (*text))
        continue;
      tag = look_at (self, text, self->held->len - at, &part);
      if (tag == NULL)
        {
          if (!part || self->ending)
            continue;
          give_content (self, at);
          return FALSE;
        }

      behind = text + strlen (tag->close);
      at_end = behind == self->held->str + self->held->len;
      ends_line = at_end ? self->ending : (*behind == '\n' || *behind == '\r');
      if (!begins_line && at_end && !self->ending)
        {
          give_content (self, at);   /* whether the line ends here is told by the next byte */
          return FALSE;
        }
      if (!begins_line && !ends_line)
        continue;                    /* mentioned, not meant */

      give_content (self, at);
      g_string_erase (self->held, 0, (gssize) strlen (tag->close));
      if (self->begun)
        self->funcs->was_thinking (self->user_data);
      self->tag = tag;
      self->answer = tag->answer;
      self->state = STATE_CONTENT_SPACE;
      return TRUE;
    }

  give_content (self, self->held->len);
  return FALSE;
}

/* Where the mark at the end of the answer begins, or may begin; the length of the held text when it does not. */
static gsize
find_end (OuioeTagSplitter *self, gboolean *whole)
{
  const char *end = self->tag != NULL ? self->tag->end : NULL;

  *whole = FALSE;
  for (gsize at = 0; end != NULL && at < self->held->len; at++)
    {
      const char *text = self->held->str + at;
      gsize len = self->held->len - at;
      Match match = begins_tag (*text) ? compare (text, len, end) : MATCH_NONE;
      gsize behind;

      if (match == MATCH_PART && !self->ending)
        return at;
      if (match != MATCH_WHOLE)
        continue;
      behind = len - strlen (end);
      if (behind > MAX_LEADING_SPACE || leading_space (text + strlen (end), behind) < behind)
        continue;
      *whole = TRUE;
      return at;
    }
  return self->held->len;
}

static gboolean
step_content (OuioeTagSplitter *self)
{
  gboolean whole;

  give_content (self, find_end (self, &whole));
  if (whole && self->ending)
    g_string_truncate (self->held, 0);
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
      return step_thinking_space (self);
    case STATE_THINKING:
      return step_thinking (self);
    case STATE_OPEN_CONTENT:
      return step_open_content (self);
    case STATE_CONTENT_SPACE:
      return step_content_space (self);
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
  self->ending = FALSE;
}

gboolean
ouioe_tag_splitter_is_thinking (OuioeTagSplitter *self)
{
  return self->state == STATE_THINKING_SPACE || self->state == STATE_THINKING;
}

static gboolean
equals (const char *text, gsize len, const char *tag)
{
  return tag != NULL && strlen (tag) == len && memcmp (text, tag, len) == 0;
}

gboolean
ouioe_tag_splitter_is_tag (const char *text, gsize len)
{
  gsize space = leading_space (text, len);

  text += space;
  len -= space;
  while (len > 0 && g_ascii_isspace (text[len - 1]))
    len--;

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (equals (text, len, tags[i].open) || equals (text, len, tags[i].close))
      return TRUE;
  return FALSE;
}
