/* inspector-export-dialog.c - in which format, and which steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-export-dialog.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-transfer.h"

typedef enum { SCOPE_ALL, SCOPE_SHOWN, SCOPE_SELECTED, N_SCOPES } Scope;

struct _InspectorExportDialog
{
  AdwWindow            parent_instance;
  AdwPreferencesGroup *formats;
  AdwPreferencesGroup *scopes;
  GtkCheckButton      *format_buttons[INSPECTOR_N_FORMATS];
  GtkCheckButton      *scope_buttons[N_SCOPES];              /* NULL for what cannot be chosen */
  GListModel          *lists[N_SCOPES];                      /* of InspectorChainItem; NULL as above */
  AdwToastOverlay     *toasts;                               /* weak */
  char                *name;
};

G_DEFINE_FINAL_TYPE (InspectorExportDialog, inspector_export_dialog, ADW_TYPE_WINDOW)

static const struct {
  const char *title;
  const char *subtitle;
} formats[INSPECTOR_N_FORMATS] = {
  [INSPECTOR_FORMAT_NDJSON] = { N_ ("NDJSON"), N_ ("Byte for byte as received; opens again") },
  [INSPECTOR_FORMAT_JSON] = { N_ ("JSON"), N_ ("One list of events, for other programs") },
  [INSPECTOR_FORMAT_MARKDOWN] = { N_ ("Markdown"), N_ ("A report, to be read") },
};

static const char *const scope_titles[N_SCOPES] = {
  [SCOPE_ALL] = N_ ("Whole Session"),
  [SCOPE_SHOWN] = N_ ("Shown Rows"),
  [SCOPE_SELECTED] = N_ ("Selection"),
};

/* A row with a button of a group of which one is chosen; the first is. */
static GtkCheckButton *
add_choice (AdwPreferencesGroup *group, GtkCheckButton *first, const char *title, const char *subtitle)
{
  GtkCheckButton *button = GTK_CHECK_BUTTON (gtk_check_button_new ());
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (GTK_WIDGET (button), GTK_ALIGN_CENTER);
  gtk_check_button_set_group (button, first);
  if (first == NULL)
    gtk_check_button_set_active (button, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), GTK_WIDGET (button));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), GTK_WIDGET (button));
  adw_preferences_group_add (group, row);
  return button;
}

static void
add_scope (InspectorExportDialog *self, Scope scope, GListModel *items)
{
  guint n = items != NULL ? g_list_model_get_n_items (items) : 0;
  g_autofree char *count = inspector_format_count (n);
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%s row", "%s rows", n), count);

  if (scope != SCOPE_ALL && (n == 0 || n == g_list_model_get_n_items (self->lists[SCOPE_ALL])))
    return;
  self->lists[scope] = g_object_ref (items);
  self->scope_buttons[scope] = add_choice (self->scopes, self->scope_buttons[SCOPE_ALL], _(scope_titles[scope]), subtitle);
}

InspectorFormat
inspector_export_dialog_get_format (InspectorExportDialog *self)
{
  for (guint i = 0; i < INSPECTOR_N_FORMATS; i++)
    if (gtk_check_button_get_active (self->format_buttons[i]))
      return i;
  return INSPECTOR_FORMAT_NDJSON;
}

GPtrArray *
inspector_export_dialog_dup_events (InspectorExportDialog *self)
{
  for (guint i = 0; i < N_SCOPES; i++)
    if (self->scope_buttons[i] != NULL && gtk_check_button_get_active (self->scope_buttons[i]))
      return inspector_transfer_collect (self->lists[i]);
  return inspector_transfer_collect (self->lists[SCOPE_ALL]);
}

static void
save (GtkWidget *widget, const char *action, GVariant *parameter)
{
  InspectorExportDialog *self = INSPECTOR_EXPORT_DIALOG (widget);
  g_autoptr(GPtrArray) events = inspector_export_dialog_dup_events (self);
  InspectorFormat format = inspector_export_dialog_get_format (self);

  if (self->toasts != NULL)
    inspector_transfer_choose_save (self->toasts, self->name, format, events);
  gtk_window_close (GTK_WINDOW (self));
}

static void
inspector_export_dialog_dispose (GObject *object)
{
  InspectorExportDialog *self = INSPECTOR_EXPORT_DIALOG (object);

  for (guint i = 0; i < N_SCOPES; i++)
    g_clear_object (&self->lists[i]);
  g_clear_weak_pointer (&self->toasts);
  gtk_widget_dispose_template (GTK_WIDGET (self), INSPECTOR_TYPE_EXPORT_DIALOG);
  G_OBJECT_CLASS (inspector_export_dialog_parent_class)->dispose (object);
}

static void
inspector_export_dialog_finalize (GObject *object)
{
  g_free (INSPECTOR_EXPORT_DIALOG (object)->name);
  G_OBJECT_CLASS (inspector_export_dialog_parent_class)->finalize (object);
}

static void
inspector_export_dialog_class_init (InspectorExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_export_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = inspector_export_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorExportDialog, formats);
  gtk_widget_class_bind_template_child (widget_class, InspectorExportDialog, scopes);
  gtk_widget_class_install_action (widget_class, "export.save", NULL, save);
}

static void
inspector_export_dialog_init (InspectorExportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < INSPECTOR_N_FORMATS; i++)
    self->format_buttons[i] = add_choice (self->formats, self->format_buttons[0], _(formats[i].title), _(formats[i].subtitle));
}

InspectorExportDialog *
inspector_export_dialog_new (AdwToastOverlay *toasts, const char *name, GListModel *all, GListModel *shown,
                             GListModel *selected)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (toasts));
  InspectorExportDialog *self = g_object_new (INSPECTOR_TYPE_EXPORT_DIALOG, "transient-for", root, NULL);

  g_set_weak_pointer (&self->toasts, toasts);
  self->name = g_strdup (name);
  add_scope (self, SCOPE_ALL, all);
  add_scope (self, SCOPE_SHOWN, shown);
  add_scope (self, SCOPE_SELECTED, selected);
  return self;
}
