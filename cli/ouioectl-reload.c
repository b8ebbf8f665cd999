/* ouioectl-reload.c - have the daemon read its configuration again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include "ouioectl-bus.h"

#define TIMEOUT_MS 10000

int
ouioectl_reload (OuioectlOptions *options, int argc, char **argv)
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GError) error = NULL;
  const char *address;

  if (!ouioectl_parse (options, NULL,
                       _("Limits, retention, log level and allowed origins change at once; address, store and bus need a\n"
                         "restart. Only over a bus: a daemon that is on none is sent SIGHUP."), &argc, &argv, 0, 0))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  address = ouioe_client_get_address (client);
  if (!ouioectl_bus_is_address (address))
    {
      ouioectl_complain (_("%s is no bus, and only over one can a daemon be told to reload: try --session-bus or --system, or "
                           "send it SIGHUP: “systemctl --user reload ouioed”, or “kill -HUP PID”"), address);
      return OUIOECTL_EXIT_UNREACHABLE;
    }

  bus = ouioectl_bus_open (address, &error);
  answer = bus == NULL ? NULL : ouioectl_bus_ask (bus, OUIOECTL_BUS_ROOT, OUIOECTL_BUS_NAME ".Manager", "Reload", NULL, "()",
                                                  TIMEOUT_MS, &error);
  if (answer == NULL)
    {
      ouioectl_complain ("%s", error->message);
      return g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE) ? OUIOECTL_EXIT_UNREACHABLE
                                                                           : OUIOECTL_EXIT_FAILED;
    }
  ouioectl_put (_("configuration reloaded\n"));
  return OUIOECTL_EXIT_DONE;
}
