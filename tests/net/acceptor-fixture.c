/* acceptor-fixture.c - an acceptor and a simple owner of its connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "acceptor-fixture.h"

#include <string.h>

typedef struct {
  AcceptorFixture          *fixture;
  OuioedConnection *connection;
  GString          *head;
  gsize             n_answered;
} Serving;

static void
serving_free (gpointer data)
{
  Serving *serving = data;

  g_object_unref (serving->connection);
  g_string_free (serving->head, TRUE);
  g_free (serving);
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  static const char junk[65536];
  Serving *serving = user_data;
  AcceptorFixture *f = serving->fixture;
  g_autoptr(GError) error = NULL;
  gssize n = 0;

  while (serving->n_answered < f->answer_bytes && n >= 0)
    {
      n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), junk, sizeof junk, NULL,
                                                      &error);
      serving->n_answered += MAX (n, 0);
    }
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n >= 0)
    ouioed_acceptor_park (f->acceptor, serving->connection);

  return G_SOURCE_REMOVE;
}

static void
serve (Serving *serving)
{
  AcceptorFixture *f = serving->fixture;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (serving->connection));
  g_autoptr(GError) error = NULL;

  if (f->keep_body)
    {
      ouioed_connection_set_state (serving->connection, OUIOED_CONNECTION_BODY);
      g_ptr_array_add (f->held, g_object_ref (serving->connection));
      return;
    }

  ouioed_connection_set_state (serving->connection, OUIOED_CONNECTION_RESPONSE);
  if (f->answer_bytes > 0)
    {
      g_autoptr(GSource) source = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (output), NULL);
      Serving *again = g_new0 (Serving, 1);

      *again = (Serving) { f, g_object_ref (serving->connection), g_string_new (NULL), 0 };
      g_source_set_callback (source, G_SOURCE_FUNC (writable_cb), again, serving_free);
      g_source_attach (source, NULL);
      return;
    }
  g_assert_cmpint (g_output_stream_write (output, "ok", 2, NULL, &error), ==, 2);
  g_assert_no_error (error);
  ouioed_acceptor_park (f->acceptor, serving->connection);
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  Serving *serving = user_data;
  g_autoptr(GError) error = NULL;
  char buffer[1000];
  const char *end;

  for (;;)
    {
      GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (stream);
      gssize n = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      if (n <= 0)
        {
          serving->fixture->n_ended++;
          g_io_stream_close (G_IO_STREAM (serving->connection), NULL, NULL);
          return G_SOURCE_REMOVE;
        }
      g_string_append_len (serving->head, buffer, n);
      end = strstr (serving->head->str, "\r\n\r\n");
      if (end != NULL)
        break;
    }

  end += 4;
  ouioed_connection_unread (serving->connection, end, serving->head->len - (end - serving->head->str));
  serve (serving);

  return G_SOURCE_REMOVE;
}

void
acceptor_fixture_ready (OuioedConnection *connection, gpointer user_data)
{
  AcceptorFixture *f = user_data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr(GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  Serving *serving = g_new0 (Serving, 1);

  *serving = (Serving) { f, g_object_ref (connection), g_string_new (NULL), 0 };
  f->n_ready++;
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), serving, serving_free);
  g_source_attach (source, NULL);
}

void
acceptor_fixture_set_up (AcceptorFixture *f, gconstpointer user_data)
{
  g_autoptr(GError) error = NULL;

  f->limits = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  f->held = g_ptr_array_new_with_free_func (g_object_unref);
  f->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, &error);
  g_assert_no_error (error);
  f->acceptor = ouioed_acceptor_new (f->poller, &f->limits, acceptor_fixture_ready, f);
  g_assert_true (ouioed_acceptor_listen (f->acceptor, "127.0.0.1:0", &f->url, &error));
  g_assert_no_error (error);
  ouioed_acceptor_start (f->acceptor);
}

void
acceptor_fixture_tear_down (AcceptorFixture *f, gconstpointer user_data)
{
  ouioed_acceptor_free (f->acceptor);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (f->held);
  g_assert_cmpuint (ouioed_poller_get_n (f->poller), ==, 0);
  ouioed_poller_free (f->poller);
  g_free (f->url);
}

OuioedAcceptorMetrics
acceptor_fixture_metrics (AcceptorFixture *f)
{
  OuioedAcceptorMetrics m;

  ouioed_acceptor_get_metrics (f->acceptor, &m);

  return m;
}

void
acceptor_assert_problem (const GString *got, guint status, const char *code)
{
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree char *number = g_strdup_printf ("\"status\":%u,", status);
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);
  const char *length = strstr (got->str, "Content-Length: ");
  const char *body = strstr (got->str, "\r\n\r\n");

  g_assert_true (g_str_has_prefix (got->str, start));
  g_assert_nonnull (strstr (got->str, "Content-Type: application/problem+json\r\n"));
  g_assert_nonnull (strstr (got->str, "Connection: close\r\n"));
  g_assert_nonnull (strstr (got->str, number));
  g_assert_nonnull (strstr (got->str, member));
  g_assert_nonnull (length);
  g_assert_nonnull (body);
  g_assert_cmpuint (g_ascii_strtoull (length + 16, NULL, 10), ==, strlen (body + 4));
}
