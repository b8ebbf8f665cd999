/* ouioed-transport.c - interface: speaks to the world
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-transport.h"

G_DEFINE_INTERFACE (OuioedTransport, ouioed_transport, G_TYPE_OBJECT)

static void
ouioed_transport_default_init (OuioedTransportInterface *iface)
{
}

const char *
ouioed_transport_get_name (OuioedTransport *self)
{
  g_return_val_if_fail (OUIOED_IS_TRANSPORT (self), NULL);

  return OUIOED_TRANSPORT_GET_IFACE (self)->get_name (self);
}

void
ouioed_transport_start_async (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOED_IS_TRANSPORT (self));

  OUIOED_TRANSPORT_GET_IFACE (self)->start_async (self, callback, user_data);
}

gboolean
ouioed_transport_start_finish (OuioedTransport *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_TRANSPORT (self), FALSE);

  return OUIOED_TRANSPORT_GET_IFACE (self)->start_finish (self, result, error);
}

void
ouioed_transport_stop_accepting (OuioedTransport *self)
{
  g_return_if_fail (OUIOED_IS_TRANSPORT (self));

  OUIOED_TRANSPORT_GET_IFACE (self)->stop_accepting (self);
}

void
ouioed_transport_drain_async (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOED_IS_TRANSPORT (self));

  OUIOED_TRANSPORT_GET_IFACE (self)->drain_async (self, callback, user_data);
}

gboolean
ouioed_transport_drain_finish (OuioedTransport *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (OUIOED_IS_TRANSPORT (self), FALSE);

  return OUIOED_TRANSPORT_GET_IFACE (self)->drain_finish (self, result, error);
}
