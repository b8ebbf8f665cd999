/* inspector-application.c - command line, actions, windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-application.h"

#include <glib/gi18n.h>
#include <ouioe.h>

#include "inspector-arguments.h"
#include "inspector-compat.h"
#include "inspector-hosts.h"
#include "inspector-notices.h"
#include "inspector-preferences.h"
#include "inspector-settings.h"
#include "inspector-window.h"

/* The exit status for arguments that cannot be used, as of all programs of the project. */
#define EXIT_USAGE 64

struct _InspectorApplication
{
  AdwApplication    parent_instance;
  InspectorHosts   *hosts;      /* NULL before the startup */
  InspectorNotices *notices;    /* the same */
};

G_DEFINE_FINAL_TYPE (InspectorApplication, inspector_application, ADW_TYPE_APPLICATION)

/* ---- windows ---- */

/* The one that had the focus last, or NULL; preferences and questions are windows, too. */
static InspectorWindow *
get_last_window (InspectorApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    {
      if (INSPECTOR_IS_WINDOW (l->data))
        return l->data;
    }
  return NULL;
}

/* The window that looks at this session already, or NULL. */
static InspectorWindow *
find_window (InspectorApplication *self, const char *address, const char *session_id)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    {
      if (INSPECTOR_IS_WINDOW (l->data) && inspector_window_is_at (l->data, address, session_id))
        return l->data;
    }
  return NULL;
}

/* @address, @session_id: (nullable) */
static InspectorWindow *
open_window (InspectorApplication *self, const char *address, const char *session_id)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);

  return inspector_window_new (GTK_APPLICATION (self), client, session_id);
}

/* @event_id: (nullable) */
static InspectorWindow *
show_session (InspectorApplication *self, const char *address, const char *session_id, const char *event_id,
              gboolean is_new_window)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  InspectorWindow *window = is_new_window ? NULL : find_window (self, ouioe_client_get_address (client), session_id);

  if (window == NULL)
    window = inspector_window_new (GTK_APPLICATION (self), client, session_id);
  if (event_id != NULL)
    inspector_window_go_to (window, session_id, event_id);
  return window;
}

/* ---- the command line ---- */

/* One start of the program, until all its files are read. */
typedef struct {
  InspectorApplication    *application;
  GApplicationCommandLine *command_line;   /* NULL when nobody waits for it */
  InspectorArguments      *arguments;
} Start;

static void
start_free (Start *start)
{
  g_application_release (G_APPLICATION (start->application));
  g_clear_object (&start->command_line);
  g_clear_pointer (&start->arguments, inspector_arguments_free);
  g_free (start);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Start, start_free)

static void
present (InspectorWindow *window, InspectorArguments *arguments)
{
  if (arguments != NULL)
    {
      if (arguments->follows_newest)
        inspector_window_set_follows_newest (window, TRUE);
      if (arguments->filter != NULL)
        inspector_window_set_filter (window, arguments->filter);
      if (arguments->is_replay)
        inspector_window_replay (window, arguments->speed);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static void
recording_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Start) start = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorRecording) recording = inspector_recording_read_finish (result, &error);

  if (recording != NULL)
    {
      present (inspector_window_new_for_recording (GTK_APPLICATION (start->application), recording), start->arguments);
      return;
    }
  if (start->command_line != NULL)
    {
      g_application_command_line_printerr (start->command_line, "ouioe-inspector: %s\n", error->message);
      g_application_command_line_set_exit_status (start->command_line, EXIT_USAGE);
      return;
    }
  inspector_compat_tell (gtk_application_get_active_window (GTK_APPLICATION (start->application)),
                         _("The Recording Cannot Be Opened"), error->message);
}

/* @command_line: (nullable); @arguments: (nullable) (transfer full) */
static void
open_file (InspectorApplication *self, GFile *file, GApplicationCommandLine *command_line, InspectorArguments *arguments)
{
  Start *start = g_new0 (Start, 1);

  g_application_hold (G_APPLICATION (self));
  start->application = self;
  start->command_line = command_line != NULL ? g_object_ref (command_line) : NULL;
  start->arguments = arguments;
  inspector_recording_read_async (file, NULL, NULL, recording_read_cb, start);
}

static InspectorArguments *
copy_for_file (InspectorArguments *arguments)
{
  InspectorArguments *copy = g_new0 (InspectorArguments, 1);

  copy->targets = g_ptr_array_new ();
  copy->is_replay = arguments->is_replay;
  copy->speed = arguments->speed;
  copy->filter = g_strdup (arguments->filter);
  return copy;
}

static void
open_target (InspectorApplication *self, InspectorTarget *target, InspectorArguments *arguments, const char *address,
             GApplicationCommandLine *command_line)
{
  if (target->kind == INSPECTOR_TARGET_FILE)
    open_file (self, target->file, command_line, copy_for_file (arguments));
  else
    present (show_session (self, address, target->session_id, target->event_id, arguments->is_new_window), arguments);
}

static int
inspector_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  InspectorApplication *self = INSPECTOR_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autofree const char **words = NULL;
  g_autoptr(InspectorArguments) arguments = NULL;
  g_autoptr(GError) error = NULL;
  InspectorWindow *last = get_last_window (self);
  const char *address;

  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &words);
  arguments = inspector_arguments_new (options, words, g_application_command_line_get_cwd (command_line), &error);
  if (arguments == NULL)
    {
      g_application_command_line_printerr (command_line, "ouioe-inspector: %s\n", error->message);
      return EXIT_USAGE;
    }

  /* The environment is that of the caller, who may be another process. */
  address = arguments->address != NULL ? arguments->address
                                       : g_application_command_line_getenv (command_line, "OUIOE_ADDRESS");
  for (guint i = 0; i < arguments->targets->len; i++)
    open_target (self, arguments->targets->pdata[i], arguments, address, command_line);
  if (arguments->targets->len == 0)
    {
      if (last != NULL && arguments->address == NULL && !arguments->is_new_window)
        present (last, arguments);
      else if (address != NULL || !inspector_hosts_open_last (self->hosts))
        present (open_window (self, address, NULL), arguments);
    }
  return EXIT_SUCCESS;
}

static void
inspector_application_activate (GApplication *application)
{
  InspectorWindow *window = get_last_window (INSPECTOR_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (GTK_WINDOW (window));
  else if (!inspector_hosts_open_last (INSPECTOR_APPLICATION (application)->hosts))
    present (open_window (INSPECTOR_APPLICATION (application), NULL, NULL), NULL);
}

/* A link from outside selects or opens; it never adds a connection, and changes nothing. FALSE when it is none. */
static gboolean
open_link (InspectorApplication *self, const char *uri)
{
  g_autofree char *session_id = NULL;
  g_autofree char *event_id = NULL;

  if (!inspector_arguments_parse_link (uri, &session_id, &event_id))
    return FALSE;
  present (show_session (self, NULL, session_id, event_id, FALSE), NULL);
  return TRUE;
}

/* From the desktop, over the bus. */
static void
inspector_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      if (!open_link (INSPECTOR_APPLICATION (application), uri))
        open_file (INSPECTOR_APPLICATION (application), files[i], NULL, NULL);
    }
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

/* ---- actions ---- */

static void
new_window (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  present (open_window (user_data, NULL, NULL), NULL);
}

static void
open_uri (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *uri = g_variant_get_string (parameter, NULL);

  if (!open_link (user_data, uri))
    g_message ("“%s” is no link to a session", uri);
}

/* "app.pause" is "win.pause" of the active window: programs can say it from outside. */
static void
forward_to_window (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  InspectorWindow *window = get_last_window (user_data);
  g_autofree char *name = g_strconcat ("win.", g_action_get_name (G_ACTION (action)), NULL);

  if (window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (window), name, NULL);
}

static void
connections (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_hosts_show (INSPECTOR_APPLICATION (user_data)->hosts, get_last_window (user_data));
}

/* Of a notification. The window that has the session, or the last one. */
static void
show_told_session (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  InspectorWindow *window = get_last_window (user_data);
  const char *session_id = g_variant_get_string (parameter, NULL);

  for (GList *l = gtk_application_get_windows (user_data); l != NULL; l = l->next)
    {
      if (INSPECTOR_IS_WINDOW (l->data) && g_strcmp0 (inspector_window_get_session_id (l->data), session_id) == 0)
        window = l->data;
    }
  if (window == NULL)
    window = open_window (user_data, NULL, session_id);
  else
    inspector_window_go_to (window, session_id, NULL);
  present (window, NULL);
}

static void
mute_session (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_notices_mute (INSPECTOR_APPLICATION (user_data)->notices, g_variant_get_string (parameter, NULL));
}

static void
preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_compat_show_preferences (gtk_application_get_active_window (user_data),
                                     ADW_PREFERENCES_PAGE (inspector_preferences_new ()));
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  inspector_compat_show_about (gtk_application_get_active_window (user_data));
}

/* Each window keeps what is to be kept of it as it is closed. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
}

static const GActionEntry actions[] = {
  { .name = "new-window", .activate = new_window },
  { .name = "open-uri", .activate = open_uri, .parameter_type = "s" },
  { .name = "pause", .activate = forward_to_window },
  { .name = "search", .activate = forward_to_window },
  { .name = "clear-filters", .activate = forward_to_window },
  { .name = "replay", .activate = forward_to_window },
  { .name = "compare", .activate = forward_to_window },
  { .name = "export", .activate = forward_to_window },
  { .name = "retry", .activate = forward_to_window },
  { .name = "connections", .activate = connections },
  { .name = "show-session", .activate = show_told_session, .parameter_type = "s" },
  { .name = "mute-session", .activate = mute_session, .parameter_type = "s" },
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
  { "app.connections", { "<Control>l" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.retry", { "F5" } },
  { "win.back", { "<Alt>Left" } },
  { "win.open", { "<Control>o" } },
  { "win.export", { "<Control>s" } },
  { "win.find-session", { "<Control><Alt>f" } },
  { "win.toggle-sidebar", { "F9" } },
  { "win.toggle-detail", { "<Shift>F9" } },
  { "win.pause", { "<Control>e" } },
  { "win.search", { "<Control>f" } },
  { "win.search-next", { "<Control>g" } },
  { "win.search-previous", { "<Control><Shift>g" } },
  { "win.filter", { "<Control>k" } },
  { "win.clear-filters", { "<Control><Shift>f" } },
  { "win.copy-markdown", { "<Control><Shift>c" } },
  { "win.bookmark", { "<Control>d" } },
  { "win.replay", { "<Control>r" } },
  { "win.compare", { "<Control><Shift>d" } },
  { "win.zoom-in", { "<Control>plus", "<Control>equal" } },
  { "win.zoom-out", { "<Control>minus" } },
  { "win.zoom-fit", { "<Control>0" } },
  { "win.show-help-overlay", { "F1", "<Control>question" } },
};

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

/* ---- the type ---- */

static void
inspector_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (inspector_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), keys[i].action,
                                           (const char *const *) keys[i].keys);
  gtk_window_set_default_icon_name ("org.ouioe.Inspector");
  INSPECTOR_APPLICATION (application)->hosts = inspector_hosts_new (GTK_APPLICATION (application));
  INSPECTOR_APPLICATION (application)->notices = inspector_notices_new (GTK_APPLICATION (application));
  g_signal_connect_object (inspector_settings_get (), "changed::color-scheme", G_CALLBACK (on_color_scheme), application, 0);
  on_color_scheme (inspector_settings_get (), "color-scheme", NULL);
}

static void
inspector_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (inspector_application_parent_class)->window_added (application, window);
  if (INSPECTOR_IS_WINDOW (window))
    g_signal_connect_object (window, "realize", G_CALLBACK (inspector_notices_follow),
                             INSPECTOR_APPLICATION (application)->notices, G_CONNECT_SWAPPED);
}

static void
inspector_application_dispose (GObject *object)
{
  InspectorApplication *self = INSPECTOR_APPLICATION (object);

  g_clear_object (&self->notices);
  g_clear_object (&self->hosts);
  G_OBJECT_CLASS (inspector_application_parent_class)->dispose (object);
}

static void
inspector_application_class_init (InspectorApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = inspector_application_dispose;
  GTK_APPLICATION_CLASS (klass)->window_added = inspector_application_window_added;

  application_class->startup = inspector_application_startup;
  application_class->activate = inspector_application_activate;
  application_class->open = inspector_application_open;
  application_class->local_command_line = inspector_application_local_command_line;
  application_class->command_line = inspector_application_command_line;
  application_class->handle_local_options = inspector_application_handle_local_options;
}

static void
inspector_application_init (InspectorApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-window", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a window, also when one looks at the session already"), NULL },
    { "follow-newest", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Go to each session that begins"), NULL },
    { "filter", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Hide what does not match, such as kind:risk"), N_ ("QUERY") },
    { "replay", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Let the recording or session happen again"), NULL },
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, NULL, N_ ("So many times as fast (0.1 to 1000)"), N_ ("N") },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and leave"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_ ("[ADDRESS] [SESSION…|FILE…|LINK…]") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("Watch the thinking and the progress of running operations.\n\n"
                                              "ADDRESS is ws://HOST:PORT, http://HOST:PORT, unix:/PATH or bus:session (default "
                                              "$OUIOE_ADDRESS, else the session bus, else http://127.0.0.1:3005). SESSION is "
                                              "an id, or how one begins; FILE is a recording; LINK is "
                                              "ouioe:session/SESSION#EVENT. Each gets a window."));
}

InspectorApplication *
inspector_application_new (void)
{
  return g_object_new (INSPECTOR_TYPE_APPLICATION,
                       "application-id", "org.ouioe.Inspector",
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN |
                                  G_APPLICATION_SEND_ENVIRONMENT,
                       "resource-base-path", "/org/ouioe/Inspector",
                       NULL);
}
