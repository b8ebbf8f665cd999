/* fuzz-transcript.c - any bytes as a model's answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte chooses format, flags and how it ends. The steps together are the thinking, but for white space; what was
 * told of an open step is a beginning of it; pieces do not matter.
 */
#include <string.h>

#include "ouioe-transcript-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  GString *open[OUIOE_DIALECT_MAX_CHOICES];   /* what was told of the open steps */
  char    *open_ids[OUIOE_DIALECT_MAX_CHOICES];
  guint    n_open;
  gsize    n_visible;      /* bytes of all steps that are not white space */
  guint    hash;           /* of all steps and updates */
} Run;

static void
require (gboolean condition)
{
  if (!condition)
    g_abort ();
}

static gsize
count_visible (const char *text)
{
  gsize n = 0;

  for (; *text != '\0'; text++)
    n += !g_ascii_isspace (*text);
  return n;
}

static guint
find_open (Run *run, const char *id)
{
  guint i = 0;

  while (i < run->n_open && strcmp (run->open_ids[i], id) != 0)
    i++;
  return i;
}

static void
close_open (Run *run, guint i)
{
  g_string_free (run->open[i], TRUE);
  g_free (run->open_ids[i]);
  run->n_open--;
  run->open[i] = run->open[run->n_open];
  run->open_ids[i] = run->open_ids[run->n_open];
}

static void
on_grow (const char *step_id, const char *text, gsize len, gint64 time_us, gpointer user_data)
{
  Run *run = user_data;
  guint i = find_open (run, step_id);

  require (len > 0);
  if (i == run->n_open)
    {
      require (i < OUIOE_DIALECT_MAX_CHOICES);
      run->open[i] = g_string_new (NULL);
      run->open_ids[i] = g_strdup (step_id);
      run->n_open++;
    }
  for (gsize j = 0; j < len; j++)
    if (text[j] == '\0')
      g_string_append (run->open[i], "\xef\xbf\xbd");
    else
      g_string_append_c (run->open[i], text[j]);
  require (g_utf8_validate (run->open[i]->str, -1, NULL));
}

static void
on_step (OuioeThinkingStep *step, const char *step_id, gint64 time_us, gpointer user_data)
{
  Run *run = user_data;
  g_autofree char *content = ouioe_thinking_step_dup_content (step);
  guint i = find_open (run, step_id);

  if (i < run->n_open)
    {
      require (g_str_has_prefix (content, run->open[i]->str));
      close_open (run, i);
    }
  run->n_visible += count_visible (content);
  run->hash = run->hash * 33 + g_str_hash (content);
}

static void
on_update (OuioeProgressUpdate *update, gint64 time_us, gpointer user_data)
{
  Run *run = user_data;
  g_autofree char *message = ouioe_progress_update_dup_message (update);

  require (strlen (message) <= 3 * OUIOE_TRANSCRIPT_MAX_MESSAGE);   /* U+0000 is shown as three bytes */
  run->hash = run->hash * 33 + g_str_hash (message);
}

static void
on_drop (const char *step_id, gpointer user_data)
{
  Run *run = user_data;
  guint i = find_open (run, step_id);

  require (i < run->n_open);
  close_open (run, i);
}

static const OuioeTranscriptFuncs funcs = { .step = on_step, .update = on_update, .grow = on_grow, .drop = on_drop };

/* ---- the thinking, as the dialect tells it ---- */

typedef struct {
  gsize    thinking;                             /* visible bytes */
  gsize    content[OUIOE_DIALECT_MAX_CHOICES];
  gboolean too_long;                             /* the answer is more than is kept */
  gsize    n_content;
} Count;

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  Count *count = user_data;
  gsize n = 0;

  for (gsize i = 0; i < event->len; i++)
    n += event->text[i] == '\0' ? 3 : !g_ascii_isspace (event->text[i]);
  if (event->kind == OUIOE_DIALECT_EVENT_THINKING)
    count->thinking += n;
  if (event->kind == OUIOE_DIALECT_EVENT_CONTENT)
    {
      count->content[event->choice] += n;
      count->n_content += event->len;
    }
  count->too_long |= count->n_content > OUIOE_TRANSCRIPT_MAX_ANSWER;
  if (event->kind == OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING)
    {
      count->thinking += count->content[event->choice];
      count->content[event->choice] = 0;
    }
}

/* What is kept stays within its bounds. */
static void
require_bounds (OuioeTranscript *transcript)
{
  require (transcript->answer_bytes <= OUIOE_TRANSCRIPT_MAX_ANSWER);
  require (transcript->n_tokens <= OUIOE_TRANSCRIPT_MAX_TOKENS);
  require (transcript->n_works <= OUIOE_TRANSCRIPT_MAX_WORKS);
  require (transcript->error == NULL || strlen (transcript->error) <= 3 * OUIOE_TRANSCRIPT_MAX_DETAIL);
  for (guint i = 0; i < OUIOE_DIALECT_MAX_CHOICES; i++)
    {
      const OuioeTranscriptChoice *choice = transcript->choices[i];

      require (choice == NULL || choice->arguments == NULL || choice->arguments->len <= OUIOE_TRANSCRIPT_MAX_DETAIL);
      require (choice == NULL || choice->answer_pieces->len <= OUIOE_TRANSCRIPT_MAX_PIECES);
    }
}

static Run
run_once (guint8 how, const char *data, gsize size, gsize chunk)
{
  OuioeDialectFormat format = how % 6;
  OuioeDialectFlags flags = ((how & 0x40) != 0 ? OUIOE_DIALECT_SPLIT_TAGS : 0) | ((how & 0x20) != 0 ? OUIOE_DIALECT_WHOLE : 0);
  Run run = { .n_visible = 0 };
  Count count = { .thinking = 0 };
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (format, flags, on_event, &count);
  OuioeTranscript *transcript = ouioe_transcript_new (format, flags, "x-", 1, &funcs, &run);

  ouioe_transcript_begin (transcript);
  for (gsize at = 0; at < size; at += chunk)
    ouioe_transcript_feed (transcript, data + at, MIN (chunk, size - at), 1000000);
  require_bounds (transcript);
  if ((how & 0x80) != 0)   /* given up */
    {
      ouioe_transcript_free (transcript);
      require (run.n_open == 0);
      return run;
    }
  ouioe_transcript_end (transcript, (how >> 4) % 4, "detail", 2000000);
  ouioe_transcript_free (transcript);
  require (run.n_open == 0);

  ouioe_dialect_feed (dialect, data, size);
  ouioe_dialect_end (dialect);
  require (count.too_long || run.n_visible == count.thinking);
  return run;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Run whole, single;

  if (size == 0)
    return 0;
  whole = run_once (data[0], (const char *) data + 1, size - 1, size);
  single = run_once (data[0], (const char *) data + 1, size - 1, 1);
  require (whole.n_visible == single.n_visible && whole.hash == single.hash);
  return 0;
}
