/* ouioe-subscription.c - live events; resumes by event id after a break
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection at a time reads a stream of the daemon. The position is the id of the last event that was handed on:
 * the next connection asks for what follows that, and what comes nevertheless a second time is dropped.
 */
#include "config.h"

#include "ouioe-client-private.h"

#include <glib/gi18n-lib.h>

#include "ouioe-event-stream.h"
#include "ouioe-live-frame.h"
#include "ouioe-position.h"

/* A connection that lived so long counts as one that worked, even when it had nothing to say. */
#define GOOD_CONNECTION_US (10 * G_USEC_PER_SEC)
/* So many answers in a row that are no stream: it is somebody else who answers there. */
#define MAX_STRANGE_ANSWERS 3

typedef enum {
  STATE_NEW,          /* not started */
  STATE_CONNECTING,   /* asked, no answer yet */
  STATE_READING,      /* events come */
  STATE_WAITING,      /* until the next attempt */
  STATE_ENDED,        /* stopped or failed: nothing more happens */
} State;
#define N_STATES (STATE_ENDED + 1)

/* Row: where it is. Column: where it may go next. */
static const gboolean allowed[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_WAITING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_CONNECTING] = { [STATE_READING] = TRUE, [STATE_WAITING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_READING] = { [STATE_WAITING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_WAITING] = { [STATE_CONNECTING] = TRUE, [STATE_ENDED] = TRUE },
};

/**
 * OuioeSubscription:
 *
 * Live events. It connects again by itself and goes on behind the last event, without a loss and without telling
 * anything twice.
 *
 * With #OuioeSubscription:deltas it also tells of steps while they are written.
 */
struct _OuioeSubscription
{
  GObject                 parent_instance;
  OuioeClient            *client;        /* owner of the address */
  char                   *session_id;    /* NULL: all sessions */
  OuioeSubscriptionTiming timing;
  State                   state;
  OuioePosition           position;      /* behind which the next connection begins */
  gboolean                deltas;        /* what is not stored is wanted, too */
  OuioeOpenSteps         *open_steps;    /* which grow */
  GMainContext           *context;       /* of start(); timers and signals belong there */
  OuioeEventStream       *stream;        /* the present connection; NULL while waiting */
  GSource                *timer;         /* next attempt, or watch over the silence; NULL when none runs */
  gint64                  connected_us;  /* when the present connection was made, monotonic */
  gint64                  heard_us;      /* when something last came, monotonic */
  guint                   n_attempts;    /* since a connection last worked */
  guint                   n_strange;     /* answers in a row that were no stream */
};

typedef enum { SIGNAL_EVENT, SIGNAL_GAP, SIGNAL_SESSION_END, SIGNAL_CONNECTED, SIGNAL_DISCONNECTED, SIGNAL_FAILED,
               SIGNAL_DELTA, SIGNAL_DELTA_DROPPED, SIGNAL_GENERATION, N_SIGNALS } SubscriptionSignal;
static guint signals[N_SIGNALS];

typedef enum { PROP_DELTAS = 1 } SubscriptionProperty;
static GParamSpec *props[PROP_DELTAS + 1];

G_DEFINE_FINAL_TYPE (OuioeSubscription, ouioe_subscription, G_TYPE_OBJECT)

static void connect_now (OuioeSubscription *self);

static void
move_to (OuioeSubscription *self, State state)
{
  g_return_if_fail (allowed[self->state][state]);
  self->state = state;
}

/* ---- timers ---- */

static void
clear_timer (OuioeSubscription *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
set_timer (OuioeSubscription *self, guint ms, GSourceFunc func)
{
  clear_timer (self);
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* ---- how a connection ends ---- */

static void
drop_connection (OuioeSubscription *self)
{
  clear_timer (self);
  g_clear_pointer (&self->stream, ouioe_event_stream_close);
}

static void
tell_dropped (const char *session_id, const char *step_id, gpointer user_data)
{
  OuioeSubscription *self = user_data;

  if (self->state != STATE_ENDED)
    g_signal_emit (self, signals[SIGNAL_DELTA_DROPPED], 0, session_id, step_id);
}

static void
fail (OuioeSubscription *self, const GError *error)
{
  drop_connection (self);
  ouioe_open_steps_clear (self->open_steps, NULL, tell_dropped, self);
  if (self->state == STATE_ENDED)
    return;
  move_to (self, STATE_ENDED);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static gboolean
retry_cb (gpointer user_data)
{
  g_autoptr(OuioeSubscription) self = g_object_ref (user_data);

  clear_timer (self);
  connect_now (self);
  return G_SOURCE_REMOVE;
}

/* Soon at first, as a daemon that restarts is back in no time; then longer and longer, and not all clients at once.
 * @server_ms: what the daemon asks for. Up to the usual second only the rhythm is meant, so the first one may come
 * sooner. */
static guint
next_delay_ms (OuioeSubscription *self, gint64 server_ms)
{
  guint delay = self->timing.first_ms;

  if (self->n_attempts > 0)
    delay = self->n_attempts <= 16 ? self->timing.base_ms << (self->n_attempts - 1) : self->timing.max_ms;
  if (server_ms > (gint64) self->timing.base_ms)
    delay = (guint) MAX (delay, MIN (server_ms, G_MAXINT32));
  delay = MIN (delay, self->timing.max_ms);
  self->n_attempts++;
  return delay + (guint) g_random_int_range (0, (gint32) (delay / 4 + 1));
}

/* The connection is gone; there will be another one. */
static void
lose (OuioeSubscription *self, const GError *error)
{
  gint64 server_ms = ouioe_event_stream_get_retry_ms (self->stream);

  if (self->state == STATE_READING && g_get_monotonic_time () - self->connected_us >= GOOD_CONNECTION_US)
    self->n_attempts = 0;
  drop_connection (self);
  move_to (self, STATE_WAITING);
  set_timer (self, next_delay_ms (self, server_ms), retry_cb);
  g_signal_emit (self, signals[SIGNAL_DISCONNECTED], 0, error);
}

static gboolean
silence_cb (gpointer user_data)
{
  g_autoptr(OuioeSubscription) self = g_object_ref (user_data);
  g_autoptr(GError) error = NULL;
  gint64 silent_ms = (g_get_monotonic_time () - self->heard_us) / 1000;

  if (silent_ms < self->timing.silence_ms)
    {
      set_timer (self, (guint) (self->timing.silence_ms - silent_ms), silence_cb);
      return G_SOURCE_REMOVE;
    }
  error = g_error_new (OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service at %s has fallen silent"),
                       ouioe_client_get_address (self->client));
  lose (self, error);
  return G_SOURCE_REMOVE;
}

/* ---- what comes ---- */

static void
on_opened (OuioeEventStream *stream, gpointer user_data)
{
  g_autoptr(OuioeSubscription) self = g_object_ref (user_data);
  guint64 date_ms = ouioe_event_stream_get_date_ms (stream);

  move_to (self, STATE_READING);
  self->connected_us = self->heard_us = g_get_monotonic_time ();
  /* Only new events were asked for: should it break before one came, those since now are wanted. */
  if (self->session_id == NULL && !self->position.is_known && date_ms > 0)
    ouioe_position_set (&self->position, (OuioeEventId) { date_ms, 0 });
  /* What is still open is told anew, from its beginning; what is not was dropped meanwhile, and nobody says so again. */
  ouioe_open_steps_clear (self->open_steps, NULL, tell_dropped, self);
  if (self->state == STATE_READING)
    g_signal_emit (self, signals[SIGNAL_CONNECTED], 0);
}

static void
emit_gap (OuioeSubscription *self, const OuioeDelivery *delivery)
{
  char after[OUIOE_EVENT_ID_TEXT_MAX], until[OUIOE_EVENT_ID_TEXT_MAX];

  ouioe_event_id_format (delivery->after, after);
  ouioe_event_id_format (delivery->until, until);
  g_signal_emit (self, signals[SIGNAL_GAP], 0, after, until, delivery->lost);
}

static void
take_frame (OuioeSubscription *self, const OuioeLiveFrame *frame)
{
  switch (frame->kind)
    {
    case OUIOE_LIVE_DELTA:
      if (ouioe_open_steps_grow (self->open_steps, frame))
        g_signal_emit (self, signals[SIGNAL_DELTA], 0, frame->session_id, frame->step_id, frame->offset, frame->text);
      break;
    case OUIOE_LIVE_DROPPED:
      if (ouioe_open_steps_remove (self->open_steps, frame->session_id, frame->step_id))
        tell_dropped (frame->session_id, frame->step_id, self);
      break;
    case OUIOE_LIVE_GENERATION:
      g_signal_emit (self, signals[SIGNAL_GENERATION], 0, frame->session_id, frame->generation);
      break;
    case OUIOE_LIVE_NONE:
    default: break;
    }
}

/* The event takes the place of the step that was open, or of all that were. */
static void
settle (OuioeSubscription *self, OuioeEvent *event)
{
  const char *session_id = ouioe_event_get_session_id (event);
  g_autofree char *step_id = ouioe_event_dup_step_id (event);
  OuioeEventKind kind = ouioe_event_get_kind (event);

  if (step_id != NULL)
    ouioe_open_steps_remove (self->open_steps, session_id, step_id);
  else if (kind == OUIOE_EVENT_SESSION_START || kind == OUIOE_EVENT_SESSION_END)
    ouioe_open_steps_clear (self->open_steps, session_id, tell_dropped, self);
}

static void
on_message (OuioeEventStream *stream, const OuioeSseEvent *message, gpointer user_data)
{
  g_autoptr(OuioeSubscription) self = g_object_ref (user_data);
  g_auto(OuioeLiveFrame) frame;
  g_auto(OuioeDelivery) delivery = { 0 };

  self->n_attempts = 0;
  if (ouioe_live_frame_read (&frame, message))
    {
      if (self->deltas)
        take_frame (self, &frame);
      return;
    }
  ouioe_position_take (&self->position, message, &delivery);
  if (delivery.is_gap)
    emit_gap (self, &delivery);
  if (delivery.event != NULL && self->deltas)
    settle (self, delivery.event);
  if (delivery.event != NULL && self->state == STATE_READING)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, delivery.event);
  if (delivery.outcome != NULL && self->state == STATE_READING)
    g_signal_emit (self, signals[SIGNAL_SESSION_END], 0, ouioe_event_get_session_id (delivery.event), delivery.outcome);
}

static void
on_heard (OuioeEventStream *stream, gpointer user_data)
{
  OuioeSubscription *self = user_data;

  self->heard_us = g_get_monotonic_time ();
  /* An id without data, or of a message of a later protocol, only tells the position. */
  ouioe_position_follow (&self->position, ouioe_event_stream_get_last_id (stream));
}

static void
on_ended (OuioeEventStream *stream, const GError *error, gboolean is_final, gpointer user_data)
{
  g_autoptr(OuioeSubscription) self = g_object_ref (user_data);

  if (self->state == STATE_CONNECTING && g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL))
    self->n_strange++;
  else
    self->n_strange = 0;
  if (is_final || self->n_strange == MAX_STRANGE_ANSWERS)
    fail (self, error);
  else
    lose (self, error);
}

static const OuioeEventStreamFuncs stream_funcs = {
  .opened = on_opened,
  .message = on_message,
  .heard = on_heard,
  .ended = on_ended,
};

/* ---- connecting ---- */

static void
connect_now (OuioeSubscription *self)
{
  OuioeAddress *address = ouioe_client_peek_address (self->client);
  g_autoptr(GError) error = NULL;

  move_to (self, STATE_CONNECTING);
  if (!ouioe_address_check (address, &error))
    {
      fail (self, error);
      return;
    }
  self->stream = ouioe_event_stream_open (address, self->session_id,
                                          self->position.is_known ? &self->position.id : NULL, self->deltas,
                                          &stream_funcs, self);
  self->heard_us = g_get_monotonic_time ();
  /* A pipe tells by itself when its other end has gone; nothing is sent through it only to show that it is there. */
  if (!ouioe_event_stream_is_pipe (self->stream))
    set_timer (self, self->timing.silence_ms, silence_cb);
}

/* ---- the type ---- */

static void
ouioe_subscription_dispose (GObject *object)
{
  OuioeSubscription *self = OUIOE_SUBSCRIPTION (object);

  ouioe_subscription_stop (self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (ouioe_subscription_parent_class)->dispose (object);
}

static void
ouioe_subscription_finalize (GObject *object)
{
  OuioeSubscription *self = OUIOE_SUBSCRIPTION (object);

  g_free (self->session_id);
  ouioe_open_steps_free (self->open_steps);
  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (ouioe_subscription_parent_class)->finalize (object);
}

static void
ouioe_subscription_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((SubscriptionProperty) prop_id)
    {
    case PROP_DELTAS: g_value_set_boolean (value, OUIOE_SUBSCRIPTION (object)->deltas); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_subscription_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((SubscriptionProperty) prop_id)
    {
    case PROP_DELTAS: ouioe_subscription_set_deltas (OUIOE_SUBSCRIPTION (object), g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_subscription_class_init (OuioeSubscriptionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = ouioe_subscription_dispose;
  object_class->finalize = ouioe_subscription_finalize;
  object_class->get_property = ouioe_subscription_get_property;
  object_class->set_property = ouioe_subscription_set_property;

  /**
   * OuioeSubscription:deltas:
   *
   * Whether it also tells what is never stored: steps while they are written, and what the model behind a session
   * does. A change counts from the next connection on.
   */
  props[PROP_DELTAS] = g_param_spec_boolean ("deltas", NULL, NULL, FALSE,
                                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * OuioeSubscription::event:
   * @self: the subscription
   * @event: what happened
   *
   * One event, in the order of ids.
   */
  signals[SIGNAL_EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                        OUIOE_TYPE_EVENT);
  /**
   * OuioeSubscription::gap:
   * @self: the subscription
   * @after: id of the last event before the gap
   * @until: id of the last event that may be missing
   * @lost: how many are missing; -1 when that is not known
   *
   * Events that are no longer kept.
   */
  signals[SIGNAL_GAP] = g_signal_new ("gap", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                      G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT64);
  /**
   * OuioeSubscription::session-end:
   * @self: the subscription
   * @session_id: the session
   * @outcome: how it ended
   *
   * A session was closed; follows the event that says so.
   */
  signals[SIGNAL_SESSION_END] = g_signal_new ("session-end", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                              2, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * OuioeSubscription::connected:
   * @self: the subscription
   *
   * The daemon answers; events follow.
   */
  signals[SIGNAL_CONNECTED] = g_signal_new ("connected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * OuioeSubscription::disconnected:
   * @self: the subscription
   * @error: why
   *
   * There is no connection, or an attempt to make one did not succeed. It tries again by itself.
   */
  signals[SIGNAL_DISCONNECTED] = g_signal_new ("disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, G_TYPE_ERROR);
  /**
   * OuioeSubscription::failed:
   * @self: the subscription
   * @error: why
   *
   * The daemon refuses, and would do so again. Nothing more comes.
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                         G_TYPE_ERROR);
  /**
   * OuioeSubscription::delta:
   * @self: the subscription
   * @session_id: the session
   * @step_id: which of its steps
   * @offset: where in the step, in characters
   * @text: what stands there now; nothing stands behind it
   *
   * A step is being written: what it was up to @offset, then @text; ouioe_subscription_get_open_text() gives all of it.
   * It ends with the #OuioeSubscription::event whose ouioe_event_dup_step_id() is @step_id, or with
   * #OuioeSubscription::delta-dropped.
   */
  signals[SIGNAL_DELTA] = g_signal_new ("delta", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                                        G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_STRING);
  /**
   * OuioeSubscription::delta-dropped:
   * @self: the subscription
   * @session_id: the session
   * @step_id: which of its steps
   *
   * Nothing came of a step that was being written; or there is a new connection, over which those that are still being
   * written begin anew; or its session ended.
   */
  signals[SIGNAL_DELTA_DROPPED] = g_signal_new ("delta-dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * OuioeSubscription::generation:
   * @self: the subscription
   * @session_id: the session
   * @generation: what is known of its model's work
   *
   * What the model behind a session does has changed. Told a few times a second at most.
   */
  signals[SIGNAL_GENERATION] = g_signal_new ("generation", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                             2, G_TYPE_STRING, OUIOE_TYPE_GENERATION);
}

static void
ouioe_subscription_init (OuioeSubscription *self)
{
  self->open_steps = ouioe_open_steps_new ();
  self->timing = (OuioeSubscriptionTiming) { .first_ms = 100, .base_ms = 1000, .max_ms = 30000, .silence_ms = 75000 };
}

OuioeSubscription *
ouioe_subscription_new (OuioeClient *client, const char *session_id, const OuioeEventId *after)
{
  OuioeSubscription *self = g_object_new (OUIOE_TYPE_SUBSCRIPTION, NULL);

  self->client = g_object_ref (client);
  self->session_id = g_strdup (session_id);
  if (after != NULL)
    ouioe_position_set (&self->position, *after);
  return self;
}

void
ouioe_subscription_set_timing (OuioeSubscription *self, const OuioeSubscriptionTiming *timing)
{
  self->timing = *timing;
}

/**
 * ouioe_subscription_start:
 * @self: a subscription that was not started yet
 *
 * Connects. Signals come in the thread-default main context of this call, the first ones after it has returned. Not
 * safe against other threads.
 */
void
ouioe_subscription_start (OuioeSubscription *self)
{
  g_return_if_fail (OUIOE_IS_SUBSCRIPTION (self));
  g_return_if_fail (self->state == STATE_NEW);

  self->context = g_main_context_ref_thread_default ();
  move_to (self, STATE_WAITING);
  set_timer (self, 0, retry_cb);
}

/**
 * ouioe_subscription_stop:
 * @self: a subscription
 *
 * Ends it, from a handler of one of its signals too. No signal comes after this.
 */
void
ouioe_subscription_stop (OuioeSubscription *self)
{
  g_return_if_fail (OUIOE_IS_SUBSCRIPTION (self));

  if (self->state == STATE_ENDED)
    return;
  drop_connection (self);
  move_to (self, STATE_ENDED);
  ouioe_open_steps_clear (self->open_steps, NULL, tell_dropped, self);
}

/**
 * ouioe_subscription_set_deltas:
 * @self: a subscription
 * @deltas: whether to tell what is never stored, too
 *
 * Sets #OuioeSubscription:deltas, best before ouioe_subscription_start(). A daemon that does not have them sends none.
 */
void
ouioe_subscription_set_deltas (OuioeSubscription *self, gboolean deltas)
{
  g_return_if_fail (OUIOE_IS_SUBSCRIPTION (self));

  if (self->deltas == !!deltas)
    return;
  self->deltas = !!deltas;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DELTAS]);
}

/**
 * ouioe_subscription_get_deltas:
 * @self: a subscription
 *
 * Tells whether it tells what is never stored, too.
 *
 * Returns: whether it does
 */
gboolean
ouioe_subscription_get_deltas (OuioeSubscription *self)
{
  g_return_val_if_fail (OUIOE_IS_SUBSCRIPTION (self), FALSE);
  return self->deltas;
}

/**
 * ouioe_subscription_get_open_text:
 * @self: a subscription
 * @session_id: a session
 * @step_id: one of its steps
 *
 * Gets what a step has so far. It is kept from #OuioeSubscription::delta until the step is complete or dropped.
 *
 * Returns: (transfer none) (nullable): its text, valid until the subscription tells something; %NULL when it is not being
 *   written
 */
const char *
ouioe_subscription_get_open_text (OuioeSubscription *self, const char *session_id, const char *step_id)
{
  g_return_val_if_fail (OUIOE_IS_SUBSCRIPTION (self), NULL);
  g_return_val_if_fail (session_id != NULL && step_id != NULL, NULL);
  return ouioe_open_steps_get (self->open_steps, session_id, step_id);
}
