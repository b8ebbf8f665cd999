/* ouioectl-pages.h - all events of a session, page by page, as they are stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* One event after the other. FALSE to have no more; then the reading fails with what stands in @error, or ends well
 * without. */
typedef gboolean (*OuioectlPageFunc) (OuioeEvent *event, gpointer user_data, GError **error);

/* @lost: (out): whether events in the middle were trimmed away while they were read */
gboolean ouioectl_pages_read (OuioeClient *client, const char *session, OuioectlPageFunc func, gpointer user_data,
                              gboolean *lost, GError **error);

G_END_DECLS
