/* ouioe-event-stream.c - one connection that carries events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event-stream.h"

#include "ouioe-request.h"

#define PIECE_BYTES 65536
/* Of an answer that refuses: enough for its sentence. */
#define MAX_PROBLEM_BYTES 16384
/* After so much work reading gives way once to everything else, above all to drawing: a program that shows what comes
 * must stay able to do so. */
#define SLICE_US 12000

struct _OuioeEventStream
{
  grefcount                    ref_count;     /* the owner's and one of each operation under way */
  const OuioeEventStreamFuncs *funcs;         /* NULL when closed */
  gpointer                     user_data;
  OuioeAddress                *address;       /* borrowed; valid until closed */
  SoupSession                 *session;       /* its own, so that closing ends the connection */
  GCancellable                *cancellable;
  SoupMessage                 *message;
  GInputStream                *stream;        /* the answer; NULL until it began */
  GString                     *problem;       /* what was read of a refusal */
  OuioeSseReader              *reader;
  gint64                       retry_after_ms; /* of a refusal; -1 when it did not say */
  gint64                       busy_us;       /* spent on what came since reading last gave way */
};

static void read_piece (OuioeEventStream *self);

static OuioeEventStream *
event_stream_ref (OuioeEventStream *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
event_stream_unref (OuioeEventStream *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_string_free (self->problem, TRUE);
  ouioe_sse_reader_free (self->reader);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeEventStream, event_stream_unref)

static gboolean
is_closed (OuioeEventStream *self)
{
  return self->funcs == NULL;
}

/* @error: (transfer full) */
static void
end (OuioeEventStream *self, GError *error, gboolean is_final)
{
  g_autoptr(GError) owned = ouioe_request_wrap_error (self->address, error);

  self->funcs->ended (self, owned, is_final, self->user_data);
}

/* ---- messages ---- */

static gboolean
message_cb (const OuioeSseEvent *message, gpointer user_data)
{
  OuioeEventStream *self = user_data;

  self->funcs->message (self, message, self->user_data);
  return !is_closed (self);
}

static void
read_piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeEventStream) self = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gint64 began_us = g_get_monotonic_time ();
  gboolean ok;

  if (is_closed (self))
    {
      g_clear_error (&error);
      return;
    }
  if (piece == NULL)
    {
      end (self, error, FALSE);
      return;
    }
  if (g_bytes_get_size (piece) == 0)
    {
      end (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, "The service at %s closed the connection",
                              self->address->text), FALSE);
      return;
    }

  ok = ouioe_sse_reader_feed (self->reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), message_cb, self,
                              &error);
  if (is_closed (self))
    {
      g_clear_error (&error);
      return;
    }
  if (!ok)
    {
      end (self, error, TRUE);
      return;
    }
  self->funcs->heard (self, self->user_data);
  self->busy_us += g_get_monotonic_time () - began_us;
  if (!is_closed (self))
    read_piece (self);
}

static void
read_piece (OuioeEventStream *self)
{
  gboolean gives_way = self->busy_us >= SLICE_US;

  if (gives_way)
    self->busy_us = 0;
  g_input_stream_read_bytes_async (self->stream, PIECE_BYTES, gives_way ? G_PRIORITY_DEFAULT_IDLE : G_PRIORITY_DEFAULT,
                                   self->cancellable, read_piece_cb, event_stream_ref (self));
}

/* ---- a refusal ---- */

static gboolean
is_temporary (guint status)
{
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

static void
refuse (OuioeEventStream *self)
{
  guint status = soup_message_get_status (self->message);
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Retry-After");
  guint64 seconds;

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      /* Not final: the head of an answer that broke off looks like this too. */
      end (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "What answers at %s is not a stream of events",
                              self->address->text), FALSE);
      return;
    }
  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 3600, &seconds, NULL))
    self->retry_after_ms = (gint64) seconds * 1000;
  end (self, ouioe_problem_to_error (status, soup_message_get_reason_phrase (self->message), self->problem->str,
                                     self->problem->len), !is_temporary (status));
}

static void
read_problem_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeEventStream) self = user_data;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize len = piece != NULL ? g_bytes_get_size (piece) : 0;

  if (is_closed (self))
    return;
  if (len > 0)
    g_string_append_len (self->problem, g_bytes_get_data (piece, NULL), (gssize) len);
  if (len > 0 && self->problem->len < MAX_PROBLEM_BYTES)
    g_input_stream_read_bytes_async (self->stream, MAX_PROBLEM_BYTES - self->problem->len, G_PRIORITY_DEFAULT,
                                     self->cancellable, read_problem_cb, event_stream_ref (self));
  else
    refuse (self);
}

/* ---- opening and closing ---- */

static gboolean
is_event_stream (SoupMessage *message)
{
  const char *type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);

  return soup_message_get_status (message) == 200 && g_strcmp0 (type, "text/event-stream") == 0;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeEventStream) self = user_data;
  GError *error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (is_closed (self))
    {
      g_clear_error (&error);
      return;
    }
  if (stream == NULL)
    {
      end (self, error, FALSE);
      return;
    }

  self->stream = g_steal_pointer (&stream);
  if (!is_event_stream (self->message))
    {
      g_input_stream_read_bytes_async (self->stream, MAX_PROBLEM_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                                       read_problem_cb, event_stream_ref (self));
      return;
    }
  self->funcs->opened (self, self->user_data);
  if (!is_closed (self))
    read_piece (self);
}

OuioeEventStream *
ouioe_event_stream_open (OuioeAddress *address, const char *uri, const OuioeEventStreamFuncs *funcs, gpointer user_data)
{
  OuioeEventStream *self = g_new0 (OuioeEventStream, 1);
  SoupMessageHeaders *headers;

  g_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->user_data = user_data;
  self->address = address;
  self->session = ouioe_address_new_session (address, 0);
  self->cancellable = g_cancellable_new ();
  self->problem = g_string_new (NULL);
  self->reader = ouioe_sse_reader_new (OUIOE_MAX_ANSWER_BYTES);
  self->retry_after_ms = -1;

  self->message = soup_message_new (SOUP_METHOD_GET, uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, answered_cb,
                           event_stream_ref (self));
  return self;
}

void
ouioe_event_stream_close (OuioeEventStream *self)
{
  self->funcs = NULL;
  self->address = NULL;
  g_cancellable_cancel (self->cancellable);
  soup_session_abort (self->session);
  event_stream_unref (self);
}

const char *
ouioe_event_stream_get_last_id (OuioeEventStream *self)
{
  return ouioe_sse_reader_get_last_id (self->reader);
}

gint64
ouioe_event_stream_get_retry_ms (OuioeEventStream *self)
{
  return self->retry_after_ms >= 0 ? self->retry_after_ms : ouioe_sse_reader_get_retry_ms (self->reader);
}

guint64
ouioe_event_stream_get_date_ms (OuioeEventStream *self)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Date");
  g_autoptr(GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;
  gint64 seconds = date != NULL ? g_date_time_to_unix (date) : 0;

  return seconds > 0 ? (guint64) seconds * 1000 : 0;
}
