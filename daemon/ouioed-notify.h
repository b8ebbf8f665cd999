/* ouioed-notify.h - tells a service manager how the daemon is, and takes sockets from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The protocols are those of sd_notify(3) and sd_listen_fds(3): a few lines in a datagram, three variables in the
 * environment. Without a service manager everything here does nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OuioedNotify OuioedNotify;

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them, so that no child inherits them. */
OuioedNotify *ouioed_notify_new             (void);
void          ouioed_notify_free            (OuioedNotify *self);
/* @state: "READY=1", or several lines. Never blocks; FALSE when nobody got it. */
gboolean      ouioed_notify_send            (OuioedNotify *self, const char *state);
/* "RELOADING=1" with the time that systemd 253 wants beside it. */
gboolean      ouioed_notify_send_reloading  (OuioedNotify *self);
/* How often WATCHDOG=1 is to be sent: half of what is asked for; 0 for never. */
gint64        ouioed_notify_get_watchdog_us (OuioedNotify *self);

/* Sockets from LISTEN_FDS: descriptors 3 and up, close-on-exec now. The variables are removed. 0 when there are none. */
guint         ouioed_notify_take_sockets    (void);
#define OUIOED_FIRST_SOCKET 3

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedNotify, ouioed_notify_free)

G_END_DECLS
