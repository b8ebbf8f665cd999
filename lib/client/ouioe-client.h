/* ouioe-client.h - create, list, append, close, stats, follow, over HTTP or D-Bus
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include "ouioe-error.h"
#include "ouioe-event.h"
#include "ouioe-generation.h"
#include "ouioe-stream-config.h"
#include "ouioe-stream-stats.h"
#include "ouioe-thinking-context.h"

G_BEGIN_DECLS

/* ---- a session as every program sees it ---- */

#define OUIOE_TYPE_SESSION (ouioe_session_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeSession, ouioe_session, OUIOE, SESSION, GObject)

/* From its JSON, as the daemon tells it; OUIOE_ERROR_PROTOCOL when it is no session. @len: -1 up to the NUL */
OUIOE_EXPORT OuioeSession      *ouioe_session_new_from_data        (const char *json, gssize len, GError **error);
OUIOE_EXPORT const char        *ouioe_session_get_id               (OuioeSession *self);
OUIOE_EXPORT const char        *ouioe_session_get_user_id          (OuioeSession *self);
OUIOE_EXPORT OuioeSessionState  ouioe_session_get_state            (OuioeSession *self);
OUIOE_EXPORT const char        *ouioe_session_get_outcome          (OuioeSession *self);   /* NULL while open */
OUIOE_EXPORT const char        *ouioe_session_get_user_request     (OuioeSession *self);
OUIOE_EXPORT gint64             ouioe_session_get_created_us       (OuioeSession *self);
OUIOE_EXPORT gint64             ouioe_session_get_last_activity_us (OuioeSession *self);
OUIOE_EXPORT gint64             ouioe_session_get_ended_us         (OuioeSession *self);   /* 0 while open */
OUIOE_EXPORT guint64            ouioe_session_get_thinking_steps   (OuioeSession *self);
OUIOE_EXPORT guint64            ouioe_session_get_progress_updates (OuioeSession *self);
OUIOE_EXPORT const OuioeEventId *ouioe_session_get_last_event_id   (OuioeSession *self);
OUIOE_EXPORT OuioeGeneration   *ouioe_session_get_generation       (OuioeSession *self);   /* NULL when no model is known */
OUIOE_EXPORT const char        *ouioe_session_get_json             (OuioeSession *self);   /* as the daemon sent it */

/* ---- the client ---- */

#define OUIOE_TYPE_CLIENT (ouioe_client_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeClient, ouioe_client, OUIOE, CLIENT, GObject)

/**
 * OUIOE_DEFAULT_ADDRESS:
 *
 * Where the daemon listens unless it is told otherwise.
 */
#define OUIOE_DEFAULT_ADDRESS "http://127.0.0.1:3005"

/* @address: (nullable): "http://host:port", "unix:/path", "bus:session" or "bus:system"; NULL: $OUIOE_ADDRESS, else the session
 * bus when the daemon is there, else OUIOE_DEFAULT_ADDRESS */
OUIOE_EXPORT OuioeClient *ouioe_client_new (const char *address);
OUIOE_EXPORT const char  *ouioe_client_get_address (OuioeClient *self);
/* Before the first call. They stay in memory and are written nowhere. */
OUIOE_EXPORT void         ouioe_client_set_token (OuioeClient *self, const char *token);
OUIOE_EXPORT void         ouioe_client_trust_certificate (OuioeClient *self, const char *sha256);
/* (transfer full) (nullable): the certificate that OUIOE_ERROR_UNTRUSTED was about */
OUIOE_EXPORT char        *ouioe_client_dup_refused_certificate (OuioeClient *self);

/* Every call has three functions: NAME_async, NAME_finish, and NAME (blocks, for scripts). Errors are of OUIOE_ERROR
 * with the daemon's own sentence, OUIOE_ERROR_UNREACHABLE when it does not answer, or G_IO_ERROR_CANCELLED. */

OUIOE_EXPORT void     ouioe_client_create_session_async  (OuioeClient *self, const char *session_id, const char *user_id,
                                                          const OuioeStreamConfig *config, OuioeThinkingContext *context,
                                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_create_session_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_create_session        (OuioeClient *self, const char *session_id, const char *user_id,
                                                          const OuioeStreamConfig *config, OuioeThinkingContext *context,
                                                          GCancellable *cancellable, GError **error);
OUIOE_EXPORT void     ouioe_client_append_thinking_async (OuioeClient *self, const char *session_id, OuioeThinkingStep *step,
                                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_append_thinking_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_append_thinking       (OuioeClient *self, const char *session_id, OuioeThinkingStep *step,
                                                          GCancellable *cancellable, GError **error);
OUIOE_EXPORT void     ouioe_client_append_progress_async (OuioeClient *self, const char *session_id, OuioeProgressUpdate *update,
                                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_append_progress_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_append_progress       (OuioeClient *self, const char *session_id, OuioeProgressUpdate *update,
                                                          GCancellable *cancellable, GError **error);
OUIOE_EXPORT void     ouioe_client_close_session_async   (OuioeClient *self, const char *session_id, const char *outcome,
                                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_close_session_finish  (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_close_session         (OuioeClient *self, const char *session_id, const char *outcome,
                                                          GCancellable *cancellable, GError **error);
/* Ends the call of a model that is under way, or has the model end its thinking and answer; OUIOE_ERROR_WRONG_STATE when none is
 * under way, or the server cannot do it. */
OUIOE_EXPORT void     ouioe_client_stop_session_async    (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                                          GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_stop_session_finish   (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_stop_session          (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                                          GError **error);
OUIOE_EXPORT void     ouioe_client_answer_now_async      (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                                          GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean ouioe_client_answer_now_finish     (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean ouioe_client_answer_now            (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                                          GError **error);
/* (transfer full) (element-type OuioeSession): newest first, all pages. @user_id: (nullable); @state: 0 for all */
OUIOE_EXPORT void       ouioe_client_list_sessions_async  (OuioeClient *self, const char *user_id, OuioeSessionState state,
                                                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT GPtrArray *ouioe_client_list_sessions_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT GPtrArray *ouioe_client_list_sessions        (OuioeClient *self, const char *user_id, OuioeSessionState state,
                                                           GCancellable *cancellable, GError **error);
/* (transfer full): open or closed */
OUIOE_EXPORT void          ouioe_client_get_session_async  (OuioeClient *self, const char *session_id,
                                                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT OuioeSession *ouioe_client_get_session_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT OuioeSession *ouioe_client_get_session        (OuioeClient *self, const char *session_id,
                                                            GCancellable *cancellable, GError **error);
/* (transfer full): the JSON of the daemon's answer */
OUIOE_EXPORT void     ouioe_client_get_session_stats_async  (OuioeClient *self, const char *session_id,
                                                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT char    *ouioe_client_get_session_stats_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT char    *ouioe_client_get_session_stats        (OuioeClient *self, const char *session_id,
                                                             GCancellable *cancellable, GError **error);

/* ---- history and bulk ---- */

/* (transfer container) (element-type OuioeEvent): a page of the history. @after: (nullable): NULL for everything retained;
 * @limit: 0 for as many as one answer holds; @has_more, @lost: (out) (optional) */
OUIOE_EXPORT void       ouioe_client_read_events_async  (OuioeClient *self, const char *session_id, const OuioeEventId *after,
                                                         guint limit, GCancellable *cancellable,
                                                         GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT GPtrArray *ouioe_client_read_events_finish (OuioeClient *self, GAsyncResult *result, gboolean *has_more,
                                                         gboolean *lost, GError **error);
OUIOE_EXPORT GPtrArray *ouioe_client_read_events        (OuioeClient *self, const char *session_id, const OuioeEventId *after,
                                                         guint limit, gboolean *has_more, gboolean *lost,
                                                         GCancellable *cancellable, GError **error);
/* (transfer full): an answer for each line. OuioeProducer does this for programs that make events one by one. */
OUIOE_EXPORT void       ouioe_client_append_events_async  (OuioeClient *self, const char *const *lines, GCancellable *cancellable,
                                                           GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT char     **ouioe_client_append_events_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT char     **ouioe_client_append_events        (OuioeClient *self, const char *const *lines, GCancellable *cancellable,
                                                           GError **error);
/* With an idempotency key of the program's own, which may be the same when it runs again. */
OUIOE_EXPORT void       ouioe_client_create_session_from_json_async  (OuioeClient *self, const char *json,
                                                                      const char *idempotency_key, GCancellable *cancellable,
                                                                      GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean   ouioe_client_create_session_from_json_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean   ouioe_client_create_session_from_json        (OuioeClient *self, const char *json,
                                                                      const char *idempotency_key, GCancellable *cancellable,
                                                                      GError **error);
OUIOE_EXPORT void       ouioe_client_close_session_with_key_async  (OuioeClient *self, const char *session_id, const char *outcome,
                                                                    const char *idempotency_key, GCancellable *cancellable,
                                                                    GAsyncReadyCallback callback, gpointer user_data);
OUIOE_EXPORT gboolean   ouioe_client_close_session_with_key_finish (OuioeClient *self, GAsyncResult *result, GError **error);
OUIOE_EXPORT gboolean   ouioe_client_close_session_with_key        (OuioeClient *self, const char *session_id, const char *outcome,
                                                                    const char *idempotency_key, GCancellable *cancellable,
                                                                    GError **error);

/* ---- live events ---- */

#define OUIOE_TYPE_SUBSCRIPTION (ouioe_subscription_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeSubscription, ouioe_subscription, OUIOE, SUBSCRIPTION, GObject)

/* @session_id: (nullable): NULL for all sessions. @after: (nullable): resume behind this event; NULL: everything retained of
 * one session, only new events of all.
 * Reconnects by itself (1, 2, 4 … 30 s with jitter) and resumes behind the last event, without loss or double.
 *
 * Signals:
 *   event            (OuioeEvent *)                                  in the order of ids
 *   gap              (const char *after, const char *until, gint64 lost)   events that are no longer kept; lost -1: not known
 *   session-end      (const char *session_id, const char *outcome)   the daemon said that no more will come of a session
 *   connected        ()
 *   disconnected     (GError *)                                      it tries again by itself
 *   failed           (GError *)                                      it does not try again (a refusal)
 * and with "deltas", what is never stored:
 *   delta            (const char *session_id, const char *step_id, guint64 offset, const char *text)   a step is being written
 *   delta-dropped    (const char *session_id, const char *step_id)   nothing came of it, or it begins anew
 *   generation       (const char *session_id, OuioeGeneration *)     what the model does
 */
OUIOE_EXPORT OuioeSubscription *ouioe_client_subscribe    (OuioeClient *self, const char *session_id, const OuioeEventId *after);
OUIOE_EXPORT void               ouioe_subscription_start  (OuioeSubscription *self);
OUIOE_EXPORT void               ouioe_subscription_stop   (OuioeSubscription *self);   /* no signal after this */
OUIOE_EXPORT void               ouioe_subscription_set_deltas    (OuioeSubscription *self, gboolean deltas);
OUIOE_EXPORT gboolean           ouioe_subscription_get_deltas    (OuioeSubscription *self);
OUIOE_EXPORT const char        *ouioe_subscription_get_open_text (OuioeSubscription *self, const char *session_id,
                                                                  const char *step_id);

G_END_DECLS
