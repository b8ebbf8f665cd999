/* ouioed-linger.h - closing a socket so that what was written last arrives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Closing a TCP socket with unread input sends a reset, which can destroy an answer the peer has not read yet. So the
 * sending side is shut, and what still comes is thrown away, until the peer has closed too or it has been enough.
 */
#pragma once

#include "ouioed-poller.h"

G_BEGIN_DECLS

#define OUIOED_LINGER_US        (G_USEC_PER_SEC)
#define OUIOED_LINGER_MAX_BYTES (256 << 10)
#define OUIOED_LINGER_MAX       1024   /* sockets at once; beyond, they are closed without ado */

typedef struct _OuioedLinger OuioedLinger;

OuioedLinger *ouioed_linger_new   (OuioedPoller *poller);
/* Closes what is left at once. */
void          ouioed_linger_free  (OuioedLinger *self);
/* @fd: (transfer full), non-blocking. */
void          ouioed_linger_close (OuioedLinger *self, int fd);
guint         ouioed_linger_get_n (OuioedLinger *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedLinger, ouioed_linger_free)

G_END_DECLS
