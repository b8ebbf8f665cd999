/* ouioectl-import.h - exported events, back into a daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl-pages.h"

G_BEGIN_DECLS

/* @line, which is a JSON object of the session @old, as a request for @session, with @key (nullable) as its idempotency
 * key; everything else stays byte for byte. NULL when the name does not stand where the daemon writes it. */
char *ouioectl_import_rewrite (const char *line, const char *old, const char *session, const char *key);

G_END_DECLS
