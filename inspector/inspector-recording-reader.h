/* inspector-recording-reader.h - events out of the bytes of a file, NDJSON or JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An event a line, as `ouioectl export` writes them, or one JSON array of events. Blank lines are passed over. What is wrong
 * is named with its line and its field. No widget and no file in here.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

typedef struct {
  guint64 max_bytes;      /* of all */
  gsize   max_event;      /* bytes of one */
  guint   max_events;
} InspectorRecordingLimits;

#define INSPECTOR_RECORDING_LIMITS { G_GUINT64_CONSTANT (512) << 20, 4 << 20, 1000000 }

typedef struct _InspectorRecordingReader InspectorRecordingReader;

InspectorRecordingReader *inspector_recording_reader_new  (const InspectorRecordingLimits *limits);
void                      inspector_recording_reader_free (InspectorRecordingReader *self);
/* FALSE with G_IO_ERROR_INVALID_DATA, or _NO_SPACE for what is beyond a limit; feed it no more then. */
gboolean                  inspector_recording_reader_feed (InspectorRecordingReader *self, const char *data, gsize len,
                                                           GError **error);
/* (transfer container): of OuioeEvent, one or more, in the order of the file */
GPtrArray                *inspector_recording_reader_end  (InspectorRecordingReader *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorRecordingReader, inspector_recording_reader_free)

G_END_DECLS
