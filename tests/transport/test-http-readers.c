/* test-http-readers.c - requests that become live readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the readers then get is tested with the live views; here it is the way there.
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>

#include "test-log.h"

#define API "/api/streaming"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"      /* the example of RFC 6455 */
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" KEY

static Client *
ask (HttpFixture *f, const char *path, const char *headers)
{
  Client *client = client_new (f);

  client_send (client, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, f->port, headers);
  return client;
}

static void
test_upgrade (HttpFixture *f)
{
  static const char *const paths[] = { "/ws/thinking/a%20b", "/ws/progress/a?streams=both&token=1", "/ws/sessions",
                                       "/ws/thinking/a?after=5-1" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(Client) client = ask (
          f, paths[i], UPGRADE "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat\r\n");
      g_autoptr(Reply) reply = client_read (client);
      g_autofree char *accept = reply_dup_header (reply, "Sec-WebSocket-Accept");
      g_autofree char *upgrade = reply_dup_header (reply, "Upgrade");
      g_autofree char *connection = reply_dup_header (reply, "Connection");
      g_autofree char *extensions = reply_dup_header (reply, "Sec-WebSocket-Extensions");
      g_autofree char *protocol = reply_dup_header (reply, "Sec-WebSocket-Protocol");
      g_autofree char *greeting = NULL;
      guint8 opcode;

      g_test_message ("%s", paths[i]);
      g_assert_cmpuint (reply->status, ==, 101);
      g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");      /* the example of RFC 6455 */
      g_assert_cmpstr (upgrade, ==, "websocket");
      g_assert_cmpstr (connection, ==, "Upgrade");
      g_assert_null (extensions);
      g_assert_null (protocol);
      greeting = client_read_frame (client, &opcode);
      g_assert_cmpuint (opcode, ==, 1);
      g_assert_nonnull (strstr (greeting, "\"type\""));
    }
}

/* A client may send its first message without waiting for the answer. */
static void
test_what_follows_the_handshake_is_read (HttpFixture *f)
{
  static const char frame[] = "\x81\x8f\0\0\0\0{\"type\":\"ping\"}";
  g_autoptr(Client) client = client_new (f);
  g_autoptr(GString) bytes = g_string_new (NULL);
  g_autoptr(Reply) reply = NULL;
  guint8 opcode;

  g_string_append_printf (bytes, "GET /ws/thinking/a HTTP/1.1\r\nHost: localhost\r\n" UPGRADE "\r\n");
  g_string_append_len (bytes, frame, sizeof frame - 1);
  client_send_bytes (client, bytes->str, (gssize) bytes->len);
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 101);
  for (;;)
    {
      g_autofree char *text = client_read_frame (client, &opcode);

      if (strstr (text, "\"pong\"") != NULL)
        break;
    }
}

static void
test_broken_handshakes (HttpFixture *f)
{
  static const struct { const char *headers; guint status; } table[] = {
    { "", 426 },
    { "Connection: Upgrade\r\n", 426 },
    { "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n" KEY, 400 },
    { "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", 400 },
    { "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", 400 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(Client) client = ask (f, "/ws/thinking/a", table[i].headers);
      g_autoptr(Reply) reply = client_read (client);
      g_autofree char *version = reply_dup_header (reply, "Sec-WebSocket-Version");

      g_test_message ("%s", table[i].headers);
      g_assert_cmpuint (reply->status, ==, table[i].status);
      g_assert_cmpuint (reply->body->len, >, 0);
      g_assert_true (client_is_closed (client));
      if (table[i].status == 426)
        g_assert_cmpstr (version, ==, "13");
    }
}

static void
test_queries_are_checked_before_the_upgrade (HttpFixture *f)
{
  static const struct { const char *path; const char *names; } table[] = {
    { "/ws/thinking/a?after=x", "after" },
    { "/ws/thinking/a?streams=some", "streams" },
    { "/ws/progress/a?after=1-", "after" },
    { API "/sessions/a/stream?after=-1", "after" },
    { API "/sessions/a/stream?until=tomorrow", "until" },
    { API "/sessions/a/stream?streams=", "streams" },
    { API "/stream?session=a%2Fb", "session" },
    { API "/stream?session=", "session" },
    { API "/stream?session=a&after=nope", "after" },
    { API "/stream?user_id=%ff", "user_id" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(Client) client = ask (f, table[i].path, g_str_has_prefix (table[i].path, "/ws") ? UPGRADE : "");
      g_autoptr(json_t) json = http_expect (client_read (client), 422);
      json_t *loc = json_object_get (json_array_get (json_object_get (json, "detail"), 0), "loc");

      g_test_message ("%s", table[i].path);
      g_assert_cmpstr (json_string_value (json_array_get (loc, 0)), ==, "query");
      g_assert_cmpstr (json_string_value (json_array_get (loc, 1)), ==, table[i].names);
    }
}

static void
test_stream_begins (HttpFixture *f)
{
  g_autoptr(Client)
      client = ask (f, API "/sessions/s/stream", "Origin: http://localhost:3100\r\nAccept: text/event-stream\r\n");
  g_autofree char *head = client_read_until (client, "\r\n\r\n");
  g_autofree char *first = client_read_until (client, "\n\n");
  g_autofree char *start = NULL;

  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 200 OK\r\n"));
  g_assert_nonnull (strstr (head, "Content-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (head, "Cache-Control: no-cache\r\n"));
  g_assert_nonnull (strstr (head, "X-Accel-Buffering: no\r\n"));
  g_assert_nonnull (strstr (head, "Connection: close\r\n"));
  g_assert_nonnull (strstr (head, "Access-Control-Allow-Origin: http://localhost:3100\r\n"));
  g_assert_null (strstr (head, "Content-Length"));
  g_assert_true (g_str_has_prefix (first, "retry: 1000\n"));
  http_create (f, "s");
  start = client_read_until (client, "event: session_start\n");
  g_assert_nonnull (start);
}

static void
test_stream_ends_with_the_session (HttpFixture *f)
{
  g_autoptr(Client) client = NULL;
  g_autofree char *end = NULL;
  g_autofree char *last = NULL;

  http_create (f, "s");
  client = ask (f, API "/sessions/s/stream?until=end", "");
  reply_free (http_request (f, "DELETE", API "/sessions/s", NULL, NULL));
  end = client_read_until (client, "event: session_end\n");
  g_assert_nonnull (end);
  last = client_read_until (client, "\n\n");
  g_assert_nonnull (last);
  g_assert_true (client_is_closed (client));
}

/* Steps t0, t1, t2 of session "s"; the id of t1. */
static char *
write_three (HttpFixture *f)
{
  char *id = NULL;

  http_create (f, "s");
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"session_id\":\"s\",\"thinking_type\":\"analysis\",\"content\":\"t%d\"}", i);
      g_autoptr(json_t) json = http_expect (http_post (f, API "/thinking", body), 200);

      if (i == 1)
        id = g_strdup (json_text (json, "id"));
    }
  return id;
}

static void
test_streams_resume (HttpFixture *f)
{
  g_autofree char *id = write_three (f);
  g_autofree char *query = g_strdup_printf (API "/sessions/s/stream?after=%s", id);
  g_autofree char *header = g_strdup_printf ("Last-Event-ID: %s\r\n", id);
  const struct { const char *path, *headers; } ways[] = {
    { query, "" },
    { API "/sessions/s/stream", header },
    { API "/sessions/s/stream?after=0", header },        /* the header is newer */
    { API "/stream?session=s", header },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(Client) client = ask (f, ways[i].path, ways[i].headers);
      g_autofree char *text = client_read_until (client, "\"t2\"");

      g_assert_nonnull (text);
      g_assert_null (strstr (text, "\"t1\""));
      g_assert_null (strstr (text, "session_start"));
    }
}

static void
test_broken_last_event_id (HttpFixture *f)
{
  g_autoptr(Client) client = ask (f, API "/sessions/s/stream", "Last-Event-ID: yesterday\r\n");
  g_autoptr(json_t) json = http_expect (client_read (client), 422);
  json_t *loc = json_object_get (json_array_get (json_object_get (json, "detail"), 0), "loc");

  g_assert_cmpstr (json_string_value (json_array_get (loc, 0)), ==, "header");
  g_assert_cmpstr (json_string_value (json_array_get (loc, 1)), ==, "last-event-id");
}

static void
set_up_narrow (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  f->config.readers.max_readers = 2;
  f->config.max_subscriptions = 2;
  http_fixture_set_up_with (f, NULL);
}

static gboolean
no_readers (HttpFixture *f)
{
  return ouioed_http_get_n_readers (f->http) == 0;
}

static gboolean
two_readers (HttpFixture *f)
{
  return ouioed_http_get_n_readers (f->http) == 2;
}

/* Full is said before the upgrade; when one leaves there is room again. */
static void
test_readers_are_bounded (HttpFixture *f)
{
  Client *ws = ask (f, "/ws/thinking/a", UPGRADE);
  Client *sse = ask (f, API "/sessions/a/stream", "");
  g_autoptr(json_t) refused = NULL;
  g_autoptr(json_t) refused_sse = NULL;
  g_autoptr(Client) third = NULL;
  g_autoptr(Client) fourth = NULL;
  g_autoptr(Client) fifth = NULL;
  g_autoptr(Reply) upgraded = NULL;

  http_fixture_wait (f, two_readers);
  third = ask (f, "/ws/thinking/a", UPGRADE);
  refused = http_expect (client_read (third), 503);
  g_assert_cmpstr (json_text (refused, "code"), ==, "too-many-readers");
  fourth = ask (f, API "/stream", "");
  refused_sse = http_expect (client_read (fourth), 503);
  g_assert_cmpstr (json_text (refused_sse, "code"), ==, "too-many-readers");

  client_free (ws);
  client_free (sse);
  http_fixture_wait (f, no_readers);
  fifth = ask (f, "/ws/thinking/a", UPGRADE);
  upgraded = client_read (fifth);
  g_assert_cmpuint (upgraded->status, ==, 101);
}

static void
test_subscriptions_are_bounded (HttpFixture *f)
{
  g_autoptr(Client) client = ask (f, API "/stream?session=a&session=b&session=c", "");
  g_autoptr(json_t) json = http_expect (client_read (client), 422);

  g_assert_cmpuint (json_array_size (json_object_get (json, "detail")), ==, 1);
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (ouioed_transport_drain_finish (OUIOED_TRANSPORT (source), result, NULL));
  g_atomic_int_set ((int *) user_data, TRUE);
}

static void
drain (HttpFixture *f, gpointer data)
{
  ouioed_transport_drain_async (OUIOED_TRANSPORT (f->http), on_drained, data);
}

/* Readers learn that the daemon goes, and not with 1000, after which the existing client would not come back. */
static void
test_drain_tells_the_readers (HttpFixture *f)
{
  static const char answer[] = "\x88\x82\0\0\0\0\x03\xf4";
  g_autoptr(Client) ws = ask (f, "/ws/thinking/a", UPGRADE);
  g_autoptr(Client) sse = ask (f, API "/stream", "");
  g_autoptr(Reply) upgraded = client_read (ws);
  g_autofree char *head = client_read_until (sse, "\r\n\r\n");
  int drained = FALSE;
  guint8 opcode = 0;

  g_assert_cmpuint (upgraded->status, ==, 101);
  g_assert_nonnull (head);
  http_fixture_wait (f, two_readers);
  http_fixture_call (f, drain, &drained);
  while (opcode != 8)
    {
      g_autofree char *text = client_read_frame (ws, &opcode);

      if (opcode == 8)
        g_assert_cmpuint ((guint) (guint8) text[0] << 8 | (guint8) text[1], ==, 1012);
    }
  client_send_bytes (ws, answer, sizeof answer - 1);
  while (client_fill (sse))
    ;
  g_assert_nonnull (strstr (sse->input->str, "retry:"));
  for (gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; !g_atomic_int_get (&drained);)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/readers/upgrade", test_upgrade);
  http_fixture_add ("/transport/readers/what-follows-the-handshake-is-read", test_what_follows_the_handshake_is_read);
  http_fixture_add ("/transport/readers/broken-handshakes-are-refused", test_broken_handshakes);
  http_fixture_add ("/transport/readers/queries-are-checked-before-the-upgrade",
                    test_queries_are_checked_before_the_upgrade);
  http_fixture_add ("/transport/readers/stream-begins", test_stream_begins);
  http_fixture_add ("/transport/readers/stream-ends-with-the-session", test_stream_ends_with_the_session);
  http_fixture_add ("/transport/readers/streams-resume", test_streams_resume);
  http_fixture_add ("/transport/readers/broken-last-event-id-is-named", test_broken_last_event_id);
  http_fixture_add_full ("/transport/readers/number-is-bounded", set_up_narrow, test_readers_are_bounded);
  http_fixture_add_full ("/transport/readers/subscriptions-are-bounded", set_up_narrow, test_subscriptions_are_bounded);
  http_fixture_add ("/transport/readers/drain-tells-the-readers", test_drain_tells_the_readers);
  return g_test_run ();
}
