/* ouioe-bench.c - load generator: so many readers, so many producers, and whether every message came once and in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   load    (default) producers send, readers follow; throughput, latency, server CPU, loss, duplicates, order
 *   idle    readers connect and do nothing; memory of each, CPU of all
 *   churn   readers connect and hang up, again and again; descriptors and memory before and after
 */
#include "bench.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONNECTING_AT_ONCE 64
#define CONNECT_TIMEOUT_NS (60 * G_GUINT64_CONSTANT (1000000000))
#define CHURN_WARMUP       1000

static gboolean
fail (const char *what)
{
  g_printerr ("%s\n", what);
  return FALSE;
}

static guint64
to_ns (double seconds)
{
  return (guint64) (seconds * 1e9);
}

/* Connects the readers from @first up to @end, a few at a time, and waits until each of them is live or lost. */
static gboolean
connect_readers (Bench *bench, guint first, guint end)
{
  guint64 deadline = bench_now_ns () + CONNECT_TIMEOUT_NS;
  guint begun = first, settled = first;

  while (settled < end)
    {
      while (begun < end && begun - settled < CONNECTING_AT_ONCE)
        {
          bench->readers[begun] = bench_reader_new (bench, begun);
          begun++;
        }
      bench_turn (bench, 10);
      while (settled < begun && bench_reader_is_settled (bench->readers[settled]))
        settled++;
      if (bench_now_ns () > deadline)
        return FALSE;
    }
  return TRUE;
}

static gboolean
all_producers (Bench *bench, gboolean (*holds) (BenchProducer *))
{
  for (int i = 0; i < bench->plan.producers; i++)
    if (!holds (bench->producers[i]))
      return FALSE;
  return TRUE;
}

static gboolean
connect_producers (Bench *bench)
{
  guint64 deadline = bench_now_ns () + CONNECT_TIMEOUT_NS;

  for (int i = 0; i < bench->plan.producers; i++)
    bench->producers[i] = bench_producer_new (bench, (guint) i);
  while (!all_producers (bench, bench_producer_is_ready))
    {
      if (bench_now_ns () > deadline || all_producers (bench, bench_producer_is_gone))
        return FALSE;
      bench_turn (bench, 10);
    }
  return TRUE;
}

/* Hands out what is due by now, to one producer after the other; returns how many were handed out since the start. */
static guint64
hand_out (Bench *bench, guint64 start_ns, guint64 done)
{
  guint64 now = bench_now_ns ();

  for (;; done++)
    {
      guint64 time_ns = start_ns + (guint64) ((double) done * 1e9 / bench->plan.rate);

      if (time_ns > now || (bench->plan.messages > 0 && done >= (guint64) bench->plan.messages))
        return done;
      bench_producer_due (bench->producers[done % (guint64) bench->plan.producers], time_ns);
    }
}

static gboolean
is_finished (Bench *bench, guint64 end_ns)
{
  if (all_producers (bench, bench_producer_is_gone))
    return TRUE;
  if (bench->plan.messages > 0)
    return bench->sent >= (guint64) bench->plan.messages;
  return bench_now_ns () >= end_ns;
}

static void
run_until_finished (Bench *bench, BenchCounts *from, BenchCounts *to)
{
  guint64 start_ns = bench_now_ns ();
  guint64 from_ns = start_ns + to_ns (bench->plan.warmup_s);
  guint64 end_ns = from_ns + to_ns (bench->plan.duration_s);
  guint64 n_due = 0;
  gboolean warm = FALSE;

  bench->from_ns = from_ns;
  bench->until_ns = bench->plan.messages > 0 ? G_MAXUINT64 : end_ns;
  bench_counts_take (bench, from);
  while (!is_finished (bench, end_ns))
    {
      if (bench->plan.rate > 0)
        n_due = hand_out (bench, start_ns, n_due);
      for (int i = 0; i < bench->plan.producers; i++)
        bench_producer_push (bench->producers[i]);
      if (!warm && bench_now_ns () >= from_ns)
        {
          warm = TRUE;
          bench_counts_take (bench, from);
        }
      bench_turn (bench, bench->plan.rate > 500 ? 0 : 1);
    }
  bench->stopping = TRUE;
  if (bench->plan.messages == 0)
    bench_counts_take (bench, to);
}

static void
drain (Bench *bench)
{
  guint64 deadline = bench_now_ns () + to_ns (bench->plan.drain_s);

  while (bench_now_ns () < deadline)
    {
      if (all_producers (bench, bench_producer_is_idle) && bench_ledger_is_even (bench->ledger))
        return;
      for (int i = 0; i < bench->plan.producers; i++)
        bench_producer_push (bench->producers[i]);
      bench_turn (bench, 1);
    }
}

static gboolean
run_load (Bench *bench)
{
  BenchProcess before, after;
  BenchCounts from, to;

  if (!connect_readers (bench, 0, (guint) bench->plan.readers))
    return fail ("not all readers got an answer");
  bench->ledger = bench_ledger_new ((guint) bench->plan.producers, (guint) bench->plan.sessions,
                                    (guint) bench->plan.readers);
  if (!connect_producers (bench))
    return fail ("not all producers could connect");
  bench_process_read (bench->plan.pid, &before);
  run_until_finished (bench, &from, &to);
  drain (bench);
  if (bench->plan.messages > 0)
    bench_counts_take (bench, &to);
  bench_process_read (bench->plan.pid, &after);
  bench_report_load (bench, &from, &to, &before, &after);
  return TRUE;
}

static void
turn_for (Bench *bench, double seconds)
{
  guint64 end_ns = bench_now_ns () + to_ns (seconds);

  while (bench_now_ns () < end_ns)
    bench_turn (bench, 20);
}

static gboolean
run_idle (Bench *bench)
{
  BenchProcess before, connected, after;

  bench_process_read (bench->plan.pid, &before);
  if (!connect_readers (bench, 0, (guint) bench->plan.readers))
    return fail ("not all readers got an answer");
  turn_for (bench, bench->plan.warmup_s);
  if (!bench_process_read (bench->plan.pid, &connected))
    return fail ("the server cannot be looked at");
  turn_for (bench, bench->plan.duration_s);
  bench_process_read (bench->plan.pid, &after);
  bench_report_idle (bench, &before, &connected, &after, bench->plan.duration_s);
  return TRUE;
}

static gboolean
connect_and_hang_up (Bench *bench, guint n)
{
  for (guint done = 0; done < n;)
    {
      guint now = MIN (n - done, CONNECTING_AT_ONCE);

      if (!connect_readers (bench, 0, now))
        return fail ("not all readers got an answer");
      for (guint i = 0; i < now; i++)
        g_clear_pointer (&bench->readers[i], bench_reader_free);
      bench->n_live = 0;
      done += now;
    }
  return TRUE;
}

/* The server notices a hang-up when it gets to it: waits until its descriptors are @n_fds again, for a while. */
static void
wait_for_fds (Bench *bench, guint n_fds, BenchProcess *process)
{
  guint64 deadline = bench_now_ns () + to_ns (bench->plan.drain_s);

  do
    {
      turn_for (bench, 0.02);
      if (!bench_process_read (bench->plan.pid, process))
        return;
    }
  while (process->n_fds > n_fds && bench_now_ns () < deadline);
}

static gboolean
run_churn (Bench *bench)
{
  BenchProcess first, before, after;
  guint64 start_ns;
  double seconds;

  bench_process_read (bench->plan.pid, &first);
  if (!connect_and_hang_up (bench, CHURN_WARMUP))
    return FALSE;
  wait_for_fds (bench, first.n_fds, &before);
  start_ns = bench_now_ns ();
  if (!connect_and_hang_up (bench, (guint) bench->plan.readers))
    return FALSE;
  seconds = (double) (bench_now_ns () - start_ns) / 1e9;
  wait_for_fds (bench, before.n_fds, &after);
  bench_report_churn (bench, (guint) bench->plan.readers, seconds, &before, &after);
  return TRUE;
}

static void
bench_clear (Bench *bench)
{
  for (int i = 0; i < bench->plan.readers; i++)
    g_clear_pointer (&bench->readers[i], bench_reader_free);
  for (int i = 0; i < bench->plan.producers; i++)
    g_clear_pointer (&bench->producers[i], bench_producer_free);
  g_clear_pointer (&bench->ledger, bench_ledger_free);
  close (bench->epoll);
  g_free (bench->readers);
  g_free (bench->producers);
  g_free (bench->latency);
  g_free (bench->answer);
  g_free (bench->scratch);
  g_free (bench->plan.host);
  g_free (bench->plan.prefix);
}

static gboolean
prepare (Bench *bench)
{
  struct rlimit files;

  if (bench->plan.sessions < 1 || bench->plan.readers < 0 || bench->plan.producers < 0 || bench->plan.window < 0)
    return fail ("at least one session, and no negative numbers");
  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  signal (SIGPIPE, SIG_IGN);
  if (bench->plan.protocol != BENCH_NATS && !bench->plan.no_create && !bench_create_sessions (bench))
    return fail ("the sessions could not be created");
  return TRUE;
}

static const char *const modes[] = { "load", "idle", "churn", NULL };
static gboolean (*const runs[]) (Bench *bench) = { run_load, run_idle, run_churn };
static const char *const protocols[] = { "ws", "sse", "nats", NULL };   /* as in BenchProtocol */

/* The place of @word among @words, 0 when none was given. */
static gboolean
read_word (const char *word, const char *const *words, guint *place)
{
  *place = 0;
  if (word == NULL)
    return TRUE;
  for (; words[*place] != NULL; (*place)++)
    if (g_str_equal (words[*place], word))
      return TRUE;
  g_printerr ("unknown word: %s\n", word);
  return FALSE;
}

int
main (int argc, char **argv)
{
  Bench bench = { .plan = { .port = 3005, .readers = 1, .sessions = 1, .producers = 8, .window = 4, .warmup_s = 1,
                            .duration_s = 5, .drain_s = 10 } };
  BenchPlan *plan = &bench.plan;
  g_autofree char *mode = NULL;
  g_autofree char *protocol = NULL;
  const GOptionEntry entries[] = {
    { "mode", 0, 0, G_OPTION_ARG_STRING, &mode, "load, idle or churn", "MODE" },
    { "protocol", 0, 0, G_OPTION_ARG_STRING, &protocol, "ws, sse or nats", "NAME" },
    { "host", 0, 0, G_OPTION_ARG_STRING, &plan->host, "IPv4 address of the server (127.0.0.1)", "ADDRESS" },
    { "port", 0, 0, G_OPTION_ARG_INT, &plan->port, "its port", "N" },
    { "pid", 0, 0, G_OPTION_ARG_INT, &plan->pid, "its process, to see what it uses", "PID" },
    { "readers", 0, 0, G_OPTION_ARG_INT, &plan->readers, "in all; of churn: connections in all", "N" },
    { "sessions", 0, 0, G_OPTION_ARG_INT, &plan->sessions, "reader r follows session r mod N", "N" },
    { "producers", 0, 0, G_OPTION_ARG_INT, &plan->producers, "connections that post", "N" },
    { "window", 0, 0, G_OPTION_ARG_INT, &plan->window, "messages of a producer on their way at once; 0: any", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &plan->rate, "messages a second in all, whatever the server does", "N" },
    { "messages", 0, 0, G_OPTION_ARG_INT64, &plan->messages, "stop after as many", "N" },
    { "warmup", 0, 0, G_OPTION_ARG_DOUBLE, &plan->warmup_s, "not measured", "SECONDS" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &plan->duration_s, "measured", "SECONDS" },
    { "drain", 0, 0, G_OPTION_ARG_DOUBLE, &plan->drain_s, "how long to wait for the rest", "SECONDS" },
    { "content", 0, 0, G_OPTION_ARG_INT, &plan->content_bytes, "bytes of the content, at least", "N" },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &plan->prefix, "of the names of the sessions (bench)", "NAME" },
    { "no-create", 0, 0, G_OPTION_ARG_NONE, &plan->no_create, "the sessions are there already", NULL },
    { "spin", 0, 0, G_OPTION_ARG_NONE, &plan->spin, "never sleep: for a core of its own", NULL },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new ("- puts load on a server and follows every message");
  g_autoptr(GError) error = NULL;
  guint chosen;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 64;
    }
  if (!read_word (protocol, protocols, &plan->protocol) || !read_word (mode, modes, &chosen))
    return 64;
  if (plan->host == NULL)
    plan->host = g_strdup ("127.0.0.1");
  if (plan->prefix == NULL)
    plan->prefix = g_strdup ("bench");
  bench.begun_ns = bench_now_ns ();
  bench.epoll = epoll_create1 (EPOLL_CLOEXEC);
  bench.scratch = g_malloc (BENCH_SCRATCH_BYTES);
  bench.latency = g_new0 (BenchHistogram, 1);
  bench.answer = g_new0 (BenchHistogram, 1);
  bench.readers = g_new0 (BenchReader *, (gsize) MAX (plan->readers, CHURN_WARMUP) + 1);
  bench.producers = g_new0 (BenchProducer *, (gsize) MAX (plan->producers, 0) + 1);

  ok = prepare (&bench) && runs[chosen] (&bench);
  bench_clear (&bench);
  return ok ? 0 : 1;
}
