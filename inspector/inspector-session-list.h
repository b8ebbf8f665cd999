/* inspector-session-list.h - the column of sessions, running ones first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-session-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SESSION_LIST (inspector_session_list_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSessionList, inspector_session_list, INSPECTOR, SESSION_LIST, GtkBox)

/* Signals:
 *   selected (InspectorSessionItem *)   the reader, or a program, chose this one
 *   opened   ()                         the reader wants to see the selected one: a click, or Enter
 */
/* @sessions: of InspectorSessionItem, see inspector_session_items_merge() */
void     inspector_session_list_set_sessions (InspectorSessionList *self, GListModel *sessions);
/* FALSE when there is no such session (yet). */
/* The pointer is over the rows: nothing may move under it. Property "is-held". */
gboolean inspector_session_list_get_held     (InspectorSessionList *self);
/* The entry gets the focus. */
void     inspector_session_list_find         (InspectorSessionList *self);
/* @index: from 0, of those that are shown. FALSE when there are not so many. */
gboolean inspector_session_list_select_nth   (InspectorSessionList *self, guint index);
gboolean inspector_session_list_select       (InspectorSessionList *self, const char *session_id);
/* @step: 1 for the next one, -1 for the one before */
void     inspector_session_list_move         (InspectorSessionList *self, int step);
/* Ages and states of the rows, with the time going on. */
void     inspector_session_list_refresh      (InspectorSessionList *self);

G_END_DECLS
