/* ouioed-tee-flow.c - the bytes of requests and answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was read is sent before more is read. What the socket does not take waits, at most one read of it, and until it has
 * gone nothing more is read from the other side. Copies are made last.
 */
#include "config.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "ouioed-tee-private.h"

static void
add_piece (OuioedTee *tee, const char *data, gsize len)
{
  struct iovec piece = { (void *) data, len };

  g_array_append_val (tee->pieces, piece);
}

/* Lets the framer see @data: returns how much of it belongs to the message; the pieces of its body are in tee->pieces. */
static gsize
frame (OuioedTee *tee, OuioedHttpFramer *framer, const char *data, gsize len)
{
  OuioedPart part = OUIOED_PART_RAW;
  gsize at = 0;
  gsize n;

  g_array_set_size (tee->pieces, 0);
  while ((n = ouioed_http_framer_next (framer, data + at, len - at, &part)) > 0)
    {
      if (part == OUIOED_PART_BODY)
        add_piece (tee, data + at, n);
      at += n;
    }
  return at;
}

static void
copy_body (TeeClient *self, OuioedMailType type, gint64 time_us)
{
  OuioedTee *tee = self->tee;

  if (self->call != NULL && tee->pieces->len > 0 && ouioed_mailbox_wants (tee->mailbox, self->call))
    ouioed_mailbox_put_body (tee->mailbox, self->call, type, (const struct iovec *) tee->pieces->data, tee->pieces->len,
                             time_us);
}

/* ---- requests ---- */

static void
tell_request_end (TeeClient *self)
{
  if (self->call == NULL || self->is_request_told || !ouioed_http_framer_is_complete (&self->request))
    return;
  self->is_request_told = TRUE;
  ouioed_mailbox_put_sign (self->tee->mailbox, self->call, OUIOED_MAIL_REQUEST_END);
}

static void
copy_request (TeeClient *self)
{
  copy_body (self, OUIOED_MAIL_REQUEST_BODY, g_get_real_time ());
  tell_request_end (self);
}

static void
keep_for_replay (TeeClient *self, const char *data, gsize len)
{
  if (self->replay == NULL)
    return;
  if (self->replay->len + len > TEE_MAX_REPLAY)
    g_clear_pointer (&self->replay, g_byte_array_unref);
  else
    tee_bytes_append (&self->replay, data, len);
}

/* It takes no more; what it has to say is still read. */
static void
server_is_deaf (TeeClient *self)
{
  self->is_server_deaf = TRUE;
  g_clear_pointer (&self->up, g_byte_array_unref);
}

static void
flush_up (TeeClient *self)
{
  while (self->up != NULL)
    {
      gssize n = tee_socket_write (&self->server, self->up->data, self->up->len);

      if (n == -EAGAIN)
        return;
      if (n < 0)
        {
          server_is_deaf (self);
          return;
        }
      self->is_request_sent = self->is_request_sent || n > 0;
      self->since = g_get_monotonic_time ();
      tee_bytes_remove (&self->up, n);
    }
}

/* How much of @data, the next of the client, goes to the upstream; -1: the request is wrong. */
static gssize
frame_request (TeeClient *self, const char *data, gsize len)
{
  gsize used;

  if (ouioed_http_framer_is_tunnel (&self->answer))
    {
      g_array_set_size (self->tee->pieces, 0);
      return len;
    }
  used = frame (self->tee, &self->request, data, len);
  if (self->request.error != NULL)
    return -1;
  self->stats->request_bytes += used;
  return used;
}

static gboolean
refuse_body (TeeClient *self)
{
  tee_client_end_call (self, OUIOED_CALL_CLIENT_GONE, self->request.error);
  return tee_refuse (self, OUIOE_ERROR_BAD_REQUEST, self->request.error);
}

/* What was read together with the head goes together with it. */
static gboolean
take_in (TeeClient *self)
{
  gssize used = frame_request (self, (const char *) self->in->data, MIN (self->in->len, TEE_BUFFER_BYTES));

  if (used < 0)
    return FALSE;
  tee_bytes_append (&self->up, self->in->data, used);
  keep_for_replay (self, (const char *) self->in->data, used);
  copy_request (self);
  tee_bytes_remove (&self->in, used);
  return TRUE;
}

static gboolean
send_up (TeeClient *self, const char *data, gsize len)
{
  gssize used = frame_request (self, data, len);
  gssize sent;

  if (used < 0)
    return FALSE;
  sent = used > 0 ? tee_socket_write (&self->server, data, used) : 0;
  self->is_request_sent = self->is_request_sent || sent > 0;
  keep_for_replay (self, data, used);
  if (sent < 0 && sent != -EAGAIN)
    server_is_deaf (self);
  else
    tee_bytes_append (&self->up, data + MAX (sent, 0), used - MAX (sent, 0));
  copy_request (self);
  tee_bytes_append (&self->in, data + used, len - used);
  return TRUE;
}

static gboolean
may_take_request (const TeeClient *self)
{
  return !self->is_server_deaf
         && (!ouioed_http_framer_is_complete (&self->request) || ouioed_http_framer_is_tunnel (&self->answer));
}

gboolean
tee_pump_up (TeeClient *self)
{
  if (self->in != NULL && self->up != NULL && self->up->len < TEE_BUFFER_BYTES && may_take_request (self) && !take_in (self))
    return refuse_body (self);
  tell_request_end (self);    /* there may be no body */

  for (gsize budget = TEE_BUDGET_BYTES; budget > 0;)
    {
      gssize n;

      flush_up (self);
      if (self->up != NULL || !may_take_request (self))
        break;
      if (self->in != NULL)
        {
          if (!take_in (self))
            return refuse_body (self);
          continue;
        }
      n = tee_socket_read (&self->client, self->tee->buffer, TEE_BUFFER_BYTES);
      if (n == -EAGAIN)
        break;
      if (n <= 0)
        return tee_client_gone (self);
      self->since = g_get_monotonic_time ();
      if (!send_up (self, self->tee->buffer, n))
        return refuse_body (self);
      budget -= MIN (budget, (gsize) n);
    }
  tee_client_update (self);
  return TRUE;
}

/* ---- answers ---- */

gboolean
tee_flush_down (TeeClient *self)
{
  while (self->down != NULL)
    {
      gssize n = tee_socket_write (&self->client, self->down->data, self->down->len);

      if (n == -EAGAIN)
        return TRUE;
      if (n < 0)
        return tee_client_gone (self);
      self->since = g_get_monotonic_time ();
      tee_bytes_remove (&self->down, n);
    }
  return TRUE;
}

static void
copy_answer (TeeClient *self, gint64 time_us)
{
  OuioedTee *tee = self->tee;

  if (self->call == NULL)
    return;
  if (self->answer.has_head && !self->is_answer_told)
    {
      self->is_answer_told = TRUE;
      if (ouioed_mailbox_wants (tee->mailbox, self->call))
        ouioed_mailbox_put_head (tee->mailbox, self->call, tee_copy_answer (&self->answer.parsed), time_us);
    }
  copy_body (self, OUIOED_MAIL_ANSWER_BODY, time_us);
}

static gboolean
send_down (TeeClient *self, const char *data, gsize len)
{
  gint64 time_us = g_get_real_time ();
  gboolean was_tunnel = ouioed_http_framer_is_tunnel (&self->answer);
  gsize used = frame (self->tee, &self->answer, data, len);
  gboolean is_open = tee_socket_is_open (&self->client);
  gssize sent = is_open ? tee_socket_write (&self->client, data, used) : (gssize) used;

  self->has_extra = used < len;
  self->stats->answer_bytes += used;
  if (sent >= 0 || sent == -EAGAIN)
    tee_bytes_append (&self->down, data + MAX (sent, 0), used - MAX (sent, 0));
  copy_answer (self, time_us);
  self->n_detached += is_open ? 0 : used;
  if ((sent < 0 && sent != -EAGAIN) || self->n_detached > TEE_DETACHED_BYTES)
    return tee_client_gone (self);
  if (!was_tunnel && ouioed_http_framer_is_tunnel (&self->answer))
    tee_again (self);          /* what the client sent too early goes now */
  return TRUE;
}

static gboolean
answer_is_complete (TeeClient *self)
{
  gboolean whole = ouioed_http_framer_is_complete (&self->request) && self->up == NULL && !self->is_server_deaf;
  gboolean keeps = whole && ouioed_wire_head_keeps_alive (&self->answer.parsed);

  self->keeps_client = keeps && ouioed_wire_head_keeps_alive (&self->request.parsed);
  self->is_server_used = TRUE;
  if (!keeps || self->has_extra)
    tee_client_close_server (self);
  tee_client_end_call (self, OUIOED_CALL_COMPLETE, NULL);
  return tee_client_finish (self);
}

static gboolean
all_has_arrived (TeeClient *self)
{
  int n = 0;

  return ioctl (self->client.fd, SIOCOUTQ, &n) == 0 && n == 0;
}

/* The upstream has hung up: in time, or in the middle of its answer. */
static gboolean
server_has_ended (TeeClient *self, int reason)
{
  OuioedHttpFramer *answer = &self->answer;
  gboolean until_close = ouioed_http_framer_is_until_close (answer);
  g_autofree char *detail = NULL;

  if (ouioed_http_framer_is_untouched (answer))
    {
      gboolean was_kept = self->is_server_used;

      if (tee_connect_retry (self))
        return TRUE;
      tee_client_end_call (self, OUIOED_CALL_NO_UPSTREAM, "it hung up without an answer");
      if (!was_kept)
        return tee_refuse_upstream (self, TEE_PROBLEM_NO_ANSWER, NULL);
      tee_client_hang_up (self);    /* as it did: whether to ask again is up to the client */
      return FALSE;
    }

  tee_client_close_server (self);
  self->keeps_client = FALSE;
  if (until_close && answer->has_head && !ouioed_http_framer_is_broken (answer)
      && (reason == 0 || ouioed_http_framer_is_tunnel (answer)))
    {
      tee_client_end_call (self, OUIOED_CALL_COMPLETE, NULL);
      return tee_client_finish (self);
    }

  detail = reason != 0 ? g_strdup (g_strerror (reason))
           : ouioed_http_framer_is_broken (answer) ? g_strdup ("it is not HTTP any more") : NULL;
  tee_client_end_call (self, OUIOED_CALL_TRUNCATED, detail);
  if (until_close && reason != 0 && tee_socket_is_open (&self->client) && all_has_arrived (self))
    tee_socket_reset (&self->client);    /* as the upstream did; an end would make the answer look whole */
  return tee_client_finish (self);
}

gboolean
tee_pump_down (TeeClient *self)
{
  gsize budget = TEE_BUDGET_BYTES;

  while (budget > 0)
    {
      gssize n;

      if (!tee_flush_down (self))
        return FALSE;
      if (self->down != NULL)
        break;
      if (ouioed_http_framer_is_complete (&self->answer))
        return answer_is_complete (self);
      n = tee_socket_read (&self->server, self->tee->buffer, TEE_BUFFER_BYTES);
      if (n == -EAGAIN)
        break;
      if (n <= 0)
        return server_has_ended (self, (int) -n);
      self->since = g_get_monotonic_time ();
      if (!send_down (self, self->tee->buffer, n))
        return FALSE;
      if (ouioed_http_framer_is_complete (&self->answer))
        return answer_is_complete (self);
      budget -= MIN (budget, (gsize) n);
      if (n < TEE_BUFFER_BYTES && !tee_socket_has_more (&self->server))
        break;     /* that was all: no need to ask */
    }
  if (budget == 0 && tee_socket_has_more (&self->server))    /* no event tells of what TLS has read already */
    tee_again (self);
  tee_client_update (self);
  return TRUE;
}
