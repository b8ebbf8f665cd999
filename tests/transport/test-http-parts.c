/* test-http-parts.c - the parts of the HTTP transport that need no socket
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"
#include "ouioed-http-access.h"
#include "ouioed-http-private.h"
#include "ouioed-http-query.h"
#include "test-log.h"

typedef struct {
  const char *text;
  gboolean    plain;        /* allowed with no list */
  gboolean    listed;       /* allowed with the list of the test */
} Access;

static void
test_hosts (void)
{
  static const char *const list[] = { "ui.example", "[2001:db8::1]", "exact.example:8080", NULL };
  static const char *const any[] = { "*", NULL };
  static const Access table[] = {
    { "localhost", TRUE, TRUE },
    { "LocalHost:3005", TRUE, TRUE },
    { "127.0.0.1", TRUE, TRUE },
    { "127.9.8.7:1", TRUE, TRUE },
    { "[::1]:3005", TRUE, TRUE },
    { "[0:0:0:0:0:0:0:1]", TRUE, TRUE },
    { "ui.example", FALSE, TRUE },
    { "UI.example:99", FALSE, TRUE },
    { "exact.example:8080", FALSE, TRUE },
    { "exact.example:8081", FALSE, FALSE },
    { "[2001:db8::1]:443", FALSE, TRUE },
    { "[2001:db8::2]", FALSE, FALSE },
    { "evil.example", FALSE, FALSE },
    { "localhost.evil.example", FALSE, FALSE },
    { "127.0.0.1.evil.example", FALSE, FALSE },
    { "128.0.0.1", FALSE, FALSE },
    { "0.0.0.0", FALSE, FALSE },
    { "1270.0.0.1", FALSE, FALSE },
    { "localhost:", TRUE, TRUE },
  };
  static const char *const broken[] = { "",
                                        ":80",
                                        "[::1",
                                        "[]",
                                        "a b",
                                        "local\thost",
                                        "host:port",
                                        "host:123456",
                                        "host:80:80",
                                        "user@localhost",
                                        "localhost/",
                                        "[::1]80",
                                        "local%00host" };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_test_message ("%s", table[i].text);
      g_assert_cmpint (ouioed_host_is_allowed (table[i].text, NULL), ==, table[i].plain);
      g_assert_cmpint (ouioed_host_is_allowed (table[i].text, list), ==, table[i].listed);
      g_assert_true (ouioed_host_is_allowed (table[i].text, any));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_test_message ("%s", broken[i]);
      g_assert_false (ouioed_host_is_well_formed (broken[i]));
      g_assert_false (ouioed_host_is_allowed (broken[i], any));
    }
}

static void
test_origins (void)
{
  static const char *const list[] = { "https://ui.example", "null", NULL };
  static const char *const any[] = { "*", NULL };
  static const Access table[] = {
    { "http://localhost", TRUE, TRUE },
    { "http://localhost:3100", TRUE, TRUE },
    { "https://127.0.0.1:1", TRUE, TRUE },
    { "http://[::1]:8080", TRUE, TRUE },
    { "HTTP://LOCALHOST:1", TRUE, TRUE },
    { "https://ui.example", FALSE, TRUE },
    { "https://ui.example:444", FALSE, FALSE },
    { "http://ui.example", FALSE, FALSE },
    { "null", FALSE, FALSE },              /* never by being on a list */
    { "http://localhost.evil.example", FALSE, FALSE },
    { "http://evil.example/localhost", FALSE, FALSE },
    { "http://localhost/", FALSE, FALSE },
    { "ftp://localhost", FALSE, FALSE },
    { "file://", FALSE, FALSE },
    { "localhost", FALSE, FALSE },
    { "http://user@localhost", FALSE, FALSE },
    { "", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_test_message ("%s", table[i].text);
      g_assert_cmpint (ouioed_origin_is_allowed (table[i].text, NULL), ==, table[i].plain);
      g_assert_cmpint (ouioed_origin_is_allowed (table[i].text, list), ==, table[i].listed);
      g_assert_true (ouioed_origin_is_allowed (table[i].text, any));
    }
}

typedef struct {
  const char *headers;      /* lines */
  SoupHTTPVersion version;
  const char *complaint;    /* part of the message, NULL when it is fine */
} HeadCase;

static gboolean
read_head (const HeadCase *c, OuioedHttpHead *head, SoupMessageHeaders *headers, GError **error)
{
  g_autofree char *text = g_strconcat ("GET / HTTP/1.1\r\n", c->headers, NULL);
  g_autoptr(GUri) uri = g_uri_parse ("http://localhost:3005/", G_URI_FLAGS_NONE, NULL);

  g_assert_true (soup_headers_parse (text, (int) strlen (text), headers));
  return ouioed_http_head_read (head, headers, c->version, uri, error);
}

static void
test_heads (void)
{
  static const HeadCase table[] = {
    { "Host: localhost:3005\r\n", SOUP_HTTP_1_1, NULL },
    { "hOsT: LOCALHOST\r\nContent-length: 12\r\n", SOUP_HTTP_1_1, NULL },
    { "Host: localhost\r\nTransfer-Encoding: Chunked\r\n", SOUP_HTTP_1_1, NULL },
    { "Host: localhost\r\nAccept: a/b\r\nAccept: c/d\r\n", SOUP_HTTP_1_1, NULL },
    { "X: y\r\n", SOUP_HTTP_1_0, NULL },
    { "X: y\r\n", SOUP_HTTP_1_1, "host is missing" },
    { "Host: localhost\r\nHost: localhost\r\n", SOUP_HTTP_1_1, "host is given twice" },
    { "Host: other\r\n", SOUP_HTTP_1_1, "host contradicts" },
    { "Host: localhost.evil\r\n", SOUP_HTTP_1_1, "host contradicts" },
    { "Host: local host\r\n", SOUP_HTTP_1_1, "host is not the name" },
    { "Host: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n", SOUP_HTTP_1_1, "content-length is given twice" },
    { "Host: localhost\r\nContent-Length: 1, 1\r\n", SOUP_HTTP_1_1, "content-length is not a number" },
    { "Host: localhost\r\nContent-Length: +1\r\n", SOUP_HTTP_1_1, "content-length is not a number" },
    { "Host: localhost\r\nContent-Length: -1\r\n", SOUP_HTTP_1_1, "content-length is not a number" },
    { "Host: localhost\r\nContent-Length: 0x10\r\n", SOUP_HTTP_1_1, "content-length is not a number" },
    { "Host: localhost\r\nContent-Length: 99999999999999999999\r\n", SOUP_HTTP_1_1, "content-length is not a number" },
    { "Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", SOUP_HTTP_1_1, "excludes" },
    { "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", SOUP_HTTP_1_1, "excludes" },
    { "Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", SOUP_HTTP_1_1,
      "transfer-encoding is given twice" },
    { "Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n", SOUP_HTTP_1_1, "transfer-encoding must be" },
    { "Host: localhost\r\nTransfer-Encoding: xchunked\r\n", SOUP_HTTP_1_1, "transfer-encoding must be" },
    { "Host: localhost\r\nTransfer-Encoding: chunked\r\n", SOUP_HTTP_1_0, "transfer-encoding must be" },
    { "Host: localhost\r\nOrigin: http://a\r\nOrigin: http://b\r\n", SOUP_HTTP_1_1, "origin is given twice" },
    { "Host: localhost\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n", SOUP_HTTP_1_1,
      "idempotency-key is given twice" },
    { "Host: localhost\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\n", SOUP_HTTP_1_1,
      "content-type is given twice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      g_autoptr(GError) error = NULL;
      OuioedHttpHead head;
      gboolean ok = read_head (&table[i], &head, headers, &error);

      g_test_message ("%s", table[i].headers);
      g_assert_cmpint (ok, ==, table[i].complaint == NULL);
      if (!ok)
        {
          g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_BAD_REQUEST);
          g_assert_nonnull (strstr (error->message, table[i].complaint));
        }
      soup_message_headers_unref (headers);
    }
}

static void
test_head_says_whether_to_go_on (void)
{
  static const struct { const char *headers; SoupHTTPVersion version; gboolean keep_alive, expects; } table[] = {
    { "Host: localhost\r\n", SOUP_HTTP_1_1, TRUE, FALSE },
    { "Host: localhost\r\nConnection: keep-alive\r\n", SOUP_HTTP_1_1, TRUE, FALSE },
    { "Host: localhost\r\nConnection: x, Close\r\n", SOUP_HTTP_1_1, FALSE, FALSE },
    { "Host: localhost\r\nConnection: closed\r\n", SOUP_HTTP_1_1, TRUE, FALSE },
    { "Host: localhost\r\nExpect: 100-Continue\r\n", SOUP_HTTP_1_1, TRUE, TRUE },
    { "Host: localhost\r\nExpect: 100-continue\r\n", SOUP_HTTP_1_0, FALSE, FALSE },
    { "Connection: keep-alive\r\n", SOUP_HTTP_1_0, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      HeadCase c = { table[i].headers, table[i].version, NULL };
      OuioedHttpHead head;

      g_assert_true (read_head (&c, &head, headers, NULL));
      g_assert_cmpint (head.keep_alive, ==, table[i].keep_alive);
      g_assert_cmpint (head.expects_continue, ==, table[i].expects);
      soup_message_headers_unref (headers);
    }
}

static void
test_content_types (void)
{
  static const struct { const char *type; gboolean json, lines; } table[] = {
    { NULL, TRUE, TRUE },
    { "", TRUE, TRUE },
    { "application/json", TRUE, TRUE },
    { "Application/JSON; charset=utf-8", TRUE, TRUE },
    { "application/json ;x", TRUE, TRUE },
    { "application/problem+json", TRUE, TRUE },
    { "application/x.y+JSON;v=1", TRUE, TRUE },
    { "application/x-ndjson", FALSE, TRUE },
    { "application/jsonl", FALSE, TRUE },
    { "application/jsonx", FALSE, FALSE },
    { "application/+json", FALSE, FALSE },
    { "application/", FALSE, FALSE },
    { "text/json", FALSE, FALSE },
    { "text/plain", FALSE, FALSE },
    { "application/x-www-form-urlencoded", FALSE, FALSE },
    { "multipart/form-data; boundary=x", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_test_message ("%s", table[i].type);
      g_assert_cmpint (ouioed_http_type_is_json (table[i].type, FALSE), ==, table[i].json);
      g_assert_cmpint (ouioed_http_type_is_json (table[i].type, TRUE), ==, table[i].lines);
    }
}

static void
test_lists_and_tokens (void)
{
  g_assert_true (ouioed_http_list_has ("a/b, application/problem+json;q=0.5 , c", "application/problem+json"));
  g_assert_true (ouioed_http_list_has ("CLOSE", "close"));
  g_assert_true (ouioed_http_list_has (" ,\tclose", "close"));
  g_assert_false (ouioed_http_list_has ("closed", "close"));
  g_assert_false (ouioed_http_list_has ("a;close", "close"));
  g_assert_false (ouioed_http_list_has ("", "close"));
  g_assert_false (ouioed_http_list_has (NULL, "close"));
  g_assert_true (ouioed_http_is_token ("content-type", FALSE));
  g_assert_true (ouioed_http_is_token ("content-type, x-a", TRUE));
  g_assert_false (ouioed_http_is_token ("content-type, x-a", FALSE));
  g_assert_false (ouioed_http_is_token ("", TRUE));
  g_assert_false (ouioed_http_is_token ("a\rb", TRUE));
  g_assert_false (ouioed_http_is_token ("a:b", TRUE));
}

static void
test_routes (void)
{
  static const struct { const char *path; const char *pattern; const char *id; } table[] = {
    { "/healthz", "/healthz", NULL },
    { "/api/streaming/sessions", "/api/streaming/sessions", NULL },
    { "/api/streaming/%73essions", "/api/streaming/sessions", NULL },
    { "/api/streaming/sessions/a", "/api/streaming/sessions/{id}", "a" },
    { "/api/streaming/sessions/a%20b/stats", "/api/streaming/sessions/{id}/stats", "a b" },
    { "/api/streaming/sessions/stats/stats", "/api/streaming/sessions/{id}/stats", "stats" },
    { "/api/streaming/sessions/%E2%9C%93/events", "/api/streaming/sessions/{id}/events", "\342\234\223" },
    { "/api/streaming/sessions/%2541", "/api/streaming/sessions/{id}", "%41" },
    { "/ws/thinking/x", "/ws/thinking/{id}", "x" },
    { "/api/streaming/sessions/a%2Fb", NULL, NULL },
    { "/api/streaming/sessions/a%00b", NULL, NULL },
    { "/api/streaming/sessions/%FF", NULL, NULL },
    { "/api/streaming/sessions/%zz", NULL, NULL },
    { "/api/streaming/sessions/%2E%2E", NULL, NULL },
    { "/api/streaming/sessions/..", NULL, NULL },
    { "/api/streaming/sessions/%01ouioed:health", NULL, NULL },
    { "/api/streaming/sessions//stats", NULL, NULL },
    { "/api/streaming/sessions/", NULL, NULL },
    { "/api/streaming/sessions/a/nope", NULL, NULL },
    { "/api/streaming/sessionsx", NULL, NULL },
    { "/api/streaming//sessions", NULL, NULL },
    { "//healthz", NULL, NULL },
    { "/healthz/", NULL, NULL },
    { "/ws/thinking", NULL, NULL },
    { "/ws/thinking/a/b", NULL, NULL },
    { "/", NULL, NULL },
    { "", NULL, NULL },
    { "*", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *id = NULL;
      int route = ouioed_routes_find (table[i].path, &id);

      g_test_message ("%s", table[i].path);
      g_assert_cmpstr (route >= 0 ? ouioed_routes[route].pattern : NULL, ==, table[i].pattern);
      g_assert_cmpstr (id, ==, table[i].id);
    }
}

static void
test_query (void)
{
  const char *query =
      "a=1&b=x%20y+z&empty=&flag&%61%62=named&b=second&bad=%zz&nul=%00&latin=%ff&n=12&big=99"
      "&t=2026-11-23T01:11:03+00:00"
      "&id=5-7&noid=5-&w=two";
  static const char *const words[] = { "one", "two", NULL };
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *b = ouioed_query_dup_text (query, "b", problems);
  g_autofree char *empty = ouioed_query_dup_text (query, "empty", problems);
  g_autofree char *flag = ouioed_query_dup_text (query, "flag", problems);
  g_autofree char *named = ouioed_query_dup_text (query, "ab", problems);
  g_auto(GStrv) all = ouioed_query_dup_all (query, "b", problems);
  OuioeEventId id = OUIOE_EVENT_ID_ZERO;
  guint n = 7;
  gint64 t = 0;

  g_assert_cmpstr (b, ==, "x y z");
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (flag, ==, "");
  g_assert_cmpstr (named, ==, "named");
  g_assert_cmpuint (g_strv_length (all), ==, 2);
  g_assert_cmpstr (all[1], ==, "second");
  g_assert_null (ouioed_query_dup_text (query, "absent", problems));
  g_assert_null (ouioed_query_dup_text (NULL, "a", problems));
  g_assert_null (ouioed_query_dup_text ("", "a", problems));
  g_assert_null (ouioed_query_dup_all (query, "absent", problems));
  g_assert_false (ouioed_query_get_uint (query, "absent", problems, 1, 50, &n));
  g_assert_cmpuint (n, ==, 7);
  g_assert_true (ouioed_query_get_uint (query, "n", problems, 1, 50, &n));
  g_assert_cmpuint (n, ==, 12);
  g_assert_true (ouioed_query_get_id (query, "id", problems, &id));
  g_assert_cmpuint (id.seq, ==, 7);
  g_assert_true (ouioed_query_get_time (query, "t", problems, &t));
  g_assert_cmpint (t % G_USEC_PER_SEC, ==, 0);
  g_assert_true (ouioed_query_get_word (query, "w", problems, words, &n));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);

  /* Every way to be wrong adds one problem, and names the parameter. */
  g_assert_null (ouioed_query_dup_text (query, "bad", problems));
  g_assert_null (ouioed_query_dup_text (query, "nul", problems));
  g_assert_null (ouioed_query_dup_text (query, "latin", problems));
  g_assert_null (ouioed_query_dup_all (query, "bad", problems));
  g_assert_false (ouioed_query_get_uint (query, "big", problems, 1, 50, &n));
  g_assert_false (ouioed_query_get_uint (query, "b", problems, 1, 50, &n));
  g_assert_false (ouioed_query_get_id (query, "noid", problems, &id));
  g_assert_false (ouioed_query_get_time (query, "a", problems, &t));
  g_assert_false (ouioed_query_get_word (query, "a", problems, words, &n));
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 9);
  g_assert_cmpstr (ouioe_problems_get (problems, 4)->location, ==, "[\"query\",\"big\"]");
  g_assert_nonnull (strstr (ouioe_problems_get (problems, 8)->message, "one, two"));
}

static void
test_too_many_values (void)
{
  g_autoptr(GString) query = g_string_new ("session=a");
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

  for (guint i = 0; i < OUIOED_MAX_QUERY_VALUES; i++)
    g_string_append (query, "&session=a");
  g_assert_null (ouioed_query_dup_all (query->str, "session", problems));
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 1);
}

static const char *
name_route (int route)
{
  return route == 0 ? "/zero" : "/one";
}

static void
test_metrics_add_up (void)
{
  g_autoptr(OuioedHttpMetrics) metrics = ouioed_http_metrics_new (2);
  g_autoptr(GString) out = g_string_new (NULL);

  ouioed_http_metrics_observe (metrics, 0, OUIOED_HTTP_POST, 200, 90);
  ouioed_http_metrics_observe (metrics, 0, OUIOED_HTTP_POST, 200, 400);
  ouioed_http_metrics_observe (metrics, 0, OUIOED_HTTP_POST, 422, 60 * G_USEC_PER_SEC);
  ouioed_http_metrics_observe (metrics, -1, OUIOED_HTTP_OTHER, 404, 1);
  ouioed_http_metrics_write (metrics, out, name_route);

  g_assert_nonnull (strstr (out->str, "ouioe_http_requests_total{route=\"/zero\",method=\"POST\",code=\"200\"} 2\n"));
  g_assert_nonnull (strstr (out->str, "ouioe_http_requests_total{route=\"/zero\",method=\"POST\",code=\"422\"} 1\n"));
  g_assert_nonnull (strstr (out->str, "ouioe_http_requests_total{route=\"other\",method=\"other\",code=\"404\"} 1\n"));
  g_assert_nonnull (strstr (out->str, "duration_seconds_bucket{route=\"/zero\",le=\"0.0001\"} 1\n"));
  g_assert_nonnull (strstr (out->str, "duration_seconds_bucket{route=\"/zero\",le=\"0.0005\"} 2\n"));
  g_assert_nonnull (strstr (out->str, "duration_seconds_bucket{route=\"/zero\",le=\"+Inf\"} 3\n"));
  g_assert_nonnull (strstr (out->str, "duration_seconds_sum{route=\"/zero\"} 60.000490\n"));
  g_assert_nonnull (strstr (out->str, "duration_seconds_count{route=\"/zero\"} 3\n"));
  g_assert_null (strstr (out->str, "/one"));
}

static void
test_problem_is_json (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(json_t) json = NULL;
  g_autoptr(json_t) list = NULL;

  ouioed_problem_write (out, OUIOE_ERROR_SESSION_NOT_FOUND, "Session \"x\" not\nfound", NULL, ",\"more\":1");
  json = json_loads (out->str, 0, NULL);
  g_assert_cmpstr (json_text (json, "detail"), ==, "Session \"x\" not\nfound");
  g_assert_cmpstr (json_text (json, "code"), ==, "session-not-found");
  g_assert_cmpstr (json_text (json, "type"), ==, "urn:ouioe:problem:session-not-found");
  g_assert_cmpint (json_integer_value (json_object_get (json, "status")), ==, 404);
  g_assert_cmpint (json_integer_value (json_object_get (json, "more")), ==, 1);

  for (int i = 0; i < 50; i++)
    ouioe_problems_add (problems, "body", "field", i, "missing", "a message long enough for the buffer to move");
  g_string_truncate (out, 0);
  ouioed_problem_write (out, OUIOE_ERROR_INVALID_BODY, NULL, problems, NULL);
  list = json_loads (out->str, 0, NULL);
  g_assert_cmpuint (json_array_size (json_object_get (list, "detail")), ==, 50);
  g_assert_true (json_equal (json_object_get (list, "detail"), json_object_get (list, "errors")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  g_test_add_func ("/transport/access/hosts-are-loopback-or-listed", test_hosts);
  g_test_add_func ("/transport/access/origins-are-loopback-or-listed", test_origins);
  g_test_add_func ("/transport/head/what-two-readers-see-differently-is-refused", test_heads);
  g_test_add_func ("/transport/head/says-whether-the-connection-goes-on", test_head_says_whether_to_go_on);
  g_test_add_func ("/transport/head/content-types-of-json", test_content_types);
  g_test_add_func ("/transport/head/lists-and-tokens", test_lists_and_tokens);
  g_test_add_func ("/transport/route/matches-whole-decoded-segments", test_routes);
  g_test_add_func ("/transport/query/values-are-decoded-and-checked", test_query);
  g_test_add_func ("/transport/query/number-of-values-is-bounded", test_too_many_values);
  g_test_add_func ("/transport/metrics/requests-add-up", test_metrics_add_up);
  g_test_add_func ("/transport/problem/is-json-in-both-forms", test_problem_is_json);
  return g_test_run ();
}
