/* draft-reader.h - a reader that wants what grows, and puts it together as a program would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "hub-fixture.h"
#include "ouioed-hub-private.h"

G_BEGIN_DECLS

typedef struct {
  OuioedSubscriber *subscriber;
  GString          *got;         /* "1@0:abc" a piece, "-1" a dropped step, "gen:thinking" the model's work, "[text]" a step,
                                  * "start", "end" */
  GHashTable       *open;        /* step id -> GString: what has been put together */
  gboolean          awake;
  guint             n_pieces;
  guint             n_generations;
  guint             n_ends;      /* of sessions */
} DraftReader;

/* @session_id: NULL for all. From now on, with what is open. */
DraftReader *draft_reader_new  (Fixture *f, const char *session_id, OuioeStreams streams);
void         draft_reader_free (DraftReader *self);
/* Takes up to @max things, if it was woken; asserts that all that comes fits together. */
guint        draft_reader_take (DraftReader *self, guint max);
/* Takes everything, and returns what it noted since the last time. */
const char  *draft_reader_read (DraftReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DraftReader, draft_reader_free)

/* A step that names the open step which it replaces. @step_id: NULL for none. */
Call        *call_finish_step  (Fixture *f, const char *id, const char *step_id, const char *content);
void         finish_step       (Fixture *f, const char *id, const char *step_id, const char *content);
Call        *call_close        (Fixture *f, const char *id);
void         grow              (Fixture *f, const char *id, const char *step_id, const char *text);
/* @phase, with a call under way unless it is none. */
OuioeGeneration *new_generation (OuioePhase phase, guint n_calls);

G_END_DECLS
