/* ouioe-event-stream.c - one connection that carries events
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event-stream.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-client.h"
#include "ouioe-line-stream.h"
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
  OuioeBus                    *bus;           /* which gives the pipe; NULL over HTTP */
  OuioeBusCall                *call;          /* that asks for it */
  OuioeBusCall                *plain_call;    /* the same of a daemon that knows nothing of deltas; or NULL */
  OuioeLineStream             *lines;         /* what comes through it */
  char                        *begins_behind; /* position that came with it, NULL when none did */
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
  g_clear_pointer (&self->lines, ouioe_line_stream_free);
  g_clear_pointer (&self->call, ouioe_bus_call_free);
  g_clear_pointer (&self->plain_call, ouioe_bus_call_free);
  g_free (self->begins_behind);
  g_clear_pointer (&self->bus, ouioe_bus_unref);
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

static gboolean
feed (OuioeEventStream *self, GBytes *piece, GError **error)
{
  gsize len;
  const char *data = g_bytes_get_data (piece, &len);

  if (self->lines != NULL)
    return ouioe_line_stream_feed (self->lines, data, len, message_cb, self, error);
  return ouioe_sse_reader_feed (self->reader, data, len, message_cb, self, error);
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
      end (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service at %s closed the connection"),
                              self->address->text), FALSE);
      return;
    }

  ok = feed (self, piece, &error);
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
      end (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("What answers at %s is not a stream of events"),
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

/* ---- over HTTP ---- */

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
      end (self, error, g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE));
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

static void
open_http (OuioeEventStream *self, const char *base, const char *session_id, const char *after, gboolean deltas)
{
  g_autoptr(GString) uri = g_string_new (base);
  SoupMessageHeaders *headers;

  g_string_append (uri, "/api/streaming");
  if (session_id != NULL)
    {
      g_string_append (uri, "/sessions/");
      g_string_append_uri_escaped (uri, session_id, NULL, FALSE);
    }
  g_string_append (uri, "/stream");
  if (after != NULL)
    g_string_append_printf (uri, "?after=%s", after);
  if (deltas)   /* a daemon that does not know it passes over it */
    g_string_append (uri, after != NULL ? "&deltas=true" : "?deltas=true");

  self->session = ouioe_address_new_session (self->address, 0);
  self->message = soup_message_new (SOUP_METHOD_GET, uri->str);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  ouioe_address_authorize (self->address, self->message);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, answered_cb,
                           event_stream_ref (self));
}

/* ---- through a pipe ---- */

static gboolean
is_refusal (const GError *error)
{
  return error->domain == OUIOE_ERROR && error->code != OUIOE_ERROR_TOO_MANY_READERS &&
         error->code != OUIOE_ERROR_BUSY && error->code != OUIOE_ERROR_DRAINING &&
         error->code != OUIOE_ERROR_STORE_UNAVAILABLE;
}

/* The reading end that came with the answer; -1 when none did. */
static int
take_descriptor (OuioeEventStream *self, GVariant *reply, GUnixFDList *fds, GError **error)
{
  gint32 index = -1;

  if (fds != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(h)")))
    g_variant_get (reply, "(h)", &index);
  else if (fds != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(hs)")))
    g_variant_get (reply, "(hs)", &index, &self->begins_behind);
  if (index >= 0 && index < g_unix_fd_list_get_length (fds))
    return g_unix_fd_list_get (fds, index, error);
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent no pipe"));
  return -1;
}

static gboolean
is_unknown_method (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

static void
pipe_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeEventStream) self = user_data;
  GError *error = NULL;
  g_autoptr(GUnixFDList) fds = NULL;
  g_autoptr(GVariant) reply = ouioe_bus_send_finish (self->bus, result, &fds, &error);
  GError *said;
  int fd;

  if (is_unknown_method (error) && self->plain_call != NULL && !is_closed (self))
    {
      g_clear_error (&error);
      ouioe_bus_call_free (self->call);
      self->call = g_steal_pointer (&self->plain_call);
      ouioe_bus_send_async (self->bus, self->call, self->cancellable, pipe_came_cb, event_stream_ref (self));
      return;
    }
  said = reply == NULL ? ouioe_bus_to_error (self->call->path, error) : NULL;
  if (said != NULL)
    {
      g_error_free (error);
      error = said;
    }
  if (is_closed (self))
    {
      g_clear_error (&error);
      return;
    }
  fd = reply != NULL ? take_descriptor (self, reply, fds, &error) : -1;
  if (fd < 0)
    {
      end (self, error, is_refusal (error));
      return;
    }
  self->stream = g_unix_input_stream_new (fd, TRUE);
  self->funcs->opened (self, self->user_data);
  if (!is_closed (self))
    self->funcs->heard (self, self->user_data);   /* where it begins: a position without an event */
  if (!is_closed (self))
    read_piece (self);
}

/* @after: (nullable) */
static OuioeBusCall *
make_plain_call (const char *session_id, const char *after)
{
  g_autofree char *path = NULL;

  if (session_id == NULL)
    return ouioe_bus_call_new (OUIOE_BUS_ROOT, OUIOE_BUS_MANAGER, "OpenStream",
                               g_variant_new ("(sa{sv})", after != NULL ? after : "", NULL));
  path = ouioe_bus_session_path (session_id);
  return ouioe_bus_call_new (path, OUIOE_BUS_SESSION, "OpenStream", g_variant_new ("(s)", after != NULL ? after : "0"));
}

static OuioeBusCall *
make_live_call (const char *session_id, const char *after)
{
  g_autofree char *path = session_id != NULL ? ouioe_bus_session_path (session_id) : g_strdup (OUIOE_BUS_ROOT);
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (after != NULL)
    g_variant_builder_add (&options, "{sv}", "after", g_variant_new_string (after));
  g_variant_builder_add (&options, "{sv}", "deltas", g_variant_new_boolean (TRUE));
  return ouioe_bus_call_new (path, session_id != NULL ? OUIOE_BUS_SESSION : OUIOE_BUS_MANAGER, "OpenLiveStream",
                             g_variant_new ("(a{sv})", &options));
}

static void
open_pipe (OuioeEventStream *self, const char *session_id, const char *after, gboolean deltas)
{
  self->bus = ouioe_bus_ref (self->address->bus);
  self->lines = ouioe_line_stream_new (OUIOE_MAX_ANSWER_BYTES);
  if (deltas)
    self->plain_call = make_plain_call (session_id, after);
  self->call = deltas ? make_live_call (session_id, after) : make_plain_call (session_id, after);
  ouioe_bus_send_async (self->bus, self->call, self->cancellable, pipe_came_cb, event_stream_ref (self));
}

/* ---- opening and closing ---- */

OuioeEventStream *
ouioe_event_stream_open (OuioeAddress *address, const char *session_id, const OuioeEventId *after, gboolean deltas,
                         const OuioeEventStreamFuncs *funcs, gpointer user_data)
{
  OuioeEventStream *self = g_new0 (OuioeEventStream, 1);
  char text[OUIOE_EVENT_ID_TEXT_MAX];

  g_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->user_data = user_data;
  self->address = address;
  self->cancellable = g_cancellable_new ();
  self->problem = g_string_new (NULL);
  self->reader = ouioe_sse_reader_new (OUIOE_MAX_ANSWER_BYTES);
  self->retry_after_ms = -1;

  if (after != NULL)
    ouioe_event_id_format (*after, text);
  if (address->bus != NULL)
    open_pipe (self, session_id, after != NULL ? text : NULL, deltas);
  else
    open_http (self, address->base, session_id, after != NULL ? text : NULL, deltas);
  return self;
}

void
ouioe_event_stream_close (OuioeEventStream *self)
{
  self->funcs = NULL;
  self->address = NULL;
  g_cancellable_cancel (self->cancellable);
  if (self->session != NULL)
    soup_session_abort (self->session);
  event_stream_unref (self);
}

gboolean
ouioe_event_stream_is_pipe (OuioeEventStream *self)
{
  return self->lines != NULL;
}

const char *
ouioe_event_stream_get_last_id (OuioeEventStream *self)
{
  return self->begins_behind != NULL ? self->begins_behind : ouioe_sse_reader_get_last_id (self->reader);
}

gint64
ouioe_event_stream_get_retry_ms (OuioeEventStream *self)
{
  return self->retry_after_ms >= 0 ? self->retry_after_ms : ouioe_sse_reader_get_retry_ms (self->reader);
}

guint64
ouioe_event_stream_get_date_ms (OuioeEventStream *self)
{
  g_autoptr(GDateTime) date = NULL;
  const char *text;
  gint64 seconds;

  if (self->message == NULL)
    return 0;
  text = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Date");
  date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;
  seconds = date != NULL ? g_date_time_to_unix (date) : 0;
  return seconds > 0 ? (guint64) seconds * 1000 : 0;
}
