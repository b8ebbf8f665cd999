/* ouioectl-progress.c - say how far an operation is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

int
ouioectl_progress (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *type = NULL;
  g_autofree char *step = NULL;
  g_autofree char *remaining = NULL;
  double percent = -1;
  const GOptionEntry entries[] = {
    { "type", 't', 0, G_OPTION_ARG_STRING, &type, N_("progress (the default), discovery, warning, completion, …"), N_("WORD") },
    { "percent", 'p', 0, G_OPTION_ARG_DOUBLE, &percent, N_("How much is done, 0 to 100 (default: not known)"), "N" },
    { "step", 0, 0, G_OPTION_ARG_STRING, &step, N_("What is being done"), N_("TEXT") },
    { "remaining", 0, 0, G_OPTION_ARG_STRING, &remaining, N_("How long it will take, in words"), N_("TEXT") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GError) error = NULL;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 2, 2))
    return OUIOECTL_EXIT_USAGE;
  if (percent != -1 && !(percent >= 0 && percent <= 100))
    {
      ouioectl_complain (_("--percent: %g is not between 0 and 100"), percent);
      return OUIOECTL_EXIT_USAGE;
    }

  client = ouioe_client_new (options->address);
  update = ouioe_progress_update_new (type != NULL ? type : "progress", argv[2], percent, step, remaining);
  if (!ouioe_client_append_progress (client, argv[1], update, NULL, &error))
    return ouioectl_fail (error);
  return OUIOECTL_EXIT_DONE;
}
