/* ouioed-models.c - the model proxy and its recorder, as one part of the daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-models.h"

#include "ouioed-recorder.h"

struct _OuioedModels
{
  OuioedHttp     *http;
  OuioedProxy    *proxy;
  OuioedRecorder *recorder;
  GTask          *drain;           /* waits for the recorder; NULL when it does not */
};

static void
write_metrics (GString *out, gpointer user_data)
{
  OuioedModels *self = user_data;

  ouioed_proxy_write_metrics (self->proxy, out);
}

static guint
check_token (const char *token, const char *peer, gpointer user_data)
{
  OuioedModels *self = user_data;

  return ouioed_http_check_token (self->http, token, peer);
}

/* How long models took is worth keeping only where sessions are kept. */
static OuioedEstimates *
open_estimates (const OuioedConfig *config)
{
  g_autofree char *dir = NULL;
  g_autofree char *path = NULL;

  if (g_str_has_prefix (ouioed_config_get_text (config, OUIOED_KEY_STORE_STORE), "memory:"))
    return ouioed_estimates_new (NULL);
  dir = ouioed_config_get_state_dir (config);
  path = g_build_filename (dir, "model-runs.json", NULL);
  return ouioed_estimates_new (path);
}

OuioedModels *
ouioed_models_new (const OuioedConfig *config, OuioedHub *hub, OuioedHttp *http, GError **error)
{
  g_autoptr(OuioedModels) self = g_new0 (OuioedModels, 1);
  g_autoptr(GPtrArray) upstreams = ouioed_config_get_upstreams (config);
  g_autoptr(OuioedTeeConfig) tee = ouioed_config_get_tee (config);

  self->http = g_object_ref (http);
  self->proxy = ouioed_proxy_new (upstreams, ouioed_http_get_acceptor (http), tee, error);
  if (self->proxy == NULL)
    return NULL;
  self->recorder = ouioed_recorder_new (hub, open_estimates (config),
                                        ouioed_config_get_number (config, OUIOED_KEY_PROXY_STALL_AFTER));
  ouioed_proxy_set_listener (self->proxy, &ouioed_recorder_funcs, self->recorder);
  ouioed_proxy_set_authorize (self->proxy, check_token, self);
  ouioed_http_set_metrics (http, write_metrics, self);
  return ouioed_proxy_listen (self->proxy, error) ? g_steal_pointer (&self) : NULL;
}

void
ouioed_models_free (OuioedModels *self)
{
  g_autoptr(GTask) drain = g_steal_pointer (&self->drain);

  if (drain != NULL)
    g_task_return_new_error (drain, G_IO_ERROR, G_IO_ERROR_CANCELLED, "not waited for");
  ouioed_http_set_metrics (self->http, NULL, NULL);
  g_clear_pointer (&self->proxy, ouioed_proxy_free);
  g_clear_pointer (&self->recorder, ouioed_recorder_free);
  g_object_unref (self->http);
  g_free (self);
}

void
ouioed_models_set_config (OuioedModels *self, const OuioedConfig *config)
{
  g_autoptr(OuioedTeeConfig) tee = ouioed_config_get_tee (config);

  ouioed_proxy_set_config (self->proxy, tee);
  ouioed_recorder_set_stall_after (self->recorder, ouioed_config_get_number (config, OUIOED_KEY_PROXY_STALL_AFTER));
}

char **
ouioed_models_describe (OuioedModels *self, const char *const *urls)
{
  return ouioed_proxy_describe (self->proxy, urls);
}

/* ---- drain ---- */

static void
on_written (gpointer user_data)
{
  OuioedModels *self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->drain);

  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
proxy_drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedModels *self = user_data;
  g_autoptr(GError) error = NULL;

  /* Fails only when it is not waited for any more, and then nobody of them is there. */
  if (ouioed_proxy_drain_finish (NULL, result, &error))
    ouioed_recorder_when_written (self->recorder, on_written, self);
}

void
ouioed_models_drain_async (OuioedModels *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->drain == NULL);

  self->drain = g_task_new (NULL, NULL, callback, user_data);
  ouioed_proxy_drain_async (self->proxy, proxy_drained_cb, self);
}

gboolean
ouioed_models_drain_finish (OuioedModels *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
