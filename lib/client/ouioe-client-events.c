/* ouioe-client-events.c - the history of a session, and events in bulk as JSON
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What programs need that copy sessions: events go in and out as they are stored, and whatever changes something can be
 * given an idempotency key that outlives the program.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-client-private.h"
#include "ouioe-codec.h"
#include "ouioe-question.h"

/* So that a result is only given to the function that belongs to its call. */
static const char read_tag[] = "read-events";
static const char append_tag[] = "append-events";
static const char create_tag[] = "create-session-from-json";
static const char close_tag[] = "close-session-with-key";

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  GBytes *answer = ouioe_request_send_finish (SOUP_SESSION (source), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify) g_bytes_unref);
}

static gboolean
can_ask (OuioeClient *self, GError **error)
{
  return ouioe_address_check (ouioe_client_peek_address (self), error);
}

/* @request: (transfer full) (nullable); then @error says why: (transfer full) (nullable) */
static void
ask_async (OuioeClient *self, const char *tag, OuioeRequest *request, GError *error, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, (gpointer) tag);
  if (request == NULL)
    g_task_return_error (task, error);
  else
    ouioe_request_send_async (ouioe_client_peek_session (self), ouioe_client_peek_address (self), request, cancellable,
                              answered_cb, g_steal_pointer (&task));
}

static GBytes *
ask_finish (const char *tag, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* @request: (transfer full) (nullable) */
static GBytes *
ask (OuioeClient *self, OuioeRequest *request, GCancellable *cancellable, GError **error)
{
  if (request == NULL)
    return NULL;
  return ouioe_request_send (ouioe_client_peek_session (self), ouioe_client_peek_address (self), request, cancellable,
                             error);
}

/* ---- history ---- */

static void
set_not_events (GError **error)
{
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service answered something else than events"));
}

/* @answer: (transfer full) (nullable): a page, its head first. Ids that do not rise are refused. */
static GPtrArray *
take_events (GBytes *answer, gboolean *has_more, gboolean *lost, GError **error)
{
  g_autoptr(GBytes) page = answer;
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  g_autoptr(json_t) head = NULL;
  OuioeEventId before = { 0 };
  const char *line, *end;
  gsize len;

  if (page == NULL)
    return NULL;
  line = g_bytes_get_data (page, &len);
  end = line + len;
  for (gboolean is_head = TRUE; line < end; is_head = FALSE)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));
      OuioeEvent *event;

      if (stop == NULL)
        {
          set_not_events (error);
          return NULL;
        }
      if (is_head)
        head = json_loadb (line, (gsize) (stop - line), 0, NULL);
      else
        {
          event = ouioe_event_new_from_json (line, stop - line, NULL);
          if (event == NULL || ouioe_event_id_compare (*ouioe_event_get_id (event), before) <= 0)
            {
              g_clear_pointer (&event, ouioe_event_unref);
              set_not_events (error);
              return NULL;
            }
          before = *ouioe_event_get_id (event);
          g_ptr_array_add (events, event);
        }
      line = stop + 1;
    }
  if (has_more != NULL)
    *has_more = events->len > 0 && json_is_true (json_object_get (head, "has_more"));
  if (lost != NULL)
    *lost = json_is_true (json_object_get (head, "lost"));
  return g_steal_pointer (&events);
}

static OuioeRequest *
read_request (OuioeClient *self, const char *session_id, const OuioeEventId *after, guint limit, GError **error)
{
  if (!can_ask (self, error))
    return NULL;
  return ouioe_question_events (ouioe_client_peek_address (self), session_id, after, limit);
}

/**
 * ouioe_client_read_events_async:
 * @self: a client
 * @session_id: the session, open or closed
 * @after: (nullable): the event behind which to begin; %NULL for everything that is retained
 * @limit: at most so many events, up to 1000; 0 for as many as one answer holds
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Reads a page of what a session told.
 */
void
ouioe_client_read_events_async (OuioeClient *self, const char *session_id, const OuioeEventId *after, guint limit,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  OuioeRequest *request;

  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  request = read_request (self, session_id, after, limit, &error);
  ask_async (self, read_tag, request, error, cancellable, callback, user_data);
}

/**
 * ouioe_client_read_events_finish:
 * @self: a client
 * @result: what the callback got
 * @has_more: (out) (optional): whether there are others behind the last of these
 * @lost: (out) (optional): whether events behind the one to begin behind are no longer kept
 * @error: return location for an error
 *
 * Ends ouioe_client_read_events_async().
 *
 * Returns: (transfer container) (nullable) (element-type OuioeEvent): the events, in their order; the array lets go of
 *   them
 */
GPtrArray *
ouioe_client_read_events_finish (OuioeClient *self, GAsyncResult *result, gboolean *has_more, gboolean *lost,
                                 GError **error)
{
  return take_events (ask_finish (read_tag, result, error), has_more, lost, error);
}

/**
 * ouioe_client_read_events:
 * @self: a client
 * @session_id: the session, open or closed
 * @after: (nullable): the event behind which to begin; %NULL for everything that is retained
 * @limit: at most so many events, up to 1000; 0 for as many as one answer holds
 * @has_more: (out) (optional): whether there are others behind the last of these
 * @lost: (out) (optional): whether events behind @after are no longer kept
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Reads a page of what a session told; blocks until the daemon has answered. For the next page give the id of the last
 * event.
 *
 * Returns: (transfer container) (nullable) (element-type OuioeEvent): the events, in their order; the array lets go of
 *   them
 */
GPtrArray *
ouioe_client_read_events (OuioeClient *self, const char *session_id, const OuioeEventId *after, guint limit,
                          gboolean *has_more, gboolean *lost, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  return take_events (ask (self, read_request (self, session_id, after, limit, error), cancellable, error), has_more,
                      lost, error);
}

/* ---- bulk ---- */

static OuioeRequest *
append_request (OuioeClient *self, const char *const *lines, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new ();

  for (gsize i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (list, (gpointer) lines[i]);
  if (!can_ask (self, error))
    return NULL;
  return ouioe_question_bulk (ouioe_client_peek_address (self), list);
}

/* @answer: (transfer full) (nullable) */
static char **
take_answers (GBytes *answer)
{
  g_autoptr(GBytes) owned = answer;
  g_autofree char *text = NULL;
  gsize len;
  const char *data;

  if (owned == NULL)
    return NULL;
  data = g_bytes_get_data (owned, &len);
  if (len > 0 && data[len - 1] == '\n')
    len--;
  text = g_strndup (data, len);
  return g_strsplit (text, "\n", -1);
}

/**
 * ouioe_client_append_events_async:
 * @self: a client
 * @lines: (array zero-terminated=1): thinking steps and progress updates of any sessions, a JSON object each; at most 10 000
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Adds many events at once.
 */
void
ouioe_client_append_events_async (OuioeClient *self, const char *const *lines, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  OuioeRequest *request;

  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (lines != NULL);

  request = append_request (self, lines, &error);
  ask_async (self, append_tag, request, error, cancellable, callback, user_data);
}

/**
 * ouioe_client_append_events_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_append_events_async().
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): what became of the lines, a JSON object each, in their
 *   order
 */
char **
ouioe_client_append_events_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return take_answers (ask_finish (append_tag, result, error));
}

/**
 * ouioe_client_append_events:
 * @self: a client
 * @lines: (array zero-terminated=1): thinking steps and progress updates of any sessions, a JSON object each; at most 10 000
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Adds many events at once; blocks until the daemon has answered. A line has the members that
 * ouioe_event_get_json() has, so that what was read can be added again; with a member `idempotency_key` it is added
 * once, however often it is given. Each line is taken or refused by itself: the answers have the members `status`, which is
 * that of HTTP, then `id`, or `error` with a `detail`.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): what became of the lines, a JSON object each, in their
 *   order
 */
char **
ouioe_client_append_events (OuioeClient *self, const char *const *lines, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);
  g_return_val_if_fail (lines != NULL, NULL);

  return take_answers (ask (self, append_request (self, lines, error), cancellable, error));
}

/* ---- create and close, with a key ---- */

/* @answer: (transfer full) (nullable) */
static gboolean
drop_answer (GBytes *answer)
{
  if (answer == NULL)
    return FALSE;
  g_bytes_unref (answer);
  return TRUE;
}

static OuioeRequest *
create_request (OuioeClient *self, const char *json, const char *key, GError **error)
{
  if (!can_ask (self, error))
    return NULL;
  return ouioe_question_create_from_json (ouioe_client_peek_address (self), json, key, error);
}

/**
 * ouioe_client_create_session_from_json_async:
 * @self: a client
 * @json: what to create: a JSON object with the members of an event of kind `session_start`
 * @idempotency_key: (nullable): 1 to 255 visible ASCII characters; %NULL for one of its own
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Creates a session.
 */
void
ouioe_client_create_session_from_json_async (OuioeClient *self, const char *json, const char *idempotency_key,
                                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  OuioeRequest *request;

  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (json != NULL);

  request = create_request (self, json, idempotency_key, &error);
  ask_async (self, create_tag, request, error, cancellable, callback, user_data);
}

/**
 * ouioe_client_create_session_from_json_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_create_session_from_json_async().
 *
 * Returns: whether the session was created, now or before with the same key
 */
gboolean
ouioe_client_create_session_from_json_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (ask_finish (create_tag, result, error));
}

/**
 * ouioe_client_create_session_from_json:
 * @self: a client
 * @json: what to create: a JSON object with the members of an event of kind `session_start`
 * @idempotency_key: (nullable): 1 to 255 visible ASCII characters; %NULL for one of its own
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Creates a session as another one was; blocks until the daemon has answered. With the same key it is created once, however
 * often it is asked for, as long as the daemon remembers the key.
 *
 * Returns: whether the session was created, now or before with the same key
 */
gboolean
ouioe_client_create_session_from_json (OuioeClient *self, const char *json, const char *idempotency_key,
                                       GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (json != NULL, FALSE);

  return drop_answer (ask (self, create_request (self, json, idempotency_key, error), cancellable, error));
}

static OuioeRequest *
close_request (OuioeClient *self, const char *session_id, const char *outcome, const char *key, GError **error)
{
  if (!can_ask (self, error))
    return NULL;
  return ouioe_question_close (ouioe_client_peek_address (self), session_id, outcome, key);
}

/**
 * ouioe_client_close_session_with_key_async:
 * @self: a client
 * @session_id: the session
 * @outcome: (nullable): how it ended, one word; %NULL for `closed`
 * @idempotency_key: (nullable): 1 to 255 visible ASCII characters; %NULL for one of its own
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Closes a session.
 */
void
ouioe_client_close_session_with_key_async (OuioeClient *self, const char *session_id, const char *outcome,
                                           const char *idempotency_key, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  OuioeRequest *request;

  g_return_if_fail (OUIOE_IS_CLIENT (self));
  g_return_if_fail (session_id != NULL);

  request = close_request (self, session_id, outcome, idempotency_key, &error);
  ask_async (self, close_tag, request, error, cancellable, callback, user_data);
}

/**
 * ouioe_client_close_session_with_key_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_close_session_with_key_async().
 *
 * Returns: whether the session was closed, now or before with the same key
 */
gboolean
ouioe_client_close_session_with_key_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  return drop_answer (ask_finish (close_tag, result, error));
}

/**
 * ouioe_client_close_session_with_key:
 * @self: a client
 * @session_id: the session
 * @outcome: (nullable): how it ended, one word; %NULL for `closed`
 * @idempotency_key: (nullable): 1 to 255 visible ASCII characters; %NULL for one of its own
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Closes a session; blocks until the daemon has answered. A repetition with the same key closes nothing, even when the
 * session was created again since.
 *
 * Returns: whether the session was closed, now or before with the same key
 */
gboolean
ouioe_client_close_session_with_key (OuioeClient *self, const char *session_id, const char *outcome,
                                     const char *idempotency_key, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OUIOE_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (session_id != NULL, FALSE);

  return drop_answer (ask (self, close_request (self, session_id, outcome, idempotency_key, error), cancellable, error));
}
