/* ouioed-channel.c - one session, alive: its record, its recent events, who follows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-hub-private.h"

G_DEFINE_FINAL_TYPE (OuioedChannel, ouioed_channel, G_TYPE_OBJECT)

static void
ouioed_channel_finalize (GObject *object)
{
  OuioedChannel *self = OUIOED_CHANNEL (object);

  ouioed_ring_clear (&self->recent);
  g_clear_pointer (&self->committed, ouioed_session_record_unref);
  g_clear_pointer (&self->in_flight, ouioed_session_record_unref);
  g_clear_pointer (&self->working, ouioed_session_record_unref);
  g_clear_pointer (&self->subscribers, g_ptr_array_unref);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_ref_string_release);

  G_OBJECT_CLASS (ouioed_channel_parent_class)->finalize (object);
}

static void
ouioed_channel_class_init (OuioedChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_channel_finalize;
}

static void
ouioed_channel_init (OuioedChannel *self)
{
  self->created_link.data = self;
}

OuioedChannel *
ouioed_channel_new (const char *id)
{
  OuioedChannel *self = g_object_new (OUIOED_TYPE_CHANNEL, NULL);

  self->id = g_ref_string_new (id);
  self->internal = g_str_has_prefix (id, OUIOED_INTERNAL_PREFIX);

  return self;
}

const char *
ouioed_channel_get_id (OuioedChannel *self)
{
  return self->id;
}

const OuioedSessionRecord *
ouioed_channel_get_record (OuioedChannel *self)
{
  return self->committed;
}

gboolean
ouioed_channel_is_open (OuioedChannel *self)
{
  return self->committed != NULL && self->committed->state == OUIOE_SESSION_OPEN;
}

gboolean
ouioed_channel_get_info (OuioedChannel *self, OuioeSessionInfo *info)
{
  const OuioedSessionRecord *record = self->committed;

  if (record == NULL)
    return FALSE;

  *info = (OuioeSessionInfo) {
    .id = self->id,
    .user_id = record->user_id,
    .state = record->state,
    .outcome = record->outcome,
    .config = record->config,
    .context = record->context,
    .stats = record->stats,
    .generation = ouioed_channel_get_generation (self),
    .last_id = record->last_id,
    .created_us = record->created_us,
    .last_activity_us = record->last_activity_us,
    .ended_us = record->ended_us,
  };

  return TRUE;
}

guint
ouioed_channel_get_n_subscribers (OuioedChannel *self)
{
  return self->subscribers != NULL ? self->subscribers->len : 0;
}

void
ouioed_channel_add_recent (OuioedChannel *self, OuioedEntry *entry)
{
  ouioed_ring_push (&self->recent, entry);
}

static void
channel_pop_recent (OuioedChannel *self)
{
  g_autoptr(OuioedEntry) entry = ouioed_ring_pop (&self->recent);

  self->evicted_to = entry->event->id;
}

void
ouioed_channel_evict (OuioedChannel *self, OuioedEntry *entry)
{
  if (ouioed_ring_get_n (&self->recent) > 0 && ouioed_ring_get (&self->recent, self->recent.first) == entry)
    channel_pop_recent (self);
}

void
ouioed_channel_drop_trimmed (OuioedChannel *self)
{
  while (ouioed_ring_get_n (&self->recent) > 0)
    {
      OuioeEvent *event = ouioed_ring_get (&self->recent, self->recent.first)->event;
      OuioeStreams streams = ouioe_event_kind_get_streams (event->kind);

      for (guint i = 0; i < 2; i++)
        if ((streams & (1 << i)) != 0 && ouioe_event_id_compare (event->id, self->committed->trimmed_to[i]) > 0)
          return;

      channel_pop_recent (self);
    }
}

void
ouioed_channel_clear_recent (OuioedChannel *self)
{
  while (ouioed_ring_get_n (&self->recent) > 0)
    channel_pop_recent (self);
  ouioed_ring_clear (&self->recent);
}
