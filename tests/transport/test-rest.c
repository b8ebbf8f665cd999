/* test-rest.c - the resources: sessions, steps, updates, the service itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>

#include "hub-fixture.h"
#include "test-log.h"

#define API "/api/streaming"

static gint64
get_int (json_t *json, const char *name)
{
  json_t *value = json_object_get (json, name);

  g_assert_true (json_is_integer (value));
  return json_integer_value (value);
}

static void
assert_time (json_t *json, const char *name)
{
  gint64 time_us;

  g_assert_true (ouioe_json_parse_time (json_text (json, name), &time_us));
  g_assert_cmpint (ABS (g_get_real_time () - time_us), <, 60 * G_USEC_PER_SEC);
}

static json_t *
get_json (HttpFixture *f, const char *path)
{
  return http_expect (http_request (f, "GET", path, "Accept: */*\r\n", NULL), 200);
}

static Reply *
think (HttpFixture *f, const char *id, const char *headers)
{
  g_autofree char *body = g_strdup_printf (
      "{\"session_id\":\"%s\",\"thinking_type\":\"analysis\",\"content\":\"c\",\"confidence\":0.5}", id);

  return http_request (f, "POST", API "/thinking", headers, body);
}

static Reply *
report (HttpFixture *f, const char *id, const char *type)
{
  g_autofree char *body = g_strdup_printf (
      "{\"session_id\":\"%s\",\"progress_type\":\"%s\",\"message\":\"m\",\"progress_percentage\":60}", id, type);

  return http_post (f, API "/progress", body);
}

/* ---- sessions ---- */

static void
test_create_answers_with_its_address (HttpFixture *f)
{
  g_autofree char *address = g_strdup_printf ("ws://127.0.0.1:%u/ws/thinking/a%%20b", f->port);
  g_autoptr(json_t)
      json = http_expect (http_post (f, API "/sessions", "{\"session_id\":\"a b\",\"user_id\":\"u\"}"), 200);
  OuioeEventId id;

  g_assert_true (json_is_true (json_object_get (json, "success")));
  g_assert_cmpstr (json_text (json, "session_id"), ==, "a b");
  g_assert_cmpstr (json_text (json, "message"), ==, "Streaming session created successfully");
  g_assert_cmpstr (json_text (json_object_get (json, "websocket_urls"), "thinking"), ==, address);
  g_assert_true (
      g_str_has_suffix (json_text (json_object_get (json, "websocket_urls"), "progress"), "/ws/progress/a%20b"));
  g_assert_true (ouioe_event_id_parse (json_text (json, "id"), &id));
}

static void
test_create_again_is_409 (HttpFixture *f)
{
  g_autoptr(json_t) refused = NULL;
  g_autoptr(json_t) closed = NULL;

  http_create (f, "twice");
  reply_free (think (f, "twice", NULL));
  refused = http_expect (http_post (f, API "/sessions", "{\"session_id\":\"twice\",\"user_id\":\"other\"}"), 409);
  g_assert_cmpstr (json_text (refused, "code"), ==, "session-exists");
  g_assert_cmpint (http_fixture_count (f, "twice"), ==, 2);

  /* Once closed it may begin again, and its events go on. */
  closed = http_expect (http_request (f, "DELETE", API "/sessions/twice", NULL, NULL), 200);
  http_create (f, "twice");
  g_assert_cmpint (http_fixture_count (f, "twice"), ==, 4);
}

static void
test_settings_are_kept (HttpFixture *f)
{
  g_autoptr(json_t) created = http_expect (
      http_post (f, API "/sessions",
                 "{\"session_id\":\"set\",\"user_id\":\"u1\",\"debug_mode\":true,\"user_request\":\"do\","
                 "\"system_context\":{\"k\":[1]},\"max_stream_length\":7,\"expiry_seconds\":60}"),
      200);
  g_autoptr(json_t) shown = get_json (f, API "/sessions/set");

  g_assert_cmpstr (json_text (shown, "session_id"), ==, "set");
  g_assert_cmpstr (json_text (shown, "user_id"), ==, "u1");
  g_assert_cmpstr (json_text (shown, "state"), ==, "open");
  g_assert_cmpstr (json_text (shown, "user_request"), ==, "do");
  g_assert_cmpint (get_int (shown, "max_stream_length"), ==, 7);
  g_assert_true (json_is_true (json_object_get (shown, "debug_mode")));
  g_assert_null (json_object_get (shown, "outcome"));
  g_assert_cmpstr (json_text (shown, "last_event_id"), ==, json_text (created, "id"));
  assert_time (shown, "created_at");
}

static void
test_show_after_close (HttpFixture *f)
{
  g_autoptr(json_t) closed = NULL;
  g_autoptr(json_t) shown = NULL;

  http_create (f, "done");
  reply_free (think (f, "done", NULL));
  closed = http_expect (http_request (f, "DELETE", API "/sessions/done?outcome=error", NULL, NULL), 200);
  g_assert_cmpstr (json_text (closed, "message"), ==, "Session closed successfully");
  shown = get_json (f, API "/sessions/done");
  g_assert_cmpstr (json_text (shown, "state"), ==, "closed");
  g_assert_cmpstr (json_text (shown, "outcome"), ==, "error");
  g_assert_cmpstr (json_text (shown, "last_event_id"), ==, json_text (closed, "id"));
  g_assert_cmpint (get_int (json_object_get (shown, "stats"), "total_thinking_steps"), ==, 1);
  assert_time (shown, "ended_at");
}

static void
test_closed_is_gone_for_writers (HttpFixture *f)
{
  static const char *const paths[] = { API "/sessions/c/stats", API "/sessions/never/stats", API "/sessions/never",
                                       API "/sessions/never/events" };

  http_create (f, "c");
  reply_free (http_request (f, "DELETE", API "/sessions/c", NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(json_t) json = http_expect (http_request (f, "GET", paths[i], NULL, NULL), 404);

      g_assert_cmpstr (json_text (json, "detail"), ==, "Session not found");
      g_assert_cmpstr (json_text (json, "code"), ==, "session-not-found");
    }
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(json_t) json = http_expect (
          http_request (f, "DELETE", i == 0 ? API "/sessions/c" : API "/sessions/never", NULL, NULL), 404);
      g_autoptr(Reply) step = think (f, i == 0 ? "c" : "never", NULL);
      g_autoptr(Reply) update = report (f, i == 0 ? "c" : "never", "progress");

      g_assert_cmpstr (json_text (json, "detail"), ==, "Session not found");
      g_assert_cmpuint (step->status, >=, 400);
      g_assert_cmpuint (step->status, <, 500);
      g_assert_cmpuint (update->status, ==, step->status);
    }
  g_assert_cmpint (http_fixture_count (f, "c"), ==, 2);
  g_assert_cmpint (http_fixture_count (f, "never"), ==, -1);
}

static void
test_stats_are_filled (HttpFixture *f)
{
  g_autoptr(json_t) stats = NULL;

  http_create (f, "s");
  reply_free (think (f, "s", NULL));
  reply_free (think (f, "s", NULL));
  reply_free (report (f, "s", "discovery"));
  stats = get_json (f, API "/sessions/s/stats");
  g_assert_cmpstr (json_text (stats, "session_id"), ==, "s");
  g_assert_cmpint (get_int (stats, "total_thinking_steps"), ==, 2);
  g_assert_cmpint (get_int (stats, "total_progress_updates"), ==, 1);
  g_assert_true (json_is_real (json_object_get (stats, "session_duration")));
  g_assert_cmpfloat (json_real_value (json_object_get (stats, "average_confidence")), ==, 0.5);
  g_assert_cmpint (get_int (json_object_get (stats, "thinking_types_used"), "analysis"), ==, 2);
  g_assert_cmpint (get_int (json_object_get (stats, "progress_types_used"), "discovery"), ==, 1);
  assert_time (stats, "last_updated");
}

static void
test_list_filters_and_pages (HttpFixture *f)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *before = NULL;
  g_autoptr(json_t) mine = NULL;
  g_autoptr(json_t) closed = NULL;
  gboolean has_more = TRUE;

  for (int i = 0; i < 7; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"session_id\":\"l%d\",\"user_id\":\"%s\"}", i,
                                               i % 2 == 0 ? "even" : "odd");
      g_autoptr(json_t) json = http_expect (http_post (f, API "/sessions", body), 200);
    }
  reply_free (http_request (f, "DELETE", API "/sessions/l3", NULL, NULL));

  while (has_more)
    {
      g_autofree char *path = before != NULL ? g_strdup_printf (API "/sessions?limit=3&before=%s", before)
                                             : g_strdup (API "/sessions?limit=3");
      g_autoptr(json_t) page = get_json (f, path);
      json_t *sessions = json_object_get (page, "sessions");

      g_assert_cmpuint (json_array_size (sessions), <=, 3);
      for (gsize i = 0; i < json_array_size (sessions); i++)
        {
          g_free (before);
          before = g_strdup (json_text (json_array_get (sessions, i), "session_id"));
          g_assert_true (g_hash_table_add (seen, g_strdup (before)));
        }
      has_more = json_is_true (json_object_get (page, "has_more"));
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 7);

  mine = get_json (f, API "/sessions?user_id=odd&state=open");
  g_assert_cmpuint (json_array_size (json_object_get (mine, "sessions")), ==, 2);
  closed = get_json (f, API "/sessions?state=closed");
  g_assert_cmpuint (json_array_size (json_object_get (closed, "sessions")), ==, 1);
}

/* ---- steps and updates ---- */

static void
test_steps_are_stored_with_an_id (HttpFixture *f)
{
  g_autoptr(json_t) first = NULL;
  g_autoptr(json_t) second = NULL;
  OuioeEventId a, b;

  http_create (f, "s");
  first = http_expect (think (f, "s", NULL), 200);
  second = http_expect (report (f, "s", "acme.lint"), 200);
  g_assert_cmpstr (json_text (first, "message"), ==, "Thinking step streamed successfully");
  g_assert_cmpstr (json_text (second, "message"), ==, "Progress update streamed successfully");
  g_assert_true (ouioe_event_id_parse (json_text (first, "id"), &a));
  g_assert_true (ouioe_event_id_parse (json_text (second, "id"), &b));
  g_assert_cmpint (ouioe_event_id_compare (a, b), <, 0);
}

static void
test_dropped_steps_say_so (HttpFixture *f)
{
  g_autoptr(json_t) created = http_expect (
      http_post (f, API "/sessions", "{\"session_id\":\"quiet\",\"user_id\":\"u\",\"progress_updates\":false}"), 200);
  g_autoptr(json_t) step = http_expect (think (f, "quiet", NULL), 200);
  g_autoptr(json_t) update = http_expect (report (f, "quiet", "progress"), 200);

  g_assert_true (json_is_true (json_object_get (step, "success")));
  g_assert_true (json_is_false (json_object_get (step, "stored")));
  g_assert_cmpstr (json_text (step, "reason"), ==, "debug_mode");
  g_assert_null (json_object_get (step, "id"));
  g_assert_cmpstr (json_text (update, "reason"), ==, "progress_updates");
  g_assert_cmpint (http_fixture_count (f, "quiet"), ==, 1);
}

static void
test_unknown_type_names_the_known (HttpFixture *f)
{
  g_autoptr(json_t) step = NULL;
  g_autoptr(json_t) update = NULL;

  /* The type comes before the session. */
  step = http_expect (
      http_post (f, API "/thinking", "{\"session_id\":\"none\",\"thinking_type\":\"bogus\",\"content\":\"c\"}"), 400);
  g_assert_cmpstr (json_text (step, "detail"), ==, "Invalid thinking type: bogus");
  g_assert_cmpstr (json_text (step, "code"), ==, "unknown-type");
  g_assert_cmpuint (json_array_size (json_object_get (step, "known_types")), >=, 10);
  update = http_expect (
      http_post (f, API "/progress",
                 "{\"session_id\":\"none\",\"progress_type\":\"x. Known types: y\",\"message\":\"c\"}"),
      400);
  g_assert_cmpstr (json_text (update, "detail"), ==, "Invalid progress type: x. Known types: y");
}

static void
test_idempotency (HttpFixture *f)
{
  g_autoptr(json_t) first = NULL;
  g_autoptr(json_t) again = NULL;
  g_autoptr(json_t) other = NULL;
  g_autoptr(Reply) replayed = NULL;
  g_autofree char *mark = NULL;

  http_create (f, "k");
  first = http_expect (think (f, "k", "Idempotency-Key: key-1\r\n"), 200);
  replayed = think (f, "k", "Idempotency-Key: key-1\r\n");
  mark = reply_dup_header (replayed, "Idempotency-Replayed");
  g_assert_cmpstr (mark, ==, "true");
  again = reply_json (replayed);
  g_assert_cmpstr (json_text (again, "id"), ==, json_text (first, "id"));
  g_assert_cmpint (http_fixture_count (f, "k"), ==, 2);

  /* The same key for something else is a mistake of the client. */
  other = http_expect (http_request (f, "POST", API "/thinking", "Idempotency-Key: key-1\r\n",
                                     "{\"session_id\":\"k\",\"thinking_type\":\"analysis\",\"content\":\"other\"}"),
                       422);
  g_assert_cmpstr (json_text (other, "code"), ==, "key-reused");
  g_assert_cmpint (http_fixture_count (f, "k"), ==, 2);
}

static void
test_idempotent_sessions (HttpFixture *f)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(Reply) created = http_request (f, "POST", API "/sessions", "Idempotency-Key: c\r\n",
                                                "{\"session_id\":\"k\",\"user_id\":\"u\"}");
      g_autofree char *mark = reply_dup_header (created, "Idempotency-Replayed");

      g_assert_cmpuint (created->status, ==, 200);
      g_assert_cmpstr (mark, ==, i == 0 ? NULL : "true");
    }
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(Reply) closed = http_request (f, "DELETE", API "/sessions/k", "Idempotency-Key: d\r\n", NULL);

      g_assert_cmpuint (closed->status, ==, 200);
    }
  g_assert_cmpint (http_fixture_count (f, "k"), ==, 2);
}

/* ---- the service ---- */

static void
test_health_probes_the_whole_way (HttpFixture *f)
{
  g_autoptr(json_t) health = get_json (f, API "/health?x=1&y");
  g_autoptr(json_t) again = get_json (f, API "/health");
  g_autoptr(json_t) list = NULL;
  double latency = json_number_value (json_object_get (health, "latency_ms"));

  g_assert_cmpstr (json_text (health, "status"), ==, "healthy");
  g_assert_true (json_is_true (json_object_get (health, "redis_connection")));
  g_assert_cmpstr (json_text (health, "message"), ==, "Streaming infrastructure operational");
  g_assert_cmpstr (json_text (health, "store"), ==, "test");
  assert_time (health, "timestamp");
  g_assert_cmpfloat (latency, >, 0);
  g_assert_cmpfloat (latency, <, 2000);
  /* Within a second the same result is given: nothing new was tried. */
  g_assert_cmpfloat (json_number_value (json_object_get (again, "latency_ms")), ==, latency);
  /* The session it uses is nobody's business. */
  list = get_json (f, API "/sessions");
  g_assert_cmpuint (json_array_size (json_object_get (list, "sessions")), ==, 0);
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 0);
}

static void
test_health_is_single_flight (HttpFixture *f)
{
  Client *clients[8];

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = client_new (f);
      client_send (clients[i], "GET " API "/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr(json_t) json = http_expect (client_read (clients[i]), 200);

      g_assert_cmpstr (json_text (json, "status"), ==, "healthy");
      client_free (clients[i]);
    }
}

static void
fail_store (HttpFixture *f, gpointer data)
{
  TEST_STORE (f->store)->fail = GPOINTER_TO_INT (data);
}

static void
set_up_failing (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  http_fixture_set_up_with (f, g_object_new (TEST_TYPE_STORE, NULL));
}

/* With the store gone everything says so, nothing is half done, and it recovers by itself. */
static void
test_store_failure_is_told (HttpFixture *f)
{
  g_autoptr(json_t) created = NULL;
  g_autoptr(json_t) health = NULL;
  g_autoptr(json_t) ready = NULL;
  g_autoptr(Reply) refused = NULL;
  g_autofree char *retry = NULL;

  test_log_expect ("The store refused * changes: the disk is full");     /* the session */
  test_log_expect ("The store refused * changes: the disk is full");     /* the probe */
  http_fixture_call (f, fail_store, GINT_TO_POINTER (2));
  refused = http_post (f, API "/sessions", "{\"session_id\":\"lost\",\"user_id\":\"u\"}");
  g_assert_cmpuint (refused->status, ==, 503);
  retry = reply_dup_header (refused, "Retry-After");
  g_assert_nonnull (retry);
  health = get_json (f, API "/health");
  g_assert_cmpstr (json_text (health, "status"), ==, "unhealthy");
  g_assert_true (json_is_false (json_object_get (health, "redis_connection")));
  ready = http_expect (http_get (f, "/readyz"), 503);
  g_assert_cmpstr (json_text (json_object_get (json_object_get (ready, "checks"), "store"), "status"), ==, "failed");

  test_log_assert ();
  created = http_expect (http_post (f, API "/sessions", "{\"session_id\":\"lost\",\"user_id\":\"u\"}"), 200);
  for (gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;;)
    {
      g_autoptr(Reply) reply = http_get (f, "/readyz");

      if (reply->status == 200)
        break;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (50000);
    }
}

static void
test_readiness (HttpFixture *f)
{
  g_autoptr(json_t) json = get_json (f, "/readyz");
  json_t *checks = json_object_get (json, "checks");

  g_assert_cmpstr (json_text (json, "status"), ==, "ready");
  g_assert_cmpstr (json_text (json_object_get (checks, "store"), "status"), ==, "ok");
  g_assert_cmpstr (json_text (json_object_get (checks, "store"), "backend"), ==, "memory");
  g_assert_true (json_is_false (json_object_get (checks, "draining")));
}

static void
test_self_test_passes (HttpFixture *f)
{
  g_autoptr(json_t) json = get_json (f, API "/test");
  json_t *scenarios = json_object_get (json, "scenarios");

  g_assert_true (json_is_true (json_object_get (json, "success")));
  g_assert_cmpstr (json_text (json, "message"), !=, "");
  assert_time (json, "timestamp");
  g_assert_cmpuint (json_array_size (scenarios), ==, 2);
  for (gsize i = 0; i < 2; i++)
    {
      json_t *scenario = json_array_get (scenarios, i);
      json_t *steps = json_object_get (scenario, "steps");

      g_assert_cmpstr (json_text (scenario, "name"), ==, i == 0 ? "basic" : "concurrent");
      g_assert_true (json_is_true (json_object_get (scenario, "success")));
      g_assert_cmpuint (json_array_size (steps), ==, 7);
      for (gsize n = 0; n < json_array_size (steps); n++)
        g_assert_true (json_is_true (json_object_get (json_array_get (steps, n), "success")));
    }
  g_assert_cmpuint (http_fixture_n_sessions (f), ==, 0);
}

static void
test_self_test_tells_what_failed (HttpFixture *f)
{
  g_autoptr(json_t) json = NULL;
  g_autoptr(json_t) next = NULL;
  json_t *steps, *step;

  test_log_expect ("The store refused * changes: the disk is full");
  http_fixture_call (f, fail_store, GINT_TO_POINTER (1));
  json = get_json (f, API "/test");
  g_assert_true (json_is_false (json_object_get (json, "success")));
  steps = json_object_get (json_array_get (json_object_get (json, "scenarios"), 0), "steps");
  step = json_array_get (steps, 0);
  g_assert_true (json_is_false (json_object_get (step, "success")));
  g_assert_nonnull (strstr (json_text (step, "detail"), "disk is full"));
  /* Nothing was left behind, and the other scenario was tried all the same. */
  g_assert_cmpstr (json_text (json_array_get (steps, json_array_size (steps) - 1), "name"), ==, "forget sessions");
  g_assert_true (json_is_true (json_object_get (json_array_get (json_object_get (json, "scenarios"), 1), "success")));
  next = get_json (f, API "/test");
  g_assert_true (json_is_true (json_object_get (next, "success")));
}

static void
test_version (HttpFixture *f)
{
  g_autoptr(json_t) json = get_json (f, "/version");

  g_assert_cmpstr (json_text (json, "name"), ==, "ouioed");
  g_assert_cmpstr (json_text (json, "version"), ==, OUIOE_VERSION);
  g_assert_cmpstr (json_text (json, "store"), ==, "memory");
  g_assert_true (json_is_null (json_object_get (json, "bus_name")));
}

/* Every sample has a family with help and type before it, and nothing appears twice. */
static void
test_metrics_are_well_formed (HttpFixture *f)
{
  static const char *const expected[] = {
    "ouioe_build_info{version=\"" OUIOE_VERSION "\"} 1",
    "ouioe_sessions{state=\"open\"} 1",
    "ouioe_sessions_created_total 1",
    "ouioe_events_total{kind=\"thinking_step\"} 1",
    "ouioe_events_total{kind=\"session_start\"} 1",
    "ouioe_http_requests_total{route=\"/api/streaming/thinking\",method=\"POST\",code=\"200\"} 1",
    "ouioe_http_requests_total{route=\"other\",method=\"GET\",code=\"404\"} 1",
    "ouioe_store_errors_total{backend=\"memory\"} 0",
  };
  g_autoptr(GHashTable) types = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) samples = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(Reply) reply = NULL;
  g_auto(GStrv) lines = NULL;
  g_autofree char *type = NULL;

  http_create (f, "m");
  reply_free (think (f, "m", NULL));
  reply_free (http_get (f, "/nope"));
  reply = http_get (f, "/metrics");
  type = reply_dup_header (reply, "Content-Type");
  g_assert_cmpstr (type, ==, "text/plain; version=0.0.4; charset=utf-8");
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_test_message ("%s", expected[i]);
      g_assert_nonnull (strstr (reply->body->str, expected[i]));
    }

  lines = g_strsplit (reply->body->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autofree char *name = g_strndup (lines[i], strcspn (lines[i], "{ "));

      if (g_str_has_prefix (lines[i], "# TYPE "))
        {
          char *family = lines[i] + strlen ("# TYPE ");

          *strchr (family, ' ') = '\0';
          g_assert_true (g_hash_table_add (types, family));
        }
      if (*lines[i] == '#')
        continue;
      for (guint s = 0; s < 3 && !g_hash_table_contains (types, name); s++)
        {
          static const char *const suffixes[] = { "_bucket", "_sum", "_count" };

          if (g_str_has_suffix (name, suffixes[s]))
            name[strlen (name) - strlen (suffixes[s])] = '\0';
        }
      g_test_message ("%s", lines[i]);
      g_assert_true (g_hash_table_contains (types, name));
      *strrchr (lines[i], ' ') = '\0';
      g_assert_true (g_hash_table_add (samples, lines[i]));
    }
  g_assert_true (g_hash_table_contains (samples, "process_resident_memory_bytes"));
}

static void
test_process_metrics_are_true (HttpFixture *f)
{
  g_autoptr(Reply) reply = http_get (f, "/metrics");
  const char *rss = strstr (reply->body->str, "\nprocess_resident_memory_bytes ");
  const char *start = strstr (reply->body->str, "\nprocess_start_time_seconds ");
  const char *fds = strstr (reply->body->str, "\nprocess_open_fds ");
  double since = (double) g_get_real_time () / 1e6 - g_ascii_strtod (strchr (start + 1, ' '), NULL);

  g_assert_cmpfloat (g_ascii_strtod (strchr (rss + 1, ' '), NULL), >, 1e6);
  g_assert_cmpfloat (g_ascii_strtod (strchr (fds + 1, ' '), NULL), >, 5);
  /* The boot time is rounded to a second. */
  g_assert_cmpfloat (since, >, -2);
  g_assert_cmpfloat (since, <, 600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/rest/create-answers-with-its-address", test_create_answers_with_its_address);
  http_fixture_add ("/transport/rest/create-again-is-409", test_create_again_is_409);
  http_fixture_add ("/transport/rest/settings-are-kept", test_settings_are_kept);
  http_fixture_add ("/transport/rest/closed-session-is-shown", test_show_after_close);
  http_fixture_add ("/transport/rest/closed-and-unknown-sessions-are-404", test_closed_is_gone_for_writers);
  http_fixture_add ("/transport/rest/stats-are-filled", test_stats_are_filled);
  http_fixture_add ("/transport/rest/list-filters-and-pages", test_list_filters_and_pages);
  http_fixture_add ("/transport/rest/steps-are-stored-with-an-id", test_steps_are_stored_with_an_id);
  http_fixture_add ("/transport/rest/dropped-steps-say-so", test_dropped_steps_say_so);
  http_fixture_add ("/transport/rest/unknown-type-names-the-known", test_unknown_type_names_the_known);
  http_fixture_add ("/transport/rest/key-makes-a-repetition-harmless", test_idempotency);
  http_fixture_add ("/transport/rest/key-works-for-sessions", test_idempotent_sessions);
  http_fixture_add_full ("/transport/rest/health-probes-the-whole-way", set_up_failing,
                         test_health_probes_the_whole_way);
  http_fixture_add ("/transport/rest/health-is-single-flight", test_health_is_single_flight);
  http_fixture_add_full ("/transport/rest/store-failure-is-told-and-recovered", set_up_failing,
                         test_store_failure_is_told);
  http_fixture_add ("/transport/rest/readiness", test_readiness);
  http_fixture_add ("/transport/rest/self-test-passes", test_self_test_passes);
  http_fixture_add_full ("/transport/rest/self-test-tells-what-failed", set_up_failing,
                         test_self_test_tells_what_failed);
  http_fixture_add ("/transport/rest/version", test_version);
  http_fixture_add ("/transport/rest/metrics-are-well-formed", test_metrics_are_well_formed);
  http_fixture_add ("/transport/rest/process-metrics-are-true", test_process_metrics_are_true);
  return g_test_run ();
}
