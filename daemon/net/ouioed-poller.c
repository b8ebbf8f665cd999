/* ouioed-poller.c - many descriptors behind one GSource
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MAX_EVENTS 256

struct _OuioedPoller
{
  GSource            source;
  int                epoll_fd;
  guint              n_watches;
  struct epoll_event events[MAX_EVENTS];   /* of the turn under way */
  int                next_event;           /* those before have been told */
  int                n_events;
};

static gboolean
poller_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OuioedPoller *self = (OuioedPoller *) source;

  self->n_events = epoll_wait (self->epoll_fd, self->events, MAX_EVENTS, 0);
  for (self->next_event = 0; self->next_event < self->n_events;)
    {
      const struct epoll_event *event = &self->events[self->next_event++];
      OuioedWatch *watch = event->data.ptr;

      if (watch != NULL)
        watch->func (watch, event->events);
      if (g_source_is_destroyed (source))
        return G_SOURCE_REMOVE;
    }
  self->n_events = 0;

  return G_SOURCE_CONTINUE;
}

static void
poller_finalize (GSource *source)
{
  OuioedPoller *self = (OuioedPoller *) source;

  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
}

static GSourceFuncs poller_funcs = { NULL, NULL, poller_dispatch, poller_finalize, NULL, NULL };

OuioedPoller *
ouioed_poller_new (int priority, GError **error)
{
  GSource *source = g_source_new (&poller_funcs, sizeof (OuioedPoller));
  OuioedPoller *self = (OuioedPoller *) source;

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "epoll_create1: %s", g_strerror (saved));
      g_source_unref (source);
      return NULL;
    }

  g_source_set_static_name (source, "ouioed-poller");
  g_source_set_priority (source, priority);
  g_source_add_unix_fd (source, self->epoll_fd, G_IO_IN);
  g_source_attach (source, g_main_context_get_thread_default ());

  return self;
}

void
ouioed_poller_free (OuioedPoller *self)
{
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

gboolean
ouioed_poller_add (OuioedPoller *self, OuioedWatch *watch, int fd, guint32 events, OuioedWatchFunc func, GError **error)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  g_return_val_if_fail (fd >= 0 && func != NULL, FALSE);

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    {
      int saved = errno;

      watch->fd = -1;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "epoll_ctl: %s", g_strerror (saved));
      return FALSE;
    }

  watch->func = func;
  watch->fd = fd;
  watch->events = events;
  self->n_watches++;

  return TRUE;
}

void
ouioed_poller_modify (OuioedPoller *self, OuioedWatch *watch, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  g_return_if_fail (watch->fd >= 0);

  /* A watch for one event has to be armed again after it. */
  if (watch->events == events && (events & EPOLLONESHOT) == 0)
    return;

  watch->events = events;
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_critical ("epoll_ctl: descriptor %d: %s", watch->fd, g_strerror (errno));
}

void
ouioed_poller_remove (OuioedPoller *self, OuioedWatch *watch)
{
  if (watch->fd < 0)
    return;

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL) < 0)
    g_critical ("epoll_ctl: descriptor %d: %s", watch->fd, g_strerror (errno));
  watch->fd = -1;
  self->n_watches--;

  /* What the kernel reported for it in this turn must not be told any more. */
  for (int i = self->next_event; i < self->n_events; i++)
    if (self->events[i].data.ptr == watch)
      self->events[i].data.ptr = NULL;
}

guint
ouioed_poller_get_n (OuioedPoller *self)
{
  return self->n_watches;
}
