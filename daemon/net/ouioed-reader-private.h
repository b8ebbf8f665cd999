/* ouioed-reader-private.h - what the engine and its readers know of each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-deadlines.h"
#include "ouioed-linger.h"
#include "ouioed-reader-engine.h"
#include "ouioed-ws-codec.h"

G_BEGIN_DECLS

#define OUIOED_READER_CLOSE_US   (5 * G_USEC_PER_SEC)   /* for the peer to answer a close frame */
#define OUIOED_READER_STALLED_US (G_USEC_PER_SEC)
#define OUIOED_READER_BUDGET     (256 << 10)            /* bytes for one reader in one turn */
#define OUIOED_READER_BUFFER     (64 << 10)             /* one read; shared by all readers */
#define OUIOED_READER_MAX_CONTROL (2 + 125)             /* a control frame with its header */
#define OUIOED_READER_MAX_REASON 123                    /* of a close frame */

/* In which list a reader stands. */
typedef enum {
  LIST_NONE,
  LIST_WOKEN,                    /* has news; flushed together with others, when it is time */
  LIST_ROUND,                    /* being flushed now, or in the next turns */
  LIST_URGENT,                   /* flushed in the next turn */
  N_LISTS,
} ReaderListId;

typedef enum {
  READER_OPEN,
  READER_CLOSING,                /* a close frame, or the last bytes, are being written or answered */
  READER_ENDED,                  /* being freed */
} ReaderState;

/* What a reader rarely needs; there only while it does. */
typedef struct {
  guint8  pong[OUIOED_READER_MAX_CONTROL];   /* a whole frame; the latest wins */
  guint8  close[OUIOED_READER_MAX_CONTROL];  /* a whole frame */
  guint8  n_pong;
  guint8  n_close;
  guint8  n_ping;                /* 0, or the length of a ping */
  GBytes *last;                  /* of SSE: written before the end; or NULL */
  GBytes *input;                 /* read before the reader was added; or NULL */
} ReaderExtras;

struct _OuioedReader
{
  OuioedWatch             watch;
  OuioedDeadline          deadline;
  guint                   place;           /* in the engine's array */
  OuioedReaderEngine     *engine;
  const OuioedReaderFeed *feed;
  gpointer                user_data;
  OuioedReader           *previous;        /* in its list */
  OuioedReader           *next;
  OuioedWsParser         *parser;          /* NULL for SSE */
  ReaderExtras           *extras;          /* NULL most of the time */
  GBytes                 *partial;         /* half written: it must be finished first; or NULL */
  gsize                   partial_at;      /* how much of it was written */
  gint64                  heard_at;        /* WebSocket: last message; SSE: last write */
  gint64                  pinged_at;       /* last ping written; moved on when the peer had an excuse not to answer */
  gint64                  blocked_at;      /* the socket has taken nothing since; 0 when it takes something */
  gint64                  until;           /* end of a slowed reading (OPEN), or when it is closed anyway (CLOSING) */
  gint64                  counted_from;    /* beginning of the second in which frames are counted */
  guint                   n_counted;
  guint                   ping_id;         /* payload of the last ping */
  int                     fd;
  guint                   type : 1;        /* OuioedReaderType */
  guint                   state : 2;       /* ReaderState */
  guint                   end : 3;         /* OuioedReaderEnd, while closing */
  guint                   list : 2;        /* ReaderListId */
  guint                   is_pinged : 1;   /* a ping is not answered yet */
  guint                   is_paused : 1;   /* the feed wants no more messages for now */
  guint                   is_slowed : 1;   /* too many messages: nothing is read for a while */
  guint                   is_stalled : 1;  /* the feed was told */
  guint                   is_resumed : 1;  /* what the parser kept, or was read before, is to be looked at */
  guint                   is_answered : 1; /* the peer has sent its close frame */
  guint                   is_broken : 1;   /* the socket could not be watched */
};

typedef struct {
  OuioedReader *head;
  OuioedReader *tail;
} ReaderList;

struct _OuioedReaderEngine
{
  OuioedPoller        *poller;
  OuioedReaderLimits   limits;
  OuioedDeadlines     *deadlines;
  OuioedLinger        *linger;
  GPtrArray           *readers;            /* of OuioedReader */
  guint                n_by_type[2];
  ReaderList           lists[N_LISTS];
  GSource             *source;             /* ready when a list is to be flushed */
  OuioedWatch          timer;              /* wakes the loop for the next round */
  gboolean             is_timer_armed;
  gint64               next_round_at;
  gint64               round_us;           /* what the round under way has taken so far */
  gint64               now;                /* of the turn under way */
  OuioedReaderMetrics  metrics;
  guint8              *buffer;             /* OUIOED_READER_BUFFER bytes */
};

/* ouioed-reader.c: one reader. None of them may be used on a reader that has ended. */
void     ouioed_reader_start           (OuioedReader *self);
/* Writes what there is; handles what was put off. May end the reader. */
void     ouioed_reader_flush           (OuioedReader *self);
void     ouioed_reader_deadline_passed (OuioedReader *self);
/* Frees it. @gently: what was written last should arrive. */
void     ouioed_reader_end             (OuioedReader *self, OuioedReaderEnd end, gboolean gently);

/* ouioed-reader-write.c: returns FALSE when the reader has ended. */
gboolean ouioed_reader_write           (OuioedReader *self);
void     ouioed_reader_update_events   (OuioedReader *self);
void     ouioed_reader_update_deadline (OuioedReader *self);
ReaderExtras *ouioed_reader_need_extras (OuioedReader *self);
void     ouioed_reader_drop_extras     (OuioedReader *self);
void     ouioed_reader_trim_extras     (OuioedReader *self);   /* drops them when there is nothing in them */

/* ouioed-reader-engine.c */
void     ouioed_reader_engine_enqueue  (OuioedReaderEngine *self, OuioedReader *reader, ReaderListId list);
void     ouioed_reader_engine_dequeue  (OuioedReaderEngine *self, OuioedReader *reader);

G_END_DECLS
