/* tee-fixture.c - a tee between a client and an upstream that a test plays both itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US (30 * G_USEC_PER_SEC)

/* ---- the listener ---- */

static void
record_free (gpointer data)
{
  TeeRecord *record = data;

  g_free (record->method);
  g_free (record->path);
  g_free (record->query);
  g_free (record->peer);
  g_free (record->detail);
  g_string_free (record->headers, TRUE);
  g_string_free (record->request_body, TRUE);
  g_string_free (record->answer_body, TRUE);
  g_free (record);
}

static void
note_headers (TeeRecord *record, const OuioedHeader *headers, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (g_utf8_validate (headers[i].value, -1, NULL));
      g_string_append_printf (record->headers, "%s: %s\n", headers[i].name, headers[i].value);
    }
}

static gpointer
on_request (OuioedCall *call, const OuioedRequestHead *head, gint64 time_us, gpointer user_data)
{
  TeeFixture *self = user_data;
  TeeRecord *record;

  if (self->is_deaf)
    return NULL;
  record = g_new0 (TeeRecord, 1);
  record->call = call;
  record->method = g_strdup (head->method);
  record->path = g_strdup (head->path);
  record->query = g_strdup (head->query);
  record->peer = g_strdup (head->peer);
  record->credential = head->credential;
  record->headers = g_string_new (NULL);
  record->request_body = g_string_new (NULL);
  record->answer_body = g_string_new (NULL);
  note_headers (record, head->headers, head->n_headers);
  g_assert_cmpint (time_us, >, 0);
  g_ptr_array_add (self->records, record);
  return record;
}

static void
on_request_body (gpointer data, const char *bytes, gsize len)
{
  TeeRecord *record = data;

  g_assert_false (record->is_request_ended);
  g_string_append_len (record->request_body, bytes, (gssize) len);
}

static void
on_request_end (gpointer data)
{
  TeeRecord *record = data;

  g_assert_false (record->is_request_ended);
  record->is_request_ended = TRUE;
}

static void
on_answer (gpointer data, const OuioedAnswerHead *head, gint64 time_us)
{
  TeeRecord *record = data;

  g_assert_cmpuint (record->status, ==, 0);
  record->status = head->status;
  note_headers (record, head->headers, head->n_headers);
}

static void
on_answer_body (gpointer data, const char *bytes, gsize len, gint64 time_us)
{
  TeeRecord *record = data;

  g_assert_cmpuint (record->status, !=, 0);
  g_assert_false (record->is_ended);
  g_string_append_len (record->answer_body, bytes, (gssize) len);
}

static void
on_lost (gpointer data)
{
  ((TeeRecord *) data)->n_lost++;
}

static void
on_end (gpointer data, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  TeeRecord *record = data;

  g_assert_false (record->is_ended);
  record->is_ended = TRUE;
  record->how = how;
  record->detail = g_strdup (detail);
}

static const OuioedCallFuncs listener_funcs = {
  on_request, on_request_body, on_request_end, on_answer, on_answer_body, on_lost, on_end,
};

/* ---- what the tee asks ---- */

static void
on_give_back (int fd, GBytes *unread, gboolean is_public, gpointer user_data)
{
  TeeFixture *self = user_data;

  g_assert_cmpint (self->given_fd, <, 0);
  self->given_fd = fd;
  self->given_unread = unread != NULL ? g_bytes_ref (unread) : NULL;
}

static void
on_gone (gpointer user_data)
{
  ((TeeFixture *) user_data)->n_gone++;
}

static guint
on_authorize (const char *token, const char *peer, gpointer user_data)
{
  TeeFixture *self = user_data;

  g_free (self->token);
  self->token = g_strdup (token);
  return self->verdict;
}

static const OuioedTeeFuncs tee_funcs = { on_give_back, on_gone, on_authorize };

/* ---- beginning and end ---- */

static int
open_door (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static void
add_upstream (TeeFixture *self, const char *name, guint16 port)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *spec = g_strdup_printf ("%s=http://127.0.0.1:%u%s", name, port, strcmp (name, "model") == 0 ? "/base" : "");
  OuioedUpstream *upstream = ouioed_upstream_parse (spec, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->upstreams, upstream);
}

void
tee_fixture_init (TeeFixture *self)
{
  guint16 port;
  int closed;

  *self = (TeeFixture) { .given_fd = -1 };
  self->config = ouioed_tee_config_new ();
  self->records = g_ptr_array_new_with_free_func (record_free);
  self->upstreams = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_upstream_unref);
  self->listener = open_door (&port);
  g_assert_cmpint (listen (self->listener, 16), ==, 0);
  add_upstream (self, "model", port);
  add_upstream (self, "other", port);
  closed = open_door (&port);
  add_upstream (self, "dead", port);
  close (closed);
  self->door = open_door (&port);
  g_assert_cmpint (listen (self->door, 16), ==, 0);
}

void
tee_fixture_start (TeeFixture *self)
{
  g_autoptr(GError) error = NULL;

  self->tee = ouioed_tee_new (self->upstreams, self->config, &tee_funcs, self, &error);
  g_assert_no_error (error);
  ouioed_mailbox_set_listener (ouioed_tee_get_mailbox (self->tee), &listener_funcs, self);
}

void
tee_fixture_clear (TeeFixture *self)
{
  tee_fixture_wait_gone (self);
  g_clear_pointer (&self->tee, ouioed_tee_free);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  ouioed_tee_config_unref (self->config);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->upstreams);
  g_clear_pointer (&self->given_unread, g_bytes_unref);
  g_free (self->token);
  close (self->listener);
  close (self->door);
  if (self->given_fd >= 0)
    close (self->given_fd);
}

/* ---- waiting ---- */

void
tee_fixture_turn (TeeFixture *self)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (500);
}

static void
wait_readable (TeeFixture *self, int fd)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;
  struct pollfd entry = { .fd = fd, .events = POLLIN };

  while (poll (&entry, 1, 1) == 0)
    {
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

TeeRecord *
tee_fixture_record (TeeFixture *self, guint i, gboolean ended)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (self->records->len <= i || (ended && !((TeeRecord *) self->records->pdata[i])->is_ended))
    {
      tee_fixture_turn (self);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  return self->records->pdata[i];
}

void
tee_fixture_wait_gone (TeeFixture *self)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (self->n_gone < self->n_added)
    {
      tee_fixture_turn (self);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

/* ---- connections ---- */

int
tee_fixture_connect (TeeFixture *self, const char *name)
{
  OuioedTeeClient client = { .peer = "127.0.0.1:4711" };
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  for (guint i = 0; name != NULL && i < self->upstreams->len; i++)
    if (strcmp (((OuioedUpstream *) self->upstreams->pdata[i])->name, name) == 0)
      client.upstream = self->upstreams->pdata[i];
  g_assert_cmpint (getsockname (self->door, (struct sockaddr *) &address, &len), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, len), ==, 0);
  client.fd = accept4 (self->door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_assert_cmpint (client.fd, >=, 0);
  ouioed_tee_add (self->tee, &client);
  self->n_added++;
  return fd;
}

int
tee_fixture_accept (TeeFixture *self)
{
  int fd;

  wait_readable (self, self->listener);
  fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

gboolean
tee_fixture_is_quiet (TeeFixture *self)
{
  struct pollfd entry = { .fd = self->listener, .events = POLLIN };

  return poll (&entry, 1, 0) == 0;
}

void
tee_put_bytes (int fd, const void *data, gsize len, gsize piece)
{
  for (gsize at = 0; at < len;)
    {
      gssize n = send (fd, (const char *) data + at, MIN (piece, len - at), MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      at += (gsize) n;
    }
}

void
tee_put (int fd, const char *text)
{
  tee_put_bytes (fd, text, strlen (text), G_MAXSIZE);
}

char *
tee_get (TeeFixture *self, int fd, gsize len)
{
  char *text = g_malloc (len + 1);

  for (gsize at = 0; at < len;)
    {
      gssize n;

      wait_readable (self, fd);
      n = recv (fd, text + at, len - at, 0);
      g_assert_cmpint (n, >, 0);
      at += (gsize) n;
    }
  text[len] = '\0';
  return text;
}

char *
tee_get_head (TeeFixture *self, int fd)
{
  GString *head = g_string_new (NULL);

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      g_autofree char *c = tee_get (self, fd, 1);

      g_string_append_c (head, *c);
    }
  return g_string_free (head, FALSE);
}

GBytes *
tee_get_rest (TeeFixture *self, int fd, int *errno_out)
{
  GByteArray *all = g_byte_array_new ();
  guint8 buffer[65536];
  gssize n;

  while (TRUE)
    {
      wait_readable (self, fd);
      n = recv (fd, buffer, sizeof buffer, 0);
      if (n <= 0)
        break;
      g_byte_array_append (all, buffer, (guint) n);
    }
  if (errno_out != NULL)
    *errno_out = n < 0 ? errno : 0;
  return g_byte_array_free_to_bytes (all);
}

void
tee_assert_end (TeeFixture *self, int fd)
{
  g_autoptr(GBytes) rest = tee_get_rest (self, fd, NULL);

  g_assert_cmpuint (g_bytes_get_size (rest), ==, 0);
}

guint
tee_count_fds (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* ---- what tests of calls have in common ---- */

void
tee_fixture_begin (TeeFixture *fixture)
{
  tee_fixture_init (fixture);
  tee_fixture_start (fixture);
}

/* A request that has reached the upstream. */
void
tee_fixture_ask (TeeFixture *fixture, int *client, int *server)
{
  *client = tee_fixture_connect (fixture, "model");
  tee_put (*client, TEE_GET);
  *server = tee_fixture_accept (fixture);
  g_free (tee_get_head (fixture, *server));
}

void
tee_assert_gets (TeeFixture *fixture, int fd, const char *text)
{
  g_autofree char *got = tee_get (fixture, fd, strlen (text));

  g_assert_cmpstr (got, ==, text);
}

/* An answer of our own, with this status, of type application/problem+json, then the end. */
void
tee_assert_refused (TeeFixture *fixture, int fd, guint status, const char *code)
{
  g_autoptr(GBytes) all = tee_get_rest (fixture, fd, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (all, NULL), g_bytes_get_size (all));
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);

  g_assert_true (g_str_has_prefix (text, line));
  g_assert_nonnull (strstr (text, "\r\nContent-Type: application/problem+json\r\n"));
  g_assert_nonnull (strstr (text, member));
}

TeeRecord *
tee_assert_ended (TeeFixture *fixture, guint i, OuioedCallEnd how)
{
  TeeRecord *record = tee_fixture_record (fixture, i, TRUE);

  g_assert_cmpint (record->how, ==, how);
  return record;
}
