/* ouioed-upstream.c - a model server behind the proxy
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-upstream.h"

#include <string.h>

#include "ouioe-error.h"

#define MAX_NAME 32
#define WANTED   "NAME[=URL][,dialect=D][,listen=ADDRESS]"

/* What a name stands for when no URL is given; and what it speaks when one is. */
typedef struct {
  const char   *name;
  const char   *url;
  OuioedSpeaks  speaks;
  gboolean      llamacpp;
} ReadyMade;

static const ReadyMade ready_made[] = {
  { "ollama", "http://127.0.0.1:11434", OUIOED_SPEAKS_OLLAMA, FALSE },
  { "llamacpp", "http://127.0.0.1:8080", OUIOED_SPEAKS_OPENAI, TRUE },
  { "vllm", "http://127.0.0.1:8000", OUIOED_SPEAKS_OPENAI, FALSE },
  { "openai", "https://api.openai.com", OUIOED_SPEAKS_OPENAI, FALSE },
  { "anthropic", "https://api.anthropic.com", OUIOED_SPEAKS_ANTHROPIC, FALSE },
};

/* The words of dialect=; a llama-server speaks as OpenAI does, and can be told more. */
typedef struct {
  const char   *word;
  OuioedSpeaks  speaks;
  gboolean      llamacpp;
} Dialect;

static const Dialect dialects[] = {
  { "auto", OUIOED_SPEAKS_AUTO, FALSE },
  { "ollama", OUIOED_SPEAKS_OLLAMA, FALSE },
  { "openai", OUIOED_SPEAKS_OPENAI, FALSE },
  { "llamacpp", OUIOED_SPEAKS_OPENAI, TRUE },
  { "anthropic", OUIOED_SPEAKS_ANTHROPIC, FALSE },
  { "mcp", OUIOED_SPEAKS_MCP, FALSE },
};

static gboolean
fail (GError **error, const char *part, const char *what)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "upstream %s: %s", part, what);
  return FALSE;
}

static const ReadyMade *
find_ready_made (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (ready_made); i++)
    if (strcmp (ready_made[i].name, name) == 0)
      return &ready_made[i];
  return NULL;
}

static gboolean
take_name (OuioedUpstream *self, const char *name, gsize len, GError **error)
{
  self->name = g_strndup (name, len);
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_islower (name[i]) && !g_ascii_isdigit (name[i]) && name[i] != '-')
      return fail (error, self->name, "a name has small letters, digits and hyphens only; wanted is " WANTED);
  return (len > 0 && len <= MAX_NAME) || fail (error, self->name, "a name has 1 to 32 characters; wanted is " WANTED);
}

/* What goes into the header field Host, and nothing that would end it. */
static gboolean
host_is_good (const char *host)
{
  const char *allowed = strchr (host, ':') != NULL ? ":.%-_" : ".-_";

  for (const char *c = host; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (allowed, *c) == NULL)
      return FALSE;
  return *host != '\0';
}

static gboolean
has_blank (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isspace (*text) || g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

static gboolean
take_url (OuioedUpstream *self, const char *url, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED_PATH, NULL);
  const char *path;
  gsize path_len;
  int port;

  if (uri == NULL || g_uri_get_host (uri) == NULL || has_blank (url) || !host_is_good (g_uri_get_host (uri))
      || (strcmp (g_uri_get_scheme (uri), "http") != 0 && strcmp (g_uri_get_scheme (uri), "https") != 0))
    return fail (error, self->name, "its URL is not http://HOST[:PORT][/PATH] or https://…");
  if (g_uri_get_userinfo (uri) != NULL)
    return fail (error, self->name, "its URL has a user or a password: clients send those themselves");
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return fail (error, self->name, "its URL has a query or a fragment");

  self->url = g_strdup (url);
  self->tls = strcmp (g_uri_get_scheme (uri), "https") == 0;
  self->host = g_strdup (g_uri_get_host (uri));
  port = g_uri_get_port (uri);
  if (port == 0)
    return fail (error, self->name, "port 0 is no port to connect to");
  self->port = (guint16) (port > 0 ? port : self->tls ? 443 : 80);

  path = g_uri_get_path (uri);
  path_len = strlen (path);
  while (path_len > 0 && path[path_len - 1] == '/')
    path_len--;
  self->base_path = g_strndup (path, path_len);
  for (const char *c = self->base_path; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return fail (error, self->name, "the path of its URL has characters that must be percent-encoded");
  return TRUE;
}

/* The zone of an address means something on this machine only. */
static void
make_authority (OuioedUpstream *self)
{
  gboolean is_literal = strchr (self->host, ':') != NULL;
  gboolean is_usual = self->port == (self->tls ? 443 : 80);
  g_autofree char *port = is_usual ? g_strdup ("") : g_strdup_printf (":%u", self->port);
  g_autofree char *host = g_strndup (self->host, strcspn (self->host, "%"));

  self->authority = g_strconcat (is_literal ? "[" : "", host, is_literal ? "]" : "", port, NULL);
}

static gboolean
take_dialect (OuioedUpstream *self, const char *word, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (strcmp (dialects[i].word, word) == 0)
      {
        self->speaks = dialects[i].speaks;
        self->llamacpp = dialects[i].llamacpp;
        return TRUE;
      }
  return fail (error, self->name, "its dialect is not one of auto, ollama, openai, llamacpp, anthropic, mcp");
}

static gboolean
address_is_good (const char *address)
{
  const char *colon = strrchr (address, ':');
  g_autofree char *host = colon != NULL ? g_strndup (address, colon - address) : NULL;
  guint64 port;
  gsize len;

  if (g_str_has_prefix (address, "unix:"))
    return address[5] == '/' && address[6] != '\0';
  if (host == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    return FALSE;
  len = strlen (host);
  if (host[0] == '[')
    return len > 2 && host[len - 1] == ']' && strcspn (host + 1, "[]") == len - 2;
  return len > 0 && host[strcspn (host, "[]: \t")] == '\0';
}

static gboolean
take_listen (OuioedUpstream *self, const char *address, GError **error)
{
  if (!address_is_good (address))
    return fail (error, self->name, "its address to listen on is not HOST:PORT, [ADDRESS]:PORT or unix:/PATH");
  g_free (self->listen);
  self->listen = g_strdup (address);
  return TRUE;
}

static gboolean
take_option (OuioedUpstream *self, const char *text, GError **error)
{
  if (g_str_has_prefix (text, "dialect="))
    return take_dialect (self, text + strlen ("dialect="), error);
  if (g_str_has_prefix (text, "listen="))
    return take_listen (self, text + strlen ("listen="), error);
  return fail (error, self->name, "after the URL only dialect= and listen= may follow; wanted is " WANTED);
}

OuioedUpstream *
ouioed_upstream_parse (const char *spec, GError **error)
{
  g_autoptr(OuioedUpstream) self = g_new0 (OuioedUpstream, 1);
  g_auto(GStrv) parts = g_strsplit (spec, ",", -1);
  const ReadyMade *known;
  const char *equals;

  g_atomic_ref_count_init (&self->ref_count);
  for (guint i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  if (parts[0] == NULL)
    {
      fail (error, "\"\"", "wanted is " WANTED);
      return NULL;
    }

  equals = strchr (parts[0], '=');
  if (!take_name (self, parts[0], equals != NULL ? (gsize) (equals - parts[0]) : strlen (parts[0]), error))
    return NULL;
  known = find_ready_made (self->name);
  if (equals == NULL && known == NULL)
    {
      fail (error, self->name, "without a URL a name is one of ollama, llamacpp, vllm, openai, anthropic; wanted is " WANTED);
      return NULL;
    }
  if (known != NULL)
    {
      self->speaks = known->speaks;
      self->llamacpp = known->llamacpp;
    }
  if (!take_url (self, equals != NULL ? equals + 1 : known->url, error))
    return NULL;
  make_authority (self);
  for (guint i = 1; parts[i] != NULL; i++)
    if (!take_option (self, parts[i], error))
      return NULL;

  return g_steal_pointer (&self);
}

OuioedUpstream *
ouioed_upstream_ref (OuioedUpstream *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_upstream_unref (OuioedUpstream *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self->url);
  g_free (self->host);
  g_free (self->authority);
  g_free (self->base_path);
  g_free (self->listen);
  g_free (self);
}

char *
ouioed_upstream_to_string (const OuioedUpstream *self)
{
  const char *word = "auto";

  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (dialects[i].speaks == self->speaks && dialects[i].llamacpp == self->llamacpp)
      word = dialects[i].word;
  return g_strconcat (self->name, "=", self->url, ",dialect=", word, self->listen != NULL ? ",listen=" : "",
                      self->listen != NULL ? self->listen : "", NULL);
}
