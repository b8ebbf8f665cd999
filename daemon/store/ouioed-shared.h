/* ouioed-shared.h - interface: what a store offers beyond OuioedStore when several daemons share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Here the store decides: it checks a request against what is true for all daemons, gives the event its id, keeps it and tells
 * all daemons, in one step. What is committed, by whomever, comes back through the functions of OuioedSharedFuncs, in the order
 * of ids; that is how it reaches readers, also what was asked for here.
 */
#pragma once

#include "ouioed-store.h"

G_BEGIN_DECLS

typedef enum {
  OUIOED_ASK_CREATE,
  OUIOED_ASK_STEP,
  OUIOED_ASK_UPDATE,
  OUIOED_ASK_CLOSE,
  OUIOED_ASK_FORGET,
  OUIOED_ASK_SET,            /* context and generation of the record take the place of those that are kept */
} OuioedAskType;

typedef struct {
  OuioedAskType    type;
  char                *session_id;     /* g_ref_string */
  OuioedSessionRecord *record;         /* CREATE: what it begins as; SET */
  OuioeEvent          *event;          /* CREATE, STEP, UPDATE: encoded, with the id 0-0 */
  char                *outcome;        /* CLOSE */
  gint64               time_us;
  double               confidence;     /* STEP: below 0 when none was given */
  OuioedKeyRecord     *key;            /* NULL: none. Its event_id is not looked at. */
  guint                max_sessions;   /* CREATE: when there are so many, refused; 0: no bound */
  guint                max_keys;       /* that are remembered */
} OuioedAsk;

OuioedAsk *ouioed_ask_new  (OuioedAskType type, const char *session_id);
void           ouioed_ask_free (OuioedAsk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedAsk, ouioed_ask_free)

typedef enum {
  OUIOED_VERDICT_DONE,
  OUIOED_VERDICT_DROPPED,              /* the session does not want it */
  OUIOED_VERDICT_REPLAYED,             /* the key was used for the same before */
  OUIOED_VERDICT_KEY_REUSED,           /* for something else */
  OUIOED_VERDICT_NO_SESSION,
  OUIOED_VERDICT_CLOSED,
  OUIOED_VERDICT_EXISTS,
  OUIOED_VERDICT_TOO_MANY_SESSIONS,
  OUIOED_VERDICT_TOO_MANY_TYPES,
} OuioedVerdict;

typedef struct {
  OuioedVerdict verdict;
  OuioeEventId  id;                    /* DONE, REPLAYED: of the event, 0-0 when there is none */
  guint64       appended[2];           /* DONE: events ever written to each stream */
  const char   *dropped;               /* DROPPED: why (static) */
} OuioedAnswer;

/* A session as it is now. */
typedef struct {
  char                *session_id;     /* g_ref_string */
  OuioedSessionRecord *record;         /* NULL: nobody has created it, or it is gone */
  OuioeEventId         newest;         /* in its streams, whoever wrote it */
} OuioedSeen;

typedef struct {
  GPtrArray    *seen;                  /* of OuioedSeen */
  OuioeEventId  last_id;               /* newest ever given where these sessions are */
} OuioedLook;

OuioedLook *ouioed_look_new (void);
void ouioed_look_free (OuioedLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedLook, ouioed_look_free)

/* One of the daemons that share the store. */
typedef struct {
  char   *name;
  char   *about;                       /* a JSON object, as the daemon gave it */
  gint64  age_us;                      /* since it was heard of, when that was found */
} OuioedPeer;

/* One part of the store, and the connections to it. */
typedef struct {
  const char *name;                    /* borrowed */
  gboolean    is_up;
  guint64     connects, failures, commands, messages;
  guint       n_pending;
  gint64      latency_us;              /* of the last answer */
  guint64     size_bytes;
} OuioedPartState;

typedef struct {
  /* An event of a session that is watched, or of any when all are. @ordinals: its numbers on its streams, 0 when not known. */
  void (*event)     (OuioeEvent *event, const guint64 ordinals[2], gpointer user_data);
  /* Another program has written to the streams of a session that is watched: read behind the newest that is known. */
  void (*foreign)   (const char *session_id, gpointer user_data);
  /* Something about the session has changed that events do not tell: look at it. */
  void (*changed)   (const char *session_id, gpointer user_data);
  /* @session_id (NULL: all): from now on each of its events is told; or, any may have been missed from now on. */
  void (*watching)  (const char *session_id, gboolean is_watching, gpointer user_data);
  /* All sessions of one part of the store are looked at anew, for changes may have been missed: @look, one part after another;
   * with @is_last those that were not among them since @is_first are gone. @part: as get_part() tells it. */
  void (*listed)    (guint part, OuioedLook *look, gboolean is_first, gboolean is_last, gpointer user_data);
  /* Whether the store can be reached, all of it; @problem says why not. */
  void (*reachable) (gboolean is_reachable, const char *problem, gpointer user_data);
} OuioedSharedFuncs;

#define OUIOED_TYPE_SHARED (ouioed_shared_get_type ())
G_DECLARE_INTERFACE (OuioedShared, ouioed_shared, OUIOED, SHARED, GObject)

struct _OuioedSharedInterface
{
  GTypeInterface parent_iface;

  void        (*set_funcs)   (OuioedShared *self, const OuioedSharedFuncs *funcs, gpointer user_data);
  void        (*ask_async)   (OuioedShared *self, OuioedAsk *request, GAsyncReadyCallback callback, gpointer user_data);
  gboolean    (*ask_finish)  (OuioedShared *self, GAsyncResult *result, OuioedAnswer *answer, GError **error);
  void        (*look_async)  (OuioedShared *self, const char *const *session_ids, GAsyncReadyCallback callback,
                              gpointer user_data);
  OuioedLook *(*look_finish) (OuioedShared *self, GAsyncResult *result, GError **error);
  void        (*watch)       (OuioedShared *self, const char *session_id);
  void        (*unwatch)     (OuioedShared *self, const char *session_id);
  void        (*sweep)       (OuioedShared *self, gint64 keys_before_us);
  guint       (*get_part)    (OuioedShared *self, const char *session_id);
  guint64     (*get_size)    (OuioedShared *self);
  void        (*set_about)   (OuioedShared *self, const char *about);
  GPtrArray  *(*get_peers)   (OuioedShared *self);
  const char *(*get_own_name) (OuioedShared *self);
  gboolean    (*get_part_state) (OuioedShared *self, guint part, OuioedPartState *state);
};

/* Called on the main context, never from inside a function of the store. NULL: nobody listens any more. */
void        ouioed_shared_set_funcs   (OuioedShared *self, const OuioedSharedFuncs *funcs, gpointer user_data);
/* @request: (transfer full). Errors: OUIOE_ERROR_STORE_UNAVAILABLE: it was not done, or nobody knows whether. What is refused is
 * no error but a verdict. */
void        ouioed_shared_ask_async   (OuioedShared *self, OuioedAsk *request, GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean    ouioed_shared_ask_finish  (OuioedShared *self, GAsyncResult *result, OuioedAnswer *answer, GError **error);
/* One OuioedSeen for each of @session_ids. */
void        ouioed_shared_look_async  (OuioedShared *self, const char *const *session_ids, GAsyncReadyCallback callback,
                                       gpointer user_data);
OuioedLook *ouioed_shared_look_finish (OuioedShared *self, GAsyncResult *result, GError **error);
/* Once for each session (NULL: all); the function watching() tells from when on it holds, and again after it did not. */
void        ouioed_shared_watch       (OuioedShared *self, const char *session_id);
void        ouioed_shared_unwatch     (OuioedShared *self, const char *session_id);
/* Forgets what has expired; a little at a time. */
void        ouioed_shared_sweep       (OuioedShared *self, gint64 keys_before_us);
guint       ouioed_shared_get_part    (OuioedShared *self, const char *session_id);
/* What the store occupies, as it was found last. */
guint64     ouioed_shared_get_size    (OuioedShared *self);
/* @about: a JSON object that other daemons are told of this one, every few seconds. */
void        ouioed_shared_set_about   (OuioedShared *self, const char *about);
/* Of OuioedPeer, as they were found last. (transfer none) */
GPtrArray  *ouioed_shared_get_peers   (OuioedShared *self);
/* Whether what it tells of itself is a JSON object: anybody may write to the store. */
gboolean    ouioed_peer_about_is_good (const OuioedPeer *peer);
const char *ouioed_shared_get_own_name (OuioedShared *self);
/* FALSE: there are not so many parts. */
gboolean    ouioed_shared_get_part_state (OuioedShared *self, guint part, OuioedPartState *state);

G_END_DECLS
