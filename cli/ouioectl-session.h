/* ouioectl-session.h - ids of sessions that are made here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* "PREFIX-0123456789ab" */
char    *ouioectl_session_make_id  (const char *prefix);
/* On a line of stdout; with --json or --ndjson as an object. */
gboolean ouioectl_session_print_id (OuioectlOptions *options, const char *id);

G_END_DECLS
