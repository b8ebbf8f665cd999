/* ouioed-poller.h - many descriptors behind one GSource
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GMainContext costs time in proportion to the number of its sources on every turn; an epoll descriptor does not. All
 * long-lived sockets of the daemon stand in one poller: listeners, idle HTTP connections, readers.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OuioedPoller OuioedPoller;
typedef struct _OuioedWatch OuioedWatch;

/* @events: EPOLL* bits. May add, change and remove watches, also its own; a removed watch is not called any more. */
typedef void (*OuioedWatchFunc) (OuioedWatch *watch, guint32 events);

/* Embedded in what owns the descriptor. */
struct _OuioedWatch
{
  OuioedWatchFunc func;
  int             fd;            /* -1 when not added */
  guint32         events;        /* what is asked for */
};

/* Attaches itself to the thread-default main context. @priority: of the source. */
OuioedPoller *ouioed_poller_new    (int priority, GError **error);
void          ouioed_poller_free   (OuioedPoller *self);
gboolean      ouioed_poller_add    (OuioedPoller *self, OuioedWatch *watch, int fd, guint32 events,
                                    OuioedWatchFunc func, GError **error);
/* EPOLLONESHOT: arms it again. */
void          ouioed_poller_modify (OuioedPoller *self, OuioedWatch *watch, guint32 events);
void          ouioed_poller_remove (OuioedPoller *self, OuioedWatch *watch);   /* no-op when not added */
guint         ouioed_poller_get_n  (OuioedPoller *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedPoller, ouioed_poller_free)

G_END_DECLS
