/* test-body.c - bodies and lines before their fields: JSON or not, what kind, and how problems are told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

/* ---- problems ---- */

static void
test_problems_tell_their_place (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *description = NULL;
  g_autoptr(GError) error = NULL;

  ouioe_problems_write (problems, out);
  g_assert_cmpstr (out->str, ==, "[]");

  ouioe_problems_add (problems, "body", "a\"b", -1, "missing", "a: %s", "is \"required\"");
  ouioe_problems_add (problems, "body", "list", 3, "string_type", "list[3]");
  ouioe_problems_add (problems, "body", NULL, 17, "json_invalid", "broken");
  ouioe_problems_add (problems, "query", NULL, -1, "x", "y");

  g_string_truncate (out, 0);
  ouioe_problems_write (problems, out);
  g_assert_cmpstr (out->str, ==,
                   "[{\"loc\":[\"body\",\"a\\\"b\"],\"msg\":\"a: is \\\"required\\\"\",\"type\":\"missing\"},"
                   "{\"loc\":[\"body\",\"list\",3],\"msg\":\"list[3]\",\"type\":\"string_type\"},"
                   "{\"loc\":[\"body\",17],\"msg\":\"broken\",\"type\":\"json_invalid\"},"
                   "{\"loc\":[\"query\"],\"msg\":\"y\",\"type\":\"x\"}]");
  description = ouioe_problems_describe (problems);
  g_assert_cmpstr (description, ==, "a: is \"required\" (and 3 more problems)");
  error = ouioe_problems_to_error (problems);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
  g_assert_cmpstr (error->message, ==, description);
}

static void
test_problems_are_bounded (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

  for (int i = 0; i < 1000; i++)
    ouioe_problems_add (problems, "body", "list", i, "string_type", "%d", i);

  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 100);
  g_assert_cmpstr (ouioe_problems_get (problems, 99)->message, ==, "99");
}

static void
test_problems_one_is_told_alone (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autofree char *one = NULL, *two = NULL;

  ouioe_problems_add (problems, "body", "a", -1, "missing", "a: is required");
  one = ouioe_problems_describe (problems);
  ouioe_problems_add (problems, "body", "b", -1, "missing", "b: is required");
  two = ouioe_problems_describe (problems);
  g_assert_cmpstr (one, ==, "a: is required");
  g_assert_cmpstr (two, ==, "a: is required (and 1 more problem)");
}

/* ---- bodies ---- */

/* @location: what the location begins with, NULL when no problem is told */
static void
check_body (const char *data, gsize len, OuioeError code, const char *location, const char *type)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = ouioe_codec_parse_object (data, len, problems, &error);

  g_assert_null (body);
  g_assert_error (error, OUIOE_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (location == NULL)
    {
      g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
      return;
    }
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 1);
  g_assert_true (g_str_has_prefix (ouioe_problems_get (problems, 0)->location, location));
  g_assert_cmpstr (ouioe_problems_get (problems, 0)->type, ==, type);
}

static void
test_body_must_be_one_object (void)
{
  static const char *const values[] = { "null", "1", "\"a\"", "[]", "[{}]", "true", " 5 " };

  check_body ("", 0, OUIOE_ERROR_INVALID_BODY, "[\"body\"]", "missing");
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    check_body (values[i], strlen (values[i]), OUIOE_ERROR_INVALID_BODY, "[\"body\"]", "dict_type");
}

static void
test_body_broken_json_is_told_with_its_place (void)
{
  static const struct {
    const char *text;
    const char *location;
  } rows[] = {
    { "{", "[\"body\",1]" },
    { "   ", "[\"body\",3]" },
    { "{\"a\":1,}", "[\"body\",8]" },
    { "{\"a\":1} x", "[\"body\",9]" },
    { "{\"a\":1}{}", "[\"body\",8]" },
    { "{\"a\":01}", NULL },
    { "{\"a\":NaN}", NULL },
    { "{\"a\":Infinity}", NULL },
    { "{\"a\":-Infinity}", NULL },
    { "{\"a\":1e999}", NULL },
    { "{\"a\":-1e999}", NULL },
    { "{\"a\":9223372036854775808}", NULL },
    { "{\"a\":-9223372036854775809}", NULL },
    { "{\"a\":\"\n\"}", NULL },
    { "{\"a\":\"\\ud800\"}", NULL },
    { "{\"a\":\"\\udc00\\ud800\"}", NULL },
    { "{\"a\":\"\\ud800\\u0041\"}", NULL },
    { "{\"a\":1,\"a\":2}", NULL },
    { "{\"a\":{\"b\":1,\"b\":1}}", NULL },
    { "{\"a\":1}/* */", NULL },
    { "// x\n{\"a\":1}", NULL },
    { "{'a':1}", NULL },
    { "{a:1}", NULL },
    { "{\"a\":tru}", NULL },
    { "{\"a\":\"\\x\"}", NULL },
    { "{\"a\\u0000b\":1}", NULL },
    { "\xef\xbb\xbf{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(json_t) body = ouioe_codec_parse_object (rows[i].text, strlen (rows[i].text), problems, &error);
      const OuioeProblem *problem;

      g_assert_null (body);
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
      problem = ouioe_problems_get (problems, 0);
      g_assert_cmpstr (problem->type, ==, "json_invalid");
      g_assert_true (g_str_has_prefix (problem->location, "[\"body\","));
      if (rows[i].location != NULL)
        g_assert_cmpstr (problem->location, ==, rows[i].location);
    }
}

static void
test_body_zero_byte_is_broken_json (void)
{
  check_body ("{\"a\":\"x\0y\"}", 11, OUIOE_ERROR_INVALID_BODY, "[\"body\",7]", "json_invalid");
  check_body ("{}\0", 3, OUIOE_ERROR_INVALID_BODY, "[\"body\",2]", "json_invalid");
  check_body ("\0", 1, OUIOE_ERROR_INVALID_BODY, "[\"body\",0]", "json_invalid");
}

static void
test_body_must_be_utf8 (void)
{
  static const char *const texts[] = {
    "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}", "\xfe\xff{}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}",
    "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"\xe4\":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_body (texts[i], strlen (texts[i]), OUIOE_ERROR_BAD_ENCODING, NULL, NULL);
  check_body ("{\0\xff}", 4, OUIOE_ERROR_BAD_ENCODING, NULL, NULL);
}

static char *
nested (guint depth)
{
  GString *out = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append (out, "[");
  for (guint i = 1; i < depth; i++)
    g_string_append (out, "]");
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static void
test_body_depth_is_bounded (void)
{
  g_autofree char *fits = nested (OUIOE_MAX_DEPTH);
  g_autofree char *too_deep = nested (OUIOE_MAX_DEPTH + 1);
  g_autofree char *absurd = nested (1000000);
  g_autoptr(json_t) body = test_parse (fits);

  g_assert_nonnull (body);
  check_body (too_deep, strlen (too_deep), OUIOE_ERROR_BAD_ENCODING, NULL, NULL);
  check_body (absurd, strlen (absurd), OUIOE_ERROR_BAD_ENCODING, NULL, NULL);
}

/* The parser quotes what it stumbled over and cuts the quotation after so many bytes. */
static void
test_body_messages_quote_whole_characters (void)
{
  for (guint n = 100; n < 180; n++)
    {
      g_autoptr(GString) text = g_string_new ("{\"");

      for (guint i = 0; i < n; i++)
        g_string_append_c (text, 'x');
      g_string_append (text, "ä€😀ä€😀\"");
      check_body (text->str, text->len, OUIOE_ERROR_INVALID_BODY, "[\"body\",", "json_invalid");
    }
}

/* ---- lines and messages ---- */

static void
check_kind (const char *text, OuioeEventKind kind, const char *problem)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = test_parse (text);
  g_autofree char *told = NULL;

  g_assert_cmpint (ouioe_codec_read_kind (body, problems), ==, kind);
  told = test_problems (problems);
  g_assert_cmpstr (told, ==, problem);
}

static void
test_kind_is_told_or_seen (void)
{
  check_kind ("{\"kind\":\"thinking_step\"}", OUIOE_EVENT_THINKING_STEP, "");
  check_kind ("{\"kind\":\"progress_update\",\"thinking_type\":\"x\"}", OUIOE_EVENT_PROGRESS_UPDATE, "");
  check_kind ("{\"thinking_type\":1}", OUIOE_EVENT_THINKING_STEP, "");
  check_kind ("{\"progress_type\":null}", OUIOE_EVENT_PROGRESS_UPDATE, "");
  check_kind ("{}", 0, "[\"body\",\"kind\"] missing: kind: is required when there is neither thinking_type nor"
                       " progress_type");
  check_kind ("{\"kind\":5}", 0, "[\"body\",\"kind\"] string_type: kind: must be a string, is a number");
  check_kind ("{\"kind\":\"session_end\"}", 0,
              "[\"body\",\"kind\"] enum: kind: must be thinking_step or progress_update, is session_end");
  check_kind ("{\"kind\":\"thinking_step\\u0000\"}", 0,
              "[\"body\",\"kind\"] enum: kind: must be thinking_step or progress_update, is thinking_step\xef\xbf\xbd");
}

static void
test_keys_have_1_to_255_bytes (void)
{
  static const char *const bad[] = {
    "{\"idempotency_key\":\"\"}", "{\"idempotency_key\":1}", "{\"idempotency_key\":\"a\\u0000\"}",
    "{\"idempotency_key\":null}", "{\"idempotency_key\":\"a\\tb\"}",
  };
  g_autofree char *longest = g_strnfill (255, 'k');
  g_autofree char *good_text = g_strdup_printf ("{\"idempotency_key\":\"%s\"}", longest);
  g_autofree char *bad_text = g_strdup_printf ("{\"idempotency_key\":\"%sk\"}", longest);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) good = test_parse (good_text);
  g_autoptr(json_t) too_long = test_parse (bad_text);
  g_autoptr(json_t) none = test_parse ("{}");

  g_assert_cmpstr (ouioe_codec_read_key (good, problems), ==, longest);
  g_assert_null (ouioe_codec_read_key (none, problems));
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
  g_assert_null (ouioe_codec_read_key (too_long, problems));
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(json_t) body = test_parse (bad[i]);

      g_assert_null (ouioe_codec_read_key (body, problems));
      g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 2 + i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/problems/tell-their-place", test_problems_tell_their_place);
  g_test_add_func ("/problems/are-bounded", test_problems_are_bounded);
  g_test_add_func ("/problems/one-is-told-alone", test_problems_one_is_told_alone);
  g_test_add_func ("/body/must-be-one-object", test_body_must_be_one_object);
  g_test_add_func ("/body/broken-json-is-told-with-its-place", test_body_broken_json_is_told_with_its_place);
  g_test_add_func ("/body/zero-byte-is-broken-json", test_body_zero_byte_is_broken_json);
  g_test_add_func ("/body/must-be-utf8", test_body_must_be_utf8);
  g_test_add_func ("/body/depth-is-bounded", test_body_depth_is_bounded);
  g_test_add_func ("/body/messages-quote-whole-characters", test_body_messages_quote_whole_characters);
  g_test_add_func ("/line/kind-is-told-or-seen", test_kind_is_told_or_seen);
  g_test_add_func ("/line/keys-have-1-to-255-bytes", test_keys_have_1_to_255_bytes);

  return g_test_run ();
}
