/* ouioed-dbus-append.c - AppendThinking and AppendProgress
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <string.h>

typedef struct {
  OuioedBusIfaceSession *iface;
  GDBusMethodInvocation *invocation;
  OuioeEventKind         kind;
} AppendCall;

static void
append_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree AppendCall *call = user_data;
  g_autoptr(OuioedBusIfaceSession) iface = call->iface;
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  char id[OUIOE_EVENT_ID_TEXT_MAX] = "";

  if (!ouioed_hub_append_finish (OUIOED_HUB (source), result, &receipt, &error))
    {
      ouioed_dbus_return_error (call->invocation, g_steal_pointer (&error));
      return;
    }
  if (!ouioe_event_id_is_zero (receipt.id))
    ouioe_event_id_format (receipt.id, id);
  if (call->kind == OUIOE_EVENT_THINKING_STEP)
    ouioed_bus_iface_session_complete_append_thinking (iface, call->invocation, id);
  else
    ouioed_bus_iface_session_complete_append_progress (iface, call->invocation, id);
}

static void
session_append (OuioedDbusSession *self, GDBusMethodInvocation *invocation, OuioeEventKind kind, const char *type,
                const char *text, GVariant *options)
{
  const char *id = ouioed_channel_get_id (self->channel);
  g_auto(OuioedDbusAppend) append = { 0 };
  g_autoptr(GError) error = NULL;
  AppendCall *call;
  OuioedKey key;

  if (!ouioed_dbus_read_append (kind, id, type, text, options, &append, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return;
    }

  call = g_new0 (AppendCall, 1);
  call->iface = g_object_ref (self->iface);
  call->invocation = invocation;   /* completing it takes it */
  call->kind = kind;
  ouioed_hub_append_async (self->hub, id, append.step, append.update,
                           ouioed_dbus_key_for_hub (&append.key, append.step != NULL ? "thinking" : "progress", &key),
                           append_appended_cb, call);
}

static gboolean
on_append_thinking (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, const char *thinking_type,
                    const char *content, GVariant *options, gpointer user_data)
{
  session_append (user_data, invocation, OUIOE_EVENT_THINKING_STEP, thinking_type, content, options);
  return TRUE;
}

static gboolean
on_append_progress (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, const char *progress_type,
                    const char *message, GVariant *options, gpointer user_data)
{
  session_append (user_data, invocation, OUIOE_EVENT_PROGRESS_UPDATE, progress_type, message, options);
  return TRUE;
}

void
ouioed_dbus_session_connect_appends (OuioedDbusSession *self)
{
  g_signal_connect (self->iface, "handle-append-thinking", G_CALLBACK (on_append_thinking), self);
  g_signal_connect (self->iface, "handle-append-progress", G_CALLBACK (on_append_progress), self);
}
