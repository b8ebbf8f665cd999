/* net-support.c - clients for the tests of net
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "net-support.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined (__SANITIZE_ADDRESS__)
#define SANITIZED TRUE
#elif defined (__has_feature)
#define SANITIZED __has_feature (address_sanitizer)
#else
#define SANITIZED FALSE
#endif

void
net_iterate (void)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (200);
}

int
net_connect (const char *url)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GUri) uri = NULL;
  struct sockaddr_storage native;
  int fd;

  if (g_str_has_prefix (url, "unix:"))
    {
      address = g_unix_socket_address_new (url + 5);
    }
  else
    {
      uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
      address = g_inet_socket_address_new_from_string (g_uri_get_host (uri), g_uri_get_port (uri));
    }
  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &native, g_socket_address_get_native_size (address)), ==, 0);

  return fd;
}

void
net_send (int fd, const void *data, gsize len)
{
  const char *at = data;

  while (len > 0)
    {
      gssize n = send (fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0)
        {
          g_assert_cmpint (errno, ==, EAGAIN);
          net_iterate ();
          continue;
        }
      at += n;
      len -= n;
    }
}

void
net_send_text (int fd, const char *text)
{
  net_send (fd, text, strlen (text));
}

gboolean
net_receive (int fd, GString *into)
{
  char buffer[65536];
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n > 0)
    g_string_append_len (into, buffer, n);

  return n > 0 || (n < 0 && errno == EAGAIN);
}

void
net_await (int fd, GString *into, const char *needle)
{
  gboolean more = TRUE;

  net_wait_until ((more = net_receive (fd, into)) == FALSE || strstr (into->str, needle) != NULL);
  if (strstr (into->str, needle) == NULL)
    g_error ("\"%s\" did not come, but \"%s\"", needle, into->str);
}

void
net_await_end (int fd, GString *into)
{
  net_wait_until (!net_receive (fd, into));
}

guint
net_count (const GString *text, const char *needle)
{
  guint n = 0;

  for (const char *at = text->str; (at = strstr (at, needle)) != NULL; at += strlen (needle))
    n++;

  return n;
}

guint
net_count_fds (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

guint
net_rss_kib (void)
{
  g_autofree char *status = NULL;

  if (SANITIZED)   /* it holds back what is freed, so it always grows */
    return 0;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));

  return g_ascii_strtoull (strstr (status, "VmRSS:") + 6, NULL, 10);
}

void
net_append_frame (GByteArray *out, guint8 first, const void *payload, gsize len)
{
  static const guint8 mask[4] = { 0x5a, 0x01, 0xc3, 0x00 };
  guint8 head[10] = { first };
  guint n_head = 2;
  guint at;

  if (len > 65535)
    {
      head[1] = 127;
      for (guint i = 0; i < 8; i++)
        head[n_head++] = (guint8) ((guint64) len >> (56 - 8 * i));
    }
  else if (len > 125)
    {
      head[1] = 126;
      head[n_head++] = (guint8) (len >> 8);
      head[n_head++] = (guint8) len;
    }
  else
    {
      head[1] = (guint8) len;
    }
  head[1] |= 0x80;

  g_byte_array_append (out, head, n_head);
  g_byte_array_append (out, mask, 4);
  at = out->len;
  if (len > 0)
    g_byte_array_append (out, payload, len);
  for (gsize i = 0; i < len; i++)
    out->data[at + i] ^= mask[i & 3];
}
