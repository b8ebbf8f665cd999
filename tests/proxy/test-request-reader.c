/* test-request-reader.c - what a client asks for is told by path and body, whatever else is in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-request-reader.h"

#include <string.h>

static OuioedRequest *
read_text (OuioedRequestKind kind, const char *body)
{
  return ouioed_request_read (kind, body, strlen (body));
}

static void
test_the_path_tells_what_a_call_is_for (void)
{
  static const struct { OuioedSpeaks speaks; const char *method, *path; OuioedRequestKind kind; } rows[] = {
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/chat", OUIOED_REQUEST_OLLAMA_CHAT },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/generate", OUIOED_REQUEST_OLLAMA_GENERATE },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/pull", OUIOED_REQUEST_OLLAMA_TRANSFER },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/create", OUIOED_REQUEST_OLLAMA_TRANSFER },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/push", OUIOED_REQUEST_OLLAMA_TRANSFER },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/v1/chat/completions", OUIOED_REQUEST_CHAT },
    { OUIOED_SPEAKS_OPENAI, "POST", "/chat/completions", OUIOED_REQUEST_CHAT },
    { OUIOED_SPEAKS_OPENAI, "POST", "/openai/deployments/x/chat/completions", OUIOED_REQUEST_CHAT },
    { OUIOED_SPEAKS_OPENAI, "POST", "/v1/completions", OUIOED_REQUEST_COMPLETION },
    { OUIOED_SPEAKS_OPENAI, "POST", "/v1/responses", OUIOED_REQUEST_RESPONSES },
    { OUIOED_SPEAKS_ANTHROPIC, "POST", "/v1/messages", OUIOED_REQUEST_MESSAGES },
    { OUIOED_SPEAKS_AUTO, "POST", "/prefix/v1/messages/", OUIOED_REQUEST_MESSAGES },
    { OUIOED_SPEAKS_AUTO, "POST", "/mcp", OUIOED_REQUEST_MCP },
    { OUIOED_SPEAKS_MCP, "POST", "/anything", OUIOED_REQUEST_MCP },
    { OUIOED_SPEAKS_MCP, "GET", "/mcp", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OLLAMA, "GET", "/api/tags", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OLLAMA, "GET", "/api/chat", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OLLAMA, "POST", "/api/embed", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OPENAI, "POST", "/v1/embeddings", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OPENAI, "POST", "/v1/chat/completions/control", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_OPENAI, "GET", "/v1/responses/resp_1", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_ANTHROPIC, "POST", "/v1/messages/count_tokens", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_AUTO, "OPTIONS", "*", OUIOED_REQUEST_NONE },
    { OUIOED_SPEAKS_AUTO, "POST", "", OUIOED_REQUEST_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s %s", rows[i].method, rows[i].path);
      g_assert_cmpint (ouioed_request_find_kind (rows[i].speaks, rows[i].method, rows[i].path), ==, rows[i].kind);
    }
}

static void
test_the_body_tells_model_title_and_streaming (void)
{
  static const struct { OuioedRequestKind kind; const char *body, *model, *title; gboolean stream; } rows[] = {
    { OUIOED_REQUEST_OLLAMA_CHAT, "{\"model\":\"q\",\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}", "q",
      "Why?", TRUE },
    { OUIOED_REQUEST_OLLAMA_CHAT, "{\"model\":\"q\",\"stream\":false,\"messages\":[]}", "q", NULL, FALSE },
    { OUIOED_REQUEST_OLLAMA_GENERATE, "{\"model\":\"q\",\"prompt\":\"Tell me\"}", "q", "Tell me", TRUE },
    { OUIOED_REQUEST_OLLAMA_TRANSFER, "{\"name\":\"qwen3:4b\"}", "qwen3:4b", NULL, TRUE },
    { OUIOED_REQUEST_CHAT, "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"system\",\"content\":\"S\"},"
      "{\"role\":\"user\",\"content\":\"first\"},{\"role\":\"assistant\",\"content\":\"A\"},"
      "{\"role\":\"user\",\"content\":\"second\"}]}", "m", "second", TRUE },
    { OUIOED_REQUEST_CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is\"},"
      "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"}},{\"type\":\"text\",\"text\":\"this?\"}]}]}",
      NULL, "What is\nthis?", FALSE },
    { OUIOED_REQUEST_COMPLETION, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"]}", "m", "b", FALSE },
    { OUIOED_REQUEST_RESPONSES, "{\"model\":\"m\",\"input\":\"Hello\",\"stream\":true}", "m", "Hello", TRUE },
    { OUIOED_REQUEST_RESPONSES, "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Hi\"}]},"
      "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"1\"}]}", NULL, "Hi", FALSE },
    { OUIOED_REQUEST_MESSAGES, "{\"model\":\"c\",\"messages\":[{\"role\":\"user\",\"content\":\"Q\"},"
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}]},"
      "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"42\"}]}]}", "c",
      "Q", FALSE },
    { OUIOED_REQUEST_MCP, "{\"method\":\"tools/call\",\"params\":{\"name\":\"search\"}}", NULL, "search", TRUE },
    { OUIOED_REQUEST_MCP, "[{\"method\":\"ping\"},{\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}]", NULL, "x", TRUE },
    /* Nothing can be told, and nothing is made up. */
    { OUIOED_REQUEST_CHAT, "", NULL, NULL, FALSE },
    { OUIOED_REQUEST_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",", NULL, NULL, FALSE },
    { OUIOED_REQUEST_CHAT, "[]", NULL, NULL, FALSE },
    { OUIOED_REQUEST_CHAT, "{\"model\":7,\"stream\":\"yes\",\"messages\":{\"role\":\"user\"}}", NULL, NULL, FALSE },
    { OUIOED_REQUEST_CHAT, "{\"model\":\"a\\u0000b\",\"messages\":[null,[],\"x\",{\"role\":\"user\",\"content\":null}]}", NULL,
      NULL, FALSE },
    { OUIOED_REQUEST_CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0000b\"}]}", NULL, "a\xef\xbf\xbd" "b", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioedRequest) request = read_text (rows[i].kind, rows[i].body);

      g_test_message ("%s", rows[i].body);
      g_assert_cmpint (request->kind, ==, rows[i].kind);
      g_assert_cmpstr (request->model, ==, rows[i].model);
      g_assert_cmpstr (request->title, ==, rows[i].title);
      g_assert_cmpint (request->stream, ==, rows[i].stream);
    }
}

static void
test_of_mcp_only_the_calls_of_tools_are_recorded (void)
{
  static const char *const others[] = {
    "{\"method\":\"initialize\"}", "{\"method\":\"tools/list\"}", "{\"result\":{}}", "[]", "[1]", "\"x\"", "", "nonsense",
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(OuioedRequest) request = read_text (OUIOED_REQUEST_MCP, others[i]);

      g_assert_cmpint (request->kind, ==, OUIOED_REQUEST_NONE);
    }
}

static void
test_what_an_answer_continues_is_named (void)
{
  static const struct { OuioedRequestKind kind; const char *body, *continues; } rows[] = {
    { OUIOED_REQUEST_RESPONSES, "{\"previous_response_id\":\"resp_1\"}", "response:resp_1" },
    { OUIOED_REQUEST_RESPONSES, "{\"conversation\":\"conv_1\"}", "conversation:conv_1" },
    { OUIOED_REQUEST_RESPONSES, "{\"conversation\":{\"id\":\"conv_1\"},\"previous_response_id\":\"r\"}",
      "conversation:conv_1" },
    { OUIOED_REQUEST_RESPONSES, "{\"conversation\":null,\"previous_response_id\":null}", NULL },
    { OUIOED_REQUEST_CHAT, "{\"previous_response_id\":\"resp_1\"}", NULL },
    { OUIOED_REQUEST_OLLAMA_GENERATE, "{\"context\":[]}", NULL },
    { OUIOED_REQUEST_OLLAMA_GENERATE, "{\"context\":[1, 2,3]}",
      "context:a615eeaee21de5179de080de8c3052c8da901138406ba71c38c032845f7d54f4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioedRequest) request = read_text (rows[i].kind, rows[i].body);

      g_assert_cmpstr (request->continues, ==, rows[i].continues);
    }
}

static void
test_the_same_message_is_the_same_in_another_layout (void)
{
  static const struct { const char *a, *b; gboolean same; } rows[] = {
    { "{\"role\":\"user\",\"content\":\"Hi\"}", "{\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"role\":\"user\"}", TRUE },
    { "{\"role\":\"user\",\"content\":\"Hi\"}", "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\","
      "\"cache_control\":{\"type\":\"ephemeral\"}}]}", TRUE },
    { "{\"role\":\"assistant\",\"content\":\"Hi\"}", "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
      "\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"Hi\"}]}", TRUE },
    { "{\"role\":\"assistant\",\"content\":\"Hi\",\"reasoning_content\":\"hm\"}", "{\"role\":\"assistant\",\"content\":\"Hi\"}",
      TRUE },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"a\":1,\"b\":2,\"cache_control\":{}}]}",
      "{\"role\":\"user\",\"content\":[{\"b\":2,\"a\":1,\"type\":\"image\"}]}", TRUE },
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\"}]}",
      "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"1\"}]}", TRUE },
    { "{\"role\":\"user\",\"content\":\"Hi\"}", "{\"role\":\"user\",\"content\":\"Ho\"}", FALSE },
    { "{\"role\":\"user\",\"content\":\"Hi\"}", "{\"role\":\"system\",\"content\":\"Hi\"}", FALSE },
    { "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"1\"}]}",
      "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"2\"}]}", FALSE },
    { "{\"role\":\"user\",\"content\":\"x\",\"images\":[\"AA==\"]}", "{\"role\":\"user\",\"content\":\"x\"}", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = g_strdup_printf ("{\"messages\":[%s]}", rows[i].a);
      g_autofree char *b = g_strdup_printf ("{\"messages\":[%s]}", rows[i].b);
      g_autoptr(OuioedRequest) one = read_text (OUIOED_REQUEST_CHAT, a);
      g_autoptr(OuioedRequest) two = read_text (OUIOED_REQUEST_CHAT, b);

      g_test_message ("%s", b);
      g_assert_cmpuint (one->messages->len, ==, 1);
      g_assert_cmpuint (two->messages->len, ==, 1);
      g_assert_cmpint (memcmp (g_array_index (one->messages, OuioedMessage, 0).digest,
                               g_array_index (two->messages, OuioedMessage, 0).digest, 32) == 0, ==, rows[i].same);
    }
}

static void
test_items_of_responses_are_messages (void)
{
  g_autoptr(OuioedRequest) request = read_text (OUIOED_REQUEST_RESPONSES,
    "{\"input\":[{\"role\":\"user\",\"content\":\"a\"},{\"type\":\"reasoning\",\"id\":\"r\"},"
    "{\"type\":\"function_call\",\"id\":\"f\",\"name\":\"n\"},{\"type\":\"function_call_output\",\"output\":\"1\"},"
    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"b\"}]},{}]}");
  static const gboolean follows[] = { FALSE, TRUE, TRUE, TRUE };

  g_assert_cmpuint (request->messages->len, ==, G_N_ELEMENTS (follows));
  for (guint i = 0; i < request->messages->len; i++)
    g_assert_cmpint (g_array_index (request->messages, OuioedMessage, i).follows, ==, follows[i]);
}

static void
test_a_title_is_cut_between_characters (void)
{
  for (gsize pad = 0; pad < 5; pad++)
    {
      g_autoptr(GString) body = g_string_new ("{\"messages\":[{\"role\":\"user\",\"content\":\"");
      g_autoptr(OuioedRequest) request = NULL;

      for (gsize i = 0; i < pad; i++)
        g_string_append_c (body, 'x');
      for (guint i = 0; i < 3000; i++)
        g_string_append (body, "€");
      g_string_append (body, "\"}]}");
      request = read_text (OUIOED_REQUEST_CHAT, body->str);
      g_assert_cmpuint (strlen (request->title), <=, OUIOED_REQUEST_MAX_TITLE);
      g_assert_cmpuint (strlen (request->title), >, OUIOED_REQUEST_MAX_TITLE - 8);
      g_assert_true (g_utf8_validate (request->title, -1, NULL));
      g_assert_true (g_str_has_suffix (request->title, "…"));
    }
}

static void
test_the_content_type_of_the_answer_tells_how_it_is_read (void)
{
  static const struct { OuioedRequestKind kind; gboolean stream; const char *type; OuioeDialectFormat format; gboolean whole; }
  rows[] = {
    { OUIOED_REQUEST_OLLAMA_CHAT, TRUE, "application/x-ndjson", OUIOE_DIALECT_OLLAMA, FALSE },
    { OUIOED_REQUEST_OLLAMA_CHAT, TRUE, "application/json; charset=utf-8", OUIOE_DIALECT_OLLAMA, TRUE },
    { OUIOED_REQUEST_OLLAMA_CHAT, TRUE, NULL, OUIOE_DIALECT_OLLAMA, FALSE },
    { OUIOED_REQUEST_OLLAMA_CHAT, TRUE, "text/event-stream", OUIOE_DIALECT_AUTO, FALSE },
    { OUIOED_REQUEST_CHAT, FALSE, "Text/Event-Stream;charset=utf-8", OUIOE_DIALECT_OPENAI, FALSE },
    { OUIOED_REQUEST_CHAT, TRUE, "application/json", OUIOE_DIALECT_OPENAI, TRUE },
    { OUIOED_REQUEST_CHAT, TRUE, "text/plain", OUIOE_DIALECT_OPENAI, FALSE },
    { OUIOED_REQUEST_CHAT, FALSE, "application/jsonfish", OUIOE_DIALECT_OPENAI, TRUE },
    { OUIOED_REQUEST_RESPONSES, TRUE, "text/event-stream", OUIOE_DIALECT_RESPONSES, FALSE },
    { OUIOED_REQUEST_MESSAGES, TRUE, "text/event-stream", OUIOE_DIALECT_ANTHROPIC, FALSE },
    { OUIOED_REQUEST_MCP, TRUE, "application/json", OUIOE_DIALECT_MCP, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OuioedRequest request = { .kind = rows[i].kind, .stream = rows[i].stream };
      OuioeDialectFlags flags;

      g_test_message ("%s", rows[i].type);
      g_assert_cmpint (ouioed_request_get_format (&request, rows[i].type, &flags), ==, rows[i].format);
      g_assert_cmpint ((flags & OUIOE_DIALECT_WHOLE) != 0, ==, rows[i].whole);
      g_assert_cmpint ((flags & OUIOE_DIALECT_SPLIT_TAGS) != 0, ==, rows[i].kind != OUIOED_REQUEST_MCP);
    }
}

static void
test_only_llama_server_is_asked_to_let_thinking_be_ended (void)
{
  g_autoptr(OuioedRequest) asked = read_text (OUIOED_REQUEST_CHAT, "{\"reasoning_control\":true}");
  g_autoptr(OuioedRequest) not_asked = read_text (OUIOED_REQUEST_CHAT, "{\"reasoning_control\":\"true\"}");

  g_assert_true (asked->can_end_thinking);
  g_assert_false (not_asked->can_end_thinking);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request-reader/the-path-tells-what-a-call-is-for", test_the_path_tells_what_a_call_is_for);
  g_test_add_func ("/request-reader/the-body-tells-model-title-and-streaming", test_the_body_tells_model_title_and_streaming);
  g_test_add_func ("/request-reader/of-mcp-only-the-calls-of-tools-are-recorded",
                   test_of_mcp_only_the_calls_of_tools_are_recorded);
  g_test_add_func ("/request-reader/what-an-answer-continues-is-named", test_what_an_answer_continues_is_named);
  g_test_add_func ("/request-reader/the-same-message-is-the-same-in-another-layout",
                   test_the_same_message_is_the_same_in_another_layout);
  g_test_add_func ("/request-reader/items-of-responses-are-messages", test_items_of_responses_are_messages);
  g_test_add_func ("/request-reader/a-title-is-cut-between-characters", test_a_title_is_cut_between_characters);
  g_test_add_func ("/request-reader/the-content-type-of-the-answer-tells-how-it-is-read",
                   test_the_content_type_of_the_answer_tells_how_it_is_read);
  g_test_add_func ("/request-reader/only-llama-server-is-asked-to-let-thinking-be-ended",
                   test_only_llama_server_is_asked_to_let_thinking_be_ended);
  return g_test_run ();
}
