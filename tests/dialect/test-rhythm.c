/* test-rhythm.c - a recording's times, kept compactly, come back out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Argument: a recording of Ollama, whose records have times.
 */
#include <string.h>

#include "ouioe-rhythm.h"
#include "transcript-log.h"

/* How far a time may be off: pieces within 33 ms are one, and times are kept in milliseconds. */
#define TOLERANCE_US ((OUIOE_STEP_JOIN_MS + 1) * 1000)

/* When each visible character of the thinking came, as the dialect tells it: the times that went in. */
static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  GArray *times = user_data;

  if (event->kind != OUIOE_DIALECT_EVENT_THINKING)
    return;
  for (const char *p = event->text; p < event->text + event->len; p = g_utf8_next_char (p))
    if (!g_ascii_isspace (*p))
      g_array_append_val (times, event->time_us);
}

/* When each comes in a replay: all of a step's beats end when it was published. */
static void
append_replayed (GArray *times, OuioeThinkingStep *step, gint64 end_us)
{
  g_autofree char *content = ouioe_thinking_step_dup_content (step);
  g_autofree char *context = ouioe_thinking_step_dup_context_used (step);
  glong n_chars = g_utf8_strlen (content, -1);
  g_autoptr(GArray) beats = ouioe_rhythm_read (context, n_chars);
  OuioeStepBeat at_once = { 0, (guint32) n_chars };
  const OuioeStepBeat *beat = beats != NULL ? (const OuioeStepBeat *) (gpointer) beats->data : &at_once;
  guint n_beats = beats != NULL ? beats->len : 1;
  const char *p = content;
  gint64 time_us = end_us;

  for (guint i = 0; i < n_beats; i++)
    time_us -= (gint64) beat[i].ms * 1000;
  for (guint i = 0; i < n_beats; i++)
    {
      time_us += (gint64) beat[i].ms * 1000;
      for (guint j = 0; j < beat[i].n_chars; j++, p = g_utf8_next_char (p))
        if (!g_ascii_isspace (*p))
          g_array_append_val (times, time_us);
    }
}

static void
assert_same_times (GArray *in, TranscriptLog *log)
{
  g_autoptr(GArray) out = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < log->steps->len; i++)
    append_replayed (out, log->steps->pdata[i], g_array_index (log->step_times, gint64, i));
  g_assert_cmpuint (in->len, ==, out->len);
  for (guint i = 0; i < in->len; i++)
    {
      g_assert_cmpint (g_array_index (out, gint64, i), >=, g_array_index (in, gint64, i) - TOLERANCE_US);
      g_assert_cmpint (g_array_index (out, gint64, i), <=, g_array_index (in, gint64, i) + TOLERANCE_US);
    }
}

static void
test_times_of_a_recording_come_back (gconstpointer path)
{
  g_autofree char *data = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) in = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, on_event, in);
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, "", 0);
  gsize len, size = 0;

  g_file_get_contents (path, &data, &len, &error);
  g_assert_no_error (error);
  ouioe_dialect_feed (dialect, data, len);
  ouioe_dialect_end (dialect);
  ouioe_transcript_set_recorded_times (log->transcript, TRUE, 24000);
  transcript_log_run (log, data, len, 1000, 1, 1);

  g_assert_true (ouioe_transcript_get_timed (log->transcript));
  g_assert_cmpuint (in->len, >, 1000);
  assert_same_times (in, log);
  for (guint i = 0; i < log->steps->len; i++)
    {
      g_autofree char *context = ouioe_thinking_step_dup_context_used (log->steps->pdata[i]);

      size += strlen (context);
    }
  g_test_message ("%u characters, %u steps, %" G_GSIZE_FORMAT " bytes of context", in->len, log->steps->len, size);
  g_assert_cmpuint (size, <, in->len * 3);   /* compact */
}

/* Made-up thinking with made-up times: bursts, silences, steps of all lengths. */
static void
test_any_times_come_back (void)
{
  static const char *const words[] = {
    "word", " ", "\n\n", "Łódź ", "\n", ". ", "# x\n", "\n- item ", "a longer piece of thinking"
  };
  g_autoptr(GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(GArray) in = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, "", 1);
      gint64 time_us = 1;

      for (guint j = 0; j < 500; j++)
        {
          const char *word = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
          OuioeDialectEvent event = { .kind = OUIOE_DIALECT_EVENT_THINKING, .text = word };
          gboolean silent = g_rand_int_range (rand, 0, 30) == 0;

          time_us += g_rand_int_range (rand, 0, silent ? 5000000 : 60000);
          event.len = strlen (event.text);
          event.time_us = time_us;
          on_event (&event, in);
          log->transcript->fed_us = time_us;
          ouioe_transcript_take (log->transcript, &event);
        }
      ouioe_transcript_end (log->transcript, OUIOE_TRANSCRIPT_CANCELLED, NULL, time_us + 7000000);
      assert_same_times (in, log);
    }
}

/* Without times in the recording there is no rhythm: what was made up is not kept. */
static void
test_made_up_times_are_not_kept (void)
{
  static const char stream[] = "{\"thinking\":\"a\"}\n{\"thinking\":\" b\"}\n{\"thinking\":\" c\"}\n{\"done\":true}\n";
  g_autoptr(TranscriptLog) log = transcript_log_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, "", 0);
  g_autofree char *context = NULL;
  const OuioeGeneration *generation;

  ouioe_transcript_set_recorded_times (log->transcript, TRUE, 24000);
  transcript_log_run (log, stream, strlen (stream), 10, 1, 1000000);
  g_assert_cmpuint (log->steps->len, ==, 1);
  context = ouioe_thinking_step_dup_context_used (log->steps->pdata[0]);
  g_assert_null (strstr (context, "rhythm"));
  generation = ouioe_transcript_get_generation (log->transcript);
  g_assert_cmpuint (generation->spans->len, ==, 0);
  g_assert_cmpint (generation->time_to_first_token_us, ==, -1);
  g_assert_true (generation->tokens_per_second < 0);
}

static void
test_what_is_no_rhythm_is_refused (void)
{
  static const char *const contexts[] = {
    "", "[]", "{", "{}", "{\"rhythm\":1}", "{\"rhythm\":[]}", "{\"rhythm\":[0]}", "{\"rhythm\":[0,3,5]}",
    "{\"rhythm\":[0,-3,0,6]}", "{\"rhythm\":[0,1.5,0,1.5]}", "{\"rhythm\":[0,4]}", "{\"rhythm\":[0,2]}",
    "{\"rhythm\":[0,4294967297,0,2]}", "{\"rhythm\":[\"0\",3]}", "{\"rhythm\":{\"0\":3}}",
  };
  g_autoptr(GArray) good = ouioe_rhythm_read ("{\"rhythm\":[0,1,500,2,40,0]}", 3);

  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++)
    g_assert_null (ouioe_rhythm_read (contexts[i], 3));
  g_assert_null (ouioe_rhythm_read (NULL, 3));
  g_assert_cmpuint (good->len, ==, 3);
  g_assert_cmpuint (g_array_index (good, OuioeStepBeat, 1).ms, ==, 500);
  g_assert_cmpuint (g_array_index (good, OuioeStepBeat, 1).n_chars, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rhythm/times-of-a-recording-come-back", argv[1], test_times_of_a_recording_come_back);
  g_test_add_func ("/rhythm/any-times-come-back", test_any_times_come_back);
  g_test_add_func ("/rhythm/made-up-times-are-not-kept", test_made_up_times_are_not_kept);
  g_test_add_func ("/rhythm/what-is-no-rhythm-is-refused", test_what_is_no_rhythm_is_refused);
  return g_test_run ();
}
