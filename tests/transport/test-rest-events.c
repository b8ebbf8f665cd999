/* test-rest-events.c - the events of a session: page by page, and many at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <string.h>

#include "hub-fixture.h"
#include "test-log.h"

#define API "/api/streaming"

/* Session "s": start, then 10 steps and 10 updates in turns, then end: 22 events. */
static void
fill (HttpFixture *f)
{
  http_create (f, "s");
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *step = g_strdup_printf ("{\"session_id\":\"s\",\"thinking_type\":\"%s\",\"content\":\"t%d\"}",
                                               i < 3 ? "decision" : "analysis", i);
      g_autofree char *update = g_strdup_printf (
          "{\"session_id\":\"s\",\"progress_type\":\"progress\",\"message\":\"m%d\"}", i);
      g_autoptr(json_t) a = http_expect (http_post (f, API "/thinking", step), 200);
      g_autoptr(json_t) b = http_expect (http_post (f, API "/progress", update), 200);
    }
  reply_free (http_request (f, "DELETE", API "/sessions/s", NULL, NULL));
}

static json_t *
get_page (HttpFixture *f, const char *query)
{
  g_autofree char *path = g_strconcat (API "/sessions/s/events", query, NULL);

  g_test_message ("%s", path);
  return http_expect (http_get (f, path), 200);
}

static guint
page_n (json_t *page)
{
  return (guint) json_array_size (json_object_get (page, "events"));
}

static json_t *
page_event (json_t *page, guint i)
{
  return json_array_get (json_object_get (page, "events"), i);
}

static void
test_page_is_typed (HttpFixture *f)
{
  g_autoptr(json_t) page = NULL;
  json_t *step;

  fill (f);
  page = get_page (f, "");
  g_assert_cmpuint (page_n (page), ==, 22);
  g_assert_true (json_is_false (json_object_get (page, "has_more")));
  g_assert_null (json_object_get (page, "gap"));
  g_assert_cmpstr (json_text (page, "first_id"), ==, json_text (page_event (page, 0), "id"));
  g_assert_cmpstr (json_text (page, "last_id"), ==, json_text (page_event (page, 21), "id"));
  g_assert_cmpstr (json_text (page_event (page, 0), "kind"), ==, "session_start");
  g_assert_cmpstr (json_text (page_event (page, 21), "kind"), ==, "session_end");
  step = page_event (page, 1);
  g_assert_cmpstr (json_text (step, "content"), ==, "t0");
  g_assert_cmpstr (json_text (step, "thinking_type"), ==, "decision");
  g_assert_null (json_object_get (step, "confidence"));      /* was not given */
}

static void
test_empty_page (HttpFixture *f)
{
  g_autoptr(json_t) page = NULL;

  http_create (f, "s");
  page = get_page (f, "?kind=thinking_step");
  g_assert_cmpuint (page_n (page), ==, 0);
  g_assert_true (json_is_null (json_object_get (page, "first_id")));
  g_assert_true (json_is_null (json_object_get (page, "last_id")));
  g_assert_true (json_is_false (json_object_get (page, "has_more")));
}

/* Walks from page to page: everything comes once, in order. */
static void
walk (HttpFixture *f, gboolean descending)
{
  g_autofree char *edge = NULL;
  OuioeEventId last = descending ? OUIOE_EVENT_ID_MAX : OUIOE_EVENT_ID_ZERO;
  gboolean has_more = TRUE;
  guint n = 0;

  while (has_more)
    {
      g_autofree char *query = edge == NULL ? g_strdup_printf ("?limit=5&order=%s", descending ? "desc" : "asc")
                                            : g_strdup_printf ("?limit=5&order=%s&%s=%s", descending ? "desc" : "asc",
                                                               descending ? "before" : "after", edge);
      g_autoptr(json_t) page = get_page (f, query);

      g_assert_cmpuint (page_n (page), <=, 5);
      for (guint i = 0; i < page_n (page); i++)
        {
          OuioeEventId id;

          g_assert_true (ouioe_event_id_parse (json_text (page_event (page, i), "id"), &id));
          g_assert_cmpint (ouioe_event_id_compare (id, last), ==, descending ? -1 : 1);
          last = id;
          n++;
        }
      has_more = json_is_true (json_object_get (page, "has_more"));
      g_free (edge);
      edge = g_strdup (json_text (page, descending ? "first_id" : "last_id"));
    }
  g_assert_cmpuint (n, ==, 22);
}

static void
test_walk_forward (HttpFixture *f)
{
  fill (f);
  walk (f, FALSE);
}

static void
test_walk_backward (HttpFixture *f)
{
  fill (f);
  walk (f, TRUE);
}

static void
test_filters (HttpFixture *f)
{
  static const struct { const char *query; guint n; } table[] = {
    { "?kind=thinking_step", 10 },
    { "?kind=progress_update", 10 },
    { "?kind=session_start,session_end", 2 },
    { "?kind=thinking_step%2Cprogress_update", 20 },
    { "?type=decision", 3 },
    { "?type=progress", 10 },
    { "?type=nothing", 0 },
    { "?streams=thinking", 12 },
    { "?streams=progress&kind=progress_update", 10 },
    { "?since=2000-01-01T00:00:00Z", 22 },
    { "?since=2900-01-01T00:00:00%2B00:00", 0 },
    { "?until=2000-01-01T00:00:00+00:00", 0 },
    { "?limit=7", 7 },
    { "?order=desc&limit=1&kind=thinking_step", 1 },
    { "?unknown=1&kind=thinking_step", 10 },
    { "?after=0", 22 },
    { "?after=99999999999999-0", 0 },
    { "?before=1-0", 0 },
  };

  fill (f);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(json_t) page = get_page (f, table[i].query);

      g_assert_cmpuint (page_n (page), ==, table[i].n);
    }
}

static void
test_lines (HttpFixture *f)
{
  static const char *const ways[][2] = { { "?limit=4", "Accept: application/x-ndjson\r\n" },
                                         { "?limit=4&format=ndjson", "Accept: */*\r\n" } };

  fill (f);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strconcat (API "/sessions/s/events", ways[i][0], NULL);
      g_autoptr(Reply) reply = http_request (f, "GET", path, ways[i][1], NULL);
      g_autofree char *type = reply_dup_header (reply, "Content-Type");
      g_autofree char *more = reply_dup_header (reply, "Ouioe-Has-More");
      g_auto(GStrv) lines = g_strsplit (reply->body->str, "\n", -1);

      g_assert_cmpstr (type, ==, "application/x-ndjson");
      g_assert_cmpstr (more, ==, "true");
      g_assert_cmpuint (g_strv_length (lines), ==, 5);
      g_assert_cmpstr (lines[4], ==, "");
      for (int n = 0; n < 4; n++)
        {
          g_autoptr(json_t) line = json_loads (lines[n], 0, NULL);

          g_assert_cmpstr (json_text (line, "session_id"), ==, "s");
        }
    }
}

/* What was trimmed away behind the reader's position is told. */
static void
test_gap_is_told (HttpFixture *f)
{
  g_autofree char *first = NULL;
  g_autofree char *path = NULL;
  g_autofree char *path_lines = NULL;
  g_autoptr(json_t) created = http_expect (
      http_post (f, API "/sessions",
                 "{\"session_id\":\"s\",\"user_id\":\"u\",\"debug_mode\":true,\"max_stream_length\":10}"),
      200);
  g_autoptr(json_t) page = NULL;
  g_autoptr(json_t) whole = NULL;
  g_autoptr(Reply) lines = NULL;
  g_autofree char *until = NULL;

  first = g_strdup (json_text (created, "id"));
  for (int i = 0; i < 60; i++)
    {
      g_autoptr(json_t) a = http_expect (
          http_post (f, API "/thinking", "{\"session_id\":\"s\",\"thinking_type\":\"analysis\",\"content\":\"c\"}"),
          200);
      g_autoptr(json_t) b = http_expect (
          http_post (f, API "/progress", "{\"session_id\":\"s\",\"progress_type\":\"progress\",\"message\":\"c\"}"),
          200);
    }
  path = g_strconcat ("?after=", first, NULL);
  page = get_page (f, path);
  g_assert_cmpstr (json_text (json_object_get (page, "gap"), "after"), ==, first);
  g_assert_cmpstr (json_text (json_object_get (page, "gap"), "until"), !=, "");
  path_lines = g_strconcat (API "/sessions/s/events?format=ndjson&after=", first, NULL);
  lines = http_get (f, path_lines);
  until = reply_dup_header (lines, "Ouioe-Gap-Until");
  g_assert_cmpstr (until, ==, json_text (json_object_get (page, "gap"), "until"));
  /* Whoever starts from the beginning has missed nothing. */
  whole = get_page (f, "?after=0");
  g_assert_null (json_object_get (whole, "gap"));
}

/* ---- bulk ---- */

static GPtrArray *
post_lines (HttpFixture *f, const char *headers, const char *body)
{
  g_autoptr(Reply) reply = http_request (f, "POST", API "/events", headers, body);
  g_autofree char *type = reply_dup_header (reply, "Content-Type");
  g_auto(GStrv) lines = g_strsplit (reply->body->str, "\n", -1);
  GPtrArray *answers = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (type, ==, "application/x-ndjson");
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    g_ptr_array_add (answers, json_loads (lines[i], 0, NULL));
  return answers;
}

static int
answer_int (GPtrArray *answers, guint i, const char *name)
{
  return (int) json_integer_value (json_object_get (answers->pdata[i], name));
}

static void
test_bulk_answers_line_by_line (HttpFixture *f)
{
  static const struct { int line, status; const char *code;
  } expected[] = {
    { 1, 200, NULL },           { 2, 200, NULL },
    { 4, 400, "unknown-type" }, { 5, 422, "invalid-body" },
    { 6, 422, "invalid-body" }, { 7, 404, "session-not-found" },
    { 8, 422, "invalid-body" }, { 9, 422, "invalid-body" },
    { 11, 200, NULL },          { 12, 422, "invalid-body" },
  };
  g_autoptr(GPtrArray) answers = NULL;
  OuioeEventId last = OUIOE_EVENT_ID_ZERO;

  http_create (f, "a");
  http_create (f, "b");
  answers = post_lines (
      f, "Content-Type: application/x-ndjson\r\n",
      "{\"session_id\":\"a\",\"kind\":\"thinking_step\",\"thinking_type\":\"analysis\",\"content\":\"1\"}\n"
      "{\"session_id\":\"b\",\"progress_type\":\"progress\",\"message\":\"2\"}\r\n"
      "  \n"
      "{\"session_id\":\"a\",\"thinking_type\":\"bogus\",\"content\":\"4\"}\n"
      "{\"session_id\":\"a\",\"thinking_type\":\"analysis\"}\n"
      "not json\n"
      "{\"session_id\":\"none\",\"thinking_type\":\"analysis\",\"content\":\"7\"}\n"
      "{\"session_id\":\"a\",\"kind\":\"session_start\"}\n"
      "{\"session_id\":\"a\"}\n"
      "\n"
      "{\"session_id\":\"a\",\"thinking_type\":\"decision\",\"content\":\"11\"}\n"
      "[1]");
  g_assert_cmpuint (answers->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < answers->len; i++)
    {
      json_t *error = json_object_get (answers->pdata[i], "error");

      g_assert_cmpint (answer_int (answers, i, "line"), ==, expected[i].line);
      g_assert_cmpint (answer_int (answers, i, "status"), ==, expected[i].status);
      if (expected[i].code != NULL)
        {
          g_assert_cmpstr (json_text (error, "code"), ==, expected[i].code);
          g_assert_nonnull (json_object_get (error, "detail"));
        }
      else
        {
          OuioeEventId id;

          g_assert_null (error);
          g_assert_true (ouioe_event_id_parse (json_text (answers->pdata[i], "id"), &id));
          g_assert_cmpint (ouioe_event_id_compare (id, last), >, 0);
          last = id;
        }
    }
  g_assert_cmpint (http_fixture_count (f, "a"), ==, 3);
  g_assert_cmpint (http_fixture_count (f, "b"), ==, 2);
}

/* A body of lines is one commit, however many sessions it touches. */
static void
get_commits (HttpFixture *f, gpointer data)
{
  *(guint *) data = TEST_STORE (f->store)->n_commits;
}

static void
set_up_counting (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  f->config.max_body_bytes = 2000;
  http_fixture_set_up_with (f, g_object_new (TEST_TYPE_STORE, NULL));
}

static void
test_bulk_is_one_commit (HttpFixture *f)
{
  g_autoptr(GString) body = g_string_new (NULL);
  g_autoptr(GPtrArray) answers = NULL;
  guint before, after;

  http_create (f, "a");
  http_create (f, "b");
  for (int i = 0; i < 500; i++)
    g_string_append_printf (body, "{\"session_id\":\"%s\",\"thinking_type\":\"analysis\",\"content\":\"%d\"}\n",
                            i % 2 == 0 ? "a" : "b", i);
  g_assert_cmpuint (body->len, >, 2000);      /* more than another body may have */
  http_fixture_call (f, get_commits, &before);
  answers = post_lines (f, NULL, body->str);
  http_fixture_call (f, get_commits, &after);
  g_assert_cmpuint (answers->len, ==, 500);
  g_assert_cmpuint (after - before, ==, 1);
  g_assert_cmpint (http_fixture_count (f, "a"), ==, 251);
}

static void
test_bulk_line_has_the_limit_of_a_body (HttpFixture *f)
{
  g_autofree char *content = g_strnfill (2000, 'x');
  g_autofree char *body = g_strdup_printf (
      "{\"session_id\":\"a\",\"thinking_type\":\"analysis\",\"content\":\"%s\"}\n"
      "{\"session_id\":\"a\",\"thinking_type\":\"analysis\",\"content\":\"short\"}",
      content);
  g_autoptr(GPtrArray) answers = NULL;

  http_create (f, "a");
  answers = post_lines (f, NULL, body);
  g_assert_cmpint (answer_int (answers, 0, "status"), ==, 413);
  g_assert_cmpint (answer_int (answers, 1, "status"), ==, 200);
}

static void
test_bulk_repeats_harmlessly (HttpFixture *f)
{
  static const char
      body[] = "{\"session_id\":\"a\",\"thinking_type\":\"analysis\",\"content\":\"1\"}\n"
               "{\"session_id\":\"a\",\"thinking_type\":\"analysis\",\"content\":\"2\",\"idempotency_key\":\"own\"}\n";
  g_autoptr(GPtrArray) first = NULL;
  g_autoptr(GPtrArray) second = NULL;
  g_autoptr(GPtrArray) third = NULL;

  http_create (f, "a");
  first = post_lines (f, "Idempotency-Key: bulk\r\n", body);
  second = post_lines (f, "Idempotency-Key: bulk\r\n", body);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (answer_int (second, i, "status"), ==, 200);
      g_assert_cmpstr (json_text (second->pdata[i], "id"), ==, json_text (first->pdata[i], "id"));
      g_assert_true (json_is_true (json_object_get (second->pdata[i], "replayed")));
      g_assert_null (json_object_get (first->pdata[i], "replayed"));
    }
  g_assert_cmpint (http_fixture_count (f, "a"), ==, 3);
  /* The key of the line stands above that of the request. */
  third = post_lines (f, "Idempotency-Key: another\r\n", body);
  g_assert_cmpstr (json_text (third->pdata[0], "id"), !=, json_text (first->pdata[0], "id"));
  g_assert_cmpstr (json_text (third->pdata[1], "id"), ==, json_text (first->pdata[1], "id"));
}

static void
test_exported_lines_can_be_posted (HttpFixture *f)
{
  g_autoptr(Reply) exported = NULL;
  g_autoptr(GPtrArray) answers = NULL;
  g_autoptr(GString) changed = NULL;

  fill (f);
  exported = http_get (f, API "/sessions/s/events?format=ndjson&kind=thinking_step,progress_update");
  changed = g_string_new (exported->body->str);
  g_string_replace (changed, "\"session_id\":\"s\"", "\"session_id\":\"copy\"", 0);
  http_create (f, "copy");
  answers = post_lines (f, NULL, changed->str);
  g_assert_cmpuint (answers->len, ==, 20);
  for (guint i = 0; i < answers->len; i++)
    g_assert_cmpint (answer_int (answers, i, "status"), ==, 200);
  g_assert_cmpint (http_fixture_count (f, "copy"), ==, 21);
}

static void
test_bulk_bodies_that_are_none (HttpFixture *f)
{
  static const char *const bodies[] = { "", "\n\n", "  \r\n\t\n" };
  g_autoptr(GString) many = g_string_new (NULL);
  g_autoptr(json_t) too_many = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr(json_t) json = http_expect (http_request (f, "POST", API "/events", NULL, bodies[i]), 422);

      g_assert_cmpstr (json_text (json, "code"), ==, "invalid-body");
    }
  for (int i = 0; i < 10001; i++)
    g_string_append (many, "{}\n");
  too_many = http_expect (http_request (f, "POST", API "/events", NULL, many->str), 422);
  g_assert_cmpstr (json_text (too_many, "code"), ==, "invalid-body");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/events/page-is-typed", test_page_is_typed);
  http_fixture_add ("/transport/events/empty-page", test_empty_page);
  http_fixture_add ("/transport/events/pages-forward-are-complete", test_walk_forward);
  http_fixture_add ("/transport/events/pages-backward-are-complete", test_walk_backward);
  http_fixture_add ("/transport/events/filters", test_filters);
  http_fixture_add ("/transport/events/lines", test_lines);
  http_fixture_add ("/transport/events/gap-is-told", test_gap_is_told);
  http_fixture_add ("/transport/bulk/answers-line-by-line", test_bulk_answers_line_by_line);
  http_fixture_add_full ("/transport/bulk/is-one-commit", set_up_counting, test_bulk_is_one_commit);
  http_fixture_add_full ("/transport/bulk/line-has-the-limit-of-a-body", set_up_counting,
                         test_bulk_line_has_the_limit_of_a_body);
  http_fixture_add ("/transport/bulk/repeats-harmlessly", test_bulk_repeats_harmlessly);
  http_fixture_add ("/transport/bulk/exported-lines-can-be-posted", test_exported_lines_can_be_posted);
  http_fixture_add ("/transport/bulk/bodies-that-are-none", test_bulk_bodies_that_are_none);
  return g_test_run ();
}
