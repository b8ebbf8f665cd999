/* ouioectl-common.c - options, exit status and output of all commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-describe.h"
#include "ouioectl-text.h"

static int output_errno;   /* of the first write to stdout that failed */

/* ---- options ---- */

typedef void (*EntriesFunc) (const GOptionEntry *entries, gpointer user_data);

/* Hands the options of all commands to @func: the table points into @options. */
static void
with_common_entries (OuioectlOptions *options, EntriesFunc func, gpointer user_data)
{
  const GOptionEntry entries[] = {
    { "address", 0, 0, G_OPTION_ARG_STRING, &options->address,
      N_("The daemon: http://HOST:PORT, unix:/PATH, bus:session or bus:system (default $OUIOE_ADDRESS, else the session bus "
         "when the daemon is there, else http://127.0.0.1:3005)"), N_("ADDRESS") },
    { "session-bus", 0, 0, G_OPTION_ARG_NONE, &options->session_bus,
      N_("The daemon on the session bus: --address bus:session"), NULL },
    { "system", 0, 0, G_OPTION_ARG_NONE, &options->system_bus,
      N_("The daemon on the system bus: --address bus:system"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, N_("Print JSON"), NULL },
    { "ndjson", 0, 0, G_OPTION_ARG_NONE, &options->ndjson, N_("Print JSON, an object a line"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, N_("Print the version and leave"), NULL },
    G_OPTION_ENTRY_NULL
  };

  func (entries, user_data);
}

static void
add_entries (const GOptionEntry *entries, gpointer user_data)
{
  g_option_context_add_main_entries (user_data, entries, GETTEXT_PACKAGE);
}

void
ouioectl_add_common_options (GOptionContext *context, OuioectlOptions *options)
{
  with_common_entries (options, add_entries, context);
}

typedef struct {
  const OuioectlCommand *command;
  OuioectlOptionFunc     func;
  gpointer               user_data;
} Description;

static void
describe_entries (const GOptionEntry *entries, gpointer user_data)
{
  const Description *description = user_data;

  for (; entries != NULL && entries->long_name != NULL; entries++)
    if ((entries->flags & G_OPTION_FLAG_HIDDEN) == 0)
      description->func (description->command, entries, description->user_data);
}

void
ouioectl_describe (const OuioectlCommand *command, OuioectlOptionFunc func, gpointer user_data)
{
  Description description = { command, func, user_data };
  OuioectlOptions options = { .describe = describe_entries, .describe_data = &description };
  char *words[] = { (char *) command->name, NULL };

  command->run (&options, 1, words);   /* goes no further than its call of ouioectl_parse() */
}

static const OuioectlCommand *
find_command (const char *name)
{
  for (const OuioectlCommand *command = ouioectl_commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0)
      return command;
  g_return_val_if_reached (NULL);
}

/* One way to say which daemon; FALSE, having said why, when there were two. */
static gboolean
take_bus (OuioectlOptions *options)
{
  if ((options->address != NULL) + options->session_bus + options->system_bus > 1)
    {
      ouioectl_complain (_("only one of --address, --session-bus and --system can be meant"));
      return FALSE;
    }
  if (options->session_bus || options->system_bus)
    options->address = g_strdup (options->system_bus ? "bus:system" : "bus:session");
  options->session_bus = options->system_bus = FALSE;
  return TRUE;
}

gboolean
ouioectl_parse (OuioectlOptions *options, const GOptionEntry *entries, const char *description, int *argc, char ***argv,
                int min, int max)
{
  const OuioectlCommand *command = find_command ((*argv)[0]);
  g_autofree char *program = g_strdup_printf ("ouioectl %s", command->name);
  const char *arguments = ouioectl_i18n_get (command->arguments);
  g_autofree char *usage = g_strdup_printf ("%s - %s", arguments, _(command->summary));
  g_autoptr(GOptionContext) context = g_option_context_new (usage);
  g_autoptr(GError) error = NULL;

  if (options->describe != NULL)
    {
      options->describe (entries, options->describe_data);
      with_common_entries (options, options->describe, options->describe_data);
      return FALSE;
    }

  g_set_prgname (program);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  ouioectl_add_common_options (context, options);
  g_option_context_set_description (context, description);
  g_option_context_set_strict_posix (context, command->posix);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      ouioectl_complain ("%s", error->message);
      return FALSE;
    }
  if (options->json || options->ndjson)
    {
      ouioectl_i18n_off ();
      arguments = command->arguments;
    }
  if (!take_bus (options))
    return FALSE;

  for (int i = 1; i < (command->posix ? MIN (*argc, 2) : *argc); i++)
    if (strcmp ((*argv)[i], "--") == 0)   /* GOption leaves it there when what follows looks like an option */
      {
        memmove (*argv + i, *argv + i + 1, sizeof (char *) * (gsize) (*argc - i));
        (*argc)--;
        break;
      }
  if (*argc - 1 < min)
    ouioectl_complain (_("too few arguments; usage: %s %s"), program, arguments);
  else if (*argc - 1 > max)
    ouioectl_complain (_("“%s” is one argument too many; usage: %s %s"), (*argv)[max + 1], program, arguments);
  return *argc - 1 >= min && *argc - 1 <= max;
}

gboolean
ouioectl_parse_duration (const char *text, gint64 *duration_us)
{
  static const struct { const char *unit; gint64 seconds; } units[] = {
    { "", 1 }, { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
  };
  gsize n_digits = strspn (text, "0123456789");
  g_autofree char *digits = g_strndup (text, n_digits);
  guint64 number;

  if (!g_ascii_string_to_unsigned (digits, 10, 1, 36500 * G_GUINT64_CONSTANT (86400), &number, NULL))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (text + n_digits, units[i].unit) == 0)
      {
        if ((gint64) number > G_MAXINT64 / G_USEC_PER_SEC / units[i].seconds)
          return FALSE;
        *duration_us = (gint64) number * units[i].seconds * G_USEC_PER_SEC;
        return TRUE;
      }
  return FALSE;
}

/* ---- errors ---- */

void
ouioectl_complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *safe = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINE);
  fflush (stdout);
  g_printerr ("ouioectl: %s\n", safe);
}

OuioectlExit
ouioectl_exit_for (const GError *error)
{
  if (error->domain != OUIOE_ERROR)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) || g_error_matches (error, G_FILE_ERROR,
        G_FILE_ERROR_NOENT))
        return OUIOECTL_EXIT_NOT_FOUND;
      return OUIOECTL_EXIT_FAILED;
    }

  switch ((OuioeError) error->code)
    {
    case OUIOE_ERROR_INVALID_BODY:
    case OUIOE_ERROR_INVALID_QUERY:
    case OUIOE_ERROR_UNKNOWN_TYPE:
    case OUIOE_ERROR_BAD_ENCODING:
      return OUIOECTL_EXIT_USAGE;
    case OUIOE_ERROR_SESSION_NOT_FOUND:
      return OUIOECTL_EXIT_NOT_FOUND;
    case OUIOE_ERROR_UNREACHABLE:
      return OUIOECTL_EXIT_UNREACHABLE;
    case OUIOE_ERROR_REQUEST_TIMEOUT:
    case OUIOE_ERROR_TOO_MANY_SESSIONS:
    case OUIOE_ERROR_TOO_MANY_READERS:
    case OUIOE_ERROR_TOO_MANY_CONNECTIONS:
    case OUIOE_ERROR_BUSY:
    case OUIOE_ERROR_TOO_MANY_FAILURES:
    case OUIOE_ERROR_STORE_UNAVAILABLE:
    case OUIOE_ERROR_DRAINING:
      return OUIOECTL_EXIT_TRY_AGAIN;
    case OUIOE_ERROR_HOST_NOT_ALLOWED:
    case OUIOE_ERROR_ORIGIN_NOT_ALLOWED:
    case OUIOE_ERROR_UNAUTHORIZED:
    case OUIOE_ERROR_FORBIDDEN:
    case OUIOE_ERROR_UNTRUSTED:
      return OUIOECTL_EXIT_REFUSED;
    case OUIOE_ERROR_CONFIGURATION:
      return OUIOECTL_EXIT_USAGE;   /* an address that cannot be used */
    case OUIOE_ERROR_INTERNAL:
    case OUIOE_ERROR_BAD_REQUEST:
    case OUIOE_ERROR_NOT_FOUND:
    case OUIOE_ERROR_METHOD_NOT_ALLOWED:
    case OUIOE_ERROR_SESSION_EXISTS:
    case OUIOE_ERROR_WRONG_STATE:
    case OUIOE_ERROR_KEY_REUSED:
    case OUIOE_ERROR_BODY_TOO_LARGE:
    case OUIOE_ERROR_HEADER_TOO_LARGE:
    case OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE:
    case OUIOE_ERROR_STORE_DAMAGED:
    case OUIOE_ERROR_STORE_TOO_NEW:
    case OUIOE_ERROR_STORE_LOCKED:
    case OUIOE_ERROR_PROTOCOL:
    default:
      return OUIOECTL_EXIT_FAILED;
    }
}

OuioectlExit
ouioectl_fail (const GError *error)
{
  ouioectl_complain ("%s", ouioectl_i18n_get (error->message));   /* the daemon's own words, where they are in the catalogue */
  return ouioectl_exit_for (error);
}

/* ---- input ---- */

GInputStream *
ouioectl_open_input (const char *path, GError **error)
{
  g_autoptr(GFile) file = NULL;

  if (strcmp (path, "-") == 0)
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_commandline_arg (path);
  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

/* ---- output ---- */

gboolean
ouioectl_put_raw (const char *data, gsize len)
{
  if (output_errno != 0)
    return FALSE;
  if (fwrite (data, 1, len, stdout) != len || fflush (stdout) != 0)
    output_errno = errno != 0 ? errno : EIO;
  return output_errno == 0;
}

gboolean
ouioectl_put (const char *text)
{
  const char *charset;
  g_autofree char *local = NULL;
  gsize len;

  if (g_get_charset (&charset))
    return ouioectl_put_raw (text, strlen (text));
  local = g_convert_with_fallback (text, -1, charset, "UTF-8", "?", NULL, &len, NULL);
  return local == NULL ? ouioectl_put_raw (text, strlen (text)) : ouioectl_put_raw (local, len);
}

gboolean
ouioectl_put_json (const char *json, gsize len)
{
  g_autofree char *safe = NULL;

  if (ouioectl_terminal_is (STDOUT_FILENO))
    {
      json = safe = ouioectl_text_safe_json (json, len);
      len = strlen (safe);
    }
  return ouioectl_put_raw (json, len) && ouioectl_put_raw ("\n", 1);
}

OuioectlExit
ouioectl_finish_output (OuioectlExit status)
{
  if (output_errno == 0 && fflush (stdout) != 0)
    output_errno = errno != 0 ? errno : EIO;
  if (output_errno == 0 || output_errno == EPIPE)   /* a reader like head(1) has had enough: no failure of ours */
    return status;
  ouioectl_complain (_("cannot write: %s"), g_strerror (output_errno));
  return status == OUIOECTL_EXIT_DONE ? OUIOECTL_EXIT_FAILED : status;
}
