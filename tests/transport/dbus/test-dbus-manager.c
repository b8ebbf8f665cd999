/* test-dbus-manager.c - ListSessions, FindSession, GetStatistics, Reload
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name

static GVariant *
list_arguments (const char *options)
{
  return g_variant_new ("(@a{sv})", g_variant_new_parsed (options));
}

/* Ids of the sessions, joined by spaces; (transfer full). */
static char *
list (BusFixture *f, const char *options, gboolean *has_more)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (f, OUIOED_BUS_ROOT, MANAGER_IFACE, "ListSessions", list_arguments (options),
                                        &error);
  g_autoptr(GString) ids = g_string_new (NULL);
  g_autofree const char **paths = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(^a&ob)", &paths, has_more);
  for (guint i = 0; paths[i] != NULL; i++)
    g_string_append_printf (ids, "%s%s", i == 0 ? "" : " ", strrchr (paths[i], '/') + 1);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
test_sessions_are_listed_page_by_page (void)
{
  static const struct { const char *options; const char *ids; gboolean has_more; } cases[] = {
    { "@a{sv} {}", "s4 s3 s2 s1", FALSE },
    { "{'limit': <uint32 3>}", "s4 s3 s2", TRUE },
    { "{'limit': <uint32 3>, 'before': <'s2'>}", "s1", FALSE },
    { "{'state': <'open'>}", "s4 s3 s1", FALSE },
    { "{'state': <'closed'>}", "s2", FALSE },
    { "{'user_id': <'somebody'>, 'limit': <uint32 1>}", "s4", TRUE },
    { "{'user_id': <'nobody'>}", "", FALSE },
  };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      bus_create (&f, id);
      bus_settle (&f);
    }
  bus_close (&f, "s2", "done");
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean has_more;
      g_autofree char *ids = list (&f, cases[i].options, &has_more);

      g_assert_cmpstr (ids, ==, cases[i].ids);
      g_assert_true (has_more == cases[i].has_more);
    }
  bus_fixture_down (&f);
}

static void
test_bad_options_of_a_list_are_named (void)
{
  static const struct { const char *options; const char *word; } cases[] = {
    { "{'limit': <uint32 0>}", "limit" },
    { "{'limit': <uint32 1001>}", "limit" },
    { "{'limit': <5>}", "limit" },
    { "{'state': <'asleep'>}", "state" },
    { "{'user': <'me'>}", "user" },
  };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autofree char *name = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "ListSessions",
                                              list_arguments (cases[i].options), &message);

      g_assert_cmpstr (name, ==, ERROR_NAME ("InvalidBody"));
      g_assert_nonnull (strstr (message, cases[i].word));
    }
  bus_fixture_down (&f);
}

static void
test_session_is_found_by_its_id (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  const char *strangers[] = { "chat 2", "", "\001ouioed:probe" };
  const char *path;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "chat 1");
  bus_settle (&f);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "FindSession", g_variant_new ("(s)", "chat 1"), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&o)", &path);
  g_assert_cmpstr (path, ==, OUIOED_BUS_ROOT "/session/chat_201");
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *name = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "FindSession",
                                              g_variant_new ("(s)", strangers[i]), NULL);

      g_assert_cmpstr (name, ==, ERROR_NAME ("SessionNotFound"));
    }
  bus_fixture_down (&f);
}

/* What it says of its process is what this process is: the transport runs in it. */
static void
check_process (GVariant *statistics)
{
  guint64 memory, open, max, started;

  g_assert_true (g_variant_lookup (statistics, "memory_bytes", "t", &memory));
  g_assert_true (g_variant_lookup (statistics, "open_descriptors", "t", &open));
  g_assert_true (g_variant_lookup (statistics, "max_descriptors", "t", &max));
  g_assert_true (g_variant_lookup (statistics, "started", "t", &started));
  g_assert_cmpuint (memory, >, 1 << 20);
  g_assert_cmpuint (open, >, 3);
  g_assert_cmpuint (max, >=, open);
  g_assert_cmpint (ABS ((gint64) started - g_get_real_time ()), <, 600 * G_USEC_PER_SEC);
}

static void
test_statistics_count (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) statistics = NULL;
  guint64 steps, updates, created;
  guint32 open, closed;
  const char *store;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_create (&f, "s2");
  for (guint i = 0; i < 3; i++)
    bus_think (&f, "s1", "hm", 0.5);
  bus_progress (&f, "s1", "on it", 10);
  bus_close (&f, "s2", "done");
  bus_settle (&f);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "GetStatistics", NULL, &error);
  g_assert_no_error (error);
  statistics = g_variant_get_child_value (reply, 0);
  g_assert_true (g_variant_lookup (statistics, "thinking_steps", "t", &steps));
  g_assert_true (g_variant_lookup (statistics, "progress_updates", "t", &updates));
  g_assert_true (g_variant_lookup (statistics, "sessions_created", "t", &created));
  g_assert_true (g_variant_lookup (statistics, "sessions_open", "u", &open));
  g_assert_true (g_variant_lookup (statistics, "sessions_closed", "u", &closed));
  g_assert_true (g_variant_lookup (statistics, "store", "&s", &store));
  g_assert_cmpuint (steps, ==, 3);
  g_assert_cmpuint (updates, ==, 1);
  g_assert_cmpuint (created, ==, 2);
  g_assert_cmpuint (open, ==, 1);
  g_assert_cmpuint (closed, ==, 1);
  g_assert_cmpstr (store, ==, "memory");
  check_process (statistics);
  bus_fixture_down (&f);
}

/* ---- Reload ---- */

static gboolean
has_feature (BusFixture *f, const char *word)
{
  g_autoptr(GVariant) features = bus_get (f, OUIOED_BUS_ROOT, "Features");
  g_autofree const char **words = g_variant_get_strv (features, NULL);

  return g_strv_contains (words, word);
}

static gboolean
reload (gpointer user_data, GError **error)
{
  guint *calls = user_data;

  if (++*calls == 1)
    return TRUE;
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "[bus] bus needs a restart");
  return FALSE;
}

static void
test_reload_is_done_or_refused_with_a_reason (void)
{
  BusFixture f = { 0 };
  guint calls = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autofree char *message = NULL;
  g_autofree char *name = NULL;

  bus_fixture_up (&f, NULL, NULL);
  ouioed_dbus_set_reload (f.dbus, reload, &calls);
  g_assert_true (has_feature (&f, "reload"));
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "Reload", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (calls, ==, 1);
  name = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "Reload", NULL, &message);
  g_assert_cmpstr (name, ==, ERROR_NAME ("Configuration"));
  g_assert_cmpstr (message, ==, "[bus] bus needs a restart");
  bus_fixture_down (&f);
}

static void
test_without_a_configuration_there_is_no_reload (void)
{
  BusFixture f = { 0 };
  g_autofree char *name = NULL;

  bus_fixture_up (&f, NULL, NULL);
  g_assert_false (has_feature (&f, "reload"));
  g_assert_true (has_feature (&f, "open-stream"));
  g_assert_true (has_feature (&f, "session-keys"));
  name = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "Reload", NULL, NULL);
  g_assert_cmpstr (name, ==, ERROR_NAME ("MethodNotAllowed"));
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/manager/sessions-are-listed-page-by-page", test_sessions_are_listed_page_by_page);
  g_test_add_func ("/dbus/manager/bad-options-of-a-list-are-named", test_bad_options_of_a_list_are_named);
  g_test_add_func ("/dbus/manager/session-is-found-by-its-id", test_session_is_found_by_its_id);
  g_test_add_func ("/dbus/manager/statistics-count", test_statistics_count);
  g_test_add_func ("/dbus/manager/reload-is-done-or-refused-with-a-reason", test_reload_is_done_or_refused_with_a_reason);
  g_test_add_func ("/dbus/manager/without-a-configuration-there-is-no-reload",
                   test_without_a_configuration_there_is_no_reload);
  return g_test_run ();
}
