/* ouioectl-reporter.h - lines of a program's output, as progress of a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * However fast lines come, at most ten updates a second are sent, one at a time: the newest line with a percentage and
 * the newest without wait, what they replace is left out. The last one is sent in any case.
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* Bytes of a message. */
#define OUIOECTL_REPORT_MAX_MESSAGE 1000

/* What a line says without what it does to a terminal: no escape sequences, no control characters, no white space around
 * it. NULL when nothing is left. @line: UTF-8 */
char    *ouioectl_report_clean  (const char *line, gsize len);
/* The last "42%", "42.5 %", "3/8" or "3 of 8" in a clean line, 0 to 100. FALSE when there is none: then it is not known. */
gboolean ouioectl_report_percentage (const char *line, double *percentage);

typedef struct _OuioectlReporter OuioectlReporter;

OuioectlReporter *ouioectl_reporter_new    (OuioeClient *client, const char *session);
/* @percentage: negative for none */
void              ouioectl_reporter_add    (OuioectlReporter *self, const char *type, const char *message,
                                            double percentage);
/* Sends what waits and closes the session; gives up, having said so, when the daemon does not answer for some seconds. */
void              ouioectl_reporter_finish (OuioectlReporter *self, const char *outcome);
void              ouioectl_reporter_free   (OuioectlReporter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlReporter, ouioectl_reporter_free)

G_END_DECLS
