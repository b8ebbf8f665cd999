/* ouioectl-http.h - plain questions to the daemon's HTTP side, for what the library has no call for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages of events as they are stored, bulk bodies, readiness and metrics. Every call blocks, and has a deadline.
 */
#pragma once

#include <libsoup/soup.h>

#include "ouioectl.h"

G_BEGIN_DECLS

#define OUIOECTL_HTTP_DEADLINE_MS 30000

typedef struct _OuioectlHttp OuioectlHttp;

typedef struct {
  guint               status;
  GByteArray         *body;
  SoupMessageHeaders *headers;
  gint64              date_us;   /* the daemon's clock when it answered, in whole seconds; 0 when it did not say */
} OuioectlAnswer;

/* @address: as ouioe_client_new(). NULL with OUIOE_ERROR_CONFIGURATION when it is no address that speaks HTTP. */
OuioectlHttp   *ouioectl_http_new         (const char *address, GError **error);
void            ouioectl_http_free        (OuioectlHttp *self);
const char     *ouioectl_http_get_address (OuioectlHttp *self);
gboolean        ouioectl_http_is_local    (OuioectlHttp *self);

/* Any answer at all, whatever its status. @path: encoded. @type, @body: (nullable). @key: (nullable): idempotency key */
OuioectlAnswer *ouioectl_http_ask         (OuioectlHttp *self, const char *method, const char *path, const char *type,
                                           GBytes *body, const char *key, guint deadline_ms, GError **error);
/* An answer of status 2xx; any other is an error with the daemon's own sentence. */
OuioectlAnswer *ouioectl_http_get         (OuioectlHttp *self, const char *path, GError **error);
/* The error that an answer without success stands for. */
GError         *ouioectl_answer_to_error  (const OuioectlAnswer *self);
/* "/api/streaming/sessions/ID", encoded, and @tail behind it */
char           *ouioectl_http_session_path (const char *session, const char *tail);

void            ouioectl_answer_free      (OuioectlAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlHttp, ouioectl_http_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlAnswer, ouioectl_answer_free)

G_END_DECLS
