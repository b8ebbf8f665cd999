/* inspector-model-control.h - stop the model behind a session, or have it answer now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-watch.h"

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_MODEL_STOP,         /* hang up on it */
  INSPECTOR_MODEL_ANSWER_NOW,   /* end its thinking */
} InspectorModelControl;

/* @watch: of a session of the service */
void     inspector_model_control_async  (InspectorWatch *watch, InspectorModelControl what, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: @error is in words for the reader, or G_IO_ERROR_CANCELLED. */
gboolean inspector_model_control_finish (GAsyncResult *result, GError **error);

G_END_DECLS
