/* inspector-compare-row.c - the widget of one row of a comparison: two events, or one and a blank
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-compare-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-chain-row.h"
#include "inspector-format.h"
#include "inspector-kind.h"
#include "inspector-words.h"

/* As much as can be read here; the whole text is in the chain. */
#define MAX_CHARS 2000
#define MAX_LINES 8
/* Of 65535: how strong the marks of words are. */
#define MARK_ALPHA 15000

/* One side of it. */
typedef struct {
  GtkWidget  *box;
  GtkWidget  *head;
  GtkLabel   *time;
  GtkImage   *icon;
  GtkLabel   *name;
  GtkLabel   *percent;
  GtkLabel   *text;
  const char *css_class;   /* of its kind, to be taken away again; NULL when there is none */
} Cell;

struct _InspectorCompareRow
{
  GtkBox    parent_instance;
  Cell      cells[2];
  GtkLabel *sign;          /* between them: what became of the one in the other */
  gboolean  is_narrow;
};

G_DEFINE_FINAL_TYPE (InspectorCompareRow, inspector_compare_row, GTK_TYPE_BOX)

/* The mark of removed words, and of added ones, in light and dark. */
static const guint16 mark_colors[2][3] = {
  { 0xe0e0, 0x1b1b, 0x2424 },
  { 0x2e2e, 0xc2c2, 0x7e7e },
};

/* What stands between the two: never colour alone. */
static const char *const signs[INSPECTOR_N_PAIR_STATES] = {
  [INSPECTOR_PAIR_SAME] = "=",
  [INSPECTOR_PAIR_CHANGED] = "≠",
  [INSPECTOR_PAIR_ONLY_A] = "−",
  [INSPECTOR_PAIR_ONLY_B] = "+",
};

static const char *const state_classes[INSPECTOR_N_PAIR_STATES] = {
  [INSPECTOR_PAIR_SAME] = "is-same",
  [INSPECTOR_PAIR_CHANGED] = "is-changed",
  [INSPECTOR_PAIR_ONLY_A] = "is-only-a",
  [INSPECTOR_PAIR_ONLY_B] = "is-only-b",
};

static const char *
describe_state (InspectorPairState state)
{
  switch (state)
    {
    case INSPECTOR_PAIR_SAME:
      return _("The same in both");
    case INSPECTOR_PAIR_CHANGED:
      return _("Changed");
    case INSPECTOR_PAIR_ONLY_A:
      return _("Only in the first");
    case INSPECTOR_PAIR_ONLY_B:
    default:
      return _("Only in the second");
    }
}

/* ---- a cell ---- */

static void
show_head (Cell *cell, InspectorChainItem *item, gint64 began_us)
{
  const InspectorKind *kind = inspector_kind_for_item (item);
  g_autofree char *time = inspector_format_duration (MAX (inspector_chain_item_get_time_us (item) - began_us, 0));
  double value;

  gtk_label_set_text (cell->time, time);
  gtk_image_set_from_icon_name (cell->icon, kind->icon_name);
  gtk_widget_add_css_class (GTK_WIDGET (cell->icon), kind->css_class);
  cell->css_class = kind->css_class;
  gtk_label_set_text (cell->name, inspector_kind_get_name (kind, item));
  gtk_label_set_text (cell->percent, "");
  if (inspector_chain_item_get_percentage (item, &value))
    value /= 100;
  else if (!inspector_chain_item_get_confidence (item, &value))
    return;
  g_autofree char *percent = inspector_format_percent (value);

  gtk_label_set_text (cell->percent, percent);
}

static void
show_cell (Cell *cell, InspectorChainItem *item, gint64 began_us)
{
  if (cell->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (cell->icon), cell->css_class);
  cell->css_class = NULL;
  gtk_widget_set_visible (cell->head, item != NULL);
  gtk_widget_set_visible (GTK_WIDGET (cell->text), item != NULL);
  gtk_label_set_attributes (cell->text, NULL);
  if (item == NULL)
    {
      gtk_widget_add_css_class (cell->box, "compare-blank");
      gtk_label_set_text (cell->text, "");
      return;
    }
  g_autofree char *text = inspector_format_bounded (inspector_chain_item_get_text (item), MAX_CHARS);

  gtk_widget_remove_css_class (cell->box, "compare-blank");
  show_head (cell, item, began_us);
  gtk_label_set_text (cell->text, text);
}

static void
mark (Cell *cell, GArray *spans, const guint16 *color)
{
  g_autoptr(PangoAttrList) list = pango_attr_list_new ();

  for (guint i = 0; i < spans->len; i++)
    {
      InspectorSpan *span = &g_array_index (spans, InspectorSpan, i);
      PangoAttribute *attributes[] = {
        pango_attr_background_new (color[0], color[1], color[2]),
        pango_attr_background_alpha_new (MARK_ALPHA),
        pango_attr_weight_new (PANGO_WEIGHT_BOLD),
      };

      for (gsize a = 0; a < G_N_ELEMENTS (attributes); a++)
        {
          attributes[a]->start_index = span->begin;
          attributes[a]->end_index = span->end;
          pango_attr_list_insert (list, attributes[a]);
        }
    }
  gtk_label_set_attributes (cell->text, list);
}

static void
mark_words (InspectorCompareRow *self)
{
  g_autoptr(GArray) only_a = NULL;
  g_autoptr(GArray) only_b = NULL;

  inspector_words_diff (gtk_label_get_text (self->cells[0].text), gtk_label_get_text (self->cells[1].text), &only_a, &only_b);
  mark (&self->cells[0], only_a, mark_colors[0]);
  mark (&self->cells[1], only_b, mark_colors[1]);
}

/* A narrow row shows what is the same once and without a sign, and no blanks. */
static void
show_layout (InspectorCompareRow *self, InspectorComparedRow *row)
{
  InspectorPairState state = inspector_compared_row_get_state (row);

  gtk_widget_set_visible (GTK_WIDGET (self->sign), !self->is_narrow || state != INSPECTOR_PAIR_SAME);
  gtk_widget_set_visible (self->cells[0].box, !self->is_narrow || inspector_compared_row_get_item (row, FALSE) != NULL);
  gtk_widget_set_visible (self->cells[1].box, !self->is_narrow || (inspector_compared_row_get_item (row, TRUE) != NULL &&
                                                                   state != INSPECTOR_PAIR_SAME));
}

void
inspector_compare_row_set_row (InspectorCompareRow *self, InspectorComparedRow *row, gint64 began_a_us, gint64 began_b_us)
{
  InspectorPairState state;

  for (guint i = 0; i < INSPECTOR_N_PAIR_STATES; i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self), state_classes[i]);
  if (row == NULL)
    return;
  state = inspector_compared_row_get_state (row);
  gtk_widget_add_css_class (GTK_WIDGET (self), state_classes[state]);
  gtk_label_set_text (self->sign, signs[state]);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->sign), describe_state (state));
  show_cell (&self->cells[0], inspector_compared_row_get_item (row, FALSE), began_a_us);
  show_cell (&self->cells[1], inspector_compared_row_get_item (row, TRUE), began_b_us);
  if (state == INSPECTOR_PAIR_CHANGED)
    mark_words (self);
  show_layout (self, row);
}

void
inspector_compare_row_set_narrow (InspectorCompareRow *self, gboolean is_narrow)
{
  self->is_narrow = is_narrow;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), is_narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_halign (GTK_WIDGET (self->sign), is_narrow ? GTK_ALIGN_START : GTK_ALIGN_CENTER);
}

char *
inspector_compare_row_describe (InspectorComparedRow *row)
{
  InspectorPairState state = inspector_compared_row_get_state (row);
  InspectorChainItem *a = inspector_compared_row_get_item (row, FALSE);
  InspectorChainItem *b = inspector_compared_row_get_item (row, TRUE);
  g_autofree char *first = inspector_chain_row_describe (a != NULL ? a : b);
  g_autofree char *second = state == INSPECTOR_PAIR_CHANGED ? inspector_chain_row_describe (b) : NULL;

  if (second != NULL)
    return g_strdup_printf (_("%s. First: %s. Second: %s"), describe_state (state), first, second);
  return g_strdup_printf (C_ ("compared row", "%s. %s"), describe_state (state), first);
}

/* ---- the type ---- */

static GtkLabel *
add_label (GtkWidget *box, const char *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (label));
  return label;
}

static void
cell_init (Cell *cell, GtkWidget *row)
{
  cell->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  cell->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (cell->box, "compare-cell");
  gtk_widget_set_hexpand (cell->box, TRUE);
  cell->time = add_label (cell->head, "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (cell->time), "dim-label");
  cell->icon = GTK_IMAGE (gtk_image_new ());
  gtk_box_append (GTK_BOX (cell->head), GTK_WIDGET (cell->icon));
  cell->name = add_label (cell->head, "row-name");
  gtk_label_set_ellipsize (cell->name, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (cell->name, 0);
  gtk_widget_set_hexpand (GTK_WIDGET (cell->name), TRUE);
  cell->percent = add_label (cell->head, "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (cell->percent), "dim-label");
  gtk_box_append (GTK_BOX (cell->box), cell->head);
  cell->text = add_label (cell->box, "compare-text");
  gtk_label_set_xalign (cell->text, 0);
  gtk_label_set_wrap (cell->text, TRUE);
  gtk_label_set_wrap_mode (cell->text, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (cell->text, GTK_NATURAL_WRAP_NONE);
  gtk_label_set_ellipsize (cell->text, PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (cell->text, MAX_LINES);
  gtk_box_append (GTK_BOX (row), cell->box);
}

static void
inspector_compare_row_class_init (InspectorCompareRowClass *klass)
{
}

static void
inspector_compare_row_init (InspectorCompareRow *self)
{
  g_autoptr(GtkSizeGroup) widths = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_widget_add_css_class (GTK_WIDGET (self), "compare-row");
  cell_init (&self->cells[0], GTK_WIDGET (self));
  self->sign = add_label (GTK_WIDGET (self), "compare-sign");
  gtk_widget_set_valign (GTK_WIDGET (self->sign), GTK_ALIGN_CENTER);
  cell_init (&self->cells[1], GTK_WIDGET (self));
  gtk_size_group_add_widget (widths, self->cells[0].box);
  gtk_size_group_add_widget (widths, self->cells[1].box);
}

InspectorCompareRow *
inspector_compare_row_new (void)
{
  return g_object_new (INSPECTOR_TYPE_COMPARE_ROW, NULL);
}
