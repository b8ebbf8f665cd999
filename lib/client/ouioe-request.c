/* ouioe-request.c - one question to the daemon and its answer
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-request.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PIECE_BYTES 65536

/* A request under way: data of the task. */
typedef struct {
  OuioeRequest *request;
  OuioeAddress *address;    /* borrowed from the client, which the task keeps */
  SoupMessage  *message;    /* of the present attempt */
  GInputStream *stream;     /* its answer */
  GByteArray   *answer;     /* what came of it */
  gboolean      is_second;  /* it is being asked again */
} Exchange;

OuioeRequest *
ouioe_request_new (OuioeAddress *address, const char *method, const char *path, char *body)
{
  OuioeRequest *self = g_new0 (OuioeRequest, 1);

  self->method = method;
  self->uri = g_strconcat (address->base, path, NULL);
  self->body = body;
  self->type = "application/json";
  if (strcmp (method, SOUP_METHOD_GET) != 0)
    self->key = g_uuid_string_random ();
  return self;
}

OuioeRequest *
ouioe_request_new_for_bus (OuioeBusCall *call)
{
  OuioeRequest *self = g_new0 (OuioeRequest, 1);

  self->call = call;
  return self;
}

void
ouioe_request_free (OuioeRequest *self)
{
  g_clear_pointer (&self->call, ouioe_bus_call_free);
  g_free (self->uri);
  g_free (self->body);
  g_free (self->key);
  g_free (self);
}

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  ouioe_request_free (exchange->request);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
  g_byte_array_unref (exchange->answer);
  g_free (exchange);
}

static SoupMessage *
make_message (OuioeAddress *address, OuioeRequest *request)
{
  SoupMessage *message = soup_message_new (request->method, request->uri);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "application/json");
  ouioe_address_authorize (address, message);
  if (request->key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Idempotency-Key", request->key);
  if (request->body != NULL)
    {
      g_autoptr(GBytes) bytes = g_bytes_new_static (request->body, strlen (request->body));

      soup_message_set_request_body_from_bytes (message, request->type, bytes);
    }
  return message;
}

/* What was answered over the bus: what the daemon said of it stands, the rest is for ouioe_request_wrap_error(). */
static GBytes *
judge_reply (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autoptr(GVariant) owned = reply;
  GError *said;

  if (reply != NULL)
    return call->convert (call, reply, error);
  said = ouioe_bus_to_error (call->path, *error);
  if (said != NULL)
    {
      g_clear_error (error);
      *error = said;
    }
  return NULL;
}

/* The connection broke, as one that was kept open does when the daemon was restarted meanwhile. */
static gboolean
is_worth_a_second (OuioeRequest *request, const GError *error)
{
  if (request->call != NULL)
    return request->call->is_repeatable && ouioe_bus_is_broken (error);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

GError *
ouioe_request_wrap_error (OuioeAddress *address, GError *error)
{
  GError *wrapped;

  if (error->domain == OUIOE_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  g_dbus_error_strip_remote_error (error);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    wrapped = g_error_new (OUIOE_ERROR, OUIOE_ERROR_UNTRUSTED, _("The certificate of the service at %s is not trusted"),
                           address->text);
  else
    wrapped = g_error_new (OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service at %s does not answer: %s"), address->text,
                           error->message);
  g_error_free (error);
  return wrapped;
}

/* Takes a piece of the answer; FALSE when it is too long. */
static gboolean
take_piece (GByteArray *answer, const void *data, gsize len, GError **error)
{
  if (len > OUIOE_MAX_ANSWER_BYTES - answer->len)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent an answer of more than %d bytes"),
                   OUIOE_MAX_ANSWER_BYTES);
      return FALSE;
    }
  g_byte_array_append (answer, data, (guint) len);
  return TRUE;
}

void
ouioe_page_write_head (GString *out, gboolean has_more, gboolean lost)
{
  g_string_append_printf (out, "{\"has_more\":%s,\"lost\":%s}\n", has_more ? "true" : "false", lost ? "true" : "false");
}

/* What the service says of a page in header fields, as its first line. */
static void
add_page_head (SoupMessage *message, GByteArray *answer)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  g_autoptr(GString) head = g_string_new (NULL);

  ouioe_page_write_head (head, g_strcmp0 (soup_message_headers_get_one (headers, "Ouioe-Has-More"), "true") == 0,
                         soup_message_headers_get_one (headers, "Ouioe-Gap-Until") != NULL);
  g_byte_array_prepend (answer, (const guint8 *) head->str, (guint) head->len);
}

static GBytes *
judge (const OuioeRequest *request, SoupMessage *message, GByteArray *answer, GError **error)
{
  guint status = soup_message_get_status (message);

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      if (request->is_page)
        add_page_head (message, answer);
      return g_byte_array_free_to_bytes (g_byte_array_ref (answer));
    }
  g_propagate_error (error, ouioe_problem_to_error (status, soup_message_get_reason_phrase (message),
                                                    (const char *) answer->data, answer->len));
  return NULL;
}

/* ---- without blocking ---- */

static void attempt (GTask *task);

static void
fail (GTask *task, GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (!exchange->is_second && is_worth_a_second (exchange->request, error))
    {
      g_error_free (error);
      exchange->is_second = TRUE;
      attempt (task);
      return;
    }
  g_task_return_error (task, ouioe_request_wrap_error (exchange->address, error));
}

static void
read_piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  GBytes *answer;

  if (piece == NULL ||
      !take_piece (exchange->answer, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), &error))
    {
      fail (task, error);
      return;
    }
  if (g_bytes_get_size (piece) > 0)
    {
      g_input_stream_read_bytes_async (exchange->stream, PIECE_BYTES, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                       read_piece_cb, g_object_ref (task));
      return;
    }

  answer = judge (exchange->request, exchange->message, exchange->answer, &error);
  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify) g_bytes_unref);
}

static void
send_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL)
    {
      fail (task, error);
      return;
    }
  g_input_stream_read_bytes_async (exchange->stream, PIECE_BYTES, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                   read_piece_cb, g_object_ref (task));
}

static void
bus_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  GVariant *reply = ouioe_bus_send_finish (exchange->address->bus, result, NULL, &error);
  GBytes *answer = judge_reply (exchange->request->call, reply, &error);

  if (answer == NULL)
    fail (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify) g_bytes_unref);
}

static void
attempt (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (exchange->request->call != NULL)
    {
      ouioe_bus_send_async (exchange->address->bus, exchange->request->call, g_task_get_cancellable (task),
                            bus_answered_cb, g_object_ref (task));
      return;
    }
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
  g_byte_array_set_size (exchange->answer, 0);
  exchange->message = make_message (exchange->address, exchange->request);
  soup_session_send_async (g_task_get_source_object (task), exchange->message, G_PRIORITY_DEFAULT,
                           g_task_get_cancellable (task), send_answered_cb, g_object_ref (task));
}

void
ouioe_request_send_async (SoupSession *session, OuioeAddress *address, OuioeRequest *request,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (session, cancellable, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->request = request;
  exchange->address = address;
  exchange->answer = g_byte_array_new ();
  g_task_set_task_data (task, exchange, exchange_free);
  attempt (task);
}

GBytes *
ouioe_request_send_finish (SoupSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- blocking ---- */

static GBytes *
attempt_http_sync (SoupSession *session, OuioeAddress *address, OuioeRequest *request, GCancellable *cancellable,
                   GError **error)
{
  g_autoptr(SoupMessage) message = make_message (address, request);
  g_autoptr(GByteArray) answer = g_byte_array_new ();
  g_autoptr(GInputStream) stream = NULL;

  stream = soup_session_send (session, message, cancellable, error);
  if (stream == NULL)
    return NULL;

  for (;;)
    {
      g_autoptr(GBytes) piece = g_input_stream_read_bytes (stream, PIECE_BYTES, cancellable, error);

      if (piece == NULL)
        return NULL;
      if (g_bytes_get_size (piece) == 0)
        return judge (request, message, answer, error);
      if (!take_piece (answer, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), error))
        return NULL;
    }
}

static GBytes *
attempt_sync (SoupSession *session, OuioeAddress *address, OuioeRequest *request, GCancellable *cancellable,
              GError **error)
{
  if (request->call == NULL)
    return attempt_http_sync (session, address, request, cancellable, error);
  return judge_reply (request->call, ouioe_bus_send (address->bus, request->call, cancellable, error), error);
}

GBytes *
ouioe_request_send (SoupSession *session, OuioeAddress *address, OuioeRequest *request, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr(OuioeRequest) owned = request;
  GError *local_error = NULL;
  GBytes *answer = attempt_sync (session, address, owned, cancellable, &local_error);

  if (answer == NULL && is_worth_a_second (owned, local_error))
    {
      g_clear_error (&local_error);
      answer = attempt_sync (session, address, owned, cancellable, &local_error);
    }
  if (answer == NULL)
    g_propagate_error (error, ouioe_request_wrap_error (address, local_error));
  return answer;
}
