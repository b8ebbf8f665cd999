/* ouioectl-completions.c - scripts that complete words in bash, zsh and fish
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All three come from the table of commands and the options that the commands declare. Session ids are asked of the
 * running daemon when they are needed, through the hidden shell word "sessions": a person who pressed Tab waits 200 ms at
 * most, daemon or not.
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "ouioectl-bus.h"
#include "ouioectl-describe.h"
#include "ouioectl-http.h"

/* Starting the program takes some of the 200 ms. */
#define DEADLINE_MS  150
#define LONGEST_MS   250
#define MAX_SESSIONS 200

/* What the words behind a command are. */
typedef enum { WORDS_NONE, WORDS_SESSION, WORDS_FILE, WORDS_COMMAND } Words;

static Words
words_of (const OuioectlCommand *command)
{
  if (command->posix)
    return WORDS_COMMAND;
  if (strcmp (command->name, "create") == 0)
    return WORDS_NONE;   /* its session is not there yet */
  if (strstr (command->arguments, "SESSION") != NULL)
    return WORDS_SESSION;
  return strstr (command->arguments, "FILE") != NULL ? WORDS_FILE : WORDS_NONE;
}

/* ---- options, for each shell ---- */

static void
append_bash_option (const OuioectlCommand *command, const GOptionEntry *entry, gpointer user_data)
{
  g_string_append_printf (user_data, " --%s", entry->long_name);
  if (entry->short_name != 0)
    g_string_append_printf (user_data, " -%c", entry->short_name);
}

/* Inside single quotes, and for _arguments, whose descriptions end at a bracket. */
static char *
quote (const char *text, gboolean zsh)
{
  GString *out = g_string_new (text);

  g_string_replace (out, "'", "'\\''", 0);
  if (zsh)
    {
      g_string_replace (out, "[", "(", 0);
      g_string_replace (out, "]", ")", 0);
      g_string_replace (out, ":", "\\:", 0);
    }
  return g_string_free (out, FALSE);
}

static void
append_zsh_option (const OuioectlCommand *command, const GOptionEntry *entry, gpointer user_data)
{
  g_autofree char *text = quote (_(entry->description), TRUE);
  g_autofree char *name = entry->arg_description != NULL ? quote (_(entry->arg_description), TRUE) : NULL;
  g_autofree char *value = name == NULL ? g_strdup ("") : g_strdup_printf (":%s:%s", name,
    strcmp (entry->arg_description, "FILE") == 0 ? "_files" : "");

  g_string_append_printf (user_data, " \\\n        '--%s%s[%s]%s'", entry->long_name, name != NULL ? "=" : "", text, value);
  if (entry->short_name != 0)
    g_string_append_printf (user_data, " '-%c[%s]%s'", entry->short_name, text, value);
}

static void
append_fish_option (const OuioectlCommand *command, const GOptionEntry *entry, gpointer user_data)
{
  g_autofree char *text = quote (_(entry->description), FALSE);

  g_string_append_printf (user_data, "complete -c ouioectl -n '__fish_seen_subcommand_from %s' -l %s", command->name,
                          entry->long_name);
  if (entry->short_name != 0)
    g_string_append_printf (user_data, " -s %c", entry->short_name);
  if (entry->arg_description != NULL)
    g_string_append (user_data, strcmp (entry->arg_description, "FILE") == 0 ? " -r -F" : " -x");
  g_string_append_printf (user_data, " -d '%s'\n", text);
}

/* ---- scripts ---- */

static char *
make_bash (void)
{
  GString *out = g_string_new ("# bash completion of ouioectl; made by “ouioectl completions bash”\n\n"
                               "_ouioectl () {\n"
                               "  local word=${COMP_WORDS[COMP_CWORD]} command='' options='' i\n\n"
                               "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                               "    case ${COMP_WORDS[i]} in\n"
                               "      --address) ((i++)) ;;\n"
                               "      -*) ;;\n"
                               "      *) command=${COMP_WORDS[i]}; break ;;\n"
                               "    esac\n"
                               "  done\n"
                               "  COMPREPLY=()\n"
                               "  case $command in\n"
                               "    '') options='");

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    g_string_append_printf (out, "%s ", command->name);
  g_string_append (out, "--address --session-bus --system --json --ndjson --version --help' ;;\n");
  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      static const char *const actions[] = {
        [WORDS_NONE] = "", [WORDS_SESSION] = "; _ouioectl_sessions",
        [WORDS_FILE] = "; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")",
        [WORDS_COMMAND] = "; mapfile -t COMPREPLY < <(compgen -c -f -- \"$word\")",
      };

      g_string_append_printf (out, "    %s) options='--help", command->name);
      ouioectl_describe (command, append_bash_option, out);
      g_string_append_printf (out, "'%s ;;\n", actions[words_of (command)]);
    }
  g_string_append (out, "  esac\n"
                   "  [[ -n $command && $word != -* ]] || mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                   "}\n\n"
                   "_ouioectl_sessions () {\n"
                   "  local id\n\n"
                   "  [[ $word != -* ]] || return\n"
                   "  while IFS= read -r id; do\n"
                   "    [[ $id != \"$word\"* ]] || COMPREPLY+=(\"$(printf '%q' \"$id\")\")\n"
                   "  done < <(ouioectl completions sessions 2>/dev/null)\n"
                   "}\n\n"
                   "complete -F _ouioectl ouioectl\n");
  return g_string_free (out, FALSE);
}

static char *
make_zsh (void)
{
  static const char *const actions[] = {
    [WORDS_NONE] = "", [WORDS_SESSION] = " \\\n        '*:session:_ouioectl_sessions'",
    [WORDS_FILE] = " \\\n        '*:file:_files'",
    [WORDS_COMMAND] = " \\\n        '*::command:_normal'",
  };
  static const struct { const char *option; const char *text; const char *value; } common[] = {
    { "address=", N_("The daemon"), ":ADDRESS:" },
    { "session-bus", N_("The one on the session bus"), "" },
    { "system", N_("The one on the system bus"), "" },
    { "json", N_("Print JSON"), "" },
    { "ndjson", N_("Print JSON, an object a line"), "" },
    { "version", N_("Print the version and leave"), "" },
  };
  g_autofree char *help = quote (_("Show the options"), TRUE);
  GString *out = g_string_new ("#compdef ouioectl\n# zsh completion of ouioectl; made by “ouioectl completions zsh”\n\n"
                               "_ouioectl_sessions () {\n"
                               "  local -a ids\n"
                               "  ids=(${(f)\"$(ouioectl completions sessions 2>/dev/null)\"})\n"
                               "  compadd -a ids\n"
                               "}\n\n"
                               "_ouioectl () {\n"
                               "  local context state state_descr line\n"
                               "  typeset -A opt_args\n"
                               "  local -a commands=(\n");

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_autofree char *summary = quote (_(command->summary), TRUE);

      g_string_append_printf (out, "    '%s:%s'\n", command->name, summary);
    }
  g_string_append (out, "  )\n\n"
                   "  _arguments -C");
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    {
      g_autofree char *text = quote (_(common[i].text), TRUE);

      g_string_append_printf (out, " '--%s[%s]%s' \\\n   ", common[i].option, text, common[i].value);
    }
  g_string_append (out, " '1:command:->command' '*::argument:->argument'\n"
                   "  if [[ $state == command ]]; then\n"
                   "    _describe command commands\n"
                   "    return\n"
                   "  fi\n"
                   "  case $words[1] in\n");
  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_string_append_printf (out, "    %s)\n      _arguments '--help[%s]'", command->name, help);
      ouioectl_describe (command, append_zsh_option, out);
      g_string_append_printf (out, "%s ;;\n", actions[words_of (command)]);
    }
  g_string_append (out, "  esac\n}\n\n_ouioectl \"$@\"\n");
  return g_string_free (out, FALSE);
}

static char *
make_fish (void)
{
  GString *out = g_string_new ("# fish completion of ouioectl; made by “ouioectl completions fish”\n\n"
                               "complete -c ouioectl -f\n");

  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    {
      g_autofree char *summary = quote (_(command->summary), FALSE);
      Words words = words_of (command);

      g_string_append_printf (out, "\ncomplete -c ouioectl -n '__fish_use_subcommand' -a %s -d '%s'\n", command->name,
                              summary);
      ouioectl_describe (command, append_fish_option, out);
      if (words == WORDS_SESSION)
        g_string_append_printf (out, "complete -c ouioectl -n '__fish_seen_subcommand_from %s' -a '(ouioectl completions "
                                "sessions 2>/dev/null)'\n", command->name);
      else if (words != WORDS_NONE)
        g_string_append_printf (out, "complete -c ouioectl -n '__fish_seen_subcommand_from %s' %s\n", command->name,
                                words == WORDS_FILE ? "-F" : "-a '(__fish_complete_subcommand)'");
    }
  return g_string_free (out, FALSE);
}

/* ---- session ids ---- */

/* An id that is no word on one line is left out; what is typed at a prompt must not hold control characters. */
static gboolean
is_plain (const char *id)
{
  for (const char *p = id; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) || !g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return *id != '\0';
}

static void
put_id (const char *id)
{
  if (id == NULL || !is_plain (id))
    return;
  ouioectl_put_raw (id, strlen (id));
  ouioectl_put_raw ("\n", 1);
}

static gboolean
print_of_bus (const char *address)
{
  g_autoptr(GDBusConnection) bus = ouioectl_bus_open (address, NULL);
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GVariantIter) paths = NULL;
  GVariantBuilder options;
  const char *path;

  if (bus == NULL)
    return FALSE;
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "limit", g_variant_new_uint32 (MAX_SESSIONS));
  answer = ouioectl_bus_ask (bus, OUIOECTL_BUS_ROOT, OUIOECTL_BUS_NAME ".Manager", "ListSessions",
                             g_variant_new ("(a{sv})", &options), "(aob)", DEADLINE_MS, NULL);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(aob)", &paths, NULL);
  while (g_variant_iter_next (paths, "&o", &path))
    {
      g_autofree char *id = ouioectl_bus_dup_session (path);

      put_id (id);
    }
  return TRUE;
}

static gboolean
print_of_http (const char *address)
{
  g_autofree char *path = g_strdup_printf ("/api/streaming/sessions?limit=%d", MAX_SESSIONS);
  g_autoptr(OuioectlHttp) http = ouioectl_http_new (address, NULL);
  g_autoptr(OuioectlAnswer) answer = http != NULL ? ouioectl_http_get (http, path, DEADLINE_MS, NULL) : NULL;
  json_t *object, *session;
  gsize i;

  if (answer == NULL)
    return FALSE;
  object = json_loadb ((const char *) answer->body->data, answer->body->len, JSON_ALLOW_NUL, NULL);
  json_array_foreach (json_object_get (object, "sessions"), i, session)
    put_id (json_string_value (json_object_get (session, "session_id")));
  json_decref (object);
  return TRUE;
}

static void
on_late (int signal_number)
{
  _exit (OUIOECTL_EXIT_UNREACHABLE);
}

/* Without a word when it cannot: it is in the middle of a line that somebody types. */
static int
print_sessions (OuioectlOptions *options)
{
  const struct itimerval longest = { .it_value = { .tv_usec = LONGEST_MS * 1000 } };
  g_autoptr(OuioeClient) client = NULL;
  const char *address;

  /* To find out which daemon is meant may take longer than a call of it. */
  signal (SIGALRM, on_late);
  setitimer (ITIMER_REAL, &longest, NULL);
  client = ouioe_client_new (options->address);
  address = ouioe_client_get_address (client);
  if (ouioectl_bus_is_address (address) ? print_of_bus (address) : print_of_http (address))
    return OUIOECTL_EXIT_DONE;
  return OUIOECTL_EXIT_UNREACHABLE;
}

int
ouioectl_completions (OuioectlOptions *options, int argc, char **argv)
{
  static const struct { const char *name; char *(*make) (void); } shells[] = {
    { "bash", make_bash }, { "zsh", make_zsh }, { "fish", make_fish },
  };

  if (!ouioectl_parse (options, NULL, _("bash: source <(ouioectl completions bash)\n"
                                        "zsh: ouioectl completions zsh >DIRECTORY-OF-$fpath/_ouioectl\n"
                                        "fish: ouioectl completions fish | source"), &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  if (strcmp (argv[1], "sessions") == 0)
    return print_sessions (options);
  for (guint i = 0; i < G_N_ELEMENTS (shells); i++)
    if (strcmp (shells[i].name, argv[1]) == 0)
      {
        g_autofree char *script = shells[i].make ();

        ouioectl_put_raw (script, strlen (script));
        return OUIOECTL_EXIT_DONE;
      }
  ouioectl_complain (_("“%s” is not bash, zsh or fish"), argv[1]);
  return OUIOECTL_EXIT_USAGE;
}
