/* shared-fixture.c - hubs of several daemons over one Redis, and readers of theirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shared-fixture.h"

#include "ouioe-codec.h"
#include "ouioed-store-redis.h"

void
daemon_open (Shared *f, guint i)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedRedisUrl) url = ouioed_redis_url_parse (f->url, &error);
  g_autofree char *name = g_strdup_printf ("d%u", i);
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  OuioedContents *contents;

  g_assert_no_error (error);
  f->daemons[i].store = ouioed_store_redis_new (url, name);
  contents = ouioed_store_open (f->daemons[i].store, &error);
  g_assert_no_error (error);
  f->daemons[i].hub = ouioed_hub_new (f->daemons[i].store, contents, &limits);
}

void
daemon_close (Shared *f, guint i)
{
  g_clear_object (&f->daemons[i].hub);
  if (f->daemons[i].store != NULL)
    ouioed_store_close (f->daemons[i].store);
  g_clear_object (&f->daemons[i].store);
}

OuioedHub *
hub_of (Shared *f, guint i)
{
  return f->daemons[i].hub;
}

void
shared_set_up (Shared *f, gconstpointer data)
{
  g_autoptr(GString) hosts = g_string_new (NULL);

  f->n_servers = GPOINTER_TO_UINT (data);
  for (guint i = 0; i < f->n_servers; i++)
    {
      f->servers[i] = test_redis_new (f->n_servers > 1 ? test_redis_find_port () : 0);
      if (f->servers[i] == NULL)
        return;
      test_redis_start (f->servers[i], "--appendonly", "yes", "--appendfsync", "always", NULL);
      g_string_append_printf (hosts, "%s127.0.0.1:%u", i > 0 ? "," : "", f->servers[i]->port);
    }
  f->url = f->n_servers > 1 ? g_strdup_printf ("redis://%s/9?prefix=t:", hosts->str)
                            : test_redis_dup_url (f->servers[0], "db=9&prefix=t:");
  for (guint i = 0; i < N_DAEMONS; i++)
    daemon_open (f, i);
}

void
shared_tear_down (Shared *f, gconstpointer data)
{
  for (guint i = 0; i < N_DAEMONS; i++)
    daemon_close (f, i);
  for (guint i = 0; i < f->n_servers; i++)
    g_clear_pointer (&f->servers[i], test_redis_free);
  g_free (f->url);
}

/* ---- producers ---- */

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

GError *
try_create (OuioedHub *hub, const char *id, const char *key, OuioedReceipt *receipt)
{
  g_autoptr(GAsyncResult) result = NULL;
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);
  OuioedKey idempotency = { "create", key, id, strlen (id) };
  GError *error = NULL;

  request->session_id = g_ref_string_new (id);
  request->user_id = g_strdup ("ann");
  request->config = OUIOE_STREAM_CONFIG_DEFAULT;
  request->config.debug_mode = TRUE;
  request->context = ouioe_thinking_context_new ("why?", NULL);
  ouioed_hub_create_async (hub, request, &idempotency, keep_result_cb, &result);
  wait_result (&result);
  ouioed_hub_create_finish (hub, result, receipt, &error);
  return error;
}

GError *
try_think (OuioedHub *hub, const char *id, const char *content, const char *key, OuioedReceipt *receipt)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", content, NULL, 0.5, NULL, NULL);
  OuioedKey idempotency = { "thinking", key, content, strlen (content) };
  GError *error = NULL;

  ouioed_hub_append_async (hub, id, step, NULL, &idempotency, keep_result_cb, &result);
  wait_result (&result);
  ouioed_hub_append_finish (hub, result, receipt, &error);
  return error;
}

GError *
try_progress (OuioedHub *hub, const char *id, const char *message, OuioedReceipt *receipt)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", message, -1, NULL, NULL);
  GError *error = NULL;

  ouioed_hub_append_async (hub, id, NULL, update, NULL, keep_result_cb, &result);
  wait_result (&result);
  ouioed_hub_append_finish (hub, result, receipt, &error);
  return error;
}

GError *
try_close (OuioedHub *hub, const char *id)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  ouioed_hub_close_async (hub, id, "done", NULL, keep_result_cb, &result);
  wait_result (&result);
  ouioed_hub_close_finish (hub, result, NULL, &error);
  return error;
}

GError *
try_look (OuioedHub *hub, const char *id)
{
  g_autoptr(GAsyncResult) result = NULL;
  const char *ids[] = { id, NULL };
  GError *error = NULL;

  ouioed_hub_look_async (hub, ids, keep_result_cb, &result);
  wait_result (&result);
  ouioed_hub_look_finish (hub, result, &error);
  return error;
}

static void
posted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Posts *posts = user_data;

  posts->under_way--;
  if (ouioed_hub_append_finish (OUIOED_HUB (source), result, NULL, NULL))
    posts->taken++;
  else
    posts->failed++;
}

void
post_think (OuioedHub *hub, const char *id, const char *content, Posts *posts)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", content, NULL, -1, NULL, NULL);

  posts->under_way++;
  ouioed_hub_append_async (hub, id, step, NULL, NULL, posted_cb, posts);
}

/* ---- readers ---- */

static char *
dup_word (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;

  switch (event->kind)
    {
    case OUIOE_EVENT_THINKING_STEP:
      step = ouioe_codec_decode_step (event, NULL);
      return g_strdup (step->content.str);
    case OUIOE_EVENT_PROGRESS_UPDATE:
      update = ouioe_codec_decode_update (event, NULL);
      return g_strdup (update->message.str);
    case OUIOE_EVENT_SESSION_START:
      return g_strdup ("start");
    case OUIOE_EVENT_SESSION_END:
      return g_strdup ("end");
    }
  return NULL;
}

static void
reader_take (Reader *reader)
{
  OuioedEntry *entries[32];
  OuioedGap gap;
  guint n;

  for (;;)
    {
      n = ouioed_subscriber_peek (reader->subscriber, entries, G_N_ELEMENTS (entries));
      if (ouioed_subscriber_take_gap (reader->subscriber, &gap))
        reader->n_gaps++;
      if (ouioed_subscriber_take_removed (reader->subscriber))
        reader->n_removed++;
      if (n == 0)
        return;
      for (guint i = 0; i < n; i++)
        {
          g_ptr_array_add (reader->words, dup_word (entries[i]->event));
          g_array_append_val (reader->ids, entries[i]->event->id);
        }
      ouioed_subscriber_advance (reader->subscriber, n);
    }
}

static void
on_wake (OuioedSubscriber *subscriber, gpointer user_data)
{
  reader_take (user_data);
}

Reader *
reader_new (OuioedHub *hub, const char *session_id, gboolean from_start, OuioeEventId after)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->words = g_ptr_array_new_with_free_func (g_free);
  reader->ids = g_array_new (FALSE, FALSE, sizeof (OuioeEventId));
  reader->subscriber = ouioed_subscriber_new (hub, session_id, OUIOE_STREAMS_BOTH, from_start, after, on_wake, reader);
  reader_take (reader);
  return reader;
}

void
reader_free (Reader *reader)
{
  ouioed_subscriber_free (reader->subscriber);
  g_ptr_array_unref (reader->words);
  g_array_unref (reader->ids);
  g_free (reader);
}

char *
reader_dup_text (Reader *reader)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < reader->words->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) reader->words->pdata[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
reader_expect (Reader *reader, guint n, const char *text)
{
  gint64 end_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  guint tick = g_timeout_add (10, test_redis_tick, NULL);
  g_autofree char *found = NULL;

  while (reader->words->len < n && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  found = reader_dup_text (reader);
  if (text != NULL)
    g_assert_cmpstr (found, ==, text);
  g_assert_cmpuint (reader->words->len, ==, n);
}

void
reader_check_order (Reader *reader)
{
  for (guint i = 1; i < reader->ids->len; i++)
    g_assert_cmpint (ouioe_event_id_compare (g_array_index (reader->ids, OuioeEventId, i - 1),
                                             g_array_index (reader->ids, OuioeEventId, i)), <, 0);
}

OuioeEventId
reader_last (Reader *reader)
{
  g_assert_cmpuint (reader->ids->len, >, 0);
  return g_array_index (reader->ids, OuioeEventId, reader->ids->len - 1);
}
