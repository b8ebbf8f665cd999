/* ouioe-client-private.h - what the parts of the client share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-address.h"
#include "ouioe-client.h"

G_BEGIN_DECLS

OuioeAddress *ouioe_client_peek_address (OuioeClient *self);
SoupSession  *ouioe_client_peek_session (OuioeClient *self);

OuioeSubscription *ouioe_subscription_new (OuioeClient *client, const char *session_id, const OuioeEventId *after);

/* The waiting times of a subscription; tests make them short. */
typedef struct {
  guint  first_ms;     /* before the first new attempt after a connection that had worked */
  guint  base_ms;      /* before the second; doubles from there */
  guint  max_ms;       /* the longest */
  guint  silence_ms;   /* a connection on which nothing came for so long is dead */
} OuioeSubscriptionTiming;
void ouioe_subscription_set_timing (OuioeSubscription *self, const OuioeSubscriptionTiming *timing);

G_END_DECLS
