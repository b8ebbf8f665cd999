/* bench-reader.c - a reader of one session, over WebSocket, SSE, or NATS over WebSocket
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <string.h>

typedef enum { READER_HANDSHAKE, READER_GREETING, READER_LIVE, READER_LOST } ReaderState;

struct _BenchReader
{
  BenchPeer   peer;                /* first, so that one is the other */
  guint       index;
  ReaderState state;
  GByteArray *carry;               /* begun and not complete; NULL while there is none */
  GByteArray *nats;                /* the same of the NATS protocol inside of the frames */
};

static void
lose (BenchReader *self)
{
  if (self->state == READER_LIVE)
    self->peer.bench->n_live--;
  if (self->state != READER_LOST)
    self->peer.bench->n_lost++;
  self->state = READER_LOST;
  bench_peer_close (&self->peer);
}

static void
break_off (BenchReader *self)
{
  self->peer.bench->broken++;
  lose (self);
}

static void
go_live (BenchReader *self)
{
  self->state = READER_LIVE;
  self->peer.bench->n_live++;
}

/* One event, whatever is around it. Those without a marker (begin and end of a session, greetings) are not counted, nor
 * those that an earlier run has left. */
static void
take_event (BenchReader *self, const guint8 *text, gsize len)
{
  Bench *bench = self->peer.bench;
  guint64 number, time_ns;
  guint producer;
  BenchArrival arrival;

  if (bench->ledger == NULL || !bench_parse_marker (text, len, &producer, &number, &time_ns) ||
      time_ns < bench->begun_ns)
    return;
  arrival = bench_ledger_arrive (bench->ledger, self->index, producer, number);
  if (arrival == BENCH_ARRIVAL_FOREIGN || arrival == BENCH_ARRIVAL_DUPLICATE)
    return;
  bench->counts.delivered++;
  if (time_ns >= bench->from_ns && time_ns < bench->until_ns)
    bench_histogram_add (bench->latency, bench->now_ns - time_ns);
  bench_producer_delivered (bench->producers[producer], number);
}

static gsize
take_sse (BenchReader *self, const guint8 *data, gsize len)
{
  const guint8 *at = data;
  const guint8 *end = data + len;

  while (at < end)
    {
      const guint8 *stop = memmem (at, (gsize) (end - at), "\n\n", 2);

      if (stop == NULL)
        break;
      take_event (self, at, (gsize) (stop - at));
      at = stop + 2;
    }
  return (gsize) (at - data);
}

static gsize
take_nats (BenchReader *self, const guint8 *data, gsize len)
{
  gsize done = 0;

  while (done < len)
    {
      BenchNatsVerb verb;
      const guint8 *payload;
      gsize payload_len, size;
      BenchParse parse = bench_parse_nats (data + done, len - done, &verb, &payload, &payload_len, &size);

      if (parse == BENCH_PARSE_MORE)
        break;
      if (parse == BENCH_PARSE_BROKEN || verb == BENCH_NATS_ERROR)
        {
          break_off (self);
          return len;
        }
      if (verb == BENCH_NATS_MESSAGE)
        take_event (self, payload, payload_len);
      if (verb == BENCH_NATS_PING)
        bench_send_frame (&self->peer, 2, "PONG\r\n", 6);
      if (verb == BENCH_NATS_PONG && self->state == READER_GREETING)
        go_live (self);
      done += size;
    }
  return done;
}

static void
take_nats_payload (BenchReader *self, const guint8 *payload, gsize len)
{
  g_autoptr(GByteArray) joined = NULL;
  gsize done;

  if (self->nats != NULL)
    {
      joined = g_steal_pointer (&self->nats);
      g_byte_array_append (joined, payload, (guint) len);
      payload = joined->data;
      len = joined->len;
    }
  done = take_nats (self, payload, len);
  bench_peer_carry (&self->nats, payload + done, len - done);
}

static gsize
take_frames (BenchReader *self, const guint8 *data, gsize len)
{
  gsize done = 0;
  BenchFrame frame;

  while (self->state != READER_LOST && done < len)
    {
      BenchParse parse = bench_parse_frame (data + done, len - done, &frame);

      if (parse == BENCH_PARSE_MORE)
        break;
      if (parse == BENCH_PARSE_BROKEN)
        {
          break_off (self);
          break;
        }
      done += frame.size;
      if (frame.opcode == 8)
        lose (self);
      else if (frame.opcode == 9)
        bench_send_frame (&self->peer, 10, frame.payload, frame.len);
      else if (frame.opcode <= 2 && self->peer.bench->plan.protocol == BENCH_NATS)
        take_nats_payload (self, frame.payload, frame.len);
      else if (frame.opcode <= 2)
        take_event (self, frame.payload, frame.len);
    }
  return done;
}

/* Returns how much of @data was the response; 0: not complete. */
static gsize
take_handshake (BenchReader *self, const guint8 *data, gsize len)
{
  Bench *bench = self->peer.bench;
  BenchResponse response;
  BenchParse parse = bench_parse_response (data, len, TRUE, &response);
  g_autofree char *hello = NULL;

  if (parse == BENCH_PARSE_MORE)
    return 0;
  if (parse == BENCH_PARSE_BROKEN || response.status != (bench->plan.protocol == BENCH_SSE ? 200u : 101u))
    {
      break_off (self);
      return len;
    }
  if (bench->plan.protocol != BENCH_NATS)
    {
      go_live (self);
      return response.size;
    }
  self->state = READER_GREETING;
  hello = g_strdup_printf ("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB %s.%u 1\r\nPING\r\n",
                           bench->plan.prefix, self->index % (guint) bench->plan.sessions);
  bench_send_frame (&self->peer, 2, hello, strlen (hello));
  return response.size;
}

static void
reader_ready (BenchPeer *peer)
{
  BenchReader *self = (BenchReader *) peer;
  gboolean over;
  gsize kept = self->carry == NULL ? 0 : self->carry->len;
  gsize len, done = 0;
  guint8 *data = bench_peer_receive (peer, &self->carry, &len, &over);

  if (data == NULL)
    {
      if (over)
        lose (self);
      return;
    }
  peer->bench->counts.bytes += len - kept;
  if (self->state == READER_HANDSHAKE)
    {
      done = take_handshake (self, data, len);
      if (done == 0)
        {
          bench_peer_carry (&self->carry, data, len);
          return;
        }
    }
  if (peer->bench->plan.protocol == BENCH_SSE)
    done += take_sse (self, data + done, len - done);
  else
    done += take_frames (self, data + done, len - done);
  if (self->state != READER_LOST)
    bench_peer_carry (&self->carry, data + done, len - done);
}

BenchReader *
bench_reader_new (Bench *bench, guint index)
{
  BenchReader *self = g_new0 (BenchReader, 1);
  const BenchPlan *plan = &bench->plan;
  guint session = index % (guint) plan->sessions;
  g_autofree char *text = NULL;

  self->peer.bench = bench;
  self->peer.ready = reader_ready;
  self->index = index;
  if (!bench_peer_connect (&self->peer))
    {
      lose (self);
      return self;
    }
  if (plan->protocol == BENCH_SSE)
    {
      text = g_strdup_printf ("GET /api/streaming/sessions/%s-%u/stream HTTP/1.1\r\nHost: %s:%d\r\n"
                              "Accept: text/event-stream\r\n\r\n", plan->prefix, session, plan->host, plan->port);
      bench_peer_send (&self->peer, text, strlen (text));
      return self;
    }
  text = plan->protocol == BENCH_NATS ? g_strdup ("/") : g_strdup_printf ("/ws/thinking/%s-%u", plan->prefix, session);
  bench_send_handshake (&self->peer, text);
  return self;
}

void
bench_reader_free (BenchReader *self)
{
  bench_peer_close (&self->peer);
  g_clear_pointer (&self->carry, g_byte_array_unref);
  g_clear_pointer (&self->nats, g_byte_array_unref);
  g_free (self);
}

gboolean
bench_reader_is_settled (BenchReader *self)
{
  return self->state == READER_LIVE || self->state == READER_LOST;
}
