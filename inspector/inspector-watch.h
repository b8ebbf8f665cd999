/* inspector-watch.h - one session that is being looked at: its chain, its progress, its connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <ouioe.h>

#include "inspector-chain-model.h"

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_WATCH_CONNECTING,   /* no answer yet */
  INSPECTOR_WATCH_LIVE,         /* events come, or would if there were any */
  INSPECTOR_WATCH_FINISHED,     /* the session was closed */
  INSPECTOR_WATCH_LOST,         /* no connection; it is being tried again */
  INSPECTOR_WATCH_FAILED,       /* the daemon refuses; it is not tried again */
} InspectorWatchState;

typedef enum {
  INSPECTOR_WATCH_SERVICE,      /* a session of the daemon */
  INSPECTOR_WATCH_RECORDING,    /* one from a file, whole */
  INSPECTOR_WATCH_REPLAY,       /* one that happens again: nobody should take it for the present */
} InspectorWatchOrigin;

#define INSPECTOR_TYPE_WATCH (inspector_watch_get_type ())
G_DECLARE_FINAL_TYPE (InspectorWatch, inspector_watch, INSPECTOR, WATCH, GObject)

/* Signals:
 *   state-changed      ()
 *   progress-changed   ()   there is a newer update, or the session began again
 *   paused-changed     ()
 *   generation-changed ()   more is known of the model behind it: its phase, its tokens
 */
InspectorWatch      *inspector_watch_new          (OuioeClient *client, const char *session_id);
/* @events: of OuioeEvent, in their order. Finished, whatever the last of them is. */
InspectorWatch      *inspector_watch_new_recording (const char *session_id, GPtrArray *events);
/* Shows nothing until inspector_watch_replay_to(). */
InspectorWatch      *inspector_watch_new_replay   (const char *session_id);
/* Makes it what it was when the first @n of @items (of InspectorChainItem, only ever longer than before) were there and it was
 * @now_us. Less than before is taken back; more is queued in the model. */
void                 inspector_watch_replay_to    (InspectorWatch *self, GPtrArray *items, guint n, gint64 now_us);
InspectorWatchOrigin inspector_watch_get_origin   (InspectorWatch *self);
/* The present as this session has it: the time of day, of a replay where it is, of a recording its last event. */
gint64               inspector_watch_get_now_us   (InspectorWatch *self);
const char          *inspector_watch_get_session_id (InspectorWatch *self);
OuioeClient         *inspector_watch_get_client   (InspectorWatch *self);   /* (transfer none) (nullable): NULL of a file */
InspectorChainModel *inspector_watch_get_model    (InspectorWatch *self);   /* (transfer none) */
InspectorWatchState  inspector_watch_get_state    (InspectorWatch *self);
const char          *inspector_watch_get_message  (InspectorWatch *self);   /* of LOST and FAILED: why; else NULL */
/* (transfer none) (nullable): the newest one */
OuioeProgressUpdate *inspector_watch_get_progress (InspectorWatch *self);
/* (transfer none) (nullable): what the model behind it does or did, phases included; NULL when there is none */
OuioeGeneration     *inspector_watch_get_generation (InspectorWatch *self);
const char          *inspector_watch_get_user_id  (InspectorWatch *self);   /* NULL when not known */
/* When the session began and ended, microseconds since 1970; 0 when that is not known. */
gint64               inspector_watch_get_began_us (InspectorWatch *self);
gint64               inspector_watch_get_ended_us (InspectorWatch *self);
/* While it is paused nothing changes but its state of the connection. What comes waits, and happens when it goes on. */
void                 inspector_watch_set_paused   (InspectorWatch *self, gboolean is_paused);
gboolean             inspector_watch_get_paused   (InspectorWatch *self);
/* @is_more: (out) (optional): more came than may wait; it will be asked for again */
guint                inspector_watch_get_n_waiting (InspectorWatch *self, gboolean *is_more);
/* Does not wait for the next attempt. */
void                 inspector_watch_retry        (InspectorWatch *self);
/* No signal after this. */
void                 inspector_watch_stop         (InspectorWatch *self);

G_END_DECLS
