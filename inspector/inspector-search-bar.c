/* inspector-search-bar.c - finds rows of a chain and goes from one to the next
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-search-bar.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-search.h"

/* Between two changes of the count, while rows pour in. */
#define COUNT_MS 200

struct _InspectorSearchBar
{
  GtkBox              parent_instance;
  GtkSearchBar       *bar;
  GtkSearchEntry     *entry;
  GtkLabel           *found;
  GtkWidget          *previous;
  GtkWidget          *next;
  InspectorChainList *list;         /* not owned: it stands beside the bar */
  InspectorSearch    *search;
  char               *user_id;      /* whose session it is; NULL when not known */
  guint               count;        /* counts what was found; 0 when that is true */
  gboolean            is_wrapped;   /* the last move went round the end */
  gboolean            is_forward;   /* where it went */
  gboolean            wants_first;  /* goes to the first match as soon as there is one */
};

enum { PROP_SEARCH_MODE = 1 };
static GParamSpec *props[PROP_SEARCH_MODE + 1];
static guint closed_signal;

G_DEFINE_FINAL_TYPE (InspectorSearchBar, inspector_search_bar, GTK_TYPE_BOX)

/* ---- what was found ---- */

static char *
describe (InspectorSearchBar *self, guint n_found)
{
  guint position = inspector_chain_list_get_selected (self->list);
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (shown, position);
  g_autofree char *all = inspector_format_count (n_found);
  g_autofree char *index = NULL;

  if (item == NULL || !inspector_chain_item_is_match (item))
    return g_strdup_printf (ngettext ("%s match", "%s matches", n_found), all);
  index = inspector_format_count (inspector_search_count (self->search, shown, position + 1));
  if (self->is_wrapped)
    return g_strdup_printf (self->is_forward ? _("%s of %s, from the beginning again") : _("%s of %s, from the end again"),
                            index, all);
  return g_strdup_printf (_("%s of %s"), index, all);
}

static void
show_found (InspectorSearchBar *self)
{
  GListModel *shown = self->list != NULL ? inspector_chain_list_get_shown (self->list) : NULL;
  gboolean is_active = inspector_search_is_active (self->search) && shown != NULL;
  guint n = is_active ? inspector_search_count (self->search, shown, g_list_model_get_n_items (shown)) : 0;
  gboolean is_vain = is_active && n == 0 && inspector_search_is_done (self->search);
  g_autofree char *text = n > 0 ? describe (self, n) : g_strdup (is_vain ? _("No matches") : "");

  gtk_label_set_text (self->found, text);
  gtk_widget_set_sensitive (self->previous, n > 0);
  gtk_widget_set_sensitive (self->next, n > 0);
  if (is_vain)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
}

static gboolean
count_cb (gpointer user_data)
{
  InspectorSearchBar *self = user_data;

  self->count = 0;
  show_found (self);
  return G_SOURCE_REMOVE;
}

/* What was found among the reasons is not seen while the row is closed. */
static void
open_reasons (InspectorSearchBar *self, GListModel *shown, guint position)
{
  g_autoptr(InspectorQuery) query = inspector_query_new (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (shown, position);
  const char *const *reasons = inspector_chain_item_get_reasons (item);
  gsize begin;
  gsize end;

  if (inspector_query_find (query, inspector_chain_item_get_text (item), 0, &begin, &end))
    return;
  for (guint i = 0; reasons[i] != NULL; i++)
    {
      if (inspector_query_find (query, reasons[i], 0, &begin, &end))
        inspector_chain_item_set_expanded (item, TRUE);
    }
}

static void
move (InspectorSearchBar *self, gboolean forward, guint from)
{
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  guint position = from;

  self->is_forward = forward;
  if (shown == NULL || !inspector_search_move (self->search, shown, forward, &position, &self->is_wrapped))
    return;
  self->wants_first = FALSE;
  open_reasons (self, shown, position);
  inspector_chain_list_go_to (self->list, position, FALSE);
  show_found (self);
}

void
inspector_search_bar_move (InspectorSearchBar *self, gboolean forward)
{
  if (!inspector_search_is_active (self->search))
    {
      inspector_search_bar_set_mode (self, TRUE);
      return;
    }
  move (self, forward, inspector_chain_list_get_selected (self->list));
}

static void
on_found (InspectorSearchBar *self)
{
  if (self->wants_first)
    move (self, TRUE, GTK_INVALID_LIST_POSITION);
  if (self->count == 0)
    self->count = g_timeout_add (COUNT_MS, count_cb, self);
}

/* ---- the entry ---- */

static void
on_text_changed (InspectorSearchBar *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  guint position = inspector_chain_list_get_selected (self->list);
  GListModel *shown = inspector_chain_list_get_shown (self->list);
  g_autoptr(InspectorChainItem) item = NULL;

  inspector_chain_list_set_query (self->list, *text != '\0' ? inspector_query_new (text) : NULL);
  self->is_wrapped = FALSE;
  self->wants_first = FALSE;
  inspector_search_set_text (self->search, text, self->user_id);
  self->wants_first = inspector_search_is_active (self->search);
  /* Where it is is fine as long as it matches what was typed. */
  item = shown != NULL ? g_list_model_get_item (shown, position) : NULL;
  if (item != NULL && inspector_chain_item_is_match (item))
    self->wants_first = FALSE;
  if (self->wants_first)
    move (self, TRUE, position);
  show_found (self);
}

static void
on_next (InspectorSearchBar *self)
{
  inspector_search_bar_move (self, TRUE);
}

static void
on_previous (InspectorSearchBar *self)
{
  inspector_search_bar_move (self, FALSE);
}

static void
on_stop (InspectorSearchBar *self)
{
  inspector_search_bar_set_mode (self, FALSE);
}

static gboolean
on_key (InspectorSearchBar *self, guint key, guint code, GdkModifierType state)
{
  if ((key != GDK_KEY_Return && key != GDK_KEY_KP_Enter) || (state & GDK_SHIFT_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  on_previous (self);
  return GDK_EVENT_STOP;
}

static void
on_mode_changed (InspectorSearchBar *self)
{
  gboolean is_open = gtk_search_bar_get_search_mode (self->bar);

  if (!is_open)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
      on_text_changed (self);   /* at once, not after the time for typing */
      g_signal_emit (self, closed_signal, 0);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEARCH_MODE]);
}

void
inspector_search_bar_set_list (InspectorSearchBar *self, InspectorChainList *list)
{
  self->list = list;
  g_signal_connect_object (list, "selection-changed", G_CALLBACK (show_found), self, G_CONNECT_SWAPPED);
}

void
inspector_search_bar_set_model (InspectorSearchBar *self, GListModel *model, const char *user_id)
{
  g_free (self->user_id);
  self->user_id = g_strdup (user_id);
  inspector_search_set_model (self->search, model);
}

void
inspector_search_bar_set_mode (InspectorSearchBar *self, gboolean is_open)
{
  gtk_search_bar_set_search_mode (self->bar, is_open);
  if (is_open)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->entry));
      gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
    }
}

gboolean
inspector_search_bar_get_mode (InspectorSearchBar *self)
{
  return gtk_search_bar_get_search_mode (self->bar);
}

/* ---- the type ---- */

static void
inspector_search_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SEARCH_MODE)
    g_value_set_boolean (value, inspector_search_bar_get_mode (INSPECTOR_SEARCH_BAR (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_search_bar_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SEARCH_MODE)
    inspector_search_bar_set_mode (INSPECTOR_SEARCH_BAR (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_search_bar_dispose (GObject *object)
{
  InspectorSearchBar *self = INSPECTOR_SEARCH_BAR (object);

  g_clear_handle_id (&self->count, g_source_remove);
  if (self->search != NULL)
    g_signal_handlers_disconnect_by_data (self->search, self);
  g_clear_object (&self->search);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_SEARCH_BAR);
  G_OBJECT_CLASS (inspector_search_bar_parent_class)->dispose (object);
}

static void
inspector_search_bar_finalize (GObject *object)
{
  g_free (INSPECTOR_SEARCH_BAR (object)->user_id);
  G_OBJECT_CLASS (inspector_search_bar_parent_class)->finalize (object);
}

static void
inspector_search_bar_class_init (InspectorSearchBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = inspector_search_bar_get_property;
  object_class->set_property = inspector_search_bar_set_property;
  object_class->dispose = inspector_search_bar_dispose;
  object_class->finalize = inspector_search_bar_finalize;
  props[PROP_SEARCH_MODE] = g_param_spec_boolean ("search-mode", NULL, NULL, FALSE, G_PARAM_READWRITE |
                                                  G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  closed_signal = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-search-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorSearchBar, bar);
  gtk_widget_class_bind_template_child (widget_class, InspectorSearchBar, entry);
  gtk_widget_class_bind_template_child (widget_class, InspectorSearchBar, found);
  gtk_widget_class_bind_template_child (widget_class, InspectorSearchBar, previous);
  gtk_widget_class_bind_template_child (widget_class, InspectorSearchBar, next);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_previous);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
inspector_search_bar_init (InspectorSearchBar *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->search = inspector_search_new ();
  g_signal_connect_swapped (self->search, "changed", G_CALLBACK (on_found), self);
  gtk_search_bar_connect_entry (self->bar, GTK_EDITABLE (self->entry));
  g_signal_connect_object (self->bar, "notify::search-mode-enabled", G_CALLBACK (on_mode_changed), self,
                           G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), keys);
  show_found (self);
}
