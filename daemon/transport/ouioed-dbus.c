/* ouioed-dbus.c - the bus: a manager, an object per session, bounded signals
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing on the bus is as cheap as on a socket, so what goes out is bounded: signals by a budget for each session and
 * one for all, changes of counters by a queue in which a session waits a quarter of a second and of which a few leave
 * at a time. Neither queue holds events, only sessions.
 */
#include "config.h"

#include "ouioed-dbus-name.h"
#include "ouioed-dbus-private.h"

#define EXPORTS_PER_TURN  100
#define COLLECT_US        (G_USEC_PER_SEC / 4)   /* counters of a session are told four times a second */
#define TICK_MS           25
#define UPDATES_PER_TICK  25                     /* sessions whose counters are told: 1 000 a second in all */
#define LAGS_PER_TICK     50                     /* sessions looked at whether they may say Lagged */
#define DRAIN_MS          5000

struct _OuioedDbus
{
  GObject                   parent_instance;
  OuioedHub                *hub;
  GDBusConnection          *connection;
  OuioedDbusConfig          config;
  GDBusObjectManagerServer *objects;
  OuioedBusIfaceManager    *iface;           /* of the root object */
  OuioedDbusManager         manager;         /* what it does */
  OuioedDbusNotices         notices;         /* what it tells */
  OuioedDbusStreams        *streams;
  GHashTable               *sessions;        /* id of the session -> OuioedDbusSession */
  OuioedDbusBudget          budget;          /* signals of all sessions */
  GQueue                    dirty;           /* sessions whose counters have changed, by the time when that is told */
  GQueue                    lagging;         /* sessions that left something out */
  guint                     tick;            /* source; 0 while nothing waits */
  GTask                    *starting;        /* until the name is ours */
  GPtrArray                *to_export;       /* channels that were there at the start */
  guint                     exported;        /* of these */
  guint                     export_source;
  OuioedDbusName           *name;            /* NULL while it is not wanted */
};

enum { SIGNAL_NAME_LOST, N_SIGNALS };
static guint signals[N_SIGNALS];

static void ouioed_dbus_transport_init (OuioedTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedDbus, ouioed_dbus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_TRANSPORT, ouioed_dbus_transport_init))

/* ---- what waits ---- */

static gboolean
is_queued (const GList *link)
{
  return link->data != NULL;
}

static void
enqueue (GQueue *queue, GList *link, OuioedDbusSession *session)
{
  link->data = session;
  g_queue_push_tail_link (queue, link);
}

static void
dequeue (GQueue *queue, GList *link)
{
  if (!is_queued (link))
    return;
  g_queue_unlink (queue, link);
  link->data = NULL;
}

static gboolean
dbus_take_budget (OuioedDbus *self, OuioedDbusSession *session)
{
  gint64 now = g_get_monotonic_time ();

  if (!ouioed_dbus_budget_has_room (&session->budget, self->config.signals_per_session, now)
      || !ouioed_dbus_budget_has_room (&self->budget, self->config.signals_total, now))
    return FALSE;
  ouioed_dbus_budget_take (&session->budget, now);
  ouioed_dbus_budget_take (&self->budget, now);
  return TRUE;
}

static void
dbus_tell_lags (OuioedDbus *self)
{
  guint n = MIN (self->lagging.length, LAGS_PER_TICK);

  for (guint i = 0; i < n; i++)
    {
      OuioedDbusSession *session = self->lagging.head->data;

      dequeue (&self->lagging, &session->lag_link);
      if (dbus_take_budget (self, session))
        ouioed_dbus_session_tell_lag (session);
      else
        enqueue (&self->lagging, &session->lag_link, session);
    }
}

static void
dbus_tell_counters (OuioedDbus *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < UPDATES_PER_TICK && self->dirty.head != NULL; i++)
    {
      OuioedDbusSession *session = self->dirty.head->data;

      if (session->dirty_due_us > now)
        return;
      dequeue (&self->dirty, &session->dirty_link);
      ouioed_dbus_session_update (session);
    }
}

static gboolean
on_tick (gpointer user_data)
{
  OuioedDbus *self = user_data;

  dbus_tell_lags (self);
  dbus_tell_counters (self);
  if (ouioed_dbus_notices_flush (&self->notices, FALSE) || self->lagging.length > 0 || self->dirty.length > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
dbus_ensure_tick (OuioedDbus *self)
{
  if (self->tick == 0)
    self->tick = g_timeout_add (TICK_MS, on_tick, self);
}

/* ---- what the hub tells ---- */

static void
dbus_export (OuioedDbus *self, OuioedChannel *channel)
{
  OuioedDbusSession *session = ouioed_dbus_session_new (self->hub, self->streams, &self->config, channel);

  g_hash_table_insert (self->sessions, g_strdup (ouioed_channel_get_id (channel)), session);
  g_dbus_object_manager_server_export (self->objects, G_DBUS_OBJECT_SKELETON (session->object));
}

static void
on_session_added (OuioedHub *hub, OuioedChannel *channel, OuioedDbus *self)
{
  OuioedDbusSession *session = g_hash_table_lookup (self->sessions, ouioed_channel_get_id (channel));

  if (session == NULL)
    dbus_export (self, channel);
  else
    ouioed_dbus_session_update (session);   /* created again */
}

static void
dbus_collect (OuioedDbus *self, OuioedDbusSession *session)
{
  if (is_queued (&session->dirty_link))
    return;
  session->dirty_due_us = g_get_monotonic_time () + COLLECT_US;
  enqueue (&self->dirty, &session->dirty_link, session);
  dbus_ensure_tick (self);
}

static void
on_session_changed (OuioedHub *hub, OuioedChannel *channel, OuioedDbus *self)
{
  OuioedDbusSession *session = g_hash_table_lookup (self->sessions, ouioed_channel_get_id (channel));

  if (session == NULL)
    return;
  if (ouioed_dbus_session_is_stale (session))
    ouioed_dbus_session_update (session);
  else
    dbus_collect (self, session);
}

static void
on_generation_changed (OuioedHub *hub, OuioedChannel *channel, OuioedDbus *self)
{
  OuioedDbusSession *session = g_hash_table_lookup (self->sessions, ouioed_channel_get_id (channel));

  if (session != NULL)
    dbus_collect (self, session);
}

static void
on_session_removed (OuioedHub *hub, OuioedChannel *channel, OuioedDbus *self)
{
  const char *id = ouioed_channel_get_id (channel);
  OuioedDbusSession *session = g_hash_table_lookup (self->sessions, id);

  if (session == NULL)
    return;
  if (g_str_equal (ouioed_bus_iface_session_get_state (session->iface), "open"))
    ouioed_dbus_notices_expired (&self->notices, id);
  if (self->notices.left_out > 0)
    dbus_ensure_tick (self);
  dequeue (&self->dirty, &session->dirty_link);
  dequeue (&self->lagging, &session->lag_link);
  g_dbus_object_manager_server_unexport (self->objects, session->path);
  g_hash_table_remove (self->sessions, id);
}

static void
dbus_tell_end (OuioedDbus *self, OuioedDbusSession *session)
{
  /* Rare, and the last word: not held back by the budget. */
  dequeue (&self->lagging, &session->lag_link);
  dequeue (&self->dirty, &session->dirty_link);
  if (session->lagging)
    ouioed_dbus_session_tell_lag (session);
  ouioed_dbus_session_tell_end (session);
}

static void
on_published (OuioedHub *hub, OuioedChannel *channel, OuioedEntry *entry, OuioedDbus *self)
{
  OuioedDbusSession *session = g_hash_table_lookup (self->sessions, ouioed_channel_get_id (channel));
  OuioeEvent *event = entry->event;

  if (session == NULL)
    return;
  ouioed_dbus_session_note (session, event);
  ouioed_dbus_notices_look (&self->notices, channel, event);
  if (self->notices.left_out > 0)
    dbus_ensure_tick (self);
  if (event->kind == OUIOE_EVENT_SESSION_START)
    return;
  if (event->kind == OUIOE_EVENT_SESSION_END)
    {
      dbus_tell_end (self, session);
      return;
    }
  if (!session->lagging && dbus_take_budget (self, session))
    {
      ouioed_dbus_session_tell (session, event);
      return;
    }

  if (!session->lagging)
    {
      session->lagging = TRUE;
      session->lag_from = event->id;
      enqueue (&self->lagging, &session->lag_link, session);
      dbus_ensure_tick (self);
    }
  session->lag_to = event->id;
}

/* ---- start: objects first, the name last ---- */

static void
dbus_started (OuioedDbus *self, GError *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->starting);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_name_answer (const GError *error, gpointer user_data)
{
  dbus_started (user_data, error != NULL ? g_error_copy (error) : NULL);
}

static void
on_name_lost (gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_NAME_LOST], 0);
}

static gboolean
on_export_some (gpointer user_data)
{
  OuioedDbus *self = user_data;
  guint end = MIN (self->to_export->len, self->exported + EXPORTS_PER_TURN);

  for (; self->exported < end; self->exported++)
    {
      OuioedChannel *channel = self->to_export->pdata[self->exported];

      /* it may have been forgotten meanwhile, or forgotten and created again */
      if (ouioed_channel_get_record (channel) != NULL
          && !g_hash_table_contains (self->sessions, ouioed_channel_get_id (channel)))
        dbus_export (self, channel);
    }
  if (self->exported < self->to_export->len)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->to_export, g_ptr_array_unref);
  self->export_source = 0;
  self->name = ouioed_dbus_name_request (self->connection, OUIOED_BUS_NAME, self->config.replace, on_name_answer,
                                         on_name_lost, self);
  return G_SOURCE_REMOVE;
}

static void
ouioed_dbus_start_async (OuioedTransport *transport, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedDbus *self = OUIOED_DBUS (transport);
  GTask *task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  gboolean has_more;

  g_task_set_name (task, "ouioed_dbus_start_async");
  self->starting = task;
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->iface), self->connection, OUIOED_BUS_ROOT,
                                         &error))
    {
      dbus_started (self, error);
      return;
    }
  g_dbus_object_manager_server_set_connection (self->objects, self->connection);
  g_signal_connect (self->hub, "session-added", G_CALLBACK (on_session_added), self);
  g_signal_connect (self->hub, "session-changed", G_CALLBACK (on_session_changed), self);
  g_signal_connect (self->hub, "session-removed", G_CALLBACK (on_session_removed), self);
  g_signal_connect (self->hub, "generation-changed", G_CALLBACK (on_generation_changed), self);
  g_signal_connect (self->hub, "published", G_CALLBACK (on_published), self);
  self->to_export = ouioed_hub_list (self->hub, NULL, 0, NULL, G_MAXUINT, &has_more);
  self->export_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_export_some, self, NULL);
}

/* ---- stop ---- */

static void
ouioed_dbus_stop_accepting (OuioedTransport *transport)
{
  OuioedDbus *self = OUIOED_DBUS (transport);

  /* Whoever calls now is told by the hub that the daemon leaves. The name stays until the last signals are out: who
   * listens to the name hears nothing of a daemon without it. */
  g_clear_handle_id (&self->export_source, g_source_remove);
  if (self->starting == NULL)
    return;
  g_clear_pointer (&self->name, ouioed_dbus_name_release);
  dbus_started (self, g_error_new (OUIOE_ERROR, OUIOE_ERROR_DRAINING, "The daemon is about to leave."));
}

static void
dbus_tell_everything (OuioedDbus *self)
{
  while (self->lagging.head != NULL)
    {
      OuioedDbusSession *session = self->lagging.head->data;

      dequeue (&self->lagging, &session->lag_link);
      ouioed_dbus_session_tell_lag (session);
    }
  while (self->dirty.head != NULL)
    {
      OuioedDbusSession *session = self->dirty.head->data;

      dequeue (&self->dirty, &session->dirty_link);
      ouioed_dbus_session_update (session);
      g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (session->iface));
    }
  ouioed_dbus_notices_flush (&self->notices, TRUE);
}

static void
drain_flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  /* a bus that is gone, or takes nothing any more, is nothing to wait for */
  if (!g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, &error))
    g_info ("The bus did not take the last signals: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_drain_timeout (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
ouioed_dbus_drain_async (OuioedTransport *transport, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedDbus *self = OUIOED_DBUS (transport);
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr(GCancellable) late = g_cancellable_new ();

  g_task_set_name (task, "ouioed_dbus_drain_async");
  ouioed_dbus_streams_drain (self->streams);
  dbus_tell_everything (self);
  g_clear_pointer (&self->name, ouioed_dbus_name_release);
  g_timeout_add_full (G_PRIORITY_DEFAULT, DRAIN_MS, on_drain_timeout, g_object_ref (late), g_object_unref);
  g_dbus_connection_flush (self->connection, late, drain_flushed_cb, g_steal_pointer (&task));
}

static gboolean
ouioed_dbus_finish (OuioedTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static const char *
ouioed_dbus_get_name (OuioedTransport *transport)
{
  return "dbus";
}

static void
ouioed_dbus_transport_init (OuioedTransportInterface *iface)
{
  iface->get_name = ouioed_dbus_get_name;
  iface->start_async = ouioed_dbus_start_async;
  iface->start_finish = ouioed_dbus_finish;
  iface->stop_accepting = ouioed_dbus_stop_accepting;
  iface->drain_async = ouioed_dbus_drain_async;
  iface->drain_finish = ouioed_dbus_finish;
}

/* ---- life ---- */

static void
ouioed_dbus_dispose (GObject *object)
{
  OuioedDbus *self = OUIOED_DBUS (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->export_source, g_source_remove);
  g_clear_pointer (&self->name, ouioed_dbus_name_release);
  if (self->hub != NULL)
    g_signal_handlers_disconnect_by_data (self->hub, self);
  if (self->iface != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->iface, &self->manager);
      if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->iface)) != NULL)
        g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->iface));
    }
  if (self->objects != NULL)
    g_dbus_object_manager_server_set_connection (self->objects, NULL);
  g_clear_object (&self->objects);
  g_clear_object (&self->iface);
  g_clear_pointer (&self->sessions, g_hash_table_unref);
  g_clear_pointer (&self->streams, ouioed_dbus_streams_free);
  g_clear_pointer (&self->to_export, g_ptr_array_unref);
  g_clear_object (&self->connection);
  g_clear_object (&self->hub);

  G_OBJECT_CLASS (ouioed_dbus_parent_class)->dispose (object);
}

static void
ouioed_dbus_class_init (OuioedDbusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ouioed_dbus_dispose;

  signals[SIGNAL_NAME_LOST] = g_signal_new ("name-lost", OUIOED_TYPE_DBUS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 0);
}

static void
ouioed_dbus_init (OuioedDbus *self)
{
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) ouioed_dbus_session_free);
  self->objects = g_dbus_object_manager_server_new (OUIOED_BUS_ROOT);
  self->iface = ouioed_bus_iface_manager_skeleton_new ();
  g_queue_init (&self->dirty);
  g_queue_init (&self->lagging);
}

OuioedDbus *
ouioed_dbus_new (OuioedHub *hub, GDBusConnection *connection, const OuioedDbusConfig *config)
{
  OuioedDbus *self = g_object_new (OUIOED_TYPE_DBUS, NULL);

  ouioed_dbus_register_errors ();
  self->hub = g_object_ref (hub);
  self->connection = g_object_ref (connection);
  self->config = *config;
  g_dbus_connection_set_exit_on_close (connection, FALSE);   /* what to do then is for the daemon to say */
  self->streams = ouioed_dbus_streams_new (hub);
  self->notices.iface = self->iface;
  self->manager = (OuioedDbusManager) { .hub = hub, .iface = self->iface, .streams = self->streams,
                                          .config = &self->config };
  ouioed_dbus_manager_connect (&self->manager);

  return self;
}

void
ouioed_dbus_set_config (OuioedDbus *self, const OuioedDbusConfig *config)
{
  self->config = *config;
}

void
ouioed_dbus_set_reload (OuioedDbus *self, OuioedReloadFunc reload, gpointer user_data)
{
  self->manager.reload = reload;
  self->manager.reload_data = user_data;
  ouioed_dbus_manager_update_features (&self->manager);
}
