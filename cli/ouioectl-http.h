/* ouioectl-http.h - plain questions to the daemon's HTTP side: how it is, what it counts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever concerns sessions goes through the library. Every call blocks, and has a deadline.
 */
#pragma once

#include <libsoup/soup.h>

#include "ouioectl.h"

G_BEGIN_DECLS

typedef struct _OuioectlHttp OuioectlHttp;

typedef struct {
  guint       status;
  GByteArray *body;
  gint64      date_us;   /* the daemon's clock when it answered, in whole seconds; 0 when it did not say */
} OuioectlAnswer;

/* @address: that of an OuioeClient, and not of a bus. NULL with OUIOE_ERROR_CONFIGURATION when it is none. */
OuioectlHttp   *ouioectl_http_new         (const char *address, GError **error);
void            ouioectl_http_free        (OuioectlHttp *self);
const char     *ouioectl_http_get_address (OuioectlHttp *self);
gboolean        ouioectl_http_is_local    (OuioectlHttp *self);

/* Any answer at all, whatever its status. @path: encoded */
OuioectlAnswer *ouioectl_http_get         (OuioectlHttp *self, const char *path, guint deadline_ms, GError **error);
void            ouioectl_answer_free      (OuioectlAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlHttp, ouioectl_http_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlAnswer, ouioectl_answer_free)

G_END_DECLS
