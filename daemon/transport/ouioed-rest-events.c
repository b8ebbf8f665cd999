/* ouioed-rest-events.c - the events of a session, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include "ouioed-http-query.h"

#define DEFAULT_PAGE   100
/* A page is one answer in memory; the next page goes on where it ends. */
#define MAX_PAGE_BYTES (8 << 20)

typedef struct {
  OuioedExchange *exchange;
  gboolean        lines;          /* NDJSON instead of one object */
  gboolean        descending;
  gboolean        has_after;
  OuioeEventId    after;
} Listing;

/* What the client has seen up to "after" and what is still there may leave a hole between them. */
static gboolean
get_gap (const Listing *listing, const OuioedPage *page, OuioeEventId *until)
{
  OuioeEventId trimmed = page->trimmed_to[0];

  if (ouioe_event_id_compare (page->trimmed_to[1], trimmed) > 0)
    trimmed = page->trimmed_to[1];
  *until = trimmed;
  return listing->has_after && !ouioe_event_id_is_zero (listing->after) &&
         ouioe_event_id_compare (listing->after, trimmed) < 0;
}

static OuioeEvent *
get_event (const Listing *listing, const OuioedPage *page, guint i)
{
  return page->events->pdata[listing->descending ? page->events->len - 1 - i : i];
}

static void
write_id (GString *out, const char *name, OuioeEvent *event)
{
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (event == NULL)
    {
      g_string_append_printf (out, ",\"%s\":null", name);
      return;
    }
  ouioe_event_id_format (*ouioe_event_get_id (event), id);
  g_string_append_printf (out, ",\"%s\":\"%s\"", name, id);
}

static void
append_json (GString *out, OuioeEvent *event)
{
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

  g_string_append_len (out, json, (gssize) len);
}

/* {"events":[…],"first_id":…,"last_id":…,"has_more":…}, and "gap" when events behind "after" are no longer kept. */
static void
answer_object (const Listing *listing, const OuioedPage *page)
{
  GString *body = g_string_new ("{\"events\":[");
  guint n = page->events->len;
  OuioeEventId until;
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (body, ',');
      append_json (body, get_event (listing, page, i));
    }
  g_string_append_c (body, ']');
  write_id (body, "first_id", n > 0 ? page->events->pdata[0] : NULL);
  write_id (body, "last_id", n > 0 ? page->events->pdata[n - 1] : NULL);
  g_string_append_printf (body, ",\"has_more\":%s", page->has_more ? "true" : "false");
  if (get_gap (listing, page, &until))
    {
      ouioe_event_id_format (listing->after, id);
      g_string_append_printf (body, ",\"gap\":{\"after\":\"%s\"", id);
      ouioe_event_id_format (until, id);
      g_string_append_printf (body, ",\"until\":\"%s\"}", id);
    }
  g_string_append_c (body, '}');
  ouioed_exchange_answer_json (listing->exchange, body);
}

/* A line per event, and nothing else: what is exported can be posted again. The rest stands in the header. */
static void
answer_lines (const Listing *listing, const OuioedPage *page)
{
  GString *body = g_string_new (NULL);
  OuioeEventId until;
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  for (guint i = 0; i < page->events->len; i++)
    {
      append_json (body, get_event (listing, page, i));
      g_string_append_c (body, '\n');
    }
  ouioed_exchange_add_header (listing->exchange, "Ouioe-Has-More", page->has_more ? "true" : "false");
  if (get_gap (listing, page, &until))
    {
      ouioe_event_id_format (until, id);
      ouioed_exchange_add_header (listing->exchange, "Ouioe-Gap-Until", id);
    }
  ouioed_exchange_answer (listing->exchange, SOUP_STATUS_OK, "application/x-ndjson", body);
}

static void
list_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Listing *listing = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  if (page == NULL)
    ouioed_exchange_fail (listing->exchange, error);
  else if (listing->lines)
    answer_lines (listing, page);
  else
    answer_object (listing, page);
}

/* "kind=thinking_step,progress_update" */
static guint
read_kinds (const char *query, OuioeProblems *problems)
{
  g_autofree char *text = ouioed_query_dup_text (query, "kind", problems);
  g_auto(GStrv) words = text != NULL ? g_strsplit (text, ",", OUIOE_N_EVENT_KINDS + 1) : NULL;
  guint kinds = 0;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      OuioeEventKind kind = ouioe_event_kind_from_string (words[i]);

      if (kind == 0)
        {
          ouioe_problems_add (problems, "query", "kind", -1, "enum",
                              "kind must be one or more of thinking_step, progress_update, session_start, session_end");
          return 0;
        }
      kinds |= 1u << kind;
    }
  return kinds;
}

static void
list_events (OuioedExchange *exchange)
{
  static const char *const orders[] = { "asc", "desc", NULL };
  static const char *const formats[] = { "json", "ndjson", NULL };
  static const char *const streams[] = { "both", "thinking", "progress", NULL };
  static const OuioeStreams stream_values[] = { OUIOE_STREAMS_BOTH, OUIOE_STREAMS_THINKING, OUIOE_STREAMS_PROGRESS };
  OuioedHttpParts *parts = exchange->parts;
  const char *query = ouioed_exchange_get_query (exchange);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *type_word = ouioed_query_dup_text (query, "type", problems);
  g_autofree Listing *listing = g_new0 (Listing, 1);
  const char *sessions[] = { exchange->id, NULL };
  OuioedQuery read = OUIOED_QUERY_INIT;
  guint order = 0;
  guint stream = 0;
  guint format = ouioed_http_list_has (exchange->head.accept, "application/x-ndjson") ? 1 : 0;

  read.sessions = sessions;
  read.type_word = type_word;
  read.kinds = read_kinds (query, problems);
  read.limit = MIN (DEFAULT_PAGE, parts->config.max_page_events);
  read.max_bytes = MAX_PAGE_BYTES;
  listing->exchange = exchange;
  listing->has_after = ouioed_query_get_id (query, "after", problems, &read.after);
  listing->after = read.after;
  ouioed_query_get_id (query, "before", problems, &read.before);
  ouioed_query_get_time (query, "since", problems, &read.since_us);
  ouioed_query_get_time (query, "until", problems, &read.until_us);
  ouioed_query_get_uint (query, "limit", problems, 1, parts->config.max_page_events, &read.limit);
  ouioed_query_get_word (query, "order", problems, orders, &order);
  ouioed_query_get_word (query, "format", problems, formats, &format);
  if (ouioed_query_get_word (query, "streams", problems, streams, &stream))
    read.streams = stream_values[stream];
  if (ouioe_problems_get_n (problems) > 0)
    {
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_QUERY, problems);
      return;
    }
  if (ouioed_hub_find (parts->hub, exchange->id) == NULL)
    {
      ouioed_exchange_fail_code (exchange, OUIOE_ERROR_SESSION_NOT_FOUND, "Session not found");
      return;
    }

  listing->descending = read.newest = order == 1;
  listing->lines = format == 1;
  ouioed_store_read_async (ouioed_hub_get_store (parts->hub), &read, NULL, list_read_cb, g_steal_pointer (&listing));
}

void
ouioed_rest_list_events (OuioedExchange *exchange)
{
  ouioed_rest_look (exchange, list_events);
}
