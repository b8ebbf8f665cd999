/* ouioed-reader-engine.h - many readers, frames that are already encoded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine owns the sockets of live readers (WebSocket and SSE). A reader has no queue: when its socket can take
 * something, the engine asks the feed behind the reader for the next frames and writes them with one system call
 * straight from where they are. It knows nothing of sessions.
 *
 * When something new is published, the feed wakes its reader; woken readers are flushed together, at once after a
 * quiet time, and under load not more often than half of the time can be spent on it, so that frames gather.
 */
#pragma once

#include <gio/gio.h>
#include "ouioed-poller.h"

G_BEGIN_DECLS

typedef enum { OUIOED_READER_WEBSOCKET, OUIOED_READER_SSE } OuioedReaderType;

typedef enum {
  OUIOED_READER_END_PEER,         /* the peer closed, or hung up */
  OUIOED_READER_END_ERROR,        /* the socket failed */
  OUIOED_READER_END_PROTOCOL,     /* the peer broke the protocol */
  OUIOED_READER_END_TIMEOUT,      /* a ping was not answered, or nothing could be written for too long */
  OUIOED_READER_END_SERVER,       /* we closed it */
} OuioedReaderEnd;
#define OUIOED_N_READER_ENDS (OUIOED_READER_END_SERVER + 1)
const char *ouioed_reader_end_to_string (OuioedReaderEnd end);   /* "peer", "error" … for logs and metrics */

typedef struct _OuioedReaderEngine OuioedReaderEngine;
typedef struct _OuioedReader OuioedReader;

#define OUIOED_READER_MAX_FRAMES 64

/* What stands behind a reader. */
typedef struct {
  /* Puts the next frames (whole WebSocket frames, or whole SSE events; any length) into @frames, borrowed: they stay
   * valid until peek or taken is called again or the turn of the loop ends. Returns how many; 0 when there is nothing
   * now (the feed calls ouioed_reader_wake() when that changes). */
  guint    (*peek)    (OuioedReader *reader, GBytes **frames, guint max, gpointer user_data);
  /* The first @n frames of the last peek have gone to the socket (the engine keeps what it must of a half written
   * one). */
  void     (*taken)   (OuioedReader *reader, guint n, gpointer user_data);
  /* A whole text message came (WebSocket only). Return FALSE to have no more until ouioed_reader_resume(). NULL:
   * ignored. */
  gboolean (*message) (OuioedReader *reader, const char *text, gsize len, gpointer user_data);
  /* The peer has been silent for another keepalive interval. WebSocket: any message restarts the clock; protocol pongs
   * do not. SSE: nothing was written for the interval. NULL: not wanted. */
  void     (*silent)  (OuioedReader *reader, gpointer user_data);
  /* Nothing could be written for over a second, though there is something: let go of what can be had again. May be
   * NULL. */
  void     (*stalled) (OuioedReader *reader, gpointer user_data);
  /* The reader is gone; it must not be used after this returns. Called exactly once. */
  void     (*closed)  (OuioedReader *reader, OuioedReaderEnd end, gpointer user_data);
} OuioedReaderFeed;

typedef struct {
  guint  max_readers;            /* 16 000 */
  gsize  max_message_bytes;      /* of a client's message; 1 MiB */
  gint64 ping_interval_us;       /* WebSocket protocol ping; 20 s */
  gint64 pong_timeout_us;        /* unanswered for this long: close 1011; 20 s */
  gint64 keepalive_us;           /* see silent(); 30 s */
  gint64 stall_timeout_us;       /* nothing could be written for this long: dropped; 0: never; default 10 min */
  guint  send_buffer_bytes;      /* SO_SNDBUF of a reader's socket: what a stalled one may hide in the kernel; 0: the
                                  * system's; 128 KiB */
  guint  max_messages_per_second; /* of one client; beyond, it is read more slowly; 2000 */
} OuioedReaderLimits;
#define OUIOED_READER_LIMITS_DEFAULT ((OuioedReaderLimits) { 16000, 1 << 20, 20 * G_USEC_PER_SEC, 20 * G_USEC_PER_SEC, \
    30 * G_USEC_PER_SEC, 600 * G_USEC_PER_SEC, 128 << 10, 2000 })

OuioedReaderEngine *ouioed_reader_engine_new        (OuioedPoller *poller, const OuioedReaderLimits *limits);
/* Closes what is left at once. */
void                ouioed_reader_engine_free       (OuioedReaderEngine *self);
void                ouioed_reader_engine_set_limits (OuioedReaderEngine *self, const OuioedReaderLimits *limits);
guint               ouioed_reader_engine_get_n      (OuioedReaderEngine *self, OuioedReaderType type);
gboolean            ouioed_reader_engine_is_full    (OuioedReaderEngine *self);

/* @fd: owned by the engine from now on. @unread (nullable): input that was read already (WebSocket). The first peek
 * comes in this or the next turn of the loop, without a wake. @feed must be static. */
OuioedReader *ouioed_reader_engine_add (OuioedReaderEngine *self, OuioedReaderType type, int fd, GBytes *unread,
                                        const OuioedReaderFeed *feed, gpointer user_data);

void ouioed_reader_wake   (OuioedReader *self);          /* cheap; may be called often and from within peek's callers */
void ouioed_reader_resume (OuioedReader *self);          /* messages are wanted again */
/* WebSocket: sends a close frame after the frame under way and gives the peer 5 s to answer it. SSE: writes @last
 * (nullable) and ends. The feed is not asked any more. Nothing is ended before this returns. */
void ouioed_reader_close  (OuioedReader *self, guint16 code, const char *reason, GBytes *last);

/* For the drain: closes all readers (WebSocket with @code, SSE with @last). */
void ouioed_reader_engine_close_all (OuioedReaderEngine *self, guint16 code, const char *reason, GBytes *last);

typedef struct {
  guint64 frames[2], bytes[2], writes[2];          /* by OuioedReaderType */
  guint64 added[2];
  guint64 ended[2][OUIOED_N_READER_ENDS];
  guint64 messages;
} OuioedReaderMetrics;
void ouioed_reader_engine_get_metrics (OuioedReaderEngine *self, OuioedReaderMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedReaderEngine, ouioed_reader_engine_free)

G_END_DECLS
