/* ouioed-acceptor.c - connections while nobody owns them: limits, deadlines, idle ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-acceptor-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define FIRST_READ_BYTES 16384
#define WATCH_EVENTS     (EPOLLIN | EPOLLRDHUP | EPOLLONESHOT)

typedef struct {
  GSource         source;
  OuioedAcceptor *acceptor;
} WaitingSource;

static OuioedConnection *
connection_of_watch (OuioedWatch *watch)
{
  return (OuioedConnection *) ((char *) watch - G_STRUCT_OFFSET (OuioedConnection, watch));
}

static OuioedConnection *
connection_of_deadline (OuioedDeadline *deadline)
{
  return (OuioedConnection *) ((char *) deadline - G_STRUCT_OFFSET (OuioedConnection, deadline));
}

char *
ouioed_problem_answer (guint status, const char *title, const char *code, const char *detail, const char *headers)
{
  g_autofree char *body = g_strdup_printf ("{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\","
                                           "\"code\":\"%s\"}", title, status, detail, code);

  return g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
                          "%sConnection: close\r\n\r\n%s",
                          status, title, strlen (body), headers != NULL ? headers : "", body);
}

/* Gives @connection, which was held here, to the owner. */
static void
acceptor_hand_out (OuioedAcceptor *self, OuioedConnection *connection)
{
  connection->n_requests++;
  ouioed_connection_set_state (connection, OUIOED_CONNECTION_HEAD);
  self->ready (connection, self->user_data);
  g_object_unref (connection);
}

static void
acceptor_drop (OuioedConnection *connection)
{
  ouioed_connection_abort (connection);
  g_object_unref (connection);
}

/* A request begins with what is unread: whose is it? */
static void
acceptor_decide (OuioedAcceptor *self, OuioedConnection *connection)
{
  GByteArray *unread = connection->unread;
  int claims = self->claim == NULL || unread == NULL
               ? FALSE : self->claim->claims ((const char *) unread->data + connection->unread_at,
                                              unread->len - connection->unread_at);

  if (claims < 0 && !connection->is_undecided)
    ouioed_connection_set_state (connection, OUIOED_CONNECTION_HEAD);    /* its time runs from here */
  connection->is_undecided = claims < 0;
  if (claims < 0)
    {
      ouioed_acceptor_watch (self, connection);
      return;
    }
  if (claims == FALSE)
    {
      acceptor_hand_out (self, connection);
      return;
    }
  self->claim->take (connection, NULL, self->claim_data);
  g_object_unref (connection);
}

/* Behind what is there already. */
static void
append_unread (OuioedConnection *connection, const guint8 *data, gsize len)
{
  if (connection->unread == NULL)
    ouioed_connection_unread (connection, data, len);
  else
    g_byte_array_append (connection->unread, data, len);
}

/* An idle connection has something to say. It is read here: the owner finds it without another system call. */
static void
on_idle_event (OuioedWatch *watch, guint32 events)
{
  OuioedConnection *connection = connection_of_watch (watch);
  OuioedAcceptor *self = connection->acceptor;
  guint8 buffer[FIRST_READ_BYTES];
  gssize n = recv (connection->fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR) && (events & (EPOLLHUP | EPOLLERR)) == 0)
    {
      ouioed_poller_modify (self->poller, watch, WATCH_EVENTS);
      return;
    }
  if (n <= 0)
    {
      acceptor_drop (connection);
      return;
    }

  append_unread (connection, buffer, n);
  acceptor_decide (self, connection);
}

/* Idle from here on: the watch waits for the first byte. Takes the reference. */
void
ouioed_acceptor_watch (OuioedAcceptor *self, OuioedConnection *connection)
{
  g_autoptr(GError) error = NULL;

  if (!connection->is_undecided)
    ouioed_connection_set_state (connection, OUIOED_CONNECTION_IDLE);
  if (connection->watch.fd >= 0)
    {
      ouioed_poller_modify (self->poller, &connection->watch, WATCH_EVENTS);
      return;
    }
  if (!ouioed_poller_add (self->poller, &connection->watch, connection->fd, WATCH_EVENTS, on_idle_event, &error))
    {
      g_warning ("cannot watch %s: %s", ouioed_connection_get_peer (connection), error->message);
      acceptor_drop (connection);
    }
}

/* From here on @fd is one of ours. */
OuioedConnection *
ouioed_acceptor_add (OuioedAcceptor *self, int fd, const struct sockaddr_storage *address, socklen_t address_len,
                     gboolean is_public)
{
  OuioedConnection *connection = ouioed_connection_new (self, fd, address, address_len);

  connection->is_public = is_public;
  g_queue_push_tail_link (&self->all, &connection->link);
  ouioed_deadlines_add (self->deadlines, &connection->deadline);
  self->n_by_state[connection->state]++;
  return connection;
}

static gint64
acceptor_deadline (OuioedAcceptor *self, OuioedConnection *connection)
{
  gint64 now = g_get_monotonic_time ();

  switch (connection->state)
    {
    case OUIOED_CONNECTION_IDLE:
      return now + (connection->n_requests == 0 ? self->limits.head_timeout_us : self->limits.idle_timeout_us);
    case OUIOED_CONNECTION_HEAD:
      return now + self->limits.head_timeout_us;
    case OUIOED_CONNECTION_BODY:
      return now + self->limits.body_timeout_us;
    case OUIOED_CONNECTION_RESPONSE:
      return connection->is_write_blocked ? now + self->limits.response_timeout_us : OUIOED_DEADLINE_NEVER;
    case OUIOED_CONNECTION_CLOSING:
    case OUIOED_CONNECTION_TAKEN:
    default:
      return OUIOED_DEADLINE_NEVER;
    }
}

static void
on_deadline (OuioedDeadline *deadline, gint64 now, gpointer user_data)
{
  OuioedAcceptor *self = user_data;
  g_autoptr(OuioedConnection) connection = g_object_ref (connection_of_deadline (deadline));
  gboolean is_idle = connection->state == OUIOED_CONNECTION_IDLE;
  gboolean is_new = is_idle && connection->n_requests == 0;
  gboolean is_undecided = connection->is_undecided;

  if (connection->state == OUIOED_CONNECTION_HEAD || is_new)
    {
      self->metrics.head_timeouts++;
      ouioed_connection_refuse_problem (connection, 408, "Request Timeout", "request-timeout",
                                        "The head of the request took too long");
    }
  else if (connection->state == OUIOED_CONNECTION_BODY)
    {
      self->metrics.body_timeouts++;
      ouioed_connection_refuse_problem (connection, 408, "Request Timeout", "request-timeout",
                                        "The body of the request took too long");
    }
  else
    {
      if (is_idle)
        self->metrics.idle_timeouts++;
      ouioed_connection_abort (connection);
    }
  if (is_idle || is_undecided)
    g_object_unref (connection);
}

void
ouioed_acceptor_state_changed (OuioedAcceptor *self, OuioedConnection *connection, OuioedConnectionState before)
{
  self->n_by_state[before]--;
  self->n_by_state[connection->state]++;
  ouioed_deadlines_set (self->deadlines, &connection->deadline, acceptor_deadline (self, connection));
}

void
ouioed_acceptor_write_blocked (OuioedAcceptor *self, OuioedConnection *connection, gboolean blocked)
{
  connection->is_write_blocked = blocked;
  if (connection->state == OUIOED_CONNECTION_RESPONSE)
    ouioed_deadlines_set (self->deadlines, &connection->deadline, acceptor_deadline (self, connection));
}

void
ouioed_acceptor_head_too_large (OuioedAcceptor *self, OuioedConnection *connection)
{
  self->metrics.head_too_large++;
  ouioed_connection_refuse_problem (connection, 431, "Request Header Fields Too Large", "header-too-large",
                                    "The head of the request is larger than the server accepts");
}

gsize
ouioed_acceptor_get_max_head (OuioedAcceptor *self)
{
  return self->limits.max_head_bytes;
}

void
ouioed_acceptor_linger (OuioedAcceptor *self, int fd)
{
  ouioed_linger_close (self->linger, fd);
}

/* The descriptor of @connection is about to go. */
void
ouioed_acceptor_forget (OuioedAcceptor *self, OuioedConnection *connection)
{
  ouioed_poller_remove (self->poller, &connection->watch);
  ouioed_deadlines_remove (self->deadlines, &connection->deadline);
  g_queue_unlink (&self->all, &connection->link);
  self->n_by_state[connection->state]--;
  connection->acceptor = NULL;
}

static gboolean
waiting_prepare (GSource *source, int *timeout)
{
  *timeout = -1;

  return ((WaitingSource *) source)->acceptor->waiting.length > 0;
}

static gboolean
waiting_check (GSource *source)
{
  return ((WaitingSource *) source)->acceptor->waiting.length > 0;
}

/* As many as there are now: one that pipelines for ever takes turns with the others. */
static gboolean
waiting_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OuioedAcceptor *self = ((WaitingSource *) source)->acceptor;

  for (guint n = self->waiting.length; n > 0 && self->waiting.length > 0; n--)
    {
      OuioedConnection *connection = g_queue_pop_head_link (&self->waiting)->data;

      connection->is_waiting = FALSE;
      if (connection->fd < 0)
        g_object_unref (connection);
      else
        acceptor_decide (self, connection);
    }

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs waiting_funcs = { waiting_prepare, waiting_check, waiting_dispatch, NULL, NULL, NULL };

OuioedAcceptor *
ouioed_acceptor_new (OuioedPoller *poller, const OuioedAcceptorLimits *limits, OuioedReadyFunc ready,
                     gpointer user_data)
{
  OuioedAcceptor *self = g_new0 (OuioedAcceptor, 1);

  self->poller = poller;
  self->limits = *limits;
  self->ready = ready;
  self->user_data = user_data;
  self->deadlines = ouioed_deadlines_new (on_deadline, self);
  self->linger = ouioed_linger_new (poller);
  self->listeners = g_ptr_array_new_with_free_func (ouioed_listener_free);
  self->waiting_source = g_source_new (&waiting_funcs, sizeof (WaitingSource));
  ((WaitingSource *) self->waiting_source)->acceptor = self;
  g_source_set_static_name (self->waiting_source, "ouioed-acceptor");
  g_source_attach (self->waiting_source, g_main_context_get_thread_default ());

  return self;
}

void
ouioed_acceptor_free (OuioedAcceptor *self)
{
  ouioed_acceptor_stop (self);
  while (self->all.head != NULL)
    ouioed_connection_abort (self->all.head->data);
  g_source_destroy (self->waiting_source);
  g_source_unref (self->waiting_source);
  ouioed_linger_free (self->linger);
  ouioed_deadlines_free (self->deadlines);
  g_ptr_array_unref (self->listeners);
  g_free (self);
}

void
ouioed_acceptor_set_limits (OuioedAcceptor *self, const OuioedAcceptorLimits *limits)
{
  self->limits = *limits;
}

void
ouioed_acceptor_set_claim (OuioedAcceptor *self, const OuioedClaimFuncs *funcs, gpointer user_data)
{
  self->claim = funcs;
  self->claim_data = user_data;
}

void
ouioed_acceptor_give_back (OuioedAcceptor *self, int fd, GBytes *unread, gboolean is_public)
{
  struct sockaddr_storage address = { 0 };
  socklen_t len = sizeof address;
  OuioedConnection *connection;
  gsize unread_len = 0;
  gconstpointer data = unread != NULL ? g_bytes_get_data (unread, &unread_len) : NULL;

  if (self->is_stopped || getpeername (fd, (struct sockaddr *) &address, &len) < 0)
    {
      close (fd);
      return;
    }
  if (address.ss_family != AF_UNIX)
    ouioed_acceptor_set_options (self, fd);
  connection = ouioed_acceptor_add (self, fd, &address, len, is_public);
  connection->n_requests = 1;
  ouioed_connection_unread (connection, data, unread_len);
  ouioed_connection_set_state (connection, OUIOED_CONNECTION_RESPONSE);
  ouioed_acceptor_park (self, connection);
  g_object_unref (connection);
}

void
ouioed_acceptor_start (OuioedAcceptor *self)
{
  self->is_started = TRUE;
  if (self->pause == NULL)
    ouioed_acceptor_set_accepting (self, TRUE);
}

void
ouioed_acceptor_stop (OuioedAcceptor *self)
{
  GList *next;

  self->is_stopped = TRUE;
  g_ptr_array_set_size (self->listeners, 0);
  if (self->pause != NULL)
    {
      g_source_destroy (self->pause);
      g_clear_pointer (&self->pause, g_source_unref);
    }

  while (self->waiting.length > 0)
    {
      OuioedConnection *connection = g_queue_pop_head_link (&self->waiting)->data;

      connection->is_waiting = FALSE;
      acceptor_drop (connection);
    }
  for (GList *link = self->all.head; link != NULL; link = next)
    {
      OuioedConnection *connection = link->data;

      next = link->next;
      if (connection->state == OUIOED_CONNECTION_IDLE || connection->is_undecided)
        acceptor_drop (connection);
    }
}

void
ouioed_acceptor_park (OuioedAcceptor *self, OuioedConnection *connection)
{
  g_return_if_fail (!connection->is_waiting && connection->state != OUIOED_CONNECTION_IDLE);

  if (connection->fd < 0)
    return;
  if (self->is_stopped)
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return;
    }

  ouioed_connection_clear_sources (connection);
  connection->is_write_blocked = FALSE;
  g_object_ref (connection);
  if (connection->unread == NULL)
    {
      ouioed_acceptor_watch (self, connection);
      return;
    }

  ouioed_connection_set_state (connection, OUIOED_CONNECTION_RESPONSE);
  connection->is_waiting = TRUE;
  g_queue_push_tail_link (&self->waiting, &connection->waiting_link);
}

guint
ouioed_acceptor_get_n (OuioedAcceptor *self)
{
  return self->all.length;
}

guint
ouioed_acceptor_get_n_busy (OuioedAcceptor *self)
{
  return self->n_by_state[OUIOED_CONNECTION_HEAD] + self->n_by_state[OUIOED_CONNECTION_BODY]
         + self->n_by_state[OUIOED_CONNECTION_RESPONSE];
}

void
ouioed_acceptor_count_extra (OuioedAcceptor *self, int change)
{
  g_return_if_fail (change >= 0 || self->n_extra >= (guint) -change);

  self->n_extra += change;
}

void
ouioed_acceptor_get_metrics (OuioedAcceptor *self, OuioedAcceptorMetrics *metrics)
{
  *metrics = self->metrics;
}
