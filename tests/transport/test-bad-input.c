/* test-bad-input.c - whatever is sent: a clear refusal that names what is wrong, nothing stored, and life goes on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>

#include "test-log.h"

#define API "/api/streaming"

/* ---- bodies ---- */

typedef struct {
  const char *name;
  const char *path;         /* below API */
  const char *body;
  guint       status;
  const char *names;        /* found in "detail": the field, or the trouble */
} BodyCase;

/* The sessions "open" (debug mode) and "closed" exist. */
static const BodyCase bodies[] = {
  /* not JSON, or not an object */
  { "empty", "/thinking", "", 422, "body" },
  { "blank", "/thinking", " \r\n\t", 422, "body" },
  { "bare word", "/thinking", "nonsense", 422, "body" },
  { "cut off", "/thinking", "{\"session_id\":\"open\"", 422, "body" },
  { "trailing data", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\"} x", 422,
    "body" },
  { "two objects", "/progress", "{}{}", 422, "body" },
  { "trailing comma", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",}", 422, "body" },
  { "comment", "/sessions", "{\"session_id\":\"x\",/*c*/\"user_id\":\"u\"}", 422, "body" },
  { "single quotes", "/sessions", "{'session_id':'x','user_id':'u'}", 422, "body" },
  { "raw control character", "/sessions", "{\"session_id\":\"a\tb\",\"user_id\":\"u\"}", 422, "body" },
  { "unknown escape", "/sessions", "{\"session_id\":\"\\x41\",\"user_id\":\"u\"}", 422, "body" },
  { "short escape", "/sessions", "{\"session_id\":\"\\u12\",\"user_id\":\"u\"}", 422, "body" },
  { "lone surrogate", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"\\ud800\"}",
    422, "body" },
  { "array", "/thinking", "[1]", 422, "body" },
  { "text", "/thinking", "\"text\"", 422, "body" },
  { "null", "/thinking", "null", 422, "body" },
  { "number", "/thinking", "3", 422, "body" },
  { "NaN", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":NaN}",
    422, "body" },
  { "Infinity", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":Infinity}", 422, "body" },
  { "number out of reach", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":1e999}", 422, "body" },
  { "integer out of reach", "/sessions",
    "{\"session_id\":\"x\",\"user_id\":\"u\",\"max_stream_length\":99999999999999999999}", 422, "body" },
  { "duplicate key", "/thinking",
    "{\"session_id\":\"open\",\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\"}", 422,
    "session_id" },
  { "byte order mark", "/sessions", "\357\273\277{\"session_id\":\"x\",\"user_id\":\"u\"}", 422, "body" },
  /* not UTF-8 */
  { "invalid UTF-8", "/sessions", "{\"session_id\":\"\377\376\",\"user_id\":\"u\"}", 400, "UTF-8" },
  { "overlong UTF-8", "/sessions", "{\"session_id\":\"\300\257\",\"user_id\":\"u\"}", 400, "UTF-8" },
  { "encoded surrogate", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"\355\240\200\"}", 400, "UTF-8" },
  /* sessions */
  { "nothing given", "/sessions", "{}", 422, "session_id" },
  { "no user", "/sessions", "{\"session_id\":\"x\"}", 422, "user_id" },
  { "id is null", "/sessions", "{\"session_id\":null,\"user_id\":\"u\"}", 422, "session_id" },
  { "id is a number", "/sessions", "{\"session_id\":5,\"user_id\":\"u\"}", 422, "session_id" },
  { "id is a list", "/sessions", "{\"session_id\":[\"x\"],\"user_id\":\"u\"}", 422, "session_id" },
  { "id is empty", "/sessions", "{\"session_id\":\"\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id with a slash", "/sessions", "{\"session_id\":\"a/b\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id is a dot", "/sessions", "{\"session_id\":\".\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id climbs", "/sessions", "{\"session_id\":\"..\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id with U+0000", "/sessions", "{\"session_id\":\"a\\u0000b\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id with a line end", "/sessions", "{\"session_id\":\"a\\r\\nb\",\"user_id\":\"u\"}", 422, "session_id" },
  { "id of the daemon's own", "/sessions", "{\"session_id\":\"\\u0001ouioed:x\",\"user_id\":\"u\"}", 422,
    "session_id" },
  { "session exists", "/sessions", "{\"session_id\":\"open\",\"user_id\":\"intruder\"}", 409, "session" },
  { "debug mode is a word", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"debug_mode\":\"maybe\"}", 422,
    "debug_mode" },
  { "debug mode is null", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"debug_mode\":null}", 422,
    "debug_mode" },
  { "context is a list", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"system_context\":[1]}", 422,
    "system_context" },
  { "request is null", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"user_request\":null}", 422,
    "user_request" },
  { "length is zero", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"max_stream_length\":0}", 422,
    "max_stream_length" },
  { "length beyond the limit", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"max_stream_length\":100001}",
    422, "max_stream_length" },
  { "length is a fraction", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"max_stream_length\":1.5}", 422,
    "max_stream_length" },
  { "expiry is negative", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"expiry_seconds\":-1}", 422,
    "expiry_seconds" },
  { "expiry beyond the limit", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"expiry_seconds\":1e12}", 422,
    "expiry_seconds" },
  { "threshold is negative", "/sessions", "{\"session_id\":\"x\",\"user_id\":\"u\",\"update_threshold_seconds\":-0.1}",
    422, "update_threshold_seconds" },
  /* steps */
  { "no content", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"analysis\"}", 422, "content" },
  { "content is an object", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":{}}", 422,
    "content" },
  { "type is a list", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":[\"analysis\"],\"content\":\"c\"}", 422,
    "thinking_type" },
  { "type is unknown", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"bogus\",\"content\":\"c\"}", 400,
    "bogus" },
  { "type is in capitals", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"ANALYSIS\",\"content\":\"c\"}",
    400, "ANALYSIS" },
  { "own type without a name", "/thinking", "{\"session_id\":\"open\",\"thinking_type\":\"acme.\",\"content\":\"c\"}",
    400, "acme." },
  { "confidence too high", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":1.0000001}", 422,
    "confidence" },
  { "confidence negative", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":-0.1}", 422,
    "confidence" },
  { "confidence is null", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":null}", 422,
    "confidence" },
  { "confidence is a word", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":\"high\"}", 422,
    "confidence" },
  { "chain is a text", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"reasoning_chain\":\"x\"}", 422,
    "reasoning_chain" },
  { "chain holds null", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"reasoning_chain\":[\"a\",null]}", 422,
    "reasoning_chain" },
  { "alternatives hold objects", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"alternatives\":[{}]}", 422,
    "alternatives" },
  { "factors are an object", "/thinking",
    "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"decision_factors\":{}}", 422,
    "decision_factors" },
  { "unknown session", "/thinking", "{\"session_id\":\"none\",\"thinking_type\":\"analysis\",\"content\":\"c\"}", 404,
    "ession" },
  { "closed session", "/thinking", "{\"session_id\":\"closed\",\"thinking_type\":\"analysis\",\"content\":\"c\"}", 409,
    "closed" },
  { "a session of the daemon", "/thinking",
    "{\"session_id\":\"\\u0001ouioed:health\",\"thinking_type\":\"analysis\",\"content\":\"c\"}", 404, "ession" },
  /* updates */
  { "no message", "/progress", "{\"session_id\":\"open\",\"progress_type\":\"progress\"}", 422, "message" },
  { "update of unknown type", "/progress", "{\"session_id\":\"open\",\"progress_type\":\"nope\",\"message\":\"m\"}",
    400, "nope" },
  { "percentage too high", "/progress",
    "{\"session_id\":\"open\",\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":100.0001}", 422,
    "progress_percentage" },
  { "percentage negative", "/progress",
    "{\"session_id\":\"open\",\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":-1}", 422,
    "progress_percentage" },
  { "percentage is a word", "/progress",
    "{\"session_id\":\"open\",\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":\"half\"}", 422,
    "progress_percentage" },
  { "current step is a list", "/progress",
    "{\"session_id\":\"open\",\"progress_type\":\"progress\",\"message\":\"m\",\"current_step\":[]}", 422,
    "current_step" },
  { "remaining is an object", "/progress",
    "{\"session_id\":\"open\",\"progress_type\":\"progress\",\"message\":\"m\",\"estimated_remaining\":{}}", 422,
    "estimated_remaining" },
  { "update of an unknown session", "/progress",
    "{\"session_id\":\"none\",\"progress_type\":\"progress\",\"message\":\"m\"}", 404, "ession" },
  { "update of a closed session", "/progress",
    "{\"session_id\":\"closed\",\"progress_type\":\"progress\",\"message\":\"m\"}", 409, "closed" },
};

static void
set_up_sessions (HttpFixture *f)
{
  http_create (f, "open");
  http_create (f, "closed");
  reply_free (http_request (f, "DELETE", API "/sessions/closed", NULL, NULL));
}

static void
assert_nothing_stored (HttpFixture *f)
{
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 2);
  g_assert_cmpint (http_fixture_count (f, "open"), ==, 1);
  g_assert_cmpint (http_fixture_count (f, "closed"), ==, 2);
}

static void
assert_alive (HttpFixture *f)
{
  g_autoptr(json_t) json = http_expect (http_get (f, API "/health"), 200);

  g_assert_cmpstr (json_text (json, "status"), ==, "healthy");
}

/* The answer is a problem: with a status, a code, a title, and "detail" that names @names (or a list that does). */
static void
assert_problem (Reply *reply, guint status, const char *names)
{
  g_autoptr(json_t) json = NULL;
  g_autofree char *detail = NULL;
  json_t *list;

  if (reply->status != status)
    g_test_message ("%s%s", reply->head, reply->body->str);
  g_assert_cmpuint (reply->status, ==, status);
  json = reply_json (reply);
  g_assert_cmpint (json_integer_value (json_object_get (json, "status")), ==, status);
  g_assert_cmpstr (json_text (json, "code"), !=, "");
  g_assert_cmpstr (json_text (json, "title"), !=, "");
  list = json_object_get (json, "detail");
  detail = json_dumps (list, JSON_ENCODE_ANY);
  if (strstr (detail, names) == NULL)
    g_test_message ("%s", detail);
  g_assert_nonnull (strstr (detail, names));
  g_assert_cmpint (json_is_array (list), ==, status == 422);
  for (gsize i = 0; i < json_array_size (list); i++)
    {
      json_t *entry = json_array_get (list, i);

      g_assert_cmpuint (json_array_size (json_object_get (entry, "loc")), >, 0);
      g_assert_cmpstr (json_text (entry, "msg"), !=, "");
      g_assert_cmpstr (json_text (entry, "type"), !=, "");
    }
}

static void
test_bodies (HttpFixture *f)
{
  set_up_sessions (f);
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *path = g_strconcat (API, bodies[i].path, NULL);
      g_autoptr(Reply) reply = http_post (f, path, bodies[i].body);

      g_test_message ("%s", bodies[i].name);
      assert_problem (reply, bodies[i].status, bodies[i].names);
    }
  assert_nothing_stored (f);
  assert_alive (f);
}

/* ---- bodies that are made ---- */

static void
test_made_bodies (HttpFixture *f)
{
  g_autofree char *long_id = g_strnfill (257, 'i');
  g_autofree char *long_word = g_strnfill (300, 'w');
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *deep_end = g_strnfill (100000, ']');
  g_autoptr(GString) items = g_string_new ("\"a\"");
  struct { const char *path; char *body; guint status; const char *names;
  } cases[] = {
    { API "/sessions", g_strdup_printf ("{\"session_id\":\"%s\",\"user_id\":\"u\"}", long_id), 422, "session_id" },
    { API "/sessions", g_strdup_printf ("{\"session_id\":\"x\",\"user_id\":\"%s\"}", long_id), 422, "user_id" },
    { API "/sessions",
      g_strdup_printf ("{\"session_id\":\"x\",\"user_id\":\"u\",\"system_context\":{\"a\":%s%s}}", deep, deep_end), 400,
      "nested" },
    { API "/thinking", g_strdup (deep), 400, "nested" },
    { API "/thinking",
      g_strdup_printf ("{\"session_id\":\"open\",\"thinking_type\":\"%s\",\"content\":\"c\"}", long_word), 400,
      "wwww" },
    { API "/thinking", NULL, 422, "reasoning_chain" },
  };

  for (int i = 0; i < 10000; i++)
    g_string_append (items, ",\"a\"");
  cases[5].body = g_strdup_printf (
      "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"reasoning_chain\":[%s]}",
      items->str);

  set_up_sessions (f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Reply) reply = http_post (f, cases[i].path, cases[i].body);

      g_test_message ("%.80s", cases[i].body);
      assert_problem (reply, cases[i].status, cases[i].names);
      g_free (cases[i].body);
    }
  assert_nothing_stored (f);
  assert_alive (f);
}

static void
test_nul_bytes (HttpFixture *f)
{
  static const char whole[] = "\0";
  static const char inside[] = "{\"session_id\":\"a\0b\",\"user_id\":\"u\"}";
  static const char behind[] = "{\"session_id\":\"ab\",\"user_id\":\"u\"}\0";
  g_autoptr(Reply) a = http_request_data (f, "POST", API "/sessions", NULL, whole, sizeof whole - 1);
  g_autoptr(Reply) b = http_request_data (f, "POST", API "/sessions", NULL, inside, sizeof inside - 1);
  g_autoptr(Reply) c = http_request_data (f, "POST", API "/sessions", NULL, behind, sizeof behind - 1);

  assert_problem (a, 422, "body");
  assert_problem (b, 422, "body");
  assert_problem (c, 422, "body");
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 0);
}

/* ---- heads and queries ---- */

typedef struct {
  const char *name;
  const char *method;
  const char *path;
  const char *headers;
  const char *body;
  guint       status;
  const char *names;
} RequestCase;

#define STEP "{\"session_id\":\"open\",\"thinking_type\":\"analysis\",\"content\":\"c\"}"

static const RequestCase requests[] = {
  { "text/plain", "POST", API "/thinking", "Content-Type: text/plain\r\n", STEP, 422, "content type" },
  { "a form", "POST", API "/thinking", "Content-Type: application/x-www-form-urlencoded\r\n", "session_id=open", 422,
    "content type" },
  { "multipart", "POST", API "/thinking", "Content-Type: multipart/form-data; boundary=x\r\n", STEP, 422,
    "content type" },
  { "lines to a single route", "POST", API "/thinking", "Content-Type: application/x-ndjson\r\n", STEP, 422,
    "content type" },
  { "compressed", "POST", API "/thinking", "Content-Encoding: gzip\r\n", STEP, 422, "content-encoding" },
  { "empty key", "POST", API "/thinking", "Idempotency-Key: \r\n", STEP, 422, "idempotency-key" },
  { "key with a space", "POST", API "/thinking", "Idempotency-Key: a b\r\n", STEP, 422, "idempotency-key" },
  { "key not ASCII", "POST", API "/thinking", "Idempotency-Key: \303\251\r\n", STEP, 422, "idempotency-key" },
  { "bulk with such a key", "POST", API "/events", "Idempotency-Key: a b\r\n", STEP, 422, "idempotency-key" },
  { "bulk as a form", "POST", API "/events", "Content-Type: text/csv\r\n", STEP, 422, "content type" },
  { "outcome with a space", "DELETE", API "/sessions/open?outcome=a%20b", NULL, NULL, 422, "outcome" },
  { "empty outcome", "DELETE", API "/sessions/open?outcome=", NULL, NULL, 422, "outcome" },
  { "limit is zero", "GET", API "/sessions/open/events?limit=0", NULL, NULL, 422, "limit" },
  { "limit beyond the limit", "GET", API "/sessions/open/events?limit=1001", NULL, NULL, 422, "limit" },
  { "limit is negative", "GET", API "/sessions/open/events?limit=-5", NULL, NULL, 422, "limit" },
  { "limit is a word", "GET", API "/sessions?limit=many", NULL, NULL, 422, "limit" },
  { "after is no id", "GET", API "/sessions/open/events?after=yesterday", NULL, NULL, 422, "after" },
  { "after overflows", "GET", API "/sessions/open/events?after=99999999999999999999-0", NULL, NULL, 422, "after" },
  { "before is no id", "GET", API "/sessions/open/events?before=1-2-3", NULL, NULL, 422, "before" },
  { "since is no time", "GET", API "/sessions/open/events?since=noon", NULL, NULL, 422, "since" },
  { "until is no day", "GET", API "/sessions/open/events?until=2026-02-30T00:00:00Z", NULL, NULL, 422, "until" },
  { "unknown kind", "GET", API "/sessions/open/events?kind=dream", NULL, NULL, 422, "kind" },
  { "one kind of two unknown", "GET", API "/sessions/open/events?kind=thinking_step,", NULL, NULL, 422, "kind" },
  { "unknown order", "GET", API "/sessions/open/events?order=random", NULL, NULL, 422, "order" },
  { "unknown format", "GET", API "/sessions/open/events?format=xml", NULL, NULL, 422, "format" },
  { "unknown state", "GET", API "/sessions?state=asleep", NULL, NULL, 422, "state" },
  { "query not UTF-8", "GET", API "/sessions?user_id=%ff", NULL, NULL, 422, "user_id" },
  { "query with U+0000", "GET", API "/sessions?user_id=a%00b", NULL, NULL, 422, "user_id" },
  { "encoded slash", "GET", API "/sessions/a%2Fb", NULL, NULL, 404, "Not Found" },
  { "encoded U+0000", "DELETE", API "/sessions/open%00", NULL, NULL, 404, "Not Found" },
  { "climbing", "DELETE", API "/sessions/..%2Fsessions%2Fopen", NULL, NULL, 404, "Not Found" },
  { "the daemon's own session", "DELETE", API "/sessions/%01ouioed:health", NULL, NULL, 404, "Not Found" },
  { "not UTF-8", "GET", API "/sessions/%c0%af", NULL, NULL, 404, "Not Found" },
  { "empty segment", "DELETE", API "/sessions//open", NULL, NULL, 404, "Not Found" },
  { "too large", "POST", API "/thinking", "Content-Length: 10485760\r\n", NULL, 413, "1048576" },
  { "much too large", "POST", API "/events", "Content-Length: 999999999999999999\r\n", NULL, 413, "16777216" },
};

static void
test_requests (HttpFixture *f)
{
  set_up_sessions (f);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      const RequestCase *c = &requests[i];
      g_autoptr(Reply) reply = NULL;

      g_test_message ("%s", c->name);
      reply = http_request (f, c->method, c->path, c->headers, c->body);
      assert_problem (reply, c->status, c->names);
    }
  assert_nothing_stored (f);
  assert_alive (f);
}

/* Ten megabytes that are really sent: the answer arrives, and memory was not filled with them. */
static void
test_large_body_that_is_sent (HttpFixture *f)
{
  g_autofree char *body = g_strnfill (10 << 20, '[');
  g_autoptr(Reply) reply = http_post (f, API "/thinking", body);

  assert_problem (reply, 413, "1048576");
  assert_alive (f);
}

/* ---- a session's bounds ---- */

static void
set_up_small (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  f->limits.max_sessions = 2;
  http_fixture_set_up_with (f, NULL);
}

static void
test_too_many_sessions (HttpFixture *f)
{
  g_autoptr(Reply) reply = NULL;

  http_create (f, "one");
  http_create (f, "two");
  reply = http_post (f, API "/sessions", "{\"session_id\":\"three\",\"user_id\":\"u\"}");
  g_assert_cmpuint (reply->status, ==, 429);
  g_assert_cmpint (http_fixture_count (f, "three"), ==, -1);
  assert_alive (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/bad-input/bodies", test_bodies);
  http_fixture_add ("/transport/bad-input/made-bodies", test_made_bodies);
  http_fixture_add ("/transport/bad-input/nul-bytes", test_nul_bytes);
  http_fixture_add ("/transport/bad-input/heads-and-queries", test_requests);
  http_fixture_add ("/transport/bad-input/large-body-that-is-sent", test_large_body_that_is_sent);
  http_fixture_add_full ("/transport/bad-input/too-many-sessions", set_up_small, test_too_many_sessions);
  return g_test_run ();
}
