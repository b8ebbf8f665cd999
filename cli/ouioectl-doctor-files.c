/* ouioectl-doctor-files.c - checks of the daemon's configuration and files on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-findings.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Runs the daemon's program with an option that only prints; NULL when it cannot be run. */
static char *
ask_ouioed (const OuioectlDoctor *self, const char *option, gboolean *ok)
{
  g_autofree char *config = self->config != NULL ? g_strconcat ("--config=", self->config, NULL) : NULL;
  g_autoptr(GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, NULL,
                                                     self->ouioed, option, config, NULL);
  char *text = NULL;

  *ok = FALSE;
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, NULL))
    return NULL;
  *ok = g_subprocess_get_successful (process);
  return text;
}

static void
check_configuration (const OuioectlDoctor *self, OuioectlFindings *findings)
{
  g_autofree char *said = NULL;
  gboolean ok;

  if (self->ouioed == NULL)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, "configuration",
                              g_strdup (_("ouioed is not installed here")), NULL);
      return;
    }
  said = ask_ouioed (self, "--check-config", &ok);
  if (said == NULL)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "configuration",
                            g_strdup_printf (_("%s cannot be run"), self->ouioed),
                            _("install ouioed anew, or correct --ouioed"));
  else if (!ok)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "configuration", g_strdup (g_strstrip (said)),
                            _("correct the line that is named; “ouioed --dump-config” shows every value and its origin"));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "configuration", g_strdup (_("ouioed can use it")), NULL);
}

/* A value of the configuration; NULL when it is empty or not told. */
static char *
dup_value (const char *dump, const char *key)
{
  g_auto(GStrv) lines = dump != NULL ? g_strsplit (dump, "\n", -1) : NULL;
  gsize len = strlen (key);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (strncmp (lines[i], key, len) == 0 && lines[i][len] == '=' && lines[i][len + 1] != '\0')
      return g_strdup (lines[i] + len + 1);
  return NULL;
}

static void
check_disk (const OuioectlDoctor *self, OuioectlFindings *findings, const char *directory)
{
  struct statvfs info;
  g_autofree char *free_text = NULL;
  guint64 available;

  if (statvfs (directory, &info) != 0)
    return;   /* check_directory() says so */
  available = (guint64) info.f_bavail * info.f_frsize;
  free_text = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  if (available < (guint64) self->min_free || (info.f_files > 0 && info.f_favail == 0))
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "disk",
                            /* TRANSLATORS: a size, like "20.0 MiB", and a directory */
                            g_strdup_printf (_("only %s free in %s"), free_text, directory),
                            _("make room, shorten the retention (default-expiry=, max-size=), or move state-dir= elsewhere"));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "disk",
                            g_strdup_printf (_("%s free in %s"), free_text, directory), NULL);
}

/* FALSE when there is nothing more to look at. */
static gboolean
check_directory (OuioectlFindings *findings, const char *directory)
{
  GStatBuf info;

  if (g_stat (directory, &info) != 0 && errno == ENOENT)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, "state-dir",
                              g_strdup_printf (_("%s is not there; the daemon makes it when it needs it"), directory), NULL);
      return FALSE;
    }
  if (g_stat (directory, &info) != 0 || !S_ISDIR (info.st_mode) || g_access (directory, R_OK | W_OK | X_OK) != 0)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "state-dir",
                              g_strdup_printf (_("%s is not a directory that you can write to"), directory),
                              _("give it to the user of the daemon (chown, chmod 700), or set state-dir= to another one"));
      return FALSE;
    }
  ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "state-dir", g_strdup (directory), NULL);
  return TRUE;
}

static void
check_tokens (OuioectlFindings *findings, const char *path)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "token-file", g_strdup (_("there are no tokens")), NULL);
      return;
    }
  if (!S_ISREG (info.st_mode) || (info.st_mode & 077) != 0)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "token-file",
                            g_strdup_printf (_("%s may be read or changed by others (mode %04o)"), path, info.st_mode & 07777),
                            _("chmod 600 it, and revoke tokens that others may have seen"));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "token-file", g_strdup_printf (_("%s is private"), path), NULL);
}

void
ouioectl_doctor_check_files (const OuioectlDoctor *self, OuioectlFindings *findings)
{
  g_autofree char *directory = g_strdup (self->state_dir);
  g_autofree char *tokens = NULL;
  gboolean ok = FALSE;
  g_autofree char *dump = self->ouioed != NULL ? ask_ouioed (self, "--dump-config", &ok) : NULL;

  check_configuration (self, findings);
  if (directory == NULL && ok)
    directory = dup_value (dump, "state-dir");
  if (directory == NULL)
    directory = g_build_filename (g_get_user_state_dir (), "ouioe", NULL);
  if (check_directory (findings, directory))
    check_disk (self, findings, directory);

  tokens = ok ? dup_value (dump, "token-file") : NULL;
  if (tokens == NULL)
    tokens = g_build_filename (directory, "tokens", NULL);
  check_tokens (findings, tokens);
}
