/* fake-daemon.c - sessions and streams as the test says, for the inspector
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-daemon.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  char      *id;
  char      *json;      /* as the list has it; NULL for one that is only streamed */
  char      *generation; /* what is known of the model, or NULL */
  GPtrArray *messages;  /* char*, of the stream; the one at i has the event id "<i + 1>-0" */
} Session;

struct _FakeDaemon
{
  FakeServer *server;
  GMutex      mutex;      /* guards all of it */
  GCond       cond;       /* there is more */
  GPtrArray  *sessions;   /* Session, newest first */
  char       *control;    /* status of the answer to stop and answer-now; NULL: none comes as yet */
  gboolean    is_over;
};

static void
session_free (gpointer data)
{
  Session *session = data;

  g_free (session->id);
  g_free (session->json);
  g_free (session->generation);
  g_ptr_array_unref (session->messages);
  g_free (session);
}

static Session *
find (FakeDaemon *self, const char *id)
{
  Session *session;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      session = self->sessions->pdata[i];
      if (strcmp (session->id, id) == 0)
        return session;
    }
  session = g_new0 (Session, 1);
  session->id = g_strdup (id);
  session->messages = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_insert (self->sessions, 0, session);
  return session;
}

/* The stream of all sessions is that of a session without a list entry. */
#define ALL "*"

static guint
count_messages (FakeDaemon *self, const char *id)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = find (self, id)->messages->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

static char *
list_sessions (FakeDaemon *self)
{
  GString *text = g_string_new ("{\"sessions\":[");
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->sessions->len; i++)
    {
      Session *session = self->sessions->pdata[i];

      if (session->json != NULL)
        g_string_append_printf (text, "%s%s", n++ > 0 ? "," : "", session->json);
    }
  g_mutex_unlock (&self->mutex);
  g_string_append (text, "],\"has_more\":false}");
  return g_string_free (text, FALSE);
}

static gboolean
answer_session (FakeDaemon *self, const char *id, GOutputStream *out)
{
  g_autofree char *json = NULL;
  Session *session;

  g_mutex_lock (&self->mutex);
  session = find (self, id);
  if (session->generation != NULL)
    json = g_strdup_printf ("{\"session_id\":\"%s\",\"user_id\":\"alice\",\"state\":\"open\","
                            "\"created_at\":\"2026-11-23T01:11:00+00:00\",\"generation\":%s}", id,
                            session->generation);
  else
    json = g_strdup (session->json);
  g_mutex_unlock (&self->mutex);
  fake_answer (out, json != NULL ? "200 OK" : "404 Not Found", "application/json", json != NULL ? json : "{}");
  return TRUE;
}

static gboolean
answer_control (FakeDaemon *self, GOutputStream *out)
{
  g_autofree char *status = NULL;

  g_mutex_lock (&self->mutex);
  while (self->control == NULL && !self->is_over)
    g_cond_wait (&self->cond, &self->mutex);
  status = g_strdup (self->control);
  g_mutex_unlock (&self->mutex);
  if (status != NULL)
    fake_answer (out, status, "application/json", g_str_has_prefix (status, "200") ? "{\"success\":true}"
                 : "{\"detail\":\"No call of a model is under way.\",\"code\":\"wrong-state\",\"status\":409}");
  return status != NULL;
}

/* Until the peer goes, or the daemon does. */
static void
stream (FakeDaemon *self, const char *id, guint after, GOutputStream *out)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  gboolean ok = g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);

  g_mutex_lock (&self->mutex);
  for (guint i = after; ok && !self->is_over; i++)
    {
      g_autofree char *message = NULL;
      gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC / 20;

      while (i >= find (self, id)->messages->len && ok && !self->is_over)
        {
          /* Now and then a comment, to see whether the peer is still there. */
          if (!g_cond_wait_until (&self->cond, &self->mutex, until))
            {
              until = g_get_monotonic_time () + G_USEC_PER_SEC / 20;
              g_mutex_unlock (&self->mutex);
              ok = g_output_stream_write_all (out, ":\n\n", 3, NULL, NULL, NULL);
              g_mutex_lock (&self->mutex);
            }
        }
      if (!ok || self->is_over)
        break;
      message = g_strdup (find (self, id)->messages->pdata[i]);
      g_mutex_unlock (&self->mutex);
      ok = g_output_stream_write_all (out, message, strlen (message), NULL, NULL, NULL);
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
}

static gboolean
request_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  static const char prefix[] = "/api/streaming/sessions/";
  FakeDaemon *self = user_data;
  const char *after = strstr (request->target, "after=");
  guint position = after != NULL ? (guint) atoi (after + strlen ("after=")) : 0;

  if (g_str_has_prefix (request->target, "/api/streaming/stream"))
    {
      stream (self, ALL, after != NULL ? position : count_messages (self, ALL), out);
      return FALSE;
    }
  if (g_str_has_prefix (request->target, prefix))
    {
      const char *id = request->target + strlen (prefix);
      g_autofree char *name = g_strndup (id, strcspn (id, "/?"));

      if (g_str_has_suffix (id, "/stop") || g_str_has_suffix (id, "/answer-now"))
        return answer_control (self, out);
      if (strstr (id, "/stream") == NULL)
        return answer_session (self, name, out);
      stream (self, name, position, out);
      return FALSE;
    }
  g_autofree char *list = list_sessions (self);

  fake_answer (out, "200 OK", "application/json", list);
  return TRUE;
}

FakeDaemon *
fake_daemon_new (void)
{
  FakeDaemon *self = g_new0 (FakeDaemon, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->sessions = g_ptr_array_new_with_free_func (session_free);
  self->server = fake_server_new (NULL, request_cb, self);
  return self;
}

void
fake_daemon_free (FakeDaemon *self)
{
  g_mutex_lock (&self->mutex);
  self->is_over = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  fake_server_free (self->server);
  g_ptr_array_unref (self->sessions);
  g_free (self->control);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

const char *
fake_daemon_get_address (FakeDaemon *self)
{
  return fake_server_get_address (self->server);
}

FakeServer *
fake_daemon_get_server (FakeDaemon *self)
{
  return self->server;
}

static void
add_message (FakeDaemon *self, const char *id, char *message)
{
  g_ptr_array_add (find (self, id)->messages, message);
  g_cond_broadcast (&self->cond);
}

/* Tells the stream of all sessions that this one has changed. */
static void
tell_all (FakeDaemon *self, const char *id)
{
  guint n = find (self, ALL)->messages->len + 1;

  add_message (self, ALL, g_strdup_printf ("id: %u-0\nevent: thinking_step\ndata: {\"id\":\"%u-0\",\"session_id\":\"%s\","
                                           "\"kind\":\"thinking_step\",\"timestamp\":\"2026-11-23T01:11:00+00:00\","
                                           "\"thinking_type\":\"analysis\",\"content\":\"x\"}\n\n", n, n, id));
}

static void
set_session_json (FakeDaemon *self, const char *id, char *json)
{
  Session *session;

  g_mutex_lock (&self->mutex);
  session = find (self, id);
  g_free (session->json);
  session->json = json;
  tell_all (self, id);
  g_mutex_unlock (&self->mutex);
}

/* @seconds: so much later than now it began */
static void
set_session (FakeDaemon *self, const char *id, const char *user, const char *state, const char *request, guint n_steps,
             const char *outcome, guint n_warnings, int percentage, int seconds)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr(GDateTime) began = g_date_time_add_seconds (now, seconds);
  g_autofree char *time = g_date_time_format (began, "%Y-%m-%dT%H:%M:%S+00:00");
  g_autofree char *end = g_strdup_printf ("\"outcome\":\"%s\",\"ended_at\":\"%s\",", outcome, time);
  g_autofree char *progress = g_strdup_printf ("\"progress_percentage\":%d.0,", percentage);

  set_session_json (self, id, g_strdup_printf (
    "{\"session_id\":\"%s\",\"user_id\":\"%s\",\"state\":\"%s\",%s%s"
    "\"created_at\":\"%s\",\"last_activity\":\"%s\",\"user_request\":\"%s\",\"last_event_id\":\"1-0\","
    "\"stats\":{\"total_thinking_steps\":%u,\"total_progress_updates\":%u,\"progress_types_used\":{\"warning\":%u}}}",
    id, user, state, strcmp (state, "open") == 0 ? "" : end, percentage >= 0 ? progress : "", time, time, request, n_steps,
    n_warnings, n_warnings));
}

void
fake_daemon_set_session_with (FakeDaemon *self, const char *id, const char *user, const char *state, const char *request,
                              guint n_steps, const char *outcome, guint n_warnings, int percentage)
{
  set_session (self, id, user, state, request, n_steps, outcome, n_warnings, percentage, 0);
}

void
fake_daemon_set_session_later (FakeDaemon *self, const char *id, const char *user, const char *request, int seconds)
{
  set_session (self, id, user, "open", request, 1, "", 0, -1, seconds);
}

void
fake_daemon_set_session (FakeDaemon *self, const char *id, const char *user, const char *state, const char *request,
                         guint n_steps)
{
  fake_daemon_set_session_with (self, id, user, state, request, n_steps, "closed", 0, -1);
}

void
fake_daemon_add_event (FakeDaemon *self, const char *id, const char *kind, const char *json)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = find (self, id)->messages->len + 1;
  add_message (self, id, g_strdup_printf ("id: %u-0\nevent: %s\ndata: {\"id\":\"%u-0\",\"session_id\":\"%s\","
                                          "\"kind\":\"%s\",\"timestamp\":\"2026-11-23T01:11:%02u+00:00\",%s}\n\n",
                                          n, kind, n, id, kind, n % 60, json));
  g_mutex_unlock (&self->mutex);
}

void
fake_daemon_add_step (FakeDaemon *self, const char *id, const char *type, const char *content)
{
  g_autofree char *json = g_strdup_printf ("\"thinking_type\":\"%s\",\"content\":\"%s\"", type, content);

  fake_daemon_add_event (self, id, "thinking_step", json);
}

void
fake_daemon_add_gap (FakeDaemon *self, const char *id, int lost)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = find (self, id)->messages->len + 1;
  add_message (self, id, g_strdup_printf ("event: gap\ndata: {\"session_id\":\"%s\",\"after\":\"%u-0\","
                                          "\"until\":\"%u-0\",\"lost\":%d,\"streams\":\"both\"}\n\n",
                                          id, n - 1, n, lost));
  g_mutex_unlock (&self->mutex);
}

void
fake_daemon_set_generation (FakeDaemon *self, const char *id, const char *json)
{
  Session *session;

  g_mutex_lock (&self->mutex);
  session = find (self, id);
  g_free (session->generation);
  session->generation = g_strdup (json);
  g_mutex_unlock (&self->mutex);
}

void
fake_daemon_add_frame (FakeDaemon *self, const char *id, const char *name, const char *json)
{
  g_mutex_lock (&self->mutex);
  add_message (self, id, g_strdup_printf ("event: %s\ndata: {\"session_id\":\"%s\",%s}\n\n", name, id, json));
  g_mutex_unlock (&self->mutex);
}

void
fake_daemon_add_delta (FakeDaemon *self, const char *id, const char *step_id, guint offset, const char *text)
{
  g_autofree char *json = g_strdup_printf ("\"step_id\":\"%s\",\"offset\":%u,\"text\":\"%s\"", step_id, offset, text);

  fake_daemon_add_frame (self, id, "thinking_delta", json);
}

void
fake_daemon_answer_control (FakeDaemon *self, const char *status)
{
  g_mutex_lock (&self->mutex);
  g_free (self->control);
  self->control = g_strdup (status);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}
