/* ouioed-tee-client.c - a client's connection from its beginning to its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-tee-private.h"

#define NOTSENT_LOWAT (128 << 10)     /* what a client that takes nothing may hide in the kernel, besides its window */

void
tee_bytes_append (GByteArray **bytes, const void *data, gsize len)
{
  if (len == 0)
    return;
  if (*bytes == NULL)
    *bytes = g_byte_array_sized_new (len);
  g_byte_array_append (*bytes, data, len);
}

void
tee_bytes_remove (GByteArray **bytes, gsize len)
{
  if (*bytes == NULL)
    return;
  if (len >= (*bytes)->len)
    g_clear_pointer (bytes, g_byte_array_unref);
  else
    g_byte_array_remove_range (*bytes, 0, len);
}

/* ---- what is waited for ---- */

static gboolean
client_is_read (const TeeClient *self)
{
  if (self->state == TEE_WAITING || self->state == TEE_HEAD)
    return TRUE;
  return self->state == TEE_FORWARDING && self->up == NULL && self->in == NULL && !self->is_server_deaf
         && (!ouioed_http_framer_is_complete (&self->request) || ouioed_http_framer_is_tunnel (&self->answer));
}

static guint32
get_client_events (const TeeClient *self)
{
  guint32 events = EPOLLERR;     /* which is always told, as a hang-up is */

  if (client_is_read (self))
    events |= EPOLLIN;
  else if (ouioed_http_framer_is_complete (&self->request) && self->state != TEE_ENDING)
    events |= EPOLLRDHUP;
  if (self->down != NULL)
    events |= EPOLLOUT;
  return events;
}

static guint32
get_server_events (const TeeClient *self)
{
  guint32 events = 0;

  if (self->state == TEE_ENDING || self->state == TEE_CONNECTING)
    return 0;
  if (self->state != TEE_FORWARDING)
    return EPOLLIN | EPOLLRDHUP;   /* to be told when it closes */
  if (self->down == NULL)
    events |= EPOLLIN;
  if (self->up != NULL && !self->is_server_deaf)
    events |= EPOLLOUT;
  return events;
}

static gint64
get_forwarding_deadline (const TeeClient *self)
{
  const OuioedTeeConfig *config = self->tee->config;

  if (ouioed_http_framer_is_tunnel (&self->answer))
    return self->down != NULL ? self->since + config->stall_timeout_us : OUIOED_DEADLINE_NEVER;
  if (self->down != NULL)
    return self->since + config->stall_timeout_us;
  if (self->detached_until > 0)
    return MIN (self->detached_until, self->since + config->answer_timeout_us);
  if (client_is_read (self) && ouioed_http_framer_is_untouched (&self->answer))
    return self->since + config->body_timeout_us;
  return self->since + config->answer_timeout_us;
}

static gint64
get_deadline (const TeeClient *self)
{
  const OuioedTeeConfig *config = self->tee->config;

  switch (self->state)
    {
    case TEE_WAITING:
      return self->since + (self->n_requests == 0 ? config->head_timeout_us : config->idle_timeout_us);
    case TEE_HEAD:
      return self->since + config->head_timeout_us;
    case TEE_ASKING:
      return self->since + TEE_ASK_US;
    case TEE_CONNECTING:
      return self->since + config->connect_timeout_us;
    case TEE_FORWARDING:
      return get_forwarding_deadline (self);
    case TEE_ENDING:
    default:
      return self->since + config->stall_timeout_us;
    }
}

void
tee_client_update (TeeClient *self)
{
  tee_socket_set_events (&self->client, get_client_events (self));
  tee_socket_set_events (&self->server, get_server_events (self));
  ouioed_deadlines_set (self->tee->deadlines, &self->deadline, get_deadline (self));
  if (self->call != NULL)
    g_atomic_int_set (&self->call->waits, self->down != NULL);
}

void
tee_client_set_state (TeeClient *self, TeeState state)
{
  self->state = state;
  self->since = g_get_monotonic_time ();
  tee_client_update (self);
}

/* ---- beginning and end ---- */

static void on_client_event (OuioedWatch *watch, guint32 events);
static void on_server_event (OuioedWatch *watch, guint32 events);

static void
set_option (int fd, int level, int option, int value)
{
  if (setsockopt (fd, level, option, &value, sizeof value) < 0)
    g_debug ("setsockopt (%d, %d, %d): %s", level, option, value, g_strerror (errno));
}

TeeClient *
tee_client_new (OuioedTee *tee, const OuioedTeeClient *from)
{
  TeeClient *self = g_new0 (TeeClient, 1);
  gsize len = 0;
  gconstpointer data = from->unread != NULL ? g_bytes_get_data (from->unread, &len) : NULL;

  self->tee = tee;
  self->link.data = self;
  self->again_link.data = self;
  self->id = ++tee->last_id;
  self->peer = g_strdup (from->peer);
  self->is_public = from->is_public;
  self->is_unix = from->is_unix;
  self->fixed = from->upstream != NULL ? ouioed_upstream_ref (from->upstream) : NULL;
  tee_socket_init (&self->client, tee->poller, on_client_event);
  tee_socket_init (&self->server, tee->poller, on_server_event);
  tee_socket_take_fd (&self->client, from->fd);
  tee_bytes_append (&self->in, data, len);
  if (!from->is_unix)
    {
      set_option (from->fd, IPPROTO_TCP, TCP_NODELAY, 1);
      set_option (from->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOTSENT_LOWAT);
      set_option (from->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 0);    /* slow clients are waited for: see stall_timeout_us */
    }
  g_queue_push_tail_link (&tee->clients, &self->link);
  g_hash_table_insert (tee->by_id, &self->id, self);
  ouioed_deadlines_add (tee->deadlines, &self->deadline);
  ouioed_http_framer_begin_request (&self->request, tee->config->max_head_bytes);
  ouioed_http_framer_begin_answer (&self->answer, FALSE, TEE_ANSWER_HEAD);
  tee_client_set_state (self, TEE_WAITING);
  return self;
}

static void
tell_gone (OuioedTee *tee, gpointer data)
{
  tee->funcs.gone (tee->user_data);
}

void
tee_client_free (TeeClient *self)
{
  OuioedTee *tee = self->tee;

  tee_client_end_call (self, tee->is_draining ? OUIOED_CALL_DRAINED : OUIOED_CALL_CLIENT_GONE, NULL);
  tee_connect_cancel (self);
  tee_client_close_server (self);
  tee_socket_close (&self->client);
  ouioed_deadlines_remove (tee->deadlines, &self->deadline);
  if (self->is_again)
    g_queue_unlink (&tee->again, &self->again_link);
  g_queue_unlink (&tee->clients, &self->link);
  g_hash_table_remove (tee->by_id, &self->id);
  ouioed_http_framer_clear (&self->request);
  ouioed_http_framer_clear (&self->answer);
  g_clear_pointer (&self->in, g_byte_array_unref);
  g_clear_pointer (&self->up, g_byte_array_unref);
  g_clear_pointer (&self->down, g_byte_array_unref);
  g_clear_pointer (&self->replay, g_byte_array_unref);
  g_clear_pointer (&self->fixed, ouioed_upstream_unref);
  g_clear_pointer (&self->wanted, ouioed_upstream_unref);
  g_free (self->peer);
  g_free (self->token);
  g_free (self);
  tee_call_main (tee, tell_gone, NULL, NULL);
  tee_look_whether_drained (tee);
}

void
tee_client_close_server (TeeClient *self)
{
  tee_socket_close (&self->server);
  self->connected = NULL;
  g_clear_pointer (&self->up, g_byte_array_unref);
}

/* What was cut off must not look complete: only a reset tells that when the end of the connection ends the answer. */
void
tee_client_hang_up (TeeClient *self)
{
  if (self->state == TEE_FORWARDING && ouioed_http_framer_is_until_close (&self->answer))
    tee_socket_reset (&self->client);
  tee_client_free (self);
}

void
tee_client_end_call (TeeClient *self, OuioedCallEnd how, const char *detail)
{
  OuioedTee *tee = self->tee;
  g_autoptr(OuioedCall) call = g_steal_pointer (&self->call);

  if (call == NULL)
    return;
  self->stats->calls[how]++;
  self->stats->active--;
  tee->n_calls--;
  ouioed_mailbox_put_end (tee->mailbox, call, how, detail, g_get_real_time ());
}

/* Detached: the answer is still wanted, by whoever records it. */
static gboolean
client_detach (TeeClient *self)
{
  OuioedTee *tee = self->tee;

  if (!tee->config->detached || self->detached_until > 0 || tee->is_draining || self->state != TEE_FORWARDING
      || self->call == NULL || !ouioed_http_framer_is_complete (&self->request) || self->up != NULL
      || ouioed_http_framer_is_tunnel (&self->answer) || !ouioed_mailbox_wants (tee->mailbox, self->call))
    return FALSE;

  tee_socket_close (&self->client);
  g_clear_pointer (&self->down, g_byte_array_unref);
  g_clear_pointer (&self->in, g_byte_array_unref);
  self->keeps_client = FALSE;
  self->since = g_get_monotonic_time ();
  self->detached_until = self->since + TEE_DETACHED_US;
  tee_client_update (self);
  return TRUE;
}

gboolean
tee_client_gone (TeeClient *self)
{
  if (client_detach (self))
    return TRUE;
  tee_client_end_call (self, OUIOED_CALL_CLIENT_GONE, NULL);
  tee_client_free (self);
  return FALSE;
}

void
tee_client_drain (TeeClient *self)
{
  if (self->detached_until > 0)
    {
      tee_client_end_call (self, OUIOED_CALL_DRAINED, NULL);
      tee_client_free (self);
    }
  else if (self->state == TEE_WAITING && self->in == NULL)
    tee_client_free (self);
}

/* ---- between requests ---- */

static void
free_fd (gpointer data)
{
  OuioedTeeClient *from = data;

  if (from->fd >= 0)
    close (from->fd);
  g_clear_pointer (&from->unread, g_bytes_unref);
  g_free (from);
}

static void
give_back (OuioedTee *tee, gpointer data)
{
  OuioedTeeClient *from = data;

  tee->funcs.give_back (from->fd, from->unread, from->is_public, tee->user_data);
  from->fd = -1;
}

/* The request that begins is not for the proxy. */
static void
client_give_back (TeeClient *self)
{
  OuioedTee *tee = self->tee;
  OuioedTeeClient *from = g_new0 (OuioedTeeClient, 1);

  from->is_public = self->is_public;
  from->unread = self->in != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&self->in)) : NULL;
  from->fd = tee_socket_steal (&self->client);
  tee_client_free (self);
  tee_call_main (tee, give_back, from, free_fd);
}

/* Whether the request that begins is for us; FALSE as well while that cannot be told. */
static gboolean
client_claims (TeeClient *self, gboolean *gone)
{
  int claims;

  *gone = FALSE;
  if (self->is_claimed || self->fixed != NULL)
    return TRUE;
  claims = ouioed_tee_claims ((const char *) self->in->data, self->in->len);
  *gone = claims == FALSE;
  if (*gone)
    client_give_back (self);
  else
    self->is_claimed = claims == TRUE;
  return claims == TRUE;
}

static gboolean
client_read_head (TeeClient *self)
{
  gsize at = 0;
  gsize n;
  gboolean gone;
  OuioedPart part;

  if (self->state == TEE_WAITING)
    tee_client_set_state (self, TEE_HEAD);
  if (!client_claims (self, &gone))
    return !gone;

  do
    {
      n = ouioed_http_framer_next (&self->request, (const char *) self->in->data + at, self->in->len - at, &part);
      at += n;
    }
  while (n > 0 && !self->request.has_head);
  tee_bytes_remove (&self->in, at);
  if (self->request.error != NULL)
    return tee_refuse (self, self->request.is_oversized ? OUIOE_ERROR_HEADER_TOO_LARGE : OUIOE_ERROR_BAD_REQUEST,
                       self->request.error);
  if (!self->request.has_head)
    return TRUE;
  self->n_requests++;
  return tee_request_begin (self);
}

gboolean
tee_client_go_on (TeeClient *self)
{
  switch (self->state)
    {
    case TEE_WAITING:
    case TEE_HEAD:
      return self->in == NULL || client_read_head (self);
    case TEE_FORWARDING:
      return tee_pump_down (self) && (self->state != TEE_FORWARDING || tee_pump_up (self));
    case TEE_ASKING:
    case TEE_CONNECTING:
    case TEE_ENDING:
    default:
      return TRUE;
    }
}

static gboolean
client_read (TeeClient *self)
{
  gssize n = tee_socket_read (&self->client, self->tee->buffer, TEE_BUFFER_BYTES);

  if (n == -EAGAIN)
    return TRUE;
  if (n <= 0)
    {
      tee_client_free (self);
      return FALSE;
    }
  tee_bytes_append (&self->in, self->tee->buffer, n);
  return client_read_head (self);
}

/* ---- after an answer ---- */

static gboolean
client_next (TeeClient *self)
{
  ouioed_http_framer_begin_request (&self->request, self->tee->config->max_head_bytes);
  ouioed_http_framer_begin_answer (&self->answer, FALSE, TEE_ANSWER_HEAD);
  g_clear_pointer (&self->replay, g_byte_array_unref);
  g_clear_pointer (&self->wanted, ouioed_upstream_unref);
  self->stats = NULL;
  self->is_claimed = FALSE;
  self->is_answer_told = FALSE;
  self->is_request_told = FALSE;
  self->has_extra = FALSE;
  if (self->tee->is_draining && self->in == NULL)
    {
      tee_client_free (self);
      return FALSE;
    }
  tee_client_set_state (self, TEE_WAITING);
  if (self->in != NULL)
    tee_again (self);
  return TRUE;
}

gboolean
tee_client_finish (TeeClient *self)
{
  tee_connect_cancel (self);
  if (!tee_socket_is_open (&self->client))
    {
      tee_client_free (self);
      return FALSE;
    }
  if (self->state != TEE_ENDING)
    tee_client_set_state (self, TEE_ENDING);
  if (!tee_flush_down (self))
    return FALSE;
  if (self->down != NULL)
    {
      tee_client_update (self);
      return TRUE;
    }
  if (self->keeps_client)
    return client_next (self);
  ouioed_linger_close (self->tee->linger, tee_socket_steal (&self->client));
  tee_client_free (self);
  return FALSE;
}

/* ---- events ---- */

static void
on_client_event (OuioedWatch *watch, guint32 events)
{
  TeeClient *self = (TeeClient *) ((char *) watch - G_STRUCT_OFFSET (TeeClient, client.watch));

  if (self->state == TEE_WAITING || self->state == TEE_HEAD)
    {
      client_read (self);
      return;
    }
  if (events & (EPOLLERR | EPOLLHUP))
    {
      tee_client_gone (self);
      return;
    }
  if (self->state == TEE_ENDING)
    {
      tee_client_finish (self);
      return;
    }
  if ((events & EPOLLRDHUP) && !client_is_read (self))
    {
      tee_client_gone (self);
      return;
    }
  if (self->state != TEE_FORWARDING)
    return;
  if ((events & EPOLLOUT) && !tee_pump_down (self))
    return;
  if ((events & EPOLLIN) && self->state == TEE_FORWARDING)
    tee_pump_up (self);
}

static void
on_server_event (OuioedWatch *watch, guint32 events)
{
  TeeClient *self = (TeeClient *) ((char *) watch - G_STRUCT_OFFSET (TeeClient, server.watch));

  if (self->state != TEE_FORWARDING)    /* between two requests: it closes, or says what nobody asked for */
    {
      tee_client_close_server (self);
      return;
    }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) && self->down == NULL && !tee_pump_down (self))
    return;
  if ((events & EPOLLOUT) && self->state == TEE_FORWARDING)
    tee_pump_up (self);
}

void
tee_client_deadline (TeeClient *self)
{
  OuioedTeeConfig *config = self->tee->config;

  switch (self->state)
    {
    case TEE_WAITING:
      if (self->n_requests > 0)
        tee_client_free (self);
      else
        tee_refuse (self, OUIOE_ERROR_REQUEST_TIMEOUT, "The head of the request took too long");
      break;
    case TEE_HEAD:
      tee_refuse (self, OUIOE_ERROR_REQUEST_TIMEOUT, "The head of the request took too long");
      break;
    case TEE_ASKING:
      tee_refuse (self, OUIOE_ERROR_BUSY, "The server did not find the time to look at the token");
      break;
    case TEE_CONNECTING:
      tee_client_end_call (self, OUIOED_CALL_NO_UPSTREAM, "not reached in time");
      tee_refuse_upstream (self, TEE_PROBLEM_CONNECT_TIMEOUT, NULL);
      break;
    case TEE_FORWARDING:
      if (self->down != NULL || (self->detached_until > 0 && self->detached_until < self->since + config->answer_timeout_us))
        {
          tee_client_end_call (self, OUIOED_CALL_CLIENT_GONE, self->down != NULL ? "took nothing of its answer" : NULL);
          tee_client_hang_up (self);
        }
      else if (client_is_read (self) && ouioed_http_framer_is_untouched (&self->answer))
        {
          tee_client_end_call (self, OUIOED_CALL_CLIENT_GONE, "the body of its request took too long");
          tee_refuse (self, OUIOE_ERROR_REQUEST_TIMEOUT, "The body of the request took too long");
        }
      else
        {
          tee_client_end_call (self, OUIOED_CALL_UPSTREAM_TIMEOUT, NULL);
          if (ouioed_http_framer_is_untouched (&self->answer))
            tee_refuse_upstream (self, TEE_PROBLEM_ANSWER_TIMEOUT, NULL);
          else
            tee_client_hang_up (self);
        }
      break;
    case TEE_ENDING:
    default:
      tee_client_free (self);
      break;
    }
}
