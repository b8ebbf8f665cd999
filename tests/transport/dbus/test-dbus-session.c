/* test-dbus-session.c - a session on the bus: appears, thinks, finishes, vanishes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#define S1 OUIOED_BUS_ROOT "/session/s1"

static void
assert_text (BusFixture *f, const char *property, const char *wanted)
{
  g_autoptr(GVariant) value = bus_get (f, S1, property);

  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, wanted);
}

static guint64
get_number (BusFixture *f, const char *property)
{
  g_autoptr(GVariant) value = bus_get (f, S1, property);

  return g_variant_get_uint64 (value);
}

static void
test_session_appears_thinks_and_finishes (void)
{
  BusFixture f = { 0 };
  const Heard *heard;
  g_autoptr(GVariant) interfaces = NULL;
  g_autoptr(GVariant) properties = NULL;
  const char *path, *id, *type, *content, *outcome;
  double confidence;
  GVariant *details;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_think (&f, "s1", "first", 0.25);
  bus_progress (&f, "s1", "half", 50);
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);

  heard = bus_hear (&f, OUIOED_BUS_ROOT, "InterfacesAdded", 0);
  g_variant_get (heard->arguments, "(&o@a{sa{sv}})", &path, &interfaces);
  g_assert_cmpstr (path, ==, S1);
  properties = g_variant_lookup_value (interfaces, SESSION_IFACE, NULL);
  g_assert_nonnull (properties);
  g_assert_true (g_variant_lookup (properties, "Id", "&s", &id));
  g_assert_cmpstr (id, ==, "s1");

  heard = bus_hear (&f, S1, "StepAdded", 0);
  g_variant_get (heard->arguments, "(&s&s&sd@a{sv})", &id, &type, &content, &confidence, &details);
  g_assert_cmpstr (type, ==, "analysis");
  g_assert_cmpstr (content, ==, "first");
  g_assert_cmpfloat (confidence, ==, 0.25);
  g_assert_true (g_variant_lookup (details, "confidence", "d", &confidence));
  g_assert_true (g_variant_lookup (details, "time", "t", NULL));
  g_variant_unref (details);

  heard = bus_hear (&f, S1, "ProgressChanged", 0);
  g_variant_get (heard->arguments, "(&s&s&sd@a{sv})", &id, &type, &content, &confidence, &details);
  g_assert_cmpstr (type, ==, "progress");
  g_assert_cmpstr (content, ==, "half");
  g_assert_cmpfloat (confidence, ==, 50);
  g_variant_unref (details);

  heard = bus_hear (&f, S1, "Finished", 0);
  g_variant_get (heard->arguments, "(&s)", &outcome);
  g_assert_cmpstr (outcome, ==, "done");
  assert_text (&f, "State", "closed");
  assert_text (&f, "Outcome", "done");
  assert_text (&f, "User", "somebody");
  assert_text (&f, "Request", "what is there");
  g_assert_cmpuint (get_number (&f, "ThinkingSteps"), ==, 1);
  g_assert_cmpuint (get_number (&f, "ProgressUpdates"), ==, 1);
  g_assert_cmpuint (get_number (&f, "EndedAt"), >=, get_number (&f, "CreatedAt"));
  g_assert_cmpuint (get_number (&f, "LastActivity"), >=, get_number (&f, "CreatedAt"));
  bus_fixture_down (&f);
}

static void
test_what_was_not_reported_is_absent (void)
{
  BusFixture f = { 0 };
  const Heard *heard;
  double number;
  GVariant *details;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_think (&f, "s1", "unsure", -1);
  bus_progress (&f, "s1", "somewhere", -1);

  heard = bus_hear (&f, S1, "StepAdded", 0);
  g_variant_get (heard->arguments, "(&s&s&sd@a{sv})", NULL, NULL, NULL, &number, &details);
  g_assert_cmpfloat (number, ==, -1.0);
  g_assert_false (g_variant_lookup (details, "confidence", "d", NULL));
  g_assert_cmpuint (g_variant_n_children (details), ==, 1);   /* the time */
  g_variant_unref (details);

  heard = bus_hear (&f, S1, "ProgressChanged", 0);
  g_variant_get (heard->arguments, "(&s&s&sd@a{sv})", NULL, NULL, NULL, &number, &details);
  g_assert_cmpfloat (number, ==, -1.0);
  g_assert_false (g_variant_lookup (details, "percentage", "d", NULL));
  g_variant_unref (details);
  bus_fixture_down (&f);
}

static void
append (BusFixture *f, const char *body)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) json = json_loads (body, JSON_ALLOW_NUL, NULL);
  g_autoptr(OuioeThinkingStep) step = NULL;
  char *session_id = NULL;

  step = ouioe_codec_read_thinking (json, NULL, &session_id, problems, &error);
  g_assert_no_error (error);
  ouioed_hub_append_async (f->hub, session_id, step, NULL, NULL, NULL, NULL);
  g_ref_string_release (session_id);
}

static void
test_details_hold_what_the_producer_gave (void)
{
  BusFixture f = { 0 };
  const Heard *heard;
  g_autoptr(GVariant) details = NULL;
  g_auto(GStrv) chain = NULL;
  g_auto(GStrv) factors = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  append (&f, "{\"session_id\":\"s1\",\"thinking_type\":\"acme.lint\",\"content\":\"\","
              "\"reasoning_chain\":[\"one\",\"t\\u0000wo\"],\"decision_factors\":[\"cost\"]}");
  heard = bus_hear (&f, S1, "StepAdded", 0);
  g_variant_get_child (heard->arguments, 4, "@a{sv}", &details);
  g_assert_true (g_variant_lookup (details, "reasoning_chain", "^as", &chain));
  g_assert_cmpuint (g_strv_length (chain), ==, 2);
  g_assert_cmpstr (chain[1], ==, "t\357\277\275wo");
  g_assert_true (g_variant_lookup (details, "decision_factors", "^as", &factors));
  g_assert_cmpstr (factors[0], ==, "cost");
  g_assert_false (g_variant_lookup (details, "alternatives", "as", NULL));
  bus_fixture_down (&f);
}

static void
test_text_is_repaired (void)
{
  BusFixture f = { 0 };
  const Heard *heard;
  const char *content;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  append (&f, "{\"session_id\":\"s1\",\"thinking_type\":\"analysis\",\"content\":\"a\\u0000b \xf0\x9f\x92\xa1\"}");
  heard = bus_hear (&f, S1, "StepAdded", 0);
  g_variant_get_child (heard->arguments, 2, "&s", &content);
  g_assert_cmpstr (content, ==, "a\357\277\275b \360\237\222\241");
  bus_fixture_down (&f);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioed_hub_forget_finish (OUIOED_HUB (source), result, &error));
  g_assert_no_error (error);
}

static void
test_session_stays_until_it_is_forgotten (void)
{
  BusFixture f = { 0 };
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) objects = NULL;
  g_autofree char *name = NULL;
  const char *path;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);
  reply = bus_call (&f, OUIOED_BUS_ROOT, OBJECTS_IFACE, "GetManagedObjects", NULL, NULL);
  objects = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (objects), ==, 1);
  g_assert_cmpuint (bus_count (&f, NULL, "InterfacesRemoved"), ==, 0);

  ouioed_hub_forget_async (f.hub, "s1", forgotten_cb, NULL);
  g_variant_get (bus_hear (&f, OUIOED_BUS_ROOT, "InterfacesRemoved", 0)->arguments, "(&oas)", &path, NULL);
  g_assert_cmpstr (path, ==, S1);
  name = bus_call_error (&f, S1, SESSION_IFACE, "Close", g_variant_new ("(sa{sv})", "", NULL), NULL);
  g_assert_true (g_str_has_prefix (name, "org.freedesktop.DBus.Error.Unknown"));
  bus_fixture_down (&f);
}

static gboolean
is_open_again (BusFixture *f, gconstpointer data)
{
  const char *state = NULL;
  g_autoptr(GVariant) changed = NULL;

  for (guint i = f->heard->len; i-- > 0;)
    {
      const Heard *heard = f->heard->pdata[i];

      if (!g_str_equal (heard->name, "PropertiesChanged") || !g_str_equal (heard->path, S1))
        continue;
      g_variant_get_child (heard->arguments, 1, "@a{sv}", &changed);
      return g_variant_lookup (changed, "State", "&s", &state) && g_str_equal (state, "open");
    }
  return FALSE;
}

static void
test_session_created_again_is_the_same_object (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_think (&f, "s1", "before", 0.5);
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);
  bus_create (&f, "s1");
  bus_wait (&f, is_open_again, NULL);
  g_assert_cmpuint (bus_count (&f, NULL, "InterfacesAdded"), ==, 1);
  assert_text (&f, "State", "open");
  assert_text (&f, "Outcome", "");
  g_assert_cmpuint (get_number (&f, "ThinkingSteps"), ==, 0);
  g_assert_cmpuint (get_number (&f, "EndedAt"), ==, 0);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/session/appears-thinks-and-finishes", test_session_appears_thinks_and_finishes);
  g_test_add_func ("/dbus/session/what-was-not-reported-is-absent", test_what_was_not_reported_is_absent);
  g_test_add_func ("/dbus/session/details-hold-what-the-producer-gave", test_details_hold_what_the_producer_gave);
  g_test_add_func ("/dbus/session/text-is-repaired", test_text_is_repaired);
  g_test_add_func ("/dbus/session/stays-until-it-is-forgotten", test_session_stays_until_it_is_forgotten);
  g_test_add_func ("/dbus/session/created-again-is-the-same-object", test_session_created_again_is_the_same_object);
  return g_test_run ();
}
