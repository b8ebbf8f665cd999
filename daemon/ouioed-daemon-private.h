/* ouioed-daemon-private.h - what the files of the daemon object share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-daemon.h"
#include "ouioed-models.h"

G_BEGIN_DECLS

struct _OuioedDaemon
{
  GObject       parent_instance;
  OuioedConfig *config;
  OuioedStore  *store;          /* NULL until it is open, and again once it is closed */
  OuioedHub    *hub;
  OuioedHttp   *http;
  OuioedDbus   *dbus;           /* NULL without a bus */
  OuioedModels *models;         /* NULL without upstreams */
  gboolean    (*reload) (gpointer user_data, GError **error);    /* NULL: nothing to reload */
  gpointer      reload_data;
  GPtrArray    *urls;           /* what it listens on, NULL-terminated once it runs */
  GTask        *stop;           /* under way, or NULL */
  guint         n_draining;     /* transports that have not gone yet */
  gboolean      flushing;       /* transports are not waited for any more */
  guint         deadline;       /* source: of the stop */
};

void ouioed_daemon_close_http (OuioedDaemon *self);

G_END_DECLS
