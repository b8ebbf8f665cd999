/* ouioe-session-list.c - the sessions of a daemon as a list that follows them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Something tells that a session has changed: events over HTTP, signals on a bus. The session is asked for then, a
 * moment later, so that one that changes a thousand times a second is asked for a few times a second.
 */
#include "config.h"

#include <string.h>

#include "ouioe-client-private.h"
#include "ouioe-models.h"

/* How long changes collect. */
#define COLLECT_MS 100
/* Sessions that are asked for at a time. */
#define MAX_ASKED  8

/**
 * OuioeSessionList:
 *
 * The sessions of a daemon as a list of #OuioeSession that follows them. It holds a bounded number, the newest.
 */
struct _OuioeSessionList
{
  GObject            parent_instance;
  OuioeClient       *client;
  char              *user_id;         /* NULL: of all users */
  OuioeSessionState  state;           /* only in this one; or any */
  guint              max_sessions;
  GPtrArray         *sessions;        /* OuioeSession, newest first */
  GHashTable        *changed;         /* ids to ask for */
  OuioeSubscription *subscription;    /* over HTTP; NULL unless started */
  OuioeBusWatch     *watch;           /* on a bus; NULL unless started */
  GMainContext      *context;         /* of start() */
  GCancellable      *cancellable;     /* of what is asked; NULL unless started */
  GSource           *timer;           /* to ask for what has changed */
  guint              n_asked;         /* sessions that are being asked for */
  gboolean           is_listing;      /* all of them are being asked for */
  gboolean           must_list;       /* and must be once more */
  gboolean           is_live;
  GError            *error;           /* the last one; NULL when all is well */
};

typedef enum { PROP_LIVE = 1 } SessionListProperty;
static GParamSpec *props[PROP_LIVE + 1];

static void schedule (OuioeSessionList *self);

/* ---- the model ---- */

static GType
ouioe_session_list_get_item_type (GListModel *model)
{
  return OUIOE_TYPE_SESSION;
}

static guint
ouioe_session_list_get_n_items (GListModel *model)
{
  return OUIOE_SESSION_LIST (model)->sessions->len;
}

static gpointer
ouioe_session_list_get_item (GListModel *model, guint position)
{
  OuioeSessionList *self = OUIOE_SESSION_LIST (model);

  return position < self->sessions->len ? g_object_ref (self->sessions->pdata[position]) : NULL;
}

static void
ouioe_session_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = ouioe_session_list_get_item_type;
  iface->get_n_items = ouioe_session_list_get_n_items;
  iface->get_item = ouioe_session_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioeSessionList, ouioe_session_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, ouioe_session_list_model_init))

/* ---- state ---- */

/* @error: (nullable) (transfer full): NULL when all is well */
static void
set_live (OuioeSessionList *self, gboolean is_live, GError *error)
{
  gboolean is_same = self->is_live == is_live && self->error == NULL && error == NULL;

  g_clear_error (&self->error);
  self->error = error;
  if (is_same)
    return;
  self->is_live = is_live;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LIVE]);
}

static gboolean
find (OuioeSessionList *self, const char *session_id, guint *position)
{
  for (guint i = 0; i < self->sessions->len; i++)
    {
      if (strcmp (ouioe_session_get_id (self->sessions->pdata[i]), session_id) == 0)
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_wanted (OuioeSessionList *self, OuioeSession *session)
{
  return (self->user_id == NULL || g_strcmp0 (ouioe_session_get_user_id (session), self->user_id) == 0) &&
         (self->state == OUIOE_SESSION_ANY || ouioe_session_get_state (session) == self->state);
}

static void
remove_at (OuioeSessionList *self, guint position)
{
  g_ptr_array_remove_index (self->sessions, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* Where a session belongs: behind those that were created after it. */
static guint
place_of (OuioeSessionList *self, OuioeSession *session)
{
  guint i = 0;

  while (i < self->sessions->len &&
         ouioe_session_get_created_us (self->sessions->pdata[i]) > ouioe_session_get_created_us (session))
    i++;
  return i;
}

static void
take_session (OuioeSessionList *self, OuioeSession *session)
{
  guint position;

  if (find (self, ouioe_session_get_id (session), &position))
    {
      OuioeSession *known = self->sessions->pdata[position];

      if (is_wanted (self, session) && ouioe_session_get_created_us (known) == ouioe_session_get_created_us (session))
        {
          g_set_object ((OuioeSession **) &self->sessions->pdata[position], session);
          g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 1);
          return;
        }
      remove_at (self, position);
    }
  if (!is_wanted (self, session))
    return;
  position = place_of (self, session);
  if (position >= self->max_sessions)
    return;
  g_ptr_array_insert (self->sessions, (int) position, g_object_ref (session));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  if (self->sessions->len > self->max_sessions)
    remove_at (self, self->sessions->len - 1);
}

/* ---- asking ---- */

typedef struct {
  OuioeSessionList *list;
  char             *session_id;
} Asking;

static void
asking_free (Asking *self)
{
  g_object_unref (self->list);
  g_free (self->session_id);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asking, asking_free)

static void
session_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Asking) asking = user_data;
  OuioeSessionList *self = asking->list;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeSession) session = ouioe_client_get_session_finish (OUIOE_CLIENT (source), result, &error);
  guint position;

  self->n_asked--;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (session != NULL)
    take_session (self, session);
  else if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND) &&
           find (self, asking->session_id, &position))
    remove_at (self, position);
  schedule (self);
}

static void
ask_for_some (OuioeSessionList *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->changed);
  while (self->n_asked < MAX_ASKED && g_hash_table_iter_next (&iter, &id, NULL))
    {
      Asking *asking = g_new0 (Asking, 1);

      asking->list = g_object_ref (self);
      g_hash_table_iter_steal (&iter);
      asking->session_id = id;
      self->n_asked++;
      ouioe_client_get_session_async (self->client, id, self->cancellable, session_came_cb, asking);
    }
}

static void ask_for_all (OuioeSessionList *self);

static void
list_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeSessionList) self = user_data;
  GError *error = NULL;
  g_autoptr(GPtrArray) sessions = ouioe_client_list_sessions_finish (OUIOE_CLIENT (source), result, &error);
  guint n_before = self->sessions->len;

  self->is_listing = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      return;
    }
  if (sessions == NULL)
    {
      set_live (self, FALSE, error);
    }
  else
    {
      if (sessions->len > self->max_sessions)
        g_ptr_array_remove_range (sessions, self->max_sessions, sessions->len - self->max_sessions);
      g_ptr_array_unref (self->sessions);
      self->sessions = g_steal_pointer (&sessions);
      g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->sessions->len);
      set_live (self, TRUE, NULL);
    }
  if (self->must_list)
    ask_for_all (self);
}

static void
ask_for_all (OuioeSessionList *self)
{
  self->must_list = self->is_listing;
  if (self->is_listing)
    return;
  self->is_listing = TRUE;
  ouioe_client_list_sessions_async (self->client, self->user_id, self->state, self->cancellable, list_came_cb,
                                    g_object_ref (self));
}

static gboolean
timer_cb (gpointer user_data)
{
  g_autoptr(OuioeSessionList) self = g_object_ref (user_data);

  g_clear_pointer (&self->timer, g_source_unref);
  ask_for_some (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (OuioeSessionList *self)
{
  if (self->cancellable == NULL || self->timer != NULL || g_hash_table_size (self->changed) == 0)
    return;
  self->timer = g_timeout_source_new (COLLECT_MS);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* ---- what changes ---- */

static void
changed_cb (const char *session_id, gpointer user_data)
{
  OuioeSessionList *self = user_data;

  if (session_id == NULL)
    {
      ask_for_all (self);
      return;
    }
  g_hash_table_add (self->changed, g_strdup (session_id));
  schedule (self);
}

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, OuioeSessionList *self)
{
  changed_cb (ouioe_event_get_session_id (event), self);
}

static void
on_connected (OuioeSubscription *subscription, OuioeSessionList *self)
{
  ask_for_all (self);
}

static void
on_trouble (OuioeSubscription *subscription, GError *error, OuioeSessionList *self)
{
  set_live (self, FALSE, g_error_copy (error));
}

/* ---- the type ---- */

static void
ouioe_session_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((SessionListProperty) prop_id)
    {
    case PROP_LIVE: g_value_set_boolean (value, OUIOE_SESSION_LIST (object)->is_live); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_session_list_dispose (GObject *object)
{
  OuioeSessionList *self = OUIOE_SESSION_LIST (object);

  ouioe_session_list_stop (self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (ouioe_session_list_parent_class)->dispose (object);
}

static void
ouioe_session_list_finalize (GObject *object)
{
  OuioeSessionList *self = OUIOE_SESSION_LIST (object);

  g_ptr_array_unref (self->sessions);
  g_hash_table_unref (self->changed);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);
  g_free (self->user_id);
  G_OBJECT_CLASS (ouioe_session_list_parent_class)->finalize (object);
}

static void
ouioe_session_list_class_init (OuioeSessionListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ouioe_session_list_get_property;
  object_class->dispose = ouioe_session_list_dispose;
  object_class->finalize = ouioe_session_list_finalize;

  /**
   * OuioeSessionList:live:
   *
   * Whether the list shows what is, and will go on to do so. It is notified, too, when the reason is another one.
   */
  props[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
ouioe_session_list_init (OuioeSessionList *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * ouioe_session_list_new:
 * @client: a client
 * @user_id: (nullable): only sessions of this user; %NULL for all
 * @state: only sessions in this state; %OUIOE_SESSION_ANY for all
 * @max_sessions: so many are held, the newest; 0 for %OUIOE_SESSION_LIST_DEFAULT_MAX
 *
 * Makes an empty list of #OuioeSession, newest first. It fills itself after ouioe_session_list_start(). A session that
 * has changed is replaced by another object.
 *
 * Returns: (transfer full): the list
 */
OuioeSessionList *
ouioe_session_list_new (OuioeClient *client, const char *user_id, OuioeSessionState state, guint max_sessions)
{
  OuioeSessionList *self;

  g_return_val_if_fail (OUIOE_IS_CLIENT (client), NULL);

  self = g_object_new (OUIOE_TYPE_SESSION_LIST, NULL);
  self->client = g_object_ref (client);
  self->user_id = g_strdup (user_id);
  self->state = state;
  self->max_sessions = max_sessions > 0 ? max_sessions : OUIOE_SESSION_LIST_DEFAULT_MAX;
  return self;
}

/**
 * ouioe_session_list_start:
 * @self: a list that is not started
 *
 * Follows the daemon, in the thread-default main context of this call, and goes on by itself after a restart.
 */
void
ouioe_session_list_start (OuioeSessionList *self)
{
  OuioeAddress *address;
  GError *error = NULL;

  g_return_if_fail (OUIOE_IS_SESSION_LIST (self));
  g_return_if_fail (self->cancellable == NULL);

  address = ouioe_client_peek_address (self->client);
  g_clear_pointer (&self->context, g_main_context_unref);
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  if (address->bus != NULL)
    {
      self->watch = ouioe_bus_watch_new (address->bus, changed_cb, self, &error);
      if (self->watch == NULL)
        set_live (self, FALSE, error);
      else
        ask_for_all (self);
      return;
    }
  self->subscription = ouioe_client_subscribe (self->client, NULL, NULL);
  g_signal_connect (self->subscription, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->subscription, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->subscription, "disconnected", G_CALLBACK (on_trouble), self);
  g_signal_connect (self->subscription, "failed", G_CALLBACK (on_trouble), self);
  ouioe_subscription_start (self->subscription);
}

/**
 * ouioe_session_list_stop:
 * @self: a list
 *
 * Ends following. What is in the list stays.
 */
void
ouioe_session_list_stop (OuioeSessionList *self)
{
  g_return_if_fail (OUIOE_IS_SESSION_LIST (self));

  if (self->cancellable == NULL)
    return;
  if (self->subscription != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->subscription, self);
      ouioe_subscription_stop (self->subscription);
      g_clear_object (&self->subscription);
    }
  g_clear_pointer (&self->watch, ouioe_bus_watch_free);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_remove_all (self->changed);
  set_live (self, FALSE, NULL);
}

/**
 * ouioe_session_list_get_live:
 * @self: a list
 *
 * Tells whether the list shows what is.
 *
 * Returns: whether the list shows what is, and will go on to do so
 */
gboolean
ouioe_session_list_get_live (OuioeSessionList *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION_LIST (self), FALSE);
  return self->is_live;
}

/**
 * ouioe_session_list_get_error:
 * @self: a list
 *
 * Tells why the list is not live.
 *
 * Returns: (transfer none) (nullable): why the list is not live; %NULL when it is, or nothing is known
 */
const GError *
ouioe_session_list_get_error (OuioeSessionList *self)
{
  g_return_val_if_fail (OUIOE_IS_SESSION_LIST (self), NULL);
  return self->error;
}
