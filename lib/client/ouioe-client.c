/* ouioe-client.c - the client: where the daemon is, and the connections to it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-client-private.h"

/* The daemon answers a call within milliseconds; one that is silent for so long is stuck. */
#define CALL_TIMEOUT_S 30

/**
 * OuioeClient:
 *
 * Where the daemon is, and the connections to it.
 *
 * It is used from one thread at a time.
 */
struct _OuioeClient
{
  GObject       parent_instance;
  OuioeAddress *address;   /* never changes */
  SoupSession  *session;   /* for calls; each subscription has its own */
};

G_DEFINE_FINAL_TYPE (OuioeClient, ouioe_client, G_TYPE_OBJECT)

static void
ouioe_client_finalize (GObject *object)
{
  OuioeClient *self = OUIOE_CLIENT (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->address, ouioe_address_free);
  G_OBJECT_CLASS (ouioe_client_parent_class)->finalize (object);
}

static void
ouioe_client_class_init (OuioeClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioe_client_finalize;
}

static void
ouioe_client_init (OuioeClient *self)
{
}

OuioeAddress *
ouioe_client_peek_address (OuioeClient *self)
{
  return self->address;
}

SoupSession *
ouioe_client_peek_session (OuioeClient *self)
{
  return self->session;
}

/**
 * ouioe_client_new:
 * @address: (nullable): `http://HOST:PORT`, `unix:/PATH`, `bus:session` or `bus:system`; %NULL for the environment
 *   variable `OUIOE_ADDRESS`, and when that is not set, for what is found
 *
 * Makes a client. With text that is no address every call fails with %OUIOE_ERROR_CONFIGURATION.
 *
 * When nobody says where the daemon is, the session bus is asked, which takes a moment: if the daemon is there, or
 * would be started by a call, it is reached over the bus, else at %OUIOE_DEFAULT_ADDRESS. Otherwise nothing is
 * connected before the first call.
 *
 * Over a bus a subscription uses a pipe that the daemon hands out.
 *
 * Returns: (transfer full): the client
 */
OuioeClient *
ouioe_client_new (const char *address)
{
  OuioeClient *self = g_object_new (OUIOE_TYPE_CLIENT, NULL);

  self->address = ouioe_address_new (address);
  self->session = ouioe_address_new_session (self->address, CALL_TIMEOUT_S);
  return self;
}

/**
 * ouioe_client_get_address:
 * @self: a client
 *
 * Tells where it looks for the daemon.
 *
 * Returns: (transfer none): where it looks for the daemon
 */
const char *
ouioe_client_get_address (OuioeClient *self)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  return self->address->text;
}

/**
 * ouioe_client_subscribe:
 * @self: a client
 * @session_id: (nullable): the session to follow; %NULL for all sessions
 * @after: (nullable): the event behind which to begin; %NULL for everything that is retained of one session, or for
 *   only new events of all sessions
 *
 * Makes a subscription. Connect to its signals, then call ouioe_subscription_start().
 *
 * Returns: (transfer full): the subscription
 */
OuioeSubscription *
ouioe_client_subscribe (OuioeClient *self, const char *session_id, const OuioeEventId *after)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  return ouioe_subscription_new (self, session_id, after);
}
