/* test-transcript.c - what becomes of an answer: steps, updates, phases, numbers, endings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript-log.h"

#include <math.h>
#include <string.h>

#define BEGIN_US 1000000
#define MS       1000

/* ---- events as a dialect would tell them ---- */

typedef struct {
  OuioeDialectEventKind kind;
  gint64                ms;       /* since the request was sent */
  const char           *text;     /* or name */
  gint64                done;
  gint64                total;
} Told;

static void
tell (TranscriptLog *log, const Told *told)
{
  OuioeDialectProgress progress = { told->kind == OUIOE_DIALECT_EVENT_PROGRESS ? "id" : NULL, (double) told->done,
    (double) told->total };
  OuioeDialectUsage usage = { 10, told->done, told->total, -1, -1, -1, -1, NULL };
  OuioeDialectEvent event = {
    .kind = told->kind, .text = told->text, .len = told->text != NULL ? strlen (told->text) : 0, .name = told->text,
    .id = "call-1", .processed = told->done, .total = told->total, .progress = &progress, .usage = &usage,
  };

  log->transcript->fed_us = BEGIN_US + told->ms * MS;
  ouioe_transcript_take (log->transcript, &event);
}

#define META(ms, name)         { OUIOE_DIALECT_EVENT_META, ms, name, 0, 0 }
#define THINKING(ms, text)     { OUIOE_DIALECT_EVENT_THINKING, ms, text, 0, 0 }
#define CONTENT(ms, text)      { OUIOE_DIALECT_EVENT_CONTENT, ms, text, 0, 0 }
#define WAS_THINKING(ms)       { OUIOE_DIALECT_EVENT_CONTENT_WAS_THINKING, ms, NULL, 0, 0 }
#define PART(ms)               { OUIOE_DIALECT_EVENT_PART, ms, "part", 0, 0 }
#define OPAQUE(ms, type)       { OUIOE_DIALECT_EVENT_OPAQUE, ms, type, 0, 0 }
#define REFUSAL(ms, text)      { OUIOE_DIALECT_EVENT_REFUSAL, ms, text, 0, 0 }
#define CALL(ms, name)         { OUIOE_DIALECT_EVENT_TOOL_CALL, ms, name, 0, 0 }
#define ARGUMENTS(ms, text)    { OUIOE_DIALECT_EVENT_TOOL_ARGUMENTS, ms, text, 0, 0 }
#define PROMPT(ms, done, all)  { OUIOE_DIALECT_EVENT_PROMPT_PROGRESS, ms, NULL, done, all }
#define WORK(ms, text, done, all) { OUIOE_DIALECT_EVENT_PROGRESS, ms, text, done, all }
#define USAGE(ms, out, think)  { OUIOE_DIALECT_EVENT_USAGE, ms, NULL, out, think }
#define FINISH(ms, reason)     { OUIOE_DIALECT_EVENT_FINISH, ms, reason, 0, 0 }
#define FAILURE(ms, text)      { OUIOE_DIALECT_EVENT_ERROR, ms, text, 0, 0 }
#define END                    { 0, -1, NULL, 0, 0 }

static TranscriptLog *
log_of (const Told *told, OuioeTranscriptEnd how, const char *detail, gint64 end_ms)
{
  TranscriptLog *log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_SPLIT_TAGS, "2-", BEGIN_US);

  for (; told->ms >= 0; told++)
    tell (log, told);
  ouioe_transcript_end (log->transcript, how, detail, BEGIN_US + end_ms * MS);
  g_assert_cmpuint (g_hash_table_size (log->open), ==, 0);
  return log;
}

static const struct {
  const char         *name;
  Told                told[16];
  OuioeTranscriptEnd  how;
  const char         *detail;
  const char         *log;
  const char         *outcome;
} cases[] = {
  { "a-whole-answer",
    { META (5, "m"), THINKING (100, "My plan: "), THINKING (200, "look.\n\nThen"), CONTENT (300, "Yes"), CONTENT (400, "."),
      FINISH (400, "stop"), USAGE (400, 20, 12), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1100 update thinking_aloud (thinking) m is thinking\n1200 step 2-1 planning: My plan: look.\n"
    "1300 step 2-2 analysis: Then\n"
    "1300 update progress (answer) m is answering\n1900 update intermediate_result Yes.\n"
    "1900 update completion 100 % done: 10 tokens of prompt, 20 tokens generated, 12 of them thinking\n", "done" },
  { "parts-are-borders",
    { THINKING (1, "a"), PART (2), THINKING (3, "b"), PART (4), PART (5), CONTENT (6, "c"), PART (7), FINISH (8, "stop"), END },
    OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1002 step 2-1 analysis: a\n1004 step 2-2 analysis: b\n"
    "1006 update progress (answer) Answering\n1900 update intermediate_result c\n1900 update completion 100 % done\n", "done" },
  { "calls-and-their-arguments",
    { THINKING (1, "a"), CALL (2, "look_up"), ARGUMENTS (3, "{\"q\":"), ARGUMENTS (4, "1}"), CALL (5, NULL), CALL (6, "g"),
      ARGUMENTS (7, "{}"), THINKING (8, "b"), FINISH (9, "tool_calls"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1002 step 2-1 analysis: a\n1002 update progress (tool) Calling look_up\n"
    "1005 update progress (tool) look_up {\"q\":1}\n1005 update progress (tool) Calling a function\n"
    "1006 update progress (tool) Calling g\n1008 update progress (tool) g {}\n1008 update thinking_aloud (thinking) Thinking\n"
    "1009 step 2-2 analysis: b\n1900 update completion 100 % done\n", "done" },
  { "thinking-that-cannot-be-read-is-told-once",
    { META (1, "m"), OPAQUE (2, "redacted_thinking"), OPAQUE (3, "redacted_thinking"), PART (4), OPAQUE (5, "signature"),
      CONTENT (6, "x"), OPAQUE (7, NULL), FINISH (8, NULL), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1002 update thinking_aloud (thinking) m is thinking\n"
    "1002 update thinking_aloud (thinking) thinking that cannot be read (redacted_thinking)\n"
    "1006 update progress (answer) m is answering\n1007 update thinking_aloud (thinking) thinking that cannot be read\n"
    "1900 update intermediate_result x\n1900 update completion 100 % done\n", "done" },
  { "refusal", { THINKING (1, "a"), REFUSAL (2, "I can"), REFUSAL (3, "not."), FINISH (4, "stop"), END },
    OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1002 step 2-1 analysis: a\n1002 update progress (answer) Refusing\n"
    "1900 update warning I cannot.\n1900 update warning stopped: refused\n", "refused" },
  { "refusal-by-reason", { CONTENT (1, "a"), FINISH (2, "refusal"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n"
    "1900 update warning stopped: refused\n", "refused" },
  { "length", { CONTENT (1, "a"), FINISH (2, "max_tokens"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n"
    "1900 update warning stopped at the limit of its length\n", "length" },
  { "length-of-gemini", { CONTENT (1, "a"), FINISH (2, "MAX_TOKENS"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n"
    "1900 update warning stopped at the limit of its length\n", "length" },
  { "error", { THINKING (1, "a"), FAILURE (2, "out of memory"), FAILURE (3, "and more"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1900 step 2-1 analysis: a\n"
    "1900 update error the model server said: out of memory\n",
    "error" },
  { "error-as-a-reason", { CONTENT (1, "a"), FINISH (2, "error"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n"
    "1900 update error the model server failed\n", "error" },
  { "failed-before-it-began", { END }, OUIOE_TRANSCRIPT_FAILED, "no connection", "1900 update error no connection\n", "error" },
  { "failed-and-the-server-says-why", { FAILURE (2, "no such model"), END }, OUIOE_TRANSCRIPT_FAILED, "404 Not Found",
    "1900 update error the model server said: no such model\n", "error" },
  { "no-terminator-is-truncated", { THINKING (1, "a"), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1900 step 2-1 analysis: a\n"
    "1900 update warning the stream broke off\n", "truncated" },
  { "broken-is-truncated", { THINKING (1, "a"), END }, OUIOE_TRANSCRIPT_BROKEN, "connection \xff reset",
    "1001 update thinking_aloud (thinking) Thinking\n1900 step 2-1 analysis: a\n"
    "1900 update warning the stream broke off (connection \xef\xbf\xbd reset)\n", "truncated" },
  { "broken-before-anything-is-truncated", { END }, OUIOE_TRANSCRIPT_BROKEN, NULL, "1900 update warning the stream broke off\n",
    "truncated" },
  { "broken-after-the-end-is-done", { CONTENT (1, "a"), FINISH (2, "stop"), END }, OUIOE_TRANSCRIPT_BROKEN, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n1900 update completion 100 % done\n", "done" },
  { "cancelled", { THINKING (1, "a\n\nb"), END }, OUIOE_TRANSCRIPT_CANCELLED, NULL,
    "1001 update thinking_aloud (thinking) Thinking\n1001 step 2-1 analysis: a\n1900 step 2-2 analysis: b\n"
    "1900 update warning cancelled\n",
    "cancelled" },
  { "cancelled-after-the-end-is-done", { CONTENT (1, "a"), FINISH (2, "stop"), END }, OUIOE_TRANSCRIPT_CANCELLED, NULL,
    "1001 update progress (answer) Answering\n1900 update intermediate_result a\n1900 update completion 100 % done\n", "done" },
  { "nothing", { USAGE (1, 5, 0), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL, "", NULL },
  { "answer-that-was-thinking",
    { CONTENT (1, "a\n\nb"), CONTENT (300, "c"), WAS_THINKING (400), CONTENT (500, "d"), FINISH (600, "stop"), END },
    OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (answer) Answering\n1400 step 2-1 analysis: a\n1400 step 2-2 analysis: bc\n"
    "1500 update progress (answer) Answering\n1900 update intermediate_result d\n1900 update completion 100 % done\n", "done" },
  { "prompt-then-answer", { PROMPT (1, 0, 8), PROMPT (100, 2, 8), PROMPT (200, 4, 8), CONTENT (220, "a"), FINISH (230,
    "stop"), END },
    OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress 0 % (prompt) reading the prompt: 0 of 8 tokens\n"
    "1220 update progress 50 % (prompt) reading the prompt: 4 of 8 tokens\n"
    "1220 update progress (answer) Answering\n1900 update intermediate_result a\n1900 update completion 100 % done\n", "done" },
  { "work-without-numbers-has-no-percentage",
    { WORK (1, "pulling manifest", -1, -1), WORK (2, "pulling", 50, -1), WORK (300, "pulling", 100, 200), WORK (310,
      "pulling", 200, 200),
      WORK (320, "pulling", 200, 200), WORK (330, "writing", -1, -1), WORK (331, "success", -1, -1), FINISH (340, NULL), END },
    OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (progress) pulling manifest\n1300 update progress 50 % (progress) pulling: 100 of 200\n"
    "1310 update progress 100 % (progress) pulling: 200 of 200\n1330 update progress (progress) writing\n"
    "1331 update progress (progress) success\n1900 update completion 100 % done\n", "done" },
  { "more-than-all-is-no-percentage", { WORK (1, "w", 300, 200), FINISH (2, NULL), END }, OUIOE_TRANSCRIPT_COMPLETE, NULL,
    "1001 update progress (progress) w: 300 of 200\n1900 update completion 100 % done\n", "done" },
};

static void
test_case (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);
  g_autoptr(TranscriptLog) log = log_of (cases[i].told, cases[i].how, cases[i].detail, 900);

  g_assert_cmpstr (log->text->str, ==, cases[i].log);
  g_assert_cmpstr (ouioe_transcript_get_outcome (log->transcript), ==, cases[i].outcome);
  g_assert_cmpint (ouioe_transcript_get_generation (log->transcript)->phase, ==, OUIOE_PHASE_NONE);
}

/* ---- numbers ---- */

static void
test_phases_have_their_times (void)
{
  static const Told told[] = {
    META (5, "m"), PROMPT (50, 1, 2), THINKING (100, "a"), CONTENT (300, "b"), CALL (600, "f"), FINISH (700, "tool_calls"), END
  };
  static const OuioePhaseSpan expected[] = {
    { OUIOE_PHASE_WAITING, 1000 * MS, 1050 * MS }, { OUIOE_PHASE_PROMPT, 1050 * MS, 1100 * MS },
    { OUIOE_PHASE_THINKING, 1100 * MS, 1300 * MS }, { OUIOE_PHASE_ANSWER, 1300 * MS, 1600 * MS },
    { OUIOE_PHASE_TOOL, 1600 * MS, 1900 * MS },
  };
  g_autoptr(TranscriptLog) log = log_of (told, OUIOE_TRANSCRIPT_COMPLETE, NULL, 900);
  const OuioeGeneration *generation = ouioe_transcript_get_generation (log->transcript);

  g_assert_cmpuint (generation->spans->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const OuioePhaseSpan *span = &g_array_index (generation->spans, OuioePhaseSpan, i);

      g_assert_cmpint (span->phase, ==, expected[i].phase);
      g_assert_cmpint (span->begin_us, ==, expected[i].begin_us);
      g_assert_cmpint (span->end_us, ==, expected[i].end_us);
      g_assert_cmpint (generation->spent_us[span->phase], ==, span->end_us - span->begin_us);
    }
  g_assert_cmpint (generation->time_to_first_token_us, ==, 100 * MS);
  g_assert_cmpstr (generation->model, ==, "m");
  g_assert_cmpstr (generation->dialect, ==, "openai");
  g_assert_cmpstr (generation->finish_reason, ==, "tool_calls");
  g_assert_cmpint (generation->output_tokens, ==, -1);
  g_assert_true (generation->tokens_per_second < 0);
  g_assert_cmpuint (generation->n_calls, ==, 1);
  g_assert_cmpuint (generation->n_under_way, ==, 0);
  g_assert_cmpuint (log->n_changed, >=, 6);
}

static void
test_what_came_as_an_answer_counts_as_thinking (void)
{
  static const Told told[] = { CONTENT (100, "a"), WAS_THINKING (400), CONTENT (500, "b"), FINISH (600, "stop"), END };
  g_autoptr(TranscriptLog) log = log_of (told, OUIOE_TRANSCRIPT_COMPLETE, NULL, 900);
  const OuioeGeneration *generation = ouioe_transcript_get_generation (log->transcript);

  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_THINKING], ==, 400 * MS);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_ANSWER], ==, 400 * MS);
}

/* Tokens/s where the server told the count only: over the time in which they came; and not when some came unseen. */
static void
test_speed_is_measured_only_where_all_was_seen (void)
{
  static const Told seen[] = { THINKING (100, "a"), CONTENT (2100, "b"), FINISH (2100, "stop"), USAGE (2100, 21, 10), END };
  static const Told unseen[] = { CONTENT (100, "a"), CONTENT (2100, "b"), FINISH (2100, "stop"), USAGE (2100, 21, 10), END };
  static const Told at_once[] = { THINKING (100, "a"), CONTENT (110, "b"), FINISH (110, "stop"), USAGE (110, 21, 10), END };
  g_autoptr(TranscriptLog) first = log_of (seen, OUIOE_TRANSCRIPT_COMPLETE, NULL, 2200);
  g_autoptr(TranscriptLog) second = log_of (unseen, OUIOE_TRANSCRIPT_COMPLETE, NULL, 2200);
  g_autoptr(TranscriptLog) third = log_of (at_once, OUIOE_TRANSCRIPT_COMPLETE, NULL, 2200);

  g_assert_cmpfloat_with_epsilon (ouioe_transcript_get_generation (first->transcript)->tokens_per_second, 10, 1e-9);
  g_assert_true (ouioe_transcript_get_generation (second->transcript)->tokens_per_second < 0);
  g_assert_true (ouioe_transcript_get_generation (third->transcript)->tokens_per_second < 0);
  g_assert_cmpint (ouioe_transcript_get_generation (second->transcript)->thinking_tokens, ==, 10);
}

static void
test_a_whole_body_measures_nothing (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_WHOLE, "", BEGIN_US);

  tell (log, &(Told) THINKING (100, "a"));
  g_assert_cmpint (ouioe_transcript_get_generation (log->transcript)->time_to_first_token_us, ==, -1);
}

static void
test_waiting_is_told_when_wanted (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_AUTO, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  g_autoptr(TranscriptLog) without = transcript_log_new (OUIOE_DIALECT_AUTO, OUIOE_DIALECT_FLAGS_NONE, "", 0);

  g_assert_cmpint (ouioe_transcript_get_generation (log->transcript)->phase, ==, OUIOE_PHASE_WAITING);
  ouioe_transcript_begin (log->transcript);
  g_assert_cmpstr (log->text->str, ==, "1000 update progress (waiting) waiting for the model\n");
  g_assert_cmpint (ouioe_transcript_get_generation (without->transcript)->phase, ==, OUIOE_PHASE_NONE);
  ouioe_transcript_begin (without->transcript);
  g_assert_cmpstr (without->text->str, ==, "");
}

static void
test_a_transcript_that_is_given_up_drops_its_open_steps (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);

  tell (log, &(Told) THINKING (1, "one\n\ntwo"));
  g_assert_cmpuint (log->n_grown, ==, 1);
  g_clear_pointer (&log->transcript, ouioe_transcript_free);
  g_assert_cmpuint (log->n_dropped, ==, 1);
  g_assert_cmpuint (log->steps->len, ==, 1);
}

/* ---- progress ---- */

static void
test_percentages_are_told_four_times_a_second (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  double percentage;

  for (guint i = 0; i <= 1000; i++)
    tell (log, &(Told) WORK (i * 10, "pulling", i * 3, 3003));
  g_assert_cmpuint (log->updates->len, >=, 40);
  g_assert_cmpuint (log->updates->len, <=, 41);
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_BROKEN, NULL, BEGIN_US + 20000 * MS);
  g_assert_true (ouioe_progress_update_get_percentage (log->updates->pdata[log->updates->len - 2], &percentage));
  g_assert_cmpfloat_with_epsilon (percentage, 100.0 * 3000 / 3003, 1e-6);
}

static void
test_many_works_do_not_flood (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *id = g_strdup_printf ("work-%u", i);
      OuioeDialectProgress progress = { id, 1, 1 };
      OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_PROGRESS, .progress = &progress };

      log->transcript->fed_us = BEGIN_US + i * MS / 10;
      ouioe_transcript_take (log->transcript, &event);
    }
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_COMPLETE, NULL, BEGIN_US + 1000 * MS);
  g_assert_cmpuint (log->updates->len, <, 60);
}

/* ---- how sure the model was ---- */

static void
tell_token (TranscriptLog *to, const char *text, double probability, const char *other)
{
  OuioeDialectLogprob alternatives[] = {
    { text, strlen (text), log (probability) }, { other, strlen (other), -3 }, { "  ", 2, -4 }, { " third", 6, -5 }
  };
  OuioeDialectToken token = { TRUE, { text, strlen (text), probability >= 0 ? log (probability) : -9999.0 }, alternatives, 4 };
  OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_TOKEN, .token = &token };

  ouioe_transcript_take (to->transcript, &event);
}

static void
test_confidence_is_the_geometric_mean_of_the_tokens (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  g_auto(GStrv) alternatives = NULL;
  g_autofree char *context = NULL;
  double confidence;

  tell_token (log, "It is", 0.8, " x");
  tell_token (log, " Lyon", 0.2, " Paris");
  tell_token (log, ".\n\n", 0.5, "!");
  tell_token (log, "Next", 0.9, " y");
  tell (log, &(Told) THINKING (1, "It is Lyon.\n\nNext"));
  tell_token (log, " step", -1, " z");   /* no probability */
  tell (log, &(Told) THINKING (2, " step"));
  tell (log, &(Told) PART (3));
  tell (log, &(Told) THINKING (4, "without any"));
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_BROKEN, NULL, BEGIN_US + 5 * MS);

  g_assert_cmpuint (log->steps->len, ==, 3);
  g_assert_true (ouioe_thinking_step_get_confidence (log->steps->pdata[0], &confidence));
  g_assert_cmpfloat_with_epsilon (confidence, cbrt (0.8 * 0.2 * 0.5), 1e-9);
  alternatives = ouioe_thinking_step_dup_alternatives (log->steps->pdata[0]);
  g_assert_cmpuint (g_strv_length (alternatives), ==, 2);
  g_assert_cmpstr (alternatives[0], ==, "Paris");
  g_assert_cmpstr (alternatives[1], ==, "third");
  context = ouioe_thinking_step_dup_context_used (log->steps->pdata[0]);
  g_assert_nonnull (strstr (context, "\"token\":\"Lyon\""));
  g_assert_true (ouioe_thinking_step_get_confidence (log->steps->pdata[1], &confidence));
  g_assert_cmpfloat_with_epsilon (confidence, 0.9, 1e-9);
  g_assert_false (ouioe_thinking_step_get_confidence (log->steps->pdata[2], &confidence));
}

static void
test_tokens_of_the_answer_say_nothing_of_the_thinking (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  double confidence;

  tell_token (log, "answer", 0.1, " x");
  tell (log, &(Told) CONTENT (1, "answer"));
  tell (log, &(Told) THINKING (2, "thinking"));
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_BROKEN, NULL, BEGIN_US + 5 * MS);
  g_assert_false (ouioe_thinking_step_get_confidence (log->steps->pdata[0], &confidence));
}

/* ---- bounds ---- */

static void
test_arguments_are_cut_and_it_is_said (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  g_autofree char *findings = NULL;
  g_autofree char *message = NULL;

  tell (log, &(Told) CALL (1, "f"));
  for (guint i = 0; i < 3000; i++)
    tell (log, &(Told) ARGUMENTS (2, "ŁŁŁ"));
  tell (log, &(Told) FINISH (3, "tool_calls"));
  g_assert_cmpuint (log->updates->len, ==, 2);
  findings = ouioe_progress_update_dup_intermediate_findings (log->updates->pdata[1]);
  message = ouioe_progress_update_dup_message (log->updates->pdata[1]);
  g_assert_cmpuint (strlen (findings), <, OUIOE_TRANSCRIPT_MAX_DETAIL + 200);
  g_assert_nonnull (strstr (findings, "\"call_id\":\"call-1\""));
  g_assert_nonnull (strstr (findings, "\"arguments_cut\":true"));
  g_assert_cmpuint (strlen (message), <, 2100);
  g_assert_true (g_str_has_suffix (message, "Ł…"));
}

static void
test_answers_together_are_bounded (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  g_autofree char *piece = g_strnfill (10000, 'x');
  gsize total = 0;

  for (guint i = 0; i < 60; i++)
    {
      OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_CONTENT, .text = piece, .len = 10000, .choice = i % 3 };

      ouioe_transcript_take (log->transcript, &event);
    }
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_BROKEN, NULL, BEGIN_US);
  for (guint i = 0; i < log->updates->len; i++)
    {
      g_autofree char *message = ouioe_progress_update_dup_message (log->updates->pdata[i]);

      total += strlen (message);
    }
  g_assert_cmpuint (total, >=, OUIOE_TRANSCRIPT_MAX_ANSWER);
  g_assert_cmpuint (total, <, OUIOE_TRANSCRIPT_MAX_ANSWER + 400);
}

static void
test_tokens_are_bounded_and_let_go (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);

  for (guint i = 0; i < OUIOE_TRANSCRIPT_MAX_TOKENS + 100; i++)
    tell_token (log, "", 0.5, " x");
  g_assert_cmpuint (log->transcript->n_tokens, ==, OUIOE_TRANSCRIPT_MAX_TOKENS);
  tell (log, &(Told) THINKING (1, "one"));
  tell_token (log, "two", 0.5, " x");
  g_assert_cmpuint (log->transcript->n_tokens, ==, OUIOE_TRANSCRIPT_MAX_TOKENS);
  tell (log, &(Told) PART (2));
  g_assert_cmpuint (log->transcript->n_tokens, ==, 0);
  tell_token (log, "three", 0.5, " x");
  tell (log, &(Told) CONTENT (3, "three"));
  g_assert_cmpuint (log->transcript->n_tokens, ==, 0);
}

/* Answers that come in turns: a phase of each is told once, and each has its own steps. */
static void
test_choices_do_not_disturb_each_other (void)
{
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", BEGIN_US);
  g_autofree char *context = NULL;

  for (guint i = 0; i < 40; i++)
    {
      OuioeDialectEvent event = { .kind = i < 30 || i % 2 == 0 ? OUIOE_DIALECT_EVENT_THINKING : OUIOE_DIALECT_EVENT_CONTENT,
                                  .text = i % 2 == 0 ? "a" : "b", .len = 1, .choice = i % 2 };

      ouioe_transcript_take (log->transcript, &event);
    }
  ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_BROKEN, NULL, BEGIN_US);
  g_assert_cmpstr (log->text->str, ==,
    "1000 update thinking_aloud (thinking) Thinking\n1000 update thinking_aloud (thinking) Thinking (answer 2)\n"
    "1000 step 2 analysis: bbbbbbbbbbbbbbb\n1000 update progress (answer) Answering (answer 2)\n"
    "1000 step 1 analysis: aaaaaaaaaaaaaaaaaaaa\n1000 update intermediate_result bbbbb\n"
    "1000 update warning the stream broke off\n");
  context = ouioe_thinking_step_dup_context_used (log->steps->pdata[0]);
  g_assert_cmpstr (context, ==, "{\"step_id\":\"2\",\"border\":\"end\",\"choice\":1}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transcript/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/numbers/phases-have-their-times", test_phases_have_their_times);
  g_test_add_func ("/numbers/what-came-as-an-answer-counts-as-thinking", test_what_came_as_an_answer_counts_as_thinking);
  g_test_add_func ("/numbers/speed-is-measured-only-where-all-was-seen", test_speed_is_measured_only_where_all_was_seen);
  g_test_add_func ("/numbers/a-whole-body-measures-nothing", test_a_whole_body_measures_nothing);
  g_test_add_func ("/transcript/waiting-is-told-when-wanted", test_waiting_is_told_when_wanted);
  g_test_add_func ("/transcript/one-that-is-given-up-drops-its-open-steps",
    test_a_transcript_that_is_given_up_drops_its_open_steps);
  g_test_add_func ("/progress/percentages-are-told-four-times-a-second", test_percentages_are_told_four_times_a_second);
  g_test_add_func ("/progress/many-works-do-not-flood", test_many_works_do_not_flood);
  g_test_add_func ("/confidence/is-the-geometric-mean-of-the-tokens", test_confidence_is_the_geometric_mean_of_the_tokens);
  g_test_add_func ("/confidence/tokens-of-the-answer-say-nothing", test_tokens_of_the_answer_say_nothing_of_the_thinking);
  g_test_add_func ("/bounds/arguments-are-cut-and-it-is-said", test_arguments_are_cut_and_it_is_said);
  g_test_add_func ("/bounds/answers-together", test_answers_together_are_bounded);
  g_test_add_func ("/bounds/tokens-are-let-go", test_tokens_are_bounded_and_let_go);
  g_test_add_func ("/transcript/choices-do-not-disturb-each-other", test_choices_do_not_disturb_each_other);
  return g_test_run ();
}
