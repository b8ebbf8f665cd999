/* ouioectl-create.c - begin a session and print its id
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include "ouioectl-session.h"

int
ouioectl_create (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *user = NULL;
  g_autofree char *request = NULL;
  g_autofree char *expiry = NULL;
  g_autofree char *id = NULL;
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  gboolean debug = TRUE;
  int max_length = (int) config.max_stream_length;
  const GOptionEntry entries[] = {
    { "user", 'u', 0, G_OPTION_ARG_STRING, &user, N_("Whose session it is (default: who you are)"), N_("USER") },
    { "request", 'r', 0, G_OPTION_ARG_STRING, &request, N_("What was asked for"), N_("TEXT") },
    { "debug", 0, 0, G_OPTION_ARG_NONE, &debug, N_("Keep and show steps of thinking (this is the default)"), NULL },
    { "no-debug", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &debug, N_("Drop steps of thinking"), NULL },
    { "max-length", 0, 0, G_OPTION_ARG_INT, &max_length, N_("Events that are kept of each stream (default 1000)"), "N" },
    { "expiry", 0, 0, G_OPTION_ARG_STRING, &expiry, N_("Time without activity until it is forgotten: 90s, 30min, 24h, 7d"),
      N_("TIME") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeThinkingContext) context = NULL;
  g_autoptr(GError) error = NULL;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 0, 1))
    return OUIOECTL_EXIT_USAGE;
  if (max_length < 1)
    {
      ouioectl_complain (_("--max-length: %d is not 1 or more"), max_length);
      return OUIOECTL_EXIT_USAGE;
    }
  if (expiry != NULL && !ouioectl_parse_duration (expiry, &config.expiry_us))
    {
      ouioectl_complain (_("--expiry: “%s” is not a time like 90s, 30min, 24h or 7d"), expiry);
      return OUIOECTL_EXIT_USAGE;
    }

  config.debug_mode = debug;
  config.max_stream_length = (guint) max_length;
  id = argc > 1 ? g_strdup (argv[1]) : ouioectl_session_make_id ("session");
  client = ouioe_client_new (options->address);
  context = ouioe_thinking_context_new (request != NULL ? request : "", NULL);
  if (!ouioe_client_create_session (client, id, user != NULL ? user : g_get_user_name (), &config, context, NULL,
    &error))
    return ouioectl_fail (error);

  ouioectl_session_print_id (options, id);
  return OUIOECTL_EXIT_DONE;
}
