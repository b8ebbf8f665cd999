/* ouioed-rest-sessions.c - the sessions: create, list, show, count, close
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-http-query.h"

#define MAX_LISTED       1000
#define DEFAULT_LISTED   100
#define MAX_OUTCOME_BYTES 64

/* ---- create ---- */

typedef struct {
  OuioedExchange *exchange;
  char           *session_id;
  char           *host;           /* at which the client reached us */
} Create;

static void
create_free (Create *self)
{
  g_free (self->session_id);
  g_free (self->host);
  g_free (self);
}

static char *
dup_host (OuioedExchange *exchange)
{
  GUri *uri = soup_server_message_get_uri (exchange->message);
  int port = g_uri_get_port (uri);

  if (exchange->head.host != NULL)
    return g_strdup (exchange->head.host);
  return port > 0 ? g_strdup_printf ("%s:%d", g_uri_get_host (uri), port) : g_strdup (g_uri_get_host (uri));
}

static void
create_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Create *create = user_data;
  g_autofree char *segment = g_uri_escape_string (create->session_id, NULL, FALSE);
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  GString *body;
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (!ouioed_hub_create_finish (OUIOED_HUB (source), result, &receipt, &error))
    {
      ouioed_exchange_fail (create->exchange, error);
      create_free (create);
      return;
    }

  ouioe_event_id_format (receipt.id, id);
  body = g_string_sized_new (256);
  g_string_append (body, "{\"success\":true,\"session_id\":");
  ouioe_json_write_string (body, create->session_id, -1);
  g_string_append_printf (
      body,
      ",\"message\":\"Streaming session created successfully\",\"websocket_urls\":{"
      "\"thinking\":\"ws://%s/ws/thinking/%s\",\"progress\":\"ws://%s/ws/progress/%s\"},\"id\":\"%s\"}",
      create->host, segment, create->host, segment, id);
  if (receipt.replayed)
    ouioed_exchange_add_header (create->exchange, "Idempotency-Replayed", "true");
  ouioed_exchange_answer_json (create->exchange, body);
  create_free (create);
}

void
ouioed_rest_create_session (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = ouioed_rest_read_object (exchange, problems);
  const OuioedHubLimits *limits = ouioed_hub_get_limits (exchange->parts->hub);
  OuioeCreateRequest *request;
  OuioedKey key;
  Create *create;

  if (body == NULL)
    return;
  request = ouioe_codec_read_create (body, &limits->defaults, limits->max_stream_length, limits->max_expiry_us,
                                     problems);
  if (request == NULL)
    {
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
      return;
    }
  if (!ouioed_exchange_covers (exchange, request->session_id) ||
      !ouioed_rest_read_key (exchange, "create", body, problems, &key))
    {
      ouioe_create_request_free (request);
      return;
    }

  create = g_new0 (Create, 1);
  create->exchange = exchange;
  create->session_id = g_strdup (request->session_id);
  create->host = dup_host (exchange);
  ouioed_hub_create_async (exchange->parts->hub, request, key.key != NULL ? &key : NULL, create_created_cb, create);
}

/* ---- list and show ---- */

static gboolean
write_session (GString *out, OuioedChannel *channel, gint64 now_us)
{
  OuioeSessionInfo info;

  if (!ouioed_channel_get_info (channel, &info))
    return FALSE;
  ouioe_codec_write_session (out, &info, now_us);
  return TRUE;
}

/* Page by page, and of each page what the caller may see. */
static GPtrArray *
list_covered (OuioedExchange *exchange, const char *user_id, OuioeSessionState state, const char *before, guint limit,
              gboolean *has_more)
{
  OuioedHub *hub = exchange->parts->hub;
  g_autoptr(GPtrArray) listed = NULL;
  GPtrArray *covered;

  if (exchange->grant == NULL || exchange->grant->session_prefix == NULL)
    return ouioed_hub_list (hub, user_id, state, before, limit, has_more);

  covered = g_ptr_array_new_with_free_func (g_object_unref);
  do
    {
      g_clear_pointer (&listed, g_ptr_array_unref);
      listed = ouioed_hub_list (hub, user_id, state, before, MAX_LISTED, has_more);
      for (guint i = 0; i < listed->len; i++)
        {
          before = ouioed_channel_get_id (listed->pdata[i]);
          if (!ouioed_grant_covers (exchange->grant, before))
            continue;
          if (covered->len == limit)
            {
              *has_more = TRUE;
              return covered;
            }
          g_ptr_array_add (covered, g_object_ref (listed->pdata[i]));
        }
    }
  while (*has_more);
  return covered;
}

typedef struct {
  OuioedExchange *exchange;
  GPtrArray      *channels;
  gboolean        has_more;
} List;

static void
answer_list (List *list)
{
  gint64 now_us = ouioed_hub_get_now_us (list->exchange->parts->hub);
  GString *body = g_string_new ("{\"sessions\":[");
  guint n = 0;

  for (guint i = 0; i < list->channels->len; i++)
    {
      gsize len = body->len;

      if (n > 0)
        g_string_append_c (body, ',');
      if (write_session (body, list->channels->pdata[i], now_us))
        n++;
      else
        g_string_truncate (body, len);
    }
  g_string_append_printf (body, "],\"has_more\":%s}", list->has_more ? "true" : "false");
  ouioed_exchange_answer_json (list->exchange, body);
  g_ptr_array_unref (list->channels);
  g_free (list);
}

static void
list_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  List *list = user_data;
  g_autoptr(GError) error = NULL;

  if (ouioed_hub_look_finish (OUIOED_HUB (source), result, &error))
    {
      answer_list (list);
      return;
    }
  ouioed_exchange_fail (list->exchange, error);
  g_ptr_array_unref (list->channels);
  g_free (list);
}

void
ouioed_rest_list_sessions (OuioedExchange *exchange)
{
  static const char *const states[] = { "open", "closed", NULL };
  static const OuioeSessionState state_values[] = { OUIOE_SESSION_OPEN, OUIOE_SESSION_CLOSED };
  OuioedHub *hub = exchange->parts->hub;
  const char *query = ouioed_exchange_get_query (exchange);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *user_id = ouioed_query_dup_text (query, "user_id", problems);
  g_autofree char *before = ouioed_query_dup_text (query, "before", problems);
  g_autoptr(GPtrArray) channels = NULL;
  gboolean has_more = FALSE;
  gboolean has_state;
  guint state = 0;
  guint limit = DEFAULT_LISTED;
  g_autofree const char **ids = NULL;
  List *list;

  /* The old service has no such list and answers 405. Whoever asks for it says what it takes or which part it wants, as
   * every client of HTTP but the barest does; a request that says neither gets the old answer. */
  if (exchange->head.accept == NULL && query == NULL)
    {
      ouioed_exchange_add_header (exchange, "Allow", "GET, POST");
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_METHOD_NOT_ALLOWED,
                                 "Method Not Allowed: the list of sessions wants an Accept header or a query");
      return;
    }

  has_state = ouioed_query_get_word (query, "state", problems, states, &state);
  ouioed_query_get_uint (query, "limit", problems, 1, MAX_LISTED, &limit);
  if (ouioe_problems_get_n (problems) > 0)
    {
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_QUERY, problems);
      return;
    }

  channels = list_covered (exchange, user_id, has_state ? state_values[state] : (OuioeSessionState)0, before, limit,
                           &has_more);
  list = g_new (List, 1);
  *list = (List) { exchange, g_steal_pointer (&channels), has_more };
  ids = g_new0 (const char *, list->channels->len + 1);
  for (guint i = 0; i < list->channels->len; i++)
    ids[i] = ouioed_channel_get_id (list->channels->pdata[i]);
  if (ouioed_hub_is_shared (hub))
    ouioed_hub_look_async (hub, ids, list_looked_cb, list);
  else
    answer_list (list);
}

static void
show_session (OuioedExchange *exchange)
{
  OuioedHub *hub = exchange->parts->hub;
  OuioedChannel *channel = ouioed_hub_find (hub, exchange->id);
  GString *body = g_string_new (NULL);

  if (channel != NULL && write_session (body, channel, ouioed_hub_get_now_us (hub)))
    {
      ouioed_exchange_answer_json (exchange, body);
      return;
    }
  g_string_free (body, TRUE);
  ouioed_exchange_fail_code (exchange, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
}

void
ouioed_rest_show_session (OuioedExchange *exchange)
{
  ouioed_rest_look (exchange, show_session);
}

/* As the contract has it, a closed session has no stats any more; "show" has them. */
static void
session_stats (OuioedExchange *exchange)
{
  OuioedHub *hub = exchange->parts->hub;
  OuioedChannel *channel = ouioed_hub_find (hub, exchange->id);
  OuioeSessionInfo info;
  GString *body;

  if (channel == NULL || !ouioed_channel_is_open (channel) || !ouioed_channel_get_info (channel, &info))
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
      return;
    }
  body = g_string_sized_new (256);
  ouioe_codec_write_stats (body, info.id, info.stats, ouioed_hub_get_now_us (hub));
  ouioed_exchange_answer_json (exchange, body);
}

void
ouioed_rest_session_stats (OuioedExchange *exchange)
{
  ouioed_rest_look (exchange, session_stats);
}

/* ---- close ---- */

static void
close_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedExchange *exchange = user_data;
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  GString *body;
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (!ouioed_hub_close_finish (OUIOED_HUB (source), result, &receipt, &error))
    {
      ouioed_exchange_fail (exchange, error);
      return;
    }
  ouioe_event_id_format (receipt.id, id);
  body = g_string_new (NULL);
  g_string_printf (body, "{\"success\":true,\"message\":\"Session closed successfully\",\"id\":\"%s\"}", id);
  if (receipt.replayed)
    ouioed_exchange_add_header (exchange, "Idempotency-Replayed", "true");
  ouioed_exchange_answer_json (exchange, body);
}

static gboolean
outcome_is_valid (const char *outcome)
{
  gsize len = strlen (outcome);

  return len > 0 && len <= MAX_OUTCOME_BYTES &&
         strspn (outcome, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == len;
}

void
ouioed_rest_close_session (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *outcome = ouioed_query_dup_text (ouioed_exchange_get_query (exchange), "outcome", problems);
  g_autofree char *request = NULL;
  OuioedKey key;

  if (outcome != NULL && !outcome_is_valid (outcome))
    ouioe_problems_add (problems, "query", "outcome", -1, "word",
                        "outcome must be 1 to %d of the characters A-Z a-z 0-9 _ . -", MAX_OUTCOME_BYTES);
  if (ouioe_problems_get_n (problems) > 0)
    {
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_QUERY, problems);
      return;
    }
  if (!ouioed_rest_read_key (exchange, "close", NULL, problems, &key))
    return;

  request = g_strdup_printf ("%s\n%s", exchange->id, outcome != NULL ? outcome : "");
  key.data = request;
  key.len = strlen (request);
  ouioed_hub_close_async (exchange->parts->hub, exchange->id, outcome != NULL ? outcome : "closed",
                          key.key != NULL ? &key : NULL, close_closed_cb, exchange);
}
