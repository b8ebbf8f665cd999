/* ouioectl-follow.c - show what happens, live
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events go to stdout, everything about the connection to stderr. On a terminal the last lines show what goes on right
 * now: steps while they are written, what models do, a bar. They are drawn again when something changes and once a
 * second, and taken away before anything else is written, and at the end.
 */
#include "config.h"

#include "ouioectl.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-live.h"
#include "ouioectl-text.h"
#include "ouioectl-view.h"

/* What grows is drawn so often at most: as often as the daemon tells, and more than the eye sees. */
#define DRAW_MS 33

typedef struct {
  GMainLoop         *loop;
  OuioeSubscription *subscription;
  OuioectlView       view;
  OuioectlLive      *live;        /* what is below everything, on a terminal */
  guint              draw;        /* draws it in a moment; 0 when nothing has changed */
  gboolean           ndjson;
  gboolean           deltas;      /* what is never stored is shown, too */
  gboolean           single;      /* one session: its end is ours */
  gboolean           connected;   /* there was a connection */
  gboolean           lost;        /* the connection is down, and that was said */
  OuioectlExit       status;
} Follow;

static void
quit (Follow *self, OuioectlExit status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

/* Writes @text above what goes on. */
static void
show (Follow *self, const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);

  if (self->view.bar)
    {
      g_autofree char *erase = NULL;
      g_autofree char *below = NULL;

      self->view.width = ouioectl_terminal_width (STDOUT_FILENO);
      erase = ouioectl_live_erase (self->live, self->view.width);
      below = ouioectl_live_draw (self->live, &self->view, ouioectl_terminal_rows (STDOUT_FILENO) - 1, g_get_real_time ());
      g_string_append_printf (out, "%s%s%s", erase, text, below);
    }
  else
    g_string_append (out, text);

  if (out->len > 0 && !ouioectl_put (out->str))
    quit (self, OUIOECTL_EXIT_DONE);   /* nobody reads our output; finish_output() knows whether that is bad */
}

static void
hide_bar (Follow *self)
{
  g_autofree char *erase = NULL;

  g_clear_handle_id (&self->draw, g_source_remove);
  if (!self->view.bar)
    return;
  erase = ouioectl_live_erase (self->live, ouioectl_terminal_width (STDOUT_FILENO));
  ouioectl_put (erase);
}

static gboolean
on_draw (gpointer user_data)
{
  Follow *self = user_data;

  self->draw = 0;
  show (self, "");
  return G_SOURCE_REMOVE;
}

static void
show_soon (Follow *self)
{
  if (self->draw == 0)
    self->draw = g_timeout_add (DRAW_MS, on_draw, self);
}

static gboolean
on_tick (gpointer user_data)
{
  show (user_data, "");
  return G_SOURCE_CONTINUE;
}

/* ---- the subscription ---- */

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, gpointer user_data)
{
  Follow *self = user_data;
  g_autofree char *text = NULL;

  if (self->ndjson)
    {
      gsize len;
      const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

      if (!ouioectl_put_json (json, len))
        quit (self, OUIOECTL_EXIT_DONE);
      return;
    }

  if (self->view.bar)
    self->view.width = ouioectl_terminal_width (STDOUT_FILENO);
  text = ouioectl_view_event (&self->view, event);
  ouioectl_live_event (self->live, event);
  show (self, text);
}

/* @frame: (transfer full) */
static void
put_frame (Follow *self, char *frame)
{
  g_autofree char *owned = frame;

  if (!ouioectl_put_json (frame, strlen (frame)))
    quit (self, OUIOECTL_EXIT_DONE);
}

static void
on_delta (OuioeSubscription *subscription, const char *session_id, const char *step_id, guint64 offset,
          const char *text, gpointer user_data)
{
  Follow *self = user_data;

  if (self->ndjson)
    {
      put_frame (self, ouioectl_view_delta_json (session_id, step_id, offset, text));
      return;
    }
  ouioectl_live_grow (self->live, session_id, step_id,
                      ouioe_subscription_get_open_text (subscription, session_id, step_id), g_get_real_time ());
  show_soon (self);
}

static void
on_delta_dropped (OuioeSubscription *subscription, const char *session_id, const char *step_id, gpointer user_data)
{
  Follow *self = user_data;

  if (self->ndjson)
    {
      put_frame (self, ouioectl_view_dropped_json (session_id, step_id));
      return;
    }
  ouioectl_live_drop (self->live, session_id, step_id);
  show_soon (self);
}

static void
on_generation (OuioeSubscription *subscription, const char *session_id, OuioeGeneration *generation, gpointer user_data)
{
  Follow *self = user_data;

  if (self->ndjson)
    {
      put_frame (self, ouioectl_view_generation_json (session_id, generation));
      return;
    }
  ouioectl_live_set_generation (self->live, session_id, generation);
  show_soon (self);
}

static void
on_gap (OuioeSubscription *subscription, const char *after, const char *until, gint64 lost, gpointer user_data)
{
  Follow *self = user_data;

  if (self->ndjson)
    {
      g_autofree char *json = ouioectl_view_gap_json (after, until, lost);

      if (!ouioectl_put_json (json, strlen (json)))
        quit (self, OUIOECTL_EXIT_DONE);
    }
  else
    {
      g_autofree char *text = ouioectl_view_gap (&self->view, after, until, lost);

      show (self, text);
    }
}

static void
on_session_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, gpointer user_data)
{
  Follow *self = user_data;

  if (self->single)
    quit (self, OUIOECTL_EXIT_DONE);
}

static void
on_failed (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Follow *self = user_data;

  hide_bar (self);
  self->view.bar = FALSE;
  quit (self, ouioectl_fail (error));
}

static void
on_connected (OuioeSubscription *subscription, gpointer user_data)
{
  Follow *self = user_data;

  self->connected = TRUE;
  if (!self->lost)
    return;
  self->lost = FALSE;
  hide_bar (self);
  ouioectl_complain (_("connected again"));
  show (self, "");
}

static void
on_disconnected (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Follow *self = user_data;

  if (self->lost)
    return;
  if (!self->connected && error != NULL)   /* no daemon at all: scripts want to know */
    {
      on_failed (subscription, error, self);
      return;
    }
  self->lost = TRUE;
  hide_bar (self);
  ouioectl_complain (_("%s; trying again"), error != NULL ? error->message : _("connection lost"));
  show (self, "");
}

/* ---- signals ---- */

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

static gboolean
on_resize (gpointer user_data)
{
  show (user_data, "");
  return G_SOURCE_CONTINUE;
}

static OuioectlExit
run (Follow *self, OuioeClient *client, const char *session, const OuioeEventId *after)
{
  guint sources[4] = { g_unix_signal_add (SIGINT, on_interrupt, self),
                       g_unix_signal_add (SIGTERM, on_terminate, self) };

  if (self->view.bar)
    {
      sources[2] = g_unix_signal_add (SIGWINCH, on_resize, self);
      sources[3] = g_timeout_add_seconds (1, on_tick, self);
    }

  self->loop = g_main_loop_new (NULL, FALSE);
  self->live = ouioectl_live_new ();
  self->subscription = ouioe_client_subscribe (client, session, after);
  ouioe_subscription_set_deltas (self->subscription, self->deltas);
  g_signal_connect (self->subscription, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->subscription, "delta", G_CALLBACK (on_delta), self);
  g_signal_connect (self->subscription, "delta-dropped", G_CALLBACK (on_delta_dropped), self);
  g_signal_connect (self->subscription, "generation", G_CALLBACK (on_generation), self);
  g_signal_connect (self->subscription, "gap", G_CALLBACK (on_gap), self);
  g_signal_connect (self->subscription, "session-end", G_CALLBACK (on_session_end), self);
  g_signal_connect (self->subscription, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->subscription, "disconnected", G_CALLBACK (on_disconnected), self);
  g_signal_connect (self->subscription, "failed", G_CALLBACK (on_failed), self);
  ouioe_subscription_start (self->subscription);
  g_main_loop_run (self->loop);

  hide_bar (self);
  ouioe_subscription_stop (self->subscription);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i] != 0)
      g_source_remove (sources[i]);
  g_clear_object (&self->subscription);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_handle_id (&self->draw, g_source_remove);
  g_clear_pointer (&self->live, ouioectl_live_free);
  return self->status;
}

int
ouioectl_follow (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *after = NULL;
  gboolean all = FALSE;
  gboolean wait = FALSE;
  gboolean deltas = FALSE;
  const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &all, N_("All sessions: what is new, until Ctrl+C"), NULL },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, N_("Wait for SESSION to begin when it is not there yet"), NULL },
    { "after", 0, 0, G_OPTION_ARG_STRING, &after,
      N_("Only what came after this event (default: all that is kept of SESSION)"), N_("ID") },
    { "deltas", 0, 0, G_OPTION_ARG_NONE, &deltas,
      N_("With --json: also steps while they are written, and what models do (“type” instead of “kind”)"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeSession) session = NULL;
  g_autoptr(GError) error = NULL;
  Follow self = { NULL };
  OuioeEventId id;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 0, 1))
    return OUIOECTL_EXIT_USAGE;
  if (all == (argc > 1))
    {
      ouioectl_complain (_("either a session or --all"));
      return OUIOECTL_EXIT_USAGE;
    }
  if (after != NULL && !ouioe_event_id_parse (after, &id))
    {
      ouioectl_complain (_("--after: “%s” is not an event id like 1794182400000-0"), after);
      return OUIOECTL_EXIT_USAGE;
    }

  self.single = !all;
  self.ndjson = options->ndjson || options->json;
  if (deltas && !self.ndjson)
    {
      ouioectl_complain (_("--deltas is for --json; a terminal shows steps while they are written anyway"));
      return OUIOECTL_EXIT_USAGE;
    }
  self.view.sessions = all;
  self.view.colour = ouioectl_terminal_colour (STDOUT_FILENO);
  self.view.bar = !self.ndjson && ouioectl_terminal_is (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  self.view.width = ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0;
  self.deltas = deltas || self.view.bar;

  client = ouioe_client_new (options->address);
  if (!all && !wait)
    {
      session = ouioe_client_get_session (client, argv[1], NULL, &error);
      if (session == NULL)
        return ouioectl_fail (error);
    }
  return run (&self, client, all ? NULL : argv[1], after != NULL ? &id : NULL);
}
