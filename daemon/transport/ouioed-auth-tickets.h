/* ouioed-auth-tickets.h - what stands in for a token where a browser cannot send one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A WebSocket or an EventSource of a browser carries no header of its own, and an address ends up in logs and
 * histories. So there it carries a ticket: good once, and for half a minute.
 */
#pragma once

#include "ouioed-auth.h"

G_BEGIN_DECLS

#define OUIOED_TICKET_SECONDS 30
#define OUIOED_MAX_TICKETS    1024

typedef struct _OuioedTickets OuioedTickets;

OuioedTickets *ouioed_tickets_new   (void);
void           ouioed_tickets_free  (OuioedTickets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedTickets, ouioed_tickets_free)
/* (transfer full): a ticket for what @grant (nullable) allows; OUIOE_ERROR_BUSY when too many wait to be used.
 * @now_us: monotonic, here and below. */
char          *ouioed_tickets_issue (OuioedTickets *self, OuioedGrant *grant, gint64 now_us, GError **error);
/* Whether it is good, which it is not again. @grant (out) (transfer full) (nullable) */
gboolean       ouioed_tickets_take  (OuioedTickets *self, const char *ticket, gint64 now_us, OuioedGrant **grant);

G_END_DECLS
