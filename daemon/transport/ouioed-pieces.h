/* ouioed-pieces.h - what readers see of what grows: pieces of open steps, the model's work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A piece is encoded once for each form that somebody reads; readers that stand at the same place share the bytes.
 */
#pragma once

#include "ouioed-draft.h"

G_BEGIN_DECLS

/* (transfer none): until another piece of the same draft is encoded in this form, or the turn of the main loop ends. */
GBytes *ouioed_pieces_get (const OuioedDraftPiece *piece, OuioedDraftForm form);

G_END_DECLS
