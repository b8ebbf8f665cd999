/* bench-process.c - what a process uses, read from /proc
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-process.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

guint64
bench_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (guint64) now.tv_sec * 1000000000u + (guint64) now.tv_nsec;
}

static char *
read_proc (int pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

double
bench_process_cpu (int pid)
{
  g_autofree char *stat = pid > 0 ? read_proc (pid, "stat") : NULL;
  g_auto(GStrv) fields = NULL;
  const char *behind_name;

  /* the name of the program may contain spaces and parentheses, so count from its last one */
  behind_name = stat == NULL ? NULL : strrchr (stat, ')');
  if (behind_name == NULL)
    return 0.0;
  fields = g_strsplit (behind_name + 2, " ", -1);
  if (g_strv_length (fields) < 13)
    return 0.0;
  return (double) (g_ascii_strtoull (fields[11], NULL, 10) + g_ascii_strtoull (fields[12], NULL, 10)) /
         (double) sysconf (_SC_CLK_TCK);
}

static guint64
kib_of (const char *text, const char *label)
{
  const char *line = strstr (text, label);

  return line == NULL ? 0 : g_ascii_strtoull (line + strlen (label), NULL, 10) * 1024;
}

gboolean
bench_process_read (int pid, BenchProcess *process)
{
  g_autofree char *rollup = NULL;
  g_autofree char *status = NULL;
  g_autofree char *path = NULL;
  g_autoptr(GDir) dir = NULL;

  *process = (BenchProcess) { 0 };
  if (pid <= 0)
    return TRUE;
  rollup = read_proc (pid, "smaps_rollup");
  status = read_proc (pid, "status");
  path = g_strdup_printf ("/proc/%d/fd", pid);
  dir = g_dir_open (path, 0, NULL);
  if (rollup == NULL || status == NULL || dir == NULL)
    return FALSE;
  while (g_dir_read_name (dir) != NULL)
    process->n_fds++;
  process->cpu_s = bench_process_cpu (pid);
  process->pss_bytes = kib_of (rollup, "\nPss:");
  process->rss_bytes = kib_of (rollup, "\nRss:");
  process->peak_bytes = kib_of (status, "\nVmHWM:");
  return TRUE;
}
