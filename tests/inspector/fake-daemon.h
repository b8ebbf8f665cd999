/* fake-daemon.h - sessions and streams as the test says, for the inspector
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-server.h"

typedef struct _FakeDaemon FakeDaemon;

FakeDaemon *fake_daemon_new         (void);
void        fake_daemon_free        (FakeDaemon *self);
const char *fake_daemon_get_address (FakeDaemon *self);
FakeServer *fake_daemon_get_server  (FakeDaemon *self);

/* Adds a session to the list, newest first, or replaces the one of this id. */
void        fake_daemon_set_session (FakeDaemon *self, const char *id, const char *user, const char *state,
                                     const char *request, guint n_steps);
/* @outcome: of one that is not open; @percentage: -1 for none */
void        fake_daemon_set_session_with (FakeDaemon *self, const char *id, const char *user, const char *state,
                                          const char *request, guint n_steps, const char *outcome, guint n_warnings,
                                          int percentage);
/* An open one that began so many seconds after now: newer than all others. */
void        fake_daemon_set_session_later (FakeDaemon *self, const char *id, const char *user, const char *request,
                                           int seconds);
/* What the stream of a session carries, now and when it is connected again. @json: the members of the event beside its
 * id, session, kind and time: "\"thinking_type\":\"analysis\",\"content\":\"x\"" */
void        fake_daemon_add_event   (FakeDaemon *self, const char *id, const char *kind, const char *json);
void        fake_daemon_add_step    (FakeDaemon *self, const char *id, const char *type, const char *content);
/* A gap of @lost events. */
void        fake_daemon_add_gap     (FakeDaemon *self, const char *id, int lost);
/* What is never stored: "thinking_delta", "thinking_dropped", "generation". @json: its members beside the session */
void        fake_daemon_add_frame   (FakeDaemon *self, const char *id, const char *name, const char *json);
void        fake_daemon_add_delta   (FakeDaemon *self, const char *id, const char *step_id, guint offset, const char *text);
/* What is told of the model to whoever asks for the session. */
void        fake_daemon_set_generation (FakeDaemon *self, const char *id, const char *json);
/* "200 OK" or "409 Conflict" is the answer to stop and answer-now from now on; until then they wait. */
void        fake_daemon_answer_control (FakeDaemon *self, const char *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDaemon, fake_daemon_free)
