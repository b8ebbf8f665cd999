/* ouioed-log.c - where log lines go, and how they look
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-log.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE_BYTES 4000     /* below PIPE_BUF: a pipe that takes anything takes all of it */
#define PATIENCE_MS    100

const char *const ouioed_log_levels[] = { "critical", "warning", "message", "info", "debug", NULL };
const char *const ouioed_log_formats[] = { "auto", "text", "json", "journal", NULL };

/* Lines come from any thread. */
static GMutex          lock;
static OuioedLogLevel  current_level = OUIOED_LOG_MESSAGE;
static OuioedLogFormat current_format = OUIOED_LOG_AUTO;
static OuioedLogLimit *limit;
static gboolean        stuck;          /* nobody takes what we write: do not wait again */
static GLogLevelFlags  fatal_levels;

static OuioedLogLevel
level_from_flags (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return OUIOED_LOG_CRITICAL;
  if (flags & G_LOG_LEVEL_WARNING)
    return OUIOED_LOG_WARNING;
  if (flags & G_LOG_LEVEL_MESSAGE)
    return OUIOED_LOG_MESSAGE;
  return flags & G_LOG_LEVEL_INFO ? OUIOED_LOG_INFO : OUIOED_LOG_DEBUG;
}

/* Valid UTF-8, or a copy that is. */
static char *
dup_field (const GLogField *field)
{
  return g_utf8_make_valid (field->value, field->length);
}

static const GLogField *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return &fields[i];

  return NULL;
}

static char *
format_time (gint64 time_us)
{
  g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) time = g_date_time_add (seconds, time_us % G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%03dZ", text, g_date_time_get_microsecond (time) / 1000);
}

/* A line is one line, whatever a peer has put into it. */
static void
append_visible (GString *text, const char *str)
{
  for (const char *c = str; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar u = g_utf8_get_char (c);

      if (g_unichar_iscntrl (u))
        g_string_append_printf (text, "\\u%04x", u);
      else
        g_string_append_unichar (text, u);
    }
}

static char *
format_text (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 time_us)
{
  g_autofree char *time = format_time (time_us);
  GString *text = g_string_new (time);

  g_string_append_printf (text, " %s: ", ouioed_log_levels[level_from_flags (level)]);
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      {
        g_autofree char *message = dup_field (&fields[i]);

        append_visible (text, message);
      }
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_has_prefix (fields[i].key, "OUIOE_"))
      {
        g_autofree char *name = g_ascii_strdown (fields[i].key + strlen ("OUIOE_"), -1);
        g_autofree char *value = dup_field (&fields[i]);

        g_string_append_printf (text, " %s=", name);
        append_visible (text, value);
      }

  return g_string_free (text, FALSE);
}

static char *
format_json (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 time_us)
{
  g_autofree char *time = format_time (time_us);
  json_t *object = json_object ();
  char *text;

  json_object_set_new (object, "time", json_string (time));
  json_object_set_new (object, "level", json_string (ouioed_log_levels[level_from_flags (level)]));
  for (gsize i = 0; i < n_fields; i++)
    {
      const char *key = fields[i].key;
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (strcmp (key, "PRIORITY") == 0 || strcmp (key, "GLIB_OLD_LOG_API") == 0)
        continue;
      name = g_ascii_strdown (g_str_has_prefix (key, "OUIOE_") ? key + strlen ("OUIOE_") : key, -1);
      value = dup_field (&fields[i]);
      json_object_set_new (object, name, json_string (value));
    }

  text = json_dumps (object, JSON_COMPACT);
  json_decref (object);
  return text;
}

char *
ouioed_log_format (OuioedLogFormat format, GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                   gint64 time_us)
{
  g_autofree GLogField *shorter = NULL;
  char *line;

  for (gsize max = MAX_LINE_BYTES / 2;; max /= 2)
    {
      char *text = format == OUIOED_LOG_JSON ? format_json (level, shorter ? shorter : fields, n_fields, time_us)
                                             : format_text (level, shorter ? shorter : fields, n_fields, time_us);
      gsize len = strlen (text);

      if (len < MAX_LINE_BYTES || max == 0)
        {
          line = g_strconcat (text, "\n", NULL);
          g_free (text);
          return line;
        }

      /* Too long to be written as a whole: every field is cut. */
      g_free (text);
      if (shorter == NULL)
        shorter = g_memdup2 (fields, n_fields * sizeof *fields);
      for (gsize i = 0; i < n_fields; i++)
        {
          gsize field_len = shorter[i].length < 0 ? strlen (shorter[i].value) : (gsize) shorter[i].length;

          shorter[i].length = MIN (field_len, max);
        }
    }
}

/* A reader of the log who takes nothing must not stop the daemon: the line is lost then. */
static void
write_line (const char *line)
{
  struct pollfd fd = { STDERR_FILENO, POLLOUT, 0 };
  gsize len = strlen (line);
  gssize n;

  if (poll (&fd, 1, stuck ? 0 : PATIENCE_MS) == 0)
    {
      stuck = TRUE;
      return;
    }

  stuck = FALSE;
  do
    n = write (STDERR_FILENO, line, len);
  while (n < 0 && errno == EINTR);
}

static void
put (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autofree char *line = NULL;
  OuioedLogFormat format = current_format;

  if (format == OUIOED_LOG_AUTO)
    format = g_log_writer_is_journald (STDERR_FILENO) ? OUIOED_LOG_JOURNAL : OUIOED_LOG_TEXT;
  if (format == OUIOED_LOG_JOURNAL && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return;

  line = ouioed_log_format (format, level, fields, n_fields, g_get_real_time ());
  write_line (line);
}

static void
on_held (GLogLevelFlags level, const char *message, guint n, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("%s (%u more times within a minute)", message, n);
  const GLogField fields[] = {
    { "MESSAGE", text, -1 },
    { "PRIORITY", level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING) ? "4" : "5", -1 },
    { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
  };

  put (level, fields, G_N_ELEMENTS (fields));
}

static GLogWriterOutput
log_writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const GLogField *message = find_field (fields, n_fields, "MESSAGE");
  const GLogField *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  g_autofree char *text = message == NULL ? g_strdup ("") : dup_field (message);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&lock);

  /* G_MESSAGES_DEBUG adds to what the configuration says. */
  if (level_from_flags (level) > current_level &&
      (level_from_flags (level) < OUIOED_LOG_INFO ||
       g_log_writer_default_would_drop (level, domain == NULL ? NULL : domain->value)))
    return G_LOG_WRITER_HANDLED;

  if (level_from_flags (level) == OUIOED_LOG_DEBUG ||
      ouioed_log_limit_pass (limit, level, text, g_get_monotonic_time ()))
    put (level, fields, n_fields);

  /* What g_log_writer_default() does; G_DEBUG=fatal-criticals counts on it. */
  if (level & fatal_levels)
    abort ();
  return G_LOG_WRITER_HANDLED;
}

void
ouioed_log_install (void)
{
  fatal_levels = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_always_fatal (fatal_levels);
  fatal_levels |= G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL;

  limit = ouioed_log_limit_new (on_held, NULL);
  g_log_set_writer_func (log_writer, NULL, NULL);
}

void
ouioed_log_configure (OuioedLogLevel level, OuioedLogFormat format)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&lock);

  current_level = level;
  current_format = format;
}

void
ouioed_log_flush (gboolean all)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&lock);

  ouioed_log_limit_flush (limit, g_get_monotonic_time (), all);
}
