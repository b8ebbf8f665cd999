/* test-config-limits.c - the layers get what the configuration says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-config-limits.h"

#include <string.h>

static OuioedConfig *
load (const char *const *environment)
{
  OuioedConfigSources sources = { .environment = environment };
  g_auto(OuioedConfigReport) found = { 0 };
  OuioedConfig *config;

  ouioed_config_report_init (&found);
  config = ouioed_config_load (&sources, &found);
  g_assert_nonnull (config);
  return config;
}

/* The built-in values are those that the layers call their own. */
static void
test_defaults_are_those_of_the_layers (void)
{
  g_autoptr(OuioedConfig) config = load (NULL);
  OuioedHubLimits hub, hub_wanted = OUIOED_HUB_LIMITS_DEFAULT;
  OuioedHttpConfig http;
  OuioedAcceptorLimits acceptor = OUIOED_ACCEPTOR_LIMITS_DEFAULT;
  OuioedReaderLimits readers = OUIOED_READER_LIMITS_DEFAULT;
  OuioedDbusConfig dbus, dbus_wanted = OUIOED_DBUS_CONFIG_DEFAULT;

  ouioed_config_get_hub_limits (config, &hub);
  g_assert_cmpuint (hub.max_sessions, ==, hub_wanted.max_sessions);
  g_assert_cmpuint (hub.max_stream_length, ==, hub_wanted.max_stream_length);
  g_assert_cmpint (hub.max_expiry_us, ==, hub_wanted.max_expiry_us);
  g_assert_cmpuint (hub.defaults.max_stream_length, ==, hub_wanted.defaults.max_stream_length);
  g_assert_cmpint (hub.defaults.expiry_us, ==, hub_wanted.defaults.expiry_us);
  g_assert_cmpint (hub.defaults.progress_updates, ==, hub_wanted.defaults.progress_updates);
  g_assert_cmpuint (hub.max_store_bytes, ==, hub_wanted.max_store_bytes);
  g_assert_cmpuint (hub.max_recent_bytes, ==, hub_wanted.max_recent_bytes);
  g_assert_cmpuint (hub.max_pending_bytes, ==, hub_wanted.max_pending_bytes);
  g_assert_cmpuint (hub.max_keys, ==, hub_wanted.max_keys);
  g_assert_cmpint (hub.key_lifetime_us, ==, hub_wanted.key_lifetime_us);

  ouioed_config_get_http (config, "name", &http);
  g_assert_cmpuint (http.acceptor.max_connections, ==, acceptor.max_connections);
  g_assert_cmpuint (http.acceptor.max_head_bytes, ==, acceptor.max_head_bytes);
  g_assert_cmpint (http.acceptor.head_timeout_us, ==, acceptor.head_timeout_us);
  g_assert_cmpint (http.acceptor.body_timeout_us, ==, acceptor.body_timeout_us);
  g_assert_cmpint (http.acceptor.idle_timeout_us, ==, acceptor.idle_timeout_us);
  g_assert_cmpint (http.acceptor.response_timeout_us, ==, acceptor.response_timeout_us);
  g_assert_cmpuint (http.readers.max_readers, ==, readers.max_readers);
  g_assert_cmpuint (http.readers.max_message_bytes, ==, readers.max_message_bytes);
  g_assert_cmpint (http.readers.ping_interval_us, ==, readers.ping_interval_us);
  g_assert_cmpint (http.readers.pong_timeout_us, ==, readers.pong_timeout_us);
  g_assert_cmpint (http.readers.keepalive_us, ==, readers.keepalive_us);
  g_assert_cmpint (http.readers.stall_timeout_us, ==, readers.stall_timeout_us);
  g_assert_cmpuint (http.readers.send_buffer_bytes, ==, readers.send_buffer_bytes);
  g_assert_cmpuint (http.readers.max_messages_per_second, ==, readers.max_messages_per_second);
  g_assert_cmpuint (g_strv_length (http.allowed_origins), ==, 0);
  g_assert_cmpuint (g_strv_length (http.allowed_hosts), ==, 0);
  g_assert_cmpstr (http.bus_name, ==, "name");

  ouioed_config_get_dbus (config, &dbus);
  g_assert_cmpuint (dbus.signals_per_session, ==, dbus_wanted.signals_per_session);
  g_assert_cmpuint (dbus.signals_total, ==, dbus_wanted.signals_total);
  g_assert_cmpint (dbus.replace, ==, dbus_wanted.replace);
}

static void
test_tokens_are_where_the_state_is (void)
{
  static const char *const system[] = { "OUIOED_BUS_BUS=system", "OUIOED_HTTP_AUTH=required",
                                        "OUIOED_HTTP_HEALTH_PUBLIC=yes", NULL };
  g_autoptr(OuioedConfig) given = load ((const char *const[]) { "OUIOED_HTTP_TOKEN_FILE=/x/y", NULL });
  g_autoptr(OuioedConfig) with_state = load ((const char *const[]) { "OUIOED_STORE_STATE_DIR=/var/x", NULL });
  g_autoptr(OuioedConfig) of_system = load (system);
  g_autofree char *a = ouioed_config_get_token_file (given);
  g_autofree char *b = ouioed_config_get_token_file (with_state);
  g_autofree char *c = ouioed_config_get_token_file (of_system);
  OuioedHttpConfig http;

  g_assert_cmpstr (a, ==, "/x/y");
  g_assert_cmpstr (b, ==, "/var/x/tokens");
  g_assert_true (g_str_has_suffix (c, "/ouioe/tokens"));
  g_assert_null (strstr (c, "/var/"));

  ouioed_config_get_http (given, NULL, &http);
  g_assert_cmpint (http.auth, ==, OUIOED_AUTH_AUTO);
  g_assert_false (http.health_public);
  ouioed_config_get_http (of_system, NULL, &http);
  g_assert_cmpint (http.auth, ==, OUIOED_AUTH_REQUIRED);
  g_assert_true (http.health_public);
}

/* Every number gets a value of its own, so that no two can be mixed up. */
static void
test_every_key_arrives (void)
{
  static const char *const environment[] = {
    "OUIOED_HTTP_MAX_CONNECTIONS=101", "OUIOED_HTTP_MAX_HEAD=1102", "OUIOED_HTTP_MAX_BODY=1103",
    "OUIOED_HTTP_MAX_BULK=1104", "OUIOED_HTTP_MAX_PAGE_EVENTS=105", "OUIOED_HTTP_HEAD_TIMEOUT=106ms",
    "OUIOED_HTTP_BODY_TIMEOUT=107ms", "OUIOED_HTTP_IDLE_TIMEOUT=108ms", "OUIOED_HTTP_RESPONSE_TIMEOUT=109ms",
    "OUIOED_HTTP_ALLOWED_ORIGINS=http://a", "OUIOED_HTTP_ALLOWED_HOSTS=b,c",
    "OUIOED_READERS_MAX_READERS=110", "OUIOED_READERS_MAX_SUBSCRIPTIONS=111", "OUIOED_READERS_MAX_MESSAGE=1112",
    "OUIOED_READERS_MAX_MESSAGES_PER_SECOND=113", "OUIOED_READERS_PING_INTERVAL=114ms",
    "OUIOED_READERS_PONG_TIMEOUT=115ms", "OUIOED_READERS_KEEPALIVE=116ms", "OUIOED_READERS_STALL_TIMEOUT=117ms",
    "OUIOED_READERS_SEND_BUFFER=118", "OUIOED_SESSIONS_MAX_SESSIONS=119", "OUIOED_SESSIONS_DEFAULT_STREAM_LENGTH=120",
    "OUIOED_SESSIONS_MAX_STREAM_LENGTH=121", "OUIOED_SESSIONS_DEFAULT_EXPIRY=122s", "OUIOED_SESSIONS_MAX_EXPIRY=123s",
    "OUIOED_SESSIONS_RECENT_MEMORY=124K", "OUIOED_SESSIONS_PENDING_MEMORY=125K", "OUIOED_SESSIONS_MAX_KEYS=126",
    "OUIOED_SESSIONS_KEY_LIFETIME=127s", "OUIOED_STORE_MAX_SIZE=128M", "OUIOED_BUS_REPLACE=yes",
    "OUIOED_BUS_SIGNALS_PER_SESSION=129", "OUIOED_BUS_SIGNALS_TOTAL=130",
    "OUIOED_PROXY_UPSTREAMS=ollama;lab=http://10.0.0.7:9000", "OUIOED_PROXY_DETACHED=yes", "OUIOED_PROXY_MAX_CALLS=131",
    "OUIOED_PROXY_CONNECT_TIMEOUT=132ms", "OUIOED_PROXY_ANSWER_TIMEOUT=133s", "OUIOED_HTTP_AUTH=required", NULL,
  };
  g_autoptr(OuioedConfig) config = load (environment);
  const gint64 ms = G_USEC_PER_SEC / 1000;
  const gint64 s = G_USEC_PER_SEC;
  OuioedHubLimits hub;
  OuioedHttpConfig http;
  OuioedDbusConfig dbus;
  g_autoptr(GPtrArray) upstreams = NULL;
  g_autoptr(OuioedTeeConfig) tee = NULL;

  ouioed_config_get_http (config, NULL, &http);
  g_assert_cmpuint (http.acceptor.max_connections, ==, 101);
  g_assert_cmpuint (http.acceptor.max_head_bytes, ==, 1102);
  g_assert_cmpuint (http.max_body_bytes, ==, 1103);
  g_assert_cmpuint (http.max_bulk_bytes, ==, 1104);
  g_assert_cmpuint (http.max_page_events, ==, 105);
  g_assert_cmpint (http.acceptor.head_timeout_us, ==, 106 * ms);
  g_assert_cmpint (http.acceptor.body_timeout_us, ==, 107 * ms);
  g_assert_cmpint (http.acceptor.idle_timeout_us, ==, 108 * ms);
  g_assert_cmpint (http.acceptor.response_timeout_us, ==, 109 * ms);
  g_assert_cmpstr (http.allowed_origins[0], ==, "http://a");
  g_assert_cmpstr (http.allowed_hosts[1], ==, "c");
  g_assert_cmpuint (http.readers.max_readers, ==, 110);
  g_assert_cmpuint (http.max_subscriptions, ==, 111);
  g_assert_cmpuint (http.readers.max_message_bytes, ==, 1112);
  g_assert_cmpuint (http.readers.max_messages_per_second, ==, 113);
  g_assert_cmpint (http.readers.ping_interval_us, ==, 114 * ms);
  g_assert_cmpint (http.readers.pong_timeout_us, ==, 115 * ms);
  g_assert_cmpint (http.readers.keepalive_us, ==, 116 * ms);
  g_assert_cmpint (http.readers.stall_timeout_us, ==, 117 * ms);
  g_assert_cmpuint (http.readers.send_buffer_bytes, ==, 118);

  ouioed_config_get_hub_limits (config, &hub);
  g_assert_cmpuint (hub.max_sessions, ==, 119);
  g_assert_cmpuint (hub.defaults.max_stream_length, ==, 120);
  g_assert_cmpuint (hub.max_stream_length, ==, 121);
  g_assert_cmpint (hub.defaults.expiry_us, ==, 122 * s);
  g_assert_cmpint (hub.max_expiry_us, ==, 123 * s);
  g_assert_cmpuint (hub.max_recent_bytes, ==, 124 << 10);
  g_assert_cmpuint (hub.max_pending_bytes, ==, 125 << 10);
  g_assert_cmpuint (hub.max_keys, ==, 126);
  g_assert_cmpint (hub.key_lifetime_us, ==, 127 * s);
  g_assert_cmpuint (hub.max_store_bytes, ==, 128 << 20);

  ouioed_config_get_dbus (config, &dbus);
  g_assert_true (dbus.replace);
  g_assert_cmpuint (dbus.signals_per_session, ==, 129);
  g_assert_cmpuint (dbus.signals_total, ==, 130);
  g_assert_true (dbus.has_models);

  upstreams = ouioed_config_get_upstreams (config);
  g_assert_cmpuint (upstreams->len, ==, 2);
  g_assert_cmpstr (((OuioedUpstream *) upstreams->pdata[1])->authority, ==, "10.0.0.7:9000");
  tee = ouioed_config_get_tee (config);
  g_assert_cmpuint (tee->max_head_bytes, ==, 1102);
  g_assert_cmpint (tee->head_timeout_us, ==, 106 * ms);
  g_assert_cmpint (tee->body_timeout_us, ==, 107 * ms);
  g_assert_cmpint (tee->idle_timeout_us, ==, 108 * ms);
  g_assert_cmpstr (tee->allowed_origins[0], ==, "http://a");
  g_assert_cmpstr (tee->allowed_hosts[1], ==, "c");
  g_assert_true (tee->detached);
  g_assert_cmpuint (tee->max_calls, ==, 131);
  g_assert_cmpint (tee->connect_timeout_us, ==, 132 * ms);
  g_assert_cmpint (tee->answer_timeout_us, ==, 133 * s);
  g_assert_true (tee->asks_for_tokens);
}

static void
test_state_dir_is_found (void)
{
  g_autoptr(OuioedConfig) nothing = load (NULL);
  g_autoptr(OuioedConfig) system = load ((const char *const[]) { "OUIOED_BUS_BUS=system", NULL });
  g_autoptr(OuioedConfig) own = load ((const char *const[]) { "OUIOED_STORE_STATE_DIR=/own", NULL });
  g_autofree char *user_dir = ouioed_config_get_state_dir (nothing);
  g_autofree char *system_dir = ouioed_config_get_state_dir (system);
  g_autofree char *given_dir = NULL;
  g_autofree char *own_dir = NULL;
  g_autofree char *wanted = g_build_filename (g_get_user_state_dir (), "ouioe", NULL);

  g_assert_cmpstr (user_dir, ==, wanted);
  g_assert_cmpstr (system_dir, ==, "/var/lib/ouioe");

  g_setenv ("STATE_DIRECTORY", "/given:/and/more", TRUE);
  given_dir = ouioed_config_get_state_dir (system);
  own_dir = ouioed_config_get_state_dir (own);
  g_assert_cmpstr (given_dir, ==, "/given");
  g_assert_cmpstr (own_dir, ==, "/own");
  g_unsetenv ("STATE_DIRECTORY");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("STATE_DIRECTORY");

  g_test_add_func ("/config/limits/defaults-are-those-of-the-layers", test_defaults_are_those_of_the_layers);
  g_test_add_func ("/config/limits/tokens-are-where-the-state-is", test_tokens_are_where_the_state_is);
  g_test_add_func ("/config/limits/every-key-arrives", test_every_key_arrives);
  g_test_add_func ("/config/limits/state-dir-is-found", test_state_dir_is_found);
  return g_test_run ();
}
