/* inspector-service.c - the daemon: whether it answers, and which sessions it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-service.h"

#include "inspector-session-item.h"

/* Between two questions: while something runs, and otherwise. */
#define LIVE_INTERVAL_MS 1000
#define IDLE_INTERVAL_MS 2500

struct _InspectorService
{
  GObject               parent_instance;
  OuioeClient          *client;
  GListStore           *sessions;      /* InspectorSessionItem */
  InspectorServiceState state;
  gboolean              was_online;
  char                 *message;       /* why it is offline, or NULL */
  GCancellable         *cancellable;   /* of the question under way; NULL when none is */
  guint                 timer;         /* of the next question; 0 while one is under way */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorService, inspector_service, G_TYPE_OBJECT)

static gboolean
ask_cb (gpointer user_data)
{
  InspectorService *self = user_data;

  self->timer = 0;
  inspector_service_ask_now (self);
  return G_SOURCE_REMOVE;
}

static guint
next_interval_ms (InspectorService *self)
{
  g_autoptr(InspectorSessionItem) first = g_list_model_get_item (G_LIST_MODEL (self->sessions), 0);

  return first != NULL && inspector_session_item_is_open (first) ? LIVE_INTERVAL_MS : IDLE_INTERVAL_MS;
}

static void
set_state (InspectorService *self, InspectorServiceState state, const char *message)
{
  if (self->state == state && g_strcmp0 (self->message, message) == 0)
    return;
  self->state = state;
  g_free (self->message);
  self->message = g_strdup (message);
  g_signal_emit (self, changed_signal, 0);
}

static void
list_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  InspectorService *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) sessions = ouioe_client_list_sessions_finish (OUIOE_CLIENT (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* nobody is there any more */

  g_clear_object (&self->cancellable);
  if (sessions != NULL)
    {
      self->was_online = TRUE;
      inspector_session_items_merge (self->sessions, sessions);
    }
  self->timer = g_timeout_add (next_interval_ms (self), ask_cb, self);
  set_state (self, sessions != NULL ? INSPECTOR_SERVICE_ONLINE : INSPECTOR_SERVICE_OFFLINE,
             error != NULL ? error->message : NULL);
}

static void
inspector_service_dispose (GObject *object)
{
  InspectorService *self = INSPECTOR_SERVICE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->sessions);
  G_OBJECT_CLASS (inspector_service_parent_class)->dispose (object);
}

static void
inspector_service_finalize (GObject *object)
{
  g_free (INSPECTOR_SERVICE (object)->message);
  G_OBJECT_CLASS (inspector_service_parent_class)->finalize (object);
}

static void
inspector_service_class_init (InspectorServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_service_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_service_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_service_init (InspectorService *self)
{
  self->sessions = g_list_store_new (INSPECTOR_TYPE_SESSION_ITEM);
}

InspectorService *
inspector_service_new (OuioeClient *client)
{
  InspectorService *self = g_object_new (INSPECTOR_TYPE_SERVICE, NULL);

  self->client = g_object_ref (client);
  inspector_service_ask_now (self);
  return self;
}

OuioeClient *
inspector_service_get_client (InspectorService *self)
{
  return self->client;
}

GListModel *
inspector_service_get_sessions (InspectorService *self)
{
  return G_LIST_MODEL (self->sessions);
}

InspectorServiceState
inspector_service_get_state (InspectorService *self)
{
  return self->state;
}

gboolean
inspector_service_was_online (InspectorService *self)
{
  return self->was_online;
}

const char *
inspector_service_get_message (InspectorService *self)
{
  return self->message;
}

void
inspector_service_ask_now (InspectorService *self)
{
  if (self->cancellable != NULL)
    return; /* one is under way */
  g_clear_handle_id (&self->timer, g_source_remove);
  self->cancellable = g_cancellable_new ();
  ouioe_client_list_sessions_async (self->client, NULL, 0, self->cancellable, list_came_cb, self);
}
