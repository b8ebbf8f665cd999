/* ouioed-dbus-calls.c - what a session is asked: Close, GetStats, ReadEvents, OpenStream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#define MAX_PAGE_BYTES (1 << 20)

/* ---- Close ---- */

typedef struct {
  OuioedBusIfaceSession *iface;
  GDBusMethodInvocation *invocation;
} CloseCall;

static void
close_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree CloseCall *call = user_data;
  g_autoptr(OuioedBusIfaceSession) iface = call->iface;
  g_autoptr(GError) error = NULL;

  if (ouioed_hub_close_finish (OUIOED_HUB (source), result, NULL, &error))
    ouioed_bus_iface_session_complete_close (iface, call->invocation);
  else
    ouioed_dbus_return_error (call->invocation, g_steal_pointer (&error));
}

static gboolean
on_close (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, const char *outcome, GVariant *options,
          gpointer user_data)
{
  OuioedDbusSession *self = user_data;
  g_autoptr(GError) error = NULL;
  g_auto(OuioedDbusKey) given = { NULL, NULL };
  const char *id = ouioed_channel_get_id (self->channel);
  const char *word = ouioed_dbus_read_outcome (outcome, &error);
  CloseCall *call;
  OuioedKey key;

  if (word == NULL || !ouioed_dbus_read_close (id, outcome, options, &given, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  call = g_new0 (CloseCall, 1);
  call->iface = g_object_ref (iface);
  call->invocation = invocation;   /* completing it takes it */
  ouioed_hub_close_async (self->hub, id, word, ouioed_dbus_key_for_hub (&given, "close", &key), close_closed_cb, call);
  return TRUE;
}

/* ---- GetStats ---- */

static void
add_count (const char *word, guint64 count, gpointer user_data)
{
  g_autofree char *text = ouioed_dbus_repair_text (word, strlen (word));

  g_variant_builder_add (user_data, "{st}", text, count);
}

static void
insert_types (GVariantDict *dict, const char *key, OuioeStreamStats *stats, OuioeEventKind kind)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{st}"));
  ouioe_stream_stats_foreach_type (stats, kind, add_count, &builder);
  g_variant_dict_insert_value (dict, key, g_variant_builder_end (&builder));
}

static void
return_not_found (GDBusMethodInvocation *invocation)
{
  ouioed_dbus_return_error (invocation, g_error_new (OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND,
                                                     "The session is not kept any more."));
}

static gboolean
on_get_stats (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, gpointer user_data)
{
  OuioedDbusSession *self = user_data;
  OuioeSessionInfo info;
  GVariantDict dict;
  double average;

  if (!ouioed_channel_get_info (self->channel, &info))
    {
      return_not_found (invocation);
      return TRUE;
    }

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "total_thinking_steps", "t", info.stats->n_thinking);
  g_variant_dict_insert (&dict, "total_progress_updates", "t", info.stats->n_progress);
  if (ouioe_stream_stats_get_average_confidence (info.stats, &average))
    g_variant_dict_insert (&dict, "average_confidence", "d", average);
  g_variant_dict_insert (&dict, "session_duration", "d",
                         ouioe_stream_stats_get_duration (info.stats, ouioed_hub_get_now_us (self->hub)));
  insert_types (&dict, "thinking_types", info.stats, OUIOE_EVENT_THINKING_STEP);
  insert_types (&dict, "progress_types", info.stats, OUIOE_EVENT_PROGRESS_UPDATE);
  g_variant_dict_insert (&dict, "created_at", "t", (guint64) info.stats->created_us);
  g_variant_dict_insert (&dict, "last_updated", "t", (guint64) info.stats->last_updated_us);
  ouioed_bus_iface_session_complete_get_stats (iface, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

/* ---- ReadEvents ---- */

typedef struct {
  OuioedBusIfaceSession *iface;
  GDBusMethodInvocation *invocation;
  char                  *session_id;
  OuioeEventId           after;
} ReadCall;

static void
add_gap (ReadCall *call, const OuioedPage *page, GPtrArray *lines)
{
  OuioedGap gap = { .after = call->after };

  if (ouioe_event_id_is_zero (call->after))
    return;
  for (guint i = 0; i < 2; i++)
    if (ouioe_event_id_compare (page->trimmed_to[i], call->after) > 0)
      {
        gap.streams |= 1u << i;
        if (ouioe_event_id_compare (page->trimmed_to[i], gap.until) > 0)
          gap.until = page->trimmed_to[i];
      }
  if (gap.streams != 0)
    g_ptr_array_add (lines, ouioed_dbus_dup_gap (call->session_id, &gap));
}

static void
read_answer (ReadCall *call, const OuioedPage *page)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  OuioeEventId last = call->after;
  char last_id[OUIOE_EVENT_ID_TEXT_MAX];

  add_gap (call, page, lines);
  for (guint i = 0; i < page->events->len; i++)
    {
      OuioeEvent *event = page->events->pdata[i];
      gsize len;
      const char *json = g_bytes_get_data (event->json, &len);

      g_ptr_array_add (lines, ouioed_dbus_repair_text (json, len));
      last = event->id;
    }
  g_ptr_array_add (lines, NULL);
  ouioe_event_id_format (last, last_id);
  ouioed_bus_iface_session_complete_read_events (call->iface, call->invocation, (const char *const *) lines->pdata,
                                                 last_id, page->has_more);
}

static void
read_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ReadCall *call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  if (page == NULL)
    ouioed_dbus_return_error (call->invocation, g_steal_pointer (&error));
  else
    read_answer (call, page);
  g_object_unref (call->iface);
  g_free (call->session_id);
  g_free (call);
}

static gboolean
on_read_events (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, const char *after, guint limit,
                gpointer user_data)
{
  OuioedDbusSession *self = user_data;
  const char *sessions[] = { ouioed_channel_get_id (self->channel), NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GError) error = NULL;
  ReadCall *call;

  if (!ouioed_dbus_read_after (after, &query.after, &error) || !ouioed_dbus_read_limit (&limit, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }
  if (ouioed_channel_get_record (self->channel) == NULL)
    {
      return_not_found (invocation);
      return TRUE;
    }

  query.sessions = sessions;
  query.limit = limit;
  query.max_bytes = MAX_PAGE_BYTES;
  call = g_new0 (ReadCall, 1);
  call->iface = g_object_ref (iface);
  call->invocation = invocation;   /* completing it takes it */
  call->session_id = g_strdup (sessions[0]);
  call->after = query.after;
  ouioed_store_read_async (ouioed_hub_get_store (self->hub), &query, NULL, read_read_cb, call);
  return TRUE;
}

/* ---- OpenStream ---- */

static gboolean
on_open_stream (OuioedBusIfaceSession *iface, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *after,
                gpointer user_data)
{
  OuioedDbusSession *self = user_data;
  g_autoptr(GUnixFDList) list = NULL;
  g_autoptr(GError) error = NULL;
  OuioedDbusFollow follow = { .session_id = ouioed_channel_get_id (self->channel) };
  int fd;

  if (!ouioed_dbus_read_after (after, &follow.after, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }
  if (ouioed_channel_get_record (self->channel) == NULL)
    {
      return_not_found (invocation);
      return TRUE;
    }
  fd = ouioed_dbus_streams_open (self->streams, &follow, self->config->max_streams, NULL, &error);
  if (fd < 0)
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  list = g_unix_fd_list_new_from_array (&fd, 1);    /* which closes it when it was sent */
  ouioed_bus_iface_session_complete_open_stream (iface, invocation, list, g_variant_new_handle (0));
  return TRUE;
}

void
ouioed_dbus_session_connect_calls (OuioedDbusSession *self)
{
  g_signal_connect (self->iface, "handle-close", G_CALLBACK (on_close), self);
  g_signal_connect (self->iface, "handle-get-stats", G_CALLBACK (on_get_stats), self);
  g_signal_connect (self->iface, "handle-read-events", G_CALLBACK (on_read_events), self);
  g_signal_connect (self->iface, "handle-open-stream", G_CALLBACK (on_open_stream), self);
}
