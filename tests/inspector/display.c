/* display.c - a display of its own for a test program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "display.h"

#include <signal.h>
#include <sys/prctl.h>

static GSubprocess *xvfb;

/* A test program that aborts leaves no display behind. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
display_prepare (void)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_setenv ("GDK_BACKEND", "x11", TRUE);
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("GTK_A11Y", "test", TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
  g_unsetenv ("WAYLAND_DISPLAY");
}

gboolean
display_start (void)
{
  g_autofree char *program = g_find_program_in_path ("Xvfb");
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GDataInputStream) lines = NULL;
  g_autofree char *number = NULL;
  g_autofree char *display = NULL;
  g_autoptr(GError) error = NULL;

  if (program == NULL)
    {
      g_print ("1..0 # SKIP Xvfb is not installed\n");
      return FALSE;
    }
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  xvfb = g_subprocess_launcher_spawn (launcher, &error, program, "-displayfd", "1", "-screen", "0", "1280x800x24",
                                      "-nolisten", "tcp", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (xvfb));
  number = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  display = g_strconcat (":", number, NULL);
  g_setenv ("DISPLAY", display, TRUE);
  return TRUE;
}

void
display_stop (void)
{
  g_subprocess_force_exit (xvfb);
  g_subprocess_wait (xvfb, NULL, NULL);
  g_clear_object (&xvfb);
}
