/* ouioe-event-list.c - the events of a session as a list that follows it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes within one turn of the loop is one change of the list.
 */
#include "config.h"

#include "ouioe-event-item-private.h"

/**
 * OuioeEventList:
 *
 * The events of a session as a list of #OuioeEventItem that follows it. It holds a bounded number, the newest.
 */
struct _OuioeEventList
{
  GObject            parent_instance;
  OuioeClient       *client;
  OuioeSubscription *subscription;   /* NULL unless started */
  char              *session_id;
  GPtrArray         *items;          /* OuioeEventItem, oldest first */
  GPtrArray         *fresh;          /* those that are not told yet */
  GSource           *idle;           /* tells them */
  guint              max_events;
  guint64            n_dropped;
  gboolean           is_live;
  GError            *error;          /* it failed, and nothing more comes */
};

typedef enum { PROP_LIVE = 1, PROP_N_DROPPED } EventListProperty;
static GParamSpec *props[PROP_N_DROPPED + 1];

/* ---- the model ---- */

static GType
ouioe_event_list_get_item_type (GListModel *model)
{
  return OUIOE_TYPE_EVENT_ITEM;
}

static guint
ouioe_event_list_get_n_items (GListModel *model)
{
  return OUIOE_EVENT_LIST (model)->items->len;
}

static gpointer
ouioe_event_list_get_item (GListModel *model, guint position)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
ouioe_event_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = ouioe_event_list_get_item_type;
  iface->get_n_items = ouioe_event_list_get_n_items;
  iface->get_item = ouioe_event_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioeEventList, ouioe_event_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, ouioe_event_list_model_init))

/* ---- what comes ---- */

static void
drop_oldest (OuioeEventList *self, guint n)
{
  g_ptr_array_remove_range (self->items, 0, n);
  self->n_dropped += n;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_DROPPED]);
}

static gboolean
tell_cb (gpointer user_data)
{
  g_autoptr(OuioeEventList) self = g_object_ref (user_data);
  g_autoptr(GPtrArray) fresh = g_steal_pointer (&self->fresh);
  guint position = self->items->len;
  guint n = fresh->len;

  g_clear_pointer (&self->idle, g_source_unref);
  self->fresh = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_extend_and_steal (self->items, g_steal_pointer (&fresh));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, n);
  if (self->items->len > self->max_events)
    drop_oldest (self, self->items->len - self->max_events);
  return G_SOURCE_REMOVE;
}

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, OuioeEventList *self)
{
  g_ptr_array_add (self->fresh, ouioe_event_item_new (event));
  /* A loop that is kept from idling must not let it grow. */
  if (self->fresh->len >= self->max_events)
    {
      if (self->idle != NULL)
        g_source_destroy (self->idle);
      tell_cb (self);
      return;
    }
  if (self->idle != NULL)
    return;
  self->idle = g_idle_source_new ();
  g_source_set_priority (self->idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->idle, tell_cb, self, NULL);
  g_source_attach (self->idle, g_main_context_get_thread_default ());
}

static void
set_live (OuioeEventList *self, gboolean is_live)
{
  if (self->is_live == is_live)
    return;
  self->is_live = is_live;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LIVE]);
}

static void
on_connected (OuioeSubscription *subscription, OuioeEventList *self)
{
  set_live (self, TRUE);
}

static void
on_disconnected (OuioeSubscription *subscription, GError *error, OuioeEventList *self)
{
  set_live (self, FALSE);
}

static void
on_failed (OuioeSubscription *subscription, GError *error, OuioeEventList *self)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  set_live (self, FALSE);
  g_signal_emit_by_name (self, "failed", error);
}

/* ---- the type ---- */

static void
ouioe_event_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (object);

  switch ((EventListProperty) prop_id)
    {
    case PROP_LIVE: g_value_set_boolean (value, self->is_live); break;
    case PROP_N_DROPPED: g_value_set_uint64 (value, self->n_dropped); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_event_list_dispose (GObject *object)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (object);

  ouioe_event_list_stop (self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (ouioe_event_list_parent_class)->dispose (object);
}

static void
ouioe_event_list_finalize (GObject *object)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (object);

  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->fresh);
  g_clear_error (&self->error);
  g_free (self->session_id);
  G_OBJECT_CLASS (ouioe_event_list_parent_class)->finalize (object);
}

static void
ouioe_event_list_class_init (OuioeEventListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ouioe_event_list_get_property;
  object_class->dispose = ouioe_event_list_dispose;
  object_class->finalize = ouioe_event_list_finalize;

  /**
   * OuioeEventList:live:
   *
   * Whether there is a connection over which events come.
   */
  props[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, flags);
  /**
   * OuioeEventList:n-dropped:
   *
   * How many events were left out at the beginning, as there were more than the list may hold.
   */
  props[PROP_N_DROPPED] = g_param_spec_uint64 ("n-dropped", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * OuioeEventList::failed:
   * @self: the list
   * @error: why
   *
   * The daemon refuses, and would do so again. Nothing more comes.
   */
  g_signal_new ("failed", OUIOE_TYPE_EVENT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ouioe_event_list_init (OuioeEventList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->fresh = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * ouioe_event_list_new:
 * @client: a client
 * @session_id: the session
 * @max_events: so many are held, the newest; 0 for %OUIOE_EVENT_LIST_DEFAULT_MAX
 *
 * Makes an empty list of #OuioeEventItem, oldest first. It fills itself after ouioe_event_list_start().
 *
 * Returns: (transfer full): the list
 */
OuioeEventList *
ouioe_event_list_new (OuioeClient *client, const char *session_id, guint max_events)
{
  OuioeEventList *self;

  g_return_val_if_fail (OUIOE_IS_CLIENT (client), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  self = g_object_new (OUIOE_TYPE_EVENT_LIST, NULL);
  self->client = g_object_ref (client);
  self->session_id = g_strdup (session_id);
  self->max_events = max_events > 0 ? max_events : OUIOE_EVENT_LIST_DEFAULT_MAX;
  return self;
}

/**
 * ouioe_event_list_start:
 * @self: a list that is not started
 *
 * Follows the session, from everything that is kept of it, in the thread-default main context of this call. It goes on
 * by itself after a restart of the daemon. A list that was stopped begins behind the last event it has.
 */
void
ouioe_event_list_start (OuioeEventList *self)
{
  const OuioeEventId *after = NULL;

  g_return_if_fail (OUIOE_IS_EVENT_LIST (self));
  g_return_if_fail (self->subscription == NULL);

  if (self->items->len > 0)
    after = ouioe_event_get_id (ouioe_event_item_get_event (self->items->pdata[self->items->len - 1]));
  self->subscription = ouioe_client_subscribe (self->client, self->session_id, after);
  g_signal_connect (self->subscription, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->subscription, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->subscription, "disconnected", G_CALLBACK (on_disconnected), self);
  g_signal_connect (self->subscription, "failed", G_CALLBACK (on_failed), self);
  ouioe_subscription_start (self->subscription);
}

/**
 * ouioe_event_list_stop:
 * @self: a list
 *
 * Ends following. What is in the list stays.
 */
void
ouioe_event_list_stop (OuioeEventList *self)
{
  g_return_if_fail (OUIOE_IS_EVENT_LIST (self));

  if (self->subscription == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->subscription, self);
  ouioe_subscription_stop (self->subscription);
  g_clear_object (&self->subscription);
  if (self->idle != NULL)
    {
      g_source_destroy (self->idle);
      tell_cb (self);
    }
  set_live (self, FALSE);
}

/**
 * ouioe_event_list_get_n_dropped:
 * @self: a list
 *
 * Tells how many events were left out at the beginning.
 *
 * Returns: how many events were left out at the beginning, as there were more than it may hold
 */
guint64
ouioe_event_list_get_n_dropped (OuioeEventList *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_LIST (self), 0);
  return self->n_dropped;
}

/**
 * ouioe_event_list_get_live:
 * @self: a list
 *
 * Tells whether there is a connection over which events come.
 *
 * Returns: whether there is a connection over which events come
 */
gboolean
ouioe_event_list_get_live (OuioeEventList *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_LIST (self), FALSE);
  return self->is_live;
}

/**
 * ouioe_event_list_get_error:
 * @self: a list
 *
 * Tells why nothing more comes.
 *
 * Returns: (transfer none) (nullable): why nothing more comes; %NULL unless it has failed
 */
const GError *
ouioe_event_list_get_error (OuioeEventList *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_LIST (self), NULL);
  return self->error;
}
