/* ouioed-linger.c - closing a socket so that what was written last arrives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-linger.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-deadlines.h"

struct _OuioedLinger
{
  OuioedPoller    *poller;
  OuioedDeadlines *deadlines;
  GQueue           sockets;          /* of Lingering, by their links */
};

typedef struct {
  OuioedWatch    watch;
  OuioedDeadline deadline;
  OuioedLinger  *linger;
  gsize          n_drained;
  GList          link;
} Lingering;

static void
lingering_free (Lingering *lingering)
{
  OuioedLinger *self = lingering->linger;
  int fd = lingering->watch.fd;

  ouioed_poller_remove (self->poller, &lingering->watch);
  ouioed_deadlines_remove (self->deadlines, &lingering->deadline);
  g_queue_unlink (&self->sockets, &lingering->link);
  close (fd);
  g_free (lingering);
}

static void
on_input (OuioedWatch *watch, guint32 events)
{
  Lingering *lingering = (Lingering *) watch;
  char buffer[16384];
  gssize n = recv (watch->fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n > 0)
    lingering->n_drained += n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || lingering->n_drained >= OUIOED_LINGER_MAX_BYTES)
    lingering_free (lingering);
}

static void
on_deadline (OuioedDeadline *deadline, gint64 now, gpointer user_data)
{
  lingering_free ((Lingering *) ((char *) deadline - G_STRUCT_OFFSET (Lingering, deadline)));
}

OuioedLinger *
ouioed_linger_new (OuioedPoller *poller)
{
  OuioedLinger *self = g_new0 (OuioedLinger, 1);

  self->poller = poller;
  self->deadlines = ouioed_deadlines_new (on_deadline, self);
  g_queue_init (&self->sockets);

  return self;
}

void
ouioed_linger_free (OuioedLinger *self)
{
  while (self->sockets.head != NULL)
    lingering_free (self->sockets.head->data);
  ouioed_deadlines_free (self->deadlines);
  g_free (self);
}

void
ouioed_linger_close (OuioedLinger *self, int fd)
{
  Lingering *lingering;

  if (self->sockets.length >= OUIOED_LINGER_MAX || shutdown (fd, SHUT_WR) < 0)
    {
      close (fd);
      return;
    }

  lingering = g_new0 (Lingering, 1);
  if (!ouioed_poller_add (self->poller, &lingering->watch, fd, EPOLLIN, on_input, NULL))
    {
      close (fd);
      g_free (lingering);
      return;
    }

  lingering->linger = self;
  lingering->link.data = lingering;
  g_queue_push_tail_link (&self->sockets, &lingering->link);
  ouioed_deadlines_add (self->deadlines, &lingering->deadline);
  ouioed_deadlines_set (self->deadlines, &lingering->deadline, g_get_monotonic_time () + OUIOED_LINGER_US);
}

guint
ouioed_linger_get_n (OuioedLinger *self)
{
  return self->sockets.length;
}
