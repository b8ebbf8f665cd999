/* inspector-hosts.h - windows that look at a connection: its token is fetched, its certificate asked about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-window.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_HOSTS (inspector_hosts_get_type ())
G_DECLARE_FINAL_TYPE (InspectorHosts, inspector_hosts, INSPECTOR, HOSTS, GObject)

/* @application: must outlive it */
InspectorHosts *inspector_hosts_new       (GtkApplication *application);
/* The window in which connections are chosen. @window: (nullable): what is chosen there takes the place of this one */
void            inspector_hosts_show      (InspectorHosts *self, InspectorWindow *window);
/* Opens a window as soon as its token is known, and keeps in mind that it was the last one. An unknown @id is this computer.
 * @replaced: (nullable): is closed then */
void            inspector_hosts_open      (InspectorHosts *self, const char *id, InspectorWindow *replaced);
/* Opens what was looked at last. FALSE when that was this computer, which needs none of this. */
gboolean        inspector_hosts_open_last (InspectorHosts *self);

G_END_DECLS
