/* inspector-model-control.c - stop the model behind a session, or have it answer now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-model-control.h"

#include <glib/gi18n.h>

/* @what_failed: a sentence that stands before the cause */
static void
return_answer (GTask *task, gboolean is_done, GError *error, const char *what_failed)
{
  if (is_done)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_prefix_error (&error, "%s ", what_failed);
  g_task_return_error (task, error);
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  gboolean is_done = ouioe_client_stop_session_finish (OUIOE_CLIENT (source), result, &error);

  return_answer (task, is_done, error, _("The model was not stopped."));
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  gboolean is_done = ouioe_client_answer_now_finish (OUIOE_CLIENT (source), result, &error);

  return_answer (task, is_done, error, _("The model goes on thinking."));
}

void
inspector_model_control_async (InspectorWatch *watch, InspectorModelControl what, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (watch, cancellable, callback, user_data);
  OuioeClient *client = inspector_watch_get_client (watch);
  const char *session_id = inspector_watch_get_session_id (watch);

  if (what == INSPECTOR_MODEL_STOP)
    ouioe_client_stop_session_async (client, session_id, cancellable, stopped_cb, task);
  else
    ouioe_client_answer_now_async (client, session_id, cancellable, answered_cb, task);
}

gboolean
inspector_model_control_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
