/* test-config-values.c - what a value of the configuration may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-error.h"
#include "ouioed-config-keys.h"

#include <gio/gio.h>
#include <string.h>

#define S ((gint64) G_USEC_PER_SEC)

typedef struct {
  OuioedKeyId  key;
  const char  *text;
  gint64       number;      /* of good numbers */
  const char  *written;     /* as it is written again; NULL when it is refused */
} Row;

static const Row rows[] = {
  /* sizes */
  { OUIOED_KEY_HTTP_MAX_BODY, "1024", 1024, "1K" },
  { OUIOED_KEY_HTTP_MAX_BODY, "1025", 1025, "1025" },
  { OUIOED_KEY_HTTP_MAX_BODY, "2k", 2048, "2K" },
  { OUIOED_KEY_HTTP_MAX_BODY, "3M", 3 << 20, "3M" },
  { OUIOED_KEY_HTTP_MAX_BODY, "1G", 1 << 30, "1G" },
  { OUIOED_KEY_READERS_SEND_BUFFER, "0", 0, "0" },
  { OUIOED_KEY_READERS_SEND_BUFFER, "0K", 0, "0" },
  { OUIOED_KEY_HTTP_MAX_BODY, "1023", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "1025M", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "1 M", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "1MB", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "1.5M", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "-1", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "+2K", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "M", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "2s", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "9999999999999999999G", 0, NULL },
  { OUIOED_KEY_HTTP_MAX_BODY, "17179869185G", 0, NULL },   /* 2^64 + 2^30 bytes */
  /* times */
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "100ms", S / 10, "100ms" },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "1500ms", S * 3 / 2, "1500ms" },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "10s", 10 * S, "10s" },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "60s", 60 * S, "1min" },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "1h", 3600 * S, "1h" },
  { OUIOED_KEY_SESSIONS_MAX_EXPIRY, "720h", 720 * 3600 * S, "720h" },
  { OUIOED_KEY_READERS_STALL_TIMEOUT, "0", 0, "0" },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "0", 0, NULL },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "10", 0, NULL },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "99ms", 0, NULL },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "2h", 0, NULL },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "10m", 0, NULL },
  { OUIOED_KEY_HTTP_HEAD_TIMEOUT, "10K", 0, NULL },
  /* numbers */
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "1", 1, "1" },
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "0010", 10, "10" },
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "0", 0, NULL },
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "10000001", 0, NULL },
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "1K", 0, NULL },
  { OUIOED_KEY_SESSIONS_MAX_SESSIONS, "0x10", 0, NULL },
  /* booleans and words */
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "yes", 1, "yes" },
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "True", 1, "yes" },
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "off", 0, "no" },
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "0", 0, "no" },
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "maybe", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOW_REMOTE, "", 0, NULL },
  { OUIOED_KEY_BUS_BUS, "session", OUIOED_BUS_SESSION, "session" },
  { OUIOED_KEY_BUS_BUS, "none", OUIOED_BUS_NONE, "none" },
  { OUIOED_KEY_BUS_BUS, "Session", 0, NULL },
  { OUIOED_KEY_LOG_LEVEL, "debug", 4, "debug" },
  { OUIOED_KEY_LOG_LEVEL, "error", 0, NULL },
  { OUIOED_KEY_LOG_FORMAT, "json", 2, "json" },
  /* stores and paths */
  { OUIOED_KEY_STORE_STORE, "memory:", 0, "memory:" },
  { OUIOED_KEY_STORE_STORE, "memory", 0, "memory:" },
  { OUIOED_KEY_STORE_STORE, "sqlite:", 0, "sqlite:" },
  { OUIOED_KEY_STORE_STORE, "sqlite:/var/lib/x y.db", 0, "sqlite:/var/lib/x y.db" },
#ifdef OUIOE_HAVE_REDIS
  { OUIOED_KEY_STORE_STORE, "redis://127.0.0.1:6379/9", 0, "redis://127.0.0.1:6379/9" },
  { OUIOED_KEY_STORE_STORE, "redis+unix:///run/redis.sock?db=9", 0, "redis+unix:///run/redis.sock?db=9" },
#else
  { OUIOED_KEY_STORE_STORE, "redis://127.0.0.1:6379", 0, NULL },
#endif
  { OUIOED_KEY_STORE_STORE, "redis://127.0.0.1:nine", 0, NULL },
  { OUIOED_KEY_STORE_STORE, "redis:", 0, NULL },
  { OUIOED_KEY_STORE_STORE, "memory:x", 0, NULL },
  { OUIOED_KEY_STORE_STORE, "", 0, NULL },
  { OUIOED_KEY_STORE_STORE, "/var/lib/x.db", 0, NULL },
  { OUIOED_KEY_STORE_STATE_DIR, "", 0, "" },
  { OUIOED_KEY_STORE_STATE_DIR, "/tmp", 0, "/tmp" },
  { OUIOED_KEY_STORE_STATE_DIR, "tmp", 0, NULL },
  /* lists */
  { OUIOED_KEY_HTTP_LISTEN, "127.0.0.1:0", 0, "127.0.0.1:0" },
  { OUIOED_KEY_HTTP_LISTEN, "127.0.0.1:1,[::1]:65535 , unix:/run/x", 0, "127.0.0.1:1, [::1]:65535, unix:/run/x" },
  { OUIOED_KEY_HTTP_LISTEN, "localhost:80,", 0, "localhost:80" },
  { OUIOED_KEY_HTTP_LISTEN, "", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, ",", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "127.0.0.1", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, ":3005", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "127.0.0.1:65536", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "127.0.0.1:-1", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "::1:80", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "[::g]:80", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "http://127.0.0.1:80", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "unix:", 0, NULL },
  { OUIOED_KEY_HTTP_LISTEN, "unix:run/x", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "", 0, "" },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "*", 0, "*" },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "https://a.example:8443,http://b", 0, "https://a.example:8443, http://b" },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "https://a.example/", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "a.example", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "https://", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "https://user@a.example", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_ORIGINS, "null", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_HOSTS, "a.example, 10.0.0.1, ::1, *", 0, "a.example, 10.0.0.1, ::1, *" },
  { OUIOED_KEY_HTTP_ALLOWED_HOSTS, "a.example:80", 0, NULL },
  { OUIOED_KEY_HTTP_ALLOWED_HOSTS, "http://a", 0, NULL },
  /* the model proxy */
  { OUIOED_KEY_PROXY_UPSTREAMS, "", 0, "" },
  { OUIOED_KEY_PROXY_UPSTREAMS, " ; ", 0, "" },
  { OUIOED_KEY_PROXY_UPSTREAMS, "ollama", 0, "ollama" },
  { OUIOED_KEY_PROXY_UPSTREAMS, "ollama,listen=127.0.0.1:0;lab=http://10.0.0.7:9000/v1,dialect=openai;", 0,
    "ollama,listen=127.0.0.1:0; lab=http://10.0.0.7:9000/v1,dialect=openai" },
  { OUIOED_KEY_PROXY_UPSTREAMS, "nobody", 0, NULL },
  { OUIOED_KEY_PROXY_UPSTREAMS, "lab=http://u:p@10.0.0.7", 0, NULL },
  { OUIOED_KEY_PROXY_UPSTREAMS, "ollama,dialect=x", 0, NULL },
  { OUIOED_KEY_PROXY_UPSTREAMS, "ollama;ollama=http://10.0.0.7", 0, NULL },
  { OUIOED_KEY_PROXY_DETACHED, "yes", 1, "yes" },
  { OUIOED_KEY_PROXY_DETACHED, "sometimes", 0, NULL },
  { OUIOED_KEY_PROXY_MAX_CALLS, "1", 1, "1" },
  { OUIOED_KEY_PROXY_MAX_CALLS, "100000", 100000, "100000" },
  { OUIOED_KEY_PROXY_MAX_CALLS, "0", 0, NULL },
  { OUIOED_KEY_PROXY_MAX_CALLS, "100001", 0, NULL },
  { OUIOED_KEY_PROXY_CONNECT_TIMEOUT, "100ms", S / 10, "100ms" },
  { OUIOED_KEY_PROXY_CONNECT_TIMEOUT, "99ms", 0, NULL },
  { OUIOED_KEY_PROXY_CONNECT_TIMEOUT, "61min", 0, NULL },
  { OUIOED_KEY_PROXY_ANSWER_TIMEOUT, "24h", 24 * 3600 * S, "24h" },
  { OUIOED_KEY_PROXY_ANSWER_TIMEOUT, "999ms", 0, NULL },
  { OUIOED_KEY_PROXY_ANSWER_TIMEOUT, "25h", 0, NULL },
  { OUIOED_KEY_PROXY_STALL_AFTER, "20s", 20 * S, "20s" },
  { OUIOED_KEY_PROXY_STALL_AFTER, "99ms", 0, NULL },
  { OUIOED_KEY_PROXY_STALL_AFTER, "2h", 0, NULL },
};

static void
test_value (gconstpointer user_data)
{
  const Row *row = user_data;
  const OuioedConfigKey *key = &ouioed_config_keys[row->key];
  g_autoptr(GError) error = NULL;
  g_autofree char *written = NULL;
  g_autofree char *again = NULL;
  OuioedValue value, second;

  if (row->written == NULL)
    {
      g_autofree char *named = g_strdup_printf ("[%s] %s=%s: ", key->section, key->name, row->text);

      g_assert_false (ouioed_value_parse (key, row->text, &value, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_assert_true (g_str_has_prefix (error->message, named));
      g_assert_null (value.text);
      g_assert_null (value.list);
      return;
    }

  g_assert_true (ouioed_value_parse (key, row->text, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value.number, ==, row->number);
  written = ouioed_value_to_string (key, &value);
  g_assert_cmpstr (written, ==, row->written);

  g_assert_true (ouioed_value_parse (key, written, &second, &error));
  g_assert_cmpint (second.number, ==, value.number);
  again = ouioed_value_to_string (key, &second);
  g_assert_cmpstr (again, ==, written);
  ouioed_value_clear (&value);
  ouioed_value_clear (&second);
}

static void
test_error_names_key_value_and_range (void)
{
  g_autoptr(GError) size = NULL;
  g_autoptr(GError) time = NULL;
  g_autoptr(GError) word = NULL;
  g_autoptr(GError) redis = NULL;
  OuioedValue value;

  g_assert_false (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_HTTP_MAX_BODY], "2G", &value, &size));
  g_assert_cmpstr (size->message, ==, "[http] max-body=2G: not a size in bytes or with K, M or G, from 1K to 1G");
  g_assert_false (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_READERS_KEEPALIVE], "5", &value, &time));
  g_assert_cmpstr (time->message, ==, "[readers] keepalive=5: not a time with ms, s, min or h, from 100ms to 1h");
  g_assert_false (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_BUS_BUS], "x", &value, &word));
  g_assert_cmpstr (word->message, ==, "[bus] bus=x: not one of auto, none, session, system");
  g_assert_false (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_STORE_STORE], "redis://:hush@h:x", &value, &redis));
  /* The password is not told. */
  g_assert_cmpstr (redis->message, ==, "[store] store=redis://…@h:x: a port is not a number from 1 to 65535");
}

static void
test_errors_of_the_proxy_name_key_value_and_what_is_wanted (void)
{
  static const struct { OuioedKeyId key; const char *text, *message; } cases_of_errors[] = {
    { OUIOED_KEY_PROXY_UPSTREAMS, "ollama;ollama", "[proxy] upstreams=ollama;ollama: upstream ollama: named twice" },
    { OUIOED_KEY_PROXY_MAX_CALLS, "0", "[proxy] max-calls=0: not a number, from 1 to 100000" },
    { OUIOED_KEY_PROXY_CONNECT_TIMEOUT, "1", "[proxy] connect-timeout=1: not a time with ms, s, min or h, from 100ms to 1h" },
    { OUIOED_KEY_PROXY_ANSWER_TIMEOUT, "1", "[proxy] answer-timeout=1: not a time with ms, s, min or h, from 1s to 24h" },
    { OUIOED_KEY_PROXY_STALL_AFTER, "1", "[proxy] stall-after=1: not a time with ms, s, min or h, from 100ms to 1h" },
    { OUIOED_KEY_PROXY_DETACHED, "x", "[proxy] detached=x: not yes or no" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases_of_errors); i++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[cases_of_errors[i].key];
      g_autoptr(GError) error = NULL;
      OuioedValue value;

      g_assert_false (ouioed_value_parse (key, cases_of_errors[i].text, &value, &error));
      g_assert_cmpstr (error->message, ==, cases_of_errors[i].message);
    }
}

/* As many model servers as addresses. */
static void
test_list_of_upstreams_is_bounded (void)
{
  const OuioedConfigKey *key = &ouioed_config_keys[OUIOED_KEY_PROXY_UPSTREAMS];
  g_autoptr(GString) text = g_string_new ("u0=http://h");
  g_autoptr(GError) error = NULL;
  OuioedValue value;

  for (guint i = 1; i < 64; i++)
    g_string_append_printf (text, ";u%u=http://h", i);
  g_assert_true (ouioed_value_parse (key, text->str, &value, &error));
  g_assert_cmpuint (g_strv_length (value.list), ==, 64);
  ouioed_value_clear (&value);

  g_string_append (text, ";u64=http://h");
  g_assert_false (ouioed_value_parse (key, text->str, &value, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
}

static void
test_list_is_bounded (void)
{
  g_autoptr(GString) text = g_string_new ("a");
  g_autoptr(GError) error = NULL;
  OuioedValue value;

  for (guint i = 1; i < 64; i++)
    g_string_append (text, ",a");
  g_assert_true (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_HTTP_ALLOWED_HOSTS], text->str, &value, &error));
  g_assert_cmpuint (g_strv_length (value.list), ==, 64);
  ouioed_value_clear (&value);

  g_string_append (text, ",a");
  g_assert_false (ouioed_value_parse (&ouioed_config_keys[OUIOED_KEY_HTTP_ALLOWED_HOSTS], text->str, &value, &error));
}

static void
test_local_addresses_are_known (void)
{
  static const char *const local[] = {
    "127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1", "LocalHost:1", "unix:/x",
  };
  static const char *const remote[] = { "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "localhost.example:1" };

  for (guint i = 0; i < G_N_ELEMENTS (local); i++)
    g_assert_true (ouioed_address_is_local (local[i]));
  for (guint i = 0; i < G_N_ELEMENTS (remote); i++)
    g_assert_false (ouioed_address_is_local (remote[i]));
}

/* Every row is complete, its default can be read, and no two are called the same. */
static void
test_table_is_sound (void)
{
  g_autoptr(GHashTable) variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[id];
      g_autoptr(GError) error = NULL;
      OuioedValue value;

      g_assert_nonnull (key->section);
      g_assert_nonnull (key->doc);
      g_assert_false (g_str_has_suffix (key->doc, "."));
      g_assert_cmpint (key->option == NULL, ==, key->argument == NULL);
      g_assert_cmpint (key->type == OUIOED_VALUE_WORD, ==, key->words != NULL);
      ouioed_value_parse (key, key->value, &value, &error);
      g_assert_no_error (error);
      ouioed_value_clear (&value);
      g_assert_cmpint (ouioed_config_key_find (key->section, key->name), ==, id);
      g_assert_true (g_hash_table_add (variables, ouioed_config_key_get_variable (key)));
    }

  g_assert_true (g_hash_table_contains (variables, "OUIOED_READERS_MAX_MESSAGES_PER_SECOND"));
  g_assert_cmpint (ouioed_config_key_find ("http", "max-sessions"), ==, OUIOED_N_KEYS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[rows[i].key];
      g_autofree char *text = g_strdelimit (g_strdup (rows[i].text), "/#", '_');
      g_autofree char *path = g_strdup_printf ("/config/value/%s-%s-%s/%u-%s", key->section, key->name,
                                               rows[i].written == NULL ? "refused" : "taken", i, text);

      g_test_add_data_func (path, &rows[i], test_value);
    }
  g_test_add_func ("/config/value/error-names-key-value-and-range", test_error_names_key_value_and_range);
  g_test_add_func ("/config/value/list-is-bounded", test_list_is_bounded);
  g_test_add_func ("/config/value/errors-of-the-proxy-name-key-value-and-what-is-wanted",
                   test_errors_of_the_proxy_name_key_value_and_what_is_wanted);
  g_test_add_func ("/config/value/list-of-upstreams-is-bounded", test_list_of_upstreams_is_bounded);
  g_test_add_func ("/config/value/local-addresses-are-known", test_local_addresses_are_known);
  g_test_add_func ("/config/table-is-sound", test_table_is_sound);
  return g_test_run ();
}
