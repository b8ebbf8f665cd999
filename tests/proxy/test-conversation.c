/* test-conversation.c - turns of one conversation are one session, and nothing else is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-conversation.h"

#include <string.h>

static OuioedDigest
get_scope (OuioedConversations *conversations, const char *peer, const char *agent, guint64 credential, const char *upstream)
{
  char name[] = "user-agent";
  OuioedHeader header = { name, (char *) agent };
  OuioedRequestHead head = { .headers = &header, .n_headers = agent != NULL, .peer = peer, .credential = credential };
  OuioedDigest scope;

  ouioed_conversations_get_scope (conversations, &head, upstream, &scope);
  return scope;
}

/* Each letter is a message: lower case of the user, upper case of the model, digits of a tool. */
static OuioedRequest *
talk (const char *messages)
{
  g_autoptr(GString) body = g_string_new ("{\"messages\":[");

  for (const char *p = messages; *p != '\0'; p++)
    g_string_append_printf (body, "%s{\"role\":\"%s\",\"content\":\"%c\"}", p == messages ? "" : ",",
                            g_ascii_isdigit (*p) ? "tool" : g_ascii_isupper (*p) ? "assistant" : "user", *p);
  g_string_append (body, "]}");
  return ouioed_request_read (OUIOED_REQUEST_CHAT, body->str, body->len);
}

static void
test_a_call_extends_the_longest_call_it_begins_with (void)
{
  static const struct { const char *calls[4], *next, *found; } rows[] = {
    { { "a" }, "aBc", "a" },
    { { "a" }, "aB1C", "a" },
    { { "a" }, "aBcDe", "a" },               /* a turn in between was not seen */
    { { "a", "aBc" }, "aBcDe", "aBc" },
    { { "a", "x" }, "aBc", "a" },
    { { "a", "aB1" }, "aB1C", "aB1" },
    { { "a1" }, "a12", "a1" },               /* another answer of a tool */
    { { "a" }, "a", NULL },                  /* asked again: no extension */
    { { "a" }, "ab", NULL },                 /* goes on with the user */
    { { "a" }, "b", NULL },
    { { "aBc" }, "aXc", NULL },
    { { "aBc" }, "aB", NULL },
    { { "a" }, "", NULL },
    { { "a" }, "A", NULL },
    { { NULL }, "aBc", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioedConversations) conversations = ouioed_conversations_new (16);
      OuioedDigest scope = get_scope (conversations, "127.0.0.1", "curl", 0, "ollama");
      g_autoptr(OuioedRequest) next = talk (rows[i].next);

      for (guint j = 0; rows[i].calls[j] != NULL; j++)
        {
          g_autoptr(OuioedRequest) call = talk (rows[i].calls[j]);

          ouioed_conversations_add (conversations, &scope, call, rows[i].calls[j]);
        }
      g_test_message ("%s", rows[i].next);
      g_assert_cmpstr (ouioed_conversations_find (conversations, &scope, next), ==, rows[i].found);
    }
}

static void
test_clients_are_told_apart (void)
{
  g_autoptr(OuioedConversations) conversations = ouioed_conversations_new (16);
  OuioedDigest scope = get_scope (conversations, "127.0.0.1", "curl", 7, "ollama");
  OuioedDigest others[] = {
    get_scope (conversations, "127.0.0.2", "curl", 7, "ollama"), get_scope (conversations, "127.0.0.1", "wget", 7, "ollama"),
    get_scope (conversations, "127.0.0.1", NULL, 7, "ollama"), get_scope (conversations, "127.0.0.1", "curl", 8, "ollama"),
    get_scope (conversations, "127.0.0.1", "curl", 7, "vllm"), get_scope (conversations, "127.0.0.1", "curlo", 7, "llama"),
  };
  g_autoptr(OuioedRequest) first = talk ("a");
  g_autoptr(OuioedRequest) second = talk ("aBc");

  ouioed_conversations_add (conversations, &scope, first, "s");
  ouioed_conversations_add_name (conversations, &scope, "response:r", "s");
  g_assert_cmpstr (ouioed_conversations_find (conversations, &scope, second), ==, "s");
  second->continues = g_strdup ("response:r");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (ouioed_conversations_find (conversations, &others[i], second));
}

static void
test_what_the_server_calls_an_answer_finds_its_session (void)
{
  g_autoptr(OuioedConversations) conversations = ouioed_conversations_new (16);
  OuioedDigest scope = get_scope (conversations, "unix", NULL, 0, "openai");
  static const char body[] = "{\"input\":\"more\",\"previous_response_id\":\"resp_1\"}";
  g_autoptr(OuioedRequest) request = ouioed_request_read (OUIOED_REQUEST_RESPONSES, body, strlen (body));
  g_autoptr(OuioedRequest) other = ouioed_request_read (OUIOED_REQUEST_RESPONSES, body, strlen (body));

  g_assert_null (ouioed_conversations_find (conversations, &scope, request));
  ouioed_conversations_add_name (conversations, &scope, "response:resp_1", "s1");
  g_assert_cmpstr (ouioed_conversations_find (conversations, &scope, request), ==, "s1");
  g_free (other->continues);
  other->continues = g_strdup ("conversation:resp_1");
  g_assert_null (ouioed_conversations_find (conversations, &scope, other));
}

static void
test_the_calls_not_used_longest_are_forgotten (void)
{
  g_autoptr(OuioedConversations) conversations = ouioed_conversations_new (3);
  OuioedDigest scope = get_scope (conversations, "unix", NULL, 0, "ollama");
  g_autoptr(OuioedRequest) extends_a = talk ("aBc");
  g_autoptr(OuioedRequest) extends_b = talk ("bBc");

  for (const char *name = "abc"; *name != '\0'; name++)
    {
      char word[2] = { *name, '\0' };
      g_autoptr(OuioedRequest) request = talk (word);

      ouioed_conversations_add (conversations, &scope, request, word);
    }
  g_assert_cmpstr (ouioed_conversations_find (conversations, &scope, extends_a), ==, "a");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(OuioedRequest) request = talk ("d");

      ouioed_conversations_add (conversations, &scope, request, "d");    /* twice the same is remembered once */
    }
  g_assert_cmpuint (ouioed_conversations_get_n (conversations), ==, 3);
  g_assert_cmpstr (ouioed_conversations_find (conversations, &scope, extends_a), ==, "a");
  g_assert_null (ouioed_conversations_find (conversations, &scope, extends_b));
}

static void
test_headers_name_a_session (void)
{
#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
  static const struct { const char *session, *conversation, *trace; OuioedNaming naming; const char *id; } rows[] = {
    { "mine", "c", "00-" TRACE "-00f067aa0ba902b7-01", OUIOED_SESSION_NAMED, "mine" },
    { NULL, "c", "00-" TRACE "-00f067aa0ba902b7-01", OUIOED_SESSION_NAMED, "c" },
    { NULL, NULL, "00-" TRACE "-00f067aa0ba902b7-01", OUIOED_SESSION_NAMED, TRACE },
    { NULL, NULL, "01-" TRACE "-00f067aa0ba902b7-01-new", OUIOED_SESSION_NAMED, TRACE },
    { "Gr\xc3\xbc\xc3\x9f""e & more", NULL, NULL, OUIOED_SESSION_NAMED, "Gr\xc3\xbc\xc3\x9f""e & more" },
    { NULL, NULL, NULL, OUIOED_SESSION_NOT_NAMED, NULL },
    { "a/b", "c", NULL, OUIOED_SESSION_MISNAMED, NULL },
    { "", "c", NULL, OUIOED_SESSION_MISNAMED, NULL },
    { "..", NULL, NULL, OUIOED_SESSION_MISNAMED, NULL },
    { "a\tb", NULL, NULL, OUIOED_SESSION_MISNAMED, NULL },
    { NULL, "\001ouioed:probe", NULL, OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "00-" TRACE "-00f067aa0ba902b7-01-x", OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "ff-" TRACE "-00f067aa0ba902b7-01", OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "00-00000000000000000000000000000000-00f067aa0ba902b7-01", OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "00-" TRACE "-0000000000000000-01", OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "00-" TRACE, OUIOED_SESSION_MISNAMED, NULL },
    { NULL, NULL, "", OUIOED_SESSION_MISNAMED, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const names[] = { "x-ouioe-session", "x-conversation-id", "traceparent" };
      const char *const values[] = { rows[i].session, rows[i].conversation, rows[i].trace };
      OuioedHeader headers[3];
      guint n = 0;
      g_autofree char *id = NULL;

      for (guint j = 0; j < 3; j++)
        if (values[j] != NULL)
          headers[n++] = (OuioedHeader) { (char *) names[j], (char *) values[j] };
      g_test_message ("row %u", i);
      g_assert_cmpint (ouioed_session_name_read (headers, n, &id), ==, rows[i].naming);
      g_assert_cmpstr (id, ==, rows[i].id);
    }
}

static gboolean
is_taken (const char *id, gpointer user_data)
{
  guint *n = user_data;

  g_assert_true (g_str_has_prefix (id, "ollama-20261123-093012-"));
  return (*n)-- > 0;
}

static void
test_names_that_are_made_can_be_read_and_are_free (void)
{
  guint none = 0, many = 20;
  gint64 now_us = G_GINT64_CONSTANT (1795426212000000);
  g_autofree char *first = ouioed_session_name_make ("ollama", now_us, is_taken, &none);
  g_autofree char *second = ouioed_session_name_make ("ollama", now_us, is_taken, &many);

  g_assert_cmpuint (strlen (first), ==, strlen ("ollama-20261123-093012-4f2a"));
  g_assert_cmpuint (strlen (second), ==, strlen ("ollama-20261123-093012-4f2a4f2a"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conversation/a-call-extends-the-longest-call-it-begins-with",
                   test_a_call_extends_the_longest_call_it_begins_with);
  g_test_add_func ("/conversation/clients-are-told-apart", test_clients_are_told_apart);
  g_test_add_func ("/conversation/what-the-server-calls-an-answer-finds-its-session",
                   test_what_the_server_calls_an_answer_finds_its_session);
  g_test_add_func ("/conversation/the-calls-not-used-longest-are-forgotten", test_the_calls_not_used_longest_are_forgotten);
  g_test_add_func ("/conversation/headers-name-a-session", test_headers_name_a_session);
  g_test_add_func ("/conversation/names-that-are-made-can-be-read-and-are-free",
                   test_names_that_are_made_can_be_read_and_are_free);
  return g_test_run ();
}
