/* inspector-watch.c - one session that is being looked at: its chain, its progress, its connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-watch.h"

/* So many events wait while it is paused; then the connection is given up, and made again behind them. */
#define MAX_WAITING 10000

/* What came while it was paused. */
typedef struct {
  OuioeEvent  *event;   /* NULL: a gap */
  OuioeEventId until;   /* of a gap */
  gint64       lost;    /* of a gap; -1 when not known */
} Waiting;

struct _InspectorWatch
{
  GObject              parent_instance;
  OuioeClient         *client;
  char                *session_id;
  InspectorChainModel *model;
  OuioeSubscription   *subscription;   /* NULL when stopped */
  OuioeProgressUpdate *progress;       /* the newest, or NULL */
  OuioeGeneration     *generation;     /* what is known of the model behind it, or NULL */
  GCancellable        *question;       /* what is known of the session is being asked; NULL when it is not */
  gboolean             is_asked;       /* it was asked */
  char                *user_id;        /* NULL when not known */
  gboolean             is_paused;
  gboolean             is_cut;         /* too much came while it was paused: nothing is subscribed to */
  GQueue               waiting;        /* Waiting, while it is paused */
  OuioeGeneration     *held;           /* what came of it while it was paused, or NULL */
  InspectorWatchState  state;
  gboolean             is_ended;       /* the last thing heard of the session is its end */
  char                *message;        /* why it is lost or failed, or NULL */
  OuioeEventId         last_id;        /* of the newest event, 0-0 when none */
  gint64               began_us;       /* 0 when not known */
  gint64               ended_us;       /* 0 while it runs */
  InspectorWatchOrigin origin;
  guint                n_replayed;     /* items of a replay or recording that were queued */
  gint64               now_us;         /* of a replay or recording */
};

enum { SIGNAL_STATE_CHANGED, SIGNAL_PROGRESS_CHANGED, SIGNAL_GENERATION_CHANGED, SIGNAL_PAUSED_CHANGED,
       N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (InspectorWatch, inspector_watch, G_TYPE_OBJECT)

static void
set_state (InspectorWatch *self, InspectorWatchState state, const char *message)
{
  if (self->state == state && g_strcmp0 (self->message, message) == 0)
    return;
  self->state = state;
  g_free (self->message);
  self->message = g_strdup (message);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
take_progress (InspectorWatch *self, OuioeProgressUpdate *update)
{
  g_clear_pointer (&self->progress, ouioe_progress_update_unref);
  self->progress = update;
  g_signal_emit (self, signals[SIGNAL_PROGRESS_CHANGED], 0);
}

static void
take_generation (InspectorWatch *self, OuioeGeneration *generation)
{
  g_clear_pointer (&self->generation, ouioe_generation_unref);
  self->generation = ouioe_generation_ref (generation);
  g_signal_emit (self, signals[SIGNAL_GENERATION_CHANGED], 0);
}

static void unsubscribe (InspectorWatch *self);

static void
apply_event (InspectorWatch *self, OuioeEvent *event)
{
  self->last_id = *ouioe_event_get_id (event);
  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_SESSION_START:
      self->began_us = ouioe_event_get_time_us (event);
      self->ended_us = 0;
      self->is_ended = FALSE;
      take_progress (self, NULL);
      set_state (self, INSPECTOR_WATCH_LIVE, NULL);
      break;
    case OUIOE_EVENT_SESSION_END:
      self->ended_us = ouioe_event_get_time_us (event);
      self->is_ended = TRUE;
      set_state (self, INSPECTOR_WATCH_FINISHED, NULL);
      break;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      take_progress (self, ouioe_event_dup_progress_update (event));
      break;
    case OUIOE_EVENT_THINKING_STEP:
    default:
      break;
    }
  inspector_chain_model_push (self->model, inspector_chain_item_new_event (event));
}

static void
apply_gap (InspectorWatch *self, const OuioeEventId *until, gint64 lost)
{
  self->last_id = *until;
  inspector_chain_model_push (self->model, inspector_chain_item_new_gap (lost));
}

/* ---- pausing ---- */

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_clear_pointer (&waiting->event, ouioe_event_unref);
  g_free (waiting);
}

static void
keep_waiting (InspectorWatch *self, OuioeEvent *event, const OuioeEventId *until, gint64 lost)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  if (event != NULL)
    waiting->event = ouioe_event_ref (event);
  else
    waiting->until = *until;
  waiting->lost = lost;
  g_queue_push_tail (&self->waiting, waiting);
  if (self->waiting.length < MAX_WAITING)
    return;
  self->is_cut = TRUE;
  unsubscribe (self);
}

static void
on_event (InspectorWatch *self, OuioeEvent *event)
{
  if (self->is_paused)
    keep_waiting (self, event, NULL, 0);
  else
    apply_event (self, event);
}

static void
on_gap (InspectorWatch *self, const char *after, const char *until, gint64 lost)
{
  OuioeEventId id;

  if (!ouioe_event_id_parse (until, &id))
    return;
  if (self->is_paused)
    keep_waiting (self, NULL, &id, lost);
  else
    apply_gap (self, &id, lost);
}

/* ---- what is never stored ---- */

static void
on_delta (InspectorWatch *self, const char *session_id, const char *step_id, guint64 offset, const char *text,
          OuioeSubscription *subscription)
{
  const char *whole = ouioe_subscription_get_open_text (subscription, session_id, step_id);

  if (whole != NULL)
    inspector_chain_model_grow (self->model, step_id, whole);
}

static void
on_delta_dropped (InspectorWatch *self, const char *session_id, const char *step_id)
{
  inspector_chain_model_drop (self->model, step_id);
}

static void
on_generation (InspectorWatch *self, const char *session_id, OuioeGeneration *generation)
{
  if (!self->is_paused)
    {
      take_generation (self, generation);
      return;
    }
  g_clear_pointer (&self->held, ouioe_generation_unref);
  self->held = ouioe_generation_ref (generation);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(InspectorWatch) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeSession) session = ouioe_client_get_session_finish (OUIOE_CLIENT (source), result, &error);
  OuioeGeneration *generation = session != NULL ? ouioe_session_get_generation (session) : NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->question);
  if (session != NULL && self->user_id == NULL)
    self->user_id = g_strdup (ouioe_session_get_user_id (session));
  if (generation != NULL && self->generation == NULL)
    take_generation (self, generation);
}

/* Of a model that has nothing to do the stream tells nothing, though something may be known. */
static void
ask (InspectorWatch *self)
{
  if (self->is_asked)
    return;
  self->is_asked = TRUE;
  self->question = g_cancellable_new ();
  ouioe_client_get_session_async (self->client, self->session_id, self->question, answered_cb, g_object_ref (self));
}

static void
on_connected (InspectorWatch *self)
{
  ask (self);
  set_state (self, self->is_ended ? INSPECTOR_WATCH_FINISHED : INSPECTOR_WATCH_LIVE, NULL);
}

static void
on_disconnected (InspectorWatch *self, GError *error)
{
  set_state (self, INSPECTOR_WATCH_LOST, error->message);
}

static void
on_failed (InspectorWatch *self, GError *error)
{
  set_state (self, INSPECTOR_WATCH_FAILED, error->message);
}

static void
subscribe (InspectorWatch *self)
{
  gboolean has_position = !ouioe_event_id_is_zero (self->last_id);

  self->subscription = ouioe_client_subscribe (self->client, self->session_id, has_position ? &self->last_id : NULL);
  g_signal_connect_object (self->subscription, "event", G_CALLBACK (on_event), self, G_CONNECT_SWAPPED);
  ouioe_subscription_set_deltas (self->subscription, TRUE);
  g_signal_connect_object (self->subscription, "delta", G_CALLBACK (on_delta), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "delta-dropped", G_CALLBACK (on_delta_dropped), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "generation", G_CALLBACK (on_generation), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "gap", G_CALLBACK (on_gap), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "connected", G_CALLBACK (on_connected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "disconnected", G_CALLBACK (on_disconnected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->subscription, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  ouioe_subscription_start (self->subscription);
}

static void
unsubscribe (InspectorWatch *self)
{
  if (self->subscription == NULL)
    return;
  ouioe_subscription_stop (self->subscription);
  g_clear_object (&self->subscription);
  /* Told from their beginning by the next one. */
  inspector_chain_model_drop (self->model, NULL);
  if (self->question != NULL)
    {
      g_cancellable_cancel (self->question);
      g_clear_object (&self->question);
      self->is_asked = FALSE;
    }
}

static void
inspector_watch_dispose (GObject *object)
{
  InspectorWatch *self = INSPECTOR_WATCH (object);

  unsubscribe (self);
  g_clear_object (&self->client);
  g_clear_object (&self->model);
  g_clear_pointer (&self->progress, ouioe_progress_update_unref);
  g_clear_pointer (&self->generation, ouioe_generation_unref);
  g_clear_pointer (&self->held, ouioe_generation_unref);
  g_queue_clear_full (&self->waiting, waiting_free);
  G_OBJECT_CLASS (inspector_watch_parent_class)->dispose (object);
}

static void
inspector_watch_finalize (GObject *object)
{
  InspectorWatch *self = INSPECTOR_WATCH (object);

  g_free (self->session_id);
  g_free (self->user_id);
  g_free (self->message);
  G_OBJECT_CLASS (inspector_watch_parent_class)->finalize (object);
}

static void
inspector_watch_class_init (InspectorWatchClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_watch_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_watch_finalize;
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 0);
  signals[SIGNAL_PROGRESS_CHANGED] = g_signal_new ("progress-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                   G_TYPE_NONE, 0);
  signals[SIGNAL_PAUSED_CHANGED] = g_signal_new ("paused-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                 G_TYPE_NONE, 0);
  signals[SIGNAL_GENERATION_CHANGED] = g_signal_new ("generation-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                     NULL, G_TYPE_NONE, 0);
}

static void
inspector_watch_init (InspectorWatch *self)
{
  g_queue_init (&self->waiting);
  self->model = inspector_chain_model_new (INSPECTOR_HISTORY_LIMIT);
}

InspectorWatch *
inspector_watch_new (OuioeClient *client, const char *session_id)
{
  InspectorWatch *self = g_object_new (INSPECTOR_TYPE_WATCH, NULL);

  self->client = g_object_ref (client);
  self->session_id = g_strdup (session_id);
  subscribe (self);
  return self;
}

/* ---- what happened before ---- */

InspectorWatch *
inspector_watch_new_replay (const char *session_id)
{
  InspectorWatch *self = g_object_new (INSPECTOR_TYPE_WATCH, NULL);

  self->session_id = g_strdup (session_id);
  self->origin = INSPECTOR_WATCH_REPLAY;
  self->state = INSPECTOR_WATCH_LIVE;
  g_object_unref (self->model);
  self->model = inspector_chain_model_new (G_MAXUINT);   /* whoever has the items bounds them */
  return self;
}

/* What the items from @from up to @to say of the session. @update: (inout): the newest one */
static void
read_items (InspectorWatch *self, GPtrArray *items, guint from, guint to, InspectorChainItem **update)
{
  for (guint i = from; i < to; i++)
    {
      InspectorChainItem *item = items->pdata[i];

      switch (inspector_chain_item_get_kind (item))
        {
        case INSPECTOR_ITEM_START:
          self->began_us = inspector_chain_item_get_time_us (item);
          self->ended_us = 0;
          self->is_ended = FALSE;
          *update = NULL;
          break;
        case INSPECTOR_ITEM_END:
          self->ended_us = inspector_chain_item_get_time_us (item);
          self->is_ended = TRUE;
          break;
        case INSPECTOR_ITEM_UPDATE:
          *update = item;
          break;
        case INSPECTOR_ITEM_STEP:
        case INSPECTOR_ITEM_OPEN:
        case INSPECTOR_ITEM_GAP:
        default:
          break;
        }
    }
}

void
inspector_watch_replay_to (InspectorWatch *self, GPtrArray *items, guint n, gint64 now_us)
{
  gboolean is_back = n < self->n_replayed;
  guint from = is_back ? 0 : self->n_replayed;
  InspectorChainItem *update = NULL;
  gint64 began_us = self->began_us;

  self->now_us = now_us;
  if (n == self->n_replayed)
    return;
  if (is_back)
    {
      inspector_chain_model_drop (self->model, NULL);
      inspector_chain_model_truncate (self->model, n);
      self->began_us = 0;
      self->ended_us = 0;
      self->is_ended = FALSE;
    }
  read_items (self, items, from, n, &update);
  for (guint i = self->n_replayed; i < n; i++)
    inspector_chain_model_push (self->model, g_object_ref (items->pdata[i]));
  self->n_replayed = n;
  if (update != NULL)
    take_progress (self, ouioe_event_dup_progress_update (inspector_chain_item_get_event (update)));
  else if (is_back || began_us != self->began_us)
    take_progress (self, NULL);
  if (self->origin == INSPECTOR_WATCH_REPLAY)
    set_state (self, self->is_ended ? INSPECTOR_WATCH_FINISHED : INSPECTOR_WATCH_LIVE, NULL);
}

InspectorWatch *
inspector_watch_new_recording (const char *session_id, GPtrArray *events)
{
  InspectorWatch *self = inspector_watch_new_replay (session_id);
  g_autoptr(GPtrArray) items = g_ptr_array_new_full (events->len, g_object_unref);
  gint64 last_us = events->len > 0 ? ouioe_event_get_time_us (events->pdata[events->len - 1]) : 0;

  self->origin = INSPECTOR_WATCH_RECORDING;
  self->state = INSPECTOR_WATCH_FINISHED;
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (items, inspector_chain_item_new_event (events->pdata[i]));
  inspector_watch_replay_to (self, items, items->len, last_us);
  inspector_chain_model_apply (self->model, G_MAXUINT, 0);
  if (self->ended_us == 0)
    self->ended_us = last_us;
  return self;
}

InspectorWatchOrigin
inspector_watch_get_origin (InspectorWatch *self)
{
  return self->origin;
}

gint64
inspector_watch_get_now_us (InspectorWatch *self)
{
  return self->origin == INSPECTOR_WATCH_SERVICE ? g_get_real_time () : self->now_us;
}

const char *
inspector_watch_get_session_id (InspectorWatch *self)
{
  return self->session_id;
}

OuioeClient *
inspector_watch_get_client (InspectorWatch *self)
{
  return self->client;
}

InspectorChainModel *
inspector_watch_get_model (InspectorWatch *self)
{
  return self->model;
}

InspectorWatchState
inspector_watch_get_state (InspectorWatch *self)
{
  return self->state;
}

const char *
inspector_watch_get_message (InspectorWatch *self)
{
  return self->message;
}

OuioeProgressUpdate *
inspector_watch_get_progress (InspectorWatch *self)
{
  return self->progress;
}

OuioeGeneration *
inspector_watch_get_generation (InspectorWatch *self)
{
  return self->generation;
}

const char *
inspector_watch_get_user_id (InspectorWatch *self)
{
  return self->user_id;
}

gint64
inspector_watch_get_began_us (InspectorWatch *self)
{
  return self->began_us;
}

gint64
inspector_watch_get_ended_us (InspectorWatch *self)
{
  return self->ended_us;
}

gboolean
inspector_watch_get_paused (InspectorWatch *self)
{
  return self->is_paused;
}

guint
inspector_watch_get_n_waiting (InspectorWatch *self, gboolean *is_more)
{
  if (is_more != NULL)
    *is_more = self->is_cut;
  return self->waiting.length;
}

/* What waited happens now. */
static void
go_on (InspectorWatch *self)
{
  while (self->waiting.length > 0)
    {
      Waiting *waiting = g_queue_pop_head (&self->waiting);

      if (waiting->event != NULL)
        apply_event (self, waiting->event);
      else
        apply_gap (self, &waiting->until, waiting->lost);
      waiting_free (waiting);
    }
  if (self->held != NULL)
    take_generation (self, self->held);
  g_clear_pointer (&self->held, ouioe_generation_unref);
  if (self->is_cut)
    subscribe (self);
  self->is_cut = FALSE;
}

void
inspector_watch_set_paused (InspectorWatch *self, gboolean is_paused)
{
  if (self->is_paused == is_paused)
    return;
  self->is_paused = is_paused;
  g_signal_emit (self, signals[SIGNAL_PAUSED_CHANGED], 0);
  if (!is_paused)
    go_on (self);
}

void
inspector_watch_retry (InspectorWatch *self)
{
  if (self->origin != INSPECTOR_WATCH_SERVICE || self->is_cut)
    return;
  unsubscribe (self);
  subscribe (self);
}

void
inspector_watch_stop (InspectorWatch *self)
{
  self->is_cut = FALSE;
  unsubscribe (self);
}
