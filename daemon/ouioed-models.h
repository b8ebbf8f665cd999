/* ouioed-models.h - the model proxy and its recorder, as one part of the daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Order: new (binds the addresses of upstreams), then the start of the others; at the end drain, which completes when what
 * was recorded is written, then free, before hub and HTTP go.
 */
#pragma once

#include "ouioed-config-limits.h"

G_BEGIN_DECLS

typedef struct _OuioedModels OuioedModels;

/* @config has upstreams. */
OuioedModels *ouioed_models_new          (const OuioedConfig *config, OuioedHub *hub, OuioedHttp *http, GError **error);
void          ouioed_models_free         (OuioedModels *self);
void          ouioed_models_set_config   (OuioedModels *self, const OuioedConfig *config);
/* As ouioed_proxy_describe(). */
char        **ouioed_models_describe     (OuioedModels *self, const char *const *urls);
void          ouioed_models_drain_async  (OuioedModels *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean      ouioed_models_drain_finish (OuioedModels *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedModels, ouioed_models_free)

G_END_DECLS
