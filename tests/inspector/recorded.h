/* recorded.h - events and recordings as a test says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <ouioe.h>

/* Lines of NDJSON of one session. Events come a second apart, beginning at 2026-11-23 14:00:00 UTC, unless the test says at
 * which time. */
typedef struct {
  GString *text;
  char    *session;
  guint    n;            /* events so far; the next has the id "<n + 1>-0" */
  gint64   time_ms;      /* of the next */
} Recorded;

void      recorded_init   (Recorded *self, const char *session);
void      recorded_clear  (Recorded *self);
/* @members: beside id, session, kind and time: "\"thinking_type\":\"analysis\",\"content\":\"x\"" */
void      recorded_add    (Recorded *self, const char *kind, const char *members);
void      recorded_start  (Recorded *self, const char *user, const char *request);
void      recorded_step   (Recorded *self, const char *type, const char *content);
/* @confidence: 0 to 1 */
void      recorded_step_with (Recorded *self, const char *type, const char *content, double confidence);
void      recorded_update (Recorded *self, const char *type, const char *message, double percentage);
void      recorded_end    (Recorded *self, const char *outcome);
/* (transfer container): of OuioeEvent */
GPtrArray *recorded_events (Recorded *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recorded, recorded_clear)
