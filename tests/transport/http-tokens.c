/* http-tokens.c - a daemon's inside that asks for tokens, and tokens of every kind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-tokens.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "ouioed-http-private.h"

char *token_file;
char *tokens[N_KINDS];
char *token_ids[N_KINDS];

static char *token_dir;     /* temporary, of this program */
static GString *told;       /* all that was logged */

/* ---- the fixture ---- */

static char *
make (const OuioeToken *draft, char **id)
{
  g_autoptr(GError) error = NULL;
  char *text = ouioe_tokens_create (token_file, draft, id, &error);

  g_assert_no_error (error);
  return text;
}

static void
create_tokens (void)
{
  static const OuioeToken drafts[] = {
    [READ] = { .scopes = OUIOE_SCOPE_READ },
    [WRITE] = { .scopes = OUIOE_SCOPE_WRITE },
    [ADMIN] = { .scopes = OUIOE_SCOPE_ADMIN },
    [PREFIXED] = { .scopes = OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE, .session_prefix = (char *) "ci-" },
    [EXPIRED] = { .scopes = OUIOE_SCOPE_ADMIN, .expires_us = 1000 * G_USEC_PER_SEC },
    [REVOKED] = { .scopes = OUIOE_SCOPE_ADMIN },
  };
  g_unlink (token_file);
  for (Kind kind = READ; kind < UNKNOWN; kind++)
    {
      g_free (tokens[kind]);
      g_free (token_ids[kind]);
      tokens[kind] = make (&drafts[kind], &token_ids[kind]);
    }
  g_assert_true (ouioe_tokens_revoke (token_file, token_ids[REVOKED], NULL));
  g_free (tokens[UNKNOWN]);
  g_free (tokens[MALFORMED]);
  tokens[UNKNOWN] = g_strdup (OUIOE_TOKEN_PREFIX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  tokens[MALFORMED] = g_strdup ("swordfish");
}

static void
load (HttpFixture *f, gpointer data)
{
  g_autoptr(GError) error = NULL;
  guint n;

  g_assert_true (ouioed_http_load_tokens (f->http, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, REVOKED);
}

static void
set_up_with (HttpFixture *f, OuioedAuthMode mode)
{
  create_tokens ();
  http_fixture_defaults (f);
  f->config.auth = mode;
  f->config.token_file = token_file;
  http_fixture_set_up_with (f, NULL);
  load (f, NULL);
}

void
set_up_required (HttpFixture *f, gconstpointer data)
{
  set_up_with (f, OUIOED_AUTH_REQUIRED);
}

void
set_up_public (HttpFixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *url = NULL;

  set_up_with (f, OUIOED_AUTH_AUTO);
  g_assert_true (ouioed_http_listen (f->http, "0.0.0.0:0", &url, &error));
  g_assert_no_error (error);
  f->port = (guint16) strtoul (strrchr (url, ':') + 1, NULL, 10);
}

void
set_up_auto (HttpFixture *f, gconstpointer data)
{
  set_up_with (f, OUIOED_AUTH_AUTO);
}

void
forgive (HttpFixture *f, gpointer data)
{
  OuioedHttpParts *parts = ouioed_http_get_parts (f->http);

  ouioed_failures_free (parts->failures);
  parts->failures = ouioed_failures_new ();
}

/* ---- requests ---- */

char *
dup_header (Kind kind)
{
  return kind == NONE ? g_strdup ("") : g_strdup_printf ("Authorization: Bearer %s\r\n", tokens[kind]);
}

Reply *
ask (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body)
{
  g_autoptr(Client) client = client_new (f);
  Reply *reply = g_new0 (Reply, 1);

  client_send (client, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
               method, path, f->port, headers, body != NULL ? strlen (body) : 0, body != NULL ? body : "");
  reply->head = client_read_until (client, "\r\n\r\n");
  reply->body = g_string_new (NULL);
  g_assert_nonnull (reply->head);
  reply->status = (guint) strtoul (reply->head + strlen ("HTTP/1.1 "), NULL, 10);
  return reply;
}

Reply *
ask_as (HttpFixture *f, Kind kind, const char *method, const char *path, const char *headers, const char *body)
{
  g_autofree char *authorization = dup_header (kind);
  g_autofree char *all = g_strconcat (authorization, headers, NULL);

  return ask (f, method, path, all, body);
}

guint
status_of (HttpFixture *f, Kind kind, const char *method, const char *path, const char *headers, const char *body)
{
  g_autoptr(Reply) reply = ask_as (f, kind, method, path, headers, body);

  return reply->status;
}

json_t *
call (HttpFixture *f, Kind kind, const char *method, const char *path, const char *body, guint status)
{
  g_autofree char *authorization = dup_header (kind);
  g_autofree char *headers = g_strconcat (authorization, "Accept: application/json\r\n",
                                          body != NULL ? JSON_TYPE : "", NULL);

  return http_expect (http_request (f, method, path, headers, body), status);
}

void
create_session (HttpFixture *f, const char *session_id)
{
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"%s\",\"user_id\":\"u\",\"debug_mode\":true}", session_id);

  json_decref (call (f, ADMIN, "POST", API "/sessions", body, 200));
}

/* ---- the program ---- */

static GLogWriterOutput
keep_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  static GMutex mutex;

  g_mutex_lock (&mutex);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_string_append_len (told, fields[i].value, fields[i].length);
      g_string_append_c (told, '\n');
    }
  g_mutex_unlock (&mutex);
  return G_LOG_WRITER_HANDLED;
}

void
http_tokens_begin (void)
{
  told = g_string_new (NULL);
  g_log_set_writer_func (keep_log, NULL, NULL);
  token_dir = g_dir_make_tmp ("ouioe-http-auth-XXXXXX", NULL);
  token_file = g_build_filename (token_dir, "tokens", NULL);
}

void
http_tokens_end (void)
{
  g_autofree char *lock = g_strconcat (token_file, ".lock", NULL);

  g_unlink (lock);
  g_unlink (token_file);
  g_rmdir (token_dir);
  for (Kind kind = READ; kind < N_KINDS; kind++)
    {
      g_free (tokens[kind]);
      g_free (token_ids[kind]);
    }
  g_free (token_file);
  g_free (token_dir);
  g_string_free (told, TRUE);
}

void
http_tokens_test_log (void)
{
  g_assert_nonnull (strstr (told->str, "A token was refused"));
  g_assert_null (strstr (told->str, OUIOE_TOKEN_PREFIX));
  g_assert_null (strstr (told->str, tokens[MALFORMED]));
}
