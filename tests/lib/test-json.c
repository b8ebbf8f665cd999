/* test-json.c - JSON as text: numbers, strings, times, and the scanner
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "codec-helpers.h"
#include "ouioe-json.h"

/* ---- writing ---- */

static void
test_doubles_have_their_shortest_text (void)
{
  static const struct {
    double      value;
    const char *text;
  } rows[] = {
    { 0.85, "0.85" }, { 0.8, "0.8" }, { 1.0, "1.0" }, { 0.0, "0.0" }, { -0.0, "-0.0" }, { 1e-7, "1e-07" },
    { 0.1 + 0.2, "0.30000000000000004" }, { 60.0, "60.0" }, { 100.0, "100.0" }, { 9.256138, "9.256138" },
    { 0.0001, "0.0001" }, { 0.00001, "1e-05" }, { 0.00012345, "0.00012345" }, { -2.5, "-2.5" },
    { 1e15, "1000000000000000.0" },
    { 1e16, "1e+16" }, { 1e22, "1e+22" }, { 1e100, "1e+100" }, { 1.5e300, "1.5e+300" },
    { 123456789012345680.0, "1.2345678901234568e+17" }, { 9007199254740993.0, "9007199254740992.0" },
    { 5e-324, "5e-324" },
    { 2.2250738585072014e-308, "2.2250738585072014e-308" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { 1.0 / 3.0, "0.3333333333333333" }, { 2.0 / 3.0, "0.6666666666666666" }, { 999999999.999999, "999999999.999999" },
    { 1e9, "1000000000.0" }, { 0.1234567, "0.1234567" }, { 86400.0, "86400.0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GString) out = g_string_new ("x");

      ouioe_json_write_double (out, rows[i].value);
      g_assert_cmpstr (out->str + 1, ==, rows[i].text);
    }
}

/* Digits of a number, without leading and trailing zeros, point and exponent. */
static guint
count_digits (const char *text)
{
  guint n = 0, zeros = 0;

  for (const char *p = text; *p != '\0' && *p != 'e'; p++)
    {
      if (!g_ascii_isdigit (*p) || (*p == '0' && n == 0))
        continue;
      zeros = *p == '0' ? zeros + 1 : 0;
      n++;
    }
  return n - zeros;
}

static void
check_double (double value)
{
  g_autoptr(GString) out = g_string_new (NULL);
  char shorter[64];
  guint n;

  ouioe_json_write_double (out, value);
  g_assert_cmpfloat (g_ascii_strtod (out->str, NULL), ==, value);
  g_assert_true (strpbrk (out->str, ".e") != NULL);

  n = count_digits (out->str);
  g_assert_cmpuint (n, <=, 17);
  if (n < 2)
    return;
  g_ascii_formatd (shorter, sizeof shorter, n == 17 ? "%.15e" : "%.13e", value);
  if (n == 17 || n == 15) /* one digit less does not read back */
    g_assert_cmpfloat (g_ascii_strtod (shorter, NULL), !=, value);
}

static void
test_doubles_read_back_exactly (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      double value;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        check_double (value);
      check_double (g_rand_double (rand));
      check_double (g_rand_int (rand) / 1e6);
      check_double (g_rand_int (rand) / 1e4);
    }
}

static void
test_strings_escape_what_they_must (void)
{
  static const struct {
    const char *text;
    gssize      len;
    const char *json;
  } rows[] = {
    { "", -1, "\"\"" },
    { "plain", -1, "\"plain\"" },
    { "a\"b\\c/d", -1, "\"a\\\"b\\\\c/d\"" },
    { "\n\r\t\b\f\x01\x1f\x7f", -1, "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\x7f\"" },
    { "a\0b\0", 4, "\"a\\u0000b\\u0000\"" },
    { "äöü 😀 \xe2\x80\xa8", -1, "\"äöü 😀 \xe2\x80\xa8\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);

      ouioe_json_write_string (out, rows[i].text, rows[i].len);
      g_assert_cmpstr (out->str, ==, rows[i].json);
    }
}

static void
test_values_are_written_compact_and_in_order (void)
{
  static const char text[] =
    "{ \"z\" : [ 1 , -2, 3.50, 1e2, true, false, null, {}, [] ],\n \"a\" : { \"ü\\u0001\" : \"x\\u0000y\" },"
    " \"big\": 9223372036854775807, \"small\": -9223372036854775808, \"over\": 9007199254740993 }";
  g_autoptr(json_t) root = test_parse (text);
  OuioeText written = ouioe_json_value_text (root);

  g_assert_cmpstr (written.str, ==,
                   "{\"z\":[1,-2,3.5,100.0,true,false,null,{},[]],\"a\":{\"ü\\u0001\":\"x\\u0000y\"},"
                   "\"big\":9223372036854775807,\"small\":-9223372036854775808,\"over\":9007199254740993}");
  g_assert_cmpuint (written.len, ==, strlen (written.str));
  ouioe_text_clear (&written);
}

static void
test_uints_are_written_whole (void)
{
  g_autoptr(GString) out = g_string_new (NULL);

  ouioe_json_write_uint (out, 0);
  g_string_append_c (out, ' ');
  ouioe_json_write_uint (out, 1000);
  g_string_append_c (out, ' ');
  ouioe_json_write_uint (out, G_MAXUINT64);
  g_assert_cmpstr (out->str, ==, "0 1000 18446744073709551615");
}

/* ---- times ---- */

static void
test_times_have_six_digits_and_a_zone (void)
{
  static const struct {
    gint64      time_us;
    const char *json;
  } rows[] = {
    { 0, "\"1970-01-01T00:00:00.000000+00:00\"" },
    { TEST_TIME_US, "\"2026-11-23T01:11:03.398083+00:00\"" },
    { G_GINT64_CONSTANT (951782400000001), "\"2000-02-29T00:00:00.000001+00:00\"" },
    { G_GINT64_CONSTANT (4107542399999999), "\"2100-02-28T23:59:59.999999+00:00\"" },
    { G_GINT64_CONSTANT (4107542400000000), "\"2100-03-01T00:00:00.000000+00:00\"" },
    { -1, "\"1969-12-31T23:59:59.999999+00:00\"" },
    { G_GINT64_CONSTANT (-62135596800000000), "\"0001-01-01T00:00:00.000000+00:00\"" },
    { G_GINT64_CONSTANT (253402300799999999), "\"9999-12-31T23:59:59.999999+00:00\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);
      g_autofree char *text = NULL;
      gint64 back;

      ouioe_json_write_time (out, rows[i].time_us);
      g_assert_cmpstr (out->str, ==, rows[i].json);
      text = g_strndup (out->str + 1, out->len - 2);
      g_assert_true (ouioe_json_parse_time (text, &back));
      g_assert_cmpint (back, ==, rows[i].time_us);
    }
}

static void
test_times_agree_with_the_calendar (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < 5000; i++)
    {
      gint64 seconds = (gint64) g_rand_double_range (rand, -62135596800.0, 253402300799.0);
      g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *expected = g_date_time_format (date, "\"%Y-%m-%dT%H:%M:%S.000000+00:00\"");
      g_autoptr(GString) out = g_string_new (NULL);

      ouioe_json_write_time (out, seconds * G_USEC_PER_SEC);
      if (g_date_time_get_year (date) >= 1000) /* the calendar does not pad years */
        g_assert_cmpstr (out->str, ==, expected);
    }
}

static void
test_times_out_of_range_stay_text (void)
{
  g_autoptr(GString) out = g_string_new (NULL);

  ouioe_json_write_time (out, G_MAXINT64);
  ouioe_json_write_time (out, G_MININT64);
  g_assert_true (g_str_has_prefix (out->str, "\"9999-12-31T23:59:59."));
  g_assert_nonnull (strstr (out->str, "\"0001-01-01T00:00:00."));
  g_assert_cmpuint (out->len, ==, 2 * strlen ("\"2026-11-23T01:11:03.394114+00:00\""));
}

static void
test_times_of_others_are_read (void)
{
  static const struct {
    const char *text;
    gint64      time_us;
  } rows[] = {
    { "2026-11-23T01:11:03.398083+00:00", TEST_TIME_US },
    { "2026-11-23T01:11:03.398083Z", TEST_TIME_US },
    { "2026-11-23t01:11:03.398083z", TEST_TIME_US },
    { "2026-11-23 01:11:03.398083", TEST_TIME_US },
    { "2026-11-23T02:41:03.398083+01:30", TEST_TIME_US },
    { "2026-11-22T17:11:03.398083-08:00", TEST_TIME_US },
    { "2026-11-23T01:11:03.3980839999Z", TEST_TIME_US },
    { "2026-11-23T01:11:03Z", TEST_TIME_US - 398083 },
    { "2026-11-23T01:11:03.3Z", TEST_TIME_US - 98083 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 time_us;

      g_assert_true (ouioe_json_parse_time (rows[i].text, &time_us));
      g_assert_cmpint (time_us, ==, rows[i].time_us);
    }
}

static void
test_times_that_are_none_are_refused (void)
{
  static const char *const texts[] = {
    NULL, "", "now", "2026", "2026-11-23", "2026-11-23T", "2026-11-23T01:11", "2026-11-23T01:11:03.",
    "2026-11-23T01:11:03.Z",
    "2026-11-23T24:00:00", "2026-11-23T01:60:00", "2026-11-23T01:11:60", "2026-02-29T00:00:00", "2100-02-29T00:00:00",
    "2026-13-01T00:00:00", "2026-00-01T00:00:00", "2026-01-00T00:00:00", "2026-04-31T00:00:00", "0000-01-01T00:00:00",
    "2026-11-23T01:11:03+1:00", "2026-11-23T01:11:03+0100", "2026-11-23T01:11:03+24:00", "2026-11-23T01:11:03Z ",
    "2026-11-23T01:11:03 +00:00", "+2026-11-23T01:11:03", " 2026-11-23T01:11:03",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 time_us;

      g_assert_false (ouioe_json_parse_time (texts[i], &time_us));
    }
}

/* ---- scanning ---- */

static const char *const good_objects[] = {
  "{}", " {\n}\t", "{\"a\":1}", "{\"a\":[]}", "{\"a\":[[],{}]}",
  "{\"a\":{\"b\":{\"c\":[1,2,{\"d\":null}]}},\"e\":true}",
  "{\"a\":-0}", "{\"a\":0.5}", "{\"a\":1e5}", "{\"a\":1E-5}", "{\"a\":-1.25e+10}", "{\"a\":\"\\u0000\"}",
  "{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "{\"ü\":\"😀\"}", "{\"\":\"\"}",
  "{\"a\":\"\x7f\"}",
};

static const char *const bad_objects[] = {
  "", " ", "[]", "1", "null", "\"a\"", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}",
  "{\"a\":1}}", "{\"a\":1}{}", "{a:1}", "{'a':1}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{\"b\":1]}",
  "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":-}", "{\"a\":NaN}",
  "{\"a\":Infinity}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":nul}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
  "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\ud800\\n12345\"}",
  "{\"a\":\"\\udc00\"}", "{\"a\":\"\n\"}", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}",
  "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\\\"}", "{\"a\":\"", "{\"a\":1/**/}", "{\"a\":1}//",
  "{\"a\":\f1}",
  "\xef\xbb\xbf{}", "{\"a\" 1}", "{1:2}", "{\"a\":[}", "{\"a\":[1,{\"b\":2,}]}",
};

static void
test_scanner_accepts_json_and_nothing_else (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good_objects); i++)
    g_assert_true (ouioe_json_scan_object (good_objects[i], strlen (good_objects[i]), NULL, NULL, 0));
  for (guint i = 0; i < G_N_ELEMENTS (bad_objects); i++)
    g_assert_false (ouioe_json_scan_object (bad_objects[i], strlen (bad_objects[i]), NULL, NULL, 0));
  g_assert_false (ouioe_json_scan_object ("{}\0", 3, NULL, NULL, 0));
}

/* The parser knows more (numbers that fit, names that stand there twice), but never less. */
static void
test_scanner_agrees_with_the_parser (void)
{
  static const char alphabet[] = "{}[]\",:\\u0019.eE+-tfn \n\x01\xc3\xa9";
  g_autoptr(GRand) rand = g_rand_new_with_seed (3);
  guint n_good = 0;

  for (guint i = 0; i < 60000; i++)
    {
      const char *seed = good_objects[g_rand_int_range (rand, 0, G_N_ELEMENTS (good_objects))];
      g_autofree char *text = g_strdup (seed);
      gsize len = strlen (text);
      json_error_t error;
      g_autoptr(json_t) root = NULL;
      gboolean scanned;

      for (gint k = g_rand_int_range (rand, 1, 3); k > 0; k--)
        text[g_rand_int_range (rand, 0, (gint32) len)] = alphabet[g_rand_int_range (rand, 0, sizeof alphabet - 1)];
      root = json_loadb (text, len, JSON_ALLOW_NUL, &error);
      scanned = ouioe_json_scan_object (text, len, NULL, NULL, 0);
      n_good += scanned;

      if (scanned != json_is_object (root) && json_error_code (&error) != json_error_numeric_overflow
          && json_error_code (&error) != json_error_null_byte_in_key)
        g_test_message ("scanned %d: %s", scanned, text);
      if (json_is_object (root))
        g_assert_true (scanned);
      else if (scanned)
        g_assert_true (json_error_code (&error) == json_error_numeric_overflow
                       || json_error_code (&error) == json_error_null_byte_in_key);
    }

  g_assert_cmpuint (n_good, >, 1000);
}

static void
test_scanner_finds_members_as_they_stand (void)
{
  static const char *const names[] = { "a", "b", "c", "none" };
  static const char text[] = "{ \"b\" : [1, {\"a\":2}] ,\"x\":{\"c\":1}, \"c\":\"q\\\"\\u00e9\", \"a\":-1.50 }";
  OuioeJsonSlice values[4];
  OuioeText resolved;

  g_assert_true (ouioe_json_scan_object (text, strlen (text), names, values, 4));
  g_assert_true (ouioe_json_slice_is (&values[0], "-1.50"));
  g_assert_true (ouioe_json_slice_is (&values[1], "[1, {\"a\":2}]"));
  g_assert_true (ouioe_json_slice_is (&values[2], "\"q\\\"\\u00e9\""));
  g_assert_false (ouioe_json_slice_is (&values[2], "\"q"));
  g_assert_null (values[3].str);
  g_assert_false (ouioe_json_slice_is (&values[3], ""));

  resolved = ouioe_json_slice_text (&values[2]);
  test_assert_text (&resolved, "q\"é", strlen ("q\"é"));
  ouioe_text_clear (&resolved);
  g_assert_null (ouioe_json_slice_text (&values[1]).str);
  g_assert_null (ouioe_json_slice_text (&values[3]).str);
}

static void
test_scanner_refuses_a_name_twice (void)
{
  static const char *const names[] = { "a" };
  static const char text[] = "{\"a\":1,\"b\":2,\"a\":3}";
  OuioeJsonSlice values[1];

  g_assert_false (ouioe_json_scan_object (text, strlen (text), names, values, 1));
}

static void
test_scanner_resolves_escapes (void)
{
  static const char *const names[] = { "a" };
  static const char text[] = "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\u20ac\\ud83d\\ude00é\"}";
  static const char expected[] = "\"\\/\b\f\n\r\t\0é€😀é";
  OuioeJsonSlice values[1];
  OuioeText resolved;

  g_assert_true (ouioe_json_scan_object (text, strlen (text), names, values, 1));
  resolved = ouioe_json_slice_text (&values[0]);
  test_assert_text (&resolved, expected, sizeof expected - 1);
  ouioe_text_clear (&resolved);
}

/* {"a":[[[…]]]} */
static char *
nested (guint depth)
{
  GString *out = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (out, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (out, ']');
  if (depth == 1)
    g_string_append_c (out, '1');
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static void
test_depth_is_bounded (void)
{
  g_autofree char *fits = nested (OUIOE_JSON_MAX_DEPTH);
  g_autofree char *bomb = nested (100000);

  g_assert_cmpuint (ouioe_json_get_depth (fits, strlen (fits)), ==, OUIOE_JSON_MAX_DEPTH);
  g_assert_true (ouioe_json_scan_object (fits, strlen (fits), NULL, NULL, 0));
  g_assert_cmpuint (ouioe_json_get_depth (bomb, strlen (bomb)), ==, 100000);
  g_assert_false (ouioe_json_scan_object (bomb, strlen (bomb), NULL, NULL, 0));
  g_assert_cmpuint (ouioe_json_get_depth ("{\"[[[\\\"[[\":1}]]", 16), ==, 1);
  g_assert_cmpuint (ouioe_json_get_depth ("\"\\", 2), ==, 0);
}

static void
test_compact_keeps_what_is_in_strings (void)
{
  static const char text[] = " {\n \"a b\" : \"c \\\" d\\\\\" ,\t\"e\":[ 1 , 2 ]\r\n} ";
  OuioeText compact = ouioe_json_compact (text, strlen (text));

  g_assert_cmpstr (compact.str, ==, "{\"a b\":\"c \\\" d\\\\\",\"e\":[1,2]}");
  g_assert_cmpuint (compact.len, ==, strlen (compact.str));
  ouioe_text_clear (&compact);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/write/doubles-have-their-shortest-text", test_doubles_have_their_shortest_text);
  g_test_add_func ("/json/write/doubles-read-back-exactly", test_doubles_read_back_exactly);
  g_test_add_func ("/json/write/strings-escape-what-they-must", test_strings_escape_what_they_must);
  g_test_add_func ("/json/write/values-are-compact-and-in-order", test_values_are_written_compact_and_in_order);
  g_test_add_func ("/json/write/uints-are-whole", test_uints_are_written_whole);
  g_test_add_func ("/json/time/has-six-digits-and-a-zone", test_times_have_six_digits_and_a_zone);
  g_test_add_func ("/json/time/agrees-with-the-calendar", test_times_agree_with_the_calendar);
  g_test_add_func ("/json/time/out-of-range-stays-text", test_times_out_of_range_stay_text);
  g_test_add_func ("/json/time/of-others-is-read", test_times_of_others_are_read);
  g_test_add_func ("/json/time/that-is-none-is-refused", test_times_that_are_none_are_refused);
  g_test_add_func ("/json/scan/accepts-json-and-nothing-else", test_scanner_accepts_json_and_nothing_else);
  g_test_add_func ("/json/scan/agrees-with-the-parser", test_scanner_agrees_with_the_parser);
  g_test_add_func ("/json/scan/finds-members-as-they-stand", test_scanner_finds_members_as_they_stand);
  g_test_add_func ("/json/scan/refuses-a-name-twice", test_scanner_refuses_a_name_twice);
  g_test_add_func ("/json/scan/resolves-escapes", test_scanner_resolves_escapes);
  g_test_add_func ("/json/scan/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func ("/json/scan/compact-keeps-what-is-in-strings", test_compact_keeps_what_is_in_strings);

  return g_test_run ();
}
