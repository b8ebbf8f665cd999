/* ouioe-bus.h - the daemon over D-Bus
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library.
 */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

#define OUIOE_BUS_NAME      "org.ouioe.Streaming1"
#define OUIOE_BUS_ROOT      "/org/ouioe/Streaming1"
#define OUIOE_BUS_MANAGER   OUIOE_BUS_NAME ".Manager"
#define OUIOE_BUS_SESSION   OUIOE_BUS_NAME ".Session"

/* A bus, and the connection to it: its own, so that the end of the bus ends no program, made when it is first needed and again
 * when it has closed. Safe from any thread. */
typedef struct _OuioeBus OuioeBus;

OuioeBus *ouioe_bus_new   (GBusType type);
OuioeBus *ouioe_bus_ref   (OuioeBus *self);
void      ouioe_bus_unref (OuioeBus *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeBus, ouioe_bus_unref)

/* Whether there is a session bus that may be asked, and the daemon is on it, or would be started by a call, and can do what a
 * client wants. Blocks for as long as the bus needs for an answer. */
gboolean  ouioe_bus_is_useful (OuioeBus *self);

/* What to call. */
typedef struct _OuioeBusCall OuioeBusCall;
struct _OuioeBusCall {
  char       *path;
  const char *interface;    /* static */
  const char *method;       /* static */
  GVariant   *parameters;   /* owned, not floating; NULL for none */
  char       *user_id;      /* of a list: only theirs; NULL for all */
  const char *state;        /* static; of a list: only in this state; NULL for all */
  gboolean    is_repeatable; /* asking twice does it once */
  /* The answer as the JSON that REST would have sent. */
  GBytes   *(*convert) (const OuioeBusCall *call, GVariant *reply, GError **error);
};

/* @parameters: (nullable) (transfer floating) */
OuioeBusCall *ouioe_bus_call_new  (const char *path, const char *interface, const char *method, GVariant *parameters);
void          ouioe_bus_call_free (OuioeBusCall *self);
/* The object of a session. (transfer full) */
char         *ouioe_bus_session_path (const char *session_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeBusCall, ouioe_bus_call_free)

/* @call stays the caller's, until it has been answered. @fds: (out) (optional): what came with the answer. Errors are those of
 * GDBus, see ouioe_bus_to_error(). */
void      ouioe_bus_send_async  (OuioeBus *self, const OuioeBusCall *call, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
GVariant *ouioe_bus_send_finish (OuioeBus *self, GAsyncResult *result, GUnixFDList **fds, GError **error);
GVariant *ouioe_bus_send        (OuioeBus *self, const OuioeBusCall *call, GCancellable *cancellable, GError **error);

/* Whether the daemon went away while it had the call. */
gboolean  ouioe_bus_is_broken   (const GError *error);
/* What was answered to a call of an object at @path, as an error of OUIOE_ERROR. NULL when the daemon was not reached. */
GError   *ouioe_bus_to_error    (const char *path, const GError *error);

/* ---- ouioe-bus-watch.c: what changes on the bus ---- */

typedef struct _OuioeBusWatch OuioeBusWatch;

/* @session_id: NULL when everything may have changed, as the daemon came or went */
typedef void (*OuioeBusChangedFunc) (const char *session_id, gpointer user_data);

/* In the thread-default main context of this call. NULL when the bus is not there. */
OuioeBusWatch *ouioe_bus_watch_new  (OuioeBus *bus, OuioeBusChangedFunc func, gpointer user_data, GError **error);
void           ouioe_bus_watch_free (OuioeBusWatch *self);

/* For its other parts: the connection, which is made when there is none. */
GDBusConnection *ouioe_bus_get_connection (OuioeBus *self, GCancellable *cancellable, GError **error);

G_END_DECLS
