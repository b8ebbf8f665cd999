/* ouioed-redis-private.h - shared by the files of the Redis store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-redis-link.h"
#include "ouioed-store-private.h"
#include "ouioed-store-redis.h"

G_BEGIN_DECLS

/* Events that the log of all sessions keeps on each server. */
#define OUIOED_REDIS_LOG_LENGTH 1000000
/* For the replicas to have a write, where that is asked for. */
#define OUIOED_REDIS_WAIT_MS    1000

typedef enum {
  OUIOED_SCRIPT_BATCH,
  OUIOED_SCRIPT_LOG,
  OUIOED_SCRIPT_LOOK,
  OUIOED_SCRIPT_PRESENCE,
  OUIOED_SCRIPT_REQUEST,
  OUIOED_SCRIPT_SWEEP,
} OuioedScript;
#define OUIOED_N_SCRIPTS (OUIOED_SCRIPT_SWEEP + 1)

/* ---- arguments of a command ---- */

typedef struct {
  GByteArray *bytes;
  GArray     *lens;              /* of gsize */
} OuioedRedisArgs;

OuioedRedisArgs *ouioed_redis_args_new      (void);
void             ouioed_redis_args_free     (OuioedRedisArgs *self);
void             ouioed_redis_args_add      (OuioedRedisArgs *self, const char *data, gsize len);
void             ouioed_redis_args_add_text (OuioedRedisArgs *self, const char *text);
void             ouioed_redis_args_add_int  (OuioedRedisArgs *self, gint64 value);
void             ouioed_redis_args_add_id   (OuioedRedisArgs *self, OuioeEventId id);
/* Keeps a place for a number that is known later. */
guint            ouioed_redis_args_add_count (OuioedRedisArgs *self);
void             ouioed_redis_args_set_count (OuioedRedisArgs *self, guint place, guint count);
static inline guint
ouioed_redis_args_get_n (const OuioedRedisArgs *self)
{
  return self->lens->len;
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRedisArgs, ouioed_redis_args_free)

/* ---- one server ---- */

typedef struct _OuioedRedisNode OuioedRedisNode;

struct _OuioedRedisNode
{
  OuioedStoreRedis *store;
  guint             index;
  OuioedRedisLink  *commands;
  OuioedRedisLink  *messages;        /* subscriptions */
  char             *channels;        /* prefix of the channels: they are the same for all databases of a server */
  char             *changed_channel; /* of changed sessions */
  char             *key_events[2];   /* channel of a change of a key, up to the session id, per stream */
  gboolean          subscribed;      /* changes of sessions are told */
  gboolean          all_live;        /* every event is told, by the pattern */
  char             *suspect;         /* session whose streams grew; if what follows is not our own message, another did it */
  gint              grown[2];        /* of it: entries that are not explained yet */
  GSource          *suspicion;       /* tells of it when nothing follows */
  guint64           n_messages;
  guint64           size_bytes;
  gboolean          has_key_events;  /* the server tells when a stream grows */
  gboolean          had_no_events;   /* and when it did not, that was said */

  GPtrArray        *asking;          /* of GTask: requests gathered in this turn of the main loop */
  OuioedRedisArgs  *ask_args;
  guint             ask_limits[2];   /* max_sessions, max_keys of these */
  guint             list_from;       /* of the listing under way */
  gboolean          listing;
  gboolean          list_again;      /* changes were missed while it was under way */
};

typedef struct {
  char    *id;                       /* g_ref_string */
  guint    part;                     /* index of its node */
  gboolean live;
  gint64   unwanted_us;              /* since when nobody wants it, 0: somebody does */
  OuioeEventId told;                 /* the newest of another program that was told, where it had to be looked for */
} OuioedRedisWatch;

struct _OuioedStoreRedis
{
  GObject            parent_instance;
  OuioedRedisUrl    *url;
  char              *name;           /* of this daemon */
  char              *sources[OUIOED_N_SCRIPTS];
  char              *shas[OUIOED_N_SCRIPTS];
  GPtrArray         *nodes;          /* of OuioedRedisNode */
  OuioedSharedFuncs  funcs;
  gpointer           funcs_data;
  GHashTable        *watches;        /* id -> OuioedRedisWatch */
  gboolean           watches_all;
  GSource           *flush;          /* ready when requests were gathered */
  guint              n_gathered;     /* of these */
  GQueue             look_at;        /* ids of watched sessions whose streams are to be looked at, where nothing is told */
  GSource           *tick;
  guint              n_under_way;    /* answers that are waited for */
  gboolean           opened, closed;
  char              *about;          /* what other daemons are told of this one; NULL: nothing */
  GPtrArray         *peers;          /* of OuioedPeer: the daemons that are there, this one too */
  guint              n_ticks;
  gboolean           was_reachable;
};

/* (transfer full) @args. On success @reply is no error. */
void             ouioed_redis_node_run  (OuioedRedisNode *self, OuioedScript script, OuioedRedisArgs *args,
                                         OuioedRedisReplyFunc func, gpointer user_data);
/* What every script begins with. */
OuioedRedisArgs *ouioed_redis_node_begin (OuioedRedisNode *self);
/* (transfer full) @args: a command of its own. */
void             ouioed_redis_node_call (OuioedRedisNode *self, OuioedRedisArgs *args, OuioedRedisReplyFunc func,
                                         gpointer user_data);
OuioedRedisNode *ouioed_redis_node_of   (OuioedStoreRedis *self, const char *session_id);

/* ---- records ---- */

void             ouioed_redis_add_record     (OuioedRedisArgs *args, const OuioedSessionRecord *record);
void             ouioed_redis_add_changes    (OuioedRedisArgs *args, const OuioedSessionRecord *record);
/* NULL when the fields are not those of a session, or of none. */
OuioedSessionRecord *ouioed_redis_read_record (const char *session_id, const redisReply *fields);
void             ouioed_redis_add_event      (OuioedRedisArgs *args, OuioeEvent *event);
/* @fields: of an entry, as XRANGE gives them. */
OuioeEvent      *ouioed_redis_read_event     (const char *session_id, OuioeEventId id, OuioeStreams stream,
                                              const redisReply *fields);
gboolean         ouioed_redis_read_id        (const redisReply *reply, OuioeEventId *id);
/* What look.lua answers, from its third element on. */
OuioedLook      *ouioed_redis_read_look      (const redisReply *reply);

/* ---- parts of the interface, each in its own file ---- */

void             ouioed_redis_commit_async  (OuioedStore *store, OuioedBatch *batch, GAsyncReadyCallback callback,
                                             gpointer user_data);
void             ouioed_redis_read_async    (OuioedStore *store, const OuioedQuery *query, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
void             ouioed_redis_ask_async     (OuioedShared *shared, OuioedAsk *request, GAsyncReadyCallback callback,
                                             gpointer user_data);
void             ouioed_redis_ask_flush     (OuioedRedisNode *node);
void             ouioed_redis_look_async    (OuioedShared *shared, const char *const *session_ids, GAsyncReadyCallback callback,
                                             gpointer user_data);
void             ouioed_redis_list          (OuioedRedisNode *node);
gboolean         ouioed_redis_load          (OuioedStoreRedis *self, OuioedContents *contents, GError **error);

/* ---- subscriptions ---- */

void             ouioed_redis_watch         (OuioedShared *shared, const char *session_id);
void             ouioed_redis_unwatch       (OuioedShared *shared, const char *session_id);
/* Lets go of watches that nobody has wanted for a while. */
void             ouioed_redis_watch_tick    (OuioedStoreRedis *self);
void             ouioed_redis_commands_up   (OuioedRedisNode *node);
void             ouioed_redis_messages_up   (OuioedRedisNode *node);
/* Once both connections are up: whether the server tells that streams grew, and that it shall. */
void             ouioed_redis_ask_key_events (OuioedRedisNode *node);
void             ouioed_redis_messages_down (OuioedRedisNode *node);
void             ouioed_redis_on_message    (OuioedRedisLink *link, const redisReply *message, gpointer user_data);
void             ouioed_redis_watch_free    (OuioedRedisWatch *watch);

#define OUIOED_REDIS_TELL(store, what, ...) \
  G_STMT_START { \
    if ((store)->funcs.what != NULL) \
      (store)->funcs.what (__VA_ARGS__, (store)->funcs_data); \
  } G_STMT_END

G_END_DECLS
