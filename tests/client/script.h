/* script.h - a server with one answer for everything, which keeps what it was asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-server.h"

/* One answer for everything, and what was asked last. */
typedef struct {
  const char *status;
  const char *type;
  const char *body;
  GMutex      mutex;
  char       *last_body;     /* of the request */
  char       *last_type;
  GPtrArray  *keys;          /* idempotency keys, in the order they came */
  guint       n_broken;      /* this many requests are not answered: the connection ends */
} Script;

void     script_init  (Script *script, const char *status, const char *type, const char *body);
void     script_clear (Script *script);
/* A FakeHandler; its data is the script. */
gboolean script_cb    (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data);

/* A GAsyncReadyCallback; its data is a GAsyncResult pointer, which gets the result. */
void     keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);
