/* test-responses.c - events of the Responses API: each text counts once, whichever copies of it come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "collector.h"

#define EVENT(type, members) "event: response." type "\ndata: {'type':'response." type "'," members "}\n\n"
#define ITEM(what, index, members) EVENT ("output_item." what, "'output_index':" index ",'item':{" members "}")
#define ANSWER(text) EVENT ("output_text.delta", "'output_index':0,'content_index':0,'delta':'" text "'")
#define RESPONSES OUIOE_DIALECT_RESPONSES

static const CollectorCase cases[] = {
  { "names-are-told-once", RESPONSES,
    EVENT ("created", "'response':{'id':'r1','model':'m'}") EVENT ("in_progress", "'response':{'id':'r1','model':'m'}"),
    "model m\nid r1\n" },
  { "each-summary-part-is-a-part", RESPONSES,
    ITEM ("added", "0", "'type':'reasoning','id':'i'")
    EVENT ("reasoning_summary_part.added", "'output_index':0,'summary_index':0,'part':{'type':'summary_text','text':''}")
    EVENT ("reasoning_summary_text.delta", "'output_index':0,'summary_index':0,'delta':'a'")
    EVENT ("reasoning_summary_text.delta", "'output_index':0,'summary_index':0,'delta':'b'")
    EVENT ("reasoning_summary_part.added", "'output_index':0,'summary_index':1,'part':{'type':'summary_text','text':''}")
    EVENT ("reasoning_summary_text.delta", "'output_index':0,'summary_index':1,'delta':'c'"),
    "0 part reasoning\n0 thinking a\n0 thinking b\n0 part summary_text\n0 thinking c\n" },
  { "parts-that-nobody-announced-are-parts", RESPONSES,
    EVENT ("reasoning_text.delta", "'item_id':'x','content_index':0,'delta':'a'")
    EVENT ("reasoning_text.delta", "'item_id':'x','content_index':1,'delta':'b'") ANSWER ("c"),
    "0 part reasoning_text\n0 thinking a\n0 part reasoning_text\n0 thinking b\n0 part output_text\n0 content c\n" },
  { "copies-behind-the-pieces-count-no-more", RESPONSES,
    ITEM ("added", "0", "'type':'message'") ANSWER ("a") ANSWER ("b")
    EVENT ("output_text.done", "'output_index':0,'content_index':0,'text':'ab'")
    EVENT ("content_part.done", "'output_index':0,'part':{'type':'output_text','text':'ab'}")
    ITEM ("done", "0", "'type':'message','content':[{'type':'output_text','text':'ab'}]")
    EVENT ("completed", "'response':{'output':[{'type':'message','content':[{'type':'output_text','text':'ab'}]}]}"),
    "0 part message\n0 content a\n0 content b\n0 finish response.completed\n" },
  { "text-that-comes-only-when-done-counts", RESPONSES,
    EVENT ("output_text.done", "'output_index':0,'text':'a'")
    ITEM ("done", "0", "'type':'message','content':[{'type':'output_text','text':'a'}]"),
    "0 part output_text\n0 content a\n" },
  { "text-that-comes-only-in-its-item-counts", RESPONSES,
    ITEM ("done", "0", "'type':'reasoning','summary':[{'type':'summary_text','text':'t'}]")
    ITEM ("done", "1", "'type':'message','content':[{'type':'output_text','text':'a'},{'type':'refusal','refusal':'r'}]"),
    "0 part summary_text\n0 thinking t\n0 part output_text\n0 content a\n0 part refusal\n0 refusal r\n" },
  { "text-that-comes-only-in-the-response-counts", RESPONSES,
    EVENT ("completed", "'response':{'output':[{'type':'message','content':[{'type':'output_text','text':'a'}]}]}"),
    "0 part output_text\n0 content a\n0 finish response.completed\n" },
  { "items-whose-ids-change-are-one", RESPONSES,
    EVENT ("output_text.delta", "'output_index':0,'item_id':'x','delta':'a'")
    EVENT ("output_text.done", "'output_index':0,'item_id':'y','text':'a'")
    ITEM ("done", "0", "'id':'z','type':'message','content':[{'type':'output_text','text':'a'}]"),
    "0 part output_text\n0 content a\n" },
  { "response-repeats-nothing-where-items-have-no-index", RESPONSES,
    EVENT ("output_text.delta", "'item_id':'x','delta':'a'")
    EVENT ("completed", "'response':{'output':[{'id':'x','type':'message','content':[{'type':'output_text','text':'a'}]}]}"),
    "0 part output_text\n0 content a\n0 finish response.completed\n" },
  { "call-and-its-arguments-count-once", RESPONSES,
    ITEM ("added", "0", "'type':'function_call','id':'i','call_id':'c','name':'f','arguments':''")
    EVENT ("function_call_arguments.delta", "'output_index':0,'delta':'{}'")
    EVENT ("function_call_arguments.done", "'output_index':0,'arguments':'{}'")
    ITEM ("done", "0", "'type':'function_call','id':'i','call_id':'c','name':'f','arguments':'{}'"),
    "0 call f c\n" },
  { "tools-of-the-server-are-calls", RESPONSES,
    ITEM ("added", "0", "'type':'web_search_call','id':'w'") ITEM ("added", "1", "'type':'mcp_call','id':'p','name':'g'")
    ITEM ("added", "2", "'type':'mcp_list_tools','id':'l'"),
    "0 call web_search w\n0 call g p\n0 part mcp_list_tools\n" },
  { "encrypted-reasoning-without-text-is-opaque", RESPONSES,
    ITEM ("done", "0", "'type':'reasoning','summary':[],'encrypted_content':'zz'")
    EVENT ("completed", "'response':{'output':[{'type':'reasoning','encrypted_content':'zz'}]}"),
    "0 opaque reasoning\n0 finish response.completed\n" },
  { "encrypted-reasoning-with-a-summary-is-not", RESPONSES,
    EVENT ("reasoning_summary_text.delta", "'output_index':0,'delta':'t'")
    ITEM ("done", "0", "'type':'reasoning','summary':[{'type':'summary_text','text':'t'}],'encrypted_content':'zz'"),
    "0 part summary_text\n0 thinking t\n" },
  { "empty-reasoning-is-nothing", RESPONSES, ITEM ("done", "0", "'type':'reasoning','summary':[]"), "" },
  { "refusal-is-no-content", RESPONSES, EVENT ("refusal.delta", "'output_index':0,'delta':'no'")
    EVENT ("refusal.done", "'output_index':0,'refusal':'no'"), "0 part refusal\n0 refusal no\n" },
  { "incomplete-tells-why", RESPONSES,
    EVENT ("incomplete", "'response':{'incomplete_details':{'reason':'max_output_tokens'}}"),
        "0 finish max_output_tokens\n" },
  { "incomplete-without-reason", RESPONSES, EVENT ("incomplete", "'response':{'incomplete_details':null}"),
    "0 finish response.incomplete\n" },
  { "failed-tells-its-error", RESPONSES, EVENT ("failed", "'response':{'error':{'code':'x','message':'broken'}}"),
    "error broken\n0 finish response.failed\n" },
  { "error-event", RESPONSES, "event: error\ndata: {'type':'error','code':'c','message':'m','sequence_number':1}\n\n",
    "error m\n" },
  { "error-within-error-event", RESPONSES, "data: {'type':'error','error':{'message':'m'}}\n\n", "error m\n" },
  { "nothing-counts-behind-the-end", RESPONSES, EVENT ("completed", "'response':{}") ANSWER ("a") "data: [DONE]\n\n",
    "0 finish response.completed\n" },
  { "probabilities-stand-before-their-text", RESPONSES,
    EVENT ("output_text.delta", "'output_index':0,'delta':'a','logprobs':[{'token':'a','logprob':-0.5,"
           "'top_logprobs':[{'token':'a','logprob':-0.5},{'token':'b','logprob':-1}]}]"),
    "0 part output_text\n0 token of content: a -0.50 | b -1.00\n0 content a\n" },
  { "type-of-the-event-stands-in-where-data-has-none", RESPONSES,
    "event: response.output_text.delta\ndata: {'output_index':0,'delta':'a'}\n\n", "0 part output_text\n0 content a\n" },
  { "members-of-wrong-type-are-ignored", RESPONSES,
    EVENT ("output_text.delta", "'output_index':'x','delta':5") ITEM ("added", "0", "'type':7") ITEM ("done", "0",
        "'type':[]")
    EVENT ("content_part.added", "'part':3") EVENT ("created", "'response':[]") EVENT ("unheard.of", "'delta':'a'")
    "data: {'type':5,'error':null}\n\n", "" },
};

static void
test_counts (void)
{
  g_autofree char *stream = collector_unquote (EVENT ("completed", "'response':{'usage':{'input_tokens':7,'output_tokens':9,"
                                                      "'output_tokens_details':{'reasoning_tokens':4}}}"));
  g_autoptr(Collector) got = collector_run (RESPONSES, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpint (got->counts.prompt_tokens, ==, 7);
  g_assert_cmpint (got->counts.completion_tokens, ==, 9);
  g_assert_cmpint (got->counts.thinking_tokens, ==, 4);
  g_assert_cmpint (got->counts.total_us, ==, -1);
  g_assert_true (got->terminated);
}

static void
test_arguments_come_from_pieces_or_from_the_whole (void)
{
  g_autofree char *stream = collector_unquote (
    ITEM ("added", "0", "'type':'function_call','name':'f'") EVENT ("function_call_arguments.delta",
        "'output_index':0,'delta':'12'")
    EVENT ("function_call_arguments.delta", "'output_index':0,'delta':'34'") ITEM ("done", "0",
        "'type':'function_call','arguments':'1234'")
    ITEM ("done", "1", "'type':'custom_tool_call','name':'g','input':'56'")
    ITEM ("done", "2", "'type':'web_search_call','action':{'query':'q'}"));
  g_autoptr(Collector) got = collector_run (RESPONSES, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

  g_assert_cmpstr (got->arguments->str, ==, "123456{\"query\":\"q\"}");
  g_assert_cmpuint (got->n_tool_calls, ==, 3);
}

/* Of more items than are told apart the pieces still count, and no copies. */
static void
test_many_items_are_bounded (void)
{
  g_autoptr(GString) stream = g_string_new (NULL);
  g_autoptr(Collector) got = NULL;

  for (guint i = 0; i < 5000; i++)
    {
      g_string_append_printf (stream, "data: {\"type\":\"response.output_text.delta\",\"output_index\":%u,"
          "\"delta\":\"a\"}\n\n", i);
      g_string_append_printf (stream, "data: {\"type\":\"response.output_text.done\",\"output_index\":%u,"
          "\"text\":\"a\"}\n\n", i);
    }
  got = collector_run (RESPONSES, OUIOE_DIALECT_FLAGS_NONE, stream->str, stream->len, 65536);
  g_assert_cmpuint (got->n_content, ==, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_quoted_cases ("responses", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS);
  g_test_add_func ("/responses/counts", test_counts);
  g_test_add_func ("/responses/arguments-come-from-pieces-or-from-the-whole",
      test_arguments_come_from_pieces_or_from_the_whole);
  g_test_add_func ("/responses/many-items-are-bounded", test_many_items_are_bounded);
  return g_test_run ();
}
