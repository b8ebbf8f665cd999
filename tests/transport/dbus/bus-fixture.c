/* bus-fixture.c - a private bus, a hub on a store in memory, the transport under test, and somebody who listens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <signal.h>

#define PATIENCE_S 20

/* ---- waiting ---- */

static gboolean
on_patience_over (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

void
bus_wait (BusFixture *self, gboolean (*condition) (BusFixture *self, gconstpointer data), gconstpointer data)
{
  gboolean over = FALSE;
  guint patience = g_timeout_add_seconds (PATIENCE_S, on_patience_over, &over);

  while (!condition (self, data) && !over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (patience);
  g_assert_false (over);
}

static gboolean
nothing_under_way (BusFixture *self, gconstpointer data)
{
  return self->under_way == 0;
}

void
bus_settle (BusFixture *self)
{
  bus_wait (self, nothing_under_way, NULL);
}

static gboolean
is_set (BusFixture *self, gconstpointer data)
{
  return *(gpointer const *) data != NULL;
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* ---- producers ---- */

static void
hub_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusFixture *self = user_data;

  self->failed += ouioed_hub_create_finish (OUIOED_HUB (source), result, NULL, NULL) ? 0 : 1;
  self->under_way--;
}

static void
hub_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusFixture *self = user_data;

  self->failed += ouioed_hub_append_finish (OUIOED_HUB (source), result, NULL, NULL) ? 0 : 1;
  self->under_way--;
}

static void
hub_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusFixture *self = user_data;

  self->failed += ouioed_hub_close_finish (OUIOED_HUB (source), result, NULL, NULL) ? 0 : 1;
  self->under_way--;
}

void
bus_create (BusFixture *self, const char *id)
{
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);

  request->session_id = g_ref_string_new (id);
  request->user_id = g_strdup ("somebody");
  request->config = OUIOE_STREAM_CONFIG_DEFAULT;
  request->config.debug_mode = TRUE;
  request->context = ouioe_thinking_context_new ("what is there", NULL);
  self->under_way++;
  ouioed_hub_create_async (self->hub, request, NULL, hub_created_cb, self);
}

void
bus_think (BusFixture *self, const char *id, const char *content, double confidence)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", content, NULL, confidence, NULL, NULL);

  self->under_way++;
  ouioed_hub_append_async (self->hub, id, step, NULL, NULL, hub_appended_cb, self);
}

void
bus_progress (BusFixture *self, const char *id, const char *message, double percentage)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", message, percentage, NULL, NULL);

  self->under_way++;
  ouioed_hub_append_async (self->hub, id, NULL, update, NULL, hub_appended_cb, self);
}

void
bus_close (BusFixture *self, const char *id, const char *outcome)
{
  self->under_way++;
  ouioed_hub_close_async (self->hub, id, outcome, NULL, hub_closed_cb, self);
}

/* ---- the client ---- */

GVariant *
bus_call (BusFixture *self, const char *path, const char *iface, const char *method, GVariant *arguments,
          GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_dbus_connection_call (self->client, OUIOED_BUS_NAME, path, iface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE,
                          -1, NULL, store_result_cb, &result);
  bus_wait (self, is_set, &result);
  return g_dbus_connection_call_finish (self->client, result, error);
}

GVariant *
bus_get (BusFixture *self, const char *path, const char *property)
{
  const char *iface = g_str_equal (path, OUIOED_BUS_ROOT) ? MANAGER_IFACE : SESSION_IFACE;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (self, path, CHANGED_IFACE, "Get",
                                        g_variant_new ("(ss)", iface, property), &error);
  GVariant *value;

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &value);
  return value;
}

char *
bus_call_error (BusFixture *self, const char *path, const char *iface, const char *method, GVariant *arguments,
                char **message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (self, path, iface, method, arguments, &error);
  char *name;

  g_assert_null (reply);
  g_assert_nonnull (error);
  /* the error table is registered in this process too */
  name = g_dbus_error_get_remote_error (error);
  if (name == NULL)
    name = g_dbus_error_encode_gerror (error);
  g_dbus_error_strip_remote_error (error);
  if (message != NULL)
    *message = g_strdup (error->message);
  return name;
}

static int
open_pipe (BusFixture *self, const char *path, const char *iface, const char *method, GVariant *arguments, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GUnixFDList) fds = NULL;
  g_autoptr(GVariant) reply = NULL;
  gint32 handle;
  int fd;

  g_dbus_connection_call_with_unix_fd_list (self->client, OUIOED_BUS_NAME, path, iface, method, arguments, NULL,
                                            G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, store_result_cb, &result);
  bus_wait (self, is_set, &result);
  reply = g_dbus_connection_call_with_unix_fd_list_finish (self->client, &fds, result, error);
  if (reply == NULL)
    return -1;
  g_variant_get_child (reply, 0, "h", &handle);
  fd = g_unix_fd_list_get (fds, handle, error);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  return fd;
}

int
bus_open_stream (BusFixture *self, const char *path, const char *after, GError **error)
{
  return open_pipe (self, path, SESSION_IFACE, "OpenStream", g_variant_new ("(s)", after), error);
}

int
bus_open_live_stream (BusFixture *self, const char *path, const char *options, GError **error)
{
  const char *iface = g_str_equal (path, OUIOED_BUS_ROOT) ? MANAGER_IFACE : SESSION_IFACE;
  g_autoptr(GVariant) arguments = g_variant_parse (G_VARIANT_TYPE ("(a{sv})"), options, NULL, NULL, error);

  return arguments != NULL ? open_pipe (self, path, iface, "OpenLiveStream", arguments, error) : -1;
}

static void
heard_free (Heard *heard)
{
  g_free (heard->path);
  g_free (heard->name);
  g_variant_unref (heard->arguments);
  g_free (heard);
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *iface, const char *name,
           GVariant *arguments, gpointer user_data)
{
  BusFixture *self = user_data;
  Heard *heard = g_new0 (Heard, 1);

  heard->path = g_strdup (path);
  heard->name = g_strdup (name);
  heard->arguments = g_variant_ref (arguments);
  heard->time_us = g_get_monotonic_time ();
  g_ptr_array_add (self->heard, heard);
}

static const Heard *
find_heard (BusFixture *self, const char *path, const char *name, guint n)
{
  for (guint i = 0; i < self->heard->len; i++)
    {
      const Heard *heard = self->heard->pdata[i];

      if ((path == NULL || g_str_equal (heard->path, path)) && g_str_equal (heard->name, name) && n-- == 0)
        return heard;
    }
  return NULL;
}

guint
bus_count (BusFixture *self, const char *path, const char *name)
{
  guint n = 0;

  while (find_heard (self, path, name, n) != NULL)
    n++;
  return n;
}

typedef struct {
  const char *path;
  const char *name;
  guint       n;
} Wanted;

static gboolean
is_heard (BusFixture *self, gconstpointer data)
{
  const Wanted *wanted = data;

  return find_heard (self, wanted->path, wanted->name, wanted->n) != NULL;
}

const Heard *
bus_hear (BusFixture *self, const char *path, const char *name, guint n)
{
  const Wanted wanted = { path, name, n };

  bus_wait (self, is_heard, &wanted);
  return find_heard (self, path, name, n);
}

/* ---- up and down ---- */

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr(GError) error = NULL;
  GDBusConnection *connection;

  connection = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                       | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                       NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

gboolean
bus_start (OuioedDbus *dbus, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  ouioed_transport_start_async (OUIOED_TRANSPORT (dbus), store_result_cb, &result);
  bus_wait (NULL, is_set, &result);
  return ouioed_transport_start_finish (OUIOED_TRANSPORT (dbus), result, error);
}

void
bus_drain (OuioedDbus *dbus)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  ouioed_transport_stop_accepting (OUIOED_TRANSPORT (dbus));
  ouioed_transport_drain_async (OUIOED_TRANSPORT (dbus), store_result_cb, &result);
  bus_wait (NULL, is_set, &result);
  g_assert_true (ouioed_transport_drain_finish (OUIOED_TRANSPORT (dbus), result, &error));
  g_assert_no_error (error);
}

static void
on_name_lost (OuioedDbus *dbus, BusFixture *self)
{
  self->name_lost = TRUE;
}

void
bus_fixture_up (BusFixture *self, const OuioedDbusConfig *config, void (*prepare) (BusFixture *self))
{
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  OuioedDbusConfig defaults = OUIOED_DBUS_CONFIG_DEFAULT;
  g_autoptr(GError) error = NULL;
  OuioedContents *contents;

  signal (SIGPIPE, SIG_IGN);    /* as the daemon does */
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->store = ouioed_store_memory_new ();
  contents = ouioed_store_open (self->store, &error);
  g_assert_no_error (error);
  self->hub = ouioed_hub_new (self->store, contents, &limits);
  if (prepare != NULL)
    prepare (self);

  self->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) heard_free);
  self->client = connect_to (self->bus);
  self->listening = g_dbus_connection_signal_subscribe (self->client, OUIOED_BUS_NAME, NULL, NULL, NULL, NULL,
                                                        G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->served = connect_to (self->bus);
  self->dbus = ouioed_dbus_new (self->hub, self->served, config != NULL ? config : &defaults);
  g_signal_connect (self->dbus, "name-lost", G_CALLBACK (on_name_lost), self);
  g_assert_true (bus_start (self->dbus, &error));
  g_assert_no_error (error);
}

OuioedDbus *
bus_fixture_second (BusFixture *self, gboolean replace, GDBusConnection **connection)
{
  OuioedDbusConfig config = OUIOED_DBUS_CONFIG_DEFAULT;

  config.replace = replace;
  *connection = connect_to (self->bus);
  return ouioed_dbus_new (self->hub, *connection, &config);
}

void
bus_fixture_down (BusFixture *self)
{
  bus_settle (self);
  bus_drain (self->dbus);
  g_clear_object (&self->dbus);
  g_clear_object (&self->hub);
  ouioed_store_close (self->store);
  g_clear_object (&self->store);
  g_dbus_connection_signal_unsubscribe (self->client, self->listening);    /* some may be under way to us */
  g_dbus_connection_close_sync (self->client, NULL, NULL);
  g_dbus_connection_close_sync (self->served, NULL, NULL);
  g_clear_object (&self->client);
  g_clear_object (&self->served);
  g_clear_pointer (&self->heard, g_ptr_array_unref);
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
}
