/* ouioectl-replay.c - a session again, in the rhythm in which it happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-replay.h"

#include <inttypes.h>
#include <string.h>

#include "ouioe-line-reader.h"
#include "ouioectl-pages.h"

#define MIN_SPEED    0.1
#define MAX_SPEED    20.0
/* Of a recording; what is beyond is not read. */
#define MAX_EVENTS   1000000
#define MAX_LINE     (4 * 1024 * 1024)

typedef struct {
  GPtrArray *events;   /* of OuioeEvent */
  guint64    line;     /* of the file, from 1 */
  GError    *error;
} Reading;

/* ---- reading ---- */

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  Reading *self = user_data;
  g_autoptr(GError) error = NULL;
  OuioeEvent *event;

  self->line++;
  if (self->error != NULL || strspn (line, " \t") == len)
    return;
  event = too_long || self->events->len >= MAX_EVENTS ? NULL : ouioe_event_new_from_json (line, (gssize) len, &error);
  if (event == NULL)
    g_set_error (&self->error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("line %" PRIu64 ": %s"), self->line,
                 error != NULL ? error->message : _("this is more than can be replayed"));
  else
    g_ptr_array_add (self->events, event);
}

static gboolean
on_event (OuioeEvent *event, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  if (self->events->len >= MAX_EVENTS)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("this is more than can be replayed"));
      return FALSE;
    }
  g_ptr_array_add (self->events, ouioe_event_ref (event));
  return TRUE;
}

static gboolean
read_session (Reading *self, const char *address, const char *session, GError **error)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  gboolean lost;

  return ouioectl_pages_read (client, session, on_event, self, &lost, error);
}

static gboolean
read_file (Reading *self, const char *path, GError **error)
{
  g_autoptr(GInputStream) input = ouioectl_open_input (path, error);
  g_autoptr(OuioeLineReader) reader = ouioe_line_reader_new (MAX_LINE, on_line, self);

  while (input != NULL && self->error == NULL)
    {
      g_autoptr(GBytes) piece = g_input_stream_read_bytes (input, 65536, NULL, error);

      if (piece == NULL)
        return FALSE;
      if (g_bytes_get_size (piece) == 0)
        {
          ouioe_line_reader_end (reader);
          break;
        }
      ouioe_line_reader_feed (reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  return input != NULL && *error == NULL;
}

/* A file is what is there as one, or can only be meant as one. */
static gboolean
is_file (const char *word)
{
  return strcmp (word, "-") == 0 || strchr (word, '/') != NULL || g_file_test (word, G_FILE_TEST_IS_REGULAR);
}

int
ouioectl_replay (OuioectlOptions *options, int argc, char **argv)
{
  double speed = 1;
  gboolean shorten = TRUE;
  g_autofree char *into = NULL;
  const GOptionEntry entries[] = {
    { "speed", 's', 0, G_OPTION_ARG_DOUBLE, &speed, N_("N times as fast as it was, 0.1 to 20 (default 1)"), "N" },
    { "no-shorten", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &shorten,
      N_("Keep gaps of more than 5 s as long as they were"), NULL },
    { "into", 'i', 0, G_OPTION_ARG_STRING, &into, N_("Post it into this session, instead of showing it"), N_("ID") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  g_autoptr(GError) error = NULL;
  Reading reading = { .events = events };
  OuioectlReplay replay = { .options = options, .events = events };
  const char *description =
    _("FILE is what “export” wrote, or “-”; a word that names no file is a session. Steps grow as they once\n"
      "did. Gaps of more than 5 s last 1 s. Every line is marked with “»”; a session that is posted into\n"
      "says in its title that it is a replay.");

  if (!ouioectl_parse (options, entries, description, &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;
  if (!(speed >= MIN_SPEED && speed <= MAX_SPEED))
    {
      ouioectl_complain (_("--speed: %g is not between %g and %g"), speed, MIN_SPEED, MAX_SPEED);
      return OUIOECTL_EXIT_USAGE;
    }

  replay.source = argv[1];
  replay.speed = speed;
  replay.shorten = shorten;
  if (is_file (argv[1]) ? !read_file (&reading, argv[1], &error)
      : !read_session (&reading, options->address, argv[1], &error))
    return ouioectl_fail (error);
  if (events->len == 0)
    {
      ouioectl_complain (_("there is nothing to replay"));
      return OUIOECTL_EXIT_FAILED;
    }
  return into != NULL ? ouioectl_replay_post (&replay, into) : ouioectl_replay_show (&replay);
}
