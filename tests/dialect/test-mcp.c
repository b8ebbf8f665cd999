/* test-mcp.c - messages of the Model Context Protocol, over SSE and as JSON; and the long works of Ollama
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "collector.h"

#define RPC(members) "{'jsonrpc':'2.0'," members "}"
#define SSE(members) "event: message\ndata: " RPC (members) "\n\n"
#define PROGRESS(params) "'method':'notifications/progress','params':{" params "}"
#define MCP OUIOE_DIALECT_MCP
#define OLLAMA OUIOE_DIALECT_OLLAMA

static const CollectorCase cases[] = {
  { "mcp/progress", MCP, SSE (PROGRESS ("'progressToken':'t','progress':10,'total':100,'message':'scanning'")),
    "progress t 10/100 scanning\n" },
  { "mcp/what-was-not-said-stays-unsaid", MCP, SSE (PROGRESS ("'progressToken':7,'progress':3.5")) SSE (PROGRESS ("")),
    "progress 7 3.5/-1 -\nprogress - -1/-1 -\n" },
  { "mcp/negative-is-not-said", MCP, SSE (PROGRESS ("'progress':-2,'total':'x'")), "progress - -1/-1 -\n" },
  { "mcp/result-ends-it", MCP, SSE ("'id':1,'result':{'content':[{'type':'text','text':'ok'}]}"), "0 finish -\n" },
  { "mcp/result-that-is-an-error", MCP,
    SSE ("'id':1,'result':{'isError':true,'content':[{'type':'text','text':'a'},{'type':'image'},{'type':'text',"
        "'text':'b'}]}"),
    "error a\nb\n0 finish -\n" },
  { "mcp/result-that-is-an-error-without-text-is-shown-whole", MCP, SSE ("'id':1,'result':{'isError':true}"),
    "error {\"isError\":true}\n0 finish -\n" },
  { "mcp/error", MCP, SSE ("'id':1,'error':{'code':-32603,'message':'broken'}"), "error broken\n0 finish -\n" },
  { "mcp/several-responses-are-read", MCP, SSE ("'id':1,'result':{}") SSE ("'id':2,'error':{'message':'m'}"),
    "0 finish -\nerror m\n" },
  { "mcp/other-methods-and-events-are-nothing", MCP,
    "id: 1\ndata:\n\nevent: endpoint\ndata: /messages?x=1\n\n" SSE ("'method':'notifications/message','params':{'data':'x'}")
    SSE ("'id':9,'method':'sampling/createMessage','params':{}"), "" },
  { "mcp/one-document-of-any-layout", MCP, "\n{\n  'jsonrpc': '2.0',\n  'id': 1,\n  'result': { }\n}\n", "0 finish -\n" },
  { "mcp/batch", MCP, "[" RPC (PROGRESS ("'progress':1,'total':2")) ",\n5," RPC ("'id':1,'result':{}") "]",
    "progress - 1/2 -\ngarbled a record that is not a JSON object\n0 finish -\n" },
  { "mcp/lines-of-both-directions", MCP,
    RPC ("'id':1,'method':'tools/call','params':{'name':'f','arguments':{'a':1}}") "\n" RPC (PROGRESS ("'progress':1")) "\n"
    RPC ("'id':1,'result':{}"), "0 call f 1\nprogress - 1/-1 -\n0 finish -\n" },

  { "ollama/pull", OLLAMA,
    "{'status':'pulling manifest'}\n{'status':'pulling 6a07','digest':'sha256:6a07','total':10}\n"
    "{'status':'pulling 6a07','digest':'sha256:6a07','total':10,'completed':4}\n{'status':'success'}\n",
    "progress - -1/-1 pulling manifest\nprogress sha256:6a07 -1/10 pulling 6a07\nprogress sha256:6a07 4/10 pulling 6a07\n"
    "progress - -1/-1 success\n0 finish success\n" },
  { "ollama/pull-that-failed", OLLAMA, "{'status':'pulling manifest'}\n{'error':'file does not exist'}\n",
    "progress - -1/-1 pulling manifest\nerror file does not exist\n" },
  { "ollama/steps-of-a-picture", OLLAMA, "{'model':'m','completed':3,'total':20,'done':false}\n",
    "model m\nprogress - 3/20 -\n" },
  { "ollama/embeddings-are-nobodys-answer", OLLAMA, "{'model':'m','embeddings':[[0.1]],"
    "'total_duration':5}\n{'embedding':[1]}\n", "" },
  { "ollama/probabilities", OLLAMA,
    "{'message':{'thinking':'t'},'logprobs':[{'token':'t','logprob':-0.25,'top_logprobs':[{'token':'u','logprob':-2}]}]}\n"
    "{'response':'a','logprobs':[{'token':'a','logprob':-1.5}]}\n",
    "0 token of thinking: t -0.25 | u -2.00\n0 thinking t\n0 token of content: a -1.50\n0 content a\n" },
  { "ollama/probabilities-of-both-in-one-list-belong-to-nothing", OLLAMA,
    "{'message':{'thinking':'t','content':'a'},'logprobs':[{'token':'t','logprob':-1},{'token':'a','logprob':-1}]}\n",
    "0 thinking t\n0 content a\n" },
};

static void
test_only_a_response_ends_it (void)
{
  static const struct { const char *stream; gboolean terminated; } rows[] = {
    { SSE ("'id':1,'result':{}"), TRUE }, { SSE ("'id':1,'error':{'message':'m'}"), TRUE },
    { SSE (PROGRESS ("'progress':1,'total':1")), FALSE }, { SSE ("'id':1,'method':'ping'"), FALSE }, { SSE ("'id':1"),
      FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *stream = collector_unquote (rows[i].stream);
      g_autoptr(Collector) got = collector_run (MCP, OUIOE_DIALECT_FLAGS_NONE, stream, strlen (stream), 5);

      g_assert_cmpint (got->terminated, ==, rows[i].terminated);
    }
}

static void
test_pull_ends_with_success (void)
{
  static const char *const streams[] = { "{\"status\":\"writing manifest\"}\n", "{\"status\":\"success\"}\n" };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autoptr(Collector) got = collector_run (OLLAMA, OUIOE_DIALECT_FLAGS_NONE, streams[i], strlen (streams[i]), 5);

      g_assert_cmpint (got->terminated, ==, i == 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  collector_add_quoted_cases ("works", cases, G_N_ELEMENTS (cases), OUIOE_DIALECT_SPLIT_TAGS);
  g_test_add_func ("/works/mcp/only-a-response-ends-it", test_only_a_response_ends_it);
  g_test_add_func ("/works/ollama/pull-ends-with-success", test_pull_ends_with_success);
  return g_test_run ();
}
