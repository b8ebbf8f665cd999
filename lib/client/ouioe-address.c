/* ouioe-address.c - where the daemon is, and the HTTP session that reaches it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-address.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "ouioe-client.h"

/* Connections at a time for calls; more calls wait for one to become free. */
#define MAX_CONNECTIONS 16
#define MAX_TOKEN_FILE  4096
#define TOKEN_FILE      "$OUIOE_TOKEN_FILE: "
/* Of RFC 6750: what a token may be made of. */
#define TOKEN_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="

static gboolean
is_loopback (const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

/* The address of the WebSocket names the same service. */
static char *
without_websocket (const char *text)
{
  if (g_ascii_strncasecmp (text, "ws://", 5) == 0)
    return g_strconcat ("http://", text + 5, NULL);
  if (g_ascii_strncasecmp (text, "wss://", 6) == 0)
    return g_strconcat ("https://", text + 6, NULL);
  return g_strdup (text);
}

static void
read_uri (OuioeAddress *self)
{
  g_autofree char *text = without_websocket (self->text);
  g_autoptr(GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host;

  if (uri == NULL || (strcmp (g_uri_get_scheme (uri), "http") != 0 && strcmp (g_uri_get_scheme (uri), "https") != 0))
    return;
  host = g_uri_get_host (uri);
  if (host == NULL || *host == '\0' || strpbrk (self->text, " \t\r\n") != NULL)
    return;
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return;

  self->base = g_uri_to_string (uri);
  while (g_str_has_suffix (self->base, "/"))
    self->base[strlen (self->base) - 1] = '\0';
  self->is_local = is_loopback (host);
}

/* The session bus when the daemon can be had there, else where it listens unless it is told otherwise. */
static const char *
choose (OuioeAddress *self)
{
  g_autoptr(OuioeBus) bus = ouioe_bus_new (G_BUS_TYPE_SESSION);

  if (!ouioe_bus_is_useful (bus))
    return OUIOE_DEFAULT_ADDRESS;
  self->bus = g_steal_pointer (&bus);
  return "bus:session";
}

/* The file in $OUIOE_TOKEN_FILE holds one token and nothing else. It is no value of a variable or an option, for others
 * can read those; and not for a Unix socket, which knows its peer. */
static void
read_token_file (OuioeAddress *self)
{
  const char *path = g_getenv ("OUIOE_TOKEN_FILE");
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  struct stat info;

  if (path == NULL || *path == '\0' || self->socket_path != NULL || self->bus != NULL)
    return;
  if (stat (path, &info) != 0)
    {
      self->token_problem = g_strdup_printf (TOKEN_FILE "%s: %s", path, g_strerror (errno));
      return;
    }
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_TOKEN_FILE)
    {
      self->token_problem = g_strdup_printf (TOKEN_FILE "%s holds no token", path);
      return;
    }
  if ((info.st_mode & 077) != 0)
    {
      self->token_problem = g_strdup_printf (TOKEN_FILE "%s holds a token and may be used by others (mode %04o): chmod "
                                             "600 it", path, (guint) info.st_mode & 07777);
      return;
    }
  if (!g_file_get_contents (path, &text, NULL, &error))
    {
      self->token_problem = g_strconcat (TOKEN_FILE, error->message, NULL);
      return;
    }

  g_strstrip (text);
  if (*text == '\0' || strspn (text, TOKEN_CHARACTERS) != strlen (text))
    self->token_problem = g_strdup_printf (TOKEN_FILE "%s holds no token", path);
  else
    self->bearer = g_strconcat ("Bearer ", text, NULL);
}

void
ouioe_address_set_token (OuioeAddress *self, const char *token)
{
  g_clear_pointer (&self->bearer, g_free);
  g_clear_pointer (&self->token_problem, g_free);
  if (token == NULL || *token == '\0' || self->socket_path != NULL || self->bus != NULL)
    return;
  if (strlen (token) > MAX_TOKEN_FILE || strspn (token, TOKEN_CHARACTERS) != strlen (token))
    self->token_problem = g_strdup_printf (_("The token is not one: at most %d letters, digits and -._~+/="), MAX_TOKEN_FILE);
  else
    self->bearer = g_strconcat ("Bearer ", token, NULL);
}

static void
trust_clear (gpointer data)
{
  OuioeTrust *self = data;

  g_free (self->trusted);
  g_free (self->refused);
}

static void
trust_unref (gpointer data, GClosure *closure)
{
  g_rc_box_release_full (data, trust_clear);
}

/* Nobody known has signed it. */
static gboolean
judge_certificate (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  OuioeTrust *self = user_data;
  g_autoptr(GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  g_free (self->refused);
  self->refused = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  if (g_strcmp0 (self->refused, self->trusted) != 0)
    return FALSE;
  g_clear_pointer (&self->refused, g_free);
  return TRUE;
}

void
ouioe_address_authorize (OuioeAddress *self, SoupMessage *message)
{
  g_signal_connect_data (message, "accept-certificate", G_CALLBACK (judge_certificate), g_rc_box_acquire (self->trust),
                         trust_unref, 0);
  if (self->bearer != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", self->bearer);
}

OuioeAddress *
ouioe_address_new (const char *text)
{
  OuioeAddress *self = g_new0 (OuioeAddress, 1);

  self->trust = g_rc_box_new0 (OuioeTrust);
  if (text == NULL || *text == '\0')
    text = g_getenv ("OUIOE_ADDRESS");
  if (text == NULL || *text == '\0')
    text = choose (self);
  self->text = g_strdup (text);

  if (self->bus != NULL)
    return self;
  if (strcmp (text, "bus:session") == 0)
    {
      self->bus = ouioe_bus_new (G_BUS_TYPE_SESSION);
    }
  else if (strcmp (text, "bus:system") == 0)
    {
      self->bus = ouioe_bus_new (G_BUS_TYPE_SYSTEM);
    }
  else if (g_str_has_prefix (text, "unix:"))
    {
      const char *path = text + strlen ("unix:");

      /* A path that does not fit would reach another socket, or none. */
      if (*path == '/' && strlen (path) < 108)
        {
          self->socket_path = g_strdup (path);
          self->base = g_strdup ("http://localhost");
          self->is_local = TRUE;
        }
    }
  else
    {
      read_uri (self);
    }
  read_token_file (self);
  return self;
}

void
ouioe_address_free (OuioeAddress *self)
{
  g_free (self->text);
  g_free (self->base);
  g_free (self->socket_path);
  g_clear_pointer (&self->bus, ouioe_bus_unref);
  g_free (self->bearer);
  trust_unref (self->trust, NULL);
  g_free (self->token_problem);
  g_free (self);
}

gboolean
ouioe_address_check (OuioeAddress *self, GError **error)
{
  if ((self->base != NULL || self->bus != NULL) && self->token_problem == NULL)
    return TRUE;
  if (self->token_problem != NULL)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, self->token_problem);
      return FALSE;
    }
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
               _("\"%s\" is not an address; use http://HOST:PORT, https://HOST:PORT, unix:/PATH, bus:session or "
                 "bus:system"), self->text);
  return FALSE;
}

SoupSession *
ouioe_address_new_session (OuioeAddress *self, guint timeout_s)
{
  g_autoptr(GSocketAddress) connectable = NULL;
  SoupSession *session;

  if (self->socket_path != NULL)
    connectable = g_unix_socket_address_new (self->socket_path);
  session = g_object_new (SOUP_TYPE_SESSION,
                          "remote-connectable", connectable,
                          "max-conns", MAX_CONNECTIONS,
                          "max-conns-per-host", MAX_CONNECTIONS,
                          "timeout", timeout_s,
                          "idle-timeout", 30,
                          "user-agent", "libouioe/" OUIOE_VERSION,
                          NULL);
  /* An answer that says it is compressed could be far larger than it looks. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  if (self->is_local)
    soup_session_set_proxy_resolver (session, NULL);
  return session;
}
