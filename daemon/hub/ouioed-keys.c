/* ouioed-keys.c - the idempotency keys that are remembered, oldest out first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-hub-private.h"

struct _OuioedKeys
{
  guint       max;
  GHashTable *states;      /* name -> OuioedKeyState; the name belongs to its record */
  GQueue      order;       /* names in the order of arrival, g_strdup'ed; a name that is not in states any more is skipped */
};

static void
key_state_free (OuioedKeyState *state)
{
  ouioed_key_record_unref (state->record);
  g_clear_pointer (&state->waiters, g_ptr_array_unref);
  g_free (state);
}

OuioedKeys *
ouioed_keys_new (guint max)
{
  OuioedKeys *self = g_new0 (OuioedKeys, 1);

  self->max = max;
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) key_state_free);
  g_queue_init (&self->order);

  return self;
}

void
ouioed_keys_free (OuioedKeys *self)
{
  g_hash_table_unref (self->states);
  g_queue_clear_full (&self->order, g_free);
  g_free (self);
}

char *
ouioed_keys_name (const OuioedKey *key)
{
  return g_strconcat (key->scope, ":", key->key, NULL);
}

void
ouioed_keys_fingerprint (const OuioedKey *key, guint8 fingerprint[16])
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize len = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key->data, (gssize) key->len);
  g_checksum_get_digest (checksum, digest, &len);
  memcpy (fingerprint, digest, 16);
}

OuioedKeyState *
ouioed_keys_find (OuioedKeys *self, const char *name)
{
  return g_hash_table_lookup (self->states, name);
}

static void
keys_pop (OuioedKeys *self)
{
  g_autofree char *name = g_queue_pop_head (&self->order);
  OuioedKeyState *state = g_hash_table_lookup (self->states, name);

  /* What is not committed yet has somebody waiting for it. */
  if (state != NULL && state->committed)
    g_hash_table_remove (self->states, name);
  else if (state != NULL)
    g_queue_push_tail (&self->order, g_steal_pointer (&name));
}

void
ouioed_keys_set_max (OuioedKeys *self, guint max)
{
  self->max = max;
}

OuioedKeyState *
ouioed_keys_add (OuioedKeys *self, OuioedKeyRecord *record, gboolean committed)
{
  OuioedKeyState *state = g_new0 (OuioedKeyState, 1);

  state->record = ouioed_key_record_ref (record);
  state->committed = committed;
  g_hash_table_replace (self->states, record->key, state);
  g_queue_push_tail (&self->order, g_strdup (record->key));

  for (guint n = g_queue_get_length (&self->order); n > self->max; n--)
    keys_pop (self);

  return state;
}

void
ouioed_keys_remove (OuioedKeys *self, const char *name)
{
  g_hash_table_remove (self->states, name);
}

guint
ouioed_keys_forget_before (OuioedKeys *self, gint64 before_us)
{
  const char *name;
  guint n = 0;

  while ((name = g_queue_peek_head (&self->order)) != NULL)
    {
      OuioedKeyState *state = g_hash_table_lookup (self->states, name);

      if (state != NULL && (!state->committed || state->record->time_us >= before_us))
        break;
      keys_pop (self);
      n++;
    }

  return n;
}
