/* ouioed-listen.c - listening sockets from what a user writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-listen.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
fail (GError **error, const char *address, const char *what, int saved, int fd)
{
  if (fd >= 0)
    close (fd);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s: %s", address, what, g_strerror (saved));

  return -1;
}

static int
listen_at (GSocketAddress *target, const char *address, mode_t mode, GError **error)
{
  struct sockaddr_storage native;
  gssize len = g_socket_address_get_native_size (target);
  const int on = 1;
  int fd;

  if (!g_socket_address_to_native (target, &native, sizeof native, error))
    return -1;

  fd = socket (native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail (error, address, "socket", errno, fd);
  if (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
    return fail (error, address, "SO_REUSEADDR", errno, fd);
  if (mode != 0 && fchmod (fd, mode) < 0)   /* before bind: there is no moment at which others may connect */
    return fail (error, address, "fchmod", errno, fd);
  if (bind (fd, (struct sockaddr *) &native, len) < 0)
    return fail (error, address, "bind", errno, fd);
  if (listen (fd, OUIOED_LISTEN_BACKLOG) < 0)
    return fail (error, address, "listen", errno, fd);

  return fd;
}

/* Whether the path is free now: nothing there, or a socket nobody listens on any more. */
static gboolean
clear_stale (const char *path, GSocketAddress *target, GError **error)
{
  struct sockaddr_storage native;
  gssize len = g_socket_address_get_native_size (target);
  struct stat info;
  int saved;
  int fd;

  if (lstat (path, &info) < 0)
    return TRUE;   /* whatever is wrong with the path, bind will say it */
  if (!S_ISSOCK (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "unix:%s: exists and is not a socket", path);
      return FALSE;
    }
  if (!g_socket_address_to_native (target, &native, sizeof native, error))
    return FALSE;

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail (error, path, "socket", errno, fd) == 0;
  saved = connect (fd, (struct sockaddr *) &native, len) < 0 ? errno : 0;
  close (fd);
  if (saved != ECONNREFUSED && saved != ENOENT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "unix:%s: another process listens here", path);
      return FALSE;
    }

  return unlink (path) == 0 || errno == ENOENT || fail (error, path, "unlink", errno, -1) == 0;
}

static int
open_unix (const char *address, const char *path, GError **error)
{
  g_autoptr(GSocketAddress) target = NULL;

  if (!g_path_is_absolute (path) || strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: not an absolute path of at most %zu bytes",
                   address, sizeof ((struct sockaddr_un *) NULL)->sun_path - 1);
      return -1;
    }

  target = g_unix_socket_address_new (path);
  if (!clear_stale (path, target, error))
    return -1;

  return listen_at (target, address, 0600, error);
}

int
ouioed_listen_open (const char *address, GError **error)
{
  g_autoptr(GNetworkAddress) parsed = NULL;
  g_autoptr(GInetAddress) ip = NULL;
  g_autoptr(GSocketAddress) target = NULL;
  const char *colon = strrchr (address, ':');
  const char *host;

  if (g_str_has_prefix (address, "unix:"))
    return open_unix (address, address + 5, error);

  if (colon != NULL && colon[1] != '\0')   /* the port must be named */
    parsed = G_NETWORK_ADDRESS (g_network_address_parse (address, 0, error));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: not HOST:PORT nor unix:PATH", address);
  if (parsed == NULL)
    return -1;

  host = g_network_address_get_hostname (parsed);
  ip = g_strcmp0 (host, "localhost") == 0 ? g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4)
                                          : g_inet_address_new_from_string (host);
  if (ip == NULL)
    {
      g_autoptr(GResolver) resolver = g_resolver_get_default ();
      GList *found = g_resolver_lookup_by_name (resolver, host, NULL, error);

      if (found == NULL)
        return -1;
      ip = g_object_ref (found->data);
      g_resolver_free_addresses (found);
    }
  target = g_inet_socket_address_new (ip, g_network_address_get_port (parsed));

  return listen_at (target, address, 0, error);
}

char *
ouioed_listen_to_path (int fd)
{
  struct sockaddr_un address = { 0 };
  socklen_t len = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &len) < 0 || address.sun_family != AF_UNIX
      || len <= G_STRUCT_OFFSET (struct sockaddr_un, sun_path) || address.sun_path[0] == '\0')
    return NULL;

  return g_strndup (address.sun_path, sizeof address.sun_path);
}

char *
ouioed_listen_to_url (int fd, GError **error)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autofree char *path = ouioed_listen_to_path (fd);
  g_autofree char *text = NULL;
  struct sockaddr_storage native;
  socklen_t len = sizeof native;
  int listens = 0;
  socklen_t listens_len = sizeof listens;

  if (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_len) < 0 || !listens)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "descriptor %d is not a listening socket", fd);
      return NULL;
    }
  if (path != NULL)
    return g_strconcat ("unix:", path, NULL);
  if (getsockname (fd, (struct sockaddr *) &native, &len) < 0
      || (address = g_socket_address_new_from_native (&native, len)) == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "descriptor %d: unknown kind of address", fd);
      return NULL;
    }

  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));   /* with brackets where they belong */

  return g_strconcat ("http://", text, NULL);
}

gboolean
ouioed_listen_is_local (int fd)
{
  struct sockaddr_storage native;
  socklen_t len = sizeof native;
  g_autoptr(GSocketAddress) address = NULL;

  if (getsockname (fd, (struct sockaddr *) &native, &len) != 0)
    return FALSE;
  if (native.ss_family == AF_UNIX)
    return TRUE;

  address = g_socket_address_new_from_native (&native, len);
  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}
