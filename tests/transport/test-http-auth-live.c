/* test-http-auth-live.c - what a reader gets with which token, and what stands in for a token
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-tokens.h"

#include <string.h>

static Client *
open_live (HttpFixture *f, Kind kind, const char *path, const char *headers)
{
  g_autofree char *authorization = dup_header (kind);
  g_autofree char *head = NULL;
  Client *client = client_new (f);

  client_send (client, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s\r\n", path, f->port, authorization, headers);
  head = client_read_until (client, "\r\n\r\n");
  g_assert_nonnull (head);
  return client;
}

/* A text frame, masked with zeros. */
static void
send_text (Client *client, const char *text)
{
  gsize len = strlen (text);
  char head[8] = { (char) 0x81, (char) (0x80 | MIN (len, 126)), (char) (len >> 8), (char) (len & 255) };

  if (len < 126)
    client_send_bytes (client, (char[]) { head[0], head[1], 0, 0, 0, 0 }, 6);
  else
    client_send_bytes (client, head, 8);
  client_send_bytes (client, text, -1);
}

/* What came up to @mark and with it; the zeros in the lengths of frames become dots. */
static char *
read_frames_until (Client *client, const char *mark)
{
  char *found, *text;

  for (;;)
    {
      for (gsize i = 0; i < client->input->len; i++)
        if (client->input->str[i] == '\0')
          client->input->str[i] = '.';
      found = strstr (client->input->str, mark);
      if (found != NULL)
        break;
      g_assert_true (client_fill (client));
    }
  found += strlen (mark);
  text = g_strndup (client->input->str, (gsize) (found - client->input->str));
  g_string_erase (client->input, 0, found - client->input->str);
  return text;
}

static void
think (HttpFixture *f, const char *session_id, const char *content)
{
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"%s\",\"thinking_type\":\"analysis\",\"content\":\"%s\"}",
                                           session_id, content);

  json_decref (call (f, ADMIN, "POST", API "/thinking", body, 200));
}

static void
test_stream_of_all_shows_the_prefix_only (HttpFixture *f)
{
  g_autoptr(Client) client = NULL;
  g_autofree char *seen = NULL;

  create_session (f, "s");
  create_session (f, "ci-1");
  client = open_live (f, PREFIXED, API "/stream", "");
  think (f, "s", "hidden");
  think (f, "ci-1", "shown");
  seen = client_read_until (client, "shown");
  g_assert_null (strstr (seen, "hidden"));
}

static void
test_socket_of_all_shows_the_prefix_only (HttpFixture *f)
{
  g_autoptr(Client) client = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *subscribed = NULL;
  g_autofree char *seen = NULL;

  create_session (f, "s");
  create_session (f, "ci-1");
  client = open_live (f, PREFIXED, "/ws/sessions", UPGRADE);
  send_text (client, "{\"type\":\"subscribe\",\"session_id\":\"s\"}");
  refused = read_frames_until (client, "\"forbidden\"");
  g_assert_nonnull (refused);
  send_text (client, "{\"type\":\"subscribe\",\"session_id\":\"*\"}");
  subscribed = read_frames_until (client, "\"subscribed\"");
  think (f, "s", "hidden");
  think (f, "ci-1", "shown");
  seen = read_frames_until (client, "shown");
  g_assert_null (strstr (seen, "hidden"));
}

#define APPEND(more) "{\"type\":\"append_thinking\"," more "\"thinking_type\":\"analysis\",\"content\":\"c\"}"

static void
test_socket_takes_what_the_token_allows (HttpFixture *f)
{
  g_autoptr(Client) reader = NULL;
  g_autoptr(Client) writer = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *outside = NULL;
  g_autofree char *taken = NULL;

  create_session (f, "s");
  create_session (f, "ci-1");
  reader = open_live (f, READ, "/ws/sessions", UPGRADE);
  send_text (reader, APPEND ("\"session_id\":\"s\","));
  refused = read_frames_until (reader, "lacks the scope write");
  g_assert_nonnull (refused);

  writer = open_live (f, PREFIXED, "/ws/thinking/ci-1", UPGRADE);
  send_text (writer, APPEND ("\"session_id\":\"s\","));
  outside = read_frames_until (writer, "not good for this session");
  g_assert_nonnull (outside);
  send_text (writer, APPEND (""));
  taken = read_frames_until (writer, "\"ack\"");
  g_assert_nonnull (taken);
  g_assert_cmpint (http_fixture_n_sessions (f), ==, 2);
}

static void
test_subprotocol_stands_for_the_header (HttpFixture *f)
{
  g_autofree char *good = g_strdup_printf (UPGRADE "Sec-WebSocket-Protocol: ouioe.v1, ouioe.bearer.%s\r\n",
                                           tokens[READ]);
  g_autofree char *alone = g_strdup_printf (UPGRADE "Sec-WebSocket-Protocol: ouioe.bearer.%s\r\n", tokens[READ]);
  g_autofree char *wrong = g_strdup_printf (UPGRADE "Sec-WebSocket-Protocol: ouioe.v1, ouioe.bearer.%s\r\n",
                                            tokens[UNKNOWN]);
  g_autoptr(Reply) opened = ask (f, "GET", "/ws/sessions", good, NULL);
  g_autoptr(Reply) opened_alone = ask (f, "GET", "/ws/sessions", alone, NULL);
  g_autofree char *chosen = reply_dup_header (opened, "Sec-WebSocket-Protocol");
  g_autofree char *not_chosen = reply_dup_header (opened_alone, "Sec-WebSocket-Protocol");

  g_assert_cmpuint (opened->status, ==, 101);
  g_assert_cmpstr (chosen, ==, "ouioe.v1");
  g_assert_null (strstr (opened->head, tokens[READ]));
  g_assert_cmpuint (opened_alone->status, ==, 101);
  g_assert_null (not_chosen);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/ws/sessions", wrong, NULL), ==, 401);
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions", good, NULL), ==, 401);    /* elsewhere it is no token */
}

static void
test_ticket_opens_a_reader_once (HttpFixture *f)
{
  static const char *const live[] = { "/ws/thinking/ci-1?ticket=%s", API "/sessions/ci-1/stream?after=0&ticket=%s",
                                      API "/stream?ticket=%s", "/ws/sessions?ticket=%s" };

  create_session (f, "ci-1");
  for (guint i = 0; i < G_N_ELEMENTS (live); i++)
    {
      g_autoptr(json_t) json = call (f, PREFIXED, "POST", API "/tickets", "", 200);
      g_auto(GStrv) parts = g_strsplit (live[i], "%s", 2);
      g_autofree char *path = g_strconcat (parts[0], json_text (json, "ticket"), NULL);

      g_assert_cmpint (json_integer_value (json_object_get (json, "expires_in")), ==, 30);
      g_assert_cmpuint (status_of (f, NONE, "GET", path, UPGRADE, NULL), ==, strstr (path, "/ws/") != NULL ? 101 : 200);
      g_assert_cmpuint (status_of (f, NONE, "GET", path, UPGRADE, NULL), ==, 401);
    }
}

static void
test_ticket_is_good_for_readers_only (HttpFixture *f)
{
  g_autoptr(json_t) json = call (f, PREFIXED, "POST", API "/tickets", "", 200);
  g_autofree char *list = g_strconcat (API "/sessions?ticket=", json_text (json, "ticket"), NULL);
  g_autofree char *outside = g_strconcat ("/ws/thinking/s?ticket=", json_text (json, "ticket"), NULL);
  g_autofree char *header = g_strdup_printf ("Authorization: Bearer %s\r\n", json_text (json, "ticket"));

  g_assert_cmpuint (status_of (f, NONE, "GET", list, "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions", header, NULL), ==, 401);
  g_assert_cmpuint (status_of (f, NONE, "GET", outside, UPGRADE, NULL), ==, 403);    /* it is the caller's, not more */
}

static void
test_revoked_token_ends_its_readers (HttpFixture *f)
{
  g_autoptr(Client) stream = NULL;
  g_autoptr(Client) socket = NULL;
  g_autoptr(Client) other = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *kept = NULL;

  create_session (f, "s");
  stream = open_live (f, READ, API "/sessions/s/stream", "");
  socket = open_live (f, READ, "/ws/sessions", UPGRADE);
  other = open_live (f, ADMIN, API "/stream", "");
  g_assert_true (ouioe_tokens_revoke (token_file, token_ids[READ], NULL));

  reason = read_frames_until (socket, "The token is no longer good");
  while (client_fill (stream))
    ;
  think (f, "s", "goes on");
  kept = client_read_until (other, "goes on");
  g_assert_nonnull (kept);
  g_assert_null (strstr (stream->input->str, "goes on"));
}

#define ADD(name, body) http_fixture_add_full ("/http-auth-live/" name, set_up_required, body)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  http_tokens_begin ();

  ADD ("stream-of-all-shows-the-prefix-only", test_stream_of_all_shows_the_prefix_only);
  ADD ("socket-of-all-shows-the-prefix-only", test_socket_of_all_shows_the_prefix_only);
  ADD ("socket-takes-what-the-token-allows", test_socket_takes_what_the_token_allows);
  ADD ("subprotocol-stands-for-the-header", test_subprotocol_stands_for_the_header);
  ADD ("ticket-opens-a-reader-once", test_ticket_opens_a_reader_once);
  ADD ("ticket-is-good-for-readers-only", test_ticket_is_good_for_readers_only);
  ADD ("revoked-token-ends-its-readers", test_revoked_token_ends_its_readers);
  g_test_add_func ("/http-auth-live/no-token-was-ever-logged", http_tokens_test_log);
  status = g_test_run ();
  http_tokens_end ();
  return status;
}
