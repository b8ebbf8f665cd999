/* ouioectl-close.c - end a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

int
ouioectl_close (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *outcome = NULL;
  const GOptionEntry entries[] = {
    { "outcome", 'o', 0, G_OPTION_ARG_STRING, &outcome, N_("How it ended: done, error, cancelled, … (default: closed)"),
      N_("WORD") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  if (!ouioe_client_close_session (client, argv[1], outcome, NULL, &error))
    return ouioectl_fail (error);
  return OUIOECTL_EXIT_DONE;
}
