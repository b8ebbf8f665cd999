/* test-subscription.c - live events, over a connection that breaks in every possible place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fake-server.h"
#include "ouioe-client-private.h"

#define STEP(id, content) \
  "id: " id "\nevent: thinking_step\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"thinking_step\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"thinking_type\":\"decision\",\"content\":\"" content "\"}\n\n"
#define UPDATE(id) \
  "id: " id "\nevent: progress_update\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"progress_update\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"progress_type\":\"progress\",\"message\":\"m\"}\n\n"
#define END(id) \
  "id: " id "\nevent: session_end\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"session_end\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"outcome\":\"done\",\"duration\":9.25,\"thinking_steps\":3," \
  "\"progress_updates\":0}\n\n"
#define GAP(after, until, more) \
  "event: gap\ndata: {\"session_id\":\"s\",\"after\":\"" after "\",\"until\":\"" until "\"" more ",\"streams\":\"both\"}\n\n"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"

/* What a subscription told, one line per signal. */
typedef struct {
  GString           *notes;
  OuioeSubscription *subscription;
  guint              n_events;
  guint              n_connected;
  guint              n_disconnected;
  gboolean           is_over;      /* session-end or failed */
  gboolean           stop_at_event;
  gboolean           quiet;        /* connections and errors leave no line */
} Told;

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, gpointer user_data)
{
  Told *told = user_data;
  g_autofree char *id = ouioe_event_id_to_string (*ouioe_event_get_id (event));

  told->n_events++;
  g_string_append_printf (told->notes, "%s %s\n", ouioe_event_kind_to_string (ouioe_event_get_kind (event)), id);
  if (told->stop_at_event)
    ouioe_subscription_stop (subscription);
}

static void
on_gap (OuioeSubscription *subscription, const char *after, const char *until, gint64 lost, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "gap %s %s %" G_GINT64_FORMAT "\n", after, until, lost);
}

static void
on_session_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "ended %s %s\n", session_id, outcome);
  told->is_over = TRUE;
}

static void
on_connected (OuioeSubscription *subscription, gpointer user_data)
{
  Told *told = user_data;

  told->n_connected++;
  if (!told->quiet)
    g_string_append (told->notes, "connected\n");
}

static void
on_disconnected (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Told *told = user_data;

  told->n_disconnected++;
  if (!told->quiet)
    g_string_append_printf (told->notes, "disconnected %s\n", ouioe_error_to_string ((OuioeError) error->code));
}

static void
on_failed (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "failed %s: %s\n", ouioe_error_to_string ((OuioeError) error->code), error->message);
  told->is_over = TRUE;
}

static const OuioeSubscriptionTiming fast = { .first_ms = 1, .base_ms = 2, .max_ms = 20, .silence_ms = 60000 };

static void
told_follow (Told *told, const char *address, const char *session_id, const char *after)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  OuioeEventId id = OUIOE_EVENT_ID_ZERO;

  if (told->notes == NULL)
    told->notes = g_string_new (NULL);
  if (after != NULL)
    g_assert_true (ouioe_event_id_parse (after, &id));
  told->subscription = ouioe_client_subscribe (client, session_id, after != NULL ? &id : NULL);
  ouioe_subscription_set_timing (told->subscription, &fast);
  g_signal_connect (told->subscription, "event", G_CALLBACK (on_event), told);
  g_signal_connect (told->subscription, "gap", G_CALLBACK (on_gap), told);
  g_signal_connect (told->subscription, "session-end", G_CALLBACK (on_session_end), told);
  g_signal_connect (told->subscription, "connected", G_CALLBACK (on_connected), told);
  g_signal_connect (told->subscription, "disconnected", G_CALLBACK (on_disconnected), told);
  g_signal_connect (told->subscription, "failed", G_CALLBACK (on_failed), told);
  ouioe_subscription_start (told->subscription);
}

static void
told_clear (Told *told)
{
  if (told->subscription != NULL)
    ouioe_subscription_stop (told->subscription);
  g_clear_object (&told->subscription);
  g_string_free (told->notes, TRUE);
}

/* ---- a stream that breaks ---- */

/* The session of which a connection gets what follows its position, as the daemon does it. */
static const struct { const char *id; const char *text; } session[] = {
  { "5-0", STEP ("5-0", "one") },
  { "5-1", UPDATE ("5-1") },
  { "6-0", ": keepalive\n\n" STEP ("6-0", "t\xc3\xa4wo") },
  { "7-0", END ("7-0") },
};
static const char session_notes[] =
  "thinking_step 5-0\nprogress_update 5-1\nthinking_step 6-0\nsession_end 7-0\nended s done\n";

typedef struct {
  gsize    cut;          /* the first connection ends after so many bytes of the answer */
  gboolean is_chunked;
  gboolean is_repeating; /* the daemon does not look at the position */
  gsize    whole;        /* out: length of a whole answer */
} Cutter;

static void
append_body (GString *answer, const char *text, gboolean is_chunked)
{
  if (is_chunked)
    g_string_append_printf (answer, "%zx\r\n%s\r\n", strlen (text), text);
  else
    g_string_append (answer, text);
}

static gboolean
cutter_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Cutter *cutter = user_data;
  const char *query = strstr (request->target, "?after=");
  OuioeEventId after = OUIOE_EVENT_ID_ZERO;
  g_autoptr(GString) answer = g_string_new (HEAD);

  if (query != NULL && !cutter->is_repeating)
    g_assert_true (ouioe_event_id_parse (query + strlen ("?after="), &after));
  g_string_append (answer, cutter->is_chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Connection: close\r\n\r\n");
  append_body (answer, "retry: 1\n\n", cutter->is_chunked);
  for (gsize i = 0; i < G_N_ELEMENTS (session); i++)
    {
      OuioeEventId id;

      g_assert_true (ouioe_event_id_parse (session[i].id, &id));
      if (ouioe_event_id_compare (id, after) > 0)
        append_body (answer, session[i].text, cutter->is_chunked);
    }

  if (request->number == 0)
    {
      cutter->whole = answer->len;
      fake_write (out, answer->str, (gssize) MIN (cutter->cut, answer->len));
      return FALSE;
    }
  fake_write (out, answer->str, (gssize) answer->len);
  fake_hold (out);
  return FALSE;
}

/* Wherever the first connection breaks: each event comes once, in order. */
static void
test_cut_anywhere (gconstpointer user_data)
{
  Cutter cutter = { .is_chunked = GPOINTER_TO_INT (user_data) & 1, .is_repeating = GPOINTER_TO_INT (user_data) & 2,
                    .whole = G_MAXSIZE };

  for (cutter.cut = 0; cutter.cut <= cutter.whole; cutter.cut++)
    {
      g_autoptr(FakeServer) server = fake_server_new (NULL, cutter_cb, &cutter);
      Told told = { .quiet = TRUE };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (told.is_over && (cutter.cut == cutter.whole || fake_server_get_n_requests (server) == 2));
      g_assert_cmpstr (told.notes->str, ==, session_notes);
      told_clear (&told);
    }
  g_assert_cmpuint (cutter.whole, >, 500);
}

/* ---- answers from a list, one per connection ---- */

typedef struct {
  const char *const *answers;    /* the last one is repeated */
  gboolean           is_holding; /* the last one is not closed */
} Answers;

static gboolean
answers_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Answers *self = user_data;
  guint n = g_strv_length ((char **) self->answers);
  guint i = MIN (request->number, n - 1);

  fake_write (out, self->answers[i], -1);
  if (i == n - 1 && self->is_holding)
    fake_hold (out);
  return FALSE;
}

/* Follows a session until its end, then compares what was told. */
static void
assert_tells (const char *const *answers, const char *after, const char *expected)
{
  Answers list = { .answers = answers, .is_holding = TRUE };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", after);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, expected);
  told_clear (&told);
}

static void
test_gap_is_told_once (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" STEP ("5-0", "a") GAP ("5-0", "8-0", ",\"lost\":3") GAP ("5-0", "8-0", ",\"lost\":3") STEP ("7-0", "b")
    STEP ("9-0", "c") GAP ("9-0", "10-0", "") END ("11-0"), NULL,
  };

  assert_tells (answers, NULL,
                "connected\nthinking_step 5-0\ngap 5-0 8-0 3\nthinking_step 9-0\ngap 9-0 10-0 -1\nsession_end 11-0\n"
                "ended s done\n");
}

static void
test_gap_without_beginning_begins_at_the_position (void)
{
  static const char *const answers[] = {
    HEAD "\r\nevent: gap\ndata: {\"until\":\"4-0\"}\n\nevent: gap\ndata: nonsense\n\nevent: gap\ndata: {\"until\":\"x\"}\n\n"
    END ("5-0"), NULL,
  };

  assert_tells (answers, "3-0", "connected\ngap 3-0 4-0 -1\nsession_end 5-0\nended s done\n");
}

static void
test_what_cannot_be_read_is_told_as_gap (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" STEP ("5-0", "a") "id: 6-0\nevent: thinking_step\ndata: {\"id\":\n\n"
    "event: thinking_step\ndata: {}\n\n" "id: 7-0\nevent: of_the_future\ndata: {}\n\n" END ("8-0"), NULL,
  };

  assert_tells (answers, NULL,
                "connected\nthinking_step 5-0\ngap 5-0 6-0 1\nsession_end 8-0\nended s done\n");
}

static void
test_refusals_end_with_failed (void)
{
  static const char *const answers[][2] = {
    { "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n\r\n"
      "{\"detail\": \"Session not found\", \"code\": \"session-not-found\"}", NULL },
    { "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", NULL },
    { "HTTP/1.1 403 Forbidden\r\n\r\n{\"detail\": \"Not you\"}", NULL },
    { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", NULL },
    { "HTTP/1.1 204 No Content\r\n\r\n", NULL },
    { "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", NULL },
  };
  static const char *const expected[] = {
    "failed session-not-found: Session not found\n",
    "failed bad-request: The service answered 401 Unauthorized\n",
    "failed origin-not-allowed: Not you\n",
    NULL, NULL,
    "failed protocol: The service answered 301 Moved\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Answers list = { .answers = answers[i] };
      g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
      g_autofree char *stranger = g_strdup_printf ("disconnected protocol\ndisconnected protocol\n"
                                                   "failed protocol: What answers at %s is not a stream of events\n",
                                                   fake_server_get_address (server));
      Told told = { 0 };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (told.is_over);
      g_assert_cmpstr (told.notes->str, ==, expected[i] != NULL ? expected[i] : stranger);
      g_assert_cmpuint (fake_server_get_n_requests (server), ==, expected[i] != NULL ? 1 : 3);
      told_clear (&told);
    }
}

static void
test_passing_trouble_does_not (void)
{
  static const char *const answers[] = {
    "HTTP/1.1 503 Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 0\r\n\r\n"
    "{\"detail\": \"Leaving\", \"code\": \"draining\"}",
    "HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 500 Oh\r\n\r\n",
    "",
    "SSH-2.0-OpenSSH\r\n",
    HEAD "\r\n" END ("5-0"), NULL,
  };

  assert_tells (answers, NULL,
                "disconnected draining\ndisconnected busy\ndisconnected internal\ndisconnected unreachable\n"
                "disconnected unreachable\nconnected\nsession_end 5-0\nended s done\n");
}

static void
test_an_endless_event_ends_with_failed (void)
{
  g_autofree char *fill = g_strnfill (33 * 1024 * 1024, 'x');
  g_autofree char *answer = g_strconcat (HEAD "\r\ndata: ", fill, NULL);
  const char *const answers[] = { answer, NULL };
  Answers list = { .answers = answers, .is_holding = TRUE };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_true (g_str_has_prefix (told.notes->str, "connected\nfailed protocol: "));
  told_clear (&told);
}

static void
test_text_that_is_no_address_ends_with_failed (void)
{
  Told told = { 0 };

  told_follow (&told, "nowhere", "s", NULL);
  g_assert_cmpstr (told.notes->str, ==, ""); /* nothing is told before start() has returned */
  fake_wait_for (told.is_over);
  g_assert_true (g_str_has_prefix (told.notes->str, "failed configuration: "));
  told_clear (&told);
}

/* ---- what it asks for ---- */

static void
assert_asks (const char *session_id, const char *after, const char *const *answers, const char *first, const char *second)
{
  Answers list = { .answers = answers };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, &list);
  g_auto(GStrv) log = NULL;
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), session_id, after);
  fake_wait_for (fake_server_get_n_requests (server) >= 2);
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[0], ==, first);
  g_assert_cmpstr (log[1], ==, second);
  told_clear (&told);
}

static void
test_asks_for_what_follows (void)
{
  static const char *const nothing[] = { HEAD "\r\n", NULL };
  static const char *const steps[] = { HEAD "\r\n" STEP ("5-0", "a") STEP ("6-1", "b"), NULL };
  static const char *const position[] = { HEAD "\r\nid: 9-0\n\n", NULL };
  static const char *const dated[] = { HEAD "Date: Mon, 23 Nov 2026 01:11:03 GMT\r\n\r\n", NULL };

  assert_asks ("s", NULL, nothing, "GET /api/streaming/sessions/s/stream", "GET /api/streaming/sessions/s/stream");
  assert_asks ("a b", NULL, steps, "GET /api/streaming/sessions/a%20b/stream",
               "GET /api/streaming/sessions/a%20b/stream?after=6-1");
  assert_asks ("s", "3-0", nothing, "GET /api/streaming/sessions/s/stream?after=3-0",
               "GET /api/streaming/sessions/s/stream?after=3-0");
  assert_asks ("s", "7-0", steps, "GET /api/streaming/sessions/s/stream?after=7-0",
               "GET /api/streaming/sessions/s/stream?after=7-0");
  assert_asks ("s", NULL, position, "GET /api/streaming/sessions/s/stream", "GET /api/streaming/sessions/s/stream?after=9-0");
  /* One session: everything is wanted again as long as nothing came. All: what happened since the first answer. */
  assert_asks ("s", NULL, dated, "GET /api/streaming/sessions/s/stream", "GET /api/streaming/sessions/s/stream");
  assert_asks (NULL, NULL, dated, "GET /api/streaming/stream", "GET /api/streaming/stream?after=1795396263000-0");
  assert_asks (NULL, "0", steps, "GET /api/streaming/stream?after=0-0", "GET /api/streaming/stream?after=6-1");
}

/* ---- the connection ---- */

static gboolean
mute_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *answer = user_data;

  if (request->number == 0)
    fake_write (out, answer, -1);
  else
    fake_write (out, HEAD "\r\n" END ("9-0"), -1);
  fake_hold (out);
  return FALSE;
}

/* A daemon that has fallen silent, in the middle or before the first byte, is given up. */
static void
test_silence_is_noticed (void)
{
  static const char *const answers[] = { HEAD "\r\n" STEP ("5-0", "a"), HEAD "\r\n", "HTTP/1.1 200", "",
                                         "HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\n{" };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(FakeServer) server = fake_server_new (NULL, mute_cb, (gpointer) answers[i]);
      OuioeSubscriptionTiming timing = fast;
      Told told = { 0 };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      timing.silence_ms = 60;
      ouioe_subscription_set_timing (told.subscription, &timing);
      fake_wait_for (told.is_over);
      g_assert_true (g_str_has_suffix (told.notes->str, "disconnected unreachable\nconnected\n"
                                                       "session_end 9-0\nended s done\n"));
      told_clear (&told);
    }
}

typedef struct {
  guint n_comments;   /* that were sent */
} Talker;

static gboolean
talker_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Talker *talker = user_data;

  fake_write (out, HEAD "\r\n", -1);
  for (talker->n_comments = 0; talker->n_comments < 20; talker->n_comments++)
    {
      fake_write (out, ": keepalive\n\n", -1);
      g_usleep (20000);   /* the rhythm of the daemon, not a wait of the test */
    }
  fake_write (out, END ("9-0"), -1);
  fake_hold (out);
  return FALSE;
}

static void
test_comments_keep_it_alive (void)
{
  Talker talker = { 0 };
  g_autoptr(FakeServer) server = fake_server_new (NULL, talker_cb, &talker);
  OuioeSubscriptionTiming timing = fast;
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  timing.silence_ms = 200;
  ouioe_subscription_set_timing (told.subscription, &timing);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, "connected\nsession_end 9-0\nended s done\n");
  told_clear (&told);
}

static gboolean
steps_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_write (out, HEAD "\r\n" STEP ("5-0", "a") STEP ("6-0", "b") STEP ("7-0", "c"), -1);
  fake_hold (out);
  return FALSE;
}

static void
test_stop_in_a_handler_is_the_end (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  Told told = { .stop_at_event = TRUE };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.n_events > 0 && fake_server_get_n_open (server) == 0);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpstr (told.notes->str, ==, "connected\nthinking_step 5-0\n");
  told_clear (&told);
}

static gboolean
stall_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_write (out, user_data, -1);
  fake_hold (out);
  return FALSE;
}

/* Stopped, or just let go, in whatever state: the connection ends, and nothing is told. */
static void
test_stop_and_let_go_end_the_connection (void)
{
  static const char *const answers[] = { "", "HTTP/1.1 200", HEAD "\r\n", HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n:",
                                         "HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\n{" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (answers); i++)
    {
      const char *answer = answers[i / 2];
      g_autoptr(FakeServer) server = fake_server_new (NULL, stall_cb, (gpointer) answer);
      gboolean is_opened = g_str_has_prefix (answer, HEAD);
      Told told = { 0 };
      gpointer pointer;

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (fake_server_get_n_requests (server) == 1 && (!is_opened || told.n_connected == 1));
      pointer = told.subscription;
      g_object_add_weak_pointer (G_OBJECT (told.subscription), &pointer);
      if (i % 2 == 0)
        ouioe_subscription_stop (told.subscription);
      else
        g_clear_object (&told.subscription);
      fake_wait_for (fake_server_get_n_open (server) == 0);
      while (g_main_context_iteration (NULL, FALSE));
      g_assert_cmpstr (told.notes->str, ==, is_opened ? "connected\n" : "");
      if (i % 2 == 0)
        ouioe_subscription_stop (told.subscription); /* a second time: no harm */
      told_clear (&told);
      g_assert_null (pointer);
    }
}

static void
test_waits_for_a_daemon_that_is_not_there_yet (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  g_autofree char *address = g_strdup (fake_server_get_address (server));
  Told told = { .quiet = TRUE };

  fake_server_shut (server);
  told_follow (&told, address, "s", NULL);
  fake_wait_for (told.n_disconnected >= 3);
  fake_server_reopen (server);
  fake_wait_for (told.n_events == 3);
  g_assert_cmpuint (told.n_connected, ==, 1);
  told_clear (&told);
}

static void
test_follows_over_a_unix_socket (void)
{
  g_autofree char *dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "sock", NULL);
  g_autoptr(FakeServer) server = fake_server_new (path, steps_cb, NULL);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", "5-0");
  fake_wait_for (told.n_events == 2);
  g_assert_cmpstr (told.notes->str, ==, "connected\nthinking_step 6-0\nthinking_step 7-0\n");
  told_clear (&told);
  g_clear_pointer (&server, fake_server_free);
  g_remove (dir);
}

/* The signals come in the context of the thread that started it. */
static gpointer
follow_in_thread (gpointer user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Told told = { .quiet = TRUE };
  guint n;

  g_main_context_push_thread_default (context);
  told_follow (&told, user_data, "s", NULL);
  while (told.n_events < 3)
    g_main_context_iteration (context, TRUE);
  n = told.n_events;
  told_clear (&told);
  while (g_main_context_iteration (context, FALSE));
  g_main_context_pop_thread_default (context);
  return GUINT_TO_POINTER (n);
}

static void
test_keeps_to_the_context_that_started_it (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  GThread *thread = g_thread_new ("follower", follow_in_thread, (gpointer) fake_server_get_address (server));

  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/subscription/cut-anywhere/until-the-end", GINT_TO_POINTER (0), test_cut_anywhere);
  g_test_add_data_func ("/subscription/cut-anywhere/chunked", GINT_TO_POINTER (1), test_cut_anywhere);
  g_test_add_data_func ("/subscription/cut-anywhere/everything-comes-twice", GINT_TO_POINTER (2), test_cut_anywhere);
  g_test_add_func ("/subscription/gap-is-told-once", test_gap_is_told_once);
  g_test_add_func ("/subscription/gap-without-beginning-begins-at-the-position",
                   test_gap_without_beginning_begins_at_the_position);
  g_test_add_func ("/subscription/what-cannot-be-read-is-told-as-gap", test_what_cannot_be_read_is_told_as_gap);
  g_test_add_func ("/subscription/refusals-end-with-failed", test_refusals_end_with_failed);
  g_test_add_func ("/subscription/passing-trouble-does-not", test_passing_trouble_does_not);
  g_test_add_func ("/subscription/an-endless-event-ends-with-failed", test_an_endless_event_ends_with_failed);
  g_test_add_func ("/subscription/text-that-is-no-address-ends-with-failed", test_text_that_is_no_address_ends_with_failed);
  g_test_add_func ("/subscription/asks-for-what-follows", test_asks_for_what_follows);
  g_test_add_func ("/subscription/silence-is-noticed", test_silence_is_noticed);
  g_test_add_func ("/subscription/comments-keep-it-alive", test_comments_keep_it_alive);
  g_test_add_func ("/subscription/stop-in-a-handler-is-the-end", test_stop_in_a_handler_is_the_end);
  g_test_add_func ("/subscription/stop-and-let-go-end-the-connection", test_stop_and_let_go_end_the_connection);
  g_test_add_func ("/subscription/waits-for-a-daemon-that-is-not-there-yet", test_waits_for_a_daemon_that_is_not_there_yet);
  g_test_add_func ("/subscription/follows-over-a-unix-socket", test_follows_over_a_unix_socket);
  g_test_add_func ("/subscription/keeps-to-the-context-that-started-it", test_keeps_to_the_context_that_started_it);
  return g_test_run ();
}
