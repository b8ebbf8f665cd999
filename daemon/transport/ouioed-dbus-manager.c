/* ouioed-dbus-manager.c - what the root object is asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-bulk.h"
#include "ouioed-dbus-private.h"
#include "ouioed-process.h"

#include <string.h>

#define MAX_LINE_BYTES (1 << 20)
#define MAX_BULK_BYTES (16 << 20)

/* ---- CreateSession ---- */

typedef struct {
  OuioedBusIfaceManager *iface;
  GDBusMethodInvocation *invocation;
  char                  *path;
} CreateCall;

static void
create_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree CreateCall *call = user_data;
  g_autoptr(OuioedBusIfaceManager) iface = call->iface;
  g_autofree char *path = call->path;
  g_autoptr(GError) error = NULL;

  if (ouioed_hub_create_finish (OUIOED_HUB (source), result, NULL, &error))
    ouioed_bus_iface_manager_complete_create_session (iface, call->invocation, path);
  else
    ouioed_dbus_return_error (call->invocation, g_steal_pointer (&error));
}

static gboolean
on_create_session (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, const char *session_id,
                   const char *user_id, GVariant *options, OuioedDbusManager *self)
{
  g_autoptr(GError) error = NULL;
  g_auto(OuioedDbusKey) given = { NULL, NULL };
  OuioeCreateRequest *request = ouioed_dbus_read_create (session_id, user_id, options,
                                                         ouioed_hub_get_limits (self->hub),
                                                         &given, &error);
  CreateCall *call;
  OuioedKey key;

  if (request == NULL)
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }
  call = g_new0 (CreateCall, 1);
  call->iface = g_object_ref (iface);
  call->invocation = invocation;   /* completing it takes it */
  call->path = ouioed_dbus_session_path (session_id);
  ouioed_hub_create_async (self->hub, request, ouioed_dbus_key_for_hub (&given, "create", &key), create_created_cb, call);
  return TRUE;
}

/* ---- ListSessions, FindSession ---- */

static gboolean
on_list_sessions (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, GVariant *options,
                  OuioedDbusManager *self)
{
  g_autoptr(GPtrArray) channels = NULL;
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;
  OuioedDbusList list;
  gboolean has_more;

  if (!ouioed_dbus_read_list (options, &list, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  channels = ouioed_hub_list (self->hub, list.user_id, list.state, list.before, list.limit, &has_more);
  for (guint i = 0; i < channels->len; i++)
    g_ptr_array_add (paths, ouioed_dbus_session_path (ouioed_channel_get_id (channels->pdata[i])));
  g_ptr_array_add (paths, NULL);
  ouioed_bus_iface_manager_complete_list_sessions (iface, invocation, (const char *const *) paths->pdata, has_more);
  return TRUE;
}

static gboolean
on_find_session (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, const char *session_id,
                 OuioedDbusManager *self)
{
  OuioedChannel *channel = g_str_has_prefix (session_id, OUIOED_INTERNAL_PREFIX) ? NULL
                           : ouioed_hub_find (self->hub, session_id);
  g_autofree char *path = NULL;

  if (channel == NULL || ouioed_channel_get_record (channel) == NULL)
    {
      ouioed_dbus_return_error (invocation, g_error_new (OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND,
                                                         "There is no session \"%s\".", session_id));
      return TRUE;
    }

  path = ouioed_dbus_session_path (session_id);
  ouioed_bus_iface_manager_complete_find_session (iface, invocation, path);
  return TRUE;
}

/* ---- AppendEvents ---- */

typedef struct {
  OuioedBusIfaceManager *iface;
  GDBusMethodInvocation *invocation;
} BulkCall;

static void
on_bulk_done (OuioedBulk *bulk, gpointer user_data)
{
  g_autofree BulkCall *call = user_data;
  g_autoptr(OuioedBusIfaceManager) iface = call->iface;
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < ouioed_bulk_get_n (bulk); i++)
    {
      GString *answer = g_string_sized_new (64);

      ouioed_bulk_write_answer (bulk, i, answer);
      g_ptr_array_add (answers, ouioed_dbus_repair_text (answer->str, answer->len));
      g_string_free (answer, TRUE);
    }
  g_ptr_array_add (answers, NULL);
  ouioed_bulk_free (bulk);
  ouioed_bus_iface_manager_complete_append_events (iface, call->invocation, (const char *const *) answers->pdata);
}

static gboolean
check_lines (const char *const *lines, GError **error)
{
  gsize n = g_strv_length ((char **) lines);
  gsize bytes = 0;

  for (gsize i = 0; i < n; i++)
    bytes += strlen (lines[i]);
  if (n == 0 || n > OUIOED_BULK_MAX_LINES)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "There must be 1 to %d lines, each a JSON object.",
                 OUIOED_BULK_MAX_LINES);
  else if (bytes > MAX_BULK_BYTES)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_BODY_TOO_LARGE, "The lines must have at most %d bytes in all.",
                 MAX_BULK_BYTES);
  else
    return TRUE;
  return FALSE;
}

static gboolean
on_append_events (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, const char *const *lines,
                  OuioedDbusManager *self)
{
  g_autoptr(GError) error = NULL;
  OuioedBulk *bulk;
  BulkCall *call;

  if (!check_lines (lines, &error))
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  call = g_new0 (BulkCall, 1);
  call->iface = g_object_ref (iface);
  call->invocation = invocation;   /* completing it takes it */
  bulk = ouioed_bulk_new (self->hub, MAX_LINE_BYTES);
  for (guint i = 0; lines[i] != NULL; i++)
    ouioed_bulk_add (bulk, i + 1, lines[i], strlen (lines[i]));
  ouioed_bulk_submit (bulk, NULL, on_bulk_done, call);
  return TRUE;
}

/* ---- GetStatistics ---- */

static gboolean
on_get_statistics (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, OuioedDbusManager *self)
{
  OuioedHubMetrics m;
  OuioedProcess process;
  GVariantDict dict;
  guint64 bytes = 0;
  guint64 rejected = 0;

  ouioed_hub_get_metrics (self->hub, &m);
  ouioed_process_look (&process);
  for (guint i = 0; i < OUIOE_N_EVENT_KINDS; i++)
    bytes += m.event_bytes[i];
  for (guint i = 0; i < OUIOE_N_ERRORS; i++)
    rejected += m.rejected[i];

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "sessions_open", "u", ouioed_hub_get_n (self->hub, OUIOE_SESSION_OPEN));
  g_variant_dict_insert (&dict, "sessions_closed", "u", ouioed_hub_get_n (self->hub, OUIOE_SESSION_CLOSED));
  g_variant_dict_insert (&dict, "sessions_created", "t", m.created);
  g_variant_dict_insert (&dict, "thinking_steps", "t", m.events[OUIOE_EVENT_THINKING_STEP]);
  g_variant_dict_insert (&dict, "progress_updates", "t", m.events[OUIOE_EVENT_PROGRESS_UPDATE]);
  g_variant_dict_insert (&dict, "event_bytes", "t", bytes);
  g_variant_dict_insert (&dict, "rejected", "t", rejected);
  g_variant_dict_insert (&dict, "gaps", "t", m.gaps);
  g_variant_dict_insert (&dict, "commits", "t", m.commits);
  g_variant_dict_insert (&dict, "commit_errors", "t", m.commit_errors);
  g_variant_dict_insert (&dict, "commit_seconds", "d", (double) m.commit_us / G_USEC_PER_SEC);
  g_variant_dict_insert (&dict, "store", "s", ouioed_store_get_name (ouioed_hub_get_store (self->hub)));
  g_variant_dict_insert (&dict, "store_bytes", "t", m.store_bytes);
  g_variant_dict_insert (&dict, "recent_bytes", "t", m.recent_bytes);
  g_variant_dict_insert (&dict, "pending_bytes", "t", m.pending_bytes);
  g_variant_dict_insert (&dict, "store_ok", "b", m.store_ok);
  g_variant_dict_insert (&dict, "subscribers", "u", m.n_subscribers);
  g_variant_dict_insert (&dict, "streams", "u", ouioed_dbus_streams_get_n (self->streams));
  g_variant_dict_insert (&dict, "memory_bytes", "t", process.memory_bytes);
  g_variant_dict_insert (&dict, "open_descriptors", "t", process.open_descriptors);
  g_variant_dict_insert (&dict, "max_descriptors", "t", process.max_descriptors);
  g_variant_dict_insert (&dict, "started", "t", (guint64) process.started_us);
  ouioed_bus_iface_manager_complete_get_statistics (iface, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

/* ---- Reload ---- */

static gboolean
on_reload (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, OuioedDbusManager *self)
{
  g_autoptr(GError) error = NULL;

  if (self->reload == NULL)
    g_set_error (&error, OUIOE_ERROR, OUIOE_ERROR_METHOD_NOT_ALLOWED, "This daemon has no configuration to reload.");
  if (self->reload != NULL && self->reload (self->reload_data, &error))
    ouioed_bus_iface_manager_complete_reload (iface, invocation);
  else
    ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
  return TRUE;
}

/* ---- OpenStream ---- */

static gboolean
on_open_stream (OuioedBusIfaceManager *iface, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *after,
                GVariant *options, OuioedDbusManager *self)
{
  g_autoptr(GUnixFDList) list = NULL;
  g_autoptr(GError) error = NULL;
  OuioedDbusFollow follow = { 0 };
  char position[OUIOE_EVENT_ID_TEXT_MAX];
  OuioeEventId id;
  int fd = -1;

  if (ouioed_dbus_read_stream (after, options, &follow.after, &follow.user_id, &error))
    fd = ouioed_dbus_streams_open (self->streams, &follow, self->config->max_streams, &id, &error);
  if (fd < 0)
    {
      ouioed_dbus_return_error (invocation, g_steal_pointer (&error));
      return TRUE;
    }

  ouioe_event_id_format (id, position);
  list = g_unix_fd_list_new_from_array (&fd, 1);    /* which closes it when it was sent */
  ouioed_bus_iface_manager_complete_open_stream (iface, invocation, list, g_variant_new_handle (0), position);
  return TRUE;
}

/* ---- life ---- */

void
ouioed_dbus_manager_update_features (OuioedDbusManager *self)
{
  static const char *const always[] = {
    "create-session", "close", "signals", "list-sessions", "append", "stats", "read-events", "open-stream", "open-stream-all",
    "notice", "session-keys", "thinking-delta", "control", NULL,
  };
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) features = NULL;

  g_strv_builder_addv (builder, (const char **) always);
  if (self->config->has_models)
    g_strv_builder_add (builder, "proxy");
  if (self->reload != NULL)
    g_strv_builder_add (builder, "reload");
  features = g_strv_builder_end (builder);
  ouioed_bus_iface_manager_set_features (self->iface, (const char *const *) features);
}

void
ouioed_dbus_manager_connect (OuioedDbusManager *self)
{
  ouioed_bus_iface_manager_set_version (self->iface, OUIOE_VERSION);
  ouioed_dbus_manager_update_features (self);
  g_signal_connect (self->iface, "handle-create-session", G_CALLBACK (on_create_session), self);
  g_signal_connect (self->iface, "handle-list-sessions", G_CALLBACK (on_list_sessions), self);
  g_signal_connect (self->iface, "handle-find-session", G_CALLBACK (on_find_session), self);
  g_signal_connect (self->iface, "handle-append-events", G_CALLBACK (on_append_events), self);
  g_signal_connect (self->iface, "handle-open-stream", G_CALLBACK (on_open_stream), self);
  g_signal_connect (self->iface, "handle-get-statistics", G_CALLBACK (on_get_statistics), self);
  g_signal_connect (self->iface, "handle-reload", G_CALLBACK (on_reload), self);
  ouioed_dbus_manager_connect_live (self);
}
