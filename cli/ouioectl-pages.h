/* ouioectl-pages.h - all events of a session, page by page, as they are stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl-http.h"

G_BEGIN_DECLS

/* Lines with their ends, never part of one. FALSE to have no more; then the reading fails with what stands in @error, or
 * ends well without. */
typedef gboolean (*OuioectlPageFunc) (const char *lines, gsize len, gpointer user_data, GError **error);

/* @lost: (out): whether events in the middle were trimmed away while they were read */
gboolean ouioectl_pages_read (OuioectlHttp *http, const char *session, OuioectlPageFunc func, gpointer user_data,
                              gboolean *lost, GError **error);

G_END_DECLS
