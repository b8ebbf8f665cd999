/* inspector-format.c - times, durations and counts as people read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-format.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static char *
format_clock (gint64 time_us, int digits)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *seconds = NULL;

  if (local == NULL)
    return g_strdup ("");
  seconds = g_date_time_format (local, "%H:%M:%S");
  return g_strdup_printf ("%s.%0*d", seconds, digits,
                          (int) (time_us % G_USEC_PER_SEC / (digits == 1 ? 100000 : 1000)));
}

char *
inspector_format_clock (gint64 time_us)
{
  return format_clock (time_us, 1);
}

char *
inspector_format_clock_ms (gint64 time_us)
{
  return format_clock (time_us, 3);
}

char *
inspector_format_duration (gint64 duration_us)
{
  gint64 seconds = MAX (duration_us, 0) / G_USEC_PER_SEC;
  int hours = (int) (seconds / 3600);
  int minutes = (int) (seconds / 60 % 60);

  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d", hours, minutes, (int) (seconds % 60));
  return g_strdup_printf ("%02d:%02d", minutes, (int) (seconds % 60));
}

char *
inspector_format_seconds (gint64 duration_us)
{
  gint64 tenths = (MAX (duration_us, 0) + 50000) / 100000;

  if (tenths < 600)
    return g_strdup_printf (_("%d.%d s"), (int) (tenths / 10), (int) (tenths % 10));
  return inspector_format_duration (duration_us);
}

char *
inspector_format_since (gint64 duration_us)
{
  gint64 tenths = MAX (duration_us, 0) / 100000;

  return g_strdup_printf ("%02d:%02d:%02d.%d", (int) (tenths / 36000), (int) (tenths / 600 % 60),
                          (int) (tenths / 10 % 60), (int) (tenths % 10));
}

char *
inspector_format_age (gint64 age_us)
{
  gint64 seconds = MAX (age_us, 0) / G_USEC_PER_SEC;

  if (seconds < 90)
    return g_strdup_printf (_("%d s"), (int) seconds);
  if (seconds < 90 * 60)
    return g_strdup_printf (_("%d min"), (int) (seconds / 60));
  if (seconds < 36 * 3600)
    return g_strdup_printf (_("%d h"), (int) (seconds / 3600));
  return g_strdup_printf (_("%d d"), (int) (seconds / 86400));
}

char *
inspector_format_took (gint64 duration_us)
{
  duration_us = MAX (duration_us, 0);
  if (duration_us < 995 * G_TIME_SPAN_MILLISECOND)
    return g_strdup_printf (_("%d ms"), (int) ((duration_us + 500) / 1000));
  if (duration_us < G_TIME_SPAN_MINUTE)
    return g_strdup_printf (_("%.1f s"), (double) duration_us / G_USEC_PER_SEC);
  return inspector_format_duration (duration_us);
}

char *
inspector_format_span (gint64 duration_us)
{
  gulong seconds = (gulong) ((MAX (duration_us, 0) + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
  gulong minutes = (seconds + 30) / 60;
  gulong hours = (minutes + 30) / 60;

  if (seconds < 90)
    return g_strdup_printf (ngettext ("%lu second", "%lu seconds", seconds), seconds);
  if (minutes < 90)
    return g_strdup_printf (ngettext ("%lu minute", "%lu minutes", minutes), minutes);
  return g_strdup_printf (ngettext ("%lu hour", "%lu hours", hours), hours);
}

char *
inspector_format_moment (gint64 time_us, gint64 now_us)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  gboolean is_today;

  if (time == NULL || now == NULL)
    return g_strdup ("");
  is_today = g_date_time_get_year (time) == g_date_time_get_year (now) &&
             g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now);
  return g_date_time_format (time, is_today ? "%H:%M" : "%x");
}

char *
inspector_format_percent (double fraction)
{
  return g_strdup_printf (_("%d %%"), (int) lround (CLAMP (fraction, 0, 1) * 100));
}

char *
inspector_format_count (guint64 n)
{
  const char *separator = localeconv ()->thousands_sep;
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_printf (text, "%" G_GUINT64_FORMAT, n);
  for (gssize i = (gssize) text->len - 3; i > 0; i -= 3)
    g_string_insert (text, i, separator);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
inspector_format_bounded (const char *text, glong max_chars)
{
  g_autofree char *part = NULL;

  if (g_utf8_strlen (text, -1) <= max_chars)
    return g_strdup (text);
  part = g_utf8_substring (text, 0, max_chars - 1);
  return g_strconcat (part, "…", NULL);
}

char *
inspector_format_joined (const char *text, glong max_chars)
{
  g_autofree char *part = inspector_format_bounded (text, max_chars);

  return g_strstrip (g_strdelimit (g_steal_pointer (&part), "\r\n\t", ' '));
}

char *
inspector_format_folded (const char *text)
{
  g_autoptr(GString) folded = g_string_sized_new (strlen (text) + 1);

  /* Character by character, so that places in it are places in the text. */
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if ((guchar) *p < 0x80)
        g_string_append_c (folded, g_ascii_tolower (*p));
      else
        g_string_append_unichar (folded, g_unichar_tolower (g_utf8_get_char (p)));
    }
  return g_string_free (g_steal_pointer (&folded), FALSE);
}

char *
inspector_format_ends (const char *text, glong max_chars)
{
  glong n = g_utf8_strlen (text, -1);
  g_autofree char *head = NULL;

  if (n <= max_chars)
    return g_strdelimit (g_strdup (text), "\r\n\t", ' ');
  head = g_utf8_substring (text, 0, max_chars / 2);
  return g_strdelimit (g_strconcat (head, "…", g_utf8_offset_to_pointer (text, n - max_chars / 2 + 1), NULL), "\r\n\t",
                       ' ');
}

char *
inspector_format_one_line (const char *text, glong max_chars)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  gsize len = strcspn (stripped, "\r\n");
  g_autofree char *line = NULL;

  if (stripped[len] == '\0')
    return inspector_format_bounded (stripped, max_chars);
  stripped[len] = '\0';
  line = inspector_format_bounded (stripped, max_chars - 1);
  return g_str_has_suffix (line, "…") ? g_steal_pointer (&line) : g_strconcat (line, "…", NULL);
}
