/* ouioe-error.h - error domain and the one table: code, name, HTTP status, D-Bus name
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_ERROR (ouioe_error_quark ())

/**
 * OuioeError:
 * @OUIOE_ERROR_INTERNAL: our bug
 * @OUIOE_ERROR_BAD_REQUEST: not HTTP, or HTTP that two readers could understand differently
 * @OUIOE_ERROR_BAD_ENCODING: body is not UTF-8, or nested beyond the limit
 * @OUIOE_ERROR_INVALID_BODY: not JSON, or fields that are missing, of a wrong type or out of range
 * @OUIOE_ERROR_INVALID_QUERY: a query parameter that cannot be used
 * @OUIOE_ERROR_UNKNOWN_TYPE: thinking or progress type outside the vocabulary
 * @OUIOE_ERROR_NOT_FOUND: no such path
 * @OUIOE_ERROR_METHOD_NOT_ALLOWED: the path is not for this method
 * @OUIOE_ERROR_SESSION_NOT_FOUND: no such session
 * @OUIOE_ERROR_SESSION_EXISTS: there is an open session of this id
 * @OUIOE_ERROR_WRONG_STATE: the session is closed
 * @OUIOE_ERROR_KEY_REUSED: idempotency key seen with another request
 * @OUIOE_ERROR_HOST_NOT_ALLOWED: the Host header names a host that is not allowed
 * @OUIOE_ERROR_ORIGIN_NOT_ALLOWED: the page of this origin, or the program, is not allowed to do this
 * @OUIOE_ERROR_UNAUTHORIZED: no token, or one that is not known or has expired
 * @OUIOE_ERROR_FORBIDDEN: a token that is not good for this
 * @OUIOE_ERROR_TOO_MANY_FAILURES: too many wrong tokens from one address; try again later
 * @OUIOE_ERROR_BODY_TOO_LARGE: the body is longer than allowed
 * @OUIOE_ERROR_HEADER_TOO_LARGE: the head of the request is longer than allowed
 * @OUIOE_ERROR_REQUEST_TIMEOUT: header or body took longer than allowed
 * @OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE: the type of the body is not understood
 * @OUIOE_ERROR_TOO_MANY_SESSIONS: there are as many sessions as allowed
 * @OUIOE_ERROR_TOO_MANY_READERS: there are as many readers as allowed
 * @OUIOE_ERROR_TOO_MANY_CONNECTIONS: there are as many connections as allowed
 * @OUIOE_ERROR_BUSY: a bounded queue is full; try again
 * @OUIOE_ERROR_STORE_UNAVAILABLE: the store did not take it; nothing happened; try again
 * @OUIOE_ERROR_STORE_DAMAGED: at start: the database is not one, or is broken
 * @OUIOE_ERROR_STORE_TOO_NEW: at start: written by a newer version
 * @OUIOE_ERROR_STORE_LOCKED: at start: another daemon has it open
 * @OUIOE_ERROR_DRAINING: the daemon is leaving
 * @OUIOE_ERROR_CONFIGURATION: at start: a value that cannot be used
 * @OUIOE_ERROR_UNREACHABLE: client: the daemon does not answer
 * @OUIOE_ERROR_PROTOCOL: client: the daemon answered something that is not in the protocol
 * @OUIOE_ERROR_UNTRUSTED: client: the certificate of the daemon is not trusted
 *
 * Everything that can go wrong between a program and the daemon. The names are in the table of ouioe-error.c.
 */
typedef enum {
  OUIOE_ERROR_INTERNAL,
  OUIOE_ERROR_BAD_REQUEST,
  OUIOE_ERROR_BAD_ENCODING,
  OUIOE_ERROR_INVALID_BODY,
  OUIOE_ERROR_INVALID_QUERY,
  OUIOE_ERROR_UNKNOWN_TYPE,
  OUIOE_ERROR_NOT_FOUND,
  OUIOE_ERROR_METHOD_NOT_ALLOWED,
  OUIOE_ERROR_SESSION_NOT_FOUND,
  OUIOE_ERROR_SESSION_EXISTS,
  OUIOE_ERROR_WRONG_STATE,
  OUIOE_ERROR_KEY_REUSED,
  OUIOE_ERROR_HOST_NOT_ALLOWED,
  OUIOE_ERROR_ORIGIN_NOT_ALLOWED,
  OUIOE_ERROR_UNAUTHORIZED,
  OUIOE_ERROR_FORBIDDEN,
  OUIOE_ERROR_TOO_MANY_FAILURES,
  OUIOE_ERROR_BODY_TOO_LARGE,
  OUIOE_ERROR_HEADER_TOO_LARGE,
  OUIOE_ERROR_REQUEST_TIMEOUT,
  OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE,
  OUIOE_ERROR_TOO_MANY_SESSIONS,
  OUIOE_ERROR_TOO_MANY_READERS,
  OUIOE_ERROR_TOO_MANY_CONNECTIONS,
  OUIOE_ERROR_BUSY,
  OUIOE_ERROR_STORE_UNAVAILABLE,
  OUIOE_ERROR_STORE_DAMAGED,
  OUIOE_ERROR_STORE_TOO_NEW,
  OUIOE_ERROR_STORE_LOCKED,
  OUIOE_ERROR_DRAINING,
  OUIOE_ERROR_CONFIGURATION,
  OUIOE_ERROR_UNREACHABLE,
  OUIOE_ERROR_PROTOCOL,
  OUIOE_ERROR_UNTRUSTED,
} OuioeError;
/**
 * OUIOE_N_ERRORS:
 *
 * How many errors there are.
 */
#define OUIOE_N_ERRORS (OUIOE_ERROR_UNTRUSTED + 1)

OUIOE_EXPORT GQuark      ouioe_error_quark           (void);
OUIOE_EXPORT const char *ouioe_error_to_string       (OuioeError code);   /* "session-not-found" */
OUIOE_EXPORT guint       ouioe_error_get_http_status (OuioeError code);   /* 404; 0 for errors that never travel over HTTP */
OUIOE_EXPORT const char *ouioe_error_get_title       (OuioeError code);   /* "Session not found"; short, for people */
OUIOE_EXPORT const char *ouioe_error_get_dbus_name   (OuioeError code);   /* "org.ouioe.Streaming1.Error.SessionNotFound" */
OUIOE_EXPORT gboolean    ouioe_error_from_string     (const char *name, OuioeError *code);

G_END_DECLS
