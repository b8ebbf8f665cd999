/* ouioe-json-time.c - instants as ISO 8601 text
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-codec.h"

#define SECONDS_PER_DAY 86400
#define DAYS_TO_1970    719162 /* from 0001-01-01 */
#define MAX_SECONDS     ((gint64) 253402300799) /* 9999-12-31T23:59:59 */
#define MIN_SECONDS     (-(gint64) DAYS_TO_1970 * SECONDS_PER_DAY)

static const guint16 days_before_month[2][13] = {
  { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 },
  { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366 },
};

static gboolean
is_leap (guint year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 0001-01-01 to the first day of @year. */
static gint64
days_before_year (guint year)
{
  gint64 y = (gint64) year - 1;

  return y * 365 + y / 4 - y / 100 + y / 400;
}

static char *
put_number (char *p, guint value, guint width)
{
  for (guint i = width; i-- > 0; value /= 10)
    p[i] = (char) ('0' + value % 10);
  return p + width;
}

/* Year, month and day of a day counted from 0001-01-01. */
static void
split_day (gint64 day, guint *year, guint *month, guint *day_of_month)
{
  guint y = (guint) (day / 366) + 1; /* never too late, by few years */
  guint m = 1;

  while (days_before_year (y + 1) <= day)
    y++;
  day -= days_before_year (y);
  while (days_before_month[is_leap (y)][m] <= day)
    m++;

  *year = y;
  *month = m;
  *day_of_month = (guint) (day - days_before_month[is_leap (y)][m - 1]) + 1;
}

void
ouioe_json_write_time (GString *out, gint64 time_us)
{
  gint64 seconds = time_us / G_USEC_PER_SEC;
  gint64 us = time_us % G_USEC_PER_SEC;
  char text[sizeof "\"2026-11-23T01:11:03.394114+00:00\""];
  guint year, month, day, second;
  char *p = text;

  if (us < 0)
    {
      us += G_USEC_PER_SEC;
      seconds--;
    }
  seconds = CLAMP (seconds, MIN_SECONDS, MAX_SECONDS) - MIN_SECONDS;
  split_day (seconds / SECONDS_PER_DAY, &year, &month, &day);
  second = (guint) (seconds % SECONDS_PER_DAY);

  *p++ = '"';
  p = put_number (p, year, 4);
  *p++ = '-';
  p = put_number (p, month, 2);
  *p++ = '-';
  p = put_number (p, day, 2);
  *p++ = 'T';
  p = put_number (p, second / 3600, 2);
  *p++ = ':';
  p = put_number (p, second / 60 % 60, 2);
  *p++ = ':';
  p = put_number (p, second % 60, 2);
  *p++ = '.';
  p = put_number (p, (guint) us, 6);
  g_string_append_len (out, text, p - text);
  g_string_append (out, "+00:00\"");
}

/* Exactly @width digits, then @separator unless it is 0. */
static gboolean
take_number (const char **text, guint width, char separator, guint *value)
{
  const char *p = *text;

  *value = 0;
  for (guint i = 0; i < width; i++, p++)
    {
      if (!g_ascii_isdigit (*p))
        return FALSE;
      *value = *value * 10 + (guint) (*p - '0');
    }
  if (separator != '\0' && *p++ != separator)
    return FALSE;

  *text = p;
  return TRUE;
}

/* Digits behind a point; what is finer than microseconds is cut off. */
static gboolean
take_fraction (const char **text, guint *us)
{
  const char *p = *text;
  guint unit = G_USEC_PER_SEC / 10;

  *us = 0;
  if (*p != '.')
    return TRUE;
  if (!g_ascii_isdigit (*++p))
    return FALSE;
  for (; g_ascii_isdigit (*p); p++, unit /= 10)
    *us += (guint) (*p - '0') * unit;

  *text = p;
  return TRUE;
}

/* "Z", "+hh:mm", "-hh:mm", or nothing, which is UTC as well. */
static gboolean
take_zone (const char **text, gint64 *offset_seconds)
{
  guint hours, minutes;
  gboolean is_west = **text == '-';

  *offset_seconds = 0;
  if (**text == 'Z' || **text == 'z')
    {
      ++*text;
      return TRUE;
    }
  if (**text != '+' && **text != '-')
    return TRUE;

  ++*text;
  if (!take_number (text, 2, ':', &hours) || !take_number (text, 2, '\0', &minutes) || hours > 23 || minutes > 59)
    return FALSE;
  *offset_seconds = (gint64) (hours * 3600 + minutes * 60) * (is_west ? -1 : 1);
  return TRUE;
}

gboolean
ouioe_json_parse_time (const char *text, gint64 *time_us)
{
  guint year, month, day, hour, minute, second, us;
  const guint16 *before;
  gint64 offset, days;

  if (text == NULL || !take_number (&text, 4, '-', &year) || !take_number (&text, 2, '-', &month)
      || !take_number (&text, 2, '\0', &day))
    return FALSE;
  if (*text != 'T' && *text != 't' && *text != ' ')
    return FALSE;
  text++;
  if (!take_number (&text, 2, ':', &hour) || !take_number (&text, 2, ':', &minute)
      || !take_number (&text, 2, '\0', &second) || !take_fraction (&text, &us) || !take_zone (&text, &offset)
      || *text != '\0')
    return FALSE;
  if (year < 1 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59)
    return FALSE;
  before = days_before_month[is_leap (year)];
  if (day < 1 || day > (guint) before[month] - before[month - 1])
    return FALSE;

  days = days_before_year (year) + before[month - 1] + day - 1 - DAYS_TO_1970;
  *time_us = (days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset) * G_USEC_PER_SEC + us;
  return TRUE;
}
