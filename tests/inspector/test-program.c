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
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
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
  g_assert_nonnull (strstr (out, "[ADDRESS] [SESSION]"));
  g_assert_nonnull (strstr (out, "OUIOE_ADDRESS"));
  g_assert_nonnull (strstr (out, "--version"));
}

static void
test_unusable_arguments_end_with_64 (void)
{
  static const char *const lines[][5] = {
    { "--no-such-option", NULL },
    { "http://127.0.0.1:1", "session", "surplus", NULL },
    { "session", "surplus", NULL },
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

int
main (int argc, char **argv)
{
  int status;

  display_prepare ();
  g_unsetenv ("GTK_A11Y");
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  if (!display_start ())
    return 0;
  g_test_add_func ("/program/version-is-printed", test_version_is_printed);
  g_test_add_func ("/program/help-names-the-arguments", test_help_names_the_arguments);
  g_test_add_func ("/program/unusable-arguments-end-with-64", test_unusable_arguments_end_with_64);
  status = g_test_run ();

  display_stop ();
  return status;
}
