/* ouioe-rhythm.h - when the text of a step came, in its context_used
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. The member "rhythm" is a list of pairs of numbers: milliseconds since the beat before, and
 * Unicode code points of the content that came with it. A last pair without characters tells when the border came that ended
 * the step. The step was published then: its text began as long before as all milliseconds together.
 */
#pragma once

#include <jansson.h>
#include "ouioe-step-builder.h"

G_BEGIN_DECLS

/* Adds "rhythm" to @context; nothing when all came at once. */
void    ouioe_rhythm_write (json_t *context, const OuioeStepBeat *beats, guint n_beats);
/* (transfer full) (nullable): an array of OuioeStepBeat; NULL when @context_used (nullable), JSON text, has no rhythm, or none that
 * fits a content of @n_chars code points. */
GArray *ouioe_rhythm_read  (const char *context_used, glong n_chars);

G_END_DECLS
