/* ouioed-daemon-stop.c - the end in order: transports, then the hub, then the store; each with its time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-daemon-private.h"

#define DRAIN_SECONDS 8     /* then no peer is waited for any more */
#define STOP_SECONDS  10    /* then not even the store */

static gboolean
on_stop_deadline (gpointer user_data)
{
  OuioedDaemon *self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->stop);

  self->deadline = 0;
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the store did not finish within %d s",
                           STOP_SECONDS);
  return G_SOURCE_REMOVE;
}

static gboolean
on_drain_deadline (gpointer user_data)
{
  OuioedDaemon *self = user_data;

  g_message ("%u transports have not gone within %d s", self->n_draining, DRAIN_SECONDS);
  self->deadline = 0;
  ouioed_daemon_hurry (self);
  return G_SOURCE_REMOVE;
}

static void
stop_hub_drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedDaemon) self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->stop);
  g_autoptr(GError) error = NULL;

  if (task == NULL)    /* too late */
    return;
  if (!ouioed_hub_drain_finish (OUIOED_HUB (source), result, &error))
    g_warning ("%s", error->message);

  g_clear_handle_id (&self->deadline, g_source_remove);
  if (self->dbus != NULL)
    g_signal_handlers_disconnect_by_data (self->dbus, self);
  g_clear_object (&self->dbus);
  ouioed_daemon_close_http (self);
  g_clear_object (&self->hub);
  ouioed_store_close (self->store);
  g_clear_object (&self->store);
  g_task_return_boolean (task, TRUE);
}

void
ouioed_daemon_hurry (OuioedDaemon *self)
{
  if (self->stop == NULL || self->flushing)
    return;

  self->flushing = TRUE;
  g_clear_handle_id (&self->deadline, g_source_remove);
  self->deadline = g_timeout_add_seconds (STOP_SECONDS - DRAIN_SECONDS, on_stop_deadline, self);
  ouioed_hub_drain_async (self->hub, stop_hub_drained_cb, g_object_ref (self));
}

static void
stop_transport_drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedDaemon) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!ouioed_transport_drain_finish (OUIOED_TRANSPORT (source), result, &error))
    g_message ("%s: %s", ouioed_transport_get_name (OUIOED_TRANSPORT (source)), error->message);
  if (--self->n_draining == 0)
    ouioed_daemon_hurry (self);
}

static void
stop_models_drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedDaemon) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!ouioed_models_drain_finish (self->models, result, &error))
    g_message ("proxy: %s", error->message);
  if (--self->n_draining == 0)
    ouioed_daemon_hurry (self);
}

void
ouioed_daemon_stop_async (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedTransport *transports[] = {    /* outermost first */
    self->dbus == NULL ? NULL : OUIOED_TRANSPORT (self->dbus),
    OUIOED_TRANSPORT (self->http),
  };

  g_return_if_fail (self->stop == NULL && self->hub != NULL);

  self->stop = g_task_new (self, NULL, callback, user_data);
  self->deadline = g_timeout_add_seconds (DRAIN_SECONDS, on_drain_deadline, self);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (transports[i] != NULL)
      {
        self->n_draining++;
        ouioed_transport_stop_accepting (transports[i]);
      }
  if (self->models != NULL)
    {
      self->n_draining++;
      ouioed_models_drain_async (self->models, stop_models_drained_cb, g_object_ref (self));
    }
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (transports[i] != NULL)
      ouioed_transport_drain_async (transports[i], stop_transport_drained_cb, g_object_ref (self));
}

gboolean
ouioed_daemon_stop_finish (OuioedDaemon *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
