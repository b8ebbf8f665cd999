/* test-upstream.c - how a model server behind the proxy is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-upstream.h"

#include <string.h>

#include "ouioe-error.h"

typedef struct {
  const char  *spec;
  const char  *name;
  const char  *host;
  guint16      port;
  const char  *authority;
  const char  *base_path;
  OuioedSpeaks speaks;
  gboolean     tls;
  gboolean     llamacpp;
  const char  *listen;
} Case;

static const Case cases[] = {
  { "ollama", "ollama", "127.0.0.1", 11434, "127.0.0.1:11434", "", OUIOED_SPEAKS_OLLAMA },
  { "llamacpp", "llamacpp", "127.0.0.1", 8080, "127.0.0.1:8080", "", OUIOED_SPEAKS_OPENAI, FALSE, TRUE },
  { "vllm", "vllm", "127.0.0.1", 8000, "127.0.0.1:8000", "", OUIOED_SPEAKS_OPENAI },
  { "openai", "openai", "api.openai.com", 443, "api.openai.com", "", OUIOED_SPEAKS_OPENAI, TRUE },
  { "anthropic", "anthropic", "api.anthropic.com", 443, "api.anthropic.com", "", OUIOED_SPEAKS_ANTHROPIC, TRUE },
  { "ollama=http://big:1", "ollama", "big", 1, "big:1", "", OUIOED_SPEAKS_OLLAMA },
  { "a=http://b", "a", "b", 80, "b", "", OUIOED_SPEAKS_AUTO },
  { "a=https://b:80", "a", "b", 80, "b:80", "", OUIOED_SPEAKS_AUTO, TRUE },
  { "a=HTTPS://B.example:443/", "a", "B.example", 443, "B.example", "", OUIOED_SPEAKS_AUTO, TRUE },
  { "a=http://b_c-d.e:65535/x/y//", "a", "b_c-d.e", 65535, "b_c-d.e:65535", "/x/y", OUIOED_SPEAKS_AUTO },
  { "a=http://b/x%20y/%2F", "a", "b", 80, "b", "/x%20y/%2F", OUIOED_SPEAKS_AUTO },
  { "a=http://[::1]:8080/v1", "a", "::1", 8080, "[::1]:8080", "/v1", OUIOED_SPEAKS_AUTO },
  { "a=http://[2001:db8::1]", "a", "2001:db8::1", 80, "[2001:db8::1]", "", OUIOED_SPEAKS_AUTO },
  { "a=http://[fe80::1%25eth0]:81", "a", "fe80::1%eth0", 81, "[fe80::1]:81", "", OUIOED_SPEAKS_AUTO },
  { "a=http://b,dialect=auto", "a", "b", 80, "b", "", OUIOED_SPEAKS_AUTO },
  { "a=http://b,dialect=ollama", "a", "b", 80, "b", "", OUIOED_SPEAKS_OLLAMA },
  { "a=http://b,dialect=openai", "a", "b", 80, "b", "", OUIOED_SPEAKS_OPENAI },
  { "a=http://b,dialect=anthropic", "a", "b", 80, "b", "", OUIOED_SPEAKS_ANTHROPIC },
  { "a=http://b,dialect=mcp", "a", "b", 80, "b", "", OUIOED_SPEAKS_MCP },
  { "a=http://b,dialect=llamacpp", "a", "b", 80, "b", "", OUIOED_SPEAKS_OPENAI, FALSE, TRUE },
  { "llamacpp,dialect=openai", "llamacpp", "127.0.0.1", 8080, "127.0.0.1:8080", "", OUIOED_SPEAKS_OPENAI },
  { "ollama,listen=127.0.0.1:0", "ollama", "127.0.0.1", 11434, "127.0.0.1:11434", "",
    OUIOED_SPEAKS_OLLAMA, FALSE, FALSE, "127.0.0.1:0" },
  { "ollama,listen=[::1]:11435", "ollama", "127.0.0.1", 11434, "127.0.0.1:11434", "",
    OUIOED_SPEAKS_OLLAMA, FALSE, FALSE, "[::1]:11435" },
  { " a=http://b , listen=unix:/run/a:b , dialect=mcp ", "a", "b", 80, "b", "",
    OUIOED_SPEAKS_MCP, FALSE, FALSE, "unix:/run/a:b" },
  { "0123456789abcdef-0123456789abcde=http://b",
    "0123456789abcdef-0123456789abcde", "b", 80, "b", "", OUIOED_SPEAKS_AUTO },
};

static void
check (const OuioedUpstream *upstream, const Case *c)
{
  g_assert_cmpstr (upstream->name, ==, c->name);
  g_assert_cmpstr (upstream->host, ==, c->host);
  g_assert_cmpuint (upstream->port, ==, c->port);
  g_assert_cmpstr (upstream->authority, ==, c->authority);
  g_assert_cmpstr (upstream->base_path, ==, c->base_path);
  g_assert_cmpint (upstream->speaks, ==, c->speaks);
  g_assert_cmpint (upstream->tls, ==, c->tls);
  g_assert_cmpint (upstream->llamacpp, ==, c->llamacpp);
  g_assert_cmpstr (upstream->listen, ==, c->listen);
}

/* And what it is written as is read as the same. */
static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(OuioedUpstream) upstream = ouioed_upstream_parse (cases[i].spec, &error);
      g_autoptr(OuioedUpstream) again = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s", cases[i].spec);
      g_assert_no_error (error);
      check (upstream, &cases[i]);
      text = ouioed_upstream_to_string (upstream);
      again = ouioed_upstream_parse (text, &error);
      g_assert_no_error (error);
      check (again, &cases[i]);
      g_assert_cmpstr (again->url, ==, upstream->url);
    }
}

typedef struct {
  const char *spec;
  const char *part;         /* of what is said about it */
} BadCase;

static const BadCase bad_cases[] = {
  { "", "wanted is NAME" },
  { ",", "1 to 32 characters" },
  { "=http://b", "1 to 32 characters" },
  { "0123456789abcdef-0123456789abcdef=http://b", "1 to 32 characters" },
  { "Ollama", "small letters" },
  { "a b=http://b", "small letters" },
  { "a/b=http://b", "small letters" },
  { "http://b", "small letters" },
  { "unknown", "ollama, llamacpp, vllm, openai, anthropic" },
  { "a=", "HOST[:PORT]" },
  { "a=b:80", "HOST[:PORT]" },
  { "a=/x", "HOST[:PORT]" },
  { "a=http:///x", "HOST[:PORT]" },
  { "a=http://:80", "HOST[:PORT]" },
  { "a=ftp://b", "HOST[:PORT]" },
  { "a=unix:/x", "HOST[:PORT]" },
  { "a=http://b:65536", "HOST[:PORT]" },
  { "a=http://b:x", "HOST[:PORT]" },
  { "a=http://[::1", "HOST[:PORT]" },
  { "a=http://b%0d%0aX:c/", "HOST[:PORT]" },
  { "a=http://b%20c/", "HOST[:PORT]" },
  { "a=http://b%2fc/", "HOST[:PORT]" },
  { "a=http://b/x y", "HOST[:PORT]" },
  { "a=http://b/x\ny", "HOST[:PORT]" },
  { "a=http://b:0", "port 0" },
  { "a=http://u@b", "user or a password" },
  { "a=http://u:p@b", "user or a password" },
  { "a=http://b?x", "query or a fragment" },
  { "a=http://b#x", "query or a fragment" },
  { "ollama,", "only dialect= and listen=" },
  { "ollama,x=y", "only dialect= and listen=" },
  { "ollama,dialect=", "dialect is not one of" },
  { "ollama,dialect=Ollama", "dialect is not one of" },
  { "ollama,listen=", "address to listen on" },
  { "ollama,listen=80", "address to listen on" },
  { "ollama,listen=:80", "address to listen on" },
  { "ollama,listen=a:", "address to listen on" },
  { "ollama,listen=a:-1", "address to listen on" },
  { "ollama,listen=a:65536", "address to listen on" },
  { "ollama,listen=::1:80", "address to listen on" },
  { "ollama,listen=[]:80", "address to listen on" },
  { "ollama,listen=[::1:80", "address to listen on" },
  { "ollama,listen=[::1]80", "address to listen on" },
  { "ollama,listen=[::1]]:80", "address to listen on" },
  { "ollama,listen=a b:80", "address to listen on" },
  { "ollama,listen=unix:", "address to listen on" },
  { "ollama,listen=unix:/", "address to listen on" },
  { "ollama,listen=unix:x", "address to listen on" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", bad_cases[i].spec);
      g_assert_null (ouioed_upstream_parse (bad_cases[i].spec, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_assert_nonnull (strstr (error->message, bad_cases[i].part));
    }
}

static void
test_password_is_not_told (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (ouioed_upstream_parse ("a=http://me:hunter2@b", &error));
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_lives_as_long_as_it_is_referred_to (void)
{
  OuioedUpstream *upstream = ouioed_upstream_parse ("ollama", NULL);

  g_assert_true (ouioed_upstream_ref (upstream) == upstream);
  ouioed_upstream_unref (upstream);
  g_assert_cmpstr (upstream->name, ==, "ollama");
  ouioed_upstream_unref (upstream);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/upstream/good", test_good);
  g_test_add_func ("/proxy/upstream/bad", test_bad);
  g_test_add_func ("/proxy/upstream/password-is-not-told", test_password_is_not_told);
  g_test_add_func ("/proxy/upstream/lives-as-long-as-it-is-referred-to", test_lives_as_long_as_it_is_referred_to);
  return g_test_run ();
}
