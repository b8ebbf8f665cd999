/* ouioed-recorder-private.h - what the files of the recorder share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-body-decoder.h"
#include "ouioed-conversation.h"
#include "ouioed-recorder.h"
#include "ouioed-recording.h"
#include "ouioe-transcript.h"

G_BEGIN_DECLS

/* A step that is being written: kept until the session is open, so that readers miss nothing of it. */
typedef struct {
  char    *id;
  GString *text;
} OuioedOpenText;

/* One session that calls write to. */
typedef struct {
  OuioedRecorder  *recorder;
  OuioedRecording *recording;
  GPtrArray       *turns;              /* of OuioedTurn under way, oldest first */
  OuioeGeneration *sum;                /* of the calls that have ended, earlier ones of the session included */
  guint            n_calls;            /* ever; numbers the step ids */
  gint64           shown_us;           /* when the generation was given to the hub last */
  OuioePhase       shown_phase;
  gboolean         is_dirty;           /* it has changed since */
} OuioedTalk;

typedef struct _OuioedReading OuioedReading;

/* One call. */
typedef struct {
  OuioedRecorder    *recorder;
  OuioedCall        *call;             /* valid until the end */
  OuioedTalk        *talk;             /* NULL before the request is complete, or when it is nothing to record */
  OuioedRequestKind  kind;
  OuioedRequest     *request;          /* NULL before it is complete */
  OuioedBodyDecoder *request_decoder;
  GByteArray        *body;             /* of the request; NULL when it is complete */
  OuioedReading     *reading;          /* of the request, under way on another thread; or NULL */
  OuioedDigest       scope;
  char              *named;            /* session id of a header, or NULL */
  char              *user_id;
  char              *path;
  gint64             begin_us;
  gint64             last_us;          /* when bytes of the answer came last, or could not; 0: none yet */
  gint64             stalled_us;       /* since when the upstream is silent; 0: it is not */
  OuioeTranscript   *transcript;
  OuioedBodyDecoder *decoder;          /* of the answer; NULL before its head */
  gint64             now_us;           /* of the bytes being decoded */
  GString           *last_line;        /* of Ollama's generate: the line that came last, or is coming; NULL for others */
  GString           *failure;          /* body of an answer that tells of a failure, the begin of it; NULL when it is none */
  guint              status;           /* of the answer, 0 before its head */
  guint              number;           /* in its session, from 1 */
  GPtrArray         *open_texts;       /* of OuioedOpenText */
  gboolean           is_strange;       /* the answer is neither JSON nor an event stream */
  gboolean           has_lost;         /* bytes of the answer are missing in the copy */
  gboolean           is_stopped;       /* by control */
} OuioedTurn;

struct _OuioedRecorder
{
  OuioedHub           *hub;
  OuioedEstimates     *estimates;
  OuioedConversations *conversations;
  GHashTable          *talks;          /* session id -> OuioedTalk */
  GPtrArray           *turns;          /* of OuioedTurn: every call under way */
  GCancellable        *cancellable;    /* of what is asked of upstreams */
  void               (*written) (gpointer user_data);   /* waits for the last one; NULL: nobody */
  gpointer             written_data;
  gint64               stall_after_us;
  guint                timer;
};

/* ---- ouioed-recorder-talk.c ---- */
OuioedTalk      *ouioed_talk_ensure   (OuioedRecorder *recorder, const char *session_id);
void             ouioed_talk_join     (OuioedTalk *self, OuioedTurn *turn);
/* @outcome: of this turn. */
void             ouioed_talk_leave    (OuioedTalk *self, OuioedTurn *turn, const char *outcome);
/* Shows the numbers to readers when it is time, or @now. */
void             ouioed_talk_show     (OuioedTalk *self, gboolean now);
void             ouioed_talk_free     (OuioedTalk *self);
OuioeGeneration *ouioed_talk_build    (OuioedTalk *self);

/* ---- ouioed-recorder.c ---- */
void             ouioed_recorder_check_written (OuioedRecorder *self);
void             ouioed_turn_warn (OuioedTurn *turn, const char *message);

/* What is asked is known: finds its session. @request: (transfer full) */
void             ouioed_turn_begin (OuioedTurn *turn, OuioedRequest *request);

/* ---- ouioed-recorder-read.c ---- */
/* Reads the body of the request, and lets the turn begin; when that takes long, on another thread, and nothing more is told of the call
 * meanwhile. */
void             ouioed_turn_read        (OuioedTurn *turn, GByteArray *body);
void             ouioed_turn_cancel_read (OuioedTurn *turn);

/* ---- ouioed-recorder-end.c ---- */
/* Gives out what is held back; the outcome (static). */
const char      *ouioed_turn_end  (OuioedTurn *turn, OuioedCallEnd how, const char *detail, gint64 time_us);

/* ---- ouioed-recorder-control.c ---- */
void             ouioed_recorder_control (const char *session_id, OuioedControl what, GTask *task, gpointer user_data);
gboolean         ouioed_turn_can_answer_now (OuioedTurn *turn);

G_END_DECLS
