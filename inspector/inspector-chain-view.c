/* inspector-chain-view.c - the chain of one session as a page: progress, rows, search, filters, status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "inspector-chain-find.h"
#include "inspector-chain-list.h"
#include "inspector-chain-pill.h"
#include "inspector-chain-settings.h"
#include "inspector-chain-status.h"
#include "inspector-chain-tools.h"
#include "inspector-copy.h"
#include "inspector-filter-popover.h"
#include "inspector-progress-card.h"
#include "inspector-row-menu.h"
#include "inspector-search-bar.h"
#include "inspector-timeline.h"

/* Between two newest steps that are told: nobody reads faster. */
#define NEWEST_MS 250
/* Between two counts of what waits. */
#define WAITING_MS 250

struct _InspectorChainView
{
  GtkBox                  parent_instance;
  InspectorSearchBar     *search_bar;
  InspectorProgressCard  *card;
  InspectorTimeline      *timeline;
  GtkLabel               *waiting;        /* over the list, which stays mapped: its frames make the rows */
  GtkWidget              *hidden;         /* likewise, when the filters leave nothing */
  InspectorChainList     *list;
  InspectorChainPill     *pill;
  InspectorChainStatus   *status;
  GMenuModel             *row_menu;
  GtkWidget              *tools;          /* for the header bar */
  InspectorFilterPopover *popover;        /* of the tools */
  InspectorFilter        *filter;
  InspectorWatch         *watch;          /* NULL when nothing is shown */
  InspectorChainItem     *told;           /* what "selected-item" was last told to be, or NULL */
  char                   *wanted_id;      /* of an event to go to when it comes, or NULL */
  guint                   newest;         /* tells of a newer step; 0 when there is none */
  guint                   count;          /* counts what waits; 0 while nothing does */
  gboolean                is_compact;
  gboolean                is_since_start;
};

typedef enum {
  PROP_SELECTED_ITEM = 1,
  PROP_HAS_SELECTION,
  PROP_PAUSED,
  PROP_SEARCH_MODE,
  PROP_N_FILTERS,
  PROP_COMPACT,
  PROP_SINCE_START,
  PROP_SHOW_UPDATES,
} ChainViewProperty;
static GParamSpec *props[PROP_SHOW_UPDATES + 1];

G_DEFINE_FINAL_TYPE (InspectorChainView, inspector_chain_view, GTK_TYPE_BOX)

static InspectorChainModel *
get_model (InspectorChainView *self)
{
  return self->watch != NULL ? inspector_watch_get_model (self->watch) : NULL;
}

static gboolean
is_paused (InspectorChainView *self)
{
  return self->watch != NULL && inspector_watch_get_paused (self->watch);
}

/* ---- what is said beside the rows ---- */

static void
show_pill (InspectorChainView *self)
{
  gboolean is_more = FALSE;
  guint n_waiting = is_paused (self) ? inspector_watch_get_n_waiting (self->watch, &is_more) : 0;

  if (is_paused (self))
    inspector_chain_pill_show_paused (self->pill, n_waiting, is_more);
  else if (!inspector_chain_list_is_following (self->list))
    inspector_chain_pill_show_new (self->pill, inspector_chain_list_get_n_new (self->list));
  else
    inspector_chain_pill_show_new (self->pill, 0);
}

static void
show_page (InspectorChainView *self)
{
  InspectorChainModel *model = get_model (self);
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  gboolean is_empty = model == NULL || g_list_model_get_n_items (G_LIST_MODEL (model)) == 0;

  gtk_label_set_text (self->waiting, self->watch != NULL ? inspector_chain_status_describe_empty (self->watch) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->waiting), is_empty);
  gtk_widget_set_visible (self->hidden, !is_empty && g_list_model_get_n_items (shown) == 0);
}

/* ---- the item that is looked at ---- */

static void
tell_item (InspectorChainView *self)
{
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  guint position = inspector_chain_list_get_selected (self->list);
  g_autoptr(InspectorChainItem) item = NULL;

  g_clear_handle_id (&self->newest, g_source_remove);
  item = position != GTK_INVALID_LIST_POSITION ? g_list_model_get_item (shown, position)
                                               : inspector_chain_find_newest (shown);
  if (g_set_object (&self->told, item))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTED_ITEM]);
}

static gboolean
newest_cb (gpointer user_data)
{
  InspectorChainView *self = user_data;

  self->newest = 0;
  tell_item (self);
  return G_SOURCE_REMOVE;
}

static void
on_selection_changed (InspectorChainView *self)
{
  g_autoptr(GPtrArray) items = inspector_chain_list_get_selection (self->list);

  inspector_timeline_set_selected_item (self->timeline, items->len > 0 ? items->pdata[items->len - 1] : NULL);
  tell_item (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HAS_SELECTION]);
}

static void
seek_wanted (InspectorChainView *self)
{
  OuioeEventId wanted;
  guint position;

  if (self->wanted_id == NULL || !ouioe_event_id_parse (self->wanted_id, &wanted))
    return;
  position = inspector_chain_find_event (inspector_chain_list_get_shown (self->list), wanted);
  if (position == G_MAXUINT)
    return;
  g_clear_pointer (&self->wanted_id, g_free);
  inspector_chain_list_go_to (self->list, position, TRUE);
}

static void
on_shown_changed (InspectorChainView *self)
{
  show_page (self);
  inspector_chain_status_update (self->status);
  if (self->newest == 0)
    self->newest = g_timeout_add (NEWEST_MS, newest_cb, self);
  if (self->told == NULL)
    tell_item (self);
  seek_wanted (self);
}

/* ---- filter and search ---- */

static void
on_filter_changed (InspectorChainView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_FILTERS]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_UPDATES]);
  show_page (self);
  inspector_chain_status_update (self->status);
}

static void
on_search_mode (InspectorChainView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEARCH_MODE]);
}

static void
on_search_closed (InspectorChainView *self)
{
  guint position = inspector_chain_list_get_selected (self->list);

  if (position != GTK_INVALID_LIST_POSITION)
    inspector_chain_list_go_to (self->list, position, TRUE);
}

/* ---- pausing ---- */

static gboolean
count_cb (gpointer user_data)
{
  show_pill (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_paused_changed (InspectorChainView *self)
{
  inspector_chain_list_set_frozen (self->list, is_paused (self));
  g_clear_handle_id (&self->count, g_source_remove);
  if (is_paused (self))
    self->count = g_timeout_add (WAITING_MS, count_cb, self);
  show_pill (self);
  inspector_chain_status_update (self->status);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAUSED]);
}

/* ---- actions ---- */

static void
go_to_end (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_chain_list_go_to_end (INSPECTOR_CHAIN_VIEW (widget)->list);
}

static void
go_to_start (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_chain_list_go_to_start (INSPECTOR_CHAIN_VIEW (widget)->list);
}

static void
toggle_paused (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (widget);

  if (self->watch != NULL)
    inspector_watch_set_paused (self->watch, !inspector_watch_get_paused (self->watch));
}

static void
open_search (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_search_bar_set_mode (INSPECTOR_CHAIN_VIEW (widget)->search_bar, TRUE);
}

static void
search_on (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_search_bar_move (INSPECTOR_CHAIN_VIEW (widget)->search_bar, strcmp (action, "chain.search-next") == 0);
}

static void
clear_filters (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_filter_clear (INSPECTOR_CHAIN_VIEW (widget)->filter);
}

static void
unselect (GtkWidget *widget, const char *action, GVariant *parameter)
{
  inspector_chain_list_unselect (INSPECTOR_CHAIN_VIEW (widget)->list);
}

static void
go_to_same_kind (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (widget);
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  guint from = inspector_chain_list_get_selected (self->list);
  guint position;

  if (from == GTK_INVALID_LIST_POSITION)
    from = shown != NULL ? g_list_model_get_n_items (shown) - 1 : 0;
  position = inspector_chain_find_same_kind (shown, from, g_variant_get_int32 (parameter) > 0 ? 1 : -1);
  if (position != G_MAXUINT)
    inspector_chain_list_go_to (self->list, position, TRUE);
  else
    gtk_widget_error_bell (widget);
}

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr(GPtrArray) items = inspector_chain_view_get_selection (INSPECTOR_CHAIN_VIEW (widget));
  g_autofree char *text = inspector_copy (items, inspector_copy_format_of (action));

  if (items->len > 0)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
set_expanded (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr(GPtrArray) items = inspector_chain_list_get_selection (INSPECTOR_CHAIN_VIEW (widget)->list);

  for (guint i = 0; i < items->len; i++)
    inspector_chain_item_set_expanded (items->pdata[i], g_variant_get_boolean (parameter));
}

/* ---- the watch ---- */

static void
on_state_changed (InspectorChainView *self)
{
  show_page (self);
  inspector_chain_status_update (self->status);
}

static void
forget_watch (InspectorChainView *self)
{
  g_clear_handle_id (&self->newest, g_source_remove);
  g_clear_handle_id (&self->count, g_source_remove);
  g_clear_pointer (&self->wanted_id, g_free);
  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
}

void
inspector_chain_view_set_watch (InspectorChainView *self, InspectorWatch *watch)
{
  InspectorChainModel *model;

  forget_watch (self);
  self->watch = watch != NULL ? g_object_ref (watch) : NULL;
  model = get_model (self);
  inspector_progress_card_set_watch (self->card, watch);
  inspector_timeline_set_watch (self->timeline, watch);
  inspector_filter_set_user_id (self->filter, watch != NULL ? inspector_watch_get_user_id (watch) : NULL);
  inspector_chain_list_set_frozen (self->list, is_paused (self));
  inspector_chain_list_set_model (self->list, model);
  inspector_search_bar_set_model (self->search_bar, G_LIST_MODEL (model),
                                  watch != NULL ? inspector_watch_get_user_id (watch) : NULL);
  inspector_filter_popover_set_model (self->popover, G_LIST_MODEL (model));
  inspector_chain_status_set_watch (self->status, watch, inspector_chain_list_get_shown (self->list));
  if (watch != NULL)
    {
      inspector_chain_settings_limit (watch);
      g_signal_connect_swapped (watch, "state-changed", G_CALLBACK (on_state_changed), self);
      g_signal_connect_swapped (watch, "paused-changed", G_CALLBACK (on_paused_changed), self);
    }
  on_paused_changed (self);
  show_page (self);
  tell_item (self);
}

GtkWidget *
inspector_chain_view_get_tools (InspectorChainView *self)
{
  return self->tools;
}

InspectorFilter *
inspector_chain_view_get_filter (InspectorChainView *self)
{
  return self->filter;
}

GListModel *
inspector_chain_view_get_shown (InspectorChainView *self)
{
  return inspector_chain_list_get_shown (self->list);
}

GPtrArray *
inspector_chain_view_get_selection (InspectorChainView *self)
{
  GPtrArray *items = inspector_chain_list_get_selection (self->list);
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  InspectorChainItem *newest = items->len == 0 ? inspector_chain_find_newest (shown) : NULL;

  if (newest != NULL)
    g_ptr_array_add (items, newest);
  return items;
}

gboolean
inspector_chain_view_go_to_item (InspectorChainView *self, InspectorChainItem *item)
{
  guint position = inspector_chain_find_item (inspector_chain_list_get_shown (self->list), item);

  if (position == G_MAXUINT)
    return FALSE;
  inspector_chain_list_go_to (self->list, position, TRUE);
  return TRUE;
}

void
inspector_chain_view_go_to_event (InspectorChainView *self, const char *id)
{
  g_free (self->wanted_id);
  self->wanted_id = g_strdup (id);
  seek_wanted (self);
}

gboolean
inspector_chain_view_is_following (InspectorChainView *self)
{
  return inspector_chain_list_is_following (self->list);
}

guint
inspector_chain_view_get_n_new (InspectorChainView *self)
{
  return inspector_chain_list_get_n_new (self->list);
}

const char *
inspector_chain_view_get_status (InspectorChainView *self)
{
  return inspector_chain_status_get_text (self->status);
}

/* ---- the type ---- */

static void
inspector_chain_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (object);

  switch ((ChainViewProperty) prop_id)
    {
    case PROP_SELECTED_ITEM:
      g_value_set_object (value, self->told);
      break;
    case PROP_HAS_SELECTION:
      g_value_set_boolean (value, inspector_chain_list_get_selected (self->list) != GTK_INVALID_LIST_POSITION);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, is_paused (self));
      break;
    case PROP_SEARCH_MODE:
      g_value_set_boolean (value, inspector_search_bar_get_mode (self->search_bar));
      break;
    case PROP_N_FILTERS:
      g_value_set_uint (value, inspector_filter_get_n_active (self->filter));
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->is_compact);
      break;
    case PROP_SINCE_START:
      g_value_set_boolean (value, self->is_since_start);
      break;
    case PROP_SHOW_UPDATES:
      g_value_set_boolean (value, inspector_filter_get_updates (self->filter));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_chain_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (object);
  gboolean is_set = g_value_get_boolean (value);

  switch ((ChainViewProperty) prop_id)
    {
    case PROP_PAUSED:
      if (self->watch != NULL)
        inspector_watch_set_paused (self->watch, is_set);
      break;
    case PROP_SEARCH_MODE:
      inspector_search_bar_set_mode (self->search_bar, is_set);
      break;
    case PROP_COMPACT:
      self->is_compact = is_set;
      inspector_chain_list_set_compact (self->list, is_set);
      break;
    case PROP_SINCE_START:
      self->is_since_start = is_set;
      inspector_chain_list_set_since_start (self->list, is_set);
      g_object_set (self->timeline, "since-start", is_set, NULL);
      break;
    case PROP_SHOW_UPDATES:
      inspector_filter_set_updates (self->filter, is_set);
      break;
    case PROP_SELECTED_ITEM:
    case PROP_HAS_SELECTION:
    case PROP_N_FILTERS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_chain_view_dispose (GObject *object)
{
  InspectorChainView *self = INSPECTOR_CHAIN_VIEW (object);

  if (self->list != NULL)
    inspector_chain_view_set_watch (self, NULL);
  if (self->filter != NULL)
    g_signal_handlers_disconnect_by_data (self->filter, self);
  g_clear_object (&self->filter);
  g_clear_object (&self->tools);
  g_clear_object (&self->told);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_CHAIN_VIEW);
  G_OBJECT_CLASS (inspector_chain_view_parent_class)->dispose (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  props[PROP_SELECTED_ITEM] = g_param_spec_object ("selected-item", NULL, NULL, INSPECTOR_TYPE_CHAIN_ITEM, readable);
  props[PROP_HAS_SELECTION] = g_param_spec_boolean ("has-selection", NULL, NULL, FALSE, readable);
  props[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, writable);
  props[PROP_SEARCH_MODE] = g_param_spec_boolean ("search-mode", NULL, NULL, FALSE, writable);
  props[PROP_N_FILTERS] = g_param_spec_uint ("n-filters", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, writable);
  props[PROP_SINCE_START] = g_param_spec_boolean ("since-start", NULL, NULL, FALSE, writable);
  props[PROP_SHOW_UPDATES] = g_param_spec_boolean ("show-updates", NULL, NULL, TRUE, writable);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "chain.go-to-end", NULL, go_to_end);
  gtk_widget_class_install_action (widget_class, "chain.go-to-start", NULL, go_to_start);
  gtk_widget_class_install_action (widget_class, "chain.pause", NULL, toggle_paused);
  gtk_widget_class_install_action (widget_class, "chain.search", NULL, open_search);
  gtk_widget_class_install_action (widget_class, "chain.search-next", NULL, search_on);
  gtk_widget_class_install_action (widget_class, "chain.search-previous", NULL, search_on);
  gtk_widget_class_install_action (widget_class, "chain.clear-filters", NULL, clear_filters);
  gtk_widget_class_install_action (widget_class, "chain.unselect", NULL, unselect);
  gtk_widget_class_install_action (widget_class, "chain.same-kind", "i", go_to_same_kind);
  gtk_widget_class_install_action (widget_class, "chain.expand", "b", set_expanded);
  gtk_widget_class_install_action (widget_class, "chain.copy", NULL, copy);
  gtk_widget_class_install_action (widget_class, "chain.copy-markdown", NULL, copy);
  gtk_widget_class_install_action (widget_class, "chain.copy-json", NULL, copy);
  gtk_widget_class_install_action (widget_class, "chain.copy-link", NULL, copy);
}

/* Of the rows. What is for the whole window is bound there. */
static void
add_bindings (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, 0, "chain.expand", "b", TRUE);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, 0, "chain.expand", "b", FALSE);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "chain.same-kind", "i", 1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "chain.same-kind", "i", -1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "chain.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "chain.copy-markdown", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "chain.unselect", NULL);
}

static void
inspector_chain_view_class_init (InspectorChainViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = inspector_chain_view_get_property;
  object_class->set_property = inspector_chain_view_set_property;
  object_class->dispose = inspector_chain_view_dispose;
  install_properties (object_class);
  install_actions (widget_class);
  add_bindings (widget_class);
  g_type_ensure (INSPECTOR_TYPE_CHAIN_LIST);
  g_type_ensure (INSPECTOR_TYPE_CHAIN_PILL);
  g_type_ensure (INSPECTOR_TYPE_CHAIN_STATUS);
  g_type_ensure (INSPECTOR_TYPE_PROGRESS_CARD);
  g_type_ensure (INSPECTOR_TYPE_SEARCH_BAR);
  g_type_ensure (INSPECTOR_TYPE_TIMELINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-chain-view.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, card);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, timeline);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, hidden);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, waiting);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, list);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, pill);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, status);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainView, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, show_pill);
  gtk_widget_class_bind_template_callback (widget_class, inspector_chain_view_go_to_item);
  gtk_widget_class_bind_template_callback (widget_class, on_shown_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_selection_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_mode);
  gtk_widget_class_bind_template_callback (widget_class, on_search_closed);
}

static void
inspector_chain_view_init (InspectorChainView *self)
{
  self->filter = inspector_filter_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  inspector_chain_list_set_filter (self->list, GTK_FILTER (self->filter));
  inspector_search_bar_set_list (self->search_bar, self->list);
  self->popover = inspector_filter_popover_new (self->filter);
  self->tools = g_object_ref_sink (inspector_chain_tools_new (self, GTK_WIDGET (self->popover)));
  g_signal_connect_swapped (self->filter, "changed", G_CALLBACK (on_filter_changed), self);
  inspector_row_menu_install (self, self->row_menu);
  inspector_chain_settings_bind (self);
}
