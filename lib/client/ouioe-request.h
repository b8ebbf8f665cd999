/* ouioe-request.h - one question to the daemon and its answer
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library.
 */
#pragma once

#include <jansson.h>

#include "ouioe-address.h"
#include "ouioe-error.h"

G_BEGIN_DECLS

/* What to ask, over HTTP or over a bus. A request that changes something carries an idempotency key, so that it can be asked again when the
 * connection broke before the answer came: the daemon does it once. */
typedef struct {
  const char   *method;   /* static */
  char         *uri;
  char         *body;     /* JSON, or NULL */
  const char   *type;     /* static; of the body */
  char         *key;      /* NULL for requests that change nothing, or of which every line has its own */
  gboolean      is_page;  /* the answer is lines of events; gets the head of ouioe_page_write_head() */
  OuioeBusCall *call;     /* over a bus; NULL over HTTP, and then none of the above is needed */
} OuioeRequest;

/* @path: everything behind the address, encoded. @body: (transfer full) (nullable) */
OuioeRequest *ouioe_request_new  (OuioeAddress *address, const char *method, const char *path, char *body);
/* @call: (transfer full) */
OuioeRequest *ouioe_request_new_for_bus (OuioeBusCall *call);
void          ouioe_request_free (OuioeRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeRequest, ouioe_request_free)

/* The body of an answer of status 2xx; every other answer is an error. @request: (transfer full) */
void    ouioe_request_send_async  (SoupSession *session, OuioeAddress *address, OuioeRequest *request,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *ouioe_request_send_finish (SoupSession *session, GAsyncResult *result, GError **error);
GBytes *ouioe_request_send        (SoupSession *session, OuioeAddress *address, OuioeRequest *request,
                                   GCancellable *cancellable, GError **error);

/* The first line of a page of events, whatever way it came. @lost: events before the first one are no longer kept */
void    ouioe_page_write_head     (GString *out, gboolean has_more, gboolean lost);

/* The error behind an answer that is not a success, with the daemon's own sentence where it gave one. */
GError *ouioe_problem_to_error (guint status, const char *reason, const char *body, gsize len);
/* The error that an answer carries within: {"code": …, "detail": …} */
GError *ouioe_problem_from_json (guint status, json_t *problem);
/* Whatever went wrong on the way, as OUIOE_ERROR_UNREACHABLE with the address; a cancellation stays what it is.
 * @error: (transfer full) */
GError *ouioe_request_wrap_error (OuioeAddress *address, GError *error);

G_END_DECLS
