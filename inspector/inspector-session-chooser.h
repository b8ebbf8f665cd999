/* inspector-session-chooser.h - asks for a session, for example to compare with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "inspector-session-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SESSION_CHOOSER (inspector_session_chooser_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSessionChooser, inspector_session_chooser, INSPECTOR, SESSION_CHOOSER, AdwWindow)

/* Signals, behind which it closes: "chosen" (InspectorSessionItem *), "file": the reader would rather open one. */
/* @sessions: of InspectorSessionItem. @without: (nullable): the id of one that is left out */
InspectorSessionChooser *inspector_session_chooser_new (GtkWindow *parent, const char *title, GListModel *sessions,
                                                        const char *without);

G_END_DECLS
