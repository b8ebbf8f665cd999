/* ouioed-daemon.c - composition root: the only file that names concrete stores and transports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-daemon-private.h"

#include "ouioe-error.h"
#include "ouioed-bus.h"
#include "ouioed-config-limits.h"
#include "ouioed-listen.h"
#include "ouioed-log.h"
#include "ouioed-notify.h"
#include "ouioed-store-memory.h"
#include "ouioed-store-sqlite.h"
#ifdef OUIOE_HAVE_REDIS
#include "ouioed-store-redis.h"
#endif

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIGNAL_LEAVE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OuioedDaemon, ouioed_daemon, G_TYPE_OBJECT)

/* The proxy serves on the addresses of the other. */
void
ouioed_daemon_close_http (OuioedDaemon *self)
{
  g_clear_pointer (&self->models, ouioed_models_free);
  g_clear_object (&self->http);
}

static void
ouioed_daemon_dispose (GObject *object)
{
  OuioedDaemon *self = OUIOED_DAEMON (object);

  g_clear_handle_id (&self->deadline, g_source_remove);
  if (self->dbus != NULL)
    g_signal_handlers_disconnect_by_data (self->dbus, self);
  g_clear_object (&self->dbus);
  ouioed_daemon_close_http (self);
  g_clear_object (&self->hub);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (ouioed_daemon_parent_class)->dispose (object);
}

static void
ouioed_daemon_finalize (GObject *object)
{
  OuioedDaemon *self = OUIOED_DAEMON (object);

  ouioed_config_unref (self->config);
  g_ptr_array_unref (self->urls);
  G_OBJECT_CLASS (ouioed_daemon_parent_class)->finalize (object);
}

static void
ouioed_daemon_class_init (OuioedDaemonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ouioed_daemon_dispose;
  G_OBJECT_CLASS (klass)->finalize = ouioed_daemon_finalize;
  signals[SIGNAL_LEAVE] = g_signal_new ("leave", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
}

static void
ouioed_daemon_init (OuioedDaemon *self)
{
  self->urls = g_ptr_array_new_with_free_func (g_free);
}

OuioedDaemon *
ouioed_daemon_new (OuioedConfig *config)
{
  OuioedDaemon *self = g_object_new (OUIOED_TYPE_DAEMON, NULL);

  self->config = ouioed_config_ref (config);
  return self;
}

/* ---- open ---- */

static OuioedStore *
make_store (OuioedDaemon *self, GError **error)
{
  const char *uri = ouioed_config_get_text (self->config, OUIOED_KEY_STORE_STORE);
  const char *path = strchr (uri, ':') + 1;
  g_autofree char *dir = NULL;
  g_autofree char *own = NULL;

  if (g_str_has_prefix (uri, "memory:"))
    return ouioed_store_memory_new ();
#ifdef OUIOE_HAVE_REDIS
  if (ouioed_redis_url_is (uri))
    {
      g_autoptr(OuioedRedisUrl) url = ouioed_redis_url_parse (uri, error);

      return url != NULL ? ouioed_store_redis_new (url, NULL) : NULL;
    }
#endif
  if (*path != '\0')
    return ouioed_store_sqlite_new (path);

  dir = ouioed_config_get_state_dir (self->config);
  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "cannot make the state directory %s: %s", dir,
                   g_strerror (errno));
      return NULL;
    }
  own = g_build_filename (dir, "ouioed.db", NULL);
  return ouioed_store_sqlite_new (own);
}

static gboolean
adopt_socket (OuioedDaemon *self, int fd, GError **error)
{
  char *url = NULL;

  if (!ouioed_listen_is_local (fd) && !ouioed_config_get_number (self->config, OUIOED_KEY_HTTP_ALLOW_REMOTE))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                   "socket %d of the service manager can be reached by other machines, or is none, and what travels "
                   "there is not encrypted; on a network that is trusted, or behind a proxy that encrypts, set [http] "
                   "allow-remote=yes", fd);
      return FALSE;
    }
  if (!ouioed_http_adopt (self->http, fd, &url, error))
    return FALSE;

  g_ptr_array_add (self->urls, url);
  return TRUE;
}

static gboolean
is_remote (OuioedDaemon *self, guint n_sockets)
{
  g_autoptr(GPtrArray) upstreams = ouioed_config_get_upstreams (self->config);
  const char *const *addresses = ouioed_config_get_list (self->config, OUIOED_KEY_HTTP_LISTEN);

  for (guint i = 0; i < n_sockets; i++)
    if (!ouioed_listen_is_local ((int) (OUIOED_FIRST_SOCKET + i)))
      return TRUE;
  for (guint i = 0; addresses[i] != NULL; i++)
    if (!ouioed_address_is_local (addresses[i]))
      return TRUE;
  for (guint i = 0; i < upstreams->len; i++)
    {
      const OuioedUpstream *upstream = upstreams->pdata[i];

      if (upstream->listen != NULL && !ouioed_address_is_local (upstream->listen))
        return TRUE;
    }
  return FALSE;
}

/* Nobody could come in from elsewhere without a token, and nobody shall without one that is asked for. */
static gboolean
check_tokens (OuioedDaemon *self, guint n_sockets, const char *path, GError **error)
{
  OuioedTokens mode = ouioed_config_get_number (self->config, OUIOED_KEY_HTTP_AUTH);
  gboolean remote = is_remote (self, n_sockets);
  g_autoptr(GError) local_error = NULL;
  guint n = 0;

  if (mode == OUIOED_TOKENS_OFF && remote)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                           "other machines reach a socket of the service manager: set [http] auth=auto");
      return FALSE;
    }
  if (mode == OUIOED_TOKENS_OFF)
    return TRUE;
  if (!ouioed_http_load_tokens (self->http, &n, &local_error))
    {
      if (remote || mode == OUIOED_TOKENS_REQUIRED)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_warning ("No token is known: %s", local_error->message);
      return TRUE;
    }
  if (n == 0 && remote)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                   "other machines are to be served, and there is no token in %s: make one with ouioectl token create",
                   path);
      return FALSE;
    }
  if (n == 0 && mode == OUIOED_TOKENS_REQUIRED)
    g_message ("[http] auth=required, and there is no token in %s yet: make one with ouioectl token create", path);
  return TRUE;
}

static gboolean
bind_addresses (OuioedDaemon *self, guint n_sockets, GError **error)
{
  const char *const *addresses = ouioed_config_get_list (self->config, OUIOED_KEY_HTTP_LISTEN);

  for (guint i = 0; i < n_sockets; i++)
    if (!adopt_socket (self, OUIOED_FIRST_SOCKET + i, error))
      return FALSE;

  /* Sockets that were handed over stand in for the built-in address, but not for one that somebody has asked for. */
  if (n_sockets > 0 && ouioed_config_is_built_in (self->config, OUIOED_KEY_HTTP_LISTEN))
    return TRUE;

  for (guint i = 0; addresses[i] != NULL; i++)
    {
      char *url = NULL;

      if (!ouioed_http_listen (self->http, addresses[i], &url, error))
        return FALSE;
      g_ptr_array_add (self->urls, url);
    }

  return TRUE;
}

static gboolean
open_models (OuioedDaemon *self, GError **error)
{
  g_autoptr(GPtrArray) upstreams = ouioed_config_get_upstreams (self->config);

  if (upstreams->len == 0)
    return TRUE;
  self->models = ouioed_models_new (self->config, self->hub, self->http, error);
  return self->models != NULL;
}

gboolean
ouioed_daemon_open (OuioedDaemon *self, guint n_sockets, GError **error)
{
  g_autoptr(OuioedStore) store = make_store (self, error);
  OuioedContents *contents;
  g_autofree char *token_file = ouioed_config_get_token_file (self->config);
  OuioedHubLimits limits;
  OuioedHttpConfig http;

  if (store == NULL)
    return FALSE;
  contents = ouioed_store_open (store, error);
  if (contents == NULL)
    return FALSE;

  self->store = g_steal_pointer (&store);
  ouioed_config_get_hub_limits (self->config, &limits);
  self->hub = ouioed_hub_new (self->store, contents, &limits);
  ouioed_config_get_http (self->config, NULL, &http);
  http.token_file = token_file;
  self->http = ouioed_http_new (self->hub, &http, error);
  if (self->http != NULL && bind_addresses (self, n_sockets, error) && open_models (self, error) &&
      check_tokens (self, n_sockets, token_file, error))
    {
      g_ptr_array_add (self->urls, NULL);
      ouioed_hub_set_urls (self->hub, ouioed_daemon_get_urls (self));
      return TRUE;
    }

  ouioed_daemon_close_http (self);
  g_clear_object (&self->hub);
  ouioed_store_close (self->store);
  g_clear_object (&self->store);
  return FALSE;
}

const char *const *
ouioed_daemon_get_urls (OuioedDaemon *self)
{
  return (const char *const *) self->urls->pdata;
}

char **
ouioed_daemon_get_proxies (OuioedDaemon *self)
{
  return self->models != NULL ? ouioed_models_describe (self->models, ouioed_daemon_get_urls (self)) : NULL;
}

/* ---- start ---- */

static void
on_name_lost (OuioedDaemon *self)
{
  g_message ("The name %s on the bus is lost", OUIOED_BUS_NAME);
  g_signal_emit (self, signals[SIGNAL_LEAVE], 0);
}

/* Whether the start goes on without a bus. */
static gboolean
can_do_without_bus (OuioedDaemon *self, const GError *error)
{
  if (ouioed_config_get_number (self->config, OUIOED_KEY_BUS_BUS) != OUIOED_BUS_AUTO)
    return FALSE;

  g_message ("No bus: %s", error->message);
  return TRUE;
}

static void
start_dbus_started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  OuioedDaemon *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;
  gboolean started = ouioed_transport_start_finish (OUIOED_TRANSPORT (source), result, &error);

  if (self->stop != NULL)
    {
      g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_DRAINING, "stopped while it started");
      return;
    }
  if (!started)
    {
      g_signal_handlers_disconnect_by_data (self->dbus, self);
      g_clear_object (&self->dbus);
      if (!can_do_without_bus (self, error))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
    }

  ouioed_daemon_set_config (self, self->config);    /* with what is known of the bus now */
  g_task_return_boolean (task, TRUE);
}

static void
start_http_started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  OuioedDaemon *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!ouioed_transport_start_finish (OUIOED_TRANSPORT (source), result, &error))
    g_task_return_error (task, error);
  else if (self->stop != NULL)
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_DRAINING, "stopped while it started");
  else if (self->dbus == NULL)
    g_task_return_boolean (task, TRUE);
  else
    ouioed_transport_start_async (OUIOED_TRANSPORT (self->dbus), start_dbus_started_cb, g_steal_pointer (&task));
}

static void
start_bus_connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  OuioedDaemon *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) connection = ouioed_bus_connect_finish (result, &error);
  OuioedDbusConfig config;

  if (self->stop != NULL)
    {
      g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_DRAINING, "stopped while it started");
      return;
    }
  if (error != NULL && !can_do_without_bus (self, error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (connection != NULL)
    {
      ouioed_config_get_dbus (self->config, &config);
      self->dbus = ouioed_dbus_new (self->hub, connection, &config);
      ouioed_dbus_set_reload (self->dbus, self->reload, self->reload_data);
      ouioed_hub_watch_all (self->hub, TRUE);   /* its signals tell of all sessions */
      g_signal_connect_object (self->dbus, "name-lost", G_CALLBACK (on_name_lost), self, G_CONNECT_SWAPPED);
    }

  ouioed_transport_start_async (OUIOED_TRANSPORT (self->http), start_http_started_cb, g_steal_pointer (&task));
}

void
ouioed_daemon_start_async (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  ouioed_bus_connect_async (ouioed_config_get_number (self->config, OUIOED_KEY_BUS_BUS), start_bus_connected_cb,
                            g_steal_pointer (&task));
}

gboolean
ouioed_daemon_start_finish (OuioedDaemon *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- while it runs ---- */

void
ouioed_daemon_set_reload (OuioedDaemon *self, gboolean (*reload) (gpointer user_data, GError **error),
                          gpointer user_data)
{
  self->reload = reload;
  self->reload_data = user_data;
}

void
ouioed_daemon_set_config (OuioedDaemon *self, OuioedConfig *config)
{
  OuioedHubLimits limits;
  OuioedHttpConfig http;
  OuioedDbusConfig dbus;
  g_autofree char *token_file = ouioed_config_get_token_file (config);
  g_autoptr(GError) error = NULL;
  guint n_tokens;

  ouioed_config_ref (config);
  ouioed_config_get_hub_limits (config, &limits);
  ouioed_hub_set_limits (self->hub, &limits);
  ouioed_config_get_http (config, self->dbus == NULL ? NULL : OUIOED_BUS_NAME, &http);
  http.token_file = token_file;
  ouioed_http_set_config (self->http, &http);
  if (ouioed_config_get_number (config, OUIOED_KEY_HTTP_AUTH) != OUIOED_TOKENS_OFF &&
      !ouioed_http_load_tokens (self->http, &n_tokens, &error))
    g_warning ("The tokens stay as they were: %s", error->message);
  ouioed_config_get_dbus (config, &dbus);
  if (self->dbus != NULL)
    ouioed_dbus_set_config (self->dbus, &dbus);
  if (self->models != NULL)
    ouioed_models_set_config (self->models, config);

  ouioed_config_unref (self->config);
  self->config = config;
}

char *
ouioed_daemon_describe (OuioedDaemon *self)
{
  g_autofree char *urls = g_strjoinv (", ", (char **) self->urls->pdata);
  const char *const *words = ouioed_config_keys[OUIOED_KEY_BUS_BUS].words;
  OuioedBus bus = ouioed_config_get_number (self->config, OUIOED_KEY_BUS_BUS);

  if (bus == OUIOED_BUS_AUTO)
    bus = OUIOED_BUS_SESSION;
  return g_strdup_printf ("ouioed %s, store %s, %s, bus %s", OUIOE_VERSION, ouioed_store_get_name (self->store), urls,
                          words[self->dbus == NULL ? OUIOED_BUS_NONE : bus]);
}

char *
ouioed_daemon_get_status (OuioedDaemon *self)
{
  return g_strdup_printf ("%u sessions, %u readers", ouioed_hub_get_n (self->hub, OUIOE_SESSION_OPEN),
                          ouioed_http_get_n_readers (self->http));
}

static guint64
get_resident_bytes (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) numbers = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  numbers = g_strsplit (text, " ", 3);
  if (numbers[0] == NULL || numbers[1] == NULL)
    return 0;
  return g_ascii_strtoull (numbers[1], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

void
ouioed_daemon_log_statistics (OuioedDaemon *self)
{
  OuioedHubMetrics m;
  g_autoptr(GString) text = NULL;
  guint64 events = 0;

  ouioed_hub_get_metrics (self->hub, &m);
  for (guint i = 0; i < OUIOE_N_EVENT_KINDS; i++)
    events += m.events[i];

  text = g_string_new ("Statistics: ");
  g_string_append_printf (text, "%u sessions open, %u closed, %" G_GUINT64_FORMAT " created; ",
                          ouioed_hub_get_n (self->hub, OUIOE_SESSION_OPEN),
                          ouioed_hub_get_n (self->hub, OUIOE_SESSION_CLOSED), m.created);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " events in %" G_GUINT64_FORMAT " commits of %" G_GUINT64_FORMAT
                          " us, %" G_GUINT64_FORMAT " failed; ", events, m.commits,
                          m.commits == 0 ? 0 : m.commit_us / m.commits, m.commit_errors);
  g_string_append_printf (text, "%u readers, %" G_GUINT64_FORMAT " gaps; ", ouioed_http_get_n_readers (self->http),
                          m.gaps);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " KiB stored, %" G_GUINT64_FORMAT " KiB pending, ",
                          m.store_bytes / 1024, m.pending_bytes / 1024);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " KiB resident", get_resident_bytes () / 1024);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE_ID", OUIOED_MESSAGE_STATISTICS, "MESSAGE", "%s",
                    text->str);
}

static void
probe_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  if (page == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

void
ouioed_daemon_probe_async (OuioedDaemon *self, GAsyncReadyCallback callback, gpointer user_data)
{
  static const char *const nobody[] = { OUIOED_INTERNAL_PREFIX "probe", NULL };
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  query.sessions = nobody;
  query.limit = 1;
  ouioed_store_read_async (self->store, &query, NULL, probe_read_cb, g_steal_pointer (&task));
}

gboolean
ouioed_daemon_probe_finish (OuioedDaemon *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
