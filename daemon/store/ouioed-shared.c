/* ouioed-shared.c - interface: what a store offers beyond OuioedStore when several daemons share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-shared.h"

#include "ouioe-codec.h"

G_DEFINE_INTERFACE (OuioedShared, ouioed_shared, G_TYPE_OBJECT)

static void
ouioed_shared_default_init (OuioedSharedInterface *iface)
{
}

OuioedAsk *
ouioed_ask_new (OuioedAskType type, const char *session_id)
{
  OuioedAsk *self = g_new0 (OuioedAsk, 1);

  self->type = type;
  self->session_id = g_ref_string_new (session_id);
  self->confidence = -1;
  return self;
}

void
ouioed_ask_free (OuioedAsk *self)
{
  g_ref_string_release (self->session_id);
  g_clear_pointer (&self->record, ouioed_session_record_unref);
  g_clear_pointer (&self->event, ouioe_event_unref);
  g_clear_pointer (&self->key, ouioed_key_record_unref);
  g_free (self->outcome);
  g_free (self);
}

static void
seen_free (gpointer data)
{
  OuioedSeen *seen = data;

  g_ref_string_release (seen->session_id);
  g_clear_pointer (&seen->record, ouioed_session_record_unref);
  g_free (seen);
}

OuioedLook *
ouioed_look_new (void)
{
  OuioedLook *self = g_new0 (OuioedLook, 1);

  self->seen = g_ptr_array_new_with_free_func (seen_free);
  return self;
}

void
ouioed_look_free (OuioedLook *self)
{
  g_ptr_array_unref (self->seen);
  g_free (self);
}

void
ouioed_shared_set_funcs (OuioedShared *self, const OuioedSharedFuncs *funcs, gpointer user_data)
{
  OUIOED_SHARED_GET_IFACE (self)->set_funcs (self, funcs, user_data);
}

void
ouioed_shared_ask_async (OuioedShared *self, OuioedAsk *request, GAsyncReadyCallback callback, gpointer user_data)
{
  OUIOED_SHARED_GET_IFACE (self)->ask_async (self, request, callback, user_data);
}

gboolean
ouioed_shared_ask_finish (OuioedShared *self, GAsyncResult *result, OuioedAnswer *answer, GError **error)
{
  return OUIOED_SHARED_GET_IFACE (self)->ask_finish (self, result, answer, error);
}

void
ouioed_shared_look_async (OuioedShared *self, const char *const *session_ids, GAsyncReadyCallback callback, gpointer user_data)
{
  OUIOED_SHARED_GET_IFACE (self)->look_async (self, session_ids, callback, user_data);
}

OuioedLook *
ouioed_shared_look_finish (OuioedShared *self, GAsyncResult *result, GError **error)
{
  return OUIOED_SHARED_GET_IFACE (self)->look_finish (self, result, error);
}

void
ouioed_shared_watch (OuioedShared *self, const char *session_id)
{
  OUIOED_SHARED_GET_IFACE (self)->watch (self, session_id);
}

void
ouioed_shared_unwatch (OuioedShared *self, const char *session_id)
{
  OUIOED_SHARED_GET_IFACE (self)->unwatch (self, session_id);
}

void
ouioed_shared_sweep (OuioedShared *self, gint64 keys_before_us)
{
  OUIOED_SHARED_GET_IFACE (self)->sweep (self, keys_before_us);
}

guint
ouioed_shared_get_part (OuioedShared *self, const char *session_id)
{
  return OUIOED_SHARED_GET_IFACE (self)->get_part (self, session_id);
}

guint64
ouioed_shared_get_size (OuioedShared *self)
{
  return OUIOED_SHARED_GET_IFACE (self)->get_size (self);
}

void
ouioed_shared_set_about (OuioedShared *self, const char *about)
{
  OUIOED_SHARED_GET_IFACE (self)->set_about (self, about);
}

GPtrArray *
ouioed_shared_get_peers (OuioedShared *self)
{
  return OUIOED_SHARED_GET_IFACE (self)->get_peers (self);
}

const char *
ouioed_shared_get_own_name (OuioedShared *self)
{
  return OUIOED_SHARED_GET_IFACE (self)->get_own_name (self);
}

gboolean
ouioed_shared_get_part_state (OuioedShared *self, guint part, OuioedPartState *state)
{
  return OUIOED_SHARED_GET_IFACE (self)->get_part_state (self, part, state);
}

gboolean
ouioed_peer_about_is_good (const OuioedPeer *peer)
{
  g_autoptr(json_t) root = peer->about != NULL ? json_loads (peer->about, JSON_REJECT_DUPLICATES, NULL) : NULL;

  return json_is_object (root);
}
