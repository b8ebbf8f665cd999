/* ouioe-producer.c - many events, soon and in order, over restarts of the daemon
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is appended waits a few milliseconds for more, then goes as one batch. While a batch is under way, the next one
 * collects: there is never a second one that could overtake it. Each event keeps its idempotency key until it was
 * answered, so a batch whose answer did not come is sent again as it is, and the daemon takes every event once.
 */
#include "config.h"

#include "ouioe-producer-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-client-private.h"
#include "ouioe-codec.h"
#include "ouioe-question.h"

/* How long the first event of a batch waits for others. */
#define COLLECT_MS        5
/* Of all that waits, whatever its number. */
#define MAX_WAITING_BYTES (64 * 1024 * 1024)
#define MAX_WAITING       10000
#define GIVE_UP_MS        60000

/* So that a result is only given to the function that belongs to its call. */
static const char thinking_tag[] = "thinking", progress_tag[] = "progress", flush_tag[] = "flush";

/**
 * OuioeProducer:
 *
 * Appends many events, soon and in order, over restarts of the daemon. See ouioe_producer_new().
 */
G_DEFINE_FINAL_TYPE (OuioeProducer, ouioe_producer, G_TYPE_OBJECT)

static void
ouioe_producer_dispose (GObject *object)
{
  OuioeProducer *self = OUIOE_PRODUCER (object);

  /* Every event and every flush that waits has a reference: here there are none. */
  ouioe_producer_unset_source (&self->timer);
  g_clear_object (&self->client);
  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (ouioe_producer_parent_class)->dispose (object);
}

static void
ouioe_producer_class_init (OuioeProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ouioe_producer_dispose;
}

static void
ouioe_producer_init (OuioeProducer *self)
{
  g_queue_init (&self->waiting);
  g_queue_init (&self->flushes);
  self->max_waiting = MAX_WAITING;
  self->give_up_ms = GIVE_UP_MS;
}

/**
 * ouioe_producer_new:
 * @client: where the events go
 *
 * Makes a producer, for programs that append faster than one call after the other. It is used from one thread: that of
 * the thread-default main context of this call, in which its results come.
 *
 * Events are sent at the latest 5 ms after they were appended, many at once; while a batch is under way the next one
 * collects. They arrive in the order in which they were appended. When the daemon is not there, or cannot take them,
 * they are sent again, without ever being stored twice.
 *
 * Returns: (transfer full): the producer
 */
OuioeProducer *
ouioe_producer_new (OuioeClient *client)
{
  OuioeProducer *self;

  g_return_val_if_fail (OUIOE_IS_CLIENT (client), NULL);

  self = g_object_new (OUIOE_TYPE_PRODUCER, NULL);
  self->client = g_object_ref (client);
  self->context = g_main_context_ref_thread_default ();
  return self;
}

/**
 * ouioe_producer_get_client:
 * @self: a producer
 *
 * Gets the client that it uses.
 *
 * Returns: (transfer none): the client that it uses
 */
OuioeClient *
ouioe_producer_get_client (OuioeProducer *self)
{
  g_return_val_if_fail (OUIOE_IS_PRODUCER (self), NULL);
  return self->client;
}

/**
 * ouioe_producer_set_max_waiting:
 * @self: a producer
 * @max_waiting: so many events may wait for their answer, 1 or more; 10 000 unless it is set
 *
 * Sets the bound beyond which an append fails at once with %OUIOE_ERROR_BUSY.
 */
void
ouioe_producer_set_max_waiting (OuioeProducer *self, guint max_waiting)
{
  g_return_if_fail (OUIOE_IS_PRODUCER (self));
  g_return_if_fail (max_waiting > 0);
  self->max_waiting = max_waiting;
}

/**
 * ouioe_producer_set_give_up_ms:
 * @self: a producer
 * @give_up_ms: milliseconds; 60 000 unless it is set
 *
 * Sets how long it tries to reach a daemon. After that, all events that wait fail with the reason. Whether those that
 * had been sent before were stored is not known then.
 */
void
ouioe_producer_set_give_up_ms (OuioeProducer *self, guint give_up_ms)
{
  g_return_if_fail (OUIOE_IS_PRODUCER (self));
  self->give_up_ms = give_up_ms;
}

/**
 * ouioe_producer_get_n_waiting:
 * @self: a producer
 *
 * Tells how many events were appended and are not answered yet.
 *
 * Returns: how many events were appended and are not answered yet
 */
guint
ouioe_producer_get_n_waiting (OuioeProducer *self)
{
  g_return_val_if_fail (OUIOE_IS_PRODUCER (self), 0);
  return self->n_items;
}

/* @json: (transfer full) */
static void
append (OuioeProducer *self, const char *tag, char *json, GCancellable *cancellable, GAsyncReadyCallback callback,
        gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *key = g_uuid_string_random ();
  g_autofree char *line = ouioe_question_add_key (json, key);
  gsize len = strlen (line);
  GError *error = NULL;
  OuioeProducerItem *item;

  g_task_set_source_tag (task, (gpointer) tag);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->n_items >= self->max_waiting || len > MAX_WAITING_BYTES - self->n_bytes)
    g_set_error (&error, OUIOE_ERROR, OUIOE_ERROR_BUSY, _("%u events wait for the service already"), self->n_items);
  else
    ouioe_address_check (ouioe_client_peek_address (self->client), &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  item = g_new0 (OuioeProducerItem, 1);
  item->producer = self;
  item->task = g_steal_pointer (&task);
  item->line = g_steal_pointer (&line);
  item->len = len;
  item->number = ++self->n_appended;
  if (cancellable != NULL)
    {
      item->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (item->cancel, G_SOURCE_FUNC (ouioe_producer_item_cancelled_cb), item, NULL);
      g_source_attach (item->cancel, self->context);
    }
  self->n_items++;
  self->n_bytes += len;
  g_queue_push_tail (&self->waiting, item);
  ouioe_producer_schedule (self, COLLECT_MS);
}

/**
 * ouioe_producer_append_thinking_async:
 * @self: a producer
 * @session_id: the session
 * @step: what to add
 * @cancellable: (nullable): takes the step back; one that is under way already may be stored all the same
 * @callback: (scope async): called when the step is stored, or will not be
 * @user_data: (closure): for @callback
 *
 * Adds a step to a session.
 */
void
ouioe_producer_append_thinking_async (OuioeProducer *self, const char *session_id, OuioeThinkingStep *step,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_PRODUCER (self));
  g_return_if_fail (session_id != NULL && step != NULL);

  append (self, thinking_tag, ouioe_codec_thinking_to_json (session_id, step), cancellable, callback, user_data);
}

/**
 * ouioe_producer_append_thinking_finish:
 * @self: a producer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_producer_append_thinking_async().
 *
 * Returns: (transfer full): the id of the event; empty when the step was accepted and dropped, as the session does not
 *   keep steps
 */
char *
ouioe_producer_append_thinking_finish (OuioeProducer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) thinking_tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ouioe_producer_append_progress_async:
 * @self: a producer
 * @session_id: the session
 * @update: what to add
 * @cancellable: (nullable): takes the update back; one that is under way already may be stored all the same
 * @callback: (scope async): called when the update is stored, or will not be
 * @user_data: (closure): for @callback
 *
 * Adds a progress update to a session.
 */
void
ouioe_producer_append_progress_async (OuioeProducer *self, const char *session_id, OuioeProgressUpdate *update,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (OUIOE_IS_PRODUCER (self));
  g_return_if_fail (session_id != NULL && update != NULL);

  append (self, progress_tag, ouioe_codec_progress_to_json (session_id, update), cancellable, callback, user_data);
}

/**
 * ouioe_producer_append_progress_finish:
 * @self: a producer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_producer_append_progress_async().
 *
 * Returns: (transfer full): the id of the event; empty when the update was accepted and dropped, as the session does
 *   not keep updates, or not so many
 */
char *
ouioe_producer_append_progress_finish (OuioeProducer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) progress_tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ouioe_producer_flush_async:
 * @self: a producer
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Waits until everything that was appended before is answered: stored, refused or given up, as the result of each
 * append tells.
 */
void
ouioe_producer_flush_async (OuioeProducer *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  OuioeProducerFlush *flush;

  g_return_if_fail (OUIOE_IS_PRODUCER (self));

  flush = g_new0 (OuioeProducerFlush, 1);
  flush->task = g_task_new (self, cancellable, callback, user_data);
  flush->last = self->n_appended;
  g_task_set_source_tag (flush->task, (gpointer) flush_tag);
  if (cancellable != NULL)
    {
      flush->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (flush->cancel, G_SOURCE_FUNC (ouioe_producer_flush_cancelled_cb), flush, NULL);
      g_source_attach (flush->cancel, self->context);
    }
  g_queue_push_tail (&self->flushes, flush);
  ouioe_producer_finish_flushes (self);
}

/**
 * ouioe_producer_flush_finish:
 * @self: a producer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_producer_flush_async().
 *
 * Returns: %TRUE, unless it was cancelled
 */
gboolean
ouioe_producer_flush_finish (OuioeProducer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) flush_tag), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
