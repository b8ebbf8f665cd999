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
  INSPECTOR_SERVICE_ONLINE,       /* what is shown is what is */
  INSPECTOR_SERVICE_OFFLINE,      /* it does not answer; it is being tried again */
} InspectorServiceState;

#define INSPECTOR_TYPE_SERVICE (inspector_service_get_type ())
G_DECLARE_FINAL_TYPE (InspectorService, inspector_service, INSPECTOR, SERVICE, GObject)

/* Follows the daemon as long as it lives.
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
/* Does not wait for the next attempt. */
void                  inspector_service_retry         (InspectorService *self);
/* While it is held no session appears, goes or moves; what is known of them changes all the same. */
void                  inspector_service_hold          (InspectorService *self, gboolean is_held);

G_END_DECLS
