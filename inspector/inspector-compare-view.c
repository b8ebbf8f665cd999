/* inspector-compare-view.c - two sessions beside each other: what they amount to, and every event of both
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-compare-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "inspector-compare-row.h"
#include "inspector-format.h"

/* Below this width the two stand one above the other. */
#define NARROW_PIXELS 600
/* The column between the two, as the style has it. */
#define SIGN_PIXELS 24

struct _InspectorCompareView
{
  GtkBox               parent_instance;
  GtkBox              *heads;
  GtkLabel            *title_a;
  GtkLabel            *totals_a;
  GtkLabel            *title_b;
  GtkLabel            *totals_b;
  GtkStack            *stack;
  GtkSpinner          *spinner;
  GtkLabel            *nothing;
  GtkScrolledWindow   *scroller;
  GtkListView         *list;
  GtkLabel            *summary;
  InspectorComparison *comparison;         /* NULL when nothing is shown */
  GtkFilter           *filter;             /* of the rows; holds nothing back unless only differences are shown */
  GtkSingleSelection  *selection;          /* of what is shown; NULL as above */
  gboolean             only_differences;
  GPtrArray           *rows;               /* InspectorCompareRow, those that are alive, not owned */
  gboolean             is_narrow;
  guint                narrow_idle;        /* changes it outside of the layout; 0 when it need not */
};

enum { PROP_ONLY_DIFFERENCES = 1 };

G_DEFINE_FINAL_TYPE (InspectorCompareView, inspector_compare_view, GTK_TYPE_BOX)

/* ---- totals ---- */

/* " (+3)": how the second differs from the first; "" when it does not */
static char *
format_difference (const char *number, int sign)
{
  return sign == 0 ? g_strdup ("") : g_strdup_printf (" (%s%s)", sign > 0 ? "+" : "−", number);
}

static void
append_part (GString *text, const char *part, const char *difference)
{
  g_string_append_printf (text, "%s%s%s", text->len > 0 ? " · " : "", part, difference);
}

static void
append_count (GString *text, const char *words, guint n, const guint *other)
{
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *by = inspector_format_count (other != NULL ? (guint) ABS ((gint64) n - *other) : 0);
  g_autofree char *difference = format_difference (by, other == NULL ? 0 : n > *other ? 1 : n < *other ? -1 : 0);
  g_auto(GStrv) parts = g_strsplit (words, "%s", 2);
  g_autofree char *part = g_strconcat (parts[0], count, parts[0] != NULL ? parts[1] : NULL, NULL);

  append_part (text, part, difference);
}

static void
append_duration (GString *text, gint64 duration_us, const gint64 *other_us)
{
  g_autofree char *duration = inspector_format_duration (duration_us);
  gint64 by_us = other_us != NULL ? duration_us / G_USEC_PER_SEC - *other_us / G_USEC_PER_SEC : 0;
  g_autofree char *by = inspector_format_duration (ABS (by_us) * G_USEC_PER_SEC);
  g_autofree char *difference = format_difference (by, by_us > 0 ? 1 : by_us < 0 ? -1 : 0);

  append_part (text, duration, difference);
}

static void
append_confidence (GString *text, const InspectorTotals *totals, const InspectorTotals *other)
{
  g_autofree char *percent = inspector_format_percent (totals->confidence);
  g_autofree char *part = g_strdup_printf (_("confidence %s"), percent);
  int by = other != NULL && other->n_confident > 0
           ? (int) (lround (totals->confidence * 100) - lround (other->confidence * 100)) : 0;
  g_autofree char *number = g_strdup_printf ("%d", ABS (by));
  g_autofree char *difference = format_difference (number, by);

  if (totals->n_confident > 0)
    append_part (text, part, difference);
}

/* @other: (nullable): what it is compared with */
static void
show_totals (GtkLabel *label, InspectorTotals totals, const InspectorTotals *other, gboolean is_running)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (is_running)
    append_part (text, _("● Live"), "");
  append_duration (text, totals.duration_us, other != NULL ? &other->duration_us : NULL);
  append_count (text, ngettext ("%s step", "%s steps", totals.n_steps), totals.n_steps, other != NULL ? &other->n_steps : NULL);
  append_confidence (text, &totals, other);
  if (totals.n_warnings > 0 || (other != NULL && other->n_warnings > 0))
    append_count (text, ngettext ("%s warning", "%s warnings", totals.n_warnings), totals.n_warnings,
                  other != NULL ? &other->n_warnings : NULL);
  gtk_label_set_text (label, text->str);
}

static void
show_summary (InspectorCompareView *self)
{
  static const struct {
    InspectorPairState state;
    const char        *words;
  } parts[] = {
    { INSPECTOR_PAIR_SAME, N_ ("%s the same") },
    { INSPECTOR_PAIR_CHANGED, N_ ("%s changed") },
    { INSPECTOR_PAIR_ONLY_A, N_ ("%s only in the first") },
    { INSPECTOR_PAIR_ONLY_B, N_ ("%s only in the second") },
  };
  g_autoptr(GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    append_count (text, _(parts[i].words), inspector_comparison_count (self->comparison, parts[i].state), NULL);
  if (inspector_comparison_is_cut (self->comparison, FALSE) || inspector_comparison_is_cut (self->comparison, TRUE))
    {
      g_autofree char *most = inspector_format_count (INSPECTOR_ALIGNMENT_MAX);
      g_autofree char *note = g_strdup_printf (_("only the first %s rows are compared"), most);

      append_part (text, note, "");
    }
  gtk_label_set_text (self->summary, text->str);
}

/* ---- pages ---- */

static void
show_page (InspectorCompareView *self)
{
  gboolean is_ready = self->comparison != NULL && inspector_comparison_is_ready (self->comparison);
  guint n_shown = self->selection != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->selection)) : 0;

  gtk_label_set_text (self->nothing, self->only_differences ? _("There is no difference.") : _("There is nothing to compare."));
  gtk_stack_set_visible_child_name (self->stack, !is_ready ? "working" : n_shown == 0 ? "none" : "rows");
  gtk_spinner_set_spinning (self->spinner, !is_ready && self->comparison != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "compare.next", n_shown > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "compare.previous", n_shown > 0);
}

static void
on_changed (InspectorCompareView *self)
{
  InspectorTotals a = inspector_comparison_get_totals (self->comparison, FALSE);
  InspectorTotals b = inspector_comparison_get_totals (self->comparison, TRUE);

  show_page (self);
  if (!inspector_comparison_is_ready (self->comparison))
    return;
  show_totals (self->totals_a, a, NULL, inspector_comparison_is_running (self->comparison, FALSE));
  show_totals (self->totals_b, b, &a, inspector_comparison_is_running (self->comparison, TRUE));
  show_summary (self);
}

/* ---- going through the differences ---- */

static gboolean
is_shown (gpointer item, gpointer user_data)
{
  InspectorCompareView *self = user_data;

  return !self->only_differences || inspector_compared_row_get_state (item) != INSPECTOR_PAIR_SAME;
}

static gboolean
is_difference (InspectorCompareView *self, guint position)
{
  g_autoptr(InspectorComparedRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  return row != NULL && inspector_compared_row_get_state (row) != INSPECTOR_PAIR_SAME;
}

/* To where the next difference begins: rows that differ and stand together are one. */
static void
move (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorCompareView *self = INSPECTOR_COMPARE_VIEW (widget);
  int step = g_str_equal (action, "compare.previous") ? -1 : 1;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint selected = gtk_single_selection_get_selected (self->selection);
  gint64 position = selected != GTK_INVALID_LIST_POSITION ? (gint64) selected + step : step > 0 ? 0 : (gint64) n - 1;

  for (; position >= 0 && position < n; position += step)
    {
      gboolean is_first = position == 0 || self->only_differences || !is_difference (self, (guint) position - 1);

      if (!is_first || !is_difference (self, (guint) position))
        continue;
      gtk_single_selection_set_selected (self->selection, (guint) position);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", (guint) position);
      return;
    }
  gtk_widget_error_bell (widget);
}

guint
inspector_compare_view_get_position (InspectorCompareView *self)
{
  return self->selection != NULL ? gtk_single_selection_get_selected (self->selection) : G_MAXUINT;
}

/* ---- rows ---- */

static gboolean
set_narrow_cb (gpointer user_data)
{
  InspectorCompareView *self = user_data;

  self->narrow_idle = 0;
  for (guint i = 0; i < self->rows->len; i++)
    inspector_compare_row_set_narrow (self->rows->pdata[i], self->is_narrow);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->heads),
                                  self->is_narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_homogeneous (self->heads, !self->is_narrow);
  gtk_box_set_spacing (self->heads, self->is_narrow ? 0 : SIGN_PIXELS);
  /* What is shown once and what twice is another thing now. */
  if (self->filter != NULL)
    gtk_list_view_set_model (self->list, NULL);
  if (self->selection != NULL)
    gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  return G_SOURCE_REMOVE;
}

static void
on_width_changed (InspectorCompareView *self, GtkAdjustment *adjustment)
{
  double width = gtk_adjustment_get_page_size (adjustment);
  gboolean is_narrow = width > 0 && width < NARROW_PIXELS;

  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  if (self->narrow_idle == 0)
    self->narrow_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, set_narrow_cb, self, NULL);
}

/* The factory is not told of every row that goes. */
static void
on_row_gone (gpointer user_data, GObject *row)
{
  g_ptr_array_remove_fast (user_data, row);
}

static void
on_setup (InspectorCompareView *self, GtkListItem *list_item)
{
  InspectorCompareRow *row = inspector_compare_row_new ();

  inspector_compare_row_set_narrow (row, self->is_narrow);
  g_ptr_array_add (self->rows, row);
  g_object_weak_ref (G_OBJECT (row), on_row_gone, self->rows);
  gtk_list_item_set_child (list_item, GTK_WIDGET (row));
}

static void
on_bind (InspectorCompareView *self, GtkListItem *list_item)
{
  GtkWidget *widget = gtk_list_item_get_child (list_item);
  InspectorComparedRow *row = gtk_list_item_get_item (list_item);
  g_autofree char *sentence = inspector_compare_row_describe (row);

  inspector_compare_row_set_row (INSPECTOR_COMPARE_ROW (widget), row,
                                 inspector_watch_get_began_us (inspector_comparison_get_watch (self->comparison, FALSE)),
                                 inspector_watch_get_began_us (inspector_comparison_get_watch (self->comparison, TRUE)));
  /* The name of a row is that of the widget around it, which GTK leaves without one. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (widget)), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

static void
on_unbind (InspectorCompareView *self, GtkListItem *list_item)
{
  inspector_compare_row_set_row (INSPECTOR_COMPARE_ROW (gtk_list_item_get_child (list_item)), NULL, 0, 0);
}

/* ---- the comparison ---- */

static void
forget_comparison (InspectorCompareView *self)
{
  if (self->comparison != NULL)
    g_signal_handlers_disconnect_by_data (self->comparison, self);
  gtk_list_view_set_model (self->list, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->filter);
  g_clear_object (&self->comparison);
}

void
inspector_compare_view_set_comparison (InspectorCompareView *self, InspectorComparison *comparison, const char *title_a,
                                       const char *title_b)
{
  GtkFilterListModel *shown;

  forget_comparison (self);
  gtk_label_set_text (self->title_a, title_a != NULL ? title_a : "");
  gtk_label_set_text (self->title_b, title_b != NULL ? title_b : "");
  if (comparison == NULL)
    {
      show_page (self);
      return;
    }
  self->comparison = g_object_ref (comparison);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  shown = gtk_filter_list_model_new (g_object_ref (inspector_comparison_get_rows (comparison)), g_object_ref (self->filter));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (shown));
  g_object_unref (shown);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (comparison, "changed", G_CALLBACK (on_changed), self);
  on_changed (self);
}

const char *
inspector_compare_view_get_summary (InspectorCompareView *self)
{
  return gtk_label_get_text (self->summary);
}

/* ---- the type ---- */

static void
inspector_compare_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ONLY_DIFFERENCES)
    g_value_set_boolean (value, INSPECTOR_COMPARE_VIEW (object)->only_differences);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_compare_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorCompareView *self = INSPECTOR_COMPARE_VIEW (object);

  if (prop_id != PROP_ONLY_DIFFERENCES)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  if (self->only_differences == g_value_get_boolean (value))
    return;
  self->only_differences = g_value_get_boolean (value);
  if (self->filter != NULL)
    gtk_filter_changed (self->filter, self->only_differences ? GTK_FILTER_CHANGE_MORE_STRICT : GTK_FILTER_CHANGE_LESS_STRICT);
  show_page (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
inspector_compare_view_dispose (GObject *object)
{
  InspectorCompareView *self = INSPECTOR_COMPARE_VIEW (object);

  g_clear_handle_id (&self->narrow_idle, g_source_remove);
  if (self->list != NULL)
    forget_comparison (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_COMPARE_VIEW);
  G_OBJECT_CLASS (inspector_compare_view_parent_class)->dispose (object);
}

static void
inspector_compare_view_finalize (GObject *object)
{
  GPtrArray *rows = INSPECTOR_COMPARE_VIEW (object)->rows;

  for (guint i = 0; i < rows->len; i++)
    g_object_weak_unref (rows->pdata[i], on_row_gone, rows);
  g_ptr_array_unref (rows);
  G_OBJECT_CLASS (inspector_compare_view_parent_class)->finalize (object);
}

static void
inspector_compare_view_class_init (InspectorCompareViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = inspector_compare_view_get_property;
  object_class->set_property = inspector_compare_view_set_property;
  object_class->dispose = inspector_compare_view_dispose;
  object_class->finalize = inspector_compare_view_finalize;
  g_object_class_install_property (object_class, PROP_ONLY_DIFFERENCES,
                                   g_param_spec_boolean ("only-differences", NULL, NULL, FALSE,
                                                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-compare-view.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, heads);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, title_a);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, totals_a);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, title_b);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, totals_b);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, stack);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, spinner);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, nothing);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, scroller);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, list);
  gtk_widget_class_bind_template_child (widget_class, InspectorCompareView, summary);
  gtk_widget_class_install_action (widget_class, "compare.next", NULL, move);
  gtk_widget_class_install_action (widget_class, "compare.previous", NULL, move);
  gtk_widget_class_install_property_action (widget_class, "compare.only-differences", "only-differences");
}

static void
inspector_compare_view_init (InspectorCompareView *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
  g_signal_connect_swapped (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list, factory);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (self->scroller), "changed", G_CALLBACK (on_width_changed),
                           self, G_CONNECT_SWAPPED);
  show_page (self);
}
