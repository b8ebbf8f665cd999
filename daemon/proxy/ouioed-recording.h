/* ouioed-recording.h - what is to be written into one session, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the recorder, which must never wait, and the hub, which may. What is given is written in this order: creations and
 * ends one at a time, what is between them in batches. When the store does not take it, it is tried again for
 * OUIOED_RECORDING_PATIENCE_US; then steps and updates are given up, counted, and told when the store is back. A queue that is
 * full is treated likewise. Creations and ends are tried until they succeed, so that no session stays open for ever.
 */
#pragma once

#include "ouioed-hub.h"

G_BEGIN_DECLS

#define OUIOED_RECORDING_MAX_QUEUE   10000                     /* steps and updates that wait */
#define OUIOED_RECORDING_MAX_BYTES   (16 * 1024 * 1024)        /* of their texts */
#define OUIOED_RECORDING_PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct _OuioedRecording OuioedRecording;

typedef struct {
  /* The session is open now (also when somebody else had opened it): what only lives may be shown. */
  void (*opened) (OuioedRecording *recording, gpointer user_data);
  /* Nothing is left to write, and nothing was begun that has not ended. May free the recording. */
  void (*idle)   (OuioedRecording *recording, gpointer user_data);
} OuioedRecordingFuncs;

OuioedRecording *ouioed_recording_new      (OuioedHub *hub, const char *session_id, const OuioedRecordingFuncs *funcs,
                                            gpointer user_data);
/* What was not written is lost: for the end of the process. */
void             ouioed_recording_free     (OuioedRecording *self);
const char      *ouioed_recording_get_id   (OuioedRecording *self);
gboolean         ouioed_recording_is_open  (OuioedRecording *self);
guint64          ouioed_recording_get_n_dropped (OuioedRecording *self);   /* steps and updates given up so far */

/* A call begins: creates the session, or joins it when another call has it open, or a producer. */
void             ouioed_recording_begin    (OuioedRecording *self, const char *user_id, OuioeThinkingContext *context);
/* Exactly one of @step and @update; a reference is taken. */
void             ouioed_recording_add      (OuioedRecording *self, OuioeThinkingStep *step, OuioeProgressUpdate *update);
/* A call ended; behind the last one the session is closed with its outcome, unless a producer has opened it. @generation
 * (transfer full): kept with the session. */
void             ouioed_recording_end      (OuioedRecording *self, const char *outcome, OuioeGeneration *generation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedRecording, ouioed_recording_free)

G_END_DECLS
