/* ouioectl.h - what the commands share: options, exit status, output
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe.h"
#include "ouioectl-i18n.h"

G_BEGIN_DECLS

/* Exit status, as sysexits.h has them. */
typedef enum {
  OUIOECTL_EXIT_DONE = 0,
  OUIOECTL_EXIT_FAILED = 1,
  OUIOECTL_EXIT_SESSION_FAILED = 10,   /* wait: it ended, but not well */
  OUIOECTL_EXIT_SESSION_EXPIRED = 11,  /* wait: it was forgotten */
  OUIOECTL_EXIT_USAGE = 64,
  OUIOECTL_EXIT_NOT_FOUND = 66,      /* no such session or file */
  OUIOECTL_EXIT_UNREACHABLE = 69,
  OUIOECTL_EXIT_TRY_AGAIN = 75,      /* busy, or a limit */
  OUIOECTL_EXIT_REFUSED = 77,
  OUIOECTL_EXIT_TIMEOUT = 124,       /* wait: it did not end in time */
  OUIOECTL_EXIT_INTERRUPTED = 130,   /* SIGINT */
  OUIOECTL_EXIT_TERMINATED = 143,    /* SIGTERM */
} OuioectlExit;

/* Options that every command takes, before its name or behind it. */
typedef struct {
  char     *address;   /* NULL: as ouioe_client_new() chooses */
  gboolean  session_bus;   /* the same as the address of that bus; ouioectl_parse() makes it one */
  gboolean  system_bus;
  gboolean  json;
  gboolean  ndjson;
  gboolean  version;
  void    (*describe) (const GOptionEntry *entries, gpointer user_data);   /* NULL; else ouioectl_parse() calls it and no more */
  gpointer  describe_data;
} OuioectlOptions;

typedef struct {
  const char *name;
  const char *arguments;     /* for the usage line */
  const char *summary;       /* one line */
  int       (*run) (OuioectlOptions *options, int argc, char **argv);   /* argv[0] is the name of the command */
  gboolean    posix;         /* options end at the first argument: the rest is a command of its own */
} OuioectlCommand;

extern const OuioectlCommand ouioectl_commands[];   /* ends with a row without a name */

int ouioectl_status   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_list     (OuioectlOptions *options, int argc, char **argv);
int ouioectl_show     (OuioectlOptions *options, int argc, char **argv);
int ouioectl_create   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_think    (OuioectlOptions *options, int argc, char **argv);
int ouioectl_progress (OuioectlOptions *options, int argc, char **argv);
int ouioectl_follow   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_wait     (OuioectlOptions *options, int argc, char **argv);
int ouioectl_stats    (OuioectlOptions *options, int argc, char **argv);
int ouioectl_close    (OuioectlOptions *options, int argc, char **argv);
int ouioectl_stop     (OuioectlOptions *options, int argc, char **argv);
int ouioectl_answer_now (OuioectlOptions *options, int argc, char **argv);
int ouioectl_export   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_import   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_run      (OuioectlOptions *options, int argc, char **argv);
int ouioectl_replay   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_token    (OuioectlOptions *options, int argc, char **argv);
int ouioectl_reload   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_doctor   (OuioectlOptions *options, int argc, char **argv);
int ouioectl_completions (OuioectlOptions *options, int argc, char **argv);
int ouioectl_ingest   (OuioectlOptions *options, int argc, char **argv);

/* The answer of the daemon as aligned lines, without its generation; NULL when it is not an object. */
char *ouioectl_stats_format (const char *json);

/* What "wait" leaves with for the outcome of a session. */
OuioectlExit ouioectl_exit_for_outcome (const char *outcome);

/* ---- options ---- */

void     ouioectl_add_common_options (GOptionContext *context, OuioectlOptions *options);
/* Parses the options of the command argv[0]; what is left are its arguments, from argv[1]. @entries: (nullable).
 * @description: (nullable): more for --help. FALSE, having said why, when they cannot be used or there are not between
 * @min and @max arguments. */
gboolean ouioectl_parse (OuioectlOptions *options, const GOptionEntry *entries, const char *description, int *argc,
                         char ***argv, int min, int max);
/* "90", "90s", "30min", "24h", "7d" into microseconds, more than 0. */
gboolean ouioectl_parse_duration (const char *text, gint64 *duration_us);

/* ---- errors ---- */

/* "ouioectl: ..." on stderr, safe for terminals. */
void         ouioectl_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
OuioectlExit ouioectl_exit_for (const GError *error);
/* Says what went wrong and returns the exit status for it. */
OuioectlExit ouioectl_fail     (const GError *error);

/* ---- input ---- */

/* A file, or stdin for "-". */
GInputStream *ouioectl_open_input (const char *path, GError **error);

/* ---- output ---- */

/* To stdout, as it is for machines (UTF-8), or in the character set of the terminal for people. FALSE when stdout is
 * gone; then the command should end, and ouioectl_finish_output() tells the status. */
gboolean     ouioectl_put_raw       (const char *data, gsize len);
gboolean     ouioectl_put           (const char *text);
/* A JSON text and a line end; with escapes for what must not reach a terminal, when stdout is one. */
gboolean     ouioectl_put_json      (const char *json, gsize len);
/* Flushes stdout. @status when it worked, or when the reader has had enough; else FAILED, having said why. */
OuioectlExit ouioectl_finish_output (OuioectlExit status);

G_END_DECLS
