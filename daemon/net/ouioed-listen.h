/* ouioed-listen.h - listening sockets from what a user writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_LISTEN_BACKLOG 4096       /* the kernel caps it at net.core.somaxconn */

/* Opens, binds and listens; see ouioed_acceptor_listen(). A name is looked up and may block. Returns a descriptor, or
 * -1. */
int      ouioed_listen_open   (const char *address, GError **error);
/* "http://127.0.0.1:3005" or "unix:/path" of a listening socket. */
char    *ouioed_listen_to_url (int fd, GError **error);
/* Whether only this machine reaches it: a Unix socket, or a loopback address. */
gboolean ouioed_listen_is_local (int fd);
/* The file of a Unix socket that listens under a path, else NULL. */
char    *ouioed_listen_to_path (int fd);

G_END_DECLS
