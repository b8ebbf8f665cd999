/* test-dbus-parts.c - paths, text, errors, budgets and arguments, without a bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-dbus-private.h"

#include <math.h>
#include <string.h>

/* ---- text ---- */

static void
test_path_holds_any_id (void)
{
  static const struct { const char *id; const char *path; } cases[] = {
    { "s1", "/session/s1" },
    { "user-123 chat", "/session/user_2d123_20chat" },
    { "a_b", "/session/a_5fb" },
    { "é", "/session/_c3_a9" },
    { "", "/session/_" },
    { "..", "/session/_2e_2e" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = ouioed_dbus_session_path (cases[i].id);

      g_assert_true (g_str_has_prefix (path, OUIOED_BUS_ROOT));
      g_assert_cmpstr (path + strlen (OUIOED_BUS_ROOT), ==, cases[i].path);
      g_assert_true (g_variant_is_object_path (path));
    }
}

static void
test_any_bytes_become_text (void)
{
  static const struct { const char *bytes; gsize len; const char *text; } cases[] = {
    { "plain", 5, "plain" },
    { "", 0, "" },
    { "a\0b", 3, "a\357\277\275b" },
    { "\377\376", 2, "\357\277\275\357\277\275" },
    { "grün", 5, "grün" },
    { "gr\303", 3, "gr\357\277\275" },
    { "\355\240\200", 3, "\357\277\275\357\277\275\357\277\275" },      /* a surrogate */
    { "\360\237\222\241", 4, "\360\237\222\241" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = ouioed_dbus_repair_text (cases[i].bytes, cases[i].len);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static void
test_every_error_has_a_name (void)
{
  g_autoptr(GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  ouioed_dbus_register_errors ();
  for (guint i = 0; i < OUIOE_N_ERRORS; i++)
    {
      g_autoptr(GError) error = g_error_new (OUIOE_ERROR, (int) i, "A sentence.");
      g_autofree char *name = g_dbus_error_encode_gerror (error);

      g_assert_true (g_str_has_prefix (name, OUIOED_BUS_NAME ".Error."));
      g_assert_true (g_dbus_is_interface_name (name));
      g_assert_true (g_hash_table_add (names, (gpointer) g_intern_string (name)));
    }
}

/* ---- budget ---- */

static void
test_budget_holds_in_any_second (void)
{
  enum { LIMIT = 7, STEPS = 2000 };
  OuioedDbusBudget budget = { 0 };
  gint64 taken[STEPS];
  guint n = 0;
  gint64 now = 1234567;

  for (guint i = 0; i < STEPS; i++)
    {
      now += g_test_rand_int_range (0, 60000);
      if (ouioed_dbus_budget_has_room (&budget, LIMIT, now))
        {
          ouioed_dbus_budget_take (&budget, now);
          taken[n++] = now;
        }
    }
  g_assert_cmpuint (n, >, LIMIT * 10);
  for (guint i = LIMIT; i < n; i++)
    g_assert_cmpint (taken[i] - taken[i - LIMIT], >=, G_USEC_PER_SEC);
}

static void
test_budget_comes_back (void)
{
  OuioedDbusBudget budget = { 0 };

  for (gint64 second = 0; second < 5; second++)
    {
      gint64 now = (1000 + 2 * second) * G_USEC_PER_SEC;

      for (guint i = 0; i < 3; i++)
        {
          g_assert_true (ouioed_dbus_budget_has_room (&budget, 3, now));
          ouioed_dbus_budget_take (&budget, now);
        }
      g_assert_false (ouioed_dbus_budget_has_room (&budget, 3, now + G_USEC_PER_SEC / 2));
    }
}

/* ---- arguments ---- */

static OuioeCreateRequest *
read_create (const char *options, GError **error)
{
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  g_autoptr(GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (options));
  g_auto(OuioedDbusKey) key = { NULL, NULL };

  return ouioed_dbus_read_create ("s1", "somebody", variant, &limits, &key, error);
}

static void
test_options_reach_the_request (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeCreateRequest) request = NULL;

  request = read_create ("{'debug_mode': <true>, 'user_request': <'why?'>, 'system_context': <'{\"a\":[1]}'>,"
                         " 'max_stream_length': <uint32 77>, 'progress_updates': <false>,"
                         " 'update_threshold_seconds': <2.5>, 'expiry_seconds': <60.0>}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (request->session_id, ==, "s1");
  g_assert_cmpstr (request->user_id, ==, "somebody");
  g_assert_true (request->config.debug_mode);
  g_assert_false (request->config.progress_updates);
  g_assert_cmpuint (request->config.max_stream_length, ==, 77);
  g_assert_cmpint (request->config.update_threshold_us, ==, 2500000);
  g_assert_cmpint (request->config.expiry_us, ==, 60000000);
  g_assert_cmpstr (request->context->user_request.str, ==, "why?");
  g_assert_cmpstr (request->context->system_context.str, ==, "{\"a\":[1]}");
}

static void
test_without_options_there_are_defaults (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeCreateRequest) request = read_create ("@a{sv} {}", &error);

  g_assert_no_error (error);
  g_assert_false (request->config.debug_mode);
  g_assert_cmpuint (request->config.max_stream_length, ==, 1000);
  g_assert_cmpstr (request->context->system_context.str, ==, "{}");
}

static void
test_bad_options_are_named (void)
{
  static const struct { const char *options; const char *name; } cases[] = {
    { "{'debug': <true>}", "debug" },
    { "{'debug_mode': <'yes'>}", "debug_mode" },
    { "{'max_stream_length': <5>}", "max_stream_length" },             /* an int32 */
    { "{'max_stream_length': <uint32 0>}", "max_stream_length" },
    { "{'max_stream_length': <uint32 4000000000>}", "max_stream_length" },
    { "{'expiry_seconds': <-1.0>}", "expiry_seconds" },
    { "{'update_threshold_seconds': <1e300>}", "update_threshold_seconds" },
    { "{'system_context': <'[1]'>}", "system_context" },
    { "{'system_context': <'{'>}", "system_context" },
    { "{'debug_mode': <true>, 'debug_mode': <false>}", "debug_mode" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(OuioeCreateRequest) request = read_create (cases[i].options, &error);

      g_assert_null (request);
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
      g_assert_nonnull (strstr (error->message, cases[i].name));
    }
}

static void
test_numbers_must_be_finite (void)
{
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  const double values[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) options = NULL;
      g_auto(OuioedDbusKey) key = { NULL, NULL };
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "expiry_seconds", "d", values[i]);
      options = g_variant_ref_sink (g_variant_dict_end (&dict));
      g_assert_null (ouioed_dbus_read_create ("s1", "somebody", options, &limits, &key, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
    }
}

static void
test_bad_ids_are_refused (void)
{
  OuioedHubLimits limits = OUIOED_HUB_LIMITS_DEFAULT;
  g_autofree char *long_id = g_strnfill (257, 'x');
  const char *ids[] = { "", ".", "..", "a/b", "a\nb", "\001ouioed:probe", long_id };
  g_autoptr(GVariant) options = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(GError) error = NULL;
      g_auto(OuioedDbusKey) key = { NULL, NULL };

      g_assert_null (ouioed_dbus_read_create (ids[i], "somebody", options, &limits, &key, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
    }
}

static void
test_outcomes_are_words (void)
{
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *too_long = g_strnfill (65, 'x');
  const char *good[] = { "done", "failed", "acme.out-of_time", "42", longest };
  const char *bad[] = { "two words", "a/b", "é", "\n", "\"", too_long };

  g_assert_cmpstr (ouioed_dbus_read_outcome ("", NULL), ==, "closed");
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_cmpstr (ouioed_dbus_read_outcome (good[i], NULL), ==, good[i]);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioed_dbus_read_outcome (bad[i], &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/text/path-holds-any-id", test_path_holds_any_id);
  g_test_add_func ("/dbus/text/any-bytes-become-text", test_any_bytes_become_text);
  g_test_add_func ("/dbus/text/every-error-has-a-name", test_every_error_has_a_name);
  g_test_add_func ("/dbus/budget/holds-in-any-second", test_budget_holds_in_any_second);
  g_test_add_func ("/dbus/budget/comes-back", test_budget_comes_back);
  g_test_add_func ("/dbus/request/options-reach-the-request", test_options_reach_the_request);
  g_test_add_func ("/dbus/request/without-options-there-are-defaults", test_without_options_there_are_defaults);
  g_test_add_func ("/dbus/request/bad-options-are-named", test_bad_options_are_named);
  g_test_add_func ("/dbus/request/numbers-must-be-finite", test_numbers_must_be_finite);
  g_test_add_func ("/dbus/request/bad-ids-are-refused", test_bad_ids_are_refused);
  g_test_add_func ("/dbus/request/outcomes-are-words", test_outcomes_are_words);
  return g_test_run ();
}
