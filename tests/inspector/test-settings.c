/* test-settings.c - what is kept: settings, the preferences window, the state of a window; and the shortcuts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "inspector-application.h"
#include "inspector-columns.h"
#include "inspector-preferences.h"
#include "inspector-settings.h"
#include "inspector-window.h"

/* One for the whole program. */
static InspectorApplication *application;

static void
reset (void)
{
  g_autoptr(GSettingsSchema) schema = NULL;
  g_auto(GStrv) keys = NULL;

  g_object_get (inspector_settings_get (), "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (guint i = 0; keys[i] != NULL; i++)
    g_settings_reset (inspector_settings_get (), keys[i]);
}

/* First widget for which @func holds, in depth. */
static GtkWidget *
find (GtkWidget *widget, gboolean (*func) (GtkWidget *widget, gconstpointer data), gconstpointer data)
{
  GtkWidget *found = func (widget, data) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, func, data);
  return found;
}

/* ---- the schema ---- */

static void
test_every_setting_is_there (void)
{
  static const char *const expected[] = {
    "color-scheme", "connections", "detail-level", "detail-visible", "detail-width", "follow-newest", "history-limit",
    "last-connection", "notify-completion", "notify-content", "notify-quiet", "notify-warning", "quiet-seconds",
    "replay-speed", "shorten-gaps", "sidebar-visible", "sidebar-width", "time-format", "trusted-certificates",
    "window-maximized", "window-size",
  };
  g_autoptr(GSettingsSchema) schema = NULL;
  g_auto(GStrv) keys = NULL;

  g_object_get (inspector_settings_get (), "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  g_assert_cmpuint (g_strv_length (keys), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_true (g_strv_contains ((const char *const *) keys, expected[i]));
  g_assert_cmpuint (g_settings_get_uint (inspector_settings_get (), "history-limit"), ==, 50000);
  g_assert_false (g_settings_get_boolean (inspector_settings_get (), "notify-quiet"));
}

/* ---- preferences ---- */

static gboolean
is_row (GtkWidget *widget, gconstpointer title)
{
  return ADW_IS_PREFERENCES_ROW (widget) &&
         g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0;
}

static GtkWidget *
find_row (GtkWidget *page, const char *title)
{
  GtkWidget *row = find (page, is_row, title);

  g_assert_nonnull (row);
  return row;
}

static gboolean
is_of_type (GtkWidget *widget, gconstpointer type)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) type);
}

static GtkWidget *
find_in_row (GtkWidget *page, const char *title, GType type)
{
  GtkWidget *widget = find (find_row (page, title), is_of_type, &type);

  g_assert_nonnull (widget);
  return widget;
}

static void
test_preferences_show_and_change_settings (void)
{
  GSettings *settings = inspector_settings_get ();
  GtkWidget *window = gtk_window_new ();
  GtkWidget *page;
  g_autofree char *word = NULL;

  reset ();
  g_settings_set_uint (settings, "history-limit", 20000);
  g_settings_set_string (settings, "time-format", "since-start");
  page = inspector_preferences_new ();
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 700);
  gtk_window_present (GTK_WINDOW (window));
  fake_wait_for (gtk_widget_get_mapped (page));

  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (find_row (page, "Times"))), ==, 1);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (find_row (page, "Rows"))), ==, 1);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (find_in_row (page, "Keep at Most",
                                                                              GTK_TYPE_SPIN_BUTTON))), ==, 20000);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (find_in_row (page, "Warnings", GTK_TYPE_SWITCH))));

  adw_combo_row_set_selected (ADW_COMBO_ROW (find_row (page, "Rows")), INSPECTOR_DETAIL_COMPACT);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_in_row (page, "Quiet After", GTK_TYPE_SPIN_BUTTON)), 45);
  gtk_switch_set_active (GTK_SWITCH (find_in_row (page, "Show Content", GTK_TYPE_SWITCH)), TRUE);
  word = g_settings_get_string (settings, "detail-level");
  g_assert_cmpstr (word, ==, "compact");
  g_assert_cmpuint (g_settings_get_uint (settings, "quiet-seconds"), ==, 45);
  g_assert_true (g_settings_get_boolean (settings, "notify-content"));

  /* And what is changed elsewhere is seen. */
  g_settings_set_string (settings, "detail-level", "full");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (find_row (page, "Rows"))), ==, INSPECTOR_DETAIL_FULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_the_style_is_applied_at_once (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  reset ();
  g_settings_set_string (inspector_settings_get (), "color-scheme", "dark");
  g_assert_true (adw_style_manager_get_dark (manager));
  g_settings_set_string (inspector_settings_get (), "color-scheme", "light");
  g_assert_false (adw_style_manager_get_dark (manager));
  g_assert_cmpint (adw_style_manager_get_color_scheme (manager), ==, ADW_COLOR_SCHEME_FORCE_LIGHT);
  g_settings_reset (inspector_settings_get (), "color-scheme");
  g_assert_cmpint (adw_style_manager_get_color_scheme (manager), ==, ADW_COLOR_SCHEME_DEFAULT);
}

/* ---- the state of a window ---- */

static InspectorWindow *
open_window (FakeDaemon *daemon)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  InspectorWindow *window = inspector_window_new (GTK_APPLICATION (application), client, NULL);

  gtk_window_present (GTK_WINDOW (window));
  fake_wait_for (gtk_widget_get_mapped (GTK_WIDGET (window)));
  return window;
}

static InspectorColumns *
find_columns (InspectorWindow *window)
{
  GType type = INSPECTOR_TYPE_COLUMNS;

  return INSPECTOR_COLUMNS (find (GTK_WIDGET (window), is_of_type, &type));
}

/* Without a window manager the frame takes some of it. */
static gboolean
is_as_wide (InspectorWindow *window, int width)
{
  int is = gtk_widget_get_width (GTK_WIDGET (find_columns (window)));

  return is <= width && is > width - 20;
}

static void
close_window (InspectorWindow *window)
{
  gpointer pointer = window;

  g_object_add_weak_pointer (G_OBJECT (window), &pointer);
  gtk_window_close (GTK_WINDOW (window));
  fake_wait_for (pointer == NULL);
}

static void
test_a_window_comes_back_as_it_was (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  InspectorWindow *window;
  gboolean has_detail;
  int sidebar_width;
  int width;
  int height;

  reset ();
  window = open_window (daemon);
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 620);
  g_object_set (find_columns (window), "sidebar-width", 333, NULL);
  fake_wait_for (is_as_wide (window, 1100));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle-detail", NULL);
  close_window (window);

  window = open_window (daemon);
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  g_object_get (find_columns (window), "sidebar-width", &sidebar_width, "detail-visible", &has_detail, NULL);
  g_assert_cmpint (width, ==, 1100);
  g_assert_cmpint (height, ==, 620);
  g_assert_cmpint (sidebar_width, ==, 333);
  g_assert_false (has_detail);
  close_window (window);
}

static void
test_a_small_window_starts_with_one_page (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  InspectorWindow *window;

  reset ();
  g_settings_set (inspector_settings_get (), "window-size", "(ii)", 10, 10);   /* less than is possible */
  window = open_window (daemon);
  g_assert_cmpint (inspector_columns_get_layout (find_columns (window)), ==, INSPECTOR_LAYOUT_NARROW);
  fake_wait_for (is_as_wide (window, 360));
  close_window (window);
}

/* ---- shortcuts ---- */

static void
collect_accelerators (GtkWidget *widget, GHashTable *found)
{
  if (GTK_IS_SHORTCUTS_SHORTCUT (widget))
    {
      g_autofree char *text = NULL;
      g_auto(GStrv) parts = NULL;

      g_object_get (widget, "accelerator", &text, NULL);
      parts = g_strsplit (text, " ", -1);
      for (guint i = 0; parts[i] != NULL; i++)
        {
          guint key;
          GdkModifierType modifiers;

          if (strstr (parts[i], "...") != NULL)
            continue; /* a range */
          g_assert_true (gtk_accelerator_parse (parts[i], &key, &modifiers));
          g_hash_table_add (found, gtk_accelerator_name (key, modifiers));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_accelerators (child, found);
}

static void
test_every_shortcut_is_told (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto(GStrv) actions = gtk_application_list_action_descriptions (GTK_APPLICATION (application));
  InspectorWindow *window;
  guint n_checked = 0;

  reset ();
  window = open_window (daemon);
  collect_accelerators (GTK_WIDGET (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (window))), told);
  for (guint i = 0; actions[i] != NULL; i++)
    {
      g_auto(GStrv) keys = gtk_application_get_accels_for_action (GTK_APPLICATION (application), actions[i]);

      for (guint j = 0; keys[j] != NULL; j++)
        {
          /* What shares a key with another, as equal with plus, goes without saying. */
          if (!g_hash_table_contains (told, keys[j]) && strcmp (keys[j], "<Control>equal") != 0)
            g_error ("%s for %s is not told", keys[j], actions[i]);
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, >, 10);
  close_window (window);
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = g_object_new (INSPECTOR_TYPE_APPLICATION, "application-id", "org.ouioe.Inspector",
                              "flags", G_APPLICATION_NON_UNIQUE, "resource-base-path", "/org/ouioe/Inspector", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  g_application_hold (G_APPLICATION (application));

  g_test_add_func ("/settings/every-setting-is-there", test_every_setting_is_there);
  g_test_add_func ("/settings/preferences-show-and-change-settings", test_preferences_show_and_change_settings);
  g_test_add_func ("/settings/the-style-is-applied-at-once", test_the_style_is_applied_at_once);
  g_test_add_func ("/settings/a-window-comes-back-as-it-was", test_a_window_comes_back_as_it_was);
  g_test_add_func ("/settings/a-small-window-starts-with-one-page", test_a_small_window_starts_with_one_page);
  g_test_add_func ("/settings/every-shortcut-is-told", test_every_shortcut_is_told);
  status = g_test_run ();

  g_clear_object (&application);
  display_stop ();
  return status;
}
