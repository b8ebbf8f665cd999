/* ouioectl-control.c - end the call of a model, or have it answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

static int
control (OuioectlOptions *options, int argc, char **argv, const char *description,
         gboolean (*call) (OuioeClient *, const char *, GCancellable *, GError **))
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ouioectl_parse (options, NULL, description, &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  if (!call (client, argv[1], NULL, &error))
    return ouioectl_fail (error);
  return OUIOECTL_EXIT_DONE;
}

int
ouioectl_stop (OuioectlOptions *options, int argc, char **argv)
{
  return control (options, argc, argv,
                  _("Ends the call of a model that is under way; the program that asked sees its answer break off.\n"
                    "Leaves with 0 when it was ended, 1 when none is under way, 66 when there is no such session."),
                  ouioe_client_stop_session);
}

int
ouioectl_answer_now (OuioectlOptions *options, int argc, char **argv)
{
  return control (options, argc, argv,
                  _("Has the model end its thinking and answer, where its server can do that.\n"
                    "Leaves with 0 when it was told so, 1 when none is under way or the server cannot, 66 when there is no\n"
                    "such session."),
                  ouioe_client_answer_now);
}
