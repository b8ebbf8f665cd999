/* inspector-keyring.c - tokens of connections: in the Secret Service, or in memory for this run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-keyring.h"

#ifdef HAVE_LIBSECRET
#include <libsecret/secret.h>
#endif

struct _InspectorKeyring
{
  GObject     parent_instance;
  GHashTable *tokens;          /* id -> token, of this run */
};

G_DEFINE_FINAL_TYPE (InspectorKeyring, inspector_keyring, G_TYPE_OBJECT)

#ifdef HAVE_LIBSECRET

static const SecretSchema *
get_schema (void)
{
  static const SecretSchema schema = {
    .name = "org.ouioe.Inspector.Token",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = { { "connection", SECRET_SCHEMA_ATTRIBUTE_STRING } },
  };

  return &schema;
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  char *token = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    g_debug ("the keyring does not answer: %s", error->message);
  g_task_return_pointer (task, g_strdup (token), g_free);
  secret_password_free (token);
}

static void
ask (GTask *task, const char *id)
{
  secret_password_lookup (get_schema (), g_task_get_cancellable (task), looked_up_cb, task, "connection", id, NULL);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok = secret_password_store_finish (result, &error);

  if (!ok)
    g_message ("a token is kept for this run only: %s", error->message);
  g_task_return_boolean (task, ok);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  /* FALSE without an error: there was none. */
  secret_password_clear_finish (result, &error);
  g_task_return_boolean (task, error == NULL);
}

static void
keep (GTask *task, const char *id, const char *name, const char *token)
{
  if (token != NULL)
    secret_password_store (get_schema (), SECRET_COLLECTION_DEFAULT, name, token, g_task_get_cancellable (task),
                           stored_cb, task, "connection", id, NULL);
  else
    secret_password_clear (get_schema (), g_task_get_cancellable (task), cleared_cb, task, "connection", id, NULL);
}

#else

static void
ask (GTask *task, const char *id)
{
  g_task_return_pointer (task, NULL, NULL);
  g_object_unref (task);
}

static void
keep (GTask *task, const char *id, const char *name, const char *token)
{
  g_task_return_boolean (task, FALSE);
  g_object_unref (task);
}

#endif

void
inspector_keyring_lookup_async (InspectorKeyring *self, const char *id, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *token = g_hash_table_lookup (self->tokens, id);

  if (token != NULL)
    g_task_return_pointer (task, g_strdup (token), g_free);
  else
    ask (g_steal_pointer (&task), id);
}

char *
inspector_keyring_lookup_finish (InspectorKeyring *self, GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;

  return g_task_propagate_pointer (G_TASK (result), &error);
}

void
inspector_keyring_store_async (InspectorKeyring *self, const char *id, const char *name, const char *token,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (token != NULL && *token == '\0')
    token = NULL;
  if (token != NULL)
    g_hash_table_insert (self->tokens, g_strdup (id), g_strdup (token));
  else
    g_hash_table_remove (self->tokens, id);
  keep (task, id, name, token);
}

gboolean
inspector_keyring_store_finish (InspectorKeyring *self, GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;

  return g_task_propagate_boolean (G_TASK (result), &error);
}

static void
inspector_keyring_finalize (GObject *object)
{
  g_hash_table_unref (INSPECTOR_KEYRING (object)->tokens);
  G_OBJECT_CLASS (inspector_keyring_parent_class)->finalize (object);
}

static void
inspector_keyring_class_init (InspectorKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_keyring_finalize;
}

static void
inspector_keyring_init (InspectorKeyring *self)
{
  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

InspectorKeyring *
inspector_keyring_new (void)
{
  return g_object_new (INSPECTOR_TYPE_KEYRING, NULL);
}
