/* test-dbus-stream.c - OpenStream: every event in order, and a reader that stops delays nobody
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name

static void
expect (Reader *reader, BusFixture *f, const char *part)
{
  g_autofree char *line = reader_take (reader, f);

  g_assert_nonnull (line);
  if (strstr (line, part) == NULL)
    g_error ("expected %s, read %s", part, line);
}

static void
think (BusFixture *f, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *content = g_strdup_printf ("step %u", i);

      bus_think (f, "s1", content, 0.5);
    }
  bus_settle (f);
}

static void
expect_steps (Reader *reader, BusFixture *f, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *part = g_strdup_printf ("\"content\":\"step %u\"", i);

      expect (reader, f, part);
    }
}

static guint32
count_streams (BusFixture *f)
{
  g_autoptr(GVariant) reply = bus_call (f, OUIOED_BUS_ROOT, MANAGER_IFACE, "GetStatistics", NULL, NULL);
  g_autoptr(GVariant) statistics = g_variant_get_child_value (reply, 0);
  guint32 n;

  g_assert_true (g_variant_lookup (statistics, "streams", "u", &n));
  return n;
}

static gboolean
are_streams (BusFixture *f, gconstpointer data)
{
  return count_streams (f) == GPOINTER_TO_UINT (data);
}

/* ---- tests ---- */

static void
test_history_and_then_what_comes (void)
{
  BusFixture f = { 0 };
  Reader reader;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  think (&f, 0, 300);
  reader_open (&reader, &f, S1, "0");
  expect (&reader, &f, "\"kind\":\"session_start\"");
  expect_steps (&reader, &f, 0, 300);
  think (&f, 300, 200);
  bus_close (&f, "s1", "done");
  expect_steps (&reader, &f, 300, 200);
  expect (&reader, &f, "\"kind\":\"session_end\"");
  bus_create (&f, "s1");                                 /* again: the stream stayed open */
  expect (&reader, &f, "\"kind\":\"session_start\"");
  reader_close (&reader);
  bus_wait (&f, are_streams, GUINT_TO_POINTER (0));
  bus_fixture_down (&f);
}

static void
test_resumes_behind_an_id (void)
{
  BusFixture f = { 0 };
  Reader reader;
  g_autofree char *last = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  think (&f, 0, 5);
  bus_hear (&f, S1, "StepAdded", 4);
  g_variant_get_child (bus_hear (&f, S1, "StepAdded", 2)->arguments, 0, "s", &last);
  reader_open (&reader, &f, S1, last);
  expect_steps (&reader, &f, 3, 2);
  reader_close (&reader);
  bus_fixture_down (&f);
}

static void
test_stalled_reader_delays_nobody_and_misses_nothing (void)
{
  enum { STEPS = 900 };
  BusFixture f = { 0 };
  Reader stalled, quick;
  g_autofree char *content = g_strnfill (2000, 'x');

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  reader_open (&stalled, &f, S1, "0");
  reader_open (&quick, &f, S1, "0");
  expect (&quick, &f, "session_start");
  for (guint i = 0; i < STEPS; i++)    /* several times what a pipe holds */
    {
      bus_think (&f, "s1", content, 0.5);
      if (i % 50 == 49)
        bus_settle (&f);
      expect (&quick, &f, content);
    }
  expect (&stalled, &f, "session_start");
  for (guint i = 0; i < STEPS; i++)
    expect (&stalled, &f, content);
  reader_close (&stalled);
  reader_close (&quick);
  g_assert_cmpuint (f.failed, ==, 0);
  bus_fixture_down (&f);
}

static void
test_lines_larger_than_the_pipe_come_whole (void)
{
  BusFixture f = { 0 };
  Reader reader;
  g_autofree char *content = g_strnfill (900000, 'x');

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  for (guint i = 0; i < 3; i++)
    bus_think (&f, "s1", content, 0.5);
  think (&f, 0, 1);
  reader_open (&reader, &f, S1, "0");
  expect (&reader, &f, "session_start");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *line = reader_take (&reader, &f);

      g_assert_nonnull (strstr (line, content));
      g_assert_true (g_str_has_suffix (line, "}"));
    }
  expect_steps (&reader, &f, 0, 1);
  reader_close (&reader);
  bus_fixture_down (&f);
}

static void
test_what_was_trimmed_is_told_as_a_gap (void)
{
  enum { STEPS = 4000 };    /* of which 1 000 are kept */
  BusFixture f = { 0 };
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  Reader reader;
  g_autofree char *content = g_strnfill (2000, 'x');
  guint64 lost = 0;
  guint n = 0;

  bus_fixture_up (&f, NULL, NULL);
  limits.max_recent_bytes = 1 << 16;
  ouioed_hub_set_limits (f.hub, &limits);
  bus_create (&f, "s1");
  bus_settle (&f);
  reader_open (&reader, &f, S1, "0");
  expect (&reader, &f, "session_start");
  for (guint i = 0; i < STEPS; i++)
    {
      bus_think (&f, "s1", content, 0.5);
      if (i % 20 == 0)
        bus_settle (&f);
    }
  bus_close (&f, "s1", "done");
  bus_settle (&f);
  for (;;)
    {
      g_autofree char *line = reader_take (&reader, &f);
      const char *told;

      if (strstr (line, "\"kind\":\"session_end\"") != NULL)
        break;
      if (g_str_has_prefix (line, "{\"type\":\"gap\",\"session_id\":\"s1\","))
        {
          told = strstr (line, ",\"lost\":");
          g_assert_nonnull (told);
          lost += g_ascii_strtoull (told + strlen (",\"lost\":"), NULL, 10);
        }
      else
        n++;
    }
  g_assert_cmpuint (lost, >, 0);
  g_assert_cmpuint (n + lost, ==, STEPS);
  reader_close (&reader);
  bus_fixture_down (&f);
}

static void
test_ends_when_the_session_is_forgotten (void)
{
  BusFixture f = { 0 };
  Reader reader;
  g_autofree char *end = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  reader_open (&reader, &f, S1, "0");
  expect (&reader, &f, "session_start");
  ouioed_hub_forget_async (f.hub, "s1", NULL, NULL);
  expect (&reader, &f, "{\"type\":\"session_end\",\"session_id\":\"s1\",\"data\":{\"session_id\":\"s1\","
          "\"outcome\":\"expired\",");
  end = reader_take (&reader, &f);
  g_assert_null (end);
  bus_wait (&f, are_streams, GUINT_TO_POINTER (0));
  reader_close (&reader);
  bus_fixture_down (&f);
}

static void
test_ends_when_the_daemon_leaves (void)
{
  BusFixture f = { 0 };
  Reader reader;
  g_autofree char *end = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  reader_open (&reader, &f, S1, "0");
  think (&f, 0, 50);
  bus_drain (f.dbus);
  expect (&reader, &f, "session_start");
  expect_steps (&reader, &f, 0, 50);     /* what was committed is still told */
  end = reader_take (&reader, &f);
  g_assert_null (end);
  reader_close (&reader);
  bus_fixture_down (&f);
}

static void
test_number_of_streams_is_limited (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 100, 1000, FALSE, 2 };
  Reader readers[2];
  g_autofree char *name = NULL;

  bus_fixture_up (&f, &config, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  for (guint i = 0; i < 2; i++)
    reader_open (&readers[i], &f, S1, "0");
  g_assert_cmpuint (count_streams (&f), ==, 2);
  name = bus_call_error (&f, S1, SESSION_IFACE, "OpenStream", g_variant_new ("(s)", "0"), NULL);
  g_assert_cmpstr (name, ==, ERROR_NAME ("TooManyReaders"));
  reader_close (&readers[0]);                            /* which is seen though nothing is written */
  bus_wait (&f, are_streams, GUINT_TO_POINTER (1));
  reader_open (&readers[0], &f, S1, "0");
  reader_close (&readers[0]);
  reader_close (&readers[1]);
  bus_fixture_down (&f);
}

static void
test_bad_ids_are_refused (void)
{
  static const char *const ids[] = { "", "now", "1-2-3", "99999999999999999999" };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *name = bus_call_error (&f, S1, SESSION_IFACE, "OpenStream", g_variant_new ("(s)", ids[i]), NULL);

      g_assert_cmpstr (name, ==, ERROR_NAME ("InvalidBody"));
    }
  g_assert_cmpuint (count_streams (&f), ==, 0);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/stream/history-and-then-what-comes", test_history_and_then_what_comes);
  g_test_add_func ("/dbus/stream/resumes-behind-an-id", test_resumes_behind_an_id);
  g_test_add_func ("/dbus/stream/stalled-reader-delays-nobody-and-misses-nothing",
                   test_stalled_reader_delays_nobody_and_misses_nothing);
  g_test_add_func ("/dbus/stream/lines-larger-than-the-pipe-come-whole", test_lines_larger_than_the_pipe_come_whole);
  g_test_add_func ("/dbus/stream/what-was-trimmed-is-told-as-a-gap", test_what_was_trimmed_is_told_as_a_gap);
  g_test_add_func ("/dbus/stream/ends-when-the-session-is-forgotten", test_ends_when_the_session_is_forgotten);
  g_test_add_func ("/dbus/stream/ends-when-the-daemon-leaves", test_ends_when_the_daemon_leaves);
  g_test_add_func ("/dbus/stream/number-of-streams-is-limited", test_number_of_streams_is_limited);
  g_test_add_func ("/dbus/stream/bad-ids-are-refused", test_bad_ids_are_refused);
  return g_test_run ();
}
