/* ouioectl-text.c - text for terminals: made safe, measured, wrapped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ouioectl-i18n.h"

/* ---- safe ---- */

/* Characters that show nothing, or that change how others are shown. Joiners within emoji and scripts stay. */
static gboolean
is_hidden (gunichar c)
{
  return (c >= 0x80 && c <= 0x9f)          /* C1 controls: terminals obey them */
         || c == 0xad || c == 0x61c        /* soft hyphen, Arabic letter mark */
         || c == 0x200b || c == 0x200e || c == 0x200f
         || (c >= 0x2028 && c <= 0x202e)   /* line and paragraph separators, embeddings and overrides */
         || (c >= 0x2060 && c <= 0x206f)   /* invisible operators, isolates, deprecated ones */
         || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb)
         || (c >= 0xe0000 && c <= 0xe007f) /* tags */
         || (c & 0xfffe) == 0xfffe;        /* noncharacters */
}

static void
append_safe (GString *out, gunichar c)
{
  if (c < 0x20)
    g_string_append_unichar (out, 0x2400 + c);
  else if (c == 0x7f)
    g_string_append_unichar (out, 0x2421);
  else if (is_hidden (c))
    g_string_append_printf (out, "<U+%04X>", c);
  else
    g_string_append_unichar (out, c);
}

char *
ouioectl_text_safe (const char *text, gssize len, OuioectlTextMode mode)
{
  gsize n = len < 0 ? strlen (text) : (gsize) len;
  GString *out = g_string_sized_new (n);
  const char *p = text, *end = text + n;

  while (p < end)
    {
      gunichar c = *p == '\0' ? 0 : g_utf8_get_char_validated (p, end - p);
      gboolean line_end = mode == OUIOECTL_TEXT_LINES && (c == '\n' || c == '\r');

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append (out, "\xef\xbf\xbd");
          p++;
          continue;
        }
      if (line_end)
        g_string_append_c (out, '\n');
      else if (c == '\t')
        g_string_append (out, mode == OUIOECTL_TEXT_LINES ? "    " : " ");
      else
        append_safe (out, c);

      p = *p == '\0' ? p + 1 : g_utf8_next_char (p);
      if (line_end && c == '\r' && p < end && *p == '\n')
        p++;
    }
  return g_string_free (out, FALSE);
}

char *
ouioectl_text_safe_json (const char *json, gsize len)
{
  GString *out = g_string_sized_new (len);
  const char *p = json, *end = json + len;

  while (p < end)
    {
      gunichar c = g_utf8_get_char_validated (p, end - p);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append (out, "\xef\xbf\xbd");
          p++;
          continue;
        }
      if (c > 0xffff && is_hidden (c))
        g_string_append_printf (out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
      else if (c == 0x7f || is_hidden (c))
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_unichar (out, c);
      p = g_utf8_next_char (p);
    }
  return g_string_free (out, FALSE);
}

/* ---- width ---- */

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
ouioectl_text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += char_width (g_utf8_get_char (p));
  return width;
}

/* The end of the part of @text that fits into @width columns; at least one character. */
static const char *
fit (const char *text, const char *end, guint width, guint *used)
{
  const char *p = text;

  *used = 0;
  while (p < end)
    {
      guint w = char_width (g_utf8_get_char (p));

      if (*used + w > width && p > text)
        break;
      *used += w;
      p = g_utf8_next_char (p);
    }
  return p;
}

char *
ouioectl_text_shorten (const char *text, guint width, guint *used)
{
  const char *end = text + strlen (text);
  guint columns;
  const char *cut = fit (text, end, width, &columns);
  g_autofree char *head = NULL;

  if (width == 0)
    {
      if (used != NULL)
        *used = 0;
      return g_strdup ("");
    }
  if (cut == end && columns <= width)
    {
      if (used != NULL)
        *used = columns;
      return g_strdup (text);
    }

  columns = 0;
  cut = width > 1 ? fit (text, end, width - 1, &columns) : text;
  if (columns > width - 1)   /* one wide character where there is room for a narrow one */
    {
      cut = text;
      columns = 0;
    }
  if (used != NULL)
    *used = columns + 1;
  head = g_strndup (text, (gsize) (cut - text));
  return g_strconcat (head, "…", NULL);
}

/* ---- wrap ---- */

static void
append_spaces (GString *out, guint n)
{
  g_string_append_printf (out, "%*s", (int) n, "");
}

/* One line of the text, which may become several of the output. */
static void
wrap_line (GString *out, const char *line, const char *end, guint indent, guint width)
{
  guint own = 0;     /* indentation of the line itself, kept for what follows */

  while (line + own < end && line[own] == ' ' && own < width / 2)
    own++;

  for (gboolean first = TRUE; first || line < end; first = FALSE)
    {
      guint used;
      guint room = first ? width : width - own;
      const char *cut = fit (line, end, room, &used);
      const char *space = cut;

      if (!first)
        {
          g_string_append_c (out, '\n');
          append_spaces (out, indent + own);
        }
      if (cut < end && *cut != ' ')
        while (space > line + (first ? own : 0) && space[-1] != ' ')
          space--;
      if (space > line + (first ? own : 0))
        cut = space;   /* else the word is longer than a line */

      for (space = cut; space > line && space[-1] == ' '; )
        space--;
      g_string_append_len (out, line, space - line);
      line = cut;
      while (line < end && *line == ' ')
        line++;
    }
}

void
ouioectl_text_wrap (GString *out, const char *text, guint indent, guint width)
{
  width = MAX (width, 8);
  for (;;)
    {
      const char *end = strchrnul (text, '\n');

      wrap_line (out, text, end, indent, width);
      if (*end == '\0')
        return;
      g_string_append_c (out, '\n');
      text = end + 1;
      if (*text != '\0' && *text != '\n')
        append_spaces (out, indent);
    }
}

/* ---- times ---- */

char *
ouioectl_text_duration (gint64 duration_us)
{
  gint64 seconds = duration_us / G_USEC_PER_SEC;

  if (duration_us < G_USEC_PER_SEC)
    return g_strdup_printf (_("%d ms"), (int) (MAX (duration_us, 0) / 1000));
  if (seconds < 60)
    /* TRANSLATORS: seconds, with the decimal separator */
    return g_strdup_printf (_("%d.%d s"), (int) seconds, (int) (duration_us % G_USEC_PER_SEC / 100000));
  if (seconds < 3600)
    return g_strdup_printf (_("%d min %02d s"), (int) (seconds / 60), (int) (seconds % 60));
  if (seconds < 48 * 3600)
    return g_strdup_printf (_("%d h %02d min"), (int) (seconds / 3600), (int) (seconds / 60 % 60));
  /* TRANSLATORS: days and hours */
  return g_strdup_printf (_("%d d %d h"), (int) (seconds / 86400), (int) (seconds / 3600 % 24));
}

static char *
format_time (gint64 time_us, const char *format)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  return time == NULL ? g_strdup ("?") : g_date_time_format (time, format);
}

char *
ouioectl_text_clock (gint64 time_us)
{
  return format_time (time_us, "%H:%M:%S");
}

char *
ouioectl_text_moment (gint64 time_us, gint64 now_us)
{
  g_autofree char *day = format_time (time_us, "%F");
  g_autofree char *today = format_time (now_us, "%F");

  if (strcmp (day, today) == 0)
    return format_time (time_us, "%H:%M:%S");
  if (ABS (now_us - time_us) >= G_GINT64_CONSTANT (180) * 86400 * G_USEC_PER_SEC)
    return format_time (time_us, "%F");
  /* TRANSLATORS: day and time without the year, for g_date_time_format() */
  return format_time (time_us, _("%b %d %H:%M"));
}

/* ---- the terminal ---- */

gboolean
ouioectl_terminal_is (int fd)
{
  return isatty (fd) == 1;
}

guint
ouioectl_terminal_width (int fd)
{
  struct winsize size = { 0 };

  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

guint
ouioectl_terminal_rows (int fd)
{
  struct winsize size = { 0 };

  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
    return size.ws_row;
  return 24;
}

gboolean
ouioectl_terminal_colour (int fd)
{
  const char *none = g_getenv ("NO_COLOR");

  return ouioectl_terminal_is (fd) && (none == NULL || *none == '\0') && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}
