/* ouioed-recorder-read.c - reads what is asked, without holding up the main context
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request may have eight megabytes, of pictures or of a long conversation, which take a tenth of a second and more to read.
 */
#include "config.h"

#include "ouioed-recorder-private.h"

struct _OuioedReading
{
  OuioedTurn        *turn;       /* main context; NULL: it has gone */
  OuioedRequestKind  kind;
  GByteArray        *body;
};

static void
reading_free (gpointer data)
{
  OuioedReading *reading = data;

  g_byte_array_unref (reading->body);
  g_free (reading);
}

static void
read_on_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  OuioedReading *reading = data;

  g_task_return_pointer (task, ouioed_request_read (reading->kind, (const char *) reading->body->data, reading->body->len),
                         (GDestroyNotify) ouioed_request_free);
}

static void
read_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OuioedReading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr(OuioedRequest) request = g_task_propagate_pointer (G_TASK (result), NULL);
  OuioedTurn *turn = reading->turn;

  if (turn == NULL)
    return;
  turn->reading = NULL;
  ouioed_turn_begin (turn, g_steal_pointer (&request));
  ouioed_call_go_on (turn->call);
}

void
ouioed_turn_read (OuioedTurn *turn, GByteArray *body)
{
  g_autoptr(GTask) task = NULL;

  if (body->len <= OUIOED_RECORDER_QUICK_BYTES)
    {
      ouioed_turn_begin (turn, ouioed_request_read (turn->kind, (const char *) body->data, body->len));
      return;
    }
  turn->reading = g_new0 (OuioedReading, 1);
  turn->reading->turn = turn;
  turn->reading->kind = turn->kind;
  turn->reading->body = g_byte_array_ref (body);
  ouioed_call_hold (turn->call);
  task = g_task_new (NULL, NULL, read_done_cb, NULL);
  g_task_set_task_data (task, turn->reading, reading_free);
  g_task_run_in_thread (task, read_on_thread);
}

void
ouioed_turn_cancel_read (OuioedTurn *turn)
{
  if (turn->reading != NULL)
    turn->reading->turn = NULL;
  turn->reading = NULL;
}
