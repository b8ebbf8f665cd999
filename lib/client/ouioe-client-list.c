/* ouioe-client-list.c - all sessions of the daemon, page by page
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-client-private.h"

#include <glib/gi18n-lib.h>

#include "ouioe-codec.h"
#include "ouioe-question.h"
#include "ouioe-session-private.h"

/* So that a result is only given to the function that belongs to its call. */
static const char list_tag[] = "list";

/* A list under way: data of the task. */
typedef struct {
  char             *user_id;    /* NULL: of all users */
  OuioeSessionState state;      /* 0: in all states */
  GPtrArray        *sessions;   /* OuioeSession, those of the pages so far */
} Listing;

static Listing *
listing_new (const char *user_id, OuioeSessionState state)
{
  Listing *self = g_new0 (Listing, 1);

  self->user_id = g_strdup (user_id);
  self->state = state;
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

static void
listing_free (Listing *self)
{
  g_free (self->user_id);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

/* The request for the page that follows what is there. */
static OuioeRequest *
next_request (Listing *self, OuioeAddress *address)
{
  const char *before = NULL;

  if (self->sessions->len > 0)
    before = ouioe_session_get_id (self->sessions->pdata[self->sessions->len - 1]);
  return ouioe_question_list (address, self->user_id, self->state, before);
}

/* Takes one page. @has_more (out): there is another one. */
static gboolean
take_page (Listing *self, GBytes *answer, gboolean *has_more, GError **error)
{
  gsize len;
  const char *data = g_bytes_get_data (answer, &len);
  json_error_t where;
  g_autoptr(json_t) page = json_loadb (data, len, JSON_ALLOW_NUL, &where);
  json_t *rows = json_object_get (page, "sessions");
  size_t i;
  json_t *row;

  if (!json_is_array (rows))
    {
      if (page == NULL)
        g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent a list of sessions that is none: %s"),
                     where.text);
      else
        g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent a list of sessions that is none"));
      return FALSE;
    }
  json_array_foreach (rows, i, row)
    {
      OuioeSession *session = ouioe_session_new_from_json (row, error);

      if (session == NULL)
        return FALSE;
      g_ptr_array_add (self->sessions, session);
    }
  /* An empty page that promises more would never end. */
  *has_more = json_array_size (rows) > 0 && json_is_true (json_object_get (page, "has_more"));
  return TRUE;
}

static void ask_for_page (GTask *task);

static void
list_page_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  Listing *listing = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GBytes) answer = ouioe_request_send_finish (SOUP_SESSION (source), result, &error);
  gboolean has_more;

  if (answer == NULL || !take_page (listing, answer, &has_more, &error))
    g_task_return_error (task, error);
  else if (has_more)
    ask_for_page (task);
  else
    g_task_return_pointer (task, g_steal_pointer (&listing->sessions), (GDestroyNotify) g_ptr_array_unref);
}

static void
ask_for_page (GTask *task)
{
  OuioeClient *self = g_task_get_source_object (task);
  OuioeAddress *address = ouioe_client_peek_address (self);

  ouioe_request_send_async (ouioe_client_peek_session (self), address,
                            next_request (g_task_get_task_data (task), address), g_task_get_cancellable (task),
                            list_page_came_cb, g_object_ref (task));
}

/**
 * ouioe_client_list_sessions_async:
 * @self: a client
 * @user_id: (nullable): only sessions of this user; %NULL for all
 * @state: only sessions in this state; %OUIOE_SESSION_ANY for all
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Lists sessions.
 */
void
ouioe_client_list_sessions_async (OuioeClient *self, const char *user_id, OuioeSessionState state,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (OUIOE_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, (gpointer) list_tag);
  g_task_set_task_data (task, listing_new (user_id, state), (GDestroyNotify) listing_free);
  if (!ouioe_address_check (ouioe_client_peek_address (self), &error))
    g_task_return_error (task, error);
  else
    ask_for_page (task);
}

/**
 * ouioe_client_list_sessions_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends ouioe_client_list_sessions_async().
 *
 * Returns: (transfer container) (nullable) (element-type OuioeSession): the sessions, newest first; the array lets
 *   go of them
 */
GPtrArray *
ouioe_client_list_sessions_finish (OuioeClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) list_tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ouioe_client_list_sessions:
 * @self: a client
 * @user_id: (nullable): only sessions of this user; %NULL for all
 * @state: only sessions in this state; %OUIOE_SESSION_ANY for all
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Lists sessions; blocks until the daemon has answered.
 *
 * Returns: (transfer container) (nullable) (element-type OuioeSession): the sessions, newest first; the array lets
 *   go of them
 */
GPtrArray *
ouioe_client_list_sessions (OuioeClient *self, const char *user_id, OuioeSessionState state, GCancellable *cancellable,
                            GError **error)
{
  OuioeAddress *address;
  g_autoptr(Listing) listing = NULL;
  gboolean has_more = TRUE;

  g_return_val_if_fail (OUIOE_IS_CLIENT (self), NULL);

  address = ouioe_client_peek_address (self);
  if (!ouioe_address_check (address, error))
    return NULL;
  listing = listing_new (user_id, state);
  while (has_more)
    {
      g_autoptr(GBytes) answer = ouioe_request_send (ouioe_client_peek_session (self), address,
                                                     next_request (listing, address), cancellable, error);

      if (answer == NULL || !take_page (listing, answer, &has_more, error))
        return NULL;
    }
  return g_steal_pointer (&listing->sessions);
}
