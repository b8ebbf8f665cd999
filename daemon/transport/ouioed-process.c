/* ouioed-process.c - what this process uses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-process.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static guint64
count_descriptors (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint64 n = 0;

  if (dir == NULL)
    return 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n - 1;   /* the one of the directory itself */
}

/* Field @n (from 1, as proc(5) counts) of /proc/self/stat. */
static guint64
read_stat (guint n)
{
  g_autofree char *text = NULL;
  const char *p;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL))
    return 0;
  /* The name in field 2 may hold anything, but nothing behind it holds ")". */
  p = strrchr (text, ')');
  for (guint field = 2; p != NULL && field < n; field++)
    {
      p = strchr (p + 1, ' ');
    }
  return p != NULL ? g_ascii_strtoull (p, NULL, 10) : 0;
}

static guint64
read_boot_time (void)
{
  g_autofree char *text = NULL;
  const char *p;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  p = strstr (text, "\nbtime ");
  return p != NULL ? g_ascii_strtoull (p + 7, NULL, 10) : 0;
}

void
ouioed_process_look (OuioedProcess *out)
{
  const double ticks = (double) sysconf (_SC_CLK_TCK);
  struct rlimit limit = { 0, 0 };

  getrlimit (RLIMIT_NOFILE, &limit);
  out->memory_bytes = read_stat (24) * (guint64) sysconf (_SC_PAGESIZE);
  out->open_descriptors = count_descriptors ();
  out->max_descriptors = limit.rlim_cur;
  out->started_us = (gint64) (((double) read_boot_time () + (double) read_stat (22) / ticks) * G_USEC_PER_SEC);
}
