/* test-anthropic.c - events of the Messages API
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "collector.h"

#define EVENT(type, members) "event: " type "\ndata: {'type':'" type "'" members "}   \n\n"
#define BLOCK(members) EVENT ("content_block_start", ",'index':0,'content_block':{" members "}")
#define DELTA(members) EVENT ("content_block_delta", ",'index':0,'delta':{" members "}")
#define STOP           EVENT ("content_block_stop", ",'index':0")
#define ANTHROPIC      OUIOE_DIALECT_ANTHROPIC

static const CollectorCase cases[] = {
  { "names", ANTHROPIC, EVENT ("message_start", ",'message':{'id':'i','model':'m'}"), "model m\nid i\n" },
  { "thinking-then-text", ANTHROPIC,
    BLOCK ("'type':'thinking','thinking':'','signature':''") EVENT ("ping", "")
        DELTA ("'type':'thinking_delta','thinking':'a'")
    DELTA ("'type':'thinking_delta','thinking':''") DELTA ("'type':'signature_delta','signature':'s'") STOP
    BLOCK ("'type':'text','text':''") DELTA ("'type':'text_delta','text':'b'")
    DELTA ("'type':'citations_delta','citation':{'cited_text':'x'}") STOP,
    "0 part thinking\n0 thinking a\n0 part text\n0 content b\n" },
  { "text-a-block-begins-with-counts", ANTHROPIC,
    BLOCK ("'type':'thinking','thinking':'a','signature':'s'") STOP BLOCK ("'type':'text','text':'b'")
    DELTA ("'type':'text_delta','text':'c'") STOP,
    "0 part thinking\n0 thinking a\n0 part text\n0 content b\n0 content c\n" },
  { "redacted-thinking-is-opaque", ANTHROPIC, BLOCK ("'type':'redacted_thinking','data':'zz'") STOP,
    "0 part redacted_thinking\n0 opaque redacted_thinking\n" },
  { "signature-without-thinking-is-opaque", ANTHROPIC,
    BLOCK ("'type':'thinking','thinking':'','signature':''") DELTA ("'type':'signature_delta','signature':'s'") STOP,
    "0 part thinking\n0 opaque thinking\n" },
  { "signature-only-block-without-its-stop-is-opaque", ANTHROPIC,
    BLOCK ("'type':'thinking','thinking':'','signature':'s'") BLOCK ("'type':'text','text':'b'"),
    "0 part thinking\n0 opaque thinking\n0 part text\n0 content b\n" },
  { "thinking-that-broke-off-is-not-opaque", ANTHROPIC, BLOCK ("'type':'thinking','thinking':'','signature':''"),
    "0 part thinking\n" },
  { "tools-of-client-and-server-are-calls", ANTHROPIC,
    BLOCK ("'type':'tool_use','id':'i','name':'f','input':{}") STOP
    BLOCK ("'type':'server_tool_use','id':'j','name':'web_search','input':{}") STOP
    BLOCK ("'type':'web_search_tool_result','tool_use_id':'j','content':[]") STOP
    BLOCK ("'type':'mcp_tool_use','id':'k','name':'g','input':{}") STOP,
    "0 call f i\n0 call web_search j\n0 part web_search_tool_result\n0 call g k\n" },
  { "end", ANTHROPIC,
    EVENT ("message_delta", ",'delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':3}") EVENT ("message_stop", ""),
    "0 finish end_turn\n" },
  { "end-without-a-reason", ANTHROPIC, EVENT ("message_stop", ""), "0 finish -\n" },
  { "refusal-and-its-explanation", ANTHROPIC,
    EVENT ("message_delta", ",'delta':{'stop_reason':'refusal','stop_details':{'type':'refusal','explanation':'no'}}"),
    "0 refusal no\n0 finish refusal\n" },
  { "refusal-without-explanation", ANTHROPIC,
    EVENT ("message_delta", ",'delta':{'stop_reason':'refusal','stop_details':{'explanation':null}}"), "0 finish refusal\n" },
  { "error", ANTHROPIC, EVENT ("error", ",'error':{'type':'overloaded_error','message':'Overloaded'}"),
    "error Overloaded\n" },
  { "error-without-an-object", ANTHROPIC, "event: error\ndata: {'message':'m'}\n\n", "error m\n" },
  { "nothing-counts-behind-the-stop", ANTHROPIC, EVENT ("message_stop", "") BLOCK ("'type':'text','text':'b'"),
    "0 finish -\n" },
  { "inline-tags-are-split", ANTHROPIC,
    BLOCK ("'type':'text','text':''") DELTA ("'type':'text_delta','text':'<thi'")
    DELTA ("'type':'text_delta','text':'nk>a</think>b'"),
    "0 part text\n0 thinking a\n0 content b\n" },
  { "what-is-held-back-comes-before-the-next-block", ANTHROPIC,
    BLOCK ("'type':'text','text':'a <'") BLOCK ("'type':'tool_use','name':'f'"),
    "0 part text\n0 content a \n0 content <\n0 call f -\n" },
  { "members-of-wrong-type-are-ignored", ANTHROPIC,
    BLOCK ("'type':5") EVENT ("content_block_delta", "") DELTA ("'type':'text_delta','text':{}") STOP
    EVENT ("message_start", ",'message':3") EVENT ("message_delta", ",'delta':[],'usage':1") EVENT ("unheard_of", ""), "" },
};

static Collector *
run (const char *quoted)
{
  g_autofree char *stream = collector_unquote (quoted);

  return collector_run (ANTHROPIC, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);
}

static void
test_arguments_come_from_pieces_or_from_the_start (void)
{
  g_autoptr(Collector) got = run (
    BLOCK ("'type':'tool_use','name':'f','input':{'no':1}") DELTA ("'type':'input_json_delta','partial_json':''")
    DELTA ("'type':'input_json_delta','partial_json':'12'") DELTA ("'type':'input_json_delta','partial_json':'34'") STOP
    BLOCK ("'type':'tool_use','name':'g','input':{'yes':2}") STOP BLOCK ("'type':'tool_use','name':'h','input':{}") STOP);

  g_assert_cmpstr (got->arguments->str, ==, "1234{\"yes\":2}");
  g_assert_cmpuint (got->n_tool_calls, ==, 3);
}

static void
test_counts_come_from_the_end (void)
{
  g_autoptr(Collector) got = run (
    EVENT ("message_start", ",'message':{'usage':{'input_tokens':5,'cache_read_input_tokens':100,'output_tokens':1}}")
    EVENT ("message_delta", ",'delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':40,"
        "'output_tokens_details':{'thinking_tokens':30}}"));

  g_assert_cmpint (got->counts.prompt_tokens, ==, 105);   /* told at the beginning only */
  g_assert_cmpint (got->counts.completion_tokens, ==, 40);
  g_assert_cmpint (got->counts.thinking_tokens, ==, 30);
  g_assert_false (got->terminated);
}

static void
test_beginning_tells_no_count_of_output (void)
{
  g_autoptr(Collector) got = run (EVENT ("message_start", ",'message':{'usage':{'input_tokens':5,'output_tokens':1}}"));

  g_assert_cmpint (got->counts.prompt_tokens, ==, 5);
  g_assert_cmpint (got->counts.completion_tokens, ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_quoted_cases ("anthropic", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS);
  g_test_add_func ("/anthropic/arguments-come-from-pieces-or-from-the-start",
      test_arguments_come_from_pieces_or_from_the_start);
  g_test_add_func ("/anthropic/counts-come-from-the-end", test_counts_come_from_the_end);
  g_test_add_func ("/anthropic/beginning-tells-no-count-of-output", test_beginning_tells_no_count_of_output);
  return g_test_run ();
}
