/* inspector-preferences.c - the page of the preferences window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-preferences.h"

#include <string.h>

#include "inspector-settings.h"

struct _InspectorPreferences
{
  AdwPreferencesPage parent_instance;
  AdwComboRow       *detail_level;
  AdwComboRow       *time_format;
  GtkSwitch         *follow_newest;
  GtkSpinButton     *history_limit;
  GtkSpinButton     *quiet_seconds;
  GtkSwitch         *notify_completion;
  GtkSwitch         *notify_warning;
  GtkSwitch         *notify_quiet;
  GtkSwitch         *notify_content;
  AdwComboRow       *color_scheme;
};

G_DEFINE_FINAL_TYPE (InspectorPreferences, inspector_preferences, ADW_TYPE_PREFERENCES_PAGE)

/* The rows stand in the order of the words in the schema; @user_data is the key. */
static gboolean
word_to_index (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_uint (value, (guint) g_settings_get_enum (inspector_settings_get (), user_data));
  return TRUE;
}

static GVariant *
index_to_word (const GValue *value, const GVariantType *type, gpointer user_data)
{
  g_autoptr(GSettingsSchema) schema = NULL;
  g_autoptr(GSettingsSchemaKey) key = NULL;
  g_autoptr(GVariant) range = NULL;
  g_autoptr(GVariant) words = NULL;
  g_autoptr(GVariant) word = NULL;

  g_object_get (inspector_settings_get (), "settings-schema", &schema, NULL);
  key = g_settings_schema_get_key (schema, user_data);
  range = g_settings_schema_key_get_range (key);
  g_variant_get (range, "(sv)", NULL, &words);
  if (g_value_get_uint (value) >= g_variant_n_children (words))
    return NULL; /* nothing is selected */
  word = g_variant_get_child_value (words, g_value_get_uint (value));
  return g_steal_pointer (&word);
}

static void
bind_choice (AdwComboRow *row, const char *key)
{
  g_settings_bind_with_mapping (inspector_settings_get (), key, row, "selected", G_SETTINGS_BIND_DEFAULT, word_to_index,
                                index_to_word, (gpointer) key, NULL);
}

static gboolean
count_to_value (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_double (value, g_variant_get_uint32 (variant));
  return TRUE;
}

static GVariant *
value_to_count (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_uint32 ((guint32) g_value_get_double (value));
}

static void
bind_count (GtkSpinButton *button, const char *key)
{
  g_settings_bind_with_mapping (inspector_settings_get (), key, button, "value", G_SETTINGS_BIND_DEFAULT, count_to_value,
                                value_to_count, NULL, NULL);
}

static void
bind_switch (GtkSwitch *widget, const char *key)
{
  g_settings_bind (inspector_settings_get (), key, widget, "active", G_SETTINGS_BIND_DEFAULT);
}

static void
inspector_preferences_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), INSPECTOR_TYPE_PREFERENCES);
  G_OBJECT_CLASS (inspector_preferences_parent_class)->dispose (object);
}

static void
inspector_preferences_class_init (InspectorPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, detail_level);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, time_format);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, follow_newest);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, history_limit);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, quiet_seconds);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, notify_completion);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, notify_warning);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, notify_quiet);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, notify_content);
  gtk_widget_class_bind_template_child (widget_class, InspectorPreferences, color_scheme);
}

static void
inspector_preferences_init (InspectorPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  bind_choice (self->detail_level, "detail-level");
  bind_choice (self->time_format, "time-format");
  bind_choice (self->color_scheme, "color-scheme");
  bind_count (self->history_limit, "history-limit");
  bind_count (self->quiet_seconds, "quiet-seconds");
  bind_switch (self->follow_newest, "follow-newest");
  bind_switch (self->notify_completion, "notify-completion");
  bind_switch (self->notify_warning, "notify-warning");
  bind_switch (self->notify_quiet, "notify-quiet");
  bind_switch (self->notify_content, "notify-content");
}

GtkWidget *
inspector_preferences_new (void)
{
  return g_object_new (INSPECTOR_TYPE_PREFERENCES, NULL);
}
