/* inspector-chain-view.c - the chain of one session, newest last, with its progress above
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What arrives is queued by the model. A tick callback, which exists only while something is queued, makes rows of it
 * once per frame; the scroll to the end follows in the next frame, when the list knows the new rows.
 */
#include "config.h"

#include "inspector-chain-view.h"

#include <glib/gi18n.h>

#include "inspector-chain-row.h"
#include "inspector-follow.h"
#include "inspector-format.h"
#include "inspector-progress-card.h"

/* Of one frame: more would be felt. */
#define MAX_ROWS_PER_FRAME 4096
#define MAX_US_PER_FRAME 4000
/* With so many queued the list is behind, and does not go to its end before it has caught up. */
#define CATCH_UP_ROWS 1000
/* Frames in which the list is sent to its end after rows were added: in the first the new rows get their heights. */
#define SCROLL_FRAMES 2
/* Below this width a row has its text on lines of its own. */
#define NARROW_PIXELS 560

struct _InspectorChainView
{
  GtkBox                 parent_instance;
  InspectorProgressCard *card;
  GtkStack              *stack;
  GtkLabel              *waiting;
  GtkScrolledWindow     *scroller;
  GtkListView           *list;
  GtkRevealer           *pill_revealer;
  GtkButton             *pill;
  GtkLabel              *status;
  InspectorWatch        *watch;         /* NULL when nothing is shown */
  InspectorFollow        follow;
  guint                  tick;          /* 0 when nothing is queued and nothing is to be scrolled */
  guint                  n_scrolls;     /* frames in which the list is still sent to its end */
  GPtrArray             *rows;          /* InspectorChainRow, those that are alive, not owned */
  gboolean               is_narrow;     /* how they are */
  guint                  narrow_idle;   /* changes it outside of the layout; 0 when it need not */
};

G_DEFINE_FINAL_TYPE (InspectorChainView, inspector_chain_view, GTK_TYPE_BOX)

static InspectorChainModel *
get_model (InspectorChainView *self)
{
  return self->watch != NULL ? inspector_watch_get_model (self->watch) : NULL;
}

/* ---- what is said beside the rows ---- */

static const char *
describe_state (InspectorWatch *watch)
{
  switch (inspector_watch_get_state (watch))
    {
    case INSPECTOR_WATCH_LIVE:
      return _("live");
    case INSPECTOR_WATCH_FINISHED:
      return _("finished");
    case INSPECTOR_WATCH_LOST:
      return _("connection lost");
    case INSPECTOR_WATCH_FAILED:
      return _("not available");
    case INSPECTOR_WATCH_CONNECTING:
    default:
      return _("connecting");
    }
}

static const char *
describe_waiting (InspectorWatch *watch)
{
  switch (inspector_watch_get_state (watch))
    {
    case INSPECTOR_WATCH_LIVE:
      return _("Nothing yet. What the session thinks appears here.");
    case INSPECTOR_WATCH_FINISHED:
      return _("Nothing is kept of this session.");
    case INSPECTOR_WATCH_FAILED:
      return inspector_watch_get_message (watch);
    case INSPECTOR_WATCH_LOST:
    case INSPECTOR_WATCH_CONNECTING:
    default:
      return _("Connecting…");
    }
}

static void
show_status (InspectorChainView *self)
{
  InspectorChainModel *model = get_model (self);
  g_autoptr(GString) text = NULL;
  g_autofree char *steps = NULL;
  guint64 n_steps;
  guint64 n_updates;

  if (model == NULL)
    {
      gtk_label_set_text (self->status, "");
      return;
    }
  n_steps = inspector_chain_model_get_n_steps (model);
  n_updates = inspector_chain_model_get_n_updates (model);
  text = g_string_new (NULL);
  steps = inspector_format_count (n_steps);
  g_string_append_printf (text, ngettext ("%s step", "%s steps", (gulong) n_steps), steps);
  if (n_updates > 0)
    {
      g_autofree char *updates = inspector_format_count (n_updates);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s update", "%s updates", (gulong) n_updates), updates);
    }
  g_string_append_printf (text, " · %s", describe_state (self->watch));
  gtk_label_set_text (self->status, text->str);
}

static void
show_pill (InspectorChainView *self)
{
  gboolean is_shown = !self->follow.is_following && self->follow.n_new > 0;

  if (is_shown)
    {
      g_autofree char *count = inspector_format_count (self->follow.n_new);
      g_autofree char *text = g_strdup_printf (_("↓ %s new"), count);

      gtk_button_set_label (self->pill, text);
    }
  gtk_revealer_set_reveal_child (self->pill_revealer, is_shown);
  gtk_widget_set_can_target (GTK_WIDGET (self->pill_revealer), is_shown);
}

static void
show_page (InspectorChainView *self)
{
  InspectorChainModel *model = get_model (self);
  gboolean has_rows = model != NULL && g_list_model_get_n_items (G_LIST_MODEL (model)) > 0;

  gtk_label_set_text (self->waiting, self->watch != NULL ? describe_waiting (self->watch) : "");
  gtk_stack_set_visible_child_name (self->stack, has_rows ? "rows" : "waiting");
}

/* ---- frames ---- */

static void
scroll_to (InspectorChainView *self, guint position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (widget);
  InspectorChainModel *model = get_model (self);
  guint n_rows;

  if (model == NULL)
    {
      self->tick = 0;
      return G_SOURCE_REMOVE;
    }
  n_rows = g_list_model_get_n_items (G_LIST_MODEL (model));
  /* As long as it does not keep up, drawing what will be gone in the next frame would only hold it up more. */
  if (self->n_scrolls > 0 && n_rows > 0 && inspector_chain_model_get_n_pending (model) < CATCH_UP_ROWS)
    {
      self->n_scrolls--;
      scroll_to (self, n_rows - 1);
    }
  inspector_chain_model_apply (model, MAX_ROWS_PER_FRAME, g_get_monotonic_time () + MAX_US_PER_FRAME);
  if (inspector_chain_model_has_work (model) || self->n_scrolls > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
want_frame (InspectorChainView *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), frame_cb, NULL, NULL);
}

/* The last row is higher now. */
static void
on_grown (InspectorChainView *self)
{
  if (self->follow.is_following)
    {
      self->n_scrolls = SCROLL_FRAMES;
      want_frame (self);
    }
}

static void
on_items_changed (InspectorChainView *self, guint position, guint n_removed, guint n_added)
{
  if (n_added > 0 && inspector_follow_added (&self->follow, n_added))
    {
      self->n_scrolls = SCROLL_FRAMES;
      want_frame (self);
    }
  show_page (self);
  show_status (self);
  show_pill (self);
}

/* ---- the reader ---- */

static void
on_moved (InspectorChainView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  inspector_follow_moved (&self->follow, gtk_adjustment_get_value (adjustment),
                          gtk_adjustment_get_page_size (adjustment), gtk_adjustment_get_upper (adjustment),
                          self->n_scrolls > 0);
  show_pill (self);
}

static void
stay (InspectorChainView *self)
{
  self->n_scrolls = 0;
  inspector_follow_stay (&self->follow);
  show_pill (self);
}

static gboolean
on_scroll (InspectorChainView *self, double dx, double dy)
{
  /* The wheel counts at once, even while rows pour in and the list is on its way to the end. */
  if (dy < 0 && gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller)) > 0)
    stay (self);
  return GDK_EVENT_PROPAGATE;
}

static void
on_selected (InspectorChainView *self, GParamSpec *pspec, GtkSingleSelection *selection)
{
  if (gtk_single_selection_get_selected (selection) != GTK_INVALID_LIST_POSITION)
    stay (self);
}

static InspectorChainItem *
get_selected (InspectorChainView *self)
{
  GtkSelectionModel *selection = gtk_list_view_get_model (self->list);

  return selection != NULL ? gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (selection)) : NULL;
}

static void
on_activate (InspectorChainView *self, guint position)
{
  InspectorChainModel *model = get_model (self);
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (model), position);

  if (item != NULL)
    inspector_chain_item_set_expanded (item, !inspector_chain_item_get_expanded (item));
}

static void
go_to_end (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (widget);
  GtkSelectionModel *selection = gtk_list_view_get_model (self->list);

  if (selection != NULL)
    gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (selection), GTK_INVALID_LIST_POSITION);
  inspector_follow_go_to_end (&self->follow);
  self->n_scrolls = SCROLL_FRAMES;
  want_frame (self);
  show_pill (self);
}

static void
go_to_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (widget);

  stay (self);
  scroll_to (self, 0);
}

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainItem *item = get_selected (INSPECTOR_CHAIN_VIEW (widget));

  if (item != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), inspector_chain_item_get_text (item));
}

static void
set_selected_expanded (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainItem *item = get_selected (INSPECTOR_CHAIN_VIEW (widget));

  if (item != NULL)
    inspector_chain_item_set_expanded (item, g_variant_get_boolean (parameter));
}

/* ---- rows ---- */

static gboolean
set_narrow_cb (gpointer user_data)
{
  InspectorChainView *self = user_data;

  self->narrow_idle = 0;
  for (guint i = 0; i < self->rows->len; i++)
    inspector_chain_row_set_narrow (self->rows->pdata[i], self->is_narrow);
  if (self->follow.is_following)
    {
      self->n_scrolls = SCROLL_FRAMES;
      want_frame (self);
    }
  return G_SOURCE_REMOVE;
}

/* The page of the horizontal adjustment is the width of the list. Rows cannot change while they are being laid out. */
static void
on_width_changed (InspectorChainView *self, GtkAdjustment *adjustment)
{
  double width = gtk_adjustment_get_page_size (adjustment);
  gboolean is_narrow = width > 0 && width < NARROW_PIXELS;

  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  if (self->narrow_idle == 0)
    self->narrow_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, set_narrow_cb, self, NULL);
}

static void
on_setup (InspectorChainView *self, GtkListItem *list_item)
{
  InspectorChainRow *row = inspector_chain_row_new ();

  inspector_chain_row_set_narrow (row, self->is_narrow);
  g_ptr_array_add (self->rows, row);
  gtk_list_item_set_child (list_item, GTK_WIDGET (row));
}

static void
on_teardown (InspectorChainView *self, GtkListItem *list_item)
{
  g_ptr_array_remove_fast (self->rows, gtk_list_item_get_child (list_item));
}

static void
on_bind (InspectorChainView *self, GtkListItem *list_item)
{
  GtkWidget *row = gtk_list_item_get_child (list_item);
  InspectorChainItem *item = gtk_list_item_get_item (list_item);
  g_autofree char *sentence = inspector_chain_row_describe (item);

  inspector_chain_row_set_item (INSPECTOR_CHAIN_ROW (row), item);
  /* The name of a row is that of the widget around it, which GTK leaves without one. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row)), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence,
                                  -1);
}

static void
on_unbind (InspectorChainView *self, GtkListItem *list_item)
{
  inspector_chain_row_set_item (INSPECTOR_CHAIN_ROW (gtk_list_item_get_child (list_item)), NULL);
}

/* ---- the watch ---- */

static void
on_state_changed (InspectorChainView *self)
{
  show_page (self);
  show_status (self);
}

static void
forget_watch (InspectorChainView *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  if (self->watch == NULL)
    return;
  g_signal_handlers_disconnect_by_data (inspector_watch_get_model (self->watch), self);
  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
}

void
inspector_chain_view_set_watch (InspectorChainView *self, InspectorWatch *watch)
{
  forget_watch (self);
  inspector_follow_init (&self->follow);
  self->n_scrolls = 0;
  inspector_progress_card_set_watch (self->card, watch);
  if (watch == NULL)
    {
      gtk_list_view_set_model (self->list, NULL);
    }
  else
    {
      InspectorChainModel *model = inspector_watch_get_model (watch);
      g_autoptr(GtkSingleSelection) selection = gtk_single_selection_new (NULL);

      self->watch = g_object_ref (watch);
      gtk_single_selection_set_autoselect (selection, FALSE);
      gtk_single_selection_set_can_unselect (selection, TRUE);
      gtk_single_selection_set_model (selection, G_LIST_MODEL (model));
      g_signal_connect_object (selection, "notify::selected", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
      gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
      /* Behind the list: it must know the rows before it is sent to them. */
      g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
      g_signal_connect_swapped (model, "pending", G_CALLBACK (want_frame), self);
      g_signal_connect_swapped (model, "grown", G_CALLBACK (on_grown), self);
      g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (on_state_changed), self);
      if (inspector_chain_model_has_work (model))
        want_frame (self);
    }
  show_page (self);
  show_status (self);
  show_pill (self);
}

gboolean
inspector_chain_view_is_following (InspectorChainView *self)
{
  return self->follow.is_following;
}

guint
inspector_chain_view_get_n_new (InspectorChainView *self)
{
  return self->follow.n_new;
}

const char *
inspector_chain_view_get_status (InspectorChainView *self)
{
  return gtk_label_get_text (self->status);
}

/* ---- the type ---- */

static void
inspector_chain_view_dispose (GObject *object)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (object);

  forget_watch (self);
  g_clear_handle_id (&self->narrow_idle, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_CHAIN_VIEW);
  G_OBJECT_CLASS (inspector_chain_view_parent_class)->dispose (object);
}

static void
inspector_chain_view_finalize (GObject *object)
{
  g_ptr_array_unref (INSPECTOR_CHAIN_VIEW (object)->rows);
  G_OBJECT_CLASS (inspector_chain_view_parent_class)->finalize (object);
}

static void
inspector_chain_view_class_init (InspectorChainViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_chain_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_chain_view_finalize;
  g_type_ensure (INSPECTOR_TYPE_PROGRESS_CARD);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-chain-view.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, card);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, waiting);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, scroller);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, list);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, pill_revealer);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, pill);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, status);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_install_action (widget_class, "chain.go-to-end", NULL, go_to_end);
  gtk_widget_class_install_action (widget_class, "chain.go-to-start", NULL, go_to_start);
  gtk_widget_class_install_action (widget_class, "chain.copy", NULL, copy);
  gtk_widget_class_install_action (widget_class, "chain.expand", "b", set_selected_expanded);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "chain.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, 0, "chain.expand", "b", TRUE);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, 0, "chain.expand", "b", FALSE);
}

static void
inspector_chain_view_init (InspectorChainView *self)
{
  g_autoptr(GtkListItemFactory) factory = NULL;
  GtkEventController *wheel;

  gtk_widget_init_template (GTK_WIDGET (self));
  inspector_follow_init (&self->follow);
  self->rows = g_ptr_array_new ();

  factory = gtk_signal_list_item_factory_new ();
  g_signal_connect_swapped (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind), self);
  g_signal_connect_swapped (factory, "teardown", G_CALLBACK (on_teardown), self);
  gtk_list_view_set_factory (self->list, factory);

  wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (wheel, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), wheel);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (self->scroller), "changed",
                           G_CALLBACK (on_width_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed", G_CALLBACK (on_moved),
                           self, G_CONNECT_SWAPPED);
}
