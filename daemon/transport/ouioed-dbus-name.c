/* ouioed-dbus-name.c - the well-known name on the bus: asked for, kept an eye on, given up; never waiting for the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * g_bus_own_name() would do, were it not that giving a name up blocks there until the bus answers, and warns when
 * another has taken the name before.
 */
#include "config.h"

#include "ouioed-dbus-name.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* Of the specification of D-Bus */
#define FLAG_ALLOW_REPLACEMENT 1u
#define FLAG_REPLACE_EXISTING  2u
#define FLAG_DO_NOT_QUEUE      4u
#define REPLY_PRIMARY_OWNER    1u
#define REPLY_ALREADY_OWNER    4u

typedef enum { NAME_ASKED, NAME_OURS, NAME_GONE } NameState;

struct _OuioedDbusName
{
  GDBusConnection         *connection;
  char                    *name;
  NameState                state;
  OuioedDbusNameAnswerFunc answer;
  OuioedDbusNameLostFunc   lost;
  gpointer                 user_data;
  GCancellable            *cancellable;   /* of the request */
  guint                    watch;         /* of NameLost */
  gulong                   closed;        /* handler of the end of the connection */
};

static void
name_is_gone (OuioedDbusName *self)
{
  NameState before = self->state;

  self->state = NAME_GONE;
  if (before == NAME_OURS)
    self->lost (self->user_data);
}

static void
on_name_lost (GDBusConnection *connection, const char *sender, const char *path, const char *iface,
              const char *signal_name, GVariant *arguments, gpointer user_data)
{
  name_is_gone (user_data);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer user_data)
{
  name_is_gone (user_data);
}

static void
request_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedDbusName *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 code = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* released, and freed */

  if (reply != NULL)
    g_variant_get (reply, "(u)", &code);
  if (code == REPLY_PRIMARY_OWNER || code == REPLY_ALREADY_OWNER)
    {
      self->state = NAME_OURS;
      self->answer (NULL, self->user_data);
      return;
    }

  if (reply != NULL)
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "Another daemon has the bus name %s.", self->name);
  self->state = NAME_GONE;
  self->answer (error, self->user_data);
}

OuioedDbusName *
ouioed_dbus_name_request (GDBusConnection *connection, const char *name, gboolean replace,
                          OuioedDbusNameAnswerFunc answer, OuioedDbusNameLostFunc lost, gpointer user_data)
{
  OuioedDbusName *self = g_new0 (OuioedDbusName, 1);
  guint32 flags = FLAG_DO_NOT_QUEUE | (replace ? FLAG_REPLACE_EXISTING | FLAG_ALLOW_REPLACEMENT : 0);

  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->answer = answer;
  self->lost = lost;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->watch = g_dbus_connection_signal_subscribe (connection, BUS_NAME, BUS_NAME, "NameLost", BUS_PATH, name,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, on_name_lost, self, NULL);
  self->closed = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  g_dbus_connection_call (connection, BUS_NAME, BUS_PATH, BUS_NAME, "RequestName", g_variant_new ("(su)", name, flags),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, request_answered_cb,
                          self);

  return self;
}

void
ouioed_dbus_name_release (OuioedDbusName *self)
{
  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->watch);
  g_signal_handler_disconnect (self->connection, self->closed);
  /* also while it is only asked for: the bus answers in order */
  if (self->state != NAME_GONE)
    g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME, "ReleaseName",
                            g_variant_new ("(s)", self->name),
                            NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_free (self->name);
  g_free (self);
}
