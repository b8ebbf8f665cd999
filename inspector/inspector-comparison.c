/* inspector-comparison.c - two sessions beside each other, as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-comparison.h"

#include "inspector-collector.h"

/* ---- a row ---- */

struct _InspectorComparedRow
{
  GObject             parent_instance;
  InspectorChainItem *items[2];          /* NULL: it stands alone */
  InspectorPairState  state;
};

G_DEFINE_FINAL_TYPE (InspectorComparedRow, inspector_compared_row, G_TYPE_OBJECT)

static void
inspector_compared_row_finalize (GObject *object)
{
  InspectorComparedRow *self = INSPECTOR_COMPARED_ROW (object);

  g_clear_object (&self->items[0]);
  g_clear_object (&self->items[1]);
  G_OBJECT_CLASS (inspector_compared_row_parent_class)->finalize (object);
}

static void
inspector_compared_row_class_init (InspectorComparedRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_compared_row_finalize;
}

static void
inspector_compared_row_init (InspectorComparedRow *self)
{
}

InspectorChainItem *
inspector_compared_row_get_item (InspectorComparedRow *self, gboolean of_b)
{
  return self->items[of_b ? 1 : 0];
}

InspectorPairState
inspector_compared_row_get_state (InspectorComparedRow *self)
{
  return self->state;
}

/* ---- all of them ---- */

/* One of the two sessions. */
typedef struct {
  InspectorCollector *collector;
  GPtrArray          *items;      /* InspectorChainItem that have an event: positions are those of the alignment */
  guint               n_given;    /* of the collector's items that were looked at */
  GPtrArray          *waiting;    /* OuioeEvent the worker does not have yet */
} Session;

struct _InspectorComparison
{
  GObject             parent_instance;
  Session             sessions[2];
  InspectorAlignment *alignment;       /* the worker's while it is at it */
  GListStore         *rows;            /* InspectorComparedRow */
  GCancellable       *cancellable;     /* of the worker; NULL while there is none, and when it was stopped */
  gboolean            is_working;
  gboolean            is_stopped;
  gboolean            is_ready;
  InspectorTotals     totals[2];
  guint               counts[INSPECTOR_N_PAIR_STATES];
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorComparison, inspector_comparison, G_TYPE_OBJECT)

/* What a worker is given. */
typedef struct {
  InspectorAlignment *alignment;     /* (transfer full) */
  GPtrArray          *more[2];       /* OuioeEvent */
  guint               kept;          /* (out) */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->alignment, inspector_alignment_free);
  g_ptr_array_unref (work->more[0]);
  g_ptr_array_unref (work->more[1]);
  g_free (work);
}

static void
work_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Work *work = task_data;

  if (inspector_alignment_extend (work->alignment, work->more[0], work->more[1], &work->kept, cancellable))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error_if_cancelled (task);
}

static InspectorComparedRow *
make_row (InspectorComparison *self, const InspectorPair *pair)
{
  InspectorComparedRow *row = g_object_new (INSPECTOR_TYPE_COMPARED_ROW, NULL);

  row->state = pair->state;
  if (pair->a != INSPECTOR_ALIGNMENT_NONE)
    row->items[0] = g_object_ref (self->sessions[0].items->pdata[pair->a]);
  if (pair->b != INSPECTOR_ALIGNMENT_NONE)
    row->items[1] = g_object_ref (self->sessions[1].items->pdata[pair->b]);
  return row;
}

static gboolean
is_row_of (InspectorComparison *self, InspectorComparedRow *row, const InspectorPair *pair)
{
  gpointer a = pair->a != INSPECTOR_ALIGNMENT_NONE ? self->sessions[0].items->pdata[pair->a] : NULL;
  gpointer b = pair->b != INSPECTOR_ALIGNMENT_NONE ? self->sessions[1].items->pdata[pair->b] : NULL;

  return row->items[0] == a && row->items[1] == b && row->state == pair->state;
}

/* Rows from @kept on are new, but for those that came out as they were. */
static void
show_pairs (InspectorComparison *self, guint kept)
{
  guint n_pairs;
  const InspectorPair *pairs = inspector_alignment_get_pairs (self->alignment, &n_pairs);
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  g_autoptr(GPtrArray) added = NULL;

  for (gboolean is_same = TRUE; is_same && kept < MIN (n_rows, n_pairs); kept += is_same ? 1 : 0)
    {
      g_autoptr(InspectorComparedRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), kept);

      is_same = is_row_of (self, row, &pairs[kept]);
    }
  added = g_ptr_array_new_full (n_pairs - kept, g_object_unref);
  for (guint i = kept; i < n_pairs; i++)
    g_ptr_array_add (added, make_row (self, &pairs[i]));
  for (guint i = 0; i < INSPECTOR_N_PAIR_STATES; i++)
    self->counts[i] = 0;
  for (guint i = 0; i < n_pairs; i++)
    self->counts[pairs[i].state]++;
  if (kept < n_rows || added->len > 0)
    g_list_store_splice (self->rows, kept, n_rows - kept, added->pdata, added->len);
}

static void work (InspectorComparison *self);

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  InspectorComparison *self = INSPECTOR_COMPARISON (source);
  Work *done = g_task_get_task_data (G_TASK (result));
  gboolean is_good = g_task_propagate_boolean (G_TASK (result), NULL);

  self->is_working = FALSE;
  g_clear_object (&self->cancellable);
  if (!is_good || self->is_stopped)
    return;
  self->alignment = g_steal_pointer (&done->alignment);
  self->is_ready = TRUE;
  for (guint side = 0; side < 2; side++)
    self->totals[side] = inspector_alignment_get_totals (self->alignment, side == 1);
  show_pairs (self, done->kept);
  g_signal_emit (self, changed_signal, 0);
  work (self);
}

static GPtrArray *
take_waiting (Session *session)
{
  GPtrArray *waiting = g_steal_pointer (&session->waiting);

  session->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  return waiting;
}

/* One worker at a time; what comes meanwhile waits for it. */
static void
work (InspectorComparison *self)
{
  g_autoptr(GTask) task = NULL;
  Work *next;

  if (self->is_working || self->is_stopped ||
      (self->is_ready && self->sessions[0].waiting->len + self->sessions[1].waiting->len == 0))
    return;
  self->is_working = TRUE;
  self->cancellable = g_cancellable_new ();
  next = g_new0 (Work, 1);
  next->alignment = g_steal_pointer (&self->alignment);
  for (guint side = 0; side < 2; side++)
    next->more[side] = take_waiting (&self->sessions[side]);
  task = g_task_new (self, self->cancellable, worked_cb, NULL);
  g_task_set_task_data (task, next, work_free);
  g_task_run_in_thread (task, work_in_thread);
}

/* ---- the sessions ---- */

static void
take_items (Session *session)
{
  GPtrArray *items = inspector_collector_get_items (session->collector);

  for (; session->n_given < items->len; session->n_given++)
    {
      InspectorChainItem *item = items->pdata[session->n_given];
      OuioeEvent *event = inspector_chain_item_get_event (item);

      if (event == NULL || session->items->len >= INSPECTOR_ALIGNMENT_MAX)
        continue;
      g_ptr_array_add (session->items, g_object_ref (item));
      g_ptr_array_add (session->waiting, ouioe_event_ref (event));
    }
}

static void
on_collected (InspectorComparison *self, guint n, InspectorCollector *collector)
{
  take_items (&self->sessions[collector == self->sessions[1].collector ? 1 : 0]);
  work (self);
}

static void
on_state_changed (InspectorComparison *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
session_init (InspectorComparison *self, Session *session, InspectorWatch *watch)
{
  session->items = g_ptr_array_new_with_free_func (g_object_unref);
  session->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  session->collector = inspector_collector_new (watch);
  take_items (session);
  g_signal_connect_object (session->collector, "collected", G_CALLBACK (on_collected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (watch, "state-changed", G_CALLBACK (on_state_changed), self, G_CONNECT_SWAPPED);
}

static void
inspector_comparison_dispose (GObject *object)
{
  InspectorComparison *self = INSPECTOR_COMPARISON (object);

  inspector_comparison_stop (self);
  g_clear_object (&self->sessions[0].collector);
  g_clear_object (&self->sessions[1].collector);
  G_OBJECT_CLASS (inspector_comparison_parent_class)->dispose (object);
}

static void
inspector_comparison_finalize (GObject *object)
{
  InspectorComparison *self = INSPECTOR_COMPARISON (object);

  for (guint side = 0; side < 2; side++)
    {
      g_ptr_array_unref (self->sessions[side].items);
      g_ptr_array_unref (self->sessions[side].waiting);
    }
  g_clear_pointer (&self->alignment, inspector_alignment_free);
  g_object_unref (self->rows);
  G_OBJECT_CLASS (inspector_comparison_parent_class)->finalize (object);
}

static void
inspector_comparison_class_init (InspectorComparisonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = inspector_comparison_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_comparison_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_comparison_init (InspectorComparison *self)
{
  self->alignment = inspector_alignment_new ();
  self->rows = g_list_store_new (INSPECTOR_TYPE_COMPARED_ROW);
}

InspectorComparison *
inspector_comparison_new (InspectorWatch *a, InspectorWatch *b)
{
  InspectorComparison *self = g_object_new (INSPECTOR_TYPE_COMPARISON, NULL);

  session_init (self, &self->sessions[0], a);
  session_init (self, &self->sessions[1], b);
  work (self);
  return self;
}

InspectorWatch *
inspector_comparison_get_watch (InspectorComparison *self, gboolean of_b)
{
  return inspector_collector_get_watch (self->sessions[of_b ? 1 : 0].collector);
}

GListModel *
inspector_comparison_get_rows (InspectorComparison *self)
{
  return G_LIST_MODEL (self->rows);
}

gboolean
inspector_comparison_is_ready (InspectorComparison *self)
{
  return self->is_ready;
}

InspectorTotals
inspector_comparison_get_totals (InspectorComparison *self, gboolean of_b)
{
  return self->totals[of_b ? 1 : 0];
}

guint
inspector_comparison_count (InspectorComparison *self, InspectorPairState state)
{
  return self->counts[state];
}

gboolean
inspector_comparison_is_running (InspectorComparison *self, gboolean of_b)
{
  InspectorWatchState state = inspector_watch_get_state (inspector_comparison_get_watch (self, of_b));

  return state != INSPECTOR_WATCH_FINISHED && state != INSPECTOR_WATCH_FAILED;
}

gboolean
inspector_comparison_is_cut (InspectorComparison *self, gboolean of_b)
{
  Session *session = &self->sessions[of_b ? 1 : 0];

  return session->items->len >= INSPECTOR_ALIGNMENT_MAX && session->n_given > session->items->len;
}

void
inspector_comparison_stop (InspectorComparison *self)
{
  self->is_stopped = TRUE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}
