/* bench-bare.c - a relay that forwards and does nothing else: what any relay adds, on the machine as it is now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread, one epoll, a read and a write for each piece; writes block. It reads no HTTP, keeps no limits, copies nothing.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS      65536
#define BUFFER_BYTES (64 * 1024)
#define MAX_EVENTS   256

static int peers[MAX_FDS];     /* other end of a connection; 0: it is none */
static char buffer[BUFFER_BYTES];

static int
open_socket (int port, struct sockaddr_in *address)
{
  *address = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons ((in_port_t) port) };
  address->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
watch (int epoll, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
  int one = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &event);
}

static void
take_client (int epoll, int listener, int upstream_port)
{
  struct sockaddr_in address;
  int client = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  int server = open_socket (upstream_port, &address);

  if (client < 0 || server < 0 || client >= MAX_FDS || server >= MAX_FDS
      || connect (server, (struct sockaddr *) &address, sizeof address) != 0)
    exit (1);
  peers[client] = server;
  peers[server] = client;
  watch (epoll, client);
  watch (epoll, server);
}

static void
forward (int fd)
{
  int peer = peers[fd];
  ssize_t n = peer > 0 ? recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) : -1;

  if (peer == 0 || (n > 0 && send (peer, buffer, (size_t) n, MSG_NOSIGNAL) == n))
    return;
  peers[fd] = peers[peer] = 0;
  close (fd);
  close (peer);
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  int listener = open_socket (0, &address);

  if (argc != 2 || bind (listener, (struct sockaddr *) &address, sizeof address) != 0 || listen (listener, 1024) != 0
      || getsockname (listener, (struct sockaddr *) &address, &size) != 0 || watch (epoll, listener) != 0)
    return 1;
  printf ("listening on http://127.0.0.1:%d\n", ntohs (address.sin_port));
  fflush (stdout);
  for (;;)
    {
      struct epoll_event events[MAX_EVENTS];
      int n = epoll_wait (epoll, events, MAX_EVENTS, -1);

      for (int i = 0; i < n; i++)
        if (events[i].data.fd == listener)
          take_client (epoll, listener, atoi (argv[1]));
        else
          forward (events[i].data.fd);
    }
}
