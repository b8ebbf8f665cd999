/* ouioed-http-route.c - the table of routes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#define API "/api/streaming"

/* In the order of how often they are asked for. */
const OuioedRoute ouioed_routes[] = {
  { API "/thinking",             { [OUIOED_HTTP_POST] = ouioed_rest_post_thinking }, OUIOED_ROUTE_PLAIN },
  { API "/progress",             { [OUIOED_HTTP_POST] = ouioed_rest_post_progress }, OUIOED_ROUTE_PLAIN },
  { API "/sessions",             { [OUIOED_HTTP_POST] = ouioed_rest_create_session,
                                   [OUIOED_HTTP_GET] = ouioed_rest_list_sessions }, OUIOED_ROUTE_PLAIN },
  { API "/sessions/{id}",        { [OUIOED_HTTP_GET] = ouioed_rest_show_session,
                                   [OUIOED_HTTP_DELETE] = ouioed_rest_close_session }, OUIOED_ROUTE_PLAIN },
  { API "/sessions/{id}/stats",  { [OUIOED_HTTP_GET] = ouioed_rest_session_stats }, OUIOED_ROUTE_PLAIN },
  { API "/sessions/{id}/events", { [OUIOED_HTTP_GET] = ouioed_rest_list_events }, OUIOED_ROUTE_PLAIN },
  { API "/sessions/{id}/stream", { [OUIOED_HTTP_GET] = ouioed_http_sse_session }, OUIOED_ROUTE_LIVE },
  { API "/sessions/{id}/stop",   { [OUIOED_HTTP_POST] = ouioed_rest_stop_session }, OUIOED_ROUTE_PLAIN },
  { API "/sessions/{id}/answer-now", { [OUIOED_HTTP_POST] = ouioed_rest_answer_now }, OUIOED_ROUTE_PLAIN },
  { API "/events",               { [OUIOED_HTTP_POST] = ouioed_rest_post_events }, OUIOED_ROUTE_BULK },
  { API "/stream",               { [OUIOED_HTTP_GET] = ouioed_http_sse_many }, OUIOED_ROUTE_LIVE },
  { "/ws/thinking/{id}",         { [OUIOED_HTTP_GET] = ouioed_http_ws_thinking }, OUIOED_ROUTE_LIVE },
  { "/ws/progress/{id}",         { [OUIOED_HTTP_GET] = ouioed_http_ws_progress }, OUIOED_ROUTE_LIVE },
  { "/ws/sessions",              { [OUIOED_HTTP_GET] = ouioed_http_ws_sessions }, OUIOED_ROUTE_LIVE },
  { API "/tickets",              { [OUIOED_HTTP_POST] = ouioed_rest_create_ticket }, OUIOED_ROUTE_READS },
  { API "/health",               { [OUIOED_HTTP_GET] = ouioed_rest_health }, OUIOED_ROUTE_PLAIN },
  { API "/test",                 { [OUIOED_HTTP_GET] = ouioed_rest_self_test }, OUIOED_ROUTE_WRITES },
  { "/healthz",                  { [OUIOED_HTTP_GET] = ouioed_rest_healthz }, OUIOED_ROUTE_PROBE },
  { "/readyz",                   { [OUIOED_HTTP_GET] = ouioed_rest_readyz }, OUIOED_ROUTE_PROBE },
  { "/metrics",                  { [OUIOED_HTTP_GET] = ouioed_rest_metrics }, OUIOED_ROUTE_REPORT },
  { "/version",                  { [OUIOED_HTTP_GET] = ouioed_rest_version }, OUIOED_ROUTE_REPORT },
};

static const char *const method_names[OUIOED_N_HTTP_METHODS] = { "GET", "POST", "DELETE", "OPTIONS", NULL };

guint
ouioed_routes_get_n (void)
{
  return G_N_ELEMENTS (ouioed_routes);
}

OuioedHttpMethod
ouioed_http_method_from_string (const char *method)
{
  for (int i = 0; i < OUIOED_HTTP_OTHER; i++)
    if (g_strcmp0 (method_names[i], method) == 0)
      return (OuioedHttpMethod) i;
  return OUIOED_HTTP_OTHER;
}

char *
ouioed_route_dup_allow (const OuioedRoute *route)
{
  GString *allow = g_string_new (NULL);

  for (int i = 0; i < OUIOED_HTTP_OTHER; i++)
    if (route->handlers[i] != NULL)
      g_string_append_printf (allow, "%s%s", allow->len > 0 ? ", " : "", method_names[i]);
  return g_string_free (allow, FALSE);
}

/* One segment, percent-decoded; NULL when it is broken, not UTF-8, or holds U+0000. */
static char *
decode_segment (const char *start, gsize len)
{
  g_autofree char *text = g_uri_unescape_segment (start, start + len, NULL);

  return text != NULL && g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text) : NULL;
}

static gboolean
segment_is (const char *start, gsize len, const char *name, gsize name_len)
{
  g_autofree char *decoded = NULL;

  if (memchr (start, '%', len) == NULL)
    return len == name_len && memcmp (start, name, len) == 0;
  decoded = decode_segment (start, len);
  return decoded != NULL && strlen (decoded) == name_len && memcmp (decoded, name, name_len) == 0;
}

/* Segment by segment, so that "%2F" is a character of a segment and never a border. */
static gboolean
path_matches (const char *pattern, const char *path, char **id)
{
  g_autofree char *found = NULL;

  while (*pattern == '/' && *path == '/')
    {
      gsize pattern_len = strcspn (++pattern, "/");
      gsize len = strcspn (++path, "/");

      if (*pattern == '{')
        {
          found = decode_segment (path, len);
          if (found == NULL || !ouioe_session_id_is_valid (found, strlen (found), NULL))
            return FALSE;
        }
      else if (!segment_is (path, len, pattern, pattern_len))
        return FALSE;
      pattern += pattern_len;
      path += len;
    }

  if (*pattern != '\0' || *path != '\0')
    return FALSE;
  *id = g_steal_pointer (&found);
  return TRUE;
}

int
ouioed_routes_find (const char *path, char **id)
{
  *id = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (ouioed_routes); i++)
    if (strcmp (ouioed_routes[i].pattern, path) == 0)
      return (int) i;
  for (gsize i = 0; i < G_N_ELEMENTS (ouioed_routes); i++)
    if (path_matches (ouioed_routes[i].pattern, path, id))
      return (int) i;
  return -1;
}
