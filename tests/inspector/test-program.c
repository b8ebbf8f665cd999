/* test-program.c - the program as it is started: options, arguments, exit status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "display.h"

static const char *program;

/* Runs it to its end; returns its exit status. */
static int
run (const char *const *arguments, char **out, char **err)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);    /* a driver's leak is no exit status */
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, out, err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

static void
test_version_is_printed (void)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_assert_cmpint (run ((const char *[]) { "--version", NULL }, &out, &err), ==, 0);
  g_assert_cmpstr (out, ==, "ouioe-inspector " OUIOE_VERSION "\n");
}

static void
test_help_names_the_arguments (void)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_assert_cmpint (run ((const char *[]) { "--help", NULL }, &out, &err), ==, 0);
  g_assert_nonnull (strstr (out, "[ADDRESS] [SESSION"));
  g_assert_nonnull (strstr (out, "OUIOE_ADDRESS"));
  for (const char *const *option = (const char *const[]) { "--version", "--new-window", "--follow-newest", "--filter=QUERY",
                                                           "--replay", "--speed=N", NULL }; *option != NULL; option++)
    g_assert_nonnull (strstr (out, *option));
}

static void
test_unusable_arguments_end_with_64 (void)
{
  static const char *const lines[][5] = {
    { "--no-such-option", NULL },
    { "http://127.0.0.1:1", "http://127.0.0.1:2", NULL },
    { "no-such-file.ndjson", NULL },
    { "ouioe:connect/host", NULL },
    { "--speed=4", "session", NULL },
    { "--replay", "--speed=zero", "session", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      g_assert_cmpint (run (lines[i], &out, &err), ==, 64);
      g_assert_cmpstr (out, ==, "");
      g_assert_cmpuint (strlen (err), >, 0);
    }
}

/* ---- a single instance ---- */

static void
call (GDBusConnection *bus, const char *method, GVariant *parameters)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_sync (bus, "org.ouioe.Inspector", "/org/ouioe/Inspector",
                                                           "org.freedesktop.Application", method, parameters, NULL,
                                                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
appeared_cb (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_a_second_start_reuses_the_first (void)
{
  g_autoptr(GTestDBus) test_bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GSubprocess) first = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *display = g_strdup (g_getenv ("DISPLAY"));
  gboolean has_appeared = FALSE;
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  guint watch;

  if (daemon == NULL)
    {
      g_test_skip ("dbus-daemon is not installed");
      return;
    }
  g_test_dbus_up (test_bus);
  g_setenv ("DISPLAY", display, TRUE);   /* a test bus takes it away */
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  watch = g_bus_watch_name_on_connection (bus, "org.ouioe.Inspector", G_BUS_NAME_WATCHER_FLAGS_NONE, appeared_cb, NULL,
                                          &has_appeared, NULL);
  first = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "http://127.0.0.1:1", "one", NULL);
  g_assert_no_error (error);
  while (!has_appeared)
    g_main_context_iteration (NULL, TRUE);

  /* Each of these ends at once, for the first does the work; and so do links and actions from outside. */
  g_assert_cmpint (run ((const char *[]) { "http://127.0.0.1:1", "two", "three", NULL }, &out, &err), ==, 0);
  g_assert_cmpstr (err, ==, "");
  g_clear_pointer (&out, g_free);
  g_clear_pointer (&err, g_free);
  g_assert_cmpint (run ((const char *[]) { "ouioe:connect/host", NULL }, &out, &err), ==, 64);
  g_assert_nonnull (strstr (err, "ouioe:connect/host"));
  call (bus, "Open", g_variant_new_parsed ("(['ouioe:session/one#1-0'], @a{sv} {})"));
  call (bus, "ActivateAction", g_variant_new_parsed ("('pause', @av [], @a{sv} {})"));
  call (bus, "ActivateAction", g_variant_new_parsed ("('open-uri', [<'ouioe:session/four'>], @a{sv} {})"));
  call (bus, "ActivateAction", g_variant_new_parsed ("('quit', @av [], @a{sv} {})"));
  g_subprocess_wait (first, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (first), ==, 0);

  g_bus_unwatch_name (watch);
  g_clear_object (&bus);
  g_test_dbus_down (test_bus);
}

int
main (int argc, char **argv)
{
  int status;

  display_prepare ();
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  if (!display_start ())
    return 0;
  g_test_add_func ("/program/version-is-printed", test_version_is_printed);
  g_test_add_func ("/program/help-names-the-arguments", test_help_names_the_arguments);
  g_test_add_func ("/program/unusable-arguments-end-with-64", test_unusable_arguments_end_with_64);
  g_test_add_func ("/program/a-second-start-reuses-the-first", test_a_second_start_reuses_the_first);
  status = g_test_run ();

  display_stop ();
  return status;
}
