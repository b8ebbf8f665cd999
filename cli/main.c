/* main.c - ouioectl, the command line: options of all commands, and the table of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "ouioectl.h"

const OuioectlCommand ouioectl_commands[] = {
  { "status",   "",                    "is the daemon there, and how is it",                     ouioectl_status },
  { "list",     "",                    "the sessions of the daemon, newest first",               ouioectl_list },
  { "show",     "SESSION",             "one session: what it is, where it stands",               ouioectl_show },
  { "create",   "[SESSION]",           "begin a session and print its id",                       ouioectl_create },
  { "think",    "SESSION [TEXT|-]",    "add a step of thinking, or one per line of stdin",       ouioectl_think },
  { "progress", "SESSION MESSAGE",     "say how far an operation is",                            ouioectl_progress },
  { "follow",   "SESSION|--all",       "show what happens, live, until the session ends",        ouioectl_follow },
  { "wait",     "SESSION",             "wait for its end; the exit status tells the outcome",    ouioectl_wait },
  { "stats",    "SESSION",             "the counters of a session",                              ouioectl_stats },
  { "close",    "SESSION",             "end a session",                                          ouioectl_close },
  { "stop",     "SESSION",             "end the call of a model that is under way",              ouioectl_stop },
  { "answer-now", "SESSION",           "have the model end its thinking and answer",             ouioectl_answer_now },
  { "ingest",   "FILE|-",              "show a model's stream, recorded or live, as a session",  ouioectl_ingest },
  { "run",      "[--] COMMAND [ARG…]", "run a program; its output becomes progress",             ouioectl_run, TRUE },
  { "export",   "SESSION|--all [FILE]", "its events as they are stored, an object a line",        ouioectl_export },
  { "import",   "FILE|-",              "exported events, into this daemon",                      ouioectl_import },
  { "replay",   "SESSION|FILE|-",      "show a session again, in its rhythm, marked as past",    ouioectl_replay },
  { "token",    "create|list|revoke [ID]", "tokens that let programs in from other machines",    ouioectl_token },
  { "reload",   "",                    "have the daemon read its configuration again",           ouioectl_reload },
  { "doctor",   "",                    "look for what is wrong, and say what to do",             ouioectl_doctor },
  { "completions", "bash|zsh|fish",    "a script that completes words in your shell",            ouioectl_completions },
  { NULL },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new ("Commands:\n");

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_autofree char *usage = g_strjoin (" ", command->name, command->arguments, NULL);

      g_string_append_printf (text, "  %-26s  %s\n", usage, command->summary);
    }
  g_string_append (text,
    "\n“ouioectl COMMAND --help” tells the options of a command.\n\n"
    "Exit status: 0 done; 1 failed; 64 usage; 66 no such session or file; 69 the daemon does not answer;\n"
    "75 busy, try again; 77 refused; 130 interrupted; of “wait” also 10 the session failed, 11 it expired, 124 timeout.");
  return g_string_free (text, FALSE);
}

/* Without a locale the character set would be ASCII; what runs today, runs on UTF-8. */
static void
set_locale (void)
{
  const char *charset;

  setlocale (LC_ALL, "");
  if (!g_get_charset (&charset) && strcmp (charset, "ANSI_X3.4-1968") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
}

int
main (int argc, char **argv)
{
  g_autofree char *summary = describe_commands ();
  g_autoptr(GOptionContext) context = g_option_context_new ("COMMAND [ARGUMENT…] - thinking and progress, from the"
    " shell");
  g_autoptr(GError) error = NULL;
  OuioectlOptions options = { NULL };
  int status = OUIOECTL_EXIT_USAGE;

  set_locale ();
  g_set_prgname ("ouioectl");
  ouioectl_add_common_options (context, &options);
  g_option_context_set_summary (context, summary);
  g_option_context_set_strict_posix (context, TRUE);   /* what follows the command is the command's */
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      ouioectl_complain ("%s", error->message);
      return OUIOECTL_EXIT_USAGE;
    }

  if (argc > 1 && strcmp (argv[1], "--") == 0)
    {
      argv++;
      argc--;
    }
  if (options.version)
    {
      ouioectl_put ("ouioectl " OUIOE_VERSION "\n");
      return ouioectl_finish_output (OUIOECTL_EXIT_DONE);
    }
  if (argc < 2 || strcmp (argv[1], "help") == 0)
    {
      g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);

      if (argc >= 2)
        {
          ouioectl_put (help);
          return ouioectl_finish_output (OUIOECTL_EXIT_DONE);
        }
      g_printerr ("%s", help);
      return OUIOECTL_EXIT_USAGE;
    }

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    if (strcmp (command->name, argv[1]) == 0)
      {
        /* GOption takes out what it used: the commands get a list they may change. */
        g_autofree char **rest = g_memdup2 (argv + 1, sizeof (char *) * (gsize) argc);

        status = command->run (&options, argc - 1, rest);
        g_free (options.address);
        return ouioectl_finish_output (status);
      }

  ouioectl_complain ("“%s” is no command; see “ouioectl --help”", argv[1]);
  g_free (options.address);
  return status;
}
