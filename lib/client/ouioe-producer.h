/* ouioe-producer.h - many events, soon and in order, over restarts of the daemon
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-client.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_PRODUCER (ouioe_producer_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeProducer, ouioe_producer, OUIOE, PRODUCER, GObject)

OUIOE_EXPORT OuioeProducer *ouioe_producer_new             (OuioeClient *client);
OUIOE_EXPORT OuioeClient   *ouioe_producer_get_client      (OuioeProducer *self);
OUIOE_EXPORT void           ouioe_producer_set_max_waiting (OuioeProducer *self, guint max_waiting);
OUIOE_EXPORT void           ouioe_producer_set_give_up_ms  (OuioeProducer *self, guint give_up_ms);
OUIOE_EXPORT guint          ouioe_producer_get_n_waiting   (OuioeProducer *self);

OUIOE_EXPORT void  ouioe_producer_append_thinking_async  (OuioeProducer *self, const char *session_id, OuioeThinkingStep *step,
                                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                                          gpointer user_data);
OUIOE_EXPORT char *ouioe_producer_append_thinking_finish (OuioeProducer *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT void  ouioe_producer_append_progress_async  (OuioeProducer *self, const char *session_id,
                                                          OuioeProgressUpdate *update, GCancellable *cancellable,
                                                          GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT char *ouioe_producer_append_progress_finish (OuioeProducer *self, GAsyncResult *result, GError **error);

OUIOE_EXPORT void     ouioe_producer_flush_async  (OuioeProducer *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                                   gpointer user_data);
OUIOE_EXPORT gboolean ouioe_producer_flush_finish (OuioeProducer *self, GAsyncResult *result, GError **error);

G_END_DECLS
