/* test-feed.c - what becomes of a model's stream: steps, updates, times, outcome
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioectl-feed.h"
#include "ouioe-transcript.h"

typedef struct {
  GString   *log;         /* a line per post */
  GPtrArray *posts;
  char      *outcome;     /* "-" for none */
  guint64    n_garbled;
} Fed;

static void
on_post (OuioectlPost *post, gpointer user_data)
{
  Fed *fed = user_data;
  double number;

  g_string_append_printf (fed->log, "%d ", (int) (post->offset_us / 1000));
  if (post->step != NULL)
    {
      g_autofree char *content = ouioe_thinking_step_dup_content (post->step);

      g_assert_null (post->update);
      g_assert_false (ouioe_thinking_step_get_confidence (post->step, &number));
      g_string_append_printf (fed->log, "%s: %s\n", ouioe_thinking_step_get_thinking_type (post->step), content);
    }
  else
    {
      g_autofree char *message = ouioe_progress_update_dup_message (post->update);

      g_string_append_printf (fed->log, "(%s", ouioe_progress_update_get_progress_type (post->update));
      if (ouioe_progress_update_get_percentage (post->update, &number))
        g_string_append_printf (fed->log, " %d %%", (int) number);
      g_string_append_printf (fed->log, ") %s\n", message);
    }
  g_ptr_array_add (fed->posts, post);
}

static Fed *
feed_from (const char *stream, gsize len, gsize chunk)
{
  Fed *fed = g_new0 (Fed, 1);
  g_autoptr(OuioectlFeed) feed = ouioectl_feed_new (OUIOE_DIALECT_AUTO, FALSE, on_post, fed);
  const char *outcome;

  fed->log = g_string_new (NULL);
  fed->posts = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioectl_post_free);
  for (gsize at = 0; at < len; at += chunk)
    ouioectl_feed_add (feed, stream + at, MIN (chunk, len - at), 1);
  ouioectl_feed_end (feed, 1);
  outcome = ouioectl_feed_get_outcome (feed);
  fed->outcome = g_strdup (outcome != NULL ? outcome : "-");
  fed->n_garbled = ouioectl_feed_get_n_garbled (feed);
  return fed;
}

static void
fed_free (Fed *fed)
{
  g_string_free (fed->log, TRUE);
  g_ptr_array_unref (fed->posts);
  g_free (fed->outcome);
  g_free (fed);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fed, fed_free)

#define SSE(members) "data: {" members "}\n\n"
#define DELTA(members) SSE ("\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" members "}}]")
#define STOP(reason) SSE ("\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]")
#define AT(seconds) "\"created_at\":\"2026-01-02T03:04:" seconds "Z\","

static const struct { const char *name; const char *stream; const char *log; const char *outcome; } cases[] = {
  { "times-of-the-recording",
    "{\"model\":\"q\"," AT ("05.000") "\"thinking\":\"one\"}\n{" AT ("05.500") "\"thinking\":\"\\n\\ntwo\"}\n"
    "{" AT ("06.250") "\"response\":\"four\"}\n"
    "{" AT ("07.000") "\"response\":\"\",\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":7,\"eval_cou"
      "nt\":30,"
    "\"eval_duration\":2000000000}\n",
    "0 (thinking_aloud) q is thinking\n500 analysis: one\n1250 analysis: two\n1250 (progress) q is answering\n"
    "2000 (intermediate_result) four\n"
    "2000 (completion 100 %) done: 7 tokens of prompt, 30 tokens generated, 15.0 tokens/s\n", "done" },
  { "a-natural-rhythm-where-there-are-no-times",
    DELTA ("\"reasoning_content\":\"one\"") DELTA ("\"reasoning_content\":\" more\"") DELTA ("\"content\":\"two\"")
    STOP ("stop") "data: [DONE]\n\n",
    "0 (thinking_aloud) m is thinking\n48 analysis: one more\n48 (progress) m is answering\n"
    "72 (intermediate_result) two\n72 (completion 100 %) done\n", "done" },
  { "a-clock-that-steps-back-does-not",
    "{" AT ("05.000") "\"thinking\":\"a\\n\\n\"}\n{" AT ("04.000")
    "\"thinking\":\"b\\n\\n\"}\n{\"thinking\":\"c\\n\\n\"}\n"
    "{" AT ("05.100") "\"done\":true}\n",
    "0 (thinking_aloud) Thinking\n0 analysis: a\n0 analysis: b\n0 analysis: c\n100 (completion 100 %) done\n", "done" },
  { "prompt-reading-has-a-percentage",
    SSE ("\"choices\":[],\"prompt_progress\":{\"total\":8,\"processed\":2}") DELTA ("\"content\":\"a\"") STOP ("stop"),
    "0 (progress 25 %) reading the prompt: 2 of 8 tokens\n24 (progress) m is answering\n"
    "48 (intermediate_result) a\n48 (completion 100 %) done\n", "done" },
  { "each-call-is-told",
    DELTA ("\"reasoning\":\"a\"")
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\"}},{\"inde"
      "x\":1,\"id\":\"y\",\"function\":{}}]")
    STOP ("tool_calls"),
    "0 (thinking_aloud) m is thinking\n24 analysis: a\n24 (progress) m is calling f\n24 (progress) m is calling a "
      "function\n"
    "48 (completion 100 %) done\n", "done" },
  { "length", DELTA ("\"content\":\"a\"") STOP ("length"),
    "0 (progress) m is answering\n24 (intermediate_result) a\n24 (warning) stopped at the limit of its length\n",
    "length" },
  { "refused", DELTA ("\"reasoning\":\"a\"") STOP ("content_filter"),
    "0 (thinking_aloud) m is thinking\n24 analysis: a\n24 (warning) stopped: refused\n", "refused" },
  { "truncated", DELTA ("\"reasoning\":\"a\"") "data: {\"choices\":[{\"ind",
    "0 (thinking_aloud) m is thinking\n0 analysis: a\n0 (warning) the stream broke off\n", "truncated" },
  { "error", DELTA ("\"reasoning\":\"a\"") "data: {\"error\":{\"message\":\"out of memory\"}}\n\ndata: [DONE]\n\n",
    "0 (thinking_aloud) m is thinking\n24 analysis: a\n24 (error) the model server said: out of memory\n", "error" },
  { "error-alone", "{\"error\":\"model not found\"}\n", "0 (error) the model server said: model not found\n", "error" },
  { "inline-tags", "{\"response\":\"<think>a\\n\"}\n{\"response\":\"</think>\\n\\nb\"}\n{\"done\":true}\n",
    "0 (thinking_aloud) Thinking\n24 analysis: a\n24 (progress) Answering\n48 (intermediate_result) b\n"
    "48 (completion 100 %) done\n", "done" },
  { "closing-tag-alone-makes-steps-of-the-answer", "{\"response\":\"a\\n\\nb\\n</think>\\n\\nc\"}\n{\"done\":true}\n",
    "0 (progress) Answering\n0 analysis: a\n0 analysis: b\n0 (progress) Answering\n"
    "24 (intermediate_result) c\n24 (completion 100 %) done\n", "done" },
  { "nul-is-shown", "{\"thinking\":\"a\\u0000b\"}\n{\"done\":true}\n",
    "0 (thinking_aloud) Thinking\n24 analysis: a\xef\xbf\xbd" "b\n24 (completion 100 %) done\n", "done" },
  { "nothing", "", "", "-" },
  { "something-else", "<html><body>502 Bad Gateway</body></html>\n\n", "", "-" },
  { "counts-of-something-else", "event: message_delta\ndata: {\"usage\":{\"output_tokens\":5}}\n\n", "", "-" },
  { "json-of-something-else", "{\n\"a\": 1\n}\n", "", "-" },
};

static void
test_case (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);
  gsize len = strlen (cases[i].stream);

  for (gsize chunk = 1; chunk <= len + 1; chunk = chunk < 8 ? chunk + 1 : chunk * 5)
    {
      g_autoptr(Fed) fed = feed_from (cases[i].stream, len, chunk);

      g_assert_cmpstr (fed->log->str, ==, cases[i].log);
      g_assert_cmpstr (fed->outcome, ==, cases[i].outcome);
    }
}

static void
test_garbled_records_are_counted (void)
{
  static const char stream[] = "{\"response\":\"a\"}\nnonsense\n{\"done\":true}\n";
  g_autoptr(Fed) fed = feed_from (stream, strlen (stream), 5);

  g_assert_cmpuint (fed->n_garbled, ==, 1);
  g_assert_cmpstr (fed->outcome, ==, "done");
}

static void
test_a_long_answer_is_cut_and_told (void)
{
  g_autoptr(GString) stream = g_string_new (NULL);
  g_autoptr(Fed) fed = NULL;
  gsize total = 0;

  for (guint i = 0; i < 300; i++)
    {
      g_string_append (stream, "{\"response\":\"");
      for (guint j = 0; j < 512; j++)
        g_string_append (stream, "\xc5\x81");
      g_string_append (stream, "\"}\n");
    }
  g_string_append (stream, "{\"done\":true}\n");
  fed = feed_from (stream->str, stream->len, 65536);

  for (guint i = 0; i < fed->posts->len; i++)
    {
      const OuioectlPost *post = fed->posts->pdata[i];
      g_autofree char *message = ouioe_progress_update_dup_message (post->update);

      g_assert_true (g_utf8_validate (message, -1, NULL));
      g_assert_cmpuint (strlen (message), <=, OUIOE_TRANSCRIPT_MAX_MESSAGE);
      total += strlen (message);
    }
  g_assert_cmpuint (total, >=, OUIOE_TRANSCRIPT_MAX_ANSWER);
  g_assert_cmpuint (total, <, OUIOE_TRANSCRIPT_MAX_ANSWER + 200);
  g_assert_nonnull (strstr (fed->log->str, "[the rest of the answer is left out]"));
}

/* The recording that ./dev run shows: what a viewer is promised of it. */
static void
test_the_demo_shows_a_plan_a_risk_and_a_decision (gconstpointer path)
{
  g_autofree char *data = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(Fed) fed = NULL;
  const OuioectlPost *last;
  gsize len;

  g_file_get_contents (path, &data, &len, &error);
  g_assert_no_error (error);
  fed = feed_from (data, len, 100);
  last = fed->posts->pdata[fed->posts->len - 1];

  g_assert_cmpstr (fed->outcome, ==, "done");
  g_assert_nonnull (strstr (fed->log->str, " planning: My plan"));
  g_assert_nonnull (strstr (fed->log->str, " risk_assessment: RISK"));
  g_assert_nonnull (strstr (fed->log->str, " decision: Decision"));
  g_assert_nonnull (strstr (fed->log->str, " evaluation: "));
  g_assert_cmpint (last->offset_us, >, 15 * G_USEC_PER_SEC);
  g_assert_cmpint (last->offset_us, <, 26 * G_USEC_PER_SEC);
  g_assert_true (last->timed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/feed/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/feed/garbled-records-are-counted", test_garbled_records_are_counted);
  g_test_add_func ("/feed/long-answer-is-cut-and-told", test_a_long_answer_is_cut_and_told);
  g_test_add_data_func ("/feed/demo-shows-a-plan-a-risk-and-a-decision", argv[1],
                        test_the_demo_shows_a_plan_a_risk_and_a_decision);
  return g_test_run ();
}
