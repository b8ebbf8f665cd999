/* bench-ledger.h - who sent what to whom: loss, duplicates and reordering exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A message is named by its producer and the number that producer gave it, dense from 0. From these two follows where it
 * goes: with at least as many sessions as producers, producer p serves the sessions p, p + P, p + 2P … in turn; with
 * fewer, it serves the session p mod S only, which it may share. Each reader follows the session of its number mod S.
 * Order is judged for each reader and producer: nothing orders two connections of two producers.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BenchLedger BenchLedger;

typedef enum {
  BENCH_ARRIVAL_IN_ORDER,
  BENCH_ARRIVAL_LATE,              /* a newer one of the same producer came before it */
  BENCH_ARRIVAL_DUPLICATE,
  BENCH_ARRIVAL_FOREIGN,           /* not of the reader's session, or never sent */
} BenchArrival;

typedef struct {
  guint64 missing;                 /* (reader, message) pairs that were acknowledged and never came */
  guint64 duplicates;
  guint64 reordered;
  guint64 foreign;
  guint64 expected;                /* (reader, message) pairs that had to come */
} BenchVerdict;

BenchLedger *bench_ledger_new     (guint n_producers, guint n_sessions, guint n_readers);
void         bench_ledger_free    (BenchLedger *self);
guint        bench_ledger_session (BenchLedger *self, guint producer, guint64 number);
guint        bench_ledger_readers (BenchLedger *self, guint session);
/* The next message of @producer goes out; returns its number. */
guint64      bench_ledger_send    (BenchLedger *self, guint producer);
/* It was refused: nobody has to get it. */
void         bench_ledger_fail    (BenchLedger *self, guint producer, guint64 number);
BenchArrival bench_ledger_arrive  (BenchLedger *self, guint reader, guint producer, guint64 number);
/* Whether everything that was sent and not refused has arrived everywhere. */
gboolean     bench_ledger_is_even (BenchLedger *self);
void         bench_ledger_judge   (BenchLedger *self, BenchVerdict *verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchLedger, bench_ledger_free)

G_END_DECLS
