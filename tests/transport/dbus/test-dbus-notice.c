/* test-dbus-notice.c - Notice: warnings, completions and failures of any session, at most so many
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

static void
update (BusFixture *f, const char *id, const char *type, const char *message)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = ouioed_dbus_session_path (id);
  g_autoptr(GVariant) reply = bus_call (f, path, SESSION_IFACE, "AppendProgress",
                                        g_variant_new ("(ssa{sv})", type, message, NULL), &error);

  g_assert_no_error (error);
}

static void
assert_notice (BusFixture *f, guint n, const char *session_id, const char *kind, const char *text)
{
  const Heard *heard = bus_hear (f, OUIOED_BUS_ROOT, "Notice", n);
  const char *told[3];

  g_variant_get (heard->arguments, "(&s&s&s)", &told[0], &told[1], &told[2]);
  g_assert_cmpstr (told[0], ==, session_id);
  g_assert_cmpstr (told[1], ==, kind);
  g_assert_cmpstr (told[2], ==, text);
}

static void
test_what_is_worth_a_look_is_told (void)
{
  static const struct { const char *type, *kind; } cases[] = {
    { "warning", "warning" },
    { "progress", NULL },
    { "completion", "completion" },
    { "discovery", NULL },
    { "completed", "completion" },
    { "error", "failure" },
  };
  BusFixture f = { 0 };
  guint n = 0;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "chat 1");
  bus_think (&f, "chat 1", "hm", 0.5);
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      update (&f, "chat 1", cases[i].type, cases[i].type);
      if (cases[i].kind != NULL)
        assert_notice (&f, n++, "chat 1", cases[i].kind, cases[i].type);
      g_assert_cmpuint (bus_count (&f, NULL, "Notice"), ==, n);
    }
  bus_fixture_down (&f);
}

static void
test_end_is_told_with_its_outcome (void)
{
  static const struct { const char *outcome, *kind; } cases[] = {
    { "done", "completion" }, { "closed", "completion" }, { "failed", "failure" }, { "timeout", "failure" },
  };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      bus_create (&f, cases[i].outcome);
      bus_close (&f, cases[i].outcome, cases[i].outcome);
      bus_settle (&f);
      assert_notice (&f, i, cases[i].outcome, cases[i].kind, cases[i].outcome);
    }
  bus_fixture_down (&f);
}

static void
test_open_session_that_is_forgotten_failed (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "closed");
  bus_close (&f, "closed", "done");
  bus_create (&f, "open");
  bus_settle (&f);
  assert_notice (&f, 0, "closed", "completion", "done");
  ouioed_hub_forget_async (f.hub, "closed", NULL, NULL);
  ouioed_hub_forget_async (f.hub, "open", NULL, NULL);
  assert_notice (&f, 1, "open", "failure", "expired");
  bus_hear (&f, NULL, "InterfacesRemoved", 1);
  g_assert_cmpuint (bus_count (&f, NULL, "Notice"), ==, 2);
  bus_fixture_down (&f);
}

static void
test_text_is_repaired_and_short (void)
{
  BusFixture f = { 0 };
  g_autofree char *rest = g_strnfill (1200, 'x');
  g_autofree char *json = g_strdup_printf ("{\"session_id\":\"s1\",\"progress_type\":\"warning\",\"message\":\"a\\u0000%s\"}",
                                           rest);
  const char *lines[] = { json, NULL };
  g_autoptr(GVariant) reply = NULL;
  const char *text;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "AppendEvents", g_variant_new ("(^as)", lines), NULL);
  g_assert_nonnull (reply);
  g_variant_get_child (bus_hear (&f, NULL, "Notice", 0)->arguments, 2, "&s", &text);
  g_assert_true (g_str_has_prefix (text, "a\357\277\275xxx"));
  g_assert_cmpint (g_utf8_strlen (text, -1), ==, 1000);
  bus_fixture_down (&f);
}

static void
test_flood_is_counted (void)
{
  enum { N = 90 };
  BusFixture f = { 0 };
  guint n = 0;

  bus_fixture_up (&f, NULL, NULL);
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      bus_create (&f, id);
      bus_close (&f, id, "done");
    }
  bus_settle (&f);
  for (guint told = 0; told < N; n++)
    {
      const char *id, *text;

      g_variant_get (bus_hear (&f, OUIOED_BUS_ROOT, "Notice", n)->arguments, "(&s&s&s)", &id, NULL, &text);
      told += *id != '\0' ? 1 : (guint) g_ascii_strtoull (text, NULL, 10);
      if (*id == '\0')
        g_assert_true (g_str_has_suffix (text, " notices were left out"));
    }
  g_assert_cmpuint (n, >=, 21);
  g_assert_cmpuint (n, <, N);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/notice/what-is-worth-a-look-is-told", test_what_is_worth_a_look_is_told);
  g_test_add_func ("/dbus/notice/end-is-told-with-its-outcome", test_end_is_told_with_its_outcome);
  g_test_add_func ("/dbus/notice/open-session-that-is-forgotten-failed", test_open_session_that_is_forgotten_failed);
  g_test_add_func ("/dbus/notice/text-is-repaired-and-short", test_text_is_repaired_and_short);
  g_test_add_func ("/dbus/notice/flood-is-counted", test_flood_is_counted);
  return g_test_run ();
}
