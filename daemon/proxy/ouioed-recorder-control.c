/* ouioed-recorder-control.c - ending a call, and ending its thinking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only llama-server can be told to end a model's thinking: POST /v1/chat/completions/control with {"id", "action":
 * "reasoning_end"}, when the request had "reasoning_control": true (tools/server/README.md of llama.cpp). The proxy changes
 * no request, so whoever wants this asks for it.
 */
#include "config.h"

#include "ouioed-recorder-private.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_ANSWER 65536
#define TIMEOUT_S  10

/* What is asked of llama-server. */
typedef struct {
  GCancellable *cancellable;   /* of the recorder */
  guint         status;
  char          answer[MAX_ANSWER];
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->cancellable);
  g_free (question);
}

gboolean
ouioed_turn_can_answer_now (OuioedTurn *turn)
{
  return ouioed_call_get_upstream (turn->call)->llamacpp && turn->kind == OUIOED_REQUEST_CHAT
         && turn->request->can_end_thinking && ouioe_transcript_get_response_id (turn->transcript) != NULL
         && ouioe_transcript_get_generation (turn->transcript)->phase == OUIOE_PHASE_THINKING;
}

/* ---- the call of llama-server ---- */

static void
read_answer (GTask *task, guint status, const char *data, gsize len)
{
  json_t *root = json_loadb (data, len, 0, NULL);
  const char *message = json_string_value (json_object_get (root, "message"));
  json_t *error = json_object_get (root, "error");

  if (message == NULL)
    message = json_string_value (json_is_object (error) ? json_object_get (error, "message") : error);
  if (status == SOUP_STATUS_OK && json_is_true (json_object_get (root, "success")))
    g_task_return_boolean (task, TRUE);
  else if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE,
                             "The model server asks for a key, and the proxy keeps none.");
  else
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE, "The model server did not end the thinking: %s",
                             message != NULL ? message
                             : status == SOUP_STATUS_NOT_FOUND ? "it does not know how" : "no reason given");
  json_decref (root);
}

static void
fail (GTask *task, const GError *error)
{
  g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE, "The model server could not be asked: %s",
                           error->message);
}

static void
read_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  Question *question = g_task_get_task_data (task);
  gsize len;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &len, &error))
    read_answer (task, question->status, question->answer, len);
  else
    fail (task, error);
}

static void
send_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  Question *question = g_task_get_task_data (task);

  if (stream == NULL)
    {
      fail (task, error);
      return;
    }
  question->status = soup_message_get_status (soup_session_get_async_result_message (SOUP_SESSION (source), result));
  g_input_stream_read_all_async (stream, question->answer, MAX_ANSWER, G_PRIORITY_DEFAULT, question->cancellable,
                                 read_done_cb, g_steal_pointer (&task));
}

static char *
make_url (const OuioedUpstream *upstream)
{
  gboolean is_v6 = strchr (upstream->host, ':') != NULL;

  return g_strdup_printf ("%s://%s%s%s:%u%s/v1/chat/completions/control", upstream->tls ? "https" : "http", is_v6 ? "[" : "",
                          upstream->host, is_v6 ? "]" : "", upstream->port, upstream->base_path);
}

/* @task: (transfer full) */
static void
answer_now (OuioedTurn *turn, GTask *task)
{
  g_autoptr(SoupSession) session = soup_session_new_with_options ("timeout", TIMEOUT_S, "proxy-resolver", NULL, NULL);
  g_autofree char *url = make_url (ouioed_call_get_upstream (turn->call));
  g_autoptr(SoupMessage) message = soup_message_new (SOUP_METHOD_POST, url);
  json_t *object = json_pack ("{s:s, s:s, s:s*}", "id", ouioe_transcript_get_response_id (turn->transcript),
                              "action", "reasoning_end", "model", turn->request->model);
  g_autoptr(GBytes) body = NULL;
  Question *question = g_new0 (Question, 1);
  char *dump = json_dumps (object, JSON_COMPACT);

  question->cancellable = g_object_ref (turn->recorder->cancellable);
  g_task_set_task_data (task, question, question_free);
  body = g_bytes_new_with_free_func (dump, strlen (dump), free, dump);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, question->cancellable, send_done_cb, task);
  json_decref (object);
}

/* ---- what the hub asks for ---- */

static gboolean
stop (OuioedTalk *talk)
{
  gboolean any = FALSE;

  for (guint i = 0; i < talk->turns->len; i++)
    {
      OuioedTurn *turn = talk->turns->pdata[i];

      turn->is_stopped = TRUE;
      ouioed_call_stop (turn->call);
      any = TRUE;
    }
  return any;
}

static OuioedTurn *
find_thinking (OuioedTalk *talk)
{
  for (guint i = talk->turns->len; i > 0; i--)
    if (ouioed_turn_can_answer_now (talk->turns->pdata[i - 1]))
      return talk->turns->pdata[i - 1];
  return NULL;
}

void
ouioed_recorder_control (const char *session_id, OuioedControl what, GTask *task, gpointer user_data)
{
  OuioedRecorder *self = user_data;
  g_autoptr(GTask) owned = task;
  OuioedTalk *talk = g_hash_table_lookup (self->talks, session_id);
  OuioedTurn *turn;

  if (talk == NULL || talk->turns->len == 0)
    {
      g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE,
                               "No call of a model is under way in this session.");
      return;
    }
  if (what == OUIOED_CONTROL_STOP)
    {
      g_task_return_boolean (task, stop (talk));
      return;
    }

  turn = find_thinking (talk);
  if (turn == NULL)
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE,
                             "The thinking cannot be ended: only llama-server can be told so, while it thinks, and only when "
                             "the request has \"reasoning_control\": true.");
  else
    answer_now (turn, g_steal_pointer (&owned));
}
