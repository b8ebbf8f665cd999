/* ouioed-http-readers.c - requests that become live readers: WebSocket upgrades and SSE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The request is checked here, the head of the answer is written, and the descriptor goes to the reader engine.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-http-query.h"

#define PROTOCOL "ouioe.v1"

static const char *const stream_words[] = { "both", "thinking", "progress", NULL };
static const OuioeStreams stream_values[] = { OUIOE_STREAMS_BOTH, OUIOE_STREAMS_THINKING, OUIOE_STREAMS_PROGRESS };

static gboolean
check_room (OuioedExchange *exchange)
{
  if (exchange->parts->draining)
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_DRAINING, "The server is about to leave");
      return FALSE;
    }
  if (ouioed_reader_engine_is_full (exchange->parts->engine))
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_TOO_MANY_READERS,
                                 "The server has as many readers as it may have");
      return FALSE;
    }
  return TRUE;
}

/* "after" and "streams", which all of these routes have. @word: the place of the default in stream_words. */
static void
read_position (const char *query, guint word, OuioeProblems *problems, OuioedLiveRequest *request)
{
  ouioed_query_get_word (query, "streams", problems, stream_words, &word);
  request->streams = stream_values[word];
  request->has_after = ouioed_query_get_id (query, "after", problems, &request->after);
}

/* Answers and returns FALSE when there are problems. */
static gboolean
check_query (OuioedExchange *exchange, OuioeProblems *problems)
{
  if (ouioe_problems_get_n (problems) == 0)
    return TRUE;
  ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_QUERY, problems);
  return FALSE;
}

static void
hand_over (OuioedExchange *exchange, guint status, GString *head, const OuioedLiveRequest *request)
{
  OuioedHttpParts *parts = exchange->parts;
  g_autoptr(GBytes) unread = NULL;
  OuioedLiveRequest granted = *request;
  int fd;

  /* The id of the request lives in the exchange, which ends with the detaching. */
  ouioed_exchange_ref (exchange);
  fd = ouioed_exchange_detach (exchange, status, head, &unread);
  if (fd >= 0)
    {
      ouioed_acceptor_count_extra (parts->acceptor, 1);
      granted.grant = exchange->grant;
      ouioed_live_add (parts->live, &granted, fd, unread);
      if (exchange->grant != NULL)
        ouioed_http_watch_grants (parts);
    }
  ouioed_exchange_unref (exchange);
}

/* ---- WebSocket ---- */

static void
fail_handshake (OuioedExchange *exchange, const GError *error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);

  if (error == NULL || g_error_matches (error, SOUP_WEBSOCKET_ERROR, SOUP_WEBSOCKET_ERROR_NOT_WEBSOCKET) ||
      soup_message_headers_get_one (headers, "Upgrade") == NULL)
    {
      g_autofree char *body = NULL;

      ouioed_exchange_add_header (exchange, "Upgrade", "websocket");
      ouioed_exchange_add_header (exchange, "Sec-WebSocket-Version", "13");
      body = g_strdup ("{\"type\":\"urn:ouioe:problem:bad-request\",\"title\":\"Upgrade Required\",\"status\":426,"
                       "\"detail\":\"This path speaks WebSocket only\",\"code\":\"bad-request\"}");
      exchange->keep_alive = FALSE;
      ouioed_exchange_answer (exchange, 426, "application/json", g_string_new (body));
      return;
    }
  exchange->keep_alive = FALSE;
  ouioed_exchange_fail_code (exchange, OUIOE_ERROR_BAD_REQUEST, error->message);
}

static void
upgrade (OuioedExchange *exchange, const OuioedLiveRequest *request)
{
  g_autoptr(GString) head = NULL;
  g_autoptr(GError) error = NULL;
  const char *accept;

  if (!soup_websocket_server_check_handshake (exchange->message, NULL, NULL, NULL, &error) ||
      !soup_websocket_server_process_handshake (exchange->message, NULL, NULL, NULL, NULL))
    {
      fail_handshake (exchange, error);
      return;
    }

  accept = soup_message_headers_get_one (soup_server_message_get_response_headers (exchange->message),
                                         "Sec-WebSocket-Accept");
  head = g_string_new ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  g_string_append_printf (head, "Sec-WebSocket-Accept: %s\r\n", accept);
  /* Browsers insist that one of the protocols they offer is chosen. The other one that is ours holds a token. */
  if (ouioed_http_list_has (exchange->head.websocket_protocol, PROTOCOL))
    g_string_append (head, "Sec-WebSocket-Protocol: " PROTOCOL "\r\n");
  ouioed_exchange_write_common (exchange, head);
  g_string_append (head, "\r\n");
  hand_over (exchange, SOUP_STATUS_SWITCHING_PROTOCOLS, head, request);
}

static void
upgrade_session (OuioedExchange *exchange, guint default_streams)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioedLiveRequest request = { .kind = OUIOED_LIVE_WS_SESSION, .session_id = exchange->id };

  if (!check_room (exchange))
    return;
  read_position (ouioed_exchange_get_query (exchange), default_streams, problems, &request);
  if (check_query (exchange, problems))
    upgrade (exchange, &request);
}

/* The existing browser client expects both streams here. */
void
ouioed_http_ws_thinking (OuioedExchange *exchange)
{
  upgrade_session (exchange, 0);
}

void
ouioed_http_ws_progress (OuioedExchange *exchange)
{
  upgrade_session (exchange, 2);
}

/* Sessions come and go by messages; the query says nothing. */
void
ouioed_http_ws_sessions (OuioedExchange *exchange)
{
  OuioedLiveRequest request = { .kind = OUIOED_LIVE_WS_MANY, .streams = OUIOE_STREAMS_BOTH };

  if (check_room (exchange))
    upgrade (exchange, &request);
}

/* ---- SSE ---- */

static void
start_stream (OuioedExchange *exchange, const OuioedLiveRequest *request)
{
  g_autoptr(GString) head = g_string_new ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                          "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n"
                                          "Connection: close\r\n");

  ouioed_exchange_write_common (exchange, head);
  g_string_append (head, "\r\n");
  hand_over (exchange, SOUP_STATUS_OK, head, request);
}

/* What grows is sent only to who asks for it. */
static void
read_deltas (const char *query, OuioeProblems *problems, OuioedLiveRequest *request)
{
  static const char *const words[] = { "false", "true", NULL };
  guint word = 0;

  ouioed_query_get_word (query, "deltas", problems, words, &word);
  request->deltas = word == 1;
}

/* A browser that reconnects repeats the address it was given, with its old "after": the header is newer. */
static void
read_last_event_id (OuioedExchange *exchange, OuioeProblems *problems, OuioedLiveRequest *request)
{
  const char *text = exchange->head.last_event_id;

  if (text == NULL || *text == '\0')
    return;
  if (ouioe_event_id_parse (text, &request->after))
    request->has_after = TRUE;
  else
    ouioe_problems_add (problems, "header", "last-event-id", -1, "event_id",
                        "The header field last-event-id must be an event id like 1795396263398-0");
}

void
ouioed_http_sse_session (OuioedExchange *exchange)
{
  static const char *const untils[] = { "end", NULL };
  const char *query = ouioed_exchange_get_query (exchange);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioedLiveRequest request = { .kind = OUIOED_LIVE_SSE_SESSION, .session_id = exchange->id };
  guint until;

  if (!check_room (exchange))
    return;
  read_position (query, 0, problems, &request);
  read_last_event_id (exchange, problems, &request);
  read_deltas (query, problems, &request);
  request.until_end = ouioed_query_get_word (query, "until", problems, untils, &until);
  if (check_query (exchange, problems))
    start_stream (exchange, &request);
}

void
ouioed_http_sse_many (OuioedExchange *exchange)
{
  const char *query = ouioed_exchange_get_query (exchange);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_auto(GStrv) sessions = ouioed_query_dup_all (query, "session", problems);
  g_autofree char *user_id = ouioed_query_dup_text (query, "user_id", problems);
  OuioedLiveRequest request = {
    .kind = OUIOED_LIVE_SSE_MANY,
    .sessions = (const char *const *) sessions,
    .user_id = user_id,
  };

  if (!check_room (exchange))
    return;
  for (guint i = 0; sessions != NULL && sessions[i] != NULL; i++)
    if (!ouioe_session_id_is_valid (sessions[i], strlen (sessions[i]), NULL))
      ouioe_problems_add (problems, "query", "session", (int) i, "session_id", "session must be the id of a session");
  if (sessions != NULL && g_strv_length (sessions) > exchange->parts->config.max_subscriptions)
    ouioe_problems_add (problems, "query", "session", -1, "too_long", "session may be given %u times",
                        exchange->parts->config.max_subscriptions);
  read_position (query, 0, problems, &request);
  read_last_event_id (exchange, problems, &request);
  read_deltas (query, problems, &request);
  if (!check_query (exchange, problems))
    return;
  for (guint i = 0; sessions != NULL && sessions[i] != NULL; i++)
    if (!ouioed_exchange_covers (exchange, sessions[i]))
      return;
  start_stream (exchange, &request);
}
