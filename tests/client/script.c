/* script.c - a server with one answer for everything, which keeps what it was asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "script.h"

gboolean
script_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Script *script = user_data;
  gboolean is_broken;

  g_mutex_lock (&script->mutex);
  g_free (script->last_body);
  script->last_body = g_strdup (request->body);
  g_free (script->last_type);
  script->last_type = g_strdup (g_hash_table_lookup (request->headers, "content-type"));
  g_ptr_array_add (script->keys, g_strdup (g_hash_table_lookup (request->headers, "idempotency-key")));
  is_broken = script->n_broken > 0;
  if (is_broken)
    script->n_broken--;
  g_mutex_unlock (&script->mutex);

  if (is_broken)
    return FALSE;
  fake_answer (out, script->status, script->type, script->body);
  return TRUE;
}

void
script_init (Script *script, const char *status, const char *type, const char *body)
{
  *script = (Script) { .status = status, .type = type, .body = body };
  g_mutex_init (&script->mutex);
  script->keys = g_ptr_array_new_with_free_func (g_free);
}

void
script_clear (Script *script)
{
  g_mutex_clear (&script->mutex);
  g_free (script->last_body);
  g_free (script->last_type);
  g_ptr_array_unref (script->keys);
}

void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}
