/* ouioed-hub-shared.c - what a store that several daemons share tells: events, changed sessions, and when none may be missing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A channel with subscribers is watched. From the moment that holds, its events are told, by whatever daemon; what was there
 * before is read from the store. So when the connection was lost, nothing but that moment has to be found again.
 */
#include "config.h"

#include "ouioed-hub-private.h"

#define LOOK_AGAIN_MS   500
#define CATCH_UP_EVENTS 500
#define CATCH_UP_BYTES  (1 << 20)
/* Other programs take ids from the same clock without asking: one of theirs may come a little late. */
#define LATE_MS         5

/* What was asked of the store, and for whom. */
typedef struct {
  OuioedHub     *hub;
  OuioedChannel *channel;        /* NULL: all */
  guint          serial;         /* of the watch */
} Watch;

static void
raise_id (OuioeEventId *id, OuioeEventId other)
{
  if (ouioe_event_id_compare (other, *id) > 0)
    *id = other;
}

/* ---- sessions ---- */

static void
take_seen (OuioedHub *self, const OuioedSeen *seen)
{
  OuioedChannel *channel = ouioed_hub_lookup (self, seen->session_id);
  OuioedSessionRecord *record;
  gboolean was_there;

  if (seen->record == NULL)
    {
      if (channel != NULL && channel->committed != NULL)
        ouioed_hub_set_committed (self, channel, NULL);
      return;
    }

  channel = ouioed_hub_ensure (self, seen->session_id);
  channel->listed = self->listing;
  was_there = channel->committed != NULL;
  record = ouioed_session_record_copy (seen->record);
  if (was_there && channel->committed->created_us == record->created_us)
    {
      /* What was told may be newer than what was looked at. */
      raise_id (&record->last_id, channel->committed->last_id);
      for (guint s = 0; s < 2; s++)
        record->appended[s] = MAX (record->appended[s], channel->committed->appended[s]);
    }
  ouioed_hub_set_committed (self, channel, record);
  ouioed_channel_drop_trimmed (channel);
  if (was_there && !channel->internal)
    g_signal_emit_by_name (self, "session-changed", channel);
}

static void
take_look (OuioedHub *self, const OuioedLook *look)
{
  for (guint i = 0; i < look->seen->len; i++)
    take_seen (self, look->seen->pdata[i]);
  raise_id (&self->published_id, look->last_id);
}

static void
look_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, &error);

  if (look == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  take_look (g_task_get_source_object (task), look);
  g_task_return_boolean (task, TRUE);
}

gboolean
ouioed_hub_is_shared (OuioedHub *self)
{
  return self->shared != NULL;
}

void
ouioed_hub_look_async (OuioedHub *self, const char *const *session_ids, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  if (self->shared == NULL || session_ids[0] == NULL)
    g_task_return_boolean (task, TRUE);
  else
    ouioed_shared_look_async (self->shared, session_ids, look_looked_cb, g_steal_pointer (&task));
}

gboolean
ouioed_hub_look_finish (OuioedHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
changed_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioedHub) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, &error);

  /* When that fails the connection was lost, and all sessions are looked at with the next one. */
  if (look != NULL)
    take_look (self, look);
  else
    g_debug ("Sessions that changed could not be looked at: %s", error->message);
}

static gboolean
look_at_changed_cb (gpointer user_data)
{
  OuioedHub *self = user_data;
  g_autoptr(GHashTable) ids = g_steal_pointer (&self->to_look_at);
  g_autofree const char **list = (const char **) g_hash_table_get_keys_as_array (ids, NULL);

  if (self->shared != NULL)
    ouioed_shared_look_async (self->shared, list, changed_looked_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* Many at once are looked at together. */
static void
on_changed (const char *session_id, gpointer user_data)
{
  OuioedHub *self = user_data;

  if (self->to_look_at == NULL)
    {
      g_autoptr(GSource) source = g_idle_source_new ();

      self->to_look_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, look_at_changed_cb, g_object_ref (self), g_object_unref);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
  g_hash_table_add (self->to_look_at, g_strdup (session_id));
}

static void
on_listed (guint part, OuioedLook *look, gboolean is_first, gboolean is_last, gpointer user_data)
{
  OuioedHub *self = user_data;
  g_autoptr(GPtrArray) gone = NULL;
  GHashTableIter iter;
  gpointer value;
  guint since;

  if (is_first)
    self->listing++;
  since = self->listing;
  take_look (self, look);
  if (!is_last)
    return;

  gone = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OuioedChannel *channel = value;

      if (channel->committed != NULL && channel->listed != since && ouioed_shared_get_part (self->shared, channel->id) == part)
        g_ptr_array_add (gone, g_object_ref (channel));
    }
  /* Other parts may be listed at the same time, and count on; so what seems to be gone is looked at once more. */
  for (guint i = 0; i < gone->len; i++)
    on_changed (((OuioedChannel *) gone->pdata[i])->id, self);
}

/* ---- events ---- */

OuioeEventId
ouioed_channel_get_newest_id (OuioedChannel *channel)
{
  OuioeEventId newest = channel->evicted_to;

  for (guint64 at = channel->recent.first; at < channel->recent.end; at++)
    raise_id (&newest, ouioed_ring_get (&channel->recent, at)->event->id);
  return newest;
}

static void
wake (OuioedHub *self, OuioedChannel *channel)
{
  for (guint i = 0; channel->is_live && channel->subscribers != NULL && i < channel->subscribers->len; i++)
    ouioed_subscriber_notify (channel->subscribers->pdata[i]);
  for (guint i = 0; self->is_all_live && i < self->subscribers->len; i++)
    ouioed_subscriber_notify (self->subscribers->pdata[i]);
}

static void
publish (OuioedHub *self, OuioedChannel *channel, OuioedEntry *entry)
{
  OuioeEventId id = entry->event->id;
  OuioeEventId newest = self->published_id;

  if (channel->committed != NULL)
    {
      raise_id (&channel->committed->last_id, id);
      channel->committed->last_activity_us = MAX (channel->committed->last_activity_us, entry->event->time_us);
      for (guint s = 0; s < 2; s++)
        channel->committed->appended[s] = MAX (channel->committed->appended[s], entry->ordinal[s]);
    }
  ouioed_hub_publish (self, channel, entry);
  raise_id (&newest, id);
  self->published_id = newest;
}

static void
on_event (OuioeEvent *event, const guint64 ordinals[2], gpointer user_data)
{
  OuioedHub *self = user_data;
  OuioedChannel *channel = ouioed_hub_lookup (self, event->session_id);
  g_autoptr(OuioedEntry) entry = NULL;

  if (channel == NULL && self->n_all_watchers == 0)
    return;
  if (channel == NULL)
    channel = ouioed_hub_ensure (self, event->session_id);
  if (ouioed_channel_get_n_subscribers (channel) == 0 && self->n_all_watchers == 0)
    return;

  entry = ouioed_entry_new (event);
  entry->ordinal[0] = ordinals[0];
  entry->ordinal[1] = ordinals[1];
  if (channel->is_catching_up)
    {
      if (channel->held == NULL)
        channel->held = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_entry_unref);
      g_ptr_array_add (channel->held, g_steal_pointer (&entry));
      return;
    }
  if (ouioe_event_id_compare (event->id, channel->evicted_to) <= 0)
    return;   /* readers find it in the store */

  publish (self, channel, entry);
  wake (self, channel);
}

/* ---- what other programs wrote ---- */

static void catch_up (OuioedHub *self, OuioedChannel *channel);

static gboolean
is_recent (OuioedChannel *channel, OuioeEvent *event)
{
  for (guint64 at = channel->recent.first; at < channel->recent.end; at++)
    {
      OuioeEvent *known = ouioed_ring_get (&channel->recent, at)->event;

      if (ouioe_event_id_compare (known->id, event->id) == 0 && known->is_foreign == event->is_foreign
          && known->kind == event->kind)
        return TRUE;
    }
  return FALSE;
}

/* In the order of ids, each once. */
static void
take_caught_up (OuioedHub *self, OuioedChannel *channel, OuioedPage *page)
{
  const OuioeEventId before = ouioed_channel_get_newest_id (channel);
  OuioeEventId newest = before;

  for (guint i = 0; i < page->events->len; i++)
    {
      OuioeEvent *event = page->events->pdata[i];
      gboolean follows = ouioe_event_id_compare (event->id, before) > 0;
      gboolean is_late = event->is_foreign && ouioe_event_id_compare (event->id, channel->evicted_to) > 0;
      g_autoptr(OuioedEntry) entry = NULL;

      if (is_recent (channel, event) || (!follows && !is_late))
        continue;
      entry = ouioed_entry_new (event);
      entry->is_late = ouioe_event_id_compare (event->id, newest) <= 0;   /* two streams may have the same id */
      raise_id (&newest, event->id);
      publish (self, channel, entry);
    }
}

static void
catch_up_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Watch *watch = user_data;
  g_autoptr(OuioedHub) self = watch->hub;
  g_autoptr(OuioedChannel) channel = watch->channel;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, NULL);
  g_autoptr(GPtrArray) held = g_steal_pointer (&channel->held);
  gboolean again = channel->catch_up_again;

  channel->is_catching_up = channel->catch_up_again = FALSE;
  if (page == NULL || !channel->is_live)
    return;   /* with the next connection everything is looked at anew */

  take_caught_up (self, channel, page);
  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      OuioedEntry *entry = held->pdata[i];

      if (!is_recent (channel, entry->event) && !page->has_more
          && ouioe_event_id_compare (entry->event->id, ouioed_channel_get_newest_id (channel)) > 0)
        publish (self, channel, entry);
    }
  wake (self, channel);
  if (again || page->has_more)
    catch_up (self, channel);
}

static void
catch_up (OuioedHub *self, OuioedChannel *channel)
{
  const char *sessions[] = { channel->id, NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;
  OuioeEventId newest = ouioed_channel_get_newest_id (channel);
  Watch *watch = g_new (Watch, 1);

  *watch = (Watch) { g_object_ref (self), g_object_ref (channel), channel->watch_serial };
  channel->is_catching_up = TRUE;
  query.sessions = sessions;
  query.after = (OuioeEventId) { newest.ms > LATE_MS ? newest.ms - LATE_MS : 0, 0 };
  raise_id (&query.after, channel->evicted_to);
  query.limit = CATCH_UP_EVENTS;
  query.max_bytes = CATCH_UP_BYTES;
  ouioed_store_read_async (self->store, &query, NULL, catch_up_read_cb, watch);
}

static void
on_foreign (const char *session_id, gpointer user_data)
{
  OuioedHub *self = user_data;
  OuioedChannel *channel = ouioed_hub_lookup (self, session_id);

  if (channel == NULL || !channel->is_live)
    return;
  if (channel->is_catching_up)
    channel->catch_up_again = TRUE;
  else
    catch_up (self, channel);
}

/* ---- watching ---- */

/* Everything up to @until is to be read from the store, everything behind it is told. */
static void
channel_set_live (OuioedHub *self, OuioedChannel *channel, OuioeEventId until)
{
  while (ouioed_ring_get_n (&channel->recent) > 0
         && ouioe_event_id_compare (ouioed_ring_get (&channel->recent, channel->recent.first)->event->id, until) <= 0)
    ouioed_channel_evict (channel, ouioed_ring_get (&channel->recent, channel->recent.first));
  raise_id (&channel->evicted_to, until);
  channel->is_live = TRUE;
  for (guint i = 0; channel->subscribers != NULL && i < channel->subscribers->len; i++)
    ouioed_subscriber_notify_live (channel->subscribers->pdata[i]);
  channel->watched_from = OUIOE_EVENT_ID_ZERO;
}

static void watch_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void all_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static guint
watch_get_serial (const Watch *watch)
{
  return watch->channel != NULL ? watch->channel->watch_serial : watch->hub->watch_serial;
}

static gboolean
look_again_cb (gpointer user_data)
{
  Watch *watch = user_data;
  const char *ids[] = { watch->channel != NULL ? watch->channel->id : NULL, NULL };

  gboolean is_wanted = watch->channel != NULL ? ouioed_channel_get_n_subscribers (watch->channel) > 0
                                              : watch->hub->n_all_watchers > 0;

  if (is_wanted && watch->serial == watch_get_serial (watch))
    {
      ouioed_shared_look_async (watch->hub->shared, ids, watch->channel != NULL ? watch_looked_cb : all_looked_cb, watch);
      return G_SOURCE_REMOVE;
    }
  g_clear_object (&watch->channel);
  g_object_unref (watch->hub);
  g_free (watch);
  return G_SOURCE_REMOVE;
}

/* The watch holds, but what was before it cannot be found now: a server may be busy. @watch: a copy is taken */
static void
look_again_later (const Watch *watch)
{
  g_autoptr(GSource) source = g_timeout_source_new (LOOK_AGAIN_MS);
  Watch *copy = g_new (Watch, 1);

  *copy = (Watch) { g_object_ref (watch->hub), watch->channel != NULL ? g_object_ref (watch->channel) : NULL, watch->serial };
  g_source_set_callback (source, look_again_cb, copy, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
watch_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Watch *watch = user_data;
  g_autoptr(OuioedHub) self = watch->hub;
  g_autoptr(OuioedChannel) channel = watch->channel;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, &error);
  const OuioedSeen *seen;

  if (look == NULL)
    {
      g_debug ("A watched session could not be looked at: %s", error->message);
      if (watch->serial == watch_get_serial (watch))
        look_again_later (watch);
      return;
    }

  take_look (self, look);
  if (watch->serial != channel->watch_serial || ouioed_channel_get_n_subscribers (channel) == 0 || look->seen->len == 0)
    return;
  seen = look->seen->pdata[0];
  raise_id (&self->published_id, seen->newest);
  channel_set_live (self, channel, seen->newest);
}

static void
all_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Watch *watch = user_data;
  g_autoptr(OuioedHub) self = watch->hub;
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, NULL);

  if (look == NULL && watch->serial == self->watch_serial)
    look_again_later (watch);
  if (look == NULL || watch->serial != self->watch_serial)
    return;

  raise_id (&self->published_id, look->last_id);
  ouioed_hub_evict_until (self, look->last_id);
  self->is_all_live = TRUE;
  for (guint i = 0; i < self->subscribers->len; i++)
    ouioed_subscriber_notify_live (self->subscribers->pdata[i]);
  self->watched_from = OUIOE_EVENT_ID_ZERO;
}

static void
on_watching (const char *session_id, gboolean is_watching, gpointer user_data)
{
  OuioedHub *self = user_data;
  OuioedChannel *channel = session_id != NULL ? ouioed_hub_lookup (self, session_id) : NULL;
  const char *ids[] = { session_id, NULL };
  Watch *watch;

  if (session_id == NULL)
    {
      self->is_all_live = FALSE;
      self->watch_serial++;
      if (!is_watching)
        return;
      watch = g_new (Watch, 1);
      *watch = (Watch) { g_object_ref (self), NULL, self->watch_serial };
      ouioed_shared_look_async (self->shared, ids, all_looked_cb, watch);
      return;
    }
  if (channel == NULL)
    return;

  channel->is_live = FALSE;
  channel->watch_serial++;
  if (!is_watching)
    return;
  watch = g_new (Watch, 1);
  *watch = (Watch) { g_object_ref (self), g_object_ref (channel), channel->watch_serial };
  ouioed_shared_look_async (self->shared, ids, watch_looked_cb, watch);
}

/* Who wants only what is new wants what came after this, also what comes before the watch holds. */
static void
from_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Watch *watch = user_data;
  g_autoptr(OuioedHub) self = watch->hub;
  g_autoptr(OuioedChannel) channel = watch->channel;
  g_autoptr(OuioedLook) look = ouioed_shared_look_finish (OUIOED_SHARED (source), result, NULL);

  if (look == NULL || (channel != NULL && look->seen->len == 0))
    return;
  if (channel != NULL && !channel->is_live)
    channel->watched_from = ((OuioedSeen *) look->seen->pdata[0])->newest;
  if (channel == NULL && !self->is_all_live)
    self->watched_from = look->last_id;
}

static void
look_from (OuioedHub *self, OuioedChannel *channel)
{
  const char *ids[] = { channel != NULL ? channel->id : NULL, NULL };
  Watch *watch = g_new (Watch, 1);

  *watch = (Watch) { g_object_ref (self), channel != NULL ? g_object_ref (channel) : NULL, 0 };
  ouioed_shared_look_async (self->shared, ids, from_looked_cb, watch);
}

void
ouioed_hub_watch_all (OuioedHub *self, gboolean watch)
{
  if (self->shared == NULL)
    return;
  if (watch && self->n_all_watchers++ == 0)
    {
      self->watched_from = OUIOE_EVENT_ID_ZERO;
      look_from (self, NULL);
      ouioed_shared_watch (self->shared, NULL);
    }
  if (!watch && --self->n_all_watchers == 0)
    {
      self->is_all_live = FALSE;
      self->watch_serial++;
      ouioed_shared_unwatch (self->shared, NULL);
    }
}

void
ouioed_hub_watch (OuioedHub *self, OuioedChannel *channel)
{
  if (channel != NULL)
    {
      channel->is_live = FALSE;
      channel->watched_from = OUIOE_EVENT_ID_ZERO;
      look_from (self, channel);
      ouioed_shared_watch (self->shared, channel->id);
      return;
    }

  ouioed_hub_watch_all (self, TRUE);
  if (self->is_all_live)
    ouioed_subscriber_notify_live (g_ptr_array_index (self->subscribers, self->subscribers->len - 1));
}

void
ouioed_hub_unwatch (OuioedHub *self, OuioedChannel *channel)
{
  if (self->shared == NULL)
    return;
  if (channel == NULL)
    {
      ouioed_hub_watch_all (self, FALSE);
      return;
    }
  channel->is_live = FALSE;
  channel->watch_serial++;
  ouioed_shared_unwatch (self->shared, channel->id);
}

void
ouioed_hub_tell_about (OuioedHub *self)
{
  g_autoptr(GString) about = g_string_new ("{\"version\":\"" OUIOE_VERSION "\",\"urls\":[");

  for (guint i = 0; self->urls != NULL && self->urls[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (about, ',');
      ouioe_json_write_string (about, self->urls[i], -1);
    }
  g_string_append_printf (about, "],\"subscribers\":%u}", self->metrics.n_subscribers);
  ouioed_shared_set_about (self->shared, about->str);
}

void
ouioed_hub_set_urls (OuioedHub *self, const char *const *urls)
{
  if (self->shared == NULL)
    return;
  g_strfreev (self->urls);
  self->urls = g_strdupv ((char **) urls);
  ouioed_hub_tell_about (self);
}

static void
on_reachable (gboolean is_reachable, const char *problem, gpointer user_data)
{
  OuioedHub *self = user_data;

  self->metrics.store_ok = is_reachable;
}

void
ouioed_hub_share (OuioedHub *self)
{
  static const OuioedSharedFuncs funcs = { on_event, on_foreign, on_changed, on_watching, on_listed, on_reachable };

  ouioed_shared_set_funcs (self->shared, &funcs, self);
}

void
ouioed_hub_unshare (OuioedHub *self)
{
  if (self->shared == NULL)
    return;

  ouioed_shared_set_funcs (self->shared, NULL, NULL);
  g_clear_pointer (&self->to_look_at, g_hash_table_unref);
  g_clear_pointer (&self->urls, g_strfreev);
}
