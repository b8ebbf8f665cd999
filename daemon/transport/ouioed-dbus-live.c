/* ouioed-dbus-live.c - streams with what grows, and control of the model at work: OpenLiveStream, Stop, AnswerNow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <gio/gunixfdlist.h>

/* ---- OpenLiveStream ---- */

static gboolean
on_session_open_live_stream (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, GUnixFDList *fds,
                             GVariant *options, OuioedDbusSession *self)
{
  OuioedDbusFollow follow = { .session_id = ouioed_channel_get_id (self->channel) };
  g_autoptr(GUnixFDList) list = NULL;
  g_autoptr(GError) error = NULL;
  int fd = -1;

  if (ouioed_channel_get_record (self->channel) == NULL)
    g_set_error (&error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND, "The session is not kept any more.");
  else if (ouioed_dbus_read_live (options, &follow, &error))
    fd = ouioed_dbus_streams_open (self->streams, &follow, self->config->max_streams, NULL, &error);
  if (fd < 0)
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  list = g_unix_fd_list_new_from_array (&fd, 1);    /* which closes it when it was sent */
  ouioed_bus_iface_session_complete_open_live_stream (iface, invocation, list, g_variant_new_handle (0));
  return TRUE;
}

static gboolean
on_manager_open_live_stream (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, GUnixFDList *fds,
                             GVariant *options, OuioedDbusManager *self)
{
  OuioedDbusFollow follow = { 0 };
  g_autoptr(GUnixFDList) list = NULL;
  g_autoptr(GError) error = NULL;
  char position[OUIOE_EVENT_ID_TEXT_MAX];
  OuioeEventId id;
  int fd = -1;

  if (ouioed_dbus_read_live (options, &follow, &error))
    fd = ouioed_dbus_streams_open (self->streams, &follow, self->config->max_streams, &id, &error);
  if (fd < 0)
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  ouioe_event_id_format (id, position);
  list = g_unix_fd_list_new_from_array (&fd, 1);    /* which closes it when it was sent */
  ouioed_bus_iface_manager_complete_open_live_stream (iface, invocation, list, g_variant_new_handle (0), position);
  return TRUE;
}

/* ---- Stop, AnswerNow ---- */

typedef struct {
  OuioedBusIfaceSession *iface;
  GDBusMethodInvocation *invocation;
  OuioedControl          what;
} ControlCall;

static void
control_controlled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree ControlCall *call = user_data;
  g_autoptr(OuioedBusIfaceSession) iface = call->iface;
  g_autoptr(GError) error = NULL;

  if (!ouioed_hub_control_finish (OUIOED_HUB (source), result, &error))
    ouioed_dbus_return_error (call->invocation, g_steal_pointer (&error));
  else if (call->what == OUIOED_CONTROL_STOP)
    ouioed_bus_iface_session_complete_stop (iface, call->invocation);
  else
    ouioed_bus_iface_session_complete_answer_now (iface, call->invocation);
}

static gboolean
begin_control (OuioedDbusSession *self, OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation,
               OuioedControl what)
{
  ControlCall *call = g_new0 (ControlCall, 1);

  call->iface = g_object_ref (iface);
  call->invocation = invocation;   /* completing it takes it */
  call->what = what;
  ouioed_hub_control_async (self->hub, ouioed_channel_get_id (self->channel), what, control_controlled_cb, call);
  return TRUE;
}

static gboolean
on_stop (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, OuioedDbusSession *self)
{
  return begin_control (self, iface, invocation, OUIOED_CONTROL_STOP);
}

static gboolean
on_answer_now (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, OuioedDbusSession *self)
{
  return begin_control (self, iface, invocation, OUIOED_CONTROL_ANSWER_NOW);
}

/* ---- life ---- */

void
ouioed_dbus_session_connect_live (OuioedDbusSession *self)
{
  g_signal_connect (self->iface, "handle-open-live-stream", G_CALLBACK (on_session_open_live_stream), self);
  g_signal_connect (self->iface, "handle-stop", G_CALLBACK (on_stop), self);
  g_signal_connect (self->iface, "handle-answer-now", G_CALLBACK (on_answer_now), self);
}

void
ouioed_dbus_manager_connect_live (OuioedDbusManager *self)
{
  g_signal_connect (self->iface, "handle-open-live-stream", G_CALLBACK (on_manager_open_live_stream), self);
}
