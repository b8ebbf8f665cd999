/* ouioed-reaper.c - retention: forgets what expired, and what the store has no room for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-hub-private.h"

#define INTERVAL_S 5
#define ROOM_INTERVAL_US G_USEC_PER_SEC
#define MAX_FORGETS_PER_RUN 200   /* a run must not hold up the main loop or make a giant commit */

static gboolean
channel_is_expired (OuioedChannel *channel, gint64 now_us)
{
  return now_us - channel->committed->last_activity_us > channel->committed->config.expiry_us;
}

/* Sessions stand in the order of creation, not of activity, so all are looked at: 50 000 comparisons take a millisecond. */
static guint
reaper_forget_expired (OuioedHub *hub)
{
  gint64 now_us = ouioed_hub_get_now_us (hub);
  guint n = 0;

  for (GList *link = hub->by_creation.head; link != NULL && n < MAX_FORGETS_PER_RUN; link = link->next)
    {
      OuioedChannel *channel = link->data;

      if (ouioed_channel_get_newest (channel) != channel->committed || !channel_is_expired (channel, now_us))
        continue;
      ouioed_ingest_forget (hub->ingest, channel->id, NULL);
      n++;
    }

  return n;
}

static int
compare_by_activity (gconstpointer a, gconstpointer b)
{
  const OuioedSessionRecord *x = (*(OuioedChannel *const *) a)->committed;
  const OuioedSessionRecord *y = (*(OuioedChannel *const *) b)->committed;

  return x->last_activity_us < y->last_activity_us ? -1 : x->last_activity_us > y->last_activity_us;
}

static GPtrArray *
reaper_list_closed (OuioedHub *hub)
{
  GPtrArray *closed = g_ptr_array_new ();

  for (GList *link = hub->by_creation.head; link != NULL; link = link->next)
    {
      OuioedChannel *channel = link->data;

      if (!channel->forgetting && channel->committed->state == OUIOE_SESSION_CLOSED)
        g_ptr_array_add (closed, channel);
    }
  g_ptr_array_sort (closed, compare_by_activity);

  return closed;
}

/* Closed sessions go first, a twentieth of them at a time and those with the oldest activity first; when all are running,
 * each loses the older half of its events. */
static void
reaper_make_room (OuioedHub *hub)
{
  g_autoptr(GPtrArray) closed = reaper_list_closed (hub);

  if (closed->len > 0)
    {
      guint n = MIN ((closed->len + 19) / 20, MAX_FORGETS_PER_RUN);

      g_message ("The store is full (%" G_GUINT64_FORMAT " bytes): the %u oldest closed sessions are forgotten",
                 hub->metrics.store_bytes, n);
      for (guint i = 0; i < n; i++)
        ouioed_ingest_forget (hub->ingest, ((OuioedChannel *) closed->pdata[i])->id, NULL);
      return;
    }

  g_message ("The store is full (%" G_GUINT64_FORMAT " bytes) and no session is closed: each loses the older half of its "
             "events", hub->metrics.store_bytes);
  for (GList *link = hub->by_creation.head; link != NULL; link = link->next)
    {
      OuioedChannel *channel = link->data;

      for (guint i = 0; i < 2; i++)
        {
          guint64 kept = channel->committed->appended[i] - channel->committed->trimmed[i];

          if (kept > 1)
            ouioed_ingest_trim (hub->ingest, channel, i, (guint) (kept / 2));
        }
    }
}

/* One step at a time: what was removed shows in the size only after a while. */
void
ouioed_reaper_check_size (OuioedHub *hub)
{
  gint64 now_us = g_get_monotonic_time ();

  if (hub->metrics.store_bytes <= hub->limits.max_store_bytes)
    return;
  if (hub->room_made_us != 0 && now_us - hub->room_made_us < ROOM_INTERVAL_US)
    return;

  hub->room_made_us = now_us;
  reaper_make_room (hub);
}

void
ouioed_reaper_run (OuioedHub *hub)
{
  /* What expired is so for all daemons, and how large the store may be its own configuration tells. */
  if (hub->shared != NULL)
    {
      ouioed_shared_sweep (hub->shared, ouioed_hub_get_now_us (hub) - hub->limits.key_lifetime_us);
      hub->metrics.store_bytes = ouioed_shared_get_size (hub->shared);
      ouioed_hub_tell_about (hub);
      return;
    }

  if (reaper_forget_expired (hub) == 0)
    ouioed_reaper_check_size (hub);

  if (hub->limits.key_lifetime_us > 0)
    {
      gint64 before_us = ouioed_hub_get_now_us (hub) - hub->limits.key_lifetime_us;

      if (ouioed_keys_forget_before (hub->keys, before_us) > 0)
        ouioed_ingest_forget_keys (hub->ingest, before_us);
    }
}

static gboolean
reaper_tick_cb (gpointer user_data)
{
  ouioed_reaper_run (user_data);
  return G_SOURCE_CONTINUE;
}

void
ouioed_reaper_start (OuioedHub *hub)
{
  g_autoptr(GSource) source = g_timeout_source_new_seconds (INTERVAL_S);

  g_source_set_callback (source, reaper_tick_cb, hub, NULL);
  g_source_set_static_name (source, "ouioed-reaper");
  g_source_attach (source, g_main_context_get_thread_default ());
  hub->reaper = g_steal_pointer (&source);
}

void
ouioed_reaper_stop (OuioedHub *hub)
{
  if (hub->reaper == NULL)
    return;
  g_source_destroy (hub->reaper);
  g_clear_pointer (&hub->reaper, g_source_unref);
}
