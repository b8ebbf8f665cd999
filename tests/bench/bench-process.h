/* bench-process.h - what a process uses, read from /proc
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double  cpu_s;                   /* user and system, all threads */
  guint64 pss_bytes;
  guint64 rss_bytes;
  guint64 peak_bytes;              /* most RSS since it began */
  guint   n_fds;
} BenchProcess;

/* Takes milliseconds when many descriptors are open: not while something is measured.
 * FALSE when there is no such process, or it may not be read. @pid 0: everything is 0. */
gboolean bench_process_read (int pid, BenchProcess *process);
/* The CPU time alone, which costs less to read. 0 when it cannot be read. */
double   bench_process_cpu  (int pid);
guint64  bench_now_ns       (void);

G_END_DECLS
