/* ouioed-config-keys.c - the one table of what can be configured
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-config-keys.h"

#include "ouioed-log.h"

#include <string.h>

#define K 1024ll
#define M (1024 * K)
#define G (1024 * M)
#define MS (G_USEC_PER_SEC / 1000ll)
#define S ((gint64) G_USEC_PER_SEC)
#define H (3600 * S)

static const char *const auth_words[] = { "auto", "required", "off", NULL };
static const char *const bus_words[] = { "auto", "none", "session", "system", NULL };

#define LIST_KEY(s, n, t, v, r, o, a, d) { s, n, OUIOED_VALUE_##t, v, 0, 0, NULL, r, o, a, d }
#define NUMBER_KEY(s, n, t, v, lo, hi, d) { s, n, OUIOED_VALUE_##t, v, lo, hi, NULL, TRUE, NULL, NULL, d }

const OuioedConfigKey ouioed_config_keys[OUIOED_N_KEYS] = {
  [OUIOED_KEY_HTTP_LISTEN] =
    LIST_KEY ("http", "listen", ADDRESSES, "127.0.0.1:3005", FALSE, "listen", "ADDRESS",
              "Addresses to listen on: HOST:PORT (port 0 takes a free one) or unix:PATH"),
  [OUIOED_KEY_HTTP_ALLOW_REMOTE] =
    { "http", "allow-remote", OUIOED_VALUE_BOOLEAN, "no", 0, 1, NULL, FALSE, NULL, NULL,
      "Allow addresses that other machines reach: the network is trusted, or a proxy that encrypts stands in front" },
  [OUIOED_KEY_HTTP_AUTH] =
    { "http", "auth", OUIOED_VALUE_WORD, "auto", 0, 0, auth_words, TRUE, NULL, NULL,
      "Where a token is asked for: auto on addresses that other machines reach, required on loopback too, or off" },
  [OUIOED_KEY_HTTP_TOKEN_FILE] =
    { "http", "token-file", OUIOED_VALUE_PATH, "", 0, 0, NULL, TRUE, NULL, NULL,
      "Tokens, as ouioectl token makes them, mode 0600; nothing for /etc/ouioe/tokens on the system bus, else tokens "
      "in the state directory" },
  [OUIOED_KEY_HTTP_HEALTH_PUBLIC] =
    { "http", "health-public", OUIOED_VALUE_BOOLEAN, "no", 0, 1, NULL, TRUE, NULL, NULL,
      "Show /readyz, /version and /metrics in full to other machines without a token" },
  [OUIOED_KEY_HTTP_ALLOWED_ORIGINS] =
    LIST_KEY ("http", "allowed-origins", ORIGINS, "", TRUE, "allow-origin", "ORIGIN",
              "Web origins whose pages may connect, beyond those of this machine; * for all"),
  [OUIOED_KEY_HTTP_ALLOWED_HOSTS] =
    LIST_KEY ("http", "allowed-hosts", HOSTS, "", TRUE, "allow-host", "HOST",
              "Names by which clients may address the daemon, beyond those of this machine; * for all"),
  [OUIOED_KEY_HTTP_MAX_CONNECTIONS] =
    NUMBER_KEY ("http", "max-connections", COUNT, "20000", 1, 1000000, "Connections in all, readers included"),
  [OUIOED_KEY_HTTP_MAX_HEAD] =
    NUMBER_KEY ("http", "max-head", SIZE, "16K", K, M, "Size of a request line with its headers"),
  [OUIOED_KEY_HTTP_MAX_BODY] =
    NUMBER_KEY ("http", "max-body", SIZE, "1M", K, G, "Size of a request body"),
  [OUIOED_KEY_HTTP_MAX_BULK] =
    NUMBER_KEY ("http", "max-bulk", SIZE, "16M", K, G, "Size of a request body with many events"),
  [OUIOED_KEY_HTTP_MAX_PAGE_EVENTS] =
    NUMBER_KEY ("http", "max-page-events", COUNT, "1000", 1, 100000, "Events in one page of the history"),
  [OUIOED_KEY_HTTP_HEAD_TIMEOUT] =
    NUMBER_KEY ("http", "head-timeout", TIME, "10s", 100 * MS, H,
                "From the first byte of a request to the end of its head"),
  [OUIOED_KEY_HTTP_BODY_TIMEOUT] =
    NUMBER_KEY ("http", "body-timeout", TIME, "60s", 100 * MS, H, "From there to the end of its body"),
  [OUIOED_KEY_HTTP_IDLE_TIMEOUT] =
    NUMBER_KEY ("http", "idle-timeout", TIME, "75s", 100 * MS, 24 * H, "Between two requests on one connection"),
  [OUIOED_KEY_HTTP_RESPONSE_TIMEOUT] =
    NUMBER_KEY ("http", "response-timeout", TIME, "60s", 100 * MS, H, "For a client to take its response"),

  [OUIOED_KEY_READERS_MAX_READERS] =
    NUMBER_KEY ("readers", "max-readers", COUNT, "16000", 1, 1000000, "WebSocket and SSE readers in all"),
  [OUIOED_KEY_READERS_MAX_SUBSCRIPTIONS] =
    NUMBER_KEY ("readers", "max-subscriptions", COUNT, "1000", 1, 100000,
                "Sessions that one WebSocket may subscribe to"),
  [OUIOED_KEY_READERS_MAX_MESSAGE] =
    NUMBER_KEY ("readers", "max-message", SIZE, "1M", K, 64 * M, "Size of a message from a WebSocket client"),
  [OUIOED_KEY_READERS_MAX_MESSAGES_PER_SECOND] =
    NUMBER_KEY ("readers", "max-messages-per-second", COUNT, "2000", 1, 1000000,
                "Messages from one WebSocket client; beyond, it is read more slowly"),
  [OUIOED_KEY_READERS_PING_INTERVAL] =
    NUMBER_KEY ("readers", "ping-interval", TIME, "20s", 100 * MS, H, "Between two pings to a WebSocket"),
  [OUIOED_KEY_READERS_PONG_TIMEOUT] =
    NUMBER_KEY ("readers", "pong-timeout", TIME, "20s", 100 * MS, H, "For the answer to a ping"),
  [OUIOED_KEY_READERS_KEEPALIVE] =
    NUMBER_KEY ("readers", "keepalive", TIME, "30s", 100 * MS, H, "Between two signs of life to a quiet reader"),
  [OUIOED_KEY_READERS_STALL_TIMEOUT] =
    NUMBER_KEY ("readers", "stall-timeout", TIME, "10min", 0, 24 * H,
                "After which a reader that takes nothing is dropped; 0 for never"),
  [OUIOED_KEY_READERS_SEND_BUFFER] =
    NUMBER_KEY ("readers", "send-buffer", SIZE, "128K", 0, 64 * M,
                "What a reader that takes nothing may hold in the kernel; 0 for the system's own"),

  [OUIOED_KEY_SESSIONS_MAX_SESSIONS] =
    NUMBER_KEY ("sessions", "max-sessions", COUNT, "50000", 1, 10000000, "Sessions that are kept"),
  [OUIOED_KEY_SESSIONS_DEFAULT_STREAM_LENGTH] =
    NUMBER_KEY ("sessions", "default-stream-length", COUNT, "1000", 1, 100000000,
                "Events kept of each stream of a session that does not ask for another number"),
  [OUIOED_KEY_SESSIONS_MAX_STREAM_LENGTH] =
    NUMBER_KEY ("sessions", "max-stream-length", COUNT, "100000", 1, 100000000,
                "Events that a session may ask to be kept"),
  [OUIOED_KEY_SESSIONS_DEFAULT_EXPIRY] =
    NUMBER_KEY ("sessions", "default-expiry", TIME, "24h", S, 87600 * H,
                "Without activity, after which a session that does not ask for another time is forgotten"),
  [OUIOED_KEY_SESSIONS_MAX_EXPIRY] =
    NUMBER_KEY ("sessions", "max-expiry", TIME, "720h", S, 87600 * H, "Time that a session may ask for"),
  [OUIOED_KEY_SESSIONS_RECENT_MEMORY] =
    NUMBER_KEY ("sessions", "recent-memory", SIZE, "8M", 64 * K, 64 * G, "Memory for recent events, over all sessions"),
  [OUIOED_KEY_SESSIONS_PENDING_MEMORY] =
    NUMBER_KEY ("sessions", "pending-memory", SIZE, "32M", 64 * K, 64 * G,
                "Memory for events that are not committed yet; beyond, producers are told to try again"),
  [OUIOED_KEY_SESSIONS_MAX_KEYS] =
    NUMBER_KEY ("sessions", "max-keys", COUNT, "100000", 0, 10000000, "Idempotency keys that are remembered"),
  [OUIOED_KEY_SESSIONS_KEY_LIFETIME] =
    NUMBER_KEY ("sessions", "key-lifetime", TIME, "24h", S, 87600 * H, "For which they are remembered"),

  [OUIOED_KEY_STORE_STORE] =
    { "store", "store", OUIOED_VALUE_STORE, "sqlite:", 0, 0, NULL, FALSE, "store", "STORE",
      "Where events are kept: sqlite:PATH (without PATH: ouioed.db in the state directory), memory:, or redis://HOST for "
      "several daemons" },
  [OUIOED_KEY_STORE_STATE_DIR] =
    { "store", "state-dir", OUIOED_VALUE_PATH, "", 0, 0, NULL, FALSE, "state-dir", "DIR",
      "State directory; nothing for $STATE_DIRECTORY, /var/lib/ouioe on the system bus, else $XDG_STATE_HOME/ouioe" },
  [OUIOED_KEY_STORE_MAX_SIZE] =
    NUMBER_KEY ("store", "max-size", SIZE, "1G", M, 1024 * G,
                "Size of the store; beyond, the oldest closed sessions go, then the oldest events"),

  [OUIOED_KEY_BUS_BUS] =
    { "bus", "bus", OUIOED_VALUE_WORD, "auto", 0, 0, bus_words, FALSE, "bus", "BUS",
      "Bus to be on: none, session, system, or auto for the session bus if there is one" },
  [OUIOED_KEY_BUS_REPLACE] =
    { "bus", "replace", OUIOED_VALUE_BOOLEAN, "no", 0, 1, NULL, FALSE, NULL, NULL,
      "Take the bus name from another daemon, and give it to one that wants it" },
  [OUIOED_KEY_BUS_SIGNALS_PER_SESSION] =
    NUMBER_KEY ("bus", "signals-per-session", COUNT, "100", 1, 100000, "Signals a second for one session"),
  [OUIOED_KEY_BUS_SIGNALS_TOTAL] =
    NUMBER_KEY ("bus", "signals-total", COUNT, "1000", 1, 1000000, "Signals a second in all"),
  [OUIOED_KEY_BUS_MAX_STREAMS] =
    NUMBER_KEY ("bus", "max-streams", COUNT, "100", 0, 10000, "Streams of OpenStream in all"),

  [OUIOED_KEY_PROXY_UPSTREAMS] =
    LIST_KEY ("proxy", "upstreams", UPSTREAMS, "", FALSE, "upstream", "NAME[=URL][,dialect=D][,listen=ADDRESS]",
              "Model servers that are reached under /proxy/NAME and at addresses of their own, separated by semicolons; "
              "ollama, llamacpp, vllm, openai and anthropic need no URL"),
  [OUIOED_KEY_PROXY_DETACHED] =
    { "proxy", "detached", OUIOED_VALUE_BOOLEAN, "no", 0, 1, NULL, TRUE, NULL, NULL,
      "Go on reading and recording an answer whose client has left" },
  [OUIOED_KEY_PROXY_MAX_CALLS] =
    NUMBER_KEY ("proxy", "max-calls", COUNT, "1000", 1, 100000, "Calls of models at once"),
  [OUIOED_KEY_PROXY_CONNECT_TIMEOUT] =
    NUMBER_KEY ("proxy", "connect-timeout", TIME, "10s", 100 * MS, H, "For a model server to be reached"),
  [OUIOED_KEY_PROXY_ANSWER_TIMEOUT] =
    NUMBER_KEY ("proxy", "answer-timeout", TIME, "30min", S, 24 * H,
                "For a model server to begin its answer, and to go on with it"),
  [OUIOED_KEY_PROXY_STALL_AFTER] =
    NUMBER_KEY ("proxy", "stall-after", TIME, "20s", 100 * MS, H,
                "Silence of a model server after which its session is shown as stalled"),

  [OUIOED_KEY_LOG_LEVEL] =
    { "log", "level", OUIOED_VALUE_WORD, "message", 0, 0, ouioed_log_levels, TRUE, "log-level", "LEVEL",
      "What is logged: critical, warning, message, info or debug" },
  [OUIOED_KEY_LOG_FORMAT] =
    { "log", "format", OUIOED_VALUE_WORD, "auto", 0, 0, ouioed_log_formats, TRUE, "log-format", "FORMAT",
      "How: text, json, journal, or auto for the journal when standard error leads there" },
};

char *
ouioed_config_key_get_variable (const OuioedConfigKey *key)
{
  g_autofree char *name = g_strdup_printf ("OUIOED_%s_%s", key->section, key->name);
  char *variable = g_ascii_strup (name, -1);

  return g_strdelimit (variable, "-", '_');
}

OuioedKeyId
ouioed_config_key_find (const char *section, const char *name)
{
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    if (strcmp (ouioed_config_keys[id].section, section) == 0 && strcmp (ouioed_config_keys[id].name, name) == 0)
      return id;

  return OUIOED_N_KEYS;
}
