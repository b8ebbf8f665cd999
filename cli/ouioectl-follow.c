/* ouioectl-follow.c - show what happens, live
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events go to stdout, everything about the connection to stderr. On a terminal the last line is a bar that is drawn
 * again with every event and once a second; it is taken away before anything else is written, and at the end.
 */
#include "config.h"

#include "ouioectl.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "ouioectl-text.h"
#include "ouioectl-view.h"

typedef struct {
  GMainLoop         *loop;
  OuioeSubscription *subscription;
  OuioectlView       view;
  OuioectlBar        bar;
  gboolean           ndjson;
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

/* Writes @text above the bar. */
static void
show (Follow *self, const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);

  if (self->view.bar)
    {
      g_autofree char *bar = NULL;

      self->view.width = ouioectl_terminal_width (STDOUT_FILENO);
      bar = ouioectl_bar_format (&self->bar, &self->view, g_get_real_time ());
      g_string_append_printf (out, "\r\033[K%s%s", text, bar);
    }
  else
    g_string_append (out, text);

  if (out->len > 0 && !ouioectl_put (out->str))
    quit (self, OUIOECTL_EXIT_DONE);   /* nobody reads our output; finish_output() knows whether that is bad */
}

static void
hide_bar (Follow *self)
{
  if (self->view.bar)
    ouioectl_put ("\r\033[K");
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
  ouioectl_bar_update (&self->bar, event);
  show (self, text);
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
  ouioectl_complain ("connected again");
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
  ouioectl_complain ("%s; trying again", error != NULL ? error->message : "connection lost");
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
  guint sources[4] = { g_unix_signal_add (SIGINT, on_interrupt, self), g_unix_signal_add (SIGTERM, on_terminate,
    self) };

  if (self->view.bar)
    {
      sources[2] = g_unix_signal_add (SIGWINCH, on_resize, self);
      sources[3] = g_timeout_add_seconds (1, on_tick, self);
    }

  self->loop = g_main_loop_new (NULL, FALSE);
  self->subscription = ouioe_client_subscribe (client, session, after);
  g_signal_connect (self->subscription, "event", G_CALLBACK (on_event), self);
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
  ouioectl_bar_clear (&self->bar);
  return self->status;
}

int
ouioectl_follow (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *after = NULL;
  gboolean all = FALSE;
  gboolean wait = FALSE;
  const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &all, "All sessions: what is new, until Ctrl+C", NULL },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, "Wait for SESSION to begin when it is not there yet", NULL },
    { "after", 0, 0, G_OPTION_ARG_STRING, &after,
      "Only what came after this event (default: all that is kept of SESSION)", "ID" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeSession) session = NULL;
  g_autoptr(GError) error = NULL;
  Follow self = { .bar = OUIOECTL_BAR_INIT };
  OuioeEventId id;

  if (!ouioectl_parse (options, entries, NULL, &argc, &argv, 0, 1))
    return OUIOECTL_EXIT_USAGE;
  if (all == (argc > 1))
    {
      ouioectl_complain ("either a session or --all");
      return OUIOECTL_EXIT_USAGE;
    }
  if (after != NULL && !ouioe_event_id_parse (after, &id))
    {
      ouioectl_complain ("--after: “%s” is not an event id like 1794182400000-0", after);
      return OUIOECTL_EXIT_USAGE;
    }

  self.single = !all;
  self.ndjson = options->ndjson || options->json;
  self.view.sessions = all;
  self.view.colour = ouioectl_terminal_colour (STDOUT_FILENO);
  self.view.bar = !self.ndjson && ouioectl_terminal_is (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  self.view.width = ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0;

  client = ouioe_client_new (options->address);
  if (!all && !wait)
    {
      session = ouioe_client_get_session (client, argv[1], NULL, &error);
      if (session == NULL)
        return ouioectl_fail (error);
    }
  return run (&self, client, all ? NULL : argv[1], after != NULL ? &id : NULL);
}
