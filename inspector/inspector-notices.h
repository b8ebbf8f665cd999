/* inspector-notices.h - tells the notifier what becomes of the sessions, and the desktop what the notifier says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-notifier.h"
#include "inspector-window.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_NOTICES (inspector_notices_get_type ())
G_DECLARE_FINAL_TYPE (InspectorNotices, inspector_notices, INSPECTOR, NOTICES, GObject)

/* @application: must outlive it */
InspectorNotices *inspector_notices_new    (GtkApplication *application);
/* The sessions of the service of @window are worth notifications from now on, as long as the window is there. */
void              inspector_notices_follow (InspectorNotices *self, InspectorWindow *window);
/* Nothing more of this session in this run. */
void              inspector_notices_mute   (InspectorNotices *self, const char *session_id);

G_END_DECLS
