/* live-reader.h - a reader of SSE or of a WebSocket that wants what grows, and puts it together as a program would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "http-fixture.h"

G_BEGIN_DECLS

typedef struct {
  Client     *client;
  gboolean    is_websocket;
  GHashTable *open;        /* "session/step" -> GString: what has been put together */
  GHashTable *done;        /* "session/step": its final step came */
  guint       n_deltas;
  guint       n_steps;
  guint       n_ends;      /* of sessions */
} LiveReader;

/* @path: of an SSE stream, or of a WebSocket; then @message (nullable) is sent. */
LiveReader *live_reader_new  (HttpFixture *f, const char *path, const char *message);
void        live_reader_free (LiveReader *self);
/* (transfer full): the next thing that comes: "1@0:abc" a piece of step 1, "-1" a dropped step, "gen:thinking" the model's work,
 * "[text]" a step, "start", "end", else its type. NULL: nothing is there, and @wait is FALSE. Asserts that it fits to what came
 * before. */
char       *live_reader_next (LiveReader *self, gboolean wait);
void        live_reader_expect (LiveReader *self, const char *what);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LiveReader, live_reader_free)

/* A clock that goes on only with live_grow(), so that what grows is never joined by chance. */
void        live_use_clock   (HttpFixture *f);
/* Each in the main thread. */
void        live_grow        (HttpFixture *f, const char *session_id, const char *step_id, const char *text);
void        live_drop        (HttpFixture *f, const char *session_id, const char *step_id);
void        live_work        (HttpFixture *f, const char *session_id, OuioePhase phase);
/* The step that replaces what grew. */
void        live_finish      (HttpFixture *f, const char *session_id, const char *step_id, const char *content);

G_END_DECLS
