/* recorder-bed.h - a recorder with a hub, and calls without a tee
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "hub-fixture.h"
#include "ouioed-recorder.h"

G_BEGIN_DECLS

struct _OuioedCall
{
  OuioedUpstream *upstream;
  gpointer        data;         /* of the recorder; NULL: of no interest */
  guint           n_stops;
  gboolean        is_held;
  gboolean        waits;        /* for the client */
};

typedef struct {
  Fixture         hub;
  OuioedRecorder *recorder;
  OuioedUpstream *upstream;
  char           *demo;         /* an answer of Ollama's chat */
  gsize           demo_len;
} Bed;

extern const char *bed_demo_path;    /* to be set once */

void bed_set_up (Bed *bed, gconstpointer data);
void bed_tear_down (Bed *bed, gconstpointer data);
OuioedCall *bed_begin (Bed *bed, const char *path, const char *body, const char *session);
OuioedCall *bed_begin_chat (Bed *bed, const char *session);
void bed_answer_head (OuioedCall *call, guint status, const char *type, gint64 time_us);
void bed_answer_body (Bed *bed, OuioedCall *call, const char *data, gsize len, gsize piece);
void bed_end (Bed *bed, OuioedCall *call, OuioedCallEnd how);
void bed_run (Bed *bed, const char *session, const char *data, gsize len, gsize piece, OuioedCallEnd how);
const OuioedSessionRecord *bed_get_record (Bed *bed, const char *session);
void bed_assert_outcome (Bed *bed, const char *session, const char *outcome);
OuioedPage *bed_read_events (Bed *bed, const char *session);
gboolean bed_has_message (Bed *bed, const char *session, const char *type, const char *part);

G_END_DECLS
