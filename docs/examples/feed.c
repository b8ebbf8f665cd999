/* feed.c - every line of the standard input is a step of thinking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cc feed.c -o feed $(pkg-config --cflags --libs ouioe-1)
 * usage: feed SESSION < TEXT
 */
#include <ouioe.h>
#include <stdio.h>
#include <string.h>

int
main (int argc, char **argv)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (NULL);
  g_autoptr(OuioeStreamConfig) config = ouioe_stream_config_new ();
  g_autoptr(GError) error = NULL;
  char line[4096];

  if (argc != 2)
    return 64;
  config->debug_mode = TRUE;
  if (!ouioe_client_create_session (client, argv[1], g_get_user_name (), config, NULL, NULL, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_autofree char *text = g_utf8_make_valid (g_strchomp (line), -1);
      g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", text, NULL, -1.0, NULL, NULL);

      if (!ouioe_client_append_thinking (client, argv[1], step, NULL, &error))
        {
          fprintf (stderr, "%s\n", error->message);
          return 1;
        }
    }
  return ouioe_client_close_session (client, argv[1], "done", NULL, &error) ? 0 : 1;
}
