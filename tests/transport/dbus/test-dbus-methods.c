/* test-dbus-methods.c - CreateSession, Close, and errors by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name

static GVariant *
create_arguments (const char *id, const char *options)
{
  return g_variant_new ("(ss@a{sv})", id, "somebody", g_variant_new_parsed (options));
}

static void
test_created_session_is_there (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) debug = NULL;
  OuioeSessionInfo info;
  const char *path;

  bus_fixture_up (&f, NULL, NULL);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession",
                    create_arguments ("s1", "{'debug_mode': <true>, 'user_request': <'why?'>}"), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&o)", &path);
  g_assert_cmpstr (path, ==, S1);
  g_assert_cmpuint (bus_count (&f, NULL, "InterfacesAdded"), ==, 1);   /* told before the answer */
  debug = bus_get (&f, S1, "DebugMode");
  g_assert_true (g_variant_get_boolean (debug));
  g_assert_true (ouioed_channel_get_info (ouioed_hub_find (f.hub, "s1"), &info));
  g_assert_cmpstr (info.context->user_request.str, ==, "why?");
  bus_fixture_down (&f);
}

static void
test_closed_from_the_bus (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  const char *outcome;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_hear (&f, NULL, "InterfacesAdded", 0);
  reply = bus_call (&f, S1, SESSION_IFACE, "Close", g_variant_new ("(sa{sv})", "failed", NULL), &error);
  g_assert_no_error (error);
  g_variant_get (bus_hear (&f, S1, "Finished", 0)->arguments, "(&s)", &outcome);
  g_assert_cmpstr (outcome, ==, "failed");
  g_assert_false (ouioed_channel_is_open (ouioed_hub_find (f.hub, "s1")));
  bus_fixture_down (&f);
}

static void
close_with_key (BusFixture *f, const char *outcome, const char *key, const char *refusal)
{
  g_autofree char *options = g_strdup_printf ("{'idempotency_key': <'%s'>}", key);
  GVariant *arguments = g_variant_new ("(s@a{sv})", outcome, g_variant_new_parsed (options));
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autofree char *name = NULL;

  if (refusal != NULL)
    {
      name = bus_call_error (f, S1, SESSION_IFACE, "Close", arguments, NULL);
      g_assert_cmpstr (name, ==, refusal);
      return;
    }
  reply = bus_call (f, S1, SESSION_IFACE, "Close", arguments, &error);
  g_assert_no_error (error);
}

static void
create_with_key (BusFixture *f, const char *options, const char *refusal)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autofree char *name = NULL;

  if (refusal != NULL)
    {
      name = bus_call_error (f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession", create_arguments ("s1", options), NULL);
      g_assert_cmpstr (name, ==, refusal);
      return;
    }
  reply = bus_call (f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession", create_arguments ("s1", options), &error);
  g_assert_no_error (error);
}

static gboolean
is_open (BusFixture *f)
{
  return ouioed_channel_is_open (ouioed_hub_find (f->hub, "s1"));
}

static void
test_repeated_create_and_close_with_a_key_happen_once (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  create_with_key (&f, "{'idempotency_key': <'c1'>, 'debug_mode': <true>}", NULL);
  create_with_key (&f, "{'debug_mode': <true>, 'idempotency_key': <'c1'>}", NULL);
  create_with_key (&f, "{'idempotency_key': <'c1'>}", ERROR_NAME ("KeyReused"));
  create_with_key (&f, "{'debug_mode': <true>}", ERROR_NAME ("SessionExists"));

  close_with_key (&f, "done", "e1", NULL);
  g_assert_false (is_open (&f));
  close_with_key (&f, "done", "e1", NULL);
  close_with_key (&f, "failed", "e1", ERROR_NAME ("KeyReused"));
  close_with_key (&f, "done", "e2", ERROR_NAME ("SessionNotFound"));
  create_with_key (&f, "{'idempotency_key': <'c1'>, 'debug_mode': <true>}", NULL);
  g_assert_false (is_open (&f));   /* a late repetition opens nothing */

  create_with_key (&f, "{'idempotency_key': <'c2'>}", NULL);
  g_assert_true (is_open (&f));
  close_with_key (&f, "done", "e1", NULL);
  g_assert_true (is_open (&f));    /* nor does one close what was created since */
  bus_fixture_down (&f);
}

static void
test_keys_that_cannot_be_used_are_refused (void)
{
  BusFixture f = { 0 };
  g_autofree char *long_key = g_strnfill (256, 'k');
  g_autofree char *long_option = g_strdup_printf ("{'idempotency_key': <'%s'>}", long_key);

  bus_fixture_up (&f, NULL, NULL);
  create_with_key (&f, long_option, ERROR_NAME ("InvalidBody"));
  create_with_key (&f, "{'idempotency_key': <''>}", ERROR_NAME ("InvalidBody"));
  create_with_key (&f, "{'idempotency_key': <7>}", ERROR_NAME ("InvalidBody"));
  create_with_key (&f, "{'idempotency_key': <'c1'>}", NULL);
  close_with_key (&f, "done", long_key, ERROR_NAME ("InvalidBody"));
  close_with_key (&f, "done", "", ERROR_NAME ("InvalidBody"));
  g_assert_true (is_open (&f));
  bus_fixture_down (&f);
}

static void
test_errors_have_names_and_sentences (void)
{
  static const struct { const char *id; const char *options; const char *name; const char *word; } creates[] = {
    { "open", "@a{sv} {}", ERROR_NAME ("SessionExists"), "running" },
    { "a/b", "@a{sv} {}", ERROR_NAME ("InvalidBody"), "session_id" },
    { "new", "{'colour': <'red'>}", ERROR_NAME ("InvalidBody"), "colour" },
    { "new", "{'debug_mode': <1>}", ERROR_NAME ("InvalidBody"), "debug_mode" },
  };
  static const struct { const char *path; const char *outcome; const char *options; const char *name; } closes[] = {
    { "/session/closed", "", "@a{sv} {}", ERROR_NAME ("SessionNotFound") },
    { "/session/open", "two words", "@a{sv} {}", ERROR_NAME ("InvalidBody") },
    { "/session/open", "", "{'force': <true>}", ERROR_NAME ("InvalidBody") },
  };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "open");
  bus_create (&f, "closed");
  bus_close (&f, "closed", "closed");
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (creates); i++)
    {
      g_autofree char *message = NULL;
      g_autofree char *name = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession",
                                              create_arguments (creates[i].id, creates[i].options), &message);

      g_assert_cmpstr (name, ==, creates[i].name);
      g_assert_nonnull (strstr (message, creates[i].word));
    }
  for (guint i = 0; i < G_N_ELEMENTS (closes); i++)
    {
      g_autofree char *path = g_strconcat (OUIOED_BUS_ROOT, closes[i].path, NULL);
      g_autofree char *name = bus_call_error (&f, path, SESSION_IFACE, "Close",
                                              g_variant_new ("(s@a{sv})", closes[i].outcome,
                                                             g_variant_new_parsed (closes[i].options)), NULL);

      g_assert_cmpstr (name, ==, closes[i].name);
    }
  g_assert_true (ouioed_channel_is_open (ouioed_hub_find (f.hub, "open")));
  g_assert_null (ouioed_hub_find (f.hub, "new"));
  bus_fixture_down (&f);
}

static void
test_limits_and_drain_are_told (void)
{
  BusFixture f = { 0 };
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  g_autofree char *full = NULL;
  g_autofree char *draining = NULL;

  bus_fixture_up (&f, NULL, NULL);
  limits.max_sessions = 1;
  ouioed_hub_set_limits (f.hub, &limits);
  bus_create (&f, "s1");
  bus_settle (&f);
  full = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession", create_arguments ("s2", "@a{sv} {}"),
                         NULL);
  g_assert_cmpstr (full, ==, ERROR_NAME ("TooManySessions"));
  ouioed_hub_drain_async (f.hub, NULL, NULL);
  draining = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession", create_arguments ("s3", "@a{sv} {}"),
                             NULL);
  g_assert_cmpstr (draining, ==, ERROR_NAME ("Draining"));
  bus_fixture_down (&f);
}

static void
test_manager_says_what_it_is (void)
{
  BusFixture f = { 0 };
  g_autoptr(GVariant) version = NULL;
  g_autoptr(GVariant) features = NULL;
  g_autofree const char **words = NULL;

  bus_fixture_up (&f, NULL, NULL);
  version = bus_get (&f, OUIOED_BUS_ROOT, "Version");
  features = bus_get (&f, OUIOED_BUS_ROOT, "Features");
  words = g_variant_get_strv (features, NULL);
  g_assert_true (g_ascii_isdigit (g_variant_get_string (version, NULL)[0]));
  g_assert_true (g_strv_contains (words, "create-session"));
  g_assert_true (g_strv_contains (words, "close"));
  g_assert_true (g_strv_contains (words, "signals"));
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/methods/created-session-is-there", test_created_session_is_there);
  g_test_add_func ("/dbus/methods/closed-from-the-bus", test_closed_from_the_bus);
  g_test_add_func ("/dbus/methods/repeated-create-and-close-with-a-key-happen-once",
                   test_repeated_create_and_close_with_a_key_happen_once);
  g_test_add_func ("/dbus/methods/keys-that-cannot-be-used-are-refused", test_keys_that_cannot_be_used_are_refused);
  g_test_add_func ("/dbus/methods/errors-have-names-and-sentences", test_errors_have_names_and_sentences);
  g_test_add_func ("/dbus/methods/limits-and-drain-are-told", test_limits_and_drain_are_told);
  g_test_add_func ("/dbus/methods/manager-says-what-it-is", test_manager_says_what_it_is);
  return g_test_run ();
}
