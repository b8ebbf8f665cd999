/* ouioectl-feed.c - a model's stream, as steps and updates with their times
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-feed.h"

#include <string.h>

#include "ouioe-step-builder.h"

typedef enum {
  PHASE_NONE,
  PHASE_PROMPT,
  PHASE_THINKING,
  PHASE_CALLING,
  PHASE_ANSWERING,
} Phase;

/* One of several parallel answers. */
typedef struct {
  OuioectlFeed     *feed;
  OuioeStepBuilder *builder;
  GString          *answer;
  gboolean          answer_cut;   /* it was longer than what is kept */
} Choice;

struct _OuioectlFeed
{
  OuioeDialect      *dialect;
  OuioectlPostFunc   func;
  gpointer           user_data;
  Choice            *choices[OUIOE_DIALECT_MAX_CHOICES];
  Phase              phase;
  char              *model;
  char              *finish;        /* the first reason; "" when none was given; NULL before it */
  char              *error;         /* the first one */
  OuioeDialectUsage  usage;         /* the last one, without its json */
  gboolean           has_usage;
  guint64            n_events;      /* of the dialect, garbled ones not counted */
  guint64            n_garbled;
  gboolean           recognized;    /* more than counts came: other formats have those in the same place */
  guint64            first_record;  /* number of the record of the first event */
  gint64             first_us;      /* its time, 0 when it has none */
  gint64             offset_us;     /* of the newest record */
  gboolean           timed;         /* offset_us comes from the stream */
};

/* ---- posting ---- */

void
ouioectl_post_free (OuioectlPost *self)
{
  g_clear_pointer (&self->step, ouioe_thinking_step_unref);
  g_clear_pointer (&self->update, ouioe_progress_update_unref);
  g_free (self);
}

static void
post (OuioectlFeed *self, OuioeThinkingStep *step, OuioeProgressUpdate *update)
{
  OuioectlPost *item = g_new0 (OuioectlPost, 1);

  item->step = step;
  item->update = update;
  item->offset_us = self->offset_us;
  item->timed = self->timed;
  self->func (item, self->user_data);
}

static void
post_update (OuioectlFeed *self, const char *type, const char *message, double percentage, const char *step)
{
  post (self, NULL, ouioe_progress_update_new (type, message, percentage, step, NULL));
}

/* The types take C strings: U+0000, which a model hardly sends, is shown as what it is. */
static char *
without_nul (const char *text, gsize len)
{
  GString *out;

  if (memchr (text, '\0', len) == NULL)
    return g_strndup (text, len);
  out = g_string_new (NULL);
  for (gsize i = 0; i < len; i++)
    if (text[i] == '\0')
      g_string_append (out, "\xef\xbf\xbd");
    else
      g_string_append_c (out, text[i]);
  return g_string_free (out, FALSE);
}

static void
on_step (const OuioeStep *step, gpointer user_data)
{
  Choice *choice = user_data;
  g_autofree char *content = without_nul (step->content, step->len);

  post (choice->feed, ouioe_thinking_step_new (step->thinking_type, content, NULL, -1, NULL, NULL), NULL);
}

/* ---- phases ---- */

static Choice *
get_choice (OuioectlFeed *self, guint index)
{
  if (self->choices[index] == NULL)
    {
      Choice *choice = g_new0 (Choice, 1);

      choice->feed = self;
      choice->builder = ouioe_step_builder_new (on_step, NULL, choice);
      choice->answer = g_string_new (NULL);
      self->choices[index] = choice;
    }
  return self->choices[index];
}

static void
free_choice (Choice *choice)
{
  ouioe_step_builder_free (choice->builder);
  g_string_free (choice->answer, TRUE);
  g_free (choice);
}

static void
enter (OuioectlFeed *self, Phase phase, const char *type, const char *verb, const char *step)
{
  g_autofree char *message = NULL;

  if (self->phase == phase)
    return;
  self->phase = phase;
  message = self->model != NULL ? g_strdup_printf ("%s is %s", self->model, verb)
    : g_strdup_printf ("%c%s", g_ascii_toupper (verb[0]), verb + 1);
  post_update (self, type, message, -1, step);
}

static void
take_thinking (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  enter (self, PHASE_THINKING, "thinking_aloud", "thinking", "thinking");
  ouioe_step_builder_add (get_choice (self, event->choice)->builder, event->text, event->len, self->offset_us);
}

static void
take_content (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  Choice *choice = get_choice (self, event->choice);
  gsize room = OUIOECTL_FEED_MAX_ANSWER - choice->answer->len;
  gsize n = event->len;

  ouioe_step_builder_flush (choice->builder, OUIOE_STEP_BORDER_END, 0);
  enter (self, PHASE_ANSWERING, "progress", "answering", "answering");
  if (n > room)
    {
      choice->answer_cut = TRUE;
      for (n = room; n > 0 && ((guint8) event->text[n] & 0xc0) == 0x80; )
        n--;
    }
  g_string_append_len (choice->answer, event->text, (gssize) n);
}

static void
take_content_as_thinking (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  Choice *choice = get_choice (self, event->choice);

  ouioe_step_builder_add (choice->builder, choice->answer->str, choice->answer->len, self->offset_us);
  ouioe_step_builder_flush (choice->builder, OUIOE_STEP_BORDER_END, 0);
  g_string_truncate (choice->answer, 0);
  choice->answer_cut = FALSE;
  self->phase = PHASE_THINKING;   /* so that the answer, when it comes, is told */
}

static void
take_tool_call (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  g_autofree char *verb = g_strdup_printf ("calling %s", event->name != NULL ? event->name : "a function");

  ouioe_step_builder_flush (get_choice (self, event->choice)->builder, OUIOE_STEP_BORDER_END, 0);
  self->phase = PHASE_NONE;   /* each call is told */
  enter (self, PHASE_CALLING, "progress", verb, "tool call");
}

static void
take_prompt_progress (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  g_autofree char *message = g_strdup_printf ("reading the prompt: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " tokens",
                                              event->processed, event->total);

  self->phase = PHASE_PROMPT;
  post_update (self, "progress", message, 100.0 * (double) event->processed / (double) event->total,
    "reading the prompt");
}

static void
take_finish (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  ouioe_step_builder_flush (get_choice (self, event->choice)->builder, OUIOE_STEP_BORDER_END, 0);
  if (self->finish == NULL)
    self->finish = g_strdup (event->text != NULL ? event->text : "");
}

/* ---- time ---- */

static void
take_time (OuioectlFeed *self, const OuioeDialectEvent *event)
{
  gint64 offset_us;

  if (self->n_events == 0)
    {
      self->first_record = event->record;
      self->first_us = event->time_us;
    }
  self->n_events++;

  self->timed = self->first_us != 0;
  if (!self->timed)
    offset_us = (gint64) (event->record - self->first_record) * OUIOECTL_FEED_RECORD_US;
  else if (event->time_us != 0)
    offset_us = event->time_us - self->first_us;
  else
    offset_us = self->offset_us;
  self->offset_us = MAX (self->offset_us, offset_us);   /* a clock that steps back does not */
}

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  OuioectlFeed *self = user_data;

  if (event->kind == OUIOE_DIALECT_EVENT_GARBLED)
    {
      self->n_garbled++;
      return;
    }
  take_time (self, event);
  self->recognized |= event->kind != OUIOE_DIALECT_EVENT_USAGE;

  switch (event->kind)
    {
    case OUIOE_DIALECT_EVENT_META:
      self->model = g_strdup (event->name);
      return;
    case OUIOE_DIALECT_EVENT_THINKING:
      take_thinking (self, event);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT:
      take_content (self, event);
      return;
    case OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING:
      take_content_as_thinking (self, event);
      return;
    case OUIOE_DIALECT_EVENT_TOOL_CALL:
      take_tool_call (self, event);
      return;
    case OUIOE_DIALECT_EVENT_PROMPT_PROGRESS:
      take_prompt_progress (self, event);
      return;
    case OUIOE_DIALECT_EVENT_USAGE:
      self->usage = *event->usage;
      self->usage.json = NULL;
      self->has_usage = TRUE;
      return;
    case OUIOE_DIALECT_EVENT_FINISH:
      take_finish (self, event);
      return;
    case OUIOE_DIALECT_EVENT_ERROR:
      if (self->error == NULL)
        self->error = without_nul (event->text, event->len);
      return;
    case OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS:
    case OUIOE_DIALECT_EVENT_PART:
    case OUIOE_DIALECT_EVENT_OPAQUE:
    case OUIOE_DIALECT_EVENT_REFUSAL:
    case OUIOE_DIALECT_EVENT_TOKEN:
    case OUIOE_DIALECT_EVENT_RESPONSE_ID:
    case OUIOE_DIALECT_EVENT_PROGRESS:
    case OUIOE_DIALECT_EVENT_GARBLED:
    default:
      return;
    }
}

/* ---- the end ---- */

static void
post_answer (Choice *choice)
{
  g_autofree char *answer = NULL;

  if (choice->answer_cut)
    g_string_append (choice->answer, "\n[the rest of the answer is left out]");
  answer = without_nul (choice->answer->str, choice->answer->len);
  g_strstrip (answer);

  for (const char *rest = answer; *rest != '\0'; )
    {
      gsize n = MIN (strlen (rest), OUIOECTL_FEED_MAX_MESSAGE);
      g_autofree char *part = NULL;

      while (rest[n] != '\0' && n > 1 && ((guint8) rest[n] & 0xc0) == 0x80)
        n--;
      part = g_strndup (rest, n);
      post_update (choice->feed, "intermediate_result", part, -1, "answer");
      rest += n;
    }
}

static void
append_count (GString *text, gint64 n, const char *what)
{
  if (n >= 0)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT " %s", text->len > 0 ? ", " : "", n, what);
}

/* What the server counted, in words; "" when it did not. */
static char *
describe_usage (OuioectlFeed *self)
{
  GString *text = g_string_new (NULL);
  const OuioeDialectUsage *usage = &self->usage;

  if (!self->has_usage)
    return g_string_free (text, FALSE);
  append_count (text, usage->prompt_tokens, "tokens of prompt");
  append_count (text, usage->completion_tokens, "tokens generated");
  append_count (text, usage->thinking_tokens, "of them thinking");
  if (usage->completion_tokens > 0 && usage->completion_us > 0)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      double rate = (double) usage->completion_tokens * 1e6 / (double) usage->completion_us;

      g_string_append_printf (text, ", %s tokens/s", g_ascii_formatd (number, sizeof number, "%.1f", rate));
    }
  return g_string_free (text, FALSE);
}

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return word != NULL && g_strv_contains (words, word);
}

const char *
ouioectl_feed_get_outcome (OuioectlFeed *self)
{
  static const char *const length[] = { "length", "max_tokens", "max_output_tokens", NULL };
  static const char *const refused[] = { "content_filter", "refusal", NULL };

  if (!self->recognized)
    return NULL;
  if (self->error != NULL)
    return "error";
  if (is_one_of (self->finish, length))
    return "length";
  if (is_one_of (self->finish, refused))
    return "refused";
  return self->finish != NULL || ouioe_dialect_get_terminated (self->dialect) ? "done" : "truncated";
}

static void
post_end (OuioectlFeed *self)
{
  const char *outcome = ouioectl_feed_get_outcome (self);
  g_autofree char *usage = describe_usage (self);
  g_autofree char *message = NULL;
  const char *text;

  if (self->error != NULL)
    {
      message = g_strconcat ("the model server said: ", self->error, NULL);
      post_update (self, "error", message, -1, NULL);
      return;
    }

  if (g_str_equal (outcome, "done"))
    text = "done";
  else if (g_str_equal (outcome, "length"))
    text = "stopped at the limit of its length";
  else if (g_str_equal (outcome, "refused"))
    text = "stopped: refused";
  else
    text = "the stream broke off";
  message = *usage != '\0' ? g_strdup_printf ("%s: %s", text, usage) : g_strdup (text);
  if (g_str_equal (outcome, "done"))
    post_update (self, "completion", message, 100, NULL);
  else
    post_update (self, "warning", message, -1, NULL);
}

OuioectlFeed *
ouioectl_feed_new (OuioeDialectFormat format, OuioectlPostFunc func, gpointer user_data)
{
  OuioectlFeed *self = g_new0 (OuioectlFeed, 1);

  self->dialect = ouioe_dialect_new (format, OUIOE_DIALECT_SPLIT_TAGS, on_event, self);
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
ouioectl_feed_free (OuioectlFeed *self)
{
  ouioe_dialect_free (self->dialect);
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    g_clear_pointer (&self->choices[i], free_choice);
  g_free (self->model);
  g_free (self->finish);
  g_free (self->error);
  g_free (self);
}

void
ouioectl_feed_add (OuioectlFeed *self, const char *data, gsize len)
{
  ouioe_dialect_feed (self->dialect, data, len);
}

void
ouioectl_feed_end (OuioectlFeed *self)
{
  ouioe_dialect_end (self->dialect);
  if (!self->recognized)
    return;

  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    if (self->choices[i] != NULL)
      {
        ouioe_step_builder_flush (self->choices[i]->builder, OUIOE_STEP_BORDER_END, 0);
        post_answer (self->choices[i]);
      }
  post_end (self);
}

const char *
ouioectl_feed_get_model (OuioectlFeed *self)
{
  return self->model;
}

const char *
ouioectl_feed_get_format (OuioectlFeed *self)
{
  return ouioe_dialect_format_to_string (ouioe_dialect_get_format (self->dialect));
}

guint64
ouioectl_feed_get_n_garbled (OuioectlFeed *self)
{
  return self->n_garbled;
}

gint64
ouioectl_feed_get_length_us (OuioectlFeed *self)
{
  return self->offset_us;
}
