/* inspector-detail-pane.c - everything that is known of one row of a chain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-detail-pane.h"

#include <glib/gi18n.h>
#include <math.h>

#include "inspector-detail-fields.h"
#include "inspector-format.h"
#include "inspector-kind.h"

/* What a label lays out without being felt. */
#define MAX_TEXT_CHARS 50000
#define CARET "▍"

struct _InspectorDetailPane
{
  GtkBox              parent_instance;
  GtkStack           *stack;
  GtkScrolledWindow  *scroller;
  GtkImage           *icon;
  GtkLabel           *kind;
  GtkLabel           *place;
  GtkWidget          *copy;
  GtkWidget          *bookmark;
  GtkLabel           *text;
  GtkGrid            *levels;
  GtkBox             *lists;         /* GtkExpander of each list and group */
  GtkGrid            *facts;
  GtkExpander        *json;
  GtkLabel           *json_text;
  InspectorChainItem *item;          /* what is shown; NULL when nothing is */
  gulong              item_handler;  /* of its "changed" */
  const char         *css_class;     /* of its kind, to be taken away again */
  GHashTable         *closed;        /* keys of the sections that the reader closed */
};

enum { PROP_ITEM = 1 };
static GParamSpec *props[PROP_ITEM + 1];

G_DEFINE_FINAL_TYPE (InspectorDetailPane, inspector_detail_pane, GTK_TYPE_BOX)

/* ---- pieces ---- */

static GtkWidget *
new_label (const char *text, gboolean is_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  if (is_name)
    {
      gtk_widget_add_css_class (label, "dim-label");
      return label;
    }
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  return label;
}

static void
clear (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_widget_unparent (child);
}

static void
attach_fields (GtkGrid *grid, GPtrArray *fields)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const InspectorField *field = fields->pdata[i];
      GtkWidget *value = new_label (field->value, FALSE);

      gtk_widget_add_css_class (value, "numeric");
      gtk_grid_attach (grid, new_label (field->name, TRUE), 0, (int) i, 1, 1);
      gtk_grid_attach (grid, value, 1, (int) i, 1, 1);
    }
}

static GtkWidget *
new_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  return grid;
}

static void
on_section_expanded (GtkExpander *section, GParamSpec *pspec, InspectorDetailPane *self)
{
  const char *key = g_object_get_data (G_OBJECT (section), "key");

  if (gtk_expander_get_expanded (section))
    g_hash_table_remove (self->closed, key);
  else
    g_hash_table_add (self->closed, g_strdup (key));
}

/* @key: static */
static void
add_section (InspectorDetailPane *self, const char *key, const char *title, GtkWidget *content)
{
  GtkWidget *section = gtk_expander_new (title);

  gtk_widget_add_css_class (section, "detail-section");
  gtk_widget_add_css_class (content, "detail-section-content");
  gtk_expander_set_child (GTK_EXPANDER (section), content);
  gtk_expander_set_expanded (GTK_EXPANDER (section), !g_hash_table_contains (self->closed, key));
  g_object_set_data (G_OBJECT (section), "key", (gpointer) key);
  g_signal_connect (section, "notify::expanded", G_CALLBACK (on_section_expanded), self);
  gtk_box_append (self->lists, section);
}

static void
add_list (InspectorDetailPane *self, const InspectorFieldList *list)
{
  GtkWidget *grid = new_grid ();

  for (guint i = 0; i < list->texts->len; i++)
    {
      g_autofree char *mark = list->is_numbered ? g_strdup_printf ("%u", i + 1) : g_strdup ("•");
      GtkWidget *number = new_label (mark, TRUE);

      gtk_widget_add_css_class (number, "numeric");
      gtk_grid_attach (GTK_GRID (grid), number, 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), new_label (list->texts->pdata[i], FALSE), 1, (int) i, 1, 1);
    }
  add_section (self, list->key, list->title, grid);
}

static void
add_group (InspectorDetailPane *self, const InspectorFieldGroup *group)
{
  GtkWidget *grid = new_grid ();

  attach_fields (GTK_GRID (grid), group->fields);
  add_section (self, group->key, group->title, grid);
}

/* A bar, only for what was reported. */
static void
add_level (InspectorDetailPane *self, int row, const char *name, double fraction, gboolean is_progress)
{
  GtkWidget *bar = gtk_level_bar_new ();
  g_autofree char *percent = inspector_format_percent (fraction);
  GtkWidget *value = new_label (percent, FALSE);

  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, 0.4);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH, 0.8);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL, 1);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (fraction, 0, 1));
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (bar, "level");
  if (is_progress)
    gtk_widget_add_css_class (bar, "is-progress");
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, percent, -1);
  gtk_widget_set_hexpand (value, FALSE);
  gtk_widget_add_css_class (value, "numeric");
  gtk_grid_attach (self->levels, new_label (name, TRUE), 0, row, 1, 1);
  gtk_grid_attach (self->levels, bar, 1, row, 1, 1);
  gtk_grid_attach (self->levels, value, 2, row, 1, 1);
}

/* ---- the item ---- */

static void
show_json (InspectorDetailPane *self)
{
  g_autofree char *json = NULL;
  g_autofree char *shown = NULL;

  /* Made when it is looked at: for a chain that runs that is nearly never. */
  if (self->item == NULL || !gtk_expander_get_expanded (self->json))
    {
      gtk_label_set_text (self->json_text, "");
      return;
    }
  json = inspector_details_json (self->item);
  shown = json != NULL ? inspector_format_bounded (json, MAX_TEXT_CHARS) : NULL;
  gtk_label_set_text (self->json_text, shown != NULL ? shown : "");
}

static char *
describe_place (InspectorChainItem *item)
{
  gint64 time_us = inspector_chain_item_get_time_us (item);
  guint64 number = inspector_chain_item_get_number (item);
  g_autofree char *clock = time_us > 0 ? inspector_format_clock_ms (time_us) : NULL;
  g_autofree char *count = number > 0 ? inspector_format_count (number) : NULL;
  g_autofree char *step = count != NULL ? g_strdup_printf (_("Step %s"), count) : NULL;

  if (inspector_chain_item_get_kind (item) == INSPECTOR_ITEM_OPEN)
    return g_strdup (_("Still being written"));
  if (clock != NULL && step != NULL)
    return g_strdup_printf ("%s · %s", step, clock);
  return g_strdup (clock != NULL ? clock : "");
}

static void
show_head (InspectorDetailPane *self)
{
  const InspectorKind *kind = inspector_kind_for_item (self->item);
  const char *word = inspector_chain_item_get_type_word (self->item);
  gboolean is_bookmarked = inspector_chain_item_is_bookmarked (self->item);
  g_autofree char *place = describe_place (self->item);

  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->css_class);
  self->css_class = kind->css_class;
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), self->css_class);
  gtk_image_set_from_icon_name (self->icon, kind->icon_name);
  gtk_label_set_text (self->kind, inspector_kind_title_word (kind, word));
  gtk_label_set_text (self->place, place);
  gtk_widget_set_visible (GTK_WIDGET (self->place), *place != '\0');
  gtk_widget_set_visible (self->bookmark, inspector_chain_item_get_event (self->item) != NULL);
  if (is_bookmarked)
    gtk_widget_add_css_class (self->bookmark, "is-bookmarked");
  else
    gtk_widget_remove_css_class (self->bookmark, "is-bookmarked");
  gtk_widget_set_tooltip_text (self->bookmark, is_bookmarked ? _("Remove Bookmark") : _("Bookmark"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bookmark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  is_bookmarked ? _("Remove Bookmark") : _("Bookmark"), -1);
}

static void
show_text (InspectorDetailPane *self, const char *text)
{
  gboolean is_open = inspector_chain_item_get_kind (self->item) == INSPECTOR_ITEM_OPEN;
  g_autofree char *bounded = inspector_format_bounded (text, MAX_TEXT_CHARS);
  g_autofree char *shown = is_open ? g_strconcat (bounded, CARET, NULL) : g_strchomp (g_strdup (bounded));

  gtk_label_set_text (self->text, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->text), *shown != '\0');
}

static void
show_item (InspectorDetailPane *self)
{
  g_autoptr(InspectorDetails) details = inspector_details_new (self->item);

  show_head (self);
  show_text (self, details->text);
  clear (GTK_WIDGET (self->levels));
  if (details->percentage >= 0)
    add_level (self, 0, _("Done"), details->percentage / 100, TRUE);
  if (details->confidence >= 0)
    add_level (self, 1, _("Confidence"), details->confidence, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->levels), details->percentage >= 0 || details->confidence >= 0);

  clear (GTK_WIDGET (self->lists));
  for (guint i = 0; i < details->lists->len; i++)
    add_list (self, details->lists->pdata[i]);
  for (guint i = 0; i < details->groups->len; i++)
    add_group (self, details->groups->pdata[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->lists), details->lists->len + details->groups->len > 0);

  clear (GTK_WIDGET (self->facts));
  attach_fields (self->facts, details->facts);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), details->facts->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->json), inspector_chain_item_get_event (self->item) != NULL);
  show_json (self);
}

static void
on_changed (InspectorDetailPane *self)
{
  /* While it is written only its text is new. */
  if (inspector_chain_item_get_kind (self->item) == INSPECTOR_ITEM_OPEN)
    show_text (self, inspector_chain_item_get_text (self->item));
  else
    show_item (self);
}

void
inspector_detail_pane_set_item (InspectorDetailPane *self, InspectorChainItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_clear_signal_handler (&self->item_handler, self->item);
  g_set_object (&self->item, item);
  gtk_stack_set_visible_child_name (self->stack, item != NULL ? "item" : "empty");
  if (item != NULL)
    {
      self->item_handler = g_signal_connect_swapped (item, "changed", G_CALLBACK (on_changed), self);
      show_item (self);
      gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ITEM]);
}

InspectorChainItem *
inspector_detail_pane_get_item (InspectorDetailPane *self)
{
  return self->item;
}

/* ---- actions ---- */

static void
copy_text (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorDetailPane *self = INSPECTOR_DETAIL_PANE (widget);

  if (self->item != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), inspector_chain_item_get_text (self->item));
}

static void
copy_json (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorDetailPane *self = INSPECTOR_DETAIL_PANE (widget);
  OuioeEvent *event = self->item != NULL ? inspector_chain_item_get_event (self->item) : NULL;
  g_autofree char *json = NULL;
  gsize len;
  const char *data;

  if (event == NULL)
    return;
  data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  json = g_strndup (data, len);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), json);
}

/* ---- the type ---- */

static void
inspector_detail_pane_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, INSPECTOR_DETAIL_PANE (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_detail_pane_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    inspector_detail_pane_set_item (INSPECTOR_DETAIL_PANE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_detail_pane_dispose (GObject *object)
{
  InspectorDetailPane *self = INSPECTOR_DETAIL_PANE (object);

  if (self->item != NULL)
    g_clear_signal_handler (&self->item_handler, self->item);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_DETAIL_PANE);
  G_OBJECT_CLASS (inspector_detail_pane_parent_class)->dispose (object);
}

static void
inspector_detail_pane_finalize (GObject *object)
{
  g_hash_table_unref (INSPECTOR_DETAIL_PANE (object)->closed);
  G_OBJECT_CLASS (inspector_detail_pane_parent_class)->finalize (object);
}

static void
inspector_detail_pane_class_init (InspectorDetailPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = inspector_detail_pane_get_property;
  object_class->set_property = inspector_detail_pane_set_property;
  object_class->dispose = inspector_detail_pane_dispose;
  object_class->finalize = inspector_detail_pane_finalize;
  props[PROP_ITEM] = g_param_spec_object ("item", NULL, NULL, INSPECTOR_TYPE_CHAIN_ITEM,
                                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-detail-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, icon);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, kind);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, place);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, copy);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, bookmark);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, text);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, levels);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, lists);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, facts);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, json);
  gtk_widget_class_bind_template_child (widget_class, InspectorDetailPane, json_text);
  gtk_widget_class_bind_template_callback (widget_class, show_json);
  gtk_widget_class_install_action (widget_class, "detail.copy", NULL, copy_text);
  gtk_widget_class_install_action (widget_class, "detail.copy-json", NULL, copy_json);
}

static void
inspector_detail_pane_init (InspectorDetailPane *self)
{
  self->closed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* For those who look for them: names and values of machines. */
  g_hash_table_add (self->closed, g_strdup ("context_used"));
  g_hash_table_add (self->closed, g_strdup ("system_context"));
  gtk_widget_init_template (GTK_WIDGET (self));
}
