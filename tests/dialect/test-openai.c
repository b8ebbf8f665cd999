/* test-openai.c - what OpenAI-style servers send beside texts: probabilities, refusals, counts in odd places; and whose it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "collector.h"

#define DATA(members)   "data: {" members "}\n\n"
#define CHOICE(members) DATA ("'choices':[{'index':0," members "}]")
#define DELTA(members)  CHOICE ("'delta':{" members "}")
#define OPENAI OUIOE_DIALECT_OPENAI
#define AUTO   OUIOE_DIALECT_AUTO

static const CollectorCase cases[] = {
  { "id-and-model-are-told-once", OPENAI, DATA ("'id':'','model':''") DATA ("'id':'x','model':'m'")
    DATA ("'id':'y','model':'n'"),
    "model m\nid x\n" },
  { "refusal", OPENAI, DELTA ("'refusal':'no'") DELTA ("'content':[{'type':'refusal','refusal':'way'}]"),
    "0 refusal no\n0 refusal way\n" },
  { "thinking-under-other-names", OPENAI, DELTA ("'reasoning_text':'a'") DELTA ("'thinking':'b'"),
    "0 thinking a\n0 thinking b\n" },
  { "summary-as-a-part", OPENAI, DELTA ("'content':[{'type':'reasoning','summary':[{'type':'summary_text','text':'a'}]},"
    "{'type':'text','text':'b'}]"), "0 thinking a\n0 content b\n" },
  { "encrypted-detail-is-opaque", OPENAI, DELTA ("'reasoning_details':[{'type':'reasoning.encrypted','data':'z'}]"),
    "0 opaque reasoning.encrypted\n" },
  { "completions", OPENAI, CHOICE ("'text':'a'") CHOICE ("'text':'','finish_reason':'length'"),
    "0 content a\n0 finish length\n" },
  { "custom-tool", OPENAI, DELTA ("'tool_calls':[{'index':0,'id':'c','type':'custom','custom':{'name':'f','input':'x'}}]"),
    "0 call f c\n" },
  { "prompt-progress-with-cache-and-time", OPENAI,
    DATA ("'choices':[],'prompt_progress':{'total':8,'cache':2,'processed':4,'time_ms':1500}"),
        "prompt 4/8 cached 2 after 1500000 us\n" },
  { "error-object-of-old", OPENAI, DATA ("'object':'error','message':'m','code':400"), "error m\n" },
  { "error-then-done", OPENAI, DELTA ("'content':'a'") DATA ("'error':{'message':'m'}") "data: [DONE]\n\n",
    "0 content a\nerror m\n" },
  { "list-is-nobodys-answer", OPENAI, DATA ("'object':'list','model':'m','data':[{'object':'embedding','embedding':[1]}]"),
    "" },
  { "completion-of-llamacpp", OPENAI,
    DATA ("'content':'a','stop':false") DATA ("'content':'','stop':true,'stop_type':'eos'")
        DATA ("'content':'b','stop':false"),
    "0 content a\n0 finish eos\n" },
  { "what-is-held-back-comes-before-a-call", OPENAI,
    DELTA ("'content':'a <'") DELTA ("'tool_calls':[{'index':0,'id':'c','function':{'name':'f'}}]"),
    "0 content a \n0 content <\n0 call f c\n" },

  /* probabilities */
  { "tokens-of-content", OPENAI,
    CHOICE ("'delta':{'content':'a'},'logprobs':{'content':[{'token':'a','logprob':-0.5,'top_logprobs':[{'token':'a',"
        "'logprob':-0.5},"
            "{'token':'b','logprob':-1.25},{'token':'','logprob':-2},{'token':'c','logprob':null}]}]}"),
    "0 token of content: a -0.50 | b -1.25\n0 content a\n" },
  { "tokens-of-thinking", OPENAI,
    CHOICE ("'delta':{'reasoning_content':'a'},'logprobs':{'content':[{'token':'a','logprob':-0.5}]}"),
    "0 token of thinking: a -0.50\n0 thinking a\n" },
  { "tokens-in-a-list-of-their-own", OPENAI,
    CHOICE ("'delta':{'reasoning_content':'a','content':'b'},'logprobs':{'reasoning_content':[{'token':'a','logprob':-1}],"
            "'content':[{'token':'b','logprob':-2}]}"),
    "0 token of thinking: a -1.00\n0 token of content: b -2.00\n0 thinking a\n0 content b\n" },
  { "tokens-of-both-in-one-list-belong-to-nothing", OPENAI,
    CHOICE ("'delta':{'reasoning_content':'a','content':'b'},'logprobs':{'content':[{'token':'a','logprob':-1}]}"),
    "0 thinking a\n0 content b\n" },
  { "tokens-between-inline-tags-are-of-thinking", OPENAI,
    CHOICE ("'delta':{'content':'<think>'},'logprobs':{'content':[{'token':'<think>','logprob':-1}]}")
    CHOICE ("'delta':{'content':'a'},'logprobs':{'content':[{'token':'a','logprob':-2}]}")
    CHOICE ("'delta':{'content':'</think>'},'logprobs':{'content':[{'token':'</think>\\n','logprob':-3}]}")
    CHOICE ("'delta':{'content':'b'},'logprobs':{'content':[{'token':'b','logprob':-4}]}"),
    "0 token of thinking: a -2.00\n0 thinking a\n0 token of content: b -4.00\n0 content b\n" },
  { "tokens-of-completions", OPENAI,
    CHOICE ("'text':'ab','logprobs':{'tokens':['a','b','c'],'token_logprobs':[null,-0.5],'top_logprobs':[null,{'b':-0.5,"
        "'d':-1}]}"),
    "0 token of content: b -0.50 | d -1.00\n0 content ab\n" },
  { "tokens-of-llamacpp", OPENAI,
    DATA ("'content':'a','stop':false,'completion_probabilities':[{'token':'a','logprob':-0.5,"
        "'top_logprobs':[{'token':'b','logprob':-1}]}]"),
    "0 token of content: a -0.50 | b -1.00\n0 content a\n" },
  { "tokens-of-llamacpp-drawn", OPENAI,
    DATA ("'content':'a','stop':false,'completion_probabilities':[{'token':'a','prob':1,'top_probs':[{'token':'b',"
        "'prob':0}]}]"),
    "0 token of content: a 0.00\n0 content a\n" },
  { "tokens-of-llamacpp-of-old", OPENAI,
    DATA ("'content':'a','stop':false,'completion_probabilities':[{'content':'a','probs':[{'tok_str':'b','prob':1},"
        "{'tok_str':'a','prob':1}]}]"),
    "0 token of content: a 0.00 | b 0.00\n0 content a\n" },
  { "rounding-above-0-is-0", OPENAI, CHOICE ("'text':'a','logprobs':{'content':[{'token':'a','logprob':0.00001}]}"),
    "0 token of content: a 0.00\n0 content a\n" },
  { "what-is-no-probability-is-ignored", OPENAI,
    CHOICE ("'text':'a','logprobs':{'content':[{'token':'a','logprob':2},{'token':5,'logprob':-1},{'logprob':-1},7,"
        "{'token':'a','prob':3}]}"),
    "0 content a\n" },

  /* whose it is */
  { "auto/openai", AUTO, DATA ("'object':'chat.completion.chunk'") DELTA ("'content':'a'"), "0 content a\n" },
  { "auto/responses-by-event", AUTO, "event: response.created\ndata: {'response':{'id':'r'}}\n\n", "id r\n" },
  { "auto/responses-by-member", AUTO, DATA ("'type':'response.created','response':{'id':'r'}"), "id r\n" },
  { "auto/responses-by-error", AUTO, DATA ("'type':'error','message':'m','sequence_number':0"), "error m\n" },
  { "auto/anthropic-by-event", AUTO, "event: message_start\ndata: {'message':{'id':'i'}}\n\n", "id i\n" },
  { "auto/anthropic-by-ping", AUTO, DATA ("'type':'ping'") DATA ("'type':'message_start','message':{'id':'i'}"), "id i\n" },
  { "auto/anthropic-by-error", AUTO, "event: error\n" DATA ("'type':'error','error':{'message':'m'}"), "error m\n" },
  { "auto/mcp-behind-an-empty-event", AUTO, "id: 1\ndata:\n\n" DATA ("'jsonrpc':'2.0','id':1,'result':{}"), "0 finish -\n" },
  { "auto/nothing-held-back-is-lost", AUTO, DATA ("'model':'m'") DATA ("'x':1") DELTA ("'content':'a'"),
    "model m\n0 content a\n" },
  { "auto/nothing-held-back-is-lost-at-the-end", AUTO, DATA ("'model':'m'"), "model m\n" },
  { "auto/error-field-settles-it", AUTO, DATA ("'model':'m'") "error: x\n\n", "model m\nerror x\n" },
  { "auto/document-in-one-line", AUTO, "{'type':'message','role':'assistant','content':[{'type':'text','text':'a'}]}\n",
    "0 part text\n0 content a\n0 finish -\n" },
  { "auto/document-laid-out", AUTO, "{ \r\n  'choices': [\n {'message': {'content': 'a'}}\n]}", "0 content a\n" },
  { "auto/batch", AUTO, "[{'jsonrpc':'2.0','id':1,'result':{}}]", "0 finish -\n" },
  { "auto/damaged-first-line-is-ollama", AUTO, "{'response':\n{'response':'a'}\n",
    "garbled a record that is not JSON\n0 content a\n" },
};

typedef struct {
  const char        *stream;
  OuioeDialectUsage  counts;
} CountCase;

static const CountCase count_cases[] = {
  { CHOICE ("'delta':{},'usage':{'prompt_tokens':3,'completion_tokens':4}"), { 3, 4, -1, -1, -1, -1, -1, NULL } },
  { DATA ("'x_groq':{'usage':{'prompt_tokens':3,'total_time':0.5,'prompt_time':0.1,'completion_time':0.4}}"),
    { 3, -1, -1, 500000, -1, 100000, 400000, NULL } },
  { CHOICE ("'delta':{}") DATA ("'choices':[],'timings':{'cache_n':5,'prompt_n':2,'predicted_n':4,'prompt_ms':1.5,"
    "'predicted_ms':2}"),
    { 7, 4, -1, -1, -1, 1500, 2000, NULL } },
  { DATA ("'choices':[],'usage':{'prompt_tokens':-1,'completion_tokens':'x','total_time':-3}"), { -1, -1, -1, -1, -1, -1,
    -1, NULL } },
};

static void
test_counts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (count_cases); i++)
    {
      g_autofree char *stream = collector_unquote (count_cases[i].stream);
      g_autoptr(Collector) got = collector_run (OPENAI, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 7);

      g_assert_nonnull (got->usage);
      g_assert_cmpmem (&got->counts, sizeof got->counts, &count_cases[i].counts, sizeof count_cases[i].counts);
    }
}

static void
test_format_is_held_back_for_a_bounded_time (void)
{
  g_autoptr(GString) stream = g_string_new (NULL);
  g_autoptr(Collector) got = NULL;

  for (guint i = 0; i < 40; i++)
    g_string_append (stream, "data: {\"x\":1}\n\n");
  g_string_append (stream, "data: {\"type\":\"message_start\",\"message\":{\"id\":\"i\"}}\n\n");
  got = collector_run (AUTO, OUIOE_DIALECT_FLAGS_NONE, stream->str, stream->len, 64);
  g_assert_cmpint (got->format, ==, OPENAI);
  g_assert_cmpuint (got->n_records, ==, 41);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_quoted_cases ("openai", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS);
  g_test_add_func ("/openai/counts", test_counts);
  g_test_add_func ("/openai/auto/format-is-held-back-for-a-bounded-time", test_format_is_held_back_for_a_bounded_time);
  return g_test_run ();
}
