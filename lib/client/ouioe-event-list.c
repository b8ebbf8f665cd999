/* ouioe-event-list.c - the events of a session as a list that follows it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes within one turn of the loop is one change of the list.
 */
#include "config.h"

#include "ouioe-event-item-private.h"

#include <string.h>

/**
 * OuioeEventList:
 *
 * The events of a session as a list of #OuioeEventItem that follows it. It holds a bounded number, the newest.
 *
 * With #OuioeEventList:deltas the steps that are being written stand behind the events, and grow.
 */
struct _OuioeEventList
{
  GObject            parent_instance;
  OuioeClient       *client;
  OuioeSubscription *subscription;   /* NULL unless started */
  char              *session_id;
  GPtrArray         *items;          /* OuioeEventItem, oldest first */
  GPtrArray         *fresh;          /* those that are not told yet */
  gboolean           deltas;         /* steps that are being written are wanted, too */
  GPtrArray         *open;           /* OuioeEventItem: those that are being written now */
  GPtrArray         *shown;          /* the same as they were last told: what stands behind the items */
  GHashTable        *grown;          /* step ids: of which the text is not told yet */
  GSource           *idle;           /* tells them */
  guint              max_events;
  guint64            n_dropped;
  gboolean           is_live;
  GError            *error;          /* it failed, and nothing more comes */
};

typedef enum { PROP_LIVE = 1, PROP_N_DROPPED, PROP_DELTAS } EventListProperty;
static GParamSpec *props[PROP_DELTAS + 1];

/* ---- the model ---- */

static GType
ouioe_event_list_get_item_type (GListModel *model)
{
  return OUIOE_TYPE_EVENT_ITEM;
}

static guint
ouioe_event_list_get_n_items (GListModel *model)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (model);

  return self->items->len + self->shown->len;
}

static gpointer
ouioe_event_list_get_item (GListModel *model, guint position)
{
  OuioeEventList *self = OUIOE_EVENT_LIST (model);

  if (position < self->items->len)
    return g_object_ref (self->items->pdata[position]);
  position -= self->items->len;
  return position < self->shown->len ? g_object_ref (self->shown->pdata[position]) : NULL;
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

static OuioeEventItem *
find_open (OuioeEventList *self, const char *step_id, guint *position)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      if (strcmp (ouioe_event_item_peek_step_id (self->open->pdata[i]), step_id) == 0)
        {
          *position = i;
          return self->open->pdata[i];
        }
    }
  return NULL;
}

static gpointer
ref_item (gconstpointer item, gpointer data)
{
  return g_object_ref ((gpointer) item);
}

static gboolean
is_shown_as_it_is (OuioeEventList *self)
{
  return self->shown->len == self->open->len &&
         (self->open->len == 0 ||
          memcmp (self->shown->pdata, self->open->pdata, self->open->len * sizeof (gpointer)) == 0);
}

/* What came, and what stands behind it, as one change. */
static void
tell_items (OuioeEventList *self)
{
  g_autoptr(GPtrArray) fresh = g_steal_pointer (&self->fresh);
  guint position = self->items->len;
  guint n = fresh->len;
  guint n_shown = self->shown->len;
  gboolean is_same = is_shown_as_it_is (self);

  self->fresh = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_extend_and_steal (self->items, g_steal_pointer (&fresh));
  if (is_same)
    {
      if (n > 0)
        g_list_model_items_changed (G_LIST_MODEL (self), position, 0, n);
      return;
    }
  g_ptr_array_unref (self->shown);
  self->shown = g_ptr_array_copy (self->open, ref_item, NULL);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_shown, n + self->shown->len);
}

static void
tell_texts (OuioeEventList *self)
{
  g_autoptr(GHashTable) grown = g_steal_pointer (&self->grown);
  GHashTableIter iter;
  gpointer step_id;

  self->grown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, grown);
  while (self->subscription != NULL && g_hash_table_iter_next (&iter, &step_id, NULL))
    {
      const char *text = ouioe_subscription_get_open_text (self->subscription, self->session_id, step_id);
      guint position;
      OuioeEventItem *item = find_open (self, step_id, &position);

      if (item != NULL && text != NULL)
        ouioe_event_item_set_text (item, text);
    }
}

static gboolean
tell_cb (gpointer user_data)
{
  g_autoptr(OuioeEventList) self = g_object_ref (user_data);

  g_clear_pointer (&self->idle, g_source_unref);
  tell_texts (self);
  tell_items (self);
  if (self->items->len > self->max_events)
    drop_oldest (self, self->items->len - self->max_events);
  return G_SOURCE_REMOVE;
}

static void
tell_soon (OuioeEventList *self)
{
  if (self->idle != NULL)
    return;
  self->idle = g_idle_source_new ();
  g_source_set_priority (self->idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->idle, tell_cb, self, NULL);
  g_source_attach (self->idle, g_main_context_get_thread_default ());
}

static void
drop_open (OuioeEventList *self, const char *step_id)
{
  guint position;

  if (find_open (self, step_id, &position) != NULL)
    g_ptr_array_remove_index (self->open, position);
}

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, OuioeEventList *self)
{
  g_autofree char *step_id = self->open->len > 0 ? ouioe_event_dup_step_id (event) : NULL;

  if (step_id != NULL)
    drop_open (self, step_id);
  g_ptr_array_add (self->fresh, ouioe_event_item_new (event));
  /* A loop that is kept from idling must not let it grow. */
  if (self->fresh->len >= self->max_events)
    {
      if (self->idle != NULL)
        g_source_destroy (self->idle);
      tell_cb (self);
      return;
    }
  tell_soon (self);
}

static void
on_delta (OuioeSubscription *subscription, const char *session_id, const char *step_id, guint64 offset,
          const char *text, OuioeEventList *self)
{
  guint position;

  if (find_open (self, step_id, &position) == NULL)
    g_ptr_array_add (self->open, ouioe_event_item_new_open (step_id, g_get_real_time ()));
  g_hash_table_add (self->grown, g_strdup (step_id));
  tell_soon (self);
}

static void
on_delta_dropped (OuioeSubscription *subscription, const char *session_id, const char *step_id, OuioeEventList *self)
{
  drop_open (self, step_id);
  tell_soon (self);
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
    case PROP_DELTAS: g_value_set_boolean (value, self->deltas); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_event_list_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((EventListProperty) prop_id)
    {
    case PROP_DELTAS: ouioe_event_list_set_deltas (OUIOE_EVENT_LIST (object), g_value_get_boolean (value)); break;
    case PROP_LIVE:
    case PROP_N_DROPPED:
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
  g_ptr_array_unref (self->open);
  g_ptr_array_unref (self->shown);
  g_hash_table_unref (self->grown);
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
  object_class->set_property = ouioe_event_list_set_property;
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
  /**
   * OuioeEventList:deltas:
   *
   * Whether steps are in the list while they are written, behind all events. Those items have no event, see
   * #OuioeEventItem:is-open.
   */
  props[PROP_DELTAS] = g_param_spec_boolean ("deltas", NULL, NULL, FALSE,
                                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
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
  self->open = g_ptr_array_new_with_free_func (g_object_unref);
  self->shown = g_ptr_array_new_with_free_func (g_object_unref);
  self->grown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
 * ouioe_event_list_set_deltas:
 * @self: a list that is not started
 * @deltas: whether to show steps while they are written
 *
 * Has the list show steps that are being written behind all events. It counts from the next ouioe_event_list_start() on.
 */
void
ouioe_event_list_set_deltas (OuioeEventList *self, gboolean deltas)
{
  g_return_if_fail (OUIOE_IS_EVENT_LIST (self));

  deltas = deltas != FALSE;
  if (self->deltas == deltas)
    return;
  self->deltas = deltas;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DELTAS]);
}

/**
 * ouioe_event_list_get_deltas:
 * @self: a list
 *
 * Tells whether it shows steps while they are written.
 *
 * Returns: whether it does
 */
gboolean
ouioe_event_list_get_deltas (OuioeEventList *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_LIST (self), FALSE);
  return self->deltas;
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
  ouioe_subscription_set_deltas (self->subscription, self->deltas);
  g_signal_connect (self->subscription, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->subscription, "delta", G_CALLBACK (on_delta), self);
  g_signal_connect (self->subscription, "delta-dropped", G_CALLBACK (on_delta_dropped), self);
  g_signal_connect (self->subscription, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->subscription, "disconnected", G_CALLBACK (on_disconnected), self);
  g_signal_connect (self->subscription, "failed", G_CALLBACK (on_failed), self);
  ouioe_subscription_start (self->subscription);
}

/**
 * ouioe_event_list_stop:
 * @self: a list
 *
 * Ends following. The events in the list stay, but no step that is being written.
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
  g_ptr_array_set_size (self->open, 0);
  if (self->idle != NULL)
    g_source_destroy (self->idle);
  tell_cb (self);
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
