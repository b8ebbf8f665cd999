/* ouioed-process.h - what this process uses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 memory_bytes;       /* resident */
  guint64 open_descriptors;
  guint64 max_descriptors;
  gint64  started_us;         /* since 1970 */
} OuioedProcess;

/* What the system does not tell is 0. */
void ouioed_process_look (OuioedProcess *out);

G_END_DECLS
