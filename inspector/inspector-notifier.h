/* inspector-notifier.h - what is worth a notification, and when
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Knows nothing of windows: it is told what became of the sessions, and asks back what it needs to know.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* At most one notification of a session in this time; what comes meanwhile is joined. */
#define INSPECTOR_NOTIFIER_PAUSE_US (10 * G_USEC_PER_SEC)

/* A session as it is now. */
typedef struct {
  const char *id;
  const char *title;               /* the first line of the request; shown only if the person wants it */
  gboolean    is_open;
  const char *outcome;             /* NULL while it is open */
  guint64     n_warnings;
  gint64      began_us;            /* wall clock, 0 when not known */
  gint64      ended_us;            /* the same */
  gint64      last_activity_us;    /* the same */
} InspectorNews;

typedef struct {
  /* Shows it in the place of an earlier one of the same id. @is_urgent: something went wrong */
  void     (*send)     (const char *id, const char *session_id, const char *title, const char *body, gboolean is_urgent,
                        gpointer user_data);
  void     (*withdraw) (const char *id, gpointer user_data);
  /* Whether the session is on screen in a window that has the focus. */
  gboolean (*is_seen)  (const char *session_id, gpointer user_data);
  /* Wall clock, microseconds. */
  gint64   (*get_now)  (gpointer user_data);
} InspectorNotifierFuncs;

#define INSPECTOR_TYPE_NOTIFIER (inspector_notifier_get_type ())
G_DECLARE_FINAL_TYPE (InspectorNotifier, inspector_notifier, INSPECTOR, NOTIFIER, GObject)

/* @settings: org.ouioe.Inspector. @funcs: must outlive it */
InspectorNotifier *inspector_notifier_new     (GSettings *settings, const InspectorNotifierFuncs *funcs, gpointer user_data);
/* What a session is like; the first time nothing is said of what was before. */
void               inspector_notifier_take    (InspectorNotifier *self, const InspectorNews *news);
/* The session is gone, or nobody follows it any more. */
void               inspector_notifier_forget  (InspectorNotifier *self, const char *session_id);
/* It was looked at: what was said of it is withdrawn, what waits is dropped. */
void               inspector_notifier_seen    (InspectorNotifier *self, const char *session_id);
/* Nothing more of this session in this run. */
void               inspector_notifier_mute    (InspectorNotifier *self, const char *session_id);
/* Says what has waited long enough, and which sessions have fallen quiet. Called by itself while something waits, and
 * by tests. */
void               inspector_notifier_tick    (InspectorNotifier *self);

G_END_DECLS
