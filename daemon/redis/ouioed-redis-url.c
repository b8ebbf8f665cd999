/* ouioed-redis-url.c - where a Redis store is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-url.h"

#include "ouioe-error.h"

#include <string.h>

#define DEFAULT_PORT          6379
#define DEFAULT_SENTINEL_PORT 26379
#define MAX_DB                1000000
#define MAX_PREFIX            100
#define MAX_PASSWORD_FILE     4096

static void
place_free (OuioedRedisPlace *place)
{
  g_free (place->host);
  g_free (place->path);
  g_free (place->name);
  g_free (place);
}

OuioedRedisUrl *
ouioed_redis_url_ref (OuioedRedisUrl *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_redis_url_unref (OuioedRedisUrl *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->ca_file);
  g_free (self->user);
  g_free (self->password);
  g_free (self->password_file);
  g_free (self->prefix);
  g_free (self->master);
  g_ptr_array_unref (self->places);
  g_free (self);
}

gboolean
ouioed_redis_url_is (const char *text)
{
  return g_str_has_prefix (text, "redis:") || g_str_has_prefix (text, "rediss:") || g_str_has_prefix (text, "redis+");
}

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, message);
  return FALSE;
}

static gboolean
parse_number (const char *text, guint64 max, guint *value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT */
static gboolean
parse_place (OuioedRedisUrl *self, const char *text, guint16 default_port, GError **error)
{
  OuioedRedisPlace *place = g_new0 (OuioedRedisPlace, 1);
  const char *end = text[0] == '[' ? strchr (text, ']') : NULL;
  const char *colon = strchr (end != NULL ? end : text, ':');
  guint port = default_port;

  g_ptr_array_add (self->places, place);
  if (end != NULL)
    place->host = g_strndup (text + 1, (gsize) (end - text - 1));
  else
    place->host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  if (place->host[0] == '\0' || strpbrk (place->host, " /@?#%") != NULL || (text[0] == '[' && end == NULL)
      || (end != NULL && end[1] != '\0' && end[1] != ':'))
    return fail (error, "a host is not written as HOST, HOST:PORT or [ADDRESS]:PORT");
  if (colon != NULL && (!parse_number (colon + 1, 65535, &port) || port == 0))
    return fail (error, "a port is not a number from 1 to 65535");

  place->port = (guint16) port;
  place->name = g_strdup_printf (end != NULL ? "[%s]:%u" : "%s:%u", place->host, port);
  for (guint i = 0; i + 1 < self->places->len; i++)
    if (strcmp (((OuioedRedisPlace *) self->places->pdata[i])->name, place->name) == 0)
      return fail (error, "a host stands there twice");
  return TRUE;
}

static gboolean
parse_places (OuioedRedisUrl *self, const char *text, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (text, ",", -1);

  if (g_strv_length (parts) > OUIOED_REDIS_MAX_NODES)
    return fail (error, "there are more than 64 hosts");
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_place (self, parts[i], self->master != NULL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT, error))
      return FALSE;

  return self->places->len > 0 || fail (error, "there is no host");
}

/* [USER]:PASSWORD or PASSWORD */
static gboolean
parse_user (OuioedRedisUrl *self, const char *text, GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *user = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : NULL;

  if (user != NULL && user[0] != '\0')
    {
      self->user = g_uri_unescape_string (user, NULL);
      if (self->user == NULL)
        return fail (error, "the user cannot be decoded");
    }
  self->password = g_uri_unescape_string (colon != NULL ? colon + 1 : text, NULL);
  return self->password != NULL || fail (error, "the password cannot be decoded");
}

static gboolean
parse_option (OuioedRedisUrl *self, const char *name, const char *value, GError **error)
{
  if (strcmp (name, "db") == 0)
    return parse_number (value, MAX_DB, &self->db) || fail (error, "db is not a number");
  if (strcmp (name, "durable") == 0)
    return parse_number (value, 100, &self->n_replicas) || fail (error, "durable is not a number of replicas");
  if (strcmp (name, "prefix") == 0)
    {
      g_free (self->prefix);
      self->prefix = g_strdup (value);
      return strlen (value) <= MAX_PREFIX || fail (error, "prefix is longer than 100 bytes");
    }
  if (strcmp (name, "user") == 0)
    {
      g_free (self->user);
      self->user = g_strdup (value);
      return TRUE;
    }
  if (strcmp (name, "password-file") == 0 || strcmp (name, "ca") == 0)
    {
      char **place = name[0] == 'c' ? &self->ca_file : &self->password_file;

      g_free (*place);
      *place = g_strdup (value);
      return g_path_is_absolute (value) || fail (error, "password-file and ca want an absolute path");
    }

  return fail (error, "there is an option other than db, prefix, user, password-file, ca and durable");
}

static gboolean
parse_options (OuioedRedisUrl *self, const char *text, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (text, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');
      g_autofree char *value = equals != NULL ? g_uri_unescape_string (equals + 1, NULL) : NULL;

      if (value == NULL)
        return fail (error, "an option is not written as NAME=VALUE");
      *equals = '\0';
      if (!parse_option (self, parts[i], value, error))
        return FALSE;
    }

  return TRUE;
}

/* What stands behind the hosts: [/MASTER][/DB] */
static gboolean
parse_path (OuioedRedisUrl *self, const char *path, gboolean sentinel, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (path, "/", -1);
  guint i = 0;

  if (sentinel)
    {
      if (parts[0] == NULL || parts[0][0] == '\0')
        return fail (error, "the name of the master is missing: redis+sentinel://HOST,HOST/MASTER");
      g_free (self->master);
      self->master = g_uri_unescape_string (parts[i++], NULL);
      if (self->master == NULL)
        return fail (error, "the name of the master cannot be decoded");
    }
  if (parts[0] == NULL || parts[i] == NULL || parts[i][0] == '\0')
    return TRUE;
  if (!parse_number (parts[i], MAX_DB, &self->db) || parts[i + 1] != NULL)
    return fail (error, "what stands behind the hosts is not the number of a database");
  return TRUE;
}

static gboolean
parse_rest (OuioedRedisUrl *self, char *rest, gboolean sentinel, GError **error)
{
  char *slash = strchr (rest, '/');
  char *at;

  if (slash != NULL)
    *slash++ = '\0';
  at = strrchr (rest, '@');
  if (at != NULL)
    {
      *at = '\0';
      if (!parse_user (self, rest, error))
        return FALSE;
      rest = at + 1;
    }
  return parse_path (self, slash != NULL ? slash : "", sentinel, error) && parse_places (self, rest, error);
}

static gboolean
parse_socket (OuioedRedisUrl *self, const char *rest, GError **error)
{
  OuioedRedisPlace *place = g_new0 (OuioedRedisPlace, 1);

  g_ptr_array_add (self->places, place);
  place->path = g_uri_unescape_string (rest, NULL);
  place->name = g_strdup (place->path);
  return (place->path != NULL && g_path_is_absolute (place->path))
         || fail (error, "a socket is written as redis+unix:///PATH");
}

static gboolean
parse (OuioedRedisUrl *self, const char *text, GError **error)
{
  g_autofree char *copy = g_strdup (text);
  char *rest = strstr (copy, "://");
  char *options = strchr (copy, '?');

  if (rest == NULL)
    return fail (error, "it is not written as redis://HOST[:PORT][/DB]");
  if (options != NULL)
    {
      *options++ = '\0';
      if (!parse_options (self, options, error))
        return FALSE;
    }

  *rest = '\0';
  rest += strlen ("://");
  self->tls = strcmp (copy, "rediss") == 0;
  if (strcmp (copy, "redis+unix") == 0)
    return parse_socket (self, rest, error);
  if (strcmp (copy, "redis") == 0 || self->tls || strcmp (copy, "redis+sentinel") == 0)
    return parse_rest (self, rest, strcmp (copy, "redis+sentinel") == 0, error);

  return fail (error, "only redis:, rediss:, redis+unix: and redis+sentinel: are known");
}

OuioedRedisUrl *
ouioed_redis_url_parse (const char *text, GError **error)
{
  g_autoptr(OuioedRedisUrl) self = g_new0 (OuioedRedisUrl, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) place_free);
  self->prefix = g_strdup ("");
  if (!parse (self, text, error))
    return NULL;
  if (self->password != NULL && self->password_file != NULL)
    {
      fail (error, "there is a password and a password-file");
      return NULL;
    }

  return g_steal_pointer (&self);
}

gboolean
ouioed_redis_url_load (OuioedRedisUrl *self, GError **error)
{
  g_autoptr(GError) local = NULL;
  gsize len;

  if (self->password_file == NULL || self->password != NULL)
    return TRUE;
  if (!g_file_get_contents (self->password_file, &self->password, &len, &local))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "the password of Redis cannot be read: %s", local->message);
      return FALSE;
    }

  g_strchomp (self->password);
  if (len == 0 || len > MAX_PASSWORD_FILE || strlen (self->password) == 0)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s holds no password of Redis", self->password_file);
      g_clear_pointer (&self->password, g_free);
      return FALSE;
    }
  return TRUE;
}
