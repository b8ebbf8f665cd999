/* ouioe-line-stream.h - a JSON object per line, in pieces of any size, into messages
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. No I/O in here. What a pipe of the bus carries, as if it had come as text/event-stream.
 */
#pragma once

#include "ouioe-sse-reader.h"

G_BEGIN_DECLS

typedef struct _OuioeLineStream OuioeLineStream;

/* @max_bytes: longest line */
OuioeLineStream *ouioe_line_stream_new  (gsize max_bytes);
void             ouioe_line_stream_free (OuioeLineStream *self);
/* FALSE with OUIOE_ERROR_PROTOCOL when the bound is exceeded. Lines that are no JSON object are messages without a name of
 * interest. @func may not feed. */
gboolean         ouioe_line_stream_feed (OuioeLineStream *self, const char *data, gsize len, OuioeSseFunc func,
                                         gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeLineStream, ouioe_line_stream_free)

G_END_DECLS
