/* ouioed-http-access.c - which Host and which Origin may speak to us
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-access.h"

#include <arpa/inet.h>
#include <string.h>

/* Longest name of the DNS, and an IPv6 address fits as well. */
#define MAX_NAME 255

/* Splits "name:port" or "[address]:port"; @name without brackets. */
static gboolean
split_host (const char *host, char name[MAX_NAME + 1], gboolean *is_literal)
{
  const char *start = host;
  const char *end, *port;
  gsize len;

  *is_literal = *host == '[';
  if (*is_literal)
    {
      start = host + 1;
      end = strchr (start, ']');
      if (end == NULL)
        return FALSE;
      port = end + 1;
    }
  else
    {
      end = start + strcspn (start, ":");
      port = end;
    }

  len = (gsize) (end - start);
  if (len == 0 || len > MAX_NAME)
    return FALSE;
  for (const char *p = start; p < end; p++)
    if (!g_ascii_isalnum (*p) && strchr (*is_literal ? ":.%" : "-._~", *p) == NULL)
      return FALSE;

  if (*port != '\0')
    {
      gsize digits;

      if (*port != ':')
        return FALSE;
      digits = strspn (port + 1, "0123456789");
      if (digits > 5 || port[1 + digits] != '\0')
        return FALSE;
    }

  memcpy (name, start, len);
  name[len] = '\0';
  return TRUE;
}

static gboolean
name_is_loopback (const char *name, gboolean is_literal)
{
  struct in6_addr in6;
  struct in_addr in;

  if (is_literal)
    return inet_pton (AF_INET6, name, &in6) == 1 && IN6_IS_ADDR_LOOPBACK (&in6);
  if (inet_pton (AF_INET, name, &in) == 1)
    return (ntohl (in.s_addr) >> 24) == 127;
  return g_ascii_strcasecmp (name, "localhost") == 0;
}

gboolean
ouioed_host_is_well_formed (const char *host)
{
  char name[MAX_NAME + 1];
  gboolean is_literal;

  return split_host (host, name, &is_literal);
}

gboolean
ouioed_host_is_allowed (const char *host, const char *const *allowed)
{
  char name[MAX_NAME + 1];
  gboolean is_literal;

  if (!split_host (host, name, &is_literal))
    return FALSE;
  if (name_is_loopback (name, is_literal))
    return TRUE;

  for (; allowed != NULL && *allowed != NULL; allowed++)
    {
      const char *entry = *allowed;

      if (strcmp (entry, "*") == 0 || g_ascii_strcasecmp (entry, host) == 0 || g_ascii_strcasecmp (entry, name) == 0)
        return TRUE;
      /* "[2001:db8::1]" for any port */
      if (is_literal && *entry == '[' && strlen (entry) == strlen (name) + 2 &&
          g_ascii_strncasecmp (entry + 1, name, strlen (name)) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
ouioed_origin_is_allowed (const char *origin, const char *const *allowed)
{
  const char *host = NULL;
  char name[MAX_NAME + 1];
  gboolean is_literal;

  for (; allowed != NULL && *allowed != NULL; allowed++)
    if (strcmp (*allowed, "*") == 0 || (strcmp (origin, "null") != 0 && g_ascii_strcasecmp (*allowed, origin) == 0))
      return TRUE;

  if (g_ascii_strncasecmp (origin, "http://", 7) == 0)
    host = origin + 7;
  else if (g_ascii_strncasecmp (origin, "https://", 8) == 0)
    host = origin + 8;
  return host != NULL && split_host (host, name, &is_literal) && name_is_loopback (name, is_literal);
}
