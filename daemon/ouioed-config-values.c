/* ouioed-config-values.c - how a value of the configuration is read and written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-config-keys.h"

#include "ouioe-error.h"

#include "ouioed-redis-url.h"
#include "ouioed-upstream.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_LIST 64
#ifdef OUIOE_HAVE_REDIS
#define HAS_REDIS TRUE
#else
#define HAS_REDIS FALSE
#endif

typedef struct {
  const char *suffix;
  gint64      factor;
} Unit;

/* Largest first: to_string() takes the first that divides. */
static const Unit sizes[] = { { "G", 1 << 30 }, { "M", 1 << 20 }, { "K", 1 << 10 }, { "", 1 }, { NULL, 0 } };
static const Unit times[] = {
  { "h", 3600ll * G_USEC_PER_SEC }, { "min", 60ll * G_USEC_PER_SEC }, { "s", G_USEC_PER_SEC },
  { "ms", G_USEC_PER_SEC / 1000 }, { NULL, 0 },
};
static const Unit counts[] = { { "", 1 }, { NULL, 0 } };

static const Unit *
get_units (OuioedValueType type)
{
  return type == OUIOED_VALUE_SIZE ? sizes : type == OUIOED_VALUE_TIME ? times : counts;
}

gboolean
ouioed_value_is_list (OuioedValueType type)
{
  return type == OUIOED_VALUE_ADDRESSES || type == OUIOED_VALUE_ORIGINS || type == OUIOED_VALUE_HOSTS ||
         type == OUIOED_VALUE_UPSTREAMS;
}

const char *
ouioed_value_get_separator (OuioedValueType type)
{
  return type == OUIOED_VALUE_UPSTREAMS ? ";" : ",";
}

static char *
number_to_string (OuioedValueType type, gint64 number)
{
  const Unit *unit = get_units (type);

  if (number == 0)
    return g_strdup ("0");
  while (number % unit->factor != 0)
    unit++;
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s", number / unit->factor, unit->suffix);
}

/* What is wanted, for the error message. */
static char *
describe (const OuioedConfigKey *key)
{
  static const char *const kinds[] = {
    [OUIOED_VALUE_COUNT] = "a number",
    [OUIOED_VALUE_SIZE] = "a size in bytes or with K, M or G",
    [OUIOED_VALUE_TIME] = "a time with ms, s, min or h",
    [OUIOED_VALUE_BOOLEAN] = "yes or no",
    [OUIOED_VALUE_PATH] = "an absolute path",
    [OUIOED_VALUE_STORE] = "sqlite:, sqlite:PATH or memory:",
    [OUIOED_VALUE_ADDRESSES] = "HOST:PORT, [ADDRESS]:PORT or unix:/PATH, at least one",
    [OUIOED_VALUE_ORIGINS] = "scheme://host[:port] without a path, or *",
    [OUIOED_VALUE_UPSTREAMS] = "NAME[=URL][,dialect=D][,listen=ADDRESS]",
    [OUIOED_VALUE_HOSTS] = "a host name or an address without a port, or *",
  };
  g_autofree char *min = NULL;
  g_autofree char *max = NULL;
  g_autofree char *words = NULL;

  if (key->type == OUIOED_VALUE_WORD)
    {
      words = g_strjoinv (", ", (char **) key->words);
      return g_strdup_printf ("one of %s", words);
    }
  if (key->type > OUIOED_VALUE_TIME)
    return g_strdup (kinds[key->type]);

  min = number_to_string (key->type, key->min);
  max = number_to_string (key->type, key->max);
  return g_strdup_printf ("%s, from %s to %s", kinds[key->type], min, max);
}

static gboolean
refuse (const OuioedConfigKey *key, const char *text, GError **error)
{
  g_autofree char *wanted = describe (key);

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "[%s] %s=%s: not %s", key->section, key->name, text,
               wanted);
  return FALSE;
}

static gboolean
parse_number (const OuioedConfigKey *key, const char *text, gint64 *number)
{
  const char *end = text;
  guint64 digits;

  while (g_ascii_isdigit (*end))
    end++;
  if (end == text || end - text > 18)
    return FALSE;

  digits = g_ascii_strtoull (text, NULL, 10);
  for (const Unit *unit = get_units (key->type); unit->suffix != NULL; unit++)
    if (g_ascii_strcasecmp (unit->suffix, end) == 0 || (digits == 0 && *end == '\0'))
      {
        if (digits > (guint64) (key->max / unit->factor))
          return FALSE;
        *number = (gint64) digits * unit->factor;
        return *number >= key->min && *number <= key->max;
      }

  return FALSE;
}

static gboolean
parse_boolean (const char *text, gint64 *number)
{
  static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i], text) == 0)
      {
        *number = i % 2;
        return TRUE;
      }

  return FALSE;
}

static gboolean
parse_word (const OuioedConfigKey *key, const char *text, gint64 *number)
{
  for (guint i = 0; key->words[i] != NULL; i++)
    if (strcmp (key->words[i], text) == 0)
      {
        *number = i;
        return TRUE;
      }

  return FALSE;
}

/* Splits "[::1]:80" and "host:80"; FALSE when it is neither, or the port is none. */
static gboolean
split_address (const char *address, char **host)
{
  const char *colon = strrchr (address, ':');
  guint64 port;

  if (colon == NULL || colon == address || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    return FALSE;

  if (address[0] == '[' && colon[-1] == ']')
    {
      *host = g_strndup (address + 1, colon - address - 2);
      if (g_hostname_is_ip_address (*host))
        return TRUE;
      g_clear_pointer (host, g_free);
      return FALSE;
    }

  *host = g_strndup (address, colon - address);
  if (strpbrk (*host, ":[]/@ ") == NULL)
    return TRUE;
  g_clear_pointer (host, g_free);
  return FALSE;
}

static gboolean
is_address (const char *text)
{
  g_autofree char *host = NULL;

  if (g_str_has_prefix (text, "unix:"))
    return text[5] == '/' && text[6] != '\0';
  return split_address (text, &host);
}

gboolean
ouioed_address_is_local (const char *address)
{
  g_autofree char *host = NULL;
  g_autoptr(GInetAddress) inet = NULL;

  if (g_str_has_prefix (address, "unix:"))
    return TRUE;
  if (!split_address (address, &host))
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;

  inet = g_inet_address_new_from_string (host);
  return inet != NULL && g_inet_address_get_is_loopback (inet);
}

static gboolean
is_origin (const char *text)
{
  g_autoptr(GUri) uri = NULL;
  const char *host = strstr (text, "://");

  if (strcmp (text, "*") == 0)
    return TRUE;
  if (host == NULL || strpbrk (host + 3, "/?#@ ") != NULL)
    return FALSE;

  uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

static gboolean
is_host (const char *text)
{
  if (strcmp (text, "*") == 0 || g_hostname_is_ip_address (text))
    return TRUE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-._", *c) == NULL)
      return FALSE;
  return strlen (text) <= 253;
}

static gboolean
parse_list (const OuioedConfigKey *key, const char *text, char ***list)
{
  gboolean (*accept) (const char *) = key->type == OUIOED_VALUE_ADDRESSES ? is_address :
                                      key->type == OUIOED_VALUE_ORIGINS ? is_origin : is_host;
  g_auto(GStrv) parts = g_strsplit (text, ",", MAX_LIST + 1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (g_strv_length (parts) > MAX_LIST)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_strstrip (parts[i]);
      if (parts[i][0] == '\0')
        continue;
      if (!accept (parts[i]))
        return FALSE;
      g_strv_builder_add (builder, parts[i]);
    }

  *list = g_strv_builder_end (builder);
  if (key->type != OUIOED_VALUE_ADDRESSES || (*list)[0] != NULL)
    return TRUE;
  g_clear_pointer (list, g_strfreev);
  return FALSE;
}

static gboolean
is_named_twice (GPtrArray *upstreams, const OuioedUpstream *upstream)
{
  for (guint i = 0; i < upstreams->len; i++)
    if (strcmp (((OuioedUpstream *) upstreams->pdata[i])->name, upstream->name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
parse_upstreams (const OuioedConfigKey *key, const char *text, char ***list, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (text, ";", MAX_LIST + 1);
  g_autoptr(GPtrArray) upstreams = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_upstream_unref);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (g_strv_length (parts) > MAX_LIST)
    return refuse (key, text, error);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      OuioedUpstream *upstream;

      g_strstrip (parts[i]);
      if (parts[i][0] == '\0')
        continue;
      upstream = ouioed_upstream_parse (parts[i], error);
      if (upstream == NULL)
        {
          g_prefix_error (error, "[%s] %s=%s: ", key->section, key->name, parts[i]);
          return FALSE;
        }
      if (is_named_twice (upstreams, upstream))
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "[%s] %s=%s: upstream %s: named twice", key->section,
                       key->name, text, upstream->name);
          ouioed_upstream_unref (upstream);
          return FALSE;
        }
      g_ptr_array_add (upstreams, upstream);
      g_strv_builder_add (builder, parts[i]);
    }

  *list = g_strv_builder_end (builder);
  return TRUE;
}

/* What stands in front of the host of a URL is nobody's business. */
static char *
hide_password (const char *url)
{
  const char *start = strstr (url, "://");
  const char *end = strrchr (url, '@');

  if (start == NULL || end == NULL || end < start)
    return g_strdup (url);
  return g_strdup_printf ("%.*s…%s", (int) (start + strlen ("://") - url), url, end);
}

static gboolean
parse_store (const OuioedConfigKey *key, const char *text, char **store, GError **error)
{
  if (ouioed_redis_url_is (text))
    {
      g_autoptr(GError) local = NULL;
      g_autoptr(OuioedRedisUrl) url = ouioed_redis_url_parse (text, &local);

      if (url == NULL || !HAS_REDIS)
        {
          g_autofree char *shown = hide_password (text);

          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "[%s] %s=%s: %s", key->section, key->name, shown,
                       url == NULL ? local->message : "this build has no Redis store; use sqlite: or memory:");
          return FALSE;
        }
      *store = g_strdup (text);
      return TRUE;
    }
  if (strcmp (text, "memory:") != 0 && strcmp (text, "memory") != 0 && strcmp (text, "sqlite") != 0 &&
      !g_str_has_prefix (text, "sqlite:"))
    return refuse (key, text, error);

  *store = strchr (text, ':') != NULL ? g_strdup (text) : g_strconcat (text, ":", NULL);
  return TRUE;
}

gboolean
ouioed_value_parse (const OuioedConfigKey *key, const char *text, OuioedValue *value, GError **error)
{
  gboolean good = FALSE;

  *value = (OuioedValue) { 0 };
  switch (key->type)
    {
    case OUIOED_VALUE_COUNT:
    case OUIOED_VALUE_SIZE:
    case OUIOED_VALUE_TIME:
      good = parse_number (key, text, &value->number);
      break;

    case OUIOED_VALUE_BOOLEAN:
      good = parse_boolean (text, &value->number);
      break;

    case OUIOED_VALUE_WORD:
      good = parse_word (key, text, &value->number);
      break;

    case OUIOED_VALUE_PATH:
      good = text[0] == '\0' || g_path_is_absolute (text);
      value->text = good ? g_strdup (text) : NULL;
      break;

    case OUIOED_VALUE_STORE:
      return parse_store (key, text, &value->text, error);

    case OUIOED_VALUE_ADDRESSES:
    case OUIOED_VALUE_ORIGINS:
    case OUIOED_VALUE_HOSTS:
      good = parse_list (key, text, &value->list);
      break;

    case OUIOED_VALUE_UPSTREAMS:
      return parse_upstreams (key, text, &value->list, error);
    }

  return good || refuse (key, text, error);
}

char *
ouioed_value_to_string (const OuioedConfigKey *key, const OuioedValue *value)
{
  if (ouioed_value_is_list (key->type))
    return g_strjoinv (key->type == OUIOED_VALUE_UPSTREAMS ? "; " : ", ", value->list);
  if (value->text != NULL)
    return g_strdup (value->text);
  if (key->type == OUIOED_VALUE_WORD)
    return g_strdup (key->words[value->number]);
  if (key->type == OUIOED_VALUE_BOOLEAN)
    return g_strdup (value->number ? "yes" : "no");
  return number_to_string (key->type, value->number);
}

void
ouioed_value_clear (OuioedValue *value)
{
  g_clear_pointer (&value->text, g_free);
  g_clear_pointer (&value->list, g_strfreev);
}
