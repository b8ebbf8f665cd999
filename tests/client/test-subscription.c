/* test-subscription.c - live events, over a connection that breaks in every possible place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "told.h"

/* ---- a stream that breaks ---- */

/* The session of which a connection gets what follows its position, as the daemon does it. */
static const struct { const char *id; const char *text; } session[] = {
  { "5-0", STEP ("5-0", "one") },
  { "5-1", UPDATE ("5-1") },
  { "6-0", ": keepalive\n\n" STEP ("6-0", "t\xc3\xa4wo") },
  { "7-0", END ("7-0") },
};
static const char session_notes[] =
  "thinking_step 5-0\nprogress_update 5-1\nthinking_step 6-0\nsession_end 7-0\nended s done\n";

typedef struct {
  gsize    cut;          /* the first connection ends after so many bytes of the answer */
  gboolean is_chunked;
  gboolean is_repeating; /* the daemon does not look at the position */
  gsize    whole;        /* out: length of a whole answer */
} Cutter;

static void
append_body (GString *answer, const char *text, gboolean is_chunked)
{
  if (is_chunked)
    g_string_append_printf (answer, "%zx\r\n%s\r\n", strlen (text), text);
  else
    g_string_append (answer, text);
}

static gboolean
cutter_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Cutter *cutter = user_data;
  const char *query = strstr (request->target, "?after=");
  OuioeEventId after = OUIOE_EVENT_ID_ZERO;
  g_autoptr(GString) answer = g_string_new (HEAD);

  if (query != NULL && !cutter->is_repeating)
    g_assert_true (ouioe_event_id_parse (query + strlen ("?after="), &after));
  g_string_append (answer, cutter->is_chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Connection: close\r\n\r\n");
  append_body (answer, "retry: 1\n\n", cutter->is_chunked);
  for (gsize i = 0; i < G_N_ELEMENTS (session); i++)
    {
      OuioeEventId id;

      g_assert_true (ouioe_event_id_parse (session[i].id, &id));
      if (ouioe_event_id_compare (id, after) > 0)
        append_body (answer, session[i].text, cutter->is_chunked);
    }

  if (request->number == 0)
    {
      cutter->whole = answer->len;
      fake_write (out, answer->str, (gssize) MIN (cutter->cut, answer->len));
      return FALSE;
    }
  fake_write (out, answer->str, (gssize) answer->len);
  fake_hold (out);
  return FALSE;
}

/* Wherever the first connection breaks: each event comes once, in order. */
static void
test_cut_anywhere (gconstpointer user_data)
{
  Cutter cutter = { .is_chunked = GPOINTER_TO_INT (user_data) & 1, .is_repeating = GPOINTER_TO_INT (user_data) & 2,
                    .whole = G_MAXSIZE };

  for (cutter.cut = 0; cutter.cut <= cutter.whole; cutter.cut++)
    {
      g_autoptr(FakeServer) server = fake_server_new (NULL, cutter_cb, &cutter);
      Told told = { .quiet = TRUE };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (told.is_over && (cutter.cut == cutter.whole || fake_server_get_n_requests (server) == 2));
      g_assert_cmpstr (told.notes->str, ==, session_notes);
      told_clear (&told);
    }
  g_assert_cmpuint (cutter.whole, >, 500);
}

/* ---- answers from a list, one per connection ---- */

typedef struct {
  const char *const *answers;    /* the last one is repeated */
  gboolean           is_holding; /* the last one is not closed */
} Answers;

static gboolean
answers_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Answers *self = user_data;
  guint n = g_strv_length ((char **) self->answers);
  guint i = MIN (request->number, n - 1);

  fake_write (out, self->answers[i], -1);
  if (i == n - 1 && self->is_holding)
    fake_hold (out);
  return FALSE;
}

/* Follows a session until its end, then compares what was told. */
static void
assert_tells (const char *const *answers, const char *after, const char *expected)
{
  Answers list = { .answers = answers, .is_holding = TRUE };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", after);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, expected);
  told_clear (&told);
}

static void
test_gap_is_told_once (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" STEP ("5-0", "a") GAP ("5-0", "8-0", ",\"lost\":3") GAP ("5-0", "8-0", ",\"lost\":3") STEP ("7-0", "b")
    STEP ("9-0", "c") GAP ("9-0", "10-0", "") END ("11-0"), NULL,
  };

  assert_tells (answers, NULL,
                "connected\nthinking_step 5-0\ngap 5-0 8-0 3\nthinking_step 9-0\ngap 9-0 10-0 -1\nsession_end 11-0\n"
                "ended s done\n");
}

static void
test_gap_without_beginning_begins_at_the_position (void)
{
  static const char *const answers[] = {
    HEAD "\r\nevent: gap\ndata: {\"until\":\"4-0\"}\n\nevent: gap\ndata: nonsense\n\n"
    "event: gap\ndata: {\"until\":\"x\"}\n\n"
    END ("5-0"), NULL,
  };

  assert_tells (answers, "3-0", "connected\ngap 3-0 4-0 -1\nsession_end 5-0\nended s done\n");
}

static void
test_what_cannot_be_read_is_told_as_gap (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" STEP ("5-0", "a") "id: 6-0\nevent: thinking_step\ndata: {\"id\":\n\n"
    "event: thinking_step\ndata: {}\n\n" "id: 7-0\nevent: of_the_future\ndata: {}\n\n" END ("8-0"), NULL,
  };

  assert_tells (answers, NULL,
                "connected\nthinking_step 5-0\ngap 5-0 6-0 1\nsession_end 8-0\nended s done\n");
}

static void
test_refusals_end_with_failed (void)
{
  static const char *const answers[][2] = {
    { "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n\r\n"
      "{\"detail\": \"Session not found\", \"code\": \"session-not-found\"}", NULL },
    { "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", NULL },
    { "HTTP/1.1 403 Forbidden\r\n\r\n{\"detail\": \"Not you\"}", NULL },
    { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", NULL },
    { "HTTP/1.1 204 No Content\r\n\r\n", NULL },
    { "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", NULL },
  };
  static const char *const expected[] = {
    "failed session-not-found: Session not found\n",
    "failed unauthorized: The service answered 401 Unauthorized\n",
    "failed forbidden: Not you\n",
    NULL, NULL,
    "failed protocol: The service answered 301 Moved\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Answers list = { .answers = answers[i] };
      g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
      g_autofree char *stranger = g_strdup_printf ("disconnected protocol\ndisconnected protocol\n"
                                                   "failed protocol: What answers at %s is not a stream of events\n",
                                                   fake_server_get_address (server));
      Told told = { 0 };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (told.is_over);
      g_assert_cmpstr (told.notes->str, ==, expected[i] != NULL ? expected[i] : stranger);
      g_assert_cmpuint (fake_server_get_n_requests (server), ==, expected[i] != NULL ? 1 : 3);
      told_clear (&told);
    }
}

static void
test_passing_trouble_does_not (void)
{
  static const char *const answers[] = {
    "HTTP/1.1 503 Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 0\r\n\r\n"
    "{\"detail\": \"Leaving\", \"code\": \"draining\"}",
    "HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 500 Oh\r\n\r\n",
    "",
    "SSH-2.0-OpenSSH\r\n",
    HEAD "\r\n" END ("5-0"), NULL,
  };

  assert_tells (answers, NULL,
                "disconnected draining\ndisconnected busy\ndisconnected internal\ndisconnected unreachable\n"
                "disconnected unreachable\nconnected\nsession_end 5-0\nended s done\n");
}

static void
test_an_endless_event_ends_with_failed (void)
{
  g_autofree char *fill = g_strnfill (33 * 1024 * 1024, 'x');
  g_autofree char *answer = g_strconcat (HEAD "\r\ndata: ", fill, NULL);
  const char *const answers[] = { answer, NULL };
  Answers list = { .answers = answers, .is_holding = TRUE };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_true (g_str_has_prefix (told.notes->str, "connected\nfailed protocol: "));
  told_clear (&told);
}

static void
test_no_address_ends_with_failed (void)
{
  Told told = { 0 };

  told_follow (&told, "nowhere", "s", NULL);
  g_assert_cmpstr (told.notes->str, ==, ""); /* nothing is told before start() has returned */
  fake_wait_for (told.is_over);
  g_assert_true (g_str_has_prefix (told.notes->str, "failed configuration: "));
  told_clear (&told);
}

/* ---- what it asks for ---- */

static void
assert_asks (const char *session_id, const char *after, const char *const *answers, const char *first,
             const char *second)
{
  Answers list = { .answers = answers };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  g_auto(GStrv) log = NULL;
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), session_id, after);
  fake_wait_for (fake_server_get_n_requests (server) >= 2);
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[0], ==, first);
  g_assert_cmpstr (log[1], ==, second);
  told_clear (&told);
}

static void
test_asks_for_what_follows (void)
{
  static const char *const nothing[] = { HEAD "\r\n", NULL };
  static const char *const steps[] = { HEAD "\r\n" STEP ("5-0", "a") STEP ("6-1", "b"), NULL };
  static const char *const position[] = { HEAD "\r\nid: 9-0\n\n", NULL };
  static const char *const dated[] = { HEAD "Date: Mon, 23 Nov 2026 01:11:03 GMT\r\n\r\n", NULL };

  assert_asks ("s", NULL, nothing, "GET /api/streaming/sessions/s/stream", "GET /api/streaming/sessions/s/stream");
  assert_asks ("a b", NULL, steps, "GET /api/streaming/sessions/a%20b/stream",
               "GET /api/streaming/sessions/a%20b/stream?after=6-1");
  assert_asks ("s", "3-0", nothing, "GET /api/streaming/sessions/s/stream?after=3-0",
               "GET /api/streaming/sessions/s/stream?after=3-0");
  assert_asks ("s", "7-0", steps, "GET /api/streaming/sessions/s/stream?after=7-0",
               "GET /api/streaming/sessions/s/stream?after=7-0");
  assert_asks ("s", NULL, position, "GET /api/streaming/sessions/s/stream",
               "GET /api/streaming/sessions/s/stream?after=9-0");
  /* One session: everything is wanted again as long as nothing came. All: what happened since the first answer. */
  assert_asks ("s", NULL, dated, "GET /api/streaming/sessions/s/stream", "GET /api/streaming/sessions/s/stream");
  assert_asks (NULL, NULL, dated, "GET /api/streaming/stream", "GET /api/streaming/stream?after=1795396263000-0");
  assert_asks (NULL, "0", steps, "GET /api/streaming/stream?after=0-0", "GET /api/streaming/stream?after=6-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/subscription/cut-anywhere/until-the-end", GINT_TO_POINTER (0), test_cut_anywhere);
  g_test_add_data_func ("/subscription/cut-anywhere/chunked", GINT_TO_POINTER (1), test_cut_anywhere);
  g_test_add_data_func ("/subscription/cut-anywhere/everything-comes-twice", GINT_TO_POINTER (2), test_cut_anywhere);
  g_test_add_func ("/subscription/gap-is-told-once", test_gap_is_told_once);
  g_test_add_func ("/subscription/gap-without-beginning-begins-at-the-position",
                   test_gap_without_beginning_begins_at_the_position);
  g_test_add_func ("/subscription/what-cannot-be-read-is-told-as-gap", test_what_cannot_be_read_is_told_as_gap);
  g_test_add_func ("/subscription/refusals-end-with-failed", test_refusals_end_with_failed);
  g_test_add_func ("/subscription/passing-trouble-does-not", test_passing_trouble_does_not);
  g_test_add_func ("/subscription/an-endless-event-ends-with-failed", test_an_endless_event_ends_with_failed);
  g_test_add_func ("/subscription/no-address-ends-with-failed", test_no_address_ends_with_failed);
  g_test_add_func ("/subscription/asks-for-what-follows", test_asks_for_what_follows);
  return g_test_run ();
}
