/* ouioed-http-metrics.h - what is counted about requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  OUIOED_HTTP_GET,
  OUIOED_HTTP_POST,
  OUIOED_HTTP_DELETE,
  OUIOED_HTTP_OPTIONS,
  OUIOED_HTTP_OTHER,
} OuioedHttpMethod;
#define OUIOED_N_HTTP_METHODS (OUIOED_HTTP_OTHER + 1)

typedef struct _OuioedHttpMetrics OuioedHttpMetrics;

/* @n_routes: routes are known by their place; -1 stands for "no such path". */
OuioedHttpMetrics *ouioed_http_metrics_new     (guint n_routes);
void               ouioed_http_metrics_free    (OuioedHttpMetrics *self);
void               ouioed_http_metrics_observe (OuioedHttpMetrics *self, int route, OuioedHttpMethod method, guint status,
                                                gint64 duration_us);
/* Appends the families of this module. @names: the label of each route. */
void               ouioed_http_metrics_write   (OuioedHttpMetrics *self, GString *out, const char *(*name) (int route));

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedHttpMetrics, ouioed_http_metrics_free)

G_END_DECLS
