/* ouioectl-wait.c - wait for the end of a session; the exit status tells how it ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <glib-unix.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-text.h"

/* How often to look whether the session is still there: one that was forgotten has no end that would be told. */
#define LOOK_S 5

typedef struct {
  GMainLoop         *loop;
  OuioeClient       *client;
  const char        *session;
  char              *outcome;     /* once it ended */
  gboolean           looking;     /* a question whether it is still there is under way */
  gboolean           lost;        /* the connection is down, and that was said */
  GCancellable      *cancellable;
  OuioectlExit       status;
} Wait;

static void
finish (Wait *self, OuioectlExit status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

OuioectlExit
ouioectl_exit_for_outcome (const char *outcome)
{
  static const char *const good[] = { "closed", "done", "completed", "success", NULL };

  if (g_strv_contains (good, outcome))
    return OUIOECTL_EXIT_DONE;
  return strcmp (outcome, "expired") == 0 ? OUIOECTL_EXIT_SESSION_EXPIRED : OUIOECTL_EXIT_SESSION_FAILED;
}

static void
take_outcome (Wait *self, const char *outcome)
{
  g_free (self->outcome);
  self->outcome = g_strdup (outcome);
  finish (self, ouioectl_exit_for_outcome (outcome));
}

static void
on_session_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, gpointer user_data)
{
  take_outcome (user_data, outcome != NULL ? outcome : "closed");
}

static void
take_error (Wait *self, const GError *error)
{
  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))   /* it was there: it was forgotten */
    take_outcome (self, "expired");
  else
    finish (self, ouioectl_fail (error));
}

static void
on_failed (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  take_error (user_data, error);
}

static void
on_connected (OuioeSubscription *subscription, gpointer user_data)
{
  Wait *self = user_data;

  if (self->lost)
    ouioectl_complain (_("connected again"));
  self->lost = FALSE;
}

static void
on_disconnected (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Wait *self = user_data;

  if (!self->lost)
    ouioectl_complain (_("%s; trying again"), error != NULL ? error->message : _("connection lost"));
  self->lost = TRUE;
}

static void
look_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeSession) session = ouioe_client_get_session_finish (OUIOE_CLIENT (source), result, &error);

  self->looking = FALSE;
  if (session == NULL && g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND) && self->outcome == NULL)
    take_error (self, error);
}

static gboolean
on_look (gpointer user_data)
{
  Wait *self = user_data;

  if (!self->looking)
    ouioe_client_get_session_async (self->client, self->session, self->cancellable, look_answered_cb, self);
  self->looking = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  finish (user_data, OUIOECTL_EXIT_TIMEOUT);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  finish (user_data, OUIOECTL_EXIT_INTERRUPTED);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  finish (user_data, OUIOECTL_EXIT_TERMINATED);
  return G_SOURCE_CONTINUE;
}

static void
wait_for_end (Wait *self, const OuioeEventId *after, gint64 timeout_us)
{
  g_autoptr(OuioeSubscription) subscription = ouioe_client_subscribe (self->client, self->session, after);
  guint sources[] = {
    g_unix_signal_add (SIGINT, on_interrupt, self), g_unix_signal_add (SIGTERM, on_terminate, self),
    g_timeout_add_seconds (LOOK_S, on_look, self),
    timeout_us > 0 ? g_timeout_add ((guint) MIN (timeout_us / 1000, G_MAXINT), on_timeout, self) : 0,
  };

  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();
  g_signal_connect (subscription, "session-end", G_CALLBACK (on_session_end), self);
  g_signal_connect (subscription, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (subscription, "disconnected", G_CALLBACK (on_disconnected), self);
  g_signal_connect (subscription, "failed", G_CALLBACK (on_failed), self);
  ouioe_subscription_start (subscription);
  g_main_loop_run (self->loop);

  ouioe_subscription_stop (subscription);
  g_cancellable_cancel (self->cancellable);
  while (self->looking)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i] != 0)
      g_source_remove (sources[i]);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static void
print_outcome (OuioectlOptions *options, const Wait *self)
{
  json_t *object;
  char *dump;

  if (self->outcome == NULL)
    return;
  if (!options->json && !options->ndjson)
    {
      g_autofree char *safe = ouioectl_text_safe (self->outcome, -1, OUIOECTL_TEXT_LINE);

      ouioectl_put (safe);
      ouioectl_put_raw ("\n", 1);
      return;
    }
  object = json_pack ("{s:s, s:s}", "session_id", self->session, "outcome", self->outcome);
  dump = json_dumps (object, JSON_COMPACT);
  if (dump != NULL)
    ouioectl_put_json (dump, strlen (dump));
  free (dump);
  json_decref (object);
}

int
ouioectl_wait (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *timeout = NULL;
  const GOptionEntry entries[] = {
    { "timeout", 't', 0, G_OPTION_ARG_STRING, &timeout, N_("Wait no longer than this: 90s, 30min, 24h (default: for ever)"),
      N_("TIME") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeSession) session = NULL;
  g_autoptr(GError) error = NULL;
  Wait self = { .status = OUIOECTL_EXIT_DONE };
  gint64 timeout_us = 0;

  if (!ouioectl_parse (options, entries,
                       _("Prints the outcome. Exit status: 0 it ended well (done, closed, completed, success), 10 it failed or "
                         "ended\nin another way, 11 it expired, 124 it did not end in time."), &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;
  if (timeout != NULL && !ouioectl_parse_duration (timeout, &timeout_us))
    {
      ouioectl_complain (_("--timeout: “%s” is not a time like 90s, 30min or 24h"), timeout);
      return OUIOECTL_EXIT_USAGE;
    }

  self.session = argv[1];
  self.client = ouioe_client_new (options->address);
  session = ouioe_client_get_session (self.client, argv[1], NULL, &error);
  if (session == NULL)
    self.status = ouioectl_fail (error);
  else if (ouioe_session_get_outcome (session) != NULL)
    {
      self.outcome = g_strdup (ouioe_session_get_outcome (session));
      self.status = ouioectl_exit_for_outcome (self.outcome);
    }
  else
    wait_for_end (&self, ouioe_session_get_last_event_id (session), timeout_us);

  print_outcome (options, &self);
  g_clear_object (&self.client);
  g_free (self.outcome);
  return (int) self.status;
}
