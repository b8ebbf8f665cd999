/* ouioectl-service.h - what the daemon tells of itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* From /version, /readyz and /metrics, or Version and GetStatistics of the bus. What was not told is NULL, or negative. */
typedef struct {
  char    *version;
  char    *store;              /* "memory", "sqlite", "redis" */
  char    *bus_name;           /* NULL when it is on no bus */
  char    *daemons;            /* that share its store, one in a line: address, then readers; NULL when none do */
  gboolean ready;
  gboolean draining;
  char    *store_trouble;      /* what the store said when it is not well */
  double   store_latency_ms;
  double   n_open;             /* sessions */
  double   n_closed;
  double   n_readers;          /* of all transports */
  double   store_bytes;
  double   memory_bytes;
  double   open_fds;
  double   max_fds;
  double   started;            /* seconds since 1970 */
  gint64   skew_us;            /* its clock less ours, as well as whole seconds tell; 0 over a bus */
  gboolean is_local;           /* it is on this machine */
} OuioectlService;

/* @address: that of an OuioeClient. Does not start the daemon. NULL with @error when nothing answers, or something else than
 * ouioed does (OUIOE_ERROR_PROTOCOL). @is_local: (out) (optional): whether it is, or would be, on this machine */
OuioectlService *ouioectl_service_ask   (const char *address, gboolean *is_local, GError **error);
void             ouioectl_service_free  (OuioectlService *self);
/* The sum of all samples of @name in the text format of Prometheus whose labels hold @label (nullable); -1 without any. */
double           ouioectl_metrics_sum   (const char *text, const char *name, const char *label);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlService, ouioectl_service_free)

G_END_DECLS
