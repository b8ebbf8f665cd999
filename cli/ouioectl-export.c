/* ouioectl-export.c - the events of sessions, an object a line, byte for byte as they are stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <string.h>
#include <unistd.h>

#include "ouioectl-pages.h"
#include "ouioectl-text.h"

typedef struct {
  OuioeClient   *client;
  GOutputStream *file;        /* NULL: stdout */
  gboolean       terminal;    /* stdout is one: what could harm it is escaped */
} Export;

static gboolean
on_event (OuioeEvent *event, gpointer user_data, GError **error)
{
  Export *self = user_data;
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

  if (self->file != NULL)
    return g_output_stream_write_all (self->file, json, len, NULL, NULL, error) &&
           g_output_stream_write_all (self->file, "\n", 1, NULL, NULL, error);
  if (self->terminal)
    return ouioectl_put_json (json, len);   /* FALSE when nobody reads on */
  return ouioectl_put_raw (json, len) && ouioectl_put_raw ("\n", 1);
}

static gboolean
export_session (Export *self, const char *session, GError **error)
{
  gboolean lost;

  if (!ouioectl_pages_read (self->client, session, on_event, self, &lost, error))
    return FALSE;
  if (lost)
    ouioectl_complain (_("%s: events were trimmed away while they were exported"), session);
  return TRUE;
}

static gboolean
export_all (Export *self, GError **error)
{
  g_autoptr(GPtrArray) sessions = ouioe_client_list_sessions (self->client, NULL, 0, NULL, error);

  for (guint i = sessions != NULL ? sessions->len : 0; i > 0; i--)   /* they are listed newest first */
    {
      g_autoptr(GError) local_error = NULL;

      if (export_session (self, ouioe_session_get_id (sessions->pdata[i - 1]), &local_error))
        continue;
      if (g_error_matches (local_error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))
        continue;   /* forgotten meanwhile */
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return sessions != NULL;
}

/* A file is there whole or not at all. */
static gboolean
close_file (Export *self, gboolean keep, GError **error)
{
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();

  if (self->file == NULL)
    return TRUE;
  if (keep)
    return g_output_stream_close (self->file, NULL, error);
  g_cancellable_cancel (cancelled);
  g_output_stream_close (self->file, cancelled, NULL);
  return TRUE;
}

int
ouioectl_export (OuioectlOptions *options, int argc, char **argv)
{
  gboolean all = FALSE;
  const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &all, N_("All sessions, the oldest first"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;
  const char *path;
  Export self = { .terminal = ouioectl_terminal_is (STDOUT_FILENO) };
  gboolean done;
  const char *description =
    _("Events go to FILE, which only you may read, or to stdout without one or with “-”. The lines are what\n"
      "“import” and “replay” take.");

  if (!ouioectl_parse (options, entries, description, &argc, &argv, 0, 2))
    return OUIOECTL_EXIT_USAGE;
  if (all ? argc > 2 : argc < 2)
    {
      ouioectl_complain (_("either a session or --all"));
      return OUIOECTL_EXIT_USAGE;
    }

  path = all ? argv[1] : argc > 2 ? argv[2] : NULL;
  if (all && argc < 2)
    path = NULL;
  client = ouioe_client_new (options->address);
  self.client = client;
  if (path != NULL && strcmp (path, "-") != 0)
    {
      g_autoptr(GFile) file = g_file_new_for_commandline_arg (path);

      self.file = G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE,
                                                   G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, &error));
    }

  done = error == NULL && (all ? export_all (&self, &error) : export_session (&self, argv[1], &error));
  done = close_file (&self, done, done ? &error : NULL) && done;
  g_clear_object (&self.file);
  return done ? OUIOECTL_EXIT_DONE : ouioectl_fail (error);
}
