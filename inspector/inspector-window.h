/* inspector-window.h - sessions, the chain of one of them, and a step of it: three columns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>
#include <ouioe.h>

#include "inspector-recording.h"
#include "inspector-service.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_WINDOW (inspector_window_get_type ())
G_DECLARE_FINAL_TYPE (InspectorWindow, inspector_window, INSPECTOR, WINDOW, AdwApplicationWindow)

/* @session_id: (nullable): what to show as soon as it is there, its id or how only its id begins; NULL for the newest running
 * session */
InspectorWindow *inspector_window_new               (GtkApplication *application, OuioeClient *client, const char *session_id);
/* What a file holds: finished, read only, and without a service. */
InspectorWindow *inspector_window_new_for_recording (GtkApplication *application, InspectorRecording *recording);
/* (transfer none) (nullable): NULL of a recording */
InspectorService *inspector_window_get_service      (InspectorWindow *self);
/* What a person calls the service; its address unless it is set. */
void             inspector_window_set_service_name  (InspectorWindow *self, const char *name);
/* (nullable): of the session that is shown */
const char      *inspector_window_get_session_id    (InspectorWindow *self);
/* Whether it looks at this session of this service. @session_id: (nullable): any */
gboolean         inspector_window_is_at             (InspectorWindow *self, const char *address, const char *session_id);
/* @event_id: (nullable): selected, now or as soon as it comes */
void             inspector_window_go_to             (InspectorWindow *self, const char *session_id, const char *event_id);
/* Goes to each session that begins from now on. */
void             inspector_window_set_follows_newest (InspectorWindow *self, gboolean follows_newest);
/* Hides all rows that do not match. */
void             inspector_window_set_filter        (InspectorWindow *self, const char *query);
/* The session happens again, as soon as it is there. @speed: 0 for that of the settings */
void             inspector_window_replay            (InspectorWindow *self, double speed);

G_END_DECLS
