/* inspector-chain-list.c - the rows of a chain: made once per frame, followed to their end or left where they are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-list.h"

#include <glib/gi18n.h>

#include "inspector-chain-row.h"
#include "inspector-follow.h"

/* Of one frame: more would be felt. */
#define MAX_ROWS_PER_FRAME 512
#define MAX_US_PER_FRAME 4000
/* With so many queued the list is behind: a session is being opened. It takes more at once, as far as the time of a frame
 * allows, and does not go to its end before it has caught up. */
#define CATCH_UP_ROWS 1000
#define CATCH_UP_ROWS_PER_FRAME 8192
/* Frames in which the list is sent to its end after rows were added: in the first the new rows get their heights. */
#define SCROLL_FRAMES 2
/* Below this width a row has its text on lines of its own. */
#define NARROW_PIXELS 560
/* From so many rows on a filter does its work piece by piece. */
#define INCREMENTAL_ROWS 10000

struct _InspectorChainList
{
  GtkBox               parent_instance;
  GtkScrolledWindow   *scroller;
  GtkListView         *list;
  InspectorChainModel *model;         /* NULL when nothing is shown */
  GtkFilter           *filter;        /* NULL: all rows are shown */
  GtkFilterListModel  *shown;         /* of model */
  GtkSelectionModel   *selection;     /* of shown */
  InspectorFollow      follow;
  guint                tick;          /* 0 when nothing is queued and nothing is to be scrolled */
  gint64               frame_us;      /* when the last tick was, monotonic; 0 when there was none just before */
  double               height;        /* of what can be seen at a time */
  guint                n_scrolls;     /* frames in which the list is still sent to its end */
  gboolean             is_frozen;
  GPtrArray           *rows;          /* InspectorChainRow, those that are alive, not owned */
  InspectorRowStyle    style;         /* of them */
  guint                style_idle;    /* tells them, outside of the layout; 0 when it need not */
  InspectorChainItem  *selected;      /* selected last; NULL when none is */
  InspectorChainItem  *to_focus;      /* gets the keyboard when its row is there; NULL when none does */
};

enum { SIGNAL_FOLLOW_CHANGED, SIGNAL_SHOWN_CHANGED, SIGNAL_SELECTION_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (InspectorChainList, inspector_chain_list, GTK_TYPE_BOX)

static void
tell_follow (InspectorChainList *self)
{
  g_signal_emit (self, signals[SIGNAL_FOLLOW_CHANGED], 0);
}

/* ---- frames ---- */

static void
scroll_to (InspectorChainList *self, guint position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
}

static void
focus_row (InspectorChainList *self)
{
  for (guint i = 0; i < self->rows->len && self->to_focus != NULL; i++)
    {
      GtkWidget *row = self->rows->pdata[i];

      if (inspector_chain_row_get_item (INSPECTOR_CHAIN_ROW (row)) == self->to_focus)
        {
          gtk_widget_grab_focus (gtk_widget_get_parent (row));
          g_clear_object (&self->to_focus);
        }
    }
}

static void
count_frame (InspectorChainList *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->frame_us > 0)
    inspector_chain_model_count_frame (self->model, now_us - self->frame_us);
  self->frame_us = now_us;
}

static gboolean
has_work (InspectorChainList *self)
{
  return (!self->is_frozen && inspector_chain_model_has_work (self->model)) || self->n_scrolls > 0 ||
         self->to_focus != NULL;
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  InspectorChainList *self = INSPECTOR_CHAIN_LIST (widget);
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (self->shown));
  gboolean is_behind = inspector_chain_model_get_n_pending (self->model) >= CATCH_UP_ROWS;

  count_frame (self);
  focus_row (self);
  g_clear_object (&self->to_focus);
  /* As long as it does not keep up, drawing what will be gone in the next frame would only hold it up more. */
  if (self->n_scrolls > 0 && n_rows > 0 && (!is_behind || self->is_frozen))
    {
      self->n_scrolls--;
      scroll_to (self, n_rows - 1);
    }
  if (n_rows == 0)
    self->n_scrolls = 0;
  if (!self->is_frozen)
    inspector_chain_model_apply (self->model, is_behind ? CATCH_UP_ROWS_PER_FRAME : MAX_ROWS_PER_FRAME,
                                 g_get_monotonic_time () + MAX_US_PER_FRAME);
  if (has_work (self))
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  self->frame_us = 0;
  return G_SOURCE_REMOVE;
}

static void
want_frame (InspectorChainList *self)
{
  if (self->tick == 0 && self->model != NULL && has_work (self))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), frame_cb, NULL, NULL);
}

static void
want_end (InspectorChainList *self)
{
  self->n_scrolls = SCROLL_FRAMES;
  want_frame (self);
}

/* ---- what changed ---- */

/* The last row is higher now. */
static void
on_grown (InspectorChainList *self)
{
  if (self->follow.is_following)
    want_end (self);
}

static void
on_shown_changed (InspectorChainList *self, guint position, guint n_removed, guint n_added)
{
  guint n_more = n_added > n_removed ? n_added - n_removed : 0;

  if (n_added > 0 && inspector_follow_added (&self->follow, n_more))
    want_end (self);
  else if (n_more > 0)
    tell_follow (self);
  g_signal_emit (self, signals[SIGNAL_SHOWN_CHANGED], 0);
}

static void
on_moved (InspectorChainList *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  gboolean was_following = self->follow.is_following;

  inspector_follow_moved (&self->follow, gtk_adjustment_get_value (adjustment),
                          gtk_adjustment_get_page_size (adjustment), gtk_adjustment_get_upper (adjustment),
                          self->n_scrolls > 0);
  if (was_following != self->follow.is_following)
    tell_follow (self);
}

static void
stay (InspectorChainList *self)
{
  self->n_scrolls = 0;
  inspector_follow_stay (&self->follow);
  tell_follow (self);
}

static gboolean
on_scroll (InspectorChainList *self, double dx, double dy)
{
  /* The wheel counts at once, even while rows pour in and the list is on its way to the end. */
  if (dy < 0 && gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller)) > 0)
    stay (self);
  return GDK_EVENT_PROPAGATE;
}

static void
on_selection_changed (InspectorChainList *self, guint position, guint n_items)
{
  g_autoptr(GtkBitset) selected = gtk_selection_model_get_selection (self->selection);
  GtkBitsetIter iter;
  guint found;

  g_clear_object (&self->selected);
  if (!gtk_bitset_is_empty (selected))
    {
      /* Of those that changed the first one that is selected now; else what is left of an earlier selection. */
      if (!gtk_bitset_iter_init_at (&iter, selected, position, &found) || found >= position + n_items)
        found = gtk_bitset_get_minimum (selected);
      self->selected = g_list_model_get_item (G_LIST_MODEL (self->selection), found);
      stay (self);
    }
  g_signal_emit (self, signals[SIGNAL_SELECTION_CHANGED], 0);
}

static void
on_activate (InspectorChainList *self, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item != NULL)
    inspector_chain_item_set_expanded (item, !inspector_chain_item_get_expanded (item));
}

/* ---- rows ---- */

static gboolean
set_style_cb (gpointer user_data)
{
  InspectorChainList *self = user_data;

  self->style_idle = 0;
  for (guint i = 0; i < self->rows->len; i++)
    inspector_chain_row_set_style (self->rows->pdata[i], &self->style);
  if (self->follow.is_following)
    want_end (self);
  return G_SOURCE_REMOVE;
}

static void
want_style (InspectorChainList *self)
{
  if (self->style_idle == 0)
    self->style_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, set_style_cb, self, NULL);
}

/* The page of the horizontal adjustment is the width of the list. Rows cannot change while they are being laid out. */
static void
on_width_changed (InspectorChainList *self, GtkAdjustment *adjustment)
{
  double width = gtk_adjustment_get_page_size (adjustment);
  gboolean is_narrow = width > 0 && width < NARROW_PIXELS;

  if (self->style.is_narrow == is_narrow)
    return;
  self->style.is_narrow = is_narrow;
  want_style (self);
}

/* What stands above it got higher or lower: the end is somewhere else now. */
static void
on_height_changed (InspectorChainList *self, GtkAdjustment *adjustment)
{
  double height = gtk_adjustment_get_page_size (adjustment);

  if (self->height == height)
    return;
  self->height = height;
  if (self->follow.is_following)
    want_end (self);
}

/* The factory is not told of every row that goes: one that is torn down may have lost its child before. */
static void
on_row_gone (gpointer user_data, GObject *row)
{
  g_ptr_array_remove_fast (user_data, row);
}

static void
on_setup (InspectorChainList *self, GtkListItem *list_item)
{
  InspectorChainRow *row = inspector_chain_row_new ();

  inspector_chain_row_set_style (row, &self->style);
  g_ptr_array_add (self->rows, row);
  g_object_weak_ref (G_OBJECT (row), on_row_gone, self->rows);
  gtk_list_item_set_child (list_item, GTK_WIDGET (row));
}

static void
on_bind (InspectorChainList *self, GtkListItem *list_item)
{
  inspector_chain_row_set_item (INSPECTOR_CHAIN_ROW (gtk_list_item_get_child (list_item)),
                                gtk_list_item_get_item (list_item));
}

static void
on_unbind (InspectorChainList *self, GtkListItem *list_item)
{
  inspector_chain_row_set_item (INSPECTOR_CHAIN_ROW (gtk_list_item_get_child (list_item)), NULL);
}

/* ---- what is shown ---- */

static void
forget_model (InspectorChainList *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  self->frame_us = 0;
  self->n_scrolls = 0;
  gtk_list_view_set_model (self->list, NULL);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->selected);
  g_clear_object (&self->to_focus);
  g_clear_object (&self->selection);
  g_clear_object (&self->shown);
  g_clear_object (&self->model);
}

void
inspector_chain_list_set_model (InspectorChainList *self, InspectorChainModel *model)
{
  forget_model (self);
  inspector_follow_init (&self->follow);
  if (model != NULL)
    {
      self->model = g_object_ref (model);
      self->shown = gtk_filter_list_model_new (NULL, NULL);
      gtk_filter_list_model_set_filter (self->shown, self->filter);
      gtk_filter_list_model_set_model (self->shown, G_LIST_MODEL (model));
      self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->shown))));
      gtk_list_view_set_model (self->list, self->selection);
      /* Behind the list: it must know the rows before it is sent to them. */
      g_signal_connect_swapped (self->selection, "items-changed", G_CALLBACK (on_shown_changed), self);
      g_signal_connect_swapped (self->selection, "selection-changed", G_CALLBACK (on_selection_changed), self);
      g_signal_connect_swapped (model, "pending", G_CALLBACK (want_frame), self);
      g_signal_connect_swapped (model, "grown", G_CALLBACK (on_grown), self);
      if (g_list_model_get_n_items (G_LIST_MODEL (model)) > 0)
        self->n_scrolls = SCROLL_FRAMES;
      want_frame (self);
    }
  tell_follow (self);
  g_signal_emit (self, signals[SIGNAL_SHOWN_CHANGED], 0);
  g_signal_emit (self, signals[SIGNAL_SELECTION_CHANGED], 0);
}

/* Many rows are chosen from while the window goes on. */
static void
on_filter_changed (InspectorChainList *self)
{
  if (self->shown != NULL)
    gtk_filter_list_model_set_incremental (self->shown, g_list_model_get_n_items (G_LIST_MODEL (self->model)) >
                                           INCREMENTAL_ROWS);
}

void
inspector_chain_list_set_filter (InspectorChainList *self, GtkFilter *filter)
{
  if (self->filter != NULL)
    g_signal_handlers_disconnect_by_data (self->filter, self);
  g_set_object (&self->filter, filter);
  /* Before the model hears of it. */
  if (filter != NULL)
    g_signal_connect_swapped (filter, "changed", G_CALLBACK (on_filter_changed), self);
  if (self->shown != NULL)
    {
      on_filter_changed (self);
      gtk_filter_list_model_set_filter (self->shown, filter);
    }
}

GListModel *
inspector_chain_list_get_shown (InspectorChainList *self)
{
  return (GListModel *) self->shown;
}

void
inspector_chain_list_set_frozen (InspectorChainList *self, gboolean is_frozen)
{
  self->is_frozen = is_frozen;
  want_frame (self);
}

void
inspector_chain_list_set_compact (InspectorChainList *self, gboolean is_compact)
{
  self->style.is_compact = is_compact;
  want_style (self);
}

void
inspector_chain_list_set_since_start (InspectorChainList *self, gboolean is_since_start)
{
  self->style.is_since_start = is_since_start;
  want_style (self);
}

void
inspector_chain_list_set_query (InspectorChainList *self, InspectorQuery *query)
{
  InspectorQuery *old = self->style.query;

  self->style.query = query;
  for (guint i = 0; i < self->rows->len; i++)
    inspector_chain_row_set_style (self->rows->pdata[i], &self->style);
  g_clear_pointer (&old, inspector_query_free);
}

/* ---- where it is ---- */

gboolean
inspector_chain_list_is_following (InspectorChainList *self)
{
  return self->follow.is_following;
}

guint
inspector_chain_list_get_n_new (InspectorChainList *self)
{
  return self->follow.n_new;
}

gboolean
inspector_chain_list_is_narrow (InspectorChainList *self)
{
  return self->style.is_narrow;
}

void
inspector_chain_list_unselect (InspectorChainList *self)
{
  if (self->selection != NULL)
    gtk_selection_model_unselect_all (self->selection);
}

void
inspector_chain_list_go_to_end (InspectorChainList *self)
{
  inspector_chain_list_unselect (self);
  inspector_follow_go_to_end (&self->follow);
  want_end (self);
  tell_follow (self);
}

void
inspector_chain_list_go_to_start (InspectorChainList *self)
{
  stay (self);
  if (self->shown != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->shown)) > 0)
    scroll_to (self, 0);
}

void
inspector_chain_list_go_to (InspectorChainList *self, guint position, gboolean focus)
{
  g_return_if_fail (self->shown != NULL && position < g_list_model_get_n_items (G_LIST_MODEL (self->shown)));

  gtk_selection_model_select_item (self->selection, position, TRUE);
  stay (self);
  scroll_to (self, position);
  if (!focus)
    return;
  g_clear_object (&self->to_focus);
  self->to_focus = g_list_model_get_item (G_LIST_MODEL (self->shown), position);
  want_frame (self);
}

GPtrArray *
inspector_chain_list_get_selection (InspectorChainList *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GtkBitset) selected = NULL;
  GtkBitsetIter iter;
  guint position;

  if (self->selection == NULL)
    return items;
  selected = gtk_selection_model_get_selection (self->selection);
  for (gboolean ok = gtk_bitset_iter_init_first (&iter, selected, &position); ok;
       ok = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return items;
}

guint
inspector_chain_list_get_selected (InspectorChainList *self)
{
  g_autoptr(GtkBitset) selected = NULL;
  GtkBitsetIter iter;
  guint position;

  if (self->selection == NULL || self->selected == NULL)
    return GTK_INVALID_LIST_POSITION;
  selected = gtk_selection_model_get_selection (self->selection);
  for (gboolean ok = gtk_bitset_iter_init_first (&iter, selected, &position); ok;
       ok = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

      if (item == self->selected)
        return position;
    }
  return GTK_INVALID_LIST_POSITION;
}

/* ---- the type ---- */

static void
inspector_chain_list_dispose (GObject *object)
{
  InspectorChainList *self = INSPECTOR_CHAIN_LIST (object);

  if (self->list != NULL)
    forget_model (self);
  self->list = NULL;
  if (self->filter != NULL)
    g_signal_handlers_disconnect_by_data (self->filter, self);
  g_clear_object (&self->filter);
  g_clear_handle_id (&self->style_idle, g_source_remove);
  G_OBJECT_CLASS (inspector_chain_list_parent_class)->dispose (object);
}

static void
inspector_chain_list_finalize (GObject *object)
{
  InspectorChainList *self = INSPECTOR_CHAIN_LIST (object);

  for (guint i = 0; i < self->rows->len; i++)
    g_object_weak_unref (self->rows->pdata[i], on_row_gone, self->rows);
  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->style.query, inspector_query_free);
  G_OBJECT_CLASS (inspector_chain_list_parent_class)->finalize (object);
}

static void
inspector_chain_list_class_init (InspectorChainListClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_chain_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_chain_list_finalize;
  signals[SIGNAL_FOLLOW_CHANGED] = g_signal_new ("follow-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                 G_TYPE_NONE, 0);
  signals[SIGNAL_SHOWN_CHANGED] = g_signal_new ("shown-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 0);
  signals[SIGNAL_SELECTION_CHANGED] = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                    G_TYPE_NONE, 0);
}

static void
inspector_chain_list_init (InspectorChainList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkEventController *wheel;

  inspector_follow_init (&self->follow);
  self->rows = g_ptr_array_new ();
  g_signal_connect_swapped (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind), self);

  self->list = g_object_new (GTK_TYPE_LIST_VIEW, "factory", factory, "accessible-role", GTK_ACCESSIBLE_ROLE_LOG, NULL);
  g_object_unref (factory);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "chain");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Chain"), -1);
  g_signal_connect_swapped (self->list, "activate", G_CALLBACK (on_activate), self);

  self->scroller = GTK_SCROLLED_WINDOW (gtk_scrolled_window_new ());
  gtk_scrolled_window_set_policy (self->scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (self->scroller, GTK_WIDGET (self->list));
  gtk_widget_set_hexpand (GTK_WIDGET (self->scroller), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->scroller), TRUE);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->scroller));

  wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (wheel, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), wheel);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (self->scroller), "changed",
                           G_CALLBACK (on_width_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "changed",
                           G_CALLBACK (on_height_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed", G_CALLBACK (on_moved),
                           self, G_CONNECT_SWAPPED);
}
