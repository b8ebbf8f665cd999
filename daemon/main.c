/* main.c - options, signals, exit status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-error.h"
#include "ouioed-daemon.h"
#include "ouioed-log.h"
#include "ouioed-notify.h"
#include "ouioed-options.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

typedef struct {
  OuioedOptions  options;
  OuioedConfig  *config;      /* in force */
  OuioedDaemon  *daemon;
  OuioedNotify  *notify;
  GMainLoop     *loop;
  gboolean       ready;       /* everything answers */
  gboolean       stopping;
  gboolean       probing;     /* the store was asked for the watchdog and has not answered yet */
  int            status;      /* to exit with */
} Process;

static int
get_exit_status (const GError *error)
{
  if (error->domain != OUIOE_ERROR)
    return EX_UNAVAILABLE;    /* an address or a bus */

  switch ((int) error->code)
    {
    case OUIOE_ERROR_CONFIGURATION:
      return EX_CONFIG;

    case OUIOE_ERROR_STORE_UNAVAILABLE:
    case OUIOE_ERROR_STORE_DAMAGED:
    case OUIOE_ERROR_STORE_TOO_NEW:
    case OUIOE_ERROR_STORE_LOCKED:
      return EX_CANTCREAT;

    default:
      return EXIT_FAILURE;
    }
}

/* ---- stop ---- */

static void
stop_stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Process *self = user_data;
  g_autoptr(GError) error = NULL;

  if (!ouioed_daemon_stop_finish (OUIOED_DAEMON (source), result, &error))
    {
      g_warning ("%s", error->message);
      self->status = EXIT_FAILURE;
    }
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE_ID", OUIOED_MESSAGE_STOPPED, "MESSAGE", "Stopped");
  g_main_loop_quit (self->loop);
}

static void
stop (Process *self)
{
  if (self->stopping)
    return;

  self->stopping = TRUE;
  ouioed_notify_send (self->notify, "STOPPING=1\nSTATUS=Draining");
  ouioed_daemon_stop_async (self->daemon, stop_stopped_cb, self);
}

static void
on_leave (Process *self)
{
  stop (self);
}

static gboolean
on_terminate (gpointer user_data)
{
  Process *self = user_data;

  if (self->stopping)
    {
      g_message ("Told to stop again: waiting for nobody but the store");
      ouioed_daemon_hurry (self->daemon);
      return G_SOURCE_CONTINUE;
    }

  g_message ("Told to stop: draining");
  stop (self);
  return G_SOURCE_CONTINUE;
}

/* ---- reload ---- */

static void
log_report (const OuioedConfigReport *found)
{
  for (guint i = 0; i < found->warnings->len; i++)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "MESSAGE_ID", OUIOED_MESSAGE_CONFIGURATION, "MESSAGE", "%s",
                      (char *) found->warnings->pdata[i]);
  for (guint i = 0; i < found->errors->len; i++)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "MESSAGE_ID", OUIOED_MESSAGE_CONFIGURATION, "MESSAGE", "%s",
                      (char *) found->errors->pdata[i]);
}

static void
take_config (Process *self, OuioedConfig *config)
{
  g_clear_pointer (&self->config, ouioed_config_unref);
  self->config = ouioed_config_ref (config);
  ouioed_log_configure (ouioed_config_get_number (config, OUIOED_KEY_LOG_LEVEL),
                        ouioed_config_get_number (config, OUIOED_KEY_LOG_FORMAT));
}

/* All of it or nothing. */
static gboolean
reload (Process *self, GError **error)
{
  g_auto(OuioedConfigReport) found = { 0 };
  g_autoptr(OuioedConfig) config = NULL;
  g_autoptr(GError) local = NULL;

  ouioed_config_report_init (&found);
  config = ouioed_options_load (&self->options, &found);
  log_report (&found);
  if (config == NULL)
    g_set_error (&local, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%u values cannot be used: %s", found.errors->len,
                 found.errors->len > 0 ? (char *) found.errors->pdata[0] : "");
  else if (ouioed_config_may_become (self->config, config, &local))
    {
      ouioed_daemon_set_config (self->daemon, config);
      take_config (self, config);
      g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE_ID", OUIOED_MESSAGE_RELOADED, "MESSAGE",
                        "Configuration reloaded");
      return TRUE;
    }

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "MESSAGE_ID", OUIOED_MESSAGE_RELOADED, "MESSAGE",
                    "Reload refused, everything stays as it was: %s", local->message);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* The service manager is told before and after. */
static gboolean
reload_now (gpointer user_data, GError **error)
{
  Process *self = user_data;
  gboolean reloaded;

  if (self->stopping)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_DRAINING, "The daemon is about to leave.");
      return FALSE;
    }

  ouioed_notify_send_reloading (self->notify);
  reloaded = reload (self, error);
  if (self->ready)
    ouioed_notify_send (self->notify, "READY=1");
  return reloaded;
}

static gboolean
on_hang_up (gpointer user_data)
{
  reload_now (user_data, NULL);
  return G_SOURCE_CONTINUE;
}

/* ---- while it runs ---- */

static gboolean
on_statistics (gpointer user_data)
{
  Process *self = user_data;

  if (!self->stopping)
    ouioed_daemon_log_statistics (self->daemon);
  return G_SOURCE_CONTINUE;
}

static void
send_status (Process *self, const char *also)
{
  g_autofree char *status = ouioed_daemon_get_status (self->daemon);
  g_autofree char *state = g_strconcat (also, "STATUS=", status, NULL);

  ouioed_notify_send (self->notify, state);
}

static gboolean
on_minute (gpointer user_data)
{
  Process *self = user_data;

  ouioed_log_flush (FALSE);
  if (self->ready && !self->stopping)
    send_status (self, "");
  return G_SOURCE_CONTINUE;
}

static void
watchdog_probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Process *self = user_data;
  g_autoptr(GError) error = NULL;

  self->probing = FALSE;
  if (ouioed_daemon_probe_finish (OUIOED_DAEMON (source), result, &error))
    ouioed_notify_send (self->notify, "WATCHDOG=1");
  else
    g_warning ("The store did not answer the watchdog: %s", error->message);
}

static gboolean
on_watchdog (gpointer user_data)
{
  Process *self = user_data;

  if (self->stopping)    /* which has a limit of its own */
    ouioed_notify_send (self->notify, "WATCHDOG=1");
  else if (!self->probing)
    {
      self->probing = TRUE;
      ouioed_daemon_probe_async (self->daemon, watchdog_probed_cb, self);
    }
  return G_SOURCE_CONTINUE;
}

/* ---- start ---- */

static void
start_started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Process *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *description = NULL;
  const char *const *urls = ouioed_daemon_get_urls (self->daemon);
  g_auto(GStrv) proxies = ouioed_daemon_get_proxies (self->daemon);

  if (!ouioed_daemon_start_finish (OUIOED_DAEMON (source), result, &error))
    {
      if (self->stopping)
        return;
      g_warning ("Cannot start: %s", error->message);
      self->status = get_exit_status (error);
      stop (self);
      return;
    }

  self->ready = TRUE;
  description = ouioed_daemon_describe (self->daemon);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE_ID", OUIOED_MESSAGE_STARTED, "MESSAGE", "%s",
                    description);
  for (guint i = 0; urls[i] != NULL; i++)
    printf ("listening on %s\n", urls[i]);
  for (guint i = 0; proxies != NULL && proxies[i] != NULL; i++)
    printf ("%s\n", proxies[i]);
  fflush (stdout);
  send_status (self, "READY=1\n");
}

/* A descriptor for each reader: as many as we may have. */
static void
raise_file_limit (const OuioedConfig *config)
{
  gint64 wanted = ouioed_config_get_number (config, OUIOED_KEY_HTTP_MAX_CONNECTIONS);
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_max != RLIM_INFINITY && (gint64) limit.rlim_max < wanted)
    g_message ("[http] max-connections=%" G_GINT64_FORMAT ", but this process may have only %" G_GUINT64_FORMAT
               " open files", wanted, (guint64) limit.rlim_max);
}

static int
run (Process *self)
{
  g_autoptr(GError) error = NULL;
  guint n_sockets = ouioed_notify_take_sockets ();
  gint64 watchdog_us;

  self->notify = ouioed_notify_new ();
  raise_file_limit (self->config);
  umask (077);    /* what the daemon keeps is nobody else's */
  signal (SIGPIPE, SIG_IGN);

  self->daemon = ouioed_daemon_new (self->config);
  if (!ouioed_daemon_open (self->daemon, n_sockets, &error))
    {
      g_warning ("Cannot start: %s", error->message);
      return get_exit_status (error);
    }

  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_terminate, self);
  g_unix_signal_add (SIGINT, on_terminate, self);
  g_unix_signal_add (SIGHUP, on_hang_up, self);
  g_unix_signal_add (SIGUSR1, on_statistics, self);
  g_timeout_add_seconds (60, on_minute, self);
  watchdog_us = ouioed_notify_get_watchdog_us (self->notify);
  if (watchdog_us > 0)
    g_timeout_add (MAX (watchdog_us / 1000, 1), on_watchdog, self);

  g_signal_connect_swapped (self->daemon, "leave", G_CALLBACK (on_leave), self);
  ouioed_daemon_set_reload (self->daemon, reload_now, self);
  ouioed_daemon_start_async (self->daemon, start_started_cb, self);
  g_main_loop_run (self->loop);
  return self->status;
}

static void
process_clear (Process *self)
{
  g_clear_object (&self->daemon);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->notify, ouioed_notify_free);
  g_clear_pointer (&self->config, ouioed_config_unref);
  ouioed_options_clear (&self->options);
  ouioed_log_flush (TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Process, process_clear)

/* For --check-config and --dump-config: what a person wants to read, on its own. */
static void
print_report (const OuioedConfigReport *found)
{
  for (guint i = 0; i < found->warnings->len; i++)
    fprintf (stderr, "%s (warning)\n", (char *) found->warnings->pdata[i]);
  for (guint i = 0; i < found->errors->len; i++)
    fprintf (stderr, "%s\n", (char *) found->errors->pdata[i]);
}

static int
show_config (Process *self, const OuioedConfig *config, const OuioedConfigReport *found)
{
  g_autofree char *text = NULL;

  print_report (found);
  if (config == NULL)
    return EX_CONFIG;
  if (self->options.dump_config)
    {
      text = ouioed_config_dump (config);
      fputs (text, stdout);
    }
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_auto(Process) self = { 0 };
  g_auto(OuioedConfigReport) found = { 0 };
  g_autoptr(OuioedConfig) config = NULL;
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  g_set_prgname ("ouioed");
  g_setenv ("GIO_USE_VFS", "local", TRUE);    /* or GIO would connect to the session bus on its own */
  ouioed_log_install ();

  if (!ouioed_options_parse (&self.options, &argc, &argv, &error))
    {
      fprintf (stderr, "ouioed: %s\nTry: ouioed --help\n", error->message);
      return EX_USAGE;
    }
  if (self.options.version)
    {
      puts ("ouioed " OUIOE_VERSION);
      return EXIT_SUCCESS;
    }
  if (self.options.print_template)
    {
      g_autofree char *text = ouioed_config_template ();

      fputs (text, stdout);
      return EXIT_SUCCESS;
    }

  ouioed_config_report_init (&found);
  config = ouioed_options_load (&self.options, &found);
  if (self.options.check_config || self.options.dump_config)
    return show_config (&self, config, &found);

  if (config != NULL)
    take_config (&self, config);
  log_report (&found);
  return config == NULL ? EX_CONFIG : run (&self);
}
