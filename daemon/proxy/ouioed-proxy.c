/* ouioed-proxy.c - the model proxy as the daemon starts it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-proxy.h"

#define DRAIN_GRACE_US (3 * G_USEC_PER_SEC)

struct _OuioedProxy
{
  GPtrArray                *upstreams;        /* of OuioedUpstream */
  GPtrArray                *urls;             /* of char, by place: of its own address, or NULL */
  OuioedAcceptor           *acceptor;
  OuioedTee                *tee;
  OuioedProxyAuthorizeFunc  authorize;        /* or NULL */
  gpointer                  authorize_data;
  GTask                    *drain;            /* under way, or NULL */
  guint                     drain_source;     /* waits for the mailbox; or 0 */
};

static const char *const end_words[OUIOED_N_CALL_ENDS] = {
  [OUIOED_CALL_COMPLETE] = "complete",
  [OUIOED_CALL_TRUNCATED] = "truncated",
  [OUIOED_CALL_NO_UPSTREAM] = "no_upstream",
  [OUIOED_CALL_UPSTREAM_TIMEOUT] = "upstream_timeout",
  [OUIOED_CALL_CLIENT_GONE] = "client_gone",
  [OUIOED_CALL_STOPPED] = "stopped",
  [OUIOED_CALL_DRAINED] = "drained",
};

/* ---- between acceptor and tee ---- */

static void
on_take (OuioedConnection *connection, gpointer tag, gpointer user_data)
{
  OuioedProxy *self = user_data;
  OuioedTeeClient client = {
    .upstream = tag,
    .peer = ouioed_connection_get_peer (connection),
    .is_public = ouioed_connection_is_public (connection),
    .is_unix = ouioed_connection_is_unix (connection),
  };

  client.fd = ouioed_connection_take_fd (connection, &client.unread);
  ouioed_acceptor_count_extra (self->acceptor, 1);
  ouioed_tee_add (self->tee, &client);
}

static const OuioedClaimFuncs claim_funcs = { ouioed_tee_claims, on_take };

static void
on_give_back (int fd, GBytes *unread, gboolean is_public, gpointer user_data)
{
  OuioedProxy *self = user_data;

  ouioed_acceptor_give_back (self->acceptor, fd, unread, is_public);
}

static void
on_gone (gpointer user_data)
{
  OuioedProxy *self = user_data;

  ouioed_acceptor_count_extra (self->acceptor, -1);
}

static guint
on_authorize (const char *token, const char *peer, gpointer user_data)
{
  OuioedProxy *self = user_data;

  return self->authorize != NULL ? self->authorize (token, peer, self->authorize_data) : 401;
}

static const OuioedTeeFuncs tee_funcs = { on_give_back, on_gone, on_authorize };

/* ---- beginning and end ---- */

OuioedProxy *
ouioed_proxy_new (GPtrArray *upstreams, OuioedAcceptor *acceptor, OuioedTeeConfig *config, GError **error)
{
  g_autoptr(OuioedProxy) self = g_new0 (OuioedProxy, 1);

  self->upstreams = g_ptr_array_ref (upstreams);
  self->urls = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_set_size (self->urls, (int) upstreams->len);
  self->acceptor = acceptor;
  self->tee = ouioed_tee_new (upstreams, config, &tee_funcs, self, error);
  if (self->tee == NULL)
    return NULL;
  ouioed_acceptor_set_claim (acceptor, &claim_funcs, self);
  return g_steal_pointer (&self);
}

void
ouioed_proxy_free (OuioedProxy *self)
{
  g_autoptr(GTask) drain = g_steal_pointer (&self->drain);

  if (drain != NULL)
    g_task_return_new_error (drain, G_IO_ERROR, G_IO_ERROR_CANCELLED, "not waited for");
  g_clear_handle_id (&self->drain_source, g_source_remove);
  ouioed_acceptor_set_claim (self->acceptor, NULL, NULL);
  if (self->tee != NULL)
    ouioed_tee_free (self->tee);
  g_ptr_array_unref (self->upstreams);
  g_ptr_array_unref (self->urls);
  g_free (self);
}

void
ouioed_proxy_set_listener (OuioedProxy *self, const OuioedCallFuncs *funcs, gpointer user_data)
{
  ouioed_mailbox_set_listener (ouioed_tee_get_mailbox (self->tee), funcs, user_data);
}

void
ouioed_proxy_set_authorize (OuioedProxy *self, OuioedProxyAuthorizeFunc func, gpointer user_data)
{
  self->authorize = func;
  self->authorize_data = user_data;
}

void
ouioed_proxy_set_config (OuioedProxy *self, OuioedTeeConfig *config)
{
  ouioed_tee_set_config (self->tee, config);
}

gboolean
ouioed_proxy_listen (OuioedProxy *self, GError **error)
{
  for (guint i = 0; i < self->upstreams->len; i++)
    {
      OuioedUpstream *upstream = self->upstreams->pdata[i];
      char *url = NULL;

      if (upstream->listen == NULL)
        continue;
      if (!ouioed_acceptor_listen_for (self->acceptor, upstream->listen, upstream, &url, error))
        return FALSE;
      self->urls->pdata[i] = url;
    }
  return TRUE;
}

char **
ouioed_proxy_describe (OuioedProxy *self, const char *const *urls)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->upstreams->len; i++)
    {
      OuioedUpstream *upstream = self->upstreams->pdata[i];

      if (self->urls->pdata[i] != NULL)
        {
          g_autofree char *line = g_strdup_printf ("proxy %s on %s -> %s", upstream->name, (char *) self->urls->pdata[i],
                                                   upstream->url);

          g_strv_builder_add (builder, line);
        }
      for (guint n = 0; urls != NULL && urls[n] != NULL; n++)
        {
          g_autofree char *line = g_strdup_printf ("proxy %s on %s%s/proxy/%s -> %s", upstream->name, urls[n],
                                                   g_str_has_prefix (urls[n], "unix:") ? " as" : "", upstream->name,
                                                   upstream->url);

          g_strv_builder_add (builder, line);
        }
    }
  return g_strv_builder_end (builder);
}

/* ---- drain ---- */

/* Comes after the mailbox: when it runs, the mailbox has nothing to tell. */
static gboolean
on_look (gpointer user_data)
{
  OuioedProxy *self = user_data;
  g_autoptr(GTask) task = NULL;

  if (!ouioed_mailbox_is_empty (ouioed_tee_get_mailbox (self->tee)))
    return G_SOURCE_CONTINUE;
  self->drain_source = 0;
  task = g_steal_pointer (&self->drain);
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
on_drained (gpointer user_data)
{
  OuioedProxy *self = user_data;

  self->drain_source = g_idle_add_full (OUIOED_MAILBOX_PRIORITY + 10, on_look, self, NULL);
}

void
ouioed_proxy_drain_async (OuioedProxy *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->drain == NULL);

  self->drain = g_task_new (NULL, NULL, callback, user_data);
  ouioed_tee_drain (self->tee, DRAIN_GRACE_US, on_drained);
}

gboolean
ouioed_proxy_drain_finish (OuioedProxy *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- counters ---- */

guint
ouioed_proxy_get_n_active (OuioedProxy *self)
{
  guint n = 0;

  for (guint i = 0; i < self->upstreams->len; i++)
    {
      OuioedTeeMetrics metrics;

      ouioed_tee_get_metrics (self->tee, i, &metrics);
      n += metrics.active;
    }
  return n;
}

static void
family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
sample (GString *out, const char *name, const char *upstream, const char *more, guint64 value)
{
  g_string_append_printf (out, "%s{upstream=\"%s\"%s} %" G_GUINT64_FORMAT "\n", name, upstream, more, value);
}

void
ouioed_proxy_write_metrics (OuioedProxy *self, GString *out)
{
  guint n = self->upstreams->len;
  g_autofree OuioedTeeMetrics *all = g_new0 (OuioedTeeMetrics, n);

#define NAME(i) ((OuioedUpstream *) self->upstreams->pdata[i])->name
  for (guint i = 0; i < n; i++)
    ouioed_tee_get_metrics (self->tee, i, &all[i]);

  family (out, "ouioe_proxy_calls_active", "gauge", "Calls of models under way.");
  for (guint i = 0; i < n; i++)
    sample (out, "ouioe_proxy_calls_active", NAME (i), "", all[i].active);
  family (out, "ouioe_proxy_calls_total", "counter", "Calls of models that ended.");
  for (guint i = 0; i < n; i++)
    for (guint end = 0; end < OUIOED_N_CALL_ENDS; end++)
      {
        g_autofree char *label = g_strdup_printf (",end=\"%s\"", end_words[end]);

        sample (out, "ouioe_proxy_calls_total", NAME (i), label, all[i].calls[end]);
      }
  family (out, "ouioe_proxy_refused_total", "counter", "Requests that were refused before they reached the upstream.");
  for (guint i = 0; i < n; i++)
    sample (out, "ouioe_proxy_refused_total", NAME (i), "", all[i].refused);
  family (out, "ouioe_proxy_request_bytes_total", "counter", "Bytes of request bodies, with their framing.");
  for (guint i = 0; i < n; i++)
    sample (out, "ouioe_proxy_request_bytes_total", NAME (i), "", all[i].request_bytes);
  family (out, "ouioe_proxy_answer_bytes_total", "counter", "Bytes of answers, with their heads.");
  for (guint i = 0; i < n; i++)
    sample (out, "ouioe_proxy_answer_bytes_total", NAME (i), "", all[i].answer_bytes);
#undef NAME
  family (out, "ouioe_proxy_lost_copies_total", "counter", "Calls whose record has a hole: they came too fast.");
  g_string_append_printf (out, "ouioe_proxy_lost_copies_total %" G_GUINT64_FORMAT "\n",
                          ouioed_mailbox_get_n_lost (ouioed_tee_get_mailbox (self->tee)));
}
