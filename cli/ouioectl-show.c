/* ouioectl-show.c - one session: what it is, where it stands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <string.h>

#include "ouioectl-generation.h"

static void
print_generation (OuioeGeneration *generation)
{
  g_autoptr(OuioectlTable) table = ouioectl_table_new (NULL, 2);
  g_autofree char *text = NULL;

  ouioectl_generation_add_rows (table, generation, g_get_real_time ());
  text = ouioectl_table_format (table, 0);
  ouioectl_put ("\n");
  ouioectl_put (text);
}

int
ouioectl_show (OuioectlOptions *options, int argc, char **argv)
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeSession) session = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  const char *json;

  if (!ouioectl_parse (options, NULL, _("Closed sessions are shown, too, until they are forgotten."), &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  session = ouioe_client_get_session (client, argv[1], NULL, &error);
  if (session == NULL)
    return ouioectl_fail (error);

  json = ouioe_session_get_json (session);
  if (options->json || options->ndjson)
    {
      ouioectl_put_json (json, strlen (json));
      return OUIOECTL_EXIT_DONE;
    }
  text = ouioectl_stats_format (json);   /* every member by its own name, as with the counters */
  if (text == NULL)
    {
      ouioectl_complain (_("the daemon answered something else than a session"));
      return OUIOECTL_EXIT_FAILED;
    }
  ouioectl_put (text);
  if (ouioe_session_get_generation (session) != NULL)
    print_generation (ouioe_session_get_generation (session));
  return OUIOECTL_EXIT_DONE;
}
