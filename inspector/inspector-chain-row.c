/* inspector-chain-row.c - the widget of one row of a chain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-row.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-kind.h"

/* Of a text: more than fits into the lines of a row, and as much as a label can lay out without being felt. */
#define MAX_COLLAPSED_CHARS 600
#define MAX_EXPANDED_CHARS 50000
/* Where the text goes on. */
#define CARET "▍"

struct _InspectorChainRow
{
  GtkBox              parent_instance;
  GtkBox             *line;
  GtkInscription     *time;
  GtkImage           *icon;
  GtkInscription     *name;
  GtkLabel           *text;
  GtkLevelBar        *level;
  GtkInscription     *percent;
  GtkImage           *flag;
  GtkToggleButton    *expander;
  GtkLabel           *reasons;
  InspectorChainItem *item;          /* what is shown; NULL when nothing is */
  gulong              item_handler;  /* of its "changed" */
  const char         *css_class;     /* of its kind, to be taken away again */
  InspectorRowStyle   style;
};

G_DEFINE_FINAL_TYPE (InspectorChainRow, inspector_chain_row, GTK_TYPE_BOX)

static int
n_lines (InspectorChainRow *self)
{
  return self->style.is_compact ? 1 : INSPECTOR_ROW_LINES;
}

/* Found words stand out, by more than a colour. */
static void
mark_words (InspectorChainRow *self)
{
  const char *text = gtk_label_get_text (self->text);
  g_autoptr(PangoAttrList) marks = NULL;
  gsize begin = 0;
  gsize end = 0;

  if (self->style.query == NULL || !inspector_chain_item_is_match (self->item))
    {
      gtk_label_set_attributes (self->text, NULL);
      return;
    }
  marks = pango_attr_list_new ();
  while (inspector_query_find (self->style.query, text, end, &begin, &end))
    {
      PangoAttribute *const attributes[] = { pango_attr_weight_new (PANGO_WEIGHT_BOLD),
                                             pango_attr_background_new (0xf5f5, 0xc2c2, 0x1111),
                                             pango_attr_background_alpha_new (0x6666) };

      for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
        {
          attributes[i]->start_index = (guint) begin;
          attributes[i]->end_index = (guint) end;
          pango_attr_list_insert (marks, attributes[i]);
        }
    }
  gtk_label_set_attributes (self->text, marks);
}

static char *
number_reasons (const char *const *reasons)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; reasons[i] != NULL && text->len < MAX_EXPANDED_CHARS; i++)
    g_string_append_printf (text, "%s%u.  %s", i > 0 ? "\n" : "", i + 1, reasons[i]);
  return inspector_format_bounded (text->str, MAX_EXPANDED_CHARS);
}

/* Of what is still being written the end is what counts: it runs along the last line, behind it the caret, while the lines
 * above stand still. Expanded, all of it is there. */
static void
show_growing (InspectorChainRow *self)
{
  gboolean is_expanded = inspector_chain_item_get_expanded (self->item);
  const char *whole = inspector_chain_item_get_text (self->item);
  g_autofree char *shown = is_expanded ? inspector_format_bounded (whole, MAX_EXPANDED_CHARS)
                                       : inspector_format_ends (whole, MAX_COLLAPSED_CHARS);
  g_autofree char *text = g_strconcat (shown, CARET, NULL);

  gtk_label_set_ellipsize (self->text, is_expanded ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_START);
  gtk_label_set_lines (self->text, is_expanded ? -1 : n_lines (self));
  gtk_label_set_selectable (self->text, FALSE);
  gtk_label_set_text (self->text, text);
}

static void
show_expanded (InspectorChainRow *self)
{
  gboolean is_expanded = inspector_chain_item_get_expanded (self->item);
  const char *const *reasons = inspector_chain_item_get_reasons (self->item);
  const char *whole = inspector_chain_item_get_text (self->item);
  g_autofree char *shown = is_expanded ? inspector_format_bounded (whole, MAX_EXPANDED_CHARS)
                                       : inspector_format_joined (whole, MAX_COLLAPSED_CHARS);

  gtk_toggle_button_set_active (self->expander, is_expanded);
  gtk_button_set_icon_name (GTK_BUTTON (self->expander), is_expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  if (inspector_chain_item_get_kind (self->item) == INSPECTOR_ITEM_OPEN)
    {
      show_growing (self);
      gtk_widget_set_visible (GTK_WIDGET (self->reasons), FALSE);
      gtk_label_set_attributes (self->text, NULL);
      return;
    }
  gtk_label_set_text (self->text, shown);
  mark_words (self);
  /* Lines count only together with an ellipsis. */
  gtk_label_set_ellipsize (self->text, is_expanded ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (self->text, is_expanded ? -1 : n_lines (self));
  gtk_label_set_selectable (self->text, is_expanded);
  if (is_expanded && reasons[0] != NULL)
    {
      g_autofree char *text = number_reasons (reasons);

      gtk_label_set_text (self->reasons, text);
      gtk_widget_set_visible (GTK_WIDGET (self->reasons), TRUE);
      return;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->reasons), FALSE);
  gtk_label_set_text (self->reasons, "");
}

static char *
describe_level (gboolean is_done, const char *percent)
{
  return is_done ? g_strdup_printf (_("%s done"), percent) : g_strdup_printf (_("Confidence %s"), percent);
}

/* Made when the pointer rests there. A tooltip that is set asks the display where the pointer is, each time: that alone
 * would hold up a list whose rows change. */
static gboolean
on_query_tooltip (InspectorChainRow *self, int x, int y, gboolean is_keyboard, GtkTooltip *tooltip)
{
  double value;
  gboolean is_done = self->item != NULL && inspector_chain_item_get_percentage (self->item, &value);
  g_autofree char *percent = NULL;
  g_autofree char *text = NULL;

  if (self->item == NULL || (!is_done && !inspector_chain_item_get_confidence (self->item, &value)))
    return FALSE;
  percent = inspector_format_percent (is_done ? value / 100 : value);
  text = describe_level (is_done, percent);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* A bar only for what was reported. */
static void
show_level (InspectorChainRow *self)
{
  double value;
  gboolean is_done = inspector_chain_item_get_percentage (self->item, &value);
  gboolean is_given = is_done || inspector_chain_item_get_confidence (self->item, &value);
  double fraction = is_done ? value / 100 : value;

  gtk_widget_set_visible (GTK_WIDGET (self->level), is_given && !self->style.is_narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->percent), is_given);
  if (!is_given)
    return;
  g_autofree char *percent = inspector_format_percent (fraction);
  g_autofree char *tip = describe_level (is_done, percent);

  if (is_done)
    gtk_widget_add_css_class (GTK_WIDGET (self->level), "is-progress");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->level), "is-progress");
  gtk_level_bar_set_value (self->level, CLAMP (fraction, 0, 1));
  gtk_inscription_set_text (self->percent, percent);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->level), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, tip, -1);
}

static void
forget_kind (InspectorChainRow *self)
{
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->css_class);
  self->css_class = NULL;
}

static void
show_time (InspectorChainRow *self)
{
  gint64 time_us = inspector_chain_item_get_time_us (self->item);
  gint64 began_us = inspector_chain_item_get_began_us (self->item);
  g_autofree char *time = NULL;

  if (time_us > 0 && self->style.is_since_start && began_us > 0)
    time = inspector_format_since (time_us - began_us);
  else if (time_us > 0)
    time = inspector_format_clock (time_us);
  gtk_inscription_set_text (self->time, time != NULL ? time : "");
}

static void
set_class (gpointer widget, const char *name, gboolean is_set)
{
  if (is_set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_item (InspectorChainRow *self)
{
  const InspectorKind *kind = inspector_kind_for_item (self->item);
  InspectorItemKind item_kind = inspector_chain_item_get_kind (self->item);
  gboolean is_quiet = item_kind != INSPECTOR_ITEM_STEP && item_kind != INSPECTOR_ITEM_UPDATE &&
                      item_kind != INSPECTOR_ITEM_OPEN;

  show_time (self);
  gtk_image_set_from_icon_name (self->icon, kind->icon_name);
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), kind->css_class);
  self->css_class = kind->css_class;
  gtk_inscription_set_text (self->name, inspector_kind_get_name (kind, self->item));
  set_class (self->text, "dim-label", is_quiet);
  set_class (self, "is-match", inspector_chain_item_is_match (self->item));
  gtk_widget_set_visible (GTK_WIDGET (self->flag), inspector_chain_item_is_bookmarked (self->item));
  show_level (self);
  gtk_widget_set_opacity (GTK_WIDGET (self->expander), inspector_chain_item_is_expandable (self->item) ? 1 : 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->expander), inspector_chain_item_is_expandable (self->item));
  show_expanded (self);
}

/* The name of a row is that of the widget around it, which GTK leaves without one. */
static void
tell_name (InspectorChainRow *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *sentence = NULL;

  if (parent == NULL)
    return;
  sentence = inspector_chain_row_describe (self->item);
  gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

/* It grew, became another, or was expanded. */
static void
on_changed (InspectorChainRow *self)
{
  if (inspector_chain_item_get_kind (self->item) == INSPECTOR_ITEM_OPEN)
    {
      show_expanded (self);
      return;
    }
  forget_kind (self);
  show_item (self);
  tell_name (self);
}

static void
on_expander_toggled (InspectorChainRow *self)
{
  if (self->item != NULL)
    inspector_chain_item_set_expanded (self->item, gtk_toggle_button_get_active (self->expander));
}

void
inspector_chain_row_set_item (InspectorChainRow *self, InspectorChainItem *item)
{
  if (self->item != NULL)
    {
      g_clear_signal_handler (&self->item_handler, self->item);
      forget_kind (self);
    }
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  self->item_handler = g_signal_connect_swapped (item, "changed", G_CALLBACK (on_changed), self);
  show_item (self);
  tell_name (self);
}

InspectorChainItem *
inspector_chain_row_get_item (InspectorChainRow *self)
{
  return self->item;
}

static void
set_narrow (InspectorChainRow *self, gboolean is_narrow)
{
  GtkWidget *text = GTK_WIDGET (self->text);

  g_object_ref (text);
  if (is_narrow)
    {
      gtk_box_remove (self->line, text);
      gtk_box_insert_child_after (GTK_BOX (self), text, GTK_WIDGET (self->line));
      gtk_widget_add_css_class (GTK_WIDGET (self), "is-narrow");
    }
  else
    {
      gtk_box_remove (GTK_BOX (self), text);
      gtk_box_insert_child_after (self->line, text, GTK_WIDGET (self->name));
      gtk_widget_remove_css_class (GTK_WIDGET (self), "is-narrow");
    }
  g_object_unref (text);
  gtk_box_set_spacing (GTK_BOX (self), is_narrow ? 2 : 6);
  gtk_widget_set_hexpand (GTK_WIDGET (self->name), is_narrow);
}

void
inspector_chain_row_set_style (InspectorChainRow *self, const InspectorRowStyle *style)
{
  if (self->style.is_narrow != style->is_narrow)
    set_narrow (self, style->is_narrow);
  self->style = *style;
  if (self->item == NULL)
    return;
  forget_kind (self);
  show_item (self);
}

char *
inspector_chain_row_describe (InspectorChainItem *item)
{
  const InspectorKind *kind = inspector_kind_for_item (item);
  g_autofree char *clock = inspector_format_clock (inspector_chain_item_get_time_us (item));
  g_autoptr(GString) text = g_string_new (inspector_kind_get_name (kind, item));
  g_autofree char *content = inspector_format_joined (inspector_chain_item_get_text (item), MAX_COLLAPSED_CHARS);
  guint n_reasons = g_strv_length ((char **) inspector_chain_item_get_reasons (item));
  double value;

  if (inspector_chain_item_get_time_us (item) > 0)
    g_string_append_printf (text, ", %s", clock);
  if (inspector_chain_item_get_percentage (item, &value))
    g_string_append_printf (text, _(", %d percent done"), (int) value);
  else if (inspector_chain_item_get_confidence (item, &value))
    g_string_append_printf (text, _(", confidence %d percent"), (int) (value * 100 + 0.5));
  g_string_append_printf (text, ": %s", content);
  if (n_reasons > 0)
    g_string_append_printf (text, ngettext (", %u reason", ", %u reasons", n_reasons), n_reasons);
  if (inspector_chain_item_is_bookmarked (item))
    g_string_append (text, _(", bookmarked"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
inspector_chain_row_dispose (GObject *object)
{
  InspectorChainRow *self = INSPECTOR_CHAIN_ROW (object);

  inspector_chain_row_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_CHAIN_ROW);
  G_OBJECT_CLASS (inspector_chain_row_parent_class)->dispose (object);
}

static void
inspector_chain_row_class_init (InspectorChainRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_chain_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-chain-row.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, line);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, time);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, icon);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, name);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, text);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, level);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, percent);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, flag);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, expander);
  gtk_widget_class_bind_template_child (widget_class, InspectorChainRow, reasons);
  gtk_widget_class_bind_template_callback (widget_class, on_expander_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_query_tooltip);
}

static void
inspector_chain_row_init (InspectorChainRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

InspectorChainRow *
inspector_chain_row_new (void)
{
  return g_object_new (INSPECTOR_TYPE_CHAIN_ROW, NULL);
}
