/* ouioectl-describe.h - the options of every command, taken from the commands themselves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* Calls @func for each option of @command that --help shows, those of all commands last. */
typedef void (*OuioectlOptionFunc) (const OuioectlCommand *command, const GOptionEntry *entry, gpointer user_data);

void ouioectl_describe (const OuioectlCommand *command, OuioectlOptionFunc func, gpointer user_data);

G_END_DECLS
