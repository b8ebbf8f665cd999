/* ouioectl-http.c - plain questions to the daemon's HTTP side: how it is, what it counts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-http.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_TOKEN_FILE 4096
/* Of one answer: the largest page of the daemon, and some margin. */
#define MAX_ANSWER_BYTES (32 * 1024 * 1024)
#define PIECE_BYTES      65536

struct _OuioectlHttp
{
  char        *address;    /* as the user wrote it */
  char        *base;       /* "http://host:port" */
  char        *bearer;     /* "Bearer TOKEN", or NULL */
  SoupSession *session;
  gboolean     is_local;   /* on this machine */
};

/* A question under way. */
typedef struct {
  GCancellable *cancellable;
  GInputStream *stream;
  GByteArray   *body;
  GError       *error;
  gboolean      done;
  gboolean      late;       /* the deadline has passed */
} Call;

static gboolean
is_loopback (const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
read_uri (OuioectlHttp *self)
{
  g_autoptr(GUri) uri = g_uri_parse (self->address, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || *host == '\0' || !g_str_has_prefix (g_uri_get_scheme (uri), "http") ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return FALSE;
  self->base = g_uri_to_string (uri);
  while (g_str_has_suffix (self->base, "/"))
    self->base[strlen (self->base) - 1] = '\0';
  self->is_local = is_loopback (host);
  return TRUE;
}

/* The library does the same for its own requests: a private file, for others can read variables and options. */
static gboolean
read_token_file (OuioectlHttp *self, GError **error)
{
  const char *path = g_getenv ("OUIOE_TOKEN_FILE");
  g_autofree char *text = NULL;
  struct stat info;
  gsize len;

  if (path == NULL || *path == '\0')
    return TRUE;
  if (stat (path, &info) == 0 && (!S_ISREG (info.st_mode) || info.st_size > MAX_TOKEN_FILE || (info.st_mode & 077) != 0))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                   _("$OUIOE_TOKEN_FILE: %s is no file of a token that only you can read (mode 0600)"), path);
      return FALSE;
    }
  if (!g_file_get_contents (path, &text, &len, error))
    return FALSE;
  g_strstrip (text);
  if (*text == '\0' || strpbrk (text, " \t\r\n") != NULL || !g_str_is_ascii (text))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, _("$OUIOE_TOKEN_FILE: %s holds no token"), path);
      return FALSE;
    }
  self->bearer = g_strconcat ("Bearer ", text, NULL);
  return TRUE;
}

OuioectlHttp *
ouioectl_http_new (const char *address, GError **error)
{
  g_autoptr(OuioectlHttp) self = g_new0 (OuioectlHttp, 1);
  g_autoptr(GSocketAddress) connectable = NULL;

  self->address = g_strdup (address);

  if (g_str_has_prefix (address, "unix:/") && strlen (address) < strlen ("unix:") + 108)
    {
      connectable = g_unix_socket_address_new (address + strlen ("unix:"));
      self->base = g_strdup ("http://localhost");
      self->is_local = TRUE;
    }
  else if (!read_uri (self))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                   _("“%s” is not an address; use http://HOST:PORT, unix:/PATH, bus:session or bus:system"), address);
      return NULL;
    }

  if (connectable == NULL && !read_token_file (self, error))   /* a Unix socket knows its peer */
    return NULL;
  self->session = g_object_new (SOUP_TYPE_SESSION, "remote-connectable", connectable, "user-agent",
                                "ouioectl/" OUIOE_VERSION, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  if (self->is_local)
    soup_session_set_proxy_resolver (self->session, NULL);
  return g_steal_pointer (&self);
}

void
ouioectl_http_free (OuioectlHttp *self)
{
  g_clear_object (&self->session);
  g_free (self->address);
  g_free (self->base);
  g_free (self->bearer);
  g_free (self);
}

const char *
ouioectl_http_get_address (OuioectlHttp *self)
{
  return self->address;
}

gboolean
ouioectl_http_is_local (OuioectlHttp *self)
{
  return self->is_local;
}

/* ---- one question ---- */

static void
read_piece_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &call->error);
  gsize len = piece != NULL ? g_bytes_get_size (piece) : 0;

  if (len > MAX_ANSWER_BYTES - call->body->len)
    {
      g_set_error (&call->error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent an answer of more than %d bytes"),
                   MAX_ANSWER_BYTES);
      len = 0;
    }
  call->done = len == 0;
  if (call->done)
    return;
  g_byte_array_append (call->body, g_bytes_get_data (piece, NULL), (guint) len);
  g_input_stream_read_bytes_async (call->stream, PIECE_BYTES, G_PRIORITY_DEFAULT, call->cancellable, read_piece_cb,
                                   call);
}

static void
send_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result, &call->error);
  call->done = call->stream == NULL;
  if (!call->done)
    g_input_stream_read_bytes_async (call->stream, PIECE_BYTES, G_PRIORITY_DEFAULT, call->cancellable, read_piece_cb,
                                     call);
}

static gboolean
on_deadline (gpointer user_data)
{
  Call *call = user_data;

  call->late = TRUE;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_CONTINUE;
}

static SoupMessage *
make_message (OuioectlHttp *self, const char *path)
{
  g_autofree char *uri = g_strconcat (self->base, path, NULL);
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, uri);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "*/*");
  if (self->bearer != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", self->bearer);
  return message;
}

static gint64
read_date_us (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Date");
  g_autoptr(GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC : 0;
}

OuioectlAnswer *
ouioectl_http_get (OuioectlHttp *self, const char *path, guint deadline_ms, GError **error)
{
  g_autoptr(SoupMessage) message = make_message (self, path);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Call call = { .cancellable = cancellable, .body = g_byte_array_new () };
  guint deadline = g_timeout_add (deadline_ms, on_deadline, &call);
  OuioectlAnswer *answer;

  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, cancellable, send_answered_cb, &call);
  while (!call.done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  g_clear_object (&call.stream);

  if (call.error != NULL)
    {
      const char *why = call.late ? _("not in time") : call.error->message;

      if (call.error->domain == OUIOE_ERROR)
        g_propagate_error (error, g_steal_pointer (&call.error));
      else
        g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service at %s does not answer: %s"),
                     self->address, why);
      g_clear_error (&call.error);
      g_byte_array_unref (call.body);
      return NULL;
    }

  answer = g_new0 (OuioectlAnswer, 1);
  answer->status = soup_message_get_status (message);
  answer->body = call.body;
  answer->date_us = read_date_us (soup_message_get_response_headers (message));
  return answer;
}

void
ouioectl_answer_free (OuioectlAnswer *self)
{
  g_byte_array_unref (self->body);
  g_free (self);
}
