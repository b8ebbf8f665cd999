/* inspector-chain-model.c - what arrived of a session, in bounded memory, applied when there is time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-model.h"

#include <string.h>

/* A window that is not drawn makes no frames; so many may wait for one, then they become rows at once. */
#define MAX_PENDING 10000
/* Looking at the clock costs as much as making a row; so many rows between two looks. */
#define CLOCK_STRIDE 32
/* The service tells of 16 at most. */
#define MAX_OPEN 64

/* A step that is still being written. */
typedef struct {
  char               *step_id;
  char               *text;         /* all of it so far, when the row does not have it yet; else NULL */
  gboolean            is_dropped;   /* its row is to go */
  InspectorChainItem *item;         /* its row; NULL until it has one */
} OpenStep;

struct _InspectorChainModel
{
  GObject    parent_instance;
  guint      limit;
  GPtrArray *rows;        /* InspectorChainItem, oldest first, the open ones behind all others */
  guint      n_open;      /* of the rows: open ones */
  GQueue     pending;     /* InspectorChainItem, oldest first */
  GPtrArray *open;        /* OpenStep, in the order in which they began */
  gboolean   is_grown;    /* there is something new of an open step */
  guint64    n_steps;     /* of all rows ever made */
  guint64    n_updates;
  guint64    n_made;
  guint64    n_trimmed;
  gboolean   is_broken;   /* something is missing: steps cannot be numbered */
  gint64     began_us;    /* of the session; 0 when not known */
  InspectorChainItem *last_step;   /* the newest; NULL when there is none */
  InspectorFrames frames;
};

enum { SIGNAL_PENDING, SIGNAL_GROWN, N_SIGNALS };
static guint signals[N_SIGNALS];

static GType
inspector_chain_model_get_item_type (GListModel *model)
{
  return INSPECTOR_TYPE_CHAIN_ITEM;
}

static guint
inspector_chain_model_get_n_items (GListModel *model)
{
  return INSPECTOR_CHAIN_MODEL (model)->rows->len;
}

static gpointer
inspector_chain_model_get_item (GListModel *model, guint position)
{
  InspectorChainModel *self = INSPECTOR_CHAIN_MODEL (model);

  return position < self->rows->len ? g_object_ref (self->rows->pdata[position]) : NULL;
}

static void
inspector_chain_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = inspector_chain_model_get_item_type;
  iface->get_n_items = inspector_chain_model_get_n_items;
  iface->get_item = inspector_chain_model_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (InspectorChainModel, inspector_chain_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, inspector_chain_model_list_model_init))

static void
open_step_free (gpointer data)
{
  OpenStep *step = data;

  g_free (step->step_id);
  g_free (step->text);
  g_clear_object (&step->item);
  g_free (step);
}

static void
inspector_chain_model_finalize (GObject *object)
{
  InspectorChainModel *self = INSPECTOR_CHAIN_MODEL (object);

  g_ptr_array_unref (self->rows);
  g_queue_clear_full (&self->pending, g_object_unref);
  g_ptr_array_unref (self->open);
  g_clear_object (&self->last_step);
  G_OBJECT_CLASS (inspector_chain_model_parent_class)->finalize (object);
}

static void
inspector_chain_model_class_init (InspectorChainModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_chain_model_finalize;
  signals[SIGNAL_PENDING] = g_signal_new ("pending", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
  signals[SIGNAL_GROWN] = g_signal_new ("grown", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
}

static void
inspector_chain_model_init (InspectorChainModel *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->pending);
  self->open = g_ptr_array_new_with_free_func (open_step_free);
}

InspectorChainModel *
inspector_chain_model_new (guint limit)
{
  InspectorChainModel *self = g_object_new (INSPECTOR_TYPE_CHAIN_MODEL, NULL);

  self->limit = MAX (limit, INSPECTOR_TRIM_BLOCK);
  return self;
}

void
inspector_chain_model_set_limit (InspectorChainModel *self, guint limit)
{
  self->limit = MAX (limit, INSPECTOR_TRIM_BLOCK);
}

/* @sign: 1 for one more, -1 for one less */
static void
count (InspectorChainModel *self, InspectorChainItem *item, int sign)
{
  InspectorItemKind kind = inspector_chain_item_get_kind (item);

  self->n_made += (guint64) sign;
  if (kind == INSPECTOR_ITEM_STEP)
    self->n_steps += (guint64) sign;
  else if (kind == INSPECTOR_ITEM_UPDATE)
    self->n_updates += (guint64) sign;
}

/* Tells the item where it stands, and the step before it what came next. */
static void
place (InspectorChainModel *self, InspectorChainItem *item)
{
  InspectorItemKind kind = inspector_chain_item_get_kind (item);
  gboolean is_step = kind == INSPECTOR_ITEM_STEP;

  if (kind == INSPECTOR_ITEM_GAP)
    self->is_broken = TRUE;
  if (kind == INSPECTOR_ITEM_START)
    self->began_us = inspector_chain_item_get_time_us (item);
  inspector_chain_item_set_place (item, is_step && !self->is_broken ? self->n_steps : 0, self->began_us);
  if ((is_step || kind == INSPECTOR_ITEM_END) && self->last_step != NULL)
    inspector_chain_item_set_next_us (self->last_step, inspector_chain_item_get_time_us (item));
  if (is_step || kind == INSPECTOR_ITEM_END)
    g_set_object (&self->last_step, (is_step ? item : NULL));
}

/* Whole blocks only: after this the limit is kept with less than a block to spare. */
static void
trim (InspectorChainModel *self)
{
  guint n_events = self->rows->len - self->n_open;
  guint surplus = n_events > self->limit ? n_events - self->limit : 0;
  guint n = surplus / INSPECTOR_TRIM_BLOCK * INSPECTOR_TRIM_BLOCK;

  if (n == 0)
    return;
  g_ptr_array_remove_range (self->rows, 0, n);
  self->n_trimmed += n;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

static guint
find_open (InspectorChainModel *self, const char *step_id)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      OpenStep *step = self->open->pdata[i];

      if (strcmp (step->step_id, step_id) == 0)
        return i;
    }
  return G_MAXUINT;
}

/* The row of an event: a new one, or the one of the step that grew into it. @item: (transfer full) */
static InspectorChainItem *
settle (InspectorChainModel *self, InspectorChainItem *item)
{
  OuioeEvent *event = inspector_chain_item_get_event (item);
  g_autofree char *step_id = self->open->len > 0 && event != NULL ? ouioe_event_dup_step_id (event) : NULL;
  guint index = step_id != NULL ? find_open (self, step_id) : G_MAXUINT;
  OpenStep *step = index != G_MAXUINT ? self->open->pdata[index] : NULL;
  InspectorChainItem *row;

  if (step == NULL)
    return item;
  row = g_steal_pointer (&step->item);
  g_ptr_array_remove_index (self->open, index);
  if (row == NULL)
    return item;
  inspector_chain_item_finish (row, event);
  g_object_unref (item);
  return row;
}

/* Makes rows of queued items, in front of the open ones, which the caller has taken away. */
static guint
append_pending (InspectorChainModel *self, guint max, gint64 deadline_us)
{
  guint n = 0;

  while (n < max && self->pending.length > 0)
    {
      InspectorChainItem *item = settle (self, g_queue_pop_head (&self->pending));

      count (self, item, 1);
      place (self, item);
      g_ptr_array_add (self->rows, item);
      n++;
      if (deadline_us > 0 && n % CLOCK_STRIDE == 0 && g_get_monotonic_time () >= deadline_us)
        break;
    }
  return n;
}

/* What is open now, behind the events. */
static void
append_open (InspectorChainModel *self)
{
  self->n_open = 0;
  for (guint i = 0; i < self->open->len;)
    {
      OpenStep *step = self->open->pdata[i];

      if (step->is_dropped)
        {
          g_ptr_array_remove_index (self->open, i);
          continue;
        }
      if (step->item == NULL)
        step->item = inspector_chain_item_new_open ();
      g_ptr_array_add (self->rows, g_object_ref (step->item));
      self->n_open++;
      i++;
    }
}

/* Tells what became of the rows from @from on, which were @old (of InspectorChainItem, all open). */
static void
tell (InspectorChainModel *self, guint from, GPtrArray *old)
{
  guint n_old = old->len;
  guint n_new = self->rows->len - from;
  gpointer *now = self->rows->pdata + from;
  guint n_same = 0;

  /* One that became a step is told as well: it is another to whoever chooses by kind. */
  while (n_same < MIN (n_old, n_new) && old->pdata[n_same] == now[n_same] &&
         inspector_chain_item_get_kind (now[n_same]) == INSPECTOR_ITEM_OPEN)
    n_same++;
  n_old -= n_same;
  n_new -= n_same;
  while (n_old > 0 && n_new > 0 && old->pdata[n_same + n_old - 1] == now[n_same + n_new - 1] &&
         inspector_chain_item_get_kind (now[n_same + n_new - 1]) == INSPECTOR_ITEM_OPEN)
    {
      n_old--;
      n_new--;
    }
  if (n_old > 0 || n_new > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), from + n_same, n_old, n_new);
}

/* Behind the list's own signal: whoever hears of an item may look at the list. */
static void
tell_items (InspectorChainModel *self, GPtrArray *old)
{
  for (guint i = 0; i < old->len; i++)
    {
      if (inspector_chain_item_get_kind (old->pdata[i]) != INSPECTOR_ITEM_OPEN)
        inspector_chain_item_tell (old->pdata[i]);
    }
  for (guint i = 0; i < self->open->len; i++)
    {
      OpenStep *step = self->open->pdata[i];
      g_autofree char *text = g_steal_pointer (&step->text);

      if (text != NULL && step->item != NULL)
        inspector_chain_item_set_text (step->item, text);
    }
}

guint
inspector_chain_model_apply (InspectorChainModel *self, guint max, gint64 deadline_us)
{
  guint from = self->rows->len - self->n_open;
  g_autoptr(GPtrArray) old = g_ptr_array_new_full (self->n_open, g_object_unref);
  gboolean is_grown = self->is_grown;
  guint n;

  for (guint i = 0; i < self->n_open; i++)
    g_ptr_array_add (old, g_object_ref (self->rows->pdata[from + i]));
  g_ptr_array_set_size (self->rows, (int) from);
  n = append_pending (self, max, deadline_us);
  self->is_grown = FALSE;
  append_open (self);
  tell (self, from, old);
  tell_items (self, old);
  if (is_grown)
    g_signal_emit (self, signals[SIGNAL_GROWN], 0);
  trim (self);
  return n;
}

static gboolean
has_work (InspectorChainModel *self)
{
  return self->pending.length > 0 || self->is_grown;
}

void
inspector_chain_model_push (InspectorChainModel *self, InspectorChainItem *item)
{
  gboolean was_idle = !has_work (self);

  g_queue_push_tail (&self->pending, item);
  if (was_idle)
    g_signal_emit (self, signals[SIGNAL_PENDING], 0);
  else if (self->pending.length >= MAX_PENDING)
    inspector_chain_model_apply (self, G_MAXUINT, 0);
}

static void
set_grown (InspectorChainModel *self)
{
  gboolean was_idle = !has_work (self);

  self->is_grown = TRUE;
  if (was_idle)
    g_signal_emit (self, signals[SIGNAL_PENDING], 0);
}

void
inspector_chain_model_grow (InspectorChainModel *self, const char *step_id, const char *text)
{
  guint index = find_open (self, step_id);
  OpenStep *step;

  if (index == G_MAXUINT && self->open->len >= MAX_OPEN)
    return;
  if (index == G_MAXUINT)
    {
      step = g_new0 (OpenStep, 1);
      step->step_id = g_strdup (step_id);
      g_ptr_array_add (self->open, step);
    }
  else
    {
      step = self->open->pdata[index];
    }
  g_free (step->text);
  step->text = g_strdup (text);
  step->is_dropped = FALSE;
  set_grown (self);
}

void
inspector_chain_model_drop (InspectorChainModel *self, const char *step_id)
{
  gboolean is_any = FALSE;

  for (guint i = 0; i < self->open->len; i++)
    {
      OpenStep *step = self->open->pdata[i];

      if (step_id != NULL && strcmp (step->step_id, step_id) != 0)
        continue;
      step->is_dropped = TRUE;
      is_any = TRUE;
    }
  if (is_any)
    set_grown (self);
}

guint
inspector_chain_model_get_n_open (InspectorChainModel *self)
{
  return self->n_open;
}

gboolean
inspector_chain_model_has_work (InspectorChainModel *self)
{
  return has_work (self);
}

guint64
inspector_chain_model_get_n_made (InspectorChainModel *self)
{
  return self->n_made;
}

guint64
inspector_chain_model_get_n_trimmed (InspectorChainModel *self)
{
  return self->n_trimmed;
}

void
inspector_chain_model_count_frame (InspectorChainModel *self, gint64 duration_us)
{
  self->frames.n++;
  self->frames.total_us += duration_us;
  self->frames.slowest_us = MAX (self->frames.slowest_us, duration_us);
  if (duration_us > INSPECTOR_SLOW_FRAME_US)
    self->frames.n_slow++;
}

const InspectorFrames *
inspector_chain_model_get_frames (InspectorChainModel *self)
{
  return &self->frames;
}

/* What place() knew of the rows that are left. */
static void
look_back (InspectorChainModel *self)
{
  g_clear_object (&self->last_step);
  self->is_broken = FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      InspectorItemKind kind = inspector_chain_item_get_kind (self->rows->pdata[i]);

      if (kind == INSPECTOR_ITEM_GAP)
        self->is_broken = TRUE;
      if (kind == INSPECTOR_ITEM_STEP || kind == INSPECTOR_ITEM_END)
        g_set_object (&self->last_step, (kind == INSPECTOR_ITEM_STEP ? self->rows->pdata[i] : NULL));
    }
  if (self->last_step != NULL)
    inspector_chain_item_set_next_us (self->last_step, 0);
}

void
inspector_chain_model_truncate (InspectorChainModel *self, guint n)
{
  guint n_rows = self->rows->len;
  guint n_events = n_rows - self->n_open;

  while (self->pending.length > 0 && n_events + self->pending.length > n)
    g_object_unref (g_queue_pop_tail (&self->pending));
  if (n >= n_events)
    return;
  for (guint i = n; i < n_rows; i++)
    count (self, self->rows->pdata[i], -1);
  g_ptr_array_remove_range (self->rows, n, n_rows - n);
  self->n_open -= MIN (self->n_open, n_rows - n);     /* these stand last */
  look_back (self);
  g_list_model_items_changed (G_LIST_MODEL (self), n, n_rows - n, 0);
}

guint
inspector_chain_model_get_n_pending (InspectorChainModel *self)
{
  return self->pending.length;
}

guint64
inspector_chain_model_get_n_steps (InspectorChainModel *self)
{
  return self->n_steps;
}

guint64
inspector_chain_model_get_n_updates (InspectorChainModel *self)
{
  return self->n_updates;
}
