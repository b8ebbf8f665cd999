/* inspector-notices.c - tells the notifier what becomes of the sessions, and the desktop what the notifier says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-notices.h"

#include <glib/gi18n.h>

#include "inspector-session-item.h"
#include "inspector-settings.h"

struct _InspectorNotices
{
  GObject            parent_instance;
  GtkApplication    *application;   /* not held */
  InspectorNotifier *notifier;
};

G_DEFINE_FINAL_TYPE (InspectorNotices, inspector_notices, G_TYPE_OBJECT)

/* ---- what the notifier asks and says ---- */

static void
send (const char *id, const char *session_id, const char *title, const char *body, gboolean is_urgent, gpointer user_data)
{
  InspectorNotices *self = user_data;
  g_autoptr(GNotification) notification = NULL;

  if (g_application_get_dbus_connection (G_APPLICATION (self->application)) == NULL)
    return;    /* no desktop to tell */
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  if (is_urgent)
    g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-session", "s", session_id);
  g_notification_add_button_with_target (notification, _("Show"), "app.show-session", "s", session_id);
  g_notification_add_button_with_target (notification, _("Mute This Session"), "app.mute-session", "s", session_id);
  g_application_send_notification (G_APPLICATION (self->application), id, notification);
}

static void
withdraw (const char *id, gpointer user_data)
{
  GApplication *application = G_APPLICATION (((InspectorNotices *) user_data)->application);

  if (g_application_get_dbus_connection (application) != NULL)
    g_application_withdraw_notification (application, id);
}

static gboolean
is_seen (const char *session_id, gpointer user_data)
{
  InspectorNotices *self = user_data;

  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    {
      if (INSPECTOR_IS_WINDOW (l->data) && gtk_window_is_active (l->data) &&
          g_strcmp0 (inspector_window_get_session_id (l->data), session_id) == 0)
        return TRUE;
    }
  return FALSE;
}

static gint64
get_now (gpointer user_data)
{
  return g_get_real_time ();
}

static const InspectorNotifierFuncs funcs = { send, withdraw, is_seen, get_now };

/* ---- sessions ---- */

static void
on_item_changed (InspectorNotices *self, InspectorSessionItem *item)
{
  OuioeSession *session = inspector_session_item_get_session (item);
  g_autofree char *title = inspector_session_item_dup_title (item);
  const InspectorNews news = {
    .id = inspector_session_item_get_id (item),
    .title = title,
    .is_open = inspector_session_item_is_open (item),
    .outcome = ouioe_session_get_outcome (session),
    .n_warnings = inspector_session_item_get_n_warnings (item),
    .began_us = ouioe_session_get_created_us (session),
    .ended_us = ouioe_session_get_ended_us (session),
    .last_activity_us = ouioe_session_get_last_activity_us (session),
  };

  inspector_notifier_take (self->notifier, &news);
}

/* A row may have moved only: it is known then, and nothing of it is new. */
static void
on_items_changed (InspectorNotices *self, guint position, guint n_removed, guint n_added, GListModel *items)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr(InspectorSessionItem) item = g_list_model_get_item (items, i);

      g_signal_handlers_disconnect_by_data (item, self);
      g_signal_connect_object (item, "changed", G_CALLBACK (on_item_changed), self, G_CONNECT_SWAPPED);
      on_item_changed (self, item);
    }
}

static void
on_active (InspectorNotices *self, GParamSpec *pspec, InspectorWindow *window)
{
  const char *session_id = inspector_window_get_session_id (window);

  if (gtk_window_is_active (GTK_WINDOW (window)) && session_id != NULL)
    inspector_notifier_seen (self->notifier, session_id);
}

void
inspector_notices_follow (InspectorNotices *self, InspectorWindow *window)
{
  InspectorService *service = inspector_window_get_service (window);
  GListModel *items;

  if (service == NULL)
    return;    /* a recording: all of it is past */
  items = inspector_service_get_sessions (service);
  g_signal_connect_object (items, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (items), items);
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (on_active), self, G_CONNECT_SWAPPED);
}

void
inspector_notices_mute (InspectorNotices *self, const char *session_id)
{
  inspector_notifier_mute (self->notifier, session_id);
}

/* ---- the type ---- */

static void
inspector_notices_finalize (GObject *object)
{
  g_clear_object (&INSPECTOR_NOTICES (object)->notifier);
  G_OBJECT_CLASS (inspector_notices_parent_class)->finalize (object);
}

static void
inspector_notices_class_init (InspectorNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_notices_finalize;
}

static void
inspector_notices_init (InspectorNotices *self)
{
  self->notifier = inspector_notifier_new (inspector_settings_get (), &funcs, self);
}

InspectorNotices *
inspector_notices_new (GtkApplication *application)
{
  InspectorNotices *self = g_object_new (INSPECTOR_TYPE_NOTICES, NULL);

  self->application = application;
  return self;
}
