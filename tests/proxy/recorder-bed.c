/* recorder-bed.c - a recorder with a hub, and calls without a tee
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recorder-bed.h"

#include <string.h>

/* ---- a call without a tee ---- */

const OuioedUpstream *
ouioed_call_get_upstream (OuioedCall *call)
{
  return call->upstream;
}

void
ouioed_call_stop (OuioedCall *call)
{
  call->n_stops++;
}

void
ouioed_call_hold (OuioedCall *call)
{
  call->is_held = TRUE;
}

void
ouioed_call_go_on (OuioedCall *call)
{
  call->is_held = FALSE;
}

gboolean
ouioed_call_waits_for_client (OuioedCall *call)
{
  return call->waits;
}

const char *bed_demo_path;

void
bed_set_up (Bed *bed, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture_set_up (&bed->hub, NULL);
  bed->upstream = ouioed_upstream_parse ("lab=http://127.0.0.1:9", &error);
  g_assert_no_error (error);
  bed->recorder = ouioed_recorder_new (bed->hub.hub, ouioed_estimates_new (NULL), 20 * G_USEC_PER_SEC);
  g_assert_true (g_file_get_contents (bed_demo_path, &bed->demo, &bed->demo_len, NULL));
}

void
bed_tear_down (Bed *bed, gconstpointer data)
{
  ouioed_recorder_free (bed->recorder);
  ouioed_upstream_unref (bed->upstream);
  g_free (bed->demo);
  fixture_tear_down (&bed->hub, NULL);
}

OuioedCall *
bed_begin (Bed *bed, const char *path, const char *body, const char *session)
{
  OuioedCall *call = g_new0 (OuioedCall, 1);
  char name[] = "x-ouioe-session";
  OuioedHeader header = { name, (char *) session };
  OuioedRequestHead head = { .method = "POST", .path = path, .headers = &header, .n_headers = session != NULL,
                             .peer = "127.0.0.1" };

  call->upstream = bed->upstream;
  call->data = ouioed_recorder_funcs.request (call, &head, bed->hub.now_us, bed->recorder);
  if (call->data != NULL)
    {
      ouioed_recorder_funcs.request_body (call->data, body, strlen (body));
      ouioed_recorder_funcs.request_end (call->data);
    }
  return call;
}

OuioedCall *
bed_begin_chat (Bed *bed, const char *session)
{
  return bed_begin (bed, "/api/chat", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}", session);
}

void
bed_answer_head (OuioedCall *call, guint status, const char *type, gint64 time_us)
{
  char name[] = "content-type";
  OuioedHeader header = { name, (char *) type };
  OuioedAnswerHead head = { status, &header, 1 };

  ouioed_recorder_funcs.answer (call->data, &head, time_us);
}

void
bed_answer_body (Bed *bed, OuioedCall *call, const char *data, gsize len, gsize piece)
{
  for (gsize at = 0; at < len; at += piece)
    ouioed_recorder_funcs.answer_body (call->data, data + at, MIN (piece, len - at), bed->hub.now_us);
}

void
bed_end (Bed *bed, OuioedCall *call, OuioedCallEnd how)
{
  ouioed_recorder_funcs.end (call->data, how, "for a test", bed->hub.now_us);
  g_free (call);
}

/* All of it at once. */
void
bed_run (Bed *bed, const char *session, const char *data, gsize len, gsize piece, OuioedCallEnd how)
{
  OuioedCall *call = bed_begin_chat (bed, session);

  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, data, len, piece);
  bed_end (bed, call, how);
}

/* ---- what came of it ---- */

const OuioedSessionRecord *
bed_get_record (Bed *bed, const char *session)
{
  OuioedChannel *channel = ouioed_hub_find (bed->hub.hub, session);

  g_assert_nonnull (channel);
  return ouioed_channel_get_record (channel);
}

void
bed_assert_outcome (Bed *bed, const char *session, const char *outcome)
{
  const OuioedSessionRecord *record;

  settle ();
  record = bed_get_record (bed, session);
  g_assert_cmpint (record->state, ==, OUIOE_SESSION_CLOSED);
  g_assert_cmpstr (record->outcome, ==, outcome);
}

static void
read_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedPage **page = user_data;

  *page = ouioed_store_read_finish (OUIOED_STORE (source), result, NULL);
  g_assert_nonnull (*page);
}

OuioedPage *
bed_read_events (Bed *bed, const char *session)
{
  const char *sessions[] = { session, NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;
  OuioedPage *page = NULL;

  query.sessions = sessions;
  query.limit = 10000;
  ouioed_store_read_async (ouioed_hub_get_store (bed->hub.hub), &query, NULL, read_done_cb, &page);
  while (page == NULL)
    g_main_context_iteration (NULL, TRUE);
  return page;
}

gboolean
bed_has_message (Bed *bed, const char *session, const char *type, const char *part)
{
  g_autoptr(OuioedPage) page = bed_read_events (bed, session);
  gboolean found = FALSE;

  for (guint i = 0; i < page->events->len; i++)
    {
      OuioeEvent *event = page->events->pdata[i];
      g_autofree char *json = g_strndup (g_bytes_get_data (event->json, NULL), g_bytes_get_size (event->json));

      found |= g_strcmp0 (event->type_word, type) == 0 && strstr (json, part) != NULL;
    }
  return found;
}
