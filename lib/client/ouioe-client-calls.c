/* ouioe-client-calls.c - what one can ask the daemon
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-client-private.h"
#include "ouioe-codec.h"
#include "ouioe-question.h"
#include "ouioe-session-private.h"

/* So that a result is only given to the function that belongs to its call. */
typedef enum { CALL_CREATE = 1, CALL_THINKING, CALL_PROGRESS, CALL_CLOSE, CALL_SESSION,
               CALL_STATS } Call;

/* ---- one call: make the request, send it, hand on the answer ---- */

static void
call_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  GBytes *answer = ouioe_request_send_finish (SOUP_SESSION (source), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify) g_bytes_unref);
}

/* @request: (transfer full) */
static void
call_async (OuioeClient *self, Call which, OuioeRequest *request, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  OuioeAddress *address = ouioe_client_peek_address (self);
  GError *error = NULL;

  g_task_set_source_tag (task, GINT_TO_POINTER (which));
  if (!ouioe_address_check (address, &error))
    {
      ouioe_request_free (request);
      g_task_return_error (task, error);
      return;
    }
  ouioe_request_send_async (ouioe_client_peek_session (self), address, request, cancellable, call_answered_cb,
                            g_steal_pointer (&task));
}

static GBytes *
call_finish (OuioeClient *self, Call which, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, GINT_TO_POINTER (which)), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* @request: (transfer full) */
static GBytes *
call (OuioeClient *self, OuioeRequest *request, GCancellable *cancellable, GError **error)
{
  OuioeAddress *address = ouioe_client_peek_address (self);

  if (!ouioe_address_check (address, error))
    {
      ouioe_request_free (request);
      return NULL;
    }
  return ouioe_request_send (ouioe_client_peek_session (self), address, request, cancellable, error);
}

/* For calls of which only success counts. */
static gboolean
drop_answer (GBytes *answer)
{
  if (answer == NULL)
    return FALSE;
  g_bytes_unref (answer);
  return TRUE;
}

/* ---- create ---- */

/**
 * ouioe_client_create_session_async:
 * @self: a client
 * @session_id: id of the new session
 * @user_id: whose it is
 * @config: (nullable): limits and retention; %NULL for those of the daemon
 * @context: (nullable): what it was asked to do
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Creates a session.
 */
void
ouioe_client_create_session_async (OuioeClient *self, const char *session_id, const char *user_id,
                                   const OuioeStreamConfig *config, OuioeThinkingContext *context,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL && user_id != NULL);

  call_async (self, CALL_CREATE, ouioe_question_create (ouioe_client_peek_address (self), session_id, user_id, config,
                                                        context), cancellable, callback, user_data);
}

/**
 * ouioe_client_create_session_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_create_session_async().
 *
 * Returns: whether the session was created
 */
gboolean
ouioe_client_create_session_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (call_finish (self, CALL_CREATE, result, error));
}

/**
 * ouioe_client_create_session:
 * @self: a client
 * @session_id: id of the new session
 * @user_id: whose it is
 * @config: (nullable): limits and retention; %NULL for those of the daemon
 * @context: (nullable): what it was asked to do
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Creates a session; blocks until the daemon has answered.
 *
 * Returns: whether the session was created
 */
gboolean
ouioe_client_create_session (OuioeClient *self, const char *session_id, const char *user_id,
                             const OuioeStreamConfig *config, OuioeThinkingContext *context,
                             GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL && user_id != NULL, FALSE);

  return drop_answer (call (self, ouioe_question_create (ouioe_client_peek_address (self), session_id, user_id, config,
                                                         context), cancellable, error));
}

/* ---- append ---- */

/**
 * ouioe_client_append_thinking_async:
 * @self: a client
 * @session_id: the session
 * @step: what to add
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Adds a step to a session. When this succeeds the step is stored.
 */
void
ouioe_client_append_thinking_async (OuioeClient *self, const char *session_id, OuioeThinkingStep *step,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL && step != NULL);

  call_async (self, CALL_THINKING, ouioe_question_thinking (ouioe_client_peek_address (self), session_id, step),
              cancellable, callback, user_data);
}

/**
 * ouioe_client_append_thinking_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_append_thinking_async().
 *
 * Returns: whether the daemon took the step
 */
gboolean
ouioe_client_append_thinking_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (call_finish (self, CALL_THINKING, result, error));
}

/**
 * ouioe_client_append_thinking:
 * @self: a client
 * @session_id: the session
 * @step: what to add
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Adds a step to a session; blocks until the daemon has answered.
 *
 * Returns: whether the daemon took the step
 */
gboolean
ouioe_client_append_thinking (OuioeClient *self, const char *session_id, OuioeThinkingStep *step,
                              GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL && step != NULL, FALSE);

  return drop_answer (call (self, ouioe_question_thinking (ouioe_client_peek_address (self), session_id, step),
                            cancellable, error));
}

/**
 * ouioe_client_append_progress_async:
 * @self: a client
 * @session_id: the session
 * @update: what to add
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Adds a progress update to a session. When this succeeds the update is stored.
 */
void
ouioe_client_append_progress_async (OuioeClient *self, const char *session_id, OuioeProgressUpdate *update,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL && update != NULL);

  call_async (self, CALL_PROGRESS, ouioe_question_progress (ouioe_client_peek_address (self), session_id, update),
              cancellable, callback, user_data);
}

/**
 * ouioe_client_append_progress_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_append_progress_async().
 *
 * Returns: whether the daemon took the update
 */
gboolean
ouioe_client_append_progress_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (call_finish (self, CALL_PROGRESS, result, error));
}

/**
 * ouioe_client_append_progress:
 * @self: a client
 * @session_id: the session
 * @update: what to add
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Adds a progress update to a session; blocks until the daemon has answered.
 *
 * Returns: whether the daemon took the update
 */
gboolean
ouioe_client_append_progress (OuioeClient *self, const char *session_id, OuioeProgressUpdate *update,
                              GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL && update != NULL, FALSE);

  return drop_answer (call (self, ouioe_question_progress (ouioe_client_peek_address (self), session_id, update),
                            cancellable, error));
}

/* ---- close ---- */

/**
 * ouioe_client_close_session_async:
 * @self: a client
 * @session_id: the session
 * @outcome: (nullable): how it ended, one word; %NULL for `closed`
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Closes a session. Its events stay readable.
 */
void
ouioe_client_close_session_async (OuioeClient *self, const char *session_id, const char *outcome,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  call_async (self, CALL_CLOSE, ouioe_question_close (ouioe_client_peek_address (self), session_id, outcome, NULL),
              cancellable, callback, user_data);
}

/**
 * ouioe_client_close_session_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_close_session_async().
 *
 * Returns: whether the session was closed
 */
gboolean
ouioe_client_close_session_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (call_finish (self, CALL_CLOSE, result, error));
}

/**
 * ouioe_client_close_session:
 * @self: a client
 * @session_id: the session
 * @outcome: (nullable): how it ended, one word; %NULL for `closed`
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Closes a session; blocks until the daemon has answered.
 *
 * Returns: whether the session was closed
 */
gboolean
ouioe_client_close_session (OuioeClient *self, const char *session_id, const char *outcome, GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL, FALSE);

  return drop_answer (call (self, ouioe_question_close (ouioe_client_peek_address (self), session_id, outcome, NULL),
                            cancellable, error));
}

/* ---- a session ---- */

/* @answer: (transfer full) (nullable) */
static OuioeSession *
read_session (GBytes *answer, GError **error)
{
  g_autoptr(GBytes) bytes = answer;
  g_autoptr(json_t) json = NULL;
  gconstpointer data;
  gsize len;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &len);
  json = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  return ouioe_session_new_from_json (json, error);
}

/**
 * ouioe_client_get_session_async:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Asks for a session, open or closed.
 */
void
ouioe_client_get_session_async (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  call_async (self, CALL_SESSION, ouioe_question_session (ouioe_client_peek_address (self), session_id), cancellable,
              callback, user_data);
}

/**
 * ouioe_client_get_session_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_get_session_async().
 *
 * Returns: (transfer full) (nullable): the session
 */
OuioeSession *
ouioe_client_get_session_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return read_session (call_finish (self, CALL_SESSION, result, error), error);
}

/**
 * ouioe_client_get_session:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Asks for a session, open or closed; blocks until the daemon has answered.
 *
 * Returns: (transfer full) (nullable): the session
 */
OuioeSession *
ouioe_client_get_session (OuioeClient *self, const char *session_id, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  return read_session (call (self, ouioe_question_session (ouioe_client_peek_address (self), session_id), cancellable,
                             error),
                       error);
}

/* ---- stats ---- */

static char *
dup_text (GBytes *answer)
{
  gsize len;
  const char *data;
  char *text;

  if (answer == NULL)
    return NULL;
  data = g_bytes_get_data (answer, &len);
  text = g_strndup (data, len);
  g_bytes_unref (answer);
  return text;
}

/**
 * ouioe_client_get_session_stats_async:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Asks for the counters of an open session.
 */
void
ouioe_client_get_session_stats_async (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  call_async (self, CALL_STATS, ouioe_question_stats (ouioe_client_peek_address (self), session_id), cancellable,
              callback, user_data);
}

/**
 * ouioe_client_get_session_stats_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_get_session_stats_async().
 *
 * Returns: (transfer full) (nullable): the counters as a JSON object
 */
char *
ouioe_client_get_session_stats_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return dup_text (call_finish (self, CALL_STATS, result, error));
}

/**
 * ouioe_client_get_session_stats:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Asks for the counters of an open session; blocks until the daemon has answered.
 *
 * Returns: (transfer full) (nullable): the counters as a JSON object
 */
char *
ouioe_client_get_session_stats (OuioeClient *self, const char *session_id, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  return dup_text (call (self, ouioe_question_stats (ouioe_client_peek_address (self), session_id), cancellable,
                         error));
}
