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
 * @address: (nullable): `http://HOST:PORT` or `ws://HOST:PORT` (`https`, `wss`), `unix:/PATH`, `bus:session` or
 *   `bus:system`; %NULL for the environment variable `OUIOE_ADDRESS`, and when that is not set, for what is found
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
 * ouioe_client_set_token:
 * @self: a client
 * @token: (nullable): the token for a service that asks for one, letters, digits and `-._~+/=`, at most 4096; %NULL
 *   for none
 *
 * Gives the token that is sent with each request, instead of the one in the file that the environment variable
 * `OUIOE_TOKEN_FILE` names. To be called before the first call and the first subscription. A Unix socket and a bus
 * know who calls: nothing is sent there. With text that is no token every call fails with
 * %OUIOE_ERROR_CONFIGURATION.
 */
void
ouioe_client_set_token (OuioeClient *self, const char *token)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  ouioe_address_set_token (self->address, token);
}

/**
 * ouioe_client_trust_certificate:
 * @self: a client
 * @sha256: (nullable): SHA-256 of the certificate (its DER form), 64 hexadecimal digits in lower case; %NULL for none
 *
 * Takes this one certificate of the service, though no known authority has signed it, or it is of another name, or has
 * expired. Other certificates are judged as always.
 */
void
ouioe_client_trust_certificate (OuioeClient *self, const char *sha256)
{
  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_free (self->address->trust->trusted);
  self->address->trust->trusted = g_strdup (sha256);
}

/**
 * ouioe_client_dup_refused_certificate:
 * @self: a client
 *
 * Tells which certificate %OUIOE_ERROR_UNTRUSTED was about, so that a person can compare it.
 *
 * Returns: (transfer full) (nullable): SHA-256 of the certificate that was refused last, as
 *   ouioe_client_trust_certificate() takes it; %NULL when none was
 */
char *
ouioe_client_dup_refused_certificate (OuioeClient *self)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  return g_strdup (self->address->trust->refused);
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
