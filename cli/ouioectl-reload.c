/* ouioectl-reload.c - have the daemon read its configuration again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "ouioectl-bus.h"

#define TIMEOUT_MS 10000

static void
say_how (void)
{
  ouioectl_complain ("the daemon is on no bus that can be reached from here; send it SIGHUP instead: “systemctl --user reload "
                     "ouioed”, or “kill -HUP PID”");
}

/* A daemon that does not know the method yet does the same for SIGHUP, but cannot answer what came of it. */
static int
send_signal (GDBusConnection *bus, const char *owner)
{
  guint pid = ouioectl_bus_get_pid (bus, owner);

  if (pid == 0 || kill ((pid_t) pid, SIGHUP) != 0)
    {
      ouioectl_complain ("SIGHUP cannot be sent to process %u: %s", pid, g_strerror (pid == 0 ? ESRCH : errno));
      return OUIOECTL_EXIT_FAILED;
    }
  ouioectl_put ("sent SIGHUP; the log of the daemon tells what came of it\n");
  return OUIOECTL_EXIT_DONE;
}

static int
reload_over (GDBusConnection *bus, const char *owner)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) answer =
    g_dbus_connection_call_sync (bus, owner, OUIOECTL_BUS_ROOT, OUIOECTL_BUS_NAME ".Manager", "Reload", NULL, NULL,
                                 G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, NULL, &error);

  if (answer != NULL)
    {
      ouioectl_put ("configuration reloaded\n");
      return OUIOECTL_EXIT_DONE;
    }
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    return send_signal (bus, owner);
  g_dbus_error_strip_remote_error (error);
  ouioectl_complain ("%s", error->message);
  return OUIOECTL_EXIT_FAILED;
}

int
ouioectl_reload (OuioectlOptions *options, int argc, char **argv)
{
  g_autoptr(GDBusConnection) session = NULL;
  g_autoptr(GDBusConnection) system = NULL;
  g_autofree char *owner = NULL;

  if (!ouioectl_parse (options, NULL,
                       "Limits, retention, log level and allowed origins change at once; address, store and bus need a\n"
                       "restart. Goes over D-Bus: the session bus, else the system bus.", &argc, &argv, 0, 0))
    return OUIOECTL_EXIT_USAGE;

  session = ouioectl_bus_open_session (NULL);
  owner = session != NULL ? ouioectl_bus_dup_owner (session) : NULL;
  if (owner != NULL)
    return reload_over (session, owner);

  system = ouioectl_bus_open_system ();
  owner = system != NULL ? ouioectl_bus_dup_owner (system) : NULL;
  if (owner != NULL)
    return reload_over (system, owner);

  say_how ();
  return OUIOECTL_EXIT_UNREACHABLE;
}
