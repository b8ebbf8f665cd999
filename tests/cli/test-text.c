/* test-text.c - text from the wire is safe, measured and wrapped as terminals need it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ouioectl-text.h"

static const struct { const char *text; gssize len; OuioectlTextMode mode; const char *safe; } safe_cases[] = {
  { "plain, Łódź, 兎, 🐇", -1, OUIOECTL_TEXT_LINE, "plain, Łódź, 兎, 🐇" },
  { "\033[2J\033]0;title\007", -1, OUIOECTL_TEXT_LINE, "␛[2J␛]0;title␇" },
  { "a\nb\tc\r\nd", -1, OUIOECTL_TEXT_LINE, "a␊b c␍␊d" },
  { "a\nb\tc\r\nd\re", -1, OUIOECTL_TEXT_LINES, "a\nb    c\nd\ne" },
  { "a\0b", 3, OUIOECTL_TEXT_LINE, "a␀b" },
  { "\x7f", -1, OUIOECTL_TEXT_LINE, "␡" },
  { "\xc2\x9b" "2J", -1, OUIOECTL_TEXT_LINES, "<U+009B>2J" },               /* CSI as one character */
  { "abc\xe2\x80\xae" "def", -1, OUIOECTL_TEXT_LINE, "abc<U+202E>def" },    /* right to left from here */
  { "a\xe2\x80\x8b" "b\xef\xbb\xbf", -1, OUIOECTL_TEXT_LINE, "a<U+200B>b<U+FEFF>" },
  { "a\xe2\x80\xa8" "b", -1, OUIOECTL_TEXT_LINES, "a<U+2028>b" },
  { "\xf3\xa0\x80\xa1", -1, OUIOECTL_TEXT_LINE, "<U+E0021>" },              /* an invisible tag */
  { "a\xff\xc3", -1, OUIOECTL_TEXT_LINE, "a\xef\xbf\xbd\xef\xbf\xbd" },
  { "", -1, OUIOECTL_TEXT_LINES, "" },
};

static void
test_nothing_reaches_a_terminal_unseen (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (safe_cases); i++)
    {
      g_autofree char *safe = ouioectl_text_safe (safe_cases[i].text, safe_cases[i].len, safe_cases[i].mode);

      g_assert_cmpstr (safe, ==, safe_cases[i].safe);
    }
}

/* Every code point by itself: what comes out holds no control and is valid. */
static void
test_no_code_point_is_a_control (void)
{
  for (gunichar c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 251)
    {
      char text[8] = "";
      g_autofree char *safe = NULL;

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      g_unichar_to_utf8 (c, text);
      safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINE);
      g_assert_true (g_utf8_validate (safe, -1, NULL));
      for (const char *p = safe; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
    }
}

static void
test_safe_json_says_the_same (void)
{
  static const char json[] = "{\"a\": \"\xc2\x9b" "2J\x7f\xe2\x80\xae\xf3\xa0\x80\xa1Łódź\\n\"}";
  g_autofree char *safe = ouioectl_text_safe_json (json, strlen (json));
  json_t *before = json_loads (json, 0, NULL);
  json_t *after = json_loads (safe, 0, NULL);

  g_assert_cmpstr (safe, ==, "{\"a\": \"\\u009b2J\\u007f\\u202e\\udb40\\udc21Łódź\\n\"}");
  g_assert_nonnull (before);
  g_assert_true (json_equal (before, after));
  json_decref (before);
  json_decref (after);
}

static void
test_width_counts_columns (void)
{
  g_assert_cmpuint (ouioectl_text_width (""), ==, 0);
  g_assert_cmpuint (ouioectl_text_width ("Łódź"), ==, 4);
  g_assert_cmpuint (ouioectl_text_width ("兎🐇"), ==, 4);
  g_assert_cmpuint (ouioectl_text_width ("e\xcc\x81"), ==, 1);
}

static const struct { const char *text; guint width; const char *expected; } shorten_cases[] = {
  { "hello", 5, "hello" }, { "hello", 4, "hel…" }, { "hello", 1, "…" }, { "hello", 0, "" }, { "", 3, "" },
  { "兎兎兎", 6, "兎兎兎" }, { "兎兎兎", 5, "兎兎…" }, { "兎兎兎", 4, "兎…" }, { "兎", 1, "…" }, { "兎兎", 2, "…" },
};

static void
test_shortened_text_fits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shorten_cases); i++)
    {
      guint used;
      g_autofree char *got = ouioectl_text_shorten (shorten_cases[i].text, shorten_cases[i].width, &used);

      g_assert_cmpstr (got, ==, shorten_cases[i].expected);
      g_assert_cmpuint (used, ==, ouioectl_text_width (got));
      g_assert_cmpuint (used, <=, shorten_cases[i].width);
    }
}

static const struct { const char *text; guint indent; guint width; const char *expected; } wrap_cases[] = {
  { "one two three four", 2, 9, "one two\n  three\n  four" },
  { "one two", 0, 80, "one two" },
  { "", 4, 20, "" },
  { "one\ntwo", 4, 20, "one\n    two" },
  { "one\n\ntwo", 4, 20, "one\n\n    two" },
  { "abcdefghijklmnop", 1, 8, "abcdefgh\n ijklmnop" },
  { "ab abcdefghijkl", 0, 8, "ab\nabcdefgh\nijkl" },
  { "  a indented b", 0, 12, "  a indented\n  b" },
  { "兎兎 兎兎 兎兎", 0, 9, "兎兎 兎兎\n兎兎" },
  { "exactly1 exactly2", 0, 8, "exactly1\nexactly2" },
};

static void
test_lines_break_at_white_space (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrap_cases); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);

      ouioectl_text_wrap (out, wrap_cases[i].text, wrap_cases[i].indent, wrap_cases[i].width);
      g_assert_cmpstr (out->str, ==, wrap_cases[i].expected);
    }
}

static void
test_no_line_is_wider_than_allowed (void)
{
  static const char text[] = "A long   line with 兎兎兎兎 wide ones, aVeryLongWordThatDoesNotFitIntoAnyLine and - som"
    "e\n   more.";

  for (guint width = 8; width < 60; width++)
    {
      g_autoptr(GString) out = g_string_new (NULL);
      g_auto(GStrv) lines = NULL;

      ouioectl_text_wrap (out, text, 3, width);
      lines = g_strsplit (out->str, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint (ouioectl_text_width (lines[i]), <=, width + (i > 0 ? 3 : 0));
    }
}

static void
test_durations_read_well (void)
{
  static const struct { gint64 us; const char *text; } durations[] = {
    { -5, "0 ms" }, { 850000, "850 ms" }, { 12340000, "12.3 s" }, { 59999999, "59.9 s" }, { 125000000, "2 min 05 s" },
    { G_GINT64_CONSTANT (11220000000), "3 h 07 min" }, { G_GINT64_CONSTANT (187200000000), "2 d 4 h" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_autofree char *got = ouioectl_text_duration (durations[i].us);

      g_assert_cmpstr (got, ==, durations[i].text);
    }
}

static void
test_moments_tell_the_day_when_it_matters (void)
{
  const gint64 day = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
  const gint64 noon = G_GINT64_CONSTANT (1767355200) * G_USEC_PER_SEC;   /* 2026-01-02, 12:00 UTC */
  g_autofree char *today = ouioectl_text_moment (noon, noon + 1);
  g_autofree char *yesterday = ouioectl_text_moment (noon - day, noon);
  g_autofree char *long_ago = ouioectl_text_moment (noon - 365 * day, noon);

  g_assert_cmpstr (today, ==, "12:00:00");
  g_assert_cmpstr (yesterday, ==, "Jan 01 12:00");
  g_assert_cmpstr (long_ago, ==, "2025-01-02");
}

static void
test_columns_align (void)
{
  static const char *const headings[] = { "NAME", "N", "TEXT", NULL };
  g_autoptr(OuioectlTable) table = ouioectl_table_new (headings, 3);
  g_autofree char *whole = NULL;
  g_autofree char *narrow = NULL;

  ouioectl_table_align_right (table, 1);
  ouioectl_table_add (table, "Łódź", "5", "a long text that goes on", NULL);
  ouioectl_table_add (table, "兎\033[1m", "12345", "", NULL);
  whole = ouioectl_table_format (table, 0);
  g_assert_cmpstr (whole, ==,
                   "NAME        N  TEXT\n"
                   "Łódź        5  a long text that goes on\n"
                   "兎␛[1m  12345\n");
  narrow = ouioectl_table_format (table, 25);
  g_assert_cmpstr (narrow, ==,
                   "NAME        N  TEXT\n"
                   "Łódź        5  a long te…\n"
                   "兎␛[1m  12345\n");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  tzset ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/nothing-reaches-a-terminal-unseen", test_nothing_reaches_a_terminal_unseen);
  g_test_add_func ("/text/no-code-point-is-a-control", test_no_code_point_is_a_control);
  g_test_add_func ("/text/safe-json-says-the-same", test_safe_json_says_the_same);
  g_test_add_func ("/text/width-counts-columns", test_width_counts_columns);
  g_test_add_func ("/text/shortened-text-fits", test_shortened_text_fits);
  g_test_add_func ("/text/lines-break-at-white-space", test_lines_break_at_white_space);
  g_test_add_func ("/text/no-line-is-wider-than-allowed", test_no_line_is_wider_than_allowed);
  g_test_add_func ("/text/durations-read-well", test_durations_read_well);
  g_test_add_func ("/text/moments-tell-the-day-when-it-matters", test_moments_tell_the_day_when_it_matters);
  g_test_add_func ("/text/columns-align", test_columns_align);
  return g_test_run ();
}
