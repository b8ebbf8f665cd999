/* ouioectl-doctor-units.c - checks of the units of systemd that start the daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-findings.h"

#include <inttypes.h>
#include <string.h>

/* A service manager answers at once; one that is stuck shall not hold up the other checks. */
#define DEADLINE_MS   5000
/* A service that has been started so often is not running: it is failing. */
#define MANY_RESTARTS 3

/* The manager of a user's services, and the one of the machine. */
typedef struct {
  const char *check;      /* stable name of the finding */
  const char *option;     /* of systemctl */
  const char *unmask;     /* advice: a command */
  const char *look;       /* advice, to be translated */
  const char *enable;     /* likewise */
} Manager;

static const Manager managers[] = {
  { "user-unit", "--user", "systemctl --user unmask ouioed",
    N_("read journalctl --user -u ouioed, correct what it names, then systemctl --user reset-failed ouioed and start it again"),
    N_("systemctl --user enable ouioed, or leave it to the bus, which starts it when it is asked for") },
  { "system-unit", "--system", "systemctl unmask ouioed",
    N_("read journalctl -u ouioed, correct what it names, then systemctl reset-failed ouioed and start it again"),
    N_("systemctl enable --now ouioed, if it shall run for the whole machine") },
};

typedef struct {
  GSubprocess *process;
  char        *out;
  char        *err;
  gboolean     done;
  gboolean     succeeded;
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;

  question->succeeded = g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &question->out,
                                                              &question->err, NULL) &&
                        g_subprocess_get_successful (G_SUBPROCESS (source));
  question->done = TRUE;
}

static gboolean
on_deadline (gpointer user_data)
{
  Question *question = user_data;

  g_subprocess_force_exit (question->process);   /* then it has answered */
  return G_SOURCE_CONTINUE;
}

/* FALSE when there is no systemctl here. */
static gboolean
ask (const Manager *manager, Question *question)
{
  guint deadline;

  question->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, "systemctl",
                                        manager->option, "show",
                                        "--property=LoadState,ActiveState,UnitFileState,Result,NRestarts", "ouioed.service",
                                        NULL);
  if (question->process == NULL)
    return FALSE;
  deadline = g_timeout_add (DEADLINE_MS, on_deadline, question);
  g_subprocess_communicate_utf8_async (question->process, NULL, NULL, answered_cb, question);
  while (!question->done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  return TRUE;
}

static void
question_clear (Question *question)
{
  g_clear_object (&question->process);
  g_free (question->out);
  g_free (question->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

/* What stands behind "NAME=" on a line; "" when it is not told. */
static char *
dup_property (const char *text, const char *name)
{
  g_autofree char *mark = g_strdup_printf ("%s=", name);

  for (const char *line = text; line != NULL && *line != '\0'; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (g_str_has_prefix (line, mark))
        return g_strndup (line + strlen (mark), strcspn (line + strlen (mark), "\n"));
    }
  return g_strdup ("");
}

static void
judge (const Manager *manager, const char *text, OuioectlFindings *findings)
{
  g_autofree char *load = dup_property (text, "LoadState");
  g_autofree char *active = dup_property (text, "ActiveState");
  g_autofree char *file = dup_property (text, "UnitFileState");
  g_autofree char *result = dup_property (text, "Result");
  g_autofree char *restarts = dup_property (text, "NRestarts");
  guint64 n_restarts = g_ascii_strtoull (restarts, NULL, 10);

  if (*load == '\0')
    ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, manager->check,
                            g_strdup (_("not looked at, as systemctl tells nothing of ouioed.service")), NULL);
  else if (strcmp (load, "not-found") == 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, manager->check, g_strdup (_("ouioed.service is not installed")),
                            NULL);
  else if (strcmp (load, "masked") == 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, manager->check,
                            g_strdup (_("ouioed.service is masked: nothing can start it")), manager->unmask);
  else if (strcmp (load, "loaded") != 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, manager->check,
                            g_strdup_printf (_("ouioed.service cannot be loaded (%s)"), load),
                            _("systemd-analyze verify ouioed.service names the line that is wrong"));
  else if (strcmp (active, "failed") == 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, manager->check,
                            g_strdup_printf (_("ouioed.service has failed (%s)"), result), _(manager->look));
  else if (strcmp (active, "active") != 0 && n_restarts >= MANY_RESTARTS)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, manager->check,
                            g_strdup_printf (ngettext ("ouioed.service does not stay up: it was started again %" PRIu64
                                                       " time",
                                                       "ouioed.service does not stay up: it was started again %" PRIu64
                                                       " times", ouioectl_i18n_plural (n_restarts)), n_restarts),
                            _(manager->look));
  else if (strcmp (active, "active") == 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, manager->check,
                            g_strdup_printf (_("ouioed.service runs (%s)"), file), NULL);
  else if (strcmp (file, "disabled") == 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, manager->check,
                            g_strdup (_("ouioed.service is installed, but not enabled, and does not run")), _(manager->enable));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, manager->check,
                            g_strdup_printf (_("ouioed.service is installed (%s), and does not run now"), file), NULL);
}

void
ouioectl_doctor_check_units (OuioectlFindings *findings)
{
  for (guint i = 0; i < G_N_ELEMENTS (managers); i++)
    {
      g_auto(Question) question = { NULL };

      if (!ask (&managers[i], &question))
        {
          ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, "units",
                                  g_strdup (_("there is no systemd here (no systemctl): no unit was looked at")), NULL);
          return;
        }
      if (question.succeeded && question.out != NULL && *question.out != '\0')
        judge (&managers[i], question.out, findings);
      else
        ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, managers[i].check,
                                g_strdup_printf (_("not looked at, as the service manager does not answer: %s"),
                                                 question.err != NULL && *question.err != '\0' ? g_strstrip (question.err)
                                                                                               : _("not in time")),
                                NULL);
    }
}
