/* ouioed-redis-link-private.h - the two halves of a link: getting connected, and being it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-redis-link.h"

G_BEGIN_DECLS

typedef enum {
  OUIOED_LINK_WAITING,           /* for the next attempt */
  OUIOED_LINK_ASKING,            /* a Sentinel where the master is */
  OUIOED_LINK_CONNECTING,
  OUIOED_LINK_GREETING,          /* AUTH, SELECT, ROLE */
  OUIOED_LINK_UP,
} OuioedLinkState;

/* A command without an answer. */
typedef struct {
  OuioedRedisReplyFunc func;     /* NULL: nobody waits */
  gpointer             user_data;
  gint64               sent_us;
  gsize                bytes;
} OuioedRedisPending;

struct _OuioedRedisLink
{
  OuioedRedisUrl       *url;
  guint                 place;         /* which of the places; of the Sentinels, the one to ask next */
  char                 *name;
  OuioedRedisLimits     limits;
  OuioedRedisLinkFuncs  funcs;
  gpointer              user_data;

  OuioedLinkState       state;
  char                 *problem;       /* why it is not up */
  char                 *peer;
  char                 *master_host;   /* as a Sentinel told it */
  guint                 master_port;
  guint                 n_failures;    /* attempts since it was up for a while */
  gint64                up_since_us;

  GCancellable         *connecting;    /* NULL unless an attempt is under way */
  GIOStream            *stream;        /* NULL unless connected */
  GSocket              *socket;        /* below it */
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSource              *readable;      /* NULL when not connected */
  GSource              *writable;      /* NULL unless the socket is full */
  GSource              *flush;         /* ready when there is something to write */
  GSource              *timer;         /* of the next attempt, or of what is to be watched */
  redisReader          *reader;
  GByteArray           *out;           /* not yet written, from out_taken on */
  gsize                 out_taken;
  GQueue                pending;       /* of OuioedRedisPending, in the order they were sent */
  gint64                heard_us;      /* when something came last */
  gboolean              pinged;        /* nothing came since the last PING */
  guint                 serial;        /* of the connection: a reply handler may have ended it */
  gboolean              freed;         /* by a function that was called */
  guint                 n_busy;        /* calls of functions under way */
  OuioedRedisLinkStats  stats;
};

/* ---- getting connected ---- */
void     ouioed_redis_link_begin     (OuioedRedisLink *self);
/* Ends the connection or the attempt, answers what waits, and begins anew later. @error: (transfer full) */
void     ouioed_redis_link_fail      (OuioedRedisLink *self, GError *error);
/* There is a stream: takes it into use for what follows. @stream: (transfer none) */
void     ouioed_redis_link_adopt     (OuioedRedisLink *self, GIOStream *stream);
void     ouioed_redis_link_greet     (OuioedRedisLink *self);
void     ouioed_redis_link_set_up    (OuioedRedisLink *self);
void     ouioed_redis_link_set_timer (OuioedRedisLink *self, gint64 delay_us, GSourceFunc func);
/* Puts a command in the queue, whatever the state. */
void     ouioed_redis_link_queue     (OuioedRedisLink *self, guint n, const char *const *args, const gsize *lens,
                                      OuioedRedisReplyFunc func, gpointer user_data);
void     ouioed_redis_link_disconnect (OuioedRedisLink *self);

G_END_DECLS
