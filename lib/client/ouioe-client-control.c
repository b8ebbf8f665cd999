/* ouioe-client-control.c - end the call of a model, or have it answer
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-client-private.h"
#include "ouioe-question.h"

/* So that a result is only given to the function that belongs to its call. */
static const char stop_tag[] = "stop";
static const char answer_now_tag[] = "answer-now";

static void
control_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) answer = ouioe_request_send_finish (SOUP_SESSION (source), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* @request: (transfer full) */
static void
control_async (OuioeClient *self, const char *tag, OuioeRequest *request, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  OuioeAddress *address = ouioe_client_peek_address (self);
  GError *error = NULL;

  g_task_set_source_tag (task, (gpointer) tag);
  if (!ouioe_address_check (address, &error))
    {
      ouioe_request_free (request);
      g_task_return_error (task, error);
      return;
    }
  ouioe_request_send_async (ouioe_client_peek_session (self), address, request, cancellable, control_answered_cb,
                            g_steal_pointer (&task));
}

/* @request: (transfer full) */
static gboolean
control (OuioeClient *self, OuioeRequest *request, GCancellable *cancellable, GError **error)
{
  OuioeAddress *address = ouioe_client_peek_address (self);
  g_autoptr(GBytes) answer = NULL;

  if (!ouioe_address_check (address, error))
    {
      ouioe_request_free (request);
      return FALSE;
    }
  answer = ouioe_request_send (ouioe_client_peek_session (self), address, request, cancellable, error);
  return answer != NULL;
}

/**
 * ouioe_client_stop_session_async:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Ends the call of a model that is under way in a session, for its client, too. It fails with
 * %OUIOE_ERROR_WRONG_STATE when none is under way.
 */
void
ouioe_client_stop_session_async (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  control_async (self, stop_tag, ouioe_question_stop (ouioe_client_peek_address (self), session_id), cancellable,
                 callback, user_data);
}

/**
 * ouioe_client_stop_session_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_stop_session_async().
 *
 * Returns: whether the daemon did it
 */
gboolean
ouioe_client_stop_session_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) stop_tag), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ouioe_client_stop_session:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Ends the call of a model that is under way in a session, for its client, too; blocks until the daemon has answered. It
 * fails with %OUIOE_ERROR_WRONG_STATE when none is under way.
 *
 * Returns: whether the daemon did it
 */
gboolean
ouioe_client_stop_session (OuioeClient *self, const char *session_id, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL, FALSE);

  return control (self, ouioe_question_stop (ouioe_client_peek_address (self), session_id), cancellable, error);
}

/**
 * ouioe_client_answer_now_async:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Has the model of a session end its thinking and answer. It fails with
 * %OUIOE_ERROR_WRONG_STATE when none is under way, or its server cannot be told so.
 */
void
ouioe_client_answer_now_async (OuioeClient *self, const char *session_id, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  control_async (self, answer_now_tag, ouioe_question_answer_now (ouioe_client_peek_address (self), session_id), cancellable,
                 callback, user_data);
}

/**
 * ouioe_client_answer_now_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_answer_now_async().
 *
 * Returns: whether the daemon did it
 */
gboolean
ouioe_client_answer_now_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) answer_now_tag), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ouioe_client_answer_now:
 * @self: a client
 * @session_id: the session
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Has the model of a session end its thinking and answer; blocks until the daemon has answered. It
 * fails with %OUIOE_ERROR_WRONG_STATE when none is under way, or its server cannot be told so.
 *
 * Returns: whether the daemon did it
 */
gboolean
ouioe_client_answer_now (OuioeClient *self, const char *session_id, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL, FALSE);

  return control (self, ouioe_question_answer_now (ouioe_client_peek_address (self), session_id), cancellable, error);
}
