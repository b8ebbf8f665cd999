/* test-http-auth.c - which request is answered with which token
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-tokens.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- every route ---- */

typedef struct {
  const char *method;
  const char *path;
  const char *headers;
  const char *body;
  guint       status[UNKNOWN - READ];    /* of READ, WRITE, ADMIN, PREFIXED */
} Row;

#define STEP(id) "{\"kind\":\"thinking_step\",\"session_id\":\"" id "\"," \
                 "\"thinking_type\":\"analysis\",\"content\":\"c\"}"
#define UPDATE(id) "{\"session_id\":\"" id "\",\"progress_type\":\"progress\",\"message\":\"m\"}"

static const Row rows[] = {
  { "POST", API "/sessions", JSON_TYPE, "{\"session_id\":\"new\",\"user_id\":\"u\"}", { 403, 200, 409, 403 } },
  { "POST", API "/sessions", JSON_TYPE, "{\"session_id\":\"ci-new\",\"user_id\":\"u\"}", { 403, 200, 409, 409 } },
  { "POST", API "/thinking", JSON_TYPE, STEP ("s"), { 403, 200, 200, 403 } },
  { "POST", API "/thinking", JSON_TYPE, STEP ("ci-1"), { 403, 200, 200, 200 } },
  { "POST", API "/progress", JSON_TYPE, UPDATE ("s"), { 403, 200, 200, 403 } },
  { "POST", API "/progress", JSON_TYPE, UPDATE ("ci-1"), { 403, 200, 200, 200 } },
  { "POST", API "/events", "", STEP ("s"), { 403, 200, 200, 200 } },
  { "DELETE", API "/sessions/none", "", NULL, { 403, 404, 404, 403 } },
  { "DELETE", API "/sessions/ci-none", "", NULL, { 403, 404, 404, 404 } },
  { "GET", API "/sessions?limit=5", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/sessions/s", "", NULL, { 200, 403, 200, 403 } },
  { "GET", API "/sessions/ci-1", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/sessions/%63i-1", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/sessions/s/stats", "", NULL, { 200, 403, 200, 403 } },
  { "POST", API "/sessions/s/stop", "", NULL, { 403, 409, 409, 403 } },
  { "POST", API "/sessions/ci-1/answer-now", "", NULL, { 403, 409, 409, 409 } },
  { "GET", API "/sessions/s/events", "", NULL, { 200, 403, 200, 403 } },
  { "GET", API "/sessions/s/stream", "", NULL, { 200, 403, 200, 403 } },
  { "GET", API "/sessions/ci-1/stream", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/stream", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/stream?session=ci-1&session=s", "", NULL, { 200, 403, 200, 403 } },
  { "GET", "/ws/sessions", UPGRADE, NULL, { 101, 403, 101, 101 } },
  { "GET", "/ws/thinking/s", UPGRADE, NULL, { 101, 403, 101, 403 } },
  { "GET", "/ws/progress/ci-1", UPGRADE, NULL, { 101, 403, 101, 101 } },
  { "POST", API "/tickets", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/health", "", NULL, { 200, 403, 200, 200 } },
  { "GET", API "/test", "", NULL, { 403, 200, 200, 200 } },
  { "GET", "/no/such/path", "", NULL, { 404, 403, 404, 404 } },
  { "PUT", API "/sessions", "", NULL, { 405, 403, 405, 405 } },
};

static void
test_every_route_asks_for_its_scope (HttpFixture *f)
{
  create_session (f, "s");
  create_session (f, "ci-1");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      static const Kind order[] = { READ, WRITE, ADMIN, PREFIXED };

      for (guint k = 0; k < G_N_ELEMENTS (order); k++)
        {
          guint status = status_of (f, order[k], row->method, row->path, row->headers, row->body);

          if (status != row->status[order[k]])
            g_test_message ("%s %s as %u", row->method, row->path, order[k]);
          g_assert_cmpuint (status, ==, row->status[order[k]]);
        }
    }
}

static void
test_no_route_is_open_without_a_good_token (HttpFixture *f)
{
  guint n = http_fixture_n_sessions (f);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (Kind kind = EXPIRED; kind < N_KINDS; kind++)
      {
        g_autoptr(Reply) reply = ask_as (f, kind, rows[i].method, rows[i].path, rows[i].headers, rows[i].body);
        g_autofree char *challenge = reply_dup_header (reply, "WWW-Authenticate");

        if (reply->status != 401)
          g_test_message ("%s %s as %u: %s", rows[i].method, rows[i].path, kind, reply->head);
        g_assert_cmpuint (reply->status, ==, 401);
        g_assert_cmpstr (challenge, ==, kind == NONE ? "Bearer realm=\"ouioe\""
                                                     : "Bearer realm=\"ouioe\", error=\"invalid_token\"");
        http_fixture_call (f, forgive, NULL);
      }
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, n);
}

static void
test_refusals_are_problems (HttpFixture *f)
{
  g_autoptr(json_t) missing = call (f, NONE, "GET", API "/sessions", NULL, 401);
  g_autoptr(json_t) wrong = call (f, UNKNOWN, "GET", API "/sessions", NULL, 401);
  g_autoptr(json_t) scope = call (f, READ, "POST", API "/thinking", STEP ("s"), 403);
  g_autoptr(json_t) prefix = call (f, PREFIXED, "GET", API "/sessions/s", NULL, 403);
  g_autoptr(Reply) challenged = ask_as (f, READ, "POST", API "/thinking", JSON_TYPE, STEP ("s"));
  g_autofree char *challenge = reply_dup_header (challenged, "WWW-Authenticate");

  g_assert_cmpstr (json_text (missing, "code"), ==, "unauthorized");
  g_assert_cmpstr (json_text (wrong, "code"), ==, "unauthorized");
  g_assert_cmpstr (json_text (scope, "code"), ==, "forbidden");
  g_assert_cmpstr (json_text (scope, "detail"), ==, "The token lacks the scope write");
  g_assert_cmpstr (json_text (prefix, "detail"), ==, "The token is not good for this session");
  g_assert_cmpstr (challenge, ==, "Bearer realm=\"ouioe\", error=\"insufficient_scope\", scope=\"write\"");
}

static void
test_header_is_read_as_it_may_be_written (HttpFixture *f)
{
  static const struct { const char *before, *after; guint status; } forms[] = {
    { "Authorization: Bearer ", "\r\n", 200 },
    { "authorization: bearer   ", "\r\n", 200 },
    { "Authorization: Bearer ", "  \r\n", 200 },
    { "Authorization: Basic ", "\r\n", 401 },
    { "Authorization: Bearer", "\r\n", 401 },
    { "Authorization: Bearer ", "x\r\n", 401 },
    { "X-Authorization: Bearer ", "\r\n", 401 },
    { "Cookie: token=", "\r\n", 401 },
    { "Authorization: Bearer x\r\nAuthorization: Bearer ", "\r\n", 400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *headers = g_strconcat (forms[i].before, tokens[READ], forms[i].after, NULL);
      g_autoptr(Reply) reply = ask (f, "GET", API "/sessions?limit=1", headers, NULL);

      if (reply->status != forms[i].status)
        g_test_message ("%s: %u", forms[i].before, reply->status);
      g_assert_cmpuint (reply->status, ==, forms[i].status);
    }
}

static void
test_token_in_the_address_is_ignored (HttpFixture *f)
{
  static const char *const paths[] = { API "/sessions?token=%s", API "/stream?token=%s", "/ws/sessions?token=%s",
                                       API "/stream?access_token=%s", API "/stream?ticket=%s" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto(GStrv) parts = g_strsplit (paths[i], "%s", 2);
      g_autofree char *path = g_strconcat (parts[0], tokens[ADMIN], NULL);

      g_assert_cmpuint (status_of (f, NONE, "GET", path, UPGRADE, NULL), ==, 401);
    }
}

/* ---- what a prefix leaves to be seen ---- */

static void
test_list_shows_the_prefix_only (HttpFixture *f)
{
  g_autoptr(json_t) first = NULL;
  g_autoptr(json_t) second = NULL;
  g_autoptr(json_t) all = NULL;
  g_autofree char *path = NULL;
  json_t *sessions;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf (i % 2 == 0 ? "ci-%u" : "other-%u", i);

      create_session (f, id);
    }
  all = call (f, PREFIXED, "GET", API "/sessions", NULL, 200);
  g_assert_cmpuint (json_array_size (json_object_get (all, "sessions")), ==, 3);
  g_assert_true (json_is_false (json_object_get (all, "has_more")));

  first = call (f, PREFIXED, "GET", API "/sessions?limit=2", NULL, 200);
  sessions = json_object_get (first, "sessions");
  g_assert_cmpuint (json_array_size (sessions), ==, 2);
  g_assert_true (json_is_true (json_object_get (first, "has_more")));
  g_assert_cmpstr (json_text (json_array_get (sessions, 0), "session_id"), ==, "ci-4");

  path = g_strconcat (API "/sessions?limit=2&before=", json_text (json_array_get (sessions, 1), "session_id"), NULL);
  second = call (f, PREFIXED, "GET", path, NULL, 200);
  sessions = json_object_get (second, "sessions");
  g_assert_cmpuint (json_array_size (sessions), ==, 1);
  g_assert_cmpstr (json_text (json_array_get (sessions, 0), "session_id"), ==, "ci-0");
  g_assert_true (json_is_false (json_object_get (second, "has_more")));
}

static void
test_each_line_of_many_is_asked_for_its_session (HttpFixture *f)
{
  g_autofree char *authorization = dup_header (PREFIXED);
  g_autoptr(Reply) reply = NULL;

  create_session (f, "s");
  create_session (f, "ci-1");
  reply = http_request (f, "POST", API "/events", authorization,
                        STEP ("s") "\n" STEP ("ci-1") "\n");
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_true (g_str_has_prefix (reply->body->str, "{\"line\":1,\"status\":403,"));
  g_assert_nonnull (strstr (reply->body->str, "\"code\":\"forbidden\""));
  g_assert_nonnull (strstr (reply->body->str, "{\"line\":2,\"status\":200,"));
}

/* ---- too many failures ---- */

static void
test_ten_wrong_tokens_close_the_door (HttpFixture *f)
{
  g_autoptr(json_t) problem = NULL;
  g_autoptr(Reply) reply = NULL;
  g_autofree char *wait = NULL;

  for (guint i = 0; i < 12; i++)
    g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions", "", NULL), ==, 401);    /* none is not a wrong one */
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (status_of (f, i % 2 == 0 ? UNKNOWN : MALFORMED, "GET", API "/sessions", "", NULL), ==, 401);
  reply = ask_as (f, UNKNOWN, "GET", API "/sessions", "", NULL);
  g_assert_cmpuint (reply->status, ==, 429);
  wait = reply_dup_header (reply, "Retry-After");
  g_assert_cmpint (atoi (wait), >, 0);
  g_assert_cmpint (atoi (wait), <=, 60);
  problem = call (f, ADMIN, "GET", API "/sessions", NULL, 429);
  g_assert_cmpstr (json_text (problem, "code"), ==, "too-many-failures");
  g_assert_cmpuint (status_of (f, NONE, "GET", "/healthz", "", NULL), ==, 200);

  http_fixture_call (f, forgive, NULL);
  g_assert_cmpuint (status_of (f, ADMIN, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
}

/* ---- where a token is asked for ---- */

static void
test_loopback_and_unix_ask_for_none (HttpFixture *f)
{
  g_autoptr(Client) client = client_new_unix (f);
  g_autoptr(Reply) reply = NULL;

  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, UNKNOWN, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "POST", API "/tickets", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/ws/sessions?ticket=old", UPGRADE, NULL), ==, 101);
  client_send (client, "GET " API "/sessions?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 200);
}

static void
test_required_leaves_the_unix_socket_to_its_user (HttpFixture *f)
{
  g_autoptr(Client) client = client_new_unix (f);
  g_autoptr(Reply) reply = NULL;

  client_send (client, "GET " API "/sessions?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  reply = client_read (client);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions?limit=1", "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/metrics", "", NULL), ==, 200);
}

static void
make_health_public (HttpFixture *f, gpointer data)
{
  f->config.health_public = TRUE;
  ouioed_http_set_config (f->http, &f->config);
}

static void
test_other_machines_see_a_word_of_health (HttpFixture *f)
{
  g_autoptr(json_t) brief = call (f, NONE, "GET", "/readyz", NULL, 200);
  g_autoptr(json_t) full = call (f, READ, "GET", "/readyz", NULL, 200);
  g_autoptr(json_t) opened = NULL;

  g_assert_cmpstr (json_text (brief, "status"), ==, "ready");
  g_assert_cmpuint (json_object_size (brief), ==, 1);
  g_assert_nonnull (json_object_get (full, "checks"));
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions?limit=1", "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, READ, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/healthz", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/version", "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/metrics", "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, WRITE, "GET", "/metrics", "", NULL), ==, 200);

  http_fixture_call (f, make_health_public, NULL);
  opened = call (f, NONE, "GET", "/readyz", NULL, 200);
  g_assert_nonnull (json_object_get (opened, "checks"));
  g_assert_cmpuint (status_of (f, NONE, "GET", "/version", "", NULL), ==, 200);
  g_assert_cmpuint (status_of (f, NONE, "GET", "/metrics", "", NULL), ==, 200);
}

static void
turn_off (HttpFixture *f, gpointer data)
{
  f->config.auth = OUIOED_AUTH_OFF;
  ouioed_http_set_config (f->http, &f->config);
}

static void
test_off_does_not_open_a_public_address (HttpFixture *f)
{
  http_fixture_call (f, turn_off, NULL);
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions?limit=1", "", NULL), ==, 401);
  g_assert_cmpuint (status_of (f, READ, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
}

static void
test_off_asks_for_none (HttpFixture *f)
{
  http_fixture_call (f, turn_off, NULL);
  g_assert_cmpuint (status_of (f, NONE, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
}

static void
test_browser_may_ask_whether_it_may_ask (HttpFixture *f)
{
  g_autoptr(Reply) preflight = ask (f, "OPTIONS", API "/sessions",
                                    "Origin: http://localhost:8080\r\nAccess-Control-Request-Method: GET\r\n"
                                    "Access-Control-Request-Headers: authorization\r\n", NULL);
  g_autoptr(Reply) refused = ask (f, "GET", API "/sessions", "Origin: http://localhost:8080\r\n", NULL);
  g_autofree char *allowed = reply_dup_header (preflight, "Access-Control-Allow-Headers");
  g_autofree char *origin = reply_dup_header (refused, "Access-Control-Allow-Origin");

  g_assert_cmpuint (preflight->status, ==, 204);
  g_assert_cmpstr (allowed, ==, "authorization");
  g_assert_cmpuint (refused->status, ==, 401);
  g_assert_cmpstr (origin, ==, "http://localhost:8080");    /* or the page could not read the answer */
}

static void
revoke_all (HttpFixture *f, gpointer data)
{
  g_autoptr(GError) error = NULL;
  guint n;

  g_assert_cmpint (g_unlink (token_file), ==, 0);
  g_assert_true (ouioed_http_load_tokens (f->http, &n, &error));
  g_assert_cmpuint (n, ==, 0);
}

static void
test_reload_takes_effect_at_once (HttpFixture *f)
{
  g_assert_cmpuint (status_of (f, ADMIN, "GET", API "/sessions?limit=1", "", NULL), ==, 200);
  http_fixture_call (f, revoke_all, NULL);
  g_assert_cmpuint (status_of (f, ADMIN, "GET", API "/sessions?limit=1", "", NULL), ==, 401);
}

#define ADD(name, set_up, body) http_fixture_add_full ("/http-auth/" name, set_up, body)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  http_tokens_begin ();

  ADD ("every-route-asks-for-its-scope", set_up_required, test_every_route_asks_for_its_scope);
  ADD ("no-route-is-open-without-a-good-token", set_up_required, test_no_route_is_open_without_a_good_token);
  ADD ("refusals-are-problems", set_up_required, test_refusals_are_problems);
  ADD ("header-is-read-as-it-may-be-written", set_up_required, test_header_is_read_as_it_may_be_written);
  ADD ("token-in-the-address-is-ignored", set_up_required, test_token_in_the_address_is_ignored);
  ADD ("list-shows-the-prefix-only", set_up_required, test_list_shows_the_prefix_only);
  ADD ("each-line-of-many-is-asked-for-its-session", set_up_required, test_each_line_of_many_is_asked_for_its_session);
  ADD ("ten-wrong-tokens-close-the-door", set_up_required, test_ten_wrong_tokens_close_the_door);
  ADD ("loopback-and-unix-ask-for-none", set_up_auto, test_loopback_and_unix_ask_for_none);
  ADD ("required-leaves-the-unix-socket-to-its-user", set_up_required,
       test_required_leaves_the_unix_socket_to_its_user);
  ADD ("other-machines-see-a-word-of-health", set_up_public, test_other_machines_see_a_word_of_health);
  ADD ("off-does-not-open-a-public-address", set_up_public, test_off_does_not_open_a_public_address);
  ADD ("off-asks-for-none", set_up_required, test_off_asks_for_none);
  ADD ("browser-may-ask-whether-it-may-ask", set_up_required, test_browser_may_ask_whether_it_may_ask);
  ADD ("reload-takes-effect-at-once", set_up_required, test_reload_takes_effect_at_once);
  g_test_add_func ("/http-auth/no-token-was-ever-logged", http_tokens_test_log);
  status = g_test_run ();
  http_tokens_end ();
  return status;
}
