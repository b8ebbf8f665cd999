/* ouioed-tee-request.c - the head of a request is complete: whether it may go on, and where to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ouioed-http-access.h"
#include "ouioed-tee-private.h"

/* ---- who may ask ---- */

static char *
dup_field (const OuioedWireField *field)
{
  return g_strndup (field->value, field->value_len);
}

/* A Unix socket is protected by its mode; the Host is whatever the client made up for it. */
static gboolean
host_is_good (TeeClient *self)
{
  const OuioedWireField *field = ouioed_wire_head_find (&self->request.parsed, "host");
  g_autofree char *host = field != NULL ? dup_field (field) : NULL;

  return self->is_unix || host == NULL
         || ouioed_host_is_allowed (host, (const char *const *) self->tee->config->allowed_hosts);
}

/* Each of them must be good: a request has one. */
static gboolean
origin_is_good (TeeClient *self)
{
  GArray *fields = self->request.parsed.fields;

  for (guint i = 0; i < fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (fields, OuioedWireField, i);
      g_autofree char *origin = NULL;

      if (!ouioed_wire_field_is (field, "origin"))
        continue;
      origin = dup_field (field);
      if (!ouioed_origin_is_allowed (origin, (const char *const *) self->tee->config->allowed_origins))
        return FALSE;
    }
  return TRUE;
}

static gboolean
user_is_good (TeeClient *self)
{
  struct ucred peer;
  socklen_t len = sizeof peer;

  return !self->is_unix || !self->tee->config->checks_user
         || (getsockopt (self->client.fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid ());
}

/* ---- whether its token is good: only the main context knows ---- */

typedef struct {
  guint64  id;         /* of the client */
  char    *token;      /* or NULL */
  char    *peer;
  guint    status;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->token);
  g_free (question->peer);
  g_free (question);
}

static void
hear_verdict (OuioedTee *tee, gpointer data)
{
  Question *question = data;
  TeeClient *client = g_hash_table_lookup (tee->by_id, &question->id);

  if (client != NULL && client->state == TEE_ASKING)
    tee_request_allowed (client, question->status);
}

/* On the main context. */
static void
ask (OuioedTee *tee, gpointer data)
{
  Question *question = data;
  Question *verdict = g_new0 (Question, 1);

  verdict->id = question->id;
  verdict->status = tee->funcs.authorize (question->token, question->peer, tee->user_data);
  tee_call_thread (tee, hear_verdict, verdict, question_free);
}

static gboolean
request_ask (TeeClient *self)
{
  const OuioedWireField *field = ouioed_wire_head_find (&self->request.parsed, "x-ouioe-token");
  Question *question = g_new0 (Question, 1);

  question->id = self->id;
  question->token = field != NULL ? dup_field (field) : NULL;
  question->peer = g_strdup (self->peer);
  tee_client_set_state (self, TEE_ASKING);
  tee_call_main (self->tee, ask, question, question_free);
  return TRUE;
}

/* ---- the request ---- */

/* What of the target is the upstream's. */
static TeeStats *
find_target (TeeClient *self, const char **rest, gsize *rest_len)
{
  const OuioedWireHead *head = &self->request.parsed;
  const char *name;
  gsize name_len;

  if (self->fixed != NULL)
    {
      *rest = head->target;
      *rest_len = head->target_len;
      return tee_find_stats (self->tee, self->fixed->name, strlen (self->fixed->name));
    }
  if (!tee_split_target (head->target, head->target_len, &name, &name_len, rest, rest_len))
    return NULL;
  return tee_find_stats (self->tee, name, name_len);
}

gboolean
tee_request_begin (TeeClient *self)
{
  const OuioedWireHead *head = &self->request.parsed;

  if (!host_is_good (self))
    return tee_refuse (self, OUIOE_ERROR_HOST_NOT_ALLOWED, "The header field host names none of the hosts of this server");
  if (!origin_is_good (self))
    return tee_refuse (self, OUIOE_ERROR_ORIGIN_NOT_ALLOWED, "The header field origin is not on the list of allowed origins");
  if (!user_is_good (self))
    return tee_refuse (self, OUIOE_ERROR_FORBIDDEN, "This socket serves the user the daemon runs as, and no other");
  if (head->method_len == 7 && memcmp (head->method, "CONNECT", 7) == 0)
    return tee_refuse (self, OUIOE_ERROR_METHOD_NOT_ALLOWED, "This proxy tunnels to nowhere");
  if (head->target[0] != '/')
    return tee_refuse (self, OUIOE_ERROR_BAD_REQUEST, "The target of the request does not begin with a slash");
  if (self->tee->is_draining)
    return tee_refuse (self, OUIOE_ERROR_DRAINING, "The server is about to leave");
  if (!self->is_unix && (self->is_public || self->tee->config->asks_for_tokens))
    return request_ask (self);
  return tee_request_allowed (self, 0);
}

static gboolean
refuse_status (TeeClient *self, guint status)
{
  if (status == 403)
    return tee_refuse (self, OUIOE_ERROR_FORBIDDEN, "The token lacks the scope write");
  if (status == 429)
    return tee_refuse (self, OUIOE_ERROR_TOO_MANY_FAILURES, "Too many wrong tokens came from this address; try again later");
  return tee_refuse (self, OUIOE_ERROR_UNAUTHORIZED, "A token is needed: X-Ouioe-Token: TOKEN");
}

gboolean
tee_request_allowed (TeeClient *self, guint status)
{
  OuioedTee *tee = self->tee;
  const OuioedWireHead *head = &self->request.parsed;
  const char *rest = NULL;
  gsize rest_len = 0;
  TeeStats *stats;

  if (status != 0)
    return refuse_status (self, status);
  stats = find_target (self, &rest, &rest_len);
  if (stats == NULL)
    return tee_refuse_upstream (self, TEE_PROBLEM_UNKNOWN, NULL);

  self->stats = stats;
  self->wanted = ouioed_upstream_ref (stats->upstream);
  if (stats->upstream->base_path[0] != '\0' && tee_goes_up (rest, rest_len))
    return tee_refuse (self, OUIOE_ERROR_BAD_REQUEST, "The path of the request goes up, maybe beyond that of the upstream");
  if (tee->n_calls >= tee->config->max_calls)
    return tee_refuse_upstream (self, TEE_PROBLEM_TOO_MANY_CALLS, NULL);

  tee->n_calls++;
  stats->active++;
  self->call = ouioed_call_new (tee->mailbox, stats->upstream);
  ouioed_mailbox_put_head (tee->mailbox, self->call,
                           tee_copy_request (tee, head, rest, rest_len, stats->upstream, self->peer), g_get_real_time ());
  ouioed_http_framer_begin_answer (&self->answer, head->method_len == 4 && memcmp (head->method, "HEAD", 4) == 0,
                                   TEE_ANSWER_HEAD);
  self->answer.no_switch = !tee_asks_for_websocket (head);
  if (self->connected != stats->upstream)
    tee_client_close_server (self);
  self->up = g_byte_array_new ();
  tee_rewrite_head (self->up, head, rest, rest_len, stats->upstream);
  if (tee_socket_is_open (&self->server))
    return tee_request_forward (self);
  tee_connect_begin (self);
  return TRUE;
}

gboolean
tee_request_forward (TeeClient *self)
{
  if (self->is_server_used)
    tee_bytes_append (&self->replay, self->up->data, self->up->len);
  self->is_server_deaf = FALSE;
  self->is_request_sent = FALSE;
  tee_client_set_state (self, TEE_FORWARDING);
  return tee_pump_up (self);
}
