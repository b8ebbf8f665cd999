/* ouioed-log-limit.c - the same line at most five times a minute, then a count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-log.h"

#define MAX_SAME   5
#define MAX_LINES  256                          /* different lines that are remembered */
#define WINDOW_US  (60ll * G_USEC_PER_SEC)

typedef struct {
  GLogLevelFlags level;
  gint64         begin_us;    /* of the minute */
  guint          n;           /* times it came in this minute */
} Line;

struct _OuioedLogLimit
{
  GHashTable        *lines;      /* message -> Line */
  OuioedLogHeldFunc  held;
  gpointer           user_data;
};

OuioedLogLimit *
ouioed_log_limit_new (OuioedLogHeldFunc held, gpointer user_data)
{
  OuioedLogLimit *self = g_new0 (OuioedLogLimit, 1);

  self->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->held = held;
  self->user_data = user_data;
  return self;
}

void
ouioed_log_limit_free (OuioedLogLimit *self)
{
  g_hash_table_unref (self->lines);
  g_free (self);
}

void
ouioed_log_limit_flush (OuioedLogLimit *self, gint64 now_us, gboolean all)
{
  GHashTableIter iter;
  gpointer message, value;

  g_hash_table_iter_init (&iter, self->lines);
  while (g_hash_table_iter_next (&iter, &message, &value))
    {
      Line *line = value;

      if (!all && now_us - line->begin_us < WINDOW_US)
        continue;
      if (line->n > MAX_SAME)
        self->held (line->level, message, line->n - MAX_SAME, self->user_data);
      g_hash_table_iter_remove (&iter);
    }
}

gboolean
ouioed_log_limit_pass (OuioedLogLimit *self, GLogLevelFlags level, const char *message, gint64 now_us)
{
  Line *line = g_hash_table_lookup (self->lines, message);

  if (line != NULL && now_us - line->begin_us < WINDOW_US)
    return ++line->n <= MAX_SAME;

  if (line != NULL || g_hash_table_size (self->lines) >= MAX_LINES)
    ouioed_log_limit_flush (self, now_us, line == NULL);

  line = g_new0 (Line, 1);
  *line = (Line) { level, now_us, 1 };
  g_hash_table_insert (self->lines, g_strdup (message), line);
  return TRUE;
}
