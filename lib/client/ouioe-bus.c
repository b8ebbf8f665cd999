/* ouioe-bus.c - the daemon over D-Bus
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-bus.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-error.h"

/* The daemon answers within milliseconds; one that is silent for so long is stuck. */
#define CALL_TIMEOUT_MS  30000
/* The bus itself: nobody waits longer only to learn where the daemon is. */
#define PROBE_TIMEOUT_MS 1000

struct _OuioeBus
{
  gatomicrefcount  ref_count;
  GBusType         type;
  GMutex           mutex;        /* over the connection */
  GDBusConnection *connection;   /* NULL until it is needed */
};

/* A call under way: data of the task. */
typedef struct {
  const OuioeBusCall *call;      /* borrowed */
  GUnixFDList        *fds;       /* that came with the answer, or NULL */
} Sending;

OuioeBus *
ouioe_bus_new (GBusType type)
{
  OuioeBus *self = g_new0 (OuioeBus, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;
  g_mutex_init (&self->mutex);
  return self;
}

OuioeBus *
ouioe_bus_ref (OuioeBus *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioe_bus_unref (OuioeBus *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->connection);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- calls as values ---- */

OuioeBusCall *
ouioe_bus_call_new (const char *path, const char *interface, const char *method, GVariant *parameters)
{
  OuioeBusCall *self = g_new0 (OuioeBusCall, 1);

  self->path = g_strdup (path);
  self->interface = interface;
  self->method = method;
  if (parameters != NULL)
    self->parameters = g_variant_ref_sink (parameters);
  return self;
}

void
ouioe_bus_call_free (OuioeBusCall *self)
{
  g_free (self->path);
  g_free (self->user_id);
  g_clear_pointer (&self->parameters, g_variant_unref);
  g_free (self);
}

char *
ouioe_bus_session_path (const char *session_id)
{
  GString *path = g_string_new (OUIOE_BUS_ROOT "/session/");

  for (const char *p = session_id; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p))
        g_string_append_c (path, *p);
      else
        g_string_append_printf (path, "_%02x", (guchar) *p);
    }
  return g_string_free (path, FALSE);
}

/* ---- the connection ---- */

/* As g_dbus_address_get_for_bus_sync(), but never starts a bus. */
static char *
find_bus (GBusType type)
{
  const char *address = g_getenv (type == G_BUS_TYPE_SYSTEM ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *path = NULL;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  path = type == G_BUS_TYPE_SYSTEM ? g_strdup ("/run/dbus/system_bus_socket")
                                   : g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  return g_strconcat ("unix:path=", path, NULL);
}

/* Blocks only while the bus greets. */
GDBusConnection *
ouioe_bus_get_connection (OuioeBus *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *address = NULL;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->connection != NULL && !g_dbus_connection_is_closed (self->connection))
    return g_object_ref (self->connection);

  g_clear_object (&self->connection);
  address = find_bus (self->type);
  if (address == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, _("There is no such bus"));
      return NULL;
    }
  self->connection = g_dbus_connection_new_for_address_sync (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
    cancellable, error);
  return self->connection != NULL ? g_object_ref (self->connection) : NULL;
}

static GDBusConnection *
peek_connection (OuioeBus *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->connection == NULL || g_dbus_connection_is_closed (self->connection))
    return NULL;
  return g_object_ref (self->connection);
}

static void
connect_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GDBusConnection *connection = ouioe_bus_get_connection (data, cancellable, &error);

  if (connection == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, connection, g_object_unref);
}

/* ---- calls ---- */

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_clear_object (&sending->fds);
  g_free (sending);
}

static void
send_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Sending *sending = g_task_get_task_data (task);
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &sending->fds, result,
                                                                     &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
}

/* @task: (transfer full) */
static void
send_on (GDBusConnection *connection, GTask *task)
{
  const OuioeBusCall *call = ((Sending *) g_task_get_task_data (task))->call;

  g_dbus_connection_call_with_unix_fd_list (connection, OUIOE_BUS_NAME, call->path, call->interface, call->method,
                                            call->parameters, NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL,
                                            g_task_get_cancellable (task), send_answered_cb, task);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr(GDBusConnection) connection = g_task_propagate_pointer (G_TASK (result), &error);

  if (connection != NULL)
    {
      send_on (connection, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
ouioe_bus_send_async (OuioeBus *self, const OuioeBusCall *call, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr(GDBusConnection) connection = peek_connection (self);
  g_autoptr(GTask) connecting = NULL;
  Sending *sending = g_new0 (Sending, 1);

  sending->call = call;
  g_task_set_task_data (task, sending, sending_free);
  if (connection != NULL)
    {
      send_on (connection, task);
      return;
    }
  connecting = g_task_new (NULL, cancellable, connected_cb, task);
  g_task_set_task_data (connecting, ouioe_bus_ref (self), (GDestroyNotify) ouioe_bus_unref);
  g_task_run_in_thread (connecting, connect_in_thread);
}

GVariant *
ouioe_bus_send_finish (OuioeBus *self, GAsyncResult *result, GUnixFDList **fds, GError **error)
{
  GVariant *reply = g_task_propagate_pointer (G_TASK (result), error);
  Sending *sending = g_task_get_task_data (G_TASK (result));

  if (reply != NULL && fds != NULL)
    *fds = g_steal_pointer (&sending->fds);
  return reply;
}

GVariant *
ouioe_bus_send (OuioeBus *self, const OuioeBusCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr(GDBusConnection) connection = ouioe_bus_get_connection (self, cancellable, error);

  if (connection == NULL)
    return NULL;
  return g_dbus_connection_call_sync (connection, OUIOE_BUS_NAME, call->path, call->interface, call->method,
                                      call->parameters, NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, cancellable,
                                      error);
}

/* ---- is it there? ---- */

static GVariant *
ask (GDBusConnection *connection, const char *name, const char *path, const char *interface, const char *method,
     GVariant *parameters)
{
  return g_dbus_connection_call_sync (connection, name, path, interface, method, parameters, NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, PROBE_TIMEOUT_MS, NULL, NULL);
}

static gboolean
is_activatable (GDBusConnection *connection)
{
  g_autoptr(GVariant) reply = ask (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   "ListActivatableNames", NULL);
  g_autofree const char **names = NULL;

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(^a&s)", &names);
  return g_strv_contains (names, OUIOE_BUS_NAME);
}

gboolean
ouioe_bus_is_useful (OuioeBus *self)
{
  g_autoptr(GDBusConnection) connection = ouioe_bus_get_connection (self, NULL, NULL);
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) features = NULL;
  g_autofree const char **words = NULL;

  if (connection == NULL)
    return FALSE;
  reply = ask (connection, OUIOE_BUS_NAME, OUIOE_BUS_ROOT, "org.freedesktop.DBus.Properties", "Get",
               g_variant_new ("(ss)", OUIOE_BUS_MANAGER, "Features"));
  if (reply == NULL)
    return is_activatable (connection);

  /* One that was there before these features is better reached otherwise. */
  g_variant_get (reply, "(v)", &features);
  if (!g_variant_is_of_type (features, G_VARIANT_TYPE_STRING_ARRAY))
    return FALSE;
  words = g_variant_get_strv (features, NULL);
  return g_strv_contains (words, "append") && g_strv_contains (words, "open-stream") &&
         g_strv_contains (words, "session-keys");
}

/* ---- errors ---- */

gboolean
ouioe_bus_is_broken (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

GError *
ouioe_bus_to_error (const char *path, const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  g_autoptr(GError) copy = g_error_copy (error);

  g_dbus_error_strip_remote_error (copy);
  for (int code = 0; name != NULL && code < OUIOE_N_ERRORS; code++)
    {
      if (strcmp (name, ouioe_error_get_dbus_name ((OuioeError) code)) == 0)
        return g_error_new_literal (OUIOE_ERROR, code, copy->message);
    }

  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE))
    {
      /* How the bus says that there is no such object depends on the version of GLib there. */
      if (strcmp (path, OUIOE_BUS_ROOT) != 0)
        return g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND, _("Session not found"));
      return g_error_new (OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service on the bus is too old: %s"), copy->message);
    }
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_FORBIDDEN, copy->message);
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED))
    return g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_BUSY, copy->message);
  return NULL;
}
