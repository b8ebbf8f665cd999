/* ouioectl-ingest.c - show a model's stream, recorded or live, as a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a piece, lets the feed make steps and updates of it, and posts them one after the other, each when it is due.
 * Reading waits while enough is waiting to be posted, so a recording of any length takes little memory.
 */
#include "config.h"

#include "ouioectl.h"

#include <glib-unix.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-feed.h"
#include "ouioectl-session.h"
#include "ouioectl-text.h"

#define PIECE       16384   /* bytes that are read at once */
#define MAX_WAITING 256     /* posts that wait before reading pauses */
#define MAX_SPEED   10000.0

typedef struct {
  OuioectlOptions *options;
  GMainLoop       *loop;
  OuioeClient     *client;
  GInputStream    *input;
  OuioectlFeed    *feed;
  GQueue           posts;         /* OuioectlPost, the next one first */
  GCancellable    *reading;       /* cancels the read that is under way */
  char            *session;
  const char      *user;
  const char      *title;
  double           speed;         /* 0: nothing waits */
  gboolean         live;          /* stdin: what has no times comes at its own */
  gint64           begin_us;      /* monotonic time of offset 0; 0 before the first post */
  guint            timer;         /* until the next post is due, or 0 */
  gboolean         created;       /* the session is there */
  gboolean         busy;          /* a request is under way */
  gboolean         in_read;       /* a read is under way */
  gboolean         at_end;        /* of the input */
  OuioectlExit     interrupted;   /* DONE, or the status of the signal that came */
  OuioectlExit     status;
} Ingest;

static void pump (Ingest *self);

static void
finish (Ingest *self, OuioectlExit status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

static void
give_up (Ingest *self, const GError *error)
{
  finish (self, ouioectl_fail (error));
}

/* ---- the session ---- */

static char *
make_system_context (Ingest *self)
{
  json_t *object = json_pack ("{s:s, s:s}", "source", "ingest", "format", ouioectl_feed_get_format (self->feed));
  char *dump, *context;

  if (ouioectl_feed_get_model (self->feed) != NULL)
    json_object_set_new (object, "model", json_string (ouioectl_feed_get_model (self->feed)));
  dump = json_dumps (object, JSON_COMPACT);
  context = g_strdup (dump);
  free (dump);
  json_decref (object);
  return context;
}

static void
create_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ingest *self = user_data;
  g_autoptr(GError) error = NULL;

  self->busy = FALSE;
  if (!ouioe_client_create_session_finish (OUIOE_CLIENT (source), result, &error)
      && !g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS))
    {
      give_up (self, error);
      return;
    }

  self->created = TRUE;
  ouioectl_session_print_id (self->options, self->session);
  pump (self);
}

static void
start_create (Ingest *self)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autofree char *system_context = make_system_context (self);
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new (self->title, system_context);

  config.debug_mode = TRUE;
  self->busy = TRUE;
  ouioe_client_create_session_async (self->client, self->session, self->user, &config, context, NULL, create_done_cb,
    self);
}

static void
close_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ingest *self = user_data;
  g_autoptr(GError) error = NULL;

  if (!ouioe_client_close_session_finish (OUIOE_CLIENT (source), result, &error))
    give_up (self, error);
  else
    finish (self, self->interrupted);
}

static void
start_close (Ingest *self)
{
  const char *outcome = self->interrupted != OUIOECTL_EXIT_DONE ? "cancelled" : ouioectl_feed_get_outcome (self->feed);
  guint64 n_garbled = ouioectl_feed_get_n_garbled (self->feed);

  if (n_garbled > 0)
    ouioectl_complain (ngettext ("%" PRIu64 " record could not be read and was skipped",
                                 "%" PRIu64 " records could not be read and were skipped", ouioectl_i18n_plural (n_garbled)),
                       n_garbled);
  self->busy = TRUE;
  ouioe_client_close_session_async (self->client, self->session, outcome, NULL, close_done_cb, self);
}

/* ---- posting ---- */

static void
post_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ingest *self = user_data;
  g_autoptr(OuioectlPost) post = g_queue_pop_head (&self->posts);
  g_autoptr(GError) error = NULL;
  gboolean good;

  self->busy = FALSE;
  if (post->step != NULL)
    good = ouioe_client_append_thinking_finish (OUIOE_CLIENT (source), result, &error);
  else
    good = ouioe_client_append_progress_finish (OUIOE_CLIENT (source), result, &error);
  if (!good)
    give_up (self, error);
  else
    pump (self);
}

static void
start_post (Ingest *self)
{
  OuioectlPost *post = g_queue_peek_head (&self->posts);

  self->busy = TRUE;
  if (post->step != NULL)
    ouioe_client_append_thinking_async (self->client, self->session, post->step, NULL, post_done_cb, self);
  else
    ouioe_client_append_progress_async (self->client, self->session, post->update, NULL, post_done_cb, self);
}

static gboolean
on_due (gpointer user_data)
{
  Ingest *self = user_data;

  self->timer = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* Microseconds until @post is due; 0 or less when it is. */
static gint64
time_until (Ingest *self, const OuioectlPost *post)
{
  if (self->speed == 0 || (self->live && !post->timed))
    return 0;
  return self->begin_us + (gint64) ((double) post->offset_us / self->speed) - g_get_monotonic_time ();
}

/* ---- reading ---- */

static void
on_post (OuioectlPost *post, gpointer user_data)
{
  Ingest *self = user_data;

  g_queue_push_tail (&self->posts, post);
}

static void
read_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ingest *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  self->in_read = FALSE;
  if (g_cancellable_is_cancelled (self->reading))
    {
      if (self->interrupted != OUIOECTL_EXIT_DONE)
        pump (self);
      return;
    }
  if (bytes == NULL)
    {
      give_up (self, error);
      return;
    }

  if (g_bytes_get_size (bytes) == 0)
    {
      self->at_end = TRUE;
      ouioectl_feed_end (self->feed, g_get_monotonic_time ());
    }
  else
    {
      if (self->begin_us == 0)
        self->begin_us = g_get_monotonic_time ();
      ouioectl_feed_add (self->feed, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
        g_get_monotonic_time ());
    }
  pump (self);
}

static void
start_read (Ingest *self)
{
  self->in_read = TRUE;
  g_input_stream_read_bytes_async (self->input, PIECE, G_PRIORITY_DEFAULT, self->reading, read_done_cb, self);
}

/* ---- what is next ---- */

static void
pump (Ingest *self)
{
  OuioectlPost *next = g_queue_peek_head (&self->posts);
  gint64 wait_us;

  if (!self->at_end && !self->in_read && self->interrupted == OUIOECTL_EXIT_DONE && self->posts.length < MAX_WAITING)
    start_read (self);
  if (self->busy || self->timer != 0)
    return;

  if (next != NULL)
    {
      wait_us = time_until (self, next);
      if (wait_us > 0)
        self->timer = g_timeout_add ((guint) MIN ((wait_us + 999) / 1000, 3600 * 1000), on_due, self);
      else if (!self->created)
        start_create (self);
      else
        start_post (self);
      return;
    }

  if (!self->at_end && self->interrupted == OUIOECTL_EXIT_DONE)
    return;   /* read_done_cb() goes on */
  if (self->created)
    start_close (self);
  else if (self->interrupted != OUIOECTL_EXIT_DONE)
    finish (self, self->interrupted);
  else
    {
      ouioectl_complain (_("this is no stream of a model"));
      finish (self, OUIOECTL_EXIT_FAILED);
    }
}

/* The first signal ends the session properly; a second one does not wait for the daemon. */
static gboolean
on_signal (Ingest *self, OuioectlExit status)
{
  gboolean again = self->interrupted != OUIOECTL_EXIT_DONE;
  OuioectlPost *under_way = self->busy && self->created ? g_queue_pop_head (&self->posts) : NULL;

  self->interrupted = status;
  g_queue_clear_full (&self->posts, (GDestroyNotify) ouioectl_post_free);
  if (under_way != NULL)
    g_queue_push_head (&self->posts, under_way);
  g_cancellable_cancel (self->reading);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (again)
    finish (self, status);
  else
    pump (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  return on_signal (user_data, OUIOECTL_EXIT_INTERRUPTED);
}

static gboolean
on_terminate (gpointer user_data)
{
  return on_signal (user_data, OUIOECTL_EXIT_TERMINATED);
}

static OuioectlExit
run (Ingest *self, OuioeDialectFormat format)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);
  guint terminate = g_unix_signal_add (SIGTERM, on_terminate, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->reading = g_cancellable_new ();
  self->feed = ouioectl_feed_new (format, self->live, on_post, self);
  g_queue_init (&self->posts);
  pump (self);
  g_main_loop_run (self->loop);

  g_cancellable_cancel (self->reading);
  while (self->in_read)   /* its callback needs what is freed below */
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  return self->status;
}

static void
ingest_clear (Ingest *self)
{
  g_queue_clear_full (&self->posts, (GDestroyNotify) ouioectl_post_free);
  g_clear_pointer (&self->feed, ouioectl_feed_free);
  g_clear_object (&self->reading);
  g_clear_object (&self->input);
  g_clear_object (&self->client);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->session, g_free);
}

int
ouioectl_ingest (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *word = NULL;
  g_autofree char *session = NULL;
  g_autofree char *user = NULL;
  g_autofree char *title = NULL;
  double speed = -1;
  const GOptionEntry entries[] = {
    { "format", 'f', 0, G_OPTION_ARG_STRING, &word, N_("What FILE is (default: auto)"),
      "ollama|openai|responses|anthropic|mcp|auto" },
    { "session", 's', 0, G_OPTION_ARG_STRING, &session, N_("Into this session; it is created when it is not there"), N_("ID") },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &user, N_("Whose session it is (default: who you are)"), N_("USER") },
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &speed, N_("N times as fast as it was; 0: as fast as it goes"), "N" },
    { "title", 0, 0, G_OPTION_ARG_STRING, &title, N_("What was asked (default: the name of the file)"), N_("TEXT") },
    G_OPTION_ENTRY_NULL
  };
  g_autofree char *base = NULL;
  g_autoptr(GError) error = NULL;
  OuioeDialectFormat format = OUIOE_DIALECT_AUTO;
  Ingest self = { .options = options };
  OuioectlExit status;

  if (!ouioectl_parse (options, entries,
                       _("Steps come at the times of the recording; where it has none, every record takes 24 ms.\n"
                         "From stdin (“-”) a stream without times is posted as it comes, unless --speed is given."),
                       &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;
  if (word != NULL && !ouioe_dialect_format_from_string (word, &format))
    {
      ouioectl_complain (_("--format: “%s” is not ollama, openai, responses, anthropic, mcp or auto"), word);
      return OUIOECTL_EXIT_USAGE;
    }
  if (speed != -1 && !(speed >= 0 && speed <= MAX_SPEED))
    {
      ouioectl_complain (_("--speed: %g is not between 0 and %g"), speed, MAX_SPEED);
      return OUIOECTL_EXIT_USAGE;
    }

  self.input = ouioectl_open_input (argv[1], &error);
  if (self.input == NULL)
    return ouioectl_fail (error);
  base = strcmp (argv[1], "-") == 0 ? g_strdup ("") : g_path_get_basename (argv[1]);
  self.live = strcmp (argv[1], "-") == 0 && speed == -1;
  self.speed = speed == -1 ? 1 : speed;
  self.user = user != NULL ? user : g_get_user_name ();
  self.title = title != NULL ? title : base;
  self.session = session != NULL ? g_strdup (session) : ouioectl_session_make_id ("ingest");
  self.client = ouioe_client_new (options->address);

  status = run (&self, format);
  ingest_clear (&self);
  return status;
}
