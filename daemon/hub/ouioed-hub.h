/* ouioed-hub.h - sessions by id, the one way in, and who follows what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that enters goes through ouioed_hub_create_async(), _append_async() and _close_async(): it is checked,
 * numbered and encoded at once, committed together with what else arrived in this turn of the main loop, then
 * published to the subscribers, then acknowledged. If the store refuses, nothing has happened.
 *
 * Main thread only.
 */
#pragma once

#include "ouioe-codec.h"
#include "ouioed-channel.h"
#include "ouioed-entry.h"
#include "ouioed-store.h"

G_BEGIN_DECLS

typedef struct {
  guint    max_sessions;             /* open and closed ones that are still kept; 50 000 */
  guint    max_stream_length;        /* upper bound of what a session may ask for, 100 000 */
  gint64   max_expiry_us;            /* upper bound, 30 days */
  OuioeStreamConfig defaults;        /* of sessions that do not say */
  guint64  max_store_bytes;          /* beyond, the oldest closed sessions go, then the oldest events; 1 GiB */
  gsize    max_recent_bytes;         /* of recent events kept in memory for readers, over all sessions; 8 MiB */
  gsize    max_pending_bytes;        /* accepted but not yet committed; beyond, OUIOE_ERROR_BUSY; 32 MiB */
  guint    max_keys;                 /* idempotency keys remembered, 100 000 */
  gint64   key_lifetime_us;          /* 24 h */
} OuioedHubLimits;
#define OUIOED_HUB_LIMITS_DEFAULT ((OuioedHubLimits) { 50000, 100000, 30 * 24 * 3600 * (gint64) G_USEC_PER_SEC, \
    OUIOE_STREAM_CONFIG_DEFAULT, 1ull << 30, 8 << 20, 32 << 20, 100000, 24 * 3600 * (gint64) G_USEC_PER_SEC })

#define OUIOED_TYPE_HUB (ouioed_hub_get_type ())
G_DECLARE_FINAL_TYPE (OuioedHub, ouioed_hub, OUIOED, HUB, GObject)

/* The wall clock, microseconds since 1970; tests give their own. */
typedef gint64 (*OuioedClock) (gpointer user_data);

/* @store: already open; @contents: (transfer full): what it had. */
OuioedHub *ouioed_hub_new        (OuioedStore *store, OuioedContents *contents, const OuioedHubLimits *limits);
void       ouioed_hub_set_limits (OuioedHub *self, const OuioedHubLimits *limits);     /* on reload */
const OuioedHubLimits *ouioed_hub_get_limits (OuioedHub *self);
void       ouioed_hub_set_clock  (OuioedHub *self, OuioedClock clock, gpointer user_data);
gint64     ouioed_hub_get_now_us (OuioedHub *self);
OuioedStore *ouioed_hub_get_store (OuioedHub *self);

/* Signals (run last, no detail):
 *   session-added    (OuioedChannel *)                 a session was created, or created again after it was closed
 *   session-changed  (OuioedChannel *)                 its counters or its state changed; once per commit
 *   session-removed  (OuioedChannel *)                 forgotten
 *   published        (OuioedChannel *, OuioedEntry *)  an event was committed, after the subscribers were woken
 *   generation-changed (OuioedChannel *)               the model's work is shown anew; at most 4 times a second and session,
 *                                                      and at once with another phase, 30 times a second at most
 */

/* ---- what a producer may do ---- */

/* An idempotency key as a transport read it; NULL key for none. @scope keeps routes apart ("create", "thinking" …). */
typedef struct {
  const char *scope;
  const char *key;
  const char *data;                  /* the request, for the fingerprint */
  gsize       len;
} OuioedKey;

typedef struct {
  OuioeEventId id;                   /* of the event; 0-0 when it was dropped */
  const char  *dropped;              /* NULL, or why it was accepted but not stored: "debug_mode", "progress_updates",
                                        "update_threshold" (static) */
  gboolean     replayed;             /* answered from the idempotency key; nothing happened now */
} OuioedReceipt;

/* @request: (transfer full) */
void     ouioed_hub_create_async  (OuioedHub *self, OuioeCreateRequest *request, const OuioedKey *key,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_create_finish (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error);

/* Exactly one of @step and @update; the caller keeps its reference. */
void     ouioed_hub_append_async  (OuioedHub *self, const char *session_id, OuioeThinkingStep *step,
                                   OuioeProgressUpdate *update, const OuioedKey *key,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_append_finish (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error);

/* @outcome: a short word, "closed" when the producer said nothing else. Closing a closed session:
 * OUIOE_ERROR_SESSION_NOT_FOUND (as the contract has it). */
void     ouioed_hub_close_async   (OuioedHub *self, const char *session_id, const char *outcome, const OuioedKey *key,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_close_finish  (OuioedHub *self, GAsyncResult *result, OuioedReceipt *receipt, GError **error);

/* Removes a session and its events at once (self-test, health probe). */
void     ouioed_hub_forget_async  (OuioedHub *self, const char *session_id, GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_forget_finish (OuioedHub *self, GAsyncResult *result, GError **error);

/* No more is accepted (OUIOE_ERROR_DRAINING); completes when all that was accepted is committed or refused. */
void     ouioed_hub_drain_async   (OuioedHub *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_drain_finish  (OuioedHub *self, GAsyncResult *result, GError **error);

/* ---- what grows: shown to readers that want it, and not stored ---- */

#define OUIOED_HUB_MAX_OPEN_STEPS      16      /* of a session */
#define OUIOED_HUB_MAX_OPEN_STEP_BYTES 16000   /* of each: four times what a step has at most */

/* The open step @step_id of an open session grows by @text (valid UTF-8, whole characters). Beyond the bounds, of a session
 * that does not want steps (debug_mode) or that nobody knows: ignored. */
void     ouioed_hub_grow_step      (OuioedHub *self, const char *session_id, const char *step_id, const char *text, gsize len);
/* Nothing came of it, readers are told. A thinking step whose context_used names @step_id ends it by itself: when that event is
 * published the open step is gone without a notice. Closing the session ends all. */
void     ouioed_hub_drop_step      (OuioedHub *self, const char *session_id, const char *step_id);
/* @generation: (transfer full), not to be changed any more. Shown to live readers at most 4 times a second and session: the newest
 * wins, a change of phase or of stalled is shown at once. With @keep it is also stored with the session. */
void     ouioed_hub_set_generation (OuioedHub *self, const char *session_id, OuioeGeneration *generation, gboolean keep);
/* Another request in the session: its title follows the newest question. @text: valid UTF-8. */
void     ouioed_hub_set_user_request (OuioedHub *self, const char *session_id, const char *text);

/* ---- control of what is under way ---- */

typedef enum {
  OUIOED_CONTROL_STOP,               /* hang up on the model */
  OUIOED_CONTROL_ANSWER_NOW,         /* end its thinking */
} OuioedControl;

/* @task: (transfer full); returns a boolean, or an OUIOE_ERROR. */
typedef void (*OuioedControlFunc) (const char *session_id, OuioedControl what, GTask *task, gpointer user_data);
/* Who can do it; NULL: nobody any more. */
void     ouioed_hub_set_control    (OuioedHub *self, OuioedControlFunc func, gpointer user_data);
/* Nothing under way: OUIOE_ERROR_WRONG_STATE. */
void     ouioed_hub_control_async  (OuioedHub *self, const char *session_id, OuioedControl what,
                                    GAsyncReadyCallback callback, gpointer user_data);
gboolean ouioed_hub_control_finish (OuioedHub *self, GAsyncResult *result, GError **error);

/* ---- what there is ---- */

gboolean ouioed_hub_is_shared     (OuioedHub *self);
/* The addresses at which other daemons' people find this one. */
void     ouioed_hub_set_urls      (OuioedHub *self, const char *const *urls);
/* Where the store is shared, other daemons change sessions: looks at these before they are shown. Else it is done at once.
 * Never fails for a session that is not there; OUIOE_ERROR_STORE_UNAVAILABLE when nobody can be asked. */
void     ouioed_hub_look_async    (OuioedHub *self, const char *const *session_ids, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean ouioed_hub_look_finish   (OuioedHub *self, GAsyncResult *result, GError **error);
/* Somebody wants the signals of all sessions, also of those that other daemons serve; or does not any more. */
void     ouioed_hub_watch_all     (OuioedHub *self, gboolean watch);

/* Sessions whose id begins with this are the daemon's own: no list, signal, metric or limit shows them. */
#define OUIOED_INTERNAL_PREFIX "\001ouioed:"

/* NULL when no such session is known. The channel stays valid until the next turn of the main loop; keep it longer with
 * g_object_ref(). Channels of sessions nobody created but somebody follows are not found here. */
OuioedChannel *ouioed_hub_find        (OuioedHub *self, const char *session_id);
guint          ouioed_hub_get_n       (OuioedHub *self, OuioeSessionState state);
/* Newest first by creation. @user_id, @state (0): no filter. @before_id (nullable): page on behind this session. */
GPtrArray     *ouioed_hub_list        (OuioedHub *self, const char *user_id, OuioeSessionState state,
                                       const char *before_id, guint limit, gboolean *has_more);

typedef struct {
  guint64 created, events[OUIOE_N_EVENT_KINDS], event_bytes[OUIOE_N_EVENT_KINDS];
  guint64 rejected[OUIOE_N_ERRORS];    /* by reason */
  guint64 commits, commit_us, commit_errors;
  guint64 store_bytes, recent_bytes, pending_bytes;
  guint   n_subscribers;
  guint64 gaps;
  gboolean store_ok;                   /* the last commit went well */
} OuioedHubMetrics;
void           ouioed_hub_get_metrics (OuioedHub *self, OuioedHubMetrics *metrics);

G_END_DECLS
