/* bus-fixture.h - a private bus, a hub on a store in memory, the transport under test, and somebody who listens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-dbus.h"
#include "ouioed-store-memory.h"

G_BEGIN_DECLS

#define MANAGER_IFACE OUIOED_BUS_NAME ".Manager"
#define SESSION_IFACE OUIOED_BUS_NAME ".Session"
#define OBJECTS_IFACE "org.freedesktop.DBus.ObjectManager"
#define CHANGED_IFACE "org.freedesktop.DBus.Properties"

/* A signal that came over the bus. */
typedef struct {
  char     *path;
  char     *name;
  GVariant *arguments;
  gint64    time_us;             /* when it came, monotonic */
} Heard;

typedef struct {
  GTestDBus       *bus;
  OuioedHub       *hub;
  OuioedStore     *store;
  OuioedDbus      *dbus;
  GDBusConnection *served;       /* of the transport */
  GDBusConnection *client;
  guint            listening;    /* subscription of what is heard */
  GPtrArray       *heard;        /* of Heard, in order */
  guint            under_way;    /* requests to the hub that are not answered */
  guint            failed;       /* of those that were */
  gboolean         name_lost;
} BusFixture;

/* @config: NULL for the default. @prepare: what the hub shall have before the transport starts, or NULL. */
void     bus_fixture_up      (BusFixture *self, const OuioedDbusConfig *config, void (*prepare) (BusFixture *self));
void     bus_fixture_down    (BusFixture *self);
/* Another transport on the same hub, over a connection of its own. */
OuioedDbus *bus_fixture_second (BusFixture *self, gboolean replace, GDBusConnection **connection);
/* FALSE with @error when it could not. */
gboolean bus_start           (OuioedDbus *dbus, GError **error);
void     bus_drain           (OuioedDbus *dbus);

/* Turns the main loop until @condition holds; fails the test when it does not within 20 s. */
void     bus_wait            (BusFixture *self, gboolean (*condition) (BusFixture *self, gconstpointer data), gconstpointer data);
/* Until all requests to the hub are answered. */
void     bus_settle          (BusFixture *self);

/* Producers, straight to the hub; they do not wait for the answer. */
void     bus_create          (BusFixture *self, const char *id);
void     bus_think           (BusFixture *self, const char *id, const char *content, double confidence);
void     bus_progress        (BusFixture *self, const char *id, const char *message, double percentage);
void     bus_close           (BusFixture *self, const char *id, const char *outcome);

/* A method call; NULL with @error. @arguments is sunk. */
GVariant *bus_call           (BusFixture *self, const char *path, const char *iface, const char *method, GVariant *arguments,
                              GError **error);
/* (transfer full) */
GVariant *bus_get            (BusFixture *self, const char *path, const char *property);
/* The name of the error that the call fails with; (transfer full). */
char     *bus_call_error     (BusFixture *self, const char *path, const char *iface, const char *method, GVariant *arguments,
                              char **message);

/* OpenStream of @path: the reading end, non-blocking; -1 with @error. */
int       bus_open_stream    (BusFixture *self, const char *path, const char *after, GError **error);
/* OpenLiveStream of a session or of the manager, likewise. @options: the arguments, as text of a GVariant. */
int       bus_open_live_stream (BusFixture *self, const char *path, const char *options, GError **error);

/* How many signals @name came of @path (NULL: of any). */
guint        bus_count       (BusFixture *self, const char *path, const char *name);
/* The @n-th of them, from 0; waits for it. */
const Heard *bus_hear        (BusFixture *self, const char *path, const char *name, guint n);

G_END_DECLS
