/* bench-ledger.c - who sent what to whom: loss, duplicates and reordering exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench-ledger.h"

/* A message as the readers of its session count: its place among those of the same producer in the same session. */
typedef struct {
  guint   session;
  guint   lane;                    /* which of the producers of the session */
  guint64 place;
} Route;

/* Places that were jumped over: first <= place < end. */
typedef struct {
  guint64 first;
  guint64 end;
} Hole;

/* What a reader has had of one producer. */
typedef struct {
  guint64 next;                    /* everything below came, but for the holes */
  GArray *holes;                   /* of Hole, ascending; NULL while nothing is missing */
} Lane;

struct _BenchLedger
{
  guint    n_producers;
  guint    n_sessions;
  guint    n_readers;
  guint    lanes_per_session;      /* the most producers a session has */
  guint64 *sent;                   /* by producer */
  GArray **failed;                 /* by producer: guint64 numbers; NULL while there are none */
  Lane    *lanes;                  /* by reader and lane */
  guint64  expected;               /* arrivals that are due for what was sent and not refused */
  guint64  arrived;                /* different (reader, message) pairs, without those refused by then */
  guint64  duplicates;
  guint64  reordered;
  guint64  foreign;
};

static guint
sessions_of (const BenchLedger *self, guint producer)
{
  return (self->n_sessions - producer + self->n_producers - 1) / self->n_producers;
}

static Route
route (const BenchLedger *self, guint producer, guint64 number)
{
  guint n;

  if (self->n_sessions < self->n_producers)
    return (Route) { producer % self->n_sessions, producer / self->n_sessions, number };
  n = sessions_of (self, producer);
  return (Route) { producer + self->n_producers * (guint) (number % n), 0, number / n };
}

BenchLedger *
bench_ledger_new (guint n_producers, guint n_sessions, guint n_readers)
{
  BenchLedger *self = g_new0 (BenchLedger, 1);

  self->n_producers = n_producers;
  self->n_sessions = n_sessions;
  self->n_readers = n_readers;
  self->lanes_per_session = MAX (1, (n_producers + n_sessions - 1) / n_sessions);
  self->sent = g_new0 (guint64, n_producers);
  self->failed = g_new0 (GArray *, n_producers);
  self->lanes = g_new0 (Lane, (gsize) n_readers * self->lanes_per_session);
  return self;
}

void
bench_ledger_free (BenchLedger *self)
{
  for (gsize i = 0; i < (gsize) self->n_readers * self->lanes_per_session; i++)
    g_clear_pointer (&self->lanes[i].holes, g_array_unref);
  for (guint i = 0; i < self->n_producers; i++)
    g_clear_pointer (&self->failed[i], g_array_unref);
  g_free (self->lanes);
  g_free (self->failed);
  g_free (self->sent);
  g_free (self);
}

guint
bench_ledger_session (BenchLedger *self, guint producer, guint64 number)
{
  return route (self, producer, number).session;
}

guint
bench_ledger_readers (BenchLedger *self, guint session)
{
  return self->n_readers / self->n_sessions + (session < self->n_readers % self->n_sessions ? 1 : 0);
}

guint64
bench_ledger_send (BenchLedger *self, guint producer)
{
  guint64 number = self->sent[producer]++;

  self->expected += bench_ledger_readers (self, bench_ledger_session (self, producer, number));
  return number;
}

static gboolean
has_arrived (const Lane *lane, guint64 place)
{
  if (place >= lane->next)
    return FALSE;
  for (guint i = 0; lane->holes != NULL && i < lane->holes->len; i++)
    {
      const Hole *hole = &g_array_index (lane->holes, Hole, i);

      if (place >= hole->first && place < hole->end)
        return FALSE;
    }
  return TRUE;
}

void
bench_ledger_fail (BenchLedger *self, guint producer, guint64 number)
{
  Route to = route (self, producer, number);

  if (self->failed[producer] == NULL)
    self->failed[producer] = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (self->failed[producer], number);
  for (guint reader = to.session; reader < self->n_readers; reader += self->n_sessions)
    {
      self->expected--;
      if (has_arrived (&self->lanes[(gsize) reader * self->lanes_per_session + to.lane], to.place))
        self->arrived--;
    }
}

/* Takes @place out of the holes; FALSE when it is in none. */
static gboolean
fill_hole (Lane *lane, guint64 place)
{
  for (guint i = 0; lane->holes != NULL && i < lane->holes->len; i++)
    {
      Hole *hole = &g_array_index (lane->holes, Hole, i);
      Hole rest = { place + 1, hole->end };

      if (place < hole->first || place >= hole->end)
        continue;
      hole->end = place;
      if (rest.first < rest.end)
        g_array_insert_val (lane->holes, i + 1, rest);
      if (g_array_index (lane->holes, Hole, i).first == place)
        g_array_remove_index (lane->holes, i);
      return TRUE;
    }
  return FALSE;
}

BenchArrival
bench_ledger_arrive (BenchLedger *self, guint reader, guint producer, guint64 number)
{
  Route to;
  Lane *lane;

  if (producer >= self->n_producers || number >= self->sent[producer])
    {
      self->foreign++;
      return BENCH_ARRIVAL_FOREIGN;
    }
  to = route (self, producer, number);
  if (to.session != reader % self->n_sessions)
    {
      self->foreign++;
      return BENCH_ARRIVAL_FOREIGN;
    }

  lane = &self->lanes[(gsize) reader * self->lanes_per_session + to.lane];
  if (to.place >= lane->next)
    {
      Hole hole = { lane->next, to.place };

      if (hole.first < hole.end)
        {
          if (lane->holes == NULL)
            lane->holes = g_array_new (FALSE, FALSE, sizeof (Hole));
          g_array_append_val (lane->holes, hole);
        }
      lane->next = to.place + 1;
      self->arrived++;
      return BENCH_ARRIVAL_IN_ORDER;
    }
  if (fill_hole (lane, to.place))
    {
      self->arrived++;
      self->reordered++;
      return BENCH_ARRIVAL_LATE;
    }
  self->duplicates++;
  return BENCH_ARRIVAL_DUPLICATE;
}

gboolean
bench_ledger_is_even (BenchLedger *self)
{
  return self->arrived >= self->expected;
}

/* Refused messages that were delivered all the same must not hide others that were not. */
static guint64
count_arrived (BenchLedger *self)
{
  guint64 n = 0;

  for (gsize i = 0; i < (gsize) self->n_readers * self->lanes_per_session; i++)
    {
      const Lane *lane = &self->lanes[i];

      n += lane->next;
      for (guint k = 0; lane->holes != NULL && k < lane->holes->len; k++)
        n -= g_array_index (lane->holes, Hole, k).end - g_array_index (lane->holes, Hole, k).first;
    }
  for (guint producer = 0; producer < self->n_producers; producer++)
    for (guint k = 0; self->failed[producer] != NULL && k < self->failed[producer]->len; k++)
      {
        Route to = route (self, producer, g_array_index (self->failed[producer], guint64, k));

        for (guint reader = to.session; reader < self->n_readers; reader += self->n_sessions)
          n -= has_arrived (&self->lanes[(gsize) reader * self->lanes_per_session + to.lane], to.place) ? 1 : 0;
      }
  return n;
}

void
bench_ledger_judge (BenchLedger *self, BenchVerdict *verdict)
{
  verdict->expected = self->expected;
  verdict->missing = self->expected - count_arrived (self);
  verdict->duplicates = self->duplicates;
  verdict->reordered = self->reordered;
  verdict->foreign = self->foreign;
}
