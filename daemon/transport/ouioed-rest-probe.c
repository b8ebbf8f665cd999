/* ouioed-rest-probe.c - one event through store and fan-out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is "healthy" is tried, not remembered: an update is appended to an internal session that a subscriber follows.
 * When it arrives there it has been checked, committed and published like any other.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include "ouioed-subscriber.h"

#define PROBE_SESSION    OUIOED_INTERNAL_PREFIX "health"
#define PROBE_LENGTH     10                        /* events kept */
#define PROBE_FRESH_US   G_USEC_PER_SEC            /* a result this young is given again */
#define PROBE_TIMEOUT_MS 2000

typedef struct {
  OuioedProbeFunc func;
  gpointer        user_data;
} Waiter;

struct _OuioedProbe
{
  OuioedHub        *hub;                /* borrowed */
  guint             ref_count;          /* operations under way hold one */
  gboolean          freed;
  OuioedSubscriber *subscriber;
  GArray           *waiters;            /* of Waiter */
  gboolean          running;
  gboolean          acknowledged;       /* of the run under way */
  OuioeEventId      arrived;            /* newest id that came to the subscriber */
  OuioeEventId      id;                 /* of the event appended */
  guint             serial;             /* of the run; an answer to an older one is stale */
  gint64            started_us;
  guint             timeout;
  OuioedProbeResult result;
  char             *error;              /* what result.error points to */
  gint64            result_us;          /* when it was found, 0 for never */
};

typedef struct {
  OuioedProbe *probe;
  guint        serial;
} Run;

static void
probe_unref (OuioedProbe *self)
{
  if (--self->ref_count > 0)
    return;
  g_array_unref (self->waiters);
  g_free (self->error);
  g_free (self);
}

static Run *
run_new (OuioedProbe *self)
{
  Run *run = g_new0 (Run, 1);

  self->ref_count++;
  run->probe = self;
  run->serial = self->serial;
  return run;
}

/* Whether the answer still matters to somebody. */
static gboolean
run_is_current (const Run *run)
{
  return !run->probe->freed && run->probe->running && run->serial == run->probe->serial;
}

static void
run_free (Run *run)
{
  probe_unref (run->probe);
  g_free (run);
}

static void
probe_finish (OuioedProbe *self, const char *error)
{
  g_autoptr(GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->running = FALSE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_free (self->error);
  self->error = g_strdup (error);
  self->result_us = g_get_monotonic_time ();
  self->result = (OuioedProbeResult) {
    .ok = error == NULL,
    .latency_us = self->result_us - self->started_us,
    .error = self->error,
  };
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (&self->result, waiter->user_data);
    }
}

static void
probe_look (OuioedProbe *self)
{
  OuioedEntry *entries[16];
  guint n;

  while ((n = ouioed_subscriber_peek (self->subscriber, entries, G_N_ELEMENTS (entries))) > 0)
    {
      self->arrived = *ouioe_event_get_id (entries[n - 1]->event);
      ouioed_subscriber_advance (self->subscriber, n);
    }
  if (self->running && self->acknowledged && ouioe_event_id_compare (self->arrived, self->id) >= 0)
    probe_finish (self, NULL);
}

static void
on_wake (OuioedSubscriber *subscriber, gpointer user_data)
{
  probe_look (user_data);
}

static gboolean
on_timeout (gpointer user_data)
{
  OuioedProbe *self = user_data;

  self->timeout = 0;
  probe_finish (self, self->acknowledged ? "A committed event did not reach its subscriber in time"
                                         : "The store did not answer in time");
  return G_SOURCE_REMOVE;
}

static void
probe_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  OuioedProbe *self = run->probe;
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  gboolean ok = ouioed_hub_append_finish (OUIOED_HUB (source), result, &receipt, &error);

  if (run_is_current (run))
    {
      if (!ok)
        probe_finish (self, error->message);
      else
        {
          self->acknowledged = TRUE;
          self->id = receipt.id;
          probe_look (self);
        }
    }
  run_free (run);
}

static void
probe_append (OuioedProbe *self)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", "health", -1, NULL, NULL);

  ouioed_hub_append_async (self->hub, PROBE_SESSION, NULL, update, NULL, probe_appended_cb, run_new (self));
}

static void
probe_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  gboolean ok = ouioed_hub_create_finish (OUIOED_HUB (source), result, &receipt, &error);

  if (run_is_current (run))
    {
      if (ok || g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS))
        probe_append (run->probe);
      else
        probe_finish (run->probe, error->message);
    }
  run_free (run);
}

static void
probe_create (OuioedProbe *self)
{
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);

  request->session_id = g_ref_string_new (PROBE_SESSION);
  request->user_id = g_strdup ("ouioed");
  request->config = OUIOE_STREAM_CONFIG_DEFAULT;
  request->config.max_stream_length = PROBE_LENGTH;
  request->context = ouioe_thinking_context_new ("", NULL);
  ouioed_hub_create_async (self->hub, request, NULL, probe_created_cb, run_new (self));
}

void
ouioed_probe_run (OuioedProbe *self, OuioedProbeFunc func, gpointer user_data)
{
  Waiter waiter = { func, user_data };
  OuioedChannel *channel;

  if (!self->running && self->result_us != 0 && g_get_monotonic_time () - self->result_us < PROBE_FRESH_US)
    {
      func (&self->result, user_data);
      return;
    }

  g_array_append_val (self->waiters, waiter);
  if (self->running)
    return;

  self->running = TRUE;
  self->acknowledged = FALSE;
  self->serial++;
  self->started_us = g_get_monotonic_time ();
  self->timeout = g_timeout_add (PROBE_TIMEOUT_MS, on_timeout, self);
  if (self->subscriber == NULL)
    {
      self->subscriber = ouioed_subscriber_new (self->hub, PROBE_SESSION, OUIOE_STREAMS_PROGRESS, FALSE,
                                                OUIOE_EVENT_ID_MAX, on_wake, self);
      probe_look (self);
    }

  channel = ouioed_hub_find (self->hub, PROBE_SESSION);
  if (channel != NULL && ouioed_channel_is_open (channel))
    probe_append (self);
  else
    probe_create (self);
}

OuioedProbe *
ouioed_probe_new (OuioedHub *hub)
{
  OuioedProbe *self = g_new0 (OuioedProbe, 1);

  self->ref_count = 1;
  self->hub = hub;
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return self;
}

void
ouioed_probe_free (OuioedProbe *self)
{
  self->freed = TRUE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->subscriber, ouioed_subscriber_free);
  probe_unref (self);
}
