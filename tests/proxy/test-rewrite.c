/* test-rewrite.c - what the upstream gets of a request's head, and what whoever records it gets of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-tee-private.h"

/* ---- which requests are the proxy's ---- */

typedef struct {
  const char *data;
  int         claims;
  gsize       since;        /* bytes after which it can be told; 0: never */
} ClaimCase;

static const ClaimCase claim_cases[] = {
  { "GET /proxy/ollama/api HTTP/1.1", TRUE, 11 },
  { "\r\n\r\nPOST /proxy/x", TRUE, 16 },
  { "GET /proxy/", TRUE, 11 },
  { "GET /proxy", -1, 0 },
  { "GET ", -1, 0 },
  { "GET", -1, 0 },
  { "\r\n", -1, 0 },
  { "", -1, 0 },
  { "GET /proxx", FALSE, 10 },
  { "GET /api/streaming", FALSE, 6 },
  { "GET //proxy/x HTTP/1.1", FALSE, 6 },
  { "GET http://h/proxy/x HTTP/1.1", FALSE, 5 },
  { "GET /Proxy/x HTTP/1.1", FALSE, 6 },
  { "GET /%70roxy/x HTTP/1.1", FALSE, 6 },
  { "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG /proxy/", FALSE, 33 },
};

/* Said once, it is not taken back. */
static void
test_claims (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (claim_cases); i++)
    {
      const ClaimCase *c = &claim_cases[i];
      gsize len = strlen (c->data);

      g_test_message ("%s", c->data);
      for (gsize n = 0; n <= len; n++)
        {
          g_autofree char *copy = g_memdup2 (c->data, n);

          g_assert_cmpint (ouioed_tee_claims (copy, n), ==, c->since > 0 && n >= c->since ? c->claims : -1);
        }
    }
}

static void
test_empty_lines_do_not_pile_up (void)
{
  char lines[66];

  memset (lines, '\n', sizeof lines);
  g_assert_cmpint (ouioed_tee_claims (lines, 64), ==, -1);
  g_assert_cmpint (ouioed_tee_claims (lines, 65), ==, FALSE);
}

typedef struct {
  const char *target;
  const char *name;         /* NULL: not the proxy's */
  const char *rest;
} TargetCase;

static const TargetCase target_cases[] = {
  { "/proxy/ollama/api/chat?x=/y", "ollama", "/api/chat?x=/y" },
  { "/proxy/ollama", "ollama", "" },
  { "/proxy/ollama/", "ollama", "/" },
  { "/proxy/ollama?x", "ollama", "?x" },
  { "/proxy/a//b", "a", "//b" },
  { "/proxy/", "", "" },
  { "/proxy//x", "", "/x" },
  { "/proxy", NULL, NULL },
  { "/proxyx/ollama", NULL, NULL },
  { "*", NULL, NULL },
};

static void
test_targets (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (target_cases); i++)
    {
      const TargetCase *c = &target_cases[i];
      gsize len = strlen (c->target);
      g_autofree char *copy = g_memdup2 (c->target, len);
      const char *name, *rest;
      gsize name_len, rest_len;
      gboolean good = tee_split_target (copy, len, &name, &name_len, &rest, &rest_len);

      g_test_message ("%s", c->target);
      g_assert_cmpint (good, ==, c->name != NULL);
      if (!good)
        continue;
      g_assert_cmpmem (name, name_len, c->name, strlen (c->name));
      g_assert_cmpmem (rest, rest_len, c->rest, strlen (c->rest));
    }
}

typedef struct {
  const char *rest;
  gboolean    goes_up;
} UpCase;

static const UpCase up_cases[] = {
  { "/..", TRUE }, { "/../x", TRUE }, { "/x/../y", TRUE }, { "..", TRUE }, { "/x/..?y", TRUE },
  { "/%2e%2E/x", TRUE }, { "/.%2e", TRUE }, { "/x%2f..%2Fy", TRUE }, { "/x\\..\\y", TRUE }, { "/%5c..", TRUE },
  { "/..;a=b/x", TRUE },
  { "", FALSE }, { "/", FALSE }, { "/.", FALSE }, { "/...", FALSE }, { "/..a/b..", FALSE }, { "/a;../b", FALSE },
  { "/%252e%252e/x", FALSE }, { "/%2", FALSE }, { "/%2e%", FALSE }, { "/v1/models/a..b", FALSE }, { "/x?../..", FALSE },
};

static void
test_paths_that_go_up_are_known_in_any_spelling (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (up_cases); i++)
    {
      gsize len = strlen (up_cases[i].rest);
      g_autofree char *copy = g_memdup2 (up_cases[i].rest, len);

      g_test_message ("%s", up_cases[i].rest);
      g_assert_cmpint (tee_goes_up (copy, len), ==, up_cases[i].goes_up);
    }
}

/* ---- heads ---- */

typedef struct {
  const char *upstream;
  const char *rest;
  const char *head;
  const char *rewritten;
} RewriteCase;

#define URL  "a=http://up:81"
#define BASE "a=http://up/base/"

static const RewriteCase rewrite_cases[] = {
  { URL, "/x?y", "POST /proxy/a/x?y HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n", "POST /x?y HTTP/1.1\r\nHost: up:81\r\nA: b\r\n\r\n" },
  { URL, "", "GET /proxy/a HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: up:81\r\n\r\n" },
  { URL, "?y", "GET /proxy/a?y HTTP/1.1\r\nHost: h\r\n\r\n", "GET /?y HTTP/1.1\r\nHost: up:81\r\n\r\n" },
  { BASE, "/x", "GET /x HTTP/1.1\r\nhOST:h\r\n\r\n", "GET /base/x HTTP/1.1\r\nhOST: up\r\n\r\n" },
  { BASE, "", "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", "GET /base HTTP/1.1\r\nHost: up\r\n\r\n" },
  { BASE, "?y", "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", "GET /base?y HTTP/1.1\r\nHost: up\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: up:81\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.0\r\nA: b\r\n\r\n", "GET / HTTP/1.0\r\nHost: up:81\r\nA: b\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.1\r\nX-Ouioe-Token: t\r\nA:b \r\nHost: h\r\nx-ouioe-token:u\r\n\r\n",
    "GET / HTTP/1.1\r\nA:b \r\nHost: up:81\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.1\r\nA:  b\t\r\nX-Ouioe-Tokens: t\r\nHost:\r\nAuthorization: c\r\n\r\n",
    "GET / HTTP/1.1\r\nA:  b\t\r\nX-Ouioe-Tokens: t\r\nHost: up:81\r\nAuthorization: c\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: up:81\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: up:81\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n" },
  { URL, "/", "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: up:81\r\nConnection: Upgrade\r\n\r\n" },
};

static void
test_rewrite (void)
{
  OuioedWireHead head = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rewrite_cases); i++)
    {
      const RewriteCase *c = &rewrite_cases[i];
      g_autoptr(OuioedUpstream) upstream = ouioed_upstream_parse (c->upstream, NULL);
      g_autoptr(GByteArray) out = g_byte_array_new ();
      const char *error = NULL;

      g_assert_true (ouioed_wire_head_parse_request (&head, c->head, strlen (c->head), &error));
      tee_rewrite_head (out, &head, c->rest, strlen (c->rest), upstream);
      g_byte_array_append (out, (const guint8 *) "", 1);
      g_assert_cmpstr ((const char *) out->data, ==, c->rewritten);
    }
  ouioed_wire_head_clear (&head);
}

/* ---- copies ---- */

static OuioedHeadCopy *
copy_request (const OuioedTee *tee, const char *upstream_spec, const char *text, const char *rest, const char *peer)
{
  g_autoptr(OuioedUpstream) upstream = ouioed_upstream_parse (upstream_spec, NULL);
  OuioedWireHead head = { 0 };
  OuioedHeadCopy *copy;
  const char *error = NULL;

  g_assert_true (ouioed_wire_head_parse_request (&head, text, strlen (text), &error));
  copy = tee_copy_request (tee, &head, rest, strlen (rest), upstream, peer);
  ouioed_wire_head_clear (&head);
  return copy;
}

static OuioedHeadCopy *
copy_answer (const char *text)
{
  OuioedWireHead head = { 0 };
  OuioedHeadCopy *copy;

  g_assert_true (ouioed_wire_head_parse_answer (&head, text, strlen (text)));
  copy = tee_copy_answer (&head);
  ouioed_wire_head_clear (&head);
  return copy;
}

static char *
show_headers (const OuioedHeadCopy *copy)
{
  GString *shown = g_string_new (NULL);

  for (guint i = 0; i < copy->n_headers; i++)
    g_string_append_printf (shown, "%s=%s|", copy->headers[i].name, copy->headers[i].value);
  return g_string_free (shown, FALSE);
}

static void
test_secrets_are_not_copied (void)
{
  static const char text[] = "GET /x HTTP/1.1\r\nHost: h\r\nAUTHORIZATION: s1\r\nProxy-Authorization: s2\r\nx-api-key: s3\r\n"
                             "Api-Key: s4\r\nX-Goog-Api-Key: s5\r\nCookie: s6\r\nX-Ouioe-Token: s7\r\nB: \377c\r\n\r\n";
  static const OuioedTee tee = { .key = "secret" };
  OuioedHeadCopy *copy = copy_request (&tee, "ollama", text, "/x", "127.0.0.1:99");
  g_autofree char *shown = show_headers (copy);

  g_assert_cmpstr (shown, ==, "host=h|b=\357\277\275c|");
  g_assert_cmpstr (copy->method, ==, "GET");
  g_assert_cmpstr (copy->peer, ==, "127.0.0.1");
  g_assert_cmpuint (copy->size, >=, sizeof text);
  ouioed_head_copy_free (copy);
}

static void
test_secrets_of_an_answer_are_not_copied (void)
{
  OuioedHeadCopy *copy = copy_answer ("HTTP/1.1 201 x\r\n"
                                      "Set-Cookie:\r\n session=secret: x\r\nA: b,\r\n c\r\nset-cookie : s\r\n\r\n");
  g_autofree char *shown = show_headers (copy);

  g_assert_cmpstr (shown, ==, "a=b,   c|");
  g_assert_cmpuint (copy->status, ==, 201);
  ouioed_head_copy_free (copy);
}

static void
test_as_many_fields_as_there_is_room_for (void)
{
  g_autoptr(GString) text = g_string_new ("HTTP/1.1 200 OK\r\n");
  OuioedHeadCopy *copy;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "Cookie: c\r\nX-%u: y\r\n", i);
  g_string_append (text, "\r\n");
  copy = copy_answer (text->str);
  g_assert_cmpuint (copy->n_headers, ==, 256);
  g_assert_cmpstr (copy->headers[255].name, ==, "x-255");
  ouioed_head_copy_free (copy);
}

typedef struct {
  const char *upstream;
  const char *rest;
  const char *path;
  const char *query;
} PathCase;

static const PathCase path_cases[] = {
  { URL, "/x", "/x", NULL },
  { URL, "", "/", NULL },
  { URL, "?a", "/", "a" },
  { BASE, "/x", "/base/x", NULL },
  { BASE, "", "/base", NULL },
  { BASE, "?a=b", "/base", "a=b" },
  { URL, "/x?", "/x", NULL },
  { URL, "/x?a=b&&c=d?e&", "/x", "a=b&c=d?e" },
  { URL, "/x?key=s", "/x", NULL },
  { URL, "/x?KEY=s&a=b&api_key=s&api-key=s&apikey=s&access_token=s&token=s&keys=c", "/x", "a=b&keys=c" },
  { URL, "/x?a=b&k%65y=s&%74oken=s", "/x", "a=b" },
  { URL, "/x?a=%zz&%zz=b&a=key", "/x", "a=%zz&%zz=b&a=key" },
  { URL, "/\377?\377", "/\357\277\275", "\357\277\275" },
};

static void
test_paths_and_queries (void)
{
  static const OuioedTee tee = { .key = "secret" };

  for (guint i = 0; i < G_N_ELEMENTS (path_cases); i++)
    {
      const PathCase *c = &path_cases[i];
      OuioedHeadCopy *copy = copy_request (&tee, c->upstream, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", c->rest, "unix");

      g_test_message ("%s", c->path);
      g_assert_cmpstr (copy->path, ==, c->path);
      g_assert_cmpstr (copy->query, ==, c->query);
      g_assert_cmpstr (copy->peer, ==, "unix");
      g_assert_cmpuint (copy->credential, ==, 0);
      ouioed_head_copy_free (copy);
    }
}

static guint64
get_credential (const OuioedTee *tee, const char *fields)
{
  g_autofree char *text = g_strconcat ("GET /x HTTP/1.1\r\nHost: h\r\n", fields, "\r\n", NULL);
  OuioedHeadCopy *copy = copy_request (tee, "ollama", text, "/x", "[::1]:99");
  guint64 credential = copy->credential;

  g_assert_cmpstr (copy->peer, ==, "[::1]");
  ouioed_head_copy_free (copy);
  return credential;
}

static void
test_credential_tells_clients_apart (void)
{
  static const OuioedTee tee = { .key = "secret" };
  static const OuioedTee other = { .key = "another" };
  guint64 one = get_credential (&tee, "Authorization: one\r\n");

  g_assert_cmpuint (get_credential (&tee, ""), ==, 0);
  g_assert_cmpuint (one, !=, 0);
  g_assert_cmpuint (get_credential (&tee, "A: b\r\nauthorization:  one \r\n"), ==, one);
  g_assert_cmpuint (get_credential (&tee, "Authorization: two\r\n"), !=, one);
  g_assert_cmpuint (get_credential (&tee, "Cookie: one\r\n"), !=, one);
  g_assert_cmpuint (get_credential (&other, "Authorization: one\r\n"), !=, one);
  g_assert_cmpuint (get_credential (&tee, "Api-Key: ab\r\nApi-Key: c\r\n"), !=,
                    get_credential (&tee, "Api-Key: a\r\nApi-Key: bc\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/rewrite/claims", test_claims);
  g_test_add_func ("/proxy/rewrite/empty-lines-do-not-pile-up", test_empty_lines_do_not_pile_up);
  g_test_add_func ("/proxy/rewrite/targets", test_targets);
  g_test_add_func ("/proxy/rewrite/paths-that-go-up", test_paths_that_go_up_are_known_in_any_spelling);
  g_test_add_func ("/proxy/rewrite/heads", test_rewrite);
  g_test_add_func ("/proxy/copy/secrets", test_secrets_are_not_copied);
  g_test_add_func ("/proxy/copy/secrets-of-an-answer", test_secrets_of_an_answer_are_not_copied);
  g_test_add_func ("/proxy/copy/as-many-fields-as-there-is-room-for", test_as_many_fields_as_there_is_room_for);
  g_test_add_func ("/proxy/copy/paths-and-queries", test_paths_and_queries);
  g_test_add_func ("/proxy/copy/credential-tells-clients-apart", test_credential_tells_clients_apart);
  return g_test_run ();
}
