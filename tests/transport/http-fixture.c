/* http-fixture.c - a daemon's inside in this process, and a client that sends exactly what it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "http-fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ouioed-store-memory.h"

#define CLIENT_TIMEOUT_S 10

/* ---- the fixture ---- */

void
http_fixture_defaults (HttpFixture *f)
{
  f->limits = OUIOED_HUB_LIMITS_DEFAULT;
  f->config = (OuioedHttpConfig) {
    .acceptor = OUIOED_ACCEPTOR_LIMITS_DEFAULT,
    .readers = OUIOED_READER_LIMITS_DEFAULT,
    .max_body_bytes = 1 << 20,
    .max_bulk_bytes = 16 << 20,
    .max_page_events = 1000,
    .max_subscriptions = 1000,
  };
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioed_transport_start_finish (OUIOED_TRANSPORT (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

void
http_fixture_set_up_with (HttpFixture *f, OuioedStore *store)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *url = NULL;
  g_autofree char *unix_url = NULL;
  g_autofree char *unix_address = NULL;
  gboolean started = FALSE;
  OuioedContents *contents;

  f->store = store != NULL ? store : ouioed_store_memory_new ();
  contents = ouioed_store_open (f->store, &error);
  g_assert_no_error (error);
  f->hub = ouioed_hub_new (f->store, contents, &f->limits);
  f->http = ouioed_http_new (f->hub, &f->config, &error);
  g_assert_no_error (error);

  g_assert_true (ouioed_http_listen (f->http, "127.0.0.1:0", &url, &error));
  g_assert_no_error (error);
  f->port = (guint16) strtoul (strrchr (url, ':') + 1, NULL, 10);
  g_assert_cmpuint (f->port, >, 0);
  f->directory = g_dir_make_tmp ("ouioe-test-XXXXXX", &error);
  g_assert_no_error (error);
  f->unix_path = g_build_filename (f->directory, "http.sock", NULL);
  unix_address = g_strconcat ("unix:", f->unix_path, NULL);
  g_assert_true (ouioed_http_listen (f->http, unix_address, &unix_url, &error));
  g_assert_no_error (error);

  ouioed_transport_start_async (OUIOED_TRANSPORT (f->http), on_started, &started);
  while (!started)
    g_main_context_iteration (NULL, TRUE);
}

void
http_fixture_set_up (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  http_fixture_set_up_with (f, NULL);
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (ouioed_hub_drain_finish (OUIOED_HUB (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

void
http_fixture_tear_down (HttpFixture *f, gconstpointer data)
{
  gboolean drained = FALSE;

  g_clear_object (&f->http);

  /* What was accepted last (the daemon's own probes, for one) is committed before the store goes. */
  ouioed_hub_drain_async (f->hub, on_drained, &drained);
  while (!drained)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&f->hub);
  ouioed_store_close (f->store);
  g_clear_object (&f->store);
  /* What was put off to the next turn (a task's last word) still wants its turn. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_unlink (f->unix_path);
  g_rmdir (f->directory);
  g_clear_pointer (&f->unix_path, g_free);
  g_clear_pointer (&f->directory, g_free);
}

typedef struct {
  HttpFixture *fixture;
  void       (*body) (HttpFixture *f);
} Body;

static gpointer
body_thread (gpointer data)
{
  Body *body = data;

  body->body (body->fixture);
  g_main_loop_quit (body->fixture->loop);
  return NULL;
}

static void
run_body (HttpFixture *f, gconstpointer data)
{
  Body body = { f, ((const Body *) data)->body };
  GThread *thread;

  f->loop = g_main_loop_new (NULL, FALSE);
  thread = g_thread_new ("client", body_thread, &body);
  g_main_loop_run (f->loop);
  g_thread_join (thread);
  g_clear_pointer (&f->loop, g_main_loop_unref);
}

void
http_fixture_add_full (const char *path, void (*set_up) (HttpFixture *f, gconstpointer data),
                       void (*body) (HttpFixture *f))
{
  static Body bodies[64];      /* known to the tests for as long as the program runs */
  static guint n_bodies;
  Body *data = &bodies[n_bodies++];

  g_assert_cmpuint (n_bodies, <=, G_N_ELEMENTS (bodies));
  data->body = body;
  g_test_add_vtable (path, sizeof (HttpFixture), data, (GTestFixtureFunc) (void (*) (void)) set_up,
                     (GTestFixtureFunc) (void (*) (void)) run_body,
                     (GTestFixtureFunc) (void (*) (void)) http_fixture_tear_down);
}

void
http_fixture_add (const char *path, void (*body) (HttpFixture *f))
{
  http_fixture_add_full (path, http_fixture_set_up, body);
}

typedef struct {
  HttpFixture *fixture;
  void       (*func) (HttpFixture *f, gpointer data);
  gpointer     data;
  GMutex       mutex;
  GCond        cond;
  gboolean     done;
} Call;

static gboolean
call_in_main (gpointer data)
{
  Call *call = data;

  call->func (call->fixture, call->data);
  g_mutex_lock (&call->mutex);
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
  return G_SOURCE_REMOVE;
}

void
http_fixture_call (HttpFixture *f, void (*func) (HttpFixture *f, gpointer data), gpointer data)
{
  Call call = { .fixture = f, .func = func, .data = data };

  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  g_main_context_invoke (NULL, call_in_main, &call);
  g_mutex_lock (&call.mutex);
  while (!call.done)
    g_cond_wait (&call.cond, &call.mutex);
  g_mutex_unlock (&call.mutex);
  g_mutex_clear (&call.mutex);
  g_cond_clear (&call.cond);
}

typedef struct {
  gboolean (*func) (HttpFixture *f);
  gboolean   result;
} Condition;

static void
ask (HttpFixture *f, gpointer data)
{
  Condition *condition = data;

  condition->result = condition->func (f);
}

void
http_fixture_wait (HttpFixture *f, gboolean (*func) (HttpFixture *f))
{
  Condition condition = { func, FALSE };
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!condition.result)
    {
      http_fixture_call (f, ask, &condition);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

static void
count_sessions (HttpFixture *f, gpointer data)
{
  *(guint *) data = ouioed_hub_get_n (f->hub, OUIOE_SESSION_OPEN) + ouioed_hub_get_n (f->hub, OUIOE_SESSION_CLOSED);
}

guint
http_fixture_n_sessions (HttpFixture *f)
{
  guint n;

  http_fixture_call (f, count_sessions, &n);
  return n;
}

int
http_fixture_count (HttpFixture *f, const char *session_id)
{
  g_autofree char *path = g_strdup_printf ("/api/streaming/sessions/%s/events?limit=1000", session_id);
  g_autoptr(Reply) reply = http_get (f, path);
  g_autoptr(json_t) json = NULL;

  if (reply->status == 404)
    return -1;
  g_assert_cmpuint (reply->status, ==, 200);
  json = reply_json (reply);
  return (int) json_array_size (json_object_get (json, "events"));
}

/* ---- a client ---- */

static Client *
client_connect (int family, const struct sockaddr *address, socklen_t len)
{
  struct timeval timeout = { CLIENT_TIMEOUT_S, 0 };
  Client *self = g_new0 (Client, 1);
  int one = 1;

  self->fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  g_assert_cmpint (connect (self->fd, address, len), ==, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (family == AF_INET)
    setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  self->input = g_string_new (NULL);
  return self;
}

Client *
client_new (HttpFixture *f)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (f->port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return client_connect (AF_INET, (const struct sockaddr *) &address, sizeof address);
}

Client *
client_new_unix (HttpFixture *f)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, f->unix_path, sizeof address.sun_path);
  return client_connect (AF_UNIX, (const struct sockaddr *) &address, sizeof address);
}

void
client_free (Client *self)
{
  close (self->fd);
  g_string_free (self->input, TRUE);
  g_free (self);
}

/* A peer that has refused and closed is no failure of the client: the answer tells. */
void
client_send_bytes (Client *self, const char *data, gssize len)
{
  gsize left = len < 0 ? strlen (data) : (gsize) len;

  while (left > 0)
    {
      gssize n = send (self->fd, data, left, MSG_NOSIGNAL);

      if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        return;
      g_assert_cmpint (n, >, 0);
      data += n;
      left -= (gsize) n;
    }
}

void
client_send (Client *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  client_send_bytes (self, text, -1);
}

gboolean
client_fill (Client *self)
{
  char buffer[65536];
  gssize n = recv (self->fd, buffer, sizeof buffer, 0);

  if (n < 0 && errno == ECONNRESET)
    return FALSE;
  if (n < 0)
    g_test_message ("no answer in time; so far: %s", self->input->str);
  g_assert_cmpint (n, >=, 0);
  g_string_append_len (self->input, buffer, n);
  return n > 0;
}

char *
client_read_until (Client *self, const char *mark)
{
  char *text, *found;

  while ((found = g_strstr_len (self->input->str, (gssize) self->input->len, mark)) == NULL)
    if (!client_fill (self))
      return NULL;
  found += strlen (mark);
  text = g_strndup (self->input->str, (gsize) (found - self->input->str));
  g_string_erase (self->input, 0, found - self->input->str);
  return text;
}

gboolean
client_is_closed (Client *self)
{
  while (client_fill (self))
    ;
  return self->input->len == 0;
}

Reply *
client_read (Client *self)
{
  Reply *reply = g_new0 (Reply, 1);
  g_autofree char *length = NULL;

  reply->body = g_string_new (NULL);
  reply->head = client_read_until (self, "\r\n\r\n");
  if (reply->head == NULL)
    return reply;
  g_assert_true (g_str_has_prefix (reply->head, "HTTP/1."));
  reply->status = (guint) strtoul (reply->head + strlen ("HTTP/1.1 "), NULL, 10);
  if (reply->status < 200 || reply->status == 204)
    return reply;

  length = reply_dup_header (reply, "Content-Length");
  if (length != NULL)
    {
      gsize n = strtoul (length, NULL, 10);

      while (self->input->len < n)
        g_assert_true (client_fill (self));
      g_string_append_len (reply->body, self->input->str, (gssize) n);
      g_string_erase (self->input, 0, (gssize) n);
      return reply;
    }
  while (client_fill (self))
    ;
  g_string_append_len (reply->body, self->input->str, (gssize) self->input->len);
  g_string_truncate (self->input, 0);
  return reply;
}

char *
client_read_frame (Client *self, guint8 *opcode)
{
  g_autofree char *text = NULL;
  gsize len, head = 2;

  for (;;)
    {
      const guint8 *data = (const guint8 *) self->input->str;

      if (self->input->len >= 4)
        {
          len = data[1];
          if (len == 126)
            {
              len = (gsize) data[2] << 8 | data[3];
              head = 4;
            }
          if (self->input->len >= head + len)
            break;
        }
      else if (self->input->len >= 2 && data[1] <= 2 && self->input->len >= 2u + data[1])
        {
          len = data[1];
          break;
        }
      g_assert_true (client_fill (self));
    }
  *opcode = (guint8) self->input->str[0] & 15;
  text = g_strndup (self->input->str + head, len);
  g_string_erase (self->input, 0, (gssize) (head + len));
  return g_steal_pointer (&text);
}

void
reply_free (Reply *self)
{
  g_free (self->head);
  g_string_free (self->body, TRUE);
  g_free (self);
}

char *
reply_dup_header (Reply *self, const char *name)
{
  g_auto(GStrv) lines = g_strsplit (self->head, "\r\n", -1);
  gsize len = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, len) == 0 && lines[i][len] == ':')
      return g_strstrip (g_strdup (lines[i] + len + 1));
  return NULL;
}

json_t *
reply_json (Reply *self)
{
  g_autofree char *type = reply_dup_header (self, "Content-Type");
  json_error_t error;
  json_t *json = json_loadb (self->body->str, self->body->len, JSON_ALLOW_NUL, &error);

  g_assert_cmpstr (type, ==, "application/json");
  if (json == NULL)
    g_test_message ("%s: %s", error.text, self->body->str);
  g_assert_nonnull (json);
  return json;
}

const char *
json_text (json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));

  return text != NULL ? text : "";
}

Reply *
http_request_data (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body,
                   gsize len)
{
  g_autoptr(Client) client = client_new (f);
  g_autoptr(GString) request = g_string_new (NULL);

  g_string_append_printf (request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s", method, path, f->port,
                          headers != NULL ? headers : "");
  if (body != NULL)
    g_string_append_printf (request, "Content-Length: %" G_GSIZE_FORMAT "\r\n", len);
  g_string_append (request, "\r\n");
  if (body != NULL)
    g_string_append_len (request, body, (gssize) len);
  client_send_bytes (client, request->str, (gssize) request->len);
  return client_read (client);
}

Reply *
http_request (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body)
{
  return http_request_data (f, method, path, headers, body, body != NULL ? strlen (body) : 0);
}

Reply *
http_get (HttpFixture *f, const char *path)
{
  return http_request (f, "GET", path, NULL, NULL);
}

Reply *
http_post (HttpFixture *f, const char *path, const char *body)
{
  return http_request (f, "POST", path, "Content-Type: application/json\r\n", body);
}

json_t *
http_expect (Reply *reply, guint status)
{
  json_t *json;

  if (reply->status != status)
    g_test_message ("%s%s", reply->head, reply->body->str);
  g_assert_cmpuint (reply->status, ==, status);
  json = reply_json (reply);
  reply_free (reply);
  return json;
}

void
http_create (HttpFixture *f, const char *session_id)
{
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"%s\",\"user_id\":\"u\",\"debug_mode\":true}", session_id);
  g_autoptr(json_t) json = http_expect (http_post (f, "/api/streaming/sessions", body), 200);

  g_assert_true (json_is_true (json_object_get (json, "success")));
}
