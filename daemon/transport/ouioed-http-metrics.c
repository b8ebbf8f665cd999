/* ouioed-http-metrics.c - what is counted about requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-metrics.h"

/* Every status this daemon answers with; anything else is counted as the last. */
static const guint codes[] = { 200, 101, 204, 307, 400, 403, 404, 405, 408, 409,
                               413, 422, 426, 429, 431, 500, 503, 0 };
#define N_CODES G_N_ELEMENTS (codes)

/* Upper bounds of the histogram, in microseconds; +Inf follows. */
static const gint64 bounds_us[] = { 100,   250,   500,    1000,   2500,    5000,   10000,
                                    25000, 50000, 100000, 250000, 1000000, 5000000 };
#define N_BOUNDS G_N_ELEMENTS (bounds_us)

static const char *const method_labels[OUIOED_N_HTTP_METHODS] = { "GET", "POST", "DELETE", "OPTIONS", "other" };

typedef struct {
  guint64 requests[OUIOED_N_HTTP_METHODS][N_CODES];
  guint64 buckets[N_BOUNDS + 1];     /* each its own count, summed up when written */
  guint64 sum_us;
} RouteMetrics;

struct _OuioedHttpMetrics
{
  guint        n_routes;
  RouteMetrics routes[];             /* the last one: no such path */
};

OuioedHttpMetrics *
ouioed_http_metrics_new (guint n_routes)
{
  OuioedHttpMetrics *self = g_malloc0 (sizeof *self + (n_routes + 1) * sizeof self->routes[0]);

  self->n_routes = n_routes;
  return self;
}

void
ouioed_http_metrics_free (OuioedHttpMetrics *self)
{
  g_free (self);
}

void
ouioed_http_metrics_observe (OuioedHttpMetrics *self, int route, OuioedHttpMethod method, guint status,
                             gint64 duration_us)
{
  RouteMetrics *metrics = &self->routes[route < 0 ? self->n_routes : (guint) route];
  gsize code = 0;
  gsize bound = 0;

  while (code < N_CODES - 1 && codes[code] != status)
    code++;
  while (bound < N_BOUNDS && duration_us > bounds_us[bound])
    bound++;
  metrics->requests[method][code]++;
  metrics->buckets[bound]++;
  metrics->sum_us += (guint64) MAX (duration_us, 0);
}

static const char *
route_name (OuioedHttpMetrics *self, guint i, const char *(*name) (int route))
{
  return i == self->n_routes ? "other" : name ((int) i);
}

void
ouioed_http_metrics_write (OuioedHttpMetrics *self, GString *out, const char *(*name) (int route))
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out,
                   "# HELP ouioe_http_requests_total Requests answered.\n# TYPE ouioe_http_requests_total counter\n");
  for (guint i = 0; i <= self->n_routes; i++)
    for (guint m = 0; m < OUIOED_N_HTTP_METHODS; m++)
      for (guint c = 0; c < N_CODES; c++)
        if (self->routes[i].requests[m][c] > 0)
          g_string_append_printf (
              out, "ouioe_http_requests_total{route=\"%s\",method=\"%s\",code=\"%u\"} %" G_GUINT64_FORMAT "\n",
              route_name (self, i, name), method_labels[m], codes[c], self->routes[i].requests[m][c]);

  g_string_append (
      out, "# HELP ouioe_http_request_duration_seconds From the end of a request's head to the end of its answer.\n"
           "# TYPE ouioe_http_request_duration_seconds histogram\n");
  for (guint i = 0; i <= self->n_routes; i++)
    {
      const RouteMetrics *metrics = &self->routes[i];
      guint64 count = 0;

      for (guint b = 0; b <= N_BOUNDS; b++)
        count += metrics->buckets[b];
      if (count == 0)
        continue;

      count = 0;
      for (guint b = 0; b < N_BOUNDS; b++)
        {
          count += metrics->buckets[b];
          g_string_append_printf (
              out, "ouioe_http_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} %" G_GUINT64_FORMAT "\n",
              route_name (self, i, name), g_ascii_formatd (number, sizeof number, "%g", (double) bounds_us[b] / 1e6),
              count);
        }
      count += metrics->buckets[N_BOUNDS];
      g_string_append_printf (
          out, "ouioe_http_request_duration_seconds_bucket{route=\"%s\",le=\"+Inf\"} %" G_GUINT64_FORMAT "\n",
          route_name (self, i, name), count);
      g_string_append_printf (out, "ouioe_http_request_duration_seconds_sum{route=\"%s\"} %s\n",
                              route_name (self, i, name),
                              g_ascii_formatd (number, sizeof number, "%.6f", (double) metrics->sum_us / 1e6));
      g_string_append_printf (out, "ouioe_http_request_duration_seconds_count{route=\"%s\"} %" G_GUINT64_FORMAT "\n",
                              route_name (self, i, name), count);
    }
}
