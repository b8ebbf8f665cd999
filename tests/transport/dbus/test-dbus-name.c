/* test-dbus-name.c - what was there before the start, and whose the name is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#define SESSIONS 2000

static void
prepare_sessions (BusFixture *f)
{
  for (guint i = 0; i < SESSIONS; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      bus_create (f, id);
      bus_think (f, id, "before the bus", 0.5);
    }
  bus_settle (f);
}

static void
test_sessions_from_before_are_there_when_the_name_is (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) objects = NULL;
  g_autoptr(GVariant) steps = NULL;

  bus_fixture_up (&f, NULL, prepare_sessions);
  reply = bus_call (&f, OUIOED_BUS_ROOT, OBJECTS_IFACE, "GetManagedObjects", NULL, &error);
  g_assert_no_error (error);
  objects = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (objects), ==, SESSIONS);
  steps = bus_get (&f, OUIOED_BUS_ROOT "/session/s7", "ThinkingSteps");
  g_assert_cmpuint (g_variant_get_uint64 (steps), ==, 1);
  bus_think (&f, "s1999", "after it", 0.5);
  bus_hear (&f, OUIOED_BUS_ROOT "/session/s1999", "StepAdded", 0);
  g_assert_cmpuint (bus_count (&f, NULL, "StepAdded"), ==, 1);
  bus_fixture_down (&f);
}

static void
test_name_that_is_taken_is_an_error (void)
{
  BusFixture f = { 0 };
  g_autoptr(GDBusConnection) connection = NULL;
  g_autoptr(OuioedDbus) second = NULL;
  g_autoptr(GError) error = NULL;

  bus_fixture_up (&f, NULL, NULL);
  second = bus_fixture_second (&f, FALSE, &connection);
  g_assert_false (bus_start (second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_false (f.name_lost);
  g_clear_object (&second);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  bus_fixture_down (&f);
}

static gboolean
is_lost (BusFixture *f, gconstpointer data)
{
  return f->name_lost;
}

static void
test_name_goes_to_one_that_replaces (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 100, 1000, TRUE };
  g_autoptr(GDBusConnection) connection = NULL;
  g_autoptr(OuioedDbus) second = NULL;
  g_autoptr(GError) error = NULL;

  bus_fixture_up (&f, &config, NULL);
  second = bus_fixture_second (&f, TRUE, &connection);
  g_assert_true (bus_start (second, &error));
  g_assert_no_error (error);
  bus_wait (&f, is_lost, NULL);
  bus_drain (second);
  g_clear_object (&second);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  bus_fixture_down (&f);
}

static void
test_bus_that_goes_away_is_told (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  g_test_dbus_stop (f.bus);
  bus_wait (&f, is_lost, NULL);
  bus_create (&f, "s1");           /* the rest of the daemon goes on until it is drained */
  bus_think (&f, "s1", "nobody listens", 0.5);
  bus_settle (&f);
  g_assert_cmpuint (f.failed, ==, 0);
  bus_fixture_down (&f);
}

static gboolean
has_no_owner (BusFixture *f, gconstpointer data)
{
  g_autoptr(GVariant) reply = g_dbus_connection_call_sync (f->client, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                           "org.freedesktop.DBus", "NameHasOwner",
                                                           g_variant_new ("(s)", OUIOED_BUS_NAME),
                                                           G_VARIANT_TYPE ("(b)"),
                                                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean owned;

  g_variant_get (reply, "(b)", &owned);
  return !owned;
}

static void
test_name_is_given_up_with_the_last_signals (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  ouioed_transport_stop_accepting (OUIOED_TRANSPORT (f.dbus));
  bus_create (&f, "s1");
  bus_hear (&f, NULL, "InterfacesAdded", 0);    /* what was accepted before is still told */
  g_assert_false (has_no_owner (&f, NULL));
  bus_drain (f.dbus);
  bus_wait (&f, has_no_owner, NULL);
  g_assert_false (f.name_lost);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/name/sessions-from-before-are-there-when-the-name-is",
                   test_sessions_from_before_are_there_when_the_name_is);
  g_test_add_func ("/dbus/name/that-is-taken-is-an-error", test_name_that_is_taken_is_an_error);
  g_test_add_func ("/dbus/name/goes-to-one-that-replaces", test_name_goes_to_one_that_replaces);
  g_test_add_func ("/dbus/name/bus-that-goes-away-is-told", test_bus_that_goes_away_is_told);
  g_test_add_func ("/dbus/name/is-given-up-with-the-last-signals", test_name_is_given_up_with_the_last_signals);
  return g_test_run ();
}
