/* ouioed-batch.c - records, and batches of what a store is to do with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-store.h"

struct _OuioedBatch
{
  GArray *ops;                   /* of OuioedOp, in the order they were given */
  gsize   bytes;                 /* of the JSON of the events */
};

OuioedSessionRecord *
ouioed_session_record_new (void)
{
  OuioedSessionRecord *self = g_new0 (OuioedSessionRecord, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

OuioedSessionRecord *
ouioed_session_record_copy (const OuioedSessionRecord *self)
{
  OuioedSessionRecord *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->id = self->id != NULL ? g_ref_string_acquire (self->id) : NULL;
  copy->user_id = g_strdup (self->user_id);
  copy->outcome = g_strdup (self->outcome);
  copy->context = self->context != NULL ? ouioe_thinking_context_ref (self->context) : NULL;
  copy->stats = self->stats != NULL ? ouioe_stream_stats_copy (self->stats) : NULL;
  copy->generation = self->generation != NULL ? ouioe_generation_ref (self->generation) : NULL;
  return copy;
}

OuioedSessionRecord *
ouioed_session_record_ref (OuioedSessionRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_session_record_unref (OuioedSessionRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->id, g_ref_string_release);
  g_clear_pointer (&self->context, ouioe_thinking_context_unref);
  g_clear_pointer (&self->stats, ouioe_stream_stats_unref);
  g_clear_pointer (&self->generation, ouioe_generation_unref);
  g_free (self->user_id);
  g_free (self->outcome);
  g_free (self);
}

OuioedKeyRecord *
ouioed_key_record_new (void)
{
  OuioedKeyRecord *self = g_new0 (OuioedKeyRecord, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

OuioedKeyRecord *
ouioed_key_record_ref (OuioedKeyRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_key_record_unref (OuioedKeyRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->key);
  g_free (self->session_id);
  g_free (self);
}

static void
clear_op (gpointer data)
{
  OuioedOp *op = data;

  g_clear_pointer (&op->event, ouioe_event_unref);
  g_clear_pointer (&op->record, ouioed_session_record_unref);
  g_clear_pointer (&op->key, ouioed_key_record_unref);
  g_clear_pointer (&op->session_id, g_ref_string_release);
}

OuioedBatch *
ouioed_batch_new (void)
{
  OuioedBatch *self = g_new0 (OuioedBatch, 1);

  self->ops = g_array_new (FALSE, FALSE, sizeof (OuioedOp));
  g_array_set_clear_func (self->ops, clear_op);
  return self;
}

void
ouioed_batch_free (OuioedBatch *self)
{
  g_array_unref (self->ops);
  g_free (self);
}

static void
add_op (OuioedBatch *self, OuioedOp op)
{
  g_array_append_val (self->ops, op);
}

void
ouioed_batch_append (OuioedBatch *self, OuioeEvent *event)
{
  self->bytes += g_bytes_get_size (event->json);
  add_op (self, (OuioedOp) { .type = OUIOED_OP_APPEND, .event = ouioe_event_ref (event) });
}

void
ouioed_batch_put_session (OuioedBatch *self, OuioedSessionRecord *record)
{
  add_op (self, (OuioedOp) { .type = OUIOED_OP_PUT_SESSION, .record = ouioed_session_record_ref (record) });
}

void
ouioed_batch_trim (OuioedBatch *self, char *session_id, guint stream_index, guint keep)
{
  g_return_if_fail (stream_index < 2);

  add_op (self, (OuioedOp) { .type = OUIOED_OP_TRIM, .session_id = g_ref_string_acquire (session_id),
                             .stream_index = stream_index, .keep = keep });
}

void
ouioed_batch_forget (OuioedBatch *self, char *session_id)
{
  add_op (self, (OuioedOp) { .type = OUIOED_OP_FORGET, .session_id = g_ref_string_acquire (session_id) });
}

void
ouioed_batch_put_key (OuioedBatch *self, OuioedKeyRecord *key)
{
  add_op (self, (OuioedOp) { .type = OUIOED_OP_PUT_KEY, .key = ouioed_key_record_ref (key) });
}

void
ouioed_batch_forget_keys (OuioedBatch *self, gint64 before_us)
{
  add_op (self, (OuioedOp) { .type = OUIOED_OP_FORGET_KEYS, .before_us = before_us });
}

guint
ouioed_batch_get_n (OuioedBatch *self)
{
  return self->ops->len;
}

const OuioedOp *
ouioed_batch_get (OuioedBatch *self, guint i)
{
  g_return_val_if_fail (i < self->ops->len, NULL);

  return &g_array_index (self->ops, OuioedOp, i);
}

gsize
ouioed_batch_get_bytes (OuioedBatch *self)
{
  return self->bytes;
}
