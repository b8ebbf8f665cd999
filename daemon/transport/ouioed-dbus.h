/* ouioed-dbus.h - the bus: a manager, an object per session, bounded signals
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub.h"
#include "ouioed-transport.h"

G_BEGIN_DECLS

#define OUIOED_BUS_NAME      "org.ouioe.Streaming1"
#define OUIOED_BUS_ROOT      "/org/ouioe/Streaming1"

typedef struct {
  guint    signals_per_session;     /* StepAdded and ProgressChanged a second and session; beyond: Lagged; 100 */
  guint    signals_total;           /* in all; 1 000 */
  gboolean replace;                 /* take the name from another daemon, and allow it to be taken */
  guint    max_streams;             /* of OpenStream, in all; beyond: TooManyReaders; 100 */
  gboolean has_models;              /* calls of models come through the proxy: the feature "proxy"; decided at the start */
} OuioedDbusConfig;
#define OUIOED_DBUS_CONFIG_DEFAULT ((OuioedDbusConfig) { 100, 1000, FALSE, 100, FALSE })

/* Reads the configuration again: all of it is taken, or nothing and @error (of OUIOE_ERROR). */
typedef gboolean (*OuioedReloadFunc) (gpointer user_data, GError **error);

#define OUIOED_TYPE_DBUS (ouioed_dbus_get_type ())
G_DECLARE_FINAL_TYPE (OuioedDbus, ouioed_dbus, OUIOED, DBUS, GObject)

/* @connection: to the bus. Signal "name-lost" (no arguments): another took the name, or the bus went away; the daemon drains. */
OuioedDbus *ouioed_dbus_new          (OuioedHub *hub, GDBusConnection *connection, const OuioedDbusConfig *config);
void        ouioed_dbus_set_config   (OuioedDbus *self, const OuioedDbusConfig *config);
/* What Manager.Reload does; before the start. Without it, there is nothing to reload. */
void        ouioed_dbus_set_reload   (OuioedDbus *self, OuioedReloadFunc reload, gpointer user_data);
/* The object path of a session: every byte outside [A-Za-z0-9] as _xx. */
char       *ouioed_dbus_session_path (const char *session_id);
/* Valid UTF-8 without NUL, whatever came: broken bytes as U+FFFD. */
char       *ouioed_dbus_repair_text  (const char *text, gsize len);

G_END_DECLS
