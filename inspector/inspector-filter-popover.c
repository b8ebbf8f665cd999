/* inspector-filter-popover.c - chooses which rows of a chain are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-filter-popover.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "inspector-format.h"
#include "inspector-kind.h"

/* While it is open the counts go on. */
#define COUNT_SECONDS 1

/* A kind that can be chosen. */
typedef struct {
  char           *key;     /* "step:decision" */
  guint           n;       /* rows of it */
  GtkWidget      *row;     /* NULL until it has one; owned by the box */
  GtkCheckButton *check;
  GtkLabel       *count;
} Kind;

struct _InspectorFilterPopover
{
  GtkPopover       parent_instance;
  GtkSearchEntry  *text;
  GtkBox          *kinds;
  GtkLabel        *range;
  GtkScale        *low;
  GtkScale        *high;
  GtkCheckButton  *not_reported;
  GtkCheckButton  *updates;
  GtkCheckButton  *alternatives;
  GtkCheckButton  *bookmarked;
  GtkWidget       *clear;
  GtkAdjustment   *low_adjustment;
  GtkAdjustment   *high_adjustment;
  InspectorFilter *filter;
  GListModel      *model;        /* NULL when nothing is shown */
  GHashTable      *by_key;       /* Kind */
  guint            timer;        /* counts again; 0 while it is closed */
  gboolean         is_showing;   /* the filter is being shown: what changes is not the reader's */
};

G_DEFINE_FINAL_TYPE (InspectorFilterPopover, inspector_filter_popover, GTK_TYPE_POPOVER)

static void
kind_free (gpointer data)
{
  Kind *kind = data;

  g_free (kind->key);
  g_free (kind);
}

static const InspectorKind *
look_of (const char *key, const char **word)
{
  *word = strchr (key, ':') + 1;
  return g_str_has_prefix (key, "step:") ? inspector_kind_for_step (*word) : inspector_kind_for_update (*word);
}

/* ---- counts ---- */

static void
on_kind_toggled (GtkCheckButton *check, InspectorFilterPopover *self)
{
  if (!self->is_showing)
    inspector_filter_set_kind (self->filter, g_object_get_data (G_OBJECT (check), "key"),
                               gtk_check_button_get_active (check));
}

/* Steps before updates, each in the order of the work. */
static int
compare_kinds (gconstpointer a, gconstpointer b)
{
  const Kind *one = *(const Kind *const *) a;
  const Kind *two = *(const Kind *const *) b;
  int by_group = one->key[0] - two->key[0];
  const char *word;
  guint order_one = inspector_kind_get_order (look_of (one->key, &word));
  guint order_two = inspector_kind_get_order (look_of (two->key, &word));

  if (by_group != 0)
    return by_group;
  return order_one != order_two ? (int) order_one - (int) order_two : strcmp (one->key, two->key);
}

static void
make_row (InspectorFilterPopover *self, Kind *kind)
{
  const char *word;
  const InspectorKind *look = look_of (kind->key, &word);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name (look->icon_name);
  GtkWidget *name = gtk_label_new (inspector_kind_title_word (look, word));

  kind->row = gtk_check_button_new ();
  kind->check = GTK_CHECK_BUTTON (kind->row);
  kind->count = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (icon, look->css_class);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (kind->count), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (kind->count), "dim-label");
  gtk_box_append (GTK_BOX (line), icon);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (kind->count));
  gtk_check_button_set_child (kind->check, line);
  g_object_set_data_full (G_OBJECT (kind->check), "key", g_strdup (kind->key), g_free);
  g_signal_connect (kind->check, "toggled", G_CALLBACK (on_kind_toggled), self);
}

static void
show_kind (InspectorFilterPopover *self, Kind *kind)
{
  const char *word;
  const InspectorKind *look = look_of (kind->key, &word);
  g_autofree char *count = inspector_format_count (kind->n);
  g_autofree char *name = g_strdup_printf ("%s, %s", inspector_kind_title_word (look, word), count);

  gtk_label_set_text (kind->count, count);
  gtk_check_button_set_active (kind->check, inspector_filter_has_kind (self->filter, kind->key));
  gtk_accessible_update_property (GTK_ACCESSIBLE (kind->check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
count_kinds (InspectorFilterPopover *self)
{
  guint n = self->model != NULL ? g_list_model_get_n_items (self->model) : 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Kind *) value)->n = 0;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (self->model, i);
      g_autofree char *key = inspector_filter_dup_key (item);
      Kind *kind = key != NULL ? g_hash_table_lookup (self->by_key, key) : NULL;

      if (key != NULL && kind == NULL)
        {
          kind = g_new0 (Kind, 1);
          kind->key = g_steal_pointer (&key);
          g_hash_table_insert (self->by_key, kind->key, kind);
        }
      if (kind != NULL)
        kind->n++;
    }
}

static void
show_kinds (InspectorFilterPopover *self)
{
  g_autoptr(GPtrArray) kinds = g_ptr_array_new ();
  GtkWidget *last = NULL;
  GHashTableIter iter;
  gpointer value;

  count_kinds (self);
  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (kinds, value);
  g_ptr_array_sort (kinds, compare_kinds);
  self->is_showing = TRUE;
  for (guint i = 0; i < kinds->len; i++)
    {
      Kind *kind = kinds->pdata[i];

      if (kind->row == NULL)
        {
          make_row (self, kind);
          gtk_box_insert_child_after (self->kinds, kind->row, last);
        }
      show_kind (self, kind);
      last = kind->row;
    }
  self->is_showing = FALSE;
  gtk_widget_set_visible (gtk_widget_get_ancestor (GTK_WIDGET (self->kinds), GTK_TYPE_SCROLLED_WINDOW), kinds->len > 0);
}

static gboolean
count_cb (gpointer user_data)
{
  show_kinds (user_data);
  return G_SOURCE_CONTINUE;
}

/* ---- the filter ---- */

static void
show_filter (InspectorFilterPopover *self)
{
  double low;
  double high;
  gboolean not_reported;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *range = NULL;

  inspector_filter_get_confidence (self->filter, &low, &high, &not_reported);
  from = inspector_format_percent (low);
  to = inspector_format_percent (high);
  range = g_strdup_printf (C_("range", "%s – %s"), from, to);
  self->is_showing = TRUE;
  gtk_label_set_text (self->range, range);
  gtk_adjustment_set_value (self->low_adjustment, low * 100);
  gtk_adjustment_set_value (self->high_adjustment, high * 100);
  gtk_check_button_set_active (self->not_reported, not_reported);
  gtk_check_button_set_active (self->updates, inspector_filter_get_updates (self->filter));
  gtk_check_button_set_active (self->alternatives, inspector_filter_get_alternatives (self->filter));
  gtk_check_button_set_active (self->bookmarked, inspector_filter_get_bookmarked (self->filter));
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (self->text)), inspector_filter_get_text (self->filter)) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->text), inspector_filter_get_text (self->filter));
  gtk_widget_set_sensitive (self->clear, inspector_filter_get_n_active (self->filter) > 0);
  self->is_showing = FALSE;
}

static void
on_filter_changed (InspectorFilterPopover *self)
{
  show_filter (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_kinds (self);
}

/* The two handles push each other. */
static void
on_range_changed (InspectorFilterPopover *self, GtkAdjustment *moved)
{
  double low = gtk_adjustment_get_value (self->low_adjustment);
  double high = gtk_adjustment_get_value (self->high_adjustment);

  if (self->is_showing)
    return;
  if (low > high && moved == self->low_adjustment)
    high = low;
  else if (low > high)
    low = high;
  inspector_filter_set_confidence (self->filter, round (low) / 100, round (high) / 100,
                                   gtk_check_button_get_active (self->not_reported));
}

static void
on_check_toggled (InspectorFilterPopover *self)
{
  double low;
  double high;
  gboolean not_reported;

  if (self->is_showing)
    return;
  self->is_showing = TRUE;   /* each of the following tells of a change */
  inspector_filter_get_confidence (self->filter, &low, &high, &not_reported);
  not_reported = gtk_check_button_get_active (self->not_reported);
  gboolean updates = gtk_check_button_get_active (self->updates);
  gboolean alternatives = gtk_check_button_get_active (self->alternatives);
  gboolean bookmarked = gtk_check_button_get_active (self->bookmarked);

  inspector_filter_set_confidence (self->filter, low, high, not_reported);
  inspector_filter_set_updates (self->filter, updates);
  inspector_filter_set_alternatives (self->filter, alternatives);
  inspector_filter_set_bookmarked (self->filter, bookmarked);
  show_filter (self);
}

static void
on_text_changed (InspectorFilterPopover *self)
{
  if (!self->is_showing)
    inspector_filter_set_text (self->filter, gtk_editable_get_text (GTK_EDITABLE (self->text)));
}

static void
on_clear (InspectorFilterPopover *self)
{
  inspector_filter_clear (self->filter);
}

/* ---- the type ---- */

static void
inspector_filter_popover_map (GtkWidget *widget)
{
  InspectorFilterPopover *self = INSPECTOR_FILTER_POPOVER (widget);

  show_kinds (self);
  if (self->timer == 0)
    self->timer = g_timeout_add_seconds (COUNT_SECONDS, count_cb, self);
  GTK_WIDGET_CLASS (inspector_filter_popover_parent_class)->map (widget);
}

static void
inspector_filter_popover_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&INSPECTOR_FILTER_POPOVER (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (inspector_filter_popover_parent_class)->unmap (widget);
}

static void
inspector_filter_popover_dispose (GObject *object)
{
  InspectorFilterPopover *self = INSPECTOR_FILTER_POPOVER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->filter);
  g_clear_object (&self->model);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_FILTER_POPOVER);
  G_OBJECT_CLASS (inspector_filter_popover_parent_class)->dispose (object);
}

static void
inspector_filter_popover_finalize (GObject *object)
{
  g_hash_table_unref (INSPECTOR_FILTER_POPOVER (object)->by_key);
  G_OBJECT_CLASS (inspector_filter_popover_parent_class)->finalize (object);
}

static void
inspector_filter_popover_class_init (InspectorFilterPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_filter_popover_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_filter_popover_finalize;
  widget_class->map = inspector_filter_popover_map;
  widget_class->unmap = inspector_filter_popover_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-filter-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, text);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, kinds);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, range);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, low);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, high);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, low_adjustment);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, high_adjustment);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, not_reported);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, updates);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, alternatives);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, bookmarked);
  gtk_widget_class_bind_template_child (widget_class, InspectorFilterPopover, clear);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_clear);
}

static void
inspector_filter_popover_init (InspectorFilterPopover *self)
{
  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, kind_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

InspectorFilterPopover *
inspector_filter_popover_new (InspectorFilter *filter)
{
  InspectorFilterPopover *self = g_object_new (INSPECTOR_TYPE_FILTER_POPOVER, NULL);
  GtkCheckButton *checks[] = { self->not_reported, self->updates, self->alternatives, self->bookmarked };

  self->filter = g_object_ref (filter);
  g_signal_connect_object (filter, "changed", G_CALLBACK (on_filter_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->low_adjustment, "value-changed", G_CALLBACK (on_range_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->high_adjustment, "value-changed", G_CALLBACK (on_range_changed), self,
                           G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    g_signal_connect_object (checks[i], "toggled", G_CALLBACK (on_check_toggled), self, G_CONNECT_SWAPPED);
  show_filter (self);
  return self;
}

void
inspector_filter_popover_set_model (InspectorFilterPopover *self, GListModel *model)
{
  g_set_object (&self->model, model);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_kinds (self);
}
