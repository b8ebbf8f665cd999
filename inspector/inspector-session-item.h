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
  INSPECTOR_SESSION_WARNED,     /* closed, and there were warnings on the way */
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
/* In which part of the list it stands. It changes its place only when others may move, too. */
gboolean              inspector_session_item_is_among_running (InspectorSessionItem *self);
/* The request in one line, or the id. */
char                 *inspector_session_item_dup_title   (InspectorSessionItem *self);
/* Whose it is, how many steps, and how it is going or went: "alice · 8 steps · 1 warning", "bob · quiet for 40 s" */
char                 *inspector_session_item_dup_subtitle (InspectorSessionItem *self, gint64 now_us);
/* Of its newest update, 0 to 100; -1 when none told */
double                inspector_session_item_get_percentage (InspectorSessionItem *self);
guint                 inspector_session_item_get_n_warnings (InspectorSessionItem *self);
InspectorSessionMood  inspector_session_item_get_mood    (InspectorSessionItem *self, gint64 now_us);
/* Whether all words of @text stand in its request, its user or its id, whatever their case; "user:NAME" looks at the user. */
gboolean              inspector_session_item_matches     (InspectorSessionItem *self, const char *text);

/* Brings @store (of InspectorSessionItem) in line with what the daemon has: running ones first, each part newest first.
 * What is there already stays the same object. @sessions: of OuioeSession, newest first; @may_move: when not, only those that
 * are there change */
void                  inspector_session_items_merge      (GListStore *store, GPtrArray *sessions, gboolean may_move);

G_END_DECLS
