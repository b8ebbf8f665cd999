/* ouioed-rest-service.c - how the service is: health, readiness, version
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include "ouioed-shared.h"

static void
write_latency (GString *out, gint64 latency_us)
{
  g_string_append (out, ",\"latency_ms\":");
  ouioe_json_write_double (out, (double) latency_us / 1000.0);
}

/* The contract: always 200, and the word tells. */
static void
health_probed (const OuioedProbeResult *result, gpointer user_data)
{
  OuioedExchange *exchange = user_data;
  OuioedHub *hub = exchange->parts->hub;
  GString *body = g_string_sized_new (256);

  g_string_append_printf (body, "{\"status\":\"%s\",\"redis_connection\":%s,\"message\":",
                          result->ok ? "healthy" : "unhealthy", result->ok ? "true" : "false");
  ouioe_json_write_string (body, result->ok ? "Streaming infrastructure operational" : result->error, -1);
  g_string_append (body, ",\"timestamp\":");
  ouioe_json_write_time (body, ouioed_hub_get_now_us (hub));
  g_string_append (body, ",\"store\":");
  ouioe_json_write_string (body, ouioed_store_get_name (ouioed_hub_get_store (hub)), -1);
  if (result->ok)
    write_latency (body, result->latency_us);
  g_string_append_c (body, '}');
  ouioed_exchange_answer_json (exchange, body);
}

void
ouioed_rest_health (OuioedExchange *exchange)
{
  ouioed_probe_run (exchange->parts->probe, health_probed, exchange);
}

static void
answer_ready (OuioedExchange *exchange, gboolean ready, GString *body)
{
  if (!ready)
    ouioed_exchange_add_header (exchange, "Retry-After", "1");
  ouioed_exchange_answer (exchange, ready ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE, "application/json", body);
}

static void
readiness_probed (const OuioedProbeResult *result, gpointer user_data)
{
  OuioedExchange *exchange = user_data;
  OuioedHttpParts *parts = exchange->parts;
  gboolean ready = result->ok && !parts->draining;
  GString *body = g_string_sized_new (256);

  g_string_append_printf (body, "{\"status\":\"%s\"", ready ? "ready" : parts->draining ? "draining" : "unavailable");
  if (exchange->brief)
    {
      g_string_append_c (body, '}');
      answer_ready (exchange, ready, body);
      return;
    }
  g_string_append_printf (body, ",\"checks\":{\"store\":{\"status\":\"%s\",\"backend\":", result->ok ? "ok" : "failed");
  ouioe_json_write_string (body, ouioed_store_get_name (ouioed_hub_get_store (parts->hub)), -1);
  if (result->ok)
    write_latency (body, result->latency_us);
  else
    {
      g_string_append (body, ",\"error\":");
      ouioe_json_write_string (body, result->error, -1);
    }
  g_string_append_printf (body, "},\"draining\":%s}}", parts->draining ? "true" : "false");
  answer_ready (exchange, ready, body);
}

void
ouioed_rest_readyz (OuioedExchange *exchange)
{
  ouioed_probe_run (exchange->parts->probe, readiness_probed, exchange);
}

/* The main loop turns, or this would not be answered; nothing else is asked. */
void
ouioed_rest_healthz (OuioedExchange *exchange)
{
  ouioed_exchange_answer_json (exchange, g_string_new ("{\"status\":\"ok\"}"));
}

/* The daemons that share the store. */
static void
write_daemons (GString *out, OuioedShared *shared)
{
  GPtrArray *peers = ouioed_shared_get_peers (shared);

  g_string_append (out, ",\"daemon\":");
  ouioe_json_write_string (out, ouioed_shared_get_own_name (shared), -1);
  g_string_append (out, ",\"daemons\":[");
  for (guint i = 0; i < peers->len; i++)
    {
      const OuioedPeer *peer = peers->pdata[i];

      g_string_append (out, i > 0 ? ",{\"name\":" : "{\"name\":");
      ouioe_json_write_string (out, peer->name, -1);
      g_string_append (out, ",\"seconds_since_heard\":");
      ouioe_json_write_double (out, (double) peer->age_us / G_USEC_PER_SEC);
      g_string_append_printf (out, ",\"about\":%s}", ouioed_peer_about_is_good (peer) ? peer->about : "null");
    }
  g_string_append_c (out, ']');
}

void
ouioed_rest_version (OuioedExchange *exchange)
{
  OuioedHttpParts *parts = exchange->parts;
  GString *body = g_string_new ("{\"name\":\"ouioed\",\"version\":\"" OUIOE_VERSION "\",\"store\":");

  ouioe_json_write_string (body, ouioed_store_get_name (ouioed_hub_get_store (parts->hub)), -1);
  g_string_append (body, ",\"bus_name\":");
  if (parts->config.bus_name != NULL)
    ouioe_json_write_string (body, parts->config.bus_name, -1);
  else
    g_string_append (body, "null");
  if (ouioed_hub_is_shared (parts->hub))
    write_daemons (body, OUIOED_SHARED (ouioed_hub_get_store (parts->hub)));
  g_string_append_printf (body, ",\"libsoup\":\"%u.%u.%u\",\"glib\":\"%u.%u.%u\"}",
                          soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version (),
                          glib_major_version, glib_minor_version, glib_micro_version);
  ouioed_exchange_answer_json (exchange, body);
}
