/* ouioed-config-limits.c - the configuration as the layers want it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-config-limits.h"

#include <string.h>

G_STATIC_ASSERT ((int) OUIOED_TOKENS_AUTO == (int) OUIOED_AUTH_AUTO);
G_STATIC_ASSERT ((int) OUIOED_TOKENS_OFF == (int) OUIOED_AUTH_OFF);

#define NUMBER(key) ouioed_config_get_number (self, OUIOED_KEY_##key)

void
ouioed_config_get_hub_limits (const OuioedConfig *self, OuioedHubLimits *limits)
{
  *limits = OUIOED_HUB_LIMITS_DEFAULT;
  limits->max_sessions = NUMBER (SESSIONS_MAX_SESSIONS);
  limits->max_stream_length = NUMBER (SESSIONS_MAX_STREAM_LENGTH);
  limits->max_expiry_us = NUMBER (SESSIONS_MAX_EXPIRY);
  limits->defaults.max_stream_length = NUMBER (SESSIONS_DEFAULT_STREAM_LENGTH);
  limits->defaults.expiry_us = NUMBER (SESSIONS_DEFAULT_EXPIRY);
  limits->max_store_bytes = NUMBER (STORE_MAX_SIZE);
  limits->max_recent_bytes = NUMBER (SESSIONS_RECENT_MEMORY);
  limits->max_pending_bytes = NUMBER (SESSIONS_PENDING_MEMORY);
  limits->max_keys = NUMBER (SESSIONS_MAX_KEYS);
  limits->key_lifetime_us = NUMBER (SESSIONS_KEY_LIFETIME);
}

void
ouioed_config_get_http (const OuioedConfig *self, const char *bus_name, OuioedHttpConfig *http)
{
  *http = (OuioedHttpConfig) {
    .acceptor = {
      .max_connections = NUMBER (HTTP_MAX_CONNECTIONS),
      .max_head_bytes = NUMBER (HTTP_MAX_HEAD),
      .head_timeout_us = NUMBER (HTTP_HEAD_TIMEOUT),
      .body_timeout_us = NUMBER (HTTP_BODY_TIMEOUT),
      .idle_timeout_us = NUMBER (HTTP_IDLE_TIMEOUT),
      .response_timeout_us = NUMBER (HTTP_RESPONSE_TIMEOUT),
    },
    .readers = {
      .max_readers = NUMBER (READERS_MAX_READERS),
      .max_message_bytes = NUMBER (READERS_MAX_MESSAGE),
      .ping_interval_us = NUMBER (READERS_PING_INTERVAL),
      .pong_timeout_us = NUMBER (READERS_PONG_TIMEOUT),
      .keepalive_us = NUMBER (READERS_KEEPALIVE),
      .stall_timeout_us = NUMBER (READERS_STALL_TIMEOUT),
      .send_buffer_bytes = NUMBER (READERS_SEND_BUFFER),
      .max_messages_per_second = NUMBER (READERS_MAX_MESSAGES_PER_SECOND),
    },
    .max_body_bytes = NUMBER (HTTP_MAX_BODY),
    .max_bulk_bytes = NUMBER (HTTP_MAX_BULK),
    .max_page_events = NUMBER (HTTP_MAX_PAGE_EVENTS),
    .max_subscriptions = NUMBER (READERS_MAX_SUBSCRIPTIONS),
    .allowed_origins = (char **) ouioed_config_get_list (self, OUIOED_KEY_HTTP_ALLOWED_ORIGINS),
    .allowed_hosts = (char **) ouioed_config_get_list (self, OUIOED_KEY_HTTP_ALLOWED_HOSTS),
    .auth = (OuioedAuthMode) NUMBER (HTTP_AUTH),
    .health_public = NUMBER (HTTP_HEALTH_PUBLIC),
    .bus_name = bus_name,
  };
}

void
ouioed_config_get_dbus (const OuioedConfig *self, OuioedDbusConfig *dbus)
{
  *dbus = (OuioedDbusConfig) {
    .signals_per_session = NUMBER (BUS_SIGNALS_PER_SESSION),
    .signals_total = NUMBER (BUS_SIGNALS_TOTAL),
    .replace = NUMBER (BUS_REPLACE),
    .max_streams = NUMBER (BUS_MAX_STREAMS),
    .has_models = ouioed_config_get_list (self, OUIOED_KEY_PROXY_UPSTREAMS)[0] != NULL,
  };
}

GPtrArray *
ouioed_config_get_upstreams (const OuioedConfig *self)
{
  const char *const *specs = ouioed_config_get_list (self, OUIOED_KEY_PROXY_UPSTREAMS);
  GPtrArray *upstreams = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioed_upstream_unref);

  for (guint i = 0; specs[i] != NULL; i++)
    g_ptr_array_add (upstreams, ouioed_upstream_parse (specs[i], NULL));    /* it was parsed before */
  return upstreams;
}

OuioedTeeConfig *
ouioed_config_get_tee (const OuioedConfig *self)
{
  OuioedTeeConfig *tee = ouioed_tee_config_new ();

  tee->max_head_bytes = NUMBER (HTTP_MAX_HEAD);
  tee->head_timeout_us = NUMBER (HTTP_HEAD_TIMEOUT);
  tee->body_timeout_us = NUMBER (HTTP_BODY_TIMEOUT);
  tee->idle_timeout_us = NUMBER (HTTP_IDLE_TIMEOUT);
  tee->connect_timeout_us = NUMBER (PROXY_CONNECT_TIMEOUT);
  tee->answer_timeout_us = NUMBER (PROXY_ANSWER_TIMEOUT);
  tee->max_calls = NUMBER (PROXY_MAX_CALLS);
  tee->detached = NUMBER (PROXY_DETACHED);
  tee->asks_for_tokens = NUMBER (HTTP_AUTH) == OUIOED_TOKENS_REQUIRED;
  tee->checks_user = NUMBER (HTTP_AUTH) != OUIOED_TOKENS_OFF;
  tee->allowed_hosts = g_strdupv ((char **) ouioed_config_get_list (self, OUIOED_KEY_HTTP_ALLOWED_HOSTS));
  tee->allowed_origins = g_strdupv ((char **) ouioed_config_get_list (self, OUIOED_KEY_HTTP_ALLOWED_ORIGINS));
  return tee;
}

char *
ouioed_config_get_state_dir (const OuioedConfig *self)
{
  const char *dir = ouioed_config_get_text (self, OUIOED_KEY_STORE_STATE_DIR);
  const char *given = g_getenv ("STATE_DIRECTORY");    /* of a service manager: a list, ours is the first */

  if (*dir != '\0')
    return g_strdup (dir);
  if (given != NULL && *given == '/')
    return g_strndup (given, strcspn (given, ":"));
  if (NUMBER (BUS_BUS) == OUIOED_BUS_SYSTEM)
    return g_strdup ("/var/lib/ouioe");
  return g_build_filename (g_get_user_state_dir (), "ouioe", NULL);
}

char *
ouioed_config_get_token_file (const OuioedConfig *self)
{
  const char *path = ouioed_config_get_text (self, OUIOED_KEY_HTTP_TOKEN_FILE);
  g_autofree char *dir = NULL;

  if (*path != '\0')
    return g_strdup (path);
  if (NUMBER (BUS_BUS) == OUIOED_BUS_SYSTEM)
    return g_strdup (OUIOE_SYSCONFDIR "/ouioe/tokens");
  dir = ouioed_config_get_state_dir (self);
  return ouioe_tokens_dup_path (dir);
}
