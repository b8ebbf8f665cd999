/* ouioed-proxy.h - the model proxy as the daemon starts it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes from an acceptor what is for upstreams (all of their own addresses, and /proxy/NAME/… of the others) and gives it
 * to the tee. Order: new, set_…, listen, then the acceptor's start; at the end the acceptor's stop, drain, free.
 */
#pragma once

#include "ouioed-acceptor.h"
#include "ouioed-tee.h"

G_BEGIN_DECLS

typedef struct _OuioedProxy OuioedProxy;

/* Whether @token (nullable), shown by @peer, may use the proxy: 0, or the status of the refusal (401, 403, 429). */
typedef guint (*OuioedProxyAuthorizeFunc) (const char *token, const char *peer, gpointer user_data);

/* @upstreams: of OuioedUpstream, with different names. @acceptor must live as long. */
OuioedProxy *ouioed_proxy_new           (GPtrArray *upstreams, OuioedAcceptor *acceptor, OuioedTeeConfig *config,
                                         GError **error);
void         ouioed_proxy_free          (OuioedProxy *self);
/* Who is told of calls; NULL: nobody. Must be static. */
void         ouioed_proxy_set_listener  (OuioedProxy *self, const OuioedCallFuncs *funcs, gpointer user_data);
/* Without one every token is refused. */
void         ouioed_proxy_set_authorize (OuioedProxy *self, OuioedProxyAuthorizeFunc func, gpointer user_data);
/* Binds the addresses of the upstreams that have one. */
gboolean     ouioed_proxy_listen        (OuioedProxy *self, GError **error);
void         ouioed_proxy_set_config    (OuioedProxy *self, OuioedTeeConfig *config);
/* A line for each way to an upstream: "proxy ollama on http://127.0.0.1:11435 -> http://127.0.0.1:11434". @urls: of the
 * acceptor's other addresses. */
char       **ouioed_proxy_describe      (OuioedProxy *self, const char *const *urls);
/* Calls under way get a few seconds; completes when the listener has been told of all. */
void         ouioed_proxy_drain_async   (OuioedProxy *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean     ouioed_proxy_drain_finish  (OuioedProxy *self, GAsyncResult *result, GError **error);
guint        ouioed_proxy_get_n_active  (OuioedProxy *self);
/* Appends the counters, as text for Prometheus. */
void         ouioed_proxy_write_metrics (OuioedProxy *self, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedProxy, ouioed_proxy_free)

G_END_DECLS
