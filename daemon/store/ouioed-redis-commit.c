/* ouioed-redis-commit.c - a batch as the store's interface has it: one script call, all of it or nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include <string.h>

typedef struct {
  OuioedRedisNode *node;
  gint64           start_us;
} Commit;

static void
add_op (OuioedRedisArgs *args, const OuioedOp *op)
{
  static const char hex[] = "0123456789abcdef";
  g_autoptr(GString) value = NULL;

  switch (op->type)
    {
    case OUIOED_OP_APPEND:
      ouioed_redis_args_add_text (args, "A");
      ouioed_redis_args_add_text (args, op->event->session_id);
      ouioed_redis_args_add_int (args, ouioe_event_kind_get_streams (op->event->kind));
      ouioed_redis_args_add_id (args, op->event->id);
      ouioed_redis_add_event (args, op->event);
      break;
    case OUIOED_OP_PUT_SESSION:
      ouioed_redis_args_add_text (args, "P");
      ouioed_redis_args_add_text (args, op->record->id);
      ouioed_redis_add_record (args, op->record);
      break;
    case OUIOED_OP_TRIM:
      ouioed_redis_args_add_text (args, "T");
      ouioed_redis_args_add_text (args, op->session_id);
      ouioed_redis_args_add_int (args, op->stream_index);
      ouioed_redis_args_add_int (args, op->keep);
      break;
    case OUIOED_OP_FORGET:
      ouioed_redis_args_add_text (args, "F");
      ouioed_redis_args_add_text (args, op->session_id);
      break;
    case OUIOED_OP_PUT_KEY:
      value = g_string_new (NULL);
      for (guint i = 0; i < sizeof op->key->fingerprint; i++)
        {
          g_string_append_c (value, hex[op->key->fingerprint[i] >> 4]);
          g_string_append_c (value, hex[op->key->fingerprint[i] & 15]);
        }
      g_string_append_printf (value, " %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " %s", op->key->event_id.ms,
                              op->key->event_id.seq, op->key->session_id);
      ouioed_redis_args_add_text (args, "K");
      ouioed_redis_args_add_text (args, op->key->key);
      ouioed_redis_args_add (args, value->str, value->len);
      ouioed_redis_args_add_int (args, op->key->time_us);
      break;
    case OUIOED_OP_FORGET_KEYS:
      ouioed_redis_args_add_text (args, "G");
      ouioed_redis_args_add_int (args, op->before_us);
      break;
    }
}

static void
commit_done_cb (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Commit *commit = g_task_get_task_data (task);
  g_autoptr(OuioedCommit) done = NULL;

  if (error != NULL)
    {
      g_task_return_error (task, g_error_copy (error));
      return;
    }
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || strcmp (reply->element[0]->str, "ok") != 0)
    {
      gboolean is_order = reply->elements > 0 && strcmp (reply->element[0]->str, "order") == 0;

      g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, "%s",
                               is_order ? OUIOED_STORE_ERROR_ORDER : OUIOED_STORE_ERROR_NO_SESSION);
      return;
    }

  done = ouioed_commit_new ();
  commit->node->size_bytes = g_ascii_strtoull (reply->element[1]->str, NULL, 10);
  done->size_bytes = commit->node->size_bytes;
  done->duration_us = g_get_monotonic_time () - commit->start_us;
  for (gsize i = 2; i + 3 < reply->elements; i += 4)
    {
      char *session_id = g_ref_string_new (reply->element[i]->str);
      OuioeEventId to = OUIOE_EVENT_ID_ZERO;

      ouioed_redis_read_id (reply->element[i + 3], &to);
      ouioed_commit_add_trim (done, session_id, (guint) atoi (reply->element[i + 1]->str),
                              g_ascii_strtoull (reply->element[i + 2]->str, NULL, 10), to);
      g_ref_string_release (session_id);
    }
  g_task_return_pointer (task, g_steal_pointer (&done), (GDestroyNotify) ouioed_commit_free);
}

void
ouioed_redis_commit_async (OuioedStore *store, OuioedBatch *batch, GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedStoreRedis *self = OUIOED_STORE_REDIS (store);
  g_autoptr(OuioedBatch) owned = batch;
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);
  Commit *commit = g_new0 (Commit, 1);
  OuioedRedisArgs *args;

  g_task_set_task_data (task, commit, g_free);
  if (self->closed)
    {
      g_task_return_error (task, ouioed_store_error_closed ());
      return;
    }

  commit->node = self->nodes->pdata[0];
  commit->start_us = g_get_monotonic_time ();
  args = ouioed_redis_node_begin (commit->node);
  for (guint i = 0; i < ouioed_batch_get_n (owned); i++)
    add_op (args, ouioed_batch_get (owned, i));
  ouioed_redis_node_run (commit->node, OUIOED_SCRIPT_BATCH, args, commit_done_cb, g_steal_pointer (&task));
}
