/* ouioe-producer-send.c - what was appended goes in batches, and comes back answered
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-producer-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-client-private.h"
#include "ouioe-codec.h"
#include "ouioe-question.h"

/* Of one batch; the daemon takes 10 000 lines and 16 MiB. */
#define MAX_BATCH_EVENTS  1000
#define MAX_BATCH_BYTES   (1024 * 1024)
/* Between attempts: a daemon that restarts is back in no time. */
#define FIRST_DELAY_MS    20
#define MAX_DELAY_MS      1000

void
ouioe_producer_unset_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- events ---- */

static void
item_free (OuioeProducerItem *item)
{
  OuioeProducer *self = item->producer;

  ouioe_producer_unset_source (&item->cancel);
  self->n_items--;
  self->n_bytes -= item->len;
  g_free (item->line);
  g_free (item);
}

/* Its result, once. @id: (nullable): NULL with @error (transfer full) */
static void
item_answer (OuioeProducerItem *item, const char *id, GError *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&item->task);

  ouioe_producer_unset_source (&item->cancel);
  if (task == NULL)
    g_clear_error (&error);
  else if (id != NULL)
    g_task_return_pointer (task, g_strdup (id), g_free);
  else
    g_task_return_error (task, error);
}

gboolean
ouioe_producer_item_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  OuioeProducerItem *item = user_data;
  g_autoptr(OuioeProducer) self = g_object_ref (item->producer);

  item_answer (item, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The event was taken back")));
  /* One that is under way stays there until the answer comes. */
  if (g_queue_remove (&self->waiting, item))
    item_free (item);
  ouioe_producer_finish_flushes (self);
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
flush_end (OuioeProducerFlush *flush, GError *error)
{
  g_autoptr(GTask) task = flush->task;

  ouioe_producer_unset_source (&flush->cancel);
  g_free (flush);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

gboolean
ouioe_producer_flush_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  OuioeProducerFlush *flush = user_data;
  OuioeProducer *self = g_task_get_source_object (flush->task);

  g_queue_remove (&self->flushes, flush);
  flush_end (flush, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Nobody waits any longer")));
  return G_SOURCE_REMOVE;
}

void
ouioe_producer_finish_flushes (OuioeProducer *self)
{
  OuioeProducerItem *first = g_queue_peek_head (&self->waiting);
  OuioeProducerFlush *flush;

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
      OuioeProducerItem *item = items->pdata[i - 1];

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
      ouioe_producer_schedule (self, MIN (delay_ms, MAX_DELAY_MS));
      return;
    }

  /* All of them, for those behind must not overtake the ones that failed. */
  self->n_failures = 0;
  for (OuioeProducerItem *item; (item = g_queue_pop_head (&self->waiting)) != NULL; item_free (item))
    item_answer (item, NULL, g_error_copy (owned));
}

/* Takes the answer to one event. FALSE when it is to be sent again. */
static gboolean
take_answer (OuioeProducerItem *item, const char *line, gsize len, GError **again)
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
                                                                 _("The service did not answer for this event")));
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
    ouioe_producer_schedule (self, 0);
  ouioe_producer_finish_flushes (self);
}

static gboolean
send_batch_cb (gpointer user_data)
{
  OuioeProducer *self = user_data;
  OuioeAddress *address = ouioe_client_peek_address (self->client);
  g_autoptr(GPtrArray) lines = g_ptr_array_new ();
  gsize n_bytes = 0;
  OuioeProducerItem *item;

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

void
ouioe_producer_schedule (OuioeProducer *self, guint ms)
{
  if (self->batch != NULL || self->timer != NULL)
    return;
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, send_batch_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}
