/* inspector-service.h - the daemon: whether it answers, and which sessions it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <ouioe.h>

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_SERVICE_CONNECTING,   /* no answer yet */
  INSPECTOR_SERVICE_ONLINE,       /* the last question was answered */
  INSPECTOR_SERVICE_OFFLINE,      /* the last question was not */
} InspectorServiceState;

#define INSPECTOR_TYPE_SERVICE (inspector_service_get_type ())
G_DECLARE_FINAL_TYPE (InspectorService, inspector_service, INSPECTOR, SERVICE, GObject)

/* Asks at once, and then regularly as long as it lives.
 * Signal "changed": the state, or the error, is another one now. */
InspectorService     *inspector_service_new           (OuioeClient *client);
OuioeClient          *inspector_service_get_client    (InspectorService *self);   /* (transfer none) */
/* (transfer none): of InspectorSessionItem */
GListModel           *inspector_service_get_sessions  (InspectorService *self);
InspectorServiceState inspector_service_get_state     (InspectorService *self);
/* Whether it ever answered: what was seen then is still worth looking at. */
gboolean              inspector_service_was_online    (InspectorService *self);
/* Why it is offline; NULL when it is not. */
const char           *inspector_service_get_message   (InspectorService *self);
void                  inspector_service_ask_now       (InspectorService *self);

G_END_DECLS
