/* test-dialect.c - records of Ollama and of OpenAI-style servers, the usual and the odd ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "collector.h"

#define DELTA(members)  "data: {\"choices\":[{\"index\":0,\"delta\":{" members "}}]}\n\n"
#define CHOICE(members) "data: {\"choices\":[{" members "}]}\n\n"

static const CollectorCase cases[] = {
  /* Ollama */
  { "ollama/generate", OUIOE_DIALECT_OLLAMA,
    "{\"model\":\"m\",\"thinking\":\"a\",\"response\":\"\",\"done\":false}\n{\"model\":\"m\",\"respons"
      "e\":\"b\",\"done\":false}\n"
    "{\"model\":\"m\",\"response\":\"\",\"done\":true,\"done_reason\":\"length\"}\n",
    "model m\n0 thinking a\n0 content b\n0 finish length\n" },
  { "ollama/chat", OUIOE_DIALECT_OLLAMA,
    "{\"model\":\"m\",\"message\":{\"thinking\":\"a\",\"content\":\"b\"},\"done\":false}\n",
    "model m\n0 thinking a\n0 content b\n" },
  { "ollama/whole-answer-without-line-end", OUIOE_DIALECT_AUTO,
    "{\"model\":\"m\",\"message\":{\"thinking\":\"a\",\"content\":\"b\"},\"done\":true}",
    "model m\n0 thinking a\n0 content b\n0 finish -\n" },
  { "ollama/tool-call-without-id", OUIOE_DIALECT_OLLAMA,
    "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}},{\"function\":{\"nam"
      "e\":\"g\"}}]}}\n",
    "0 call f -\n0 call g -\n" },
  { "ollama/error-ends-nothing-by-itself", OUIOE_DIALECT_OLLAMA,
    "{\"error\":\"model runner has stopped\"}\n", "error model runner has stopped\n" },
  { "ollama/garbled-record-is-skipped", OUIOE_DIALECT_OLLAMA,
    "{\"response\":\"a\"}\n{\"response\":\n[1]\n\n   \n{\"response\":\"b\"}\n",
    "0 content a\ngarbled a record that is not JSON\ngarbled a record that is not a JSON object\n0 content b\n" },
  { "ollama/members-of-wrong-type-are-ignored", OUIOE_DIALECT_OLLAMA,
    "{\"model\":1,\"created_at\":7,\"message\":\"x\",\"response\":[],\"thinking\":{},\"done\":\"yes\",\"error\":nu"
      "ll}\n", "" },
  { "ollama/repeated-end-is-told-once", OUIOE_DIALECT_OLLAMA,
    "{\"done\":true,\"done_reason\":\"stop\"}\n{\"done\":true,\"done_reason\":\"stop\"}\n", "0 finish stop\n" },

  /* OpenAI-style */
  { "openai/reasoning-content", OUIOE_DIALECT_OPENAI, DELTA ("\"reasoning_content\":\"a\",\"content\":null"),
    "0 thinking a\n" },
  { "openai/reasoning", OUIOE_DIALECT_OPENAI, DELTA ("\"reasoning\":\"a\",\"content\":\"\""), "0 thinking a\n" },
  { "openai/both-names-count-once", OUIOE_DIALECT_OPENAI,
    DELTA ("\"reasoning\":\"a\",\"reasoning_content\":\"a\""), "0 thinking a\n" },
  { "openai/details-alone", OUIOE_DIALECT_OPENAI,
    DELTA ("\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"a\"},{\"type\":\"reasoning.summar"
      "y\",\"summary\":\"b\"}]"),
    "0 thinking a\n0 thinking b\n" },
  { "openai/details-beside-reasoning-count-once", OUIOE_DIALECT_OPENAI,
    DELTA ("\"reasoning\":\"a\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"a\"}]"),
    "0 thinking a\n" },
  { "openai/details-that-repeat-it-later-count-once", OUIOE_DIALECT_OPENAI,
    DELTA ("\"reasoning\":\"a\"") DELTA ("\"reasoning\":null,\"reasoning_details\":[{\"type\":\"reasoning.tex"
      "t\",\"text\":\"a\"}]"),
    "0 thinking a\n" },
  { "openai/content-parts", OUIOE_DIALECT_OPENAI,
    DELTA ("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"a\"}]},{\"type\":\"tex"
      "t\",\"text\":\"b\"}]")
    DELTA ("\"content\":[{\"type\":\"thinking\",\"thinking\":\"c\"},{\"type\":\"image_url\",\"text\":\"no\"}]"),
    "0 thinking a\n0 content b\n0 thinking c\n" },
  { "openai/content-parts-that-repeat-reasoning-count-once", OUIOE_DIALECT_OPENAI,
    DELTA ("\"reasoning\":\"a\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"a\"}]"), "0 thinking a\n" },
  { "openai/several-choices", OUIOE_DIALECT_OPENAI,
    "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
    CHOICE ("\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"")
      CHOICE ("\"index\":0,\"delta\":{},\"finish_reason\":\"length\""),
    "1 content b\n0 content a\n1 finish stop\n0 finish length\n" },
  { "openai/choice-out-of-range", OUIOE_DIALECT_OPENAI,
    CHOICE ("\"index\":64,\"delta\":{\"content\":\"b\"}") DELTA ("\"content\":\"a\""),
    "garbled a choice with an index out of range\n0 content a\n" },
  { "openai/repeated-finish-is-told-once", OUIOE_DIALECT_OPENAI,
    CHOICE ("\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"")
      CHOICE ("\"index\":0,\"delta\":{},\"finish_reason\":\"stop\""),
    "0 finish stop\n" },
  { "openai/tool-call-in-pieces", OUIOE_DIALECT_OPENAI,
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]")
    DELTA ("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]")
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"arguments\":\" \"}}]"),
    "0 call f x\n" },
  { "openai/tool-calls-told-apart-by-index-or-id", OUIOE_DIALECT_OPENAI,
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\"}},{\"inde"
      "x\":1,\"id\":\"y\",\"function\":{\"name\":\"g\"}}]")
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"z\",\"function\":{\"name\":\"h\"}}]"),
    "0 call f x\n0 call g y\n0 call h z\n" },
  { "openai/function-call-of-old", OUIOE_DIALECT_OPENAI,
    DELTA ("\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}") DELTA ("\"function_call\":{\"arguments\":\"{}\"}"),
    "0 call f -\n" },
  { "openai/error-object", OUIOE_DIALECT_OPENAI,
    "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\ndata: [DONE]\n\n", "error overloaded\n" },
  { "openai/error-text", OUIOE_DIALECT_OPENAI, "data: {\"error\":\"overloaded\"}\n\n", "error overloaded\n" },
  { "openai/error-event", OUIOE_DIALECT_OPENAI, "event: error\ndata: {\"message\":\"overloaded\"}\n\n",
    "error overloaded\n" },
  { "openai/error-field", OUIOE_DIALECT_OPENAI, "error: {\"code\":500,\"message\":\"overloaded\"}\n\n",
    "error overloaded\n" },
  { "openai/error-field-within-error", OUIOE_DIALECT_OPENAI, "error: {\"error\":{\"message\":\"overloaded\"}}\n\n",
    "error overloaded\n" },
  { "openai/error-field-of-plain-text", OUIOE_DIALECT_OPENAI, "error: out of memory\n\n", "error out of memory\n" },
  { "openai/error-without-message-is-shown-whole", OUIOE_DIALECT_OPENAI,
    "data: {\"error\":{\"code\":503}}\n\n", "error {\"code\":503}\n" },
  { "openai/nothing-counts-behind-done", OUIOE_DIALECT_OPENAI,
    "data: [DONE]\n\n" DELTA ("\"content\":\"a\"") "error: x\n\n", "" },
  { "openai/prompt-progress", OUIOE_DIALECT_OPENAI,
    "data: {\"choices\":[],\"prompt_progress\":{\"total\":8,\"processed\":2}}\n\n"
    "data: {\"choices\":[],\"prompt_progress\":{\"total\":8,\"processed\":9}}\n\n"
    "data: {\"choices\":[],\"prompt_progress\":{\"total\":0,\"processed\":0}}\n\n", "prompt 2/8\n" },
  { "openai/whole-message", OUIOE_DIALECT_OPENAI,
    CHOICE ("\"message\":{\"reasoning_content\":\"a\",\"content\":\"b\"},\"finish_reason\":\"stop\""),
    "0 thinking a\n0 content b\n0 finish stop\n" },
  { "openai/garbled-record-is-skipped", OUIOE_DIALECT_OPENAI,
    "data: {\n\ndata: [5]\n\n" DELTA ("\"content\":\"a\""), "garbled a record that is not JSON\n"
    "garbled a record that is not a JSON object\n0 content a\n" },
  { "openai/members-of-wrong-type-are-ignored", OUIOE_DIALECT_OPENAI,
    "data: {\"choices\":{},\"usage\":[],\"error\":null,\"model\":{}}\n\n"
    "data: {\"choices\":[null,5,{\"delta\":7,\"finish_reason\":3}]}\n\n"
    DELTA ("\"tool_calls\":{},\"content\":{},\"reasoning\":5,\"reasoning_details\":[1],\"function_call\":\"x\""), "" },

  /* format */
  { "auto/white-space-and-mark-before-ollama", OUIOE_DIALECT_AUTO, "\xef\xbb\xbf \r\n\t{\"response\":\"a\"}\n",
    "0 content a\n" },
  { "auto/comment-is-openai", OUIOE_DIALECT_AUTO, ": ping\n\n" DELTA ("\"content\":\"a\""), "0 content a\n" },
  { "auto/mark-before-openai", OUIOE_DIALECT_AUTO, "\xef\xbb\xbf" DELTA ("\"content\":\"a\""), "0 content a\n" },
};

/* ---- inline tags: each text torn into pieces of every size ---- */

typedef struct {
  const char *name;
  const char *text;
  const char *thinking;
  const char *content;
} TagCase;

static const TagCase tag_cases[] = {
  { "plain", "<think>a b</think>c d", "a b", "c d" },
  { "white-space-behind-tags-is-dropped", " \n<think>\n\na\n</think>\n\n c \n", "a\n", "c \n" },
  { "empty-thinking", "<think>\n\n</think>\n\nc", "", "c" },
  { "unclosed", "<think>a</thin", "a</thin", "" },
  { "missing-opener-line-begins", "a\nb\n</think>\n\nc", "a\nb\n", "c" },
  { "missing-opener-line-ends", "a b</think>\nc", "a b", "c" },
  { "missing-opener-at-the-very-end", "a b</think>", "a b", "" },
  { "missing-opener-and-empty", "</think>\n\nc", "", "c" },
  { "mentioned-closing-tag-is-text", "Use `</think>` to close.", "", "Use `</think>` to close." },
  { "mentioned-opening-tag-is-text", "Write <think>x</think> so.", "", "Write <think>x</think> so." },
  { "second-block-is-text", "<think>a</think>b<think>c</think>d", "a", "b<think>c</think>d" },
  { "second-closing-tag-is-text", "a\n</think>\nb\n</think>\nc", "a\n", "b\n</think>\nc" },
  { "other-tags", "<thinking>a</think>b</thinking>c", "a</think>b", "c" },
  { "brackets", "[THINK]a[/THINK]c", "a", "c" },
  { "almost-a-tag", "<thin>a</thin>", "", "<thin>a</thin>" },
  { "half-a-tag", "<thi", "", "<thi" },
  { "only-white-space", " \n ", "", " \n " },
  { "tags-in-a-row", "<think></think></think>a", "", "</think>a" },
  { "angle-brackets-in-thinking", "<think>a<b</b</think>c", "a<b</b", "c" },
  { "thought", "<thought>a</thought>c", "a", "c" },
  { "reasoning", "<reasoning>\na</reasoning>\nc", "a", "c" },
  { "seed", "<seed:think>a</seed:think>c", "a", "c" },
  { "kimi", "◁think▷a◁/think▷c", "a", "c" },
  { "kimi-missing-opener", "a◁/think▷\nc", "a", "c" },
  { "thought-and-solution", "<|begin_of_thought|>a<|end_of_thought|>\n\n<|begin_of_solution|>\nc<|end_of_solution|>\n",
    "a", "c" },
  { "command", "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>c<|END_RESPONSE|>", "a", "c" },
  { "command-without-marks-of-the-answer", "<|START_THINKING|>a<|END_THINKING|>c", "a", "c" },
  { "apertus", "<|inner_prefix|>a<|inner_suffix|>c", "a", "c" },
  { "gemma", "<|channel>thought\na<channel|>c", "a", "c" },
  { "channels", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>c<|return|>", "a", "c" },
  { "channels-with-the-role",
    "<|start|>assistant<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>c", "a", "c" },
  { "channels-without-thinking", "<|channel|>final<|message|>c<|return|> \n", "", "c" },
  { "mark-of-the-end-within-the-answer-is-text", "<|channel|>final<|message|>c<|return|>d", "", "c<|return|>d" },
  { "closing-channel-means-nothing-alone", "c\n<|end|>", "", "c\n<|end|>" },
  { "closing-tag-of-a-mentioned-pair-is-text", "<doc>\n<reasoning>\nx\n</reasoning>\n</doc>", "",
    "<doc>\n<reasoning>\nx\n</reasoning>\n</doc>" },
  { "other-closing-tag-behind-a-mentioned-pair-counts", "x <reasoning>\ny\n</think>\nc", "x <reasoning>\ny\n", "c" },
  { "not-ascii", "<think>Łódź</think>żółć", "Łódź", "żółć" },
};

static void
append_record (GString *out, const char *text, gsize len)
{
  json_t *record = json_pack ("{s:o}", "response", json_stringn_nocheck (text, len));
  g_autofree char *dump = json_dumps (record, JSON_COMPACT);

  g_string_append (out, dump);
  g_string_append_c (out, '\n');
  json_decref (record);
}

static void
test_tags (gconstpointer user_data)
{
  const TagCase *c = user_data;
  glong n_chars = g_utf8_strlen (c->text, -1);

  for (glong size = 1; size <= n_chars; size++)
    {
      g_autoptr(GString) stream = g_string_new (NULL);
      g_autoptr(Collector) split = NULL;
      g_autoptr(Collector) plain = NULL;

      for (glong at = 0; at < n_chars; at += size)
        {
          g_autofree char *piece = g_utf8_substring (c->text, at, MIN (at + size, n_chars));

          append_record (stream, piece, strlen (piece));
        }
      split = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, stream->str, stream->len, 65536);
      g_assert_cmpstr (split->thinking->str, ==, c->thinking);
      g_assert_cmpstr (split->content->str, ==, c->content);

      plain = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_FLAGS_NONE, stream->str, stream->len, 65536);
      g_assert_cmpstr (plain->thinking->str, ==, "");
      g_assert_cmpstr (plain->content->str, ==, c->text);
    }
}

static void
test_tags_are_text_where_the_server_separates (void)
{
  static const char stream[] = "{\"thinking\":\"a\"}\n{\"response\":\"<think>b</think>c\"}\n";
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, stream, strlen (stream),
    65536);

  g_assert_cmpstr (got->thinking->str, ==, "a");
  g_assert_cmpstr (got->content->str, ==, "<think>b</think>c");
}

/* Each mention is looked at once: an answer full of them takes no longer than another. */
static void
test_many_mentioned_tags_are_read_in_time (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GString) stream = g_string_new (NULL);
  g_autoptr(Collector) got = NULL;
  gint64 begin_us;

  while (text->len < 4 * 1024 * 1024)
    g_string_append (text, "x</think>x ");
  append_record (stream, text->str, text->len);

  begin_us = g_get_monotonic_time ();
  got = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, stream->str, stream->len, 65536);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, 20 * G_USEC_PER_SEC);   /* quadratic: minutes */
  g_assert_cmpuint (got->content->len, ==, text->len);
}

static void
test_held_text_comes_before_the_finish (void)
{
  static const char stream[] = "{\"response\":\"a\\n</thi\"}\n{\"done\":true,\"done_reason\":\"stop\"}\n";
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, stream, strlen (stream),
    65536);

  g_assert_cmpstr (got->log->str, ==, "0 content a\n\n0 content </thi\n0 finish stop\n");
}

/* ---- numbers ---- */

static void
test_ollama_counts_and_times (void)
{
  static const char stream[] =
    "{\"created_at\":\"2026-01-02T03:04:05.123456789Z\",\"response\":\"a\"}\n"
    "{\"created_at\":\"2026-01-02T04:04:06.5+01:00\",\"response\":\"\",\"done\":true,\"total_duration\":2000000000,"
    "\"load_duration\":1500,\"prompt_eval_count\":42,\"eval_count\":17,\"eval_duration\":-1}\n";
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpint (got->first_us, ==, G_GINT64_CONSTANT (1767323045123456));
  g_assert_cmpint (got->last_us, ==, G_GINT64_CONSTANT (1767323046500000));
  g_assert_cmpint (got->counts.prompt_tokens, ==, 42);
  g_assert_cmpint (got->counts.completion_tokens, ==, 17);
  g_assert_cmpint (got->counts.thinking_tokens, ==, -1);
  g_assert_cmpint (got->counts.total_us, ==, 2000000);
  g_assert_cmpint (got->counts.load_us, ==, 1);
  g_assert_cmpint (got->counts.prompt_us, ==, -1);
  g_assert_cmpint (got->counts.completion_us, ==, -1);
}

static void
test_openai_counts_come_from_the_last_usage (void)
{
  static const char stream[] =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n"
    "data: {\"choices\":[],\"usage\":null}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":212,"
    "\"completion_tokens_details\":{\"reasoning_tokens\":198}},\"timings\":{\"prompt_ms\":9.198,\"predicted_m"
      "s\":344.633}}\n\n";
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpint (got->counts.prompt_tokens, ==, 6);
  g_assert_cmpint (got->counts.completion_tokens, ==, 212);
  g_assert_cmpint (got->counts.thinking_tokens, ==, 198);
  g_assert_cmpint (got->counts.total_us, ==, -1);
  g_assert_cmpint (got->counts.prompt_us, ==, 9198);
  g_assert_cmpint (got->counts.completion_us, ==, 344633);
  g_assert_cmpint (got->first_us, ==, 0);
}

static void
test_encrypted_thinking_is_counted_not_shown (void)
{
  static const char stream[] =
    DELTA ("\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"zzz\"},{\"type\":\"reasoning.tex"
      "t\",\"text\":\"a\"}]");
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OPENAI, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpuint (got->n_opaque, ==, 1);
  g_assert_cmpstr (got->thinking->str, ==, "a");
}

static void
test_nul_in_text_stays (void)
{
  static const char stream[] = "{\"thinking\":\"a\\u0000b\"}\n";
  g_autoptr(Collector) got = collector_run (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpmem (got->thinking->str, got->thinking->len, "a\0b", 3);
}

static void
test_record_beyond_the_limit_is_skipped (gconstpointer user_data)
{
  const char *format = user_data;
  gboolean ollama = g_str_equal (format, "ollama");
  g_autoptr(GString) stream = g_string_new (ollama ? "{\"response\":\"" : "data: {\"x\":\"");
  g_autoptr(Collector) got = NULL;

  while (stream->len <= OUIOE_DIALECT_MAX_RECORD + 16)
    g_string_append (stream, "0123456789abcdef");
  g_string_append (stream, ollama ? "\"}\n{\"response\":\"b\"}\n" : "\"}\n\n" DELTA ("\"content\":\"b\""));

  got = collector_run (OUIOE_DIALECT_AUTO, OUIOE_DIALECT_SPLIT_TAGS, stream->str, stream->len, 65536);
  g_assert_cmpstr (got->log->str, ==, "garbled a record beyond the limit\n0 content b\n");
}

static void
test_format_words_round_trip (void)
{
  OuioeDialectFormat format;

  for (guint i = OUIOE_DIALECT_AUTO; i <= OUIOE_DIALECT_MCP; i++)
    {
      g_assert_true (ouioe_dialect_format_from_string (ouioe_dialect_format_to_string (i), &format));
      g_assert_cmpuint (format, ==, i);
    }
  g_assert_false (ouioe_dialect_format_from_string ("Ollama", &format));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_cases ("dialect", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS);
  for (guint i = 0; i < G_N_ELEMENTS (tag_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tags/", tag_cases[i].name, NULL);

      g_test_add_data_func (path, &tag_cases[i], test_tags);
    }
  g_test_add_func ("/tags/are-text-where-the-server-separates", test_tags_are_text_where_the_server_separates);
  g_test_add_func ("/tags/many-mentioned-tags-are-read-in-time", test_many_mentioned_tags_are_read_in_time);
  g_test_add_func ("/tags/held-text-comes-before-the-finish", test_held_text_comes_before_the_finish);
  g_test_add_func ("/dialect/ollama/counts-and-times", test_ollama_counts_and_times);
  g_test_add_func ("/dialect/openai/counts-come-from-the-last-usage", test_openai_counts_come_from_the_last_usage);
  g_test_add_func ("/dialect/openai/encrypted-thinking-is-counted-not-shown",
    test_encrypted_thinking_is_counted_not_shown);
  g_test_add_func ("/dialect/nul-in-text-stays", test_nul_in_text_stays);
  g_test_add_data_func ("/dialect/ollama/record-beyond-the-limit-is-skipped", "ollama",
    test_record_beyond_the_limit_is_skipped);
  g_test_add_data_func ("/dialect/openai/record-beyond-the-limit-is-skipped", "openai",
    test_record_beyond_the_limit_is_skipped);
  g_test_add_func ("/dialect/format-words-round-trip", test_format_words_round_trip);
  return g_test_run ();
}
