/* inspector-keyring.h - tokens of connections: in the Secret Service, or in memory for this run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_KEYRING (inspector_keyring_get_type ())
G_DECLARE_FINAL_TYPE (InspectorKeyring, inspector_keyring, INSPECTOR, KEYRING, GObject)

InspectorKeyring *inspector_keyring_new           (void);
/* Returns: (transfer full) (nullable): NULL when there is none; there is no error: without a Secret Service what this
 * run was told is all there is. */
void              inspector_keyring_lookup_async  (InspectorKeyring *self, const char *id, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
char             *inspector_keyring_lookup_finish (InspectorKeyring *self, GAsyncResult *result);
/* @token: (nullable): NULL or "" forgets it. @name: what the keyring shows. Returns TRUE when it is kept beyond this run
 * (or forgotten everywhere), FALSE when for this run only: there is no Secret Service, or it did not take it. */
void              inspector_keyring_store_async   (InspectorKeyring *self, const char *id, const char *name,
                                                   const char *token, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean          inspector_keyring_store_finish  (InspectorKeyring *self, GAsyncResult *result);

G_END_DECLS
