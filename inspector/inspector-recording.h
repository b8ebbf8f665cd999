/* inspector-recording.h - sessions in a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files are read and written by a worker thread. What is written as NDJSON or JSON holds the events byte for byte as they came.
 */
#pragma once

#include "inspector-recording-reader.h"
#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_RECORDING (inspector_recording_get_type ())
G_DECLARE_FINAL_TYPE (InspectorRecording, inspector_recording, INSPECTOR, RECORDING, GObject)

typedef enum {
  INSPECTOR_FORMAT_NDJSON,      /* an event a line: what `ouioectl import` and `replay` take */
  INSPECTOR_FORMAT_JSON,        /* one list of events */
  INSPECTOR_FORMAT_MARKDOWN,    /* a report, for people */
  INSPECTOR_N_FORMATS,
} InspectorFormat;

/* @limits: (nullable): INSPECTOR_RECORDING_LIMITS */
void                inspector_recording_read_async     (GFile *file, const InspectorRecordingLimits *limits,
                                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                                        gpointer user_data);
InspectorRecording *inspector_recording_read_finish    (GAsyncResult *result, GError **error);

GFile              *inspector_recording_get_file       (InspectorRecording *self);   /* (transfer none) */
guint               inspector_recording_get_n_sessions (InspectorRecording *self);   /* 1 or more */
/* (transfer none): as the list of sessions has them; closed, whatever the file tells */
OuioeSession       *inspector_recording_get_session    (InspectorRecording *self, guint index);
/* (transfer none) (element-type OuioeEvent) */
GPtrArray          *inspector_recording_get_events     (InspectorRecording *self, guint index);
InspectorWatch     *inspector_recording_watch          (InspectorRecording *self, guint index);

/* @events: of OuioeEvent; they must not change meanwhile. The file is there whole or not at all, and only its owner may read
 * it. */
void                inspector_recording_write_async    (GFile *file, InspectorFormat format, GPtrArray *events,
                                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                                        gpointer user_data);
gboolean            inspector_recording_write_finish   (GAsyncResult *result, GError **error);

/* By the end of the name; NDJSON when it tells nothing. */
InspectorFormat     inspector_format_for_name          (const char *name);
const char         *inspector_format_get_suffix        (InspectorFormat format);   /* ".ndjson" */

G_END_DECLS
