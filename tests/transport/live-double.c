/* live-double.c - a stand-in for the live views: notes what was handed over, and says it to the reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-live.h"

#include <string.h>
#include <unistd.h>

struct _OuioedLive
{
  GArray   *fds;
  void    (*closed) (gpointer user_data);
  gpointer  user_data;
};

OuioedLive *
ouioed_live_new (OuioedHub *hub, OuioedReaderEngine *engine, guint max_subscriptions,
                 void (*closed) (gpointer user_data), gpointer user_data)
{
  OuioedLive *self = g_new0 (OuioedLive, 1);

  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  self->closed = closed;
  self->user_data = user_data;
  return self;
}

void
ouioed_live_set_max_subscriptions (OuioedLive *self, guint max_subscriptions)
{
}

void
ouioed_live_add (OuioedLive *self, const OuioedLiveRequest *request, int fd, GBytes *unread)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  ouioe_event_id_format (request->after, id);
  g_string_append_printf (
      text, "kind=%d session=%s user=%s streams=%s after=%s until_end=%d unread=%u sessions=", request->kind,
      request->session_id != NULL ? request->session_id : "-", request->user_id != NULL ? request->user_id : "-",
      ouioe_streams_to_string (request->streams), request->has_after ? id : "-", request->until_end,
      unread != NULL ? (guint)g_bytes_get_size (unread) : 0);
  for (guint i = 0; request->sessions != NULL && request->sessions[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", request->sessions[i]);
  g_string_append (text, "\n");
  g_assert_cmpint (write (fd, text->str, text->len), ==, (gssize) text->len);
  g_array_append_val (self->fds, fd);
}

void
ouioed_live_close_all (OuioedLive *self)
{
  for (guint i = 0; i < self->fds->len; i++)
    {
      close (g_array_index (self->fds, int, i));
      self->closed (self->user_data);
    }
  g_array_set_size (self->fds, 0);
}

void
ouioed_live_free (OuioedLive *self)
{
  ouioed_live_close_all (self);
  g_array_unref (self->fds);
  g_free (self);
}
