/* test-whole.c - answers that were not streamed: one document of any layout, the same as the stream of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "collector.h"
#include "ouioe-json-reader.h"

#define AUTO OUIOE_DIALECT_AUTO

static const CollectorCase cases[] = {
  { "ollama-chat", AUTO, "{'model':'m','message':{'thinking':'a','content':'b'},'done':true,'done_reason':'stop'}",
    "model m\n0 thinking a\n0 content b\n0 finish stop\n" },
  { "ollama-error", AUTO, "{'error':'model not found'}", "error model not found\n" },
  { "openai-chat", AUTO,
    "{'id':'i','model':'m','choices':[{'index':0,'message':{'reasoning_content':'a','content':'b','refusal':null},"
    "'finish_reason':'stop'},"
    "{'index':1,'message':{'content':'c'},'finish_reason':'length'}]}",
    "model m\nid i\n0 thinking a\n0 content b\n0 finish stop\n1 content c\n1 finish length\n" },
  { "openai-inline-tags", AUTO, "{'choices':[{'message':{'content':'<think>a</think>b'}}]}", "0 thinking a\n0 content b\n" },
  { "openai-error", AUTO, "{'error':{'message':'no such model','code':404}}", "error no such model\n" },
  { "openai-probabilities", AUTO,
    "{'choices':[{'message':{'content':'b'},'logprobs':{'content':[{'token':'b','logprob':-1}]}}]}",
    "0 token of content: b -1.00\n0 content b\n" },
  { "responses", AUTO,
    "{'object':'response','id':'i','model':'m','status':'completed','output':[{'type':'reasoning','summary':"
    "[{'type':'summary_text','text':'a'},{'type':'summary_text','text':'b'}]},{'type':'reasoning','summary':[],"
    "'encrypted_content':'z'},"
    "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},"
    "{'type':'message','content':[{'type':'output_text','text':'d'}]}]}",
    "model m\nid i\n0 part reasoning\n0 thinking a\n0 part summary_text\n0 thinking b\n0 part reasoning\n0 opaque reasoning\n"
    "0 call f c\n0 part message\n0 content d\n0 finish response.completed\n" },
  { "responses-incomplete", AUTO, "{'object':'response','status':'incomplete',"
    "'incomplete_details':{'reason':'content_filter'}}",
    "0 finish content_filter\n" },
  { "responses-in-the-background", AUTO, "{'object':'response','id':'i','status':'queued','output':[]}", "id i\n" },
  { "anthropic", AUTO,
    "{'type':'message','id':'i','model':'m','role':'assistant','content':[{'type':'thinking','thinking':'a','signature':'s'},"
    "{'type':'redacted_thinking','data':'z'},{'type':'text','text':'b'},{'type':'tool_use','id':'t','name':'f','input':{}}],"
    "'stop_reason':'tool_use'}",
    "model m\nid i\n0 part thinking\n0 thinking a\n0 part redacted_thinking\n0"
    " opaque redacted_thinking\n0 part text\n0 content b\n"
    "0 call f t\n0 finish tool_use\n" },
  { "anthropic-error", AUTO, "{'type':'error','error':{'type':'not_found_error','message':'m'}}", "error m\n" },
  { "mcp", AUTO, "{'jsonrpc':'2.0','id':1,'result':{}}", "0 finish -\n" },
  { "array-of-anything-is-garbled", AUTO, "[1]", "garbled a record that is not a JSON object\n" },
  { "page-is-garbled", AUTO, "<html>{}</html>\n", "garbled a record that is not JSON\n" },
  { "what-breaks-off-is-garbled", AUTO, "{'choices':[{'message':", "garbled a record that is not JSON\n" },
  { "nothing-is-nothing", AUTO, " \r\n", "" },
};

static void
test_terminated_when_read (void)
{
  static const struct { const char *text; gboolean terminated; } rows[] = {
    { "{'choices':[{'message':{'content':'a'}}]}", TRUE }, { "{'error':{'message':'m'}}", FALSE },
    { "{'object':'response','status':'completed'}", TRUE }, { "{'object':'response','status':'in_progress'}", FALSE },
    { "{'type':'message','role':'assistant','content':[]}", TRUE }, { "{'response':'a','done':true}", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = collector_unquote (rows[i].text);
      g_autoptr(Collector) got = collector_run (AUTO, OUIOE_DIALECT_WHOLE, text, strlen (text), 3);

      g_assert_cmpint (got->terminated, ==, rows[i].terminated);
    }
}

static void
test_document_beyond_the_limit_is_skipped (void)
{
  g_autoptr(GString) text = g_string_new ("{\"choices\":[{\"message\":{\"content\":\"");
  g_autoptr(Collector) got = NULL;

  while (text->len <= OUIOE_DIALECT_MAX_RECORD)
    g_string_append (text, "0123456789abcdef");
  g_string_append (text, "\"}}]}\n{\"choices\":[{\"message\":{\"content\":\"a\"}}]}");
  got = collector_run (AUTO, OUIOE_DIALECT_WHOLE, text->str, text->len, 65536);
  g_assert_cmpstr (got->log->str, ==, "garbled a record beyond the limit\n0 content a\n");
}

/* ---- the reader of documents ---- */

static void
on_document (const char *text, gsize len, gboolean too_long, gpointer user_data)
{
  g_assert_cmpint (text[len], ==, '\0');
  g_string_append_printf (user_data, "<%s%s>", text, too_long ? "+" : "");
}

static void
test_documents_are_told_apart (void)
{
  static const struct { const char *bytes; const char *expected; } rows[] = {
    { "{\"a\":1}[2]\n{}", "<{\"a\":1}><[2]><{}>" },
    { "{\"}\":\"\\\"}\",\"b\":[{}]}", "<{\"}\":\"\\\"}\",\"b\":[{}]}>" },
    { " \n{\n \"a\":\n1}\n", "<{\n \"a\":\n1}>" },
    { "\xef\xbb\xbf{}", "<{}>" }, { "\xef\xbb{}\n{}", "<\xef\xbf\xbd{}><{}>" }, { "{}\xef\xbb\xbf\n{}",
      "<{}><\xef\xbb\xbf><{}>" },
    { "{\"\xff\"}", "<{\"\xef\xbf\xbd\"}>" },
    { "not json {}\r\n{}", "<not json {}><{}>" }, { "12", "<12>" }, { "}{}\n", "<}{}>" },
    { "{\"a\":", "<{\"a\":>" }, { "[\"\\", "<[\"\\>" }, { "", "" }, { "[01234567890123456789]{}", "<[012345678901234+><{}>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize chunk = 1; chunk < 32; chunk++)
      {
        g_autoptr(GString) log = g_string_new (NULL);
        g_autoptr(OuioeJsonReader) reader = ouioe_json_reader_new (i == G_N_ELEMENTS (rows) - 1 ? 16 : 1024, on_document,
            log);
        gsize len = strlen (rows[i].bytes);

        for (gsize at = 0; at < len; at += chunk)
          ouioe_json_reader_feed (reader, rows[i].bytes + at, MIN (chunk, len - at));
        ouioe_json_reader_end (reader);
        g_assert_cmpstr (log->str, ==, rows[i].expected);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_quoted_cases ("whole", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS | OUIOE_DIALECT_WHOLE);
  g_test_add_func ("/whole/terminated-when-read", test_terminated_when_read);
  g_test_add_func ("/whole/document-beyond-the-limit-is-skipped", test_document_beyond_the_limit_is_skipped);
  g_test_add_func ("/documents/are-told-apart", test_documents_are_told_apart);
  return g_test_run ();
}
