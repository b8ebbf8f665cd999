/* ouioed-dbus-private.h - what the parts of the bus transport share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-bus-iface.h"
#include "ouioed-dbus-budget.h"
#include "ouioed-dbus.h"
#include "ouioed-subscriber.h"

G_BEGIN_DECLS

/* ---- ouioed-dbus-text.c ---- */

/* The names of OUIOE_ERROR on the bus, once in a process. */
void ouioed_dbus_register_errors (void);
/* @error: (transfer full) */
void ouioed_dbus_return_error    (GDBusMethodInvocation *invocation, GError *error);

/* ---- ouioed-dbus-request.c: arguments of methods ---- */

/* An idempotency key that was among the options, and what it was given with. */
typedef struct {
  char *text;   /* NULL: none */
  char *data;
} OuioedDbusKey;

void                ouioed_dbus_key_clear     (OuioedDbusKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioedDbusKey, ouioed_dbus_key_clear)
/* As the hub takes it, borrowed from @key; NULL when there is none. */
const OuioedKey    *ouioed_dbus_key_for_hub   (const OuioedDbusKey *key, const char *scope, OuioedKey *out);

/* What the options ask for is checked by the same code as the body of a POST. @key: all zero. */
OuioeCreateRequest *ouioed_dbus_read_create   (const char *session_id, const char *user_id, GVariant *options,
                                               const OuioedHubLimits *limits, OuioedDbusKey *key, GError **error);
/* NULL with @error when it cannot be used; (transfer none). */
const char         *ouioed_dbus_read_outcome  (const char *outcome, GError **error);
/* The options of Close. @key: all zero. */
gboolean            ouioed_dbus_read_close    (const char *session_id, const char *outcome, GVariant *options,
                                               OuioedDbusKey *key, GError **error);

/* A step or an update; exactly one. */
typedef struct {
  OuioeThinkingStep   *step;
  OuioeProgressUpdate *update;
  OuioedDbusKey        key;
} OuioedDbusAppend;

void                ouioed_dbus_append_clear  (OuioedDbusAppend *append);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioedDbusAppend, ouioed_dbus_append_clear)
/* @append: all zero. */
gboolean            ouioed_dbus_read_append   (OuioeEventKind kind, const char *session_id, const char *type,
                                               const char *text, GVariant *options, OuioedDbusAppend *append,
                                               GError **error);

/* What ListSessions shall list; the text is borrowed from its options. */
typedef struct {
  const char        *user_id;
  OuioeSessionState  state;         /* 0: any */
  guint              limit;
  const char        *before;
} OuioedDbusList;

gboolean            ouioed_dbus_read_list     (GVariant *options, OuioedDbusList *list, GError **error);
gboolean            ouioed_dbus_read_after    (const char *after, OuioeEventId *id, GError **error);
/* What a stream shall show. */
typedef struct {
  const char  *session_id;   /* NULL: of all sessions */
  const char  *user_id;      /* of all sessions: only of this user, or NULL; borrowed */
  OuioeEventId after;        /* OUIOE_EVENT_ID_MAX: only what comes */
  gboolean     deltas;       /* what grows, too */
} OuioedDbusFollow;

/* The options of OpenLiveStream. @follow (inout): its session_id is set; the other texts are borrowed from @options. */
gboolean            ouioed_dbus_read_live     (GVariant *options, OuioedDbusFollow *follow, GError **error);
/* The arguments of Manager.OpenStream: an empty @after is OUIOE_EVENT_ID_MAX, only what comes. @user_id (out): borrowed
 * from @options, or NULL. */
gboolean            ouioed_dbus_read_stream   (const char *after, GVariant *options, OuioeEventId *id, const char **user_id,
                                               GError **error);
/* @limit (inout): 0 for the greatest. */
gboolean            ouioed_dbus_read_limit    (guint *limit, GError **error);

/* ---- ouioed-dbus-stream.c: events through pipes ---- */

typedef struct _OuioedDbusStreams OuioedDbusStreams;

OuioedDbusStreams *ouioed_dbus_streams_new    (OuioedHub *hub);
/* Ends all of them. */
void               ouioed_dbus_streams_free   (OuioedDbusStreams *self);
guint              ouioed_dbus_streams_get_n  (OuioedDbusStreams *self);
/* The reading end of a pipe, or -1 with @error. @max: of all streams. @position (out, nullable): where it begins. */
int                ouioed_dbus_streams_open   (OuioedDbusStreams *self, const OuioedDbusFollow *follow, guint max,
                                               OuioeEventId *position, GError **error);
/* Writes what the pipes take now, and ends all of them. */
void               ouioed_dbus_streams_drain  (OuioedDbusStreams *self);

/* {"type":"gap",…}, as readers of WebSockets get it; without a line end. (transfer full) */
char              *ouioed_dbus_dup_gap        (const char *session_id, const OuioedGap *gap);

/* ---- ouioed-dbus-notice.c: what is worth a look, of all sessions ---- */

typedef struct {
  OuioedBusIfaceManager *iface;         /* not a reference */
  OuioedDbusBudget       budget;
  guint64                left_out;      /* not told yet */
} OuioedDbusNotices;

/* Tells of the event, or counts it, if it is worth a notice. */
void ouioed_dbus_notices_look  (OuioedDbusNotices *self, OuioedChannel *channel, OuioeEvent *event);
/* An open session was forgotten after its time without activity: it failed without an event that says so. */
void ouioed_dbus_notices_expired (OuioedDbusNotices *self, const char *session_id);
/* Tells how many were left out, if there is room, or @at_once. Whether there still is something to tell. */
gboolean ouioed_dbus_notices_flush (OuioedDbusNotices *self, gboolean at_once);

/* ---- ouioed-dbus-manager.c: methods on the root object ---- */

typedef struct {
  OuioedHub             *hub;           /* none of these is a reference */
  OuioedBusIfaceManager *iface;
  OuioedDbusStreams     *streams;
  const OuioedDbusConfig *config;
  OuioedReloadFunc       reload;        /* NULL: there is nothing to reload */
  gpointer               reload_data;
} OuioedDbusManager;

/* Version, Features, and the handlers of the methods; @self stays where it is until g_signal_handlers_disconnect_by_data(). */
void ouioed_dbus_manager_connect (OuioedDbusManager *self);
/* Features as they are now. */
void ouioed_dbus_manager_update_features (OuioedDbusManager *self);

/* ---- ouioed-dbus-session.c: one session on the bus ---- */

typedef struct {
  OuioedHub                 *hub;         /* not a reference */
  OuioedDbusStreams         *streams;     /* not ours */
  const OuioedDbusConfig    *config;      /* not ours; changes with a reload */
  OuioedChannel             *channel;
  char                      *path;
  OuioedBusIfaceObjectSkeleton *object;
  OuioedBusIfaceSession     *iface;
  OuioedDbusBudget           budget;      /* signals of this session */
  gboolean                   lagging;     /* events are left out until Lagged is sent; then: */
  OuioeEventId               lag_from;    /* the first */
  OuioeEventId               lag_to;      /* the last */
  GList                      lag_link;    /* in the queue of those that wait for Lagged; data is NULL while it is not */
  GList                      dirty_link;  /* the same for those whose counters have changed */
  gint64                     dirty_due_us; /* when to tell them, monotonic */
  OuioeEvent                *percentage;  /* newest update that has one, and is not told yet; or NULL */
  OuioeEvent                *activity;    /* the same for its activity */
} OuioedDbusSession;

OuioedDbusSession *ouioed_dbus_session_new      (OuioedHub *hub, OuioedDbusStreams *streams,
                                                 const OuioedDbusConfig *config, OuioedChannel *channel);
void               ouioed_dbus_session_free     (OuioedDbusSession *self);
/* Gives the properties the values of the committed record; changes go out in one message, later in this turn. */
void               ouioed_dbus_session_update   (OuioedDbusSession *self);
/* Notes what an event says of percentage and activity, for the next update. */
void               ouioed_dbus_session_note     (OuioedDbusSession *self, OuioeEvent *event);
/* Whether more than the counters has changed. */
gboolean           ouioed_dbus_session_is_stale (OuioedDbusSession *self);
/* StepAdded or ProgressChanged. */
void               ouioed_dbus_session_tell     (OuioedDbusSession *self, OuioeEvent *event);
/* Lagged; afterwards the session is not lagging. */
void               ouioed_dbus_session_tell_lag (OuioedDbusSession *self);
/* The properties and then Finished. */
void               ouioed_dbus_session_tell_end (OuioedDbusSession *self);

/* ---- ouioed-dbus-append.c, ouioed-dbus-calls.c: methods of a session ---- */

void               ouioed_dbus_session_connect_appends (OuioedDbusSession *self);
void               ouioed_dbus_session_connect_calls   (OuioedDbusSession *self);

/* ---- ouioed-dbus-live.c: control of the model, streams with what grows ---- */

void               ouioed_dbus_session_connect_live    (OuioedDbusSession *self);
void               ouioed_dbus_manager_connect_live    (OuioedDbusManager *self);

/* ---- ouioed-dbus-generation.c: the model's work as a property ---- */

/* a{sv}, floating; empty for NULL. */
GVariant          *ouioed_dbus_generation_to_variant   (OuioeGeneration *generation);

G_END_DECLS
