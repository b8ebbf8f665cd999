/* bench-producer.c - sends messages, one at a time, and waits for the answer: HTTP POST, or NATS over WebSocket
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GATE_TIMEOUT_NS (2 * G_GUINT64_CONSTANT (1000000000))

typedef enum { PRODUCER_HANDSHAKE, PRODUCER_READY, PRODUCER_WAITING, PRODUCER_GONE } ProducerState;

struct _BenchProducer
{
  BenchPeer     peer;              /* first, so that one is the other */
  guint         index;
  ProducerState state;
  GByteArray   *carry;             /* begun and not complete */
  gboolean      answered;          /* something, since the connection was made */
  guint64       number;            /* of the message under way */
  guint64       time_ns;           /* when it was meant to be sent */
  guint64       sent_ns;           /* when the last one was */
  GQueue        due;               /* times of messages that are due, with a rate */
  /* The window: for each message from oldest to next, how many have yet to get it, the acknowledgement being one. */
  guint32      *pending;           /* ring of as many as the window has */
  guint64       oldest, next;
  char         *tail;              /* of the content and what is behind it */
};

/* What is behind the marker: content, then the other fields of a step as agents send them. */
static char *
make_tail (const BenchPlan *plan)
{
  const char *words = "Checking which of the hosts still answers before a plan is made. ";
  gsize n = strlen (words);
  GString *tail = g_string_new (" ");

  for (int i = 0; i < MAX (100, plan->content_bytes - 32); i++)
    g_string_append_c (tail, words[(gsize) i % n]);
  g_string_append (tail, "\",\"reasoning_chain\":[\"list the group\",\"probe the port\",\"compare with others\"],"
                         "\"confidence\":0.87,\"alternatives\":[\"ask the user\",\"skip the probe\"],"
                         "\"decision_factors\":[\"cost of a wrong host\",\"time\"]}");
  return g_string_free (tail, FALSE);
}

static void
send_message (BenchProducer *self, guint session)
{
  const BenchPlan *plan = &self->peer.bench->plan;
  char head[512], request[512];
  gsize tail_len = strlen (self->tail);
  g_autoptr(GByteArray) all = g_byte_array_sized_new (1024 + (guint) tail_len);
  int head_len, request_len;

  head_len = g_snprintf (head, sizeof head,
                         "{\"session_id\":\"%s-%u\",\"thinking_type\":\"analysis\",\"content\":\"~%u.%"
                         G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "~", plan->prefix, session, self->index,
                         self->number, self->time_ns);
  if (plan->protocol == BENCH_NATS)
    request_len = g_snprintf (request, sizeof request, "PUB %s.%u %d\r\n", plan->prefix, session,
                              head_len + (int) tail_len);
  else
    request_len = g_snprintf (request, sizeof request, "POST /api/streaming/thinking HTTP/1.1\r\nHost: %s:%d\r\n"
                              "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n", plan->host,
                              plan->port, head_len + (int) tail_len);

  g_byte_array_append (all, (const guint8 *) request, (guint) request_len);
  g_byte_array_append (all, (const guint8 *) head, (guint) head_len);
  g_byte_array_append (all, (const guint8 *) self->tail, (guint) tail_len);
  if (plan->protocol == BENCH_NATS)
    {
      g_byte_array_append (all, (const guint8 *) "\r\n", 2);
      bench_send_frame (&self->peer, 2, all->data, all->len);
    }
  else
    bench_peer_send (&self->peer, all->data, all->len);
}

static void
count_down (BenchProducer *self, guint64 number)
{
  guint window = (guint) self->peer.bench->plan.window;

  if (window == 0 || number < self->oldest || self->pending[number % window] == 0)
    return;
  self->pending[number % window]--;
  while (self->oldest < self->next && self->pending[self->oldest % window] == 0)
    self->oldest++;
}

void
bench_producer_delivered (BenchProducer *self, guint64 number)
{
  count_down (self, number);
  bench_producer_push (self);
}

void
bench_producer_due (BenchProducer *self, guint64 time_ns)
{
  g_queue_push_tail (&self->due, g_memdup2 (&time_ns, sizeof time_ns));
}

static gboolean
window_is_open (BenchProducer *self)
{
  Bench *bench = self->peer.bench;
  guint window = (guint) bench->plan.window;

  if (window == 0 || self->next - self->oldest < window)
    return TRUE;
  if (bench_now_ns () - self->sent_ns < GATE_TIMEOUT_NS)
    return FALSE;
  /* something was lost; the ledger will tell, and the load goes on */
  bench->gate_timeouts++;
  memset (self->pending, 0, window * sizeof *self->pending);
  self->oldest = self->next;
  return TRUE;
}

void
bench_producer_push (BenchProducer *self)
{
  Bench *bench = self->peer.bench;
  g_autofree guint64 *due = NULL;
  guint session;

  if (self->state != PRODUCER_READY || bench->ledger == NULL || !window_is_open (self))
    return;
  if (bench->plan.messages > 0 && bench->sent >= (guint64) bench->plan.messages)
    return;
  if (bench->plan.rate > 0)
    {
      due = g_queue_pop_head (&self->due);
      if (due == NULL)
        return;
    }
  else if (bench->stopping)
    return;

  self->sent_ns = bench_now_ns ();
  self->time_ns = due == NULL ? self->sent_ns : *due;
  self->number = bench_ledger_send (bench->ledger, self->index);
  self->next = self->number + 1;
  session = bench_ledger_session (bench->ledger, self->index, self->number);
  if (bench->plan.window > 0)
    self->pending[self->number % (guint) bench->plan.window] = bench_ledger_readers (bench->ledger, session) + 1;
  bench->sent++;
  self->state = PRODUCER_WAITING;
  send_message (self, session);
}

static void
take_answer (BenchProducer *self, gboolean accepted)
{
  Bench *bench = self->peer.bench;

  if (self->state != PRODUCER_WAITING)
    return;
  self->answered = TRUE;
  self->state = PRODUCER_READY;
  if (accepted)
    {
      bench->counts.answered++;
      if (self->time_ns >= bench->from_ns && self->time_ns < bench->until_ns)
        bench_histogram_add (bench->answer, bench->now_ns - self->time_ns);
      count_down (self, self->number);
    }
  else
    {
      bench->refused++;
      bench_ledger_fail (bench->ledger, self->index, self->number);
      if (bench->plan.window > 0)
        self->pending[self->number % (guint) bench->plan.window] = 1;
      count_down (self, self->number);
    }
  bench_producer_push (self);
}

static void
open_connection (BenchProducer *self)
{
  self->answered = FALSE;
  g_clear_pointer (&self->carry, g_byte_array_unref);
  if (!bench_peer_connect (&self->peer))
    {
      self->state = PRODUCER_GONE;
      return;
    }
  self->state = PRODUCER_READY;
  if (self->peer.bench->plan.protocol == BENCH_NATS)
    {
      self->state = PRODUCER_HANDSHAKE;
      bench_send_handshake (&self->peer, "/");
    }
}

static void
connection_ended (BenchProducer *self)
{
  Bench *bench = self->peer.bench;

  bench_peer_close (&self->peer);
  if (self->state == PRODUCER_WAITING)
    {
      bench->unanswered++;
      bench_ledger_fail (bench->ledger, self->index, self->number);
    }
  /* a server may end a connection that it kept for long; one that says nothing at all is not there */
  if (self->answered)
    open_connection (self);
  else
    self->state = PRODUCER_GONE;
}

static gsize
take_responses (BenchProducer *self, const guint8 *data, gsize len)
{
  BenchResponse response;
  BenchParse parse = bench_parse_response (data, len, FALSE, &response);

  if (parse == BENCH_PARSE_MORE)
    return 0;
  if (parse == BENCH_PARSE_BROKEN || self->state != PRODUCER_WAITING)
    {
      self->peer.bench->broken++;
      connection_ended (self);
      return len;
    }
  take_answer (self, response.status / 100 == 2);
  return response.size;
}

static gsize
take_nats_frames (BenchProducer *self, const guint8 *data, gsize len)
{
  gsize done = 0;
  BenchFrame frame;

  if (self->state == PRODUCER_HANDSHAKE && !self->answered)
    {
      BenchResponse response;
      const char *hello = "CONNECT {\"verbose\":true,\"pedantic\":false}\r\n";

      if (bench_parse_response (data, len, TRUE, &response) != BENCH_PARSE_DONE)
        return 0;
      done = response.size;
      self->answered = TRUE;
      bench_send_frame (&self->peer, 2, hello, strlen (hello));
    }
  while (done < len && bench_parse_frame (data + done, len - done, &frame) == BENCH_PARSE_DONE)
    {
      BenchNatsVerb verb;
      const guint8 *payload;
      gsize payload_len, size;

      done += frame.size;
      for (gsize at = 0; at < frame.len; at += size)
        {
          /* answers are short lines, and the server does not divide them between frames */
          if (bench_parse_nats (frame.payload + at, frame.len - at, &verb, &payload, &payload_len,
                                &size) != BENCH_PARSE_DONE)
            break;
          if (verb == BENCH_NATS_PING)
            bench_send_frame (&self->peer, 2, "PONG\r\n", 6);
          if (verb == BENCH_NATS_OK && self->state == PRODUCER_HANDSHAKE)
            self->state = PRODUCER_READY;
          else if (verb == BENCH_NATS_OK || verb == BENCH_NATS_ERROR)
            take_answer (self, verb == BENCH_NATS_OK);
        }
    }
  return done;
}

static void
producer_ready (BenchPeer *peer)
{
  BenchProducer *self = (BenchProducer *) peer;
  gboolean over;
  gsize len, done;
  guint8 *data = bench_peer_receive (peer, &self->carry, &len, &over);

  if (data == NULL)
    {
      if (over)
        connection_ended (self);
      return;
    }
  if (peer->bench->plan.protocol == BENCH_NATS)
    done = take_nats_frames (self, data, len);
  else
    done = take_responses (self, data, len);
  if (peer->fd >= 0)
    bench_peer_carry (&self->carry, data + done, len - done);
}

BenchProducer *
bench_producer_new (Bench *bench, guint index)
{
  BenchProducer *self = g_new0 (BenchProducer, 1);

  self->peer.bench = bench;
  self->peer.fd = -1;
  self->peer.ready = producer_ready;
  self->index = index;
  self->pending = g_new0 (guint32, MAX (1, bench->plan.window));
  self->tail = make_tail (&bench->plan);
  g_queue_init (&self->due);
  open_connection (self);
  return self;
}

void
bench_producer_free (BenchProducer *self)
{
  bench_peer_close (&self->peer);
  g_clear_pointer (&self->carry, g_byte_array_unref);
  g_queue_clear_full (&self->due, g_free);
  g_free (self->pending);
  g_free (self->tail);
  g_free (self);
}

gboolean
bench_producer_is_idle (BenchProducer *self)
{
  return self->state == PRODUCER_GONE || (self->state == PRODUCER_READY && g_queue_is_empty (&self->due));
}

gboolean
bench_producer_is_ready (BenchProducer *self)
{
  return self->state == PRODUCER_READY;
}

gboolean
bench_producer_is_gone (BenchProducer *self)
{
  return self->state == PRODUCER_GONE;
}

/* Blocking: it happens before anything is measured. */
static gboolean
post_session (Bench *bench, int fd, int session)
{
  const BenchPlan *plan = &bench->plan;
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"%s-%d\",\"user_id\":\"bench\",\"debug_mode\":true}",
                                           plan->prefix, session);
  g_autofree char *text = g_strdup_printf ("POST /api/streaming/sessions HTTP/1.1\r\nHost: %s:%d\r\n"
                                           "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                           plan->host, plan->port, strlen (body), body);
  gsize have = 0;
  BenchResponse response;
  BenchParse parse = BENCH_PARSE_MORE;

  if (send (fd, text, strlen (text), MSG_NOSIGNAL) != (ssize_t) strlen (text))
    return FALSE;
  while (parse == BENCH_PARSE_MORE)
    {
      ssize_t n = recv (fd, bench->scratch + have, BENCH_SCRATCH_BYTES - have, 0);

      if (n <= 0)
        return FALSE;
      have += (gsize) n;
      parse = bench_parse_response (bench->scratch, have, FALSE, &response);
    }
  return parse == BENCH_PARSE_DONE && response.status == 200;
}

gboolean
bench_create_sessions (Bench *bench)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) bench->plan.port) };
  struct timeval timeout = { .tv_sec = 10 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean ok;

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ok = inet_pton (AF_INET, bench->plan.host, &address.sin_addr) == 1 &&
       connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  for (int i = 0; ok && i < bench->plan.sessions; i++)
    ok = post_session (bench, fd, i);
  if (fd >= 0)
    close (fd);
  return ok;
}
