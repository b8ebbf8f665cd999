/* ouioed-daemon.h - composition root: the only file that names concrete stores and transports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts from the inside out (store, hub, transports, bus name) and stops from the outside in.
 */
#pragma once

#include "ouioed-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_TYPE_DAEMON (ouioed_daemon_get_type ())
G_DECLARE_FINAL_TYPE (OuioedDaemon, ouioed_daemon, OUIOED, DAEMON, GObject)

/* Signal "leave": what the daemon was there for has gone (the bus, or its name on it); it should be stopped. */
OuioedDaemon      *ouioed_daemon_new             (OuioedConfig *config);
/* Opens the store and binds the addresses; blocks, before the main loop runs. @n_sockets: taken from the service manager.
 * Errors: OUIOE_ERROR_STORE_*, OUIOE_ERROR_CONFIGURATION; anything else is about an address. */
gboolean           ouioed_daemon_open            (OuioedDaemon *self, guint n_sockets, GError **error);
/* Begins to serve. When it completes, everything answers. */
void               ouioed_daemon_start_async     (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean           ouioed_daemon_start_finish    (OuioedDaemon *self, GAsyncResult *result, GError **error);
/* "http://127.0.0.1:3005", "unix:/path" */
const char *const *ouioed_daemon_get_urls        (OuioedDaemon *self);
/* "proxy ollama on http://127.0.0.1:11435 -> http://127.0.0.1:11434"; NULL without upstreams */
char             **ouioed_daemon_get_proxies     (OuioedDaemon *self);
/* "store sqlite, session bus", for the line at the start */
char              *ouioed_daemon_describe        (OuioedDaemon *self);
/* "12 sessions, 40 readers" */
char              *ouioed_daemon_get_status      (OuioedDaemon *self);
void               ouioed_daemon_log_statistics  (OuioedDaemon *self);
/* What somebody who may ask for it can have done: reads the configuration again; before the start. @reload returns FALSE with
 * an error of OUIOE_ERROR when everything stays as it was. */
void               ouioed_daemon_set_reload      (OuioedDaemon *self, gboolean (*reload) (gpointer user_data, GError **error),
                                                  gpointer user_data);
/* The caller has asked ouioed_config_may_become(). */
void               ouioed_daemon_set_config      (OuioedDaemon *self, OuioedConfig *config);
/* Completes when the store has answered, well or not; for the watchdog. */
void               ouioed_daemon_probe_async     (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean           ouioed_daemon_probe_finish    (OuioedDaemon *self, GAsyncResult *result, GError **error);
/* Drains and closes everything within 10 s. What is committed stays committed, what is not was not acknowledged. Once. */
void               ouioed_daemon_stop_async      (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean           ouioed_daemon_stop_finish     (OuioedDaemon *self, GAsyncResult *result, GError **error);
/* During a stop: waits for no peer any more, only for the store. */
void               ouioed_daemon_hurry           (OuioedDaemon *self);

G_END_DECLS
