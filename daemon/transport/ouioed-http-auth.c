/* ouioed-http-auth.c - whether a request may be answered: its token, or what stands in for one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asked when the head of a request is complete, before anything of its body is read. Which sessions a body names is
 * asked later, by the handlers that read it.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-http-query.h"

#define REALM           "Bearer realm=\"ouioe\""
#define PROTOCOL_BEARER "ouioe.bearer."

typedef enum {
  FOUND_NOTHING,
  FOUND_WRONG,      /* no token that is known and still good */
  FOUND_GOOD,
} Found;

static gboolean
refuse (OuioedExchange *exchange, OuioeError code, const char *challenge, const char *detail)
{
  if (challenge != NULL)
    ouioed_exchange_add_header (exchange, "WWW-Authenticate", challenge);
  ouioed_exchange_refuse (exchange, code, detail);
  return FALSE;
}

/* ---- a Unix socket ---- */

static gboolean
check_peer (OuioedExchange *exchange)
{
  struct ucred peer;
  socklen_t len = sizeof peer;
  int fd = ouioed_connection_get_fd (exchange->connection);

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid ())
    return TRUE;
  return refuse (exchange, OUIOE_ERROR_FORBIDDEN, NULL, "This socket serves the user the daemon runs as, and no other");
}

/* ---- what a request brings with it ---- */

static Found
check_token (OuioedExchange *exchange, const char *text, gsize len)
{
  exchange->grant = ouioed_auth_check (exchange->parts->auth, text, len, ouioed_hub_get_now_us (exchange->parts->hub));
  return exchange->grant != NULL ? FOUND_GOOD : FOUND_WRONG;
}

/* "Bearer TOKEN"; other schemes are not ours, and no failure. */
static Found
check_header (OuioedExchange *exchange, const char *value)
{
  if (value == NULL || g_ascii_strncasecmp (value, "Bearer ", 7) != 0)
    return FOUND_NOTHING;
  value += 7;
  value += strspn (value, " ");
  return check_token (exchange, value, strcspn (value, " \t"));
}

/* "ouioe.v1, ouioe.bearer.TOKEN" */
static Found
check_protocols (OuioedExchange *exchange, const char *list)
{
  while (list != NULL && *list != '\0')
    {
      gsize len;

      list += strspn (list, ", \t");
      len = strcspn (list, ", \t");
      if (len >= strlen (PROTOCOL_BEARER) && memcmp (list, PROTOCOL_BEARER, strlen (PROTOCOL_BEARER)) == 0)
        return check_token (exchange, list + strlen (PROTOCOL_BEARER), len - strlen (PROTOCOL_BEARER));
      list += len;
    }
  return FOUND_NOTHING;
}

static Found
check_ticket (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *ticket = ouioed_query_dup_text (ouioed_exchange_get_query (exchange), "ticket", problems);

  if (ticket == NULL)
    return FOUND_NOTHING;
  return ouioed_tickets_take (exchange->parts->tickets, ticket, g_get_monotonic_time (), &exchange->grant)
           ? FOUND_GOOD : FOUND_WRONG;
}

static Found
check_credentials (OuioedExchange *exchange, guint flags)
{
  Found found = check_header (exchange, exchange->head.authorization);

  if (found == FOUND_NOTHING && (flags & OUIOED_ROUTE_LIVE))
    found = check_protocols (exchange, exchange->head.websocket_protocol);
  if (found == FOUND_NOTHING && (flags & OUIOED_ROUTE_LIVE))
    found = check_ticket (exchange);
  return found;
}

/* ---- refusals ---- */

static gboolean
refuse_failing (OuioedExchange *exchange, guint seconds)
{
  g_autofree char *text = g_strdup_printf ("%u", seconds);

  ouioed_exchange_add_header (exchange, "Retry-After", text);
  return refuse (exchange, OUIOE_ERROR_TOO_MANY_FAILURES, NULL,
                 "Too many wrong tokens came from this address; try again later");
}

static void
note_wrong (OuioedHttpParts *parts, const char *peer)
{
  ouioed_failures_add (parts->failures, peer, g_get_monotonic_time ());
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE_ID", OUIOED_MESSAGE_REFUSED, "OUIOE_PEER", peer,
                    "MESSAGE", "A token was refused: it is not known, or no longer good");
}

static gboolean
refuse_wrong (OuioedExchange *exchange)
{
  note_wrong (exchange->parts, ouioed_connection_get_peer (exchange->connection));
  return refuse (exchange, OUIOE_ERROR_UNAUTHORIZED, REALM ", error=\"invalid_token\"",
                 "The token is not known, or no longer good");
}

static gboolean
refuse_scope (OuioedExchange *exchange, OuioeScopes scope)
{
  g_autofree char *word = ouioe_scopes_to_string (scope);
  g_autofree char *challenge = g_strdup_printf (REALM ", error=\"insufficient_scope\", scope=\"%s\"", word);
  g_autofree char *detail = g_strdup_printf ("The token lacks the scope %s", word);

  return refuse (exchange, OUIOE_ERROR_FORBIDDEN, challenge, detail);
}

/* ---- the question ---- */

static gboolean
is_asked_for_token (OuioedExchange *exchange)
{
  switch (exchange->parts->config.auth)
    {
    case OUIOED_AUTH_REQUIRED:
      return TRUE;
    case OUIOED_AUTH_AUTO:
    case OUIOED_AUTH_OFF:    /* with a public address refused at start; a reload must not open one either */
    default:
      return ouioed_connection_is_public (exchange->connection);
    }
}

static OuioeScopes
get_scope (OuioedExchange *exchange, guint flags)
{
  gboolean writes = exchange->method == OUIOED_HTTP_POST || exchange->method == OUIOED_HTTP_DELETE;

  if (flags & OUIOED_ROUTE_READS)
    writes = FALSE;
  if (flags & OUIOED_ROUTE_WRITES)
    writes = TRUE;
  return writes ? OUIOE_SCOPE_WRITE : OUIOE_SCOPE_READ;
}

/* How the service is may be asked without a token on this machine, and elsewhere as far as the configuration says. */
static gboolean
may_be_unknown (OuioedExchange *exchange, guint flags)
{
  if (!(flags & (OUIOED_ROUTE_PROBE | OUIOED_ROUTE_REPORT)))
    return FALSE;
  if (!ouioed_connection_is_public (exchange->connection) || exchange->parts->config.health_public)
    return TRUE;
  exchange->brief = TRUE;
  return (flags & OUIOED_ROUTE_PROBE) != 0;
}

gboolean
ouioed_exchange_authorize (OuioedExchange *exchange)
{
  OuioedHttpParts *parts = exchange->parts;
  guint flags = exchange->route >= 0 ? ouioed_routes[exchange->route].flags : OUIOED_ROUTE_PLAIN;
  gint64 now_us;
  guint wait;
  Found found;

  if (ouioed_connection_is_unix (exchange->connection))
    return parts->config.auth == OUIOED_AUTH_OFF || check_peer (exchange);
  /* A browser asks whether it may ask, and brings nothing with it then. */
  if (!is_asked_for_token (exchange) || (exchange->method == OUIOED_HTTP_OPTIONS && exchange->head.origin != NULL))
    return TRUE;

  now_us = g_get_monotonic_time ();
  wait = ouioed_failures_get_wait (parts->failures, ouioed_connection_get_peer (exchange->connection), now_us);
  if (wait > 0 && (flags & (OUIOED_ROUTE_PROBE | OUIOED_ROUTE_REPORT)) == 0)
    return refuse_failing (exchange, wait);

  ouioed_auth_refresh (parts->auth, now_us);
  found = wait > 0 ? FOUND_NOTHING : check_credentials (exchange, flags);
  if (found == FOUND_WRONG)
    return refuse_wrong (exchange);
  if (found == FOUND_NOTHING)
    return may_be_unknown (exchange, flags) ||
           refuse (exchange, OUIOE_ERROR_UNAUTHORIZED, REALM, "A token is needed: Authorization: Bearer TOKEN");

  if (flags & (OUIOED_ROUTE_PROBE | OUIOED_ROUTE_REPORT))
    return TRUE;
  if (!ouioed_grant_allows (exchange->grant, get_scope (exchange, flags)))
    return refuse_scope (exchange, get_scope (exchange, flags));
  if (exchange->id != NULL && !ouioed_grant_covers (exchange->grant, exchange->id))
    return refuse (exchange, OUIOE_ERROR_FORBIDDEN, NULL, OUIOED_NOT_COVERED);
  return TRUE;
}

guint
ouioed_http_check_token (OuioedHttp *self, const char *token, const char *peer)
{
  OuioedHttpParts *parts = ouioed_http_get_parts (self);
  gint64 now_us = g_get_monotonic_time ();
  g_autoptr(OuioedGrant) grant = NULL;

  if (ouioed_failures_get_wait (parts->failures, peer, now_us) > 0)
    return 429;
  if (token == NULL)
    return 401;
  ouioed_auth_refresh (parts->auth, now_us);
  grant = ouioed_auth_check (parts->auth, token, strlen (token), ouioed_hub_get_now_us (parts->hub));
  if (grant == NULL)
    {
      note_wrong (parts, peer);
      return 401;
    }
  return ouioed_grant_allows (grant, OUIOE_SCOPE_WRITE) ? 0 : 403;
}

gboolean
ouioed_exchange_covers (OuioedExchange *exchange, const char *session_id)
{
  if (ouioed_grant_covers (exchange->grant, session_id))
    return TRUE;
  ouioed_exchange_fail_code (exchange, OUIOE_ERROR_FORBIDDEN, OUIOED_NOT_COVERED);
  return FALSE;
}

/* ---- readers, which outlive their request ---- */

static gboolean
grant_is_good (const OuioedGrant *grant, gpointer user_data)
{
  OuioedHttpParts *parts = user_data;

  return parts->config.auth == OUIOED_AUTH_OFF ||
         ouioed_auth_is_good (parts->auth, grant, ouioed_hub_get_now_us (parts->hub));
}

static gboolean
on_watch_grants (gpointer user_data)
{
  OuioedHttpParts *parts = user_data;

  ouioed_auth_refresh (parts->auth, g_get_monotonic_time ());
  if (ouioed_live_check (parts->live, grant_is_good, parts) > 0)
    return G_SOURCE_CONTINUE;
  parts->grant_source = 0;
  return G_SOURCE_REMOVE;
}

void
ouioed_http_watch_grants (OuioedHttpParts *parts)
{
  if (parts->grant_source == 0)
    parts->grant_source = g_timeout_add_seconds (1, on_watch_grants, parts);
}

/* ---- tickets ---- */

void
ouioed_rest_create_ticket (OuioedExchange *exchange)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *ticket = ouioed_tickets_issue (exchange->parts->tickets, exchange->grant, g_get_monotonic_time (),
                                                  &error);
  GString *body;

  if (ticket == NULL)
    {
      ouioed_exchange_fail (exchange, error);
      return;
    }
  body = g_string_new (NULL);
  g_string_printf (body, "{\"ticket\":\"%s\",\"expires_in\":%d}", ticket, OUIOED_TICKET_SECONDS);
  ouioed_exchange_add_header (exchange, "Cache-Control", "no-store");
  ouioed_exchange_answer_json (exchange, body);
}
