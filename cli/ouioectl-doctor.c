/* ouioectl-doctor.c - looks for what is wrong with the installation, and says what to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-findings.h"
#include "ouioectl-text.h"

#define MIN_FREE_MIB 100

typedef struct {
  OuioectlFindingKind kind;
  const char         *check;
  char               *text;
  char               *advice;   /* NULL for none */
} Finding;

struct _OuioectlFindings
{
  GArray *list;       /* of Finding */
  guint   n_faults;
};

static void
finding_clear (gpointer data)
{
  Finding *finding = data;

  g_free (finding->text);
  g_free (finding->advice);
}

OuioectlFindings *
ouioectl_findings_new (void)
{
  OuioectlFindings *self = g_new0 (OuioectlFindings, 1);

  self->list = g_array_new (FALSE, FALSE, sizeof (Finding));
  g_array_set_clear_func (self->list, finding_clear);
  return self;
}

void
ouioectl_findings_free (OuioectlFindings *self)
{
  g_array_unref (self->list);
  g_free (self);
}

void
ouioectl_findings_take (OuioectlFindings *self, OuioectlFindingKind kind, const char *check, char *text,
                        const char *advice)
{
  Finding finding = { kind, check, text, g_strdup (advice) };

  g_array_append_val (self->list, finding);
  self->n_faults += kind == OUIOECTL_FINDING_FAULT;
}

guint
ouioectl_findings_count_faults (OuioectlFindings *self)
{
  return self->n_faults;
}

static void
print_json (OuioectlFindings *self)
{
  static const char *const words[] = { "ok", "note", "fault" };
  json_t *checks = json_array ();
  json_t *object = json_pack ("{s:b, s:o}", "ok", self->n_faults == 0, "checks", checks);
  char *dump;

  for (guint i = 0; i < self->list->len; i++)
    {
      const Finding *finding = &g_array_index (self->list, Finding, i);
      g_autofree char *text = g_utf8_make_valid (finding->text, -1);
      json_t *check = json_pack ("{s:s, s:s, s:s}", "check", finding->check, "result", words[finding->kind], "text", text);

      if (finding->advice != NULL)
        json_object_set_new (check, "advice", json_string (finding->advice));
      json_array_append_new (checks, check);
    }
  dump = json_dumps (object, JSON_COMPACT);
  if (dump != NULL)
    ouioectl_put_json (dump, strlen (dump));
  free (dump);
  json_decref (object);
}

static const char *
word_of (OuioectlFindingKind kind)
{
  switch (kind)
    {
    case OUIOECTL_FINDING_OK:
      return C_("finding", "ok");
    case OUIOECTL_FINDING_NOTE:
      return C_("finding", "note");
    case OUIOECTL_FINDING_FAULT:
    default:
      return C_("finding", "FAULT");
    }
}

/* Of the column with the words. */
static guint
words_width (void)
{
  guint width = 0;

  for (guint kind = OUIOECTL_FINDING_OK; kind <= OUIOECTL_FINDING_FAULT; kind++)
    width = MAX (width, ouioectl_text_width (word_of (kind)));
  return width;
}

static void
print_finding (const Finding *finding, gboolean colour)
{
  static const char *const styles[] = { "32", "2", "1;31" };
  g_autofree char *safe = ouioectl_text_safe (finding->text, -1, OUIOECTL_TEXT_LINE);
  const char *text = word_of (finding->kind);
  g_autofree char *word = colour ? g_strdup_printf ("\033[%sm%s\033[0m", styles[finding->kind], text) : g_strdup (text);
  int padding = (int) (words_width () - ouioectl_text_width (text));
  g_autofree char *line = g_strdup_printf ("%s%*s  %-13s  %s\n", word, padding, "", finding->check, safe);

  ouioectl_put (line);
  if (finding->advice != NULL)
    {
      g_autofree char *advice = g_strdup_printf ("%*s→ %s\n", (int) words_width () + 17, "", finding->advice);

      ouioectl_put (advice);
    }
}

void
ouioectl_findings_print (OuioectlFindings *self, gboolean json)
{
  gboolean colour = ouioectl_terminal_colour (STDOUT_FILENO);

  if (json)
    {
      print_json (self);
      return;
    }
  for (guint i = 0; i < self->list->len; i++)
    print_finding (&g_array_index (self->list, Finding, i), colour);
}

/* Beside this program, else where the shell would find it. */
static char *
find_ouioed (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, "ouioed", NULL) : NULL;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  return g_find_program_in_path ("ouioed");
}

int
ouioectl_doctor (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *ouioed = NULL;
  g_autofree char *config = NULL;
  g_autofree char *state_dir = NULL;
  int min_free = MIN_FREE_MIB;
  const GOptionEntry entries[] = {
    { "ouioed", 0, 0, G_OPTION_ARG_FILENAME, &ouioed, N_("The daemon's program (default: beside this one, else in $PATH)"),
      N_("FILE") },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, N_("Its only configuration file (default: those it reads)"), N_("FILE") },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_dir, N_("Where it keeps its files (default: as configured)"),
      N_("DIRECTORY") },
    { "min-free", 0, 0, G_OPTION_ARG_INT, &min_free, N_("MiB that should be free there (default 100)"), "N" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioectlFindings) findings = NULL;
  OuioectlDoctor doctor;

  if (!ouioectl_parse (options, entries, _("Leaves with 0 when all is well, with 1 when something is not."), &argc, &argv, 0,
                       0))
    return OUIOECTL_EXIT_USAGE;
  if (options->json || options->ndjson)   /* the programs that are asked shall speak the same language */
    {
      g_setenv ("LC_ALL", "C.UTF-8", TRUE);
      g_unsetenv ("LANGUAGE");
    }
  if (min_free < 0)
    {
      ouioectl_complain (_("--min-free: %d is not 0 or more"), min_free);
      return OUIOECTL_EXIT_USAGE;
    }

  if (ouioed == NULL)
    ouioed = find_ouioed ();
  doctor = (OuioectlDoctor) {
    .address = options->address, .ouioed = ouioed, .config = config, .state_dir = state_dir,
    .min_free = (gint64) min_free << 20,
  };
  findings = ouioectl_findings_new ();
  if (ouioectl_doctor_check_service (&doctor, findings))
    {
      ouioectl_doctor_check_files (&doctor, findings);
      ouioectl_doctor_check_units (findings);
    }
  ouioectl_findings_print (findings, options->json || options->ndjson);
  return ouioectl_findings_count_faults (findings) == 0 ? OUIOECTL_EXIT_DONE : OUIOECTL_EXIT_FAILED;
}
