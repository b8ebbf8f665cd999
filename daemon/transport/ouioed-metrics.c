/* ouioed-metrics.c - the counters as text for Prometheus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text format 0.0.4. No label holds a session, a user or a path.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include "ouioed-shared.h"
#include "ouioed-process.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void
family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
single (GString *out, const char *name, const char *type, const char *help, guint64 value)
{
  family (out, name, type, help);
  g_string_append_printf (out, "%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
write_seconds (GString *out, double seconds)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (number, sizeof number, "%.6f", seconds));
  g_string_append_c (out, '\n');
}

/* A server that several daemons share. */
static void
write_shared (GString *out, OuioedShared *shared)
{
  static const struct { const char *name, *type, *help; } families[] = {
    { "ouioe_redis_up", "gauge", "Whether both connections to the server can be used." },
    { "ouioe_redis_connects_total", "counter", "Connections made." },
    { "ouioe_redis_failures_total", "counter", "Attempts that failed, and connections that broke." },
    { "ouioe_redis_commands_total", "counter", "Commands sent." },
    { "ouioe_redis_messages_total", "counter", "Messages told by the server." },
    { "ouioe_redis_pending_commands", "gauge", "Commands without an answer." },
  };
  OuioedPartState state;

  single (out, "ouioe_shared_daemons", "gauge", "Daemons that share the store.", ouioed_shared_get_peers (shared)->len);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      family (out, families[i].name, families[i].type, families[i].help);
      for (guint part = 0; ouioed_shared_get_part_state (shared, part, &state); part++)
        {
          const guint64 values[G_N_ELEMENTS (families)] = { state.is_up, state.connects, state.failures, state.commands,
                                                            state.messages, state.n_pending };

          g_string_append_printf (out, "%s{server=\"%s\"} %" G_GUINT64_FORMAT "\n", families[i].name, state.name, values[i]);
        }
    }
  family (out, "ouioe_redis_latency_seconds", "gauge", "Time of the last answer.");
  for (guint part = 0; ouioed_shared_get_part_state (shared, part, &state); part++)
    {
      g_string_append_printf (out, "ouioe_redis_latency_seconds{server=\"%s\"} ", state.name);
      write_seconds (out, (double) state.latency_us / 1e6);
    }
}

static void
write_hub (GString *out, OuioedHub *hub)
{
  const char *backend = ouioed_store_get_name (ouioed_hub_get_store (hub));
  OuioedHubMetrics metrics = { 0 };

  ouioed_hub_get_metrics (hub, &metrics);
  family (out, "ouioe_sessions", "gauge", "Sessions that are known.");
  g_string_append_printf (out, "ouioe_sessions{state=\"open\"} %u\nouioe_sessions{state=\"closed\"} %u\n",
                          ouioed_hub_get_n (hub, OUIOE_SESSION_OPEN), ouioed_hub_get_n (hub, OUIOE_SESSION_CLOSED));
  single (out, "ouioe_sessions_created_total", "counter", "Sessions created.", metrics.created);

  family (out, "ouioe_events_total", "counter", "Events committed.");
  for (int kind = 1; kind < OUIOE_N_EVENT_KINDS; kind++)
    g_string_append_printf (out, "ouioe_events_total{kind=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            ouioe_event_kind_to_string ((OuioeEventKind) kind), metrics.events[kind]);
  family (out, "ouioe_event_bytes_total", "counter", "Bytes of the events committed, as JSON.");
  for (int kind = 1; kind < OUIOE_N_EVENT_KINDS; kind++)
    g_string_append_printf (out, "ouioe_event_bytes_total{kind=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            ouioe_event_kind_to_string ((OuioeEventKind) kind), metrics.event_bytes[kind]);
  family (out, "ouioe_events_rejected_total", "counter", "Events that were not taken.");
  for (int code = 0; code < OUIOE_N_ERRORS; code++)
    if (metrics.rejected[code] > 0)
      g_string_append_printf (out, "ouioe_events_rejected_total{reason=\"%s\"} %" G_GUINT64_FORMAT "\n",
                              ouioe_error_to_string ((OuioeError) code), metrics.rejected[code]);

  family (out, "ouioe_store_commit_duration_seconds", "summary", "Time of a commit.");
  g_string_append_printf (out, "ouioe_store_commit_duration_seconds_sum{backend=\"%s\"} ", backend);
  write_seconds (out, (double) metrics.commit_us / 1e6);
  g_string_append_printf (out, "ouioe_store_commit_duration_seconds_count{backend=\"%s\"} %" G_GUINT64_FORMAT "\n",
                          backend, metrics.commits);
  family (out, "ouioe_store_errors_total", "counter", "Commits that failed.");
  g_string_append_printf (out, "ouioe_store_errors_total{backend=\"%s\"} %" G_GUINT64_FORMAT "\n", backend,
                          metrics.commit_errors);
  if (ouioed_hub_is_shared (hub))
    write_shared (out, OUIOED_SHARED (ouioed_hub_get_store (hub)));
  family (out, "ouioe_store_size_bytes", "gauge", "What the store occupies.");
  g_string_append_printf (out, "ouioe_store_size_bytes{backend=\"%s\"} %" G_GUINT64_FORMAT "\n", backend,
                          metrics.store_bytes);
  single (out, "ouioe_recent_bytes", "gauge", "Recent events kept in memory for readers.", metrics.recent_bytes);
  single (out, "ouioe_pending_bytes", "gauge", "Events accepted and not yet committed.", metrics.pending_bytes);
  single (out, "ouioe_subscribers", "gauge", "Cursors of all transports.", metrics.n_subscribers);
  single (out, "ouioe_gaps_total", "counter", "Gaps told to readers.", metrics.gaps);
}

static void
write_readers (GString *out, OuioedReaderEngine *engine)
{
  static const char *const transports[] = { [OUIOED_READER_WEBSOCKET] = "websocket", [OUIOED_READER_SSE] = "sse" };
  OuioedReaderMetrics metrics = { 0 };

  ouioed_reader_engine_get_metrics (engine, &metrics);
  family (out, "ouioe_readers", "gauge", "Live readers.");
  for (int t = 0; t < 2; t++)
    g_string_append_printf (out, "ouioe_readers{transport=\"%s\"} %u\n", transports[t],
                            ouioed_reader_engine_get_n (engine, (OuioedReaderType)t));
  family (out, "ouioe_deliveries_total", "counter", "Frames given to the sockets of readers.");
  for (int t = 0; t < 2; t++)
    g_string_append_printf (out, "ouioe_deliveries_total{transport=\"%s\"} %" G_GUINT64_FORMAT "\n", transports[t],
                            metrics.frames[t]);
  family (out, "ouioe_delivered_bytes_total", "counter", "Bytes given to the sockets of readers.");
  for (int t = 0; t < 2; t++)
    g_string_append_printf (out, "ouioe_delivered_bytes_total{transport=\"%s\"} %" G_GUINT64_FORMAT "\n", transports[t],
                            metrics.bytes[t]);
  family (out, "ouioe_reader_disconnects_total", "counter", "Readers that ended.");
  for (int t = 0; t < 2; t++)
    for (int end = 0; end < OUIOED_N_READER_ENDS; end++)
      g_string_append_printf (out,
                              "ouioe_reader_disconnects_total{transport=\"%s\",reason=\"%s\"} %" G_GUINT64_FORMAT "\n",
                              transports[t], ouioed_reader_end_to_string ((OuioedReaderEnd)end), metrics.ended[t][end]);
}

static void
write_connections (GString *out, OuioedAcceptor *acceptor)
{
  OuioedAcceptorMetrics metrics = { 0 };

  ouioed_acceptor_get_metrics (acceptor, &metrics);
  single (out, "ouioe_http_connections", "gauge", "Connections that are open, without readers.",
          ouioed_acceptor_get_n (acceptor));
  single (out, "ouioe_http_connections_accepted_total", "counter", "Connections accepted.", metrics.accepted);
  family (out, "ouioe_http_connections_dropped_total", "counter", "Connections ended by a limit.");
  g_string_append_printf (out,
                          "ouioe_http_connections_dropped_total{reason=\"limit\"} %" G_GUINT64_FORMAT "\n"
                          "ouioe_http_connections_dropped_total{reason=\"head_timeout\"} %" G_GUINT64_FORMAT "\n"
                          "ouioe_http_connections_dropped_total{reason=\"body_timeout\"} %" G_GUINT64_FORMAT "\n"
                          "ouioe_http_connections_dropped_total{reason=\"idle_timeout\"} %" G_GUINT64_FORMAT "\n"
                          "ouioe_http_connections_dropped_total{reason=\"head_too_large\"} %" G_GUINT64_FORMAT "\n",
                          metrics.refused_limit, metrics.head_timeouts, metrics.body_timeouts, metrics.idle_timeouts,
                          metrics.head_too_large);
  single (out, "ouioe_http_accept_errors_total", "counter", "Failures to accept, such as no free descriptors.",
          metrics.accept_errors);
}

/* ---- the process ---- */

static void
write_process (GString *out)
{
  OuioedProcess process;
  struct rusage usage;

  ouioed_process_look (&process);
  getrusage (RUSAGE_SELF, &usage);
  family (out, "process_cpu_seconds_total", "counter", "Processor time, user and system.");
  g_string_append (out, "process_cpu_seconds_total ");
  write_seconds (out, (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  single (out, "process_resident_memory_bytes", "gauge", "Resident memory.", process.memory_bytes);
  single (out, "process_open_fds", "gauge", "Descriptors that are open.", process.open_descriptors);
  single (out, "process_max_fds", "gauge", "Descriptors that may be open.", process.max_descriptors);
  family (out, "process_start_time_seconds", "gauge", "When the process began, since 1970.");
  g_string_append (out, "process_start_time_seconds ");
  write_seconds (out, (double) process.started_us / G_USEC_PER_SEC);
}

static const char *
route_name (int route)
{
  return ouioed_routes[route].pattern;
}

void
ouioed_rest_metrics (OuioedExchange *exchange)
{
  OuioedHttpParts *parts = exchange->parts;
  GString *out = g_string_sized_new (16384);

  family (out, "ouioe_build_info", "gauge", "The version that runs.");
  g_string_append (out, "ouioe_build_info{version=\"" OUIOE_VERSION "\"} 1\n");
  write_hub (out, parts->hub);
  write_readers (out, parts->engine);
  write_connections (out, parts->acceptor);
  ouioed_http_metrics_write (parts->metrics, out, route_name);
  if (parts->write_metrics != NULL)
    parts->write_metrics (out, parts->write_metrics_data);
  write_process (out);
  ouioed_exchange_answer (exchange, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", out);
}
