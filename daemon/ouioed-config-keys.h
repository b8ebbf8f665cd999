/* ouioed-config-keys.h - the one table of what can be configured, and how a value is read and written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checks, the names in the environment, the command line options, --dump-config and data/conf/ouioed.conf all come
 * from this table.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  OUIOED_KEY_HTTP_LISTEN,
  OUIOED_KEY_HTTP_ALLOW_REMOTE,
  OUIOED_KEY_HTTP_AUTH,
  OUIOED_KEY_HTTP_TOKEN_FILE,
  OUIOED_KEY_HTTP_HEALTH_PUBLIC,
  OUIOED_KEY_HTTP_ALLOWED_ORIGINS,
  OUIOED_KEY_HTTP_ALLOWED_HOSTS,
  OUIOED_KEY_HTTP_MAX_CONNECTIONS,
  OUIOED_KEY_HTTP_MAX_HEAD,
  OUIOED_KEY_HTTP_MAX_BODY,
  OUIOED_KEY_HTTP_MAX_BULK,
  OUIOED_KEY_HTTP_MAX_PAGE_EVENTS,
  OUIOED_KEY_HTTP_HEAD_TIMEOUT,
  OUIOED_KEY_HTTP_BODY_TIMEOUT,
  OUIOED_KEY_HTTP_IDLE_TIMEOUT,
  OUIOED_KEY_HTTP_RESPONSE_TIMEOUT,
  OUIOED_KEY_READERS_MAX_READERS,
  OUIOED_KEY_READERS_MAX_SUBSCRIPTIONS,
  OUIOED_KEY_READERS_MAX_MESSAGE,
  OUIOED_KEY_READERS_MAX_MESSAGES_PER_SECOND,
  OUIOED_KEY_READERS_PING_INTERVAL,
  OUIOED_KEY_READERS_PONG_TIMEOUT,
  OUIOED_KEY_READERS_KEEPALIVE,
  OUIOED_KEY_READERS_STALL_TIMEOUT,
  OUIOED_KEY_READERS_SEND_BUFFER,
  OUIOED_KEY_SESSIONS_MAX_SESSIONS,
  OUIOED_KEY_SESSIONS_DEFAULT_STREAM_LENGTH,
  OUIOED_KEY_SESSIONS_MAX_STREAM_LENGTH,
  OUIOED_KEY_SESSIONS_DEFAULT_EXPIRY,
  OUIOED_KEY_SESSIONS_MAX_EXPIRY,
  OUIOED_KEY_SESSIONS_RECENT_MEMORY,
  OUIOED_KEY_SESSIONS_PENDING_MEMORY,
  OUIOED_KEY_SESSIONS_MAX_KEYS,
  OUIOED_KEY_SESSIONS_KEY_LIFETIME,
  OUIOED_KEY_STORE_STORE,
  OUIOED_KEY_STORE_STATE_DIR,
  OUIOED_KEY_STORE_MAX_SIZE,
  OUIOED_KEY_BUS_BUS,
  OUIOED_KEY_BUS_REPLACE,
  OUIOED_KEY_BUS_SIGNALS_PER_SESSION,
  OUIOED_KEY_BUS_SIGNALS_TOTAL,
  OUIOED_KEY_BUS_MAX_STREAMS,
  OUIOED_KEY_PROXY_UPSTREAMS,
  OUIOED_KEY_PROXY_DETACHED,
  OUIOED_KEY_PROXY_MAX_CALLS,
  OUIOED_KEY_PROXY_CONNECT_TIMEOUT,
  OUIOED_KEY_PROXY_ANSWER_TIMEOUT,
  OUIOED_KEY_PROXY_STALL_AFTER,
  OUIOED_KEY_LOG_LEVEL,
  OUIOED_KEY_LOG_FORMAT,
} OuioedKeyId;
#define OUIOED_N_KEYS (OUIOED_KEY_LOG_FORMAT + 1)

typedef enum {
  OUIOED_VALUE_COUNT,        /* a whole number */
  OUIOED_VALUE_SIZE,         /* bytes; K, M, G */
  OUIOED_VALUE_TIME,         /* microseconds; ms, s, min, h */
  OUIOED_VALUE_BOOLEAN,      /* yes, no */
  OUIOED_VALUE_WORD,         /* one of words; the number is its place there */
  OUIOED_VALUE_PATH,         /* an absolute path, or nothing */
  OUIOED_VALUE_STORE,        /* sqlite:PATH, memory: */
  OUIOED_VALUE_ADDRESSES,    /* list of HOST:PORT, unix:/PATH */
  OUIOED_VALUE_ORIGINS,      /* list of scheme://host[:port], * */
  OUIOED_VALUE_HOSTS,        /* list of names and addresses, * */
  OUIOED_VALUE_UPSTREAMS,    /* list of what ouioed_upstream_parse() takes, separated by semicolons */
} OuioedValueType;

typedef struct {
  const char        *section;
  const char        *name;
  OuioedValueType    type;
  const char        *value;        /* built-in, as it would stand in the file */
  gint64             min, max;     /* of numbers, in the unit of the type */
  const char *const *words;        /* of OUIOED_VALUE_WORD */
  gboolean           reloadable;   /* SIGHUP may change it */
  const char        *option;       /* on the command line, or NULL */
  const char        *argument;     /* what --help calls its value */
  const char        *doc;          /* one sentence */
} OuioedConfigKey;

extern const OuioedConfigKey ouioed_config_keys[OUIOED_N_KEYS];

typedef struct {
  gint64  number;    /* of numbers, words and booleans */
  char   *text;      /* of paths and stores, never NULL there */
  char  **list;      /* of lists, never NULL there */
} OuioedValue;

gboolean ouioed_value_is_list   (OuioedValueType type);
/* What stands between two values of a list. */
const char *ouioed_value_get_separator (OuioedValueType type);
/* The error (OUIOE_ERROR_CONFIGURATION) names the key, the value and what is wanted. */
gboolean ouioed_value_parse     (const OuioedConfigKey *key, const char *text, OuioedValue *value, GError **error);
/* As it would stand in the file: ouioed_value_parse() gives the same value again. */
char    *ouioed_value_to_string (const OuioedConfigKey *key, const OuioedValue *value);
void     ouioed_value_clear     (OuioedValue *value);

/* "OUIOED_HTTP_MAX_BODY" */
char    *ouioed_config_key_get_variable (const OuioedConfigKey *key);
/* OUIOED_N_KEYS when there is none. */
OuioedKeyId ouioed_config_key_find      (const char *section, const char *name);

/* The words of [http] auth, in this order. */
typedef enum { OUIOED_TOKENS_AUTO, OUIOED_TOKENS_REQUIRED, OUIOED_TOKENS_OFF } OuioedTokens;
typedef enum { OUIOED_BUS_AUTO, OUIOED_BUS_NONE, OUIOED_BUS_SESSION, OUIOED_BUS_SYSTEM } OuioedBus;
/* TRUE for addresses that only this machine reaches. @address is one that ouioed_value_parse() accepted. */
gboolean ouioed_address_is_local (const char *address);

G_END_DECLS
