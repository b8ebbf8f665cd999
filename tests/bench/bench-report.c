/* bench-report.c - what was measured, as one JSON object on standard output
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <stdio.h>
#include <unistd.h>

void
bench_counts_take (Bench *bench, BenchCounts *counts)
{
  *counts = bench->counts;
  counts->time_ns = bench_now_ns ();
  counts->server_cpu_s = bench_process_cpu (bench->plan.pid);
  counts->own_cpu_s = bench_process_cpu ((int) getpid ());
}

static void
put (GString *out, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.9g", value);
  g_string_append_printf (out, "%s\"%s\": %s", out->str[out->len - 1] == '{' ? "" : ", ", name, text);
}

static void
put_count (GString *out, const char *name, guint64 value)
{
  g_string_append_printf (out, "%s\"%s\": %" G_GUINT64_FORMAT, out->str[out->len - 1] == '{' ? "" : ", ", name, value);
}

static void
put_histogram (GString *out, const char *name, const BenchHistogram *histogram)
{
  static const struct { const char *name; double fraction; } points[] = {
    { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 },
  };

  g_string_append_printf (out, ", \"%s\": {", name);
  put_count (out, "n", histogram->n);
  put (out, "mean", bench_histogram_mean (histogram) / 1e3);
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    put (out, points[i].name, (double) bench_histogram_quantile (histogram, points[i].fraction) / 1e3);
  put (out, "max", (double) histogram->max / 1e3);
  g_string_append_c (out, '}');
}

static double
divide (double a, double b)
{
  return b > 0 ? a / b : 0.0;
}

static GString *
begin (Bench *bench)
{
  const BenchPlan *plan = &bench->plan;
  GString *out = g_string_new ("{");

  put_count (out, "readers", (guint64) plan->readers);
  put_count (out, "sessions", (guint64) plan->sessions);
  put_count (out, "producers", (guint64) plan->producers);
  put_count (out, "readers_lost", bench->n_lost);
  put_count (out, "protocol_errors", bench->broken);
  return out;
}

static void
finish (GString *out)
{
  g_string_append (out, "}\n");
  fputs (out->str, stdout);
  fflush (stdout);
  g_string_free (out, TRUE);
}

void
bench_report_load (Bench *bench, const BenchCounts *from, const BenchCounts *to, const BenchProcess *before,
                   const BenchProcess *after)
{
  GString *out = begin (bench);
  double seconds = (double) (to->time_ns - from->time_ns) / 1e9;
  double cpu_us = (to->server_cpu_s - from->server_cpu_s) * 1e6;
  double answered = (double) (to->answered - from->answered);
  double delivered = (double) (to->delivered - from->delivered);
  BenchVerdict verdict;

  bench_ledger_judge (bench->ledger, &verdict);
  put (out, "seconds", seconds);
  put (out, "publishes_per_s", divide (answered, seconds));
  put (out, "deliveries_per_s", divide (delivered, seconds));
  put (out, "bytes_per_delivery", divide ((double) (to->bytes - from->bytes), delivered));
  put (out, "server_cpu_us_per_delivery", divide (cpu_us, delivered));
  put (out, "server_cpu_us_per_publish", divide (cpu_us, answered));
  put (out, "server_cores", divide (cpu_us / 1e6, seconds));
  put (out, "generator_cores", divide (to->own_cpu_s - from->own_cpu_s, seconds));
  put_count (out, "sent", bench->sent);
  put_count (out, "acknowledged", bench->counts.answered);
  put_count (out, "refused", bench->refused);
  put_count (out, "unanswered", bench->unanswered);
  put_count (out, "expected", verdict.expected);
  put_count (out, "delivered", bench->counts.delivered);
  put_count (out, "missing", verdict.missing);
  put_count (out, "duplicates", verdict.duplicates);
  put_count (out, "reordered", verdict.reordered);
  put_count (out, "foreign", verdict.foreign);
  put_count (out, "gate_timeouts", bench->gate_timeouts);
  put_histogram (out, "latency_us", bench->latency);
  put_histogram (out, "answer_us", bench->answer);
  put_count (out, "rss_before_bytes", before->rss_bytes);
  put_count (out, "rss_after_bytes", after->rss_bytes);
  put_count (out, "fds_after", after->n_fds);
  finish (out);
}

void
bench_report_idle (Bench *bench, const BenchProcess *before, const BenchProcess *connected, const BenchProcess *after,
                   double idle_s)
{
  GString *out = begin (bench);
  double n = bench->n_live;

  put_count (out, "connected", bench->n_live);
  put_count (out, "pss_before_bytes", before->pss_bytes);
  put_count (out, "pss_connected_bytes", connected->pss_bytes);
  put (out, "pss_bytes_per_reader", divide ((double) connected->pss_bytes - (double) before->pss_bytes, n));
  put (out, "cpu_us_per_connect", divide ((connected->cpu_s - before->cpu_s) * 1e6, n));
  put (out, "idle_cores", divide (after->cpu_s - connected->cpu_s, idle_s));
  put_count (out, "fds_connected", connected->n_fds);
  finish (out);
}

void
bench_report_churn (Bench *bench, guint n, double seconds, const BenchProcess *before, const BenchProcess *after)
{
  GString *out = begin (bench);

  put_count (out, "connects", n);
  put (out, "connects_per_s", divide (n, seconds));
  put (out, "cpu_us_per_connect", divide ((after->cpu_s - before->cpu_s) * 1e6, n));
  put_count (out, "fds_before", before->n_fds);
  put_count (out, "fds_after", after->n_fds);
  put_count (out, "rss_before_bytes", before->rss_bytes);
  put_count (out, "rss_after_bytes", after->rss_bytes);
  finish (out);
}
