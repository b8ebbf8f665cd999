/* test-dbus-counters.c - counters are told four times a second, and once more when it is quiet; state at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define FLOOD_US (1500 * 1000)

typedef struct {
  const char *property;
  guint64     value;
} Told;

/* Whether the last change that the session told of @property was to this value. */
static gboolean
was_told_last (BusFixture *f, gconstpointer data)
{
  const Told *told = data;

  for (guint i = f->heard->len; i-- > 0;)
    {
      const Heard *heard = f->heard->pdata[i];
      g_autoptr(GVariant) changed = NULL;
      guint64 value;

      if (!g_str_equal (heard->name, "PropertiesChanged") || !g_str_equal (heard->path, S1))
        continue;
      g_variant_get_child (heard->arguments, 1, "@a{sv}", &changed);
      if (g_variant_lookup (changed, told->property, "t", &value))
        return value == told->value;
    }
  return FALSE;
}

static void
test_flood_changes_properties_four_times_a_second (void)
{
  BusFixture f = { 0 };
  Told told = { "ThinkingSteps", 0 };
  gint64 end, first = 0, last = 0;
  guint n = 0;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  for (end = g_get_monotonic_time () + FLOOD_US; g_get_monotonic_time () < end; told.value++)
    {
      bus_think (&f, "s1", "thought", 0.5);
      while (f.under_way > 10)
        g_main_context_iteration (NULL, TRUE);
      g_main_context_iteration (NULL, FALSE);
    }
  bus_wait (&f, was_told_last, &told);

  for (guint i = 0; i < f.heard->len; i++)
    {
      const Heard *heard = f.heard->pdata[i];

      if (!g_str_equal (heard->name, "PropertiesChanged"))
        continue;
      first = n == 0 ? heard->time_us : first;
      last = heard->time_us;
      n++;
    }
  g_assert_cmpuint (told.value, >, 100);
  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpfloat ((double) n, <=, 4.0 * (double) (last - first) / G_USEC_PER_SEC + 2.0);
  bus_fixture_down (&f);
}

static void
test_last_value_is_told_when_it_is_quiet (void)
{
  BusFixture f = { 0 };
  const Told one = { "ThinkingSteps", 1 };
  const Told four = { "ThinkingSteps", 4 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  bus_think (&f, "s1", "one", 0.5);
  bus_wait (&f, was_told_last, &one);
  for (guint i = 0; i < 3; i++)
    bus_think (&f, "s1", "more", 0.5);
  bus_wait (&f, was_told_last, &four);
  bus_fixture_down (&f);
}

static guint
find_change (BusFixture *f, const char *property)
{
  for (guint i = 0; i < f->heard->len; i++)
    {
      const Heard *heard = f->heard->pdata[i];
      g_autoptr(GVariant) changed = NULL;

      if (!g_str_equal (heard->name, "PropertiesChanged"))
        continue;
      g_variant_get_child (heard->arguments, 1, "@a{sv}", &changed);
      if (g_variant_lookup (changed, property, "*", NULL))
        return i;
    }
  return G_MAXUINT;
}

static void
test_state_stands_before_finished (void)
{
  BusFixture f = { 0 };
  guint changed, finished = 0;
  const char *state = NULL;
  g_autoptr(GVariant) properties = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  bus_think (&f, "s1", "one", 0.5);
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);
  changed = find_change (&f, "State");
  while (!g_str_equal (((const Heard *) f.heard->pdata[finished])->name, "Finished"))
    finished++;
  g_assert_cmpuint (changed, <, finished);
  g_variant_get_child (((const Heard *) f.heard->pdata[changed])->arguments, 1, "@a{sv}", &properties);
  g_assert_true (g_variant_lookup (properties, "State", "&s", &state));
  g_assert_cmpstr (state, ==, "closed");
  g_assert_true (g_variant_lookup (properties, "EndedAt", "t", NULL));
  g_assert_true (g_variant_lookup (properties, "Outcome", "&s", NULL));
  bus_fixture_down (&f);
}

static void
test_drain_tells_what_is_left (void)
{
  BusFixture f = { 0 };
  const Told told = { "ThinkingSteps", 3 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  for (guint i = 0; i < 3; i++)
    bus_think (&f, "s1", "more", 0.5);
  bus_settle (&f);
  bus_drain (f.dbus);
  bus_wait (&f, was_told_last, &told);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/counters/flood-changes-properties-four-times-a-second",
                   test_flood_changes_properties_four_times_a_second);
  g_test_add_func ("/dbus/counters/last-value-is-told-when-it-is-quiet", test_last_value_is_told_when_it_is_quiet);
  g_test_add_func ("/dbus/counters/state-stands-before-finished", test_state_stands_before_finished);
  g_test_add_func ("/dbus/counters/drain-tells-what-is-left", test_drain_tells_what_is_left);
  return g_test_run ();
}
