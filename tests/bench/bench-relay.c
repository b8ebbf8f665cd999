/* bench-relay.c - runs a plan: clients ask, the server streams, and what came is counted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-relay.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

#define SECOND_NS    G_GUINT64_CONSTANT (1000000000)
#define DRAIN_NS     (10 * SECOND_NS)
#define NAP_NS       (SECOND_NS / 10)    /* at most */

BenchRelayPeer *
bench_relay_peer_new (BenchRelay *self, int fd, gboolean serves)
{
  BenchRelayPeer *peer = g_new0 (BenchRelayPeer, 1);
  struct epoll_event event = { .events = 0, .data.ptr = peer };

  peer->relay = self;
  peer->fd = fd;
  peer->serves = serves;
  peer->in = g_byte_array_new ();
  peer->out = g_byte_array_new ();
  epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event);
  return peer;
}

void
bench_relay_peer_close (BenchRelayPeer *peer)
{
  if (peer->fd >= 0)
    close (peer->fd);
  peer->fd = -1;
}

static void
peer_free (gpointer data)
{
  BenchRelayPeer *peer = data;

  bench_relay_peer_close (peer);
  g_byte_array_unref (peer->in);
  g_byte_array_unref (peer->out);
  g_free (peer);
}

void
bench_relay_peer_watch (BenchRelayPeer *peer, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = peer };

  epoll_ctl (peer->relay->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

/* Serves whoever is ready; waits for that at most until @until_ns. */
static void
turn (BenchRelay *self, guint64 until_ns)
{
  struct epoll_event events[256];
  guint64 now_ns = bench_now_ns ();
  guint64 left_ns = until_ns > now_ns ? MIN (until_ns - now_ns, NAP_NS) : 0;
  struct timespec timeout = { .tv_nsec = self->plan.spin ? 0 : (long) left_ns };
  int n = epoll_pwait2 (self->epoll, events, G_N_ELEMENTS (events), &timeout, NULL);

  for (int i = 0; i < n; i++)
    {
      BenchRelayPeer *peer = events[i].data.ptr;

      if (peer == NULL)
        bench_relay_accept (self);
      else if (peer->fd >= 0 && peer->serves)
        bench_relay_serve (peer, events[i].events);
      else if (peer->fd >= 0)
        bench_relay_receive (peer, BENCH_SCRATCH_BYTES);
    }
}

static gint64
sum_bytes (GPtrArray *peers)
{
  gint64 sum = 0;

  for (guint i = 0; i < peers->len; i++)
    sum += ((BenchRelayPeer *) peers->pdata[i])->bytes;
  return sum;
}

static gboolean
all_ended (GPtrArray *peers)
{
  for (guint i = 0; i < peers->len; i++)
    if (!((BenchRelayPeer *) peers->pdata[i])->ended)
      return FALSE;
  return TRUE;
}

/* What a slow client takes, as much as its rate allows by now. */
static void
read_slowly (BenchRelay *self, guint64 since_ns)
{
  gint64 allowed = (gint64) (self->plan.read_rate * (double) since_ns / 1e9);

  for (guint i = 0; i < self->clients->len; i++)
    {
      BenchRelayPeer *peer = self->clients->pdata[i];

      if (peer->fd >= 0 && allowed - peer->bytes >= 4096)
        bench_relay_receive (peer, (gsize) (allowed - peer->bytes));
    }
  self->ahead_max = MAX (self->ahead_max, sum_bytes (self->servers) - sum_bytes (self->clients));
}

static void
put_latency (const char *name, const BenchHistogram *h)
{
  printf ("\"%s\": {\"n\": %" G_GUINT64_FORMAT ", "
          "\"mean\": %.1f, \"p50\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}, ",
          name, h->n, bench_histogram_mean (h) / 1e3, (double) bench_histogram_quantile (h, 0.5) / 1e3,
          (double) bench_histogram_quantile (h, 0.99) / 1e3, (double) bench_histogram_quantile (h, 0.999) / 1e3,
          (double) h->max / 1e3);
}

static void
put_process (const char *name, const BenchProcess *process)
{
  printf ("\"%s\": {\"cpu_s\": %.3f, \"rss\": %" G_GUINT64_FORMAT ", \"peak\": %" G_GUINT64_FORMAT ", \"fds\": %u}, ", name,
          process->cpu_s, process->rss_bytes, process->peak_bytes, process->n_fds);
}

gboolean
bench_relay_run (BenchRelay *self)
{
  const BenchRelayPlan *plan = &self->plan;
  BenchProcess before, after;
  guint64 begin_ns, end_ns, now_ns, done_ns;

  bench_relay_make_block (self);
  if (!bench_relay_listen (self) || !bench_process_read (plan->pid, &before))
    return FALSE;

  begin_ns = bench_now_ns ();
  for (int i = 0; i < plan->streams; i++)
    {
      guint64 apart_ns = plan->rate > 0 ? (guint64) (1e9 / plan->rate) / (guint64) plan->streams : 0;

      /* evenly over one period, so that their pieces come evenly */
      while ((now_ns = bench_now_ns ()) < begin_ns + (guint64) i * apart_ns)
        turn (self, MIN (begin_ns + (guint64) i * apart_ns, bench_relay_send_due (self, now_ns)));
      if (!bench_relay_connect (self))
        return FALSE;
    }
  self->from_ns = begin_ns + (guint64) (plan->warmup_s * 1e9);
  end_ns = self->from_ns + (guint64) (plan->duration_s * 1e9);

  while ((now_ns = bench_now_ns ()) < end_ns && !(plan->bytes > 0 && all_ended (self->clients)))
    {
      guint64 next_ns = plan->read_rate > 0 ? now_ns + SECOND_NS / 200 : end_ns;

      turn (self, MIN (next_ns, bench_relay_send_due (self, now_ns)));
      if (plan->read_rate > 0)
        read_slowly (self, now_ns - begin_ns);
    }
  done_ns = bench_now_ns ();

  self->stopping = TRUE;
  bench_relay_send_due (self, done_ns);
  while (self->received < self->sent && bench_now_ns () < done_ns + DRAIN_NS)
    turn (self, bench_now_ns () + NAP_NS);
  for (guint i = 0; i < self->clients->len; i++)
    bench_relay_peer_close (self->clients->pdata[i]);
  /* what is left when everybody went */
  for (now_ns = bench_now_ns (); bench_now_ns () < now_ns + SECOND_NS;)
    turn (self, now_ns + SECOND_NS);
  if (!bench_process_read (plan->pid, &after))
    return FALSE;

  printf ("{\"streams\": %d, \"seconds\": %.3f, \"sent\": %" G_GUINT64_FORMAT ", \"missing\": %" G_GUINT64_FORMAT
          ", \"out_of_order\": %" G_GUINT64_FORMAT ", \"broken\": %" G_GUINT64_FORMAT ", ", plan->streams,
          (double) (done_ns - begin_ns) / 1e9, self->sent, self->sent - self->received, self->out_of_order, self->broken);
  put_latency ("latency_us", self->latency);
  put_latency ("late_us", self->late);
  put_process ("before", &before);
  put_process ("after", &after);
  printf ("\"ahead_max\": %" G_GINT64_FORMAT ", \"bytes\": %" G_GINT64_FORMAT "}\n",
          self->ahead_max, sum_bytes (self->clients));
  return TRUE;
}

static const BenchRelayPlan default_plan = { .streams = 1, .duration_s = 5 };

int
main (int argc, char **argv)
{
  BenchRelay relay = { .plan = default_plan, .due = G_QUEUE_INIT };
  BenchRelayPlan *plan = &relay.plan;
  const GOptionEntry entries[] = {
    { "upstream-port", 0, 0, G_OPTION_ARG_INT, &plan->upstream_port, "where the server listens", "PORT" },
    { "port", 0, 0, G_OPTION_ARG_INT, &plan->port, "where clients connect to (default: to the server itself)", "PORT" },
    { "path", 0, 0, G_OPTION_ARG_STRING, &plan->path, "what they ask for", "PATH" },
    { "streams", 0, 0, G_OPTION_ARG_INT, &plan->streams, "clients", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &plan->rate, "pieces a second and stream (default: as much as goes)", "R" },
    { "sse", 0, 0, G_OPTION_ARG_NONE, &plan->sse, "what goes are events of thinking", NULL },
    { "bytes", 0, 0, G_OPTION_ARG_INT64, &plan->bytes, "of each stream, then stop", "N" },
    { "read-rate", 0, 0, G_OPTION_ARG_DOUBLE, &plan->read_rate, "bytes a second that a client takes", "R" },
    { "warmup", 0, 0, G_OPTION_ARG_DOUBLE, &plan->warmup_s, "before it counts", "SECONDS" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &plan->duration_s, "of what counts", "SECONDS" },
    { "pid", 0, 0, G_OPTION_ARG_INT, &plan->pid, "of the process between them", "PID" },
    { "spin", 0, 0, G_OPTION_ARG_NONE, &plan->spin, "never sleep", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GOptionContext) context = g_option_context_new ("- both ends of a model's stream");
  g_autoptr(GError) error = NULL;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 64;
    }
  if (plan->path == NULL)
    plan->path = g_strdup ("/v1/chat/completions");
  relay.epoll = epoll_create1 (EPOLL_CLOEXEC);
  relay.listener = -1;
  relay.servers = g_ptr_array_new_with_free_func (peer_free);
  relay.clients = g_ptr_array_new_with_free_func (peer_free);
  relay.scratch = g_malloc (BENCH_SCRATCH_BYTES);
  relay.latency = g_new0 (BenchHistogram, 1);
  relay.late = g_new0 (BenchHistogram, 1);
  ok = bench_relay_run (&relay);
  if (!ok)
    g_printerr ("the streams cannot be set up: %s\n", g_strerror (errno));

  g_queue_clear (&relay.due);
  g_ptr_array_unref (relay.servers);
  g_ptr_array_unref (relay.clients);
  g_free (relay.scratch);
  g_free (relay.block);
  g_free (relay.latency);
  g_free (relay.late);
  g_free (plan->path);
  return ok ? 0 : 1;
}
