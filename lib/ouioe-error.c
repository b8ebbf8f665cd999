/* ouioe-error.c - error domain and the one table: code, name, HTTP status, D-Bus name
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-error.h"

#include <glib/gi18n-lib.h>

typedef struct {
  const char *name;       /* on the wire, in logs */
  guint       status;     /* of HTTP; 0 when the error never travels over it */
  const char *dbus_name;
  const char *title;      /* for people; programs that show it may translate it */
} ErrorRow;

#define DBUS(name) "org.ouioe.Streaming1.Error." name

/* One row per OuioeError: the only place where the three vocabularies meet. */
static const ErrorRow rows[OUIOE_N_ERRORS] = {
  [OUIOE_ERROR_INTERNAL] = { "internal", 500, DBUS ("Internal"), N_("Internal error") },
  [OUIOE_ERROR_BAD_REQUEST] = { "bad-request", 400, DBUS ("BadRequest"), N_("Bad request") },
  [OUIOE_ERROR_BAD_ENCODING] = { "bad-encoding", 400, DBUS ("BadEncoding"), N_("Body cannot be decoded") },
  [OUIOE_ERROR_INVALID_BODY] = { "invalid-body", 422, DBUS ("InvalidBody"), N_("Invalid body") },
  [OUIOE_ERROR_INVALID_QUERY] = { "invalid-query", 422, DBUS ("InvalidQuery"), N_("Invalid query") },
  [OUIOE_ERROR_UNKNOWN_TYPE] = { "unknown-type", 400, DBUS ("UnknownType"), N_("Unknown type") },
  [OUIOE_ERROR_NOT_FOUND] = { "not-found", 404, DBUS ("NotFound"), N_("Not Found") },
  [OUIOE_ERROR_METHOD_NOT_ALLOWED] = { "method-not-allowed", 405, DBUS ("MethodNotAllowed"), N_("Method Not Allowed") },
  [OUIOE_ERROR_SESSION_NOT_FOUND] = { "session-not-found", 404, DBUS ("SessionNotFound"), N_("Session not found") },
  [OUIOE_ERROR_SESSION_EXISTS] = { "session-exists", 409, DBUS ("SessionExists"), N_("Session exists") },
  [OUIOE_ERROR_WRONG_STATE] = { "wrong-state", 409, DBUS ("WrongState"), N_("Session is closed") },
  [OUIOE_ERROR_KEY_REUSED] = { "key-reused", 422, DBUS ("KeyReused"), N_("Idempotency key reused") },
  [OUIOE_ERROR_HOST_NOT_ALLOWED] = { "host-not-allowed", 403, DBUS ("HostNotAllowed"), N_("Host not allowed") },
  [OUIOE_ERROR_ORIGIN_NOT_ALLOWED] = { "origin-not-allowed", 403, DBUS ("OriginNotAllowed"), N_("Origin not allowed") },
  [OUIOE_ERROR_UNAUTHORIZED] = { "unauthorized", 401, DBUS ("Unauthorized"), N_("Token needed") },
  [OUIOE_ERROR_FORBIDDEN] = { "forbidden", 403, DBUS ("Forbidden"), N_("Not allowed") },
  [OUIOE_ERROR_TOO_MANY_FAILURES] = { "too-many-failures", 429, DBUS ("TooManyFailures"), N_("Too many wrong tokens") },
  [OUIOE_ERROR_BODY_TOO_LARGE] = { "body-too-large", 413, DBUS ("BodyTooLarge"), N_("Body too large") },
  [OUIOE_ERROR_HEADER_TOO_LARGE] = { "header-too-large", 431, DBUS ("HeaderTooLarge"), N_("Header too large") },
  [OUIOE_ERROR_REQUEST_TIMEOUT] = { "request-timeout", 408, DBUS ("RequestTimeout"), N_("Request took too long") },
  [OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE] = { "unsupported-media-type", 422, DBUS ("UnsupportedMediaType"),
                                           N_("Unsupported media type") },
  [OUIOE_ERROR_TOO_MANY_SESSIONS] = { "too-many-sessions", 429, DBUS ("TooManySessions"), N_("Too many sessions") },
  [OUIOE_ERROR_TOO_MANY_READERS] = { "too-many-readers", 503, DBUS ("TooManyReaders"), N_("Too many readers") },
  [OUIOE_ERROR_TOO_MANY_CONNECTIONS] = { "too-many-connections", 503, DBUS ("TooManyConnections"),
                                         N_("Too many connections") },
  [OUIOE_ERROR_BUSY] = { "busy", 503, DBUS ("Busy"), N_("Busy, try again") },
  [OUIOE_ERROR_STORE_UNAVAILABLE] = { "store-unavailable", 503, DBUS ("StoreUnavailable"), N_("Store unavailable") },
  [OUIOE_ERROR_STORE_DAMAGED] = { "store-damaged", 0, DBUS ("StoreDamaged"), N_("Store damaged") },
  [OUIOE_ERROR_STORE_TOO_NEW] = { "store-too-new", 0, DBUS ("StoreTooNew"), N_("Store written by a newer version") },
  [OUIOE_ERROR_STORE_LOCKED] = { "store-locked", 0, DBUS ("StoreLocked"), N_("Store in use") },
  [OUIOE_ERROR_DRAINING] = { "draining", 503, DBUS ("Draining"), N_("Shutting down") },
  [OUIOE_ERROR_CONFIGURATION] = { "configuration", 0, DBUS ("Configuration"), N_("Configuration cannot be used") },
  [OUIOE_ERROR_UNREACHABLE] = { "unreachable", 0, DBUS ("Unreachable"), N_("Daemon does not answer") },
  [OUIOE_ERROR_PROTOCOL] = { "protocol", 0, DBUS ("Protocol"), N_("Unexpected answer") },
  [OUIOE_ERROR_UNTRUSTED] = { "untrusted", 0, DBUS ("Untrusted"), N_("Certificate not trusted") },
};

G_DEFINE_QUARK (ouioe-error-quark, ouioe_error)

/* What is not in the enumeration is our bug, and told as such. */
static const ErrorRow *
row_of (OuioeError code)
{
  return &rows[(guint) code < OUIOE_N_ERRORS ? code : OUIOE_ERROR_INTERNAL];
}

/**
 * ouioe_error_to_string:
 * @code: an error code
 *
 * Gives the word or name of the protocol.
 *
 * Returns: (transfer none): its name, like `session-not-found`
 */
const char *
ouioe_error_to_string (OuioeError code)
{
  return row_of (code)->name;
}

/**
 * ouioe_error_get_http_status:
 * @code: an error code
 *
 * Gets the status of a response that tells it.
 *
 * Returns: the status of a response that tells it; 0 for errors that never travel over HTTP
 */
guint
ouioe_error_get_http_status (OuioeError code)
{
  return row_of (code)->status;
}

/**
 * ouioe_error_get_title:
 * @code: an error code
 *
 * Gets a few words for people.
 *
 * Returns: (transfer none): a few words for people
 */
const char *
ouioe_error_get_title (OuioeError code)
{
  return row_of (code)->title;
}

/**
 * ouioe_error_get_dbus_name:
 * @code: an error code
 *
 * Gets its name on D-Bus.
 *
 * Returns: (transfer none): its name on D-Bus
 */
const char *
ouioe_error_get_dbus_name (OuioeError code)
{
  return row_of (code)->dbus_name;
}

/**
 * ouioe_error_from_string:
 * @name: a name as ouioe_error_to_string() gives it
 * @code: (out): the code
 *
 * Reads a word or name of the protocol.
 *
 * Returns: whether the name is known
 */
gboolean
ouioe_error_from_string (const char *name, OuioeError *code)
{
  for (guint i = 0; i < OUIOE_N_ERRORS; i++)
    if (g_strcmp0 (rows[i].name, name) == 0)
      {
        *code = (OuioeError) i;
        return TRUE;
      }

  return FALSE;
}
