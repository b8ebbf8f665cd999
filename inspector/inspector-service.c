/* inspector-service.c - the daemon: whether it answers, and which sessions it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-service.h"

#include "inspector-session-item.h"

/* The rows of the sessions change so often at most. */
#define APPLY_MS 250

struct _InspectorService
{
  GObject               parent_instance;
  OuioeClient          *client;
  OuioeSessionList     *list;          /* follows the daemon */
  GListStore           *sessions;      /* InspectorSessionItem: the same, at a rate that can be read */
  InspectorServiceState state;
  gboolean              was_online;
  gboolean              is_held;       /* nobody may move */
  char                 *message;       /* why it is offline, or NULL */
  guint                 timer;         /* takes over what changed; 0 when nothing did */
  gint64                applied_us;    /* when it did so last, monotonic */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorService, inspector_service, G_TYPE_OBJECT)

static void
apply (InspectorService *self)
{
  g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->list);

  g_clear_handle_id (&self->timer, g_source_remove);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (sessions, g_list_model_get_item (model, i));
  inspector_session_items_merge (self->sessions, sessions, !self->is_held);
  self->applied_us = g_get_monotonic_time ();
}

static gboolean
apply_cb (gpointer user_data)
{
  InspectorService *self = user_data;

  self->timer = 0;
  apply (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (InspectorService *self)
{
  gint64 passed_ms = (g_get_monotonic_time () - self->applied_us) / 1000;

  if (self->timer == 0)
    self->timer = g_timeout_add (passed_ms >= APPLY_MS ? 0 : (guint) (APPLY_MS - passed_ms), apply_cb, self);
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
on_live (InspectorService *self)
{
  const GError *error = ouioe_session_list_get_error (self->list);

  if (ouioe_session_list_get_live (self->list))
    {
      /* Whoever hears of it finds the sessions. */
      self->was_online = TRUE;
      apply (self);
      set_state (self, INSPECTOR_SERVICE_ONLINE, NULL);
    }
  else if (error != NULL)
    {
      set_state (self, INSPECTOR_SERVICE_OFFLINE, error->message);
    }
}

static void
inspector_service_dispose (GObject *object)
{
  InspectorService *self = INSPECTOR_SERVICE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->list != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->list, self);
      ouioe_session_list_stop (self->list);
    }
  g_clear_object (&self->list);
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
  self->list = ouioe_session_list_new (client, NULL, OUIOE_SESSION_ANY, 0);
  g_signal_connect_swapped (self->list, "items-changed", G_CALLBACK (schedule), self);
  g_signal_connect_swapped (self->list, "notify::live", G_CALLBACK (on_live), self);
  ouioe_session_list_start (self->list);
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
inspector_service_retry (InspectorService *self)
{
  if (ouioe_session_list_get_live (self->list))
    return; /* it tells by itself */
  ouioe_session_list_stop (self->list);
  ouioe_session_list_start (self->list);
}

void
inspector_service_hold (InspectorService *self, gboolean is_held)
{
  if (self->is_held == is_held)
    return;
  self->is_held = is_held;
  if (!is_held)
    schedule (self);
}
