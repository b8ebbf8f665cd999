/* ouioectl-think.c - add steps of thinking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "ouioe-line-reader.h"

/* Bytes of a line or paragraph from stdin. */
#define MAX_STEP (256 * 1024)

typedef struct {
  OuioeClient *client;
  const char  *session;
  const char  *type;
  double       confidence;        /* negative: not reported */
  char       **reasons;           /* NULL for none, as the next two */
  char       **alternatives;
  char       **factors;
  gboolean     paragraphs;        /* a step is a paragraph of stdin, not a line */
  GString     *paragraph;         /* the open one */
  gboolean     too_long;          /* the open paragraph is beyond the limit */
  GError      *error;             /* of the first step that was refused */
  guint64      line;              /* of stdin, from 1 */
} Think;

static gboolean
post (Think *self, const char *text)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new (self->type, text, (const char *const *) self->reasons,
                                                               self->confidence,
                                                                 (const char *const *) self->alternatives,
                                                               (const char *const *) self->factors);

  return ouioe_client_append_thinking (self->client, self->session, step, NULL, &self->error);
}

static void
refuse_length (Think *self)
{
  if (self->error == NULL)
    g_set_error (&self->error, OUIOE_ERROR, OUIOE_ERROR_BODY_TOO_LARGE,
                 _("line %" PRIu64 " of stdin: a step of more than %d bytes"), self->line, MAX_STEP);
}

static void
end_paragraph (Think *self)
{
  g_strchomp (self->paragraph->str);
  if (self->too_long)
    refuse_length (self);
  else if (*self->paragraph->str != '\0' && self->error == NULL)
    post (self, self->paragraph->str);
  g_string_truncate (self->paragraph, 0);
  self->too_long = FALSE;
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  Think *self = user_data;
  gboolean blank = strspn (line, " \t\v\f") == strlen (line);   /* a U+0000 ends the line, as it does in arguments */

  self->line++;
  if (self->error != NULL)
    return;

  if (!self->paragraphs)
    {
      if (too_long)
        refuse_length (self);
      else if (!blank)
        post (self, line);
      return;
    }

  if (blank && !too_long)
    {
      end_paragraph (self);
      return;
    }
  if (too_long || self->paragraph->len + len + 1 > MAX_STEP)
    self->too_long = TRUE;
  else
    g_string_append_printf (self->paragraph, "%s\n", line);
}

static void
post_stdin (Think *self)
{
  g_autoptr(OuioeLineReader) reader = ouioe_line_reader_new (MAX_STEP, on_line, self);
  char buffer[16384];

  self->paragraph = g_string_new (NULL);
  while (self->error == NULL)
    {
      gssize n = read (STDIN_FILENO, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        g_set_error (&self->error, G_IO_ERROR, g_io_error_from_errno (errno), _("stdin: %s"), g_strerror (errno));
      if (n <= 0)
        break;
      ouioe_line_reader_feed (reader, buffer, (gsize) n);
    }

  if (self->error == NULL)
    ouioe_line_reader_end (reader);
  if (self->error == NULL)
    end_paragraph (self);
  g_string_free (self->paragraph, TRUE);
}

int
ouioectl_think (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *type = NULL;
  g_auto(GStrv) reasons = NULL;
  g_auto(GStrv) alternatives = NULL;
  g_auto(GStrv) factors = NULL;
  Think self = { .confidence = -1 };
  const GOptionEntry entries[] = {
    { "type", 't', 0, G_OPTION_ARG_STRING, &type, N_("analysis (the default), planning, decision, evaluation, …"), N_("WORD") },
    { "confidence", 'c', 0, G_OPTION_ARG_DOUBLE, &self.confidence, N_("How sure, 0 to 1 (default: not reported)"), "X" },
    { "reason", 0, 0, G_OPTION_ARG_STRING_ARRAY, &reasons, N_("A link of the chain of reasons; may be repeated"), N_("TEXT") },
    { "alternative", 0, 0, G_OPTION_ARG_STRING_ARRAY, &alternatives, N_("What else was considered; may be repeated"),
      N_("TEXT") },
    { "factor", 0, 0, G_OPTION_ARG_STRING_ARRAY, &factors, N_("What decided; may be repeated"), N_("TEXT") },
    { "paragraphs", 'p', 0, G_OPTION_ARG_NONE, &self.paragraphs, N_("A step per paragraph of stdin, not per line"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;
  double given;

  if (!ouioectl_parse (options, entries, _("With “-” or without TEXT, each line of stdin is posted as it comes."), &argc,
    &argv,
                       1, 2))
    return OUIOECTL_EXIT_USAGE;
  given = self.confidence;
  if (given != -1 && !(given >= 0 && given <= 1))
    {
      ouioectl_complain (_("--confidence: %g is not between 0 and 1"), given);
      return OUIOECTL_EXIT_USAGE;
    }

  client = ouioe_client_new (options->address);
  self.client = client;
  self.session = argv[1];
  self.type = type != NULL ? type : "analysis";
  self.reasons = reasons;
  self.alternatives = alternatives;
  self.factors = factors;
  if (argc > 2 && strcmp (argv[2], "-") != 0)
    post (&self, argv[2]);
  else
    post_stdin (&self);

  error = self.error;
  return error == NULL ? OUIOECTL_EXIT_DONE : ouioectl_fail (error);
}
