/* inspector-application.c - command line, actions, windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-application.h"

#include <glib/gi18n.h>
#include <ouioe.h>

#include "inspector-compat.h"
#include "inspector-preferences.h"
#include "inspector-settings.h"
#include "inspector-window.h"

/* The exit status for arguments that cannot be used, as of all programs of the project. */
#define EXIT_USAGE 64

struct _InspectorApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (InspectorApplication, inspector_application, ADW_TYPE_APPLICATION)

static gboolean
is_address (const char *text)
{
  return g_str_has_prefix (text, "http://") || g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "unix:");
}

/* @address, @session_id: (nullable) */
static void
open_window (InspectorApplication *self, const char *address, const char *session_id)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);

  gtk_window_present (GTK_WINDOW (inspector_window_new (GTK_APPLICATION (self), client, session_id)));
}

static int
inspector_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  g_auto(GStrv) argv = g_application_command_line_get_arguments (command_line, NULL);
  g_autofree char *from_environment = NULL;
  const char *address = NULL;
  const char *session_id = NULL;
  int argc;

  argc = (int) g_strv_length (argv);
  if (argc > 1 && is_address (argv[1]))
    address = argv[1];
  if (argc > (address != NULL ? 2 : 1))
    session_id = argv[address != NULL ? 2 : 1];
  if (argc > 3 || (argc > 2 && address == NULL))
    {
      g_application_command_line_printerr (command_line, _("ouioe-inspector: usage: %s\n"),
                                           "ouioe-inspector [ADDRESS] [SESSION]");
      return EXIT_USAGE;
    }

  /* The environment is that of the caller, who may be another process. */
  from_environment = g_strdup (g_application_command_line_getenv (command_line, "OUIOE_ADDRESS"));
  open_window (INSPECTOR_APPLICATION (application), address != NULL ? address : from_environment, session_id);
  return EXIT_SUCCESS;
}

static void
inspector_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else
    open_window (INSPECTOR_APPLICATION (application), NULL, NULL);
}

static int
inspector_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("ouioe-inspector %s\n", OUIOE_VERSION);
      return EXIT_SUCCESS;
    }
  return -1;
}

static void
new_window (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  open_window (user_data, NULL, NULL);
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_compat_show_about (gtk_application_get_active_window (user_data));
}

static void
preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_compat_show_preferences (gtk_application_get_active_window (user_data),
                                     ADW_PREFERENCES_PAGE (inspector_preferences_new ()));
}

/* Each window keeps what is to be kept of it as it is closed. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
}

/* ---- the colours ---- */

static void
on_color_scheme (GSettings *settings, const char *key, gpointer user_data)
{
  static const AdwColorScheme schemes[] = {
    [INSPECTOR_SCHEME_SYSTEM] = ADW_COLOR_SCHEME_DEFAULT,
    [INSPECTOR_SCHEME_LIGHT] = ADW_COLOR_SCHEME_FORCE_LIGHT,
    [INSPECTOR_SCHEME_DARK] = ADW_COLOR_SCHEME_FORCE_DARK,
  };

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[g_settings_get_enum (settings, key)]);
}

static const GActionEntry actions[] = {
  { .name = "new-window", .activate = new_window },
  { .name = "preferences", .activate = preferences },
  { .name = "about", .activate = about },
  { .name = "quit", .activate = quit },
};

static const struct {
  const char *action;
  const char *keys[3];
} keys[] = {
  { "app.new-window", { "<Control>n" } },
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.retry", { "F5" } },
  { "win.back", { "<Alt>Left" } },
  { "win.find-session", { "<Control><Alt>f" } },
  { "win.toggle-sidebar", { "F9" } },
  { "win.toggle-detail", { "<Shift>F9" } },
  { "win.go-to-end", { "End" } },
  { "win.go-to-start", { "Home" } },
  { "win.show-help-overlay", { "F1", "<Control>question" } },
};

static gboolean
inspector_application_local_command_line (GApplication *application, char ***arguments, int *exit_status)
{
  GApplicationClass *parent_class = G_APPLICATION_CLASS (inspector_application_parent_class);
  gboolean is_done = parent_class->local_command_line (application, arguments, exit_status);

  /* Ended before there was an application: an option that does not exist. */
  if (is_done && *exit_status != EXIT_SUCCESS && !g_application_get_is_registered (application))
    *exit_status = EXIT_USAGE;
  return is_done;
}

static void
inspector_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (inspector_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), keys[i].action,
                                           (const char *const *) keys[i].keys);
  gtk_window_set_default_icon_name ("org.ouioe.Inspector");
  g_signal_connect_object (inspector_settings_get (), "changed::color-scheme", G_CALLBACK (on_color_scheme), application, 0);
  on_color_scheme (inspector_settings_get (), "color-scheme", NULL);
}

static void
inspector_application_class_init (InspectorApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = inspector_application_startup;
  application_class->activate = inspector_application_activate;
  application_class->local_command_line = inspector_application_local_command_line;
  application_class->command_line = inspector_application_command_line;
  application_class->handle_local_options = inspector_application_handle_local_options;
}

static void
inspector_application_init (InspectorApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and leave"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[ADDRESS] [SESSION]"));
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("Watch the thinking and the progress of running operations.\n\n"
                                              "ADDRESS is http://HOST:PORT or unix:/PATH (default $OUIOE_ADDRESS, else "
                                              "http://127.0.0.1:3005)."));
}

InspectorApplication *
inspector_application_new (void)
{
  return g_object_new (INSPECTOR_TYPE_APPLICATION,
                       "application-id", "org.ouioe.Inspector",
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_SEND_ENVIRONMENT,
                       "resource-base-path", "/org/ouioe/Inspector",
                       NULL);
}
