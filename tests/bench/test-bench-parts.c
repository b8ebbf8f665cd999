/* test-bench-parts.c - the load generator counts what it must count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <string.h>

static void
test_quantiles_are_near (void)
{
  g_autofree BenchHistogram *histogram = g_new0 (BenchHistogram, 1);

  for (guint64 i = 1; i <= 100000; i++)
    bench_histogram_add (histogram, i * 1000);

  g_assert_cmpuint (histogram->max, ==, 100000000);
  for (guint percent = 1; percent <= 100; percent++)
    {
      guint64 exact = (guint64) percent * 1000 * 1000;
      guint64 got = bench_histogram_quantile (histogram, percent / 100.0);

      g_assert_cmpuint (got, >=, exact);
      g_assert_cmpuint (got, <=, exact + exact / 64 + 1);
    }
  g_assert_cmpfloat_with_epsilon (bench_histogram_mean (histogram), 50000500.0, 0.5);
}

static void
test_any_value_has_a_cell (void)
{
  g_autofree BenchHistogram *histogram = g_new0 (BenchHistogram, 1);

  g_assert_cmpuint (bench_histogram_quantile (histogram, 0.5), ==, 0);
  bench_histogram_add (histogram, 0);
  bench_histogram_add (histogram, G_MAXUINT64);
  g_assert_cmpuint (bench_histogram_quantile (histogram, 0.5), ==, 0);
  g_assert_cmpuint (bench_histogram_quantile (histogram, 1.0), ==, G_MAXUINT64);
}

static void
send_n (BenchLedger *ledger, guint producer, guint n)
{
  for (guint i = 0; i < n; i++)
    bench_ledger_send (ledger, producer);
}

static void
test_all_arrived_in_order_is_even (void)
{
  g_autoptr(BenchLedger) ledger = bench_ledger_new (2, 3, 6);   /* producer 0: sessions 0, 2; producer 1: session 1 */
  BenchVerdict verdict;

  send_n (ledger, 0, 4);
  send_n (ledger, 1, 2);
  for (guint reader = 0; reader < 6; reader++)
    for (guint64 number = 0; number < 4; number++)
      {
        if (reader % 3 == 1 && number < 2)
          g_assert_cmpint (bench_ledger_arrive (ledger, reader, 1, number), ==, BENCH_ARRIVAL_IN_ORDER);
        if (reader % 3 == bench_ledger_session (ledger, 0, number))
          g_assert_cmpint (bench_ledger_arrive (ledger, reader, 0, number), ==, BENCH_ARRIVAL_IN_ORDER);
      }

  g_assert_true (bench_ledger_is_even (ledger));
  bench_ledger_judge (ledger, &verdict);
  g_assert_cmpuint (verdict.expected, ==, 12);
  g_assert_cmpuint (verdict.missing + verdict.duplicates + verdict.reordered + verdict.foreign, ==, 0);
}

static void
test_each_fault_is_counted (void)
{
  g_autoptr(BenchLedger) ledger = bench_ledger_new (2, 1, 1);   /* two producers share a session */
  BenchVerdict verdict;

  send_n (ledger, 0, 6);
  send_n (ledger, 1, 1);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 0), ==, BENCH_ARRIVAL_IN_ORDER);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 4), ==, BENCH_ARRIVAL_IN_ORDER);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 2), ==, BENCH_ARRIVAL_LATE);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 2), ==, BENCH_ARRIVAL_DUPLICATE);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 0), ==, BENCH_ARRIVAL_DUPLICATE);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 0, 6), ==, BENCH_ARRIVAL_FOREIGN);    /* never sent */
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 7, 0), ==, BENCH_ARRIVAL_FOREIGN);
  g_assert_cmpint (bench_ledger_arrive (ledger, 0, 1, 0), ==, BENCH_ARRIVAL_IN_ORDER);

  g_assert_false (bench_ledger_is_even (ledger));
  bench_ledger_judge (ledger, &verdict);
  g_assert_cmpuint (verdict.expected, ==, 7);
  g_assert_cmpuint (verdict.missing, ==, 3);       /* 1, 3 and 5 */
  g_assert_cmpuint (verdict.reordered, ==, 1);
  g_assert_cmpuint (verdict.duplicates, ==, 2);
  g_assert_cmpuint (verdict.foreign, ==, 2);
}

static void
test_refused_messages_are_nobodys_loss (void)
{
  g_autoptr(BenchLedger) ledger = bench_ledger_new (1, 1, 2);
  BenchVerdict verdict;

  send_n (ledger, 0, 3);
  bench_ledger_fail (ledger, 0, 1);
  for (guint reader = 0; reader < 2; reader++)
    bench_ledger_arrive (ledger, reader, 0, 0);
  bench_ledger_judge (ledger, &verdict);
  g_assert_cmpuint (verdict.expected, ==, 4);
  g_assert_cmpuint (verdict.missing, ==, 2);

  /* delivered all the same, which must not make up for number 2 */
  bench_ledger_arrive (ledger, 0, 0, 1);
  bench_ledger_arrive (ledger, 1, 0, 1);
  bench_ledger_judge (ledger, &verdict);
  g_assert_cmpuint (verdict.missing, ==, 2);
}

static void
test_marker_is_found (void)
{
  const char *text = "{\"type\": \"thinking_step\", \"data\": {\"content\": \"~12.345.6789~ Looking\"}}";
  const char *broken[] = { "no marker", "\"~1.2~\"", "\"~1.2.x~", "\"~1.2.3", "\"~" };
  guint64 number, time_ns;
  guint producer;

  g_assert_true (bench_parse_marker ((const guint8 *) text, strlen (text), &producer, &number, &time_ns));
  g_assert_cmpuint (producer, ==, 12);
  g_assert_cmpuint (number, ==, 345);
  g_assert_cmpuint (time_ns, ==, 6789);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_false (bench_parse_marker ((const guint8 *) broken[i], strlen (broken[i]), &producer, &number, &time_ns));
}

static void
test_response_is_cut_where_it_ends (void)
{
  const char *text = "HTTP/1.1 200 OK\r\nX: y\r\ncontent-length: 4\r\n\r\nbodyHTTP/1.1 404";
  BenchResponse response;

  g_assert_cmpint (bench_parse_response ((const guint8 *) text, 47, FALSE, &response), ==, BENCH_PARSE_MORE);
  g_assert_cmpint (bench_parse_response ((const guint8 *) text, strlen (text), FALSE, &response), ==, BENCH_PARSE_DONE);
  g_assert_cmpuint (response.status, ==, 200);
  g_assert_cmpmem (response.body, response.body_len, "body", 4);
  g_assert_cmpuint (response.size, ==, strlen (text) - strlen ("HTTP/1.1 404"));
  g_assert_cmpint (bench_parse_response ((const guint8 *) "SSH-2.0-x\r\n\r\n", 13, FALSE, &response), ==,
                   BENCH_PARSE_BROKEN);
}

static void
test_frames_of_every_length (void)
{
  const gsize lengths[] = { 0, 1, 125, 126, 65535, 65536 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *data = g_malloc0 (lengths[i] + 10);
      gsize head = lengths[i] < 126 ? 2 : lengths[i] < 65536 ? 4 : 10;
      BenchFrame frame;

      data[0] = 0x81;
      data[1] = head == 2 ? (guint8) lengths[i] : head == 4 ? 126 : 127;
      for (gsize k = 2; k < head; k++)
        data[k] = (guint8) (lengths[i] >> (8 * (head - 1 - k)));
      g_assert_cmpint (bench_parse_frame (data, head + lengths[i], &frame), ==, BENCH_PARSE_DONE);
      g_assert_cmpuint (frame.len, ==, lengths[i]);
      g_assert_cmpuint (frame.opcode, ==, 1);
      g_assert_cmpint (bench_parse_frame (data, head + lengths[i] - 1, &frame), ==, BENCH_PARSE_MORE);
    }
}

static void
test_nats_lines_and_messages (void)
{
  const char *text = "PING\r\nMSG bench.0 1 5\r\nhello\r\n+OK\r\nMSG bench.0 1 5\r\nhel";
  const BenchNatsVerb wanted[] = { BENCH_NATS_PING, BENCH_NATS_MESSAGE, BENCH_NATS_OK };
  gsize at = 0, size, payload_len;
  const guint8 *payload;
  BenchNatsVerb verb;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_assert_cmpint (bench_parse_nats ((const guint8 *) text + at, strlen (text) - at, &verb, &payload, &payload_len,
                                         &size), ==,
                       BENCH_PARSE_DONE);
      g_assert_cmpint (verb, ==, wanted[i]);
      if (verb == BENCH_NATS_MESSAGE)
        g_assert_cmpmem (payload, payload_len, "hello", 5);
      at += size;
    }
  g_assert_cmpint (bench_parse_nats ((const guint8 *) text + at, strlen (text) - at, &verb, &payload, &payload_len,
                                     &size), ==,
                   BENCH_PARSE_MORE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/histogram/quantiles-are-near", test_quantiles_are_near);
  g_test_add_func ("/bench/histogram/any-value-has-a-cell", test_any_value_has_a_cell);
  g_test_add_func ("/bench/ledger/all-arrived-in-order-is-even", test_all_arrived_in_order_is_even);
  g_test_add_func ("/bench/ledger/each-fault-is-counted", test_each_fault_is_counted);
  g_test_add_func ("/bench/ledger/refused-messages-are-nobodys-loss", test_refused_messages_are_nobodys_loss);
  g_test_add_func ("/bench/wire/marker-is-found", test_marker_is_found);
  g_test_add_func ("/bench/wire/response-is-cut-where-it-ends", test_response_is_cut_where_it_ends);
  g_test_add_func ("/bench/wire/frames-of-every-length", test_frames_of_every_length);
  g_test_add_func ("/bench/wire/nats-lines-and-messages", test_nats_lines_and_messages);
  return g_test_run ();
}
