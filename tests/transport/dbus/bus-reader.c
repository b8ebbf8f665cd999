/* bus-reader.c - who reads the pipe of a stream, line by line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void
reader_init (Reader *reader, int fd)
{
  reader->fd = fd;
  reader->text = g_string_new (NULL);
  reader->ended = FALSE;
}

void
reader_open (Reader *reader, BusFixture *f, const char *path, const char *after)
{
  g_autoptr(GError) error = NULL;
  int fd = bus_open_stream (f, path, after, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  reader_init (reader, fd);
}

void
reader_close (Reader *reader)
{
  close (reader->fd);
  g_string_free (reader->text, TRUE);
}

static gboolean
has_line_or_end (BusFixture *f, gconstpointer data)
{
  Reader *reader = (Reader *) data;
  char buffer[65536];
  gssize n;

  if (strchr (reader->text->str, '\n') != NULL)
    return TRUE;
  while ((n = read (reader->fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (reader->text, buffer, n);
  if (n < 0)
    g_assert_cmpint (errno, ==, EAGAIN);
  reader->ended = n == 0;
  return reader->ended || strchr (reader->text->str, '\n') != NULL;
}

static gboolean
on_beat (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

char *
reader_take (Reader *reader, BusFixture *f)
{
  guint beat = g_timeout_add (5, on_beat, NULL);    /* nothing else would tell that the pipe has something */
  const char *stop;
  char *line;

  bus_wait (f, has_line_or_end, reader);
  g_source_remove (beat);
  stop = strchr (reader->text->str, '\n');
  if (stop == NULL)
    {
      g_assert_cmpstr (reader->text->str, ==, "");    /* it does not end in the middle of a line */
      return NULL;
    }
  line = g_strndup (reader->text->str, (gsize) (stop - reader->text->str));
  g_string_erase (reader->text, 0, (gssize) (stop - reader->text->str) + 1);
  return line;
}
