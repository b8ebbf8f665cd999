/* ouioed-recording.c - what is to be written into one session, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-recording.h"

#include "ouioe-codec.h"
#include "ouioe-types-private.h"

#define MAX_IN_FLIGHT 64                       /* steps and updates that wait for their commit */
#define RETRY_MS      250
#define RETRY_LATE_MS 5000                     /* when patience is over */

typedef enum {
  OP_CREATE,
  OP_STEP,
  OP_UPDATE,
  OP_KEEP,                                     /* the generation */
  OP_CLOSE,
} OpType;

typedef struct {
  OpType                type;
  OuioedRecording      *recording;             /* NULL: it was freed while this was under way */
  char                 *word;                  /* OP_CREATE: the user, OP_CLOSE: the outcome */
  OuioeThinkingContext *context;               /* OP_CREATE */
  OuioeThinkingStep    *step;                  /* OP_STEP */
  OuioeProgressUpdate  *update;                /* OP_UPDATE */
  OuioeGeneration      *generation;            /* OP_KEEP */
  gsize                 bytes;                 /* about what it holds */
} Op;

struct _OuioedRecording
{
  OuioedHub                  *hub;
  const OuioedRecordingFuncs *funcs;
  gpointer                    user_data;
  char                       *session_id;
  GQueue                      waiting;         /* of Op */
  GQueue                      in_flight;       /* of Op, in the order they were given to the hub */
  GQueue                      refused;         /* of Op: were in flight, to be tried again */
  gsize                       bytes;           /* of steps and updates in all three */
  guint                       n_calls;         /* begun and not ended */
  guint                       retry;           /* source, or 0 */
  gint64                      failing_us;      /* monotonic: since when nothing is taken; 0: it is */
  guint64                     n_dropped;
  guint64                     n_untold;        /* of these, not told in the session yet */
  gboolean                    is_open;         /* the session is, as far as is known here */
  gboolean                    is_foreign;      /* a producer opened it */
  gboolean                    is_dead;         /* it cannot be written to until it is created again */
};

static void pump (OuioedRecording *self);

static void
op_free (Op *op)
{
  g_clear_pointer (&op->step, ouioe_thinking_step_unref);
  g_clear_pointer (&op->update, ouioe_progress_update_unref);
  g_clear_pointer (&op->context, ouioe_thinking_context_unref);
  g_clear_pointer (&op->generation, ouioe_generation_unref);
  g_free (op->word);
  g_free (op);
}

static gboolean
is_event (const Op *op)
{
  return op->type == OP_STEP || op->type == OP_UPDATE;
}

static void
op_done (OuioedRecording *self, Op *op)
{
  self->bytes -= op->bytes;
  op_free (op);
}

/* Readers who saw the step grow are told that nothing comes of it. */
static void
drop_open_step (OuioedRecording *self, OuioeThinkingStep *step)
{
  OuioeText id = ouioe_codec_get_step_id (step);

  if (id.str != NULL)
    ouioed_hub_drop_step (self->hub, self->session_id, id.str);
  ouioe_text_clear (&id);
}

static void
drop (OuioedRecording *self, Op *op)
{
  if (op->type == OP_STEP)
    drop_open_step (self, op->step);
  self->n_dropped++;
  self->n_untold++;
  op_done (self, op);
}

/* ---- trouble ---- */

static gboolean
on_retry (gpointer user_data)
{
  OuioedRecording *self = user_data;

  self->retry = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* Gives up all steps and updates; what creates and ends the session stays. */
static void
give_up_events (OuioedRecording *self)
{
  for (GList *l = self->waiting.head, *next; l != NULL; l = next)
    {
      next = l->next;
      if (is_event (l->data))
        {
          drop (self, l->data);
          g_queue_delete_link (&self->waiting, l);
        }
    }
}

/* What was refused goes to the front again, in its order, and is tried later. */
static void
try_later (OuioedRecording *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean late;

  while (self->refused.length > 0)
    g_queue_push_head (&self->waiting, g_queue_pop_tail (&self->refused));
  if (self->failing_us == 0)
    self->failing_us = now_us;
  late = now_us - self->failing_us > OUIOED_RECORDING_PATIENCE_US;
  if (late)
    give_up_events (self);
  if (self->retry == 0)
    self->retry = g_timeout_add (late ? RETRY_LATE_MS : RETRY_MS, on_retry, self);
}

/* The session is not there, or will not be: what was for it goes, up to the next creation. */
static void
die (OuioedRecording *self, const GError *error)
{
  if (!self->is_dead)
    g_message ("Session “%s” of a model's call cannot be written: %s", self->session_id, error->message);
  self->is_dead = TRUE;
  self->is_open = FALSE;
}

static gboolean
is_passing (const GError *error)
{
  return g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_BUSY)
         || g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
}

/* ---- answers of the hub ---- */

/* Takes @op out of what is under way; NULL when the recording has gone. */
static OuioedRecording *
come_back (Op *op)
{
  OuioedRecording *self = op->recording;

  if (self == NULL)
    op_free (op);
  else
    g_queue_remove (&self->in_flight, op);
  return self;
}

static void
take_result (OuioedRecording *self, Op *op, const GError *error)
{
  if (error == NULL)
    {
      self->failing_us = 0;
      op_done (self, op);
    }
  else if (is_passing (error))
    g_queue_push_tail (&self->refused, op);
  else
    {
      die (self, error);
      if (is_event (op))
        drop (self, op);
      else
        op_done (self, op);
    }

  if (self->in_flight.length == 0 && self->refused.length > 0)
    try_later (self);
  else if (self->refused.length == 0)
    pump (self);
}

static void
append_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  OuioedRecording *self;

  ouioed_hub_append_finish (OUIOED_HUB (source), result, &receipt, &error);
  self = come_back (user_data);
  if (self != NULL)
    take_result (self, user_data, error);
}

static void
create_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  OuioedRecording *self;

  ouioed_hub_create_finish (OUIOED_HUB (source), result, &receipt, &error);
  self = come_back (user_data);
  if (self == NULL)
    return;

  self->is_foreign = g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS);
  if (self->is_foreign)
    g_clear_error (&error);
  if (error == NULL)
    {
      self->is_open = TRUE;
      self->is_dead = FALSE;
      self->funcs->opened (self, self->user_data);
    }
  take_result (self, user_data, error);
}

static void
close_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  OuioedRecording *self;

  ouioed_hub_close_finish (OUIOED_HUB (source), result, &receipt, &error);
  self = come_back (user_data);
  if (self == NULL)
    return;

  if (!is_passing (error))
    {
      self->is_open = FALSE;
      g_clear_error (&error);   /* somebody else closed it, or it was forgotten: it has ended */
    }
  take_result (self, user_data, error);
}

/* ---- what is next ---- */

static void
send_create (OuioedRecording *self, Op *op)
{
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);

  request->session_id = g_ref_string_new (self->session_id);
  request->user_id = g_strdup (op->word);
  request->config = ouioed_hub_get_limits (self->hub)->defaults;
  request->config.debug_mode = TRUE;
  request->config.progress_updates = TRUE;
  request->config.update_threshold_us = 0;
  request->context = ouioe_thinking_context_ref (op->context);
  ouioed_hub_create_async (self->hub, request, NULL, create_done_cb, op);
}

static void
send (OuioedRecording *self, Op *op)
{
  op->recording = self;
  g_queue_push_tail (&self->in_flight, op);
  switch (op->type)
    {
    case OP_CREATE:
      send_create (self, op);
      return;
    case OP_CLOSE:
      ouioed_hub_close_async (self->hub, self->session_id, op->word, NULL, close_done_cb, op);
      return;
    case OP_STEP:
    case OP_UPDATE:
      ouioed_hub_append_async (self->hub, self->session_id, op->step, op->update, NULL, append_done_cb, op);
      return;
    case OP_KEEP:
    default:
      g_assert_not_reached ();
    }
}

/* Before the session ends, what is missing in it is told. */
static void
tell_dropped (OuioedRecording *self)
{
  g_autofree char *message = NULL;
  Op *op;

  if (self->n_untold == 0 || self->is_dead)
    return;
  message = g_strdup_printf ("%" G_GUINT64_FORMAT " steps and updates are missing here: they could not be stored.",
                             self->n_untold);
  self->n_untold = 0;
  op = g_new0 (Op, 1);
  op->type = OP_UPDATE;
  op->update = ouioe_progress_update_new ("warning", message, -1, NULL, NULL);
  g_queue_push_head (&self->waiting, op);
}

/* FALSE: it has to wait for what is under way. */
static gboolean
handle (OuioedRecording *self, Op *op)
{
  if (op->type == OP_CREATE ? self->in_flight.length > 0
      : op->type == OP_CLOSE || op->type == OP_KEEP ? self->in_flight.length > 0
      : self->in_flight.length >= MAX_IN_FLIGHT)
    return FALSE;

  if (op->type == OP_CLOSE && self->n_untold > 0 && !self->is_dead && self->failing_us == 0)
    {
      tell_dropped (self);
      return TRUE;
    }
  g_queue_pop_head (&self->waiting);
  if (op->type == OP_KEEP)
    {
      if (self->is_open)
        ouioed_hub_set_generation (self->hub, self->session_id, g_steal_pointer (&op->generation), TRUE);
      op_done (self, op);
    }
  else if (self->is_dead && op->type != OP_CREATE)
    {
      if (is_event (op))
        drop (self, op);
      else
        op_done (self, op);
    }
  else if (op->type == OP_CLOSE && self->is_foreign)
    {
      self->is_foreign = FALSE;
      self->is_open = FALSE;
      op_done (self, op);
    }
  else
    send (self, op);
  return TRUE;
}

static void
pump (OuioedRecording *self)
{
  Op *op;

  if (self->retry != 0 || self->refused.length > 0)
    return;
  while ((op = g_queue_peek_head (&self->waiting)) != NULL && handle (self, op))
    ;
  if (self->waiting.length == 0 && self->in_flight.length == 0 && self->n_calls == 0)
    self->funcs->idle (self, self->user_data);
}

/* ---- what the recorder gives ---- */

OuioedRecording *
ouioed_recording_new (OuioedHub *hub, const char *session_id, const OuioedRecordingFuncs *funcs, gpointer user_data)
{
  OuioedRecording *self = g_new0 (OuioedRecording, 1);

  self->hub = g_object_ref (hub);
  self->session_id = g_strdup (session_id);
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}

void
ouioed_recording_free (OuioedRecording *self)
{
  for (GList *l = self->in_flight.head; l != NULL; l = l->next)
    ((Op *) l->data)->recording = NULL;
  g_queue_clear (&self->in_flight);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) op_free);
  g_queue_clear_full (&self->refused, (GDestroyNotify) op_free);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_object_unref (self->hub);
  g_free (self->session_id);
  g_free (self);
}

const char *
ouioed_recording_get_id (OuioedRecording *self)
{
  return self->session_id;
}

gboolean
ouioed_recording_is_open (OuioedRecording *self)
{
  return self->is_open;
}

guint64
ouioed_recording_get_n_dropped (OuioedRecording *self)
{
  return self->n_dropped;
}

void
ouioed_recording_begin (OuioedRecording *self, const char *user_id, OuioeThinkingContext *context)
{
  Op *op;

  if (self->n_calls++ > 0)
    return;
  op = g_new0 (Op, 1);
  op->type = OP_CREATE;
  op->word = g_strdup (user_id);
  op->context = ouioe_thinking_context_ref (context);
  g_queue_push_tail (&self->waiting, op);
  pump (self);
}

void
ouioed_recording_add (OuioedRecording *self, OuioeThinkingStep *step, OuioeProgressUpdate *update)
{
  Op *op = g_new0 (Op, 1);

  op->type = step != NULL ? OP_STEP : OP_UPDATE;
  op->step = step != NULL ? ouioe_thinking_step_ref (step) : NULL;
  op->update = update != NULL ? ouioe_progress_update_ref (update) : NULL;
  op->bytes = sizeof *op + (step != NULL ? step->content.len + step->context_used.len : update->message.len);
  self->bytes += op->bytes;
  if (self->waiting.length >= OUIOED_RECORDING_MAX_QUEUE || self->bytes > OUIOED_RECORDING_MAX_BYTES)
    {
      drop (self, op);
      return;
    }
  g_queue_push_tail (&self->waiting, op);
  pump (self);
}

void
ouioed_recording_end (OuioedRecording *self, const char *outcome, OuioeGeneration *generation)
{
  Op *op = g_new0 (Op, 1);

  g_return_if_fail (self->n_calls > 0);

  op->type = OP_KEEP;
  op->generation = generation;
  g_queue_push_tail (&self->waiting, op);
  if (--self->n_calls == 0)
    {
      op = g_new0 (Op, 1);
      op->type = OP_CLOSE;
      op->word = g_strdup (outcome);
      g_queue_push_tail (&self->waiting, op);
    }
  pump (self);
}
