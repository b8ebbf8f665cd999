/* ouioed-rest-append.h - parts of an answer to a step or an update, alone or in a bulk body
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub.h"

G_BEGIN_DECLS

/* Members of a problem: ,"known_types":[…] */
char *ouioed_rest_dup_known_types (OuioeEventKind kind);
/* "Invalid thinking type: bogus", without the list of known ones: the contract's text. */
char *ouioed_rest_dup_first_sentence (const char *message);
/* Appends ,"id":"…" or ,"stored":false,"reason":"…" */
void  ouioed_rest_write_receipt   (GString *out, const OuioedReceipt *receipt);

G_END_DECLS
