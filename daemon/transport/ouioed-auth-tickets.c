/* ouioed-auth-tickets.c - what stands in for a token where a browser cannot send one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-auth-tickets.h"

#include <string.h>

#include "ouioe-error.h"

typedef struct {
  guint8       hash[OUIOE_TOKEN_HASH_BYTES];
  OuioedGrant *grant;          /* NULL: no limit */
  gint64       expires_us;     /* monotonic */
} Ticket;

struct _OuioedTickets
{
  GQueue waiting;              /* of Ticket, oldest first: they expire in this order */
};

static void
ticket_free (gpointer data)
{
  Ticket *ticket = data;

  g_clear_pointer (&ticket->grant, ouioed_grant_unref);
  g_free (ticket);
}

OuioedTickets *
ouioed_tickets_new (void)
{
  OuioedTickets *self = g_new0 (OuioedTickets, 1);

  g_queue_init (&self->waiting);
  return self;
}

void
ouioed_tickets_free (OuioedTickets *self)
{
  g_queue_clear_full (&self->waiting, ticket_free);
  g_free (self);
}

static void
drop_expired (OuioedTickets *self, gint64 now_us)
{
  Ticket *oldest;

  while ((oldest = g_queue_peek_head (&self->waiting)) != NULL && oldest->expires_us <= now_us)
    ticket_free (g_queue_pop_head (&self->waiting));
}

char *
ouioed_tickets_issue (OuioedTickets *self, OuioedGrant *grant, gint64 now_us, GError **error)
{
  char *text;
  Ticket *ticket;

  drop_expired (self, now_us);
  if (g_queue_get_length (&self->waiting) >= OUIOED_MAX_TICKETS)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_BUSY, "%d tickets wait to be used; they last %d seconds",
                   OUIOED_MAX_TICKETS, OUIOED_TICKET_SECONDS);
      return NULL;
    }
  text = ouioe_token_dup_random (error);
  if (text == NULL)
    return NULL;

  ticket = g_new0 (Ticket, 1);
  ouioe_token_hash (text, strlen (text), ticket->hash);
  ticket->grant = ouioed_grant_ref (grant);
  ticket->expires_us = now_us + OUIOED_TICKET_SECONDS * G_USEC_PER_SEC;
  g_queue_push_tail (&self->waiting, ticket);
  return text;
}

gboolean
ouioed_tickets_take (OuioedTickets *self, const char *text, gint64 now_us, OuioedGrant **grant)
{
  guint8 hash[OUIOE_TOKEN_HASH_BYTES];
  GList *found = NULL;
  Ticket *ticket;

  drop_expired (self, now_us);
  ouioe_token_hash (text, strlen (text), hash);
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    if (ouioe_token_equal (((Ticket *) link->data)->hash, hash, sizeof hash))
      found = link;
  if (found == NULL)
    return FALSE;

  ticket = found->data;
  g_queue_delete_link (&self->waiting, found);
  *grant = g_steal_pointer (&ticket->grant);
  ticket_free (ticket);
  return TRUE;
}
