/* inspector-player.c - a session happens again, in its own rhythm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-player.h"

#include <glib/gi18n.h>
#include <math.h>

#include "inspector-collector.h"
#include "inspector-score.h"

/* The position is told at least so often while it plays. */
#define MAX_WAIT_MS 100
/* As fast as possible: so many at once, and no more while the view has not shown the ones before. */
#define FAST_BATCH 512
#define FAST_PENDING 1024
#define FAST_WAIT_MS 8
/* Of a session that goes on, so many more than its own list keeps; then its oldest events are forgotten here, too. */
#define SURPLUS INSPECTOR_TRIM_BLOCK

static const double speeds[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, INSPECTOR_SPEED_MAX };

struct _InspectorPlayer
{
  GObject         parent_instance;
  InspectorWatch *source;
  InspectorWatch *watch;
  InspectorCollector *collector;  /* of the source */
  GPtrArray      *items;          /* InspectorChainItem, those of the collector */
  InspectorScore *score;          /* of the same */
  guint           n_shown;        /* of the items */
  guint           growing;        /* the one whose rhythm was read last; G_MAXUINT: none */
  GArray         *beats;          /* InspectorBeat, its rhythm; NULL when it has none */
  char           *content;        /* what it grows to */
  char           *step_id;        /* what the list calls it while it grows */
  gboolean        has_id;         /* the list knows by it what became of the step */
  guint           n_beats;        /* that were shown */
  guint           speed;          /* index of speeds */
  gboolean        is_playing;
  gboolean        shorten_gaps;
  gint64          position_us;    /* played, when the clock was at since_us */
  gint64          since_us;
  InspectorClock  clock;
  gpointer        clock_data;
  guint           timer;          /* shows what is due next; 0 while it stands */
};

enum { PROP_PLAYING = 1, PROP_SPEED, PROP_SHORTEN_GAPS };
static GParamSpec *props[PROP_SHORTEN_GAPS + 1];
static guint moved_signal;

G_DEFINE_FINAL_TYPE (InspectorPlayer, inspector_player, G_TYPE_OBJECT)

static gint64
read_monotonic (gpointer user_data)
{
  return g_get_monotonic_time ();
}

static gboolean
is_fastest (InspectorPlayer *self)
{
  return speeds[self->speed] == INSPECTOR_SPEED_MAX;
}

/* ---- where it is ---- */

gint64
inspector_player_get_start_us (InspectorPlayer *self)
{
  return inspector_score_get_start_us (self->score);
}

gint64
inspector_player_get_end_us (InspectorPlayer *self)
{
  return inspector_score_get_end_us (self->score);
}

gint64
inspector_player_get_position_us (InspectorPlayer *self)
{
  gint64 position_us = self->position_us;

  if (self->is_playing && !is_fastest (self))
    position_us += (gint64) ((double) (self->clock (self->clock_data) - self->since_us) * speeds[self->speed]);
  return CLAMP (position_us, inspector_player_get_start_us (self), inspector_player_get_end_us (self));
}

/* From now on it goes on from here. */
static void
set_position (InspectorPlayer *self, gint64 position_us)
{
  self->position_us = CLAMP (position_us, inspector_player_get_start_us (self), inspector_player_get_end_us (self));
  self->since_us = self->clock (self->clock_data);
}

gint64
inspector_player_get_elapsed_us (InspectorPlayer *self)
{
  return inspector_score_to_recorded (self->score, inspector_player_get_position_us (self)) -
         inspector_score_to_recorded (self->score, inspector_player_get_start_us (self));
}

gint64
inspector_player_get_length_us (InspectorPlayer *self)
{
  return inspector_score_to_recorded (self->score, inspector_player_get_end_us (self)) -
         inspector_score_to_recorded (self->score, inspector_player_get_start_us (self));
}

/* ---- a step that grows ---- */

static void
forget_growing (InspectorPlayer *self)
{
  self->growing = G_MAXUINT;
  self->n_beats = 0;
  g_clear_pointer (&self->beats, g_array_unref);
  g_clear_pointer (&self->content, g_free);
  g_clear_pointer (&self->step_id, g_free);
}

static void
read_growing (InspectorPlayer *self)
{
  OuioeEvent *event = inspector_chain_item_get_event (self->items->pdata[self->n_shown]);

  forget_growing (self);
  self->growing = self->n_shown;
  self->beats = inspector_score_dup_beats (self->score, self->growing);
  if (self->beats == NULL)
    return;
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);

  self->content = ouioe_thinking_step_dup_content (step);
  self->step_id = ouioe_event_dup_step_id (event);
  self->has_id = self->step_id != NULL;
  if (!self->has_id)
    self->step_id = g_strdup ("replay");
}

/* What is there already of the next one. */
static void
grow (InspectorPlayer *self, gint64 position_us)
{
  guint n;

  if (self->n_shown >= self->items->len)
    return;
  if (self->growing != self->n_shown)
    read_growing (self);
  if (self->beats == NULL)
    return;
  n = self->n_beats;
  while (n < self->beats->len && g_array_index (self->beats, InspectorBeat, n).due_us <= position_us)
    n++;
  if (n == self->n_beats)
    return;
  self->n_beats = n;
  g_autofree char *text = g_utf8_substring (self->content, 0, g_array_index (self->beats, InspectorBeat, n - 1).n_chars);

  inspector_chain_model_grow (inspector_watch_get_model (self->watch), self->step_id, text);
}

/* ---- showing ---- */

static void
show (InspectorPlayer *self, guint n, gint64 position_us)
{
  gboolean is_other = self->growing != G_MAXUINT && n != self->growing;

  /* Its event cannot take the place of a row that the list does not know it by. */
  if (is_other && self->n_beats > 0 && (!self->has_id || n < self->growing))
    inspector_chain_model_drop (inspector_watch_get_model (self->watch), self->step_id);
  if (is_other)
    forget_growing (self);
  self->n_shown = n;
  inspector_watch_replay_to (self->watch, self->items, n, inspector_score_to_recorded (self->score, position_us));
  if (!is_fastest (self))
    grow (self, position_us);
}

static gboolean
is_running (InspectorPlayer *self)
{
  InspectorWatchState state = inspector_watch_get_state (self->source);

  return state != INSPECTOR_WATCH_FINISHED && state != INSPECTOR_WATCH_FAILED;
}

static void schedule (InspectorPlayer *self);

static void
set_playing (InspectorPlayer *self, gboolean is_playing)
{
  if (self->is_playing == is_playing)
    return;
  set_position (self, inspector_player_get_position_us (self));
  self->is_playing = is_playing;
  schedule (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLAYING]);
}

static gint64
advance_fast (InspectorPlayer *self)
{
  guint n_pending = inspector_chain_model_get_n_pending (inspector_watch_get_model (self->watch));
  guint n = MIN (self->n_shown + (n_pending < FAST_PENDING ? FAST_BATCH : 0), self->items->len);

  return n > 0 ? inspector_score_get_due_us (self->score, n - 1) : 0;
}

void
inspector_player_advance (InspectorPlayer *self)
{
  gint64 position_us;

  if (!self->is_playing)
    return;
  position_us = is_fastest (self) ? advance_fast (self) : inspector_player_get_position_us (self);
  set_position (self, position_us);
  show (self, inspector_score_count (self->score, position_us), position_us);
  g_signal_emit (self, moved_signal, 0);
  if (self->n_shown == self->items->len && !is_running (self))
    set_playing (self, FALSE);
}

static gboolean
timer_cb (gpointer user_data)
{
  InspectorPlayer *self = user_data;

  self->timer = 0;
  g_object_ref (self);
  inspector_player_advance (self);
  schedule (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static gint64
get_next_due_us (InspectorPlayer *self)
{
  if (self->beats != NULL && self->n_beats < self->beats->len)
    return g_array_index (self->beats, InspectorBeat, self->n_beats).due_us;
  return inspector_score_get_due_us (self->score, self->n_shown);
}

static guint
get_wait_ms (InspectorPlayer *self)
{
  gint64 gap_us;

  if (is_fastest (self))
    return FAST_WAIT_MS;
  if (self->n_shown >= self->items->len)
    return MAX_WAIT_MS;
  gap_us = get_next_due_us (self) - inspector_player_get_position_us (self);
  return (guint) CLAMP (ceil ((double) gap_us / speeds[self->speed] / 1000), 1, MAX_WAIT_MS);
}

static void
schedule (InspectorPlayer *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->is_playing)
    self->timer = g_timeout_add (get_wait_ms (self), timer_cb, self);
}

void
inspector_player_seek (InspectorPlayer *self, gint64 played_us)
{
  InspectorChainModel *model = inspector_watch_get_model (self->watch);

  set_position (self, played_us);
  /* Text that was there already is not taken back: the row is made anew. */
  if (self->growing != G_MAXUINT)
    inspector_chain_model_drop (model, self->step_id);
  forget_growing (self);
  show (self, inspector_score_count (self->score, self->position_us), self->position_us);
  /* At once: whoever moves the handle wants to see where they are. */
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  schedule (self);
  g_signal_emit (self, moved_signal, 0);
}

gboolean
inspector_player_seek_to (InspectorPlayer *self, const OuioeEventId *id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      OuioeEvent *event = inspector_chain_item_get_event (self->items->pdata[i]);

      if (event == NULL || ouioe_event_id_compare (*ouioe_event_get_id (event), *id) != 0)
        continue;
      inspector_player_seek (self, inspector_score_get_due_us (self->score, i));
      return TRUE;
    }
  return FALSE;
}

void
inspector_player_step (InspectorPlayer *self, int direction)
{
  guint n;

  inspector_player_pause (self);
  if (self->items->len == 0)
    return;
  n = inspector_score_count (self->score, inspector_player_get_position_us (self));
  if (direction > 0)
    {
      if (n < self->items->len)
        inspector_player_seek (self, inspector_score_get_due_us (self->score, n));
      return;
    }
  /* Back over all that came at the same time as the last one. */
  if (n > 0)
    n = inspector_score_count (self->score, inspector_score_get_due_us (self->score, n - 1) - 1);
  inspector_player_seek (self, n > 0 ? inspector_score_get_due_us (self->score, n - 1) : inspector_player_get_start_us (self));
}

void
inspector_player_play (InspectorPlayer *self)
{
  if (inspector_player_get_position_us (self) >= inspector_player_get_end_us (self) && !is_running (self))
    inspector_player_seek (self, inspector_player_get_start_us (self));
  set_playing (self, TRUE);
}

void
inspector_player_pause (InspectorPlayer *self)
{
  set_playing (self, FALSE);
}

gboolean
inspector_player_is_playing (InspectorPlayer *self)
{
  return self->is_playing;
}

/* ---- how fast ---- */

static void
set_speed_index (InspectorPlayer *self, guint index)
{
  if (self->speed == index)
    return;
  set_position (self, inspector_player_get_position_us (self));
  self->speed = index;
  schedule (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SPEED]);
}

void
inspector_player_set_speed (InspectorPlayer *self, double speed)
{
  guint nearest = G_N_ELEMENTS (speeds) - 1;

  if (speed > 0)
    {
      nearest = 0;
      for (guint i = 0; i + 1 < G_N_ELEMENTS (speeds); i++)
        if (fabs (log (speeds[i] / speed)) < fabs (log (speeds[nearest] / speed)))
          nearest = i;
    }
  set_speed_index (self, nearest);
}

double
inspector_player_get_speed (InspectorPlayer *self)
{
  return speeds[self->speed];
}

void
inspector_player_change_speed (InspectorPlayer *self, int direction)
{
  if (direction > 0 && self->speed + 1 < G_N_ELEMENTS (speeds))
    set_speed_index (self, self->speed + 1);
  else if (direction < 0 && self->speed > 0)
    set_speed_index (self, self->speed - 1);
}

void
inspector_player_set_shorten_gaps (InspectorPlayer *self, gboolean shorten)
{
  gint64 recorded_us;

  if (self->shorten_gaps == shorten)
    return;
  recorded_us = inspector_score_to_recorded (self->score, inspector_player_get_position_us (self));
  self->shorten_gaps = shorten;
  inspector_score_set_shorten (self->score, shorten);
  /* The same moment, elsewhere on the bar. */
  set_position (self, inspector_score_to_played (self->score, recorded_us));
  schedule (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHORTEN_GAPS]);
  g_signal_emit (self, moved_signal, 0);
}

gboolean
inspector_player_get_shorten_gaps (InspectorPlayer *self)
{
  return self->shorten_gaps;
}

const double *
inspector_player_get_speeds (guint *n)
{
  *n = G_N_ELEMENTS (speeds);
  return speeds;
}

char *
inspector_player_format_speed (double speed)
{
  if (speed == INSPECTOR_SPEED_MAX)
    return g_strdup (C_ ("speed", "Fastest"));
  return g_strdup_printf (C_ ("speed", "%g×"), speed);
}

char *
inspector_player_dup_label (InspectorPlayer *self)
{
  g_autofree char *speed = inspector_player_format_speed (speeds[self->speed]);

  if (self->is_playing)
    return g_strdup_printf (_("Replay %s"), speed);
  return g_strdup_printf (_("Replay %s, paused"), speed);
}

/* Who holds a replay means its clock. */
static void
on_paused_changed (InspectorPlayer *self, InspectorWatch *watch)
{
  if (!inspector_watch_get_paused (watch))
    return;
  inspector_watch_set_paused (watch, FALSE);
  if (self->is_playing)
    inspector_player_pause (self);
  else
    inspector_player_play (self);
}

/* ---- the source ---- */

/* The oldest ones go, and with them the rows that show them. */
static void
forget_oldest (InspectorPlayer *self, guint n)
{
  InspectorChainModel *model = inspector_watch_get_model (self->watch);
  gint64 position_us = inspector_player_get_position_us (self);

  forget_growing (self);
  inspector_watch_replay_to (self->watch, self->items, 0, 0);
  inspector_collector_drop (self->collector, n);
  inspector_score_drop (self->score, n);
  set_position (self, position_us);
  show (self, inspector_score_count (self->score, self->position_us), self->position_us);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
}

static void
add_to_score (InspectorPlayer *self, guint from)
{
  for (guint i = from; i < self->items->len; i++)
    inspector_score_add (self->score, inspector_chain_item_get_event (self->items->pdata[i]));
}

static void
on_collected (InspectorPlayer *self, guint n)
{
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (inspector_watch_get_model (self->source)));

  add_to_score (self, self->items->len - n);
  if (self->items->len > n_rows + SURPLUS)
    forget_oldest (self, self->items->len - n_rows);
  g_signal_emit (self, moved_signal, 0);
}

/* ---- the type ---- */

static void
inspector_player_dispose (GObject *object)
{
  InspectorPlayer *self = INSPECTOR_PLAYER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->collector);
  g_clear_object (&self->source);
  g_clear_object (&self->watch);
  G_OBJECT_CLASS (inspector_player_parent_class)->dispose (object);
}

static void
inspector_player_finalize (GObject *object)
{
  InspectorPlayer *self = INSPECTOR_PLAYER (object);

  forget_growing (self);
  inspector_score_free (self->score);
  G_OBJECT_CLASS (inspector_player_parent_class)->finalize (object);
}

static void
inspector_player_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorPlayer *self = INSPECTOR_PLAYER (object);

  switch (prop_id)
    {
    case PROP_PLAYING: g_value_set_boolean (value, self->is_playing); break;
    case PROP_SPEED: g_value_set_double (value, speeds[self->speed]); break;
    case PROP_SHORTEN_GAPS: g_value_set_boolean (value, self->shorten_gaps); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_player_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorPlayer *self = INSPECTOR_PLAYER (object);

  switch (prop_id)
    {
    case PROP_SPEED: inspector_player_set_speed (self, g_value_get_double (value)); break;
    case PROP_SHORTEN_GAPS: inspector_player_set_shorten_gaps (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_player_class_init (InspectorPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = inspector_player_dispose;
  object_class->finalize = inspector_player_finalize;
  object_class->get_property = inspector_player_get_property;
  object_class->set_property = inspector_player_set_property;
  props[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, 20, 1, flags);
  props[PROP_SHORTEN_GAPS] = g_param_spec_boolean ("shorten-gaps", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  moved_signal = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
inspector_player_init (InspectorPlayer *self)
{
  self->score = inspector_score_new (TRUE);
  self->shorten_gaps = TRUE;
  self->growing = G_MAXUINT;
  self->clock = read_monotonic;
  inspector_player_set_speed (self, 1);
}

InspectorPlayer *
inspector_player_new (InspectorWatch *source)
{
  InspectorPlayer *self = g_object_new (INSPECTOR_TYPE_PLAYER, NULL);

  self->source = g_object_ref (source);
  self->watch = inspector_watch_new_replay (inspector_watch_get_session_id (source));
  g_signal_connect_object (self->watch, "paused-changed", G_CALLBACK (on_paused_changed), self, G_CONNECT_SWAPPED);
  self->collector = inspector_collector_new (source);
  self->items = inspector_collector_get_items (self->collector);
  add_to_score (self, 0);
  g_signal_connect_object (self->collector, "collected", G_CALLBACK (on_collected), self, G_CONNECT_SWAPPED);
  inspector_player_seek (self, 0);
  return self;
}

InspectorWatch *
inspector_player_get_watch (InspectorPlayer *self)
{
  return self->watch;
}

InspectorWatch *
inspector_player_get_source (InspectorPlayer *self)
{
  return self->source;
}

void
inspector_player_set_clock (InspectorPlayer *self, InspectorClock clock, gpointer user_data)
{
  self->clock = clock;
  self->clock_data = user_data;
  set_position (self, self->position_us);
}
