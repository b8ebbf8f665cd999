/* ouioe-models.h - lists that follow the daemon, for any view of a GListModel
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-client.h"

G_BEGIN_DECLS

/* ---- an event in a list ---- */

#define OUIOE_TYPE_EVENT_ITEM (ouioe_event_item_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeEventItem, ouioe_event_item, OUIOE, EVENT_ITEM, GObject)

OUIOE_EXPORT OuioeEvent *ouioe_event_item_get_event   (OuioeEventItem *self);   /* NULL of a step that is still being written */
OUIOE_EXPORT gboolean    ouioe_event_item_get_is_open (OuioeEventItem *self);

/* ---- the events of a session ---- */

#define OUIOE_TYPE_EVENT_LIST (ouioe_event_list_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeEventList, ouioe_event_list, OUIOE, EVENT_LIST, GObject)

/**
 * OUIOE_EVENT_LIST_DEFAULT_MAX:
 *
 * How many events a list holds unless it is told otherwise.
 */
#define OUIOE_EVENT_LIST_DEFAULT_MAX 10000

OUIOE_EXPORT OuioeEventList *ouioe_event_list_new            (OuioeClient *client, const char *session_id, guint max_events);
OUIOE_EXPORT void            ouioe_event_list_set_deltas     (OuioeEventList *self, gboolean deltas);
OUIOE_EXPORT gboolean        ouioe_event_list_get_deltas     (OuioeEventList *self);
OUIOE_EXPORT void            ouioe_event_list_start          (OuioeEventList *self);
OUIOE_EXPORT void            ouioe_event_list_stop           (OuioeEventList *self);
OUIOE_EXPORT guint64         ouioe_event_list_get_n_dropped  (OuioeEventList *self);
OUIOE_EXPORT gboolean        ouioe_event_list_get_live       (OuioeEventList *self);
OUIOE_EXPORT const GError   *ouioe_event_list_get_error      (OuioeEventList *self);

/* ---- the sessions of a daemon ---- */

#define OUIOE_TYPE_SESSION_LIST (ouioe_session_list_get_type ())
OUIOE_EXPORT
G_DECLARE_FINAL_TYPE (OuioeSessionList, ouioe_session_list, OUIOE, SESSION_LIST, GObject)

/**
 * OUIOE_SESSION_LIST_DEFAULT_MAX:
 *
 * How many sessions a list holds unless it is told otherwise.
 */
#define OUIOE_SESSION_LIST_DEFAULT_MAX 1000

OUIOE_EXPORT OuioeSessionList *ouioe_session_list_new       (OuioeClient *client, const char *user_id,
                                                             OuioeSessionState state, guint max_sessions);
OUIOE_EXPORT void              ouioe_session_list_start     (OuioeSessionList *self);
OUIOE_EXPORT void              ouioe_session_list_stop      (OuioeSessionList *self);
OUIOE_EXPORT gboolean          ouioe_session_list_get_live  (OuioeSessionList *self);
OUIOE_EXPORT const GError     *ouioe_session_list_get_error (OuioeSessionList *self);

G_END_DECLS
