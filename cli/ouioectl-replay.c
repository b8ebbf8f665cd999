/* ouioectl-replay.c - shows a session again, in the rhythm in which it happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every line bears a mark, and the first says what it is: nobody should take the past for the present.
 */
#include "config.h"

#include "ouioectl.h"

#include <glib-unix.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioe-line-reader.h"
#include "ouioectl-pages.h"
#include "ouioectl-text.h"
#include "ouioectl-view.h"

#define MARK         "» "
#define MARK_COLUMNS 2
#define MIN_SPEED    0.1
#define MAX_SPEED    20.0
/* A longer silence is shortened to this. */
#define LONG_GAP_US  (5 * G_USEC_PER_SEC)
#define SHORT_GAP_US G_USEC_PER_SEC
/* Of a recording; what is beyond is not read. */
#define MAX_EVENTS   1000000
#define MAX_LINE     (4 * 1024 * 1024)

typedef struct {
  GPtrArray    *events;         /* of OuioeEvent */
  guint         next;           /* index of the event that is due next */
  gint64        shown_us;       /* time of the one before, as recorded */
  gint64        due_us;         /* monotonic: when it was due */
  double        speed;
  gboolean      shorten;
  gboolean      ndjson;
  OuioectlView  view;
  guint         timer;
  guint64       line;           /* of the file, from 1 */
  GMainLoop    *loop;
  GError       *error;
  OuioectlExit  status;
} Replay;

/* ---- reading ---- */

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  Replay *self = user_data;
  g_autoptr(GError) error = NULL;
  OuioeEvent *event;

  self->line++;
  if (self->error != NULL || strspn (line, " \t") == len)
    return;
  event = too_long || self->events->len >= MAX_EVENTS ? NULL : ouioe_event_new_from_json (line, (gssize) len, &error);
  if (event == NULL)
    g_set_error (&self->error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "line %" G_GUINT64_FORMAT ": %s", self->line,
                 error != NULL ? error->message : "this is more than can be replayed");
  else
    g_ptr_array_add (self->events, event);
}

static gboolean
on_event (OuioeEvent *event, gpointer user_data, GError **error)
{
  Replay *self = user_data;

  if (self->events->len >= MAX_EVENTS)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "this is more than can be replayed");
      return FALSE;
    }
  g_ptr_array_add (self->events, ouioe_event_ref (event));
  return TRUE;
}

static gboolean
read_session (Replay *self, const char *address, const char *session, GError **error)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  gboolean lost;

  return ouioectl_pages_read (client, session, on_event, self, &lost, error);
}

static gboolean
read_file (Replay *self, const char *path, GError **error)
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

/* ---- showing ---- */

static void
quit (Replay *self, OuioectlExit status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

/* Puts the mark before every line. */
static gboolean
show (Replay *self, const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *stop = strchrnul (text, '\n');

      g_string_append (out, self->view.colour ? "\033[2m" MARK "\033[0m" : MARK);
      g_string_append_len (out, text, stop - text);
      g_string_append_c (out, '\n');
      text = *stop == '\n' ? stop + 1 : stop;
    }
  return ouioectl_put (out->str);
}

static gboolean
put_mark_json (Replay *self, const char *source)
{
  json_t *object = json_pack ("{s:s, s:s, s:f, s:i}", "kind", "replay", "source", source, "speed", self->speed, "events",
                              (int) self->events->len);
  char *dump = object != NULL ? json_dumps (object, JSON_COMPACT) : NULL;
  gboolean done = ouioectl_put_json (dump != NULL ? dump : "{\"kind\":\"replay\"}", strlen (dump != NULL ? dump
                                                                                      : "{\"kind\":\"replay\"}"));

  free (dump);
  json_decref (object);
  return done;
}

static gboolean
put_head (Replay *self, const char *source)
{
  gint64 begin_us = ouioe_event_get_time_us (self->events->pdata[0]);
  g_autoptr(GDateTime) begin = g_date_time_new_from_unix_local (begin_us / G_USEC_PER_SEC);
  g_autofree char *date = begin != NULL ? g_date_time_format (begin, "%Y-%m-%d %H:%M:%S") : g_strdup ("an unknown day");
  g_autofree char *safe = ouioectl_text_safe (source, -1, OUIOECTL_TEXT_LINE);
  g_autofree char *text = g_strdup_printf ("replay of %s, recorded %s, %g times as fast\n", safe, date, self->speed);

  if (self->ndjson)
    return put_mark_json (self, source);
  return show (self, text);
}

static gboolean
put_event (Replay *self, OuioeEvent *event)
{
  g_autofree char *text = NULL;

  if (self->ndjson)
    {
      gsize len;
      const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

      return ouioectl_put_json (json, len);
    }
  text = ouioectl_view_event (&self->view, event);
  return show (self, text);
}

static gboolean
put_gap (Replay *self, gint64 gap_us)
{
  g_autofree char *duration = ouioectl_text_duration (gap_us);
  g_autofree char *text = g_strdup_printf ("--- %s of silence, shortened ---\n", duration);

  return self->ndjson || show (self, text);
}

/* ---- rhythm ---- */

static void schedule (Replay *self);

static gboolean
on_due (gpointer user_data)
{
  Replay *self = user_data;
  OuioeEvent *event = self->events->pdata[self->next++];

  self->timer = 0;
  self->shown_us = ouioe_event_get_time_us (event);
  if (!put_event (self, event))
    quit (self, OUIOECTL_EXIT_DONE);   /* nobody reads our output */
  else
    schedule (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (Replay *self)
{
  gint64 gap_us, wait_us;

  if (self->next >= self->events->len)
    {
      if (!self->ndjson)
        show (self, "end of the replay\n");
      quit (self, OUIOECTL_EXIT_DONE);
      return;
    }
  gap_us = MAX (ouioe_event_get_time_us (self->events->pdata[self->next]) - self->shown_us, 0);
  if (self->shorten && gap_us > LONG_GAP_US)
    {
      if (!put_gap (self, gap_us))
        {
          quit (self, OUIOECTL_EXIT_DONE);
          return;
        }
      gap_us = SHORT_GAP_US;
    }
  /* From when the one before was due, not from when it was shown: small delays do not add up. */
  self->due_us += (gint64) MIN ((double) gap_us / self->speed, 1e15);
  wait_us = MAX (self->due_us - g_get_monotonic_time (), 0);
  self->timer = g_timeout_add ((guint) MIN ((wait_us + 999) / 1000, G_MAXINT), on_due, self);
}

static gboolean
on_interrupt (gpointer user_data)
{
  quit (user_data, OUIOECTL_EXIT_INTERRUPTED);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  quit (user_data, OUIOECTL_EXIT_TERMINATED);
  return G_SOURCE_CONTINUE;
}

static OuioectlExit
play (Replay *self, const char *source)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);
  guint terminate = g_unix_signal_add (SIGTERM, on_terminate, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->shown_us = ouioe_event_get_time_us (self->events->pdata[0]);
  if (put_head (self, source))
    {
      self->due_us = g_get_monotonic_time ();
      self->timer = g_idle_add (on_due, self);
      g_main_loop_run (self->loop);
    }
  g_clear_handle_id (&self->timer, g_source_remove);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  return self->status;
}

int
ouioectl_replay (OuioectlOptions *options, int argc, char **argv)
{
  double speed = 1;
  gboolean shorten = TRUE;
  const GOptionEntry entries[] = {
    { "speed", 's', 0, G_OPTION_ARG_DOUBLE, &speed, "N times as fast as it was, 0.1 to 20 (default 1)", "N" },
    { "no-shorten", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &shorten, "Keep gaps of more than 5 s as long as they were",
      NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GError) error = NULL;
  Replay self = { .speed = 1 };
  gboolean terminal = ouioectl_terminal_is (STDOUT_FILENO);
  guint width;

  if (!ouioectl_parse (options, entries,
                       "FILE is what “export” wrote, or “-”; a word that names no file is a session. Gaps of more than 5 s\n"
                       "last 1 s. Every line is marked with “»”.", &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;
  if (!(speed >= MIN_SPEED && speed <= MAX_SPEED))
    {
      ouioectl_complain ("--speed: %g is not between %g and %g", speed, MIN_SPEED, MAX_SPEED);
      return OUIOECTL_EXIT_USAGE;
    }

  width = terminal ? ouioectl_terminal_width (STDOUT_FILENO) : 0;
  events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  self.events = events;
  self.speed = speed;
  self.shorten = shorten;
  self.ndjson = options->json || options->ndjson;
  self.view.colour = ouioectl_terminal_colour (STDOUT_FILENO);
  self.view.width = width > MARK_COLUMNS ? width - MARK_COLUMNS : width;
  if (is_file (argv[1]) ? !read_file (&self, argv[1], &error) : !read_session (&self, options->address, argv[1], &error))
    return ouioectl_fail (error);
  if (events->len == 0)
    {
      ouioectl_complain ("there is nothing to replay");
      return OUIOECTL_EXIT_FAILED;
    }
  for (guint i = 1; i < events->len; i++)
    self.view.sessions |= strcmp (ouioe_event_get_session_id (events->pdata[i]),
                                  ouioe_event_get_session_id (events->pdata[0])) != 0;
  return play (&self, argv[1]);
}
