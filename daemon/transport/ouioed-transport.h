/* ouioed-transport.h - interface: speaks to the world
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_TYPE_TRANSPORT (ouioed_transport_get_type ())
G_DECLARE_INTERFACE (OuioedTransport, ouioed_transport, OUIOED, TRANSPORT, GObject)

struct _OuioedTransportInterface
{
  GTypeInterface parent_iface;

  const char *(*get_name)       (OuioedTransport *self);
  void        (*start_async)    (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data);
  gboolean    (*start_finish)   (OuioedTransport *self, GAsyncResult *result, GError **error);
  void        (*stop_accepting) (OuioedTransport *self);
  void        (*drain_async)    (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data);
  gboolean    (*drain_finish)   (OuioedTransport *self, GAsyncResult *result, GError **error);
};

const char *ouioed_transport_get_name       (OuioedTransport *self);
/* Begins to serve: when it completes, everything answers. */
void        ouioed_transport_start_async    (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean    ouioed_transport_start_finish   (OuioedTransport *self, GAsyncResult *result, GError **error);
/* No new peers; those that are there go on. */
void        ouioed_transport_stop_accepting (OuioedTransport *self);
/* Tells the readers that the daemon goes, and completes when all have gone, at the latest after 5 s. */
void        ouioed_transport_drain_async    (OuioedTransport *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean    ouioed_transport_drain_finish   (OuioedTransport *self, GAsyncResult *result, GError **error);

G_END_DECLS
