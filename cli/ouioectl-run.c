/* ouioectl-run.c - runs any program; what it prints becomes progress, its exit status the outcome
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program comes first: it runs also when there is no daemon, its output passes through untouched, and its exit status
 * is ours. stdin is its own; stdout and stderr are read and written on. A signal that was sent to us is sent on; one that
 * the terminal sent reached the program by itself.
 */
#include "config.h"

#include "ouioectl.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ouioe-line-reader.h"
#include "ouioectl-reporter.h"
#include "ouioectl-session.h"

/* Bytes of a line that are looked at. */
#define MAX_LINE 4096
#define PIECE    65536
/* After the program ended, what it left in the pipes is read; what it left running may hold them open, silent. */
#define QUIET_MS 250

#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND  127

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

typedef struct _Run Run;

/* One of the program's two outputs. */
typedef struct {
  Run             *run;
  GInputStream    *input;
  GOutputStream   *output;
  OuioeLineReader *lines;
  GBytes          *piece;    /* being written */
  gboolean         done;
} Pump;

struct _Run
{
  OuioeClient      *client;
  char             *session;
  OuioectlReporter *reporter;      /* NULL: nothing is reported */
  GMainLoop        *loop;
  GSubprocess      *process;
  Pump              pumps[2];
  GCancellable     *reading;
  guint             quiet;         /* source: the program ended, and nothing comes any more */
  gboolean          exited;
};

/* ---- signals ---- */

static void
fill_signals (sigset_t *set)
{
  sigemptyset (set);
  for (guint i = 0; i < G_N_ELEMENTS (forwarded); i++)
    sigaddset (set, forwarded[i]);
}

/* In the child: as if nobody stood between. */
static void
restore_signals (gpointer user_data)
{
  sigset_t set;

  fill_signals (&set);
  sigprocmask (SIG_UNBLOCK, &set, NULL);
  signal (SIGPIPE, SIG_DFL);
}

static gboolean
on_signal (int fd, GIOCondition condition, gpointer user_data)
{
  Run *self = user_data;
  struct signalfd_siginfo info;

  if (read (fd, &info, sizeof info) == (gssize) sizeof info && info.ssi_code != SI_KERNEL)
    g_subprocess_send_signal (self->process, (int) info.ssi_signo);
  return G_SOURCE_CONTINUE;
}

/* ---- output ---- */

static void start_read (Pump *pump);

static void
check_end (Run *self)
{
  if (self->exited && self->pumps[0].done && self->pumps[1].done)
    g_main_loop_quit (self->loop);
}

static gboolean
on_quiet (gpointer user_data)
{
  Run *self = user_data;

  if (self->pumps[0].piece != NULL || self->pumps[1].piece != NULL)
    return G_SOURCE_CONTINUE;   /* whoever reads us is slow */
  self->quiet = 0;
  g_cancellable_cancel (self->reading);
  return G_SOURCE_REMOVE;
}

static void
restart_quiet (Run *self)
{
  g_clear_handle_id (&self->quiet, g_source_remove);
  if (self->exited)
    self->quiet = g_timeout_add (QUIET_MS, on_quiet, self);
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  Pump *pump = user_data;
  g_autofree char *message = NULL;
  double percentage = -1;

  if (pump->run->reporter == NULL)
    return;
  message = ouioectl_report_clean (line, len);
  if (message == NULL)
    return;
  ouioectl_report_percentage (message, &percentage);
  ouioectl_reporter_add (pump->run->reporter, "progress", message, percentage);
}

/* Closing our end tells the program, as it would be told without us, that nobody reads. */
static void
end_pump (Pump *pump)
{
  pump->done = TRUE;
  ouioe_line_reader_end (pump->lines);
  g_input_stream_close (pump->input, NULL, NULL);
  check_end (pump->run);
}

static void
write_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pump *pump = user_data;
  gboolean written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);

  g_clear_pointer (&pump->piece, g_bytes_unref);
  restart_quiet (pump->run);
  if (written)
    start_read (pump);
  else
    end_pump (pump);
}

static void
read_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pump *pump = user_data;
  gsize len;
  const char *data;

  pump->piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  if (pump->piece == NULL || g_bytes_get_size (pump->piece) == 0)
    {
      g_clear_pointer (&pump->piece, g_bytes_unref);
      end_pump (pump);
      return;
    }
  data = g_bytes_get_data (pump->piece, &len);
  ouioe_line_reader_feed (pump->lines, data, len);
  g_output_stream_write_all_async (pump->output, data, len, G_PRIORITY_DEFAULT, NULL, write_done_cb, pump);
}

static void
start_read (Pump *pump)
{
  g_input_stream_read_bytes_async (pump->input, PIECE, G_PRIORITY_DEFAULT, pump->run->reading, read_done_cb, pump);
}

static void
start_pump (Run *self, Pump *pump, GInputStream *input, int fd)
{
  pump->run = self;
  pump->input = g_object_ref (input);
  pump->output = g_unix_output_stream_new (fd, FALSE);
  pump->lines = ouioe_line_reader_new (MAX_LINE, on_line, pump);
  start_read (pump);
}

static void
clear_pump (Pump *pump)
{
  g_clear_object (&pump->input);
  g_clear_object (&pump->output);
  g_clear_pointer (&pump->lines, ouioe_line_reader_free);
}

/* ---- the program ---- */

static void
process_exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  self->exited = TRUE;
  restart_quiet (self);
  check_end (self);
}

static int
supervise (Run *self, int signal_fd)
{
  guint source = g_unix_fd_add (signal_fd, G_IO_IN, on_signal, self);
  int status;

  self->loop = g_main_loop_new (NULL, FALSE);
  self->reading = g_cancellable_new ();
  start_pump (self, &self->pumps[0], g_subprocess_get_stdout_pipe (self->process), STDOUT_FILENO);
  start_pump (self, &self->pumps[1], g_subprocess_get_stderr_pipe (self->process), STDERR_FILENO);
  g_subprocess_wait_async (self->process, NULL, process_exited_cb, self);
  g_main_loop_run (self->loop);

  status = g_subprocess_get_status (self->process);
  g_clear_handle_id (&self->quiet, g_source_remove);
  g_source_remove (source);
  clear_pump (&self->pumps[0]);
  clear_pump (&self->pumps[1]);
  g_clear_object (&self->reading);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  return WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
}

static int
run_program (Run *self, OuioectlOptions *options, char **argv, int signal_fd)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                               G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr(GError) error = NULL;
  int status;

  g_subprocess_launcher_set_child_setup (launcher, restore_signals, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "OUIOE_SESSION", self->session, TRUE);
  if (options->address != NULL)
    g_subprocess_launcher_setenv (launcher, "OUIOE_ADDRESS", options->address, TRUE);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  if (self->process == NULL)
    {
      ouioectl_complain ("%s", error->message);
      status = g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
    }
  else
    {
      status = supervise (self, signal_fd);
    }
  g_clear_object (&self->process);
  return status;
}

/* FALSE with @error when the session is not to be had for a reason that the user can do something about. */
static gboolean
begin_session (Run *self, const char *user, const char *request, gboolean named, GError **error)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new (request, NULL);
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(GError) local_error = NULL;

  config.debug_mode = TRUE;
  if (ouioe_client_create_session (self->client, self->session, user, &config, context, NULL, &local_error) ||
      (named && g_error_matches (local_error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS)))
    {
      self->reporter = ouioectl_reporter_new (self->client, self->session);
      return TRUE;
    }
  if (ouioectl_exit_for (local_error) == OUIOECTL_EXIT_USAGE)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  ouioectl_complain (_("nothing is reported: %s"), local_error->message);
  return TRUE;
}

static void
report_end (Run *self, int status)
{
  g_autofree char *message = g_strdup_printf ("exit status %d", status);   /* stored: not translated */

  if (self->reporter == NULL)
    return;
  if (status != 0)
    ouioectl_reporter_add (self->reporter, "error", message, -1);
  ouioectl_reporter_finish (self->reporter, status == 0 ? "done" : "failed");
}

int
ouioectl_run (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *session = NULL;
  g_autofree char *user = NULL;
  g_autofree char *request = NULL;
  const GOptionEntry entries[] = {
    { "session", 's', 0, G_OPTION_ARG_STRING, &session, N_("Into this session; it is created when it is not there"), N_("ID") },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &user, N_("Whose session it is (default: who you are)"), N_("USER") },
    { "request", 'r', 0, G_OPTION_ARG_STRING, &request, N_("What was asked for (default: the command)"), N_("TEXT") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GError) error = NULL;
  Run self = { NULL };
  struct signalfd_siginfo early;
  sigset_t set;
  int signal_fd, status;
  const char *description =
    _("Each line of output is an update, at most ten a second; “42%”, “3/8” and “3 of 8” tell how far it is.\n"
      "The session ends as “done” when COMMAND leaves with 0, else as “failed”. COMMAND finds the session in\n"
      "$OUIOE_SESSION. Exit status: that of COMMAND; 128 + N when signal N ended it; 126, 127 when it cannot\n"
      "be run. Without a daemon COMMAND runs all the same.");

  if (!ouioectl_parse (options, entries, description, &argc, &argv, 1, INT_MAX - 1))
    return OUIOECTL_EXIT_USAGE;

  /* Before the first thread, so that all of them have it. */
  fill_signals (&set);
  sigprocmask (SIG_BLOCK, &set, NULL);
  signal_fd = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signal_fd < 0)
    {
      ouioectl_complain ("signalfd: %s", g_strerror (errno));
      return OUIOECTL_EXIT_FAILED;
    }

  if (request == NULL)
    request = g_strjoinv (" ", argv + 1);
  self.session = session != NULL ? g_strdup (session) : ouioectl_session_make_id ("run");
  self.client = ouioe_client_new (options->address);
  if (!begin_session (&self, user != NULL ? user : g_get_user_name (), request, session != NULL, &error))
    status = ouioectl_fail (error);
  else if (read (signal_fd, &early, sizeof early) == (gssize) sizeof early)   /* before there was a program to get it */
    {
      status = 128 + (int) early.ssi_signo;
      report_end (&self, status);
    }
  else
    {
      status = run_program (&self, options, argv + 1, signal_fd);
      report_end (&self, status);
    }

  g_clear_pointer (&self.reporter, ouioectl_reporter_free);
  g_clear_object (&self.client);
  g_free (self.session);
  close (signal_fd);
  return status;
}
