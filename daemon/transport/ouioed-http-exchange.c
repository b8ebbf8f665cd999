/* ouioed-http-exchange.c - one request and its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>
#include <time.h>

OuioedExchange *
ouioed_exchange_new (OuioedHttp *http, OuioedConnection *connection)
{
  OuioedExchange *self = g_new0 (OuioedExchange, 1);

  self->ref_count = 1;
  self->http = http;
  self->parts = ouioed_http_get_parts (http);
  self->connection = g_object_ref (connection);
  self->route = -1;
  self->method = OUIOED_HTTP_OTHER;
  self->start_us = g_get_monotonic_time ();
  return self;
}

OuioedExchange *
ouioed_exchange_ref (OuioedExchange *self)
{
  self->ref_count++;
  return self;
}

void
ouioed_exchange_unref (OuioedExchange *self)
{
  if (--self->ref_count > 0)
    return;

  g_free (self->id);
  g_free (self->allow_origin);
  g_clear_pointer (&self->grant, ouioed_grant_unref);
  if (self->extra != NULL)
    g_string_free (self->extra, TRUE);
  if (self->out != NULL)
    g_string_free (self->out, TRUE);
  g_object_unref (self->connection);
  if (self->taken)
    g_object_unref (self->http);
  g_free (self);
}

const char *
ouioed_exchange_get_body (OuioedExchange *self, gsize *len)
{
  SoupMessageBody *body = soup_server_message_get_request_body (self->message);

  *len = body->data != NULL ? (gsize) body->length : 0;
  return body->data != NULL ? body->data : "";
}

const char *
ouioed_exchange_get_query (OuioedExchange *self)
{
  return g_uri_get_query (soup_server_message_get_uri (self->message));
}

void
ouioed_exchange_add_header (OuioedExchange *self, const char *name, const char *value)
{
  g_return_if_fail (strpbrk (value, "\r\n") == NULL);

  if (self->extra == NULL)
    self->extra = g_string_new (NULL);
  g_string_append_printf (self->extra, "%s: %s\r\n", name, value);
}

/* ---- taking the connection ---- */

void
ouioed_exchange_take (OuioedExchange *self)
{
  g_autoptr(GIOStream) stream = soup_server_message_steal_connection (self->message);

  /* From here on the answer may come at any time. Before, libsoup (which http owns) owned the request. */
  self->taken = TRUE;
  g_object_ref (self->http);
  if (stream != NULL)
    ouioed_connection_recover (self->connection, stream);
}

/* ---- writing the head ---- */

/* "Mon, 23 Nov 2026 01:11:03 GMT"; made anew once a second. */
static const char *
get_date (void)
{
  static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  static char text[64];
  static gint64 second = -1;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (now != second)
    {
      time_t t = (time_t) now;
      struct tm tm;

      second = now;
      gmtime_r (&t, &tm);
      g_snprintf (text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
                  months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    }
  return text;
}

void
ouioed_exchange_write_common (OuioedExchange *self, GString *out)
{
  g_string_append (out, "Server: ouioed/" OUIOE_VERSION "\r\nDate: ");
  g_string_append (out, get_date ());
  g_string_append (out, "\r\nX-Content-Type-Options: nosniff\r\n");
  if (self->allow_origin != NULL)
    {
      g_string_append (out, "Access-Control-Allow-Origin: ");
      g_string_append (out, self->allow_origin);
      g_string_append (out, "\r\nAccess-Control-Expose-Headers: Idempotency-Replayed, Retry-After\r\n");
      if (strcmp (self->allow_origin, "*") != 0)
        g_string_append (out, "Vary: Origin\r\n");
    }
  if (self->extra != NULL)
    g_string_append_len (out, self->extra->str, (gssize) self->extra->len);
}

static GString *
make_answer (OuioedExchange *self, guint status, const char *content_type, const char *body, gsize len)
{
  const char *phrase = soup_status_get_phrase (status);
  GString *out = g_string_sized_new (512 + (self->is_head ? 0 : len));

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\n", status, phrase);
  ouioed_exchange_write_common (self, out);
  if (content_type != NULL)
    g_string_append_printf (out, "Content-Type: %s\r\n", content_type);
  if (status != SOUP_STATUS_NO_CONTENT)
    g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", len);
  g_string_append (out, self->keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
  if (!self->is_head)
    g_string_append_len (out, body, (gssize) len);
  return out;
}

/* ---- sending ---- */

static void
exchange_done (OuioedExchange *self)
{
  ouioed_http_metrics_observe (self->parts->metrics, self->route, self->method, self->status,
                               g_get_monotonic_time () - self->start_us);
  if (self->keep_alive)
    ouioed_acceptor_park (self->parts->acceptor, self->connection);
  else
    g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  ouioed_exchange_unref (self);
}

static void
send_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedExchange *self = user_data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    {
      ouioed_connection_abort (self->connection);
      ouioed_exchange_unref (self);
      return;
    }
  exchange_done (self);
}

/* Nearly always the socket takes all of it at once. */
static void
exchange_send (OuioedExchange *self, GString *out)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  g_autoptr(GError) error = NULL;
  gssize n;

  self->out = out;
  n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), out->str, out->len, NULL, &error);
  if (n == (gssize) out->len)
    {
      exchange_done (self);
      return;
    }
  if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      ouioed_connection_abort (self->connection);
      ouioed_exchange_unref (self);
      return;
    }
  n = MAX (n, 0);
  g_output_stream_write_all_async (stream, out->str + n, out->len - (gsize) n, G_PRIORITY_DEFAULT, NULL,
                                   send_written_cb, self);
}

/* ---- answering ---- */

void
ouioed_exchange_answer (OuioedExchange *self, guint status, const char *content_type, GString *body)
{
  GString *out;

  self->status = status;
  if (self->parts->draining)
    self->keep_alive = FALSE;
  out = make_answer (self, status, content_type, body != NULL ? body->str : "", body != NULL ? body->len : 0);
  if (body != NULL)
    g_string_free (body, TRUE);
  exchange_send (self, out);
}

void
ouioed_exchange_answer_json (OuioedExchange *self, GString *body)
{
  ouioed_exchange_answer (self, SOUP_STATUS_OK, "application/json", body);
}

/* Makes the problem of @code, and sets the header lines that belong to it. */
static GString *
make_problem (OuioedExchange *self, OuioeError code, const char *detail, OuioeProblems *problems, const char *members,
              guint *status)
{
  GString *body = g_string_new (NULL);

  *status = ouioe_error_get_http_status (code);
  if (*status < 400)
    {
      /* Not an error that travels over HTTP: it does not belong here, and its text stays here. */
      g_warning ("A request failed with an unexpected error: %s", detail);
      code = OUIOE_ERROR_INTERNAL;
      detail = "Internal error";
      *status = SOUP_STATUS_INTERNAL_SERVER_ERROR;
    }
  /* Who sent wrong tokens is told how long to wait by the one that counts them. */
  if (*status == SOUP_STATUS_SERVICE_UNAVAILABLE || (*status == 429 && code != OUIOE_ERROR_TOO_MANY_FAILURES))
    ouioed_exchange_add_header (self, "Retry-After", "1");
  if (code == OUIOE_ERROR_DRAINING)
    self->keep_alive = FALSE;
  ouioed_problem_write (body, code, detail, problems, members);
  return body;
}

static const char *
problem_type (OuioedExchange *self)
{
  return self->problem_type ? "application/problem+json" : "application/json";
}

void
ouioed_exchange_fail_with (OuioedExchange *self, OuioeError code, const char *detail, const char *members)
{
  guint status;
  GString *body = make_problem (self, code, detail, NULL, members, &status);

  ouioed_exchange_answer (self, status, problem_type (self), body);
}

void
ouioed_exchange_fail_code (OuioedExchange *self, OuioeError code, const char *detail)
{
  ouioed_exchange_fail_with (self, code, detail, NULL);
}

void
ouioed_exchange_fail (OuioedExchange *self, const GError *error)
{
  ouioed_exchange_fail_with (self, ouioed_problem_get_code (error), error->message, NULL);
}

void
ouioed_exchange_fail_problems (OuioedExchange *self, OuioeError code, OuioeProblems *problems)
{
  guint status;
  GString *body = make_problem (self, code, NULL, problems, NULL, &status);

  ouioed_exchange_answer (self, status, problem_type (self), body);
}

void
ouioed_exchange_refuse (OuioedExchange *self, OuioeError code, const char *detail)
{
  g_autoptr(GIOStream) stream = NULL;
  GString *body, *out;
  guint status;

  self->refused = TRUE;
  self->keep_alive = FALSE;
  body = make_problem (self, code, detail, NULL, NULL, &status);
  self->status = status;
  out = make_answer (self, status, problem_type (self), body->str, body->len);
  stream = soup_server_message_steal_connection (self->message);
  ouioed_connection_refuse (self->connection, out->str, out->len);
  ouioed_http_metrics_observe (self->parts->metrics, self->route, self->method, status,
                               g_get_monotonic_time () - self->start_us);
  g_string_free (body, TRUE);
  g_string_free (out, TRUE);
}

int
ouioed_exchange_detach (OuioedExchange *self, guint status, GString *head, GBytes **unread)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  int fd = -1;

  /* The socket's buffer is empty, or the client does not read: then it is not worth waiting for. */
  if (g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), head->str, head->len, NULL,
                                                  NULL) == (gssize) head->len)
    {
      ouioed_http_metrics_observe (self->parts->metrics, self->route, self->method, status,
                                   g_get_monotonic_time () - self->start_us);
      fd = ouioed_connection_take_fd (self->connection, unread);
    }
  else
    ouioed_connection_abort (self->connection);
  ouioed_exchange_unref (self);
  return fd;
}
