/* ouioed-hub-private.h - what the files of the hub share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-draft.h"
#include "ouioed-hub.h"
#include "ouioed-ring.h"
#include "ouioed-shared.h"
#include "ouioed-subscriber.h"

G_BEGIN_DECLS

typedef struct _OuioedIngest OuioedIngest;
typedef struct _OuioedKeys OuioedKeys;
typedef struct _OuioedDrafts OuioedDrafts;

struct _OuioedChannel
{
  GObject              parent_instance;
  char                *id;                /* g_ref_string */
  gboolean             internal;          /* one of the daemon's own sessions */

  /* A session goes working -> in_flight -> committed. Readers see what is committed; the ingest checks against the newest. */
  OuioedSessionRecord *committed;         /* NULL while nobody has created the session */
  OuioedSessionRecord *in_flight;         /* in the batch that is being committed, or NULL */
  OuioedSessionRecord *working;           /* in the batch that is being gathered, or NULL */
  gboolean             forgetting;        /* its removal is accepted but not yet committed */
  gint64               last_progress_us;  /* last accepted update of type "progress", 0: none yet */

  OuioedRing           recent;            /* newest events; also in the log of the hub */
  OuioeEventId         evicted_to;        /* newest event of the session that is not in recent any more */
  GPtrArray           *subscribers;       /* of OuioedSubscriber, not owned */
  OuioedDrafts        *drafts;            /* what grows; NULL while nothing does */
  GList                created_link;      /* in hub->by_creation while committed and not internal */
  gboolean             touched;           /* in the list of channels to wake, while a commit is published */

  /* Only where the store is shared. */
  gboolean             is_live;           /* its events are told, all behind evicted_to */
  gboolean             is_catching_up;    /* what another program wrote is being read; meanwhile events wait in held */
  gboolean             catch_up_again;    /* and more was written since */
  GPtrArray           *held;              /* of OuioedEntry; NULL while none */
  guint                listed;            /* the listing in which it was seen last */
  guint                watch_serial;      /* of the last change of whether it is watched */
  OuioeEventId         watched_from;      /* its newest event when it got its first subscriber, 0-0: not known */
};

struct _OuioedHub
{
  GObject          parent_instance;
  OuioedStore     *store;
  OuioedShared    *shared;               /* the store, when other daemons use it, too; else NULL */
  gboolean         is_all_live;          /* the events of all sessions are told, all behind log_evicted_to */
  guint            n_all_watchers;       /* who wants them */
  guint            watch_serial;         /* of the last change of whether they are told */
  OuioeEventId     watched_from;         /* newest event when somebody wanted them first, 0-0: not known */
  guint            listing;              /* number of the last listing that was begun */
  char           **urls;                 /* of this daemon, NULL: not told */
  GHashTable      *to_look_at;           /* ids of sessions that changed; NULL while none */
  OuioedHubLimits  limits;
  OuioedClock      clock;
  gpointer         clock_data;
  OuioeEventId     last_id;              /* newest id ever given */
  OuioeEventId     published_id;         /* newest id that is committed */
  OuioeEventId     horizon;              /* ids before this are of another store's life, 0-0: none are */

  GHashTable      *channels;             /* id -> OuioedChannel */
  GQueue           by_creation;          /* of OuioedChannel, oldest first */
  guint            n_in_state[OUIOE_SESSION_EXPIRED + 1];

  OuioedRing       log;                  /* recent events of all sessions */
  gsize            log_bytes;
  OuioeEventId     log_evicted_to;       /* newest event that is not in the log any more */
  GPtrArray       *subscribers;          /* of all sessions; not owned */

  GQueue           drafts;               /* of OuioedDraft, shown ones of all sessions in the order of their last change */
  guint64          draft_seq;            /* of the last change */
  guint64          draft_ended;          /* open steps that ended, in whatever way */
  GQueue           drafts_waiting;       /* of OuioedChannel that have something to show in a moment */
  GSource         *draft_timer;          /* ready when the first of these is due */
  gint64           drafts_ticked_us;     /* monotonic */
  OuioedControlFunc control;             /* NULL: nobody can */
  gpointer         control_data;

  OuioedIngest    *ingest;
  OuioedKeys      *keys;
  GSource         *reaper;
  gint64           room_made_us;         /* monotonic, 0: never */
  OuioedHubMetrics metrics;
};

/* What the ingest builds on: the state after everything accepted so far. NULL: no such session. */
static inline OuioedSessionRecord *
ouioed_channel_get_newest (OuioedChannel *self)
{
  if (self->forgetting)
    return NULL;
  if (self->working != NULL)
    return self->working;
  return self->in_flight != NULL ? self->in_flight : self->committed;
}

/* ---- channel ---- */
OuioedChannel *ouioed_channel_new            (const char *id);
void           ouioed_channel_add_recent     (OuioedChannel *self, OuioedEntry *entry);
/* Drops the oldest recent event if it is @entry. */
void           ouioed_channel_evict          (OuioedChannel *self, OuioedEntry *entry);
/* Drops from the front what the store has trimmed. */
void           ouioed_channel_drop_trimmed   (OuioedChannel *self);
void           ouioed_channel_clear_recent   (OuioedChannel *self);

/* ---- hub ---- */
OuioedChannel *ouioed_hub_lookup             (OuioedHub *self, const char *session_id);   /* created by somebody or not */
OuioedChannel *ouioed_hub_ensure             (OuioedHub *self, const char *session_id);
void           ouioed_hub_drop_if_unused     (OuioedHub *self, OuioedChannel *channel);
/* Moves the committed record of @channel to @record (transfer full, NULL: forgotten), keeping all indexes right. */
void           ouioed_hub_set_committed      (OuioedHub *self, OuioedChannel *channel, OuioedSessionRecord *record);
/* Drops from the log what is not newer. */
void           ouioed_hub_evict_until        (OuioedHub *self, OuioeEventId until);
void           ouioed_hub_publish            (OuioedHub *self, OuioedChannel *channel, OuioedEntry *entry);
OuioeEventId   ouioed_hub_next_id            (OuioedHub *self);

/* ---- where the store is shared ---- */
void           ouioed_hub_share              (OuioedHub *self);
void           ouioed_hub_unshare            (OuioedHub *self);
/* Tells the others how this daemon is. */
void           ouioed_hub_tell_about         (OuioedHub *self);
/* The channel has got its first subscriber, or has lost its last. NULL: that of all sessions. */
void           ouioed_hub_watch              (OuioedHub *self, OuioedChannel *channel);
void           ouioed_hub_unwatch            (OuioedHub *self, OuioedChannel *channel);
/* The newest event that subscribers have had, or find in the store. */
OuioeEventId   ouioed_channel_get_newest_id  (OuioedChannel *channel);
/* Whether a subscriber may go on; where the store is this daemon's alone it always may. */
static inline gboolean
ouioed_hub_is_live (OuioedHub *self, OuioedChannel *channel)
{
  return self->shared == NULL || (channel != NULL ? channel->is_live : self->is_all_live);
}

/* ---- ingest ---- */
OuioedIngest  *ouioed_ingest_new             (OuioedHub *hub);
void           ouioed_ingest_free            (OuioedIngest *self);
void           ouioed_ingest_create          (OuioedIngest *self, OuioeCreateRequest *request, const OuioedKey *key, GTask *task);
void           ouioed_ingest_append          (OuioedIngest *self, const char *session_id, OuioeThinkingStep *step,
                                              OuioeProgressUpdate *update, const OuioedKey *key, GTask *task);
void           ouioed_ingest_close           (OuioedIngest *self, const char *session_id, const char *outcome,
                                              const OuioedKey *key, GTask *task);
/* @task may be NULL: the reaper does not wait. */
void           ouioed_ingest_forget          (OuioedIngest *self, const char *session_id, GTask *task);
/* Stores what is known of the model's work; (transfer none). */
void           ouioed_ingest_keep_generation (OuioedIngest *self, OuioedChannel *channel, OuioeGeneration *generation);
void           ouioed_ingest_set_user_request (OuioedIngest *self, OuioedChannel *channel, const char *text);
void           ouioed_ingest_trim            (OuioedIngest *self, OuioedChannel *channel, guint stream_index, guint keep);
void           ouioed_ingest_forget_keys     (OuioedIngest *self, gint64 before_us);
/* The same where the store is shared. */
void           ouioed_ingest_ask_create      (OuioedIngest *self, OuioeCreateRequest *request, const OuioedKey *key, GTask *task);
void           ouioed_ingest_ask_append      (OuioedIngest *self, const char *session_id, OuioeThinkingStep *step,
                                              OuioeProgressUpdate *update, const OuioedKey *key, GTask *task);
void           ouioed_ingest_ask_close       (OuioedIngest *self, const char *session_id, const char *outcome,
                                              const OuioedKey *key, GTask *task);
void           ouioed_ingest_ask_forget      (OuioedIngest *self, const char *session_id, GTask *task);
/* @record: (transfer full): its context and its generation are kept. */
void           ouioed_ingest_ask_set         (OuioedIngest *self, OuioedChannel *channel, OuioedSessionRecord *record);
void           ouioed_ingest_drain           (OuioedIngest *self, GTask *task);
gsize          ouioed_ingest_get_pending_bytes (OuioedIngest *self);

/* ---- idempotency keys ---- */
typedef struct {
  OuioedKeyRecord *record;
  gboolean         committed;
  GPtrArray       *waiters;      /* of GTask: repetitions that came before the commit; NULL while none */
} OuioedKeyState;

OuioedKeys     *ouioed_keys_new      (guint max);
void            ouioed_keys_free     (OuioedKeys *self);
void            ouioed_keys_set_max  (OuioedKeys *self, guint max);
char           *ouioed_keys_name     (const OuioedKey *key);
void            ouioed_keys_fingerprint (const OuioedKey *key, guint8 fingerprint[16]);
OuioedKeyState *ouioed_keys_find     (OuioedKeys *self, const char *name);
/* @record: a reference is taken. Beyond the bound the oldest is forgotten here (the store follows with the reaper). */
OuioedKeyState *ouioed_keys_add      (OuioedKeys *self, OuioedKeyRecord *record, gboolean committed);
void            ouioed_keys_remove   (OuioedKeys *self, const char *name);
guint           ouioed_keys_forget_before (OuioedKeys *self, gint64 before_us);

/* ---- subscribers ---- */
void           ouioed_subscriber_notify         (OuioedSubscriber *self);
void           ouioed_subscriber_notify_removed (OuioedSubscriber *self);
/* Its events are told from now on; what it has missed it finds in the store. */
void           ouioed_subscriber_notify_live    (OuioedSubscriber *self);
void           ouioed_subscriber_notify_drafts  (OuioedSubscriber *self);   /* if it wants them */

/* ---- what grows ---- */
OuioedDraft   *ouioed_draft_new              (OuioedChannel *channel, const char *step_id, gint64 created_us);
void           ouioed_draft_clear            (OuioedDraft *self);   /* lets go of what is large */
void           ouioed_drafts_start           (OuioedHub *hub);
void           ouioed_drafts_stop            (OuioedHub *hub);
void           ouioed_drafts_changed         (OuioedHub *hub, OuioedChannel *channel);   /* which has some */
/* What ends this step (NULL: all) is accepted: under its name another one may begin. Returns what is to be given to
 * ouioed_drafts_end() when it is committed or refused, or NULL. */
GPtrArray     *ouioed_drafts_begin_end       (OuioedChannel *channel, const char *step_id, gsize len);
void           ouioed_drafts_end             (OuioedHub *hub, OuioedChannel *channel, GPtrArray *ending, gboolean published);
/* Drops the steps of a session that never came to be. */
void           ouioed_drafts_revert          (OuioedHub *hub, OuioedChannel *channel);
void           ouioed_drafts_clear           (OuioedHub *hub, OuioedChannel *channel);

/* ---- reaper ---- */
void           ouioed_reaper_start           (OuioedHub *hub);
void           ouioed_reaper_stop            (OuioedHub *hub);
void           ouioed_reaper_run             (OuioedHub *hub);
/* After a commit: makes room at once when the store has grown beyond its limit, at most once a second. */
void           ouioed_reaper_check_size      (OuioedHub *hub);

G_END_DECLS
