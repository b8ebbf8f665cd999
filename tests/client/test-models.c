/* test-models.c - lists that follow a daemon: what views are told is what is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-models.h"
#include "told.h"

/* ---- a view: keeps a copy of the list by what it is told, and compares ---- */

typedef struct {
  GListModel *model;
  GPtrArray  *copy;         /* items, as a view would have them */
  guint       n_changes;
} View;

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, View *view)
{
  g_assert_cmpuint (position + removed, <=, view->copy->len);
  if (removed > 0)
    g_ptr_array_remove_range (view->copy, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (view->copy, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (view->copy->len, ==, g_list_model_get_n_items (model));
  view->n_changes++;
}

static void
view_init (View *view, gpointer model)
{
  view->model = G_LIST_MODEL (model);
  view->copy = g_ptr_array_new_with_free_func (g_object_unref);
  view->n_changes = 0;
  g_signal_connect (model, "items-changed", G_CALLBACK (on_items_changed), view);
}

/* What the list holds is what the view was told. */
static void
view_clear (View *view)
{
  for (guint i = 0; i < view->copy->len; i++)
    {
      g_autoptr(GObject) item = g_list_model_get_item (view->model, i);

      g_assert_true (item == view->copy->pdata[i]);
    }
  g_assert_null (g_list_model_get_item (view->model, view->copy->len));
  g_signal_handlers_disconnect_by_data (view->model, view);
  g_ptr_array_unref (view->copy);
}

/* "a b c" of a text property of all items */
static char *
view_dup_texts (View *view, const char *property)
{
  GString *texts = g_string_new (NULL);

  for (guint i = 0; i < view->copy->len; i++)
    {
      g_autofree char *text = NULL;

      g_object_get (view->copy->pdata[i], property, &text, NULL);
      g_string_append_printf (texts, "%s%s", i > 0 ? " " : "", text != NULL ? text : "-");
    }
  return g_string_free (texts, FALSE);
}

static gboolean
view_shows (View *view, const char *property, const char *expected)
{
  g_autofree char *texts = view_dup_texts (view, property);

  return strcmp (texts, expected) == 0;
}

/* ---- events ---- */

static gboolean
events_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *const *answers = user_data;
  guint n = g_strv_length ((char **) answers);

  fake_write (out, answers[MIN (request->number, n - 1)], -1);
  if (request->number >= n - 1)
    fake_hold (out);
  return FALSE;
}

static void
test_events_come_into_the_list (void)
{
  static const char *const answers[] = {
    HEAD "Connection: close\r\n\r\n" STEP ("5-0", "one") UPDATE ("5-1"),
    HEAD "\r\n" STEP ("5-0", "one") STEP ("6-0", "two") END ("7-0"), NULL,
  };
  g_autoptr(FakeServer) server = fake_server_new (NULL, events_cb, (gpointer) answers);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  OuioeEventList *list = ouioe_event_list_new (client, "s", 0);
  g_autoptr(OuioeEventItem) first = NULL;
  OuioeEventKind kind;
  double confidence;
  View view;

  view_init (&view, list);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == OUIOE_TYPE_EVENT_ITEM);
  ouioe_event_list_start (list);
  fake_wait_for (view.copy->len == 4);
  g_assert_true (view_shows (&view, "id", "5-0 5-1 6-0 7-0"));
  g_assert_true (view_shows (&view, "text", "one m two "));
  g_assert_true (view_shows (&view, "type-word", "decision progress decision -"));
  g_assert_true (ouioe_event_list_get_live (list));
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_object_get (first, "kind", &kind, "confidence", &confidence, NULL);
  g_assert_cmpint (kind, ==, OUIOE_EVENT_THINKING_STEP);
  g_assert_cmpfloat (confidence, ==, -1.0);

  ouioe_event_list_stop (list);
  g_assert_false (ouioe_event_list_get_live (list));
  view_clear (&view);
  g_assert_finalize_object (list);
}

static void
test_oldest_events_are_dropped (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" STEP ("1-0", "a") STEP ("2-0", "b") STEP ("3-0", "c") STEP ("4-0", "d") STEP ("5-0", "e"), NULL,
  };
  g_autoptr(FakeServer) server = fake_server_new (NULL, events_cb, (gpointer) answers);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  OuioeEventList *list = ouioe_event_list_new (client, "s", 2);
  View view;

  view_init (&view, list);
  ouioe_event_list_start (list);
  fake_wait_for (view_shows (&view, "text", "d e"));
  g_assert_cmpuint (ouioe_event_list_get_n_dropped (list), ==, 3);
  view_clear (&view);
  g_assert_finalize_object (list);
}

static void
test_a_refusal_is_kept (void)
{
  static const char *const answers[] = {
    "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: 55\r\n\r\n"
    "{\"code\":\"session-not-found\",\"detail\":\"No such session\"}", NULL,
  };
  g_autoptr(FakeServer) server = fake_server_new (NULL, events_cb, (gpointer) answers);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(OuioeEventList) list = ouioe_event_list_new (client, "s", 0);

  ouioe_event_list_start (list);
  fake_wait_for (ouioe_event_list_get_error (list) != NULL);
  g_assert_error (ouioe_event_list_get_error (list), OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_assert_false (ouioe_event_list_get_live (list));
}

/* ---- sessions ---- */

/* A daemon with sessions "a" to "h", each created a second after the one before. */
typedef struct {
  GMutex      mutex;
  const char *present;      /* names, one letter each */
  const char *closed;       /* of these, those that are closed */
  GString    *stream;       /* what is to be written to the reader of all sessions */
  gboolean    is_over;
} Sessions;

static char *
session_json (Sessions *self, char name)
{
  gboolean is_closed = strchr (self->closed, name) != NULL;

  return g_strdup_printf ("{\"session_id\":\"%c\",\"user_id\":\"me\",\"state\":\"%s\",%s"
                          "\"created_at\":\"2026-11-23T01:11:%02d+00:00\",\"stats\":{\"total_thinking_steps\":1}}",
                          name, is_closed ? "closed" : "open", is_closed ? "\"outcome\":\"done\"," : "", 10 + name - 'a');
}

static void
answer_list (Sessions *self, GOutputStream *out)
{
  g_autoptr(GString) body = g_string_new ("{\"sessions\":[");

  for (gsize i = strlen (self->present); i > 0; i--)
    {
      g_autofree char *json = session_json (self, self->present[i - 1]);

      g_string_append_printf (body, "%s%s", json, i > 1 ? "," : "");
    }
  g_string_append (body, "],\"has_more\":false}");
  fake_answer (out, "200 OK", "application/json", body->str);
}

static void
answer_session (Sessions *self, char name, GOutputStream *out)
{
  g_autofree char *json = NULL;

  if (strchr (self->present, name) == NULL)
    {
      fake_answer (out, "404 Not Found", "application/problem+json",
                   "{\"code\":\"session-not-found\",\"detail\":\"No\"}");
      return;
    }
  json = session_json (self, name);
  fake_answer (out, "200 OK", "application/json", json);
}

static void
answer_stream (Sessions *self, GOutputStream *out)
{
  fake_write (out, HEAD "\r\n: keepalive\n\n", -1);
  for (;;)
    {
      g_autofree char *text = NULL;
      gboolean is_over;

      g_mutex_lock (&self->mutex);
      text = g_strdup (self->stream->str);
      g_string_truncate (self->stream, 0);
      is_over = self->is_over;
      g_mutex_unlock (&self->mutex);
      if (is_over)
        return;
      fake_write (out, text, -1);
      g_usleep (500);
    }
}

static gboolean
sessions_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  static const char prefix[] = "/api/streaming/sessions/";
  Sessions *self = user_data;

  if (g_str_has_prefix (request->target, "/api/streaming/stream"))
    {
      answer_stream (self, out);
      return FALSE;
    }
  g_mutex_lock (&self->mutex);
  if (g_str_has_prefix (request->target, prefix))
    answer_session (self, request->target[strlen (prefix)], out);
  else
    answer_list (self, out);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/* The daemon now has these, and says that something happened to one of them. */
static void
change (Sessions *self, const char *present, const char *closed, char name, guint number)
{
  g_mutex_lock (&self->mutex);
  self->present = present;
  self->closed = closed;
  g_string_append_printf (self->stream, "id: %u-0\nevent: thinking_step\ndata: {\"id\":\"%u-0\",\"session_id\":\"%c\","
                          "\"kind\":\"thinking_step\",\"timestamp\":\"2026-11-23T01:11:03+00:00\","
                          "\"thinking_type\":\"decision\",\"content\":\"x\"}\n\n", number, number, name);
  g_mutex_unlock (&self->mutex);
}

static void
follow_sessions (const char *user_id, OuioeSessionState state, guint max, void (*func) (Sessions *, View *))
{
  Sessions sessions = { .present = "ac", .closed = "", .stream = g_string_new (NULL) };
  FakeServer *server;
  g_autoptr(OuioeClient) client = NULL;
  OuioeSessionList *list;
  View view;

  g_mutex_init (&sessions.mutex);
  server = fake_server_new (NULL, sessions_cb, &sessions);
  client = ouioe_client_new (fake_server_get_address (server));
  list = ouioe_session_list_new (client, user_id, state, max);
  view_init (&view, list);
  ouioe_session_list_start (list);
  fake_wait_for (ouioe_session_list_get_live (list));
  g_assert_null (ouioe_session_list_get_error (list));
  func (&sessions, &view);

  ouioe_session_list_stop (list);
  view_clear (&view);
  /* What was under way may still hold it for a moment. */
  while (G_OBJECT (list)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (list);
  g_mutex_lock (&sessions.mutex);
  sessions.is_over = TRUE;
  g_mutex_unlock (&sessions.mutex);
  fake_server_free (server);
  g_string_free (sessions.stream, TRUE);
  g_mutex_clear (&sessions.mutex);
}

/* Event ids over a second after the server's clock: what is behind the time of the answer is new. */
#define NUMBER(n) (4000000000u + (n))

static void
check_changes (Sessions *sessions, View *view)
{
  g_assert_true (view_shows (view, "id", "c a"));
  change (sessions, "acd", "", 'd', NUMBER (1));
  fake_wait_for (view_shows (view, "id", "d c a"));
  change (sessions, "abcd", "", 'b', NUMBER (2));
  fake_wait_for (view_shows (view, "id", "d c b a"));
  change (sessions, "abcd", "c", 'c', NUMBER (3));
  fake_wait_for (view_shows (view, "outcome", "- done - -"));
  change (sessions, "abd", "", 'c', NUMBER (4));
  fake_wait_for (view_shows (view, "id", "d b a"));
}

static void
test_sessions_come_change_and_go (void)
{
  follow_sessions (NULL, OUIOE_SESSION_ANY, 0, check_changes);
}

static void
check_bound (Sessions *sessions, View *view)
{
  change (sessions, "acd", "", 'd', NUMBER (1));
  fake_wait_for (view_shows (view, "id", "d c"));
  /* Older than all that are held: it is looked at, and left out. */
  change (sessions, "abcde", "", 'b', NUMBER (2));
  change (sessions, "abcde", "", 'e', NUMBER (3));
  fake_wait_for (view_shows (view, "id", "e d"));
}

static void
test_newest_sessions_are_held (void)
{
  follow_sessions (NULL, OUIOE_SESSION_ANY, 2, check_bound);
}

static void
check_open (Sessions *sessions, View *view)
{
  change (sessions, "acd", "a", 'a', NUMBER (1));
  fake_wait_for (view_shows (view, "id", "c"));
  change (sessions, "acd", "ad", 'd', NUMBER (2));
  change (sessions, "acde", "ad", 'e', NUMBER (3));
  fake_wait_for (view_shows (view, "id", "e c"));
}

static void
test_only_wanted_sessions_are_held (void)
{
  follow_sessions ("me", OUIOE_SESSION_OPEN, 0, check_open);
}

static void
test_trouble_is_told (void)
{
  g_autoptr(OuioeClient) client = ouioe_client_new ("http://127.0.0.1:1");
  g_autoptr(OuioeSessionList) list = ouioe_session_list_new (client, NULL, OUIOE_SESSION_ANY, 0);

  ouioe_session_list_start (list);
  fake_wait_for (ouioe_session_list_get_error (list) != NULL);
  g_assert_error (ouioe_session_list_get_error (list), OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE);
  g_assert_false (ouioe_session_list_get_live (list));
  ouioe_session_list_stop (list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/events-come-into-the-list", test_events_come_into_the_list);
  g_test_add_func ("/models/oldest-events-are-dropped", test_oldest_events_are_dropped);
  g_test_add_func ("/models/a-refusal-is-kept", test_a_refusal_is_kept);
  g_test_add_func ("/models/sessions-come-change-and-go", test_sessions_come_change_and_go);
  g_test_add_func ("/models/newest-sessions-are-held", test_newest_sessions_are_held);
  g_test_add_func ("/models/only-wanted-sessions-are-held", test_only_wanted_sessions_are_held);
  g_test_add_func ("/models/trouble-is-told", test_trouble_is_told);
  return g_test_run ();
}
