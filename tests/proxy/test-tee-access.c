/* test-tee-access.c - who may use the proxy, what is refused and how, and what the listener never gets to see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NO_BODY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void
begin (TeeFixture *fixture)
{
  tee_fixture_init (fixture);
  tee_fixture_start (fixture);
}

/* Sends @request by an address of any upstream: it is refused with @status and @code, and reaches nobody. */
static void
assert_refused (TeeFixture *fixture, const char *request, guint status, const char *code)
{
  int client = tee_fixture_connect (fixture, NULL);
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);
  g_autofree char *text = NULL;
  g_autoptr(GBytes) all = NULL;

  tee_put (client, request);
  all = tee_get_rest (fixture, client, NULL);
  text = g_strndup (g_bytes_get_data (all, NULL), g_bytes_get_size (all));
  g_test_message ("%s", text);
  g_assert_true (g_str_has_prefix (text, line));
  g_assert_nonnull (strstr (text, member));
  g_assert_true (tee_fixture_is_quiet (fixture));
  close (client);
}

/* It reaches the upstream, and its head there is returned. */
static char *
assert_allowed (TeeFixture *fixture, const char *request)
{
  int client = tee_fixture_connect (fixture, NULL);
  char *head;
  int server;

  tee_put (client, request);
  server = tee_fixture_accept (fixture);
  head = tee_get_head (fixture, server);
  tee_put (server, NO_BODY);
  g_free (tee_get_head (fixture, client));
  close (client);
  close (server);
  return head;
}

#define REQUEST(fields) "GET /proxy/model/x HTTP/1.1\r\n" fields "\r\n"

static void
test_host (void)
{
  const char *const hosts[] = { "models.example", NULL };
  TeeFixture fixture;

  tee_fixture_init (&fixture);
  fixture.config->allowed_hosts = g_strdupv ((char **) hosts);
  tee_fixture_start (&fixture);
  g_free (assert_allowed (&fixture, REQUEST ("Host: localhost:11434\r\n")));
  g_free (assert_allowed (&fixture, REQUEST ("Host: [::1]\r\n")));
  g_free (assert_allowed (&fixture, REQUEST ("Host: models.example:80\r\n")));
  assert_refused (&fixture, REQUEST ("Host: evil.example\r\n"), 403, "host-not-allowed");
  assert_refused (&fixture, REQUEST ("Host: localhost.evil.example\r\n"), 403, "host-not-allowed");
  tee_fixture_clear (&fixture);
}

static void
test_origin (void)
{
  const char *const origins[] = { "https://chat.example", NULL };
  TeeFixture fixture;
  g_autofree char *head = NULL;

  tee_fixture_init (&fixture);
  fixture.config->allowed_origins = g_strdupv ((char **) origins);
  tee_fixture_start (&fixture);
  head = assert_allowed (&fixture, REQUEST (TEE_BASIC "Origin: http://localhost:8080\r\n"));
  g_assert_nonnull (strstr (head, "Origin: http://localhost:8080\r\n"));
  g_free (assert_allowed (&fixture, REQUEST (TEE_BASIC "Origin: https://chat.example\r\n")));
  assert_refused (&fixture, REQUEST (TEE_BASIC "Origin: https://evil.example\r\n"), 403, "origin-not-allowed");
  assert_refused (&fixture, REQUEST (TEE_BASIC "Origin: http://localhost\r\nOrigin: https://evil.example\r\n"), 403,
                  "origin-not-allowed");
  assert_refused (&fixture, REQUEST (TEE_BASIC "Origin: null\r\n"), 403, "origin-not-allowed");
  tee_fixture_clear (&fixture);
}

/* ---- what is ours ---- */

static void
test_claims (void)
{
  static const struct { const char *text; int claims; } cases[] = {
    { "", -1 }, { "G", -1 }, { "GET", -1 }, { "GET ", -1 }, { "GET /", -1 }, { "GET /proxy", -1 }, { "\r\n\r\nPOST /pro", -1 },
    { "GET /proxy/", TRUE }, { "\r\nM-SEARCH /proxy/x", TRUE }, { "GET /p ", FALSE }, { "GET /proxyx", FALSE },
    { "GET  /proxy/", FALSE }, { "GET /Proxy/", FALSE }, { "GETGETGETGETGETGETGETGETGETGETGETGET", FALSE },
  };
  g_autofree char *empty = g_strnfill (100000, '\n');

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (ouioed_tee_claims (cases[i].text, strlen (cases[i].text)), ==, cases[i].claims);
  g_assert_cmpint (ouioed_tee_claims (empty, strlen (empty)), ==, FALSE);    /* nobody holds so much back */
}

/* ---- tokens ---- */

static void
test_token (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;

  tee_fixture_init (&fixture);
  fixture.config->asks_for_tokens = TRUE;
  tee_fixture_start (&fixture);
  head = assert_allowed (&fixture, REQUEST (TEE_BASIC "X-OUIOE-token:  letmein \r\nAuthorization: Bearer of-the-model\r\n"));
  g_assert_cmpstr (fixture.token, ==, "letmein");
  g_assert_null (strstr (head, "letmein"));
  g_assert_null (strcasestr (head, "x-ouioe-token"));
  g_assert_nonnull (strstr (head, "\r\nAuthorization: Bearer of-the-model\r\n"));

  fixture.verdict = 401;
  assert_refused (&fixture, REQUEST (TEE_BASIC), 401, "unauthorized");
  g_assert_null (fixture.token);
  assert_refused (&fixture, REQUEST (TEE_BASIC "X-Ouioe-Token: wrong\r\n"), 401, "unauthorized");
  fixture.verdict = 403;
  assert_refused (&fixture, REQUEST (TEE_BASIC "X-Ouioe-Token: reader\r\n"), 403, "forbidden");
  fixture.verdict = 429;
  assert_refused (&fixture, REQUEST (TEE_BASIC), 429, "too-many-failures");
  tee_fixture_clear (&fixture);
}

/* Nothing of another protocol passes before the token was looked at. */
static void
test_token_before_a_tunnel (void)
{
  const char *upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n";
  g_autofree char *request = g_strconcat ("GET /proxy/model/x HTTP/1.1\r\n" TEE_BASIC, upgrade, "\r\nearly", NULL);
  TeeFixture fixture;

  tee_fixture_init (&fixture);
  fixture.config->asks_for_tokens = TRUE;
  fixture.verdict = 401;
  tee_fixture_start (&fixture);
  assert_refused (&fixture, request, 401, "unauthorized");
  tee_fixture_clear (&fixture);
}

/* Where there is no path that could be left, a path is nobody's business. */
static void
test_path_that_goes_up (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;

  begin (&fixture);
  head = assert_allowed (&fixture, "GET /proxy/other/../x HTTP/1.1\r\n" TEE_BASIC "\r\n");
  g_assert_true (g_str_has_prefix (head, "GET /../x HTTP/1.1\r\n"));
  tee_fixture_clear (&fixture);
}

/* Without tokens it is taken off all the same, and nobody asks. */
static void
test_token_not_needed (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;

  begin (&fixture);
  fixture.verdict = 401;
  head = assert_allowed (&fixture, REQUEST (TEE_BASIC "X-Ouioe-Token: letmein\r\n"));
  g_assert_null (strstr (head, "letmein"));
  g_assert_null (fixture.token);
  tee_fixture_clear (&fixture);
}

/* ---- secrets ---- */

static const char *const secret_fields[] = {
  "Authorization: Bearer s3cret", "Proxy-Authorization: Basic s3cret", "X-API-KEY: s3cret", "api-key:s3cret",
  "X-Goog-Api-Key: s3cret", "Cookie: a=s3cret", "X-Ouioe-Token: s3cret",
};

static void
assert_no_secret (const TeeRecord *record)
{
  g_assert_null (strstr (record->headers->str, "s3cret"));
  g_assert_true (record->query == NULL || strstr (record->query, "s3cret") == NULL);
}

/* Each of them passes to the upstream, and none gets to the listener; who showed one is told from who showed none. */
static void
test_secrets (void)
{
  TeeFixture fixture;
  guint64 first;
  guint i = 0;

  begin (&fixture);
  for (; i < G_N_ELEMENTS (secret_fields); i++)
    {
      g_autofree char *request = g_strdup_printf ("GET /proxy/model/x?a=1&Key=s3cret&b=2&api_key=s3cret HTTP/1.1\r\n" TEE_BASIC
                                                  "%s\r\nX-Plain: shown\r\n\r\n", secret_fields[i]);
      g_autofree char *head = assert_allowed (&fixture, request);
      TeeRecord *record = tee_fixture_record (&fixture, i, TRUE);

      g_assert_nonnull (strstr (head, "?a=1&Key=s3cret&b=2&api_key=s3cret "));
      g_assert_cmpint (strstr (head, secret_fields[i]) == NULL, ==, g_str_has_prefix (secret_fields[i], "X-Ouioe"));
      g_assert_cmpstr (record->query, ==, "a=1&b=2");
      g_assert_nonnull (strstr (record->headers->str, "x-plain: shown\n"));
      assert_no_secret (record);
      g_assert_cmpuint (record->credential, !=, 0);
    }
  g_free (assert_allowed (&fixture, REQUEST (TEE_BASIC)));
  g_assert_cmpuint (tee_fixture_record (&fixture, i, TRUE)->credential, ==, 0);
  g_free (assert_allowed (&fixture, REQUEST (TEE_BASIC "Authorization: Bearer s3cret\r\n")));
  first = tee_fixture_record (&fixture, 0, TRUE)->credential;
  g_assert_cmpuint (tee_fixture_record (&fixture, i + 1, TRUE)->credential, ==, first);
  g_free (assert_allowed (&fixture, REQUEST (TEE_BASIC "Authorization: Bearer other\r\n")));
  g_assert_cmpuint (tee_fixture_record (&fixture, i + 2, TRUE)->credential, !=, first);
  tee_fixture_clear (&fixture);
}

static void
test_secrets_of_answers (void)
{
  TeeFixture fixture;
  int client, server;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, REQUEST (TEE_BASIC));
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  tee_put (server, "HTTP/1.1 200 OK\r\nSet-Cookie: s3cret\r\nX-Bad: \xff\xfe\r\nContent-Length: 0\r\n\r\n");
  g_free (tee_get_head (&fixture, client));
  assert_no_secret (tee_fixture_record (&fixture, 0, TRUE));
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* A listener without interest is asked once, and then left alone. */
static void
test_deaf (void)
{
  TeeFixture fixture;

  begin (&fixture);
  fixture.is_deaf = TRUE;
  g_free (assert_allowed (&fixture, REQUEST (TEE_BASIC)));
  tee_fixture_wait_gone (&fixture);
  g_assert_cmpuint (fixture.records->len, ==, 0);
  tee_fixture_clear (&fixture);
}

/* ---- requests that cannot go on ---- */

static void
test_bad_requests (void)
{
  TeeFixture fixture;
  g_autofree char *long_value = g_strnfill (20000, 'x');
  g_autofree char *oversized = g_strdup_printf (REQUEST (TEE_BASIC "X-Long: %s\r\n"), long_value);

  begin (&fixture);
  assert_refused (&fixture, "GET /proxy/none/x HTTP/1.1\r\n" TEE_BASIC "\r\n", 404, "upstream-not-found");
  assert_refused (&fixture, "GET /proxy/ HTTP/1.1\r\n" TEE_BASIC "\r\n", 404, "upstream-not-found");
  assert_refused (&fixture, "GET /proxy/model/x/%2e%2e/..\\y HTTP/1.1\r\n" TEE_BASIC "\r\n", 400, "bad-request");
  assert_refused (&fixture, REQUEST (""), 400, "bad-request");
  assert_refused (&fixture, REQUEST (TEE_BASIC "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400, "bad-request");
  assert_refused (&fixture, REQUEST (TEE_BASIC "Content-Length: -1\r\n"), 400, "bad-request");
  assert_refused (&fixture, REQUEST (TEE_BASIC "X y: z\r\n"), 400, "bad-request");
  assert_refused (&fixture, "GET /proxy/model/x HTTP/2.0\r\n" TEE_BASIC "\r\n", 400, "bad-request");
  assert_refused (&fixture, oversized, 431, "header-too-large");
  tee_fixture_wait_gone (&fixture);
  g_assert_cmpuint (fixture.records->len, ==, 0);
  tee_fixture_clear (&fixture);
}

/* The head was good, the chunks are not: the upstream is hung up on, and the client is told. */
static void
test_bad_chunk (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;
  int client, server;

  begin (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  server = tee_fixture_accept (&fixture);
  g_free (tee_get_head (&fixture, server));
  g_free (tee_get (&fixture, server, strlen ("3\r\nabc\r\n")));
  tee_put (client, "0x3\r\nabc\r\n");
  head = tee_get_head (&fixture, client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 400 "));
  tee_assert_end (&fixture, server);
  g_assert_cmpint (tee_fixture_record (&fixture, 0, TRUE)->how, ==, OUIOED_CALL_CLIENT_GONE);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_slow_requests (void)
{
  TeeFixture fixture;
  g_autofree char *head = NULL;
  int client, server;

  tee_fixture_init (&fixture);
  fixture.config->head_timeout_us = 100 * 1000;
  fixture.config->body_timeout_us = 100 * 1000;
  tee_fixture_start (&fixture);
  assert_refused (&fixture, "GET /proxy/model/x HTTP/1.1\r\n", 408, "request-timeout");
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 9\r\n\r\nhalf");
  server = tee_fixture_accept (&fixture);
  head = tee_get_head (&fixture, client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

static void
test_too_many (void)
{
  TeeFixture fixture;
  OuioedTeeMetrics metrics;
  int client, server;

  tee_fixture_init (&fixture);
  fixture.config->max_calls = 1;
  tee_fixture_start (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, REQUEST (TEE_BASIC));
  server = tee_fixture_accept (&fixture);
  assert_refused (&fixture, REQUEST (TEE_BASIC), 503, "too-many-calls");
  ouioed_tee_get_metrics (fixture.tee, 0, &metrics);
  g_assert_cmpuint (metrics.active, ==, 1);
  g_assert_cmpuint (metrics.refused, ==, 1);
  g_assert_cmpuint (metrics.calls[OUIOED_CALL_COMPLETE], ==, 0);
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* An upstream whose queue is full does not answer to a connection at all. */
static void
test_connect_timeout (void)
{
  TeeFixture fixture;
  struct sockaddr_in address = { 0 };
  socklen_t len = sizeof address;
  g_autofree char *head = NULL;
  int waiting[4];
  int client;

  tee_fixture_init (&fixture);
  fixture.config->connect_timeout_us = 100 * 1000;
  tee_fixture_start (&fixture);
  g_assert_cmpint (listen (fixture.listener, 0), ==, 0);
  g_assert_cmpint (getsockname (fixture.listener, (struct sockaddr *) &address, &len), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      waiting[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (waiting[i], (struct sockaddr *) &address, len);
    }
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, REQUEST (TEE_BASIC));
  head = tee_get_head (&fixture, client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 504 "));
  g_assert_cmpint (tee_fixture_record (&fixture, 0, TRUE)->how, ==, OUIOED_CALL_NO_UPSTREAM);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    close (waiting[i]);
  close (client);
  tee_fixture_clear (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tee/access/what-begins-with-proxy-is-ours", test_claims);
  g_test_add_func ("/tee/access/only-hosts-of-ours", test_host);
  g_test_add_func ("/tee/access/only-origins-of-ours", test_origin);
  g_test_add_func ("/tee/access/tokens-where-they-are-asked-for", test_token);
  g_test_add_func ("/tee/access/a-token-comes-before-a-tunnel", test_token_before_a_tunnel);
  g_test_add_func ("/tee/access/a-path-may-go-up-where-nothing-is-above", test_path_that_goes_up);
  g_test_add_func ("/tee/access/token-never-reaches-the-upstream", test_token_not_needed);
  g_test_add_func ("/tee/secrets/of-requests-are-not-copied", test_secrets);
  g_test_add_func ("/tee/secrets/of-answers-are-not-copied", test_secrets_of_answers);
  g_test_add_func ("/tee/secrets/listener-may-decline", test_deaf);
  g_test_add_func ("/tee/refused/bad-requests-reach-nobody", test_bad_requests);
  g_test_add_func ("/tee/refused/bad-chunks-go-no-further", test_bad_chunk);
  g_test_add_func ("/tee/refused/slow-requests", test_slow_requests);
  g_test_add_func ("/tee/refused/more-calls-than-allowed", test_too_many);
  g_test_add_func ("/tee/refused/upstream-not-reached-in-time", test_connect_timeout);
  return g_test_run ();
}
