/* ouioe-producer.c - many events, soon and in order, over restarts of the daemon
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is appended waits a few milliseconds for more, then goes as one batch. While a batch is under way, the next one
 * collects: there is never a second one that could overtake it. Each event keeps its idempotency key until it was
 * answered, so a batch whose answer did not come is sent again as it is, and the daemon takes every event once.
 */
#include "config.h"

#include "ouioe-producer.h"

#include <string.h>

#include "ouioe-client-private.h"
#include "ouioe-codec.h"
#include "ouioe-question.h"

/* How long the first event of a batch waits for others. */
#define COLLECT_MS        5
/* Of one batch; the daemon takes 10 000 lines and 16 MiB. */
#define MAX_BATCH_EVENTS  1000
#define MAX_BATCH_BYTES   (1024 * 1024)
/* Of all that waits, whatever its number. */
#define MAX_WAITING_BYTES (64 * 1024 * 1024)
#define MAX_WAITING       10000
/* Between attempts: a daemon that restarts is back in no time. */
#define FIRST_DELAY_MS    20
#define MAX_DELAY_MS      1000
#define GIVE_UP_MS        60000

/* So that a result is only given to the function that belongs to its call. */
static const char thinking_tag[] = "thinking", progress_tag[] = "progress", flush_tag[] = "flush";

/* One event. */
typedef struct {
  OuioeProducer *producer;   /* not a reference: the task has one */
  GTask         *task;       /* NULL when it was answered, or cancelled */
  char          *line;       /* with its key; the same at every attempt */
  gsize          len;
  guint64        number;     /* in the order in which they were appended */
  GSource       *cancel;     /* of its cancellable, or NULL */
} Item;

/* One who waits for what was appended before. */
typedef struct {
  GTask   *task;
  guint64  last;             /* number of the last event to wait for */
  GSource *cancel;           /* of its cancellable, or NULL */
} Flush;

/**
 * OuioeProducer:
 *
 * Appends many events, soon and in order, over restarts of the daemon. See ouioe_producer_new().
 */
struct _OuioeProducer
{
  GObject       parent_instance;
  OuioeClient  *client;
  GMainContext *context;          /* of its thread */
  GQueue        waiting;          /* of Item, in order */
  GPtrArray    *batch;            /* of Item, under way; NULL when none is */
  GQueue        flushes;          /* of Flush, in order */
  GSource      *timer;            /* the next batch, or NULL */
  guint64       n_appended;       /* ever */
  guint         n_items;          /* not answered yet */
  gsize         n_bytes;          /* of these */
  guint         max_waiting;
  guint         give_up_ms;
  guint         n_failures;       /* attempts in a row that did not reach the daemon */
  gint64        failing_since_us; /* monotonic; when the first of these was */
};

G_DEFINE_FINAL_TYPE (OuioeProducer, ouioe_producer, G_TYPE_OBJECT)

static void schedule (OuioeProducer *self, guint ms);
static void finish_flushes (OuioeProducer *self);

static void
unset_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- events ---- */

static void
item_free (Item *item)
{
  OuioeProducer *self = item->producer;

  unset_source (&item->cancel);
  self->n_items--;
  self->n_bytes -= item->len;
  g_free (item->line);
  g_free (item);
}

/* Its result, once. @id: (nullable): NULL with @error (transfer full) */
static void
item_answer (Item *item, const char *id, GError *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&item->task);

  unset_source (&item->cancel);
  if (task == NULL)
    g_clear_error (&error);
  else if (id != NULL)
    g_task_return_pointer (task, g_strdup (id), g_free);
  else
    g_task_return_error (task, error);
}

static gboolean
item_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Item *item = user_data;
  g_autoptr(OuioeProducer) self = g_object_ref (item->producer);

  item_answer (item, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The event was taken back"));
  /* One that is under way stays there until the answer comes. */
  if (g_queue_remove (&self->waiting, item))
    item_free (item);
  finish_flushes (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_temporary (const GError *error)
{
  static const OuioeError codes[] = {
    OUIOE_ERROR_UNREACHABLE, OUIOE_ERROR_BUSY, OUIOE_ERROR_STORE_UNAVAILABLE, OUIOE_ERROR_DRAINING,
    OUIOE_ERROR_REQUEST_TIMEOUT, OUIOE_ERROR_TOO_MANY_CONNECTIONS,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_error_matches (error, OUIOE_ERROR, (int) codes[i]))
        return TRUE;
    }
  return FALSE;
}

/* ---- flushes ---- */

/* @error: (nullable) (transfer full) */
static void
flush_end (Flush *flush, GError *error)
{
  g_autoptr(GTask) task = flush->task;

  unset_source (&flush->cancel);
  g_free (flush);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
flush_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Flush *flush = user_data;
  OuioeProducer *self = g_task_get_source_object (flush->task);

  g_queue_remove (&self->flushes, flush);
  flush_end (flush, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody waits any longer"));
  return G_SOURCE_REMOVE;
}

static void
finish_flushes (OuioeProducer *self)
{
  Item *first = g_queue_peek_head (&self->waiting);
  Flush *flush;

  if (self->batch != NULL)
    return;
  while ((flush = g_queue_peek_head (&self->flushes)) != NULL && (first == NULL || first->number > flush->last))
    flush_end (g_queue_pop_head (&self->flushes), NULL);
}

/* ---- a batch ---- */

/* What is to be sent again stands first again, in its order. */
static void
put_back (OuioeProducer *self, GPtrArray *items)
{
  for (guint i = items->len; i > 0; i--)
    {
      Item *item = items->pdata[i - 1];

      if (item->task != NULL)
        g_queue_push_head (&self->waiting, item);
      else
        item_free (item);
    }
}

/* The daemon was not reached, or could not take them now. @error: (transfer full) */
static void
try_again (OuioeProducer *self, GPtrArray *items, GError *error)
{
  g_autoptr(GError) owned = error;
  gint64 now_us = g_get_monotonic_time ();
  guint delay_ms = FIRST_DELAY_MS << MIN (self->n_failures, 10);

  if (self->n_failures == 0)
    self->failing_since_us = now_us;
  self->n_failures++;
  put_back (self, items);
  if ((now_us - self->failing_since_us) / 1000 < self->give_up_ms)
    {
      schedule (self, MIN (delay_ms, MAX_DELAY_MS));
      return;
    }

  /* All of them, for those behind must not overtake the ones that failed. */
  self->n_failures = 0;
  for (Item *item; (item = g_queue_pop_head (&self->waiting)) != NULL; item_free (item))
    item_answer (item, NULL, g_error_copy (owned));
}

/* Takes the answer to one event. FALSE when it is to be sent again. */
static gboolean
take_answer (Item *item, const char *line, gsize len, GError **again)
{
  g_autoptr(json_t) answer = json_loadb (line, len, JSON_ALLOW_NUL, NULL);
  guint status = (guint) json_integer_value (json_object_get (answer, "status"));
  const char *id = json_string_value (json_object_get (answer, "id"));
  GError *error = NULL;

  if (status >= 200 && status < 300)
    {
      item_answer (item, id != NULL ? id : "", NULL);
      return TRUE;
    }
  error = ouioe_problem_from_json (status, json_object_get (answer, "error"));
  if (is_temporary (error))
    {
      g_clear_error (again);
      *again = error;
      return FALSE;
    }
  item_answer (item, NULL, error);
  return TRUE;
}

static void
take_answers (OuioeProducer *self, GPtrArray *items, GBytes *answers)
{
  gsize len;
  const char *data = g_bytes_get_data (answers, &len);
  const char *end = data + len;
  g_autoptr(GPtrArray) rest = g_ptr_array_new ();
  GError *again = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      const char *stop = data < end ? memchr (data, '\n', (gsize) (end - data)) : NULL;

      if (stop == NULL)
        item_answer (items->pdata[i], NULL, g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_PROTOCOL,
                                                                 "The service did not answer for this event"));
      if (stop != NULL && !take_answer (items->pdata[i], data, (gsize) (stop - data), &again))
        g_ptr_array_add (rest, items->pdata[i]);
      else
        item_free (items->pdata[i]);
      data = stop != NULL ? stop + 1 : end;
    }

  if (rest->len < items->len)
    self->n_failures = 0;
  if (again != NULL)
    try_again (self, rest, again);
}

static void
batch_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(OuioeProducer) self = user_data;
  g_autoptr(GPtrArray) items = g_steal_pointer (&self->batch);
  GError *error = NULL;
  g_autoptr(GBytes) answers = ouioe_request_send_finish (SOUP_SESSION (source), result, &error);

  if (answers != NULL)
    {
      take_answers (self, items, answers);
    }
  else if (is_temporary (error))
    {
      try_again (self, items, error);
    }
  else
    {
      for (guint i = 0; i < items->len; i++)
        {
          item_answer (items->pdata[i], NULL, g_error_copy (error));
          item_free (items->pdata[i]);
        }
      g_clear_error (&error);
    }

  if (!g_queue_is_empty (&self->waiting))
    schedule (self, 0);
  finish_flushes (self);
}

static gboolean
send_batch_cb (gpointer user_data)
{
  OuioeProducer *self = user_data;
  OuioeAddress *address = ouioe_client_peek_address (self->client);
  g_autoptr(GPtrArray) lines = g_ptr_array_new ();
  gsize n_bytes = 0;
  Item *item;

  g_clear_pointer (&self->timer, g_source_unref);
  if (g_queue_is_empty (&self->waiting))
    return G_SOURCE_REMOVE;

  self->batch = g_ptr_array_new ();
  while (lines->len < MAX_BATCH_EVENTS && (item = g_queue_peek_head (&self->waiting)) != NULL &&
         (lines->len == 0 || n_bytes + item->len <= MAX_BATCH_BYTES))
    {
      n_bytes += item->len;
      g_ptr_array_add (lines, item->line);
      g_ptr_array_add (self->batch, g_queue_pop_head (&self->waiting));
    }
  ouioe_request_send_async (ouioe_client_peek_session (self->client), address, ouioe_question_bulk (address, lines),
                            NULL,
                            batch_answered_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* The next batch, unless one is under way or already to come. */
static void
schedule (OuioeProducer *self, guint ms)
{
  if (self->batch != NULL || self->timer != NULL)
    return;
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, send_batch_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* ---- the type ---- */

static void
ouioe_producer_dispose (GObject *object)
{
  OuioeProducer *self = OUIOE_PRODUCER (object);

  /* Every event and every flush that waits has a reference: here there are none. */
  unset_source (&self->timer);
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
  Item *item;

  g_task_set_source_tag (task, (gpointer) tag);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->n_items >= self->max_waiting || len > MAX_WAITING_BYTES - self->n_bytes)
    g_set_error (&error, OUIOE_ERROR, OUIOE_ERROR_BUSY, "%u events wait for the service already", self->n_items);
  else
    ouioe_address_check (ouioe_client_peek_address (self->client), &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  item = g_new0 (Item, 1);
  item->producer = self;
  item->task = g_steal_pointer (&task);
  item->line = g_steal_pointer (&line);
  item->len = len;
  item->number = ++self->n_appended;
  if (cancellable != NULL)
    {
      item->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (item->cancel, G_SOURCE_FUNC (item_cancelled_cb), item, NULL);
      g_source_attach (item->cancel, self->context);
    }
  self->n_items++;
  self->n_bytes += len;
  g_queue_push_tail (&self->waiting, item);
  schedule (self, COLLECT_MS);
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
  Flush *flush;

  g_return_if_fail (OUIOE_IS_PRODUCER (self));

  flush = g_new0 (Flush, 1);
  flush->task = g_task_new (self, cancellable, callback, user_data);
  flush->last = self->n_appended;
  g_task_set_source_tag (flush->task, (gpointer) flush_tag);
  if (cancellable != NULL)
    {
      flush->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (flush->cancel, G_SOURCE_FUNC (flush_cancelled_cb), flush, NULL);
      g_source_attach (flush->cancel, self->context);
    }
  g_queue_push_tail (&self->flushes, flush);
  finish_flushes (self);
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
