/* ouioed-bus.c - a connection to the bus that was asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-bus.h"

#define TIMEOUT_SECONDS 5

/* Where the session bus is, without starting one; NULL when there is none. */
static char *
find_session_bus (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  g_autofree char *escaped = NULL;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

static gboolean
on_timeout (gpointer user_data)
{
  GTask *task = user_data;

  g_task_set_task_data (task, NULL, NULL);    /* removes this source */
  g_cancellable_cancel (g_task_get_cancellable (task));
  return G_SOURCE_REMOVE;
}

static void
clear_timeout (gpointer data)
{
  GSource *source = data;

  g_source_destroy (source);
  g_source_unref (source);
}

static void
connect_connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &error);

  g_task_set_task_data (task, NULL, NULL);
  if (connection != NULL)
    g_task_return_pointer (task, connection, g_object_unref);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the bus did not answer within %d s",
                               TIMEOUT_SECONDS);
    }
  else
    g_task_return_error (task, error);
}

void
ouioed_bus_connect_async (OuioedBus bus, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *address = NULL;
  GError *error = NULL;
  GSource *timeout;

  g_task_set_check_cancellable (task, FALSE);

  if (bus == OUIOED_BUS_SYSTEM)
    address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  else if (bus != OUIOED_BUS_NONE)
    address = find_session_bus ();
  if (address == NULL && bus == OUIOED_BUS_SESSION)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                 "there is no session bus: DBUS_SESSION_BUS_ADDRESS is "
                                 "not set and the runtime directory has none");
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (address == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }

  timeout = g_timeout_source_new_seconds (TIMEOUT_SECONDS);
  g_source_set_callback (timeout, on_timeout, task, NULL);
  g_source_attach (timeout, g_main_context_get_thread_default ());
  g_task_set_task_data (task, timeout, clear_timeout);
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, cancellable, connect_connected_cb, g_steal_pointer (&task));
}

GDBusConnection *
ouioed_bus_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
