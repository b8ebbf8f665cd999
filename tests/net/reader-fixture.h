/* reader-fixture.h - an engine whose readers follow one log, and the peers of these readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-support.h"
#include "ouioed-reader-engine.h"
#include "ouioed-ws-codec.h"

G_BEGIN_DECLS

typedef struct _Fixture Fixture;

typedef struct {
  Fixture         *fixture;
  OuioedReader    *reader;           /* NULL once it is closed */
  int              fd;               /* the peer's end; -1 once it has hung up */
  guint            at;               /* of the next frame in the log */
  GString         *messages;         /* told, each followed by a line feed */
  guint            n_messages;
  gboolean         refuses;          /* wants no more messages after each */
  gboolean         closes_in_peek;
  gboolean         closes_in_message;
  guint            n_silent;
  guint            n_stalled;
  guint            n_closed;
  OuioedReaderEnd  end;
} Peer;

struct _Fixture
{
  OuioedPoller       *poller;
  OuioedReaderEngine *engine;
  OuioedReaderLimits  limits;
  GPtrArray          *log;           /* of GBytes */
  GPtrArray          *peers;         /* of Peer */
};

/* Pings and keepalives are off in it. */
void   fixture_set_up      (Fixture *f, gconstpointer user_data);
void   fixture_tear_down   (Fixture *f, gconstpointer user_data);
void   fixture_set_limits  (Fixture *f);
Peer  *fixture_add         (Fixture *f, OuioedReaderType type, GBytes *unread);
/* Over a Unix socket instead of loopback TCP. */
Peer  *fixture_add_unix    (Fixture *f, OuioedReaderType type);
/* Appends to the log and wakes all readers. */
void   fixture_publish     (Fixture *f, GBytes *frame);
void   fixture_publish_text (Fixture *f, const char *text);
OuioedReaderMetrics fixture_metrics (Fixture *f);

void   peer_send           (Peer *peer, guint8 first, const void *payload, gsize len);
void   peer_send_text      (Peer *peer, const char *text);
/* The next frame: its first byte; the payload into @payload. Fails when the input ends. */
guint8 peer_frame          (Peer *peer, GString *payload);
/* The next frame is a close frame with this code (0: without one). */
void   peer_expect_close   (Peer *peer, guint16 code);
void   peer_expect_end     (Peer *peer);
void   peer_hang_up        (Peer *peer);

G_END_DECLS
