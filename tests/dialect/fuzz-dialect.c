/* fuzz-dialect.c - any bytes through a dialect and the step builder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Built once per format and manner (FUZZ_FORMAT, FUZZ_FLAGS). Whole, in small pieces and byte by byte must tell the same, and
 * what ouioe-dialect.h promises of events holds.
 */
#include <math.h>
#include <string.h>

#include "ouioe-dialect.h"
#include "ouioe-step-builder.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  OuioeStepBuilder *builder;
  guint64           hash;        /* of everything that was told */
  guint64           record;      /* of the event before */
  guint64           finished;    /* a bit per choice */
  guint64           n_opaque;
  gboolean          named;
  gboolean          identified;
} Run;

static void
require (gboolean holds)
{
  if (!holds)
    g_abort ();
}

static void
mix (Run *run, const void *data, gsize len)
{
  const guint8 *bytes = data;

  for (gsize i = 0; i < len; i++)
    run->hash = (run->hash ^ bytes[i]) * G_GUINT64_CONSTANT (1099511628211);
  run->hash = run->hash * 31 + 1;
}

/* U+0000 may stand in a text, which g_utf8_validate() takes for its end. */
static void
require_text (const char *text, gsize len)
{
  require (text[len] == '\0');
  for (gsize at = 0; at < len; at += strlen (text + at) + 1)
    require (g_utf8_validate (text + at, -1, NULL));
}

static void
mix_word (Run *run, const char *word)
{
  if (word == NULL)
    return;
  require_text (word, strlen (word));
  mix (run, word, strlen (word));
}

static void
mix_logprob (Run *run, const OuioeDialectLogprob *logprob)
{
  require (isfinite (logprob->logprob) && logprob->logprob <= 0 && logprob->len > 0);
  require_text (logprob->text, logprob->len);
  mix (run, logprob->text, logprob->len);
  mix (run, &logprob->logprob, sizeof logprob->logprob);
}

static void
take_token (Run *run, const OuioeDialectToken *token)
{
  mix (run, &token->thinking, sizeof token->thinking);
  mix_logprob (run, &token->chosen);
  for (guint i = 0; i < token->n_alternatives; i++)
    mix_logprob (run, &token->alternatives[i]);
}

static void
take_counts (Run *run, const OuioeDialectUsage *usage)
{
  const gint64 counts[] = {
    usage->prompt_tokens, usage->completion_tokens, usage->thinking_tokens, usage->total_us, usage->load_us, usage->prompt_us,
    usage->completion_us,
  };

  require (json_is_object (usage->json));
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    require (counts[i] >= -1);
  mix (run, counts, sizeof counts);
}

static void
take_progress (Run *run, const OuioeDialectProgress *progress)
{
  require (progress->done == -1 || progress->done >= 0);
  require (progress->total == -1 || progress->total >= 0);
  mix_word (run, progress->id);
  mix (run, &progress->done, sizeof progress->done);
  mix (run, &progress->total, sizeof progress->total);
}

static void
require_kind (Run *run, const OuioeDialectEvent *event)
{
  switch (event->kind)
    {
    case OUIOE_DIALECT_EVENT_META:
      require (!run->named && event->name != NULL);
      run->named = TRUE;
      return;
    case OUIOE_DIALECT_EVENT_RESPONSE_ID:
      require (!run->identified && event->id != NULL);
      run->identified = TRUE;
      return;
    case OUIOE_DIALECT_EVENT_THINKING:
    case OUIOE_DIALECT_EVENT_CONTENT:
    case OUIOE_DIALECT_EVENT_REFUSAL:
    case OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS:
    case OUIOE_DIALECT_EVENT_ERROR:
    case OUIOE_DIALECT_EVENT_GARBLED:
      require (event->len > 0);
      return;
    case OUIOE_DIALECT_EVENT_OPAQUE:
      require (event->len > 0);
      run->n_opaque++;
      return;
    case OUIOE_DIALECT_EVENT_TOKEN:
      take_token (run, event->token);
      return;
    case OUIOE_DIALECT_EVENT_PROMPT_PROGRESS:
      require (event->processed >= 0 && event->processed <= event->total);
      mix (run, &event->processed, sizeof event->processed);
      return;
    case OUIOE_DIALECT_EVENT_PROGRESS:
      take_progress (run, event->progress);
      return;
    case OUIOE_DIALECT_EVENT_USAGE:
      take_counts (run, event->usage);
      return;
    case OUIOE_DIALECT_EVENT_FINISH:
      require ((run->finished & (G_GUINT64_CONSTANT (1) << event->choice)) == 0);
      run->finished |= G_GUINT64_CONSTANT (1) << event->choice;
      return;
    case OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING:
    case OUIOE_DIALECT_EVENT_PART:
    case OUIOE_DIALECT_EVENT_TOOL_CALL:
    default:
      return;
    }
}

static void
on_step (const OuioeStep *step, gpointer user_data)
{
  require (g_utf8_validate (step->content, (gssize) strlen (step->content), NULL) && step->len <= OUIOE_STEP_MAX_BYTES);
}

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  Run *run = user_data;

  require (event->choice < OUIOE_DIALECT_MAX_CHOICES && event->time_us >= 0);
  require (event->record >= run->record);
  run->record = event->record;
  mix (run, &event->kind, sizeof event->kind);
  mix (run, &event->choice, sizeof event->choice);
  mix (run, &event->record, sizeof event->record);
  mix (run, &event->time_us, sizeof event->time_us);
  mix_word (run, event->name);
  mix_word (run, event->id);
  if (event->text != NULL)
    {
      require_text (event->text, event->len);
      mix (run, event->text, event->len);
    }
  require_kind (run, event);
  if (event->kind == OUIOE_DIALECT_EVENT_THINKING || event->kind == OUIOE_DIALECT_EVENT_CONTENT)
    ouioe_step_builder_add (run->builder, event->text, event->len, event->time_us);
}

static guint64
run_once (const guint8 *data, gsize size, gsize chunk)
{
  Run run = { .builder = ouioe_step_builder_new (on_step, NULL, NULL) };
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (FUZZ_FORMAT, FUZZ_FLAGS, on_event, &run);
  guint64 ends[4];

  for (gsize at = 0; at < size; at += chunk)
    ouioe_dialect_feed (dialect, (const char *) data + at, MIN (chunk, size - at));
  ouioe_dialect_end (dialect);
  ouioe_step_builder_flush (run.builder, OUIOE_STEP_BORDER_END, 0);
  ouioe_step_builder_free (run.builder);

  require (ouioe_dialect_get_n_opaque (dialect) == run.n_opaque);
  require (ouioe_dialect_get_n_records (dialect) >= run.record);
  ends[0] = ouioe_dialect_get_format (dialect);
  ends[1] = ouioe_dialect_get_n_records (dialect);
  ends[2] = ouioe_dialect_get_n_comments (dialect);
  ends[3] = ouioe_dialect_get_terminated (dialect);
  mix (&run, ends, sizeof ends);
  return run.hash;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint64 whole = run_once (data, size, size + 1);

  require (run_once (data, size, 1) == whole);
  require (run_once (data, size, 7) == whole);
  return 0;
}
