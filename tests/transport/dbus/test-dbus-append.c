/* test-dbus-append.c - AppendThinking, AppendProgress and AppendEvents
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name
#define THINKING "AppendThinking"
#define PROGRESS "AppendProgress"

static GVariant *
append_arguments (const char *type, const char *text, const char *options)
{
  return g_variant_new ("(ss@a{sv})", type, text, g_variant_new_parsed (options));
}

/* (transfer full): the id of the event. */
static char *
append (BusFixture *f, const char *method, const char *type, const char *text, const char *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (f, S1, SESSION_IFACE, method, append_arguments (type, text, options), &error);
  char *id;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &id);
  return id;
}

/* (transfer full): the JSON of the last event. */
static char *
read_last (BusFixture *f, const char *after)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (f, S1, SESSION_IFACE, "ReadEvents", g_variant_new ("(su)", after, 0), &error);
  g_autofree const char **lines = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(^a&ssb)", &lines, NULL, NULL);
  g_assert_cmpuint (g_strv_length ((char **) lines), >=, 1);
  return g_strdup (lines[g_strv_length ((char **) lines) - 1]);
}

static void
test_step_is_kept_with_all_it_says (void)
{
  BusFixture f = { 0 };
  g_autofree char *id = NULL;
  g_autofree char *line = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  id = append (&f, THINKING, "decision", "grün \" ok",
               "{'confidence': <0.25>, 'reasoning_chain': <['a', 'b']>, 'alternatives': <['c']>,"
               " 'decision_factors': <['d']>, 'context_used': <'{\"k\": [1]}'>, 'estimated_duration': <2.5>}");
  line = read_last (&f, "0");
  g_assert_true (g_str_has_prefix (line, "{\"id\":\""));
  g_assert_nonnull (strstr (line, id));
  g_assert_nonnull (strstr (line, ",\"thinking_type\":\"decision\",\"content\":\"grün \\\" ok\","
                            "\"reasoning_chain\":[\"a\",\"b\"],\"confidence\":0.25,\"alternatives\":[\"c\"],"
                            "\"decision_factors\":[\"d\"],\"context_used\":{\"k\":[1]},\"estimated_duration\":2.5}"));
  bus_fixture_down (&f);
}

static void
test_update_is_kept_with_all_it_says (void)
{
  BusFixture f = { 0 };
  g_autofree char *id = NULL;
  g_autofree char *line = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  id = append (&f, PROGRESS, "discovery", "found",
               "{'progress_percentage': <40.0>, 'current_step': <'two'>, 'total_steps': <uint64 8>,"
               " 'estimated_remaining': <'soon'>, 'intermediate_findings': <'[{\"a\":1}]'>,"
               " 'current_activity': <'looking'>, 'confidence': <1.0>}");
  line = read_last (&f, "0");
  g_assert_nonnull (strstr (line, id));
  g_assert_nonnull (strstr (line, ",\"progress_type\":\"discovery\",\"message\":\"found\",\"progress_percentage\":40.0,"
                            "\"current_step\":\"two\",\"total_steps\":8,\"estimated_remaining\":\"soon\","
                            "\"intermediate_findings\":[{\"a\":1}],\"current_activity\":\"looking\","
                            "\"confidence\":1.0}"));
  bus_fixture_down (&f);
}

static void
test_repetition_is_answered_alike (void)
{
  BusFixture f = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *other = NULL;
  g_autofree char *reused = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  first = append (&f, THINKING, "analysis", "one", "{'idempotency_key': <'k1'>, 'confidence': <0.5>}");
  again = append (&f, THINKING, "analysis", "one", "{'confidence': <0.5>, 'idempotency_key': <'k1'>}");
  other = append (&f, THINKING, "analysis", "one", "{'idempotency_key': <'k2'>}");
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
  reused = bus_call_error (&f, S1, SESSION_IFACE, THINKING,
                           append_arguments ("analysis", "two", "{'idempotency_key': <'k1'>}"), NULL);
  g_assert_cmpstr (reused, ==, ERROR_NAME ("KeyReused"));
  bus_fixture_down (&f);
}

static void
test_dropped_step_has_no_id (void)
{
  BusFixture f = { 0 };
  g_autoptr(GVariant) reply = NULL;
  g_autofree char *id = NULL;

  bus_fixture_up (&f, NULL, NULL);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "CreateSession",
                    g_variant_new ("(ssa{sv})", "s1", "me", NULL), NULL);    /* without debug mode */
  id = append (&f, THINKING, "analysis", "unseen", "@a{sv} {}");
  g_assert_cmpstr (id, ==, "");
  bus_fixture_down (&f);
}

static void
test_errors_are_named (void)
{
  static const struct { const char *method, *type, *text, *options, *name, *word; } cases[] = {
    { THINKING, "bogus", "", "@a{sv} {}", "UnknownType", "analysis" },
    { PROGRESS, "bogus", "", "@a{sv} {}", "UnknownType", "discovery" },
    { THINKING, "analysis", "", "{'colour': <'red'>}", "InvalidBody", "colour" },
    { THINKING, "analysis", "", "{'progress_percentage': <1.0>}", "InvalidBody", "progress_percentage" },
    { THINKING, "analysis", "", "{'confidence': <1>}", "InvalidBody", "confidence" },
    { THINKING, "analysis", "", "{'confidence': <1.5>}", "InvalidBody", "confidence" },
    { THINKING, "analysis", "", "{'context_used': <'[]'>}", "InvalidBody", "context_used" },
    { THINKING, "analysis", "", "{'idempotency_key': <''>}", "InvalidBody", "idempotency_key" },
    { PROGRESS, "progress", "", "{'progress_percentage': <101.0>}", "InvalidBody", "progress_percentage" },
    { PROGRESS, "progress", "", "{'intermediate_findings': <'{\"a\":1}'>}", "InvalidBody", "intermediate_findings" },
    { PROGRESS, "progress", "", "{'intermediate_findings': <'[],\"b\":1'>}", "InvalidBody", "intermediate_findings" },
    { PROGRESS, "progress", "", "{'total_steps': <uint64 18446744073709551615>}", "InvalidBody", "total_steps" },
  };
  BusFixture f = { 0 };
  g_autofree char *closed = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autofree char *expected = g_strconcat (OUIOED_BUS_NAME ".Error.", cases[i].name, NULL);
      g_autofree char *name = bus_call_error (&f, S1, SESSION_IFACE, cases[i].method,
                                              append_arguments (cases[i].type, cases[i].text, cases[i].options),
                                              &message);

      g_assert_cmpstr (name, ==, expected);
      g_assert_nonnull (strstr (message, cases[i].word));
    }
  bus_close (&f, "s1", "done");
  bus_settle (&f);
  closed = bus_call_error (&f, S1, SESSION_IFACE, THINKING, append_arguments ("analysis", "late", "@a{sv} {}"), NULL);
  g_assert_cmpstr (closed, ==, ERROR_NAME ("WrongState"));
  bus_fixture_down (&f);
}

static void
test_many_lines_have_an_answer_each (void)
{
  static const char *const lines[] = {
    "{\"session_id\":\"s1\",\"thinking_type\":\"analysis\",\"content\":\"one\"}",
    "not JSON",
    "{\"session_id\":\"s1\",\"progress_type\":\"progress\",\"message\":\"two\",\"idempotency_key\":\"k\"}",
    "{\"session_id\":\"s1\",\"progress_type\":\"progress\",\"message\":\"two\",\"idempotency_key\":\"k\"}",
    "{\"session_id\":\"nobody\",\"thinking_type\":\"analysis\",\"content\":\"\"}",
    "{\"session_id\":\"s1\",\"thinking_type\":\"bogus\",\"content\":\"\"}",
    NULL,
  };
  static const char *const starts[] = {
    "{\"line\":1,\"status\":200,\"id\":\"", "{\"line\":2,\"status\":422,\"error\":{", "{\"line\":3,\"status\":200,\"id\":\"",
    "{\"line\":4,\"status\":200,\"id\":\"", "{\"line\":5,\"status\":404,\"error\":{", "{\"line\":6,\"status\":400,\"error\":{",
  };
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autofree const char **answers = NULL;

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  reply = bus_call (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "AppendEvents", g_variant_new ("(^as)", lines), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(^a&s)", &answers);
  g_assert_cmpuint (g_strv_length ((char **) answers), ==, G_N_ELEMENTS (starts));
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (!g_str_has_prefix (answers[i], starts[i]))
      g_error ("answer %u is %s", i, answers[i]);
  g_assert_true (g_str_has_suffix (answers[3], ",\"replayed\":true}"));
  bus_fixture_down (&f);
}

static void
test_too_many_lines_are_refused (void)
{
  BusFixture f = { 0 };
  g_autoptr(GPtrArray) lines = g_ptr_array_new ();
  g_autofree char *big = g_strnfill (3 << 20, ' ');
  g_autofree char *none = NULL;
  g_autofree char *many = NULL;
  g_autofree char *large = NULL;

  bus_fixture_up (&f, NULL, NULL);
  none = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "AppendEvents", g_variant_new ("(as)", NULL), NULL);
  g_assert_cmpstr (none, ==, ERROR_NAME ("InvalidBody"));
  for (guint i = 0; i < 10001; i++)
    g_ptr_array_add (lines, (gpointer) "{}");
  many = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "AppendEvents",
                         g_variant_new ("(@as)", g_variant_new_strv ((const char **) lines->pdata, lines->len)), NULL);
  g_assert_cmpstr (many, ==, ERROR_NAME ("InvalidBody"));
  g_ptr_array_set_size (lines, 0);
  for (guint i = 0; i < 6; i++)
    g_ptr_array_add (lines, big);
  large = bus_call_error (&f, OUIOED_BUS_ROOT, MANAGER_IFACE, "AppendEvents",
                          g_variant_new ("(@as)", g_variant_new_strv ((const char **) lines->pdata, lines->len)), NULL);
  g_assert_cmpstr (large, ==, ERROR_NAME ("BodyTooLarge"));
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/append/step-is-kept-with-all-it-says", test_step_is_kept_with_all_it_says);
  g_test_add_func ("/dbus/append/update-is-kept-with-all-it-says", test_update_is_kept_with_all_it_says);
  g_test_add_func ("/dbus/append/repetition-is-answered-alike", test_repetition_is_answered_alike);
  g_test_add_func ("/dbus/append/dropped-step-has-no-id", test_dropped_step_has_no_id);
  g_test_add_func ("/dbus/append/errors-are-named", test_errors_are_named);
  g_test_add_func ("/dbus/append/many-lines-have-an-answer-each", test_many_lines_have_an_answer_each);
  g_test_add_func ("/dbus/append/too-many-lines-are-refused", test_too_many_lines_are_refused);
  return g_test_run ();
}
