/* inspector-session-item.h - one session in the list, as it was last heard of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <ouioe.h>

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_SESSION_LIVE,       /* open, and something happened lately */
  INSPECTOR_SESSION_QUIET,      /* open, nothing happened for a while */
  INSPECTOR_SESSION_FINISHED,   /* closed */
  INSPECTOR_SESSION_FAILED,     /* closed with a word that says so */
} InspectorSessionMood;

#define INSPECTOR_TYPE_SESSION_ITEM (inspector_session_item_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSessionItem, inspector_session_item, INSPECTOR, SESSION_ITEM, GObject)

InspectorSessionItem *inspector_session_item_new         (OuioeSession *session);
/* Signal "changed": something that is shown is different now. */
void                  inspector_session_item_update      (InspectorSessionItem *self, OuioeSession *session);
OuioeSession         *inspector_session_item_get_session (InspectorSessionItem *self);   /* (transfer none) */
const char           *inspector_session_item_get_id      (InspectorSessionItem *self);
gboolean              inspector_session_item_is_open     (InspectorSessionItem *self);
/* The request in one line, or the id. */
char                 *inspector_session_item_dup_title   (InspectorSessionItem *self);
char                 *inspector_session_item_dup_subtitle (InspectorSessionItem *self, gint64 now_us);
InspectorSessionMood  inspector_session_item_get_mood    (InspectorSessionItem *self, gint64 now_us);

/* Brings @store (of InspectorSessionItem) in line with what the daemon has: running ones first, each part newest first.
 * What is there already stays the same object. @sessions: of OuioeSession, newest first */
void                  inspector_session_items_merge      (GListStore *store, GPtrArray *sessions);

G_END_DECLS
