/* main.c - ouioectl, the command line: options of all commands, and the table of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioectl.h"
#include "ouioectl-text.h"

const OuioectlCommand ouioectl_commands[] = {
  { "status",       "",                         N_("is the daemon there, and how is it"), ouioectl_status },
  { "list",         "",                         N_("the sessions of the daemon, newest first"), ouioectl_list },
  { "show",         N_("SESSION"),              N_("one session: what it is, where it stands"), ouioectl_show },
  { "create",       N_("[SESSION]"),            N_("begin a session and print its id"), ouioectl_create },
  { "think",        N_("SESSION [TEXT|-]"),     N_("add a step of thinking, or one per line of stdin"), ouioectl_think },
  { "progress",     N_("SESSION MESSAGE"),      N_("say how far an operation is"), ouioectl_progress },
  { "follow",       N_("SESSION|--all"),        N_("show what happens, live, until the session ends"), ouioectl_follow },
  { "wait",         N_("SESSION"),              N_("wait for its end; the exit status tells the outcome"), ouioectl_wait },
  { "stats",        N_("SESSION"),              N_("the counters of a session"), ouioectl_stats },
  { "close",        N_("SESSION"),              N_("end a session"), ouioectl_close },
  { "stop",         N_("SESSION"),              N_("end the call of a model that is under way"), ouioectl_stop },
  { "answer-now",   N_("SESSION"),              N_("have the model end its thinking and answer"), ouioectl_answer_now },
  { "stop",         N_("SESSION"),              N_("end the call of a model that is under way"), ouioectl_stop },
  { "answer-now",   N_("SESSION"),              N_("have the model end its thinking and answer"), ouioectl_answer_now },
  { "ingest",       N_("FILE|-"),               N_("show a model's stream, recorded or live, as a session"), ouioectl_ingest },
  { "run",          N_("[--] COMMAND [ARG…]"),  N_("run a program; its output becomes progress"), ouioectl_run, TRUE },
  { "export",       N_("SESSION|--all [FILE]"), N_("its events as they are stored, an object a line"), ouioectl_export },
  { "import",       N_("FILE|-"),               N_("exported events, into this daemon"), ouioectl_import },
  { "replay",       N_("SESSION|FILE|-"),       N_("show a session again, in its rhythm, marked as past"), ouioectl_replay },
  { "token",        N_("create|list|revoke [ID]"), N_("tokens that let programs in from other machines"), ouioectl_token },
  { "reload",       "",                         N_("have the daemon read its configuration again"), ouioectl_reload },
  { "doctor",       "",                         N_("look for what is wrong, and say what to do"), ouioectl_doctor },
  { "completions",  "bash|zsh|fish",            N_("a script that completes words in your shell"), ouioectl_completions },
  { NULL },
};

static char *
dup_usage (const OuioectlCommand *command)
{
  return g_strjoin (" ", command->name, ouioectl_i18n_get (command->arguments), NULL);
}

static guint
usage_width (void)
{
  guint width = 0;

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_autofree char *usage = dup_usage (command);

      width = MAX (width, ouioectl_text_width (usage));
    }
  return width;
}

static char *
describe_commands (void)
{
  GString *text = g_string_new (_("Commands:"));
  guint width = usage_width ();

  g_string_append_c (text, '\n');
  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_autofree char *usage = dup_usage (command);

      g_string_append_printf (text, "  %s%*s  %s\n", usage, (int) (width - ouioectl_text_width (usage)), "",
                              _(command->summary));
    }
  g_string_append_c (text, '\n');
  g_string_append (text, _("“ouioectl COMMAND --help” tells the options of a command."));
  g_string_append (text, "\n\n");
  g_string_append (text,
    _("Exit status: 0 done; 1 failed; 64 usage; 66 no such session or file; 69 the daemon does not answer;\n"
      "75 busy, try again; 77 refused; 130 interrupted; of “wait” also 10 the session failed, 11 it expired, 124 timeout."));
  return g_string_free (text, FALSE);
}

int
main (int argc, char **argv)
{
  g_autofree char *summary = NULL;
  g_autoptr(GOptionContext) context = NULL;
  g_autoptr(GError) error = NULL;
  OuioectlOptions options = { NULL };
  int status = OUIOECTL_EXIT_USAGE;

  ouioectl_i18n_init ();
  g_set_prgname ("ouioectl");
  summary = describe_commands ();
  context = g_option_context_new (_("COMMAND [ARGUMENT…] - thinking and progress, from the shell"));
  ouioectl_add_common_options (context, &options);
  g_option_context_set_summary (context, summary);
  g_option_context_set_strict_posix (context, TRUE);   /* what follows the command is the command's */
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      ouioectl_complain ("%s", error->message);
      return OUIOECTL_EXIT_USAGE;
    }

  if (options.json || options.ndjson)
    ouioectl_i18n_off ();
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

  ouioectl_complain (_("“%s” is no command; see “ouioectl --help”"), argv[1]);
  g_free (options.address);
  return status;
}
